//! One account's balance: from the cache, else from the core, else the last one known, labelled.

use std::time::Duration;

use corebank::Answer;
use identity::Customer;
use kit::clock::MINUTE;
use kit::db::Conn;

use super::Accounts;
use crate::{
    error::Error,
    model::account::{AccountId, AccountView, Figures, Known, OwnAccount},
    store,
};

/// How long a balance may be served without asking the core. What we post ourselves is seen at
/// once; this bounds how late we see what was posted elsewhere.
const TTL: Duration = Duration::from_secs(20);
/// The snapshot is renewed when the balance changed, or when it is older than this.
const SNAPSHOT_AGE: i64 = 10 * MINUTE;

/// Whose cached balances are old now: indexes of account numbers.
pub struct Touched(Vec<String>);

/// Why a load gave no figures.
enum Miss {
    Unknown,
    Refused(corebank::RefusalCode),
    Inside(Error),
}

impl Accounts {
    /// The balance of one account of this customer's.
    pub(crate) async fn balance(&self, who: &Customer, id: AccountId) -> Result<AccountView, Error> {
        let account = self.own_for(who, "accounts.view", id).await?;
        let known = self.figures(&account).await?;
        Ok(account.view(Some(known.ok_or(Error::CoreUnavailable)?)))
    }

    /// Forgets the cached balances of both sides, account or card numbers, because money moved.
    pub async fn touched(&self, sides: [&str; 2]) {
        let found = self.cx.db.glance(async |c| self.touches(c, sides).await).await;
        // What can't be looked up is forgotten under the number itself.
        let touched = found.unwrap_or_else(|_: kit::db::Error| Touched(self.both_indexes(sides).into()));
        self.forget(&touched).await;
    }

    /// What [`Accounts::forget`] is to forget once the transaction that moves the money is kept. It is asked here, because
    /// right after a COMMIT a look-up costs SQLite's readers all that they had cached.
    pub async fn touches(&self, c: &mut Conn, sides: [&str; 2]) -> kit::db::Result<Touched> {
        let [from, to] = self.both_indexes(sides);
        let cards = store::no_idx_behind(c, [&from, &to]).await?;
        // An account is cached under its own number, whether or not we know it.
        let own = |idx: String| {
            let behind = cards.iter().find(|(card, _)| *card == idx);
            behind.map_or(idx, |(_, no_idx)| no_idx.clone())
        };
        Ok(Touched(vec![own(from), own(to)]))
    }

    pub async fn forget(&self, Touched(numbers): &Touched) {
        for idx in numbers {
            self.cx.cache.invalidate(&key(idx)).await;
        }
    }

    fn both_indexes(&self, sides: [&str; 2]) -> [String; 2] {
        sides.map(|number| self.number_idx(number))
    }

    /// What is known of the account's money; none when nobody knows.
    pub(crate) async fn figures(&self, account: &OwnAccount) -> Result<Option<Known>, Error> {
        let key = key(&self.number_idx(&account.account_no));
        match self.cached(&key, account).await {
            // Sealed under a key that has been retired since: worth no more than a miss.
            Ok(sealed) if self.open_figures(account.id, &sealed).is_err() => {
                self.cx.cache.invalidate(&key).await;
                self.judge(account, self.cached(&key, account).await).await
            }
            loaded => self.judge(account, loaded).await,
        }
    }

    /// What is cached may leave this process, so it is sealed like a field.
    async fn cached(&self, key: &str, account: &OwnAccount) -> Result<String, Miss> {
        // Boxed: a miss is far larger than a hit.
        let load = Box::pin(self.load(account));
        Box::pin(self.cx.cache.get_or_load(key, TTL, load)).await
    }

    async fn judge(
        &self,
        account: &OwnAccount,
        loaded: Result<String, Miss>,
    ) -> Result<Option<Known>, Error> {
        match loaded {
            Ok(sealed) => Ok(Some(Known {
                figures: self.open_figures(account.id, &sealed)?,
                stale: false,
            })),
            Err(Miss::Unknown) => self.last_known(account.id).await,
            Err(Miss::Refused(code)) => {
                tracing::warn!(code = code.as_str(), account = %account.id, "core refused a balance");
                self.last_known(account.id).await
            }
            Err(Miss::Inside(error)) => Err(error),
        }
    }

    async fn load(&self, account: &OwnAccount) -> Result<String, Miss> {
        let figures: Figures = match self.core.balance(&account.account_no).await {
            Answer::Done(balance) => balance.into(),
            Answer::Refused(no) => return Err(Miss::Refused(no.code)),
            Answer::Unknown => return Err(Miss::Unknown),
        };
        let sealed = self.seal_figures(account.id, figures).map_err(Miss::Inside)?;
        self.keep(account.id, figures, &sealed)
            .await
            .map_err(Miss::Inside)?;
        Ok(sealed)
    }

    async fn last_known(&self, id: AccountId) -> Result<Option<Known>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::snapshot(c, id).await)
            .await?;
        let Some((sealed, ..)) = row else { return Ok(None) };
        Ok(Some(Known {
            figures: self.open_figures(id, &sealed)?,
            stale: true,
        }))
    }

    /// Keeps the figures for the time when the core does not answer.
    async fn keep(&self, id: AccountId, figures: Figures, sealed: &str) -> Result<(), Error> {
        let before = self
            .cx
            .db
            .glance(async move |c| store::snapshot(c, id).await)
            .await?;
        if before.is_some_and(|(_, version, as_of)| {
            version == figures.version && figures.as_of < as_of + SNAPSHOT_AGE
        }) {
            return Ok(());
        }
        let sealed = sealed.to_owned();
        self.cx
            .db
            .tx(async move |c| {
                let (version, as_of) = (figures.version, figures.as_of);
                if !store::insert_snapshot(c, id, &sealed, version, as_of).await? {
                    store::renew_snapshot(c, id, &sealed, version, as_of).await?;
                }
                Ok(())
            })
            .await
    }

    fn seal_figures(&self, id: AccountId, figures: Figures) -> Result<String, Error> {
        let json = serde_json::to_string(&figures).map_err(|_| Error::Row("figures"))?;
        Ok(self.cx.vault.seal(&aad(id), &json))
    }

    fn open_figures(&self, id: AccountId, sealed: &str) -> Result<Figures, Error> {
        let json = self.cx.vault.open(&aad(id), sealed)?;
        serde_json::from_str(&json).map_err(|_| Error::Row("figures"))
    }
}

fn key(no_idx: &str) -> String {
    format!("accounts.balance.{no_idx}")
}

fn aad(id: AccountId) -> String {
    format!("accounts_snapshot.figures|{id}")
}
