//! Reading a record again, from its place alone.

use std::borrow::Cow;
use std::io;
use std::io::Read;
use std::ops::ControlFlow;

use sha2::Digest;
use sha2::Sha256;

use crate::decode::Place;
use crate::decode::container;
use crate::decode::container::Wish;
use crate::decode::fields::Slot;
use crate::decode::lex;
use crate::decode::mend;
use crate::decode::scan::Scanner;
use crate::decode::scanned::Input;
use crate::decode::sheet::Header;
use crate::decode::sheet::Row;
use crate::decode::text;
use crate::decode::window::Lines;
use crate::decode::window::Window;

/// Strings inside strings: no known envelope goes deeper.
const MOST_WRAPS: usize = 4;

fn window(input: &mut dyn Read) -> Window<'_> {
    let opened = container::open(
        input,
        Wish {
            hash: false,
            size: None,
            buffer: Vec::new(),
        },
    );
    Window::new(opened.text)
}

/// Reads the record at `place` of a file, taken out of the strings around it.
pub fn read_at(input: &mut dyn Read, place: Place, limit: usize) -> io::Result<Vec<u8>> {
    let len = place.bytes();
    if len > limit {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the record is larger than the limit",
        ));
    }
    let mut window = window(input);
    let mut lines = Lines::default();
    window.more(0, &mut lines);
    let header = Header::sniff(window.bytes());
    loop {
        let start = place.offset.saturating_sub(window.base) as usize;
        if let Some(bytes) = window.bytes().get(start..).and_then(|rest| rest.get(..len)) {
            return record(bytes, place, header.as_ref())
                .map(Cow::into_owned)
                .ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
        if window.is_last() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let keep = start.min(window.bytes().len());
        window.more(keep, &mut lines);
    }
}

/// What there is at a place of a file.
#[derive(Debug)]
pub enum Reread<'a> {
    /// The record.
    Record(&'a [u8]),
    /// A record in which none of the places lies that were looked for.
    Untraced,
    /// Something else by now, or nothing.
    Gone,
}

/// Gives ascending places of a text, or a part of it, that are of interest.
pub type Look<'a> = &'a dyn Fn(&[u8]) -> Vec<usize>;

/// Reads the records at some places of a file, which ascend, in one pass and in the memory lent.
/// Where the whole text is in memory and its records stand in it as they are, it is `look`ed
/// through first.
pub fn read_each<T>(
    input: &mut dyn Read,
    size: Option<u64>,
    buffer: &mut Vec<u8>,
    look: Option<Look<'_>>,
    places: impl Iterator<Item = (T, Place)>,
    mut each: impl FnMut(T, Reread<'_>) -> ControlFlow<()>,
) {
    let wish = Wish {
        hash: false,
        size,
        buffer: std::mem::take(buffer),
    };
    let mut window = Window::new(container::open(input, wish).text);
    let mut lines = Lines::default();
    window.more(0, &mut lines);
    let header = Header::sniff(window.bytes());
    let is_whole = window.is_last() && window.base == 0 && header.is_none();
    let traces = look.filter(|_| is_whole).map(|look| look(window.bytes()));
    let mut trace = 0;
    for (what, place) in places {
        let flow = loop {
            let start = place.offset.checked_sub(window.base);
            let start = start.map_or(usize::MAX, |start| start as usize);
            let bytes = window.bytes();
            if let Some(bytes) = bytes.get(start..).and_then(|r| r.get(..place.bytes())) {
                if let Some(traces) = &traces {
                    let rest = traces.get(trace..).unwrap_or_default();
                    trace += rest.iter().take_while(|at| **at < start).count();
                    let next = traces.get(trace);
                    if next.is_none_or(|at| *at >= start + bytes.len())
                        && !place.is_mended()
                        && opens(bytes)
                    {
                        break each(what, Reread::Untraced);
                    }
                }
                break match record(bytes, place, header.as_ref()) {
                    Some(record) => each(what, Reread::Record(&record)),
                    None => each(what, Reread::Gone),
                };
            }
            if window.is_last() || start == usize::MAX {
                break each(what, Reread::Gone);
            }
            let keep = start.min(bytes.len());
            window.more(keep, &mut lines);
        };
        if flow.is_break() {
            break;
        }
    }
    *buffer = window.into_buffer();
}

/// The text of a file from byte `start` on, `len` bytes or as many as there are.
pub fn excerpt(input: &mut dyn Read, start: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut window = window(input);
    let mut lines = Lines::default();
    loop {
        let from = start.saturating_sub(window.base) as usize;
        let have = window.bytes().len().saturating_sub(from);
        if have >= len || window.is_last() {
            let rest = window.bytes().get(from..).unwrap_or_default();
            return Ok(rest.get(..len).unwrap_or(rest).to_vec());
        }
        let keep = from.min(window.bytes().len());
        window.more(keep, &mut lines);
    }
}

/// The record at a place of a file's whole text, taken out of the strings around it; `None` where
/// there is none.
pub fn record_in(text: &[u8], place: Place) -> Option<Cow<'_, [u8]>> {
    let start = usize::try_from(place.offset).ok()?;
    let bytes = text.get(start..start.checked_add(place.bytes())?)?;
    record(bytes, place, Header::sniff(text).as_ref())
}

/// What the bytes at a place are: an object, a string that holds one, a row of a sheet, or a record
/// that was mended.
fn record<'b>(bytes: &'b [u8], place: Place, header: Option<&Header>) -> Option<Cow<'b, [u8]>> {
    if place.is_mended() {
        let mended = mend::mend(bytes, &mut Scanner::new());
        return mended.map(|mended| Cow::Owned(mended.json));
    }
    if let Some(header) = header {
        return match header.row(bytes) {
            Row::Event(mapped) => Some(Cow::Owned(mapped.json)),
            _ => None,
        };
    }
    opens(bytes).then(|| unwrap_record(bytes))
}

/// Whether a record may begin here.
const fn opens(bytes: &[u8]) -> bool {
    matches!(bytes, [b'{' | b'"', ..])
}

/// All the text of a file, up to `cap` bytes.
pub fn inflate_all(input: &mut dyn Read, cap: usize) -> io::Result<Vec<u8>> {
    let mut window = window(input);
    let mut lines = Lines::default();
    while !window.is_last() {
        if window.bytes().len() > cap {
            break;
        }
        window.more(0, &mut lines);
    }
    let len = window.bytes().len();
    if len > cap {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the text is larger than the limit",
        ));
    }
    let mut buffer = window.into_buffer();
    buffer.truncate(len);
    Ok(buffer)
}

/// The record that the bytes at a place hold: themselves, or what the string they are holds.
fn unwrap_record(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut record = Cow::Borrowed(bytes);
    for _ in 0..MOST_WRAPS {
        let Some(inner) = record
            .strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""))
        else {
            break;
        };
        let mut out = Vec::with_capacity(inner.len());
        text::unescape(inner, &mut out);
        let start = lex::skip_space(&out, 0);
        out.drain(..start);
        // Whatever follows the record inside the string is no part of it.
        if out.first() == Some(&b'{')
            && let Some(end) = lex::object_to(&out, 0)
        {
            out.truncate(end);
        }
        record = Cow::Owned(detail(&out).unwrap_or(out));
    }
    record
}

/// The record inside an event of EventBridge that stood in a string.
fn detail(event: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(event, b"\"detail\"")?;
    let (mut scanner, held) = (Scanner::new(), Input::new(event, 0));
    let scanned = scanner.scan(&held, 0, false).ok()?;
    let (inner, slot) = scanned.object.filter(|_| !scanned.is_event())?;
    (slot == Slot::Detail).then(|| held.get(inner.0, inner.1).to_vec())
}

/// The SHA-256 of everything a reader gives, and how many bytes that is.
///
/// # Errors
/// The reader's.
pub fn sha256(input: &mut dyn Read) -> io::Result<([u8; 32], u64)> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return Ok((hasher.finalize().into(), bytes)),
            Ok(n) => {
                hasher.update(chunk.get(..n).unwrap_or_default());
                bytes += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// The content of a file without what it is packed in, up to `cap` bytes, in memory.
///
/// # Errors
/// It is larger.
pub fn content(input: &mut dyn Read, cap: usize) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    let most = cap as u64 + 1;
    container::Content::new(input)
        .take(most)
        .read_to_end(&mut all)?;
    if all.len() > cap {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "too large to be unpacked in memory",
        ));
    }
    Ok(all)
}
