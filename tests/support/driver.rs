//! A screen without a terminal: keys in, state and frames out, with the real engine behind it.

use ratatui::buffer::Buffer;
use tokio::runtime::Runtime;
use trailhound::app::action::{Action, Effect, Mouse, MouseKind};
use trailhound::app::chord::Chord;
use trailhound::app::compose;
use trailhound::app::state::{About, Overlay, State};
use trailhound::app::update::update;
use trailhound::engine::{Engine, LoadOptions};
use trailhound::pivot::identity::Identities;
use trailhound::source::{Spec, demo};
use trailhound::ui::theme::Theme;
use trailhound::view::layout::{self, Size};
use trailhound::view::screen::Screen;

/// A running program without its terminal.
pub struct Driver {
    /// What the screen depends on.
    pub state: State,
    /// What went to the clipboard last.
    pub copied: Option<String>,
    /// Views that were saved: name and link.
    pub kept: Vec<(String, String)>,
    /// Views that were to be written to a file.
    pub exports: Vec<trailhound::app::export::Export>,
    /// What was said of identities, as it was kept last.
    pub said: Option<Identities>,
    /// A text that was handed to an editor.
    pub outside: Option<String>,
    /// Whether the program would have ended.
    pub ended: bool,
    /// Whether it would have ended because nothing could be read.
    pub gave_up: bool,
    engine: Engine,
    runtime: Runtime,
}

impl Driver {
    /// Opens what the arguments name and waits until it is loaded.
    pub fn open(specs: Vec<Spec>, size: (u16, u16)) -> Self {
        let mut driver = Self::start(specs, size);
        driver.settle();
        driver
    }

    /// Opens the incident, and acts before anything of it is read.
    pub fn opening(width: u16, height: u16, first: Vec<Action>) -> Self {
        let mut driver = Self::start(vec![Spec::Memory(demo::files())], (width, height));
        for action in first {
            driver.apply(action);
        }
        driver
    }

    fn start(specs: Vec<Spec>, size: (u16, u16)) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let engine = Engine::start(runtime.handle(), specs, LoadOptions::default());
        let size = Size {
            width: size.0,
            height: size.1,
        };
        let mut driver = Self {
            state: State::new(size, chrono_tz::UTC),
            copied: None,
            kept: Vec::new(),
            exports: Vec::new(),
            said: None,
            outside: None,
            ended: false,
            gave_up: false,
            engine,
            runtime,
        };
        driver.apply(Action::Resize(size));
        driver
    }

    /// Opens the incident every program carries.
    pub fn demo(width: u16, height: u16) -> Self {
        Self::open(vec![Spec::Memory(demo::files())], (width, height))
    }

    /// Presses keys, given with a space between them, and waits for the answer after each.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let chord = Chord::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
            self.apply(Action::Press(chord));
            self.settle();
        }
        self
    }

    /// Types a text, character by character.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let name = if c == ' ' {
                "Space".to_owned()
            } else {
                c.to_string()
            };
            self.keys(&name);
        }
        self
    }

    /// Opens the filter, empties it, types and applies it.
    pub fn filter(&mut self, text: &str) -> &mut Self {
        self.keys("/ ctrl-u").type_in(text).keys("Enter")
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.apply(Action::Paste(text.to_owned()));
        self.settle();
        self
    }

    /// Clicks the first cell where the screen shows a text.
    pub fn click(&mut self, text: &str) -> &mut Self {
        let (x, y) = self
            .find(text)
            .unwrap_or_else(|| panic!("no {text:?} in\n{}", self.text()));
        self.click_at(x, y)
    }

    /// Clicks a cell.
    pub fn click_at(&mut self, x: u16, y: u16) -> &mut Self {
        let kind = MouseKind::Click;
        self.apply(Action::Mouse(Mouse {
            kind,
            x,
            y,
            exclude: false,
        }));
        self.settle();
        self
    }

    /// Gives the screen another size.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.apply(Action::Resize(Size { width, height }));
        self.settle();
        self
    }

    /// Where the screen shows a text first.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        let lines = self.text();
        lines.lines().enumerate().find_map(|(y, line)| {
            let at = line.find(text)?;
            let x = unicode_width::UnicodeWidthStr::width(&line[..at]);
            Some((x as u16, y as u16))
        })
    }

    /// Does what happened and hands on what the state wants.
    pub fn apply(&mut self, action: Action) {
        for effect in update(&mut self.state, action) {
            match effect {
                Effect::Send(request) => self.engine.send(request),
                Effect::Copy(text) => self.copied = Some(text.to_string()),
                Effect::Quit => self.ended = true,
                Effect::GiveUp => self.gave_up = true,
                Effect::Export(wanted) => self.exports.push(*wanted),
                Effect::SaveView(name, link) => self.kept.push((name, link)),
                Effect::KeepIdentities(said) => self.said = Some(said),
                Effect::EditText(text) => self.outside = Some(text),
                Effect::Redraw | Effect::Suspend => {}
            }
        }
    }

    /// Waits until everything asked for is there.
    pub fn settle(&mut self) {
        let runtime = self.runtime.handle().clone();
        while !self.is_settled() {
            let reply = runtime
                .block_on(async {
                    let limit = std::time::Duration::from_secs(60);
                    tokio::time::timeout(limit, self.engine.next()).await
                })
                .expect("the engine answers within a minute")
                .expect("the engine lives");
            self.apply(Action::Reply(reply));
        }
    }

    /// Takes one more answer, if one comes soon: of what is shown before all of it is known.
    pub fn pump(&mut self) {
        let soon = std::time::Duration::from_millis(50);
        let runtime = self.runtime.handle().clone();
        let next = runtime.block_on(async { tokio::time::timeout(soon, self.engine.next()).await });
        if let Ok(Some(reply)) = next {
            self.apply(Action::Reply(reply));
        }
    }

    fn is_settled(&self) -> bool {
        let (state, answer) = (&self.state, &self.state.answer);
        let panes = state.panes();
        let counted = if state.view.about == About::Timeline {
            let plot = layout::plot(panes.histogram);
            (panes.facets.is_empty() || answer.facets_fresh)
                && (plot.width == 0 || answer.histogram_fresh)
        } else {
            answer.portrait_fresh
        };
        state.ledger.is_some()
            && state.lineage.said == state.wishes.identities
            && !matches!(&state.overlay, Some(Overlay::People(p)) if p.lines.is_none())
            && state.progress.done
            && !state.holding
            && answer.answered == answer.asked
            && (state.view.hidden.is_empty() || answer.without_toggles.is_some())
            && counted
            && state.fetching.is_none()
            && state.hashing.is_none()
            && state.mending.is_none()
            && !matches!(&state.overlay, Some(Overlay::Raw(raw)) if raw.excerpt.is_none())
    }

    /// The screen as data, with the times it took made the same every time.
    pub fn screen(&mut self) -> Screen {
        self.state.answer.took_ms = 3.0;
        self.state.progress.elapsed = std::time::Duration::from_millis(200);
        compose::screen(&self.state)
    }

    /// The frame.
    pub fn buffer(&self) -> Buffer {
        crate::support::drawn(&compose::screen(&self.state), &Theme::plain())
    }

    /// The frame's text.
    pub fn text(&self) -> String {
        crate::support::text(&self.buffer())
    }

    /// Events that match.
    pub fn count(&self) -> usize {
        self.state.answer.hits.len()
    }

    /// What the program said last.
    pub fn said(&self) -> &str {
        self.state.message.as_ref().map_or("", |m| &m.text)
    }
}
