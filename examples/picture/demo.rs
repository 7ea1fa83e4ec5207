//! The real screen on the demo: the program's own state and engine, driven by keys.

use std::io;
use std::time::Duration;

use tokio::runtime::Runtime;
use trailhound::app::action::{Action, Effect};
use trailhound::app::chord::Chord;
use trailhound::app::compose;
use trailhound::app::state::State;
use trailhound::app::update::update;
use trailhound::engine::{Engine, LoadOptions};
use trailhound::source::Spec;
use trailhound::source::demo;
use trailhound::view::layout::Size;
use trailhound::view::screen::Screen;

/// Nothing is said for this long once the engine has nothing left to do.
const QUIET: Duration = Duration::from_millis(500);

/// The screen after keys, each as the key table spells it.
pub fn screen(size: Size, keys: &[&str]) -> io::Result<Screen> {
    let runtime = Runtime::new()?;
    let specs = vec![Spec::Memory(demo::files())];
    let mut engine = Engine::start(runtime.handle(), specs, LoadOptions::default());
    let mut state = State::new(size, chrono_tz::Tz::UTC);
    runtime.block_on(async {
        settle(&mut engine, &mut state).await;
        for key in keys {
            let chord =
                Chord::parse(key).ok_or_else(|| io::Error::other(format!("{key} is not a key")))?;
            act(&mut engine, &mut state, Action::Press(chord));
            settle(&mut engine, &mut state).await;
        }
        Ok::<_, io::Error>(())
    })?;
    // What a clock measured is the same in every picture.
    state.answer.took_ms = 0.4;
    state.progress.elapsed = Duration::from_millis(100);
    let screen = compose::screen(&state);
    runtime.shutdown_background();
    Ok(screen)
}

async fn settle(engine: &mut Engine, state: &mut State) {
    while let Ok(Some(reply)) = tokio::time::timeout(QUIET, engine.next()).await {
        act(engine, state, Action::Reply(reply));
    }
}

fn act(engine: &mut Engine, state: &mut State, action: Action) {
    for effect in update(state, action) {
        if let Effect::Send(request) = effect {
            engine.send(request);
        }
    }
}
