//! Which calls give birth to a credential, a session or an identity, and where in their records
//! the child stands.
//!
//! Two tables: [`LinkKind`] says of every kind of link how sure it is and whether it carries a
//! person on, [`CALLS`] says which call makes which link. Source of both: the user guide's pages
//! on `userIdentity`, STS, sign-in and Identity Center events, and what real logs hold.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::base::time::UtcMicros;
use crate::event::newborn::Newborn;
use crate::event::outcome::{self, Outcome};
use crate::event::record::{KnownIdentity, Record};
use crate::event::texts::Texts;

/// How sure a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Likely from names and times; evidence that would prove it is missing. Drawn with `~`.
    Inferred,
    /// AWS itself stamped the same identity on both sides.
    Strong,
    /// One id, issued or shared by AWS, stands on both sides.
    Exact,
}

impl Confidence {
    /// The word that is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inferred => "inferred",
            Self::Strong => "strong",
            Self::Exact => "exact",
        }
    }
}

/// What ties a session to where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// A temporary key that a call issued is the key of the session.
    IssuedKey,
    /// Two accounts' records of one call share an id.
    SharedEvent,
    /// The id of the assumed role's session and the time of its making agree.
    RoleSession,
    /// A console sign-in of the same identity at the moment the session was made.
    ConsoleSignIn,
    /// A switch of roles in the console at the moment the session was made.
    SwitchedRole,
    /// The ARN of a sign-in session stands on both sides.
    SignInSession,
    /// AWS stamped the Identity Center user the session acts for.
    OnBehalfOf,
    /// AWS stamped the source identity that was given when the first role was assumed.
    SourceIdentity,
    /// AWS stamped the user whose federated session it is.
    FederatedBy,
    /// Another account's view of a caller carries its principal id.
    SamePrincipal,
    /// A service acts with credentials forwarded by the session.
    Forwarded,
    /// A role of an Identity Center portal was opened at the moment the session was made.
    PortalRole,
    /// Role, session name and time agree with a call that hides the key it issued.
    SameName,
    /// A long-lived access key that another identity made.
    CreatedKey,
    /// A console password that another identity made.
    CreatedLogin,
    /// A user that another identity made.
    CreatedUser,
    /// A role that another identity made.
    CreatedRole,
    /// Another credential that was made: its use leaves no key to follow.
    CreatedCredential,
    /// A change of what an identity may do.
    ChangedRights,
    /// The session of an instance's role is named like an instance that was launched.
    Instance,
    /// The session of a function's role is named like a function that was made or changed.
    Function,
    /// The session of a task's or build's role is named like one that was started.
    Task,
    /// A shell or command on the instance whose role's session it is.
    HostAccess,
    /// A role session opened with a certificate whose trust anchor was made.
    TrustAnchor,
}

impl LinkKind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::IssuedKey,
        Self::SharedEvent,
        Self::RoleSession,
        Self::ConsoleSignIn,
        Self::SwitchedRole,
        Self::SignInSession,
        Self::OnBehalfOf,
        Self::SourceIdentity,
        Self::FederatedBy,
        Self::SamePrincipal,
        Self::Forwarded,
        Self::PortalRole,
        Self::SameName,
        Self::CreatedKey,
        Self::CreatedLogin,
        Self::CreatedUser,
        Self::CreatedRole,
        Self::CreatedCredential,
        Self::ChangedRights,
        Self::Instance,
        Self::Function,
        Self::Task,
        Self::HostAccess,
        Self::TrustAnchor,
    ];

    /// Its name in output, how sure it is at best, whether one person stands on both sides, and
    /// what proves it: the one table of links.
    const fn row(self) -> (&'static str, Confidence, bool, &'static str) {
        use Confidence::{Exact, Inferred, Strong};
        match self {
            Self::IssuedKey => (
                "issued-key",
                Exact,
                true,
                "responseElements.credentials.accessKeyId = userIdentity.accessKeyId",
            ),
            Self::SharedEvent => (
                "shared-event",
                Exact,
                true,
                "sharedEventID of both accounts' records",
            ),
            Self::RoleSession => (
                "role-session",
                Strong,
                true,
                "assumedRoleUser.assumedRoleId = userIdentity.principalId, creationDate = eventTime",
            ),
            Self::ConsoleSignIn => (
                "console-sign-in",
                Strong,
                true,
                "ConsoleLogin of the same principal, creationDate = eventTime",
            ),
            Self::SwitchedRole => (
                "switched-role",
                Strong,
                true,
                "SwitchRole into the same principal, creationDate = eventTime, from additionalEventData.SwitchFrom",
            ),
            Self::SignInSession => (
                "sign-in-session",
                Strong,
                true,
                "additionalEventData.signInSessionArn = sessionContext.signInSessionArn",
            ),
            Self::OnBehalfOf => (
                "on-behalf-of",
                Strong,
                true,
                "userIdentity.onBehalfOf.userId and identityStoreArn",
            ),
            Self::SourceIdentity => (
                "source-identity",
                Strong,
                true,
                "sessionContext.sourceIdentity",
            ),
            Self::FederatedBy => (
                "federated-by",
                Strong,
                true,
                "sessionContext.sessionIssuer.arn of a federated user",
            ),
            Self::SamePrincipal => (
                "same-principal",
                Strong,
                true,
                "userIdentity.principalId in another account's record",
            ),
            Self::Forwarded => (
                "forwarded",
                Strong,
                true,
                "userIdentity.invokedBy, same principal and creationDate",
            ),
            Self::PortalRole => (
                "portal-role",
                Inferred,
                true,
                "role of GetRoleCredentials, creationDate = eventTime; the portal logs no key",
            ),
            Self::SameName => (
                "same-name",
                Inferred,
                true,
                "role and session name of an AssumeRole that hides its key, creationDate = eventTime",
            ),
            Self::CreatedKey => (
                "created-key",
                Exact,
                false,
                "responseElements.accessKey.accessKeyId = userIdentity.accessKeyId",
            ),
            Self::CreatedLogin => (
                "created-login",
                Strong,
                false,
                "requestParameters.userName, then a console sign-in of that user",
            ),
            Self::CreatedUser => (
                "created-user",
                Strong,
                false,
                "responseElements.user.arn and userId = userIdentity",
            ),
            Self::CreatedRole => (
                "created-role",
                Strong,
                false,
                "responseElements.role.roleId = the role id of userIdentity.principalId",
            ),
            Self::CreatedCredential => (
                "created-credential",
                Inferred,
                false,
                "made for that user; its use leaves no key to follow",
            ),
            Self::ChangedRights => (
                "changed-rights",
                Inferred,
                false,
                "requestParameters name the user or role",
            ),
            Self::Instance => (
                "instance",
                Inferred,
                false,
                "role session name = responseElements.instancesSet.items[].instanceId",
            ),
            Self::Function => (
                "function",
                Inferred,
                false,
                "role session name = requestParameters.functionName",
            ),
            Self::Task => (
                "task",
                Inferred,
                false,
                "role session name = id of the task or build",
            ),
            Self::HostAccess => (
                "host-access",
                Inferred,
                false,
                "a shell or command on the instance the role session is named after",
            ),
            Self::TrustAnchor => (
                "trust-anchor",
                Inferred,
                false,
                "a role session issued by rolesanywhere after its trust anchor or profile was made",
            ),
        }
    }

    /// Its name in output.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// How sure it is at best; odd evidence lowers it.
    pub const fn confidence(self) -> Confidence {
        self.row().1
    }

    /// Whether the same person stands on both sides. A key made for another user does not make
    /// that user the person who made it.
    pub const fn same_person(self) -> bool {
        self.row().2
    }

    /// The fields that prove it.
    pub const fn evidence(self) -> &'static str {
        self.row().3
    }
}

/// A call that gives birth to something.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// The service's name before its domain.
    pub service: &'static str,
    /// The call, without its API date.
    pub name: &'static str,
    /// The link it makes.
    pub link: LinkKind,
}

impl Call {
    /// The call of a name, with or without its API date; services are not told apart.
    pub fn named(name: &str) -> Option<&'static Self> {
        static NAMES: LazyLock<HashMap<&str, &Call>> =
            LazyLock::new(|| CALLS.iter().map(|call| (call.name, call)).collect());
        // Most records are of calls that begin otherwise.
        if STARTS & start(name) == 0 {
            return None;
        }
        NAMES.get(outcome::fold_name(name)).copied()
    }
}

/// A bit for the first letters of a call's name; others may share it.
const fn start(name: &str) -> u128 {
    let Some(letters) = name.as_bytes().first_chunk::<START>() else {
        return 0;
    };
    1 << (u32::from_le_bytes(*letters).wrapping_mul(SPREAD) >> 25)
}

/// Chosen so that no call that fills logs shares a bit with one of [`CALLS`].
const SPREAD: u32 = 0x4da9_8f1d;

/// Letters that [`start`] looks at; every call has as many.
const START: usize = 4;

/// The bits of all calls.
const STARTS: u128 = {
    let (mut starts, mut at) = (0, 0);
    while at < CALLS.len() {
        assert!(CALLS[at].name.len() >= START, "a call of fewer letters");
        starts |= start(CALLS[at].name);
        at += 1;
    }
    starts
};

const fn call(service: &'static str, name: &'static str, link: LinkKind) -> Call {
    Call {
        service,
        name,
        link,
    }
}

/// Every call that gives birth to something. Jobs of Glue and `SageMaker` are not among them: the
/// sessions of their roles are named alike for every job, so nothing ties one to who started it.
pub static CALLS: &[Call] = &[
    call("sts", "AssumeRole", LinkKind::IssuedKey),
    call("sts", "AssumeRoleWithSAML", LinkKind::IssuedKey),
    call("sts", "AssumeRoleWithWebIdentity", LinkKind::IssuedKey),
    call("sts", "AssumeRoot", LinkKind::IssuedKey),
    call("sts", "GetSessionToken", LinkKind::IssuedKey),
    call("sts", "GetFederationToken", LinkKind::IssuedKey),
    call("rolesanywhere", "CreateSession", LinkKind::IssuedKey),
    call("signin", "GetSigninToken", LinkKind::IssuedKey),
    call("signin", "ConsoleLogin", LinkKind::ConsoleSignIn),
    call("signin", "SwitchRole", LinkKind::SwitchedRole),
    call("signin", "ExitRole", LinkKind::SwitchedRole),
    call("signin", "RenewRole", LinkKind::SwitchedRole),
    call("signin", "CreateOAuth2Token", LinkKind::SignInSession),
    call("signin", "AuthorizeOAuth2Access", LinkKind::SignInSession),
    call("sso", "GetRoleCredentials", LinkKind::PortalRole),
    call("sso", "Federate", LinkKind::PortalRole),
    call("iam", "CreateAccessKey", LinkKind::CreatedKey),
    call("iam", "CreateLoginProfile", LinkKind::CreatedLogin),
    call("iam", "UpdateLoginProfile", LinkKind::CreatedLogin),
    call("iam", "CreateUser", LinkKind::CreatedUser),
    call("iam", "CreateRole", LinkKind::CreatedRole),
    call(
        "iam",
        "CreateServiceSpecificCredential",
        LinkKind::CreatedCredential,
    ),
    call(
        "iam",
        "UploadSigningCertificate",
        LinkKind::CreatedCredential,
    ),
    call("iam", "UploadSSHPublicKey", LinkKind::CreatedCredential),
    call("iam", "AddUserToGroup", LinkKind::ChangedRights),
    call("iam", "AttachUserPolicy", LinkKind::ChangedRights),
    call("iam", "AttachRolePolicy", LinkKind::ChangedRights),
    call("iam", "PutUserPolicy", LinkKind::ChangedRights),
    call("iam", "PutRolePolicy", LinkKind::ChangedRights),
    call("iam", "UpdateAssumeRolePolicy", LinkKind::ChangedRights),
    call("iam", "AddRoleToInstanceProfile", LinkKind::ChangedRights),
    call("rolesanywhere", "CreateTrustAnchor", LinkKind::TrustAnchor),
    call("rolesanywhere", "CreateProfile", LinkKind::TrustAnchor),
    call("ec2", "RunInstances", LinkKind::Instance),
    call("ec2", "AssociateIamInstanceProfile", LinkKind::Instance),
    call(
        "ec2",
        "ReplaceIamInstanceProfileAssociation",
        LinkKind::Instance,
    ),
    call("lambda", "CreateFunction", LinkKind::Function),
    call("lambda", "UpdateFunctionCode", LinkKind::Function),
    call("lambda", "UpdateFunctionConfiguration", LinkKind::Function),
    call("ecs", "RunTask", LinkKind::Task),
    call("codebuild", "StartBuild", LinkKind::Task),
    call("ssm", "StartSession", LinkKind::HostAccess),
    call("ssm", "SendCommand", LinkKind::HostAccess),
    call(
        "ec2-instance-connect",
        "SendSSHPublicKey",
        LinkKind::HostAccess,
    ),
];

/// What one record says of the child it gave birth to, or failed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// The call.
    pub call: &'static Call,
    /// Whether it failed: then nothing was born, and the rest is what was asked for.
    pub failed: bool,
    /// Whether the ARN and the session's name stand in the other texts.
    derived: Derived,
    texts: Texts<8>,
    /// When the credential ends, in microseconds; [`NEVER`] where nothing is said.
    expires: i64,
    /// A hash of the record, the same in every run: puts births in one order that are told by records
    /// of one id and moment.
    pub mark: u64,
}

/// There are very many of births, and each is kept.
const _: () = assert!(size_of::<Birth>() <= 48);

/// Stands for no end.
const NEVER: i64 = i64::MAX;

/// Texts of a birth that its other texts say, and that are not kept then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Derived {
    /// The ARN is that of the role's session: of the role asked for, under the session's name.
    arn: bool,
    /// The name of the session is what follows the colon of the child's id.
    session: bool,
}

impl Birth {
    /// The access key id that was issued or made.
    pub fn key(&self) -> Option<&str> {
        self.texts.get(0)
    }

    /// The id of the child: `AROA…:session`, `AIDA…`, `AROA…`, `account:name`.
    pub fn id(&self) -> Option<&str> {
        self.texts.get(1)
    }

    /// The ARN of the child.
    pub fn arn(&self) -> Option<Cow<'_, str>> {
        if self.derived.arn {
            let parts = session_arn(self.target()?, self.session()?)?;
            return Some(Cow::Owned(parts.concat()));
        }
        self.texts.get(2).map(Cow::Borrowed)
    }

    /// Whether the child has this ARN.
    pub fn has_arn(&self, arn: &str) -> bool {
        if self.derived.arn {
            let both = self.target().zip(self.session());
            return both.is_some_and(|(role, name)| is_session_arn(arn, role, name));
        }
        self.texts.get(2) == Some(arn)
    }

    /// What was asked for: a role's ARN, a user's, role's or function's name.
    pub fn target(&self) -> Option<&str> {
        self.texts.get(3)
    }

    /// The name the session was given.
    pub fn session(&self) -> Option<&str> {
        if self.derived.session {
            return self.id().and_then(name_in);
        }
        self.texts.get(4)
    }

    /// Who it is, as the caller or a token says: source identity.
    pub fn source_identity(&self) -> Option<&str> {
        self.texts.get(5)
    }

    /// The ARN of the sign-in session.
    pub fn sign_in(&self) -> Option<&str> {
        self.texts.get(6)
    }

    /// The identity that switched roles.
    pub fn switched_from(&self) -> Option<&str> {
        self.texts.get(7)
    }

    /// Instances, tasks and builds: ids the child sessions are named after.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.texts.rest()
    }

    /// When the credential ends.
    pub const fn expires(&self) -> Option<UtcMicros> {
        match self.expires {
            NEVER => None,
            at => Some(UtcMicros(at)),
        }
    }

    /// What a record gives birth to; `None` for every call that is not in the table.
    pub fn of(record: &Record<'_>, json: &[u8]) -> Option<Self> {
        let call = Call::named(record.event_name.as_deref()?)?;
        let source = record.event_source.as_deref()?;
        let domain = source.strip_prefix(call.service)?;
        if !domain.starts_with('.') {
            return None;
        }
        let error = outcome::error_of(record);
        let failed = Outcome::of_error(error) != Outcome::Ok;
        let known = record.identity.known().map(KnownIdentity::raw);
        let mut born = Newborn::read(json, known.unwrap_or_default());
        if call.name == "GetFederationToken" {
            born.session = born.session.or(born.name.take());
        }
        if failed {
            born.key = None;
            // A refused call has no parameters: its target stands in the message only.
            let message = record.error_message.as_deref().unwrap_or("");
            born.target = born.target.or_else(|| {
                let (_, rest) = message.rsplit_once("on resource: ")?;
                rest.split_whitespace().next().map(Cow::Borrowed)
            });
        }
        let mark = FixedState::with_seed(0).hash_one(json);
        Some(Self::kept(&born, call, failed, mark))
    }

    fn kept(born: &Newborn<'_>, call: &'static Call, failed: bool, mark: u64) -> Self {
        let (id, arn) = (born.id.as_deref(), born.arn.as_deref());
        let (target, session) = (born.target.as_deref(), born.session.as_deref());
        let of_role = arn.zip(target.zip(session));
        let derived = Derived {
            arn: of_role.is_some_and(|(arn, (role, name))| is_session_arn(arn, role, name)),
            session: session.is_some() && id.and_then(name_in) == session,
        };
        let hosts: Vec<&str> = born.hosts.iter().map(|host| &**host).collect();
        let texts = [
            born.key.as_deref(),
            id,
            arn.filter(|_| !derived.arn),
            target,
            session.filter(|_| !derived.session),
            born.source_identity.as_deref(),
            born.sign_in.as_deref(),
            born.switched_from.as_deref(),
        ];
        Self {
            call,
            failed,
            derived,
            texts: Texts::new(texts, &hosts),
            expires: born.expires.map_or(NEVER, |at| at.0),
            mark,
        }
    }
}

/// What follows the colon of a role session's id.
fn name_in(id: &str) -> Option<&str> {
    id.split_once(':').map(|(_, name)| name)
}

/// The parts of the ARN of a session of a role, end to end.
fn session_arn<'a>(role: &'a str, name: &'a str) -> Option<[&'a str; 8]> {
    let (partition, rest) = cut(role.strip_prefix("arn:")?)?;
    let (account, rest) = cut(rest.strip_prefix("iam::")?)?;
    let path = rest.strip_prefix("role/")?;
    let role = path.rsplit('/').next().unwrap_or(path);
    Some([
        "arn:",
        partition,
        ":sts::",
        account,
        ":assumed-role/",
        role,
        "/",
        name,
    ])
}

/// What stands before the first colon, and what behind it. Both are short: a search costs more.
fn cut(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|b| b == b':')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Whether an ARN is that of a session of a role.
fn is_session_arn(arn: &str, role: &str, name: &str) -> bool {
    session_arn(role, name).is_some_and(|parts| {
        let mut parts = parts.into_iter();
        parts.try_fold(arn, |rest, part| rest.strip_prefix(part)) == Some("")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::record::HIDDEN;

    fn birth(source: &'static str, name: &'static str, json: &str) -> Option<Birth> {
        let record = Record {
            event_source: Some(source.into()),
            event_name: Some(name.into()),
            ..Record::default()
        };
        Birth::of(&record, json.as_bytes())
    }

    #[test]
    fn an_assumed_role_is_read_whole() {
        let b = birth(
            "sts.amazonaws.com",
            "AssumeRole",
            r#"{"requestParameters":{"roleArn":"arn:aws:iam::1:role/R","roleSessionName":"s","sourceIdentity":"alice"},
                "responseElements":{"credentials":{"accessKeyId":"ASIA1","expiration":"Oct 8, 2024, 4:15:32 PM"},
                "assumedRoleUser":{"assumedRoleId":"AROAX:s","arn":"arn:aws:sts::1:assumed-role/R/s"}}}"#,
        )
        .unwrap();
        assert_eq!(b.call.link, LinkKind::IssuedKey);
        assert_eq!(b.key(), Some("ASIA1"));
        assert_eq!(b.id(), Some("AROAX:s"));
        assert_eq!(b.target(), Some("arn:aws:iam::1:role/R"));
        assert_eq!(b.source_identity(), Some("alice"));
        assert_eq!(b.expires(), UtcMicros::parse("2024-10-08T16:15:32Z"));
    }

    #[test]
    fn what_other_texts_say_is_kept_once_and_read_as_it_was_written() {
        let of = |role: &str, name: &str, id: &str, arn: &str| {
            let json = format!(
                r#"{{"requestParameters":{{"roleArn":"{role}","roleSessionName":"{name}"}},
                "responseElements":{{"assumedRoleUser":{{"assumedRoleId":"{id}","arn":"{arn}"}}}}}}"#
            );
            let b = birth("sts.amazonaws.com", "AssumeRole", &json).unwrap();
            assert_eq!(b.target(), Some(role));
            assert_eq!(b.session(), Some(name));
            assert_eq!(b.id(), Some(id));
            assert_eq!(b.arn().as_deref(), Some(arn));
            (b.derived.arn, b.derived.session)
        };
        let role = "arn:aws-us-gov:iam::1:role/path/to/R";
        let arn = "arn:aws-us-gov:sts::1:assumed-role/R/s";
        assert_eq!(of(role, "s", "AROAX:s", arn), (true, true));
        // What does not agree is nobody's to mend.
        assert_eq!(of(role, "s", "AROAX:other", arn), (true, false));
        assert_eq!(
            of(role, "s", "AROAX:s", "arn:aws:sts::1:assumed-role/R/s"),
            (false, true)
        );
        assert_eq!(of("R", "s", "AROAX", arn), (false, false));
        assert_eq!(
            of("arn:aws:iam::1:role/R", "a:b/c", "AROAX:a:b/c", "x"),
            (false, true)
        );
    }

    #[test]
    fn hidden_values_name_nobody() {
        let json = format!(
            r#"{{"responseElements":{{"accessKey":{{"accessKeyId":"{HIDDEN}","userName":"{HIDDEN}"}}}}}}"#
        );
        let b = birth("iam.amazonaws.com", "CreateAccessKey", &json).unwrap();
        assert_eq!((b.key(), b.target()), (None, None));
    }

    #[test]
    fn every_call_is_known_by_its_name() {
        for call in CALLS {
            let dated = format!("{}20150331v2", call.name);
            for name in [call.name, &dated] {
                assert_eq!(Call::named(name).map(|c| c.name), Some(call.name));
            }
        }
        for name in [
            "",
            "A",
            "Assu",
            "AssumeRol",
            "AssumeRoleX",
            "assumerole",
            "Crée",
        ] {
            assert_eq!(Call::named(name), None, "{name}");
        }
        let usual = [
            "Decrypt",
            "DescribeInstances",
            "GetObject",
            "ListObjects",
            "PutObject",
        ];
        assert!(usual.iter().all(|name| STARTS & start(name) == 0));
    }

    #[test]
    fn only_the_right_service_gives_birth() {
        assert!(birth("evil.amazonaws.com", "AssumeRole", "{}").is_none());
        assert!(birth("stsx.amazonaws.com", "AssumeRole", "{}").is_none());
        assert!(birth("sts.amazonaws.com", "GetCallerIdentity", "{}").is_none());
        assert!(birth("lambda.amazonaws.com", "CreateFunction20150331", "{}").is_some());
    }

    #[test]
    fn a_refused_call_names_its_target_in_the_message() {
        let record = Record {
            event_source: Some("sts.amazonaws.com".into()),
            event_name: Some("AssumeRole".into()),
            error_code: Some("AccessDenied".into()),
            error_message: Some(
                "User: arn:aws:iam::1:user/a is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2:role/R"
                    .into(),
            ),
            ..Record::default()
        };
        let b = Birth::of(&record, br#"{"requestParameters":null}"#).unwrap();
        assert!(b.failed);
        assert_eq!(b.target(), Some("arn:aws:iam::2:role/R"));
    }

    #[test]
    fn every_kind_of_link_has_its_row() {
        let mut names = std::collections::HashSet::new();
        for kind in LinkKind::ALL {
            assert!(names.insert(kind.name()) && !kind.evidence().is_empty());
        }
        let exact: Vec<_> = LinkKind::ALL
            .into_iter()
            .filter(|k| k.confidence() == Confidence::Exact)
            .map(LinkKind::name)
            .collect();
        assert_eq!(exact, ["issued-key", "shared-event", "created-key"]);
    }
}
