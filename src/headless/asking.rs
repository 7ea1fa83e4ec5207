//! A filter from the command line: used, or refused with everything that is wrong with it.

use std::fmt;

use trailhound::base::span::Diagnostic;
use trailhound::base::span::Severity;
use trailhound::base::time::UtcMicros;
use trailhound::index::needs::Needs;
use trailhound::index::schema::Field;
use trailhound::query;
use trailhound::query::Parsed;
use trailhound::query::ast;
use trailhound::query::ast::Expr;
use trailhound::query::ast::Op;
use trailhound::query::moment::Duration;
use trailhound::query::typed::Place;

use crate::cli::Global;
use crate::headless::say;

/// A filter that cannot be used, with everything that is wrong with it, ready to print.
#[derive(Debug)]
pub struct BadFilter(String);

impl fmt::Display for BadFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadFilter {}

/// The query of a text, or everything that is wrong with it.
pub(super) fn usable(text: &str, parsed: Parsed) -> Result<Expr, BadFilter> {
    let is_fault = |d: &&Diagnostic| d.severity > Severity::Note;
    if parsed.diagnostics.iter().any(|d| is_fault(&d)) {
        let faults = parsed.diagnostics.iter().filter(is_fault);
        return Err(BadFilter(faults.map(|d| rendered(d, text)).collect()));
    }
    for note in &parsed.diagnostics {
        say(&rendered(note, text));
    }
    Ok(parsed.expr.unwrap_or(Expr::All))
}

fn rendered(diagnostic: &Diagnostic, text: &str) -> String {
    // Bytes must keep their places under the carets, so what cannot be shown becomes as many marks.
    let safe: String = text
        .chars()
        .map(|c| {
            if trailhound::base::printable::is_printable(c) {
                c.to_string()
            } else {
                "?".repeat(c.len_utf8())
            }
        })
        .collect();
    let severity = diagnostic.severity.max(Severity::Note);
    // Nobody goes on typing here: what is not finished is wrong.
    let severity = match severity {
        Severity::Incomplete => Severity::Error,
        other => other,
    };
    let diagnostic = Diagnostic {
        severity,
        ..diagnostic.clone()
    };
    diagnostic.render(&safe)
}

/// Refuses a filter that is wrong whatever the evidence holds, before any of it is read. What the
/// filter needs to be worked out of the evidence.
pub(super) fn prove(text: &str, global: &Global) -> anyhow::Result<Needs> {
    let at = |days: i64| {
        let now = UtcMicros(days * trailhound::base::time::DAY);
        query::Context {
            now,
            evidence: Some((now, now)),
            zone: global.zone(),
            names: global.names(),
            ..query::Context::default()
        }
    };
    // What is wrong at two moments far apart does not hang on the time of the evidence.
    let (early, late) = (at(0), at(50_000));
    if window(global, &late).is_err() {
        window(global, &early)?;
    }
    let (early, late) = (query::parse(text, &early), query::parse(text, &late));
    if early.worst() > Some(Severity::Note) && late.worst() > Some(Severity::Note) {
        usable(text, early)?;
        return Ok(Needs::ALL);
    }
    let needs = |parsed: &query::Parsed| parsed.usable().map_or(Needs::ALL, Expr::needs);
    Ok(needs(&early).and(needs(&late)))
}

/// `--since` and `--until` as a filter.
pub(super) fn window(global: &Global, context: &query::Context) -> anyhow::Result<Expr> {
    let mut parts = Vec::new();
    for (flag, field, text) in [
        ("--since", Field::Since, &global.since),
        ("--until", Field::Until, &global.until),
    ] {
        let Some(text) = text else { continue };
        // A bare length counts back from the last event.
        let text = match Duration::parse(text) {
            Some(_) => format!("-{text}"),
            None => text.clone(),
        };
        let subject = ast::Subject::Field(field);
        let value = Place::new(&subject, Op::Has)
            .word(&text, context)
            .map_err(|fault| {
                BadFilter(format!(
                    "error: {flag} {text}: {}\nhelp: write a time like 2026-11-20, \
                     2026-11-20T14:00Z or 24h\n",
                    fault.message
                ))
            })?;
        parts.push(Expr::Test(ast::Test {
            subject,
            op: Op::Has,
            values: vec![value],
        }));
    }
    Ok(Expr::all_of(parts))
}
