//! The map of the evidence: which account and region was told of in which hours, and what is missing.
//!
//! It floats over the list of files. Events are counted by the engine; which hours files tell of is
//! known from their names. A stretch that no file tells of is a gap, never an hour without events.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::action::{Command, Effect};
use crate::app::compose::{plain, toned};
use crate::app::keymap::Scope;
use crate::app::state::{CoverageMap, Overlay, State, View};
use crate::app::tables::{Table, Value};
use crate::app::tree_view::{cell, fitted};
use crate::app::{moves, overlays, pivots, plot, pointing, reading};
use crate::base::text::{counted, thousands};
use crate::base::time::{DAY, HOUR, SECOND, UtcMicros};
use crate::engine::protocol::Request;
use crate::index::schema::Field;
use crate::pivot::coverage::Told;
use crate::pivot::held::{Held, HeldPair};
use crate::query::ast::Expr;
use crate::view::screen::{Cell, PageRow, PagesView, Tone};
use crate::view::{layout, shown, with_accounts};

/// Lines over the map that do not scroll: the focused cell in words, the legend, the time.
pub const HEAD: u16 = 3;
/// Hours one cell can stand for, the fewest first.
const STEPS: [i64; 11] = [1, 2, 3, 6, 12, 24, 48, 7 * 24, 28 * 24, 364 * 24, 3640 * 24];
/// Stretches that an export has at most.
const MOST: usize = 200_000;

/// An account in a region.
#[derive(Debug, Clone, Default)]
struct Row {
    account: Option<Arc<str>>,
    region: Option<Arc<str>>,
    /// Its place in what files' names say.
    named: Option<usize>,
    /// Its place in what the records say.
    held: Option<usize>,
}

/// What is known of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Events are there, and every hour is told of.
    Events,
    /// Every hour is told of: nothing happened.
    Quiet,
    /// Hours of it are told of, others not.
    Part,
    /// Files that tell of it are not read, or were left unread.
    Unread,
    /// No file tells of it.
    Gap,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Quiet => "quiet",
            Self::Part => "part",
            Self::Unread => "unread",
            Self::Gap => "gap",
        }
    }
}

/// A cell of the map.
#[derive(Debug, Clone, Copy)]
struct Spot {
    kind: Kind,
    events: u64,
    /// Hours of it that nothing tells of.
    untold: i64,
}

/// How the map lies over time.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// Hours of a cell.
    hours: i64,
    /// The first hour of the first cell of all.
    first: i64,
    /// Cells in all.
    len: i64,
    /// The focused one.
    at: i64,
    /// The first one in sight.
    left: i64,
    /// How many are in sight.
    columns: usize,
}

impl Scale {
    /// First and last hour of a cell.
    const fn hours_of(&self, cell: i64) -> (i64, i64) {
        let first = self.first + cell * self.hours;
        (first, first + self.hours - 1)
    }
}

/// Opens the map.
pub fn open(state: &mut State) {
    state.under.extend(state.overlay.take());
    state.overlay = Some(Overlay::Coverage(CoverageMap::default()));
}

/// The map that is open, be it under a help or a palette.
fn map_mut(state: &mut State) -> Option<&mut CoverageMap> {
    let above = state.overlay.iter_mut();
    above.chain(&mut state.under).find_map(|o| match o {
        Overlay::Coverage(map) => Some(map),
        _ => None,
    })
}

/// Has events counted for an open map, anew where more have come.
pub fn ask(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.snapshot.generation();
    let Some(map) = map_mut(state) else { return };
    let known = map.held.as_ref().is_some_and(|h| h.generation == now);
    if known || state.holding {
        return;
    }
    state.holding = true;
    effects.push(Effect::Send(Request::Held(Arc::clone(&state.snapshot))));
}

/// Takes in what was counted.
pub fn hear(state: &mut State, held: Arc<Held>) {
    state.holding = false;
    let focused = map_mut(state).is_some_and(|map| map.hour.is_some());
    let before = rows_of_map(state);
    if let Some(map) = map_mut(state) {
        let row = before.get(map.row).cloned();
        map.held = Some(held);
        let after = rows_of_map(state);
        let same = |r: &Row| {
            row.as_ref().map(|b| (&b.account, &b.region)) == Some((&r.account, &r.region))
        };
        let at = after.iter().position(same);
        // The first look is at the end, where the newest evidence is.
        let end = span(state, &after).map(|(_, last)| last);
        if let Some(map) = map_mut(state) {
            map.row = at.unwrap_or(map.row.min(after.len().saturating_sub(1)));
            if !focused {
                map.hour = end;
            }
        }
    }
}

fn rows_of_map(state: &State) -> Vec<Row> {
    let all = state.overlay.iter().chain(&state.under);
    let map = all.into_iter().find_map(|o| match o {
        Overlay::Coverage(map) => Some(map),
        _ => None,
    });
    map.map_or_else(Vec::new, |map| rows(state, map))
}

/// Every account and region that a record or a file's name tells of, in order.
fn rows(state: &State, map: &CoverageMap) -> Vec<Row> {
    type Key = (Option<Arc<str>>, Option<Arc<str>>);
    let mut all: BTreeMap<Key, Row> = BTreeMap::new();
    for (at, (account, region)) in state.coverage.pairs().iter().enumerate() {
        let key = (Some(Arc::clone(account)), Some(Arc::clone(region)));
        all.entry(key).or_default().named = Some(at);
    }
    let held = map
        .held
        .iter()
        .flat_map(|held| held.pairs.iter().enumerate());
    for (at, pair) in held {
        let key = (pair.account.clone(), pair.region.clone());
        all.entry(key).or_default().held = Some(at);
    }
    let rows = all.into_iter();
    rows.map(|((account, region), row)| Row {
        account,
        region,
        ..row
    })
    .collect()
}

fn held_of<'m>(map: &'m CoverageMap, row: &Row) -> Option<&'m HeldPair> {
    map.held.as_ref()?.pairs.get(row.held?)
}

/// The first and the last hour that anything tells of.
fn span(state: &State, rows: &[Row]) -> Option<(i64, i64)> {
    let mut all: Option<(i64, i64)> = None;
    let mut join = |span: Option<(i64, i64)>| {
        if let Some((first, last)) = span {
            all = Some(all.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        }
    };
    for row in rows {
        join(row.named.and_then(|at| state.coverage.span(at)));
    }
    let hour = |time: UtcMicros| time.0.div_euclid(HOUR);
    join(state.snapshot.span().map(|(a, b)| (hour(a), hour(b))));
    all
}

/// Columns of the map's cells, and those before them.
fn widths(state: &State) -> (usize, usize) {
    let inside = layout::pages_lines(layout::pages(state.size));
    let width = usize::from(inside.width).saturating_sub(2);
    let label = if width >= 70 { 14 + 15 + 10 } else { 17 };
    (width.saturating_sub(label).max(4), label)
}

fn scale(state: &State, map: &CoverageMap, rows: &[Row]) -> Option<Scale> {
    let (first, last) = span(state, rows)?;
    let (columns, _) = widths(state);
    let cells = |hours: i64| last.div_euclid(hours) - first.div_euclid(hours) + 1;
    let fits = STEPS
        .iter()
        .position(|hours| cells(*hours) <= columns as i64);
    let step = map.step.or(fits).unwrap_or(STEPS.len() - 1);
    let hours = STEPS[step.min(STEPS.len() - 1)];
    let start = first.div_euclid(hours) * hours;
    let len = cells(hours);
    let hour = map.hour.unwrap_or(last).clamp(first, last);
    let at = (hour - start).div_euclid(hours);
    let most = (len - columns as i64).max(0);
    Some(Scale {
        hours,
        first: start,
        len,
        at,
        left: (at - columns as i64 / 2).clamp(0, most),
        columns: columns.min(usize::try_from(len).unwrap_or(columns)),
    })
}

/// What is known of a row's cell.
fn spot(state: &State, held: Option<&HeldPair>, told: &Told, hours: (i64, i64)) -> Spot {
    let (first, last) = hours;
    let events = held.map_or(0, |h| h.events(first, last));
    let untold = last - first + 1 - told.hours.count(first, last);
    let may_come = state.progress.walking || state.coverage.has_unplaced();
    let kind = if told.awaited.meets(first, last) || (untold > 0 && may_come) {
        Kind::Unread
    } else if untold == 0 && events > 0 {
        Kind::Events
    } else if untold == 0 {
        Kind::Quiet
    } else if untold > last - first {
        Kind::Gap
    } else {
        Kind::Part
    };
    Spot {
        kind,
        events,
        untold,
    }
}

/// What tells of the hours of a row.
fn told(state: &State, held: Option<&HeldPair>, row: &Row) -> Told {
    let mut told = state.coverage.told(row.named);
    if let Some(held) = held {
        told.hours.join(&held.hours);
    }
    told
}

/// A command while the map stands.
pub fn command(state: &mut State, command: Command) {
    let Some(Overlay::Coverage(map)) = &state.overlay else {
        return;
    };
    let all = rows(state, map);
    let (Some(scale), Some(row)) = (scale(state, map, &all), all.get(map.row)) else {
        return;
    };
    let height = lines(state);
    let (mut at, mut step, mut to) = (map.row, map.step, scale.at);
    let now = STEPS.iter().position(|h| *h == scale.hours).unwrap_or(0);
    match command {
        Command::Left => to -= 1,
        Command::Right => to += 1,
        Command::FirstColumn => to = 0,
        Command::LastColumn => to = scale.len - 1,
        Command::ZoomIn => step = Some(now.saturating_sub(1)),
        Command::ZoomOut => step = Some((now + 1).min(STEPS.len() - 1)),
        Command::NextGap | Command::PreviousGap => {
            let forward = command == Command::NextGap;
            let held = held_of(map, row);
            let told = told(state, held, row);
            let is_missing = |cell: &i64| {
                let spot = spot(state, held, &told, scale.hours_of(*cell));
                matches!(spot.kind, Kind::Gap | Kind::Part | Kind::Unread)
            };
            // From the stretch the focus is in to the next one.
            let here = is_missing(&to);
            let mut ahead: Box<dyn Iterator<Item = i64>> = if forward {
                Box::new(to + 1..scale.len)
            } else {
                Box::new((0..to).rev())
            };
            let mut left = !here;
            let found = ahead.find(|cell| {
                left |= !is_missing(cell);
                left && is_missing(cell)
            });
            match found {
                Some(cell) => to = cell,
                None => return state.refuse("nothing is missing in this row on that side"),
            }
        }
        Command::Open => return show(state, &scale),
        command => at = moves::step(at, all.len(), command, height),
    }
    let to = to.clamp(0, scale.len - 1);
    let moved = to != scale.at;
    if let Some(Overlay::Coverage(map)) = &mut state.overlay {
        map.row = at;
        map.step = step;
        if moved {
            map.hour = Some(scale.hours_of(to).0);
        }
    }
}

/// Lines of the map in sight.
fn lines(state: &State) -> usize {
    overlays::height(state)
        .saturating_sub(usize::from(HEAD))
        .max(1)
}

/// The first row in sight.
pub fn top(state: &State, map: &CoverageMap) -> usize {
    reading::top(map.row, lines(state))
}

/// Puts the focus on a row.
pub fn point(state: &mut State, at: usize) {
    if at < rows_of_map(state).len()
        && let Some(Overlay::Coverage(map)) = &mut state.overlay
    {
        map.row = at;
    }
}

/// To the events of the focused cell.
fn show(state: &mut State, scale: &Scale) {
    let Some(Overlay::Coverage(map)) = &state.overlay else {
        return;
    };
    let all = rows(state, map);
    let Some(row) = all.get(map.row) else { return };
    let (first, last) = scale.hours_of(scale.at);
    if held_of(map, row).map_or(0, |h| h.events(first, last)) == 0 {
        return state.refuse("no event of this account and region is in this stretch");
    }
    let (from, to) = (
        UtcMicros(first * HOUR),
        UtcMicros((last + 1) * HOUR - SECOND),
    );
    let time = format!("{}..{}", from.iso(), to.iso());
    let terms = [
        pointing::term(Field::Acct, row.account.as_deref()),
        pointing::term(Field::Region, row.region.as_deref()),
        pointing::term(Field::Time, Some(&time)),
    ];
    let filter = Expr::all_of(terms.into_iter().flatten().collect());
    pivots::go_on(state);
    let view = View {
        text: filter.to_string(),
        filter: Arc::new(filter),
        detail: state.view.detail,
        ..View::root()
    };
    pivots::push(state, view);
    state.focus = crate::app::state::Focus::List;
}

/// The glyph of a cell: how many events, or why there is none.
fn glyph(spot: Spot) -> Cell {
    let level = |levels: [&'static str; 4]| match spot.events {
        0..10 => levels[0],
        10..100 => levels[1],
        100..1000 => levels[2],
        _ => levels[3],
    };
    match spot.kind {
        Kind::Events => toned(level(["▂", "▄", "▆", "█"]), Tone::Resource),
        Kind::Quiet => toned("·", Tone::Faint),
        Kind::Part => toned("▒", Tone::Write),
        Kind::Unread => toned("░", Tone::Faint),
        Kind::Gap => toned("╱", Tone::Failed),
    }
}

/// The map.
pub fn view(state: &State, map: &CoverageMap) -> PagesView {
    let all = rows(state, map);
    let scale = scale(state, map, &all);
    let (_, label) = widths(state);
    let top = top(state, map);
    let rows = all.iter().enumerate().skip(top).take(lines(state));
    let rows = rows.map(|(i, row)| {
        let mut pieces = label_of(state, map, row, label);
        if let Some(scale) = &scale {
            let held = held_of(map, row);
            let told = told(state, held, row);
            for column in 0..scale.columns {
                let cell = scale.left + column as i64;
                let mut piece = glyph(spot(state, held, &told, scale.hours_of(cell)));
                if i == map.row && cell == scale.at {
                    piece.tone = Tone::Match;
                }
                pieces.push(piece);
            }
        }
        PageRow {
            pieces,
            focused: i == map.row,
        }
    });
    let rows = rows.collect();
    let length = scale.map_or_else(String::new, |s| {
        format!(", 1 cell = {}", plot::length(s.hours * HOUR))
    });
    let counting = if map.held.is_none() {
        ": counting …"
    } else if state.progress.done {
        ""
    } else {
        ", so far"
    };
    PagesView {
        title: shown(&format!(
            "Coverage by account and region: {}{length}{counting}",
            counted(all.len() as u64, "row")
        )),
        head: vec![
            line(vec![toned(
                words(state, map, &all, scale.as_ref()),
                Tone::Heading,
            )]),
            line(legend(map)),
            line(axis(state, scale.as_ref(), label)),
        ],
        rows,
        position: (top, all.len()),
        foot: state.keys.line(
            Scope::Coverage,
            &[
                (Command::Open, "those events"),
                (Command::NextGap, "next missing"),
                (Command::ZoomIn, "closer"),
                (Command::ZoomOut, "wider"),
                (Command::Escape, "closes"),
            ],
        ),
    }
}

const fn line(pieces: Vec<Cell>) -> PageRow {
    PageRow {
        pieces,
        focused: false,
    }
}

fn label_of(state: &State, map: &CoverageMap, row: &Row, width: usize) -> Vec<Cell> {
    let account = row.account.as_deref().unwrap_or("(no account)");
    let account = with_accounts(account, &state.accounts);
    let region = row.region.as_deref().unwrap_or("(no region)");
    if width < 30 {
        let both = format!("{region} {account}");
        let words = [cell(fitted(&both, width - 1), Tone::Plain), plain(" ")];
        return words.to_vec();
    }
    let events = held_of(map, row).map_or(0, |h| h.counts.iter().map(|(_, n)| n).sum());
    vec![
        cell(fitted(&account, 13), Tone::Plain),
        plain(" "),
        cell(fitted(region, 14), Tone::Plain),
        plain(format!("{:>10} ", thousands(events))),
    ]
}

/// The focused cell in words.
fn words(state: &State, map: &CoverageMap, all: &[Row], scale: Option<&Scale>) -> String {
    let (Some(scale), Some(row)) = (scale, all.get(map.row)) else {
        return if state.progress.done {
            "no event with a time, and no file whose name says one".to_owned()
        } else {
            "reading …".to_owned()
        };
    };
    let (first, last) = scale.hours_of(scale.at);
    let held = held_of(map, row);
    let spot = spot(state, held, &told(state, held, row), (first, last));
    let hours = |n: i64| counted(n.unsigned_abs(), "hour");
    let said = match spot.kind {
        Kind::Events => counted(spot.events, "event"),
        Kind::Quiet => "read, and nothing happened".to_owned(),
        Kind::Part => format!(
            "{}; no file tells of {} of {}",
            counted(spot.events, "event"),
            spot.untold,
            hours(scale.hours)
        ),
        Kind::Unread => format!(
            "{} so far; not all of it is read",
            counted(spot.events, "event")
        ),
        Kind::Gap => "no file tells of it: nothing was delivered then, or it is missing".to_owned(),
    };
    let account = row.account.as_deref().unwrap_or("no account");
    format!(
        "{} {}  {}  {said}",
        with_accounts(account, &state.accounts),
        row.region.as_deref().unwrap_or("no region"),
        stretch(state, first, last)
    )
}

/// From the first hour to the end of the last, as the screen shows times.
fn stretch(state: &State, first: i64, last: i64) -> String {
    let (from, to) = (UtcMicros(first * HOUR), UtcMicros((last + 1) * HOUR));
    let day = |t: UtcMicros| t.format(state.zone, "%Y-%m-%d");
    let end = if (last + 1 - first) * HOUR >= DAY || day(from) != day(to) {
        "%m-%d %H:%M"
    } else {
        "%H:%M"
    };
    format!(
        "{}–{} {}",
        from.format(state.zone, "%Y-%m-%d %H:%M"),
        to.format(state.zone, end),
        state.zone.name()
    )
}

fn legend(map: &CoverageMap) -> Vec<Cell> {
    let sample = |kind, events| {
        glyph(Spot {
            kind,
            events,
            untold: 0,
        })
    };
    let mut out = Vec::new();
    let kinds = [
        (Kind::Events, " events (10, 100, 1,000)  "),
        (Kind::Quiet, " quiet  "),
        (Kind::Part, " in part  "),
        (Kind::Gap, " no file  "),
        (Kind::Unread, " unread  "),
    ];
    for (kind, word) in kinds {
        let levels: &[u64] = if kind == Kind::Events {
            &[1, 10, 100, 1000]
        } else {
            &[0]
        };
        out.extend(levels.iter().map(|events| sample(kind, *events)));
        out.push(toned(word, Tone::Faint));
    }
    let undated = map.held.as_ref().map_or(0, |h| h.undated);
    if undated > 0 {
        let words = format!("{} without a time stand nowhere", thousands(undated));
        out.push(toned(words, Tone::Faint));
    }
    out
}

/// Times over the cells, and a mark over the focused one.
fn axis(state: &State, scale: Option<&Scale>, label: usize) -> Vec<Cell> {
    let Some(scale) = scale else {
        return Vec::new();
    };
    let mut cells: Vec<char> = vec![' '; scale.columns];
    let format = match scale.hours {
        0..24 => "%m-%d %H:%M",
        24..8000 => "%Y-%m-%d",
        _ => "%Y",
    };
    for at in (0..scale.columns).step_by(14) {
        let (first, _) = scale.hours_of(scale.left + at as i64);
        let text = UtcMicros(first * HOUR).format(state.zone, format);
        if at + text.len() <= scale.columns {
            for (i, c) in text.chars().enumerate() {
                cells[at + i] = c;
            }
        }
    }
    let focused = usize::try_from(scale.at - scale.left).unwrap_or(0);
    if let Some(under) = cells.get_mut(focused) {
        *under = '▼';
    }
    let heading = if label < 30 {
        String::new()
    } else {
        format!("{:<14}{:<15}{:>9}", "ACCOUNT", "REGION", "EVENTS")
    };
    let before: String = cells.iter().take(focused).collect();
    let mark: String = cells.iter().skip(focused).take(1).collect();
    let after: String = cells.iter().skip(focused + 1).collect();
    vec![
        toned(format!("{heading:<label$}"), Tone::Heading),
        toned(before, Tone::Faint),
        toned(mark, Tone::Heading),
        toned(after, Tone::Faint),
    ]
}

/// The map as a table: by account and region the stretches of one kind, at the width of a cell.
pub fn table(state: &State, map: &CoverageMap) -> Result<Table, &'static str> {
    if map.held.is_none() {
        return Err("the hours are still being counted: wait a moment");
    }
    let all = rows(state, map);
    let mut out = Vec::new();
    if let Some(scale) = scale(state, map, &all) {
        for row in &all {
            let held = held_of(map, row);
            let told = told(state, held, row);
            let mut run: Option<(Kind, i64, i64, u64)> = None;
            let mut put = |(kind, from, to, events): (Kind, i64, i64, u64)| {
                let text = |t: &Option<Arc<str>>| match t {
                    Some(text) => Value::Text(text.to_string()),
                    None => Value::Absent,
                };
                out.push(vec![
                    text(&row.account),
                    text(&row.region),
                    Value::Time(UtcMicros(from * HOUR)),
                    Value::Time(UtcMicros((to + 1) * HOUR)),
                    Value::Text(kind.name().to_owned()),
                    Value::Count(events),
                ]);
            };
            for cell in 0..scale.len.min(MOST as i64) {
                let (first, last) = scale.hours_of(cell);
                let spot = spot(state, held, &told, (first, last));
                match &mut run {
                    Some((kind, _, to, events)) if *kind == spot.kind => {
                        (*to, *events) = (last, *events + spot.events);
                    }
                    _ => {
                        let next = (spot.kind, first, last, spot.events);
                        if let Some(run) = run.replace(next) {
                            put(run);
                        }
                    }
                }
            }
            if let Some(run) = run {
                put(run);
            }
            if out.len() > MOST {
                return Err("these are too many stretches: a wider view has fewer");
            }
        }
    }
    Ok(Table {
        name: "coverage",
        title: "coverage by account and region".to_owned(),
        columns: vec!["account", "region", "from", "to", "evidence", "events"],
        rows: out,
    })
}
