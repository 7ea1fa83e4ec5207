//! A table for documents: Markdown in which nothing of a log acts as markup.
//!
//! Characters that Markdown or HTML would read are escaped, those that would act on a terminal
//! become visible marks, and a value takes one line.

use std::io::{self, Write};

use crate::base::printable::Printable;
use crate::report::{Cell, Heading, Sheet};

/// A sheet of Markdown.
pub struct Markdown<'a> {
    header: Option<Vec<&'static str>>,
    out: &'a mut dyn Write,
}

impl<'a> Markdown<'a> {
    /// A table with a header.
    pub fn new(columns: &[Heading], out: &'a mut dyn Write) -> Self {
        Self {
            header: Some(columns.iter().map(|c| c.name).collect()),
            out,
        }
    }

    fn header(&mut self) -> io::Result<()> {
        let Some(header) = self.header.take() else {
            return Ok(());
        };
        writeln!(self.out, "| {} |", header.join(" | "))?;
        writeln!(self.out, "|{}", "---|".repeat(header.len()))
    }
}

impl Sheet for Markdown<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.header()?;
        let cells: Vec<String> = cells.iter().map(|c| escaped(&c.plain())).collect();
        writeln!(self.out, "| {} |", cells.join(" | "))
    }

    fn end(&mut self) -> io::Result<()> {
        self.header()
    }
}

/// A text as Markdown shows it, on one line.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in Printable::new(text).as_str().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // What looks like an address would become a link.
            ':' if out.ends_with("http") || out.ends_with("https") => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_log_is_markup() {
        let mut out = Vec::new();
        let mut sheet = Markdown::new(&["a", "b"].map(Heading::fixed), &mut out);
        sheet
            .row(&[
                Cell::Text("x|y\n<img src=q>[a](javascript:1)\u{202e}".to_owned()),
                Cell::Text("https://evil.example/`rm`".to_owned()),
            ])
            .expect("written");
        sheet.end().expect("written");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(
            text.contains("x\\|y") && text.contains("&lt;img src=q&gt;"),
            "{text}"
        );
        assert!(text.contains("\\[a\\]\\(javascript:1\\)"), "{text}");
        assert!(
            !text.contains("https:") && !text.contains('\u{202e}'),
            "{text}"
        );
    }
}
