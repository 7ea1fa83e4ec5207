//! `userIdentity` in all its shapes, reduced to one principal: a stable key and a label.
//!
//! The key is what a pivot follows; it never holds an access key id, so one user is one whatever
//! key was used. The label is what a list shows. The same name in two accounts stays two keys.

use crate::event::record::{Record, UserIdentity, is_masked};

/// What kind of identity a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// The account's root user.
    Root,
    /// An IAM user.
    User,
    /// One session of an assumed role.
    RoleSession,
    /// A role itself.
    Role,
    /// A session made by `GetFederationToken`.
    Federated,
    /// A SAML subject, on the call that trades it for a role.
    Saml,
    /// An OpenID Connect subject, on the call that trades it for a role.
    WebIdentity,
    /// A person of IAM Identity Center.
    IdentityCenter,
    /// A directory user (WorkDocs, QuickSight).
    Directory,
    /// A caller of another account, seen from the resource's side.
    Account,
    /// An unsigned request.
    Anonymous,
    /// An AWS service.
    Service,
    /// Whoever a role was first taken on for, as `sourceIdentity` says.
    SourceIdentity,
    /// None of these.
    Unknown,
}

impl PrincipalKind {
    /// The kind in a word or two, as shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::User => "user",
            Self::RoleSession => "role session",
            Self::Role => "role",
            Self::Federated => "federated",
            Self::Saml => "SAML subject",
            Self::WebIdentity => "web identity",
            Self::IdentityCenter => "Identity Center user",
            Self::Directory => "directory user",
            Self::Account => "another account",
            Self::Anonymous => "anonymous",
            Self::Service => "AWS service",
            Self::SourceIdentity => "source identity",
            Self::Unknown => "unknown",
        }
    }
}

/// Who acted: one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Stable for the same identity, different for any other.
    pub key: String,
    /// What a list shows.
    pub label: String,
    /// Its kind.
    pub kind: PrincipalKind,
    /// The account it belongs to, where known.
    pub account: Option<String>,
    /// The role (or user) whose session this is: an ARN.
    pub issuer: Option<String>,
    /// `principalId` as recorded, in order of text: what another account's record names it by. A user
    /// has several who was deleted and made anew under one ARN.
    pub ids: Vec<String>,
    /// Names it is found by, beside the label, in order of text: ARN tail, user name, session name,
    /// mail.
    pub names: Vec<String>,
}

/// The part of an ARN after the account: `user/alice` of `arn:aws:iam::1:user/alice`.
pub fn arn_tail(arn: &str) -> &str {
    arn.splitn(6, ':')
        .nth(5)
        .filter(|_| arn.starts_with("arn:"))
        .unwrap_or(arn)
}

/// The partition of ARNs in a region: `aws`, `aws-cn`, `aws-us-gov`, `aws-iso`, `aws-iso-b`.
pub fn partition_of(region: Option<&str>) -> &'static str {
    let region = region.unwrap_or("");
    [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-iso-", "aws-iso"),
    ]
    .iter()
    .find(|(start, _)| region.starts_with(start))
    .map_or("aws", |(_, partition)| partition)
}

/// A service's name without its domain.
pub fn service_label(name: &str) -> &str {
    name.strip_suffix(".amazonaws.com").unwrap_or(name)
}

fn known(text: Option<&str>) -> Option<&str> {
    text.filter(|t| !t.is_empty() && !is_masked(t) && *t != "Anonymous")
}

impl Principal {
    /// The principal of a record's `userIdentity`.
    pub fn of(record: &Record<'_>) -> Self {
        let id = record.identity.get();
        let account = known(id.account_id.as_deref());
        let name = known(id.user_name.as_deref()).filter(|_| !record.names_nobody());
        let arn = known(id.arn.as_deref());
        let principal_id = known(id.principal_id.as_deref());
        let mut principal = match id.kind.as_deref().unwrap_or("") {
            "Root" => root(account, name),
            "IAMUser" => {
                let partition = partition_of(record.aws_region.as_deref());
                user((account, partition), name, arn, principal_id)
            }
            "AssumedRole" => session(id, arn, principal_id),
            "Role" => {
                let key = arn.or(principal_id).unwrap_or("role:?");
                let label = arn.map_or(key, |a| last_segment(arn_tail(a)));
                Self::make(PrincipalKind::Role, key, label)
            }
            "FederatedUser" => federated(id, arn, principal_id),
            "SAMLUser" => {
                let provider = known(id.identity_provider.as_deref()).unwrap_or("?");
                let who = name.or(principal_id).unwrap_or("?");
                let key = format!("saml:{provider}#{}", principal_id.unwrap_or(who));
                Self::make(PrincipalKind::Saml, key, format!("saml:{who}"))
            }
            "WebIdentityUser" => {
                let who = name.or(principal_id).unwrap_or("?");
                let key = format!("web:{}", principal_id.unwrap_or(who));
                Self::make(PrincipalKind::WebIdentity, key, format!("web:{who}"))
            }
            "IdentityCenterUser" => identity_center(id, account, name, principal_id),
            "Directory" => {
                let who = principal_id.or(name).unwrap_or("?");
                Self::make(PrincipalKind::Directory, format!("directory:{who}"), who)
            }
            "AWSAccount" => other_account(id, principal_id),
            "AWSService" => service(id, record),
            _ if id.on_behalf_of.is_some() => identity_center(id, account, name, principal_id),
            "" if id.invoked_by.is_some() => service(id, record),
            "" if arn.is_none()
                && name.is_none()
                && principal_id.is_none()
                && account.is_none() =>
            {
                match known(record.source_ip.as_deref()).filter(|ip| ip.ends_with(".amazonaws.com"))
                {
                    Some(from) => Self::make(
                        PrincipalKind::Service,
                        format!("svc:{from}"),
                        service_label(from),
                    ),
                    None => Self::make(PrincipalKind::Unknown, "unknown", "(not recorded)"),
                }
            }
            _ => unknown(account, name, arn, principal_id),
        };
        principal.account = principal.account.or_else(|| account.map(str::to_owned));
        principal.ids.extend(principal_id.map(str::to_owned));
        for extra in [
            arn.map(arn_tail),
            name,
            known(id.source_identity.as_deref()),
        ] {
            principal.name(extra.unwrap_or(""));
        }
        principal.names.sort_unstable();
        principal
    }

    /// A principal of a key and a label, of which nothing else is known.
    pub fn make(kind: PrincipalKind, key: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            kind,
            account: None,
            issuer: None,
            ids: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Adds a name it is found by, once.
    fn name(&mut self, name: &str) {
        if !name.is_empty() && name != self.label && !self.names.iter().any(|n| n == name) {
            self.names.push(name.to_owned());
        }
    }
}

fn root(account: Option<&str>, alias: Option<&str>) -> Principal {
    let account = account.unwrap_or("?");
    let mut p = Principal::make(
        PrincipalKind::Root,
        format!("root:{account}"),
        format!("root@{account}"),
    );
    p.name(alias.unwrap_or(""));
    p.name("root");
    p
}

fn user(
    (account, partition): (Option<&str>, &str),
    name: Option<&str>,
    arn: Option<&str>,
    principal_id: Option<&str>,
) -> Principal {
    let label = name
        .or(arn.map(|a| last_segment(arn_tail(a))))
        .or(principal_id)
        .unwrap_or("?");
    // One record in thousands of a user lacks the ARN; built from account and name it is the same
    // user. A path (`user/dept/alice`) cannot be rebuilt, so such a record stays apart.
    let key = match (arn, account, name) {
        (Some(arn), _, _) => arn.to_owned(),
        (None, Some(account), Some(name)) => format!("arn:{partition}:iam::{account}:user/{name}"),
        (None, _, _) => format!("user:{}", principal_id.or(name).unwrap_or("?")),
    };
    Principal::make(PrincipalKind::User, key, label)
}

fn session(id: &UserIdentity<'_>, arn: Option<&str>, principal_id: Option<&str>) -> Principal {
    let issuer = known(id.issuer_arn.as_deref());
    let tail = arn.map_or("", arn_tail);
    let mut parts = tail.splitn(3, '/');
    let (_, from_arn, session_of_arn) = (parts.next(), parts.next(), parts.next());
    let role = from_arn
        .or(known(id.issuer_name.as_deref()))
        .or(issuer.map(|a| last_segment(arn_tail(a))))
        .unwrap_or("?");
    let session = session_of_arn
        .or(principal_id.and_then(|p| p.split_once(':')).map(|(_, s)| s))
        .filter(|s| !s.is_empty());
    let label = match (role.strip_prefix("AWSReservedSSO_"), session) {
        (Some(set), Some(session)) => {
            // The last part of a reserved role's name is a hash that says nothing to a person.
            let set = set.rsplit_once('_').map_or(set, |(name, _)| name);
            format!("sso:{session} ({set})")
        }
        (_, Some(session)) => format!("{role}/{session}"),
        (_, None) => role.to_owned(),
    };
    let key = principal_id
        .filter(|p| p.contains(':'))
        .or(arn)
        .or(principal_id)
        .map_or_else(|| format!("session:{label}"), str::to_owned);
    let mut p = Principal::make(PrincipalKind::RoleSession, key, label);
    p.issuer = issuer.map(str::to_owned);
    p.account = known(id.issuer_account.as_deref()).map(str::to_owned);
    p.name(session.unwrap_or(""));
    p
}

fn federated(id: &UserIdentity<'_>, arn: Option<&str>, principal_id: Option<&str>) -> Principal {
    let key = arn.or(principal_id).unwrap_or("federated:?");
    let name = last_segment(arn.map_or(key, arn_tail));
    let issuer = known(id.issuer_arn.as_deref());
    let by = known(id.issuer_name.as_deref()).or(issuer.map(|a| last_segment(arn_tail(a))));
    let label = match by {
        Some(by) => format!("federated {name} (by {by})"),
        None => format!("federated {name}"),
    };
    let mut p = Principal::make(PrincipalKind::Federated, key, label);
    p.issuer = issuer.map(str::to_owned);
    p.name(name);
    p
}

fn identity_center(
    id: &UserIdentity<'_>,
    account: Option<&str>,
    name: Option<&str>,
    principal_id: Option<&str>,
) -> Principal {
    let user = known(id.on_behalf_of.as_deref())
        .or(principal_id)
        .or(name)
        .unwrap_or("?");
    // User ids repeat between identity stores: never the id alone.
    let store = known(id.identity_store.as_deref())
        .or(account)
        .unwrap_or("?");
    let mut p = Principal::make(
        PrincipalKind::IdentityCenter,
        format!("{store}#{user}"),
        name.unwrap_or(user),
    );
    p.name(user);
    p
}

fn other_account(id: &UserIdentity<'_>, principal_id: Option<&str>) -> Principal {
    match (id.account_id.as_deref().unwrap_or(""), principal_id) {
        ("ANONYMOUS_PRINCIPAL" | "anonymous" | "", None) => {
            Principal::make(PrincipalKind::Anonymous, "anonymous", "anonymous")
        }
        (account, Some(principal)) => {
            let mut p = Principal::make(
                PrincipalKind::Account,
                format!("acct:{account}:{principal}"),
                format!("account {account} ({principal})"),
            );
            p.name(principal);
            p.name(account);
            p
        }
        (account, None) => Principal::make(
            PrincipalKind::Account,
            format!("acct:{account}"),
            format!("account {account}"),
        ),
    }
}

fn service(id: &UserIdentity<'_>, record: &Record<'_>) -> Principal {
    let by = known(id.invoked_by.as_deref())
        .or(known(record.source_ip.as_deref()))
        .or(known(record.event_source.as_deref()))
        .unwrap_or("AWS");
    let mut p = Principal::make(
        PrincipalKind::Service,
        format!("svc:{by}"),
        service_label(by),
    );
    p.name(by);
    p
}

fn unknown(
    account: Option<&str>,
    name: Option<&str>,
    arn: Option<&str>,
    principal_id: Option<&str>,
) -> Principal {
    let label = name
        .or(arn.map(|a| last_segment(arn_tail(a))))
        .or(principal_id)
        .or(account);
    let key = match (arn, principal_id.or(name)) {
        (Some(arn), _) => arn.to_owned(),
        (None, Some(id)) => format!("unknown:{}:{id}", account.unwrap_or("?")),
        (None, None) => format!("unknown:{}", account.unwrap_or("?")),
    };
    Principal::make(PrincipalKind::Unknown, key, label.unwrap_or("?"))
}

/// The last `/` segment.
pub fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::record::HIDDEN;

    fn identity<'a>(pairs: &[(&str, &'a str)]) -> Record<'a> {
        let mut r = Record::default();
        let id = r.identity.edit();
        for (key, value) in pairs {
            let slot = match *key {
                "type" => &mut id.kind,
                "principalId" => &mut id.principal_id,
                "arn" => &mut id.arn,
                "accountId" => &mut id.account_id,
                "userName" => &mut id.user_name,
                "invokedBy" => &mut id.invoked_by,
                "issuer" => &mut id.issuer_arn,
                "onBehalfOf" => &mut id.on_behalf_of,
                "store" => &mut id.identity_store,
                "provider" => &mut id.identity_provider,
                other => panic!("no such field {other}"),
            };
            *slot = Some((*value).into());
        }
        r
    }

    fn check(pairs: &[(&str, &str)], key: &str, label: &str) {
        let p = Principal::of(&identity(pairs));
        assert_eq!(
            (p.key.as_str(), p.label.as_str()),
            (key, label),
            "{pairs:?}"
        );
    }

    #[test]
    fn a_name_that_nobody_has_is_no_identity() {
        let pairs = [
            ("type", "IAMUser"),
            ("accountId", "1"),
            ("userName", "typed"),
        ];
        let mut record = identity(&pairs);
        record.error_message = Some("No username found in supplied account".into());
        let p = Principal::of(&record);
        assert_eq!((p.key.as_str(), p.label.as_str()), ("user:?", "?"));
        assert!(p.names.is_empty());
    }

    #[test]
    fn every_type_has_a_key_and_a_label() {
        check(
            &[
                ("type", "Root"),
                ("accountId", "111122223333"),
                ("userName", "corp"),
            ],
            "root:111122223333",
            "root@111122223333",
        );
        check(
            &[
                ("type", "IAMUser"),
                ("arn", "arn:aws:iam::1:user/ops/Alice"),
                ("userName", "Alice"),
            ],
            "arn:aws:iam::1:user/ops/Alice",
            "Alice",
        );
        check(
            &[
                ("type", "IAMUser"),
                ("accountId", "1"),
                ("userName", "Alice"),
                ("arn", ""),
            ],
            "arn:aws:iam::1:user/Alice",
            "Alice",
        );
        check(
            &[
                ("type", "AssumedRole"),
                ("principalId", "AROAX:alice"),
                ("arn", "arn:aws:sts::1:assumed-role/Admin/alice"),
                ("issuer", "arn:aws:iam::1:role/path/Admin"),
            ],
            "AROAX:alice",
            "Admin/alice",
        );
        check(
            &[
                ("type", "AssumedRole"),
                ("principalId", "AROAX:a@example.com"),
                (
                    "arn",
                    "arn:aws:sts::1:assumed-role/AWSReservedSSO_Read_Only_0123abcd/a@example.com",
                ),
            ],
            "AROAX:a@example.com",
            "sso:a@example.com (Read_Only)",
        );
        check(
            &[("type", "AWSService"), ("invokedBy", "ec2.amazonaws.com")],
            "svc:ec2.amazonaws.com",
            "ec2",
        );
        check(
            &[("accountId", "1"), ("invokedBy", "ec2.amazonaws.com")],
            "svc:ec2.amazonaws.com",
            "ec2",
        );
        check(
            &[
                ("type", "AWSAccount"),
                ("accountId", "ANONYMOUS_PRINCIPAL"),
                ("principalId", ""),
            ],
            "anonymous",
            "anonymous",
        );
        check(
            &[
                ("type", "AWSAccount"),
                ("accountId", "2"),
                ("principalId", "AROAX:s"),
            ],
            "acct:2:AROAX:s",
            "account 2 (AROAX:s)",
        );
        check(
            &[
                ("type", "Unknown"),
                ("onBehalfOf", "u-1"),
                ("store", "arn:aws:identitystore::1:s/d-1"),
            ],
            "arn:aws:identitystore::1:s/d-1#u-1",
            "u-1",
        );
        check(
            &[
                ("type", "SAMLUser"),
                ("principalId", "q:sub"),
                ("userName", "al"),
                ("provider", "q"),
            ],
            "saml:q#q:sub",
            "saml:al",
        );
        check(&[], "unknown", "(not recorded)");
    }

    #[test]
    fn a_hidden_name_is_nobody() {
        check(
            &[
                ("type", "IAMUser"),
                ("accountId", "1"),
                ("userName", HIDDEN),
                ("principalId", "AIDAX"),
            ],
            "user:AIDAX",
            "AIDAX",
        );
    }

    #[test]
    fn two_accounts_two_principals() {
        let a = Principal::of(&identity(&[
            ("type", "IAMUser"),
            ("arn", "arn:aws:iam::1:user/A"),
        ]));
        let b = Principal::of(&identity(&[
            ("type", "IAMUser"),
            ("arn", "arn:aws:iam::2:user/A"),
        ]));
        assert_ne!(a.key, b.key);
    }
}
