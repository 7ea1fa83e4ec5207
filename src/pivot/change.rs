//! What a call changed: attribute by attribute, from the state that earlier calls left.
//!
//! The state is what the requests of earlier calls set, and what the answer to the making call said.
//! What no call in the evidence says is unknown, and is said to be.

use std::collections::BTreeMap;

use crate::event::json::Node;
use crate::event::outcome::fold_name;
use crate::event::service;

/// One attribute that a call changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its path in the request, lists of pairs folded: `deletion_protection.enabled`.
    pub name: String,
    /// Its value before.
    pub before: Before,
    /// Its value after; `None` where the call took it away.
    pub after: Option<String>,
}

/// The value before a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// No call in the evidence says.
    Unknown,
    /// It was not there: the call made or added it.
    Absent,
    /// This.
    Value(String),
}

/// What is known of a resource's attributes.
#[derive(Debug, Default)]
pub struct State {
    known: BTreeMap<String, String>,
}

/// Attributes of one call that are listed.
const MOST: usize = 200;
/// The longest value kept whole.
const LONGEST: usize = 400;
/// Levels of a request that are looked into.
const DEEPEST: usize = 24;

/// Parameters that say which resource or which request is meant, and set nothing.
const NO_STATE: &[&str] = &[
    "clientToken",
    "dryRun",
    "clientRequestToken",
    "requestToken",
    // The address an S3 client wrote to.
    "Host",
];

/// Beginnings of calls whose parameters are added to the resource.
const ADDS: &[&str] = &[
    "Add",
    "Associate",
    "Attach",
    "Authorize",
    "Enable",
    "Register",
    "Tag",
    "CreateTags",
    "Grant",
];
/// Beginnings of calls whose parameters are taken from the resource.
const TAKES: &[&str] = &[
    "Deregister",
    "Detach",
    "Disassociate",
    "Remove",
    "Revoke",
    "Untag",
    "DeleteTags",
];

/// What a call says of a resource, taken out of its record: all that a state needs to change.
///
/// Bounded in size whatever the record's, so that many can be held.
#[derive(Debug, Default)]
pub struct Call {
    /// Its name without the date of its API.
    name: String,
    /// What was asked for, by path.
    asked: Vec<(String, String)>,
    /// Paths of the documents among what was asked for.
    documents: Vec<String>,
    /// What the answer says, by path.
    answered: Vec<(String, String)>,
    /// The path of the inline policy it is about.
    policy: Option<String>,
}

impl Call {
    /// What a record says of the resource of these names.
    pub fn of(record: &Node, names: &[String]) -> Self {
        let name = record.get("eventName").and_then(Node::as_str).unwrap_or("");
        let request = record.get("requestParameters");
        let (asked, documents) = attributes(request, names);
        Self {
            name: fold_name(name).to_owned(),
            asked,
            documents,
            answered: attributes(record.get("responseElements"), names).0,
            policy: inline_policy(request),
        }
    }
}

impl State {
    /// What a call changed, and the state it leaves; `made` and `ended` say that the call made or
    /// ended the resource.
    pub fn apply(&mut self, call: Call, made: bool, ended: bool) -> Vec<Difference> {
        if ended {
            self.known.clear();
            return vec![Difference {
                name: "(resource)".to_owned(),
                before: Before::Value("exists".to_owned()),
                after: None,
            }];
        }
        let is = |list: &[&str]| list.iter().any(|start| call.name.starts_with(start));
        let (is_adds, is_takes) = (is(ADDS), is(TAKES));
        let asked = call.asked;
        let mut out = Vec::new();
        if made {
            self.known.clear();
            // The answer says what was not asked for; it is state, not change.
            for (path, value) in call.answered {
                let last = path.rsplit('.').next().unwrap_or(&path).to_owned();
                self.known.entry(last).or_insert(value);
            }
        }
        let takes = is_takes || service::deletes_by_name(&call.name);
        if let (true, Some(policy)) = (takes, call.policy) {
            self.known.retain(|known, _| !is_under(known, &policy));
            out.push(Difference {
                name: policy,
                before: Before::Value("exists".to_owned()),
                after: None,
            });
        }
        // A document replaces the one before it as a whole.
        let mut replaced = call.documents;
        replaced
            .retain(|root| !made && !takes && self.known.keys().any(|known| is_under(known, root)));
        for root in &replaced {
            let gone: Vec<String> = self
                .known
                .keys()
                .filter(|known| is_under(known, root))
                .filter(|known| !asked.iter().any(|(name, _)| name == *known))
                .cloned()
                .collect();
            for name in gone {
                if let Some(value) = self.known.remove(&name) {
                    let before = Before::Value(value);
                    out.push(Difference {
                        name,
                        before,
                        after: None,
                    });
                }
            }
        }
        for (name, value) in asked {
            if takes {
                let before = Before::Value(value);
                self.known.remove(&name);
                out.push(Difference {
                    name,
                    before,
                    after: None,
                });
                continue;
            }
            let before = if made || is_adds {
                Before::Absent
            } else {
                match self.known.get(&name) {
                    Some(known) if *known == value => continue,
                    Some(known) => Before::Value(known.clone()),
                    None if replaced.iter().any(|root| is_under(&name, root)) => Before::Absent,
                    None => Before::Unknown,
                }
            };
            if !is_adds {
                self.known.insert(name.clone(), value.clone());
            }
            out.push(Difference {
                name,
                before,
                after: Some(value),
            });
        }
        out.truncate(MOST);
        out
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.before, &self.after) {
            (Before::Value(value), None) => write!(f, "- {} {value}", self.name),
            (_, None) => write!(f, "- {}", self.name),
            (Before::Absent, Some(after)) => write!(f, "+ {} {after}", self.name),
            (Before::Unknown, Some(after)) => write!(f, "{} unknown before → {after}", self.name),
            (Before::Value(before), Some(after)) => write!(f, "{} {before} → {after}", self.name),
        }
    }
}

/// Whether a path lies in the document at another path.
fn is_under(path: &str, root: &str) -> bool {
    let rest = path.strip_prefix(root);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The leaves of a request, path and value, and the paths of the documents among its texts.
fn attributes(request: Option<&Node>, names: &[String]) -> (Vec<(String, String)>, Vec<String>) {
    let (mut out, mut documents) = (Vec::new(), Vec::new());
    let Some(request) = request else {
        return (out, documents);
    };
    let prefix = inline_policy(Some(request)).unwrap_or_default();
    let mut own = Vec::new();
    leaves(request, &prefix, 0, &mut |path, leaf| {
        let Leaf::Value(value) = leaf else {
            documents.push(path.to_owned());
            return;
        };
        let last = path.rsplit('.').next().unwrap_or(path);
        let is_name = names.iter().any(|name| {
            name == value
                || name.ends_with(value) && name.len() > value.len() && !value.is_empty() && {
                    let before = name.as_bytes().get(name.len() - value.len() - 1);
                    before.is_some_and(|b| matches!(b, b'/' | b':'))
                }
        });
        if is_name && path.contains('[') {
            own.push(any_place(path));
        }
        if !is_name && last != "policyName" && !NO_STATE.contains(&last) && out.len() < 4 * MOST {
            let value = match value.char_indices().nth(LONGEST) {
                Some((end, _)) => format!("{}…", value.get(..end).unwrap_or(value)),
                None => value.to_owned(),
            };
            out.push((path.to_owned(), value));
        }
    });
    // Where the resource is one of a list, the others of it are other resources and no state.
    if !own.is_empty() {
        out.retain(|(path, _)| !own.contains(&any_place(path)));
    }
    (out, documents)
}

/// A path whatever the places in its lists.
fn any_place(path: &str) -> String {
    let mut inside = false;
    let outside = |c: &char| {
        inside = (inside || *c == '[') && *c != ']';
        !inside && *c != ']'
    };
    path.chars().filter(outside).collect()
}

/// The path of an inline policy. It has its own name: two of them are two documents.
fn inline_policy(request: Option<&Node>) -> Option<String> {
    let name = request?.get("policyName").and_then(Node::as_str)?;
    Some(format!("policy {name}"))
}

/// What stands at a path of a request.
enum Leaf<'a> {
    /// A value.
    Value(&'a str),
    /// A text that is a JSON document, whose own leaves follow.
    Document,
}

fn leaves(node: &Node, path: &str, depth: usize, each: &mut dyn FnMut(&str, Leaf<'_>)) {
    let under = |key: &str| match (path, key) {
        ("", key) => key.to_owned(),
        // `items` is only how EC2 writes lists.
        (path, "items") => path.to_owned(),
        (path, key) => format!("{path}.{key}"),
    };
    if depth > DEEPEST {
        return;
    }
    match node {
        Node::Null => {}
        Node::Bool(yes) => each(path, Leaf::Value(if *yes { "true" } else { "false" })),
        Node::Number(number) => each(path, Leaf::Value(number)),
        Node::Text(text) => match document(text) {
            Some(document) => {
                each(path, Leaf::Document);
                leaves(&document, path, depth + 1, each);
            }
            None => each(path, Leaf::Value(text)),
        },
        Node::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                // A list of pairs is a set of attributes by name.
                let key = item.get("key").or_else(|| item.get("parameterName"));
                let value = item.get("value").or_else(|| item.get("parameterValue"));
                match (key.and_then(Node::as_str), value) {
                    (Some(key), Some(value)) => leaves(value, key, depth + 1, each),
                    _ if items.len() == 1 => leaves(item, path, depth + 1, each),
                    _ => leaves(item, &format!("{path}[{n}]"), depth + 1, each),
                }
            }
        }
        Node::Object(members) => {
            for (key, value) in members {
                leaves(value, &under(key), depth + 1, each);
            }
        }
    }
}

/// A JSON document inside a string.
fn document(text: &str) -> Option<Node> {
    let is_document = text.trim_start().starts_with(['{', '[']) && text.len() < 1 << 20;
    is_document
        .then(|| Node::parse(text.as_bytes()).ok())
        .flatten()
        .filter(|node| matches!(node, Node::Object(_) | Node::Array(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        state: &mut State,
        record: &str,
        names: &[&str],
        made: bool,
        ended: bool,
    ) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let record = Node::parse(record.as_bytes()).unwrap();
        state
            .apply(Call::of(&record, &names), made, ended)
            .iter()
            .map(Difference::to_string)
            .collect()
    }

    #[test]
    fn a_cluster_made_and_grown() {
        let names = ["arn:aws:elasticache:us-west-2:1:cluster:test-memcached"];
        let mut state = State::default();
        let made = told(
            &mut state,
            r#"{"eventName":"CreateCacheCluster","requestParameters":{"numCacheNodes":2,
                "cacheClusterId":"test-memcached","engine":"memcached"},
                "responseElements":{"engineVersion":"1.4.14"}}"#,
            &names,
            true,
            false,
        );
        assert_eq!(made, ["+ numCacheNodes 2", "+ engine memcached"]);
        let grown = told(
            &mut state,
            r#"{"eventName":"ModifyCacheCluster","requestParameters":{"applyImmediately":true,
                "numCacheNodes":3,"engineVersion":"1.4.14","cacheClusterId":"test-memcached"}}"#,
            &names,
            false,
            false,
        );
        assert_eq!(
            grown,
            [
                "applyImmediately unknown before → true",
                "numCacheNodes 2 → 3"
            ]
        );
        let gone = told(
            &mut state,
            r#"{"eventName":"DeleteCacheCluster"}"#,
            &names,
            false,
            true,
        );
        assert_eq!(gone, ["- (resource) exists"]);
    }

    #[test]
    fn pairs_policies_and_what_is_added_or_taken() {
        let mut state = State::default();
        let lb = r#"{"eventName":"ModifyLoadBalancerAttributes","requestParameters":{"attributes":
            [{"key":"deletion_protection.enabled","value":"X"}]}}"#;
        told(&mut state, &lb.replace('X', "true"), &[], false, false);
        assert_eq!(
            told(&mut state, &lb.replace('X', "false"), &[], false, false),
            ["deletion_protection.enabled true → false"]
        );
        let role = ["arn:aws:iam::1:role/deploy"];
        let put = r#"{"eventName":"PutRolePolicy","requestParameters":{"roleName":"deploy","policyName":
            "tmp","policyDocument":"{\"Statement\":[{\"Action\":\"s3:Get\"}]}"}}"#;
        let first = told(&mut state, put, &role, false, false);
        assert_eq!(
            first,
            ["policy tmp.policyDocument.Statement.Action unknown before → s3:Get"]
        );
        let second = told(&mut state, &put.replace("s3:Get", "*"), &role, false, false);
        assert_eq!(
            second,
            ["policy tmp.policyDocument.Statement.Action s3:Get → *"]
        );
        // A document replaces the one before it: what is new in it was not there.
        let wider = put.replace(r#"\"s3:Get\""#, r#"[\"*\",\"sts:*\"]"#);
        assert_eq!(
            told(&mut state, &wider, &role, false, false),
            [
                "- policy tmp.policyDocument.Statement.Action *",
                "+ policy tmp.policyDocument.Statement.Action[0] *",
                "+ policy tmp.policyDocument.Statement.Action[1] sts:*",
            ]
        );
        let delete = r#"{"eventName":"DeleteRolePolicy","requestParameters":{"roleName":"deploy",
            "policyName":"tmp"}}"#;
        assert_eq!(
            told(&mut state, delete, &role, false, false),
            ["- policy tmp exists"]
        );
        let attach = r#"{"eventName":"AttachRolePolicy","requestParameters":{"roleName":"deploy",
            "policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}}"#;
        assert_eq!(
            told(&mut state, attach, &role, false, false),
            ["+ policyArn arn:aws:iam::aws:policy/AdministratorAccess"]
        );
        assert_eq!(
            told(
                &mut state,
                &attach.replace("Attach", "Detach"),
                &role,
                false,
                false
            ),
            ["- policyArn arn:aws:iam::aws:policy/AdministratorAccess"]
        );
    }
}
