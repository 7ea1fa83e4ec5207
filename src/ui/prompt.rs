//! A question with one line to type, in place of the status line.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::layout::Area;

/// What is asked, what is typed, where the caret is, what came of it.
pub struct Question<'a> {
    /// What is asked.
    pub title: &'static str,
    /// What is typed.
    pub text: &'a Printable,
    /// The caret's column in it.
    pub caret: usize,
    /// What came of it so far.
    pub summary: &'a str,
}

/// Draws the line.
///
/// ```text
///  find: DeleteLoad▏                                                             3 of 17
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, question: &Question<'_>, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    pen.clear(theme.popup);
    let width = pen.width();
    let summary = Printable::new(question.summary).truncated(usize::from(width / 3));
    let taken = pen.right(0, 0, width.saturating_sub(1), &summary, theme.faint);
    let title = format!("{}:", question.title);
    let x = 2 + pen.words(
        1,
        0,
        (width / 3).min(columns(&title)),
        &title,
        theme.key_hint,
    );
    let room = width.saturating_sub(x + taken + 3);
    pen.typed(
        x,
        0,
        room,
        question.text,
        Some(question.caret),
        theme.heading,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;

    #[test]
    fn question_and_summary() {
        let text = Printable::new("DeleteLoad");
        let question = Question {
            title: "find",
            text: &text,
            caret: 10,
            summary: "3 of 17",
        };
        let shown = drawn(36, 1, |b, a| draw(b, a, &question, &Theme::dark()));
        assert_eq!(shown, " find: DeleteLoad           3 of 17");
    }
}
