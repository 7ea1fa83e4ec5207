//! The sample calls of the AWS documentation on Elastic Load Balancing, EC2 Auto Scaling,
//! `ElastiCache` and EC2: their people, names, ids and tools, at times of the demo and in the
//! record version of today. (The sample of EC2, root's call, belongs to the incident.)

use serde_json::{Value, json};

use crate::calls::{create_interface, delete_interface, new_balancer};
use crate::identity::Who;
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{first, human_old, second};
use crate::world::{ALICE_CLI, ALICE_KEY, OFFICE, PROD, SUBNETS, VPC};

const APPLICATION: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/\
                           my-load-balancer/ffcddace1759e1d0";
const NETWORK: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/\
                       my-load-balancer/ffcddace1759e1d0";
const DNS: &str = "my-load-balancer-1836718677.us-west-2.elb.amazonaws.com";
const GROUP: &str = "sg-5943793c";

/// Writes all of them.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("pages");
    balancers(log, &mut rng);
    auto_scaling(log);
    cache(log);
}

/// Alice tries out an application load balancer, then a network load balancer.
fn balancers(log: &mut Log, rng: &mut Rng) {
    let alice = Who::user(PROD, "Alice", ALICE_KEY, OFFICE, ALICE_CLI);

    let created = first(15, 31, 48);
    log.call(
        &alice,
        created,
        "elasticloadbalancing",
        "CreateLoadBalancer",
    )
    .asks(json!({
        "subnets": SUBNETS,
        "securityGroups": [GROUP],
        "name": "my-load-balancer",
        "scheme": "internet-facing",
    }))
    .gets(new_balancer(
        "my-load-balancer",
        APPLICATION,
        DNS,
        GROUP,
        created,
    ))
    .request_id("b9960276-b9b2-11e3-8a13-f1ef10e0a001")
    .id("6f4ab5bd-2daa-4d00-be14-d92ef0e0a001")
    .done();
    let name = "app/my-load-balancer/ffcddace1759e1d0";
    let interfaces: Vec<String> = (0..2)
        .map(|subnet| create_interface(log, rng, &alice, created + 2 + subnet as i64, name, subnet))
        .collect();
    let deleted = first(16, 12, 5);
    log.call(
        &alice,
        deleted,
        "elasticloadbalancing",
        "DeleteLoadBalancer",
    )
    .asks(json!({"loadBalancerArn": APPLICATION}))
    .request_id("349598b3-000e-11e6-a82b-298130e0a001")
    .id("75e81c95-4012-421f-a0cf-babda0e0a001")
    .done();
    for (after, id) in (2..).zip(&interfaces) {
        delete_interface(log, rng, &alice, deleted + after, id).done();
    }

    let created = second(9, 20, 14);
    log.call(
        &alice,
        created,
        "elasticloadbalancing",
        "CreateLoadBalancer",
    )
    .asks(json!({
        "subnets": SUBNETS,
        "securityGroups": [GROUP],
        "name": "my-load-balancer",
        "scheme": "internet-facing",
        "type": "network",
    }))
    .gets(json!({
        "loadBalancers": [{
            "type": "network",
            "ipAddressType": "ipv4",
            "loadBalancerName": "my-load-balancer",
            "vpcId": VPC,
            "securityGroups": [GROUP],
            "state": {"code": "provisioning"},
            "availabilityZones": [
                {"subnetId": SUBNETS[0], "zoneName": "us-west-2a"},
                {"subnetId": SUBNETS[1], "zoneName": "us-west-2b"},
            ],
            "dNSName": DNS,
            "canonicalHostedZoneId": "Z2P70J7HTTTPLU",
            "createdTime": human_old(created),
            "loadBalancerArn": NETWORK,
            "scheme": "internet-facing",
        }],
    }))
    .request_id("b9960276-b9b2-11e3-8a13-f1ef10e0a002")
    .id("6f4ab5bd-2daa-4d00-be14-d92ef0e0a002")
    .done();
    let name = "net/my-load-balancer/ffcddace1759e1d0";
    let interface = create_interface(log, rng, &alice, created + 3, name, 0);
    let deleted = second(9, 48, 51);
    log.call(
        &alice,
        deleted,
        "elasticloadbalancing",
        "DeleteLoadBalancer",
    )
    .asks(json!({"loadBalancerArn": NETWORK}))
    .request_id("349598b3-000e-11e6-a82b-298130e0a002")
    .id("75e81c95-4012-421f-a0cf-babda0e0a002")
    .done();
    delete_interface(log, rng, &alice, deleted + 4, &interface).done();
}

/// `iamUser1` and the Auto Scaling group.
fn auto_scaling(log: &mut Log) {
    let user = Who::user(
        PROD,
        "iamUser1",
        "AKIAIAMUSER27EXAMPLE",
        "198.51.100.23",
        "Amazon CLI/AutoScaling API 2011-01-01",
    );
    log.call(
        &user,
        first(8, 20, 56),
        "autoscaling",
        "DescribeAutoScalingGroups",
    )
    .asks(json!({"maxRecords": 20}))
    .request_id("0737e2ea-fb2d-11e3-bfd8-a5209058e7bb")
    .id("0353fb04-281e-47d9-93bb-588bf2256538")
    .done();
    log.call(
        &user,
        first(16, 53, 14),
        "autoscaling",
        "CreateLaunchConfiguration",
    )
    .asks(json!({
        "imageId": "ami-2f726546",
        "instanceType": "m1.small",
        "launchConfigurationName": "launch_configuration_1",
    }))
    .request_id("07a1becf-fbc0-11e3-bfd8-a5209058e7bb")
    .id("ad30abf7-57db-4a6d-93fa-13deb1fd4cff")
    .done();
    log.call(
        &user,
        first(16, 54, 46),
        "autoscaling",
        "UpdateAutoScalingGroup",
    )
    .asks(json!({"maxSize": 8, "minSize": 1, "autoScalingGroupName": "asg1"}))
    .request_id("3ed07c03-fbc0-11e3-bfd8-a5209058e7bb")
    .id("b52ca0aa-5199-4873-a546-55f7c896a4ce")
    .done();
}

/// `elasticache-allow` makes a cache cluster, looks at it and lets it grow from two nodes to three.
fn cache(log: &mut Log) {
    let user = Who::user(
        PROD,
        "elasticache-allow",
        "AKIACACHE2345EXAMPLE",
        "192.0.2.1",
        "Amazon CLI/ElastiCache 1.10 API 2014-12-01",
    );
    let cluster = |status: &str, pending: Value| {
        json!({
            "engine": "memcached",
            "clientDownloadLandingPage":
                "https://console.aws.amazon.com/elasticache/home#client-download:",
            "cacheParameterGroup": {
                "cacheParameterGroupName": "default.memcached1.4",
                "cacheNodeIdsToReboot": {},
                "parameterApplyStatus": "in-sync",
            },
            "preferredAvailabilityZone": "Multiple",
            "numCacheNodes": 2,
            "cacheNodeType": "cache.m1.small",
            "cacheClusterStatus": status,
            "autoMinorVersionUpgrade": true,
            "preferredMaintenanceWindow": "thu:05:00-thu:06:00",
            "cacheClusterId": "test-memcached",
            "engineVersion": "1.4.14",
            "cacheSecurityGroups": [
                {"status": "active", "cacheSecurityGroupName": "default"},
            ],
            "pendingModifiedValues": pending,
        })
    };
    let created = first(22, 0, 35);
    log.call(&user, created, "elasticache", "CreateCacheCluster")
        .asks(json!({
            "numCacheNodes": 2,
            "cacheClusterId": "test-memcached",
            "engine": "memcached",
            "aZMode": "cross-az",
            "cacheNodeType": "cache.m1.small",
        }))
        .gets(cluster("creating", json!({})))
        .request_id("104f30b3-3548-11e4-b7b8-6d79ffe84edd")
        .id("92762127-7a68-42ce-8787-927d2174cde1")
        .done();
    log.call(
        &user,
        first(22, 1, 0),
        "elasticache",
        "DescribeCacheClusters",
    )
    .asks(json!({"showCacheNodeInfo": false, "maxRecords": 100}))
    .request_id("1f0b5031-3548-11e4-9376-c1d979ba565a")
    .id("a58572a8-e81b-4100-8e00-1797ed19d172")
    .done();
    let mut grown = cluster("modifying", json!({"numCacheNodes": 3}));
    grown["cacheClusterCreateTime"] = json!(human_old(created + 931));
    grown["configurationEndpoint"] = json!({
        "address": "test-memcached.example.cfg.use1prod.cache.amazonaws.com",
        "port": 11211,
    });
    log.call(
        &user,
        first(22, 32, 21),
        "elasticache",
        "ModifyCacheCluster",
    )
    .asks(json!({
        "applyImmediately": true,
        "numCacheNodes": 3,
        "cacheClusterId": "test-memcached",
    }))
    .gets(grown)
    .request_id("807f4bc3-354c-11e4-9376-c1d979ba565a")
    .id("e9163565-376f-4223-96e9-9f50528da645")
    .done();
}
