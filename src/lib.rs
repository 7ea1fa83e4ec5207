//! trailhound: a terminal explorer for AWS CloudTrail logs.
//!
//! The house, floor by floor, is drawn in `ARCHITECTURE.md`; `tests/house.rs` holds it to that
//! drawing. A floor names only floors below it.
//!
//! Nothing here is a stable interface. What users can hold on to is the filter language, the
//! command line with its output formats, and the files the program writes.
#![doc(hidden)]

pub mod app;
pub mod base;
pub mod case;
pub mod config;
pub mod decode;
pub mod engine;
pub mod event;
pub mod index;
pub mod pivot;
pub mod query;
pub mod report;
pub mod source;
pub mod ui;
pub mod view;
