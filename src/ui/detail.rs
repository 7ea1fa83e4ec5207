//! One event: tabs, lines, the path of the focused value.

use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::ui::pen::Pen;
use crate::ui::theme::Theme;
use crate::view::bars;
use crate::view::layout::Area;
use crate::view::layout::detail_lines;
use crate::view::screen::DetailLine;
use crate::view::screen::DetailView;

/// Draws the pane.
///
/// ```text
/// ━ [Summary]  Request  Response  Raw ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 6 of 412 ━
///  WHO    alice   via SSO Admin > BreakGlass   key ASIA…7Q2
///  ▾ requestParameters
/// ▌    loadBalancerArn: "arn:aws:elasticloadbalancing:us-east-1:…"
/// ──────────────────── .requestParameters.loadBalancerArn ── lines 1–8 of 96 ─
/// ```
pub fn draw(buffer: &mut Buffer, area: Area, view: &DetailView, theme: &Theme) {
    let lines = detail_lines(area);
    let mut pen = Pen::new(buffer, area, theme);
    if pen.is_empty() {
        return;
    }
    tabs(&mut pen, view);
    let rows = lines.height.min(pen.height().saturating_sub(1));
    if rows + 1 < pen.height() {
        foot(&mut pen, rows + 1, usize::from(rows), view);
    }
    if let Some(notice) = &view.notice {
        let (width, y) = (pen.width(), 1 + rows / 3);
        pen.inside(2, y, width.saturating_sub(4), rows.saturating_sub(rows / 3))
            .wrapped(0, notice, theme.faint);
        return;
    }
    for (y, line) in view.lines.iter().take(usize::from(rows)).enumerate() {
        let width = pen.width();
        let mut row = pen.inside(0, y as u16 + 1, width, 1);
        draw_line(&mut row, line, view.focused);
    }
}

fn tabs(pen: &mut Pen<'_>, view: &DetailView) {
    let theme = pen.theme;
    let (rule, border) = if view.focused {
        ("━", theme.border_focused)
    } else {
        ("─", theme.border)
    };
    let width = pen.width();
    pen.line(0, 0, width, rule, border);
    let corner = Printable::new(&view.corner);
    let end = pen.note(0, width.saturating_sub(1), &corner, theme.faint);
    let places = bars::detail_tabs(&view.tabs, view.tab, end);
    if let Some(first) = places.first()
        && first.at == view.tab
    {
        pen.put(1, 0, " ", border);
    }
    for place in places {
        let name = view.tabs[place.at];
        if place.at == view.tab {
            let style = if view.focused {
                theme.current_tab
            } else {
                theme.heading
            };
            pen.words(place.x, 0, place.width, &format!("[{name}]"), style);
        } else {
            pen.words(place.x, 0, place.width, &format!(" {name} "), theme.faint);
        }
    }
}

fn foot(pen: &mut Pen<'_>, y: u16, rows: usize, view: &DetailView) {
    let theme = pen.theme;
    let width = pen.width();
    let (first, all) = view.position;
    if all <= rows && view.path.as_str().is_empty() {
        return;
    }
    pen.line(0, y, width, "─", theme.border);
    let mut end = width.saturating_sub(1);
    if all > rows {
        let last = first.saturating_add(rows).min(all);
        let place = format!("lines {}–{last} of {all}", first.saturating_add(1));
        end = pen.note(y, end, &Printable::new(&place), theme.faint);
        end = end.saturating_sub(1);
    }
    let room = usize::from(end.saturating_sub(4));
    if room > 8 {
        pen.note(y, end, &view.path.truncated(room), theme.json_key);
    }
}

fn draw_line(pen: &mut Pen<'_>, line: &DetailLine, focused: bool) {
    let theme = pen.theme;
    let width = pen.width();
    if line.focused {
        let ground = if focused {
            theme.selected_row
        } else {
            theme.resting_row
        };
        pen.restyle(0, 0, width, ground);
        pen.put(0, 0, "▌", theme.pointer);
    }
    // Deep nesting may not push everything off a narrow pane.
    let mut x = 1 + line.indent.min(usize::from(width / 2)) as u16;
    if let Some(folded) = line.fold {
        let glyph = if folded { "▸" } else { "▾" };
        x += pen.put(x, 0, glyph, theme.key_hint) + 1;
    }
    for (at, piece) in line.pieces.iter().enumerate() {
        let left = width.saturating_sub(x);
        let after: usize = line.pieces[at + 1..].iter().map(|p| p.text.width()).sum();
        let more = after > 0;
        // What follows a long name says what it is to the call: the name makes room for it.
        if piece.text.keeps_tail() && more && piece.text.width() + after > usize::from(left) {
            let room = usize::from(left).saturating_sub(after);
            let cut = piece.text.truncated(room.max(usize::from(left / 3)));
            x += pen.text(x, 0, left, &cut, theme.tone(piece.tone));
            continue;
        }
        if more && piece.text.width() == usize::from(left) {
            // It just fits, but what follows does not: the cut has to show.
            let mut longer = piece.text.clone();
            longer.push(&Printable::trusted("…"));
            pen.text(x, 0, left, &longer, theme.tone(piece.tone));
            return;
        }
        x += pen.text(x, 0, left, &piece.text, theme.tone(piece.tone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tests::drawn;
    use crate::view::screen::Cell;
    use crate::view::screen::Tone;

    fn line(indent: usize, fold: Option<bool>, pieces: &[&str], focused: bool) -> DetailLine {
        DetailLine {
            indent,
            fold,
            pieces: pieces
                .iter()
                .map(|text| Cell {
                    text: Printable::new(text),
                    tone: Tone::Plain,
                })
                .collect(),
            focused,
        }
    }

    #[test]
    fn tabs_lines_and_path() {
        let view = DetailView {
            tabs: vec!["Summary", "Raw"],
            tab: 1,
            corner: "6 of 412".to_owned(),
            lines: vec![
                line(0, Some(false), &["requestParameters", ": {"], false),
                line(
                    4,
                    None,
                    &["name", ": ", "\"prod-web-and-more-of-it\""],
                    true,
                ),
                line(0, Some(true), &["responseElements"], false),
            ],
            position: (0, 96),
            path: Printable::new(".requestParameters.name"),
            focused: false,
            notice: None,
        };
        let shown = drawn(36, 8, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(
            shown,
            "─ Summary [Raw]────────── 6 of 412 ─\n ▾ requestParameters: {\n▌    name: \
             \"prod-web-and-more-of-it\"\n ▸ responseElements\n\n\n\n── .requestPara… ─ lines 1–6 of 96 ─"
        );
    }

    #[test]
    fn a_long_name_makes_room_for_what_follows_it() {
        let mut long = line(0, None, &["ON ", "", "  deleted", ", derived"], false);
        let name = "arn:aws:s3:::a-bucket-of-a-long-name/and-key";
        long.pieces[1].text = Printable::new(name).with_tail();
        let shown = |width: u16| {
            let view = DetailView {
                lines: vec![long.clone()],
                ..DetailView::default()
            };
            let shown = drawn(width, 2, |b, a| draw(b, a, &view, &Theme::dark()));
            shown.lines().nth(1).unwrap_or("").to_owned()
        };
        assert_eq!(shown(80), format!(" ON {name}  deleted, derived"));
        // It gives as much as is needed, and from its middle.
        let cut = shown(50);
        assert_eq!(cut.chars().count(), 50, "{cut}");
        assert!(cut.starts_with(" ON arn:aws:"), "{cut}");
        assert!(cut.ends_with("-name/and-key  deleted, derived"), "{cut}");
        // Where there is room for neither, the name keeps a third.
        let cut = shown(24);
        assert!(cut.starts_with(" ON arn:a…  deleted"), "{cut}");
    }

    #[test]
    fn a_cut_shows_even_between_pieces() {
        let view = DetailView {
            lines: vec![line(0, None, &["abcdefghi", "!"], false)],
            ..DetailView::default()
        };
        let shown = drawn(10, 2, |b, a| draw(b, a, &view, &Theme::dark()));
        assert_eq!(shown.lines().nth(1), Some(" abcdefgh…"));
    }
}
