//! What a record says, read from its whole JSON, as PRODUCT and RULINGS define each field.

use std::sync::LazyLock;

use serde_json::Value;
use trailhound::base::time::UtcMicros;
use trailhound::event::agent;
use trailhound::event::service;

/// One record and what it says.
pub struct Said {
    /// The record.
    pub json: Value,
    /// The file it is in.
    pub file: String,
    /// The person behind it with its account, as lineage says; tests of lineage hold that.
    pub person: Option<(String, Option<String>)>,
    /// Every key and value in it and in the JSON inside its strings, as written.
    pub texts: Vec<String>,
    /// The same in lower case, a line each.
    pub folded: Vec<String>,
    /// When it happened.
    pub time: Option<i64>,
}

/// Strings inside strings inside strings are looked into this often.
const NESTED: usize = 4;

impl Said {
    /// `numbers` are those of the record as it writes them, outside of its strings.
    pub fn new(
        json: Value,
        numbers: Vec<String>,
        file: String,
        person: Option<(String, Option<String>)>,
    ) -> Self {
        let mut texts = numbers;
        leaves(&json, NESTED, &mut texts);
        let time = json["eventTime"].as_str().or(json["@timestamp"].as_str());
        Self {
            time: time.and_then(UtcMicros::parse).map(|t| t.0),
            folded: texts.iter().map(|text| text.to_lowercase()).collect(),
            texts,
            json,
            file,
            person,
        }
    }

    /// A text at a place; what is empty, or no text, is absent.
    fn text(&self, pointer: &str) -> Option<String> {
        let text = self.json.pointer(pointer)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// An account: a text, or a number that some writers do not quote.
    fn account(&self, pointer: &str) -> Option<String> {
        let number = self.json.pointer(pointer).filter(|v| v.is_number());
        number.map(Value::to_string).or_else(|| self.text(pointer))
    }

    /// Yes or no, quoted or not.
    fn flag(&self, pointer: &str) -> Option<bool> {
        match self.json.pointer(pointer)? {
            Value::Bool(yes) => Some(*yes),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The value of a field of one value.
    pub fn field(&self, name: &str) -> Option<String> {
        match name {
            "what" => self.text("/eventName"),
            "svc" => self.text("/eventSource"),
            "region" => self.text("/awsRegion"),
            "acct" | "acct.recipient" => self
                .account("/recipientAccountId")
                .or_else(|| self.field("acct.caller")),
            "acct.caller" => self
                .account("/userIdentity/accountId")
                .filter(|a| a != "ANONYMOUS_PRINCIPAL"),
            "ip" => self.text("/sourceIPAddress"),
            "ua" => self.text("/userAgent"),
            "err" => self.error(),
            "msg" => self.text("/errorMessage"),
            "key" => self.text("/userIdentity/accessKeyId"),
            "via" => self.text("/userIdentity/sessionContext/sessionIssuer/arn"),
            "type" => self.text("/userIdentity/type"),
            "cat" => Some(self.category()),
            "vpce" => self.text("/vpcEndpointId"),
            "req" => self.text("/requestID"),
            "shared" => self.text("/sharedEventID"),
            "id" => self.text("/eventID"),
            "tool" => agent::tool(&self.text("/userAgent")?).map(Into::into),
            "os" => agent::system(&self.text("/userAgent")?).map(|(name, _)| name.to_owned()),
            "file" => Some(self.file.clone()),
            other => panic!("no field {other}"),
        }
    }

    fn error(&self) -> Option<String> {
        let code = self.json["errorCode"].as_str();
        if code == Some("Client.DryRunOperation") {
            return None;
        }
        let failed = |pointer| self.text(pointer).as_deref() == Some("Failure");
        let sign_in = failed("/responseElements/ConsoleLogin")
            || failed("/serviceEventDetails/UserAuthentication");
        self.text("/errorCode")
            .or_else(|| self.text("/errorMessage"))
            .or_else(|| sign_in.then(|| "SignInFailure".to_owned()))
    }

    fn category(&self) -> String {
        let is_insight = self.json["insightDetails"].is_object();
        let older = || match self.flag("/managementEvent") {
            _ if is_insight => "Insight",
            Some(false) => "Data",
            _ => "Management",
        };
        self.text("/eventCategory")
            .unwrap_or_else(|| older().to_owned())
    }

    /// Whether an error is one of a class.
    pub fn is_denied(&self) -> bool {
        let words = [
            "accessdenied",
            "unauthorized",
            "notauthorized",
            "forbidden",
            "not authorized",
            "authfailure",
        ];
        let error = self.error().unwrap_or_default().to_lowercase();
        words.iter().any(|word| error.contains(word))
    }

    /// Whether a call was refused for going too fast.
    pub fn is_throttled(&self) -> bool {
        let words = [
            "throttl",
            "requestlimitexceeded",
            "toomanyrequests",
            "slowdown",
        ];
        let error = self.error().unwrap_or_default().to_lowercase();
        !self.is_denied() && words.iter().any(|word| error.contains(word))
    }

    /// The class of the call.
    pub fn verb(&self) -> &'static str {
        let name = self.field("what").unwrap_or_default();
        if let Some(verb) = service::verb_of(&without_date(&name)) {
            return verb.name();
        }
        let reads = self.flag("/readOnly");
        if reads.unwrap_or_else(|| service::reads_by_name(&name)) {
            "read"
        } else if service::deletes_by_name(&name) {
            "delete"
        } else {
            "write"
        }
    }

    /// A field that is yes, no or not known.
    pub fn fact(&self, name: &str) -> Option<bool> {
        match name {
            "ro" => self.flag("/readOnly"),
            "mfa" => match self.json.pointer("/additionalEventData/MFAUsed") {
                Some(Value::String(used)) if used == "Yes" => Some(true),
                Some(Value::String(used)) if used == "No" => Some(false),
                _ => self.flag("/userIdentity/sessionContext/attributes/mfaAuthenticated"),
            },
            "console" => Some(
                [
                    "/sessionCredentialFromConsole",
                    "/userIdentity/sessionContext/attributes/sessionCredentialFromConsole",
                ]
                .iter()
                .any(|at| self.flag(at) == Some(true)),
            ),
            "root" => Some(self.text("/userIdentity/type").as_deref() == Some("Root")),
            "svcdriven" => Some(
                self.text("/userIdentity/invokedBy").is_some()
                    || self.text("/userIdentity/type").as_deref() == Some("AWSService"),
            ),
            "xacct" => {
                let acct = self.field("acct")?;
                let home = self
                    .person
                    .as_ref()
                    .and_then(|(_, account)| account.clone());
                let others: Vec<_> = [self.field("acct.caller"), home]
                    .into_iter()
                    .flatten()
                    .collect();
                (!others.is_empty()).then(|| others.iter().any(|other| *other != acct))
            }
            other => panic!("no fact {other}"),
        }
    }
}

/// A call's name without the date of its API: `ListFunctions20150331`, with a version or none.
pub fn without_date(name: &str) -> String {
    static PATTERN: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new("^(.+?)[0-9]{8}(v[0-9]{1,7})?$").unwrap());
    match PATTERN.captures(name) {
        Some(parts) if !parts[1].ends_with(|c: char| c.is_ascii_digit()) => parts[1].to_owned(),
        _ => name.to_owned(),
    }
}

/// The JSON in a string, plain or percent-encoded.
pub fn inside(text: &str) -> Option<Value> {
    let value = serde_json::from_str(&plain(text)?).ok();
    value.filter(|v: &Value| v.is_object() || v.is_array())
}

/// The text of a string, without per cent signs where it begins as JSON does.
fn plain(text: &str) -> Option<String> {
    let text = text.trim_start();
    if ["%7B", "%5B", "%7b", "%5b"]
        .iter()
        .any(|open| text.starts_with(open))
    {
        return decoded(text);
    }
    Some(text.to_owned())
}

fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(after.get(..2)?).ok()?;
            out.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &after[2..];
        } else {
            out.push(*first);
            rest = after;
        }
    }
    String::from_utf8(out).ok()
}

/// The numbers of a record as they are written, in no order.
pub fn numbers_of(record: &[u8]) -> Vec<String> {
    let (mut out, mut rest) = (Vec::new(), record);
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'"' {
            while let Some((inside, after)) = rest.split_first() {
                rest = if *inside == b'\\' { &after[1..] } else { after };
                if *inside == b'"' {
                    break;
                }
            }
        } else if first.is_ascii_digit() || *first == b'-' {
            let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
            let len = after.iter().take_while(|b| is_part(b)).count();
            let text = &record[record.len() - after.len() - 1..][..=len];
            out.push(String::from_utf8_lossy(text).into_owned());
            rest = &after[len..];
        }
    }
    out.sort();
    out
}

/// Every key and value, but numbers.
fn leaves(value: &Value, depth: usize, out: &mut Vec<String>) {
    match value {
        // Numbers are taken from the text: `1e-05` is not what a parser writes for it.
        Value::Null | Value::Number(_) => {}
        Value::Bool(_) => out.push(value.to_string()),
        Value::String(text) => {
            out.push(text.clone());
            if depth > 0
                && let Some(nested) = inside(text)
            {
                out.extend(numbers_of(plain(text).unwrap_or_default().as_bytes()));
                leaves(&nested, depth - 1, out);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, depth, out)),
        Value::Object(members) => {
            for (key, value) in members {
                out.push(key.clone());
                leaves(value, depth, out);
            }
        }
    }
}
