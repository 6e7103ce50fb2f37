//! A panic inside a job is handed to the caller's task, where it belongs. On the engine's threads it is only
//! noted, with its place: with `RUST_BACKTRACE` set, writing the usual report held the only writer for 128 ms;
//! and the message of a panic may hold a person's data.

use std::cell::Cell;
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as an engine's.
pub(super) fn quiet_thread() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if QUIET.get() && !cfg!(debug_assertions) {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                tracing::error!(place, "panic in a database job");
            } else {
                usual(panic);
            }
        }));
    });
    QUIET.set(true);
}
