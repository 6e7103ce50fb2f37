//! The access token in SQL, so that all nodes share one: leased for a refresh, fenced, sealed at rest.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use kit::clock::SECOND;
use kit::crypto::Vault;
use kit::db::{self, Conn, Db};
use secrecy::{ExposeSecret as _, SecretString};
use weigui_wechat::client::{Lease, Record, StoreError, Token, TokenStore};

/// The token store of a bank's nodes.
#[derive(Clone)]
pub struct DbTokens {
    db: Db,
    vault: Vault,
}

/// A row: fence, sealed token, `fetched_at`, `expires_at`, `forced_day`, `forced_count`, `forced_at`; instants in
/// milliseconds.
type Row = (i64, String, i64, i64, i64, i64, i64);

impl DbTokens {
    pub fn new(db: Db, vault: Vault) -> Self {
        Self { db, vault }
    }

    fn record(&self, appid: &str, row: Row) -> Record {
        let (fence, sealed, fetched_at, expires_at, forced_day, forced_count, forced_at) = row;
        // A token that can't be opened (its key is retired) is as good as none: WeChat gives another.
        let clear = if sealed.is_empty() {
            None
        } else {
            self.vault.open(&aad(appid), &sealed).ok()
        };
        let token = clear.map(|clear| Token {
            value: SecretString::from(clear),
            fetched_at: fetched_at / SECOND,
            expires_at: expires_at / SECOND,
        });
        Record {
            fence,
            token,
            forced_day,
            forced_count,
            forced_at: forced_at / SECOND,
        }
    }

    async fn read(&self, appid: &str) -> Result<Option<Record>, StoreError> {
        let name = appid.to_owned();
        let row = self
            .db
            .glance(async move |c| find(c, &name).await)
            .await
            .map_err(failed)?;
        Ok(row.map(|row| self.record(appid, row)))
    }

    async fn take(&self, appid: &str, now: i64, until: i64) -> Result<Lease, StoreError> {
        let name = appid.to_owned();
        let taken = self.db.tx(async move |c| {
            begin(c, &name).await?;
            let mine = lease(c, &name, now * SECOND, until * SECOND).await?;
            Ok::<_, db::Error>((mine, find(c, &name).await?))
        });
        let (mine, row) = taken.await.map_err(failed)?;
        let record = row.map(|row| self.record(appid, row)).unwrap_or_default();
        Ok(if mine {
            Lease::Mine(record)
        } else {
            Lease::Taken(record)
        })
    }

    async fn write_counts(&self, appid: &str, record: &Record) -> Result<bool, StoreError> {
        let (name, fence) = (appid.to_owned(), record.fence);
        let forced = (record.forced_day, record.forced_count, record.forced_at * SECOND);
        self.db
            .tx(async move |c| count(c, &name, fence, forced).await)
            .await
            .map_err(failed)
    }

    async fn write(&self, appid: &str, record: &Record) -> Result<bool, StoreError> {
        let (name, fence) = (appid.to_owned(), record.fence);
        let token = record.token.as_ref().map_or_else(Default::default, |token| {
            let sealed = self.vault.seal(&aad(appid), token.value.expose_secret());
            (sealed, token.fetched_at * SECOND, token.expires_at * SECOND)
        });
        let forced = (record.forced_day, record.forced_count, record.forced_at * SECOND);
        let saved = self.db.tx(async move |c| {
            let held = count(c, &name, fence, forced).await?;
            Ok::<_, db::Error>(held && store(c, &name, fence, &token).await?)
        });
        saved.await.map_err(failed)
    }
}

fn aad(appid: &str) -> String {
    format!("courier_token.token|{appid}")
}

fn failed(error: db::Error) -> StoreError {
    StoreError(Box::new(error))
}

async fn begin(c: &mut Conn, appid: &str) -> db::Result<bool> {
    c.insert_new(
        "insert into courier_token
           (appid, fence, lease_until, token, fetched_at, expires_at, forced_day, forced_count, forced_at)
         values (?, 0, 0, '', 0, 0, 0, 0, 0)",
        (appid,),
    )
    .await
}

async fn find(c: &mut Conn, appid: &str) -> db::Result<Option<Row>> {
    c.row(
        "select fence, token, fetched_at, expires_at, forced_day, forced_count, forced_at
         from courier_token where appid = ?",
        (appid,),
    )
    .await
}

async fn lease(c: &mut Conn, appid: &str, now: i64, until: i64) -> db::Result<bool> {
    let n = c
        .exec(
            "update courier_token set fence = fence + 1, lease_until = ? where appid = ? and lease_until <= ?",
            (until, appid, now),
        )
        .await?;
    Ok(n == 1)
}

async fn count(c: &mut Conn, appid: &str, fence: i64, (day, count, at): (i64, i64, i64)) -> db::Result<bool> {
    let n = c
        .exec(
            "update courier_token set forced_day = ?, forced_count = ?, forced_at = ? where appid = ? and fence = ?",
            (day, count, at, appid, fence),
        )
        .await?;
    Ok(n == 1)
}

async fn store(c: &mut Conn, appid: &str, fence: i64, token: &(String, i64, i64)) -> db::Result<bool> {
    let (sealed, fetched_at, expires_at) = token;
    let n = c
        .exec(
            "update courier_token set token = ?, fetched_at = ?, expires_at = ?, lease_until = 0
             where appid = ? and fence = ?",
            (sealed, *fetched_at, *expires_at, appid, fence),
        )
        .await?;
    Ok(n == 1)
}

impl TokenStore for DbTokens {
    fn load<'a>(&'a self, appid: &'a str) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        self.read(appid).boxed()
    }

    fn lease<'a>(&'a self, appid: &'a str, now: i64, until: i64) -> BoxFuture<'a, Result<Lease, StoreError>> {
        self.take(appid, now, until).boxed()
    }

    fn count<'a>(&'a self, appid: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.write_counts(appid, record).boxed()
    }

    fn save<'a>(&'a self, appid: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.write(appid, record).boxed()
    }
}
