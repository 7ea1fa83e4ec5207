//! Keeps the house in order: which floor names which, and which words live on one floor only.
//!
//! Plain text search over `src/` is enough, because the house has one spelling for a path across
//! floors (`crate::floor::…`) and unit tests stand last in a file. ARCHITECTURE.md draws the same
//! table; a test here holds the two together. Breaches planted into a copy must all be found, so
//! that these tests can fail.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::fs;
use std::path::{Path, PathBuf};

/// What each floor may name, bottom to top; a floor may always name itself. `case` is a floor that
/// has no file yet.
const HOUSE: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("event", &["base"]),
    ("source", &["base"]),
    ("decode", &["base", "event"]),
    ("index", &["base", "event"]),
    ("query", &["base", "event", "index"]),
    ("pivot", &["base", "event", "index", "query"]),
    ("view", &["base", "event", "index", "query", "pivot"]),
    ("case", &["base", "event"]),
    (
        "engine",
        &[
            "base", "event", "source", "decode", "index", "query", "pivot",
        ],
    ),
    (
        "app",
        &[
            "base",
            "event",
            "index",
            "query",
            "pivot",
            "view",
            "case",
            "engine::protocol",
        ],
    ),
    ("ui", &["base", "view"]),
    (
        "report",
        &["base", "event", "index", "query", "pivot", "view"],
    ),
];

/// The files that know everyone.
const ROOF: &[&str] = &["main", "lib", "cli", "config", "logging", "tui", "headless"];

/// Words that live in few places: the word, and the floors or files (`floor/file`) that may hold
/// it.
const CAPTIVE: &[(&str, &[&str])] = &[
    // The terminal.
    ("ratatui", &["ui", "tui"]),
    ("crossterm", &["tui", "headless"]),
    ("KeyCode", &["tui"]),
    ("io::stdout", &["main", "tui", "headless"]),
    ("io::stderr", &["main", "tui", "headless"]),
    ("println!", &[]),
    ("print!", &[]),
    ("eprintln!", &[]),
    ("eprint!", &[]),
    // Tasks and threads.
    ("tokio", &["engine", "main", "tui", "headless"]),
    ("spawn", &["engine", "tui"]),
    ("spawn_blocking", &["engine"]),
    ("thread::scope", &["engine"]),
    ("thread::sleep", &["tui"]),
    // Files.
    (
        "std::fs",
        &["source", "case", "config", "logging", "headless", "tui"],
    ),
    (
        "File::open",
        &["source", "case", "config", "logging", "headless", "tui"],
    ),
    (
        "OpenOptions",
        &["source", "case", "config", "logging", "headless"],
    ),
    ("walkdir", &["source/walk"]),
    (
        "std::env",
        &["main", "cli", "config", "logging", "headless", "tui"],
    ),
    // Clocks: what time it is, only the roof knows; how long a thing took, its maker may measure.
    ("SystemTime::now", &["main", "tui", "headless"]),
    ("Utc::now", &["main", "tui", "headless"]),
    ("Local::now", &["main", "tui", "headless"]),
    ("Instant::now", &["engine", "tui", "headless"]),
    // How the program ends.
    ("process::exit", &["tui"]),
    ("ExitCode", &["main", "tui"]),
    // Crates behind one door each.
    ("fuzzy_matcher", &["app/fuzzy"]),
    ("clap", &["cli", "main", "headless"]),
    ("clap_complete", &["cli", "headless"]),
    ("clap_mangen", &["headless"]),
    ("anyhow", &["main", "tui", "headless", "logging", "config"]),
    ("csv", &["report"]),
    ("tracing_subscriber", &["logging"]),
    ("libdeflater", &["decode"]),
    // No arrow goes through a global: tables that never change, a decompressor each thread keeps
    // for itself, whether a thread's failure is guarded, and a value that one record's terms share
    // are none.
    ("LazyLock", &["base", "event", "decode", "query"]),
    ("thread_local!", &["base/guard", "decode"]),
    ("OnceCell", &["query/residual"]),
    // Nowhere.
    ("unsafe", &[]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
    ("dbg!", &[]),
    // What joins names is worked out once a snapshot, when somebody asks.
    ("OnceLock", &["index/snapshot"]),
    ("static mut", &[]),
    ("super::super", &[]),
];

/// Words no source file may hold, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("#[allow(", "write #[expect(lint, reason = …)]"),
    ("#![allow(", "write #![expect(lint, reason = …)]"),
    ("#[ignore", "a test that does not run is not a test"),
    ("crate::{", "one floor on each `use` line"),
];

/// A line of code without the comment at its end and without what stands between quotes.
fn code(line: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match (quoted, c) {
            (true, _) if escaped => escaped = false,
            (true, '\\') => escaped = true,
            (true, '"') => {
                quoted = false;
                out.push(c);
            }
            (true, _) => {}
            (false, '"') => {
                quoted = true;
                out.push(c);
            }
            // A quote as a character opens no text.
            (false, '\'') if rest.peek() == Some(&'"') => {
                rest.next();
            }
            (false, '/') if rest.peek() == Some(&'/') => break,
            (false, _) => out.push(c),
        }
    }
    out
}

/// Whether a text holds a word, which is not a part of a longer name.
fn holds(text: &str, word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(name);
        let after = text[at + word.len()..].chars().next().is_some_and(name);
        let opens = word.starts_with(name);
        let ends = word.ends_with(name);
        !(before && opens || after && ends)
    })
}

/// A file's text up to its unit tests, which may look where they like.
fn without_tests(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = (0..lines.len()).find(|&n| {
        lines[n] == "#[cfg(test)]"
            && lines.get(n + 1).is_some_and(|next| {
                next.starts_with("mod tests") || next.starts_with("pub(crate) mod tests")
            })
    });
    lines[..tests.unwrap_or(lines.len())].to_vec()
}

/// Everything that is wrong in one file under `src/`; `rel` is its path from there.
fn breaches_of(rel: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut breach = |n: usize, what: String| found.push(format!("{rel}:{}: {what}", n + 1));
    let stem = rel.trim_end_matches(".rs");
    let floor = stem.split('/').next().unwrap_or(stem);
    // A file of the roof may have rooms of its own under its name.
    let is_roof = !rel.contains('/') || ROOF.contains(&floor);
    let row = HOUSE.iter().find(|(name, _)| *name == floor);
    if is_roof && !ROOF.contains(&floor) || !is_roof && row.is_none() {
        breach(0, format!("the house has no place called {floor}"));
    }
    if stem.split('/').count() > 2 {
        breach(0, "a third level means a floor is missing".to_owned());
    }
    if !text.starts_with("//!") {
        breach(0, "a file begins with what it is for".to_owned());
    }
    // A file of tests only is named like one.
    let lines = if stem.ends_with("/tests") {
        Vec::new()
    } else {
        without_tests(text)
    };
    let all = text.lines().count();
    if lines.len() < all && !stem.ends_with("/tests") {
        let after = text.lines().skip(lines.len() + 1);
        let ends = after
            .enumerate()
            .find(|(_, line)| *line == "}")
            .map(|e| e.0);
        if ends.is_some_and(|end| lines.len() + 1 + end + 1 < all) {
            breach(lines.len(), "unit tests stand last in a file".to_owned());
        }
    }
    for (n, line) in text.lines().enumerate() {
        let line = code(line);
        for (word, instead) in FORBIDDEN {
            if line.contains(word) {
                breach(n, format!("`{word}`: {instead}"));
            }
        }
    }
    for (n, line) in lines.iter().enumerate() {
        let line = code(line);
        if let Some((_, allowed)) = row.filter(|_| !is_roof) {
            for (target, _) in HOUSE.iter().filter(|(target, _)| *target != floor) {
                if !holds(&line, &format!("crate::{target}")) {
                    continue;
                }
                let may = allowed.iter().any(|a| {
                    *a == *target
                        || a.split("::").next() == Some(target)
                            && holds(&line, &format!("crate::{a}"))
                });
                if !may {
                    breach(n, format!("{floor} must not know {target}"));
                }
            }
            for roof in ROOF {
                if holds(&line, &format!("crate::{roof}")) {
                    breach(n, format!("{floor} must not know {roof}"));
                }
            }
        }
        for (word, homes) in CAPTIVE {
            let home = homes.iter().any(|h| *h == floor || *h == stem);
            if !home && holds(&line, word) {
                breach(n, format!("`{word}` lives only in {homes:?}"));
            }
        }
        if holds(&line, "&mut State") && floor != "app" {
            breach(n, "only app changes the state".to_owned());
        }
        // The loop may say that a frame was drawn and how large the terminal is after a pause.
        let writes = line.trim_start().strip_prefix("state.");
        let written = writes
            .and_then(|w| w.split_once(" = "))
            .map(|(name, _)| name);
        if let Some(name) = written
            && floor == "tui"
            && !["dirty", "size"].contains(&name)
        {
            breach(n, format!("state.{name} changes in app::update alone"));
        }
    }
    found
}

fn breaches(src: &Path) -> Vec<String> {
    files(src)
        .iter()
        .flat_map(|path| {
            let rel = path.strip_prefix(src).unwrap().to_string_lossy();
            breaches_of(&rel.replace('\\', "/"), &fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Every Rust file under a folder, in order.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    let mut out = Vec::new();
    for path in entries {
        if path.is_dir() {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    out
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn paper(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn floors_only_look_down_and_captive_words_stay_home() {
    let found = breaches(&root().join("src"));
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_planted_breach_is_found() {
    // One file each: where it stands, what it holds, and the words of the breach.
    let planted = [
        (
            "index/x.rs",
            "use crate::ui::pen::Pen;",
            "index must not know ui",
        ),
        (
            "decode/x.rs",
            "use crate::source::Spec;",
            "decode must not know source",
        ),
        (
            "source/x.rs",
            "use crate::decode::Decoder;",
            "source must not know decode",
        ),
        (
            "ui/x.rs",
            "use crate::app::state::State;",
            "ui must not know app",
        ),
        (
            "ui/x.rs",
            "use crate::index::schema::Field;",
            "ui must not know index",
        ),
        (
            "app/x.rs",
            "use crate::engine::Engine;",
            "app must not know engine",
        ),
        (
            "app/x.rs",
            "use tokio::sync::mpsc;",
            "`tokio` lives only in",
        ),
        (
            "app/x.rs",
            "let now = std::time::SystemTime::now();",
            "SystemTime::now",
        ),
        (
            "query/x.rs",
            "let x = crate::pivot::tally::count();",
            "query must not know pivot",
        ),
        (
            "pivot/x.rs",
            "use crate::view::list::Row;",
            "pivot must not know view",
        ),
        (
            "report/x.rs",
            "use crate::ui::theme::Theme;",
            "report must not know ui",
        ),
        (
            "view/x.rs",
            "println!(\"{x}\");",
            "`println!` lives only in",
        ),
        (
            "index/x.rs",
            "let text = std::fs::read(path)?;",
            "`std::fs` lives only in",
        ),
        (
            "pivot/x.rs",
            "std::thread::spawn(|| {});",
            "`spawn` lives only in",
        ),
        ("base/x.rs", "use super::super::event;", "super::super"),
        (
            "base/x.rs",
            "use crate::{event, index};",
            "one floor on each",
        ),
        ("base/x.rs", "#[allow(dead_code)]", "#[expect"),
        (
            "query/x.rs",
            "use crate::headless::run;",
            "query must not know headless",
        ),
        (
            "app/x.rs",
            "use fuzzy_matcher::skim::Skim;",
            "`fuzzy_matcher` lives only in",
        ),
        (
            "view/x.rs",
            "fn change(state: &mut State) {}",
            "only app changes the state",
        ),
        (
            "tui.rs",
            "        state.focus = Focus::List;",
            "changes in app::update alone",
        ),
        ("helpers/x.rs", "", "no place called helpers"),
        ("helpers.rs", "", "no place called helpers"),
        ("ui/panes/x.rs", "", "a third level"),
        (
            "base/x.rs",
            "#[cfg(test)]\nmod tests {\n}\n\nfn late() {}",
            "stand last",
        ),
    ];
    for (rel, line, words) in planted {
        let found = breaches_of(rel, &format!("//! A file.\n\n{line}\n"));
        assert!(
            found.iter().any(|f| f.contains(words)),
            "{rel} with {line:?}: {found:?}"
        );
    }
    let undocumented = breaches_of("base/x.rs", "use std::fmt;\n");
    assert_eq!(
        undocumented,
        ["base/x.rs:1: a file begins with what it is for"]
    );
}

#[test]
fn what_is_allowed_is_no_breach() {
    let fine = [
        ("app/x.rs", "use crate::engine::protocol::Reply;"),
        ("app/fuzzy.rs", "use fuzzy_matcher::skim::SkimMatcherV2;"),
        ("view/x.rs", "// println! and tokio are words here."),
        (
            "view/x.rs",
            "let text = \"std::fs and println!(…)\"; // crate::ui",
        ),
        ("query/x.rs", "let quote = '\"'; let other = '\"';"),
        ("index/x.rs", "let respawned = tokio_like;"),
        (
            "decode/x.rs",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::ui::pen::Pen;\n}",
        ),
        ("tui.rs", "            state.dirty = false;"),
    ];
    for (rel, line) in fine {
        let found = breaches_of(rel, &format!("//! A file.\n\n{line}\n"));
        assert!(found.is_empty(), "{rel} with {line:?}: {found:?}");
    }
}

#[test]
fn the_table_itself_has_no_cycle() {
    for (i, (name, allowed)) in HOUSE.iter().enumerate() {
        for target in *allowed {
            let target = target.split("::").next().unwrap();
            let at = HOUSE.iter().position(|(n, _)| *n == target);
            assert!(
                at.is_some_and(|at| at < i),
                "{name} may not name {target}: it is not below it"
            );
        }
    }
}

#[test]
fn the_paper_draws_the_same_house() {
    let text = paper("ARCHITECTURE.md");
    let rows: Vec<&str> = text.lines().filter(|l| l.starts_with("| `")).collect();
    for (floor, allowed) in HOUSE {
        let names: Vec<String> = allowed.iter().map(|a| format!("`{a}`")).collect();
        let may = if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(" ")
        };
        let row = format!("| `{floor}` | {may} | ");
        assert!(
            rows.iter().any(|r| r.starts_with(&row)),
            "no row begins {row}"
        );
    }
    for file in fs::read_dir(root().join("src")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "lib.rs" || text.contains(name.trim_end_matches(".rs")),
            "the paper does not know src/{name}"
        );
    }
}

/// Files and items that the papers name are there.
#[test]
fn what_the_paper_names_exists() {
    let text = paper("ARCHITECTURE.md") + &paper("CONTRIBUTING.md");
    let spans = text.split('`').skip(1).step_by(2);
    for span in spans {
        let is_file = Path::new(span).extension().is_some_and(|e| e == "rs");
        if is_file {
            let found = span.starts_with("tests/") && root().join(span).exists()
                || files(&root().join("src")).iter().any(|f| f.ends_with(span))
                || files(&root().join("tests"))
                    .iter()
                    .any(|f| f.ends_with(span));
            assert!(found, "no file {span}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for folder in ["tests", "examples", "benches", "fuzz/fuzz_targets"] {
        let folder = root().join(folder);
        if folder.is_dir() {
            for path in files(&folder) {
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("//!"), "{}", path.display());
            }
        }
    }
}

/// Two copies of crossterm share raw mode and the queue of events, and break each other.
#[test]
fn there_is_one_terminal() {
    let lock = paper("Cargo.lock");
    for name in ["crossterm", "ratatui", "ratatui-core", "tokio"] {
        let copies = lock.matches(&format!("name = \"{name}\"\n")).count();
        assert_eq!(copies, 1, "{name}");
    }
}

#[test]
fn nothing_of_the_makers_machine_is_in_the_code() {
    // Written in two pieces each, so that this file is clean itself.
    let traces = [["/home", "/"], ["/Users", "/"], ["/root", "/"]];
    for folder in ["src", "examples"] {
        for path in files(&root().join(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            for trace in traces {
                assert!(!text.contains(&trace.concat()), "{}", path.display());
            }
        }
    }
}
