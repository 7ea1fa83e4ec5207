//! Values of several fields with their counts.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::ui::pen::Pen;
use crate::ui::theme::Bars;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::FacetLine;
use crate::view::screen::FacetsView;

/// Draws the pane.
///
/// ```text
/// ━ FACETS of 412 ━━━━━━━━━━┥
/// who ─────────────────── 14│
/// ▌+alice       ━━━━━╸   203│
///   ci-deploy   ━━╸       88│
///   10 more                 │
/// ```
///
/// `+` marks a value the filter includes.
pub fn draw(buffer: &mut Buffer, area: Area, view: &FacetsView, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    if pen.width() < 8 || pen.is_empty() {
        return;
    }
    let title = format!("FACETS of {}", thousands(view.total));
    pen.title(0, &Printable::new(&title), view.focused);
    let width = pen.width() - 1;
    for y in 0..pen.height() {
        let (rule, style) = match (y, view.focused) {
            (0, true) => ("┑", theme.border_focused),
            (0, false) => ("┐", theme.border),
            _ => ("│", theme.border),
        };
        pen.put(width, y, rule, style);
    }
    let rows = pen.height() - 1;
    let count = view
        .lines
        .iter()
        .map(|line| match line {
            FacetLine::Value { count, .. } => thousands(*count).len(),
            _ => 0,
        })
        .max()
        .unwrap_or(0)
        .max(3) as u16;
    for (y, line) in view.lines.iter().take(usize::from(rows)).enumerate() {
        let mut pen = pen.inside(0, y as u16 + 1, width, 1);
        row(&mut pen, line, count, view);
    }
}

fn row(pen: &mut Pen<'_>, line: &FacetLine, count_width: u16, view: &FacetsView) {
    let theme = pen.theme;
    let width = pen.width();
    let (FacetLine::Field { focused, .. }
    | FacetLine::Value { focused, .. }
    | FacetLine::More { focused, .. }) = line;
    if *focused {
        let style = if view.focused {
            theme.selected_row
        } else {
            theme.resting_row
        };
        pen.restyle(0, 0, width, style);
    }
    let figure = if view.stale { theme.stale } else { theme.faint };
    match line {
        FacetLine::Field { name, values, .. } => {
            let values = thousands(*values);
            let taken = values.len() as u16;
            let used = pen.words(1, 0, width.saturating_sub(taken + 3), name, theme.heading);
            let from = used + 2;
            let end = width.saturating_sub(taken + 1);
            pen.line(from, 0, end.saturating_sub(from), "─", theme.border);
            pen.words(width.saturating_sub(taken), 0, taken, &values, figure);
        }
        FacetLine::Value {
            label,
            count,
            share,
            included,
            ..
        } => {
            let bar = if width >= 30 { 6 } else { 4 };
            let count_at = width.saturating_sub(count_width);
            let bar_at = count_at.saturating_sub(bar + 1);
            let style = if *included {
                theme.included
            } else {
                theme.text
            };
            if *included {
                pen.put(1, 0, "+", theme.included);
            }
            pen.text(2, 0, bar_at.saturating_sub(3), label, style);
            if bar_at > 8 {
                draw_bar(pen, bar_at, bar, *share);
            }
            let text = Printable::new(&thousands(*count));
            pen.right(count_at, 0, count_width, &text, figure.patch(theme.text));
        }
        FacetLine::More { values, .. } => {
            let text = format!("{} more", thousands(*values));
            pen.words(2, 0, width.saturating_sub(2), &text, theme.faint);
        }
    }
    if *focused {
        pen.put(0, 0, "▌", theme.pointer);
    }
}

/// A share as a bar from the left: something above nothing always shows.
fn draw_bar(pen: &mut Pen<'_>, x: u16, width: u16, share: f64) {
    let share = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let style = pen.theme.bar;
    let mut halves = (share * f64::from(width) * 2.0).round() as u16;
    if share > 0.0 {
        halves = halves.max(1);
    }
    if pen.theme.bars == Bars::Letters {
        pen.line(x, 0, halves.div_ceil(2), "#", style);
        return;
    }
    pen.line(x, 0, halves / 2, "━", style);
    if halves % 2 == 1 {
        pen.put(x + halves / 2, 0, "╸", style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;

    #[test]
    fn counts_stand_under_each_other() {
        let value = |label: &str, count, share, included, focused| FacetLine::Value {
            label: Printable::new(label),
            count,
            share,
            included,
            focused,
        };
        let view = FacetsView {
            total: 1412,
            lines: vec![
                FacetLine::Field {
                    name: "who".to_owned(),
                    values: 14,
                    focused: false,
                },
                value("alice", 1203, 0.85, true, true),
                value("a-very-long-name-indeed", 88, 0.0001, false, false),
                FacetLine::More {
                    values: 10,
                    focused: false,
                },
            ],
            stale: false,
            focused: true,
        };
        let shown = drawn(25, 5, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            shown,
            "━ FACETS of 1,412 ━━━━━━┑\n who ──────────────── 14│\n▌+alice       ━━━╸ 1,203│\n  \
             a-very-lon… ╸       88│\n  10 more               │"
        );
    }
}
