//! JSON that is no event, called by its name: digests, notifications, other services and clouds.
//!
//! Polite words for the ledger; nothing depends on them.

use crate::event::json::Node;

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// The shape of a file of them; empty where it has no name.
    pub(crate) shape: &'static str,
    /// What to say of it.
    pub(crate) what: String,
}

/// Names an object by its keys.
pub(crate) fn name(object: &Node) -> Foreign {
    let has = |key: &str| object.get(key).is_some();
    let all = |keys: &[&str]| keys.iter().all(|key| has(key));
    let text = |key: &str| object.get(key).and_then(Node::as_str).unwrap_or_default();
    let called = |shape, what: &str| Foreign {
        shape,
        what: what.to_owned(),
    };
    if has("digestS3Object") {
        called("digest", "a digest file, no events")
    } else if all(&["hashSignature", "publicKeyFingerprint"]) {
        called(
            "lake-signature",
            "the signature of a CloudTrail Lake result, no events",
        )
    } else if has("s3") || all(&["s3Bucket", "s3ObjectKey"]) || text("Event") == "s3:TestEvent" {
        called(
            "notification",
            "an S3 notification that points to a file, no event: load the file",
        )
    } else if has("EventSource") || all(&["Type", "TopicArn"]) || has("Sns") {
        called(
            "notification",
            "an SNS notification that points to a file, no event: load the file",
        )
    } else if all(&["Body", "ReceiptHandle"]) || all(&["body", "receiptHandle"]) {
        called(
            "notification",
            "an SQS message that points to a file, no event: load the file",
        )
    } else if text("messageType") == "CONTROL_MESSAGE" {
        called(
            "control-message",
            "a control message of CloudWatch Logs, no event",
        )
    } else if text("source") == "aws.s3" && text("detail-type").starts_with("Object Created") {
        called(
            "notification",
            "an EventBridge notification of S3 that points to a file, no event: load the file",
        )
    } else if has("detail-type") || all(&["source", "detail"]) {
        let kind = match text("detail-type") {
            "" => text("source"),
            kind => kind,
        };
        Foreign {
            shape: "eventbridge",
            what: format!("an EventBridge event of another kind ({kind})"),
        }
    } else if all(&["schemaVersion", "service", "severity"]) {
        called("guardduty", "a GuardDuty finding, no CloudTrail event")
    } else if has("configurationItems")
        || has("configurationItem")
        || has("configSnapshotId")
        || has("configRuleName")
    {
        called("config", "an AWS Config item, no CloudTrail event")
    } else if all(&["SchemaVersion", "ProductArn"]) {
        called("securityhub", "a Security Hub finding, no CloudTrail event")
    } else if has("operationName") && (has("resourceId") || has("tenantId") || has("category")) {
        called("azure", "an Azure activity record, no CloudTrail event")
    } else if has("protoPayload") {
        called("gcp", "a Google Cloud audit record, no CloudTrail event")
    } else if all(&["class_uid", "metadata"]) {
        called("ocsf", "an OCSF event of another product")
    } else {
        called("", "an object that is no CloudTrail event")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stranger_is_called_by_name() {
        for (text, shape) in [
            (r#"{"digestS3Object":"x"}"#, "digest"),
            (r#"{"eventSource":"aws:s3","s3":{}}"#, "notification"),
            (r#"{"s3Bucket":"b","s3ObjectKey":["k"]}"#, "notification"),
            (
                r#"{"Type":"Notification","TopicArn":"t","Message":"m"}"#,
                "notification",
            ),
            (
                r#"{"MessageId":"m","ReceiptHandle":"r","Body":"{}"}"#,
                "notification",
            ),
            (r#"{"messageType":"CONTROL_MESSAGE"}"#, "control-message"),
            (
                r#"{"detail-type":"GuardDuty Finding","detail":{}}"#,
                "eventbridge",
            ),
            (
                r#"{"schemaVersion":"2.0","service":{},"severity":5}"#,
                "guardduty",
            ),
            (r#"{"configurationItems":[]}"#, "config"),
            (r#"{"operationName":"x","resourceId":"y"}"#, "azure"),
            (r#"{"protoPayload":{}}"#, "gcp"),
            (r#"{"class_uid":4001,"metadata":{}}"#, "ocsf"),
            (r#"{"a":1}"#, ""),
        ] {
            let node = Node::parse(text.as_bytes()).expect("sound");
            assert_eq!(name(&node).shape, shape, "{text}");
        }
    }
}
