//! A keyed hash of a record's meaning: equal for equal canonical JSON, whatever the key order.
//!
//! The key is drawn once a process, so that nobody can write two different records that collide.
//! The values mean nothing outside this process and are never stored.

use std::hash::BuildHasher;
use std::hash::Hasher;
use std::hash::RandomState;
use std::sync::LazyLock;

/// The keys of this process.
static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let state = RandomState::new();
    let draw = |n: u64| {
        let mut hasher = state.build_hasher();
        hasher.write_u64(n);
        hasher.finish()
    };
    Keys {
        a: draw(1),
        // An even multiplier would lose bits, a small one would not spread them.
        b: draw(2) | 1 | (1 << 63),
        object: draw(3),
        array: draw(4),
        number: draw(5),
        text: draw(6),
        literal: draw(7),
    }
});

/// The secret constants all hashes of a process share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys {
    a: u64,
    b: u64,
    object: u64,
    array: u64,
    number: u64,
    text: u64,
    literal: u64,
}

/// A chain of hashes and one more.
#[inline]
pub(crate) const fn mix(chain: u64, hash: u64) -> u64 {
    (chain.rotate_left(5) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let wide = (a as u128) * (b as u128);
    (wide as u64) ^ ((wide >> 64) as u64)
}

impl Keys {
    /// The keys of this process.
    pub(crate) fn get() -> Self {
        *KEYS
    }

    /// Of a string's unescaped bytes.
    #[inline]
    pub(crate) fn text(&self, data: &[u8]) -> u64 {
        self.bytes(self.text, data)
    }

    /// Of a number's text.
    #[inline]
    pub(crate) fn number(&self, data: &[u8]) -> u64 {
        self.bytes(self.number, data)
    }

    /// Of `true`, `false` or `null`.
    #[inline]
    pub(crate) const fn literal(&self, first: u8) -> u64 {
        fold(self.literal ^ first as u64, self.b)
    }

    /// What a member adds to its object: sums do not know order.
    #[inline]
    pub(crate) const fn member(&self, key: u64, value: u64) -> u64 {
        fold(key ^ self.a, value.rotate_left(23) ^ self.b)
    }

    /// An array after one more item: order counts.
    #[inline]
    pub(crate) const fn item(&self, array: u64, value: u64) -> u64 {
        fold(array.rotate_left(17) ^ self.array, value ^ self.b)
    }

    /// Of an object, from the sum of its members.
    #[inline]
    pub(crate) const fn object(&self, sum: u64, count: u32) -> u64 {
        fold(sum ^ self.object, self.b ^ count as u64)
    }

    /// Of an array, from the chain of its items.
    #[inline]
    pub(crate) const fn array(&self, chain: u64, count: u32) -> u64 {
        fold(chain ^ self.array, self.a ^ ((count as u64) << 1 | 1))
    }

    /// Of a record's bytes as they are: four chains side by side, since one alone waits for its
    /// own multiplications.
    pub(crate) fn raw(&self, data: &[u8]) -> u64 {
        let mut lanes = [self.text, self.number, self.object, self.array];
        let (blocks, tail) = data.as_chunks::<64>();
        for block in blocks {
            for (lane, part) in lanes.iter_mut().zip(block.as_chunks::<16>().0) {
                let wide = u128::from_le_bytes(*part);
                *lane = fold(*lane ^ wide as u64, (wide >> 64) as u64 ^ self.b);
            }
        }
        let [a, b, c, d] = lanes;
        let mixed = fold(
            fold(a ^ self.a, b.rotate_left(32) ^ self.b),
            fold(c ^ self.b, d.rotate_left(32) ^ self.a) ^ data.len() as u64,
        );
        self.bytes(mixed, tail)
    }

    #[inline]
    fn bytes(&self, tag: u64, data: &[u8]) -> u64 {
        let mut hash = tag ^ (data.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut rest = data;
        while let Some((head, tail)) = rest.split_first_chunk::<16>() {
            let wide = u128::from_le_bytes(*head);
            hash = fold(hash ^ wide as u64, (wide >> 64) as u64 ^ self.b);
            rest = tail;
        }
        let (low, high) = if let (Some(head), Some(tail)) =
            (rest.first_chunk::<8>(), rest.last_chunk::<8>())
        {
            (u64::from_le_bytes(*head), u64::from_le_bytes(*tail))
        } else if let (Some(head), Some(tail)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            (
                u64::from(u32::from_le_bytes(*head)),
                u64::from(u32::from_le_bytes(*tail)),
            )
        } else {
            let byte = |at: usize| rest.get(at).copied().map_or(0, u64::from);
            (byte(0) | byte(1) << 8 | byte(2) << 16, rest.len() as u64)
        };
        fold(hash ^ low, high ^ self.a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_lengths_and_order_matter() {
        let k = Keys::get();
        assert_ne!(k.text(b"1"), k.number(b"1"));
        assert_ne!(k.text(b""), k.text(b"\0"));
        assert_ne!(k.text(b"aaaaaaaa"), k.text(b"aaaaaaaaa"));
        assert_ne!(k.item(k.item(0, 1), 2), k.item(k.item(0, 2), 1));
        assert_ne!(k.object(0, 0), k.array(0, 0));
        assert_ne!(k.literal(b't'), k.literal(b'f'));
        assert_ne!(k.member(1, 2), k.member(2, 1));
    }
}
