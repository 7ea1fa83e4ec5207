//! Secrets in records: where CloudTrail writes them, and words to stand in their place.
//!
//! CloudTrail hides most secrets of a request, not all: start-up scripts, environment variables,
//! commands, session tokens and signed addresses arrive as they were sent. [`find`] names them in a
//! record's bytes, [`redact`] and [`mask`] replace them there, [`redact_text`] does so in any text.
//! Equal secrets get equal words, under a key drawn once a process, so that they can be followed
//! and not guessed. Access key ids are evidence and stay.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex as Bytes;
use sha2::{Digest, Sha256};

use crate::event::record::{HIDDEN, REMOVED};
use crate::event::veiled;

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`name` and `FIELDS` say what each is")]
pub enum Kind {
    Password,
    Key,
    Token,
    Environment,
    Script,
    Command,
    Parameter,
    Signature,
    Name,
}

impl Kind {
    /// The word in its place.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Key => "key",
            Self::Token => "token",
            Self::Environment => "environment",
            Self::Script => "script",
            Self::Command => "command",
            Self::Parameter => "parameter",
            Self::Signature => "signature",
            Self::Name => "name",
        }
    }
}

/// Names of fields whose text is a secret, in lower case.
///
/// Source: the APIs' own parameters as CloudTrail writes them (RELIABILITY §2.8).
pub const FIELDS: &[(&str, Kind)] = &[
    ("accesstoken", Kind::Token),
    ("authorization", Kind::Token),
    ("authtoken", Kind::Token),
    ("bearertoken", Kind::Token),
    ("clientsecret", Kind::Key),
    ("idtoken", Kind::Token),
    ("parametervalue", Kind::Parameter),
    ("passphrase", Kind::Password),
    ("passwd", Kind::Password),
    ("password", Kind::Password),
    ("plaintext", Kind::Key),
    ("presharedkey", Kind::Key),
    ("privatekey", Kind::Key),
    ("refreshtoken", Kind::Token),
    ("samlassertion", Kind::Token),
    ("secretaccesskey", Kind::Key),
    ("secretbinary", Kind::Key),
    ("secretkey", Kind::Key),
    ("secretstring", Kind::Key),
    ("securitytoken", Kind::Token),
    ("sessiontoken", Kind::Token),
    ("sharedsecret", Kind::Key),
    ("signintoken", Kind::Token),
    ("userdata", Kind::Script),
    ("webidentitytoken", Kind::Token),
    ("x-amz-security-token", Kind::Token),
];

/// Objects and lists of which every text, or every `value`, is a secret.
const PLACES: &[(&str, bool, Kind)] = &[
    ("variables", false, Kind::Environment),
    ("environmentvariables", true, Kind::Environment),
    ("environment", true, Kind::Environment),
    ("commands", false, Kind::Command),
];

/// Words of which one stands in every record that may hold a secret: a cheap first look.
static HINT: LazyLock<Option<Bytes>> = LazyLock::new(|| {
    Bytes::new(concat!(
        "(?i-u)password|passwd|passphrase|secret|token|private|plaintext|authorization|saml|",
        "presharedkey|userdata|variables|\"environment|\"commands\"|parametervalue|putparameter|",
        "-----begin|eyj|bearer|x-amz-s|pwd|api[_-]?key|no username found|pre[_-]?shared|user[_-]data|",
        "parameter[_-]value|",
        // Base64 as a whole: what it hides, only decoding it tells.
        "\"[a-z0-9+/]{16,}={0,2}\"|",
        "fwogzxivyxdz|iqojb3jpz2lu",
    ))
    .ok()
});

/// One secret of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Where its text stands in the record's bytes, without the quotes.
    pub at: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// The field it stands in.
    pub field: String,
}

/// The secrets of a record, in order. Each is the whole inside of a JSON string, or a part of one.
pub fn find(record: &[u8]) -> Vec<Secret> {
    let mut found = Vec::new();
    if HINT.as_ref().is_none_or(|hint| hint.is_match(record)) {
        let call = Call {
            puts_parameter: has(record, b"\"PutParameter\""),
            names_nobody: has(record, b"No username found"),
        };
        strings(record, &mut |path, at| {
            let raw = record.get(at.clone()).unwrap_or_default();
            if is_hidden(raw) {
                return;
            }
            let field = || path.last().map_or_else(String::new, |key| text_of(key));
            if let Some(kind) = call.kind_of(path) {
                let field = field();
                found.push(Secret { at, kind, field });
                return;
            }
            let parts = veiled::parts(raw, true, &|path| call.kind_of(path));
            found.extend(parts.into_iter().map(|(part, kind)| Secret {
                at: at.start + part.start..at.start + part.end,
                kind,
                field: field(),
            }));
        });
    }
    found
}

/// The record with every secret replaced by `‹redacted:kind:length:hash›`.
pub fn redact(record: &[u8]) -> Cow<'_, [u8]> {
    replace(record, |secret, raw| redacted(secret.kind, &text_of(raw)))
}

/// The record with every secret replaced by `‹hidden:kind:length›`, for a screen on which the
/// secret can be asked for.
pub fn mask(record: &[u8]) -> Cow<'_, [u8]> {
    replace(record, |secret, raw| hidden(secret.kind, &text_of(raw)))
}

/// The words in the place of a secret on a screen.
fn hidden(kind: Kind, secret: &str) -> String {
    format!("‹hidden:{}:{}›", kind.name(), secret.chars().count())
}

/// A text with every part that is a secret wherever it stands replaced, as [`redact`] does.
pub fn redact_text(text: &str) -> Cow<'_, str> {
    replace_text(text, redacted)
}

/// A text with every part that is a secret wherever it stands replaced, as [`mask`] does.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    replace_text(text, hidden)
}

fn replace_text(text: &str, word: fn(Kind, &str) -> String) -> Cow<'_, str> {
    let parts = parts(text);
    if parts.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (part, kind) in parts {
        out.push_str(text.get(from..part.start).unwrap_or_default());
        let secret = text.get(part.clone()).unwrap_or_default();
        out.push_str(&word(kind, secret));
        from = part.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// The secret parts of a text and what they are.
fn parts(text: &str) -> Vec<(Range<usize>, Kind)> {
    if text.len() < 6 {
        return Vec::new();
    }
    let call = Call {
        puts_parameter: false,
        names_nobody: false,
    };
    veiled::parts(text.as_bytes(), false, &|path| call.kind_of(path))
}

/// Whether a text holds a part that is a secret wherever it stands.
pub fn is_in_text(text: &str) -> bool {
    !parts(text).is_empty()
}

/// The words in the place of a secret.
pub fn redacted(kind: Kind, secret: &str) -> String {
    static KEY: LazyLock<[u8; 16]> = LazyLock::new(|| {
        let state = RandomState::new();
        let (a, b) = (state.hash_one(1), state.hash_one(2));
        (u128::from(a) << 64 | u128::from(b)).to_le_bytes()
    });
    let digest: [u8; 32] = Sha256::new()
        .chain_update(*KEY)
        .chain_update(secret.as_bytes())
        .finalize()
        .into();
    let [a, b, c, d, ..] = digest;
    format!(
        "‹redacted:{}:{}:{a:02x}{b:02x}{c:02x}{d:02x}›",
        kind.name(),
        secret.chars().count()
    )
}

fn replace(record: &[u8], word: impl Fn(&Secret, &[u8]) -> String) -> Cow<'_, [u8]> {
    let secrets = find(record);
    if secrets.is_empty() {
        return Cow::Borrowed(record);
    }
    let (mut out, mut from) = (Vec::with_capacity(record.len()), 0);
    for secret in &secrets {
        out.extend_from_slice(record.get(from..secret.at.start).unwrap_or_default());
        let raw = record.get(secret.at.clone()).unwrap_or_default();
        out.extend_from_slice(word(secret, raw).as_bytes());
        from = secret.at.end;
    }
    out.extend_from_slice(record.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// What is known of the call a record is of.
struct Call {
    puts_parameter: bool,
    names_nobody: bool,
}

impl Call {
    /// What a text under these keys is, by its place alone.
    fn kind_of(&self, path: &[&[u8]]) -> Option<Kind> {
        let is = |key: &[u8], name: &str| key.eq_ignore_ascii_case(name.as_bytes());
        let last = path.last()?;
        let name = last.to_ascii_lowercase();
        if let Some((_, kind)) = FIELDS.iter().find(|(field, _)| field.as_bytes() == name) {
            return Some(*kind);
        }
        if name.ends_with(b"password") {
            return Some(Kind::Password);
        }
        for (place, values, kind) in PLACES {
            let above = path.get(..path.len() - usize::from(*values))?;
            if above.iter().any(|key| is(key, place)) && (!values || is(last, "value")) {
                return Some(*kind);
            }
        }
        let top = path.first().is_some_and(|key| is(key, "requestParameters"));
        if self.puts_parameter && top && path.len() == 2 && is(last, "value") {
            return Some(Kind::Parameter);
        }
        // A sign-in under a name that nobody has: often a password in the wrong field.
        let caller = path.first().is_some_and(|key| is(key, "userIdentity"));
        (self.names_nobody && caller && is(last, "userName")).then_some(Kind::Name)
    }
}

fn has(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// Whether AWS, or whoever sent the value, has hidden it already.
pub(crate) fn is_hidden(raw: &[u8]) -> bool {
    let stars = raw.iter().all(|b| *b == b'*');
    let ours = ["‹hidden:", "‹redacted:"]
        .iter()
        .any(|word| raw.starts_with(word.as_bytes()));
    let theirs = has(raw, HIDDEN.as_bytes()) || raw == REMOVED.as_bytes();
    stars || ours || theirs || raw.starts_with(b"***")
}

/// The text that the inside of a JSON string stands for.
fn text_of(raw: &[u8]) -> String {
    if !raw.contains(&b'\\') {
        return String::from_utf8_lossy(raw).into_owned();
    }
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(raw).into_owned())
}

pub(crate) type Each<'a, 'f> = dyn FnMut(&[&'a [u8]], Range<usize>) + 'f;

/// Calls `each` with every string value: the keys around it and where its inside stands.
///
/// Takes damaged text, too: what is no JSON is gone through as well as it can be.
pub(crate) fn strings<'a>(json: &'a [u8], each: &mut Each<'a, '_>) {
    // A level is how many keys were above it, and whether it is an object.
    let mut levels: Vec<(usize, bool)> = Vec::new();
    let mut path: Vec<&'a [u8]> = Vec::new();
    let mut is_value = true;
    let mut i = 0;
    while let Some(&byte) = json.get(i) {
        match byte {
            b'"' => {
                let end = string_end(json, i + 1);
                if is_value {
                    each(&path, i + 1..end);
                } else {
                    let above = levels.last().map_or(0, |level| level.0);
                    path.truncate(above);
                    path.push(json.get(i + 1..end).unwrap_or_default());
                }
                i = end;
            }
            b'{' | b'[' => {
                levels.push((path.len(), byte == b'{'));
                is_value = byte == b'[';
            }
            b'}' | b']' => {
                if let Some((above, _)) = levels.pop() {
                    path.truncate(above);
                }
            }
            b':' => is_value = true,
            b',' => is_value = !levels.last().is_some_and(|level| level.1),
            _ => {}
        }
        i += 1;
    }
}

fn string_end(json: &[u8], mut at: usize) -> usize {
    while let Some(hit) = memchr::memchr2(b'"', b'\\', json.get(at..).unwrap_or_default()) {
        at += hit;
        if json.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(record: &str) -> Vec<(&'static str, String)> {
        find(record.as_bytes())
            .into_iter()
            .map(|s| (s.kind.name(), record[s.at].to_owned()))
            .collect()
    }

    fn check(record: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, text)| (*kind, (*text).to_owned()))
            .collect();
        assert_eq!(kinds(record), expected, "{record}");
        for (_, secret) in expected {
            for safe in [redact(record.as_bytes()), mask(record.as_bytes())] {
                assert!(!has(&safe, secret.as_bytes()), "{record}");
                serde_json::from_slice::<serde_json::Value>(&safe).unwrap();
            }
        }
    }

    #[test]
    fn where_records_hold_secrets() {
        let env = r#"{"requestParameters":{"environment":{"variables":{"A":"one","B":"two"}}}}"#;
        check(env, &[("environment", "one"), ("environment", "two")]);
        let ecs = r#"{"requestParameters":{"containerDefinitions":[{"environment":[{"name":"K","value":"v1"}]}]}}"#;
        check(ecs, &[("environment", "v1")]);
        let run = r#"{"requestParameters":{"parameters":{"commands":["mysql -pq7","whoami"]}}}"#;
        check(run, &[("command", "mysql -pq7"), ("command", "whoami")]);
        let put =
            r#"{"eventName":"PutParameter","requestParameters":{"name":"/db","value":"ssm-q7"}}"#;
        check(put, &[("parameter", "ssm-q7")]);
        check(&put.replace("PutParameter", "PutMetricAlarm"), &[]);
        check(
            r#"{"a":{"masterUserPassword":"rds-q7","sessionToken":"tok-q7","userData":"IyE="}}"#,
            &[
                ("password", "rds-q7"),
                ("token", "tok-q7"),
                ("script", "IyE="),
            ],
        );
        check(
            r#"{"a":{"parameters":[{"parameterKey":"P","parameterValue":"cfn-q7"}]}}"#,
            &[("parameter", "cfn-q7")],
        );
        check(
            r#"{"errorMessage":"No username found in supplied account","userIdentity":{"userName":"oops"}}"#,
            &[("name", "oops")],
        );
    }

    #[test]
    fn texts_that_are_secrets_anywhere() {
        check(
            r#"{"userAgent":"app Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"}"#,
            &[("token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln")],
        );
        check(
            r#"{"x":{"url":"https://b/k?X-Amz-Credential=AKIAX&X-Amz-Signature=abab"}}"#,
            &[("signature", "X-Amz-Signature=abab")],
        );
        check(
            r#"{"x":["-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----"]}"#,
            &[(
                "key",
                r"-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----",
            )],
        );
        for text in [
            "nothing here",
            "Bearer authentication failed",
            "password reset",
        ] {
            assert_eq!(redact_text(text), text);
        }
        assert!(!redact_text("u=1&password=hunter22").contains("hunter22"));
    }

    #[test]
    fn what_is_hidden_or_evidence_stays() {
        check(
            r#"{"a":{"password":"****","masterUserPassword":"HIDDEN_DUE_TO_SECURITY_REASONS",
                "userData":"<sensitiveDataRemoved>","token":"x","nextToken":"n","clientToken":"c","secretId":"s","accessKeyId":"AKIAIOSFODNN7EXAMPLE",
                "passwordResetRequired":true,"environment":"prod"}}"#,
            &[],
        );
    }

    #[test]
    fn equal_secrets_stay_equal() {
        let one = redacted(Kind::Password, "hunter2");
        assert_eq!(one, redacted(Kind::Password, "hunter2"));
        assert_ne!(one, redacted(Kind::Password, "hunter3"));
        assert!(one.starts_with("‹redacted:password:7:") && one.ends_with('›'));
        let text = redact(br#"{"a":{"password":"hun\u0074er2"}}"#);
        assert!(has(&text, one.as_bytes()));
    }

    #[test]
    fn damaged_text_is_gone_through() {
        for cut in 0..60 {
            let text = br#"{"a":[{"password":"x","b":{"c":"Bearer abcdefghijk"}}],"d":1}"#;
            let _ = redact(&text[..cut]);
            let _ = redact(&text[cut..]);
        }
    }
}
