//! Views as things to keep: links, saved views, views left behind, the walk so far, and where a
//! set of paths was left the last time.

use std::collections::HashSet;
use std::sync::Arc;

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::chips::Hidden;
use crate::app::compose;
use crate::app::pivots;
use crate::app::state::{
    About, Choice, Entry, Focus, Overlay, Picker, PickerKind, Question, QuestionKind, State, View,
};
use crate::base::span::Severity;
use crate::base::text::{counted, thousands};
use crate::case::link::Link;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::portrait::Subject;
use crate::pivot::sorted::SortBy;
use crate::query;
use crate::query::ast::Expr;
use crate::view::bursts::Folding;
use crate::view::detail::TABS;
use crate::view::headings;

/// Bursts that a link keeps unfolded one by one.
const MOST_BURSTS: usize = 20;

/// Views left behind that are kept.
const LEFT: usize = 100;

/// What was kept from earlier runs.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// Saved views: name and link.
    pub saved: Vec<(String, String)>,
    /// Links of the views these paths were left with, and the one that was shown.
    pub left: (Vec<String>, usize),
}

/// Keeps views that a new branch of the walk leaves behind.
pub fn leave(state: &mut State, views: Vec<View>) {
    state.left.extend(views);
    let extra = state.left.len().saturating_sub(LEFT);
    state.left.drain(..extra);
}

/// A view in words.
pub fn link_of(snapshot: &Snapshot, view: &View) -> Link {
    let (about, subject) = match &view.about {
        About::Timeline => ("", (String::new(), String::new())),
        About::Subject(subject, label) => {
            let name = match subject {
                Subject::Principal(_) => "who",
                Subject::Resource(_) => "res",
                Subject::Resources => "resources",
            };
            (name, (subject.name().to_owned(), label.clone()))
        }
    };
    Link {
        about: about.to_owned(),
        subject,
        filter: view.filter.to_string(),
        off: view
            .off
            .iter()
            .map(|(at, term)| (*at, term.to_string()))
            .collect(),
        hidden: view.hidden.letters(),
        event: view
            .event
            .and_then(|id| snapshot.recorded_id(id))
            .map(std::borrow::Cow::into_owned)
            .or_else(|| view.sought.clone()),
        offset: view.offset,
        column: view.column,
        detail: view.detail,
        tab: view.tab,
        folded: view.folded.iter().cloned().collect(),
        facet: view.facet_open.map(|f| f.name().to_owned()),
        more: arranged(snapshot, view),
    }
}

/// The link of the view that is shown.
pub fn permalink(state: &State) -> String {
    let view = View {
        event: state.focused_event(),
        ..state.view.clone()
    };
    link_of(&state.snapshot, &view).text()
}

/// The view a link tells of.
fn view_of(state: &State, link: &Link) -> Result<View, String> {
    let read = |text: &str| -> Result<Expr, String> {
        let parsed = query::parse(text, &state.query_context(None));
        let fault = parsed
            .diagnostics
            .iter()
            .find(|d| d.severity > Severity::Note);
        match fault {
            Some(fault) => Err(format!("the link's filter {text:?}: {}", fault.message)),
            None => Ok(parsed.expr.map_or(Expr::All, Expr::frozen)),
        }
    };
    let filter = read(&link.filter)?;
    let mut off = Vec::new();
    for (at, term) in &link.off {
        off.push((*at, read(term)?));
    }
    let name = link.subject.0.clone();
    let subject = match link.about.as_str() {
        "" => None,
        "who" => Some(Subject::Principal(name)),
        "res" => Some(Subject::Resource(name)),
        "resources" => Some(Subject::Resources),
        other => {
            return Err(format!(
                "the link is of a screen {other:?} this version does not have"
            ));
        }
    };
    let mut view = View {
        about: subject.map_or(About::Timeline, |s| {
            About::Subject(s, link.subject.1.clone())
        }),
        text: link.filter.clone(),
        filter: Arc::new(filter),
        off,
        hidden: Hidden::of_letters(&link.hidden),
        offset: link.offset,
        column: link.column,
        detail: link.detail,
        tab: link.tab.min(TABS.len() - 1),
        folded: link.folded.iter().cloned().collect(),
        facet_open: link
            .facet
            .as_deref()
            .and_then(crate::index::schema::Field::named),
        early: !state.progress.done,
        sought: link.event.clone(),
        sort: link
            .more("sort")
            .and_then(SortBy::parse)
            .unwrap_or(SortBy::TIME),
        columns: link
            .more("columns")
            .map(headings::parse)
            .unwrap_or_default(),
        folding: Folding {
            unfolded: link.more("bursts") == Some("unfolded"),
            but: HashSet::new(),
            sought: link
                .more("but")
                .map(|names| names.split(' ').map(str::to_owned).collect())
                .unwrap_or_default(),
        },
        ..View::root()
    };
    find_event(&state.snapshot, &mut view);
    Ok(view)
}

/// How the list of a view is arranged, where that is not as usual.
fn arranged(snapshot: &Snapshot, view: &View) -> Vec<(String, String)> {
    let mut more = Vec::new();
    let mut put = |key: &str, value: String| more.push((key.to_owned(), value));
    if view.sort != SortBy::TIME {
        put("sort", view.sort.text());
    }
    if !view.columns.is_empty() {
        put("columns", headings::text(&view.columns));
    }
    if view.folding.unfolded {
        put("bursts", "unfolded".to_owned());
    }
    let names = view
        .folding
        .but
        .iter()
        .filter_map(|id| snapshot.recorded_id(*id));
    let mut names: Vec<String> = names.map(std::borrow::Cow::into_owned).collect();
    names.extend(view.folding.sought.iter().cloned());
    // A name with a space in it could not be told from two.
    names.retain(|name| !name.contains(' '));
    names.sort();
    names.truncate(MOST_BURSTS);
    if !names.is_empty() {
        put("but", names.join(" "));
    }
    more
}

/// Finds the event a restored view was left on, and those whose bursts are unfolded, once they
/// have been read.
fn find_event(snapshot: &Snapshot, view: &mut View) {
    let Folding { but, sought, .. } = &mut view.folding;
    sought.truncate(MOST_BURSTS);
    sought.retain(|name| {
        let found = snapshot.rows_with_id(name).iter().next();
        but.extend(found);
        found.is_none()
    });
    let Some(name) = &view.sought else { return };
    let found: Option<EventId> = snapshot.rows_with_id(name).iter().next();
    if found.is_some() {
        view.event = found;
        view.sought = None;
    }
}

/// Finds the events restored views were left on among what has been read since.
pub fn find_events(state: &mut State) {
    let State {
        snapshot,
        view,
        back,
        forward,
        ..
    } = state;
    for view in back.iter_mut().chain(forward).chain([view]) {
        find_event(snapshot, view);
    }
}

/// Reads the filters again that were read before everything was: relative times count from the
/// last event, and that one is known now.
pub fn rebind(state: &mut State) {
    let context = state.query_context(None);
    let State {
        view,
        back,
        forward,
        ..
    } = state;
    for view in back.iter_mut().chain(forward).chain([view]) {
        if std::mem::take(&mut view.early) {
            let parsed = query::parse(&view.text, &context);
            if let Some(filter) = parsed.usable() {
                view.filter = Arc::new(filter.clone().frozen());
            }
        }
    }
}

/// Goes to the view of a link, as a new place.
pub fn open_link(state: &mut State, text: &str) {
    match Link::parse(text).and_then(|link| view_of(state, &link)) {
        Ok(view) => {
            pivots::push(state, view);
            arrive(state);
            if let Some(name) = &state.view.sought {
                let name = name.clone();
                state.say(if state.progress.done {
                    format!("the event {name} of the link is not among those read here")
                } else {
                    format!("looking for the event {name} of the link while loading")
                });
            }
        }
        Err(why) => state.refuse(why),
    }
}

fn arrive(state: &mut State) {
    state.overlay = None;
    state.under.clear();
    state.edit = None;
    state.answer.portrait = None;
    state.focus = match &state.view.about {
        About::Subject(Subject::Resources, _) => Focus::Portrait,
        _ => Focus::List,
    };
    crate::app::detail::rebuild(state);
}

/// The walk so far as links, and the place of the view shown: what is kept for the next run.
pub fn walk(state: &State) -> (Vec<String>, usize) {
    let links = state
        .back
        .iter()
        .chain([&state.view])
        .chain(state.forward.iter().rev())
        .map(|view| link_of(&state.snapshot, view).text())
        .collect();
    (links, state.back.len())
}

/// Takes up the walk where these paths were left; the views of now are kept among those left.
pub fn resume(state: &mut State) {
    let (links, at) = state.shelf.left.clone();
    let (mut views, mut lost) = (Vec::new(), 0);
    let mut shown = 0;
    for (i, link) in links.iter().enumerate() {
        match Link::parse(link).and_then(|link| view_of(state, &link)) {
            Ok(view) => {
                if i <= at {
                    shown = views.len();
                }
                views.push(view);
            }
            Err(_) => lost += 1,
        }
    }
    if views.is_empty() {
        return state.refuse("nothing is known of an earlier walk through these paths");
    }
    let walked = std::mem::take(&mut state.back);
    leave(state, walked);
    let ahead = std::mem::take(&mut state.forward);
    leave(state, ahead);
    let mut forward = views.split_off(shown + 1);
    forward.reverse();
    let view = views.pop().unwrap_or_else(View::root);
    let now = std::mem::replace(&mut state.view, view);
    leave(state, vec![now]);
    (state.back, state.forward) = (views, forward);
    arrive(state);
    let all = counted(links.len() as u64 - lost, "view");
    state.say(match lost {
        0 => format!("{all} of the last time are back"),
        n => format!("{all} of the last time are back, {n} could not be read"),
    });
}

fn picker(kind: PickerKind, entries: Vec<Entry>, at: usize) -> Overlay {
    Overlay::Picker(Picker {
        kind,
        input: Input::default(),
        entries,
        at,
    })
}

fn entry(label: String, detail: String, choice: Choice) -> Entry {
    Entry {
        key: String::new(),
        label,
        detail,
        choice,
    }
}

fn events(view: &View) -> String {
    view.count.map(|n| counted(n, "event")).unwrap_or_default()
}

/// Lists saved views, where these paths were left, and views left behind in this run.
pub fn open_saved(state: &mut State) {
    let mut entries: Vec<Entry> = state
        .shelf
        .saved
        .iter()
        .rev()
        .map(|(name, link)| {
            let filter = Link::parse(link).map_or_else(|why| why, |l| l.filter);
            entry(
                name.clone(),
                format!("saved  {filter}"),
                Choice::Link(link.clone()),
            )
        })
        .collect();
    let (left, _) = &state.shelf.left;
    if !left.is_empty() {
        entries.push(entry(
            "where these paths were left".to_owned(),
            counted(left.len() as u64, "view"),
            Choice::Resume,
        ));
    }
    for view in state.left.iter().rev() {
        entries.push(entry(
            compose::label_of(view).as_str().to_owned(),
            format!("recent  {}", events(view)),
            Choice::View(Box::new(view.clone())),
        ));
    }
    if entries.is_empty() {
        let key = state.key(Command::SaveView);
        return state.say(format!(
            "nothing saved yet: {key} saves this view under a name"
        ));
    }
    state.overlay = Some(picker(PickerKind::Views, entries, 0));
}

/// Lists the places of the walk so far.
pub fn open_walk(state: &mut State) {
    let views = state
        .back
        .iter()
        .chain([&state.view])
        .chain(state.forward.iter().rev());
    let entries = views
        .enumerate()
        .map(|(i, view)| Entry {
            key: if i < 9 {
                (i + 1).to_string()
            } else {
                String::new()
            },
            label: compose::label_of(view).as_str().to_owned(),
            detail: events(view),
            choice: Choice::Walk(i),
        })
        .collect();
    state.overlay = Some(picker(PickerKind::Walk, entries, state.back.len()));
}

/// Goes to a place of the walk so far; the others stay where they are.
pub fn go(state: &mut State, at: usize) {
    while at < state.back.len() && pivots::back(state) {}
    while at > state.back.len() && pivots::forward(state) {}
}

/// Goes to a view left behind.
pub fn take_up(state: &mut State, view: View) {
    pivots::push(state, view);
    state.focus = state.view.focus;
    crate::app::detail::rebuild(state);
}

/// Asks for the name to save this view under.
pub fn open_save(state: &mut State) {
    state.overlay = Some(Overlay::Question(Question {
        kind: QuestionKind::SaveView,
        input: Input::default(),
        fault: None,
    }));
}

/// The name a view is saved under where none is typed.
pub fn usual_name(state: &State) -> String {
    compose::label_of(&state.view).as_str().to_owned()
}

/// Saves this view under a name; under its usual one where none is given.
pub fn save(state: &mut State, name: &str, effects: &mut Vec<Effect>) {
    let usual = usual_name(state);
    let name = if name.is_empty() { &usual } else { name };
    let link = permalink(state);
    state.shelf.saved.retain(|(known, _)| known != name);
    state.shelf.saved.push((name.to_owned(), link.clone()));
    effects.push(Effect::SaveView(name.to_owned(), link));
    let count = thousands(state.shelf.saved.len() as u64);
    let key = state.key(Command::SavedViews);
    state.say(format!(
        "saved as {name}; {key} lists what is saved ({count})"
    ));
}
