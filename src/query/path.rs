//! A path into a record: `.requestParameters.policyDocument.Statement[].Action`.
//!
//! Keys may be quoted (`."aws:s3:arn"`), lists are walked whole (`[]`) or at one place (`[0]`).
//! Refuses to know: how JSON is read.

use std::fmt;

use crate::query::pattern::{quote, unquote};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into the value of a key.
    Key(String),
    /// Into every element of a list.
    Each,
    /// Into one element of a list, counted from 0.
    At(u32),
}

/// A path into a record. Begins with a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

/// Whether `c` can stand in a key without quotes.
fn in_key(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@' | '/' | '#')
}

/// Whether a key is printed without quotes. `./x` is rather text than a path, so the first
/// character must be one of a name.
fn is_plain(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphanumeric() || c == '_') && key.chars().all(in_key)
}

impl Path {
    /// A path of these steps; `None` where it does not begin with a key.
    pub fn new(steps: Vec<Step>) -> Option<Self> {
        matches!(steps.first(), Some(Step::Key(_))).then_some(Self { steps })
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Reads a path with its leading dot; the error is where it stops being one, and why.
    pub fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = text.get(at + 1..).unwrap_or("");
            match c {
                '.' if rest.starts_with('"') => {
                    let mut escaped = false;
                    let end = rest.char_indices().skip(1).find(|(_, c)| {
                        let ends = *c == '"' && !escaped;
                        escaped = *c == '\\' && !escaped;
                        ends
                    });
                    let (end, _) = end.ok_or((at + 1, "the quote is not closed"))?;
                    steps.push(Step::Key(unquote(rest.get(..=end).unwrap_or(""))));
                    at += 1 + end + 1;
                }
                '.' => {
                    let len = rest.find(|c| !in_key(c)).unwrap_or(rest.len());
                    if len == 0 {
                        return Err((at, "a key is missing after the dot"));
                    }
                    steps.push(Step::Key(rest.get(..len).unwrap_or("").to_owned()));
                    at += 1 + len;
                }
                '[' => {
                    let end = rest.find(']').ok_or((at, "the bracket is not closed"))?;
                    let inner = rest.get(..end).unwrap_or("");
                    steps.push(if inner.is_empty() {
                        Step::Each
                    } else {
                        let clean = inner.bytes().all(|b| b.is_ascii_digit());
                        let n = clean.then(|| inner.parse().ok()).flatten();
                        Step::At(n.ok_or((at + 1, "brackets hold a number or nothing"))?)
                    });
                    at += 1 + end + 1;
                }
                _ => return Err((at, "a key with this character needs quotes")),
            }
        }
        Self::new(steps).ok_or((0, "a path begins with a dot and a key"))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            match step {
                Step::Key(key) if is_plain(key) => {
                    write!(f, ".{key}")?;
                }
                Step::Key(key) => write!(f, ".{}", quote(key))?,
                Step::Each => f.write_str("[]")?,
                Step::At(n) => write!(f, "[{n}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_print_as_they_read() {
        for text in [
            ".requestParameters.policyDocument.Statement[].Action",
            r#"."aws:s3:arn"[0].x"#,
            r#".a."q\"uote""#,
        ] {
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Path::parse(".a[x]"),
            Err((3, "brackets hold a number or nothing"))
        );
        assert_eq!(Path::parse(".a..b").unwrap_err().0, 2);
        assert_eq!(Path::parse(".a.*").unwrap_err().0, 2);
    }
}
