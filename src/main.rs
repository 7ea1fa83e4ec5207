//! The program: what was typed, the screen or a command, one error, an exit code.

mod tui;

use std::process::ExitCode;

use trailhound::source::Spec;
use trailhound::ui::theme::Theme;

fn main() -> anyhow::Result<ExitCode> {
    let specs = std::env::args_os().skip(1).map(Spec::parse).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    let code = tui::run(
        &runtime,
        tui::Screen {
            specs,
            options: trailhound::engine::LoadOptions::default(),
            zone: chrono_tz::Tz::UTC,
            theme: Theme::dark(),
            filter: String::new(),
        },
    );
    runtime.shutdown_background();
    code
}
