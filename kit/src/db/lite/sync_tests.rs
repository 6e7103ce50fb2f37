//! What happens when the disk does not take the log.

use std::panic::Location;

use tokio::sync::oneshot;

use super::*;
use crate::db::job::{Answer, Parcel};
use crate::db::lite::writer;
use crate::db::{Conn, Options};

type Told = oneshot::Receiver<Answer<i64, Error>>;

/// A job that writes a row, as the writer gets it.
fn job() -> (Box<dyn Job>, Told) {
    let body = async |c: &mut Conn| {
        c.exec("insert into t (x) values (1)", ()).await?;
        Ok(7)
    };
    let (parcel, told) = Parcel::new(body, Location::caller());
    (Box::new(parcel), told)
}

async fn outcome(told: Told) -> Result<i64> {
    told.await.expect("answered").expect("no panic")
}

#[tokio::test]
async fn a_batch_that_does_not_arrive_is_unknown_here_and_beside() {
    let nowhere = crate::testing::scratch("no-log").join("gone").join("bank.db");
    let mut syncer = Syncer::start(&nowhere, Meter::new(crate::db::Engine::Sqlite)).expect("started");
    let (one, told) = job();
    assert!(!syncer.now(vec![one]));
    assert_eq!(outcome(told).await, Err(Error::CommitUnknown));

    let (orders, inbox) = channel();
    let ((one, told), (other, told_too)) = (job(), job());
    syncer.beside(vec![one, other], Arc::new(orders));
    assert_eq!(outcome(told).await, Err(Error::CommitUnknown));
    assert_eq!(outcome(told_too).await, Err(Error::CommitUnknown));
    assert!(matches!(inbox.recv(), Ok(Order::Synced(false))));
    syncer.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_batch_was_lost_nothing_is_written() {
    let path = crate::testing::scratch("lost-log").join("bank.db");
    let options = Options::new(format!("sqlite://{}", path.display()));
    let orders = writer::start(&path, &options, Meter::new(crate::db::Engine::Sqlite)).expect("started");
    let table = async |c: &mut Conn| c.exec("create table t (x integer not null) strict", ()).await;
    let (parcel, made) = Parcel::new(table, Location::caller());
    orders.send(Order::Run(Box::new(parcel))).expect("sent");
    made.await.expect("answered").expect("no panic").expect("made");
    let (good, told) = job();
    orders.send(Order::Run(good)).expect("sent");
    assert_eq!(outcome(told).await, Ok(7));

    orders.send(Order::Synced(false)).expect("sent");
    let (late, told) = job();
    orders.send(Order::Run(late)).expect("sent");
    assert!(matches!(outcome(told).await, Err(Error::Unavailable(_))));
    let (stop, stopped) = oneshot::channel();
    orders.send(Order::Stop(stop)).expect("sent");
    stopped.await.expect("stopped");
}
