//! Repaying one's own credit card 信用卡还款: what is owed, and a transfer whose payee is the card.
//!
//! No more is taken than is owed: an overpayment 溢缴款 earns no interest, and taking it back may cost a fee. What is
//! under way counts as repaid. The proof, the booking, an unknown outcome and the receipt are the transfer's.

use accounts::{AccountId, OwnAccount};
use corebank::{AccountKind, Answer, CardBill, PayeeStatus};
use identity::{Customer, CustomerId};
use kit::db::Conn;
use kit::idem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Payments;
use super::draft::Wish;
use super::key::Key;
use super::look::TransferState;
use super::payee::{NameCheck, Resolved};
use crate::error::Error;
use crate::model::purpose::Purpose;
use crate::model::transfer::{Arrival, Bank, Transfer};
use crate::store;

/// A repayment as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRepayment)]
pub(crate) struct Repay {
    /// A current account 活期账户 of the customer's.
    pub(crate) from_account_id: AccountId,
    /// The credit card.
    pub(crate) card_account_id: AccountId,
    /// Fen; at most what is owed and not yet being repaid.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
}

/// A card's bill with what the card owes now.
pub(crate) struct BillState {
    pub(crate) card: OwnAccount,
    pub(crate) bill: CardBill,
    /// Everything owed, billed or not. Fen.
    pub(crate) owed_fen: i64,
    /// Repayments whose outcome is not known yet. Fen.
    pub(crate) under_way_fen: i64,
    pub(crate) today: String,
}

impl BillState {
    /// The largest repayment that is not an overpayment. Fen.
    pub(crate) fn most(&self) -> i64 {
        (self.owed_fen - self.under_way_fen).max(0)
    }
}

/// What a card owed when the core was asked. Fen.
#[derive(Clone, Copy)]
pub(crate) struct Owed {
    /// What could still be repaid then.
    most: i64,
    /// All repayments before it.
    in_all: i64,
}

impl Payments {
    /// The bill of one of the customer's own credit cards, as the core has it now.
    pub(crate) async fn bill(&self, who: &Customer, card: AccountId) -> Result<BillState, Error> {
        self.identity.require_level(who, "accounts.view").await?;
        let card = self.card(who.id, card).await?;
        self.card_bill(card).await
    }

    /// The same of a card in hand.
    pub(crate) async fn card_bill(&self, card: OwnAccount) -> Result<BillState, Error> {
        let bill = match self.core.card_bill(&card.account_no).await {
            Answer::Done(bill) => bill,
            Answer::Refused(_) => return Err(Error::NoCard),
            Answer::Unknown => return Err(Error::CoreUnavailable),
        };
        let owed_fen = self.owed(&card.account_no).await?.ok_or(Error::CoreUnavailable)?;
        let (customer, idx) = (card.customer, self.payee_index(&card.account_no));
        let name = Purpose::Repayment.name();
        let under_way_fen = self
            .cx
            .db
            .glance(async move |c| store::gone(c, (customer, &idx, name)).await)
            .await?
            .under_way;
        Ok(BillState {
            card,
            bill,
            owed_fen,
            under_way_fen,
            today: self.cx.clock.today().to_string(),
        })
    }

    /// Drafts a repayment that waits for the customer's proof. The same key and content give the same draft.
    pub(crate) async fn repay(&self, who: &Customer, key: &str, ask: &Repay) -> Result<TransferState, Error> {
        let key = Key {
            scope: format!("repayment:{}", who.id),
            key: key.to_owned(),
            hash: self.cx.vault.tag("repayment.ask", &[&idem::hash_of(ask)]),
        };
        if let Some(earlier) = self.earlier(who, &key).await? {
            return Ok(earlier);
        }
        let transfer = self.repayment(who, ask).await?;
        self.drafted(who, key, (transfer, None)).await
    }

    /// Every refusal that can be known now is given now.
    async fn repayment(&self, who: &Customer, ask: &Repay) -> Result<Transfer, Error> {
        if ask.amount_fen <= 0 {
            return Err(Error::BadRepayment);
        }
        let own = self.payer(who, ask.from_account_id).await?;
        if own.kind != AccountKind::Demand {
            return Err(Error::BadPayer);
        }
        let bill = self.bill(who, ask.card_account_id).await?;
        fits(ask.amount_fen, bill.most())?;
        let payee = self.card_as_payee(bill.card).await?;
        self.affordable(&own.account_no, ask.amount_fen).await?;
        let wish = Wish {
            amount_fen: ask.amount_fen,
            memo: "信用卡还款".to_owned(),
            arrival: Arrival::Realtime,
            cooling: false,
            purpose: Purpose::Repayment,
        };
        self.transfer(who, own, payee, wish)
    }

    /// The card as whom a repayment reaches, when it takes money.
    pub(crate) async fn card_as_payee(&self, card: OwnAccount) -> Result<Resolved, Error> {
        let number = card.card_no.unwrap_or_else(|| card.account_no.clone());
        let name = match self.core.payee(&number).await {
            Answer::Done(payee) if payee.status == PayeeStatus::Blocked => return Err(Error::CardBlocked),
            Answer::Done(payee) => payee.name,
            Answer::Refused(_) => return Err(Error::NoCard),
            Answer::Unknown => return Err(Error::CoreUnavailable),
        };
        Ok(Resolved {
            number,
            account_no: card.account_no,
            name,
            name_check: NameCheck::Matched,
            bank: Bank::default(),
        })
    }

    /// What the card of a repayment owes, asked before the proof is judged. None: no repayment, or no answer, and then
    /// the figure of the draft, minutes old, has to do.
    pub(crate) async fn owed_for(&self, t: &Transfer) -> Result<Option<Owed>, Error> {
        if t.purpose != Purpose::Repayment {
            return Ok(None);
        }
        let (customer, idx) = (t.customer, t.to_idx.clone());
        let gone = self
            .cx
            .db
            .glance(async move |c| store::gone(c, (customer, &idx, Purpose::Repayment.name())).await)
            .await?;
        let Some(owed) = self.owed(&t.to_no).await? else {
            return Ok(None);
        };
        let most = (owed - gone.under_way).max(0);
        fits(t.amount_fen, most)?;
        Ok(Some(Owed {
            most,
            in_all: gone.in_all,
        }))
    }

    /// What was repaid since the core was asked is missing in its answer, whether it is under way or has arrived; `t` is
    /// counted in it already.
    pub(crate) async fn fits_still(c: &mut Conn, t: &Transfer, asked: Owed) -> Result<(), Error> {
        let gone = store::gone(c, way_of(t)).await?;
        let since = gone.in_all - asked.in_all - t.amount_fen;
        fits(t.amount_fen, (asked.most - since).max(0))
    }

    /// Two repayments proved at the same moment must fit together; `t` counts as under way already.
    pub(crate) async fn not_more_than(c: &mut Conn, t: &Transfer, owed: i64) -> Result<(), Error> {
        let sum = store::gone(c, way_of(t)).await?.under_way;
        if sum > owed {
            let most_fen = (owed - (sum - t.amount_fen)).max(0);
            return Err(Error::Overpaid { most_fen });
        }
        Ok(())
    }

    /// One of the customer's own credit cards.
    pub(crate) async fn card(&self, customer: CustomerId, id: AccountId) -> Result<OwnAccount, Error> {
        let own = match self.accounts.own(customer, id).await {
            Err(accounts::Error::NotFound) => return Err(Error::NoCard),
            other => other?,
        };
        if own.kind == AccountKind::Credit {
            Ok(own)
        } else {
            Err(Error::NoCard)
        }
    }

    /// What stands against the card, fen, never negative. None: the core did not say.
    async fn owed(&self, card_no: &str) -> Result<Option<i64>, Error> {
        match self.core.balance(card_no).await {
            Answer::Done(balance) => Ok(Some(balance.posted.fen().saturating_neg().max(0))),
            Answer::Refused(_) => Err(Error::NoCard),
            Answer::Unknown => Ok(None),
        }
    }
}

/// Of two repayments of a card at the same moment the second waits for the first, and sees it.
pub(super) async fn takes_card(c: &mut Conn, t: &Transfer) -> Result<(), Error> {
    let key = kit::crypto::sha256(&format!("repayment|{}|{}", t.customer, t.to_idx));
    Ok(store::take_turn(c, &key).await?)
}

pub(super) fn way_of(t: &Transfer) -> store::Way<'_> {
    (t.customer, &t.to_idx, t.purpose.name())
}

fn fits(amount: i64, most: i64) -> Result<(), Error> {
    match most {
        0 => Err(Error::NothingOwed),
        most if amount > most => Err(Error::Overpaid { most_fen: most }),
        _ => Ok(()),
    }
}
