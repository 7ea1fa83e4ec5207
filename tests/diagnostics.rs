//! Every message of the filter language, rendered: `bad_queries.txt` in, one snapshot out.

use std::fmt::Write as _;
use std::sync::Arc;

use trailhound::base::span::Severity;
use trailhound::base::time::UtcMicros;
use trailhound::query::names::Names;
use trailhound::query::{Context, parse};

fn context() -> Context {
    let at = |text| UtcMicros::parse(text).expect("a moment");
    Context {
        now: at("2026-11-20T18:00:00Z"),
        evidence: Some((at("2026-11-18T01:00:00Z"), at("2026-11-20T18:00:00Z"))),
        ..Context::default()
    }
}

#[test]
fn messages() {
    let mut out = String::new();
    for line in include_str!("bad_queries.txt").lines() {
        let parsed = parse(line, &context());
        assert!(!parsed.diagnostics.is_empty(), "no message: {line}");
        for diagnostic in &parsed.diagnostics {
            assert!(diagnostic.help.is_some(), "no fix: {line}: {diagnostic:?}");
            out.push_str(&diagnostic.render(line));
        }
        if let Some(expr) = &parsed.expr {
            let _ = writeln!(out, "  reads: {expr}");
        }
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

/// Messages that say something of macros and lists, of a text being typed, or of evidence without a
/// time.
#[test]
fn messages_of_what_stands_around() {
    let mut names = Names::built_in();
    for (name, terms) in [
        ("one", "$two"),
        ("two", "$one"),
        ("broken", "who:"),
        ("mine", "region:eu-*"),
    ] {
        names.macros.insert(name.to_owned(), terms.to_owned());
    }
    for n in 0..20 {
        let terms = format!("$twice{0} $twice{0}", n + 1);
        names.macros.insert(format!("twice{n}"), terms);
    }
    names
        .macros
        .insert("twice20".to_owned(), "root:yes".to_owned());
    let nets = ["10.0.0.0/8", "10.0.0.300"].map(str::to_owned).to_vec();
    names.lists.insert("office-nets".to_owned(), nets);
    let names = Arc::new(names);
    let named = Context {
        names: Arc::clone(&names),
        ..context()
    };
    let typing = |text: &str| Context {
        typing: Some(text.len()),
        ..named.clone()
    };
    let timeless = Context {
        evidence: None,
        ..named.clone()
    };
    let deep = format!("{}who:alice{}", "(".repeat(80), ")".repeat(80));
    let asked = [
        ("$one", named.clone()),
        ("$broken", named.clone()),
        ("$twice0", named.clone()),
        ("$miine", named.clone()),
        ("ip:@office-nets", named.clone()),
        ("ip:@office-net", named.clone()),
        ("wh", typing("wh")),
        ("since:start", timeless.clone()),
        ("t:14:10", timeless),
        (deep.as_str(), named.clone()),
    ];
    let mut out = String::new();
    for (text, context) in asked {
        let parsed = parse(text, &context);
        assert!(!parsed.diagnostics.is_empty(), "no message: {text}");
        for diagnostic in &parsed.diagnostics {
            assert!(diagnostic.help.is_some(), "no fix: {text}: {diagnostic:?}");
            out.push_str(&diagnostic.render(text));
        }
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_more_typing_may_complete_is_not_an_error() {
    for text in [
        "who:",
        "(who:alice OR",
        "\"acc",
        "who:\"al",
        "-",
        "NOT",
        "who:alice,",
        "(",
        "ua~/ka",
        "who:(a|",
        "near:14:10",
        "who:alice AND",
        "last:",
        "",
    ] {
        let worst = parse(text, &context()).worst();
        assert!(worst < Some(Severity::Error), "{text}: {worst:?}");
    }
}

#[test]
fn a_value_under_the_caret_may_still_become_one() {
    for text in [
        "ip:203.0",
        "t:2026-1",
        "root:y",
        "since:202",
        "sev>=hi",
        "verb:wr",
    ] {
        let typing = Context {
            typing: Some(text.len()),
            ..context()
        };
        let severity = |context: Context| {
            let parsed = parse(text, &context);
            parsed.diagnostics.iter().map(|d| d.severity).min()
        };
        assert_eq!(severity(context()), Some(Severity::Error), "{text}");
        assert_eq!(severity(typing), Some(Severity::Incomplete), "{text}");
    }
}
