//! Lines to read: problems of the load, events around one.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::PagesView;

/// Draws the frame, the lines and the foot.
///
/// ```text
/// ╭─ 2 problems of the load ────────────────────── 1–2 of 2 ─╮
/// │▌2026-11-20.json.gz   byte 18,224  record cut short       │
/// │ notes.txt            not CloudTrail                      │
/// │ Enter show the bytes   q close                           │
/// ╰──────────────────────────────────────────────────────────╯
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, view: &PagesView, theme: &Theme) {
    let head = view
        .head
        .len()
        .min(usize::from(area.height.saturating_sub(4)));
    let rows = usize::from(area.height.saturating_sub(3)).saturating_sub(head);
    let (first, all) = view.position;
    let note = if all == 0 {
        String::new()
    } else {
        let last = first.saturating_add(view.rows.len().min(rows)).min(all);
        let count = |n: usize| thousands(n as u64);
        format!(
            "{}–{} of {}",
            count(first.saturating_add(1)),
            count(last),
            count(all)
        )
    };
    let mut frame = Pen::new(buffer, area, theme);
    let mut pen = frame.framed(&view.title, &note);
    let (width, height) = (pen.width(), pen.height());
    let above = view.head.iter().take(head);
    for (y, row) in above.chain(view.rows.iter().take(rows)).enumerate() {
        let y = y as u16;
        if row.focused {
            pen.restyle(0, y, width, theme.selected_row);
            pen.restyle(0, y, width, theme.selected_cell);
            pen.put(0, y, "▌", theme.pointer);
        }
        let mut x = 1;
        for piece in &row.pieces {
            let room = width.saturating_sub(x + 1);
            x += pen.text(x, y, room, &piece.text, theme.tone(piece.tone));
        }
    }
    if height > 1 {
        let foot = Printable::new(&view.foot);
        pen.text(1, height - 1, width.saturating_sub(2), &foot, theme.faint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;
    use crate::view::screen::Cell;
    use crate::view::screen::PageRow;

    #[test]
    fn lines_and_foot() {
        let view = PagesView {
            title: Printable::new("Problems"),
            rows: vec![PageRow {
                pieces: vec![Cell {
                    text: Printable::new("a.json.gz cut short"),
                    ..Cell::default()
                }],
                focused: true,
            }],
            position: (0, 1),
            head: Vec::new(),
            foot: "q close".to_owned(),
        };
        let shown = drawn(30, 5, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            shown,
            "╭─ Problems ────── 1–1 of 1 ─╮\n│▌a.json.gz cut short        │\n│                       \
             \u{20}    │\n│ q close                    │\n╰────────────────────────────╯"
        );
    }
}
