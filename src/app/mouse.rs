//! The mouse: a click focuses, a double click opens, the wheel scrolls.

use crate::app::action::{Command, Effect, Mouse, MouseKind};
use crate::app::compose;
use crate::app::state::{Focus, State};
use crate::app::{detail, moves, update};
use crate::view::layout::{self, Area};
use crate::view::screen::ListRow;

/// Lines a turn of the wheel moves.
const WHEEL: isize = 3;

/// Acts on what the mouse did.
pub fn mouse(state: &mut State, m: Mouse, effects: &mut Vec<Effect>) {
    if state.overlay.is_some() || state.edit.is_some() {
        return;
    }
    let panes = state.panes();
    let over = |area: Area| area.contains(m.x, m.y);
    match m.kind {
        MouseKind::WheelUp | MouseKind::WheelDown => {
            let lines = if m.kind == MouseKind::WheelDown {
                WHEEL
            } else {
                -WHEEL
            };
            if over(panes.detail) {
                detail::scroll(state, lines);
            } else if over(panes.facets) || over(panes.portrait) {
                let before = state.focus;
                state.focus = if over(panes.facets) {
                    Focus::Facets
                } else {
                    Focus::Portrait
                };
                let command = if lines > 0 {
                    Command::Down
                } else {
                    Command::Up
                };
                for _ in 0..WHEEL {
                    moves::vertical(state, command);
                }
                state.focus = before;
            } else {
                moves::by(state, lines);
            }
        }
        MouseKind::Click | MouseKind::DoubleClick => {
            if over(panes.list) {
                state.focus = Focus::List;
                let rows = layout::list_rows(panes.list);
                if rows.contains(m.x, m.y) {
                    click_row(state, m.y - rows.y);
                }
                click_column(state, m.x.saturating_sub(rows.x));
            } else if over(panes.facets) {
                state.focus = Focus::Facets;
                let top = compose::facet_top(state);
                state.view.facet_at =
                    top + usize::from(m.y.saturating_sub(layout::facet_lines(panes.facets).y));
            } else if over(panes.detail) {
                state.focus = Focus::Detail;
                let line = usize::from(m.y.saturating_sub(layout::detail_lines(panes.detail).y));
                let at = state.view.detail_at.1 + line;
                if at < state.detail.lines.len() {
                    detail::put(state, at);
                }
            } else if over(panes.portrait) {
                state.focus = Focus::Portrait;
            } else if over(panes.filter) {
                update::run(state, Command::EditFilter, effects);
                return;
            }
            if m.kind == MouseKind::DoubleClick {
                update::run(state, Command::Open, effects);
            }
        }
    }
}

fn click_row(state: &mut State, line: u16) {
    let (top, rows) = compose::list_rows(state);
    let line = usize::from(line);
    if matches!(rows.get(line), Some(ListRow::Event(_))) {
        let before = rows[..line]
            .iter()
            .filter(|r| matches!(r, ListRow::Event(_)))
            .count();
        moves::go_to(state, top + before);
        state.view.offset = line;
    }
}

fn click_column(state: &mut State, x: u16) {
    let (_, time) = crate::view::columns::time_format(state.snapshot.span());
    let width = layout::list_rows(state.panes().list).width;
    let mut left = 0;
    for (i, (_, heading)) in crate::view::columns::list_columns(width, time)
        .iter()
        .enumerate()
    {
        if heading.width == 0 || x < left + heading.width + 1 {
            state.view.column = i;
            return;
        }
        left += heading.width + 1;
    }
}
