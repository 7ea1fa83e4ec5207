//! The one place where state changes: no I/O, no clock, no channel.
//!
//! Keys become commands through the key table; each command is a few lines here or a function of
//! the file that owns its matter. Whatever happened, [`update`] ends by asking the engine for what
//! the state now shows and does not have.

use std::sync::Arc;

use crate::app::action::{Action, Command, Effect};
use crate::app::chord::Chord;
use crate::app::keymap::Scope;
use crate::app::state::{About, Focus, Overlay, State};
use crate::app::{
    arranging, chain, chips, covering, detail, export, facets, filtering, listing, merging, mouse,
    moves, overlays, palette, people, pivots, places, plot, pointing, sources, times,
};
use crate::base::ledger::FileEntry;
use crate::base::text::counted;
use crate::engine::protocol::{Ask, Fetch, Reply, Request};
use crate::index::schema::Field;
use crate::index::snapshot::Generation;
use crate::pivot::portrait::Subject;
use crate::pivot::sorted::SortBy;
use crate::query::ast::Expr;
use crate::view::layout;

/// What an [`Ask`] was asked for; a different one asks anew.
#[derive(Debug, Clone, PartialEq)]
pub struct AskKey {
    filter: std::sync::Arc<Expr>,
    sort: SortBy,
    generation: Generation,
    subject: Option<Subject>,
    columns: usize,
    facets: Vec<Field>,
    open: Option<Field>,
    people: bool,
}

impl AskKey {
    /// The filter that was asked for.
    pub(crate) fn filter(&self) -> &Expr {
        &self.filter
    }
}

/// Whether the hits at hand are those of the view, not of a filter being typed or a view left.
pub fn shows_its_own_hits(state: &State) -> bool {
    let subject = match &state.view.about {
        About::Timeline => None,
        About::Subject(subject, _) => Some(subject),
    };
    state.answer.answered == state.answer.asked
        && state.asked.as_ref().is_some_and(|asked| {
            asked.filter == state.own_filter() && asked.subject.as_ref() == subject
        })
}

/// Changes the state by what happened; gives what it now wants done outside.
pub fn update(state: &mut State, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    state.dirty = true;
    let by_person = !matches!(action, Action::Reply(_) | Action::Say(_));
    match action {
        Action::Press(chord) => press(state, chord, &mut effects),
        Action::Paste(text) => overlays::paste(state, &text),
        Action::Mouse(m) => mouse::mouse(state, m, &mut effects),
        Action::Resize(size) => state.size = size,
        Action::Reply(reply) => hear(state, reply, &mut effects),
        Action::Filter(text) => filtering::given(state, text),
        Action::Say(text) => state.say(text),
        Action::Shelf(shelf) => state.shelf = shelf,
        Action::Exported(outcome) => export::hear(state, outcome),
        Action::Edited(outcome) => filtering::from_outside(state, outcome),
        Action::Open(link) => places::open_link(state, &link),
        Action::Resume => places::resume(state),
        Action::Resumed => effects.push(Effect::Redraw),
    }
    state.standing.clear();
    settle_focus(state);
    if by_person {
        state.seen_top = listing::list_top(state);
    }
    ask_for_what_is_missing(state, &mut effects);
    sources::ask_for_hashes(state, &mut effects);
    covering::ask(state, &mut effects);
    effects
}

/// The scope keys belong to now.
pub fn scope(state: &State) -> Scope {
    scope_of(state, state.overlay.as_ref())
}

/// The scope keys belong to where this floats above the panes.
pub fn scope_of(state: &State, overlay: Option<&Overlay>) -> Scope {
    match (overlay, &state.edit, state.focus) {
        (Some(Overlay::Help(_) | Overlay::Problems(..) | Overlay::Raw(_)), _, _) => Scope::Pages,
        (Some(Overlay::Sources(list)), _, _) if list.typing => Scope::Prompt,
        (Some(Overlay::Sources(_)), _, _) => Scope::Sources,
        (Some(Overlay::Coverage(_)), _, _) => Scope::Coverage,
        (Some(Overlay::People(_)), _, _) => Scope::People,
        (Some(Overlay::Chain(_)), _, _) => Scope::Chain,
        (Some(Overlay::Picker(_)), _, _) => Scope::Picker,
        (Some(Overlay::Around(_)), _, _) => Scope::Context,
        (Some(Overlay::Find(_) | Overlay::Question(_)), _, _) => Scope::Prompt,
        (None, Some(_), _) => Scope::Filter,
        (None, None, Focus::List) => Scope::List,
        (None, None, Focus::Facets) => Scope::Facets,
        (None, None, Focus::Chips) => Scope::Chips,
        (None, None, Focus::Histogram) => Scope::Histogram,
        (None, None, Focus::Detail) => Scope::Detail,
        (None, None, Focus::Portrait) => Scope::Portrait,
    }
}

fn press(state: &mut State, chord: Chord, effects: &mut Vec<Effect>) {
    let scope = scope(state);
    let first = state.first_key.take();
    let pressed = match first {
        Some(first) => format!("{first} {chord}"),
        None => chord.to_string(),
    };
    let command = state.keys.meaning(scope, &pressed);
    let screen = state.keys.meaning(Scope::Global, &pressed);
    if let (None, Some(screen)) = (command, screen)
        && matches!(
            scope,
            Scope::Sources | Scope::Coverage | Scope::People | Scope::Chain
        )
        && is_screen(screen)
    {
        return to_screen(state, screen, effects);
    }
    if command.is_none() && first.is_none() && state.keys.begins(scope, chord) {
        state.first_key = Some(chord);
        return state.say(format!("{chord} …"));
    }
    if command.is_none() && first.is_some() {
        return state.refuse(format!("{pressed} does nothing here"));
    }
    if command != Some(Command::Stop) {
        state.quitting = false;
    }
    if scope != Scope::Filter {
        state.message = None;
    }
    match (command, scope) {
        (Some(Command::EditOutside), Scope::Filter) => {
            effects.extend(filtering::outside(state));
        }
        (Some(command), Scope::Filter) => filtering::command(state, command),
        (
            Some(command),
            Scope::Prompt
            | Scope::Picker
            | Scope::Pages
            | Scope::Context
            | Scope::Sources
            | Scope::Coverage
            | Scope::People
            | Scope::Chain,
        ) => {
            overlays::command(state, command, effects);
        }
        (Some(command), _) => run(state, command, effects),
        (None, Scope::Filter) => filtering::edit(state, chord),
        (None, Scope::Prompt | Scope::Picker) => {
            overlays::edit(state, chord, effects);
        }
        (None, _) => {
            // The second chord of a keyboard user's guess: say what is possible instead of nothing.
            let help = state.keys.word(scope, Command::Help);
            state.refuse(format!("{chord} does nothing here; {help} lists the keys"));
        }
    }
}

/// Whether a command goes to a screen.
const fn is_screen(command: Command) -> bool {
    use Command as C;
    matches!(
        command,
        C::Screen1 | C::Screen2 | C::Screen3 | C::Screen4 | C::Screen5 | C::Screen6 | C::Screen7
    )
}

/// From a screen that floats to another one; closing that comes back.
fn to_screen(state: &mut State, screen: Command, effects: &mut Vec<Effect>) {
    let is_here = matches!(
        (screen, &state.overlay),
        (Command::Screen2, Some(Overlay::People(_)))
            | (Command::Screen4, Some(Overlay::Chain(_)))
            | (Command::Screen7, Some(Overlay::Sources(_)))
    );
    if is_here {
        return;
    }
    match screen {
        Command::Screen3 => pivots::go_on(state),
        Command::Screen2 | Command::Screen7 => state.under.extend(state.overlay.take()),
        _ => {}
    }
    run(state, screen, effects);
}

/// Runs a command in the panes.
pub fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    if state.focus == Focus::Chips && chips::command(state, command) {
        return;
    }
    if state.focus == Focus::Histogram && times::command(state, command) {
        return;
    }
    match command {
        C::Down
        | C::Up
        | C::First
        | C::Last
        | C::HalfDown
        | C::HalfUp
        | C::PageDown
        | C::PageUp => {
            moves::vertical(state, command);
        }
        C::Left | C::Right => moves::sideways(state, command == C::Right),
        C::NextPane | C::PreviousPane => moves::next_pane(state, command == C::NextPane),
        C::Open => open(state),
        C::Escape => {
            if state.focus != Focus::Portrait || state.panes().list.is_empty() {
                state.focus = Focus::List;
            }
            state.finding = None;
        }
        C::Close => {
            let narrow = state.size.width < layout::FACETS_FROM;
            let covers = state.panes().list.is_empty() || (state.focus == Focus::Facets && narrow);
            if state.focus == Focus::Detail || covers {
                state.focus = Focus::List;
            } else if !pivots::back(state) {
                effects.push(Effect::Quit);
            }
        }
        C::EditFilter => filtering::begin(state),
        C::Find => overlays::open_find(state),
        C::FindNext | C::FindPrevious => moves::find_again(state, command == C::FindNext),
        C::AddTerm => filtering::begin_term(state),
        C::Repeat => repeat(state),
        C::Toggles => chips::open_toggles(state),
        C::FocusChips => chips::focus(state),
        C::Export => export::open(state),
        C::MarkValue => facets::mark(state),
        C::FacetSort => facets::next_sort(state),
        C::FacetFields => facets::open_fields(state),
        C::FacetUp | C::FacetDown => facets::shift(state, command == C::FacetDown),
        C::FacetSearch => facets::open_search(state),
        C::SavedViews => places::open_saved(state),
        C::SaveView => places::open_save(state),
        C::Walk => places::open_walk(state),
        C::Range => times::begin(state),
        C::ZoomIn | C::ZoomOut => times::zoom(state, command == C::ZoomIn),
        C::TimeRange => times::open_range(state),
        C::TimeDisplay => times::open_clock(state),
        C::PinRow => times::pin(state),
        C::NextSame | C::PreviousSame => times::same_value(state, command == C::NextSame),
        C::NextInSession | C::PreviousInSession => {
            times::same_session(state, command == C::NextInSession);
        }
        C::SortList => arranging::open_sort(state),
        C::Columns => arranging::open_columns(state),
        C::ColumnLeft | C::ColumnRight => arranging::shift(state, command == C::ColumnRight),
        C::Narrower | C::Wider => arranging::resize(state, command == C::Wider),
        C::FirstColumn | C::LastColumn => arranging::edge(state, command == C::LastColumn),
        C::FoldBurst => arranging::fold_burst(state),
        C::FoldBursts => arranging::fold_bursts(state),
        C::NextGap | C::PreviousGap => times::gap(state, command == C::NextGap),
        C::Include => pointing::focused_value(state, pointing::Side::Include),
        C::Exclude => pointing::focused_value(state, pointing::Side::Exclude),
        C::Only => pointing::focused_value(state, pointing::Side::Only),
        C::Principal => pivots::principal(state),
        C::Resources => pivots::resources(state),
        C::Context => pivots::around(state),
        C::Back => {
            if !pivots::back(state) {
                state.refuse("this is the first view");
            }
        }
        C::Forward => {
            if !pivots::forward(state) {
                state.refuse("this is the newest view");
            }
        }
        C::NextError | C::PreviousError | C::NextWrite | C::PreviousWrite => {
            moves::jump(state, command);
        }
        C::ToggleHistogram => state.shape.histogram = !state.shape.histogram,
        C::ToggleFacets => {
            if state.view.about != About::Timeline {
                let key = state.key(C::NextPane);
                state.refuse(format!(
                    "here the cards say what facets would: {key} goes to them"
                ));
            } else if state.size.width >= layout::FACETS_FROM {
                state.shape.facets = !state.shape.facets;
            } else if state.focus == Focus::Facets {
                state.focus = Focus::List;
            } else {
                // Without room beside the list they show while they have the focus.
                state.shape.facets = true;
                state.focus = Focus::Facets;
            }
        }
        C::ToggleDetail => state.view.detail = !state.view.detail,
        C::CycleLayout => {
            state.shape.detail_right = match state.shape.detail_right {
                None => Some(false),
                Some(false) => Some(true),
                Some(true) => None,
            };
            state.say(match state.shape.detail_right {
                None => "detail where it fits best",
                Some(false) => "detail under the list",
                Some(true) => "detail right of the list",
            });
        }
        C::DetailDown | C::DetailUp => {
            detail::scroll(state, if command == C::DetailDown { 3 } else { -3 });
        }
        C::NextTab => detail::next_tab(state),
        C::FoldAll => detail::fold_all(state),
        C::UnfoldAll => detail::unfold_all(state),
        C::FoldLevel => detail::shift_level(state, false),
        C::UnfoldLevel => detail::shift_level(state, true),
        C::ToParent => detail::to_parent(state),
        C::ToSibling => detail::to_sibling(state),
        C::Diff => detail::diff(state),
        C::Copy => overlays::open_copy(state),
        C::Problems => overlays::open_problems(state),
        C::Palette => palette::open(state),
        C::Help => state.overlay = Some(Overlay::Help(0)),
        C::Stop => stop(state, effects),
        C::Suspend => effects.push(Effect::Suspend),
        C::Redraw => effects.push(Effect::Redraw),
        C::Quit => effects.push(Effect::Quit),
        C::Screen1 => pivots::to_timeline(state),
        C::Screen2 => people::open(state),
        C::Session => chain::open_session(state),
        C::Lock => chain::lock(state),
        C::Screen3 => pivots::all_resources(state),
        C::Screen4 => chain::open_person(state),
        C::Screen5 => {
            let (e, w) = (
                state.keys.word(Scope::List, C::NextError),
                state.keys.word(Scope::List, C::NextWrite),
            );
            state.refuse(format!(
                "Findings are not built yet: {e} and {w} jump to failed calls and to changes"
            ));
        }
        C::Screen6 => {
            let key = state.key(C::Copy);
            state.refuse(format!(
                "Cases are not built yet: {key} copies an event, a value or the filter"
            ));
        }
        C::Screen7 => sources::open(state),
        C::Reveal => {
            state.reveal = !state.reveal;
            state.say(if state.reveal {
                format!(
                    "secrets show, until {} hides them again",
                    state.key(C::Reveal)
                )
            } else {
                "secrets are hidden".to_owned()
            });
            detail::rebuild(state);
        }
        C::Inferred
        | C::Gantt
        | C::NextUnlinked
        | C::Merge
        | C::Part
        | C::UndoIdentity
        | C::Shrink
        | C::Grow
        | C::Everyone
        | C::Complete
        | C::SearchBack
        | C::EditOutside
        | C::Apply
        | C::Sort
        | C::Mend
        | C::CoverageMap
        | C::DropTerm => {}
    }
}

fn open(state: &mut State) {
    match state.focus {
        Focus::List => {
            state.view.detail = true;
            state.focus = Focus::Detail;
        }
        Focus::Detail => {
            if !detail::toggle_fold(state) {
                pivots::follow_line(state);
            }
        }
        Focus::Facets => facets::open(state),
        Focus::Chips | Focus::Histogram => {}
        Focus::Portrait => pivots::drill(state),
    }
}

/// Does the last `+ - =` again.
fn repeat(state: &mut State) {
    if let Some(side) = state.last_side {
        return pointing::focused_value(state, side);
    }
    let keys = [Command::Include, Command::Exclude, Command::Only].map(|c| state.key(c));
    let keys = keys.join(" ");
    state.refuse(format!(
        "nothing to repeat yet: {keys} filter by the focused value"
    ));
}

fn stop(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.progress.done && !state.progress.stopped {
        effects.push(Effect::Send(Request::StopLoading));
        let key = state.key(Command::Stop);
        state.say(format!(
            "stopping the load; what was read stays. {key} again quits"
        ));
        state.progress.stopped = true;
        state.quitting = true;
    } else if state.quitting {
        effects.push(Effect::Quit);
    } else {
        let (stop, close) = (state.key(Command::Stop), state.key(Command::Close));
        state.say(format!("{stop} again quits; {close} goes back"));
        state.quitting = true;
    }
}

fn hear(state: &mut State, reply: Reply, effects: &mut Vec<Effect>) {
    match reply {
        Reply::Grown(snapshot) => {
            state.snapshot = snapshot;
            places::find_events(state);
            plot::grow(state);
        }
        Reply::Progress(progress) => {
            state.progress = progress;
            plot::cover(state);
        }
        Reply::Files(files) => sources::add(state, files),
        Reply::Looked(excerpt) => {
            let wanted = match &state.overlay {
                Some(Overlay::Raw(raw)) => state.files.get(raw.file).map(|(id, _)| *id),
                _ => None,
            };
            if let Some(Overlay::Raw(raw)) = &mut state.overlay
                && wanted == Some(excerpt.file)
            {
                raw.excerpt = Some(excerpt);
            }
        }
        Reply::Hashed(hash) => {
            state.hashing = None;
            state.hashes.insert(hash.file, hash.outcome);
        }
        Reply::Held(held) => covering::hear(state, held),
        Reply::Loaded(ledger) => {
            if state.snapshot.is_empty() && !state.progress.stopped {
                let never_opened = |f: &Arc<FileEntry>| f.bytes == 0 && f.status.is_unread();
                if ledger.files.iter().all(never_opened) {
                    effects.push(Effect::GiveUp);
                }
                let key = state.key(Command::Screen7);
                state.refuse(format!(
                    "no CloudTrail events in what was given; {key} lists the files"
                ));
            }
            state.ledger = Some(ledger);
            places::rebind(state);
        }
        Reply::Hits {
            request,
            hits,
            sorted,
            searched: Some(searched),
            ..
        } if request == state.answer.asked => {
            // What was found so far shows, and is not taken for the answer.
            state.answer.hits = hits;
            state.answer.sorted = sorted;
            state.answer.searched = Some(searched);
        }
        Reply::Hits {
            request,
            hits,
            sorted,
            took,
            searched: None,
        } if request == state.answer.asked => {
            if state.edit.is_none() {
                state.view.count = Some(hits.len() as u64);
                state.view.counted_early = !state.progress.done;
            }
            let answer = &mut state.answer;
            answer.hits = hits;
            answer.sorted = sorted;
            answer.answered = request;
            answer.searched = None;
            answer.took_ms = took.as_secs_f64() * 1000.0;
            answer.facets_fresh = false;
            answer.histogram_fresh = false;
            answer.portrait_fresh = false;
            answer.without_toggles = None;
            answer.missed.clear();
            if std::mem::take(&mut state.new_place) {
                state.seen_top = listing::list_top(state);
                say_where_the_cursor_went(state);
            }
            let lines = std::mem::take(&mut state.then_move);
            if lines != 0 {
                moves::by(state, lines);
            }
        }
        Reply::Unread {
            request,
            records,
            reason,
        } if request == state.answer.asked => {
            state.say(format!(
                "{} could not be asked and may be missing here: {reason}",
                counted(records, "record")
            ));
        }
        Reply::Missed { request, missed } if request == state.answer.asked => {
            state.answer.missed = missed;
        }
        Reply::Without { request, events } if request == state.answer.asked => {
            state.answer.without_toggles = Some(events);
        }
        Reply::Facets { request, facets } if request == state.answer.asked => {
            state.answer.facets = facets;
            // Counts of what was found so far are not the answer's.
            state.answer.facets_fresh = state.answer.searched.is_none();
        }
        Reply::Histogram { request, histogram } if request == state.answer.asked => {
            state.answer.histogram = Some(histogram);
            plot::cover(state);
            state.answer.histogram_fresh = state.answer.searched.is_none();
        }
        Reply::People { request, people } if request == state.answer.asked => {
            people::hear(state, people);
        }
        Reply::Lineage(lineage) => {
            // A file that was mended brings rows that know nothing of what was said since.
            let is_old = lineage.said != state.wishes.identities;
            chain::hear(state, lineage, effects);
            if is_old {
                merging::follow(state, effects);
            }
        }
        // Rows that came meanwhile are not given up for it.
        Reply::Followed(snapshot, _) if snapshot.len() < state.snapshot.len() => {
            merging::follow(state, effects);
        }
        Reply::Followed(snapshot, lineage) => {
            state.snapshot = snapshot;
            chain::hear(state, lineage, effects);
        }
        Reply::Portrait {
            request,
            mut portrait,
        } if request == state.answer.asked => {
            // What calls changed stays told while newer records are read.
            let old = state.answer.portrait.take();
            let old = old.filter(|old| old.subject == portrait.subject);
            if let (Some(old), Some(new)) = (old.and_then(|o| o.history), &mut portrait.history)
                && new.told.is_empty()
            {
                new.told = old.told;
            }
            state.answer.portrait = Some(portrait);
            state.answer.portrait_fresh = true;
        }
        Reply::Record {
            request,
            event,
            record,
            compared,
        } => {
            if state.fetching == Some((request, event)) {
                state.fetching = None;
                state.record = Some((event, record));
                state.compared = compared.map(|compared| (event, compared));
                detail::rebuild(state);
            }
        }
        Reply::Broken(what) => {
            match state.broken.iter_mut().find(|(known, _)| *known == what) {
                Some((_, times)) => *times += 1,
                None => state.broken.push((what, 1)),
            }
            state.refuse(format!(
                "{what} failed inside the program; please report this"
            ));
        }
        // An answer to a question nobody asks any more.
        Reply::Hits { .. }
        | Reply::Unread { .. }
        | Reply::Missed { .. }
        | Reply::Without { .. }
        | Reply::Facets { .. }
        | Reply::Histogram { .. }
        | Reply::Portrait { .. }
        | Reply::People { .. }
        | Reply::Idle => {}
    }
}

/// Says so where the focused event is not among those that match now.
fn say_where_the_cursor_went(state: &mut State) {
    let hits = &state.answer.hits;
    let lost = state
        .view
        .event
        .is_some_and(|event| !hits.is_empty() && hits.position(&state.snapshot, event).is_err());
    if lost && state.edit.is_none() && state.message.is_none() {
        state.say("the event you were on does not match: this one is the nearest in time");
    }
}

/// Moves the focus off a pane that is not on the screen.
fn settle_focus(state: &mut State) {
    let panes = state.panes();
    let shown = match state.focus {
        Focus::List => true,
        Focus::Facets => !panes.facets.is_empty(),
        Focus::Histogram => !panes.histogram.is_empty() && state.brush.is_some(),
        Focus::Chips => !panes.chips.is_empty() && !chips::chips(&state.view).is_empty(),
        // Below 80 columns the detail covers the list only while it has the focus.
        Focus::Detail => state.view.detail,
        Focus::Portrait => state.view.about != About::Timeline,
    };
    if !shown {
        state.focus = Focus::List;
    }
}

fn ask_for_what_is_missing(state: &mut State, effects: &mut Vec<Effect>) {
    let panes = state.panes();
    let subject = match &state.view.about {
        About::Timeline => None,
        About::Subject(subject, _) => Some(subject.clone()),
    };
    let key = AskKey {
        filter: state.effective_filter(),
        sort: state.view.sort,
        generation: state.snapshot.generation(),
        columns: if subject.is_none() {
            usize::from(layout::plot(panes.histogram).width)
        } else {
            0
        },
        facets: if subject.is_none() && !panes.facets.is_empty() {
            state.facets.clone()
        } else {
            Vec::new()
        },
        open: state.view.facet_open.filter(|_| !panes.facets.is_empty()),
        people: matches!(state.overlay, Some(Overlay::People(_))),
        subject,
    };
    if state.asked.as_ref() != Some(&key) {
        let same_place = state
            .asked
            .as_ref()
            .is_some_and(|old| old.filter == key.filter && old.subject == key.subject);
        state.new_place |= !same_place;
        let request = state.new_request();
        state.answer.asked = request;
        state.answer.searched = None;
        effects.push(Effect::Send(Request::Ask(Ask {
            request,
            snapshot: std::sync::Arc::clone(&state.snapshot),
            filter: std::sync::Arc::clone(&key.filter),
            sort: key.sort,
            without: state.unhidden_filter(),
            facets: key.facets.clone(),
            open: key.open,
            facet_values: crate::app::state::FACET_VALUES.1,
            columns: key.columns,
            people: key.people,
            portrait: key.subject.clone(),
        })));
        state.asked = Some(key);
    }
    let wanted = state.focused_event().filter(|_| !panes.detail.is_empty());
    if let Some(event) = wanted {
        let compare = detail::comparing(state);
        let is_compared = |compare| {
            let done = state.compared.as_ref();
            done.is_some_and(|(id, done)| *id == event && done.compare == compare)
        };
        let have = state.record.as_ref().map(|(id, _)| *id) == Some(event)
            && compare.is_none_or(is_compared);
        let coming =
            state.fetching.is_some_and(|(_, id)| id == event) && state.comparing == compare;
        if !have && !coming {
            let request = state.new_request();
            state.fetching = Some((request, event));
            state.comparing = compare;
            effects.push(Effect::Send(Request::Fetch(Fetch {
                request,
                snapshot: std::sync::Arc::clone(&state.snapshot),
                event,
                compare,
            })));
        }
        if state.detail.event != Some(event) || state.detail.tab != state.view.tab {
            detail::rebuild(state);
        }
        if state.view.detail_of != Some(event) {
            state.view.detail_at = (0, 0);
            state.view.detail_of = Some(event);
        }
    }
}
