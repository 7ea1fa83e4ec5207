//! The state as one screen of plain data: what is drawn is this and nothing else.

use crate::app::action::Command;
use crate::app::chain;
use crate::app::chips;
use crate::app::facets::{self, FacetTarget};
use crate::app::filtering;
use crate::app::keymap::{self, Binding, Scope};
use crate::app::overlays;
use crate::app::people;
use crate::app::pivots;
use crate::app::reading;
use crate::app::sources;
use crate::app::state::{
    About, Around, Focus, Overlay, Picker, PickerKind, QuestionKind, State, View,
};
use crate::app::tree_view;
use crate::app::update;
use crate::base::printable::Printable;
use crate::base::span::Severity;
use crate::base::text::{byte_size, counted, thousands};
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, UtcMicros};
use crate::index::schema::Col;
use crate::index::segment::EventId;
use crate::pivot::histogram::{Column, Histogram};
use crate::view::columns;
use crate::view::detail::TABS;
use crate::view::layout::{self, Area, Panes};
use crate::view::list::{self, Rows};
use crate::view::manual;
use crate::view::screen::{
    Cell, ChipView, ChipsView, CompletionLine, ContextLine, Crumb, CrumbLine, DetailView,
    DiagnosticLine, FacetLine, FacetsView, FilterLine, FilterState, HelpGroup, HistogramColumn,
    HistogramView, ListRow, ListView, Overlay as Floating, PageRow, PagesView, PickerRow,
    PickerView, PortraitView, Screen, StatusLine, Tab, Tone,
};
use crate::view::shown;
use crate::view::with_accounts;

/// The screens by their digits, and whether this version has them.
const SCREENS: [(char, &str, bool); 7] = [
    ('1', "Timeline", true),
    ('2', "People", true),
    ('3', "Resources", true),
    ('4', "Sessions", true),
    ('5', "Findings", false),
    ('6', "Case", false),
    ('7', "Sources", true),
];

/// The whole screen of a state.
pub fn screen(state: &State) -> Screen {
    let panes = state.panes();
    Screen {
        size: state.size,
        panes,
        context: context(state),
        crumbs: crumbs(state),
        filter: filter(state),
        chips: chips_view(state),
        histogram: (!panes.histogram.is_empty()).then(|| histogram(state, &panes)),
        facets: (!panes.facets.is_empty()).then(|| facets_view(state)),
        portrait: (!panes.portrait.is_empty()).then(|| portrait(state)),
        list: list_view(state),
        detail: (!panes.detail.is_empty()).then(|| detail_view(state)),
        status: status(state),
        hints: hints(state),
        overlay: overlay(state),
    }
}

pub(crate) fn plain(text: impl AsRef<str>) -> Cell {
    Cell {
        text: shown(text.as_ref()),
        tone: Tone::Plain,
    }
}

pub(crate) fn toned(text: impl AsRef<str>, tone: Tone) -> Cell {
    Cell {
        text: shown(text.as_ref()),
        tone,
    }
}

/// The first line.
pub fn context(state: &State) -> ContextLine {
    let sources = |o: &Overlay| matches!(o, Overlay::Sources(_));
    let here = match &state.view.about {
        _ if state.overlay.as_ref().is_some_and(sources) || state.under.iter().any(sources) => '7',
        _ if matches!(state.overlay, Some(Overlay::People(_))) => '2',
        _ if matches!(state.overlay, Some(Overlay::Chain(_))) => '4',
        About::Timeline => '1',
        About::Subject(crate::pivot::portrait::Subject::Principal(_), _) => '2',
        About::Subject(
            crate::pivot::portrait::Subject::Resource(_)
            | crate::pivot::portrait::Subject::Resources,
            _,
        ) => '3',
    };
    let tabs = SCREENS
        .iter()
        .map(|(digit, name, built)| Tab {
            digit: *digit,
            name,
            current: *digit == here,
            built: *built || *digit == here,
        })
        .collect();
    let key = keymap::key_of(Scope::Global, Command::Help).unwrap_or("?");
    ContextLine {
        tabs,
        zone: if state.before_end {
            format!("before the last event  {}", state.zone.name())
        } else {
            state.zone.name().to_owned()
        },
        help: format!("{key} help"),
    }
}

/// What a view is called.
pub fn label_of(view: &View) -> Printable {
    match &view.about {
        About::Subject(_, label) => shown(label),
        About::Timeline if !view.hidden.is_empty() => {
            let text = if view.text.is_empty() {
                "All"
            } else {
                view.text.as_str()
            };
            Printable::new(&format!("{text} without {}", view.hidden.words()))
        }
        About::Timeline if view.text.is_empty() => Printable::trusted("All"),
        About::Timeline => Printable::new(&view.text),
    }
}

/// The breadcrumb line.
pub fn crumbs(state: &State) -> CrumbLine {
    let mut all: Vec<Crumb> = state
        .back
        .iter()
        .map(|v| Crumb {
            label: label_of(v),
            count: v.count,
            current: false,
        })
        .collect();
    all.push(Crumb {
        label: label_of(&state.view),
        count: state.view.count,
        current: true,
    });
    CrumbLine {
        crumbs: all,
        back: state.back.len(),
        forward: state
            .forward
            .last()
            .map(|v| (state.forward.len(), label_of(v))),
    }
}

fn filter(state: &State) -> FilterLine {
    let answer = &state.answer;
    let count = thousands(answer.hits.len() as u64);
    let more = if state.progress.done { "" } else { "≥" };
    let fresh = answer.answered == answer.asked;
    let mut summary = match answer.searched {
        Some(share) => format!("≥{count} match, {:.0}% searched", share * 100.0),
        None => format!("{more}{count} match in {}", milliseconds(answer.took_ms)),
    };
    if state.panes().chips.is_empty()
        && let Some(words) = chips::hidden_words(state)
    {
        summary = format!("{words}  {summary}");
    }
    if let Some(locked) = &state.locked {
        let label = shown(&locked.label).truncated(24);
        summary = format!("following {}  {summary}", label.as_str());
    }
    let Some(edit) = &state.edit else {
        if let Some(note) = filtering::span_note(state) {
            summary = format!("{note}  {summary}");
        }
        return FilterLine {
            text: Printable::new(&state.view.text),
            state: if fresh {
                FilterState::Ok
            } else {
                FilterState::Busy
            },
            summary,
            ..FilterLine::default()
        };
    };
    let text = edit.input.value();
    let worst = edit.parsed.diagnostics.iter().max_by_key(|d| d.severity);
    let diagnostic = worst.map(|d| {
        let columns_to = |byte: usize| Printable::new(text.get(..byte).unwrap_or(text)).width();
        let message = match &d.help {
            Some(help) => format!("{} – {help}", d.message),
            None => d.message.clone(),
        };
        let start = columns_to(d.span.start);
        DiagnosticLine {
            columns: (start, columns_to(d.span.end).max(start + 1)),
            severity: d.severity,
            message: Printable::new(&message),
        }
    });
    let before: String = text.chars().take(edit.input.cursor()).collect();
    FilterLine {
        text: Printable::new(text),
        caret: Some(Printable::new(&before).width()),
        state: match edit.parsed.worst() {
            Some(Severity::Error) => FilterState::Wrong,
            Some(Severity::Incomplete) => FilterState::Incomplete,
            _ if fresh => FilterState::Ok,
            _ => FilterState::Busy,
        },
        summary: match edit.parsed.worst() {
            Some(Severity::Error) => "wrong".to_owned(),
            Some(Severity::Incomplete) => "unfinished".to_owned(),
            _ => summary,
        },
        diagnostic,
        completions: edit
            .completions
            .iter()
            .map(|c| CompletionLine {
                label: Printable::new(&c.label),
                detail: Printable::new(&c.detail),
            })
            .collect(),
        chosen: edit.chosen,
    }
}

/// The terms of the filter.
pub fn chips_view(state: &State) -> ChipsView {
    let focused = state.focus == Focus::Chips;
    let at = chips::at(state);
    ChipsView {
        chips: chips::chips(&state.view)
            .into_iter()
            .enumerate()
            .map(|(i, chip)| ChipView {
                label: Printable::new(&chip.term.to_string()),
                on: chip.on,
                focused: focused && i == at,
            })
            .collect(),
        hidden: chips::hidden_words(state).unwrap_or_default(),
        focused,
    }
}

fn milliseconds(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.0} ms")
    }
}

fn histogram(state: &State, panes: &Panes) -> HistogramView {
    let Some(h) = &state.answer.histogram else {
        return HistogramView {
            stale: true,
            ..HistogramView::default()
        };
    };
    let width = usize::from(layout::plot(panes.histogram).width);
    let cells = cells_of_a_column(h, width);
    let mut columns: Vec<HistogramColumn> = h
        .columns
        .iter()
        .map(|c| HistogramColumn {
            reads: c.reads,
            writes: c.writes,
            errors: c.errors,
        })
        .flat_map(|c| std::iter::repeat_n(c, cells))
        .collect();
    columns.resize(width, HistogramColumn::default());
    let cursor = state.focused_event().and_then(|id| state.snapshot.time(id));
    HistogramView {
        top: h.columns.iter().map(Column::total).max().unwrap_or(0),
        columns,
        labels: labels(h, cells, state),
        scale: format!("1 col = {}", length(h.width)),
        cursor: cursor.and_then(|t| h.column_of(t)).map(|at| at * cells),
        stale: !state.answer.histogram_fresh || !state.progress.done,
        undated: h.undated,
        brush: state.brush.map(|(a, b)| {
            let (first, last) = (a.min(b), a.max(b));
            (first * cells, last * cells + cells - 1)
        }),
    }
}

/// Cells a stretch takes in a plot of `width`: stretches have names a person knows, so there may
/// be room for two or three each.
pub fn cells_of_a_column(h: &Histogram, width: usize) -> usize {
    (width / h.columns.len().max(1)).clamp(1, 4)
}

/// A length of time that is a whole number of one unit.
fn length(micros: i64) -> String {
    let (n, unit) = match micros {
        m if m % DAY == 0 => (m / DAY, "d"),
        m if m % HOUR == 0 => (m / HOUR, "h"),
        m if m % MINUTE == 0 => (m / MINUTE, "min"),
        m => (m / SECOND, "s"),
    };
    format!("{n} {unit}")
}

/// Labels under the axis, far enough apart to be read: clock times, and the date where a day
/// begins, so that no bare clock time is ambiguous.
fn labels(h: &Histogram, cells: usize, state: &State) -> Vec<(usize, String)> {
    const APART: usize = 13;
    let span = h.width * h.columns.len() as i64;
    let (same_day, new_day) = match span {
        s if s < 10 * MINUTE => ("%H:%M:%S", "%m-%d %H:%M"),
        s if s < 5 * DAY => ("%H:%M", "%m-%d %H:%M"),
        s if s < 300 * DAY => ("%m-%d", "%m-%d"),
        _ => ("%Y-%m", "%Y-%m"),
    };
    let mut day = None;
    (0..h.columns.len())
        .step_by(APART.div_ceil(cells))
        .map(|at| {
            let time = UtcMicros(h.start + h.width * at as i64);
            let this_day = time.format(state.zone, "%Y-%m-%d");
            let format = if day.as_ref() == Some(&this_day) {
                same_day
            } else {
                new_day
            };
            day = Some(this_day);
            (at * cells, time.format(state.zone, format))
        })
        .collect()
}

/// The first visible line of the facets.
pub fn facet_top(state: &State) -> usize {
    let height = usize::from(layout::facet_lines(state.panes().facets).height).max(1);
    let lines = facets::lines(state).len();
    let at = state.view.facet_at.min(lines.saturating_sub(1));
    (at + 1)
        .saturating_sub(height.saturating_sub(height / 3))
        .min(lines.saturating_sub(height))
}

fn facets_view(state: &State) -> FacetsView {
    let focused = state.focus == Focus::Facets;
    let lines = facets::lines(state);
    let top = facet_top(state);
    let height = usize::from(layout::facet_lines(state.panes().facets).height);
    let at = state.view.facet_at.min(lines.len().saturating_sub(1));
    let shown = lines
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(i, line)| {
            let focused = focused && i == at;
            match line {
                FacetTarget::Heading(field, values) => FacetLine::Field {
                    name: facets::heading(state, *field),
                    values: *values,
                    focused,
                },
                FacetTarget::Value(field, v, total) => FacetLine::Value {
                    label: if state.view.marked.contains(&(*field, v.value.clone())) {
                        shown(&format!("● {}", v.label))
                    } else {
                        shown(&v.label)
                    },
                    count: v.events,
                    share: if *total == 0 {
                        0.0
                    } else {
                        v.events as f64 / *total as f64
                    },
                    included: facets::is_included(&state.view.filter, *field, v.value.as_deref()),
                    focused,
                },
                FacetTarget::More(_, values) => FacetLine::More {
                    values: *values,
                    focused,
                },
            }
        });
    FacetsView {
        total: state.answer.hits.len() as u64,
        lines: shown.collect(),
        stale: !state.answer.facets_fresh,
        focused,
    }
}

fn portrait(state: &State) -> PortraitView {
    let focused = state.focus == Focus::Portrait;
    match pivots::cards(state) {
        Some((mut view, _)) => {
            let (card, row) = state.view.portrait_at;
            if let Some(row) = view
                .sections
                .get_mut(card)
                .and_then(|s| s.rows.get_mut(row))
            {
                row.focused = focused;
            }
            view.focused = focused;
            view.stale = !state.answer.portrait_fresh || !state.progress.done;
            name_accounts(state, &mut view);
            view
        }
        None => PortraitView {
            title: label_of(&state.view),
            subtitle: Printable::trusted("counting …"),
            stale: true,
            focused,
            ..PortraitView::default()
        },
    }
}

/// Puts what a person calls accounts in the place of their numbers.
fn name_accounts(state: &State, view: &mut PortraitView) {
    if state.accounts.is_empty() {
        return;
    }
    let named = |text: &mut Printable| {
        *text = Printable::new(&with_accounts(text.as_str(), &state.accounts));
    };
    named(&mut view.subtitle);
    view.facts.iter_mut().for_each(named);
    for row in view.sections.iter_mut().flat_map(|s| &mut s.rows) {
        named(&mut row.label);
        named(&mut row.detail);
    }
}

/// The first visible hit and the visible lines.
pub fn list_rows(state: &State) -> (usize, Vec<ListRow>) {
    let (top, _, rows) = window(state);
    (top, rows)
}

/// The first visible hit.
pub fn list_top(state: &State) -> usize {
    let height = usize::from(layout::list_rows(state.panes().list).height);
    let hits = &state.answer.hits.order;
    list::top(
        &state.snapshot,
        hits,
        state.cursor(),
        state.view.offset,
        height,
        days(state),
    )
}

fn days(state: &State) -> Option<chrono_tz::Tz> {
    let width = layout::list_rows(state.panes().list).width;
    list::days(&state.snapshot, width, state.zone)
}

fn window(state: &State) -> (usize, Vec<crate::view::screen::Heading>, Vec<ListRow>) {
    let area = layout::list_rows(state.panes().list);
    let height = usize::from(area.height);
    let cursor = state.cursor();
    let top = list_top(state);
    let (headings, rows) = Rows {
        snapshot: &state.snapshot,
        hits: &state.answer.hits.order,
        top,
        cursor,
        height,
        width: area.width,
        zone: state.zone,
        before_end: state.before_end,
        reference: state.view.reference,
    }
    .build();
    (top, headings, rows)
}

fn list_view(state: &State) -> ListView {
    let (top, headings, rows) = window(state);
    let hits = &state.answer.hits;
    let empty = if !hits.is_empty() {
        None
    } else if state.snapshot.is_empty() {
        Some(if state.progress.done {
            let why = state
                .ledger
                .as_ref()
                .map(|ledger| sources::why_nothing(ledger));
            let why = why.unwrap_or_default().replace('\n', "   ");
            Printable::new(&format!(
                "no CloudTrail events. {why}   (7 lists the files, q quits)"
            ))
        } else {
            Printable::trusted("reading …")
        })
    } else if state.answer.answered == state.answer.asked {
        Some(Printable::new(&format!(
            "nothing among {} matches{}; q goes back, / edits the filter",
            counted(state.snapshot.len() as u64, "event"),
            match state.answer.missed.join(", ") {
                none if none.is_empty() => none,
                missed => format!(": {missed}"),
            }
        )))
    } else {
        Some(Printable::trusted("looking …"))
    };
    ListView {
        headings,
        rows,
        total: hits.len() as u64,
        of: state.snapshot.len() as u64,
        top: top as u64,
        cursor: state.cursor().map(|c| c as u64),
        column: state.view.column,
        focused: state.focus == Focus::List,
        empty,
        day: hits
            .order
            .get(top)
            .and_then(|id| list::day_of(&state.snapshot, *id, days(state))),
        newer_above: if state.progress.done {
            0
        } else {
            top.saturating_sub(state.seen_top) as u64
        },
    }
}

/// What stands right of the detail's tabs.
pub fn detail_corner(state: &State) -> String {
    match state.cursor() {
        Some(at) => format!(
            "{} of {}",
            thousands(at as u64 + 1),
            thousands(state.answer.hits.len() as u64)
        ),
        None => String::new(),
    }
}

fn detail_view(state: &State) -> DetailView {
    let focused = state.focus == Focus::Detail;
    let lines = &state.detail.lines;
    let height = usize::from(layout::detail_lines(state.panes().detail).height).max(1);
    let (at, top) = state.view.detail_at;
    let top = top.min(lines.len().saturating_sub(1));
    let wanted = state.finding.as_deref().map(crate::base::text::fold);
    let shown = lines
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(i, line)| {
            let mut line = line.line.clone();
            line.focused = focused && i == at;
            if let Some(wanted) = &wanted {
                for piece in &mut line.pieces {
                    if crate::base::text::fold(piece.text.as_str()).contains(wanted) {
                        piece.tone = Tone::Match;
                    }
                }
            }
            line
        });
    let path = lines
        .get(at)
        .filter(|l| focused && !crate::view::detail::is_more(&l.path))
        .map_or("", |l| l.path.as_str());
    let corner = detail_corner(state);
    DetailView {
        tabs: TABS.to_vec(),
        tab: state.view.tab,
        corner,
        lines: shown.collect(),
        position: (top, lines.len()),
        path: Printable::new(path),
        focused,
        notice: match (&state.detail.notice, state.focused_event()) {
            (_, None) => Some(Printable::trusted("no event")),
            (Some(notice), _) => Some(Printable::new(notice)),
            _ => None,
        },
    }
}

fn status(state: &State) -> StatusLine {
    let p = &state.progress;
    let mut parts = Vec::new();
    if p.done {
        let word = if p.stopped {
            "PARTIAL: stopped"
        } else {
            "loaded"
        };
        let tone = if p.stopped { Tone::Failed } else { Tone::Plain };
        parts.push(toned(
            format!("{word} {} in {}", counted(p.files_done, "file"), seconds(p)),
            tone,
        ));
        parts.push(plain(byte_size(p.bytes)));
    } else {
        let of = if p.walking {
            format!("{}+", thousands(p.files_found))
        } else {
            thousands(p.files_found)
        };
        parts.push(plain(format!(
            "LOADING {}/{of} files",
            thousands(p.files_done)
        )));
        let rate = p.bytes as f64 / p.elapsed.as_secs_f64().max(0.001);
        parts.push(plain(format!(
            "{} {}/s",
            byte_size(p.bytes),
            byte_size(rate as u64)
        )));
        if let Some(left) = p.time_left() {
            parts.push(plain(format!("ETA {} s", left.as_secs() + 1)));
        }
    }
    parts.push(plain(counted(state.snapshot.len() as u64, "event")));
    if p.copies > 0 {
        parts.push(toned(
            format!("{} copies", thousands(p.copies)),
            Tone::Faint,
        ));
    }
    if p.set_aside > 0 {
        parts.push(toned(
            format!("{} set aside (!)", thousands(p.set_aside)),
            Tone::Failed,
        ));
    }
    if p.files_with_problems > 0 {
        parts.push(toned(
            format!(
                "{} not read whole (!)",
                counted(p.files_with_problems, "file")
            ),
            Tone::Failed,
        ));
    }
    for (what, times) in &state.broken {
        let text = format!("{what} failed inside the program, {times}×");
        parts.insert(0, toned(text, Tone::Failed));
    }
    StatusLine {
        parts,
        progress: (!p.done).then(|| p.share().unwrap_or(0.0)),
        message: state
            .message
            .clone()
            .or_else(|| facets::said(state))
            .map(|m| Cell {
                text: Printable::new(&m.text),
                tone: if m.is_error {
                    Tone::Failed
                } else {
                    Tone::Heading
                },
            }),
    }
}

fn seconds(p: &crate::engine::protocol::Progress) -> String {
    format!("{:.1} s", p.elapsed.as_secs_f64())
}

fn hints(state: &State) -> Vec<(String, &'static str)> {
    let scope = update::scope(state);
    keymap::help(scope)
        .into_iter()
        .flat_map(|(_, bindings)| bindings)
        .filter(|b| !b.hint.is_empty())
        .map(|b| (b.keys[0].to_owned(), b.hint))
        .collect()
}

fn overlay(state: &State) -> Option<Floating> {
    Some(match state.overlay.as_ref()? {
        Overlay::Help(top) => help(state, *top),
        Overlay::Picker(p) => Floating::Picker(picker(state, p)),
        Overlay::Problems(file, at) => Floating::Pages(reading::problems(state, *file, *at)),
        Overlay::Sources(list) => Floating::Pages(reading::sources(state, list)),
        Overlay::People(people) => Floating::Pages(people::view(state, people)),
        Overlay::Chain(tree) => Floating::Pages(tree_view::view(state, tree)),
        Overlay::Raw(raw) => Floating::Pages(reading::raw(state, raw)),
        Overlay::Around(around) => Floating::Pages(around_view(state, around)),
        Overlay::Question(question) => {
            let input = &question.input;
            let before: String = input.value().chars().take(input.cursor()).collect();
            let (title, summary) = match question.kind {
                QuestionKind::SaveView => ("save view as", "Enter saves it, Esc leaves"),
                QuestionKind::Export => ("write to", "a .csv, .jsonl or .md file; Esc leaves"),
                QuestionKind::FacetSearch => ("values that hold", "empty shows all"),
                QuestionKind::Overwrite => ("write over it?", "yes, or Esc"),
                QuestionKind::Reason => ("why", "Enter says so, Esc leaves"),
            };
            Floating::Prompt {
                title,
                text: Printable::new(input.value()),
                caret: Printable::new(&before).width(),
                summary: question
                    .fault
                    .as_ref()
                    .map_or_else(|| summary.to_owned(), |f| Printable::new(f).to_string()),
            }
        }
        Overlay::Find(input) => {
            let before: String = input.value().chars().take(input.cursor()).collect();
            Floating::Prompt {
                title: "find",
                text: Printable::new(input.value()),
                caret: Printable::new(&before).width(),
                summary: "Enter finds the next, n and N go on".to_owned(),
            }
        }
    })
}

/// Where what floats stands: its frame, the lines inside that can be pointed at, and the place
/// of the first of them.
pub fn overlay_places(state: &State) -> (Area, Area, usize) {
    match &state.overlay {
        Some(Overlay::Picker(p)) => {
            let len = overlays::matching(p).len();
            let typed = p.kind.is_typed();
            let frame = layout::picker(state.size, len, typed);
            let lines = layout::picker_rows(frame, typed);
            (frame, lines, picker_top(p.at, len, lines))
        }
        Some(Overlay::Problems(_, at)) => {
            let frame = layout::pages(state.size);
            let lines = layout::pages_lines(frame);
            (frame, lines, reading::top(*at, usize::from(lines.height)))
        }
        Some(Overlay::Sources(list)) => {
            let frame = layout::pages(state.size);
            let lines = layout::below(layout::pages_lines(frame), reading::SOURCES_HEAD);
            (
                frame,
                lines,
                reading::top(list.at, usize::from(lines.height)),
            )
        }
        Some(Overlay::People(_) | Overlay::Chain(_)) => {
            let frame = layout::pages(state.size);
            let lines = layout::below(layout::pages_lines(frame), chain::head_lines(state));
            (frame, lines, chain::top(state))
        }
        Some(Overlay::Around(around)) => {
            let frame = layout::pages(state.size);
            (frame, layout::pages_lines(frame), around_top(state, around))
        }
        Some(Overlay::Help(_) | Overlay::Raw(_)) => (layout::pages(state.size), Area::default(), 0),
        Some(Overlay::Find(_) | Overlay::Question(_)) | None => {
            (Area::default(), Area::default(), 0)
        }
    }
}

fn picker_top(at: usize, len: usize, lines: Area) -> usize {
    let at = at.min(len.saturating_sub(1));
    (at + 1).saturating_sub(usize::from(lines.height).max(1))
}

fn around_top(state: &State, around: &Around) -> usize {
    let height = overlays::height(state);
    (around.at + 1).saturating_sub(height - height / 3)
}

fn help(state: &State, top: usize) -> Floating {
    let scope = match state.focus {
        Focus::List => Scope::List,
        Focus::Facets => Scope::Facets,
        Focus::Chips => Scope::Chips,
        Focus::Histogram => Scope::Histogram,
        Focus::Detail => Scope::Detail,
        Focus::Portrait => Scope::Portrait,
    };
    let keys = |bindings: Vec<&'static Binding>| {
        bindings
            .into_iter()
            .map(|b| (b.keys.join(" "), b.about.to_owned()))
            .collect()
    };
    let mut groups: Vec<HelpGroup> = keymap::help(scope)
        .into_iter()
        .map(|(scope, bindings)| HelpGroup {
            title: scope.title(),
            keys: keys(bindings),
        })
        .collect();
    groups.extend(
        manual::filters(&state.names)
            .into_iter()
            .map(|group| HelpGroup {
                title: group.title,
                keys: group.lines,
            }),
    );
    Floating::Help {
        title: format!("Keys: {}", scope.title()),
        groups,
        top,
    }
}

fn picker(state: &State, p: &Picker) -> PickerView {
    let matching = overlays::matching(p);
    let typed = p.kind.is_typed();
    let frame = layout::picker(state.size, matching.len(), typed);
    let lines = layout::picker_rows(frame, typed);
    let height = usize::from(lines.height).max(1);
    let at = p.at.min(matching.len().saturating_sub(1));
    let top = picker_top(at, matching.len(), lines);
    let before: String = p.input.value().chars().take(p.input.cursor()).collect();
    PickerView {
        title: Printable::trusted(match p.kind {
            PickerKind::Palette => "Actions",
            PickerKind::Resources => "Go to a resource of this event",
            PickerKind::Copy => "Copy",
            PickerKind::Toggles => "Hide",
            PickerKind::Views => "Saved views and those left behind",
            PickerKind::Walk => "The walk so far",
            PickerKind::Times => "Filter to a stretch of time",
            PickerKind::Clock => "Show times",
            PickerKind::Fields => "Fields to count: Enter takes one in or out",
        }),
        input: typed.then(|| {
            (
                Printable::new(p.input.value()),
                Printable::new(&before).width(),
            )
        }),
        counts: (matching.len(), p.entries.len()),
        rows: matching
            .into_iter()
            .enumerate()
            .skip(top)
            .take(height)
            .map(|(i, (entry, matched))| PickerRow {
                key: entry.key.clone(),
                label: shown(&entry.label),
                matched,
                detail: shown(&entry.detail.chars().take(300).collect::<String>()),
                focused: i == at,
            })
            .collect(),
    }
}

fn around_view(state: &State, around: &Around) -> PagesView {
    let height = overlays::height(state);
    let top = around_top(state, around);
    let s = &state.snapshot;
    let row = |i: usize, id: EventId| {
        let facts = s.facts(id);
        let anchor = if id == around.anchor { "▶ " } else { "  " };
        PageRow {
            pieces: vec![
                plain(anchor),
                plain(columns::clock(s.time(id), state.zone, "%H:%M:%S")),
                toned(format!(" {} ", facts.letter()), list::tone_of(facts)),
                toned(
                    format!("{:<28} ", s.text(Col::What, id).unwrap_or("?")),
                    list::tone_of(facts),
                ),
                toned(
                    format!("{:<16} ", s.text(Col::Err, id).unwrap_or("")),
                    Tone::Failed,
                ),
                toned(columns::target(s, id), Tone::Resource),
            ],
            focused: i == around.at,
        }
    };
    let who = s.person_of(around.anchor).map_or("?", |p| p.label.as_str());
    PagesView {
        head: Vec::new(),
        title: shown(&format!(
            "{who} ±{}: {}",
            length(around.reach),
            counted(around.events.len() as u64, "event")
        )),
        rows: around
            .events
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .map(|(i, id)| row(i, *id))
            .collect(),
        position: (top, around.events.len()),
        foot: "< > resize   Enter makes it a view   q closes".to_owned(),
    }
}
