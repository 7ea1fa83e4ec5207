//! The mouse: a click focuses, goes there or includes, a double click opens, the wheel scrolls,
//! and a drag over the histogram chooses a stretch of time. Everything it does has a key, too.

use crate::app::action::{Command, Effect, Mouse, MouseKind};
use crate::app::facets::{self, FacetTarget};
use crate::app::state::{Focus, Overlay, State};
use crate::app::{
    arranging, chips, compose, detail, floating, listing, moves, overlays, pivots, plot, pointing,
    times, update,
};
use crate::view::bars;
use crate::view::detail::TABS;
use crate::view::layout::{self, Area};
use crate::view::screen::ListRow;

/// Lines a turn of the wheel moves.
const WHEEL: isize = 3;

/// Commands of the screens by their place in the first line.
const SCREENS: [Command; 7] = [
    Command::Screen1,
    Command::Screen2,
    Command::Screen3,
    Command::Screen4,
    Command::Screen5,
    Command::Screen6,
    Command::Screen7,
];

/// Acts on what the mouse did.
pub fn mouse(state: &mut State, m: Mouse, effects: &mut Vec<Effect>) {
    if state.overlay.is_some() {
        return over_overlay(state, m, effects);
    }
    if state.edit.is_some() {
        return;
    }
    match m.kind {
        MouseKind::WheelUp => wheel(state, m, -WHEEL),
        MouseKind::WheelDown => wheel(state, m, WHEEL),
        MouseKind::Drag => {
            if let (Some((from, _)), Some(to)) = (state.brush, column_at(state, m)) {
                state.brush = Some((from, to));
            }
        }
        MouseKind::Release => {
            if let Some((from, to)) = state.brush.take()
                && from != to
            {
                times::choose(state, from.min(to), from.max(to));
            }
        }
        MouseKind::Click => click(state, m, effects),
        MouseKind::DoubleClick => {
            click(state, m, effects);
            let panes = state.panes();
            // A facet has acted on the first click already.
            if panes.list.contains(m.x, m.y)
                || panes.detail.contains(m.x, m.y)
                || panes.portrait.contains(m.x, m.y)
            {
                update::run(state, Command::Open, effects);
            }
        }
    }
}

fn wheel(state: &mut State, m: Mouse, lines: isize) {
    let panes = state.panes();
    let over = |area: Area| area.contains(m.x, m.y);
    if over(panes.detail) {
        return detail::scroll(state, lines);
    }
    let aside = if over(panes.facets) {
        Focus::Facets
    } else if over(panes.portrait) {
        Focus::Portrait
    } else {
        return moves::by(state, lines);
    };
    let before = std::mem::replace(&mut state.focus, aside);
    let command = if lines > 0 {
        Command::Down
    } else {
        Command::Up
    };
    for _ in 0..lines.abs() {
        moves::vertical(state, command);
    }
    state.focus = before;
}

fn click(state: &mut State, m: Mouse, effects: &mut Vec<Effect>) {
    let panes = state.panes();
    let over = |area: Area| area.contains(m.x, m.y);
    state.message = None;
    if over(panes.context) {
        let view = compose::context(state);
        let laid = bars::tabs(&view, panes.context.width);
        if let Some(place) = laid.places.iter().find(|p| p.holds(m.x)) {
            update::run(state, SCREENS[place.at.min(6)], effects);
        } else if m.x + (view.help.len() as u16) + 1 >= panes.context.width {
            update::run(state, Command::Help, effects);
        }
    } else if over(panes.crumbs) {
        click_crumb(state, m.x, effects);
    } else if over(panes.filter) {
        update::run(state, Command::EditFilter, effects);
    } else if over(panes.chips) {
        let view = compose::chips_view(state);
        let places = bars::chips(&view, panes.chips.width);
        if let Some(place) = places.iter().find(|p| p.holds(m.x)) {
            let at = place.at;
            // The cross at its end drops it, the rest switches it.
            if m.x + 2 >= place.x + place.width {
                chips::drop_at(state, at);
            } else {
                chips::toggle(state, at);
            }
        } else if !view.hidden.is_empty() {
            chips::open_toggles(state);
        }
    } else if over(panes.histogram) {
        if let Some(column) = column_at(state, m) {
            state.brush = Some((column, column));
            go_to_column(state, column);
        }
    } else if over(panes.list) {
        state.focus = Focus::List;
        let rows = layout::list_rows(panes.list);
        click_column(state, m.x.saturating_sub(rows.x));
        if rows.contains(m.x, m.y) {
            click_row(state, m.y - rows.y);
        } else if m.y + 1 == rows.y && m.y > panes.list.y {
            arranging::sort_by_column(state);
        }
    } else if over(panes.facets) {
        click_facet(state, m);
    } else if over(panes.detail) {
        state.focus = Focus::Detail;
        let lines = layout::detail_lines(panes.detail);
        if m.y < lines.y {
            // Once focused the pane may stand elsewhere; the tabs are where they were drawn.
            let end = panes.detail.width.saturating_sub(1);
            let corner = compose::detail_corner(state).len() as u16;
            let end = if corner > 0 && corner + 2 <= end {
                end - corner - 2
            } else {
                end
            };
            let places = bars::detail_tabs(&TABS, state.view.tab, end);
            let x = m.x - panes.detail.x;
            if let Some(place) = places.iter().find(|p| p.holds(x)) {
                detail::show_tab(state, place.at);
            }
            return;
        }
        let line = usize::from(m.y.saturating_sub(layout::detail_lines(panes.detail).y));
        let at = state.view.detail_at.1 + line;
        if at < state.detail.lines.len() {
            detail::put(state, at);
        }
    } else if over(panes.portrait) {
        state.focus = Focus::Portrait;
    } else if over(panes.status) && !state.problems.is_empty() {
        overlays::open_problems(state);
    }
}

fn click_crumb(state: &mut State, x: u16, effects: &mut Vec<Effect>) {
    let view = compose::crumbs(state);
    let width = state.panes().crumbs.width;
    let tail = bars::crumb_tail(&view, width);
    let taken = tail.width() as u16;
    let laid = bars::crumbs(&view, width, taken);
    if let Some(place) = laid.places.iter().find(|p| p.holds(x)) {
        for _ in place.at..state.back.len() {
            pivots::back(state);
        }
    } else if taken > 0 && x + taken + 1 >= width {
        let forward = tail.as_str().find('▸').map(|at| {
            let before = unicode_width::UnicodeWidthStr::width(&tail.as_str()[..at]) as u16;
            width - taken - 1 + before
        });
        let command = if forward.is_some_and(|from| x + 1 >= from) {
            Command::Forward
        } else {
            Command::Back
        };
        update::run(state, command, effects);
    }
}

/// Includes the clicked value, or hides it with `ctrl` or `alt`; opens what is a heading.
fn click_facet(state: &mut State, m: Mouse) {
    state.focus = Focus::Facets;
    let lines = layout::facet_lines(state.panes().facets);
    if m.y < lines.y {
        return;
    }
    let at = compose::facet_top(state) + usize::from(m.y - lines.y);
    if at >= facets::lines(state).len() {
        return;
    }
    state.view.facet_at = at;
    match facets::focused(state) {
        Some(FacetTarget::Value(..)) if m.exclude => {
            pointing::focused_value(state, pointing::Side::Exclude);
        }
        Some(_) => facets::open(state),
        None => {}
    }
}

/// The stretch of the histogram under the mouse.
fn column_at(state: &State, m: Mouse) -> Option<usize> {
    let plot = layout::plot(state.panes().histogram);
    let h = state.answer.histogram.as_ref()?;
    let x = m.x.clamp(plot.x, plot.x + plot.width.max(1) - 1) - plot.x;
    let cells = plot::cells_of_a_column(h, usize::from(plot.width));
    let last = h.columns.len().checked_sub(1)?;
    Some((usize::from(x) / cells).min(last))
}

/// Puts the list's cursor on the first event of a stretch, or after it where it has none.
fn go_to_column(state: &mut State, column: usize) {
    let Some(h) = &state.answer.histogram else {
        return;
    };
    let from = h.start + h.width * column as i64;
    let order = &state.answer.hits.order;
    // The first stretch also holds what is far before it.
    let at = if column == 0 {
        0
    } else {
        order.partition_point(|id| state.snapshot.time_key(*id) < from)
    };
    let event = order.get(at.min(order.len().saturating_sub(1))).copied();
    if let Some(Ok(place)) = event.map(|event| state.place_of(event)) {
        moves::jump_to(state, place);
    }
}

/// Over what floats: the wheel moves, a click takes an entry, a click beside it closes.
fn over_overlay(state: &mut State, m: Mouse, effects: &mut Vec<Effect>) {
    let down = m.kind == MouseKind::WheelDown;
    match m.kind {
        MouseKind::WheelUp | MouseKind::WheelDown => {
            let command = if down { Command::Down } else { Command::Up };
            for _ in 0..WHEEL {
                overlays::command(state, command, effects);
            }
        }
        MouseKind::Click | MouseKind::DoubleClick => {
            let (frame, lines, top) = floating::overlay_places(state);
            if !frame.is_empty() && !frame.contains(m.x, m.y) {
                overlays::close(state);
            } else if lines.contains(m.x, m.y) {
                let at = top + usize::from(m.y - lines.y);
                overlays::point(state, at, m.kind == MouseKind::DoubleClick, effects);
            }
        }
        MouseKind::Drag | MouseKind::Release => {}
    }
    if matches!(state.overlay, Some(Overlay::Find(_) | Overlay::Question(_)))
        && m.kind == MouseKind::Click
    {
        state.overlay = None;
    }
}

fn click_row(state: &mut State, line: u16) {
    let rows = listing::list_rows(state);
    let line = usize::from(line);
    if let Some(ListRow::Event(row)) = rows.get(line) {
        moves::go_to(state, row.at);
        state.view.offset = line;
    }
}

fn click_column(state: &mut State, x: u16) {
    let places = listing::places(state);
    let under = places.iter().find(|(_, from, width)| x <= from + width);
    if let Some((column, ..)) = under.or(places.last()) {
        state.view.column = *column;
    }
}
