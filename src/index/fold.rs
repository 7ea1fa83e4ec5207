//! Values that are made of the values of a column: once for each that differs, never by event.
//!
//! A derived field (`tool` of user agents, `asn` of addresses) or a folded one (calls without their
//! API date) gives each symbol of a column a code: that of the first symbol of the same value.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::event::{agent, outcome};
use crate::index::schema::{Col, Derived, Field, Home};
use crate::index::snapshot::Snapshot;

impl Snapshot {
    /// What a derived field says of a value of its column.
    pub fn derived<'a>(&self, derived: Derived, text: &'a str) -> Option<Cow<'a, str>> {
        let atlas = self.atlas();
        match derived {
            Derived::Tool => agent::tool(text),
            Derived::Os => agent::system(text).map(|(name, _)| name.into()),
            Derived::Asn => atlas.number(text).map(|n| n.to_string().into()),
            Derived::Net => atlas.network(text).map(Cow::Owned),
            Derived::Cc => atlas.country(text).map(Cow::Owned),
        }
    }

    /// Symbol of a column → symbol of the first of the same value; 0 where there is none.
    fn folded(&self, col: Col, value: impl Fn(&str) -> Option<Cow<'_, str>>) -> Vec<u32> {
        let mut first: HashMap<String, u32> = HashMap::new();
        let mut folded = vec![0];
        for (sym, text) in self.dict(col).iter() {
            let code = value(text).map_or(0, |value| {
                if let Some(code) = first.get(&*value) {
                    return *code;
                }
                first.insert(value.into_owned(), sym.code());
                sym.code()
            });
            folded.push(code);
        }
        folded
    }

    /// The codes of a derived field.
    pub fn folded_by(&self, derived: Derived) -> Vec<u32> {
        self.folded(derived.base(), |text| self.derived(derived, text))
    }

    /// The codes of calls without their API dates.
    pub fn folded_calls(&self) -> Vec<u32> {
        self.folded(Col::What, |text| Some(outcome::fold_name(text).into()))
    }

    /// The column a field's values are told apart by, and their codes where several symbols are one
    /// value; `None` for a field that no column tells.
    pub fn told_by(&self, field: Field) -> Option<(Col, Option<Vec<u32>>)> {
        Some(match field.spec().home {
            Home::Column(Col::What) => (Col::What, Some(self.folded_calls())),
            Home::Column(col) => (col, None),
            Home::Derived(derived) => (derived.base(), Some(self.folded_by(derived))),
            _ => return None,
        })
    }
}
