//! What a walk has to say of its file: counts, problems, and the shape it turned out to have.
//!
//! Problems are listed up to a number a class and a file, and counted beyond: a file of four million
//! faults must not fill the memory with words about them.

use crate::base::ledger::Problem;
use crate::base::ledger::ProblemClass;
use crate::decode::fields::Slot;
use crate::decode::marks::Marks;
use crate::decode::scanned::Input;
use crate::decode::scanned::Scanned;
use crate::decode::shape::View;
use crate::decode::window::Lines;
use crate::event::secret;

const MOST: usize = 1000;
const MOST_OF_A_CLASS: u32 = 100;

/// Counts and problems of one file.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Records met.
    pub(crate) found: u64,
    /// Of these, not readable.
    pub(crate) set_aside: u64,
    /// Of those set aside: have one obvious cure.
    pub(crate) mendable: u64,
    /// Values that are no events.
    pub(crate) not_events: u64,
    /// Values of any kind.
    pub(crate) values: u64,
    /// Records that stand by themselves.
    pub(crate) top_values: u64,
    /// The problems, in order.
    pub(crate) problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub(crate) more: u64,
    /// Why the file as a whole was refused.
    pub(crate) refused: Option<ProblemClass>,
    /// Where lines stand.
    pub(crate) lines: Lines,
    /// What the text is, where it is none.
    pub(crate) binary: Option<&'static str>,
    shape: Option<&'static str>,
    stranger: Option<&'static str>,
    wrapped: bool,
    cut: bool,
    first_stray: Option<usize>,
    listed: [u32; ProblemClass::ALL.len()],
}

impl Notes {
    /// Lists a problem at a byte of the text in memory.
    pub(crate) fn say(
        &mut self,
        class: ProblemClass,
        input: &Input<'_>,
        view: View,
        at: usize,
        detail: &str,
    ) {
        let Some(listed) = self.listed.get_mut(class as usize) else {
            return;
        };
        *listed += 1;
        if *listed > MOST_OF_A_CLASS || self.problems.len() >= MOST {
            self.more += 1;
            return;
        }
        let byte = view.base + at as u64;
        let at = Some(self.lines.find(input.bytes, view.base, byte));
        self.problems.push(Problem {
            class,
            at,
            detail: detail.to_owned(),
        });
    }

    /// Lists a problem unless one of its class is listed already.
    pub(crate) fn say_once(
        &mut self,
        class: ProblemClass,
        input: &Input<'_>,
        view: View,
        at: usize,
        detail: &str,
    ) {
        if self.listed.get(class as usize) == Some(&0) {
            self.say(class, input, view, at, detail);
        }
    }

    /// Notes text that is no JSON; where it is all there is, the file is refused for it.
    pub(crate) fn stray(&mut self, input: &Input<'_>, view: View, at: usize, what: &str) {
        if self.first_stray.is_none() {
            self.first_stray = Some(self.problems.len());
        }
        self.say(ProblemClass::SyntaxError, input, view, at, what);
    }

    /// Whether there was text that is no JSON.
    pub(crate) fn met_stray(&self) -> bool {
        self.first_stray.is_some()
    }

    /// Notes what was odd about a value that was read.
    pub(crate) fn soft(&mut self, scanned: &Scanned<'_>, input: &Input<'_>, view: View, at: usize) {
        if scanned.marks.is_empty() {
            return;
        }
        let is_event = scanned.is_event();
        for (mark, class, detail) in Marks::PROBLEMS {
            if !scanned.marks.has(mark) {
                continue;
            }
            let of_events = matches!(
                class,
                ProblemClass::TimeInvalid
                    | ProblemClass::TimeSuspicious
                    | ProblemClass::MissingField
            );
            // Insight and foreign values have no such fields to miss.
            if of_events && !is_event {
                continue;
            }
            match scanned
                .odd_field
                .filter(|_| class == ProblemClass::WrongType)
            {
                Some(field) => {
                    let detail = format!("{field} holds another type");
                    self.say(class, input, view, at, &detail);
                }
                None => self.say(class, input, view, at, detail),
            }
        }
    }

    /// Notes the secrets of a record.
    pub(crate) fn secrets(&mut self, record: &[u8], input: &Input<'_>, view: View, at: usize) {
        let secrets = secret::find(record);
        let Some(first) = secrets.first() else { return };
        let (field, kind) = (&first.field, first.kind.name());
        let detail = match secrets.len() {
            1 => format!("{field} holds a secret ({kind})"),
            n => format!("{field} and {} more hold secrets ({kind})", n - 1),
        };
        self.say(ProblemClass::Secret, input, view, at, &detail);
    }

    /// Counts a value that is no event.
    pub(crate) fn not_event(&mut self, input: &Input<'_>, view: View, at: usize, what: &str) {
        self.not_events += 1;
        self.say(ProblemClass::NotCloudtrail, input, view, at, what);
    }

    /// Counts a record that could not be read.
    pub(crate) fn set_aside(&mut self) {
        self.found += 1;
        self.set_aside += 1;
    }

    /// Notes that a limit ended the text.
    pub(crate) fn cut(&mut self, input: &Input<'_>, view: View, at: usize) {
        if !self.cut {
            self.cut = true;
            self.say(
                ProblemClass::SizeLimit,
                input,
                view,
                at,
                "inflates to more than the limit; the rest was not read",
            );
        }
    }

    /// The shape of a record; the first one counts.
    pub(crate) fn shape(&mut self, shape: &'static str) {
        self.shape.get_or_insert(shape);
    }

    /// The file holds an array of records.
    pub(crate) fn wrapper(&mut self, key: Slot) {
        self.wrapped |= key == Slot::Records;
        self.shape(match key {
            Slot::Records => "records",
            Slot::Events => "lookup-events",
            _ => "cloudwatch",
        });
    }

    /// The file holds a header, and rows of records if any.
    pub(crate) fn wrapper_of_rows(&mut self) {
        self.wrapped = true;
        self.values += 1;
    }

    /// What a value that is no event is; the first one names a file that holds no events.
    pub(crate) fn stranger(&mut self, shape: &'static str) {
        if !shape.is_empty() {
            self.stranger.get_or_insert(shape);
        }
    }

    /// The name of the shape.
    pub(crate) fn shape_name(&self) -> &'static str {
        let shape = match (self.found, self.stranger) {
            (0, Some(stranger)) => Some(stranger),
            _ => self.shape,
        };
        match shape {
            Some("single") if self.top_values > 1 => "lines",
            Some(shape) => shape,
            None => "",
        }
    }

    /// The text has ended; `text` says whether there was any.
    pub(crate) fn finish(&mut self, text: bool) {
        if self.cut && self.found == 0 {
            self.refused = Some(ProblemClass::SizeLimit);
        } else if !text {
            self.refused = Some(ProblemClass::Empty);
            self.whole(ProblemClass::Empty, "holds nothing");
        } else if self.values == 0 {
            self.refused = Some(ProblemClass::NotJson);
            // The strays are all there is: one sentence for the file says it better.
            match self.first_stray.and_then(|at| self.problems.get_mut(at)) {
                Some(problem) => {
                    problem.class = ProblemClass::NotJson;
                    self.binary
                        .unwrap_or("holds no JSON")
                        .clone_into(&mut problem.detail);
                    self.more = 0;
                    self.problems
                        .retain(|p| p.class != ProblemClass::SyntaxError);
                }
                None => self.whole(ProblemClass::NotJson, "holds no JSON"),
            }
        } else if self.found == 0 && !self.wrapped {
            self.refused = Some(ProblemClass::NotCloudtrail);
            if self.problems.is_empty() {
                self.whole(ProblemClass::Empty, "holds no records");
            }
        } else if self.found == 0 && self.not_events > 0 {
            self.refused = Some(ProblemClass::NotCloudtrail);
        }
    }

    fn whole(&mut self, class: ProblemClass, detail: &str) {
        self.problems.push(Problem {
            class,
            at: None,
            detail: detail.to_owned(),
        });
    }
}
