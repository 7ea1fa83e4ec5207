//! The tree of sessions as lines: what each is, how it is known, and when it was.

use crate::app::action::Command;
use crate::app::chain::{focused, head_lines, height, is_unlinked, top, visible};
use crate::app::compose::toned;
use crate::app::keymap::Scope;
use crate::app::state::{Chain, ChainOf, State};
use crate::base::printable::Printable;
use crate::base::text::{counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::birth::Confidence;
use crate::pivot::identity::Statement;
use crate::pivot::lineage::Stats;
use crate::pivot::tree::{self, Row, What};
use crate::view::layout;
use crate::view::lineage as words;
use crate::view::screen::{Cell, PageRow, PagesView, Tone};
use crate::view::{shown, with_accounts};

/// Columns that what a row is called has before its figures have any.
const LEAST_NAME: usize = 16;

/// The tree of sessions.
pub fn view(state: &State, chain: &Chain) -> PagesView {
    let width = width(state);
    let bars = if chain.gantt {
        width.saturating_sub((width / 3).max(30) + 1)
    } else if width >= 70 {
        (width / 4).min(48)
    } else {
        0
    };
    let text = width.saturating_sub(bars + usize::from(bars > 0));
    let visible = visible(chain);
    let top = top(state);
    let prefixes = words::prefixes(&chain.rows);
    let span = whole(state, chain);
    let rows = visible.iter().enumerate().skip(top).take(height(state));
    let rows = rows.filter_map(|(i, at)| {
        let row = chain.rows.get(*at)?;
        let (prefix, _) = prefixes.get(*at)?;
        let folded = row.below > 0 && chain.folded.contains(&row.what);
        Some(PageRow {
            pieces: pieces(state, row, prefix, folded, (text, bars), span),
            focused: i == chain.at,
        })
    });
    let title = match &chain.of {
        ChainOf::Person(_) => "Sessions",
        ChainOf::Session(_) => "Lineage of a session",
    };
    let soon = if state.progress.done {
        ""
    } else {
        "; more may come while loading"
    };
    let rows_words = format!(
        "{title}: {}{}",
        counted(chain.rows.len() as u64, "row"),
        unlinked_words(state, chain)
    );
    // The signs with as many words as fit beside the rows and the place among them.
    let (long, middle, short) = if chain.sure_only {
        (
            "= exact  ≈ strong  + made for another  ? unknown",
            "= exact ≈ strong + made ? unknown",
            "= exact ≈ strong + made",
        )
    } else {
        (
            "= exact  ≈ strong  ~ inferred  + made for another  ? unknown",
            "= exact ≈ strong ~ inferred + made ? unknown",
            "= exact ≈ strong ~ inferred + made",
        )
    };
    let place = format!("  {0}–{0} of {0} ", visible.len());
    let taken = [&rows_words, soon, &place].map(|s| s.chars().count());
    let room = width.saturating_sub(taken.iter().sum::<usize>() + 2);
    let links = [long, middle]
        .into_iter()
        .find(|l| l.chars().count() <= room);
    PagesView {
        title: shown(&format!("{rows_words}{soon}, {}", links.unwrap_or(short))),
        head: head(state, chain, text, bars, span),
        rows: rows.collect(),
        position: (top, visible.len()),
        foot: state.keys.line(
            Scope::Chain,
            &[
                (Command::Open, "events"),
                (Command::Left, "folds"),
                (Command::Inferred, "inferred"),
                (Command::NextUnlinked, "unknown origin"),
                (Command::Gantt, "time"),
                (Command::Copy, "proof"),
                (Command::Principal, "person"),
                (Command::Escape, "closes"),
            ],
        ),
    }
}

/// `, 2 of unknown origin`
fn unlinked_words(state: &State, chain: &Chain) -> String {
    let rows = chain.rows.iter().filter(|r| !r.again);
    match rows.filter(|r| is_unlinked(state, r)).count() {
        0 => String::new(),
        n => format!(", {} of unknown origin", thousands(n as u64)),
    }
}

/// First and last moment of a tree.
fn whole(state: &State, chain: &Chain) -> Option<(i64, i64)> {
    let mut sum = Stats::NONE;
    // Of one session's lineage, what came of it counts: a key of years above it would hide that.
    let from = match chain.of {
        ChainOf::Person(_) => 0,
        ChainOf::Session(session) => {
            let is_it = |r: &Row| r.what == What::Session(session);
            chain.rows.iter().position(is_it).unwrap_or(0)
        }
    };
    for row in chain.rows.iter().skip(from).filter(|r| r.depth > 0) {
        sum.add(&tree::stats(&state.snapshot, &state.lineage, &row.what));
    }
    words::span(&sum).map(|(a, b)| (a.0, b.0))
}

fn head(
    state: &State,
    chain: &Chain,
    text: usize,
    bars: usize,
    span: Option<(i64, i64)>,
) -> Vec<PageRow> {
    let line = |pieces| PageRow {
        pieces,
        focused: false,
    };
    let most = usize::from(head_lines(state)) - 1;
    let lines = focused(chain).map(|row| proof(state, row));
    let mut lines = wrapped(lines.unwrap_or_default(), width(state), most);
    lines.resize(most, (Tone::Faint, String::new()));
    let lines = lines.into_iter();
    let mut head: Vec<PageRow> = lines
        .map(|(tone, words)| line(vec![toned(words, tone)]))
        .collect();
    let axis = match (span, bars) {
        (Some((from, to)), 1..) => {
            let formats = if UtcMicros(from).day_start() == UtcMicros(to).day_start() {
                ["%H:%M:%S", "%H:%M"]
            } else {
                ["%m-%d %H:%M", "%m-%d"]
            };
            let ends = formats.map(|format| {
                let end = |at| UtcMicros(at).format(state.zone, format);
                (end(from), end(to))
            });
            // Both ends side by side, or nothing.
            let fits = |(from, to): &&(String, String)| from.len() + to.len() < bars;
            let (from, to) = ends.iter().find(fits).cloned().unwrap_or_default();
            let room = bars.saturating_sub(from.len());
            format!("{} {from}{to:>room$}", "─".repeat(text))
        }
        _ => "─".repeat(text),
    };
    head.push(line(vec![toned(axis, Tone::Faint)]));
    head
}

fn pieces(
    state: &State,
    row: &Row,
    prefix: &str,
    folded: bool,
    (text, bars): (usize, usize),
    span: Option<(i64, i64)>,
) -> Vec<Cell> {
    let (snapshot, lineage) = (&state.snapshot, &state.lineage);
    let stats = tree::stats(snapshot, lineage, &row.what);
    let link = row.link.as_ref().filter(|_| row.depth > 1);
    let unknown = if link.is_none() && is_unlinked(state, row) {
        "? "
    } else {
        ""
    };
    let made = link.is_some_and(|l| !l.kind.same_person());
    let mark = link.map_or(String::new(), |l| {
        let sign = match l.confidence {
            Confidence::Exact => "=",
            Confidence::Strong => "≈",
            Confidence::Inferred => "~",
        };
        format!("{}{sign} ", if made { "+" } else { "" })
    });
    let mut what = words::row_words(snapshot, lineage, &row.what);
    what = with_accounts(&what, &state.accounts).into_owned();
    if row.again {
        what.push_str("  (unfolded elsewhere)");
    }
    let counts = match row.what {
        What::Births(_) => String::new(),
        _ => words::counts(&stats),
    };
    let fold = match (row.below, folded) {
        (0, _) => " ",
        (_, true) => "▸",
        (_, false) => "▾",
    };
    let tone = match &row.what {
        What::Person(_) => Tone::Principal,
        What::Session(_) if stats.denied + stats.failed > 0 => Tone::Failed,
        What::Session(_) if stats.writes + stats.deletes > 0 => Tone::Write,
        What::Session(_) => Tone::Plain,
        What::Forwarded(_) => Tone::Service,
        What::Births(_) => Tone::Faint,
    };
    let said = if said(state, row, false).next().is_some() {
        "¤ "
    } else {
        ""
    };
    let lead = format!("{prefix}{fold} {mark}{unknown}{said}");
    let lead_width = Printable::new(&lead).width();
    // What it is called goes before what it did: its bar says at least when.
    let few = match row.what {
        What::Births(_) => String::new(),
        _ => format!("{} ev", thousands(u64::from(stats.events))),
    };
    let least = Printable::new(&what).width().min(LEAST_NAME);
    let room = |counts: &str| text.saturating_sub(lead_width + counts.len() + 1);
    let counts = [counts, few].into_iter().find(|c| room(c) >= least);
    let counts = counts.unwrap_or_default();
    let room = room(&counts);
    let mut pieces = vec![
        toned(lead, Tone::Faint),
        cell(fitted(&what, room), tone),
        toned(format!(" {counts}"), Tone::Plain),
    ];
    if bars > 0 {
        let bar = match (span, words::span(&stats)) {
            (Some(span), Some((from, to))) => bar(span, (from.0, to.0), bars),
            _ => " ".repeat(bars),
        };
        pieces.push(toned(format!(" {bar}"), tone));
    }
    pieces
}

/// A stretch of the whole as a bar of `columns`.
fn bar((from, to): (i64, i64), (first, last): (i64, i64), columns: usize) -> String {
    let slot = |t: i64| crate::pivot::tally::slot_of(t, from, to, columns);
    let (a, b) = (slot(first), slot(last));
    (0..columns)
        .map(|c| if c < a || c > b { '·' } else { '━' })
        .collect()
}

/// Lines of which those that are too long go on in the next, as far as `most` leaves room for that.
fn wrapped(lines: Vec<(Tone, String)>, width: usize, most: usize) -> Vec<(Tone, String)> {
    let mut spare = most.saturating_sub(lines.len());
    let mut out = Vec::with_capacity(most);
    for (tone, line) in lines {
        let too_long = line.chars().count() > width;
        let edge = line.char_indices().nth(width).map_or(line.len(), |c| c.0);
        let at = line[..edge].rfind(' ').filter(|_| too_long && spare > 0);
        match at {
            Some(at) => {
                spare -= 1;
                out.push((tone, line[..at].to_owned()));
                out.push((tone, format!(" {}", &line[at..])));
            }
            None => out.push((tone, line)),
        }
    }
    out.truncate(most);
    out
}

/// What the analyst said of a row's person or caller, a line each; where it is told `in_full`, why a
/// session's caller is the person it stands below, too.
fn said<'a>(state: &'a State, row: &Row, in_full: bool) -> impl Iterator<Item = String> + use<'a> {
    let people = state.lineage.people();
    let key = match &row.what {
        What::Person(number) => people.person(*number).map(|p| p.key.as_str()),
        What::Session(session) => {
            let principal = state.snapshot.session(*session).and_then(|s| s.principal);
            principal.map(|p| state.snapshot.principal(p).key.as_str())
        }
        _ => None,
    };
    let is_person = matches!(row.what, What::Person(_));
    let all = state.wishes.identities.statements.iter();
    let about = all.filter(move |s| match s {
        // The whole person is another's: each of its sessions need not say so.
        Statement::Same { other, .. } if !is_person => in_full && key == Some(other),
        _ => key.is_some_and(|key| s.is_about(key)),
    });
    about.map(|s| format!("said by you: {}", s.words()))
}

/// A row, its session, its link, the proof of it, and what would settle it, as text.
pub fn proof(state: &State, row: &Row) -> Vec<(Tone, String)> {
    let snapshot = &state.snapshot;
    let title = words::row_words(snapshot, &state.lineage, &row.what);
    let title = with_accounts(&title, &state.accounts).into_owned();
    let mut lines = vec![(Tone::Principal, title)];
    let session = match row.what {
        What::Session(session) => Some(session),
        _ => None,
    };
    let words = match &row.what {
        What::Session(session) => words::session_words(snapshot, &state.lineage, *session),
        What::Person(person) => words::person_words(&state.lineage, *person),
        What::Births(births) => words::births_words(snapshot, births),
        What::Forwarded(sessions) => words::services_words(snapshot, sessions),
    };
    lines.push((Tone::Plain, words));
    lines.extend(said(state, row, true).map(|words| (Tone::Auth, words)));
    if let Some(link) = &row.link {
        let event = words::event_of(snapshot, link);
        let time = event.and_then(|e| snapshot.time(e));
        let id = event.and_then(|e| snapshot.recorded_id(e));
        let twin = link.twin.and_then(|e| snapshot.recorded_id(e));
        let words = format!(
            "link: {}{}{}{}",
            words::link_words(snapshot, link),
            time.map_or_else(String::new, |t| format!(" {}", t.iso())),
            id.map_or_else(String::new, |id| format!(" event {id}")),
            twin.map_or_else(String::new, |id| format!(
                ", seen by the other account too: event {id}"
            )),
        );
        lines.push((Tone::Auth, words));
        let value = words::proof_value(snapshot, link);
        let words = format!("proof: {value} by {}", link.kind.evidence());
        lines.push((Tone::Faint, words));
    }
    let guess = row
        .link
        .as_ref()
        .is_some_and(|l| l.confidence == Confidence::Inferred);
    if let Some(session) = session.filter(|_| guess || is_unlinked(state, row)) {
        if row.link.is_none() {
            let found = words::unlinked(snapshot, &state.lineage, session);
            let words = words::candidate_words(snapshot, &found);
            lines.push((Tone::Faint, words));
        }
        let words = words::would_settle(snapshot, session);
        lines.push((Tone::Faint, format!("would settle it: {words}")));
    }
    lines
}

/// Cells of a page's lines, without the pointer and a space at the end.
pub fn width(state: &State) -> usize {
    let inside = layout::pages_lines(layout::pages(state.size));
    usize::from(inside.width).saturating_sub(2)
}

/// A text that takes exactly `columns`.
pub fn fitted(text: &str, columns: usize) -> Printable {
    let text = shown(text).truncated(columns);
    let pad = columns.saturating_sub(text.width());
    Printable::new(&format!("{}{}", text.as_str(), " ".repeat(pad)))
}

pub const fn cell(text: Printable, tone: Tone) -> Cell {
    Cell { text, tone }
}
