//! Columns: one symbol a row, packed to the width that its symbols need.

use crate::index::bitmap::Bitmap;
use crate::index::symbols::Sym;

/// Codes that stand for yes; code 0 is absent.
#[derive(Debug, Clone, Default)]
pub struct CodeSet {
    yes: Vec<bool>,
    count: usize,
    /// One of them.
    some: u32,
}

impl From<Vec<bool>> for CodeSet {
    fn from(yes: Vec<bool>) -> Self {
        Self {
            count: yes.iter().filter(|yes| **yes).count(),
            some: yes.iter().position(|yes| *yes).unwrap_or(0) as u32,
            yes,
        }
    }
}

impl CodeSet {
    /// Whether a code stands for yes.
    pub fn has(&self, code: u32) -> bool {
        self.yes.get(code as usize).copied().unwrap_or(false)
    }

    /// How many do.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether none does.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// A sealed column of one segment. Code 0 stands for absent.
#[derive(Debug, Clone)]
pub enum Packed {
    /// Every row has this one.
    Same(u32),
    /// Symbols up to 255, of which at most sixteen are distinct: which of them, two rows a byte.
    Half([u8; 16], Box<[u8]>),
    /// Symbols up to 255.
    Narrow(Box<[u8]>),
    /// Symbols up to 65,535.
    Middle(Box<[u16]>),
    /// Large symbols, of which few are distinct: which of them.
    Few(Box<[u32]>, Box<[u16]>),
    /// Symbols up to 16,777,215: the two lower bytes of each, and its third.
    Large(Box<[u16]>, Box<[u8]>),
    /// Any symbol.
    Wide(Box<[u32]>),
}

/// The largest symbol that takes three bytes.
const LARGEST: u32 = 0xff_ffff;

/// The symbol of three bytes.
const fn of_three(low: u16, third: u8) -> u32 {
    low as u32 | (third as u32) << u16::BITS
}

/// Symbols up to 255 in half a byte each, where at most sixteen are distinct.
fn halved(codes: &[u32]) -> Option<Packed> {
    let mut numbers = [u8::MAX; 256];
    let (mut distinct, mut n) = ([0; 16], 0);
    for code in codes {
        let number = numbers.get_mut(*code as usize)?;
        if *number == u8::MAX {
            *distinct.get_mut(usize::from(n))? = *code as u8;
            *number = n;
            n += 1;
        }
    }
    let number = |code: Option<&u32>| code.map_or(0, |code| numbers[*code as usize]);
    let two = |pair: &[u32]| number(pair.first()) | number(pair.get(1)) << 4;
    Some(Packed::Half(distinct, codes.chunks(2).map(two).collect()))
}

/// The number of a row among two a byte.
const fn half(which: &[u8], row: usize) -> usize {
    (which[row / 2] >> (row % 2 * 4) & 15) as usize
}

/// How many distinct symbols are few, among so many rows.
const fn few(rows: usize) -> usize {
    let most = u16::MAX as usize;
    if rows / 3 < most { rows / 3 } else { most }
}

/// Symbols numbered in the order in which they come, where they are few.
fn numbered(codes: &[u32], max: u32) -> Option<(Vec<u32>, Vec<u16>)> {
    let most = few(codes.len());
    // A table of all symbols up to the largest must be worth its cost.
    if max as usize > codes.len() * 64 {
        return None;
    }
    let mut numbers = vec![u16::MAX; max as usize + 1];
    let mut distinct = Vec::new();
    let mut which = Vec::with_capacity(codes.len());
    for code in codes {
        let number = &mut numbers[*code as usize];
        if *number == u16::MAX {
            if distinct.len() == most {
                return None;
            }
            *number = distinct.len() as u16;
            distinct.push(*code);
        }
        which.push(*number);
    }
    Some((distinct, which))
}

/// Symbols that are compared without a look at what came of it.
const BLOCK: usize = 64;

impl Packed {
    /// Packs codes.
    pub fn pack(codes: &[u32]) -> Self {
        let first = codes.first().copied().unwrap_or(0);
        let max = codes.iter().max().copied().unwrap_or(0);
        if codes.iter().all(|code| *code == first) {
            return Self::Same(first);
        }
        match max {
            ..=0xff => halved(codes)
                .unwrap_or_else(|| Self::Narrow(codes.iter().map(|c| *c as u8).collect())),
            0x100..=0xffff => Self::Middle(codes.iter().map(|c| *c as u16).collect()),
            _ => match numbered(codes, max) {
                Some((distinct, which)) => Self::Few(distinct.into(), which.into()),
                None if max <= LARGEST => {
                    let low = codes.iter().map(|code| *code as u16);
                    let third = codes.iter().map(|code| (code >> u16::BITS) as u8);
                    Self::Large(low.collect(), third.collect())
                }
                None => Self::Wide(codes.into()),
            },
        }
    }

    /// The code of a row; 0 where absent.
    pub fn code(&self, row: usize) -> u32 {
        match self {
            Self::Same(code) => *code,
            Self::Half(distinct, which) => distinct[half(which, row)].into(),
            Self::Narrow(c) => u32::from(c[row]),
            Self::Middle(c) => u32::from(c[row]),
            Self::Few(distinct, which) => distinct[usize::from(which[row])],
            Self::Large(low, third) => of_three(low[row], third[row]),
            Self::Wide(c) => c[row],
        }
    }

    /// The symbol of a row.
    pub fn get(&self, row: usize) -> Option<Sym> {
        Sym::from_code(self.code(row))
    }

    /// The rows below `len` whose code is in the set.
    pub fn among(&self, len: usize, wanted: &CodeSet) -> Bitmap {
        if wanted.is_empty() {
            return Bitmap::default();
        }
        let one = (wanted.len() == 1).then_some(wanted.some);
        match (self, one) {
            (Self::Same(code), _) if wanted.has(*code) => Bitmap::full(len),
            (Self::Same(_), _) => Bitmap::default(),
            (Self::Half(distinct, which), _) => {
                let yes = distinct.map(|code| wanted.has(code.into()));
                let mut pairs = [0u8; 256];
                for (pair, both) in pairs.iter_mut().enumerate() {
                    *both = u8::from(yes[pair & 15]) | u8::from(yes[pair >> 4]) << 1;
                }
                Bitmap::of_pairs(&which[..len.div_ceil(2)], len, &pairs)
            }
            (Self::Few(distinct, which), Some(one)) => {
                // Without a way out of each block several are compared at once.
                let holds =
                    |block: &[u32]| block.iter().fold(0, |n, c| n | u32::from(*c == one)) != 0;
                let Some(block) = distinct.chunks(BLOCK).position(holds) else {
                    return Bitmap::default();
                };
                let mut rest = distinct.iter().skip(block * BLOCK);
                let Some(at) = rest.position(|code| *code == one) else {
                    return Bitmap::default();
                };
                let one = block * BLOCK + at;
                let one = one as u16;
                Bitmap::of(&which[..len], |number| number == one)
            }
            (Self::Few(distinct, which), None) => {
                let yes: Vec<bool> = distinct.iter().map(|code| wanted.has(*code)).collect();
                if !yes.contains(&true) {
                    return Bitmap::default();
                }
                Bitmap::of(&which[..len], |number| yes[usize::from(number)])
            }
            (Self::Narrow(codes), Some(one)) => match u8::try_from(one) {
                Ok(one) => Bitmap::of(&codes[..len], |code| code == one),
                Err(_) => Bitmap::default(),
            },
            (Self::Middle(codes), Some(one)) => match u16::try_from(one) {
                Ok(one) => Bitmap::of(&codes[..len], |code| code == one),
                Err(_) => Bitmap::default(),
            },
            (Self::Large(low, third), Some(one)) => {
                let wanted = one as u16;
                let mut rows = Bitmap::default();
                // Few rows have the lower bytes and not the third.
                Bitmap::of(&low[..len], |low| low == wanted).for_each(|row| {
                    if of_three(wanted, third[row]) == one {
                        rows.insert(row);
                    }
                });
                rows
            }
            (Self::Wide(codes), Some(one)) => Bitmap::of(&codes[..len], |code| code == one),
            (Self::Narrow(codes), None) => {
                let mut table = [false; 256];
                for (to, from) in table.iter_mut().zip(&wanted.yes) {
                    *to = *from;
                }
                Bitmap::of(&codes[..len], |code| table[code as usize])
            }
            (Self::Middle(codes), None) => {
                Bitmap::of(&codes[..len], |code| wanted.has(code.into()))
            }
            (Self::Large(low, third), None) => {
                Bitmap::collect(len, |row| wanted.has(of_three(low[row], third[row])))
            }
            (Self::Wide(codes), None) => Bitmap::of(&codes[..len], |code| wanted.has(code)),
        }
    }

    /// Calls `each` with row and code of every row of a set.
    pub fn for_each_in(&self, rows: &Bitmap, mut each: impl FnMut(usize, u32)) {
        match self {
            Self::Same(code) => rows.for_each(|row| each(row, *code)),
            Self::Half(distinct, which) => {
                rows.for_each(|row| each(row, distinct[half(which, row)].into()));
            }
            Self::Few(distinct, which) => {
                rows.for_each(|row| each(row, distinct[usize::from(which[row])]));
            }
            Self::Narrow(codes) => rows.for_each(|row| each(row, codes[row].into())),
            Self::Middle(codes) => rows.for_each(|row| each(row, codes[row].into())),
            Self::Large(low, third) => {
                rows.for_each(|row| each(row, of_three(low[row], third[row])));
            }
            Self::Wide(codes) => rows.for_each(|row| each(row, codes[row])),
        }
    }

    /// Calls `each` with row and code of every row below `len`, with one test of the width.
    pub fn for_each(&self, len: usize, mut each: impl FnMut(usize, u32)) {
        match self {
            Self::Same(code) => (0..len).for_each(|row| each(row, *code)),
            Self::Half(distinct, which) => (0..len.min(which.len() * 2))
                .for_each(|row| each(row, distinct[half(which, row)].into())),
            Self::Few(distinct, which) => which
                .iter()
                .take(len)
                .enumerate()
                .for_each(|(r, n)| each(r, distinct[usize::from(*n)])),
            Self::Narrow(c) => c
                .iter()
                .take(len)
                .enumerate()
                .for_each(|(r, c)| each(r, (*c).into())),
            Self::Middle(c) => c
                .iter()
                .take(len)
                .enumerate()
                .for_each(|(r, c)| each(r, (*c).into())),
            Self::Large(low, third) => low
                .iter()
                .zip(third)
                .take(len)
                .enumerate()
                .for_each(|(r, (low, third))| each(r, of_three(*low, *third))),
            Self::Wide(c) => c
                .iter()
                .take(len)
                .enumerate()
                .for_each(|(r, c)| each(r, *c)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_back_what_went_in() {
        let few = (0..4000).map(|n| [0, 70_000, 7][n * n % 3]).collect();
        let many = (0..4000).map(|n| 70_000 - n).collect();
        let large = (0..4000).map(|n| LARGEST - n).collect();
        let any = (0..4000).map(|n| u32::MAX - n).collect();
        // The lower bytes of many of these are equal.
        let alike = (0..4000)
            .map(|n| 70_000 + n % 200 * 65_536 - n / 200)
            .collect();
        for codes in [
            vec![0, 0],
            vec![7; 9],
            vec![0, 255],
            vec![7, 256],
            vec![0, 70_000, 1],
            few,
            many,
            large,
            any,
            alike,
            (0..1001).map(|n| n * n % 16).collect(),
            (0..1001).map(|n| n % 17).collect(),
        ] {
            let packed = Packed::pack(&codes);
            let read: Vec<u32> = (0..codes.len()).map(|r| packed.code(r)).collect();
            assert_eq!(read, codes);
            let mut each = Vec::new();
            packed.for_each(codes.len(), |_, c| each.push(c));
            assert_eq!(each, codes);
            for wanted in [
                vec![],
                vec![0],
                vec![7],
                vec![0, 255],
                vec![1, 256],
                vec![1, 4, 9],
                vec![70_000],
            ] {
                let mut table = vec![false; 70_001];
                for code in &wanted {
                    table[*code] = true;
                }
                let among = packed.among(codes.len(), &CodeSet::from(table));
                let rows = (0..codes.len()).filter(|r| wanted.contains(&(codes[*r] as usize)));
                assert!(among.iter().eq(rows), "{wanted:?} in {codes:?}");
                let mut seen = Vec::new();
                packed.for_each_in(&among, |row, code| seen.push((row, code)));
                assert!(seen.iter().all(|(row, code)| codes[*row] == *code));
                assert_eq!(seen.len(), among.len());
            }
        }
    }
}
