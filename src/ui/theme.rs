//! Styles by meaning.
//!
//! A [`Theme`] is one struct of styles, each named for what it says and never for a colour or a
//! pane. Every meaning that has a colour has a letter, a word or a glyph beside it on the screen,
//! so [`Theme::plain`] (chosen for `NO_COLOR`) loses nothing but beauty.
//!
//! Refuses to know: what is on the screen.

use ratatui::style::Color;
use ratatui::style::Modifier;
use ratatui::style::Style;

use crate::view::screen::Tone;

/// How bars are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bars {
    /// Block glyphs in eighths of a cell, told apart by colour.
    Blocks,
    /// Letters, told apart by shape: `.` `:` reads, `#` writes, `!` errors.
    Letters,
}

/// How everything looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Less important text.
    pub faint: Style,
    /// Column titles, field names, card titles.
    pub heading: Style,
    /// The title line of a pane without the focus.
    pub title: Style,
    /// The title line of the pane with the focus.
    pub title_focused: Style,
    /// Rules and frames.
    pub border: Style,
    /// Rules and frames of the pane with the focus.
    pub border_focused: Style,
    /// The focused row of the pane with the focus.
    pub selected_row: Style,
    /// The remembered row of a pane without the focus.
    pub resting_row: Style,
    /// The focused cell in the focused row.
    pub selected_cell: Style,
    /// The glyph before the focused row.
    pub pointer: Style,
    /// The tab shown.
    pub current_tab: Style,
    /// Another tab.
    pub tab: Style,
    /// A tab that cannot be gone to.
    pub absent_tab: Style,
    /// A key in a hint.
    pub key_hint: Style,
    /// A mark that stands for a character without a shape.
    pub mark: Style,
    /// Where a search matched.
    pub match_: Style,
    /// Where typing goes.
    pub caret: Style,
    /// The filter is in force.
    pub ok: Style,
    /// An answer is being worked out.
    pub busy: Style,
    /// The filter needs more typing.
    pub incomplete: Style,
    /// The filter cannot be used.
    pub wrong: Style,
    /// Added to the part of a typed text that a message is about.
    pub diagnostic: Style,
    /// The ground of what floats above the panes.
    pub popup: Style,
    /// The frame of what floats.
    pub popup_border: Style,
    /// A share of a whole.
    pub bar: Style,
    /// A value the filter includes.
    pub included: Style,
    /// Calls that only look, in bars.
    pub bar_read: Style,
    /// Calls that change something, in bars.
    pub bar_write: Style,
    /// Calls that failed, in bars.
    pub bar_error: Style,
    /// Axis, its labels, empty columns.
    pub axis: Style,
    /// The column of the focused event.
    pub cursor: Style,
    /// The part of a scrollbar that stands for what is visible.
    pub scroll_thumb: Style,
    /// The rest of a scrollbar.
    pub scroll_track: Style,
    /// The part of a gauge that is done.
    pub gauge_done: Style,
    /// The rest of a gauge.
    pub gauge_rest: Style,
    /// A word at the end of a row: `recovered`.
    pub badge: Style,
    /// Figures of an older state of the load.
    pub stale: Style,
    /// A call that only looks.
    pub read_event: Style,
    /// A change.
    pub write_event: Style,
    /// A deletion.
    pub delete_event: Style,
    /// A sign-in or change of identity.
    pub auth_event: Style,
    /// A secret was read.
    pub secret_event: Style,
    /// A service acted.
    pub service_event: Style,
    /// Refused.
    pub denied: Style,
    /// Failed otherwise.
    pub failed: Style,
    /// Who acted.
    pub principal: Style,
    /// What was acted on.
    pub resource: Style,
    /// A JSON key.
    pub json_key: Style,
    /// A JSON string.
    pub json_text: Style,
    /// A JSON number.
    pub json_number: Style,
    /// `true`, `false`, `null`.
    pub json_constant: Style,
    /// Brackets and commas.
    pub punctuation: Style,
    /// How bars are drawn.
    pub bars: Bars,
}

/// The colours a coloured theme is made of.
struct Palette {
    text: Color,
    faint: Color,
    line: Color,
    strong: Color,
    accent: Color,
    /// Text on a ground of `accent` or another bright colour.
    on_bright: Color,
    row: Color,
    resting: Color,
    cell: Color,
    popup: Color,
    popup_line: Color,
    quiet_bar: Color,
    red: Color,
    orange: Color,
    amber: Color,
    green: Color,
    teal: Color,
    blue: Color,
    violet: Color,
    pink: Color,
}

/// Inks that stand out from black by seven to one at least.
const CONTRAST: Palette = Palette {
    text: Color::Indexed(231),
    faint: Color::Indexed(252),
    line: Color::Indexed(250),
    strong: Color::Indexed(231),
    accent: Color::Indexed(51),
    on_bright: Color::Indexed(16),
    row: Color::Indexed(16),
    resting: Color::Indexed(16),
    cell: Color::Indexed(16),
    popup: Color::Indexed(16),
    popup_line: Color::Indexed(231),
    quiet_bar: Color::Indexed(250),
    red: Color::Indexed(217),
    orange: Color::Indexed(215),
    amber: Color::Indexed(226),
    green: Color::Indexed(120),
    teal: Color::Indexed(123),
    blue: Color::Indexed(153),
    violet: Color::Indexed(183),
    pink: Color::Indexed(219),
};

impl Theme {
    /// The names that [`Theme::named`] knows, the usual one first.
    pub const NAMES: [&'static str; 5] = ["dark", "light", "contrast", "ansi", "plain"];

    /// The theme called `name`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "dark" => Some(Self::dark()),
            "light" => Some(Self::light()),
            "contrast" => Some(Self::contrast()),
            "ansi" => Some(Self::ansi()),
            "plain" => Some(Self::plain()),
            _ => None,
        }
    }

    /// For a dark ground, in the 256 colours.
    pub fn dark() -> Self {
        Self::of(&Palette {
            text: Color::Indexed(252),
            faint: Color::Indexed(245),
            line: Color::Indexed(239),
            strong: Color::Indexed(255),
            accent: Color::Indexed(80),
            on_bright: Color::Indexed(16),
            row: Color::Indexed(237),
            resting: Color::Indexed(235),
            cell: Color::Indexed(24),
            popup: Color::Indexed(235),
            popup_line: Color::Indexed(66),
            quiet_bar: Color::Indexed(240),
            red: Color::Indexed(203),
            orange: Color::Indexed(209),
            amber: Color::Indexed(179),
            green: Color::Indexed(114),
            teal: Color::Indexed(109),
            blue: Color::Indexed(117),
            violet: Color::Indexed(141),
            pink: Color::Indexed(212),
        })
    }

    /// For a light ground, in the 256 colours.
    pub fn light() -> Self {
        Self::of(&Palette {
            text: Color::Indexed(236),
            faint: Color::Indexed(243),
            line: Color::Indexed(250),
            strong: Color::Indexed(16),
            accent: Color::Indexed(30),
            on_bright: Color::Indexed(231),
            row: Color::Indexed(254),
            resting: Color::Indexed(255),
            cell: Color::Indexed(153),
            popup: Color::Indexed(255),
            popup_line: Color::Indexed(109),
            quiet_bar: Color::Indexed(109),
            red: Color::Indexed(160),
            orange: Color::Indexed(166),
            amber: Color::Indexed(130),
            green: Color::Indexed(28),
            teal: Color::Indexed(66),
            blue: Color::Indexed(25),
            violet: Color::Indexed(91),
            pink: Color::Indexed(162),
        })
    }

    /// High contrast, for a dark ground in the 256 colours: nothing is fainter than light grey, what
    /// is focused is turned round, and colours are bright.
    pub fn contrast() -> Self {
        let turned = Style::new().add_modifier(Modifier::REVERSED);
        Self {
            selected_row: turned,
            resting_row: Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            selected_cell: turned.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            absent_tab: Style::new().fg(Color::Indexed(250)),
            // Who needs contrast may not tell colours apart.
            bars: Bars::Letters,
            ..Self::of(&CONTRAST)
        }
    }

    /// The terminal's own sixteen colours, for terminals that have no more or a scheme of theirs.
    pub fn ansi() -> Self {
        let palette = Palette {
            text: Color::Reset,
            faint: Color::DarkGray,
            line: Color::DarkGray,
            strong: Color::Reset,
            accent: Color::Cyan,
            on_bright: Color::Black,
            row: Color::Reset,
            resting: Color::Reset,
            cell: Color::Blue,
            popup: Color::Reset,
            popup_line: Color::Cyan,
            quiet_bar: Color::DarkGray,
            red: Color::LightRed,
            orange: Color::Red,
            amber: Color::Yellow,
            green: Color::Green,
            teal: Color::Cyan,
            blue: Color::LightBlue,
            violet: Color::LightMagenta,
            pink: Color::Magenta,
        };
        Self {
            selected_row: Style::new().add_modifier(Modifier::REVERSED),
            resting_row: Style::new().add_modifier(Modifier::BOLD),
            selected_cell: Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            ..Self::of(&palette)
        }
    }

    /// No colour at all: weight, underline and reversal only.
    pub fn plain() -> Self {
        let none = Style::new();
        let with = |modifier| Style::new().add_modifier(modifier);
        let (bold, dim) = (with(Modifier::BOLD), with(Modifier::DIM));
        let (reversed, underlined) = (with(Modifier::REVERSED), with(Modifier::UNDERLINED));
        Self {
            text: none,
            faint: dim,
            heading: bold,
            title: none,
            title_focused: with(Modifier::BOLD | Modifier::REVERSED),
            border: dim,
            border_focused: bold,
            selected_row: reversed,
            resting_row: bold,
            selected_cell: with(Modifier::BOLD | Modifier::UNDERLINED),
            pointer: bold,
            current_tab: with(Modifier::BOLD | Modifier::UNDERLINED),
            tab: none,
            absent_tab: dim,
            key_hint: bold,
            mark: with(Modifier::REVERSED | Modifier::UNDERLINED | Modifier::ITALIC),
            match_: with(Modifier::BOLD | Modifier::UNDERLINED),
            caret: reversed,
            ok: bold,
            busy: bold,
            incomplete: bold,
            wrong: with(Modifier::BOLD | Modifier::REVERSED),
            diagnostic: underlined,
            popup: none,
            popup_border: bold,
            bar: none,
            included: bold,
            bar_read: dim,
            bar_write: none,
            bar_error: bold,
            axis: dim,
            cursor: bold,
            scroll_thumb: bold,
            scroll_track: dim,
            gauge_done: bold,
            gauge_rest: dim,
            badge: with(Modifier::DIM | Modifier::ITALIC),
            stale: with(Modifier::DIM | Modifier::ITALIC),
            read_event: none,
            write_event: bold,
            delete_event: bold,
            auth_event: none,
            secret_event: bold,
            service_event: dim,
            denied: bold,
            failed: bold,
            principal: none,
            resource: none,
            json_key: bold,
            json_text: none,
            json_number: none,
            json_constant: with(Modifier::ITALIC),
            punctuation: dim,
            bars: Bars::Letters,
        }
    }

    /// The style of a meaning.
    pub const fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.text,
            Tone::Faint => self.faint,
            Tone::Read => self.read_event,
            Tone::Write => self.write_event,
            Tone::Delete => self.delete_event,
            Tone::Auth => self.auth_event,
            Tone::Secret => self.secret_event,
            Tone::Service => self.service_event,
            Tone::Denied => self.denied,
            Tone::Failed => self.failed,
            Tone::Principal => self.principal,
            Tone::Resource => self.resource,
            Tone::Key => self.json_key,
            Tone::Text => self.json_text,
            Tone::Number => self.json_number,
            Tone::Constant => self.json_constant,
            Tone::Punctuation => self.punctuation,
            Tone::Match => self.match_,
            Tone::Heading => self.heading,
        }
    }

    fn of(p: &Palette) -> Self {
        let ink = |colour| Style::new().fg(colour);
        let bold = |colour| ink(colour).add_modifier(Modifier::BOLD);
        Self {
            text: ink(p.text),
            faint: ink(p.faint),
            heading: bold(p.strong),
            title: ink(p.faint).add_modifier(Modifier::BOLD),
            title_focused: bold(p.accent),
            border: ink(p.line),
            border_focused: ink(p.accent),
            selected_row: Style::new().bg(p.row),
            resting_row: Style::new().bg(p.resting),
            selected_cell: Style::new().bg(p.cell).add_modifier(Modifier::BOLD),
            pointer: bold(p.accent),
            current_tab: bold(p.accent),
            tab: ink(p.text),
            absent_tab: ink(p.faint).add_modifier(Modifier::DIM),
            key_hint: bold(p.accent),
            mark: ink(p.on_bright).bg(p.pink).add_modifier(Modifier::BOLD),
            match_: ink(p.on_bright).bg(p.amber),
            caret: ink(p.on_bright).bg(p.accent),
            ok: bold(p.green),
            busy: bold(p.amber),
            incomplete: bold(p.amber),
            wrong: bold(p.red),
            diagnostic: Style::new().add_modifier(Modifier::UNDERLINED),
            popup: ink(p.text).bg(p.popup),
            popup_border: ink(p.popup_line),
            bar: ink(p.popup_line),
            included: bold(p.green),
            bar_read: ink(p.quiet_bar),
            bar_write: ink(p.amber),
            bar_error: ink(p.red),
            axis: ink(p.faint),
            cursor: bold(p.accent),
            scroll_thumb: ink(p.faint),
            scroll_track: ink(p.line),
            gauge_done: ink(p.accent),
            gauge_rest: ink(p.line),
            badge: ink(p.pink).add_modifier(Modifier::ITALIC),
            stale: ink(p.faint).add_modifier(Modifier::ITALIC),
            read_event: ink(p.faint),
            write_event: ink(p.amber),
            delete_event: bold(p.orange),
            auth_event: ink(p.violet),
            secret_event: bold(p.pink),
            service_event: ink(p.teal),
            denied: bold(p.red),
            failed: ink(p.red),
            principal: ink(p.blue),
            resource: ink(p.green),
            json_key: ink(p.blue),
            json_text: ink(p.green),
            json_number: ink(p.amber),
            json_constant: ink(p.violet),
            punctuation: ink(p.faint),
            bars: Bars::Blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_theme() {
        for name in Theme::NAMES {
            assert!(Theme::named(name).is_some(), "{name}");
        }
        assert_eq!(Theme::named("dark"), Some(Theme::dark()));
        assert_eq!(Theme::named("mauve"), None);
    }

    /// The contrast of an ink of the colour cube, or of its greys, with black, as WCAG 2 counts it.
    fn against_black(ink: Color) -> f64 {
        let Color::Indexed(n @ 16..) = ink else {
            panic!("{ink:?} is up to the terminal");
        };
        let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * u32::from(n) };
        let rgb = if n < 232 {
            let n = n - 16;
            [step(n / 36), step(n / 6 % 6), step(n % 6)]
        } else {
            [8 + 10 * (u32::from(n) - 232); 3]
        };
        let linear = rgb.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.03928 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        let light = linear[0].mul_add(0.2126, linear[1].mul_add(0.7152, linear[2] * 0.0722));
        (light + 0.05) / 0.05
    }

    #[test]
    fn high_contrast_is_seven_to_one() {
        assert!((against_black(Color::Indexed(231)) - 21.0).abs() < 0.01);
        let p = &CONTRAST;
        let inks = [
            p.text,
            p.faint,
            p.line,
            p.strong,
            p.accent,
            p.popup_line,
            p.quiet_bar,
            p.red,
            p.orange,
            p.amber,
            p.green,
            p.teal,
            p.blue,
            p.violet,
            p.pink,
        ];
        for ink in inks {
            let contrast = against_black(ink);
            assert!(contrast >= 7.0, "{ink:?} {contrast}");
        }
    }

    #[test]
    fn plain_has_no_colour() {
        let shown = format!("{:?}", Theme::plain());
        assert!(!shown.contains("fg:") || !shown.contains("Some(Indexed"));
        let styles = [
            Theme::plain().mark,
            Theme::plain().denied,
            Theme::plain().selected_row,
        ];
        assert!(styles.iter().all(|s| s.fg.is_none() && s.bg.is_none()));
    }

    #[test]
    fn marks_look_like_no_text() {
        const TONES: [Tone; 19] = [
            Tone::Plain,
            Tone::Faint,
            Tone::Read,
            Tone::Write,
            Tone::Delete,
            Tone::Auth,
            Tone::Secret,
            Tone::Service,
            Tone::Denied,
            Tone::Failed,
            Tone::Principal,
            Tone::Resource,
            Tone::Key,
            Tone::Text,
            Tone::Number,
            Tone::Constant,
            Tone::Punctuation,
            Tone::Match,
            Tone::Heading,
        ];
        for name in Theme::NAMES {
            let theme = Theme::named(name).unwrap();
            for tone in TONES {
                assert_ne!(theme.tone(tone), theme.mark, "{name} {tone:?}");
            }
        }
    }
}
