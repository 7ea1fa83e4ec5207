//! The filter line, and what floats under it while it is edited: the message about the text and
//! what could stand at the caret.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::base::printable::Printable;
use crate::base::span::Severity;
use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::DiagnosticLine;
use crate::view::screen::FilterLine;
use crate::view::screen::FilterState;

/// Columns before the text.
const MARGIN: u16 = 3;
/// Most completions shown at once.
const COMPLETIONS: usize = 8;

/// Draws the line.
///
/// ```text
///  / errorCode:AccessDenied user-agnt:curl                        WRONG  412 match in 3 ms
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, view: &FilterLine, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    let width = pen.width();
    let room = room(width, view);
    let prompt = if view.caret.is_some() {
        theme.key_hint
    } else {
        theme.faint
    };
    pen.put(1, 0, "/", prompt);
    let shown = if view.text.as_str().is_empty() && view.caret.is_none() {
        pen.words(MARGIN, 0, room, "no filter", theme.faint);
        0
    } else {
        pen.typed(MARGIN, 0, room, &view.text, view.caret, theme.heading)
    };
    if let Some(diagnostic) = &view.diagnostic {
        let (start, columns) = underlined(diagnostic, shown, room);
        let style = severity(diagnostic.severity, theme).patch(theme.diagnostic);
        pen.restyle(MARGIN + start, 0, columns, style);
        if let Some(caret) = view.caret {
            let at = caret.saturating_sub(shown).min(usize::from(u16::MAX)) as u16;
            if at < room {
                pen.restyle(MARGIN + at, 0, 1, theme.caret);
            }
        }
    }
    let (word, style) = state(view.state, theme);
    let mut x = MARGIN + room + 2;
    x += pen.words(x, 0, width.saturating_sub(x + 1), word, style) + 2;
    let left = width.saturating_sub(x + 1);
    if left >= 4 {
        pen.words(x, 0, left, &view.summary, theme.text);
    }
}

/// Draws what floats: the message right under the text it is about, then the completions.
///
/// ```text
///                           ╰─ wrong: no field is called `user-agnt`; did you mean `user-agent`?
///                           ┃ user-agent     what the caller's program called itself ┃
/// ```
pub fn float(buffer: &mut Buffer, area: Area, view: &FilterLine, theme: &Theme) {
    let whole = buffer.area;
    let below = Area {
        x: area.x,
        y: area.y.saturating_add(1),
        width: area.width,
        height: whole.bottom().saturating_sub(area.y.saturating_add(2)),
    };
    let mut pen = Pen::new(buffer, below, theme);
    if area.is_empty() || pen.is_empty() {
        return;
    }
    let room = room(pen.width(), view);
    let shown = view.caret.map_or(0, |caret| {
        caret.saturating_add(1).saturating_sub(usize::from(room))
    });
    let rows = match &view.diagnostic {
        Some(diagnostic) => message(&mut pen, diagnostic, shown, room),
        None => 0,
    };
    if view.caret.is_some() && !view.completions.is_empty() {
        completions(&mut pen, rows, view, shown);
    }
}

fn message(pen: &mut Pen<'_>, diagnostic: &DiagnosticLine, shown: usize, room: u16) -> u16 {
    let theme = pen.theme;
    let width = pen.width();
    let (start, _) = underlined(diagnostic, shown, room);
    let style = severity(diagnostic.severity, theme);
    let mut text = Printable::new(match diagnostic.severity {
        Severity::Note => "note: ",
        Severity::Incomplete => "unfinished: ",
        Severity::Error => "wrong: ",
    });
    text.push(&diagnostic.message);
    let needed = text.width();
    let at = usize::from(MARGIN + start);
    if at + 3 + needed < usize::from(width) {
        let mut line = pen.inside(0, 0, width, 1);
        line.clear(theme.popup);
        let x = at as u16;
        line.words(x, 0, 3, "╰─ ", style);
        line.text(x + 3, 0, width - x - 3, &text, style);
        return 1;
    }
    let most = pen.height().min(4);
    let inner = width.saturating_sub(2);
    let rows = pen.inside(1, 0, inner, most).wrapped(0, &text, style);
    pen.inside(0, 0, width, rows).clear(theme.popup);
    pen.inside(1, 0, inner, rows).wrapped(0, &text, style)
}

fn completions(pen: &mut Pen<'_>, y: u16, view: &FilterLine, shown: usize) {
    let theme = pen.theme;
    let first = view.chosen.saturating_sub(COMPLETIONS - 1);
    let entries = || {
        view.completions
            .iter()
            .enumerate()
            .skip(first)
            .take(COMPLETIONS)
    };
    let widest = |of: fn(&crate::view::screen::CompletionLine) -> &Printable| {
        entries()
            .map(|(_, line)| of(line).width())
            .max()
            .unwrap_or(0)
    };
    let label = widest(|line| &line.label).min(40) as u16;
    let detail = widest(|line| &line.detail).min(60) as u16;
    let width = (label + detail + 5).min(pen.width());
    let caret = view.caret.unwrap_or(0).saturating_sub(shown) as u16;
    let x = MARGIN.saturating_add(caret).min(pen.width() - width);
    let rows = entries().count() as u16;
    let mut popup = pen.inside(x, y, width, rows);
    popup.clear(theme.popup);
    for (row, (at, line)) in entries().enumerate() {
        let row = row as u16;
        let mut detail_style = theme.faint;
        if at == view.chosen {
            detail_style = theme.text;
            popup.restyle(0, row, width, theme.selected_cell);
            popup.put(0, row, "▸", theme.pointer);
        }
        let used = popup.text(
            2,
            row,
            label.min(width.saturating_sub(3)),
            &line.label,
            theme.text,
        );
        let left = width.saturating_sub(used + 5);
        popup.right(used + 4, row, left, &line.detail, detail_style);
    }
}

/// Columns for the text.
fn room(width: u16, view: &FilterLine) -> u16 {
    let word = state(view.state, &Theme::plain()).0.len();
    // On a narrow screen the text that is being typed comes before the figures.
    let summary = if view.caret.is_some() && width < 60 {
        0
    } else {
        Printable::new(&view.summary).width()
    };
    let tail = summary + word + 5;
    let least = usize::from(width / 2);
    width
        .saturating_sub(MARGIN)
        .saturating_sub(tail.min(least) as u16)
}

/// First column and columns of the underline, within the room.
fn underlined(diagnostic: &DiagnosticLine, shown: usize, room: u16) -> (u16, u16) {
    let room = usize::from(room);
    let (start, end) = diagnostic.columns;
    let start = start.saturating_sub(shown).min(room.saturating_sub(1));
    let end = end
        .saturating_sub(shown)
        .clamp(start + 1, room.max(start + 1));
    (start as u16, (end - start) as u16)
}

const fn state(state: FilterState, theme: &Theme) -> (&'static str, Style) {
    match state {
        FilterState::Ok => ("OK", theme.ok),
        FilterState::Busy => ("BUSY", theme.busy),
        FilterState::Incomplete => ("MORE", theme.incomplete),
        FilterState::Wrong => ("WRONG", theme.wrong),
    }
}

const fn severity(severity: Severity, theme: &Theme) -> Style {
    match severity {
        Severity::Note => theme.faint,
        Severity::Incomplete => theme.incomplete,
        Severity::Error => theme.wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;
    use crate::view::screen::CompletionLine;

    fn view(text: &str, caret: Option<usize>) -> FilterLine {
        FilterLine {
            text: Printable::new(text),
            caret,
            summary: "3 match".to_owned(),
            ..FilterLine::default()
        }
    }

    #[test]
    fn the_caret_stays_in_sight() {
        let text = "errorCode:AccessDenied who:alice";
        let line = |caret| {
            drawn(30, 1, |b, a| {
                draw(b, a, &view(text, caret), &Theme::dark());
            })
        };
        assert_eq!(line(None), " / errorCode:Ac…  OK  3 match");
        assert_eq!(line(Some(32)), " / …ssDenied who:alice   OK");
        assert_eq!(line(Some(0)), " / errorCode:AccessDen…  OK");
    }

    #[test]
    fn the_message_stands_under_its_text() {
        let mut view = view("user-agnt:curl", Some(9));
        view.state = FilterState::Wrong;
        view.diagnostic = Some(DiagnosticLine {
            columns: (0, 9),
            severity: Severity::Error,
            message: Printable::new("no such field"),
        });
        view.completions = vec![CompletionLine {
            label: Printable::new("user-agent"),
            detail: Printable::new("program"),
        }];
        let shown = drawn(44, 4, |b, a| {
            let line = Area { height: 1, ..a };
            draw(b, line, &view, &Theme::dark());
            float(b, line, &view, &Theme::dark());
        });
        assert_eq!(
            shown,
            " / user-agnt:curl                   WRONG\n   ╰─ wrong: no such field\n            \
             ▸ user-agent  program\n"
        );
    }
}
