//! Trails made to measure: identities, the calls that give birth to others, and their lineage.

mod calls;
mod dot;
mod person;
#[path = "../support/rows.rs"]
mod rows;

use serde_json::{Value, json};
use std::sync::Arc;
use trailhound::base::cancel::Cancel;
use trailhound::base::crew::Alone;
use trailhound::base::origin::FileId;
use trailhound::decode;
use trailhound::event::birth::Confidence;
use trailhound::index::batch::BatchBuilder;
use trailhound::index::schema::Col;
use trailhound::index::segment::EventId;
use trailhound::index::snapshot::Snapshot;
use trailhound::index::symbols::Sym;
use trailhound::index::writer::IndexWriter;
use trailhound::pivot::kept::Kept;
use trailhound::pivot::lineage::{Lineage, Parent, Wishes};
use trailhound::pivot::portrait::{Gallery, Portrait, Subject};
use trailhound::pivot::tree;
use trailhound::query::eval::search;
use trailhound::query::plan::bind;
use trailhound::query::{Context, parse};
use trailhound::report;
use trailhound::report::lineage::{Found, write_dot, write_json};

use rows::Rows;

pub const PROD: &str = "123456789012";
pub const DATA: &str = "444455556666";

/// A caller: its `userIdentity` and where its calls are logged.
#[derive(Debug, Clone)]
pub struct Who {
    pub identity: Value,
    pub account: &'static str,
}

impl Who {
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.identity[key] = value;
        self
    }

    /// Sets a member of `sessionContext`.
    pub fn context(mut self, key: &str, value: Value) -> Self {
        self.identity["sessionContext"][key] = value;
        self
    }
}

/// A moment, in seconds after the trail's begin.
pub fn iso(at: i64) -> String {
    format!(
        "2026-11-20T{:02}:{:02}:{:02}Z",
        10 + at / 3600,
        at / 60 % 60,
        at % 60
    )
}

pub fn user(name: &str, key: &str) -> Who {
    user_in(PROD, name, key)
}

pub fn user_in(account: &'static str, name: &str, key: &str) -> Who {
    let mut identity = json!({
        "type": "IAMUser",
        "principalId": format!("AIDA{}", name.to_uppercase()),
        "arn": format!("arn:aws:iam::{account}:user/{name}"),
        "accountId": account,
        "userName": name,
    });
    if !key.is_empty() {
        identity["accessKeyId"] = json!(key);
    }
    Who { identity, account }
}

pub fn session(account: &'static str, role: &str, name: &str, key: &str, at: i64) -> Who {
    let identity = json!({
        "type": "AssumedRole",
        "principalId": format!("AROA{}:{name}", role.to_uppercase()),
        "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"),
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": format!("AROA{}", role.to_uppercase()),
                "arn": format!("arn:aws:iam::{account}:role/{role}"),
                "accountId": account,
                "userName": role,
            },
            "attributes": {"creationDate": iso(at), "mfaAuthenticated": "false"},
        },
    });
    Who { identity, account }
}

pub fn service(name: &str) -> Who {
    Who {
        identity: json!({"type": "AWSService", "invokedBy": name}),
        account: PROD,
    }
}

pub fn other_account(account: &'static str, caller: &Who) -> Who {
    Who {
        identity: json!({
            "type": "AWSAccount",
            "principalId": caller.identity["principalId"],
            "accountId": caller.account,
        }),
        account,
    }
}

/// Records in the making.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    pub records: Vec<Value>,
}

impl Trail {
    /// Adds a record; the value is merged over what every record has.
    pub fn call(&mut self, who: &Who, at: i64, service: &str, name: &str, more: Value) -> String {
        let id = format!("6f4ab5bd-2daa-4d00-be14-{:012x}", self.records.len() + 1);
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": who.identity,
            "eventTime": iso(at),
            "eventSource": format!("{service}.amazonaws.com"),
            "eventName": name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.4",
            "userAgent": "aws-cli/2.17.1",
            "requestParameters": null,
            "responseElements": null,
            "eventID": id,
            "eventType": "AwsApiCall",
            "recipientAccountId": who.account,
        });
        if let Value::Object(more) = more {
            for (key, value) in more {
                record[key] = value;
            }
        }
        self.records.push(record);
        id
    }

    /// Something that a session does, to be seen at all.
    pub fn works(&mut self, who: &Who, at: i64) -> &mut Self {
        self.call(who, at, "s3", "ListBuckets", json!({"readOnly": true}));
        self
    }

    pub fn issued(role: &str, name: &str, key: &str, account: &str, at: i64) -> Value {
        json!({
            "credentials": {
                "accessKeyId": key,
                "expiration": iso(at + 3600),
                "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
            },
            "assumedRoleUser": {
                "assumedRoleId": format!("AROA{}:{name}", role.to_uppercase()),
                "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"),
            },
        })
    }

    /// `AssumeRole` by a caller of the same account; gives the session.
    pub fn assume(&mut self, who: &Who, role: &str, name: &str, key: &str, at: i64) -> Who {
        self.assume_in(who, who.account, role, name, key, at)
    }

    /// `AssumeRole` as the caller's account logs it.
    pub fn assume_in(
        &mut self,
        who: &Who,
        account: &'static str,
        role: &str,
        name: &str,
        key: &str,
        at: i64,
    ) -> Who {
        self.call(
            who,
            at,
            "sts",
            "AssumeRole",
            json!({
                "requestParameters": {
                    "roleArn": format!("arn:aws:iam::{account}:role/{role}"),
                    "roleSessionName": name,
                },
                "responseElements": Self::issued(role, name, key, account, at),
                "sharedEventID": format!("5c1e0000-2daa-4d00-be14-{at:012x}"),
            }),
        );
        session(account, role, name, key, at)
    }

    /// The same call as the role's account logs it.
    pub fn assume_seen(
        &mut self,
        who: &Who,
        account: &'static str,
        role: &str,
        name: &str,
        key: &str,
        at: i64,
    ) {
        self.call(
            &other_account(account, who),
            at,
            "sts",
            "AssumeRole",
            json!({
                "requestParameters": {
                    "roleArn": format!("arn:aws:iam::{account}:role/{role}"),
                    "roleSessionName": name,
                },
                "responseElements": Self::issued(role, name, key, account, at),
                "sharedEventID": format!("5c1e0000-2daa-4d00-be14-{at:012x}"),
            }),
        );
    }

    /// The evidence, its records in the order given, split into files of `size` records.
    pub fn load_as(&self, order: &[usize], size: usize) -> Evidence {
        let mut writer = IndexWriter::new();
        self.append_as(order, size, &mut writer, |_| ());
        Evidence::of(&mut writer, &Wishes::default())
    }

    /// The evidence after each file, its lineage grown from file to file; what was kept of it goes
    /// with the last, as it does at the end of a load.
    pub fn grow(&self, order: &[usize], size: usize, mut look: impl FnMut(Evidence)) {
        let (mut kept, wishes) = (Kept::going_on(), Wishes::default());
        let mut writer = IndexWriter::new();
        let mut to_come = order.chunks(size.max(1)).len();
        self.append_as(order, size, &mut writer, |writer| {
            to_come -= 1;
            if to_come == 0 {
                kept.for_the_last_time();
            }
            let mut lineage = Lineage::default();
            let snapshot = writer.publish_with(|s| {
                let grown = Lineage::with(&mut kept, s, &wishes, &Cancel::NEVER, &Alone);
                lineage = grown.expect("nobody gives it up");
                Arc::clone(lineage.people())
            });
            look(Evidence { snapshot, lineage });
        });
    }

    fn append_as(
        &self,
        order: &[usize],
        size: usize,
        writer: &mut IndexWriter,
        mut appended: impl FnMut(&mut IndexWriter),
    ) {
        for (n, chunk) in order.chunks(size.max(1)).enumerate() {
            let records: Vec<&Value> = chunk.iter().map(|i| &self.records[*i]).collect();
            let text = json!({ "Records": records }).to_string();
            let mut rows = Rows(BatchBuilder::new(0, FileId(n as u32)));
            let options = decode::Options::default();
            decode::decode(&mut text.as_bytes(), &options, &mut rows);
            writer.append(rows.0.take(), &|_| None);
            appended(writer);
        }
    }

    pub fn load(&self) -> Evidence {
        let order: Vec<usize> = (0..self.records.len()).collect();
        self.load_as(&order, usize::MAX)
    }

    pub fn load_with(&self, wishes: &Wishes) -> Evidence {
        let text = json!({ "Records": self.records }).to_string();
        let mut rows = Rows(BatchBuilder::new(0, FileId(0)));
        decode::decode(&mut text.as_bytes(), &decode::Options::default(), &mut rows);
        let mut writer = IndexWriter::new();
        writer.append(rows.0.take(), &|_| None);
        Evidence::of(&mut writer, wishes)
    }
}

/// A loaded trail with its lineage.
pub struct Evidence {
    pub snapshot: Arc<Snapshot>,
    pub lineage: Lineage,
}

impl Evidence {
    fn of(writer: &mut IndexWriter, wishes: &Wishes) -> Self {
        let mut lineage = Lineage::default();
        let snapshot = writer.publish_with(|s| {
            lineage = Lineage::of(s, wishes, &Cancel::NEVER).expect("nobody gives it up");
            Arc::clone(lineage.people())
        });
        Self { snapshot, lineage }
    }

    fn sessions(&self) -> impl Iterator<Item = Sym> {
        (0..self.snapshot.sessions().len()).filter_map(Sym::at)
    }

    /// What a session is called in a test: its key, else its principal's label.
    pub fn name(&self, sym: Sym) -> String {
        let s = self.snapshot.session(sym).expect("a session");
        if let Some(key) = self.lineage.keys_of(&self.snapshot, sym).first() {
            return (*key).to_owned();
        }
        let p = self.snapshot.principal(s.principal.expect("a caller"));
        format!("{} {}", s.kind.name(), p.label)
    }

    /// Every link: `child <- parent kind confidence odd`, sorted.
    pub fn links(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .lineage
            .links
            .iter()
            .map(|l| {
                let parent = match &l.parent {
                    Parent::Session(p) => self.name(*p),
                    Parent::Identity(p) => format!("({})", p.label),
                };
                let odd = l.odd.map_or(String::new(), |o| format!(" {}", o.name()));
                format!(
                    "{} <- {parent} {} {}{odd}",
                    self.name(l.child),
                    l.kind.name(),
                    l.confidence.name()
                )
            })
            .collect();
        all.sort();
        all
    }

    /// The key of the person behind a session of a name.
    pub fn person(&self, name: &str) -> String {
        let found: Vec<Sym> = self.sessions().filter(|s| self.name(*s) == name).collect();
        assert_eq!(found.len(), 1, "{name} among {:?}", self.names());
        let person = self.lineage.people().of(found[0]);
        person.map_or(String::new(), |p| p.label.clone())
    }

    /// Events that a query finds.
    pub fn count(&self, text: &str) -> usize {
        let parsed = parse(text, &Context::default());
        assert!(parsed.diagnostics.is_empty(), "{text}: {parsed:?}");
        let expr = parsed.expr.expect("a query");
        let plan = bind(&expr, &self.snapshot);
        search(&self.snapshot, &plan, &Cancel::NEVER).rows.len()
    }

    pub fn names(&self) -> Vec<String> {
        self.sessions().map(|s| self.name(s)).collect()
    }

    /// The events of a person, by time.
    pub fn own_events(&self, key: &str) -> Option<Vec<EventId>> {
        let number = self.snapshot.people().find(key)?;
        let events = self.snapshot.order().iter().copied();
        let own = events.filter(|id| self.snapshot.person_number(*id) == number);
        Some(own.collect())
    }

    /// Everybody in full, as `who '*' --format json` writes it.
    pub fn cards(&self) -> String {
        let mut people: Vec<&str> = self
            .lineage
            .people()
            .iter()
            .map(|(_, p)| p.key.as_str())
            .collect();
        people.sort_unstable();
        let gallery = Gallery::of(&self.snapshot, &people, &Cancel::NEVER).expect("nobody stops");
        let portraits = people.iter().filter_map(|key| {
            let own = self.own_events(key)?;
            let together = gallery.portrait(key, &own, &Cancel::NEVER);
            // Who is looked at among others looks as alone.
            let subject = Subject::Principal((*key).to_owned());
            let alone = Portrait::of(&self.snapshot, subject, &own, 0, &Cancel::NEVER);
            assert_eq!(together, alone, "{key}");
            together
        });
        let found = report::portrait::Found {
            asked: "*".to_owned(),
            events: 0,
            subjects: Vec::new(),
        };
        let mut out = Vec::new();
        let both = (&*self.snapshot, &self.lineage);
        report::portrait::json(both, &found, "people", portraits, &mut |text| {
            out.extend_from_slice(text);
            Ok(())
        })
        .expect("to memory");
        let mut cards: Value = serde_json::from_slice(&out).expect("JSON");
        // Events of one moment stand as in the timeline: as their files do, one after the other.
        for person in cards["people"].as_array_mut().expect("people") {
            let changes = person["changes"].as_array_mut().expect("changes");
            changes.sort_by_key(|c| (c["time"].to_string(), c["id"].to_string()));
        }
        cards.to_string()
    }

    /// Everything, as `lineage '*'` finds it.
    fn found(&self) -> Found<'_> {
        let people = self.lineage.people();
        let mut persons: Vec<(&str, u32)> =
            people.iter().map(|(n, p)| (p.key.as_str(), n)).collect();
        persons.sort_unstable();
        let wanted = tree::Wanted {
            confidence: Confidence::Inferred,
            most: 0,
        };
        let trees = persons
            .iter()
            .map(|(_, n)| tree::of_person(&self.snapshot, &self.lineage, *n, wanted));
        Found {
            snapshot: &self.snapshot,
            lineage: &self.lineage,
            asked: "*".to_owned(),
            trees: trees.collect(),
            chosen: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Everything, as `lineage '*' --format dot` writes it.
    pub fn dot(&self) -> String {
        let mut out = Vec::new();
        write_dot(&self.found(), &mut out).expect("memory takes it");
        String::from_utf8(out).expect("DOT is UTF-8")
    }

    /// Everything, as `lineage '*' --format json` writes it.
    pub fn json(&self) -> String {
        let found = self.found();
        let mut out = Vec::new();
        let name = |id| {
            // Two records of one id are told apart by what else they say.
            let agent = self.snapshot.text(Col::Ua, id).unwrap_or_default();
            let id = self.snapshot.recorded_id(id).unwrap_or_default();
            format!("{id} {agent}")
        };
        let mut write = |text: &[u8]| {
            out.extend_from_slice(text);
            Ok(())
        };
        write_json(&found, &name, &mut write).expect("memory takes it");
        String::from_utf8(out).expect("JSON is UTF-8")
    }
}
