//! Aligned columns for people: every text made safe, cut only where a terminal would wrap it.
//!
//! The widths come from the first rows, so that long answers begin at once; a later cell that is
//! wider moves the rest of its own line only.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::report::{Cell, Heading, Sheet, Style};

/// Rows that decide the widths.
const LOOKED_AT: usize = 1000;
/// A column wider than this is not worth leaving others out for.
const WIDE: usize = 40;
/// A column narrower than this says nothing.
const NARROW: usize = 6;

/// A sheet of aligned columns.
pub struct Table<'a> {
    columns: Vec<Heading>,
    style: Style,
    held: Vec<Vec<Shown>>,
    /// The columns that are shown and their widths, once they are known.
    layout: Option<Vec<(usize, usize)>>,
    out: &'a mut dyn Write,
}

/// A cell as words.
struct Shown {
    text: Printable,
    right: bool,
    /// A part of it would pass for another value: numbers and times.
    rigid: bool,
}

impl<'a> Table<'a> {
    /// A table with a heading a column.
    pub fn new(columns: &[Heading], style: Style, out: &'a mut dyn Write) -> Self {
        Self {
            columns: columns.to_vec(),
            style,
            held: Vec::new(),
            layout: None,
            out,
        }
    }

    fn shown(&self, cell: &Cell) -> Shown {
        let (text, right) = match cell {
            Cell::Time(time) => (self.style.time(*time), false),
            Cell::Count(n) => (thousands(*n), true),
            Cell::Share(share) => (format!("{:.1}%", share * 100.0), true),
            Cell::Absent => (String::new(), false),
            other => (other.plain(), false),
        };
        Shown {
            text: Printable::new(&text),
            right,
            rigid: right || matches!(cell, Cell::Time(_)),
        }
    }

    /// Decides the widths and writes what was held back.
    fn settle(&mut self) -> io::Result<()> {
        if self.layout.is_some() {
            return Ok(());
        }
        let natural: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cells = self.held.iter().filter_map(|row| row.get(i));
                cells
                    .map(|cell| cell.text.width())
                    .chain([column.name.len()])
                    .max()
                    .unwrap_or_default()
            })
            .collect();
        let rigid: Vec<bool> = (0..natural.len())
            .map(|i| {
                let mut cells = self.held.iter().filter_map(|row| row.get(i));
                cells.any(|cell| cell.rigid)
            })
            .collect();
        let layout = lay_out(&natural, &rigid, &self.columns, self.style.width);
        let header: Vec<Shown> = self
            .columns
            .iter()
            .map(|column| Shown {
                text: Printable::new(&column.name.to_uppercase()),
                right: false,
                rigid: false,
            })
            .collect();
        let first = self.held.first();
        // Numbers stand to the right, and their headings with them.
        let header = header
            .into_iter()
            .enumerate()
            .map(|(i, shown)| Shown {
                right: first.and_then(|row| row.get(i)).is_some_and(|c| c.right),
                ..shown
            })
            .collect::<Vec<_>>();
        let line = line_of(&header, &layout, self.style.width);
        writeln!(self.out, "{}", self.style.strong(&line))?;
        for row in std::mem::take(&mut self.held) {
            writeln!(self.out, "{}", line_of(&row, &layout, self.style.width))?;
        }
        self.layout = Some(layout);
        Ok(())
    }
}

impl Sheet for Table<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let row: Vec<Shown> = cells.iter().map(|cell| self.shown(cell)).collect();
        if let Some(layout) = &self.layout {
            return writeln!(self.out, "{}", line_of(&row, layout, self.style.width));
        }
        self.held.push(row);
        if self.held.len() >= LOOKED_AT {
            self.settle()?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.settle()
    }
}

/// Which columns are shown and how wide: all as wide as they are where nothing is cut; else the
/// spare ones go until the others have room, and the widest that are not rigid are narrowed.
fn lay_out(
    natural: &[usize],
    rigid: &[bool],
    columns: &[Heading],
    width: Option<usize>,
) -> Vec<(usize, usize)> {
    let mut kept: Vec<usize> = (0..natural.len()).collect();
    let Some(width) = width else {
        return kept.into_iter().map(|i| (i, natural[i])).collect();
    };
    let gaps = |kept: &[usize]| 2 * kept.len().saturating_sub(1);
    loop {
        let wanted: usize = kept.iter().map(|i| natural[*i].min(WIDE)).sum();
        let spare = kept
            .iter()
            .position(|i| columns[*i].spare > 0 && columns[*i].spare == most_spare(&kept, columns));
        let Some(at) = spare.filter(|_| wanted + gaps(&kept) > width) else {
            break;
        };
        kept.remove(at);
    }
    let room = width.saturating_sub(gaps(&kept));
    let narrowed = |i: usize, cap: usize| {
        if rigid[i] {
            natural[i]
        } else {
            natural[i].min(cap)
        }
    };
    let sum = |cap: usize| -> usize { kept.iter().map(|i| narrowed(*i, cap)).sum() };
    let mut cap = kept.iter().map(|i| natural[*i]).max().unwrap_or_default();
    while cap > NARROW && sum(cap) > room {
        cap -= 1;
    }
    kept.iter().map(|i| (*i, narrowed(*i, cap))).collect()
}

fn most_spare(kept: &[usize], columns: &[Heading]) -> u8 {
    kept.iter()
        .map(|i| columns[*i].spare)
        .max()
        .unwrap_or_default()
}

fn line_of(row: &[Shown], layout: &[(usize, usize)], width: Option<usize>) -> String {
    let mut line = String::new();
    for (n, (i, column)) in layout.iter().enumerate() {
        let Some(cell) = row.get(*i) else { continue };
        if n > 0 {
            line.push_str("  ");
        }
        let text = match width {
            Some(_) => cell.text.truncated(*column),
            None => cell.text.clone(),
        };
        let pad = " ".repeat(column.saturating_sub(text.width()));
        if cell.right {
            line.push_str(&pad);
            line.push_str(text.as_str());
        } else {
            line.push_str(text.as_str());
            line.push_str(&pad);
        }
    }
    let line = line.trim_end();
    match width {
        Some(width) if line.width() > width => Printable::new(line).truncated(width).into_string(),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: Option<usize>, expected: &str) {
        let columns = [
            Heading::fixed("time"),
            Heading {
                name: "actor",
                spare: 2,
            },
            Heading::fixed("events"),
        ];
        let style = Style {
            zone: chrono_tz::Tz::UTC,
            width,
            color: false,
            terminal: width.is_some(),
            secrets: false,
        };
        let mut out = Vec::new();
        let mut table = Table::new(&columns, style, &mut out);
        for (text, actor, n) in [
            ("one\u{1b}[2J", "alice of sales", 1),
            ("two", "bob", 12_345),
        ] {
            table
                .row(&[
                    Cell::Text(text.into()),
                    Cell::Text(actor.into()),
                    Cell::Count(n),
                ])
                .unwrap();
        }
        table.end().unwrap();
        drop(table);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn columns_line_up() {
        check(
            None,
            "TIME     ACTOR           EVENTS\n\
             one␛[2J  alice of sales       1\n\
             two      bob             12,345\n",
        );
    }

    #[test]
    fn a_narrow_terminal_gets_fewer_columns() {
        check(
            Some(20),
            "TIME     EVENTS\none␛[2J       1\ntwo      12,345\n",
        );
        check(
            Some(14),
            "TIME    EVENTS
one␛[…       1
two     12,345
",
        );
    }
}
