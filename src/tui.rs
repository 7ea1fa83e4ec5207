//! The terminal: takes it, gives it back whatever happens, and runs the loop.
//!
//! The loop waits on keys, replies, signals and the clock, applies everything that waits, and then
//! draws once, if anything changed, at most every 16 ms. A still screen costs nothing.

use std::io::{self, Stdout, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::layout::Rect;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use trailhound::app::action::{Action, Effect, Mouse, MouseKind};
use trailhound::app::chord::{Chord, Key};
use trailhound::app::compose;
use trailhound::app::state::State;
use trailhound::app::update::update;
use trailhound::base::ledger::Ledger;
use trailhound::engine::{Engine, LoadOptions};
use trailhound::source::Spec;
use trailhound::ui;
use trailhound::ui::theme::Theme;
use trailhound::view::layout::Size;

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
    use std::io::IsTerminal as _;
    if !io::stdout().is_terminal() {
        anyhow::bail!(
            "the screen needs a terminal; `trailhound query`, `stats`, `who`, `resource` and `check` do not"
        );
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        // A task that fails inside leaves the screen standing: the loop says what it cost.
        if std::thread::current().name() == Some("main") {
            restore();
            hook(panic);
        }
    }));
    watch_for_hangup();
    let mut terminal = Term::open()?;
    let end = runtime.block_on(run_loop(&mut terminal, screen, runtime));
    drop(terminal);
    let (code, ledger) = end?;
    if let Some(ledger) = ledger {
        crate::headless::is_anything_read(&ledger)?;
    }
    Ok(code)
}

/// What woke the loop.
enum Wake {
    Terminal(Option<io::Result<Event>>),
    Reply(Box<trailhound::engine::protocol::Reply>),
    Signal(i32),
    Frame,
}

/// How the loop ended: its exit code, and what was read where a person left a load that was done.
type End = (ExitCode, Option<Arc<Ledger>>);

async fn run_loop(terminal: &mut Term, screen: Screen, runtime: &Runtime) -> anyhow::Result<End> {
    let mut state = State::new(terminal.size()?, screen.zone);
    let mut engine = Engine::start(runtime.handle(), screen.specs, screen.options);
    let mut signals = Signals::listen()?;
    let mut events = listen_to_terminal();
    let mut clicks = Clicks::default();
    let mut drawn: Option<Instant> = None;
    let mut actions = Vec::new();
    if !screen.filter.is_empty() {
        actions.push(Action::Filter(screen.filter));
    }
    loop {
        for action in actions.drain(..) {
            for effect in update(&mut state, action) {
                match effect {
                    Effect::Send(request) => engine.send(request),
                    Effect::Copy(text) => Term::copy(&text)?,
                    Effect::Redraw => terminal.forget()?,
                    Effect::Suspend => {
                        terminal.suspend()?;
                        state.size = terminal.size()?;
                        state.dirty = true;
                    }
                    // What could not be read is said once the terminal is given back.
                    Effect::Quit | Effect::GiveUp => {
                        return Ok((ExitCode::SUCCESS, state.ledger));
                    }
                }
            }
        }
        let due = drawn.is_none_or(|at| at.elapsed() >= FRAME);
        if state.dirty && due {
            let picture = compose::screen(&state);
            terminal
                .terminal
                .draw(|frame| ui::draw(frame, &picture, &screen.theme))?;
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
            event = events.recv() => Wake::Terminal(event),
            signal = signals.next() => Wake::Signal(signal),
            Some(reply) = engine.next() => Wake::Reply(Box::new(reply)),
            () = tokio::time::sleep(wait), if wait < Duration::MAX => Wake::Frame,
        };
        match wake {
            Wake::Terminal(Some(Ok(event))) => {
                actions.extend(action_of(event, &mut clicks));
                // Keys that wait already are applied before the next frame, not one frame each.
                while let Ok(Ok(event)) = events.try_recv() {
                    actions.extend(action_of(event, &mut clicks));
                }
            }
            // The terminal is gone: there is nobody to show anything to.
            Wake::Terminal(_) => return Ok((ExitCode::from(129), None)),
            Wake::Reply(reply) => {
                actions.push(Action::Reply(*reply));
                while let Some(reply) = engine.try_next() {
                    actions.push(Action::Reply(reply));
                }
            }
            Wake::Signal(number) => return Ok((ExitCode::from(128 + number as u8), None)),
            Wake::Frame => {}
        }
    }
}

/// A failure on this thread, for the test that the terminal is given back; never in a release.
#[cfg(debug_assertions)]
fn fail_for_a_test() {
    assert!(
        std::env::var_os("TRAILHOUND_TEST_PANIC").is_none(),
        "TRAILHOUND_TEST_PANIC is set"
    );
}

/// The terminal while it is ours; dropping it gives it back.
struct Term {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Term {
    fn open() -> io::Result<Self> {
        take()?;
        let terminal =
            Terminal::new(CrosstermBackend::new(io::stdout())).inspect_err(|_| restore())?;
        Ok(Self { terminal })
    }

    fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size {
            width: size.width,
            height: size.height,
        })
    }

    /// Puts text on the clipboard by OSC 52, which also works over ssh. The text is encoded, so no
    /// byte of it acts on the terminal.
    fn copy(text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Stops the program as the shell's job control wants it, until it is continued.
    fn suspend(&mut self) -> io::Result<()> {
        restore();
        #[cfg(unix)]
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TSTP)?;
        take()?;
        self.forget()
    }

    /// Makes the next frame a whole one. ratatui's `clear` would ask the terminal where the cursor
    /// is, which the thread that reads keys keeps from being answered in time.
    fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.backend_mut().clear()?;
        self.terminal
            .resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste,
        cursor::Hide
    )
    .inspect_err(|_| restore())
}

/// Gives the terminal back. Errors are of no use to anyone here: it may be gone.
fn restore() {
    let mut out = io::stdout();
    let _ = execute!(
        out,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// Keys and the like as they come, from a thread that does nothing but wait for them.
fn listen_to_terminal() -> mpsc::Receiver<io::Result<Event>> {
    let (sender, events) = mpsc::channel(256);
    std::thread::spawn(move || {
        loop {
            let event = crossterm::event::read();
            let failed = event.is_err();
            if sender.blocking_send(event).is_err() || failed {
                return;
            }
        }
    });
    events
}

/// Ends the program when the terminal hangs up.
///
/// crossterm's poll may spin for ever on a terminal that has vanished (crossterm#793), so a thread
/// of our own waits for the hangup, which takes no time while the terminal is there.
fn watch_for_hangup() {
    #[cfg(unix)]
    std::thread::spawn(|| {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let Ok(tty) = std::fs::File::open("/dev/tty") else {
            return;
        };
        loop {
            let mut fds = [PollFd::new(&tty, PollFlags::empty())];
            let second = Timespec {
                tv_sec: 1,
                tv_nsec: 0,
            };
            let polled = poll(&mut fds, Some(&second));
            let gone = fds[0]
                .revents()
                .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
            if polled.is_ok() && gone {
                // The loop gets the chance to end by itself; where it spins, this ends it.
                std::thread::sleep(Duration::from_millis(500));
                restore();
                std::process::exit(129);
            }
        }
    });
}

/// Signals that end the program.
struct Signals {
    #[cfg(unix)]
    all: [(i32, tokio::signal::unix::Signal); 4],
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let one = |kind: SignalKind| Ok::<_, io::Error>((kind.as_raw_value(), signal(kind)?));
        Ok(Self {
            all: [
                one(SignalKind::terminate())?,
                one(SignalKind::hangup())?,
                one(SignalKind::interrupt())?,
                one(SignalKind::quit())?,
            ],
        })
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The number of the next signal.
    #[cfg(unix)]
    async fn next(&mut self) -> i32 {
        let [(a, s1), (b, s2), (c, s3), (d, s4)] = &mut self.all;
        tokio::select! {
            _ = s1.recv() => *a,
            _ = s2.recv() => *b,
            _ = s3.recv() => *c,
            _ = s4.recv() => *d,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> i32 {
        std::future::pending().await
    }
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
