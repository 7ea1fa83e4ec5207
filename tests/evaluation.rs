//! The index and the bytes together give what a naive look at each record gives.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use trailhound::base::cancel::Cancel;
use trailhound::base::origin::{FileId, Origin};
use trailhound::base::time::UtcMicros;
use trailhound::event::record::{Content, Record, UserIdentity};
use trailhound::event::resource::{Naming, ResourceRef};
use trailhound::index::batch::BatchBuilder;
use trailhound::index::place::FileNames;
use trailhound::index::segment::EventId;
use trailhound::index::writer::IndexWriter;
use trailhound::query::eval::search;
use trailhound::query::plan::bind;
use trailhound::query::{Context, parse};

/// One event, as little as the terms below ask of it.
#[derive(Debug, Clone)]
struct Event {
    name: &'static str,
    service: &'static str,
    user: &'static str,
    ip: Option<&'static str>,
    error: Option<&'static str>,
    second: Option<u8>,
    read_only: Option<bool>,
    bucket: Option<&'static str>,
    ua: Option<&'static str>,
    count: u8,
    id: u8,
}

impl Event {
    fn json(&self) -> String {
        let mut out = format!(
            r#"{{"eventName":"{}","n":{},"userIdentity":{{"userName":"{}"}}"#,
            self.name, self.count, self.user
        );
        if let Some(bucket) = self.bucket {
            let _ = write!(
                out,
                r#","requestParameters":{{"policy":"{{\"Bucket\":[\"{bucket}\"]}}"}}"#
            );
        }
        if let Some(error) = self.error {
            let _ = write!(
                out,
                r#","errorCode":"{error}","errorMessage":"No {error} today""#
            );
        }
        out.push('}');
        out
    }

    fn record(&self) -> Record<'static> {
        Record {
            event_time: self
                .second
                .map(|s| format!("2026-11-20T14:00:{:02}Z", s % 60).into()),
            event_source: Some(self.service.into()),
            event_name: Some(self.name.into()),
            source_ip: self.ip.map(Into::into),
            user_agent: self.ua.map(Into::into),
            error_code: self.error.map(Into::into),
            event_id: Some(format!("6f4ab5bd-2daa-4d00-be14-d92ef00000{:02x}", self.id).into()),
            recipient_account: Some("111122223333".into()),
            read_only: self.read_only,
            identity: UserIdentity {
                kind: Some("IAMUser".into()),
                arn: Some(format!("arn:aws:iam::111122223333:user/{}", self.user).into()),
                user_name: Some(self.user.into()),
                account_id: Some("111122223333".into()),
                ..UserIdentity::default()
            }
            .into(),
            resources: self
                .bucket
                .map(|b| ResourceRef::new(format!("arn:aws:s3:::{b}").into(), Naming::Recorded))
                .into_iter()
                .collect(),
            content: Content::Canonical(u64::from(self.id)),
            ..Record::default()
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    (
        (
            prop::sample::select(vec!["CreateUser", "ListFunctions20150331", "GetObject"]),
            prop::sample::select(vec!["iam.amazonaws.com", "s3.amazonaws.com"]),
            prop::sample::select(vec!["Alice", "malice", "team/bob"]),
            prop::option::of(prop::sample::select(vec![
                "203.0.113.7",
                "10.0.0.1",
                "ec2.amazonaws.com",
                "AWS Internal",
            ])),
            prop::option::of(prop::sample::select(vec!["AccessDenied", "NoSuchBucket"])),
        ),
        prop::option::of(0..60u8),
        prop::option::of(any::<bool>()),
        prop::option::of(prop::sample::select(vec!["prod", "prod/logs"])),
        prop::option::of(prop::sample::select(vec![
            "aws-cli/2.17 os/linux",
            "aws-cli/1.0 Windows/10",
            "Boto3/1.26 Linux/5.19-kali4-amd64",
        ])),
        0..30u8,
    )
        .prop_map(
            |((name, service, user, ip, error), second, read_only, bucket, ua, count)| Event {
                name,
                service,
                user,
                ip,
                error,
                second,
                read_only,
                bucket,
                ua,
                count,
                id: 0,
            },
        )
}

type Naive = fn(&Event) -> bool;

/// Terms and what they mean, said again without the index.
const TERMS: &[(&str, Naive)] = &[
    ("who:alice", |e| e.user == "Alice"),
    ("who:bob,malice", |e| e.user != "Alice"),
    ("who:user", |_| false),
    ("who:aws", |_| false),
    ("actor~/lice$/", |e| e.user.ends_with("lice")),
    ("who=\"arn:aws:iam::111122223333:user/Alice\"", |e| {
        e.user == "Alice"
    }),
    ("what:listfunctions", |e| e.name.starts_with("ListF")),
    ("what=ListFunctions", |_| false),
    ("what=ListFunctions20150331", |e| {
        e.name.starts_with("ListF")
    }),
    ("what:iam:Create*", |e| {
        e.name == "CreateUser" && e.service.starts_with("iam")
    }),
    ("what:s3:getobject", |e| {
        e.name == "GetObject" && e.service.starts_with("s3")
    }),
    ("svc:s3", |e| e.service.starts_with("s3")),
    ("svc:s3.amazonaws.com", |e| e.service.starts_with("s3")),
    ("svc:i*", |e| e.service.starts_with("iam")),
    ("verb:read", |e| match e.read_only {
        Some(reads) => reads,
        None => e.name != "CreateUser",
    }),
    ("err:denied", |e| e.error == Some("AccessDenied")),
    ("err:none", |e| e.error.is_none()),
    ("err:*", |e| e.error.is_some()),
    ("err:nosuchbucket", |e| e.error == Some("NoSuchBucket")),
    ("ip:203.0.113.0/24", |e| e.ip == Some("203.0.113.7")),
    ("ip:10.0.0.0..10.0.0.9", |e| e.ip == Some("10.0.0.1")),
    ("ip:public", |e| e.ip == Some("203.0.113.7")),
    ("ip:private", |e| e.ip == Some("10.0.0.1")),
    ("ip:aws", |e| {
        matches!(e.ip, Some("ec2.amazonaws.com" | "AWS Internal"))
    }),
    ("ip:none", |e| e.ip.is_none()),
    ("ip=\"AWS Internal\"", |e| e.ip == Some("AWS Internal")),
    ("ip:10.*", |e| e.ip == Some("10.0.0.1")),
    ("res:prod", |e| e.bucket.is_some()),
    ("res:prod/logs", |e| e.bucket == Some("prod/logs")),
    ("res:pro*", |e| e.bucket.is_some()),
    ("res:lo??", |e| e.bucket == Some("prod/logs")),
    ("res:ro*", |_| false),
    ("res:*", |e| e.bucket.is_some()),
    ("ro:no", |e| e.read_only == Some(false)),
    ("ro:*", |e| e.read_only.is_some()),
    ("root:yes", |_| false),
    ("acct:1111*", |_| true),
    ("type:iamuser", |_| true),
    ("id:6F4AB5BD-2daa-4d00-be14-d92ef0000000", |e| e.id == 0),
    ("id:*0003", |e| e.id == 3),
    ("since:2026-11-20T14:00:30Z", |e| {
        e.second.is_some_and(|s| s >= 30)
    }),
    ("until:2026-11-20T14:00:30Z", |e| {
        e.second.is_some_and(|s| s < 30)
    }),
    ("t:2026-11-20T14:00:10Z..2026-11-20T14:00:20Z", |e| {
        e.second.is_some_and(|s| (10..=20).contains(&s))
    }),
    ("t>2026-11-20T14:00:10Z", |e| {
        e.second.is_some_and(|s| s > 10)
    }),
    ("last:10s", |e| {
        e.second.is_some_and(|s| (40..=50).contains(&s))
    }),
    ("-t:*", |e| e.second.is_none()),
    ("lice", |e| e.user.to_lowercase().contains("lice")),
    ("PROD/", |e| e.bucket == Some("prod/logs")),
    ("nosuch*today", |e| e.error == Some("NoSuchBucket")),
    ("/^Bucket$/", |e| e.bucket.is_some()),
    ("msg:\"denied today\"", |e| e.error == Some("AccessDenied")),
    ("msg:*", |e| e.error.is_some()),
    (".n>12", |e| e.count > 12),
    (".n:3..7", |e| (3..=7).contains(&e.count)),
    (".requestParameters.policy.Bucket[]:prod", |e| {
        e.bucket == Some("prod")
    }),
    (".requestParameters:*", |e| e.bucket.is_some()),
    ("has:requestParameters", |e| e.bucket.is_some()),
    ("has:.requestParameters.policy.Bucket", |e| {
        e.bucket.is_some()
    }),
    ("has:eventName", |_| true),
    ("has:err,ua", |e| e.error.is_some() || e.ua.is_some()),
    ("tool:aws-cli", |e| tool(e) == Some("aws-cli")),
    ("tool:sdk", |e| tool(e) == Some("boto3")),
    ("tool:*", |e| e.ua.is_some()),
    ("tool~/^aws/", |e| tool(e) == Some("aws-cli")),
    ("os:linux", |e| {
        e.ua.is_some_and(|ua| ua.to_lowercase().contains("linux"))
    }),
    ("os:kali", |e| e.ua.is_some_and(|ua| ua.contains("kali"))),
    ("file:EAST-1/a", |_| true),
    ("file:west", |_| false),
    ("file=logs/us-east-1/a.json", |_| true),
];

fn tool(e: &Event) -> Option<&'static str> {
    e.ua.map(|ua| {
        if ua.starts_with("aws") {
            "aws-cli"
        } else {
            "boto3"
        }
    })
}

type AmongAll = fn(&Event, &[Event]) -> bool;

/// Terms about an event among all of them.
const OF_ALL: &[(&str, AmongAll)] = &[
    ("new:ip", |e, all| is_first(e, all, |e| e.ip, 0)),
    ("new:what", |e, all| is_first(e, all, |e| Some(e.name), 0)),
    ("new:tool", |e, all| is_first(e, all, tool, 0)),
    ("new:tool+20s", |e, all| is_first(e, all, tool, 20)),
    ("new:region", |_, _| false),
    ("flip:ok", |e, all| is_flipped(e, all, 24 * 3600)),
    ("flip:ok+10s", |e, all| is_flipped(e, all, 10)),
];

/// When and where an event stands; undated ones nowhere.
fn place(e: &Event) -> Option<(u32, u8)> {
    e.second.map(|s| (u32::from(s), e.id))
}

fn is_first(
    e: &Event,
    all: &[Event],
    value: fn(&Event) -> Option<&'static str>,
    within: u32,
) -> bool {
    let (Some(at), Some(wanted)) = (place(e), value(e)) else {
        return false;
    };
    let same = |o: &&Event| o.user == e.user && value(o) == Some(wanted);
    let first = all.iter().filter(same).filter_map(place).min();
    first.is_some_and(|first| first == at || within > 0 && at.0 - first.0 <= within)
}

/// Whether `denied` was refused what `later` did.
fn is_same_later(denied: &Event, later: &Event) -> bool {
    let target = denied.bucket.is_none() || denied.bucket == later.bucket;
    denied.error == Some("AccessDenied")
        && later.error.is_none()
        && (denied.user, denied.service, denied.name) == (later.user, later.service, later.name)
        && target
        && matches!((place(denied), place(later)), (Some(a), Some(b)) if a < b)
}

fn is_flipped(e: &Event, all: &[Event], within: u32) -> bool {
    let soon = |a: &Event, b: &Event| match (place(a), place(b)) {
        (Some(a), Some(b)) => b.0 - a.0 <= within,
        _ => false,
    };
    if e.error.is_some() {
        return all.iter().any(|s| is_same_later(e, s) && soon(e, s));
    }
    all.iter().any(|denied| {
        let between = |s: &Event| is_same_later(denied, s) && place(s) < place(e);
        is_same_later(denied, e) && soon(denied, e) && !all.iter().any(between)
    })
}

#[derive(Debug, Clone)]
enum Tree {
    Term(usize),
    OfAll(usize),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

impl Tree {
    fn text(&self) -> String {
        let joined = |parts: &[Self], by: &str| {
            let parts: Vec<_> = parts.iter().map(Self::text).collect();
            format!("({})", parts.join(by))
        };
        match self {
            Self::Term(i) => TERMS[*i].0.to_owned(),
            Self::OfAll(i) => OF_ALL[*i].0.to_owned(),
            Self::Not(inner) => format!("NOT {}", inner.text()),
            Self::And(parts) => joined(parts, " "),
            Self::Or(parts) => joined(parts, " OR "),
        }
    }

    fn holds(&self, event: &Event, all: &[Event]) -> bool {
        match self {
            Self::Term(i) => TERMS[*i].1(event),
            Self::OfAll(i) => OF_ALL[*i].1(event, all),
            Self::Not(inner) => !inner.holds(event, all),
            Self::And(parts) => parts.iter().all(|p| p.holds(event, all)),
            Self::Or(parts) => parts.iter().any(|p| p.holds(event, all)),
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let term = prop_oneof![
        4 => (0..TERMS.len()).prop_map(Tree::Term),
        1 => (0..OF_ALL.len()).prop_map(Tree::OfAll),
    ];
    term.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| Tree::Not(Box::new(t))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            prop::collection::vec(inner, 2..4).prop_map(Tree::Or),
        ]
    })
}

/// The rows a query finds, and the rows the naive look finds.
fn both(text: &str, events: &[Event], naive: impl Fn(&Event) -> bool) -> (Vec<u8>, Vec<u8>) {
    let context = Context {
        now: UtcMicros::parse("2026-11-20T14:00:50Z").expect("a moment"),
        ..Context::default()
    };
    let parsed = parse(text, &context);
    let expr = parsed
        .usable()
        .unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics));
    let mut builder = BatchBuilder::new(0, FileId(0));
    for (i, event) in events.iter().enumerate() {
        builder.push(&mut event.record(), i as u64, 1, false);
    }
    let names = FileNames::default();
    names.add(Origin::new("logs/us-east-1/a.json"));
    let mut writer = IndexWriter::new().with(names, Arc::default());
    writer.append(builder.take(), &|_| None);
    writer.finish_file();
    let snapshot = writer.publish();
    let found = search(&snapshot, &bind(expr, &snapshot), &Cancel::NEVER);
    let mut got = Vec::new();
    for (row, event) in events.iter().enumerate() {
        let id = EventId::nth(row);
        let by_bytes = match &found.residual {
            Some(residual) => residual.matches(id, event.json().as_bytes()),
            None => found.rows.contains(id),
        };
        assert!(
            !by_bytes || found.rows.contains(id),
            "{text}: not a candidate"
        );
        assert!(
            by_bytes || !found.sure.contains(id),
            "{text}: not sure at all"
        );
        if by_bytes {
            got.push(event.id);
        }
    }
    let expected = events.iter().filter(|e| naive(e)).map(|e| e.id).collect();
    (got, expected)
}

fn numbered(mut events: Vec<Event>) -> Vec<Event> {
    for (i, event) in events.iter_mut().enumerate() {
        event.id = i as u8;
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_query_finds_what_a_naive_look_finds(
        events in prop::collection::vec(event(), 1..20).prop_map(numbered),
        tree in tree(),
    ) {
        let text = tree.text();
        let (got, expected) = both(&text, &events, |e| tree.holds(e, &events));
        prop_assert_eq!(got, expected, "{}", text);
    }

    #[test]
    fn each_term_alone(events in prop::collection::vec(event(), 1..12).prop_map(numbered)) {
        let (got, all) = both("", &events, |_| true);
        prop_assert_eq!(got, all);
        for (text, naive) in TERMS {
            let (got, expected) = both(text, &events, naive);
            prop_assert_eq!(got, expected, "{}", text);
        }
        for (text, naive) in OF_ALL {
            let (got, expected) = both(text, &events, |e| naive(e, &events));
            prop_assert_eq!(got, expected, "{}", text);
        }
    }
}
