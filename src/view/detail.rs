//! One event as lines: a summary in words, and the raw text where no tree can hold the record.

use chrono_tz::Tz;

use crate::base::printable::Printable;
use crate::event::denial::Denial;
use crate::event::json::Node;
use crate::event::outcome::Outcome;
use crate::event::secret;
use crate::event::service;
use crate::event::session::SessionKind;
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::view::list;
use crate::view::screen::{Cell, DetailLine, Tone};
use crate::view::tree::{Line, cell};

/// The tabs, in order.
pub const TABS: [&str; 5] = ["Summary", "Request", "Response", "Raw", "Diff"];

/// The tab of what differs from another event.
pub const DIFF: usize = 4;

/// The raw text of a record that no tree can hold, escaped, in lines.
pub fn raw_lines(bytes: &[u8]) -> Vec<Line> {
    bytes
        .chunks(200)
        .take(20_000)
        .map(|chunk| Line {
            line: DetailLine {
                pieces: vec![Cell {
                    text: Printable::from_bytes(chunk),
                    tone: Tone::Plain,
                }],
                ..DetailLine::default()
            },
            ..Line::default()
        })
        .collect()
}

/// The event in words: who, from where, on what, with what result; `reveal`: with its secrets.
pub fn summary(
    snapshot: &Snapshot,
    id: EventId,
    record: Option<&Node>,
    name: &str,
    file: &str,
    zone: Tz,
    reveal: bool,
) -> Vec<Line> {
    let s = snapshot;
    let facts = s.facts(id);
    let mut out = Vec::new();
    let service = s.text(Col::Svc, id).unwrap_or("");
    let mut head = Line::default();
    head.line.pieces = vec![
        cell(
            s.text(Col::What, id).unwrap_or("(no name)"),
            list::tone_of(facts),
        ),
        cell(&format!("  {}", service::friendly(service)), Tone::Plain),
        cell(
            &format!("  {}", s.text(Col::Region, id).unwrap_or("")),
            Tone::Faint,
        ),
        cell(
            &format!(
                "  {}",
                s.time(id)
                    .map_or("undated".into(), |t| t.format(zone, "%Y-%m-%d %H:%M:%S %Z"))
            ),
            Tone::Plain,
        ),
    ];
    head.field = s.text(Col::What, id).map(|w| (Field::What, w.to_owned()));
    out.push(head);
    // The tree that is given says by itself what may be seen; what the index holds does not.
    let cell = |text: &str, tone| {
        if reveal {
            cell(text, tone)
        } else {
            cell(&secret::mask_text(text), tone)
        }
    };
    // A name, which gives way to what is said of it.
    let whole = |text: &str, tone| {
        let Cell { text, tone } = cell(text, tone);
        let text = text.with_tail();
        Cell { text, tone }
    };
    let mut row = |label: &str, pieces: Vec<Cell>, field: Option<(Field, String)>| {
        let mut all = vec![cell(&format!("{label:<8}"), Tone::Heading)];
        all.extend(pieces);
        out.push(Line {
            line: DetailLine {
                pieces: all,
                ..DetailLine::default()
            },
            field,
            ..Line::default()
        });
    };
    let person = s.person_of(id);
    if let Some(person) = person.filter(|p| Some(&p.key) != s.principal_of(id).map(|c| &c.key)) {
        row(
            "WHO",
            vec![
                cell(&person.label, Tone::Principal),
                cell(&format!("  {}", person.kind.name()), Tone::Faint),
            ],
            Some((Field::Who, person.key.clone())),
        );
    }
    if let Some(p) = s.principal_of(id) {
        let is_person = person.is_none_or(|person| person.key == p.key);
        let field = if is_person { Field::Who } else { Field::Actor };
        let account = p
            .account
            .as_deref()
            .map(|a| format!("  account {a}"))
            .unwrap_or_default();
        row(
            if is_person { "WHO" } else { "AS" },
            vec![
                cell(&p.label, Tone::Principal),
                cell(&format!("  {}{account}", p.kind.name()), Tone::Faint),
            ],
            Some((field, p.key.clone())),
        );
        if p.key != p.label {
            row(
                "",
                vec![cell(&p.key, Tone::Faint)],
                Some((field, p.key.clone())),
            );
        }
    }
    if let Some(via) = s.text(Col::Via, id) {
        row(
            "VIA",
            vec![cell(via, Tone::Auth)],
            Some((Field::Via, via.to_owned())),
        );
    }
    let by = record
        .and_then(|r| r.get("userIdentity"))
        .and_then(|u| u.get("invokedBy"));
    if let Some(by) = by.and_then(Node::as_str) {
        row("THROUGH", vec![cell(by, Tone::Service)], None);
    }
    // What has no credential is no session to speak of.
    let session = s.symbol(Col::Session, id);
    let kind = session.and_then(|sym| s.session(sym)).map(|s| s.kind);
    if let (Some(sym), Some(kind)) = (session, kind)
        && !matches!(kind, SessionKind::Unkeyed | SessionKind::Service)
    {
        let name = s.dict(Col::Session).text(sym);
        let pieces = vec![
            cell(name.get(..8).unwrap_or(name), Tone::Plain),
            cell(&format!("  {}", kind.name()), Tone::Faint),
        ];
        row("SESSION", pieces, Some((Field::Session, name.to_owned())));
    }
    if let Some(key) = s.text(Col::Key, id) {
        let mfa = match facts.mfa() {
            Some(true) => "  second factor: yes",
            Some(false) => "  second factor: no",
            None => "",
        };
        let pieces = vec![cell(key, Tone::Plain), cell(mfa, Tone::Faint)];
        row("KEY", pieces, Some((Field::Key, key.to_owned())));
    }
    if let Some(ip) = s.text(Col::Ip, id) {
        let console = if facts.console() {
            "  console session"
        } else {
            ""
        };
        let pieces = vec![cell(ip, Tone::Plain), cell(console, Tone::Faint)];
        row("FROM", pieces, Some((Field::Ip, ip.to_owned())));
    }
    if let Some(ua) = s.text(Col::Ua, id) {
        row(
            "WITH",
            vec![cell(ua, Tone::Faint)],
            Some((Field::Ua, ua.to_owned())),
        );
    }
    for (i, (sym, mark)) in s.named_by(id).take(20).enumerate() {
        let resource = s.resources().text(sym);
        let label = if i == 0 { "ON" } else { "" };
        let how = match (mark.role(), mark.naming()) {
            (role, naming) if naming.is_made() => format!("  {}, {}", role.name(), naming.name()),
            (role, _) => format!("  {}", role.name()),
        };
        row(
            label,
            vec![whole(resource, Tone::Resource), cell(&how, Tone::Faint)],
            Some((Field::Res, resource.to_owned())),
        );
    }
    let more = s.resources_of(id).count().saturating_sub(20);
    if more > 0 {
        row(
            "",
            vec![cell(&format!("+{more} more (r lists them)"), Tone::Faint)],
            None,
        );
    }
    let error = s.text(Col::Err, id);
    let message = record
        .and_then(|r| r.get("errorMessage"))
        .and_then(Node::as_str);
    let result = match (facts.outcome(), error) {
        (Outcome::Ok, _) => vec![cell("ok", Tone::Plain)],
        (outcome, error) => vec![cell(
            error.unwrap_or("failed"),
            Tone::of(outcome, Tone::Plain),
        )],
    };
    row("RESULT", result, error.map(|e| (Field::Err, e.to_owned())));
    if let Some(message) = message.filter(|m| Some(*m) != error) {
        row("", vec![cell(message, Tone::Plain)], None);
    }
    if let Some(denial) = message.and_then(Denial::of) {
        let who = denial.who.unwrap_or("the caller");
        let on = denial.resource.map(|r| format!(" on {r}"));
        let asked = format!(
            "{who} asked for {}{}",
            denial.action,
            on.unwrap_or_default()
        );
        row("WHY", vec![cell(&denial.why(), Tone::Denied)], None);
        row("", vec![cell(&asked, Tone::Plain)], None);
        if let Some(note) = denial.encoded_note() {
            row("", vec![cell(note, Tone::Faint)], None);
        }
    }
    if let Some(account) = s.text(Col::Acct, id) {
        row(
            "ACCOUNT",
            vec![cell(account, Tone::Plain)],
            Some((Field::Acct, account.to_owned())),
        );
    }
    let id_field = s.recorded_id(id).map(|i| (Field::Id, i.into_owned()));
    row("EVENT", vec![cell(name, Tone::Plain)], id_field);
    row("FILE", vec![cell(file, Tone::Faint)], None);
    for (holds, words) in [
        (facts.recovered(), "kept after damage earlier in its file"),
        (
            facts.repaired(),
            "its record was damaged, and mended on request",
        ),
        (
            facts.summary(),
            "a summary only: its source has no request and no response",
        ),
        (
            facts.mapped(),
            "put together from another format, which Raw shows",
        ),
    ] {
        if holds {
            row("NOTE", vec![cell(words, Tone::Failed)], None);
        }
    }
    if facts.summary() {
        row(
            "NOTE",
            vec![cell(
                "summary only: its source leaves out request and response",
                Tone::Faint,
            )],
            None,
        );
    } else if facts.mapped() {
        row(
            "NOTE",
            vec![cell("its source has it in another schema", Tone::Faint)],
            None,
        );
    }
    if s.shares_its_id(id) {
        row(
            "NOTE",
            vec![cell(
                "another event carries the same id with other content",
                Tone::Failed,
            )],
            None,
        );
    }
    out
}

/// A line that says whether the record's secrets show.
pub fn secrets_note(shown: bool, key: &str) -> Line {
    let words = if shown {
        format!("the secrets of this record show: {key} hides them")
    } else {
        format!("the secrets of this record are hidden: {key} shows them")
    };
    Line {
        line: DetailLine {
            pieces: vec![
                cell(&format!("{:<8}", "NOTE"), Tone::Heading),
                cell(&words, Tone::Secret),
            ],
            ..DetailLine::default()
        },
        ..Line::default()
    }
}
