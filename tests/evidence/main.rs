//! Whole files as the program sees them: every shape and container, damage, and what must stay out of
//! its output. Fixtures are made here; larger corpora are read where they are at hand.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot be set up must fail, and one that is skipped says so"
)]

mod archives;
mod cuts;
#[expect(dead_code, reason = "other tests use the rest of it")]
#[path = "../support/driver.rs"]
mod driver;
mod files;
mod fixtures;
mod hostile;
mod ledger;
#[cfg(feature = "parquet")]
mod parquet;
mod repair;
mod secrets;
mod shapes;
#[expect(dead_code, reason = "other tests use the rest of it")]
#[path = "../support/mod.rs"]
mod support;
