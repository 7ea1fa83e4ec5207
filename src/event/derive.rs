//! Resources named by a plain parameter: one table from (service, parameter) to the ARN it means.
//!
//! Most calls do not carry ARNs: `DeleteUser` says `userName`, `PutBucketPolicy` says `bucketName`.
//! The scanner notes the text of every parameter whose name the table knows; [`named`] turns
//! them into ARNs with the record's region and account. What cannot be known from the parameter
//! (the random end of a secret, the id of a stack) stands as `*` or `?` in the name, so that nobody
//! takes it for the whole truth. Names and ids that the record holds anyway are not derived again.
//! The table itself is [`crate::event::params`], by name
//! [`crate::event::keys`].

use std::borrow::Cow;

use crate::event::keys::{Key, Param, Part, Piece, Table, Told};
use crate::event::kind::{Kind, join_key};
use crate::event::params::Form::{
    Account, CopySource, Document, Function, Grantee, Id, Ids, Itself, KmsKey, Parameter, Queue,
    Secret,
};
use crate::event::params::{ALIASES, EVERYONE, Form};
use crate::event::plan::Plan;
use crate::event::record::{HIDDEN, Record, Text, UserIdentity};
use crate::event::relation::Roles;
use crate::event::resource::{
    Arn, Class, Naming, ResourceRef, Role, has_colon, id_class, is_ec2_id, is_id_like,
};
use crate::event::service;

/// How a call was made: what a record says beside its call and its parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Made<'a> {
    /// `awsRegion`.
    pub region: &'a str,
    /// The account whose log this is.
    pub account: &'a str,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// The ARN of who calls, where that is a user or root; asked of nearly no call.
    pub caller: Option<&'a str>,
    /// `errorMessage`: of a refused call often all that names its resource.
    pub message: Option<&'a str>,
}

impl<'a> Made<'a> {
    /// How the call of a record was made, as far as its plan asks.
    pub(crate) fn of(record: &'a Record<'_>, plan: &Plan) -> Self {
        // Who calls waits for memory.
        let caller = plan.of_caller.then(|| user_of(record.identity.get()));
        Self {
            region: record.aws_region.as_deref().unwrap_or(""),
            account: record.account().unwrap_or(""),
            read_only: record.read_only,
            caller: caller.flatten(),
            message: record.error_message.as_deref(),
        }
    }
}

/// What is used again for every record.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    roles: Roles,
    pool: Pool,
    direct: Vec<usize>,
}

impl Memory {
    /// Takes back the room of names that are not needed any more.
    pub(crate) fn reclaim(&mut self, resources: &mut Vec<ResourceRef<'_>>) {
        for resource in resources.drain(..) {
            self.pool.give(resource.name);
        }
    }
}

/// What a record names: its resources in order of trust, each once, and other names of them (place
/// among the resources, name), as the record itself gives both.
pub fn named<'a>(record: &Record<'a>) -> (Vec<ResourceRef<'a>>, Vec<(usize, String)>) {
    let mut resources = record.resources.clone();
    let Some(params) = &record.params else {
        return (resources, Vec::new());
    };
    let source = record.event_source.as_deref().unwrap_or("");
    let mut plan = Plan::of(source, record.event_name.as_deref().unwrap_or(""));
    let call = Made::of(record, &plan);
    let aliases = complete(
        &mut resources,
        params,
        &call,
        &mut plan,
        &mut Memory::default(),
    );
    (resources, aliases)
}

/// The most that a name may be long: parameters beyond are documents.
const LONGEST: usize = 2048;

/// Resources kept of one record.
pub const MOST_RESOURCES: usize = 1000;

/// Adds what the parameters name to what the record holds, says what each resource is to the call,
/// and gives the other names of what it is about: (place in `resources`, name).
///
/// The plan is that of the call.
pub(crate) fn complete<'a>(
    resources: &mut Vec<ResourceRef<'a>>,
    params: &[Param<'a>],
    call: &Made<'_>,
    plan: &mut Plan,
    memory: &mut Memory,
) -> Vec<(usize, String)> {
    let Memory {
        roles,
        pool,
        direct,
    } = memory;
    let reads = plan.reads(call.read_only);
    direct.clear();
    let table = Table::get();
    each_named(params, call, plan, pool, |pool, n, param, name| {
        let at = match name {
            // The record holds it under a better name.
            Named::Held => resources.iter().position(|r| r.name == param.text),
            Named::New(name, naming, class) => {
                let naming = match naming {
                    Naming::Derived if plan.source.is_empty() => Naming::Inferred,
                    naming => naming,
                };
                let known = known(resources, &name, n);
                if let Some(same) = known.and_then(|at| resources.get_mut(at))
                    && same.class == Class::UNKNOWN
                    && same.name == name
                {
                    same.class = class;
                }
                if known.is_none() && resources.len() < MOST_RESOURCES {
                    resources.push(ResourceRef::new(name, naming).of_class(class));
                    Some(resources.len() - 1)
                } else {
                    pool.give(name);
                    known
                }
            }
        };
        let Some(at) = at else { return };
        if let Some(role) = table.worked(n).role {
            resources[at].role = role;
        } else if param.top && param.part == Part::Request && !direct.contains(&at) {
            direct.push(at);
        }
    });
    if resources.is_empty() {
        without_parameters(resources, call, plan, reads);
    }
    if resources.is_empty() {
        return Vec::new();
    }
    roles.assign(resources, &plan.name, &mut plan.said, reads, direct);
    if plan.reports {
        for resource in resources.iter_mut().filter(|r| r.role.is_subject()) {
            resource.role = Role::Used;
        }
    }
    // Ids that stand for themselves were found, not derived: they come before what was.
    if !resources.is_sorted_by_key(|r| r.naming) {
        resources.sort_by_key(|r| r.naming);
    }
    if reads || !plan.aliases {
        return Vec::new();
    }
    aliases(resources, params, call, plan, pool)
}

/// Where the record has what a row names already, under this name or another of its names.
fn known(resources: &[ResourceRef<'_>], name: &str, row: usize) -> Option<usize> {
    if resources.is_empty() {
        return None;
    }
    let same = resources.iter().position(|r| r.name == *name);
    let worked = Table::get().worked(row);
    if same.is_some() || !worked.joins || resources.iter().all(|r| r.naming.is_made()) {
        return same;
    }
    // Names of one resource end alike or begin alike; that spares most of the looking.
    let head = Arn::parse(name).map_or(name, |arn| &name[..name.len() - arn.resource.len()]);
    let end = memchr::memrchr(b'/', name.as_bytes()).map_or(name, |at| &name[at + 1..]);
    let mut key = None;
    let joined = |r: &ResourceRef<'_>| {
        !r.naming.is_made()
            && (r.name.starts_with(head) || r.name.ends_with(end))
            && join_key(&r.name).0 == *key.get_or_insert_with(|| join_key(name).0)
    };
    let joined = resources.iter().position(joined);
    joined.or_else(|| worked.numbered.then(|| by_id(resources, name)).flatten())
}

/// The one id that stands beside the name of a group or template, or beside an address: that is
/// another of its names.
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

/// Kinds of EC2 that have a name, or an address, beside their id.
const NAMED_AND_NUMBERED: &[&str] = &["elastic-ip", "launch-template", "security-group"];

/// What a call without parameters is about: its own caller, the account, or what its refusal says.
fn without_parameters(
    resources: &mut Vec<ResourceRef<'_>>,
    call: &Made<'_>,
    plan: &Plan,
    reads: bool,
) {
    let name = if let Some(name) = call.message.and_then(|m| refused(m, call)) {
        name
    } else if plan.of_caller
        && let Some(user) = call.caller
    {
        // The root user is the account.
        let is_root = user.ends_with(":root") && !call.account.is_empty();
        if is_root { call.account } else { user }.to_owned()
    } else if !reads && !call.account.is_empty() && plan.of_account {
        call.account.to_owned()
    } else {
        return;
    };
    resources.push(ResourceRef::new(Cow::Owned(name), Naming::Derived));
}

/// The ARN of a caller that is a user or root.
fn user_of<'a>(caller: &'a UserIdentity<'_>) -> Option<&'a str> {
    let is_user = matches!(caller.kind.as_deref(), Some("IAMUser" | "Root"));
    caller.arn.as_deref().filter(|_| is_user)
}

/// The IAM resource a refusal names in words: `… on resource: user alice because …`.
fn refused(message: &str, call: &Made<'_>) -> Option<String> {
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
enum Named<'a> {
    /// It is an ARN or an id, found where it stands.
    Held,
    /// This.
    New(Text<'a>, Naming, Class),
}

/// Texts whose room is used again: nearly every record names something that is made.
#[derive(Debug, Default)]
pub(crate) struct Pool(Vec<String>);

/// Texts kept, and the room that one may have.
const MOST_POOLED: usize = 64;
const MOST_ROOM: usize = 1024;

impl Pool {
    /// An empty text.
    fn take(&mut self) -> String {
        let mut text = self.0.pop().unwrap_or_else(|| String::with_capacity(128));
        text.clear();
        text
    }

    /// Takes back a text that is not needed any more.
    pub(crate) fn give(&mut self, text: Text<'_>) {
        if let Text::Owned(text) = text
            && self.0.len() < MOST_POOLED
            && text.capacity() <= MOST_ROOM
        {
            self.0.push(text);
        }
    }
}

/// Calls `each` with every row that reads a parameter, and what it names.
fn each_named<'a>(
    params: &[Param<'a>],
    call: &Made<'_>,
    plan: &Plan,
    pool: &mut Pool,
    mut each: impl FnMut(&mut Pool, usize, &Param<'a>, Named<'a>),
) {
    if params.is_empty() {
        return;
    }
    let table = Table::get();
    // A region or account that no service writes would shift what stands where in an ARN.
    let odd = [call.region, call.account]
        .iter()
        .any(|part| has_colon(part.as_bytes()));
    for (at, param) in params.iter().enumerate() {
        let text = param.text.as_ref();
        let mut row = plan.rows(param.key);
        let Some(first) = row.next() else { continue };
        if text.is_empty() || text == HIDDEN || text.len() > LONGEST {
            continue;
        }
        let mut fitting = std::iter::once(first).chain(row);
        let Some(n) = fitting.find(|n| table.fits(*n, params, at, param)) else {
            continue;
        };
        let worked = table.worked(n);
        let class = |variant: u16| {
            if odd {
                Class::UNKNOWN
            } else {
                Class::of_row(n, variant)
            }
        };
        let form = (worked.form, &worked.pieces[..], worked.told);
        for_each_name(form, params, param, call, pool, class, |pool, named| {
            each(pool, n, param, named);
        });
    }
}

/// Calls `give` with what a parameter names by a form: with its pieces, and what its kind hangs on.
fn for_each_name<'a>(
    (form, pieces, told): (Form, &[Piece], Told),
    params: &[Param<'a>],
    param: &Param<'a>,
    call: &Made<'_>,
    pool: &mut Pool,
    class: impl Fn(u16) -> Class,
    mut give: impl FnMut(&mut Pool, Named<'a>),
) {
    let text = param.text.as_ref();
    if text.starts_with("arn:") {
        return give(pool, Named::Held);
    }
    let (region, account) = (call.region, call.account);
    let as_it_is = |naming| Named::New(param.text.clone(), naming, Class::UNKNOWN);
    // A name of these parts after the partition, of the variant of its form.
    let made = |pool: &mut Pool, parts: &[&str], variant: Option<u16>| {
        let mut name = pool.take();
        name.push_str("arn:");
        name.push_str(partition(region));
        for part in parts {
            name.push_str(part);
        }
        let class = variant.map_or(Class::UNKNOWN, &class);
        Named::New(name.into(), Naming::Derived, class)
    };
    let named = match form {
        Itself | Id if is_ec2_id(text) => Named::Held,
        Itself => as_it_is(Naming::Found),
        Grantee if EVERYONE.contains(&text) => {
            Named::New("everyone".into(), Naming::Derived, Class::UNKNOWN)
        }
        Account | Grantee => {
            let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
            let is_unit = text.starts_with("ou-") || text.starts_with("r-");
            if !(is_unit || is_account && text != call.account) {
                return;
            }
            as_it_is(Naming::Derived)
        }
        Id if is_id_like(text) => as_it_is(Naming::Found),
        Id => return,
        Ids => {
            for id in text.split(',').map(str::trim) {
                if let Some(class) = id_class(id) {
                    give(pool, Named::New(id.to_owned().into(), Naming::Found, class));
                }
            }
            return;
        }
        KmsKey if text.starts_with("alias/") => {
            made(pool, &[":kms:", region, ":", account, ":", text], Some(1))
        }
        KmsKey => made(
            pool,
            &[":kms:", region, ":", account, ":key/", text],
            Some(0),
        ),
        Secret => made(
            pool,
            &[
                ":secretsmanager:",
                region,
                ":",
                account,
                ":secret:",
                text,
                "-??????",
            ],
            Some(0),
        ),
        Parameter => {
            let name = text.trim_start_matches('/');
            made(
                pool,
                &[":ssm:", region, ":", account, ":parameter/", name],
                Some(0),
            )
        }
        Document => {
            let owner = if text.starts_with("AWS") { "" } else { account };
            made(
                pool,
                &[":ssm:", region, ":", owner, ":document/", text],
                Some(0),
            )
        }
        Function => {
            // `name`, `name:version`, `account:function:name` and that with a version.
            let (owner, name) = match text.split_once(":function:") {
                Some((owner, name)) => (owner.rsplit(':').next().unwrap_or(owner), name),
                None => (account, text),
            };
            made(
                pool,
                &[":lambda:", region, ":", owner, ":function:", name],
                Some(0),
            )
        }
        Queue => {
            // https://sqs.us-east-1.amazonaws.com/111122223333/name
            let mut parts = text.rsplit('/');
            match (parts.next(), parts.next()) {
                (Some(name), Some(owner)) if owner.len() == 12 => {
                    made(pool, &[":sqs:", region, ":", owner, ":", name], None)
                }
                _ => return,
            }
        }
        CopySource => {
            let path = text.split("?versionId").next().unwrap_or(text);
            let path = decoded(path.trim_start_matches('/'));
            made(pool, &[":s3:::", &path], None)
        }
        Form::Arn("route53:::hostedzone/{}") => {
            let id = text.rsplit('/').next().unwrap_or(text);
            made(pool, &[":route53:::hostedzone/", id], Some(0))
        }
        Form::Arn(form) => {
            let mut name = pool.take();
            name.push_str("arn:");
            name.push_str(partition(region));
            name.push(':');
            for piece in pieces {
                let part = match *piece {
                    Piece::Text(from, to) => form.get(from.into()..to.into()).unwrap_or(""),
                    Piece::Value => text,
                    Piece::Region => region,
                    Piece::Account => account,
                    Piece::RegionAndAccount => {
                        name.push_str(region);
                        name.push(':');
                        account
                    }
                    Piece::Other(key) => other(params, param.part, key),
                    Piece::End => break,
                };
                name.push_str(part);
            }
            let class = match told {
                Told::Row => class(0),
                Told::Slash => class(memchr::memchr(b'/', name.as_bytes()).is_some().into()),
                Told::Name => Class::UNKNOWN,
            };
            Named::New(name.into(), Naming::Derived, class)
        }
    };
    give(pool, named);
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
    call: &Made<'_>,
    plan: &Plan,
    pool: &mut Pool,
) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let source = service::short(&plan.source);
    let table = Table::get();
    for param in params {
        let key = table.name(param.key);
        let Some((_, _, form)) = ALIASES.iter().find(|(s, k, _)| *s == source && *k == key) else {
            continue;
        };
        let pieces = match *form {
            Form::Arn(form) => table.alias(form),
            _ => &[],
        };
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
        let form = (*form, pieces, Told::Name);
        let class = |_| Class::UNKNOWN;
        for_each_name(form, params, param, call, pool, class, |_, named| {
            if let Named::New(text, ..) = named {
                name = Some(text.into_owned());
            }
        });
        let is_new = |name: &String| {
            let kind = Kind::of(name);
            let fits = kind.is_none_or(|kind| kind.service != "ec2")
                || kind == Kind::of(&resources[at].name);
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
pub(crate) fn rows_used(params: &[Param<'_>], call: &Made<'_>, plan: &Plan) -> Vec<usize> {
    let mut used = Vec::new();
    each_named(params, call, plan, &mut Pool::default(), |_, n, _, _| {
        used.push(n);
    });
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::json::Node;
    use crate::event::keys::{Key, Keys};
    use crate::event::params::{OF_ACCOUNT, OF_CALLER, ROWS};

    const ACCOUNT: &str = "111122223333";
    const USER: &str = "arn:aws:iam::111122223333:user/caller";

    fn completed(
        resources: &mut Vec<ResourceRef<'static>>,
        params: &mut Vec<Param<'static>>,
        call: &Made<'_>,
        (source, name): (&str, &str),
    ) -> Vec<(usize, String)> {
        let mut plan = Plan::of(source, name);
        complete(resources, params, call, &mut plan, &mut Memory::default())
    }

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
                    let next = Keys::get().find_in(name.as_bytes(), key);
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

    /// What each call names, a line each: service, call, request, response; and the rows that read it.
    fn said_of(lines: &str, used: &mut [bool]) -> String {
        let mut shown = String::new();
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
            let call = Made {
                region: "us-east-1",
                account: ACCOUNT,
                read_only: None,
                caller: Some(USER),
                message: None,
            };
            let of_call = match &*source {
                "-.amazonaws.com" => ("", name),
                source => (source, name),
            };
            for n in rows_used(&params, &call, &Plan::of(of_call.0, name)) {
                used[n] = true;
            }
            let aliases = completed(&mut found, &mut params, &call, of_call);
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
        shown
    }

    #[test]
    fn calls_of_incidents_name_what_they_touch() {
        let lines = include_str!("../../tests/fixtures/calls.txt");
        insta::assert_snapshot!("calls", said_of(lines, &mut vec![false; ROWS.len()]));
    }

    #[test]
    fn every_row_reads_its_line() {
        let mut used = vec![false; ROWS.len()];
        let lines = include_str!("../../tests/fixtures/parameters.txt");
        let shown = said_of(lines, &mut used);
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
    fn no_two_rows_are_alike() {
        for (i, a) in ROWS.iter().enumerate() {
            for b in &ROWS[i + 1..] {
                let same =
                    (a.service, a.key, a.inside, a.calls) == (b.service, b.key, b.inside, b.calls);
                assert!(!same || a.at != b.at || a.beside != b.beside, "{a} and {b}");
            }
        }
    }

    #[test]
    fn a_refusal_names_what_was_refused() {
        let call = Made {
            account: ACCOUNT,
            message: Some(
                "User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateAccessKey on \
                 resource: user TrailDiscover because no identity-based policy allows it",
            ),
            ..Made::default()
        };
        let mut resources = Vec::new();
        let of_call = ("iam.amazonaws.com", "CreateAccessKey");
        completed(&mut resources, &mut Vec::new(), &call, of_call);
        let names: Vec<_> = resources.iter().map(|r| r.name.as_ref()).collect();
        assert_eq!(names, ["arn:aws:iam::111122223333:user/TrailDiscover"]);
    }

    #[test]
    fn calls_without_parameters_are_about_the_account_or_their_caller() {
        let user = format!("arn:aws:iam::{ACCOUNT}:user/caller");
        let rows = OF_ACCOUNT.iter().map(|row| (row, ACCOUNT));
        for ((service, name), expected) in rows.chain(OF_CALLER.iter().map(|r| (r, user.as_str())))
        {
            let source = format!("{service}.amazonaws.com");
            let call = Made {
                account: ACCOUNT,
                caller: Some(USER),
                ..Made::default()
            };
            let mut resources = Vec::new();
            completed(&mut resources, &mut Vec::new(), &call, (&source, name));
            let names: Vec<_> = resources.iter().map(|r| r.name.as_ref()).collect();
            assert_eq!(names, [expected], "{service} {name}");
        }
        // Root is the account; what is only looked at is not about it.
        for (service, name, user, read_only, expected) in [
            (
                "signin",
                "PasswordUpdated",
                "arn:aws:iam::111122223333:root",
                None,
                &[ACCOUNT][..],
            ),
            ("macie2", "DisableMacie", USER, None, &[ACCOUNT]),
            ("macie2", "DisableMacie", USER, Some(true), &[]),
        ] {
            let source = format!("{service}.amazonaws.com");
            let call = Made {
                account: ACCOUNT,
                caller: Some(user),
                read_only,
                ..Made::default()
            };
            let mut resources = Vec::new();
            completed(&mut resources, &mut Vec::new(), &call, (&source, name));
            let names: Vec<_> = resources.iter().map(|r| r.name.as_ref()).collect();
            assert_eq!(names, expected, "{name} {user}");
        }
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
