//! Whole files as the program sees them: every shape and container, damage, and what must stay out of
//! its output. Fixtures are made here; larger corpora are read where they are at hand.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot be set up must fail, and one that is skipped says so"
)]

mod archives;
mod cuts;
mod files;
mod fixtures;
mod hostile;
mod ledger;
#[cfg(feature = "parquet")]
mod parquet;
mod repair;
mod secrets;
mod shapes;
