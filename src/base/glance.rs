//! What a glance at a text shows: enough to find one again that was met a moment ago, without
//! hashing it.
//!
//! Refuses to know: what the texts are.

/// The length of a text with its first, middle and last eight bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Glance {
    len: u32,
    parts: [u64; 3],
}

impl PartialEq for Glance {
    /// Word by word: as one block, what was just written would be waited for.
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let [a, b, c] = self.parts;
        let [x, y, z] = other.parts;
        u64::from(self.len ^ other.len) | (a ^ x) | (b ^ y) | (c ^ z) == 0
    }
}

impl Eq for Glance {}

/// A text so long or shorter is all there.
const WHOLE: u32 = 24;

impl Glance {
    /// Of a text.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Self {
        let word = |at: usize| {
            let bytes = text.get(at..).and_then(<[u8]>::first_chunk);
            bytes.map(|bytes| u64::from_le_bytes(*bytes))
        };
        let len = text.len();
        let last = len.checked_sub(8).and_then(word);
        let parts = if let (Some(first), Some(last)) = (word(0), last) {
            let middle = word((len / 2).saturating_sub(4)).unwrap_or(0);
            [first, middle, last]
        } else {
            let bytes = text.iter().rev();
            [bytes.fold(0, |all, byte| all << 8 | u64::from(*byte)), 0, 0]
        };
        Self {
            // Texts of four gigabytes are none.
            len: len as u32,
            parts,
        }
    }

    /// Bytes of the text.
    #[inline]
    pub(crate) const fn len(self) -> u32 {
        self.len
    }

    /// Whether texts of which this is seen can differ in what is not.
    #[inline]
    pub(crate) const fn hides(self) -> bool {
        self.len > WHOLE
    }

    /// A place among so many as `bits` number.
    #[inline]
    pub(crate) const fn place(self, bits: u32) -> usize {
        let [first, middle, last] = self.parts;
        let mixed = first
            ^ middle.rotate_left(21)
            ^ last.rotate_left(42)
            ^ (self.len as u64).rotate_left(54);
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - bits)) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What hides nothing is seen alike only of equal texts; longer ones differ in the same way
        /// where a part that is seen does.
        #[test]
        fn short_texts_are_seen_whole(
            a in prop::collection::vec(0u8..3, 0..40),
            b in prop::collection::vec(0u8..3, 0..40),
            at in any::<prop::sample::Index>(),
        ) {
            prop_assert_eq!(Glance::of(&a), Glance::of(&a.clone()));
            if !Glance::of(&a).hides() {
                prop_assert_eq!(Glance::of(&a) == Glance::of(&b), a == b);
                if !a.is_empty() {
                    let mut other = a.clone();
                    other[at.index(a.len())] ^= 1;
                    prop_assert_ne!(Glance::of(&a), Glance::of(&other));
                }
            }
            prop_assert!(Glance::of(&a).place(8) < 256);
        }
    }
}
