//! The last line: keys of the focused pane.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::layout::Area;

/// Draws as many hints as fit whole.
///
/// ```text
///  j/k move  + - = include/exclude/only  p who  r resource  x context
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, hints: &[(String, &'static str)], theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    let width = usize::from(pen.width());
    let mut x = 1;
    for (key, word) in hints {
        let taken = key.width() + 1 + word.width();
        if usize::from(x) + taken >= width {
            break;
        }
        x += pen.words(x, 0, pen.width(), key, theme.key_hint) + 1;
        x += pen.words(x, 0, pen.width(), word, theme.faint) + 3;
    }
}
