//! The part of a file's text that is in memory, and where in the whole text it lies.
//!
//! Grows only as far as one record needs and gives back what has been dealt with, so that a file of
//! any size is read in bounded memory. Lines and columns are counted only when somebody asks.

use crate::base::ledger::Position;
use crate::decode::container::Pull;
use crate::decode::container::Text;

const STEP: usize = 1 << 20;

/// The text in memory.
pub(crate) struct Window<'r> {
    buffer: Vec<u8>,
    len: usize,
    /// Bytes of text before the buffer.
    pub(crate) base: u64,
    source: Option<Box<dyn Pull + 'r>>,
    /// Set where a limit ended the text early.
    pub(crate) cut: bool,
}

impl<'r> Window<'r> {
    /// Looks at a text.
    pub(crate) fn new(text: Text<'r>) -> Self {
        let (buffer, len, source) = match text {
            Text::Whole(buffer, len) => (buffer, len, None),
            Text::Stream(source, buffer) => (buffer, 0, Some(source)),
        };
        Self {
            buffer,
            len,
            base: 0,
            source,
            cut: false,
        }
    }

    /// The text in memory.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// Whether the text ends with the window.
    pub(crate) fn is_last(&self) -> bool {
        self.source.is_none()
    }

    /// All the text that has been in memory so far.
    pub(crate) fn seen(&self) -> u64 {
        self.base + self.len as u64
    }

    /// Drops everything before `keep` and reads more; whether there was more.
    ///
    /// Reads as much again as is kept, so that a record of any length is looked at a bounded
    /// number of times.
    pub(crate) fn more(&mut self, keep: usize, lines: &mut Lines) -> bool {
        let Some(source) = &mut self.source else {
            return false;
        };
        let gone = self.buffer.get(..keep).unwrap_or_default();
        lines.advance(gone, self.base);
        self.buffer.copy_within(keep.min(self.len)..self.len, 0);
        self.len = self.len.saturating_sub(keep);
        self.base += keep as u64;
        let room = self.len + self.len.max(STEP);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        let before = self.len;
        while self.len < room {
            match source.pull(self.buffer.get_mut(self.len..room).unwrap_or_default()) {
                0 => {
                    self.source = None;
                    break;
                }
                n => self.len += n,
            }
        }
        self.len > before
    }

    /// Ends the text here, because a limit was met.
    pub(crate) fn stop(&mut self) {
        self.source = None;
        self.cut = true;
    }

    /// The buffer, to be used for the next file.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// How many lines and characters lie before a byte that was asked for last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    byte: u64,
    line: u64,
    chars: u64,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            byte: 0,
            line: 1,
            chars: 0,
        }
    }
}

fn count_chars(bytes: &[u8]) -> u64 {
    // Sums of bytes, which fit in one for so many, are what compilers turn into vectors.
    let of = |chunk: &[u8]| {
        chunk
            .iter()
            .map(|b| u8::from(*b & 0xc0 != 0x80))
            .sum::<u8>()
    };
    bytes.chunks(192).map(|chunk| u64::from(of(chunk))).sum()
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl Lines {
    /// Goes to the end of `gone`, which begins at `base`.
    fn advance(&mut self, gone: &[u8], base: u64) {
        let end = base + gone.len() as u64;
        if end > self.byte {
            self.find(gone, base, end);
        }
    }

    /// The place of `byte` in a text of which `bytes`, from `base` on, is in memory.
    pub(crate) fn find(&mut self, bytes: &[u8], base: u64, byte: u64) -> Position {
        let at = (byte.saturating_sub(base)) as usize;
        if byte < self.byte {
            // Behind the last question: looked up by itself, the count goes on from where it was.
            let known = (self.byte.saturating_sub(base)) as usize;
            let between = bytes.get(at..known).unwrap_or_default();
            let before = bytes.get(..at).unwrap_or_default();
            let lines = count_lines(between);
            let chars = match memchr::memrchr(b'\n', before) {
                Some(end) => count_chars(before.get(end + 1..).unwrap_or_default()),
                None if lines == 0 => self.chars.saturating_sub(count_chars(between)),
                None => count_chars(before),
            };
            return Position {
                line: self.line.saturating_sub(lines),
                col: chars + 1,
                byte,
            };
        }
        let from = (self.byte.saturating_sub(base)) as usize;
        let between = bytes.get(from..at).unwrap_or_default();
        match memchr::memrchr(b'\n', between) {
            Some(end) => {
                self.line += count_lines(between);
                self.chars = count_chars(between.get(end + 1..).unwrap_or_default());
            }
            None => self.chars += count_chars(between),
        }
        self.byte = byte;
        Position {
            line: self.line,
            col: self.chars + 1,
            byte,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let text = "ab\ncé\nx".as_bytes();
        let mut lines = Lines::default();
        let mut at = |byte| {
            let p = lines.find(text, 0, byte);
            (p.line, p.col)
        };
        assert_eq!(at(1), (1, 2));
        assert_eq!(at(6), (2, 3));
        assert_eq!(at(7), (3, 1));
        assert_eq!(at(1), (1, 2));
        assert_eq!(at(3), (2, 1));
    }
}
