//! What can float above the panes, and what each keeps.

use std::collections::HashSet;
use std::sync::Arc;

use chrono_tz::Tz;
use tui_input::Input;

use crate::app::action::Command;
use crate::app::chips::Kind;
use crate::app::keymap::Scope;
use crate::app::state::View;
use crate::base::time::UtcMicros;
use crate::engine::protocol::Excerpt;
use crate::index::schema::Field;
use crate::index::segment::EventId;
use crate::index::symbols::Sym;
use crate::pivot::held::Held;
use crate::pivot::person::PersonLine;
use crate::pivot::tree::{Row, What};
use crate::view::headings::ListColumn;

/// What floats above the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Keys; the first visible line.
    Help(usize),
    /// Something to choose from.
    Picker(Picker),
    /// What could not be read, of one file (by its place among the files) or of all: the focused
    /// line.
    Problems(Option<usize>, usize),
    /// Every file.
    Sources(Sources),
    /// Which hours of which account and region the evidence tells of.
    Coverage(CoverageMap),
    /// Everyone among the events.
    People(People),
    /// Where sessions come from.
    Chain(Chain),
    /// The text of a file.
    Raw(Raw),
    /// Events around one.
    Around(Around),
    /// Text to look for.
    Find(Input),
    /// A question with a line to answer it.
    Question(Question),
}

impl Overlay {
    /// Whether it is a place of its own, which going back comes back to.
    pub const fn is_place(&self) -> bool {
        matches!(
            self,
            Self::People(_)
                | Self::Chain(_)
                | Self::Around(_)
                | Self::Sources(_)
                | Self::Coverage(_)
        )
    }
}

/// A question with a line to answer it.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is asked.
    pub kind: QuestionKind,
    /// What is typed.
    pub input: Input,
    /// Why the last answer was none.
    pub fault: Option<String>,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionKind {
    /// The name to save the view under.
    SaveView,
    /// The file to write the view to.
    Export,
    /// The text that values of a facet must hold.
    FacetSearch,
    /// Whether to write over the file that is there.
    Overwrite,
    /// Why identities are joined or parted.
    Reason,
}

/// Everyone among the events of the filter.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// The people; `None` until they are counted.
    pub lines: Option<Vec<PersonLine>>,
    /// The focused one.
    pub at: usize,
    /// Key and label of the one that another is to be joined with.
    pub marked: Option<(String, String)>,
}

/// Which hours of which account and region the evidence tells of.
#[derive(Debug, Clone, Default)]
pub struct CoverageMap {
    /// Events by account, region and hour; `None` until they are counted.
    pub held: Option<Arc<Held>>,
    /// The focused account and region, among all.
    pub row: usize,
    /// The focused hour, counted from 1970; `None` for the last.
    pub hour: Option<i64>,
    /// How much time a cell stands for, among the lengths there are; `None` while all is in sight.
    pub step: Option<usize>,
}

/// Where sessions come from, as a tree.
#[derive(Debug, Clone)]
pub struct Chain {
    /// What the tree is of.
    pub of: ChainOf,
    /// Its rows, those below folded ones too.
    pub rows: Vec<Row>,
    /// The focused one, among the visible.
    pub at: usize,
    /// Rows that are folded, by what they are.
    pub folded: HashSet<What>,
    /// Whether inferred links are left out.
    pub sure_only: bool,
    /// Whether the time takes most of the room.
    pub gantt: bool,
}

/// What a tree of sessions is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainOf {
    /// A person, by key.
    Person(String),
    /// A session.
    Session(Sym),
}
/// Every file that was read.
#[derive(Debug, Clone)]
pub struct Sources {
    /// What is typed to narrow it.
    pub input: Input,
    /// Whether it is typed now.
    pub typing: bool,
    /// How it is sorted.
    pub sort: Sort,
    /// Places of the files that answer, in order.
    pub order: Vec<usize>,
    /// The focused one.
    pub at: usize,
}

/// How the files are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`name` says what each is")]
pub enum Sort {
    Walk,
    Problems,
    Events,
    Bytes,
    Name,
}

impl Sort {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "as read",
            Self::Problems => "problems",
            Self::Events => "events",
            Self::Bytes => "bytes",
            Self::Name => "name",
        }
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Walk => Self::Problems,
            Self::Problems => Self::Events,
            Self::Events => Self::Bytes,
            Self::Bytes => Self::Name,
            Self::Name => Self::Walk,
        }
    }
}

/// The text of a file around a place of it.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The file, by its place among the files.
    pub file: usize,
    /// The problem it is about, by its place among all.
    pub problem: Option<usize>,
    /// The first visible line; `None` until one was chosen: the place is then in sight.
    pub top: Option<usize>,
    /// The text, once it was read.
    pub excerpt: Option<Arc<Excerpt>>,
}

/// Something to choose from.
#[derive(Debug, Clone)]
pub struct Picker {
    /// What it is for.
    pub kind: PickerKind,
    /// What is typed to narrow it.
    pub input: Input,
    /// Every entry.
    pub entries: Vec<Entry>,
    /// The focused one among those that match.
    pub at: usize,
}

/// What a picker is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickerKind {
    /// Actions by name.
    Palette,
    /// Resources of an event.
    Resources,
    /// Things to copy.
    Copy,
    /// Kinds of events to hide.
    Toggles,
    /// Saved views and those left behind.
    Views,
    /// The places of the walk.
    Walk,
    /// Stretches of time.
    Times,
    /// Ways to show moments.
    Clock,
    /// Fields to count.
    Fields,
    /// What the list is sorted by.
    Sort,
    /// The columns of the list.
    Columns,
}

/// How moments of the list are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// In a zone.
    In(Tz),
    /// How long before the last event.
    BeforeEnd,
}

impl PickerKind {
    /// Whether typing narrows it.
    pub const fn is_typed(self) -> bool {
        matches!(
            self,
            Self::Palette
                | Self::Views
                | Self::Times
                | Self::Clock
                | Self::Fields
                | Self::Sort
                | Self::Columns
        )
    }
}

/// An entry of a picker.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key that takes it at once.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// More about it.
    pub detail: String,
    /// What taking it does.
    pub choice: Choice,
}

/// What taking an entry does.
#[derive(Debug, Clone)]
pub enum Choice {
    /// An action of a scope.
    Run(Scope, Command),
    /// Type a term of a field.
    Term(Field),
    /// Hide a kind of events or show it again; `None` shows all.
    Hide(Option<Kind>),
    /// Have going somewhere take every term along, or only those of time.
    CarryAll,
    /// Let inferred links say who is behind an event, or not.
    Inferred,
    /// To the view of a link.
    Link(String),
    /// To a view left behind.
    View(Box<View>),
    /// To a place of the walk.
    Walk(usize),
    /// To where these paths were left.
    Resume,
    /// Filter to a stretch of time; `None` drops what the filter says of time.
    Time(Option<(UtcMicros, UtcMicros)>),
    /// Count the values of a field, or stop.
    Field(Field),
    /// Sort the list by a field; the other way round where it is sorted by it already.
    Sort(Field),
    /// Take a column in, or out.
    Column(ListColumn),
    /// Back to the usual columns.
    UsualColumns,
    /// Type a range.
    TypeTime,
    /// Show moments in another way.
    Clock(Clock),
    /// To a resource's view.
    Resource(String),
    /// Put on the clipboard, with a word for what it is.
    Copy(&'static str, String),
}

/// Events around one.
#[derive(Debug, Clone)]
pub struct Around {
    /// The event.
    pub anchor: EventId,
    /// Microseconds to either side.
    pub reach: i64,
    /// Whether it is what everyone did, not only the anchor's principal.
    pub everyone: bool,
    /// The events, in time order.
    pub events: Vec<EventId>,
    /// The focused one.
    pub at: usize,
}
