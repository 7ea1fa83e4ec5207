//! What the table of parameters has for one call, worked out once for each service and name.
//!
//! A record's call is asked for when its name is read and again when all of it is: what is asked of
//! a plan lies side by side, and has come closer by then.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::base::glance::Glance;
use crate::base::near::fetch;
use crate::event::keys::{Key, MOST_NAMES, Table};
use crate::event::outcome::{Verb, fold_name};
use crate::event::params::ALIASES;
use crate::event::relation::Said;
use crate::event::service;

/// The names of parameters that a call's plan asks about: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted([u64; WORDS]);

const WORDS: usize = MOST_NAMES / u64::BITS as usize;

impl Wanted {
    /// Every name: the call is not known yet.
    pub(crate) const ALL: Self = {
        let mut all = [u64::MAX; WORDS];
        // But not what is no name.
        all[0] -= 1;
        Self(all)
    };

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

/// What is seen of a call's service and name: a line of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    source: Glance,
    name: Glance,
}

impl Seen {
    #[inline]
    fn of(source: &str, name: &str) -> Self {
        Self {
            source: Glance::of(source.as_bytes()),
            name: Glance::of(name.as_bytes()),
        }
    }

    /// A place among the recent plans.
    #[inline]
    const fn place(self) -> usize {
        self.name.place(RECENT) ^ self.source.place(RECENT)
    }
}

/// What the table has for a call, by its service and name.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Plan {
    seen: Seen,
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
    /// What was said of late about resources of the call.
    pub(crate) said: Said,
    source: Box<str>,
    name: Box<str>,
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
            seen: Seen::of(source, name),
            wanted: Wanted::of(read.chain(asked)),
            rows: rows.into(),
            verb: service::verb_of(folded),
            reads: service::reads_by_name(name),
            aliases: others().next().is_some(),
            reports: service::reports(folded),
            said: Said::default(),
            source: source.into(),
            name: name.into(),
        }
    }

    /// The names of parameters that are asked about at all.
    #[inline]
    pub(crate) const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Asks for the rows, which are about to be asked about.
    pub(crate) fn fetch_rows(&self) {
        self.rows
            .chunks(16)
            .filter_map(<[_]>::first)
            .for_each(fetch);
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
#[derive(Debug)]
pub(crate) struct Plans {
    hasher: RandomState,
    all: Vec<Plan>,
    /// Their places by service and name.
    known: HashTable<u32>,
    /// The places of those that came last, by what is seen of their names.
    recent: Box<[u32]>,
    /// The call of the record that is read, where it is known.
    expected: Option<Expected>,
}

/// A call that will be asked about.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// Where its service and name stand: of one record that says which they are.
    texts: [(usize, usize); 2],
    seen: Seen,
    /// The place of its plan, if `is_found`; else where that may be.
    at: u32,
    is_found: bool,
}

/// Where the texts of a call stand, and how long they are.
fn texts(source: &str, name: &str) -> [(usize, usize); 2] {
    [source, name].map(|text| (text.as_ptr().addr(), text.len()))
}

/// Plans that are kept: more than AWS has calls.
const MOST_PLANS: usize = 1 << 14;

/// So many bits number the recent plans.
const RECENT: u32 = 10;

impl Default for Plans {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            all: Vec::new(),
            known: HashTable::new(),
            recent: vec![u32::MAX; 1 << RECENT].into(),
            expected: None,
        }
    }
}

impl Plans {
    /// No call is expected.
    pub(crate) fn forget(&mut self) {
        self.expected = None;
    }

    /// Asks for the plan of the call that will be asked about next.
    pub(crate) fn expect(&mut self, source: &str, name: &str) {
        let seen = Seen::of(source, name);
        let at = self.recent[seen.place()];
        if let Some(plan) = self.all.get(at as usize) {
            fetch(&plan.seen);
            fetch(&plan.wanted);
            plan.said.fetch();
        }
        self.expected = Some(Expected {
            texts: texts(source, name),
            seen,
            at,
            is_found: false,
        });
    }

    /// The plan of a call; an absent service is the empty text.
    pub(crate) fn of(&mut self, source: &str, name: &str) -> &mut Plan {
        let expected = self.expected;
        let expected = expected.filter(|call| call.texts == texts(source, name));
        let (seen, at) = match &expected {
            Some(call) if call.is_found => return &mut self.all[call.at as usize],
            Some(call) => (call.seen, call.at),
            None => {
                let seen = Seen::of(source, name);
                (seen, self.recent[seen.place()])
            }
        };
        let is = |plan: &Plan| {
            plan.seen == seen
                && (!seen.name.hides() || *plan.name == *name)
                && (!seen.source.hides() || *plan.source == *source)
        };
        let mut at = at as usize;
        if !self.all.get(at).is_some_and(is) {
            at = self.find(source, name);
            self.recent[seen.place()] = at as u32;
        }
        if let Some(call) = expected {
            self.expected = Some(Expected {
                at: at as u32,
                is_found: true,
                ..call
            });
        }
        &mut self.all[at]
    }

    /// The place of a plan, which is made where there is none.
    fn find(&mut self, source: &str, name: &str) -> usize {
        let Self {
            hasher,
            all,
            known,
            expected,
            ..
        } = self;
        if all.len() >= MOST_PLANS {
            known.clear();
            all.clear();
            *expected = None;
        }
        let hash = |source: &str, name: &str| hasher.hash_one((source, name));
        let is = |at: &u32| {
            let plan = &all[*at as usize];
            *plan.name == *name && *plan.source == *source
        };
        if let Some(at) = known.find(hash(source, name), is) {
            return *at as usize;
        }
        all.push(Plan::of(source, name));
        let at = all.len() - 1;
        known.insert_unique(hash(source, name), at as u32, |at| {
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
                let plan = plans.of(source, name);
                assert_eq!((&*plan.source, &*plan.name), (&**source, &**name));
                let said = plan.said.get(7 + n as u64);
                assert_eq!(said, again.then_some(n as u64));
                plan.said.put(7 + n as u64, n as u64);
            }
        }
    }

    #[test]
    fn a_plan_is_never_that_of_a_call_that_was_forgotten() {
        let mut plans = Plans::default();
        plans.of("s3.amazonaws.com", "GetObject");
        assert_eq!(&*plans.of("", "").name, "");
        for n in 0..MOST_PLANS + 2 {
            let (source, name) = (format!("s{n}"), format!("Call{n}"));
            assert_eq!(*plans.of(&source, &name).name, *name);
        }
        assert!(plans.all.len() < MOST_PLANS, "all were forgotten once");
        for n in 0..MOST_PLANS + 2 {
            let (source, name) = (format!("s{n}"), format!("Call{n}"));
            assert_eq!(*plans.of(&source, &name).name, *name);
        }
    }

    #[test]
    fn a_call_that_was_expected_has_the_plan_it_had_before() {
        let mut plans = Plans::default();
        let calls = [("s3", "GetObject"), ("iam", "CreateUser"), ("", "")];
        for again in [false, true] {
            for (n, (source, name)) in calls.iter().enumerate() {
                plans.forget();
                plans.expect(source, name);
                for _ in 0..2 {
                    let plan = plans.of(source, name);
                    assert_eq!((&*plan.source, &*plan.name), (*source, *name));
                    assert_eq!(plan.said.get(7).is_some(), again);
                }
                // Whoever asks about another call is told of that one.
                assert_eq!(&*plans.of("ec2", "RunInstances").name, "RunInstances");
                plans.of(source, name).said.put(7, n as u64);
            }
        }
        plans.expect("s3", "GetObject");
        plans.of("s3", "GetObject");
        for n in 0..MOST_PLANS {
            plans.of("", &n.to_string());
        }
        assert_eq!(&*plans.of("s3", "GetObject").name, "GetObject");
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
                assert!(plan.wanted().has(key), "{source} {name} {key:?}");
            }
            let other = keys.find(other.as_bytes());
            assert!(!plan.wanted().has(other), "{source} {name}");
        }
        assert!(!Wanted::ALL.has(Key::NONE));
    }
}
