//! The defence: what bob, on call, sees and does on the afternoon of the incident, and what he
//! had done to the same load balancer the day before.

use serde_json::{Value, json};

use crate::calls::{create_interface, ingress, new_balancer, protect};
use crate::identity::{Role, Who};
use crate::lineage::{Assume, by_portal, console_login, on_behalf_of};
use crate::record::Log;
use crate::rng::Rng;
use crate::story::BREAK_GLASS;
use crate::when::{first, human, second};
use crate::world::{
    ALICE_KEY, ALICE_KEY_OFF, BACKUP_ALLOWED, BACKUP_DENIED, BOB_HOME, CHROME, DB_SECRET, EAST,
    NEW_LB, NEW_TG, OFFICE, OUTAGE_END, PLANTED_KEY, PROD, ROOT_KEY, SUBNETS, VPC, WEB_LB, WEB_SG,
    WEST,
};

/// What people on call get through the portal.
pub const ON_CALL: Role = Role {
    account: PROD,
    path: "/aws-reserved/sso.amazonaws.com/us-west-2/",
    name: "AWSReservedSSO_OnCall_3f9a1c5b7d2e4860",
};
const BOB: &str = "bob@example.com";
const BOB_CLI: &str = "aws-cli/2.31.20 md/awscrt#0.28.2 ua/2.1 os/macos#25.1.0 md/arch#arm64 \
                       lang/python#3.13.9 md/pyimpl#CPython md/installer#exe";

/// Writes bob's two days, and root's return.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("response");
    let rng = &mut rng;
    day_before(log, rng);
    let bob = by_portal(
        log,
        rng,
        &ON_CALL,
        BOB,
        second(14, 22, 3),
        BOB_HOME,
        BOB_CLI,
    );
    investigate(log, &bob);
    contain(log, &bob);
    rebuild(log, rng, &bob);
    clean_up(log, &bob);
    root_returns(log, rng);
}

/// A benign change of the same attributes, so that the incident's change has a predecessor.
fn day_before(log: &mut Log, rng: &mut Rng) {
    let bob = by_portal(log, rng, &ON_CALL, BOB, first(9, 12, 40), OFFICE, BOB_CLI);
    let breaker = Assume::new(&bob, &BREAK_GLASS, BOB, first(9, 17, 26))
        .region(WEST)
        .run(log, rng);
    log.call(
        &breaker,
        first(9, 18, 1),
        "elasticloadbalancing",
        "DescribeLoadBalancerAttributes",
    )
    .asks(json!({"loadBalancerArn": WEB_LB}))
    .done();
    protect(log, &breaker, first(9, 18, 40), WEB_LB, true)
        .label("Deletion protection on")
        .done();
    log.call(
        &breaker,
        first(9, 20, 33),
        "elasticloadbalancing",
        "SetSecurityGroups",
    )
    .asks(json!({"loadBalancerArn": WEB_LB, "securityGroups": [WEB_SG]}))
    .gets(json!({"securityGroupIds": [WEB_SG]}))
    .done();
}

/// Where is my load balancer, and who took it?
fn investigate(log: &mut Log, bob: &Who) {
    for time in [second(14, 22, 40), second(14, 23, 12), second(14, 31, 2)] {
        log.call(bob, time, "elasticloadbalancing", "DescribeLoadBalancers")
            .asks(json!({"names": ["prod-web"]}))
            .fails(
                "LoadBalancerNotFoundException",
                "Load balancers '[prod-web]' not found",
            )
            .done();
    }
    log.call(bob, second(14, 23, 30), "ecs", "DescribeServices")
        .asks(json!({"cluster": "prod", "services": ["web"]}))
        .done();
    let lookups: [(i64, &str, &str); 7] = [
        (second(14, 24, 15), "EventName", "DeleteLoadBalancer"),
        (second(14, 25, 3), "ResourceName", WEB_LB),
        (second(14, 27, 40), "Username", "maint-1120"),
        (second(14, 29, 11), "EventName", "AssumeRole"),
        (second(14, 33, 20), "Username", "Alice"),
        (second(14, 34, 2), "AccessKeyId", ALICE_KEY),
        (second(14, 37, 20), "Username", "svc-backup"),
    ];
    for (index, (time, key, value)) in lookups.into_iter().enumerate() {
        let mut call = log
            .call(bob, time, "cloudtrail", "LookupEvents")
            .asks(json!({
                "lookupAttributes": [{"attributeKey": key, "attributeValue": value}],
                "startTime": human(second(13, 0, 0)),
                "endTime": human(time),
                "maxResults": 50,
            }));
        if index == 0 {
            call = call.label("bob looks up DeleteLoadBalancer");
        }
        if index == 3 {
            call = call.fails("ThrottlingException", "Rate exceeded");
        }
        call.done();
    }
    log.call(bob, second(14, 35, 1), "iam", "GetAccessKeyLastUsed")
        .asks(json!({"accessKeyId": ALICE_KEY}))
        .done();
}

/// The keys and the sessions.
fn contain(log: &mut Log, bob: &Who) {
    log.call(bob, ALICE_KEY_OFF, "iam", "UpdateAccessKey")
        .asks(json!({"userName": "Alice", "accessKeyId": ALICE_KEY, "status": "Inactive"}))
        .label("Alice's key set to inactive")
        .done();
    log.call(bob, second(14, 36, 55), "iam", "DeleteLoginProfile")
        .asks(json!({"userName": "Alice"}))
        .done();
    log.call(bob, second(14, 37, 41), "iam", "ListAccessKeys")
        .asks(json!({"userName": "svc-backup"}))
        .done();
    log.call(bob, BACKUP_DENIED, "iam", "AttachUserPolicy")
        .asks(json!({
            "userName": "svc-backup",
            "policyArn": "arn:aws:iam::aws:policy/AWSDenyAll",
        }))
        .label("svc-backup denied everything")
        .done();
    let revoke = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-20T14:42:00.000Z"}},
    }]});
    log.call(bob, second(14, 42, 9), "iam", "PutRolePolicy")
        .asks(json!({
            "roleName": BREAK_GLASS.name,
            "policyName": "AWSRevokeOlderSessions",
            "policyDocument": revoke.to_string(),
        }))
        .label("BreakGlass sessions revoked")
        .done();
    log.call(bob, second(14, 44, 31), "iam", "DeleteAccessKey")
        .asks(json!({"userName": "svc-backup", "accessKeyId": PLANTED_KEY}))
        .label("The planted key deleted")
        .done();
}

/// A new target group, a new load balancer, and the service behind them.
fn rebuild(log: &mut Log, rng: &mut Rng, bob: &Who) {
    let elb = "elasticloadbalancing";
    log.call(bob, second(14, 49, 52), elb, "CreateTargetGroup")
        .asks(json!({
            "name": "prod-web",
            "protocol": "HTTP",
            "port": 8080,
            "vpcId": VPC,
            "targetType": "ip",
            "healthCheckPath": "/healthz",
        }))
        .gets(json!({"targetGroups": [{
            "targetGroupArn": NEW_TG,
            "targetGroupName": "prod-web",
            "protocol": "HTTP",
            "port": 8080,
            "vpcId": VPC,
            "targetType": "ip",
            "healthCheckPath": "/healthz",
            "healthCheckProtocol": "HTTP",
            "loadBalancerArns": [],
        }]}))
        .done();
    let time = second(14, 50, 31);
    let dns = "prod-web-1428857142.us-west-2.elb.amazonaws.com";
    log.call(bob, time, elb, "CreateLoadBalancer")
        .asks(json!({
            "name": "prod-web",
            "subnets": SUBNETS,
            "securityGroups": [WEB_SG],
            "scheme": "internet-facing",
            "type": "application",
        }))
        .gets(new_balancer("prod-web", NEW_LB, dns, WEB_SG, time))
        .label("CreateLoadBalancer of the new app/prod-web")
        .done();
    for (after, subnet) in [(2, 0), (2, 1), (4, 0)] {
        create_interface(
            log,
            rng,
            bob,
            time + after,
            "app/prod-web/8c1f5b2e90d7a364",
            subnet,
        );
    }
    let listener = NEW_LB.replace(":loadbalancer/", ":listener/") + "/5b1e7c40d8f9a263";
    log.call(bob, second(14, 51, 40), elb, "CreateListener")
        .asks(json!({
            "loadBalancerArn": NEW_LB,
            "protocol": "HTTPS",
            "port": 443,
            "certificates": [{
                "certificateArn": format!(
                    "arn:aws:acm:{WEST}:{PROD}:certificate/0c1d2e3f-4a5b-6c7d-8e9f-0a1b2c3d4e5f"
                ),
            }],
            "defaultActions": [{"type": "forward", "targetGroupArn": NEW_TG}],
        }))
        .gets(json!({"listeners": [{
            "listenerArn": listener,
            "loadBalancerArn": NEW_LB,
            "protocol": "HTTPS",
            "port": 443,
            "defaultActions": [{"type": "forward", "targetGroupArn": NEW_TG}],
        }]}))
        .done();
    protect(log, bob, second(14, 52, 15), NEW_LB, true).done();
    log.call(bob, OUTAGE_END - 20, "ecs", "UpdateService")
        .asks(json!({
            "cluster": "prod",
            "service": "web",
            "loadBalancers": [
                {"targetGroupArn": NEW_TG, "containerName": "web", "containerPort": 8080},
            ],
            "forceNewDeployment": true,
        }))
        .gets(json!({"service": {
            "serviceArn": format!("arn:aws:ecs:{WEST}:{PROD}:service/prod/web"),
            "serviceName": "web",
            "status": "ACTIVE",
            "desiredCount": 6,
        }}))
        .done();
}

/// What he finds of the intruder's work: not everything.
fn clean_up(log: &mut Log, bob: &Who) {
    log.call(bob, second(14, 58, 47), "iam", "DeleteRolePolicy")
        .asks(json!({"roleName": "Admin", "policyName": "tmp"}))
        .done();
    let rule = format!("sgr-0{}", Rng::named("open rule").hex(16));
    let (request, _) = ingress(WEB_SG, 22, "0.0.0.0/0", &rule, PROD);
    log.call(bob, second(15, 1, 10), "ec2", "RevokeSecurityGroupIngress")
        .asks(request)
        .gets(
            json!({"_return": true, "revokedSecurityGroupRuleSet": {"items": [{
                "groupId": WEB_SG,
                "securityGroupRuleId": rule,
                "isEgress": false,
                "ipProtocol": "tcp",
                "fromPort": 22,
                "toPort": 22,
                "cidrIpv4": "0.0.0.0/0",
            }]}}),
        )
        .label("Security group closed")
        .done();
    log.call(bob, second(15, 8, 26), "ec2", "DescribeInstances")
        .asks(json!({"instancesSet": {"items": [{"instanceId": "i-1a2b3c4d"}]}, "filterSet": {}}))
        .done();
    log.call(bob, second(15, 21, 12), "secretsmanager", "RotateSecret")
        .asks(json!({"secretId": DB_SECRET, "rotateImmediately": true}))
        .gets(json!({"arn": DB_SECRET, "name": "prod/db-password"}))
        .done();
    let person = bob.clone().with("onBehalfOf", on_behalf_of(BOB));
    log.call(&person, second(15, 26, 38), "support", "CreateCase")
        .region(EAST)
        .asks(json!({"subject": "HIDDEN_DUE_TO_SECURITY_REASONS", "severityCode": "urgent"}))
        .gets(json!({"caseId": "case-123456789012-muen-2026-EXAMPLE"}))
        .done();
    log.call(bob, BACKUP_ALLOWED, "iam", "DetachUserPolicy")
        .asks(json!({
            "userName": "svc-backup",
            "policyArn": "arn:aws:iam::aws:policy/AWSDenyAll",
        }))
        .done();
}

/// The real root signs in and takes the key away.
fn root_returns(log: &mut Log, rng: &mut Rng) {
    let root = Who::root(None, OFFICE, CHROME);
    let born = second(15, 16, 4);
    console_login(log, &root, born, Some(true), Some("Root signs in with MFA"));
    let who = root.in_console(born, true, rng);
    let calls: [(i64, &str, Value); 3] = [
        (22, "GetAccountSummary", Value::Null),
        (49, "ListAccessKeys", Value::Null),
        (156, "DeleteAccessKey", json!({"accessKeyId": ROOT_KEY})),
    ];
    for (after, name, request) in calls {
        log.call(&who, born + after, "iam", name)
            .asks(request)
            .done();
    }
}
