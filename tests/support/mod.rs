//! What frame tests share: a screen as text, and as one letter a cell for its style.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::buffer::Cell;
use ratatui::style::Style;
use trailhound::ui;
use trailhound::ui::theme::Theme;
use trailhound::view::screen::Screen;
use unicode_width::UnicodeWidthStr;

/// The screen as it is drawn.
pub fn drawn(screen: &Screen, theme: &Theme) -> Buffer {
    let backend = TestBackend::new(screen.size.width, screen.size.height);
    let mut terminal = Terminal::new(backend).unwrap();
    terminal
        .draw(|frame| ui::draw(frame, screen, theme))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// Text and style grid, one under the other, as a snapshot holds them.
pub fn picture(screen: &Screen, theme: &Theme) -> String {
    let buffer = drawn(screen, theme);
    format!("{}\n\n{}", text(&buffer), styles(&buffer, theme))
}

/// One line a row, without spaces at the ends.
pub fn text(buffer: &Buffer) -> String {
    rows(buffer, |cell| cell.symbol().to_owned())
}

/// One letter a cell, read back from the theme; `.` where it says nothing.
pub fn styles(buffer: &Buffer, theme: &Theme) -> String {
    let letters = letters(theme);
    rows(buffer, |cell| {
        let found = letters.iter().find(|(_, style)| shows(cell, style));
        let blank = if cell.symbol() == " " { ' ' } else { '.' };
        let letter = found.map_or(blank, |(letter, _)| *letter);
        letter.to_string().repeat(cell.symbol().width().max(1))
    })
}

fn rows(buffer: &Buffer, shown: impl Fn(&Cell) -> String) -> String {
    let mut out = Vec::new();
    for y in 0..buffer.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            row.push_str(&shown(cell));
            x += cell.symbol().width().max(1) as u16;
        }
        out.push(row.trim_end().to_owned());
    }
    out.join("\n")
}

/// Whether a cell has all that a style says.
fn shows(cell: &Cell, style: &Style) -> bool {
    let ink = style
        .fg
        .is_none_or(|fg| fg == cell.fg && cell.symbol() != " ");
    let ground = style.bg.is_none_or(|bg| bg == cell.bg);
    ink && ground && cell.modifier.contains(style.add_modifier)
}

/// Grounds first, then inks; a letter for each meaning a test may ask about.
fn letters(theme: &Theme) -> Vec<(char, Style)> {
    [
        ('?', theme.mark),
        ('M', theme.match_),
        ('|', theme.caret),
        ('C', theme.selected_cell),
        ('S', theme.selected_row),
        ('s', theme.resting_row),
        ('P', theme.popup),
        ('D', theme.denied),
        ('X', theme.delete_event),
        ('!', theme.wrong),
        ('F', theme.failed),
        ('A', theme.auth_event),
        ('$', theme.secret_event),
        ('W', theme.write_event),
        ('V', theme.service_event),
        ('T', theme.title_focused),
        ('=', theme.border_focused),
        ('H', theme.heading),
        ('O', theme.ok),
        ('p', theme.principal),
        ('r', theme.resource),
        ('b', theme.badge),
        ('-', theme.border),
        ('f', theme.faint),
    ]
    .into_iter()
    .filter(|(_, style)| *style != Style::new() && *style != theme.text)
    .collect()
}
