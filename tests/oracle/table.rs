//! The queries of the table of the filter language, in its order, over what the corpus holds.
//!
//! The table's names stand for those of real records: Alice is `bert-jan`, the load balancer and
//! the bucket are real ones. What needs an address database is in `tests/geoip.rs`; cases and
//! findings are not there yet, and say so.

use std::collections::HashSet;

use serde_json::Value;

use crate::corpus::Corpus;
use crate::judge::{
    Step, address, at_path, figure, has_component, has_run_like, in_block, is_like, is_private,
};
use crate::said::{Said, without_date};

type Holds = Box<dyn Fn(&Said) -> bool>;

const USER: &str = "bert-jan";
const BUCKET: &str = "stratus-red-team-ctlr-bucket-zqfsvooxqj";
const KEY: &str = "ASIATFQR7NSCS5BLNV76";

/// Each with what it means.
pub fn queries(corpus: &Corpus) -> Vec<(String, Holds)> {
    let keys = issued_to(corpus, USER);
    let who =
        move |r: &Said| is_called(r, USER) || r.field("key").is_some_and(|k| keys.contains(&k));
    let who = std::rc::Rc::new(who);
    let named = |r: &Said, names: &[&str]| names.contains(&what(r).as_str());
    let hour = 3_600_000_000;
    let now = corpus.context.now.0;
    let cursor = corpus.context.cursor.unwrap().0;
    let moment = |text| trailhound::base::time::UtcMicros::parse(text).unwrap().0;
    let changes = |r: &Said| matches!(r.verb(), "write" | "delete");
    let service = |r: &Said, name: &str| r.field("svc").as_deref() == Some(name);
    let in_office =
        |a| in_block(a, [205, 8, 0, 0].into(), 16) || a == std::net::IpAddr::from([1, 2, 3, 4]);

    let mut all: Vec<(String, Holds)> = Vec::new();
    let mut add = |text: &str, holds: Holds| all.push((text.to_owned(), holds));
    let by = who.clone();
    add(&format!("who:{USER}"), Box::new(move |r| by(r)));
    add(&format!("actor:{USER}"), Box::new(|r| is_called(r, USER)));
    let by = who.clone();
    add(
        &format!("who:{USER} via:* xacct:yes"),
        Box::new(move |r| by(r) && r.field("via").is_some() && r.fact("xacct") == Some(true)),
    );
    let by = who.clone();
    add(
        &format!("who:{USER} via:*"),
        Box::new(move |r| by(r) && r.field("via").is_some()),
    );
    add(
        "what:DeleteLoadBalancer",
        Box::new(|r| what(r) == "deleteloadbalancer"),
    );
    add(
        "what:elasticloadbalancing:Delete*,ec2:Terminate*",
        Box::new(move |r| {
            service(r, "elasticloadbalancing.amazonaws.com") && what(r).starts_with("delete")
                || service(r, "ec2.amazonaws.com") && what(r).starts_with("terminate")
        }),
    );
    add(
        "verb:write,delete -svc:logs last:900d",
        Box::new(move |r| {
            changes(r)
                && !service(r, "logs.amazonaws.com")
                && r.time
                    .is_some_and(|t| t >= now - 900 * 24 * hour && t <= now)
        }),
    );
    add(
        "svc:iam verb:write err:none",
        Box::new(move |r| {
            service(r, "iam.amazonaws.com") && r.verb() == "write" && r.field("err").is_none()
        }),
    );
    add(
        "err:* -err:throttled",
        Box::new(|r| r.field("err").is_some() && !r.is_throttled()),
    );
    for (block, from, bits) in [
        ("203.0.113.0/24", [203, 0, 113, 0], 24),
        ("192.168.10.20/12", [192, 168, 0, 0], 12),
    ] {
        add(
            &format!("ip:{block}"),
            Box::new(move |r| at(r).is_some_and(|a| in_block(a, from.into(), bits))),
        );
    }
    add(
        "ip:public -ip:@office-nets",
        Box::new(move |r| at(r).is_some_and(|a| !is_private(a) && !in_office(a))),
    );
    let keyed = |r: &Said| r.field("key").is_some_and(|k| k.starts_with("AKIA"));
    add("key:AKIA*", Box::new(keyed));
    let tooled = regex::Regex::new("(?i)boto|pacu|stratus").unwrap();
    add(
        "ua~/boto|pacu|stratus/i",
        Box::new(move |r| r.field("ua").is_some_and(|ua| tooled.is_match(&ua))),
    );
    add(&format!("res:{BUCKET}"), Box::new(names_bucket));
    for pattern in [
        "stratus-red-team-ctlr-bucket-*",
        "falsimentis-*",
        "falsimentis-???",
    ] {
        add(
            &format!("res:{pattern}"),
            Box::new(|r| names_bucket_like(r, pattern)),
        );
    }
    add(
        "res:arn:aws:s3:::falsimentis-log/* what:PutObject",
        Box::new(|r| {
            let of_bucket = |name: &str| name.starts_with("arn:aws:s3:::falsimentis-log/");
            let recorded = path(r, "resources[].ARN");
            let key = path(r, "requestParameters.key")
                .iter()
                .flatten()
                .next()
                .is_some();
            let bucket = path(r, "requestParameters.bucketName");
            what(r) == "putobject"
                && (recorded.iter().flatten().any(|n| of_bucket(n))
                    || key && bucket.contains(&Some("falsimentis-log".to_owned())))
        }),
    );
    let by_key = |r: &Said| r.field("key").as_deref() == Some(KEY);
    add(&format!("key:{KEY}"), Box::new(by_key));
    add(
        "what:ConsoleLogin mfa:no",
        Box::new(|r| what(r) == "consolelogin" && r.fact("mfa") == Some(false)),
    );
    let (from, to) = (
        moment("2023-07-10T11:00:00Z"),
        moment("2023-07-10T12:31:00Z"),
    );
    add(
        "t:2023-07-10T11:00Z..2023-07-10T12:30Z",
        Box::new(move |r| r.time.is_some_and(|t| from <= t && t < to)),
    );
    let by = who.clone();
    add(
        &format!("near:@+-30m who:{USER}"),
        Box::new(move |r| by(r) && r.time.is_some_and(|t| (t - cursor).abs() <= hour / 2)),
    );
    add(
        ".requestParameters.bucketName:stratus-*",
        Box::new(|r| any_like(r, "requestParameters.bucketName", "stratus-*")),
    );
    let pattern = regex::Regex::new(r"^(ec2|s3|sts):(Describe)?\w*\*?$").unwrap();
    add(
        r".requestParameters.policyDocument.Statement[].Action~/^(ec2|s3|sts):(Describe)?\w*\*?$/",
        Box::new(move |r| {
            let actions = path(r, "requestParameters.policyDocument.Statement[].Action");
            actions.iter().flatten().any(|a| pattern.is_match(a))
        }),
    );
    add(
        ".requestParameters.maxResults>100",
        Box::new(|r| {
            let most = path(r, "requestParameters.maxResults");
            let mut most = most.iter().flatten().filter_map(|v| figure(v));
            most.any(|n| crate::judge::order(n, figure("100").unwrap()).is_gt())
        }),
    );
    let by = who;
    add(
        &format!("(who:{USER} OR ip:192.168.10.20) (verb:delete | svc:kms) -region:us-west-2"),
        Box::new(move |r| {
            (by(r) || r.field("ip").as_deref() == Some("192.168.10.20"))
                && (r.verb() == "delete" || service(r, "kms.amazonaws.com"))
                && r.field("region").as_deref() != Some("us-west-2")
        }),
    );
    let noise = [
        "updateinstanceinformation",
        "updateinstanceassociationstatus",
        "listinstanceassociations",
        "putinventory",
        "putcomplianceitems",
        "describeinstancehealth",
        "reportinstancestatus",
        "batchgetimage",
        "getdownloadurlforlayer",
        "createlogstream",
        "putcredentials",
    ];
    let is_iac = |r: &Said| {
        let ua = r.field("ua");
        let tool = ua.and_then(|ua| trailhound::event::agent::known_tool(&ua));
        tool.is_some_and(|(_, kind)| kind == "iac")
            || r.field("ip").as_deref() == Some("cloudformation.amazonaws.com")
    };
    add(
        "-$noise -$iac last:900d",
        Box::new(move |r| {
            let is_noise =
                r.verb() == "read" && r.fact("svcdriven") == Some(true) || named(r, &noise);
            !is_noise
                && !is_iac(r)
                && r.time
                    .is_some_and(|t| t >= now - 900 * 24 * hour && t <= now)
        }),
    );
    add(
        "acct.caller:111111111111 xacct:yes",
        Box::new(|r| {
            r.field("acct.caller").as_deref() == Some("111111111111")
                && r.fact("xacct") == Some(true)
        }),
    );
    all
}

/// The call, as filters compare it.
fn what(r: &Said) -> String {
    without_date(&r.field("what").unwrap_or_default()).to_lowercase()
}

fn at(r: &Said) -> Option<std::net::IpAddr> {
    address(&r.field("ip")?)
}

fn path(r: &Said, path: &str) -> Vec<Option<String>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, each) = match part.strip_suffix("[]") {
            Some(key) => (key, true),
            None => (part, false),
        };
        steps.push(Step::Key(key.to_owned()));
        if each {
            steps.push(Step::Each);
        }
    }
    let mut out = Vec::new();
    at_path(&r.json, &steps, 4, &mut out);
    out
}

fn any_like(r: &Said, at: &str, pattern: &str) -> bool {
    path(r, at).iter().flatten().any(|v| is_like(v, pattern))
}

/// Whether the record's literal caller goes by a name.
fn is_called(r: &Said, name: &str) -> bool {
    let places = [
        "userIdentity.userName",
        "userIdentity.arn",
        "userIdentity.principalId",
        "userIdentity.sessionContext.sourceIdentity",
    ];
    places.iter().any(|at| {
        let values = path(r, at);
        values.iter().flatten().any(|v| has_component(v, name))
    })
}

/// The keys that calls of a user issued, and calls made with those keys, and so on.
fn issued_to(corpus: &Corpus, user: &str) -> HashSet<String> {
    let mut keys: HashSet<String> = HashSet::new();
    loop {
        let before = keys.len();
        for r in &corpus.rows {
            let is_his = is_called(r, user) || r.field("key").is_some_and(|k| keys.contains(&k));
            if is_his {
                let issued = path(r, "responseElements.credentials.accessKeyId");
                keys.extend(issued.into_iter().flatten());
            }
        }
        if keys.len() == before {
            return keys;
        }
    }
}

/// Whether a record names a bucket like a pattern, or what is in it: as a parameter, or by an ARN
/// anywhere in it.
fn names_bucket_like(r: &Said, pattern: &str) -> bool {
    fn any_text(value: &Value, holds: &dyn Fn(&str) -> bool) -> bool {
        match value {
            Value::String(text) => holds(text),
            Value::Array(items) => items.iter().any(|item| any_text(item, holds)),
            Value::Object(members) => members.values().any(|member| any_text(member, holds)),
            _ => false,
        }
    }
    // A document inside a text, and a message, hold more than one.
    let ends = |c: char| c.is_whitespace() || "\"'\\,;{}[]<>()".contains(c);
    let by_arn = |text: &str| {
        let mut words = text.split(ends).filter(|word| word.starts_with("arn:"));
        words.any(|arn| has_run_like(arn.trim_end_matches('.'), pattern))
    };
    let parts = [
        "requestParameters",
        "responseElements",
        "resources",
        "errorMessage",
    ];
    let asked = ["bucketName", "s3BucketName"].map(|key| r.json["requestParameters"][key].as_str());
    asked.iter().flatten().any(|name| is_like(name, pattern))
        || parts.iter().any(|part| any_text(&r.json[*part], &by_arn))
}

/// Whether a record names the bucket: as a resource, as a parameter, or as the host of the call.
fn names_bucket(r: &Said) -> bool {
    let resources = path(r, "resources[].ARN");
    let asked = path(r, "requestParameters.bucketName");
    let values = resources.iter().chain(&asked).flatten();
    values.into_iter().any(|v| has_component(v, BUCKET))
        || r.json["requestParameters"].to_string().contains(BUCKET)
}
