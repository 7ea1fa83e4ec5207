//! The names the scanner knows, and where in a record they stand.
//!
//! One table in code: an area is an object whose keys matter, a slot is a key that does. Matching
//! goes by length first, so that an unknown key costs a comparison or two.

use crate::base::time;
use crate::event::keys::Key;
use crate::event::keys::Part;
use crate::event::record::Record;
use crate::event::record::Text;

/// An object of a record whose keys matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Area {
    /// Any other place.
    Other,
    /// The record itself.
    Root,
    /// `requestParameters`.
    Request,
    /// Any place deeper in `requestParameters`.
    RequestIn,
    /// `responseElements`.
    Response,
    /// Any place deeper in `responseElements`.
    ResponseIn,
    /// `serviceEventDetails`.
    ServiceDetails,
    /// Any place deeper in `serviceEventDetails`.
    ServiceDetailsIn,
    /// `additionalEventData`.
    Additional,
    /// `resources`.
    Resources,
    /// One item of `resources`.
    Resource,
    /// `event` of the Elastic schema.
    Elastic,
    /// `tlsDetails`: how the call travelled, which names no resource.
    Transport,
    // From here on: inside `userIdentity`, whose ARNs are no resources of the call.
    /// `userIdentity`.
    Identity,
    /// `userIdentity.sessionContext`.
    Session,
    /// `userIdentity.sessionContext.sessionIssuer`.
    Issuer,
    /// `userIdentity.sessionContext.attributes`.
    Attributes,
    /// `userIdentity.onBehalfOf`.
    OnBehalfOf,
    /// Any other place inside `userIdentity`.
    IdentityOther,
}

impl Area {
    /// Whether the place is inside `userIdentity`.
    pub(crate) fn in_identity(self) -> bool {
        self >= Self::Identity
    }

    /// The area of an object or array in here that has none of its own.
    #[inline]
    const fn within(self, object: bool) -> Self {
        match (self, object) {
            (Self::Request, false) => Self::Request,
            (Self::Response, false) => Self::Response,
            (Self::ServiceDetails, false) => Self::ServiceDetails,
            (Self::Request | Self::RequestIn, _) => Self::RequestIn,
            (Self::Response | Self::ResponseIn, _) => Self::ResponseIn,
            (Self::ServiceDetails | Self::ServiceDetailsIn, _) => Self::ServiceDetailsIn,
            (
                Self::Identity
                | Self::Session
                | Self::Issuer
                | Self::Attributes
                | Self::OnBehalfOf
                | Self::IdentityOther,
                _,
            ) => Self::IdentityOther,
            _ => Self::Other,
        }
    }

    /// Whether keys here have slots of their own.
    pub(crate) const fn has_slots(self) -> bool {
        !matches!(
            self,
            Self::Other
                | Self::Request
                | Self::RequestIn
                | Self::ResponseIn
                | Self::ServiceDetailsIn
                | Self::Transport
                | Self::IdentityOther
        )
    }

    /// The part of the record whose parameters name resources, and whether this is its top.
    #[inline]
    pub(crate) const fn part(self) -> Option<(Part, bool)> {
        Some(match self {
            Self::Request => (Part::Request, true),
            Self::RequestIn => (Part::Request, false),
            Self::Response => (Part::Response, true),
            Self::ResponseIn => (Part::Response, false),
            Self::ServiceDetails => (Part::Details, true),
            Self::ServiceDetailsIn => (Part::Details, false),
            _ => return None,
        })
    }
}

/// A key that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Unknown,
    EventTime,
    AtTimestamp,
    EventVersion,
    EventSource,
    EventName,
    AwsRegion,
    SourceIp,
    UserAgent,
    ErrorCode,
    ErrorMessage,
    RequestId,
    EventId,
    EventType,
    EventCategory,
    RecipientAccount,
    SharedEventId,
    VpcEndpoint,
    ReadOnly,
    ManagementEvent,
    FromConsole,
    InsightDetails,
    UserIdentity,
    ResponseElements,
    ServiceEventDetails,
    AdditionalEventData,
    Resources,
    ResourceArn,
    SignIn,
    MfaUsed,
    Kind,
    PrincipalId,
    Arn,
    AccountId,
    AccessKeyId,
    UserName,
    InvokedBy,
    IdentityProvider,
    OnBehalfOf,
    OnBehalfOfUser,
    IdentityStore,
    SessionContext,
    SessionIssuer,
    SessionAttributes,
    SourceIdentity,
    SignInSession,
    IssuerKind,
    IssuerArn,
    IssuerName,
    IssuerAccount,
    CreationDate,
    MfaAuthenticated,
    Records,
    Events,
    LogEvents,
    CloudTrailEvent,
    Message,
    Detail,
    ElasticEvent,
    Original,
    S3,
    DigestObject,
    Notification,
    SecurityLake,
    RequestParameters,
    BytesOut,
    TlsDetails,
}

/// Where a value stands in a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The object it is in.
    pub(crate) area: Area,
    /// Its key.
    pub(crate) slot: Slot,
    /// The parameter it is the value of.
    pub(crate) param: Key,
    /// The parameter the object is the value of.
    pub(crate) inside: Key,
}

impl Place {
    /// The record itself.
    pub(crate) const TOP: Self = Self {
        area: Area::Root,
        slot: Slot::Unknown,
        param: Key::NONE,
        inside: Key::NONE,
    };

    /// Whether a text here surely names no resource of the call: it is the caller's own, or stands
    /// in a field of the record that says something else.
    #[inline]
    pub(crate) fn names_nothing(self) -> bool {
        self.area.in_identity() || self.area == Area::Transport || self.slot.names_nothing()
    }
}

/// The slot of a key in an area.
#[inline]
pub(crate) fn slot(area: Area, key: &[u8]) -> Slot {
    match area {
        Area::Root => root(key),
        Area::Identity => match key {
            b"type" => Slot::Kind,
            b"principalId" => Slot::PrincipalId,
            b"arn" => Slot::Arn,
            b"accountId" => Slot::AccountId,
            b"accessKeyId" => Slot::AccessKeyId,
            b"userName" => Slot::UserName,
            b"invokedBy" => Slot::InvokedBy,
            b"identityProvider" => Slot::IdentityProvider,
            b"onBehalfOf" => Slot::OnBehalfOf,
            b"sessionContext" => Slot::SessionContext,
            _ => Slot::Unknown,
        },
        Area::Session => match key {
            b"sessionIssuer" => Slot::SessionIssuer,
            b"attributes" => Slot::SessionAttributes,
            b"sourceIdentity" => Slot::SourceIdentity,
            b"signInSessionArn" => Slot::SignInSession,
            _ => Slot::Unknown,
        },
        Area::Issuer => match key {
            b"type" => Slot::IssuerKind,
            b"arn" => Slot::IssuerArn,
            b"userName" => Slot::IssuerName,
            b"accountId" => Slot::IssuerAccount,
            _ => Slot::Unknown,
        },
        Area::Attributes => match key {
            b"creationDate" => Slot::CreationDate,
            b"mfaAuthenticated" => Slot::MfaAuthenticated,
            b"sessionCredentialFromConsole" => Slot::FromConsole,
            _ => Slot::Unknown,
        },
        Area::OnBehalfOf => match key {
            b"userId" => Slot::OnBehalfOfUser,
            b"identityStoreArn" => Slot::IdentityStore,
            _ => Slot::Unknown,
        },
        Area::Resource => match key {
            b"ARN" | b"arn" | b"ARNPrefix" => Slot::ResourceArn,
            _ => Slot::Unknown,
        },
        Area::Response if key == b"ConsoleLogin" => Slot::SignIn,
        Area::ServiceDetails if key == b"UserAuthentication" => Slot::SignIn,
        Area::Additional => match key {
            b"MFAUsed" => Slot::MfaUsed,
            b"bytesTransferredOut" => Slot::BytesOut,
            _ => Slot::Unknown,
        },
        Area::Elastic if key == b"original" => Slot::Original,
        _ => Slot::Unknown,
    }
}

#[inline]
fn root(key: &[u8]) -> Slot {
    match key.len() {
        2 if key == b"s3" => Slot::S3,
        5 if key == b"event" => Slot::ElasticEvent,
        6 => match key {
            b"Events" => Slot::Events,
            b"detail" => Slot::Detail,
            _ => Slot::Unknown,
        },
        7 => match key {
            b"eventID" => Slot::EventId,
            b"Records" | b"records" => Slot::Records,
            b"message" | b"Message" => Slot::Message,
            _ => Slot::Unknown,
        },
        8 => match key {
            b"readOnly" => Slot::ReadOnly,
            b"metadata" => Slot::SecurityLake,
            _ => Slot::Unknown,
        },
        9 => match key {
            b"eventTime" => Slot::EventTime,
            b"eventName" => Slot::EventName,
            b"awsRegion" => Slot::AwsRegion,
            b"userAgent" => Slot::UserAgent,
            b"errorCode" => Slot::ErrorCode,
            b"requestID" => Slot::RequestId,
            b"eventType" => Slot::EventType,
            b"resources" => Slot::Resources,
            b"logEvents" => Slot::LogEvents,
            _ => Slot::Unknown,
        },
        10 => match key {
            b"@timestamp" => Slot::AtTimestamp,
            b"tlsDetails" => Slot::TlsDetails,
            _ => Slot::Unknown,
        },
        11 if key == b"eventSource" => Slot::EventSource,
        11 if key == b"EventSource" => Slot::Notification,
        12 => match key {
            b"userIdentity" => Slot::UserIdentity,
            b"eventVersion" => Slot::EventVersion,
            b"errorMessage" => Slot::ErrorMessage,
            _ => Slot::Unknown,
        },
        13 => match key {
            b"eventCategory" => Slot::EventCategory,
            b"sharedEventID" => Slot::SharedEventId,
            b"vpcEndpointId" => Slot::VpcEndpoint,
            _ => Slot::Unknown,
        },
        14 => match key {
            b"insightDetails" => Slot::InsightDetails,
            b"digestS3Object" => Slot::DigestObject,
            b"event.original" => Slot::Original,
            _ => Slot::Unknown,
        },
        15 => match key {
            b"sourceIPAddress" => Slot::SourceIp,
            b"managementEvent" => Slot::ManagementEvent,
            b"CloudTrailEvent" => Slot::CloudTrailEvent,
            _ => Slot::Unknown,
        },
        16 if key == b"responseElements" => Slot::ResponseElements,
        17 if key == b"requestParameters" => Slot::RequestParameters,
        18 if key == b"recipientAccountId" => Slot::RecipientAccount,
        19 => match key {
            b"additionalEventData" => Slot::AdditionalEventData,
            b"serviceEventDetails" => Slot::ServiceEventDetails,
            _ => Slot::Unknown,
        },
        28 if key == b"sessionCredentialFromConsole" => Slot::FromConsole,
        _ => Slot::Unknown,
    }
}

impl Slot {
    /// The area of an object or array that stands in this slot of `area`.
    #[inline]
    pub(crate) fn area(self, area: Area, object: bool) -> Area {
        match (self, object) {
            (Self::UserIdentity, true) => Area::Identity,
            (Self::SessionContext, true) => Area::Session,
            (Self::SessionIssuer, true) => Area::Issuer,
            (Self::SessionAttributes, true) => Area::Attributes,
            (Self::OnBehalfOf, true) => Area::OnBehalfOf,
            (Self::RequestParameters, true) => Area::Request,
            (Self::ResponseElements, true) => Area::Response,
            (Self::ServiceEventDetails, true) => Area::ServiceDetails,
            (Self::AdditionalEventData, true) => Area::Additional,
            (Self::TlsDetails, true) => Area::Transport,
            (Self::Resources, false) => Area::Resources,
            (Self::ElasticEvent, true) => Area::Elastic,
            _ if area == Area::Resources && object => Area::Resource,
            // A list right under the parameters is one of them; an object is a level of its own.
            _ => area.within(object),
        }
    }

    /// Whether this text of this slot stands whole in a column of the index, or is an event's id or
    /// its time in the usual writing.
    #[inline]
    pub(crate) fn is_column(self, text: &[u8]) -> bool {
        match self {
            Self::EventTime => time::is_usual(text),
            Self::EventName
            | Self::EventSource
            | Self::AwsRegion
            | Self::SourceIp
            | Self::UserAgent
            | Self::AccessKeyId
            | Self::IssuerArn
            | Self::Kind
            | Self::VpcEndpoint
            | Self::RecipientAccount
            | Self::EventId => true,
            _ => false,
        }
    }

    /// Whether what stands in this slot names no resource, whatever it is.
    #[inline]
    const fn names_nothing(self) -> bool {
        matches!(
            self,
            Self::EventTime
                | Self::AtTimestamp
                | Self::EventVersion
                | Self::EventSource
                | Self::EventName
                | Self::AwsRegion
                | Self::SourceIp
                | Self::UserAgent
                | Self::ErrorCode
                | Self::RequestId
                | Self::EventId
                | Self::EventType
                | Self::EventCategory
                | Self::RecipientAccount
                | Self::SharedEventId
                | Self::VpcEndpoint
        )
    }

    /// The bit that says the key was met; zero for keys nobody asks about.
    #[inline]
    pub(crate) const fn bit(self) -> u64 {
        match self {
            // The last ones are past what fits, and nobody asks for them.
            Self::Unknown | Self::RequestParameters | Self::BytesOut | Self::TlsDetails => 0,
            _ => 1 << (self as u64),
        }
    }

    /// Whether a number may stand where text is meant: ids that some writers do not quote.
    pub(crate) const fn takes_number(self) -> bool {
        matches!(
            self,
            Self::RecipientAccount | Self::AccountId | Self::IssuerAccount | Self::EventVersion
        )
    }

    /// Whether an object or array belongs here; every other known slot holds text or a flag.
    pub(crate) const fn takes_container(self, object: bool) -> bool {
        match self {
            Self::UserIdentity
            | Self::SessionContext
            | Self::SessionIssuer
            | Self::SessionAttributes
            | Self::OnBehalfOf
            | Self::InsightDetails => object,
            Self::Resources => !object,
            _ => self.text_field().is_none() && !self.is_flag(),
        }
    }

    /// Whether `null` here is a fault: the fields no event leaves empty.
    pub(crate) const fn minds_null(self) -> bool {
        matches!(self, Self::EventName | Self::UserIdentity)
    }

    /// Whether text here is a fault.
    pub(crate) const fn minds_text(self) -> bool {
        matches!(
            self,
            Self::UserIdentity
                | Self::SessionContext
                | Self::SessionIssuer
                | Self::SessionAttributes
                | Self::OnBehalfOf
                | Self::InsightDetails
                | Self::Resources
        )
    }

    /// Whether the slot holds `true` or `false`, which some writers quote.
    pub(crate) const fn is_flag(self) -> bool {
        matches!(
            self,
            Self::ReadOnly | Self::ManagementEvent | Self::FromConsole | Self::MfaAuthenticated
        )
    }

    /// The name of a text field, for messages; `None` for slots that are none.
    pub(crate) const fn text_field(self) -> Option<&'static str> {
        Some(match self {
            Self::EventTime => "eventTime",
            Self::EventVersion => "eventVersion",
            Self::EventSource => "eventSource",
            Self::EventName => "eventName",
            Self::AwsRegion => "awsRegion",
            Self::SourceIp => "sourceIPAddress",
            Self::UserAgent => "userAgent",
            Self::ErrorCode => "errorCode",
            Self::ErrorMessage => "errorMessage",
            Self::RequestId => "requestID",
            Self::EventId => "eventID",
            Self::EventType => "eventType",
            Self::EventCategory => "eventCategory",
            Self::RecipientAccount => "recipientAccountId",
            Self::SharedEventId => "sharedEventID",
            Self::VpcEndpoint => "vpcEndpointId",
            Self::Kind => "userIdentity.type",
            Self::PrincipalId => "userIdentity.principalId",
            Self::Arn => "userIdentity.arn",
            Self::AccountId => "userIdentity.accountId",
            Self::AccessKeyId => "userIdentity.accessKeyId",
            Self::UserName => "userIdentity.userName",
            Self::InvokedBy => "userIdentity.invokedBy",
            Self::IdentityProvider => "userIdentity.identityProvider",
            Self::OnBehalfOfUser => "userIdentity.onBehalfOf.userId",
            Self::IdentityStore => "userIdentity.onBehalfOf.identityStoreArn",
            Self::SourceIdentity => "sessionContext.sourceIdentity",
            Self::SignInSession => "sessionContext.signInSessionArn",
            Self::IssuerKind => "sessionIssuer.type",
            Self::IssuerArn => "sessionIssuer.arn",
            Self::IssuerName => "sessionIssuer.userName",
            Self::IssuerAccount => "sessionIssuer.accountId",
            Self::CreationDate => "attributes.creationDate",
            _ => return None,
        })
    }

    /// Where a text field is kept.
    #[inline]
    pub(crate) fn place<'r, 'a>(
        self,
        record: &'r mut Record<'a>,
    ) -> Option<&'r mut Option<Text<'a>>> {
        let id = &mut record.identity;
        Some(match self {
            Self::EventTime => &mut record.event_time,
            Self::EventVersion => &mut record.event_version,
            Self::EventSource => &mut record.event_source,
            Self::EventName => &mut record.event_name,
            Self::AwsRegion => &mut record.aws_region,
            Self::SourceIp => &mut record.source_ip,
            Self::UserAgent => &mut record.user_agent,
            Self::ErrorCode => &mut record.error_code,
            Self::ErrorMessage => &mut record.error_message,
            Self::RequestId => &mut record.request_id,
            Self::EventId => &mut record.event_id,
            Self::EventType => &mut record.event_type,
            Self::EventCategory => &mut record.event_category,
            Self::RecipientAccount => &mut record.recipient_account,
            Self::SharedEventId => &mut record.shared_event_id,
            Self::VpcEndpoint => &mut record.vpc_endpoint,
            Self::Kind => &mut id.edit().kind,
            Self::PrincipalId => &mut id.edit().principal_id,
            Self::Arn => &mut id.edit().arn,
            Self::AccountId => &mut id.edit().account_id,
            Self::AccessKeyId => &mut id.edit().access_key_id,
            Self::UserName => &mut id.edit().user_name,
            Self::InvokedBy => &mut id.edit().invoked_by,
            Self::IdentityProvider => &mut id.edit().identity_provider,
            Self::OnBehalfOfUser => &mut id.edit().on_behalf_of,
            Self::IdentityStore => &mut id.edit().identity_store,
            Self::SourceIdentity => &mut id.edit().source_identity,
            Self::SignInSession => &mut id.edit().sign_in_session,
            Self::IssuerKind => &mut id.edit().issuer_kind,
            Self::IssuerArn => &mut id.edit().issuer_arn,
            Self::IssuerName => &mut id.edit().issuer_name,
            Self::IssuerAccount => &mut id.edit().issuer_account,
            Self::CreationDate => &mut id.edit().creation_date,
            _ => return None,
        })
    }
}
