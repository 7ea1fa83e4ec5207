//! The text of a file around a place, escaped, in numbered lines as wide as a pane.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::base::printable::{Piece, Printable};
use crate::view::screen::{Cell, PageRow, Tone};

/// A part of a file's text.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Where in them the place is; `None` where none is meant.
    pub at: Option<usize>,
    /// The line of the place, from 1.
    pub line: u64,
    /// Whether the text begins before the first byte.
    pub begins_before: bool,
}

/// Cells of the line numbers, with the space after them, in a pane of `width`.
const fn gutter(width: usize) -> usize {
    if width < 60 { 5 } else { 9 }
}

/// The rows of a text in `width` cells, and the row the place is in.
pub fn rows(part: Part<'_>, width: usize) -> (Vec<PageRow>, usize) {
    let gutter = gutter(width);
    let room = width.saturating_sub(gutter).max(8);
    let at = part.at.unwrap_or(0).min(part.bytes.len());
    let before = memchr::memchr_iter(b'\n', &part.bytes[..at]).count() as u64;
    let (mut out, mut start, mut focus) = (Vec::new(), 0, 0);
    let lines = part.bytes.split_inclusive(|b| *b == b'\n');
    for (number, line) in (part.line.saturating_sub(before)..).zip(lines) {
        let inside = part
            .at
            .filter(|at| (start..start + line.len()).contains(at));
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let mut cells = Vec::new();
        if start == 0 && part.begins_before {
            cells.push(cell(Printable::trusted("…"), Tone::Faint));
        }
        match inside.map(|at| (at - start).min(text.len())) {
            None => cells.push(cell(Printable::from_bytes(text), Tone::Plain)),
            Some(at) => {
                let end = at + char_len(&text[at..]);
                cells.push(cell(Printable::from_bytes(&text[..at]), Tone::Plain));
                let here = match &text[at..end] {
                    [] => Printable::trusted("¶"),
                    bytes => Printable::from_bytes(bytes),
                };
                cells.push(cell(here, Tone::Match));
                cells.push(cell(Printable::from_bytes(&text[end..]), Tone::Plain));
            }
        }
        for (i, pieces) in wrap(&cells, room).into_iter().enumerate() {
            if pieces.iter().any(|c| c.tone == Tone::Match) {
                focus = out.len();
            }
            let label = if i == 0 {
                format!("{number:>0$} ", gutter - 1)
            } else {
                " ".repeat(gutter)
            };
            let mut all = vec![cell(Printable::new(&label), Tone::Faint)];
            all.extend(pieces);
            out.push(PageRow {
                pieces: all,
                focused: false,
            });
        }
        start += line.len();
    }
    (out, focus)
}

/// Bytes of the character a text begins with; one where it is none.
fn char_len(bytes: &[u8]) -> usize {
    let chunk = bytes.utf8_chunks().next();
    let first = chunk.and_then(|c| c.valid().chars().next());
    first.map_or(1, char::len_utf8).min(bytes.len())
}

fn cell(text: Printable, tone: Tone) -> Cell {
    Cell { text, tone }
}

/// Cells side by side, broken into rows of at most `width` columns at whatever place they reach
/// it. A row that would be empty stays one.
pub fn wrap(cells: &[Cell], width: usize) -> Vec<Vec<Cell>> {
    let (mut rows, mut row, mut used) = (Vec::new(), Vec::new(), 0);
    for one in cells {
        let mut open = Printable::default();
        for piece in one.text.pieces() {
            let (run, is_mark) = match piece {
                Piece::Plain(run) => (run, false),
                Piece::Mark(run) => (run, true),
            };
            for grapheme in run.graphemes(true) {
                if used + grapheme.width() > width && used > 0 {
                    row.push(cell(std::mem::take(&mut open), one.tone));
                    rows.push(std::mem::take(&mut row));
                    used = 0;
                }
                if is_mark {
                    open.push(&Printable::mark(grapheme));
                } else {
                    open.push(&Printable::new(grapheme));
                }
                used += grapheme.width();
            }
        }
        row.push(cell(open, one.tone));
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: &[PageRow]) -> Vec<String> {
        let line = |row: &PageRow| row.pieces.iter().map(|p| p.text.as_str()).collect();
        rows.iter().map(line).collect()
    }

    #[test]
    fn lines_are_numbered_wrapped_and_escaped() {
        let part = Part {
            bytes: b"{\n\"a\": \x1b[2J\"0123456789\xff}\n",
            at: Some(7),
            line: 12,
            begins_before: false,
        };
        let (rows, focus) = rows(part, 24);
        assert_eq!(
            text(&rows),
            ["  11 {", "  12 \"a\": ␛[2J\"012345678", "     9<FF>}",]
        );
        assert_eq!(focus, 1);
        let here: Vec<_> = rows[1]
            .pieces
            .iter()
            .filter(|p| p.tone == Tone::Match)
            .map(|p| p.text.as_str())
            .collect();
        assert_eq!(here, ["␛"]);
    }

    #[test]
    fn a_place_at_the_end_of_a_line_shows() {
        let part = Part {
            bytes: b"ab\ncd",
            at: Some(2),
            line: 1,
            begins_before: true,
        };
        let (rows, focus) = rows(part, 40);
        assert_eq!(text(&rows), ["   1 …ab¶", "   2 cd"]);
        assert_eq!(focus, 0);
    }
}
