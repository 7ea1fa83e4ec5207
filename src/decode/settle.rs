//! What the values of a record come to: known fields kept, resources put together, marks added.
//!
//! The pass over the bytes calls these; nothing here reads JSON.

#![expect(
    clippy::inline_always,
    reason = "measured: the pass is slower when these are calls"
)]

use crate::base::time::UtcMicros;
use crate::decode::fields::Slot;
use crate::decode::lex::Token;
use crate::decode::marks::Marks;
use crate::decode::scanned::Input;
use crate::decode::scanned::Scanned;
use crate::decode::text;
use crate::event::derive;
use crate::event::record::HIDDEN;
use crate::event::record::Text;
use crate::event::resource::Class;
use crate::event::resource::Naming;
use crate::event::resource::ResourceRef;

/// Resources kept of one record.
const MOST_RESOURCES: usize = derive::MOST_RESOURCES;

/// The resources that stand in the record in their order, and no more than those.
pub(crate) fn gather(out: &mut Scanned<'_>) {
    let record = &mut out.record;
    let resources = &mut record.resources;
    // Millions of objects without a word would each be looked up in every table.
    if record.event_name.is_none()
        && resources.is_empty()
        && record.params.as_ref().is_none_or(Vec::is_empty)
    {
        record.params = None;
        return;
    }
    // A refusal names its caller in the message; a caller is no resource of its own call.
    if record.error_code.is_some()
        && let Some(caller) = &record.identity.get().arn
    {
        resources.retain(|r| r.naming == Naming::Recorded || r.name != *caller);
    }
    if !resources.is_sorted_by_key(|r| r.naming) {
        resources.sort_by_key(|r| r.naming);
    }
}

/// Puts together what the pass gathered.
pub(crate) fn finish<'a>(
    out: &mut Scanned<'a>,
    input: &Input<'a>,
    start: usize,
    end: usize,
    plain: bool,
) {
    out.end = end;
    out.record.is_insight = out.met(Slot::InsightDetails);
    if end > input.valid_to() && std::str::from_utf8(input.get(start, end)).is_err() {
        out.marks.add(Marks::ENCODING);
    }
    let raw = input.get(start, end);
    if !plain && !text::is_plain(raw) {
        out.marks.add(match input.known(start, end) {
            Some(text) => text::oddities(text),
            None => text::oddities(&text::lossy(raw)),
        });
    }
    check(out, plain);
}

/// Adds the marks that need the whole record; no byte of a `plain` one is beyond ASCII.
fn check(out: &mut Scanned<'_>, plain: bool) {
    let record = &mut out.record;
    let mut marks = Marks::NONE;
    record.time = record.event_time.as_deref().and_then(UtcMicros::parse);
    match (&record.event_time, record.time) {
        (Some(text), Some(_)) => {
            let text = text.as_bytes();
            let zoned = text.last() == Some(&b'Z')
                || text.get(19..).is_some_and(|tail| {
                    tail.iter().any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'))
                });
            let leap = text.get(17) == Some(&b'6');
            // CloudTrail began in 2013; nothing it logs lies far ahead.
            let of_now = text
                .first_chunk()
                .is_some_and(|year| (b"2013"..b"2100").contains(&year));
            if !zoned || leap || !of_now {
                marks.add(Marks::TIME_SUSPICIOUS);
            }
        }
        _ => marks.add(Marks::TIME_INVALID),
    }
    let record = &out.record;
    let versioned = record.event_version.as_deref().is_some_and(|v| v != "1.0");
    let nameless = record.event_name.as_deref().is_some_and(str::is_empty);
    if nameless || (versioned && record.event_id.is_none()) || record.event_time.is_none() {
        marks.add(Marks::MISSING_FIELD);
    }
    let aws_writes = [&record.event_name, &record.event_source, &record.aws_region];
    let odd = |field: &&Option<Text<'_>>| match field {
        Some(Text::Borrowed(text)) => !plain && !text.is_ascii(),
        // Its escapes may have been letters.
        Some(Text::Owned(text)) => !text.is_ascii(),
        None => false,
    };
    if aws_writes.iter().any(odd) {
        marks.add(Marks::CONFUSABLE);
    }
    out.marks.add(marks);
}

/// Adds a resource that is not among them yet.
pub(crate) fn push<'a>(
    resources: &mut Vec<ResourceRef<'a>>,
    name: Text<'a>,
    naming: Naming,
    class: Class,
) {
    if resources.len() < MOST_RESOURCES && !resources.iter().any(|r| r.name == name) {
        resources.push(ResourceRef::new(name, naming).of_class(class));
    }
}

/// Adds a resource that is recorded: what was found of it before says nothing more. Where there is no
/// room, one that was found makes it.
fn push_recorded<'a>(resources: &mut Vec<ResourceRef<'a>>, name: Text<'a>) {
    let is_found = |r: &ResourceRef<'_>| r.naming != Naming::Recorded;
    let known = resources.iter().position(|r| r.name == name);
    let makes_room = if known.is_none() && resources.len() >= MOST_RESOURCES {
        let found = resources.iter().rposition(is_found);
        if found.is_none() {
            return;
        }
        found
    } else {
        known
    };
    if let Some(at) = makes_room {
        if !resources.get(at).is_some_and(is_found) {
            return;
        }
        resources.remove(at);
    }
    resources.push(ResourceRef::new(name, Naming::Recorded));
}

/// Adds an ARN of its own text that is not among them yet.
pub(crate) fn push_owned(resources: &mut Vec<ResourceRef<'_>>, name: &str) {
    if resources.len() < MOST_RESOURCES && !resources.iter().any(|r| r.name == name) {
        resources.push(ResourceRef::new(
            Text::Owned(name.to_owned()),
            Naming::Found,
        ));
    }
}

/// The text of a token; the scratch holds it where it was escaped.
#[inline]
pub(crate) fn text_of<'a>(input: &Input<'a>, token: Token, scratch: &[u8]) -> Text<'a> {
    if token.escaped {
        Text::Owned(String::from_utf8_lossy(scratch).into_owned())
    } else {
        input.text(token.from, token.to)
    }
}

/// Keeps the text of a known field. Nearly all of it is borrowed: that way is kept short.
#[inline(always)]
fn keep_text<'a>(place: &mut Option<Text<'a>>, input: &Input<'a>, token: Token, scratch: &[u8]) {
    match input.known(token.from, token.to) {
        Some(text) if !token.escaped => match place {
            // Only the text changes where a borrowed one stood.
            Some(Text::Borrowed(old)) => *old = text,
            _ => *place = Some(Text::Borrowed(text)),
        },
        _ => *place = Some(text_of(input, token, scratch)),
    }
}

/// Keeps the text of a known field.
#[inline(always)]
pub(crate) fn set_text<'a>(
    slot: Slot,
    input: &Input<'a>,
    token: Token,
    scratch: &[u8],
    out: &mut Scanned<'a>,
) {
    if let Some(place) = slot.place(&mut out.record) {
        let empty_is_absent = matches!(
            slot,
            Slot::Arn | Slot::AccessKeyId | Slot::IssuerArn | Slot::EventId
        );
        if token.to > token.from || !empty_is_absent {
            keep_text(place, input, token, scratch);
        } else {
            *place = None;
        }
        return;
    }
    set_other_text(slot, input, token, scratch, out);
}

/// Keeps the text of a known field that is no text field.
fn set_other_text<'a>(
    slot: Slot,
    input: &Input<'a>,
    token: Token,
    scratch: &[u8],
    out: &mut Scanned<'a>,
) {
    let raw = input.get(token.from, token.to);
    match slot {
        Slot::ReadOnly => out.record.read_only = flag(raw),
        Slot::ManagementEvent => out.record.management_event = flag(raw),
        Slot::FromConsole => out.record.from_console = flag(raw) == Some(true),
        Slot::MfaAuthenticated => out.record.identity.edit().mfa = flag(raw),
        Slot::SignIn => out.record.sign_in_failed |= raw == b"Failure",
        Slot::MfaUsed => {
            out.record.mfa_used = match raw {
                b"Yes" => Some(true),
                b"No" => Some(false),
                _ => None,
            };
        }
        Slot::BytesOut => out.record.bytes_out = bytes(raw),
        Slot::ResourceArn => {
            let name = text_of(input, token, scratch);
            // Parameters are kept where resources are looked for.
            if out.record.params.is_some() && !name.is_empty() && name != HIDDEN {
                push_recorded(&mut out.record.resources, name);
            }
        }
        Slot::AtTimestamp if out.record.event_time.is_none() => {
            out.record.event_time = Some(text_of(input, token, scratch));
        }
        Slot::CloudTrailEvent => out.text = Some((token.from - 1, token.to + 1)),
        Slot::Original | Slot::Message if out.text.is_none() => {
            out.text = Some((token.from - 1, token.to + 1));
        }
        _ if slot.minds_text() => wrong_type(slot, out),
        _ => {}
    }
}

/// A number of bytes. Some services write whole numbers with a fraction: `1024.0`.
fn bytes(raw: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(raw).ok()?;
    match text.split_once('.') {
        None => text.parse().ok(),
        Some((whole, fraction)) => {
            let is_whole = !fraction.is_empty() && fraction.bytes().all(|b| b == b'0');
            whole.parse().ok().filter(|_| is_whole)
        }
    }
}

fn flag(raw: &[u8]) -> Option<bool> {
    match raw {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}

/// Notes that a known field holds another type.
pub(crate) fn wrong_type(slot: Slot, out: &mut Scanned<'_>) {
    out.marks.add(Marks::WRONG_TYPE);
    if out.odd_field.is_none() {
        out.odd_field = slot.text_field().or(Some(match slot {
            Slot::UserIdentity => "userIdentity",
            Slot::Resources => "resources",
            Slot::InsightDetails => "insightDetails",
            Slot::ReadOnly => "readOnly",
            Slot::ManagementEvent => "managementEvent",
            _ => "a part of userIdentity",
        }));
    }
}

/// Keeps the number of a known field.
pub(crate) fn set_number<'a>(
    slot: Slot,
    input: &Input<'a>,
    from: usize,
    to: usize,
    out: &mut Scanned<'a>,
) {
    if slot == Slot::BytesOut {
        out.record.bytes_out = bytes(input.get(from, to));
    } else if slot.takes_number() {
        if let Some(place) = slot.place(&mut out.record) {
            *place = Some(input.text(from, to));
        }
    } else if slot.text_field().is_some() || slot.minds_text() {
        if let Some(place) = slot.place(&mut out.record) {
            *place = None;
        }
        wrong_type(slot, out);
    }
}

/// Keeps the `true`, `false` or `null` of a known field, told by its first letter.
pub(crate) fn set_literal(slot: Slot, first: u8, out: &mut Scanned<'_>) {
    if first == b'n' {
        if let Some(place) = slot.place(&mut out.record) {
            *place = None;
        }
        if slot.minds_null() {
            wrong_type(slot, out);
        }
        return;
    }
    let yes = first == b't';
    match slot {
        Slot::ReadOnly => out.record.read_only = Some(yes),
        Slot::ManagementEvent => out.record.management_event = Some(yes),
        Slot::FromConsole => out.record.from_console = yes,
        Slot::MfaAuthenticated => out.record.identity.edit().mfa = Some(yes),
        _ if slot.text_field().is_some() || slot.minds_text() => {
            wrong_type(slot, out);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(resources: &[ResourceRef<'_>]) -> Vec<(String, Naming)> {
        let of = |r: &ResourceRef<'_>| (r.name.to_string(), r.naming);
        resources.iter().map(of).collect()
    }

    #[test]
    fn what_is_recorded_counts_once_and_before_what_is_found() {
        let mut out = Scanned::default();
        out.record.event_name = Some("x".into());
        let resources = &mut out.record.resources;
        for name in ["b", "a", "b"] {
            push(resources, name.into(), Naming::Found, Class::UNKNOWN);
        }
        for name in ["c", "b", "c"] {
            push_recorded(resources, name.into());
        }
        for name in ["c", "d"] {
            push(resources, name.into(), Naming::Found, Class::UNKNOWN);
        }
        gather(&mut out);
        let named = names(&out.record.resources);
        let expected = [
            ("c", Naming::Recorded),
            ("b", Naming::Recorded),
            ("a", Naming::Found),
            ("d", Naming::Found),
        ];
        assert_eq!(
            named,
            expected.map(|(name, naming)| (name.to_owned(), naming))
        );
    }

    #[test]
    fn what_is_found_makes_room_for_what_is_recorded() {
        let mut resources = Vec::new();
        for n in 0..2 * MOST_RESOURCES {
            push(
                &mut resources,
                format!("found{n}").into(),
                Naming::Found,
                Class::UNKNOWN,
            );
        }
        assert_eq!(resources.len(), MOST_RESOURCES);
        for n in 0..2 * MOST_RESOURCES {
            push_recorded(&mut resources, format!("recorded{n}").into());
        }
        let recorded = (0..MOST_RESOURCES).map(|n| (format!("recorded{n}"), Naming::Recorded));
        assert_eq!(names(&resources), recorded.collect::<Vec<_>>());
    }
}
