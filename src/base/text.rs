//! Wildcards, names and their components, and did-you-mean.
//!
//! Matching folds ASCII and Unicode case by `char::to_lowercase`; nothing here allocates per
//! candidate where both sides are ASCII.

/// A text with `*` (any run) and `?` (any one character).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    pattern: Vec<char>,
    exact_case: bool,
}

impl Wildcard {
    /// A pattern that ignores case.
    pub fn new(pattern: &str) -> Self {
        Self {
            pattern: fold(pattern).chars().collect(),
            exact_case: false,
        }
    }

    /// A pattern that minds case.
    pub fn exact(pattern: &str) -> Self {
        Self {
            pattern: pattern.chars().collect(),
            exact_case: true,
        }
    }

    /// The longest text without wildcards in it, folded.
    pub fn longest_run(&self) -> String {
        let runs = self.pattern.split(|c| matches!(c, '*' | '?'));
        let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
        fold(&longest.iter().collect::<String>())
    }

    /// Whether a text holds a wildcard at all.
    pub fn is_wild(text: &str) -> bool {
        text.contains(['*', '?'])
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = if self.exact_case {
            text.chars().collect()
        } else {
            fold(text).chars().collect()
        };
        let (mut p, mut t) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            match self.pattern.get(p) {
                Some('*') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(c) if *c == '?' || *c == text[t] => {
                    p += 1;
                    t += 1;
                }
                _ => match star {
                    Some((at, from)) => {
                        p = at + 1;
                        t = from + 1;
                        star = Some((at, from + 1));
                    }
                    None => return false,
                },
            }
        }
        self.pattern[p..].iter().all(|c| *c == '*')
    }

    /// Whether a run of whole components of `folded`, which is folded as the pattern is, matches.
    ///
    /// One pass whatever the text: names come out of logs, and one may have a thousand components.
    pub fn matches_run(&self, folded: &str) -> bool {
        let len = self.pattern.len();
        // For each part of the pattern from its beginning on whether it ends here, having begun
        // where a component does.
        let mut reached = vec![false; len + 1];
        let mut begins = true;
        for c in folded.chars().map(Some).chain([None]) {
            reached[0] |= begins;
            for (at, wild) in self.pattern.iter().enumerate() {
                reached[at + 1] |= reached[at] && *wild == '*';
            }
            let split = c.is_none_or(splits);
            if reached[len] && split {
                return true;
            }
            let Some(c) = c else { break };
            for at in (0..len).rev() {
                let (wild, here) = (self.pattern[at], reached[at]);
                reached[at + 1] = here && (wild == '?' || wild == c)
                    || reached[at + 1] && self.pattern.get(at + 1) == Some(&'*');
            }
            reached[0] = reached[0] && self.pattern.first() == Some(&'*');
            begins = split;
        }
        false
    }
}

/// Lower case, for comparing.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.to_lowercase()
    }
}

/// Calls `read` with the text in lower case; most texts are short ASCII and cost no allocation.
pub fn with_folded<T>(text: &str, read: impl FnOnce(&str) -> T) -> T {
    let mut room = [0; 192];
    match room.get_mut(..text.len()) {
        Some(room) if text.is_ascii() => {
            room.copy_from_slice(text.as_bytes());
            room.make_ascii_lowercase();
            // What is ASCII is UTF-8: the other way is never taken.
            read(std::str::from_utf8(room).unwrap_or_default())
        }
        _ => read(&fold(text)),
    }
}

/// Where a name splits into components.
pub const fn splits(c: char) -> bool {
    matches!(c, '/' | ':' | '@' | '#')
}

/// Whether `wanted` is `name`, or a run of whole consecutive components of it; both folded already.
///
/// `app/prod-web` is found in `loadbalancer/app/prod-web/50dc`, `alice` in `user/alice` and
/// `alice@example.com`, `alice` not in `malice`.
pub fn has_component(name: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let mut from = 0;
    while let Some(at) = name[from..].find(wanted) {
        let (start, end) = (from + at, from + at + wanted.len());
        let clean_start =
            name[..start].chars().next_back().is_none_or(splits) || wanted.starts_with(splits);
        let clean_end = name[end..].chars().next().is_none_or(splits) || wanted.ends_with(splits);
        if clean_start && clean_end {
            return true;
        }
        from = start + name[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// The candidate nearest to a mistyped word, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let limit = match word.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|c| (distance(&word, &fold(c)), c))
        .filter(|(d, c)| *d <= limit && *d < c.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Edits (insert, delete, replace, swap neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut d = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d = d.min(rows[i - 2][j - 2] + 1);
            }
            row.push(d);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// A whole number with commas between thousands: `1,284,377`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number of bytes in few characters: `17 B`, `2.1 GB` (powers of 1000).
pub fn byte_size(n: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

/// `1 event`, `2 events`.
pub fn counted(n: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, yes) in [
            ("Create*", "createloadbalancer", true),
            ("*Load*er", "CreateLoadBalancer", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("a*b*c", "aXXbYYbZc", true),
            ("a*b", "aXXbY", false),
        ] {
            assert_eq!(
                Wildcard::new(pattern).matches(text),
                yes,
                "{pattern} {text}"
            );
        }
        assert!(!Wildcard::exact("a*").matches("ABC"));
    }

    /// All texts of these letters, up to so many of them.
    fn texts(letters: &str, most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..most {
            let to = all.len();
            for at in from..to {
                all.extend(
                    letters
                        .chars()
                        .map(|c| format!("{}{c}", all[at]))
                        .collect::<Vec<_>>(),
                );
            }
            from = to;
        }
        all
    }

    #[test]
    fn a_run_is_what_every_run_by_itself_says() {
        let names = texts("ab/", 6);
        for pattern in texts("a*?/", 3) {
            let wildcard = Wildcard::new(&pattern);
            for name in &names {
                let is_start = |at: usize| at == 0 || name[..at].ends_with('/');
                let is_end = |at: usize| at == name.len() || name[at..].starts_with('/');
                let runs = (0..=name.len())
                    .filter(|at| is_start(*at))
                    .flat_map(|from| {
                        (from..=name.len())
                            .filter(|at| is_end(*at))
                            .map(move |to| from..to)
                    });
                let naive = runs.into_iter().any(|run| wildcard.matches(&name[run]));
                assert_eq!(wildcard.matches_run(name), naive, "{pattern} {name}");
            }
        }
        // As many components as a name can have.
        assert!(!Wildcard::new("/*?*/b").matches_run(&"/".repeat(2048)));
    }

    #[test]
    fn components() {
        for (name, wanted, yes) in [
            ("user/alice", "alice", true),
            ("alice@example.com", "alice", true),
            ("malice", "alice", false),
            ("loadbalancer/app/prod-web/50dc", "app/prod-web", true),
            ("loadbalancer/app/prod-web/50dc", "app/prod", false),
            ("a/alice2/alice", "alice", true),
            ("alice", "", false),
            ("x:éa", "é", false),
        ] {
            assert_eq!(has_component(name, wanted), yes, "{name} {wanted}");
        }
    }

    #[test]
    fn did_you_mean() {
        let fields = ["who", "what", "svc", "region"];
        assert_eq!(nearest("whoo", fields), Some("who"));
        assert_eq!(nearest("regoin", fields), Some("region"));
        assert_eq!(nearest("s3", fields), None);
    }

    #[test]
    fn numbers_as_words() {
        assert_eq!(thousands(1_284_377), "1,284,377");
        assert_eq!(thousands(100), "100");
        assert_eq!(byte_size(2_100_000_000), "2.1 GB");
        assert_eq!(byte_size(999), "999 B");
        assert_eq!(counted(1, "event"), "1 event");
        assert_eq!(hex(&[0, 0x1f, 0xa9]), "001fa9");
    }
}
