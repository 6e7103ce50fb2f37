//! 100,000 random operations in random groups, some of them linked: after every group the SQL ledger has answered
//! like the plain model, and in the end it stands like it.

use corebank::embedded::Books;
use kit::db::{Db, Engine};
use weigui_ledger::{Bundle, Order, Outcome, account as read, apply_group, expire_due, open};

use crate::{
    house::{self, Dice, Fail, database, whole},
    orders::{account, when},
    plain::{ACCOUNTS, Answer, Plain, Step, opening},
};

const OPERATIONS: usize = 100_000;
/// Ids in play at a time: replays, collisions and late posts must be common, and history long.
const WINDOW: u64 = 60;

#[tokio::test]
async fn a_hundred_thousand_random_operations_on_sqlite() {
    agree(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_hundred_thousand_random_operations_on_mariadb() {
    agree(Engine::MySql).await;
}

async fn agree(engine: Engine) {
    let db = database(&house::url(engine).await).await;
    let opened: Result<(), Fail> = db
        .tx(async |c| {
            for new in opening() {
                open(&mut Books(c), &new, 0).await?;
            }
            Ok(())
        })
        .await;
    opened.unwrap();
    let (mut dice, mut plain, mut done, mut at) = (Dice(7), Plain::default(), 0_usize, 1_i64);
    let mut refused = 0;
    while done < OPERATIONS {
        at += 1;
        if dice.below(12) == 0 {
            plain.run(&Step::Sweep, at);
            let swept: Result<u64, Fail> = db
                .tx(async move |c| Ok(expire_due(&mut Books(c), at, 10_000).await?))
                .await;
            swept.unwrap();
        }
        let base = u64::try_from(done).unwrap() / 4 + 1;
        let bundles = bundles(&mut dice, base);
        done += bundles.iter().map(Vec::len).sum::<usize>();
        let wanted: Vec<Vec<Answer>> = bundles
            .iter()
            .map(|steps| match steps.as_slice() {
                [step] => vec![plain.run(step, at)],
                linked => plain.run_linked(linked, at),
            })
            .collect();
        refused += wanted
            .iter()
            .flatten()
            .filter(|a| matches!(a, Answer::Refused(_)))
            .count();
        assert_eq!(
            run(&db, &bundles, at).await,
            wanted,
            "after {done} at {at}: {bundles:?}"
        );
    }
    for (n, ..) in ACCOUNTS {
        let a: Result<_, Fail> = db
            .read(async |c| Ok(read(&mut Books(c), &account(n)).await?))
            .await;
        let a = a.unwrap().unwrap();
        assert_eq!((a.posted, a.held, a.held_in), plain.of(n), "account {n}");
    }
    println!("{done} operations, {refused} refused");
    assert!(
        refused > OPERATIONS / 20 && refused < OPERATIONS * 19 / 20,
        "{refused}"
    );
    whole(&db).await;
}

async fn run(db: &Db, bundles: &[Vec<Step>], at: i64) -> Vec<Vec<Answer>> {
    let orders: Vec<Vec<Order>> = bundles
        .iter()
        .map(|steps| steps.iter().filter_map(Step::order).collect())
        .collect();
    let outcomes: Result<Vec<Vec<Outcome>>, Fail> = db
        .tx(async move |c| {
            let when = when(at);
            let bundles: Vec<Bundle<'_>> = orders
                .iter()
                .map(|orders| Bundle { orders, when: &when })
                .collect();
            Ok(apply_group(&mut Books(c), &bundles).await?)
        })
        .await;
    let answer = |outcome| match outcome {
        Outcome::Created(_) => Answer::Created,
        Outcome::Exists(_) => Answer::Exists,
        Outcome::Refused(refusal) => Answer::Refused(refusal),
    };
    outcomes
        .unwrap()
        .into_iter()
        .map(|bundle| bundle.into_iter().map(answer).collect())
        .collect()
}

fn bundles(dice: &mut Dice, base: u64) -> Vec<Vec<Step>> {
    let size = 1 + dice.below(64);
    (0..size)
        .map(|_| {
            let linked = if dice.below(10) == 0 { 2 + dice.below(4) } else { 1 };
            (0..linked).map(|_| step(dice, base)).collect()
        })
        .collect()
}

fn step(dice: &mut Dice, base: u64) -> Step {
    let mut id = || base + dice.below(WINDOW);
    let (id, other) = (id(), id());
    let mut party = || match dice.below(40) {
        0 => 6,
        1..=6 => 7,
        n => 1 + n % 5,
    };
    let (from, to) = (party(), party());
    let amount = if dice.below(20) == 0 {
        dice.amount(3) - 1
    } else {
        1 + dice.amount(400)
    };
    match dice.below(18) {
        0..=4 => Step::Direct { id, from, to, amount },
        5..=9 => {
            let timeout = (dice.below(2) == 0).then(|| dice.amount(12));
            Step::Hold {
                id,
                from,
                to,
                amount,
                timeout,
            }
        }
        10..=13 => {
            let amount = (dice.below(2) == 0).then(|| dice.amount(400));
            Step::Post {
                id,
                hold: other,
                amount,
            }
        }
        14 | 15 => Step::Void { id, hold: other },
        _ => Step::Reverse { id, of: other },
    }
}
