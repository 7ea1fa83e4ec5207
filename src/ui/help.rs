//! The keys, over everything.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::HelpGroup;

/// The fewest columns a column of groups needs.
const COLUMN: u16 = 46;

/// A line of a column.
enum Line<'a> {
    Title(&'static str),
    Key(&'a str, &'a str),
    Empty,
}

/// Draws the frame with columns of groups; `top` is the first visible line.
///
/// ```text
/// ╭─ Keys: event list ──────────────────────────── lines 1–20 of 34 ─╮
/// │ MOVE                             │ PIVOT                         │
/// │   j/k  next, previous event      │   p  everything this one did  │
/// ╰──────────────────────────────────────────────────────────────────╯
/// ```
pub fn draw(
    buffer: &mut Buffer,
    area: Area,
    (title, groups, top): (&str, &[HelpGroup], usize),
    theme: &Theme,
) {
    let inner = usize::from(area.height.saturating_sub(2));
    let flowed = flow(groups, (area.width.saturating_sub(4) / COLUMN).max(1));
    let longest = flowed.iter().map(Vec::len).max().unwrap_or(0);
    let top = top.min(longest.saturating_sub(inner));
    let note = if longest > inner {
        let last = (top + inner).min(longest);
        format!("lines {}–{last} of {longest}", top + 1)
    } else {
        String::new()
    };
    let mut frame = Pen::new(buffer, area, theme);
    let mut pen = frame.framed(&Printable::new(title), &note);
    let count = flowed.len().max(1) as u16;
    let width = pen.width() / count;
    for (at, lines) in flowed.iter().enumerate() {
        let (x, height) = (at as u16 * width, pen.height());
        let mut column = pen.inside(x, 0, width, height);
        let key = lines
            .iter()
            .map(|line| match line {
                Line::Key(key, _) => Printable::new(key).width(),
                _ => 0,
            })
            .max()
            .unwrap_or(0)
            .min(16)
            .min(usize::from(width / 3)) as u16;
        for (y, line) in lines.iter().skip(top).take(usize::from(height)).enumerate() {
            let y = y as u16;
            match line {
                Line::Title(title) => {
                    column.words(1, y, width.saturating_sub(2), title, theme.heading);
                }
                Line::Key(name, sentence) => {
                    let name = Printable::new(name);
                    let taken = columns(name.as_str()).max(key).min(width / 2);
                    column.right(2, y, key.max(1), &name, theme.key_hint);
                    if name.width() > usize::from(key) {
                        column.text(2, y, taken, &name, theme.key_hint);
                    }
                    let x = 2 + taken + 2;
                    column.words(x, y, width.saturating_sub(x + 1), sentence, theme.text);
                }
                Line::Empty => {}
            }
        }
    }
}

/// Puts whole groups into columns of about the same length, in order.
fn flow(groups: &[HelpGroup], columns: u16) -> Vec<Vec<Line<'_>>> {
    let columns = usize::from(columns).min(groups.len().max(1));
    let all: usize = groups.iter().map(|group| group.keys.len() + 2).sum();
    let mut goal = all.div_ceil(columns).max(1);
    loop {
        let out = filled(groups, goal);
        if out.len() <= columns {
            return out;
        }
        goal += 1;
    }
}

/// Puts whole groups into columns of at most `goal` lines; a longer group has its own.
fn filled(groups: &[HelpGroup], goal: usize) -> Vec<Vec<Line<'_>>> {
    let mut out: Vec<Vec<Line<'_>>> = vec![Vec::new()];
    for group in groups {
        let full = out.last().map_or(0, Vec::len);
        if full > 0 && full + group.keys.len() + 2 > goal {
            out.push(Vec::new());
        }
        if let Some(column) = out.last_mut() {
            if !column.is_empty() {
                column.push(Line::Empty);
            }
            column.push(Line::Title(group.title));
            column.extend(group.keys.iter().map(|(key, words)| Line::Key(key, words)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;

    #[test]
    fn groups_stand_in_columns() {
        let group = |title, n: usize| HelpGroup {
            title,
            keys: (0..n)
                .map(|n| (format!("k{n}"), format!("does {n}")))
                .collect(),
        };
        let groups = [group("MOVE", 2), group("PIVOT", 3)];
        let shown = drawn(100, 6, |b, a| {
            draw(b, a, ("Keys", &groups, 0), &Theme::dark());
        });
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].starts_with("╭─ Keys ───"), "{shown}");
        assert!(
            lines[1].contains("MOVE") && lines[1].contains("PIVOT"),
            "{shown}"
        );
        assert!(lines[2].contains("│  k0  does 0"), "{shown}");
        let narrow = drawn(40, 6, |b, a| {
            draw(b, a, ("Keys", &groups, 99), &Theme::dark());
        });
        assert!(
            narrow.contains("lines 5–8 of 8") && narrow.contains("k2  does 2"),
            "{narrow}"
        );
    }
}
