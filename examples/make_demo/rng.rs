//! A small deterministic random generator (splitmix64), so that the asset has the same bytes on
//! every run and every machine.

/// The seed of the whole demo; changing it changes every generated id but no fixed one.
const SEED: u64 = 0x7472_6169_6c68_6e64;

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";

/// One stream of random numbers.
#[derive(Debug)]
pub struct Rng(u64);

impl Rng {
    /// A stream that depends on its name only: adding one part of the demo never disturbs another.
    pub fn named(name: &str) -> Self {
        let fnv = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(SEED ^ fnv)
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n` (0 when `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }

    /// A number from `low` up to and including `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// True in `percent` of a hundred calls.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One element of a slice that is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// An index below `n` whose probability falls with its rank (1, 1/2, 1/3, …).
    pub fn zipf(&mut self, n: usize) -> usize {
        let total: usize = (1..=n).map(|rank| 5040 / rank).sum();
        let mut left = self.below(total);
        for rank in 1..=n {
            let weight = 5040 / rank;
            if left < weight {
                return rank - 1;
            }
            left -= weight;
        }
        0
    }

    /// An hour of the day, with the rhythm of an office and a quiet night.
    pub fn hour(&mut self) -> i64 {
        const WEIGHT: [usize; 24] = [
            2, 2, 2, 2, 2, 3, 5, 9, 14, 18, 19, 17, 12, 16, 18, 17, 15, 11, 7, 5, 4, 3, 3, 2,
        ];
        let mut left = self.below(WEIGHT.iter().sum());
        for (hour, &weight) in (0_i64..).zip(&WEIGHT) {
            if left < weight {
                return hour;
            }
            left -= weight;
        }
        12
    }

    /// A version 4 GUID.
    pub fn guid(&mut self) -> String {
        let (a, b) = (self.word(), self.word());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0x0fff,
            0x8000 | ((b >> 48) & 0x3fff),
            b & 0xffff_ffff_ffff
        )
    }

    /// `n` characters of `0-9a-f`.
    pub fn hex(&mut self, n: usize) -> String {
        self.text(HEX, n)
    }

    /// `n` letters and digits.
    pub fn alnum(&mut self, n: usize) -> String {
        self.text(ALNUM, n)
    }

    /// `n` characters of the alphabet that AWS ids use.
    pub fn base32(&mut self, n: usize) -> String {
        self.text(BASE32, n)
    }

    fn text(&mut self, alphabet: &[u8], n: usize) -> String {
        (0..n).map(|_| char::from(*self.pick(alphabet))).collect()
    }
}
