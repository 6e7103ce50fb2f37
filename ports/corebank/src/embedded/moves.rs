//! Commands that move or reserve money. Each runs in one transaction: claim the id, check the
//! parties, let the ledger decide, keep what the statement will show. A refusal is kept as well, so
//! that the same id is refused for good and a status query tells the truth.

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
    secret::{self, Detail, Party},
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
        let row = OrderRow {
            id: &self.id,
            op: self.op,
            hash: &self.hash,
            state: self.state,
            reference: &self.reference,
            at: self.at,
        };
        if store::insert_order(c, row).await? {
            return Ok(None);
        }
        let seen = store::order(c, &self.id)
            .await?
            .ok_or(Fail::Row("order id taken without a row"))?;
        Ok(Some(if seen.hash != self.hash {
            Answer::refused(RefusalCode::IdReused)
        } else if seen.state == "refused" {
            Answer::refused(RefusalCode::parse(&seen.refusal.unwrap_or_default()))
        } else {
            Answer::Done(Posted {
                reference: seen.reference,
                at: seen.at,
            })
        }))
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
struct Wish {
    debit_ix: String,
    credit_ix: String,
    amount: i64,
    ccy: &'static str,
    memo: String,
    way: Way,
}

#[derive(Clone, Copy)]
enum Way {
    Move,
    Hold { timeout_ms: Option<i64> },
}

struct Sides {
    debit: AccountRow,
    credit: AccountRow,
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
        Ok(self.move_or_hold(claim, wish).await?.map(Booking::Posted))
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
        self.move_or_hold(claim, wish).await
    }

    async fn move_or_hold(&self, claim: Claim, wish: Wish) -> Result<Answer<Posted>, Fail> {
        let vault = self.vault.clone();
        self.db
            .tx(async move |c| {
                if let Some(earlier) = claim.make(c).await? {
                    return Ok(earlier);
                }
                let sides = match sides(c, &wish).await? {
                    Ok(sides) => sides,
                    Err(code) => return refuse(c, &claim.id, code).await,
                };
                let order = order_of(&claim, action_of(&sides, &wish)?)?;
                if let Err(code) = ledger_says(c, &order, &claim.when()?).await? {
                    return refuse(c, &claim.id, code).await;
                }
                let detail = detail_of(c, &vault, &sides, &wish.memo).await?;
                store::insert_posting(c, &claim.id, &detail.seal(&vault, &claim.id)?).await?;
                store::insert_changes(c, &claim.id).await?;
                Ok(Answer::Done(claim.posted()))
            })
            .await
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
        self.resolve(claim, Action::Post { hold, amount: part }).await
    }

    pub(super) async fn void_inner(&self, o: &VoidOrder) -> Result<Answer<Posted>, Fail> {
        let claim = self.claim("void", o.id, "voided", &[&o.hold.to_string()]);
        let hold = transfer_id(&o.hold.to_string())?;
        self.resolve(claim, Action::Void { hold }).await
    }

    async fn resolve(&self, claim: Claim, action: Action) -> Result<Answer<Posted>, Fail> {
        let vault = self.vault.clone();
        self.db
            .tx(async move |c| {
                if let Some(earlier) = claim.make(c).await? {
                    return Ok(earlier);
                }
                let order = order_of(&claim, action.clone())?;
                if let Err(code) = ledger_says(c, &order, &claim.when()?).await? {
                    return refuse(c, &claim.id, code).await;
                }
                // The statement shows the posting under its own id: carry over who paid whom.
                if let Action::Post { hold, .. } = &action
                    && let Some(sealed) = store::posting(c, hold.as_str()).await?
                {
                    let detail = Detail::open(&vault, hold.as_str(), &sealed)?;
                    store::insert_posting(c, &claim.id, &detail.seal(&vault, &claim.id)?).await?;
                }
                store::insert_changes(c, &claim.id).await?;
                Ok(Answer::Done(claim.posted()))
            })
            .await
    }
}

/// Finds and locks both accounts and asks whether each may do its part.
async fn sides(c: &mut Conn, wish: &Wish) -> Result<Result<Sides, RefusalCode>, Fail> {
    let Some(debit) = store::account_by_no(c, &wish.debit_ix).await? else {
        return Ok(Err(RefusalCode::AccountNotFound));
    };
    let Some(credit) = store::account_by_no(c, &wish.credit_ix).await? else {
        return Ok(Err(RefusalCode::PayeeNotFound));
    };
    if debit.id == credit.id {
        return Ok(Err(RefusalCode::SameAccount));
    }
    store::lock_accounts(c, &debit.id, &credit.id).await?;
    if !may_pay(c, &debit).await? {
        return Ok(Err(RefusalCode::AccountRestricted));
    }
    if stops_credit(c, &credit.id).await? {
        return Ok(Err(RefusalCode::PayeeRestricted));
    }
    Ok(Ok(Sides { debit, credit }))
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
    Ok(there
        .iter()
        .any(|(kind, ..)| RestrictionKind::parse(kind).is_none_or(RestrictionKind::stops_credit)))
}

fn action_of(sides: &Sides, wish: &Wish) -> Result<Action, Fail> {
    let (debit, credit) = (account_id(&sides.debit.id)?, account_id(&sides.credit.id)?);
    let (amount, ccy) = (wish.amount, wish.ccy.to_owned());
    Ok(match wish.way {
        Way::Move => Action::Direct {
            debit,
            credit,
            amount,
            ccy,
        },
        Way::Hold { timeout_ms } => Action::Hold {
            debit,
            credit,
            amount,
            ccy,
            timeout_ms,
        },
    })
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

async fn detail_of(c: &mut Conn, vault: &Vault, sides: &Sides, memo: &str) -> Result<Detail, Fail> {
    let debit = party(c, vault, &sides.debit).await?;
    let credit = party(c, vault, &sides.credit).await?;
    Ok(Detail {
        debit,
        credit,
        memo: memo.to_owned(),
        place: None,
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
