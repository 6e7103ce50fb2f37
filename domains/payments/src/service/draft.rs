//! Drafting a transfer: everything is checked, the customer's key is claimed, a proof is asked for.

use accounts::Accounts;
use audit::{Actor, Entry};
use corebank::Answer;
use identity::{Challenge, Customer, Factor, NewChallenge, mask};
use kit::db::Conn;
use kit::idem::{self, Claim};
use kit::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Payments;
use super::check::Resolved;
use super::look::TransferState;
use crate::error::Error;
use crate::model::rules::{Excess, MEMO_MAX};
use crate::model::transfer::{State, Transfer, TransferId};
use crate::store;

/// A transfer as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTransfer)]
pub(crate) struct Draft {
    pub(crate) from_account_id: accounts::AccountId,
    /// The payee's card or account number, or the `account_ref` of a recent payee.
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    /// Fen.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
    /// At most 50 characters.
    #[serde(default)]
    pub(crate) memo: Option<String>,
}

impl Payments {
    /// Makes a draft that waits for the customer's proof. The same key and content give the same draft.
    pub(crate) async fn draft(&self, who: &Customer, key: &str, ask: &Draft) -> Result<TransferState, Error> {
        let scope = format!("transfer:{}", who.id);
        let hash = self.cx.vault.tag("transfer.ask", &[&idem::hash_of(ask)]);
        if let Some(earlier) = self.earlier(who, &scope, key, &hash).await? {
            return Ok(earlier);
        }
        let (transfer, factors) = self.prepared(who, ask).await?;
        let (this, key, customer) = (self.clone(), key.to_owned(), who.id);
        let id = self
            .cx
            .db
            .tx(async move |c| {
                match idem::claim(c, &scope, &key, &hash, transfer.created_at, 0).await? {
                    Claim::New => {}
                    Claim::Done(id) => return id.parse().map_err(|_| Error::NotFound),
                    Claim::Different => return Err(Error::KeyReused),
                    Claim::Running { .. } | Claim::Stalled => {
                        return Err(Error::InProgress { retry_after: 1 });
                    }
                }
                this.write_draft(c, transfer.clone(), &factors).await?;
                this.note(c, customer, "transfer.draft", transfer.id, "ok")
                    .await?;
                idem::finish(c, &scope, &key, &transfer.id.to_string()).await?;
                Ok(transfer.id)
            })
            .await?;
        self.show(who, id).await
    }

    /// The draft that this key made before, if it did.
    pub(crate) async fn earlier(
        &self,
        who: &Customer,
        scope: &str,
        key: &str,
        hash: &str,
    ) -> Result<Option<TransferState>, Error> {
        let (scope, key, hash, now) = (
            scope.to_owned(),
            key.to_owned(),
            hash.to_owned(),
            self.cx.clock.now(),
        );
        let known = self
            .cx
            .db
            .read(async move |c| idem::look(c, &scope, &key, &hash, now).await)
            .await?;
        match known {
            Claim::New => Ok(None),
            Claim::Done(id) => Ok(Some(
                self.show(who, id.parse().map_err(|_| Error::NotFound)?).await?,
            )),
            Claim::Different => Err(Error::KeyReused),
            Claim::Running { .. } | Claim::Stalled => Err(Error::InProgress { retry_after: 1 }),
        }
    }

    /// Every refusal that can be known now is given now.
    async fn prepared(&self, who: &Customer, ask: &Draft) -> Result<(Transfer, Vec<Factor>), Error> {
        let memo = ask.memo.as_deref().unwrap_or("").trim().to_owned();
        if memo.chars().count() > MEMO_MAX || memo.chars().any(char::is_control) {
            return Err(Error::BadMemo);
        }
        let (limits, used) = self.limits(who).await?;
        limits
            .check(ask.amount_fen, used)
            .map_err(|excess| match excess {
                Excess::BadAmount => Error::BadAmount,
                Excess::Single => Error::LimitSingle,
                Excess::Day => Error::LimitDay {
                    left_fen: limits.left(used),
                },
            })?;
        let own = self
            .accounts
            .own(who.id, &who.customer_no, ask.from_account_id)
            .await?;
        let account = own.id;
        if self
            .cx
            .db
            .tx(async move |c| Accounts::is_blocked(c, account).await)
            .await?
        {
            return Err(Error::AccountBlocked);
        }
        let payee = self.resolve(who, &ask.to_no, &ask.to_name).await?;
        self.affordable(&own.account_no, &payee, ask.amount_fen).await?;
        let factors = self.identity.policy("transfer", ask.amount_fen).await?;
        Ok((
            self.transfer(who, own, payee, (ask.amount_fen, memo)).await?,
            factors,
        ))
    }

    async fn affordable(&self, from_no: &str, payee: &Resolved, amount: i64) -> Result<(), Error> {
        if payee.account_no == from_no {
            return Err(Error::SameAccount);
        }
        if !payee.name_matches {
            return Err(Error::NameMismatch);
        }
        match self.core.balance(from_no).await {
            Answer::Done(balance) if balance.available.fen() >= amount => Ok(()),
            Answer::Done(_) => Err(Error::Insufficient),
            Answer::Refused(_) => Err(Error::AccountBlocked),
            Answer::Unknown => Err(Error::CoreUnavailable),
        }
    }

    async fn transfer(
        &self,
        who: &Customer,
        own: accounts::OwnAccount,
        payee: Resolved,
        (amount_fen, memo): (i64, String),
    ) -> Result<Transfer, Error> {
        let id: TransferId = self.cx.ids.make();
        let now = self.cx.clock.now();
        let from_no = own.card_no.unwrap_or(own.account_no);
        Ok(Transfer {
            bound: Transfer::bound(id, &from_no, &payee.number, amount_fen),
            id,
            customer: who.id,
            account: own.id,
            from_no,
            from_name: self.identity.name_of(who.id).await?,
            to_idx: self.payee_index(&payee.account_no),
            to_no: payee.number,
            to_name: payee.name,
            amount_fen,
            fee_fen: 0,
            memo,
            state: State::AwaitingChallenge,
            reason: String::new(),
            challenge: String::new(),
            expires_at: now,
            business_date: self.cx.clock.today().to_string(),
            reference: String::new(),
            created_at: now,
            authorised_at: 0,
            done_at: 0,
            checks: 0,
            next_check_at: 0,
        })
    }

    async fn write_draft(
        &self,
        c: &mut Conn,
        mut transfer: Transfer,
        factors: &[Factor],
    ) -> Result<Challenge, Error> {
        let summary = format!(
            "向{}转账{}元",
            mask::name(&transfer.to_name),
            Money::cny(transfer.amount_fen)
        );
        let ask = NewChallenge {
            customer: transfer.customer,
            act: "transfer",
            bound: transfer.bound.clone(),
            summary,
            factors: factors.to_vec(),
        };
        let challenge = self.identity.challenge_open(c, ask).await?;
        transfer.challenge = challenge.id.to_string();
        transfer.expires_at = challenge.expires_at;
        store::insert(c, &self.seal(&transfer)).await?;
        Ok(challenge)
    }

    pub(crate) async fn note(
        &self,
        c: &mut Conn,
        customer: identity::CustomerId,
        action: &'static str,
        id: TransferId,
        result: &'static str,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Customer(customer.to_string()),
            action,
            subject: format!("transfer:{id}"),
            result,
            detail: json!({}),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}
