//! Answers as bytes: tables for people, JSON and CSV for programs.
//!
//! A [`Sheet`] takes rows of [`Cell`]s and writes them in one [`Format`]; [`check`] and
//! [`portrait`] write one object each. Text from logs is escaped here, by the rules of the format.
//! Refuses to know: where the rows come from, and whether anybody looks.

pub mod check;
pub mod csv;
pub mod jsonl;
pub mod lineage;
pub mod markdown;
pub mod portrait;
pub mod profile;
pub mod table;

use std::io::{self, Write};

use chrono_tz::Tz;

use crate::base::time::UtcMicros;
use crate::event::json::Node;
use crate::event::secret;
use crate::view::columns::Value;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns for people.
    Table,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
    /// A table for documents.
    Markdown,
}

/// How tables look.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The zone of times.
    pub zone: Tz,
    /// Columns of the terminal; `None` where nothing is to be cut.
    pub width: Option<usize>,
    /// Whether to colour.
    pub color: bool,
    /// Whether the output goes to a terminal, which must not be given live control characters.
    pub terminal: bool,
    /// Whether secrets are written out instead of the words in their place.
    pub secrets: bool,
}

impl Style {
    /// Words made to stand out.
    pub fn strong(&self, text: &str) -> String {
        if self.color {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// A moment for people: ISO 8601 with the zone it is in.
    pub fn time(&self, time: UtcMicros) -> String {
        if self.zone == Tz::UTC {
            time.iso()
        } else {
            time.format(self.zone, "%Y-%m-%dT%H:%M:%S%.f%:z")
        }
    }
}

/// One cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is no value.
    Absent,
    /// Text from a log: hostile until escaped.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    Several(Vec<String>),
    /// A moment.
    Time(UtcMicros),
    /// A number.
    Count(u64),
    /// A part of a whole, 0 to 1.
    Share(f64),
}

impl Cell {
    /// A moment, where there is one.
    pub fn time(time: Option<UtcMicros>) -> Self {
        time.map_or(Self::Absent, Self::Time)
    }

    /// As JSON.
    pub fn node(&self) -> Node {
        match self {
            Self::Absent => Node::Null,
            Self::Text(text) => Node::Text(text.clone()),
            Self::Flag(flag) => Node::Bool(*flag),
            Self::Several(texts) => {
                Node::Array(texts.iter().map(|t| Node::Text(t.clone())).collect())
            }
            Self::Time(time) => Node::Text(time.iso()),
            Self::Count(n) => number(*n),
            Self::Share(share) => Node::Number(share_text(*share)),
        }
    }

    /// As text, where no format has a better way.
    pub fn plain(&self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Text(text) => text.clone(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Several(texts) => texts.join(" "),
            Self::Time(time) => time.iso(),
            Self::Count(n) => n.to_string(),
            Self::Share(share) => share_text(*share),
        }
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        match value {
            Value::Absent => Self::Absent,
            Value::Text(text) => Self::Text(text),
            Value::Flag(flag) => Self::Flag(flag),
            Value::Count(n) => Self::Count(n),
            Value::Several(texts) => Self::Several(texts),
        }
    }
}

/// A share with six digits after the point, without needless zeros.
fn share_text(share: f64) -> String {
    let text = format!("{share:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0" } else { short }.to_owned()
}

/// A whole number as JSON.
pub fn number(n: u64) -> Node {
    Node::Number(n.to_string())
}

/// Text as JSON, or `null`.
pub fn text(text: Option<&str>) -> Node {
    text.map_or(Node::Null, |t| Node::Text(t.to_owned()))
}

/// A moment as JSON, or `null`.
pub fn moment(time: Option<UtcMicros>) -> Node {
    Cell::time(time).node()
}

/// An object with keys the program chose.
pub fn object(pairs: Vec<(&str, Node)>) -> Node {
    Node::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

/// A column of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// Its name: the key of JSON, the header of CSV and of a table.
    pub name: &'static str,
    /// Whether a table may leave it out where there is no room; higher numbers go first.
    pub spare: u8,
}

impl Heading {
    /// A column that is never left out.
    pub const fn fixed(name: &'static str) -> Self {
        Self { name, spare: 0 }
    }
}

/// Something that takes rows.
pub trait Sheet {
    /// Writes one row, with as many cells as there are columns.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// Writes what is still held back.
    fn end(&mut self) -> io::Result<()>;
}

/// A sheet over `out`.
pub fn sheet<'a>(
    format: Format,
    columns: &[Heading],
    style: Style,
    out: &'a mut dyn Write,
) -> Box<dyn Sheet + 'a> {
    let sheet: Box<dyn Sheet + 'a> = match format {
        Format::Table => Box::new(table::Table::new(columns, style, out)),
        Format::Jsonl => Box::new(jsonl::Lines::new(columns, out)),
        Format::Markdown => Box::new(markdown::Markdown::new(columns, out)),
        Format::Csv => Box::new(csv::Commas::new(columns, style.terminal, out)),
    };
    if style.secrets {
        sheet
    } else {
        Box::new(Redacted(sheet))
    }
}

/// A sheet that never sees the secrets of its cells.
struct Redacted<'a>(Box<dyn Sheet + 'a>);

impl Sheet for Redacted<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let holds = |cell: &Cell| match cell {
            Cell::Text(text) => secret::is_in_text(text),
            Cell::Several(texts) => texts.iter().any(|text| secret::is_in_text(text)),
            _ => false,
        };
        if !cells.iter().any(holds) {
            return self.0.row(cells);
        }
        let safe = |text: &String| secret::redact_text(text).into_owned();
        let cells: Vec<Cell> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => Cell::Text(safe(text)),
                Cell::Several(texts) => Cell::Several(texts.iter().map(safe).collect()),
                other => other.clone(),
            })
            .collect();
        self.0.row(&cells)
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.end()
    }
}

/// A record as it came on one line, with words in the place of its secrets unless they are wanted;
/// on a terminal characters that act are written as escapes, which mean the same to a reader of JSON.
pub fn raw(record: &[u8], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let record = if style.secrets {
        record.into()
    } else {
        secret::redact(record)
    };
    let record = crate::event::json::compact(&record);
    if style.terminal {
        let mut safe = String::with_capacity(record.len());
        for c in String::from_utf8_lossy(&record).chars() {
            if crate::base::printable::is_printable(c) {
                safe.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    safe.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        out.write_all(safe.as_bytes())?;
    } else {
        out.write_all(&record)?;
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_short() {
        assert_eq!(share_text(0.0), "0");
        assert_eq!(share_text(1.0), "1");
        assert_eq!(share_text(0.25), "0.25");
        assert_eq!(share_text(1.0 / 3.0), "0.333333");
    }

    #[test]
    fn secrets_are_written_only_where_they_are_wanted() {
        let record = br#"{"userAgent":"Bearer abc.123.xyz","a":{"masterUserPassword":"hunter2"}}"#;
        for secrets in [false, true] {
            let style = Style {
                zone: Tz::UTC,
                width: None,
                color: false,
                terminal: false,
                secrets,
            };
            let cells = [
                Cell::Text("Bearer abc.123.xyz".into()),
                Cell::Several(vec!["b?X-Amz-Signature=abc.123.xyz".into()]),
            ];
            let columns = ["a", "b"].map(Heading::fixed);
            for format in [Format::Table, Format::Jsonl, Format::Csv] {
                let mut out = Vec::new();
                let mut sheet = sheet(format, &columns, style, &mut out);
                sheet.row(&cells).unwrap();
                sheet.end().unwrap();
                drop(sheet);
                let text = String::from_utf8(out).unwrap();
                assert_eq!(
                    text.matches("abc.123.xyz").count(),
                    2 * usize::from(secrets),
                    "{text}"
                );
            }
            let mut out = Vec::new();
            raw(record, style, &mut out).unwrap();
            assert_eq!(out.starts_with(record), secrets);
        }
    }

    #[test]
    fn a_raw_record_does_not_act_on_a_terminal() {
        let record = "{ \"a\" : \"x\u{202e}\u{9b}31m\", \"n\" : 1.50 }";
        let mut out = Vec::new();
        let style = Style {
            zone: Tz::UTC,
            width: None,
            color: false,
            terminal: false,
            secrets: false,
        };
        raw(record.as_bytes(), style, &mut out).unwrap();
        assert_eq!(
            out,
            "{\"a\":\"x\u{202e}\u{9b}31m\",\"n\":1.50}\n".as_bytes()
        );
        out.clear();
        let style = Style {
            terminal: true,
            ..style
        };
        raw(record.as_bytes(), style, &mut out).unwrap();
        assert_eq!(out, b"{\"a\":\"x\\u202e\\u009b31m\",\"n\":1.50}\n");
    }
}
