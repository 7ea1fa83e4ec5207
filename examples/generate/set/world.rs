//! Who there is: accounts, and in each of them people, sessions, machines and services.

use super::rng::{Rng, Weights, base32_of, hash, hex_of};
use super::when;

/// First names of the people; one has a letter outside ASCII, as real directories do.
pub const PEOPLE: &[&str] = &[
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory",
    "niaj", "olivia", "peggy", "rupert", "sybil", "trent", "victor", "walter", "zoë", "amara",
    "bjorn", "chen", "dmitri", "elena", "farid", "giulia", "hana", "ines", "jonas", "kofi", "lena",
    "maria", "nadia", "omar", "priya", "quinn", "ravi", "sofia", "tomas",
];
const SURNAMES: &[&str] = &[
    "stone",
    "rivera",
    "okafor",
    "lindqvist",
    "moreau",
    "tanaka",
    "novak",
    "silva",
    "haddad",
    "weber",
];
const PATHS: &[&str] = &["/", "/", "/", "/service-role/", "/team/platform/"];
const JOBS: &[&str] = &[
    "payments-api-prod",
    "checkout-web-prod",
    "orders-worker-prod",
    "billing-cron-prod",
    "search-api-prod",
    "ingest-consumer-prod",
    "media-worker-staging",
    "etl-batch-prod",
    "fraud-api-prod",
    "audit-export-prod",
    "ml-train-batch-dev",
    "gateway-proxy-prod",
];
const AGENTS: &[&str] = &[
    "aws-sdk-go/1.44.200 (go1.20.4; linux; amd64)",
    "Boto3/1.26.137 Python/3.10.6 Linux/5.15.0-1036-aws Botocore/1.29.137",
    "aws-sdk-java/2.20.56 Linux/5.10.178 OpenJDK_64-Bit_Server_VM/17.0.7+7-LTS Java/17.0.7",
    "aws-cli/2.11.20 Python/3.11.3 Linux/5.10.0 exe/x86_64.ubuntu.22 prompt/off command/ec2.describe-instances",
    "APN/1.0 HashiCorp/1.0 Terraform/1.4.6 (+https://www.terraform.io) terraform-provider-aws/4.67.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15",
    "[aws-sdk-nodejs/2.1374.0 linux/v18.16.0 exec-env/AWS_Lambda_nodejs18.x promise]",
    "amazon-ssm-agent/3.2.985.0 (go1.19.9; linux; amd64) amazon-ssm-agent/",
    "console.amazonaws.com",
    "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.467 Linux/5.4.241-150.347.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/25.372-b08 java/1.8.0_372 vendor/Oracle_Corporation cfg/retry-mode/standard",
];
const SERVICES: &[&str] = &[
    "ec2",
    "lambda",
    "autoscaling",
    "elasticloadbalancing",
    "config",
    "cloudtrail",
    "ecs-tasks",
    "rds",
    "delivery.logs",
    "events",
    "ssm",
    "kms",
    "cloudformation",
    "eks",
    "dynamodb",
    "guardduty",
    "inspector2",
    "logs",
    "s3",
    "glue",
];
/// Regions, the busiest first.
pub const REGIONS: &[&str] = &[
    "us-east-1",
    "eu-central-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// Everything that stays the same in a set.
#[derive(Debug)]
pub struct World {
    /// The seed of the set.
    pub seed: u64,
    /// Its accounts, the busiest first.
    pub accounts: Vec<Account>,
    /// Which account a file is of.
    pub account_weights: Weights,
    /// Which caller of an account a record is of.
    pub caller_weights: Weights,
}

/// An account.
#[derive(Debug)]
pub struct Account {
    /// Its twelve digits.
    pub id: String,
    /// Who acts in it, the busiest first.
    pub callers: Vec<Caller>,
}

/// Which calls somebody makes: an index into [`PROFILES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile(pub u8);

/// Human in the console, automation, build, machine, function, service, agent, other account,
/// anybody, federation, sign-in, scanner, service event.
pub const PROFILES: &[u8] = b"hacmlsexnwgto";

/// Somebody who acts.
#[derive(Debug)]
pub struct Caller {
    /// `userIdentity` up to the value of the access key.
    before_key: String,
    /// What follows it up to the value of the creation date.
    before_date: String,
    /// What follows that. Without a session it is empty.
    after_date: String,
    /// How long one key lasts, in seconds; 0 for one that never changes.
    lasts: i64,
    /// Its number, for keys.
    number: u64,
    /// Its name, as requests write it.
    pub name: String,
    /// Its ARN (may be empty).
    pub arn: String,
    /// The host name of the service it is, or through which it acts; empty otherwise.
    pub invoker: String,
    /// The addresses it comes from.
    pub addresses: Vec<String>,
    /// Its tool.
    pub agent: &'static str,
    /// What it does.
    pub profile: Profile,
    /// Whether it works in the console.
    pub console: bool,
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64, accounts: usize) -> Self {
        let accounts = (0..accounts)
            .map(|at| {
                let mut rng = Rng::new(hash(&[seed, at as u64, 1]));
                let id = match at {
                    0 => "111122223333".to_owned(),
                    1 => "444455556666".to_owned(),
                    2 => "123456789012".to_owned(),
                    _ => format!("{:012}", 200_000_000_000 + rng.below(700_000_000_000)),
                };
                let callers = callers(&id, &mut rng);
                Account { id, callers }
            })
            .collect::<Vec<_>>();
        Self {
            seed,
            account_weights: Weights::zipf(accounts.len(), 1),
            caller_weights: Weights::zipf(accounts[0].callers.len(), 5),
            accounts,
        }
    }
}

/// The callers of an account, mixed so that each kind has busy and quiet ones.
fn callers(account: &str, rng: &mut Rng) -> Vec<Caller> {
    /// Out of a hundred: how many of a kind, and the kind.
    const MIX: [(usize, u8); 12] = [
        (19, b'u'),
        (11, b'p'),
        (24, b'm'),
        (11, b'l'),
        (5, b'c'),
        (5, b'a'),
        (10, b's'),
        (4, b't'),
        (5, b'x'),
        (3, b'f'),
        (2, b'o'),
        (1, b'v'),
    ];
    let mut callers: Vec<Caller> = (0..900)
        .map(|number| {
            let mut at = rng.below(100);
            let kind = MIX
                .iter()
                .find(|(share, _)| {
                    let here = at < *share;
                    at = at.wrapping_sub(*share);
                    here
                })
                .map_or(b'u', |(_, kind)| *kind);
            caller(account, kind, number, rng)
        })
        .collect();
    // The kinds that every account has, however the dice fell.
    for (at, kind) in b"msulpactxfovr".iter().enumerate() {
        callers[at + at * at] = caller(account, *kind, 1000 + at, rng);
    }
    for caller in &mut callers {
        caller.number = rng.word();
    }
    callers
}

fn caller(account: &str, kind: u8, number: usize, rng: &mut Rng) -> Caller {
    let person = PEOPLE[rng.skewed(PEOPLE.len())];
    let surname = SURNAMES[number % SURNAMES.len()];
    let mail = format!("{person}.{surname}@example.com").replace('ë', "e");
    let service = SERVICES[rng.skewed(SERVICES.len())];
    let home = match rng.below(3) {
        0 => format!("203.0.113.{}", rng.between(1, 254)),
        1 => format!("198.51.100.{}", rng.between(1, 254)),
        _ => format!(
            "2001:db8:{:x}:{:x}::{:x}",
            rng.below(4096),
            rng.below(64),
            rng.between(1, 65_000)
        ),
    };
    let inside = format!(
        "10.{}.{}.{}",
        rng.below(8),
        rng.below(256),
        rng.between(1, 254)
    );
    let id = |prefix: &str, of: &str| entity(prefix, account, of);
    match kind {
        b'u' => {
            let path = PATHS[number % PATHS.len()];
            let arn = format!("arn:aws:iam::{account}:user{path}{person}");
            let console = rng.chance(250);
            let before_key = format!(
                r#"{{"type":"IAMUser","principalId":"{}","arn":"{arn}","accountId":"{account}","accessKeyId":""#,
                id("AIDA", person)
            );
            let before_date = if console {
                format!(
                    r#"","userName":"{person}","sessionContext":{{"sessionIssuer":{{}},"webIdFederationData":{{}},"attributes":{{"creationDate":""#
                )
            } else {
                format!(r#"","userName":"{person}"}}"#)
            };
            let after_date = if console {
                r#"","mfaAuthenticated":"true"}}}"#
            } else {
                ""
            };
            Caller {
                before_key,
                before_date,
                after_date: after_date.to_owned(),
                lasts: if console { 28_800 } else { 0 },
                number: number as u64,
                name: person.to_owned(),
                arn,
                invoker: String::new(),
                addresses: vec![home, format!("192.0.2.{}", rng.between(1, 254))],
                agent: AGENTS[if console { 5 + number % 2 } else { 3 }],
                profile: Profile(match number % 7 {
                    0 => 10,
                    1..=3 if !console => 3,
                    _ => 0,
                }),
                console,
            }
        }
        b'p' => {
            let set = ["AdministratorAccess", "PowerUser", "ReadOnly", "Billing"][rng.skewed(4)];
            let mut tail = Vec::new();
            hex_of(
                &mut tail,
                hash(&[number as u64 % 4, account.len() as u64]),
                16,
            );
            let role = format!("AWSReservedSSO_{set}_{}", String::from_utf8_lossy(&tail));
            let path = "/aws-reserved/sso.amazonaws.com/eu-central-1/";
            let mut caller = session(account, &role, path, &mail, number, "true");
            caller.addresses = vec![home];
            caller.agent = AGENTS[5 + number % 2];
            caller.console = true;
            caller.profile = Profile(u8::from(number.is_multiple_of(5)));
            caller
        }
        b'm' => {
            let job = JOBS[rng.skewed(JOBS.len())];
            let mut instance = b"i-0".to_vec();
            hex_of(&mut instance, rng.word(), 16);
            let instance = String::from_utf8_lossy(&instance).into_owned();
            let role = format!("{job}-instance-role");
            let mut caller = session(
                account,
                &role,
                PATHS[number % 5],
                &instance,
                number,
                "false",
            );
            caller.after_date =
                String::from(r#"","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}}"#);
            caller.addresses = vec![inside, home];
            caller.agent = AGENTS[[0, 1, 2, 8][number % 4]];
            caller.profile = Profile(if number.is_multiple_of(6) { 6 } else { 3 });
            caller
        }
        b'l' => {
            let job = JOBS[number % JOBS.len()];
            let role = format!("{job}-lambda-role");
            let name = format!("{job}-fn{}", number % 9);
            let mut caller = session(account, &role, "/service-role/", &name, number, "false");
            caller.addresses = vec![home];
            caller.agent = AGENTS[[7, 1][number % 2]];
            caller.profile = Profile(4);
            caller
        }
        b'c' => {
            let name = format!("GitHubActions-{}", number % 40);
            let mut caller = session(account, "ci-deploy", "/", &name, number, "false");
            caller.lasts = 3600;
            caller.addresses = vec![home];
            caller.agent = AGENTS[3];
            caller.profile = Profile(2);
            caller
        }
        b'a' => {
            let name = format!("terraform-{}", 1_680_000_000 + number * 977);
            let mut caller = session(
                account,
                "OrganizationAccountAccessRole",
                "/",
                &name,
                number,
                "false",
            );
            caller.lasts = 3600;
            caller.addresses = vec![home];
            caller.agent = AGENTS[4];
            caller.profile = Profile(1);
            caller
        }
        b't' => {
            let name = ["security-scanner", "cost-report", "inventory", "prowler"][number % 4];
            let mut caller = session(account, "security-audit", "/", name, number, "false");
            caller.addresses = vec![home];
            caller.agent = AGENTS[1];
            caller.profile = Profile(11);
            caller
        }
        b's' => {
            let host = format!("{service}.amazonaws.com");
            Caller {
                before_key: format!(r#"{{"type":"AWSService","invokedBy":"{host}"}}"#),
                addresses: vec![host.clone()],
                agent: "",
                profile: Profile(5),
                ..plain(service, number, host)
            }
        }
        b'x' => {
            let other = format!("{:012}", 500_000_000_000 + rng.below(90_000_000));
            let anybody = number.is_multiple_of(5);
            let (before_key, profile) = if anybody {
                (
                    r#"{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}"#
                        .to_owned(),
                    Profile(8),
                )
            } else {
                (
                    format!(
                        r#"{{"type":"AWSAccount","principalId":"{}:partner-{}","accountId":"{other}"}}"#,
                        entity("AROA", &other, "partner"),
                        number % 30
                    ),
                    Profile(7),
                )
            };
            Caller {
                before_key,
                addresses: vec![home],
                agent: AGENTS[1],
                profile,
                ..plain("partner", number, String::new())
            }
        }
        b'f' => {
            let before_key = if number.is_multiple_of(2) {
                format!(
                    r#"{{"type":"SAMLUser","principalId":"{}=:{mail}","userName":"{mail}","identityProvider":"{}="}}"#,
                    entity("", account, "idp"),
                    entity("", account, "idp")
                )
            } else {
                format!(
                    r#"{{"type":"WebIdentityUser","principalId":"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:repo:example/{person}:ref:refs/heads/main","userName":"repo:example/{person}:ref:refs/heads/main","identityProvider":"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"}}"#
                )
            };
            Caller {
                before_key,
                addresses: vec![home],
                agent: AGENTS[number % 3],
                profile: Profile(9),
                ..plain(&mail, number, String::new())
            }
        }
        b'o' => {
            let before_key = match number % 4 {
                0 => format!(
                    r#"{{"type":"IdentityCenterUser","principalId":"","arn":"","accountId":"{account}","onBehalfOf":{{"userId":"906{number:05}-a1b2-c3d4-e5f6-0123456789ab","identityStoreArn":"arn:aws:identitystore::{account}:identitystore/d-9067012345"}},"credentialId":"{}"}}"#,
                    entity("", account, person)
                ),
                1 => format!(
                    r#"{{"type":"Directory","principalId":"d-9067{number:06}","accountId":"{account}","userName":"{person}"}}"#
                ),
                2 => format!(
                    r#"{{"type":"Unknown","principalId":"{account}","arn":"","accountId":"{account}","accessKeyId":"","userName":"{mail}"}}"#
                ),
                // The principal of service events has no type at all.
                _ => {
                    format!(r#"{{"accountId":"{account}","invokedBy":"{service}.amazonaws.com"}}"#)
                }
            };
            let event = number % 4 == 3;
            let host = format!("{service}.amazonaws.com");
            Caller {
                before_key,
                addresses: vec![if event { host.clone() } else { home }],
                agent: if event { "" } else { AGENTS[5] },
                profile: Profile(if event { 12 } else { 10 }),
                ..plain(person, number, if event { host } else { String::new() })
            }
        }
        b'v' => {
            let arn = format!("arn:aws:sts::{account}:federated-user/{person}");
            let issuer = format!("arn:aws:iam::{account}:user/federation-broker");
            Caller {
                before_key: format!(
                    r#"{{"type":"FederatedUser","principalId":"{account}:{person}","arn":"{arn}","accountId":"{account}","accessKeyId":""#
                ),
                before_date: format!(
                    r#"","sessionContext":{{"sessionIssuer":{{"type":"IAMUser","principalId":"{}","arn":"{issuer}","accountId":"{account}","userName":"federation-broker"}},"webIdFederationData":{{}},"attributes":{{"creationDate":""#,
                    id("AIDA", "federation-broker")
                ),
                after_date: r#"","mfaAuthenticated":"false"}}}"#.to_owned(),
                lasts: 43_200,
                arn,
                addresses: vec![home],
                agent: AGENTS[1],
                profile: Profile(0),
                ..plain(person, number, String::new())
            }
        }
        _ => {
            let arn = format!("arn:aws:iam::{account}:root");
            Caller {
                before_key: format!(
                    r#"{{"type":"Root","principalId":"{account}","arn":"{arn}","accountId":"{account}","accessKeyId":""#
                ),
                before_date: r#"","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":""#.to_owned(),
                after_date: r#"","mfaAuthenticated":"true"}}}"#.to_owned(),
                lasts: 43_200,
                arn,
                addresses: vec![home],
                agent: AGENTS[5],
                console: true,
                profile: Profile(if number.is_multiple_of(2) { 10 } else { 0 }),
                ..plain("root", number, String::new())
            }
        }
    }
}

/// A caller of whom only the name is known.
fn plain(name: &str, number: usize, invoker: String) -> Caller {
    Caller {
        before_key: String::new(),
        before_date: String::new(),
        after_date: String::new(),
        lasts: 0,
        number: number as u64,
        name: name.to_owned(),
        arn: String::new(),
        invoker,
        addresses: Vec::new(),
        agent: "",
        profile: Profile(0),
        console: false,
    }
}

/// A session of a role.
fn session(account: &str, role: &str, path: &str, name: &str, number: usize, mfa: &str) -> Caller {
    let arn = format!("arn:aws:sts::{account}:assumed-role/{role}/{name}");
    let role_id = entity("AROA", account, role);
    Caller {
        before_key: format!(
            r#"{{"type":"AssumedRole","principalId":"{role_id}:{name}","arn":"{arn}","accountId":"{account}","accessKeyId":""#
        ),
        before_date: format!(
            r#"","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{role_id}","arn":"arn:aws:iam::{account}:role{path}{role}","accountId":"{account}","userName":"{role}"}},"attributes":{{"creationDate":""#
        ),
        after_date: format!(r#"","mfaAuthenticated":"{mfa}"}}}}}}"#),
        lasts: 21_600,
        arn,
        ..plain(name, number, String::new())
    }
}

/// The stable id of an entity.
fn entity(prefix: &str, account: &str, name: &str) -> String {
    let word = account
        .bytes()
        .chain(name.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let mut id = prefix.as_bytes().to_vec();
    base32_of(&mut id, hash(&[word]), 12);
    base32_of(&mut id, hash(&[word, 1]), 5);
    String::from_utf8_lossy(&id).into_owned()
}

impl Caller {
    /// Writes `userIdentity`. `forwarded` is the service that acts with its credentials, if any.
    pub fn write(&self, out: &mut Vec<u8>, seed: u64, time: i64, forwarded: Option<&str>) {
        out.extend_from_slice(self.before_key.as_bytes());
        if self.before_date.is_empty() {
            return;
        }
        let era = if self.lasts == 0 {
            0
        } else {
            time / self.lasts
        };
        let word = hash(&[
            seed,
            self.number,
            era as u64,
            u64::from(forwarded.is_some()),
        ]);
        out.extend_from_slice(if self.lasts == 0 { b"AKIA" } else { b"ASIA" });
        base32_of(out, word, 12);
        base32_of(out, hash(&[word]), 4);
        out.extend_from_slice(self.before_date.as_bytes());
        if !self.after_date.is_empty() {
            when::iso(out, era * self.lasts + (word % 600) as i64);
            out.extend_from_slice(self.after_date.as_bytes());
        }
        if let Some(host) = forwarded {
            out.pop();
            out.extend_from_slice(br#","invokedBy":""#);
            out.extend_from_slice(host.as_bytes());
            out.extend_from_slice(b"\"}");
        }
    }
}
