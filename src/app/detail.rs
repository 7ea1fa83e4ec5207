//! The detail pane's state: lines of the focused event, the cursor in them, folds.

use crate::app::action::Command;
use crate::app::moves;
use crate::app::state::State;
use crate::index::segment::EventId;
use crate::view::detail::{self, Line, TABS};
use crate::view::layout;

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
    let event = state.focused_event();
    let mut out = Lines {
        event,
        tab: state.view.tab,
        ..Lines::default()
    };
    let Some(id) = event else {
        state.detail = out;
        return;
    };
    let record = state
        .record
        .as_ref()
        .filter(|(of, _)| *of == id)
        .map(|(_, r)| r);
    let shown = record.map(|r| r.shown(state.reveal));
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
        out.lines = detail::summary(snapshot, id, tree, &name, &file, zone, state.reveal);
        if record.is_some_and(|r| r.masked.is_some()) {
            out.lines.push(detail::secrets_note(state.reveal));
        }
        if let Some(error) = record.and_then(|r| r.error.as_ref()) {
            out.notice = Some(error.clone());
        }
        state.detail = out;
        return;
    }
    match (record, shown) {
        (None, _) | (_, None) => out.notice = Some("reading the record …".into()),
        (Some(r), _) if r.error.is_some() => out.notice.clone_from(&r.error),
        (Some(_), Some((bytes, tree))) => match (tree, TABS[state.view.tab]) {
            (None, _) => out.lines = detail::raw_lines(bytes),
            (Some(tree), "Raw") => out.lines = detail::tree(tree, "", &state.view.folded),
            (Some(tree), tab) => {
                let key = if tab == "Request" {
                    "requestParameters"
                } else {
                    "responseElements"
                };
                match tree.get(key) {
                    None => out.notice = Some(format!("the record has no {key}")),
                    Some(part) => {
                        out.lines = detail::tree(part, &format!(".{key}"), &state.view.folded);
                    }
                }
            }
        },
    }
    state.detail = out;
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
            if close == detail::is_more(&path) {
                state.view.folded.remove(&path);
            } else {
                state.view.folded.insert(path);
            }
        }
        (_, true) => {
            let level = detail::level(line);
            let at = state.view.detail_at.0;
            let lines = &state.detail.lines[..at];
            if let Some(parent) = lines.iter().rposition(|l| detail::level(l) < level) {
                put(state, parent);
            }
            return;
        }
        _ => return,
    }
    rebuild(state);
}

/// Folds what is open, opens what is folded.
pub fn toggle_fold(state: &mut State) {
    if let Some(is_folded) = focused(state).and_then(|l| l.line.fold) {
        fold(state, !is_folded);
    }
}

/// Folds everything of the tab.
pub fn fold_all(state: &mut State) {
    let Some((_, record)) = &state.record else {
        return;
    };
    let (_, Some(tree)) = record.shown(state.reveal) else {
        return;
    };
    let paths = match TABS[state.view.tab] {
        "Request" => tree
            .get("requestParameters")
            .map(|n| detail::foldable(n, ".requestParameters")),
        "Response" => tree
            .get("responseElements")
            .map(|n| detail::foldable(n, ".responseElements")),
        "Raw" => Some(detail::foldable(tree, "")),
        _ => None,
    };
    state.view.folded.retain(|path| !detail::is_more(path));
    state.view.folded.extend(paths.into_iter().flatten());
    state.view.detail_at = (0, 0);
    rebuild(state);
}

/// Unfolds everything.
pub fn unfold_all(state: &mut State) {
    state.view.folded.clear();
    if let Some((_, record)) = &state.record
        && let (_, Some(tree)) = record.shown(state.reveal)
    {
        let paths = ["requestParameters", "responseElements"].map(|key| {
            let part = tree.get(key);
            part.map(|node| detail::long_lists(node, &format!(".{key}")))
        });
        let within = paths.into_iter().flatten().flatten();
        let all: Vec<String> = within.chain(detail::long_lists(tree, "")).collect();
        state.view.folded.extend(all);
    }
    rebuild(state);
}

/// Moves to the next or previous line that holds a text.
pub fn find(state: &mut State, text: &str, forward: bool) {
    let wanted = crate::base::text::fold(text);
    let has = |l: &Line| {
        let shown: String = l.line.pieces.iter().map(|p| p.text.as_str()).collect();
        crate::base::text::fold(&shown).contains(&wanted)
    };
    let at = state.view.detail_at.0;
    let lines = &state.detail.lines;
    let found = if forward {
        (at + 1..lines.len()).find(|i| has(&lines[*i]))
    } else {
        (0..at.min(lines.len())).rev().find(|i| has(&lines[*i]))
    };
    match found {
        Some(line) => put(state, line),
        None => state.refuse(format!(
            "{text:?} is not {} in this tab",
            if forward { "below" } else { "above" }
        )),
    }
}
