//! What the holes of the templates stand for: the things of an account, and values made on the
//! spot. A thing has the same name whenever its account and number are the same.

use super::rng::{Rng, base32_of, base64_of, decimal, guid_of, hash, hex_of, mix};
use super::when;
use super::world::{Caller, PEOPLE, World};

const APPS: &[&str] = &[
    "payments",
    "checkout",
    "orders",
    "billing",
    "search",
    "catalog",
    "inventory",
    "shipping",
    "auth",
    "gateway",
    "ledger",
    "fraud",
    "reporting",
    "ingest",
    "stream",
    "media",
    "email",
    "notify",
    "profile",
    "session",
    "pricing",
    "tax",
    "refund",
    "loyalty",
    "support",
    "risk",
    "audit",
    "ml-train",
    "etl",
    "warehouse",
];
const ENVS: &[&str] = &["prod", "prod", "prod", "staging", "dev", "test"];
const PARTS: &[&str] = &[
    "api",
    "worker",
    "web",
    "cron",
    "consumer",
    "publisher",
    "migrator",
    "export",
    "import",
    "proxy",
    "cache",
    "sync",
    "report",
    "hook",
    "batch",
];
const STORES: &[&str] = &[
    "data",
    "logs",
    "assets",
    "backup",
    "artifacts",
    "exports",
    "archive",
    "raw",
    "curated",
    "state",
];
const TYPES: &[&str] = &[
    "t3.medium",
    "m5.large",
    "c5.xlarge",
    "r5.2xlarge",
    "m6g.large",
];

/// The number of the instance that few records name; see [`super::plan::Needle::Instance`].
pub const NEEDLE: u64 = u64::MAX - 1;

/// A kind of thing: an entry of [`KINDS`].
#[derive(Debug, Clone, Copy)]
pub struct Thing(usize);

/// How a thing is written: the record it stands in, its number in the account (a random word where
/// there is no pool), and a word that is the same for the same thing.
type Write = fn(&mut Vec<u8>, &Record<'_>, u64, u64);

/// Name, how many of it an account has (0: made on the spot), how it is written.
const KINDS: &[(&str, usize, Write)] = &[
    // Facts of the record.
    ("acct", 0, |out, record, _, _| {
        out.extend_from_slice(record.account().as_bytes());
    }),
    ("acct2", 0, |out, record, n, _| {
        let accounts = &record.world.accounts;
        out.extend_from_slice(accounts[n as usize % accounts.len()].id.as_bytes());
    }),
    ("reg", 0, |out, record, _, _| {
        out.extend_from_slice(record.region.as_bytes());
    }),
    ("now", 0, |out, record, _, _| when::iso(out, record.time)),
    ("ago", 0, |out, record, n, _| {
        when::iso(out, record.time - (n % 2_000_000) as i64);
    }),
    ("soon", 0, |out, record, _, _| {
        when::iso(out, record.time + 3600);
    }),
    ("millis", 0, |out, record, n, _| {
        decimal(out, record.time as u64 * 1000 + n % 1000);
    }),
    ("caller", 0, |out, record, _, _| {
        out.extend_from_slice(record.caller.name.as_bytes());
    }),
    ("callerarn", 0, |out, record, _, _| {
        out.extend_from_slice(record.caller.arn.as_bytes());
    }),
    ("invoker", 0, |out, record, _, _| {
        out.extend_from_slice(record.caller.invoker.as_bytes());
    }),
    ("action", 0, |out, record, _, _| {
        out.extend_from_slice(record.service.as_bytes());
        out.push(b':');
        out.extend_from_slice(record.call.as_bytes());
    }),
    // Values.
    ("uuid", 0, |out, _, n, _| guid_of(out, n, mix(n))),
    ("hex8", 0, |out, _, n, _| hex_of(out, n, 8)),
    ("hex17", 0, |out, _, n, _| {
        hex_of(out, n, 16);
        hex_of(out, mix(n), 1);
    }),
    ("hex32", 0, |out, _, n, _| {
        hex_of(out, n, 16);
        hex_of(out, mix(n), 16);
    }),
    ("n1", 0, |out, _, n, _| decimal(out, n % 10)),
    ("n2", 0, |out, _, n, _| decimal(out, n % 100)),
    ("n3", 0, |out, _, n, _| decimal(out, n % 1000)),
    ("n5", 0, |out, _, n, _| decimal(out, n % 100_000)),
    ("asia", 0, |out, _, n, _| {
        out.extend_from_slice(b"ASIA");
        base32_of(out, n, 12);
        base32_of(out, mix(n), 4);
    }),
    ("akia", 0, |out, _, n, _| {
        out.extend_from_slice(b"AKIA");
        base32_of(out, n, 12);
        base32_of(out, mix(n), 4);
    }),
    ("roleid", 0, |out, _, n, _| {
        base32_of(out, n, 12);
        base32_of(out, mix(n), 5);
    }),
    ("id2", 0, |out, _, n, _| base64_of(out, n, 76)),
    ("b64", 0, |out, _, n, _| {
        out.extend_from_slice(b"IQoJb3JpZ2luX2VjE");
        base64_of(out, n, 120);
    }),
    ("b64s", 0, |out, _, n, _| base64_of(out, n, 43)),
    ("logstream", 0, |out, record, n, _| {
        out.extend_from_slice(when::folder(record.time).as_bytes());
        out.extend_from_slice(b"/[$LATEST]");
        hex_of(out, n, 16);
        hex_of(out, mix(n), 16);
    }),
    ("ip10", 0, |out, _, n, _| {
        out.extend_from_slice(b"10.");
        decimal(out, n % 8);
        out.push(b'.');
        decimal(out, (n >> 8) % 256);
        out.push(b'.');
        decimal(out, (n >> 16) % 254 + 1);
    }),
    ("type", 0, |out, _, n, _| {
        out.extend_from_slice(one(TYPES, n).as_bytes());
    }),
    ("app", 0, |out, _, n, _| {
        out.extend_from_slice(one(APPS, n).as_bytes());
    }),
    ("env", 0, |out, _, n, _| {
        out.extend_from_slice(one(ENVS, n).as_bytes());
    }),
    ("bool", 0, |out, _, n, _| {
        out.extend_from_slice(if n & 1 == 0 { b"true" } else { b"false" });
    }),
    // Things of the account.
    ("i", 1500, |out, _, n, h| {
        if n == NEEDLE {
            out.extend_from_slice(b"i-0needle0000000001");
        } else {
            id(out, "i-0", h);
        }
    }),
    ("vol", 2500, |out, _, _, h| id(out, "vol-0", h)),
    ("snap", 4000, |out, _, _, h| id(out, "snap-0", h)),
    ("eni", 2000, |out, _, _, h| id(out, "eni-0", h)),
    ("ami", 60, |out, _, _, h| id(out, "ami-0", h)),
    ("vpc", 6, |out, _, _, h| id(out, "vpc-0", h)),
    ("subnet", 24, |out, _, _, h| id(out, "subnet-0", h)),
    ("sg", 120, |out, _, _, h| id(out, "sg-0", h)),
    ("rtb", 20, |out, _, _, h| id(out, "rtb-0", h)),
    ("lt", 30, |out, _, _, h| id(out, "lt-0", h)),
    ("vpce", 10, |out, _, _, h| id(out, "vpce-0", h)),
    ("kms", 24, |out, _, _, h| guid_of(out, h, mix(h))),
    ("cert", 20, |out, _, _, h| guid_of(out, h, mix(h))),
    ("detector", 1, |out, _, _, h| {
        hex_of(out, h, 16);
        hex_of(out, mix(h), 16);
    }),
    ("bucket", 80, |out, record, n, _| {
        let text = format!(
            "{}-{}-{}-{}",
            one(APPS, n),
            one(ENVS, n / 3),
            one(STORES, n),
            record.account()
        );
        out.extend_from_slice(text.as_bytes());
    }),
    ("key", 150_000, |out, record, n, h| {
        object(out, record, n, h);
    }),
    ("fn", 120, |out, _, n, _| named(out, n, "")),
    ("table", 50, |out, _, n, _| named(out, n, "-table")),
    ("queue", 40, |out, _, n, _| named(out, n, "-queue")),
    ("topic", 30, |out, _, n, _| named(out, n, "-events")),
    ("role", 80, |out, _, n, _| named(out, n, "-role")),
    ("pol", 60, |out, _, n, _| named(out, n, "-policy")),
    ("prof", 30, |out, _, n, _| named(out, n, "-profile")),
    ("asg", 40, |out, _, n, _| named(out, n, "-asg")),
    ("stack", 60, |out, _, n, _| named(out, n, "-stack")),
    ("svc", 60, |out, _, n, _| named(out, n, "-svc")),
    ("repo", 40, |out, _, n, _| named(out, n, "")),
    ("db", 20, |out, _, n, _| named(out, n, "-db")),
    ("cluster", 8, |out, _, n, _| {
        out.extend_from_slice(one(&["prod", "prod-eu", "staging", "dev", "batch"], n).as_bytes());
        out.extend_from_slice(b"-cluster-");
        decimal(out, n);
    }),
    ("pipe", 30, |out, _, n, _| named(out, n, "-pipeline")),
    ("alarm", 80, |out, _, n, _| named(out, n, "-5xx-high")),
    ("rule", 60, |out, _, n, _| named(out, n, "-schedule")),
    ("group", 12, |out, _, n, _| {
        out.extend_from_slice(
            one(&["admins", "developers", "readers", "billing", "ops"], n).as_bytes(),
        );
    }),
    ("user", 40, |out, _, n, _| {
        out.extend_from_slice(one(PEOPLE, n).as_bytes());
    }),
    ("secret", 60, |out, _, n, h| {
        named(out, n, "");
        out.extend_from_slice(b"/db-password-");
        base32_of(out, h, 6);
    }),
    ("param", 200, |out, _, n, _| {
        let text = format!(
            "/{}/{}/{}",
            one(ENVS, n),
            one(APPS, n / 2),
            one(
                &[
                    "db_url",
                    "api_key",
                    "feature_flags",
                    "timeout",
                    "log_level",
                    "endpoint"
                ],
                n / 7
            )
        );
        out.extend_from_slice(text.as_bytes());
    }),
    ("lg", 150, |out, _, n, _| {
        let kind = one(&["/aws/lambda/", "/ecs/", "/aws/codebuild/", "/app/"], n);
        out.extend_from_slice(kind.as_bytes());
        named(out, n / 4, "");
    }),
    ("elb", 20, |out, _, n, h| {
        out.extend_from_slice(b"app/");
        named(out, n, "");
        out.push(b'/');
        hex_of(out, h, 16);
    }),
    ("tg", 30, |out, _, n, h| {
        named(out, n, "");
        out.push(b'/');
        hex_of(out, h, 16);
    }),
    ("zone", 12, |out, _, _, h| {
        out.push(b'Z');
        base32_of(out, h, 12);
    }),
    ("dist", 10, |out, _, _, h| {
        out.push(b'E');
        base32_of(out, h, 12);
    }),
    ("restapi", 20, |out, _, _, h| hex_of(out, h, 10)),
];

fn one<'a>(from: &[&'a str], n: u64) -> &'a str {
    from[n as usize % from.len()]
}

fn id(out: &mut Vec<u8>, head: &str, h: u64) {
    out.extend_from_slice(head.as_bytes());
    hex_of(out, h, 16);
}

fn named(out: &mut Vec<u8>, n: u64, tail: &str) {
    for text in [
        one(APPS, n),
        "-",
        one(PARTS, n / 2),
        "-",
        one(ENVS, n / 5),
        tail,
    ] {
        out.extend_from_slice(text.as_bytes());
    }
}

/// The key of an object: the daily pieces of data sets, logs, and things people put there.
fn object(out: &mut Vec<u8>, record: &Record<'_>, n: u64, h: u64) {
    let app = one(APPS, n);
    out.extend_from_slice(app.as_bytes());
    match n % 4 {
        0 => {
            out.extend_from_slice(b"/dt=");
            out.extend_from_slice(when::folder(record.time).replace('/', "-").as_bytes());
            out.extend_from_slice(b"/part-");
            decimal(out, n % 400);
            out.extend_from_slice(b".snappy.parquet");
        }
        1 => {
            out.extend_from_slice(b"/logs/");
            out.extend_from_slice(when::folder(record.time).as_bytes());
            out.push(b'/');
            hex_of(out, h, 12);
            out.extend_from_slice(b".log.gz");
        }
        2 => {
            out.extend_from_slice(b"/config/settings-v");
            decimal(out, n % 60);
            out.extend_from_slice(b".json");
        }
        _ => {
            out.extend_from_slice(b"/uploads/");
            guid_of(out, h, mix(h));
            out.extend_from_slice(one(&[".png", ".pdf", ".csv", ".zip"], h).as_bytes());
        }
    }
}

impl Thing {
    /// The kind of this name. The names are ours: an unknown one ends the program.
    pub fn named(name: &str) -> Self {
        let at = KINDS
            .iter()
            .position(|(known, _, _)| *known == name)
            .unwrap_or_else(|| panic!("no kind of thing is called {name}"));
        Self(at)
    }
}

/// What a record is about while it is written.
#[derive(Debug)]
pub struct Record<'a> {
    /// The world it happens in.
    pub world: &'a World,
    /// The number of its account.
    pub at: usize,
    /// Its region.
    pub region: &'a str,
    /// When, in seconds since 1970.
    pub time: i64,
    /// Who.
    pub caller: &'a Caller,
    /// The service, without `.amazonaws.com`.
    pub service: &'static str,
    /// The call.
    pub call: &'static str,
    /// What each kind of thing means in this record.
    chosen: [u64; KINDS.len()],
}

impl<'a> Record<'a> {
    /// A record that has chosen nothing yet.
    pub fn new(
        world: &'a World,
        at: usize,
        region: &'a str,
        time: i64,
        caller: &'a Caller,
    ) -> Self {
        Self {
            world,
            at,
            region,
            time,
            caller,
            service: "",
            call: "",
            chosen: [u64::MAX; KINDS.len()],
        }
    }

    /// The number of its account.
    pub fn account(&self) -> &'a str {
        &self.world.accounts[self.at].id
    }

    /// Says what a kind of thing means in this record.
    pub fn choose(&mut self, thing: Thing, number: u64) {
        self.chosen[thing.0] = number;
    }

    /// Writes a thing: the one of this record, or another one.
    pub fn write(&mut self, out: &mut Vec<u8>, thing: Thing, fresh: bool, rng: &mut Rng) {
        let (_, pool, write) = KINDS[thing.0];
        let mut number = self.chosen[thing.0];
        if fresh || number == u64::MAX {
            number = if pool == 0 {
                rng.word() >> 1
            } else {
                rng.skewed(pool) as u64
            };
        }
        if !fresh {
            self.chosen[thing.0] = number;
        }
        let same = hash(&[self.world.seed, self.at as u64, thing.0 as u64, number]);
        write(out, self, number, same);
    }
}
