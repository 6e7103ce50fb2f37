//! The inbox's state machine as a table, with time moved by hand.

use std::sync::Arc;

use super::*;
use crate::message::{Body, Event};

fn push(second: i64) -> Push {
    let body = Body::Event(Event::Click {
        key: "BALANCE".into(),
    });
    Push {
        to: "gh_1".into(),
        from: "oU".into(),
        created_at: second,
        body,
    }
}

fn answer(text: &str) -> Answer {
    Answer {
        reply: Reply::Text(text.into()),
        xml: format!("<xml>{text}</xml>"),
    }
}

async fn claim(inbox: &MemoryInbox, second: i64) -> Claim {
    let push = push(second);
    inbox.claim(Key::of("wx1", &push), &push).await.unwrap()
}

fn key(second: i64) -> Key {
    Key::of("wx1", &push(second))
}

fn ticket(claim: &Claim) -> Ticket {
    match claim {
        Claim::Mine(ticket) => *ticket,
        other => panic!("not claimed: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn one_owner_and_the_same_reply_for_all() {
    let inbox = MemoryInbox::default();
    let mine = ticket(&claim(&inbox, 1).await);
    assert_eq!(claim(&inbox, 1).await, Claim::Running);
    assert_eq!(
        inbox.finish(key(1), mine, Some(&answer("a"))).await.unwrap(),
        Finished::InTime
    );
    for _ in 0..2 {
        assert_eq!(claim(&inbox, 1).await, Claim::Done(Some("<xml>a</xml>".into())));
    }
    assert_eq!(
        inbox.finish(key(1), mine, Some(&answer("b"))).await.unwrap(),
        Finished::Lost
    );
    assert!(
        matches!(claim(&inbox, 2).await, Claim::Mine(_)),
        "another push is another key"
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_owner_loses_the_push_to_the_next_delivery() {
    let inbox = MemoryInbox::default();
    let first = ticket(&claim(&inbox, 1).await);
    tokio::time::advance(Duration::from_millis(5_999)).await;
    assert_eq!(claim(&inbox, 1).await, Claim::Running);
    tokio::time::advance(Duration::from_millis(1)).await;
    let second = ticket(&claim(&inbox, 1).await);
    assert!(second > first);
    assert_eq!(
        inbox.finish(key(1), first, Some(&answer("old"))).await.unwrap(),
        Finished::Lost
    );
    assert_eq!(inbox.hand_over(key(1), first).await.unwrap(), HandOver::Lost);
    assert_eq!(
        inbox.finish(key(1), second, Some(&answer("new"))).await.unwrap(),
        Finished::InTime
    );
    assert_eq!(claim(&inbox, 1).await, Claim::Done(Some("<xml>new</xml>".into())));
}

#[tokio::test(start_paused = true)]
async fn after_the_deadline_everyone_gets_success_and_the_result_is_late_once() {
    let inbox = MemoryInbox::default();
    let mine = ticket(&claim(&inbox, 1).await);
    assert_eq!(inbox.hand_over(key(1), mine).await.unwrap(), HandOver::Late);
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(claim(&inbox, 1).await, Claim::Done(None));
    assert_eq!(
        inbox.finish(key(1), mine, Some(&answer("a"))).await.unwrap(),
        Finished::Late
    );
    assert_eq!(
        inbox.finish(key(1), mine, Some(&answer("a"))).await.unwrap(),
        Finished::Lost
    );
    assert_eq!(
        claim(&inbox, 1).await,
        Claim::Done(None),
        "late answers never become passive ones"
    );
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_waits_for_the_result_or_for_the_end_of_the_lease() {
    let inbox = Arc::new(MemoryInbox::default());
    let mine = ticket(&claim(&inbox, 1).await);
    let waiting = tokio::time::timeout(Duration::from_secs(2), inbox.wait(key(1))).await;
    assert!(waiting.is_err(), "nothing happened yet");
    let (waited, ()) = tokio::join!(inbox.wait(key(1)), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        inbox.finish(key(1), mine, None).await.unwrap();
    });
    waited.unwrap();
    assert_eq!(claim(&inbox, 1).await, Claim::Done(None));
    ticket(&claim(&inbox, 2).await);
    let before = Instant::now();
    inbox.wait(key(2)).await.unwrap();
    assert!(before.elapsed() >= Duration::from_secs(6), "the lease ran out");
    assert!(matches!(claim(&inbox, 2).await, Claim::Mine(_)));
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_by_age_and_number_and_keeps_what_is_running() {
    let inbox = MemoryInbox::new(Duration::from_mins(1), Duration::from_mins(10), 4);
    ticket(&claim(&inbox, 0).await);
    for second in 1..20 {
        let mine = ticket(&claim(&inbox, second).await);
        inbox.finish(key(second), mine, None).await.unwrap();
    }
    assert!(inbox.entries().by_key.len() <= 5);
    assert_eq!(
        claim(&inbox, 0).await,
        Claim::Running,
        "running ones are never forgotten early"
    );
    assert_eq!(claim(&inbox, 19).await, Claim::Done(None));
    tokio::time::advance(Duration::from_secs(601)).await;
    assert!(
        matches!(claim(&inbox, 19).await, Claim::Mine(_)),
        "forgotten after its time"
    );
    let entries = inbox.entries();
    assert_eq!(entries.by_key.len(), entries.by_age.len());
}
