//! Delivery: which event lies in which file, in which order, and which ones come twice.

use std::collections::BTreeMap;

use crate::record::Log;
use crate::rng::Rng;
use crate::when::format;

/// The grid of the delivery times, in seconds.
const GRID: i64 = 300;
/// How long a delivery takes, at least and at most.
const DELAY: (i64, i64) = (180, 720);
/// One event in so many is delivered twice.
const COPY_EVERY: usize = 100;

/// One delivered file.
#[derive(Debug)]
pub struct File {
    /// Its key in the bucket.
    pub key: String,
    /// The events in it, as places in the log.
    pub records: Vec<usize>,
}

/// Account, region, delivery time, and a number for files of the same minute.
type Slot = (i64, String, String, usize);

/// Packs the log into files.
pub fn pack(log: &Log) -> Vec<File> {
    let mut rng = Rng::named("deliver");
    let mut slots: BTreeMap<Slot, Vec<usize>> = BTreeMap::new();
    for (at, record) in log.records.iter().enumerate() {
        let earliest = (record.time + DELAY.0 + GRID - 1) / GRID * GRID;
        let latest = (record.time + DELAY.1) / GRID * GRID;
        let late = rng.chance(25) && latest > earliest;
        let time = if late { latest } else { earliest };
        let slot =
            |time: i64, part: usize| (time, record.account.clone(), record.region.clone(), part);
        slots.entry(slot(time, 0)).or_default().push(at);
        if rng.below(COPY_EVERY) == 0 {
            let again = if late || latest == earliest {
                slot(time, 1)
            } else {
                slot(latest, 0)
            };
            slots.entry(again).or_default().push(at);
        }
    }
    slots
        .into_iter()
        .map(|((time, account, region, _), mut records)| {
            // The order in a file is roughly that of time, never exactly.
            let mut keyed: Vec<(i64, usize)> = records
                .drain(..)
                .map(|at| (log.records[at].time + rng.between(0, 25), at))
                .collect();
            keyed.sort_unstable();
            File {
                key: format!(
                    "AWSLogs/{account}/CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{}_{}\
                     .json.gz",
                    format(time, "%Y/%m/%d"),
                    format(time, "%Y%m%dT%H%MZ"),
                    rng.alnum(16)
                ),
                records: keyed.into_iter().map(|(_, at)| at).collect(),
            }
        })
        .collect()
}
