//! Plain data, ready to draw or print: public fields, no behaviour, no style.
//!
//! The floor that lets the screen and headless output agree: rows become words here and nowhere
//! else. Every text is a [`crate::base::printable::Printable`], so what is drawn is inert.

pub mod bars;
pub mod columns;
pub mod detail;
pub mod layout;
pub mod lineage;
pub mod list;
pub mod portrait;
pub mod profile;
pub mod raw;
pub mod screen;
