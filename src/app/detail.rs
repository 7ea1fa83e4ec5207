//! The detail pane's state: lines of the focused event, the cursor in them, folds.

use std::collections::HashSet;

use crate::app::action::Command;
use crate::app::keymap::Scope;
use crate::app::moves;
use crate::app::state::{Focus, State};
use crate::engine::protocol::{Compare, Other};
use crate::event::json::Node;
use crate::index::segment::EventId;
use crate::view;
use crate::view::detail::{self, TABS};
use crate::view::layout;
use crate::view::tree::{self, Line};

/// Lines of one event, made once for each event, tab and fold.
#[derive(Debug, Default)]
pub struct Lines {
    /// The event they are of.
    pub event: Option<EventId>,
    /// The tab they are of.
    pub tab: usize,
    /// The lines.
    pub lines: Vec<Line>,
    /// What to say in their place.
    pub notice: Option<String>,
}

/// Makes the lines of the focused event's tab.
pub fn rebuild(state: &mut State) {
    state.detail = match state.focused_event() {
        Some(id) => lines_of(state, id, &state.view.folded, state.reveal),
        None => Lines {
            tab: state.view.tab,
            ..Lines::default()
        },
    };
}

/// The lines of an event's tab: with these paths folded, and with secrets or without.
pub fn lines_of(state: &State, id: EventId, folded: &HashSet<String>, reveal: bool) -> Lines {
    let mut out = Lines {
        event: Some(id),
        tab: state.view.tab,
        ..Lines::default()
    };
    let record = state
        .record
        .as_ref()
        .filter(|(of, _)| *of == id)
        .map(|(_, r)| r);
    let shown = record.map(|r| r.shown(reveal));
    let tree = shown.and_then(|(_, tree)| tree);
    if state.view.tab == 0 {
        let name = match record {
            Some(r) => r.name.clone(),
            None => state
                .snapshot
                .recorded_id(id)
                .unwrap_or_default()
                .into_owned(),
        };
        let file = record.map_or_else(String::new, |r| r.origin.name().to_owned());
        let (snapshot, zone) = (&state.snapshot, state.zone);
        out.lines = detail::summary(snapshot, id, tree, &name, &file, zone, reveal);
        if record.is_some_and(|r| r.masked.is_some()) {
            let key = state.key(Command::Reveal);
            out.lines.push(detail::secrets_note(reveal, &key));
        }
        if let Some(error) = record.and_then(|r| r.error.as_ref()) {
            out.notice = Some(error.clone());
        }
        return out;
    }
    if state.view.tab == detail::DIFF {
        differences(state, id, reveal, &mut out);
        return out;
    }
    match (record, shown) {
        (None, _) | (_, None) => out.notice = Some("reading the record …".into()),
        (Some(r), _) if r.error.is_some() => out.notice.clone_from(&r.error),
        (Some(_), Some((bytes, None))) => out.lines = detail::raw_lines(bytes),
        (Some(_), Some((_, Some(_)))) => {
            if let Some((node, path)) = tree_of(state, reveal) {
                out.lines = tree::tree(node, &path, folded);
            } else {
                let key = member_of(state.view.tab).unwrap_or_default();
                out.notice = Some(format!("the record has no {key}"));
            }
        }
    }
    out
}

/// What the focused event is to be compared with; `None` while nobody looks.
pub fn comparing(state: &State) -> Option<Compare> {
    let pinned = state.view.reference;
    (state.view.tab == detail::DIFF && state.view.detail).then(|| {
        let other = pinned.filter(|pinned| Some(*pinned) != state.focused_event());
        other.map_or(Compare::Earlier, Compare::With)
    })
}

/// What the event differs in from the other one.
fn differences(state: &State, id: EventId, reveal: bool, out: &mut Lines) {
    let compared = state.compared.as_ref().filter(|(of, _)| *of == id);
    let Some((_, compared)) = compared else {
        out.notice = Some("comparing …".into());
        return;
    };
    if let Some(error) = &compared.error {
        out.notice = Some(error.clone());
        return;
    }
    let Some((other, why)) = compared.other else {
        let key = state.keys.word(Scope::List, Command::PinRow);
        out.notice = Some(format!(
            "the evidence holds no earlier call of this name on this resource: {key} in the list \
             pins a row to compare others with"
        ));
        return;
    };
    let why = match why {
        Other::Same(same) => view::diff::why(same),
        Other::Pinned => "the pinned row",
    };
    let changes = if reveal {
        &compared.whole
    } else {
        &compared.safe
    };
    out.lines = view::diff::lines(&state.snapshot, (other, id), why, changes, state.zone);
}

/// Shows what differs from the same call before, or from the pinned row.
pub fn diff(state: &mut State) {
    state.view.detail = true;
    show_tab(state, detail::DIFF);
    // A narrow terminal shows the detail only while it has the focus.
    if state.panes().detail.is_empty() {
        state.focus = Focus::Detail;
    }
}

fn height(state: &State) -> usize {
    usize::from(layout::detail_lines(state.panes().detail).height).max(1)
}

/// Moves the line with the focus.
pub fn move_cursor(state: &mut State, command: Command) {
    let at = moves::step(
        state.view.detail_at.0,
        state.detail.lines.len(),
        command,
        height(state),
    );
    put(state, at);
}

/// Puts the focus on a line and scrolls so that it is visible.
pub fn put(state: &mut State, at: usize) {
    let height = height(state);
    let (_, top) = state.view.detail_at;
    let top = top.min(at).max((at + 1).saturating_sub(height));
    state.view.detail_at = (at, top);
}

/// Scrolls without the focus.
pub fn scroll(state: &mut State, lines: isize) {
    let most = state.detail.lines.len().saturating_sub(height(state)) as isize;
    let (at, top) = state.view.detail_at;
    let top = (top as isize + lines).clamp(0, most.max(0)) as usize;
    let at = at.clamp(top, top + height(state) - 1);
    state.view.detail_at = (at, top);
}

/// The next tab.
pub fn next_tab(state: &mut State) {
    state.view.detail = true;
    show_tab(state, (state.view.tab + 1) % TABS.len());
}

/// A tab by its place.
pub fn show_tab(state: &mut State, tab: usize) {
    state.view.tab = tab.min(TABS.len() - 1);
    state.view.detail_at = (0, 0);
    rebuild(state);
}

fn focused(state: &State) -> Option<&Line> {
    state.detail.lines.get(state.view.detail_at.0)
}

/// Folds or unfolds the focused line; folding a leaf folds what it is in.
pub fn fold(state: &mut State, close: bool) {
    let Some(line) = focused(state) else { return };
    match (line.line.fold, close) {
        (Some(is_folded), _) if is_folded != close => {
            let path = line.path.clone();
            // What is left out of a long list is remembered where it shows, not where it hides.
            if close == tree::is_more(&path) {
                state.view.folded.remove(&path);
            } else {
                state.view.folded.insert(path);
            }
        }
        (_, true) => {
            if tree::level(line) > 0 {
                to_parent(state);
            }
            return;
        }
        _ => return,
    }
    rebuild(state);
}

/// Folds what is open, opens what is folded; whether the line is of either kind.
pub fn toggle_fold(state: &mut State) -> bool {
    let folded = focused(state).and_then(|l| l.line.fold);
    if let Some(is_folded) = folded {
        fold(state, !is_folded);
    }
    folded.is_some()
}

/// The tree that the tab shows, and its path.
pub fn shown_tree(state: &State) -> Option<(&Node, String)> {
    tree_of(state, state.reveal)
}

/// The same with secrets or without.
pub fn tree_of(state: &State, reveal: bool) -> Option<(&Node, String)> {
    let (_, record) = state.record.as_ref()?;
    let (_, tree) = record.shown(reveal);
    if TABS[state.view.tab] == "Raw" {
        return Some((tree?, String::new()));
    }
    let key = member_of(state.view.tab)?;
    Some((tree?.get(key)?, format!(".{key}")))
}

/// The member of the record that a tab shows.
fn member_of(tab: usize) -> Option<&'static str> {
    match TABS[tab] {
        "Request" => Some("requestParameters"),
        "Response" => Some("responseElements"),
        _ => None,
    }
}

/// Everything of the tab that folds, and how many levels down it is.
fn foldable(state: &State) -> Vec<(String, usize)> {
    shown_tree(state).map_or_else(Vec::new, |(node, path)| tree::foldable(node, &path))
}

/// Folds everything of the tab.
pub fn fold_all(state: &mut State) {
    let paths = foldable(state).into_iter().map(|(path, _)| path);
    state.view.folded.retain(|path| !tree::is_more(path));
    state.view.folded.extend(paths);
    state.view.detail_at = (0, 0);
    rebuild(state);
}

/// Shows one level of the tree less, or one more; the line with the focus, or what it is in, keeps it.
pub fn shift_level(state: &mut State, deeper: bool) {
    let all = foldable(state);
    let Some(deepest) = all.iter().map(|(_, level)| *level).max() else {
        return state.refuse("nothing folds here");
    };
    let is_folded = |(path, _): &&(String, usize)| state.view.folded.contains(path);
    let folded = all.iter().filter(is_folded).map(|(_, level)| *level);
    let first = folded.min().unwrap_or(deepest + 1);
    let level = if deeper { first + 1 } else { first - 1 }.clamp(1, deepest + 1);
    let focused = focused(state).map(|line| line.path.clone());
    state.view.folded.retain(|path| tree::is_more(path));
    let closed = all.into_iter().filter(|(_, at)| *at >= level);
    state.view.folded.extend(closed.map(|(path, _)| path));
    rebuild(state);
    let lines = &state.detail.lines;
    let holds = |line: &Line| {
        let rest = focused
            .as_ref()
            .and_then(|path| path.strip_prefix(&line.path));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    // The longest path that leads to the line is the nearest to it.
    let nearest = (0..lines.len())
        .filter(|at| !lines[*at].path.is_empty() && holds(&lines[*at]))
        .max_by_key(|at| (lines[*at].path.len(), std::cmp::Reverse(*at)));
    put(state, nearest.unwrap_or(0));
    state.say(if level > deepest {
        format!("all {deepest} levels open")
    } else {
        format!("{level} of {deepest} levels open")
    });
}

/// Goes to the line that the focused one is in.
pub fn to_parent(state: &mut State) {
    let at = state.view.detail_at.0;
    let lines = &state.detail.lines;
    let Some(line) = lines.get(at) else { return };
    // The line that closes an object stands as deep as the one that opens it.
    let within = tree::level(line) + usize::from(line.path.is_empty());
    let parent = lines[..at].iter().rposition(|l| tree::level(l) < within);
    match parent {
        Some(parent) => put(state, parent),
        None => state.refuse("nothing is above this"),
    }
}

/// Goes to the next line of the same level in the same object, past what is in this one.
pub fn to_sibling(state: &mut State) {
    let at = state.view.detail_at.0;
    let lines = &state.detail.lines;
    let Some(line) = lines.get(at) else { return };
    let level = tree::level(line);
    let is_value = |l: &Line| !l.path.is_empty() && l.path != line.path;
    let mut after = (at + 1..lines.len()).take_while(|i| tree::level(&lines[*i]) >= level);
    let next = after.find(|i| tree::level(&lines[*i]) == level && is_value(&lines[*i]));
    match next {
        Some(next) => put(state, next),
        None => state.refuse("nothing of this level follows"),
    }
}

/// Unfolds everything.
pub fn unfold_all(state: &mut State) {
    state.view.folded.clear();
    if let Some((_, record)) = &state.record
        && let (_, Some(tree)) = record.shown(state.reveal)
    {
        let paths = ["requestParameters", "responseElements"].map(|key| {
            let part = tree.get(key);
            part.map(|node| tree::long_lists(node, &format!(".{key}")))
        });
        let within = paths.into_iter().flatten().flatten();
        let all: Vec<String> = within.chain(tree::long_lists(tree, "")).collect();
        state.view.folded.extend(all);
    }
    rebuild(state);
}

/// Moves to the next or previous line that holds a text; what is folded opens for it.
pub fn find(state: &mut State, text: &str, forward: bool) {
    let found = line_with(state, text, forward).or_else(|| {
        let at = state.view.detail_at.0;
        let path = focused(state).map(|line| line.path.clone());
        let folded = state.view.folded.clone();
        unfold_all(state);
        let is_it = |l: &Line| Some(&l.path) == path.as_ref();
        let here = state.detail.lines.iter().position(is_it);
        state.view.detail_at.0 = here.unwrap_or(at);
        let found = line_with(state, text, forward);
        if found.is_none() {
            state.view.folded = folded;
            rebuild(state);
            state.view.detail_at.0 = at;
        }
        found
    });
    match found {
        Some(line) => put(state, line),
        None => state.refuse(format!(
            "{text:?} is not {} in this tab",
            if forward { "below" } else { "above" }
        )),
    }
}

/// The nearest line after or before the focused one that holds a text.
fn line_with(state: &State, text: &str, forward: bool) -> Option<usize> {
    let wanted = crate::base::text::fold(text);
    let has = |l: &Line| {
        let shown: String = l.line.pieces.iter().map(|p| p.text.as_str()).collect();
        crate::base::text::fold(&shown).contains(&wanted)
    };
    let at = state.view.detail_at.0;
    let lines = &state.detail.lines;
    if forward {
        (at + 1..lines.len()).find(|i| has(&lines[*i]))
    } else {
        (0..at.min(lines.len())).rev().find(|i| has(&lines[*i]))
    }
}
