//! The text without which an expression matches nothing: what an index can be asked first.
//!
//! Refuses to know: what is searched.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Repetitions of a text that are written out.
const MOST_TIMES: u32 = 16;

/// The longest ASCII text, in lower case, that stands whatever its case in every text in which an
/// expression finds itself; `None` where there is no such text.
pub(crate) fn text_of(hir: &Hir) -> Option<String> {
    let found = look(hir);
    let best = found.longest();
    (!best.is_empty()).then(|| best.to_owned())
}

/// What is known of all texts that a part of an expression matches.
#[derive(Default)]
struct Known {
    /// The text that they are, apart from case.
    whole: Option<String>,
    /// A text that stands in all of them.
    part: String,
}

impl Known {
    fn whole(text: &str) -> Self {
        Self {
            whole: Some(text.to_owned()),
            part: String::new(),
        }
    }

    fn part(text: &str) -> Self {
        Self {
            whole: None,
            part: text.to_owned(),
        }
    }

    fn longest(&self) -> &str {
        self.whole.as_deref().unwrap_or(&self.part)
    }
}

fn look(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::whole(""),
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) if text.is_ascii() => Known::whole(&text.to_ascii_lowercase()),
            // Letters of other alphabets may change with their neighbours when they are folded.
            _ => Known::default(),
        },
        HirKind::Class(class) => letter(class).map_or_else(Known::default, |c| {
            let mut text = [0; 4];
            Known::whole(c.encode_utf8(&mut text))
        }),
        HirKind::Capture(capture) => look(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min == 0 => Known::default(),
        HirKind::Repetition(repeated) => {
            let once = look(&repeated.sub);
            let times = repeated.min.min(MOST_TIMES);
            match &once.whole {
                Some(text) if repeated.max == Some(times) => {
                    Known::whole(&text.repeat(times as usize))
                }
                Some(text) => Known::part(&text.repeat(times as usize)),
                None => once,
            }
        }
        HirKind::Concat(parts) => in_a_row(parts),
        HirKind::Alternation(_) => Known::default(),
    }
}

/// Parts that follow each other: those that are whole join to longer texts.
fn in_a_row(parts: &[Hir]) -> Known {
    let (mut run, mut best, mut all) = (String::new(), String::new(), true);
    for part in parts {
        let known = look(part);
        if let Some(text) = &known.whole {
            run.push_str(text);
            continue;
        }
        all = false;
        for text in [&run, &known.part] {
            if text.len() > best.len() {
                best.clone_from(text);
            }
        }
        run.clear();
    }
    if all {
        return Known::whole(&run);
    }
    Known::part(if run.len() > best.len() { &run } else { &best })
}

/// The ASCII character that all of a class are in lower case.
fn letter(class: &Class) -> Option<char> {
    let mut letter = None;
    let mut is = |c: char| {
        let mut lower = c.to_lowercase();
        let (first, more) = (lower.next(), lower.next());
        let c = first.filter(|c| c.is_ascii() && more.is_none());
        c.is_some() && *letter.get_or_insert(c) == c
    };
    let fits = match class {
        // Some two cases of a letter, and hardly more.
        Class::Unicode(class) if class.ranges().len() <= 4 => class
            .ranges()
            .iter()
            .all(|range| range.len() <= 2 && (range.start()..=range.end()).all(&mut is)),
        _ => false,
    };
    letter.flatten().filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(source: &str, ignore_case: bool) -> Option<String> {
        let mut parser = regex_syntax::ParserBuilder::new();
        let hir = parser.case_insensitive(ignore_case).build().parse(source);
        text_of(&hir.unwrap())
    }

    #[test]
    fn what_must_stand_there() {
        for (source, text) in [
            ("Alice", "alice"),
            ("^i-[0-9a-f]+$", "i-"),
            ("98765432101[2]", "987654321012"),
            ("(Get|Put)Object", "object"),
            ("ab{2}c", "abbc"),
            ("(ab){2,}c", "abab"),
            ("x?yz*", "y"),
            ("\\bassumed-role/.*prod\\b", "assumed-role/"),
            ("(role/(a|b))+", "role/"),
            ("Köln-Mitte", ""),
            ("K\u{212a}", ""),
            ("a|b", ""),
            ("[ab]", ""),
            ("(a)?", ""),
            (".*", ""),
        ] {
            assert_eq!(needed(source, false).unwrap_or_default(), text, "{source}");
        }
        // `ſ` is another `s`, and no text in lower case says so.
        assert_eq!(needed("key-case", true).unwrap(), "key-ca");
        assert_eq!(needed("Dem", true).unwrap(), "dem");
        assert_eq!(needed("s", true), None);
    }
}
