//! What one pass over a record reads from and what it finds.
//!
//! Knows nothing of grammar.

use crate::decode::fields::Slot;
use crate::decode::marks::Marks;
use crate::decode::text;
use crate::event::keys::Param;
use crate::event::record::Record;
use crate::event::record::Text;
use crate::event::resource::ResourceRef;

/// A stretch of text, and how much of it is known to be UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    /// The text.
    pub(crate) bytes: &'a [u8],
    valid: &'a str,
    valid_from: usize,
}

impl<'a> Input<'a> {
    /// Looks at `bytes`, of which everything before `from` has been dealt with.
    pub(crate) fn new(bytes: &'a [u8], from: usize) -> Self {
        let rest = bytes.get(from..).unwrap_or_default();
        let valid = match simdutf8::compat::from_utf8(rest) {
            Ok(text) => text,
            Err(e) => rest
                .get(..e.valid_up_to())
                .and_then(|head| std::str::from_utf8(head).ok())
                .unwrap_or_default(),
        };
        Self {
            bytes,
            valid,
            valid_from: from,
        }
    }

    /// The bytes of a range; empty where it does not exist.
    #[inline]
    pub(crate) fn get(&self, from: usize, to: usize) -> &'a [u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// The end of the part known to be UTF-8.
    pub(crate) fn valid_to(&self) -> usize {
        self.valid_from + self.valid.len()
    }

    /// The text of a range, where it is known to be UTF-8.
    #[inline]
    pub(crate) fn known(&self, from: usize, to: usize) -> Option<&'a str> {
        self.valid
            .get(from.checked_sub(self.valid_from)?..to.checked_sub(self.valid_from)?)
    }

    /// The text of a range; what is not UTF-8 in it is replaced.
    #[inline]
    pub(crate) fn text(&self, from: usize, to: usize) -> Text<'a> {
        match self.known(from, to) {
            Some(text) => Text::Borrowed(text),
            None => text::lossy(self.get(from, to)),
        }
    }
}

/// Where a value stands.
pub(crate) type Range = (usize, usize);

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Scanned<'a> {
    /// The known fields.
    pub(crate) record: Record<'a>,
    /// The first byte after the object.
    pub(crate) end: usize,
    /// What was odd.
    pub(crate) marks: Marks,
    /// The known field that held another type.
    pub(crate) odd_field: Option<&'static str>,
    /// The bits of the known keys met at the top, whatever they held.
    pub(crate) keys: u64,
    /// A string that holds a record: `CloudTrailEvent`, `message`, `event.original`.
    pub(crate) text: Option<Range>,
    /// An object that holds a record: `detail`, or `Records` that is no array.
    pub(crate) object: Option<(Range, Slot)>,
}

impl Scanned<'_> {
    /// Whether a key was met at the top.
    pub(crate) fn met(&self, slot: Slot) -> bool {
        self.keys & slot.bit() != 0
    }

    /// Whether the object is a CloudTrail record. Names alone decide, so that odd values are kept.
    pub(crate) fn is_event(&self) -> bool {
        // Notifications of S3 and SNS look much like records, down to `eventVersion`.
        if self.met(Slot::S3) && self.record.event_source.as_deref() == Some("aws:s3") {
            return false;
        }
        self.met(Slot::InsightDetails)
            || (self.met(Slot::EventName)
                && (self.met(Slot::EventSource) || self.met(Slot::EventTime)))
            || (self.met(Slot::EventVersion)
                && (self.met(Slot::EventTime)
                    || self.met(Slot::EventType)
                    || self.met(Slot::EventId)
                    || self.met(Slot::EventName)))
    }
}

/// Room of lists that each record fills anew.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    pub(crate) resources: Vec<ResourceRef<'static>>,
    pub(crate) params: Vec<Param<'static>>,
}

/// An empty list with the room of another, which has none left.
pub(crate) fn room_of<A, B>(list: &mut Vec<A>) -> Vec<B> {
    if list.capacity() == 0 {
        return Vec::new();
    }
    let mut list = std::mem::take(list);
    list.clear();
    // Nothing is left to be turned; collecting keeps the room of a list of like items.
    list.into_iter().filter_map(|_| None).collect()
}
