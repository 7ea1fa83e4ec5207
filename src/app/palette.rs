//! The palette: every action that can be had from here, found by a few letters of what it does, and
//! every field to filter by.

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::filtering;
use crate::app::keymap::Scope;
use crate::app::keys::Row;
use crate::app::overlays;
use crate::app::state::{About, Choice, Entry, Focus, Overlay, Picker, PickerKind, State};
use crate::app::update;
use crate::index::schema::{FIELDS, Field, Home};

/// The panes whose actions are offered from every pane, and where the focus then goes.
const PANES: [(Scope, Focus); 5] = [
    (Scope::List, Focus::List),
    (Scope::Facets, Focus::Facets),
    (Scope::Chips, Focus::Chips),
    (Scope::Detail, Focus::Detail),
    (Scope::Portrait, Focus::Portrait),
];

/// Lists what can be done: where something floats, what its keys do; else what the keys of every
/// pane do, those of the focused one first, and the fields to filter by.
pub fn open(state: &mut State) {
    let scope = update::scope(state);
    let mut entries = Vec::new();
    add(state, scope, scope, &mut entries);
    if state.overlay.is_none() {
        add(state, scope, Scope::Global, &mut entries);
        for (pane, focus) in PANES {
            if pane != scope && is_shown(state, focus) {
                add(state, pane, pane, &mut entries);
            }
        }
        let fields = FIELDS.iter();
        let fields = fields.filter(|spec| !matches!(spec.home, Home::Later(_)));
        entries.extend(fields.map(|spec| Entry {
            key: String::new(),
            label: format!("filter by {}: {}", spec.name, spec.help),
            detail: spec.example.to_owned(),
            choice: Choice::Term(spec.field),
        }));
    }
    state.under.extend(state.overlay.take());
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Palette,
        input: Input::default(),
        entries,
        at: 0,
    }));
}

/// Adds the rows of a scope with their keys: those of everywhere as they are while the keys belong to
/// `here`.
fn add(state: &State, here: Scope, of: Scope, entries: &mut Vec<Entry>) {
    let keys_of = if of == Scope::Global { here } else { of };
    let entry = |row: &Row| Entry {
        key: state
            .keys
            .key_of(keys_of, row.command)
            .unwrap_or_default()
            .to_owned(),
        label: row.about.to_owned(),
        detail: match of {
            Scope::Global => String::new(),
            of => of.title().to_owned(),
        },
        choice: Choice::Run(of, row.command),
    };
    let known = |command: Command, entries: &[Entry]| {
        let mut all = entries.iter();
        all.any(|e| matches!(e.choice, Choice::Run(s, c) if c == command && s == here))
    };
    for row in state.keys.of(of) {
        if !matches!(row.command, Command::Palette) && !known(row.command, entries) {
            entries.push(entry(row));
        }
    }
}

/// Whether a pane has something to act on.
fn is_shown(state: &State, focus: Focus) -> bool {
    let panes = state.panes();
    match focus {
        Focus::List => !panes.list.is_empty(),
        Focus::Facets => !panes.facets.is_empty(),
        Focus::Chips => !panes.chips.is_empty(),
        Focus::Detail => !panes.detail.is_empty(),
        Focus::Portrait => state.view.about != About::Timeline,
        Focus::Histogram => false,
    }
}

/// Runs an action that was chosen, in the pane it belongs to or in what floated under the palette.
pub fn run(state: &mut State, scope: Scope, command: Command, effects: &mut Vec<Effect>) {
    state.overlay = state.under.pop();
    if state.overlay.is_some() {
        return overlays::command(state, command, effects);
    }
    if let Some((_, focus)) = PANES.iter().find(|(pane, _)| *pane == scope) {
        state.focus = *focus;
    }
    update::run(state, command, effects);
}

/// Begins a term of a field.
pub fn begin_term(state: &mut State, field: Field) {
    filtering::begin_term(state);
    filtering::paste(state, &format!("{}:", field.name()));
}
