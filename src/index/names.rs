//! One resource, many names: which names of the dictionary are one resource's.
//!
//! Joined are names that say so themselves (an ARN that ends on an id, a function with a version, an
//! IAM name under a path), a partial name with the one full name it can mean, and names that a call
//! gives together (a load balancer and its DNS name). A name that was given to several resources,
//! one after the other, joins none of them; nothing is joined across accounts by a bare name.
//!
//! Made once a snapshot from the dictionary, not per event, and only when somebody asks.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::event::kind::{Join, NAMED_OTHERWISE, as_given, is_by_address, is_partial, join_key};
use crate::event::resource::Arn;
use crate::index::symbols::{Sym, Symbols};

/// Which names are one resource's.
#[derive(Debug, Default)]
pub struct Names {
    group_of: HashMap<Sym, u32>,
    groups: Vec<Vec<Sym>>,
    /// Those that AWS put something at the end of.
    given: Vec<Sym>,
}

/// Names on their way into groups: each points at another of its group, or at itself.
#[derive(Default)]
struct Unions(HashMap<Sym, Sym>);

impl Unions {
    fn head(&self, mut sym: Sym) -> Sym {
        while let Some(&up) = self.0.get(&sym) {
            if up == sym {
                break;
            }
            sym = up;
        }
        sym
    }

    fn join(&mut self, a: Sym, b: Sym) {
        let (a, b) = (self.head(a), self.head(b));
        // The older name stays the head, so chains stay short.
        let (head, other) = if a <= b { (a, b) } else { (b, a) };
        self.0.insert(head, head);
        self.0.insert(other, head);
    }
}

impl Names {
    /// The groups of a dictionary; `aliases` are (resource, its other name) as calls give both.
    pub(crate) fn of(resources: &Symbols, aliases: &[(Sym, Sym)]) -> Self {
        let mut same: HashMap<Cow<'_, str>, Sym> = HashMap::new();
        let mut named: HashMap<Cow<'_, str>, Vec<Sym>> = HashMap::new();
        let mut unions = Unions::default();
        let mut given_otherwise = Vec::new();
        for (sym, name) in resources.iter() {
            if as_given(name).is_some() {
                given_otherwise.push(sym);
            }
            let many = Arn::parse(name).is_none_or(|arn| NAMED_OTHERWISE.contains(&arn.service));
            if !many {
                continue;
            }
            match join_key(name) {
                (key, Join::Same) => match same.get(&key) {
                    Some(&first) => unions.join(first, sym),
                    None => {
                        same.insert(key, sym);
                    }
                },
                (key, Join::Named) => named.entry(key).or_default().push(sym),
            }
        }
        for (key, syms) in &named {
            let is_part = |sym: &&Sym| resources.text(**sym) == &**key;
            let mut full = syms.iter().filter(|sym| !is_part(sym));
            if let (Some(part), Some(&one), None) =
                (syms.iter().find(is_part), full.next(), full.next())
            {
                unions.join(one, *part);
            }
        }
        let mut given: HashMap<Sym, Vec<Sym>> = HashMap::new();
        for &(of, alias) in aliases {
            let of = unions.head(of);
            let to = given.entry(alias).or_default();
            if !to.contains(&of) {
                to.push(of);
            }
        }
        for (alias, of) in given {
            if let [of] = of.as_slice() {
                unions.join(*of, alias);
            }
        }
        let mut names = Self {
            given: given_otherwise,
            ..Self::default()
        };
        let mut members: Vec<(Sym, Sym)> = unions
            .0
            .keys()
            .map(|sym| (unions.head(*sym), *sym))
            .collect();
        members.sort_unstable();
        for group in members.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
            let mut group: Vec<Sym> = group.iter().map(|(_, sym)| *sym).collect();
            group.sort_by_key(|sym| (worth(resources.text(*sym)), *sym));
            for sym in &group {
                names.group_of.insert(*sym, names.groups.len() as u32);
            }
            names.groups.push(group);
        }
        names
    }

    /// Every name of a resource, the best one first; empty where the name is its only one.
    pub fn all(&self, sym: Sym) -> &[Sym] {
        self.group_of
            .get(&sym)
            .and_then(|n| self.groups.get(*n as usize))
            .map_or(&[], Vec::as_slice)
    }

    /// The best name of a resource.
    pub fn best(&self, sym: Sym) -> Sym {
        self.all(sym).first().copied().unwrap_or(sym)
    }

    /// The names that [`as_given`] shortens.
    pub fn given(&self) -> &[Sym] {
        &self.given
    }

    /// Adds to a table of symbols every other name of the resources in it.
    pub fn widen(&self, table: &mut [bool]) {
        let holds = |table: &[bool], sym: &Sym| table.get(sym.code() as usize) == Some(&true);
        for group in &self.groups {
            if group.iter().any(|sym| holds(table, sym)) {
                for sym in group {
                    if let Some(yes) = table.get_mut(sym.code() as usize) {
                        *yes = true;
                    }
                }
            }
        }
    }
}

/// How good a name is, best first: a full ARN, a partial one, an id, an address that may have been
/// another's before.
fn worth(name: &str) -> u8 {
    match (name.starts_with("arn:"), is_partial(name)) {
        (true, _) if is_by_address(name) => 3,
        (true, false) => 0,
        (true, true) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::symbols::SymbolsWriter;

    /// The groups of some names; a line `a = b` says that a call gives both.
    fn check(lines: &[&str]) -> Vec<Vec<String>> {
        let mut writer = SymbolsWriter::default();
        let mut aliases = Vec::new();
        for line in lines {
            let mut syms = line.split(" = ").map(|name| writer.intern(name).unwrap());
            let first = syms.next().unwrap();
            aliases.extend(syms.map(|alias| (first, alias)));
        }
        let resources = writer.freeze();
        let names = Names::of(&resources, &aliases);
        let text = |sym: &Sym| resources.text(*sym).to_owned();
        names
            .groups
            .iter()
            .map(|group| group.iter().map(text).collect())
            .collect()
    }

    const LB: &str =
        "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/web/ffcddace1759e1d0";

    #[test]
    fn names_of_one_resource() {
        let groups = check(&[
            "i-1a2b3c4d",
            "arn:aws:ec2:us-west-2:1:instance/i-1a2b3c4d",
            "arn:aws:iam::1:role/alice",
            "arn:aws:iam::1:role/dept/alice = AROAEXAMPLE",
        ]);
        assert_eq!(
            groups,
            [
                vec!["arn:aws:ec2:us-west-2:1:instance/i-1a2b3c4d", "i-1a2b3c4d"],
                vec![
                    "arn:aws:iam::1:role/alice",
                    "arn:aws:iam::1:role/dept/alice",
                    "AROAEXAMPLE"
                ],
            ]
        );
    }

    #[test]
    fn an_address_is_another_name_of_its_allocation_unless_two_had_it() {
        let ip = "arn:aws:ec2:us-east-1:1:elastic-ip/203.0.113.5";
        let full = "arn:aws:ec2:us-east-1:1:elastic-ip/eipalloc-0a1b2c3d";
        let one = format!("eipalloc-0a1b2c3d = {ip}");
        let two = format!("eipalloc-1a1b2c3d = {ip}");
        assert_eq!(check(&[ip, &one]), [["eipalloc-0a1b2c3d", ip]]);
        assert_eq!(check(&[ip, &one, full]), [[full, "eipalloc-0a1b2c3d", ip]]);
        assert!(
            check(&[ip, &one, &two]).is_empty(),
            "given twice: whose is it?"
        );
        let elsewhere = "arn:aws:ec2:us-east-1:2:elastic-ip/203.0.113.5";
        assert_eq!(check(&[elsewhere, &one]), [["eipalloc-0a1b2c3d", ip]]);
    }

    #[test]
    fn the_same_name_in_two_accounts_and_two_kinds_stays_apart() {
        let none: [Vec<String>; 0] = [];
        let groups = check(&[
            "arn:aws:iam::1:user/alice",
            "arn:aws:iam::2:user/alice",
            "arn:aws:iam::1:role/alice",
            "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/web",
            LB,
            "arn:aws:s3:::web",
        ]);
        assert_eq!(groups, none);
    }

    #[test]
    fn a_partial_name_means_the_one_that_fits() {
        let partial = "arn:aws:secretsmanager:us-east-1:1:secret:prod-??????";
        let full = "arn:aws:secretsmanager:us-east-1:1:secret:prod-AbCdEf";
        let longer = "arn:aws:secretsmanager:us-east-1:1:secret:prod-abcdef-AbCdEf";
        assert_eq!(check(&[partial, full, longer]), [[full, partial]]);
        // As somebody writes the ARN of another secret, without its random end.
        let bare = "arn:aws:secretsmanager:us-east-1:1:secret:prod-replica";
        assert_eq!(check(&[partial, full, bare]), [[full, partial]]);
        let again = "arn:aws:secretsmanager:us-east-1:1:secret:prod-GhIjKl";
        assert!(
            check(&[partial, full, again]).is_empty(),
            "made twice: whose is the name?"
        );
    }

    #[test]
    fn a_name_given_to_two_joins_neither() {
        let key = |n: u32| format!("arn:aws:kms:us-east-1:1:key/{n}");
        let alias = "arn:aws:kms:us-east-1:1:alias/prod";
        let one = format!("{} = {alias}", key(1));
        let two = format!("{} = {alias}", key(2));
        assert_eq!(check(&[&one]), [[key(1), alias.to_owned()]]);
        assert!(check(&[&one, &two]).is_empty());
        let dns = "web-1836718677.us-west-2.elb.amazonaws.com";
        assert_eq!(check(&[&format!("{LB} = {dns}")]), [[LB, dns]]);
    }
}
