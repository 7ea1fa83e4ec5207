//! Printing the rows, and the arithmetic on times.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// The table that is printed row by row.
pub struct Table(io::Stdout);

impl Table {
    /// An empty one.
    pub fn new() -> Self {
        Self(io::stdout())
    }

    /// A line of its own.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.0, "{line}")
    }

    /// The names of the columns.
    pub fn head(&mut self) -> io::Result<()> {
        self.row("what", "goal", "here", "yardstick")?;
        self.say(&"-".repeat(118))
    }

    /// A row: what, the goal, what was measured, and what to judge it by.
    pub fn row(&mut self, what: &str, goal: &str, here: &str, yardstick: &str) -> io::Result<()> {
        writeln!(self.0, "{what:<44} {goal:<14} {here:<24} {yardstick}")?;
        self.0.flush()
    }
}

/// Times of one thing, in milliseconds.
#[derive(Debug, Default, Clone)]
pub struct Times(Vec<f64>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1e3);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value that a share of them do not exceed.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let at = (share * last as f64).round() as usize;
        sorted.get(at.min(last)).copied().unwrap_or(f64::NAN)
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// `0.12 ms`, with as many digits as say something.
    pub fn shown(&self, share: f64) -> String {
        shown(self.at(share))
    }
}

/// Milliseconds with as many digits as say something.
pub fn shown(ms: f64) -> String {
    if ms >= 100.0 {
        format!("{ms:.0} ms")
    } else if ms >= 10.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.2} ms")
    }
}

/// The median of pairwise ratios `over / under`, with the least and the greatest.
pub fn ratios(over: &Times, under: &Times) -> (f64, f64, f64) {
    let pairs = over.0.iter().zip(&under.0);
    let mut all: Vec<f64> = pairs.map(|(over, under)| over / under).collect();
    all.sort_by(f64::total_cmp);
    let at = |place: usize| all.get(place).copied().unwrap_or(f64::NAN);
    (at(all.len() / 2), at(0), at(all.len().saturating_sub(1)))
}

/// Runs something and says how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// The times of several runs, the first one left out.
pub fn repeated(runs: usize, mut work: impl FnMut()) -> Times {
    let mut times = Times::default();
    work();
    for _ in 0..runs {
        times.add(timed(&mut work).1);
    }
    times
}
