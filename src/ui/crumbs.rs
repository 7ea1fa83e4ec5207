//! The second line: where the person came from, and how far back and forward can go.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::layout::Area;
use crate::view::screen::Crumb;
use crate::view::screen::CrumbLine;

/// Draws the line.
///
/// ```text
///  All 1,284,377 › res:app/prod-web 12 › [near:14:02:11±30m 412]    ◂ 2   ▸ 1 session k7m2qp
/// ```
///
/// The current place stands in brackets. Where not all fit, the oldest give way to `…`.
pub fn draw(buffer: &mut Buffer, area: Area, view: &CrumbLine, theme: &Theme) {
    let mut pen = Pen::new(buffer, area, theme);
    if pen.is_empty() {
        return;
    }
    let mut tail = Printable::default();
    if view.back > 0 {
        tail.push(&Printable::new(&format!("◂ {}", view.back)));
    }
    if let Some((steps, name)) = &view.forward {
        tail.push(&Printable::new(&format!("   ▸ {steps} ")));
        tail.push(&name.truncated(24));
    }
    let width = pen.width();
    let tail = tail.truncated(usize::from(width / 2));
    let taken = columns(tail.as_str());
    pen.right(0, 0, width.saturating_sub(1), &tail, theme.faint);
    let end = width.saturating_sub(if taken > 0 { taken + 4 } else { 1 });

    let room = usize::from(end.saturating_sub(1));
    let mut needed: usize = view.crumbs.iter().map(|crumb| needed_for(crumb) + 3).sum();
    needed = needed.saturating_sub(3);
    let mut first = 0;
    while first + 1 < view.crumbs.len() && needed > room {
        let hidden_before = if first == 0 { 4 } else { 0 };
        needed = needed + hidden_before - needed_for(&view.crumbs[first]) - 3;
        first += 1;
    }
    let mut x = 1;
    if first > 0 {
        x += pen.words(x, 0, end.saturating_sub(x), "… › ", theme.faint);
    }
    for (at, crumb) in view.crumbs.iter().enumerate().skip(first) {
        if at > first {
            x += pen.words(x, 0, end.saturating_sub(x), " › ", theme.border);
        }
        let style = if crumb.current {
            theme.current_tab
        } else {
            theme.text
        };
        let count = crumb.count.map(|n| format!(" {}", thousands(n)));
        let mut count = count.unwrap_or_default();
        if usize::from(end.saturating_sub(x)) < count.len() + 8 {
            count.clear();
        }
        let bracket = u16::from(crumb.current);
        let spare = count.len() as u16 + bracket;
        if crumb.current {
            x += pen.put(x, 0, "[", style);
        }
        let room = end.saturating_sub(x).saturating_sub(spare);
        x += pen.text(x, 0, room, &crumb.label, style);
        x += pen.words(x, 0, end.saturating_sub(x), &count, theme.faint);
        if crumb.current {
            x += pen.put(x, 0, "]", style);
        }
    }
}

/// Columns of a place without the arrow before it.
fn needed_for(crumb: &Crumb) -> usize {
    let count = crumb.count.map_or(0, |n| thousands(n).len() + 1);
    crumb.label.width() + count + if crumb.current { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;

    fn crumb(label: &str, count: u64, current: bool) -> Crumb {
        Crumb {
            label: Printable::new(label),
            count: Some(count),
            current,
        }
    }

    #[test]
    fn the_oldest_give_way() {
        let view = CrumbLine {
            crumbs: vec![
                crumb("All", 1_284_377, false),
                crumb("res:app/prod-web", 12, false),
                crumb("who:alice", 2911, true),
            ],
            back: 2,
            forward: None,
        };
        let line = |width| drawn(width, 1, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            line(64),
            " All 1,284,377 › res:app/prod-web 12 › [who:alice 2,911]    ◂ 2"
        );
        assert_eq!(line(30), " … › [who:alice 2,911]    ◂ 2");
        assert_eq!(line(20), " … › [who:a…]   ◂ 2");
    }
}
