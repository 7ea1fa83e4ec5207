//! A review task done by keys alone on the demo, with the keys counted.

use crate::driver::Driver;

/// Keys a task may take.
const MOST_KEYS: usize = 10;

/// A person at the keyboard who counts: keys pressed, and filters typed as one each.
pub struct Task {
    /// The screen.
    pub screen: Driver,
    keys: usize,
}

impl Task {
    /// The demo, open.
    pub fn new() -> Self {
        Self {
            screen: Driver::demo(120, 48),
            keys: 0,
        }
    }

    /// Keys, one a word.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.keys += keys.split_whitespace().count();
        self.screen.keys(keys);
        self
    }

    /// `/`, a filter, `Enter`.
    pub fn filter(&mut self, text: &str) -> &mut Self {
        self.keys += 3;
        self.screen.filter(text);
        self
    }

    /// Pastes a text, which counts as one key.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.keys += 1;
        self.screen.paste(text);
        self
    }

    /// Waits for some words.
    #[track_caller]
    pub fn shows(&mut self, words: &str) -> &mut Self {
        // Records are read behind the screen: what they say comes when it comes.
        for _ in 0..400 {
            if self.screen.text().contains(words) {
                return self;
            }
            self.screen.pump();
        }
        panic!("no {words:?} in:\n{}", self.screen.text());
    }

    /// So many keys did it, and no more than a task may take.
    #[track_caller]
    pub fn took(&self, name: &str, keys: usize) {
        assert_eq!(self.keys, keys, "{name}");
        assert!(keys <= MOST_KEYS, "{name}");
    }
}
