//! The deployment pipeline: a runner in the development account takes on a role in production and
//! rolls out the web shop; GitHub's workflows do the same in development.

use serde_json::json;

use crate::calls::look;
use crate::identity::{Role, Who};
use crate::lineage::{Assume, by_github, by_service};
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{HOUR, MINUTE, first, second};
use crate::world::{DEV, PROD, SDK_GO, WEB_SG, WEST, in_outage, web_target_group};

const RUNNER: Role = Role::plain(DEV, "ci-runner");
const DEPLOY: Role = Role::plain(PROD, "ci-deploy");
const GITHUB: Role = Role::plain(DEV, "github-actions");
const RUNNER_IP: &str = "192.0.2.130";
const ECS_SERVICE: &str = "arn:aws:ecs:us-west-2:123456789012:service/prod/web";

/// Writes the two days of the pipeline.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("deploy");
    let rng = &mut rng;
    let starts = [
        first(8, 41, 3),
        first(10, 2, 44),
        first(11, 30, 12),
        first(13, 15, 50),
        first(14, 52, 9),
        first(16, 40, 31),
        first(20, 5, 0),
        second(8, 12, 27),
        second(9, 50, 4),
        second(11, 22, 38),
        second(13, 3, 15),
        second(14, 9, 1),
        second(14, 28, 30),
        second(14, 56, 20),
        second(16, 10, 45),
        second(17, 33, 8),
    ];
    for (number, start) in (412..).zip(starts) {
        rollout(log, rng, start, number);
    }
    for day in [first(0, 0, 0), second(0, 0, 0)] {
        for _ in 0..11 {
            let start = day + rng.hour() * HOUR + rng.between(0, 59) * MINUTE;
            workflow(log, rng, start);
        }
    }
}

/// One rollout; without a target group it fails, at the load balancer and at the service.
fn rollout(log: &mut Log, rng: &mut Rng, start: i64, number: usize) {
    let build = format!("AWSCodeBuild-{}", rng.guid());
    let runner = by_service(log, rng, "codebuild.amazonaws.com", &RUNNER, &build, start)
        .from(RUNNER_IP, SDK_GO);
    let session = format!("deploy-{number}");
    let ci = Assume::new(&runner, &DEPLOY, &session, start + 4)
        .region(WEST)
        .run(log, rng);
    let mut clock = start + 5;
    let mut tick = |rng: &mut Rng, low: i64, high: i64| {
        clock += rng.between(low, high);
        clock
    };
    log.call(&ci, tick(rng, 0, 1), "sts", "GetCallerIdentity")
        .region(WEST)
        .done();
    log.call(&ci, tick(rng, 1, 2), "ecr", "GetAuthorizationToken")
        .done();
    let revision = format!("arn:aws:ecs:us-west-2:{PROD}:task-definition/web:{number}");
    log.call(&ci, tick(rng, 2, 3), "ecs", "RegisterTaskDefinition")
        .asks(json!({
            "family": "web",
            "networkMode": "awsvpc",
            "cpu": "512",
            "memory": "1024",
            "containerDefinitions": [{
                "name": "web",
                "image": format!("{PROD}.dkr.ecr.us-west-2.amazonaws.com/web:2026.11.{number}"),
                "portMappings": [{"containerPort": 8080}],
            }],
        }))
        .gets(json!({"taskDefinition": {"taskDefinitionArn": revision, "status": "ACTIVE"}}))
        .done();
    let broken = in_outage(start + 20);
    let group = web_target_group(start + 20);
    let time = if start == second(14, 9, 1) {
        second(14, 9, 17)
    } else {
        tick(rng, 3, 6)
    };
    let mut call = log.call(&ci, time, "ecs", "UpdateService").asks(json!({
        "cluster": "prod",
        "service": "web",
        "taskDefinition": revision,
        "loadBalancers": [
            {"targetGroupArn": group, "containerName": "web", "containerPort": 8080},
        ],
    }));
    if broken {
        call = call.fails(
            "InvalidParameterException",
            &format!("The specified target group does not exist: {group}"),
        );
        if time == second(14, 9, 17) {
            call = call.label("First deployment that fails");
        }
        call.done();
        for wait in [20, 40] {
            health(log, &ci, time + wait);
        }
        log.call(&ci, time + 44, "ecs", "UpdateService")
            .asks(json!({
                "cluster": "prod",
                "service": "web",
                "taskDefinition": format!(
                    "arn:aws:ecs:us-west-2:{PROD}:task-definition/web:{}", number - 1
                ),
            }))
            .fails(
                "InvalidParameterException",
                &format!("The specified target group does not exist: {group}"),
            )
            .done();
        return;
    }
    call.gets(json!({"service": {
        "serviceArn": ECS_SERVICE,
        "serviceName": "web",
        "status": "ACTIVE",
        "desiredCount": 6,
        "taskDefinition": revision,
    }}))
    .done();
    let mut clock = time + 8;
    for _ in 0..rng.between(5, 8) {
        clock += rng.between(12, 18);
        log.call(&ci, clock, "ecs", "DescribeServices")
            .asks(look("ecs", "DescribeServices", rng))
            .done();
        health(log, &ci, clock + 1);
    }
    log.call(&ci, clock + 3, "autoscaling", "DescribeAutoScalingGroups")
        .asks(json!({"autoScalingGroupNames": ["asg1"]}))
        .done();
    if number.is_multiple_of(3) {
        log.call(
            &ci,
            clock + 5,
            "elasticloadbalancing",
            "ModifyTargetGroupAttributes",
        )
        .asks(json!({
            "targetGroupArn": group,
            "attributes": [
                {"key": "deregistration_delay.timeout_seconds", "value": "30"},
            ],
        }))
        .gets(json!({"attributes": [
            {"key": "deregistration_delay.timeout_seconds", "value": "30"},
            {"key": "stickiness.enabled", "value": "false"},
        ]}))
        .done();
    }
    if number.is_multiple_of(4) {
        log.call(&ci, clock + 9, "autoscaling", "SetDesiredCapacity")
            .asks(json!({
                "autoScalingGroupName": "asg1", "desiredCapacity": 3, "honorCooldown": false,
            }))
            .done();
        log.call(&ci, clock + 10, "ec2", "DescribeSecurityGroups")
            .asks(json!({
                "securityGroupSet": {},
                "securityGroupIdSet": {"items": [{"groupId": WEB_SG}]},
                "filterSet": {},
            }))
            .done();
    }
}

/// Asks for the health of the web shop's targets; fails while there is no target group.
pub fn health(log: &mut Log, who: &Who, time: i64) {
    let group = web_target_group(time);
    let mut call = log
        .call(who, time, "elasticloadbalancing", "DescribeTargetHealth")
        .asks(json!({"targetGroupArn": group}));
    if in_outage(time) {
        call = call.fails(
            "TargetGroupNotFoundException",
            &format!("Target groups '{group}' not found"),
        );
    }
    call.done();
}

/// One workflow of GitHub in the development account.
fn workflow(log: &mut Log, rng: &mut Rng, start: i64) {
    let repository = *rng.pick(&["web", "web", "web", "api", "infra", "docs"]);
    let branch = *rng.pick(&["main", "main", "release"]);
    let subject = format!("repo:example-corp/{repository}:ref:refs/heads/{branch}");
    let ip = *rng.pick(&[
        "192.0.2.201",
        "192.0.2.202",
        "192.0.2.203",
        "2001:db8:90::4f",
    ]);
    let run = format!(
        "GitHubActions-{}",
        19_400_000_000 + rng.between(0, 99_999_999)
    );
    let who = by_github(log, rng, &GITHUB, &subject, &run, start, ip);
    let mut clock = start + 1;
    log.call(&who, clock, "sts", "GetCallerIdentity").done();
    log.call(&who, clock + 1, "ecr", "GetAuthorizationToken")
        .done();
    for _ in 0..rng.between(2, 6) {
        clock += rng.between(4, 40);
        let (service, name, request) = match rng.below(4) {
            0 => (
                "ecr",
                "DescribeRepositories",
                json!({"repositoryNames": [repository]}),
            ),
            1 => (
                "cloudformation",
                "DescribeStacks",
                json!({"stackName": "dev-web"}),
            ),
            2 => (
                "ssm",
                "GetParameter",
                json!({"name": "/dev/web/url", "withDecryption": false}),
            ),
            _ => (
                "ecr",
                "PutImage",
                json!({
                    "repositoryName": repository,
                    "imageTag": format!("sha-{}", rng.hex(7)),
                }),
            ),
        };
        log.call(&who, clock, service, name).asks(request).done();
    }
    if repository == "docs" {
        log.call(&who, clock + 3, "cloudformation", "UpdateStack")
            .denied(
                "arn:aws:cloudformation:us-west-2:111122223333:stack/dev-web/*",
                "because no identity-based policy allows the cloudformation:UpdateStack action",
            )
            .done();
    }
}
