//! Drafting a transfer: everything is checked, the customer's key is claimed, a proof is asked for.

use accounts::{Accounts, OwnAccount};
use audit::{Actor, Entry};
use corebank::Answer;
use identity::{Challenge, Customer, Factor, NewChallenge, mask};
use kit::db::Conn;
use kit::idem;
use kit::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Payments;
use super::key::Key;
use super::look::TransferState;
use super::payee::{NameCheck, Resolved, To};
use crate::error::Error;
use crate::model::bill::PaidBill;
use crate::model::purpose::Purpose;
use crate::model::rules::MEMO_MAX;
use crate::model::transfer::{Arrival, Signed, Transfer, TransferId};
use crate::store;

/// A transfer as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTransfer)]
pub(crate) struct Draft {
    pub(crate) from_account_id: accounts::AccountId,
    /// The payee's card or account number, or the `account_ref` of a known payee.
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    /// The payee's bank, from `/api/banks`; none for our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bank_code: Option<String>,
    /// Fen.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
    /// At most 50 characters.
    #[serde(default)]
    pub(crate) memo: Option<String>,
    /// 到账方式; real-time when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) arrival: Option<Arrival>,
    /// 小额免密: the customer has seen payee and amount and said yes. Where the policy asks for no proof the transfer goes
    /// at once; everywhere else this changes nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) confirmed: bool,
}

impl Draft {
    fn to(&self) -> To<'_> {
        To {
            no: &self.to_no,
            name: &self.to_name,
            bank_code: self.bank_code.as_deref().unwrap_or(""),
        }
    }
}

/// What is asked for, beside who pays whom.
pub(crate) struct Wish {
    pub(crate) amount_fen: i64,
    pub(crate) memo: String,
    pub(crate) arrival: Arrival,
    pub(crate) cooling: bool,
    pub(crate) purpose: Purpose,
}

/// What a key made, by this request or by an earlier one.
pub(super) enum Made<T> {
    Now(T),
    Before(TransferId),
}

impl Payments {
    /// Makes a draft that waits for the customer's proof. The same key and content give the same draft.
    pub(crate) async fn draft(&self, who: &Customer, key: &str, ask: &Draft) -> Result<TransferState, Error> {
        let key = Key {
            scope: format!("transfer:{}", who.id),
            key: key.to_owned(),
            hash: self.cx.vault.tag("transfer.ask", &[&idem::hash_of(ask)]),
        };
        if let Some(earlier) = self.earlier(who, &key).await? {
            return Ok(earlier);
        }
        if ask.confirmed
            && self
                .asked_for(Purpose::Transfer, ask.amount_fen)
                .await?
                .is_empty()
            && let Some(sent) = self.send_at_once(who, &key, ask).await?
        {
            return Ok(sent);
        }
        let own = self.payer(who, ask.from_account_id).await?;
        let allowance = self.allowance(who.id, own.id).await?;
        allowance.check(ask.amount_fen)?;
        let sum = allowance.sent_today() + ask.amount_fen;
        let factors = self.asked_for(Purpose::Transfer, sum).await?;
        let transfer = self.prepared(who, own, ask).await?;
        self.write(who, key, (transfer, None), factors).await
    }

    /// What the policy wants of the customer before so much goes.
    async fn asked_for(&self, purpose: Purpose, amount_fen: i64) -> Result<Vec<Factor>, Error> {
        Ok(self.identity.policy(purpose.act(), amount_fen).await?)
    }

    /// Writes a draft and asks for its proof, unless this key did before.
    pub(crate) async fn drafted(
        &self,
        who: &Customer,
        key: Key,
        (transfer, bill): (Transfer, Option<PaidBill>),
    ) -> Result<TransferState, Error> {
        let mut sum = transfer.amount_fen;
        if transfer.purpose.is_limited() {
            sum += self.allowance(who.id, transfer.account).await?.sent_today();
        }
        let factors = self.asked_for(transfer.purpose, sum).await?;
        self.write(who, key, (transfer, bill), factors).await
    }

    async fn write(
        &self,
        who: &Customer,
        key: Key,
        (transfer, bill): (Transfer, Option<PaidBill>),
        factors: Vec<Factor>,
    ) -> Result<TransferState, Error> {
        let (this, customer) = (self.clone(), who.id);
        let made = self
            .cx
            .db
            .tx(async move |c| {
                if let Some(id) = key.claim(c, &transfer.id, transfer.created_at).await? {
                    return Ok::<_, Error>(Made::Before(id));
                }
                let (drafted, challenge) = this.write_draft(c, transfer.clone(), &factors).await?;
                if let Some(bill) = &bill {
                    store::insert_bill(c, &this.seal_bill(bill)).await?;
                }
                this.note(c, customer, "transfer.draft", transfer.id, "ok")
                    .await?;
                Ok(Made::Now(TransferState {
                    state: drafted.state,
                    transfer: drafted,
                    challenge: Some(challenge),
                    bill: bill.clone(),
                }))
            })
            .await?;
        match made {
            Made::Now(state) => Ok(state),
            Made::Before(id) => self.show(who, id).await,
        }
    }

    /// The draft that this key made before, if it did.
    pub(crate) async fn earlier(&self, who: &Customer, key: &Key) -> Result<Option<TransferState>, Error> {
        match self.made_before(key).await? {
            Some(id) => Ok(Some(self.show(who, id).await?)),
            None => Ok(None),
        }
    }

    /// Every refusal that can be known now is given now; whether the account is blocked and the limits allow it is known
    /// for good in the transaction that authorises.
    pub(super) async fn prepared(
        &self,
        who: &Customer,
        own: OwnAccount,
        ask: &Draft,
    ) -> Result<Transfer, Error> {
        let memo = memo_of(ask.memo.as_deref())?;
        let payee = self.resolve(who, ask.to()).await?;
        reachable(&own.account_no, &payee)?;
        self.affordable(&own.account_no, ask.amount_fen).await?;
        let cooling = self.would_cool(who, &payee, ask.amount_fen).await?;
        let wish = Wish {
            amount_fen: ask.amount_fen,
            memo,
            arrival: ask.arrival.unwrap_or_default(),
            cooling,
            purpose: Purpose::Transfer,
        };
        self.transfer(who, own, payee, wish)
    }

    /// The customer's own account, free to pay.
    pub(crate) async fn payer(
        &self,
        who: &Customer,
        account: accounts::AccountId,
    ) -> Result<OwnAccount, Error> {
        let own = self.accounts.own(who.id, account).await?;
        let account = own.id;
        let blocked = self
            .cx
            .db
            .glance(async move |c| Accounts::looks_blocked(c, account).await)
            .await?;
        if blocked {
            return Err(Error::AccountBlocked);
        }
        Ok(own)
    }

    pub(crate) async fn affordable(&self, from_no: &str, amount: i64) -> Result<(), Error> {
        match self.core.balance(from_no).await {
            Answer::Done(balance) if balance.available.fen() >= amount => Ok(()),
            Answer::Done(_) => Err(Error::Insufficient),
            Answer::Refused(_) => Err(Error::AccountBlocked),
            Answer::Unknown => Err(Error::CoreUnavailable),
        }
    }

    pub(crate) fn transfer(
        &self,
        who: &Customer,
        own: OwnAccount,
        payee: Resolved,
        wish: Wish,
    ) -> Result<Transfer, Error> {
        let id: TransferId = self.cx.ids.make();
        let now = self.cx.clock.now();
        let from_no = own.card_no.unwrap_or(own.account_no);
        let signed = Signed {
            id,
            from_no: &from_no,
            to_no: &payee.number,
            amount_fen: wish.amount_fen,
            bank: &payee.bank.code,
            arrival: wish.arrival,
        };
        Ok(Transfer {
            bound: signed.text(),
            id,
            customer: who.id,
            account: own.id,
            purpose: wish.purpose,
            from_name: self.identity.own_name(who)?,
            to_idx: self.index_of(&payee),
            from_no,
            to_no: payee.number,
            to_name: payee.name,
            bank: payee.bank,
            amount_fen: wish.amount_fen,
            memo: wish.memo,
            arrival: wish.arrival,
            cooling: wish.cooling,
            expires_at: now,
            business_date: self.cx.clock.today().to_string(),
            created_at: now,
            ..Transfer::blank(id, who.id, own.id)
        })
    }

    async fn write_draft(
        &self,
        c: &mut Conn,
        mut transfer: Transfer,
        factors: &[Factor],
    ) -> Result<(Transfer, Challenge), Error> {
        let summary = summary_of(&transfer);
        let ask = NewChallenge {
            customer: transfer.customer,
            act: transfer.purpose.act(),
            bound: transfer.bound.clone(),
            summary,
            factors: factors.to_vec(),
        };
        let challenge = self.identity.challenge_open(c, ask).await?;
        transfer.challenge = challenge.id.to_string();
        transfer.expires_at = challenge.expires_at;
        store::insert(c, &self.seal(&transfer)).await?;
        Ok((transfer, challenge))
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

/// What the customer signs, in words: `向*明转账500.00元（中国工商银行，次日到账）`.
fn summary_of(t: &Transfer) -> String {
    if t.purpose == Purpose::Repayment {
        let (tail, amount) = (mask::tail(&t.to_no), Money::cny(t.amount_fen));
        return format!("尾号{tail}的信用卡还款{amount}元");
    }
    if t.purpose == Purpose::Bill {
        return format!("缴纳{}{}元（{}）", t.memo, Money::cny(t.amount_fen), t.to_name);
    }
    let mut notes = Vec::new();
    if !t.bank.is_ours() {
        notes.push(t.bank.name.as_str());
    }
    if t.arrival != Arrival::Realtime {
        notes.push(t.arrival.text());
    }
    let main = format!("向{}转账{}元", mask::name(&t.to_name), Money::cny(t.amount_fen));
    if notes.is_empty() {
        main
    } else {
        format!("{main}（{}）", notes.join("，"))
    }
}

pub(crate) fn memo_of(memo: Option<&str>) -> Result<String, Error> {
    let memo = memo.unwrap_or("").trim().to_owned();
    if memo.chars().count() > MEMO_MAX || memo.chars().any(char::is_control) {
        return Err(Error::BadMemo);
    }
    Ok(memo)
}

/// Another account, and not one that bears another name.
pub(crate) fn reachable(from_no: &str, payee: &Resolved) -> Result<(), Error> {
    if payee.bank.is_ours() && payee.account_no == from_no {
        return Err(Error::SameAccount);
    }
    if payee.name_check == NameCheck::Mismatch {
        return Err(Error::NameMismatch);
    }
    Ok(())
}
