//! Plain data, ready to draw or print: public fields, no behaviour, no style.
//!
//! The floor that lets the screen and headless output agree: rows become words here and nowhere
//! else. Every text is a [`crate::base::printable::Printable`], so what is drawn is inert.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::base::printable::Printable;
use crate::event::secret;

pub mod bars;
pub mod bursts;
pub mod columns;
pub mod detail;
pub mod diff;
pub mod headings;
pub mod layout;
pub mod lineage;
pub mod list;
pub mod manual;
pub mod portrait;
pub mod profile;
pub mod raw;
pub mod screen;
pub mod tree;

/// A text of the evidence as a screen shows it unasked: inert, and without its secrets.
pub fn shown(text: &str) -> Printable {
    Printable::new(&secret::mask_text(text))
}

/// A text with what a person calls the accounts in it: `alice @prod`. Within ARNs and longer numbers
/// nothing is replaced.
pub fn with_accounts<'t>(text: &'t str, names: &BTreeMap<String, String>) -> Cow<'t, str> {
    if names.is_empty() {
        return text.into();
    }
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    let bytes = text.as_bytes();
    let is_part = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b':');
    while at < bytes.len() {
        let digits = bytes.iter().skip(at).take_while(|b| b.is_ascii_digit());
        let end = at + digits.count();
        let name = text.get(at..end).and_then(|run| names.get(run));
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        if let Some(name) = name.filter(|_| !is_part(before) && !is_part(bytes.get(end))) {
            out.push_str(text.get(from..at).unwrap_or_default());
            out.push_str(name);
            from = end;
        }
        at = end.max(at + 1);
    }
    if from == 0 {
        return text.into();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_called_by_their_names() {
        let names = BTreeMap::from([("123456789012".to_owned(), "prod".to_owned())]);
        for (text, shown) in [
            ("Alice @123456789012  console", "Alice @prod  console"),
            ("123456789012, 123456789012", "prod, prod"),
            (
                "arn:aws:iam::123456789012:user/a",
                "arn:aws:iam::123456789012:user/a",
            ),
            (
                "1234567890123 é 999999999999",
                "1234567890123 é 999999999999",
            ),
            ("account 123456789012", "account prod"),
            ("", ""),
        ] {
            assert_eq!(with_accounts(text, &names), shown);
        }
        assert_eq!(
            with_accounts("123456789012", &BTreeMap::new()),
            "123456789012"
        );
    }
}
