//! The ground: spans and their messages, names of places, time, and text.
//!
//! Everything here is plain data and pure functions; this floor names no other floor and
//! knows nothing of CloudTrail, files, tasks or screens.

pub mod cancel;
pub mod caseless;
pub mod crew;
pub(crate) mod glance;
pub mod guard;
pub mod ledger;
pub(crate) mod lines;
pub(crate) mod near;
pub mod origin;
pub mod printable;
pub mod span;
pub mod text;
pub mod time;
