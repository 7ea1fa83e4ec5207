//! ARNs, and the resources one record names.
//!
//! A resource is *recorded* when AWS lists it in `resources[]`, *found* when its ARN (or an id of a
//! well-known form, such as `i-0abc…`) stands somewhere else in the record, *derived* when a plain
//! parameter means it ([`crate::event::derive`]). The caller's own identity is not a resource of
//! its call.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use wide::u8x16;

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
        let [a, b, c, d] = colons(text.as_bytes())?;
        Some(Self {
            partition: text.get(4..a)?,
            service: text.get(a + 1..b)?,
            region: text.get(b + 1..c)?,
            account: text.get(c + 1..d)?,
            resource: text.get(d + 1..)?,
        })
    }

    /// Of an ARN its service, whether it names an account, and what it says of the resource: all
    /// that its kind hangs on.
    pub(crate) fn kind_parts(text: &'a str) -> Option<(&'a str, bool, &'a str)> {
        let [a, b, c, d] = colons(text.as_bytes())?;
        Some((text.get(a + 1..b)?, d > c + 1, text.get(d + 1..)?))
    }

    /// Whether a text is one.
    pub(crate) fn is(text: &str) -> bool {
        colons(text.as_bytes()).is_some()
    }
}

/// Bytes that are looked at together.
const BLOCK: usize = 16;

/// A bit for every byte of a block that is a colon.
#[inline]
fn colons_of(block: [u8; BLOCK]) -> u32 {
    let block = u8x16::new(block);
    block.cmp_eq(u8x16::splat(b':')).move_mask() as u32 & 0xffff
}

/// The colons of a text from a place on, a block at a time: where the block begins, and a bit for
/// each that stands in it and was in no block before.
#[inline]
fn colons_from(bytes: &[u8], from: usize) -> impl Iterator<Item = (usize, u32)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let before = at;
        at += BLOCK;
        if let Some(block) = rest.first_chunk() {
            return Some((before, colons_of(*block)));
        }
        // The last block of a text that has one covers the rest.
        if let Some(block) = bytes.last_chunk() {
            let begin = bytes.len() - BLOCK;
            return Some((begin, colons_of(*block) & (u32::MAX << (before - begin))));
        }
        let bits = rest.iter().rev();
        let bits = bits.fold(0, |bits, byte| bits << 1 | u32::from(*byte == b':'));
        Some((before, bits))
    })
}

/// Where the four colons of an ARN stand that follow its partition, service, region and account;
/// `None` where a text is none. Asked of every resource of every record.
#[inline]
fn colons(bytes: &[u8]) -> Option<[usize; 4]> {
    if !bytes.starts_with(HEAD) {
        return None;
    }
    let mut found = [0; 4];
    let mut n = 0;
    for (begin, mut bits) in colons_from(bytes, HEAD.len()) {
        while bits != 0 {
            found[n] = begin + bits.trailing_zeros() as usize;
            n += 1;
            if n == found.len() {
                let [a, b, _, d] = found;
                return (b > a + 1 && d + 1 < bytes.len()).then_some(found);
            }
            bits &= bits - 1;
        }
    }
    None
}

/// Whether a text holds a colon.
#[inline]
pub(crate) fn has_colon(text: &[u8]) -> bool {
    let (blocks, _) = text.as_chunks();
    let mut found = u8x16::splat(0);
    let mut look = |block: [u8; BLOCK]| found |= u8x16::new(block).cmp_eq(u8x16::splat(b':'));
    if let Some(last) = text.last_chunk() {
        blocks.iter().chain([last]).for_each(|block| look(*block));
    } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        let mut block = [0; BLOCK];
        block[..8].copy_from_slice(first);
        block[8..].copy_from_slice(last);
        look(block);
    } else {
        return text.contains(&b':');
    }
    found.move_mask() != 0
}

/// What every ARN begins with, of every partition.
const HEAD: &[u8] = b"arn:aws";

/// Where the first colon of an ARN stands.
const COLON: usize = 3;

/// Bytes of the shortest one: `arn:aws:x:::y`.
const LEAST: usize = 13;

/// Texts longer than this are searched by a searcher that must be called first.
const SHORT: usize = 256;

static HEADS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(HEAD));

/// Whether an ARN may stand in a text: what one begins with does, and enough behind it. Asked of
/// nearly every value of every record.
#[inline]
pub(crate) fn may_hold_arn(text: &[u8]) -> bool {
    if text.len() > SHORT {
        let at = HEADS.find(text);
        // Behind a later one there is less.
        return at.is_some_and(|at| text.len() - at >= LEAST);
    }
    text.len() >= LEAST && (text.starts_with(HEAD) || has_colon(text) && has_head(text))
}

/// Whether what an ARN begins with stands in a text with colons, and enough behind it.
fn has_head(text: &[u8]) -> bool {
    let last = text.len().saturating_sub(LEAST);
    for (begin, mut bits) in colons_from(text, COLON) {
        while bits != 0 {
            let head = begin + bits.trailing_zeros() as usize - COLON;
            if head > last {
                return false;
            }
            if text.get(head..).is_some_and(|rest| rest.starts_with(HEAD)) {
                return true;
            }
            bits &= bits - 1;
        }
    }
    false
}

/// How a record names a resource, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// In `resources[]`.
    Recorded,
    /// Its ARN or id stands elsewhere in the record.
    Found,
    /// A parameter means it; what the parameter does not say stands as `*` or `?`.
    Derived,
    /// Derived, and the service itself was told from the parameter: the record has no eventSource.
    Inferred,
}

impl Naming {
    /// Every trust, best first.
    pub const ALL: [Self; 4] = [Self::Recorded, Self::Found, Self::Derived, Self::Inferred];

    /// Whether the name stands nowhere in the record, but was made from parameters.
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Derived | Self::Inferred)
    }

    /// The trust in a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Found => "found",
            Self::Derived => "derived",
            Self::Inferred => "inferred",
        }
    }
}

/// What a resource is to a call that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    /// The call makes it, if it succeeds.
    Created,
    /// The call ends it, if it succeeds.
    Deleted,
    /// The call changes it, or is otherwise about it.
    Target,
    /// The call looks at it.
    Read,
    /// It is part of what the call is about: an instance of a group.
    Member,
    /// What the call is about is part of it: the bucket of an object.
    Parent,
    /// It is given access to what the call is about.
    SharedWith,
    /// It is named beside what the call is about.
    #[default]
    Used,
}

impl Role {
    /// Every role, by its number.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Deleted,
        Self::Target,
        Self::Read,
        Self::Member,
        Self::Parent,
        Self::SharedWith,
        Self::Used,
    ];

    /// Whether the call is about it.
    pub const fn is_subject(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Deleted | Self::Target | Self::Read
        )
    }

    /// The role in a word or two.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::Target => "target",
            Self::Read => "read",
            Self::Member => "member",
            Self::Parent => "parent",
            Self::SharedWith => "shared with",
            Self::Used => "used",
        }
    }
}

/// How an event names one of its resources, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark(u8);

impl Mark {
    /// Trust and role of a naming.
    pub const fn new(naming: Naming, role: Role) -> Self {
        Self((naming as u8) << 4 | role as u8)
    }

    /// The mark as a number; it takes a byte.
    pub(crate) const fn code(self) -> u32 {
        self.0 as u32
    }

    /// The mark that has a number.
    pub(crate) const fn of_code(code: u32) -> Self {
        Self(code as u8)
    }

    /// Where the record names it.
    pub const fn naming(self) -> Naming {
        match self.0 >> 4 {
            0 => Naming::Recorded,
            1 => Naming::Found,
            2 => Naming::Derived,
            _ => Naming::Inferred,
        }
    }

    /// What it is to the call.
    pub const fn role(self) -> Role {
        Role::ALL[(self.0 & 7) as usize]
    }
}

/// What the kind of a name hangs on, as a number: names of one class are of one kind, so that the
/// kind need not be read from each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Class(u16);

impl Class {
    /// The name itself must be asked.
    pub const UNKNOWN: Self = Self(0);

    /// The class of what row `n` of a table makes, `variant` of four; ids have those before.
    pub(crate) const fn of_row(n: usize, variant: u16) -> Self {
        Self(1 + IDS.len() as u16 + 4 * n as u16 + variant)
    }

    /// Its number, where it is known.
    pub const fn known(self) -> Option<u16> {
        if self.0 == 0 { None } else { Some(self.0) }
    }
}

/// One resource a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRef<'a> {
    /// An ARN, or an id such as `sg-5943793c`.
    pub name: Cow<'a, str>,
    /// Where the record names it.
    pub naming: Naming,
    /// What it is to the call.
    pub role: Role,
    /// What its kind hangs on.
    pub(crate) class: Class,
}

impl<'a> ResourceRef<'a> {
    /// A resource of which nothing is known yet but its name.
    pub const fn new(name: Cow<'a, str>, naming: Naming) -> Self {
        Self {
            name,
            naming,
            role: Role::Used,
            class: Class::UNKNOWN,
        }
    }

    /// The same, of a class that is known.
    #[must_use]
    pub(crate) fn of_class(self, class: Class) -> Self {
        Self { class, ..self }
    }
}

/// Prefixes of ids that are resources by themselves → what they are, as their ARNs say it.
///
/// Source: the EC2 user guide's "Resource IDs" and the service authorization reference; the part
/// after the last dash is 8 or 17 hex digits. `fs` and `fsap` are
/// of EFS, `mi` is of Systems Manager.
pub(crate) const IDS: &[(&str, &str)] = &[
    ("acl", "network-acl"),
    ("aclassoc", "network-acl-association"),
    ("afi", "fpga-image"),
    ("aki", "image"),
    ("ami", "image"),
    ("ari", "image"),
    ("bun", "bundle"),
    ("cagw", "carrier-gateway"),
    ("cgw", "customer-gateway"),
    ("cr", "capacity-reservation"),
    ("cvpn-endpoint", "client-vpn-endpoint"),
    ("dopt", "dhcp-options"),
    ("eice", "instance-connect-endpoint"),
    ("eigw", "egress-only-internet-gateway"),
    ("eipalloc", "elastic-ip"),
    ("eipassoc", "elastic-ip-association"),
    ("eni", "network-interface"),
    ("eni-attach", "network-interface-attachment"),
    ("export-ami", "export-image-task"),
    ("fl", "vpc-flow-log"),
    ("fleet", "fleet"),
    ("fs", "file-system"),
    ("fsap", "access-point"),
    ("fsmt", "mount-target"),
    ("h", "dedicated-host"),
    ("i", "instance"),
    ("igw", "internet-gateway"),
    ("iip-assoc", "iam-instance-profile-association"),
    ("import-ami", "import-image-task"),
    ("import-snap", "import-snapshot-task"),
    ("ipam", "ipam"),
    ("ipam-pool", "ipam-pool"),
    ("key", "key-pair"),
    ("lgw", "local-gateway"),
    ("lgw-rtb", "local-gateway-route-table"),
    ("lt", "launch-template"),
    ("mi", "managed-instance"),
    ("nat", "natgateway"),
    ("pcx", "vpc-peering-connection"),
    ("pg", "placement-group"),
    ("pl", "prefix-list"),
    ("rtb", "route-table"),
    ("rtbassoc", "route-table-association"),
    ("sg", "security-group"),
    ("sgr", "security-group-rule"),
    ("sir", "spot-instances-request"),
    ("snap", "snapshot"),
    ("subnet", "subnet"),
    ("subnet-cidr-assoc", "subnet-cidr-association"),
    ("tgw", "transit-gateway"),
    ("tgw-attach", "transit-gateway-attachment"),
    ("tgw-rtb", "transit-gateway-route-table"),
    ("tmf", "traffic-mirror-filter"),
    ("tms", "traffic-mirror-session"),
    ("tmt", "traffic-mirror-target"),
    ("vgw", "vpn-gateway"),
    ("vol", "volume"),
    ("vpc", "vpc"),
    ("vpc-cidr-assoc", "vpc-cidr-association"),
    ("vpce", "vpc-endpoint"),
    ("vpce-svc", "vpc-endpoint-service"),
    ("vpn", "vpn-connection"),
];

/// Slots of the table of prefixes.
const SLOTS: usize = 256;

/// The prefixes by a number that tells most of them apart; 0 is none. Asked of every id of every
/// record: one comparison instead of a search.
static BY_PREFIX: LazyLock<[u8; SLOTS]> = LazyLock::new(|| {
    let mut slots = [0; SLOTS];
    for (n, (prefix, _)) in IDS.iter().enumerate() {
        let mut at = slot(prefix.as_bytes());
        while slots[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        slots[at] = n as u8 + 1;
    }
    slots
});

fn slot(prefix: &[u8]) -> usize {
    let at = |i: usize| u32::from(prefix.get(i).copied().unwrap_or(0));
    let n = prefix.len();
    let mixed = at(0) | at(1) << 8 | at(n.wrapping_sub(2)) << 16 | at(n.wrapping_sub(1)) << 24;
    (mixed.wrapping_add(n as u32).wrapping_mul(0x9e37_79b1) >> 24) as usize
}

/// The place of a prefix in [`IDS`].
fn find_prefix(prefix: &str) -> Option<usize> {
    let mut at = slot(prefix.as_bytes());
    loop {
        let known = usize::from(BY_PREFIX[at]).checked_sub(1)?;
        if IDS[known].0 == prefix {
            return Some(known);
        }
        at = (at + 1) % SLOTS;
    }
}

/// The place in [`IDS`] of what an id names.
fn id_at(value: &str) -> Option<usize> {
    // Eight or seventeen digits behind the last dash.
    let bytes = value.as_bytes();
    let dash = |digits: usize| {
        let at = bytes.len().checked_sub(digits + 1)?;
        (bytes[at] == b'-').then_some(at)
    };
    let at = dash(8).or_else(|| dash(17))?;
    let digits = &bytes[at + 1..];
    let is_hex = if let (Some(first), Some(last)) = (digits.first_chunk(), digits.last_chunk()) {
        are_hex(*first) && are_hex(*last)
    } else {
        let is_digit = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
        digits.iter().all(is_digit)
    };
    if !is_hex {
        return None;
    }
    find_prefix(value.get(..at)?)
}

/// Whether all of a block are hex digits in lower case.
fn are_hex(block: [u8; BLOCK]) -> bool {
    let block = u8x16::new(block);
    let among = |from: u8, to: u8| {
        let within = block.max(u8x16::splat(from)).min(u8x16::splat(to));
        within.cmp_eq(block)
    };
    (among(b'0', b'9') | among(b'a', b'f')).move_mask() as u32 & 0xffff == 0xffff
}

/// What an id names: `security-group` of `sg-5943793c`.
pub fn id_kind(value: &str) -> Option<&'static str> {
    id_at(value).map(|at| IDS[at].1)
}

/// The class of an id; `None` where the value is none.
pub fn id_class(value: &str) -> Option<Class> {
    id_at(value).map(|at| Class(1 + at as u16))
}

fn at_last_dash(value: &str) -> Option<(&str, &str)> {
    let at = value.bytes().rposition(|b| b == b'-')?;
    Some((value.get(..at)?, value.get(at + 1..)?))
}

/// Whether a whole value is an EC2 resource id: `i-1a2b3c4d`, `subnet-0123456789abcdef0`.
pub fn is_ec2_id(value: &str) -> bool {
    id_kind(value).is_some()
}

/// Whether a value is written like an id, as documents and tests shorten them: `sg-1`,
/// `i-EXAMPLE56126103cb`. Only where a parameter says that an id stands there.
pub fn is_id_like(value: &str) -> bool {
    like_id(value).is_some()
}

pub(crate) fn like_id(value: &str) -> Option<&'static str> {
    let (prefix, rest) = at_last_dash(value)?;
    let at = find_prefix(prefix)?;
    let plain = (1..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then_some(IDS[at].1)
}

/// Whether a byte can be part of an ARN that stands inside a longer text; made at build time.
static INSIDE: [bool; 256] = {
    let mut inside = [false; 256];
    let mut byte = 0u8;
    loop {
        inside[byte as usize] = in_arn(byte);
        if byte == u8::MAX {
            break inside;
        }
        byte += 1;
    }
};

/// Whether one of a block is none of `-./:` and what lies between them and `z`, where most of an ARN's
/// letters lie; `;` and `<` are among those that are odd.
#[inline]
fn any_odd(block: [u8; BLOCK]) -> bool {
    let block = u8x16::new(block);
    let (least, most) = (u8x16::splat(b'-'), u8x16::splat(b'z'));
    let usual = block.max(least).min(most).cmp_eq(block);
    let odd = block.cmp_eq(u8x16::splat(b';')) | block.cmp_eq(u8x16::splat(b'<'));
    usual.move_mask() as u32 & 0xffff != 0xffff || odd.move_mask() != 0
}

/// Whether a text is no more than one ARN, as far as its letters say so.
#[inline]
fn is_one(text: &[u8]) -> bool {
    let ends = |b: &u8| matches!(b, b' ' | b'"' | b'\'' | b'{' | b'\n' | b',' | b';' | b'<');
    let (blocks, _) = text.as_chunks();
    let (first, last) = (blocks.iter(), text.last_chunk());
    if let Some(last) = last
        && !first.chain([last]).any(|block| any_odd(*block))
    {
        return true;
    }
    // Odd is not yet wrong: each letter by itself says.
    !text.iter().any(ends)
}

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
    let whole = text.starts_with("arn:aws") && is_one(text.as_bytes());
    let mut from = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        if whole {
            done = true;
            return Arn::is(text).then_some(text);
        }
        while let Some(at) = HEADS.find(&text.as_bytes()[from..]) {
            let start = from + at;
            let len = text.as_bytes()[start..]
                .iter()
                .take_while(|b| INSIDE[usize::from(**b)])
                .count();
            from = start + len;
            let arn = text[start..from].trim_end_matches(['.', ':', ',', '-']);
            if Arn::is(arn) {
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
                Some((head, id)) if head.contains('/') && (id.len() == 16 || id == "*") => {
                    head.strip_prefix("*/").unwrap_or(head)
                }
                _ => tail,
            }
        }
        "autoscaling" => tail.rsplit_once("Name/").map_or(tail, |(_, name)| name),
        "cloudformation" => tail.strip_suffix("/*").unwrap_or(tail),
        "secretsmanager" => tail.strip_suffix("-??????").unwrap_or(tail),
        "ec2" => match tail.rsplit_once('/') {
            Some((_, id)) if is_ec2_id(id) => id,
            _ => tail,
        },
        _ => tail,
    };
    if tail.is_empty() { name } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefixes_are_sorted() {
        assert!(IDS.is_sorted_by_key(|(prefix, _)| prefix));
    }

    #[test]
    fn a_mark_gives_back_both_halves() {
        for naming in Naming::ALL {
            for role in Role::ALL {
                let mark = Mark::new(naming, role);
                assert_eq!((mark.naming(), mark.role()), (naming, role));
                assert_eq!(Mark::of_code(mark.code()), mark);
            }
        }
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
            ("tgw-attach-0123456789abcdef0", true),
            ("vpce-svc-0123456789abcdef0", true),
        ] {
            assert_eq!(is_ec2_id(id), yes, "{id}");
        }
        for (prefix, what) in IDS {
            assert_eq!(id_kind(&format!("{prefix}-1a2b3c4d")), Some(*what));
        }
    }

    #[test]
    fn an_arn_has_five_colons_wherever_they_stand() {
        for (text, parts) in [
            ("arn:aws:s3:::b", Some(["aws", "s3", "", "", "b"])),
            (
                "arn:aws-us-gov:iam::1:user/a:b",
                Some(["aws-us-gov", "iam", "", "1", "user/a:b"]),
            ),
            (
                "arn:aws:sns:eu-west-1:1:é:ü",
                Some(["aws", "sns", "eu-west-1", "1", "é:ü"]),
            ),
            ("arn:aws:ié::::x", Some(["aws", "ié", "", "", ":x"])),
            ("arn:aws:s3:::", None),
            ("arn:aws::::x", None),
            ("arn:aws:s3::b", None),
            ("arn:aws", None),
            ("arn:", None),
            ("urn:aws:s3:::b", None),
        ] {
            let of = |arn: Arn<'static>| {
                [
                    arn.partition,
                    arn.service,
                    arn.region,
                    arn.account,
                    arn.resource,
                ]
            };
            assert_eq!(Arn::parse(text).map(of), parts, "{text}");
            assert_eq!(Arn::is(text), parts.is_some(), "{text}");
            assert!(has_colon(text.as_bytes()));
        }
        for text in [
            "",
            "111122223333",
            "eu-west-1;",
            "\u{ba}\u{ba}\u{ba}\u{ba}\u{ba}",
        ] {
            assert!(!has_colon(text.as_bytes()), "{text}");
        }
        assert!(has_colon(b"11112222333:") && has_colon(b"1111222:3333"));
    }

    #[test]
    fn colons_are_found_wherever_they_stand() {
        for len in 0..50 {
            let plain = vec![b'x'; len];
            assert!(!has_colon(&plain), "{len}");
            for at in 0..len {
                let mut text = plain.clone();
                text[at] = b':';
                assert!(has_colon(&text), "{at} of {len}");
                for from in 0..=len {
                    let all = colons_from(&text, from);
                    let found: Vec<_> = all
                        .flat_map(|(begin, bits)| {
                            let stands = move |n: &usize| bits >> n & 1 != 0;
                            (0..BLOCK).filter(stands).map(move |n| begin + n)
                        })
                        .collect();
                    let expected: Vec<_> = Some(at).filter(|at| *at >= from).into_iter().collect();
                    assert_eq!(found, expected, "{at} of {len} from {from}");
                }
            }
        }
    }

    #[test]
    fn digits_of_an_id_are_hex_in_lower_case() {
        for byte in 0..=0x7f_u8 {
            let is_hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            for digits in [8, 17] {
                for at in 0..digits {
                    let mut id = format!("i-{}", "0".repeat(digits)).into_bytes();
                    id[2 + at] = byte;
                    let id = String::from_utf8(id).expect("ASCII");
                    assert_eq!(is_ec2_id(&id), is_hex, "{id:?}");
                }
            }
        }
    }

    #[test]
    fn a_text_may_hold_an_arn_wherever_it_begins() {
        const LEAST: &str = "arn:aws:x:::y";
        assert!(Arn::is(LEAST) && !Arn::is(&LEAST[..LEAST.len() - 1]));
        for before in 0..20 {
            for after in 0..20 {
                let around = |text: &str| {
                    let text = format!("{}{text}{}", ":".repeat(before), "z".repeat(after));
                    may_hold_arn(text.as_bytes())
                };
                assert!(around(LEAST), "{before} {after}");
                for text in ["arn:aw", "rn:aws", "arn;aws", ":::::::", "arn: aws"] {
                    assert!(!around(text), "{text} {before} {after}");
                }
            }
        }
        let long = |tail: &str| format!("{}{tail}", "x:".repeat(SHORT));
        assert!(may_hold_arn(long(LEAST).as_bytes()));
        assert!(!may_hold_arn(long("arn:aw").as_bytes()));
    }

    #[test]
    fn letters_of_more_than_one_arn_are_odd() {
        for byte in 0..=u8::MAX {
            let usual = (b'-'..=b'z').contains(&byte) && !matches!(byte, b';' | b'<');
            for at in 0..BLOCK {
                let mut block = *b"arn:aws:s3:::b/k";
                block[at] = byte;
                assert_eq!(any_odd(block), !usual, "{byte} {at}");
            }
        }
    }

    #[test]
    fn one_arn_is_told_from_a_text_that_holds_it() {
        for at in 0..40 {
            let mut text = "x".repeat(40);
            assert!(is_one(text.as_bytes()));
            text.replace_range(at..=at, ",");
            assert!(!is_one(text.as_bytes()), "{at}");
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
            ("arn:aws:ec2:us-west-2:1:instance/i-1a2b3c4d", "i-1a2b3c4d"),
            (
                "arn:aws:secretsmanager:us-east-1:1:secret:prod/db-??????",
                "secret:prod/db",
            ),
            ("sg-5943793c", "sg-5943793c"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }
}
