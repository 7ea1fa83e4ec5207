//! Resources as a shell asks for them: many names, what changed, what is related, and the traps.
//! Counts over larger corpora are made where they are at hand.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up must fail, and one that is skipped says so"
)]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A call in an account and region.
fn call(n: u32, account: &str, service: &str, name: &str, asked: &Value, answer: &Value) -> Value {
    json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{account}:user/ops"),
            "accountId": account, "userName": "ops"},
        "eventTime": format!("2026-11-20T14:{:02}:{:02}Z", n / 60, n % 60),
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-west-2",
        "sourceIPAddress": "203.0.113.77",
        "requestParameters": asked,
        "responseElements": answer,
        "eventID": format!("6f4ab5bd-2daa-4d00-be14-d92ef0{n:06}"),
        "recipientAccountId": account,
    })
}

fn evidence(records: &[Value]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let text = json!({"Records": records}).to_string();
    std::fs::write(dir.path().join("a.json"), text).unwrap();
    dir
}

fn run(args: &[&str], path: &Path) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_trailhound"))
        .args(args)
        .arg(path)
        .args(["--progress", "never"])
        .output()
        .unwrap();
    String::from_utf8(out.stdout).unwrap()
}

fn count(filter: &str, path: &Path) -> u64 {
    let out = Command::new(env!("CARGO_BIN_EXE_trailhound"))
        .args(["query", filter])
        .arg(path)
        .args(["--format", "count"])
        .output()
        .unwrap();
    String::from_utf8(out.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

fn resource(name: &str, path: &Path) -> Value {
    let out = Command::new(env!("CARGO_BIN_EXE_trailhound"))
        .args(["resource", name])
        .arg(path)
        .args(["--format", "json"])
        .output()
        .unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

const A: &str = "111122223333";
const B: &str = "444455556666";
const LB: &str =
    "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/web/ffcddace1759e1d0";
const DNS: &str = "web-1836718677.us-west-2.elb.amazonaws.com";

#[test]
fn a_load_balancer_under_every_name() {
    let none = Value::Null;
    let dir = evidence(&[
        call(
            1,
            A,
            "elasticloadbalancing",
            "CreateLoadBalancer",
            &json!({"name": "web", "subnets": ["subnet-8360a9e7"], "securityGroups": ["sg-5943793c"]}),
            &json!({"loadBalancers": [{"loadBalancerArn": LB, "dNSName": DNS, "loadBalancerName": "web"}]}),
        ),
        // A classic one of the same name is another one.
        call(
            2,
            A,
            "elasticloadbalancing",
            "CreateLoadBalancer",
            &json!({"loadBalancerName": "web", "listeners": []}),
            &json!({"dNSName": "x.elb.amazonaws.com"}),
        ),
        call(
            3,
            A,
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            &json!({"names": ["web"]}),
            &none,
        ),
        call(
            4,
            A,
            "elasticloadbalancing",
            "DeleteLoadBalancer",
            &json!({"loadBalancerArn": LB}),
            &none,
        ),
        call(
            5,
            B,
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            &json!({"names": ["web"]}),
            &none,
        ),
    ]);
    let path = dir.path();
    for name in [LB, DNS, "app/web", "app/web/ffcddace1759e1d0"] {
        assert_eq!(count(&format!("res:{name}"), path), 3, "{name}");
    }
    assert_eq!(count("rtype:loadbalancer/app", path), 2);
    assert_eq!(count("rtype:security-group", path), 1);
    let found = resource(LB, path);
    let story = &found["resources"][0];
    assert_eq!(found["resources"].as_array().unwrap().len(), 1);
    assert_eq!(story["state"], "deleted");
    assert_eq!(story["names"][0], LB);
    assert!(story["names"].as_array().unwrap().contains(&json!(DNS)));
    let deeds: Vec<_> = story["life"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["deed"])
        .collect();
    assert_eq!(deeds, ["created", "deleted"]);
    let bonds: Vec<_> = story["bonds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| &b["name"])
        .collect();
    assert_eq!(bonds, ["sg-5943793c", "subnet-8360a9e7"]);
}

#[test]
fn what_changed_and_what_was_unknown_before() {
    let none = Value::Null;
    let dir = evidence(&[
        call(
            1,
            A,
            "elasticache",
            "CreateCacheCluster",
            &json!({"numCacheNodes": 2, "cacheClusterId": "test-memcached", "engine": "memcached"}),
            &json!({"cacheClusterId": "test-memcached", "cacheParameterGroup": {"cacheParameterGroupName": "default"}}),
        ),
        call(
            2,
            A,
            "elasticache",
            "ModifyCacheCluster",
            &json!({"numCacheNodes": 3, "applyImmediately": true, "cacheClusterId": "test-memcached"}),
            &none,
        ),
    ]);
    let found = resource("test-memcached", dir.path());
    let story = &found["resources"][0];
    assert_eq!(
        story["name"],
        "arn:aws:elasticache:us-west-2:111122223333:cluster:test-memcached"
    );
    assert_eq!(
        (&story["state"], &story["derived"]),
        (&json!("created"), &json!(true))
    );
    let changed = &story["told"][0]["changed"];
    let nodes = changed
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["name"] == "numCacheNodes")
        .unwrap();
    assert_eq!(
        (&nodes["before"], &nodes["after"]),
        (&json!("2"), &json!("3"))
    );
    let apply = changed
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["name"] == "applyImmediately")
        .unwrap();
    assert_eq!(apply["before_known"], false);
    let table = run(
        &["resource", "test-memcached", "--format", "table"],
        dir.path(),
    );
    assert!(table.contains("numCacheNodes 2 → 3"), "{table}");
    assert!(
        table.contains("applyImmediately unknown before → true"),
        "{table}"
    );
}

/// What each call changed of a resource, newest first, as text.
fn told(name: &str, path: &Path) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let one = |d: &Value| {
        let before = match d["before_known"].as_bool() {
            Some(false) => "?".to_owned(),
            _ => text(&d["before"]),
        };
        format!("{} {before} > {}", text(&d["name"]), text(&d["after"]))
    };
    let found = resource(name, path);
    let calls = found["resources"][0]["told"].as_array().unwrap();
    let changes = |call: &Value| {
        call["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(one)
            .collect()
    };
    calls.iter().map(changes).collect()
}

#[test]
fn what_changed_is_told_from_the_calls_before_of_this_resource_alone() {
    let none = Value::Null;
    let nodes = |of: &str, n: u32| json!({"numCacheNodes": n, "cacheClusterId": of});
    let of = "elasticache";
    let mut refused = call(5, A, of, "ModifyCacheCluster", &nodes("one", 9), &none);
    refused["errorCode"] = json!("AccessDenied");
    let mut looked = call(6, A, of, "DescribeCacheClusters", &nodes("one", 8), &none);
    looked["readOnly"] = json!(true);
    let more = json!({"numCacheNodes": 4, "cacheClusterId": "one", "engineVersion": "1.6"});
    let dir = evidence(&[
        call(
            1,
            A,
            of,
            "CreateCacheCluster",
            &nodes("one", 2),
            &json!({"engineVersion": "1.4"}),
        ),
        call(2, A, of, "CreateCacheCluster", &nodes("two", 20), &none),
        call(3, A, of, "ModifyCacheCluster", &nodes("one", 3), &none),
        call(4, A, of, "ModifyCacheCluster", &nodes("two", 30), &none),
        refused,
        looked,
        call(7, A, of, "ModifyCacheCluster", &more, &none),
        // Another of the same name, in another account.
        call(8, B, of, "ModifyCacheCluster", &nodes("one", 7), &none),
        call(
            9,
            A,
            of,
            "DeleteCacheCluster",
            &json!({"cacheClusterId": "one"}),
            &none,
        ),
        call(10, A, of, "CreateCacheCluster", &nodes("one", 1), &none),
        call(11, A, of, "ModifyCacheCluster", &more, &none),
        // Made from it, not of it.
        call(
            12,
            A,
            of,
            "CreateSnapshot",
            &json!({"cacheClusterId": "one", "snapshotName": "nightly", "kmsKeyId": "k"}),
            &none,
        ),
    ]);
    let cluster =
        |account: &str, id: &str| format!("arn:aws:elasticache:us-west-2:{account}:cluster:{id}");
    let story = told(&cluster(A, "one"), dir.path());
    let expected: [&[&str]; 6] = [
        // What it was before it was deleted says nothing of the new one.
        &["numCacheNodes 1 > 4", "engineVersion ? > 1.6"],
        &["numCacheNodes - > 1"],
        &["(resource) exists > -"],
        &["numCacheNodes 3 > 4", "engineVersion 1.4 > 1.6"],
        &["numCacheNodes 2 > 3"],
        &["numCacheNodes - > 2"],
    ];
    assert_eq!(story, expected);
    let two: [&[&str]; 2] = [&["numCacheNodes 20 > 30"], &["numCacheNodes - > 20"]];
    assert_eq!(told(&cluster(A, "two"), dir.path()), two);
    assert_eq!(
        told(&cluster(B, "one"), dir.path()),
        [["numCacheNodes ? > 7"]]
    );
}

/// Modelled on calls of stratus-red-team: a snapshot shared, an instance's user data replaced, a rule
/// opened, a policy's trust widened.
#[test]
fn what_changed_in_the_calls_of_an_incident() {
    let none = Value::Null;
    let share = |how: &str| {
        json!({"attributeType": "CREATE_VOLUME_PERMISSION", "snapshotId": "snap-041993b54a9b3af6f",
            "createVolumePermission": {how: {"items": [{"userId": B}]}}})
    };
    let instances = json!({"instancesSet": {"items": [{"instanceId": "i-0dd6c7b0e18f0e35f"},
        {"instanceId": "i-0dd6c7b0e18f0e360"}]}});
    let userdata =
        json!({"instanceId": "i-0dd6c7b0e18f0e35f", "userData": "<sensitiveDataRemoved>"});
    let protect = |on: bool| json!({"instanceId": "i-0dd6c7b0e18f0e35f", "disableApiTermination": {"value": on}});
    let rule = json!({"groupId": "sg-04cfb7a4712d75b00", "ipPermissions": {"items": [
        {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {},
            "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}});
    let trust = |who: &str| {
        let document = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": who}}]});
        json!({"roleName": "deploy", "policyDocument": document.to_string()})
    };
    let dir = evidence(&[
        call(1, A, "ec2", "ModifySnapshotAttribute", &share("add"), &none),
        call(
            2,
            A,
            "ec2",
            "ModifySnapshotAttribute",
            &share("remove"),
            &none,
        ),
        call(
            3,
            A,
            "ec2",
            "ModifyInstanceAttribute",
            &protect(true),
            &none,
        ),
        call(4, A, "ec2", "StopInstances", &instances, &none),
        call(5, A, "ec2", "ModifyInstanceAttribute", &userdata, &none),
        // Hidden again: whether it is the same, nobody knows.
        call(11, A, "ec2", "ModifyInstanceAttribute", &userdata, &none),
        call(
            6,
            A,
            "ec2",
            "ModifyInstanceAttribute",
            &protect(false),
            &none,
        ),
        call(7, A, "ec2", "AuthorizeSecurityGroupIngress", &rule, &none),
        call(8, A, "ec2", "RevokeSecurityGroupIngress", &rule, &none),
        call(
            9,
            A,
            "iam",
            "UpdateAssumeRolePolicy",
            &trust("arn:aws:iam::111122223333:root"),
            &none,
        ),
        call(
            10,
            A,
            "iam",
            "UpdateAssumeRolePolicy",
            &trust("arn:aws:iam::444455556666:root"),
            &none,
        ),
    ]);
    let told = |name: &str| told(name, dir.path());
    assert_eq!(
        told("snap-041993b54a9b3af6f"),
        [
            ["createVolumePermission.remove.userId 444455556666 > -"],
            ["createVolumePermission.add.userId - > 444455556666"]
        ]
    );
    assert_eq!(
        told("i-0dd6c7b0e18f0e35f"),
        [
            ["userData ? > <sensitiveDataRemoved>"].as_slice(),
            &["disableApiTermination true > false"],
            &["userData ? > <sensitiveDataRemoved>"],
            &[],
            &["disableApiTermination ? > true"],
        ]
    );
    let ports = ["ipProtocol", "fromPort", "toPort", "ipRanges.cidrIp"]
        .map(|n| format!("ipPermissions.{n}"));
    let values = ["tcp", "22", "22", "0.0.0.0/0"];
    let rules = |how: &dyn Fn(&str, &str) -> String| -> Vec<String> {
        ports
            .iter()
            .zip(values)
            .map(|(name, value)| how(name, value))
            .collect()
    };
    assert_eq!(
        told("sg-04cfb7a4712d75b00"),
        [
            rules(&|name, value| format!("{name} {value} > -")),
            rules(&|name, value| format!("{name} - > {value}")),
        ]
    );
    assert_eq!(
        told("role/deploy")[0],
        [
            "policyDocument.Statement.Principal.AWS arn:aws:iam::111122223333:root > arn:aws:iam::444455556666:root"
        ]
    );
}

#[test]
fn what_a_resource_is_named_with_is_told_once() {
    let none = Value::Null;
    let set = |group: &str| json!({"loadBalancerArn": LB, "securityGroups": [group]});
    let of = "elasticloadbalancing";
    let mut refused = call(3, A, of, "SetSecurityGroups", &set("sg-6943793c"), &none);
    refused["errorCode"] = json!("AccessDenied");
    let mut again = call(4, A, of, "SetSecurityGroups", &set("sg-5943793c"), &none);
    again["errorCode"] = json!("AccessDenied");
    let dir = evidence(&[
        call(1, A, of, "SetSecurityGroups", &set("sg-5943793c"), &none),
        call(2, A, of, "SetSecurityGroups", &set("sg-5943793c"), &none),
        refused,
        again,
    ]);
    let found = resource(LB, dir.path());
    let story = &found["resources"][0];
    assert!(story.get("related").is_none());
    assert_eq!(story["n_bonds"], 2);
    let bond = |n: usize| {
        let bond = &story["bonds"][n];
        ["name", "bond", "events", "writes", "failures"].map(|key| bond[key].to_string())
    };
    assert_eq!(bond(0), ["\"sg-5943793c\"", "\"used with\"", "3", "2", "1"]);
    let tried = "\"only in calls that failed\"";
    assert_eq!(bond(1), ["\"sg-6943793c\"", tried, "1", "0", "1"]);
    let shown_by = story["bonds"][0]["shown_by"].as_str().unwrap();
    assert!(shown_by.ends_with("000001"), "{shown_by}");
    let table = run(&["resource", LB, "--format", "table"], dir.path());
    let told = table.lines().filter(|line| line.contains("sg-5943793c  "));
    let told: Vec<&str> = told.collect();
    assert_eq!(told.len(), 1, "{table}");
    assert!(
        told[0].contains("used with  2 changed  1 failed  "),
        "{table}"
    );
    assert!(!table.contains("  related ("), "{table}");
}

#[test]
fn names_that_look_alike_stay_apart() {
    let none = Value::Null;
    let dir = evidence(&[
        call(
            1,
            A,
            "iam",
            "CreateUser",
            &json!({"userName": "alice", "path": "/dept/"}),
            &json!({"user": {"arn": "arn:aws:iam::111122223333:user/dept/alice", "userName": "alice",
                "userId": "AIDAEXAMPLEALICE"}}),
        ),
        call(
            2,
            A,
            "iam",
            "DeleteUser",
            &json!({"userName": "alice"}),
            &none,
        ),
        call(
            3,
            B,
            "iam",
            "DeleteUser",
            &json!({"userName": "alice"}),
            &none,
        ),
        call(
            4,
            A,
            "iam",
            "DeleteRole",
            &json!({"roleName": "alice"}),
            &none,
        ),
        call(
            5,
            A,
            "secretsmanager",
            "GetSecretValue",
            &json!({"secretId": "prod"}),
            &none,
        ),
        call(
            6,
            A,
            "secretsmanager",
            "GetSecretValue",
            &json!({"secretId": "prod-abcdef"}),
            &none,
        ),
        call(
            10,
            A,
            "secretsmanager",
            "GetSecretValue",
            &json!({"secretId": "prod-replica"}),
            &none,
        ),
        call(
            7,
            A,
            "secretsmanager",
            "PutSecretValue",
            &json!({"secretId":
            "arn:aws:secretsmanager:us-west-2:111122223333:secret:prod-AbCdEf"}),
            &none,
        ),
        call(
            8,
            A,
            "kms",
            "CreateAlias",
            &json!({"aliasName": "alias/data", "targetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}),
            &none,
        ),
        call(
            9,
            A,
            "kms",
            "ScheduleKeyDeletion",
            &json!({"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}),
            &none,
        ),
    ]);
    let path = dir.path();
    // With and without its path, by its id, in one account.
    for name in ["user/dept/alice", "AIDAEXAMPLEALICE"] {
        assert_eq!(count(&format!("res:{name}"), path), 2, "{name}");
    }
    assert_eq!(count("res:user/alice", path), 3);
    assert_eq!(count("res=arn:aws:iam::444455556666:user/alice", path), 1);
    assert_eq!(count("res=arn:aws:iam::111122223333:role/alice", path), 1);
    let full = "arn:aws:secretsmanager:us-west-2:111122223333:secret:prod-AbCdEf";
    assert_eq!(count(&format!("res={full}"), path), 2);
    // By the name it was given, however the calls name it; its longer namesakes are others.
    assert_eq!(count("res:prod", path), 2);
    assert_eq!(count("res:prod-replica", path), 1);
    // A typed name has no letter case, so the ARN that reads so answers beside the namesake.
    assert_eq!(count("res:prod-abcdef", path), 3);
    assert_eq!(count("res:alias/data", path), 2);
    let key = resource("alias/data", path);
    assert_eq!(key["resources"][0]["state"], "deleted");
}

#[test]
fn keys_sessions_and_foreign_accounts_have_pages_of_their_own() {
    let none = Value::Null;
    let (key, issued) = ("AKIAIOSFODNN7EXAMPL2", "ASIAIOSFODNN7EXAMPL3");
    let session = "arn:aws:sts::444455556666:assumed-role/Admin/s1";
    let dir = evidence(&[
        call(
            1,
            A,
            "iam",
            "CreateAccessKey",
            &json!({"userName": "alice"}),
            &json!({"accessKey": {"accessKeyId": key, "userName": "alice", "status": "Active"}}),
        ),
        call(
            2,
            A,
            "sts",
            "AssumeRole",
            &json!({"roleArn": "arn:aws:iam::444455556666:role/Admin", "roleSessionName": "s1"}),
            &json!({"assumedRoleUser": {"arn": session, "assumedRoleId": "AROAEXAMPLE:s1"},
                "credentials": {"accessKeyId": issued}}),
        ),
        call(
            3,
            A,
            "ec2",
            "ModifySnapshotAttribute",
            &json!({"snapshotId": "snap-0a1b2c3d", "createVolumePermission":
                {"add": {"items": [{"userId": "999900001111"}]}}}),
            &none,
        ),
        call(
            4,
            A,
            "iam",
            "DeleteAccessKey",
            &json!({"userName": "alice", "accessKeyId": key}),
            &none,
        ),
    ]);
    let path = dir.path();
    for (name, kind, state, related) in [
        (
            key,
            "iam:access-key",
            "deleted",
            "arn:aws:iam::111122223333:user/alice",
        ),
        (issued, "iam:access-key", "seen", session),
        (
            session,
            "sts:assumed-role",
            "seen",
            "arn:aws:iam::444455556666:role/Admin",
        ),
        (
            "999900001111",
            "organizations:account",
            "seen",
            "snap-0a1b2c3d",
        ),
    ] {
        let found = resource(name, path);
        let story = &found["resources"][0];
        assert_eq!(story["name"], name);
        assert_eq!(
            (&story["kind"], &story["state"]),
            (&json!(kind), &json!(state))
        );
        let bonds = story["bonds"].as_array().unwrap();
        let bond = bonds.iter().find(|bond| bond["name"] == related);
        // Each bond says which event shows it.
        let shown_by = bond.and_then(|bond| bond["shown_by"].as_str());
        assert!(shown_by.is_some(), "{name}: {bonds:?}");
    }
}

#[test]
fn most_changes_of_the_corpus_name_a_resource() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: no corpus here");
        return;
    }
    let all = count("verb:write,delete", &corpus);
    let named = count("verb:write,delete res:*", &corpus);
    println!("{named} of {all} changes name a resource");
    assert!(named * 100 >= all * 95, "{named} of {all}");
}

#[test]
fn types_are_counted_once_an_event_and_the_world_can_be_asked_for() {
    let none = Value::Null;
    let public = json!({"snapshotId": "snap-0a1b2c3d",
        "createVolumePermission": {"add": {"items": [{"group": "all"}]}}});
    let two = json!({"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d"},
        {"instanceId": "i-0a1b2c3e"}]}});
    let dir = evidence(&[
        call(1, A, "ec2", "ModifySnapshotAttribute", &public, &none),
        call(2, A, "ec2", "TerminateInstances", &two, &none),
        call(3, A, "ec2", "DescribeRegions", &none, &none),
    ]);
    let path = dir.path();
    let text = run(&["stats", "--by", "rtype", "--format", "jsonl"], path);
    let rows: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let counted = |value: &Value| {
        let of = rows.iter().find(|row| row["value"] == *value);
        of.and_then(|row| row["events"].as_u64())
    };
    assert_eq!(counted(&json!("ec2:instance")), Some(1), "{text}");
    assert_eq!(counted(&json!("ec2:snapshot")), Some(1), "{text}");
    assert_eq!(counted(&json!("(none)")), Some(1), "{text}");
    assert_eq!(count("res:everyone", path), 1);
    let snapshot = resource("snap-0a1b2c3d", path);
    assert_eq!(snapshot["resources"][0]["life"][0]["deed"], "shared");
}

/// Pairs of calls of which the second changed what the first had set, as they were recorded.
#[test]
fn what_changed_in_recorded_pairs_of_calls() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: no corpus here");
        return;
    }
    let told = |source: &str, name: &str| -> Vec<(String, String, String, String)> {
        let found = resource(name, &corpus.join(source));
        let told = found["resources"][0]["told"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        told.iter()
            .flat_map(|call| {
                let changed = call["changed"].as_array().unwrap();
                let one = |d: &Value| {
                    (
                        text(&call["id"]),
                        text(&d["name"]),
                        text(&d["before"]),
                        text(&d["after"]),
                    )
                };
                changed.iter().map(one).collect::<Vec<_>>()
            })
            .collect()
    };
    for (source, name, id, attribute, before, after) in [
        (
            "cloud-console-cartographer",
            "AKIAREDACTEDNJYME9LZ",
            "4b4cd811-9459-47b6-82d9-b9dabd591870",
            "status",
            "Active",
            "Inactive",
        ),
        (
            "cloud-console-cartographer",
            "user/1_Petulla",
            "8de02fb6-90ba-4d55-9c87-f7dceb835fa7",
            "passwordResetRequired",
            "true",
            "false",
        ),
        (
            "panther-analysis",
            "critical-data-bucket",
            "12345678-1234-1234-1234-555555555555",
            "VersioningConfiguration.Status",
            "Enabled",
            "Suspended",
        ),
        (
            "awsdocs",
            "arn:aws:rbin:us-west-2:123456789012:rule/jkrnexample",
            "714fafex-2eam-42pl-913e-926d4example",
            "retentionPeriod.retentionPeriodValue",
            "7",
            "365",
        ),
    ] {
        let all = told(source, name);
        let wanted = [id, attribute, before, after].map(str::to_owned);
        let [id, attribute, before, after] = wanted;
        assert!(
            all.contains(&(id, attribute, before, after)),
            "{name}: {all:?}"
        );
    }
    // The other instances that one call names are no state of this one.
    let instance = told("cloud-console-cartographer", "i-db0c0ffeeffd53ad4");
    assert!(!instance.is_empty());
    assert!(
        instance
            .iter()
            .all(|(_, name, ..)| !name.contains("instanceId")),
        "{instance:?}"
    );
}

#[test]
fn bytes_that_left_are_a_number_to_ask_for_and_to_sort_by() {
    let event = |n: u32, given: Value| {
        let mut record = call(
            n,
            "111122223333",
            "s3",
            "GetObject",
            &json!({"bucketName": "b", "key": n.to_string()}),
            &Value::Null,
        );
        record["additionalEventData"] = given;
        record
    };
    let dir = evidence(&[
        event(1, json!({"bytesTransferredOut": 900})),
        event(
            2,
            json!({"bytesTransferredOut": 1_200_000.0, "bytesTransferredIn": 7}),
        ),
        // Writers that quote numbers.
        event(3, json!({"bytesTransferredOut": "30000"})),
        event(4, json!({"bytesTransferredOut": 0})),
        event(5, json!({"bytesTransferredOut": -5})),
        event(6, json!({"other": {"bytesTransferredOut": 77}})),
        event(7, Value::Null),
    ]);
    let counts = |filters: &[&str]| -> Vec<u64> {
        let one = |filter: &&str| count(filter, dir.path());
        filters.iter().map(one).collect()
    };
    let filters = [
        "bytes:*",
        "-bytes:*",
        "bytes>900",
        "bytes>=900",
        "bytes:30000",
    ];
    assert_eq!(counts(&filters), [3, 4, 2, 3, 1]);
    // What a path in the record says agrees.
    assert_eq!(
        counts(&[".additionalEventData.bytesTransferredOut>900"]),
        [2]
    );
    let sorted = run(
        &[
            "query",
            "bytes:*",
            "--columns",
            "bytes",
            "--sort=-bytes",
            "--format",
            "csv",
        ],
        dir.path(),
    );
    let values: Vec<&str> = sorted.lines().collect();
    assert_eq!(values, ["bytes", "1200000", "30000", "900"]);
    let told: Value =
        serde_json::from_str(&run(&["who", "ops", "--format", "json"], dir.path())).unwrap();
    assert_eq!(told["principals"][0]["totals"]["bytes_out"], 1_230_900);
}

#[test]
fn a_database_is_found_by_the_filter_it_was_sought_with() {
    let seek = |n: u32, filters: Value| {
        let asked = json!({"filters": filters});
        call(
            n,
            "111122223333",
            "rds",
            "DescribeDBInstances",
            &asked,
            &Value::Null,
        )
    };
    let dir = evidence(&[
        seek(
            1,
            json!([{"name": "engine", "values": ["mysql"]},
                {"name": "db-instance-id", "values": ["other", "orders"]}]),
        ),
        seek(2, json!([{"name": "domain", "values": ["orders"]}])),
    ]);
    assert_eq!(
        count(
            "res:arn:aws:rds:us-west-2:111122223333:db:orders",
            dir.path()
        ),
        1
    );
    assert_eq!(count("res:other", dir.path()), 1);
    assert_eq!(count("res:mysql", dir.path()), 0);
}

#[test]
fn what_a_machine_reports_of_itself_is_no_change_and_what_repeats_is_one_row() {
    let none = Value::Null;
    let id = "i-0b6e2d9f4a71c8351";
    let mut records = vec![call(
        0,
        A,
        "ec2",
        "RunInstances",
        &json!({"instancesSet": {"items": [{"imageId": "ami-6869aa05"}]}}),
        &json!({"instancesSet": {"items": [{"instanceId": id}]}}),
    )];
    for n in 1..=20 {
        let asked = json!({"instanceId": id, "agentVersion": "3.3", "platformType": "Linux"});
        records.push(call(
            n,
            A,
            "ssm",
            "UpdateInstanceInformation",
            &asked,
            &none,
        ));
        if n % 4 == 0 {
            let asked =
                json!({"instanceId": id, "groupSet": {"items": [{"groupId": "sg-5943793c"}]}});
            let name = "ModifyInstanceAttribute";
            records.push(call(100 + n, A, "ec2", name, &asked, &none));
        }
    }
    let asked = json!({"instancesSet": {"items": [{"instanceId": id}]}});
    records.push(call(300, A, "ec2", "TerminateInstances", &asked, &none));
    let dir = evidence(&records);
    let found = resource(id, dir.path());
    let story = &found["resources"][0];
    let changes: Vec<(&str, u64, &str)> = story["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| {
            let text = |key: &str| run[key].as_str().unwrap();
            (text("what"), run["times"].as_u64().unwrap(), text("since"))
        })
        .collect();
    assert_eq!(
        changes,
        [
            ("TerminateInstances", 1, "2026-11-20T14:05:00Z"),
            ("ModifyInstanceAttribute", 5, "2026-11-20T14:01:44Z"),
            ("RunInstances", 1, "2026-11-20T14:00:00Z"),
        ]
    );
    assert_eq!(story["n_changes"], 7);
    // The reports are events of the instance all the same, and writes.
    assert_eq!(found["events"], 27, "{story}");
    assert_eq!(
        count("verb:write what:UpdateInstanceInformation", dir.path()),
        20
    );
    let told = story["told"].to_string();
    assert!(!told.contains("UpdateInstanceInformation"), "{told}");
    let life = story["life"].to_string();
    assert!(
        life.contains("\"created\"") && life.contains("\"deleted\""),
        "{life}"
    );
    let table = run(&["resource", id, "--format", "table"], dir.path());
    assert!(table.contains("ModifyInstanceAttribute  "), "{table}");
    assert!(table.contains("×5 since 2026-11-20"), "{table}");
}

#[test]
fn the_story_of_one_moment_is_the_same_whatever_the_order_of_the_files() {
    let none = Value::Null;
    let bucket = || json!({"bucketName": "data"});
    let status = |s: &str| json!({"bucketName": "data", "VersioningConfiguration": {"Status": s}});
    let mut calls: Vec<(u32, &str, Value)> = vec![
        (60, "CreateBucket", bucket()),
        (60, "PutBucketVersioning", status("Enabled")),
        (60, "PutBucketVersioning", status("Suspended")),
        (60, "PutBucketVersioning", status("Enabled")),
        (60, "PutBucketTagging", bucket()),
        (60, "PutBucketTagging", bucket()),
        (60, "DeleteBucket", bucket()),
        // What stands is ended and made again.
        (61, "CreateBucket", bucket()),
        (62, "DeleteBucket", bucket()),
        (62, "CreateBucket", bucket()),
        (62, "PutBucketVersioning", status("Suspended")),
    ];
    for n in 0..4 {
        let asked = json!({"bucketName": format!("other{n}"), "key": "k",
            "x-amz-copy-source": "data/k"});
        calls.push((60, "CopyObject", asked));
    }
    let records: Vec<Value> = (1..)
        .zip(&calls)
        .map(|(n, (second, name, asked))| {
            let mut record = call(n, A, "s3", name, asked, &none);
            record["eventTime"] = json!(format!("2026-11-20T14:00:{:02}Z", second - 60));
            record
        })
        .collect();
    let told = |order: &[usize]| {
        let dir = tempfile::tempdir().unwrap();
        for (place, n) in order.iter().enumerate() {
            let text = json!({"Records": [records[*n]]}).to_string();
            std::fs::write(dir.path().join(format!("{place:02}.json")), text).unwrap();
        }
        let args = ["resource", "data", "--format"];
        let [json, table] = ["json", "table"].map(|f| run(&[&args[..], &[f]].concat(), dir.path()));
        assert!(json.contains("PutBucketVersioning"), "{json}");
        (json, table)
    };
    let mut order: Vec<usize> = (0..records.len()).collect();
    let (json, table) = told(&order);
    for turn in 0..6 {
        order.rotate_left(4);
        if turn % 2 == 1 {
            order.reverse();
        }
        let (again, again_table) = told(&order);
        assert!(again == json, "{order:?}\n{again}\n{json}");
        assert!(again_table == table, "{order:?}\n{again_table}\n{table}");
    }
    let story: Value = serde_json::from_str(&json).unwrap();
    let deeds: Vec<&str> = story["resources"][0]["life"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["deed"].as_str().unwrap())
        .collect();
    let expected = [
        "created", "changed", "deleted", "created", "deleted", "created", "changed",
    ];
    assert_eq!(deeds, expected);
    assert_eq!(story["resources"][0]["state"], "created");
}
