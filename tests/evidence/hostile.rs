//! Hostile fixtures of our own: three sound records, the middle of which is made wrong in one way, or
//! something wrong around them. Each says what must be kept and what must be said.
//!
//! A larger suite is generated and scored where its generator is at hand.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::fixtures::{Folder, call, gzip, records};

/// What is wrong, the bytes, the events that must be kept, the classes of which one must be said.
type Case = (&'static str, Vec<u8>, u64, &'static [&'static str]);

fn log() -> String {
    records(&[
        call(1, "s3", "GetObject"),
        call(2, "s3", "PutObject"),
        call(3, "s3", "DeleteObject"),
    ])
}

/// The log with something replaced in its second record.
fn wrong(from: &str, to: &str) -> Vec<u8> {
    let text = log();
    let start = text.match_indices("{\"eventVersion\"").nth(1).unwrap().0;
    let (head, tail) = text.split_at(start);
    assert!(tail.contains(from), "{from}");
    [head, &tail.replacen(from, to, 1)].concat().into_bytes()
}

fn cases() -> Vec<Case> {
    let text = log();
    let plain = text.clone().into_bytes();
    let packed = gzip(&plain);
    let between = |what: &[u8]| {
        let at = text.match_indices(",{\"eventVersion\"").next().unwrap().0;
        [&plain[..at], what, &plain[at..]].concat()
    };
    let fake = call(9, "iam", "ForgedEvent").to_string();
    let nested = |fault: (&str, &str)| {
        let with = format!("{{\"entries\":[{fake},{fake}]}}");
        let text = String::from_utf8(wrong(
            "\"requestParameters\":null",
            &format!("\"requestParameters\":{with}"),
        ))
        .unwrap();
        let start = text.match_indices("{\"eventVersion\"").nth(1).unwrap().0;
        let (head, tail) = text.split_at(start);
        [head, &tail.replacen(fault.0, fault.1, 1)]
            .concat()
            .into_bytes()
    };
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let syntax: &[&str] = &["syntax_error"];
    vec![
        (
            "a key without its end",
            wrong("\"awsRegion\":", "\"awsRegion:"),
            2,
            syntax,
        ),
        (
            "a key without its quotes",
            wrong("\"awsRegion\":", "awsRegion:"),
            2,
            syntax,
        ),
        (
            "no colon",
            wrong("\"awsRegion\":", "\"awsRegion\""),
            2,
            syntax,
        ),
        (
            "no comma",
            wrong(",\"awsRegion\"", "\"awsRegion\""),
            2,
            syntax,
        ),
        (
            "a comma too many",
            wrong(
                "\"eventCategory\":\"Management\"}",
                "\"eventCategory\":\"Management\",}",
            ),
            2,
            syntax,
        ),
        (
            "a line end in a string",
            wrong("aws-cli", "aws\ncli"),
            2,
            syntax,
        ),
        (
            "an escape that is none",
            wrong("aws-cli", "aws\\xcli"),
            2,
            syntax,
        ),
        (
            "a live escape sequence",
            wrong("aws-cli", "\u{1b}[2Jcli"),
            2,
            syntax,
        ),
        ("a bare word", wrong("\"us-west-2\"", "us"), 2, syntax),
        ("NaN", wrong("\"us-west-2\"", "NaN"), 2, syntax),
        (
            "no closing brace",
            wrong("\"Management\"}", "\"Management\""),
            2,
            syntax,
        ),
        ("lines of dots", between(b",\n. . .\n"), 3, syntax),
        ("a word between records", between(b", oops"), 3, syntax),
        (
            "a bracket for a comma",
            text.replacen("},{", "}[{", 1).into_bytes(),
            3,
            syntax,
        ),
        (
            "a bracket for a brace",
            text.replacen("},{", "},[", 1).into_bytes(),
            2,
            syntax,
        ),
        (
            "cut off",
            plain[..plain.len() - 9].to_vec(),
            2,
            &["truncated"],
        ),
        (
            "cut gzip",
            packed[..packed.len() - 20].to_vec(),
            2,
            &["truncated_gzip"],
        ),
        (
            "no checksum",
            packed[..packed.len() - 8].to_vec(),
            3,
            &["truncated_gzip"],
        ),
        (
            "junk behind gzip",
            [&packed[..], b"junk"].concat(),
            3,
            &["gzip_trailing"],
        ),
        ("gzip twice", gzip(&packed), 3, &["nested_gzip"]),
        (
            "a mark at the head",
            [b"\xef\xbb\xbf", &plain[..]].concat(),
            3,
            &[],
        ),
        (
            "UTF-16",
            [b"\xff\xfe", &wide[..]].concat(),
            3,
            &["encoding"],
        ),
        (
            "bytes that are no text",
            {
                let at = plain.windows(7).position(|w| w == b"aws-cli").unwrap();
                let mut bytes = plain.clone();
                bytes[at] = 0xff;
                bytes
            },
            3,
            &["encoding"],
        ),
        (
            "half a surrogate",
            wrong("aws-cli", "\\ud800cli"),
            3,
            &["encoding"],
        ),
        (
            "zeros behind",
            [&plain[..], &[0; 512]].concat(),
            3,
            &["encoding"],
        ),
        (
            "one key twice",
            wrong("\"awsRegion\":", "\"awsRegion\":\"x\",\"awsRegion\":"),
            3,
            &["duplicate_key"],
        ),
        (
            "a number past all",
            wrong(
                "\"requestParameters\":null",
                "\"requestParameters\":{\"n\":1e400}",
            ),
            3,
            &["number_range"],
        ),
        (
            "too deep",
            wrong(
                "\"requestParameters\":null",
                &format!("\"requestParameters\":{deep}"),
            ),
            3,
            &["depth_limit"],
        ),
        (
            "no time",
            wrong("\"eventTime\":\"2026-11-20T14:00:02Z\",", ""),
            3,
            &["time_invalid"],
        ),
        (
            "a time that is none",
            wrong("2026-11-20T14:00:02Z", "yesterday"),
            3,
            &["time_invalid"],
        ),
        (
            "a name of another type",
            wrong("\"PutObject\"", "{\"a\":1}"),
            3,
            &["wrong_type"],
        ),
        ("bidi", wrong("aws-cli", "\\u202ecli"), 3, &["bidi"]),
        (
            "unseen",
            wrong("aws-cli", "aws\\u200bcli"),
            3,
            &["invisible"],
        ),
        ("forged in a sound record", nested(("\u{0}", "")), 3, &[]),
        (
            "forged behind a bad number",
            nested(("\"1.11\"", "1.1.1")),
            2,
            syntax,
        ),
        (
            "forged behind a lost quote",
            nested(("\"eventVersion\":", "\"eventVersion:")),
            2,
            syntax,
        ),
        (
            "forged behind a quote too many",
            nested(("aws-cli", "aws\"cli")),
            2,
            syntax,
        ),
        (
            "the same twice",
            records(&[call(1, "s3", "GetObject"), call(1, "s3", "GetObject")]).into_bytes(),
            1,
            &["duplicate_event"],
        ),
        (
            "one id, two contents",
            text.replacen("0003\"", "0002\"", 1).into_bytes(),
            3,
            &["duplicate_event"],
        ),
    ]
}

#[test]
fn every_fault_costs_no_more_than_itself_and_is_said() {
    let mut dir = Folder::new();
    let cases = cases();
    for (n, (_, bytes, _, _)) in cases.iter().enumerate() {
        dir = dir.file(&format!("{n}/log"), bytes);
    }
    for (n, (what, _, kept, said)) in cases.iter().enumerate() {
        let check = dir.check(&[&n.to_string()]);
        let entry = &check["by_path"]["log"];
        assert_eq!(entry["events"], *kept, "{what}: {entry}");
        let warn: Vec<&str> = entry["warn"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        if said.is_empty() {
            assert!(warn.is_empty(), "{what}: {warn:?}");
        } else {
            assert!(said.iter().any(|c| warn.contains(c)), "{what}: {warn:?}");
        }
        let names = dir.run(&["stats", &n.to_string(), "--by", "what", "--format", "csv"]);
        assert!(!names.stdout.contains("ForgedEvent"), "{what}");
    }
}

#[test]
fn records_behind_damage_are_marked_and_undated_ones_are_kept() {
    let dir = Folder::new()
        .file("a.json", wrong("\"awsRegion\":", "\"awsRegion:"))
        .file("b.json", wrong("2026-11-20T14:00:02Z", "yesterday"));
    let count = |filter: &str, file: &str| {
        dir.run(&["query", filter, file, "--format", "count"])
            .stdout
    };
    assert_eq!(count("recovered:yes", "a.json"), "1\n");
    assert_eq!(count("recovered:yes what:DeleteObject", "a.json"), "1\n");
    let row = dir.run(&["query", "what:DeleteObject", "a.json"]).stdout;
    assert!(row.contains("\"recovered\":true"), "{row}");
    assert_eq!(count("-t:*", "b.json"), "1\n");
    assert_eq!(dir.check(&["b.json"])["records"]["undated"], 1);
    let rows = dir
        .run(&["query", "", "b.json", "--columns", "time,what"])
        .stdout;
    let last = rows.lines().last().unwrap();
    assert_eq!(
        last, "{\"time\":null,\"what\":\"PutObject\"}",
        "undated events are last"
    );
}

#[test]
fn nothing_of_a_record_is_rewritten() {
    let odd = "\"requestParameters\":{\"n\":0.1000000000000000055511151231257827,\"n\":18446744073709551617,\"e\":1e400,\"s\":\"\\ud800\\u0041\"}";
    let dir = Folder::new().file("a.json", wrong("\"requestParameters\":null", odd));
    let raw = dir
        .run(&["query", "what:PutObject", "a.json", "--raw"])
        .stdout;
    assert!(raw.contains(odd), "{raw}");
    let mut bytes = wrong("aws-cli", "aws-cli");
    let at = bytes.windows(9).rposition(|w| w == b"aws-cli/2").unwrap();
    bytes[at] = 0xff;
    let dir = Folder::new().file("b.json", bytes);
    let out = Command::new(env!("CARGO_BIN_EXE_trailhound"))
        .args(["query", "what:DeleteObject", "--raw"])
        .arg(dir.path("b.json"))
        .output()
        .unwrap();
    assert!(
        out.stdout.windows(8).any(|w| w == b"\xffws-cli/"),
        "the bytes stay"
    );
}

/// The generator of the larger suite, where it lies beside the repository.
fn suite() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/tools/hostile.py");
    if path.is_file() {
        return Some(path);
    }
    println!("no larger suite here: nothing tested");
    None
}

#[test]
fn the_larger_suite_loses_and_invents_nothing() {
    let Some(suite) = suite() else { return };
    let dir = Folder::new();
    let python = |args: &[&str]| {
        let out = Command::new("python3")
            .arg(&suite)
            .args(args)
            .current_dir(dir.path(""))
            .output();
        let Ok(out) = out else {
            println!("no python here: nothing tested");
            return None;
        };
        Some(String::from_utf8_lossy(&out.stdout).into_owned())
    };
    if python(&["gen", "h", "--no-special"]).is_none() {
        return;
    }
    // Bombs are for optimised builds; digests have a test of their own.
    std::fs::remove_dir_all(dir.path("h/bomb")).unwrap();
    for (repair, name) in [(false, "r.json"), (true, "m.json")] {
        let flags: &[&str] = if repair { &["--repair"] } else { &[] };
        let args = [&["check", "h", "--format", "json"], flags].concat();
        let out = dir.run(&args);
        std::fs::write(dir.path(name), &out.stdout).unwrap();
        let skips = ["--skip", "digest", "--skip", "bomb", "--skip", "fs"];
        let args = [&["score", "h", name], &skips[..]].concat();
        let said = python(&args).unwrap();
        let last = said.lines().last().unwrap();
        println!("{last}");
        let score: Value = serde_json::from_str(last).unwrap();
        for key in ["events_lost", "events_invented", "silent", "no_result"] {
            assert_eq!(score[key], 0, "{said}");
        }
        for key in ["wrong_class", "false_alarm", "wrong_position"] {
            assert_eq!(score[key], 0, "{said}");
        }
    }
}
