//! Writing the view to a file: what is asked, and what of the view is written.

use std::sync::Arc;

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::state::{Focus, Overlay, Question, QuestionKind, State};
use crate::app::{facets, places};
use crate::index::schema::Field;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::tally::FieldTally;

/// How an export is written, by the end of the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.jsonl`: one object a line, every value exact.
    Jsonl,
    /// `.csv`
    Csv,
    /// `.md`: a document with a table.
    Markdown,
}

impl Format {
    /// The format a file's name asks for.
    pub fn of(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "md" | "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// What is written.
#[derive(Debug, Clone)]
pub struct Export {
    /// The file.
    pub file: String,
    /// Whether a file of that name may be written over.
    pub over: bool,
    /// How.
    pub format: Format,
    /// The rows' snapshot.
    pub snapshot: Arc<Snapshot>,
    /// What.
    pub what: What,
    /// The filter in force, what it hides, and the link of the view: for the head of a document.
    pub head: Vec<(&'static str, String)>,
    /// Why not everything is in it, where that is so.
    pub partial: Option<String>,
}

/// What of the view is written.
#[derive(Debug, Clone)]
pub enum What {
    /// The events, with these columns.
    Events(Arc<[EventId]>, Vec<Field>),
    /// Values with their counts.
    Counts(FieldTally),
}

impl What {
    /// Rows it has.
    pub fn rows(&self) -> usize {
        match self {
            Self::Events(events, _) => events.len(),
            Self::Counts(counts) => counts.values.len(),
        }
    }
}

/// Asks for the file to write the view to.
pub fn open(state: &mut State) {
    if state.answer.hits.is_empty() {
        return state.refuse("nothing matches, so there is nothing to write");
    }
    if state.answer.answered != state.answer.asked {
        let key = state.key(Command::Export);
        return state.refuse(format!(
            "the events are not all found yet: wait, then press {key} again"
        ));
    }
    let name = match facet(state) {
        Some(facet) => format!("{}.csv", facet.field.name()),
        None => "events.csv".to_owned(),
    };
    ask(state, QuestionKind::Export, name, None);
}

fn ask(state: &mut State, kind: QuestionKind, text: String, fault: Option<String>) {
    state.overlay = Some(Overlay::Question(Question {
        kind,
        input: Input::new(text),
        fault,
    }));
}

/// The field whose values the focus is among.
fn facet(state: &State) -> Option<&FieldTally> {
    if state.focus != Focus::Facets {
        return None;
    }
    let field = facets::focused(state)?.field();
    state.answer.facets.iter().find(|f| f.field == field)
}

/// Writes the view to a file that was named.
pub fn write(state: &mut State, file: String, over: bool, effects: &mut Vec<Effect>) {
    let Some(format) = Format::of(&file) else {
        let fault = "the name's end says the format: .csv, .jsonl or .md".to_owned();
        return ask(state, QuestionKind::Export, file, Some(fault));
    };
    let progress = &state.progress;
    let partial = if progress.stopped {
        Some("the load was stopped: only what was read until then is here".to_owned())
    } else if !progress.done {
        Some("the load was going on: events may be missing".to_owned())
    } else if progress.set_aside > 0 || progress.files_with_problems > 0 {
        Some(format!(
            "{} records set aside, {} files not read whole: see `check`",
            progress.set_aside, progress.files_with_problems
        ))
    } else {
        None
    };
    let what = match facet(state) {
        Some(facet) => What::Counts(facet.clone()),
        None => What::Events(
            Arc::clone(state.listed()),
            crate::view::columns::DEFAULTS.to_vec(),
        ),
    };
    let hidden = state.view.hidden;
    let mut head = vec![("filter", state.own_filter().to_string())];
    if !hidden.is_empty() {
        head.push(("hidden", hidden.words()));
    }
    head.push(("view", places::permalink(state)));
    state.say(format!("writing {file} …"));
    effects.push(Effect::Export(Box::new(Export {
        file,
        over,
        format,
        snapshot: Arc::clone(&state.snapshot),
        what,
        head,
        partial,
    })));
}

/// What came of an export: rows written, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// So many rows are in the file.
    Written(u64, String),
    /// There is such a file already.
    Exists(String),
    /// It could not be written.
    Failed(String),
}

/// Tells what came of an export; a file that is there already is asked about.
pub fn hear(state: &mut State, outcome: Outcome) {
    match outcome {
        Outcome::Written(rows, file) => {
            let rows = crate::base::text::counted(rows, "row");
            state.say(format!("{rows} written to {file}, secrets replaced"));
        }
        Outcome::Exists(file) => {
            state.over = Some(file.clone());
            let fault = format!("{file} is there already: type yes to write over it");
            ask(state, QuestionKind::Overwrite, String::new(), Some(fault));
        }
        Outcome::Failed(why) => state.refuse(format!("not written: {why}")),
    }
}

/// Takes the answer whether to write over a file.
pub fn overwrite(state: &mut State, answer: &str, effects: &mut Vec<Effect>) {
    let Some(file) = state.over.take() else {
        return;
    };
    if answer == "yes" {
        write(state, file, true, effects);
    } else {
        state.say(format!("{file} stays as it is"));
    }
}
