//! Archives as folders: every member a file of its own, found again by its place.

use std::io::{Cursor, Write as _};

use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::fixtures::{Folder, call, gzip, records, zstd};

/// A name and its bytes.
pub type File<'a> = (&'a str, Vec<u8>);

/// Three files with two, one and one events, and one without any.
pub fn files() -> Vec<File<'static>> {
    vec![
        (
            "a.json",
            records(&[call(1, "s3", "GetObject"), call(2, "s3", "PutObject")]).into(),
        ),
        (
            "deep/b.json.gz",
            gzip(records(&[call(3, "ec2", "RunInstances")])),
        ),
        (
            "../../etc/c.json",
            records(&[call(4, "iam", "CreateUser")]).into(),
        ),
        ("readme.txt", b"no events here".to_vec()),
    ]
}

/// A zip of files.
pub fn zip(files: &[File<'_>]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A tar of files, and a link.
pub fn tar(files: &[File<'_>]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        // The writer refuses what climbs out of a folder; a hostile one does not.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "link.json", "/etc/passwd")
        .unwrap();
    tar.into_inner().unwrap()
}

fn status<'a>(check: &'a Value, path: &str) -> (&'a str, u64) {
    let entry = &check["by_path"][path];
    (
        entry["status"].as_str().unwrap_or("absent"),
        entry["events"].as_u64().unwrap_or(99),
    )
}

#[test]
fn every_archive_is_a_folder() {
    let tar = tar(&files());
    let dir = Folder::new()
        .file("l.zip", zip(&files()))
        .file("l.tar", &tar)
        .file("l.tgz", gzip(&tar))
        .file("l.any", zstd(&tar));
    for (name, container, links) in [
        ("l.zip", "zip", 0),
        ("l.tar", "tar", 1),
        ("l.tgz", "tar.gz", 1),
        ("l.any", "tar.zst", 1),
    ] {
        let check = dir.check(&[name]);
        let by_path = check["by_path"].as_object().unwrap();
        assert_eq!(by_path.len(), 5 + links, "{name}: {by_path:?}");
        assert_eq!(by_path[name]["container"], container);
        assert_eq!(by_path[name]["shape"], "archive");
        assert_eq!(by_path[name]["sha256"].as_str().unwrap().len(), 64);
        let member = |m: &str| status(&check, &format!("{name}!{m}"));
        assert_eq!(status(&check, name), ("read", 0));
        assert_eq!(member("a.json"), ("read", 2));
        assert_eq!(member("deep/b.json.gz"), ("read", 1));
        assert_eq!(member("../../etc/c.json"), ("read", 1));
        assert_eq!(member("readme.txt"), ("refused", 0));
        let files = &check["files"];
        let size = std::fs::metadata(dir.path(name)).unwrap().len();
        assert_eq!(files["bytes"], size, "the bytes of an archive count once");
        assert_eq!(files["skipped"], links);
        assert_eq!(check["records"]["kept"], 4);
        // Every record is found again, through the index and by reading.
        let raw = dir.run(&["query", "", name, "--raw"]).stdout;
        for call in ["GetObject", "PutObject", "RunInstances", "CreateUser"] {
            assert_eq!(raw.matches(&format!("\"{call}\"")).count(), 1, "{name}");
        }
        let read = dir.run(&[
            "query",
            ".eventName:RunInstances",
            name,
            "--format",
            "count",
        ]);
        assert_eq!(read.stdout, "1\n", "{name}: {}", read.stderr);
        let piped = dir.piped(
            &["query", "", "-", "--raw"],
            &std::fs::read(dir.path(name)).unwrap(),
        );
        assert_eq!(piped.stdout, raw, "{name}: {}", piped.stderr);
    }
    assert!(!dir.path("../../etc/c.json").exists());
}

#[test]
fn archives_in_archives_up_to_a_depth() {
    let mut inner = zip(&files());
    for depth in 1..4 {
        let outer = tar(&[("in.zip", inner.clone())]);
        let dir = Folder::new().file("o.tar", &outer);
        let check = dir.check(&["o.tar"]);
        let found = check["records"]["found"].as_u64().unwrap();
        assert_eq!(found, if depth == 1 { 4 } else { 0 }, "{depth}");
        if depth > 1 {
            assert!(check.to_string().contains("nested_gzip"));
        } else {
            let raw = dir.run(&["query", "what:CreateUser", "o.tar", "--raw"]);
            assert!(raw.stdout.contains("CreateUser"), "{}", raw.stderr);
        }
        inner = zip(&[("in.tar", outer)]);
    }
    let packed = Folder::new().file("l.zip.gz", gzip(zip(&files())));
    assert_eq!(packed.check(&["."])["records"]["kept"], 4);
    assert_eq!(
        packed
            .run(&["query", "", ".", "--raw"])
            .stdout
            .lines()
            .count(),
        4
    );
}

#[test]
fn damaged_archives_keep_what_came_before_and_say_so() {
    let whole = tar(&files());
    for (name, bytes) in [("cut.tgz", gzip(&whole)), ("cut.tar", whole)] {
        let keep = bytes.len() * 2 / 3;
        let dir = Folder::new().file(name, &bytes[..keep]);
        let check = dir.check(&["."]);
        assert!(check["records"]["kept"].as_u64().unwrap() >= 2, "{name}");
        let text = check.to_string();
        assert!(text.contains("truncated"), "{name}: {text}");
        assert_eq!(dir.run(&["check", "."]).code, Some(1));
    }
    let bytes = zip(&files());
    let dir = Folder::new().file("cut.zip", &bytes[..bytes.len() / 2]);
    assert_eq!(dir.run(&["check", "cut.zip"]).code, Some(1));
    assert!(dir.check(&["cut.zip"]).to_string().contains("truncated"));
}

#[test]
fn what_members_inflate_to_is_capped_together() {
    let blank = format!("[{}]", " ".repeat(4 << 20));
    let many: Vec<(String, Vec<u8>)> = (0..40)
        .map(|n| (format!("{n}.json"), blank.clone().into()))
        .collect();
    let many: Vec<File<'_>> = many.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    for (name, bytes) in [("bomb.zip", zip(&many)), ("bomb.tgz", gzip(tar(&many)))] {
        let dir = Folder::new().file(name, bytes);
        let check = dir.check(&[".", "--max-inflated", "16MiB", "--max-ratio", "50"]);
        assert!(check.to_string().contains("size_limit"), "{name}");
        let inflated = check["files"]["bytes_inflated"].as_u64().unwrap();
        assert!(inflated < 24 << 20, "{name}: {inflated}");
        let raised = dir.check(&[".", "--max-ratio", "5000"]);
        assert!(!raised.to_string().contains("size_limit"), "{name}");
    }
}

#[test]
fn zstd_frames_one_after_another() {
    let one = records(&[call(1, "s3", "GetObject")]);
    let two = records(&[call(2, "s3", "PutObject")]);
    let skipped = [
        &[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3],
        &zstd(&two)[..],
    ]
    .concat();
    let both = [zstd(&one), skipped].concat();
    let dir = Folder::new()
        .file("a.json.zst", &both)
        .file("cut.zst", &both[..both.len() - 9])
        .file("twice.gz", gzip(zstd(&one)));
    let check = dir.check(&["."]);
    assert_eq!(status(&check, "a.json.zst"), ("read", 2));
    assert_eq!(check["by_path"]["a.json.zst"]["container"], "zstd");
    assert_eq!(status(&check, "cut.zst").0, "partly_read");
    assert!(status(&check, "cut.zst").1 >= 1);
    assert_eq!(check["by_path"]["twice.gz"]["container"], "gzip-zstd");
    assert_eq!(status(&check, "twice.gz").1, 1);
    assert_eq!(
        dir.run(&["query", "", "a.json.zst", "--raw"])
            .stdout
            .lines()
            .count(),
        2
    );
}
