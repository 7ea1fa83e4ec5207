//! The second line: where the person came from, and how far back and forward can go.

use ratatui::buffer::Buffer;

use crate::ui::pen::Pen;
use crate::ui::pen::columns;
use crate::ui::theme::Theme;
use crate::view::bars;
use crate::view::layout::Area;
use crate::view::screen::CrumbLine;
use unicode_width::UnicodeWidthStr;

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
    let width = pen.width();
    let tail = bars::crumb_tail(view, width);
    let taken = columns(tail.as_str());
    pen.right(0, 0, width.saturating_sub(1), &tail, theme.faint);
    let laid = bars::crumbs(view, width, taken);
    if laid.hidden > 0 {
        pen.words(1, 0, laid.end.saturating_sub(1), "… › ", theme.faint);
    }
    for place in &laid.places {
        let crumb = &view.crumbs[place.at];
        let mut x = place.x;
        if place.at > laid.hidden {
            let room = laid.end.saturating_sub(x - 3);
            pen.words(x - 3, 0, room, " › ", theme.border);
        }
        let style = if crumb.current {
            theme.current_tab
        } else {
            theme.text
        };
        let left = usize::from(laid.end.saturating_sub(x));
        let count = bars::crumb_count(crumb, left);
        let spare = count.width() as u16 + if crumb.current { 2 } else { 0 };
        if crumb.current {
            x += pen.put(x, 0, "[", style);
        }
        x += pen.text(x, 0, place.width.saturating_sub(spare), &crumb.label, style);
        x += pen.words(x, 0, laid.end.saturating_sub(x), &count, theme.faint);
        if crumb.current {
            pen.put(x, 0, "]", style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::printable::Printable;
    use crate::ui::tests::drawn;
    use crate::view::screen::Crumb;

    fn crumb(label: &str, count: u64, current: bool) -> Crumb {
        Crumb {
            label: Printable::new(label),
            count: Some(count),
            at_least: false,
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

    #[test]
    fn a_count_of_a_part_says_so() {
        let before = Crumb {
            at_least: true,
            ..crumb("err:denied", 1113, false)
        };
        let view = CrumbLine {
            crumbs: vec![before, crumb("who:alice", 12, true)],
            back: 1,
            forward: None,
        };
        let line = drawn(50, 1, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(line, " err:denied ≥1,113 › [who:alice 12]           ◂ 1");
    }
}
