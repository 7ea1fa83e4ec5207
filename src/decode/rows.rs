//! Text that is a sheet, and events in other words than CloudTrail's own.

use crate::base::ledger::ProblemClass;
use crate::decode::mapped::Mapped;
use crate::decode::marks::Marks;
use crate::decode::scanned::Input;
use crate::decode::scanned::Range;
use crate::decode::shape::From;
use crate::decode::shape::Need;
use crate::decode::shape::Step;
use crate::decode::shape::View;
use crate::decode::shape::Walk;
use crate::decode::sheet;
use crate::decode::sheet::Header;
use crate::decode::sheet::Row;

impl Walk<'_> {
    /// Whether the text begins as a sheet of events does, whose header is then behind the walk.
    pub(super) fn header(&mut self, input: &Input<'_>, view: View) -> Result<bool, Need> {
        let rest = input.bytes.get(self.at..).unwrap_or_default();
        let is_long = rest.len() > sheet::MOST_HEADER;
        if !view.last && !is_long && memchr::memchr(b'\n', rest).is_none() {
            return Err(Need::More);
        }
        self.begun = true;
        if rest.starts_with(b"PAR1") {
            self.notes.binary =
                Some("a Parquet file: this program reads it when built with the feature `parquet`");
        }
        // A place is read again by the header at the very beginning of the text.
        let mark = usize::from(input.bytes.starts_with(b"\xef\xbb\xbf")) * 3;
        let at_start = view.base == 0 && self.at == mark;
        let Some(header) = Header::sniff(rest).filter(|_| at_start) else {
            return Ok(false);
        };
        self.at += header.len();
        self.notes.shape(header.shape());
        self.notes.wrapper_of_rows();
        self.sheet = Some(header);
        Ok(true)
    }

    /// One row of a sheet.
    pub(super) fn row(&mut self, input: &Input<'_>, view: View) -> Step {
        let start = self.at;
        let rest = input.bytes.get(start..).unwrap_or_default();
        let is_giant = rest.len() > self.max_record;
        let whole = match sheet::row_len(rest) {
            None if !view.last && !is_giant => return Err(Need::More),
            None => rest.len(),
            Some(len) => len,
        };
        let line = memchr::memchr(b'\n', rest).map_or(whole, |at| at + 1);
        let Some(header) = self.sheet.take() else {
            return Ok(());
        };
        let mut len = whole;
        // The place of a row leaves its line's end out, which an open quote would take in.
        let text = |len| {
            let text = rest.get(..len).unwrap_or_default();
            text.strip_suffix(b"\n").unwrap_or(text)
        };
        let mut row = header.row(text(whole));
        if matches!(row, Row::Cells(_)) || whole > self.max_record {
            // A quote too many swallows the lines behind it: this line alone is looked at.
            len = line;
            row = header.row(text(line));
        }
        self.sheet = Some(header);
        self.met_value();
        match row {
            _ if len > self.max_record => {
                self.notes.set_aside();
                let what = "a row larger than the limit";
                self.notes
                    .say(ProblemClass::SizeLimit, input, view, start, what);
            }
            Row::Header => {}
            Row::Event(mapped) => {
                // Blanks before the line's end belong to the last cell.
                let end = start + text(len).len();
                self.mapped(&mapped, From::Row, (start, end), input, view);
                self.recovered = Marks::NONE;
            }
            Row::Cells(n) => {
                self.notes.set_aside();
                if view.last && start + len == input.bytes.len() && !rest.ends_with(b"\n") {
                    let what = "the text ends inside a row";
                    let end = input.bytes.len();
                    self.notes
                        .say(ProblemClass::Truncated, input, view, end, what);
                } else {
                    let what = format!("a row of {n} cells under a header of another number");
                    self.fault(input, view, start, &what);
                }
                self.recovered = Marks::RECOVERED;
            }
        }
        self.at = start + len;
        Ok(())
    }

    /// An event in other words; whether it was one.
    pub(super) fn mapped(
        &mut self,
        mapped: &Mapped,
        from: From<'_>,
        range: Range,
        input: &Input<'_>,
        view: View,
    ) -> bool {
        let held = Input::new(&mapped.json, 0);
        self.scanner.forget();
        let is_event = match self.scanner.scan(&held, 0, false) {
            Ok(mut scanned) if scanned.is_event() => {
                self.notes.shape(mapped.shape);
                scanned.record.is_summary = mapped.is_summary;
                scanned.record.is_mapped = true;
                let json = match from {
                    From::Row => held.bytes,
                    From::Object => input.get(range.0, range.1),
                    From::Mended(json) => {
                        scanned.record.is_repaired = true;
                        json
                    }
                };
                self.emit(&mut scanned, json, range, input, view);
                true
            }
            _ => false,
        };
        self.scanner.forget();
        if !is_event && matches!(from, From::Row) {
            self.notes.set_aside();
            let what = "a row that names neither a call nor an event";
            self.notes
                .say(ProblemClass::MissingField, input, view, range.0, what);
        }
        is_event
    }
}
