//! The time axis: choosing a stretch of it, zooming, presets, and how moments are shown.

use chrono_tz::{TZ_VARIANTS, Tz};
use tui_input::Input;

use crate::app::action::Command;
use crate::app::keymap::Scope;
use crate::app::pointing::{self, Side};
use crate::app::state::{Choice, Clock, Entry, Focus, Overlay, Picker, PickerKind, State};
use crate::app::{filtering, listing, moves, plot};
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, UtcMicros};
use crate::index::schema::Field;
use crate::pivot::tally::Codes;
use crate::query::ast::{Expr, Subject, Test};
use crate::view::columns;

/// The shortest stretch that zooming shows.
const SHORTEST: i64 = 10 * SECOND;

/// The moments from the start of one stretch of the histogram to the end of another.
fn stretch(state: &State, first: usize, last: usize) -> Option<(UtcMicros, UtcMicros)> {
    let h = state.answer.histogram.as_ref()?;
    Some((
        UtcMicros(h.start + h.width * first as i64),
        UtcMicros(h.start + h.width * (last as i64 + 1) - 1),
    ))
}

/// The term for a stretch of time; its last second belongs to it as a whole.
fn term(from: UtcMicros, to: UtcMicros) -> Option<Expr> {
    let to = if to.0.rem_euclid(SECOND) == SECOND - 1 {
        UtcMicros(to.0 - (SECOND - 1))
    } else {
        to
    };
    pointing::term(Field::Time, Some(&format!("{}..{}", from.iso(), to.iso())))
}

/// Filters to, or without, a time: `=` in place of what the filter says of time.
fn apply(state: &mut State, term: Option<Expr>, side: Side) {
    let Some(term) = term else {
        return state.refuse("this stretch cannot be written as a filter");
    };
    let filter = match side {
        // A stretch inside another is not one beside it: both hold.
        Side::Include => {
            let mut parts = crate::app::chips::terms(&state.view.filter);
            parts.push(term);
            Expr::all_of(parts)
        }
        side => pointing::edited(&state.view.filter, &term, side).0,
    };
    let text = filter.to_string();
    filtering::set(state, text, filter);
}

/// Filters to the stretches of the histogram from one to another.
pub fn choose(state: &mut State, first: usize, last: usize) {
    if let Some((from, to)) = stretch(state, first, last) {
        apply(state, term(from, to), Side::Only);
    }
}

/// Starts choosing a stretch of the histogram, at the focused event.
pub fn begin(state: &mut State) {
    let Some(h) = &state.answer.histogram else {
        return state.refuse("there is no histogram to choose from");
    };
    if state.panes().histogram.is_empty() {
        let key = state.key(Command::ToggleHistogram);
        return state.refuse(format!(
            "the histogram is not on the screen: {key} shows it where there is room"
        ));
    }
    let time = state.focused_event().and_then(|id| state.snapshot.time(id));
    let Some(at) = time.and_then(|t| h.column_of(t)) else {
        return state.refuse("no event here has a usable time");
    };
    state.brush = Some((at, at));
    state.focus = Focus::Histogram;
    state.say("h l choose a stretch, Enter filters to it, - hides it, v starts anew here");
}

/// A command while a stretch is chosen; whether it was one for that.
pub fn command(state: &mut State, command: Command) -> bool {
    let Some((from, at)) = state.brush else {
        return false;
    };
    let columns = state
        .answer
        .histogram
        .as_ref()
        .map_or(0, |h| h.columns.len());
    let last = columns.saturating_sub(1);
    let (first, end) = (from.min(at), from.max(at));
    let to = match command {
        Command::Left => at.saturating_sub(1),
        Command::Right => (at + 1).min(last),
        Command::Up | Command::PageUp | Command::HalfUp => at.saturating_sub(10),
        Command::Down | Command::PageDown | Command::HalfDown => (at + 10).min(last),
        Command::First => 0,
        Command::Last => last,
        Command::Range => {
            state.brush = Some((at, at));
            return true;
        }
        Command::Open | Command::Include | Command::Only | Command::Exclude | Command::Repeat => {
            let side = match command {
                Command::Exclude => Side::Exclude,
                Command::Repeat => state.last_side.unwrap_or(Side::Only),
                _ => Side::Only,
            };
            leave(state);
            if let Some((from, to)) = stretch(state, first, end) {
                apply(state, term(from, to), side);
            }
            return true;
        }
        Command::Escape | Command::Close => {
            leave(state);
            return true;
        }
        _ => {
            leave(state);
            return false;
        }
    };
    state.brush = Some((from, to));
    let (first, last) = (from.min(to), from.max(to));
    if let Some((from, to)) = stretch(state, first, last) {
        let held = plot::held(state, first, last);
        state.say(format!("{} .. {}: {held}", from.iso(), to.iso()));
    }
    true
}

fn leave(state: &mut State) {
    state.brush = None;
    if state.focus == Focus::Histogram {
        state.focus = Focus::List;
    }
}

/// Halves or doubles the stretch of time the filter keeps, around the focused event.
pub fn zoom(state: &mut State, closer: bool) {
    let time = state.focused_event().and_then(|id| state.snapshot.time(id));
    let (Some(centre), Some((begin, end))) = (time, state.snapshot.span()) else {
        return state.refuse("no event here has a usable time");
    };
    let (from, to) = kept(state).unwrap_or((begin, end));
    let span = to.0 - from.0;
    if closer {
        if span <= SHORTEST {
            return state.refuse("this is as close as it gets");
        }
        // Around the focused event, but no part of it outside what is kept now.
        let half = (span / 2).max(SHORTEST).div_euclid(SECOND) * SECOND;
        let start = (centre.0 - half / 2).clamp(from.0, (to.0 - half).max(from.0));
        let start = start.div_euclid(SECOND) * SECOND;
        let term = term(UtcMicros(start), UtcMicros(start + half - 1));
        return apply(state, term, Side::Only);
    }
    if kept(state).is_none() {
        return state.refuse("all of the time is shown already");
    }
    let wider = span.max(SECOND).saturating_mul(2);
    if wider >= end.0 - begin.0 {
        return all_of_it(state);
    }
    // At an end of the evidence the stretch grows to the other side.
    let start = (centre.0 - wider / 2).clamp(begin.0, end.0 - wider);
    let start = start.div_euclid(SECOND) * SECOND;
    let term = term(
        UtcMicros(start),
        UtcMicros(start + wider.div_euclid(SECOND) * SECOND + SECOND - 1),
    );
    apply(state, term, Side::Only);
}

/// Whether a term of the filter is about time.
pub fn is_time(expr: &Expr) -> bool {
    match expr {
        Expr::Test(Test { subject, .. }) => {
            matches!(subject, Subject::Field(f) if f.spec().class == crate::index::schema::Class::Time)
        }
        Expr::Not(inner) => is_time(inner),
        _ => false,
    }
}

/// The stretch of time that the terms of the filter keep.
pub fn kept(state: &State) -> Option<(UtcMicros, UtcMicros)> {
    let terms = crate::app::chips::terms(&state.view.filter);
    let ranges = terms.iter().filter_map(|term| match term {
        Expr::Test(test) if is_time(term) => match test.values.as_slice() {
            [crate::query::ast::Value::When(when)] => Some(when.range()),
            _ => None,
        },
        _ => None,
    });
    let (begin, end) = state.snapshot.span()?;
    let both = ranges.reduce(|a, b| crate::base::time::TimeRange {
        start: a.start.max(b.start),
        end: a.end.min(b.end),
    })?;
    Some((both.start.max(begin), UtcMicros(both.end.0 - 1).min(end)))
}

/// Drops what the filter says of time.
fn all_of_it(state: &mut State) {
    let mut parts = crate::app::chips::terms(&state.view.filter);
    let before = parts.len();
    parts.retain(|term| !is_time(term));
    if parts.len() == before {
        return state.say("the filter says nothing of time");
    }
    let filter = Expr::all_of(parts);
    let text = filter.to_string();
    filtering::set(state, text, filter);
}

/// Lists stretches of time to filter to.
pub fn open_range(state: &mut State) {
    let Some((begin, end)) = state.snapshot.span() else {
        return state.refuse("no event has a usable time");
    };
    let here = state.focused_event().and_then(|id| state.snapshot.time(id));
    let mut entries = Vec::new();
    let mut add = |label: String, from: UtcMicros, to: UtcMicros| {
        entries.push(Entry {
            key: String::new(),
            label,
            detail: format!("{} .. {}", from.iso(), to.iso()),
            choice: Choice::Time(Some((from, to))),
        });
    };
    if let Some(here) = here {
        let around = [
            ("5 min", 5 * MINUTE),
            ("30 min", 30 * MINUTE),
            ("2 h", 2 * HOUR),
        ];
        for (name, reach) in around {
            add(
                format!("{name} either side of this event"),
                here.plus(-reach),
                here.plus(reach),
            );
        }
        add(
            "the 30 min before this event".to_owned(),
            here.plus(-30 * MINUTE),
            here,
        );
        let day = here.day_start();
        add(
            "the day of this event, UTC".to_owned(),
            day,
            day.plus(DAY - 1),
        );
        add("from this event on".to_owned(), here, end);
        add("up to this event".to_owned(), begin, here);
    }
    let lasts = [
        ("15 min", 15 * MINUTE),
        ("1 h", HOUR),
        ("24 h", DAY),
        ("7 d", 7 * DAY),
    ];
    for (name, by) in lasts {
        add(
            format!("the last {name} of the evidence"),
            end.plus(-by),
            end,
        );
    }
    entries.push(Entry {
        key: String::new(),
        label: "all of the time".to_owned(),
        detail: format!("{} .. {}", begin.iso(), end.iso()),
        choice: Choice::Time(None),
    });
    entries.push(Entry {
        key: String::new(),
        label: "type a range".to_owned(),
        detail: "t:FROM..TO, last:30m, near:14:10+-30m".to_owned(),
        choice: Choice::TypeTime,
    });
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Times,
        input: Input::default(),
        entries,
        at: 0,
    }));
}

/// Filters to a stretch that was chosen; `None` drops what the filter says of time.
pub fn take(state: &mut State, range: Option<(UtcMicros, UtcMicros)>) {
    match range {
        Some((from, to)) => apply(state, term(from, to), Side::Only),
        None => all_of_it(state),
    }
}

/// Opens the filter for a typed range.
pub fn type_range(state: &mut State) {
    filtering::begin_term(state);
    filtering::paste(state, "t:");
}

/// Lists the ways to show moments.
pub fn open_clock(state: &mut State) {
    let entry = |label: String, detail: &str, choice| Entry {
        key: String::new(),
        label,
        detail: detail.to_owned(),
        choice: Choice::Clock(choice),
    };
    let mut entries = vec![entry(
        "UTC".to_owned(),
        "as CloudTrail has it",
        Clock::In(Tz::UTC),
    )];
    if state.local != Tz::UTC {
        let name = state.local.name();
        entries.push(entry(
            format!("local: {name}"),
            "the zone of this machine",
            Clock::In(state.local),
        ));
    }
    entries.push(entry(
        "before the last event".to_owned(),
        "how long before the end of the evidence",
        Clock::BeforeEnd,
    ));
    let zones = TZ_VARIANTS.iter().filter(|zone| **zone != Tz::UTC);
    entries.extend(zones.map(|zone| entry(zone.name().to_owned(), "", Clock::In(*zone))));
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Clock,
        input: Input::default(),
        entries,
        at: 0,
    }));
}

/// Shows moments in another way.
pub fn set_clock(state: &mut State, clock: Clock) {
    match clock {
        Clock::In(zone) => {
            state.zone = zone;
            state.before_end = false;
            state.say(format!("times in {}", zone.name()));
        }
        Clock::BeforeEnd => {
            state.before_end = true;
            state.say("times before the last event; dates of the axis stay");
        }
    }
    crate::app::detail::rebuild(state);
}

/// Pins the focused row, so that the `+` column counts from it; the pinned one is let go.
pub fn pin(state: &mut State) {
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    if state.view.reference == Some(id) {
        state.view.reference = None;
        state.say("the + column counts from the row above again");
    } else if state.snapshot.time(id).is_none() {
        state.refuse("this event has no usable time to count from");
    } else {
        state.view.reference = Some(id);
        state.say("the + column counts from this row; ; on it again lets it go");
    }
}

/// To the next or previous event with the value of the focused column.
pub fn same_value(state: &mut State, forward: bool) {
    let columns = moves::columns_of(state);
    let column = columns.get(state.view.column.min(columns.len().saturating_sub(1)));
    let Some(field) = column.and_then(|c| c.field()) else {
        return state.refuse("this column has no value to look for");
    };
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    let (found, name) = if let Some(codes) = Codes::of(&state.snapshot, field) {
        let wanted = codes.first(id);
        let name = codes.value(wanted).map(std::borrow::Cow::into_owned);
        let found = moves::search(state, forward, |_, id| codes.first(id) == wanted);
        (found, name)
    } else {
        // A moment, or an id: few events share one.
        let value = |id| columns::text_of(&state.snapshot, id, field);
        let wanted = value(id);
        let found = moves::search(state, forward, |_, id| value(id) == wanted);
        (found, wanted)
    };
    let name = name.unwrap_or_else(|| "none".to_owned());
    moves::jump_or_say(
        state,
        found,
        &format!("event with {}:{name}", field.name()),
        forward,
    );
}

/// To the next or previous event of the focused one's session.
pub fn same_session(state: &mut State, forward: bool) {
    use crate::index::schema::Col;
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    let Some(session) = state.snapshot.symbol(Col::Session, id) else {
        return state.refuse("this event belongs to no session");
    };
    let found = moves::search(state, forward, |s, id| {
        s.symbol(Col::Session, id) == Some(session)
    });
    moves::jump_or_say(state, found, "event of this session", forward);
}

/// To the next burst or the first event after the next quiet gap; back, to the burst before or the
/// last event before the quiet gap.
pub fn gap(state: &mut State, forward: bool) {
    if !state.is_by_time() {
        let key = state.keys.word(Scope::List, Command::SortList);
        return state.refuse(format!(
            "sorted like this there are no bursts and no gaps: {key} time sorts by time"
        ));
    }
    let Some(at) = state.cursor() else { return };
    let lines = listing::lines(state);
    let order = state.listed();
    let key = |i: usize| {
        order
            .get(i)
            .map_or(i64::MAX, |id| state.snapshot.time_key(*id))
    };
    let is_gap = |i: usize| key(i).abs_diff(key(i - 1)) >= crate::view::list::QUIET as u64;
    let goes_on = |i: usize| lines.bursts.goes_on(i);
    let begins = |i: usize| !goes_on(i) && goes_on(i + 1);
    let found = if forward {
        let (_, past) = lines.bursts.around(at);
        (past..order.len()).find(|i| is_gap(*i) || begins(*i))
    } else {
        let (first, _) = lines.bursts.around(at);
        let before = (1..=first).rev();
        before
            .filter(|i| is_gap(*i) || goes_on(i - 1))
            .map(|i| lines.bursts.around(i - 1).0)
            .next()
    };
    moves::jump_or_say(state, found, "burst or quiet gap", forward);
}
