//! What the writer is asked: jobs in the order in which they came, and word from the disk.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};

use tokio::sync::oneshot;

use crate::db::job::Job;

pub(in crate::db) enum Order {
    Run(Box<dyn Job>),
    /// What was committed last is on the disk; or could not be brought there.
    Synced(bool),
    /// Finish what is queued, close the file, then tell.
    Stop(oneshot::Sender<()>),
}

/// The writer's end of the queue.
pub(super) struct Inbox {
    orders: Receiver<Order>,
    /// The other end, which must not be kept open from here.
    door: Weak<Sender<Order>>,
    /// Jobs that are run before anything new.
    carried: VecDeque<Box<dyn Job>>,
    /// A batch is on its way to the disk.
    pub(super) syncing: bool,
    /// One did not arrive there: nothing is written any more.
    pub(super) broken: bool,
    stop: Option<oneshot::Sender<()>>,
}

impl Inbox {
    pub(super) fn open() -> (Arc<Sender<Order>>, Inbox) {
        let (door, orders) = channel();
        let door = Arc::new(door);
        let inbox = Inbox {
            orders,
            door: Arc::downgrade(&door),
            carried: VecDeque::new(),
            syncing: false,
            broken: false,
            stop: None,
        };
        (door, inbox)
    }

    /// Waits for a job; none when it was told to stop, or nobody is left to ask.
    pub(super) fn next(&mut self) -> Option<Box<dyn Job>> {
        if let Some(job) = self.carried.pop_front() {
            return Some(job);
        }
        while self.stop.is_none() {
            let order = self.orders.recv().ok()?;
            if let Some(job) = self.take(order) {
                return Some(job);
            }
        }
        None
    }

    /// What is queued; while the last batch is on its way to the disk, also what comes until it has arrived.
    pub(super) fn next_of_round(&mut self) -> Option<Box<dyn Job>> {
        if let Some(job) = self.carried.pop_front() {
            return Some(job);
        }
        loop {
            let order = if self.syncing {
                self.orders.recv().ok()
            } else {
                self.orders.try_recv().ok()
            };
            if let Some(job) = self.take(order?) {
                return Some(job);
            }
        }
    }

    /// Waits until the last batch is on the disk, or is known not to be.
    pub(super) fn syncs(&mut self) {
        while self.syncing {
            let Ok(order) = self.orders.recv() else { return };
            if let Some(job) = self.take(order) {
                self.carried.push_back(job);
            }
        }
    }

    /// The innocent jobs of a lost transaction start over, in their order, before anything new.
    pub(super) fn carry(&mut self, jobs: Vec<Box<dyn Job>>) {
        for job in jobs.into_iter().rev() {
            self.carried.push_front(job);
        }
    }

    /// Where word from the disk goes, while anybody is there to ask.
    pub(super) fn orders(&self) -> Option<Arc<Sender<Order>>> {
        self.door.upgrade()
    }

    /// Who is to be told that all is done.
    pub(super) fn stopped_by(&mut self) -> Option<oneshot::Sender<()>> {
        self.stop.take()
    }

    fn take(&mut self, order: Order) -> Option<Box<dyn Job>> {
        match order {
            Order::Run(job) => return Some(job),
            Order::Synced(arrived) => {
                self.syncing = false;
                self.broken |= !arrived;
            }
            Order::Stop(told) => self.stop = Some(told),
        }
        None
    }
}
