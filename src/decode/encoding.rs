//! UTF-16 and UTF-32 turned into UTF-8 on the way.
//!
//! Told by the byte-order mark, or by the zero bytes every ASCII character leaves. Positions count
//! in the UTF-8 text.

use crate::decode::container::Pull;

/// How wide a unit is, and which byte comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    width: usize,
    big: bool,
    mark: usize,
}

impl Unit {
    /// What the first bytes say, with the encoding's name; `None` for UTF-8 and everything else.
    pub(crate) fn sniff(head: &[u8]) -> Option<(Self, &'static str)> {
        let unit = |width, big, mark| Self { width, big, mark };
        Some(match *head {
            [0xff, 0xfe, 0, 0, ..] => (unit(4, false, 4), "UTF-32LE"),
            [0, 0, 0xfe, 0xff, ..] => (unit(4, true, 4), "UTF-32BE"),
            [0xff, 0xfe, ..] => (unit(2, false, 2), "UTF-16LE"),
            [0xfe, 0xff, ..] => (unit(2, true, 2), "UTF-16BE"),
            [a, 0, 0, 0, ..] if a != 0 => (unit(4, false, 0), "UTF-32LE"),
            [0, 0, 0, a, ..] if a != 0 => (unit(4, true, 0), "UTF-32BE"),
            [a, 0, b, 0, ..] if a != 0 && b != 0 => (unit(2, false, 0), "UTF-16LE"),
            [0, a, 0, b, ..] if a != 0 && b != 0 => (unit(2, true, 0), "UTF-16BE"),
            _ => return None,
        })
    }
}

/// A stage that turns wide units into UTF-8.
pub(crate) struct Transcode<P> {
    input: P,
    unit: Unit,
    skip: usize,
    carry: Vec<u8>,
    high: Option<u32>,
    out: Vec<u8>,
    at: usize,
}

impl<P: Pull> Transcode<P> {
    /// Reads `unit`s from `input`.
    pub(crate) fn new(input: P, unit: Unit) -> Self {
        Self {
            input,
            unit,
            skip: unit.mark,
            carry: Vec::new(),
            high: None,
            out: Vec::new(),
            at: 0,
        }
    }

    fn push(&mut self, c: char) {
        self.out
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn take(&mut self, code: u32) {
        if let Some(high) = self.high.take() {
            if (0xdc00..0xe000).contains(&code) {
                let c = 0x1_0000 + ((high - 0xd800) << 10) + (code - 0xdc00);
                self.push(char::from_u32(c).unwrap_or('\u{fffd}'));
                return;
            }
            self.push('\u{fffd}');
        }
        if (0xd800..0xdc00).contains(&code) && self.unit.width == 2 {
            self.high = Some(code);
        } else {
            self.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        }
    }

    fn refill(&mut self) -> bool {
        self.out.clear();
        self.at = 0;
        let mut chunk = [0u8; 16 << 10];
        while self.out.is_empty() {
            let n = self.input.pull(&mut chunk);
            let mut bytes = std::mem::take(&mut self.carry);
            bytes.extend_from_slice(chunk.get(..n).unwrap_or_default());
            if n == 0 {
                if self.high.take().is_some() || !bytes.is_empty() {
                    self.push('\u{fffd}');
                }
                return !self.out.is_empty();
            }
            let mut units = bytes.chunks_exact(self.unit.width);
            for unit in units.by_ref() {
                if self.skip > 0 {
                    self.skip = 0;
                    continue;
                }
                let fold = |code: u32, b: &u8| code << 8 | u32::from(*b);
                let code = if self.unit.big {
                    unit.iter().fold(0, fold)
                } else {
                    unit.iter().rev().fold(0, fold)
                };
                self.take(code);
            }
            self.carry = units.remainder().to_vec();
        }
        true
    }
}

impl<P: Pull> Pull for Transcode<P> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        if self.at == self.out.len() && !self.refill() {
            return 0;
        }
        let ready = self.out.get(self.at..).unwrap_or_default();
        let n = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Once(Vec<u8>);

    impl Pull for Once {
        fn pull(&mut self, out: &mut [u8]) -> usize {
            let n = self.0.len().min(3).min(out.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0.drain(..n);
            n
        }
    }

    #[test]
    fn utf16_comes_out_as_utf8() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("a😀é".encode_utf16().flat_map(u16::to_le_bytes));
        let (unit, name) = Unit::sniff(&bytes).expect("a mark");
        assert_eq!(name, "UTF-16LE");
        let mut stage = Transcode::new(Once(bytes), unit);
        let mut text = Vec::new();
        let mut buf = [0; 5];
        loop {
            match stage.pull(&mut buf) {
                0 => break,
                n => text.extend_from_slice(&buf[..n]),
            }
        }
        assert_eq!(String::from_utf8(text).expect("text"), "a😀é");
        assert_eq!(Unit::sniff(b"{\"a\""), None);
        assert_eq!(Unit::sniff(b"\0\0\0\0"), None);
    }
}
