//! The ones that only look: a monitoring vendor, the configuration recorder, and the trail itself.

use serde_json::json;

use super::deploy::health;
use crate::calls::{kms_key, look};
use crate::identity::{Role, Who};
use crate::lineage::{Assume, by_service};
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{END, FIRST_DAY, HOUR, MINUTE, format};
use crate::world::{DATA, DEV, EAST, EU, PROD, SYDNEY, TRAIL, VENDOR, WEST, in_outage};

const MONITOR: Role = Role::plain(PROD, "MonitoringVendor");
const RECORDERS: [Role; 3] = [recorder(PROD), recorder(DEV), recorder(DATA)];

const fn recorder(account: &'static str) -> Role {
    Role {
        account,
        path: "/aws-service-role/config.amazonaws.com/",
        name: "AWSServiceRoleForConfig",
    }
}

/// Writes the two days of the watchers.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("watchers");
    let rng = &mut rng;
    vendor(log, rng);
    configuration(log, rng);
    trail(log, rng);
}

/// The vendor polls every quarter of an hour, in three regions, and runs into the rate limits.
fn vendor(log: &mut Log, rng: &mut Rng) {
    const POLL: [(&str, &str, &str); 7] = [
        ("ec2", "DescribeInstances", WEST),
        ("ec2", "DescribeInstanceStatus", WEST),
        ("ec2", "DescribeInstances", EU),
        ("ec2", "DescribeVolumes", EAST),
        ("monitoring", "DescribeAlarms", WEST),
        ("rds", "DescribeDBInstances", WEST),
        ("elasticache", "DescribeCacheClusters", WEST),
    ];
    let caller = Who::foreign(
        VENDOR,
        "AIDAV3ND7RMON2EXAMPLE",
        "192.0.2.64",
        "vendor-agent/7.71 aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.3",
    );
    let mut time = FIRST_DAY + 3 * MINUTE;
    let mut born = 0;
    let mut monitor = caller.clone();
    while time < END {
        if time - born >= HOUR {
            born = time;
            monitor = Assume::new(&caller, &MONITOR, "vendor-poller", time)
                .region(WEST)
                .external("ext-7f3a")
                .run(log, rng);
        }
        let mut moment = time + 1;
        for (service, name, region) in POLL {
            if rng.chance(36) {
                continue;
            }
            let mut call = log
                .call(&monitor, moment, service, name)
                .region(region)
                .asks(look(service, name, rng));
            if rng.chance(4) {
                call = if service == "ec2" {
                    call.fails("Client.RequestLimitExceeded", "Request limit exceeded.")
                } else {
                    call.fails("ThrottlingException", "Rate exceeded")
                };
            }
            call.done();
            moment += rng.between(0, 2);
        }
        let mut call = log
            .call(
                &monitor,
                moment,
                "elasticloadbalancing",
                "DescribeLoadBalancers",
            )
            .asks(json!({"names": ["prod-web"]}));
        if in_outage(moment) {
            call = call.fails(
                "LoadBalancerNotFoundException",
                "Load balancers '[prod-web]' not found",
            );
        }
        call.done();
        health(log, &monitor, moment + 1);
        time += 15 * MINUTE + rng.between(-2, 2);
    }
}

/// The configuration recorder looks at everything, in every account.
fn configuration(log: &mut Log, rng: &mut Rng) {
    const LOOKS: [(&str, &str); 12] = [
        ("ec2", "DescribeSecurityGroups"),
        ("ec2", "DescribeNetworkInterfaces"),
        ("ec2", "DescribeSubnets"),
        ("ec2", "DescribeVpcs"),
        ("iam", "ListRoles"),
        ("iam", "ListUsers"),
        ("iam", "ListPolicies"),
        ("elasticloadbalancing", "DescribeLoadBalancers"),
        ("autoscaling", "DescribeAutoScalingGroups"),
        ("logs", "DescribeLogGroups"),
        ("kms", "ListKeys"),
        ("lambda", "ListFunctions20150331"),
    ];
    let host = "config.amazonaws.com";
    for role in &RECORDERS {
        let mut time = FIRST_DAY + rng.between(0, 2 * HOUR);
        while time < END {
            let session = by_service(log, rng, host, role, "configLambdaExecution", time)
                .with("invokedBy", json!(host))
                .from(host, host);
            let region = *rng.pick(&[WEST, WEST, WEST, EU, EAST, SYDNEY]);
            for after in 0..rng.between(4, 7) {
                let (service, name) = *rng.pick(&LOOKS);
                let request = look(service, name, rng);
                let mut call = log
                    .call(&session, time + 1 + after, service, name)
                    .asks(request);
                if service != "iam" {
                    call = call.region(region);
                }
                call.done();
            }
            time += 2 * HOUR + rng.between(-90, 90);
        }
    }
}

/// The trail writes its own files into the bucket of the data account.
fn trail(log: &mut Log, rng: &mut Rng) {
    let bucket = "example-org-cloudtrail";
    let service = Who::service(DATA, "cloudtrail.amazonaws.com");
    let mut time = FIRST_DAY + 5 * MINUTE;
    while time < END {
        let account = *rng.pick(&[PROD, PROD, DEV, DATA]);
        let region = *rng.pick(&[WEST, WEST, EAST, EU]);
        let key = format!(
            "AWSLogs/{account}/CloudTrail/{region}/{}_{account}_CloudTrail_{region}_{}_{}.json.gz",
            format(time, "%Y/%m/%d/"),
            format(time, "%Y%m%dT%H%MZ"),
            rng.alnum(16)
        )
        .replace("/_", "/");
        if rng.chance(35) {
            let shared = log.guid();
            log.call(&service, time, "s3", "GetBucketAcl")
                .asks(json!({
                    "bucketName": bucket,
                    "Host": format!("{bucket}.s3.us-west-2.amazonaws.com"),
                    "acl": "",
                }))
                .touches(json!({
                    "accountId": DATA,
                    "type": "AWS::S3::Bucket",
                    "ARN": format!("arn:aws:s3:::{bucket}"),
                }))
                .shared(&shared)
                .done();
        }
        let shared = log.guid();
        let at = crate::calls::Object {
            owner: DATA,
            bucket,
            key: &key,
            bytes: rng.between(900, 48_000),
        };
        crate::calls::object(log, rng, &service, time + 1, "PutObject", at)
            .shared(&shared)
            .done();
        if rng.chance(50) {
            let shared = log.guid();
            let key_arn = kms_key(DATA);
            log.call(&service, time + 1, "kms", "GenerateDataKey")
                .asks(json!({
                    "keySpec": "AES_256",
                    "keyId": key_arn,
                    "encryptionContext": {"aws:cloudtrail:arn": TRAIL},
                }))
                .touches(json!({"accountId": DATA, "type": "AWS::KMS::Key", "ARN": key_arn}))
                .shared(&shared)
                .done();
        }
        time += 10 * MINUTE;
    }
}
