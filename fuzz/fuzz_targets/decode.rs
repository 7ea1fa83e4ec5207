//! Any bytes: the counts add up, every record is found again by its place, no secret is left in what
//! is redacted, and an archive gives its members.
#![no_main]

use std::io::Cursor;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use trailhound::decode::archive::{self, Caps, What};
use trailhound::decode::{self, Marks, Options, Place, Sink, Tally};
use trailhound::event::record::Record;
use trailhound::event::secret;

#[derive(Default)]
struct Kept(Vec<(Place, Vec<u8>)>);

impl Sink for Kept {
    fn record(
        &mut self,
        record: &mut Record<'_>,
        place: Place,
        _: Marks,
        json: &[u8],
    ) -> ControlFlow<()> {
        assert_eq!(record.is_repaired, place.is_mended());
        self.0.push((place, json.to_vec()));
        ControlFlow::Continue(())
    }
}

fn read(bytes: &[u8], options: &Options<'_>) -> (Tally, Kept) {
    let mut kept = Kept::default();
    let tally = decode::decode(&mut &*bytes, options, &mut kept);
    assert_eq!(tally.found, kept.0.len() as u64 + tally.set_aside);
    assert!(tally.set_aside == 0 || !tally.problems.is_empty());
    (tally, kept)
}

fuzz_target!(|data: &[u8]| {
    let Some((&wishes, data)) = data.split_first() else {
        return;
    };
    let options = Options {
        max_record: if wishes & 1 == 0 { 16 << 20 } else { 2048 },
        max_inflated: 8 << 20,
        repair: wishes & 2 != 0,
        secrets: wishes & 4 != 0,
        hash: wishes & 8 != 0,
        size_hint: (wishes & 16 != 0).then_some(data.len() as u64),
        ..Options::default()
    };
    let (tally, kept) = read(data, &options);
    for (place, json) in kept.0.iter().take(16) {
        let again = decode::read_at(&mut &*data, *place, usize::MAX).expect("it was there");
        assert_eq!(&again, json);
        let safe = secret::redact(json);
        assert!(secret::find(&secret::mask(json)).len() <= secret::find(json).len());
        let _ = secret::redact(&safe);
    }
    if let Some(kind) = tally.archive {
        let caps = Caps {
            packed: data.len() as u64,
            max_inflated: 4 << 20,
            max_ratio: 50,
        };
        let mut members = 0;
        archive::members(kind, &mut Cursor::new(data), caps, &mut |member| {
            members += 1;
            if let What::File(spot, _, bytes) = member.what {
                let mut kept = Kept::default();
                let first = decode::decode(bytes, &options, &mut kept);
                let again = archive::member(spot, &mut Cursor::new(data), |bytes| {
                    let mut kept = Kept::default();
                    Ok(decode::decode(bytes, &options, &mut kept))
                });
                if let Ok(again) = again {
                    assert_eq!((first.found, first.shape), (again.found, again.shape));
                }
            }
            if members < 8 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }
});
