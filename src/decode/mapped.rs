//! Events in other schemas, put into the words of `CloudTrail`: OCSF as Security Lake has it, and the
//! Elastic common schema.
//!
//! What is made here feeds the columns and is then forgotten: whoever asks for the record gets the
//! object as it came. Only objects that are no records are looked at.

use crate::base::time::UtcMicros;
use crate::event::json::Node;

/// An event in the words of `CloudTrail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapped {
    /// The record, as JSON.
    pub(crate) json: Vec<u8>,
    /// The name of the schema it came in.
    pub(crate) shape: &'static str,
    /// Whether there was neither request nor response.
    pub(crate) is_summary: bool,
}

/// Whether a text could be such an event: a cheap first look.
pub(crate) fn is_hinted(object: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(object, word).is_some();
    has(b"metadata") || has(b"cloudtrail")
}

/// The event of an object in another schema.
pub(crate) fn map(object: &Node) -> Option<Mapped> {
    let object = object.get("_source").unwrap_or(object);
    let product = get(object, "metadata.product.name").and_then(Node::as_str);
    let (draft, shape) = if product.is_some_and(|p| p.eq_ignore_ascii_case("CloudTrail")) {
        (ocsf(object), "ocsf")
    } else if is_elastic(object) {
        (elastic(object), "ecs")
    } else {
        return None;
    };
    Some(draft.finish(shape))
}

/// The value at a path of which any part may be one key with dots in it.
fn get<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    if let Some(value) = node.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let inner = node.get(path.get(..at)?)?;
        get(inner, path.get(at + 1..)?)
    })
}

/// A record in the making.
#[derive(Debug, Default)]
pub(crate) struct Draft(Vec<(String, Node)>);

impl Draft {
    /// Sets the value at a path, unless there is one or the value says nothing.
    pub(crate) fn set(&mut self, path: &[&str], value: Node) {
        let says = match &value {
            Node::Null => false,
            Node::Text(text) => !text.is_empty(),
            _ => true,
        };
        if says {
            place(&mut self.0, path, value);
        }
    }

    fn take(&mut self, path: &[&str], from: Option<&Node>) {
        if let Some(value) = from {
            self.set(path, value.clone());
        }
    }

    /// The record as a tree.
    #[cfg(feature = "parquet")]
    pub(crate) fn into_node(self) -> Node {
        Node::Object(self.0)
    }

    /// The record.
    pub(crate) fn finish(self, shape: &'static str) -> Mapped {
        let says = |key: &str| {
            let member = self.0.iter().find(|(k, _)| k == key);
            member.is_some_and(|(_, value)| *value != Node::Null)
        };
        let is_summary = !says("requestParameters") && !says("responseElements");
        Mapped {
            json: Node::Object(self.0).to_compact().into_bytes(),
            shape,
            is_summary,
        }
    }
}

fn place(pairs: &mut Vec<(String, Node)>, path: &[&str], value: Node) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let known = pairs.iter_mut().find(|(key, _)| key == first);
    match (known, rest.is_empty()) {
        (None, true) => pairs.push(((*first).to_owned(), value)),
        (Some((_, Node::Object(inner))), false) => place(inner, rest, value),
        (Some(_), _) => {}
        (None, false) => {
            let mut inner = Vec::new();
            place(&mut inner, rest, value);
            pairs.push(((*first).to_owned(), Node::Object(inner)));
        }
    }
}

/// A text that holds JSON as what it holds; anything else as it is.
pub(crate) fn opened(node: &Node) -> Node {
    match node {
        Node::Text(text) if text.starts_with(['{', '[']) => {
            Node::parse(text.as_bytes()).unwrap_or_else(|_| node.clone())
        }
        other => other.clone(),
    }
}

/// Milliseconds since 1970, or a time that is written out, as `CloudTrail` writes it.
fn moment(node: Option<&Node>) -> Node {
    match node {
        Some(Node::Number(digits)) => match digits.parse::<i64>() {
            Ok(millis) => Node::Text(UtcMicros(millis.saturating_mul(1000)).iso()),
            Err(_) => Node::Null,
        },
        Some(Node::Text(text)) => match UtcMicros::parse(text) {
            Some(time) => Node::Text(time.iso()),
            None => Node::Text(text.clone()),
        },
        _ => Node::Null,
    }
}

/// OCSF, versions 1.0 to 1.5: the paths of each were seen in published examples.
fn ocsf(event: &Node) -> Draft {
    let at = |path: &str| get(event, path);
    let either = |a: &str, b: &str| at(a).filter(|n| **n != Node::Null).or_else(|| at(b));
    let mut draft = Draft::default();
    draft.take(&["eventVersion"], at("metadata.product.version"));
    let user = |name: &str| get(event, &format!("actor.user.{name}"));
    draft.take(&["userIdentity", "type"], user("type"));
    // The two ids changed places between the versions: an ARN says which is which.
    for name in ["uid", "uid_alt", "uuid"] {
        if let Some(id) = user(name).and_then(Node::as_str) {
            let key = if id.starts_with("arn:") {
                "arn"
            } else {
                "principalId"
            };
            draft.set(&["userIdentity", key], Node::Text(id.to_owned()));
        }
    }
    for (key, from) in [
        (
            "accountId",
            either("actor.user.account.uid", "actor.user.account_uid"),
        ),
        ("accessKeyId", user("credential_uid")),
        ("userName", user("name")),
        ("invokedBy", at("actor.invoked_by")),
        ("identityProvider", at("actor.idp.name")),
    ] {
        draft.take(&["userIdentity", key], from);
    }
    let session = ["userIdentity", "sessionContext"];
    let within = |a: &'static str, b: &'static str| [session[0], session[1], a, b];
    let created = either(
        "actor.session.created_time_dt",
        "actor.session.created_time",
    );
    draft.set(&within("attributes", "creationDate"), moment(created));
    let mfa = either("actor.session.is_mfa", "actor.session.mfa");
    draft.take(&within("attributes", "mfaAuthenticated"), mfa);
    draft.take(&within("sessionIssuer", "arn"), at("actor.session.issuer"));
    draft.set(&["eventTime"], moment(either("time", "time_dt")));
    for (key, from) in [
        ("eventSource", at("api.service.name")),
        ("eventName", at("api.operation")),
        ("awsRegion", at("cloud.region")),
        (
            "sourceIPAddress",
            either("src_endpoint.ip", "src_endpoint.domain"),
        ),
        ("userAgent", at("http_request.user_agent")),
        ("errorCode", at("api.response.error")),
        (
            "errorMessage",
            either("api.response.message", "api.response.error_message"),
        ),
        ("requestID", at("api.request.uid")),
        (
            "eventID",
            either("metadata.uid", "metadata.original_event_uid"),
        ),
        ("eventType", at("metadata.event_code")),
        ("vpcEndpointId", at("src_endpoint.vpc_endpoint_uid")),
    ] {
        draft.take(&[key], from);
    }
    for (key, from) in [
        ("requestParameters", at("api.request.data")),
        ("responseElements", at("api.response.data")),
    ] {
        draft.set(&[key], from.map_or(Node::Null, opened));
    }
    // What the mapping had no place for is kept under its own path.
    if let Some(Node::Object(rest)) = at("unmapped") {
        for (key, value) in rest {
            let path: Vec<&str> = key.split('.').collect();
            if !matches!(value, Node::Object(members) if members.is_empty()) {
                draft.set(&path, opened(value));
            }
        }
    }
    draft.take(&["recipientAccountId"], at("cloud.account.uid"));
    let used = match either("is_mfa", "mfa") {
        Some(Node::Bool(true)) => Node::Text("Yes".to_owned()),
        Some(Node::Bool(false)) => Node::Text("No".to_owned()),
        _ => Node::Null,
    };
    draft.set(&["additionalEventData", "MFAUsed"], used);
    if let Some(Node::Array(items)) = at("resources") {
        let name = |item: &Node| {
            let name = item.get("uid").or_else(|| item.get("name"))?;
            Some(Node::Object(vec![("ARN".to_owned(), name.clone())]))
        };
        let named = items.iter().filter_map(name).collect();
        draft.set(&["resources"], Node::Array(named));
    }
    draft
}

/// The fields of the Elastic schema, each with its place in a record.
///
/// Source: the exported fields of Filebeat's `aws.cloudtrail` file set.
const ELASTIC: &[(&str, &[&str])] = &[
    ("aws.cloudtrail.event_version", &["eventVersion"]),
    (
        "aws.cloudtrail.user_identity.type",
        &["userIdentity", "type"],
    ),
    ("user.id", &["userIdentity", "principalId"]),
    ("aws.cloudtrail.user_identity.arn", &["userIdentity", "arn"]),
    ("cloud.account.id", &["userIdentity", "accountId"]),
    (
        "aws.cloudtrail.user_identity.access_key_id",
        &["userIdentity", "accessKeyId"],
    ),
    ("user.name", &["userIdentity", "userName"]),
    (
        "aws.cloudtrail.user_identity.invoked_by",
        &["userIdentity", "invokedBy"],
    ),
    (
        "aws.cloudtrail.user_identity.session_context.creation_date",
        &[
            "userIdentity",
            "sessionContext",
            "attributes",
            "creationDate",
        ],
    ),
    (
        "aws.cloudtrail.user_identity.session_context.mfa_authenticated",
        &[
            "userIdentity",
            "sessionContext",
            "attributes",
            "mfaAuthenticated",
        ],
    ),
    (
        "aws.cloudtrail.user_identity.session_context.session_issuer.type",
        &["userIdentity", "sessionContext", "sessionIssuer", "type"],
    ),
    (
        "aws.cloudtrail.user_identity.session_context.session_issuer.arn",
        &["userIdentity", "sessionContext", "sessionIssuer", "arn"],
    ),
    (
        "aws.cloudtrail.user_identity.session_context.session_issuer.account_id",
        &[
            "userIdentity",
            "sessionContext",
            "sessionIssuer",
            "accountId",
        ],
    ),
    ("@timestamp", &["eventTime"]),
    ("event.provider", &["eventSource"]),
    ("event.action", &["eventName"]),
    ("cloud.region", &["awsRegion"]),
    ("source.address", &["sourceIPAddress"]),
    ("source.ip", &["sourceIPAddress"]),
    ("user_agent.original", &["userAgent"]),
    ("aws.cloudtrail.error_code", &["errorCode"]),
    ("aws.cloudtrail.error_message", &["errorMessage"]),
    ("aws.cloudtrail.request_id", &["requestID"]),
    ("event.id", &["eventID"]),
    ("aws.cloudtrail.event_type", &["eventType"]),
    ("aws.cloudtrail.event_category", &["eventCategory"]),
    ("aws.cloudtrail.read_only", &["readOnly"]),
    ("aws.cloudtrail.management_event", &["managementEvent"]),
    (
        "aws.cloudtrail.recipient_account_id",
        &["recipientAccountId"],
    ),
    ("aws.cloudtrail.shared_event_id", &["sharedEventID"]),
    ("aws.cloudtrail.vpc_endpoint_id", &["vpcEndpointId"]),
    (
        "aws.cloudtrail.flattened.request_parameters",
        &["requestParameters"],
    ),
    ("aws.cloudtrail.request_parameters", &["requestParameters"]),
    (
        "aws.cloudtrail.flattened.response_elements",
        &["responseElements"],
    ),
    ("aws.cloudtrail.response_elements", &["responseElements"]),
    (
        "aws.cloudtrail.flattened.additional_eventdata",
        &["additionalEventData"],
    ),
    (
        "aws.cloudtrail.additional_eventdata",
        &["additionalEventData"],
    ),
    (
        "aws.cloudtrail.flattened.service_event_details",
        &["serviceEventDetails"],
    ),
];

fn is_elastic(object: &Node) -> bool {
    let Node::Object(pairs) = object else {
        return false;
    };
    let dotted = pairs.iter().any(|(k, _)| k.starts_with("aws.cloudtrail."));
    dotted || get(object, "aws.cloudtrail").is_some()
}

fn elastic(event: &Node) -> Draft {
    let mut draft = Draft::default();
    for (from, to) in ELASTIC {
        // A search gives every field as a list.
        let value = match get(event, from) {
            Some(Node::Array(items)) if items.len() == 1 => items.first(),
            other => other,
        };
        draft.set(to, value.map_or(Node::Null, opened));
    }
    if let Some(Node::Array(items)) = get(event, "aws.cloudtrail.resources") {
        let name = |item: &Node| {
            let arn = item.get("arn")?.clone();
            Some(Node::Object(vec![("ARN".to_owned(), arn)]))
        };
        let named: Vec<Node> = items.iter().filter_map(name).collect();
        draft.set(&["resources"], Node::Array(named));
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(text: &str) -> (String, Mapped) {
        let m = map(&Node::parse(text.as_bytes()).expect("sound")).expect("an event");
        (String::from_utf8(m.json.clone()).expect("text"), m)
    }

    /// Made from the schema: paths of version 1.1.
    #[test]
    fn ocsf_becomes_a_record() {
        let (json, m) = mapped(
            r#"{"metadata":{"product":{"name":"CloudTrail","version":"1.08"},"uid":"e1","event_code":"AwsApiCall"},
            "time":1679072879000,"api":{"operation":"CreateUser","service":{"name":"iam.amazonaws.com"},
            "request":{"uid":"r","data":"{\"userName\":\"x\"}"}},"cloud":{"region":"us-east-1"},
            "src_endpoint":{"ip":"192.0.2.1"},"actor":{"user":{"uid_alt":"AROA:s","uid":"arn:aws:sts::1:assumed-role/a/s",
            "type":"AssumedRole","account":{"uid":"111122223333"}},"session":{"is_mfa":false,"issuer":"arn:aws:iam::1:role/a"}},
            "unmapped":{"recipientAccountId":"111122223333","userIdentity.sessionContext.sessionIssuer.userName":"a"}}"#,
        );
        assert_eq!((m.shape, m.is_summary), ("ocsf", false));
        for part in [
            r#""eventTime":"2023-03-17T17:07:59Z""#,
            r#""principalId":"AROA:s""#,
            r#""arn":"arn:aws:sts::1:assumed-role/a/s""#,
            r#""sessionIssuer":{"arn":"arn:aws:iam::1:role/a","userName":"a"}"#,
            r#""requestParameters":{"userName":"x"}"#,
            r#""recipientAccountId":"111122223333""#,
        ] {
            assert!(json.contains(part), "{part}: {json}");
        }
    }

    /// Made from the list of fields, with keys in both spellings.
    #[test]
    fn elastic_becomes_a_record() {
        let (json, m) = mapped(
            r#"{"_index":"x","_source":{"@timestamp":"2026-11-20T14:00:00.000Z","event.action":"GetObject",
            "event":{"provider":"s3.amazonaws.com","id":"e1"},"aws":{"cloudtrail":{"user_identity.arn":"arn:aws:iam::1:user/a",
            "error_code":"AccessDenied"}},"source.ip":["192.0.2.1"]}}"#,
        );
        assert_eq!((m.shape, m.is_summary), ("ecs", true));
        assert_eq!(
            json,
            r#"{"userIdentity":{"arn":"arn:aws:iam::1:user/a"},"eventTime":"2026-11-20T14:00:00.000Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"192.0.2.1","errorCode":"AccessDenied","eventID":"e1"}"#
        );
    }

    #[test]
    fn other_products_are_left_alone() {
        for text in [
            r#"{"metadata":{"product":{"name":"VPC Flow"}},"time":1}"#,
            r#"{"aws":{"guardduty":{}}}"#,
            "{}",
        ] {
            assert_eq!(map(&Node::parse(text.as_bytes()).expect("sound")), None);
        }
    }
}
