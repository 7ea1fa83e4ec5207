//! Pages to read: the files, their problems, the text around one.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::action::Command;
use crate::app::compose::{plain, toned};
use crate::app::keymap::Scope;
use crate::app::state::{Overlay, Raw, Sources, State};
use crate::app::{moves, overlays, sources};
use crate::base::ledger::{FileEntry, FileStatus, Position, Problem};
use crate::base::printable::Printable;
use crate::base::text::{byte_size, counted, thousands};
use crate::event::secret;
use crate::view::layout;
use crate::view::raw;
use crate::view::screen::{Cell, PageRow, PagesView, Tone};

/// Lines over the files that do not scroll: what is typed, and the headings.
pub const SOURCES_HEAD: u16 = 2;

/// The first visible line so that line `at` is in sight.
pub fn top(at: usize, height: usize) -> usize {
    (at + 1).saturating_sub(height.max(1))
}

/// Cells of a page's lines, without the pointer and a space at the end.
fn width(state: &State) -> usize {
    let inside = layout::pages_lines(layout::pages(state.size));
    usize::from(inside.width).saturating_sub(2)
}

fn row(pieces: Vec<Cell>, focused: bool) -> PageRow {
    PageRow { pieces, focused }
}

/// The end of a name in at most `columns`, with `…` where its beginning was cut: what tells files
/// apart stands at the end.
pub fn name_end(name: &str, columns: usize) -> String {
    let whole = Printable::new(name);
    if whole.width() <= columns {
        return name.to_owned();
    }
    let (mut used, mut from) = (1, name.len());
    for (at, grapheme) in name.grapheme_indices(true).rev() {
        used += Printable::new(grapheme).as_str().width();
        if used > columns {
            break;
        }
        from = at;
    }
    format!("…{}", &name[from..])
}

fn place(at: Option<Position>) -> String {
    at.map_or_else(String::new, |Position { line, col, byte }| {
        format!("line {line} column {col} byte {byte}")
    })
}

/// The problems of one file, or of all.
pub fn problems(state: &State, file: Option<usize>, at: usize) -> PagesView {
    let height = overlays::height(state);
    let all = sources::listed(state, file);
    let len = all.len();
    let at = at.min(len.saturating_sub(1));
    let top = top(at, height);
    // The name takes what the reason does not need, and no more than two fifths.
    let room = (width(state) * 2 / 5).max(12);
    let rows = all.enumerate().skip(top).take(height);
    let rows = rows.filter_map(|(i, which)| {
        let (_, entry, problem) = sources::problem(state, which)?;
        let mut pieces = Vec::new();
        if file.is_none() {
            pieces.push(toned(name_end(entry.origin.name(), room), Tone::Resource));
            pieces.push(plain("  "));
        }
        pieces.push(toned(problem.class.name(), Tone::Failed));
        pieces.push(plain("  "));
        if let Some(Position { line, col, .. }) = problem.at {
            pieces.push(toned(format!("{line}:{col}  "), Tone::Faint));
        }
        pieces.push(plain(reason(problem)));
        Some(row(pieces, i == at))
    });
    let title = match file.and_then(|f| state.files.get(f)) {
        Some((_, entry)) => format!("Problems of {}", name_end(entry.origin.name(), room)),
        None => format!(
            "What could not be read, or was odd: {}",
            thousands(len as u64)
        ),
    };
    PagesView {
        title: Printable::new(&title),
        head: Vec::new(),
        rows: rows.collect(),
        position: (top, len),
        foot: sources::cure(state)
            + &state.keys.line(
                Scope::Pages,
                &[
                    (Command::Open, "shows the whole of it and the text around"),
                    (Command::Escape, "closes"),
                ],
            ),
    }
}

/// What a problem says: its own words, or what its class means.
fn reason(problem: &Problem) -> &str {
    if problem.detail.is_empty() {
        problem.class.about()
    } else {
        &problem.detail
    }
}

/// Every file.
pub fn sources(state: &State, list: &Sources) -> PagesView {
    let height = overlays::height(state).saturating_sub(usize::from(SOURCES_HEAD));
    let width = width(state);
    let columns = Columns::of(width);
    let top = top(list.at, height);
    let rows = list.order.iter().enumerate().skip(top).take(height);
    let rows = rows.filter_map(|(i, file)| {
        let (_, entry) = state.files.get(*file)?;
        Some(row(columns.cells(state, *file, entry), i == list.at))
    });
    let mut typed = vec![toned("only: ", Tone::Faint)];
    let text = list.input.value();
    if list.typing {
        let (before, after): (Vec<_>, Vec<_>) = text
            .chars()
            .enumerate()
            .partition(|(i, _)| *i < list.input.cursor());
        let part =
            |chars: Vec<(usize, char)>| chars.into_iter().map(|(_, c)| c).collect::<String>();
        typed.push(toned(part(before), Tone::Heading));
        typed.push(toned("▏", Tone::Match));
        typed.push(toned(part(after), Tone::Heading));
    } else {
        typed.push(toned(text, Tone::Heading));
    }
    if text.is_empty() && list.typing {
        let words = "a part of a name, shape, status or problem; Enter keeps it";
        typed.push(toned(words, Tone::Faint));
    } else if text.is_empty() {
        let key = state.keys.word(Scope::Sources, Command::Find);
        typed.push(toned(format!("all ({key} narrows)"), Tone::Faint));
    }
    let done = if state.progress.done { "" } else { " so far" };
    PagesView {
        title: Printable::new(&format!(
            "Sources: {} of {}{done}, sorted by {}",
            thousands(list.order.len() as u64),
            counted(state.files.len() as u64, "file"),
            list.sort.name()
        )),
        head: vec![row(typed, false), row(columns.heading(), false)],
        rows: rows.collect(),
        position: (top, list.order.len()),
        foot: sources::cure(state)
            + &state.keys.line(
                Scope::Sources,
                &[
                    (Command::Open, "its problems and text"),
                    (Command::Sort, "sorts"),
                    (Command::Escape, "closes"),
                ],
            ),
    }
}

/// Which columns of the files there is room for.
#[derive(Clone, Copy)]
struct Columns {
    status: usize,
    shape: usize,
    hash: usize,
    bytes: usize,
    name: usize,
}

/// Cells of the events and of the problems of a file.
const FIGURES: usize = 9;

impl Columns {
    fn of(width: usize) -> Self {
        let mut c = Self {
            status: if width >= 60 { 12 } else { 2 },
            shape: if width >= 90 { 26 } else { 0 },
            hash: match width {
                150.. => 66,
                90.. => 14,
                _ => 0,
            },
            bytes: if width >= 60 { 10 } else { 0 },
            name: 0,
        };
        let taken = c.status + c.shape + c.hash + c.bytes + 2 * FIGURES + 1;
        c.name = width.saturating_sub(taken).max(8);
        c
    }

    fn heading(self) -> Vec<Cell> {
        let mut text = format!(
            "{:<1$}",
            if self.status > 2 { "STATUS" } else { "" },
            self.status
        );
        if self.shape > 0 {
            let _ = write!(text, "{:<1$}", "SHAPE", self.shape);
        }
        let _ = write!(text, "{:>FIGURES$}{:>FIGURES$}", "EVENTS", "PROBLEMS");
        if self.bytes > 0 {
            let _ = write!(text, "{:>1$}", "BYTES", self.bytes);
        }
        text.push(' ');
        if self.hash > 0 {
            let _ = write!(text, "{:<1$}", "SHA-256", self.hash);
        }
        text.push_str("FILE");
        vec![toned(text, Tone::Heading)]
    }

    fn cells(self, state: &State, file: usize, entry: &FileEntry) -> Vec<Cell> {
        let tone = match entry.status {
            FileStatus::Read => Tone::Plain,
            FileStatus::PartlyRead => Tone::Write,
            FileStatus::Refused | FileStatus::Skipped => Tone::Failed,
        };
        let status = if self.status > 2 {
            entry.status.name()
        } else {
            match entry.status {
                FileStatus::Read => " ",
                FileStatus::PartlyRead => "~",
                FileStatus::Refused => "!",
                FileStatus::Skipped => "-",
            }
        };
        let mut out = vec![toned(format!("{status:<0$}", self.status), tone)];
        if self.shape > 0 {
            let shape = match (entry.shape, entry.container) {
                ("", "") => "-".to_owned(),
                (shape, "" | "plain") => shape.to_owned(),
                ("", container) => container.to_owned(),
                (shape, container) => format!("{shape}, {container}"),
            };
            out.push(plain(format!("{shape:<0$.1$}", self.shape, self.shape - 1)));
        }
        let problems = entry.problems.len() as u64 + entry.more_problems;
        out.push(plain(format!(
            "{:>FIGURES$}",
            thousands(entry.records.kept)
        )));
        let figure = if problems == 0 {
            String::new()
        } else {
            thousands(problems)
        };
        out.push(toned(format!("{figure:>FIGURES$}"), Tone::Failed));
        if self.bytes > 0 {
            out.push(toned(
                format!("{:>1$}", byte_size(entry.bytes), self.bytes),
                Tone::Faint,
            ));
        }
        out.push(plain(" "));
        if self.hash > 0 {
            let mut hash = hash(state, file);
            if self.hash < 66 {
                hash.truncate(12);
            }
            out.push(toned(format!("{hash:<0$}", self.hash), Tone::Faint));
        }
        out.push(toned(
            name_end(entry.origin.name(), self.name),
            Tone::Resource,
        ));
        out
    }
}

/// The SHA-256 of a file in hexadecimal, where it is known.
pub fn known_hash(state: &State, file: usize) -> Option<String> {
    let known = hash(state, file);
    (known.len() == 64).then_some(known)
}

/// The SHA-256 of a file in hexadecimal, or what is known instead.
fn hash(state: &State, file: usize) -> String {
    let Some((id, entry)) = state.files.get(file) else {
        return String::new();
    };
    let known = entry.sha256.map(Ok);
    match known.as_ref().or_else(|| state.hashes.get(id)) {
        Some(Ok(hash)) => hash.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        }),
        Some(Err(_)) => "?".to_owned(),
        None if entry.bytes == 0 || entry.status == FileStatus::Skipped => "-".to_owned(),
        None => "…".to_owned(),
    }
}

/// A file's facts, the problem in full, and the text around it, all of it wrapped; with the line
/// the place is in.
fn raw_rows(state: &State, view: &Raw, reveal: bool, width: usize) -> (Vec<PageRow>, usize) {
    let Some((id, entry)) = state.files.get(view.file) else {
        return (Vec::new(), 0);
    };
    let mut rows = Vec::new();
    let mut say = |cells: Vec<Cell>| {
        let wrapped = raw::wrap(&cells, width);
        rows.extend(wrapped.into_iter().map(|pieces| row(pieces, false)));
    };
    say(vec![toned(entry.origin.name(), Tone::Resource)]);
    let r = &entry.records;
    let mut facts = vec![entry.status.name().to_owned()];
    facts.extend(
        [entry.shape, entry.container]
            .iter()
            .filter(|w| !w.is_empty())
            .map(|w| (*w).to_owned()),
    );
    facts.push(counted(r.kept, "event"));
    for (n, what) in [
        (r.duplicate, "copies"),
        (r.set_aside, "set aside"),
        (r.undated, "undated"),
        (r.not_events, "that are no events"),
    ] {
        if n > 0 {
            facts.push(format!("{} {what}", thousands(n)));
        }
    }
    facts.push(format!(
        "{} read, {} of text",
        byte_size(entry.bytes),
        byte_size(entry.inflated)
    ));
    say(vec![toned(facts.join(" · "), Tone::Faint)]);
    let why = match state.hashes.get(id) {
        Some(Err(why)) => why.clone(),
        _ => hash(state, view.file),
    };
    say(vec![toned(format!("SHA-256 {why}"), Tone::Faint)]);
    let problem = view.problem.and_then(|at| sources::problem(state, at));
    if let Some((_, _, problem)) = problem {
        let at = place(problem.at);
        say(vec![
            toned(problem.class.name(), Tone::Failed),
            toned(format!("  {}  {at}", problem.class.about()), Tone::Faint),
        ]);
        if !problem.detail.is_empty() {
            say(vec![plain(&problem.detail)]);
        }
    } else if entry.problems.is_empty() {
        say(vec![plain("nothing was odd about it")]);
    }
    say(vec![plain("")]);
    let text_from = rows.len();
    let Some(excerpt) = &view.excerpt else {
        rows.push(row(vec![toned("reading the text …", Tone::Faint)], false));
        return (rows, 0);
    };
    if let Some(error) = &excerpt.error {
        let cells = vec![toned(
            format!("the text cannot be read: {error}"),
            Tone::Failed,
        )];
        rows.extend(raw::wrap(&cells, width).into_iter().map(|p| row(p, false)));
        return (rows, 0);
    }
    let position = problem.and_then(|(_, _, p)| p.at);
    let at = (excerpt.at - excerpt.start) as usize;
    let (bytes, at) = if reveal {
        (Cow::Borrowed(&*excerpt.bytes), at)
    } else {
        masked(&excerpt.bytes, at)
    };
    let (text, focus) = raw::rows(
        raw::Part {
            bytes: &bytes,
            at: position.map(|_| at),
            line: position.map_or(1, |p| p.line),
            begins_before: excerpt.start > 0,
        },
        width,
    );
    rows.extend(text);
    if position.is_some()
        && let Some(row) = rows.get_mut(text_from + focus)
    {
        row.focused = true;
    }
    (
        rows,
        if position.is_some() {
            text_from + focus
        } else {
            0
        },
    )
}

/// A text with its secrets masked, and where the byte `at` of it is then. Lines stay as many.
fn masked(text: &[u8], mut at: usize) -> (Cow<'_, [u8]>, usize) {
    let secrets = secret::find(text);
    if secrets.is_empty() {
        return (Cow::Borrowed(text), at);
    }
    let (mut out, mut from, place) = (Vec::with_capacity(text.len()), 0, at);
    for secret in secrets {
        let Some(hidden) = text.get(secret.at.clone()) else {
            continue;
        };
        out.extend(text.get(from..secret.at.start).unwrap_or_default());
        if (secret.at.clone()).contains(&place) {
            at = out.len();
        }
        let words = format!("‹hidden:{}:{}›", secret.kind.name(), hidden.len());
        out.extend(words.as_bytes());
        out.extend(hidden.iter().filter(|b| **b == b'\n'));
        from = secret.at.end;
        if from <= place {
            at = out.len() + (place - from);
        }
    }
    out.extend(text.get(from..).unwrap_or_default());
    (Cow::Owned(out), at)
}

/// The first visible line of a file's text.
fn raw_top(state: &State, view: &Raw, len: usize, focus: usize) -> usize {
    let height = overlays::height(state);
    let most = len.saturating_sub(height);
    // The facts stay in sight where the place is, too.
    let chosen = view.top.unwrap_or(if focus < height {
        0
    } else {
        focus.saturating_sub(height / 3)
    });
    chosen.min(most)
}

/// The whole of a file's page: no line is broken for want of room, and no secret is in it.
pub fn text_rows(state: &State, view: &Raw) -> Vec<PageRow> {
    raw_rows(state, view, false, usize::from(u16::MAX)).0
}

/// The text of a file.
pub fn raw(state: &State, view: &Raw) -> PagesView {
    let height = overlays::height(state);
    let (rows, focus) = raw_rows(state, view, state.reveal, width(state));
    let len = rows.len();
    let top = raw_top(state, view, len, focus);
    PagesView {
        title: Printable::trusted("The file's own text, escaped"),
        head: Vec::new(),
        rows: rows.into_iter().skip(top).take(height).collect(),
        position: (top, len),
        foot: state.keys.line(
            Scope::Pages,
            &[
                (Command::Down, "scrolls"),
                (
                    Command::Reveal,
                    if state.reveal {
                        "hides secrets"
                    } else {
                        "shows secrets"
                    },
                ),
                (Command::Escape, "back"),
            ],
        ),
    }
}

/// Scrolls the text of a file.
pub fn scroll(state: &mut State, command: Command) {
    let height = overlays::height(state);
    let Some(Overlay::Raw(view)) = &state.overlay else {
        return;
    };
    let (rows, focus) = raw_rows(state, view, state.reveal, width(state));
    let top = raw_top(state, view, rows.len(), focus);
    let places = rows.len().saturating_sub(height) + 1;
    let top = moves::step(top, places, command, height);
    if let Some(Overlay::Raw(view)) = &mut state.overlay {
        view.top = Some(top);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_text_keeps_its_places() {
        let text = b"{\"masterUserPassword\":\"hunter2hunter2\",\n\"eventName: \"x\"}";
        let place = text.iter().position(|b| *b == b'x').unwrap();
        let (shown, at) = masked(text, place);
        let shown = String::from_utf8(shown.into_owned()).unwrap();
        assert!(
            !shown.contains("hunter2") && shown.contains("‹hidden:"),
            "{shown}"
        );
        assert_eq!(&shown[at..=at], "x");
        let inside = text.iter().position(|b| *b == b'h').unwrap() + 3;
        let (_, at) = masked(text, inside);
        assert!(shown[at..].starts_with("‹hidden"), "{at}");
    }

    #[test]
    fn names_keep_their_ends() {
        assert_eq!(name_end("a/b/c.json", 20), "a/b/c.json");
        assert_eq!(name_end("logs/2026/c.json", 8), "…/c.json");
        assert_eq!(name_end("日本語", 5), "…本語");
        assert_eq!(name_end("a\u{202e}b", 4), "…b");
    }
}
