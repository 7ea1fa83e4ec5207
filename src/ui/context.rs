//! The first line: the screens by their digit, the time zone, where help is.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::ContextLine;

/// The name at the left, where there is room for it.
const NAME: &str = "trailhound";

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
    let width = usize::from(pen.width());
    let tail = view.zone.width() + view.help.width() + 5;
    let names: usize = view.tabs.iter().map(|tab| tab.name.width() + 4).sum();
    let digits: usize = view.tabs.len() * 2;
    let (name, full) = match width.saturating_sub(tail) {
        room if room >= names + NAME.len() + 3 => (true, true),
        room if room >= names => (false, true),
        room if room >= digits + NAME.len() + 16 => (true, false),
        _ => (false, false),
    };
    let mut x = 1;
    if name {
        x += pen.words(x, 0, 12, NAME, theme.faint) + 2;
    }
    for tab in &view.tabs {
        if tab.current {
            let text = format!("[{}]{}", tab.digit, tab.name);
            x += pen.words(x, 0, 24, &text, theme.current_tab) + 1;
            continue;
        }
        let (key, style) = if tab.built {
            (theme.key_hint, theme.tab)
        } else {
            (theme.absent_tab, theme.absent_tab)
        };
        let gap = u16::from(full);
        x += gap + pen.words(x + gap, 0, 2, &tab.digit.to_string(), key) + 1;
        if full {
            x += pen.words(x, 0, 24, tab.name, style) + 1;
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
