//! The state as one screen of plain data: what is drawn is this and nothing else.

use crate::app::action::Command;
use crate::app::arranging;
use crate::app::carrying;
use crate::app::chips;
use crate::app::facets::{self, FacetTarget};
use crate::app::filtering;
use crate::app::floating;
use crate::app::keymap::Scope;
use crate::app::listing;
use crate::app::pivots;
use crate::app::plot;
use crate::app::state::{About, Focus, Overlay, State, View};
use crate::app::update;
use crate::base::printable::Printable;
use crate::base::span::Severity;
use crate::base::text::{byte_size, counted, thousands};
use crate::engine::protocol::Searched;
use crate::index::schema::Field;
use crate::query::ast::Expr;
use crate::view::detail::TABS;
use crate::view::layout::{self};
use crate::view::screen::{
    Cell, ChipView, ChipsView, CompletionLine, ContextLine, Crumb, CrumbLine, DetailView,
    DiagnosticLine, FacetLine, FacetsView, FilterLine, FilterState, PortraitView, Screen,
    StatusLine, Tab, Tone,
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
        histogram: (!panes.histogram.is_empty()).then(|| plot::histogram(state, &panes)),
        facets: (!panes.facets.is_empty()).then(|| facets_view(state)),
        portrait: (!panes.portrait.is_empty()).then(|| portrait(state)),
        list: listing::list_view(state),
        detail: (!panes.detail.is_empty()).then(|| detail_view(state)),
        status: status(state),
        hints: hints(state),
        overlay: floating::overlay(state),
        below: floating::below(state),
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
    // What floats topmost and is a screen says it, else the view does.
    let mut floats = state.overlay.iter().chain(state.under.iter().rev());
    let screen = floats.find_map(|o| match o {
        Overlay::Sources(_) | Overlay::Coverage(_) => Some('7'),
        Overlay::People(_) => Some('2'),
        Overlay::Chain(_) => Some('4'),
        _ => None,
    });
    let here = screen.unwrap_or(match &state.view.about {
        About::Timeline => '1',
        About::Subject(crate::pivot::portrait::Subject::Principal(_), _) => '2',
        About::Subject(
            crate::pivot::portrait::Subject::Resource(_)
            | crate::pivot::portrait::Subject::Resources,
            _,
        ) => '3',
    });
    let tabs = SCREENS
        .iter()
        .map(|(digit, name, built)| Tab {
            digit: *digit,
            name,
            current: *digit == here,
            built: *built || *digit == here,
        })
        .collect();
    let key = state.key(Command::Help);
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
        About::Subject(_, label) => {
            let mut words = shown(label);
            words.push(&Printable::new(&carrying::words(view)));
            words
        }
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
        .map(|v| {
            let is_all = *v.filter == Expr::All && v.hidden.is_empty();
            Crumb {
                label: label_of(v),
                // Of everything there is no need to ask anew.
                count: if is_all {
                    Some(state.snapshot.len() as u64)
                } else {
                    v.count
                },
                at_least: v.counted_early && !is_all,
                current: false,
            }
        })
        .collect();
    all.push(Crumb {
        label: label_of(&state.view),
        count: state.view.count,
        at_least: false,
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
        Some(Searched::Columns) => format!("≥{count} match, searching"),
        Some(Searched::Records(share)) => {
            format!("≥{count} match, {:.0}% searched", share * 100.0)
        }
        None => format!("{more}{count} match in {}", milliseconds(answer.took_ms)),
    };
    if state.panes().chips.is_empty()
        && let Some(words) = chips::hidden_events(state)
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
                label: chip_label(state, &chip.term),
                on: chip.on,
                focused: focused && i == at,
            })
            .collect(),
        hidden: chips::hidden_words(state).unwrap_or_default(),
        focused,
    }
}

/// A term as its chip shows it: a time that counts from the last event says so, and which moment
/// that is.
fn chip_label(state: &State, term: &Expr) -> Printable {
    let text = term.to_string();
    let last = state.snapshot.span().map(|(_, last)| last);
    match last.filter(|_| term.counts_from_now()) {
        Some(last) => {
            let at = last.format(state.zone, "%m-%d %H:%M:%S");
            Printable::new(&format!("{text} from the last event {at}"))
        }
        None => Printable::new(&text),
    }
}

fn milliseconds(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.0} ms")
    }
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
                    label: {
                        let label = with_accounts(&v.label, &state.accounts);
                        let label = if state.view.marked.contains(&(*field, v.value.clone())) {
                            shown(&format!("● {label}"))
                        } else {
                            shown(&label)
                        };
                        match field {
                            Field::Res | Field::Via => label.with_tail(),
                            _ => label,
                        }
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
        .filter(|l| focused && !crate::view::tree::is_more(&l.path))
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
    if let Some(gaps) = plot::gaps(state).filter(|_| !state.panes().histogram.is_empty()) {
        parts.push(toned(gaps, Tone::Heading));
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
    let mut hints = Vec::new();
    if scope == Scope::List
        && let Some(word) = arranging::burst_hint(state)
        && let Some(key) = state.keys.key_of(scope, Command::FoldBurst)
    {
        hints.push((key.to_owned(), word));
    }
    if scope == Scope::List && state.view.about != About::Timeline {
        hints.push((state.key(Command::NextPane), "cards"));
    }
    let rows = state.keys.help(scope).into_iter();
    let hinted = rows.flat_map(|(_, rows)| rows);
    let hinted = hinted.filter(|b| !b.hint.is_empty());
    hints.extend(hinted.map(|row| (row.keys[0].clone(), row.hint)));
    hints
}
