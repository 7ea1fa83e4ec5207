//! Comma-separated values that no spreadsheet runs.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front, and so does each
//! line inside a cell; what would act on a terminal becomes a visible mark. What must be exact
//! belongs in JSON.

use std::io::{self, Write};

use crate::base::printable::Printable;
use crate::report::{Cell, Heading, Sheet};

/// A sheet of comma-separated values.
pub struct Commas<'a> {
    header: Option<Vec<&'static str>>,
    terminal: bool,
    writer: csv::Writer<&'a mut dyn Write>,
}

impl<'a> Commas<'a> {
    /// A sheet with a header; on a terminal a cell takes no second line.
    pub fn new(columns: &[Heading], terminal: bool, out: &'a mut dyn Write) -> Self {
        Self {
            header: Some(columns.iter().map(|c| c.name).collect()),
            terminal,
            writer: csv::Writer::from_writer(out),
        }
    }

    fn header(&mut self) -> io::Result<()> {
        match self.header.take() {
            Some(header) => self.writer.write_record(header).map_err(io_error),
            None => Ok(()),
        }
    }
}

impl Sheet for Commas<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.header()?;
        for cell in cells {
            let text = tame(&cell.plain());
            // A file is looked at in a terminal sooner or later; only line ends stay, quoted.
            let text = if self.terminal {
                Printable::new(&text).into_string()
            } else {
                let lines: Vec<String> = text
                    .split('\n')
                    .map(|line| Printable::new(line).into_string())
                    .collect();
                lines.join("\n")
            };
            self.writer.write_field(text).map_err(io_error)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn end(&mut self) -> io::Result<()> {
        self.header()?;
        self.writer.flush()
    }
}

/// The kind of an error of the stream decides whether it is one: a closed pipe is not.
fn io_error(e: csv::Error) -> io::Error {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A text of which no line can be taken for a formula.
fn tame(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for line in text.split_inclusive(['\n', '\r']) {
        if is_formula(line) {
            out.push('\'');
        }
        out.push_str(line);
    }
    out
}

fn is_formula(line: &str) -> bool {
    for c in line.chars() {
        match c {
            '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' => return true,
            // A carriage return alone begins a cell that some programs go on to run.
            '\r' => return line.len() == 1,
            '\u{feff}' | '\u{200b}' => {}
            c if c.is_whitespace() && c != '\n' => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, tamed: &str) {
        assert_eq!(tame(text), tamed, "{text:?}");
    }

    #[test]
    fn formulas_are_tamed() {
        check("arn:aws:iam::1:user/a", "arn:aws:iam::1:user/a");
        check("=1+1", "'=1+1");
        check(" \u{a0}@SUM(A1)", "' \u{a0}@SUM(A1)");
        check("\u{feff}=1", "'\u{feff}=1");
        check("＝1", "'＝1");
        check("\tx", "'\tx");
        check("\rx", "'\rx");
        check("a\n=b\r\n-c", "a\n'=b\r\n'-c");
        check("", "");
    }

    #[test]
    fn a_header_stands_even_over_nothing() {
        let mut out = Vec::new();
        let columns = [Heading::fixed("a"), Heading::fixed("b")];
        Commas::new(&columns, false, &mut out).end().unwrap();
        assert_eq!(out, b"a,b\n");
    }

    #[test]
    fn rows_are_quoted_where_they_must_be() {
        let mut out = Vec::new();
        let columns = [Heading::fixed("a"), Heading::fixed("b")];
        let mut sheet = Commas::new(&columns, false, &mut out);
        sheet
            .row(&[Cell::Text("x,\"y\"".into()), Cell::Flag(false)])
            .unwrap();
        sheet.end().unwrap();
        drop(sheet);
        assert_eq!(out, b"a,b\n\"x,\"\"y\"\"\",no\n");
    }
}
