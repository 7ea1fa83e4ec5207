//! The field table: every name the filter language, columns, facets and help know.
//!
//! One row a field: its name, its aliases (AWS's own names among them), how values are matched,
//! where the values live, a sentence and an example. Parser, completion, headless columns, the
//! query help page and the README read this table, so they cannot drift apart.

/// How values of a field are compared. PRODUCT §c4 gives the rules; help repeats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The whole value, ignoring case; `*` and `?` loosen.
    Keyword,
    /// The value or a run of whole components of it, ignoring case.
    Name,
    /// A part of the text, ignoring case.
    Text,
    /// An address, a CIDR block, a range, or a class of addresses.
    Address,
    /// A moment, or a range of them.
    Time,
    /// A number.
    Number,
    /// `info`, `low`, `medium`, `high`, `critical`, in that order.
    Severity,
    /// `yes` or `no`.
    Bool,
}

/// A field of the filter language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each variant is described by its row of FIELDS"
)]
pub enum Field {
    Who,
    Actor,
    Via,
    What,
    Verb,
    Svc,
    Err,
    Msg,
    Ip,
    Asn,
    Cc,
    Net,
    Ua,
    Tool,
    Os,
    Res,
    Rtype,
    Acct,
    AcctCaller,
    AcctRecipient,
    Xacct,
    Region,
    Key,
    Session,
    Mfa,
    Console,
    Root,
    SvcDriven,
    Ro,
    Recovered,
    Repaired,
    Summary,
    Cat,
    Type,
    Vpce,
    Id,
    Req,
    Shared,
    Time,
    Last,
    Since,
    Until,
    Near,
    Tag,
    Star,
    Note,
    Rule,
    Sev,
    New,
    Flip,
    Has,
    File,
    Bytes,
}

/// Where a field's values live, and so how a term over it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Home {
    /// A dictionary-encoded column.
    Column(Col),
    /// The principal column: matched by the principal's names.
    Principal,
    /// The person behind the row's session, by name.
    Person,
    /// The resource lists.
    Resources,
    /// The resource lists, by what their resources are.
    Kind,
    /// The time column.
    Time,
    /// A flag of the row.
    Flag(Flag),
    /// Made of each value of a column.
    Derived(Derived),
    /// The file the record came from, by name.
    File,
    /// Whether a field, or a member of the record, is there.
    Presence,
    /// The first event of a person with a value.
    First,
    /// Denied calls, and the same ones when they were allowed later.
    Flip,
    /// The bytes an event says were given out.
    Bytes,
    /// The event's id.
    Id,
    /// The record's bytes: the engine reads them again and finishes the answer.
    Record,
    /// Later work fills it; a term over it is refused with this word on what it needs.
    Later(&'static str),
}

/// A dictionary-encoded column of the index: one symbol a row, none where the record is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[expect(
    missing_docs,
    reason = "each variant is named like the field it serves"
)]
pub enum Col {
    What,
    Svc,
    Region,
    Acct,
    Caller,
    Ip,
    Ua,
    Err,
    Key,
    Principal,
    Via,
    Type,
    Cat,
    Vpce,
    Session,
}

/// A field whose values are made of those of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each variant is named like the field it serves"
)]
pub enum Derived {
    Tool,
    Os,
    Asn,
    Cc,
    Net,
}

impl Derived {
    /// The column its values are made of.
    pub const fn base(self) -> Col {
        match self {
            Self::Tool | Self::Os => Col::Ua,
            Self::Asn | Self::Cc | Self::Net => Col::Ip,
        }
    }

    /// Whether it needs an address database.
    pub const fn needs_atlas(self) -> bool {
        matches!(self, Self::Asn | Self::Cc | Self::Net)
    }
}

impl Col {
    /// Every column, in the order of its discriminant.
    pub const ALL: [Self; 15] = [
        Self::What,
        Self::Svc,
        Self::Region,
        Self::Acct,
        Self::Caller,
        Self::Ip,
        Self::Ua,
        Self::Err,
        Self::Key,
        Self::Principal,
        Self::Via,
        Self::Type,
        Self::Cat,
        Self::Vpce,
        Self::Session,
    ];
}

/// A fact of a row that takes a few bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each variant is named like the field it serves"
)]
pub enum Flag {
    Verb,
    ReadOnly,
    Mfa,
    Console,
    Root,
    SvcDriven,
    Xacct,
    Recovered,
    Repaired,
    Summary,
}

/// One row of the field table.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// Its name in the language, in columns and in output.
    pub name: &'static str,
    /// Other spellings that mean the same: AWS's own names among them, matched ignoring case.
    pub aliases: &'static [&'static str],
    /// How its values are compared.
    pub class: Class,
    /// Where its values live.
    pub home: Home,
    /// Whether it can be a facet or a column of its own.
    pub listed: bool,
    /// One sentence, without a full stop.
    pub help: &'static str,
    /// A term that uses it.
    pub example: &'static str,
}

const fn row(
    field: Field,
    name: &'static str,
    aliases: &'static [&'static str],
    class: Class,
    home: Home,
    help: &'static str,
    example: &'static str,
) -> FieldSpec {
    let listed = matches!(
        home,
        Home::Column(_)
            | Home::Principal
            | Home::Person
            | Home::Resources
            | Home::Flag(_)
            | Home::Derived(_)
            | Home::File
            | Home::Bytes
            | Home::Id
    ) || matches!(field, Field::Time);
    FieldSpec {
        field,
        name,
        aliases,
        class,
        home,
        listed,
        help,
        example,
    }
}

use Class::{Address, Bool, Keyword, Name, Number, Severity, Text, Time};
use Home::{Column, Derived as Made, Flag as Bits, Later, Record};

/// The field table.
pub const FIELDS: &[FieldSpec] = &[
    row(
        Field::Who,
        "who",
        &["person", "principal"],
        Name,
        Home::Person,
        "the person or workload behind it, through roles and issued keys",
        "who:alice",
    ),
    row(
        Field::Actor,
        "actor",
        &[
            "identity",
            "user",
            "userName",
            "userIdentity.arn",
            "userIdentity.userName",
            "userIdentity.principalId",
        ],
        Name,
        Home::Principal,
        "the literal caller on the record",
        "actor:alice",
    ),
    row(
        Field::Via,
        "via",
        &[
            "role",
            "through",
            "userIdentity.sessionContext.sessionIssuer.arn",
        ],
        Name,
        Column(Col::Via),
        "the role or user whose session made the call",
        "via:BreakGlass",
    ),
    row(
        Field::What,
        "what",
        &["event", "do", "api", "eventName"],
        Keyword,
        Column(Col::What),
        "the API call, with its service or without",
        "what:Delete*",
    ),
    row(
        Field::Verb,
        "verb",
        &[],
        Keyword,
        Bits(Flag::Verb),
        "what the call does: read, write, delete, auth or secret",
        "verb:write,delete",
    ),
    row(
        Field::Svc,
        "svc",
        &["service", "source", "eventSource"],
        Keyword,
        Column(Col::Svc),
        "the AWS service",
        "svc:ec2",
    ),
    row(
        Field::Err,
        "err",
        &["error", "errorCode"],
        Keyword,
        Column(Col::Err),
        "the error, or a class of it: denied, throttled, none",
        "err:denied",
    ),
    row(
        Field::Msg,
        "msg",
        &["message", "errorMessage"],
        Text,
        Record,
        "a part of the error message",
        "msg:\"not authorized\"",
    ),
    row(
        Field::Ip,
        "ip",
        &["src", "sourceIPAddress"],
        Address,
        Column(Col::Ip),
        "the source address: exact, CIDR, a..b, public, private, aws or none",
        "ip:203.0.113.0/24",
    ),
    row(
        Field::Asn,
        "asn",
        &[],
        Number,
        Made(Derived::Asn),
        "the network's number (--geoip)",
        "asn:16509",
    ),
    row(
        Field::Cc,
        "cc",
        &["country"],
        Keyword,
        Made(Derived::Cc),
        "the country of the address, in two letters (--geoip)",
        "cc:NL",
    ),
    row(
        Field::Net,
        "net",
        &[],
        Text,
        Made(Derived::Net),
        "a part of the network's name (--geoip)",
        "net:amazon",
    ),
    row(
        Field::Ua,
        "ua",
        &["agent", "userAgent"],
        Text,
        Column(Col::Ua),
        "a part of the user agent",
        "ua:aws-cli",
    ),
    row(
        Field::Tool,
        "tool",
        &[],
        Keyword,
        Made(Derived::Tool),
        "the tool, from the user agent, or its kind: cli, sdk, console, iac, attack, audit",
        "tool:terraform",
    ),
    row(
        Field::Os,
        "os",
        &[],
        Keyword,
        Made(Derived::Os),
        "the system, from the user agent: linux, kali, macos, windows",
        "os:linux",
    ),
    row(
        Field::Res,
        "res",
        &["resource", "touches", "resources.ARN", "arn"],
        Name,
        Home::Resources,
        "a resource the event names: an ARN, a part of one, an id",
        "res:app/prod-web",
    ),
    row(
        Field::Rtype,
        "rtype",
        &[],
        Keyword,
        Home::Kind,
        "the type of a resource the event names: bucket, ec2:instance, loadbalancer/app",
        "rtype:bucket",
    ),
    row(
        Field::Acct,
        "acct",
        &["account", "recipientAccountId"],
        Keyword,
        Column(Col::Acct),
        "the account whose log holds the event",
        "acct:111122223333",
    ),
    row(
        Field::AcctCaller,
        "acct.caller",
        &["caller", "userIdentity.accountId"],
        Keyword,
        Column(Col::Caller),
        "the caller's account",
        "acct.caller:111122223333",
    ),
    row(
        Field::AcctRecipient,
        "acct.recipient",
        &["recipient"],
        Keyword,
        Column(Col::Acct),
        "the account whose log holds the event",
        "acct.recipient:111122223333",
    ),
    row(
        Field::Xacct,
        "xacct",
        &[],
        Bool,
        Bits(Flag::Xacct),
        "whether the caller or the person behind it is of another account",
        "xacct:yes",
    ),
    row(
        Field::Region,
        "region",
        &["rg", "awsRegion"],
        Keyword,
        Column(Col::Region),
        "the region",
        "region:us-*",
    ),
    row(
        Field::Key,
        "key",
        &["akid", "cred", "accessKeyId", "userIdentity.accessKeyId"],
        Keyword,
        Column(Col::Key),
        "the caller's access key id",
        "key:AKIA*",
    ),
    row(
        Field::Session,
        "session",
        &["sid"],
        Keyword,
        Column(Col::Session),
        "one session, by its name or the first letters of it",
        "session:k7m2qp",
    ),
    row(
        Field::Mfa,
        "mfa",
        &[],
        Bool,
        Bits(Flag::Mfa),
        "whether a session that says so used a second factor",
        "mfa:no",
    ),
    row(
        Field::Console,
        "console",
        &["sessionCredentialFromConsole"],
        Bool,
        Bits(Flag::Console),
        "whether the call came from a console session",
        "console:yes",
    ),
    row(
        Field::Root,
        "root",
        &[],
        Bool,
        Bits(Flag::Root),
        "whether the caller is an account's root user",
        "root:yes",
    ),
    row(
        Field::SvcDriven,
        "svcdriven",
        &["fas"],
        Bool,
        Bits(Flag::SvcDriven),
        "whether a service made the call",
        "svcdriven:no",
    ),
    row(
        Field::Ro,
        "ro",
        &["readOnly"],
        Bool,
        Bits(Flag::ReadOnly),
        "the readOnly flag as recorded",
        "ro:no",
    ),
    row(
        Field::Recovered,
        "recovered",
        &[],
        Bool,
        Bits(Flag::Recovered),
        "whether damage stands before the record in its file",
        "recovered:yes",
    ),
    row(
        Field::Repaired,
        "repaired",
        &["mended"],
        Bool,
        Bits(Flag::Repaired),
        "whether the record was damaged and mended (--repair)",
        "repaired:yes",
    ),
    row(
        Field::Summary,
        "summary",
        &["stripped"],
        Bool,
        Bits(Flag::Summary),
        "whether the source left out request and response",
        "summary:yes",
    ),
    row(
        Field::Cat,
        "cat",
        &["category", "eventCategory"],
        Keyword,
        Column(Col::Cat),
        "management, data, insight or networkactivity",
        "cat:data",
    ),
    row(
        Field::Type,
        "type",
        &["idtype", "userIdentity.type"],
        Keyword,
        Column(Col::Type),
        "the type of identity",
        "type:AssumedRole",
    ),
    row(
        Field::Vpce,
        "vpce",
        &["vpcEndpointId"],
        Keyword,
        Column(Col::Vpce),
        "the VPC endpoint",
        "vpce:vpce-0a1b*",
    ),
    row(
        Field::Id,
        "id",
        &["eventID"],
        Keyword,
        Home::Id,
        "the event's id",
        "id:6f4ab5bd-2daa-4d00-be14-d92ef0000000",
    ),
    row(
        Field::Req,
        "req",
        &["requestID"],
        Keyword,
        Record,
        "the request id",
        "req:b9960276-b9b2-11e3-8a13-f1ef10000000",
    ),
    row(
        Field::Shared,
        "shared",
        &["sharedEventID"],
        Keyword,
        Record,
        "the id that two accounts' records of one action share",
        "shared:5c1e*",
    ),
    row(
        Field::Time,
        "t",
        &["time", "eventTime"],
        Time,
        Home::Time,
        "when, as a moment or a range",
        "t:2026-11-20T13:00Z..2026-11-20T15:30Z",
    ),
    row(
        Field::Last,
        "last",
        &[],
        Time,
        Home::Time,
        "the last stretch of time",
        "last:30m",
    ),
    row(
        Field::Since,
        "since",
        &["after"],
        Time,
        Home::Time,
        "from a moment on",
        "since:2026-11-20",
    ),
    row(
        Field::Until,
        "until",
        &["before"],
        Time,
        Home::Time,
        "up to a moment",
        "until:2026-11-20T15:30Z",
    ),
    row(
        Field::Near,
        "near",
        &["around"],
        Time,
        Home::Time,
        "around a moment",
        "near:2026-11-20T14:02:11Z+-30m",
    ),
    row(
        Field::Tag,
        "tag",
        &["label"],
        Keyword,
        Later("cases"),
        "a label you gave",
        "tag:attacker",
    ),
    row(
        Field::Star,
        "star",
        &[],
        Bool,
        Later("cases"),
        "whether you starred it",
        "star:yes",
    ),
    row(
        Field::Note,
        "note",
        &[],
        Text,
        Later("cases"),
        "a part of your note",
        "note:exfil",
    ),
    row(
        Field::Rule,
        "rule",
        &[],
        Keyword,
        Later("findings"),
        "the rule that found it",
        "rule:*",
    ),
    row(
        Field::Sev,
        "sev",
        &["severity"],
        Severity,
        Later("findings"),
        "the severity of a finding",
        "sev>=high",
    ),
    row(
        Field::New,
        "new",
        &["first"],
        Keyword,
        Home::First,
        "the first event of a person with its ip, asn, tool, what, region, acct or the like; +1h: and an hour on",
        "new:ip",
    ),
    row(
        Field::Flip,
        "flip",
        &[],
        Keyword,
        Home::Flip,
        "denied calls of a person that succeeded later, and those successes; within 24h, or ok+1h",
        "flip:ok",
    ),
    row(
        Field::Has,
        "has",
        &[],
        Keyword,
        Home::Presence,
        "whether a field, or a member of the record, is present",
        "has:resources",
    ),
    row(
        Field::File,
        "file",
        &[],
        Text,
        Home::File,
        "a part of the name of the file the record came from",
        "file:us-east-1",
    ),
    row(
        Field::Bytes,
        "bytes",
        &["bytesOut", "additionalEventData.bytesTransferredOut"],
        Number,
        Home::Bytes,
        "bytes that S3 gave out, as its data events say",
        "bytes>1000000",
    ),
];

impl Field {
    /// Its row of the table.
    pub fn spec(self) -> &'static FieldSpec {
        FIELDS
            .iter()
            .find(|f| f.field == self)
            .expect("a test holds one row a field")
    }

    /// Its name in the language.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The field a name or alias stands for, ignoring case.
    pub fn named(name: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|f| {
                f.name.eq_ignore_ascii_case(name)
                    || f.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
            })
            .map(|f| f.field)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_means_two_fields() {
        let mut seen = HashSet::new();
        for spec in FIELDS {
            for name in std::iter::once(&spec.name).chain(spec.aliases) {
                assert!(
                    seen.insert(name.to_ascii_lowercase()),
                    "{name} stands twice"
                );
            }
        }
    }

    #[test]
    fn every_row_is_found_by_its_own_names() {
        for spec in FIELDS {
            assert_eq!(Field::named(spec.name), Some(spec.field));
            assert!(
                spec.aliases
                    .iter()
                    .all(|a| Field::named(a) == Some(spec.field))
            );
            assert!(!spec.help.is_empty() && spec.example.contains(spec.name));
        }
    }

    #[test]
    fn columns_are_numbered_in_order() {
        assert!(Col::ALL.iter().enumerate().all(|(i, c)| *c as usize == i));
    }
}
