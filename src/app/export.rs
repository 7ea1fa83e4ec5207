//! Writing the view to a file: what is asked, and what of the view is written.

use std::sync::Arc;

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::state::{Focus, Overlay, Question, QuestionKind, State};
use crate::app::tables::{self, Table};
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
    /// What stands on the screen.
    Table(Arc<Table>),
}

impl What {
    /// Rows it has.
    pub fn rows(&self) -> usize {
        match self {
            Self::Events(events, _) => events.len(),
            Self::Counts(counts) => counts.values.len(),
            Self::Table(table) => table.rows.len(),
        }
    }
}

/// Asks for the file to write the view to.
pub fn open(state: &mut State) {
    match what(state) {
        Ok((name, _)) => ask(state, QuestionKind::Export, name, None),
        Err(why) => state.refuse(why),
    }
}

/// What would be written now, and what its file would be called.
fn what(state: &State) -> Result<(String, What), String> {
    let table = |table: Table| {
        if table.rows.is_empty() {
            return Err("there is nothing here to write".to_owned());
        }
        Ok((format!("{}.csv", table.name), What::Table(Arc::new(table))))
    };
    if let Some(found) = tables::of_overlay(state)? {
        return table(found);
    }
    if let Some(Overlay::Around(around)) = &state.overlay {
        let events = What::Events(around.events.clone().into(), columns(state));
        return Ok(("around.csv".to_owned(), events));
    }
    match state.focus {
        Focus::Detail => return table(tables::of_detail(state)?),
        Focus::Portrait => return table(tables::of_portrait(state)?),
        _ => {}
    }
    if state.answer.hits.is_empty() {
        return Err("nothing matches, so there is nothing to write".to_owned());
    }
    if state.answer.answered != state.answer.asked {
        let key = state.key(Command::Export);
        return Err(format!(
            "the events are not all found yet: wait, then press {key} again"
        ));
    }
    if let Some(facet) = facet(state) {
        let name = format!("{}.csv", facet.field.name());
        return Ok((name, What::Counts(facet.clone())));
    }
    let events = What::Events(Arc::clone(state.listed()), columns(state));
    Ok(("events.csv".to_owned(), events))
}

/// The columns events are written with: those that were chosen for the list, in its order, or the
/// usual ones.
fn columns(state: &State) -> Vec<Field> {
    let chosen = state.view.columns.iter();
    let chosen: Vec<Field> = chosen.filter_map(|c| c.column.field()).collect();
    if chosen.is_empty() {
        return crate::view::columns::DEFAULTS.to_vec();
    }
    chosen
}

/// Asks above what floats, which shows again after the answer.
fn ask(state: &mut State, kind: QuestionKind, text: String, fault: Option<String>) {
    state.under.extend(state.overlay.take());
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
pub fn write(state: &mut State, file: String, effects: &mut Vec<Effect>) {
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
    let what = match what(state) {
        Ok((_, what)) => what,
        Err(why) => return state.refuse(why),
    };
    let hidden = state.view.hidden;
    let mut head = Vec::new();
    if let What::Table(table) = &what {
        head.push(("of", table.title.clone()));
    }
    head.push(("filter", state.own_filter().to_string()));
    if !hidden.is_empty() {
        head.push(("hidden", hidden.words()));
    }
    head.push(("view", places::permalink(state)));
    state.say(format!("writing {file} …"));
    let export = Export {
        file,
        over: false,
        format,
        snapshot: Arc::clone(&state.snapshot),
        what,
        head,
        partial,
    };
    state.writing = Some(export.clone());
    effects.push(Effect::Export(Box::new(export)));
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
            if state.writing.as_ref().is_none_or(|w| w.file != file) {
                return state.refuse(format!("not written: {file} is there already"));
            }
            let fault = format!("{file} is there already: type yes to write over it");
            ask(state, QuestionKind::Overwrite, String::new(), Some(fault));
        }
        Outcome::Failed(why) => state.refuse(format!("not written: {why}")),
    }
}

/// Takes the answer whether to write over a file. What is written is what was asked for then,
/// whatever the screen shows by now.
pub fn overwrite(state: &mut State, answer: &str, effects: &mut Vec<Effect>) {
    let Some(export) = state.writing.clone() else {
        return;
    };
    let file = export.file.clone();
    if answer == "yes" {
        state.say(format!("writing {file} …"));
        effects.push(Effect::Export(Box::new(Export {
            over: true,
            ..export
        })));
    } else {
        state.say(format!("{file} stays as it is"));
    }
}
