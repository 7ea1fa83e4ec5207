//! What the standard message of a refusal says: who, which action, on what, and which kind of
//! policy decided.
//!
//! Source: IAM's "Troubleshoot access denied error messages" and the messages of real trails:
//! `User: ARN is not authorized to perform: ACTION on resource: ARN because no KIND policy allows
//! the ACTION action`, or `with an explicit deny in a KIND policy`; EC2 adds an encoded message.

/// A refusal in parts; each borrowed from the message, none invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Denial<'a> {
    /// Who was refused.
    pub who: Option<&'a str>,
    /// Which action.
    pub action: &'a str,
    /// On what.
    pub resource: Option<&'a str>,
    /// The kind of policy that decided: `identity-based policy`.
    pub policy: Option<&'a str>,
    /// Whether it said no, rather than not yes; `None` where the message does not say.
    pub explicit: Option<bool>,
    /// The encoded part of an EC2 message.
    pub encoded: Option<&'a str>,
    /// Whether that part was cut short: it then cannot be decoded any more.
    pub cut: bool,
}

/// Characters after which CloudTrail cuts a message.
const LONGEST: usize = 1024;

impl<'a> Denial<'a> {
    /// Reads a message; `None` where it is not of the standard form.
    pub fn of(message: &'a str) -> Option<Self> {
        let (before, rest) = message.split_once("not authorized to perform")?;
        // "to perform this operation." comes before the part that says which.
        let (before, rest) = match rest.strip_prefix(" this operation") {
            Some(rest) => rest.split_once("not authorized to perform")?,
            None => (before, rest),
        };
        let rest = rest.trim_start_matches(':').trim_start();
        let action = word(rest);
        if !action.contains(':') {
            return None;
        }
        let who = before
            .rsplit_once("User:")
            .map(|(_, name)| name.trim().trim_end_matches("is").trim_end())
            .filter(|name| !name.is_empty());
        let resource = after(rest, "on resource:").map(word);
        let (policy, explicit) = match (
            after(rest, "because no "),
            after(rest, "with an explicit deny in a"),
        ) {
            (_, Some(kind)) => {
                let kind = kind.strip_prefix('n').unwrap_or(kind).trim_start();
                (Some(kind_of(kind)), Some(true))
            }
            (Some(kind), None) => {
                let kind = kind.split(" allows").next().unwrap_or(kind);
                (Some(kind.trim()), Some(false))
            }
            (None, None) if rest.contains("with an explicit deny") => (None, Some(true)),
            (None, None) => (None, None),
        };
        let encoded = after(message, "Encoded authorization failure message:").map(word);
        let cut = encoded.is_some()
            && (message.trim_end().ends_with("...") || message.chars().count() >= LONGEST);
        Some(Self {
            who,
            action,
            resource,
            policy: policy.filter(|p| !p.is_empty()),
            explicit,
            encoded: encoded
                .map(|e| e.trim_end_matches('.'))
                .filter(|e| !e.is_empty()),
            cut,
        })
    }

    /// Which policy decided, as a sentence.
    pub fn why(&self) -> String {
        match (self.explicit, self.policy) {
            (Some(true), Some(policy)) => format!("denied explicitly by {policy}"),
            (Some(true), None) => "some policy denies it explicitly".to_owned(),
            (_, Some(policy)) => format!("no {policy} allows it"),
            (_, None) => "the message does not say which kind of policy decided".to_owned(),
        }
    }

    /// Which policy decided, in few words; `None` where the message does not say.
    pub fn in_short(&self) -> Option<String> {
        match (self.explicit, self.policy) {
            (Some(true), Some(policy)) => Some(format!("denied by {policy}")),
            (Some(true), None) => Some("denied explicitly".to_owned()),
            (_, Some(policy)) => Some(format!("no {policy}")),
            (_, None) => None,
        }
    }

    /// What is to be said of the encoded part.
    pub fn encoded_note(&self) -> Option<&'static str> {
        self.encoded?;
        Some(if self.cut {
            "the encoded part was cut short by CloudTrail and cannot be decoded"
        } else {
            "the encoded part tells more: aws sts decode-authorization-message"
        })
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest.trim_start())
}

fn word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or("")
}

fn kind_of(text: &str) -> &str {
    text.split(['.', ':']).next().unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_real_messages() {
        let d = Denial::of(
            "User: arn:aws:iam::123456789012:user/Alice is not authorized to perform: \
             organizations:LeaveOrganization on resource: * because no identity-based policy \
             allows the organizations:LeaveOrganization action",
        )
        .expect("a refusal");
        assert_eq!(d.who, Some("arn:aws:iam::123456789012:user/Alice"));
        assert_eq!(
            (d.action, d.resource),
            ("organizations:LeaveOrganization", Some("*"))
        );
        assert_eq!(d.why(), "no identity-based policy allows it");
        assert_eq!(d.encoded_note(), None);

        let d = Denial::of(
            "User: arn:aws:sts::1:assumed-role/R/s is not authorized to perform: s3:GetObject on \
             resource: \"arn:aws:s3:::b/k\" with an explicit deny in a service control policy",
        )
        .expect("a refusal");
        assert_eq!(d.why(), "denied explicitly by service control policy");
        let d = Denial::of(
            "User: u is not authorized to perform: iam:PassRole with an explicit deny in an identity-based policy",
        )
        .expect("a refusal");
        assert_eq!(
            (d.resource, d.why().as_str()),
            (None, "denied explicitly by identity-based policy")
        );

        let d = Denial::of("User is not authorized to perform: rds:ModifyDBInstance")
            .expect("a refusal");
        assert_eq!(
            (d.who, d.action, d.policy),
            (None, "rds:ModifyDBInstance", None)
        );
        assert!(d.why().contains("does not say"));
    }

    #[test]
    fn encoded_parts_are_whole_or_cut() {
        let head = "You are not authorized to perform this operation. User: a is not authorized to \
                    perform: ec2:RunInstances on resource: r because no identity-based policy \
                    allows the ec2:RunInstances action. Encoded authorization failure message: ";
        let whole = format!("{head}abc_DEF-9");
        let d = Denial::of(&whole).expect("a refusal");
        assert_eq!(
            (d.who, d.action, d.encoded),
            (Some("a"), "ec2:RunInstances", Some("abc_DEF-9"))
        );
        assert!(d.encoded_note().expect("a note").contains("decode"));
        for cut in [
            format!("{head}abc..."),
            format!("{head}{}", "x".repeat(1024)),
        ] {
            let d = Denial::of(&cut).expect("a refusal");
            assert!(d.cut && d.encoded_note().expect("a note").contains("cut short"));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "Failed authentication",
            "not authorized to perform",
            "not authorized to perform: x",
            "You are not authorized to perform this operation.",
        ] {
            assert_eq!(Denial::of(text), None, "{text}");
        }
    }
}
