//! Two records side by side: what one has that the other has not, attribute by attribute.
//!
//! Documents inside texts are compared as documents, objects whatever the order of their keys, and
//! lists as what is in them: an entry that only moved is no difference. Refuses to know: which
//! records, and what a difference means.

use std::collections::HashMap;

use crate::event::inner::{Inner, What};
use crate::event::json::{NESTED, Node};

/// One attribute in which two records differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path, as the filter language spells it.
    pub path: String,
    /// Its value in the first, as JSON; `None` where it is not there.
    pub before: Option<String>,
    /// Its value in the second, as JSON; `None` where it is not there.
    pub after: Option<String>,
}

/// Members of a record that differ between any two, and are left out.
pub const ALWAYS: [&str; 3] = ["eventTime", "eventID", "requestID"];

/// Members of a record that come first: what was asked and what was answered.
const FIRST: [&str; 2] = ["requestParameters", "responseElements"];

/// Differences that are listed.
pub const MOST: usize = 2000;

/// What differs between two records, at most [`MOST`] attributes.
pub fn records(before: &Node, after: &Node) -> Vec<Change> {
    let mut out = Vec::new();
    let keys = keys(before, after);
    let (first, rest): (Vec<&str>, Vec<&str>) =
        keys.into_iter().partition(|key| FIRST.contains(key));
    let wanted = first.into_iter().chain(rest);
    for key in wanted.filter(|key| !ALWAYS.contains(key)) {
        let path = member(key);
        compare(&path, before.get(key), after.get(key), NESTED, &mut out);
    }
    out
}

/// The keys of two objects, those of the second first, each once.
fn keys<'n>(before: &'n Node, after: &'n Node) -> Vec<&'n str> {
    let mut keys: Vec<&str> = Vec::new();
    for node in [after, before] {
        if let Node::Object(pairs) = node {
            for (key, _) in pairs {
                if !keys.contains(&key.as_str()) {
                    keys.push(key);
                }
            }
        }
    }
    keys
}

/// A step into a member, as paths are written.
pub fn member(key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if plain {
        return format!(".{key}");
    }
    let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
    format!(".\"{escaped}\"")
}

/// The document in a text.
fn document(node: &Node, nested: usize) -> Option<Node> {
    match node {
        Node::Text(text) if nested > 0 => match Inner::of(text)?.what {
            What::Tree(tree) => Some(tree),
            _ => None,
        },
        _ => None,
    }
}

fn compare(
    path: &str,
    before: Option<&Node>,
    after: Option<&Node>,
    nested: usize,
    out: &mut Vec<Change>,
) {
    if before == after || out.len() >= MOST {
        return;
    }
    let documents = (
        before.and_then(|node| document(node, nested)),
        after.and_then(|node| document(node, nested)),
    );
    let is_document = [(&documents.0, before), (&documents.1, after)]
        .iter()
        .all(|(document, node)| document.is_some() || node.is_none());
    if is_document {
        let (before, after) = (documents.0.as_ref(), documents.1.as_ref());
        return compare(path, before, after, nested - 1, out);
    }
    match (before, after) {
        (Some(Node::Object(_)), Some(Node::Object(_)) | None) | (None, Some(Node::Object(_)))
            if [before, after]
                .iter()
                .flatten()
                .any(|node| !node.is_empty()) =>
        {
            let none = Node::Null;
            for key in keys(before.unwrap_or(&none), after.unwrap_or(&none)) {
                let path = format!("{path}{}", member(key));
                let of = |node: Option<&Node>| node.and_then(|node| node.get(key)).cloned();
                let (before, after) = (of(before), of(after));
                compare(&path, before.as_ref(), after.as_ref(), nested, out);
            }
        }
        (Some(Node::Array(a)), Some(Node::Array(b))) => lists(path, (a, b), nested, out),
        (None, Some(Node::Array(items))) if !items.is_empty() => {
            lists(path, (&[], items), nested, out);
        }
        (Some(Node::Array(items)), None) if !items.is_empty() => {
            lists(path, (items, &[]), nested, out);
        }
        _ => out.push(Change {
            path: path.to_owned(),
            before: before.map(Node::to_compact),
            after: after.map(Node::to_compact),
        }),
    }
}

/// Lists by what is in them: equal entries cancel out, of the rest objects are compared in order.
fn lists(path: &str, (a, b): (&[Node], &[Node]), nested: usize, out: &mut Vec<Change>) {
    let text = |node: &Node| node.canonical().to_compact();
    let mut left: HashMap<String, usize> = HashMap::new();
    for item in a {
        *left.entry(text(item)).or_default() += 1;
    }
    let mut rest_of_b = Vec::new();
    for (at, item) in b.iter().enumerate() {
        match left.get_mut(&text(item)) {
            Some(n) if *n > 0 => *n -= 1,
            _ => rest_of_b.push((at, item)),
        }
    }
    let mut rest_of_a = Vec::new();
    // The last of equal ones are those that are left.
    for (at, item) in a.iter().enumerate().rev() {
        if let Some(n) = left.get_mut(&text(item)).filter(|n| **n > 0) {
            *n -= 1;
            rest_of_a.push((at, item));
        }
    }
    rest_of_a.reverse();
    let is_leaf = |(_, item): &(usize, &Node)| !item.is_container();
    let (leaves_of_a, a): (Vec<_>, Vec<_>) = rest_of_a.into_iter().partition(is_leaf);
    let (leaves_of_b, b): (Vec<_>, Vec<_>) = rest_of_b.into_iter().partition(is_leaf);
    let place = |at: usize| format!("{path}[{at}]");
    for n in 0..a.len().max(b.len()) {
        let (before, after) = (a.get(n), b.get(n));
        let at = after.or(before).map_or(0, |(at, _)| *at);
        let nodes = (before.map(|(_, node)| *node), after.map(|(_, node)| *node));
        compare(&place(at), nodes.0, nodes.1, nested, out);
    }
    for (at, item) in leaves_of_a {
        compare(&place(at), Some(item), None, nested, out);
    }
    for (at, item) in leaves_of_b {
        compare(&place(at), None, Some(item), nested, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: &[&str]) {
        let tree = |text: &str| Node::parse(text.as_bytes()).unwrap();
        let shown: Vec<String> = records(&tree(before), &tree(after))
            .into_iter()
            .map(|c| match (c.before, c.after) {
                (Some(before), Some(after)) => format!("~ {} {before} {after}", c.path),
                (Some(before), None) => format!("- {} {before}", c.path),
                (None, after) => format!("+ {} {}", c.path, after.unwrap()),
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn attributes() {
        check(
            r#"{"eventTime":"1","a":1,"gone":{"x":[1,{}]},"requestParameters":{"k":"v","n":1.0}}"#,
            r#"{"eventTime":"2","a":1,"requestParameters":{"n":1,"k":"v","b c":null},"new":true}"#,
            &[
                "~ .requestParameters.n 1.0 1",
                "+ .requestParameters.\"b c\" null",
                "+ .new true",
                "- .gone.x[1] {}",
                "- .gone.x[0] 1",
            ],
        );
        check(r#"{"a":{}}"#, r#"{"a":[]}"#, &["~ .a {} []"]);
        check(r#"{"a":{"x":1}}"#, r#"{"a":7}"#, &[r#"~ .a {"x":1} 7"#]);
        check("{}", "{}", &[]);
    }

    #[test]
    fn lists_are_what_is_in_them() {
        check(
            r#"{"l":["a","b","b",{"k":1,"m":2}]}"#,
            r#"{"l":[{"m":2,"k":3},"b","c","a"]}"#,
            &["~ .l[0].k 1 3", "- .l[2] \"b\"", "+ .l[2] \"c\""],
        );
        check(r#"{"l":[{"a":1,"b":2}]}"#, r#"{"l":[{"b":2,"a":1}]}"#, &[]);
    }

    #[test]
    fn documents_in_texts_are_compared_as_documents() {
        let with = |action: &str| {
            format!(
                r#"{{"requestParameters":{{"p":"{{\"S\":[{{\"A\":\"{action}\",\"E\":1}}]}}"}}}}"#
            )
        };
        check(
            &with("s3:Get"),
            &with("s3:*"),
            &["~ .requestParameters.p.S[0].A \"s3:Get\" \"s3:*\""],
        );
        check(
            r#"{"p":"plain"}"#,
            r#"{"p":"{\"a\":1}"}"#,
            &[r#"~ .p "plain" "{\"a\":1}""#],
        );
        check("{}", r#"{"p":"{\"a\":1}"}"#, &["+ .p.a 1"]);
    }
}
