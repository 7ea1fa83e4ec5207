//! Every message of the filter language, rendered: `bad_queries.txt` in, one snapshot out.

use std::fmt::Write as _;

use trailhound::base::span::Severity;
use trailhound::base::time::UtcMicros;
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
