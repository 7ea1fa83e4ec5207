//! Events over time, as stacked bars.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use ratatui::style::Style;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Bars;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::layout::plot;
use crate::view::screen::HistogramColumn;
use crate::view::screen::HistogramView;
use crate::view::screen::Shade;

/// Blocks by eighths of a cell, from the bottom.
pub const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The same in dots, of which there are four on top of each other.
const DOTS: [&str; 9] = [" ", "⣀", "⣀", "⣤", "⣤", "⣶", "⣶", "⣿", "⣿"];

/// What a cell of a bar is mostly about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Read,
    Write,
    Error,
}

/// Draws bars, figures, axis and legend. In letters:
///
/// ```text
///     24 │            .              !         .                    1 col = 30 s
///        │   .   .  . #      .       #     .   :  .                 ! error
///      0 │..::..·::.:::::.·.::..:...:#!...:..:.::.·.                # write
///         13:32      13:40      13:48  ^   13:56      14:04         . read
/// ```
///
/// Errors stand on writes, writes on reads. Whatever the colours: reads are dotted, writes solid,
/// errors marks. An empty column is a dot; one that no file tells of is striped, and one whose files
/// are not all read is hatched above its bar. Where a cell cannot show all it holds, the gravest
/// wins; the height of a bar is always that of the sum.
pub fn draw(buffer: &mut Buffer, area: Area, view: &HistogramView, theme: &Theme) {
    let bars = plot(area);
    let mut pen = Pen::new(buffer, area, theme);
    let (left, rows) = (bars.x - area.x, bars.height.min(pen.height()));
    if left >= pen.width() || rows == 0 {
        return;
    }
    let figure = if view.stale { theme.stale } else { theme.axis };
    pen.right(0, 0, left - 2, &Printable::new(&short(view.top)), figure);
    if rows > 1 {
        pen.words(left - 3, rows - 1, 1, "0", figure);
    }
    for y in 0..rows {
        pen.put(left - 1, y, "│", theme.border);
    }
    for (x, column) in view
        .columns
        .iter()
        .take(usize::from(bars.width))
        .enumerate()
    {
        let x = left + x as u16;
        if column.shade == Shade::Beyond {
            continue;
        }
        let tops = tops(column, view.top, rows);
        if let Some((glyph, style)) = shade(column.shade, theme) {
            for y in 0..rows {
                pen.put(x, y, glyph, style);
            }
        } else if tops[2] == 0 {
            pen.put(x, rows - 1, "·", theme.border);
            continue;
        }
        for row in 0..rows {
            if let Some((glyph, style)) = cell(tops, row, theme) {
                pen.put(x, rows - 1 - row, glyph, style);
            }
        }
    }
    if let Some((first, last)) = view.brush {
        let first = first.min(usize::from(bars.width)) as u16;
        let last = last.min(usize::from(bars.width).saturating_sub(1)) as u16;
        for y in 0..rows {
            let width = (last + 1).saturating_sub(first);
            pen.restyle(left + first, y, width, theme.selected_cell);
        }
    }
    axis(&mut pen, left, bars.width, rows, view);
    legend(&mut pen, left + bars.width + 2, view);
}

/// The glyph and style of the ground of a column that the evidence does not tell all of.
fn shade(shade: Shade, theme: &Theme) -> Option<(&'static str, Style)> {
    let glyph = match (shade, theme.bars) {
        (Shade::Told | Shade::Beyond, _) => return None,
        (Shade::Gap, Bars::Blocks) => "╱",
        (Shade::Gap, Bars::Letters) => "/",
        (Shade::Unread, Bars::Blocks) => "░",
        (Shade::Unread, Bars::Letters) => "?",
    };
    Some((glyph, theme.faint))
}

/// The kinds of calls with their glyphs, the gravest first.
fn kinds(theme: &Theme) -> [(&'static str, Style, &'static str); 3] {
    let (write, read) = match theme.bars {
        Bars::Blocks => ("█", "⣿"),
        Bars::Letters => ("#", "."),
    };
    [
        ("!", theme.bar_error, "failed"),
        (write, theme.bar_write, "write"),
        (read, theme.bar_read, "read"),
    ]
}

/// The words of the shades that there are, with their glyphs.
fn shades<'t>(view: &HistogramView, theme: &'t Theme) -> Vec<(&'t str, Style, String)> {
    let words = [(Shade::Gap, "gap"), (Shade::Unread, "unread")];
    let has = |shade| view.columns.iter().any(|c| c.shade == shade);
    let there = words.into_iter().filter(|(shade, _)| has(*shade));
    there
        .filter_map(|(kind, word)| shade(kind, theme).map(|(g, s)| (g, s, word.to_owned())))
        .collect()
}

/// Where reads, writes and errors end, in eighths of a cell from the base line.
fn tops(column: &HistogramColumn, top: u64, rows: u16) -> [u64; 3] {
    let full = u64::from(rows) * 8;
    let reads = column.reads;
    let writes = reads.saturating_add(column.writes);
    let all = writes.saturating_add(column.errors);
    let top = top.max(all).max(1);
    let high = |n: u64| {
        let eighths = (u128::from(n) * u128::from(full)).div_ceil(u128::from(top));
        u64::try_from(eighths).unwrap_or(full)
    };
    let all_high = high(all);
    // Something that happened is never rounded away by what happened more often.
    let mut writes_high = high(writes);
    if column.errors > 0 {
        writes_high = writes_high.min(all_high - 1);
    }
    let mut reads_high = high(reads);
    if column.writes > 0 {
        reads_high = reads_high.min(writes_high.saturating_sub(1));
    }
    [reads_high.min(writes_high), writes_high, all_high]
}

/// The glyph and style of one cell of a bar, counted from the base line.
fn cell(tops: [u64; 3], row: u16, theme: &Theme) -> Option<(&'static str, Style)> {
    let base = u64::from(row) * 8;
    let within = |high: u64| high.saturating_sub(base).min(8);
    let [reads, writes, all] = tops.map(within);
    if all == 0 {
        return None;
    }
    let parts = [
        (Kind::Error, all - writes),
        (Kind::Write, writes - reads),
        (Kind::Read, reads),
    ];
    let style = |kind| match kind {
        Kind::Read => theme.bar_read,
        Kind::Write => theme.bar_write,
        Kind::Error => theme.bar_error,
    };
    let gravest = parts.iter().find(|(_, high)| *high > 0)?.0;
    let glyph = match (theme.bars, gravest) {
        (_, Kind::Error) => "!",
        (Bars::Blocks, Kind::Write) => EIGHTHS[all as usize],
        (Bars::Blocks, Kind::Read) => DOTS[all as usize],
        (Bars::Letters, Kind::Write) => "#",
        (Bars::Letters, Kind::Read) if all <= 4 => ".",
        (Bars::Letters, Kind::Read) => ":",
    };
    Some((glyph, style(gravest)))
}

fn axis(pen: &mut Pen<'_>, left: u16, width: u16, y: u16, view: &HistogramView) {
    let theme = pen.theme;
    let mut end = left + width;
    let mut words = end;
    // Without a legend the scale stands at the end of the axis.
    if pen.width() < end + 12 {
        let shades = shades(view, theme);
        let kinds = kinds(theme).map(|(glyph, _, word)| format!("{glyph} {word}  "));
        let told = shades
            .iter()
            .map(|(glyph, _, word)| format!("{glyph} {word}  "));
        let short = format!("{}{}", told.collect::<String>(), view.scale);
        let long = Printable::new(&format!("{}{short}", kinds.concat()));
        // The kinds only where two labels keep their room.
        let scale = if columns(long.as_str()) + 28 <= width {
            long
        } else {
            Printable::new(&short)
        };
        let taken = columns(scale.as_str());
        if taken > 0 && taken + 8 < width {
            pen.right(left, y, width, &scale, theme.faint);
            words = end - taken;
            end -= taken + 2;
        }
    }
    let mut free = left;
    let cursor = view.cursor.and_then(|at| u16::try_from(at).ok());
    let cursor = cursor.filter(|at| *at < width).map(|at| left + at);
    for (column, label) in &view.labels {
        let Ok(column) = u16::try_from(*column) else {
            continue;
        };
        let x = left.saturating_add(column);
        let label = Printable::new(label);
        let taken = columns(label.as_str());
        // The pointer must not look like a part of the label it stands at.
        let x = if cursor == Some(x) { x + 1 } else { x };
        if x >= free && x.saturating_add(taken) <= end {
            pen.text(x, y, taken, &label, theme.axis);
            free = x + taken + 1;
        }
    }
    match cursor {
        Some(at) if pen.is_blank(at, y) && at < words => {
            pen.put(at, y, "^", theme.cursor);
        }
        Some(at) => pen.restyle(at, y, 1, theme.cursor.add_modifier(Modifier::REVERSED)),
        None => {}
    }
}

fn legend(pen: &mut Pen<'_>, x: u16, view: &HistogramView) {
    let theme = pen.theme;
    let room = pen.width().saturating_sub(x);
    if room < 10 {
        return;
    }
    let mut scale = view.scale.clone();
    if view.stale {
        scale.push_str(" ~");
    }
    pen.words(x, 0, room, &scale, theme.faint);
    let mut lines = kinds(theme)
        .map(|(g, s, word)| (g, s, word.to_owned()))
        .to_vec();
    lines.extend(shades(view, theme));
    if view.undated > 0 {
        let undated = format!("{} undated", thousands(view.undated));
        lines.push(("+", theme.faint, undated));
    }
    // With too few rows for all of them, two share one.
    let rows = pen.height().saturating_sub(1);
    let mut at = 0;
    let shared = lines.len().saturating_sub(usize::from(rows)).min(2) * 2;
    for (n, (glyph, style, word)) in lines.iter().enumerate() {
        let right = n < shared && n % 2 == 1;
        let x = if right { x + 9 } else { x };
        pen.put(x, 1 + at, glyph, *style);
        pen.words(x + 2, 1 + at, room.saturating_sub(2), word, theme.faint);
        if !(n < shared && n % 2 == 0) {
            at += 1;
        }
    }
}

/// A number in at most five columns.
fn short(n: u64) -> String {
    match n {
        0..=9_999 => thousands(n),
        10_000..=999_999 => format!("{}k", n / 1000),
        1_000_000..=9_999_999 => format!("{}.{}M", n / 1_000_000, n / 100_000 % 10),
        10_000_000..=999_999_999 => format!("{}M", n / 1_000_000),
        _ => format!("{}G", (n / 1_000_000_000).min(9999)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;

    fn column(reads: u64, writes: u64, errors: u64) -> HistogramColumn {
        HistogramColumn {
            reads,
            writes,
            errors,
            shade: Shade::Told,
        }
    }

    #[test]
    fn nothing_that_happened_is_rounded_away() {
        assert_eq!(tops(&column(1_000_000, 0, 1), 1_000_001, 3), [23, 23, 24]);
        assert_eq!(tops(&column(0, 1, 1), 1_000_000, 3), [0, 0, 1]);
        assert_eq!(tops(&column(10, 10, 10), 30, 3), [8, 16, 24]);
        assert_eq!(tops(&column(u64::MAX, u64::MAX, 0), 1, 3), [23, 24, 24]);
    }

    #[test]
    fn a_plain_plot_is_told_apart_by_letters() {
        let view = HistogramView {
            columns: vec![
                column(1, 0, 0),
                column(9, 0, 0),
                column(5, 4, 0),
                column(4, 2, 3),
                column(0, 0, 0),
            ],
            top: 9,
            labels: vec![(0, "13:32".to_owned()), (3, "lost".to_owned())],
            scale: "1 col = 30 s".to_owned(),
            cursor: Some(3),
            stale: false,
            undated: 0,
            brush: None,
        };
        let shown = drawn(30, 4, |b, a| draw(b, a, &view, &Theme::plain()));
        // The pointer stands inside the label, so it is the label's cell that is marked.
        assert_eq!(
            shown,
            "    9 │ :#!\n      │ :##\n    0 │.:::·\n       13:32     1 col = 30 s"
        );
    }

    #[test]
    fn kinds_are_told_apart_by_shape_in_every_theme() {
        let view = HistogramView {
            columns: vec![
                column(1, 0, 0),
                column(9, 0, 0),
                column(0, 9, 0),
                column(0, 0, 9),
                column(6, 1, 2),
            ],
            top: 9,
            ..HistogramView::default()
        };
        let shown = |theme: &Theme| drawn(30, 4, |b, a| draw(b, a, &view, theme));
        for name in Theme::NAMES {
            let theme = Theme::named(name).unwrap();
            let expected = match theme.bars {
                Bars::Blocks => "    9 │ ⣿█!!\n      │ ⣿█!⣿\n    0 │⣤⣿█!⣿",
                Bars::Letters => "    9 │ :#!!\n      │ :#!:\n    0 │.:#!:",
            };
            assert_eq!(shown(&theme).trim_end(), expected, "{name}");
            let [failed, write, read] = kinds(&theme).map(|(glyph, _, _)| glyph);
            let legend = drawn(120, 5, |b, a| draw(b, a, &view, &theme));
            for words in [
                format!("{failed} failed"),
                format!("{write} write"),
                format!("{read} read"),
            ] {
                assert!(legend.contains(&words), "{name}: {words}\n{legend}");
            }
        }
    }

    #[test]
    fn what_is_not_told_is_told_apart_without_colour() {
        let shaded = |column, shade| HistogramColumn { shade, ..column };
        let view = HistogramView {
            columns: vec![
                column(9, 0, 0),
                shaded(column(0, 0, 0), Shade::Gap),
                column(0, 0, 0),
                shaded(column(3, 0, 0), Shade::Unread),
                shaded(column(0, 0, 0), Shade::Unread),
                shaded(column(0, 0, 0), Shade::Beyond),
            ],
            top: 9,
            scale: "1 col = 1 h".to_owned(),
            undated: 3,
            ..HistogramView::default()
        };
        let plain = drawn(46, 4, |b, a| draw(b, a, &view, &Theme::plain()));
        assert_eq!(
            plain,
            "    9 │:/ ??\n      │:/ ??\n    0 │:/·:?\n                 / gap  ? unread  1 col = 1 h"
        );
        let wide = drawn(100, 5, |b, a| draw(b, a, &view, &Theme::dark()));
        assert!(
            wide.contains("╱ gap") && wide.contains("░ unread"),
            "{wide}"
        );
        assert!(wide.contains("+ 3 undated"), "{wide}");
    }

    #[test]
    fn figures_are_short() {
        for (n, shown) in [
            (0, "0"),
            (9_999, "9,999"),
            (12_345, "12k"),
            (1_284_377, "1.2M"),
            (u64::MAX, "9999G"),
        ] {
            assert_eq!(short(n), shown);
        }
    }
}
