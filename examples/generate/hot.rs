//! One file in which every event names one bucket: a resource that everybody uses.
//!
//! Every hundredth call changes it. Nothing in it is real.

use std::fmt::Write as _;

/// The bucket that every event names.
pub const BUCKET: &str = "hot-bucket";

/// The text of a file of `events` events of one bucket, `pad` bytes added to each request.
pub fn text(events: usize, pad: usize) -> String {
    let pad = "x".repeat(pad);
    let mut text = String::with_capacity(events * (640 + pad.len()));
    text.push_str(r#"{"Records":["#);
    for n in 0..events {
        let is_change = n % 100 == 0;
        let status = match (is_change, n % 200) {
            (false, _) => "",
            (true, 0) => r#","VersioningConfiguration":{"Status":"Enabled"}"#,
            (true, _) => r#","VersioningConfiguration":{"Status":"Suspended"}"#,
        };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            r#"{comma}{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","principalId":"AIDA{who}","arn":"arn:aws:iam::111122223333:user/u{who}","accountId":"111122223333","userName":"u{who}"}},"eventTime":"2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z","eventSource":"s3.amazonaws.com","eventName":"{what}","awsRegion":"us-west-2","sourceIPAddress":"192.0.2.{ip}","requestParameters":{{"bucketName":"{BUCKET}","x-amz-pad":"{pad}"{status}}},"responseElements":null,"eventID":"{n:08}-0000-4000-8000-000000000000","readOnly":{read},"recipientAccountId":"111122223333"}}"#,
            comma = if n == 0 { "" } else { "," },
            who = n % 50,
            day = 1 + n / 86_400 % 28,
            hour = n / 3600 % 24,
            minute = n / 60 % 60,
            second = n % 60,
            what = if is_change {
                "PutBucketVersioning"
            } else {
                "GetObject"
            },
            ip = n % 250,
            read = !is_change,
        );
    }
    text.push_str("]}");
    text
}
