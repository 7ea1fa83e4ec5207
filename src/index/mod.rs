//! The store: symbols, columns, segments, and the frozen snapshots readers ask.
//!
//! One writer appends batches and publishes; readers hold an `Arc<Snapshot>`. Nothing here does
//! I/O, knows JSON, or knows that a screen exists.

pub mod atlas;
pub mod batch;
pub mod bitmap;
pub mod column;
pub mod compact;
pub mod earlier;
mod ends;
pub mod fold;
mod gleaned;
pub mod holding;
pub mod hours;
pub mod names;
mod needle;
pub mod needs;
mod numbers;
mod part;
pub mod place;
pub(crate) mod placed;
pub mod schema;
pub mod segment;
pub mod sessions;
pub mod shelf;
mod sighted;
pub mod snapshot;
mod strings;
pub mod symbols;
pub mod values;
pub mod writer;
