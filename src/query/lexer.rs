//! Text to tokens, each with the bytes it covers; cannot fail.
//!
//! A term that begins like `field:` or `.path:` is cut at its operator; everything else that
//! holds no space, bracket, comma or bar is one word. What a person pastes (an ARN, a URL, an
//! address, a moment) is one word although it holds `:`. Refuses to know: which fields exist and
//! what a value means.

use std::net::Ipv6Addr;

use crate::base::span::Span;

/// What stands between a field and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// `:`
    Has,
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `~`
    Match,
    /// `!~`
    NoMatch,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Mark {
    /// Every operator, longer spellings first.
    pub const ALL: [(&'static str, Self); 9] = [
        ("!=", Self::IsNot),
        ("!~", Self::NoMatch),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        (":", Self::Has),
        ("=", Self::Is),
        ("~", Self::Match),
        ("<", Self::Less),
        (">", Self::More),
    ];

    /// The operator `text` begins with.
    fn at(text: &str) -> Option<(&'static str, Self)> {
        Self::ALL
            .into_iter()
            .find(|(spelling, _)| text.starts_with(spelling))
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `OR`, `|` or `||`.
    Or,
    /// `AND` or `&&`.
    And,
    /// `NOT`, or `-` or `!` at the start of a term.
    Not,
    /// A name before an operator.
    Field,
    /// A path into the record before an operator, with its leading dot.
    Path,
    /// The operator after a field or path.
    Mark(Mark),
    /// A run of characters: a value, or text to search for.
    Word,
    /// `"…"`; the flag says whether the closing quote is there.
    Quoted(bool),
    /// `/…/flags`; the flag says whether the closing slash is there.
    Regex(bool),
    /// `$name`.
    Macro,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// The bytes it covers.
    pub span: Span,
}

/// Whether `c` ends a word.
pub fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | ',' | '|')
}

/// The tokens of `text`, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        out: Vec::new(),
        groups: 0,
        mark: Mark::Has,
        valued: false,
    };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    out: Vec<Token>,
    /// Brackets open inside a `field:( … )` group, where words are values.
    groups: usize,
    /// The operator of the term being read.
    mark: Mark,
    /// Whether a comma here would join values of the term being read.
    valued: bool,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Adds a token of `len` bytes.
    fn push(&mut self, kind: Kind, len: usize) {
        let end = (self.at + len).min(self.text.len());
        self.out.push(Token {
            kind,
            span: Span::new(self.at, end),
        });
        self.at = end;
    }

    /// Takes one token, or one run of white space.
    fn step(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else {
            self.at = self.text.len();
            return;
        };
        if c.is_whitespace() {
            self.at += c.len_utf8();
            return;
        }
        let last = self.out.last().copied();
        let glued = last.is_some_and(|t| t.span.end == self.at);
        let after_mark = match last.map(|t| t.kind) {
            Some(Kind::Mark(mark)) if glued => Some(mark),
            _ => None,
        };
        match c {
            '(' => {
                if after_mark.is_some() || self.groups > 0 {
                    self.groups += 1;
                }
                self.push(Kind::Open, 1);
            }
            ')' => {
                self.groups = self.groups.saturating_sub(1);
                self.valued = false;
                self.push(Kind::Close, 1);
            }
            ',' => {
                self.valued &= last.is_some_and(|t| t.kind != Kind::Comma);
                self.push(Kind::Comma, 1);
            }
            '|' => {
                let len = 1 + usize::from(rest.starts_with("||"));
                self.valued &= self.groups > 0;
                self.push(Kind::Or, len);
            }
            _ if after_mark.is_some()
                || self.groups > 0
                || self.valued && last.is_some_and(|t| t.kind == Kind::Comma) =>
            {
                self.value(self.mark);
            }
            _ => {
                self.valued = false;
                self.term();
            }
        }
    }

    /// A value: quoted, a regex, or a word; inside a group the word `OR` still joins.
    fn value(&mut self, mark: Mark) {
        let rest = self.rest();
        if self.groups > 0 && word(rest) == "OR" {
            self.push(Kind::Or, 2);
            return;
        }
        if rest.starts_with('"') {
            let (len, closed) = quoted(rest);
            self.push(Kind::Quoted(closed), len);
            return;
        }
        let wants_regex = matches!(mark, Mark::Match | Mark::NoMatch);
        if rest.starts_with('/') {
            if let Some(len) = regex(rest, wants_regex) {
                self.push(Kind::Regex(true), len);
                return;
            }
            if wants_regex {
                let len = word(rest).len();
                self.push(Kind::Regex(false), len);
                return;
            }
        }
        let len = word(rest).len();
        self.push(Kind::Word, len);
    }

    /// What stands at the start of a term.
    fn term(&mut self) {
        let rest = self.rest();
        let whole = word(rest);
        match whole {
            "AND" | "&&" => return self.push(Kind::And, whole.len()),
            "OR" => return self.push(Kind::Or, whole.len()),
            "NOT" => return self.push(Kind::Not, whole.len()),
            _ => {}
        }
        if rest.starts_with(['-', '!']) {
            return self.push(Kind::Not, 1);
        }
        if let Some(name) = rest.strip_prefix('$')
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        {
            let len = name.find(|c: char| !in_name(c)).unwrap_or(name.len());
            return self.push(Kind::Macro, 1 + len);
        }
        if looks_literal(whole) {
            let len = whole.len();
            return self.push(Kind::Word, len);
        }
        let head = head(rest);
        if let Some((spelling, mark)) = rest.get(head.1..).and_then(Mark::at)
            && let Some(kind) = head.0
        {
            self.push(kind, head.1);
            self.valued = true;
            self.mark = mark;
            return self.push(Kind::Mark(mark), spelling.len());
        }
        // A quoted key can only be meant as a path, whatever is still missing after it.
        if head.0 == Some(Kind::Path) && rest.starts_with(".\"") {
            return self.push(Kind::Path, head.1);
        }
        self.value(Mark::Has);
    }
}

/// The word `text` begins with.
pub fn word(text: &str) -> &str {
    let end = text.find(ends_word).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// Whether `c` can stand in the name of a field, a macro or a list.
pub fn in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// What stands before an operator at the start of `text`, and how long it is.
fn head(text: &str) -> (Option<Kind>, usize) {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('.'), Some(next)) if in_name(next) && next != '.' || next == '"' => {
            (Some(Kind::Path), path(text))
        }
        // An operator with no name before it: the parser says what is missing.
        (Some(':' | '=' | '~' | '<' | '>'), _) => (Some(Kind::Field), 0),
        (Some(first), _) if first.is_alphabetic() || first == '_' => {
            let len = text.find(|c: char| !in_name(c)).unwrap_or(text.len());
            (Some(Kind::Field), len)
        }
        _ => (None, 0),
    }
}

/// The length of the path at the start of `text`, quoted segments included.
fn path(text: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        if c == '"' && text.get(..at).is_some_and(|before| before.ends_with('.')) {
            at += quoted(rest).0;
        } else if ends_word(c) || matches!(c, ':' | '=' | '~' | '<' | '>' | '!') {
            break;
        } else {
            at += c.len_utf8();
        }
    }
    at
}

/// The length of the quoted text at the start of `text`, and whether it is closed.
fn quoted(text: &str) -> (usize, bool) {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (i + 1, true),
            _ => {}
        }
    }
    (text.len(), false)
}

/// The length of the regex at the start of `text`: slash, body, slash, flags, end of the word.
///
/// After `~` the body may hold spaces; elsewhere `/prod x/` could be two words, so it may not.
fn regex(text: &str, may_hold_spaces: bool) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if c.is_whitespace() && !may_hold_spaces => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => {
                let tail = text.get(i + 1..)?;
                let flags = tail
                    .find(|c| !matches!(c, 'i' | 'm' | 's'))
                    .unwrap_or(tail.len());
                let clean = tail.get(flags..)?.chars().next().is_none_or(ends_word);
                return (clean && i > 1).then_some(i + 1 + flags);
            }
            _ => {}
        }
    }
    None
}

/// Whether a word is something people paste, so that a `:` in it is not an operator.
pub fn looks_literal(word: &str) -> bool {
    let Some(colon) = word.find(':') else {
        return false;
    };
    let (before, after) = (
        word.get(..colon).unwrap_or(""),
        word.get(colon..).unwrap_or(""),
    );
    let is_id = before.len() >= 16
        && before.starts_with('A')
        && before
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let is_scheme = before.starts_with(|c: char| c.is_ascii_alphabetic())
        && before
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-'));
    let (address, bits) = word.split_once('/').unwrap_or((word, "0"));
    let is_address = bits.bytes().all(|b| b.is_ascii_digit())
        && !bits.is_empty()
        && address.parse::<Ipv6Addr>().is_ok();
    word.starts_with("arn:aws")
        || (is_scheme && after.starts_with("://"))
        || word.starts_with(|c: char| c.is_ascii_digit())
        || is_id
        || is_address
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let got: Vec<String> = tokens(text)
            .iter()
            .map(|t| {
                let kind = match t.kind {
                    Kind::Word => "w".to_owned(),
                    Kind::Field => "f".to_owned(),
                    Kind::Path => "p".to_owned(),
                    Kind::Quoted(_) => "q".to_owned(),
                    Kind::Regex(closed) => if closed { "r" } else { "r?" }.to_owned(),
                    Kind::Mark(_) => "m".to_owned(),
                    other => format!("{other:?}"),
                };
                format!("{kind}<{}>", t.span.slice(text))
            })
            .collect();
        assert_eq!(got.join(" "), expected, "{text}");
    }

    #[test]
    fn terms() {
        check("who:alice", "f<who> m<:> w<alice>");
        check("-svc:logs x", "Not<-> f<svc> m<:> w<logs> w<x>");
        check("my-role", "w<my-role>");
        check("what:iam:Create*", "f<what> m<:> w<iam:Create*>");
        check("ua~/a b|c/i x", "f<ua> m<~> r</a b|c/i> w<x>");
        check("res:/aws/lambda/fn", "f<res> m<:> w</aws/lambda/fn>");
        check("res:/aws x/", "f<res> m<:> w</aws> w<x/>");
        check("ua~/kali", "f<ua> m<~> r?</kali>");
        check("arn:aws:s3:::b/*", "w<arn:aws:s3:::b/*>");
        check("fe80::1/64 ::1", "w<fe80::1/64> w<::1>");
        check("https://x/y?z=1", "w<https://x/y?z=1>");
        check("a/b:c", "w<a/b:c>");
        check("$noise OR $x", "Macro<$noise> Or<OR> Macro<$x>");
        check(
            "who:(a|b OR \"c d\") e:f",
            "f<who> m<:> Open<(> w<a> Or<|> w<b> Or<OR> q<\"c d\"> Close<)> f<e> m<:> w<f>",
        );
        check(r#".a."x:y"[0].b[]>=2"#, r#"p<.a."x:y"[0].b[]> m<>=> w<2>"#);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn tokens_advance_and_stay_inside(text in r#"([ -~]|[()|,:"/\\.$-]|é|\n){0,40}"#) {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.span.start >= end && token.span.end <= text.len());
                prop_assert!(text.get(token.span.start..token.span.end).is_some());
                end = token.span.end;
            }
        }
    }
}
