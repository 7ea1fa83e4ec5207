//! What a resource is, from its name alone, and when two names are one resource.

use std::borrow::Cow;
use std::fmt;

use crate::event::resource::{Arn, id_kind, like_id};

/// The kind of a resource: `elasticloadbalancing:loadbalancer/app`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind<'a> {
    /// The service's name space in ARNs.
    pub service: &'a str,
    /// The type within the service.
    pub what: &'a str,
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.what)
    }
}

impl<'a> Kind<'a> {
    /// The kind of a resource by its name: an ARN, an id, an access key or an account.
    pub fn of(name: &'a str) -> Option<Self> {
        let made = |service, what| Some(Kind { service, what });
        // What most names are of: buckets and objects.
        if let Some(tail) = name.strip_prefix("arn:aws:s3:::").filter(|t| !t.is_empty()) {
            let is_object = memchr::memchr(b'/', tail.as_bytes()).is_some();
            return made("s3", if is_object { "object" } else { "bucket" });
        }
        let Some((service, of_account, tail)) = Arn::kind_parts(name) else {
            if let Some(what) = like_id(name) {
                let service = match what {
                    "file-system" | "access-point" | "mount-target" => "elasticfilesystem",
                    "managed-instance" => "ssm",
                    _ => "ec2",
                };
                return made(service, what);
            }
            let digits = name.bytes().all(|b| b.is_ascii_digit());
            return match name.get(..4) {
                Some("AKIA" | "ASIA") if name.len() == 20 => made("iam", "access-key"),
                Some("AIDA") => made("iam", "user"),
                Some("AROA") => made("iam", "role"),
                Some(_) if name.len() == 12 && digits => made("organizations", "account"),
                _ if name.starts_with("ou-") || name.starts_with("r-") => {
                    made("organizations", "unit")
                }
                _ if name.ends_with(".amazonaws.com") && name.contains(".elb.") => {
                    made("elasticloadbalancing", "loadbalancer")
                }
                _ => None,
            };
        };
        let end = memchr::memchr2(b'/', b':', tail.as_bytes());
        let first = end.and_then(|end| tail.get(..end)).unwrap_or(tail);
        let what = match service {
            "s3" | "s3-object-lambda" if !of_account => {
                if memchr::memchr(b'/', tail.as_bytes()).is_some() {
                    "object"
                } else {
                    "bucket"
                }
            }
            "sns" if tail.contains(':') => "subscription",
            "elasticloadbalancing" if first == "loadbalancer" => {
                let mut parts = tail.match_indices('/');
                match (parts.next(), parts.next()) {
                    // `loadbalancer/app/name/id`; a classic one is `loadbalancer/name`.
                    (Some(_), Some((end, _))) if !tail.starts_with("loadbalancer/*") => {
                        tail.get(..end).unwrap_or(first)
                    }
                    _ => first,
                }
            }
            "apigateway" => tail
                .trim_start_matches('/')
                .split('/')
                .next()
                .unwrap_or(first),
            "iam" if first == "root" => "account",
            "logs" if tail.contains(":log-stream:") => "log-stream",
            // ARNs of these services do not say the type of their resources.
            "sns" => "topic",
            "sqs" => "queue",
            "codecommit" => "repository",
            "codepipeline" => "pipeline",
            _ => first,
        };
        made(service, what)
    }

    /// Whether a word is a name of this kind: `bucket`, `s3:bucket`, `loadbalancer/app` or only
    /// `loadbalancer`.
    pub fn names(self) -> [String; 3] {
        let family = self.what.split('/').next().unwrap_or(self.what);
        [self.to_string(), self.what.to_owned(), family.to_owned()]
    }

    /// The kind for people: `load balancer (app)`.
    pub fn label(self) -> Cow<'a, str> {
        match (self.service, self.what) {
            ("elasticloadbalancing", "loadbalancer") => "load balancer".into(),
            ("elasticloadbalancing", "loadbalancer/app") => "application load balancer".into(),
            ("elasticloadbalancing", "loadbalancer/net") => "network load balancer".into(),
            ("elasticloadbalancing", "loadbalancer/gwy") => "gateway load balancer".into(),
            ("elasticloadbalancing", "targetgroup") => "target group".into(),
            ("autoscaling", "autoScalingGroup") => "auto scaling group".into(),
            ("autoscaling", "launchConfiguration") => "launch configuration".into(),
            ("rds", "db") => "database".into(),
            (_, what) => what.replace(['-', '/'], " ").into(),
        }
    }
}

/// How much two equal keys say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Join {
    /// The resource is the same.
    Same,
    /// The resource bears the same name within account and region: it is the same one unless that
    /// name was given to several, one after the other.
    Named,
}

/// Services whose resources may have names of more than one form: those that [`join_key`] tells.
pub(crate) const NAMED_OTHERWISE: &[&str] = &[
    "apprunner",
    "autoscaling",
    "cloudformation",
    "config",
    "ec2",
    "eks",
    "elasticloadbalancing",
    "iam",
    "lambda",
    "logs",
    "secretsmanager",
];

/// The text that all names of one resource share, as far as the names themselves say it.
///
/// Account and region stay in it: a bare name joins nothing across them.
pub fn join_key(name: &str) -> (Cow<'_, str>, Join) {
    let Some(arn) = Arn::parse(name) else {
        return (name.into(), Join::Same);
    };
    let whole = name.len() - arn.resource.len();
    let head = name.get(..whole).unwrap_or("");
    let tail = arn.resource;
    let same = |text: &str| (Cow::Owned(format!("{head}{text}")), Join::Same);
    let named = |text: String| (Cow::Owned(format!("{head}{text}")), Join::Named);
    match arn.service {
        "ec2" => match tail.rsplit_once('/') {
            Some((_, id)) if id_kind(id).is_some() => (
                name.get(name.len() - id.len()..).unwrap_or(name).into(),
                Join::Same,
            ),
            _ => (name.into(), Join::Same),
        },
        // Names are unique in an account whatever path stands before them.
        "iam" => match (tail.split_once('/'), tail.rsplit_once('/')) {
            (Some((kind, rest)), Some((_, last))) if rest != last && kind != "mfa" => {
                same(&format!("{kind}/{last}"))
            }
            _ => (name.into(), Join::Same),
        },
        "lambda" => {
            let mut parts = tail.splitn(3, ':');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("function"), Some(function), Some(_)) => {
                    same(&format!("function:{function}"))
                }
                _ => (name.into(), Join::Same),
            }
        }
        "logs" => match tail.strip_suffix(":*") {
            Some(tail) => same(tail),
            None => (name.into(), Join::Same),
        },
        "secretsmanager" => match tail.rsplit_once('-') {
            Some((head, end)) if end.len() == 6 => named(format!("{head}-??????")),
            _ => (name.into(), Join::Same),
        },
        "autoscaling" => {
            let mut parts = tail.splitn(3, ':');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(kind), Some(_), Some(rest)) => named(format!("{kind}:*:{rest}")),
                _ => (name.into(), Join::Same),
            }
        }
        "cloudformation" | "eks" | "config" | "apprunner" => match tail.rsplit_once('/') {
            Some((head, _)) if head.contains('/') => named(format!("{head}/*")),
            _ => (name.into(), Join::Same),
        },
        "elasticloadbalancing" => {
            let parts: Vec<&str> = tail.split('/').collect();
            match parts.as_slice() {
                ["loadbalancer", _, name, _] => named(format!("loadbalancer/*/{name}/*")),
                ["targetgroup", name, _] => named(format!("targetgroup/{name}/*")),
                _ => (name.into(), Join::Same),
            }
        }
        _ => (name.into(), Join::Same),
    }
}

/// A name without what AWS put at its end: a secret's ARN without its six random letters.
pub fn as_given(name: &str) -> Option<&str> {
    // Asked of every resource of the evidence: most are of other services.
    if (name.strip_prefix("arn:aws:")).is_some_and(|rest| !rest.starts_with("secretsmanager")) {
        return None;
    }
    let arn = Arn::parse(name).filter(|arn| arn.service == "secretsmanager")?;
    let (head, end) = arn.resource.rsplit_once('-')?;
    let is_random = arn.resource.starts_with("secret:") && end.len() == 6 && !head.is_empty();
    is_random.then(|| name.get(..name.len() - 7))?
}

/// Whether a name was made from a parameter that does not say all of it.
pub fn is_partial(name: &str) -> bool {
    name.ends_with("-??????") || name.contains(":*:") || name.contains("/*")
}

/// Whether a name is that of an Elastic IP by its address alone.
pub fn is_by_address(name: &str) -> bool {
    Arn::parse(name).is_some_and(|arn| {
        let address = arn.resource.strip_prefix("elastic-ip/");
        arn.service == "ec2" && address.is_some_and(|address| id_kind(address).is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (name, kind) in [
            ("i-1a2b3c4d", "ec2:instance"),
            (
                "arn:aws:ec2:us-west-2:1:instance/i-1a2b3c4d",
                "ec2:instance",
            ),
            (
                "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/a/ffcddace1759e1d0",
                "elasticloadbalancing:loadbalancer/app",
            ),
            (
                "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/a",
                "elasticloadbalancing:loadbalancer",
            ),
            ("arn:aws:s3:::b", "s3:bucket"),
            ("arn:aws:s3:::b/k", "s3:object"),
            ("arn:aws:sqs:us-east-1:1:q", "sqs:queue"),
            ("arn:aws:iam::1:role/x/y", "iam:role"),
            ("AKIAIOSFODNN7EXAMPLE", "iam:access-key"),
            ("111122223333", "organizations:account"),
        ] {
            assert_eq!(
                Kind::of(name).map(|k| k.to_string()).as_deref(),
                Some(kind),
                "{name}"
            );
        }
        assert_eq!(Kind::of("something"), None);
    }

    #[test]
    fn secrets_as_they_were_named() {
        let arn = "arn:aws:secretsmanager:us-east-1:1:secret:prod/db";
        for (name, expected) in [
            (format!("{arn}-AbCdEf"), Some(arn)),
            (format!("{arn}-??????"), Some(arn)),
            (arn.to_owned(), None),
            ("arn:aws:s3:::b-AbCdEf".to_owned(), None),
        ] {
            assert_eq!(as_given(&name), expected, "{name}");
        }
    }

    #[test]
    fn names_that_join() {
        let joins = |a: &str, b: &str| join_key(a) == join_key(b);
        for (a, b, yes) in [
            (
                "arn:aws:ec2:us-west-2:1:instance/i-1a2b3c4d",
                "i-1a2b3c4d",
                true,
            ),
            (
                "arn:aws:iam::1:user/dept/alice",
                "arn:aws:iam::1:user/alice",
                true,
            ),
            (
                "arn:aws:iam::2:user/alice",
                "arn:aws:iam::1:user/alice",
                false,
            ),
            (
                "arn:aws:iam::1:role/alice",
                "arn:aws:iam::1:user/alice",
                false,
            ),
            (
                "arn:aws:lambda:eu-west-1:1:function:f:7",
                "arn:aws:lambda:eu-west-1:1:function:f",
                true,
            ),
            (
                "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/a/ffcddace1759e1d0",
                "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/a",
                false,
            ),
            (
                "arn:aws:secretsmanager:us-east-1:1:secret:prod-AbCdEf",
                "arn:aws:secretsmanager:us-east-1:1:secret:prod-??????",
                true,
            ),
            (
                "arn:aws:secretsmanager:us-east-1:1:secret:prod-abcdef-AbCdEf",
                "arn:aws:secretsmanager:us-east-1:1:secret:prod-??????",
                false,
            ),
            ("arn:aws:s3:::b/k", "arn:aws:s3:::b", false),
        ] {
            assert_eq!(joins(a, b), yes, "{a} {b}");
        }
    }
}
