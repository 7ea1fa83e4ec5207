//! A buffer of cells as an SVG picture: a window with rounded corners on nothing.
//!
//! Every run of cells of one style becomes one rectangle and one text, stretched to the grid, so
//! that the picture looks the same whatever monospace font the reader has. Block glyphs are drawn
//! as rectangles, because fonts leave gaps between them.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::Color;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

/// Columns of a cell.
const WIDE: f64 = 8.4;
/// Rows of a cell.
const HIGH: f64 = 18.0;
/// Around the cells.
const MARGIN: f64 = 14.0;
/// The bar of the window.
const BAR: f64 = 30.0;

/// The ground and the ink of cells that have none of their own.
#[derive(Debug, Clone, Copy)]
pub struct Ground {
    /// Behind the cells.
    pub back: &'static str,
    /// Their text.
    pub ink: &'static str,
    /// The bar of the window.
    pub bar: &'static str,
}

/// A dark window.
pub const DARK: Ground = Ground {
    back: "#14171c",
    ink: "#d0d0d0",
    bar: "#20252d",
};

/// A light window.
pub const LIGHT: Ground = Ground {
    back: "#fbfbf8",
    ink: "#303030",
    bar: "#e6e6e0",
};

/// What a cell looks like once reversal and dimming are worked out.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    ink: String,
    back: Option<String>,
    bold: bool,
    italic: bool,
    underlined: bool,
    dim: bool,
}

/// The picture of `buffer`, with `title` in the bar of the window.
pub fn svg(buffer: &Buffer, ground: &Ground, title: &str) -> String {
    let area = buffer.area;
    let width = f64::from(area.width) * WIDE + 2.0 * MARGIN;
    let height = f64::from(area.height) * HIGH + BAR + 2.0 * MARGIN;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\">\n\
         <style>text{{font-size:14px;font-family:'JetBrains Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',\
         monospace;white-space:pre}}</style>\n\
         <rect width=\"{width:.1}\" height=\"{height:.1}\" rx=\"10\" fill=\"{}\"/>\n\
         <path d=\"M0 {BAR}V10A10 10 0 0 1 10 0H{:.1}A10 10 0 0 1 {width:.1} 10V{BAR}Z\" \
         fill=\"{}\"/>",
        ground.back,
        width - 10.0,
        ground.bar
    );
    for (x, fill) in [(18, "#ff5f57"), (38, "#febc2e"), (58, "#28c840")] {
        let y = BAR / 2.0;
        let _ = writeln!(
            out,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"6\" fill=\"{fill}\"/>"
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"20\" text-anchor=\"middle\" fill=\"{}\" opacity=\"0.6\">{}</text>",
        width / 2.0,
        ground.ink,
        escaped(title)
    );
    for y in 0..area.height {
        row(&mut out, buffer, ground, y);
    }
    out.push_str("</svg>\n");
    out
}

fn row(out: &mut String, buffer: &Buffer, ground: &Ground, y: u16) {
    let mut x = 0;
    while x < buffer.area.width {
        let look = look(buffer, ground, x, y);
        let (start, mut text) = (x, String::new());
        while x < buffer.area.width && self::look(buffer, ground, x, y) == look {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += symbol.width().max(1) as u16;
            // A wide or a block glyph stands alone: its neighbours keep to the grid.
            if !symbol.is_ascii() || buffer.area.width == x {
                break;
            }
            if !buffer[(x, y)].symbol().is_ascii() {
                break;
            }
        }
        let left = MARGIN + f64::from(start) * WIDE;
        let top = BAR + MARGIN + f64::from(y) * HIGH;
        let cells = f64::from(x - start) * WIDE;
        if let Some(back) = &look.back {
            let _ = writeln!(
                out,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" \
                 fill=\"{back}\"/>",
                cells + 0.3,
                HIGH + 0.3
            );
        }
        if let Some((dx, dy, w, h)) = block(&text) {
            let _ = writeln!(
                out,
                "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{}\"/>",
                left + dx * WIDE,
                top + dy * HIGH,
                w * WIDE,
                h * HIGH,
                look.ink
            );
            continue;
        }
        if let Some(path) = lines(&text) {
            let (cx, cy) = (left + WIDE / 2.0, top + HIGH / 2.0);
            let heavy = "━┃┑╸".contains(text.as_str());
            let _ = writeln!(
                out,
                "<path transform=\"translate({cx:.2} {cy:.2})\" d=\"{path}\" fill=\"none\" \
                 stroke=\"{}\" stroke-width=\"{}\"/>",
                look.ink,
                if heavy { 2.2 } else { 1.0 }
            );
            continue;
        }
        if text.trim().is_empty() && !look.underlined {
            continue;
        }
        // Not every viewer keeps spaces: the outer ones are left out, the inner ones do not break.
        let before = (text.len() - text.trim_start().len()) as f64 * WIDE;
        let after = (text.len() - text.trim_end().len()) as f64 * WIDE;
        let (left, cells) = if look.underlined {
            (left, cells)
        } else {
            text = text.trim().to_owned();
            (left + before, cells - before - after)
        };
        let text = text.replace(' ', "\u{a0}");
        let mut extra = String::new();
        for (on, attribute) in [
            (look.bold, " font-weight=\"bold\""),
            (look.italic, " font-style=\"italic\""),
            (look.underlined, " text-decoration=\"underline\""),
            (look.dim, " opacity=\"0.55\""),
        ] {
            if on {
                extra.push_str(attribute);
            }
        }
        let _ = writeln!(
            out,
            "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{cells:.1}\" \
             lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{extra}>{}</text>",
            top + 13.5,
            look.ink,
            escaped(&text)
        );
    }
}

fn look(buffer: &Buffer, ground: &Ground, x: u16, y: u16) -> Look {
    let cell = &buffer[(x, y)];
    let mut ink = rgb(cell.fg);
    let mut back = rgb(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        let behind = back.unwrap_or_else(|| ground.back.to_owned());
        back = Some(ink.unwrap_or_else(|| ground.ink.to_owned()));
        ink = Some(behind);
    }
    Look {
        ink: ink.unwrap_or_else(|| ground.ink.to_owned()),
        back,
        bold: cell.modifier.contains(Modifier::BOLD),
        italic: cell.modifier.contains(Modifier::ITALIC),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
        dim: cell.modifier.contains(Modifier::DIM),
    }
}

/// Left, top, width and height of a block glyph, in cells.
fn block(text: &str) -> Option<(f64, f64, f64, f64)> {
    let mut chars = text.chars();
    let (c, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    let code = c as u32;
    match code {
        // Lower eighths, the full block among them.
        0x2581..=0x2588 => {
            let high = f64::from(code - 0x2580) / 8.0;
            Some((0.0, 1.0 - high, 1.0, high))
        }
        // Left eighths, falling.
        0x2589..=0x258f => Some((0.0, 0.3, f64::from(0x2590 - code) / 8.0, 0.4))
            .map(|b| if c == '▌' { (0.0, 0.0, 0.35, 1.0) } else { b }),
        _ => None,
    }
}

/// The strokes of a line glyph around the middle of its cell.
fn lines(text: &str) -> Option<&'static str> {
    Some(match text {
        "─" | "━" => "M-4.4 0H4.4",
        "╸" => "M-4.4 0H0",
        "│" | "┃" => "M0 -9.2V9.2",
        "┐" | "┑" => "M-4.4 0H0V9.2",
        "╭" => "M4.4 0H4A4 4 0 0 0 0 4V9.2",
        "╮" => "M-4.4 0H-4A4 4 0 0 1 0 4V9.2",
        "╰" => "M4.4 0H4A4 4 0 0 1 0 -4V-9.2",
        "╯" => "M-4.4 0H-4A4 4 0 0 0 0 -4V-9.2",
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A colour as SVG writes it; none where the terminal's own is meant.
fn rgb(colour: Color) -> Option<String> {
    const SIXTEEN: [&str; 16] = [
        "#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#cccccc",
        "#767676", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
    ];
    let index = match colour {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => return Some(format!("#{r:02x}{g:02x}{b:02x}")),
        Color::Indexed(n) => n,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Some(match index {
        0..=15 => SIXTEEN[usize::from(index)].to_owned(),
        16..=231 => {
            let n = index - 16;
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * u32::from(n) };
            let (r, g, b) = (level(n / 36), level(n / 6 % 6), level(n % 6));
            format!("#{r:02x}{g:02x}{b:02x}")
        }
        232..=255 => {
            let grey = 8 + 10 * u32::from(index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    })
}
