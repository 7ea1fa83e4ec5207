//! People and sessions: who is behind the events, where each session comes from, and the proof.
//!
//! Both lists float over the panes. The tree is made anew when lineage grows; the focus stays on
//! the row it was on.

use std::sync::Arc;

use crate::app::action::{Command, Effect};
use crate::app::compose::{plain, toned};
use crate::app::state::{Chain, ChainOf, Locked, Overlay, People, State, View};
use crate::app::{filtering, moves, overlays, pivots, reading};
use crate::base::printable::Printable;
use crate::base::text::{counted, thousands};
use crate::base::time::UtcMicros;
use crate::event::birth::Confidence;
use crate::event::principal::Principal;
use crate::index::schema::{Col, Field};
use crate::index::symbols::Sym;
use crate::pivot::lineage::{Lineage, Stats};
use crate::pivot::person::PersonLine;
use crate::pivot::portrait::Subject;
use crate::pivot::tree::{self, Row, Wanted, What};
use crate::query;
use crate::view::columns;
use crate::view::layout;
use crate::view::lineage as words;
use crate::view::screen::{Cell, PageRow, PagesView, Tone};
use crate::view::shown;

/// Rows a tree on the screen has at most.
const MOST_ROWS: usize = 20_000;
/// Sessions that one filter names at most.
const MOST_NAMED: usize = 60;
/// Lines over the people that do not scroll.
const PEOPLE_HEAD: u16 = 1;
/// Lines over the tree that do not scroll: the focused row, its link, the proof, the time.
const CHAIN_HEAD: u16 = 4;

/// Takes in lineage that was followed anew.
pub fn hear(state: &mut State, lineage: Arc<Lineage>) {
    state.lineage = lineage;
    rebuild(state);
}

/// Takes in the people among the events.
pub fn hear_people(state: &mut State, lines: Vec<PersonLine>) {
    if let Some(Overlay::People(people)) = &mut state.overlay {
        let focused = people
            .lines
            .as_ref()
            .and_then(|l| l.get(people.at))
            .map(|p| p.key.clone());
        let at = focused.and_then(|key| lines.iter().position(|p| p.key == key));
        people.at = at.unwrap_or(people.at.min(lines.len().saturating_sub(1)));
        people.lines = Some(lines);
    }
}

/// Lists the people among the events.
pub fn open_people(state: &mut State) {
    state.overlay = Some(Overlay::People(People::default()));
}

/// Shows the session of the focused event: the way to it and what came of it.
pub fn open_session(state: &mut State) {
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    match state.snapshot.symbol(Col::Session, id) {
        Some(session) => open(state, ChainOf::Session(session)),
        None => state.refuse("the record does not say who acted"),
    }
}

/// Shows every session of the focused event's person, or of the person the view is about.
pub fn open_person(state: &mut State) {
    let about = match &state.view.about {
        crate::app::state::About::Subject(Subject::Principal(key), _) => Some(key.clone()),
        _ => None,
    };
    let of_event = || {
        let id = state.focused_event()?;
        Some(state.snapshot.person_of(id)?.key.clone())
    };
    match about.or_else(of_event) {
        Some(key) => open(state, ChainOf::Person(key)),
        None => state.refuse("there is no event here, and so no person"),
    }
}

fn open(state: &mut State, of: ChainOf) {
    if state.lineage.people().is_empty() {
        return state.refuse("where sessions come from is still being followed");
    }
    let chosen = match &of {
        ChainOf::Session(session) => Some(*session),
        ChainOf::Person(_) => None,
    };
    let mut chain = Chain {
        of,
        rows: Vec::new(),
        at: 0,
        folded: Vec::new(),
        sure_only: false,
    };
    grow(state, &mut chain);
    if let Some(session) = chosen {
        let is_it =
            |r: &usize| chain.rows.get(*r).map(|r| &r.what) == Some(&What::Session(session));
        chain.at = visible(&chain).iter().position(is_it).unwrap_or(0);
    }
    state.overlay = Some(Overlay::Chain(chain));
}

/// Makes the rows of a tree.
fn grow(state: &State, chain: &mut Chain) {
    let wanted = Wanted {
        confidence: if chain.sure_only {
            Confidence::Strong
        } else {
            Confidence::Inferred
        },
        most: MOST_ROWS,
    };
    let (snapshot, lineage) = (&state.snapshot, &state.lineage);
    chain.rows = match &chain.of {
        ChainOf::Session(session) => tree::of_session(snapshot, lineage, *session, wanted).0,
        ChainOf::Person(key) => match lineage.people().find(key) {
            Some(person) => tree::of_person(snapshot, lineage, person, wanted),
            None => Vec::new(),
        },
    };
}

/// Makes the rows of an open tree anew; the focus stays on its row.
fn rebuild(state: &mut State) {
    let Some(Overlay::Chain(mut chain)) = state.overlay.take() else {
        return;
    };
    let focused = focused(&chain).map(|r| r.what.clone());
    grow(state, &mut chain);
    let is_it = |r: &usize| chain.rows.get(*r).map(|r| &r.what) == focused.as_ref();
    let rows = visible(&chain);
    let at = rows.iter().position(is_it);
    chain.at = at.unwrap_or(chain.at.min(rows.len().saturating_sub(1)));
    state.overlay = Some(Overlay::Chain(chain));
}

/// The rows that no fold hides.
fn visible(chain: &Chain) -> Vec<usize> {
    let mut rows = Vec::new();
    let mut at = 0;
    while let Some(row) = chain.rows.get(at) {
        rows.push(at);
        let folded = row.below > 0 && chain.folded.contains(&row.what);
        at += 1 + if folded { row.below } else { 0 };
    }
    rows
}

fn focused(chain: &Chain) -> Option<&Row> {
    let at = *visible(chain).get(chain.at)?;
    chain.rows.get(at)
}

/// Lines at the top of an open list that do not scroll.
pub fn head_lines(state: &State) -> u16 {
    match &state.overlay {
        Some(Overlay::Chain(_)) => CHAIN_HEAD,
        _ => PEOPLE_HEAD,
    }
}

fn height(state: &State) -> usize {
    overlays::height(state)
        .saturating_sub(usize::from(head_lines(state)))
        .max(1)
}

/// The first visible line of an open list.
pub fn top(state: &State) -> usize {
    let at = match &state.overlay {
        Some(Overlay::Chain(chain)) => chain.at,
        Some(Overlay::People(people)) => people.at,
        _ => 0,
    };
    reading::top(at, height(state))
}

/// Puts the focus on a line that was clicked.
pub fn point(state: &mut State, line: usize) {
    match &mut state.overlay {
        Some(Overlay::Chain(chain)) => {
            chain.at = line.min(visible(chain).len().saturating_sub(1));
        }
        Some(Overlay::People(people)) => {
            let len = people.lines.as_ref().map_or(0, Vec::len);
            people.at = line.min(len.saturating_sub(1));
        }
        _ => {}
    }
}

/// A command while one of the lists stands.
pub fn command(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    match &state.overlay {
        Some(Overlay::People(_)) => in_people(state, command),
        Some(Overlay::Chain(_)) => in_chain(state, command, effects),
        _ => {}
    }
}

fn in_people(state: &mut State, command: Command) {
    let height = height(state);
    let Some(Overlay::People(people)) = &mut state.overlay else {
        return;
    };
    let lines = people.lines.as_deref().unwrap_or(&[]);
    let Some(person) = lines.get(people.at) else {
        // Pressed before the people are counted: the event's person is meant, most likely.
        match command {
            Command::Session => open_person(state),
            Command::Lock => lock(state),
            _ => {}
        }
        return;
    };
    match command {
        Command::Open => {
            let (key, label) = (person.key.clone(), person.label.clone());
            to_portrait(state, key, label);
        }
        Command::Session => {
            let key = person.key.clone();
            open(state, ChainOf::Person(key));
        }
        Command::Lock => {
            let (key, label) = (person.key.clone(), person.label.clone());
            lock_on(state, &key, &label);
        }
        _ => people.at = moves::step(people.at, lines.len(), command, height),
    }
}

/// To everything a person did.
fn to_portrait(state: &mut State, key: String, label: String) {
    state.overlay = None;
    state.under.clear();
    match state.focused_event() {
        Some(event) => pivots::go(state, Subject::Principal(key), label, event),
        None => state.refuse("there is no event here"),
    }
}

fn in_chain(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    let height = height(state);
    let Some(Overlay::Chain(chain)) = &mut state.overlay else {
        return;
    };
    let Some(row) = focused(chain).cloned() else {
        return;
    };
    match command {
        Command::Left if row.below > 0 && !chain.folded.contains(&row.what) => {
            chain.folded.push(row.what);
        }
        Command::Left => {
            let parent = row.parent;
            let rows = visible(chain);
            let at = parent.and_then(|p| rows.iter().position(|r| *r == p));
            chain.at = at.unwrap_or(chain.at);
        }
        Command::Right => chain.folded.retain(|f| *f != row.what),
        Command::FoldAll => {
            let open = chain.rows.iter().filter(|r| r.below > 0 && r.depth > 0);
            chain.folded = open.map(|r| r.what.clone()).collect();
            chain.at = 0;
        }
        Command::UnfoldAll => {
            chain.folded.clear();
            let is_it = |r: &usize| chain.rows.get(*r).map(|r| &r.what) == Some(&row.what);
            chain.at = visible(chain).iter().position(is_it).unwrap_or(0);
        }
        Command::Inferred => {
            chain.sure_only = !chain.sure_only;
            let words = if chain.sure_only {
                "inferred links are left out; ~ shows them"
            } else {
                "inferred links are shown with ~"
            };
            rebuild(state);
            state.say(words);
        }
        Command::Only => match row.what {
            What::Session(session) => open(state, ChainOf::Session(session)),
            _ => state.refuse("this row is no session"),
        },
        Command::Session => {
            if let Some(person) = person_of(state, &row) {
                let key = person.key.clone();
                open(state, ChainOf::Person(key));
            }
        }
        Command::Principal => {
            if let Some(person) = person_of(state, &row) {
                to_portrait(state, person.key.clone(), person.label.clone());
            }
        }
        Command::Copy => {
            let text = proof(state, &row).join("\n");
            state.say("copied the row with its proof");
            effects.push(Effect::Copy(Arc::from(text)));
        }
        Command::Open => events_of(state, &row),
        _ => {
            let len = visible(chain).len();
            chain.at = moves::step(chain.at, len, command, height);
        }
    }
}

fn person_of(state: &State, row: &Row) -> Option<Arc<Principal>> {
    let people = state.lineage.people();
    match &row.what {
        What::Person(number) => people.person(*number).cloned(),
        What::Session(session) => people.of(*session).cloned(),
        What::Forwarded(sessions) => people.of(*sessions.first()?).cloned(),
        What::Births(births) => {
            let born = state.snapshot.births().get(*births.first()?)?;
            state.snapshot.person_of(born.event).cloned()
        }
    }
}

/// To the events of a row and of everything below it.
fn events_of(state: &mut State, row: &Row) {
    let snapshot = &state.snapshot;
    let full = |sym: Sym| snapshot.dict(Col::Session).text(sym);
    let text = match &row.what {
        What::Person(number) => {
            let person = state.lineage.people().person(*number);
            let term = person.and_then(|p| filtering::term(Field::Who, Some(&p.key)));
            term.map(|t| t.to_string())
        }
        What::Session(session) => {
            let all = state.lineage.subtree(*session);
            let all = if all.len() > MOST_NAMED {
                vec![*session]
            } else {
                all
            };
            // What is a part of a session is found with it.
            let people = state.lineage.people();
            let mut names: Vec<&str> = all
                .into_iter()
                .filter(|s| people.home(*s) == *s)
                .map(full)
                .collect();
            if names.is_empty() {
                names.push(full(*session));
            }
            Some(format!("session:{}", names.join(",")))
        }
        What::Forwarded(sessions) => {
            let names = sessions.iter().take(MOST_NAMED).map(|s| full(*s));
            Some(format!("session:{}", names.collect::<Vec<_>>().join(",")))
        }
        What::Births(births) => {
            let events = births.iter().take(MOST_NAMED);
            let ids: Vec<String> = events
                .filter_map(|b| snapshot.recorded_id(snapshot.births().get(*b)?.event))
                .map(|id| query::pattern::quote(&id))
                .collect();
            Some(format!("id:{}", ids.join(",")))
        }
    };
    let parsed = text.map(|text| {
        let parsed = query::parse(&text, &state.query_context(None));
        (text, parsed.usable().cloned())
    });
    let Some((text, Some(filter))) = parsed else {
        return state.refuse("its events cannot be written as a filter");
    };
    state.overlay = None;
    state.under.clear();
    let view = View {
        text,
        filter: Arc::new(filter),
        detail: state.view.detail,
        ..View::root()
    };
    pivots::push(state, view);
    state.focus = crate::app::state::Focus::List;
}

/// Follows the focused event's person through every view, or stops.
pub fn lock(state: &mut State) {
    if state.locked.take().is_some() {
        return state.say("nobody is followed any more");
    }
    let id = state.focused_event();
    let person = id.and_then(|id| state.snapshot.person_of(id).cloned());
    match person {
        Some(person) => lock_on(state, &person.key, &person.label),
        None => state.refuse("there is no event here, and so no person"),
    }
}

fn lock_on(state: &mut State, key: &str, label: &str) {
    if state.locked.take().is_some_and(|l| l.key == key) {
        return state.say("nobody is followed any more");
    }
    match filtering::term(Field::Who, Some(key)) {
        Some(filter) => {
            state.locked = Some(Locked {
                key: key.to_owned(),
                label: label.to_owned(),
                filter,
            });
            state.say(format!("{label} is followed through every view; P stops"));
        }
        None => state.refuse("its name cannot be written as a filter"),
    }
}

/// A row, its link and the proof of it, as text.
fn proof(state: &State, row: &Row) -> Vec<String> {
    let snapshot = &state.snapshot;
    let mut lines = vec![words::row_words(snapshot, &state.lineage, &row.what)];
    let Some(link) = &row.link else {
        return lines;
    };
    let event = words::event_of(snapshot, link);
    let time = event.and_then(|e| snapshot.time(e));
    let id = event.and_then(|e| snapshot.recorded_id(e));
    lines.push(format!(
        "link: {}{}{}",
        words::link_words(snapshot, link),
        time.map_or_else(String::new, |t| format!(" {}", t.iso())),
        id.map_or_else(String::new, |id| format!(" event {id}")),
    ));
    lines.push(format!("proof: {}", words::proof(snapshot, link)));
    if let Some(twin) = link.twin.and_then(|e| snapshot.recorded_id(e)) {
        lines.push(format!("seen by the other account too: event {twin}"));
    }
    lines
}

/// Cells of a page's lines, without the pointer and a space at the end.
fn width(state: &State) -> usize {
    let inside = layout::pages_lines(layout::pages(state.size));
    usize::from(inside.width).saturating_sub(2)
}

/// A text that takes exactly `columns`.
fn fitted(text: &str, columns: usize) -> Printable {
    let text = shown(text).truncated(columns);
    let pad = columns.saturating_sub(text.width());
    Printable::new(&format!("{}{}", text.as_str(), " ".repeat(pad)))
}

fn cell(text: Printable, tone: Tone) -> Cell {
    Cell { text, tone }
}

/// The people among the events.
pub fn people_view(state: &State, people: &People) -> PagesView {
    let width = width(state);
    let lines = people.lines.as_deref().unwrap_or(&[]);
    let top = top(state);
    let (format, time) = columns::time_format(state.snapshot.span());
    let wide = width >= 130;
    let figures = if wide { 6 * 9 } else { 3 * 9 };
    let times = if width >= 70 {
        2 * (usize::from(time) + 2)
    } else {
        0
    };
    let name = width.saturating_sub(figures + times).max(10);
    let figure = |n: u64| {
        let text = if n == 0 { String::new() } else { thousands(n) };
        format!("{text:>9}")
    };
    let row = |i: usize, p: &PersonLine| {
        let s = &p.stats;
        let account = p.account.as_deref().unwrap_or("");
        let words = format!("{}  {} {account}", p.label, p.kind.name());
        let mut pieces = vec![
            cell(fitted(&words, name), Tone::Principal),
            plain(figure(s.events)),
            toned(figure(s.writes + s.deletes), Tone::Write),
            toned(figure(s.denied), Tone::Denied),
        ];
        if wide {
            pieces.push(toned(figure(s.failed), Tone::Failed));
            pieces.push(plain(figure(p.sessions)));
            pieces.push(plain(figure(p.keys)));
        }
        if times > 0 {
            let (first, last) = p.span().unzip();
            let first = columns::clock(first, state.zone, format);
            let last = columns::clock(last, state.zone, format);
            pieces.push(toned(format!("  {first}  {last}"), Tone::Faint));
        }
        PageRow {
            pieces,
            focused: i == people.at,
        }
    };
    let mut heading = format!(
        "{:<name$}{:>9}{:>9}{:>9}",
        "WHO", "EVENTS", "CHANGES", "DENIED"
    );
    if wide {
        heading.push_str(&format!("{:>9}{:>9}{:>9}", "FAILED", "SESSIONS", "KEYS"));
    }
    if times > 0 {
        let time = usize::from(time);
        heading.push_str(&format!("  {:<time$}  {:<time$}", "FIRST", "LAST"));
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
        foot: "Enter everything they did   s their sessions   P follow   q closes".to_owned(),
    }
}

/// The tree of sessions.
pub fn view(state: &State, chain: &Chain) -> PagesView {
    let width = width(state);
    let bars = if width >= 70 { (width / 4).min(48) } else { 0 };
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
    let links = if chain.sure_only {
        "= exact  ≈ strong  + made for another"
    } else {
        "= exact  ≈ strong  ~ inferred  + made for another"
    };
    let soon = if state.progress.done {
        ""
    } else {
        "; more may come while loading"
    };
    PagesView {
        title: shown(&format!(
            "{title}: {}, {links}{soon}",
            counted(chain.rows.len() as u64, "row")
        )),
        head: head(state, chain, text, bars, span),
        rows: rows.collect(),
        position: (top, visible.len()),
        foot: "Enter events   h l fold   ~ inferred   y copies the proof   p person   q closes"
            .to_owned(),
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
    let lines = focused(chain)
        .map(|row| proof(state, row))
        .unwrap_or_default();
    let mut head: Vec<PageRow> = (0..usize::from(CHAIN_HEAD) - 1)
        .map(|i| {
            let tone = [Tone::Principal, Tone::Auth, Tone::Faint];
            let words = lines.get(i).map_or("", String::as_str);
            line(vec![toned(words, tone.get(i).copied().unwrap_or_default())])
        })
        .collect();
    let axis = match (span, bars) {
        (Some((from, to)), 1..) => {
            let format = if UtcMicros(from).day_start() == UtcMicros(to).day_start() {
                "%H:%M:%S"
            } else {
                "%m-%d %H:%M"
            };
            let (from, to) = (
                UtcMicros(from).format(state.zone, format),
                UtcMicros(to).format(state.zone, format),
            );
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
    let lead = format!("{prefix}{fold} {mark}");
    let lead_width = Printable::new(&lead).width();
    let counts_width = counts.len() + 1;
    let room = text.saturating_sub(lead_width + counts_width);
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
