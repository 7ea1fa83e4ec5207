//! Frames of what a person can open: pickers, questions, tabs, folded lists, themes.

use trailhound::app::action::Action;
use trailhound::ui::theme::Theme;

use crate::driver::Driver;
use crate::support;

/// What is opened, and by which keys from the filter of the incident.
const VIEWS: &[(&str, &str)] = &[
    ("sort", "S e"),
    ("columns", "\\ t o"),
    ("times", "t"),
    ("clock", "T"),
    ("toggles", ","),
    ("walk", "p `"),
    ("saved", "B ctrl-u d a y Enter '"),
    ("save", "B"),
    ("copy", "y"),
    ("facet-search", "S-Tab f"),
    ("fields", "S-Tab \\"),
    ("range", "v l l l"),
    ("diff", "D"),
    ("request", "Enter d"),
    ("context", "x > >"),
    ("people", "2 j"),
    ("sessions", "s"),
    ("gantt", "s v"),
    ("merge", "2 m j m"),
    ("export", "X"),
    ("hidden", ", r , n"),
];

#[test]
fn frames_of_what_can_be_opened() {
    for (width, height) in [(120, 36), (80, 24)] {
        let mut d = Driver::demo(width, height);
        for (name, keys) in VIEWS {
            d.filter("who:alice verb:write,delete");
            d.keys(keys);
            let shown = support::text(&support::drawn(&d.screen(), &Theme::plain()));
            insta::with_settings!({snapshot_path => "../snapshots"}, {
                insta::assert_snapshot!(format!("view-{name}-{width}x{height}"), shown);
            });
            d.keys("Esc Esc Esc , x");
        }
    }
}

/// Bursts, quiet stretches and decoded values; and the program in its other themes.
#[test]
fn frames_of_lists_and_themes() {
    let mut d = Driver::demo(120, 36);
    let take = |d: &mut Driver, name: &str, theme: &Theme| {
        let shown = support::picture(&d.screen(), theme);
        insta::with_settings!({snapshot_path => "../snapshots"}, {
            insta::assert_snapshot!(format!("view-{name}"), shown);
        });
    };
    d.keys("G");
    take(&mut d, "bursts", &Theme::plain());
    d.keys(")");
    take(&mut d, "bursts-unfolded", &Theme::plain());
    d.keys(") g");
    d.filter("what:PutRolePolicy,CreatePolicy,PutBucketPolicy")
        .keys("Enter d L");
    take(&mut d, "decoded", &Theme::plain());
    d.apply(Action::Resize(trailhound::view::layout::Size {
        width: 80,
        height: 24,
    }));
    d.settle();
    for (name, theme) in [
        ("contrast", Theme::contrast()),
        ("light", Theme::light()),
        ("plain", Theme::plain()),
    ] {
        take(&mut d, name, &theme);
    }
}
