//! From text to records: which shape a file has, and where each record stands.
//!
//! Shapes are recognised by structure as the text goes by: a `Records` array, a bare array, values
//! one after another, LookupEvents pages, EventBridge and log-shipper envelopes. A broken value
//! costs itself alone; text that is no JSON is named and stepped over. Nothing is looked at twice
//! without paying from a budget, so no text takes more than linear time.

use crate::base::ledger::ProblemClass;
use crate::base::time::UtcMicros;
use crate::decode::Options;
use crate::decode::Sink;
use crate::decode::fields::Area;
use crate::decode::fields::Slot;
use crate::decode::fields::slot;
use crate::decode::lex;
use crate::decode::lex::Stop;
use crate::decode::marks::Marks;
use crate::decode::notes::Notes;
use crate::decode::recover;
use crate::decode::scan::Scanner;
use crate::decode::scanned::Input;
use crate::decode::sheet::Header;
use crate::decode::text;

/// Wrappers inside wrappers: more than a few mean nothing.
pub(super) const MOST_LEVELS: usize = 6;
/// Bytes of damaged text that may be looked at a second time.
const BUDGET: u64 = 128 << 20;

/// Values that are no events are called by name up to this many in a file.
pub(super) const MOST_NAMED: u64 = 1000;
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
pub(super) enum Level {
    /// An array of values; the key it stands under, if any.
    Array(Slot),
    /// The object around such an array, after it.
    Wrapper,
}

/// What came last on a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Open,
    Value,
    Comma,
    /// Something broken, after which anything may come.
    Any,
}

/// What an event in other words stood in.
#[derive(Debug, Clone, Copy)]
pub(super) enum From<'m> {
    /// A row of a sheet.
    Row,
    /// An object.
    Object,
    /// An object that was damaged: what it was mended to.
    Mended(&'m [u8]),
}

/// Going past a value too large to hold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Skip {
    pub(super) depth: u64,
    pub(super) in_string: bool,
    pub(super) escaped: bool,
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
    pub(super) sink: &'s mut dyn Sink,
    pub(super) max_record: usize,
    pub(super) secrets: bool,
    pub(super) repair: bool,
    /// Bytes that may still be looked at to mend what is damaged.
    pub(super) mending: u64,
    pub(super) levels: Vec<Level>,
    pub(super) gap: Gap,
    pub(super) stray: bool,
    pub(super) padding: bool,
    pub(super) skip: Option<Skip>,
    pub(super) recovered: Marks,
    pub(super) budget: u64,
    pub(super) stopped: bool,
    pub(super) inner: Vec<u8>,
    /// The header of a sheet; the walk goes by rows then.
    pub(super) sheet: Option<Header>,
    /// Whether anything but white space was met.
    pub(super) begun: bool,
}

pub(super) type Step = Result<(), Need>;

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

    /// A value came: what follows is a new stretch.
    pub(super) fn met_value(&mut self) {
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

    pub(super) fn fault(&mut self, input: &Input<'_>, view: View, at: usize, what: &str) {
        self.notes
            .say(ProblemClass::SyntaxError, input, view, at, what);
    }

    pub(super) fn not_event(&mut self, input: &Input<'_>, view: View, what: &str) {
        self.notes.not_event(input, view, self.at, what);
        self.met_value();
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
