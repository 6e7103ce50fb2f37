//! Named places at which a test may kill the process, as a power cut would: nothing is told to anybody.
//!
//! `FAILPOINT=name` in the environment makes the first to reach that name die; `FAILPOINT=name:3` the third. Only
//! builds with debug assertions look at it: a release build has no fail points.

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    struct Point {
        name: String,
        left: AtomicI64,
    }

    static POINT: LazyLock<Option<Point>> = LazyLock::new(|| {
        let text = std::env::var("FAILPOINT").ok()?;
        let (name, turn) = text.split_once(':').unwrap_or((&text, "1"));
        Some(Point {
            name: name.to_owned(),
            left: AtomicI64::new(turn.parse().unwrap_or(1)),
        })
    });

    pub(super) fn reach(name: &str) {
        if let Some(point) = POINT.as_ref()
            && point.name == name
            && point.left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            std::process::abort();
        }
    }
}

/// Dies here when the environment says so and this is a debug build; otherwise does nothing.
#[inline]
pub fn reach(name: &str) {
    #[cfg(debug_assertions)]
    armed::reach(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}
