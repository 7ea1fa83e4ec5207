//! Addresses to look for: one, a block, a range, or a class of them.
//!
//! Refuses to know: where an address comes from.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::query::pattern::{How, Pattern, quote};

/// What a source address is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// One address.
    One(IpAddr),
    /// A CIDR block, without host bits.
    Block(IpNet),
    /// Every address from the first to the last, both of one family.
    Range(IpAddr, IpAddr),
    /// An address reachable from the whole Internet.
    Public,
    /// An address that is not: private, shared, loopback, link-local, documentation.
    Private,
    /// A service's name or `AWS Internal` in place of an address.
    Aws,
    /// No source address on the record.
    Absent,
    /// The text as recorded: a service's name, or an address with wildcards.
    Text(Pattern),
}

/// What to try instead of something that is no address.
pub const ADDRESS_HELP: &str = "try ip:203.0.113.0/24, ip:aws, ip:private";

impl Address {
    /// Reads an unquoted word; the error is a clause that says what is wrong.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word.to_ascii_lowercase().as_str() {
            "public" => return Ok(Self::Public),
            "private" => return Ok(Self::Private),
            "aws" => return Ok(Self::Aws),
            "none" => return Ok(Self::Absent),
            _ => {}
        }
        if let Some((from, to)) = word.split_once("..") {
            return match (address(from), address(to)) {
                (Some(from), Some(to)) if from.is_ipv4() != to.is_ipv4() => {
                    Err("one end is an IPv4 address, the other an IPv6 address".to_owned())
                }
                (Some(from), Some(to)) if from > to => {
                    Err("the range ends before it begins".to_owned())
                }
                (Some(from), Some(to)) => Ok(Self::Range(from, to)),
                _ => Err("both ends of a range must be IP addresses".to_owned()),
            };
        }
        if let Some(address) = address(word) {
            return Ok(Self::One(address));
        }
        if let Ok(block) = word.parse::<IpNet>() {
            return Ok(Self::Block(block.trunc()));
        }
        let pattern = Pattern::word(word);
        let is_service = word.contains(".amazonaws.com") && !word.starts_with('.');
        if pattern.how == How::Wild || is_service {
            return Ok(Self::Text(pattern));
        }
        Err("not an IP address, CIDR block or range".to_owned())
    }

    /// Reads a quoted text: an address, or the text as recorded.
    pub fn quoted(text: &str) -> Self {
        address(text).map_or_else(|| Self::Text(Pattern::literal(text)), Self::One)
    }

    /// Whether an address lies in what is named here; never so for `Aws`, `Absent` and `Text`.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self {
            Self::One(one) => *one == address,
            Self::Block(block) => block.contains(&address),
            Self::Range(from, to) => {
                from.is_ipv4() == address.is_ipv4() && *from <= address && address <= *to
            }
            Self::Public => is_public(address),
            Self::Private => !is_public(address),
            Self::Aws | Self::Absent | Self::Text(_) => false,
        }
    }
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|a| a.to_canonical())
}

/// Whether an address is reachable from the whole Internet.
///
/// Source: IANA's special-purpose address registries.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(a) => {
            let [x, y, z, _] = a.octets();
            let shared = x == 100 && (64..128).contains(&y);
            let protocols = (x, y, z) == (192, 0, 0);
            let benchmarks = x == 198 && (y == 18 || y == 19);
            !(a.is_private()
                || a.is_loopback()
                || a.is_link_local()
                || a.is_multicast()
                || x == 0
                || x >= 240
                || shared
                || protocols
                || benchmarks)
        }
        IpAddr::V6(a) => {
            let first = a.segments().first().copied().unwrap_or(0);
            let unique_local = first & 0xfe00 == 0xfc00;
            let link_local = first & 0xffc0 == 0xfe80;
            !(a.is_loopback()
                || a.is_unspecified()
                || a.is_multicast()
                || unique_local
                || link_local)
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(address) => write!(f, "{address}"),
            Self::Block(block) => write!(f, "{block}"),
            Self::Range(from, to) => write!(f, "{from}..{to}"),
            Self::Public => f.write_str("public"),
            Self::Private => f.write_str("private"),
            Self::Aws => f.write_str("aws"),
            Self::Absent => f.write_str("none"),
            Self::Text(pattern) => match pattern.how {
                How::Prefix => write!(f, "{}…", pattern.text),
                How::Wild => f.write_str(&pattern.text),
                How::Literal => f.write_str(&quote(&pattern.text)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, inside: &str, yes: bool) {
        let address = Address::parse(word).unwrap();
        assert_eq!(
            address.holds(inside.parse().unwrap()),
            yes,
            "{word} {inside}"
        );
        assert_eq!(Address::parse(&address.to_string()), Ok(address));
    }

    #[test]
    fn holding() {
        check("203.0.113.7/24", "203.0.113.200", true);
        check("10.0.0.1..10.0.0.9", "10.0.0.9", true);
        check("10.0.0.1..10.0.0.9", "10.0.0.10", false);
        check("2001:db8::/32", "2001:db8::1", true);
        check("::ffff:1.2.3.4", "1.2.3.4", true);
        check("private", "100.64.1.1", true);
        check("public", "fd00::1", false);
        check("public", "8.8.8.8", true);
        check("aws", "8.8.8.8", false);
    }

    #[test]
    fn what_is_no_address() {
        assert!(Address::parse("300.1.2.3").is_err());
        assert!(Address::parse("10.0.0.9..10.0.0.1").is_err());
        assert!(Address::parse("10.0.0.9..::1").is_err());
        assert!(Address::parse("10.0.*").is_ok());
        assert!(Address::parse("ec2.amazonaws.com").is_ok());
        assert_eq!(
            Address::quoted("AWS Internal").to_string(),
            "\"AWS Internal\""
        );
    }
}
