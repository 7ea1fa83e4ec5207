//! Networks and countries of addresses, from small MMDB files that are made here.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A value of an MMDB file.
enum Value {
    Text(&'static str),
    Number(u32),
    Short(u16),
    Long(u64),
    Map(Vec<(&'static str, Value)>),
    Texts(Vec<&'static str>),
}

use Value::{Long, Map, Number, Short, Text, Texts};

impl Value {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Text(text) => {
                match text.len() {
                    short @ 0..29 => out.push(2 << 5 | short as u8),
                    long => out.extend([(2 << 5) + 29, (long - 29) as u8]),
                }
                out.extend(text.as_bytes());
            }
            Number(number) => {
                out.push(6 << 5 | 4);
                out.extend(number.to_be_bytes());
            }
            Short(number) => {
                out.push(5 << 5 | 2);
                out.extend(number.to_be_bytes());
            }
            Long(number) => {
                out.extend([8, 2]);
                out.extend(number.to_be_bytes());
            }
            Map(members) => {
                out.push(7 << 5 | members.len() as u8);
                for (key, value) in members {
                    Text(key).write(out);
                    value.write(out);
                }
            }
            Texts(texts) => {
                out.extend([texts.len() as u8, 4]);
                for text in texts {
                    Text(text).write(out);
                }
            }
        }
    }
}

/// An MMDB file of IPv4 networks.
///
/// Source: the `MaxMind` DB file format, version 2.0.
fn mmdb(kind: &'static str, networks: &[([u8; 4], u32, Value)]) -> Vec<u8> {
    #[derive(Clone, Copy)]
    enum Side {
        Nothing,
        Node(usize),
        Data(usize),
    }
    let mut nodes = vec![[Side::Nothing; 2]];
    let mut data = Vec::new();
    for (address, bits, value) in networks {
        let at = data.len();
        value.write(&mut data);
        let (mut node, address) = (0, u32::from_be_bytes(*address));
        for bit in 0..*bits {
            let side = (address >> (31 - bit) & 1) as usize;
            if bit + 1 == *bits {
                nodes[node][side] = Side::Data(at);
            } else if let Side::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Side::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Side::Node(next);
                node = next;
            }
        }
    }
    let count = nodes.len();
    let mut out = Vec::new();
    for side in nodes.iter().flatten() {
        let value = match side {
            Side::Nothing => count,
            Side::Node(node) => *node,
            Side::Data(at) => count + 16 + at,
        };
        out.extend(&(value as u32).to_be_bytes()[1..]);
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    Map(vec![
        ("node_count", Number(count as u32)),
        ("record_size", Short(24)),
        ("ip_version", Short(4)),
        ("database_type", Text(kind)),
        ("languages", Texts(vec!["en"])),
        ("binary_format_major_version", Short(2)),
        ("binary_format_minor_version", Short(0)),
        ("build_epoch", Long(1_700_000_000)),
        ("description", Map(vec![("en", Text("made by a test"))])),
    ])
    .write(&mut out);
    out
}

fn event(n: u32, user: &str, address: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{user}","accountId":"111122223333","userName":"{user}"}},"eventTime":"2026-11-20T14:00:{n:02}Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"{address}","eventID":"6f4ab5bd-2daa-4d00-be14-d92ef00000{n:02}"}}"#
    )
}

fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        event(1, "alice", "198.51.100.1"),
        event(2, "alice", "198.51.100.9"),
        event(3, "alice", "203.0.113.7"),
        event(4, "bob", "203.0.113.8"),
        event(5, "bob", "192.0.2.1"),
        event(6, "bob", "ec2.amazonaws.com"),
    ];
    let text = format!("{{\"Records\":[{}]}}", events.join(","));
    fs::write(dir.path().join("a.json"), text).unwrap();
    let asn = |number, name| {
        Map(vec![
            ("autonomous_system_number", Number(number)),
            ("autonomous_system_organization", Text(name)),
        ])
    };
    let networks = [
        ([198, 51, 100, 0], 24, asn(64500, "ExampleNet B.V.")),
        ([203, 0, 113, 0], 24, asn(64501, "Bulletproof Ltd")),
    ];
    fs::write(dir.path().join("asn.mmdb"), mmdb("GeoLite2-ASN", &networks)).unwrap();
    let country = |code| Map(vec![("country", Map(vec![("iso_code", Text(code))]))]);
    let countries = [
        ([198, 51, 100, 0], 24, country("NL")),
        ([203, 0, 113, 0], 25, country("SE")),
    ];
    let country = mmdb("GeoLite2-Country", &countries);
    fs::write(dir.path().join("country.mmdb"), country).unwrap();
    let other = |asn, name| Map(vec![("asn", Text(asn)), ("as_name", Text(name))]);
    let networks = [([203, 0, 113, 0], 24, other("AS64501", "Bulletproof"))];
    fs::write(
        dir.path().join("other.mmdb"),
        mmdb("ipinfo asn.mmdb", &networks),
    )
    .unwrap();
    dir
}

fn run(dir: &Path, args: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trailhound"))
        .args(args)
        .current_dir(dir)
        .env("XDG_CONFIG_HOME", dir.join("config"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn networks_and_countries_filter_count_and_show() {
    let dir = folder();
    for (filter, expected) in [
        ("asn:64500", "2"),
        ("asn:AS64501", "2"),
        ("asn>=64500", "4"),
        ("asn:*", "4"),
        ("-asn:*", "2"),
        ("net:proof", "2"),
        ("net~/^example/i", "2"),
        ("cc:nl", "2"),
        ("cc:S*", "2"),
        ("new:asn", "3"),
        ("new:asn who:alice", "2"),
        ("new:cc", "3"),
        ("has:cc", "4"),
    ] {
        let args = ["query", filter, "a.json", "--format", "count"];
        let books = ["--geoip", "asn.mmdb", "--geoip", "country.mmdb"];
        let (out, err) = run(dir.path(), &[&args[..], &books].concat());
        assert_eq!((out.trim(), err.as_str()), (expected, ""), "{filter}");
    }
    let (out, _) = run(
        dir.path(),
        &[
            "query",
            "who:bob",
            "a.json",
            "--geoip",
            "other.mmdb",
            "--columns",
            "ip,asn,net",
            "--format",
            "csv",
        ],
    );
    assert_eq!(
        out,
        "ip,asn,net\n203.0.113.8,64501,Bulletproof\n192.0.2.1,,\nec2.amazonaws.com,,\n"
    );
    let (out, _) = run(
        dir.path(),
        &[
            "stats",
            "--by",
            "cc",
            "a.json",
            "--geoip",
            "country.mmdb",
            "--format",
            "csv",
        ],
    );
    let counts: Vec<_> = out
        .lines()
        .skip(1)
        .map(|l| l.split(',').take(3).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(counts.len(), 3, "{out}");
    assert!(out.contains("NL") && out.contains("SE"), "{out}");
}

#[test]
fn what_is_no_database_of_addresses_is_said() {
    let dir = folder();
    let said = |args: &[&str]| run(dir.path(), args).1;
    let all = ["query", "asn:1", "a.json"];
    assert!(said(&all).contains("`asn` needs an address database of networks"));
    let with = |file| said(&[&all[..], &["--geoip", file]].concat());
    assert!(with("country.mmdb").contains("`asn` needs an address database of networks"));
    assert!(with("a.json").contains("--geoip a.json: it is no MMDB file"));
    assert!(with("absent").contains("--geoip absent: No such file"));
}
