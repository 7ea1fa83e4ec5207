//! What cannot be read to its end: mended, set aside, or gone past.

use crate::base::ledger::ProblemClass;
use crate::decode::fields::Slot;
use crate::decode::lex::Stop;
use crate::decode::mapped;
use crate::decode::marks::Marks;
use crate::decode::mend;
use crate::decode::mend::Mended;
use crate::decode::recover;
use crate::decode::recover::Found;
use crate::decode::recover::Verdict;
use crate::decode::scan;
use crate::decode::scanned::Input;
use crate::decode::shape::From;
use crate::decode::shape::Gap;
use crate::decode::shape::Level;
use crate::decode::shape::Need;
use crate::decode::shape::Skip;
use crate::decode::shape::Step;
use crate::decode::shape::View;
use crate::decode::shape::Walk;
use crate::event::json::Node;

impl Walk<'_> {
    /// A value that could not be read to its end.
    pub(super) fn broken(
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
                self.emit(&mut scanned, held.bytes, range, input, view);
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
    pub(super) fn giant(&mut self, input: &Input<'_>, view: View) {
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

    pub(super) fn go_past(&mut self, mut skip: Skip, input: &Input<'_>, view: View) -> Step {
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
}
