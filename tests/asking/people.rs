//! People: the view of a person, the tree of sessions, what is said of identities, and the review
//! tasks that these answer, each with the keys it takes.

use trailhound::app::state::{About, Overlay};
use trailhound::pivot::identity::Statement;

use crate::driver::Driver;

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

/// The focus on the first row of a card whose title begins so.
fn on_card(d: &mut Driver, title: &str) {
    let at = |d: &mut Driver| {
        let portrait = d.screen().portrait.expect("it is on the screen");
        let card = portrait
            .sections
            .iter()
            .position(|s| s.title.starts_with(title));
        (
            card.expect("it is on the screen"),
            d.state.view.portrait_at.0,
        )
    };
    let (wanted, _) = at(d);
    d.keys("Tab");
    while at(d).1 < wanted {
        d.keys("l");
    }
    assert_eq!(at(d).1, wanted);
}

#[test]
fn two_identities_are_made_one_and_told_apart_again() {
    let mut d = Driver::demo(120, 36);
    d.keys("2");
    on_person(&mut d, ALICE);
    d.keys("m");
    on_person(&mut d, HER_MAIL);
    d.keys("m").type_in("her mail").keys("Enter");
    let same = Statement::Same {
        person: ALICE.into(),
        other: HER_MAIL.into(),
        reason: "her mail".into(),
    };
    assert_eq!(d.said.as_ref().unwrap().statements, [same]);
    d.keys("Esc").filter(&format!("who=\"{ALICE}\""));
    assert_eq!(d.count(), 510 + 17);

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
    d.keys("s x").type_in("borrowed").keys("Enter Esc");
    let event = d.state.focused_event().unwrap();
    let person = d.state.snapshot.person_of(event).unwrap();
    assert_eq!(person.label, "BreakGlass/maint-1120");
    d.keys("s U Esc");
    let person = d.state.snapshot.person_of(event).unwrap();
    assert_eq!(person.key, ALICE);
}

/// Review task 2: what did Alice do through roles in other accounts? One query.
#[test]
fn what_a_person_did_through_roles_elsewhere() {
    let mut d = Driver::demo(120, 36);
    d.filter(&format!("who=\"{ALICE}\" via:* -acct:123456789012"));
    let roles: Vec<&str> = d
        .state
        .answer
        .hits
        .order
        .iter()
        .map(|id| {
            d.state
                .snapshot
                .text(trailhound::index::schema::Col::Via, *id)
                .unwrap()
        })
        .collect();
    assert!(roles.iter().any(|r| r.ends_with("role/DataRead")));
    assert!(roles.iter().any(|r| r.ends_with("role/DevReadOnly")));
    assert_eq!(d.count(), 348 + 14);
}

/// Review task 6: which human is behind `botocore-session-…`? No key: the list says it; `s` proves it.
#[test]
fn the_human_behind_a_session_of_no_name() {
    let mut d = Driver::demo(120, 36);
    d.filter("actor:botocore-session-1795183805");
    let id = d.state.focused_event().unwrap();
    assert_eq!(d.state.snapshot.person_of(id).unwrap().key, ALICE);
    d.keys("s");
    assert!(d.find("issued-key [exact]").is_some(), "{}", d.text());
}

/// Review task 7: what did the intruder create, and does it still exist in the evidence? `p`, then
/// `Tab` and `l` to the card: at most five keys.
#[test]
fn what_was_made_and_what_became_of_it() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:DeleteLoadBalancer via:BreakGlass").keys("p");
    on_card(&mut d, "Resources touched");
    let portrait = d.screen().portrait.unwrap();
    let card = &portrait.sections[d.state.view.portrait_at.0];
    let gone = card
        .rows
        .iter()
        .find(|r| r.label.as_str().starts_with("app/prod-web"));
    assert!(gone.unwrap().detail.as_str().starts_with("DELETED"));
    assert!(
        card.rows
            .iter()
            .any(|r| r.detail.as_str().starts_with("created"))
    );
}

/// Review task 8: who used the access key the intruder created? On its row `p` and `Tab` show it; by
/// the tree `s`, to the row, `Enter`.
#[test]
fn who_used_the_key_that_was_made() {
    let mut d = Driver::demo(120, 36);
    d.filter("what:CreateAccessKey who:alice err:none")
        .keys("p");
    on_card(&mut d, "Keys");
    d.keys("j Enter");
    assert_eq!(d.state.view.about, About::Timeline);
    let users: std::collections::BTreeSet<&str> = d
        .state
        .answer
        .hits
        .order
        .iter()
        .map(|id| d.state.snapshot.person_of(*id).unwrap().label.as_str())
        .collect();
    assert_eq!(users.into_iter().collect::<Vec<_>>(), ["svc-backup"]);
    assert_eq!(d.count(), 9);
    d.keys("[");
    assert!(matches!(d.state.view.about, About::Subject(..)));
}

/// Review task 13: why is this role denied? On a row `p`, the card of errors, `Enter`.
#[test]
fn why_a_person_is_denied() {
    let mut d = Driver::demo(120, 36);
    d.filter("who:alice err:denied").keys("p");
    on_card(&mut d, "Errors");
    d.keys("Enter");
    assert!(d.count() > 0);
    let errors = d.state.answer.hits.order.iter();
    assert!(
        errors
            .clone()
            .all(|id| d.state.snapshot.facts(*id).outcome()
                == trailhound::event::outcome::Outcome::Denied)
    );
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
    assert!(d.find("user prod-main").is_some(), "{}", d.text());
    d.keys("Esc p");
    assert!(d.find("account prod-main").is_some(), "{}", d.text());
    // What the account is in a filter stays its number.
    assert!(d.find("123456789012:user/Alice").is_some());
}
