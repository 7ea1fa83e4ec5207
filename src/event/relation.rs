//! What a resource is to a call: made, ended, changed or looked at by it, or named beside that.
//!
//! The call's own name says what it is about (`DetachRolePolicy`: a role); where it does not, what
//! stands right under `requestParameters` is it. One table says which kinds are parts of which.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::base::near::fetch;
use crate::event::kind::Kind;
use crate::event::outcome::fold_name;
use crate::event::resource::{ResourceRef, Role};

/// Kinds whose name in calls is not that of their ARNs; one may have several.
const NOUNS: &[(&str, &str, &str)] = &[
    ("autoscaling", "scalingPolicy", "policy"),
    (
        "autoscaling",
        "scheduledUpdateGroupAction",
        "scheduledaction",
    ),
    ("ec2", "elastic-ip", "address"),
    ("ec2", "vpc-flow-log", "flowlog"),
    ("ec2", "vpn-connection", "vpnconnection"),
    ("ec2", "dedicated-host", "host"),
    ("ec2", "prefix-list", "prefixlist"),
    (
        "ec2",
        "transit-gateway-attachment",
        "transitgatewayattachment",
    ),
    ("ec2", "transit-gateway-attachment", "transitgatewayconnect"),
    (
        "ec2",
        "transit-gateway-attachment",
        "transitgatewaypeeringattachment",
    ),
    (
        "ec2",
        "transit-gateway-attachment",
        "transitgatewayvpcattachment",
    ),
    ("elasticache", "cluster", "cachecluster"),
    ("elasticache", "parametergroup", "cacheparametergroup"),
    ("elasticache", "subnetgroup", "cachesubnetgroup"),
    ("elasticache", "securitygroup", "cachesecuritygroup"),
    ("elasticloadbalancing", "listener-rule", "rule"),
    ("iam", "mfa", "mfadevice"),
    ("organizations", "account", "account"),
    ("rds", "cluster", "dbcluster"),
    ("rds", "cluster-pg", "dbclusterparametergroup"),
    ("rds", "cluster-snapshot", "dbclustersnapshot"),
    ("rds", "db", "dbinstance"),
    ("rds", "es", "eventsubscription"),
    ("rds", "og", "optiongroup"),
    ("rds", "pg", "dbparametergroup"),
    ("rds", "secgrp", "dbsecuritygroup"),
    ("rds", "snapshot", "dbsnapshot"),
    ("rds", "subgrp", "dbsubnetgroup"),
];

/// Kinds that are parts of other kinds: (service, part, service, whole).
pub const PARTS: &[(&str, &str, &str, &str)] = &[
    (
        "autoscaling",
        "scalingPolicy",
        "autoscaling",
        "autoScalingGroup",
    ),
    (
        "autoscaling",
        "scheduledUpdateGroupAction",
        "autoscaling",
        "autoScalingGroup",
    ),
    ("ec2", "instance", "autoscaling", "autoScalingGroup"),
    ("ec2", "instance", "elasticloadbalancing", "targetgroup"),
    ("ec2", "instance", "elasticloadbalancing", "loadbalancer"),
    ("ec2", "instance", "ec2", "subnet"),
    ("ec2", "instance", "ec2", "vpc"),
    ("ec2", "internet-gateway", "ec2", "vpc"),
    ("ec2", "natgateway", "ec2", "subnet"),
    ("ec2", "network-acl", "ec2", "vpc"),
    ("ec2", "network-interface", "ec2", "instance"),
    ("ec2", "network-interface", "ec2", "subnet"),
    ("ec2", "route-table", "ec2", "vpc"),
    ("ec2", "security-group", "ec2", "vpc"),
    ("ec2", "security-group-rule", "ec2", "security-group"),
    ("ec2", "snapshot", "ec2", "volume"),
    ("ec2", "snapshot", "ec2", "image"),
    ("ec2", "subnet", "ec2", "vpc"),
    (
        "ec2",
        "transit-gateway-attachment",
        "ec2",
        "transit-gateway",
    ),
    ("ec2", "volume", "ec2", "instance"),
    ("ec2", "vpc-endpoint", "ec2", "vpc"),
    ("ec2", "vpc-flow-log", "ec2", "vpc"),
    ("ecr", "image", "ecr", "repository"),
    ("ecs", "service", "ecs", "cluster"),
    ("ecs", "task", "ecs", "cluster"),
    ("eks", "nodegroup", "eks", "cluster"),
    ("eks", "addon", "eks", "cluster"),
    ("eks", "fargateprofile", "eks", "cluster"),
    ("elasticache", "cluster", "elasticache", "replicationgroup"),
    ("elasticache", "snapshot", "elasticache", "cluster"),
    ("elasticache", "snapshot", "elasticache", "replicationgroup"),
    (
        "elasticache",
        "serverlesscachesnapshot",
        "elasticache",
        "serverlesscache",
    ),
    ("elasticache", "user", "elasticache", "usergroup"),
    (
        "elasticache",
        "replicationgroup",
        "elasticache",
        "globalreplicationgroup",
    ),
    (
        "elasticloadbalancing",
        "listener",
        "elasticloadbalancing",
        "loadbalancer",
    ),
    (
        "elasticloadbalancing",
        "listener-rule",
        "elasticloadbalancing",
        "listener",
    ),
    (
        "elasticloadbalancing",
        "targetgroup",
        "elasticloadbalancing",
        "loadbalancer",
    ),
    ("elasticloadbalancing", "loadbalancer", "ec2", "vpc"),
    ("elasticloadbalancing", "targetgroup", "ec2", "vpc"),
    ("iam", "access-key", "iam", "user"),
    ("iam", "mfa", "iam", "user"),
    ("iam", "policy", "iam", "group"),
    ("iam", "policy", "iam", "role"),
    ("iam", "policy", "iam", "user"),
    ("iam", "role", "iam", "instance-profile"),
    ("iam", "user", "iam", "group"),
    ("kms", "alias", "kms", "key"),
    ("logs", "log-stream", "logs", "log-group"),
    ("rds", "cluster-snapshot", "rds", "cluster"),
    ("rds", "db", "rds", "cluster"),
    ("rds", "snapshot", "rds", "db"),
    ("s3", "object", "s3", "bucket"),
    ("iam", "access-key", "sts", "assumed-role"),
    ("sts", "assumed-role", "iam", "role"),
];

/// Calls that change something else than what their name says first, and the kinds they change.
///
/// `SetSecurityGroups` changes a load balancer; who can call `AssociateIamInstanceProfile` gives an
/// instance another role.
const ABOUT: &[(&str, &[&str])] = &[
    ("applysecuritygroupstoloadbalancer", &["loadbalancer"]),
    ("associateiaminstanceprofile", &["instance"]),
    ("attachinstances", &["autoScalingGroup", "instance"]),
    ("attachloadbalancers", &["autoScalingGroup"]),
    ("attachloadbalancertargetgroups", &["autoScalingGroup"]),
    ("createroute", &["route-table"]),
    ("deleteroute", &["route-table"]),
    ("detachinstances", &["autoScalingGroup", "instance"]),
    ("detachloadbalancers", &["autoScalingGroup"]),
    ("detachloadbalancertargetgroups", &["autoScalingGroup"]),
    ("disassociateiaminstanceprofile", &["instance"]),
    ("replaceiaminstanceprofileassociation", &["instance"]),
    ("replacenetworkaclassociation", &["network-acl"]),
    ("replaceroute", &["route-table"]),
    ("replaceroutetableassociation", &["route-table"]),
    ("setinstanceprotection", &["autoScalingGroup", "instance"]),
    ("setsecuritygroups", &["loadbalancer"]),
    ("setsubnets", &["loadbalancer"]),
];

/// Whether a resource of one kind is part of one of another.
pub fn is_part(part: Kind<'_>, whole: Kind<'_>) -> bool {
    let family = |what: &'static str, kind: Kind<'_>| {
        kind.what == what || kind.what.split('/').next() == Some(what)
    };
    PARTS.iter().any(|(s, p, t, w)| {
        *s == part.service && family(p, part) && *t == whole.service && family(w, whole)
    })
}

/// Beginnings of calls that make what they name.
const MAKES: &[&str] = &[
    "create", "run", "allocate", "import", "copy", "register", "restore", "publish", "upload",
];

/// Beginnings of calls that end what they name.
const ENDS: &[&str] = &[
    "delete",
    "terminate",
    "release",
    "deregister",
    "batchdelete",
    "forcedelete",
];

/// What was said of late of one call, about resources of a list of kinds: logs repeat themselves.
///
/// By a number that hangs on everything the answer does: that, and four bits a resource; zeros for
/// none.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
pub(crate) struct Said([(u64, u64); 1 << SAID]);

/// So many bits number what was said.
const SAID: u32 = 3;

impl Said {
    const fn place(key: u64) -> usize {
        (key >> (u64::BITS - SAID)) as usize
    }

    /// Asks for all of it.
    pub(crate) fn fetch(&self) {
        self.0.chunks(4).filter_map(<[_]>::first).for_each(fetch);
    }

    /// What was said under a number.
    pub(crate) fn get(&self, key: u64) -> Option<u64> {
        let (known, said) = self.0[Self::place(key)];
        (known == key && key != 0).then_some(said)
    }

    /// Keeps what is said under a number.
    pub(crate) fn put(&mut self, key: u64, said: u64) {
        self.0[Self::place(key)] = (key, said);
    }
}

/// A number that hangs on every bit of another.
const fn mixed(value: u64) -> u64 {
    let both = value as u128 * 0x9e37_79b9_7f4a_7c15_u128;
    both as u64 ^ (both >> 64) as u64
}

/// Resources of a record that is remembered.
const FEW: usize = 16;

/// Says what resources are to calls, with a look at what was said before.
#[derive(Debug)]
pub(crate) struct Roles {
    hasher: RandomState,
    /// What the numbers of answers begin with.
    seed: u64,
    /// What was said of any call, where so much was said of it that it is not all beside its plan.
    more: Box<[(u64, u64)]>,
}

/// So many bits number what was said of any call.
const MORE: u32 = 12;

impl Default for Roles {
    fn default() -> Self {
        let hasher = RandomState::default();
        Self {
            seed: hasher.hash_one(MORE),
            hasher,
            more: vec![(0, 0); 1 << MORE].into(),
        }
    }
}

impl Roles {
    /// [`assign`], with a look at what was `said` of this call before.
    pub(crate) fn assign(
        &mut self,
        resources: &mut [ResourceRef<'_>],
        call: &str,
        said: &mut Said,
        reads: bool,
        direct: &[usize],
    ) {
        if resources.len() > FEW {
            return assign(resources, call, reads, direct);
        }
        let mut key = self.seed ^ u64::from(reads);
        let mut add = |value: u64| key = mixed(key ^ value);
        for resource in &*resources {
            let of_kind = || {
                let kind = Kind::of(&resource.name).map(|kind| (kind.service, kind.what));
                self.hasher.hash_one((kind, resource.role))
            };
            let class = resource.class.known();
            let of_class = |class: u16| u64::from(class) << 8 | resource.role as u64;
            add(class.map_or_else(of_kind, of_class));
        }
        // What follows is told from resources by their number.
        add(resources.len() as u64);
        for at in direct {
            add(*at as u64);
        }
        let roles = if let Some(roles) = said.get(key) {
            roles
        } else {
            let of_call = mixed(key ^ self.hasher.hash_one(call));
            let more = &mut self.more[(of_call >> (u64::BITS - MORE)) as usize];
            if more.0 != of_call || of_call == 0 {
                assign(resources, call, reads, direct);
                let roles = resources.iter().rev();
                *more = (of_call, roles.fold(0, |all, r| all << 4 | r.role as u64));
            }
            said.put(key, more.1);
            more.1
        };
        for (i, resource) in resources.iter_mut().enumerate() {
            resource.role = Role::ALL[(roles >> (4 * i) & 7) as usize];
        }
    }
}

/// Says what each resource is to the call; `direct` are those right under `requestParameters`.
fn assign(resources: &mut [ResourceRef<'_>], call: &str, reads: bool, direct: &[usize]) {
    let name = fold_name(call).to_ascii_lowercase();
    // "Register instances with load balancer": what changes is named last.
    let last_noun =
        name.starts_with("registerinstances") || name.starts_with("deregisterinstances");
    let mut best: Option<(usize, usize)> = None;
    let mut nouns = [(0u32, 0u32); 32];
    for (i, resource) in resources.iter().enumerate() {
        let Some((at, len)) = Kind::of(&resource.name).and_then(|kind| noun_at(&name, kind)) else {
            continue;
        };
        if let Some(known) = nouns.get_mut(i) {
            *known = (at as u32, len as u32);
        }
        // The first noun is what the call is about; of two that begin together the longer.
        let better = |b: usize| if last_noun { at > b } else { at < b };
        if best.is_none_or(|(b, l)| better(b) || at == b && len > l) {
            best = Some((at, len));
        }
    }
    let subject = |i: usize, resource: &ResourceRef<'_>| match (best, nouns.get(i)) {
        (None, _) => false,
        (Some((at, len)), Some(noun)) => *noun == (at as u32, len as u32),
        // Beyond the first few the kind is looked at again.
        (Some(best), None) => {
            Kind::of(&resource.name).and_then(|k| noun_at(&name, k)) == Some(best)
        }
    };
    let role = match best {
        Some((at, len)) if !last_noun => role_of(&name, at, len, reads),
        _ => about(reads),
    };
    let about_these = ABOUT.iter().find(|(call, _)| *call == name);
    let is_of = |kinds: &[&str], resource: &ResourceRef<'_>| {
        let kind = Kind::of(&resource.name).map(|kind| kind.what);
        kind.is_some_and(|what| kinds.contains(&what.split('/').next().unwrap_or(what)))
    };
    let about_these = about_these.filter(|(_, kinds)| resources.iter().any(|r| is_of(kinds, r)));
    // What is made from another of its kind stands behind that one, in the answer.
    let copies = name.starts_with("copy") || name == "createtransitgatewayconnect";
    // A rule of a security group names others that it does not change, the answer to the end of an
    // attachment the one that carried it.
    let one = name.contains("ingress")
        || name.contains("egress")
        || name == "deletetransitgatewayconnect";
    let last = resources
        .iter()
        .enumerate()
        .rposition(|(i, r)| subject(i, r));
    let mut subjects: Vec<usize> = Vec::new();
    for (i, resource) in resources.iter_mut().enumerate() {
        if let Some((_, kinds)) = about_these {
            if resource.role != Role::SharedWith && is_of(kinds, resource) {
                resource.role = about(reads);
                subjects.push(i);
            }
            continue;
        }
        if resource.role == Role::SharedWith || !subject(i, resource) {
            continue;
        }
        if copies && Some(i) != last || one && !subjects.is_empty() {
            continue;
        }
        resource.role = role;
        subjects.push(i);
    }
    if subjects.is_empty() {
        let tags = name.ends_with("tags") || name.contains("tagresource");
        let all: Vec<usize> = match direct {
            [] if tags => (0..resources.len()).collect(),
            [] => vec![0],
            some => some.to_vec(),
        };
        for i in all {
            if resources[i].role != Role::SharedWith {
                resources[i].role = about(reads);
                subjects.push(i);
            }
        }
    }
    let Some(&main) = subjects.first() else {
        return;
    };
    let kind_of_main = resources[main].name.clone();
    let Some(main) = Kind::of(&kind_of_main) else {
        return;
    };
    for resource in resources.iter_mut() {
        if resource.role != Role::Used {
            continue;
        }
        let Some(kind) = Kind::of(&resource.name) else {
            continue;
        };
        if is_part(main, kind) {
            resource.role = Role::Parent;
        } else if is_part(kind, main) {
            resource.role = Role::Member;
        }
    }
}

const fn about(reads: bool) -> Role {
    if reads { Role::Read } else { Role::Target }
}

/// What the call does to the thing its name says.
fn role_of(name: &str, at: usize, len: usize, reads: bool) -> Role {
    if reads {
        return Role::Read;
    }
    let (verb, rest) = (&name[..at], &name[at + len..]);
    let whole =
        matches!(rest, "" | "s" | "es") || rest.starts_with("from") || rest == "inautoscalinggroup";
    if MAKES.iter().any(|m| verb.starts_with(m)) && whole {
        Role::Created
    } else if ENDS.contains(&verb) && whole || name == "schedulekeydeletion" {
        Role::Deleted
    } else {
        Role::Target
    }
}

/// Where a call's name, in lower case, holds the noun of a kind, and how long that is.
fn noun_at(name: &str, kind: Kind<'_>) -> Option<(usize, usize)> {
    let family = kind.what.split('/').next().unwrap_or(kind.what);
    let mut nouns = NOUNS
        .iter()
        .filter(|(s, w, _)| *s == kind.service && *w == family)
        .map(|(_, _, noun)| name.find(noun).map(|at| (at, noun.len())))
        .peekable();
    if nouns.peek().is_some() {
        return nouns.flatten().next();
    }
    if family.bytes().all(|b| b.is_ascii_lowercase()) {
        return name.find(family).map(|at| (at, family.len()));
    }
    let noun: String = family
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if noun.is_empty() {
        return None;
    }
    name.find(&noun).map(|at| (at, noun.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::resource::Naming;

    fn roles(call: &str, names: &[&str]) -> String {
        let mut resources: Vec<ResourceRef<'_>> = names
            .iter()
            .map(|name| ResourceRef::new((*name).into(), Naming::Found))
            .collect();
        let reads = crate::event::service::reads_by_name(call);
        assign(&mut resources, call, reads, &[]);
        let roles: Vec<_> = resources.iter().map(|r| r.role.name()).collect();
        roles.join(", ")
    }

    #[test]
    fn the_name_of_a_call_says_what_it_is_about() {
        let lb = "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/a/ffcddace1759e1d0";
        for (call, names, expected) in [
            (
                "CreateLoadBalancer",
                &["subnet-8360a9e7", "sg-5943793c", lb][..],
                "used, used, created",
            ),
            ("DeleteLoadBalancer", &[lb], "deleted"),
            ("ModifyLoadBalancerAttributes", &[lb], "target"),
            ("TerminateInstances", &["i-1a2b3c4d"], "deleted"),
            (
                "DetachRolePolicy",
                &["arn:aws:iam::1:policy/p", "arn:aws:iam::1:role/r"],
                "member, target",
            ),
            ("DeleteBucketPolicy", &["arn:aws:s3:::b"], "target"),
            ("DeleteBucket", &["arn:aws:s3:::b"], "deleted"),
            (
                "GetObject",
                &["arn:aws:s3:::b/k", "arn:aws:s3:::b"],
                "read, parent",
            ),
            (
                "CreateSnapshot",
                &["vol-1a2b3c4d", "snap-1a2b3c4d"],
                "parent, created",
            ),
            (
                "CopySnapshot",
                &["snap-0a2b3c4d", "snap-1a2b3c4d"],
                "used, created",
            ),
            (
                "CreateDBInstance",
                &[
                    "arn:aws:rds:us-east-1:1:db:x",
                    "arn:aws:rds:us-east-1:1:pg:p",
                ],
                "created, used",
            ),
            (
                "CreateAccessKey",
                &["AKIAIOSFODNN7EXAMPLE", "arn:aws:iam::1:user/a"],
                "created, parent",
            ),
            (
                "CreateTransitGatewayVpcAttachment",
                &["tgw-0a1b2c3d", "vpc-3ac0fb5f", "tgw-attach-0a1b2c3d"],
                "parent, used, created",
            ),
            (
                "CreateTransitGatewayPeeringAttachment",
                &["tgw-0a1b2c3d", "tgw-1a1b2c3d", "tgw-attach-0a1b2c3d"],
                "parent, parent, created",
            ),
            (
                "DeleteTransitGatewayVpcAttachment",
                &["tgw-attach-0a1b2c3d", "tgw-0a1b2c3d", "vpc-3ac0fb5f"],
                "deleted, parent, used",
            ),
            (
                "AcceptTransitGatewayPeeringAttachment",
                &["tgw-attach-0a1b2c3d"],
                "target",
            ),
            (
                "DescribeTransitGatewayAttachments",
                &["tgw-attach-0a1b2c3d"],
                "read",
            ),
            // Made on another attachment, which stays.
            (
                "CreateTransitGatewayConnect",
                &["tgw-attach-0a1b2c3d", "tgw-attach-1a1b2c3d", "tgw-0a1b2c3d"],
                "used, created, parent",
            ),
            (
                "DeleteTransitGatewayConnect",
                &["tgw-attach-1a1b2c3d", "tgw-0a1b2c3d", "tgw-attach-0a1b2c3d"],
                "deleted, parent, used",
            ),
            (
                "CreateTransitGatewayConnectPeer",
                &["tgw-attach-1a1b2c3d"],
                "target",
            ),
            (
                "AssociateTransitGatewayRouteTable",
                &["tgw-rtb-0a1b2c3d", "tgw-attach-0a1b2c3d"],
                "target, used",
            ),
            ("CreateTransitGateway", &["tgw-0a1b2c3d"], "created"),
            ("DescribeInstances", &["i-1a2b3c4d"], "read"),
            (
                "CreateTags",
                &["i-1a2b3c4d", "vol-1a2b3c4d"],
                "target, target",
            ),
        ] {
            assert_eq!(roles(call, names), expected, "{call}");
        }
    }
}
