//! How the list is arranged: its order, its columns, its bursts. All of it belongs to the view, so
//! `[`, saved views and links bring it back.

use tui_input::Input;

use crate::app::action::Command;
use crate::app::keymap::Scope;
use crate::app::listing;
use crate::app::state::{Choice, Entry, Overlay, Picker, PickerKind, State};
use crate::index::schema::Field;
use crate::pivot::sorted::{self, SortBy};
use crate::view::columns;
use crate::view::headings::{Chosen, ListColumn};

/// Lists what the list can be sorted by: its columns first.
pub fn open_sort(state: &mut State) {
    let shown = listing::columns(state);
    let own = shown.iter().filter_map(|c| c.column.field());
    let mut fields: Vec<Field> = own.filter(|field| sorted::can_sort(*field)).collect();
    for column in ListColumn::all() {
        let field = column.field().filter(|field| sorted::can_sort(*field));
        fields.extend(field.filter(|field| !fields.contains(field)));
    }
    let now = state.view.sort;
    let entries = fields.into_iter().map(|field| Entry {
        key: String::new(),
        label: field.name().to_owned(),
        detail: match now {
            by if by.field != field => field.spec().help.to_owned(),
            by => format!("{}; Enter turns it round", direction(by)),
        },
        choice: Choice::Sort(field),
    });
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Sort,
        input: Input::default(),
        entries: entries.collect(),
        at: 0,
    }));
}

fn direction(by: SortBy) -> &'static str {
    match (by.field == Field::Time, by.descending) {
        (true, false) => "oldest first",
        (true, true) => "newest first",
        (false, false) => "sorted upwards",
        (false, true) => "sorted downwards",
    }
}

/// Sorts by a field; by the one it is sorted by already, the other way round.
pub fn sort_by(state: &mut State, field: Field) {
    let now = state.view.sort;
    let by = SortBy {
        field,
        descending: now.field == field && !now.descending,
    };
    state.view.sort = by;
    let (word, turn) = (direction(by), if by.descending { "up" } else { "down" });
    state.say(match field {
        Field::Time => word.to_owned(),
        _ => format!(
            "{} {word}: chosen again, {turn}wards; {} time is the usual order",
            field.name(),
            state.keys.word(Scope::List, Command::SortList)
        ),
    });
}

/// Sorts by the focused column.
pub fn sort_by_column(state: &mut State) {
    match focused(state).and_then(|(_, column)| column.column.field()) {
        Some(field) if sorted::can_sort(field) => sort_by(state, field),
        _ => {
            let key = state.keys.word(Scope::List, Command::SortList);
            state.refuse(format!(
                "nothing can be sorted by this column: {key} lists what can"
            ));
        }
    }
}

fn focused(state: &State) -> Option<(usize, Chosen)> {
    let columns = listing::columns(state);
    let at = state.view.column.min(columns.len().checked_sub(1)?);
    Some((at, *columns.get(at)?))
}

/// Lists the columns there can be: the chosen ones first, in their order.
pub fn open_columns(state: &mut State) {
    let shown = listing::columns(state);
    let mut columns: Vec<ListColumn> = shown.iter().map(|c| c.column).collect();
    columns.extend(ListColumn::all().filter(|c| shown.iter().all(|s| s.column != *c)));
    let mut entries: Vec<Entry> = columns
        .into_iter()
        .map(|column| Entry {
            key: String::new(),
            label: column.name().to_owned(),
            detail: String::new(),
            choice: Choice::Column(column),
        })
        .collect();
    entries.push(Entry {
        key: String::new(),
        label: "the usual columns".to_owned(),
        detail: "those that fit the width of the list".to_owned(),
        choice: Choice::UsualColumns,
    });
    number(state, &mut entries);
    state.overlay = Some(Overlay::Picker(Picker {
        kind: PickerKind::Columns,
        input: Input::default(),
        entries,
        at: 0,
    }));
}

/// Says of each entry whether it is a column, and which.
fn number(state: &State, entries: &mut [Entry]) {
    let shown = listing::columns(state);
    for entry in entries {
        let Choice::Column(column) = entry.choice else {
            continue;
        };
        let help = match column.field() {
            Some(field) => field.spec().help,
            None => "the time since the row above, or since the pinned row",
        };
        let at = shown.iter().position(|c| c.column == column);
        entry.detail = match at {
            Some(at) => format!("column {}  {help}", at + 1),
            None => help.to_owned(),
        };
    }
}

/// The list's columns as chosen ones, to be changed.
fn chosen(state: &mut State) -> &mut Vec<Chosen> {
    if state.view.columns.is_empty() {
        let (_, time) = columns::time_format(state.snapshot.span());
        let usual = listing::columns(state).into_iter().map(|c| match c.width {
            // What takes the rest now has a width of its own from here on.
            0 => Chosen::of(c.column, time),
            _ => c,
        });
        state.view.columns = usual.collect();
    }
    &mut state.view.columns
}

/// Takes a column in at the end, or out; the picker stays, for the next one.
pub fn toggle(state: &mut State, column: ListColumn, mut picker: Picker) {
    let (_, time) = columns::time_format(state.snapshot.span());
    let columns = chosen(state);
    match columns.iter().position(|c| c.column == column) {
        Some(_) if columns.len() == 1 => state.refuse("one column stays"),
        Some(at) => {
            columns.remove(at);
        }
        None => columns.push(Chosen::of(column, time)),
    }
    number(state, &mut picker.entries);
    state.overlay = Some(Overlay::Picker(picker));
}

/// Back to the usual columns.
pub fn usual_columns(state: &mut State) {
    state.view.columns.clear();
    state.say("the usual columns");
}

/// Moves the focused column left or right among the others.
pub fn shift(state: &mut State, right: bool) {
    let Some((at, _)) = focused(state) else {
        return;
    };
    let columns = chosen(state);
    let to = if right {
        (at + 1).min(columns.len() - 1)
    } else {
        at.saturating_sub(1)
    };
    columns.swap(at, to);
    state.view.column = to;
}

/// Makes the focused column wider or narrower.
pub fn resize(state: &mut State, wider: bool) {
    let Some((at, _)) = focused(state) else {
        return;
    };
    if let Some(column) = chosen(state).get_mut(at) {
        *column = column.resized(if wider { 2 } else { -2 });
    }
}

/// Puts the focus on the first or the last column.
pub fn edge(state: &mut State, last: bool) {
    let all = listing::columns(state).len();
    state.view.column = if last { all.saturating_sub(1) } else { 0 };
}

/// Unfolds the burst that the focused event is in, or folds it again.
pub fn fold_burst(state: &mut State) {
    let Some(at) = state.cursor() else {
        return state.refuse("there is no event here");
    };
    let lines = listing::lines(state);
    let Some((first, past)) = lines.burst(at) else {
        return state.refuse("this event is in no burst: a line of several says ×3");
    };
    let burst: Vec<_> = lines.bursts.hits[first..past].to_vec();
    let but = &mut state.view.folding.but;
    if burst.iter().any(|id| but.contains(id)) {
        but.retain(|id| !burst.contains(id));
    } else {
        but.insert(burst[0]);
    }
}

/// What folding means for the focused event, where it is in a burst.
pub fn burst_hint(state: &State) -> Option<&'static str> {
    let at = state.cursor()?;
    let lines = listing::lines(state);
    lines.burst(at)?;
    let (first, past) = lines.line(at);
    Some(if past - first > 1 { "unfold" } else { "fold" })
}

/// Unfolds every burst, or folds them all.
pub fn fold_bursts(state: &mut State) {
    let folding = &mut state.view.folding;
    folding.unfolded = !folding.unfolded;
    folding.but.clear();
    folding.sought.clear();
    state.say(if state.view.folding.unfolded {
        "every event has a line of its own"
    } else {
        "repeats within 2 s are one line: ×3"
    });
}
