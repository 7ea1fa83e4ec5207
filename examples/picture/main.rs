//! Makes the picture of the README: the screen on the demo as `assets/screen.svg`.
//!
//! `cargo run --release --example picture` writes that one file; with a folder as argument it
//! writes every sample at several sizes and in every theme there, to look at.

mod demo;
mod sample;
mod svg;

use std::fs;
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use trailhound::ui;
use trailhound::ui::theme::Theme;
use trailhound::view::layout::Size;
use trailhound::view::screen::Screen;

/// The keys that lead to the picture: what Alice's name did beside reading, on a denied call.
const README: [&str; 30] = [
    "/", "w", "h", "o", ":", "a", "l", "i", "c", "e", "Space", "v", "e", "r", "b", ":", "d", "e",
    "l", "e", "t", "e", ",", "w", "r", "i", "t", "e", "Enter", "G",
];

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        let size = Size {
            width: 120,
            height: 36,
        };
        let screen = demo::screen(size, &README)?;
        return fs::write("assets/screen.svg", picture(&screen, "dark")?);
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for (width, height) in [(120, 36), (80, 24), (200, 60), (40, 12)] {
        for (name, build) in sample::ALL {
            let screen = build(Size { width, height });
            let file = folder.join(format!("{name}-{width}x{height}.svg"));
            fs::write(file, picture(&screen, "dark")?)?;
        }
    }
    for theme in Theme::NAMES {
        let screen = sample::main_screen(Size {
            width: 120,
            height: 36,
        });
        let file = folder.join(format!("theme-{theme}.svg"));
        fs::write(file, picture(&screen, theme)?)?;
    }
    Ok(())
}

fn picture(screen: &Screen, theme: &str) -> std::io::Result<String> {
    let ground = if theme == "light" {
        svg::LIGHT
    } else {
        svg::DARK
    };
    let theme = Theme::named(theme).unwrap_or_else(Theme::dark);
    let backend = TestBackend::new(screen.size.width, screen.size.height);
    let mut terminal = Terminal::new(backend).map_err(std::io::Error::other)?;
    terminal
        .draw(|frame| ui::draw(frame, screen, &theme))
        .map_err(std::io::Error::other)?;
    Ok(svg::svg(terminal.backend().buffer(), &ground, "trailhound"))
}
