//! The first line: the screens by their digit, the time zone, where help is.

use ratatui::buffer::Buffer;

use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::bars;
use crate::view::layout::Area;
use crate::view::screen::ContextLine;

/// Draws the line.
///
/// ```text
///  trailhound  [1]Timeline  2 People  3 Resources  4 Sessions             UTC   ? help
/// ```
///
/// The current screen stands in brackets. Where the names do not fit, only the current one is
/// spelt out.
pub fn draw(buffer: &mut Buffer, area: Area, view: &ContextLine, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    let laid = bars::tabs(view, pen.width());
    let mut x = 1;
    if laid.name {
        x += pen.words(1, 0, 12, bars::NAME, theme.faint) + 2;
    }
    for (tab, place) in view.tabs.iter().zip(&laid.places) {
        x = place.x + place.width + 1;
        if tab.current {
            let text = format!("[{}]{}", tab.digit, tab.name);
            pen.words(place.x, 0, place.width, &text, theme.current_tab);
            continue;
        }
        let (key, style) = if tab.built {
            (theme.key_hint, theme.tab)
        } else {
            (theme.absent_tab, theme.absent_tab)
        };
        pen.words(place.x, 0, 1, &tab.digit.to_string(), key);
        if laid.full {
            pen.words(place.x + 2, 0, place.width - 2, tab.name, style);
        }
    }
    let mut end = pen.width().saturating_sub(1);
    for (text, style) in [(&view.help, theme.key_hint), (&view.zone, theme.text)] {
        let taken = columns(text);
        if taken > 0 && x + taken < end {
            pen.words(end - taken, 0, taken, text, style);
            end = (end - taken).saturating_sub(3);
        }
    }
}
