//! Any text as a filter: it parses or says why, what it prints means the same, and completion stays
//! inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::query::{self, Context, complete};

fuzz_target!(|text: &str| {
    let context = Context::default();
    let parsed = query::parse(text, &context);
    for diagnostic in &parsed.diagnostics {
        let _ = diagnostic.render(text);
    }
    if let Some(expr) = parsed.usable() {
        let printed = expr.to_string();
        let again = query::parse(&printed, &context);
        let again = again
            .usable()
            .unwrap_or_else(|| panic!("{text:?} prints {printed:?}"));
        assert_eq!(again.to_string(), printed, "{text:?}");
    }
    let names = query::names::Names::built_in();
    let values = |_: trailhound::index::schema::Field, _: &str| vec![("a b".to_owned(), 1)];
    for cursor in [0, text.len() / 2, text.len()] {
        for c in complete::complete(text, cursor, &values, &names) {
            assert!(text.get(c.span.start..c.span.end).is_some(), "{text:?}");
        }
    }
});
