//! Commands that move or reserve money: what each asks, under which claim, and what is known of it later. They
//! are posted by [`super::group`].

use kit::{
    clock::{Ms, date_of},
    crypto::Vault,
    db::Conn,
};
use uuid::Uuid;
use weigui_ledger::{self as ledger, AccountId, Action, Day, Order, Outcome, TransferId, When};

use super::{
    EmbeddedCore, Fail,
    books::Books,
    codes::{code_of, refusal_of},
    group::{Ask, What, lost},
    secret::{self, Party},
    store::{self, AccountRow, OrderRow},
};
use crate::{
    answer::{Answer, RefusalCode},
    types::{
        AccountKind, Booking, EntryKind, HoldOrder, PostOrder, Posted, RestrictionKind, TransferOrder,
        VoidOrder,
    },
};

/// An id and what is asked under it, as a keyed tag: numbers can't be guessed back from it.
pub(super) struct Claim {
    pub(super) id: String,
    op: &'static str,
    hash: String,
    state: &'static str,
    pub(super) reference: String,
    pub(super) at: Ms,
}

impl Claim {
    /// `None`: the id is ours now. Otherwise what was answered before.
    pub(super) async fn make(&self, c: &mut Conn) -> Result<Option<Answer<Posted>>, Fail> {
        if store::insert_order(c, self.row()).await? {
            return Ok(None);
        }
        Ok(Some(self.earlier(c).await?))
    }

    pub(super) fn row(&self) -> OrderRow<'_> {
        OrderRow {
            id: &self.id,
            op: self.op,
            hash: &self.hash,
            state: self.state,
            reference: &self.reference,
            at: self.at,
        }
    }

    /// What was answered before under an id that is taken.
    pub(super) async fn earlier(&self, c: &mut Conn) -> Result<Answer<Posted>, Fail> {
        let seen = store::order(c, &self.id)
            .await?
            .ok_or(Fail::Row("order id taken without a row"))?;
        Ok(if seen.hash != self.hash {
            Answer::refused(RefusalCode::IdReused)
        } else if seen.state == "refused" {
            Answer::refused(RefusalCode::parse(&seen.refusal.unwrap_or_default()))
        } else {
            Answer::Done(Posted {
                reference: seen.reference,
                at: seen.at,
            })
        })
    }

    pub(super) fn posted(&self) -> Posted {
        Posted {
            reference: self.reference.clone(),
            at: self.at,
        }
    }

    pub(super) fn when(&self) -> Result<When, Fail> {
        Ok(When {
            now: self.at,
            business_date: day(self.at)?,
        })
    }
}

/// Keeps a refusal and answers it.
pub(super) async fn refuse<T>(c: &mut Conn, id: &str, code: RefusalCode) -> Result<Answer<T>, Fail> {
    store::refuse_order(c, id, code.as_str()).await?;
    Ok(Answer::refused(code))
}

pub(super) fn day(at: Ms) -> Result<Day, Fail> {
    Day::parse(&date_of(at).to_string()).ok_or(Fail::Row("business date"))
}

/// 核心流水号: the day and the end of the id, readable aloud.
pub(super) fn reference_of(id: Uuid, at: Ms) -> String {
    let hex = id.simple().to_string().to_ascii_uppercase();
    let tail: String = hex.chars().skip(20).collect();
    format!("{}{tail}", date_of(at).strftime("%Y%m%d"))
}

/// A transfer or a hold, brought to one shape.
pub(super) struct Wish {
    pub(super) debit_ix: String,
    pub(super) credit_ix: String,
    pub(super) amount: i64,
    pub(super) ccy: &'static str,
    pub(super) memo: String,
    pub(super) way: Way,
}

#[derive(Clone, Copy)]
pub(super) enum Way {
    Move,
    Hold { timeout_ms: Option<i64> },
}

impl EmbeddedCore {
    pub(super) fn claim(&self, op: &'static str, id: Uuid, state: &'static str, fields: &[&str]) -> Claim {
        let at = self.clock.now();
        let hash = self.vault.tag(op, fields);
        Claim {
            id: id.to_string(),
            op,
            hash,
            state,
            reference: reference_of(id, at),
            at,
        }
    }

    pub(super) async fn transfer_inner(&self, o: &TransferOrder) -> Result<Answer<Booking>, Fail> {
        if let Some(beneficiary) = &o.beneficiary {
            return self.outward(o, beneficiary).await;
        }
        let amount = o.amount.fen().to_string();
        let fields = [
            &o.debit_account,
            &o.credit_account,
            amount.as_str(),
            o.amount.ccy().code(),
            &o.memo,
        ];
        let claim = self.claim("transfer", o.id, "posted", &fields);
        let wish = Wish {
            debit_ix: secret::number_ix(&self.vault, &o.debit_account),
            credit_ix: secret::number_ix(&self.vault, &o.credit_account),
            amount: o.amount.fen(),
            ccy: o.amount.ccy().code(),
            memo: o.memo.clone(),
            way: Way::Move,
        };
        Ok(self.post(claim, What::Move(wish)).await?.map(Booking::Posted))
    }

    pub(super) async fn hold_inner(&self, o: &HoldOrder) -> Result<Answer<Posted>, Fail> {
        let (amount, timeout) = (o.amount.fen().to_string(), format!("{:?}", o.timeout_ms));
        let ccy = o.amount.ccy().code();
        let claim = self.claim(
            "hold",
            o.id,
            "held",
            &[
                &o.debit_account,
                &o.credit_account,
                &amount,
                ccy,
                &o.memo,
                &timeout,
            ],
        );
        let wish = Wish {
            debit_ix: secret::number_ix(&self.vault, &o.debit_account),
            credit_ix: secret::number_ix(&self.vault, &o.credit_account),
            amount: o.amount.fen(),
            ccy,
            memo: o.memo.clone(),
            way: Way::Hold {
                timeout_ms: o.timeout_ms,
            },
        };
        self.post(claim, What::Move(wish)).await
    }

    async fn post(&self, claim: Claim, what: What) -> Result<Answer<Posted>, Fail> {
        self.poster.post(Ask { claim, what }).await.map_err(lost)
    }

    pub(super) async fn post_inner(&self, o: &PostOrder) -> Result<Answer<Posted>, Fail> {
        let part = o.amount.map(kit::money::Money::fen);
        let claim = self.claim(
            "post",
            o.id,
            "posted",
            &[&o.hold.to_string(), &format!("{part:?}")],
        );
        let hold = transfer_id(&o.hold.to_string())?;
        self.post(claim, What::End(Action::Post { hold, amount: part }))
            .await
    }

    pub(super) async fn void_inner(&self, o: &VoidOrder) -> Result<Answer<Posted>, Fail> {
        let claim = self.claim("void", o.id, "voided", &[&o.hold.to_string()]);
        let hold = transfer_id(&o.hold.to_string())?;
        self.post(claim, What::End(Action::Void { hold })).await
    }
}

/// Ask only after the account is locked.
pub(super) async fn may_pay(c: &mut Conn, account: &AccountRow) -> Result<bool, Fail> {
    Ok(spends(&account.kind) && store::restrictions(c, &account.id).await?.is_empty())
}

/// Money leaves a term deposit or a loan by other ways than a transfer.
pub(super) fn spends(kind: &str) -> bool {
    matches!(
        AccountKind::parse(kind),
        Some(AccountKind::Demand | AccountKind::Credit)
    )
}

pub(super) async fn stops_credit(c: &mut Conn, account_id: &str) -> Result<bool, Fail> {
    let there = store::restrictions(c, account_id).await?;
    Ok(there.iter().any(|(kind, ..)| kind_stops_credit(kind)))
}

/// A kind that is not known here stops everything.
pub(super) fn kind_stops_credit(kind: &str) -> bool {
    RestrictionKind::parse(kind).is_none_or(RestrictionKind::stops_credit)
}

pub(super) fn order_of(claim: &Claim, action: Action) -> Result<Order, Fail> {
    Ok(Order {
        id: transfer_id(&claim.id)?,
        action,
        code: code_of(EntryKind::Transfer),
        reference: claim.reference.clone(),
        value_date: day(claim.at)?,
    })
}

pub(super) async fn ledger_says(
    c: &mut Conn,
    order: &Order,
    when: &When,
) -> Result<Result<(), RefusalCode>, Fail> {
    Ok(match ledger::apply(&mut Books(c), order, when).await? {
        Outcome::Created(_) | Outcome::Exists(_) => Ok(()),
        Outcome::Refused(refusal) => Err(refusal_of(refusal)),
    })
}

pub(super) async fn party(c: &mut Conn, vault: &Vault, account: &AccountRow) -> Result<Party, Fail> {
    let holder = store::customer(c, &account.customer_id)
        .await?
        .ok_or(Fail::Row("account without a customer"))?;
    Ok(Party {
        account: account.id.clone(),
        name: secret::open(vault, "core_customer.name", &holder.id, &holder.name)?,
        number: secret::open(vault, "core_account.account_no", &account.id, &account.account_no)?,
    })
}

pub(super) fn account_id(id: &str) -> Result<AccountId, Fail> {
    AccountId::parse(id).ok_or(Fail::Row("account id"))
}

pub(super) fn transfer_id(id: &str) -> Result<TransferId, Fail> {
    TransferId::parse(id).ok_or(Fail::Row("transfer id"))
}
