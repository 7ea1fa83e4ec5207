//! What the demo promises: its size, its reach, its story, and that the program in `examples/`
//! makes it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(packed: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

fn asset() -> Vec<u8> {
    fs::read(root().join("assets/demo.jsonl.gz")).unwrap()
}

/// Every event once, by its id.
fn events() -> BTreeMap<String, Value> {
    let mut events = BTreeMap::new();
    for line in text_of(&asset()).lines() {
        let file: Value = serde_json::from_str(line).unwrap();
        for record in file["Records"].as_array().unwrap() {
            let id = record["eventID"].as_str().unwrap().to_owned();
            events.insert(id, record.clone());
        }
    }
    events
}

fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("")
}

#[test]
fn it_is_small_and_large_enough() {
    assert!(asset().len() <= 2_000_000);
    let events = events();
    assert!((5_000..=10_000).contains(&events.len()), "{}", events.len());
    let of = |pointer: &'static str| -> BTreeSet<&str> {
        events.values().map(|e| text(e, pointer)).collect()
    };
    assert_eq!(of("/recipientAccountId").len(), 3);
    assert!(of("/awsRegion").len() >= 3);
    let days: BTreeSet<&str> = events
        .values()
        .map(|e| &text(e, "/eventTime")[..10])
        .collect();
    assert_eq!(days.len(), 2, "{days:?}");
}

/// The calls that AWS's pages on the five services show: who makes each, and the parameters, given
/// as places in the record, that have a value there.
const SHOWN: &[(&str, &str, &str, &[&str])] = &[
    (
        "elasticloadbalancing",
        "CreateLoadBalancer",
        "Alice",
        &[
            "/requestParameters/subnets/1",
            "/requestParameters/securityGroups/0",
            "/requestParameters/name",
            "/requestParameters/scheme",
            "/responseElements/loadBalancers/0/type",
            "/responseElements/loadBalancers/0/ipAddressType",
            "/responseElements/loadBalancers/0/vpcId",
            "/responseElements/loadBalancers/0/state/code",
            "/responseElements/loadBalancers/0/availabilityZones/1/zoneName",
            "/responseElements/loadBalancers/0/dNSName",
            "/responseElements/loadBalancers/0/canonicalHostedZoneId",
            "/responseElements/loadBalancers/0/createdTime",
            "/responseElements/loadBalancers/0/loadBalancerArn",
        ],
    ),
    (
        "elasticloadbalancing",
        "DeleteLoadBalancer",
        "Alice",
        &["/requestParameters/loadBalancerArn"],
    ),
    (
        "autoscaling",
        "CreateLaunchConfiguration",
        "iamUser1",
        &[
            "/requestParameters/imageId",
            "/requestParameters/instanceType",
            "/requestParameters/launchConfigurationName",
        ],
    ),
    (
        "autoscaling",
        "DescribeAutoScalingGroups",
        "iamUser1",
        &["/requestParameters/maxRecords"],
    ),
    (
        "autoscaling",
        "UpdateAutoScalingGroup",
        "iamUser1",
        &[
            "/requestParameters/maxSize",
            "/requestParameters/minSize",
            "/requestParameters/autoScalingGroupName",
        ],
    ),
    (
        "ec2",
        "TerminateInstances",
        "user",
        &[
            "/requestParameters/instancesSet/items/0/instanceId",
            "/responseElements/instancesSet/items/0/currentState/code",
            "/responseElements/instancesSet/items/0/previousState/name",
        ],
    ),
    (
        "elasticache",
        "CreateCacheCluster",
        "elasticache-allow",
        &[
            "/requestParameters/cacheClusterId",
            "/requestParameters/engine",
            "/requestParameters/numCacheNodes",
            "/responseElements/cacheClusterStatus",
            "/responseElements/clientDownloadLandingPage",
            "/responseElements/pendingModifiedValues",
        ],
    ),
    (
        "elasticache",
        "DescribeCacheClusters",
        "elasticache-allow",
        &["/requestParameters/showCacheNodeInfo"],
    ),
    (
        "elasticache",
        "ModifyCacheCluster",
        "elasticache-allow",
        &[
            "/requestParameters/applyImmediately",
            "/requestParameters/cacheClusterId",
            "/responseElements/cacheClusterCreateTime",
            "/responseElements/preferredMaintenanceWindow",
        ],
    ),
];

#[test]
fn every_call_of_the_pages_is_in_it_with_its_fields() {
    let events = events();
    for (service, call, user, places) in SHOWN {
        let source = format!("{service}.amazonaws.com");
        let found = events.values().any(|e| {
            text(e, "/eventSource") == source
                && text(e, "/eventName") == *call
                && text(e, "/userIdentity/userName") == *user
                && places.iter().all(|p| e.pointer(p).is_some_and(|v| v != ""))
                && [
                    "/sourceIPAddress",
                    "/userAgent",
                    "/requestID",
                    "/userIdentity/accessKeyId",
                ]
                .iter()
                .all(|p| !text(e, p).is_empty())
        });
        assert!(found, "{service}:{call} by {user}");
    }
    // Both kinds of load balancer.
    for kind in ["network", "application"] {
        assert!(
            events
                .values()
                .any(|e| text(e, "/eventName") == "CreateLoadBalancer"
                    && text(e, "/responseElements/loadBalancers/0/type") == kind),
            "{kind}"
        );
    }
}

#[test]
fn the_story_is_told() {
    let events = events();
    let any = |test: &dyn Fn(&Value) -> bool| events.values().any(test);
    for call in ["CreateNetworkInterface", "DeleteNetworkInterface"] {
        assert!(
            any(&|e| text(e, "/eventName") == call
                && text(e, "/userIdentity/invokedBy") == "elasticloadbalancing.amazonaws.com"),
            "{call}"
        );
    }
    assert!(any(&|e| text(e, "/eventName") == "TerminateInstances"
        && text(e, "/userIdentity/type") == "Root"));
    for service in [
        "elasticloadbalancing",
        "ec2",
        "autoscaling",
        "elasticache",
        "iam",
        "sts",
        "s3",
    ] {
        let source = format!("{service}.amazonaws.com");
        assert!(any(&|e| text(e, "/eventSource") == source), "{service}");
    }
    // Whatever `assets/DEMO.md` names by its id is there.
    let told = fs::read_to_string(root().join("assets/DEMO.md")).unwrap();
    let ids: Vec<&str> = told
        .split('`')
        .filter(|span| span.len() == 36 && span.matches('-').count() == 4)
        .collect();
    assert!(ids.len() > 20, "{ids:?}");
    for id in ids {
        assert!(events.contains_key(id), "{id}");
    }
}

#[test]
fn nothing_in_it_is_real() {
    let text = text_of(&asset());
    for prefix in ["AKIA", "ASIA"] {
        for (at, _) in text.match_indices(prefix) {
            let id: String = text[at..]
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            assert!(id.len() != 20 || id.ends_with("EXAMPLE"), "{id}");
        }
    }
}

/// The text is compared, not its compression: that is the compressor's matter.
#[test]
fn the_program_in_examples_makes_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("demo.jsonl.gz");
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--locked", "--example", "make_demo"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let made = command
        .arg("--")
        .arg(&path)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let (made, kept) = (text_of(&fs::read(&path).unwrap()), text_of(&asset()));
    let first = made.lines().zip(kept.lines()).position(|(a, b)| a != b);
    assert!(made == kept, "first other line: {first:?}");
}
