//! ARNs, and the resources one record names.
//!
//! A resource is *recorded* when AWS lists it in `resources[]`, *found* when its ARN (or an id of a
//! well-known form, such as `i-0abc…`) stands somewhere else in the record. The caller's own
//! identity is not a resource of its call.

use std::borrow::Cow;

/// The parts of an ARN, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service's name space: `elasticloadbalancing`.
    pub service: &'a str,
    /// Empty for global services.
    pub region: &'a str,
    /// Empty where the resource has none (S3 buckets).
    pub account: &'a str,
    /// Everything after the account: `loadbalancer/app/prod-web/50dc`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; `None` where it is not one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let arn = (parts.next()? == "arn").then(|| {
            Some(Self {
                partition: parts.next()?,
                service: parts.next()?,
                region: parts.next()?,
                account: parts.next()?,
                resource: parts.next()?,
            })
        })??;
        let sound = arn.partition.starts_with("aws") && !arn.service.is_empty();
        (sound && !arn.resource.is_empty()).then_some(arn)
    }
}

/// How a record names a resource, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// In `resources[]`.
    Recorded,
    /// Its ARN or id stands elsewhere in the record.
    Found,
}

/// One resource a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRef<'a> {
    /// An ARN, or an id such as `sg-5943793c`.
    pub name: Cow<'a, str>,
    /// Where the record names it.
    pub naming: Naming,
}

/// Prefixes of EC2 ids that are resources by themselves.
///
/// Source: the EC2 user guide's "Resource IDs"; the part after the dash is 8 or 17 hex digits.
const EC2_IDS: &[&str] = &[
    "acl", "ami", "cgw", "dopt", "eigw", "eipalloc", "eipassoc", "eni", "fl", "fleet", "i", "igw",
    "lgw", "lt", "nat", "pcx", "pg", "pl", "rtb", "rtbassoc", "sg", "sgr", "sir", "snap", "subnet",
    "tgw", "vgw", "vol", "vpc", "vpce", "vpn",
];

/// Whether a whole value is an EC2 resource id: `i-1a2b3c4d`, `subnet-0123456789abcdef0`.
pub fn is_ec2_id(value: &str) -> bool {
    let Some((prefix, hex)) = value.split_once('-') else {
        return false;
    };
    matches!(hex.len(), 8 | 17)
        && hex
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        && EC2_IDS.binary_search(&prefix).is_ok()
}

/// Whether a byte can be part of an ARN that stands inside a longer text.
const fn in_arn(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b':' | b'/'
                | b'-'
                | b'_'
                | b'.'
                | b'+'
                | b'='
                | b'@'
                | b'*'
                | b'#'
                | b'$'
                | b'~'
                | b'%'
        )
}

/// Every ARN inside a text, in order: the whole text where it is one, else the runs that are.
///
/// A full stop, colon or the like at the end of a run belongs to the sentence around it.
pub fn arns_in(text: &str) -> impl Iterator<Item = &str> {
    let whole = text.starts_with("arn:aws") && !text.bytes().any(|b| b" \"'{\n,;<".contains(&b));
    let mut from = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        if whole {
            done = true;
            return Arn::parse(text).map(|_| text);
        }
        while let Some(at) = memchr::memmem::find(&text.as_bytes()[from..], b"arn:aws") {
            let start = from + at;
            let len = text.as_bytes()[start..]
                .iter()
                .take_while(|b| in_arn(**b))
                .count();
            from = start + len;
            let arn = text[start..from].trim_end_matches(['.', ':', ',', '-']);
            if Arn::parse(arn).is_some() {
                return Some(arn);
            }
        }
        done = true;
        None
    })
}

/// A resource's name in few columns: the part after the account, without a `loadbalancer/` or
/// the random tail that follows a load balancer's or target group's name.
pub fn short_name(name: &str) -> &str {
    let Some(arn) = Arn::parse(name) else {
        return name;
    };
    let tail = arn.resource;
    let tail = match arn.service {
        "elasticloadbalancing" => {
            let tail = tail.strip_prefix("loadbalancer/").unwrap_or(tail);
            match tail.rsplit_once('/') {
                Some((head, id)) if id.len() == 16 && head.contains('/') => head,
                _ => tail,
            }
        }
        "autoscaling" => tail.rsplit_once("Name/").map_or(tail, |(_, name)| name),
        _ => tail,
    };
    if tail.is_empty() { name } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefixes_are_sorted() {
        assert!(EC2_IDS.is_sorted());
    }

    #[test]
    fn ids() {
        for (id, yes) in [
            ("i-1a2b3c4d", true),
            ("subnet-0123456789abcdef0", true),
            ("i-1a2b3c4", false),
            ("i-1A2B3C4D", false),
            ("x-1a2b3c4d", false),
            ("sg-", false),
        ] {
            assert_eq!(is_ec2_id(id), yes, "{id}");
        }
    }

    #[test]
    fn arns_inside_text() {
        let text = "User: arn:aws:iam::1:user/a is not authorized on arn:aws:s3:::b/k.";
        assert_eq!(
            arns_in(text).collect::<Vec<_>>(),
            ["arn:aws:iam::1:user/a", "arn:aws:s3:::b/k"]
        );
        let policy = r#"{"Resource":"arn:aws:s3:::data/*","x":"arn:aws-cn:sqs:cn-north-1:1:q"}"#;
        assert_eq!(
            arns_in(policy).collect::<Vec<_>>(),
            ["arn:aws:s3:::data/*", "arn:aws-cn:sqs:cn-north-1:1:q"]
        );
        assert_eq!(arns_in("arn:aws:").count(), 0);
        assert_eq!(arns_in("arn:aws:x arn:aws:y").count(), 0);
    }

    #[test]
    fn short_names() {
        for (name, short) in [
            (
                "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/my-lb/ffcddace1759e1d0",
                "app/my-lb",
            ),
            ("arn:aws:iam::1:role/Admin", "role/Admin"),
            ("arn:aws:s3:::bucket/key", "bucket/key"),
            ("sg-5943793c", "sg-5943793c"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }
}
