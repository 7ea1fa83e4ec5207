//! Columns: one symbol a row, packed to the width its largest symbol needs.

use crate::index::symbols::Sym;

/// A sealed column of one segment. Code 0 stands for absent.
#[derive(Debug, Clone)]
pub enum Packed {
    /// Every row is absent.
    Empty,
    /// Symbols up to 255.
    Narrow(Box<[u8]>),
    /// Symbols up to 65,535.
    Middle(Box<[u16]>),
    /// Any symbol.
    Wide(Box<[u32]>),
}

impl Packed {
    /// Packs codes.
    pub fn pack(codes: &[u32]) -> Self {
        match codes.iter().max().copied().unwrap_or(0) {
            0 => Self::Empty,
            1..=0xff => Self::Narrow(codes.iter().map(|c| *c as u8).collect()),
            0x100..=0xffff => Self::Middle(codes.iter().map(|c| *c as u16).collect()),
            _ => Self::Wide(codes.into()),
        }
    }

    /// The code of a row; 0 where absent.
    pub fn code(&self, row: usize) -> u32 {
        match self {
            Self::Empty => 0,
            Self::Narrow(c) => u32::from(c[row]),
            Self::Middle(c) => u32::from(c[row]),
            Self::Wide(c) => c[row],
        }
    }

    /// The symbol of a row.
    pub fn get(&self, row: usize) -> Option<Sym> {
        Sym::from_code(self.code(row))
    }

    /// Calls `each` with row and code of every row below `len`, with one test of the width.
    pub fn for_each(&self, len: usize, mut each: impl FnMut(usize, u32)) {
        match self {
            Self::Empty => (0..len).for_each(|row| each(row, 0)),
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
        for codes in [vec![0, 0], vec![0, 255], vec![7, 256], vec![0, 70_000, 1]] {
            let packed = Packed::pack(&codes);
            let read: Vec<u32> = (0..codes.len()).map(|r| packed.code(r)).collect();
            assert_eq!(read, codes);
            let mut each = Vec::new();
            packed.for_each(codes.len(), |_, c| each.push(c));
            assert_eq!(each, codes);
        }
    }
}
