//! The channel's own file of a customer's accounts: opaque ids for the core's numbers, made when an
//! account is first seen.

use corebank::{AccountKind, Answer, CoreAccount};
use identity::{Customer, CustomerId, mask};
use kit::{clock::Ms, db::Conn};

use super::Accounts;
use crate::{
    error::Error,
    model::account::{AccountId, OwnAccount, Status, status},
    store::{self, Indexes, Row},
};

impl Accounts {
    /// The account of this customer's; somebody else's does not exist.
    pub async fn own(&self, customer: CustomerId, id: AccountId) -> Result<OwnAccount, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::by_id(c, customer, id).await)
            .await?;
        self.open(&row.ok_or(Error::NotFound)?)
    }

    /// The same, when the session has proved enough for this act; both in one reading.
    pub(crate) async fn own_for(
        &self,
        who: &Customer,
        act: &'static str,
        id: AccountId,
    ) -> Result<OwnAccount, Error> {
        let row = self
            .cx
            .db
            .read(async |c| {
                self.identity.require_level_in(c, who, act).await?;
                Ok::<_, Error>(store::by_id(c, who.id, id).await?)
            })
            .await?;
        self.open(&row.ok_or(Error::NotFound)?)
    }

    /// The accounts as the core lists them now; their file is brought up to date. `None`: no answer.
    pub(crate) async fn list(
        &self,
        customer: CustomerId,
        customer_no: &str,
    ) -> Result<Option<Vec<OwnAccount>>, Error> {
        match self.core.accounts(customer_no).await {
            Answer::Done(told) => self.remember(customer, customer_no, told).await.map(Some),
            Answer::Refused(no) => Err(Error::CoreRefused(no.code)),
            Answer::Unknown => Ok(None),
        }
    }

    /// The accounts as they were last seen.
    pub(crate) async fn known(&self, customer: CustomerId) -> Result<Vec<OwnAccount>, Error> {
        let (rows, lost) = self.rows(customer).await?;
        let own = rows
            .iter()
            .map(|row| self.open(row))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(overlay(own, &lost))
    }

    async fn rows(&self, customer: CustomerId) -> Result<(Vec<Row>, Vec<(AccountId, Ms)>), Error> {
        self.cx
            .db
            .read(async move |c| {
                let rows = store::of_customer(c, customer).await?;
                Ok((rows, store::active_losses_of(c, customer).await?))
            })
            .await
    }

    async fn remember(
        &self,
        customer: CustomerId,
        customer_no: &str,
        told: Vec<CoreAccount>,
    ) -> Result<Vec<OwnAccount>, Error> {
        let (rows, lost) = self.rows(customer).await?;
        let known = rows
            .iter()
            .map(|row| self.open(row))
            .collect::<Result<Vec<_>, _>>()?;
        let id_of = |no: &str| known.iter().find(|k| k.account_no == no).map(|k| k.id);
        let mut own: Vec<OwnAccount> = told
            .iter()
            .map(|a| self.own_of(customer, a, id_of(&a.account_no)))
            .collect();
        let mut changed = Vec::new();
        for (position, account) in (0_i64..).zip(&own) {
            if known
                .iter()
                .find(|k| k.id == account.id)
                .is_none_or(|k| differs(k, account))
            {
                changed.push((position, account.clone()));
            }
        }
        if !changed.is_empty() {
            for (fresh, id) in self.write(customer_no, changed).await? {
                own.iter_mut().filter(|a| a.id == fresh).for_each(|a| a.id = id);
            }
        }
        Ok(overlay(own, &lost))
    }

    fn own_of(&self, customer: CustomerId, told: &CoreAccount, id: Option<AccountId>) -> OwnAccount {
        let (status, status_text) = status(told.closed, &told.restrictions, None);
        let shown = told.card_no.as_deref().unwrap_or(&told.account_no);
        OwnAccount {
            id: id.unwrap_or_else(|| self.cx.ids.make()),
            customer,
            account_no: told.account_no.clone(),
            card_no: told.card_no.clone(),
            no_masked: mask::card(shown),
            tail: mask::tail(shown),
            kind: told.kind,
            product: told.product_name.clone(),
            status,
            status_text,
        }
    }

    /// Writes new and changed accounts; answers under which id each one really stands, since
    /// another request may have met it at the same moment.
    async fn write(
        &self,
        customer_no: &str,
        changed: Vec<(i64, OwnAccount)>,
    ) -> Result<Vec<(AccountId, AccountId)>, Error> {
        let (this, customer_no, now) = (self.clone(), customer_no.to_owned(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                let mut settled = Vec::with_capacity(changed.len());
                for (position, account) in &changed {
                    let id = this.write_one(c, &customer_no, account, *position, now).await?;
                    settled.push((account.id, id));
                }
                Ok(settled)
            })
            .await
    }

    async fn write_one(
        &self,
        c: &mut Conn,
        customer_no: &str,
        account: &OwnAccount,
        position: i64,
        now: Ms,
    ) -> Result<AccountId, Error> {
        let indexes = self.indexes(account);
        let row = self.seal(account, customer_no);
        if store::insert(c, &row, &indexes, position, now).await? {
            return Ok(row.id);
        }
        let (id, _) = store::id_by_no(c, &indexes.no)
            .await?
            .ok_or(Error::Row("account index taken without a row"))?;
        let row = self.seal(
            &OwnAccount {
                id,
                ..account.clone()
            },
            customer_no,
        );
        store::refresh(c, &row, indexes.card.as_deref(), now).await?;
        Ok(id)
    }

    fn seal(&self, a: &OwnAccount, customer_no: &str) -> Row {
        let seal = |column: &str, clear: &str| self.cx.vault.seal(&aad(column, a.id), clear);
        Row {
            id: a.id,
            customer: a.customer,
            customer_no: seal("customer_no", customer_no),
            account_no: seal("account_no", &a.account_no),
            card_no: a.card_no.as_deref().map(|no| seal("card_no", no)),
            kind: a.kind.as_str().to_owned(),
            product: a.product.clone(),
            status: a.status.as_str().to_owned(),
            status_text: a.status_text.clone(),
        }
    }

    pub(crate) fn open(&self, r: &Row) -> Result<OwnAccount, Error> {
        let open = |column: &str, sealed: &str| self.cx.vault.open(&aad(column, r.id), sealed);
        let account_no = open("account_no", &r.account_no)?;
        let card_no = r
            .card_no
            .as_deref()
            .map(|sealed| open("card_no", sealed))
            .transpose()?;
        let shown = card_no.as_deref().unwrap_or(&account_no);
        Ok(OwnAccount {
            id: r.id,
            customer: r.customer,
            no_masked: mask::card(shown),
            tail: mask::tail(shown),
            kind: AccountKind::parse(&r.kind).ok_or(Error::Row("account kind"))?,
            product: r.product.clone(),
            status: Status::parse(&r.status),
            status_text: r.status_text.clone(),
            account_no,
            card_no,
        })
    }

    pub(crate) fn open_customer_no(&self, r: &Row) -> Result<String, Error> {
        Ok(self.cx.vault.open(&aad("customer_no", r.id), &r.customer_no)?)
    }

    fn indexes(&self, a: &OwnAccount) -> Indexes {
        Indexes {
            no: self.number_idx(&a.account_no),
            card: a.card_no.as_deref().map(|no| self.number_idx(no)),
        }
    }

    /// Account and card numbers share one space of indexes: either finds the account.
    pub(crate) fn number_idx(&self, number: &str) -> String {
        self.cx.vault.index("accounts.number", number)
    }
}

/// Our own blocks count although the core may not know them yet.
fn overlay(mut own: Vec<OwnAccount>, lost: &[(AccountId, Ms)]) -> Vec<OwnAccount> {
    for account in &mut own {
        let since = lost.iter().find(|(id, _)| *id == account.id).map(|(_, at)| *at);
        if since.is_some() && matches!(account.status, Status::Normal | Status::Dormant) {
            (account.status, account.status_text) = status(false, &[], since);
        }
    }
    own
}

fn differs(a: &OwnAccount, b: &OwnAccount) -> bool {
    a.card_no != b.card_no
        || a.product != b.product
        || a.customer != b.customer
        || a.status != b.status
        || a.status_text != b.status_text
}

fn aad(column: &str, id: AccountId) -> String {
    format!("accounts_account.{column}|{id}")
}
