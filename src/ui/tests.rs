//! Laws of every frame, and what the tests of single panes share.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::base::span::Severity;
use crate::view::layout::Shape;
use crate::view::screen::*;

/// What `draw` puts into an area of this size, one line a row, without spaces at the ends.
pub fn drawn(width: u16, height: u16, draw: impl FnOnce(&mut Buffer, Area)) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let area = Area {
        x: 0,
        y: 0,
        width,
        height,
    };
    draw(&mut buffer, area);
    text(&buffer)
}

fn text(buffer: &Buffer) -> String {
    let mut rows = Vec::new();
    for y in 0..buffer.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += symbol.width().max(1) as u16;
        }
        rows.push(row.trim_end().to_owned());
    }
    rows.join("\n")
}

#[test]
fn a_small_screen_says_so() {
    let shown = |width, height| {
        drawn(width, height, |buffer, _| {
            paint(buffer, &Screen::default(), &Theme::dark());
        })
    };
    assert_eq!(shown(39, 3), "\n     too small: 39x3, needs 40x12\n");
    assert_eq!(shown(12, 1), "needs 40x12");
    assert_eq!(shown(3, 1), "ne…");
    assert_eq!(shown(0, 0), "");
}

#[test]
fn what_slips_through_is_swept() {
    let theme = Theme::dark();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
    for (x, symbol) in ["\u{1b}", "a", "e\u{202e}", "日"].into_iter().enumerate() {
        buffer[(x as u16, 0)].set_symbol(symbol);
    }
    sweep(&mut buffer, &theme);
    let shown: Vec<&str> = buffer
        .content
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(shown, ["¿", "a", "¿", "日"]);
    assert_eq!(buffer[(0, 0)].style().bg, theme.mark.bg);
}

fn word() -> impl Strategy<Value = Printable> {
    prop_oneof![
        30 => "[a-zA-Z0-9:/ ._-]{0,30}",
        10 => "[日本語żółć\u{1b}\u{202e}\u{301}👩🏽é a]{0,20}",
        10 => any::<String>(),
        1 => Just("long ".repeat(15_000)),
    ]
    .prop_map(|text| Printable::new(&text.replace(REFUSED, "")))
}

fn raw() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-z0-9 ]{0,20}", 4 => any::<String>(),
        1 => Just("日".repeat(40_000))]
    .prop_map(|text| text.replace(REFUSED, ""))
}

fn title() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "WHO", "a rather long title of a column", "日本"])
}

fn tone() -> impl Strategy<Value = Tone> {
    prop::sample::select(vec![Tone::Plain, Tone::Denied, Tone::Match, Tone::Write])
}

fn cell() -> impl Strategy<Value = Cell> {
    (word(), tone()).prop_map(|(text, tone)| Cell { text, tone })
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..200, any::<u64>()]
}

fn top_lines() -> impl Strategy<Value = (ContextLine, CrumbLine, FilterLine, StatusLine)> {
    let digit = any::<char>().prop_map(|c| if c == '¿' { '1' } else { c });
    let tab =
        (digit, title(), any::<bool>(), any::<bool>()).prop_map(|(digit, name, current, built)| {
            Tab {
                digit,
                name,
                current,
                built,
            }
        });
    let context = (prop::collection::vec(tab, 0..9), raw(), raw())
        .prop_map(|(tabs, zone, help)| ContextLine { tabs, zone, help });
    let crumb = (
        word(),
        prop::option::of(number()),
        any::<bool>(),
        any::<bool>(),
    );
    let crumb = crumb.prop_map(|(label, count, at_least, current)| Crumb {
        label,
        count,
        at_least,
        current,
    });
    let crumbs = (
        prop::collection::vec(crumb, 0..5),
        0usize..300,
        prop::option::of((0usize..9, word())),
    )
        .prop_map(|(crumbs, back, forward)| CrumbLine {
            crumbs,
            back,
            forward,
        });
    let severity =
        prop::sample::select(vec![Severity::Note, Severity::Incomplete, Severity::Error]);
    let diagnostic =
        ((0usize..90, 0usize..90), severity, word()).prop_map(|(columns, severity, message)| {
            DiagnosticLine {
                columns,
                severity,
                message,
            }
        });
    let completion = (word(), word()).prop_map(|(label, detail)| CompletionLine { label, detail });
    let filter = (
        word(),
        prop::option::of(prop_oneof![0usize..40, any::<usize>().prop_map(|n| n / 2)]),
        raw(),
        prop::option::of(diagnostic),
        prop::collection::vec(completion, 0..12),
        0usize..20,
    )
        .prop_map(
            |(text, caret, summary, diagnostic, completions, chosen)| FilterLine {
                text,
                caret,
                state: FilterState::Wrong,
                summary,
                diagnostic,
                completions,
                chosen,
            },
        );
    let status = (
        prop::collection::vec(cell(), 0..5),
        prop::option::of(any::<f64>()),
        prop::option::of(cell()),
    )
        .prop_map(|(parts, progress, message)| StatusLine {
            parts,
            progress,
            message,
        });
    (context, crumbs, filter, status)
}

fn histogram_view() -> impl Strategy<Value = HistogramView> {
    let column =
        (number(), number(), number(), 0usize..4).prop_map(|(reads, writes, errors, shade)| {
            HistogramColumn {
                reads,
                writes,
                errors,
                shade: [Shade::Told, Shade::Unread, Shade::Gap, Shade::Beyond][shade],
            }
        });
    (
        prop::collection::vec(column, 0..120),
        number(),
        prop::collection::vec((0usize..200, raw()), 0..6),
        raw(),
        prop::option::of(any::<usize>()),
        number(),
    )
        .prop_map(
            |(columns, top, labels, scale, cursor, undated)| HistogramView {
                columns,
                top,
                labels,
                scale,
                cursor,
                stale: top % 2 == 0,
                undated,
                brush: cursor.map(|at| (at / 2, at)),
            },
        )
}

fn chips_view() -> impl Strategy<Value = ChipsView> {
    let chip = (word(), any::<bool>(), any::<bool>()).prop_map(|(label, on, focused)| ChipView {
        label,
        on,
        focused,
    });
    (prop::collection::vec(chip, 0..6), raw(), any::<bool>()).prop_map(
        |(chips, hidden, focused)| ChipsView {
            chips,
            hidden,
            focused,
        },
    )
}

fn facets_view() -> impl Strategy<Value = FacetsView> {
    let line = prop_oneof![
        (title(), number(), any::<bool>()).prop_map(|(name, values, focused)| FacetLine::Field {
            name: name.to_owned(),
            values,
            focused
        }),
        (word(), number(), any::<f64>(), any::<bool>()).prop_map(
            |(label, count, share, focused)| FacetLine::Value {
                label,
                count,
                share,
                included: focused,
                focused,
            }
        ),
        number().prop_map(|values| FacetLine::More {
            values,
            focused: false
        }),
    ];
    (number(), prop::collection::vec(line, 0..30)).prop_map(|(total, lines)| FacetsView {
        total,
        lines,
        stale: false,
        focused: total % 2 == 0,
    })
}

fn portrait_view() -> impl Strategy<Value = PortraitView> {
    let row = (
        word(),
        prop::collection::vec(number(), 0..90),
        word(),
        any::<bool>(),
    )
        .prop_map(|(label, spark, detail, focused)| SectionRow {
            label,
            spark,
            detail,
            tone: Tone::Plain,
            focused,
        });
    let section = (raw(), prop::collection::vec(row, 0..6), number())
        .prop_map(|(title, rows, more)| SectionView { title, rows, more });
    (
        word(),
        word(),
        prop::collection::vec(word(), 0..4),
        prop::collection::vec(section, 0..7),
    )
        .prop_map(|(title, subtitle, facts, sections)| PortraitView {
            title,
            subtitle,
            facts,
            leads: sections.len() % 2 == 0,
            sections,
            focused: true,
            stale: false,
        })
}

fn list_view() -> impl Strategy<Value = ListView> {
    let heading =
        (title(), prop_oneof![0u16..30, any::<u16>()]).prop_map(|(title, width)| Heading {
            title: title.to_owned(),
            width,
        });
    let row = prop_oneof![
        4 => (prop::collection::vec(cell(), 0..7), any::<bool>()).prop_map(|(cells, focused)| {
            ListRow::Event(EventRow {
                at: 0,
                cells,
                focused,
                marks: if focused { vec!["recovered".to_owned(), "×3".to_owned()] } else { vec![] },
            })
        }),
        1 => raw().prop_map(|label| ListRow::Quiet { label }),
        1 => raw().prop_map(|label| ListRow::Day { label }),
        1 => Just(ListRow::Undated),
    ];
    (
        prop::collection::vec(heading, 0..7),
        prop::collection::vec(row, 0..30),
        (number(), number(), number(), number()),
        prop::option::weighted(0.2, word()),
    )
        .prop_map(
            |(headings, rows, (total, of, top, newer), empty)| ListView {
                headings,
                rows,
                total,
                of,
                top,
                cursor: None,
                column: 1,
                focused: total % 2 == 0,
                empty,
                newer_above: newer,
                beside: (newer as usize % 3, top as usize % 2),
                sort: (top % 3 == 0).then(|| "by err ↓".to_owned()),
                day: (top % 2 == 0).then(|| "2026-11-20".to_owned()),
            },
        )
}

fn detail_view() -> impl Strategy<Value = DetailView> {
    let line = (
        prop_oneof![0usize..20, any::<usize>()],
        prop::option::of(any::<bool>()),
        prop::collection::vec(cell(), 0..5),
        any::<bool>(),
    )
        .prop_map(|(indent, fold, pieces, focused)| DetailLine {
            indent,
            fold,
            pieces,
            focused,
        });
    (
        prop::collection::vec(title(), 0..8),
        0usize..9,
        raw(),
        prop::collection::vec(line, 0..20),
        (any::<usize>(), any::<usize>()),
        word(),
        prop::option::weighted(0.2, word()),
    )
        .prop_map(
            |(tabs, tab, corner, lines, position, path, notice)| DetailView {
                tabs,
                tab,
                corner,
                lines,
                position,
                path,
                focused: tab % 2 == 0,
                notice,
            },
        )
}

fn overlay() -> impl Strategy<Value = Overlay> {
    let keys = prop::collection::vec((raw(), raw()), 0..6);
    let group = (title(), keys).prop_map(|(title, keys)| HelpGroup { title, keys });
    let picked = (
        raw(),
        word(),
        prop::collection::vec(0usize..20, 0..4),
        word(),
    )
        .prop_map(|(key, label, matched, detail)| PickerRow {
            key,
            label,
            focused: matched.len() > 2,
            matched,
            detail,
        });
    let page = (prop::collection::vec(cell(), 0..4), any::<bool>())
        .prop_map(|(pieces, focused)| PageRow { pieces, focused });
    prop_oneof![
        (raw(), prop::collection::vec(group, 0..9), any::<usize>())
            .prop_map(|(title, groups, top)| Overlay::Help { title, groups, top }),
        (
            word(),
            prop::option::of((word(), 0usize..50)),
            prop::collection::vec(picked, 0..20),
            (any::<usize>(), any::<usize>())
        )
            .prop_map(|(title, input, rows, counts)| Overlay::Picker(PickerView {
                title,
                input,
                rows,
                counts
            })),
        (
            word(),
            prop::collection::vec(page, 0..30),
            (any::<usize>(), any::<usize>()),
            raw()
        )
            .prop_map(|(title, rows, position, foot)| Overlay::Pages(PagesView {
                head: rows.iter().take(1).cloned().collect(),
                title,
                rows,
                position,
                foot
            })),
        (title(), word(), any::<usize>(), raw()).prop_map(|(title, text, caret, summary)| {
            Overlay::Prompt {
                title,
                text,
                caret,
                summary,
            }
        }),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    (any::<u8>(), prop::option::of(any::<bool>())).prop_map(|(bits, detail_right)| {
        let bit = |n: u8| bits >> n & 1 == 1;
        Shape {
            facets: bit(0),
            detail: bit(1),
            histogram: bit(2),
            portrait: bit(3),
            portrait_focused: bit(5),
            events: 99,
            detail_right,
            detail_focused: bit(4),
            facets_focused: bit(6),
            chips: bit(7),
        }
    })
}

fn screen() -> impl Strategy<Value = Screen> {
    let size = |widths, heights| {
        (widths, heights).prop_map(|(width, height): (u16, u16)| Size { width, height })
    };
    let panes = (
        prop_oneof![size(0u16..=60, 0u16..=30), size(60u16..=220, 12u16..=70)],
        shape(),
    )
        .prop_map(|(size, shape)| (size, layout::panes(size, shape)));
    (
        panes,
        top_lines(),
        (histogram_view(), chips_view()),
        facets_view(),
        portrait_view(),
        list_view(),
        detail_view(),
        (prop::option::of(overlay()), prop::option::of(overlay())),
    )
        .prop_map(
            |(
                (size, panes),
                (context, crumbs, filter, status),
                (histogram, chips),
                facets,
                portrait,
                list,
                detail,
                (overlay, below),
            )| Screen {
                size,
                panes,
                context,
                crumbs,
                filter,
                chips,
                histogram: Some(histogram),
                facets: Some(facets),
                portrait: Some(portrait),
                list,
                detail: Some(detail),
                status,
                hints: vec![("j/k".to_owned(), "move"), ("日本".to_owned(), "")],
                overlay,
                below,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn any_screen_at_any_size_is_drawn_and_inert(
        screen in screen(), lag in prop::option::of((0u16..=60, 0u16..=30)), name in 0usize..4,
    ) {
        let theme = Theme::named(Theme::NAMES[name]).unwrap();
        // Just after a resize the buffer may differ from what the screen was built for.
        let (width, height) = lag.unwrap_or((screen.size.width, screen.size.height));
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        paint(&mut buffer, &screen, &theme);
        for y in 0..height {
            let mut reach = 0;
            for x in 0..width {
                let symbol = buffer[(x, y)].symbol();
                prop_assert!(symbol.chars().all(|c| c == ' ' || is_printable(c)));
                prop_assert_ne!(symbol, REFUSED);
                // The cell under the right half of a wide character is empty.
                prop_assert!(x >= reach || symbol == " ", "{:?}", text(&buffer));
                reach = reach.max(x + symbol.width() as u16);
            }
            prop_assert!(reach <= width, "row {y} overflows");
        }
    }
}
