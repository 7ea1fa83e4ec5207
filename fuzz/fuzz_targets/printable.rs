//! Any bytes made printable: nothing that acts gets through, and cutting keeps to columns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::base::printable::{Printable, is_printable};
use trailhound::event::json;
use trailhound::event::secret;

fuzz_target!(|data: &[u8]| {
    let is_safe = |text: &str| text.chars().all(|c| c == ' ' || is_printable(c));
    let shown = Printable::from_bytes(data);
    assert!(is_safe(shown.as_str()));
    let pieces: String = shown
        .pieces()
        .map(|piece| match piece {
            trailhound::base::printable::Piece::Plain(text)
            | trailhound::base::printable::Piece::Mark(text) => text,
        })
        .collect();
    assert_eq!(pieces, shown.as_str());
    for columns in [0, 1, 7, 40] {
        let cut = shown.truncated(columns);
        assert!(cut.width() <= columns.max(1) && is_safe(cut.as_str()));
    }
    let text = String::from_utf8_lossy(data);
    let mut quoted = String::new();
    json::write_string(&mut quoted, &text);
    assert!(is_safe(&quoted));
    let _ = secret::redact_text(&text);
    let _ = json::compact(data);
});
