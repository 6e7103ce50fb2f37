//! A bank of a few lines, as domains write theirs: the store functions and the one use case of these tests.

use std::time::Duration;

use kit::db::migrate::{self, Migration};
use kit::db::{self, Conn, Db, Options};

/// Runs a test on each engine, with an empty bank of ten accounts of 1,000.
pub(crate) async fn on_both(test: impl AsyncFn(Db)) {
    for url in [
        kit::testing::sqlite(),
        kit::testing::mariadb().await.fresh_database().await,
    ] {
        let db = open(&options(&url)).await;
        println!("on {}", db.engine().name());
        test(db.clone()).await;
        db.close().await;
    }
}

pub(crate) fn options(url: &str) -> Options {
    Options {
        limit: Duration::from_secs(2),
        ..Options::new(url)
    }
}

pub(crate) async fn open(options: &Options) -> Db {
    let db = Db::open(options).await.unwrap();
    let sql = match db.engine() {
        db::Engine::Sqlite => SQLITE,
        db::Engine::MySql => MYSQL,
    };
    migrate::run(
        &db,
        &[Migration {
            version: 1,
            name: "bank",
            sql,
        }],
    )
    .await
    .unwrap();
    db.tx(async move |c| {
        for id in 0..10_i64 {
            c.insert_new("insert into account (id, balance) values (?, ?)", (id, 1_000_i64))
                .await?;
        }
        db::Result::Ok(())
    })
    .await
    .unwrap();
    db
}

const SQLITE: &str = "
create table account (id integer not null primary key, balance integer not null) strict;
create table idem (k text not null primary key, id integer not null) strict;
create table entry (transfer integer not null, account integer not null references account (id), fen integer not null) strict;
";

const MYSQL: &str = "
create table account (id bigint not null primary key, balance bigint not null)
  engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
create table idem (k varchar(64) not null primary key, id bigint not null)
  engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
create table entry (transfer bigint not null, account bigint not null, fen bigint not null, key (account),
  foreign key (account) references account (id)) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
";

#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    pub(crate) key: String,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) fen: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Funds,
    Db(db::Error),
}

impl From<db::Error> for Refusal {
    fn from(e: db::Error) -> Refusal {
        Refusal::Db(e)
    }
}

/// True when this call did it, false when an earlier one with the same key had.
pub(crate) async fn transfer(db: &Db, t: Transfer) -> Result<bool, Refusal> {
    db.tx(async move |c| post(c, &t).await).await
}

async fn post(c: &mut Conn, t: &Transfer) -> Result<bool, Refusal> {
    if !claim(c, &t.key).await? {
        return Ok(false);
    }
    let mut legs = [(t.from, -t.fen), (t.to, t.fen)];
    legs.sort_unstable();
    for (account, fen) in legs {
        if !add(c, account, fen).await? {
            return Err(Refusal::Funds);
        }
        entry(c, account, fen).await?;
    }
    Ok(true)
}

pub(crate) async fn claim(c: &mut Conn, key: &str) -> db::Result<bool> {
    c.insert_new("insert into idem (k, id) values (?, ?)", (key, 1_i64))
        .await
}

pub(crate) async fn add(c: &mut Conn, account: i64, fen: i64) -> db::Result<bool> {
    let sql = "update account set balance = balance + ? where id = ? and balance + ? >= 0";
    Ok(c.exec(sql, (fen, account, fen)).await? == 1)
}

async fn entry(c: &mut Conn, account: i64, fen: i64) -> db::Result<u64> {
    c.exec(
        "insert into entry (transfer, account, fen) values (?, ?, ?)",
        (1_i64, account, fen),
    )
    .await
}

pub(crate) async fn balance(c: &mut Conn, account: i64) -> db::Result<i64> {
    let row: Option<(i64,)> = c
        .row("select balance from account where id = ?", (account,))
        .await?;
    Ok(row.map_or(0, |r| r.0))
}

pub(crate) async fn keys(db: &Db) -> i64 {
    number(db, "select count(*) from idem").await
}

/// Balances add up to what was put in, and each account to its entries.
pub(crate) async fn assert_sound(db: &Db) {
    assert_eq!(
        number(db, "select cast(sum(balance) as signed) from account").await,
        10_000
    );
    assert_eq!(
        number(db, "select cast(coalesce(sum(fen), 0) as signed) from entry").await,
        0
    );
    let wrong = "select count(*) from account a where balance - 1000 <>
                 (select cast(coalesce(sum(fen), 0) as signed) from entry e where e.account = a.id)";
    assert_eq!(number(db, wrong).await, 0);
}

pub(crate) async fn number(db: &Db, sql: &'static str) -> i64 {
    let row: db::Result<Option<(i64,)>> = db.read(async |c| c.row(sql, ()).await).await;
    row.unwrap().unwrap().0
}
