//! The way of a payment to another bank: handed to the clearing, asked for until it is settled or returned.
//!
//! `out → sent → settled | returned`. An instruction whose answer was lost is asked for before it is sent
//! again, and always under its own id. The end is booked once, in the transaction that ends the payment:
//! settled money moves from in-transit to the clearing, returned money back to the payer.

use futures_util::FutureExt as _;
use kit::{
    clock::{Ms, SECOND},
    db::Conn,
    http::Timeouts,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use weigui_ledger::{self as ledger, Action, Order, Outcome, When};

use super::{
    EmbeddedCore, Fail,
    books::Books,
    codes::{code_of, refusal_of},
    moves::{account_id, day, reference_of, stops_credit, transfer_id},
    open::Internal,
    outward::Instruction,
    secret::Detail,
    store::{self, ClearingRow},
};
use crate::{
    answer::RefusalCode,
    types::{EntryKind, ReturnReason},
};

/// Payments looked after in one pass.
const PASS: i64 = 50;
/// Seconds until the next question, by the number of questions before; the last one stays.
const PAUSES: [i64; 8] = [1, 1, 2, 3, 5, 10, 30, 60];
/// A payment whose money can't be booked back waits this long (a frozen payer, a closed account).
const STUCK: Ms = 600 * SECOND;

/// The clearing, outside the bank.
#[derive(Clone)]
pub struct ClearingHouse {
    client: reqwest::Client,
    base: String,
}

/// What the clearing says of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Word {
    /// It has never seen it.
    Unknown,
    Pending,
    Settled,
    Returned {
        reason: String,
    },
    /// Not taken, for good.
    Refused {
        reason: String,
    },
}

#[derive(Serialize)]
struct Payment<'a> {
    id: &'a str,
    debit_account: &'a str,
    debit_name: &'a str,
    bank_code: &'a str,
    credit_account: &'a str,
    name: &'a str,
    amount_minor: i64,
    ccy: &'a str,
    memo: &'a str,
}

/// How a payment ends.
#[derive(Clone, Copy)]
enum End {
    Settled,
    Returned(ReturnReason),
}

impl ClearingHouse {
    /// `base` is where `/payments` and `/status` are.
    pub fn new(base: &str, timeouts: Timeouts) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: kit::http::client(timeouts)?,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    /// `None`: no usable answer.
    async fn submit(&self, row: &ClearingRow, told: &Instruction) -> Option<Word> {
        let payment = Payment {
            id: &row.id,
            debit_account: &told.debit_account,
            debit_name: &told.debit_name,
            bank_code: &told.beneficiary.bank_code,
            credit_account: &told.credit_account,
            name: &told.beneficiary.name,
            amount_minor: row.amount,
            ccy: "CNY",
            memo: &told.memo,
        };
        self.post("payments", &payment).await
    }

    async fn status(&self, id: &str) -> Option<Word> {
        self.post("status", &serde_json::json!({ "id": id })).await
    }

    async fn post(&self, path: &str, body: &(impl Serialize + Sync)) -> Option<Word> {
        let request = self.client.post(format!("{}/{path}", self.base)).json(body);
        let word = async { request.send().await?.error_for_status()?.json().await };
        word.await
            .map_err(
                |error| tracing::warn!(path, cause = %error.without_url(), "clearing gave no usable answer"),
            )
            .ok()
    }
}

impl EmbeddedCore {
    /// Sends and asks what is due now; answers how many payments ended. Call it every second.
    pub async fn clear_due(&self, house: &ClearingHouse) -> Result<u64, Fail> {
        let now = self.clock.now();
        let due = self
            .db
            .read(async |c| Ok::<_, Fail>(store::clearing_due(c, now, PASS).await?))
            .await?;
        let passes = due.into_iter().map(|row| self.look_after(house, row).boxed());
        let ends = futures_util::future::join_all(passes).await;
        let mut ended = 0;
        for end in ends {
            ended += u64::from(end?);
        }
        Ok(ended)
    }

    /// True when the payment has ended.
    async fn look_after(&self, house: &ClearingHouse, row: ClearingRow) -> Result<bool, Fail> {
        let told = Instruction::open(&self.vault, &row.id, &row.detail)?;
        let word = if row.state == "out" && row.asks == 0 {
            self.asked(&row, "out").await?;
            house.submit(&row, &told).await
        } else {
            match house.status(&row.id).await {
                // It did not get through: the same payment again, under the same id.
                Some(Word::Unknown) if row.state == "out" => house.submit(&row, &told).await,
                word => word,
            }
        };
        match word {
            Some(Word::Settled) => self.end(&row, End::Settled).await,
            Some(Word::Returned { reason } | Word::Refused { reason }) => {
                self.end(&row, End::Returned(ReturnReason::parse(&reason))).await
            }
            Some(Word::Pending) => self.asked(&row, "sent").await.map(|()| false),
            Some(Word::Unknown) if row.state == "sent" => {
                tracing::error!(
                    order = row.id,
                    "the clearing no longer knows a payment that it took"
                );
                self.asked(&row, "sent").await.map(|()| false)
            }
            Some(Word::Unknown) | None => self.asked(&row, &row.state).await.map(|()| false),
        }
    }

    /// Notes a question, and when the next one is due.
    async fn asked(&self, row: &ClearingRow, state: &str) -> Result<(), Fail> {
        let at = usize::try_from(row.asks)
            .unwrap_or(usize::MAX)
            .min(PAUSES.len() - 1);
        let pause = PAUSES.get(at).copied().unwrap_or(60) * SECOND;
        self.wait(row, state, self.clock.now() + pause).await
    }

    async fn wait(&self, row: &ClearingRow, state: &str, until: Ms) -> Result<(), Fail> {
        let (id, state) = (row.id.clone(), state.to_owned());
        self.db
            .tx(async move |c| Ok(store::clearing_asked(c, &id, &state, until).await.map(drop)?))
            .await
    }

    async fn end(&self, row: &ClearingRow, end: End) -> Result<bool, Fail> {
        let (this, payment) = (self.clone(), row.clone());
        let booked = self
            .db
            .tx(async move |c| this.book_end(c, &payment, end).await)
            .await;
        match booked {
            Ok(ended) => Ok(ended),
            // The payer's account takes no money now: the payment stays pending, and an operator sees why.
            Err(Fail::Refused(code)) => {
                tracing::error!(
                    order = row.id,
                    code = code.as_str(),
                    "a returned payment can't be booked back"
                );
                self.wait(row, "sent", self.clock.now() + STUCK)
                    .await
                    .map(|()| false)
            }
            Err(fail) => Err(fail),
        }
    }

    async fn book_end(&self, c: &mut Conn, row: &ClearingRow, end: End) -> Result<bool, Fail> {
        let now = self.clock.now();
        let sealed = store::posting(c, &row.id)
            .await?
            .ok_or(Fail::Row("payment without a booking"))?;
        let paid = Detail::open(&self.vault, &row.id, &sealed)?;
        let (state, reason) = match end {
            End::Settled => ("settled", ""),
            End::Returned(reason) => ("returned", reason.as_str()),
        };
        let booking = self.made_id(state, &[&row.id])?;
        let id = booking.to_string();
        let back = matches!(end, End::Returned(_)).then_some(paid);
        if let Some(paid) = &back {
            store::lock_accounts(c, &paid.debit.account, &paid.debit.account).await?;
            if stops_credit(c, &paid.debit.account).await? {
                return Err(Fail::Refused(RefusalCode::PayeeRestricted));
            }
        }
        let ending = store::Ending {
            id: &row.id,
            state,
            reason,
            return_id: back.is_some().then_some(id.as_str()),
            at: now,
        };
        if !store::end_clearing(c, ending).await? {
            return Ok(false);
        }
        let to = back
            .as_ref()
            .map_or(Internal::Clearing.id(), |paid| paid.debit.account.as_str());
        let kind = if back.is_some() {
            EntryKind::Refund
        } else {
            EntryKind::Transfer
        };
        let order = out_of_transit(booking, row.amount, to, (kind, now))?;
        let when = When {
            now,
            business_date: day(now)?,
        };
        if let Outcome::Refused(refusal) = ledger::apply(&mut Books(c), &order, &when).await? {
            return Err(Fail::Refused(refusal_of(refusal)));
        }
        if let Some(paid) = back {
            let detail = Detail {
                memo: memo_of(end, &paid.memo),
                debit: paid.credit,
                credit: paid.debit,
                place: None,
            };
            store::insert_postings(c, &[(&id, detail.seal(&self.vault, &id)?)]).await?;
            store::insert_changes(c, &[&id]).await?;
        }
        Ok(true)
    }

    /// Whether what stands on the in-transit account is the sum of the payments on their way.
    pub async fn transit_is_whole(&self) -> Result<bool, Fail> {
        self.db
            .read(async |c| {
                let account = ledger::account(&mut Books(c), &account_id(Internal::InTransit.id())?).await?;
                let on_their_way = store::in_transit(c).await?;
                Ok(account.is_none_or(|books| books.posted == on_their_way))
            })
            .await
    }
}

fn out_of_transit(booking: Uuid, amount: i64, to: &str, (kind, now): (EntryKind, Ms)) -> Result<Order, Fail> {
    Ok(Order {
        id: transfer_id(&booking.to_string())?,
        action: Action::Direct {
            debit: account_id(Internal::InTransit.id())?,
            credit: account_id(to)?,
            amount,
            ccy: "CNY".to_owned(),
        },
        code: code_of(kind),
        reference: reference_of(booking, now),
        value_date: day(now)?,
    })
}

fn memo_of(end: End, memo: &str) -> String {
    let End::Returned(reason) = end else {
        return memo.to_owned();
    };
    let why = match reason {
        ReturnReason::AccountNotFound => "收款账号不存在",
        ReturnReason::AccountClosed => "收款账户已销户",
        ReturnReason::AccountBlocked => "收款账户状态异常",
        ReturnReason::NameMismatch => "收款户名不符",
        ReturnReason::BankUnavailable => "收款行未受理",
        ReturnReason::Other => "收款行退回",
    };
    format!("退汇：{why}")
}
