//! One table of services and one of calls: what a DNS name is called, what a call does.
//!
//! A call's name decides alone: no two services use one name for different classes.

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::event::outcome::Verb;

/// `eventSource` without its domain → the name people use, where it differs.
///
/// Source: the service authorization reference; exceptions from the CloudTrail user guide.
pub const SERVICES: &[(&str, &str)] = &[
    ("autoscaling", "Auto Scaling"),
    ("cloudtrail", "CloudTrail"),
    ("dynamodb", "DynamoDB"),
    ("ec2", "EC2"),
    ("ecs", "ECS"),
    ("elasticache", "ElastiCache"),
    ("elasticloadbalancing", "Elastic Load Balancing"),
    ("iam", "IAM"),
    ("kms", "KMS"),
    ("lambda", "Lambda"),
    ("logs", "CloudWatch Logs"),
    ("monitoring", "CloudWatch"),
    ("rds", "RDS"),
    ("s3", "S3"),
    ("secretsmanager", "Secrets Manager"),
    ("signin", "Sign-in"),
    ("sso", "Identity Center"),
    ("sts", "STS"),
];

/// The name people use for an `eventSource`; the source without its domain where none is known.
pub fn friendly(event_source: &str) -> &str {
    let short = short(event_source);
    SERVICES
        .binary_search_by_key(&short, |(name, _)| name)
        .map_or(short, |i| SERVICES[i].1)
}

/// `ec2` of `ec2.amazonaws.com`.
pub fn short(event_source: &str) -> &str {
    event_source
        .strip_suffix(".amazonaws.com")
        .unwrap_or(event_source)
}

/// Calls whose class is not what their `readOnly` flag or their name says.
pub const CALLS: &[(&str, Verb)] = &[
    ("AssumeRole", Verb::Auth),
    ("AssumeRoleWithSAML", Verb::Auth),
    ("AssumeRoleWithWebIdentity", Verb::Auth),
    ("AssumeRoot", Verb::Auth),
    ("Authenticate", Verb::Auth),
    ("AuthorizeOAuth2Access", Verb::Auth),
    ("BatchGetSecretValue", Verb::Secret),
    ("CheckMfa", Verb::Auth),
    ("ConsoleLogin", Verb::Auth),
    ("CreateOAuth2Token", Verb::Auth),
    ("CredentialChallenge", Verb::Auth),
    ("CredentialVerification", Verb::Auth),
    ("ExitRole", Verb::Auth),
    ("Federate", Verb::Auth),
    ("GetFederationToken", Verb::Auth),
    ("GetPasswordData", Verb::Secret),
    ("GetRoleCredentials", Verb::Auth),
    ("GetSecretValue", Verb::Secret),
    ("GetSessionToken", Verb::Auth),
    ("GetSigninToken", Verb::Auth),
    ("RenewRole", Verb::Auth),
    ("SwitchRole", Verb::Auth),
    ("UserAuthentication", Verb::Auth),
];

/// The class of a call the table knows.
pub fn verb_of(name: &str) -> Option<Verb> {
    static VERBS: LazyLock<HashMap<&str, Verb>> = LazyLock::new(|| CALLS.iter().copied().collect());
    VERBS.get(name).copied()
}

/// Calls by which a machine's agent reports of itself, every few minutes for as long as it runs. They
/// are writes, and change nothing that anybody set: what they name is named beside the report.
///
/// Source: the API references of Systems Manager and of the ECS agent.
const REPORTS: &[&str] = &[
    "PutComplianceItems",
    "PutInventory",
    "SubmitAttachmentStateChanges",
    "SubmitContainerStateChange",
    "SubmitTaskStateChange",
    "UpdateInstanceAssociationStatus",
    "UpdateInstanceInformation",
];

/// Whether a call is a machine's report of itself.
pub fn reports(name: &str) -> bool {
    REPORTS.binary_search(&name).is_ok()
}

/// Whether a name says that the call only looks, for records without `readOnly`.
pub fn reads_by_name(name: &str) -> bool {
    [
        "Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Search", "Query", "Scan",
        "Select", "Check", "Validate", "Test", "Simulate",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// Whether the name of a changing call says that it takes something away.
pub fn deletes_by_name(name: &str) -> bool {
    [
        "Delete",
        "Terminate",
        "Remove",
        "Stop",
        "Disable",
        "Deregister",
        "Detach",
        "Disassociate",
        "Revoke",
        "Cancel",
        "Purge",
        "Destroy",
        "Leave",
        "BatchDelete",
        "ScheduleKeyDeletion",
        "Deactivate",
        "Release",
        "Reject",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(SERVICES.is_sorted_by_key(|(name, _)| name));
        assert!(CALLS.is_sorted_by_key(|(name, _)| name));
        assert!(REPORTS.is_sorted());
    }

    #[test]
    fn friendly_names() {
        assert_eq!(
            friendly("elasticloadbalancing.amazonaws.com"),
            "Elastic Load Balancing"
        );
        assert_eq!(friendly("fsx.amazonaws.com"), "fsx");
    }
}
