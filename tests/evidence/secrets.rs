//! Secrets of records: said in the ledger, replaced in every output, written out only when asked.

use serde_json::{Value, json};

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
