//! The posting rules: pure decisions over locked accounts. The SQL guards repeat the money ones.

use crate::{
    model::{Account, HoldState},
    refusal::Refusal,
};

/// No balance, hold or amount may exceed this (2⁶⁰ minor units), so that sums of three stay far
/// inside 64 bits: an overflowing sum would silently become a float in one engine and an error in
/// the other.
pub const MOST: i64 = 1 << 60;

/// Linked orders that one bundle may hold.
pub const LINKED: usize = 64;

/// The caller's reference is a key, not a text.
pub const REFERENCE_CHARS: usize = 64;

/// What a hold looks like to the rules.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub amount: i64,
    pub state: HoldState,
    pub expires_at: i64,
}

/// Refuses an amount that can't be moved.
pub fn amount(amount: i64) -> Result<(), Refusal> {
    match amount {
        ..=0 => Err(Refusal::AmountNotPositive),
        1..=MOST => Ok(()),
        _ => Err(Refusal::AmountTooLarge),
    }
}

/// Both sides of a transfer that moves or reserves money.
pub fn sides<'a>(
    debit: Option<&'a Account>,
    credit: Option<&'a Account>,
    ccy: &str,
) -> Result<(&'a Account, &'a Account), Refusal> {
    let debit = debit.ok_or(Refusal::DebitNotFound)?;
    let credit = credit.ok_or(Refusal::CreditNotFound)?;
    if debit.id == credit.id {
        return Err(Refusal::SameAccount);
    }
    if debit.ccy != ccy || credit.ccy != ccy {
        return Err(Refusal::CurrencyMismatch);
    }
    if debit.closed {
        return Err(Refusal::DebitClosed);
    }
    if credit.closed {
        return Err(Refusal::CreditClosed);
    }
    Ok((debit, credit))
}

/// May `amount` leave now? Open holds count as gone.
pub fn outgoing(debit: &Account, amount: i64) -> Result<(), Refusal> {
    if debit
        .available()
        .is_some_and(|available| available < i128::from(amount))
    {
        return Err(Refusal::InsufficientFunds);
    }
    in_range(i128::from(debit.posted) - i128::from(amount))
}

/// May `amount` arrive? Holds on their way to a capped account count as arrived.
pub fn incoming(credit: &Account, amount: i64) -> Result<(), Refusal> {
    let room = -i128::from(credit.posted) - i128::from(credit.held_in);
    if credit.capped && room < i128::from(amount) {
        return Err(Refusal::CreditsExceedDebits);
    }
    arriving(credit, amount)
}

/// May held money arrive? It was counted when it was held, so only the range is left to ask.
pub fn arriving(credit: &Account, amount: i64) -> Result<(), Refusal> {
    in_range(i128::from(credit.posted) + i128::from(amount))
}

/// May `amount` be reserved? The limit check counts the holds that are already there.
pub fn reserve(debit: &Account, amount: i64) -> Result<(), Refusal> {
    outgoing(debit, amount)?;
    in_range(i128::from(debit.held) + i128::from(amount))
}

/// May `amount` be promised to the account?
pub fn promise(credit: &Account, amount: i64) -> Result<(), Refusal> {
    incoming(credit, amount)?;
    in_range(i128::from(credit.held_in) + i128::from(amount))
}

/// How much of a hold is posted: the wish, or all of it.
pub fn post(held: Held, wish: Option<i64>, now: i64) -> Result<i64, Refusal> {
    resolvable(held, now)?;
    let part = wish.unwrap_or(held.amount);
    amount(part)?;
    if part > held.amount {
        return Err(Refusal::ExceedsHold);
    }
    Ok(part)
}

/// A hold resolves once, and not after its time.
pub fn resolvable(held: Held, now: i64) -> Result<(), Refusal> {
    match held.state {
        HoldState::Open if held.expires_at <= now => Err(Refusal::HoldExpired),
        HoldState::Open => Ok(()),
        HoldState::Posted => Err(Refusal::HoldPosted),
        HoldState::Voided => Err(Refusal::HoldVoided),
        HoldState::Expired => Err(Refusal::HoldExpired),
    }
}

/// When a hold made now ends; without a timeout: never.
pub fn expiry(now: i64, timeout_ms: Option<i64>) -> Result<i64, Refusal> {
    match timeout_ms {
        None => Ok(i64::MAX),
        Some(..=0) => Err(Refusal::TimeoutNotPositive),
        Some(ms) => Ok(now.saturating_add(ms)),
    }
}

/// A credit line is a distance below zero, within range, and means nothing without a limit.
pub fn line(limited: bool, credit_line: i64) -> Result<(), Refusal> {
    let fits = (0..=MOST).contains(&credit_line) && (limited || credit_line == 0);
    if fits {
        Ok(())
    } else {
        Err(Refusal::CreditLineInvalid)
    }
}

fn in_range(balance: i128) -> Result<(), Refusal> {
    let most = i128::from(MOST);
    if (-most..=most).contains(&balance) {
        Ok(())
    } else {
        Err(Refusal::BalanceOutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AccountId;

    fn account(posted: i64, held: i64, limited: bool, credit_line: i64) -> Account {
        let id = AccountId::parse("00000000-0000-7000-8000-000000000001").unwrap();
        let ccy = "CNY".to_owned();
        Account {
            id,
            ccy,
            limited,
            credit_line,
            capped: false,
            posted,
            held,
            held_in: 0,
            seq: 0,
            last_at: 0,
            version: 0,
            closed: false,
            chain: String::new(),
        }
    }

    #[test]
    fn holds_count_as_gone() {
        let a = account(5_000, 4_000, true, 0);
        assert_eq!(outgoing(&a, 1_000), Ok(()));
        assert_eq!(outgoing(&a, 1_001), Err(Refusal::InsufficientFunds));
        assert_eq!(reserve(&a, 1_001), Err(Refusal::InsufficientFunds));
    }

    #[test]
    fn a_capped_account_takes_what_it_owes_and_counts_what_is_on_its_way() {
        let mut a = account(-5_000, 0, false, 0);
        a.capped = true;
        a.held_in = 4_000;
        assert_eq!(incoming(&a, 1_000), Ok(()));
        assert_eq!(incoming(&a, 1_001), Err(Refusal::CreditsExceedDebits));
        assert_eq!(promise(&a, 1_001), Err(Refusal::CreditsExceedDebits));
        assert_eq!(arriving(&a, 4_000), Ok(()));
    }

    #[test]
    fn a_credit_line_reaches_below_zero_and_no_further() {
        let a = account(-900, 50, true, 1_000);
        assert_eq!(outgoing(&a, 50), Ok(()));
        assert_eq!(outgoing(&a, 51), Err(Refusal::InsufficientFunds));
    }

    #[test]
    fn ranges_hold_at_the_edges() {
        assert_eq!(amount(MOST), Ok(()));
        assert_eq!(amount(MOST + 1), Err(Refusal::AmountTooLarge));
        assert_eq!(amount(0), Err(Refusal::AmountNotPositive));
        assert_eq!(
            incoming(&account(MOST, 0, true, 0), 1),
            Err(Refusal::BalanceOutOfRange)
        );
        assert_eq!(
            outgoing(&account(-MOST, 0, false, 0), 1),
            Err(Refusal::BalanceOutOfRange)
        );
        assert_eq!(
            reserve(&account(0, MOST, false, 0), 1),
            Err(Refusal::BalanceOutOfRange)
        );
    }

    #[test]
    fn a_hold_is_open_until_its_instant() {
        let held = Held {
            amount: 100,
            state: HoldState::Open,
            expires_at: 10,
        };
        assert_eq!(post(held, None, 9), Ok(100));
        assert_eq!(post(held, Some(40), 9), Ok(40));
        assert_eq!(post(held, Some(101), 9), Err(Refusal::ExceedsHold));
        assert_eq!(post(held, None, 10), Err(Refusal::HoldExpired));
    }
}
