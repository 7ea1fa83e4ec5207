//! The answers of the whole program, over every real record, against a naive look at each.
//!
//! The naive side reads the files with a general JSON parser and asks whole records, one by one; of
//! the program it borrows the tables of knowledge (what a call does, what a user agent says), and
//! nothing that indexes, parses filters or answers them. Where the corpus is absent it says so and
//! passes. `TRAILHOUND_SEEDS=1,2,3` asks with other seeds, `TRAILHOUND_QUERIES=1000` asks more.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]
#![expect(
    clippy::print_stdout,
    reason = "it says what was compared, or that nothing was"
)]

mod corpus;
mod grammar;
mod judge;
mod said;
mod table;
mod terms;

use std::collections::HashMap;
use std::sync::OnceLock;

use corpus::{Corpus, Rows};
use grammar::Writer;
use said::{Said, without_date};

/// The corpus, read once; `None` where it is absent.
fn corpus() -> Option<&'static Corpus> {
    static CORPUS: OnceLock<Option<Corpus>> = OnceLock::new();
    let corpus = CORPUS.get_or_init(Corpus::open).as_ref();
    if corpus.is_none() {
        println!("skipped: no corpus here");
    }
    corpus
}

fn numbers(name: &str, otherwise: &[u64]) -> Vec<u64> {
    match std::env::var(name) {
        Ok(text) => text
            .split(',')
            .map(|n| n.trim().parse().unwrap_or_else(|_| panic!("{name}: {n}")))
            .collect(),
        Err(_) => otherwise.to_vec(),
    }
}

#[test]
fn random_queries_find_what_a_naive_look_finds() {
    let Some(corpus) = corpus() else { return };
    let wanted = numbers("TRAILHOUND_QUERIES", &[60])[0] as usize;
    for seed in numbers("TRAILHOUND_SEEDS", &[1]) {
        let mut writer = Writer::new(seed, corpus);
        let (mut found, mut some) = (0, 0);
        for n in 0..wanted {
            let tree = writer.query();
            let text = writer.text(&tree);
            let naive = writer.rows(&tree);
            let answer = corpus.ask(&text);
            assert_eq!(
                corpus.difference(&answer, &naive),
                None,
                "seed {seed}, query {n}: {text}"
            );
            found += answer.count();
            some += usize::from(answer.count() > 0);
        }
        println!("seed {seed}: {wanted} queries agree, {some} find something, {found} events");
    }
}

#[test]
fn the_table_of_queries_finds_what_a_naive_look_finds() {
    let Some(corpus) = corpus() else { return };
    for (text, holds) in table::queries(corpus) {
        let naive = Rows::of(corpus, |r| holds(r));
        let answer = corpus.ask(&text);
        assert_eq!(corpus.difference(&answer, &naive), None, "{text}");
        println!("{:>6}  {text}", answer.count());
    }
}

/// `flip:ok` by its laws: what a call is about is worked out by the tables of resources, so the naive
/// look knows two bounds. Nothing is marked without the other half of its pair, and a call that was
/// refused and then allowed with the very same parameters is always marked.
#[test]
fn calls_denied_and_then_allowed_are_pairs() {
    let Some(corpus) = corpus() else { return };
    let day = 24 * 3_600_000_000;
    let marked = corpus.ask("flip:ok");
    let call = |r: &Said| {
        let (person, _) = r.person.clone()?;
        Some((person, r.field("svc")?, without_date(&r.field("what")?)))
    };
    let is_ok = |r: &Said| r.field("err").is_none();
    let mut calls: HashMap<_, Vec<(usize, &Said)>> = HashMap::new();
    for (row, r) in corpus.rows.iter().enumerate() {
        match call(r).filter(|_| r.time.is_some()) {
            Some(call) => calls.entry(call).or_default().push((row, r)),
            None => assert!(!marked.0[row], "of nobody, or undated: {}", r.json),
        }
    }
    let (mut pairs, mut certain) = (0, 0);
    for same_call in calls.values() {
        let among = |holds: &dyn Fn(&Said) -> bool| same_call.iter().any(|(_, r)| holds(r));
        for (row, r) in same_call {
            let follows =
                |a: &Said, b: &Said| (0..=day).contains(&(b.time.unwrap() - a.time.unwrap()));
            let is_later = |ok: &Said| is_ok(ok) && follows(r, ok);
            let asked = &r.json["requestParameters"];
            let is_same = |ok: &Said| {
                asked.is_object() && *asked == ok.json["requestParameters"] && ok.time > r.time
            };
            let surely = r.is_denied() && among(&|ok| is_later(ok) && is_same(ok));
            if surely {
                certain += 1;
                assert!(marked.0[*row], "not marked: {}", r.json);
            }
            if !marked.0[*row] {
                continue;
            }
            if r.is_denied() {
                pairs += 1;
                assert!(among(&is_later), "never allowed: {}", r.json);
            } else {
                assert!(is_ok(r), "neither denied nor allowed: {}", r.json);
                let was_denied = among(&|no| no.is_denied() && follows(no, r));
                assert!(was_denied, "never denied: {}", r.json);
            }
        }
    }
    println!("{pairs} refused calls were allowed later, {certain} with the same parameters");
    assert!(pairs > 0, "nothing was tried");
}
