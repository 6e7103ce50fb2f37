//! A job's lease is short, so that a dead node's work is taken over soon, and is renewed, so that a long job's is not.

use kit::clock::SECOND;
use kit::jobs::{self, Handler, NewJob, Outcome, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use testkit::TestBank;
use tokio::sync::Notify;

const KIND: &str = "story.long";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_over_a_job_while_its_worker_lives() {
    let bank = TestBank::open().await;
    let (begun, end) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let handler = {
        let (begun, end) = (Arc::clone(&begun), Arc::clone(&end));
        Handler::new(KIND, 3, move |_| {
            let (begun, end) = (Arc::clone(&begun), Arc::clone(&end));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                end.notified().await;
                Ok(Outcome::Done)
            }
        })
    };
    let worker = |handler: &Handler| Worker::new(bank.cx.clone(), vec![handler.clone()]);
    let (cx, job) = (
        bank.cx.clone(),
        NewJob {
            kind: KIND,
            key: "1",
            payload: "",
            run_at: bank.now(),
        },
    );
    let queued: kit::db::Result<bool> = bank
        .cx
        .db
        .tx(async move |c| jobs::enqueue(c, &cx, job.clone()).await)
        .await;
    assert!(queued.expect("queued"));
    let first = worker(&handler);
    let first = bank.cx.tasks.start(async move { first.drain().await });
    while begun.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Past the first lease by the bank's clock, with one renewal between.
    bank.clock.forward(10 * SECOND);
    tokio::time::sleep(Duration::from_millis(6_500)).await;
    bank.clock.forward(10 * SECOND);
    // Whoever took it over would wait for its end as the first does.
    let second = tokio::time::timeout(Duration::from_secs(5), worker(&handler).drain()).await;
    assert_eq!(second.expect("nothing to do").expect("a look"), 0);
    end.notify_one();
    assert_eq!(first.await.expect("an end").expect("done"), 1);
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    bank.close().await;
}
