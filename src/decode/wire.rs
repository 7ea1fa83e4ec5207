//! The form in which `CloudWatch` Logs sends records to a function: `{"awslogs":{"data":"…"}}`, where
//! the text is gzip in base64; and the same text in the records of a Kinesis stream, as a function,
//! Firehose or `get-records` gives them.
//!
//! Taken for it only where a text begins with exactly this, so that no record can pass for it.

use crate::decode::container::Pull;

const CHUNK: usize = 16 << 10;

/// Whether a text begins as the wire form does.
pub(crate) fn is_wire(head: &[u8]) -> bool {
    let begins = |parts: &[&str]| {
        let mut rest = head;
        parts.iter().all(|part| {
            rest = rest.trim_ascii_start();
            match rest.strip_prefix(part.as_bytes()) {
                Some(after) => {
                    rest = after;
                    true
                }
                None => false,
            }
        })
    };
    let list = |first| ["{", "\"Records\"", ":", "[", "{", first, ":"];
    let in_stream = begins(&list("\"kinesis\""))
        || begins(&list("\"SequenceNumber\""))
        || begins(&["{", "\"invocationId\"", ":"]);
    begins(&["{", "\"awslogs\"", ":", "{", "\"data\"", ":", "\"H4sI"])
        || in_stream && has_data(head)
}

/// Whether a text gives gzip in base64 as `data`; inside a string its quotes would be escaped.
fn has_data(head: &[u8]) -> bool {
    let plain: Vec<u8> = head
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    ["\"data\":\"H4sI", "\"Data\":\"H4sI"]
        .iter()
        .any(|data| memchr::memmem::find(&plain, data.as_bytes()).is_some())
}

/// The stage that gives the bytes of one `data` after another.
pub(crate) struct Unwire<P> {
    input: P,
    buf: Vec<u8>,
    at: usize,
    len: usize,
    /// How much of [`BEFORE`] has just been read.
    matched: usize,
    inside: bool,
    bits: u32,
    held: u32,
}

/// What stands before each text, white space aside.
const BEFORE: &[u8] = b"\"data\":\"";

impl<P: Pull> Unwire<P> {
    /// Reads the wire form from `input`.
    pub(crate) fn new(input: P) -> Self {
        Self {
            input,
            buf: vec![0; CHUNK],
            at: 0,
            len: 0,
            matched: 0,
            inside: false,
            bits: 0,
            held: 0,
        }
    }

    fn next(&mut self) -> Option<u8> {
        if self.at == self.len {
            self.at = 0;
            self.len = self.input.pull(&mut self.buf);
        }
        let byte = self
            .buf
            .get(self.at)
            .copied()
            .filter(|_| self.at < self.len);
        self.at += 1;
        byte
    }
}

/// The six bits of a character.
const fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    } as u32)
}

impl<P: Pull> Pull for Unwire<P> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        let mut made = 0;
        while made < out.len() {
            let Some(byte) = self.next() else {
                self.at = self.len;
                return made;
            };
            if !self.inside {
                if byte.is_ascii_whitespace() && self.matched >= 6 {
                    continue;
                }
                self.matched = match BEFORE.get(self.matched) {
                    Some(wanted) if *wanted == byte || self.matched == 1 && byte == b'D' => {
                        self.matched + 1
                    }
                    _ => usize::from(byte == b'"'),
                };
                if self.matched == BEFORE.len() {
                    (self.inside, self.matched, self.held, self.bits) = (true, 0, 0, 0);
                }
                continue;
            }
            if byte == b'"' {
                self.inside = false;
                continue;
            }
            // Padding and the backslash some writers put before a slash say nothing.
            let Some(six) = sextet(byte) else { continue };
            self.bits = self.bits << 6 | six;
            self.held += 6;
            if self.held >= 8 {
                self.held -= 8;
                if let Some(slot) = out.get_mut(made) {
                    *slot = (self.bits >> self.held) as u8;
                }
                made += 1;
            }
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Once(Vec<u8>);

    impl Pull for Once {
        fn pull(&mut self, out: &mut [u8]) -> usize {
            let n = self.0.len().min(7).min(out.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0.drain(..n);
            n
        }
    }

    #[test]
    fn texts_come_out_as_bytes() {
        let text = r#"{"awslogs":{"data":"H4sIAP8\/"}} {"awslogs": {"data" : "AQI=" }}"#;
        assert!(is_wire(text.as_bytes()));
        assert!(!is_wire(br#"{"Records":[{"awslogs":{"data":"H4sI"}}]}"#));
        let mut stage = Unwire::new(Once(text.as_bytes().to_vec()));
        let (mut all, mut buf) = (Vec::new(), [0; 5]);
        loop {
            match stage.pull(&mut buf) {
                0 => break,
                n => all.extend_from_slice(&buf[..n]),
            }
        }
        assert_eq!(all, [0x1f, 0x8b, 8, 0, 0xff, 0x3f, 1, 2]);
    }
}
