//! What was loaded for one command, and what is said of what was not read.

use std::io;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::time::Duration as Elapsed;

use anyhow::Context as _;
use anyhow::bail;
use trailhound::base::cancel::Cancel;
use trailhound::base::ledger::FileStatus;
use trailhound::base::ledger::Ledger;
use trailhound::base::text::counted;
use trailhound::base::text::thousands;
use trailhound::base::time::UtcMicros;
use trailhound::engine;
use trailhound::engine::LoadOptions;
use trailhound::engine::Loaded;
use trailhound::engine::Reader;
use trailhound::engine::Stop;
use trailhound::engine::missed;
use trailhound::engine::protocol::Progress;
use trailhound::engine::protocol::Reply;
use trailhound::index::needs::Needs;
use trailhound::index::snapshot::Hits;
use trailhound::query;
use trailhound::query::ast::Expr;
use trailhound::report;
use trailhound::source::Spec;

use crate::cli::Global;
use crate::cli::Progress as ShowProgress;
use crate::headless::Terminal;
use crate::headless::asking::usable;
use crate::headless::asking::window;
use crate::headless::load_options;
use crate::headless::say;

/// A load shorter than this needs no progress.
const SOON: Elapsed = Elapsed::from_millis(500);

/// What was loaded, and how its bytes are had again.
pub(super) struct Evidence {
    /// The process ends with it: freeing an index piece by piece takes longer than ending does.
    pub(super) loaded: ManuallyDrop<Loaded>,
    pub(super) reader: Reader,
}

impl Evidence {
    pub(super) fn load(
        specs: Vec<Spec>,
        global: &Global,
        terminal: &Terminal,
        needs: Needs,
        proves: bool,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .context("cannot start the loader")?;
        let options = LoadOptions {
            hash: proves,
            secrets: proves,
            // One question does not pay for them; the answer is the same.
            values: false,
            needs,
            live: false,
            ..load_options(global)
        };
        let shows = terminal.stderr && global.progress == ShowProgress::Auto;
        let mut shown = false;
        let on = move |reply| {
            if let Reply::Progress(progress) = reply
                && shows
                && (shown || progress.elapsed > SOON)
            {
                shown = true;
                show(&progress);
            }
        };
        let reader = Reader::default();
        let load = engine::load(specs, options, reader.clone(), Stop::default(), None, on);
        let loaded = runtime
            .block_on(load)
            .context("loading failed inside the program")?;
        tracing::info!(
            files = loaded.ledger.files.len(),
            events = loaded.snapshot.len(),
            "loaded"
        );
        let loaded = ManuallyDrop::new(loaded);
        Ok(Self { loaded, reader })
    }

    /// What was loaded and the events of a filter; where there are none, it is said why.
    pub(super) fn asked(
        specs: Vec<Spec>,
        global: &Global,
        terminal: &Terminal,
        needs: Needs,
        text: &str,
    ) -> anyhow::Result<(Self, Hits)> {
        let evidence = Self::load(specs, global, terminal, needs, false)?;
        evidence.is_usable()?;
        let filter = evidence.filter(text, global)?;
        let hits = evidence.find(&filter);
        if hits.is_empty() {
            evidence.explain(&filter);
        }
        Ok((evidence, hits))
    }

    /// Says what was not read; an error where that is everything.
    pub(super) fn is_usable(&self) -> anyhow::Result<()> {
        let files = &self.loaded.ledger.files;
        is_anything_read(&self.loaded.ledger)?;
        let counts = self.loaded.ledger.record_counts();
        let faulty = files
            .iter()
            .filter(|f| f.status != FileStatus::Read && report::check::is_faulty(f))
            .count() as u64;
        if counts.set_aside > 0 || faulty > 0 {
            say(&format!(
                "trailhound: {} set aside, {} not read whole: see trailhound check",
                counted(counts.set_aside, "record"),
                counted(faulty, "file"),
            ));
        }
        Ok(())
    }

    pub(super) fn context(&self, global: &Global) -> query::Context {
        let evidence = self.loaded.snapshot.span();
        query::Context {
            now: evidence.map_or(UtcMicros(0), |(_, last)| last),
            evidence,
            zone: global.zone(),
            names: global.names(),
            ..query::Context::default()
        }
    }

    /// The filter with `--since` and `--until`.
    pub(super) fn filter(&self, text: &str, global: &Global) -> anyhow::Result<Expr> {
        let context = self.context(global);
        let expr = usable(text, query::parse(text, &context))?;
        Ok(Expr::all_of(vec![window(global, &context)?, expr]))
    }

    /// Says why a filter finds nothing.
    fn explain(&self, filter: &Expr) {
        let missed = missed::explain(&self.loaded.snapshot, filter, &self.reader, &Cancel::NEVER);
        let missed = missed.unwrap_or_default();
        if !missed.is_empty() {
            let lines: Vec<_> = missed.iter().map(|m| format!("  {m}")).collect();
            say(&format!(
                "trailhound: nothing matches:\n{}",
                lines.join("\n")
            ));
        }
    }

    /// The events of a filter, oldest first.
    pub(super) fn find(&self, filter: &Expr) -> Hits {
        let snapshot = &self.loaded.snapshot;
        let answer = engine::answer::find(snapshot, filter, &self.reader, &Cancel::NEVER)
            .unwrap_or_default();
        if answer.unread > 0 {
            say(&format!(
                "trailhound: {} could not be read again and may match: {}",
                counted(answer.unread, "record"),
                answer.unread_reason.unwrap_or_default()
            ));
        }
        Hits::of(snapshot, &answer.rows)
    }
}

/// Names the arguments that were not read; an error where nothing was.
pub fn is_anything_read(ledger: &Ledger) -> anyhow::Result<()> {
    let files = &ledger.files;
    let refused = |status| matches!(status, FileStatus::Refused | FileStatus::Skipped);
    let mut said = 0;
    for file in files.iter().filter(|f| f.named && refused(f.status)) {
        let detail = file
            .problems
            .first()
            .map_or("not read", |p| p.detail.as_str());
        say(&format!("trailhound: {}: {detail}", file.origin.name()));
        said += 1;
    }
    if !report::check::is_anything_read(ledger) {
        match files.len() {
            0 => bail!("nothing to read: there is no file there"),
            n if n == said => bail!("nothing could be read"),
            n => bail!(
                "nothing could be read: none of {} is CloudTrail; see trailhound check",
                counted(n as u64, "file")
            ),
        }
    }
    Ok(())
}

/// An error where every argument names a file or folder that is not there, so that no screen opens
/// on nothing.
pub fn is_anything_there(specs: &[Spec]) -> anyhow::Result<()> {
    let missing = |spec: &Spec| match spec {
        Spec::Path(path) => path
            .symlink_metadata()
            .is_err_and(|e| e.kind() == io::ErrorKind::NotFound)
            .then(|| path.display().to_string()),
        _ => None,
    };
    let Some(missing) = specs.iter().map(missing).collect::<Option<Vec<_>>>() else {
        return Ok(());
    };
    for path in missing {
        say(&format!("trailhound: {path}: no such file or folder"));
    }
    bail!("nothing could be read")
}

/// Draws how far the load is over the last line.
fn show(progress: &Progress) {
    let mut err = io::stderr().lock();
    let line = if progress.done {
        String::new()
    } else {
        let percent = progress
            .share()
            .map_or_else(String::new, |s| format!("{:.0}%, ", s * 100.0));
        format!(
            "{percent}{} of {}{}, {}",
            thousands(progress.files_done),
            counted(progress.files_found, "file"),
            if progress.walking { " so far" } else { "" },
            counted(progress.events, "event")
        )
    };
    let _ = write!(err, "\r{line}\u{1b}[K");
    let _ = err.flush();
}
