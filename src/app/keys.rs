//! The keys as a person has them: the key table, with what the config file binds otherwise.
//!
//! Whoever asks for keys asks here. What a config file says is taken whole or not at all: no action
//! loses its keys to another one in silence, and `Esc` and `ctrl-c` stay what they are.

use crate::app::action::Command;
use crate::app::chord::{Chord, Key};
use crate::app::filtering;
use crate::app::keymap::{self, Scope};
use crate::base::printable::{Printable, is_printable};
use crate::base::text::nearest;

/// One row of the key table, with the keys that hold now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it holds.
    pub scope: Scope,
    /// The keys, as they are written.
    pub keys: Vec<String>,
    /// What they do.
    pub command: Command,
    /// The word of the footer; empty where the footer leaves it out.
    pub hint: &'static str,
    /// What they do, as a sentence without a full stop.
    pub about: &'static str,
}

/// Every row of the key table, with the keys that hold now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    rows: Vec<Row>,
}

/// What a config file says of the keys of one action.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Where.
    pub scope: Scope,
    /// The action, by name.
    pub action: String,
    /// Its keys from now on.
    pub keys: Vec<String>,
}

/// Why a wish cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The wish, by its place.
    pub wish: usize,
    /// The key of it that is at fault; the action where it is none.
    pub key: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: String,
}

impl Default for Keys {
    fn default() -> Self {
        let rows = keymap::bindings().map(|b| Row {
            scope: b.scope,
            keys: b.keys.iter().map(|key| (*key).to_owned()).collect(),
            command: b.command,
            hint: b.hint,
            about: b.about,
        });
        Self {
            rows: rows.collect(),
        }
    }
}

/// Keys that always mean what they mean: whatever else is bound, they lead out.
fn is_fixed(key: &str) -> bool {
    matches!(key, "Esc" | "ctrl-c")
}

impl Keys {
    /// The key table with what a config file says.
    ///
    /// # Errors
    /// Everything that cannot be had; then nothing of it is.
    pub fn with(wishes: &[Wish]) -> Result<Self, Vec<Fault>> {
        let usual = Self::default();
        let mut keys = usual.clone();
        let mut faults = Vec::new();
        for (n, wish) in wishes.iter().enumerate() {
            match usual.action(wish) {
                Ok(row) => {
                    let read = read(&usual, n, wish, &mut faults);
                    keys.bind(wish.scope, row, read);
                }
                Err((message, help)) => faults.push(Fault {
                    wish: n,
                    key: None,
                    message,
                    help,
                }),
            }
        }
        if faults.is_empty() {
            keys.collisions(&usual, wishes, &mut faults);
        }
        if faults.is_empty() {
            Ok(keys)
        } else {
            Err(faults)
        }
    }

    /// The row of the action that a wish names, or why there is none.
    fn action(&self, wish: &Wish) -> Result<&Row, (String, String)> {
        let (scope, name) = (wish.scope, wish.action.as_str());
        let here = |row: &&Row| {
            row.scope == scope || (scope.falls_through() && row.scope == Scope::Global)
        };
        let mut known = self.rows.iter().filter(here);
        if let Some(row) = known.find(|row| row.command.name() == name) {
            return Ok(row);
        }
        let message = format!("no action {} is called `{name}`", place(scope));
        let elsewhere = self.rows.iter().find(|row| row.command.name() == name);
        let names: Vec<String> = self
            .rows
            .iter()
            .filter(here)
            .map(|r| r.command.name())
            .collect();
        let help = match (elsewhere, nearest(name, names.iter().map(String::as_str))) {
            (Some(row), _) => format!("it stands under {}", section(row.scope)),
            (None, Some(near)) => format!("did you mean {near}?"),
            (None, None) => "`trailhound help keys` lists the actions".to_owned(),
        };
        Err((message, help))
    }

    /// Gives an action other keys in a scope; those that lead out stay.
    fn bind(&mut self, scope: Scope, like: &Row, keys: Vec<String>) {
        let is_it = |row: &Row| row.scope == scope && row.command == like.command;
        let mut all = keys;
        let old = self.rows.iter().filter(|row| is_it(row));
        let stay: Vec<String> = old
            .flat_map(|row| row.keys.iter().filter(|k| is_fixed(k)).cloned())
            .collect();
        all.extend(stay);
        let mut seen = Vec::with_capacity(all.len());
        all.retain(|key| {
            let is_new = !seen.contains(key);
            seen.push(key.clone());
            is_new
        });
        match self.rows.iter().position(is_it) {
            Some(at) => self.rows[at].keys = all,
            None => self.rows.push(Row {
                scope,
                keys: all,
                ..like.clone()
            }),
        }
    }

    /// Finds keys that two actions have, and actions that a pane's keys would hide.
    fn collisions(&self, usual: &Self, wishes: &[Wish], faults: &mut Vec<Fault>) {
        let wished = |scope: Scope, command: Command, key: &str| {
            let mut all = wishes.iter().enumerate().rev();
            let (n, wish) = all.find(|(_, w)| w.scope == scope && w.action == command.name())?;
            let same = |k: &String| Chord::parse(k).is_some_and(|c| c.to_string() == key);
            Some((n, wish.keys.iter().position(same)?))
        };
        for (i, row) in self.rows.iter().enumerate() {
            for key in &row.keys {
                let mut before = self.rows.iter().take(i);
                let other =
                    before.find(|other| other.scope == row.scope && other.keys.contains(key));
                let Some(other) = other else { continue };
                let at = wished(row.scope, row.command, key)
                    .map(|at| (at, other))
                    .or_else(|| wished(row.scope, other.command, key).map(|at| (at, row)));
                if let Some(((wish, at), other)) = at {
                    faults.push(Fault {
                        wish,
                        key: Some(at),
                        message: format!(
                            "`{key}` is {} {} ({})",
                            other.command.name(),
                            place(row.scope),
                            other.about
                        ),
                        help: format!(
                            "choose another key, or give {} another one",
                            other.command.name()
                        ),
                    });
                }
            }
        }
        for scope in Scope::ALL.into_iter().filter(|s| s.falls_through()) {
            let global = self.rows.iter().filter(|row| row.scope == Scope::Global);
            for row in global.filter(|row| self.is_hidden(scope, row)) {
                let was = usual.rows.iter().filter(|u| u.command == row.command);
                if was
                    .filter(|u| u.scope == Scope::Global)
                    .any(|u| usual.is_hidden(scope, u))
                {
                    continue;
                }
                for key in &row.keys {
                    let own = self
                        .rows
                        .iter()
                        .find(|o| o.scope == scope && o.keys.contains(key));
                    let Some(own) = own else { continue };
                    let (at, it, other) = match wished(scope, own.command, key) {
                        Some(at) => (at, row, Scope::Global),
                        None => match wished(Scope::Global, row.command, key) {
                            Some(at) => (at, own, scope),
                            None => continue,
                        },
                    };
                    faults.push(Fault {
                        wish: at.0,
                        key: Some(at.1),
                        message: format!(
                            "`{key}` is {} {} ({}), which no key would reach in [{}]",
                            it.command.name(),
                            place(other),
                            it.about,
                            scope.title()
                        ),
                        help: format!(
                            "choose another key, or give {} another one",
                            it.command.name()
                        ),
                    });
                    break;
                }
            }
        }
    }

    /// Whether a pane's own keys take every key of a global action.
    fn is_hidden(&self, scope: Scope, global: &Row) -> bool {
        let own = |key: &String| {
            let mut rows = self.rows.iter().filter(|row| row.scope == scope);
            rows.any(|row| row.keys.contains(key) && row.command != global.command)
        };
        let other = |row: &&Row| row.scope == scope && row.command == global.command;
        !global.keys.is_empty()
            && global.keys.iter().all(own)
            && !self
                .rows
                .iter()
                .filter(other)
                .any(|row| !row.keys.is_empty())
    }

    /// What a key, or two one after the other, mean in a scope.
    pub fn meaning(&self, scope: Scope, key: &str) -> Option<Command> {
        let within = |s: Scope| {
            let mut rows = self.of(s);
            rows.find(|row| row.keys.iter().any(|own| own == key))
                .map(|row| row.command)
        };
        within(scope).or_else(|| {
            scope
                .falls_through()
                .then(|| within(Scope::Global))
                .flatten()
        })
    }

    /// Whether a key is the first of two that mean something in a scope.
    pub fn begins(&self, scope: Scope, chord: Chord) -> bool {
        let first = format!("{chord} ");
        let mut keys = self.of(scope).flat_map(|row| &row.keys);
        keys.any(|key| key.starts_with(&first))
    }

    /// The rows of a scope.
    pub fn of(&self, scope: Scope) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.scope == scope)
    }

    /// The rows that hold in a scope: its own, then the global ones it does not hide.
    pub fn help(&self, scope: Scope) -> Vec<(Scope, Vec<&Row>)> {
        let bound = |row: &&Row| !row.keys.is_empty();
        let own: Vec<&Row> = self.of(scope).filter(bound).collect();
        let mut groups = Vec::new();
        if scope.falls_through() || scope == Scope::Global {
            let hidden = |row: &&Row| {
                row.keys.iter().all(|key| {
                    let mut own = own.iter().filter(|own| own.scope != Scope::Global);
                    own.any(|own| own.keys.contains(key))
                })
            };
            let global = self.of(Scope::Global).filter(bound);
            groups.push((Scope::Global, global.filter(|row| !hidden(row)).collect()));
        }
        if scope != Scope::Global && !own.is_empty() {
            groups.insert(0, (scope, own));
        }
        groups
    }

    /// The first key of a command in a scope, for hints and the palette: one that means it there.
    pub fn key_of(&self, scope: Scope, command: Command) -> Option<&str> {
        let rows = self.of(scope).chain(self.of(Scope::Global));
        let mut keys = rows
            .filter(|row| row.command == command)
            .flat_map(|row| &row.keys);
        let means_it = |key: &&String| self.meaning(scope, key) == Some(command);
        keys.find(means_it).map(String::as_str)
    }

    /// The same as a word for a sentence: the action's name in the palette where it has no key.
    pub fn word(&self, scope: Scope, command: Command) -> String {
        match self.key_of(scope, command) {
            Some(key) => key.to_owned(),
            None => format!("‹{}›", command.name()),
        }
    }

    /// Commands of a scope with their keys and a word for each, as the foot of a page.
    pub fn line(&self, scope: Scope, commands: &[(Command, &str)]) -> String {
        let told = commands.iter();
        let told = told.map(|(command, word)| format!("{} {word}", self.word(scope, *command)));
        told.collect::<Vec<_>>().join("   ")
    }

    /// The table as text: sections of the config file, and in each the actions with their keys.
    pub fn manual(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        for scope in Scope::ALL {
            let mut rows = self.of(scope).peekable();
            if rows.peek().is_none() {
                continue;
            }
            let _ = writeln!(out, "{:<20} # {}", section(scope), scope.title());
            for row in rows {
                let (name, keys) = (row.command.name(), row.keys.join(" "));
                let _ = writeln!(out, "  {name:<20} {keys:<24} {}", row.about);
            }
            out.push('\n');
        }
        out
    }
}

/// The line that begins a scope's section of the config file.
pub fn section(scope: Scope) -> String {
    match scope {
        Scope::Global => "[keys]".to_owned(),
        scope => format!("[keys.{}]", scope.name()),
    }
}

fn place(scope: Scope) -> String {
    match scope {
        Scope::Global => "everywhere".to_owned(),
        scope => format!("in [{}]", scope.title()),
    }
}

/// The keys of a wish as they are written; those that cannot be are faults.
fn read(usual: &Keys, wish: usize, wished: &Wish, faults: &mut Vec<Fault>) -> Vec<String> {
    let mut keys = Vec::with_capacity(wished.keys.len());
    for (at, text) in wished.keys.iter().enumerate() {
        match key(usual, wished, text) {
            Ok(key) => keys.push(key),
            Err((message, help)) => faults.push(Fault {
                wish,
                key: Some(at),
                message,
                help: help.to_owned(),
            }),
        }
    }
    keys
}

/// One key of a wish.
fn key(usual: &Keys, wish: &Wish, text: &str) -> Result<String, (String, &'static str)> {
    let as_usual = |key: &str| {
        let mut own = usual.of(wish.scope);
        let mut own = own
            .find(|row| row.command.name() == wish.action)
            .into_iter();
        own.any(|row| row.keys.iter().any(|own| own == key))
    };
    if as_usual(text) {
        return Ok(text.to_owned());
    }
    let seen = text.chars().all(is_printable);
    let Some(chord) = Chord::parse(text).filter(|_| seen) else {
        return Err((
            format!("`{}` is no key", Printable::new(text)),
            "write a character, or a name such as Enter, PgDn, F2 or Space, with ctrl- or alt- before it",
        ));
    };
    let key = chord.to_string();
    if as_usual(&key) {
        return Ok(key);
    }
    if is_fixed(&key) {
        return Err((format!("`{key}` always leads out"), "choose another key"));
    }
    if let (true, Key::Char(c)) = (chord.ctrl, chord.key)
        && !(c == ' ' || (c.is_ascii_lowercase() && !matches!(c, 'i' | 'm')))
    {
        let help = match c {
            'i' => "write Tab",
            'm' => "write Enter",
            _ => "with ctrl- take a small letter, or a key such as Left or F5",
        };
        return Err((
            format!("terminals do not tell `{key}` from other keys"),
            help,
        ));
    }
    if wish.scope.is_typed() {
        if chord.typed().is_some() {
            return Err((
                format!("`{key}` types a character here"),
                "put ctrl- or alt- before it, or take a key such as F5",
            ));
        }
        if usual.begins(wish.scope, chord) {
            return Err((
                format!("`{key}` is the first of two keys here"),
                "choose another key",
            ));
        }
        let swaps = chord.ctrl && chord.key == Key::Char('t');
        if swaps || filtering::request_of(chord).is_some() {
            return Err((format!("`{key}` edits the text here"), "choose another key"));
        }
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(scope: Scope, action: &str, keys: &[&str]) -> Wish {
        Wish {
            scope,
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    fn at(keys: &Keys, scope: Scope, key: &str) -> Option<Command> {
        keys.meaning(scope, key)
    }

    fn faults(wishes: &[Wish]) -> Vec<String> {
        let faults = Keys::with(wishes).unwrap_err();
        faults.into_iter().map(|f| f.message).collect()
    }

    #[test]
    fn panes_fall_through_and_text_does_not() {
        let keys = Keys::default();
        assert_eq!(at(&keys, Scope::List, "x"), Some(Command::Context));
        assert_eq!(at(&keys, Scope::Detail, "x"), None);
        assert_eq!(at(&keys, Scope::Detail, "p"), Some(Command::Principal));
        assert_eq!(at(&keys, Scope::Filter, "p"), None);
    }

    #[test]
    fn names_of_actions_are_read_back() {
        assert_eq!(Command::NextError.name(), "next-error");
        assert_eq!(Command::Screen1.name(), "screen-1");
        assert_eq!(Command::UndoIdentity.name(), "undo-identity");
        for row in &Keys::default().rows {
            let same = wish(row.scope, &row.command.name(), &[]);
            let usual = Keys::default();
            assert_eq!(usual.action(&same).map(|r| r.command), Ok(row.command));
        }
    }

    #[test]
    fn a_wish_replaces_every_key_of_an_action_and_nothing_else() {
        let keys = Keys::with(&[wish(Scope::Global, "back", &["ctrl-b"])]).unwrap();
        assert_eq!(at(&keys, Scope::List, "ctrl-b"), Some(Command::Back));
        for old in ["[", "ctrl-o", "alt-Left"] {
            assert_eq!(at(&keys, Scope::List, old), None, "{old}");
        }
        assert_eq!(keys.key_of(Scope::List, Command::Back), Some("ctrl-b"));
        assert_eq!(at(&keys, Scope::List, "]"), Some(Command::Forward));
    }

    #[test]
    fn keys_can_change_places() {
        let swapped = [
            wish(Scope::Global, "edit-filter", &["f"]),
            wish(Scope::Global, "find", &["/"]),
            wish(Scope::Facets, "facet-search", &["/"]),
        ];
        let keys = Keys::with(&swapped).unwrap();
        assert_eq!(at(&keys, Scope::List, "f"), Some(Command::EditFilter));
        assert_eq!(at(&keys, Scope::List, "/"), Some(Command::Find));
        assert_eq!(at(&keys, Scope::Facets, "/"), Some(Command::FacetSearch));
    }

    #[test]
    fn what_leads_out_stays() {
        let wishes = [
            wish(Scope::Global, "stop", &["F12"]),
            wish(Scope::Picker, "escape", &["ctrl-g"]),
        ];
        let keys = Keys::with(&wishes).unwrap();
        assert_eq!(at(&keys, Scope::List, "ctrl-c"), Some(Command::Stop));
        assert_eq!(at(&keys, Scope::List, "F12"), Some(Command::Stop));
        for key in ["ctrl-g", "Esc", "ctrl-c"] {
            assert_eq!(
                at(&keys, Scope::Picker, key),
                Some(Command::Escape),
                "{key}"
            );
        }
        let lost = faults(&[wish(Scope::List, "next-error", &["Esc"])]);
        assert_eq!(lost, ["`Esc` always leads out"]);
    }

    #[test]
    fn an_action_can_be_left_without_a_key_where_that_is_said() {
        let keys = Keys::with(&[wish(Scope::List, "next-error", &[])]).unwrap();
        assert_eq!(at(&keys, Scope::List, "e"), None);
        assert_eq!(keys.key_of(Scope::List, Command::NextError), None);
    }

    #[test]
    fn no_action_loses_its_keys_in_silence() {
        let one = |scope, action, key| faults(&[wish(scope, action, &[key])]).join("; ");
        for (scope, action, key, says) in [
            (Scope::Global, "find", "/", "`/` is edit-filter everywhere"),
            (
                Scope::List,
                "next-error",
                "w",
                "`w` is next-write in [Event list]",
            ),
            (
                Scope::List,
                "next-error",
                "p",
                "`p` is principal everywhere",
            ),
            (
                Scope::Global,
                "back",
                "e",
                "`e` is next-error in [Event list]",
            ),
            (
                Scope::Global,
                "bakc",
                "e",
                "no action everywhere is called `bakc`",
            ),
            (
                Scope::List,
                "fold-all",
                "a",
                "no action in [Event list] is called",
            ),
            (Scope::Filter, "complete", "a", "`a` types a character here"),
            (
                Scope::Filter,
                "complete",
                "ctrl-e",
                "`ctrl-e` edits the text here",
            ),
            (
                Scope::Global,
                "copy",
                "ctrl-i",
                "terminals do not tell `ctrl-i`",
            ),
            (
                Scope::Global,
                "copy",
                "ctrl-Y",
                "terminals do not tell `ctrl-Y`",
            ),
            (Scope::Global, "copy", "hyper-y", "`hyper-y` is no key"),
            (Scope::Global, "copy", "\u{1b}", "is no key"),
        ] {
            let said = one(scope, action, key);
            assert!(said.contains(says), "{action} = {key}: {said}");
        }
        // A key that is hidden hides no action that has another.
        assert!(Keys::with(&[wish(Scope::List, "next-error", &["b"])]).is_ok());
    }
}
