//! Files that are no files, that cannot be read, that change, and that have strange names.
#![cfg(unix)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::fixtures::{Folder, call, gzip, records};

#[test]
fn what_is_no_regular_file_is_named_and_never_waited_for() {
    let dir = Folder::new().file("good.json", records(&[call(1, "s3", "GetObject")]));
    symlink("..", dir.path("loop")).unwrap();
    symlink("loop2", dir.path("loop2")).unwrap();
    symlink("nowhere", dir.path("dangling.json")).unwrap();
    symlink("/dev/zero", dir.path("zero.json")).unwrap();
    std::fs::create_dir(dir.path("folder.json")).unwrap();
    let made = Command::new("mkfifo").arg(dir.path("pipe.json")).status();
    let _socket = UnixListener::bind(dir.path("socket.json")).unwrap();
    let begun = Instant::now();
    let check = dir.check(&["."]);
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(check["records"]["kept"], 1, "{check}");
    let class = |name: &str| check["by_path"][name]["warn"][0].clone();
    for (name, wanted) in [
        ("loop", "symlink"),
        ("loop2", "symlink"),
        ("dangling.json", "symlink"),
        ("zero.json", "symlink"),
        ("socket.json", "special_file"),
    ] {
        assert_eq!(class(name), wanted, "{name}: {check}");
        assert_eq!(check["by_path"][name]["status"], "skipped");
    }
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(class("pipe.json"), "special_file");
        assert_eq!(dir.run(&["check", "pipe.json"]).code, Some(2));
    }
    // Named outright, a link is followed, and a device is still no file.
    assert_eq!(dir.run(&["check", "zero.json"]).code, Some(2));
    assert_eq!(dir.run(&["check", "loop2"]).code, Some(2));
    assert_eq!(dir.run(&["check", "loop/good.json"]).code, Some(2));
}

#[test]
fn names_that_are_no_text_or_would_act_are_told_apart() {
    let log = |n| records(&[call(n, "s3", "GetObject")]);
    let dir = Folder::new();
    let names: [&[u8]; 6] = [
        b"a\x1b[2J.json",
        b"line\nbreak.json",
        "rlo\u{202e}nosj.json".as_bytes(),
        b"bad\xff.json",
        b"bad\xfe.json",
        b"-rf.json",
    ];
    for (n, name) in names.iter().enumerate() {
        std::fs::write(dir.path("").join(OsStr::from_bytes(name)), log(n)).unwrap();
    }
    let out = dir.run(&["check", ".", "--format", "json"]);
    assert_eq!(out.code, Some(0), "{}", out.stdout);
    let json = dir.check(&["."]);
    assert_eq!(json["records"]["kept"], 6);
    let by_path = json["by_path"].as_object().unwrap();
    assert_eq!(by_path.len(), 6, "{by_path:?}");
    let hex: Vec<&str> = by_path
        .values()
        .filter_map(|e| e["path_hex"].as_str())
        .collect();
    assert_eq!(hex, ["626164fe2e6a736f6e", "626164ff2e6a736f6e"]);
    let table = dir.run(&["check", ".", "--format", "table"]);
    for shown in [&out.stdout, &table.stdout, &table.stderr] {
        assert!(!shown.contains(['\x1b', '\u{202e}']), "{shown:?}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_says_so() {
    let dir = Folder::new();
    let many: Vec<_> = (0..3000).map(|n| call(n, "s3", "GetObject")).collect();
    let log = records(&many);
    let path = dir.path("grows.json");
    let mut said = 0;
    for _ in 0..20 {
        std::fs::write(&path, &log).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut file = std::fs::OpenOptions::new()
                    .append(true)
                    .open(&path)
                    .unwrap();
                while !stop.load(Ordering::Relaxed) {
                    file.write_all(b" \n").unwrap();
                    std::thread::sleep(Duration::from_micros(200));
                }
            });
            let check = dir.check(&["."]);
            stop.store(true, Ordering::Relaxed);
            assert_eq!(check["records"]["kept"], 3000);
            said += u32::from(check.to_string().contains("changed_while_read"));
        });
    }
    assert!(said >= 15, "{said} of 20 changes were noticed");
}

#[test]
fn what_cannot_be_opened_costs_only_itself() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Folder::new()
        .file("a.json", records(&[call(1, "s3", "GetObject")]))
        .file("locked.json", records(&[call(2, "s3", "GetObject")]))
        .file(
            "locked/b.json",
            gzip(records(&[call(3, "s3", "GetObject")])),
        );
    let lock = |name: &str, mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(dir.path(name), mode).unwrap();
    };
    lock("locked.json", 0);
    lock("locked", 0);
    let check = dir.check(&["."]);
    let is_root = std::fs::read(dir.path("locked.json")).is_ok();
    let code = dir.run(&["check", "."]).code;
    lock("locked", 0o700);
    if is_root {
        println!("running as root: nothing is locked");
        assert_eq!(check["records"]["kept"], 3);
        return;
    }
    assert_eq!(code, Some(1));
    assert_eq!(check["records"]["kept"], 1, "{check}");
    assert_eq!(check["by_path"]["locked.json"]["warn"][0], "unreadable");
    assert_eq!(check["by_path"]["locked"]["warn"][0], "unreadable");
}

#[test]
fn limits_are_printed_and_can_be_raised() {
    let big = format!("\"{}\"", "x".repeat(2 << 20));
    let log = records(&[call(1, "s3", "GetObject"), call(2, "s3", "PutObject")]).replacen(
        "\"aws-cli/2.15.0\"",
        &big,
        1,
    );
    let blank = format!("{{\"Records\":[{}", " ".repeat(70 << 20));
    let dir = Folder::new()
        .file("big.json", &log)
        .file("bomb.json.gz", gzip(&blank));
    let check = dir.check(&[".", "--max-record", "1MiB", "--max-inflated", "65MiB"]);
    let at = |name: &str| check["by_path"][name]["warn"].to_string();
    assert!(at("big.json").contains("size_limit"), "{check}");
    assert!(at("bomb.json.gz").contains("size_limit"), "{check}");
    assert_eq!(check["records"]["kept"], 1);
    let limits = &check["limits"];
    assert_eq!(limits["max_record"], 1 << 20);
    assert_eq!(limits["max_inflated"], 65 << 20);
    assert_eq!(limits["max_ratio"], 200);
    let table = dir.run(&["check", ".", "--format", "table"]).stdout;
    assert!(table.contains("limits"), "{table}");
    let raised = dir.check(&[".", "--max-ratio", "5000"]);
    assert!(!raised.to_string().contains("size_limit"), "{raised}");
    assert_eq!(raised["records"]["kept"], 2);
}
