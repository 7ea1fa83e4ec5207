//! What the intruder breaks and leaves behind.

use serde_json::{Value, json};

use super::{cli, iam, kebab, run_request};
use crate::calls::{delete_interface, ingress, protect};
use crate::identity::Who;
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{human_old, second};
use crate::world::{
    DB_SECRET, INTRUDER, PLANTED_KEY, PROD, SYDNEY, TRAIL, WEB_LB, WEB_SG, WEB_TG, WEST,
};

/// The trail holds; the load balancer does not.
pub fn destruction(log: &mut Log, rng: &mut Rng, breaker: &Who) {
    let who = cli(breaker, "sts.get-caller-identity");
    log.call(&who, second(14, 0, 39), "sts", "GetCallerIdentity")
        .region(WEST)
        .done();
    let who = cli(breaker, "cloudtrail.stop-logging");
    log.call(&who, second(14, 1, 7), "cloudtrail", "StopLogging")
        .denied(TRAIL, "with an explicit deny in a service control policy")
        .label("StopLogging refused to BreakGlass")
        .done();

    let delete = cli(breaker, "elbv2.delete-load-balancer");
    log.call(
        &delete,
        second(14, 1, 22),
        "elasticloadbalancing",
        "DeleteLoadBalancer",
    )
    .asks(json!({"loadBalancerArn": WEB_LB}))
    .fails(
        "OperationNotPermittedException",
        &format!(
            "Load balancer '{WEB_LB}' cannot be deleted because deletion protection is enabled"
        ),
    )
    .done();
    let who = cli(breaker, "elbv2.modify-load-balancer-attributes");
    protect(log, &who, second(14, 1, 48), WEB_LB, false)
        .label("Deletion protection off")
        .done();
    log.call(
        &delete,
        second(14, 2, 11),
        "elasticloadbalancing",
        "DeleteLoadBalancer",
    )
    .asks(json!({"loadBalancerArn": WEB_LB}))
    .label("DeleteLoadBalancer of app/prod-web")
    .done();
    for (after, id, label) in [
        (
            2,
            "eni-0a1f4c7d92e6b8035",
            Some("ELB deletes the first of three network interfaces"),
        ),
        (2, "eni-0a1f4c7d92e6b8036", None),
        (3, "eni-0c58e1b7f3a29d604", None),
    ] {
        let mut call = delete_interface(log, rng, &delete, second(14, 2, 11) + after, id);
        if let Some(label) = label {
            call = call.label(label);
        }
        call.done();
    }
    let who = cli(breaker, "elbv2.delete-target-group");
    log.call(
        &who,
        second(14, 2, 40),
        "elasticloadbalancing",
        "DeleteTargetGroup",
    )
    .asks(json!({"targetGroupArn": WEB_TG}))
    .label("DeleteTargetGroup of prod-web")
    .done();
}

/// Rights, a key and an open door for later.
pub fn persistence(log: &mut Log, rng: &mut Rng, breaker: &Who) {
    let who = cli(breaker, "iam.list-roles");
    log.call(&who, second(14, 3, 2), "iam", "ListRoles")
        .asks(json!({"maxItems": 100}))
        .done();
    let who = cli(breaker, "iam.put-role-policy");
    let narrow = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["ec2:*", "s3:*"], "Resource": "*"},
    ]});
    let wide = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["ec2:*", "s3:*", "iam:*", "sts:*"], "Resource": "*"},
    ]});
    for (time, policy, label) in [
        (
            second(14, 3, 31),
            narrow,
            "Inline policy tmp on role Admin, first version",
        ),
        (
            second(14, 4, 48),
            wide,
            "Inline policy tmp on role Admin, widened to iam:*",
        ),
    ] {
        log.call(&who, time, "iam", "PutRolePolicy")
            .asks(json!({
                "roleName": "Admin",
                "policyName": "tmp",
                "policyDocument": policy.to_string(),
            }))
            .label(label)
            .done();
    }
    let who = cli(breaker, "iam.list-access-keys");
    log.call(&who, second(14, 5, 37), "iam", "ListAccessKeys")
        .asks(json!({"userName": "svc-backup"}))
        .done();
    let who = cli(breaker, "iam.create-access-key");
    let time = second(14, 6, 2);
    log.call(&who, time, "iam", "CreateAccessKey")
        .asks(json!({"userName": "svc-backup"}))
        .gets(json!({"accessKey": {
            "userName": "svc-backup",
            "accessKeyId": PLANTED_KEY,
            "status": "Active",
            "createDate": human_old(time),
        }}))
        .label("Key made for svc-backup")
        .done();
    let who = cli(breaker, "ec2.authorize-security-group-ingress");
    let rule = format!("sgr-0{}", Rng::named("open rule").hex(16));
    let (request, response) = ingress(WEB_SG, 22, "0.0.0.0/0", &rule, PROD);
    log.call(
        &who,
        second(14, 7, 25),
        "ec2",
        "AuthorizeSecurityGroupIngress",
    )
    .asks(request)
    .gets(response)
    .label("Security group opened to the world")
    .done();
    let who = cli(breaker, "ec2.describe-images");
    let image_owner = json!({"items": [{"owner": "099720109477"}]});
    log.call(&who, second(14, 14, 50), "ec2", "DescribeImages")
        .region(SYDNEY)
        .asks(json!({"imagesSet": {}, "ownersSet": image_owner, "filterSet": {}}))
        .request_id(&rng.guid())
        .done();
}

/// The new key is tried, used, and after the on-call's answer refused.
pub fn planted_key(log: &mut Log) {
    let user = Who::user(PROD, "svc-backup", PLANTED_KEY, INTRUDER, "");
    let who = cli(&user, "sts.get-caller-identity");
    log.call(&who, second(14, 9, 10), "sts", "GetCallerIdentity")
        .region(WEST)
        .label("First use of the planted key")
        .done();
    let calls: [(i64, &str, &str, Value); 5] = [
        (
            second(14, 9, 31),
            "s3",
            "ListBuckets",
            json!({"Host": "s3.amazonaws.com"}),
        ),
        (
            second(14, 9, 58),
            "s3",
            "GetBucketLocation",
            json!({"bucketName": "example-prod-backups"}),
        ),
        (
            second(14, 27, 44),
            "ec2",
            "DescribeSnapshots",
            json!({"snapshotSet": {}, "ownersSet": {
                "items": [{"owner": "self"}],
            }}),
        ),
        (
            second(14, 28, 9),
            "ec2",
            "DescribeVolumes",
            json!({"volumeSet": {}, "filterSet": {}}),
        ),
        (second(14, 33, 6), "sts", "GetCallerIdentity", Value::Null),
    ];
    for (time, service, name, request) in calls {
        let who = cli(&user, &format!("{service}.{}", kebab(name)));
        log.call(&who, time, service, name)
            .region(WEST)
            .asks(request)
            .done();
    }
    let reason = "with an explicit deny in an identity-based policy";
    let who = cli(&user, "s3.ls");
    log.call(&who, second(14, 40, 2), "s3", "ListBuckets")
        .asks(json!({"Host": "s3.amazonaws.com"}))
        .fails(
            "AccessDenied",
            &format!(
                "User: arn:aws:iam::{PROD}:user/svc-backup is not authorized to perform: \
                 s3:ListAllMyBuckets {reason}"
            ),
        )
        .label("Planted key refused")
        .done();
    let who = cli(&user, "iam.get-user");
    log.call(&who, second(14, 40, 31), "iam", "GetUser")
        .denied(&iam("user/svc-backup"), reason)
        .done();
    // Seconds after the deletion of the key: deletions take a moment to reach every endpoint.
    let who = cli(&user, "secretsmanager.get-secret-value");
    log.call(&who, second(14, 44, 39), "secretsmanager", "GetSecretValue")
        .denied(DB_SECRET, reason)
        .done();
}

/// A machine in a region that nobody looks at.
pub fn foothold(log: &mut Log, rng: &mut Rng, breaker: &Who) {
    let who = cli(breaker, "ec2.import-key-pair");
    log.call(&who, second(14, 15, 40), "ec2", "ImportKeyPair")
        .region(SYDNEY)
        .asks(json!({"keyName": "kp-1120"}))
        .gets(json!({
            "keyName": "kp-1120",
            "keyPairId": "key-0b7d3e51c2a94f860",
            "keyFingerprint": "1f:51:ae:28:bf:89:e9:d8:1f:25:5d:37:2d:7d:b8:ca",
        }))
        .done();
    let who = cli(breaker, "ec2.run-instances");
    let time = second(14, 16, 33);
    let image = "ami-0c9d3b7e5f1a24680";
    log.call(&who, time, "ec2", "RunInstances")
        .region(SYDNEY)
        .asks(run_request("c5.4xlarge", image, 1))
        .gets(json!({
            "reservationId": format!("r-0{}", rng.hex(16)),
            "ownerId": PROD,
            "groupSet": {},
            "instancesSet": {"items": [{
                "instanceId": "i-0d4e9a7c1b8f36520",
                "imageId": image,
                "instanceState": {"code": 0, "name": "pending"},
                "keyName": "kp-1120",
                "instanceType": "c5.4xlarge",
                "launchTime": time * 1000,
                "placement": {"availabilityZone": "ap-southeast-2b", "tenancy": "default"},
                "privateIpAddress": "172.31.20.14",
            }]},
        }))
        .label("Instance started in ap-southeast-2")
        .done();
}
