//! The poster's counter: groups form while one is being served, each ask gets its own reply, nobody is
//! forgotten when something goes wrong.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::Semaphore;
use weigui_ledger::{Lost, Poster, Run, Verdict};

/// Replies with the ask doubled, one group per permit; what it is told to do wrong, it does.
#[derive(Default)]
struct Clerk {
    groups: Mutex<Vec<Vec<u64>>>,
    kept: Mutex<BTreeSet<u64>>,
    gate: Option<Semaphore>,
    /// Fails every group that holds this ask.
    bad: Option<u64>,
    /// So many commits are kept and their answers lost.
    lost: Mutex<u32>,
    away: bool,
}

#[derive(Debug, PartialEq)]
enum Fail {
    Bad,
    Unknown,
    Away,
}

impl Run for Clerk {
    type Ask = u64;
    type Reply = (u64, bool);
    type Fail = Fail;

    async fn run(&self, group: Vec<Arc<u64>>) -> Result<Vec<(u64, bool)>, Fail> {
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        let asks: Vec<u64> = group.iter().map(|ask| **ask).collect();
        self.groups.lock().unwrap().push(asks.clone());
        assert!(!asks.contains(&666), "an ask that panics");
        if self.bad.is_some_and(|bad| asks.contains(&bad)) {
            return Err(Fail::Bad);
        }
        if self.away {
            return Err(Fail::Away);
        }
        let mut kept = self.kept.lock().unwrap();
        let replies = asks.iter().map(|ask| (ask * 2, kept.insert(*ask))).collect();
        let mut lost = self.lost.lock().unwrap();
        if *lost > 0 {
            *lost -= 1;
            return Err(Fail::Unknown);
        }
        Ok(replies)
    }

    fn verdict(&self, fail: &Fail) -> Verdict {
        match fail {
            Fail::Bad => Verdict::Alone,
            Fail::Unknown => Verdict::Unknown,
            Fail::Away => Verdict::Final,
        }
    }
}

type Answer = Result<(u64, bool), Lost<Fail>>;

/// All asks at once; the first group begins with the first of them alone.
#[expect(clippy::disallowed_methods, reason = "the callers end with the test")]
async fn ask_all(poster: &Arc<Poster<Clerk>>, asks: &[u64]) -> Vec<tokio::task::JoinHandle<Answer>> {
    let mut tasks = Vec::new();
    for ask in asks {
        let (poster, ask) = (Arc::clone(poster), *ask);
        tasks.push(tokio::task::spawn(async move { poster.post(ask).await }));
        tokio::task::yield_now().await;
    }
    tasks
}

fn counter(clerk: Clerk, most: usize) -> Arc<Poster<Clerk>> {
    Arc::new(Poster::new(clerk, most))
}

fn gated() -> Clerk {
    Clerk {
        gate: Some(Semaphore::new(0)),
        ..Clerk::default()
    }
}

fn groups(poster: &Poster<Clerk>) -> Vec<Vec<u64>> {
    poster.runner().groups.lock().unwrap().clone()
}

fn open_gate(poster: &Poster<Clerk>, times: usize) {
    poster.runner().gate.as_ref().unwrap().add_permits(times);
}

#[tokio::test]
async fn what_queues_up_meanwhile_is_the_next_group() {
    let poster = counter(gated(), 3);
    let tasks = ask_all(&poster, &[1, 2, 3, 4, 5]).await;
    open_gate(&poster, 9);
    for (task, ask) in tasks.into_iter().zip(1..) {
        assert_eq!(task.await.unwrap().unwrap(), (ask * 2, true));
    }
    assert_eq!(groups(&poster), [vec![1], vec![2, 3, 4], vec![5]]);
    assert_eq!((poster.figures().groups, poster.figures().asks), (3, 5));
}

/// On a runtime whose worker runs first what was woken last, as the next leader is.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[expect(clippy::disallowed_methods, reason = "the callers end with the test")]
async fn who_comes_back_at_once_is_in_the_next_group() {
    let poster = counter(gated(), 64);
    let callers = (0..6).map(|caller| {
        let poster = Arc::clone(&poster);
        tokio::task::spawn(async move {
            for round in 0..6 {
                poster.post(caller * 10 + round).await.unwrap();
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
        open_gate(&poster, 1);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sizes: Vec<usize> = groups(&poster).iter().map(Vec::len).collect();
    assert!(sizes.iter().filter(|size| **size == 6).count() >= 4, "{sizes:?}");
}

#[tokio::test]
async fn a_caller_alone_is_served_at_once() {
    let poster = counter(Clerk::default(), 64);
    for ask in 1..4 {
        assert_eq!(poster.post(ask).await.unwrap(), (ask * 2, true));
    }
    assert_eq!(groups(&poster), [[1], [2], [3]]);
}

#[tokio::test]
async fn only_the_guilty_fails() {
    let poster = counter(
        Clerk {
            bad: Some(3),
            ..gated()
        },
        64,
    );
    let tasks = ask_all(&poster, &[1, 2, 3, 4]).await;
    open_gate(&poster, 9);
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    assert!(matches!(&answers[2], Err(Lost::Failed(why)) if **why == Fail::Bad));
    assert!(
        [0, 1, 3].into_iter().all(|at: usize| answers[at].is_ok()),
        "{answers:?}"
    );
    assert_eq!(
        groups(&poster),
        [vec![1], vec![2, 3, 4], vec![2], vec![3], vec![4]]
    );
}

#[tokio::test]
async fn a_lost_commit_is_asked_for_again_and_kept_once() {
    let poster = counter(
        Clerk {
            lost: Mutex::new(2),
            ..Clerk::default()
        },
        64,
    );
    assert_eq!(
        poster.post(7).await.unwrap(),
        (14, false),
        "it had been kept before"
    );
    assert_eq!(groups(&poster), [[7], [7], [7]]);
}

#[tokio::test]
async fn who_stays_in_doubt_is_told_so() {
    let poster = counter(
        Clerk {
            lost: Mutex::new(99),
            ..Clerk::default()
        },
        64,
    );
    let answer = poster.post(7).await;
    assert!(
        matches!(&answer, Err(Lost::Failed(why)) if **why == Fail::Unknown),
        "{answer:?}"
    );
}

#[tokio::test]
async fn when_the_database_is_away_all_hear_it_once() {
    let poster = counter(
        Clerk {
            away: true,
            ..gated()
        },
        64,
    );
    let tasks = ask_all(&poster, &[1, 2, 3]).await;
    open_gate(&poster, 9);
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(
            matches!(&answer, Err(Lost::Failed(why)) if **why == Fail::Away),
            "{answer:?}"
        );
    }
    assert_eq!(groups(&poster), [vec![1], vec![2, 3]]);
}

#[tokio::test]
async fn leaders_and_waiters_may_leave() {
    let poster = counter(gated(), 64);
    let tasks = ask_all(&poster, &[1, 2, 3, 4]).await;
    // 1 leads and is given up in the middle; 2, who leads next, leaves before it begins; 4 leaves while waiting.
    tasks[0].abort();
    tasks[1].abort();
    tasks[3].abort();
    tokio::task::yield_now().await;
    open_gate(&poster, 9);
    let mut tasks = tasks.into_iter();
    let third = tokio::time::timeout(Duration::from_secs(5), tasks.nth(2).unwrap()).await;
    assert_eq!(third.unwrap().unwrap().unwrap(), (6, true));
    assert_eq!(poster.post(5).await.unwrap(), (10, true));
}

#[tokio::test]
async fn a_panic_takes_only_its_own_caller() {
    let poster = counter(gated(), 64);
    let tasks = ask_all(&poster, &[1, 2, 666, 3]).await;
    open_gate(&poster, 9);
    let mut good = Vec::new();
    let mut panicked = 0;
    for task in tasks {
        match tokio::time::timeout(Duration::from_secs(5), task).await.unwrap() {
            Ok(answer) => good.push(answer.unwrap().0),
            Err(_) => panicked += 1,
        }
    }
    // The leader of the group that held it, and the one who asked it alone, at most.
    assert!(
        good.contains(&2) && good.contains(&6) && panicked <= 2,
        "{good:?}"
    );
    assert_eq!(poster.post(5).await.unwrap(), (10, true));
}
