//! Secrets of records: said in the ledger, replaced in every output, hidden on every screen, written
//! out only when asked.

use serde_json::{Value, json};

use trailhound::event::secret::FIELDS;
use trailhound::source::Spec;

use crate::driver::Driver;
use crate::fixtures::{Folder, call, records, with};

/// A secret of each kind, at the places CloudTrail is known to write them: made by hand.
fn secrets() -> Vec<Value> {
    let request = |call, parameters| with(call, "requestParameters", parameters);
    let long = format!("hunter2-{}", "A1b2C3d4".repeat(8));
    vec![
        request(
            call(1, "rds", "CreateDBInstance"),
            json!({"masterUserPassword": "hunter2-rds"}),
        ),
        request(
            call(2, "lambda", "UpdateFunctionConfiguration20150331v2"),
            json!({"environment": {"variables": {"AGAIN": "hunter2-rds", "DB": "hunter2-env"}}}),
        ),
        request(
            call(3, "ssm", "SendCommand"),
            json!({"parameters": {"commands": ["mysql -phunter2-cmd"]}}),
        ),
        with(
            call(4, "sts", "AssumeRole"),
            "responseElements",
            json!({"credentials": {"sessionToken": long}}),
        ),
        with(
            call(5, "s3", "GetObject"),
            "userAgent",
            json!("app Bearer hunter2.ua.2"),
        ),
        with(
            with(
                call(6, "signin", "ConsoleLogin"),
                "errorMessage",
                json!("No username found in supplied account"),
            ),
            "userIdentity",
            json!({"type": "IAMUser", "accountId": "111122223333", "userName": "hunter2-typo"}),
        ),
        request(
            call(7, "ssm", "PutParameter"),
            json!({"name": "/x", "value": "hunter2-ssm"}),
        ),
        request(
            call(8, "ec2", "RunInstances"),
            json!({"userData": "aHVudGVyMi11ZA=="}),
        ),
    ]
}

#[test]
fn secrets_stay_out_of_every_output_unless_they_are_asked_for() {
    let dir = Folder::new().file("a.json", records(&secrets()));
    let columns = "--columns=who,actor,ua,res,err,msg,id";
    let by = "--by=who,actor,ua,msg,err";
    let commands: [&[&str]; 10] = [
        &["query", "", "a.json", "--raw"],
        &["query", "", "a.json", "--format", "jsonl", columns],
        &["query", "", "a.json", "--format", "csv", columns],
        &["query", "", "a.json", "--format", "table", columns],
        &["stats", "a.json", by, "--format", "jsonl"],
        &["stats", "a.json", by, "--format", "csv"],
        &["who", "alice", "a.json", "--format", "json"],
        &["who", "alice", "a.json", "--format", "table"],
        &["check", "a.json", "--format", "json"],
        &["check", "a.json", "--format", "table"],
    ];
    for args in commands {
        let out = dir.run(args);
        assert_eq!(out.code, Some(0), "{args:?}: {}", out.stderr);
        for secret in ["hunter2", "aHVudGVyMi11ZA"] {
            assert!(!out.stdout.contains(secret), "{args:?}: {}", out.stdout);
            assert!(!out.stderr.contains(secret), "{args:?}: {}", out.stderr);
        }
    }
}

#[test]
fn equal_secrets_can_be_followed_and_are_given_when_asked_for() {
    let dir = Folder::new().file("a.json", records(&secrets()));
    let raw = dir.run(&["query", "", "a.json", "--raw"]).stdout;
    let words: Vec<&str> = raw
        .match_indices("‹redacted:")
        .map(|(at, _)| &raw[at..at + raw[at..].find('›').unwrap()])
        .collect();
    assert_eq!(words.len(), 9, "{raw}");
    let hash = |word: &str| word.rsplit(':').next().unwrap().to_owned();
    assert_eq!(hash(words[0]), hash(words[1]));
    assert_ne!(hash(words[1]), hash(words[2]));
    let out = dir.run(&["query", "", "a.json", "--raw", "--include-secrets"]);
    assert_eq!(out.stdout.matches("hunter2").count(), 8);
    assert!(out.stderr.contains("--include-secrets"));
    let said = &dir.check(&["a.json"])["by_path"]["a.json"]["problems"];
    let said = said.as_array().unwrap();
    assert_eq!(said.iter().filter(|p| p["class"] == "secret").count(), 8);
}

/// Base64, as programs write it.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = (bits >> (18 - 6 * i) & 63) as usize;
            out.push(if i > chunk.len() {
                '='
            } else {
                char::from(DIGITS[digit])
            });
        }
    }
    out
}

/// A text as part of an address.
fn escaped(text: &str) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let one = |b: u8| {
        if plain(&b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(one).collect()
}

/// A secret under every name of the table, in every form, wherever a record shows texts.
fn everywhere() -> Vec<Value> {
    let mut calls = Vec::new();
    for (i, (field, _)) in FIELDS.iter().enumerate() {
        let secret = format!("hunter2-{i}-q7/+");
        let object = json!({*field: secret}).to_string();
        let pair = format!("{field}={secret}");
        for value in [
            json!({*field: secret}),
            json!({"body": object}),
            json!({"body": json!({"body": object}).to_string()}),
            json!({"body": escaped(&object)}),
            json!({"address": format!("https://example.com/?a=1&{}", escaped(&pair))}),
            json!({"address": format!("https://example.com/?{field}={}", escaped(&secret))}),
            json!({"blob": base64(&object)}),
            json!({"blob": base64(&pair)}),
            json!({"bucketName": "b", "key": format!("k?{pair}")}),
            json!({"functionName": "f", *field: secret, "changed": calls.len()}),
        ] {
            let n = calls.len();
            let call = with(
                call(n, "lambda", "UpdateFunctionConfiguration"),
                "requestParameters",
                value,
            );
            let call = with(call, "userAgent", json!(format!("tool/{n} {pair}")));
            let call = with(call, "errorMessage", json!(format!("refused: {object}")));
            calls.push(with(
                call,
                "resources",
                json!([{"ARN": format!("arn:aws:s3:::b/k?{pair}")}]),
            ));
        }
    }
    calls.extend(secrets());
    calls
}

/// Whether a text holds a part of any of the secrets, in any form of it.
fn leaks(text: &str) -> Option<&str> {
    // Base64 of the word has three forms, after how many bytes stand before it.
    let words = ["hunter2", "aHVudGVyM", "h1bnRlcj", "odW50ZXIy"];
    let at = words.iter().find_map(|word| text.find(word))?;
    // Enough to find it by.
    let from = (0..=at.saturating_sub(60))
        .rev()
        .find(|i| text.is_char_boundary(*i))?;
    Some(&text[from..at + 7])
}

#[test]
fn no_command_writes_a_secret_in_any_form() {
    let dir = Folder::new().file("a.json", records(&everywhere()));
    let columns = "--columns=time,who,actor,via,verb,svc,what,res,acct,region,ip,ua,err,msg,key,id";
    let by = "--by=who,actor,ua,res,err,msg,what";
    let commands: [&[&str]; 20] = [
        &["query", "", "a.json", "--raw"],
        &["query", "", "a.json", "--format", "jsonl", columns],
        &["query", "", "a.json", "--format", "csv", columns],
        &["query", "", "a.json", "--format", "table", columns],
        &["stats", "a.json", by, "--format", "jsonl"],
        &["stats", "a.json", by, "--format", "csv"],
        &["stats", "a.json", by, "--format", "table"],
        &["who", "alice", "a.json", "--format", "json"],
        &["who", "alice", "a.json", "--format", "table"],
        &["resource", "f", "a.json", "--format", "json"],
        &["resource", "f", "a.json", "--format", "table"],
        &["resource", "b", "a.json", "--format", "json"],
        &["resource", "b", "a.json", "--format", "table"],
        &["resource", "b/*", "a.json", "--format", "json"],
        &["resource", "b/*", "a.json", "--format", "table"],
        &["lineage", "alice", "a.json", "--format", "json"],
        &["lineage", "alice", "a.json", "--format", "tree"],
        &["lineage", "alice", "a.json", "--format", "dot"],
        &["check", "a.json", "--format", "json"],
        &["check", "a.json", "--format", "table"],
    ];
    let mut told = 0;
    for args in commands {
        let out = dir.run(args);
        assert!(
            out.code.is_some_and(|code| code < 2),
            "{args:?}: {}",
            out.stderr
        );
        assert_eq!(leaks(&out.stdout), None, "{args:?}");
        assert_eq!(leaks(&out.stderr), None, "{args:?}");
        told += out.stdout.matches('‹').count();
    }
    assert!(told > 1000, "{told}");
    let asked = dir.run(&["query", "", "a.json", "--raw", "--include-secrets"]);
    assert!(leaks(&asked.stdout).is_some());
}

#[test]
fn no_screen_shows_a_secret_until_it_is_asked_for() {
    let files = vec![("a.json".into(), records(&everywhere()).into_bytes().into())];
    for (width, height) in [(160, 48), (80, 24)] {
        let mut d = Driver::open(vec![Spec::Memory(files.clone())], (width, height));
        let mut seen = 0;
        for keys in [
            "j j Enter d",
            "l l l",
            "Tab j j Enter",
            "Esc",
            "y",
            "f",
            "Esc",
            "p",
            "[",
            "r",
            "j j Enter",
            "Esc [",
            "x",
            "Esc",
            "2",
            "Enter",
            "[",
            "3",
            "j Enter",
            "Tab j j",
            "[",
            "4",
            "Esc",
            "s",
            "Esc",
            "7",
            "Enter",
            "Esc",
            "!",
            "Enter j",
            "Esc",
            "1",
            "g G k",
            ":",
            "Esc",
            "?",
            "Esc",
            "[ [ [",
        ] {
            for key in keys.split(' ') {
                d.keys(key);
                let text = d.text();
                assert_eq!(leaks(&text), None, "{key} of {keys:?}\n{text}");
                assert_eq!(
                    d.copied.as_deref().and_then(leaks),
                    None,
                    "{key} of {keys:?}"
                );
                seen += usize::from(text.contains('‹'));
            }
        }
        for field in [
            "ua",
            "res",
            "msg",
            "err",
            "who",
            "actor",
            "what",
            "id",
            ".userAgent",
            ".errorMessage",
        ] {
            d.keys("/ ctrl-u").type_in(&format!("{field}:"));
            assert_eq!(
                leaks(&d.text()),
                None,
                "completion of {field}\n{}",
                d.text()
            );
            d.keys("Esc Esc");
        }
        assert!(seen > 10, "{seen}");
    }
}
