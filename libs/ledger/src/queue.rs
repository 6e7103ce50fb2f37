//! Who waits for what at a poster's counter: one slot per caller, filled once with an answer, or with the turn to
//! lead. Plain `std`: it works on any runtime and starts no task.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// What a waiting caller hears.
pub(crate) enum Turn<T> {
    /// Serve the next group, for everybody.
    Lead,
    Answer(T),
}

/// Where a caller hears of its turn.
pub(crate) struct Slot<T>(Mutex<Inner<T>>);

struct Inner<T> {
    turn: Option<Turn<T>>,
    waker: Option<Waker>,
    /// The caller no longer waits.
    gone: bool,
}

impl<T> Slot<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Inner {
            turn: None,
            waker: None,
            gone: false,
        })))
    }

    pub(crate) fn tell(&self, turn: Turn<T>) {
        let mut inner = lock(&self.0);
        inner.turn = Some(turn);
        let waker = inner.waker.take();
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<Turn<T>> {
        let mut inner = lock(&self.0);
        if let Some(turn) = inner.turn.take() {
            return Poll::Ready(turn);
        }
        inner.waker = Some(context.waker().clone());
        Poll::Pending
    }

    pub(crate) fn is_gone(&self) -> bool {
        lock(&self.0).gone
    }

    /// The caller leaves; true when it takes a turn to lead with it, which another must get.
    pub(crate) fn leave(&self) -> bool {
        let mut inner = lock(&self.0);
        inner.gone = true;
        matches!(inner.turn, Some(Turn::Lead))
    }
}

/// What is behind a poisoned lock is whole: every change under it is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
