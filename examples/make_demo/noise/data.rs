//! The data lake's jobs, the hourly backup, and the strangers who read the public pictures.

use serde_json::json;

use crate::calls::{Object, decrypt_object, object};
use crate::identity::{Role, Who};
use crate::lineage::by_service;
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{END, FIRST_DAY, HOUR, MINUTE, first, second};
use crate::world::{
    BACKUP_ALLOWED, BACKUP_DENIED, BACKUP_KEY, CHROME, DATA, EXPORTS, PROD, SDK_PY, VPCE,
};

const ETL: Role = Role {
    account: DATA,
    path: "/service-role/",
    name: "glue-etl",
};

/// Writes the two days of the data.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("data");
    let rng = &mut rng;
    jobs(log, rng);
    backups(log, rng);
    strangers(log, rng);
}

/// A small job every two hours, a big one at night.
fn jobs(log: &mut Log, rng: &mut Rng) {
    let mut start = FIRST_DAY + 10 * MINUTE;
    while start < END {
        let big = (start - FIRST_DAY) % (24 * HOUR) < 4 * HOUR;
        let session = by_service(
            log,
            rng,
            "glue.amazonaws.com",
            &ETL,
            "GlueJobRunnerSession",
            start,
        )
        .from("10.80.3.21", SDK_PY);
        let mut time = start + 20;
        for part in 0..if big { 70 } else { 16 } {
            time += rng.between(1, 14);
            let bytes = rng.between(2_000_000, 11_000_000);
            let read = part % 3 != 2;
            let key = if read {
                format!("orders/2026/11/part-{:05}.parquet", rng.between(0, 400))
            } else {
                format!("customers/2026/part-{part:05}.parquet")
            };
            let at = Object {
                owner: DATA,
                bucket: EXPORTS,
                key: &key,
                bytes,
            };
            let name = if read { "GetObject" } else { "PutObject" };
            object(log, rng, &session, time, name, at).done();
            if part % 5 == 0 && read {
                decrypt_object(log, rng, &session, time, at);
            }
        }
        start += 2 * HOUR;
    }
}

/// svc-backup with its own key, every hour; without rights between two moments of the second day.
fn backups(log: &mut Log, rng: &mut Rng) {
    let user = Who::user(PROD, "svc-backup", BACKUP_KEY, "10.0.2.15", SDK_PY).through(VPCE);
    let mut start = FIRST_DAY + 5 * MINUTE;
    while start < END {
        let mut time = start + rng.between(0, 9);
        for name in ["DescribeVolumes", "DescribeSnapshots", "CreateSnapshot"] {
            time += rng.between(1, 3);
            let volume = "vol-0a3f5c7e9b1d2f486";
            let request = match name {
                "DescribeVolumes" => json!({"volumeSet": {}, "filterSet": {}}),
                "DescribeSnapshots" => {
                    json!({"snapshotSet": {}, "ownersSet": {"items": [{"owner": "self"}]}})
                }
                _ => json!({"volumeId": volume, "description": "hourly"}),
            };
            let mut call = log.call(&user, time, "ec2", name).asks(request);
            if name == "CreateSnapshot" {
                call = call.gets(json!({
                    "snapshotId": format!("snap-0{}", rng.hex(16)),
                    "volumeId": volume,
                    "status": "pending",
                    "ownerId": PROD,
                    "description": "hourly",
                }));
            }
            if (BACKUP_DENIED..BACKUP_ALLOWED).contains(&time) {
                call = call.fails(
                    "Client.UnauthorizedOperation",
                    &format!(
                        "You are not authorized to perform this operation. User: \
                         arn:aws:iam::{PROD}:user/svc-backup is not authorized to perform: \
                         ec2:{name} with an explicit deny in an identity-based policy. Encoded \
                         authorization failure message: EXAMPLE"
                    ),
                );
            }
            call.done();
        }
        start += HOUR;
    }
}

/// Reads without credentials: most find a picture, some find a closed door.
fn strangers(log: &mut Log, rng: &mut Rng) {
    for day in [first(0, 0, 0), second(0, 0, 0)] {
        for _ in 0..26 {
            let time = day + rng.hour() * HOUR + rng.between(0, HOUR - 1);
            let ip = match rng.below(4) {
                0 => format!(
                    "2001:db8:{:x}::{:x}",
                    rng.between(1, 900),
                    rng.between(1, 90)
                ),
                1 => format!("198.51.100.{}", rng.between(100, 250)),
                _ => format!("203.0.113.{}", rng.between(100, 250)),
            };
            let agent = *rng.pick(&[
                CHROME,
                CHROME,
                "curl/8.16.0",
                "Mozilla/5.0 (compatible; ExampleBot/1.0)",
            ]);
            let who = Who::anonymous(&ip, agent);
            let closed = rng.chance(20);
            let picture = format!("products/{}.jpg", rng.hex(10));
            let at = Object {
                owner: PROD,
                bucket: if closed {
                    "example-prod-backups"
                } else {
                    "example-public-assets"
                },
                key: if closed { "wp-login.php" } else { &picture },
                bytes: if closed {
                    243
                } else {
                    rng.between(8_000, 400_000)
                },
            };
            let mut call = object(log, rng, &who, time, "GetObject", at);
            if closed {
                call = call.fails("AccessDenied", "Access Denied");
            }
            call.done();
        }
    }
}
