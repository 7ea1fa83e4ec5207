//! Events as rows: the console's Event history, Athena's results and those of `CloudTrail` Lake.
//!
//! The header decides what a column is, whatever its order, case or spelling. A row becomes a record
//! in the words of `CloudTrail`; what has no word there keeps the name its column has.

use std::borrow::Cow;

use crate::decode::mapped::Draft;
use crate::decode::mapped::Mapped;
use crate::decode::mapped::opened;
use crate::decode::presto;
use crate::event::json::Node;

/// A header is looked for in this much text.
pub(crate) const MOST_HEADER: usize = 64 << 10;

/// Columns with their places in a record. Names are compared without case, blanks, dots, dashes and
/// underscores.
///
/// Source: the columns the console offers, and those of the tables AWS gives for Athena.
const COLUMNS: &[(&str, &[&str])] = &[
    ("accountid", &["userIdentity", "accountId"]),
    ("additionaleventdata", &["additionalEventData"]),
    ("addendum", &["addendum"]),
    ("apiversion", &["apiVersion"]),
    ("awsaccesskey", &["userIdentity", "accessKeyId"]),
    ("accesskeyid", &["userIdentity", "accessKeyId"]),
    ("awsregion", &["awsRegion"]),
    ("errorcode", &["errorCode"]),
    ("errormessage", &["errorMessage"]),
    ("eventcategory", &["eventCategory"]),
    ("eventid", &["eventID"]),
    ("eventname", &["eventName"]),
    ("eventsource", &["eventSource"]),
    ("eventtime", &["eventTime"]),
    ("eventtype", &["eventType"]),
    ("eventversion", &["eventVersion"]),
    ("insightdetails", &["insightDetails"]),
    ("managementevent", &["managementEvent"]),
    ("readonly", &["readOnly"]),
    ("recipientaccountid", &["recipientAccountId"]),
    ("requestid", &["requestID"]),
    ("requestparameters", &["requestParameters"]),
    ("resources", &["resources"]),
    ("responseelements", &["responseElements"]),
    ("serviceeventdetails", &["serviceEventDetails"]),
    (
        "sessioncredentialfromconsole",
        &["sessionCredentialFromConsole"],
    ),
    ("sharedeventid", &["sharedEventID"]),
    ("sourceipaddress", &["sourceIPAddress"]),
    ("tlsdetails", &["tlsDetails"]),
    ("useragent", &["userAgent"]),
    ("useridentity", &["userIdentity"]),
    ("useridentityaccesskeyid", &["userIdentity", "accessKeyId"]),
    ("useridentityaccountid", &["userIdentity", "accountId"]),
    ("useridentityarn", &["userIdentity", "arn"]),
    ("useridentityinvokedby", &["userIdentity", "invokedBy"]),
    ("useridentityprincipalid", &["userIdentity", "principalId"]),
    ("useridentitytype", &["userIdentity", "type"]),
    ("useridentityusername", &["userIdentity", "userName"]),
    ("username", &["userIdentity", "userName"]),
    ("vpcendpointid", &["vpcEndpointId"]),
];

/// Keys of nested values as records spell them; Athena writes them all small.
const KEYS: &[&str] = &[
    "accessKeyId",
    "accountId",
    "ARN",
    "creationDate",
    "identityProvider",
    "identityStoreArn",
    "invokedBy",
    "mfaAuthenticated",
    "onBehalfOf",
    "principalId",
    "sessionContext",
    "sessionIssuer",
    "sourceIdentity",
    "userId",
    "userName",
    "webIdFederationData",
    "federatedProvider",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    /// A place in the record.
    Known(&'static [&'static str]),
    /// The whole record as JSON.
    Whole,
    /// Names of resources.
    ResourceNames,
    /// A column of its own.
    Own(String),
}

/// The first line of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    columns: Vec<Column>,
    delimiter: u8,
    line: Vec<u8>,
}

/// What a line holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// An event.
    Event(Mapped),
    /// The header once more.
    Header,
    /// As many cells as there are; the header has another number.
    Cells(usize),
}

impl Header {
    /// The header a text begins with. Only the names of columns decide.
    pub(crate) fn sniff(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if !matches!(text.first(), Some(b'"' | b'A'..=b'Z' | b'a'..=b'z')) {
            return None;
        }
        let line = first_line(text);
        if line.len() > MOST_HEADER {
            return None;
        }
        [b',', b';', b'\t'].into_iter().find_map(|delimiter| {
            let names = cells(line, delimiter);
            let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
            let known = plain.iter().filter(|name| is_known(name)).count();
            let whole = plain.iter().any(|name| is_whole(name));
            let telling = plain.iter().any(|name| is_telling(name));
            if !(telling && known >= 2 || whole) {
                return None;
            }
            let columns = names
                .iter()
                .zip(&plain)
                .map(|(name, plain)| column(name, plain))
                .collect();
            Some(Self {
                columns,
                delimiter,
                line: line.to_vec(),
            })
        })
    }

    /// Bytes of the header and its line's end.
    pub(crate) fn len(&self) -> usize {
        self.line.len()
    }

    /// The name of the shape: `athena-csv`, `console-csv` or plain `csv`.
    pub(crate) fn shape(&self) -> &'static str {
        let has = |name: &str| {
            let places = COLUMNS.iter().find(|(known, _)| *known == name);
            places.is_some_and(|(_, place)| self.columns.contains(&Column::Known(place)))
        };
        let is_lower = !self.line.iter().any(u8::is_ascii_uppercase);
        if has("useridentity") && is_lower {
            "athena-csv"
        } else if has("useridentity") || self.columns.contains(&Column::Whole) {
            "lake-csv"
        } else if self.line.contains(&b' ') {
            "console-csv"
        } else {
            "csv"
        }
    }

    /// The event of a row.
    pub(crate) fn row(&self, line: &[u8]) -> Row {
        let cells = cells(line, self.delimiter);
        if cells.len() != self.columns.len() {
            return Row::Cells(cells.len());
        }
        if line.trim_ascii_end() == self.line.trim_ascii_end() {
            return Row::Header;
        }
        let mut draft = Draft::default();
        let mut names = Vec::new();
        for (column, cell) in self.columns.iter().zip(&cells) {
            let text = String::from_utf8_lossy(cell);
            if text.is_empty() || matches!(&*text, "null" | "NULL" | "\\N") {
                continue;
            }
            match column {
                Column::Whole if text.starts_with('{') => {
                    return Row::Event(Mapped {
                        json: text.into_owned().into_bytes(),
                        shape: self.shape(),
                        is_summary: false,
                    });
                }
                Column::Whole => {}
                Column::Known(path) => draft.set(path, value(path, &text)),
                Column::ResourceNames => {
                    names.extend(text.split(", ").map(|name| {
                        let name = Node::Text(name.to_owned());
                        Node::Object(vec![("ARN".to_owned(), name)])
                    }));
                }
                Column::Own(name) => draft.set(&[name], Node::Text(text.into_owned())),
            }
        }
        if !names.is_empty() {
            draft.set(&["resources"], Node::Array(names));
        }
        Row::Event(draft.finish(self.shape()))
    }
}

/// The record of a row whose columns have values rather than texts; as it is where it is no row of
/// a trail.
#[cfg(feature = "parquet")]
pub(crate) fn record_of(row: Node) -> Node {
    let Node::Object(pairs) = row else { return row };
    let names: Vec<String> = pairs
        .iter()
        .map(|(k, _)| plain_name(k.as_bytes()))
        .collect();
    let whole = pairs.iter().zip(&names).find_map(|((_, value), name)| {
        let text = value.as_str().filter(|_| is_whole(name))?;
        Node::parse(text.as_bytes()).ok().filter(Node::is_container)
    });
    if let Some(whole) = whole {
        return whole;
    }
    let known = names.iter().filter(|name| is_known(name)).count();
    if known < 2 || !names.iter().any(|name| is_telling(name)) {
        return Node::Object(pairs);
    }
    let mut draft = Draft::default();
    for ((key, node), name) in pairs.into_iter().zip(&names) {
        match (column(key.as_bytes(), name), node) {
            (Column::Known(path), Node::Text(text)) => draft.set(path, value(path, &text)),
            (Column::Known(path), node) => draft.set(path, respelled(node)),
            (_, node) => draft.set(&[&key], node),
        }
    }
    draft.into_node()
}

fn is_telling(plain: &str) -> bool {
    matches!(plain, "eventname" | "eventid" | "eventtime")
}

fn plain_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn is_whole(plain: &str) -> bool {
    matches!(plain, "cloudtrailevent" | "eventjson" | "eventdata")
}

fn is_known(plain: &str) -> bool {
    COLUMNS.iter().any(|(known, _)| *known == plain)
}

fn column(name: &[u8], plain: &str) -> Column {
    if is_whole(plain) {
        return Column::Whole;
    }
    if plain == "resourcename" || plain == "resourcenames" {
        return Column::ResourceNames;
    }
    match COLUMNS.iter().find(|(known, _)| *known == plain) {
        Some((_, path)) => Column::Known(path),
        None => Column::Own(String::from_utf8_lossy(name).into_owned()),
    }
}

/// What a cell holds: JSON, a nested value as Athena writes it, or text.
fn value(path: &[&str], text: &str) -> Node {
    if !text.starts_with(['{', '[']) || path.len() > 1 {
        return Node::Text(text.to_owned());
    }
    match opened(&Node::Text(text.to_owned())) {
        Node::Text(text) => match presto::parse(&text) {
            Some(node) => respelled(node),
            None => Node::Text(text),
        },
        node if matches!(path, ["userIdentity" | "resources" | "tlsDetails"]) => respelled(node),
        node => node,
    }
}

/// A value whose keys are spelled as in a record.
fn respelled(node: Node) -> Node {
    match node {
        Node::Object(pairs) => Node::Object(
            pairs
                .into_iter()
                .map(|(key, value)| {
                    // Inside an identity the ARN is small, in a list of resources it is not.
                    let known = KEYS
                        .iter()
                        .find(|known| known.eq_ignore_ascii_case(&key) && **known != "ARN");
                    let key = known.map_or(key, |known| (*known).to_owned());
                    (key, respelled(value))
                })
                .collect(),
        ),
        Node::Array(items) => Node::Array(items.into_iter().map(respelled).collect()),
        other => other,
    }
}

/// A text up to and with the end of its first line.
fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or_default()
}

/// How far the row at the beginning of a text goes, its line's end included; `None` where the text
/// ends inside. Line ends inside quotes belong to the cell.
pub(crate) fn row_len(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut at = 0;
    while let Some(hit) = memchr::memchr2(b'"', b'\n', text.get(at..).unwrap_or_default()) {
        at += hit + 1;
        if text.get(at - 1) == Some(&b'"') {
            quoted = !quoted;
        } else if !quoted {
            return Some(at);
        }
    }
    None
}

/// The cells of a row.
fn cells(row: &[u8], delimiter: u8) -> Vec<Cow<'_, [u8]>> {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    let mut cells = Vec::new();
    let mut rest = row;
    loop {
        let (cell, after) = cell(rest, delimiter);
        cells.push(cell);
        match after.split_first() {
            Some((_, after)) => rest = after,
            None => return cells,
        }
    }
}

/// The first cell, and what follows it from the delimiter on.
fn cell(text: &[u8], delimiter: u8) -> (Cow<'_, [u8]>, &[u8]) {
    let Some(inside) = text.strip_prefix(b"\"") else {
        let end = memchr::memchr(delimiter, text).unwrap_or(text.len());
        let (cell, rest) = text.split_at(end);
        return (Cow::Borrowed(cell), rest);
    };
    let mut out: Vec<u8> = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(hit) = memchr::memchr(b'"', inside.get(at..).unwrap_or_default()) {
        at += hit;
        if inside.get(at + 1) == Some(&b'"') {
            out.extend_from_slice(inside.get(from..=at).unwrap_or_default());
            at += 2;
            from = at;
            continue;
        }
        let last = inside.get(from..at).unwrap_or_default();
        let after = inside.get(at + 1..).unwrap_or_default();
        // What stands between the quote and the delimiter belongs to no cell; it is kept.
        let tail = memchr::memchr(delimiter, after).unwrap_or(after.len());
        let (tail, rest) = after.split_at(tail);
        if out.is_empty() && tail.is_empty() {
            return (Cow::Borrowed(last), rest);
        }
        out.extend_from_slice(last);
        out.extend_from_slice(tail);
        return (Cow::Owned(out), rest);
    }
    out.extend_from_slice(inside.get(from..).unwrap_or_default());
    (Cow::Owned(out), &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(header: &str, row: &str) -> (String, Mapped) {
        let header = Header::sniff(header.as_bytes()).expect("a header");
        match header.row(row.as_bytes()) {
            Row::Event(m) => (String::from_utf8(m.json.clone()).expect("text"), m),
            other => panic!("{other:?}"),
        }
    }

    /// Made from FORMAT: no byte-true sample of the console was found.
    #[test]
    fn rows_of_the_console() {
        let (text, m) = json(
            "User name,Event time,Event source,Event name,AWS region,User agent,Resource name,Event ID\n",
            "alice,2026-11-20T14:00:01Z,s3.amazonaws.com,GetObject,us-west-2,\"a, \"\"b\"\"; c\",\"b, k\",e1\n",
        );
        assert_eq!((m.shape, m.is_summary), ("console-csv", true));
        assert_eq!(
            text,
            r#"{"userIdentity":{"userName":"alice"},"eventTime":"2026-11-20T14:00:01Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-west-2","userAgent":"a, \"b\"; c","eventID":"e1","resources":[{"ARN":"b"},{"ARN":"k"}]}"#
        );
    }

    /// Made from FORMAT and the table that AWS gives for Athena.
    #[test]
    fn rows_of_athena() {
        let (text, m) = json(
            "\"eventtime\",\"eventname\",\"useridentity\",\"requestparameters\",\"resources\",\"odd\"\n",
            "\"2026-11-20T14:00:01Z\",\"CreateUser\",\"{type=IAMUser, arn=arn:aws:iam::1:user/a, accesskeyid=AKIA1, sessioncontext={attributes={mfaauthenticated=true}}}\",\"{\"\"userName\"\":\"\"x\"\"}\",\"[{arn=arn:aws:iam::1:user/x, type=null}]\",\"1\"\r\n",
        );
        assert_eq!((m.shape, m.is_summary), ("athena-csv", false));
        assert_eq!(
            text,
            r#"{"eventTime":"2026-11-20T14:00:01Z","eventName":"CreateUser","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/a","accessKeyId":"AKIA1","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}},"requestParameters":{"userName":"x"},"resources":[{"arn":"arn:aws:iam::1:user/x","type":null}],"odd":"1"}"#
        );
    }

    #[test]
    fn what_is_no_sheet_of_events() {
        for text in [
            "",
            "name,size\n",
            "{\"eventName\":1}",
            "eventName\n",
            "event,name,time\n",
        ] {
            assert_eq!(Header::sniff(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn rows_end_where_quotes_let_them() {
        assert_eq!(row_len(b"a,\"b\nc\"\nd"), Some(8));
        assert_eq!(row_len(b"a,\"b\nc"), None);
        let header = Header::sniff(b"eventName;eventTime;eventSource\n").expect("a header");
        assert_eq!(header.row(b"a;b\n"), Row::Cells(2));
        assert_eq!(header.row(b"eventName;eventTime;eventSource"), Row::Header);
    }
}
