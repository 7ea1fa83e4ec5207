//! One JSON object a row, keys in the order of the columns, an absent value as `null`.
//!
//! Control, bidi and invisible characters are written as `\uXXXX`, so that the lines are safe to
//! look at and still hold every value exactly.

use std::io::{self, Write};

use crate::report::{Cell, Heading, Sheet};

/// A sheet of JSON lines.
pub struct Lines<'a> {
    keys: Vec<String>,
    line: String,
    out: &'a mut dyn Write,
}

impl<'a> Lines<'a> {
    /// A sheet with a key a column.
    pub fn new(columns: &[Heading], out: &'a mut dyn Write) -> Self {
        Self {
            keys: columns.iter().map(|c| format!("\"{}\":", c.name)).collect(),
            line: String::new(),
            out,
        }
    }
}

impl Sheet for Lines<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.line.clear();
        for (key, cell) in self.keys.iter().zip(cells) {
            self.line.push(if self.line.is_empty() { '{' } else { ',' });
            self.line.push_str(key);
            self.line.push_str(&cell.node().to_compact());
        }
        self.line.push_str("}\n");
        self.out.write_all(self.line.as_bytes())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_types() {
        let mut out = Vec::new();
        let columns = ["a", "b", "c", "d"].map(Heading::fixed);
        let mut lines = Lines::new(&columns, &mut out);
        lines
            .row(&[
                Cell::Absent,
                Cell::Flag(true),
                Cell::Several(vec!["x\u{1b}".into(), "\"".into()]),
                Cell::Count(3),
            ])
            .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"a\":null,\"b\":true,\"c\":[\"x\\u001b\",\"\\\"\"],\"d\":3}\n"
        );
    }
}
