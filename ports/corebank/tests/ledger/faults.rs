//! A full disk and a server that dies under load: clean refusals, nothing half done, service resumes.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use kit::db::{self, Db};
use kit::testing::MariaDb;
use weigui_ledger::{Lost, Outcome, Poster};

use crate::{
    house::{self, Dice, Fail, Till, balance, database, poster, whole, with_accounts},
    orders::direct,
};

const PEOPLE: u64 = 9;
const OPENING: i64 = 1_000_000;

#[tokio::test]
async fn a_full_disk_refuses_cleanly_and_service_resumes() {
    let db = database(&house::url(db::Engine::Sqlite).await).await;
    with_accounts(&db, PEOPLE, OPENING).await;
    let counter = poster(&db);
    // Room for some hundred transfers more.
    set_pages(&db, "select page_count + 40 from pragma_page_count").await;
    let (mut kept, mut id, mut refused) = (0, 1_000, Vec::new());
    while refused.len() < 20 && id < 20_000 {
        let tasks: Vec<_> = (id..id + 16).map(|id| (id, one(&counter, id))).collect();
        for (id, task) in tasks {
            match task.await.unwrap() {
                Ok(Outcome::Created(_)) => kept += 1,
                Ok(other) => panic!("{other:?}"),
                Err(Lost::Failed(why)) => {
                    assert!(
                        matches!(
                            &*why,
                            Fail::Db(db::Error::Unavailable(_) | db::Error::CommitUnknown)
                        ),
                        "{why}"
                    );
                    refused.push(id);
                }
                Err(Lost::NoReply) => panic!("no reply"),
            }
        }
        id += 16;
    }
    assert!(
        kept > 50 && refused.len() >= 16,
        "{kept} kept, {} refused",
        refused.len()
    );
    whole(&db).await;
    assert_eq!(
        balance(&db, 2).await,
        OPENING - kept,
        "what was refused has moved nothing"
    );
    set_pages(&db, "select 1073741823").await;
    for id in &refused {
        assert!(matches!(
            one(&counter, *id).await.unwrap(),
            Ok(Outcome::Created(_))
        ));
    }
    let moved = kept + i64::try_from(refused.len()).unwrap();
    assert_eq!(balance(&db, 2).await, OPENING - moved);
    whole(&db).await;
}

/// The limit lives in the writer's connection, and has to be a literal there.
async fn set_pages(db: &Db, most: &'static str) {
    let set: Result<(), Fail> = db
        .tx(async move |c| {
            let (pages,): (i64,) = c.row(most, ()).await?.unwrap();
            let text: &'static str = format!("pragma max_page_count = {pages}").leak();
            c.rows::<(i64,)>(text, ()).await?;
            Ok(())
        })
        .await;
    set.unwrap();
}

type Reply = Result<Outcome, Lost<Fail>>;

#[expect(clippy::disallowed_methods, reason = "the callers end with the test")]
fn one(counter: &Arc<Poster<Till>>, id: u64) -> tokio::task::JoinHandle<Reply> {
    let counter = Arc::clone(counter);
    tokio::spawn(async move { counter.post(direct(id, 2, 3, 1)).await })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_under_load_loses_and_doubles_nothing() {
    let mut server = MariaDb::start().await;
    let db = database(&server.fresh_database().await).await;
    with_accounts(&db, PEOPLE, OPENING).await;
    let (counter, stop) = (poster(&db), Arc::new(AtomicBool::new(false)));
    let callers: Vec<_> = (0..16_u64)
        .map(|n| caller(n, Arc::clone(&counter), Arc::clone(&stop)))
        .collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        server.crash();
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.recover().await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    stop.store(true, Ordering::SeqCst);
    let mut expected = vec![OPENING; usize::try_from(PEOPLE).unwrap() + 1];
    let mut count = 0;
    for caller in callers {
        for (from, to, amount) in caller.await.unwrap() {
            count += 1;
            expected[usize::try_from(from).unwrap()] -= amount;
            expected[usize::try_from(to).unwrap()] += amount;
        }
    }
    println!("{count} transfers over 3 deaths of the server");
    assert!(count > 100, "{count}");
    for n in 2..=PEOPLE {
        assert_eq!(
            balance(&db, n).await,
            expected[usize::try_from(n).unwrap()],
            "account {n}"
        );
    }
    whole(&db).await;
}

/// Pays again and again; without an answer, the same again under the same id until there is one.
#[expect(clippy::disallowed_methods, reason = "the callers end with the test")]
fn caller(
    n: u64,
    counter: Arc<Poster<Till>>,
    stop: Arc<AtomicBool>,
) -> tokio::task::JoinHandle<Vec<(u64, u64, i64)>> {
    tokio::spawn(async move {
        let (mut dice, mut moved, mut round) = (Dice(n), Vec::new(), 0);
        while !stop.load(Ordering::SeqCst) {
            round += 1;
            let (from, to) = (2 + dice.below(PEOPLE - 1), 2 + dice.below(PEOPLE - 1));
            if from == to {
                continue;
            }
            let amount = 1 + dice.amount(50);
            loop {
                match counter
                    .post(direct(n * 1_000_000 + 1_000 + round, from, to, amount))
                    .await
                {
                    Ok(Outcome::Created(_) | Outcome::Exists(_)) => break moved.push((from, to, amount)),
                    Ok(Outcome::Refused(why)) => panic!("{why:?}"),
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        }
        moved
    })
}
