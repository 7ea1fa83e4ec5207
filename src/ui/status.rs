//! The line above the last: how far the load is, and what just happened.

use ratatui::buffer::Buffer;

use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::StatusLine;

/// Columns of the gauge.
const GAUGE: u16 = 14;

/// Draws the line.
///
/// ```text
///  ━━━━━━━━────── 61%  8,412/13,790 files │ 2.1/3.4 GB │ 2 files skipped        copied the ARN
/// ```
///
/// A message takes the place of the parts where not both fit.
pub fn draw(buffer: &mut Buffer, area: Area, view: &StatusLine, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    let width = usize::from(pen.width());
    let mut x = 1;
    if let Some(progress) = view.progress {
        x += gauge(&mut pen, x, progress);
    }
    let parts: usize = view.parts.iter().map(|part| part.text.width() + 3).sum();
    let message = view
        .message
        .as_ref()
        .map_or(0, |cell| cell.text.width() + 3);
    if let Some(cell) = &view.message {
        let room = pen.width().saturating_sub(x + 1);
        let style = theme.tone(cell.tone);
        if usize::from(x) + parts + message > width {
            pen.text(x, 0, room, &cell.text, style);
            return;
        }
        pen.right(x, 0, room, &cell.text, style);
    }
    let end = pen.width().saturating_sub(message.min(width) as u16);
    for (at, part) in view.parts.iter().enumerate() {
        // A part that has no room for a word of its own is left out, with its rule.
        let needed = (part.text.width() + 4).min(12);
        if at > 0 && usize::from(end.saturating_sub(x)) < needed {
            break;
        }
        if at > 0 {
            x += pen.words(x, 0, 3, " │ ", theme.border);
        }
        let room = end
            .saturating_sub(x)
            .saturating_sub(u16::from(message == 0));
        x += pen.text(x, 0, room, &part.text, theme.tone(part.tone));
    }
}

/// Draws how much is done, as line and figure; answers the columns taken.
fn gauge(pen: &mut Pen<'_>, x: u16, progress: f64) -> u16 {
    let theme = pen.theme;
    let share = if progress.is_finite() {
        progress.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let width = if pen.width() >= 60 { GAUGE } else { GAUGE / 2 };
    let done = (share * f64::from(width)).round() as u16;
    pen.line(x, 0, done, "━", theme.gauge_done);
    pen.line(x + done, 0, width - done, "─", theme.gauge_rest);
    // A load that goes on is never said to be done.
    let percent = ((share * 100.0).floor() as u16).min(99);
    let figure = format!("{percent:>2}%");
    width + 1 + pen.words(x + width + 1, 0, 4, &figure, theme.gauge_done) + 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::printable::Printable;
    use crate::ui::tests::drawn;
    use crate::view::screen::Cell;

    fn cell(text: &str) -> Cell {
        Cell {
            text: Printable::new(text),
            ..Cell::default()
        }
    }

    #[test]
    fn a_message_gives_way_to_nothing() {
        let view = StatusLine {
            parts: vec![cell("8,412 files"), cell("2.1 GB")],
            progress: Some(0.61),
            message: Some(cell("copied")),
        };
        let line = |width| drawn(width, 1, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            line(60),
            " ━━━━━━━━━───── 61%  8,412 files │ 2.1 GB            copied"
        );
        assert_eq!(line(30), " ━━━━─── 61%  copied");
    }
}
