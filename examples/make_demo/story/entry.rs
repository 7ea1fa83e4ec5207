//! How the intruder gets in: a stolen key, a new password, a group, a role.

use serde_json::{Value, json};

use super::{BREAK_GLASS, cli, iam, instances, kebab, no_policy, regional, run_request};
use crate::identity::Who;
use crate::lineage::{Assume, console_login};
use crate::record::Log;
use crate::rng::Rng;
use crate::when::second;
use crate::world::{EAST, EU, FIREFOX, INTRUDER, SYDNEY, TRAIL, WEB_LB, WEST};

/// What may I do, and what is there?
pub fn reconnaissance(log: &mut Log, alice: &Who) {
    let who = cli(alice, "sts.get-caller-identity");
    log.call(&who, second(13, 31, 7), "sts", "GetCallerIdentity")
        .region(WEST)
        .label("Alice's key from a new address")
        .done();

    // The calls that IAM lets her make.
    let user = json!({"userName": "Alice"});
    let allowed: [(i64, &str, &str, &str, Value); 22] = [
        (second(13, 31, 52), "iam", "GetUser", EAST, Value::Null),
        (
            second(13, 32, 3),
            "iam",
            "ListAttachedUserPolicies",
            EAST,
            user.clone(),
        ),
        (
            second(13, 32, 9),
            "iam",
            "ListUserPolicies",
            EAST,
            user.clone(),
        ),
        (
            second(13, 32, 14),
            "iam",
            "ListGroupsForUser",
            EAST,
            user.clone(),
        ),
        (
            second(13, 32, 40),
            "iam",
            "ListMFADevices",
            EAST,
            user.clone(),
        ),
        (second(13, 33, 1), "iam", "ListAccessKeys", EAST, user),
        (
            second(13, 33, 30),
            "iam",
            "ListRoles",
            EAST,
            json!({"maxItems": 1000}),
        ),
        (
            second(13, 34, 12),
            "s3",
            "ListBuckets",
            EAST,
            json!({"Host": "s3.amazonaws.com"}),
        ),
        (
            second(13, 35, 2),
            "ec2",
            "DescribeRegions",
            WEST,
            json!({"regionSet": {}}),
        ),
        (
            second(13, 35, 10),
            "ec2",
            "DescribeInstances",
            WEST,
            instances(),
        ),
        (
            second(13, 35, 13),
            "ec2",
            "DescribeInstances",
            EAST,
            instances(),
        ),
        (
            second(13, 35, 15),
            "ec2",
            "DescribeInstances",
            EU,
            instances(),
        ),
        (
            second(13, 35, 18),
            "ec2",
            "DescribeInstances",
            SYDNEY,
            instances(),
        ),
        (
            second(13, 35, 44),
            "ec2",
            "DescribeSecurityGroups",
            WEST,
            json!({"securityGroupSet": {}}),
        ),
        (
            second(13, 36, 5),
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            WEST,
            json!({}),
        ),
        (
            second(13, 36, 11),
            "elasticloadbalancing",
            "DescribeTargetGroups",
            WEST,
            json!({}),
        ),
        (
            second(13, 36, 26),
            "elasticloadbalancing",
            "DescribeLoadBalancerAttributes",
            WEST,
            json!({"loadBalancerArn": WEB_LB}),
        ),
        (
            second(13, 37, 0),
            "cloudtrail",
            "DescribeTrails",
            WEST,
            json!({"trailNameList": []}),
        ),
        (
            second(13, 37, 8),
            "cloudtrail",
            "GetTrailStatus",
            WEST,
            json!({"name": TRAIL}),
        ),
        (second(13, 38, 20), "ecs", "ListClusters", WEST, Value::Null),
        (
            second(13, 38, 41),
            "ecs",
            "ListServices",
            WEST,
            json!({"cluster": "prod"}),
        ),
        (
            second(13, 41, 36),
            "iam",
            "GetRole",
            EAST,
            json!({"roleName": BREAK_GLASS.name}),
        ),
    ];
    for (time, service, name, region, request) in allowed {
        let who = cli(alice, &format!("{service}.{}", kebab(name)));
        log.call(&who, time, service, name)
            .region(region)
            .asks(request)
            .done();
    }

    // And those that it does not.
    let refused: [(i64, &str, &str, &str, String); 10] = [
        (second(13, 33, 12), "iam", "ListUsers", EAST, iam("user/")),
        (
            second(13, 33, 51),
            "iam",
            "GetAccountAuthorizationDetails",
            EAST,
            "*".to_owned(),
        ),
        (
            second(13, 34, 33),
            "secretsmanager",
            "ListSecrets",
            WEST,
            "*".to_owned(),
        ),
        (
            second(13, 34, 50),
            "organizations",
            "ListAccounts",
            EAST,
            "*".to_owned(),
        ),
        (
            second(13, 37, 30),
            "lambda",
            "ListFunctions20150331",
            WEST,
            "*".to_owned(),
        ),
        (
            second(13, 37, 41),
            "rds",
            "DescribeDBInstances",
            WEST,
            regional("rds", "db:*"),
        ),
        (
            second(13, 38, 2),
            "ssm",
            "DescribeParameters",
            WEST,
            regional("ssm", "*"),
        ),
        (second(13, 39, 15), "kms", "ListKeys", WEST, "*".to_owned()),
        (
            second(13, 39, 44),
            "dynamodb",
            "ListTables",
            WEST,
            regional("dynamodb", "table/*"),
        ),
        (
            second(13, 40, 20),
            "iam",
            "CreateUser",
            EAST,
            iam("user/support"),
        ),
    ];
    for (time, service, name, region, resource) in refused {
        let who = cli(alice, &format!("{service}.{}", kebab(name)));
        let bare = name.trim_end_matches("20150331");
        let reason = no_policy(&format!("{service}:{bare}"));
        log.call(&who, time, service, name)
            .region(region)
            .denied(&resource, &reason)
            .done();
    }

    let who = cli(alice, "ec2.run-instances");
    log.call(&who, second(13, 40, 58), "ec2", "RunInstances")
        .asks(run_request("t3.micro", "ami-2f726546", 1))
        .fails(
            "Client.UnauthorizedOperation",
            "You are not authorized to perform this operation. User: \
             arn:aws:iam::123456789012:user/Alice is not authorized to perform: ec2:RunInstances \
             on resource: arn:aws:ec2:us-west-2:123456789012:instance/* because no identity-based \
             policy allows the ec2:RunInstances action. Encoded authorization failure message: \
             EXAMPLE",
        )
        .done();
}

/// A new password, no second factor, and a look around in the console.
pub fn console(log: &mut Log, rng: &mut Rng, alice: &Who) {
    let who = cli(alice, "iam.update-login-profile");
    log.call(&who, second(13, 43, 12), "iam", "UpdateLoginProfile")
        .asks(json!({"userName": "Alice", "passwordResetRequired": false}))
        .label("Alice's password changed")
        .done();
    let who = cli(alice, "iam.deactivate-mfa-device");
    log.call(&who, second(13, 43, 58), "iam", "DeactivateMFADevice")
        .asks(json!({"userName": "Alice", "serialNumber": iam("mfa/Alice")}))
        .label("Alice's MFA device turned off")
        .done();

    let browser = alice.clone().from(INTRUDER, FIREFOX);
    let born = second(13, 46, 31);
    console_login(
        log,
        &browser,
        born,
        Some(false),
        Some("Console sign-in as Alice without MFA"),
    );
    let clicks: [(i64, &str, &str, &str); 14] = [
        (4, "iam", "GetAccountSummary", EAST),
        (6, "health", "DescribeEventAggregates", EAST),
        (9, "ce", "GetCostAndUsage", EAST),
        (41, "elasticloadbalancing", "DescribeLoadBalancers", WEST),
        (42, "elasticloadbalancing", "DescribeTargetGroups", WEST),
        (43, "ec2", "DescribeVpcs", WEST),
        (77, "elasticloadbalancing", "DescribeListeners", WEST),
        (79, "elasticloadbalancing", "DescribeTags", WEST),
        (121, "s3", "ListBuckets", EAST),
        (150, "s3", "GetBucketLocation", WEST),
        (203, "iam", "ListGroups", EAST),
        (218, "iam", "GetGroup", EAST),
        (242, "iam", "ListGroupPolicies", EAST),
        (301, "ec2", "DescribeInstances", WEST),
    ];
    for (after, service, name, region) in clicks {
        let who = browser.clone().in_console(born, false, rng);
        let request = match (service, name) {
            ("iam", "GetGroup" | "ListGroupPolicies") => json!({"groupName": "oncall"}),
            ("elasticloadbalancing", "DescribeListeners") => json!({"loadBalancerArn": WEB_LB}),
            ("elasticloadbalancing", "DescribeTags") => json!({"resourceArns": [WEB_LB]}),
            ("s3", "GetBucketLocation") => json!({"bucketName": "example-prod-backups"}),
            ("ec2", "DescribeInstances") => instances(),
            _ => Value::Null,
        };
        let mut call = log
            .call(&who, born + after, service, name)
            .region(region)
            .asks(request);
        if service == "ce" {
            call = call.denied(
                "arn:aws:ce:us-east-1:123456789012:/GetCostAndUsage",
                &no_policy("ce:GetCostAndUsage"),
            );
        }
        call.done();
    }
}

/// Refused, then let in by a group that anybody may add himself to.
pub fn escalation(log: &mut Log, rng: &mut Rng, alice: &Who) -> Who {
    let who = cli(alice, "sts.assume-role");
    log.call(&who, second(13, 54, 20), "sts", "AssumeRole")
        .region(WEST)
        .denied(&BREAK_GLASS.arn(), &no_policy("sts:AssumeRole"))
        .label("BreakGlass refused to Alice")
        .done();
    let group = cli(alice, "iam.add-user-to-group");
    log.call(&group, second(13, 56, 41), "iam", "AddUserToGroup")
        .asks(json!({"groupName": "oncall", "userName": "Alice"}))
        .label("Alice adds herself to the group oncall")
        .done();
    let delete = cli(alice, "elbv2.delete-load-balancer");
    log.call(
        &delete,
        second(13, 59, 10),
        "elasticloadbalancing",
        "DeleteLoadBalancer",
    )
    .denied(
        WEB_LB,
        &no_policy("elasticloadbalancing:DeleteLoadBalancer"),
    )
    .label("DeleteLoadBalancer refused to Alice")
    .done();
    Assume::new(&who, &BREAK_GLASS, "maint-1120", second(14, 0, 33))
        .region(WEST)
        .label("BreakGlass assumed by Alice", None)
        .run(log, rng)
}
