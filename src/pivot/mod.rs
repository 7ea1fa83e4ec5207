//! Sense made of many rows: counts by field, events over time, a principal or resource in full.
//!
//! Free functions `(&Snapshot, rows, …) -> value`. Computing never formats: times, widths and
//! ellipses are `view`'s and `ui`'s.

pub mod around;
pub mod catalogue;
pub mod change;
mod console;
pub mod coverage;
pub mod crowd;
pub mod earlier;
pub mod held;
pub mod histogram;
pub mod history;
pub mod identity;
pub mod kept;
pub mod lineage;
pub mod links;
mod makers;
mod moments;
pub mod person;
pub mod portrait;
pub mod profile;
pub mod sequence;
pub mod sorted;
mod table;
pub mod tally;
pub mod tree;
