//! People at work: through the portal, in the console, on the command line.

use serde_json::{Value, json};

use crate::calls::{Object, look, object};
use crate::identity::{Role, Who};
use crate::lineage::{Assume, by_portal, by_saml, console_login, mfa_session, on_behalf_of};
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{FIRST_DAY, HOUR, MINUTE, SECOND_DAY, first, second};
use crate::world::{
    ALICE_CLI, ALICE_KEY, CHROME, DATA, DEV, EAST, EU, OFFICE, PROD, TERRAFORM, WEST,
};

/// What a portal role may see.
const SSO: &str = "/aws-reserved/sso.amazonaws.com/us-west-2/";
const READ_PROD: Role = Role {
    account: PROD,
    path: SSO,
    name: "AWSReservedSSO_ReadOnly_7c21d0e9b4a8f356",
};
const READ_DEV: Role = Role {
    account: DEV,
    path: SSO,
    name: "AWSReservedSSO_ReadOnly_5e80a1f3c6d2947b",
};
const DEVELOPER: Role = Role {
    account: DEV,
    path: SSO,
    name: "AWSReservedSSO_Developer_1b6d9f2e8c40a735",
};
const ANALYST: Role = Role {
    account: DATA,
    path: SSO,
    name: "AWSReservedSSO_Analyst_d94f0b7a2e6c1358",
};
const DEV_READ_ONLY: Role = Role::plain(DEV, "DevReadOnly");
const AUDITOR: Role = Role::plain(DEV, "ExternalAuditor");

const CLI: &str = "aws-cli/2.31.20 md/awscrt#0.28.2 ua/2.1 os/macos#25.1.0 md/arch#arm64 \
                   lang/python#3.13.9 md/pyimpl#CPython md/installer#exe";

/// The people of the portal, the busiest first.
const PEOPLE: [(&str, Role, &str); 9] = [
    ("dave@example.com", DEVELOPER, "198.51.100.1"),
    ("erin@example.com", DEVELOPER, "198.51.100.1"),
    ("frank@example.com", READ_PROD, "198.51.100.77"),
    ("grace@example.com", ANALYST, "192.0.2.9"),
    ("carol@example.com", ANALYST, "198.51.100.1"),
    ("bob@example.com", READ_PROD, "198.51.100.1"),
    ("ivan@example.com", DEVELOPER, "2001:db8:77::1a"),
    ("judy@example.com", READ_DEV, "198.51.100.90"),
    ("alice@example.com", READ_DEV, "198.51.100.1"),
];

/// Writes the two days of the people.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("people");
    let rng = &mut rng;
    for day in [FIRST_DAY, SECOND_DAY] {
        for _ in 0..17 {
            let (mail, role, ip) = PEOPLE[rng.zipf(PEOPLE.len())];
            portal_session(log, rng, day, mail, &role, ip);
        }
    }
    alice(log, rng);
    carol(log, rng);
    terraform(log, rng);
    other_sign_ins(log, rng);
}

/// What somebody in front of a screen looks at.
const LOOKS: [(&str, &str); 16] = [
    ("ec2", "DescribeInstances"),
    ("elasticloadbalancing", "DescribeLoadBalancers"),
    ("ecs", "DescribeServices"),
    ("ecs", "ListTasks"),
    ("logs", "DescribeLogGroups"),
    ("monitoring", "DescribeAlarms"),
    ("cloudformation", "ListStacks"),
    ("lambda", "ListFunctions20150331"),
    ("autoscaling", "DescribeAutoScalingGroups"),
    ("ec2", "DescribeSecurityGroups"),
    ("rds", "DescribeDBInstances"),
    ("cloudtrail", "DescribeTrails"),
    ("iam", "ListRoles"),
    ("s3", "ListBuckets"),
    ("ec2", "DescribeVolumes"),
    ("kms", "ListAliases"),
];

/// Half an hour or two of somebody's day, in the console or on the command line.
fn portal_session(log: &mut Log, rng: &mut Rng, day: i64, mail: &str, role: &Role, ip: &str) {
    let start = day + rng.between(7, 17) * HOUR + rng.between(1, 50) * MINUTE;
    let console = rng.chance(60);
    let agent = if console { CHROME } else { CLI };
    let session = by_portal(log, rng, role, mail, start, ip, agent);
    let mut time = start + 6;
    for _ in 0..rng.between(9, 30) {
        time += rng.between(1, 5) * rng.between(1, 60);
        let (service, name) = LOOKS[rng.zipf(LOOKS.len())];
        let mut who = session.clone();
        if console {
            who = who.in_console(start, true, rng);
        }
        if rng.chance(15) {
            who = who.with("onBehalfOf", on_behalf_of(mail));
        }
        let request = look(service, name, rng);
        let denied = rng.chance(4);
        let region = if rng.chance(12) { EU } else { WEST };
        let region = if service == "iam" { EAST } else { region };
        let mut call = log
            .call(&who, time, service, name)
            .region(region)
            .asks(request);
        if denied && !matches!(service, "s3" | "ec2") {
            let action = format!("{service}:{}", name.trim_end_matches("20150331"));
            call = call.denied("*", &crate::story::no_policy(&action));
        }
        call.done();
        if rng.chance(9) {
            change(log, rng, role, &who, time + 20);
        }
    }
}

/// Now and then somebody changes something small.
fn change(log: &mut Log, rng: &mut Rng, role: &Role, who: &Who, time: i64) {
    if role.name == ANALYST.name {
        let id = rng.guid();
        log.call(who, time, "athena", "StartQueryExecution")
            .asks(json!({
                "queryString": "HIDDEN_DUE_TO_SECURITY_REASONS",
                "workGroup": "analysts",
            }))
            .gets(json!({"queryExecutionId": id}))
            .done();
        let key = format!("athena/{id}.csv");
        let at = Object {
            owner: DATA,
            bucket: "example-athena-results",
            key: &key,
            bytes: 20_480,
        };
        let athena = who.via("athena.amazonaws.com", time, rng);
        object(log, rng, &athena, time + 3, "PutObject", at).done();
    } else if role.name == DEVELOPER.name {
        let name = format!("preview-{}", rng.hex(4));
        log.call(who, time, "cloudformation", "CreateStack")
            .asks(json!({"stackName": name, "capabilities": ["CAPABILITY_IAM"]}))
            .gets(json!({
                "stackId": format!(
                    "arn:aws:cloudformation:us-west-2:{DEV}:stack/{name}/{}", rng.guid()
                ),
            }))
            .done();
        let former = who.via("cloudformation.amazonaws.com", time, rng);
        log.call(&former, time + 4, "dynamodb", "CreateTable")
            .asks(json!({"tableName": name, "billingMode": "PAY_PER_REQUEST"}))
            .gets(json!({"tableDescription": {
                "tableArn": format!("arn:aws:dynamodb:us-west-2:{DEV}:table/{name}"),
                "tableStatus": "CREATING",
            }}))
            .done();
    } else {
        log.call(who, time, "monitoring", "PutDashboard")
            .denied(
                &format!("arn:aws:cloudwatch::{}:dashboard/web", role.account),
                &crate::story::no_policy("cloudwatch:PutDashboard"),
            )
            .done();
    }
}

/// Alice's own work: from the office, with MFA, until her key is switched off.
fn alice(log: &mut Log, rng: &mut Rng) {
    let alice = Who::user(PROD, "Alice", ALICE_KEY, OFFICE, ALICE_CLI);
    let browser = alice.clone().from(OFFICE, CHROME);
    for (born, clicks) in [(first(8, 12, 9), 24), (second(8, 3, 41), 15)] {
        console_login(log, &browser, born, Some(true), None);
        let mut time = born;
        for _ in 0..clicks {
            time += rng.between(2, 240);
            let (service, name) = LOOKS[rng.zipf(9)];
            let who = browser.clone().in_console(born, true, rng);
            log.call(&who, time, service, name)
                .asks(look(service, name, rng))
                .done();
        }
    }
    let work: [(i64, &str, &str, Value); 14] = [
        (first(9, 5, 12), "sts", "GetCallerIdentity", Value::Null),
        (
            first(9, 6, 40),
            "ec2",
            "DescribeInstances",
            look("ec2", "DescribeInstances", rng),
        ),
        (
            first(9, 8, 2),
            "s3",
            "ListBuckets",
            json!({"Host": "s3.amazonaws.com"}),
        ),
        (first(10, 44, 30), "iam", "GetUser", Value::Null),
        (
            first(11, 2, 51),
            "iam",
            "ListMFADevices",
            json!({"userName": "Alice"}),
        ),
        (
            first(14, 20, 18),
            "ec2",
            "DescribeSubnets",
            look("ec2", "DescribeSubnets", rng),
        ),
        (
            first(15, 29, 37),
            "ec2",
            "DescribeSubnets",
            look("ec2", "DescribeSubnets", rng),
        ),
        (
            first(15, 40, 3),
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            json!({"names": [
            "my-load-balancer"]}),
        ),
        (second(8, 50, 22), "sts", "GetCallerIdentity", Value::Null),
        (
            second(9, 25, 5),
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            json!({"names": [
            "my-load-balancer"]}),
        ),
        (
            second(10, 31, 44),
            "ec2",
            "DescribeInstances",
            look("ec2", "DescribeInstances", rng),
        ),
        (
            second(12, 47, 10),
            "s3",
            "ListBuckets",
            json!({"Host": "s3.amazonaws.com"}),
        ),
        // She works on, unaware: two addresses, one key, the same half hour.
        (
            second(13, 49, 28),
            "ec2",
            "DescribeInstances",
            look("ec2", "DescribeInstances", rng),
        ),
        (
            second(14, 33, 51),
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            json!({}),
        ),
    ];
    for (time, service, name, request) in work {
        log.call(&alice, time, service, name).asks(request).done();
    }
    for (time, name) in [
        (first(13, 10, 4), "notes.md"),
        (second(11, 5, 29), "plan.md"),
    ] {
        let key = format!("home/alice/{name}");
        let at = Object {
            owner: PROD,
            bucket: "example-prod-jobs",
            key: &key,
            bytes: 5_120,
        };
        object(log, rng, &alice, time, "PutObject", at).done();
    }
    log.call(
        &alice,
        first(16, 20, 33),
        "ec2",
        "AuthorizeSecurityGroupIngress",
    )
    .asks(
        crate::calls::ingress(
            "sg-5943793c",
            443,
            "198.51.100.0/24",
            "sgr-0f1e2d3c4b5a69780",
            PROD,
        )
        .0,
    )
    .gets(
        crate::calls::ingress(
            "sg-5943793c",
            443,
            "198.51.100.0/24",
            "sgr-0f1e2d3c4b5a69780",
            PROD,
        )
        .1,
    )
    .done();

    let dev = Assume::new(&alice, &DEV_READ_ONLY, "alice", first(10, 50, 7)).run(log, rng);
    let mut time = first(10, 50, 20);
    for _ in 0..14 {
        time += rng.between(3, 70);
        let (service, name) = LOOKS[rng.zipf(9)];
        log.call(&dev, time, service, name)
            .asks(look(service, name, rng))
            .done();
    }

    // Somebody else of the same name: a contractor's user in the development account.
    let other = Who::user(DEV, "Alice", "AKIAC0NTRACT2EXAMPLE", "192.0.2.33", CLI);
    for day in [FIRST_DAY, SECOND_DAY] {
        let mut time = day + 9 * HOUR + rng.between(0, HOUR);
        for _ in 0..8 {
            time += rng.between(5, 400);
            let (service, name) = LOOKS[rng.zipf(9)];
            log.call(&other, time, service, name)
                .asks(look(service, name, rng))
                .done();
        }
    }
}

/// carol keeps the users: console with MFA, command line with a session token.
fn carol(log: &mut Log, rng: &mut Rng) {
    let carol = Who::user(PROD, "carol", "AKIACAR0L2345EXAMPLE", OFFICE, CHROME);
    for born in [first(9, 31, 50), second(10, 8, 15)] {
        console_login(log, &carol, born - 25, None, None);
        console_login(log, &carol, born, Some(true), None);
        let mut time = born + 3;
        let calls: [(&str, Value); 7] = [
            ("GetAccountSummary", Value::Null),
            ("ListUsers", json!({"maxItems": 100})),
            ("GetUser", json!({"userName": "iamUser1"})),
            ("ListGroupsForUser", json!({"userName": "iamUser1"})),
            ("ListAttachedUserPolicies", json!({"userName": "iamUser1"})),
            ("ListAccessKeys", json!({"userName": "elasticache-allow"})),
            ("GetLoginProfile", json!({"userName": "elasticache-allow"})),
        ];
        for (name, request) in calls {
            time += rng.between(1, 60);
            let who = carol.clone().in_console(born, true, rng);
            let mut call = log.call(&who, time, "iam", name).asks(request);
            if name == "GetLoginProfile" {
                call = call.fails(
                    "NoSuchEntityException",
                    "Login Profile for User elasticache-allow cannot be found.",
                );
            }
            call.done();
        }
        let who = carol.clone().in_console(born, true, rng);
        log.call(&who, time + 30, "iam", "TagUser")
            .asks(json!({"userName": "iamUser1", "tags": [{"key": "team", "value": "web"}]}))
            .done();
    }
    let shell = carol.from(OFFICE, CLI);
    let session = mfa_session(&shell, second(11, 40, 3), log, rng);
    for (time, name) in [
        (second(11, 41, 0), "ListUsers"),
        (second(11, 41, 9), "ListRoles"),
    ] {
        log.call(&session, time, "iam", name)
            .asks(json!({"maxItems": 1000}))
            .done();
    }
}

/// dave plans and applies in development; the second run changes a role.
fn terraform(log: &mut Log, rng: &mut Rng) {
    for (start, apply) in [
        (first(11, 12, 0), false),
        (first(15, 3, 40), true),
        (second(10, 20, 9), true),
    ] {
        let dave = by_portal(
            log,
            rng,
            &DEVELOPER,
            "dave@example.com",
            start,
            OFFICE,
            TERRAFORM,
        );
        let mut time = start + 3;
        for step in 0..44 {
            time += i64::from(rng.chance(40));
            let (service, name, request) = match step % 6 {
                0 => (
                    "ec2",
                    "DescribeVpcs",
                    json!({"vpcSet": {}, "filterSet": {}}),
                ),
                1 => (
                    "ec2",
                    "DescribeSubnets",
                    look("ec2", "DescribeSubnets", rng),
                ),
                2 => ("iam", "GetRole", json!({"roleName": "dev-preview-role"})),
                3 => (
                    "s3",
                    "GetBucketLocation",
                    json!({"bucketName": "example-dev-state"}),
                ),
                4 => (
                    "iam",
                    "ListRolePolicies",
                    json!({"roleName": "dev-preview-role"}),
                ),
                _ => (
                    "s3",
                    "GetBucketPolicy",
                    json!({"bucketName": "example-dev-state"}),
                ),
            };
            let mut call = log.call(&dave, time, service, name).asks(request);
            if name == "GetBucketPolicy" {
                call = call.fails("NoSuchBucketPolicy", "The bucket policy does not exist");
            } else if rng.chance(3) && service == "iam" {
                call = call.fails("ThrottlingException", "Rate exceeded");
            }
            call.done();
        }
        if apply {
            let actions = if start < SECOND_DAY {
                json!(["dynamodb:*Item"])
            } else {
                json!(["dynamodb:*Item", "dynamodb:Query"])
            };
            let policy = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": actions, "Resource": "*"},
            ]});
            log.call(&dave, time + 9, "iam", "PutRolePolicy")
                .asks(json!({
                    "roleName": "dev-preview-role",
                    "policyName": "table",
                    "policyDocument": policy.to_string(),
                }))
                .done();
        }
    }
}

/// A SAML session, sign-ins with and without MFA, and one that fails again and again.
fn other_sign_ins(log: &mut Log, rng: &mut Rng) {
    for start in [first(13, 0, 31), second(9, 14, 2)] {
        let heidi = by_saml(
            log,
            rng,
            &AUDITOR,
            "heidi@audit.example.net",
            start,
            "203.0.113.9",
        );
        let mut time = start + 4;
        for _ in 0..16 {
            time += rng.between(3, 90);
            let (service, name) = LOOKS[rng.zipf(LOOKS.len())];
            let request = look(service, name, rng);
            let mut call = log.call(&heidi, time, service, name).asks(request);
            if rng.chance(25) && service != "ec2" {
                call = call.denied("*", "because no session policy allows the action");
            }
            call.done();
        }
    }
    // A test user of the development account that never got a second factor.
    let tester = Who::user(
        DEV,
        "qa-tester",
        "AKIAQATEST234EXAMPLE",
        "192.0.2.88",
        CHROME,
    );
    for born in [first(12, 30, 8), second(12, 2, 55)] {
        console_login(log, &tester, born, Some(false), None);
        let mut time = born;
        for _ in 0..6 {
            time += rng.between(4, 60);
            let who = tester.clone().in_console(born, false, rng);
            log.call(&who, time, "s3", "ListBuckets")
                .asks(Value::Null)
                .done();
        }
    }
    let guess = Who::raw(
        json!({
            "type": "IAMUser",
            "principalId": "",
            "accountId": PROD,
            "accessKeyId": "",
            "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
        }),
        PROD,
        "203.0.113.140",
        CHROME,
    );
    for attempt in 0..4 {
        let time = first(2, 11, 20) + attempt * 37;
        log.call(&guess, time, "signin", "ConsoleLogin")
            .kind("AwsConsoleSignIn")
            .extra(json!({
                "LoginTo": "https://console.aws.amazon.com/console/home",
                "MobileVersion": "No",
                "MFAUsed": "No",
            }))
            .fails("", "No username found in supplied account")
            .gets(json!({"ConsoleLogin": "Failure"}))
            .done();
    }
}
