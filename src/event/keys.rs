//! The table of parameters by their names, and what is worked out of its rows beforehand.
//!
//! The scanner asks here for every name it meets ([`Keys`]), so that is one look; which rows hold for
//! a call says [`crate::event::plan`].

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::event::kind::NAMED_OTHERWISE;
use crate::event::params::Form::{self, Arn};
use crate::event::params::{ALIASES, At, Beside, ROWS};
use crate::event::record::Text;
use crate::event::resource::Role;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Key(u16);

impl Key {
    /// No name, or one the table does not know.
    pub const NONE: Self = Self(0);

    /// Whether the table knows the name.
    #[inline]
    pub const fn is_known(self) -> bool {
        self.0 != 0
    }

    /// Its place: smaller than [`MOST_NAMES`].
    pub(crate) const fn place(self) -> usize {
        self.0 as usize
    }
}

/// A parameter the table may know how to read.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What the kind of the resource that a row names hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Told {
    /// On the row alone.
    Row,
    /// On the row and whether there is a slash in the name: a bucket and an object.
    Slash,
    /// On the whole name.
    #[default]
    Name,
}

/// All that is asked of a row for a record: a line of the cache, and in one.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Worked {
    /// Its form, and that taken apart, where it is an ARN.
    pub(crate) form: Form,
    pub(crate) pieces: Pieces,
    /// What it names is to the call, where the row says that.
    pub(crate) role: Option<Role>,
    at: At,
    /// Whether something must stand beside it.
    is_beside: bool,
    /// Whether the record may hold what it names under another name.
    pub(crate) joins: bool,
    /// Whether what it names may have an id that joins it with nothing but its kind.
    pub(crate) numbered: bool,
    /// What the kind of what it names hangs on.
    pub(crate) told: Told,
    /// The object or list it must stand in.
    inside: Key,
}

const _: () = assert!(size_of::<Worked>() == 64, "a line of the cache");

/// The rows by the name of their parameter, made once.
pub(crate) struct Table {
    names: Vec<&'static str>,
    rows: Vec<Vec<u16>>,
    /// Of each name: whether one service alone reads it, and so tells the service of a record that
    /// does not.
    telling: Vec<bool>,
    /// Of each name: whether it means something wherever it stands, not only inside what its rows
    /// say.
    anywhere: Vec<bool>,
    /// Of each row.
    worked: Vec<Worked>,
    /// Of each row: its service, numbered; 0 is any.
    service_of: Vec<u8>,
    /// The services by name.
    services: HashMap<&'static str, u8>,
    /// The forms of other names, taken apart.
    aliases: Vec<(&'static str, Pieces)>,
    slots: Vec<u16>,
}

/// A piece of an ARN's form.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// What stands in the form from the one byte to the other; none has as many as 256.
    Text(u8, u8),
    Value,
    Region,
    Account,
    /// Both, with a colon between.
    RegionAndAccount,
    /// The parameter of this name.
    Other(Key),
    /// Nothing more.
    End,
}

/// An ARN's form taken apart; no form has more pieces.
pub(crate) type Pieces = [Piece; 8];

const SLOTS: u32 = 11;

/// Room for the names of the table.
pub(crate) const MOST_NAMES: usize = 320;

/// A number that tells most names apart.
#[inline]
fn slot(name: &[u8]) -> usize {
    let at = |i: usize| u32::from(name.get(i).copied().unwrap_or(0));
    let n = name.len();
    let mixed = at(0) | at(n / 2) << 8 | at(n.wrapping_sub(1)) << 16 | (n as u32) << 24;
    (mixed.wrapping_mul(0x9e37_79b1) >> (32 - SLOTS)) as usize
}

/// Parameters of a record whose values are paired with keys, and how many it may have in all: what has
/// attributes has some thirty.
const MOST_PAIRED: usize = 256;
const MOST_LOOKED_AT: usize = 4 * MOST_PAIRED;

impl Table {
    fn new() -> Self {
        let mut table = Self {
            names: vec![""],
            rows: vec![Vec::new()],
            telling: vec![false],
            anywhere: vec![false],
            worked: Vec::new(),
            service_of: Vec::new(),
            services: HashMap::from([("", 0)]),
            aliases: Vec::new(),
            slots: vec![0; 1 << SLOTS],
        };
        for (n, row) in ROWS.iter().enumerate() {
            let key = table.add(row.key);
            table.rows[key].push(n as u16);
            let inside = match row.inside {
                "" => Key::NONE,
                inside => Key(table.add_anywhere(inside) as u16),
            };
            table.anywhere[key] |= inside == Key::NONE;
            let next = table.services.len() as u8;
            let service = *table.services.entry(row.service).or_insert(next);
            table.service_of.push(service);
            let form = match row.form {
                Arn(form) => form,
                _ => "",
            };
            let arn_of = form.split(':').next().unwrap_or("");
            let worked = Worked {
                form: row.form,
                pieces: table.taken_apart(form),
                role: row.role,
                at: row.at,
                is_beside: row.beside != Beside::Anything,
                joins: form.is_empty() || NAMED_OTHERWISE.contains(&arn_of),
                numbered: form.is_empty() || arn_of == "ec2",
                told: Told::of(form),
                inside,
            };
            table.worked.push(worked);
        }
        for (_, key, form) in ALIASES {
            table.add_anywhere(key);
            if let Arn(form) = form {
                let pieces = table.taken_apart(form);
                table.aliases.push((form, pieces));
            }
        }
        assert!(
            table.names.len() <= MOST_NAMES,
            "more names than there is room for"
        );
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
        self.anywhere.push(false);
        self.slots[at] = (self.names.len() - 1) as u16;
        self.names.len() - 1
    }

    fn add_anywhere(&mut self, name: &'static str) -> usize {
        let key = self.add(name);
        self.anywhere[key] = true;
        key
    }

    fn taken_apart(&mut self, form: &'static str) -> Pieces {
        let mut pieces = Vec::new();
        let mut rest = form;
        let text = |rest: &str, text: &str| {
            let from = form.len() - rest.len();
            Piece::Text(from as u8, (from + text.len()) as u8)
        };
        while let Some((head, tail)) = rest.split_once('{') {
            if !head.is_empty() {
                pieces.push(text(rest, head));
            }
            if let Some(after) = tail.strip_prefix("r}:{a}") {
                pieces.push(Piece::RegionAndAccount);
                rest = after;
                continue;
            }
            let (name, after) = tail.split_once('}').unwrap_or((tail, ""));
            pieces.push(match name {
                "" => Piece::Value,
                "r" => Piece::Region,
                "a" => Piece::Account,
                other => Piece::Other(Key(self.add_anywhere(other) as u16)),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(text(rest, rest));
        }
        let mut all = [Piece::End; 8];
        assert!(pieces.len() <= all.len(), "too many pieces: {form}");
        all[..pieces.len()].copy_from_slice(&pieces);
        all
    }

    pub(crate) fn get() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::new);
        &TABLE
    }

    /// The number of a name; [`Key::NONE`] for the many that are not known.
    #[inline]
    fn find(&self, name: &[u8]) -> Key {
        let mut at = slot(name);
        loop {
            let Some(&known) = self.slots.get(at) else {
                return Key::NONE;
            };
            if known == 0 {
                return Key::NONE;
            }
            let text = self.names.get(usize::from(known)).copied().unwrap_or("");
            if text.as_bytes() == name {
                return Key(known);
            }
            at = (at + 1) & ((1 << SLOTS) - 1);
        }
    }

    pub(crate) fn name(&self, key: Key) -> &'static str {
        self.names.get(usize::from(key.0)).copied().unwrap_or("")
    }

    /// What is worked out of a row.
    #[inline]
    pub(crate) fn worked(&self, row: usize) -> &Worked {
        &self.worked[row]
    }

    /// The form of another name, taken apart.
    pub(crate) fn alias(&self, form: &str) -> &[Piece] {
        let found = self.aliases.iter().find(|(known, _)| *known == form);
        found.map_or(&[][..], |(_, pieces)| pieces)
    }

    /// The rows that read parameters of a call, each beside the name of its parameter: by name, then
    /// in the order of the table.
    pub(crate) fn rows_of(&self, source: &str, folded: &str) -> Vec<(Key, u16)> {
        let service = self.services.get(service::short(source));
        let service = service.copied().unwrap_or(u8::MAX);
        let mut rows = Vec::new();
        for (key, of_key) in self.rows.iter().enumerate() {
            for &n in of_key {
                let row = usize::from(n);
                let of_service = match (self.service_of[row], source) {
                    (0, _) => true,
                    // Where the service is missing, a parameter that only one service has tells it.
                    (_, "") => self.telling[key],
                    (known, _) => known == service,
                };
                let calls = ROWS[row].calls;
                let mut words = calls.split('|');
                if of_service && (calls.is_empty() || words.any(|word| folded.contains(word))) {
                    rows.push((Key(key as u16), n));
                }
            }
        }
        rows
    }

    /// The names of what a row asks about beside its own parameter.
    pub(crate) fn beside(&self, row: usize) -> impl Iterator<Item = Key> {
        let key = match ROWS[row].beside {
            Beside::Anything => None,
            Beside::Filter(_) => Some("name"),
            Beside::Key(_) => Some("key"),
        };
        let key = key.map(|name| self.find(name.as_bytes()));
        key.into_iter().chain(others(&self.worked[row].pieces))
    }

    /// The names that an entry of [`ALIASES`] asks about.
    pub(crate) fn asked_by(&self, alias: &(&str, &str, Form)) -> impl Iterator<Item = Key> {
        let (_, name, form) = alias;
        let pieces = match form {
            Arn(form) => self.alias(form),
            _ => &[],
        };
        std::iter::once(self.find(name.as_bytes())).chain(others(pieces))
    }

    /// Whether a row reads the parameter at a place among a record's, as far as the call does not
    /// tell.
    #[inline]
    pub(crate) fn fits(
        &self,
        n: usize,
        params: &[Param<'_>],
        at: usize,
        param: &Param<'_>,
    ) -> bool {
        let worked = &self.worked[n];
        let stands = match worked.at {
            At::Top => param.part == Part::Request && param.top,
            At::Request => param.part == Part::Request,
            At::Response => param.part != Part::Request,
            At::Any => true,
        };
        stands
            && (worked.inside == Key::NONE || param.inside == worked.inside)
            && (!worked.is_beside || self.stands_beside(n, params, at, param))
    }

    /// Whether what a row wants beside its parameter is there.
    fn stands_beside(&self, n: usize, params: &[Param<'_>], at: usize, param: &Param<'_>) -> bool {
        match ROWS[n].beside {
            Beside::Anything => true,
            Beside::Filter(name) => self.filter(params, at, param) == Some(name),
            Beside::Key(keys) => {
                let key = self.key_of(params, at, param);
                key.is_some_and(|key| keys.split('|').any(|known| known == key))
            }
        }
    }

    /// The name of the filter among whose values a parameter stands.
    fn filter<'p>(&self, params: &'p [Param<'_>], at: usize, param: &Param<'_>) -> Option<&'p str> {
        let named = |p: &&Param<'_>| {
            p.part == param.part && p.inside == param.inside && self.name(p.key) == "name"
        };
        let before = params.get(..at).unwrap_or_default();
        before.iter().rev().find(named).map(|p| p.text.as_ref())
    }

    /// The key whose value a parameter is. Either may stand before the other; where the list is not
    /// keys and values by turns, one is missing, and nobody knows whose.
    fn key_of<'p>(&self, params: &'p [Param<'_>], at: usize, param: &Param<'_>) -> Option<&'p str> {
        if params.len() > MOST_LOOKED_AT {
            return None;
        }
        let is_key = |p: &Param<'_>| self.name(p.key) == "key";
        let mut before = 0;
        let mut list = Vec::new();
        for (n, p) in params.iter().enumerate() {
            let same = p.part == param.part && p.inside == param.inside;
            if same && (p.key == param.key || is_key(p)) {
                before += usize::from(n < at);
                list.push(p);
            }
        }
        if list.len() > MOST_PAIRED {
            return None;
        }
        let (pairs, rest) = list.as_chunks::<2>();
        let turns = |[a, b]: &[&Param<'_>; 2]| is_key(a) != is_key(b);
        let pair = pairs.get(before / 2).filter(|_| rest.is_empty())?;
        let key = pair.iter().find(|p| is_key(p))?;
        pairs.iter().all(turns).then(|| key.text.as_ref())
    }
}

/// The parameters that pieces of a form name beside the one it is of.
fn others(pieces: &[Piece]) -> impl Iterator<Item = Key> {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Other(key) => Some(*key),
        _ => None,
    })
}

impl Told {
    /// What the kind of what an ARN of this form names hangs on.
    fn of(form: &str) -> Self {
        let mut parts = form.splitn(4, ':');
        let (service, tail) = (parts.next().unwrap_or(""), parts.nth(2).unwrap_or(""));
        let literal = tail.split('{').next().unwrap_or("");
        match service {
            "s3" if form.starts_with("s3:::") => Self::Slash,
            // The kinds of these hang on more than the first word.
            "apigateway" | "elasticloadbalancing" | "logs" | "s3" | "sns" => Self::Name,
            _ if literal.contains(['/', ':']) => Self::Row,
            _ => Self::Name,
        }
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

    /// The number of the name of what stands inside another; [`Key::NONE`] for the many that mean
    /// nothing there.
    pub fn find_in(self, name: &[u8], inside: Key) -> Key {
        let key = self.find(name);
        let n = usize::from(key.0);
        let rows = || self.0.rows[n].iter().map(|row| usize::from(*row));
        if self.0.anywhere[n] || rows().any(|row| self.0.worked[row].inside == inside) {
            key
        } else {
            Key::NONE
        }
    }

    /// The number of a name; [`Key::NONE`] for the many the table does not know.
    #[inline]
    pub fn find(self, name: &[u8]) -> Key {
        self.0.find(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_each_parameter_once() {
        for (n, name) in Table::get().names.iter().enumerate().skip(1) {
            assert_eq!(Keys::get().find(name.as_bytes()), Key(n as u16));
        }
        assert_eq!(Keys::get().find(b"noSuchParameter"), Key::NONE);
        assert_eq!(Keys::get().find(b""), Key::NONE);
    }

    #[test]
    fn what_means_something_in_one_place_alone_is_not_noted_elsewhere() {
        let keys = Keys::get();
        let attributes = keys.find(b"attributes");
        assert!(keys.find_in(b"value", attributes).is_known());
        let filters = keys.find(b"filters");
        for inside in [Key::NONE, filters] {
            assert_eq!(keys.find_in(b"value", inside), Key::NONE);
        }
        assert!(keys.find_in(b"values", filters).is_known());
        for inside in [Key::NONE, filters, attributes] {
            assert_eq!(keys.find_in(b"key", inside), keys.find(b"key"));
            assert_eq!(
                keys.find_in(b"iamInstanceProfile", inside),
                keys.find(b"iamInstanceProfile")
            );
        }
    }

    #[test]
    fn kinds_that_hang_on_the_value_are_told_from_those_that_do_not() {
        for (form, told) in [
            ("iam::{a}:user/{}", Told::Row),
            ("elasticache:{r}:{a}:cluster:{}", Told::Row),
            ("route53:::hostedzone/{}", Told::Row),
            ("s3:::{}", Told::Slash),
            ("s3:::{bucketName}/{}", Told::Slash),
            ("s3:{r}:{a}:accesspoint/{}", Told::Name),
            ("elasticloadbalancing:{r}:{a}:loadbalancer/{}", Told::Name),
            ("logs:{r}:{a}:log-group:{}", Told::Name),
            ("codepipeline:{r}:{a}:{}", Told::Name),
            ("", Told::Name),
        ] {
            assert_eq!(Told::of(form), told, "{form}");
        }
    }
}
