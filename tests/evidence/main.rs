//! Whole files as the program sees them: every shape and container, damage, and what must stay out of
//! its output. Fixtures are made here; larger corpora are read where they are at hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod archives;
mod fixtures;
mod repair;
mod secrets;
mod shapes;
