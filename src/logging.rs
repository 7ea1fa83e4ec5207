//! Messages to a file, and only where `--log` names one: the screen belongs to the screen.
//!
//! A panic is written to the file before it is shown. Record bodies, keys and tokens are never
//! logged, by anyone.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

/// The variable that sets the level.
const LEVEL: &str = "TRAILHOUND_LOG";

/// Sends messages to the end of `file`, which is made where it is absent.
///
/// # Errors
/// The file cannot be opened, or messages are sent somewhere already.
pub fn init(file: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Names of files and problems are nobody else's business.
        options.mode(0o600);
    }
    let log = options
        .open(file)
        .with_context(|| format!("cannot write the log to {}", file.display()))?;
    let level = EnvFilter::try_from_env(LEVEL).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_ansi(false)
        .with_writer(Mutex::new(log))
        .try_init()
        .map_err(|e| anyhow::anyhow!("cannot start the log: {e}"))?;
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        shown(panic);
    }));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}
