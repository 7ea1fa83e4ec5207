//! A person in full: chains, the life of keys, what is new, who shares.

use super::{DATA, Evidence, Trail, iso, session, user};
use serde_json::json;
use trailhound::base::cancel::Cancel;
use trailhound::index::schema::{Col, Field};
use trailhound::index::segment::EventId;
use trailhound::pivot::person;
use trailhound::pivot::portrait::{Portrait, Subject};
use trailhound::pivot::profile::Profile;
use trailhound::query::marks::Marking;
use trailhound::view::profile::{Scene, chains};

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

fn profile(e: &Evidence) -> Profile {
    let is_hers = |id: &EventId| e.snapshot.person_of(*id).is_some_and(|p| p.key == ALICE);
    let events: Vec<EventId> = e.snapshot.order().iter().copied().filter(is_hers).collect();
    let subject = Subject::Principal(ALICE.to_owned());
    let portrait = Portrait::of(&e.snapshot, subject, &events, 0, &Cancel::NEVER);
    *portrait
        .and_then(|p| p.profile)
        .expect("nobody gives it up")
}

/// Alice works for a day, then comes from elsewhere, takes on a role, makes a key that another
/// uses, is refused and then is not.
fn trail() -> Trail {
    let mut t = Trail::default();
    let alice = user("alice", "AKIAALICE");
    for n in 0..12 {
        t.works(&alice, n * 600);
    }
    let late = 8 * 3600;
    let from = |more: serde_json::Value| {
        let mut record = json!({"sourceIPAddress": "203.0.113.7"});
        for (key, value) in more.as_object().cloned().unwrap_or_default() {
            record[key] = value;
        }
        record
    };
    let bucket = json!({"requestParameters": {"bucketName": "prod-data"}});
    let mut refused = from(bucket.clone());
    refused["errorCode"] = json!("AccessDenied");
    t.call(&alice, late, "s3", "DeleteBucket", refused);
    let glass = t.assume_in(&alice, DATA, "Glass", "g", "ASIAGLASS", late + 10);
    t.call(&glass, late + 20, "s3", "DeleteBucket", from(bucket));
    let key = json!({
        "requestParameters": {"userName": "backup"},
        "responseElements": {"accessKey": {"accessKeyId": "AKIABACKUP", "userName": "backup"}},
    });
    t.call(&glass, late + 30, "iam", "CreateAccessKey", from(key));
    let unused = json!({
        "requestParameters": {"userName": "spare"},
        "responseElements": {"accessKey": {"accessKeyId": "AKIASPARE", "userName": "spare"}},
    });
    t.call(&glass, late + 35, "iam", "CreateAccessKey", from(unused));
    let backup = user("backup", "AKIABACKUP");
    t.call(&backup, late + 40, "s3", "ListBuckets", from(json!({})));
    // A service with a key of hers that nobody issued.
    let by_service = user("alice", "ASIATHROWAWAY")
        .context("attributes", json!({"creationDate": iso(late)}))
        .with("invokedBy", json!("s3.amazonaws.com"));
    t.works(&by_service, late + 50);
    t
}

#[test]
fn keys_have_a_life() {
    let e = trail().load();
    let p = profile(&e);
    let lives: Vec<String> = p
        .keys
        .iter()
        .map(|k| {
            let by = k.made.and_then(|id| e.snapshot.person_of(id));
            let made = by.map_or("?", |p| p.label.as_str());
            let others: Vec<&str> = k.others.iter().map(|(p, _)| p.label.as_str()).collect();
            format!("{} {} by {made} others {others:?}", k.key, k.events)
        })
        .collect();
    assert_eq!(
        lives,
        [
            r#"AKIABACKUP 0 by alice others ["backup"]"#,
            "AKIASPARE 0 by alice others []",
            "AKIAALICE 14 by ? others []",
            "ASIAGLASS 3 by alice others []",
        ]
    );
    let scene = Scene {
        snapshot: &e.snapshot,
        lineage: &e.lineage,
        zone: chrono_tz::UTC,
        who: ALICE,
    };
    let (card, _) = scene.keys(&p);
    let spare = card
        .rows
        .iter()
        .find(|r| r.label.as_str().starts_with("AKIASPARE"));
    assert_eq!(
        spare.expect("a row").detail.as_str(),
        "no use of this key in the loaded evidence"
    );
}

#[test]
fn what_is_new_was_not_there_before() {
    let e = trail().load();
    let p = profile(&e);
    assert!(p.has_habits);
    let of = |field: Field| -> Vec<&str> {
        let all = p.fresh.iter().filter(|f| f.field == field);
        all.map(|f| f.value.as_str()).collect()
    };
    assert_eq!(of(Field::Ip), ["203.0.113.7"]);
    assert_eq!(of(Field::Via), ["arn:aws:iam::444455556666:role/Glass"]);
    // `DeleteBucket` was tried, and denied, before the role was taken on.
    assert_eq!(
        of(Field::What),
        ["CreateAccessKey", "AssumeRole", "DeleteBucket"]
    );
    assert_eq!(of(Field::Tool), [""; 0]);
    // The rule is that of `new:`, which the list of people counts by, too.
    for fresh in &p.fresh {
        let rows = Marking::New(fresh.field, None).rows(&e.snapshot);
        assert!(rows.contains(fresh.event), "{fresh:?}");
    }
    let all = e.snapshot.order();
    let mut lines = person::people(&e.snapshot, all, &Cancel::NEVER).expect("not given up");
    person::tell_news(&e.snapshot, &mut lines, &e.snapshot.all(), &Cancel::NEVER)
        .expect("not given up");
    let alice = lines.iter().find(|l| l.key == ALICE).expect("she acts");
    assert_eq!(alice.news_words(), "ip via acct what 3");
    assert!(
        lines
            .iter()
            .all(|l| l.key == ALICE || l.news == Some([0; 6]))
    );

    // Of somebody seen for the first time nothing can be called new.
    let mut t = Trail::default();
    t.works(&user("alice", "AKIAALICE"), 0);
    let p = profile(&t.load());
    assert!(!p.has_habits && p.fresh.is_empty());
}

#[test]
fn who_shares_an_address_or_a_key_is_named() {
    let p = profile(&trail().load());
    let shares: Vec<String> = p
        .shares
        .iter()
        .map(|s| {
            format!(
                "{} {} {} {}",
                s.field.name(),
                s.value,
                s.other.label,
                s.events
            )
        })
        .collect();
    assert_eq!(
        shares,
        ["key AKIABACKUP backup 1", "ip 203.0.113.7 backup 1"]
    );
}

#[test]
fn chains_stand_behind_each_other_and_refusals_that_turned_are_counted() {
    let e = trail().load();
    let p = profile(&e);
    let shown: Vec<(usize, &str)> = chains(&e.snapshot, &e.lineage, &p.sessions)
        .iter()
        .map(|c| {
            let key = e.snapshot.session(c.acted.session).and_then(|s| s.key);
            (
                c.depth,
                key.map_or("", |k| e.snapshot.dict(Col::Key).text(k)),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [(0, "AKIAALICE"), (1, "ASIAGLASS"), (0, "ASIATHROWAWAY")]
    );
    assert_eq!(p.flips, [("AccessDenied".to_owned(), 1)]);
    let gone = p.standings.get("arn:aws:s3:::prod-data");
    assert_eq!(gone.map(|s| s.name()), Some("deleted"));
}

#[test]
fn the_same_name_elsewhere_is_offered_and_stays_another() {
    let mut t = trail();
    t.works(&super::user_in(DATA, "Alice", "AKIAOTHER"), 5);
    t.works(&session(DATA, "Dev", "alice@example.com", "ASIADEV", 5), 6);
    t.works(&user("malice", "AKIAMALICE"), 7);
    let p = profile(&t.load());
    let names: Vec<&str> = p.namesakes.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(names, ["Dev/alice@example.com", "Alice"]);
}
