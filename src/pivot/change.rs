//! What a call changed: attribute by attribute, from the state that earlier calls left.
//!
//! The state is what the requests of earlier calls set, and what the answer to the making call said.
//! What no call in the evidence says is unknown, and is said to be.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, Hash, RandomState};

use crate::event::json::Node;
use crate::event::outcome::fold_name;
use crate::event::record::{HIDDEN, REMOVED};
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
    known: BTreeMap<String, Value>,
    /// The key of what tells long values apart: drawn anew for each state, so that nobody can write
    /// two values into a log that pass for one.
    keys: RandomState,
}

/// The value of an attribute: what is shown of it, and where that is not all, what tells it from
/// another of the same beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    shown: String,
    /// A hash of all of it, by the key of the state; 0 where it is shown whole.
    hash: u64,
    /// Of a list its values; of one that is too long none.
    items: Vec<String>,
}

impl Value {
    fn of(text: &str, keys: &RandomState) -> Self {
        Self::shown(text, &text, keys)
    }

    fn of_list(items: &[&str], keys: &RandomState) -> Self {
        let text = items.join(", ");
        let mut value = Self::shown(&text, &items, keys);
        if text.len() <= LONGEST_LIST {
            value.items = items.iter().map(|item| (*item).to_owned()).collect();
        }
        value
    }

    /// A value of this text, which is that of `all`.
    fn shown(text: &str, all: &impl Hash, keys: &RandomState) -> Self {
        let (shown, hash) = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => (format!("{}…", &text[..end]), keys.hash_one(all)),
            None => (text.to_owned(), 0),
        };
        Self {
            shown,
            hash,
            items: Vec::new(),
        }
    }

    /// What a list that takes the place of this one, or of this value, lacks and what it adds;
    /// `None` where neither is a list, or they differ in their order alone.
    fn and(&self, next: &Self) -> Option<(Vec<String>, Vec<String>)> {
        let is_list = |value: &Self| !value.items.is_empty();
        if !is_list(self) && !is_list(next) {
            return None;
        }
        let items = |value: &Self| match value.items.as_slice() {
            [] => vec![value.shown.clone()],
            items => items.to_vec(),
        };
        let (old, new) = (items(self), items(next));
        let beyond = |these: &[String], those: &[String]| -> Vec<String> {
            let those: HashSet<&String> = those.iter().collect();
            let beyond = these.iter().filter(|item| !those.contains(item));
            beyond.cloned().collect()
        };
        let (gone, come) = (beyond(&old, &new), beyond(&new, &old));
        (!gone.is_empty() || !come.is_empty()).then_some((gone, come))
    }
}

/// The longest list that is compared value by value.
const LONGEST_LIST: usize = 1 << 13;

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
    // Which attribute is meant, where no value stands beside it.
    "attributeName",
    "attributeType",
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
    asked: Vec<(String, Value)>,
    /// Paths of the documents among what was asked for.
    documents: Vec<String>,
    /// What the answer says, by path.
    answered: Vec<(String, Value)>,
    /// The path of the inline policy it is about.
    policy: Option<String>,
}

impl Call {
    /// What a record says of the resource of these names, whose state this is.
    pub fn of(record: &Node, names: &[String], state: &State) -> Self {
        let name = record.get("eventName").and_then(Node::as_str).unwrap_or("");
        let request = record.get("requestParameters");
        let (asked, documents) = attributes(request, names, &state.keys);
        Self {
            name: fold_name(name).to_owned(),
            asked,
            documents,
            answered: attributes(record.get("responseElements"), names, &state.keys).0,
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
        // What is stopped is not without what the call says of the stopping.
        let ends = service::deletes_by_name(&call.name) && !call.name.starts_with("Stop");
        let takes = is_takes || ends;
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
        let replaces = !made && !takes && !is_adds;
        replaced.retain(|root| replaces && self.known.keys().any(|known| is_under(known, root)));
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
                    let before = Before::Value(value.shown);
                    out.push(Difference {
                        name,
                        before,
                        after: None,
                    });
                }
            }
        }
        for (name, value) in asked {
            let towards = Towards::of(&name);
            let is_adds = is_adds || towards == Some(Towards::Added);
            if takes || towards == Some(Towards::Taken) {
                let before = Before::Value(value.shown);
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
                // Of two values that are not in the log nobody knows whether they differ.
                let is_told = value.shown != HIDDEN && value.shown != REMOVED;
                match self.known.get(&name).filter(|_| is_told) {
                    Some(known) if *known == value => continue,
                    Some(known) => {
                        if let Some((gone, come)) = known.and(&value) {
                            out.extend(gone.into_iter().map(|item| Difference {
                                name: name.clone(),
                                before: Before::Value(item),
                                after: None,
                            }));
                            out.extend(come.into_iter().map(|item| Difference {
                                name: name.clone(),
                                before: Before::Absent,
                                after: Some(item),
                            }));
                            self.known.insert(name, value);
                            continue;
                        }
                        Before::Value(known.shown.clone())
                    }
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
                after: Some(value.shown),
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

/// What becomes of a parameter whose own name says that it is added or taken.
///
/// `launchPermission.add.userId`, `valuesToRemove`, `AddRouteTableId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Towards {
    Added,
    Taken,
}

impl Towards {
    fn of(path: &str) -> Option<Self> {
        let of = |word: &str| {
            let word = word.split('[').next().unwrap_or(word);
            let begins = |with: [&str; 2]| {
                let rest = with.iter().find_map(|with| word.strip_prefix(with));
                rest.is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase())
                })
            };
            if begins(["add", "Add"]) || word.ends_with("ToAdd") {
                Some(Self::Added)
            } else if begins(["remove", "Remove"]) || word.ends_with("ToRemove") {
                Some(Self::Taken)
            } else {
                None
            }
        };
        path.split('.').find_map(of)
    }
}

/// Whether a path lies in the document at another path.
fn is_under(path: &str, root: &str) -> bool {
    let rest = path.strip_prefix(root);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The leaves of a request, path and value, and the paths of the documents among its texts.
fn attributes(
    request: Option<&Node>,
    names: &[String],
    keys: &RandomState,
) -> (Vec<(String, Value)>, Vec<String>) {
    let (mut out, mut documents) = (Vec::new(), Vec::new());
    let Some(request) = request else {
        return (out, documents);
    };
    let prefix = inline_policy(Some(request)).unwrap_or_default();
    let mut own = Vec::new();
    leaves(request, &prefix, 0, &mut |path, leaf| {
        let last = path.rsplit('.').next().unwrap_or(path);
        let value = match leaf {
            Leaf::Document => return documents.push(path.to_owned()),
            // The others of a list of names are other resources, as they are in lists of objects.
            Leaf::List(items) if items.iter().any(|item| is_one_of(names, item)) => return,
            Leaf::List(items) => Value::of_list(&items, keys),
            Leaf::Value(value) if is_one_of(names, value) => {
                if path.contains('[') {
                    own.push(any_place(path));
                }
                return;
            }
            Leaf::Value(value) => Value::of(value, keys),
        };
        if last != "policyName" && !NO_STATE.contains(&last) && out.len() < 4 * MOST {
            out.push((path.to_owned(), value));
        }
    });
    // Where the resource is one of a list, the others of it are other resources and no state.
    if !own.is_empty() {
        out.retain(|(path, _)| !own.contains(&any_place(path)));
    }
    (out, documents)
}

/// Whether a text is one of a resource's names, or how one ends.
fn is_one_of(names: &[String], value: &str) -> bool {
    let ends = |name: &String| {
        let before = name.strip_suffix(value);
        before.is_some_and(|before| before.is_empty() || before.ends_with(['/', ':']))
    };
    !value.is_empty() && names.iter().any(ends)
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
    /// A list of values, which a call sets as a whole.
    List(Vec<&'a str>),
    /// A text that is a JSON document, whose own leaves follow.
    Document,
}

/// Members that stand beside each other, one the name of an attribute and one its value.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("attribute", "value"),
    ("attributeName", "attributeValue"),
    ("attributeType", "value"),
];
/// Such members of the objects of a list.
const PAIRS: &[(&str, &str)] = &[
    ("attributeName", "attributeValue"),
    ("key", "value"),
    ("parameterName", "parameterValue"),
];

/// An attribute that an object says in two of its members.
struct Pair<'a> {
    /// Which member holds its name.
    named_by: &'static str,
    /// Which member holds its value.
    valued_by: &'static str,
    name: &'a str,
    value: &'a Node,
}

impl<'a> Pair<'a> {
    /// What an object says in two members of these names; nothing where it names an attribute
    /// without a value, as calls do that ask for it.
    fn of(node: &'a Node, members: &[(&'static str, &'static str)]) -> Option<Self> {
        members.iter().find_map(|&(named_by, valued_by)| {
            let name = node.get(named_by)?.as_str().filter(|n| !n.is_empty())?;
            let value = node.get(valued_by)?;
            Some(Self {
                named_by,
                valued_by,
                name,
                value,
            })
        })
    }
}

fn leaves(node: &Node, path: &str, depth: usize, each: &mut dyn FnMut(&str, Leaf<'_>)) {
    let under = |key: &str, value: &Node| match (path, key, value) {
        // A call that makes something says at once what later ones say one by one.
        ("", "attributes", Node::Object(_)) => String::new(),
        ("", key, _) => key.to_owned(),
        // `items` is only how EC2 writes lists.
        (path, "items", _) => path.to_owned(),
        (path, key, _) => format!("{path}.{key}"),
    };
    if depth > DEEPEST {
        return;
    }
    match node {
        Node::Null => {}
        Node::Text(text) => match document(text) {
            Some(document) => {
                each(path, Leaf::Document);
                leaves(&document, path, depth + 1, each);
            }
            None => each(path, Leaf::Value(text)),
        },
        Node::Array(items) if items.len() > 1 && items.iter().all(|i| plain(i).is_some()) => {
            each(path, Leaf::List(items.iter().filter_map(plain).collect()));
        }
        Node::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                // A list of pairs is a set of attributes by name.
                match Pair::of(item, PAIRS) {
                    Some(pair) => leaves(pair.value, pair.name, depth + 1, each),
                    _ if items.len() == 1 => leaves(item, path, depth + 1, each),
                    _ => leaves(item, &format!("{path}[{n}]"), depth + 1, each),
                }
            }
        }
        Node::Object(members) => match members.as_slice() {
            // `{"instanceType":{"value":"m5.large"}}` is how EC2 writes an attribute.
            [(key, value)] if key == "value" && !path.is_empty() && is_one(value) => {
                leaves(value, path, depth + 1, each);
            }
            // Newer calls of EC2 put all they ask for into a member of their own name.
            [(key, value @ Node::Object(_))] if path.is_empty() && key.ends_with("Request") => {
                leaves(value, path, depth + 1, each);
            }
            members => {
                let pair = Pair::of(node, ATTRIBUTES);
                for (key, value) in members {
                    match &pair {
                        Some(pair) if key == pair.named_by => {}
                        Some(pair) if key == pair.valued_by => {
                            leaves(value, &under(pair.name, value), depth + 1, each);
                        }
                        _ => leaves(value, &under(key, value), depth + 1, each),
                    }
                }
            }
        },
        node => each(path, Leaf::Value(plain(node).unwrap_or(""))),
    }
}

/// Whether a value holds no others.
const fn is_one(node: &Node) -> bool {
    !matches!(node, Node::Object(_) | Node::Array(_))
}

/// The text of a value that holds no others and is no document.
fn plain(node: &Node) -> Option<&str> {
    match node {
        Node::Bool(yes) => Some(if *yes { "true" } else { "false" }),
        Node::Number(number) => Some(number),
        Node::Text(text) if document(text).is_none() => Some(text),
        _ => None,
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
        let call = Call::of(&record, &names, state);
        state
            .apply(call, made, ended)
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
        let wider = put.replace(r#"\"s3:Get\""#, r#"[\"*\",\"sts:*\"]"#);
        assert_eq!(
            told(&mut state, &wider, &role, false, false),
            ["+ policy tmp.policyDocument.Statement.Action sts:*"]
        );
        // A document replaces the one before it: what is new in it was not there.
        let other = put.replace("Action", "NotAction");
        assert_eq!(
            told(&mut state, &other, &role, false, false),
            [
                "- policy tmp.policyDocument.Statement.Action *, sts:*",
                "+ policy tmp.policyDocument.Statement.NotAction s3:Get",
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

    #[test]
    fn lists_are_set_as_a_whole_and_the_others_of_a_list_are_no_state() {
        let mut state = State::default();
        let lb = ["arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/web/50dc6c495c0c9188"];
        let set = |groups: &str| {
            format!(
                r#"{{"eventName":"SetSecurityGroups","requestParameters":{{"loadBalancerArn":"{}",
                    "securityGroups":[{groups}]}}}}"#,
                lb[0]
            )
        };
        let mut after = |groups: &str| told(&mut state, &set(groups), &lb, false, false);
        assert_eq!(
            after(r#""sg-1","sg-2""#),
            ["securityGroups unknown before → sg-1, sg-2"]
        );
        assert_eq!(after(r#""sg-1""#), ["- securityGroups sg-2"]);
        assert_eq!(after(r#""sg-1""#), Vec::<String>::new());
        assert_eq!(after(r#""sg-3","sg-1""#), ["+ securityGroups sg-3"]);
        assert_eq!(
            after(r#""sg-4","sg-1""#),
            ["- securityGroups sg-3", "+ securityGroups sg-4"]
        );
        assert_eq!(
            after(r#""sg-1","sg-4""#),
            ["securityGroups sg-4, sg-1 → sg-1, sg-4"]
        );
        let stop = r#"{"eventName":"StopInstances","requestParameters":{"force":true,
            "instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}}"#;
        let mut state = State::default();
        assert_eq!(
            told(&mut state, stop, &["i-2"], false, false),
            ["force unknown before → true"]
        );
        let tag = r#"{"eventName":"CreateTags","requestParameters":{"resources":["i-1","i-2"],
            "tagSet":{"items":[{"key":"Name","value":"web"}]}}}"#;
        assert_eq!(
            told(&mut state, tag, &["i-2"], false, false),
            ["+ Name web"]
        );
    }

    #[test]
    fn a_parameter_may_say_itself_that_it_is_added_or_taken() {
        let mut state = State::default();
        let snapshot = ["snap-041993b54a9b3af6f"];
        let share = r#"{"eventName":"ModifySnapshotAttribute","requestParameters":{
            "snapshotId":"snap-041993b54a9b3af6f",
            "createVolumePermission":{"add":{"items":[{"userId":"444455556666"}]}}}}"#;
        let added = ["+ createVolumePermission.add.userId 444455556666"];
        for _ in 0..2 {
            assert_eq!(told(&mut state, share, &snapshot, false, false), added);
        }
        let unshare = share.replace("add", "remove");
        assert_eq!(
            told(&mut state, &unshare, &snapshot, false, false),
            ["- createVolumePermission.remove.userId 444455556666"]
        );
        let db = r#"{"eventName":"ModifyDBSnapshotAttribute","requestParameters":{
            "attributeName":"restore","valuesToX":["444455556666","all"]}}"#;
        assert_eq!(
            told(&mut state, &db.replace("ToX", "ToAdd"), &[], false, false),
            ["+ valuesToAdd 444455556666, all"]
        );
        assert_eq!(
            told(
                &mut state,
                &db.replace("ToX", "ToRemove"),
                &[],
                false,
                false
            ),
            ["- valuesToRemove 444455556666, all"]
        );
        for (path, towards) in [
            (
                "ModifyVpcEndpointRequest.AddRouteTableId",
                Some(Towards::Added),
            ),
            (
                "ModifyVpcEndpointRequest.RemoveSubnetId[1].content",
                Some(Towards::Taken),
            ),
            ("launchPermission.add[1].userId", Some(Towards::Added)),
            ("address", None),
            ("additionalInfo", None),
            ("removed", None),
        ] {
            assert_eq!(Towards::of(path), towards, "{path}");
        }
    }

    #[test]
    fn an_attribute_is_one_however_a_call_writes_it() {
        let call = |name: &str, of: &str| {
            format!(r#"{{"eventName":"{name}","requestParameters":{{{of}}}}}"#)
        };
        let modify = |of: &str| call("ModifyInstanceAttribute", of);
        let topic = |of: &str| call("SetTopicAttributes", of);
        for (before, after, expected) in [
            // Three ways of one call, and the call that made it.
            (
                call("RunInstances", r#""instanceType":"t3.micro""#),
                modify(r#""instanceType":{"value":"m5.large"}"#),
                &["instanceType t3.micro → m5.large"][..],
            ),
            (
                modify(r#""instanceType":{"value":"m5.large"}"#),
                modify(r#""attribute":"instanceType","value":"c5.large""#),
                &["instanceType m5.large → c5.large"],
            ),
            (
                modify(r#""value":true,"attribute":"disableApiTermination""#),
                modify(r#""disableApiTermination":{"value":false}"#),
                &["disableApiTermination true → false"],
            ),
            (
                modify(r#""attribute":"disableApiStop","value":"true""#),
                modify(r#""attribute":"disableApiTermination","value":"false""#),
                &["disableApiTermination unknown before → false"],
            ),
            (
                modify(r#""attribute":"userData","value":"IyEvYmluL3No""#),
                modify(r#""attribute":"userData","value":"IyEvYmluL3No""#),
                &[],
            ),
            (
                call("ModifyVpcAttribute", r#""enableDnsSupport":{"value":true}"#),
                call(
                    "ModifyVpcAttribute",
                    r#""enableDnsSupport":{"value":false}"#,
                ),
                &["enableDnsSupport true → false"],
            ),
            (
                topic(r#""attributeName":"DisplayName","attributeValue":"a""#),
                topic(r#""attributeName":"DisplayName","attributeValue":"b""#),
                &["DisplayName a → b"],
            ),
            (
                topic(r#""attributeName":"KmsMasterKeyId","attributeValue":"a""#),
                topic(r#""attributeName":"DisplayName","attributeValue":"b""#),
                &["DisplayName unknown before → b"],
            ),
            (
                call("CreateTopic", r#""attributes":{"DisplayName":"a"}"#),
                topic(r#""attributeName":"DisplayName","attributeValue":"b""#),
                &["DisplayName a → b"],
            ),
            (
                call(
                    "SetSubscriptionAttributes",
                    r#""attributeName":"FilterPolicy",
                    "attributeValue":"{\"store\":\"a\",\"to\":1}""#,
                ),
                call(
                    "SetSubscriptionAttributes",
                    r#""attributeName":"FilterPolicy",
                    "attributeValue":"{\"store\":\"b\"}""#,
                ),
                &["- FilterPolicy.to 1", "FilterPolicy.store a → b"],
            ),
            (
                call(
                    "SetQueueAttributes",
                    r#""attributes":{"Policy":"{\"a\":\"1\"}"}"#,
                ),
                call(
                    "SetQueueAttributes",
                    r#""attributes":{"Policy":"{\"a\":\"*\"}"}"#,
                ),
                &["Policy.a 1 → *"],
            ),
            (
                call(
                    "SetThing",
                    r#""of":[{"attributeName":"a","attributeValue":"1"},
                    {"attributeName":"b","attributeValue":"2"}]"#,
                ),
                call(
                    "SetThing",
                    r#""of":[{"attributeName":"b","attributeValue":"3"}]"#,
                ),
                &["b 2 → 3"],
            ),
            // Named without a value it is asked for, or set back; of a larger value `value` is a part.
            (
                call("DescribeInstanceAttribute", r#""attribute":"userData""#),
                modify(r#""attribute":"userData","value":"b""#),
                &["userData unknown before → b"],
            ),
            (
                call("GetTopicAttributes", r#""attributeName":"DisplayName""#),
                topic(r#""attributeName":"DisplayName","attributeValue":"b""#),
                &["DisplayName unknown before → b"],
            ),
            (
                modify(r#""attribute":"userData","value":"a""#),
                call("ResetInstanceAttribute", r#""attribute":"kernel""#),
                &["attribute unknown before → kernel"],
            ),
            (
                call("PutRetention", r#""keep":{"value":7,"unit":"DAYS"}"#),
                call("PutRetention", r#""keep":{"value":1,"unit":"DAYS"}"#),
                &["keep.value 7 → 1"],
            ),
            (
                call(
                    "CreateVpcEndpoint",
                    r#""CreateVpcEndpointRequest":{"PolicyDocument":"{\"a\":\"1\"}"}"#,
                ),
                call(
                    "ModifyVpcEndpoint",
                    r#""ModifyVpcEndpointRequest":{"PolicyDocument":"{\"a\":\"*\"}"}"#,
                ),
                &["PolicyDocument.a 1 → *"],
            ),
            (
                call("PutRetention", r#""value":7"#),
                call("PutRetention", r#""value":1"#),
                &["value 7 → 1"],
            ),
        ] {
            let mut state = State::default();
            let made = before.contains("CreateTopic") || before.contains("RunInstances");
            told(&mut state, &before, &[], made, false);
            assert_eq!(
                told(&mut state, &after, &[], false, false),
                expected,
                "{after}"
            );
        }
    }

    #[test]
    fn long_values_that_begin_alike_are_told_apart() {
        let mut state = State::default();
        let put = |end: &str| {
            let text = "x".repeat(LONGEST);
            format!(
                r#"{{"eventName":"UpdateFunction","requestParameters":{{"code":"{text}{end}"}}}}"#
            )
        };
        let mut after = |end: &str| told(&mut state, &put(end), &[], false, false).len();
        assert_eq!(
            [after("a"), after("a"), after("b"), after("")],
            [1, 0, 1, 1]
        );
        // Two texts written to have one hash where its key is not drawn (that of `DefaultHasher`).
        let twins = ["lmjbapaeoebghojd", "iijmadgfhpdbfjfe"];
        assert_eq!(twins.map(after), [1, 1]);
    }

    #[test]
    fn long_lists_are_told_apart_by_their_items() {
        let mut state = State::default();
        let put = |items: &str| {
            let long = "x".repeat(LONGEST_LIST);
            format!(
                r#"{{"eventName":"SetThings","requestParameters":{{"of":["{long}",{items}]}}}}"#
            )
        };
        let mut after = |items: &str| told(&mut state, &put(items), &[], false, false).len();
        assert_eq!(
            [r#""a","b""#, r#""a","b""#, r#""a, b""#].map(&mut after),
            [1, 0, 1]
        );
    }

    #[test]
    fn what_was_added_is_no_state_and_what_is_added_takes_nothing_away() {
        let mut state = State::default();
        let record = |name: &str, of: &str| {
            format!(r#"{{"eventName":"{name}","requestParameters":{{"trust":{of}}}}}"#)
        };
        let create = record("CreateThing", r#""{\"a\":\"1\",\"b\":\"2\"}""#);
        assert_eq!(
            told(&mut state, &create, &[], true, false),
            ["+ trust.a 1", "+ trust.b 2"]
        );
        let add = record("AddThing", r#""{\"c\":\"3\"}""#);
        for _ in 0..2 {
            assert_eq!(told(&mut state, &add, &[], false, false), ["+ trust.c 3"]);
        }
        let put = record("PutThing", r#""{\"a\":\"1\",\"b\":\"4\"}""#);
        assert_eq!(told(&mut state, &put, &[], false, false), ["trust.b 2 → 4"]);
    }

    #[test]
    fn what_the_calls_before_say_no_more_is_unknown_again() {
        let record =
            |name: &str, of: &str| format!(r#"{{"eventName":"{name}","requestParameters":{of}}}"#);
        let unknown = ["size unknown before → 5"];
        let set = record("ModifyThing", r#"{"size":5}"#);
        for (name, of, made, ended) in [
            ("DeleteThing", "{}", false, true),
            // Made again, by another call that does not say it.
            ("CreateThing", r#"{"colour":"red"}"#, true, false),
            ("RemoveThing", r#"{"size":1}"#, false, false),
        ] {
            let mut state = State::default();
            let create = record("CreateThing", r#"{"size":1}"#);
            told(&mut state, &create, &[], true, false);
            told(&mut state, &record(name, of), &[], made, ended);
            assert_eq!(told(&mut state, &set, &[], false, false), unknown, "{name}");
        }
        // Of what was added, one of many may be left.
        let mut state = State::default();
        let add = record("AddThing", r#"{"size":1}"#);
        assert_eq!(told(&mut state, &add, &[], false, false), ["+ size 1"]);
        assert_eq!(told(&mut state, &set, &[], false, false), unknown);
    }
}
