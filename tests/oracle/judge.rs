//! How one value compares with one text, said again from PRODUCT §c4.

use std::net::IpAddr;

use serde_json::Value;

use crate::said::inside;

/// The whole of it, ignoring case.
pub fn is_same(value: &str, wanted: &str) -> bool {
    value.to_lowercase() == wanted.to_lowercase()
}

/// `*` stands for any run, `?` for any one character, ignoring case.
pub fn is_like(value: &str, pattern: &str) -> bool {
    fn fits(value: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => value.is_empty(),
            Some(('*', rest)) => (0..=value.len()).any(|from| fits(&value[from..], rest)),
            Some(('?', rest)) => !value.is_empty() && fits(&value[1..], rest),
            Some((c, rest)) => value.first() == Some(c) && fits(&value[1..], rest),
        }
    }
    let chars = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    fits(&chars(value), &chars(pattern))
}

/// What IAM writes before names.
const KINDS: [&str; 6] = [
    "user",
    "role",
    "assumed-role",
    "federated-user",
    "group",
    "instance-profile",
];

/// The value or a run of whole components of it, split at `/ : @ #`. Of an ARN, those after the
/// account; what IAM writes before a name (`user/`, `role/`) is no component.
pub fn has_component(value: &str, wanted: &str) -> bool {
    if is_same(value, wanted) {
        return true;
    }
    let value = value.to_lowercase();
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let (name, is_identity) = match parts.as_slice() {
        ["arn", _, service, _, _, resource] => (*resource, matches!(*service, "iam" | "sts")),
        _ => (value.as_str(), true),
    };
    let split = |text: &str| {
        text.to_lowercase()
            .split(['/', ':', '@', '#'])
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    // What splits them must be the same, too.
    let joined = |text: &str| {
        text.chars()
            .filter(|c| matches!(c, '/' | ':' | '@' | '#'))
            .collect::<Vec<_>>()
    };
    let (have, want) = (split(name), split(wanted));
    let (between, needed) = (joined(name), joined(wanted));
    (0..=have.len().saturating_sub(want.len())).any(|at| {
        let fits = have.len() >= want.len()
            && have[at..at + want.len()] == want[..]
            && between[at..at + needed.len()] == needed[..];
        let is_kind = is_identity
            && at == 0
            && want.len() == 1
            && have.len() > 1
            && between.first() == Some(&'/')
            && KINDS.contains(&want[0].as_str());
        fits && !is_kind
    })
}

/// The value is like a pattern, or a run of whole components of it is: of an ARN, of those after the
/// account. What IAM writes before a name (`user/`) begins a run only for a pattern that itself holds
/// what splits components.
pub fn has_run_like(value: &str, pattern: &str) -> bool {
    let split = ['/', ':', '@', '#'];
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let (name, is_identity) = match parts.as_slice() {
        ["arn", _, service, _, _, resource] => (*resource, matches!(*service, "iam" | "sts")),
        _ => (value, true),
    };
    let at_kind = |start: usize| {
        let is_kind = |kind: &&str| name.starts_with(&format!("{kind}/"));
        start == 0 && is_identity && KINDS.iter().any(is_kind) && !pattern.contains(split)
    };
    let between: Vec<usize> = name.match_indices(split).map(|(at, _)| at).collect();
    let starts = || std::iter::once(0).chain(between.iter().map(|at| at + 1));
    let ends = || between.iter().copied().chain([name.len()]);
    let is_run = |from: usize, to: usize| from <= to && !at_kind(from);
    is_like(value, pattern)
        || starts()
            .any(|from| ends().any(|to| is_run(from, to) && is_like(&name[from..to], pattern)))
}

/// A number as a text writes it.
#[derive(Debug, Clone, Copy)]
pub enum Figure {
    Whole(i128),
    Real(f64),
}

pub fn figure(text: &str) -> Option<Figure> {
    let digits = text.trim_start_matches('-');
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match text.parse() {
        Ok(whole) => Some(Figure::Whole(whole)),
        Err(_) => text
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .map(Figure::Real),
    }
}

/// Which of two numbers is larger.
pub fn order(a: Figure, b: Figure) -> std::cmp::Ordering {
    let real = |n| match n {
        Figure::Whole(n) => n as f64,
        Figure::Real(n) => n,
    };
    match (a, b) {
        (Figure::Whole(a), Figure::Whole(b)) => a.cmp(&b),
        _ => real(a).partial_cmp(&real(b)).unwrap(),
    }
}

/// The address a record or a query names; one of IPv4 written as one of IPv6 is the former.
pub fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|a| a.to_canonical())
}

/// Whether an address is in a block.
pub fn in_block(address: IpAddr, block: IpAddr, bits: u32) -> bool {
    let number = |a: IpAddr| match a {
        IpAddr::V4(a) => (u128::from(u32::from(a)) << 96, 32),
        IpAddr::V6(a) => (u128::from(a), 128),
    };
    let ((a, kind), (b, other)) = (number(address), number(block));
    kind == other && (bits == 0 || (a ^ b) >> (128 - bits) == 0)
}

/// Whether the Internet cannot reach it, by IANA's registries.
pub fn is_private(address: IpAddr) -> bool {
    let blocks = [
        ("0.0.0.0", 8),
        ("10.0.0.0", 8),
        ("100.64.0.0", 10),
        ("127.0.0.0", 8),
        ("169.254.0.0", 16),
        ("172.16.0.0", 12),
        ("192.0.0.0", 24),
        ("192.168.0.0", 16),
        ("198.18.0.0", 15),
        ("224.0.0.0", 4),
        ("240.0.0.0", 4),
        ("::", 127),
        ("fc00::", 7),
        ("fe80::", 10),
        ("ff00::", 8),
    ];
    blocks
        .iter()
        .any(|(block, bits)| in_block(address, block.parse().unwrap(), *bits))
}

/// A step of a path.
#[derive(Debug, Clone)]
pub enum Step {
    Key(String),
    Each,
    At(usize),
}

/// The texts at a path, `None` for an object that stands there: a list is walked whole where no
/// step says otherwise, JSON in a string is walked as if it stood there, `null` is nothing.
pub fn at_path(value: &Value, steps: &[Step], depth: usize, out: &mut Vec<Option<String>>) {
    let Some((step, rest)) = steps.split_first() else {
        match value {
            Value::Null => {}
            Value::String(text) => out.push(Some(text.clone())),
            Value::Bool(_) | Value::Number(_) => out.push(Some(value.to_string())),
            Value::Array(items) => items
                .iter()
                .for_each(|item| at_path(item, steps, depth, out)),
            Value::Object(_) => out.push(None),
        }
        return;
    };
    match (step, value) {
        (_, Value::String(text)) if depth > 0 => {
            if let Some(nested) = inside(text) {
                at_path(&nested, steps, depth - 1, out);
            }
        }
        (Step::Key(key), Value::Object(members)) => {
            if let Some(value) = members.get(key) {
                at_path(value, rest, depth, out);
            }
        }
        (Step::Key(_), Value::Array(items)) => items
            .iter()
            .for_each(|item| at_path(item, steps, depth, out)),
        (Step::Each, Value::Array(items)) => items
            .iter()
            .for_each(|item| at_path(item, rest, depth, out)),
        (Step::Each, other) => at_path(other, rest, depth, out),
        (Step::At(n), Value::Array(items)) => {
            if let Some(item) = items.get(*n) {
                at_path(item, rest, depth, out);
            }
        }
        _ => {}
    }
}
