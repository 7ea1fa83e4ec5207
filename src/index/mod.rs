//! The store: symbols, columns, segments, and the frozen snapshots readers ask.
//!
//! One writer appends and publishes; readers hold an `Arc<Snapshot>`. Nothing here does I/O,
//! knows JSON, or knows that a screen exists.

pub mod schema;
