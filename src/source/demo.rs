//! The incident that the program carries, as files in memory.
//!
//! The evidence is one gzip stream; each of its lines is one log file with its key. Nobody needs
//! an account or a download to see the program at work.

use std::io::Read as _;
use std::sync::Arc;

use flate2::read::GzDecoder;

/// The evidence: lines of `{"key":"AWSLogs/…json.gz","Records":[…]}`.
const EVIDENCE: &[u8] = include_bytes!("../../assets/demo.jsonl.gz");

/// What stands before the key of a line.
const BEFORE_KEY: &str = "{\"key\":\"";
/// What stands between the key and the records.
const AFTER_KEY: &str = "\",";

/// The files: names as a bucket has them but for the `.gz`, since the bytes are plain JSON, each
/// one object with its `Records`.
pub fn files() -> Vec<(Arc<str>, Arc<[u8]>)> {
    let mut text = String::new();
    // The bytes are part of the program: a test holds them to be whole.
    if GzDecoder::new(EVIDENCE).read_to_string(&mut text).is_err() {
        return Vec::new();
    }
    text.lines()
        .filter_map(|line| {
            let (key, records) = line.strip_prefix(BEFORE_KEY)?.split_once(AFTER_KEY)?;
            let name = key.strip_suffix(".gz").unwrap_or(key);
            Some((name.into(), format!("{{{records}\n").into_bytes().into()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_file_of_records() {
        let files = files();
        assert_eq!(files.len(), 1937);
        for (name, bytes) in &files {
            assert!(name.starts_with("AWSLogs/") && name.ends_with(".json"));
            assert!(!name.split('/').any(|part| part.is_empty() || part == ".."));
            assert!(bytes.starts_with(b"{\"Records\":[{") && bytes.ends_with(b"}]}\n"));
        }
    }
}
