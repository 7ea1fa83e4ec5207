//! One whole screen as data: what `ui` draws, and all it knows.
//!
//! Columns and rows of text are already chosen for the panes they go to; `ui` adds style, cuts to
//! width and places the pieces.

use crate::base::printable::Printable;
use crate::base::span::Severity;
use crate::event::outcome::Outcome;
use crate::view::layout::{Panes, Size};

/// Everything on the screen at one moment.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    /// The terminal's size.
    pub size: Size,
    /// Where each pane goes.
    pub panes: Panes,
    /// The first line.
    pub context: ContextLine,
    /// Where the person came from, oldest first.
    pub crumbs: CrumbLine,
    /// The filter line.
    pub filter: FilterLine,
    /// The terms of the filter.
    pub chips: ChipsView,
    /// Events over time; absent when switched off or empty of room.
    pub histogram: Option<HistogramView>,
    /// Values with counts.
    pub facets: Option<FacetsView>,
    /// A principal or a resource in full.
    pub portrait: Option<PortraitView>,
    /// The event list.
    pub list: ListView,
    /// One event.
    pub detail: Option<DetailView>,
    /// The line above the last.
    pub status: StatusLine,
    /// Keys of the focused pane with a word each, most useful first.
    pub hints: Vec<(String, &'static str)>,
    /// What floats above the panes.
    pub overlay: Option<Overlay>,
    /// What a question that floats is asked over.
    pub below: Option<Overlay>,
}

/// The first line.
#[derive(Debug, Clone, Default)]
pub struct ContextLine {
    /// Screens by their digit: name, whether it is the current one, whether it is built.
    pub tabs: Vec<Tab>,
    /// The time zone of every time on the screen.
    pub zone: String,
    /// The key of the help with its word: `? help`; empty where it is not said.
    pub help: String,
}

/// A screen in the context line.
#[derive(Debug, Clone)]
pub struct Tab {
    /// The key that goes there.
    pub digit: char,
    /// Its name.
    pub name: &'static str,
    /// Whether it is the one shown.
    pub current: bool,
    /// Whether it can be gone to in this version.
    pub built: bool,
}

/// The breadcrumb line.
#[derive(Debug, Clone, Default)]
pub struct CrumbLine {
    /// Places, the current one last.
    pub crumbs: Vec<Crumb>,
    /// How many steps `[` can take.
    pub back: usize,
    /// How many steps `]` can take, and the name of the first.
    pub forward: Option<(usize, Printable)>,
}

/// One place in the breadcrumb line.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Its name: the filter, or the principal or resource it is about.
    pub label: Printable,
    /// Events in it, once known.
    pub count: Option<u64>,
    /// Whether more may have been read since they were counted.
    pub at_least: bool,
    /// Whether it is the one shown.
    pub current: bool,
}

/// The filter line.
#[derive(Debug, Clone, Default)]
pub struct FilterLine {
    /// The text being typed, or the filter in force.
    pub text: Printable,
    /// The caret's column in `text` while it is edited.
    pub caret: Option<usize>,
    /// Whether the text is right, unfinished or wrong.
    pub state: FilterState,
    /// Count and time of the result, or the word for the state: `412 match in 3 ms`.
    pub summary: String,
    /// What is wrong or unfinished, and the fix.
    pub diagnostic: Option<DiagnosticLine>,
    /// What could stand at the caret, best first.
    pub completions: Vec<CompletionLine>,
    /// The completion that `Tab` would take.
    pub chosen: usize,
}

/// The terms of the filter, one by one.
#[derive(Debug, Clone, Default)]
pub struct ChipsView {
    /// The terms in their order.
    pub chips: Vec<ChipView>,
    /// What is hidden whatever the filter says: `9,204 hidden: reads`; empty where nothing is.
    pub hidden: String,
    /// Whether the line has the focus.
    pub focused: bool,
}

/// A term of the filter.
#[derive(Debug, Clone, Default)]
pub struct ChipView {
    /// Its text.
    pub label: Printable,
    /// Whether it is in force.
    pub on: bool,
    /// Whether the focus is on it.
    pub focused: bool,
}

/// Whether the filter text can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FilterState {
    /// In force.
    #[default]
    Ok,
    /// In force, the answer still being worked out.
    Busy,
    /// More typing may complete it; the last valid filter is in force.
    Incomplete,
    /// Wrong; the last valid filter is in force.
    Wrong,
}

/// A message about the typed text.
#[derive(Debug, Clone)]
pub struct DiagnosticLine {
    /// Columns of the filter text it is about: first, and one past the last.
    pub columns: (usize, usize),
    /// How bad.
    pub severity: Severity,
    /// Reason and fix.
    pub message: Printable,
}

/// A completion.
#[derive(Debug, Clone)]
pub struct CompletionLine {
    /// What is inserted.
    pub label: Printable,
    /// Its meaning or its count.
    pub detail: Printable,
}

/// Events over time.
#[derive(Debug, Clone, Default)]
pub struct HistogramView {
    /// One column each, oldest first; exactly as many as the plot is wide.
    pub columns: Vec<HistogramColumn>,
    /// The largest sum of a column: what the top of the plot stands for.
    pub top: u64,
    /// Labels under the axis: column and text.
    pub labels: Vec<(usize, String)>,
    /// What one column stands for: `1 col = 30 s`.
    pub scale: String,
    /// The column of the focused event.
    pub cursor: Option<usize>,
    /// Whether the figures are of an older state of the load.
    pub stale: bool,
    /// Matching events without a usable time, which no column can hold.
    pub undated: u64,
    /// The columns being chosen with the mouse, first and last.
    pub brush: Option<(usize, usize)>,
}

/// What the evidence says of a cell of the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shade {
    /// It tells of it, be it that nothing happened.
    #[default]
    Told,
    /// Files that tell of it are not read.
    Unread,
    /// No file tells of it.
    Gap,
    /// It lies past the last column.
    Beyond,
}

/// One column of the histogram; the three do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistogramColumn {
    /// Calls that only look.
    pub reads: u64,
    /// Every other call that succeeded.
    pub writes: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Whether the evidence tells of it at all.
    pub shade: Shade,
}

/// Values of several fields, with counts.
#[derive(Debug, Clone, Default)]
pub struct FacetsView {
    /// Events the counts are over.
    pub total: u64,
    /// Lines from the first visible one.
    pub lines: Vec<FacetLine>,
    /// Whether the counts are of an older state of the load.
    pub stale: bool,
    /// Whether the pane has the focus.
    pub focused: bool,
}

/// A line of the facets.
#[derive(Debug, Clone)]
pub enum FacetLine {
    /// A field: its name and how many distinct values it has.
    Field {
        /// Its name in the filter language, and which of its values show.
        name: String,
        /// Distinct values among the hits.
        values: u64,
        /// Whether the focus is on it.
        focused: bool,
    },
    /// A value.
    Value {
        /// As shown; `(none)` where the field is absent.
        label: Printable,
        /// Events with it.
        count: u64,
        /// Of the facet's total, 0 to 1.
        share: f64,
        /// Whether the filter in force includes it by name.
        included: bool,
        /// Whether the focus is on it.
        focused: bool,
    },
    /// How many more values there are.
    More {
        /// Their number.
        values: u64,
        /// Whether the focus is on it.
        focused: bool,
    },
}

/// A principal or a resource in full.
#[derive(Debug, Clone, Default)]
pub struct PortraitView {
    /// Its name, large.
    pub title: Printable,
    /// Beside the title: kind, account.
    pub subtitle: Printable,
    /// Lines under the title: exact key, other names, totals, first and last seen.
    pub facts: Vec<Printable>,
    /// Cards of rows; the layout puts two side by side where there is room.
    pub sections: Vec<SectionView>,
    /// Whether the first card is what the screen is for: it then has the whole width, and most of
    /// the room where that is short.
    pub leads: bool,
    /// Whether the pane has the focus.
    pub focused: bool,
    /// Whether the figures are of an older state of the load.
    pub stale: bool,
}

/// A card of a portrait.
#[derive(Debug, Clone, Default)]
pub struct SectionView {
    /// Its title.
    pub title: String,
    /// Rows, best first; the pane shows as many as fit.
    pub rows: Vec<SectionRow>,
    /// Rows there are beyond those given.
    pub more: u64,
}

/// A row of a card.
#[derive(Debug, Clone, Default)]
pub struct SectionRow {
    /// What it is about.
    pub label: Printable,
    /// Activity over time, one figure a column, for a small graph; empty where it makes no sense.
    pub spark: Vec<u64>,
    /// Figures and times at the right.
    pub detail: Printable,
    /// How it is meant: plain, a write, a failure.
    pub tone: Tone,
    /// Whether the focus is on it.
    pub focused: bool,
}

/// What a piece of text means; `ui` chooses the style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Less important.
    Faint,
    /// A call that only looks.
    Read,
    /// A change.
    Write,
    /// A deletion.
    Delete,
    /// A sign-in or change of identity.
    Auth,
    /// A secret was read.
    Secret,
    /// A service acted.
    Service,
    /// Refused.
    Denied,
    /// Failed otherwise.
    Failed,
    /// A name: a principal.
    Principal,
    /// A resource.
    Resource,
    /// A JSON key.
    Key,
    /// A JSON string.
    Text,
    /// A JSON number.
    Number,
    /// `true`, `false`, `null`.
    Constant,
    /// Brackets and commas.
    Punctuation,
    /// Where a search matched.
    Match,
    /// A heading.
    Heading,
}

impl Tone {
    /// The tone of an outcome; a success has the tone given.
    pub const fn of(outcome: Outcome, otherwise: Self) -> Self {
        match outcome {
            Outcome::Ok => otherwise,
            Outcome::Denied => Self::Denied,
            Outcome::Throttled | Outcome::Failed => Self::Failed,
        }
    }
}

/// The event list.
#[derive(Debug, Clone, Default)]
pub struct ListView {
    /// Titles of the columns with their widths; the last takes what is left.
    pub headings: Vec<Heading>,
    /// Rows from the first visible one.
    pub rows: Vec<ListRow>,
    /// Events that match.
    pub total: u64,
    /// Events there are.
    pub of: u64,
    /// Place of the first visible row among the hits, from 0.
    pub top: u64,
    /// Place of the focused row among the hits, from 0.
    pub cursor: Option<u64>,
    /// The focused column.
    pub column: usize,
    /// Columns out of sight at the left and at the right.
    pub beside: (usize, usize),
    /// What it is sorted by, where no heading in sight says it.
    pub sort: Option<String>,
    /// Whether the pane has the focus.
    pub focused: bool,
    /// What to say in place of rows.
    pub empty: Option<Printable>,
    /// Events that arrived above the visible rows while the load goes on.
    pub newer_above: u64,
    /// The day of the first visible row, where the rows' times do not say it.
    pub day: Option<String>,
}

/// A column's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its title.
    pub title: String,
    /// Columns of cells it takes, without the space after it; 0 takes what is left.
    pub width: u16,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub enum ListRow {
    /// An event.
    Event(EventRow),
    /// A stretch of time in which nothing matched.
    Quiet {
        /// Its length, in few characters.
        label: String,
    },
    /// Another day begins, where the rows' times do not say it.
    Day {
        /// The day, and the length of a quiet stretch before it.
        label: String,
    },
    /// The line between dated and undated events.
    Undated,
}

/// An event's line.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Place of the event among the hits, from 0.
    pub at: usize,
    /// One text a heading.
    pub cells: Vec<Cell>,
    /// Whether the focus is on it.
    pub focused: bool,
    /// Marks after the row: `recovered`, `same id`, `×3` for a line of three events.
    pub marks: Vec<String>,
}

/// A text with a meaning.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// The text.
    pub text: Printable,
    /// What it means.
    pub tone: Tone,
}

/// One event in full.
#[derive(Debug, Clone, Default)]
pub struct DetailView {
    /// Names of the tabs.
    pub tabs: Vec<&'static str>,
    /// The tab shown.
    pub tab: usize,
    /// What stands right of the tabs: `6 of 412`.
    pub corner: String,
    /// Lines from the first visible one.
    pub lines: Vec<DetailLine>,
    /// Place of the first visible line, and how many there are.
    pub position: (usize, usize),
    /// The path of the focused leaf: `.requestParameters.name`.
    pub path: Printable,
    /// Whether the pane has the focus.
    pub focused: bool,
    /// What to say in place of lines: still reading, or why it could not be read.
    pub notice: Option<Printable>,
}

/// A line of the detail: pieces side by side.
#[derive(Debug, Clone, Default)]
pub struct DetailLine {
    /// Columns before the first piece.
    pub indent: usize,
    /// Whether it opens something that can be folded, and whether that is folded now.
    pub fold: Option<bool>,
    /// The pieces.
    pub pieces: Vec<Cell>,
    /// Whether the focus is on it.
    pub focused: bool,
}

/// The line above the last.
#[derive(Debug, Clone, Default)]
pub struct StatusLine {
    /// How far the load is: files, bytes, rate, events, time left. Empty parts are left out.
    pub parts: Vec<Cell>,
    /// Share of the load done, 0 to 1, while it goes on.
    pub progress: Option<f64>,
    /// What just happened, or why something did not.
    pub message: Option<Cell>,
}

/// What floats above the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Keys by group: title, then key and sentence.
    Help {
        /// What the keys are of.
        title: String,
        /// Groups of keys.
        groups: Vec<HelpGroup>,
        /// First visible line.
        top: usize,
    },
    /// Something to choose from: palette, resources of an event, what to copy.
    Picker(PickerView),
    /// Lines to read: problems of the load, events around one.
    Pages(PagesView),
    /// A question with one line to type.
    Prompt {
        /// What is asked.
        title: &'static str,
        /// What is typed.
        text: Printable,
        /// The caret's column in it.
        caret: usize,
        /// What came of it so far: `3 of 17`.
        summary: String,
    },
}

/// A group of the help.
#[derive(Debug, Clone)]
pub struct HelpGroup {
    /// Its title.
    pub title: &'static str,
    /// Key and sentence.
    pub keys: Vec<(String, String)>,
}

/// Something to choose from.
#[derive(Debug, Clone, Default)]
pub struct PickerView {
    /// What is chosen.
    pub title: Printable,
    /// What is typed to narrow it, with the caret's column; absent where nothing can be typed.
    pub input: Option<(Printable, usize)>,
    /// Entries from the first visible one.
    pub rows: Vec<PickerRow>,
    /// Entries that match, and entries there are.
    pub counts: (usize, usize),
}

/// An entry.
#[derive(Debug, Clone)]
pub struct PickerRow {
    /// The key that takes it at once: a digit, or a letter of the copy menu.
    pub key: String,
    /// What it is.
    pub label: Printable,
    /// Characters of `label` that were typed.
    pub matched: Vec<usize>,
    /// More about it.
    pub detail: Printable,
    /// Whether the focus is on it.
    pub focused: bool,
}

/// Lines to read, with one of them focused.
#[derive(Debug, Clone, Default)]
pub struct PagesView {
    /// What they are.
    pub title: Printable,
    /// Lines above them that do not scroll.
    pub head: Vec<PageRow>,
    /// Lines from the first visible one.
    pub rows: Vec<PageRow>,
    /// Place of the first visible line, and how many there are.
    pub position: (usize, usize),
    /// Keys and words at the foot.
    pub foot: String,
}

/// A line to read.
#[derive(Debug, Clone, Default)]
pub struct PageRow {
    /// Pieces side by side.
    pub pieces: Vec<Cell>,
    /// Whether the focus is on it.
    pub focused: bool,
}
