//! Something to choose from: palette, resources of an event, what to copy.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::PickerRow;
use crate::view::screen::PickerView;

/// Draws the frame, the line to type where there is one, and the entries.
///
/// ```text
/// ╭─ Do something ────────────────────────────── 3 of 85 ─╮
/// │ > incl                                                │
/// │ ──────────────────────────────────────────────────────│
/// │▌+  include this value                       filter    │
/// ╰───────────────────────────────────────────────────────╯
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, view: &PickerView, theme: &Theme) {
    let (matching, all) = view.counts;
    let note = match (matching, all) {
        (_, 0) => String::new(),
        (m, a) if m == a => thousands(a as u64),
        (m, a) => format!("{} of {}", thousands(m as u64), thousands(a as u64)),
    };
    let mut frame = Pen::new(buffer, area, theme);
    let mut pen = frame.framed(&view.title, &note);
    let width = pen.width();
    let mut top = 0;
    if let Some((text, caret)) = &view.input {
        pen.put(1, 0, ">", theme.key_hint);
        pen.typed(
            3,
            0,
            width.saturating_sub(4),
            text,
            Some(*caret),
            theme.heading,
        );
        pen.line(0, 1, width, "─", theme.border);
        top = 2;
    }
    if view.rows.is_empty() {
        pen.words(
            3,
            top,
            width.saturating_sub(4),
            "nothing matches",
            theme.faint,
        );
        return;
    }
    let key = view
        .rows
        .iter()
        .map(|row| Printable::new(&row.key).width())
        .max()
        .unwrap_or(0)
        .min(12) as u16;
    let detail = view.rows.iter().map(|row| row.detail.width()).max();
    // In a narrow terminal what an entry is called goes before what is said of it.
    let room = if width < 60 {
        let label = view.rows.iter().map(|row| row.label.width()).max();
        let label = label.unwrap_or(0).min(usize::from(width) * 3 / 4);
        usize::from(width).saturating_sub(label + usize::from(key) + 7)
    } else {
        usize::from(width / 2)
    };
    let detail = detail.unwrap_or(0).min(room) as u16;
    let rows = pen.height().saturating_sub(top);
    for (y, row) in view.rows.iter().take(usize::from(rows)).enumerate() {
        let mut line = pen.inside(0, top + y as u16, width, 1);
        entry(&mut line, row, key, detail);
    }
}

fn entry(pen: &mut Pen<'_>, row: &PickerRow, key: u16, detail: u16) {
    let theme = pen.theme;
    let width = pen.width();
    if row.focused {
        pen.restyle(0, 0, width, theme.selected_cell);
        pen.put(0, 0, "▌", theme.pointer);
    }
    let mut x = 1;
    if key > 0 {
        pen.words(x, 0, key, &row.key, theme.key_hint);
        x += key + 2;
    } else {
        x += 1;
    }
    let taken = columns(row.detail.as_str()).min(detail);
    let gap = if taken > 0 { taken + 3 } else { 1 };
    let room = width.saturating_sub(x + gap);
    let label = row.label.truncated(usize::from(room));
    pen.text(x, 0, room, &label, theme.text);
    let (mut column, mut at) = (x, 0);
    for grapheme in label.as_str().graphemes(true) {
        let wide = columns(grapheme);
        let chars = grapheme.chars().count();
        if row.matched.iter().any(|n| (at..at + chars).contains(n)) && grapheme != "…" {
            pen.restyle(column, 0, wide, theme.included.patch(theme.diagnostic));
        }
        column += wide;
        at += chars;
    }
    let width = width.saturating_sub(1);
    let style = if row.focused { theme.text } else { theme.faint };
    pen.right(
        0,
        0,
        width,
        &row.detail.truncated(usize::from(taken)),
        style,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;

    #[test]
    fn entries_with_keys_and_details() {
        let row = |key: &str, label: &str, focused| PickerRow {
            key: key.to_owned(),
            label: Printable::new(label),
            matched: vec![0, 1],
            detail: Printable::new("filter"),
            focused,
        };
        let view = PickerView {
            title: Printable::new("Do"),
            input: Some((Printable::new("in"), 2)),
            rows: vec![
                row("+", "include this value", true),
                row("=", "only this value", false),
            ],
            counts: (2, 85),
        };
        let shown = drawn(36, 6, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            shown,
            "╭─ Do ─────────────────── 2 of 85 ─╮\n\
                   │ > in                             │\n\
                   │──────────────────────────────────│\n\
                   │▌+  include this value     filter │\n\
                   │ =  only this value        filter │\n\
                   ╰──────────────────────────────────╯"
        );
    }
}
