//! One record's known fields, borrowed from the bytes it was read from.
//!
//! No field is safe to require: everything is optional, and a value of the wrong type is absent
//! here while the record's own bytes keep it. Text with escapes is unescaped (and then owned).

use std::borrow::Cow;
use std::rc::Rc;

use crate::base::time::UtcMicros;
use crate::event::keys::Param;
use crate::event::resource::ResourceRef;

/// Text of a record: borrowed unless it held an escape or bytes that are not UTF-8.
pub type Text<'a> = Cow<'a, str>;

/// What AWS writes in place of a value it will not log. Never an identity, never a resource.
pub const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// What EC2 writes in its place.
pub const REMOVED: &str = "<sensitiveDataRemoved>";

/// Whether a text stands in the place of an identity that was taken out: AWS's own words, or the
/// stars of whoever shared the logs (`AKIA****`). It is never an identity: two records that carry
/// it need have nothing in common.
pub fn is_masked(text: &str) -> bool {
    text == HIDDEN || text.contains("**")
}

/// The `userIdentity` object: who the record says acted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserIdentity<'a> {
    /// `type`: `IAMUser`, `AssumedRole`, `Root`, … Absent on some service events.
    pub kind: Option<Text<'a>>,
    /// `principalId`: `AIDA…`, `AROA…:session`, an account, or a federation's own id.
    pub principal_id: Option<Text<'a>>,
    /// `arn`; empty text counts as absent.
    pub arn: Option<Text<'a>>,
    /// `accountId` of the caller; `ANONYMOUS_PRINCIPAL` for unsigned requests.
    pub account_id: Option<Text<'a>>,
    /// `accessKeyId`; empty text counts as absent.
    pub access_key_id: Option<Text<'a>>,
    /// `userName`.
    pub user_name: Option<Text<'a>>,
    /// `invokedBy`: the service that acted with forwarded credentials, or the caller itself.
    pub invoked_by: Option<Text<'a>>,
    /// `identityProvider` of SAML and web identities.
    pub identity_provider: Option<Text<'a>>,
    /// `onBehalfOf.userId` (Identity Center).
    pub on_behalf_of: Option<Text<'a>>,
    /// `onBehalfOf.identityStoreArn`.
    pub identity_store: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.type`.
    pub issuer_kind: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.arn`: the role (with its path) or user behind a session.
    pub issuer_arn: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.userName`.
    pub issuer_name: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.accountId`.
    pub issuer_account: Option<Text<'a>>,
    /// `sessionContext.sourceIdentity`.
    pub source_identity: Option<Text<'a>>,
    /// `sessionContext.signInSessionArn`: the sign-in that a token of `aws login` came from.
    pub sign_in_session: Option<Text<'a>>,
    /// `sessionContext.attributes.creationDate`, as written.
    pub creation_date: Option<Text<'a>>,
    /// `sessionContext.attributes.mfaAuthenticated`; logs hold it as text and as a boolean.
    pub mfa: Option<bool>,
}

impl UserIdentity<'_> {
    /// The same, owning its text.
    fn into_owned(self) -> UserIdentity<'static> {
        let own = |text: Option<Text<'_>>| text.map(|text| Cow::Owned(text.into_owned()));
        UserIdentity {
            kind: own(self.kind),
            principal_id: own(self.principal_id),
            arn: own(self.arn),
            account_id: own(self.account_id),
            access_key_id: own(self.access_key_id),
            user_name: own(self.user_name),
            invoked_by: own(self.invoked_by),
            identity_provider: own(self.identity_provider),
            on_behalf_of: own(self.on_behalf_of),
            identity_store: own(self.identity_store),
            issuer_kind: own(self.issuer_kind),
            issuer_arn: own(self.issuer_arn),
            issuer_name: own(self.issuer_name),
            issuer_account: own(self.issuer_account),
            source_identity: own(self.source_identity),
            sign_in_session: own(self.sign_in_session),
            creation_date: own(self.creation_date),
            mfa: self.mfa,
        }
    }

    /// The same, with its text borrowed from `copy`, a copy of the text it is borrowed from; `None`
    /// where a field is not borrowed from there.
    fn moved<'b>(&self, from: &str, copy: &'b str) -> Option<UserIdentity<'b>> {
        let moved = |field: &Option<Text<'_>>| -> Option<Option<Text<'b>>> {
            let Some(text) = field else {
                return Some(None);
            };
            // Where it stands is a guess until the bytes prove it.
            let at = text.as_ptr().addr().checked_sub(from.as_ptr().addr())?;
            let there = copy.get(at..at.checked_add(text.len())?)?;
            (there == &**text).then_some(Some(Cow::Borrowed(there)))
        };
        Some(UserIdentity {
            kind: moved(&self.kind)?,
            principal_id: moved(&self.principal_id)?,
            arn: moved(&self.arn)?,
            account_id: moved(&self.account_id)?,
            access_key_id: moved(&self.access_key_id)?,
            user_name: moved(&self.user_name)?,
            invoked_by: moved(&self.invoked_by)?,
            identity_provider: moved(&self.identity_provider)?,
            on_behalf_of: moved(&self.on_behalf_of)?,
            identity_store: moved(&self.identity_store)?,
            issuer_kind: moved(&self.issuer_kind)?,
            issuer_arn: moved(&self.issuer_arn)?,
            issuer_name: moved(&self.issuer_name)?,
            issuer_account: moved(&self.issuer_account)?,
            source_identity: moved(&self.source_identity)?,
            sign_in_session: moved(&self.sign_in_session)?,
            creation_date: moved(&self.creation_date)?,
            mfa: self.mfa,
        })
    }
}

/// What stands for all keys and truth values of a record, exactly and through the life of the
/// process: where the way it was read along turned. Records of one way have the same ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Way([u32; Self::TURNS]);

impl Way {
    /// Numbers that there is room for.
    pub const TURNS: usize = 16;

    /// Of these numbers, of which none is zero behind the first two.
    pub const fn new(turns: [u32; Self::TURNS]) -> Self {
        Self(turns)
    }
}

self_cell::self_cell!(
    /// An identity with the text its fields are borrowed from.
    struct OwnedIdentity {
        owner: Rc<str>,
        #[covariant]
        dependent: UserIdentity,
    }

    impl {Debug}
);

/// A `userIdentity` that was met before, byte for byte.
#[derive(Debug)]
pub struct KnownIdentity {
    /// Its number: one for each in the life of the process, never zero.
    pub number: u64,
    identity: OwnedIdentity,
    /// Where in its text its keys and strings stand, but for those the index has columns for.
    leaves: Box<[(u16, u16)]>,
}

impl KnownIdentity {
    /// An identity with its text, and where in it (from, to) its keys and strings stand; `None`
    /// where a field is not borrowed from that text.
    pub fn new(
        number: u64,
        identity: &UserIdentity<'_>,
        text: &str,
        leaves: Box<[(u16, u16)]>,
    ) -> Option<Self> {
        let identity =
            OwnedIdentity::try_new(Rc::from(text), |copy| identity.moved(text, copy).ok_or(()));
        Some(Self {
            number,
            identity: identity.ok()?,
            leaves,
        })
    }

    /// Its fields.
    pub fn identity(&self) -> &UserIdentity<'_> {
        self.identity.borrow_dependent()
    }

    /// Its text, byte for byte.
    pub fn text(&self) -> &Rc<str> {
        self.identity.borrow_owner()
    }

    /// The bytes of its text.
    pub fn raw(&self) -> &[u8] {
        self.text().as_bytes()
    }

    /// Its keys and strings, but for those the index has columns for.
    pub fn leaves(&self) -> impl Iterator<Item = &[u8]> {
        let part = |(from, to): &(u16, u16)| self.raw().get(usize::from(*from)..usize::from(*to));
        self.leaves.iter().filter_map(part)
    }
}

/// The identity of a record that has none.
static NOBODY: UserIdentity<'static> = UserIdentity {
    kind: None,
    principal_id: None,
    arn: None,
    account_id: None,
    access_key_id: None,
    user_name: None,
    invoked_by: None,
    identity_provider: None,
    on_behalf_of: None,
    identity_store: None,
    issuer_kind: None,
    issuer_arn: None,
    issuer_name: None,
    issuer_account: None,
    source_identity: None,
    sign_in_session: None,
    creation_date: None,
    mfa: None,
};

/// The `userIdentity` of one record, or the one all its likes share.
#[derive(Debug, Clone, Default)]
pub enum Identity<'a> {
    /// None, or nothing in it.
    #[default]
    Absent,
    /// Of this record.
    Own(Box<UserIdentity<'a>>),
    /// Met before.
    Known(Rc<KnownIdentity>),
}

impl<'a> Identity<'a> {
    /// Its fields.
    #[inline]
    pub fn get(&self) -> &UserIdentity<'_> {
        match self {
            Self::Absent => &NOBODY,
            Self::Own(identity) => identity,
            Self::Known(known) => known.identity(),
        }
    }

    /// Its fields, to be changed: from now on its own.
    pub fn edit(&mut self) -> &mut UserIdentity<'a> {
        match self {
            Self::Absent => *self = UserIdentity::default().into(),
            Self::Known(known) => *self = known.identity().clone().into_owned().into(),
            Self::Own(_) => {}
        }
        match self {
            Self::Own(identity) => identity,
            Self::Absent | Self::Known(_) => unreachable!("made its own above"),
        }
    }

    /// The identity, where it was met before.
    pub fn known(&self) -> Option<&KnownIdentity> {
        match self {
            Self::Absent | Self::Own(_) => None,
            Self::Known(known) => Some(known),
        }
    }

    /// The number of an identity that was met before.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Absent | Self::Own(_) => None,
            Self::Known(known) => Some(known.number),
        }
    }
}

impl<'a> From<UserIdentity<'a>> for Identity<'a> {
    fn from(identity: UserIdentity<'a>) -> Self {
        Self::Own(Box::new(identity))
    }
}

impl PartialEq for Identity<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Identity<'_> {}

/// What tells copies of one event from events that share its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// A keyed hash of the record's bytes: equal for copies that are written alike.
    Raw(u64),
    /// A keyed hash of its canonical JSON: equal for all copies. Key order and white space do not
    /// matter, every key and value does.
    Canonical(u64),
}

impl Default for Content {
    fn default() -> Self {
        Self::Canonical(0)
    }
}

/// One CloudTrail record: the fields the index keeps.
///
/// Source: the user guide's "CloudTrail record contents"; what real logs do instead of it is in
/// the field comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// `eventTime` as written; where a shipper moved it (`@timestamp`), that.
    pub event_time: Option<Text<'a>>,
    /// The moment that is, in UTC, where whoever read the record made it out already; its absence
    /// says nothing.
    pub time: Option<UtcMicros>,
    /// `eventVersion`.
    pub event_version: Option<Text<'a>>,
    /// `eventSource`: the service's DNS name.
    pub event_source: Option<Text<'a>>,
    /// `eventName`, as recorded, API date suffix included.
    pub event_name: Option<Text<'a>>,
    /// `awsRegion`.
    pub aws_region: Option<Text<'a>>,
    /// `sourceIPAddress`: an address, a service's DNS name or `AWS Internal`.
    pub source_ip: Option<Text<'a>>,
    /// `userAgent`.
    pub user_agent: Option<Text<'a>>,
    /// `errorCode`.
    pub error_code: Option<Text<'a>>,
    /// `errorMessage`.
    pub error_message: Option<Text<'a>>,
    /// `requestID`.
    pub request_id: Option<Text<'a>>,
    /// `eventID`: unique within an account's view; absent in version 1.0.
    pub event_id: Option<Text<'a>>,
    /// `eventType`: `AwsApiCall`, `AwsServiceEvent`, `AwsConsoleSignIn`, …
    pub event_type: Option<Text<'a>>,
    /// `eventCategory`, since 1.07.
    pub event_category: Option<Text<'a>>,
    /// `recipientAccountId`.
    pub recipient_account: Option<Text<'a>>,
    /// `sharedEventID`: the same action in another account's log.
    pub shared_event_id: Option<Text<'a>>,
    /// `vpcEndpointId`.
    pub vpc_endpoint: Option<Text<'a>>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `managementEvent`.
    pub management_event: Option<bool>,
    /// `sessionCredentialFromConsole`: text or boolean in real logs.
    pub from_console: bool,
    /// Whether there is an `insightDetails` object.
    pub is_insight: bool,
    /// `responseElements.ConsoleLogin` is `Failure`, or another sign-in says so.
    pub sign_in_failed: bool,
    /// `additionalEventData.MFAUsed`: `Yes` or `No`.
    pub mfa_used: Option<bool>,
    /// `additionalEventData.bytesTransferredOut`: what S3 gave out, as its data events say.
    pub bytes_out: Option<u64>,
    /// `userIdentity`.
    pub identity: Identity<'a>,
    /// Resources that stand in the record: those recorded, then those found, each once.
    pub resources: Vec<ResourceRef<'a>>,
    /// Parameters that may name more of them ([`crate::event::derive`] says what they mean); none
    /// where nobody looked for resources.
    pub params: Option<Vec<Param<'a>>>,
    /// Whether the source left out request and response, as a sheet of the console does.
    pub is_summary: bool,
    /// Whether the source had it in another schema than `CloudTrail`'s own.
    pub is_mapped: bool,
    /// Whether it was damaged, and mended because that was wished.
    pub is_repaired: bool,
    /// A hash of what it holds; never used without the eventID where there is one.
    pub content: Content,
}

impl Record<'_> {
    /// Whether this is a sign-in under a name that nobody has: what was typed there is often a
    /// password in the wrong field, and no identity.
    pub fn names_nobody(&self) -> bool {
        let message = self.error_message.as_deref();
        message.is_some_and(|message| message.starts_with("No username found"))
    }

    /// Whether this is a CloudTrail record at all: it names its call or its event, as FORMAT asks.
    ///
    /// Field names alone decide, so that a record with odd values is kept.
    pub fn is_event(&self) -> bool {
        self.is_insight
            || (self.event_name.is_some()
                && (self.event_source.is_some() || self.event_time.is_some()))
            || (self.event_version.is_some()
                && (self.event_time.is_some()
                    || self.event_type.is_some()
                    || self.event_id.is_some()
                    || self.event_name.is_some()))
    }

    /// `eventCategory`, or what older records say by other means.
    ///
    /// Source: the field is there since version 1.07; before, `managementEvent` tells data events.
    pub fn category(&self) -> &str {
        match &self.event_category {
            Some(category) => category,
            None if self.is_insight => "Insight",
            None if self.management_event == Some(false) => "Data",
            None => "Management",
        }
    }

    /// The account whose log this is: `recipientAccountId`, else the caller's.
    pub fn account(&self) -> Option<&str> {
        // Who calls is only asked where that must be: it waits for memory.
        let recipient = self.recipient_account.as_deref();
        recipient.or_else(|| self.caller_account())
    }

    /// The account of the caller's identity, where it is one.
    pub fn caller_account(&self) -> Option<&str> {
        self.identity
            .get()
            .account_id
            .as_deref()
            .filter(|a| *a != "ANONYMOUS_PRINCIPAL")
    }

    /// Whether the session was opened with a second factor; `None` where the record does not say.
    pub fn mfa(&self) -> Option<bool> {
        self.mfa_used.or(self.identity.get().mfa)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_kept_with_its_text_or_not_at_all() {
        let text = r#"{"type":"IAMUser","userName":"alice"}"#.to_owned();
        let part = |from: usize, to: usize| Some(Text::Borrowed(&text[from..to]));
        let identity = UserIdentity {
            kind: part(9, 16),
            user_name: part(30, 35),
            mfa: Some(true),
            ..UserIdentity::default()
        };
        let known = KnownIdentity::new(7, &identity, &text, Box::from([(2, 6), (30, 35)]));
        let known = known.expect("all of it is borrowed from there");
        let edited = {
            let mut edited = Identity::Known(Rc::new(known));
            assert_eq!(edited.get(), &identity);
            assert_eq!(
                edited.known().map(KnownIdentity::raw),
                Some(text.as_bytes())
            );
            let leaves: Vec<_> = edited
                .known()
                .into_iter()
                .flat_map(KnownIdentity::leaves)
                .collect();
            assert_eq!(leaves, [&b"type"[..], b"alice"]);
            edited.edit().user_name = None;
            edited
        };
        assert_eq!(edited.number(), None);
        assert_eq!(edited.get().kind.as_deref(), Some("IAMUser"));
        assert_eq!(edited.get().user_name, None);

        // Unescaped, from elsewhere, or of the same length at another place.
        let owned = UserIdentity {
            kind: Some(Text::Owned("IAMUser".to_owned())),
            ..UserIdentity::default()
        };
        assert!(KnownIdentity::new(8, &owned, &text, Box::from([])).is_none());
        let elsewhere = UserIdentity {
            kind: part(9, 16),
            ..UserIdentity::default()
        };
        assert!(KnownIdentity::new(9, &elsewhere, &text[10..], Box::from([])).is_none());
    }
}
