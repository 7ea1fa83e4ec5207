//! The terms of the filter, one by one, and what is hidden whatever the filter says.

use ratatui::buffer::Buffer;

use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::bars;
use crate::view::layout::Area;
use crate::view::screen::ChipsView;

/// Draws the line.
///
/// ```text
///  ◇ [+ verb:write ×] [○ -what:UpdateInstanceInformation ×]          9,204 hidden: reads
/// ```
///
/// `+` stands before a term in force, `○` before one that is off.
pub fn draw(buffer: &mut Buffer, area: Area, view: &ChipsView, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    if pen.is_empty() {
        return;
    }
    let width = pen.width();
    pen.put(
        1,
        0,
        "◇",
        if view.focused {
            theme.pointer
        } else {
            theme.faint
        },
    );
    let places = bars::chips(view, width);
    let last = places.last().map(|p| (p.at, p.x + p.width));
    for place in &places {
        let Some(chip) = view.chips.get(place.at) else {
            continue;
        };
        let (mark, style) = if chip.on {
            ("+", theme.included)
        } else {
            ("○", theme.faint)
        };
        let edge = if chip.focused {
            theme.pointer
        } else {
            theme.border
        };
        pen.put(place.x, 0, if chip.focused { "▸" } else { "[" }, edge);
        pen.put(place.x + 1, 0, mark, style);
        let room = place.width.saturating_sub(6);
        pen.text(place.x + 3, 0, room, &chip.label, style);
        let end = place.x + place.width;
        pen.words(end - 2, 0, 2, "×]", edge);
        if chip.focused {
            pen.restyle(place.x, 0, place.width, theme.selected_cell);
        }
    }
    if let Some((at, end)) = last
        && at + 1 < view.chips.len()
    {
        let more = format!("… {}", view.chips.len() - at - 1);
        pen.words(
            end + 1,
            0,
            width.saturating_sub(end + 2),
            &more,
            theme.faint,
        );
    }
    let hidden = crate::base::printable::Printable::new(&view.hidden);
    pen.right(0, 0, width.saturating_sub(1), &hidden, theme.badge);
}
