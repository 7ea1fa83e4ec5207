//! The name of a place bytes came from.
//!
//! `source` makes these, `decode` and `index` carry them; neither learns how the bytes were read.

use std::sync::Arc;

/// A file in the order the walk met it; the key of everything the ledger says of a file.
///
/// Lives as long as the process. Rows are appended in this order, so it is also the tie-breaker
/// between events of one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// What a place is called when it is shown, and exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    name: Arc<str>,
    exact: Option<Arc<[u8]>>,
}

impl Origin {
    /// A place whose name is text.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            exact: None,
        }
    }

    /// A place whose name may not be UTF-8: shown lossily, kept exactly.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(name) => Self::new(name),
            Err(_) => Self {
                name: String::from_utf8_lossy(bytes).into(),
                exact: Some(bytes.into()),
            },
        }
    }

    /// A file in this archive: `archive!name`.
    #[must_use]
    pub fn member(&self, name: &[u8]) -> Self {
        let own = self.exact.as_deref().unwrap_or(self.name.as_bytes());
        Self::from_bytes(&[own, b"!", name].concat())
    }

    /// The name, lossy where it is not UTF-8. Still hostile: escape before showing.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The exact bytes in hexadecimal, only where the name is not UTF-8.
    pub fn hex(&self) -> Option<String> {
        self.exact
            .as_ref()
            .map(|exact| crate::base::text::hex(exact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_is_not_text_has_hex() {
        assert_eq!(Origin::from_bytes(b"a.json").hex(), None);
        assert_eq!(Origin::from_bytes(b"a\xff").hex().as_deref(), Some("61ff"));
        assert_eq!(Origin::from_bytes(b"a\xff").name(), "a\u{fffd}");
    }
}
