//! Every shape `CloudTrail` comes in, sniffed from its content and named.
//!
//! No byte-true sample of the console's sheets, of Athena's, of `CloudTrail` Lake's, of Logstash or of
//! `CloudWatch` Logs was found: those fixtures are made here from their descriptions.

use serde_json::{Value, json};

use crate::fixtures::{Folder, call, gzip, records, with};

fn one() -> Value {
    with(
        call(1, "iam", "CreateUser"),
        "requestParameters",
        json!({"userName": "mallory"}),
    )
}

fn without(mut value: Value, key: &str) -> Value {
    value.as_object_mut().unwrap().remove(key);
    value
}

fn data_message() -> Value {
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "trail",
        "logStream": "111122223333_CloudTrail_us-west-2",
        "subscriptionFilters": ["all"],
        "logEvents": [{"id": "1", "timestamp": 1_795_183_201_000_u64, "message": one().to_string()}]
    })
}

/// Gzip in base64.
fn packed() -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in gzip(data_message().to_string()).chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b));
        let bits = bits << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = (bits >> (18 - 6 * i) & 63) as usize;
            text.push(if i > chunk.len() {
                '='
            } else {
                char::from(DIGITS[digit])
            });
        }
    }
    text
}

/// The wire form: gzip in base64 in JSON.
fn wire() -> String {
    format!("{{\"awslogs\": {{\"data\": \"{}\"}}}}\n", packed())
}

/// The records of a Kinesis stream as a function gets them, as Firehose hands them on, and as
/// `get-records` prints them.
fn streams() -> [String; 3] {
    let data = packed();
    [
        format!(
            "{{\"Records\": [{{\"kinesis\": {{\"kinesisSchemaVersion\": \"1.0\", \"partitionKey\": \"1\", \
             \"sequenceNumber\": \"49\", \"data\": \"{data}\", \"approximateArrivalTimestamp\": 1.2}}, \
             \"eventSource\": \"aws:kinesis\"}}]}}"
        ),
        format!(
            "{{\"invocationId\":\"i\",\"deliveryStreamArn\":\"arn:aws:firehose:us-west-2:111122223333:deliverystream/d\",\
             \"records\":[{{\"recordId\":\"r\",\"approximateArrivalTimestamp\":1,\"data\":\"{data}\"}}]}}"
        ),
        format!(
            "{{\n  \"Records\": [\n    {{\n      \"SequenceNumber\": \"49\",\n      \"Data\": \"{data}\",\n      \"PartitionKey\": \"1\"\n    }}\n  ]\n}}\n"
        ),
    ]
}

const CONSOLE: &str = "Event name,Event time,User name,Event source,Resource type,Resource name,Event ID\r\n\
    CreateUser,2026-11-20T14:00:01Z,alice,iam.amazonaws.com,AWS::IAM::User,\"mallory, arn:aws:iam::111122223333:user/mallory\",6f4ab5bd-2daa-4d00-be14-d92ef0000001\r\n";

const ATHENA: &str = "\"eventversion\",\"useridentity\",\"eventtime\",\"eventsource\",\"eventname\",\"awsregion\",\"sourceipaddress\",\"requestparameters\",\"eventid\"\n\
    \"1.08\",\"{type=IAMUser, principalid=AIDAEXAMPLE, arn=arn:aws:iam::111122223333:user/alice, accountid=111122223333, invokedby=null, accesskeyid=AKIAIOSFODNN7EXAMPLE, username=alice, sessioncontext=null}\",\"2026-11-20T14:00:01Z\",\"iam.amazonaws.com\",\"CreateUser\",\"us-west-2\",\"203.0.113.77\",\"{\"\"userName\"\":\"\"mallory\"\"}\",\"6f4ab5bd-2daa-4d00-be14-d92ef0000001\"\n";

const LAKE: &str = "eventID,eventName,eventTime,eventSource,userIdentity,requestParameters\n\
    6f4ab5bd-2daa-4d00-be14-d92ef0000001,CreateUser,2026-11-20 14:00:01.000,iam.amazonaws.com,\"{type=IAMUser, arn=arn:aws:iam::111122223333:user/alice}\",\"{userName=mallory}\"\n";

/// Every shape with one event in it.
pub fn shapes() -> Vec<(&'static str, String)> {
    let quoted = one().to_string();
    let ocsf = json!({
        "class_uid": 3001,
        "metadata": {"product": {"name": "CloudTrail", "vendor_name": "AWS", "version": "1.08"},
            "uid": "6f4ab5bd-2daa-4d00-be14-d92ef0000001", "event_code": "AwsApiCall", "version": "1.1.0"},
        "time": 1_795_183_201_000_u64,
        "api": {"operation": "CreateUser", "service": {"name": "iam.amazonaws.com"},
            "request": {"uid": "r", "data": "{\"userName\":\"mallory\"}"}},
        "cloud": {"region": "us-west-2", "provider": "AWS"},
        "src_endpoint": {"ip": "203.0.113.77"},
        "actor": {"user": {"type": "IAMUser", "uid": "arn:aws:iam::111122223333:user/alice", "name": "alice",
            "account": {"uid": "111122223333"}}},
        "unmapped": {"recipientAccountId": "111122223333"}
    });
    let ecs = json!({
        "@timestamp": "2026-11-20T14:00:01.000Z",
        "event": {"action": "CreateUser", "provider": "iam.amazonaws.com",
            "id": "6f4ab5bd-2daa-4d00-be14-d92ef0000001"},
        "aws": {"cloudtrail": {"user_identity": {"arn": "arn:aws:iam::111122223333:user/alice", "type": "IAMUser"},
            "request_parameters": "{userName=mallory}", "event_version": "1.08"}},
        "source": {"ip": "203.0.113.77"},
        "cloud": {"region": "us-west-2", "account": {"id": "111122223333"}}
    });
    let insight = json!({
        "eventVersion": "1.07", "eventTime": "2026-11-20T14:00:01Z", "awsRegion": "us-east-1",
        "eventID": "6f4ab5bd-2daa-4d00-be14-d92ef0000001", "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "111122223333", "sharedEventID": "s", "eventCategory": "Insight",
        "insightDetails": {"state": "Start", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
            "insightType": "ApiCallRateInsight", "insightContext": {"statistics": {}}}
    });
    let mut network = with(one(), "eventType", json!("AwsVpceEvent"));
    network["eventCategory"] = json!("NetworkActivity");
    network["vpcEndpointId"] = json!("vpce-0a1b2c3d");
    let mcp = with(one(), "eventType", json!("AwsMcpEvent"));
    let event = json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
        "detail": one()});
    let notice = json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-west-2:111122223333:t",
        "Message": event.to_string(), "Timestamp": "2026-11-20T14:00:09.000Z", "SignatureVersion": "1"});
    let [of_function, of_firehose, of_stream] = streams();
    vec![
        ("eventbridge", notice.to_string()),
        ("cloudwatch", of_function),
        ("cloudwatch", of_firehose),
        ("cloudwatch", of_stream),
        ("records", records(&[one()])),
        ("array", json!([one()]).to_string()),
        ("single", one().to_string()),
        (
            "lookup-events",
            json!({"Events": [{"EventId": "6f", "EventName": "CreateUser", "ReadOnly": "false",
                "EventTime": 1_795_183_201.0, "CloudTrailEvent": quoted}]})
            .to_string(),
        ),
        ("lookup-events", json!({"Events": [insight]}).to_string()),
        (
            "eventbridge",
            json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
                "detail": one()})
            .to_string(),
        ),
        (
            "eventbridge",
            json!({"source": "aws.iam", "detail": one()}).to_string(),
        ),
        ("cloudwatch", data_message().to_string()),
        ("cloudwatch", wire()),
        (
            "cloudwatch-export",
            format!("2026-11-20T14:00:01.000Z {quoted}\n"),
        ),
        (
            "logstash",
            with(without(one(), "eventTime"), "@timestamp", json!("2026-11-20T14:00:01.000Z"))
                .to_string(),
        ),
        (
            "elastic",
            json!({"@timestamp": "x", "message": quoted}).to_string(),
        ),
        (
            "elastic",
            json!({"@timestamp": "x", "event": {"original": quoted}}).to_string(),
        ),
        ("ocsf", ocsf.to_string()),
        ("ecs", ecs.to_string()),
        ("ecs", json!({"_index": "i", "_source": ecs}).to_string()),
        ("console-csv", CONSOLE.to_owned()),
        ("athena-csv", ATHENA.to_owned()),
        ("lake-csv", LAKE.to_owned()),
        ("records", records(&[insight])),
        ("records", records(&[network])),
        ("records", records(&[mcp])),
    ]
}

#[test]
fn every_shape_is_named_and_its_event_found_again() {
    for (shape, text) in shapes() {
        for bytes in [text.clone().into_bytes(), gzip(&text)] {
            let dir = Folder::new().file("f", bytes);
            let check = dir.check(&["f"]);
            let entry = &check["by_path"]["f"];
            assert_eq!(entry["shape"], shape, "{text}");
            assert_eq!(entry["status"], "read", "{text}: {entry}");
            assert_eq!(entry["events"], 1, "{text}: {entry}");
            let row = dir.run(&["query", "", "f"]).stdout;
            let row: Value = serde_json::from_str(&row).unwrap_or_else(|e| panic!("{e}: {row}"));
            assert_eq!(row["time"], "2026-11-20T14:00:01Z", "{text}");
            if !text.contains("insightDetails") {
                assert_eq!(row["what"], "CreateUser", "{text}");
                assert!(
                    row["who"].as_str().unwrap().contains("alice"),
                    "{text}: {row}"
                );
            }
            assert_eq!(row["id"], "6f4ab5bd-2daa-4d00-be14-d92ef0000001");
            let is_summary = shape == "console-csv";
            assert_eq!(row.get("summary").is_some(), is_summary, "{row}");
            let raw = dir.run(&["query", "", "f", "--raw"]).stdout;
            assert!(raw.contains("CreateUser"), "{text}: {raw}");
            let record: Value = serde_json::from_str(&raw).unwrap_or_else(|e| panic!("{e}: {raw}"));
            assert!(
                shape != "eventbridge" || record["eventName"] == "CreateUser",
                "{raw}"
            );
            // The words of another shape do not hide a call from a search in the record.
            let found = dir
                .run(&["query", "mallory", "f", "--format", "count"])
                .stdout;
            let has_name = text.contains("mallory\\\"")
                || text.contains("mallory\"")
                || text.contains("=mallory")
                || shape == "console-csv"
                || text.contains("H4sI");
            assert_eq!(found, format!("{}\n", u8::from(has_name)), "{text}");
        }
    }
}

#[test]
fn what_is_no_event_is_refused_by_name() {
    let sheet = "name,size\na,1\n";
    let records = |record: Value| json!({"Records": [record]}).to_string();
    for (text, class, words) in [
        (json!({"digestS3Object": "x", "logFiles": []}).to_string(), "not_cloudtrail", "digest"),
        (
            records(json!({"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
                "eventTime": "2026-11-20T14:00:01Z", "s3": {"object": {"key": "k"}}})),
            "not_cloudtrail",
            "points to a file",
        ),
        (
            json!({"Type": "Notification", "TopicArn": "t", "Message": "{\"s3Bucket\":\"b\",\"s3ObjectKey\":[\"k\"]}"})
                .to_string(),
            "not_cloudtrail",
            "points to a file",
        ),
        (
            records(json!({"messageId": "m", "receiptHandle": "r", "body": "{}", "eventSource": "aws:sqs"})),
            "not_cloudtrail",
            "points to a file",
        ),
        (
            json!({"detail-type": "GuardDuty Finding", "source": "aws.guardduty", "detail": {}}).to_string(),
            "not_cloudtrail",
            "GuardDuty",
        ),
        (
            json!({"configurationItems": [{}], "fileVersion": "1.0"}).to_string(),
            "not_cloudtrail",
            "Config",
        ),
        (
            json!([{"operationName": "x", "resourceId": "/s", "category": "Administrative"}]).to_string(),
            "not_cloudtrail",
            "Azure",
        ),
        (
            json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE"}]})
                .to_string(),
            "not_cloudtrail",
            "no CloudTrail event",
        ),
        (sheet.to_owned(), "not_json", "no JSON"),
        #[cfg(not(feature = "parquet"))]
        ("PAR1\u{15}\u{4} rest".to_owned(), "not_json", "built with the feature `parquet`"),
    ] {
        let dir = Folder::new().file("f", &text);
        let check = dir.check(&["."]);
        let entry = &check["by_path"]["f"];
        assert_eq!(entry["status"], "refused", "{text}: {entry}");
        assert_eq!(entry["warn"], json!([class]), "{text}: {entry}");
        let detail = entry["problems"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{text}: {detail}");
        assert_eq!(check["records"]["found"], 0, "{text}");
    }
}

#[test]
fn a_row_of_a_sheet_is_a_copy_of_the_record_it_is_of() {
    for first in ["a.json", "z.json"] {
        let dir = Folder::new()
            .file(first, records(&[one(), call(2, "s3", "GetObject")]))
            .file("m.csv", CONSOLE);
        let check = dir.check(&["."]);
        assert_eq!(check["records"]["found"], 3);
        assert_eq!(check["records"]["kept"], 2, "{first}");
        assert_eq!(check["records"]["duplicate"], 1);
        assert_eq!(check["by_path"]["m.csv"]["duplicate"], 1, "{first}");
        assert_eq!(check["by_path"]["m.csv"]["warn"], json!([]));
        let row = dir.run(&["query", "what:CreateUser", "."]).stdout;
        assert!(row.contains("203.0.113.77"), "the full record stays: {row}");
        assert!(!row.contains("summary"), "{row}");
    }
}

#[test]
fn damaged_sheets_lose_the_damaged_rows_alone() {
    let rows: Vec<String> = (0..9)
        .map(|n| {
            format!("GetObject,2026-11-20T14:00:0{n}Z,alice,s3.amazonaws.com,id-{n},\"b, {n}\"\n")
        })
        .collect();
    let header = "Event name,Event time,User name,Event source,Event ID,Resource name\n";
    for (bad, kept, aside) in [
        ("GetObject,too,few\n", 9, 1),
        ("GetObject,\"unclosed,a,b,c,d\n", 9, 1),
        ("GetObject,a,b,c,d,e,f,many\n", 9, 1),
        ("\n\n", 9, 0),
        (header, 9, 0),
        (",,,,,\n", 9, 1),
    ] {
        let text = format!("{header}{}{bad}{}", rows[..4].concat(), rows[4..].concat());
        let dir = Folder::new().file("f.csv", &text);
        let check = dir.check(&["f.csv"]);
        assert_eq!(check["records"]["kept"], kept, "{bad:?}: {check}");
        assert_eq!(check["records"]["set_aside"], aside, "{bad:?}: {check}");
        assert_eq!(
            dir.run(&["query", "", ".", "--raw"]).stdout.lines().count(),
            kept
        );
    }
    // Cut at every byte, a sheet keeps the rows before the cut.
    let text = format!("{header}{}", rows[..2].concat());
    let dir = Folder::new();
    let mut dir = dir;
    for cut in (header.len()..text.len()).step_by(7) {
        dir = dir.file(&format!("{cut}.csv"), &text[..cut]);
    }
    let check = dir.check(&["."]);
    for (name, entry) in check["by_path"].as_object().unwrap() {
        let cut: usize = name.trim_end_matches(".csv").parse().unwrap();
        let whole = usize::from(cut + 1 >= header.len() + rows[0].len());
        let events = entry["events"].as_u64().unwrap() as usize;
        assert!(events == whole || events == whole + 1, "{name}: {entry}");
    }
}
