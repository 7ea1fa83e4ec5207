//! Which credential a record was made with: the session it belongs to, by its own evidence.
//!
//! A session is named by a hash of what makes it one, so that the same evidence gives the same
//! name whatever file it comes in first:
//! - a console session by its principal and `creationDate`, since the console re-mints keys;
//! - a session by key, where there is one, and its principal;
//! - what a service does with forwarded credentials by the principal, its `creationDate` and the
//!   forwarded key, which no event ever issued;
//! - everything else by its principal.

use sha2::{Digest, Sha256};

use crate::base::time::UtcMicros;
use crate::event::principal::{Principal, PrincipalKind};
use crate::event::record::{Record, UserIdentity, is_masked};

/// What kind of credential a session has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionKind {
    /// The web console.
    Console,
    /// A temporary key: a role, a federated user, an MFA session.
    Temporary,
    /// A long-lived access key.
    LongLived,
    /// A service that acts with credentials forwarded by a principal.
    Forwarded,
    /// A service that acts for itself.
    Service,
    /// No credential is recorded: sign-ins, other accounts, unsigned requests.
    Unkeyed,
}

impl SessionKind {
    /// The word that is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Temporary => "temporary key",
            Self::LongLived => "access key",
            Self::Forwarded => "forwarded",
            Self::Service => "service",
            Self::Unkeyed => "no key",
        }
    }
}

/// What one record says of the session it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSeed {
    /// Its name: twelve letters and digits.
    pub name: String,
    /// Its kind.
    pub kind: SessionKind,
    /// When it was made, as `creationDate` says.
    pub created: Option<UtcMicros>,
    /// Whether it was opened with a second factor, where the record says.
    pub mfa: Option<bool>,
    /// Identities that AWS stamped on it, where there are any.
    pub stamps: Option<Box<Stamps>>,
}

/// Identities that AWS stamps on a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamps {
    /// `sourceIdentity`.
    pub source_identity: Option<String>,
    /// `onBehalfOf`: identity store and user, as the key of an Identity Center user's principal.
    pub on_behalf_of: Option<String>,
    /// `signInSessionArn`.
    pub sign_in: Option<String>,
}

impl Stamps {
    /// Adds what another record of the session says; of two claims the smaller stays, whatever
    /// came first.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.source_identity, &other.source_identity),
            (&mut self.on_behalf_of, &other.on_behalf_of),
            (&mut self.sign_in, &other.sign_in),
        ] {
            if let Some(theirs) = theirs
                && mine.as_ref().is_none_or(|m| theirs < m)
            {
                *mine = Some(theirs.clone());
            }
        }
    }
}

fn known(text: Option<&str>) -> Option<&str> {
    text.filter(|t| !t.is_empty() && !is_masked(t))
}

/// The access key of an identity, where it is one and not what was put in its place.
pub fn key_of<'a>(id: &'a UserIdentity<'_>) -> Option<&'a str> {
    known(id.access_key_id.as_deref())
}

impl SessionSeed {
    /// The session of a record whose principal is known already.
    pub fn of(record: &Record<'_>, principal: &Principal) -> Self {
        let id = record.identity.get();
        let key = key_of(id);
        let has_key = id.access_key_id.as_deref().is_some_and(|k| !k.is_empty());
        let creation = known(id.creation_date.as_deref());
        let forwarded = known(id.invoked_by.as_deref()).is_some();
        let (kind, parts) = match (principal.kind, creation) {
            (PrincipalKind::Service, _) => (SessionKind::Service, ["service", "", ""]),
            (_, Some(made)) if record.from_console || !has_key && !forwarded => {
                (SessionKind::Console, ["console", made, ""])
            }
            _ if forwarded => (
                SessionKind::Forwarded,
                ["forwarded", creation.unwrap_or(""), key.unwrap_or("")],
            ),
            _ => match key {
                Some(key) if key.starts_with("AKIA") => (SessionKind::LongLived, ["key", key, ""]),
                Some(key) => (SessionKind::Temporary, ["key", key, ""]),
                // A key was there and was taken out: the moment tells its sessions apart.
                None if has_key && creation.is_some() => (
                    SessionKind::Temporary,
                    ["masked", creation.unwrap_or(""), ""],
                ),
                None => (SessionKind::Unkeyed, ["", "", ""]),
            },
        };
        let [class, a, b] = parts;
        let on_behalf_of = known(id.on_behalf_of.as_deref()).map(|user| {
            let store = known(id.identity_store.as_deref()).or(known(id.account_id.as_deref()));
            format!("{}#{user}", store.unwrap_or("?"))
        });
        let stamps = Stamps {
            source_identity: known(id.source_identity.as_deref()).map(str::to_owned),
            on_behalf_of,
            sign_in: known(id.sign_in_session.as_deref()).map(str::to_owned),
        };
        Self {
            name: name(&[class, a, b, &principal.key]),
            kind,
            created: creation.and_then(UtcMicros::parse),
            mfa: record.mfa(),
            stamps: (stamps != Stamps::default()).then(|| Box::new(stamps)),
        }
    }
}

/// Letters a name is written in: none that is taken for another.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Sixty bits of a hash of the parts, as twelve letters.
fn name(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let bits = digest[..8]
        .iter()
        .fold(0u64, |bits, b| bits << 8 | u64::from(*b));
    (0..12)
        .map(|i| char::from(LETTERS[(bits >> (59 - 5 * i) & 31) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::record::HIDDEN;

    fn session(id: UserIdentity<'static>, from_console: bool) -> SessionSeed {
        let record = Record {
            identity: id.into(),
            from_console,
            ..Record::default()
        };
        SessionSeed::of(&record, &Principal::of(&record))
    }

    fn role(key: &'static str, created: &'static str) -> UserIdentity<'static> {
        UserIdentity {
            kind: Some("AssumedRole".into()),
            principal_id: Some("AROAX:alice".into()),
            access_key_id: Some(key.into()),
            creation_date: Some(created.into()),
            ..UserIdentity::default()
        }
    }

    #[test]
    fn the_console_remints_keys_within_one_session() {
        let a = session(role("ASIA1", "2026-01-01T00:00:00Z"), true);
        let b = session(role("ASIA2", "2026-01-01T00:00:00Z"), true);
        let later = session(role("ASIA2", "2026-01-01T09:00:00Z"), true);
        assert_eq!((a.kind, &a.name), (SessionKind::Console, &b.name));
        assert_ne!(a.name, later.name);
    }

    #[test]
    fn other_sessions_go_by_key() {
        let a = session(role("ASIA1", "2026-01-01T00:00:00Z"), false);
        let b = session(role("ASIA2", "2026-01-01T00:00:00Z"), false);
        assert_eq!(a.kind, SessionKind::Temporary);
        assert_ne!(a.name, b.name);
        assert_eq!(a.name.len(), 12);
    }

    #[test]
    fn hidden_and_empty_keys_are_none() {
        for hidden in [HIDDEN, "", "AKIA****", "ASIA**********XMPL"] {
            let id = UserIdentity {
                kind: Some("IAMUser".into()),
                arn: Some("arn:aws:iam::1:user/a".into()),
                access_key_id: Some(hidden.into()),
                ..UserIdentity::default()
            };
            assert_eq!(session(id, false).kind, SessionKind::Unkeyed, "{hidden}");
        }
    }

    #[test]
    fn forwarded_credentials_are_told_apart() {
        let plain = session(role("ASIA1", "2026-01-01T00:00:00Z"), false);
        let mut id = role("ASIA1", "2026-01-01T00:00:00Z");
        id.invoked_by = Some("cloudformation.amazonaws.com".into());
        let by_service = session(id, false);
        assert_eq!(by_service.kind, SessionKind::Forwarded);
        assert_ne!(plain.name, by_service.name);
    }
}
