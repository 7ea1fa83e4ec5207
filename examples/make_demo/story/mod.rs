//! The incident of 2026-11-20, from the first use of a stolen key to the clean-up.
//!
//! Every step is recorded as `CloudTrail` records it; the labels mark the events that tests and
//! documentation may rely on.

mod damage;
mod entry;
mod theft;

use serde_json::{Value, json};

use crate::identity::{Role, Who};
use crate::lineage::Assume;
use crate::record::Log;
use crate::rng::Rng;
use crate::when::second;
use crate::world::{ALICE_KEY, DATA, INTRUDER, PROD, WEST};

/// The role for emergencies.
pub const BREAK_GLASS: Role = Role {
    account: PROD,
    path: "/emergency/",
    name: "BreakGlass",
};
/// The role that reads the data lake.
pub const DATA_READ: Role = Role::plain(DATA, "DataRead");
/// The name that the AWS SDK for Python gives to a chained session: the second it was made.
pub const CHAINED: &str = "botocore-session-1795183805";

/// Writes the attack; [`crate::response`] writes the defence.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("story");
    let rng = &mut rng;
    let alice = Who::user(PROD, "Alice", ALICE_KEY, INTRUDER, "");
    entry::reconnaissance(log, &alice);
    entry::console(log, rng, &alice);
    let breaker = entry::escalation(log, rng, &alice);
    damage::destruction(log, rng, &breaker);
    damage::persistence(log, rng, &breaker);
    damage::planted_key(log);
    damage::foothold(log, rng, &breaker);
    let reader = Assume::new(
        &cli(&breaker, "sts.assume-role"),
        &DATA_READ,
        CHAINED,
        second(14, 10, 5),
    )
    .region(WEST)
    .label(
        "DataRead assumed in 444455556666, caller's record",
        Some("DataRead assumed, called account's record"),
    )
    .run(log, rng);
    theft::exfiltration(log, rng, &reader);
    theft::secret(log, rng, &breaker);
    theft::root(log);
    let time = second(14, 47, 22);
    let late = cli(&breaker, "iam.list-access-keys");
    log.call(&late, time, "iam", "ListAccessKeys")
        .denied(
            "user svc-backup",
            "with an explicit deny in an identity-based policy",
        )
        .done();
}

/// The intruder's tool, with the command that it runs.
pub fn kali(command: &str) -> String {
    format!(
        "aws-cli/2.17.1 md/awscrt#0.20.11 ua/2.0 os/linux#6.8.11-amd64 md/arch#x86_64 \
         lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#source \
         md/distrib#kali.2026 md/prompt#off md/command#{command}"
    )
}

/// A caller at the intruder's keyboard.
pub fn cli(who: &Who, command: &str) -> Who {
    who.clone().from(INTRUDER, &kali(command))
}

/// Why IAM says no when nothing says yes.
pub fn no_policy(action: &str) -> String {
    format!("because no identity-based policy allows the {action} action")
}

/// `DescribeLoadBalancers` as the AWS command line spells it.
pub fn kebab(name: &str) -> String {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut text = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

/// The request that lists every instance.
pub fn instances() -> Value {
    json!({"instancesSet": {}, "filterSet": {}})
}

/// An ARN of IAM in production.
pub fn iam(rest: &str) -> String {
    format!("arn:aws:iam::{PROD}:{rest}")
}

/// An ARN of a regional service in production.
pub fn regional(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{WEST}:{PROD}:{rest}")
}

/// The request that starts instances.
pub fn run_request(kind: &str, image: &str, count: i64) -> Value {
    json!({
        "instancesSet": {"items": [{
            "imageId": image, "minCount": count, "maxCount": count, "keyName": "kp-1120",
        }]},
        "instanceType": kind,
        "blockDeviceMapping": {},
        "monitoring": {"enabled": false},
        "disableApiTermination": false,
        "clientToken": "5f0c1d77-64a1-4c2e-9b1b-1a2b3c4d5e6f",
    })
}
