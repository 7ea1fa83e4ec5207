//! A principal or a resource in full: title, facts, cards.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::ui::histogram::EIGHTHS;
use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Bars;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::PortraitView;
use crate::view::screen::SectionRow;
use crate::view::screen::SectionView;

/// From this width on cards stand two side by side.
const TWO_FROM: u16 = 100;
/// Below this height the first card of a screen that is for it takes what figures leave.
const SHORT: u16 = 16;
/// Columns of a name beside its details, where they do not fit side by side.
const NAME: u16 = 24;

/// Draws the pane.
///
/// ```text
/// ━ alice ━ person, prod-payments ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
///  2,911 events, 262 writes, 34 denied      first 2026-11-02 08:14  last 11-20 15:21
/// ─ SERVICES ──────────────────── +9 more │ ─ SESSIONS ───────────────────── +2 more
///  ec2            ▁·▂▁··▅█▂      1,902    │ ▌BreakGlass@prod  ··▁█▂   31 ev  14:00
///  iam            ······▁··         14    │  Admin@prod       ·▂▅▁·  118 ev  13:40
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, view: &PortraitView, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    if pen.is_empty() {
        return;
    }
    let x = pen.title(0, &view.title, view.focused);
    let room = pen.width().saturating_sub(x + 3);
    if !view.subtitle.as_str().is_empty() && room > 6 {
        let end = x + 3 + pen.text(x + 2, 0, room, &view.subtitle, theme.text);
        pen.put(x + 1, 0, " ", theme.text);
        pen.put(end - 1, 0, " ", theme.text);
    }
    let height = pen.height();
    let style = if view.stale { theme.stale } else { theme.text };
    let mut y = 1;
    // Where rows are few, those of the list are worth more than figures of all.
    let facts = if view.leads && height < SHORT {
        1
    } else {
        height.saturating_sub(1)
    };
    for fact in view.facts.iter().take(usize::from(facts)) {
        pen.text(1, y, pen.width().saturating_sub(2), fact, style);
        y += 1;
    }
    let mut rest = height.saturating_sub(y);
    let width = pen.width();
    let mut sections = view.sections.as_slice();
    if let Some((first, others)) = sections.split_first().filter(|_| view.leads) {
        let share = if width < TWO_FROM {
            rest * 7 / 10
        } else {
            rest / 2
        };
        let wish = u16::try_from(first.rows.len().max(1) + 1).unwrap_or(u16::MAX);
        let rows = share.max(2).min(wish).min(rest);
        card(&mut pen.inside(0, y, width, rows), first, view);
        y += rows;
        rest -= rows;
        sections = others;
    }
    if width < TWO_FROM {
        let all: Vec<_> = sections.iter().collect();
        cards(&mut pen.inside(0, y, width, rest), &all, view);
        return;
    }
    let left = width / 2;
    for row in y..height {
        pen.put(left, row, "│", theme.border);
    }
    for (side, x, columns) in [(0, 0, left), (1, left + 1, width - left - 1)] {
        let these: Vec<_> = sections.iter().skip(side).step_by(2).collect();
        cards(&mut pen.inside(x, y, columns, rest), &these, view);
    }
}

/// Draws cards under each other.
fn cards(pen: &mut Pen<'_>, sections: &[&SectionView], view: &PortraitView) {
    let wanted: Vec<usize> = sections.iter().map(|s| s.rows.len().max(1) + 1).collect();
    let height = usize::from(pen.height());
    let mut given = shares(&wanted, height);
    if given.contains(&0) {
        // The last row names the cards that have no room.
        given = shares(&wanted, height.saturating_sub(1));
    }
    let (mut y, mut left_out) = (0, Vec::new());
    for (section, rows) in sections.iter().zip(given) {
        if rows == 0 {
            left_out.push(section.title.as_str());
            continue;
        }
        let rows = rows as u16;
        card(&mut pen.inside(0, y, pen.width(), rows), section, view);
        y += rows;
    }
    if !left_out.is_empty() {
        let words = format!("no room for {}", left_out.join(", "));
        pen.words(1, y, pen.width().saturating_sub(2), &words, pen.theme.faint);
    }
}

/// Rows for each card: its wish where all fit, else a fair share; the last ones get none where
/// there is no room for a title and one row.
fn shares(wanted: &[usize], height: usize) -> Vec<usize> {
    let mut given = vec![0; wanted.len()];
    let mut left = height;
    for share in &mut given {
        if left >= 2 {
            *share = 2;
            left -= 2;
        }
    }
    while left > 0 {
        let before = left;
        for (share, wish) in given.iter_mut().zip(wanted) {
            if left > 0 && *share > 0 && *share < *wish {
                *share += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    given
}

fn card(pen: &mut Pen<'_>, section: &SectionView, view: &PortraitView) {
    let theme = pen.theme;
    let (width, height) = (pen.width(), pen.height());
    if width < 6 || height < 2 {
        return;
    }
    let rows = usize::from(height - 1);
    let focused = section.rows.iter().position(|row| row.focused);
    let first = focused.map_or(0, |at| (at + 1).saturating_sub(rows));
    let hidden = section.rows.len().saturating_sub(rows) as u64;
    let more = section.more.saturating_add(hidden);

    pen.line(0, 0, width, "─", theme.border);
    let note = if more > 0 {
        Printable::new(&format!("+{} more", thousands(more)))
    } else {
        Printable::default()
    };
    let end = pen.note(0, width - 1, &note, theme.faint);
    pen.put(1, 0, " ", theme.heading);
    let used = pen.words(2, 0, end.saturating_sub(3), &section.title, theme.heading);
    pen.put(2 + used, 0, " ", theme.heading);
    if section.rows.is_empty() {
        pen.words(1, 1, width - 2, "none", theme.faint);
        return;
    }
    let inner = width - 2;
    let widest = |of: fn(&SectionRow) -> &Printable, most: u16| {
        let widest = section.rows.iter().map(|row| of(row).width()).max();
        (widest.unwrap_or(0).min(usize::from(most))) as u16
    };
    let graph = section.rows.iter().any(|row| !row.spark.is_empty());
    // A graph keeps its room; without one, details are cut only where names need it.
    let most = if graph {
        inner * 3 / 5
    } else {
        let name = widest(|row| &row.label, NAME);
        (inner * 3 / 5).max(inner.saturating_sub(name + 2))
    };
    let detail = widest(|row| &row.detail, most);
    let label_room = inner.saturating_sub(detail + 2);
    let label = widest(|row| &row.label, label_room).min(if graph {
        (label_room / 2).max(10)
    } else {
        label_room
    });
    for (y, row) in section.rows.iter().skip(first).take(rows).enumerate() {
        let y = y as u16 + 1;
        if row.focused {
            let ground = if view.focused {
                theme.selected_row
            } else {
                theme.resting_row
            };
            pen.restyle(0, y, width, ground);
            pen.put(0, y, "▌", theme.pointer);
        }
        let taken = columns(row.detail.as_str()).min(detail);
        let spark = inner.saturating_sub(label + detail + 4);
        let room = if graph && !row.spark.is_empty() && spark >= 6 {
            draw_spark(pen, label + 3, y, spark, &row.spark);
            label
        } else {
            inner.saturating_sub(taken + 2)
        };
        pen.text(1, y, room, &row.label, theme.tone(row.tone));
        pen.right(
            1,
            y,
            inner,
            &row.detail.truncated(usize::from(detail)),
            theme.faint,
        );
    }
}

/// Draws figures as a small graph of at most `width` columns, each the peak of its share.
fn draw_spark(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, figures: &[u64]) {
    const LETTERS: [&str; 8] = [" ", ".", ".", ":", ":", "|", "|", "#"];
    let theme = pen.theme;
    let columns = figures.len().min(usize::from(width));
    let peaks: Vec<u64> = (0..columns)
        .map(|n| {
            let (from, to) = (
                n * figures.len() / columns,
                (n + 1) * figures.len() / columns,
            );
            figures[from..to].iter().copied().max().unwrap_or(0)
        })
        .collect();
    let top = peaks.iter().copied().max().unwrap_or(0).max(1);
    for (column, peak) in peaks.iter().enumerate() {
        let x = x + column as u16;
        if *peak == 0 {
            pen.put(x, y, "·", theme.border);
            continue;
        }
        // One eighth stays free, so that rows do not touch.
        let high = (u128::from(*peak) * 7).div_ceil(u128::from(top)) as usize;
        let glyph = if theme.bars == Bars::Letters {
            LETTERS[high.min(7)]
        } else {
            EIGHTHS[high.min(7)]
        };
        pen.put(x, y, glyph, theme.bar);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;
    use crate::view::screen::Tone;

    #[test]
    fn every_card_gets_a_fair_share() {
        assert_eq!(shares(&[10, 3, 10], 13), [5, 3, 5]);
        assert_eq!(shares(&[4, 3], 20), [4, 3]);
        assert_eq!(shares(&[9, 9, 9], 5), [3, 2, 0]);
        assert_eq!(shares(&[], 5), [0; 0]);
    }

    #[test]
    fn the_card_that_leads_has_the_width_and_most_of_the_rows() {
        let rows = |n: usize| {
            (0..n)
                .map(|n| SectionRow {
                    label: Printable::new(&format!("name-{n}")),
                    detail: Printable::new("bucket 1,200 w12 !3  11-20 14:55:01"),
                    ..SectionRow::default()
                })
                .collect()
        };
        let card = |title: &str, n| SectionView {
            title: title.to_owned(),
            rows: rows(n),
            more: 0,
        };
        let view = PortraitView {
            title: Printable::new("Resources"),
            facts: vec![Printable::new("9 events"), Printable::new("4 GB out")],
            sections: vec![
                card("All", 40),
                card("Types", 9),
                card("Gone", 9),
                card("Regions", 2),
            ],
            leads: true,
            ..PortraitView::default()
        };
        let shown = |width, height| {
            let shown = drawn(width, height, |b, a| draw(b, a, &view, &Theme::dark()));
            let lines: Vec<String> = shown.lines().map(str::to_owned).collect();
            lines
        };
        let narrow = shown(60, 13);
        assert!(!narrow.iter().any(|line| line.contains("4 GB out")));
        let at = |lines: &[String], word: &str| lines.iter().position(|line| line.contains(word));
        assert_eq!(
            (at(&narrow, "─ All"), at(&narrow, "─ Types")),
            (Some(2), Some(9))
        );
        assert!(narrow[3].ends_with("11-20 14:55:01"), "{narrow:?}");
        let wide = shown(120, 24);
        assert_eq!(
            (at(&wide, "─ All"), at(&wide, "─ Types")),
            (Some(3), Some(13))
        );
        assert!(wide[13].contains("─ Gone"), "{wide:?}");
        assert!(wide[4].ends_with("11-20 14:55:01"), "{wide:?}");
    }

    #[test]
    fn a_card_keeps_its_focus_in_sight() {
        let row = |label: &str, focused| SectionRow {
            label: Printable::new(label),
            spark: vec![0, 1, 8],
            detail: Printable::new("3 ev"),
            tone: Tone::Plain,
            focused,
        };
        let view = PortraitView {
            title: Printable::new("alice"),
            sections: vec![SectionView {
                title: "SERVICES".to_owned(),
                rows: vec![row("ec2", false), row("iam", false), row("sts", true)],
                more: 4,
            }],
            focused: true,
            ..PortraitView::default()
        };
        let shown = drawn(30, 4, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            shown,
            "━ alice ━━━━━━━━━━━━━━━━━━━━━━\n─ SERVICES ───────── +5 more ─\n iam  ·▁▇                \
             3 ev\n▌sts  ·▁▇                3 ev"
        );
    }
}
