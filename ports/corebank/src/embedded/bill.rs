//! The credit card's bill, computed from the books: what was owed at the end of the statement date, and what
//! came and went since.

use jiff::{ToSpan as _, civil::Date};
use kit::{clock::day_bounds, db::Conn, money::Money};
use weigui_ledger::{self as ledger, AccountId, Direction, EntryFilter, Position};

use super::{EmbeddedCore, Fail, books::Books, moves::account_id, secret, store};
use crate::{
    answer::RefusalCode,
    types::{AccountKind, CardBill},
};

/// 账单日: the day of the month on which the demo's cards are billed.
const STATEMENT_DAY: i8 = 5;
/// Days from the statement date to the due date; banks give 20 to 25.
const DAYS_TO_PAY: i64 = 20;
/// The minimum payment is this share of the statement's balance: one tenth, rounded up to the fen.
const MIN_SHARE: i64 = 10;
/// Entries read at once when a bill is added up.
const PAGE: i64 = 500;

/// What came in and what went out.
#[derive(Clone, Copy, Default)]
struct Since {
    paid: i64,
    spent: i64,
}

impl EmbeddedCore {
    pub(super) async fn card_bill_inner(&self, account_no: &str) -> Result<CardBill, Fail> {
        let ix = secret::number_ix(&self.vault, account_no);
        let today = self.clock.today();
        let statement_date = last_statement(today).ok_or(Fail::Row("statement date"))?;
        self.db
            .read(async |c| {
                let row = store::account_by_no(c, &ix).await?;
                let row = row.ok_or(Fail::Refused(RefusalCode::AccountNotFound))?;
                if row.kind != AccountKind::Credit.as_str() {
                    return Err(Fail::Refused(RefusalCode::NoCardBill));
                }
                let number = secret::open(&self.vault, "core_account.account_no", &row.id, &row.account_no)?;
                let account = account_id(&row.id)?;
                let (_, closes) = day_bounds(statement_date);
                let owed = owed_before(c, &account, closes).await?;
                let since = since(c, &account, closes).await?;
                bill(number, statement_date, owed, since)
            })
            .await
    }
}

/// The last statement date that is over: on the statement day itself it is the month before.
fn last_statement(today: Date) -> Option<Date> {
    let this_month = today.with().day(STATEMENT_DAY).build().ok()?;
    if this_month < today {
        return Some(this_month);
    }
    this_month.checked_sub(1.month()).ok()
}

fn bill(account_no: String, statement_date: Date, owed: i64, since: Since) -> Result<CardBill, Fail> {
    let due_date = statement_date
        .checked_add(DAYS_TO_PAY.days())
        .map_err(|_| Fail::Row("due date"))?;
    let least = owed.div_euclid(MIN_SHARE) + i64::from(owed.rem_euclid(MIN_SHARE) > 0);
    Ok(CardBill {
        account_no,
        statement_date,
        due_date,
        statement_balance: Money::cny(owed),
        min_payment: Money::cny(least),
        paid: Money::cny(since.paid),
        remaining: Money::cny((owed - since.paid).max(0)),
        min_remaining: Money::cny((least - since.paid).max(0)),
        unbilled: Money::cny(since.spent),
    })
}

/// A card that stood in credit owed nothing.
async fn owed_before(c: &mut Conn, account: &AccountId, at: i64) -> Result<i64, Fail> {
    let filter = EntryFilter {
        to: Some(at),
        limit: 1,
        ..everything(account)
    };
    let last = ledger::entries(&mut Books(c), &filter).await?;
    Ok(last.first().map_or(0, |entry| (-entry.balance_after).max(0)))
}

async fn since(c: &mut Conn, account: &AccountId, from: i64) -> Result<Since, Fail> {
    let mut sums = Since::default();
    let mut filter = EntryFilter {
        from: Some(from),
        limit: PAGE,
        ..everything(account)
    };
    loop {
        let rows = ledger::entries(&mut Books(c), &filter).await?;
        for entry in &rows {
            let sum = if entry.amount > 0 {
                &mut sums.paid
            } else {
                &mut sums.spent
            };
            *sum = sum
                .checked_add(entry.amount.abs())
                .ok_or(Fail::Row("sum of a card's entries"))?;
        }
        match rows.last() {
            Some(last) if i64::try_from(rows.len()).is_ok_and(|n| n == PAGE) => {
                filter.before = Some(Position {
                    at: last.at,
                    seq: last.seq,
                });
            }
            _ => return Ok(sums),
        }
    }
}

fn everything(account: &AccountId) -> EntryFilter {
    EntryFilter {
        account: account.clone(),
        from: None,
        to: None,
        code: None,
        direction: None::<Direction>,
        min: None,
        max: None,
        before: None,
        limit: PAGE,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_statement_is_over() {
        for (today, wanted) in [
            (date(2026, 11, 23), date(2026, 11, 5)),
            (date(2026, 11, 5), date(2026, 10, 5)),
            (date(2026, 11, 6), date(2026, 11, 5)),
            (date(2027, 1, 1), date(2026, 12, 5)),
        ] {
            assert_eq!(last_statement(today), Some(wanted), "{today}");
        }
    }

    #[test]
    fn a_bill_never_asks_for_less_than_nothing() {
        let day = date(2026, 11, 5);
        let some = |owed, paid| bill(String::new(), day, owed, Since { paid, spent: 7 }).unwrap();
        let open = some(1_001, 100);
        assert_eq!((open.min_payment.fen(), open.min_remaining.fen()), (101, 1));
        assert_eq!((open.remaining.fen(), open.unbilled.fen()), (901, 7));
        let over = some(1_001, 2_000);
        assert_eq!((over.remaining.fen(), over.min_remaining.fen()), (0, 0));
        assert_eq!(over.due_date, date(2026, 11, 25));
    }
}
