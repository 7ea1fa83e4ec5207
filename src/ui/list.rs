//! The event list.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::base::text::{counted, thousands};
use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::headings::placed;
use crate::view::layout::Area;
use crate::view::layout::list_rows;
use crate::view::screen::EventRow;
use crate::view::screen::ListRow;
use crate::view::screen::ListView;

/// Draws the pane.
///
/// ```text
/// ━ EVENTS 412 of 1,284,377 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ^ 1,204 newer ━
///  TIME UTC    V WHO                    WHAT                    TARGET
///  13:59:02.1  W alice (Admin@prod)     ModifyLoadBalancerAttr… app/prod-web      ┃
/// ▌14:02:11.0  D alice (BreakGlass@pr…  DeleteLoadBalancer      app/prod-web      │
///  14:02:11.3  S elasticloadbalancing   DeleteNetworkInterface  eni-0a1…       ×3 │
///  ── 6m12s quiet ──                                                              │
///  14:09:17.6  W ci-deploy (Deploy@pr…  UpdateService           ecs/pr… recovered │
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, view: &ListView, theme: &Theme) {
    let rows = list_rows(area);
    let mut pen = Pen::new(buffer, area, theme);
    if pen.is_empty() {
        return;
    }
    let title = if view.total == view.of {
        format!("EVENTS {}", thousands(view.total))
    } else {
        format!("EVENTS {} of {}", thousands(view.total), thousands(view.of))
    };
    let title = match &view.sort {
        Some(sort) => format!("{title} {sort}"),
        None => title,
    };
    let used = pen.title(0, &Printable::new(&title), view.focused);
    let mut end = pen.width().saturating_sub(1);
    if view.beside != (0, 0) {
        let (left, right) = view.beside;
        let beside = Printable::new(&match (left, right) {
            (left, 0) => format!("◂ {}", counted(left as u64, "column")),
            (0, right) => format!("{} ▸", counted(right as u64, "column")),
            (left, right) => format!("◂ {left} columns {right} ▸"),
        });
        if used + beside.width().min(99) as u16 + 3 < end {
            end = pen.note(0, end, &beside, theme.text).saturating_sub(1);
        }
    }
    if let Some(day) = &view.day {
        let day = Printable::new(day);
        if used + day.width().min(99) as u16 + 3 < end {
            end = pen.note(0, end, &day, theme.text).saturating_sub(1);
        }
    }
    if view.newer_above > 0 {
        let newer = Printable::new(&format!("^ {} newer", thousands(view.newer_above)));
        if used + newer.width().min(99) as u16 + 3 < end {
            pen.note(0, end, &newer, theme.busy);
        }
    }
    let columns = placed(&view.headings, rows.width);
    let top = rows.y - area.y;
    if top > 1 {
        for (at, (heading, (x, width))) in view.headings.iter().zip(&columns).enumerate() {
            let style = if at == view.column && view.focused {
                theme.heading
            } else {
                theme.faint
            };
            pen.words(x + 1, 1, *width, &heading.title, style);
        }
    }
    scrollbar(&mut pen, top, view);
    let mut body = pen.inside(1, top, rows.width, rows.height);
    if let Some(empty) = &view.empty {
        let (width, height) = (body.width(), body.height());
        let lines = (empty.width() / usize::from(width.max(1)) + 1) as u16;
        let y = height.saturating_sub(lines) / 2;
        if lines == 1 {
            body.middle(y, empty, theme.faint);
        } else {
            body.wrapped(y, empty, theme.faint);
        }
        return;
    }
    for (y, row) in view.rows.iter().take(usize::from(rows.height)).enumerate() {
        let y = y as u16;
        match row {
            ListRow::Event(event) => {
                if event.focused {
                    let ground = if view.focused {
                        theme.selected_row
                    } else {
                        theme.resting_row
                    };
                    pen.restyle(0, top + y, rows.width + 1, ground);
                    pen.put(0, top + y, "▌", theme.pointer);
                }
                let mut line = pen.inside(1, top + y, rows.width, 1);
                event_row(&mut line, event, &columns, view);
            }
            ListRow::Quiet { label } => rule(&mut pen, top + y, &format!("{label} quiet")),
            ListRow::Day { label } => rule(&mut pen, top + y, label),
            ListRow::Undated => rule(&mut pen, top + y, "without a usable time"),
        }
    }
}

fn event_row(pen: &mut Pen<'_>, row: &EventRow, columns: &[(u16, u16)], view: &ListView) {
    let theme = pen.theme;
    let marks = row.marks.join(" · ");
    let marks = Printable::new(&marks).truncated(usize::from(pen.width() / 2));
    let taken = marks.width() as u16;
    let end = pen
        .width()
        .saturating_sub(if taken > 0 { taken + 1 } else { 0 });
    for (at, (cell, (x, width))) in row.cells.iter().zip(columns).enumerate() {
        let width = (*width).min(end.saturating_sub(*x));
        let style = theme.tone(cell.tone);
        if row.focused && view.focused && at == view.column {
            pen.restyle(*x, 0, width, theme.selected_cell);
            pen.text(*x, 0, width, &cell.text, style.patch(theme.selected_cell));
        } else {
            pen.text(*x, 0, width, &cell.text, style);
        }
    }
    pen.right(0, 0, pen.width(), &marks, theme.badge);
}

fn rule(pen: &mut Pen<'_>, y: u16, words: &str) {
    let theme = pen.theme;
    let width = pen.width().saturating_sub(2);
    pen.words(1, y, width, &format!("── {words} ──"), theme.faint);
}

fn scrollbar(pen: &mut Pen<'_>, top: u16, view: &ListView) {
    let theme = pen.theme;
    let x = pen.width() - 1;
    let rows = u64::from(pen.height().saturating_sub(top));
    let (first, last) = if view.total > rows && rows > 0 {
        let size = (u128::from(rows) * u128::from(rows) / u128::from(view.total)).max(1) as u64;
        let free = rows - size.min(rows);
        let span = view.total - rows;
        let at = (u128::from(view.top.min(span)) * u128::from(free)).div_ceil(u128::from(span));
        let at = (at as u64).min(free);
        (at, at + size)
    } else {
        (0, 0)
    };
    for y in 0..rows {
        let (glyph, style) = if (first..last).contains(&y) {
            ("┃", theme.scroll_thumb)
        } else {
            ("│", theme.scroll_track)
        };
        pen.put(x, top + y as u16, glyph, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;
    use crate::view::headings;
    use crate::view::screen::Cell;

    fn event(cells: [&str; 4], focused: bool, marks: &[&str]) -> ListRow {
        ListRow::Event(EventRow {
            cells: cells
                .iter()
                .map(|text| Cell {
                    text: Printable::new(text),
                    ..Cell::default()
                })
                .collect(),
            at: 0,
            focused,
            marks: marks.iter().map(|m| (*m).to_owned()).collect(),
        })
    }

    #[test]
    fn rows_marks_and_quiet_stretches() {
        let view = ListView {
            headings: headings::tests::some(),
            rows: vec![
                event(["13:59:02", "W", "alice", "ModifyLoadBalancer"], false, &[]),
                ListRow::Quiet {
                    label: "6m12s".to_owned(),
                },
                event(
                    ["14:02:11", "D", "alice-of-ops", "DeleteLoadBalancer"],
                    true,
                    &["recovered", "×3"],
                ),
                ListRow::Undated,
            ],
            total: 412,
            of: 1_284_377,
            newer_above: 1204,
            focused: true,
            ..ListView::default()
        };
        let shown = drawn(48, 6, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            shown,
            "━ EVENTS 412 of 1,284,377 ━━━━━━ ^ 1,204 newer ━\n \
             TIME     V WHO     WHAT\n \
             13:59:02 W alice   ModifyLoadBalancer         ┃\n \
             ── 6m12s quiet ──                             │\n\
             ▌14:02:11 D alice-… DeleteLoadB… recovered · ×3│\n \
             ── without a usable time ──                   │"
        );
    }

    #[test]
    fn an_empty_list_says_so() {
        let view = ListView {
            empty: Some(Printable::new("nothing matches")),
            ..ListView::default()
        };
        let shown = drawn(24, 4, |b, a| draw(b, a, &view, &Theme::dark()));
        assert!(shown.contains("   nothing matches"), "{shown}");
    }
}
