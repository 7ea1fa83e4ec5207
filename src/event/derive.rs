//! Resources named by a plain parameter: one table from (service, parameter) to the ARN it means.
//!
//! Most calls do not carry ARNs: `DeleteUser` says `userName`, `PutBucketPolicy` says `bucketName`.
//! The scanner notes the text of every parameter whose name the table knows; [`complete`] turns
//! them into ARNs with the record's region and account. What cannot be known from the parameter
//! (the random end of a secret, the id of a stack) stands as `*` or `?` in the name, so that nobody
//! takes it for the whole truth. Names and ids that the record holds anyway are not derived again.
//! The table itself is [`crate::event::params`].

use std::borrow::Cow;
use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::event::kind::{Kind, NAMED_OTHERWISE, join_key};
use crate::event::outcome::fold_name;
use crate::event::params::Form::{
    Account, Arn, CopySource, Document, Function, Grantee, Id, Ids, Itself, KmsKey, Parameter,
    Queue, Secret,
};
use crate::event::params::{ALIASES, At, EVERYONE, Form, OF_ACCOUNT, OF_CALLER, ROWS, Row};
use crate::event::record::{HIDDEN, Text};
use crate::event::relation::Memory;
use crate::event::resource::{Naming, ResourceRef, is_ec2_id, is_id_like};
use crate::event::service;

/// The part of a record a parameter stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `requestParameters`.
    Request,
    /// `responseElements`.
    Response,
    /// `serviceEventDetails`.
    Details,
}

/// A parameter's name, numbered; 0 is a name the table does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Key(u16);

impl Key {
    /// No name, or one the table does not know.
    pub const NONE: Self = Self(0);

    /// Whether the table knows the name.
    #[inline]
    pub const fn is_known(self) -> bool {
        self.0 != 0
    }
}

/// A parameter the table may know how to read.
#[derive(Debug, Clone)]
pub struct Param<'a> {
    /// Its name.
    pub key: Key,
    /// The name of the object or list it stands in, where the table knows that.
    pub inside: Key,
    /// The part of the record.
    pub part: Part,
    /// Whether it stands right under that part, not deeper.
    pub top: bool,
    /// Its text.
    pub text: Text<'a>,
}

/// What a record says beside its parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Call<'a> {
    /// `eventSource`; empty or absent in some documents.
    pub source: Option<&'a str>,
    /// `eventName`.
    pub name: &'a str,
    /// `awsRegion`.
    pub region: &'a str,
    /// The account whose log this is.
    pub account: &'a str,
    /// Whether the call only looks.
    pub reads: bool,
    /// The caller's ARN, where the caller is a user.
    pub user: Option<&'a str>,
    /// `errorMessage`: of a refused call often all that names its resource.
    pub message: Option<&'a str>,
}

/// Whether a row reads a parameter of a call, which stands behind others.
fn fits(row: &Row, before: &[Param<'_>], param: &Param<'_>, call: &str) -> bool {
    let at = match row.at {
        At::Top => param.part == Part::Request && param.top,
        At::Request => param.part == Part::Request,
        At::Response => param.part != Part::Request,
        At::Any => true,
    };
    let mut words = row.calls.split('|');
    at && (row.inside.is_empty() || Table::get().name(param.inside) == row.inside)
        && (row.calls.is_empty() || words.any(|word| call.contains(word)))
        && (row.filter.is_empty() || filter(before, param) == Some(row.filter))
}

/// The name of the filter among whose values a parameter stands.
fn filter<'p>(before: &'p [Param<'_>], param: &Param<'_>) -> Option<&'p str> {
    let table = Table::get();
    let named = |p: &&Param<'_>| {
        p.part == param.part && p.inside == param.inside && table.name(p.key) == "name"
    };
    before.iter().rev().find(named).map(|p| p.text.as_ref())
}

/// The rows by the name of their parameter, made once.
struct Table {
    names: Vec<&'static str>,
    rows: Vec<Vec<u16>>,
    /// The service whose rows read a name when the record does not say its service.
    telling: Vec<bool>,
    /// Of each row: its service, numbered; 0 is any.
    service_of: Vec<u8>,
    /// The services by name.
    services: HashMap<&'static str, u8>,
    /// Of each row: its form taken apart, where it is an ARN.
    pieces: Vec<Vec<Piece>>,
    /// The forms of other names, taken apart.
    aliases: Vec<(&'static str, Vec<Piece>)>,
    /// Of each row: whether the record may hold what it names under another name.
    joins: Vec<bool>,
    slots: Vec<u16>,
}

/// A piece of an ARN's form.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Text(&'static str),
    Value,
    Region,
    Account,
    /// The parameter of this name.
    Other(Key),
}

const SLOTS: u32 = 11;

/// A number that tells most names apart.
#[inline]
fn slot(name: &[u8]) -> usize {
    let at = |i: usize| u32::from(name.get(i).copied().unwrap_or(0));
    let n = name.len();
    let mixed = at(0) | at(n / 2) << 8 | at(n.wrapping_sub(1)) << 16 | (n as u32) << 24;
    (mixed.wrapping_mul(0x9e37_79b1) >> (32 - SLOTS)) as usize
}

impl Table {
    fn new() -> Self {
        let mut table = Self {
            names: vec![""],
            rows: vec![Vec::new()],
            telling: vec![false],
            service_of: Vec::new(),
            services: HashMap::from([("", 0)]),
            pieces: Vec::new(),
            joins: Vec::new(),
            aliases: Vec::new(),
            slots: vec![0; 1 << SLOTS],
        };
        for (n, row) in ROWS.iter().enumerate() {
            let key = table.add(row.key);
            table.rows[key].push(n as u16);
            if !row.inside.is_empty() {
                table.add(row.inside);
            }
            let next = table.services.len() as u8;
            let service = *table.services.entry(row.service).or_insert(next);
            table.service_of.push(service);
            let form = match row.form {
                Arn(form) => form,
                _ => "",
            };
            let pieces = table.taken_apart(form);
            table.pieces.push(pieces);
            let arn_of = form.split(':').next().unwrap_or("");
            let joins = form.is_empty() || NAMED_OTHERWISE.contains(&arn_of);
            table.joins.push(joins);
        }
        for (_, key, form) in ALIASES {
            table.add(key);
            if let Arn(form) = form {
                let pieces = table.taken_apart(form);
                table.aliases.push((form, pieces));
            }
        }
        for (telling, rows) in table.telling.iter_mut().zip(&table.rows) {
            let mut services = rows.iter().map(|n| ROWS[usize::from(*n)].service);
            let first = services.next();
            *telling = first.is_some() && services.all(|s| Some(s) == first);
        }
        table
    }

    fn add(&mut self, name: &'static str) -> usize {
        let mut at = slot(name.as_bytes());
        while self.slots[at] != 0 {
            let known = usize::from(self.slots[at]);
            if self.names[known] == name {
                return known;
            }
            at = (at + 1) & ((1 << SLOTS) - 1);
        }
        self.names.push(name);
        self.rows.push(Vec::new());
        self.telling.push(false);
        self.slots[at] = (self.names.len() - 1) as u16;
        self.names.len() - 1
    }

    fn taken_apart(&mut self, form: &'static str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = form;
        while let Some((head, tail)) = rest.split_once('{') {
            let (name, after) = tail.split_once('}').unwrap_or((tail, ""));
            pieces.push(Piece::Text(head));
            pieces.push(match name {
                "" => Piece::Value,
                "r" => Piece::Region,
                "a" => Piece::Account,
                other => Piece::Other(Key(self.add(other) as u16)),
            });
            rest = after;
        }
        pieces.push(Piece::Text(rest));
        pieces
    }

    fn get() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::new);
        &TABLE
    }

    fn name(&self, key: Key) -> &'static str {
        self.names.get(usize::from(key.0)).copied().unwrap_or("")
    }
}

/// Finds the names of parameters; hold one rather than asking anew for each.
#[derive(Clone, Copy)]
pub struct Keys(&'static Table);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// The names of the table.
    pub fn get() -> Self {
        Self(Table::get())
    }

    /// The number of a name; [`Key::NONE`] for the many the table does not know.
    #[inline]
    pub fn find(self, name: &[u8]) -> Key {
        let mut at = slot(name);
        loop {
            let Some(&known) = self.0.slots.get(at) else {
                return Key::NONE;
            };
            if known == 0 {
                return Key::NONE;
            }
            let text = self.0.names.get(usize::from(known)).copied().unwrap_or("");
            if text.as_bytes() == name {
                return Key(known);
            }
            at = (at + 1) & ((1 << SLOTS) - 1);
        }
    }
}

/// The most that a name may be long: parameters beyond are documents.
const LONGEST: usize = 2048;

/// Resources kept of one record.
pub const MOST_RESOURCES: usize = 1000;

/// Adds what the parameters name to what the record holds, says what each resource is to the call,
/// and gives the other names of what it is about: (place in `resources`, name).
pub fn complete<'a>(
    resources: &mut Vec<ResourceRef<'a>>,
    params: &[Param<'a>],
    call: &Call<'_>,
    memory: &mut Memory,
) -> Vec<(usize, String)> {
    let mut direct: Vec<usize> = Vec::new();
    each_named(params, call, |n, row, param, name| {
        let at = match name {
            // The record holds it under a better name.
            Named::Held => resources.iter().position(|r| r.name == param.text),
            Named::New(name, naming) => {
                let naming = match naming {
                    Naming::Derived if call.source.is_none_or(str::is_empty) => Naming::Inferred,
                    naming => naming,
                };
                let mut known = resources.iter().position(|r| r.name == *name);
                if known.is_none() && Table::get().joins[n] && !resources.is_empty() {
                    let key = join_key(&name).0;
                    let same =
                        |r: &ResourceRef<'_>| !r.naming.is_made() && join_key(&r.name).0 == key;
                    known = resources
                        .iter()
                        .position(same)
                        .or_else(|| by_id(resources, &name));
                }
                if known.is_none() && resources.len() < MOST_RESOURCES {
                    resources.push(ResourceRef::new(Cow::Owned(name), naming));
                    Some(resources.len() - 1)
                } else {
                    known
                }
            }
        };
        let Some(at) = at else { return };
        if let Some(role) = row.role {
            resources[at].role = role;
        } else if param.top && param.part == Part::Request && !direct.contains(&at) {
            direct.push(at);
        }
    });
    if resources.is_empty() {
        without_parameters(resources, call);
    }
    if resources.is_empty() {
        return Vec::new();
    }
    memory.assign(resources, call, &direct);
    // Ids that stand for themselves were found, not derived: they come before what was.
    if !resources.is_sorted_by_key(|r| r.naming) {
        resources.sort_by_key(|r| r.naming);
    }
    aliases(resources, params, call)
}

/// The one id that stands beside the name of a group or template: the name is another of its names.
fn by_id(resources: &[ResourceRef<'_>], name: &str) -> Option<usize> {
    let kind =
        Kind::of(name).filter(|k| k.service == "ec2" && NAMED_AND_NUMBERED.contains(&k.what))?;
    let mut ids = resources
        .iter()
        .enumerate()
        .filter(|(_, r)| !r.name.starts_with("arn:") && Kind::of(&r.name) == Some(kind));
    match (ids.next(), ids.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

/// Kinds of EC2 that have a name beside their id.
const NAMED_AND_NUMBERED: &[&str] = &["launch-template", "security-group"];

/// What a call without parameters is about: its own caller, the account, or what its refusal says.
fn without_parameters(resources: &mut Vec<ResourceRef<'_>>, call: &Call<'_>) {
    let is_listed = |list: &[(&str, &str)]| {
        let source = call.source.map_or("", service::short);
        list.contains(&(source, fold_name(call.name)))
    };
    let name = if let Some(name) = call.message.and_then(|m| refused(m, call)) {
        name
    } else if let Some(user) = call.user.filter(|_| is_listed(OF_CALLER)) {
        user.to_owned()
    } else if !call.account.is_empty() && is_listed(OF_ACCOUNT) {
        call.account.to_owned()
    } else {
        return;
    };
    resources.push(ResourceRef::new(Cow::Owned(name), Naming::Derived));
}

/// The IAM resource a refusal names in words: `… on resource: user alice because …`.
fn refused(message: &str, call: &Call<'_>) -> Option<String> {
    let (_, rest) = message.split_once("on resource: ")?;
    let mut words = rest.split_whitespace();
    let kind = match words.next()? {
        kind @ ("user" | "role" | "group" | "policy") => kind,
        "instance" if words.next() == Some("profile") => "instance-profile",
        _ => return None,
    };
    let name = words.next().filter(|name| name.len() < LONGEST)?;
    let partition = partition(call.region);
    Some(format!(
        "arn:{partition}:iam::{}:{kind}/{name}",
        call.account
    ))
}

/// What a parameter names.
enum Named {
    /// It is an ARN or an id, found where it stands.
    Held,
    /// This.
    New(String, Naming),
}

/// Calls `each` with every row that reads a parameter, and what it names.
fn each_named<'a>(
    params: &[Param<'a>],
    call: &Call<'_>,
    mut each: impl FnMut(usize, &Row, &Param<'a>, Named),
) {
    if params.is_empty() {
        return;
    }
    let table = Table::get();
    let source = call.source.filter(|s| !s.is_empty()).map(service::short);
    let source = source.map(|name| table.services.get(name).copied().unwrap_or(u8::MAX));
    let name = fold_name(call.name);
    for (at, param) in params.iter().enumerate() {
        let key = usize::from(param.key.0);
        for &n in table.rows.get(key).map_or(&[][..], Vec::as_slice) {
            let n = usize::from(n);
            let service = table.service_of[n];
            let of_service = match source {
                Some(source) => service == source || service == 0,
                // Where the service is missing, a parameter that only one service has tells it.
                None => service == 0 || table.telling[key],
            };
            let row = &ROWS[n];
            let text = param.text.as_ref();
            if !of_service
                || text.is_empty()
                || text == HIDDEN
                || text.len() > LONGEST
                || !fits(row, params.get(..at).unwrap_or_default(), param, name)
            {
                continue;
            }
            for_each_name(row.form, &table.pieces[n], params, param, call, |named| {
                each(n, row, param, named);
            });
            break;
        }
    }
}

fn for_each_name(
    form: Form,
    pieces: &[Piece],
    params: &[Param<'_>],
    param: &Param<'_>,
    call: &Call<'_>,
    mut give: impl FnMut(Named),
) {
    let text = param.text.as_ref();
    let derived = |name: String| Named::New(name, Naming::Derived);
    let (region, account) = (call.region, call.account);
    let made = |parts: &[&str]| {
        let mut name = String::with_capacity(100 + text.len());
        name.push_str("arn:");
        name.push_str(partition(region));
        for part in parts {
            name.push(':');
            name.push_str(part);
        }
        name
    };
    if text.starts_with("arn:") {
        return give(Named::Held);
    }
    match form {
        Itself => give(if is_ec2_id(text) {
            Named::Held
        } else {
            Named::New(text.to_owned(), Naming::Found)
        }),
        Grantee if EVERYONE.contains(&text) => give(derived("everyone".to_owned())),
        Account | Grantee => {
            let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
            let is_unit = text.starts_with("ou-") || text.starts_with("r-");
            if is_unit || is_account && text != call.account {
                give(derived(text.to_owned()));
            }
        }
        Id => {
            if is_ec2_id(text) {
                give(Named::Held);
            } else if is_id_like(text) {
                give(Named::New(text.to_owned(), Naming::Found));
            }
        }
        Ids => text
            .split(',')
            .map(str::trim)
            .filter(|id| is_ec2_id(id))
            .for_each(|id| give(Named::New(id.to_owned(), Naming::Found))),
        KmsKey if text.starts_with("alias/") => {
            give(derived(made(&["kms", region, account, text])));
        }
        KmsKey => give(derived(made(&[
            "kms",
            region,
            account,
            &format!("key/{text}"),
        ]))),
        Secret => {
            let name = format!("{text}-??????");
            give(derived(made(&[
                "secretsmanager",
                region,
                account,
                "secret",
                &name,
            ])));
        }
        Parameter => {
            let name = format!("parameter/{}", text.trim_start_matches('/'));
            give(derived(made(&["ssm", region, account, &name])));
        }
        Document => {
            let owner = if text.starts_with("AWS") { "" } else { account };
            give(derived(made(&[
                "ssm",
                region,
                owner,
                &format!("document/{text}"),
            ])));
        }
        Function => {
            // `name`, `name:version`, `account:function:name` and that with a version.
            let (owner, name) = match text.split_once(":function:") {
                Some((owner, name)) => (owner.rsplit(':').next().unwrap_or(owner), name),
                None => (account, text),
            };
            give(derived(made(&["lambda", region, owner, "function", name])));
        }
        Queue => {
            // https://sqs.us-east-1.amazonaws.com/111122223333/name
            let mut parts = text.rsplit('/');
            if let (Some(name), Some(owner)) = (parts.next(), parts.next())
                && owner.len() == 12
            {
                give(derived(made(&["sqs", region, owner, name])));
            }
        }
        CopySource => {
            let path = text.split("?versionId").next().unwrap_or(text);
            let path = decoded(path.trim_start_matches('/'));
            give(derived(made(&["s3", "", "", &path])));
        }
        Arn("route53:::hostedzone/{}") => {
            let id = text.rsplit('/').next().unwrap_or(text);
            give(derived(made(&[
                "route53",
                "",
                "",
                &format!("hostedzone/{id}"),
            ])));
        }
        Arn(_) => {
            let mut name = String::with_capacity(100 + text.len());
            name.push_str("arn:");
            name.push_str(partition(region));
            name.push(':');
            for piece in pieces {
                name.push_str(match *piece {
                    Piece::Text(text) => text,
                    Piece::Value => text,
                    Piece::Region => region,
                    Piece::Account => account,
                    Piece::Other(key) => other(params, param.part, key),
                });
            }
            give(derived(name));
        }
    }
}

/// The text of another parameter, as part of an ARN; `*` where there is none.
fn other<'p>(params: &'p [Param<'_>], part: Part, key: Key) -> &'p str {
    let found = params.iter().find(|p| p.part == part && p.key == key);
    found.map_or("*", |p| match p.text.strip_prefix("arn:") {
        // Of an ARN the last part is the name.
        Some(arn) => arn.rsplit('/').next().unwrap_or("*"),
        None => &p.text,
    })
}

/// `%2F` and `+` of a URL as what they stand for; what is no UTF-8 stays as it is.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return text.into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let pair = tail
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        rest = if let Some(byte) = pair {
            bytes.push(byte);
            tail.get(2..).unwrap_or_default()
        } else {
            bytes.push(if first == b'+' { b' ' } else { first });
            tail
        };
    }
    String::from_utf8(bytes).map_or(text.into(), Cow::Owned)
}

/// The partition a region lies in.
pub fn partition(region: &str) -> &'static str {
    match region.as_bytes() {
        [b'c', b'n', b'-', ..] => "aws-cn",
        [b'u', b's', b'-', b'g' | b'i', ..] | [b'e', b'u', b'-', b'i', ..] => {
            if region.starts_with("us-gov-") {
                "aws-us-gov"
            } else if region.starts_with("us-iso-") {
                "aws-iso"
            } else if region.starts_with("us-isob-") {
                "aws-iso-b"
            } else if region.starts_with("eu-isoe-") {
                "aws-iso-e"
            } else {
                "aws"
            }
        }
        _ => "aws",
    }
}

/// Other names of what the call is about, where it is one thing.
fn aliases(
    resources: &[ResourceRef<'_>],
    params: &[Param<'_>],
    call: &Call<'_>,
) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    if call.reads {
        return out;
    }
    let source = call.source.map_or("", service::short);
    if !ALIASES.iter().any(|(s, ..)| *s == source) {
        return out;
    }
    let table = Table::get();
    for param in params {
        let key = table.name(param.key);
        let Some((_, _, form)) = ALIASES.iter().find(|(s, k, _)| *s == source && *k == key) else {
            continue;
        };
        let pieces = match *form {
            Arn(form) => table.aliases.iter().find(|(f, _)| *f == form),
            _ => None,
        };
        let pieces = pieces.map_or(&[][..], |(_, pieces)| pieces.as_slice());
        let mut main = resources
            .iter()
            .enumerate()
            .filter(|(_, r)| r.role.is_subject());
        let subject = match (source, main.next(), main.next()) {
            // Both ends of an alias are what the call is about.
            ("kms", ..) => resources.iter().position(|r| r.name.contains(":key/")),
            (_, Some((at, _)), None) => Some(at),
            _ => None,
        };
        let Some(at) = subject else { continue };
        let mut name = None;
        for_each_name(*form, pieces, params, param, call, |named| {
            if let Named::New(text, _) = named {
                name = Some(text);
            }
        });
        let is_new = |name: &String| {
            let fits = !name.starts_with("arn:aws:ec2:")
                || Kind::of(name) == Kind::of(&resources[at].name);
            fits && resources[at].name != *name && name.len() < LONGEST
        };
        if let Some(name) = name.filter(is_new)
            && !out.contains(&(at, name.clone()))
        {
            out.push((at, name));
        }
    }
    out
}

/// The rows that read a call's parameters, for tests.
#[cfg(test)]
pub(crate) fn rows_used(params: &[Param<'_>], call: &Call<'_>) -> Vec<usize> {
    let mut used = Vec::new();
    each_named(params, call, |n, _, _, _| used.push(n));
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::json::Node;

    const ACCOUNT: &str = "111122223333";
    const USER: &str = "arn:aws:iam::111122223333:user/caller";

    /// The parameters of a part, as the scanner notes them.
    fn gather(
        node: &Node,
        part: Part,
        (key, inside, top): (Key, Key, bool),
        params: &mut Vec<Param<'static>>,
        found: &mut Vec<ResourceRef<'static>>,
    ) {
        match node {
            Node::Text(text) => {
                if text.starts_with("arn:") || is_ec2_id(text) {
                    found.push(ResourceRef::new(text.clone().into(), Naming::Found));
                }
                if key.is_known() {
                    params.push(Param {
                        key,
                        inside,
                        part,
                        top,
                        text: text.clone().into(),
                    });
                }
            }
            Node::Array(items) => {
                for item in items {
                    let inside = if matches!(item, Node::Object(_)) {
                        key
                    } else {
                        inside
                    };
                    gather(item, part, (key, inside, top), params, found);
                }
            }
            Node::Object(members) => {
                for (name, value) in members {
                    let next = Keys::get().find(name.as_bytes());
                    let deeper = matches!(value, Node::Object(_));
                    let holds = match value {
                        Node::Array(items) => items.iter().any(|i| matches!(i, Node::Object(_))),
                        _ => deeper,
                    };
                    gather(value, part, (next, key, top && !holds), params, found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_row_reads_its_line() {
        let mut used = vec![false; ROWS.len()];
        let mut shown = String::new();
        let lines = include_str!("../../tests/fixtures/parameters.txt");
        for line in lines.lines().filter(|l| !l.starts_with('#')) {
            let mut words = line.splitn(4, ' ');
            let mut word = || words.next().unwrap_or("");
            let (source, name, request, response) = (word(), word(), word(), word());
            let (mut params, mut found) = (Vec::new(), Vec::new());
            for (text, part) in [(request, Part::Request), (response, Part::Response)] {
                let node = Node::parse(text.as_bytes()).unwrap();
                let root = (Key::NONE, Key::NONE, true);
                gather(&node, part, root, &mut params, &mut found);
            }
            let source = format!("{source}.amazonaws.com");
            let call = Call {
                source: (source != "-.amazonaws.com").then_some(source.as_str()),
                name,
                region: "us-east-1",
                account: ACCOUNT,
                reads: service::reads_by_name(name),
                user: Some(USER),
                message: None,
            };
            for n in rows_used(&params, &call) {
                used[n] = true;
            }
            let aliases = complete(&mut found, &params, &call, &mut Memory::default());
            shown.push_str(&format!(
                "{} {name}\n",
                source.trim_end_matches(".amazonaws.com")
            ));
            for r in &found {
                shown.push_str(&format!(
                    "    {} {} {}\n",
                    r.naming.name(),
                    r.role.name(),
                    r.name
                ));
            }
            for (at, alias) in aliases {
                shown.push_str(&format!("    {} = {alias}\n", found[at].name));
            }
        }
        insta::assert_snapshot!("parameters", shown);
        let unused: Vec<_> = ROWS
            .iter()
            .zip(&used)
            .filter(|(_, used)| !**used)
            .map(|(row, _)| row.to_string())
            .collect();
        assert!(unused.is_empty(), "rows without a line: {unused:#?}");
    }

    #[test]
    fn the_table_names_each_parameter_once() {
        for (i, a) in ROWS.iter().enumerate() {
            for b in &ROWS[i + 1..] {
                let same =
                    (a.service, a.key, a.inside, a.calls) == (b.service, b.key, b.inside, b.calls);
                assert!(!same || a.at != b.at || a.filter != b.filter, "{a} and {b}");
            }
        }
        for (n, name) in Table::get().names.iter().enumerate().skip(1) {
            assert_eq!(Keys::get().find(name.as_bytes()), Key(n as u16));
        }
        assert_eq!(Keys::get().find(b"noSuchParameter"), Key::NONE);
        assert_eq!(Keys::get().find(b""), Key::NONE);
    }

    #[test]
    fn a_refusal_names_what_was_refused() {
        let call = Call {
            source: Some("iam.amazonaws.com"),
            name: "CreateAccessKey",
            account: ACCOUNT,
            message: Some(
                "User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateAccessKey on \
                 resource: user TrailDiscover because no identity-based policy allows it",
            ),
            ..Call::default()
        };
        let mut resources = Vec::new();
        complete(&mut resources, &[], &call, &mut Memory::default());
        let names: Vec<_> = resources.iter().map(|r| r.name.as_ref()).collect();
        assert_eq!(names, ["arn:aws:iam::111122223333:user/TrailDiscover"]);
    }

    #[test]
    fn partitions() {
        for (region, expected) in [
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("us-east-1", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(partition(region), expected, "{region}");
        }
    }

    #[test]
    fn escapes_of_urls() {
        assert_eq!(decoded("a%2Fb+c"), "a/b c");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%ff%zz"), "%ff%zz");
    }
}
