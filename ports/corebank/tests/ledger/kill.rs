//! A bank whose process is killed twenty times, on each engine, in the middle of its work; on MariaDB the server dies
//! in between as well. Nothing that was acknowledged is lost, nothing is done twice, and a statement that was
//! printed stays as it was.
//!
//! The bank is this test binary once more: [`posts_until_killed`] does nothing unless it is told a database.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use corebank::embedded::Books;
use kit::db::Db;
use kit::testing::MariaDb;
use weigui_ledger::{Entry, Outcome, history};

use crate::{
    house::{Dice, Fail, balance, database, poster, verified, with_accounts},
    orders::{account, direct},
};

const ROUNDS: u64 = 20;
const PEOPLE: u64 = 12;
const OPENING: i64 = 1_000_000_000;
const CALLERS: u64 = 16;
const DATABASE: &str = "LEDGER_CHILD_DATABASE";
const ROUND: &str = "LEDGER_CHILD_ROUND";

/// What a caller of the killed bank knows of one transfer.
#[derive(Clone, Debug)]
struct Begun {
    from: u64,
    to: u64,
    amount: i64,
    acknowledged: bool,
}

type Book = BTreeMap<u64, Begun>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_until_killed() {
    let (Ok(url), Ok(round)) = (std::env::var(DATABASE), std::env::var(ROUND)) else {
        return;
    };
    let round: u64 = round.parse().unwrap();
    let db = database(&url).await;
    let counter = poster(&db);
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..CALLERS {
        let counter = std::sync::Arc::clone(&counter);
        callers.spawn(async move {
            let (mut dice, mut id) = (
                Dice(round * 1_000 + n),
                (round + 1) * 1_000_000_000 + n * 1_000_000,
            );
            loop {
                id += 1;
                let (from, to) = (2 + dice.below(PEOPLE - 1), 2 + dice.below(PEOPLE - 1));
                let amount = 1 + dice.amount(99);
                if from == to {
                    continue;
                }
                say(&format!("begun {id} {from} {to} {amount}"));
                while !matches!(
                    counter.post(direct(id, from, to, amount)).await,
                    Ok(Outcome::Created(_) | Outcome::Exists(_))
                ) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                say(&format!("done {id}"));
            }
        });
    }
    callers.join_next().await;
}

/// A line to the watcher, out before anything else happens.
fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    writeln!(out, "{line}").unwrap();
}

fn start_bank(url: &str, round: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::posts_until_killed", "--nocapture"])
        .env(DATABASE, url)
        .env(ROUND, round.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// All that the bank said before it died.
fn heard(bank: &mut Child, book: &mut Book) {
    for line in BufReader::new(bank.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["begun", id, from, to, amount] => {
                let begun = Begun {
                    from: from.parse().unwrap(),
                    to: to.parse().unwrap(),
                    amount: amount.parse().unwrap(),
                    acknowledged: false,
                };
                book.insert(id.parse().unwrap(), begun);
            }
            ["done", id] => book.get_mut(&id.parse().unwrap()).unwrap().acknowledged = true,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_deaths_on_sqlite() {
    let url = kit::testing::sqlite();
    let mut watch = Watch::open(&url).await;
    for round in 0..ROUNDS {
        let mut bank = start_bank(&url, round);
        std::thread::sleep(Duration::from_millis(350 + round * 20));
        watch.ends(&mut bank);
        watch.checks().await;
    }
    watch.sums_up("sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_deaths_on_mariadb() {
    let mut server = MariaDb::start().await;
    let url = server.fresh_database().await;
    let mut watch = Watch::open(&url).await;
    for round in 0..ROUNDS {
        let mut bank = start_bank(&url, round);
        std::thread::sleep(Duration::from_millis(400 + round * 20));
        if round % 4 == 3 {
            server.crash();
            server.recover().await;
            // The bank that was left without its database goes on by itself.
            std::thread::sleep(Duration::from_millis(300));
        }
        watch.ends(&mut bank);
        watch.checks().await;
    }
    watch.sums_up("mariadb").await;
}

/// Who stands beside the bank and compares.
struct Watch {
    url: String,
    book: Book,
    /// Statements as printed after the round before.
    printed: BTreeMap<u64, Vec<Entry>>,
    /// In flight when the bank died: `(had been done, had not)`.
    in_flight: (u64, u64),
}

impl Watch {
    async fn open(url: &str) -> Self {
        let db = database(url).await;
        with_accounts(&db, PEOPLE, OPENING).await;
        db.close().await;
        Self {
            url: url.to_owned(),
            book: Book::new(),
            printed: BTreeMap::new(),
            in_flight: (0, 0),
        }
    }

    fn ends(&mut self, bank: &mut Child) {
        bank.kill().unwrap();
        bank.wait().unwrap();
        heard(bank, &mut self.book);
    }

    async fn checks(&mut self) {
        let db = database(&self.url).await;
        let report = verified(&db).await;
        assert!(report.is_whole(), "{:#?}", report.broken);
        let there = self.statements(&db).await;
        for (id, begun) in &self.book {
            assert!(!begun.acknowledged || there.contains(id), "lost: {id} {begun:?}");
        }
        self.asks_again(&db, &there).await;
        for n in 2..=PEOPLE {
            let signed = |b: &Begun| i64::from(b.to == n) * b.amount - i64::from(b.from == n) * b.amount;
            let expected: i64 = OPENING + self.book.values().map(signed).sum::<i64>();
            assert_eq!(balance(&db, n).await, expected, "account {n}: lost or doubled");
        }
        self.statements(&db).await;
        db.close().await;
    }

    /// Reads every statement: numbered without a gap, beginning with what was printed before. Answers the
    /// transfers that are in them, each of which is there exactly twice.
    async fn statements(&mut self, db: &Db) -> BTreeSet<u64> {
        let mut sides: BTreeMap<u64, u32> = BTreeMap::new();
        for n in 2..=PEOPLE {
            let lines: Result<Vec<Entry>, Fail> = db
                .read(async |c| Ok(history(&mut Books(c), &account(n), None, 1_000_000).await?))
                .await;
            let lines = lines.unwrap();
            assert!(
                lines.iter().zip(1..).all(|(line, seq)| line.seq == seq),
                "a gap in account {n}"
            );
            let before = self.printed.get(&n).map_or(0, Vec::len);
            assert!(
                self.printed
                    .get(&n)
                    .is_none_or(|printed| lines.starts_with(printed)),
                "the first {before} lines of account {n} have changed"
            );
            for line in &lines[1..] {
                let hex = line.transfer.as_str().rsplit('-').next().unwrap();
                *sides.entry(u64::from_str_radix(hex, 16).unwrap()).or_default() += 1;
            }
            self.printed.insert(n, lines);
        }
        assert!(
            sides.values().all(|count| *count == 2),
            "a transfer has two lines"
        );
        sides.into_keys().collect()
    }

    /// What was under way when the bank died is asked for again under the same id, and then done once.
    async fn asks_again(&mut self, db: &Db, there: &BTreeSet<u64>) {
        let counter = poster(db);
        for (id, begun) in self.book.iter_mut().filter(|(_, b)| !b.acknowledged) {
            let outcome = counter
                .post(direct(*id, begun.from, begun.to, begun.amount))
                .await
                .unwrap();
            match outcome {
                Outcome::Exists(_) if there.contains(id) => self.in_flight.0 += 1,
                Outcome::Created(_) if !there.contains(id) => self.in_flight.1 += 1,
                other => panic!("{id}: {other:?}"),
            }
            begun.acknowledged = true;
        }
    }

    async fn sums_up(&self, engine: &str) {
        let (done, not) = self.in_flight;
        println!(
            "{engine}: {} transfers over {ROUNDS} deaths; of {} in flight {done} had been done and {not} had not",
            self.book.len(),
            done + not
        );
        assert!(self.book.len() > 500, "only {} transfers", self.book.len());
        let db = database(&self.url).await;
        assert_eq!(
            verified(&db).await.transfers,
            u64::try_from(self.book.len()).unwrap() + PEOPLE - 1
        );
        db.close().await;
    }
}
