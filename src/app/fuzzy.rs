//! Finding by a few letters; hides the matcher crate behind one function.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// How well `label` answers to the letters of `typed`, and which of its characters they are;
/// `None` where it does not.
pub fn score(label: &str, typed: &str) -> Option<(i64, Vec<usize>)> {
    if typed.is_empty() {
        return Some((0, Vec::new()));
    }
    SkimMatcherV2::default()
        .ignore_case()
        .fuzzy_indices(label, typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_match_and_better_places_win() {
        assert!(score("next failed call", "nfc").is_some());
        assert!(score("next failed call", "zz").is_none());
        let whole = score("copy the event", "copy").map(|s| s.0);
        assert!(whole > score("close other panes yet", "copy").map(|s| s.0));
    }
}
