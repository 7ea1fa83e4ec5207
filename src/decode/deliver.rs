//! From an object to the sink: whether it is a record, holds one, or is none.

use std::ops::ControlFlow;

use crate::decode::Place;
use crate::decode::fields::Slot;
use crate::decode::foreign;
use crate::decode::lex;
use crate::decode::lex::Stop;
use crate::decode::mapped;
use crate::decode::marks::Marks;
use crate::decode::scanned::Input;
use crate::decode::scanned::Range;
use crate::decode::scanned::Scanned;
use crate::decode::shape::From;
use crate::decode::shape::Gap;
use crate::decode::shape::Level;
use crate::decode::shape::MOST_LEVELS;
use crate::decode::shape::MOST_NAMED;
use crate::decode::shape::Step;
use crate::decode::shape::View;
use crate::decode::shape::Walk;
use crate::decode::text;
use crate::event::json::Node;

impl Walk<'_> {
    /// An object: a record, an envelope, a wrapper, or something else.
    pub(super) fn object(&mut self, input: &Input<'_>, view: View) -> Step {
        let start = self.at;
        let tap = self.levels.len() < MOST_LEVELS;
        // Not moved out of where it was put: it is large, and there are millions.
        let mut scan = self.scanner.scan(input, start, tap);
        match &mut scan {
            Ok(scanned) if scanned.end - start > self.max_record => {
                self.giant(input, view);
                Ok(())
            }
            Ok(scanned) => {
                let end = scanned.end;
                self.sort(scanned, (start, end), input, view);
                self.scanner.reclaim(scanned);
                self.at = end;
                Ok(())
            }
            Err(Stop::Wrapper { at, key }) => {
                self.met_value();
                self.levels.push(Level::Wrapper);
                self.levels.push(Level::Array(*key));
                self.notes.wrapper(*key);
                self.gap = Gap::Open;
                self.at = *at;
                Ok(())
            }
            Err(stop) => self.broken(*stop, start, input, view, true),
        }
    }

    /// Decides what a sound object is.
    fn sort(&mut self, scanned: &mut Scanned<'_>, range: Range, input: &Input<'_>, view: View) {
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
                self.emit(&mut held, json, inner, input, view);
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
                Ok(mut scanned) if scanned.is_event() => {
                    self.notes.shape(shape);
                    let json = held.get(start, scanned.end);
                    self.emit(&mut scanned, json, token, input, view);
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
                        && let Ok(mut scanned) = self.scanner.scan(&held, inner.0, false)
                        && scanned.is_event()
                    {
                        self.notes.shape("eventbridge");
                        let json = held.get(inner.0, inner.1);
                        self.emit(&mut scanned, json, token, input, view);
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

    pub(super) fn emit(
        &mut self,
        scanned: &mut Scanned<'_>,
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
            self.sink.leaves(&scanned.record, &leaves, json);
        }
        let told = self.sink.record(&mut scanned.record, place, marks, json);
        self.stopped |= told == ControlFlow::Break(());
        if self.levels.is_empty() {
            // A line of its own is a fresh start.
            self.recovered = Marks::NONE;
        }
    }
}
