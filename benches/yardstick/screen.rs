//! The screen without a terminal: keys in, frames out, with the real engine behind it; and the
//! program itself in a terminal of its own.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use trailhound::app::action::{Action, Effect};
use trailhound::app::chord::Chord;
use trailhound::app::compose;
use trailhound::app::state::State;
use trailhound::app::update::update;
use trailhound::engine::Engine;
use trailhound::engine::protocol::Reply;
use trailhound::source::Spec;
use trailhound::ui;
use trailhound::ui::theme::Theme;
use trailhound::view::layout::Size;

use crate::table::{Table, Times, timed};
use crate::{Bench, Outcome, loading};

/// Terms as people type them; a space begins the second word of some.
const TERMS: [&str; 10] = [
    "who:alice",
    "what:DescribeInst",
    "svc:kms",
    "err:AccessDenied",
    "ip:203.0.113.7",
    "region:eu-central",
    "res:payments-api",
    "key:ASIA",
    "acct:1111",
    "svc:s3 what:Get",
];
/// Words without a field: text anywhere.
const WORDS: [&str; 10] = [
    "prod",
    "terraform",
    "alice",
    "checkout",
    "GetObject",
    "eu-west",
    "denied",
    "203.0.113",
    "kms",
    "needle",
];
/// How many of the slowest keys are named.
const SLOWEST: usize = 8;
/// The shortest time between two frames, as the program has it.
const FRAME: Duration = Duration::from_millis(16);

/// A running program without its terminal.
pub(crate) struct Program {
    /// What the screen depends on.
    pub(crate) state: State,
    engine: Engine,
    runtime: Runtime,
    terminal: Terminal<TestBackend>,
    theme: Theme,
}

impl Program {
    pub(crate) fn open(folder: &Path) -> Outcome<Self> {
        let runtime = Runtime::new()?;
        let size = Size {
            width: 200,
            height: 60,
        };
        let specs = vec![Spec::parse(folder.as_os_str())];
        let mut program = Self {
            state: State::new(size, chrono_tz::UTC),
            engine: Engine::start(
                runtime.handle(),
                specs,
                loading::options(loading::Scope::Everything),
            ),
            runtime,
            terminal: Terminal::new(TestBackend::new(size.width, size.height))?,
            theme: Theme::dark(),
        };
        program.apply(Action::Resize(size));
        Ok(program)
    }

    pub(crate) fn apply(&mut self, action: Action) {
        for effect in update(&mut self.state, action) {
            if let Effect::Send(request) = effect {
                self.engine.send(request);
            }
        }
    }

    pub(crate) fn press(&mut self, key: &str) -> Outcome<()> {
        let chord = Chord::parse(key).ok_or_else(|| format!("{key}: no key"))?;
        self.apply(Action::Press(chord));
        Ok(())
    }

    pub(crate) fn draw(&mut self) -> Outcome<()> {
        let picture = compose::screen(&self.state);
        let theme = &self.theme;
        self.terminal
            .draw(|frame| ui::draw(frame, &picture, theme))?;
        self.state.dirty = false;
        Ok(())
    }

    /// The next reply.
    pub(crate) fn hear(&mut self) -> Outcome<Reply> {
        let runtime = self.runtime.handle().clone();
        let next = runtime.block_on(self.engine.next());
        next.ok_or_else(|| "the engine ended".into())
    }

    /// Hears replies until something holds.
    pub(crate) fn until(&mut self, mut holds: impl FnMut(&State) -> bool) -> Outcome<()> {
        while !holds(&self.state) {
            let reply = self.hear()?;
            self.apply(Action::Reply(reply));
        }
        Ok(())
    }
}

/// Whether the newest question has its events.
pub(crate) fn has_hits(state: &State) -> bool {
    state.answer.answered == state.answer.asked
}

/// Whether the newest question has events, all of them or those found so far.
fn shows_hits(state: &State) -> bool {
    has_hits(state) || state.answer.searched.is_some()
}

/// Whether everything the screen shows is of the newest question.
pub(crate) fn is_settled(state: &State) -> bool {
    let answer = &state.answer;
    has_hits(state) && answer.facets_fresh && answer.histogram_fresh && state.fetching.is_none()
}

/// The rows about the screen.
pub fn rows(bench: &Bench, table: &mut Table) -> Outcome<()> {
    started(bench, table)?;
    first_rows(bench, table)?;
    while_loading(bench, table)?;
    let mut program = Program::open(&bench.folder)?;
    program.until(|state| state.ledger.is_some() && is_settled(state))?;
    frames(&mut program, table)?;
    let kinds = [
        (
            "key to filtered frame, terms",
            &TERMS,
            bench.goal("p99 ≤ 25 ms", "p99 ≤ 60 ms"),
        ),
        (
            "key to filtered frame, bare words",
            &WORDS,
            bench.goal("p99 ≤ 25 ms", "p99 ≤ 60 ms"),
        ),
    ];
    for (what, words, goal) in kinds {
        typed(bench, &mut program, table, (what, words, goal))?;
    }
    Ok(())
}

/// Every prefix of some words, each typed from nothing; several times.
fn typed(
    bench: &Bench,
    program: &mut Program,
    table: &mut Table,
    (what, words, goal): (&str, &[&str], &str),
) -> Outcome<()> {
    let (mut first, mut settled) = (Times::default(), Times::default());
    let mut partial = 0;
    let mut slow: BTreeMap<&str, Times> = BTreeMap::new();
    for _ in 0..bench.runs.min(3) {
        for word in words {
            program.press("/")?;
            program.press("ctrl-u")?;
            for (at, letter) in word.char_indices() {
                let key = if letter == ' ' {
                    "Space".to_owned()
                } else {
                    letter.to_string()
                };
                let began = Instant::now();
                program.press(&key)?;
                program.until(shows_hits)?;
                program.draw()?;
                let time = began.elapsed();
                first.add(time);
                let typed = word.get(..at + letter.len_utf8()).unwrap_or(word);
                slow.entry(typed).or_default().add(time);
                partial += usize::from(!has_hits(&program.state));
                program.until(is_settled)?;
                program.draw()?;
                settled.add(began.elapsed());
            }
            program.press("Esc")?;
            program.until(is_settled)?;
        }
    }
    let three = |times: &Times| {
        format!(
            "{:.1} / {:.1} / {:.1} ms",
            times.at(0.5),
            times.at(0.9),
            times.at(0.99)
        )
    };
    table.row(
        what,
        goal,
        &three(&first),
        &format!(
            "p50 / p90 / p99 of {}, {partial} showed a part first",
            first.len()
        ),
    )?;
    table.row(
        "  facets and histogram after it",
        bench.goal("p99 ≤ 60 ms", "p99 ≤ 300 ms"),
        &three(&settled),
        "the key's time included",
    )?;
    let mut slow: Vec<(f64, &str)> = slow
        .iter()
        .map(|(typed, times)| (times.median(), *typed))
        .collect();
    slow.sort_by(|a, b| b.0.total_cmp(&a.0));
    let shown = slow.iter().take(SLOWEST);
    let shown: Vec<String> = shown
        .map(|(ms, typed)| format!("{typed} {ms:.1}"))
        .collect();
    table.say(&format!("  slowest, in ms: {}", shown.join(", ")))?;
    Ok(())
}

/// Frames of a screen on which the cursor moves.
fn frames(program: &mut Program, table: &mut Table) -> Outcome<()> {
    let mut times = Times::default();
    for _ in 0..500 {
        program.press("j")?;
        let (drawn, time) = timed(|| program.draw());
        drawn?;
        times.add(time);
    }
    program.until(is_settled)?;
    table.row(
        "one frame of 200x60, from the state",
        "p99 ≤ 3 ms",
        &format!("p99 {}", times.shown(0.99)),
        &format!("median {}, {} frames", times.shown(0.5), times.len()),
    )?;
    Ok(())
}

/// From the start of the engine to a thousand rows on the screen.
fn first_rows(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let mut times = Times::default();
    for _ in 0..bench.runs {
        let began = Instant::now();
        let mut program = Program::open(&bench.folder)?;
        let enough = bench.events.min(1000);
        program.until(|state| has_hits(state) && state.answer.hits.len() >= enough)?;
        program.draw()?;
        times.add(began.elapsed());
    }
    table.row(
        "first 1,000 rows on the screen",
        "≤ 50 ms",
        &times.shown(0.5),
        &format!("worst of {}: {}", times.len(), times.shown(1.0)),
    )?;
    Ok(())
}

/// Keys pressed while a load goes on, through a loop like the program's own.
fn while_loading(bench: &Bench, table: &mut Table) -> Outcome<()> {
    const KEYS: [&str; 12] = ["j", "j", "G", "k", "g", "/", "e", "r", "Esc", "j", "i", "i"];
    let mut program = Program::open(&bench.folder)?;
    let (keys, mut pressed) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for key in KEYS.iter().cycle() {
            std::thread::sleep(Duration::from_millis(23));
            if keys.send((Instant::now(), *key)).is_err() {
                return;
            }
        }
    });
    let (mut times, mut waiting) = (Times::default(), Vec::new());
    let mut drawn: Option<Instant> = None;
    let mut hearing = Times::default();
    let runtime = program.runtime.handle().clone();
    while program.state.ledger.is_none() {
        if program.state.dirty && drawn.is_none_or(|at| at.elapsed() >= FRAME) {
            program.draw()?;
            let now = Instant::now();
            drawn = Some(now);
            for at in waiting.drain(..) {
                times.add(now.duration_since(at));
            }
        }
        let wait = drawn.map_or(FRAME, |at| FRAME.saturating_sub(at.elapsed()));
        let wake = runtime.block_on(async {
            tokio::select! {
                biased;
                key = pressed.recv() => key.map(Ok),
                reply = program.engine.next() => reply.map(Err),
                () = tokio::time::sleep(wait), if program.state.dirty => None,
            }
        });
        match wake {
            Some(Ok((at, key))) => {
                waiting.push(at);
                program.press(key)?;
            }
            Some(Err(reply)) => hearing.add(timed(|| program.apply(Action::Reply(reply))).1),
            None => {}
        }
    }
    table.row(
        "key to frame while loading",
        "p99 ≤ 33 ms",
        &format!("p99 {}", times.shown(0.99)),
        &format!(
            "median {}, worst {}, {} keys, at most a frame each 16 ms",
            times.shown(0.5),
            times.shown(1.0),
            times.len()
        ),
    )?;
    table.say(&format!(
        "  a reply is taken in, worst of {}: {}",
        hearing.len(),
        hearing.shown(1.0)
    ))?;
    Ok(())
}

/// The program in a terminal: from its start to its first frame.
///
/// A process of its own starts it: one that holds a set, or held one, takes tens of milliseconds only
/// to start another, since all its pages are gone through.
fn started(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let output = Command::new(env::current_exe()?)
        .arg("--start")
        .arg(&bench.folder)
        .arg(bench.runs.max(5).to_string())
        .output()?;
    let mut times = Times::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        times.add(Duration::from_secs_f64(line.parse::<f64>()? / 1e3));
    }
    if times.len() == 0 {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("nothing was started: {said}").into());
    }
    table.row(
        "start of the program to its first frame",
        "≤ 30 ms",
        &times.shown(0.5),
        &format!(
            "worst of {}: {}, in a terminal of 200x60",
            times.len(),
            times.shown(1.0)
        ),
    )?;
    Ok(())
}

/// The process of its own: starts the program so often and prints the milliseconds of each.
pub fn start(args: &[String]) -> Outcome<()> {
    let [folder, runs] = args else {
        return Err("--start FOLDER RUNS".into());
    };
    for _ in 0..runs.parse::<usize>()? {
        let pty = native_pty_system().openpty(PtySize {
            rows: 60,
            cols: 200,
            pixel_width: 0,
            pixel_height: 0,
        })?;
        let mut reader = pty.master.try_clone_reader()?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trailhound"));
        command.arg(folder);
        command.env("TERM", "xterm-256color");
        let began = Instant::now();
        let mut child = pty.slave.spawn_command(command)?;
        let (mut seen, mut buffer) = (Vec::new(), [0; 8192]);
        while memchr::memmem::find(&seen, b"Timeline").is_none() {
            let n = reader.read(&mut buffer)?;
            if n == 0 {
                return Err("the program ended before its first frame".into());
            }
            seen.extend_from_slice(&buffer[..n]);
        }
        writeln!(io::stdout(), "{}", began.elapsed().as_secs_f64() * 1e3)?;
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}
