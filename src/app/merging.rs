//! What the analyst says of identities: these two are one person, this caller is another.
//!
//! Each statement has a reason, can be taken back, is kept for later runs, and has lineage followed
//! anew by the engine.

use std::sync::Arc;

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::chain;
use crate::app::keymap::Scope;
use crate::app::state::{Overlay, Question, QuestionKind, State};
use crate::base::printable::Printable;
use crate::engine::protocol::Request;
use crate::pivot::identity::Statement;
use crate::pivot::tree::What;

/// Columns of a name beside a question.
const LONGEST_NAME: usize = 17;

/// Marks the focused person, or joins it with the one that is marked: why, is asked.
pub fn mark(state: &mut State) {
    let Some(Overlay::People(people)) = &mut state.overlay else {
        return;
    };
    let lines = people.lines.as_deref().unwrap_or(&[]);
    let Some(person) = lines.get(people.at) else {
        return;
    };
    let here = (person.key.clone(), person.label.clone());
    match people.marked.take() {
        None => {
            let label = here.1.clone();
            people.marked = Some(here);
            state.say(format!("m on another person makes it one with {label}"));
        }
        Some(marked) if marked.0 == here.0 => state.say("nobody is marked any more"),
        Some(marked) => ask(
            state,
            Statement::Same {
                person: marked.0,
                other: here.0,
                reason: String::new(),
            },
        ),
    }
}

/// Parts the caller of the focused session from the person its links lead to: why, is asked.
pub fn part(state: &mut State) {
    let Some(Overlay::Chain(tree)) = &state.overlay else {
        return;
    };
    let session = match chain::focused(tree).map(|row| &row.what) {
        Some(What::Session(session)) => *session,
        _ => return state.refuse("this row is no session"),
    };
    let principal = state.snapshot.session(session).and_then(|s| s.principal);
    let Some(principal) = principal.map(|p| state.snapshot.principal(p)) else {
        return state.refuse("the record does not say who acted");
    };
    let caller = principal.key.clone();
    let person = state.lineage.people().of(session);
    if person.is_some_and(|p| p.key == caller) {
        return state.refuse("this caller is a person of its own already");
    }
    ask(
        state,
        Statement::Apart {
            caller,
            reason: String::new(),
        },
    );
}

/// Asks why.
fn ask(state: &mut State, statement: Statement) {
    if !state.progress.done {
        return state.refuse("identities can be joined and parted once everything is read");
    }
    state.pending = Some(statement);
    let below = state.overlay.replace(Overlay::Question(Question {
        kind: QuestionKind::Reason,
        input: Input::default(),
        fault: None,
    }));
    state.under.extend(below);
}

/// What is asked, and of whom.
pub fn question(state: &State) -> (&'static str, String) {
    let name = |key: &str| {
        let people = state.lineage.people();
        let person = people.find(key).and_then(|number| people.person(number));
        let label = person.map_or(key, |person| &person.label);
        Printable::new(label).truncated(LONGEST_NAME).to_string()
    };
    match &state.pending {
        Some(Statement::Apart { caller, .. }) => ("why is it another person", name(caller)),
        Some(Statement::Same { person, other, .. }) => (
            "why are they one person",
            format!("{} and {}", name(person), name(other)),
        ),
        None => ("why", String::new()),
    }
}

/// Takes the reason, and has lineage followed anew.
pub fn answer(state: &mut State, why: &str, effects: &mut Vec<Effect>) {
    let Some(mut statement) = state.pending.take() else {
        return;
    };
    match &mut statement {
        Statement::Same { reason, .. } | Statement::Apart { reason, .. } => why.clone_into(reason),
    }
    let words = match &statement {
        Statement::Same { .. } => "the two are one person now",
        Statement::Apart { .. } => "this caller is a person of its own now",
    };
    state.wishes.identities.statements.push(statement);
    keep(state, effects);
    let key = state.keys.word(Scope::People, Command::UndoIdentity);
    state.say(format!("{words}; {key} takes it back"));
}

/// Takes the newest statement back.
pub fn undo(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.progress.done {
        return state.refuse("identities can be joined and parted once everything is read");
    }
    match state.wishes.identities.statements.pop() {
        Some(statement) => {
            keep(state, effects);
            state.say(format!("taken back: {}", statement.words()));
        }
        None => state.refuse("nothing was said of identities"),
    }
}

fn keep(state: &State, effects: &mut Vec<Effect>) {
    effects.push(Effect::KeepIdentities(state.wishes.identities.clone()));
    follow(state, effects);
}

/// Has lineage followed anew by what was said.
pub fn follow(state: &State, effects: &mut Vec<Effect>) {
    effects.push(Effect::Send(Request::Follow(
        Arc::clone(&state.snapshot),
        state.wishes.clone(),
    )));
}
