//! Chains of identities: every kind of link, every odd case, and one result for any file order.

mod chains;

use chains::{
    DATA, Evidence, PROD, Trail, Who, iso, other_account, service, session, user, user_in,
};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use trailhound::base::cancel::Cancel;
use trailhound::event::birth::LinkKind;
use trailhound::index::symbols::Sym;
use trailhound::pivot::identity::{Identities, Statement};
use trailhound::pivot::lineage::{Lineage, Wishes};
use trailhound::view::lineage as words;

/// The links of a trail, exactly these.
fn check(trail: &Trail, links: &[&str]) {
    let mut wanted: Vec<String> = links.iter().map(|l| (*l).to_owned()).collect();
    wanted.sort();
    assert_eq!(trail.load().links(), wanted);
}

#[test]
fn one_two_and_three_hops() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.works(&alice, 0);
    let admin = t.assume(&alice, "Admin", "a", "ASIA1", 10);
    t.works(&admin, 20);
    let glass = t.assume(&admin, "Glass", "g", "ASIA2", 30);
    t.works(&glass, 40);
    let data = t.assume_in(&glass, DATA, "Data", "d", "ASIA3", 50);
    t.works(&data, 60);
    check(
        &t,
        &[
            "ASIA1 <- AKIA1 issued-key exact",
            "ASIA2 <- ASIA1 issued-key exact",
            "ASIA3 <- ASIA2 issued-key exact",
        ],
    );
    let e = t.load();
    assert_eq!(e.person("ASIA3"), "alice");
}

#[test]
fn across_accounts_with_both_sides_and_with_one() {
    let alice = user("alice", "AKIA1");
    let mut t = Trail::default();
    t.works(&alice, 0);
    let data = t.assume_in(&alice, DATA, "Data", "d", "ASIA3", 50);
    t.assume_seen(&alice, DATA, "Data", "d", "ASIA3", 50);
    t.works(&data, 60);
    check(
        &t,
        &[
            "ASIA3 <- AKIA1 issued-key exact",
            "no key account 123456789012 (AIDAALICE) <- (alice) same-principal strong",
            "no key account 123456789012 (AIDAALICE) <- AKIA1 shared-event exact",
        ],
    );
    assert_eq!(t.load().person("ASIA3"), "alice");

    // Only the role's account: its record names the caller's id, which another trail knows.
    let mut t = Trail::default();
    t.works(&alice, 0);
    t.assume_seen(&alice, DATA, "Data", "d", "ASIA3", 50);
    t.works(&data, 60);
    check(
        &t,
        &[
            "ASIA3 <- no key account 123456789012 (AIDAALICE) issued-key exact",
            "no key account 123456789012 (AIDAALICE) <- (alice) same-principal strong",
        ],
    );
    assert_eq!(t.load().person("ASIA3"), "alice");

    // Nothing else of the caller: the foreign id is all there is.
    let mut t = Trail::default();
    t.assume_seen(&alice, DATA, "Data", "d", "ASIA3", 50);
    t.works(&data, 60);
    assert_eq!(t.load().person("ASIA3"), "account 123456789012 (AIDAALICE)");
}

#[test]
fn of_two_issued_keys_the_used_one_is_linked() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    let used = t.assume(&alice, "Admin", "a", "ASIA1", 10);
    t.assume(&alice, "Admin", "a", "ASIA2", 10);
    t.works(&used, 20);
    check(&t, &["ASIA1 <- AKIA1 issued-key exact"]);
    let json = t.load().json();
    assert!(json.contains(r#""key":"ASIA2""#), "{json}");
    assert!(json.contains("no use of this key in the loaded evidence"));
}

#[test]
fn a_refused_call_issues_nothing() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.call(
        &alice,
        10,
        "sts",
        "AssumeRole",
        json!({"errorCode": "AccessDenied", "errorMessage":
            "User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/Admin"}),
    );
    t.works(&session(PROD, "Admin", "a", "ASIA1", 10), 20);
    check(&t, &[]);
    let json = t.load().json();
    assert!(json.contains(r#""failed":true"#) && json.contains("role/Admin"));
}

#[test]
fn tokens_of_the_same_user_and_federated_users() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.call(
        &alice,
        10,
        "sts",
        "GetSessionToken",
        json!({"responseElements": {"credentials": {"accessKeyId": "ASIA1"}}}),
    );
    t.works(&user("alice", "ASIA1"), 20);
    t.call(&alice, 30, "sts", "GetFederationToken", json!({
        "requestParameters": {"name": "guest"},
        "responseElements": {"credentials": {"accessKeyId": "ASIA2"},
            "federatedUser": {"federatedUserId": "123456789012:guest", "arn": "arn:aws:sts::123456789012:federated-user/guest"}},
    }));
    let federated = |key: &str| Who {
        identity: json!({
            "type": "FederatedUser", "principalId": "123456789012:guest",
            "arn": "arn:aws:sts::123456789012:federated-user/guest", "accountId": PROD, "accessKeyId": key,
            "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice", "accountId": PROD}},
        }),
        account: PROD,
    };
    t.works(&federated("ASIA2"), 40);
    t.works(&federated("ASIA9"), 50);
    check(
        &t,
        &[
            "ASIA1 <- AKIA1 issued-key exact",
            "ASIA2 <- (alice) federated-by strong",
            "ASIA2 <- AKIA1 issued-key exact",
            "ASIA9 <- (alice) federated-by strong",
        ],
    );
    let e = t.load();
    assert_eq!(e.person("ASIA1"), "alice");
    assert_eq!(e.person("ASIA9"), "alice");
}

#[test]
fn saml_and_web_identities_stand_behind_their_roles() {
    let mut t = Trail::default();
    let subject = Who {
        identity: json!({"type": "SAMLUser", "principalId": "q=:heidi", "userName": "heidi", "identityProvider": "q="}),
        account: PROD,
    };
    t.call(
        &subject,
        10,
        "sts",
        "AssumeRoleWithSAML",
        json!({"responseElements": Trail::issued("Audit", "heidi", "ASIA1", PROD, 10)}),
    );
    t.works(&session(PROD, "Audit", "heidi", "ASIA1", 10), 20);
    let subject = Who {
        identity: json!({"type": "WebIdentityUser", "principalId": "gh:repo", "userName": "repo", "identityProvider": "gh"}),
        account: PROD,
    };
    t.call(
        &subject,
        30,
        "sts",
        "AssumeRoleWithWebIdentity",
        json!({"responseElements": Trail::issued("Deploy", "run", "ASIA2", PROD, 30)}),
    );
    t.works(&session(PROD, "Deploy", "run", "ASIA2", 30), 40);
    check(
        &t,
        &[
            "ASIA1 <- no key saml:heidi issued-key exact",
            "ASIA2 <- no key web:repo issued-key exact",
        ],
    );
    assert_eq!(t.load().person("ASIA2"), "web:repo");
}

#[test]
fn root_assumed_and_tokens_for_the_console() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.call(
        &alice,
        10,
        "sts",
        "AssumeRoot",
        json!({
            "requestParameters": {"targetPrincipal": DATA},
            "responseElements": {"credentials": {"accessKeyId": "ASIA1"}},
        }),
    );
    let root = Who {
        identity: json!({"type": "Root", "principalId": DATA, "arn": format!("arn:aws:iam::{DATA}:root"), "accountId": DATA,
            "accessKeyId": "ASIA1", "sessionContext": {"assumedRoot": "true", "attributes": {"creationDate": iso(10)}}}),
        account: DATA,
    };
    t.works(&root, 20);
    t.call(
        &alice,
        30,
        "signin",
        "GetSigninToken",
        json!({"responseElements": {"credentials": {"accessKeyId": "ASIA2"}}}),
    );
    t.works(&user("alice", "ASIA2"), 40);
    check(
        &t,
        &[
            "ASIA1 <- AKIA1 issued-key exact",
            "ASIA2 <- AKIA1 issued-key exact",
        ],
    );
    assert_eq!(t.load().person("ASIA1"), "alice");
}

/// A console session of a caller, made at a moment.
fn console(who: Who, key: &str, at: i64) -> Who {
    who.with("accessKeyId", json!(key)).context(
        "attributes",
        json!({"creationDate": iso(at), "mfaAuthenticated": "true"}),
    )
}

#[test]
fn the_console_keeps_one_session_under_many_keys() {
    let mut t = Trail::default();
    t.call(&user("alice", ""), 10, "signin", "ConsoleLogin", json!({
        "eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": "Success"}, "additionalEventData": {"MFAUsed": "Yes"},
    }));
    for (n, key) in ["ASIA1", "ASIA2", "ASIA1"].into_iter().enumerate() {
        let who = console(user("alice", ""), key, 11);
        t.call(
            &who,
            20 + n as i64,
            "ec2",
            "DescribeInstances",
            json!({"sessionCredentialFromConsole": "true"}),
        );
    }
    let e = t.load();
    assert_eq!(e.names().len(), 2, "{:?}", e.names());
    check(&t, &["ASIA1 <- no key alice console-sign-in strong"]);
}

#[test]
fn a_sign_in_from_an_address_the_session_was_never_at_is_a_guess() {
    let mut t = Trail::default();
    let alice = user("alice", "");
    let login = json!({"eventType": "AwsConsoleSignIn", "sourceIPAddress": "203.0.113.9"});
    t.call(&alice, 100, "signin", "ConsoleLogin", login);
    t.works(&console(alice, "ASIA1", 101), 110);
    check(
        &t,
        &["ASIA1 <- no key alice console-sign-in inferred elsewhere"],
    );
}

#[test]
fn a_partition_is_that_of_the_region() {
    let mut who = user("alice", "AKIA1");
    who.identity["arn"] = json!("arn:aws-us-gov:iam::123456789012:user/alice");
    let mut bare = who.clone();
    bare.identity.as_object_mut().map(|o| o.remove("arn"));
    let mut t = Trail::default();
    for who in [&who, &bare] {
        t.call(
            who,
            0,
            "s3",
            "ListBuckets",
            json!({"awsRegion": "us-gov-west-1"}),
        );
    }
    // One user, with the ARN and without it.
    assert_eq!(t.load().names(), ["AKIA1"]);

    // A session without an id of its own is known by its ARN, in whatever partition.
    let mut t = Trail::default();
    let role = "arn:aws-us-gov:iam::123456789012:role/Admin";
    let arn = "arn:aws-us-gov:sts::123456789012:assumed-role/Admin/a";
    let issued = json!({
        "requestParameters": {"roleArn": role, "roleSessionName": "a"},
        "responseElements": {"assumedRoleUser": {"arn": arn}},
    });
    t.call(&user("alice", "AKIA1"), 10, "sts", "AssumeRole", issued);
    let mut admin = session(PROD, "Admin", "a", "ASIA1", 10).with("arn", json!(arn));
    admin.identity["sessionContext"]["sessionIssuer"]["arn"] = json!(role);
    t.works(&admin, 20);
    check(&t, &["ASIA1 <- AKIA1 same-name inferred"]);
}

#[test]
fn switching_roles_in_the_console() {
    let mut t = Trail::default();
    t.call(
        &user("alice", ""),
        10,
        "signin",
        "ConsoleLogin",
        json!({"responseElements": {"ConsoleLogin": "Success"}}),
    );
    t.call(
        &console(user("alice", ""), "ASIA1", 10),
        20,
        "ec2",
        "DescribeInstances",
        json!({"sessionCredentialFromConsole": "true"}),
    );
    let switched = session(DATA, "Data", "alice", "ASIA2", 30);
    t.call(
        &session(DATA, "Data", "alice", "", 30),
        30,
        "signin",
        "SwitchRole",
        json!({
            "responseElements": {"SwitchRole": "Success"},
            "additionalEventData": {"SwitchFrom": "arn:aws:iam::123456789012:user/alice"},
        }),
    );
    t.call(
        &switched,
        40,
        "s3",
        "ListBuckets",
        json!({"sessionCredentialFromConsole": true}),
    );
    let links = t.load().links();
    assert!(
        links
            .iter()
            .any(|l| l.ends_with("<- ASIA1 switched-role strong")),
        "{links:?}"
    );
    let e = t.load();
    let name = e
        .names()
        .into_iter()
        .find(|n| n.contains("ASIA2") || n.contains("Data"))
        .unwrap();
    assert_eq!(e.person(&name), "alice");
}

#[test]
fn a_role_in_the_console_by_the_moment_it_was_made() {
    let mut t = Trail::default();
    let subject = Who {
        identity: json!({"type": "SAMLUser", "principalId": "q=:heidi", "userName": "heidi", "identityProvider": "q="}),
        account: PROD,
    };
    t.call(
        &subject,
        10,
        "sts",
        "AssumeRoleWithSAML",
        json!({"responseElements": Trail::issued("Audit", "heidi", "ASIA1", PROD, 10)}),
    );
    let console = session(PROD, "Audit", "heidi", "ASIA7", 11);
    t.call(
        &console,
        20,
        "ec2",
        "DescribeInstances",
        json!({"sessionCredentialFromConsole": "true"}),
    );
    check(&t, &["ASIA7 <- no key saml:heidi role-session strong"]);
    assert_eq!(t.load().person("ASIA7"), "saml:heidi");
}

#[test]
fn sign_in_sessions_carry_their_tokens() {
    let mut t = Trail::default();
    let arn = "arn:aws:signin:us-east-1:123456789012:session/1";
    t.call(
        &user("alice", "AKIA1"),
        10,
        "signin",
        "CreateOAuth2Token",
        json!({"additionalEventData": {"signInSessionArn": arn}}),
    );
    t.works(
        &user("alice", "ASIA5").context("signInSessionArn", json!(arn)),
        20,
    );
    check(&t, &["ASIA5 <- AKIA1 sign-in-session strong"]);
}

#[test]
fn what_aws_stamps_names_the_person() {
    let mut t = Trail::default();
    let store = "arn:aws:identitystore::123456789012:identitystore/d-1";
    let sso = session(
        PROD,
        "AWSReservedSSO_Admin_0a1b",
        "alice@example.com",
        "ASIA1",
        10,
    )
    .with(
        "onBehalfOf",
        json!({"userId": "u-1", "identityStoreArn": store}),
    );
    t.works(&sso, 20);
    let other = session(
        DATA,
        "AWSReservedSSO_Read_9f9f",
        "alice@example.com",
        "ASIA2",
        30,
    )
    .with(
        "onBehalfOf",
        json!({"userId": "u-1", "identityStoreArn": store}),
    );
    t.works(&other, 40);
    let sourced = session(DATA, "Data", "x", "ASIA3", 50).context("sourceIdentity", json!("bob"));
    t.works(&sourced, 60);
    check(
        &t,
        &[
            "ASIA1 <- (u-1) on-behalf-of strong",
            "ASIA2 <- (u-1) on-behalf-of strong",
            "ASIA3 <- (bob) source-identity strong",
        ],
    );
    let e = t.load();
    assert_eq!(e.person("ASIA1"), "alice@example.com");
    assert_eq!(e.person("ASIA2"), "alice@example.com");
    assert_eq!(e.person("ASIA3"), "bob");
}

#[test]
fn a_source_identity_known_by_another_chain_is_that_person() {
    let mut t = Trail::default();
    let bob = user("bob", "AKIA2");
    let first = t
        .assume(&bob, "Admin", "b", "ASIA1", 10)
        .context("sourceIdentity", json!("bob"));
    t.works(&first, 20);
    t.works(
        &session(DATA, "Data", "x", "ASIA3", 50).context("sourceIdentity", json!("bob")),
        60,
    );
    let e = t.load();
    assert_eq!(e.person("ASIA3"), "bob");
    assert_eq!(e.lineage.people().iter().count(), 1);
}

#[test]
fn forwarded_keys_stay_with_their_principal() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    let admin = t.assume(&alice, "Admin", "a", "ASIA1", 10);
    t.works(&admin, 20);
    for key in ["ASIAX", "ASIAY"] {
        let by = admin
            .clone()
            .with("accessKeyId", json!(key))
            .with("invokedBy", json!("cloudformation.amazonaws.com"));
        t.works(&by, 30);
    }
    check(
        &t,
        &[
            "ASIA1 <- AKIA1 issued-key exact",
            "ASIAX <- ASIA1 forwarded strong",
            "ASIAY <- ASIA1 forwarded strong",
        ],
    );
    let e = t.load();
    assert_eq!(e.person("ASIAX"), "alice");
    // A user's own forwarded key has no session to name: it stays with the user.
    let by = user("carol", "ASIAZ").with("invokedBy", json!("AWS Internal"));
    t.works(&by, 40);
    assert_eq!(t.load().person("ASIAZ"), "carol");
}

#[test]
fn a_portal_is_inferred_and_joins_nobody() {
    let mut t = Trail::default();
    let store = "arn:aws:identitystore::123456789012:identitystore/d-1";
    let person = Who {
        identity: json!({"type": "IdentityCenterUser", "accountId": PROD, "onBehalfOf": {"userId": "u-1", "identityStoreArn": store}}),
        account: PROD,
    };
    t.call(
        &person,
        10,
        "sso",
        "GetRoleCredentials",
        json!({"serviceEventDetails": {"role_name": "Admin", "account_id": PROD}}),
    );
    t.works(
        &session(
            PROD,
            "AWSReservedSSO_Admin_0a1b",
            "alice@example.com",
            "ASIA1",
            10,
        ),
        20,
    );
    check(&t, &["ASIA1 <- no key u-1 portal-role inferred"]);
    assert_eq!(t.load().person("ASIA1"), "sso:alice@example.com (Admin)");
    let on = t.load_with(&Wishes {
        inferred: true,
        ..Wishes::default()
    });
    assert_ne!(on.person("ASIA1"), "sso:alice@example.com (Admin)");
}

#[test]
fn a_hidden_key_is_inferred_by_name_and_moment() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.assume(&alice, "Admin", "a", "HIDDEN_DUE_TO_SECURITY_REASONS", 10);
    t.works(&session(PROD, "Admin", "a", "ASIA1", 10), 20);
    t.works(&session(PROD, "Admin", "a", "ASIA2", 500), 600);
    check(&t, &["ASIA1 <- AKIA1 same-name inferred"]);
    assert_eq!(t.load().person("ASIA1"), "Admin/a");
    let json = t.load().json();
    assert!(
        json.contains("would_settle") && json.contains("ASIA2"),
        "{json}"
    );
}

#[test]
fn what_is_older_than_the_evidence_is_said_to_be() {
    let mut t = Trail::default();
    t.works(&user("alice", "AKIA1"), 1_000);
    t.works(&session(PROD, "Admin", "a", "ASIAOLD", 10), 1_010);
    t.works(&session(PROD, "Admin", "b", "ASIANEW", 1_020), 1_030);
    let e = t.load();
    let found = |name: &str| {
        let mut all = (0..e.snapshot.sessions().len()).filter_map(Sym::at);
        let session = all.find(|s| e.name(*s) == name).expect("it");
        assert!(words::is_unlinked(&e.snapshot, &e.lineage, session));
        let found = words::unlinked(&e.snapshot, &e.lineage, session);
        let origin = words::candidate_words(&e.snapshot, &found);
        (origin, words::would_settle(&e.snapshot, session))
    };
    let (origin, settles) = found("ASIAOLD");
    let begins = iso(1_000);
    assert!(
        origin.starts_with(&format!("origin: before the evidence begins at {begins};")),
        "{origin}"
    );
    assert!(
        settles.ends_with(": older than what was loaded"),
        "{settles}"
    );
    let (origin, settles) = found("ASIANEW");
    assert!(
        origin.starts_with("origin: not in the evidence;"),
        "{origin}"
    );
    assert!(!settles.contains("older"), "{settles}");
}

#[test]
fn what_was_made_for_another_stays_another() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.call(
        &alice,
        10,
        "iam",
        "CreateAccessKey",
        json!({
            "requestParameters": {"userName": "bob"},
            "responseElements": {"accessKey": {"accessKeyId": "AKIA7", "userName": "bob"}},
        }),
    );
    t.works(&user("bob", "AKIA7"), 20);
    t.call(&alice, 30, "iam", "CreateUser", json!({
        "requestParameters": {"userName": "eve"},
        "responseElements": {"user": {"arn": "arn:aws:iam::123456789012:user/eve", "userId": "AIDAEVE"}},
    }));
    t.works(&user("eve", "AKIA8"), 40);
    t.call(&alice, 50, "iam", "CreateRole", json!({
        "requestParameters": {"roleName": "Door"},
        "responseElements": {"role": {"arn": "arn:aws:iam::123456789012:role/Door", "roleId": "AROADOOR"}},
    }));
    t.works(&session(PROD, "Door", "d", "ASIA8", 60), 60);
    t.call(
        &alice,
        70,
        "iam",
        "CreateLoginProfile",
        json!({"requestParameters": {"userName": "dan"}}),
    );
    t.call(
        &user("dan", ""),
        80,
        "signin",
        "ConsoleLogin",
        json!({"responseElements": {"ConsoleLogin": "Success"}}),
    );
    for (at, name) in [
        (81, "CreateServiceSpecificCredential"),
        (82, "UploadSSHPublicKey"),
        (83, "AttachUserPolicy"),
    ] {
        t.call(
            &alice,
            at,
            "iam",
            name,
            json!({"requestParameters": {"userName": "dan"}}),
        );
    }
    check(
        &t,
        &[
            "AKIA7 <- AKIA1 created-key exact",
            "AKIA8 <- AKIA1 created-user strong",
            "ASIA8 <- AKIA1 created-role strong",
            "no key dan <- AKIA1 created-login strong",
        ],
    );
    let e = t.load();
    for (key, person) in [("AKIA7", "bob"), ("AKIA8", "eve"), ("ASIA8", "Door/d")] {
        assert_eq!(e.person(key), person);
    }
    let json = e.json();
    assert!(json.contains("its use leaves no key to follow"), "{json}");
    assert!(json.contains("changed what it may do"));
}

#[test]
fn machines_are_tied_to_who_started_them() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    let ec2 = service("ec2.amazonaws.com");
    t.call(&alice, 10, "ec2", "RunInstances", json!({"responseElements": {"instancesSet": {"items": [{"instanceId": "i-0a"}, {"instanceId": "i-0b"}]}}}));
    let instance = t.assume(&ec2, "Web", "i-0a", "ASIA1", 20);
    t.works(&instance, 30);
    t.call(
        &alice,
        40,
        "lambda",
        "CreateFunction20150331",
        json!({"requestParameters": {"functionName": "clean"}}),
    );
    let function = t.assume(&service("lambda.amazonaws.com"), "Fn", "clean", "ASIA2", 50);
    t.works(&function, 60);
    t.call(&alice, 70, "ecs", "RunTask", json!({"responseElements": {"tasks": [{"taskArn": "arn:aws:ecs:us-east-1:123456789012:task/c/t1"}]}}));
    let task = t.assume(
        &service("ecs-tasks.amazonaws.com"),
        "Task",
        "t1",
        "ASIA3",
        80,
    );
    t.works(&task, 90);
    t.call(
        &user("bob", "AKIA2"),
        95,
        "ssm",
        "StartSession",
        json!({"requestParameters": {"target": "i-0a"}}),
    );
    t.works(&instance, 100);
    t.call(
        &alice,
        110,
        "rolesanywhere",
        "CreateTrustAnchor",
        json!({"requestParameters": {"name": "ca"}}),
    );
    let outside = t.assume(
        &service("rolesanywhere.amazonaws.com"),
        "Out",
        "cert",
        "ASIA4",
        120,
    );
    t.works(&outside, 130);
    check(
        &t,
        &[
            "ASIA1 <- AKIA1 instance inferred",
            "ASIA1 <- AKIA2 host-access inferred",
            "ASIA1 <- service ec2 issued-key exact",
            "ASIA2 <- AKIA1 function inferred",
            "ASIA2 <- service lambda issued-key exact",
            "ASIA3 <- AKIA1 task inferred",
            "ASIA3 <- service ecs-tasks issued-key exact",
            "ASIA4 <- AKIA1 trust-anchor inferred",
            "ASIA4 <- service rolesanywhere issued-key exact",
        ],
    );
    // A machine is who acts: neither the service nor who started it.
    assert_eq!(t.load().person("ASIA1"), "Web/i-0a");
}

#[test]
fn the_same_name_in_two_accounts_is_two_people() {
    let mut t = Trail::default();
    t.works(&user("alice", "AKIA1"), 0);
    t.works(&user_in(DATA, "alice", "AKIA2"), 0);
    t.works(&session(PROD, "Admin", "alice", "ASIA1", 5), 10);
    assert_eq!(t.load().lineage.people().len(), 3);
}

#[test]
fn rings_self_made_keys_and_rivals_join_nobody() {
    // Two sessions that claim to have issued each other.
    let mut t = Trail::default();
    let a = session(PROD, "A", "a", "ASIAA", 10);
    let b = t.assume(&a, "B", "b", "ASIAB", 10);
    t.assume(&b, "A", "a", "ASIAA", 10);
    let e = t.load();
    assert_eq!(
        (e.person("ASIAA"), e.person("ASIAB")),
        ("A/a".into(), "B/b".into())
    );
    assert_eq!(
        e.links(),
        [
            "ASIAA <- ASIAB issued-key inferred ring",
            "ASIAB <- ASIAA issued-key inferred ring",
        ]
    );

    // Three in a ring, and one that hangs below: it goes no further up than the ring.
    let mut t = Trail::default();
    let a = session(PROD, "A", "a", "ASIAA", 10);
    let b = t.assume(&a, "B", "b", "ASIAB", 10);
    let c = t.assume(&b, "C", "c", "ASIAC", 10);
    t.assume(&c, "A", "a", "ASIAA", 10);
    let d = t.assume(&b, "D", "d", "ASIAD", 10);
    t.works(&d, 20);
    let e = t.load();
    assert_eq!(
        e.links(),
        [
            "ASIAA <- ASIAC issued-key inferred ring",
            "ASIAB <- ASIAA issued-key inferred ring",
            "ASIAC <- ASIAB issued-key inferred ring",
            "ASIAD <- ASIAB issued-key exact",
        ]
    );
    assert_eq!(
        ["ASIAA", "ASIAB", "ASIAC", "ASIAD"].map(|key| e.person(key)),
        ["A/a", "B/b", "C/c", "B/b"]
    );

    // A session that claims to have issued itself.
    let mut t = Trail::default();
    t.assume(&session(PROD, "A", "a", "ASIAA", 10), "A", "a", "ASIAA", 10);
    check(&t, &[]);

    // Two issuers of one key.
    let mut t = Trail::default();
    let child = t.assume(&user("alice", "AKIA1"), "A", "a", "ASIAA", 10);
    t.assume(&user("bob", "AKIA2"), "A", "a", "ASIAA", 10);
    t.works(&child, 20);
    check(
        &t,
        &[
            "ASIAA <- AKIA1 issued-key inferred contested",
            "ASIAA <- AKIA2 issued-key inferred contested",
        ],
    );
    assert_eq!(t.load().person("ASIAA"), "A/a");

    // Two issuers of one key, of which one is the session itself.
    let mut t = Trail::default();
    let child = t.assume(&user("alice", "AKIA1"), "A", "a", "ASIAA", 10);
    t.assume(&child, "A", "a", "ASIAA", 30);
    check(&t, &["ASIAA <- AKIA1 issued-key inferred contested"]);
    assert_eq!(t.load().person("ASIAA"), "A/a");

    // A long-lived key that two sessions made, one of them with the key itself.
    let mut t = Trail::default();
    let made =
        json!({"responseElements": {"accessKey": {"accessKeyId": "1111", "userName": "bob"}}});
    t.call(
        &user("alice", "AKIA1"),
        10,
        "iam",
        "CreateAccessKey",
        made.clone(),
    );
    t.call(&user("bob", "1111"), 20, "iam", "CreateAccessKey", made);
    check(&t, &["1111 <- AKIA1 created-key inferred contested"]);
    let json = t.load().json();
    assert!(json.contains("contested"), "{json}");

    // A key used before it was issued; a tie of clocks is none.
    let mut t = Trail::default();
    let child = t.assume(&user("alice", "AKIA1"), "A", "a", "ASIAA", 100);
    t.works(&child, 20);
    check(&t, &["ASIAA <- AKIA1 issued-key inferred early"]);
    let mut t = Trail::default();
    let child = t.assume(&user("alice", "AKIA1"), "A", "a", "ASIAA", 100);
    t.works(&child, 100);
    check(&t, &["ASIAA <- AKIA1 issued-key exact"]);
}

#[test]
fn a_user_made_anew_is_one_name_with_both_ids() {
    let mut t = Trail::default();
    let first = user("bob", "AKIA1").with("principalId", json!("AIDAZOLD"));
    let second = user("bob", "AKIA2").with("principalId", json!("AIDAANEW"));
    t.works(&first, 10).works(&second, 20);
    for (at, who) in [(30, &first), (40, &second)] {
        t.works(&other_account(DATA, who), at);
    }
    // Another account's record names him by either.
    check(
        &t,
        &[
            "no key account 123456789012 (AIDAANEW) <- (bob) same-principal strong",
            "no key account 123456789012 (AIDAZOLD) <- (bob) same-principal strong",
        ],
    );
    let e = t.load();
    assert_eq!(e.lineage.people().len(), 1);
    let cards: serde_json::Value = serde_json::from_str(&e.cards()).unwrap();
    assert_eq!(cards["people"][0]["ids"], json!(["AIDAANEW", "AIDAZOLD"]));
    for id in ["AIDAANEW", "AIDAZOLD"] {
        assert_eq!(e.count(&format!("actor:{id}")), 3, "{id}");
        assert_eq!(e.count(&format!("who:{id}")), 4, "{id}");
    }
}

#[test]
fn fields_that_are_absent_or_of_another_kind_tie_nobody() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    for (at, said) in (0i64..).zip([
        json!(null),
        json!("ASIA1"),
        json!({}),
        json!({"credentials": "ASIA1"}),
        json!({"credentials": null}),
        json!({"credentials": [{"accessKeyId": "ASIA1"}]}),
        json!({"credentials": {"accessKeyId": ""}}),
        json!({"credentials": {"accessKeyId": null}}),
        json!({"credentials": {"accessKeyId": ["ASIA1"]}}),
        json!({"credentials": {"accessKeyId": {"id": "ASIA1"}}}),
        json!({"assumedRoleUser": "AROAADMIN:a"}),
        json!({"assumedRoleUser": {"assumedRoleId": "", "arn": ""}}),
    ]) {
        let said = json!({"responseElements": said});
        t.call(&alice, 100 + at, "sts", "AssumeRole", said);
    }
    // The right words from a service that issues nothing.
    let issued = Trail::issued("Admin", "a", "ASIA1", PROD, 150);
    t.call(&alice, 150, "evil", "AssumeRole", issued);
    t.works(&session(PROD, "Admin", "a", "ASIA1", 900), 905);
    // A caller of whom no field is what it should be is nobody's parent.
    let forged = user("x", "")
        .with("arn", json!(["arn"]))
        .with("userName", json!(null))
        .with("principalId", json!({"id": 1}))
        .with("accountId", json!(""));
    t.works(&forged, 910);
    check(&t, &[]);
    assert_eq!(t.load().person("ASIA1"), "Admin/a");
}

#[test]
fn hidden_names_are_nobody() {
    let mut t = Trail::default();
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    let nobody = user("x", "")
        .with("userName", json!(hidden))
        .with("arn", json!(hidden))
        .with("principalId", json!(hidden));
    t.call(&nobody.clone().with("accessKeyId", json!(hidden)), 10, "sts", "AssumeRole", json!({
        "responseElements": {"credentials": {"accessKeyId": hidden}, "assumedRoleUser": {"assumedRoleId": hidden, "arn": hidden}},
    }));
    t.works(
        &session(PROD, "A", "a", hidden, 10).context("sourceIdentity", json!(hidden)),
        20,
    );
    // Of a call by a named user, everything about the child is hidden.
    let named = user("alice", "AKIA1");
    t.call(
        &named,
        30,
        "iam",
        "CreateAccessKey",
        json!({
            "responseElements": {"accessKey": {"accessKeyId": hidden, "userName": hidden}},
        }),
    );
    t.works(&user("bob", hidden), 40);
    check(&t, &[]);
    let e = t.load();
    let people = e.lineage.people();
    let labels: Vec<&str> = people.iter().map(|(_, p)| &*p.label).collect();
    assert!(
        labels.contains(&"alice") && labels.contains(&"bob"),
        "{labels:?}"
    );
    for (_, p) in people.iter() {
        let words = format!("{p:?}");
        assert!(!words.contains(hidden), "{words}");
    }
}

#[test]
fn masked_keys_tie_nobody_to_anybody() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA****");
    let bob = user("bob", "AKIA****");
    t.works(&alice, 0).works(&bob, 5);
    let admin = t.assume(&alice, "Admin", "a", "ASIA****", 10);
    t.works(&admin, 20);
    let other = session(PROD, "Other", "o", "ASIA****", 900);
    t.works(&other, 1000);
    let e = t.load();
    // Role, name and moment agree with a call that hides the key it issued, and no more than that.
    assert_eq!(
        e.links(),
        ["temporary key Admin/a <- no key alice same-name inferred"]
    );
}

#[test]
fn the_analyst_joins_and_parts() {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    let admin = t.assume(&alice, "Admin", "a", "ASIA1", 10);
    t.works(&admin, 20);
    t.works(&user_in(DATA, "alice", "AKIA2"), 30);
    let said = |statements| Wishes {
        identities: Identities { statements },
        ..Wishes::default()
    };
    let joined = t.load_with(&said(vec![Statement::Same {
        person: "arn:aws:iam::123456789012:user/alice".into(),
        other: "arn:aws:iam::444455556666:user/alice".into(),
        reason: "same badge".into(),
    }]));
    let people = joined.lineage.people();
    let keys: Vec<&str> = people.iter().map(|(_, p)| p.key.as_str()).collect();
    let of = |key: &str| {
        let sym = (0..joined.snapshot.sessions().len())
            .filter_map(trailhound::index::symbols::Sym::at)
            .find(|s| joined.name(*s) == key)
            .unwrap();
        people.of(sym).unwrap().key.clone()
    };
    assert_eq!(of("AKIA2"), of("AKIA1"), "{keys:?}");
    let parted = t.load_with(&said(vec![Statement::Apart {
        caller: "AROAADMIN:a".into(),
        reason: "a shared role".into(),
    }]));
    assert_eq!(parted.person("ASIA1"), "Admin/a");
}

/// A trail with something of everything.
fn everything() -> Trail {
    let mut t = Trail::default();
    let alice = user("alice", "AKIA1");
    t.works(&alice, 0);
    let admin = t.assume(&alice, "Admin", "a", "ASIA1", 10);
    t.works(&admin, 20);
    let data = t.assume_in(&admin, DATA, "Data", "d", "ASIA3", 50);
    t.assume_seen(&admin, DATA, "Data", "d", "ASIA3", 50);
    t.works(&data, 60);
    t.assume(&alice, "Admin", "a", "ASIA4", 10);
    t.call(
        &admin,
        70,
        "iam",
        "CreateAccessKey",
        json!({"responseElements": {"accessKey": {"accessKeyId": "AKIA7", "userName": "bob"}}}),
    );
    t.works(&user("bob", "AKIA7"), 80);
    t.works(&user("bob", "AKIA7").with("userName", json!(null)), 81);
    let by = admin
        .clone()
        .with("accessKeyId", json!("ASIAX"))
        .with("invokedBy", json!("kms.amazonaws.com"));
    t.works(&by, 30);
    let a = session(PROD, "A", "a", "ASIAA", 10);
    let b = t.assume(&a, "B", "b", "ASIAB", 10);
    t.assume(&b, "A", "a", "ASIAA", 10);
    t.assume(&user("carol", "AKIA9"), "C", "c", "ASIAC", 10);
    t.assume(&user("dan", "AKIAD"), "C", "c", "ASIAC", 10);
    t.works(&session(PROD, "C", "c", "ASIAC", 10), 15);
    t.works(&session(PROD, "Z", "z", "ASIAZ", 10), 15);
    t.works(&other_account(PROD, &user_in(DATA, "eve", "")), 90);
    t.works(
        &session(DATA, "Data", "x", "ASIA8", 50).context("sourceIdentity", json!("alice")),
        60,
    );
    for (n, key) in ["ASIAP", "ASIAQ", "ASIAP"].into_iter().enumerate() {
        let who = console(user("alice", ""), key, 91);
        t.call(
            &who,
            95 + n as i64,
            "ec2",
            "DescribeInstances",
            json!({"sessionCredentialFromConsole": "true"}),
        );
    }
    for (at, id) in [(99, "AIDAEVEZ"), (100, "AIDAEVEA")] {
        let eve = user_in(DATA, "eve", "AKIAE").with("principalId", json!(id));
        t.works(&eve, at);
    }
    t.call(
        &alice,
        90,
        "signin",
        "GetSigninToken",
        json!({"responseElements": {"credentials": {"accessKeyId": "ASIAQ"}}}),
    );
    sign_ins(&mut t);
    machines(&mut t);
    t
}

/// Sign-ins, switches of roles, sign-in sessions, a portal, hidden keys, and what else only the
/// moment of making tells.
fn sign_ins(t: &mut Trail) {
    let login = |from: &str| {
        json!({"eventType": "AwsConsoleSignIn", "sourceIPAddress": from,
            "responseElements": {"ConsoleLogin": "Success"}})
    };
    let frank = user("frank", "");
    for (at, from) in [(200, "198.51.100.4"), (201, "203.0.113.9")] {
        t.call(&frank, at, "signin", "ConsoleLogin", login(from));
    }
    t.works(&console(frank.clone(), "ASIAF", 200), 210);
    // A session of which a part of the records does not say when it was made.
    let elsewhere = json!({"sourceIPAddress": "203.0.113.9"});
    t.call(&user("frank", "ASIAG"), 205, "s3", "ListBuckets", elsewhere);
    t.works(&console(frank.clone(), "ASIAG", 202), 211);
    for at in [209, 212, 224, 226] {
        t.call(
            &console(frank.clone(), "ASIAF", 200),
            at,
            "ec2",
            "DescribeInstances",
            json!({"sessionCredentialFromConsole": "true", "sharedEventID": format!("5c1e0000-2daa-4d00-be14-{at:012x}")}),
        );
    }
    for key in ["", "ASIAS"] {
        let target = session(DATA, "Data", "frank", key, 220);
        let switch = json!({
            "responseElements": {"SwitchRole": "Success"},
            "additionalEventData": {"SwitchFrom": "arn:aws:iam::123456789012:user/frank"},
            "sharedEventID": "5c1e0000-2daa-4d00-be14-0000000000d4",
        });
        match key {
            "" => t.call(&target, 220, "signin", "SwitchRole", switch),
            _ => t.call(
                &target,
                225,
                "s3",
                "ListBuckets",
                json!({"sessionCredentialFromConsole": true}),
            ),
        };
    }
    let arn = "arn:aws:signin:us-east-1:123456789012:session/1";
    let token = json!({"additionalEventData": {"signInSessionArn": arn}});
    t.call(
        &user("alice", "AKIA1"),
        230,
        "signin",
        "CreateOAuth2Token",
        token,
    );
    t.works(
        &user("alice", "ASIAO").context("signInSessionArn", json!(arn)),
        235,
    );
    let store = "arn:aws:identitystore::123456789012:identitystore/d-1";
    let behalf = json!({"userId": "u-1", "identityStoreArn": store});
    let person = Who {
        identity: json!({"type": "IdentityCenterUser", "accountId": PROD, "onBehalfOf": behalf}),
        account: PROD,
    };
    let opened = json!({"serviceEventDetails": {"role_name": "Admin", "account_id": PROD}});
    t.call(&person, 240, "sso", "GetRoleCredentials", opened);
    let sso = session(
        PROD,
        "AWSReservedSSO_Admin_0a1b",
        "gina@example.com",
        "ASIAU",
        240,
    );
    t.works(&sso, 245);
    t.works(&sso.with("onBehalfOf", behalf), 246);
    t.assume(
        &user("alice", "AKIA1"),
        "Hid",
        "h",
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        250,
    );
    t.works(&session(PROD, "Hid", "h", "ASIAH", 250), 255);
    // Credentials handed on of which only the moment is known.
    let handed =
        session(PROD, "Hid", "h", "ASIAV", 250).with("invokedBy", json!("kms.amazonaws.com"));
    t.works(&handed, 256);
    // A caller whose ARN only the record of another session of it tells.
    let arn = "arn:aws:sts::123456789012:assumed-role/Bare/b";
    let issued = json!({"responseElements": {"assumedRoleUser": {"arn": arn}}});
    t.call(&user("alice", "AKIA1"), 280, "sts", "AssumeRole", issued);
    let bare = session(PROD, "Bare", "b", "ASIAK", 280).with("arn", json!(""));
    t.works(&bare, 285);
    t.works(&session(PROD, "Bare", "b", "ASIAL", 900), 905);
    // Two principals of one id: whoever they are, one of them is chosen whatever came first.
    let twins = ["hank", "hans"].map(|name| user(name, "").with("principalId", json!("AIDAHH")));
    t.works(&twins[0], 260).works(&twins[1], 260);
    t.works(&other_account(DATA, &twins[0]), 261);
    let subject = Who {
        identity: json!({"type": "SAMLUser", "principalId": "q=:heidi", "userName": "heidi", "identityProvider": "q="}),
        account: PROD,
    };
    let issued = json!({"responseElements": Trail::issued("Audit", "heidi", "ASIAI", PROD, 270)});
    t.call(&subject, 270, "sts", "AssumeRoleWithSAML", issued);
    let audit = session(PROD, "Audit", "heidi", "ASIAJ", 271);
    t.call(
        &audit,
        275,
        "ec2",
        "DescribeInstances",
        json!({"sessionCredentialFromConsole": "true"}),
    );
}

/// Identities that others made, and machines.
fn machines(t: &mut Trail) {
    let alice = user("alice", "AKIA1");
    t.call(&alice, 300, "iam", "CreateUser", json!({
        "requestParameters": {"userName": "ivan"},
        "responseElements": {"user": {"arn": "arn:aws:iam::123456789012:user/ivan", "userId": "AIDAIVAN"}},
    }));
    t.call(
        &alice,
        301,
        "iam",
        "CreateLoginProfile",
        json!({"requestParameters": {"userName": "ivan"}}),
    );
    t.call(
        &user("ivan", ""),
        305,
        "signin",
        "ConsoleLogin",
        json!({"responseElements": {"ConsoleLogin": "Success"}}),
    );
    t.call(&alice, 302, "iam", "CreateRole", json!({
        "requestParameters": {"roleName": "Web"},
        "responseElements": {"role": {"arn": "arn:aws:iam::123456789012:role/Web", "roleId": "AROAWEB"}},
    }));
    // The same id and birth once more, of a record that differs elsewhere: one of them is the proof,
    // and not the one that came first.
    let mut again = t.records.last().cloned().unwrap_or_default();
    again["eventVersion"] = json!("1.02");
    again["userAgent"] = json!("aws-sdk-go/1.2");
    t.records.push(again);
    let started =
        json!({"responseElements": {"instancesSet": {"items": [{"instanceId": "i-0a"}]}}});
    t.call(&alice, 310, "ec2", "RunInstances", started);
    let instance = t.assume(&service("ec2.amazonaws.com"), "Web", "i-0a", "ASIAW", 320);
    t.works(&instance, 330);
    let target = json!({"requestParameters": {"target": "i-0a"}});
    t.call(&user("bob", "AKIA7"), 325, "ssm", "StartSession", target);
    for (at, name) in [
        (340, "CreateFunction20150331"),
        (342, "UpdateFunctionCode20150331v2"),
    ] {
        t.call(
            &alice,
            at,
            "lambda",
            name,
            json!({"requestParameters": {"functionName": "clean"}}),
        );
    }
    let function = t.assume(
        &service("lambda.amazonaws.com"),
        "Fn",
        "clean",
        "ASIAN",
        350,
    );
    t.works(&function, 341).works(&function, 360);
    t.call(
        &alice,
        370,
        "rolesanywhere",
        "CreateTrustAnchor",
        json!({"requestParameters": {"name": "ca"}}),
    );
    let outside = t.assume(
        &service("rolesanywhere.amazonaws.com"),
        "Out",
        "cert",
        "ASIAR",
        380,
    );
    t.works(&outside, 390);
    let task = json!({"responseElements": {"tasks": [{"taskArn": "arn:aws:ecs:us-east-1:123456789012:task/c/t1"}]}});
    t.call(&alice, 400, "ecs", "RunTask", task);
    t.works(&session(PROD, "Task", "t1", "ASIAT", 410), 415);
    let guest = json!({
        "type": "FederatedUser", "principalId": "123456789012:guest",
        "arn": "arn:aws:sts::123456789012:federated-user/guest", "accountId": PROD, "accessKeyId": "ASIAE",
        "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice", "accountId": PROD}},
    });
    t.works(
        &Who {
            identity: guest,
            account: PROD,
        },
        420,
    );
}

#[test]
fn everything_has_a_link_of_every_kind() {
    let e = everything().load();
    for kind in LinkKind::ALL {
        // Their children leave no trace of where they come from.
        let is_silent = matches!(kind, LinkKind::CreatedCredential | LinkKind::ChangedRights);
        let found = e.lineage.links.iter().any(|l| l.kind == kind);
        assert_eq!(found, !is_silent, "{}: {:#?}", kind.name(), e.links());
    }
}

#[test]
fn a_console_opened_with_a_key_knows_its_issuer() {
    let e = everything().load();
    assert!(
        e.links()
            .contains(&"ASIAP <- AKIA1 issued-key exact".to_owned()),
        "{:?}",
        e.links()
    );
}

#[test]
fn nothing_is_repeated_without_end() {
    // Two people who make keys for each other: the tree names each once.
    let mut t = Trail::default();
    let (alice, bob) = (user("alice", "AKIA1"), user("bob", "AKIA2"));
    for (who, key, name) in [(&alice, "AKIA2", "bob"), (&bob, "AKIA1", "alice")] {
        t.call(
            who,
            10,
            "iam",
            "CreateAccessKey",
            json!({"responseElements": {"accessKey": {"accessKeyId": key, "userName": name}}}),
        );
    }
    assert_eq!(t.load().json().matches(r#""actor""#).count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn files_in_any_order_give_the_same_bytes(
        order in Just((0..everything().records.len()).collect::<Vec<_>>()).prop_shuffle(),
        size in 1usize..9,
    ) {
        let trail = everything();
        let (expected, found) = (trail.load(), trail.load_as(&order, size));
        prop_assert_eq!(found.json(), expected.json());
        prop_assert_eq!(found.cards(), expected.cards());
    }
}

/// After each file, what has grown is what a look at all there is gives.
fn grows_as_a_whole(order: &[usize], size: usize) {
    everything().grow(order, size, |grown| {
        let whole = Lineage::of(&grown.snapshot, &Wishes::default(), &Cancel::NEVER);
        let whole = whole.expect("nobody gives it up");
        let same = |of: fn(&Lineage) -> String| assert_eq!(of(&grown.lineage), of(&whole));
        same(|l| format!("{:#?} {:#?}", l.links, l.stats));
        same(|l| format!("{:?} {:#?}", l.births().collect::<Vec<_>>(), l.people()));
        let whole = Evidence {
            snapshot: Arc::clone(&grown.snapshot),
            lineage: whole,
        };
        assert_eq!(grown.json(), whole.json());
        assert_eq!(grown.links(), whole.links());
    });
}

#[test]
fn what_grows_record_by_record_forward_and_backward() {
    let order: Vec<usize> = (0..everything().records.len()).collect();
    grows_as_a_whole(&order, 1);
    grows_as_a_whole(&order.into_iter().rev().collect::<Vec<_>>(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn what_grows_with_each_file_is_what_a_look_at_the_whole_gives(
        order in Just((0..everything().records.len()).collect::<Vec<_>>()).prop_shuffle(),
        size in 1usize..9,
    ) {
        grows_as_a_whole(&order, size);
    }
}

#[test]
fn moments_out_of_all_proportion_are_no_moments() {
    let mut t = Trail::default();
    for (service, name) in [("signin", "ConsoleLogin"), ("sso", "GetRoleCredentials")] {
        let more = json!({"eventTime": null, "serviceEventDetails": {"role_name": "Admin"}});
        t.call(&user("alice", ""), 10, service, name, more);
    }
    let old = json!({"creationDate": "0001-01-01T00:00:00Z"});
    let sso = session(PROD, "AWSReservedSSO_Admin_0a1b", "a", "ASIA1", 10);
    t.works(&sso.context("attributes", old.clone()), 20);
    t.works(&user("alice", "ASIA2").context("attributes", old), 20);
    check(&t, &[]);
}
