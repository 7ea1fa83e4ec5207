//! From text to records: which shape a file has, and where each record stands.
//!
//! Shapes are recognised by structure as the text goes by: a `Records` array, a bare array, values
//! one after another, LookupEvents pages, EventBridge and log-shipper envelopes. A broken value
//! costs itself alone; text that is no JSON is named and stepped over. Nothing is looked at twice
//! without paying from a budget, so no text takes more than linear time.

use std::ops::ControlFlow;

use crate::base::ledger::ProblemClass;
use crate::base::time::UtcMicros;
use crate::decode::Options;
use crate::decode::Place;
use crate::decode::Sink;
use crate::decode::fields::Area;
use crate::decode::fields::Slot;
use crate::decode::fields::slot;
use crate::decode::foreign;
use crate::decode::lex;
use crate::decode::lex::Stop;
use crate::decode::mapped;
use crate::decode::mapped::Mapped;
use crate::decode::marks::Marks;
use crate::decode::mend;
use crate::decode::mend::Mended;
use crate::decode::notes::Notes;
use crate::decode::recover;
use crate::decode::recover::Found;
use crate::decode::recover::Verdict;
use crate::decode::scan;
use crate::decode::scan::Scanner;
use crate::decode::scanned::Input;
use crate::decode::scanned::Range;
use crate::decode::scanned::Scanned;
use crate::decode::sheet;
use crate::decode::sheet::Header;
use crate::decode::sheet::Row;
use crate::decode::text;
use crate::event::json::Node;

/// Wrappers inside wrappers: more than a few mean nothing.
const MOST_LEVELS: usize = 6;
/// Bytes of damaged text that may be looked at a second time.
const BUDGET: u64 = 128 << 20;

/// Values that are no events are called by name up to this many in a file.
const MOST_NAMED: u64 = 1000;
/// Bytes that may be looked at in one file to mend what is damaged.
const MENDING: u64 = 256 << 20;
/// No limit may be raised above this: the length of a record has a bit to spare.
const LARGEST_RECORD: usize = 1 << 30;

/// What the walk needs before it can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// More text, kept from the walk's position on.
    More,
    /// The same text again, seen from the walk's position on.
    Again,
    /// Nothing: it is done.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// An array of values; the key it stands under, if any.
    Array(Slot),
    /// The object around such an array, after it.
    Wrapper,
}

/// What came last on a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Open,
    Value,
    Comma,
    /// Something broken, after which anything may come.
    Any,
}

/// What an event in other words stood in.
#[derive(Debug, Clone, Copy)]
enum From<'m> {
    /// A row of a sheet.
    Row,
    /// An object.
    Object,
    /// An object that was damaged: what it was mended to.
    Mended(&'m [u8]),
}

/// Going past a value too large to hold.
#[derive(Debug, Clone, Copy, Default)]
struct Skip {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

/// Where the text in memory lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// Bytes before it.
    pub(crate) base: u64,
    /// Whether nothing follows it.
    pub(crate) last: bool,
    /// Whether a limit ended it.
    pub(crate) cut: bool,
}

/// The walk through one file's text.
pub(crate) struct Walk<'s> {
    /// The next byte to look at, in the text in memory.
    pub(crate) at: usize,
    /// What there is to say.
    pub(crate) notes: Notes,
    /// Its scanner, to be used for the next file.
    pub(crate) scanner: Scanner,
    sink: &'s mut dyn Sink,
    max_record: usize,
    secrets: bool,
    repair: bool,
    /// Bytes that may still be looked at to mend what is damaged.
    mending: u64,
    levels: Vec<Level>,
    gap: Gap,
    stray: bool,
    padding: bool,
    skip: Option<Skip>,
    recovered: Marks,
    budget: u64,
    stopped: bool,
    inner: Vec<u8>,
    /// The header of a sheet; the walk goes by rows then.
    sheet: Option<Header>,
    /// Whether anything but white space was met.
    begun: bool,
}

type Step = Result<(), Need>;

impl<'s> Walk<'s> {
    /// A walk from the beginning.
    pub(crate) fn new(options: &Options<'_>, sink: &'s mut dyn Sink, scanner: Scanner) -> Self {
        Self {
            at: 0,
            notes: Notes::default(),
            scanner,
            sink,
            max_record: options.max_record.clamp(1024, LARGEST_RECORD),
            secrets: options.secrets,
            repair: options.repair,
            mending: MENDING,
            levels: Vec::new(),
            gap: Gap::Any,
            stray: false,
            padding: false,
            skip: None,
            recovered: Marks::NONE,
            budget: BUDGET,
            stopped: false,
            inner: Vec::new(),
            sheet: None,
            begun: false,
        }
    }

    /// Tells the sink how far the file was read.
    pub(crate) fn progress(&mut self, bytes: u64) {
        self.sink.progress(bytes);
    }

    /// To be called when the text in memory was moved.
    pub(crate) fn moved(&mut self) {
        self.at = 0;
        self.scanner.forget();
    }

    /// Whether the sink wanted no more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Goes on as far as the text in memory allows.
    pub(crate) fn go(&mut self, input: &Input<'_>, view: View) -> Need {
        loop {
            if self.stopped {
                return Need::Done;
            }
            if let Err(need) = self.step(input, view) {
                return need;
            }
        }
    }

    fn step(&mut self, input: &Input<'_>, view: View) -> Step {
        if let Some(skip) = self.skip {
            return self.go_past(skip, input, view);
        }
        if self.sheet.is_some() {
            // A blank can be a cell, or a part of one.
            let rest = input.bytes.get(self.at..).unwrap_or_default();
            self.at += rest
                .iter()
                .take_while(|b| matches!(b, b'\r' | b'\n'))
                .count();
        } else {
            self.blanks(input, view);
        }
        let Some(&byte) = input.bytes.get(self.at) else {
            if !view.last {
                return Err(Need::More);
            }
            self.end(input, view);
            return Err(Need::Done);
        };
        if self.at > input.valid_to() {
            return Err(Need::Again);
        }
        if self.sheet.is_some() {
            return self.row(input, view);
        }
        if !self.begun && self.header(input, view)? {
            return Ok(());
        }
        match self.levels.last() {
            None => self.at_top(byte, input, view),
            Some(Level::Array(_)) => self.in_array(byte, input, view),
            Some(Level::Wrapper) => self.in_wrapper(byte, input, view),
        }
    }

    /// Steps over white space, byte-order marks and padding with zero bytes.
    fn blanks(&mut self, input: &Input<'_>, view: View) {
        loop {
            self.at = lex::skip_space(input.bytes, self.at);
            let rest = input.bytes.get(self.at..).unwrap_or_default();
            if rest.starts_with(b"\xef\xbb\xbf") {
                if view.base + self.at as u64 > 0 {
                    self.notes.say_once(
                        ProblemClass::Encoding,
                        input,
                        view,
                        self.at,
                        "a byte-order mark in the middle of the text",
                    );
                }
                self.at += 3;
            } else if rest.first() == Some(&0) {
                if !self.padding {
                    self.padding = true;
                    self.notes.say(
                        ProblemClass::Encoding,
                        input,
                        view,
                        self.at,
                        "zero bytes between values",
                    );
                }
                self.at += rest.iter().take_while(|b| **b == 0).count();
            } else {
                return;
            }
        }
    }

    /// Whether the text begins as a sheet of events does, whose header is then behind the walk.
    fn header(&mut self, input: &Input<'_>, view: View) -> Result<bool, Need> {
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
    fn row(&mut self, input: &Input<'_>, view: View) -> Step {
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
    fn mapped(
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
                self.emit(&scanned, json, range, input, view);
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

    /// A value came: what follows is a new stretch.
    fn met_value(&mut self) {
        self.stray = false;
        self.padding = false;
        self.notes.values += 1;
        self.gap = Gap::Value;
    }

    fn at_top(&mut self, byte: u8, input: &Input<'_>, view: View) -> Step {
        match byte {
            b'{' if opens(input.bytes, self.at, view.last)? => self.object(input, view),
            b'[' if opens(input.bytes, self.at, view.last)? => {
                self.met_value();
                self.levels.push(Level::Array(Slot::Unknown));
                self.gap = Gap::Open;
                self.at += 1;
                Ok(())
            }
            b'0'..=b'9' if self.past_time(input, view)? => Ok(()),
            b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                match self.scalar(byte, input, view)? {
                    Some(end) if ends_line(input.bytes, end) => {
                        self.not_event(input, view, "a bare value, no record");
                        self.at = end;
                        Ok(())
                    }
                    _ => self.stray(input, view),
                }
            }
            _ => self.stray(input, view),
        }
    }

    /// Steps over the time an export of `CloudWatch` Logs puts before each record.
    fn past_time(&mut self, input: &Input<'_>, view: View) -> Result<bool, Need> {
        let rest = input.bytes.get(self.at..).unwrap_or_default();
        let head = rest.get(..rest.len().min(48)).unwrap_or_default();
        let Some(len) = head.iter().position(|b| matches!(b, b' ' | b'\t')) else {
            return if head.len() < 48 && !view.last {
                Err(Need::More)
            } else {
                Ok(false)
            };
        };
        let brace = lex::skip_space(input.bytes, self.at + len);
        let is_time = head
            .get(..len)
            .is_some_and(|t| UtcMicros::parse(&text::lossy(t)).is_some());
        if is_time && input.bytes.get(brace) == Some(&b'{') {
            self.at = brace;
            self.notes.shape("cloudwatch-export");
            return Ok(true);
        }
        Ok(false)
    }

    fn in_array(&mut self, byte: u8, input: &Input<'_>, view: View) -> Step {
        match byte {
            b',' => {
                if matches!(self.gap, Gap::Open | Gap::Comma) {
                    self.fault(input, view, self.at, "a comma without a record before it");
                }
                self.gap = Gap::Comma;
                self.at += 1;
                Ok(())
            }
            b']' => {
                if self.gap == Gap::Comma {
                    self.fault(input, view, self.at, "a comma without a record after it");
                }
                self.levels.pop();
                self.stray = false;
                self.gap = Gap::Value;
                self.at += 1;
                Ok(())
            }
            b'{' if opens(input.bytes, self.at, view.last)? => {
                self.want_comma(input, view);
                self.object(input, view)
            }
            b'[' => self.array_item(input, view),
            b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                match self.scalar(byte, input, view)? {
                    Some(end) if ends_item(input.bytes, end, view.last)? => {
                        self.want_comma(input, view);
                        self.not_event(input, view, "a bare value among the records");
                        self.at = end;
                        Ok(())
                    }
                    _ => self.stray(input, view),
                }
            }
            _ => self.stray(input, view),
        }
    }

    fn want_comma(&mut self, input: &Input<'_>, view: View) {
        if self.gap == Gap::Value {
            self.fault(input, view, self.at, "expected `,` between records");
            // Said once, though the record may have to be looked at again.
            self.gap = Gap::Any;
        }
    }

    /// An array among records: never a record, though a bracket may stand where another sign was
    /// meant.
    fn array_item(&mut self, input: &Input<'_>, view: View) -> Step {
        let start = self.at;
        let next = lex::skip_space(input.bytes, start + 1);
        match input.bytes.get(next) {
            None if !view.last => return Err(Need::More),
            Some(b'{') if self.levels.len() < MOST_LEVELS => {
                // Records may follow: each is looked at by itself, so that nothing behind a
                // wrong bracket is swallowed by it.
                if self.gap == Gap::Value {
                    self.want_comma(input, view);
                } else {
                    self.levels.push(Level::Array(Slot::Unknown));
                    self.not_event(input, view, "an array among the records");
                    self.gap = Gap::Open;
                }
                self.at += 1;
                return Ok(());
            }
            _ => {}
        }
        match self.scanner.scan(input, start, false) {
            Ok(scanned) => {
                self.not_event(input, view, "an array among the records");
                self.at = scanned.end;
                Ok(())
            }
            Err(stop) => {
                let object = recover::is_keyed(input.bytes, start);
                self.broken(stop, start, input, view, object)
            }
        }
    }

    fn in_wrapper(&mut self, byte: u8, input: &Input<'_>, view: View) -> Step {
        match byte {
            b',' => {
                self.gap = Gap::Comma;
                self.at += 1;
                Ok(())
            }
            b'}' => {
                self.levels.pop();
                self.stray = false;
                self.gap = Gap::Value;
                self.at += 1;
                Ok(())
            }
            b'"' => self.member(input, view),
            b'{' if opens(input.bytes, self.at, view.last)? => {
                // No object stands here in sound JSON; what looks like a document begins anew.
                self.fault(input, view, self.at, "expected a key or `}`");
                self.levels.pop();
                self.gap = Gap::Any;
                Ok(())
            }
            _ => self.stray(input, view),
        }
    }

    /// A member of the wrapper: another array of records, or something to step over.
    fn member(&mut self, input: &Input<'_>, view: View) -> Step {
        let start = self.at;
        let member = (|| {
            let end = lex::string_to(input.bytes, start)?;
            let colon = lex::skip_space(input.bytes, end);
            match input.bytes.get(colon) {
                None => return Err(Stop::End),
                Some(b':') => {}
                Some(_) => {
                    return Err(Stop::Syntax {
                        at: colon,
                        what: "expected `:` after a key",
                    });
                }
            }
            let value = lex::skip_space(input.bytes, colon + 1);
            let first = *input.bytes.get(value).ok_or(Stop::End)?;
            let key = slot(Area::Root, input.get(start + 1, end - 1));
            if first == b'[' && matches!(key, Slot::Records | Slot::Events | Slot::LogEvents) {
                return Ok((key, value, value + 1));
            }
            let to = match first {
                b'{' | b'[' => self.scanner.scan(input, value, false)?.end,
                b'"' => lex::string_to(input.bytes, value)?,
                b'-' | b'0'..=b'9' => lex::number(input.bytes, value)?,
                _ => lex::literal(input.bytes, value)?,
            };
            Ok((Slot::Unknown, value, to))
        })();
        match member {
            Ok((Slot::Unknown, _, to)) => {
                self.gap = Gap::Value;
                self.at = to;
                Ok(())
            }
            Ok((key, value, to)) => {
                self.notes.say(
                    ProblemClass::DuplicateKey,
                    input,
                    view,
                    value,
                    "the wrapper has its key twice; both arrays are read",
                );
                self.levels.push(Level::Array(key));
                self.gap = Gap::Open;
                self.at = to;
                Ok(())
            }
            Err(Stop::End) if !view.last && input.bytes.len() - start < self.max_record => {
                Err(Need::More)
            }
            Err(Stop::End) => {
                self.at = input.bytes.len();
                Ok(())
            }
            Err(Stop::Syntax { at, what }) => {
                self.fault(input, view, at, what);
                self.at = start + 1;
                self.stray = true;
                self.stray(input, view)
            }
            Err(_) => self.stray(input, view),
        }
    }

    /// The end of a scalar at the walk's position; `None` where it is none.
    fn scalar(&self, byte: u8, input: &Input<'_>, view: View) -> Result<Option<usize>, Need> {
        let end = match byte {
            b'"' => lex::string_to(input.bytes, self.at),
            b'-' | b'0'..=b'9' => lex::number(input.bytes, self.at),
            _ => lex::literal(input.bytes, self.at),
        };
        match end {
            // What touches the end of the window may go on after it.
            Ok(end) if end < input.bytes.len() || view.last => Ok(Some(end)),
            Err(Stop::Syntax { .. }) => Ok(None),
            _ if view.last || input.bytes.len() - self.at > self.max_record => Ok(None),
            _ => Err(Need::More),
        }
    }

    /// Text that is no JSON: named once a stretch, stepped over to where a value may begin.
    fn stray(&mut self, input: &Input<'_>, view: View) -> Step {
        if !self.stray {
            self.stray = true;
            let what = if self.levels.is_empty() {
                "text that is no JSON"
            } else {
                "text that is no JSON, between records"
            };
            self.notes.stray(input, view, self.at, what);
        }
        self.gap = Gap::Any;
        let in_array = matches!(self.levels.last(), Some(Level::Array(_)));
        let in_wrapper = self.levels.last() == Some(&Level::Wrapper);
        let mut inside = 0u32;
        let mut at = self.at + 1;
        loop {
            let Some(byte) = input.bytes.get(at) else {
                self.at = at.min(input.bytes.len());
                return Ok(());
            };
            match byte {
                b'{' => match opens(input.bytes, at, view.last) {
                    Ok(true) => break,
                    Ok(false) => {}
                    Err(need) => {
                        self.at = at;
                        return Err(need);
                    }
                },
                b'[' if in_array => inside += 1,
                b'[' => {
                    let next = input.bytes.get(lex::skip_space(input.bytes, at + 1));
                    if matches!(next, Some(b'{')) {
                        break;
                    }
                }
                b']' if inside > 0 => inside -= 1,
                b']' if in_array => break,
                b'}' if in_wrapper => break,
                b'\n' => {
                    inside = 0;
                    if self.levels.is_empty() {
                        break;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.at = at;
        Ok(())
    }

    fn fault(&mut self, input: &Input<'_>, view: View, at: usize, what: &str) {
        self.notes
            .say(ProblemClass::SyntaxError, input, view, at, what);
    }

    fn not_event(&mut self, input: &Input<'_>, view: View, what: &str) {
        self.notes.not_event(input, view, self.at, what);
        self.met_value();
    }

    /// An object: a record, an envelope, a wrapper, or something else.
    fn object(&mut self, input: &Input<'_>, view: View) -> Step {
        let start = self.at;
        let tap = self.levels.len() < MOST_LEVELS;
        match self.scanner.scan(input, start, tap) {
            Ok(scanned) if scanned.end - start > self.max_record => {
                self.giant(input, view);
                Ok(())
            }
            Ok(scanned) => {
                let end = scanned.end;
                self.sort(&scanned, (start, end), input, view);
                self.scanner.reclaim(scanned);
                self.at = end;
                Ok(())
            }
            Err(Stop::Wrapper { at, key }) => {
                self.met_value();
                self.levels.push(Level::Wrapper);
                self.levels.push(Level::Array(key));
                self.notes.wrapper(key);
                self.gap = Gap::Open;
                self.at = at;
                Ok(())
            }
            Err(stop) => self.broken(stop, start, input, view, true),
        }
    }

    /// Decides what a sound object is.
    fn sort(&mut self, scanned: &Scanned<'_>, range: Range, input: &Input<'_>, view: View) {
        let single = self.levels.is_empty();
        if scanned.is_event() {
            let shape = match self.levels.last() {
                Some(Level::Array(Slot::Records)) => "records",
                Some(Level::Array(Slot::Events)) => "lookup-events",
                Some(Level::Array(Slot::LogEvents)) => "cloudwatch",
                Some(Level::Array(_)) => "array",
                _ if scanned.met(Slot::AtTimestamp) && !scanned.met(Slot::EventTime) => "logstash",
                _ => "single",
            };
            self.notes.shape(shape);
            if single {
                self.notes.top_values += 1;
            }
            let json = input.get(range.0, range.1);
            self.emit(scanned, json, range, input, view);
            self.met_value();
            return;
        }
        if let Some(token) = scanned.text {
            let key = if scanned.met(Slot::CloudTrailEvent) {
                "lookup-events"
            } else if self.levels.contains(&Level::Array(Slot::LogEvents)) {
                "cloudwatch"
            } else {
                "elastic"
            };
            if self.text_record(token, key, input, view) {
                self.met_value();
                return;
            }
        }
        if let Some((inner, slot)) = scanned.object {
            self.scanner.forget();
            let held = self.scanner.scan(input, inner.0, false);
            if let Ok(mut held) = held
                && held.is_event()
            {
                if slot == Slot::Detail {
                    self.notes.shape("eventbridge");
                } else {
                    held.marks.add(Marks::WRONG_TYPE);
                    held.odd_field = Some("Records");
                    self.notes.shape("records");
                }
                let json = input.get(inner.0, inner.1);
                self.emit(&held, json, inner, input, view);
                self.met_value();
                return;
            }
        }
        let (end, marks, odd) = (scanned.end, scanned.marks, scanned.odd_field);
        let raw = input.get(range.0, end);
        // A closer look costs a tree: it is for events in other words, and for names that are listed.
        let is_listed = self.notes.not_events < MOST_NAMED && raw.len() > 2;
        let foreign = match Node::parse(if is_listed || mapped::is_hinted(raw) {
            raw
        } else {
            b""
        }) {
            Ok(tree) => {
                if let Some(mapped) = mapped::map(&tree)
                    && self.mapped(&mapped, From::Object, range, input, view)
                {
                    self.met_value();
                    return;
                }
                foreign::name(&tree)
            }
            Err(_) => foreign::Foreign {
                shape: "",
                what: "an object that is no CloudTrail event".to_owned(),
            },
        };
        let said = Scanned {
            marks,
            odd_field: odd,
            ..Scanned::default()
        };
        self.notes.soft(&said, input, view, range.0);
        self.notes.stranger(foreign.shape);
        self.not_event(input, view, &foreign.what);
    }

    /// A string that should hold a record; whether it was dealt with.
    fn text_record(
        &mut self,
        token: Range,
        shape: &'static str,
        input: &Input<'_>,
        view: View,
    ) -> bool {
        let raw = input.get(token.0 + 1, token.1.saturating_sub(1));
        let mut inner = std::mem::take(&mut self.inner);
        text::unescape(raw, &mut inner);
        let start = lex::skip_space(&inner, 0);
        let looks = inner.get(start) == Some(&b'{');
        let mut dealt = false;
        if looks {
            let held = Input::new(&inner, 0);
            self.scanner.forget();
            match self.scanner.scan(&held, start, false) {
                Ok(scanned) if scanned.is_event() => {
                    self.notes.shape(shape);
                    let json = held.get(start, scanned.end);
                    self.emit(&scanned, json, token, input, view);
                    let rest = held.bytes.get(scanned.end..).unwrap_or_default();
                    if !rest.trim_ascii().is_empty() {
                        let what = "text follows the record inside this string";
                        self.fault(input, view, token.0, what);
                    }
                    dealt = true;
                }
                Ok(scanned) => {
                    // An event of EventBridge, as a notification of SNS carries it.
                    let detail = scanned.object.filter(|(_, slot)| *slot == Slot::Detail);
                    self.scanner.forget();
                    if let Some((inner, _)) = detail
                        && let Ok(scanned) = self.scanner.scan(&held, inner.0, false)
                        && scanned.is_event()
                    {
                        self.notes.shape("eventbridge");
                        let json = held.get(inner.0, inner.1);
                        self.emit(&scanned, json, token, input, view);
                        dealt = true;
                    }
                }
                Err(stop) => {
                    let what = match stop {
                        Stop::Syntax { what, .. } => what,
                        _ => "it ends in the middle",
                    };
                    let detail = format!("the record inside this string is broken: {what}");
                    self.notes.shape(shape);
                    self.notes.set_aside();
                    self.fault(input, view, token.0, &detail);
                    dealt = true;
                }
            }
            self.scanner.forget();
        }
        self.inner = inner;
        dealt
    }

    fn emit(
        &mut self,
        scanned: &Scanned<'_>,
        json: &[u8],
        range: Range,
        input: &Input<'_>,
        view: View,
    ) {
        self.notes.found += 1;
        self.notes.soft(scanned, input, view, range.0);
        if self.secrets {
            self.notes.secrets(json, input, view, range.0);
        }
        let len = (range.1 - range.0) as u32;
        let place = Place {
            offset: view.base + range.0 as u64,
            len: if scanned.record.is_repaired {
                len | Place::MENDED
            } else {
                len
            },
        };
        let marks = scanned.marks.with(self.recovered);
        if let Some(leaves) = self.scanner.leaves()
            && !scanned.record.is_mapped
        {
            self.sink.leaves(leaves, json);
        }
        let told = self.sink.record(&scanned.record, place, marks, json);
        self.stopped |= told == ControlFlow::Break(());
        if self.levels.is_empty() {
            // A line of its own is a fresh start.
            self.recovered = Marks::NONE;
        }
    }

    /// A value that could not be read to its end.
    fn broken(
        &mut self,
        stop: Stop,
        start: usize,
        input: &Input<'_>,
        view: View,
        object: bool,
    ) -> Step {
        let have = input.bytes.len() - start;
        if stop == Stop::End {
            if have > self.max_record {
                self.giant(input, view);
                return Ok(());
            }
            if !view.last {
                return Err(Need::More);
            }
        }
        let fault = match stop {
            Stop::Syntax { at, .. } => at,
            _ => start + 1,
        };
        let limit = input.bytes.len().min(start.saturating_add(self.max_record));
        let last = view.last || limit < input.bytes.len();
        let found = self.search(input, start, limit, last);
        if found == Found::More {
            return Err(Need::More);
        }
        let (resume, ended) = match found {
            Found::End(at) | Found::Record(at) => (at.max(start + 1), true),
            _ if self.budget == 0 => {
                let rest = input.get(fault, limit);
                let line = memchr::memchr(b'\n', rest).map_or(limit, |n| fault + n + 1);
                (line.max(start + 1), true)
            }
            _ => (limit, false),
        };
        let is_record = object && self.holds_records(input.get(start, resume));
        let mended = (is_record && ended)
            .then(|| self.mend(input.get(start, resume)))
            .flatten();
        let repairs = self.repair && mended.is_some();
        if is_record && !repairs {
            self.notes.set_aside();
            self.notes.mendable += u64::from(mended.is_some());
        }
        let offer = match &mended {
            Some(mended) if repairs => format!(" (mended: {})", mended.what),
            Some(mended) => format!(" (--repair can mend it: {})", mended.what),
            None => String::new(),
        };
        match stop {
            Stop::Syntax { at, what } => {
                self.fault(input, view, at, &format!("{what}{offer}"));
            }
            Stop::TooDeep => self.notes.say(
                ProblemClass::DepthLimit,
                input,
                view,
                start,
                "nested too deeply to be read",
            ),
            _ if view.cut => self.notes.cut(input, view, start),
            _ if ended => self.fault(input, view, start, &format!("this value never ends{offer}")),
            _ => self.notes.say(
                ProblemClass::Truncated,
                input,
                view,
                input.bytes.len(),
                "the text ends inside a record",
            ),
        }
        if let Some(mended) = mended.filter(|_| repairs) {
            self.mended(&mended, start, input.get(start, resume), input, view);
        }
        self.met_value();
        self.gap = Gap::Any;
        self.recovered = Marks::RECOVERED;
        self.at = resume;
        if stop == Stop::End && !ended {
            // Said already: what is open stays open because the text is cut.
            self.levels.clear();
        }
        Ok(())
    }

    /// Tries to mend a record, within the budget.
    fn mend(&mut self, bytes: &[u8]) -> Option<Mended> {
        let bytes = mend::trimmed(bytes);
        let cost = 32 * bytes.len() as u64;
        if bytes.len() > mend::LONGEST || self.mending < cost {
            return None;
        }
        self.mending -= cost;
        let mended = mend::mend(bytes, &mut self.scanner);
        self.scanner.forget();
        mended
    }

    /// Hands over a record that was mended.
    fn mended(
        &mut self,
        mended: &Mended,
        start: usize,
        bytes: &[u8],
        input: &Input<'_>,
        view: View,
    ) {
        let blanks = bytes.len() - bytes.trim_ascii_start().len();
        let from = start + blanks;
        let range = (from, from + mend::trimmed(bytes).len());
        let held = Input::new(&mended.json, 0);
        if let Ok(mut scanned) = self.scanner.scan(&held, 0, false) {
            if scanned.is_event() {
                scanned.record.is_repaired = true;
                self.notes.shape(match self.levels.last() {
                    Some(Level::Array(Slot::Records)) => "records",
                    Some(Level::Array(_)) => "array",
                    _ => "single",
                });
                self.emit(&scanned, held.bytes, range, input, view);
            } else if let Some(mapped) = Node::parse(held.bytes).ok().and_then(|t| mapped::map(&t))
            {
                let from = From::Mended(held.bytes);
                self.mapped(&mapped, from, range, input, view);
            }
        }
        self.scanner.forget();
    }

    fn search(&mut self, input: &Input<'_>, start: usize, limit: usize, last: bool) -> Found {
        if self.budget == 0 {
            return Found::Nothing;
        }
        let bytes = input.get(0, limit);
        let scanner = &mut self.scanner;
        let mut budget = self.budget;
        let found = recover::search(bytes, start, last, &mut |at| {
            if budget == 0 {
                return Verdict::Other;
            }
            let (verdict, to) = match scanner.scan(input, at, false) {
                Ok(scanned) if scanned.is_event() => return Verdict::Event,
                Ok(scanned) => (Verdict::Other, scanned.end),
                Err(Stop::Syntax { at, .. }) => (Verdict::Other, at),
                Err(Stop::End) => (Verdict::Cut, limit),
                Err(_) => (Verdict::Other, at + scan::DEEPEST),
            };
            budget = budget.saturating_sub((to.saturating_sub(at)) as u64 + 64);
            verdict
        });
        let to = match found {
            Found::End(at) | Found::Record(at) => at,
            _ => limit,
        };
        self.budget = budget.saturating_sub((to.saturating_sub(start)) as u64 / 2);
        found
    }

    /// Whether a broken object was meant as a record.
    fn holds_records(&self, bytes: &[u8]) -> bool {
        let known =
            matches!(self.levels.last(), Some(Level::Array(slot)) if *slot != Slot::Unknown);
        let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
        let names = |word: &[u8]| memchr::memmem::find(head, word).is_some();
        known || names(b"event") || names(b"CloudTrail")
    }

    /// A value larger than a record may be: counted, and stepped over without holding it.
    fn giant(&mut self, input: &Input<'_>, view: View) {
        self.notes.set_aside();
        self.notes.say(
            ProblemClass::SizeLimit,
            input,
            view,
            self.at,
            "a record larger than the limit",
        );
        self.met_value();
        self.skip = Some(Skip::default());
    }

    fn go_past(&mut self, mut skip: Skip, input: &Input<'_>, view: View) -> Step {
        while let Some(&byte) = input.bytes.get(self.at) {
            self.at += 1;
            if skip.in_string {
                if skip.escaped {
                    skip.escaped = false;
                    continue;
                }
                let rest = input.bytes.get(self.at - 1..).unwrap_or_default();
                match memchr::memchr2(b'"', b'\\', rest) {
                    Some(n) => {
                        self.at += n;
                        if rest.get(n) == Some(&b'"') {
                            skip.in_string = false;
                        } else {
                            skip.escaped = true;
                        }
                    }
                    None => self.at = input.bytes.len(),
                }
                continue;
            }
            match byte {
                b'"' => skip.in_string = true,
                b'{' | b'[' => skip.depth += 1,
                b'}' | b']' => {
                    skip.depth = skip.depth.saturating_sub(1);
                    if skip.depth == 0 {
                        self.skip = None;
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        self.skip = Some(skip);
        if view.last {
            self.skip = None;
            return Ok(());
        }
        Err(Need::More)
    }

    /// The text has ended.
    fn end(&mut self, input: &Input<'_>, view: View) {
        let at = input.bytes.len();
        if view.cut {
            self.notes.cut(input, view, at);
        } else if !self.levels.is_empty() {
            let open = self.levels.len();
            let detail = format!("the text ends with {open} brackets open");
            self.notes
                .say(ProblemClass::Truncated, input, view, at, &detail);
        }
        self.notes
            .finish(self.padding || view.base + at as u64 > 0 && !self.all_blank());
    }

    fn all_blank(&self) -> bool {
        self.notes.values == 0 && !self.notes.met_stray()
    }
}

/// Whether the bracket at `at` opens a JSON value and not a phrase in brackets.
fn opens(bytes: &[u8], at: usize, last: bool) -> Result<bool, Need> {
    let object = bytes.get(at) == Some(&b'{');
    match bytes.get(lex::skip_space(bytes, at + 1)) {
        None if last => Ok(true),
        None => Err(Need::More),
        // Quotes of another language are meant as a record, too, if a broken one.
        Some(b'"' | b'\'' | b'{' | b'[' | b'}' | b']') => Ok(true),
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b',' | b'.') => Ok(!object),
        Some(b'/' | b'e') => Ok(object),
        Some(_) => Ok(false),
    }
}

/// Whether nothing but blanks follows on the line.
fn ends_line(bytes: &[u8], at: usize) -> bool {
    bytes
        .get(at..)
        .unwrap_or_default()
        .iter()
        .find(|b| !matches!(b, b' ' | b'\t' | b'\r'))
        .is_none_or(|b| *b == b'\n')
}

/// Whether an array goes on or ends after an item.
fn ends_item(bytes: &[u8], at: usize, last: bool) -> Result<bool, Need> {
    match bytes.get(lex::skip_space(bytes, at)) {
        Some(b) => Ok(matches!(b, b',' | b']' | b'{' | b'[')),
        None if last => Ok(true),
        None => Err(Need::More),
    }
}
