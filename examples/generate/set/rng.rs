//! A small deterministic random generator (splitmix64), and tables for uneven choices.

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Scrambles one word.
pub fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One word out of several.
pub fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0x7472_6169_6c68_6f75, |hash, &word| {
        mix(hash ^ word.wrapping_mul(0x0100_0000_01b3))
    })
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        let word = mix(self.0);
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        word
    }

    /// A number below `n` (0 when `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }

    /// A number from `low` up to and including `high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in `parts` of a thousand calls.
    pub fn chance(&mut self, parts: usize) -> bool {
        self.below(1000) < parts
    }

    /// A number in `0..1`.
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An index below `n`, small ones much more often than large ones.
    pub fn skewed(&mut self, n: usize) -> usize {
        let u = self.unit();
        ((u * u * u * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// `n` digits of `0-9a-f`.
    pub fn hex(&mut self, out: &mut Vec<u8>, n: usize) {
        hex_of(out, self.word(), n.min(16));
        if n > 16 {
            self.hex(out, n - 16);
        }
    }

    /// `n` characters of the alphabet of AWS ids.
    pub fn base32(&mut self, out: &mut Vec<u8>, n: usize) {
        base32_of(out, self.word(), n.min(12));
        if n > 12 {
            self.base32(out, n - 12);
        }
    }

    /// A version 4 GUID.
    pub fn guid(&mut self, out: &mut Vec<u8>) {
        guid_of(out, self.word(), self.word());
    }
}

/// The first `n` (≤ 16) hexadecimal digits of a word.
pub fn hex_of(out: &mut Vec<u8>, word: u64, n: usize) {
    out.extend((0..n).map(|at| HEX[(word >> (60 - 4 * at)) as usize & 15]));
}

/// `n` (≤ 12) characters of the alphabet of AWS ids, out of a word.
pub fn base32_of(out: &mut Vec<u8>, word: u64, n: usize) {
    out.extend((0..n).map(|at| BASE32[(word >> (5 * at)) as usize & 31]));
}

/// `n` characters of base64, out of a word.
pub fn base64_of(out: &mut Vec<u8>, word: u64, n: usize) {
    out.extend((0..n.min(10)).map(|at| BASE64[(word >> (6 * at)) as usize & 63]));
    if n > 10 {
        base64_of(out, mix(word), n - 10);
    }
}

/// The GUID of two words.
pub fn guid_of(out: &mut Vec<u8>, high: u64, low: u64) {
    hex_of(out, high, 8);
    out.push(b'-');
    hex_of(out, high << 32, 4);
    out.extend_from_slice(b"-4");
    hex_of(out, high << 48, 3);
    out.push(b'-');
    hex_of(
        out,
        (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000,
        4,
    );
    out.push(b'-');
    hex_of(out, low << 16, 12);
}

/// Writes a number.
pub fn decimal(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut left = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// A choice among weighted things.
#[derive(Debug)]
pub struct Weights(Vec<u64>);

impl Weights {
    /// A choice by these weights, in order.
    pub fn new(weights: impl Iterator<Item = u64>) -> Self {
        Self(
            weights
                .scan(0, |sum, weight| {
                    *sum += weight;
                    Some(*sum)
                })
                .collect(),
        )
    }

    /// A choice among `n` whose weight falls with the rank, as `1 / (rank + shift)`.
    pub fn zipf(n: usize, shift: usize) -> Self {
        Self::new((0..n).map(|rank| 1_000_000_000 / (rank + shift) as u64))
    }

    /// One of them.
    pub fn pick(&self, rng: &mut Rng) -> usize {
        let sum = self.0.last().copied().unwrap_or(0);
        let at = rng.below(sum as usize) as u64;
        self.0.partition_point(|&upto| upto <= at)
    }
}
