//! People and sessions: who is behind the events, where each session comes from, and the proof.
//!
//! Both lists float over the panes. The tree is made anew when lineage grows; the focus stays on
//! the row it was on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::app::action::{Command, Effect};
use crate::app::keymap::Scope;
use crate::app::state::{Chain, ChainOf, Locked, Overlay, State, View};
use crate::app::{
    carrying, following, merging, moves, overlays, people, pivots, pointing, reading, tree_view,
};
use crate::base::text::counted;
use crate::engine::protocol::Request;
use crate::event::birth::Confidence;
use crate::event::principal::Principal;
use crate::index::schema::{Col, Field};
use crate::index::symbols::Sym;
use crate::pivot::lineage::{Lineage, Link};
use crate::pivot::portrait::Subject;
use crate::pivot::tree::{self, Row, Wanted, What};
use crate::query;
use crate::view::lineage as words;

/// Rows a tree on the screen has at most.
const MOST_ROWS: usize = 20_000;
/// Sessions that one filter names at most.
const MOST_NAMED: usize = 60;
/// Lists that wait under the one that is shown, at most.
const MOST_UNDER: usize = 50;
/// Lines over the people that do not scroll.
const PEOPLE_HEAD: u16 = 1;
/// Lines over the tree that do not scroll: the focused row, what its session is, its link, the
/// proof, what would settle it, the time.
const CHAIN_HEAD: u16 = 6;
/// Lines of a screen that leave the tree enough room under all of them.
const ROOMY: u16 = 20;

/// Takes in lineage that was followed anew.
pub fn hear(state: &mut State, lineage: Arc<Lineage>, effects: &mut Vec<Effect>) {
    let inferred = |l: &&Link| l.confidence == Confidence::Inferred;
    state.inferred = lineage.links.iter().filter(inferred).count() as u64;
    let before = std::mem::replace(&mut state.lineage, lineage);
    following::page(state);
    rebuild(state, &before);
    effects.push(Effect::Send(Request::LetGo(before)));
}

/// Shows the session of the focused event: the way to it and what came of it.
pub fn open_session(state: &mut State) {
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    match state.snapshot.symbol(Col::Session, id) {
        Some(session) => open(state, ChainOf::Session(session)),
        None => state.refuse("the record does not say who acted"),
    }
}

/// Shows every session of the focused event's person, or of the person the view is about.
pub fn open_person(state: &mut State) {
    let about = match &state.view.about {
        crate::app::state::About::Subject(Subject::Principal(key), _) => Some(key.clone()),
        _ => None,
    };
    let of_event = || {
        let id = state.focused_event()?;
        Some(state.snapshot.person_of(id)?.key.clone())
    };
    match about.or_else(of_event) {
        Some(key) => open(state, ChainOf::Person(key)),
        None => state.refuse("there is no event here, and so no person"),
    }
}

pub fn open(state: &mut State, of: ChainOf) {
    if state.lineage.people().is_empty() {
        return state.refuse("where sessions come from is still being followed");
    }
    let chosen = match &of {
        ChainOf::Session(session) => Some(*session),
        ChainOf::Person(_) => None,
    };
    let mut chain = Chain {
        of,
        rows: Vec::new(),
        at: 0,
        folded: HashSet::new(),
        sure_only: false,
        gantt: false,
    };
    grow(state, &mut chain);
    if let Some(session) = chosen {
        let is_it =
            |r: &usize| chain.rows.get(*r).map(|r| &r.what) == Some(&What::Session(session));
        chain.at = visible(&chain).iter().position(is_it).unwrap_or(0);
    }
    // Closing it comes back to the people, or the tree, it was opened from.
    let from = state.overlay.take().filter(Overlay::is_place);
    state.under.extend(from);
    state.under.truncate(MOST_UNDER);
    state.overlay = Some(Overlay::Chain(chain));
}

/// Makes the rows of a tree.
fn grow(state: &State, chain: &mut Chain) {
    let wanted = Wanted {
        confidence: if chain.sure_only {
            Confidence::Strong
        } else {
            Confidence::Inferred
        },
        most: MOST_ROWS,
    };
    let (snapshot, lineage) = (&state.snapshot, &state.lineage);
    chain.rows = match &chain.of {
        ChainOf::Session(session) => tree::of_session(snapshot, lineage, *session, wanted).0,
        ChainOf::Person(key) => match lineage.people().find(key) {
            Some(person) => tree::of_person(snapshot, lineage, person, wanted),
            None => Vec::new(),
        },
    };
}

/// Makes the rows of an open tree anew by the lineage there is.
pub fn refresh(state: &mut State) {
    let same = Arc::clone(&state.lineage);
    rebuild(state, &same);
}

/// Makes the rows of an open tree anew; the focus stays on its row, and what is folded stays so. A
/// person whom a link made another's is followed to that one, and births of which a use is known
/// now to the session that came of them.
fn rebuild(state: &mut State, before: &Lineage) {
    let mut chain = match state.overlay.take() {
        Some(Overlay::Chain(chain)) => chain,
        // Whatever else floats stays.
        other => {
            state.overlay = other;
            return;
        }
    };
    let focused = focused(&chain).map(|r| r.what.clone());
    if let ChainOf::Person(key) = &mut chain.of {
        *key = person_now(state, key);
    }
    grow(state, &mut chain);
    let now = &*state.lineage;
    let folded = std::mem::take(&mut chain.folded);
    let (sessions, rest): (Vec<&What>, Vec<&What>) =
        folded.iter().partition(|f| matches!(f, What::Session(_)));
    let persons = folded
        .iter()
        .chain(&focused)
        .filter_map(|what| match *what {
            What::Person(number) => {
                let person = before.people().person(number)?;
                Some((number, person_now(state, &person.key)))
            }
            _ => None,
        });
    let persons: HashMap<u32, String> = persons.collect();
    let still = |what: &What, was: &What| match (what, was) {
        (What::Person(a), What::Person(b)) => {
            now.people().person(*a).map(|p| &p.key) == persons.get(b)
        }
        _ => is_still(what, was),
    };
    let sessions: HashSet<Sym> = sessions.into_iter().filter_map(What::session).collect();
    let stays = |row: &&Row| match row.what {
        What::Session(session) => sessions.contains(&session),
        _ => rest.iter().any(|f| still(&row.what, f)),
    };
    chain.folded = chain
        .rows
        .iter()
        .filter(stays)
        .map(|r| r.what.clone())
        .collect();
    let rows = visible(&chain);
    let place = |wanted: &dyn Fn(&What) -> bool| {
        let row = |r: &usize| chain.rows.get(*r).map(|r| &r.what);
        rows.iter().position(|r| row(r).is_some_and(wanted))
    };
    let at = focused.and_then(|focused| {
        let same = place(&|what| still(what, &focused));
        same.or_else(|| match &focused {
            What::Births(births) => place(&|what| {
                let mut children = births.iter().flat_map(|birth| now.children(*birth));
                children.any(|link| what.session() == Some(link.child))
            }),
            What::Forwarded(sessions) => {
                place(&|what| what.session().is_some_and(|s| sessions.contains(&s)))
            }
            _ => None,
        })
    });
    chain.at = at.unwrap_or(chain.at.min(rows.len().saturating_sub(1)));
    state.overlay = Some(Overlay::Chain(chain));
}

/// Whether a row is the same as one of an earlier lineage: groups lose members and gain others.
fn is_still(what: &What, was: &What) -> bool {
    match (what, was) {
        (What::Session(a), What::Session(b)) => a == b,
        (What::Forwarded(a), What::Forwarded(b)) => b.iter().any(|s| a.contains(s)),
        (What::Births(a), What::Births(b)) => b.iter().any(|birth| a.contains(birth)),
        _ => false,
    }
}

/// The key of the person who stands for a person of a key now: another, once a link leads to who
/// is behind it or the analyst says that the two are one.
pub fn person_now(state: &State, key: &str) -> String {
    let lineage = &state.lineage;
    let number = lineage.people().find(key);
    if number.is_some_and(|number| !lineage.sessions_of(number).is_empty()) {
        return key.to_owned();
    }
    let principal = state.snapshot.dict(Col::Principal).find(key);
    let person = principal.and_then(|sym| lineage.person_of(sym));
    person.map_or_else(|| key.to_owned(), |p| p.key.clone())
}

/// The rows that no fold hides.
pub fn visible(chain: &Chain) -> Vec<usize> {
    let mut rows = Vec::new();
    let mut at = 0;
    while let Some(row) = chain.rows.get(at) {
        rows.push(at);
        let folded = row.below > 0 && chain.folded.contains(&row.what);
        at += 1 + if folded { row.below } else { 0 };
    }
    rows
}

pub fn focused(chain: &Chain) -> Option<&Row> {
    let at = *visible(chain).get(chain.at)?;
    chain.rows.get(at)
}

/// Lines at the top of an open list that do not scroll.
pub fn head_lines(state: &State) -> u16 {
    match state.afloat() {
        Some(Overlay::Chain(_)) => CHAIN_HEAD - u16::from(state.size.height < ROOMY),
        _ => PEOPLE_HEAD,
    }
}

pub fn height(state: &State) -> usize {
    overlays::height(state)
        .saturating_sub(usize::from(head_lines(state)))
        .max(1)
}

/// The first visible line of an open list.
pub fn top(state: &State) -> usize {
    let at = match state.afloat() {
        Some(Overlay::Chain(chain)) => chain.at,
        Some(Overlay::People(people)) => people.at,
        _ => 0,
    };
    reading::top(at, height(state))
}

/// Puts the focus on a line that was clicked.
pub fn point(state: &mut State, line: usize) {
    match &mut state.overlay {
        Some(Overlay::Chain(chain)) => {
            chain.at = line.min(visible(chain).len().saturating_sub(1));
        }
        Some(Overlay::People(people)) => {
            let len = people.lines.as_ref().map_or(0, Vec::len);
            people.at = line.min(len.saturating_sub(1));
        }
        _ => {}
    }
}

/// A command while one of the lists stands.
pub fn command(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    match &state.overlay {
        Some(Overlay::People(_)) => people::command(state, command, effects),
        Some(Overlay::Chain(_)) => in_chain(state, command, effects),
        _ => {}
    }
}

/// To everything a person did.
pub fn to_portrait(state: &mut State, key: String, label: String) {
    pivots::go_on(state);
    match state.focused_event() {
        Some(event) => pivots::go(state, Subject::Principal(key), label, event),
        None => state.refuse("there is no event here"),
    }
}

fn in_chain(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    let height = height(state);
    let Some(Overlay::Chain(chain)) = &mut state.overlay else {
        return;
    };
    let Some(row) = focused(chain).cloned() else {
        return;
    };
    match command {
        Command::Left if row.below > 0 && !chain.folded.contains(&row.what) => {
            chain.folded.insert(row.what);
        }
        Command::Left => {
            let parent = row.parent;
            let rows = visible(chain);
            let at = parent.and_then(|p| rows.iter().position(|r| *r == p));
            chain.at = at.unwrap_or(chain.at);
        }
        Command::Right => {
            chain.folded.remove(&row.what);
        }
        Command::FoldAll => {
            let open = chain.rows.iter().filter(|r| r.below > 0 && r.depth > 0);
            chain.folded = open.map(|r| r.what.clone()).collect();
            chain.at = 0;
        }
        Command::UnfoldAll => {
            chain.folded.clear();
            let is_it = |r: &usize| chain.rows.get(*r).map(|r| &r.what) == Some(&row.what);
            chain.at = visible(chain).iter().position(is_it).unwrap_or(0);
        }
        Command::Inferred => {
            chain.sure_only = !chain.sure_only;
            let words = if chain.sure_only {
                let key = state.keys.word(Scope::Chain, Command::Inferred);
                format!("inferred links are left out; {key} shows them")
            } else {
                "inferred links are shown with ~".to_owned()
            };
            refresh(state);
            state.say(words);
        }
        Command::Only => match row.what {
            What::Session(session) => open(state, ChainOf::Session(session)),
            _ => state.refuse("this row is no session"),
        },
        Command::Session => {
            if let Some(person) = person_of(state, &row) {
                let key = person.key.clone();
                open(state, ChainOf::Person(key));
            }
        }
        Command::Principal => {
            if let Some(person) = person_of(state, &row) {
                to_portrait(state, person.key.clone(), person.label.clone());
            }
        }
        Command::Gantt => {
            chain.gantt = !chain.gantt;
            chain.at = chain.at.min(visible(chain).len().saturating_sub(1));
        }
        Command::NextUnlinked => next_unlinked(state),
        Command::Part => merging::part(state),
        Command::UndoIdentity => merging::undo(state, effects),
        Command::Copy => {
            let lines = tree_view::proof(state, &row).into_iter();
            let text = lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n");
            state.say("copied the row with its proof");
            effects.push(Effect::Copy(Arc::from(text)));
        }
        Command::Open => events_of(state, &row),
        _ => {
            let len = visible(chain).len();
            chain.at = moves::step(chain.at, len, command, height);
        }
    }
}

/// To the next session whose origin is not in the evidence, from the focused row on and round.
fn next_unlinked(state: &mut State) {
    let Some(Overlay::Chain(chain)) = &state.overlay else {
        return;
    };
    let rows = visible(chain);
    let is_one = |at: &usize| {
        let what = rows.get(*at).and_then(|r| chain.rows.get(*r));
        what.is_some_and(|row| is_unlinked(state, row))
    };
    let after = (chain.at + 1..rows.len()).find(is_one);
    let found = after.or_else(|| (0..=chain.at).find(is_one));
    match found {
        Some(at) => point(state, at),
        None => state.refuse("the origin of every session here is in the evidence"),
    }
}

/// Whether a row is a session whose origin is not in the evidence.
pub fn is_unlinked(state: &State, row: &Row) -> bool {
    match row.what {
        What::Session(session) => words::is_unlinked(&state.snapshot, &state.lineage, session),
        _ => false,
    }
}

fn person_of(state: &State, row: &Row) -> Option<Arc<Principal>> {
    let people = state.lineage.people();
    match &row.what {
        What::Person(number) => people.person(*number).cloned(),
        What::Session(session) => people.of(*session).cloned(),
        What::Forwarded(sessions) => people.of(*sessions.first()?).cloned(),
        What::Births(births) => {
            let born = state.snapshot.births().get(*births.first()?)?;
            state.snapshot.person_of(born.event).cloned()
        }
    }
}

/// To the events of a row and of everything below it.
fn events_of(state: &mut State, row: &Row) {
    let snapshot = &state.snapshot;
    let full = |sym: Sym| snapshot.dict(Col::Session).text(sym);
    let text = match &row.what {
        What::Person(number) => {
            let person = state.lineage.people().person(*number);
            let term = person.and_then(|p| pointing::term(Field::Who, Some(&p.key)));
            term.map(|t| t.to_string())
        }
        What::Session(session) => {
            let all = state.lineage.subtree(*session);
            let all = if all.len() > MOST_NAMED {
                vec![*session]
            } else {
                all
            };
            // What is a part of a session is found with it.
            let people = state.lineage.people();
            let mut names: Vec<&str> = all
                .into_iter()
                .filter(|s| people.home(*s) == *s)
                .map(full)
                .collect();
            if names.is_empty() {
                names.push(full(*session));
            }
            Some(format!("session:{}", names.join(",")))
        }
        What::Forwarded(sessions) => {
            let names = sessions.iter().take(MOST_NAMED).map(|s| full(*s));
            Some(format!("session:{}", names.collect::<Vec<_>>().join(",")))
        }
        What::Births(births) => {
            let events = births.iter().take(MOST_NAMED);
            let ids: Vec<String> = events
                .filter_map(|b| snapshot.recorded_id(snapshot.births().get(*b)?.event))
                .map(|id| query::pattern::quote(&id))
                .collect();
            Some(format!("id:{}", ids.join(",")))
        }
    };
    let parsed = text.map(|text| {
        let parsed = query::parse(&text, &state.query_context(None));
        (text, parsed.usable().cloned())
    });
    let Some((text, Some(filter))) = parsed else {
        return state.refuse("its events cannot be written as a filter");
    };
    pivots::go_on(state);
    let view = View {
        text,
        filter: Arc::new(filter),
        detail: state.view.detail,
        ..View::root()
    };
    // A call that made something is one event, whenever it was.
    let view = match &row.what {
        What::Births(_) => view,
        _ => carrying::from(state, None).into(view),
    };
    pivots::push(state, view);
    state.focus = crate::app::state::Focus::List;
}

/// Lets inferred links say who is behind an event, or leaves it to the sure ones.
pub fn toggle_inferred(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.progress.done {
        return state.refuse("this can be changed once everything is read");
    }
    state.wishes.inferred = !state.wishes.inferred;
    merging::follow(state, effects);
    let links = counted(state.inferred, "inferred link");
    state.say(if state.wishes.inferred {
        format!("{links} now count for who is behind an event")
    } else {
        format!("{links} no longer count for who is behind an event")
    });
}

/// Follows the focused event's person through every view, or stops.
pub fn lock(state: &mut State) {
    if state.locked.take().is_some() {
        return state.say("nobody is followed any more");
    }
    let id = state.focused_event();
    let person = id.and_then(|id| state.snapshot.person_of(id).cloned());
    match person {
        Some(person) => lock_on(state, &person.key, &person.label),
        None => state.refuse("there is no event here, and so no person"),
    }
}

pub fn lock_on(state: &mut State, key: &str, label: &str) {
    if state.locked.take().is_some_and(|l| l.key == key) {
        return state.say("nobody is followed any more");
    }
    match pointing::term(Field::Who, Some(key)) {
        Some(filter) => {
            state.locked = Some(Locked {
                key: key.to_owned(),
                label: label.to_owned(),
                filter,
            });
            let key = state.key(Command::Lock);
            state.say(format!(
                "{label} is followed through every view; {key} stops"
            ));
        }
        None => state.refuse("its name cannot be written as a filter"),
    }
}
