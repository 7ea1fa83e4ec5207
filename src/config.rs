//! The config file: names for queries and lists, and what a person set once for all runs.
//!
//! TOML, at the place the platform keeps such files, or where `--config` says. Every mistake is
//! named with its file, line, and what to write; nothing is ignored in silence.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::app::keymap::Scope;
use crate::app::keys::{Keys, Wish, section};
use crate::base::printable::Printable;
use crate::base::span::{Diagnostic, Severity, Span};
use crate::base::text::nearest;
use crate::base::time::UtcMicros;
use crate::query::lexer;
use crate::query::names::Names;
use crate::query::{self, Context};

/// What the config file says; what it leaves out is as if there were none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Macros (the built-in ones among them) and lists.
    pub names: Names,
    /// What a person calls accounts, by their twelve digits.
    pub accounts: BTreeMap<String, String>,
    /// The colours of the screen, where `--theme` does not say.
    pub theme: Option<String>,
    /// What keys mean on the screen.
    pub keys: Arc<Keys>,
}

/// Everything that is wrong with a config file, ready to print.
#[derive(Debug)]
pub struct BadConfig(String);

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadConfig {}

/// The sections of the file, what each holds, and who reads it.
const SECTIONS: &[(&str, &str, Section)] = &[
    (
        "macros",
        "queries by name: noise = \"svc:logs OR svc:kms\", written $noise in a filter",
        macros,
    ),
    (
        "lists",
        "values by name: office = [\"203.0.113.0/24\"] or { file = \"office.txt\" }, written \
         ip:@office in a filter",
        lists,
    ),
    (
        "accounts",
        "names of accounts: 111122223333 = \"prod\"",
        accounts,
    ),
    ("theme", "colours of the screen: name = \"light\"", theme),
    (
        "keys",
        "keys by action: next-error = \"e\" or back = [\"[\", \"alt-Left\"]; those of one pane \
         under [keys.list] and the like",
        keys,
    ),
];

type Section = fn(&mut Reading<'_>, &DeTable<'_>, &mut Config);

/// Where the file is looked for without `--config`: `trailhound/config.toml` in the folder of such
/// files (`$XDG_CONFIG_HOME` or `~/.config`; `%APPDATA%` on Windows). `None` without a home.
pub fn place() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("trailhound").join("config.toml"))
}

/// Reads the file that was named, or the one at its usual place, where there is one.
///
/// # Errors
/// The file named is not there, cannot be read, or says something that is not understood.
pub fn load(named: Option<&Path>) -> Result<Config, BadConfig> {
    let nothing = Config {
        names: Names::built_in(),
        ..Config::default()
    };
    let Some(file) = named.map(Path::to_owned).or_else(place) else {
        return Ok(nothing);
    };
    match fs::read_to_string(&file) {
        Ok(text) => read(&file, &text, nothing),
        Err(e) if e.kind() == io::ErrorKind::NotFound && named.is_none() => Ok(nothing),
        Err(e) => Err(BadConfig(format!(
            "error: the config file {} cannot be read: {e}\n",
            Printable::new(&file.display().to_string())
        ))),
    }
}

/// Reads the text of a config file over what holds without one.
fn read(file: &Path, text: &str, mut config: Config) -> Result<Config, BadConfig> {
    let mut reading = Reading {
        file,
        text,
        faults: Vec::new(),
        said: BTreeMap::new(),
    };
    match DeTable::parse(text) {
        Ok(table) => {
            for (key, value) in table.get_ref() {
                let name: &str = key.get_ref();
                match (SECTIONS.iter().find(|s| s.0 == name), value.get_ref()) {
                    (Some(section), DeValue::Table(table)) => {
                        section.2(&mut reading, table, &mut config);
                    }
                    (Some((name, about, _)), _) => reading.fault(
                        key.span(),
                        format!("`{name}` is a section"),
                        format!("write a line [{name}], and under it {about}"),
                    ),
                    (None, _) => {
                        let known: Vec<&str> = SECTIONS.iter().map(|s| s.0).collect();
                        let help = nearest(name, known.iter().copied()).map_or_else(
                            || format!("the sections are [{}]", known.join("] [")),
                            |near| format!("did you mean [{near}]?"),
                        );
                        reading.fault(key.span(), format!("unknown section `{name}`"), help);
                    }
                }
            }
            reading.prove(&config.names);
        }
        Err(e) => {
            let span = e.span().unwrap_or(0..0);
            let at = line_of(text, span.start);
            let help = match text[at].trim_start().chars().next() {
                Some('$' | '@') => "write the name without its $ or @: noise = \"svc:logs\"",
                _ => "the file is TOML: [section], and under it lines of name = \"value\"",
            };
            reading.fault(span, e.message().replace('\n', ", "), help.to_owned());
        }
    }
    if reading.faults.is_empty() {
        return Ok(config);
    }
    reading.faults.sort_by_key(|(at, _)| *at);
    Err(BadConfig(
        reading.faults.into_iter().map(|(_, said)| said).collect(),
    ))
}

/// The bytes of the line that holds a byte.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    start..end.max(start)
}

/// A file while it is read, and what is wrong with it so far.
struct Reading<'a> {
    file: &'a Path,
    text: &'a str,
    /// Each with the byte it is about.
    faults: Vec<(usize, String)>,
    /// Where each macro (`$name`) and list (`@name`) of this file stands.
    said: BTreeMap<String, Range<usize>>,
}

impl Reading<'_> {
    fn fault(&mut self, span: Range<usize>, message: impl fmt::Display, help: impl Into<String>) {
        let line = line_of(self.text, span.start);
        let number = self.text[..line.start].matches('\n').count() + 1;
        let shown = self.text[line.clone()].trim_end();
        // Carets need the bytes where they were: what cannot be shown becomes as many marks.
        let shown: String = shown
            .chars()
            .map(|c| match c {
                '\t' => " ".to_owned(),
                c if crate::base::printable::is_printable(c) => c.to_string(),
                c => "?".repeat(c.len_utf8()),
            })
            .collect();
        let within = |at: usize| at.saturating_sub(line.start).min(shown.len());
        let file = Printable::new(&self.file.display().to_string());
        let diagnostic = Diagnostic {
            span: Span::new(within(span.start), within(span.end)),
            severity: Severity::Error,
            message: format!("{file}:{number}: {message}"),
            help: Some(help.into()),
        };
        self.faults.push((span.start, diagnostic.render(&shown)));
    }

    /// The text of a value, or a fault that says what belongs there.
    fn text_of<'v>(&mut self, value: &'v Spanned<DeValue<'_>>, example: &str) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        self.fault(
            value.span(),
            "this is no text",
            format!("put it in quotes: {example}"),
        );
        None
    }

    /// A name as filters write it, without its mark.
    fn name(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, mark: char) -> Option<String> {
        let name = key.get_ref().strip_prefix(mark).unwrap_or(key.get_ref());
        if !name.is_empty() && name.chars().all(lexer::in_name) {
            self.said.insert(format!("{mark}{name}"), key.span());
            return Some(name.to_owned());
        }
        self.fault(
            key.span(),
            "this name cannot be written in a filter",
            "use letters, digits, - and _",
        );
        None
    }

    /// Finds out now whether each macro can be used, not in the middle of an incident.
    fn prove(&mut self, names: &Names) {
        let context = Context {
            names: Arc::new(names.clone()),
            evidence: Some((UtcMicros(0), UtcMicros(0))),
            cursor: Some(UtcMicros(0)),
            ..Context::default()
        };
        for (name, span) in self.said.clone() {
            let bare = name.strip_prefix('$');
            if bare.is_none_or(|bare| !names.macros.contains_key(bare)) {
                continue;
            }
            let parsed = query::parse(&name, &context);
            for fault in parsed.diagnostics {
                let help = fault.help.unwrap_or_default();
                self.fault(span.clone(), fault.message, help);
            }
        }
    }
}

fn macros(reading: &mut Reading<'_>, table: &DeTable<'_>, config: &mut Config) {
    for (key, value) in table {
        let example = format!("{} = \"svc:logs OR svc:kms\"", key.get_ref());
        if let (Some(name), Some(body)) = (reading.name(key, '$'), reading.text_of(value, &example))
        {
            config.names.macros.insert(name, body.to_owned());
        }
    }
}

fn lists(reading: &mut Reading<'_>, table: &DeTable<'_>, config: &mut Config) {
    for (key, value) in table {
        let Some(name) = reading.name(key, '@') else {
            continue;
        };
        let before = reading.faults.len();
        let entries = match value.get_ref() {
            DeValue::Array(entries) => {
                let mut texts = Vec::with_capacity(entries.len());
                for entry in entries {
                    match entry.get_ref() {
                        DeValue::String(text) => texts.push(text.to_string()),
                        DeValue::Integer(number) => texts.push(number.to_string()),
                        _ => reading.fault(
                            entry.span(),
                            "a list holds texts",
                            format!("put each in quotes: {name} = [\"203.0.113.7\"]"),
                        ),
                    }
                }
                Some(texts)
            }
            DeValue::Table(table) => lines_of(reading, &name, value.span(), table),
            _ => {
                reading.fault(
                    value.span(),
                    "a list is written in brackets, or names a file of lines",
                    format!(
                        "write {name} = [\"a\", \"b\"] or {name} = {{ file = \"{name}.txt\" }}"
                    ),
                );
                None
            }
        };
        if let Some(entries) = entries {
            if entries.is_empty() && reading.faults.len() == before {
                reading.fault(
                    value.span(),
                    format!("the list `{name}` is empty"),
                    "put a value in it, or take the line out",
                );
            }
            config.names.lists.insert(name, entries);
        }
    }
}

/// The lines of the file a list names, beside the config file; blank ones and `#` remarks left out.
fn lines_of(
    reading: &mut Reading<'_>,
    name: &str,
    span: Range<usize>,
    table: &DeTable<'_>,
) -> Option<Vec<String>> {
    let mut lines = None;
    for (key, value) in table {
        if key.get_ref() != "file" {
            let help = format!("write {name} = {{ file = \"{name}.txt\" }}");
            reading.fault(key.span(), "unknown key; a list knows `file`", help);
            continue;
        }
        let path = reading.text_of(value, "file = \"office.txt\"")?;
        let path = reading.file.parent().unwrap_or(Path::new("")).join(path);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let of_line = |line: &str| line.trim().to_owned();
                let said = |line: &String| !line.is_empty() && !line.starts_with('#');
                lines = Some(text.lines().map(of_line).filter(said).collect());
            }
            Err(e) => {
                let shown = Printable::new(&path.display().to_string());
                reading.fault(
                    value.span(),
                    format!("{shown} cannot be read: {e}"),
                    "name a file of lines, beside the config file or by its whole path",
                );
                return None;
            }
        }
    }
    if lines.is_none() && table.is_empty() {
        let help = format!("write {name} = {{ file = \"{name}.txt\" }}");
        reading.fault(span, "no file is named", help);
    }
    lines
}

fn accounts(reading: &mut Reading<'_>, table: &DeTable<'_>, config: &mut Config) {
    for (key, value) in table {
        let number = key.get_ref();
        if number.len() != 12 || !number.bytes().all(|b| b.is_ascii_digit()) {
            reading.fault(
                key.span(),
                "an account has twelve digits",
                "write 111122223333 = \"prod\"",
            );
        } else if let Some(name) = reading.text_of(value, &format!("{number} = \"prod\"")) {
            config.accounts.insert(number.to_string(), name.to_owned());
        }
    }
}

fn theme(reading: &mut Reading<'_>, table: &DeTable<'_>, config: &mut Config) {
    use crate::ui::theme::Theme;
    for (key, value) in table {
        if key.get_ref() != "name" {
            let message = format!("unknown key `{}`", key.get_ref());
            reading.fault(key.span(), message, "write name = \"light\"");
        } else if let Some(name) = reading.text_of(value, "name = \"light\"") {
            if Theme::named(name).is_some() {
                config.theme = Some(name.to_owned());
            } else {
                let help = format!("write one of {}", Theme::NAMES.join(", "));
                reading.fault(value.span(), format!("no theme is called `{name}`"), help);
            }
        }
    }
}

/// Keys of everywhere, and in tables of their own those of one place.
fn keys(reading: &mut Reading<'_>, table: &DeTable<'_>, config: &mut Config) {
    let mut wishes = Vec::new();
    let mut places = Vec::new();
    let before = reading.faults.len();
    for (key, value) in table {
        let DeValue::Table(inner) = value.get_ref() else {
            wish(
                reading,
                Scope::Global,
                (key, value),
                &mut wishes,
                &mut places,
            );
            continue;
        };
        let name: &str = key.get_ref();
        let mut scopes = Scope::ALL.into_iter().filter(|s| *s != Scope::Global);
        if let Some(scope) = scopes.clone().find(|scope| scope.name() == name) {
            for (key, value) in inner {
                wish(reading, scope, (key, value), &mut wishes, &mut places);
            }
        } else {
            let names: Vec<&str> = scopes.by_ref().map(Scope::name).collect();
            let help = nearest(name, names.iter().copied()).map_or_else(
                || {
                    format!(
                        "the places are {}; keys of everywhere stand under [keys]",
                        names.join(", ")
                    )
                },
                |near| format!("did you mean [keys.{near}]?"),
            );
            reading.fault(key.span(), format!("no place is called `{name}`"), help);
        }
    }
    match Keys::with(&wishes) {
        Ok(keys) if reading.faults.len() == before => config.keys = Arc::new(keys),
        Ok(_) => {}
        Err(faults) => {
            for fault in faults {
                let (action, of_keys): &(Range<usize>, Vec<Range<usize>>) = &places[fault.wish];
                let at = fault.key.and_then(|key| of_keys.get(key)).unwrap_or(action);
                reading.fault(at.clone(), fault.message, fault.help);
            }
        }
    }
}

/// Reads the keys of one action, and where they and its name stand.
fn wish<'v>(
    reading: &mut Reading<'_>,
    scope: Scope,
    (key, value): (
        &Spanned<std::borrow::Cow<'_, str>>,
        &'v Spanned<DeValue<'_>>,
    ),
    wishes: &mut Vec<Wish>,
    places: &mut Vec<(Range<usize>, Vec<Range<usize>>)>,
) {
    let action = key.get_ref().to_string();
    let example = format!("{action} = \"F9\" or {action} = [\"F9\", \"ctrl-g\"]");
    let each: Vec<&'v Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::String(_) => vec![value],
        DeValue::Array(entries) => entries.iter().collect(),
        _ => {
            let message = format!("this is no key of {} {action}", section(scope));
            return reading.fault(value.span(), message, format!("write {example}"));
        }
    };
    let texts: Vec<Option<&str>> = each.iter().map(|e| reading.text_of(e, &example)).collect();
    let Some(texts) = texts.into_iter().collect::<Option<Vec<&str>>>() else {
        return;
    };
    wishes.push(Wish {
        scope,
        action,
        keys: texts.into_iter().map(str::to_owned).collect(),
    });
    let of_keys = each.iter().map(|e| e.span()).collect();
    places.push((key.span(), of_keys));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Command;

    fn said(text: &str) -> Result<Config, String> {
        read(Path::new("dir/c.toml"), text, Config::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_written_is_known() {
        let text = "[macros]\nnoise = \"svc:logs\"\n\"$quiet\" = \"-$noise\"\n\
                    [lists]\noffice-nets = [\"203.0.113.0/24\"]\naccts = [111122223333]\n\
                    [accounts]\n111122223333 = \"prod\"\n[theme]\nname = \"light\"\n\
                    [keys]\nback = \"ctrl-b\"\ncopy = [\"Y\", \"y\"]\n\
                    [keys.list]\nnext-error = \"F8\"\n";
        let config = said(text).unwrap();
        assert_eq!(config.names.macros["quiet"], "-$noise");
        assert_eq!(config.names.lists["office-nets"], ["203.0.113.0/24"]);
        assert_eq!(config.names.lists["accts"], ["111122223333"]);
        assert_eq!(config.accounts["111122223333"], "prod");
        assert_eq!(config.theme.as_deref(), Some("light"));
        let key = |scope, command| config.keys.key_of(scope, command);
        assert_eq!(key(Scope::Global, Command::Back), Some("ctrl-b"));
        assert_eq!(key(Scope::List, Command::NextError), Some("F8"));
        assert_eq!(key(Scope::Facets, Command::Copy), Some("Y"));
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let bad = [
            "[macos]\n",
            "macros = 1\n",
            "[macros]\n$noise = \"svc:logs\"\n",
            "[macros]\n\"a b\" = \"svc:logs\"\n",
            "[macros]\nnoise = 3\n",
            "[macros]\nnoise = \"svcc:logs\"\n",
            "[macros]\na = \"$b\"\nb = \"who:x $c\"\nc = \"$a\"\n",
            "[macros]\na = \"$nosie\"\nnoise = \"svc:kms\"\n",
            "[macros]\na = \"ip:@offices\"\n[lists]\noffice = [\"10.0.0.1\"]\n",
            "[macros]\na = \"ip:@office\"\n[lists]\noffice = [\"10.0.0\"]\n",
            "[lists]\noffice = \"10.0.0.1\"\n",
            "[lists]\noffice = []\n",
            "[lists]\noffice = [1.5]\n",
            "[lists]\noffice = { file = \"absent.txt\" }\n",
            "[lists]\noffice = { fil = \"absent.txt\" }\n",
            "[accounts]\n1234 = \"prod\"\n",
            "[theme]\nname = \"pink\"\n",
            "[theme]\ncolour = \"red\"\n",
            "[keys]\nbakc = \"H\"\n",
            "[keys]\nback = \"hyper-h\"\n",
            "[keys]\nback = 3\n",
            "[keys]\nback = [\"ctrl-b\", 3]\n",
            "[keys]\nback = [\"ctrl-b\", \"/\"]\n",
            "[keys]\nback = \"ctrl-g\"\nforward = \"ctrl-g\"\n",
            "[keys]\nclose = \"Esc\"\n",
            "[keys.lists]\nnext-error = \"F8\"\n",
            "[keys.list]\nnext-error = \"p\"\n",
            "[keys.list]\nfold-all = \"F8\"\n",
            "[keys.typing]\napply = \"a\"\n",
            "[lists\n",
            "[macros]\na = \"é\u{1b}x\n",
        ];
        let mut out = String::new();
        for text in bad {
            let message = said(text).unwrap_err();
            assert!(
                message.contains("dir/c.toml:") && message.contains("help: "),
                "{message}"
            );
            out.push_str(&message);
            out.push('\n');
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn a_tower_of_macros_ends() {
        use std::fmt::Write as _;
        let mut text = "[macros]\nm0 = \"svc:logs\"\n".to_owned();
        for n in 1..40 {
            let _ = writeln!(text, "m{n} = \"$m{0} OR $m{0}\"", n - 1);
        }
        assert!(said(&text).unwrap_err().contains("more than 1000 macros"));
    }
}
