//! The will: what the state is, what can happen to it, and what it then wants done.
//!
//! [`update::update`] is the one place where state changes; [`compose::screen`] turns a state into
//! the plain data that is drawn. No task, no terminal, no clock here, so a test types keys and
//! reads screens.

pub mod action;
pub mod arranging;
pub mod bindings;
pub mod bindings_floats;
pub mod bindings_panes;
pub mod carrying;
pub mod chain;
pub mod chips;
pub mod chord;
pub mod compose;
pub mod covering;
pub mod detail;
pub mod export;
pub mod facets;
pub mod filtering;
pub mod floating;
pub mod floats;
pub mod following;
pub mod fuzzy;
pub mod keymap;
pub mod keys;
pub mod listing;
pub mod merging;
pub mod mouse;
pub mod moves;
pub mod overlays;
pub mod palette;
pub mod people;
pub mod pivots;
pub mod places;
pub mod plot;
pub mod pointing;
pub mod reading;
pub mod sources;
pub mod state;
pub mod tables;
pub mod times;
pub mod tree_view;
pub mod update;
