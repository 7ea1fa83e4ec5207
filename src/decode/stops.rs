//! Where strings may end: the quotes, backslashes and control characters of a text, found in blocks
//! ahead of the scan.
//!
//! Looking for the end of each string by itself makes the processor guess how long every string is;
//! a list of places made without branches does not. The list is short-lived: it covers some
//! kilobytes ahead, and begins anew where the scan jumps.

#![expect(
    clippy::inline_always,
    reason = "measured: the pass is slower when these are calls"
)]

use wide::u8x16;

use crate::decode::lex;
use crate::decode::lex::Stop;
use crate::decode::lex::Token;

/// Text that is looked at once.
const BLOCK: usize = 64;
/// The same where one string alone is looked for.
const SHORT: usize = 32;
/// Text that is looked at ahead: first a little, since a scan may jump again, then more.
const FIRST: usize = 1 << 10;
const MOST: usize = 8 << 10;
/// Ends the list.
const END: u32 = u32::MAX;
/// Places written at once without a look at how many there are.
const STRIDE: usize = 8;

/// The places ahead in one text.
#[derive(Debug)]
pub(crate) struct Stops {
    /// Places from `base` on, [`END`] after the last; room for more behind.
    list: Vec<u32>,
    next: usize,
    base: usize,
    /// Everything before this has been looked at, since the last jump.
    to: usize,
    step: usize,
    /// The end of the last block that held a byte beyond plain ASCII.
    odd_to: usize,
}

impl Stops {
    /// Nothing looked at yet.
    pub(crate) fn new() -> Self {
        Self {
            list: vec![END; MOST + 2 * BLOCK],
            next: 0,
            base: 0,
            to: 0,
            step: FIRST,
            odd_to: 0,
        }
    }

    /// Forgets the text; to be called when it changes.
    pub(crate) fn forget(&mut self) {
        self.begin(usize::MAX);
    }

    fn begin(&mut self, at: usize) {
        self.base = at;
        self.to = at;
        self.next = 0;
        self.step = FIRST;
        self.odd_to = 0;
        if let Some(first) = self.list.first_mut() {
            *first = END;
        }
    }

    /// Gets ready for a scan from `start` on.
    pub(crate) fn seek(&mut self, start: usize) {
        let passed = match self.next.checked_sub(1).and_then(|n| self.list.get(n)) {
            Some(&last) => self.base.saturating_add(last as usize),
            None => self.base,
        };
        if start < passed || start > self.to {
            self.begin(start);
        }
    }

    /// Whether a stretch that was scanned is surely plain ASCII.
    pub(crate) fn is_plain(&self, start: usize, end: usize) -> bool {
        self.odd_to <= start && end <= self.to
    }

    /// Reads a string's inside from `from` on.
    #[inline(always)]
    pub(crate) fn string(&mut self, bytes: &[u8], from: usize) -> Result<Token, Stop> {
        loop {
            let at = self.list.get(self.next).copied().unwrap_or(END);
            if at == END {
                if self.more(bytes) {
                    continue;
                }
                return lex::string(bytes, from);
            }
            self.next += 1;
            let to = self.base + at as usize;
            if to < from {
                continue;
            }
            if bytes.get(to) == Some(&b'"') {
                return Ok(Token {
                    from,
                    to,
                    escaped: false,
                });
            }
            // An escape or something that may not be: looked at with care.
            return lex::string(bytes, from);
        }
    }

    /// Looks further ahead; whether there was more.
    #[cold]
    #[inline(never)]
    fn more(&mut self, bytes: &[u8]) -> bool {
        let rest = bytes.get(self.to..).unwrap_or_default();
        let ahead = rest.get(..self.step.min(rest.len())).unwrap_or_default();
        if ahead.is_empty() {
            return false;
        }
        self.step = (self.step * 2).min(MOST);
        self.base = self.to;
        self.next = 0;
        let mut len = 0;
        let mut at = 0u32;
        let mut blocks = ahead.chunks_exact(BLOCK);
        for block in &mut blocks {
            let Some(block) = block.first_chunk() else {
                break;
            };
            len = self.note(block, at, len);
            at += BLOCK as u32;
        }
        let tail = blocks.remainder();
        if !tail.is_empty() {
            let mut block = [b' '; BLOCK];
            if let Some(head) = block.get_mut(..tail.len()) {
                head.copy_from_slice(tail);
            }
            len = self.note(&block, at, len);
        }
        self.to += ahead.len();
        if let Some(end) = self.list.get_mut(len) {
            *end = END;
        }
        true
    }

    /// Adds the places of one block; the number of places then.
    #[inline(always)]
    fn note(&mut self, block: &[u8; BLOCK], at: u32, len: usize) -> usize {
        let (mut mask, odd) = look(block);
        if odd {
            self.odd_to = self.base + at as usize + BLOCK;
        }
        let count = mask.count_ones() as usize;
        let mut from = len;
        // Nearly every block holds fewer places than a stride: written without asking.
        loop {
            if let Some(room) = self
                .list
                .get_mut(from..)
                .and_then(<[u32]>::first_chunk_mut::<STRIDE>)
            {
                for place in room {
                    *place = at.wrapping_add(mask.trailing_zeros());
                    mask &= mask.wrapping_sub(1);
                }
            }
            from += STRIDE;
            if from >= len + count {
                return len + count;
            }
        }
    }
}

/// Reads a string's inside from `from` on, without a list; `odd` is set where it may hold a byte
/// beyond plain ASCII.
#[inline(always)]
pub(crate) fn string_at(bytes: &[u8], from: usize, odd: &mut bool) -> Result<Token, Stop> {
    let mut at = from;
    // Most values are shorter than half a block.
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<SHORT>) {
        let (mask, far) = look(block);
        *odd |= far;
        if mask != 0 {
            let to = at + mask.trailing_zeros() as usize;
            if bytes.get(to) != Some(&b'"') {
                break;
            }
            return Ok(Token {
                from,
                to,
                escaped: false,
            });
        }
        at += SHORT;
    }
    *odd = true;
    lex::string(bytes, from)
}

/// A bit for each quote, backslash and control character of a block, and whether there is a byte
/// beyond plain ASCII.
#[inline(always)]
fn look<const N: usize>(block: &[u8; N]) -> (u64, bool) {
    let quote = u8x16::splat(b'"');
    let slash = u8x16::splat(b'\\');
    let control = u8x16::splat(0x1f);
    let limit = u8x16::splat(0x7e);
    let mut most = u8x16::splat(0);
    let mut mask = 0u64;
    for (i, part) in block.as_chunks::<16>().0.iter().enumerate() {
        let part = u8x16::new(*part);
        most = most.max(part);
        let ends = part.cmp_eq(quote) | part.cmp_eq(slash) | part.min(control).cmp_eq(part);
        mask |= u64::from(ends.move_mask() as u16) << (16 * i);
    }
    (mask, most.max(limit).cmp_eq(limit).move_mask() != 0xffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plainly(block: &[u8; BLOCK]) -> (u64, bool) {
        let ends = |b: u8| b == b'"' || b == b'\\' || b < b' ';
        let mask = (0..BLOCK).fold(0, |m, i| m | u64::from(ends(block[i])) << i);
        (mask, block.iter().any(|b| *b >= 0x7f))
    }

    #[test]
    fn every_byte_is_told_apart() {
        for byte in 0..=255 {
            for at in [0, 7, 8, 63] {
                let mut block = [b'x'; BLOCK];
                block[at] = byte;
                assert_eq!(look(&block), plainly(&block), "{byte}");
            }
        }
    }

    proptest! {
        #[test]
        fn strings_end_where_they_end(
            text in prop::collection::vec(
                prop_oneof![8 => Just(b'x'), 3 => Just(b'"'), 1 => Just(b'\\'), 1 => any::<u8>()],
                0..3000,
            ),
            start in 0usize..200,
        ) {
            let mut stops = Stops::new();
            stops.seek(start);
            let mut from = start;
            for _ in 0..200 {
                let token = stops.string(&text, from);
                let expected = lex::string(&text, from);
                prop_assert_eq!(token, expected);
                let mut odd = false;
                prop_assert_eq!(string_at(&text, from, &mut odd), expected);
                if let Ok(token) = expected {
                    let plain = text[token.from..token.to].iter().all(|b| *b < 0x7f);
                    prop_assert!(plain || odd);
                }
                match token {
                    Ok(token) => from = token.to + 1,
                    Err(_) => break,
                }
            }
            let mut block = [0; BLOCK];
            for (b, t) in block.iter_mut().zip(&text) {
                *b = *t;
            }
            prop_assert_eq!(look(&block), plainly(&block));
        }
    }
}
