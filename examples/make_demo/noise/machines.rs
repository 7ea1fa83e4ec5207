//! Instances, functions and containers, and the services that give them their roles.

use serde_json::{Value, json};

use super::deploy::health;
use crate::calls::{Object, create_interface, decrypt_via, delete_interface, object};
use crate::identity::{Role, Who};
use crate::lineage::{Assume, by_service};
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{END, FIRST_DAY, HOUR, MINUTE, first, format, second};
use crate::world::{
    DATA, DB_SECRET, DEV, EU, PROD, ROOT_VICTIM, SDK_GO, SDK_JS, SDK_PY, SUBNETS, VICTIM_GONE,
    VPCE, WEST, in_outage, web_target_group,
};

const JOBS: Role = Role::plain(PROD, "job-runner-instance");
const WORKER: Role = Role::plain(PROD, "worker-instance");
const BASTION: Role = Role::plain(DEV, "dev-instance");
const ECS: Role = Role {
    account: PROD,
    path: "/aws-service-role/ecs.amazonaws.com/",
    name: "AWSServiceRoleForECS",
};
const SCALING: Role = Role {
    account: PROD,
    path: "/aws-service-role/autoscaling.amazonaws.com/",
    name: "AWSServiceRoleForAutoScaling",
};

/// An instance with a role.
struct Machine {
    id: &'static str,
    role: Role,
    ip: &'static str,
    region: &'static str,
}

const MACHINES: [Machine; 7] = [
    Machine {
        id: ROOT_VICTIM,
        role: JOBS,
        ip: "10.0.1.17",
        region: WEST,
    },
    Machine {
        id: "i-0b6e2d9f4a71c8350",
        role: WORKER,
        ip: "10.0.1.31",
        region: WEST,
    },
    Machine {
        id: "i-0b6e2d9f4a71c8351",
        role: WORKER,
        ip: "10.0.2.32",
        region: WEST,
    },
    Machine {
        id: "i-0e93a5c17f60b2d84",
        role: WORKER,
        ip: "10.0.2.77",
        region: WEST,
    },
    Machine {
        id: "i-04c8f1e6a2b95d370",
        role: WORKER,
        ip: "10.40.1.9",
        region: EU,
    },
    Machine {
        id: "i-0937d5b8e1f2a4c60",
        role: BASTION,
        ip: "10.60.0.12",
        region: WEST,
    },
    Machine {
        id: "i-0f21c7a94e5d3b860",
        role: BASTION,
        ip: "10.60.0.40",
        region: WEST,
    },
];

/// Writes the two days of the machines.
pub fn write(log: &mut Log) {
    let mut rng = Rng::named("machines");
    let rng = &mut rng;
    for machine in &MACHINES {
        instance(log, rng, machine);
    }
    functions(log, rng);
    containers(log, rng);
    scaling(log, rng);
}

/// An instance gets new credentials every six hours and talks to AWS with them.
fn instance(log: &mut Log, rng: &mut Rng, machine: &Machine) {
    let end = if machine.id == ROOT_VICTIM {
        VICTIM_GONE
    } else {
        END
    };
    let phase = rng.between(0, 20 * MINUTE);
    let mut renewed = FIRST_DAY + phase;
    while renewed < end {
        let service = Who::service(machine.role.account, "ec2.amazonaws.com");
        let mut session = Assume::new(&service, &machine.role, machine.id, renewed)
            .region(machine.region)
            .run(log, rng)
            .from(
                machine.ip,
                "aws-sdk-go/1.55.7 (go1.24.6; linux; amd64) amazon-ssm-agent/",
            );
        session.identity["sessionContext"]["ec2RoleDelivery"] = json!("2.0");
        if machine.region == WEST && machine.role.account == PROD {
            session = session.through(VPCE);
        }
        let mut time = renewed + rng.between(20, 90);
        let until = (renewed + 6 * HOUR).min(end);
        while time < until {
            log.call(&session, time, "ssm", "UpdateInstanceInformation")
                .region(machine.region)
                .asks(json!({
                    "instanceId": machine.id,
                    "agentVersion": "3.3.3050.0",
                    "agentStatus": "Active",
                    "platformType": "Linux",
                    "platformName": "Amazon Linux",
                    "agentName": "amazon-ssm-agent",
                }))
                .done();
            if rng.chance(30) {
                let moment = (time + rng.between(30, 900)).min(until - 1);
                work(log, rng, machine, &session, moment);
            }
            time += 30 * MINUTE + rng.between(-20, 20);
        }
        renewed += 6 * HOUR;
    }
}

/// What the software on an instance does.
fn work(log: &mut Log, rng: &mut Rng, machine: &Machine, session: &Who, time: i64) {
    let app = session.clone().from(machine.ip, SDK_GO);
    let prod = machine.role.account == PROD;
    match rng.below(5) {
        0 => {
            let name = if prod {
                "/prod/worker/config"
            } else {
                "/dev/bastion/config"
            };
            log.call(&app, time, "ssm", "GetParameter")
                .region(machine.region)
                .asks(json!({"name": name, "withDecryption": true}))
                .done();
            let arn = format!(
                "arn:aws:ssm:{}:{}:parameter{name}",
                machine.region, app.account
            );
            decrypt_via(
                log,
                rng,
                &app,
                time,
                "AWS Internal",
                &json!({"PARAMETER_ARN": arn}),
            );
        }
        1 => {
            log.call(&app, time, "ec2", "DescribeTags")
                .region(machine.region)
                .asks(json!({"maxResults": 1000, "filterSet": {"items": [{
                    "name": "resource-id",
                    "valueSet": {"items": [{"value": machine.id}]},
                }]}}))
                .done();
        }
        2 if !prod => {
            // A job that has never worked: the noise of denials.
            log.call(&app, time, "s3", "ListBuckets")
                .fails(
                    "AccessDenied",
                    &format!(
                        "User: {} is not authorized to perform: s3:ListAllMyBuckets because no \
                         identity-based policy allows the s3:ListAllMyBuckets action",
                        machine.role.session_arn(machine.id)
                    ),
                )
                .done();
        }
        2 => {
            log.call(&app, time, "sqs", "GetQueueAttributes")
                .region(machine.region)
                .asks(json!({
                    "queueUrl": format!(
                        "https://sqs.{}.amazonaws.com/{PROD}/jobs", machine.region
                    ),
                    "attributeNames": ["ApproximateNumberOfMessages"],
                }))
                .done();
        }
        _ if prod => {
            let key = format!("jobs/{}.json", rng.hex(12));
            let bytes = rng.between(300, 90_000);
            let at = Object {
                owner: PROD,
                bucket: "example-prod-jobs",
                key: &key,
                bytes,
            };
            let name = *rng.pick(&["GetObject", "GetObject", "PutObject"]);
            object(log, rng, &app, time, name, at).done();
        }
        _ => {
            log.call(&app, time, "logs", "CreateLogStream")
                .asks(json!({
                    "logGroupName": "/dev/bastion",
                    "logStreamName": format!("{}/{}", machine.id, rng.hex(8)),
                }))
                .done();
        }
    }
}

/// A function with its role and what it does.
struct Function {
    name: &'static str,
    account: &'static str,
    per_day: i64,
}

/// The functions: they start often, read a secret, an object or a table, and write a log.
fn functions(log: &mut Log, rng: &mut Rng) {
    const FUNCTIONS: [Function; 5] = [
        Function {
            name: "orders-api",
            account: PROD,
            per_day: 70,
        },
        Function {
            name: "thumbnailer",
            account: PROD,
            per_day: 45,
        },
        Function {
            name: "billing-export",
            account: PROD,
            per_day: 12,
        },
        Function {
            name: "dev-preview",
            account: DEV,
            per_day: 18,
        },
        Function {
            name: "catalog-sync",
            account: DATA,
            per_day: 14,
        },
    ];
    for function in &FUNCTIONS {
        let names: [&'static str; 5] = [
            "orders-api-role",
            "thumbnailer-role",
            "billing-export-role",
            "dev-preview-role",
            "catalog-sync-role",
        ];
        let role_name = names
            .into_iter()
            .find(|role| role.starts_with(function.name))
            .expect("every function has a role of its name");
        let role = Role {
            account: function.account,
            path: "/service-role/",
            name: role_name,
        };
        for day in [first(0, 0, 0), second(0, 0, 0)] {
            for _ in 0..function.per_day {
                let time =
                    day + rng.hour() * HOUR + rng.between(0, 59) * MINUTE + rng.between(0, 40);
                invocation(log, rng, function, &role, time);
            }
        }
    }
}

/// One cold start.
fn invocation(log: &mut Log, rng: &mut Rng, function: &Function, role: &Role, time: i64) {
    let ip = format!("10.0.{}.{}", rng.between(1, 2), rng.between(100, 240));
    let mut who =
        by_service(log, rng, "lambda.amazonaws.com", role, function.name, time).from(&ip, SDK_JS);
    if function.account == PROD {
        who = who.through(VPCE);
    }
    let logs = who
        .clone()
        .from(&ip, "awslambda-worker/1.0 rusoto/0.48.0 rust/1.88.0 linux");
    log.call(&logs, time + 1, "logs", "CreateLogStream")
        .asks(json!({
            "logGroupName": format!("/aws/lambda/{}", function.name),
            "logStreamName": format!("{}/[$LATEST]{}", format(time, "%Y/%m/%d"), rng.hex(12)),
        }))
        .done();
    match function.name {
        "orders-api" => {
            log.call(&who, time + 1, "secretsmanager", "GetSecretValue")
                .asks(json!({"secretId": "prod/db-password"}))
                .done();
            let context = json!({
                "SecretARN": DB_SECRET,
                "SecretVersionId": "2E1A4B66-0C5D-4F3B-9A77-5D0E8C1F2B34",
            });
            if rng.chance(50) {
                decrypt_via(
                    log,
                    rng,
                    &who,
                    time + 1,
                    "secretsmanager.amazonaws.com",
                    &context,
                );
            }
        }
        "thumbnailer" => {
            let picture = format!("products/{}.jpg", rng.hex(10));
            let bytes = rng.between(80_000, 4_000_000);
            let at = Object {
                owner: PROD,
                bucket: "example-public-assets",
                key: &picture,
                bytes,
            };
            object(log, rng, &who, time + 2, "GetObject", at).done();
            let small = Object {
                bytes: bytes / 20,
                ..at
            };
            object(log, rng, &who, time + 3, "PutObject", small).done();
        }
        "billing-export" => {
            // Forgotten rights: this one is denied on every run.
            log.call(&who, time + 2, "ce", "GetCostAndUsage")
                .region("us-east-1")
                .denied(
                    "arn:aws:ce:us-east-1:123456789012:/GetCostAndUsage",
                    "because no identity-based policy allows the ce:GetCostAndUsage action",
                )
                .done();
        }
        "catalog-sync" => {
            log.call(&who, time + 2, "glue", "GetTables")
                .asks(json!({"databaseName": "exports", "maxResults": 100}))
                .done();
        }
        _ => {
            log.call(&who, time + 2, "dynamodb", "DescribeTable")
                .asks(json!({"tableName": "dev-preview"}))
                .done();
        }
    }
}

/// ECS replaces tasks and keeps the targets up to date; during the outage it cannot.
fn containers(log: &mut Log, rng: &mut Rng) {
    let host = "ecs.amazonaws.com";
    let mut time = FIRST_DAY + 7 * MINUTE;
    let mut born = 0;
    let mut scheduler = Who::service(PROD, host);
    while time < END {
        if time - born > HOUR {
            born = time;
            scheduler = by_service(log, rng, host, &ECS, "ecs-service-scheduler", time)
                .with("invokedBy", json!(host))
                .from(host, host);
            scheduler.identity.shift_remove("accessKeyId");
        }
        health(log, &scheduler, time + 5);
        if in_outage(time) || rng.chance(22) {
            targets(log, rng, &scheduler, time + 9);
        }
        time += if in_outage(time) { 90 } else { 14 * MINUTE };
    }
}

/// One task leaves, one comes.
fn targets(log: &mut Log, rng: &mut Rng, scheduler: &Who, time: i64) {
    let group = web_target_group(time);
    for (after, name) in [(0, "DeregisterTargets"), (6, "RegisterTargets")] {
        let ip = format!("10.0.{}.{}", rng.between(1, 2), rng.between(20, 99));
        let mut call = log
            .call(scheduler, time + after, "elasticloadbalancing", name)
            .asks(json!({
                "targetGroupArn": group,
                "targets": [{"id": ip, "port": 8080}],
            }));
        if in_outage(time + after) {
            call = call.fails(
                "TargetGroupNotFoundException",
                &format!("Target groups '{group}' not found"),
            );
        }
        call.done();
    }
}

/// The Auto Scaling group `asg1` grows in the morning and shrinks at night; load balancers add and
/// drop network interfaces with the traffic.
fn scaling(log: &mut Log, rng: &mut Rng) {
    let host = "autoscaling.amazonaws.com";
    for (day, base) in [(0, first(0, 0, 0)), (1, second(0, 0, 0))] {
        let id = format!("i-0{}", rng.hex(16));
        let start = base + 7 * HOUR + rng.between(0, 40 * MINUTE);
        let role = by_service(log, rng, host, &SCALING, "AutoScaling", start)
            .with("invokedBy", json!(host))
            .from(host, host);
        log.call(&role, start + 2, "ec2", "RunInstances")
            .asks(json!({
                "instancesSet": {"items": [
                    {"imageId": "ami-2f726546", "minCount": 1, "maxCount": 1},
                ]},
                "instanceType": "m1.small",
                "subnetId": SUBNETS[day],
                "blockDeviceMapping": {},
                "monitoring": {"enabled": true},
                "clientToken": format!("fleet-{}", rng.guid()),
            }))
            .gets(json!({
                "reservationId": format!("r-0{}", rng.hex(16)),
                "ownerId": PROD,
                "groupSet": {},
                "instancesSet": {"items": [{
                    "instanceId": id,
                    "imageId": "ami-2f726546",
                    "instanceState": {"code": 0, "name": "pending"},
                    "instanceType": "m1.small",
                    "subnetId": SUBNETS[day],
                }]},
            }))
            .done();
        let stop = base + 19 * HOUR + rng.between(0, 40 * MINUTE);
        log.call(&role, stop, "ec2", "TerminateInstances")
            .asks(json!({"instancesSet": {"items": [{"instanceId": id}]}}))
            .gets(json!({"instancesSet": {"items": [{
                "instanceId": id,
                "currentState": {"code": 32, "name": "shutting-down"},
                "previousState": {"code": 16, "name": "running"},
            }]}}))
            .done();
        let balancer = Who::service(PROD, crate::calls::ELB);
        for hour in [8, 10, 17] {
            let time = base + hour * HOUR + rng.between(0, 50 * MINUTE);
            let name = "app/prod-api/2f60c1e8b4d7935a";
            let made = create_interface(log, rng, &balancer, time, name, day);
            delete_interface(log, rng, &balancer, time + 4 * HOUR, &made).done();
        }
    }
    let runner = Who::session(&JOBS, ROOT_VICTIM, None, first(0, 5, 0), false)
        .from("10.0.1.17", SDK_PY)
        .with("invokedBy", json!("ssm.amazonaws.com"));
    log.call(&runner, first(3, 0, 12), "ssm", "ListInstanceAssociations")
        .asks(json!({"instanceId": ROOT_VICTIM, "maxResults": 20}))
        .gets(Value::Null)
        .done();
}
