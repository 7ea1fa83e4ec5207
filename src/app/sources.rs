//! What was read: the list of files, their problems, and the text around a place.

use std::sync::Arc;

use tui_input::Input;

use crate::app::action::{Command, Effect};
use crate::app::keymap::Scope;
use crate::app::moves;
use crate::app::overlays;
use crate::app::plot;
use crate::app::state::{Overlay, Raw, Sort, Sources, State};
use crate::base::ledger::{FileEntry, FileStatus, Ledger, Problem};
use crate::base::origin::FileId;
use crate::base::text::{counted, fold};
use crate::engine::protocol::Request;

/// Problems listed in all.
const MOST: usize = 100_000;

/// Takes in files that are done.
pub fn add(state: &mut State, files: Vec<(FileId, Arc<FileEntry>)>) {
    for (id, entry) in files {
        if state.mending == Some(id)
            && let Some(at) = state.files.iter().position(|(file, _)| *file == id)
        {
            mended(state, at, entry);
            continue;
        }
        state.coverage.done([(id, &*entry)]);
        let at = state.files.len();
        let room = MOST.saturating_sub(state.problems.len());
        let known = (0..entry.problems.len()).take(room);
        state.problems.extend(known.map(|i| (at, i)));
        state.files.push((id, entry));
    }
    plot::cover(state);
    if let Some(Overlay::Sources(sources)) = &mut state.overlay {
        arrange(&state.files, sources);
    }
}

/// The file that is looked at.
pub fn looked_at(state: &State) -> Option<usize> {
    match &state.overlay {
        Some(Overlay::Sources(list)) => list.order.get(list.at).copied(),
        Some(Overlay::Problems(file, at)) => {
            let which = listed(state, *file).nth(*at)?;
            Some(problem(state, which)?.0)
        }
        Some(Overlay::Raw(raw)) => Some(raw.file),
        _ => None,
    }
}

/// How many records of the file that is looked at have one obvious cure, as the foot of a list says
/// it.
pub fn cure(state: &State) -> String {
    let entry = looked_at(state).and_then(|file| state.files.get(file));
    match entry {
        Some((_, entry)) if entry.mendable > 0 => {
            let key = state.keys.word(Scope::Pages, Command::Mend);
            format!("{key} mends {}   ", counted(entry.mendable, "record"))
        }
        _ => String::new(),
    }
}

/// Has the file that is looked at read once more, with its damaged records mended.
pub fn mend(state: &mut State, effects: &mut Vec<Effect>) {
    let Some((id, entry)) = looked_at(state).and_then(|file| state.files.get(file)) else {
        return;
    };
    if entry.mendable == 0 {
        state.refuse("no damaged record of this file has one obvious cure");
    } else if !state.progress.done {
        state.refuse("wait for the end of the load, or stop it");
    } else if state.mending.is_none() {
        let (id, words) = (*id, format!("mending {}", entry.origin.name()));
        state.mending = Some(id);
        state.say(words);
        effects.push(Effect::Send(Request::Mend(id)));
    }
}

/// Takes in what became of a file that was mended.
fn mended(state: &mut State, at: usize, entry: Arc<FileEntry>) {
    let Some((_, before)) = state.files.get_mut(at) else {
        return;
    };
    let more = entry.records.kept - before.records.kept.min(entry.records.kept);
    let name = entry.origin.name().to_owned();
    *before = entry;
    state.mending = None;
    let files = state.files.iter().enumerate();
    let problems =
        files.flat_map(|(file, (_, entry))| (0..entry.problems.len()).map(move |i| (file, i)));
    state.problems = problems.take(MOST).collect();
    state.say(match more {
        0 => format!("nothing new came of mending {name}"),
        n => format!(
            "{} of {name} mended: repaired:yes finds them",
            counted(n, "record")
        ),
    });
}

/// A problem by its place among all.
pub fn problem(state: &State, at: usize) -> Option<(usize, &FileEntry, &Problem)> {
    let (file, i) = *state.problems.get(at)?;
    let (_, entry) = state.files.get(file)?;
    Some((file, entry, entry.problems.get(i)?))
}

/// The problems listed: those of one file, or all.
pub fn listed(state: &State, file: Option<usize>) -> std::ops::Range<usize> {
    match file {
        None => 0..state.problems.len(),
        Some(file) => {
            let from = state.problems.partition_point(|(f, _)| *f < file);
            let to = state.problems.partition_point(|(f, _)| *f <= file);
            from..to
        }
    }
}

/// Opens the list of files.
pub fn open(state: &mut State) {
    let mut sources = Sources {
        input: Input::default(),
        typing: false,
        sort: Sort::Walk,
        order: Vec::new(),
        at: 0,
    };
    arrange(&state.files, &mut sources);
    state.overlay = Some(Overlay::Sources(sources));
}

/// Finds the files that answer to what is typed, in the order asked for.
pub fn arrange(files: &[(FileId, Arc<FileEntry>)], sources: &mut Sources) {
    let words: Vec<String> = sources.input.value().split_whitespace().map(fold).collect();
    let answers = |entry: &FileEntry| {
        let status = entry.status.name();
        let known = [entry.shape, entry.container, status];
        let name = fold(entry.origin.name());
        words.iter().all(|word| {
            name.contains(word.as_str())
                || known.iter().any(|known| known.contains(word.as_str()))
                || entry
                    .problems
                    .iter()
                    .any(|p| p.class.name().contains(word.as_str()))
        })
    };
    sources.order = (0..files.len()).filter(|i| answers(&files[*i].1)).collect();
    let entry = |i: &usize| &files[*i].1;
    match sources.sort {
        Sort::Walk => {}
        Sort::Name => sources.order.sort_by(|a, b| {
            let (a, b) = (entry(a), entry(b));
            a.origin.name().cmp(b.origin.name())
        }),
        Sort::Events => sources
            .order
            .sort_by_key(|i| std::cmp::Reverse(entry(i).records.kept)),
        Sort::Bytes => sources
            .order
            .sort_by_key(|i| std::cmp::Reverse(entry(i).bytes)),
        Sort::Problems => sources.order.sort_by_key(|i| {
            let e = entry(i);
            let whole = e.status == FileStatus::Read;
            let problems = e.problems.len() as u64 + e.more_problems;
            (whole, std::cmp::Reverse(problems))
        }),
    }
    sources.at = sources.at.min(sources.order.len().saturating_sub(1));
}

/// A command while the list of files stands.
pub fn command(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    let height = overlays::height(state).saturating_sub(2).max(1);
    let Some(Overlay::Sources(sources)) = &mut state.overlay else {
        return;
    };
    match command {
        Command::Sort => {
            sources.sort = sources.sort.next();
            sources.at = 0;
            arrange(&state.files, sources);
        }
        Command::Open => {
            let Some(&file) = sources.order.get(sources.at) else {
                return;
            };
            if listed(state, Some(file)).len() > 1 {
                push(state, Overlay::Problems(Some(file), 0));
            } else {
                let only = listed(state, Some(file)).next();
                look(state, file, only, effects);
            }
        }
        _ => sources.at = moves::step(sources.at, sources.order.len(), command, height),
    }
}

/// Opens a problem of those listed: in full, with the text around its place.
pub fn open_problem(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Problems(file, at)) = state.overlay else {
        return;
    };
    let chosen = listed(state, file).nth(at);
    if let Some((file, ..)) = chosen.and_then(|at| problem(state, at)) {
        look(state, file, chosen, effects);
    }
}

/// Shows a file's text, around a problem where one is meant.
fn look(state: &mut State, file: usize, at: Option<usize>, effects: &mut Vec<Effect>) {
    let Some(&(id, _)) = state.files.get(file) else {
        return;
    };
    let place = at
        .and_then(|at| problem(state, at))
        .and_then(|(_, _, problem)| problem.at);
    push(
        state,
        Overlay::Raw(Raw {
            file,
            problem: at,
            top: None,
            excerpt: None,
        }),
    );
    effects.push(Effect::Send(Request::Look(id, place.map_or(0, |p| p.byte))));
}

fn push(state: &mut State, overlay: Overlay) {
    state.under.extend(state.overlay.take());
    state.overlay = Some(overlay);
}

/// Why there is no event at all: the first files with their reasons, a line each.
pub fn why_nothing(ledger: &Ledger) -> String {
    const MOST_NAMED: usize = 10;
    let mut lines: Vec<String> = ledger
        .files
        .iter()
        .take(MOST_NAMED)
        .map(|file| {
            let why = file.problems.last().map_or("no event in it", |p| {
                if p.detail.is_empty() {
                    p.class.about()
                } else {
                    &p.detail
                }
            });
            format!("{}: {why}", file.origin.name())
        })
        .collect();
    let more = ledger.files.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        lines.push(format!("and {} more", counted(more as u64, "file")));
    }
    if lines.is_empty() {
        lines.push("there is no file in what was named".to_owned());
    }
    lines.join("\n")
}

/// Asks for the hash of one file that is on the screen and whose hash is not known; one at a time,
/// and only when nothing is loaded any more, so that no load is slower for it.
pub fn ask_for_hashes(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.progress.done || state.hashing.is_some() {
        return;
    }
    let shown: Vec<usize> = match &state.overlay {
        Some(Overlay::Sources(sources)) => {
            let height = overlays::height(state);
            let top = sources.at.saturating_sub(height);
            let visible = sources.order.iter().skip(top).take(2 * height);
            sources
                .order
                .get(sources.at)
                .into_iter()
                .chain(visible)
                .copied()
                .collect()
        }
        Some(Overlay::Raw(raw)) => vec![raw.file],
        _ => return,
    };
    let missing = shown.into_iter().find(|file| {
        state.files.get(*file).is_some_and(|(id, entry)| {
            entry.sha256.is_none()
                && entry.status != FileStatus::Skipped
                && entry.bytes > 0
                && !state.hashes.contains_key(id)
        })
    });
    if let Some((id, entry)) = missing.and_then(|file| state.files.get(file)) {
        state.hashing = Some(*id);
        effects.push(Effect::Send(Request::Hash(*id, entry.bytes)));
    }
}
