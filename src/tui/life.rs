//! The terminal's life with us: taken, given back whatever happens, watched for its end.
//!
//! Four things end the program from outside: a signal, a hangup, a failure inside, and a terminal
//! that takes no more bytes. Each gives the loop a moment to end by itself, and ends it then.

use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
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

use trailhound::view::layout::Size;

/// Whether somebody else has the terminal now.
static LENT: AtomicBool = AtomicBool::new(false);
/// How long the loop may take to end by itself after a signal or a hangup.
const GRACE: Duration = Duration::from_millis(350);
/// How long giving the terminal back may take where it may be stuck.
const LAST_WORDS: Duration = Duration::from_millis(80);

/// Something from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signalled {
    /// End, with this signal's number.
    End(i32),
    /// The program goes on after somebody stopped it.
    Continued,
}

/// Whether a screen can be drawn here: stdout is a terminal, and one that knows its escapes.
pub fn can_show_a_screen() -> Result<(), &'static str> {
    use std::io::IsTerminal as _;
    if !io::stdout().is_terminal() {
        return Err("the screen needs a terminal");
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err("this terminal (TERM=dumb) cannot show a screen");
    }
    Ok(())
}

/// Has a failure inside give the terminal back before its message.
pub fn restore_on_panic() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        // A task that fails inside leaves the screen standing: the loop says what it cost.
        if std::thread::current().name() == Some("main") {
            restore();
            hook(panic);
        }
    }));
}

/// The terminal while it is ours; dropping it gives it back.
pub struct Term {
    /// Where frames go.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Term {
    /// Takes the terminal.
    ///
    /// # Errors
    /// There is none, or it cannot be used.
    pub fn open() -> io::Result<Self> {
        take()?;
        let terminal =
            Terminal::new(CrosstermBackend::new(io::stdout())).inspect_err(|_| restore())?;
        Ok(Self { terminal })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// The terminal does not say.
    pub fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size {
            width: size.width,
            height: size.height,
        })
    }

    /// Puts text on the clipboard by OSC 52, which also works over ssh. The text is encoded, so no
    /// byte of it acts on the terminal.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn copy(text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Stops the program as the shell's job control wants it, until it is continued. The whole
    /// group stops, as it does for a program in cooked mode: what feeds a pipe must not keep the
    /// shell from its prompt.
    ///
    /// # Errors
    /// The terminal cannot be had again.
    pub fn suspend(&mut self) -> io::Result<()> {
        restore();
        #[cfg(unix)]
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.take_again()
    }

    /// Gives the terminal back while somebody else uses it, and takes it again. Meanwhile `ctrl-c`
    /// is theirs, and does not end the program.
    ///
    /// # Errors
    /// The terminal cannot be had again.
    pub fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        LENT.store(true, Ordering::SeqCst);
        restore();
        let out = to();
        self.take_again()?;
        LENT.store(false, Ordering::SeqCst);
        Ok(out)
    }

    /// Takes the terminal after somebody else had it, and paints it anew.
    ///
    /// # Errors
    /// The terminal cannot be had again.
    pub fn take_again(&mut self) -> io::Result<()> {
        take()?;
        self.forget()
    }

    /// Makes the next frame a whole one. ratatui's `clear` would ask the terminal where the cursor
    /// is, which the thread that reads keys keeps from being answered in time.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn forget(&mut self) -> io::Result<()> {
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

/// Ends the program although its loop does not: it may be waiting for a terminal that takes
/// nothing, so giving that back must not be waited for, either.
fn end_anyway(code: i32) -> ! {
    std::thread::spawn(restore);
    std::thread::sleep(LAST_WORDS);
    let _ = disable_raw_mode();
    std::process::exit(code)
}

/// Whether the terminal has hung up; waits for that `for_ms` milliseconds.
#[cfg(unix)]
pub fn has_hung_up(for_ms: u32) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = io::stdout();
    let mut fds = [PollFd::new(&out, PollFlags::empty())];
    let limit = Timespec {
        tv_sec: i64::from(for_ms / 1000),
        tv_nsec: i64::from(for_ms % 1000) * 1_000_000,
    };
    let polled = poll(&mut fds, Some(&limit));
    let gone = fds[0]
        .revents()
        .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
    polled.is_ok() && gone
}

/// Whether the terminal has hung up.
#[cfg(not(unix))]
pub fn has_hung_up(_for_ms: u32) -> bool {
    false
}

/// Ends the program when the terminal hangs up.
///
/// crossterm's poll may spin for ever on a terminal that has vanished (crossterm#793), so a thread
/// of our own waits for the hangup, which takes no time while the terminal is there.
pub fn watch_for_hangup() {
    #[cfg(unix)]
    std::thread::spawn(|| {
        while !has_hung_up(10_000) {}
        std::thread::sleep(GRACE);
        end_anyway(129)
    });
}

/// Signals as they come. One that ends the program ends it even where the loop does not listen.
///
/// # Errors
/// The system does not let signals be listened to.
#[cfg(unix)]
pub fn watch_for_signals(runtime: &Runtime) -> io::Result<mpsc::Receiver<Signalled>> {
    use tokio::signal::unix::{SignalKind, signal};
    let _inside = runtime.enter();
    let (sender, signals) = mpsc::channel(16);
    for kind in [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::quit(),
    ] {
        let (mut these, sender) = (signal(kind)?, sender.clone());
        runtime.spawn(async move {
            while these.recv().await.is_some() {
                let is_key = kind == SignalKind::interrupt() || kind == SignalKind::quit();
                if is_key && LENT.load(Ordering::SeqCst) {
                    continue;
                }
                let number = kind.as_raw_value();
                let _ = sender.try_send(Signalled::End(number));
                tokio::time::sleep(GRACE).await;
                end_anyway(128 + number);
            }
        });
    }
    // SIGCONT, by the number the system gives it.
    let kind = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
    let mut these = signal(kind)?;
    runtime.spawn(async move {
        while these.recv().await.is_some() {
            let _ = sender.try_send(Signalled::Continued);
        }
    });
    Ok(signals)
}

/// Signals as they come: none on this system.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn watch_for_signals(_runtime: &Runtime) -> io::Result<mpsc::Receiver<Signalled>> {
    Ok(mpsc::channel(1).1)
}
