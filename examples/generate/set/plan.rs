//! Which files there are: account, region, minute of delivery, how many records, which of them are
//! copies of records of other files, and where the needles lie.

use std::collections::HashMap;

use super::rng::{Rng, hash};
use super::when;
use super::world::{REGIONS, World};

/// The first day, 2025-03-03.
const FIRST_DAY: i64 = 20_150 * 86_400;
/// The grid of the delivery times, in seconds.
const GRID: i64 = 300;

/// Things to look for: what is planted, and how often.
pub const NEEDLES: [(Needle, usize); 4] = [
    (Needle::Key, 7),
    (Needle::Address, 40),
    (Needle::Instance, 12),
    (Needle::Number, 5),
];

/// Something planted in a few records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needle {
    /// The caller's access key is `AKIANEEDLE7HAYSTACK2`.
    Key,
    /// The address is `192.0.2.250`, which nobody else has.
    Address,
    /// The instance is `i-0needle0000000001`, inside `requestParameters`.
    Instance,
    /// `requestParameters` holds the number 987654321012 and the key `needleKey`: no text value.
    Number,
}

/// One file.
#[derive(Debug)]
pub struct File {
    /// The number of its account.
    pub account: usize,
    /// Its region.
    pub region: &'static str,
    /// When it was delivered, in seconds since 1970.
    pub delivered: i64,
    /// How many records it has of its own.
    pub own: usize,
    /// Copies: the file and the number of the record there.
    pub copies: Vec<(usize, usize)>,
    /// The needles, by the number of the record.
    pub needles: Vec<(usize, Needle)>,
}

/// All files of a set, by time of delivery.
pub fn files(world: &World, events: usize, fewest: usize, most: usize, days: usize) -> Vec<File> {
    let mut rng = Rng::new(hash(&[world.seed, 2]));
    let mut sizes = Vec::new();
    let mut left = events;
    while left > 0 {
        let unit = rng.unit();
        // Many small files, some full ones, as deliveries are.
        let size = fewest + ((most - fewest + 1) as f64 * unit * unit) as usize;
        let size = size.clamp(1, left);
        sizes.push(size);
        left -= size;
    }
    let mut files: Vec<File> = sizes
        .into_iter()
        .map(|own| {
            let delivered = moment(&mut rng, days);
            File {
                account: world.account_weights.pick(&mut rng),
                region: REGIONS[rng.skewed(REGIONS.len())],
                delivered,
                own,
                copies: Vec::new(),
                needles: Vec::new(),
            }
        })
        .collect();
    files.sort_by_key(|file| (file.delivered, file.account, file.region, file.own));
    plant(&mut files, &mut rng);
    copy(&mut files, &mut rng);
    files
}

/// A minute of delivery, with the rhythm of weeks and days.
fn moment(rng: &mut Rng, days: usize) -> i64 {
    const HOURS: [usize; 24] = [
        5, 4, 4, 4, 4, 5, 6, 9, 13, 15, 16, 15, 12, 14, 15, 15, 13, 11, 8, 7, 6, 6, 5, 5,
    ];
    loop {
        let day = rng.below(days) as i64;
        let hour = rng.below(24);
        let weekend = day % 7 >= 5;
        let weight = HOURS[hour] * if weekend { 5 } else { 10 };
        if rng.below(160) < weight {
            let slot = rng.below((3600 / GRID) as usize) as i64;
            return FIRST_DAY + day * 86_400 + hour as i64 * 3600 + slot * GRID;
        }
    }
}

/// Plants the needles.
fn plant(files: &mut [File], rng: &mut Rng) {
    for (needle, times) in NEEDLES {
        for _ in 0..times {
            let file = rng.below(files.len());
            let record = rng.below(files[file].own);
            if files[file].needles.iter().all(|(at, _)| *at != record) {
                files[file].needles.push((record, needle));
            }
        }
    }
}

/// Replaces about one record in a hundred by a copy: mostly of an earlier file of the same account
/// and region, as a second trail or a second delivery makes it, sometimes of the same file.
fn copy(files: &mut [File], rng: &mut Rng) {
    let mut latest: HashMap<(usize, &str), usize> = HashMap::new();
    for at in 0..files.len() {
        let place = (files[at].account, files[at].region);
        let earlier = latest.insert(place, at);
        let mut copies = Vec::new();
        for _ in 0..files[at].own {
            if !rng.chance(10) || files[at].own - copies.len() < 2 {
                continue;
            }
            let from = match earlier {
                Some(file) if rng.chance(950) => file,
                _ => at,
            };
            let upto = if from == at {
                files[at].own - copies.len() - 1
            } else {
                files[from].own
            };
            copies.push((from, rng.below(upto)));
        }
        let file = &mut files[at];
        let own = file.own - copies.len();
        // Copies never take the place of a needle, and a copied needle is still one event.
        if file.needles.iter().all(|(record, _)| *record < own) {
            // A copy of the same file has to be of a record that stays.
            copies.retain(|&(from, record)| from != at || record < own);
            file.own -= copies.len();
            file.copies = copies;
        }
    }
    // Only records that are still there can have been copied.
    let own: Vec<usize> = files.iter().map(|file| file.own).collect();
    for file in files {
        for (from, record) in &mut file.copies {
            *record = (*record).min(own[*from] - 1);
        }
    }
}

impl File {
    /// Its key in the bucket.
    pub fn key(&self, world: &World, number: usize) -> String {
        let account = &world.accounts[self.account].id;
        let mut unique = Vec::new();
        super::rng::base32_of(&mut unique, hash(&[world.seed, 3, number as u64]), 12);
        super::rng::base32_of(&mut unique, hash(&[world.seed, 4, number as u64]), 4);
        format!(
            "AWSLogs/{account}/CloudTrail/{}/{}/{account}_CloudTrail_{}_{}_{}.json.gz",
            self.region,
            when::folder(self.delivered),
            self.region,
            when::stamp(self.delivered),
            String::from_utf8_lossy(&unique)
        )
    }
}
