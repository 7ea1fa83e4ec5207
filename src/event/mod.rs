//! What CloudTrail means: one record's known fields, who acted, on what, and how it ended.
//!
//! Pure functions over borrowed text. Knows no file, no index, no query, no screen.

pub mod agent;
pub mod birth;
pub mod delivery;
pub mod denial;
pub mod derive;
pub mod diff;
pub mod inner;
pub mod json;
pub mod keys;
pub mod kind;
mod newborn;
pub mod outcome;
pub mod params;
pub mod pick;
pub mod plan;
pub mod principal;
pub mod record;
pub mod relation;
pub mod resource;
pub mod secret;
pub mod service;
pub mod session;
pub mod texts;
mod veiled;
