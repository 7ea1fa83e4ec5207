//! The people among the events: a list that floats over the panes.

use crate::app::action::{Command, Effect};
use crate::app::chain::{self, height, top};
use crate::app::compose::{plain, toned};
use crate::app::keymap::Scope;
use crate::app::merging;
use crate::app::moves;
use crate::app::state::{ChainOf, Overlay, People, State};
use crate::app::tree_view::{cell, fitted, width};
use crate::base::text::thousands;
use crate::pivot::person::PersonLine;
use crate::view::columns;
use crate::view::screen::{PageRow, PagesView, Tone};
use crate::view::{shown, with_accounts};

/// Columns of cells an account takes: its number or the name it was given, and a space.
const ACCOUNT: usize = 15;

/// Takes in the people among the events.
pub fn hear(state: &mut State, lines: Vec<PersonLine>) {
    let Some(Overlay::People(people)) = &state.overlay else {
        return;
    };
    let focused = people.lines.as_ref().and_then(|l| l.get(people.at));
    let at = focused.map(|p| p.key.clone()).and_then(|key| {
        let place = |key: &str| lines.iter().position(|p| p.key == key);
        place(&key).or_else(|| place(&chain::person_now(state, &key)))
    });
    if let Some(Overlay::People(people)) = &mut state.overlay {
        people.at = at.unwrap_or(people.at.min(lines.len().saturating_sub(1)));
        people.lines = Some(lines);
    }
}

/// Lists the people among the events.
pub fn open(state: &mut State) {
    state.overlay = Some(Overlay::People(People::default()));
}

/// A command while the list stands.
pub fn command(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    let height = height(state);
    let Some(Overlay::People(people)) = &mut state.overlay else {
        return;
    };
    let lines = people.lines.as_deref().unwrap_or(&[]);
    let Some(person) = lines.get(people.at) else {
        // Pressed before the people are counted: the event's person is meant, most likely.
        match command {
            Command::Session => chain::open_person(state),
            Command::Lock => chain::lock(state),
            _ => {}
        }
        return;
    };
    match command {
        Command::Open => {
            let (key, label) = (person.key.clone(), person.label.clone());
            chain::to_portrait(state, key, label);
        }
        Command::Session => {
            let key = person.key.clone();
            chain::open(state, ChainOf::Person(key));
        }
        Command::Lock => {
            let (key, label) = (person.key.clone(), person.label.clone());
            chain::lock_on(state, &key, &label);
        }
        Command::Merge => merging::mark(state),
        Command::UndoIdentity => merging::undo(state, effects),
        _ => people.at = moves::step(people.at, lines.len(), command, height),
    }
}

/// The people among the events.
pub fn view(state: &State, people: &People) -> PagesView {
    let width = width(state);
    let lines = people.lines.as_deref().unwrap_or(&[]);
    let top = top(state);
    let (format, time) = columns::time_format(state.snapshot.span());
    let wide = width >= 130;
    let figures = if wide { 6 * 9 } else { 3 * 9 };
    // In a narrow terminal names need the room more than the first sighting does.
    let shown_times = match width {
        130.. => 2,
        60.. => 1,
        _ => 0,
    };
    let times = shown_times * (usize::from(time) + 2);
    let news = if width >= 100 { 16 } else { 0 };
    let name = width.saturating_sub(figures + times + news).max(10);
    // The account stands in a column of its own where names keep enough room beside it.
    let account = if name >= 3 * ACCOUNT { ACCOUNT } else { 0 };
    let name = name - account;
    let figure = |n: u64| {
        let text = if n == 0 { String::new() } else { thousands(n) };
        format!("{text:>9}")
    };
    let row = |i: usize, p: &PersonLine| {
        let s = &p.stats;
        let said = &state.wishes.identities.statements;
        let mark = if people.marked.as_ref().is_some_and(|m| m.0 == p.key) {
            "● "
        } else if said.iter().any(|s| s.is_about(&p.key)) {
            "¤ "
        } else {
            ""
        };
        let of = with_accounts(p.account.as_deref().unwrap_or(""), &state.accounts);
        // What does not fit whole says less cut short than left out.
        let (label, kind) = (&p.label, p.kind.name());
        let (with, without) = (format!("  {kind} {of}"), format!("  {kind}"));
        let beside: &[&str] = if account == 0 {
            &[&with, &without, ""]
        } else {
            &[&without, ""]
        };
        let words = beside.iter().map(|beside| {
            let words = format!("{mark}{label}{beside}");
            shown(&with_accounts(&words, &state.accounts))
        });
        let room = name.saturating_sub(1);
        let words = words.reduce(|words, next| if words.width() > room { next } else { words });
        let words = words.unwrap_or_default();
        let mut pieces = vec![
            cell(fitted(words.as_str(), room), Tone::Principal),
            plain(" "),
        ];
        if account > 0 {
            pieces.push(cell(fitted(&of, account - 1), Tone::Plain));
            pieces.push(plain(" "));
        }
        pieces.extend([
            plain(figure(u64::from(s.events))),
            toned(figure(u64::from(s.writes + s.deletes)), Tone::Write),
            toned(figure(u64::from(s.denied)), Tone::Denied),
        ]);
        if wide {
            pieces.push(toned(figure(u64::from(s.failed)), Tone::Failed));
            pieces.push(plain(figure(p.sessions)));
            pieces.push(plain(figure(p.keys)));
        }
        if news > 0 {
            let words = fitted(&p.news_words(), news - 2);
            pieces.push(toned(format!("  {words}"), Tone::Auth));
        }
        if times > 0 {
            let (first, last) = p.span().unzip();
            let first = columns::clock(first, state.zone, format);
            let last = columns::clock(last, state.zone, format);
            let both = if shown_times > 1 {
                format!("  {first}")
            } else {
                String::new()
            };
            pieces.push(toned(format!("{both}  {last}"), Tone::Faint));
        }
        PageRow {
            pieces,
            focused: i == people.at,
        }
    };
    let mut heading = format!("{:<name$}", "WHO");
    if account > 0 {
        heading.push_str(&format!("{:<account$}", "ACCOUNT"));
    }
    heading.push_str(&format!("{:>9}{:>9}{:>9}", "EVENTS", "CHANGES", "DENIED"));
    if wide {
        heading.push_str(&format!("{:>9}{:>9}{:>9}", "FAILED", "SESSIONS", "KEYS"));
    }
    if news > 0 {
        let counting = lines.first().is_some_and(|p| p.news.is_none());
        let word = if counting { "NEW …" } else { "NEW" };
        heading.push_str(&format!("  {word:<width$}", width = news - 2));
    }
    if times > 0 {
        let time = usize::from(time);
        if shown_times > 1 {
            heading.push_str(&format!("  {:<time$}", "FIRST"));
        }
        heading.push_str(&format!("  {:<time$}", "LAST"));
    }
    let of = if state.view.text.is_empty() && state.locked.is_none() {
        "everything"
    } else {
        "this filter"
    };
    let title = match &people.lines {
        Some(lines) => format!(
            "People of {of}: {}, who changed most first",
            thousands(lines.len() as u64)
        ),
        None => format!("People of {of}: counting …"),
    };
    let rows = lines.iter().enumerate().skip(top).take(height(state));
    PagesView {
        title: shown(&title),
        head: vec![PageRow {
            pieces: vec![toned(heading, Tone::Heading)],
            focused: false,
        }],
        rows: rows.map(|(i, p)| row(i, p)).collect(),
        position: (top, lines.len()),
        foot: state.keys.line(
            Scope::People,
            &[
                (Command::Open, "everything they did"),
                (Command::Session, "sessions"),
                (Command::Lock, "follow"),
                (Command::Merge, "twice: one person"),
                (Command::UndoIdentity, "undo"),
                (Command::Escape, "closes"),
            ],
        ),
    }
}
