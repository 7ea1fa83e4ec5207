//! The terminal's life: signals, hangups, stops, resizes, odd terminals, many times each.
//!
//! Every test does a few rounds; `TRAILHOUND_ROUNDS=50` does as many, and prints the figures.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::{MouseProtocolMode, Parser};

const PROGRAM: &str = env!("CARGO_BIN_EXE_trailhound");
const DEADLINE: Duration = Duration::from_secs(60);

fn rounds(few: usize) -> usize {
    let wished = std::env::var("TRAILHOUND_ROUNDS").ok();
    wished.and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// A program on a terminal of its own, read only while somebody waits.
struct Life {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    parser: Parser,
    /// Every byte that came.
    all: Vec<u8>,
    cooked: String,
}

impl Life {
    fn begin(command: CommandBuilder, width: u16, height: u16) -> Self {
        let mut life = Self::unread(command, width, height);
        life.listen();
        life
    }

    /// Without anybody who reads what the program writes.
    fn unread(mut command: CommandBuilder, width: u16, height: u16) -> Self {
        if command.get_env("TERM").is_none_or(|term| term != "dumb") {
            command.env("TERM", "xterm-256color");
        }
        command.env_remove("NO_COLOR");
        let pty = native_pty_system().openpty(size(width, height)).unwrap();
        let cooked = modes(&*pty.master);
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        Self {
            child,
            keys: pty.master.take_writer().unwrap(),
            master: pty.master,
            bytes: channel().1,
            parser: Parser::new(height, width, 0),
            all: Vec::new(),
            cooked,
        }
    }

    fn listen(&mut self) {
        let (sender, bytes) = channel();
        let mut reader = self.master.try_clone_reader().unwrap();
        std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(n) = reader.read(&mut block)
                && n > 0
                && sender.send(block[..n].to_vec()).is_ok()
            {}
        });
        self.bytes = bytes;
    }

    fn demo() -> Self {
        Self::begin(program(&["demo"]), 100, 30)
    }

    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.all.extend(bytes);
    }

    /// Waits until the screen shows a text.
    fn see(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + DEADLINE;
        while !self.parser.screen().contents().contains(text) {
            let left = until.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(e) => panic!("{e}: no {text:?} in\n{}", self.parser.screen().contents()),
            }
        }
        self
    }

    /// Takes what comes until nothing comes for a while.
    fn drain(&mut self, quiet: Duration) -> &mut Self {
        while let Ok(bytes) = self.bytes.recv_timeout(quiet) {
            self.take(&bytes);
        }
        self
    }

    /// The screen without the spaces at the ends of its lines.
    fn shown(&self) -> Vec<String> {
        let text = self.parser.screen().contents();
        text.lines().map(|l| l.trim_end().to_owned()).collect()
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    /// Waits for what a key brings about: an escape key that meets the next key in one read is
    /// another key.
    fn answer(&mut self) -> &mut Self {
        if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(400)) {
            self.take(&bytes);
        }
        self.drain(Duration::from_millis(12))
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().cast_signed()).unwrap()
    }

    fn send(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end; gives the exit code and how long it took.
    fn end(&mut self) -> (u32, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.exit_code(), started.elapsed());
            }
            assert!(started.elapsed() < DEADLINE, "it never ended");
            // What is written must not keep it from ending.
            match self.bytes.recv_timeout(Duration::from_millis(2)) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
        }
    }

    /// Whether every mode of the terminal is as it was before.
    fn is_given_back(&mut self) {
        self.drain(Duration::from_millis(100));
        assert_eq!(modes(&*self.master), self.cooked);
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the other screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are bracketed");
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(args);
    command
}

fn shell(script: &str, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", script, PROGRAM]);
    command.args(args);
    command
}

fn size(width: u16, height: u16) -> PtySize {
    PtySize {
        rows: height,
        cols: width,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

#[test]
fn every_signal_gives_the_terminal_back_at_once() {
    let signals = [
        (Signal::TERM, 143),
        (Signal::INT, 130),
        (Signal::HUP, 129),
        (Signal::QUIT, 131),
    ];
    let places = ["", "/who:al", "p", "!", "7", ":"];
    let mut slowest = Duration::ZERO;
    let mut ends = 0;
    for round in 0..rounds(1) {
        for (i, (signal, code)) in signals.into_iter().enumerate() {
            for (j, keys) in places.iter().enumerate() {
                // A few rounds go through the places by turns, many through all of them.
                if rounds(1) < 5 && (i + j + round) % 3 != 0 {
                    continue;
                }
                let mut life = Life::demo();
                life.see("7,847").press(keys);
                life.drain(Duration::from_millis(20));
                life.send(signal);
                let (ended, took) = life.end();
                assert_eq!(ended, code, "{signal:?} after {keys:?}");
                life.is_given_back();
                slowest = slowest.max(took);
                ends += 1;
            }
        }
    }
    println!("{ends} signals, the slowest end after {slowest:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn a_signal_while_loading_ends_it_at_once() {
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds(2) {
        // A pipe that somebody keeps open: the load goes on as long as the program lives.
        let dir = tempfile::tempdir().unwrap();
        let (gate, pid) = (dir.path().join("gate"), dir.path().join("pid"));
        assert!(
            Command::new("mkfifo")
                .arg(&gate)
                .status()
                .unwrap()
                .success()
        );
        let script = r#"sh -c 'echo $$ >"$1"; exec "$0" -' "$0" "$2" <"$1"; echo "ended with $?""#;
        let args = [gate.to_str().unwrap(), pid.to_str().unwrap()];
        let mut life = Life::begin(shell(script, &args), 100, 30);
        let held = std::fs::OpenOptions::new().write(true).open(&gate).unwrap();
        life.see("LOADING");
        let pid = std::fs::read_to_string(pid).unwrap();
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        let started = Instant::now();
        kill_process(pid, Signal::TERM).unwrap();
        while life.parser.screen().alternate_screen() {
            let bytes = life.bytes.recv_timeout(DEADLINE).unwrap();
            life.take(&bytes);
        }
        slowest = slowest.max(started.elapsed());
        life.see("ended with 143");
        drop(held);
    }
    println!("given back after {slowest:?} at most");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn a_terminal_that_vanishes_ends_it() {
    let (mut slowest, n) = (Duration::ZERO, rounds(3));
    for round in 0..n {
        // A parent that ignores hangups hands that on; the terminal's end is then all there is.
        let script = match round % 2 {
            0 => r#"trap "" HUP; exec "$0" demo"#,
            _ => r#"exec "$0" demo"#,
        };
        let mut life = Life::unread(shell(script, &[]), 100, 30);
        let mut reader = life.master.try_clone_reader().unwrap();
        let mut block = [0; 8192];
        while !life.parser.screen().contents().contains("7,847") {
            let n = reader.read(&mut block).unwrap();
            life.take(&block[..n]);
        }
        drop(reader);
        // Every end of ours is closed.
        let spare = native_pty_system().openpty(size(1, 1)).unwrap();
        life.keys = spare.master.take_writer().unwrap();
        life.master = spare.master;
        let started = Instant::now();
        while life.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < DEADLINE, "it lives without a terminal");
            std::thread::sleep(Duration::from_millis(2));
        }
        slowest = slowest.max(started.elapsed());
    }
    println!("{n} hangups, the slowest end after {slowest:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn a_terminal_that_takes_nothing_does_not_keep_it() {
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds(1) {
        let mut life = Life::unread(program(&["demo"]), 200, 60);
        let mut reader = life.master.try_clone_reader().unwrap();
        let mut block = [0; 8192];
        while !life.parser.screen().contents().contains("7,847") {
            let n = reader.read(&mut block).unwrap();
            life.take(&block[..n]);
        }
        // From here on nobody reads: frames pile up until a write waits for ever.
        for _ in 0..60 {
            life.press("G").press("g");
            std::thread::sleep(Duration::from_millis(20));
        }
        life.send(Signal::TERM);
        let (code, took) = life.end();
        assert_eq!(code, 143);
        slowest = slowest.max(took);
        drop(reader);
    }
    println!("the slowest end after {slowest:?}");
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
}

#[test]
fn stopped_and_continued_it_paints_the_same_screen() {
    let mut life = Life::demo();
    life.see("7,847 events").press("jjj").see("5 of 7,847");
    life.drain(Duration::from_millis(60));
    let before = life.shown();
    for _ in 0..rounds(3) {
        life.send(Signal::STOP);
        std::thread::sleep(Duration::from_millis(20));
        // Whoever had the terminal in between left something else on it.
        life.take(b"\x1b[?1049l\x1b[2Jrubbish");
        life.send(Signal::CONT);
        life.see("5 of 7,847").drain(Duration::from_millis(150));
        assert_eq!(life.shown(), before);
        assert!(life.parser.screen().alternate_screen());
    }
    life.press("q");
    assert_eq!(life.end().0, 0);
    life.is_given_back();
}

#[test]
fn a_storm_of_sizes_ends_in_the_right_frame() {
    let mut life = Life::demo();
    life.see("7,847 events");
    let mut seed = 12_345u32;
    for i in 0..rounds(5) * 40 {
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let (width, height) = ((seed >> 8) % 500 + 1, (seed >> 20) % 200 + 1);
        life.master
            .resize(size(width as u16, height as u16))
            .unwrap();
        if i % 8 == 0 {
            std::thread::sleep(Duration::from_millis(3));
        }
    }
    life.master.resize(size(90, 26)).unwrap();
    life.drain(Duration::from_millis(400));
    // The parser followed none of the sizes: the whole frame is asked for anew.
    life.parser = Parser::new(26, 90, 0);
    life.press("\x0c");
    life.see("[1]Timeline")
        .see("7,847 events")
        .drain(Duration::from_millis(100));
    let text = life.parser.screen().contents();
    assert!(
        text.lines().nth(1).unwrap().contains("[All 7,847]"),
        "{text}"
    );
    life.press("q");
    assert_eq!(life.end().0, 0);
}

#[test]
fn odd_terminals_get_a_plain_word() {
    // Not a terminal at all.
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.json"), "{\"Records\":[]}").unwrap();
    let out = Command::new(PROGRAM)
        .arg(dir.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(out.stdout.is_empty());
    let text = String::from_utf8(out.stderr).unwrap();
    assert!(text.contains("needs a terminal"), "{text}");

    // A terminal that knows no escapes: not one byte of them reaches it.
    let mut command = program(&[dir.path().to_str().unwrap()]);
    command.env("TERM", "dumb");
    let mut life = Life::begin(command, 80, 24);
    let (code, _) = life.end();
    life.drain(Duration::from_millis(100));
    assert_eq!(code, 2);
    let text = String::from_utf8_lossy(&life.all).into_owned();
    assert!(
        text.contains("TERM=dumb") && !text.contains('\u{1b}'),
        "{text}"
    );
    let mut command = program(&["demo"]);
    command.env("TERM", "dumb");
    let mut life = Life::begin(command, 80, 24);
    assert_eq!(life.end().0, 0);
    life.drain(Duration::from_millis(100));
    assert!(String::from_utf8_lossy(&life.all).contains("7,847"));

    // Data comes in at stdin, and there is no terminal to read keys from.
    if Command::new("setsid").arg("--version").output().is_ok() {
        let script = r#"echo '{"Records":[]}' | setsid -w "$0" -; echo "ended with $?""#;
        let mut life = Life::begin(shell(script, &[]), 80, 24);
        life.see("ended with 2");
        let text = life.parser.screen().contents();
        assert!(text.contains("none to read keys from"), "{text}");
        life.is_given_back();
    }
}

/// The kinds of escape sequences and control characters in what a program wrote.
fn escapes(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut kinds = BTreeSet::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            if c.is_control() {
                kinds.insert(format!("control {:02x}", c as u32));
            } else if !trailhound::base::printable::is_printable(c) && c != ' ' {
                kinds.insert(format!("acting {:04x}", c as u32));
            }
            continue;
        }
        let Some(next) = chars.next() else { break };
        if next == ']' {
            // A command with text: its kind, up to the end of the text.
            let kind: String = chars.by_ref().take_while(|c| *c != ';').collect();
            while let Some(c) = chars.next()
                && c != '\u{7}'
            {
                if c == '\u{1b}' {
                    chars.next();
                    break;
                }
            }
            kinds.insert(format!("OSC {kind}"));
            continue;
        }
        if next != '[' {
            let rest: String = chars.by_ref().take(12).collect();
            kinds.insert(format!("ESC {next} {rest}"));
            continue;
        }
        let mut parameters = String::new();
        let last = loop {
            match chars.next() {
                Some(c) if matches!(c, '@'..='~') => break c,
                Some(c) => parameters.push(c),
                None => break '?',
            }
        };
        // Modes are told apart; places, colours and the like are figures.
        let figures = parameters.starts_with('?') && matches!(last, 'h' | 'l');
        let shown = if figures { parameters } else { String::new() };
        kinds.insert(format!("CSI {shown}{last}"));
    }
    kinds
}

/// Goes through the views over a folder, and gives everything that was written.
fn tour(folder: &Path) -> Vec<u8> {
    let mut life = Life::begin(program(&[folder.to_str().unwrap()]), 120, 40);
    life.see("loaded");
    let steps = [
        "d", "d", "d", "d", "\r", "G", "\x1b", "p", "\t", "[", "r", "\x1b", "x", "q", "y", "\x1b",
        "!", "\r", "q", "q", "7", "\r", "\x1b", "\x1b", "\x1b", "/who:", "\t", "\x1b", "f", "x",
        "\r", "j", "j", "d", "?", "q", "\x0c",
    ];
    for _ in 0..3 {
        for step in steps {
            life.press(step).answer();
        }
    }
    life.drain(Duration::from_millis(100));
    life.press("\x11");
    assert_eq!(life.end().0, 0);
    life.is_given_back();
    std::mem::take(&mut life.all)
}

fn evidence(dir: &Path, word: &dyn Fn(usize) -> String) {
    let record = |i: usize| {
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|n| {
            let mut text = String::new();
            trailhound::event::json::write_string(&mut text, &word(i * 5 + n));
            text
        });
        format!(
            "{{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-01-02T03:04:{:02}Z\",\"eventSource\":{a},\"eventName\":{b},\"awsRegion\":{c},\"sourceIPAddress\":{d},\"userAgent\":{e},\"errorCode\":{a},\"errorMessage\":{b},\"eventID\":\"{i}\",\"userIdentity\":{{\"type\":\"IAMUser\",\"userName\":{e},\"accountId\":\"1\",\"arn\":{d}}},\"requestParameters\":{{{c}:{d},\"bucketName\":{b}}},\"resources\":[{{\"ARN\":{a}}}]}}",
            i % 60
        )
    };
    let records: Vec<String> = (0..24).map(record).collect();
    let name = |n| word(n).replace(['/', '\0'], "_");
    std::fs::write(
        dir.join(name(1)),
        format!("{{\"Records\":[{}]}}", records.join(",")),
    )
    .unwrap();
    let broken = format!(
        "{{\"Records\":[{}\n{{\"eventName: {}\"}}]}}",
        records[0],
        word(2)
    );
    std::fs::write(dir.join(name(2)), broken).unwrap();
}

#[test]
fn nothing_from_a_log_acts_on_the_terminal() {
    let clean = tempfile::tempdir().unwrap();
    evidence(clean.path(), &|n| format!("plain words {n}"));
    let allowed = escapes(&tour(clean.path()));
    assert!(
        allowed.contains("CSI ?1049h") && allowed.len() < 40,
        "{allowed:?}"
    );

    let hostile = [
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\link",
        "\u{9b}31m",
        "\u{90}q\u{9c}",
        "a\rb",
        "a\u{8}b",
        "\u{7}",
        "\u{202e}evil\u{2066}",
        "\u{200b}\u{feff}\u{ad}",
        "\u{e0041}\u{e007f}",
        "\u{2028}x\u{2029}",
        "\u{3164}\u{2800}\u{115f}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\u{fe0f}\u{20e3}",
        "\u{1b}P1$r\u{1b}\\",
        "\u{1b}c",
        "\u{1b}[?1049l",
        "\u{1b}[6n",
        "\u{fff9}a\u{fffb}",
        "\0",
        "\u{7f}",
        "\u{1b}[201~q",
        "שלום",
        "日本語",
        "👩🏽",
        "\u{e000}",
        "\u{378}",
    ];
    let folder = tempfile::tempdir().unwrap();
    evidence(folder.path(), &|n| {
        format!("{}{n}", hostile[n % hostile.len()])
    });
    let written = tour(folder.path());
    let strange: Vec<_> = escapes(&written).difference(&allowed).cloned().collect();
    assert!(strange.is_empty(), "{strange:?}");
    println!(
        "{} bytes, {} kinds of escapes, all of them of a clean run",
        written.len(),
        allowed.len()
    );
}
