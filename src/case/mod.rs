//! What is kept between runs, and handed to others: views as links, and the state file.
//!
//! Nothing here knows rows or symbols, which die with the process: events are kept by their names
//! and filters by their text. Refuses to know: the index, the screen.

pub mod link;
pub mod store;
