//! What the table of parameters has for one call, worked out once for each service and name.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::base::near::fetch;
use crate::event::keys::{Key, MOST_NAMES, Table};
use crate::event::outcome::{Verb, fold_name};
use crate::event::params::{ALIASES, OF_ACCOUNT, OF_CALLER};
use crate::event::relation::Said;
use crate::event::service;

/// The names of parameters that a call's plan asks about: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted([u64; WORDS]);

const WORDS: usize = MOST_NAMES / u64::BITS as usize;

impl Wanted {
    fn of(keys: impl Iterator<Item = Key>) -> Self {
        let mut bits = [0; WORDS];
        for key in keys.filter(|key| key.is_known()) {
            bits[key.place() / 64] |= 1 << (key.place() % 64);
        }
        Self(bits)
    }

    /// Whether a name is among them.
    #[inline]
    pub(crate) const fn has(self, key: Key) -> bool {
        self.0[key.place() / 64] >> (key.place() % 64) & 1 != 0
    }
}

/// What the table has for a call, by its service and name.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Plan {
    /// The names that are read, for a row or beside one.
    wanted: Wanted,
    /// The rows that read parameters of the call, each beside the name of its parameter: by name,
    /// then in the order of the table.
    rows: Box<[(Key, u16)]>,
    /// Its class, where its name alone says it.
    verb: Option<Verb>,
    /// Whether the name says that it only looks.
    reads: bool,
    /// Whether its service has other names for what it makes.
    pub(crate) aliases: bool,
    /// Whether it is a machine's report of itself.
    pub(crate) reports: bool,
    /// Whether it is about the account it is made in, or about its caller, where it names nothing.
    pub(crate) of_account: bool,
    pub(crate) of_caller: bool,
    /// What was said of late about resources of the call.
    pub(crate) said: Said,
    pub(crate) source: Box<str>,
    pub(crate) name: Box<str>,
}

impl Plan {
    pub(crate) fn of(source: &str, name: &str) -> Self {
        let table = Table::get();
        let (short, folded) = (service::short(source), fold_name(name));
        let rows = table.rows_of(source, folded);
        let read = rows.iter().flat_map(|(key, n)| {
            let beside = table.beside(usize::from(*n));
            std::iter::once(*key).chain(beside)
        });
        let others = || ALIASES.iter().filter(|(service, ..)| *service == short);
        let asked = others().flat_map(|alias| table.asked_by(alias));
        Self {
            wanted: Wanted::of(read.chain(asked)),
            rows: rows.into(),
            verb: service::verb_of(folded),
            reads: service::reads_by_name(name),
            aliases: others().next().is_some(),
            reports: service::reports(folded),
            of_account: OF_ACCOUNT.contains(&(short, folded)),
            of_caller: OF_CALLER.contains(&(short, folded)),
            said: Said::default(),
            source: source.into(),
            name: name.into(),
        }
    }

    /// Asks for what will be asked of it.
    pub(crate) fn fetch(&self) {
        fetch(self);
        self.said.fetch();
    }

    /// The rows that read parameters of this name in the call, in the order of the table.
    #[inline]
    pub(crate) fn rows(&self, key: Key) -> impl Iterator<Item = usize> {
        let of_key = if self.wanted.has(key) {
            let from = self.rows.partition_point(|(known, _)| *known < key);
            self.rows.get(from..).unwrap_or_default()
        } else {
            &[]
        };
        let of_key = of_key.iter().take_while(move |(known, _)| *known == key);
        of_key.map(|(_, n)| usize::from(*n))
    }

    /// Whether the call only looks, as [`Verb::of`] says it; reading a secret is that too.
    pub(crate) fn reads(&self, read_only: Option<bool>) -> bool {
        match self.verb {
            Some(verb) => matches!(verb, Verb::Read | Verb::Secret),
            None => read_only.unwrap_or(self.reads),
        }
    }
}

/// The plans of the calls that were met.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    hasher: RandomState,
    all: Vec<Plan>,
    /// Their places by service and name.
    known: HashTable<u32>,
}

/// Plans that are kept: more than AWS has calls.
const MOST_PLANS: usize = 1 << 14;

impl Plans {
    /// Whether there is no room for more: all should be forgotten.
    pub(crate) fn is_full(&self) -> bool {
        self.all.len() >= MOST_PLANS
    }

    /// Forgets them all.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.all.clear();
    }

    /// Asks for the plan at a place.
    pub(crate) fn fetch(&self, at: u32) {
        if let Some(plan) = self.all.get(at as usize) {
            plan.fetch();
        }
    }

    /// Asks for the rows of the plan at a place.
    pub(crate) fn fetch_rows(&self, at: u32) {
        if let Some(plan) = self.all.get(at as usize) {
            let lines = plan.rows.chunks(16).filter_map(<[_]>::first);
            lines.for_each(fetch);
        }
    }

    /// The plan at a place.
    pub(crate) fn at(&mut self, at: u32) -> Option<&mut Plan> {
        self.all.get_mut(at as usize)
    }

    /// The place of a call's plan, which is made where there is none; an absent service is the empty
    /// text.
    pub(crate) fn find(&mut self, source: &str, name: &str) -> u32 {
        let Self { hasher, all, known } = self;
        let hash = |source: &str, name: &str| hasher.hash_one((source, name));
        let is = |at: &u32| {
            let plan = &all[*at as usize];
            *plan.name == *name && *plan.source == *source
        };
        if let Some(at) = known.find(hash(source, name), is) {
            return *at;
        }
        all.push(Plan::of(source, name));
        let at = (all.len() - 1) as u32;
        known.insert_unique(hash(source, name), at, |at| {
            let plan = &all[*at as usize];
            hash(&plan.source, &plan.name)
        });
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_that_of_its_call_and_keeps_what_was_said() {
        let mut plans = Plans::default();
        let calls: Vec<(String, String)> = (0..3_000)
            .map(|n| (format!("s{}", n % 7), format!("Call{}", n / 7)))
            .collect();
        for again in [false, true] {
            for (n, (source, name)) in calls.iter().enumerate() {
                let at = plans.find(source, name);
                let plan = plans.at(at).expect("there");
                assert_eq!((&*plan.source, &*plan.name), (&**source, &**name));
                let said = plan.said.get(7 + n as u64);
                assert_eq!(said, again.then_some(n as u64));
                plan.said.put(7 + n as u64, n as u64);
            }
        }
        plans.clear();
        let at = plans.find("s1", "Call1");
        assert_eq!(plans.at(at).map(|plan| &*plan.name), Some("Call1"));
        assert!(plans.at(1).is_none());
    }

    #[test]
    fn what_a_plan_asks_about_is_wanted_and_nothing_else() {
        let keys = crate::event::keys::Keys::get();
        for (source, name, wanted, other) in [
            (
                "iam",
                "CreateUser",
                &["userName", "userId"][..],
                "bucketName",
            ),
            ("s3", "GetObject", &["key", "bucketName"], "functionName"),
            ("rds", "DescribeDBInstances", &["values", "name"], "value"),
            (
                "elasticloadbalancing",
                "ModifyLoadBalancerAttributes",
                &["value", "key"],
                "hostedZoneId",
            ),
            ("", "DeleteLoadBalancer", &["cacheClusterId"], "kmsKeyId"),
        ] {
            let source = match source {
                "" => String::new(),
                source => format!("{source}.amazonaws.com"),
            };
            let plan = Plan::of(&source, name);
            for key in wanted {
                let key = keys.find(key.as_bytes());
                assert!(plan.wanted.has(key), "{source} {name} {key:?}");
            }
            let other = keys.find(other.as_bytes());
            assert!(!plan.wanted.has(other), "{source} {name}");
        }
    }
}
