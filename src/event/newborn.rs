//! What a record says of the child it gives birth to, as it is read: borrowed from the record.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::base::time::UtcMicros;
use crate::event::pick::{self, Path, Places};
use crate::event::record::is_masked;

/// What a place of a record says of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Key,
    Expires,
    Id,
    Arn,
    Target,
    Session,
    /// What some calls name a session with, and others anything.
    Name,
    SourceIdentity,
    SignIn,
    SwitchedFrom,
    Host,
    Job,
    Function,
}

/// The places of a record that name a child.
static PATHS: &[(Says, Path)] = &[
    (
        Says::Key,
        &["responseElements", "credentials", "accessKeyId"],
    ),
    (
        Says::Expires,
        &["responseElements", "credentials", "expiration"],
    ),
    (
        Says::Id,
        &["responseElements", "assumedRoleUser", "assumedRoleId"],
    ),
    (Says::Arn, &["responseElements", "assumedRoleUser", "arn"]),
    (
        Says::Id,
        &["responseElements", "federatedUser", "federatedUserId"],
    ),
    (Says::Arn, &["responseElements", "federatedUser", "arn"]),
    (Says::Target, &["requestParameters", "roleArn"]),
    (Says::Session, &["requestParameters", "roleSessionName"]),
    (
        Says::SourceIdentity,
        &["requestParameters", "sourceIdentity"],
    ),
    (Says::Target, &["requestParameters", "targetPrincipal"]),
    (Says::Name, &["requestParameters", "name"]),
    (Says::SignIn, &["additionalEventData", "signInSessionArn"]),
    (Says::SwitchedFrom, &["additionalEventData", "SwitchFrom"]),
    (Says::Target, &["serviceEventDetails", "role_name"]),
    (Says::Target, &["requestParameters", "role_name"]),
    (Says::Target, &["requestParameters", "roleName"]),
    (Says::Target, &["requestParameters", "userName"]),
    (Says::Key, &["responseElements", "accessKey", "accessKeyId"]),
    (Says::Target, &["responseElements", "accessKey", "userName"]),
    (Says::Arn, &["responseElements", "user", "arn"]),
    (Says::Id, &["responseElements", "user", "userId"]),
    (Says::Arn, &["responseElements", "role", "arn"]),
    (Says::Id, &["responseElements", "role", "roleId"]),
    (Says::Function, &["requestParameters", "functionName"]),
    (Says::Function, &["responseElements", "functionName"]),
    (
        Says::Host,
        &[
            "responseElements",
            "instancesSet",
            "items",
            "*",
            "instanceId",
        ],
    ),
    (Says::Job, &["responseElements", "tasks", "*", "taskArn"]),
    (Says::Job, &["responseElements", "build", "id"]),
    (Says::Host, &["requestParameters", "target"]),
    (Says::Host, &["requestParameters", "instanceIds", "*"]),
    (Says::Host, &["requestParameters", "instanceId"]),
    (
        Says::Host,
        &[
            "requestParameters",
            "AssociateIamInstanceProfileRequest",
            "InstanceId",
        ],
    ),
    (
        Says::Host,
        &[
            "responseElements",
            "AssociateIamInstanceProfileResponse",
            "iamInstanceProfileAssociation",
            "instanceId",
        ],
    ),
    (
        Says::Host,
        &[
            "responseElements",
            "ReplaceIamInstanceProfileAssociationResponse",
            "iamInstanceProfileAssociation",
            "instanceId",
        ],
    ),
    (
        Says::Key,
        &[
            "responseElements",
            "credentialSet",
            "*",
            "credentials",
            "accessKeyId",
        ],
    ),
    (
        Says::Arn,
        &[
            "responseElements",
            "credentialSet",
            "*",
            "assumedRoleUser",
            "arn",
        ],
    ),
];

static PLACES: LazyLock<Places> =
    LazyLock::new(|| Places::new(PATHS.iter().map(|(_, path)| *path)));

/// A child while its record is read. What is hidden or empty names nobody, and is left out; of two
/// texts for one thing the later in the record counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Newborn<'a> {
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) arn: Option<Cow<'a, str>>,
    pub(super) target: Option<Cow<'a, str>>,
    pub(super) session: Option<Cow<'a, str>>,
    /// `requestParameters.name`.
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) source_identity: Option<Cow<'a, str>>,
    pub(super) sign_in: Option<Cow<'a, str>>,
    pub(super) switched_from: Option<Cow<'a, str>>,
    pub(super) hosts: Vec<Cow<'a, str>>,
    pub(super) expires: Option<UtcMicros>,
}

impl<'a> Newborn<'a> {
    /// Reads a record; `identity` is the text of its identity, where that was met before.
    pub(super) fn read(json: &'a [u8], identity: &[u8]) -> Self {
        let mut born = Self::default();
        pick::pick(json, &PLACES, identity, &mut |path, text| {
            if let Some((says, _)) = PATHS.get(path) {
                born.take(*says, text);
            }
        });
        born
    }

    fn take(&mut self, says: Says, text: Cow<'a, str>) {
        if text.is_empty() || is_masked(&text) {
            return;
        }
        let slot = match says {
            Says::Key => &mut self.key,
            Says::Id => &mut self.id,
            Says::Arn => &mut self.arn,
            Says::Target => &mut self.target,
            Says::Session => &mut self.session,
            Says::Name => &mut self.name,
            Says::SourceIdentity => &mut self.source_identity,
            Says::SignIn => &mut self.sign_in,
            Says::SwitchedFrom => &mut self.switched_from,
            Says::Expires => {
                self.expires = expiration(&text);
                return;
            }
            Says::Host => {
                self.hosts.push(text);
                return;
            }
            Says::Job => {
                self.hosts.push(part(text, last_part));
                return;
            }
            Says::Function => {
                self.target = Some(part(text, function_name));
                return;
            }
        };
        *slot = Some(text);
    }
}

/// A part of a text; of a borrowed one no copy.
fn part(text: Cow<'_, str>, of: fn(&str) -> &str) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(of(text)),
        Cow::Owned(text) => Cow::Owned(of(&text).to_owned()),
    }
}

/// What a task's ARN or a build's id ends with: the session is named after that.
fn last_part(text: &str) -> &str {
    text.rsplit(['/', ':']).next().unwrap_or(text)
}

/// The name of a function in a name, an ARN or a part of one: what follows `function:`.
fn function_name(text: &str) -> &str {
    let name = text.split("function:").last().unwrap_or(text);
    name.split(':').next().unwrap_or(name)
}

/// `expiration` as the services write it: ISO, `Aug 1, 2021 9:15:00 AM`, `Oct 8, 2024, 4:15:32 PM`,
/// or seconds since 1970.
fn expiration(text: &str) -> Option<UtcMicros> {
    if let Some(time) = UtcMicros::parse(text) {
        return Some(time);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1_000_000).map(UtcMicros);
    }
    // Some writers put a narrow no-break space before AM and PM.
    let plain = text.replace(['\u{202f}', '\u{a0}'], " ");
    ["%b %e, %Y %I:%M:%S %p", "%b %e, %Y, %I:%M:%S %p"]
        .iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(&plain, format).ok())
        .map(|t| UtcMicros(t.and_utc().timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expirations_in_every_spelling() {
        let at = UtcMicros::parse("2021-08-01T09:15:00Z");
        for text in [
            "Aug 1, 2021 9:15:00 AM",
            "Aug 1, 2021, 9:15:00 AM",
            "2021-08-01T09:15:00Z",
            "1627809300",
        ] {
            assert_eq!(expiration(text), at, "{text}");
        }
        assert_eq!(expiration("soon"), None);
    }
}
