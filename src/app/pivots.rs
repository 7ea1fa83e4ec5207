//! Going places: a principal, a resource, the events around one; back and forward.

use crate::app::action::Command;
use crate::app::carrying;
use crate::app::chain;
use crate::app::facets;
use crate::app::filtering;
use crate::app::following;
use crate::app::moves;
use crate::app::places;
use crate::app::pointing;
use crate::app::state::{
    About, Around, Choice, Entry, Focus, Overlay, Picker, PickerKind, State, View,
};
use crate::app::update;
use crate::base::time::MINUTE;
use crate::event::resource::{self, Role};
use crate::index::schema::{Col, Field};
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::portrait::Subject;
use crate::query::ast::Expr;
use crate::view::portrait::{self, RowTarget};

/// Views kept to go back to.
const DEPTH: usize = 200;

/// Makes a view the current one and keeps the one before it.
pub fn push(state: &mut State, mut view: View) {
    pin(state);
    view.event = view.event.or(state.view.event);
    view.over.clear();
    leave(state);
    let before = std::mem::replace(&mut state.view, view);
    state.back.push(before);
    if state.back.len() > DEPTH {
        state.back.remove(0);
    }
    // Going another way leaves what lay ahead, and loses nothing.
    let ahead = std::mem::take(&mut state.forward);
    places::leave(state, ahead);
}

/// Keeps the event that is shown as the focused one as the view's own: `[` must find it again,
/// also where none was chosen, or the chosen one does not match.
pub fn pin(state: &mut State) {
    if update::shows_its_own_hits(state) {
        state.view.event = state.focused_event().or(state.view.event);
    }
}

/// Back to the view before, as it was; whether there was one.
pub fn back(state: &mut State) -> bool {
    let Some(view) = state.back.pop() else {
        return false;
    };
    pin(state);
    leave(state);
    let left = std::mem::replace(&mut state.view, view);
    state.forward.push(left);
    arrive(state);
    true
}

/// Closes what floats, to go on to another view from it.
pub fn go_on(state: &mut State) {
    state.standing.append(&mut state.under);
    state.standing.extend(state.overlay.take());
}

/// Keeps what the view was left with.
fn leave(state: &mut State) {
    go_on(state);
    state.view.focus = state.focus;
    state.view.over = std::mem::take(&mut state.standing);
    state.view.over.retain(Overlay::is_place);
}

/// Forward again; whether there was a view to go to.
pub fn forward(state: &mut State) -> bool {
    let Some(view) = state.forward.pop() else {
        return false;
    };
    pin(state);
    leave(state);
    let left = std::mem::replace(&mut state.view, view);
    state.back.push(left);
    arrive(state);
    true
}

fn arrive(state: &mut State) {
    state.edit = None;
    state.under = std::mem::take(&mut state.view.over);
    state.overlay = state.under.pop();
    state.focus = state.view.focus;
    following::page(state);
    crate::app::detail::rebuild(state);
    chain::refresh(state);
}

/// To the newest timeline: this view, or the nearest one behind it.
pub fn to_timeline(state: &mut State) {
    while state.view.about != About::Timeline {
        if !back(state) {
            return;
        }
    }
    state.overlay = None;
    state.under.clear();
}

/// To everything the focused event's principal did; from a role's session, to the whole role.
pub fn principal(state: &mut State) {
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    // A value of the facets that is a person means that one.
    if let Some((Field::Who, key, shown)) = facets::named(state) {
        let known = state.snapshot.principal_of_key(&key);
        let label = known.map_or(shown, |known| known.label.clone());
        return go(state, Subject::Principal(key), label, id);
    }
    let Some(principal) = state.snapshot.person_of(id).cloned() else {
        return state.refuse("the record does not say who acted");
    };
    let here = Subject::Principal(principal.key.clone());
    // The session is the principal, its role is one step up: p again widens to it.
    if let (About::Subject(now, _), Some(issuer)) = (&state.view.about, &principal.issuer)
        && *now == here
    {
        let issuer = issuer.clone();
        let label = format!("sessions of {}", resource::short_name(&issuer));
        if let Some(filter) = pointing::term(Field::Via, Some(&issuer)) {
            let view = carrying::from(state, Some(id)).into(View {
                about: About::Timeline,
                filter: std::sync::Arc::new(filter),
                off: Vec::new(),
                facet_at: 0,
                portrait_at: (0, 0),
                count: None,
                ..state.view.clone()
            });
            push(state, view);
            state.say(label);
        }
        return;
    }
    go(state, here, principal.label.clone(), id);
}

/// To the view of a subject, keeping the focused event.
pub fn go(state: &mut State, subject: Subject, label: String, from: EventId) {
    if matches!(&state.view.about, About::Subject(now, _) if *now == subject) {
        return state.refuse("this view is about it already");
    }
    let Some(filter) = pointing::term(subject.field(), Some(subject.name())) else {
        return state.refuse("its name cannot be written as a filter");
    };
    let view = carrying::from(state, Some(from)).into(View {
        about: About::Subject(subject, label),
        filter: std::sync::Arc::new(filter),
        event: Some(from),
        offset: 0,
        columns: state.view.columns.clone(),
        column: state.view.column,
        detail: false,
        tab: state.view.tab,
        folded: state.view.folded.clone(),
        ..View::root()
    });
    push(state, view);
    state.focus = Focus::List;
    state.answer.portrait = None;
}

/// To everything that names a resource of the focused event; asks which where there are several.
pub fn resources(state: &mut State) {
    let Some(id) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    // A line of the detail that names a resource means that one.
    if state.focus == Focus::Detail
        && let Some(name) = named_on_line(state)
    {
        return resource_view(state, name);
    }
    // So does a value of the facets: a resource, a role, a key.
    if let Some((_, name, _)) = facets::named(state)
        && state.snapshot.resources().find(&name).is_some()
    {
        return resource_view(state, name);
    }
    // What the call is about comes first, then the rest in order of trust.
    let mut named: Vec<_> = state.snapshot.named_by(id).collect();
    named.sort_by_key(|(_, mark)| mark.role() == Role::Used);
    named.sort_by_key(|(_, mark)| !mark.role().is_subject());
    let texts = state.snapshot.resources();
    if let About::Subject(Subject::Resource(here), _) = &state.view.about {
        let here = texts.find(here).map(|sym| state.snapshot.names().best(sym));
        named.retain(|(sym, _)| Some(state.snapshot.names().best(*sym)) != here);
    }
    let details: Vec<String> = named
        .iter()
        .map(|(sym, mark)| {
            let how = (mark.role().name(), mark.naming().name());
            format!("{}, {}  {}", how.0, how.1, texts.text(*sym))
        })
        .collect();
    let mut names: Vec<String> = named
        .iter()
        .map(|(sym, _)| texts.text(*sym).to_owned())
        .collect();
    match names.len() {
        0 => state.refuse("this event names no other resource"),
        1 => resource_view(state, names.remove(0)),
        _ => {
            let entries = names
                .into_iter()
                .zip(details)
                .enumerate()
                .map(|(i, (name, detail))| Entry {
                    key: if i < 9 {
                        (i + 1).to_string()
                    } else {
                        String::new()
                    },
                    label: resource::short_name(&name).to_owned(),
                    detail,
                    choice: Choice::Resource(name),
                })
                .collect();
            state.overlay = Some(Overlay::Picker(Picker {
                kind: PickerKind::Resources,
                input: tui_input::Input::default(),
                entries,
                at: 0,
            }));
        }
    }
}

/// The resource that the focused line of the detail names.
fn named_on_line(state: &State) -> Option<String> {
    let line = state.detail.lines.get(state.view.detail_at.0)?;
    match &line.field {
        Some((Field::Res, name)) => Some(name.clone()),
        _ => line
            .leaf
            .clone()
            .filter(|leaf| state.snapshot.resources().find(leaf).is_some()),
    }
}

/// To what the focused line of the detail names: a resource, or who acted.
pub fn follow_line(state: &mut State) {
    if let Some(name) = named_on_line(state) {
        return resource_view(state, name);
    }
    let line = state.detail.lines.get(state.view.detail_at.0);
    if line.is_some_and(|l| matches!(l.field, Some((Field::Who | Field::Actor, _)))) {
        principal(state);
    }
}

/// To the view of a resource.
pub fn resource_view(state: &mut State, name: String) {
    let Some(id) = state.focused_event() else {
        return;
    };
    // Whatever it is called here, the view is of the resource by its best name.
    let resources = state.snapshot.resources();
    let name = match resources.find(&name) {
        Some(sym) => resources.text(state.snapshot.names().best(sym)).to_owned(),
        None => name,
    };
    let label = resource::short_name(&name).to_owned();
    go(state, Subject::Resource(name), label, id);
}

/// To the list of every resource the events of this view name.
pub fn all_resources(state: &mut State) {
    if matches!(&state.view.about, About::Subject(Subject::Resources, _)) {
        return;
    }
    let view = View {
        about: About::Subject(Subject::Resources, "Resources".to_owned()),
        detail: false,
        portrait_at: (0, 0),
        ..state.view.clone()
    };
    push(state, view);
    state.focus = Focus::Portrait;
    state.answer.portrait = None;
}

/// Shows what the focused event's principal did around it.
pub fn around(state: &mut State) {
    let Some(anchor) = state.focused_event() else {
        return state.refuse("there is no event here");
    };
    if state.snapshot.time(anchor).is_none() {
        return state.refuse("this event has no usable time, so nothing is around it");
    }
    let mut around = Around {
        anchor,
        reach: 30 * MINUTE,
        everyone: false,
        events: Vec::new(),
        at: 0,
    };
    fill(&state.snapshot, &mut around);
    state.overlay = Some(Overlay::Around(around));
}

/// Finds the events around the anchor anew.
pub fn fill(snapshot: &Snapshot, around: &mut Around) {
    let focused = around.events.get(around.at).copied();
    let order = snapshot.order();
    let centre = snapshot.time_key(around.anchor);
    let from = order.partition_point(|id| snapshot.time_key(*id) < centre - around.reach);
    let to = order.partition_point(|id| snapshot.time_key(*id) <= centre + around.reach);
    let who = snapshot.person_number(around.anchor);
    around.events = order[from..to]
        .iter()
        .copied()
        .filter(|id| around.everyone || snapshot.person_number(*id) == who)
        .collect();
    // The cursor stays on its event where that is still there.
    let events = &around.events;
    let place = |id: EventId| events.iter().position(|event| *event == id);
    let at = focused.and_then(place).or_else(|| place(around.anchor));
    around.at = at.unwrap_or(0);
}

/// Makes the events around one a view of its own.
pub fn promote(state: &mut State, around: &Around) {
    let Some(time) = state.snapshot.time(around.anchor) else {
        return;
    };
    let who = state
        .snapshot
        .text(Col::Principal, around.anchor)
        .unwrap_or("");
    let (from, to) = (time.plus(-around.reach), time.plus(around.reach));
    let terms = [
        pointing::term(Field::Who, Some(who)).filter(|_| !around.everyone),
        pointing::term(Field::Time, Some(&format!("{}..{}", from.iso(), to.iso()))),
    ];
    let filter = Expr::all_of(terms.into_iter().flatten().collect());
    let text = filter.to_string();
    let event = around
        .events
        .get(around.at)
        .copied()
        .unwrap_or(around.anchor);
    filtering::set(state, text, filter);
    state.view.event = Some(event);
    state.view.offset = moves::list_height(state) / 2;
}

/// What the focused row of the portrait stands for.
pub fn focused_row(state: &State) -> Option<RowTarget> {
    let (_, targets) = cards(state)?;
    let (card, row) = state.view.portrait_at;
    targets.get(card)?.get(row).cloned()
}

/// The cards of the portrait with what their rows stand for.
pub fn cards(state: &State) -> Option<(crate::view::screen::PortraitView, Vec<Vec<RowTarget>>)> {
    let About::Subject(subject, label) = &state.view.about else {
        return None;
    };
    let portrait = state
        .answer
        .portrait
        .as_ref()
        .filter(|p| p.subject == *subject)?;
    Some(portrait::build(
        &state.snapshot,
        &state.lineage,
        portrait,
        label,
        state.zone,
    ))
}

/// Moves up and down through the rows of all cards.
pub fn move_in_portrait(state: &mut State, command: Command) {
    let Some((_, targets)) = cards(state) else {
        return;
    };
    let flat: Vec<(usize, usize)> = targets
        .iter()
        .enumerate()
        .flat_map(|(card, rows)| (0..rows.len()).map(move |row| (card, row)))
        .collect();
    let at = flat
        .iter()
        .position(|p| *p == state.view.portrait_at)
        .unwrap_or(0);
    let height = usize::from(state.panes().portrait.height);
    let to = moves::step(at, flat.len(), command, height);
    state.view.portrait_at = flat.get(to).copied().unwrap_or((0, 0));
}

/// Moves to the next or previous card.
pub fn next_card(state: &mut State, right: bool) {
    let Some((_, targets)) = cards(state) else {
        return;
    };
    let (card, _) = state.view.portrait_at;
    let last = targets.len().saturating_sub(1);
    let to = if right {
        (card + 1).min(last)
    } else {
        card.saturating_sub(1)
    };
    state.view.portrait_at = (to, 0);
}

/// Goes to the events of the focused row.
pub fn drill(state: &mut State) {
    match focused_row(state) {
        Some(RowTarget::Value(Field::Res, Some(name))) => resource_view(state, name),
        Some(RowTarget::Value(..)) => {
            pointing::focused_value(state, pointing::Side::Include);
        }
        Some(RowTarget::Terms(values)) => {
            let terms = values.iter().map(|(f, v)| pointing::part(*f, v));
            let Some(terms) = terms.collect::<Option<Vec<Expr>>>() else {
                return state.refuse("its events cannot be written as a filter");
            };
            let view = carrying::from(state, None).into(View {
                filter: std::sync::Arc::new(Expr::all_of(terms)),
                event: state.view.event,
                ..View::root()
            });
            push(state, view);
            state.focus = Focus::List;
        }
        Some(RowTarget::Event(event))
            if state.answer.hits.position(&state.snapshot, event).is_err() =>
        {
            // A call beside this view's own: it stands among what its person did.
            let Some(person) = state.snapshot.person_of(event).cloned() else {
                return state.refuse("the record does not say who acted");
            };
            go(
                state,
                Subject::Principal(person.key.clone()),
                person.label.clone(),
                event,
            );
            state.view.detail = true;
        }
        Some(RowTarget::Event(event)) => {
            state.view.event = Some(event);
            state.view.offset = moves::list_height(state) / 2;
            state.focus = Focus::List;
            state.view.detail = true;
        }
        None => {}
    }
}
