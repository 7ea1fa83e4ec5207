//! Plain data, ready to draw or print: public fields, no behaviour, no style.
//!
//! The floor that lets the screen and headless output agree: rows become words here and nowhere
//! else. Every text is a [`crate::base::printable::Printable`], so what is drawn is inert.

use crate::base::printable::Printable;
use crate::event::secret;

pub mod bars;
pub mod columns;
pub mod detail;
pub mod layout;
pub mod lineage;
pub mod list;
pub mod manual;
pub mod portrait;
pub mod profile;
pub mod raw;
pub mod screen;

/// A text of the evidence as a screen shows it unasked: inert, and without its secrets.
pub fn shown(text: &str) -> Printable {
    Printable::new(&secret::mask_text(text))
}
