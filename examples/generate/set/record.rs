//! One record, in the order of fields that CloudTrail has.

use super::calls::{Call, Calls};
use super::plan::{File, Needle};
use super::rng::{Rng, decimal, hash};
use super::things::{NEEDLE, Record, Thing};
use super::when;
use super::world::{Account, Caller, World};

/// How many records in a row are mostly of one caller.
pub const BURST: usize = 6;

/// What writes records.
#[derive(Debug)]
pub struct Pen {
    world: World,
    calls: Calls,
    instance: Thing,
}

impl Pen {
    /// A pen for a world.
    pub fn new(world: World) -> Self {
        Self {
            world,
            calls: Calls::new(),
            instance: Thing::named("i"),
        }
    }

    /// The world it writes of.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Writes a record of a file. The same file and number give the same bytes.
    pub fn write(&self, out: &mut Vec<u8>, file: &File, file_number: usize, number: usize) {
        let world = &self.world;
        let mut rng = Rng::new(hash(&[world.seed, 5, file_number as u64, number as u64]));
        let needle = file
            .needles
            .iter()
            .find(|(at, _)| *at == number)
            .map(|(_, needle)| *needle);
        let account = &world.accounts[file.account];
        // Calls come in bursts: several of one caller within seconds.
        let burst = (number / BURST) as u64;
        let mut together = Rng::new(hash(&[world.seed, 7, file_number as u64, burst]));
        let time = file.delivered - delay(&mut together) + rng.below(20) as i64;
        let mut dice = if rng.chance(800) {
            together
        } else {
            rng.clone()
        };
        let caller = self.caller(account, file.account, &mut dice, needle);
        let call = self.call(caller, needle, &mut rng);
        let mut record = Record::new(world, file.account, file.region, time, caller);
        record.service = call.service;
        record.call = call.name;
        if needle == Some(Needle::Instance) {
            record.choose(self.instance, NEEDLE);
        }
        let forwarded = (!caller.arn.is_empty() && rng.chance(25)).then_some(
            [
                "cloudformation.amazonaws.com",
                "AWS Internal",
                "athena.amazonaws.com",
            ][rng.below(3)],
        );
        let error = Failure::of(call, caller, needle, &mut rng);

        out.extend_from_slice(br#"{"eventVersion":"1.08","userIdentity":"#);
        let from = out.len();
        caller.write(out, world.seed, time, forwarded);
        if needle == Some(Needle::Key) {
            plant_key(out, from);
        }
        out.extend_from_slice(br#","eventTime":""#);
        when::iso(out, time);
        out.extend_from_slice(br#"","eventSource":""#);
        out.extend_from_slice(call.service.as_bytes());
        out.extend_from_slice(br#".amazonaws.com","eventName":""#);
        out.extend_from_slice(call.name.as_bytes());
        out.extend_from_slice(br#"","awsRegion":""#);
        out.extend_from_slice(file.region.as_bytes());
        out.extend_from_slice(br#"","sourceIPAddress":""#);
        let address = match (needle, forwarded) {
            (Some(Needle::Address), _) => "192.0.2.250",
            (_, Some(host)) => host,
            _ => &caller.addresses[rng.skewed(caller.addresses.len())],
        };
        out.extend_from_slice(address.as_bytes());
        out.extend_from_slice(br#"","userAgent":""#);
        let agent = match forwarded {
            Some(host) => host,
            None if caller.agent.is_empty() => &caller.invoker,
            None => caller.agent,
        };
        out.extend_from_slice(agent.as_bytes());
        out.push(b'"');
        error.write(out, call, caller, &mut record, &mut rng);

        out.extend_from_slice(br#","requestParameters":"#);
        if needle == Some(Needle::Number) {
            out.extend_from_slice(br#"{"needleKey":987654321012,"maxResults":10}"#);
        } else if call.request.is_empty() || error.hides_request {
            out.extend_from_slice(b"null");
        } else {
            call.request.fill(out, &mut record, &mut rng);
        }
        out.extend_from_slice(br#","responseElements":"#);
        if call.response.is_empty() || error.code.is_some() {
            out.extend_from_slice(if error.sign_in {
                br#"{"ConsoleLogin":"Failure"}"#
            } else {
                b"null"
            });
        } else {
            call.response.fill(out, &mut record, &mut rng);
        }
        if !call.extra.is_empty() {
            out.extend_from_slice(br#","additionalEventData":"#);
            call.extra.fill(out, &mut record, &mut rng);
        }
        tail(
            out,
            call,
            caller,
            forwarded.is_some(),
            &mut record,
            &mut rng,
        );
    }

    /// Who made the record.
    fn caller<'a>(
        &self,
        account: &'a Account,
        at: usize,
        rng: &mut Rng,
        needle: Option<Needle>,
    ) -> &'a Caller {
        loop {
            // Each account has its own order of busy callers.
            let rank = self.world.caller_weights.pick(rng);
            let caller = &account.callers[(rank + at * 7) % account.callers.len()];
            match needle {
                Some(Needle::Key) if caller.arn.is_empty() => {}
                Some(Needle::Instance | Needle::Number | Needle::Address)
                    if caller.profile.0 != 3 => {}
                _ => return caller,
            }
        }
    }

    /// What the caller called.
    fn call(&self, caller: &Caller, needle: Option<Needle>, rng: &mut Rng) -> &Call {
        loop {
            let call = self
                .calls
                .get(self.calls.weights(caller.profile.0).pick(rng));
            if needle != Some(Needle::Instance)
                || matches!(
                    call.name,
                    "UpdateInstanceInformation" | "ListInstanceAssociations"
                )
            {
                return call;
            }
        }
    }
}

/// The fields after the answer.
fn tail(
    out: &mut Vec<u8>,
    call: &Call,
    caller: &Caller,
    forwarded: bool,
    record: &mut Record<'_>,
    rng: &mut Rng,
) {
    if call.event {
        out.extend_from_slice(br#","serviceEventDetails":{"snapshotId":"snap-0"#);
        rng.hex(out, 16);
        out.extend_from_slice(br#"","UserAuthentication":"Success"}"#);
    } else {
        out.extend_from_slice(br#","requestID":""#);
        match call.service {
            "s3" => rng.base32(out, 16),
            "dynamodb" => {
                rng.base32(out, 44);
                out.extend_from_slice(b"VV4KQNSO5AEMVJF6");
            }
            _ => rng.guid(out),
        }
        out.push(b'"');
    }
    out.extend_from_slice(br#","eventID":""#);
    rng.guid(out);
    out.extend_from_slice(br#"","readOnly":"#);
    out.extend_from_slice(if call.read_only { b"true" } else { b"false" });
    if !call.resources.is_empty() {
        out.extend_from_slice(br#","resources":"#);
        call.resources.fill(out, record, rng);
    }
    out.extend_from_slice(br#","eventType":""#);
    out.extend_from_slice(if call.event {
        b"AwsServiceEvent"
    } else if call.sign_in {
        b"AwsConsoleSignIn"
    } else {
        b"AwsApiCall"
    });
    out.extend_from_slice(br#"","managementEvent":"#);
    out.extend_from_slice(if call.data { b"false" } else { b"true" });
    out.extend_from_slice(br#","recipientAccountId":""#);
    out.extend_from_slice(record.account().as_bytes());
    out.push(b'"');
    if !caller.invoker.is_empty() && !call.event {
        out.extend_from_slice(br#","sharedEventID":""#);
        rng.guid(out);
        out.push(b'"');
    }
    if call.data && rng.chance(150) {
        out.extend_from_slice(br#","vpcEndpointId":""#);
        record.write(out, Thing::named("vpce"), false, rng);
        out.push(b'"');
    }
    out.extend_from_slice(br#","eventCategory":""#);
    out.extend_from_slice(if call.data { b"Data" } else { b"Management" });
    out.push(b'"');
    let direct = caller.invoker.is_empty() && !forwarded && !caller.console;
    if direct && !call.event && !call.sign_in && rng.chance(220) {
        out.extend_from_slice(
            br#","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#,
        );
        out.extend_from_slice(call.service.as_bytes());
        out.push(b'.');
        out.extend_from_slice(record.region.as_bytes());
        out.extend_from_slice(br#".amazonaws.com"}"#);
    }
    if caller.console && !call.sign_in {
        out.extend_from_slice(br#","sessionCredentialFromConsole":"true""#);
    }
    out.push(b'}');
}

/// How long before the delivery it happened, in seconds: minutes, for a few hours.
fn delay(rng: &mut Rng) -> i64 {
    if rng.chance(15) {
        rng.between(900, 25_000) as i64
    } else {
        rng.between(60, 840) as i64
    }
}

/// Puts the needle in the place of the access key that stands after `from`.
fn plant_key(out: &mut [u8], from: usize) {
    let name = br#""accessKeyId":""#;
    let found = out[from..]
        .windows(name.len())
        .position(|window| window == name);
    if let Some(at) = found {
        let at = from + at + name.len();
        out[at..at + 20].copy_from_slice(b"AKIANEEDLE7HAYSTACK2");
    }
}

/// Whether a call failed, and how.
#[derive(Debug, Default)]
struct Failure {
    code: Option<&'static str>,
    sign_in: bool,
    hides_request: bool,
}

impl Failure {
    fn of(call: &Call, caller: &Caller, needle: Option<Needle>, rng: &mut Rng) -> Self {
        let often = if caller.profile.0 == 8 { 400 } else { 45 };
        if needle.is_some() || call.event || !rng.chance(often) {
            return Self::default();
        }
        if call.sign_in {
            return Self {
                code: Some(""),
                sign_in: call.name == "ConsoleLogin",
                hides_request: true,
            };
        }
        let denied = rng.chance(550);
        let code = match (call.service, denied, rng.below(3)) {
            ("ec2", true, _) => "Client.UnauthorizedOperation",
            ("ec2", false, 0) => "Client.InvalidInstanceID.NotFound",
            ("ec2", false, 1) => "Client.RequestLimitExceeded",
            ("ec2", false, _) => "Client.DryRunOperation",
            ("kms" | "ssm" | "lambda" | "ecr" | "secretsmanager" | "eks", true, _) => {
                "AccessDeniedException"
            }
            (_, true, _) => "AccessDenied",
            ("s3", false, 0) => "NoSuchBucketPolicy",
            ("s3", false, _) => "NoSuchKey",
            ("iam", false, _) => "NoSuchEntityException",
            (_, false, 0) => "ThrottlingException",
            (_, false, 1) => "ValidationException",
            _ => "ResourceNotFoundException",
        };
        Self {
            code: Some(code),
            sign_in: false,
            // A denied AssumeRole tells the role in its message only.
            hides_request: call.credentials && denied,
        }
    }

    fn write(
        &self,
        out: &mut Vec<u8>,
        call: &Call,
        caller: &Caller,
        record: &mut Record<'_>,
        rng: &mut Rng,
    ) {
        let Some(code) = self.code else { return };
        if code.is_empty() {
            out.extend_from_slice(br#","errorMessage":"Failed authentication""#);
            return;
        }
        out.extend_from_slice(br#","errorCode":""#);
        out.extend_from_slice(code.as_bytes());
        out.push(b'"');
        if rng.chance(60) {
            return;
        }
        out.extend_from_slice(br#","errorMessage":""#);
        if code.starts_with("Access") || code.ends_with("UnauthorizedOperation") {
            out.extend_from_slice(b"User: ");
            out.extend_from_slice(if caller.arn.is_empty() {
                b"anonymous"
            } else {
                caller.arn.as_bytes()
            });
            out.extend_from_slice(b" is not authorized to perform: ");
            record.write(out, Thing::named("action"), false, rng);
            out.extend_from_slice(b" on resource: ");
            if call.credentials {
                out.extend_from_slice(b"arn:aws:iam::");
                record.write(out, Thing::named("acct2"), false, rng);
                out.extend_from_slice(b":role/");
                record.write(out, Thing::named("role"), false, rng);
            } else {
                out.push(b'*');
            }
            out.extend_from_slice(b" because no identity-based policy allows the action");
        } else if code == "Client.DryRunOperation" {
            out.extend_from_slice(b"Request would have succeeded, but DryRun flag is set.");
        } else if code.contains("NotFound") || code.starts_with("NoSuch") {
            out.extend_from_slice(b"The thing with id '");
            record.write(out, Thing::named("i"), false, rng);
            out.extend_from_slice(b"' does not exist");
        } else {
            out.extend_from_slice(b"Rate exceeded (");
            decimal(out, rng.below(900) as u64);
            out.push(b')');
        }
        out.push(b'"');
    }
}
