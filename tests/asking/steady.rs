//! Evidence that comes while somebody reads: links are found anew, and the cursor stays where it is.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use trailhound::app::action::Action;
use trailhound::app::chord::Chord;
use trailhound::app::state::{About, Overlay};
use trailhound::base::cancel::Cancel;
use trailhound::base::crew::Alone;
use trailhound::base::origin::FileId;
use trailhound::decode;
use trailhound::engine::protocol::{Reply, Searched};
use trailhound::index::batch::BatchBuilder;
use trailhound::index::schema::Col;
use trailhound::index::snapshot::Hits;
use trailhound::index::writer::IndexWriter;
use trailhound::pivot::kept::Kept;
use trailhound::pivot::lineage::{Lineage, Wishes};
use trailhound::pivot::portrait::Subject;
use trailhound::pivot::tree::What;

use crate::driver::Driver;
use crate::rows::Rows;

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

/// A screen that is told of more and more evidence.
struct Load {
    screen: Driver,
    writer: IndexWriter,
    kept: Kept,
    records: usize,
}

impl Load {
    fn new() -> Self {
        let mut load = Self {
            screen: Driver::demo(120, 24),
            writer: IndexWriter::new(),
            kept: Kept::going_on(),
            records: 0,
        };
        // Its pictures are newer than those of what the screen was opened with, of which a slow
        // machine makes more: two of one generation would be taken for the same.
        let shown = load.screen.state.snapshot.generation();
        while load.writer.publish().generation() <= shown {}
        load
    }

    /// More records, and the links as they stand with them.
    fn comes(&mut self, records: &[Value]) -> &mut Driver {
        let records: Vec<Value> = records
            .iter()
            .map(|record| {
                let mut record = record.clone();
                self.records += 1;
                let id = format!("6f4ab5bd-2daa-4d00-be14-{:012x}", self.records);
                record["eventID"] = json!(id);
                record
            })
            .collect();
        let mut rows = Rows(BatchBuilder::new(0, FileId(0)));
        let text = json!({ "Records": records }).to_string();
        decode::decode(&mut text.as_bytes(), &decode::Options::default(), &mut rows);
        self.writer.append(rows.0.take(), &|_| None);
        let (kept, mut lineage) = (&mut self.kept, Lineage::default());
        let snapshot = self.writer.publish_with(|s| {
            let wishes = Wishes::default();
            let grown = Lineage::with(kept, s, &wishes, &Cancel::NEVER, &Alone);
            lineage = grown.expect("nobody gives it up");
            Arc::clone(lineage.people())
        });
        self.screen.apply(Action::Reply(Reply::Grown(snapshot)));
        let lineage = Reply::Lineage(Arc::new(lineage));
        self.screen.apply(Action::Reply(lineage));
        self.screen.settle();
        &mut self.screen
    }
}

fn call(who: &Value, at: u32, name: &str) -> Value {
    json!({
        "eventVersion": "1.11", "userIdentity": who,
        "eventTime": format!("2026-11-20T10:{:02}:{:02}Z", at / 60, at % 60),
        "eventSource": "iam.amazonaws.com", "eventName": name, "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.4", "eventType": "AwsApiCall",
        "recipientAccountId": "123456789012",
    })
}

fn user(name: &str, key: &str) -> Value {
    json!({
        "type": "IAMUser", "principalId": format!("AIDA{}", name.to_uppercase()),
        "arn": format!("arn:aws:iam::123456789012:user/{name}"), "accountId": "123456789012",
        "userName": name, "accessKeyId": key,
    })
}

fn admin() -> Value {
    json!({
        "type": "AssumedRole", "principalId": "AROAADMIN:a", "accountId": "123456789012",
        "arn": "arn:aws:sts::123456789012:assumed-role/Admin/a", "accessKeyId": "ASIA1",
        "sessionContext": {"attributes": {"creationDate": "2026-11-20T10:01:55Z"}},
    })
}

/// A key that Admin makes for bob.
fn key_for_bob() -> Value {
    let mut made = call(&admin(), 125, "CreateAccessKey");
    made["responseElements"] = json!({"accessKey": {"accessKeyId": "AKIA7", "userName": "bob"}});
    made
}

/// What is there first: Alice, a role whose issuer is not known yet, and a key nobody used.
fn first() -> Vec<Value> {
    let alice = user("alice", "AKIA1");
    let mut first: Vec<Value> = (0..30)
        .map(|i| call(&alice, 20 + 2 * i, &format!("Step{i}")))
        .collect();
    first.extend([
        call(&alice, 100, "CreateGroup"),
        call(&alice, 105, "UpdateGroup"),
        call(&alice, 110, "DeleteGroup"),
        call(&admin(), 120, "CreatePolicy"),
        key_for_bob(),
        call(&admin(), 130, "DeletePolicy"),
        call(&user("zoe", "AKIAZ"), 90, "CreateRole"),
    ]);
    first
}

/// What comes later, piece by piece.
fn later() -> Vec<Vec<Value>> {
    let many = |name: &str, key: &str, from: u32, n: u32| {
        let who = user(name, key);
        (0..n).map(move |i| call(&who, from + i, "TagUser"))
    };
    let mut issued = call(&user("alice", "AKIA1"), 115, "AssumeRole");
    issued["eventSource"] = json!("sts.amazonaws.com");
    issued["responseElements"] = json!({
        "credentials": {"accessKeyId": "ASIA1"},
        "assumedRoleUser": {"assumedRoleId": "AROAADMIN:a"},
    });
    vec![
        many("alice", "AKIA1", 0, 60).collect(),
        many("adam", "AKIAD", 0, 40).collect(),
        vec![issued],
        vec![call(&user("bob", "AKIA7"), 140, "ListUsers")],
        many("carol", "AKIAC", 200, 90).collect(),
        many("alice", "AKIA0", 10, 30).collect(),
    ]
}

fn focused(d: &Driver) -> String {
    let id = d.state.focused_event().expect("an event");
    d.state
        .snapshot
        .text(Col::What, id)
        .unwrap_or("")
        .to_owned()
}

#[test]
fn the_list_stays_on_its_event() {
    for filter in ["", "who:user/alice", "who:user/alice OR via:Admin"] {
        let mut load = Load::new();
        load.comes(&first());
        load.screen.filter(filter);
        while focused(&load.screen) != "UpdateGroup" {
            load.screen.keys("j");
        }
        let at = load.screen.find("UpdateGroup");
        for (n, records) in later().iter().enumerate() {
            let d = load.comes(records);
            assert_eq!(focused(d), "UpdateGroup", "{filter} after {n}");
            assert_eq!(
                d.find("UpdateGroup"),
                at,
                "{filter} after {n}:\n{}",
                d.text()
            );
        }
        // The role is Alice's now, and the filter knows it.
        let hers = 60 + 30 + 30 + 3 + 1 + 3;
        let found = [hers + 40 + 90 + 1 + 1, hers];
        assert_eq!(load.screen.count(), found[usize::from(!filter.is_empty())]);
    }
}

#[test]
fn the_places_behind_say_what_is_there_now() {
    let mut load = Load::new();
    let places = |d: &Driver| d.text().lines().nth(1).unwrap_or("").trim().to_owned();
    load.comes(&first());
    let d = &mut load.screen;
    // Answered while more is being read.
    d.state.progress.done = false;
    let press = |d: &mut Driver, key| {
        d.apply(Action::Press(Chord::parse(key).expect("a key")));
    };
    press(d, "/");
    d.apply(Action::Paste("who:user/alice".to_owned()));
    press(d, "Enter");
    d.state.view.count = None;
    while d.state.view.count.is_none() {
        d.pump();
    }
    d.state.progress.done = true;
    d.filter("what:TagUser");
    let behind = "All 37 › who:user/alice ≥33 › [what:TagUser 0]";
    assert!(places(d).starts_with(behind), "{}", places(d));
    let d = load.comes(&later()[0]);
    let behind = "All 97 › who:user/alice ≥33 › [what:TagUser 60]";
    assert!(places(d).starts_with(behind), "{}", places(d));
    // It is asked anew when it is gone back to.
    d.keys("[");
    assert!(
        places(d).starts_with("All 97 › [who:user/alice 93]"),
        "{}",
        places(d)
    );
}

fn person(d: &Driver) -> String {
    let Some(Overlay::People(people)) = &d.state.overlay else {
        panic!("no list of people: {}", d.text());
    };
    let lines = people.lines.as_ref().expect("they are counted");
    lines[people.at].key.clone()
}

#[test]
fn the_people_stay_on_their_person() {
    let zoe = "arn:aws:iam::123456789012:user/zoe";
    for (wanted, last) in [(ALICE, ALICE), (zoe, zoe), ("AROAADMIN:a", ALICE)] {
        let mut load = Load::new();
        load.comes(&first()).keys("2");
        for _ in 0..3 {
            if person(&load.screen) != wanted {
                load.screen.keys("j");
            }
        }
        for (n, records) in later().iter().enumerate() {
            let d = load.comes(records);
            // A role that a link makes Alice's is Alice from then on.
            let wanted = if n < 2 { wanted } else { last };
            assert_eq!(person(d), wanted, "after {n}");
        }
    }
}

fn row(d: &Driver) -> What {
    let Some(Overlay::Chain(chain)) = &d.state.overlay else {
        panic!("no tree");
    };
    let focused = trailhound::app::chain::focused(chain);
    focused.expect("a row").what.clone()
}

#[test]
fn the_tree_stays_on_its_row() {
    // The session itself, and the key it made, which is bob's session once he uses it.
    for (keys, name) in [
        ("", "AROAADMIN:a"),
        ("j", "arn:aws:iam::123456789012:user/bob"),
    ] {
        let mut load = Load::new();
        load.comes(&first())
            .filter("actor:Admin/a")
            .keys("s")
            .keys(keys);
        for (n, records) in later().iter().enumerate() {
            let (before, d) = (row(&load.screen), load.comes(records));
            let is_used = n == 3 && !keys.is_empty();
            assert_eq!(
                row(d) == before,
                !is_used,
                "{keys} after {n}:\n{}",
                d.text()
            );
        }
        let session = row(&load.screen).session().expect("a session");
        let snapshot = &load.screen.state.snapshot;
        let caller = snapshot.session(session).and_then(|s| s.principal);
        assert_eq!(snapshot.principal(caller.expect("a caller")).key, name);
    }
}

#[test]
fn a_tree_of_a_person_follows_who_that_is() {
    let mut load = Load::new();
    load.comes(&first()).filter("actor:Admin/a").keys("s s");
    // The role stands for itself; what it made is folded away.
    load.screen.keys("g h");
    let rows = |d: &Driver| d.text().lines().filter(|l| l.contains("AKIA7")).count();
    for records in later() {
        load.comes(&records);
    }
    let d = &load.screen;
    let What::Person(number) = row(d) else {
        panic!("{}", d.text());
    };
    let people = d.state.lineage.people();
    assert_eq!(people.person(number).map(|p| p.key.as_str()), Some(ALICE));
    assert_eq!(rows(d), 0, "{}", d.text());
}

#[test]
fn a_page_of_a_role_becomes_that_of_who_is_behind_it() {
    let key = |d: &Driver| match &d.state.view.about {
        About::Subject(Subject::Principal(key), _) => key.clone(),
        other => panic!("{other:?}:\n{}", d.text()),
    };
    // The page that is looked at, and one that somebody comes back to.
    for is_left in [false, true] {
        let mut load = Load::new();
        load.comes(&first()).filter("actor:Admin/a").keys("p");
        assert_eq!(key(&load.screen), "AROAADMIN:a");
        if is_left {
            load.screen.filter("what:*");
        }
        for records in later() {
            load.comes(&records);
        }
        let d = &mut load.screen;
        if is_left {
            d.keys("[");
            d.settle();
        }
        assert_eq!(key(d), ALICE, "{is_left}:\n{}", d.text());
        assert!(!d.state.answer.hits.is_empty(), "{}", d.text());
        assert!(d.text().contains("alice is behind "), "{}", d.text());
    }
}

/// The events of a view that some columns tell of show at once; a key that moves waits for the others.
#[test]
fn what_columns_tell_of_shows_at_once_and_moves_wait_for_the_rest() {
    let press = |key: &str| Action::Press(Chord::parse(key).expect("a key"));
    let opened = || {
        let mut screen = Driver::demo(120, 36);
        screen.keys("/ ctrl-u").type_in("alice").keys("Enter j j j");
        screen.keys("/ ctrl-u").type_in("us-east-1").keys("Enter");
        screen
    };
    let mut whole = opened();
    whole.keys("[ j");

    let mut screen = opened();
    screen.apply(press("["));
    let on = screen.state.focused_event();
    assert_ne!(screen.state.answer.answered, screen.state.answer.asked);
    let order: Vec<_> = Hits::all(&screen.state.snapshot)
        .order
        .iter()
        .take(5)
        .copied()
        .collect();
    let hits = Hits {
        generation: screen.state.snapshot.generation(),
        order: order.into(),
    };
    screen.apply(Action::Reply(Reply::Hits {
        request: screen.state.answer.asked,
        hits,
        sorted: None,
        took: Duration::from_millis(5),
        searched: Some(Searched::Columns),
    }));
    let text = screen.text();
    assert!(text.contains("≥5 match, searching"), "{text}");
    screen.apply(press("j"));
    assert_eq!(screen.state.focused_event(), on, "a part moved the cursor");
    screen.settle();
    let ended = (screen.state.focused_event(), screen.count());
    assert_eq!(ended, (whole.state.focused_event(), whole.count()));
    assert_ne!(ended.0, on);
}
