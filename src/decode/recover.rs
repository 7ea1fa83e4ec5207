//! Finding the next record after a broken one.
//!
//! A broken stretch is read with forgiving rules, counting brackets as well as they can be counted.
//! What an attacker writes stands inside strings, where every quote is escaped, or in objects at
//! places where objects may stand; so only two kinds of object are taken for the next record: one
//! at a place where no object may stand, and one that begins a line as its siblings do. Both must
//! be sound events; the caller asks that of each.

use crate::decode::lex;

/// What came of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The broken value seems to end before this byte.
    End(usize),
    /// A sound record begins at this byte.
    Record(usize),
    /// Neither, as far as the text goes.
    Nothing,
    /// More text is needed to tell.
    More,
}

/// What a closer look at a candidate said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A sound event.
    Event,
    /// Anything else.
    Other,
    /// The text ends inside.
    Cut,
}

/// How a line's white space ends, if `{` comes next: the indent, where the brace is.
fn brace_after_blanks(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b' ' | b'\t' => at += 1,
            b'{' => return Some((at - from, at)),
            _ => return None,
        }
    }
}

/// The indent of the line a value begins, if nothing stands before the value.
fn indent_of(bytes: &[u8], start: usize) -> Option<usize> {
    let before = bytes.get(..start)?;
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let blanks = before.get(line..)?;
    // A mark at the head of a text is no character of its first line.
    let blanks = blanks.strip_prefix(b"\xef\xbb\xbf").unwrap_or(blanks);
    blanks
        .iter()
        .all(|b| matches!(b, b' ' | b'\t'))
        .then_some(blanks.len())
}

/// The indent at which siblings of the value at `start` begin, if indents mean anything here.
fn sibling_indent(bytes: &[u8], start: usize) -> Option<usize> {
    let own = indent_of(bytes, start)?;
    let rest = bytes.get(start..)?;
    let Some(end) = memchr::memchr(b'\n', rest) else {
        return Some(own);
    };
    let next = rest.get(end + 1..).unwrap_or_default();
    let indent = next
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    // A member of the value that is indented no deeper than the value: the writer broke lines
    // anywhere, so a nested object may begin a line as well.
    match next.get(indent) {
        Some(b'"') if indent <= own => None,
        _ => Some(own),
    }
}

/// The end of a string that begins before `at`: the first quote after which a string can end.
///
/// A line's end ends a string, for JSON allows none inside. A bare quote behind a comma, colon or
/// opening bracket opens the next string, so this one has lost its end and stops before those.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    let from = at;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(hit) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
            return bytes.len();
        };
        at += hit;
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => {
                let after = bytes.get(at + 1..).unwrap_or_default();
                let next = after
                    .iter()
                    .take(64)
                    .find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
                if matches!(next, None | Some(b',' | b':' | b'}' | b']' | b'\n')) {
                    return at + 1;
                }
                let inside = bytes.get(from..at).unwrap_or_default();
                if opens_next(inside) {
                    let brackets = inside
                        .iter()
                        .rev()
                        .take_while(|b| b" \t\r,:{}[]".contains(b))
                        .count();
                    return at - brackets;
                }
                at += 1;
            }
            _ => return at,
        }
    }
}

/// Whether a quote behind these bytes opens a string.
fn opens_next(before: &[u8]) -> bool {
    let last = before
        .iter()
        .rev()
        .find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
    matches!(last, Some(b',' | b':' | b'{' | b'['))
}

/// Whether the bracket at `start` is followed by a key and its colon: meant as a brace.
pub(crate) fn is_keyed(bytes: &[u8], start: usize) -> bool {
    let key = lex::skip_space(bytes, start + 1);
    bytes.get(key) == Some(&b'"')
        && lex::string_to(bytes, key)
            .is_ok_and(|end| bytes.get(lex::skip_space(bytes, end)) == Some(&b':'))
}

/// Goes through the broken value at `start`.
///
/// `last` says that no text follows `bytes`; `look` says what stands at a candidate.
pub(crate) fn search(
    bytes: &[u8],
    start: usize,
    last: bool,
    look: &mut dyn FnMut(usize) -> Verdict,
) -> Found {
    let siblings = sibling_indent(bytes, start);
    let mut stack: Vec<u8> = Vec::new();
    let mut open = [0usize; 2];
    let mut before = b' ';
    let mut i = start;
    if bytes.get(start) == Some(&b'[') && is_keyed(bytes, start) {
        stack.push(b'{');
        open = [1, 0];
        before = b'{';
        i += 1;
    }
    while let Some(&byte) = bytes.get(i) {
        match byte {
            // No array may stand behind a value: the bracket is the damage, or a part of it.
            b'[' if i > start && matches!(before, b'"' | b'}' | b']' | b'0'..=b'9') => {}
            b'"' => {
                let may_open = matches!(before, b'{' | b'[' | b',' | b':' | b' ');
                let stray =
                    !may_open && matches!(bytes.get(i + 1), Some(b',' | b'}' | b']' | b':'));
                i = if stray {
                    i + 1
                } else {
                    string_end(bytes, i + 1)
                };
                before = b'"';
                continue;
            }
            b'\\' => {
                i += 2;
                before = b'\\';
                continue;
            }
            b'{' | b'[' => {
                let in_object = stack.last() == Some(&b'{');
                if byte == b'{' && in_object && before != b':' && i > start {
                    match look(i) {
                        Verdict::Event => return Found::Record(i),
                        Verdict::Cut if !last => return Found::More,
                        _ => {}
                    }
                }
                stack.push(byte);
                if let Some(n) = open.get_mut(usize::from(byte == b'[')) {
                    *n += 1;
                }
                before = byte;
            }
            b'}' | b']' => {
                let (want, which) = if byte == b'}' { (b'{', 0) } else { (b'[', 1) };
                if open.get(which).is_some_and(|n| *n > 0) {
                    while let Some(top) = stack.pop() {
                        if let Some(n) = open.get_mut(usize::from(top == b'[')) {
                            *n -= 1;
                        }
                        if top == want {
                            break;
                        }
                    }
                    if stack.is_empty() {
                        return Found::End(i + 1);
                    }
                }
                before = byte;
            }
            b'\n' => {
                if let (Some(own), Some((indent, at))) =
                    (siblings, brace_after_blanks(bytes, i + 1))
                    && indent <= own
                    && at > start
                {
                    match look(at) {
                        Verdict::Event => return Found::Record(at),
                        Verdict::Cut if !last => return Found::More,
                        _ => {}
                    }
                }
            }
            b' ' | b'\t' | b'\r' => {}
            other => before = other,
        }
        i += 1;
    }
    if last { Found::Nothing } else { Found::More }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `{"e"` is an event to these tests.
    fn find(text: &str) -> Found {
        search(text.as_bytes(), 0, true, &mut |at| {
            if text[at..].starts_with("{\"e\"") {
                Verdict::Event
            } else {
                Verdict::Other
            }
        })
    }

    #[test]
    fn a_record_without_its_brace() {
        let text = r#"{"a":{"b":1},{"e":2}]}"#;
        assert_eq!(find(text), Found::Record(13));
    }

    #[test]
    fn a_missing_quote_does_not_turn_strings_inside_out() {
        let text = r#"{"v: "1.03","a":{"x":[{"e":1},{"e":2}]}},{"e":3}"#;
        assert_eq!(find(text), Found::End(text.find(",{\"e\":3").expect("end")));
    }

    #[test]
    fn objects_in_lawful_places_are_never_records() {
        let text = r#"{"v":1.1.1,"a":[{"e":1},{"e":2}],"d":{"e":3}}"#;
        assert_eq!(find(text), Found::End(text.len()));
    }

    #[test]
    fn a_cut_line_ends_with_its_line() {
        let text = "{\"a\":\"cut\n{\"e\":1}";
        assert_eq!(find(text), Found::Record(10));
    }
}
