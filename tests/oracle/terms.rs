//! Terms at random, of every class of field, with values taken from the records.

use std::cmp::Ordering;
use std::net::IpAddr;

use regex::RegexBuilder;
use serde_json::Value;
use trailhound::base::time::UtcMicros;
use trailhound::event::{agent, service};
use trailhound::index::schema::Field;

use crate::grammar::{Means, Writer};
use crate::judge::{
    self, Step, at_path, figure, has_component, in_block, is_like, is_private, is_same, order,
};
use crate::said::{Said, inside, without_date};

/// A test as written after a field, and how a text compares by it.
type Comparison = (String, Box<dyn Fn(&str) -> bool>);

impl Writer<'_> {
    /// A term, or none where chance was against it.
    pub fn term(&self) -> Option<(String, Means)> {
        match self.below(20) {
            0..=5 => self.keyword(),
            6 | 7 => self.part_of_text(),
            8 => self.address(),
            9 => self.time(),
            10 => Some(self.fact()),
            11 => Some(self.class()),
            12..=14 => self.anywhere(),
            15 | 16 => self.path(),
            17 => self.presence(),
            18 => Some(self.first()),
            _ => self.asked(),
        }
    }

    /// A field whose whole value is compared.
    fn keyword(&self) -> Option<(String, Means)> {
        let (field, names) = *self.pick(KEYWORDS);
        let value = self.value(field)?;
        let name = *self.pick(names);
        let (test, compares) = self.comparison(field, &value)?;
        Some(match test.as_str() {
            _ if test.starts_with('!') => each(format!("{name}{test}"), move |r| {
                !candidates(r, field, true).iter().any(|v| compares(v))
            }),
            _ => {
                let exact = test.starts_with('=');
                each(format!("{name}{test}"), move |r| {
                    candidates(r, field, exact).iter().any(|v| compares(v))
                })
            }
        })
    }

    /// An operator with values made of one, and how a text compares to them.
    fn comparison(&self, field: &str, value: &str) -> Option<Comparison> {
        let value = value.to_owned();
        Some(match self.below(9) {
            0 => (":*".to_owned(), Box::new(|_: &str| true)),
            1 => {
                let written = quoted(&value);
                (format!("={written}"), Box::new(move |v: &str| v == value))
            }
            2 => {
                let written = quoted(&value);
                (format!("!={written}"), Box::new(move |v: &str| v == value))
            }
            3 | 4 => {
                let pattern = self.wild(&value)?;
                (
                    format!(":{pattern}"),
                    Box::new(move |v: &str| is_like(v, &pattern)),
                )
            }
            5 => {
                let (text, regex) = self.regex(&value)?;
                (
                    format!("~{text}"),
                    Box::new(move |v: &str| regex.is_match(v)),
                )
            }
            6 => {
                let other = self.value(field)?;
                let (a, b) = (self.written(&value), self.written(&other));
                let text = match self.below(3) {
                    0 => format!(":({a}|{b})"),
                    1 => format!(":({a} OR {b})"),
                    _ => format!(":{a},{b}"),
                };
                (
                    text,
                    Box::new(move |v: &str| is_same(v, &value) || is_same(v, &other)),
                )
            }
            _ => {
                let written = self.written(&self.recased(&value));
                (
                    format!(":{written}"),
                    Box::new(move |v: &str| is_same(v, &value)),
                )
            }
        })
    }

    /// A field of which a part is compared, or a name of components.
    fn part_of_text(&self) -> Option<(String, Means)> {
        let field = *self.pick(&["ua", "msg", "file", "via"]);
        let value = self.value(field)?;
        if field == "via" {
            let parts: Vec<&str> = value.split(['/', ':']).filter(|p| p.len() > 1).collect();
            let wanted = self.recased(self.pick::<&str>(&parts));
            let written = self.written(&wanted);
            return Some(each(format!("via:{written}"), move |r| {
                r.field("via").is_some_and(|v| has_component(&v, &wanted))
            }));
        }
        if self.once_in(4) {
            let (text, regex) = self.regex(&value)?;
            return Some(each(format!("{field}~{text}"), move |r| {
                r.field(field).is_some_and(|v| regex.is_match(&v))
            }));
        }
        let part = self.part(&value)?;
        let wanted = part.to_lowercase();
        let written = self.written(&self.recased(&part));
        Some(each(format!("{field}:{written}"), move |r| {
            r.field(field)
                .is_some_and(|v| v.to_lowercase().contains(&wanted))
        }))
    }

    fn address(&self) -> Option<(String, Means)> {
        let of = |holds: Box<dyn Fn(IpAddr) -> bool>| {
            move |r: &Said| {
                let address = r.field("ip").and_then(|ip| judge::address(&ip));
                address.is_some_and(&holds)
            }
        };
        let some =
            (0..300).find_map(|_| self.row().field("ip").and_then(|ip| judge::address(&ip)))?;
        Some(match self.below(9) {
            0 => each("ip:public".into(), of(Box::new(|a| !is_private(a)))),
            1 => each("ip:private".into(), of(Box::new(is_private))),
            2 => each("ip:aws".into(), |r| {
                r.field("ip").is_some_and(|ip| {
                    judge::address(&ip).is_none()
                        && (is_same(&ip, "AWS Internal") || ip.contains(".amazonaws.com"))
                })
            }),
            3 => each("ip:none".into(), |r| r.field("ip").is_none()),
            4 => {
                let value = self.value("ip")?;
                let written = quoted(&value);
                each(format!("src={written}"), move |r| {
                    r.field("ip")
                        .is_some_and(|ip| match judge::address(&value) {
                            Some(one) => judge::address(&ip) == Some(one),
                            None => is_same(&ip, &value) && ip == value,
                        })
                })
            }
            5 | 6 => {
                let most = if some.is_ipv4() { 32 } else { 128 };
                let bits = self.below(most + 1) as u32;
                each(
                    format!("ip:{some}/{bits}"),
                    of(Box::new(move |a| in_block(a, some, bits))),
                )
            }
            7 => {
                let other = judge::address(&self.value("ip")?)?;
                if some.is_ipv4() != other.is_ipv4() {
                    return None;
                }
                let (from, to) = (some.min(other), some.max(other));
                each(
                    format!("ip:{from}..{to}"),
                    of(Box::new(move |a| {
                        a.is_ipv4() == from.is_ipv4() && from <= a && a <= to
                    })),
                )
            }
            _ => each(format!("ip:{some}"), of(Box::new(move |a| a == some))),
        })
    }

    fn time(&self) -> Option<(String, Means)> {
        let some = |w: &Self| (0..99).find_map(|_| w.row().time);
        let (a, b) = (some(self)?, some(self)?);
        let (a, b) = (a.min(b), a.max(b));
        let second = 1_000_000;
        let whole = |t: i64| t - t.rem_euclid(second);
        let (a, b) = (whole(a), whole(b));
        let iso = |t: i64| UtcMicros(t).iso();
        let now = self.corpus.context.now.0;
        let between =
            |from: i64, to: i64| move |r: &Said| r.time.is_some_and(|t| from <= t && t < to);
        let (low, high) = (i64::MIN, i64::MAX);
        Some(match self.below(12) {
            0 => each(format!("since:{}", iso(a)), between(a, high)),
            1 => each(format!("before:{}", iso(b)), between(low, b)),
            2 => each(format!("t:{}..{}", iso(a), iso(b)), between(a, b + second)),
            3 => each(format!("t>{}", iso(a)), between(a + second, high)),
            4 => each(format!("t>={}", iso(a)), between(a, high)),
            5 => each(format!("t<{}", iso(b)), between(low, b)),
            6 => each(format!("time<={}", iso(b)), between(low, b + second)),
            7 => each(
                format!("near:{}+-10m", iso(a)),
                between(a - 600 * second, a + 600 * second + 1),
            ),
            8 => each(
                format!("near:{}-1h", iso(a)),
                between(a - 3600 * second, a + 1),
            ),
            9 => each(
                "last:30d".into(),
                between(now - 30 * 86_400 * second, now + 1),
            ),
            10 => {
                let day = UtcMicros(a).day_start().0;
                let text = iso(day)[..10].to_owned();
                each(format!("t:{text}"), between(day, day + 86_400 * second))
            }
            _ => each("-t:*".into(), |r| r.time.is_none()),
        })
    }

    fn fact(&self) -> (String, Means) {
        let field = *self.pick(&["ro", "mfa", "console", "root", "svcdriven", "xacct"]);
        let name = match field {
            "ro" => *self.pick(&["ro", "readOnly"]),
            "svcdriven" => *self.pick(&["svcdriven", "fas"]),
            other => other,
        };
        match self.below(3) {
            0 => each(format!("{name}:yes"), move |r| r.fact(field) == Some(true)),
            1 => each(format!("{name}:false"), move |r| {
                r.fact(field) == Some(false)
            }),
            _ => each(format!("{name}:*"), move |r| r.fact(field).is_some()),
        }
    }

    fn class(&self) -> (String, Means) {
        match self.below(6) {
            0 => each("err:denied".into(), Said::is_denied),
            1 => each("err:throttled".into(), Said::is_throttled),
            2 => each("err:none".into(), |r| r.field("err").is_none()),
            3 => each("$changes".into(), |r| {
                matches!(r.verb(), "write" | "delete") && r.field("err").is_none()
            }),
            4 => {
                let verb = *self.pick(VERBS);
                each(format!("verb:{verb}"), move |r| r.verb() == verb)
            }
            _ => {
                let (a, b) = (*self.pick(VERBS), *self.pick(VERBS));
                each(format!("verb:{a},{b}"), move |r| {
                    r.verb() == a || r.verb() == b
                })
            }
        }
    }

    /// Text anywhere.
    fn anywhere(&self) -> Option<(String, Means)> {
        let texts = &self.row().texts;
        let value = self.pick(texts);
        if !is_writable(value) {
            return None;
        }
        match self.below(6) {
            0 => {
                let (text, regex) = self.regex(value)?;
                // Outside of `~` a space ends it.
                (!text.contains([' ', '(', ')', '|', ',']))
                    .then(|| each(text, move |r| r.texts.iter().any(|t| regex.is_match(t))))
            }
            1 => {
                let pattern = self.wild(&self.part(value)?)?;
                let clean = pattern
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '*');
                let wanted = format!("*{pattern}*");
                let first = pattern.chars().next()?;
                (clean && pattern.len() > 3 && first != '*').then(|| {
                    each(pattern, move |r| {
                        r.texts.iter().any(|t| is_like(t, &wanted))
                    })
                })
            }
            _ => {
                let part = if self.once_in(3) {
                    value.chars().take(60).collect()
                } else {
                    self.part(value)?
                };
                let wanted = part.to_lowercase();
                let part = self.recased(&part);
                let is_plain = part.len() > 2
                    && part.chars().all(|c| c.is_ascii_alphanumeric())
                    && !["AND", "NOT"].contains(&part.as_str());
                let text = if is_plain && self.once_in(2) {
                    part
                } else {
                    quoted(&part)
                };
                Some(each(text, move |r| {
                    r.folded.iter().any(|t| t.contains(&wanted))
                }))
            }
        }
    }

    /// A value at a path, and one that compares with it.
    fn path(&self) -> Option<(String, Means)> {
        let mut node = self.row().json.clone();
        let (mut steps, mut text) = (Vec::new(), String::new());
        loop {
            node = match node {
                Value::Object(members) if !members.is_empty() => {
                    let (key, value) = members.iter().nth(self.below(members.len()))?;
                    if !is_writable(key) {
                        return None;
                    }
                    text.push('.');
                    text.push_str(&path_key(key));
                    steps.push(Step::Key(key.clone()));
                    value.clone()
                }
                Value::Array(items) if !items.is_empty() => {
                    let at = self.below(items.len());
                    match self.below(3) {
                        0 => {
                            text.push_str("[]");
                            steps.push(Step::Each);
                        }
                        1 => {
                            text.push_str(&format!("[{at}]"));
                            steps.push(Step::At(at));
                        }
                        _ => {}
                    }
                    items[at].clone()
                }
                Value::String(inner) => match inside(&inner) {
                    Some(nested) => nested,
                    None => break self.at(text, steps, &Value::String(inner)),
                },
                leaf => break self.at(text, steps, &leaf),
            };
        }
    }

    fn at(&self, text: String, steps: Vec<Step>, leaf: &Value) -> Option<(String, Means)> {
        let values = move |r: &Said| {
            let mut out = Vec::new();
            at_path(&r.json, &steps, 4, &mut out);
            out
        };
        let leaf = match leaf {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => leaf.to_string(),
            _ => String::new(),
        };
        if leaf.is_empty() || !is_writable(&leaf) || self.once_in(6) {
            return Some(each(format!("{text}:*"), move |r| !values(r).is_empty()));
        }
        if let Some(number) = figure(&leaf).filter(|_| self.once_in(2) && leaf.len() < 20) {
            let (sign, fits): (_, fn(Ordering) -> bool) = *self.pick(&[
                ("<", Ordering::is_lt as fn(_) -> bool),
                ("<=", Ordering::is_le),
                (">", Ordering::is_gt),
                (">=", Ordering::is_ge),
            ]);
            return Some(each(format!("{text}{sign}{leaf}"), move |r| {
                let numbers = values(r);
                let mut numbers = numbers.iter().flatten().filter_map(|v| figure(v));
                numbers.any(|n| fits(order(n, number)))
            }));
        }
        let (test, compares) = self.comparison_of(&leaf)?;
        Some(each(format!("{text}{test}"), move |r| {
            values(r).iter().flatten().any(|v| compares(v))
        }))
    }

    fn comparison_of(&self, leaf: &str) -> Option<Comparison> {
        let leaf = leaf.to_owned();
        Some(match self.below(4) {
            0 => {
                let written = quoted(&leaf);
                (format!("={written}"), Box::new(move |v: &str| v == leaf))
            }
            1 => {
                let pattern = self.wild(&leaf)?;
                (
                    format!(":{pattern}"),
                    Box::new(move |v: &str| is_like(v, &pattern)),
                )
            }
            2 => {
                let (text, regex) = self.regex(&leaf)?;
                (
                    format!("~{text}"),
                    Box::new(move |v: &str| regex.is_match(v)),
                )
            }
            _ => {
                let written = quoted(&self.recased(&leaf));
                (
                    format!(":{written}"),
                    Box::new(move |v: &str| is_same(v, &leaf)),
                )
            }
        })
    }

    fn presence(&self) -> Option<(String, Means)> {
        if self.once_in(2) {
            let (field, names) = *self.pick(KEYWORDS);
            let name = *self.pick(names);
            return Some(each(format!("has:{name}"), move |r| {
                r.field(field).is_some()
            }));
        }
        let keys = self.row().json.as_object()?;
        let key = keys.keys().nth(self.below(keys.len()))?;
        let known = Field::named(key).is_some();
        if known || !key.chars().all(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        let steps = [Step::Key(key.clone())];
        Some(each(format!("has:{key}"), move |r| {
            let mut out = Vec::new();
            at_path(&r.json, &steps, 4, &mut out);
            !out.is_empty()
        }))
    }

    /// The first of a person.
    fn first(&self) -> (String, Means) {
        let field = *self.pick(&["ip", "what", "svc", "region", "tool", "ua", "key", "os"]);
        match self.below(3) {
            0 => (format!("new:{field}+10m"), Means::First(field, 600_000_000)),
            _ => (format!("new:{field}"), Means::First(field, 0)),
        }
    }

    fn asked(&self) -> Option<(String, Means)> {
        let text = match self.below(7) {
            0 => "flip:ok".to_owned(),
            1 => "rtype:bucket".to_owned(),
            2 => "$noise".to_owned(),
            3 => format!("${}", self.pick(&["recon", "persistence", "evasion"])),
            4 => {
                let arn = self.row().json.pointer("/resources/0/ARN")?.as_str()?;
                format!("res:{}", quoted(arn))
            }
            7 => {
                let name = self
                    .row()
                    .json
                    .pointer("/userIdentity/userName")?
                    .as_str()?;
                format!("who:{}", quoted(name))
            }
            _ => {
                let name = self
                    .row()
                    .json
                    .pointer("/userIdentity/userName")?
                    .as_str()?;
                format!("actor:{}", quoted(name))
            }
        };
        Some((text, Means::Asked))
    }

    /// A part of a text.
    fn part(&self, value: &str) -> Option<String> {
        let chars: Vec<char> = value.chars().collect();
        let len = 2 + self.below(chars.len().min(14));
        if chars.len() < len {
            return None;
        }
        let from = self.below(chars.len() - len + 1);
        Some(chars[from..from + len].iter().collect())
    }

    /// The same in other capitals.
    fn recased(&self, value: &str) -> String {
        match self.below(3) {
            0 if value.is_ascii() => value.to_uppercase(),
            1 if value.is_ascii() => value.to_lowercase(),
            _ => value.to_owned(),
        }
    }

    /// A value as the grammar reads it back: bare where that is sure, else quoted.
    fn written(&self, value: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let special = ["denied", "throttled", "none", "and", "or", "not"];
        let is_plain = value.chars().all(plain)
            && value.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !value.contains("..")
            && !special.contains(&value.to_lowercase().as_str());
        if is_plain && !self.once_in(3) {
            value.to_owned()
        } else {
            quoted(value)
        }
    }

    /// A pattern that fits a value.
    fn wild(&self, value: &str) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        if value.len() < 3 || !value.chars().all(plain) || value.starts_with(['-', '/', '.']) {
            return None;
        }
        let cut = 1 + self.below(value.len() - 1);
        Some(match self.below(4) {
            0 => format!("{}*", &value[..cut]),
            1 => format!("*{}", &value[cut..]),
            2 => format!("{}?{}", &value[..cut], &value[cut + 1..]),
            _ => format!("{}*{}", &value[..1], &value[cut..]),
        })
    }

    /// An expression that is found in a value.
    fn regex(&self, value: &str) -> Option<(String, regex::Regex)> {
        let part = self.part(value)?;
        let mut source = regex::escape(&part);
        if value.starts_with(&part) && self.once_in(2) {
            source.insert(0, '^');
        }
        if value.ends_with(&part) && self.once_in(2) {
            source.push('$');
        }
        let ignores = self.once_in(2);
        let regex = RegexBuilder::new(&source)
            .case_insensitive(ignores)
            .build()
            .ok()?;
        let flag = if ignores { "i" } else { "" };
        Some((format!("/{}/{flag}", source.replace('/', "\\/")), regex))
    }
}

fn each(text: String, holds: impl Fn(&Said) -> bool + 'static) -> (String, Means) {
    (text, Means::Each(Box::new(holds)))
}

/// A text in quotes.
fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Whether a value can stand in a query as it is.
pub fn is_writable(value: &str) -> bool {
    !value.is_empty() && value.len() < 300 && !value.chars().any(char::is_control)
}

/// A key of a path.
fn path_key(key: &str) -> String {
    let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && key.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain {
        key.to_owned()
    } else {
        let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{escaped}\"")
    }
}

const VERBS: &[&str] = &["read", "write", "delete", "auth", "secret"];

/// Fields whose whole value is compared, and names they go by.
const KEYWORDS: &[(&str, &[&str])] = &[
    ("what", &["what", "eventName", "api"]),
    ("svc", &["svc", "service", "eventSource"]),
    ("region", &["region", "awsRegion"]),
    ("acct", &["acct", "account", "recipientAccountId"]),
    ("acct.caller", &["acct.caller", "caller"]),
    ("err", &["err", "errorCode"]),
    ("key", &["key", "akid", "accessKeyId"]),
    ("type", &["type", "userIdentity.type"]),
    ("cat", &["cat", "eventCategory"]),
    ("vpce", &["vpce"]),
    ("req", &["req", "requestID"]),
    ("shared", &["shared"]),
    ("id", &["id", "EVENTID"]),
    ("tool", &["tool"]),
    ("os", &["os"]),
];

/// The texts a value of a field is found by; `exact` ones are as recorded.
fn candidates(r: &Said, field: &str, exact: bool) -> Vec<String> {
    let Some(value) = r.field(field) else {
        return Vec::new();
    };
    let mut all = vec![value.clone()];
    let ua = r.field("ua");
    match field {
        "what" if !exact => all.push(without_date(&value)),
        "svc" => {
            all.push(value.trim_end_matches(".amazonaws.com").to_owned());
            all.push(service::friendly(&value).to_owned());
        }
        "tool" => all.extend(ua.and_then(|ua| agent::known_tool(&ua).map(|t| t.1.to_owned()))),
        "os" => all.extend(ua.and_then(|ua| agent::system(&ua).map(|t| t.1.to_owned()))),
        _ => {}
    }
    all
}
