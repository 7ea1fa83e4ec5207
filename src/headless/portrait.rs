//! `who` and `resource`: a name becomes what it stands for, and each of that is shown in full.
//!
//! A name may stand for everybody: portraits are made some at a time, and written as they are made.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::ops::Range;

use anyhow::{Context as _, bail};
use trailhound::base::cancel::Cancel;
use trailhound::base::text::counted;
use trailhound::engine::telling::{self, Reasons};
use trailhound::event::kind::as_given;
use trailhound::index::needs::Needs;
use trailhound::index::schema::{Col, Field};
use trailhound::index::segment::EventId;
use trailhound::index::snapshot::Hits;
use trailhound::index::symbols::Sym;
use trailhound::pivot::portrait::{Gallery, Portrait, Subject};
use trailhound::pivot::profile;
use trailhound::query;
use trailhound::query::ast::{self, Expr, Op, Value};
use trailhound::query::matcher::{Matcher, Rule};
use trailhound::query::pattern::{self, Pattern};
use trailhound::report;
use trailhound::source::Spec;

use crate::cli::{Global, ObjectFormat};
use crate::headless::asking::{prove, usable, window};
use crate::headless::evidence::Evidence;
use crate::headless::{FOUND, NOTHING, Terminal, as_wished, is_table, say, with_names};

/// A principal or a resource that was asked for.
pub(super) struct Asked {
    pub(super) field: Field,
    pub(super) name: String,
    pub(super) format: Option<ObjectFormat>,
}

impl Asked {
    /// The test of the name: exact where it names one thing exactly, by name where not.
    pub(super) fn test(
        &self,
        evidence: &Evidence,
        context: &query::Context,
    ) -> anyhow::Result<ast::Test> {
        let snapshot = &evidence.loaded.snapshot;
        let is_exact = match self.field {
            Field::Who => snapshot.principal_of_key(&self.name).is_some(),
            _ => snapshot.resources().find(&self.name).is_some(),
        };
        if is_exact {
            return Ok(ast::Test {
                subject: ast::Subject::Field(self.field),
                op: Op::Is,
                values: vec![Value::Word(Pattern::literal(self.name.clone()))],
            });
        }
        let field = self.field.name();
        let plain = format!("{field}:{}", self.name);
        if let Some(Expr::Test(test)) = query::parse(&plain, context).usable()
            && test.subject == ast::Subject::Field(self.field)
        {
            return Ok(test.clone());
        }
        // Blanks and signs of the language are part of the name here.
        let quoted = format!("{field}:{}", pattern::quote(&self.name));
        match usable(&quoted, query::parse(&quoted, context))? {
            Expr::Test(test) => Ok(test),
            _ => bail!("`{}` is no name", self.name),
        }
    }
}

/// `who` and `resource`.
pub(super) fn run_portrait(
    asked: &Asked,
    specs: Vec<Spec>,
    global: &Global,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<u8> {
    if asked.name.trim().is_empty() {
        bail!("the name is empty");
    }
    prove("", global)?;
    let evidence = Evidence::load(specs, global, terminal, Needs::ALL, false)?;
    evidence.is_usable()?;
    let snapshot = &evidence.loaded.snapshot;
    let context = evidence.context(global);
    let mut test = asked.test(&evidence, &context)?;
    let find = |test: &ast::Test| -> anyhow::Result<Hits> {
        let filter = Expr::all_of(vec![window(global, &context)?, Expr::Test(test.clone())]);
        Ok(evidence.find(&filter))
    };
    let mut hits = find(&test)?;
    // A role's session that belongs to somebody is no person; asked for by name, it is shown.
    let is_person = test.op != Op::Is || snapshot.people().find(&asked.name).is_some();
    let by_caller = asked.field == Field::Who && (hits.is_empty() || !is_person);
    if by_caller {
        test.subject = ast::Subject::Field(Field::Actor);
        hits = find(&test)?;
        let persons = hits.order.iter().filter_map(|id| snapshot.person_of(*id));
        let labels: BTreeSet<&str> = persons.map(|p| p.label.as_str()).collect();
        if !labels.is_empty() {
            let labels: Vec<&str> = labels.into_iter().collect();
            say(&format!(
                "trailhound: {} is no person but a caller; behind it: {}",
                asked.name,
                labels.join(", ")
            ));
        }
    }
    // A role is nobody: who used it is shown, with what they did through it.
    let by_role = by_caller && hits.is_empty();
    if by_role {
        test.subject = ast::Subject::Field(Field::Via);
        hits = find(&test)?;
        let persons = hits.order.iter().map(|id| snapshot.person_number(*id));
        let persons: BTreeSet<u32> = persons.filter(|n| *n > 0).collect();
        if !persons.is_empty() {
            say(&format!(
                "trailhound: {} is no person but a role; {} used it, and only what they did through it is counted",
                asked.name,
                counted(persons.len() as u64, "person")
            ));
        }
    }
    let by_caller = by_caller && !by_role;
    let portraits = match asked.field {
        Field::Who => persons(&evidence, &hits, by_caller)?,
        _ => resources(&evidence, &hits, &test),
    };
    let (kind, key) = match asked.field {
        Field::Who => ("principal", "principals"),
        _ => ("resource", "resources"),
    };
    let both = (&**snapshot, &*evidence.loaded.lineage);
    let found = report::portrait::Found {
        asked: asked.name.clone(),
        events: hits.len() as u64,
        subjects: portraits.subjects(),
    };
    if is_table(asked.format, terminal) {
        let mut text = Vec::new();
        let most = report::portrait::MOST.min(portraits.all.len());
        let few: Vec<Portrait> = portraits.made(0..most).collect();
        report::portrait::table(both, &found, &few, kind, terminal.style, &mut text)?;
        let text = with_names(text, global);
        out.write_all(&as_wished(&text, false, global))?;
    } else {
        let all = portraits.made(0..portraits.all.len());
        report::portrait::json(both, &found, key, all, &mut |text| {
            out.write_all(&as_wished(text, true, global))
        })?;
    }
    if hits.is_empty() {
        say(&format!(
            "trailhound: no {kind} of this name: {}",
            asked.name
        ));
        return Ok(NOTHING);
    }
    Ok(FOUND)
}

/// What a name was found to stand for, most events first.
struct Portraits<'a> {
    evidence: &'a Evidence,
    all: Vec<(&'a str, Vec<EventId>)>,
    /// What persons have in common; none for resources.
    gallery: Option<Gallery<'a>>,
}

impl<'a> Portraits<'a> {
    fn of(
        evidence: &'a Evidence,
        named: BTreeMap<&'a str, Vec<EventId>>,
        gallery: Option<Gallery<'a>>,
    ) -> Self {
        let mut all: Vec<(&str, Vec<EventId>)> = named.into_iter().collect();
        all.sort_by_key(|(_, events)| std::cmp::Reverse(events.len()));
        Self {
            evidence,
            all,
            gallery,
        }
    }

    /// Their names and how many events each has.
    fn subjects(&self) -> Vec<(String, u64)> {
        let all = self.all.iter();
        let all = all.map(|(name, events)| ((*name).to_owned(), events.len() as u64));
        all.collect()
    }

    /// Some of the portraits, told with what their records say, each made when it is asked for.
    fn made(&self, places: Range<usize>) -> impl Iterator<Item = Portrait> {
        let (snapshot, reader) = (&*self.evidence.loaded.snapshot, &self.evidence.reader);
        let some = self.all.get(places).unwrap_or_default();
        let mut reasons = Reasons::new();
        if self.gallery.is_some() {
            // Read for all at once: one file may hold records of many.
            let denied = some
                .iter()
                .flat_map(|(_, events)| profile::denied(snapshot, events));
            let mut denied: Vec<EventId> = denied.map(|denied| denied.last).collect();
            denied.sort_unstable();
            denied.dedup();
            reasons = telling::reasons(snapshot, reader, &denied, &Cancel::NEVER);
        }
        some.iter().filter_map(move |(name, events)| {
            let Some(gallery) = &self.gallery else {
                let subject = Subject::Resource((*name).to_owned());
                let mut portrait = Portrait::of(snapshot, subject, events, 0, &Cancel::NEVER)?;
                telling::tell(snapshot, reader, &mut portrait, events, &Cancel::NEVER);
                return Some(portrait);
            };
            let mut portrait = gallery.portrait(name, events, &Cancel::NEVER)?;
            if let Some(profile) = portrait.profile.as_deref_mut() {
                telling::explain(profile, &reasons);
            }
            Some(portrait)
        })
    }
}

/// The persons, or the callers, behind some events.
fn persons<'a>(
    evidence: &'a Evidence,
    hits: &Hits,
    by_caller: bool,
) -> anyhow::Result<Portraits<'a>> {
    let snapshot = &*evidence.loaded.snapshot;
    let people = snapshot.people();
    // Persons of one key are one.
    let firsts = people.iter().map(|(n, p)| people.find(&p.key).unwrap_or(n));
    let firsts: Vec<u32> = std::iter::once(0).chain(firsts).collect();
    let mut numbered: HashMap<u32, Vec<EventId>> = HashMap::new();
    for &id in hits.order.iter() {
        let number = if by_caller {
            snapshot.symbol(Col::Principal, id).map_or(0, Sym::code)
        } else {
            let number = snapshot.person_number(id);
            firsts.get(number as usize).copied().unwrap_or(number)
        };
        numbered.entry(number).or_default().push(id);
    }
    let key = |number: u32| {
        let person = people.person(number);
        let caller = Sym::from_code(number).filter(|_| by_caller);
        match caller {
            Some(caller) => snapshot.dict(Col::Principal).text(caller),
            None => person.map_or("", |p| p.key.as_str()),
        }
    };
    let named: BTreeMap<&str, Vec<EventId>> = numbered
        .into_iter()
        .map(|(number, events)| (key(number), events))
        .collect();
    let keys: Vec<&str> = named.keys().copied().collect();
    let gallery = Gallery::of(snapshot, &keys, &Cancel::NEVER);
    let gallery = gallery.context("looking at everybody was given up")?;
    Ok(Portraits::of(evidence, named, Some(gallery)))
}

/// The resources that some events name and that fit what was asked for.
fn resources<'a>(evidence: &'a Evidence, hits: &Hits, test: &ast::Test) -> Portraits<'a> {
    let snapshot = &*evidence.loaded.snapshot;
    let mut subjects: BTreeMap<&str, Vec<EventId>> = BTreeMap::new();
    let matchers: Vec<Matcher> = test
        .values
        .iter()
        .filter_map(|value| Matcher::of(value, test.op, Rule::Names))
        .collect();
    for &id in hits.order.iter() {
        for sym in snapshot.resources_of(id) {
            let name = snapshot.resources().text(sym);
            // One resource is told once, under its best name.
            let best = snapshot.resources().text(snapshot.names().best(sym));
            let fits = |name: &str| {
                let given = as_given(name);
                matchers
                    .iter()
                    .any(|m| m.matches(name) || given.is_some_and(|given| m.matches(given)))
            };
            let known = subjects.contains_key(best) || fits(name) || {
                let names = snapshot.names().all(sym);
                names.iter().any(|s| fits(snapshot.resources().text(*s)))
            };
            if known {
                let events = subjects.entry(best).or_default();
                if events.last() != Some(&id) {
                    events.push(id);
                }
            }
        }
    }
    Portraits::of(evidence, subjects, None)
}
