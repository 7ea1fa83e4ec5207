//! The rows of the key table for asking by pointing: chips, time, places, export.
//!
//! [`keymap`](crate::app::keymap) holds the rest and is the only one who reads them.

use crate::app::action::Command as C;
use crate::app::keymap::Scope::{Chips, Global, List};
use crate::app::keymap::{Binding, bind};

/// The rows.
pub(crate) const ASKING: &[Binding] = &[
    bind(
        Global,
        &["&"],
        C::AddTerm,
        "",
        "add one more term to the filter",
    ),
    bind(
        Global,
        &["."],
        C::Repeat,
        "",
        "do the last + - or = again with the focused value",
    ),
    bind(
        Global,
        &[","],
        C::Toggles,
        "hide",
        "hide reads, services, successes or noise, and say how many",
    ),
    bind(
        Global,
        &["F5"],
        C::FocusChips,
        "chips",
        "the terms of the filter, to switch them off and on",
    ),
    bind(
        Chips,
        &["Space"],
        C::Open,
        "off/on",
        "switch the term off, or on again",
    ),
    bind(
        Global,
        &["'"],
        C::SavedViews,
        "",
        "saved views, views left behind, where these paths were left",
    ),
    bind(
        Global,
        &["B"],
        C::SaveView,
        "",
        "save this view under a name",
    ),
    bind(
        Global,
        &["`"],
        C::Walk,
        "",
        "the places of the walk so far, to go to one",
    ),
    bind(
        Chips,
        &["x", "Delete"],
        C::DropTerm,
        "drop",
        "drop the term",
    ),
    bind(
        Global,
        &["v"],
        C::Range,
        "",
        "choose a stretch of the histogram: h l move, Enter filters to it",
    ),
    bind(
        Global,
        &["z"],
        C::ZoomIn,
        "",
        "half the time, around this event",
    ),
    bind(
        Global,
        &["Z"],
        C::ZoomOut,
        "",
        "twice the time, around this event",
    ),
    bind(
        Global,
        &["t"],
        C::TimeRange,
        "time",
        "filter to a stretch of time: around this event, the last hour, typed …",
    ),
    bind(
        Global,
        &["T"],
        C::TimeDisplay,
        "",
        "show times in UTC, local time, any zone, or before the last event",
    ),
    bind(
        List,
        &[";"],
        C::PinRow,
        "",
        "count the times between rows from this row, or from the row above again",
    ),
    bind(
        List,
        &["*"],
        C::NextSame,
        "",
        "next event with the same value in this column",
    ),
    bind(
        List,
        &["#"],
        C::PreviousSame,
        "",
        "previous event with the same value in this column",
    ),
    bind(
        List,
        &["o"],
        C::NextInSession,
        "",
        "next event of this session",
    ),
    bind(
        List,
        &["O"],
        C::PreviousInSession,
        "",
        "previous event of this session",
    ),
    bind(List, &["}"], C::NextGap, "", "past the next quiet gap"),
    bind(
        List,
        &["{"],
        C::PreviousGap,
        "",
        "before the previous quiet gap",
    ),
    bind(
        Global,
        &["X"],
        C::Export,
        "export",
        "write the events, or the values of a facet, to a .csv, .jsonl or .md file",
    ),
];
