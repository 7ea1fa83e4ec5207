//! Calls that several parts of the demo make, with requests and responses of the right shape.

use serde_json::{Value, json};

use crate::identity::Who;
use crate::record::{Call, Log};
use crate::rng::Rng;
use crate::when::human_old;
use crate::world::{DATA, DEV, SUBNETS, VPC, WEB_SG};

/// The load balancers' own host name.
pub const ELB: &str = "elasticloadbalancing.amazonaws.com";
/// The object store's own host name.
pub const S3: &str = "s3.amazonaws.com";

/// An object in a bucket.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The account that owns the bucket.
    pub owner: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The size in bytes.
    pub bytes: i64,
}

/// Starts a data event on an object: `GetObject` or `PutObject`.
pub fn object<'l>(
    log: &'l mut Log,
    rng: &mut Rng,
    who: &Who,
    time: i64,
    name: &str,
    at: Object<'_>,
) -> Call<'l> {
    let (inward, outward) = if name == "PutObject" {
        (at.bytes, 0)
    } else {
        (0, at.bytes)
    };
    let response = if name == "PutObject" {
        json!({"x-amz-server-side-encryption": "aws:kms"})
    } else {
        Value::Null
    };
    let agent = if who.direct() && who.kind() != "AWSService" {
        format!("[{}]", who.agent)
    } else {
        who.agent.clone()
    };
    let method = if who.kind() == "AWSAccount" {
        "Anonymous"
    } else {
        "AuthHeader"
    };
    let mut extra = json!({
        "SignatureVersion": "SigV4",
        "CipherSuite": "TLS_AES_128_GCM_SHA256",
        "bytesTransferredIn": inward,
        "AuthenticationMethod": method,
        "x-amz-id-2": format!("{}EXAMPLE=", rng.alnum(16)),
        "bytesTransferredOut": outward,
    });
    if method == "Anonymous" {
        extra = json!({
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": inward,
            "bytesTransferredOut": outward,
        });
    }
    log.call(who, time, "s3", name)
        .agent(&agent)
        .recipient(at.owner)
        .asks(json!({
            "bucketName": at.bucket,
            "Host": format!("{}.s3.us-west-2.amazonaws.com", at.bucket),
            "key": at.key,
        }))
        .gets(response)
        .extra(extra)
        .touches(json!({
            "type": "AWS::S3::Object",
            "ARN": format!("arn:aws:s3:::{}/{}", at.bucket, at.key),
        }))
        .touches(json!({
            "accountId": at.owner,
            "type": "AWS::S3::Bucket",
            "ARN": format!("arn:aws:s3:::{}", at.bucket),
        }))
        .data()
}

/// The key that encrypts a kind of thing in an account.
pub fn kms_key(account: &str) -> String {
    let id = match account {
        DATA => "4d0c7a15-2b9e-4f63-8a1d-5e7f90b2c3d4",
        DEV => "9b1f6e27-5c8d-4a30-b7e2-1f4a6d8c0b93",
        _ => "1234abcd-12ab-34cd-56ef-1234567890ab",
    };
    format!("arn:aws:kms:us-west-2:{account}:key/{id}")
}

/// A service decrypts something for a caller; `context` says what.
pub fn decrypt_via(
    log: &mut Log,
    rng: &mut Rng,
    who: &Who,
    time: i64,
    host: &str,
    context: &Value,
) {
    let forwarded = who.via(host, time, rng);
    let key = kms_key(&who.account);
    log.call(&forwarded, time, "kms", "Decrypt")
        .asks(json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": context}))
        .touches(json!({"accountId": who.account, "type": "AWS::KMS::Key", "ARN": key}))
        .done();
}

/// The decryption that belongs to reading an object.
pub fn decrypt_object(log: &mut Log, rng: &mut Rng, who: &Who, time: i64, at: Object<'_>) {
    let arn = format!("arn:aws:s3:::{}/{}", at.bucket, at.key);
    decrypt_via(log, rng, who, time, S3, &json!({"aws:s3:arn": arn}));
}

/// The load balancer service makes a network interface for a caller; returns its id.
pub fn create_interface(
    log: &mut Log,
    rng: &mut Rng,
    who: &Who,
    time: i64,
    balancer: &str,
    subnet: usize,
) -> String {
    let id = format!("eni-0{}", rng.hex(16));
    let address = format!("10.0.{}.{}", subnet + 1, rng.between(20, 250));
    let description = format!("ELB {balancer}");
    let forwarded = who.via(ELB, time, rng);
    log.call(&forwarded, time, "ec2", "CreateNetworkInterface")
        .asks(json!({
            "subnetId": SUBNETS[subnet],
            "description": description,
            "groupSet": {"items": [{"groupId": WEB_SG}]},
            "privateIpAddressesSet": {},
            "clientToken": rng.guid(),
        }))
        .gets(json!({
            "networkInterface": {
                "networkInterfaceId": id,
                "subnetId": SUBNETS[subnet],
                "vpcId": VPC,
                "availabilityZone": if subnet == 0 { "us-west-2a" } else { "us-west-2b" },
                "description": description,
                "ownerId": who.account,
                "requesterId": "amazon-elb",
                "requesterManaged": true,
                "status": "pending",
                "privateIpAddress": address,
                "sourceDestCheck": true,
                "interfaceType": "interface",
                "groupSet": {"items": [{"groupId": WEB_SG}]},
                "tagSet": {},
            },
        }))
        .done();
    id
}

/// Starts the load balancer service's deletion of a network interface for a caller.
pub fn delete_interface<'l>(
    log: &'l mut Log,
    rng: &mut Rng,
    who: &Who,
    time: i64,
    id: &str,
) -> Call<'l> {
    let forwarded = who.via(ELB, time, rng);
    log.call(&forwarded, time, "ec2", "DeleteNetworkInterface")
        .asks(json!({"networkInterfaceId": id}))
        .gets(json!({"_return": true}))
}

/// What `CreateLoadBalancer` answers for an application load balancer.
pub fn new_balancer(name: &str, arn: &str, dns: &str, group: &str, time: i64) -> Value {
    json!({
        "loadBalancers": [{
            "type": "application",
            "ipAddressType": "ipv4",
            "loadBalancerName": name,
            "vpcId": VPC,
            "securityGroups": [group],
            "state": {"code": "provisioning"},
            "availabilityZones": [
                {"subnetId": SUBNETS[0], "zoneName": "us-west-2a"},
                {"subnetId": SUBNETS[1], "zoneName": "us-west-2b"},
            ],
            "dNSName": dns,
            "canonicalHostedZoneId": "Z2P70J7HTTTPLU",
            "createdTime": human_old(time),
            "loadBalancerArn": arn,
            "scheme": "internet-facing",
        }],
    })
}

/// Starts a change of the deletion protection of a load balancer.
pub fn protect<'l>(log: &'l mut Log, who: &Who, time: i64, arn: &str, on: bool) -> Call<'l> {
    let attributes = json!([
        {"key": "deletion_protection.enabled", "value": on.to_string()},
        {"key": "idle_timeout.timeout_seconds", "value": "60"},
    ]);
    log.call(
        who,
        time,
        "elasticloadbalancing",
        "ModifyLoadBalancerAttributes",
    )
    .asks(json!({"loadBalancerArn": arn, "attributes": attributes}))
    .gets(json!({"attributes": [
        {"key": "access_logs.s3.enabled", "value": "true"},
        {"key": "access_logs.s3.bucket", "value": "example-elb-logs"},
        {"key": "access_logs.s3.prefix", "value": "prod-web"},
        {"key": "idle_timeout.timeout_seconds", "value": "60"},
        {"key": "deletion_protection.enabled", "value": on.to_string()},
        {"key": "routing.http2.enabled", "value": "true"},
        {"key": "routing.http.drop_invalid_header_fields.enabled", "value": "false"},
    ]}))
}

/// One rule of a security group, as request and as response.
pub fn ingress(group: &str, port: i64, cidr: &str, rule: &str, account: &str) -> (Value, Value) {
    let request = json!({
        "groupId": group,
        "ipPermissions": {"items": [{
            "ipProtocol": "tcp",
            "fromPort": port,
            "toPort": port,
            "groups": {},
            "ipRanges": {"items": [{"cidrIp": cidr}]},
            "ipv6Ranges": {},
            "prefixListIds": {},
        }]},
    });
    let response = json!({
        "_return": true,
        "securityGroupRuleSet": {"items": [{
            "groupOwnerId": account,
            "groupId": group,
            "securityGroupRuleId": rule,
            "isEgress": false,
            "ipProtocol": "tcp",
            "fromPort": port,
            "toPort": port,
            "cidrIpv4": cidr,
        }]},
    });
    (request, response)
}

/// The request of a call that only looks, as the console and the SDKs send it.
pub fn look(service: &str, name: &str, rng: &mut Rng) -> Value {
    let page = json!({"maxResults": *rng.pick(&[50, 100, 1000])});
    match (service, name) {
        ("ec2", "DescribeInstances" | "DescribeInstanceStatus") => {
            json!({"instancesSet": {}, "filterSet": {}, "maxResults": 1000})
        }
        ("ec2", "DescribeSecurityGroups") => {
            json!({"securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": {}})
        }
        ("ec2", "DescribeVolumes") => json!({"volumeSet": {}, "filterSet": {}}),
        ("ec2", "DescribeSubnets") => json!({
            "subnetSet": {},
            "filterSet": {"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": VPC}]}}]},
        }),
        ("ec2", "DescribeNetworkInterfaces") => {
            json!({"networkInterfaceIdSet": {}, "filterSet": {}})
        }
        ("ec2", "DescribeVpcs") => json!({"vpcSet": {}, "filterSet": {}}),
        ("ec2", "DescribeTags") => json!({"maxResults": 1000, "filterSet": {"items": [
            {"name": "resource-type", "valueSet": {"items": [{"value": "instance"}]}},
        ]}}),
        ("elasticloadbalancing", "DescribeLoadBalancers") => json!({"pageSize": 400}),
        ("elasticache", "DescribeCacheClusters") => {
            json!({"showCacheNodeInfo": true, "maxRecords": 100})
        }
        ("rds", "DescribeDBInstances") | ("autoscaling", "DescribeAutoScalingGroups") => {
            json!({"maxRecords": 100})
        }
        ("iam", "ListUsers" | "ListRoles" | "ListPolicies") => json!({"maxItems": 100}),
        ("monitoring", "DescribeAlarms") => json!({"stateValue": "ALARM", "maxRecords": 100}),
        ("ecs", "DescribeServices") => json!({"cluster": "prod", "services": ["web", "worker"]}),
        ("ecs", "ListTasks") => json!({"cluster": "prod", "serviceName": "web"}),
        ("logs", "DescribeLogGroups") => json!({"limit": 50}),
        ("sts" | "cloudtrail" | "s3" | "iam" | "organizations", _) => Value::Null,
        _ => page,
    }
}
