//! People: the view of a person, the tree of sessions, what is said of identities, and the review
//! tasks that these answer, each with the keys it takes.

use std::collections::BTreeSet;

use trailhound::app::state::{About, Overlay};
use trailhound::event::outcome::Outcome;
use trailhound::index::schema::Col;
use trailhound::index::segment::EventId;
use trailhound::pivot::identity::Statement;

use crate::driver::Driver;
use crate::task::Task;

const ALICE: &str = "arn:aws:iam::123456789012:user/Alice";
const HER_MAIL: &str = "arn:aws:identitystore::123456789012:identitystore/d-92670ab1c2#71d970a6-14ff-496f-87c1-e948290fa6bf";

/// Puts the focus of the list of people on a person.
fn on_person(d: &mut Driver, key: &str) {
    let Some(Overlay::People(people)) = &d.state.overlay else {
        panic!("no list of people");
    };
    let lines = people.lines.as_ref().expect("it is on the screen");
    let at = lines
        .iter()
        .position(|p| p.key == key)
        .expect("it is on the screen");
    d.keys("g");
    for _ in 0..at {
        d.keys("j");
    }
}

/// The key of the person the cursor is on.
fn person_at(d: &Driver) -> &str {
    let Some(Overlay::People(people)) = &d.state.overlay else {
        panic!("no list of people");
    };
    let lines = people.lines.as_ref().expect("it is on the screen");
    &lines[people.at].key
}

/// The focus on the first row of a card whose title begins so, by keys that count.
fn on_card(task: &mut Task, title: &str) {
    let at = |task: &mut Task| {
        let portrait = task.screen.screen().portrait.expect("it is on the screen");
        let card = portrait
            .sections
            .iter()
            .position(|s| s.title.starts_with(title));
        (
            card.expect("it is on the screen"),
            task.screen.state.view.portrait_at.0,
        )
    };
    let (wanted, _) = at(task);
    task.keys("Tab");
    while at(task).1 < wanted {
        task.keys("l");
    }
    assert_eq!(at(task).1, wanted);
}

#[test]
fn two_identities_are_made_one_and_told_apart_again() {
    let mut d = Driver::demo(120, 36);
    d.keys("2");
    on_person(&mut d, ALICE);
    d.keys("m");
    on_person(&mut d, HER_MAIL);
    d.keys("m").type_in("her mail");
    assert!(d.find("Alice and alice@").is_some(), "{}", d.text());
    d.keys("Enter");
    // The cursor follows the one into the other.
    assert_eq!(person_at(&d), ALICE);
    let same = Statement::Same {
        person: ALICE.into(),
        other: HER_MAIL.into(),
        reason: "her mail".into(),
    };
    assert_eq!(d.said.as_ref().unwrap().statements, [same]);
    d.keys("Esc").filter(&format!("who=\"{ALICE}\""));
    assert_eq!(d.count(), 510 + 17);

    // So does the card of a session of the other's, which hangs below the one.
    d.filter(&format!("actor=\"{HER_MAIL}\"")).keys("s");
    assert!(d.find("said by you").is_some(), "{}", d.text());
    d.keys("Esc").filter(&format!("who=\"{ALICE}\""));

    // It is said where the person is shown, and can be taken back.
    d.keys("p");
    assert!(d.find("said by you").is_some(), "{}", d.text());
    d.keys("[ 2 U Esc").filter(&format!("who=\"{ALICE}\""));
    assert_eq!(d.count(), 510);
    assert!(d.said.as_ref().unwrap().statements.is_empty());
    d.keys("2 U");
    assert_eq!(d.said.as_ref().unwrap().statements.len(), 0);
}

#[test]
fn the_account_has_a_column_where_there_is_room() {
    let mut d = Driver::demo(120, 36);
    let accounts = std::sync::Arc::make_mut(&mut d.state.accounts);
    accounts.insert("444455556666".to_owned(), "data".to_owned());
    d.keys("2");
    let (heading, _) = d.find("ACCOUNT").expect("a column");
    for account in ["123456789012", "data"] {
        let text = d.text();
        let is_there = |line: &str| {
            line.chars()
                .skip(heading.into())
                .collect::<String>()
                .starts_with(account)
        };
        assert!(text.lines().any(is_there), "{account}:\n{text}");
    }
    d.resize(80, 24);
    assert!(d.find("ACCOUNT").is_none(), "{}", d.text());
    assert!(d.find("worker-instance/i-").is_some(), "{}", d.text());
}

#[test]
fn a_caller_is_parted_from_the_person_its_links_lead_to() {
    let mut d = Driver::demo(120, 36);
    d.filter("via:BreakGlass what:DeleteLoadBalancer");
    assert_eq!(
        d.state
            .snapshot
            .person_of(d.state.focused_event().unwrap())
            .unwrap()
            .key,
        ALICE
    );
    d.keys("s x").type_in("borrowed");
    // The tree stays under the question, which says what it asks.
    assert!(d.find("Lineage of a session").is_some(), "{}", d.text());
    assert!(d.find("why is it another person").is_some(), "{}", d.text());
    d.keys("Enter");
    assert!(d.find("said by you").is_some(), "{}", d.text());
    assert!(d.find("¤").is_some(), "{}", d.text());
    d.keys("Esc");
    let event = d.state.focused_event().unwrap();
    let person = d.state.snapshot.person_of(event).unwrap();
    assert_eq!(person.label, "BreakGlass/maint-1120");
    d.keys("s U Esc");
    let person = d.state.snapshot.person_of(event).unwrap();
    assert_eq!(person.key, ALICE);
}

/// What an event is called by one of its columns.
fn named(d: &Driver, col: Col) -> BTreeSet<&str> {
    let events = d.state.answer.hits.order.iter();
    events
        .filter_map(|id| d.state.snapshot.text(col, *id))
        .collect()
}

/// Who is behind the events at hand.
fn people(d: &Driver) -> BTreeSet<&str> {
    let events = d.state.answer.hits.order.iter();
    events
        .filter_map(|id| d.state.snapshot.person_of(*id))
        .map(|p| p.label.as_str())
        .collect()
}

#[test]
fn what_a_person_did_through_roles_elsewhere() {
    let mut task = Task::new();
    task.filter("who:user/Alice via:* xacct:yes");
    let d = &task.screen;
    assert_eq!(d.count(), 348 + 14);
    let roles = named(d, Col::Via);
    assert!(roles.iter().any(|r| r.ends_with("role/DataRead")));
    assert!(roles.iter().any(|r| r.ends_with("role/DevReadOnly")));
    assert_eq!(people(d), ["Alice"].into());
    task.took("2 what Alice did through roles in other accounts", 3);
}

/// The list says it without a key; the key is for the proof.
#[test]
fn the_human_behind_a_session_of_no_name() {
    let mut task = Task::new();
    task.screen.filter("actor:botocore-session-1795183805");
    task.shows("Alice (DataRead)")
        .keys("s")
        .shows("issued-key [exact]");
    assert_eq!(people(&task.screen), ["Alice"].into());
    task.took("6 which human is behind it, with the proof", 1);
}

#[test]
fn what_was_made_and_what_became_of_it() {
    let mut task = Task::new();
    task.screen.filter("what:DeleteLoadBalancer via:BreakGlass");
    task.keys("p");
    on_card(&mut task, "Resources touched");
    let portrait = task.screen.screen().portrait.expect("it is on the screen");
    let card = &portrait.sections[task.screen.state.view.portrait_at.0];
    let state = |name: &str| {
        let row = card
            .rows
            .iter()
            .find(|r| r.label.as_str().starts_with(name));
        row.map(|r| r.detail.as_str().to_owned())
            .unwrap_or_default()
    };
    assert!(state("app/prod-web").starts_with("DELETED"));
    assert!(state("key-pair/kp-1120").starts_with("created"));
    task.took("7 what they made, and whether it still exists", 5);
}

#[test]
fn who_used_the_key_that_was_made() {
    let mut task = Task::new();
    task.screen
        .filter("what:CreateAccessKey who:user/Alice err:none");
    task.keys("p");
    on_card(&mut task, "Keys");
    task.keys("j Enter");
    let d = &mut task.screen;
    assert_eq!(d.state.view.about, About::Timeline);
    assert_eq!((people(d), d.count()), (["svc-backup"].into(), 9));
    d.keys("[");
    assert!(matches!(d.state.view.about, About::Subject(..)));
    task.took("8 who used the key the intruder made", 6);
}

#[test]
fn why_a_person_is_denied() {
    let mut task = Task::new();
    task.screen.filter("who:user/Alice err:denied");
    task.keys("p");
    on_card(&mut task, "Errors");
    task.keys("Enter");
    let d = &task.screen;
    assert!(d.count() > 0);
    let denied = |id: &EventId| d.state.snapshot.facts(*id).outcome() == Outcome::Denied;
    assert!(d.state.answer.hits.order.iter().all(denied));
    task.took("13 why they are denied", 8);
    // Which action, on what, by which policy: the card beside says so without another key.
    task.screen.keys("[");
    task.screen.filter("who:user/Alice err:denied").keys("p");
    task.shows("no identity-based policy");
}

#[test]
fn how_much_left_through_s3_by_a_session() {
    let mut task = Task::new();
    task.screen.filter("actor:botocore-session-1795183805");
    let events = task.screen.state.answer.hits.order.iter();
    let bytes = events.filter_map(|id| task.screen.state.snapshot.bytes_out(*id));
    let sum: u64 = bytes.sum();
    assert_eq!(sum, 2_110_181_768);
    task.keys("s").shows("305 ev 2.1 GB out");
    task.took("16 what left through S3 by this session", 1);
    task.keys("Esc p").shows("2.1 GB out of S3");
}

#[test]
fn every_row_of_a_person_leads_to_events_and_back() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:DeleteLoadBalancer via:BreakGlass")
        .keys("p Tab");
    let cards: Vec<usize> = d
        .screen()
        .portrait
        .unwrap()
        .sections
        .iter()
        .map(|s| s.rows.len().min(3))
        .collect();
    for (card, rows) in cards.into_iter().enumerate() {
        for row in 0..rows {
            d.state.view.portrait_at = (card, row);
            d.keys("Enter");
            assert!(
                d.count() > 0,
                "card {card} row {row}: {}",
                d.state.view.text
            );
            if !matches!(
                &d.state.view.about,
                About::Subject(trailhound::pivot::portrait::Subject::Principal(_), _)
            ) {
                d.keys("[");
            }
            assert!(
                matches!(&d.state.view.about, About::Subject(..)),
                "card {card} row {row}"
            );
            d.state.focus = trailhound::app::state::Focus::Portrait;
        }
    }
}

#[test]
fn the_time_takes_most_of_the_room_when_asked() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:DeleteLoadBalancer via:BreakGlass").keys("s");
    let bars = |d: &Driver| d.text().matches('━').count();
    let before = bars(&d);
    d.keys("v");
    assert!(bars(&d) > before * 2);
    d.keys("v");
    assert_eq!(bars(&d), before);
}

#[test]
fn accounts_are_called_by_the_names_of_the_config_file() {
    let mut d = Driver::demo(120, 36);
    let names = [("123456789012".to_owned(), "prod-main".to_owned())];
    d.state.accounts = std::sync::Arc::new(names.into_iter().collect());
    d.filter("what:DeleteLoadBalancer via:BreakGlass").keys("s");
    assert!(d.find("@prod-main").is_some(), "{}", d.text());
    d.keys("Esc 2");
    assert!(d.find("prod-main").is_some(), "{}", d.text());
    d.keys("Esc p");
    assert!(d.find("account prod-main").is_some(), "{}", d.text());
    // What the account is in a filter stays its number.
    assert!(d.find("123456789012:user/Alice").is_some());
}

/// In a narrow terminal, and where time has most of the room, rows are still called something; and
/// the card of each row says what it is.
#[test]
fn rows_of_the_tree_keep_their_names_and_have_a_card_each() {
    let mut d = Driver::demo(80, 24);
    d.filter(&format!("who=\"{ALICE}\"")).keys("s s v");
    assert!(d.find("▾ Alice  user").is_some(), "{}", d.text());
    assert!(
        d.find("63 sessions, 5 by exact links, 50 by strong")
            .is_some()
    );
    let (_, row) = d.find("CreateUser").expect("a call that was refused");
    let (_, here) = d.find("▾ Alice  user").expect("the person");
    d.keys(&"j ".repeat(usize::from(row - here)));
    assert!(
        d.find("2026-11-20T13:40:20Z event e35fec3a").is_some(),
        "{}",
        d.text()
    );
    d.resize(120, 36).keys("v");
    let (_, row) = d.find("4 keys of services").expect("forwarded keys");
    let (_, here) = d.find("▌│").expect("the focused row");
    d.keys(&"j ".repeat(usize::from(row - here)));
    assert!(
        d.find("handed credentials of BreakGlass/maint-1120: 4 keys")
            .is_some(),
        "{}",
        d.text()
    );
}
