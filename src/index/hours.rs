//! In which hours each file has events: what the evidence tells of, without its rows.

use std::collections::HashSet;

use crate::base::origin::FileId;
use crate::base::time::HOUR;
use crate::index::segment::UNDATED;
use crate::index::shelf::Shelf;

/// An hour in which a file has an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileHour {
    /// The file.
    pub file: FileId,
    /// Hours since 1970, UTC.
    pub hour: i64,
}

/// The hours of the files whose rows are appended, each once for a file: whoever looks at the
/// evidence as a whole need not go through its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hours {
    all: Shelf<FileHour>,
    last: Option<FileHour>,
    /// Those of the file of the last.
    seen: HashSet<i64>,
}

impl Hours {
    /// Takes in the time of a file's next row.
    pub(crate) fn add(&mut self, file: FileId, time: i64) {
        let this = FileHour {
            file,
            hour: time.div_euclid(HOUR),
        };
        // Neighbours are mostly of one hour.
        if time == UNDATED || self.last == Some(this) {
            return;
        }
        if self.last.is_none_or(|last| last.file != file) {
            self.seen.clear();
        }
        self.last = Some(this);
        if self.seen.insert(this.hour) {
            self.all.push(this);
        }
    }

    /// All of them, in order of appending.
    pub(crate) fn shared(&self) -> Shelf<FileHour> {
        self.all.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hour_of_a_file_is_kept_once() {
        let mut hours = Hours::default();
        let (a, b) = (FileId(0), FileId(1));
        let rows = [
            (a, 5),
            (a, HOUR + 1),
            (a, 7),
            (a, UNDATED),
            (a, -1),
            (b, 5),
            (b, 6),
        ];
        for (file, time) in rows {
            hours.add(file, time);
        }
        let all = hours.shared();
        let kept: Vec<_> = (0..all.len()).filter_map(|at| all.get(at)).collect();
        let told = [(a, 0), (a, 1), (a, -1), (b, 0)].map(|(file, hour)| FileHour { file, hour });
        assert_eq!(kept, told.iter().collect::<Vec<_>>());
    }
}
