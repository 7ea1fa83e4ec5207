//! The commands as a shell sees them: stdout, stderr and the exit code, over evidence that each
//! test makes for itself. Larger corpora are counted where they are at hand.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot be set up must fail, and one that is skipped says so"
)]

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;
use trailhound::index::schema::{FIELDS, Field, Home};

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// A record, key by key, each value as JSON.
#[derive(Clone)]
struct Record(Vec<(String, String)>);

/// Alice's `n`th call, `n` seconds after two o'clock.
fn call(n: u32, service: &str, name: &str) -> Record {
    Record(Vec::new())
        .with("eventVersion", "\"1.11\"")
        .with(
            "userIdentity",
            &format!(
                "{{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLE\",\"arn\":\"{ALICE}\",\
                 \"accountId\":\"111122223333\",\"accessKeyId\":\"{KEY}\",\"userName\":\"alice\"}}"
            ),
        )
        .with(
            "eventTime",
            &format!("\"2026-11-20T14:{:02}:{:02}Z\"", n / 60, n % 60),
        )
        .with("eventSource", &format!("\"{service}.amazonaws.com\""))
        .with("eventName", &format!("\"{name}\""))
        .with("awsRegion", "\"us-west-2\"")
        .with("sourceIPAddress", "\"203.0.113.77\"")
        .with("userAgent", "\"aws-cli/2.15.0\"")
        .with("requestParameters", "null")
        .with("responseElements", "null")
        .with(
            "eventID",
            &format!("\"6f4ab5bd-2daa-4d00-be14-d92ef0{n:06}\""),
        )
        .with("eventType", "\"AwsApiCall\"")
        .with("recipientAccountId", "\"111122223333\"")
        .with("eventCategory", "\"Management\"")
}

impl Record {
    fn with(mut self, key: &str, json: &str) -> Self {
        match self.0.iter_mut().find(|(k, _)| k == key) {
            Some((_, value)) => json.clone_into(value),
            None => self.0.push((key.to_owned(), json.to_owned())),
        }
        self
    }

    fn by(self, user: &str) -> Self {
        self.with(
            "userIdentity",
            &format!(
                "{{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::111122223333:user/{user}\",\
                 \"accountId\":\"111122223333\",\"userName\":\"{user}\"}}"
            ),
        )
    }

    fn denied(self) -> Self {
        self.with("errorCode", "\"AccessDenied\"")
            .with("errorMessage", "\"not authorized\"")
    }

    fn on(self, arn: &str) -> Self {
        self.with("resources", &format!("[{{\"ARN\":\"{arn}\"}}]"))
    }

    fn json(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
        format!("{{{}}}", pairs.join(","))
    }
}

fn records(records: &[Record]) -> String {
    let all: Vec<String> = records.iter().map(Record::json).collect();
    format!("{{\"Records\":[{}]}}", all.join(","))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Four calls: a read, a denied deletion, a deletion, and a read by bob.
fn four() -> Vec<Record> {
    let target =
        "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/prod-web/50dc";
    vec![
        call(1, "elasticloadbalancing", "DescribeLoadBalancers").with("readOnly", "true"),
        call(2, "elasticloadbalancing", "DeleteLoadBalancer")
            .denied()
            .on(target),
        call(3, "elasticloadbalancing", "DeleteLoadBalancer").on(target),
        call(4, "s3", "ListBuckets")
            .by("bob")
            .with("readOnly", "true"),
    ]
}

/// A folder of a test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder `logs` with four events.
    fn of_four() -> Self {
        Self::new().file("logs/a.json", records(&four()))
    }

    fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        run_in(self.0.path(), args, None)
    }

    fn piped<S: AsRef<OsStr>>(&self, args: &[S], stdin: &[u8]) -> Output {
        run_in(self.0.path(), args, Some(stdin))
    }
}

struct Output {
    shown: String,
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn program(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailhound"));
    command
        .current_dir(dir)
        .env("XDG_CONFIG_HOME", dir.join("config"))
        .env_remove("TRAILHOUND_LOG")
        .env_remove("NO_COLOR");
    command
}

fn run_in<S: AsRef<OsStr>>(dir: &Path, args: &[S], stdin: Option<&[u8]>) -> Output {
    let mut child = program(dir)
        .args(args)
        .stdin(if stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(bytes) = stdin {
        child.stdin.take().unwrap().write_all(bytes).unwrap();
    }
    let out = child.wait_with_output().unwrap();
    Output {
        shown: args
            .iter()
            .map(|a| a.as_ref().to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" "),
        stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
        code: out.status.code(),
    }
}

impl Output {
    #[track_caller]
    fn gives(&self, code: i32, stdout: &str, stderr: &str) -> &Self {
        let is = [
            ("exit code", self.code == Some(code)),
            ("stdout", self.stdout == stdout),
            ("stderr", self.stderr == stderr),
        ];
        if is.iter().any(|(_, same)| !same) {
            let mut frame = format!("trailhound {}\n", self.shown);
            for (name, expected, got) in [
                ("stdout", stdout, &self.stdout),
                ("stderr", stderr, &self.stderr),
            ] {
                if expected != got {
                    let _ = writeln!(frame, "--- expected {name} ---\n{expected}");
                }
                let _ = writeln!(frame, "--- {name} ---\n{got}");
            }
            panic!("{frame}--- exit code {:?}, expected {code} ---", self.code);
        }
        self
    }

    /// Exit code and stdout, whatever was said on stderr.
    #[track_caller]
    fn prints(&self, code: i32, stdout: &str) -> &Self {
        let stderr = self.stderr.clone();
        self.gives(code, stdout, &stderr)
    }

    /// Exit code 2, nothing on stdout, and this on stderr.
    #[track_caller]
    fn refuses(&self, stderr: &str) -> &Self {
        self.gives(2, "", stderr)
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{}: {e}\n{}{}", self.shown, self.stdout, self.stderr))
    }
}

#[test]
fn query_writes_an_object_an_event_in_the_default_columns() {
    let out = Folder::of_four().run(&["query", "what:Delete* err:denied", "logs"]);
    out.gives(
        0,
        "{\"time\":\"2026-11-20T14:00:02Z\",\"who\":\"alice\",\
         \"actor\":\"arn:aws:iam::111122223333:user/alice\",\"via\":null,\"verb\":\"delete\",\
         \"svc\":\"elasticloadbalancing\",\"what\":\"DeleteLoadBalancer\",\
         \"res\":[\"arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/prod-web/50dc\"],\
         \"acct\":\"111122223333\",\"region\":\"us-west-2\",\"ip\":\"203.0.113.77\",\
         \"err\":\"AccessDenied\",\"key\":\"AKIAIOSFODNN7EXAMPLE\",\
         \"id\":\"6f4ab5bd-2daa-4d00-be14-d92ef0000002\"}\n",
        "",
    );
}

#[test]
fn query_has_a_table_a_csv_and_a_count() {
    let folder = Folder::of_four();
    let columns = ["--columns", "time,who,ro,err"];
    let with = |format| {
        let mut args = vec!["query", "", "logs", "--format", format];
        args.extend(columns);
        folder.run(&args)
    };
    with("table").gives(
        0,
        "TIME                  WHO    RO   ERR\n\
         2026-11-20T14:00:01Z  alice  yes\n\
         2026-11-20T14:00:02Z  alice       AccessDenied\n\
         2026-11-20T14:00:03Z  alice\n\
         2026-11-20T14:00:04Z  bob    yes\n",
        "",
    );
    with("csv").gives(
        0,
        "time,who,ro,err\n\
         2026-11-20T14:00:01Z,alice,yes,\n\
         2026-11-20T14:00:02Z,alice,,AccessDenied\n\
         2026-11-20T14:00:03Z,alice,,\n\
         2026-11-20T14:00:04Z,bob,yes,\n",
        "",
    );
    with("jsonl").prints(
        0,
        "{\"time\":\"2026-11-20T14:00:01Z\",\"who\":\"alice\",\"ro\":true,\"err\":null}\n\
         {\"time\":\"2026-11-20T14:00:02Z\",\"who\":\"alice\",\"ro\":null,\"err\":\"AccessDenied\"}\n\
         {\"time\":\"2026-11-20T14:00:03Z\",\"who\":\"alice\",\"ro\":null,\"err\":null}\n\
         {\"time\":\"2026-11-20T14:00:04Z\",\"who\":\"bob\",\"ro\":true,\"err\":null}\n",
    );
    folder
        .run(&["query", "who:alice", "logs", "--format", "count"])
        .gives(0, "3\n", "");
}

#[test]
fn a_table_takes_a_zone_and_json_does_not() {
    let folder = Folder::of_four();
    let args = [
        "--columns",
        "time",
        "--limit",
        "1",
        "--tz",
        "Europe/Amsterdam",
    ];
    let with = |format: &'static str| {
        let mut all = vec!["query", "", "logs", "--format", format];
        all.extend(args);
        folder.run(&all)
    };
    with("table").prints(0, "TIME\n2026-11-20T15:00:01+01:00\n");
    with("jsonl").prints(0, "{\"time\":\"2026-11-20T14:00:01Z\"}\n");
    with("csv").prints(0, "time\n2026-11-20T14:00:01Z\n");
    folder
        .run(&["query", "", "logs", "--tz", "Mars/Base"])
        .refuses(
            "error: invalid value 'Mars/Base' for '--tz <ZONE>': no zone has this name; write one \
             like Europe/Amsterdam\n\nFor more information, try '--help'.\n",
        );
}

#[test]
fn aws_names_are_columns_too_and_messages_are_read_from_the_record() {
    Folder::of_four()
        .run(&[
            "query",
            "err:*",
            "logs",
            "--columns",
            "eventName,errorMessage,requestID",
        ])
        .gives(
            0,
            "{\"what\":\"DeleteLoadBalancer\",\"msg\":\"not authorized\",\"req\":null}\n",
            "",
        );
}

#[test]
fn a_wrong_column_is_refused_before_anything_is_read() {
    let folder = Folder::new();
    let with = |columns| folder.run(&["query", "", "nowhere", "--columns", columns]);
    with("time,evntName")
        .refuses("error: no column is called `evntName`; did you mean `eventName`?\n");
    with("cc").refuses(
        "error: `cc` needs an address database of countries: start with --geoip FILE, an MMDB file \
         such as GeoLite2-Country.mmdb\n",
    );
    with("flip").refuses("error: `flip` asks about events and is no column\n");
    with("since")
        .refuses("error: `since` asks about time and is no column; the column is `time`\n");
    with("who,principal").refuses("error: the column `who` is named twice\n");
}

#[test]
fn rows_are_sorted_and_limited() {
    let folder = Folder::of_four();
    let with = |sort: &str, limit: &str| {
        let args = [
            "query",
            "",
            "logs",
            "--columns",
            "id,err,what",
            "--sort",
            sort,
            "--limit",
            limit,
            "--format",
            "csv",
        ];
        let out = folder.run(&args);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        out.stdout
            .lines()
            .skip(1)
            .map(|line| line.as_bytes()[35] as char)
            .collect::<String>()
    };
    assert_eq!(with("time", "0"), "1234");
    assert_eq!(with("-time", "3"), "432");
    assert_eq!(with("what", "0"), "2314");
    assert_eq!(with("-what", "0"), "4123");
    assert_eq!(with("err", "0"), "2134");
    assert_eq!(with("-err", "2"), "21");
    folder
        .run(&["query", "", "logs", "--sort", "last"])
        .refuses("error: `last` asks about time and is no column; the column is `time`\n");
}

#[test]
fn an_undated_event_is_last_and_outside_every_time() {
    let mut all = four();
    all.push(call(5, "s3", "ListBuckets").with("eventTime", "\"soon\""));
    let folder = Folder::new().file("logs/a.json", records(&all));
    let with = |extra: &[&str]| {
        let mut args = vec!["query", "", "logs", "--columns", "time", "--format", "csv"];
        args.extend(extra);
        folder.run(&args).stdout
    };
    assert!(with(&[]).ends_with("14:00:04Z\n\"\"\n"));
    assert!(with(&["--sort", "-time"]).ends_with("14:00:01Z\n\"\"\n"));
    assert_eq!(with(&["--since", "2020"]).lines().count(), 5);
}

#[test]
fn since_and_until_filter() {
    let folder = Folder::of_four();
    let count = |extra: &[&str]| {
        let mut args = vec!["query", "", "logs", "--format", "count"];
        args.extend(extra);
        folder.run(&args).stdout
    };
    assert_eq!(count(&["--since", "2026-11-20T14:00:03Z"]), "2\n");
    assert_eq!(count(&["--until", "2026-11-20T14:00:03Z"]), "2\n");
    assert_eq!(count(&["--since", "1s"]), "2\n");
    assert_eq!(count(&["--since", "-2s", "--until", "-1s"]), "1\n");
    assert_eq!(
        count(&["--since", "2026-11-20T15:00:02", "--tz", "Europe/Amsterdam"]),
        "3\n"
    );
    assert_eq!(count(&["--since", "2026-11-21"]), "0\n");
    folder
        .run(&["query", "", "logs", "--since", "x OR who:bob"])
        .refuses(
            "error: --since x OR who:bob: not a time\n\
             help: write a time like 2026-11-20, 2026-11-20T14:00Z or 24h\n",
        );
    let out = folder.run(&["--since", "1s", "stats", "logs", "--by", "what"]);
    assert_eq!(out.stdout.lines().count(), 2);
}

#[test]
fn raw_records_keep_every_byte_that_means_something() {
    let record = call(1, "s3", "PutObject")
        .with("requestParameters", "{ \"n\" : 1.50e+3, \"big\": 123456789012345678901234567890,\n \"s\": \"a \\u0041 \\/ b\" }")
        .with("n", "1")
        .with("additionalEventData", "{\"x\":1,\"x\":2}");
    let text = record.json();
    let folder = Folder::new().file("a.json", records(&[record]));
    let expected = text
        .replace("{ \"n\" : 1.50e+3, \"big\": ", "{\"n\":1.50e+3,\"big\":")
        .replace(
            ",\n \"s\": \"a \\u0041 \\/ b\" }",
            ",\"s\":\"a \\u0041 \\/ b\"}",
        );
    assert_ne!(expected, text);
    folder
        .run(&["query", "", "a.json", "--raw"])
        .gives(0, &format!("{expected}\n"), "");
}

#[test]
fn hostile_values_do_not_act_in_any_format() {
    let record = call(1, "s3", "PutObject")
        .with(
            "userAgent",
            "\"=cmd|' \\u001b]52;c;ZXZpbA==\\u0007 \\u202ex\"",
        )
        .with("eventID", "\"id\"");
    let folder = Folder::new().file("a.json", records(&[record]));
    let with = |format| {
        let args = ["query", "", "a.json", "--columns", "ua", "--format", format];
        folder.run(&args)
    };
    with("jsonl").prints(
        0,
        "{\"ua\":\"=cmd|' \\u001b]52;c;ZXZpbA==\\u0007 \\u202ex\"}\n",
    );
    with("table").prints(0, "UA\n=cmd|' ␛]52;c;ZXZpbA==␇ <U+202E>x\n");
    // A cell runs neither in a spreadsheet nor in a terminal; JSON is the lossless form.
    with("csv").prints(0, "ua\n'=cmd|' ␛]52;c;ZXZpbA==␇ <U+202E>x\n");
}

#[test]
fn two_events_of_one_id_have_names_of_their_own() {
    let folder = Folder::new().file(
        "a.json",
        records(&[
            call(1, "s3", "PutObject"),
            call(1, "s3", "GetObject"),
            call(2, "s3", "GetObject").with("eventID", "null"),
        ]),
    );
    let out = folder.run(&["query", "", "a.json", "--columns", "id", "--format", "csv"]);
    let names: Vec<&str> = out.stdout.lines().skip(1).collect();
    let id = "6f4ab5bd-2daa-4d00-be14-d92ef0000001";
    let hash = |name: &str, stem: &str| {
        let hash = name.strip_prefix(stem).and_then(|h| h.strip_prefix('#'));
        assert!(hash.is_some_and(|h| h.len() == 8), "{name}");
    };
    assert_eq!(names.len(), 3, "{}", out.stdout);
    hash(names[0], id);
    hash(names[1], id);
    assert_ne!(names[0], names[1]);
    hash(names[2], "");
}

#[test]
fn nothing_found_is_one_and_nothing_to_read_is_two() {
    let folder = Folder::of_four()
        .file("empty/.keep", "")
        .file("other/readme.txt", "hello")
        .file("other/x.json", "{\"a\":1}");
    std::fs::create_dir(folder.path("void")).unwrap();
    let query = |filter: &str, path: &str, format: &str| {
        folder.run(&["query", filter, path, "--format", format])
    };
    query("who:nobody", "logs", "jsonl").gives(1, "", "");
    query("who:nobody", "logs", "table").gives(1, "", "");
    query("who:nobody", "logs", "count").gives(1, "0\n", "");
    query("", "void", "jsonl").refuses("error: nothing to read: there is no file there\n");
    query("", "nowhere", "jsonl")
        .refuses("trailhound: nowhere: no such file or folder\nerror: nothing could be read\n");
    query("", "no*.gz", "jsonl").refuses(
        "trailhound: no*.gz: nothing matches this pattern\nerror: nothing could be read\n",
    );
    query("", "other", "jsonl").refuses(
        "error: nothing could be read: none of 2 files is CloudTrail; see trailhound check\n",
    );
    folder
        .run(&["query", "", "logs", "nowhere", "--format", "count"])
        .prints(0, "4\n");
    folder
        .run(&["stats", "logs", "--by", "svc", "--where", "who:nobody"])
        .gives(1, "", "");
    folder.run(&["who", "nobody", "logs"]).gives(
        1,
        "{\"asked\":\"nobody\",\"events\":0,\"principals\":[]}\n",
        "trailhound: no principal of this name: nobody\n",
    );
}

#[test]
fn a_role_is_shown_by_who_used_it() {
    let folder = Folder::new();
    folder
        .run(&["demo", "--write", "demo"])
        .gives(0, "1,937 files in demo\n", "");
    let by_role = folder.run(&["who", "role/DataRead", "demo", "--format", "json"]);
    assert_eq!(by_role.code, Some(0), "{}", by_role.shown);
    assert!(
        by_role
            .stderr
            .contains("role/DataRead is no person but a role; "),
        "{}",
        by_role.shown
    );
    let found: serde_json::Value = serde_json::from_str(&by_role.stdout).expect("JSON");
    let through = ["query", "via:role/DataRead", "demo", "--format", "count"];
    let through: u64 = folder
        .run(&through)
        .stdout
        .trim()
        .parse()
        .expect("a number");
    assert!(through > 0);
    assert_eq!(found["events"], through);
    let persons = found["principals"].as_array().expect("a list");
    let name = |p: &serde_json::Value| p["label"].as_str().unwrap_or_default().to_owned();
    assert!(
        persons.iter().any(|p| name(p) == "Alice"),
        "{}",
        by_role.shown
    );
    let all = persons
        .iter()
        .filter_map(|p| p["totals"]["events"].as_u64());
    assert_eq!(all.sum::<u64>(), through);
}

#[test]
fn no_path_and_no_pipe_is_help() {
    let folder = Folder::new();
    for args in [&[][..], &["query", "x"][..], &["check"][..]] {
        let out = folder.run(args);
        assert_eq!(
            (out.code, out.stdout.as_str()),
            (Some(2), ""),
            "{}",
            out.shown
        );
        assert!(out.stderr.contains("Usage: trailhound"), "{}", out.stderr);
        assert!(
            out.stderr
                .ends_with("error: no path was given and nothing is piped in\n")
        );
    }
}

#[test]
fn a_path_in_the_place_of_the_filter_is_told() {
    let folder = Folder::new()
        .file("a.json", records(&four()))
        .file("b c.json", records(&four()));
    for (args, says) in [
        (
            ["query", "a.json"],
            "help: write trailhound query '' a.json\n",
        ),
        (
            ["query", "b c.json"],
            "help: write trailhound query '' PATH\n",
        ),
        (["who", "."], "help: write trailhound who NAME .\n"),
        (
            ["lineage", "a.json"],
            "help: write trailhound lineage NAME a.json\n",
        ),
    ] {
        let out = folder.run(&args);
        assert_eq!(
            (out.code, out.stdout.as_str()),
            (Some(2), ""),
            "{}",
            out.shown
        );
        assert!(out.stderr.starts_with("error: "), "{}", out.stderr);
        assert!(
            out.stderr.contains(args[1]) && out.stderr.ends_with(says),
            "{}",
            out.stderr
        );
    }
}

#[test]
fn a_bad_filter_is_shown_with_its_place() {
    let folder = Folder::new();
    for command in [
        &["query", "user-agnt:curl who:", "nowhere"][..],
        &[
            "stats",
            "nowhere",
            "--by",
            "who",
            "--where",
            "user-agnt:curl who:",
        ][..],
    ] {
        folder.run(command).refuses(
            "error: unknown field `user-agnt`\n  \
               user-agnt:curl who:\n  \
               ^^^^^^^^^\n\
             help: did you mean userAgent:?\n\
             error: `who:` needs a value\n  \
               user-agnt:curl who:\n  \
             \u{20}              ^^^^\n\
             help: who:* means present, -who:* means absent\n",
        );
    }
    let out = folder.run(&["query", "who:\u{1b}[2J(", "nowhere"]);
    assert_eq!(out.code, Some(2));
    assert!(!out.stderr.contains('\u{1b}'), "{}", out.stderr);
}

#[test]
fn a_filter_may_begin_with_a_minus() {
    Folder::of_four()
        .run(&["query", "-who:alice", "logs", "--format", "count"])
        .gives(0, "1\n", "");
}

#[test]
fn a_time_of_day_over_several_days_is_refused() {
    let folder = Folder::new().file(
        "a.json",
        records(&[
            call(1, "s3", "ListBuckets"),
            call(2, "s3", "ListBuckets").with("eventTime", "\"2026-11-22T14:00:00Z\""),
        ]),
    );
    let out = folder.run(&["query", "t:14:00", "a.json"]);
    assert_eq!((out.code, out.stdout.as_str()), (Some(2), ""));
    assert!(out.stderr.starts_with("error: "), "{}", out.stderr);
}

#[test]
fn standard_input_is_read_plain_and_compressed() {
    let folder = Folder::new();
    let text = records(&four());
    for bytes in [text.as_bytes(), &gzip(&text)] {
        for args in [
            &["query", "who:alice msg:authorized", "--columns", "msg"][..],
            &["query", "who:alice msg:authorized", "-", "--columns", "msg"][..],
        ] {
            folder
                .piped(args, bytes)
                .gives(0, "{\"msg\":\"not authorized\"}\n", "");
        }
        let raw = folder.piped(&["query", "err:*", "--raw"], bytes);
        raw.gives(0, &format!("{}\n", four()[1].json()), "");
    }
    folder
        .piped(&["check", "-"], b"")
        .prints(2, &folder.piped(&["check"], b"").stdout);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let many: Vec<Record> = (0..3000).map(|n| call(n, "s3", "ListBuckets")).collect();
    let folder = Folder::new().file("a.json", records(&many));
    for format in ["jsonl", "csv", "table"] {
        let mut child = program(folder.0.path())
            .args(["query", "", "a.json", "--format", format])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 4];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let out = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(
            (out.status.code(), stderr.as_str()),
            (Some(0), ""),
            "{format}"
        );
    }
}

#[test]
fn stats_counts_values_and_stretches() {
    let folder = Folder::of_four();
    folder
        .run(&["stats", "logs", "--by", "err,time:1s", "--where", "who:alice", "--top", "1"])
        .gives(
            0,
            "{\"field\":\"err\",\"value\":\"(none)\",\"events\":2,\"first\":\"2026-11-20T14:00:01Z\",\"last\":\"2026-11-20T14:00:03Z\",\"share\":0.666667}\n\
             {\"field\":\"time\",\"value\":\"2026-11-20T14:00:01Z\",\"events\":1,\"first\":\"2026-11-20T14:00:01Z\",\"last\":\"2026-11-20T14:00:01Z\",\"share\":0.333333}\n\
             {\"field\":\"time\",\"value\":\"2026-11-20T14:00:02Z\",\"events\":1,\"first\":\"2026-11-20T14:00:02Z\",\"last\":\"2026-11-20T14:00:02Z\",\"share\":0.333333}\n\
             {\"field\":\"time\",\"value\":\"2026-11-20T14:00:03Z\",\"events\":1,\"first\":\"2026-11-20T14:00:03Z\",\"last\":\"2026-11-20T14:00:03Z\",\"share\":0.333333}\n",
            "",
        );
    folder
        .run(&["stats", "logs", "--by", "eventName,msg", "--format", "table"])
        .gives(
            0,
            "FIELD  VALUE                  EVENTS  FIRST                 LAST                  SHARE\n\
             what   DeleteLoadBalancer          2  2026-11-20T14:00:02Z  2026-11-20T14:00:03Z  50.0%\n\
             what   DescribeLoadBalancers       1  2026-11-20T14:00:01Z  2026-11-20T14:00:01Z  25.0%\n\
             what   ListBuckets                 1  2026-11-20T14:00:04Z  2026-11-20T14:00:04Z  25.0%\n\
             \n\
             FIELD  VALUE           EVENTS  FIRST                 LAST                  SHARE\n\
             msg    (none)               3  2026-11-20T14:00:01Z  2026-11-20T14:00:04Z  75.0%\n\
             msg    not authorized       1  2026-11-20T14:00:02Z  2026-11-20T14:00:02Z  25.0%\n",
            "",
        );
    folder
        .run(&["stats", "logs", "--by", "who", "--format", "csv"])
        .gives(
            0,
            "field,value,events,first,last,share\n\
             who,arn:aws:iam::111122223333:user/alice,3,2026-11-20T14:00:01Z,2026-11-20T14:00:03Z,0.75\n\
             who,arn:aws:iam::111122223333:user/bob,1,2026-11-20T14:00:04Z,2026-11-20T14:00:04Z,0.25\n",
            "",
        );
}

#[test]
fn stretches_without_events_are_listed_and_too_many_are_refused() {
    let folder = Folder::new().file(
        "a.json",
        records(&[
            call(1, "s3", "ListBuckets"),
            call(2, "s3", "ListBuckets").with("eventTime", "\"2026-11-20T17:00:00Z\""),
        ]),
    );
    let out = folder.run(&["stats", "a.json", "--by", "time:1h", "--top", "1"]);
    let events: Vec<Value> = out
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["events"].clone())
        .collect();
    assert_eq!(events, [1, 0, 0, 1]);
    let with = |by| folder.run(&["stats", "a.json", "--by", by]);
    with("time:1ms").refuses(
        "error: that is 10,799,001 stretches of time: name a longer one, or narrow it with --since \
         and --until\n",
    );
    with("time").refuses("error: events are counted over stretches of time: time:1h\n");
    with("time:x").refuses("error: `x` is no length of time; write time:1h or time:30m\n");
    with("who:1h").refuses("error: only time takes a length, such as time:1h; `who:1h` does not\n");
    with("whom").refuses("error: no column is called `whom`; did you mean `who`?\n");
}

#[test]
fn who_shows_a_principal_and_says_when_the_name_is_of_several() {
    let twin = call(9, "s3", "ListBuckets").with(
        "userIdentity",
        "{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::444455556666:user/alice\",\
         \"accountId\":\"444455556666\",\"userName\":\"alice\"}",
    );
    let mut all = four();
    all.push(twin);
    let folder = Folder::new().file("a.json", records(&all));
    let found = folder.run(&["who", "alice", "a.json"]).json();
    assert_eq!(found["events"], 4);
    let first = &found["principals"][0];
    assert_eq!(first["name"], ALICE);
    assert_eq!(first["kind"], "user");
    assert_eq!(first["totals"]["denied"], 1);
    assert_eq!(first["first"], "2026-11-20T14:00:01Z");
    assert_eq!(first["keys"]["values"][0]["value"], KEY);
    assert_eq!(first["services"]["distinct"], 1);
    assert_eq!(first["changes"][0]["what"], "DeleteLoadBalancer");
    assert_eq!(found["principals"][1]["account"], "444455556666");

    let exact = folder.run(&["who", ALICE, "a.json"]).json();
    assert_eq!(
        (
            &exact["events"],
            exact["principals"].as_array().unwrap().len()
        ),
        (&3.into(), 1)
    );

    let table = folder.run(&["who", "alice", "a.json", "--format", "table"]);
    assert_eq!((table.code, table.stderr.as_str()), (Some(0), ""));
    assert!(
        table.stdout.starts_with(
            "alice stands for 2 principals:\n          \
             3  arn:aws:iam::111122223333:user/alice\n          \
             1  arn:aws:iam::444455556666:user/alice\n"
        ),
        "{}",
        table.stdout
    );
}

#[test]
fn resource_shows_what_was_done_to_it() {
    let folder = Folder::of_four();
    let found = folder.run(&["resource", "app/prod-web", "logs"]).json();
    assert_eq!(found["events"], 2);
    let one = &found["resources"][0];
    assert_eq!(one["principals"]["values"][0]["label"], "alice");
    assert_eq!(one["totals"]["deletes"], 1);
    assert_eq!(one["changes"][0]["time"], "2026-11-20T14:00:03Z");
    assert_eq!(one["changes"][1]["err"], "AccessDenied");
    let table = folder.run(&["resource", "app/prod-web", "logs", "--format", "table"]);
    assert_eq!(table.code, Some(0));
    assert!(
        table.stdout.contains("changes, newest first (2)"),
        "{}",
        table.stdout
    );
}

#[test]
fn check_counts_copies_and_what_was_set_aside() {
    let text = records(&four());
    let broken = text.replacen("\"eventName\":", "\"eventName\" ", 1);
    let folder = Folder::new()
        .file("logs/a.json", &text)
        .file("logs/b/c.json.gz", gzip(&text))
        .file("logs/notes.txt", "nothing to see");
    let whole = folder.run(&["check", "logs"]);
    assert_eq!((whole.code, whole.stderr.as_str()), (Some(0), ""));
    let report = whole.json();
    assert_eq!(report["files"]["seen"], 3);
    assert_eq!(report["files"]["refused"], 1);
    assert_eq!(report["records"]["found"], 8);
    assert_eq!(report["records"]["duplicate"], 4);
    let copy = &report["by_path"]["b/c.json.gz"];
    assert_eq!(copy["container"], "gzip");
    assert_eq!(
        (&copy["events"], &copy["duplicate"]),
        (&4.into(), &4.into())
    );
    assert_eq!(copy["sha256"].as_str().unwrap().len(), 64);

    let folder = folder.file("logs/d.json", &broken);
    let partly = folder.run(&["check", "logs"]);
    assert_eq!(partly.code, Some(1));
    let report = partly.json();
    let path = &report["by_path"]["d.json"];
    assert_eq!(path["status"], "partly_read");
    assert_eq!(path["set_aside"], 1);
    assert_eq!(path["warn"][0], "syntax_error");
    let (line, byte) = (&path["line"], path["byte"].as_u64().unwrap() as usize);
    assert_eq!(line, 1);
    assert!(
        broken[..byte].ends_with("\"eventName\" "),
        "{}",
        &broken[..byte]
    );
    assert_eq!(path["col"], byte + 1);
    assert_eq!(path["problems"][0]["class"], "syntax_error");
    for (whole, parts) in [
        (
            &report["files"]["seen"],
            ["read", "partly_read", "refused", "skipped"],
        ),
        (
            &report["records"]["found"],
            ["kept", "duplicate", "set_aside", ""],
        ),
    ] {
        let sums = if parts[3].is_empty() {
            &report["records"]
        } else {
            &report["files"]
        };
        let sum: u64 = parts.iter().filter_map(|p| sums[*p].as_u64()).sum();
        assert_eq!(whole.as_u64(), Some(sum));
    }
    let table = folder.run(&["check", "logs", "--format", "table"]);
    assert_eq!(table.code, Some(1));
    for line in [
        "files    4 seen = 2 read + 1 partly read + 1 refused + 0 skipped\n",
        "records  12 found = 4 kept + 7 copies + 1 set aside\n",
        "  partly read  d.json  (3 events, 1 set aside)\n",
    ] {
        assert!(table.stdout.contains(line), "{line}\n{}", table.stdout);
    }
    // Other commands say in one line that something is missing.
    let query = folder.run(&["query", "", "logs", "--format", "count"]);
    query.gives(
        0,
        "4\n",
        "trailhound: 1 record set aside, 1 file not read whole: see trailhound check\n",
    );
}

#[test]
fn check_minds_named_files_more_than_files_it_meets() {
    let folder = Folder::of_four().file("logs/notes.txt", "nothing to see");
    let code = |args: &[&str]| folder.run(args).code;
    assert_eq!(code(&["check", "logs"]), Some(0));
    assert_eq!(code(&["check", "logs/a.json", "logs/notes.txt"]), Some(1));
    assert_eq!(code(&["check", "logs/a.json", "nowhere"]), Some(1));
    assert_eq!(code(&["check", "logs/a.json", "logs/a.json"]), Some(0));
    assert_eq!(code(&["check", "logs/notes.txt"]), Some(2));
    assert_eq!(code(&["check", "nowhere"]), Some(2));
    let twice = folder.run(&["check", "logs/a.json", "logs/a.json"]).json();
    assert_eq!(twice["by_path"]["logs/a.json"]["events"], 4);
    assert_eq!(twice["by_path"]["logs/a.json#2"]["status"], "skipped");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_a_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::of_four().file("logs/b.json", records(&four()));
    let path = folder.path("logs/b.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    let out = folder.run(&["check", "logs"]);
    assert_eq!(out.code, Some(1));
    assert_eq!(out.json()["by_path"]["b.json"]["warn"][0], "unreadable");
    folder
        .run(&["query", "", "logs", "--format", "count"])
        .gives(
            0,
            "4\n",
            "trailhound: 0 records set aside, 1 file not read whole: see trailhound check\n",
        );
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_has_its_bytes_beside_it() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::of_four();
    let name = folder.path("logs").join(OsStr::from_bytes(b"a\xff.json"));
    if std::fs::write(name, records(&four())).is_err() {
        println!("skipped: this file system wants text");
        return;
    }
    let report = folder.run(&["check", "logs"]).json();
    assert_eq!(
        report["by_path"]["a\u{fffd}.json"]["path_hex"],
        "61ff2e6a736f6e"
    );
}

#[test]
fn the_demo_is_laid_out_and_read_back() {
    let folder = Folder::new();
    folder
        .run(&["demo", "--write", "demo"])
        .gives(0, "1,937 files in demo\n", "");
    let check = folder.run(&["check", "demo"]);
    assert_eq!(check.code, Some(0));
    let report = check.json();
    assert_eq!(report["files"]["read"], 1937);
    assert_eq!(report["records"]["found"], 7909);
    assert_eq!(report["records"]["kept"], 7847);
    assert_eq!(report["records"]["duplicate"], 62);
    folder
        .run(&["demo", "--write", "demo"])
        .refuses("error: demo is not empty\n");
    folder
        .run(&[
            "query",
            "what:DeleteLoadBalancer err:denied",
            "./demo",
            "--columns",
            "id",
        ])
        .gives(0, "{\"id\":\"3ecbb9fe-59d9-4a77-96aa-60dce9335637\"}\n", "");
}

#[test]
fn the_demo_without_a_terminal_is_a_summary() {
    let out = Folder::new().run(&["demo"]);
    assert_eq!((out.code, out.stderr.as_str()), (Some(0), ""));
    for part in [
        "7,847 events in 1,937 files, 7,909 records found, 62 delivered again\n",
        "\nfirst  2026-11-19T00:03:00Z  ",
        "\nlast   2026-11-20T23:59:50Z  ",
        "\n203.0.113.77 ",
        "\nAccessDenied ",
    ] {
        assert!(out.stdout.contains(part), "{part}\n{}", out.stdout);
    }
}

#[test]
fn completions_and_the_manual_print() {
    let folder = Folder::new();
    for (shell, mark) in [
        ("bash", "_trailhound()"),
        ("zsh", "#compdef trailhound"),
        ("fish", "complete -c trailhound"),
    ] {
        let out = folder.run(&["completions", shell]);
        assert_eq!((out.code, out.stderr.as_str()), (Some(0), ""));
        assert!(out.stdout.contains(mark), "{shell}");
    }
    let man = folder.run(&["man"]);
    assert_eq!(man.code, Some(0));
    assert!(man.stdout.contains(".TH trailhound"), "{}", man.stdout);
}

#[test]
fn lineage_of_the_demo() {
    let folder = Folder::new();
    folder.run(&["demo", "--write", "demo"]);
    let tree = |what: &str| {
        let out = folder.run(&["lineage", what, "demo", "--format", "tree"]);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        out.stdout
    };
    // From the key that was planted, up to who planted it, through the role.
    let planted = tree("AKIAP7LANTED2EXAMPLE");
    let lines: Vec<&str> = planted.lines().collect();
    assert!(lines[0].starts_with("Alice  user"), "{planted}");
    for (words, line) in [
        ("Alice @123456789012  key AKIAIOSFODNN7EXAMPLE", 1),
        ("BreakGlass/maint-1120", 2),
        ("AssumeRole: issued-key [exact]", 3),
        ("svc-backup @123456789012  key AKIAP7LANTED2EXAMPLE", 4),
        ("CreateAccessKey: created-key [exact]", 5),
    ] {
        assert!(lines[line].contains(words), "{planted}");
    }
    assert!(tree("Alice").contains("DataRead/botocore-session"));
    // An event, and the same session by the first letters of its name.
    let event = tree("cfcca301-c327-4cd3-859b-f2a588d89a11");
    let name = lines[1].trim_start_matches(['└', '─', ' ']);
    assert_eq!(tree(&name[..8]), event);
    let json = folder.run(&["lineage", "Alice", "demo", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let sessions = json["sessions"].as_array().unwrap();
    let glass = sessions.iter().find(|s| {
        s["actor"].as_str().unwrap().ends_with(":maint-1120") && s["keys"][0].is_string()
    });
    let glass = glass.unwrap();
    assert_eq!(glass["link"]["kind"], "issued-key");
    assert_eq!(glass["link"]["confidence"], "exact");
    assert_eq!(
        glass["link"]["event"],
        "cfcca301-c327-4cd3-859b-f2a588d89a11"
    );
    assert_eq!(glass["person"], "arn:aws:iam::123456789012:user/Alice");
    let dot = folder.run(&["lineage", "Alice", "demo", "--format", "dot"]);
    assert!(dot.stdout.starts_with("digraph lineage {") && dot.stdout.ends_with("}\n"));
    // The person behind the role's calls; the caller is still the caller.
    let count = |filter: &str| {
        let out = folder.run(&["query", filter, "demo", "--format", "count"]);
        out.stdout.trim().parse::<u64>().unwrap()
    };
    let key = "arn:aws:iam::123456789012:user/Alice";
    let (who, actor) = (
        count(&format!("who=\"{key}\" via:BreakGlass")),
        count("actor:Alice via:BreakGlass"),
    );
    assert_eq!((who, actor), (18 + 4, 0));
    assert_eq!(count(&format!("session:{}", &name[..8])), 62);
    assert!(count(&format!("who=\"{key}\" xacct:yes")) > 300);
    assert_eq!(count("who:Alice key:AKIAP7LANTED2EXAMPLE"), 0);
    let nobody = folder.run(&["lineage", "nobody-here", "demo"]);
    assert_eq!(nobody.code, Some(1));
    assert!(nobody.stderr.contains("no event, key, session or person"));
}

#[test]
fn what_is_not_built_says_so() {
    let folder = Folder::new();
    folder
        .run(&["verify", "logs"])
        .refuses("error: `verify` is not built yet\n");
    assert_eq!(
        folder.run(&["query", "", "x", "--geoip", "f"]).code,
        Some(2)
    );
}

#[test]
fn a_link_is_checked_before_anything_is_read() {
    let folder = Folder::new();
    for (link, why) in [
        ("https://example.com", "this is no link"),
        ("trailhound:view?v=7", "a newer trailhound wrote it"),
        ("trailhound:view?v=1&f=%G0", "damaged"),
    ] {
        let run = folder.run(&["open", link, "logs"]);
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn the_log_is_a_file_and_holds_no_record() {
    let folder = Folder::of_four();
    folder
        .run(&["query", "", "logs", "--format", "count", "--log", "log.txt"])
        .gives(0, "4\n", "");
    let log = std::fs::read_to_string(folder.path("log.txt")).unwrap();
    assert!(log.contains("started") && log.contains("loaded"), "{log}");
    assert!(!log.contains(KEY), "{log}");
}

#[test]
fn color_only_where_it_is_wanted() {
    let folder = Folder::of_four();
    let with = |when| {
        let args = [
            "query",
            "who:bob",
            "logs",
            "--format",
            "table",
            "--columns",
            "who",
            "--color",
            when,
        ];
        folder.run(&args).stdout
    };
    assert_eq!(with("always"), "\u{1b}[1mWHO\u{1b}[0m\nbob\n");
    assert_eq!(with("auto"), "WHO\nbob\n");
    assert_eq!(with("never"), "WHO\nbob\n");
}

/// The corpus, where it is at hand.
fn corpus(part: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("TRAILHOUND_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let dir = dir.join(part);
    if !dir.is_dir() {
        println!("skipped: no {part} (set TRAILHOUND_CORPUS)");
        return None;
    }
    Some(dir)
}

#[test]
fn invictus_is_counted() {
    let Some(dir) = corpus("invictus-ir_aws_dataset") else {
        return;
    };
    let path = dir.to_str().unwrap();
    let folder = Folder::new();
    assert_eq!(
        folder.run(&["check", path]).json()["records"]["found"],
        2900
    );
    // The person's own calls, and with them the 47 of the roles that were taken on: a join of the
    // records by issued keys gives the same.
    for (filter, count) in [("actor:bert-jan", "2642\n"), ("who:bert-jan", "2689\n")] {
        folder
            .run(&["query", filter, path, "--format", "count"])
            .gives(0, count, "");
    }
}

#[test]
fn sans504_is_counted() {
    let Some(dir) = corpus("sans504-s3-ransomware") else {
        return;
    };
    let report = Folder::new().run(&["check", dir.to_str().unwrap()]).json();
    assert_eq!(report["files"]["seen"], 1007);
    let records = &report["records"];
    assert_eq!(
        [&records["found"], &records["kept"], &records["duplicate"]],
        [7819, 6196, 1623]
    );
}

#[test]
fn a_config_file_names_macros_lists_and_its_own_mistakes() {
    let folder = Folder::of_four()
        .file(
            "config/trailhound/config.toml",
            "[macros]\nmine = \"verb:read,write,delete,auth,secret\"\n\
             [lists]\nnets = { file = \"nets.txt\" }\n",
        )
        .file(
            "config/trailhound/nets.txt",
            "# ours\n203.0.113.0/24\n\n0.0.0.0/0\n",
        )
        .file("bad.toml", "[macros]\nnoise = \"svcc:logs\"\n[lits]\n");
    let count = |filter: &str| {
        let out = folder.run(&["query", filter, "logs", "--format", "count"]);
        assert_eq!(out.stderr, "", "{filter}");
        out.stdout.trim().to_owned()
    };
    assert_eq!(count("$mine"), "4");
    assert_eq!(count("ip:@nets"), count("ip:0.0.0.0/0"));
    let out = folder.run(&["query", "", "logs", "--config", "bad.toml"]);
    assert_eq!(out.code, Some(2));
    assert_eq!(
        out.stderr,
        "error: bad.toml:2: the macro `$noise` cannot be used: unknown field `svcc`\n  \
         noise = \"svcc:logs\"\n  ^^^^^\nhelp: mend the macro: did you mean svc:?\n\
         error: bad.toml:3: unknown section `lits`\n  [lits]\n   ^^^^\nhelp: did you mean [lists]?\n"
    );
    let out = folder.run(&["query", "", "logs", "--config", "absent.toml"]);
    assert_eq!(out.code, Some(2));
    assert!(
        out.stderr
            .starts_with("error: the config file absent.toml cannot be read")
    );
}

#[test]
fn nothing_found_is_explained_term_by_term() {
    let folder = Folder::of_four();
    let count = |filter: &str| {
        let out = folder.run(&["query", filter, "logs", "--format", "count"]);
        out.stdout.trim().to_owned()
    };
    let (a, b) = ("verb:read,write,delete,auth,secret", "region:nowhere-9");
    let out = folder.run(&["query", &format!("{a} {b}"), "logs"]);
    assert_eq!((out.code, out.stdout.as_str()), (Some(1), ""));
    assert_eq!(
        out.stderr,
        format!(
            "trailhound: nothing matches:\n  without {b} {} events\n  without {a} 0 events\n",
            count(a)
        )
    );
    let out = folder.run(&["query", &format!("{b} acct:1 (who:x OR who:y)"), "logs"]);
    assert_eq!(
        out.stderr,
        "trailhound: nothing matches:\n  region:nowhere-9 alone 0 events\n  \
         acct:1 alone 0 events\n  (who:x OR who:y) alone 0 events\n"
    );
    // One term says it all itself, but where it is almost a value that is there.
    assert_eq!(folder.run(&["query", b, "logs"]).stderr, "");
    let out = folder.run(&[
        "stats", "logs", "--by", "what", "--top", "1", "--format", "csv",
    ]);
    let call = out
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap();
    let typo = format!("{}x{}", &call[..3], &call[4..]);
    let out = folder.run(&["query", &format!("what:{typo}"), "logs"]);
    assert_eq!(
        out.stderr,
        format!(
            "trailhound: nothing matches:\n  without what:{typo} {} events \
             (did you mean what:{call}?)\n",
            count("")
        )
    );
}

#[test]
fn diff_compares_with_the_same_call_before_or_with_another_event() {
    let folder = Folder::new();
    let made = |n, size: u32, secret: &str| {
        let parameters = format!(
            "{{\"dBInstanceIdentifier\":\"db-1\",\"n\":{size},\"masterUserPassword\":\"{secret}\"}}"
        );
        call(n, "rds", "ModifyDBInstance").with("requestParameters", &parameters)
    };
    let other = call(3, "rds", "DescribeDBInstances");
    let records = [
        made(1, 5, "hunter2hunter2"),
        made(2, 7, "hunter3hunter3"),
        other,
    ];
    let lines: Vec<String> = records.iter().map(Record::json).collect();
    std::fs::write(folder.path("a.json"), lines.join("\n")).unwrap();
    let id = |n: u32| format!("6f4ab5bd-2daa-4d00-be14-d92ef0{n:06}");

    let out = folder.run(&["diff", &id(2), "a.json"]);
    assert_eq!(
        (out.code, out.stderr.as_str()),
        (Some(0), ""),
        "{}",
        out.shown
    );
    let said: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(said["other"]["id"], id(1).as_str());
    assert_eq!(said["event"]["time"], "2026-11-20T14:00:02Z");
    let changes = said["changes"].as_array().unwrap();
    let n = changes
        .iter()
        .find(|c| c["path"] == ".requestParameters.n")
        .unwrap();
    assert_eq!(
        (&n["before"], &n["after"]),
        (&Value::from(5), &Value::from(7))
    );
    // That a secret differs is told, not what it is.
    assert_eq!(changes.len(), 2, "{said}");
    assert!(!out.stdout.contains("hunter"), "{}", out.stdout);
    let out = folder.run(&["diff", &id(2), "a.json", "--include-secrets"]);
    assert!(out.stdout.contains("hunter3hunter3"), "{}", out.stdout);

    let out = folder.run(&["diff", &id(2), "a.json", "--format", "table"]);
    assert!(
        out.stdout.contains("~ .requestParameters.n - 5  + 7"),
        "{}",
        out.stdout
    );
    assert!(
        out.stdout
            .contains("by the same person on the same resource")
    );

    let out = folder.run(&["diff", &id(1), "a.json", "--with", &id(3)]);
    assert_eq!(out.code, Some(0), "{}", out.shown);
    let said: Value = serde_json::from_str(&out.stdout).unwrap();
    let mut changes = said["changes"].as_array().unwrap().iter();
    let name = changes.find(|c| c["path"] == ".eventName").unwrap();
    assert_eq!(name["before"], "DescribeDBInstances");

    for (args, code, says) in [
        (
            vec!["diff", "nope", "a.json"],
            1,
            "no event has this id: nope",
        ),
        (vec!["diff", &id(1), "a.json"], 1, "no earlier call"),
        (
            vec!["diff", &id(1), "a.json", "--with", &id(1)],
            2,
            "does not differ from itself",
        ),
        (vec!["diff", &id(1)], 2, "no path was given"),
    ] {
        let out = folder.run(&args);
        assert_eq!(
            (out.code, out.stdout.as_str()),
            (Some(code), ""),
            "{}",
            out.shown
        );
        assert!(out.stderr.contains(says), "{}", out.stderr);
    }
}

#[test]
fn help_keys_lists_the_keys_as_they_are_bound() {
    let folder = Folder::new();
    let line = |stdout: &str, action: &str| {
        let mut lines = stdout.lines().map(str::trim);
        let found = lines.find(|line| line.starts_with(&format!("{action} ")));
        found.unwrap_or_default().to_owned()
    };
    let out = folder.run(&["help", "keys"]);
    assert_eq!(out.code, Some(0), "{}", out.shown);
    assert!(out.stdout.contains("[keys.list]"), "{}", out.stdout);
    assert!(
        line(&out.stdout, "next-error").contains(" e "),
        "{}",
        out.stdout
    );
    let file = folder.path("keys.toml");
    std::fs::write(&file, "[keys.list]\nnext-error = \"F8\"\n").unwrap();
    let config = ["help", "keys", "--config", "keys.toml"];
    let out = folder.run(&config);
    assert!(
        line(&out.stdout, "next-error").contains(" F8 "),
        "{}",
        out.stdout
    );
    std::fs::write(&file, "[keys.list]\nnext-error = \"w\"\n").unwrap();
    let out = folder.run(&config);
    assert_eq!(out.code, Some(2), "{}", out.shown);
    assert!(
        out.stderr.contains("keys.toml:2: `w` is next-write"),
        "{}",
        out.stderr
    );
}

#[test]
fn help_alone_says_what_there_is_and_of_a_command_what_it_takes() {
    let folder = Folder::new();
    let out = folder.run(&["help"]);
    assert_eq!((out.code, out.stderr.as_str()), (Some(0), ""));
    assert!(out.stdout.contains("Commands:") && out.stdout.contains("lineage"));
    let out = folder.run(&["help", "diff"]);
    assert!(out.stdout.contains("--with <EVENT>"), "{}", out.stdout);
    let out = folder.run(&["help", "filter"]);
    assert_eq!(out.code, Some(2));
    assert!(out.stderr.contains("filters"), "{}", out.stderr);
}

#[test]
fn filters_are_explained_without_a_screen() {
    let out = Folder::new().run(&["help", "filters"]);
    assert_eq!((out.code, out.stderr.as_str()), (Some(0), ""));
    for word in [
        "Filter language",
        "who:alice",
        "tool:terraform",
        "$noise",
        "near:@-30m",
    ] {
        assert!(out.stdout.contains(word), "{word}");
    }
}

/// One field alone makes the load leave out what it does not need; beside fields of people and of
/// resources nothing is left out.
#[test]
fn a_field_alone_is_counted_as_it_is_beside_all_others() {
    let home = TempDir::new().unwrap();
    let written = run_in(home.path(), &["demo", "--write", "demo"], None);
    assert_eq!(written.code, Some(0));
    let fields: Vec<_> = FIELDS
        .iter()
        .filter(|row| row.listed && row.field != Field::Time)
        .filter(|row| !matches!(row.home, Home::Later(_)))
        .filter(|row| !matches!(row.home, Home::Derived(made) if made.needs_atlas()))
        .map(|row| row.name)
        .collect();
    assert!(fields.len() > 25, "{fields:?}");
    let counts = |by: &str| -> Vec<String> {
        let out = run_in(
            home.path(),
            &["stats", "--by", by, "--top", "0", "demo"],
            None,
        );
        out.stdout.lines().map(ToOwned::to_owned).collect()
    };
    let all = counts(&fields.join(","));
    for field in &fields {
        let start = format!("{{\"field\":\"{field}\"");
        let expected: Vec<_> = all.iter().filter(|l| l.starts_with(&start)).collect();
        assert_eq!(
            counts(field).iter().collect::<Vec<_>>(),
            expected,
            "{field}"
        );
    }
}
