//! How a call ended, and what class of call it was.
//!
//! Failed and service-driven are facts beside the class, not classes: a denied delete is a delete.

use crate::event::record::Record;
use crate::event::service;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// No error.
    Ok,
    /// Refused for want of permission.
    Denied,
    /// Refused for going too fast.
    Throttled,
    /// Any other failure.
    Failed,
}

/// What a call does, from one table (`service::CALLS`), `readOnly` and the name where that is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// Looks.
    Read,
    /// Changes or makes.
    Write,
    /// Deletes, terminates, stops or disables.
    Delete,
    /// Signs in or trades one identity for another.
    Auth,
    /// Reads a secret.
    Secret,
}

impl Verb {
    /// Every class, in the order of `index`.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Write,
        Self::Delete,
        Self::Auth,
        Self::Secret,
    ];

    /// The word of the filter language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Auth => "auth",
            Self::Secret => "secret",
        }
    }

    /// The class's letter in a list.
    pub const fn letter(self) -> char {
        match self {
            Self::Read => 'R',
            Self::Write => 'W',
            Self::Delete => 'D',
            Self::Auth => 'A',
            Self::Secret => 'X',
        }
    }

    /// The class of a record's call.
    pub fn of(record: &Record<'_>) -> Self {
        let name = record.event_name.as_deref().unwrap_or("");
        service::verb_of(fold_name(name)).unwrap_or_else(|| {
            let reads = record
                .read_only
                .unwrap_or_else(|| service::reads_by_name(name));
            if reads {
                Self::Read
            } else if service::deletes_by_name(name) {
                Self::Delete
            } else {
                Self::Write
            }
        })
    }
}

/// A call's name without its API date: `ListFunctions` of `ListFunctions20150331`.
pub fn fold_name(name: &str) -> &str {
    let b = name.as_bytes();
    let mut end = b.len();
    // `UpdateFunctionCode20150331v2`: a version may follow the date.
    let digits_at_end = b.iter().rev().take_while(|c| c.is_ascii_digit()).count();
    if digits_at_end < 8
        && digits_at_end > 0
        && b.len() > digits_at_end
        && b[b.len() - digits_at_end - 1] == b'v'
    {
        end = b.len() - digits_at_end - 1;
    }
    let digits = b[..end]
        .iter()
        .rev()
        .take_while(|c| c.is_ascii_digit())
        .count();
    if digits == 8 && end > 8 {
        &name[..end - 8]
    } else {
        name
    }
}

/// The error of a record as the `err` field holds it; `None` where the call succeeded.
///
/// `errorCode`, else `errorMessage`, else a failed sign-in. EC2's `Client.DryRunOperation` says
/// that the call would have worked, so it is not one.
pub fn error_of<'a>(record: &'a Record<'_>) -> Option<&'a str> {
    match (
        record.error_code.as_deref(),
        record.error_message.as_deref(),
    ) {
        (Some("Client.DryRunOperation"), _) => None,
        (Some(code), _) if !code.is_empty() => Some(code),
        (_, Some(message)) if !message.is_empty() => Some(message),
        _ if record.sign_in_failed => Some("SignInFailure"),
        _ => None,
    }
}

impl Outcome {
    /// The outcome an error text (an `err` value) stands for.
    pub fn of_error(error: Option<&str>) -> Self {
        let Some(error) = error else { return Self::Ok };
        let has = |part: &str| {
            error.len() >= part.len()
                && error
                    .as_bytes()
                    .windows(part.len())
                    .any(|w| w.eq_ignore_ascii_case(part.as_bytes()))
        };
        // Source: the error codes of the services' API references; the ends vary, the words do not.
        if has("accessdenied")
            || has("unauthorized")
            || has("notauthorized")
            || has("forbidden")
            || has("not authorized")
            || has("AuthFailure")
        {
            Self::Denied
        } else if has("throttl")
            || has("RequestLimitExceeded")
            || has("TooManyRequests")
            || has("SlowDown")
            || has("RequestThrottled")
        {
            Self::Throttled
        } else {
            Self::Failed
        }
    }
}

/// Whether a service made the call with somebody's forwarded credentials, or for itself.
pub fn is_service_driven(record: &Record<'_>) -> bool {
    let id = record.identity.get();
    id.invoked_by.as_deref().is_some_and(|by| !by.is_empty())
        || id.kind.as_deref() == Some("AWSService")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_suffixes_fold() {
        for (name, folded) in [
            ("ListFunctions20150331", "ListFunctions"),
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("DescribeInstances", "DescribeInstances"),
            ("20150331", "20150331"),
            ("CreateV2", "CreateV2"),
        ] {
            assert_eq!(fold_name(name), folded);
        }
    }

    #[test]
    fn outcomes() {
        for (error, outcome) in [
            (None, Outcome::Ok),
            (Some("Client.UnauthorizedOperation"), Outcome::Denied),
            (Some("AccessDeniedException"), Outcome::Denied),
            (Some("ThrottlingException"), Outcome::Throttled),
            (Some("NoSuchBucket"), Outcome::Failed),
        ] {
            assert_eq!(Outcome::of_error(error), outcome, "{error:?}");
        }
    }

    #[test]
    fn a_dry_run_is_no_failure() {
        let r = Record {
            error_code: Some("Client.DryRunOperation".into()),
            error_message: Some("would have".into()),
            ..Record::default()
        };
        assert_eq!(error_of(&r), None);
    }

    #[test]
    fn classes() {
        let class = |name: &'static str, read_only| {
            Verb::of(&Record {
                event_name: Some(name.into()),
                read_only,
                ..Record::default()
            })
        };
        assert_eq!(class("DescribeInstances", None), Verb::Read);
        assert_eq!(class("AssumeRole", Some(true)), Verb::Auth);
        assert_eq!(class("GetSecretValue", Some(true)), Verb::Secret);
        assert_eq!(class("TerminateInstances", Some(false)), Verb::Delete);
        assert_eq!(class("DeleteNewThing", Some(false)), Verb::Delete);
        assert_eq!(class("MakeNewThing", None), Verb::Write);
    }
}
