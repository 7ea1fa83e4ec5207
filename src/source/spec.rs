//! What one argument of the command line names.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// One argument: a path, a pattern, standard input, or files in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// A file or folder.
    Path(PathBuf),
    /// A pattern such as `logs/2024-*.json.gz`.
    Glob(String),
    /// `-`.
    Stdin,
    /// Named bytes the program carries itself.
    Memory(Vec<(Arc<str>, Arc<[u8]>)>),
}

impl Spec {
    /// Reads an argument. A pattern is one only where no file has that very name.
    pub fn parse(argument: impl Into<OsString>) -> Self {
        let argument = argument.into();
        if argument == OsStr::new("-") {
            return Self::Stdin;
        }
        let path = Path::new(&argument);
        match argument.to_str() {
            Some(text)
                if text.contains(['*', '?', '[']) && std::fs::symlink_metadata(path).is_err() =>
            {
                Self::Glob(text.to_owned())
            }
            _ => Self::Path(argument.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        assert_eq!(Spec::parse("-"), Spec::Stdin);
        assert_eq!(Spec::parse("a/*.gz"), Spec::Glob("a/*.gz".to_owned()));
        assert_eq!(Spec::parse("a/b"), Spec::Path("a/b".into()));
    }

    #[test]
    fn a_file_with_a_star_in_its_name_is_a_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a*[1].json");
        std::fs::write(&path, b"{}").expect("written");
        assert_eq!(Spec::parse(&path), Spec::Path(path));
    }
}
