//! ADR 0026 · A power cut on SQLite: whatever part of the log has reached the disk, no money has moved without its transfer, no
//! transfer says that it has succeeded without its money, and the books are even.

use std::path::Path;

use kit::db::{Db, Options};
use serde_json::json;
use testkit::{Customer, Engine, TestBank};

/// SQLite's log: a header, then frames of a header and a page each.
const HEADER: usize = 32;
const FRAME: usize = 24 + 4_096;
/// So many places at which the power fails.
const CUTS: usize = 60;

async fn sends(from: &Customer, to: &Customer, fen: i64) {
    let mut form = from.transfer_form(to, fen).await;
    form["confirmed"] = json!(true);
    let sent = from.post("/api/transfers", form).await.is(201);
    assert_eq!(sent.text("/state"), "succeeded", "{sent}");
}

/// What a bank finds that is started again.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    /// Transfers of which the channel says that they have succeeded.
    succeeded: i64,
    /// Bookings that no transfer of the channel belongs to: those of the demo's past.
    strangers: i64,
    unbooked: i64,
    sum: i64,
}

async fn found(path: &Path) -> Found {
    let db = Db::open(&Options::new(format!("sqlite://{}", path.display())))
        .await
        .expect("opened");
    let count = async |sql: &'static str| {
        let row: kit::db::Result<Option<(i64,)>> = db.glance(async |c| c.row(sql, ()).await).await;
        row.expect("read").expect("a row").0
    };
    let found = Found {
        succeeded: count("select count(*) from payments_transfer where state = 'succeeded'").await,
        strangers: count(
            "select count(*) from ledger_transfer l where not exists (select 1 from payments_transfer p where p.id = l.id)",
        )
        .await,
        unbooked: count(
            "select count(*) from payments_transfer p where state = 'succeeded'
             and not exists (select 1 from ledger_transfer l where l.id = p.id)",
        )
        .await,
        sum: count("select coalesce(sum(posted), 0) from ledger_account").await,
    };
    db.close().await;
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_cut_anywhere_keeps_money_and_transfers_together() {
    if Engine::of_this_run() == Engine::Servers {
        return;
    }
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    bank.execute("update identity_policy set factors = '' where act = 'transfer'")
        .await;
    let calm = bank.stored();
    let paid = futures_util::future::join_all((1..=24).map(|fen| sends(&wang, &chen, 100 + fen)));
    paid.await;
    let whole = bank.stored();
    bank.close().await;

    let scratch = kit::testing::scratch("power-cut");
    let begin = calm.log.len();
    let frames = (whole.log.len() - begin) / FRAME;
    assert!(frames > 100 && (begin - HEADER).is_multiple_of(FRAME), "{frames}");
    assert_eq!(whole.file, calm.file, "nothing was carried over meanwhile");
    let mut seen = Vec::new();
    for cut in 0..=CUTS {
        let path = scratch.join(format!("cut-{cut}.db"));
        let length = begin + frames * cut / CUTS * FRAME;
        std::fs::write(&path, &whole.file).expect("written");
        std::fs::write(scratch.join(format!("cut-{cut}.db-wal")), &whole.log[..length]).expect("written");
        seen.push(found(&path).await);
    }
    let (first, last) = (&seen[0], &seen[CUTS]);
    assert_eq!(last.succeeded, first.succeeded + 24);
    for (cut, at) in seen.iter().enumerate() {
        assert_eq!(
            (at.strangers, at.unbooked, at.sum),
            (first.strangers, 0, 0),
            "cut {cut}: {at:?}"
        );
    }
    let partly = seen
        .iter()
        .filter(|at| at.succeeded > first.succeeded && at.succeeded < last.succeeded);
    assert!(partly.count() > 5, "{seen:?}");
}
