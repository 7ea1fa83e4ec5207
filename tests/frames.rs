//! Whole screens: text and, cell by cell, what their style says.

mod support;

#[path = "../examples/picture/sample.rs"]
mod sample;

use trailhound::ui::theme::Theme;
use trailhound::view::layout::Size;

#[test]
fn samples_at_every_size() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        for (name, build) in sample::ALL {
            let screen = build(Size { width, height });
            let shown = support::picture(&screen, &Theme::dark());
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), shown);
        }
    }
}

#[test]
fn without_colour_nothing_has_one() {
    for (_, build) in sample::ALL {
        let screen = build(Size {
            width: 120,
            height: 36,
        });
        let buffer = support::drawn(&screen, &Theme::plain());
        let plain = ratatui::style::Color::Reset;
        assert!(
            buffer
                .content
                .iter()
                .all(|c| c.fg == plain && c.bg == plain)
        );
    }
}

#[test]
fn colour_is_never_the_only_sign() {
    let screen = sample::main_screen(Size {
        width: 120,
        height: 36,
    });
    let text = support::text(&support::drawn(&screen, &Theme::plain()));
    for sign in [
        "[1]Timeline",
        "OK  412",
        "[Summary]",
        "+us-east-1",
        "━ EVENTS",
        "─ FACETS",
    ] {
        assert!(text.contains(sign), "{sign} in\n{text}");
    }
}
