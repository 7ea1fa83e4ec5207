//! One [`Screen`] value into cells.
//!
//! [`draw`] only reads: a frame is a function of the value and the theme. Rectangles come from
//! `view::layout`, words from `view`, meanings from `view::screen::Tone`; this floor adds style,
//! cuts to width and places the pieces. At any size and with any content it draws something.
//!
//! Refuses to know: events, filters, keys, time.

use ratatui::Frame;
use ratatui::buffer::Buffer;

use crate::base::printable::Printable;
use crate::base::printable::is_printable;
use crate::ui::pen::Pen;
use crate::ui::prompt::Question;
use crate::ui::theme::Theme;
use crate::view::layout;
use crate::view::layout::Area;
use crate::view::layout::Size;
use crate::view::screen::Overlay;
use crate::view::screen::Screen;

pub mod chips;
pub mod context;
pub mod crumbs;
pub mod detail;
pub mod facets;
pub mod filter;
pub mod help;
pub mod hints;
pub mod histogram;
pub mod list;
pub mod pages;
pub mod pen;
pub mod picker;
pub mod portrait;
pub mod prompt;
pub mod status;
pub mod theme;

/// What stands in a cell whose content may not reach the terminal.
const REFUSED: &str = "¿";

/// Draws the whole screen.
///
/// ```text
/// context
/// crumbs
/// filter        (message and completions float under it)
/// chips         (the terms of the filter, where there are several)
/// histogram, or portrait
/// facets │ list ┃ detail (right of the list, or under it)
/// status
/// hints
/// ```
pub fn draw(frame: &mut Frame<'_>, screen: &Screen, theme: &Theme) {
    paint(frame.buffer_mut(), screen, theme);
}

/// Draws the whole screen into any buffer.
pub fn paint(buffer: &mut Buffer, screen: &Screen, theme: &Theme) {
    let whole = buffer.area;
    let size = Size {
        width: whole.width,
        height: whole.height,
    };
    if size.width < layout::SMALLEST.width || size.height < layout::SMALLEST.height {
        too_small(buffer, size, theme);
    } else {
        panes(buffer, screen, theme);
        for overlay in screen.below.iter().chain(&screen.overlay) {
            draw_overlay(buffer, size, overlay, screen, theme);
        }
    }
    sweep(buffer, theme);
}

fn panes(buffer: &mut Buffer, screen: &Screen, theme: &Theme) {
    let panes = &screen.panes;
    context::draw(
        buffer,
        within(buffer, panes.context),
        &screen.context,
        theme,
    );
    crumbs::draw(buffer, within(buffer, panes.crumbs), &screen.crumbs, theme);
    filter::draw(buffer, within(buffer, panes.filter), &screen.filter, theme);
    chips::draw(buffer, within(buffer, panes.chips), &screen.chips, theme);
    if let Some(view) = &screen.histogram {
        histogram::draw(buffer, within(buffer, panes.histogram), view, theme);
    }
    if let Some(view) = &screen.portrait {
        portrait::draw(buffer, within(buffer, panes.portrait), view, theme);
    }
    if let Some(view) = &screen.facets {
        facets::draw(buffer, within(buffer, panes.facets), view, theme);
    }
    list::draw(buffer, within(buffer, panes.list), &screen.list, theme);
    if let Some(view) = &screen.detail {
        detail::draw(buffer, within(buffer, panes.detail), view, theme);
    }
    status::draw(buffer, within(buffer, panes.status), &screen.status, theme);
    hints::draw(buffer, within(buffer, panes.hints), &screen.hints, theme);
    filter::float(buffer, within(buffer, panes.filter), &screen.filter, theme);
}

fn draw_overlay(
    buffer: &mut Buffer,
    size: Size,
    overlay: &Overlay,
    screen: &Screen,
    theme: &Theme,
) {
    match overlay {
        Overlay::Help { title, groups, top } => {
            help::draw(buffer, layout::pages(size), (title, groups, *top), theme);
        }
        Overlay::Picker(view) => {
            let frame = layout::picker(size, view.rows.len(), view.input.is_some());
            picker::draw(buffer, frame, view, theme);
        }
        Overlay::Pages(view) => pages::draw(buffer, layout::pages(size), view, theme),
        Overlay::Prompt {
            title,
            text,
            caret,
            summary,
        } => {
            let question = Question {
                title,
                text,
                caret: *caret,
                summary,
            };
            prompt::draw(
                buffer,
                within(buffer, screen.panes.status),
                &question,
                theme,
            );
        }
    }
}

/// The part of a pane that the buffer has: just after a resize the two may differ.
fn within(buffer: &Buffer, area: Area) -> Area {
    let whole = buffer.area;
    let x = area.x.clamp(whole.x, whole.right());
    let y = area.y.clamp(whole.y, whole.bottom());
    Area {
        x,
        y,
        width: area.width.min(whole.right() - x),
        height: area.height.min(whole.bottom() - y),
    }
}

fn too_small(buffer: &mut Buffer, size: Size, theme: &Theme) {
    let area = Area {
        x: 0,
        y: 0,
        width: size.width,
        height: size.height,
    };
    let mut pen = Pen::new(buffer, area, theme);
    if pen.is_empty() {
        return;
    }
    let (width, height) = (layout::SMALLEST.width, layout::SMALLEST.height);
    let text = format!(
        "too small: {}x{}, needs {width}x{height}",
        size.width, size.height
    );
    let short = format!("needs {width}x{height}");
    let text = if text.len() > usize::from(size.width) {
        short
    } else {
        text
    };
    pen.middle(size.height / 2, &Printable::new(&text), theme.text);
}

/// The last net: whatever slipped past [`Printable`] does not reach the terminal.
pub fn sweep(buffer: &mut Buffer, theme: &Theme) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if !symbol.chars().all(|c| c == ' ' || is_printable(c)) {
            cell.set_symbol(REFUSED);
            cell.set_style(theme.mark);
        }
    }
}

#[cfg(test)]
mod tests;
