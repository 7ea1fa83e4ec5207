//! Keeps the papers true: what README.md generates from the code's tables, and what it says the
//! commands print.
//!
//! `UPDATE_PAPERS=1 cargo test --test papers` writes the README anew where it is not.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use trailhound::app::keymap;
use trailhound::index::schema::{Class, FIELDS, Home};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn paper(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// What stands between `<!-- name… -->` and `<!-- /name -->`.
fn replaced(text: &str, name: &str, new: &str) -> String {
    let begin = text.find(&format!("<!-- {name}")).unwrap();
    let begin = begin + text[begin..].find('\n').unwrap() + 1;
    let end = text.find(&format!("<!-- /{name} -->")).unwrap();
    format!("{}{new}{}", &text[..begin], &text[end..])
}

fn fields() -> String {
    let mut out = String::from(
        "| Field | Also written | Compared as | What it is | Example |\n|---|---|---|---|---|\n",
    );
    for spec in FIELDS {
        let aliases: Vec<_> = spec.aliases.iter().map(|a| format!("`{a}`")).collect();
        let class = match spec.class {
            Class::Keyword => "word",
            Class::Name => "name",
            Class::Text => "text",
            Class::Address => "address",
            Class::Time => "time",
            Class::Number => "number",
            Class::Severity => "severity",
            Class::Bool => "yes or no",
        };
        let later = match spec.home {
            Home::Later(needs) => format!("; not available yet: needs {needs}"),
            _ => String::new(),
        };
        writeln!(
            out,
            "| `{}` | {} | {class} | {}{later} | `{}` |",
            spec.name,
            aliases.join(" "),
            spec.help.replace('|', "\\|"),
            spec.example.replace('|', "\\|"),
        )
        .unwrap();
    }
    out
}

/// The text with what each command of its console blocks prints now, in one folder and in order.
fn with_answers(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let run = |line: &str| {
        let line = line.strip_prefix("trailhound").unwrap();
        let script = format!("\"$0\"{line} 2>&1");
        let output = Command::new("/bin/sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_trailhound")])
            .current_dir(dir.path())
            .env("XDG_CONFIG_HOME", dir.path().join("config"))
            .env_remove("NO_COLOR")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let mut out = String::new();
    let mut in_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_console = line == "```console";
        } else if in_console {
            let Some(command) = line.strip_prefix("$ ") else {
                continue;
            };
            writeln!(out, "{line}").unwrap();
            out.push_str(&run(command));
            continue;
        }
        writeln!(out, "{line}").unwrap();
    }
    out
}

#[test]
fn the_readme_says_what_is_so() {
    let readme = paper("README.md");
    let mut now = replaced(&readme, "keys", &keymap::markdown());
    now = replaced(&now, "fields", &fields());
    if cfg!(unix) {
        now = with_answers(&now);
    }
    if std::env::var_os("UPDATE_PAPERS").is_some() {
        fs::write(root().join("README.md"), now).unwrap();
        return;
    }
    let different = readme
        .lines()
        .zip(now.lines())
        .find(|(was, is)| was != is)
        .unwrap_or(("its end", "its end"));
    assert!(
        readme == now,
        "README.md is not what the code says; UPDATE_PAPERS=1 cargo test --test papers writes it \
         anew.\nis:        {}\nshould be: {}",
        different.0,
        different.1
    );
}

/// A figure without a command that prints it is a boast.
#[test]
fn the_picture_is_a_frame_of_this_program() {
    let picture = paper("assets/screen.svg");
    for words in ["trailhound", "Timeline", "FACETS", "EVENTS"] {
        assert!(picture.contains(words), "{words}");
    }
    assert!(paper("README.md").contains("](assets/screen.svg)"));
}

#[test]
fn links_of_the_papers_lead_somewhere() {
    let papers = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
    ];
    for name in papers {
        let text = paper(name);
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !file.contains("://") {
                assert!(root().join(file).exists(), "{name}: {target}");
            }
        }
    }
}

#[test]
fn the_papers_keep_their_length() {
    for (name, most) in [("ARCHITECTURE.md", 300), ("CONTRIBUTING.md", 80)] {
        let lines = paper(name).lines().count();
        assert!(lines <= most, "{name} has {lines} lines, at most {most}");
    }
    for heading in [
        "## Unreleased",
        "### Query",
        "### Keys",
        "### Sources",
        "### Fixes",
    ] {
        assert!(paper("CHANGELOG.md").contains(heading), "{heading}");
    }
}
