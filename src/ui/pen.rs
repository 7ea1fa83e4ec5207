//! Writing into a rectangle of cells without ever leaving it.
//!
//! Columns and rows count from the rectangle's own corner; what falls outside is not written.
//! Every text goes through [`Printable`], whose marks get the theme's style for marks, and a
//! wide character that would be cut in half is left out.
//!
//! Refuses to know: what the text means.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::style::Modifier;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::base::printable::Piece;
use crate::base::printable::Printable;
use crate::ui::theme::Theme;
use crate::view::layout::Area;

/// The most columns that one character takes, with all its modifiers.
const WIDEST: u16 = 16;

/// A place to write.
pub struct Pen<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    /// How things look.
    pub theme: &'a Theme,
}

impl<'a> Pen<'a> {
    /// A pen for the part of `area` that the buffer has.
    pub fn new(buffer: &'a mut Buffer, area: Area, theme: &'a Theme) -> Self {
        let area = Rect {
            x: area.x,
            y: area.y,
            width: area.width.min(u16::MAX - area.x),
            height: area.height.min(u16::MAX - area.y),
        };
        let clipped = buffer.area.intersection(area);
        Self {
            area: if clipped.is_empty() {
                Rect::default()
            } else {
                clipped
            },
            buffer,
            theme,
        }
    }

    /// A pen for a rectangle inside this one.
    pub fn inside(&mut self, x: u16, y: u16, width: u16, height: u16) -> Pen<'_> {
        let x = x.min(self.area.width);
        let y = y.min(self.area.height);
        Pen {
            area: Rect {
                x: self.area.x + x,
                y: self.area.y + y,
                width: width.min(self.area.width - x),
                height: height.min(self.area.height - y),
            },
            buffer: self.buffer,
            theme: self.theme,
        }
    }

    /// Columns.
    pub const fn width(&self) -> u16 {
        self.area.width
    }

    /// Rows.
    pub const fn height(&self) -> u16 {
        self.area.height
    }

    /// Whether nothing can be written.
    pub const fn is_empty(&self) -> bool {
        self.area.width == 0 || self.area.height == 0
    }

    /// Empties every cell and gives it `style`.
    pub fn clear(&mut self, style: Style) {
        for y in 0..self.area.height {
            for x in 0..self.area.width {
                if x == 0 {
                    self.free_left(0, y);
                }
                if let Some(cell) = self.buffer.cell_mut((self.area.x + x, self.area.y + y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }

    /// Adds `style` to cells of one row, keeping what they hold.
    pub fn restyle(&mut self, x: u16, y: u16, width: u16, style: Style) {
        for x in x..x.saturating_add(width).min(self.area.width) {
            if y < self.area.height
                && let Some(cell) = self.buffer.cell_mut((self.area.x + x, self.area.y + y))
            {
                cell.set_style(style);
            }
        }
    }

    /// Whether a cell holds nothing.
    pub fn is_blank(&self, x: u16, y: u16) -> bool {
        let cell = self.buffer.cell((self.area.x + x, self.area.y + y));
        cell.is_some_and(|cell| cell.symbol() == " ")
    }

    /// Writes one symbol; answers the columns it took, 0 where it does not fit.
    pub fn put(&mut self, x: u16, y: u16, symbol: &str, style: Style) -> u16 {
        // One character with a hundred modifiers would be as wide: it is cut.
        let (symbol, width) = match columns(symbol) {
            width if width > WIDEST => ("…", 1),
            width => (symbol, width),
        };
        if width == 0 || y >= self.area.height || x.saturating_add(width) > self.area.width {
            return 0;
        }
        self.free_left(x, y);
        for step in 0..width {
            if let Some(cell) = self
                .buffer
                .cell_mut((self.area.x + x + step, self.area.y + y))
            {
                cell.set_symbol(if step == 0 { symbol } else { " " });
                cell.set_style(style);
                // A reversed row is one block: ink would turn into patches of ground.
                if cell.modifier.contains(Modifier::REVERSED) && cell.bg == Color::Reset {
                    cell.set_fg(Color::Reset);
                }
            }
        }
        width
    }

    /// Empties a wide character that reaches into a cell about to be written.
    fn free_left(&mut self, x: u16, y: u16) {
        let (x, y) = (self.area.x + x, self.area.y + y);
        for back in 1..WIDEST.min(x + 1) {
            if let Some(cell) = self.buffer.cell_mut((x - back, y))
                && cell.symbol() != " "
            {
                if !cell.symbol().is_ascii() && cell.symbol().width() > usize::from(back) {
                    cell.set_symbol(" ");
                }
                // What lies under a wide character is blank: none reaches over this one.
                return;
            }
        }
    }

    /// Fills cells of one row with a symbol one column wide.
    pub fn line(&mut self, x: u16, y: u16, width: u16, symbol: &str, style: Style) {
        for x in x..x.saturating_add(width).min(self.area.width) {
            self.put(x, y, symbol, style);
        }
    }

    /// Writes text into at most `width` columns, with `…` where it was cut; answers the columns
    /// it took.
    pub fn text(&mut self, x: u16, y: u16, width: u16, text: &Printable, style: Style) -> u16 {
        let width = width.min(self.area.width.saturating_sub(x));
        if width == 0 {
            return 0;
        }
        if text.width() <= usize::from(width) {
            return self.runs(x, y, width, text, style);
        }
        self.runs(x, y, width, &text.truncated(usize::from(width)), style)
    }

    fn runs(&mut self, x: u16, y: u16, width: u16, text: &Printable, style: Style) -> u16 {
        let mark = style.patch(self.theme.mark);
        let mut used = 0;
        for piece in text.pieces() {
            let (run, style) = match piece {
                Piece::Plain(run) => (run, style),
                Piece::Mark(run) => (run, mark),
            };
            for grapheme in run.graphemes(true) {
                let wide = columns(grapheme);
                if wide > width - used {
                    // Clusters can be wider one by one than the text they make together.
                    self.put(x + width - 1, y, "…", style);
                    return width;
                }
                used += self.put(x + used, y, grapheme, style);
            }
        }
        used
    }

    /// Writes words of this program as [`Pen::text`] does.
    pub fn words(&mut self, x: u16, y: u16, width: u16, words: &str, style: Style) -> u16 {
        self.text(x, y, width, &Printable::new(words), style)
    }

    /// Writes text against the right edge of `x..x + width`; answers the columns it took.
    pub fn right(&mut self, x: u16, y: u16, width: u16, text: &Printable, style: Style) -> u16 {
        let width = width.min(self.area.width.saturating_sub(x));
        let taken = columns(text.as_str()).min(width);
        self.text(x + width - taken, y, taken, text, style)
    }

    /// Writes text in the middle of a row.
    pub fn middle(&mut self, y: u16, text: &Printable, style: Style) {
        let taken = text.width().min(usize::from(self.area.width)) as u16;
        self.text((self.area.width - taken) / 2, y, taken, text, style);
    }

    /// Writes text over several rows, broken at spaces; answers the rows it took.
    pub fn wrapped(&mut self, y: u16, text: &Printable, style: Style) -> u16 {
        let mark = style.patch(self.theme.mark);
        let width = usize::from(self.area.width);
        let mut cells: Vec<(&str, Style)> = Vec::new();
        for piece in text.pieces() {
            let (run, style) = match piece {
                Piece::Plain(run) => (run, style),
                Piece::Mark(run) => (run, mark),
            };
            cells.extend(run.graphemes(true).map(|grapheme| (grapheme, style)));
        }
        let (mut rest, mut row) = (&cells[..], 0);
        while !rest.is_empty() && width > 1 && y.saturating_add(row) < self.area.height {
            let mut used = 0;
            let fits = rest
                .iter()
                .take_while(|(grapheme, _)| {
                    used += grapheme.width();
                    used <= width
                })
                .count()
                .max(1);
            let space = rest[..fits].iter().rposition(|(g, _)| *g == " ");
            let (end, next) = match space {
                Some(at) if fits < rest.len() && at > 0 => (at, at + 1),
                _ => (fits, fits),
            };
            let last = y + row + 1 == self.area.height && next < rest.len();
            let mut x = 0;
            for (grapheme, style) in &rest[..end] {
                x += self.put(x, y + row, grapheme, *style);
            }
            if last {
                self.put(x.min(self.area.width - 1), y + row, "…", style);
            }
            rest = &rest[next..];
            row += 1;
        }
        row
    }

    /// Writes a text that is being typed so that the caret stays in sight; answers how many of
    /// its columns are hidden at the left.
    pub fn typed(
        &mut self,
        x: u16,
        y: u16,
        width: u16,
        text: &Printable,
        caret: Option<usize>,
        style: Style,
    ) -> usize {
        let width = width.min(self.area.width.saturating_sub(x));
        let Some(caret) = caret else {
            self.text(x, y, width, text, style);
            return 0;
        };
        let room = usize::from(width);
        if room == 0 {
            return 0;
        }
        let hidden = caret.saturating_add(1).saturating_sub(room);
        let mark = style.patch(self.theme.mark);
        let mut column = 0;
        for piece in text.pieces() {
            let (run, style) = match piece {
                Piece::Plain(run) => (run, style),
                Piece::Mark(run) => (run, mark),
            };
            for grapheme in run.graphemes(true) {
                let wide = grapheme.width();
                if column >= hidden && column + wide <= hidden + room {
                    self.put(x + (column - hidden) as u16, y, grapheme, style);
                }
                column += wide;
            }
        }
        if hidden > 0 {
            self.put(x, y, "…", self.theme.faint);
        }
        if column > hidden + room {
            self.put(x + width - 1, y, "…", self.theme.faint);
        }
        self.restyle(x + (caret - hidden) as u16, y, 1, self.theme.caret);
        hidden
    }

    /// Draws a pane's title line: heavy and bright where the pane has the focus.
    ///
    /// Answers the first free column after the title.
    pub fn title(&mut self, y: u16, title: &Printable, focused: bool) -> u16 {
        let (rule, border, style) = if focused {
            ("━", self.theme.border_focused, self.theme.title_focused)
        } else {
            ("─", self.theme.border, self.theme.title)
        };
        let width = self.area.width;
        self.line(0, y, width, rule, border);
        if width < 4 {
            return width;
        }
        self.put(1, y, " ", style);
        let used = self.text(2, y, width - 3, title, style);
        self.put(2 + used, y, " ", style);
        3 + used
    }

    /// Writes a note into a title line, against its right edge; answers the column it starts at.
    pub fn note(&mut self, y: u16, end: u16, note: &Printable, style: Style) -> u16 {
        let taken = columns(note.as_str()) + 2;
        if note.as_str().is_empty() || taken > end {
            return end;
        }
        let start = end - taken;
        self.put(start, y, " ", style);
        self.text(start + 1, y, taken - 2, note, style);
        self.put(end - 1, y, " ", style);
        start
    }

    /// Draws a frame with a title and clears what is inside; answers the inner pen.
    pub fn framed(&mut self, title: &Printable, note: &str) -> Pen<'_> {
        let theme = self.theme;
        self.clear(theme.popup);
        let (width, height) = (self.area.width, self.area.height);
        if width < 4 || height < 3 {
            return self.inside(0, 0, width, height);
        }
        let border = theme.popup_border;
        for (y, left, right) in [(0, "╭", "╮"), (height - 1, "╰", "╯")] {
            self.line(1, y, width - 2, "─", border);
            self.put(0, y, left, border);
            self.put(width - 1, y, right, border);
        }
        for y in 1..height - 1 {
            self.put(0, y, "│", border);
            self.put(width - 1, y, "│", border);
        }
        let note = Printable::new(note);
        let end = self.note(0, width - 2, &note, theme.faint);
        if end > 6 {
            self.put(2, 0, " ", theme.title_focused);
            let used = self.text(3, 0, end - 4, title, theme.title_focused);
            self.put(3 + used, 0, " ", theme.title_focused);
        }
        self.inside(1, 1, width - 2, height - 2)
    }
}

/// Columns a text takes, never so many that adding a few more overflows.
pub fn columns(text: &str) -> u16 {
    const MOST: usize = 9_999;
    text.width().min(MOST) as u16
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Cell;

    use super::*;

    fn row(width: u16, draw: impl FnOnce(&mut Pen<'_>)) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width + 2, 1));
        let theme = Theme::dark();
        let area = Area {
            x: 1,
            y: 0,
            width,
            height: 1,
        };
        draw(&mut Pen::new(&mut buffer, area, &theme));
        buffer.content.iter().map(Cell::symbol).collect()
    }

    #[test]
    fn a_character_with_many_modifiers_leaves_no_half_behind() {
        let wide = format!(" {}", "\u{1f3fd}".repeat(3));
        let drawn = row(9, |pen| {
            assert_eq!(pen.put(0, 0, &wide, Style::default()), 7);
            pen.put(5, 0, "|", Style::default());
        });
        assert_eq!(drawn, "      |    ");
        let wider = format!(" {}", "\u{1f3fd}".repeat(40));
        let drawn = row(3, |pen| {
            pen.put(0, 0, &wider, Style::default());
        });
        assert_eq!(drawn, " …   ");
    }

    #[test]
    fn text_stays_inside() {
        let long = Printable::new("abcdefgh");
        assert_eq!(
            row(4, |pen| {
                pen.text(0, 0, 99, &long, Style::new());
            }),
            " abc… "
        );
        let wide = Printable::new("日本語");
        assert_eq!(
            row(5, |pen| {
                pen.text(0, 0, 5, &wide, Style::new());
            }),
            " 日 本 … "
        );
        assert_eq!(
            row(3, |pen| {
                pen.text(2, 0, 5, &wide, Style::new());
            }),
            "   … "
        );
    }

    #[test]
    fn writing_over_half_a_wide_character_frees_it() {
        let shown = row(4, |pen| {
            pen.words(0, 0, 4, "日本", Style::new());
            pen.put(1, 0, "x", Style::new());
        });
        assert_eq!(shown, "  x本  ");
    }

    #[test]
    fn marks_have_their_own_style() {
        let theme = Theme::dark();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let area = Area {
            x: 0,
            y: 0,
            width: 4,
            height: 1,
        };
        Pen::new(&mut buffer, area, &theme).words(0, 0, 4, "␛\u{1b}x", theme.text);
        let ground = |x: u16| buffer[(x, 0)].style().bg;
        assert_eq!(buffer[(0, 0)].symbol(), buffer[(1, 0)].symbol());
        assert_eq!(ground(1), theme.mark.bg);
        assert_ne!(ground(0), ground(1));
    }

    #[test]
    fn far_away_areas_are_nothing() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 4));
        let theme = Theme::dark();
        let area = Area {
            x: u16::MAX,
            y: u16::MAX,
            width: u16::MAX,
            height: u16::MAX,
        };
        let mut pen = Pen::new(&mut buffer, area, &theme);
        assert!(pen.is_empty());
        pen.clear(Style::new());
        pen.words(0, 0, 9, "hello", Style::new());
    }
}
