//! Any texts as cells: what is written parses back to as many cells, none of which a spreadsheet runs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::report::{self, Cell, Format, Heading, Style};

fn is_live(cell: &str) -> bool {
    let plain = |c: &char| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}');
    cell.split(['\n', '\r']).any(|line| {
        matches!(
            line.chars().find(plain),
            Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
        )
    })
}

fuzz_target!(|cells: (String, String, bool)| {
    let style = Style {
        zone: "UTC".parse().expect("a zone"),
        width: None,
        color: false,
        terminal: cells.2,
        secrets: true,
    };
    let columns = ["a", "b"].map(Heading::fixed);
    let row = [Cell::Text(cells.0), Cell::Several(vec![cells.1])];
    for format in [Format::Csv, Format::Jsonl, Format::Table] {
        let mut out = Vec::new();
        let mut sheet = report::sheet(format, &columns, style, &mut out);
        sheet.row(&row).expect("memory takes it");
        sheet.end().expect("memory takes it");
        drop(sheet);
        let text = String::from_utf8(out).expect("text");
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
        if format == Format::Csv {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(true)
                .from_reader(text.as_bytes());
            let rows: Vec<_> = reader.records().map(|r| r.expect("a row")).collect();
            assert_eq!(rows.len(), 1, "{text:?}");
            assert!(rows[0].iter().all(|cell| !is_live(cell)), "{text:?}");
        }
    }
});
