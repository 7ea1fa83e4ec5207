//! Every call of the table of births, one by one: a record of it as services write it, whoever comes
//! of it, and the link that the table promises.

use super::{DATA, PROD, Trail, Who, iso, other_account, service, session, user};
use serde_json::{Value, json};
use trailhound::event::birth::{CALLS, Call, Confidence, LinkKind};

/// A call, and what its child does.
fn trail(call: &Call) -> Trail {
    let mut t = Trail::default();
    let mut says = |who: &Who, at: i64, more: Value| t.call(who, at, call.service, call.name, more);
    let alice = user("alice", "AKIA1");
    let named = |field: &str, name: &str| json!({"requestParameters": {field: name}});
    let console = |who: Who, key: &str, at: i64| {
        who.with("accessKeyId", json!(key)).context(
            "attributes",
            json!({"creationDate": iso(at), "mfaAuthenticated": "true"}),
        )
    };
    let child = match (call.link, call.name) {
        (LinkKind::IssuedKey, "CreateSession") => {
            let issued = json!([{"credentials": {"accessKeyId": "ASIAX"}}]);
            let outside = service("rolesanywhere.amazonaws.com");
            says(
                &outside,
                10,
                json!({"responseElements": {"credentialSet": issued}}),
            );
            session(PROD, "R", "s", "ASIAX", 10)
        }
        (LinkKind::IssuedKey, name) => {
            let issued = json!({"responseElements": {"credentials": {"accessKeyId": "ASIAX"}}});
            says(&alice, 10, issued);
            match name {
                "GetSessionToken" | "GetSigninToken" => user("alice", "ASIAX"),
                _ => session(PROD, "R", "s", "ASIAX", 10),
            }
        }
        (LinkKind::ConsoleSignIn, _) => {
            let success = json!({"responseElements": {"ConsoleLogin": "Success"}});
            says(&user("frank", ""), 10, success);
            console(user("frank", ""), "ASIAF", 10)
        }
        (LinkKind::SwitchedRole, name) => {
            let from = "arn:aws:iam::123456789012:user/frank";
            let switch = json!({
                "responseElements": {name: "Success"},
                "additionalEventData": {"SwitchFrom": from},
            });
            says(&session(DATA, "Data", "frank", "", 10), 10, switch);
            t.works(&console(user("frank", ""), "ASIAF", 1), 2);
            let child = session(DATA, "Data", "frank", "ASIAS", 10);
            let by_console = json!({"sessionCredentialFromConsole": true});
            t.call(&child, 20, "s3", "ListBuckets", by_console);
            return t;
        }
        (LinkKind::SignInSession, _) => {
            let arn = "arn:aws:signin:us-east-1:123456789012:session/1";
            says(
                &alice,
                10,
                json!({"additionalEventData": {"signInSessionArn": arn}}),
            );
            user("alice", "ASIAO").context("signInSessionArn", json!(arn))
        }
        (LinkKind::PortalRole, _) => {
            let store = "arn:aws:identitystore::123456789012:identitystore/d-1";
            let person = json!({"type": "IdentityCenterUser", "accountId": PROD,
                "onBehalfOf": {"userId": "u-1", "identityStoreArn": store}});
            let person = Who {
                identity: person,
                account: PROD,
            };
            let opened = json!({"serviceEventDetails": {"role_name": "Admin", "account_id": PROD}});
            says(&person, 10, opened);
            session(
                PROD,
                "AWSReservedSSO_Admin_0a1b",
                "gina@example.com",
                "ASIAU",
                10,
            )
        }
        (LinkKind::CreatedKey, _) => {
            let made = json!({"accessKeyId": "AKIA7", "userName": "bob"});
            says(&alice, 10, json!({"responseElements": {"accessKey": made}}));
            user("bob", "AKIA7")
        }
        (LinkKind::CreatedLogin, _) => {
            says(&alice, 10, named("userName", "dan"));
            user("dan", "")
        }
        (LinkKind::CreatedUser, _) => {
            let eve = json!({"arn": "arn:aws:iam::123456789012:user/eve", "userId": "AIDAEVE"});
            says(&alice, 10, json!({"responseElements": {"user": eve}}));
            user("eve", "AKIA8")
        }
        (LinkKind::CreatedRole, _) => {
            let role = json!({"arn": "arn:aws:iam::123456789012:role/Door", "roleId": "AROADOOR"});
            says(&alice, 10, json!({"responseElements": {"role": role}}));
            session(PROD, "Door", "d", "ASIA8", 15)
        }
        (LinkKind::CreatedCredential | LinkKind::ChangedRights, name) => {
            let field = if name.contains("Role") {
                "roleName"
            } else {
                "userName"
            };
            says(&alice, 10, named(field, "dan"));
            user("dan", "AKIA9")
        }
        (LinkKind::Instance, name) => {
            let id = json!({"instanceId": "i-0a"});
            let answer = match name {
                "RunInstances" => json!({"instancesSet": {"items": [id]}}),
                _ => json!({format!("{}Response", name): {"iamInstanceProfileAssociation": id}}),
            };
            says(&alice, 10, json!({"responseElements": answer}));
            session(PROD, "Web", "i-0a", "ASIAW", 15)
        }
        (LinkKind::Function, _) => {
            says(&alice, 10, named("functionName", "clean"));
            session(PROD, "Fn", "clean", "ASIAN", 15)
        }
        (LinkKind::Task, "StartBuild") => {
            says(
                &alice,
                10,
                json!({"responseElements": {"build": {"id": "web:11d410c6-b1"}}}),
            );
            session(PROD, "Ci", "AWSCodeBuild-11d410c6-b1", "ASIAC", 15)
        }
        (LinkKind::Task, _) => {
            let arn = "arn:aws:ecs:us-east-1:123456789012:task/c/t1";
            says(
                &alice,
                10,
                json!({"responseElements": {"tasks": [{"taskArn": arn}]}}),
            );
            session(PROD, "Task", "t1", "ASIAT", 15)
        }
        (LinkKind::HostAccess, name) => {
            let (field, host) = match name {
                "StartSession" => ("target", json!("i-0a")),
                "SendCommand" => ("instanceIds", json!(["i-0a"])),
                _ => ("instanceId", json!("i-0a")),
            };
            says(&alice, 10, json!({"requestParameters": {field: host}}));
            session(PROD, "Web", "i-0a", "ASIAW", 15)
        }
        (LinkKind::TrustAnchor, _) => {
            says(&alice, 10, named("name", "ca"));
            let outside = service("rolesanywhere.amazonaws.com");
            t.assume(&outside, "Out", "cert", "ASIAR", 15)
        }
        (other, name) => panic!("{name} makes no {}", other.name()),
    };
    if call.link == LinkKind::CreatedLogin {
        let success = json!({"responseElements": {"ConsoleLogin": "Success"}});
        t.call(&child, 20, "signin", "ConsoleLogin", success);
    } else {
        t.works(&child, 20);
    }
    t
}

#[test]
fn every_call_gives_the_link_the_table_promises() {
    for call in CALLS {
        let e = trail(call).load();
        let births = e.snapshot.births();
        let of_call = |birth: Option<usize>| {
            let born = birth.and_then(|b| births.get(b));
            born.is_some_and(|b| b.birth.call == call)
        };
        let found: Vec<_> = e
            .lineage
            .links
            .iter()
            .filter(|l| of_call(l.birth))
            .collect();
        // Their children leave no trace of where they come from: the call itself stands in the tree.
        if matches!(
            call.link,
            LinkKind::CreatedCredential | LinkKind::ChangedRights
        ) {
            assert!(found.is_empty(), "{}: {:?}", call.name, e.links());
            let json = e.json();
            let place = json.find("\"births\"").expect("births");
            assert!(json[place..].contains(call.name), "{json}");
            continue;
        }
        let [link] = found.as_slice() else {
            panic!("{}: {:?}", call.name, e.links());
        };
        assert_eq!(link.kind, call.link, "{}", call.name);
        assert_eq!(link.confidence, call.link.confidence(), "{}", call.name);
        // Only what a table row says joins people does.
        let joins = e.lineage.carrying(link.child) == Some(link);
        let is_sure = link.confidence > Confidence::Inferred;
        let by_service = call.name == "CreateSession";
        assert_eq!(
            joins,
            call.link.same_person() && is_sure && !by_service,
            "{}",
            call.name
        );
    }
}

#[test]
fn a_role_opened_thousands_of_times_has_few_candidates() {
    let mut t = Trail::default();
    let outside = other_account(DATA, &user("mallory", ""));
    for at in 0..300 {
        let key = format!("ASIA{at:04}");
        t.assume_seen(&user("mallory", "AKIAM"), PROD, "Door", "d", &key, at);
    }
    t.works(&outside, 400);
    t.works(&session(PROD, "Door", "d", "ASIAZ", 9_000), 9_001);
    let e = t.load();
    let json: Value = serde_json::from_str(&e.json()).expect("JSON");
    let [unlinked] = json["unlinked"].as_array().expect("a list").as_slice() else {
        panic!("{json}");
    };
    // One caller opened it, however often.
    let candidates = unlinked["candidates"].as_array().expect("a list");
    assert_eq!(candidates.len(), 1, "{unlinked}");
    assert!(unlinked["would_settle"].is_string(), "{unlinked}");
}
