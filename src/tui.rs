//! The loop of the screen.
//!
//! The loop waits on keys, replies, signals and the clock, applies everything that waits, and then
//! draws once, if anything changed, at most every 16 ms. A still screen costs nothing.

mod editor;
mod export;
mod life;
mod memory;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono_tz::Tz;
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use trailhound::app::action::{Action, Effect, Mouse, MouseKind};
use trailhound::app::chord::{Chord, Key};
use trailhound::app::compose;
use trailhound::app::export::Outcome;
use trailhound::app::keys::Keys;
use trailhound::app::state::State;
use trailhound::app::update::update;
use trailhound::base::ledger::Ledger;
use trailhound::engine::{Engine, LoadOptions};
use trailhound::query::names::Names;
use trailhound::source::Spec;
use trailhound::ui;
use trailhound::ui::theme::Theme;
use trailhound::view::layout::Size;

pub use self::life::can_show_a_screen;
use self::life::{Signalled, Term};
use self::memory::Memory;

/// What the screen is opened with.
#[derive(Debug)]
pub struct Screen {
    /// Where the events come from.
    pub specs: Vec<Spec>,
    /// Limits of the load.
    pub options: LoadOptions,
    /// The zone of the times.
    pub zone: Tz,
    /// Colours.
    pub theme: Theme,
    /// A filter to begin with; empty for every event.
    pub filter: String,
    /// Macros and lists.
    pub names: Arc<Names>,
    /// What keys mean.
    pub keys: Arc<Keys>,
    /// What a person calls accounts.
    pub accounts: Arc<BTreeMap<String, String>>,
    /// The link of a view to begin with.
    pub link: Option<String>,
    /// Whether to begin where these paths were left.
    pub resume: bool,
}

/// Shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// Presses of one button at one place this close together are a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// Opens the screen and runs until the person quits.
///
/// # Errors
/// The terminal cannot be used.
pub fn run(runtime: &Runtime, screen: Screen) -> anyhow::Result<ExitCode> {
    if let Err(why) = life::can_show_a_screen() {
        anyhow::bail!(
            "{why}; `trailhound query`, `stats`, `who`, `resource`, `lineage`, `diff` and `check` need none"
        );
    }
    life::restore_on_panic();
    let signals = life::watch_for_signals(runtime)?;
    life::watch_for_hangup();
    let mut terminal =
        Term::open().context("the terminal cannot be used: there is none to read keys from")?;
    let end = runtime.block_on(run_loop(&mut terminal, signals, screen, runtime));
    drop(terminal);
    let (code, ledger) = match end {
        // What failed was writing to a terminal that is not there any more.
        Err(_) if life::has_hung_up(0) => return Ok(ExitCode::from(129)),
        end => end?,
    };
    if let Some(ledger) = ledger {
        crate::headless::is_anything_read(&ledger)?;
    }
    Ok(code)
}

/// What woke the loop.
enum Wake {
    Terminal(Option<io::Result<Vec<Event>>>),
    Reply(Box<trailhound::engine::protocol::Reply>),
    Signal(Signalled),
    Exported(Outcome),
    Frame,
}

/// How the loop ended: its exit code, and what was read where a person left a load that was done.
type End = (ExitCode, Option<Arc<Ledger>>);

async fn run_loop(
    terminal: &mut Term,
    mut signals: mpsc::Receiver<Signalled>,
    screen: Screen,
    runtime: &Runtime,
) -> anyhow::Result<End> {
    let state = State::new(terminal.size()?, screen.zone)
        .with_names(screen.names)
        .with_keys(screen.keys)
        .with_accounts(screen.accounts)
        .with_local(local_zone().unwrap_or(screen.zone));
    let memory = Memory::of(&screen.specs);
    let (shelf, note) = memory.shelf();
    let mut options = screen.options;
    options.wishes.identities = memory.identities();
    let mut state = state.with_wishes(options.wishes.clone());
    // A frame before anything else runs: then every core is busy with the evidence.
    paint(terminal, &state, &screen.theme)?;
    let mut engine = Engine::start(runtime.handle(), screen.specs, options);
    let mut terminal_events = Listening::begin();
    let (tell, mut exported) = mpsc::unbounded_channel();
    let mut exports = export::Exports::default();
    let mut clicks = Clicks::default();
    let mut drawn = Some(Instant::now());
    let mut actions = vec![Action::Shelf(shelf)];
    actions.extend(note.map(Action::Say));
    if screen.resume {
        actions.push(Action::Resume);
    }
    actions.extend(screen.link.map(Action::Open));
    if !screen.filter.is_empty() {
        actions.push(Action::Filter(screen.filter));
    }
    loop {
        let mut taken: VecDeque<Action> = actions.drain(..).collect();
        while let Some(action) = taken.pop_front() {
            for effect in update(&mut state, action) {
                match effect {
                    Effect::Send(request) => engine.send(request),
                    Effect::Copy(text) => Term::copy(&text)?,
                    Effect::Export(wanted) => {
                        let tell = tell.clone();
                        exports.begin(wanted, engine.reader(), move |outcome| {
                            // Nobody hears it once the screen is closed, and nobody waits for it.
                            let _ = tell.send(outcome);
                        });
                    }
                    Effect::SaveView(name, link) => {
                        if let Err(why) = memory.save(&name, link) {
                            state.refuse(why);
                        }
                    }
                    Effect::KeepIdentities(said) => {
                        if let Err(why) = memory.keep_identities(&said) {
                            state.refuse(why);
                        }
                    }
                    Effect::EditText(text) => {
                        // Nobody reads keys meanwhile: the thread waits to be told to go on.
                        let outcome = terminal.lend(|| editor::edit(&text))?;
                        taken.push_front(Action::Edited(outcome));
                        taken.push_front(Action::Resize(terminal.size()?));
                    }
                    Effect::Redraw => terminal.forget()?,
                    Effect::Suspend => {
                        terminal.suspend()?;
                        state.size = terminal.size()?;
                        state.dirty = true;
                    }
                    // What could not be read is said once the terminal is given back.
                    Effect::Quit | Effect::GiveUp => {
                        memory.leave(&state);
                        return Ok((ExitCode::SUCCESS, state.ledger));
                    }
                }
            }
        }
        terminal_events.go_on();
        let due = drawn.is_none_or(|at| at.elapsed() >= FRAME);
        if state.dirty && due {
            paint(terminal, &state, &screen.theme)?;
            drawn = Some(Instant::now());
            state.dirty = false;
            #[cfg(debug_assertions)]
            fail_for_a_test();
        }
        let wait = if state.dirty {
            drawn.map_or(FRAME, |at| FRAME.saturating_sub(at.elapsed()))
        } else {
            Duration::MAX
        };
        let wake = tokio::select! {
            biased;
            event = terminal_events.next() => Wake::Terminal(event),
            Some(signal) = signals.recv() => Wake::Signal(signal),
            Some(reply) = engine.next() => Wake::Reply(Box::new(reply)),
            Some(outcome) = exported.recv() => Wake::Exported(outcome),
            () = tokio::time::sleep(wait), if wait < Duration::MAX => Wake::Frame,
        };
        match wake {
            Wake::Terminal(Some(Ok(events))) => {
                let taken = events.into_iter();
                actions.extend(taken.filter_map(|event| action_of(event, &mut clicks)));
            }
            // The terminal is gone: there is nobody to show anything to.
            Wake::Terminal(_) => return Ok((ExitCode::from(129), None)),
            Wake::Reply(reply) => {
                actions.push(Action::Reply(*reply));
                while let Some(reply) = engine.try_next() {
                    actions.push(Action::Reply(reply));
                }
            }
            Wake::Signal(Signalled::End(number)) => {
                return Ok((ExitCode::from(128 + number as u8), None));
            }
            Wake::Signal(Signalled::Continued) => {
                terminal.take_again()?;
                state.size = terminal.size()?;
                state.dirty = true;
            }
            Wake::Exported(outcome) => actions.push(Action::Exported(outcome)),
            Wake::Frame => {}
        }
    }
}

/// Draws the state.
fn paint(terminal: &mut Term, state: &State, theme: &Theme) -> anyhow::Result<()> {
    let picture = compose::screen(state);
    terminal
        .terminal
        .draw(|frame| ui::draw(frame, &picture, theme))?;
    Ok(())
}

/// The zone of this machine, where it says so in the way most do.
fn local_zone() -> Option<Tz> {
    if let Ok(name) = std::env::var("TZ")
        && let Ok(zone) = name.trim_start_matches(':').parse()
    {
        return Some(zone);
    }
    let link = std::fs::read_link("/etc/localtime").ok()?;
    let (_, name) = link.to_str()?.split_once("zoneinfo/")?;
    name.parse().ok()
}

/// A failure on this thread, for the test that the terminal is given back; never in a release.
#[cfg(debug_assertions)]
fn fail_for_a_test() {
    assert!(
        std::env::var_os("TRAILHOUND_TEST_PANIC").is_none(),
        "TRAILHOUND_TEST_PANIC is set"
    );
}

/// Keys and the like as they come, from a thread that does nothing but wait for them.
///
/// It takes what there is and then waits to be told to go on: while what it took is acted upon it
/// reads nothing, so that whoever has the terminal then has its keys as well.
struct Listening {
    events: mpsc::Receiver<io::Result<Vec<Event>>>,
    go_on: std::sync::mpsc::Sender<()>,
    /// Whether the thread waits.
    waits: bool,
}

impl Listening {
    fn begin() -> Self {
        let (sender, events) = mpsc::channel(1);
        let (go_on, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let taken = all_that_waits();
                let failed = taken.is_err();
                if sender.blocking_send(taken).is_err() || failed || told.recv().is_err() {
                    return;
                }
            }
        });
        Self {
            events,
            go_on,
            waits: false,
        }
    }

    /// What was taken next; `None` once the terminal is gone.
    async fn next(&mut self) -> Option<io::Result<Vec<Event>>> {
        let taken = self.events.recv().await;
        self.waits = true;
        taken
    }

    /// What was taken is acted upon: more may be taken.
    fn go_on(&mut self) {
        if std::mem::take(&mut self.waits) {
            // It ends by itself where the terminal is gone.
            let _ = self.go_on.send(());
        }
    }
}

/// Waits for something, and takes with it what has come as well: keys that wait already are applied
/// before the next frame, not one frame each.
fn all_that_waits() -> io::Result<Vec<Event>> {
    let mut taken = vec![crossterm::event::read()?];
    while taken.len() < 256 && crossterm::event::poll(Duration::ZERO)? {
        taken.push(crossterm::event::read()?);
    }
    Ok(taken)
}

/// Where and when the last click was, to tell double ones.
#[derive(Default)]
struct Clicks {
    last: Option<(Instant, u16, u16)>,
}

fn action_of(event: Event, clicks: &mut Clicks) -> Option<Action> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => chord_of(key).map(Action::Press),
        Event::Paste(text) => Some(Action::Paste(text)),
        Event::Resize(width, height) => Some(Action::Resize(Size { width, height })),
        Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }) => {
            let kind = match kind {
                MouseEventKind::ScrollUp => MouseKind::WheelUp,
                MouseEventKind::ScrollDown => MouseKind::WheelDown,
                MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
                MouseEventKind::Up(MouseButton::Left) => MouseKind::Release,
                MouseEventKind::Down(MouseButton::Left) => {
                    let now = Instant::now();
                    let double = clicks.last.take().is_some_and(|(at, x, y)| {
                        (x, y) == (column, row) && now.duration_since(at) < DOUBLE
                    });
                    if double {
                        MouseKind::DoubleClick
                    } else {
                        clicks.last = Some((now, column, row));
                        MouseKind::Click
                    }
                }
                _ => return None,
            };
            Some(Action::Mouse(Mouse {
                kind,
                x: column,
                y: row,
                exclude: modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT),
            }))
        }
        _ => None,
    }
}

fn chord_of(event: KeyEvent) -> Option<Chord> {
    let key = match event.code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Key::BackTab,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    };
    Some(Chord {
        key,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
    })
}
