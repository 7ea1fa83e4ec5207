//! The rows of the key table for asking by pointing: chips, time, places, export.
//!
//! [`keymap`](crate::app::keymap) holds the rest and is the only one who reads them.

use crate::app::action::Command as C;
use crate::app::keymap::Scope::{Chips, Global};
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
];
