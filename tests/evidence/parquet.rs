//! Parquet files: those of Security Lake and those with a trail's own columns.
//!
//! No byte-true sample was found: the fixtures are written here, by the crate that also reads them,
//! from the descriptions of both tables. Built with `--features parquet` only.

use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};

use crate::fixtures::{Folder, gzip};

/// One column: a value or none for every row.
enum Column {
    Text(Vec<Option<&'static str>>),
    Number(Vec<Option<i64>>),
}

/// How many definition levels there are above a value that is there, and whether it is in a list.
type Depth = (i16, bool);

fn write(schema: &str, groups: &[Vec<(Depth, Column)>], packing: Compression) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(packing).build();
    let mut out = Vec::new();
    let mut file = SerializedFileWriter::new(&mut out, schema, Arc::new(properties)).unwrap();
    for columns in groups {
        let mut group = file.next_row_group().unwrap();
        let mut columns = columns.iter();
        while let Some(mut writer) = group.next_column().unwrap() {
            let ((depth, repeated), column) = columns.next().unwrap();
            let levels = |there: Vec<bool>| -> Vec<i16> {
                there.iter().map(|t| if *t { *depth } else { 0 }).collect()
            };
            match (writer.untyped(), column) {
                (ColumnWriter::ByteArrayColumnWriter(writer), Column::Text(rows)) => {
                    let defs = levels(rows.iter().map(Option::is_some).collect());
                    let reps = vec![0; rows.len()];
                    let values: Vec<ByteArray> =
                        rows.iter().flatten().map(|t| (*t).into()).collect();
                    let defs = (*depth > 0).then_some(&defs[..]);
                    let reps = repeated.then_some(&reps[..]);
                    writer.write_batch(&values, defs, reps).unwrap();
                }
                (ColumnWriter::Int64ColumnWriter(writer), Column::Number(rows)) => {
                    let defs = levels(rows.iter().map(Option::is_some).collect());
                    let values: Vec<i64> = rows.iter().flatten().copied().collect();
                    writer.write_batch(&values, Some(&defs), None).unwrap();
                }
                _ => panic!("a column of another type"),
            }
            writer.close().unwrap();
        }
        group.close().unwrap();
    }
    file.close().unwrap();
    out
}

fn text(depth: i16, rows: &[Option<&'static str>]) -> (Depth, Column) {
    ((depth, false), Column::Text(rows.to_vec()))
}

/// The table of Security Lake, with the columns that matter here.
fn security_lake(packing: Compression) -> Vec<u8> {
    let schema = "message security_lake {
        optional group metadata { optional group product { optional binary name (UTF8);
            optional binary version (UTF8); } optional binary uid (UTF8); }
        optional int64 time;
        optional group api { optional binary operation (UTF8);
            optional group service { optional binary name (UTF8); }
            optional group request { optional binary data (UTF8); } }
        optional group cloud { optional binary region (UTF8); }
        optional group src_endpoint { optional binary ip (UTF8); }
        optional group actor { optional group user { optional binary type (UTF8);
            optional binary uid (UTF8); } }
        optional group resources (LIST) { repeated group list { optional group element {
            optional binary uid (UTF8); } } }
        optional group unmapped (MAP) { repeated group key_value { required binary key (UTF8);
            optional binary value (UTF8); } }
    }";
    let group = |ids: [&'static str; 2]| {
        vec![
            text(3, &[Some("CloudTrail"); 2]),
            text(3, &[Some("1.08"); 2]),
            text(2, &[Some(ids[0]), Some(ids[1])]),
            (
                (1, false),
                Column::Number(vec![Some(1_795_183_201_000), Some(1_795_183_202_000)]),
            ),
            text(2, &[Some("CreateUser"), Some("GetObject")]),
            text(3, &[Some("iam.amazonaws.com"), Some("s3.amazonaws.com")]),
            text(3, &[Some("{\"userName\":\"mallory\"}"), None]),
            text(2, &[Some("us-west-2"); 2]),
            text(2, &[Some("203.0.113.77"); 2]),
            text(3, &[Some("IAMUser"); 2]),
            text(3, &[Some("arn:aws:iam::111122223333:user/alice"); 2]),
            (
                (4, true),
                Column::Text(vec![None, Some("arn:aws:s3:::a-bucket")]),
            ),
            ((2, true), Column::Text(vec![Some("recipientAccountId"); 2])),
            ((3, true), Column::Text(vec![Some("111122223333"); 2])),
        ]
    };
    let groups = [group(["e1", "e2"]), group(["e3", "e4"])];
    write(schema, &groups, packing)
}

/// A trail's own columns as Athena writes them: small letters, the request as JSON.
fn trail() -> Vec<u8> {
    let schema = "message trail {
        optional group useridentity { optional binary type (UTF8); optional binary arn (UTF8);
            optional group sessioncontext { optional group attributes {
                optional binary mfaauthenticated (UTF8); } } }
        optional binary eventtime (UTF8);
        optional int64 written (TIMESTAMP(MILLIS,true));
        optional binary eventsource (UTF8);
        optional binary eventname (UTF8);
        optional binary requestparameters (UTF8);
        optional binary eventid (UTF8);
    }";
    let rows = vec![
        text(2, &[Some("IAMUser")]),
        text(2, &[Some("arn:aws:iam::111122223333:user/alice")]),
        text(4, &[Some("true")]),
        text(1, &[Some("2026-11-20T14:00:01Z")]),
        ((1, false), Column::Number(vec![Some(1_795_183_201_000)])),
        text(1, &[Some("ec2.amazonaws.com")]),
        text(1, &[Some("RunInstances")]),
        text(1, &[Some("{\"subnetId\":\"subnet-0a1b2c3d\"}")]),
        text(1, &[Some("e9")]),
    ];
    write(schema, &[rows], Compression::SNAPPY)
}

#[test]
fn security_lake_is_read_whatever_packs_it() {
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for packing in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        zstd,
        Compression::LZ4_RAW,
    ] {
        let folder = Folder::new().file("lake.parquet", security_lake(packing));
        let report = folder.check(&["."]);
        let file = &report["by_path"]["lake.parquet"];
        assert_eq!(file["container"], "parquet", "{report}");
        for group in ["lake.parquet!row-group-1", "lake.parquet!row-group-2"] {
            let group = &report["by_path"][group];
            assert_eq!(
                (&group["shape"], &group["kept"]),
                (&json!("ocsf"), &json!(2)),
                "{report}"
            );
        }
        let query = |filter: &str| folder.run(&["query", filter, "--format", "jsonl", "."]);
        let out = query("who:alice what:CreateUser res:mallory ip:203.0.113.77 t:2026-11-20");
        assert_eq!(
            out.stdout.lines().count(),
            2,
            "{} {}",
            out.stdout,
            out.stderr
        );
        assert_eq!(
            query("res:a-bucket acct:111122223333")
                .stdout
                .lines()
                .count(),
            2
        );
        assert_eq!(query("").code, Some(0));
    }
}

#[test]
fn records_are_read_again_from_their_row_group() {
    let folder = Folder::new()
        .file("lake.parquet", security_lake(Compression::SNAPPY))
        .file("trail.parquet.gz", gzip(trail()));
    let raw = |filter: &str| folder.run(&["query", filter, "--raw", "."]).stdout;
    let lake: Value = serde_json::from_str(&raw("id:e4")).unwrap();
    assert_eq!(lake["resources"][0]["uid"], "arn:aws:s3:::a-bucket");
    assert_eq!(lake["time"], 1_795_183_202_000_u64);
    assert_eq!(lake["unmapped"]["recipientAccountId"], "111122223333");
    let row: Value = serde_json::from_str(&raw("id:e9")).unwrap();
    assert_eq!(row["requestParameters"]["subnetId"], "subnet-0a1b2c3d");
    let session = &row["userIdentity"]["sessionContext"];
    assert_eq!(session["attributes"]["mfaAuthenticated"], "true");
    assert_eq!(row["written"], "2026-11-20T14:00:01Z");
    let found = folder.run(&["query", "subnet-0a1b2c3d mfa:yes", "--format", "count", "."]);
    assert_eq!(found.stdout.trim(), "1");
}

/// Every cut and a change of every byte: never a panic, never more events than there were.
#[test]
fn damage_is_named_and_costs_its_row_group() {
    let whole = trail();
    let mut folder = Folder::new().file("0.parquet", &whole);
    for cut in (0..whole.len()).step_by(97) {
        folder = folder.file(&format!("cut-{cut}.parquet"), &whole[..cut]);
    }
    for at in (0..whole.len()).step_by(3) {
        let mut changed = whole.clone();
        changed[at] ^= 0x5a;
        folder = folder.file(&format!("flip-{at}.parquet"), changed);
    }
    let report = folder.check(&["."]);
    let files = report["by_path"].as_object().unwrap();
    for (path, file) in files {
        assert!(
            !file.to_string().contains("inside the program"),
            "{path}: {file}"
        );
        assert!(file["kept"].as_u64() <= Some(1), "{path}: {file}");
        let is_cut = path.starts_with("cut-") && !path.contains('!');
        assert!(!is_cut || file["problems"] != json!([]), "{path}: {file}");
    }
    assert_eq!(files["0.parquet!row-group-1"]["kept"], 1);
}
