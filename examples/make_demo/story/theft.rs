//! What the intruder takes: the exports, a password, and with a file of them root.

use serde_json::json;

use super::cli;
use crate::calls::{Object, decrypt_object, decrypt_via, object};
use crate::identity::Who;
use crate::record::Log;
use crate::rng::Rng;
use crate::when::second;
use crate::world::{DATA, DB_SECRET, EXPORTS, INTRUDER, ROOT_KEY, ROOT_VICTIM, VICTIM_GONE, WEST};

/// How many objects the intruder reads.
const OBJECTS: i64 = 300;
/// Which of them leads to root.
const FATAL: i64 = 297;
/// The object that leads to root.
const ROOT_FILE: &str = "ops/handover/root-accessKeys.csv";

/// The data lake's exports, one object after the other.
pub fn exfiltration(log: &mut Log, rng: &mut Rng, reader: &Who) {
    let who = cli(reader, "s3.sync");
    log.call(&who, second(14, 10, 11), "sts", "GetCallerIdentity")
        .region(WEST)
        .done();
    for (after, prefix) in [(0, ""), (6, "customers/"), (250, "orders/"), (640, "ops/")] {
        log.call(&who, second(14, 10, 15) + after, "s3", "ListObjects")
            .asks(json!({
                "list-type": "2",
                "bucketName": EXPORTS,
                "prefix": prefix,
                "encoding-type": "url",
                "Host": format!("{EXPORTS}.s3.us-west-2.amazonaws.com"),
            }))
            .extra(json!({
                "SignatureVersion": "SigV4",
                "bytesTransferredIn": 0,
                "AuthenticationMethod": "AuthHeader",
                "bytesTransferredOut": rng.between(20_000, 180_000),
            }))
            .touches(
                json!({"type": "AWS::S3::Object", "ARNPrefix": format!("arn:aws:s3:::{EXPORTS}/")}),
            )
            .touches(json!({
                "accountId": DATA,
                "type": "AWS::S3::Bucket",
                "ARN": format!("arn:aws:s3:::{EXPORTS}"),
            }))
            .data()
            .done();
    }
    for step in 0..OBJECTS {
        let time = second(14, 10, 24) + step * 13 / 5 + rng.between(0, 1);
        let (key, bytes) = match step {
            0..=89 => (
                format!("customers/2026/part-{step:05}.parquet"),
                rng.between(3_200_000, 9_900_000),
            ),
            90..=251 => (
                format!("orders/2026/11/part-{:05}.parquet", step - 90),
                rng.between(5_400_000, 12_600_000),
            ),
            FATAL => (ROOT_FILE.to_owned(), 117),
            _ => (
                format!("ops/reports/2026-{:02}.csv.gz", step - 251),
                rng.between(400_000, 2_100_000),
            ),
        };
        let at = Object {
            owner: DATA,
            bucket: EXPORTS,
            key: &key,
            bytes,
        };
        let mut call = object(log, rng, &who, time, "GetObject", at);
        if step == FATAL {
            call = call.label("GetObject of root's key file");
        }
        call.done();
        if step % 7 == 0 {
            decrypt_object(log, rng, &who, time, at);
        }
    }
}

/// The database's password.
pub fn secret(log: &mut Log, rng: &mut Rng, breaker: &Who) {
    let who = cli(breaker, "secretsmanager.get-secret-value");
    let time = second(14, 26, 30);
    log.call(&who, time, "secretsmanager", "GetSecretValue")
        .asks(json!({"secretId": "prod/db-password"}))
        .label("GetSecretValue of prod/db-password")
        .done();
    let context = json!({
        "SecretARN": DB_SECRET,
        "SecretVersionId": "2E1A4B66-0C5D-4F3B-9A77-5D0E8C1F2B34",
    });
    decrypt_via(
        log,
        rng,
        &who,
        time,
        "secretsmanager.amazonaws.com",
        &context,
    );
}

/// Root, with the key from the data lake: the sample call of the EC2 documentation.
pub fn root(log: &mut Log) {
    let agent = "aws-cli/1.10.10 Python/2.7.9 Windows/7botocore/1.4.1";
    let root = Who::root(Some(ROOT_KEY), INTRUDER, agent);
    log.call(&root, second(14, 30, 58), "sts", "GetCallerIdentity")
        .done();
    log.call(&root, VICTIM_GONE, "ec2", "TerminateInstances")
        .asks(json!({"instancesSet": {"items": [{"instanceId": ROOT_VICTIM}]}}))
        .gets(json!({"instancesSet": {"items": [{
            "instanceId": ROOT_VICTIM,
            "currentState": {"code": 32, "name": "shutting-down"},
            "previousState": {"code": 16, "name": "running"},
        }]}}))
        .request_id("be112233-1ba5-4ae0-8e2b-1c3020e0a001")
        .label("Root terminates i-1a2b3c4d")
        .id("6e123450-2a4e-417c-aa78-7594f0e0a001")
        .done();
    log.call(&root, second(14, 32, 20), "iam", "ListUsers")
        .asks(json!({"maxItems": 100}))
        .done();
}
