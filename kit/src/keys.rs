//! The key ring in the database: data keys wrapped under the master key, rotated while serving.
//!
//! The master key comes from the bank's key file or HSM wrapper and never enters the database. A
//! new data key is written first and used only [`SETTLE`] later, when every node has loaded it;
//! old keys stay readable until no row is sealed with them and an operator retires them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::{Clock, Ms, SECOND};
use crate::crypto::{self, Ring, RingKey, Vault};
use crate::cx::Cx;
use crate::db::{Conn, Db, Result};
use crate::random::Random;

/// From the writing of a new key to its first use.
pub const SETTLE: Ms = 6 * SECOND;
/// How often a node looks for new keys; well under [`SETTLE`].
const REFRESH: Duration = Duration::from_secs(2);

/// The key that wraps all others: 32 bytes.
#[derive(Clone)]
pub struct MasterKey(zeroize::Zeroizing<[u8; 32]>);

impl MasterKey {
    pub fn new(secret: [u8; 32]) -> Self {
        Self(zeroize::Zeroizing::new(secret))
    }

    /// From the base64 text of the configuration; None when it is not 32 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        use base64::Engine as _;
        let raw = base64::engine::general_purpose::STANDARD
            .decode(text.trim())
            .ok()?;
        raw.as_slice().try_into().ok().map(Self::new)
    }

    /// A key for another purpose, derived so that one secret guards all.
    pub fn derive(&self, purpose: &str) -> Vec<u8> {
        crypto::mac(self.0.as_slice(), &[b"weigui|", purpose.as_bytes()])
    }
}

/// A row of the ring as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    pub kid: i64,
    pub state: String,
    pub active_from: Ms,
    pub created_at: Ms,
}

/// Opens the ring, making the first keys on a fresh database.
pub async fn open(db: &Db, master: &MasterKey, clock: &Clock, random: Random) -> anyhow::Result<Vault> {
    let now = clock.now();
    for (kid, purpose) in [(1, "field"), (1_000_000, "index")] {
        let wrapped = wrap(master, random, kid, purpose)?;
        db.tx(async move |c| insert(c, kid, purpose, &wrapped, (0, now)).await.map(|_| ()))
            .await?;
    }
    Ok(Vault::new(load(db, master).await?, clock.clone(), random))
}

/// Writes a new data key; every node seals with it from [`SETTLE`] on. Returns its id.
pub async fn rotate(cx: &Cx, master: &MasterKey) -> anyhow::Result<i64> {
    let newest = cx
        .db
        .glance(async move |c| all(c).await)
        .await?
        .iter()
        .filter(|k| k.2 == "field")
        .map(|k| k.0)
        .max();
    let kid = newest.unwrap_or(0) + 1;
    let wrapped = wrap(master, cx.random, kid, "field")?;
    let now = cx.clock.now();
    let fresh = cx
        .db
        .tx(async move |c| insert(c, kid, "field", &wrapped, (now + SETTLE, now)).await)
        .await?;
    anyhow::ensure!(fresh, "another rotation is under way; look again in a moment");
    cx.vault.replace(load(&cx.db, master).await?);
    Ok(kid)
}

/// Fails while a new key waits to be used: until every node seals with it, a round of re-sealing proves nothing.
pub async fn ensure_settled(cx: &Cx) -> anyhow::Result<()> {
    let (keys, now) = (cx.db.read(async |c| states(c).await).await?, cx.clock.now());
    if let Some(key) = keys.iter().find(|key| key.active_from > now) {
        let wait = (key.active_from - now).div_euclid(1000) + 1;
        anyhow::bail!("key {} will be used in {wait} s; run this again then", key.kid);
    }
    Ok(())
}

/// Takes an old key out of the ring. The caller has made sure that no row needs it.
pub async fn retire(cx: &Cx, master: &MasterKey, kid: i64) -> anyhow::Result<()> {
    anyhow::ensure!(kid != cx.vault.active_kid(), "key {kid} is in use; rotate first");
    let retired = cx
        .db
        .tx(async move |c| {
            c.exec(
                "update crypto_key set state = 'retired' where kid = ? and purpose = 'field' and state <> 'retired'",
                (kid,),
            )
            .await
        })
        .await?;
    anyhow::ensure!(
        retired == 1,
        "there is no key {kid} to retire; see: weigui keys list"
    );
    cx.vault.replace(load(&cx.db, master).await?);
    Ok(())
}

/// Loads new keys as they appear, until the process ends.
pub async fn follow(cx: Cx, master: MasterKey) {
    while !cx.tasks.is_stopping() {
        tokio::select! {
            () = tokio::time::sleep(REFRESH) => {}
            () = cx.tasks.stopping() => return,
        }
        match load(&cx.db, &master).await {
            Ok(ring) => cx.vault.replace(ring),
            Err(error) => {
                tracing::warn!(cause = %error, "key ring could not be refreshed; the known keys stay");
            }
        }
    }
}

/// The ring's rows without secrets.
pub async fn states(c: &mut Conn) -> Result<Vec<KeyState>> {
    let rows = all(c).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.2 == "field")
        .map(|(kid, _, _, state, active_from, created_at)| KeyState {
            kid,
            state,
            active_from,
            created_at,
        })
        .collect())
}

async fn load(db: &Db, master: &MasterKey) -> anyhow::Result<Ring> {
    let rows = db.glance(async move |c| all(c).await).await?;
    let mut ring = Ring {
        fields: BTreeMap::new(),
        index: zeroize::Zeroizing::new([0; 32]),
    };
    for (kid, wrapped, purpose, state, active_from, _) in rows {
        if state == "retired" {
            continue;
        }
        let secret = crypto::unwrap(&master.0, &label(kid, &purpose), &wrapped).map_err(|_| {
            anyhow::anyhow!("key {kid} does not open: is this the master key of this database?")
        })?;
        match purpose.as_str() {
            "index" => ring.index = secret,
            _ => drop(ring.fields.insert(kid, RingKey { secret, active_from })),
        }
    }
    anyhow::ensure!(!ring.fields.is_empty(), "the key ring is empty");
    Ok(ring)
}

fn wrap(master: &MasterKey, random: Random, kid: i64, purpose: &str) -> anyhow::Result<String> {
    Ok(crypto::wrap(
        &master.0,
        random,
        &label(kid, purpose),
        &random.bytes::<32>(),
    )?)
}

fn label(kid: i64, purpose: &str) -> String {
    format!("crypto_key|{purpose}|{kid}")
}

/// kid, wrapped, purpose, state, active from, created at.
type KeyRow = (i64, String, String, String, i64, i64);

async fn all(c: &mut Conn) -> Result<Vec<KeyRow>> {
    c.rows(
        "select kid, wrapped, purpose, state, active_from, created_at from crypto_key order by kid",
        (),
    )
    .await
}

async fn insert(
    c: &mut Conn,
    kid: i64,
    purpose: &str,
    wrapped: &str,
    (active_from, now): (Ms, Ms),
) -> Result<bool> {
    c.insert_new(
        "insert into crypto_key (kid, purpose, wrapped, state, active_from, created_at) values (?, ?, ?, 'live', ?, ?)",
        (kid, purpose, wrapped, active_from, now),
    )
    .await
}
