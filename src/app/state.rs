//! Everything the screen depends on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;
use tui_input::Input;

use crate::app::action::Command;
use crate::app::chips::Hidden;
use crate::app::chord::Chord;
use crate::app::detail::Lines;
use crate::app::export::Export;
pub use crate::app::floats::{
    Around, Chain, ChainOf, Choice, Clock, CoverageMap, Entry, Overlay, People, Picker, PickerKind,
    Question, QuestionKind, Raw, Sort, Sources,
};
use crate::app::keymap::Scope;
use crate::app::keys::Keys;
use crate::app::places::Shelf;
use crate::app::pointing::Side;
use crate::app::update::AskKey;
use crate::base::ledger::{FileEntry, Ledger};
use crate::base::origin::FileId;
use crate::base::time::UtcMicros;
use crate::engine::protocol::{Compare, Compared, Fetched, Progress, RequestId, Searched};
use crate::index::schema::Field;
use crate::index::segment::EventId;
use crate::index::snapshot::{Hits, Snapshot};
use crate::pivot::coverage::{Cover, Coverage};
use crate::pivot::histogram::Histogram;
use crate::pivot::identity::Statement;
use crate::pivot::lineage::{Lineage, Wishes};
use crate::pivot::portrait::{Portrait, Subject};
use crate::pivot::sorted::{SortBy, Sorted};
use crate::pivot::tally::FieldTally;
use crate::query;
use crate::query::ast::Expr;
use crate::query::names::Names;
use crate::view::bursts::{Folding, Known};
use crate::view::headings::Chosen;
use crate::view::layout::{self, Panes, Shape, Size};

/// Fields of the facet pane, in order.
pub const FACETS: &[Field] = &[
    Field::Who,
    Field::What,
    Field::Svc,
    Field::Err,
    Field::Ip,
    Field::Region,
    Field::Acct,
];

/// Values a facet shows before it is opened, and after.
pub const FACET_VALUES: (usize, usize) = (5, 200);

/// How the values of facets are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetSort {
    /// Most events first.
    Count,
    /// By name.
    Name,
    /// Seen first, first; of the opened field, whose sightings are known.
    First,
}

/// What the screen depends on, all of it.
#[derive(Debug)]
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// The zone of every time on the screen.
    pub zone: Tz,
    /// The zone of this machine.
    pub local: Tz,
    /// Whether the list shows how long before the last event each was, not when.
    pub before_end: bool,
    /// What keys mean.
    pub keys: Arc<Keys>,
    /// Macros and lists of filters.
    pub names: Arc<Names>,
    /// The newest rows.
    pub snapshot: Arc<Snapshot>,
    /// How far the load is.
    pub progress: Progress,
    /// Files done so far, in the order of the walk.
    pub files: Vec<(FileId, Arc<FileEntry>)>,
    /// Which hours the evidence tells of so far.
    pub coverage: Coverage,
    /// Problems met so far: the place of the file in `files`, and of the problem in it.
    pub problems: Vec<(usize, usize)>,
    /// Hashes that were asked for, or why there is none.
    pub hashes: HashMap<FileId, Result<[u8; 32], String>>,
    /// The file whose hash is being worked out.
    pub hashing: Option<FileId>,
    /// Whether events are being counted by hour.
    pub holding: bool,
    /// Whether secrets show.
    pub reveal: bool,
    /// What was read, once the load has ended.
    pub ledger: Option<Arc<Ledger>>,
    /// Where the sessions of the rows come from.
    pub lineage: Arc<Lineage>,
    /// How many of its links are inferred.
    pub inferred: u64,
    /// Which links count, and what was said of identities.
    pub wishes: Wishes,
    /// What is about to be said of identities, once the reason is typed.
    pub pending: Option<Statement>,
    /// Fields of the facet pane, in order.
    pub facets: Vec<Field>,
    /// How the values of facets are sorted.
    pub facet_sort: FacetSort,
    /// What a person calls accounts, by their numbers.
    pub accounts: Arc<BTreeMap<String, String>>,
    /// Whether going somewhere takes every term of the filter along, not only those of time.
    pub carry_all: bool,
    /// Who is followed through every view.
    pub locked: Option<Locked>,
    /// The view shown.
    pub view: View,
    /// Views before it, oldest first.
    pub back: Vec<View>,
    /// Views after it, nearest last.
    pub forward: Vec<View>,
    /// Views that a new branch left behind, oldest first.
    pub left: Vec<View>,
    /// What was kept from earlier runs.
    pub shelf: Shelf,
    /// What was asked to be written last.
    pub writing: Option<Export>,
    /// What the engine said of the view.
    pub answer: Answer,
    /// The record shown in the detail.
    pub record: Option<(EventId, Arc<Fetched>)>,
    /// What the record was compared with.
    pub compared: Option<(EventId, Arc<Compared>)>,
    /// The lines of the detail.
    pub detail: Lines,
    /// What the newest question was about.
    pub(crate) asked: Option<AskKey>,
    /// The record asked for.
    pub fetching: Option<(RequestId, EventId)>,
    /// What it was asked to be compared with.
    pub comparing: Option<Compare>,
    /// Where bursts of the list begin, as far as it was asked.
    pub bursts: Known,
    /// The filter being typed.
    pub edit: Option<FilterEdit>,
    /// What floats above the panes.
    pub overlay: Option<Overlay>,
    /// What floats under that, the lowest first: closing one shows the next.
    pub under: Vec<Overlay>,
    /// What floated as the key was pressed that goes on from it.
    pub(crate) standing: Vec<Overlay>,
    /// Which panes are switched on, in every view alike.
    pub shape: Switches,
    /// The pane with the focus.
    pub focus: Focus,
    /// Text looked for with `f`, and whether in the detail.
    pub finding: Option<String>,
    /// What just happened, or why something did not.
    pub message: Option<Message>,
    /// Filters applied before, newest last.
    pub filters: Vec<String>,
    /// What was last done with `+ - =`.
    pub last_side: Option<Side>,
    /// The stretches of the histogram being chosen with the mouse: where it went down, where it is.
    pub brush: Option<(usize, usize)>,
    /// A file that is being mended.
    pub mending: Option<FileId>,
    /// What failed inside the program, and how often: it stays in sight.
    pub broken: Vec<(&'static str, u32)>,
    /// The first of two keys, once it was pressed.
    pub first_key: Option<Chord>,
    /// Whether the next `ctrl-c` quits.
    pub quitting: bool,
    /// Whether anything changed since the last frame.
    pub dirty: bool,
    /// The first visible hit when a key was last pressed: what is above it now and was not then
    /// has come in since.
    pub seen_top: usize,
    /// Whether the next hits are the first ones of another filter.
    pub(crate) new_place: bool,
    /// Lines to move by once they are there.
    pub(crate) then_move: isize,
    pub(crate) next_request: u64,
}

/// Which panes are switched on, in every view alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// The facets (`F2`).
    pub facets: bool,
    /// The histogram (`i`).
    pub histogram: bool,
    /// Detail right of the list, under it, or as fits (`F4`).
    pub detail_right: Option<bool>,
}

/// A line for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it says. May quote hostile text.
    pub text: String,
    /// Whether something could not be done.
    pub is_error: bool,
}

/// What one view is: everything `[` and `]` bring back.
#[derive(Debug, Clone)]
pub struct View {
    /// What the view is about.
    pub about: About,
    /// The filter's text; empty for everything.
    pub text: String,
    /// The filter.
    pub filter: Arc<Expr>,
    /// Terms of the filter that are switched off, with their places among all terms.
    pub off: Vec<(usize, Expr)>,
    /// The focused term.
    pub chip_at: usize,
    /// Kinds of events that are hidden.
    pub hidden: Hidden,
    /// The focused event; `None` until one was chosen: the first then.
    pub event: Option<EventId>,
    /// Whether the filter was read before everything was: what it counts from was not known yet.
    pub early: bool,
    /// The name of the event to focus, until it has been read.
    pub sought: Option<String>,
    /// The row that times between rows count from.
    pub reference: Option<EventId>,
    /// How the list is sorted.
    pub sort: SortBy,
    /// The columns of the list; the usual ones where none are chosen.
    pub columns: Vec<Chosen>,
    /// Which bursts of the list stand in one line.
    pub folding: Folding,
    /// Lines of the list above the focused one.
    pub offset: usize,
    /// The focused column of the list.
    pub column: usize,
    /// Events of the view when it was last answered.
    pub count: Option<u64>,
    /// Whether more was being read then.
    pub counted_early: bool,
    /// What is switched on.
    pub detail: bool,
    /// The detail pane's tab.
    pub tab: usize,
    /// The focused line of the detail and the first visible one.
    pub detail_at: (usize, usize),
    /// Paths folded in the detail.
    pub folded: HashSet<String>,
    /// The focused line of the facets.
    pub facet_at: usize,
    /// What values of the opened facet must hold to be shown; empty shows all.
    pub facet_search: String,
    /// Values that are marked.
    pub marked: Vec<(Field, Option<String>)>,
    /// The facet that is opened.
    pub facet_open: Option<Field>,
    /// The focused card and row of the portrait.
    pub portrait_at: (usize, usize),
    /// The event `detail_at` is a place in.
    pub detail_of: Option<EventId>,
    /// The pane that had the focus when the view was left.
    pub focus: Focus,
    /// What floated above it when it was left, the lowest first: people, sessions, events around
    /// one.
    pub over: Vec<Overlay>,
}

/// What a view is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Events of a filter.
    Timeline,
    /// A principal or a resource, with a label for people.
    Subject(Subject, String),
}

impl View {
    /// The first view: every event.
    pub fn root() -> Self {
        Self {
            about: About::Timeline,
            text: String::new(),
            filter: Arc::new(Expr::All),
            off: Vec::new(),
            chip_at: 0,
            hidden: Hidden::default(),
            event: None,
            early: false,
            reference: None,
            sought: None,
            sort: SortBy::TIME,
            columns: Vec::new(),
            folding: Folding::default(),
            offset: 0,
            column: 3,
            count: None,
            counted_early: false,
            detail: true,
            tab: 0,
            detail_at: (0, 0),
            folded: HashSet::new(),
            facet_at: 0,
            facet_search: String::new(),
            marked: Vec::new(),
            facet_open: None,
            portrait_at: (0, 0),
            detail_of: None,
            focus: Focus::List,
            over: Vec::new(),
        }
    }
}

/// What the engine said of a view so far.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The newest request.
    pub asked: RequestId,
    /// The request the hits are of.
    pub answered: RequestId,
    /// The events, by time.
    pub hits: Hits,
    /// The events in the order of the list, where that is another.
    pub sorted: Option<Sorted>,
    /// Events there would be if no kind were hidden; `None` while none is, or until it is known.
    pub without_toggles: Option<u64>,
    /// Where there are none: what there would be without each term.
    pub missed: Vec<String>,
    /// Milliseconds it took.
    pub took_ms: f64,
    /// What the newest request has searched, where `hits` are what it has found so far.
    pub searched: Option<Searched>,
    /// Counts.
    pub facets: Vec<FieldTally>,
    /// Whether the counts are of the newest hits.
    pub facets_fresh: bool,
    /// Events over time.
    pub histogram: Option<Histogram>,
    /// Whether the histogram is of the newest hits.
    pub histogram_fresh: bool,
    /// What the evidence says of each of its columns.
    pub cover: Vec<Cover>,
    /// A principal or resource.
    pub portrait: Option<Box<Portrait>>,
    /// Whether the portrait is of the newest hits.
    pub portrait_fresh: bool,
}

/// The filter being typed.
#[derive(Debug)]
pub struct FilterEdit {
    /// The text.
    pub input: Input,
    /// What it means so far.
    pub parsed: query::Parsed,
    /// What could stand at the caret.
    pub completions: Vec<query::complete::Completion>,
    /// The one `Tab` takes.
    pub chosen: usize,
    /// Where `Up` stands among the filters of before.
    pub recalled: Option<usize>,
    /// What `ctrl-r` looks for among the filters of before, and where the one it found stands.
    pub sought: Option<(String, usize)>,
}

/// The pane with the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    /// The event list.
    #[default]
    List,
    /// The facets.
    Facets,
    /// The terms of the filter.
    Chips,
    /// The histogram, while a stretch of it is chosen.
    Histogram,
    /// The detail.
    Detail,
    /// The portrait.
    Portrait,
}

/// A person who is followed through every view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The person's key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// The filter that keeps its events.
    pub filter: Expr,
}

impl State {
    /// The state before anything was read.
    pub fn new(size: Size, zone: Tz) -> Self {
        Self {
            size,
            zone,
            local: zone,
            before_end: false,
            keys: Arc::default(),
            names: Arc::new(Names::built_in()),
            snapshot: Arc::default(),
            progress: Progress {
                walking: true,
                ..Progress::default()
            },
            files: Vec::new(),
            coverage: Coverage::default(),
            problems: Vec::new(),
            hashes: HashMap::new(),
            hashing: None,
            holding: false,
            reveal: false,
            mending: None,
            ledger: None,
            lineage: Arc::default(),
            inferred: 0,
            accounts: Arc::default(),
            wishes: Wishes::default(),
            pending: None,
            facets: FACETS.to_vec(),
            facet_sort: FacetSort::Count,
            carry_all: false,
            locked: None,
            view: View::root(),
            back: Vec::new(),
            forward: Vec::new(),
            left: Vec::new(),
            writing: None,
            shelf: Shelf::default(),
            answer: Answer::default(),
            record: None,
            compared: None,
            detail: Lines::default(),
            asked: None,
            fetching: None,
            comparing: None,
            bursts: Known::default(),
            edit: None,
            overlay: None,
            under: Vec::new(),
            standing: Vec::new(),
            shape: Switches {
                facets: true,
                histogram: true,
                detail_right: None,
            },
            focus: Focus::List,
            finding: None,
            message: None,
            filters: Vec::new(),
            last_side: None,
            brush: None,
            broken: Vec::new(),
            first_key: None,
            quitting: false,
            dirty: true,
            seen_top: 0,
            new_place: false,
            then_move: 0,
            next_request: 0,
        }
    }

    /// The rectangles of the panes as things are switched on now.
    pub fn panes(&self) -> Panes {
        layout::panes(
            self.size,
            Shape {
                chips: crate::app::chips::have_a_line(self),
                facets: self.shape.facets,
                detail: self.view.detail,
                histogram: self.shape.histogram,
                portrait: self.view.about != About::Timeline,
                portrait_focused: self.focus == Focus::Portrait,
                events: self.answer.hits.order.len(),
                detail_right: self.shape.detail_right,
                detail_focused: self.focus == Focus::Detail,
                facets_focused: self.focus == Focus::Facets,
            },
        )
    }

    /// The same on a machine in this zone.
    #[must_use]
    pub fn with_local(self, local: Tz) -> Self {
        Self { local, ..self }
    }

    /// The same with other keys.
    #[must_use]
    pub fn with_keys(self, keys: Arc<Keys>) -> Self {
        Self { keys, ..self }
    }

    /// The same with names of accounts.
    #[must_use]
    pub fn with_accounts(self, accounts: Arc<BTreeMap<String, String>>) -> Self {
        Self { accounts, ..self }
    }

    /// The same with wishes about lineage.
    #[must_use]
    pub fn with_wishes(mut self, wishes: Wishes) -> Self {
        self.wishes = wishes;
        self
    }

    /// The same with macros and lists of a person's own.
    #[must_use]
    pub fn with_names(self, names: Arc<Names>) -> Self {
        Self { names, ..self }
    }

    /// What words of a filter stand for: relative times count from the last event on files.
    pub fn query_context(&self, typing: Option<usize>) -> query::Context {
        let evidence = self.snapshot.span();
        query::Context {
            now: evidence.map_or(UtcMicros(0), |(_, last)| last),
            evidence,
            zone: self.zone,
            cursor: self.view.event.and_then(|id| self.snapshot.time(id)),
            typing,
            names: Arc::clone(&self.names),
        }
    }

    /// The place of the focused event in the list; the nearest in time where it is not there.
    pub fn cursor(&self) -> Option<usize> {
        let hits = &self.answer.hits;
        if hits.is_empty() {
            return None;
        }
        let at = match self.view.event {
            None => 0,
            Some(event) => self.place_of(event).unwrap_or_else(|at| at),
        };
        Some(at.min(hits.len() - 1))
    }

    /// The events in the order of the list.
    pub fn listed(&self) -> &Arc<[EventId]> {
        let sorted = self.answer.sorted.as_ref();
        sorted.map_or(&self.answer.hits.order, |sorted| &sorted.order)
    }

    /// Whether the list is in the order of time, up or down.
    pub fn is_by_time(&self) -> bool {
        let sorted = self.answer.sorted.as_ref();
        sorted.is_none_or(|sorted| sorted.by.field == Field::Time)
    }

    /// The place of an event in the list.
    ///
    /// # Errors
    /// The place of the event nearest to it in time, where it is not among them.
    pub fn place_of(&self, event: EventId) -> Result<usize, usize> {
        let at = self.answer.hits.position(&self.snapshot, event);
        let Some(sorted) = &self.answer.sorted else {
            return at;
        };
        let last = sorted.places.len().saturating_sub(1);
        let place = |at: usize| sorted.places.get(at.min(last)).map_or(0, |p| *p as usize);
        at.map(place).map_err(place)
    }

    /// The focused event. Until the view's own hits are there it is the one the view was left
    /// on: a key pressed early must not act on the nearest event of another view.
    pub fn focused_event(&self) -> Option<EventId> {
        if self.answer.answered != self.answer.asked && self.view.event.is_some() {
            return self.view.event;
        }
        self.cursor().and_then(|at| self.listed().get(at).copied())
    }

    /// The filter in force: the one being typed where it can be used, else the view's.
    pub fn effective_filter(&self) -> Arc<Expr> {
        let typed = self.edit.as_ref().and_then(|edit| edit.parsed.so_far());
        self.in_force(typed, self.view.hidden)
    }

    /// The view's own filter in force, whatever is being typed.
    pub fn own_filter(&self) -> Arc<Expr> {
        self.in_force(None, self.view.hidden)
    }

    /// The filter in force as it would be if no kind of events were hidden; `None` where none is.
    pub fn unhidden_filter(&self) -> Option<Arc<Expr>> {
        let typed = self.edit.as_ref().and_then(|edit| edit.parsed.so_far());
        (!self.view.hidden.is_empty()).then(|| self.in_force(typed, Hidden::default()))
    }

    fn in_force(&self, typed: Option<&Expr>, hidden: Hidden) -> Arc<Expr> {
        let locked = self.locked.as_ref().map(|l| l.filter.clone());
        let hiding = hidden.filter(&self.names);
        if locked.is_none() && hiding.is_none() && typed.is_none() {
            return Arc::clone(&self.view.filter);
        }
        let filter = typed.unwrap_or(&self.view.filter).clone();
        let parts = [locked, Some(filter), hiding];
        Arc::new(Expr::all_of(parts.into_iter().flatten().collect()))
    }

    /// The key of a command of the panes, as a word for a sentence.
    pub fn key(&self, command: Command) -> String {
        self.keys.word(Scope::Global, command)
    }

    /// Says something to the person.
    pub fn say(&mut self, text: impl Into<String>) {
        self.message = Some(Message {
            text: text.into(),
            is_error: false,
        });
    }

    /// What floats, or what the question that floats is asked over.
    pub fn afloat(&self) -> Option<&Overlay> {
        match &self.overlay {
            Some(Overlay::Question(_)) => self.under.last(),
            floats => floats.as_ref(),
        }
    }

    /// Says why something was not done.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.message = Some(Message {
            text: text.into(),
            is_error: true,
        });
    }

    pub(crate) fn new_request(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }
}
