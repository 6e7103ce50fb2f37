//! Twelve corruptions of the stored books, each planted by one statement that runs on both engines, and the
//! code under which `verify` must report it.

use weigui_ledger::Order;

use super::orders::{direct, hold, post, reverse, void};

/// When the hold of [`orders`] that expires has expired.
pub(crate) const LATE: i64 = 1_000;

/// Account 2 has 10,000 from the bank (transfer 1).
pub(crate) fn orders() -> Vec<Order> {
    vec![
        direct(2, 2, 3, 100),
        hold(3, 2, 3, 200, None),
        hold(4, 2, 3, 300, None),
        post(5, 4, None),
        hold(6, 2, 3, 400, Some(500)),
        hold(7, 2, 3, 500, None),
        void(8, 7),
        direct(9, 2, 3, 70),
        reverse(10, 9),
    ]
}

/// Transfers 11 (0b) and 12 (0c), together.
pub(crate) fn linked() -> Vec<Order> {
    vec![direct(11, 2, 3, 11), hold(12, 3, 1, 5, None)]
}

pub(crate) const TWELVE: [(&str, &str); 12] = [
    // One side of a transfer is gone.
    (
        "I1",
        "delete from ledger_entry where transfer like '%02' and amount > 0",
    ),
    // A balance was raised.
    (
        "I2",
        "update ledger_account set posted = posted + 1 where id like '%03'",
    ),
    // Money was taken beyond the limit.
    ("I3", "update ledger_account set posted = -1 where id like '%02'"),
    // A hold was forgotten on the side in whose favour it is.
    (
        "I4",
        "update ledger_account set held_in = held_in - 1 where id like '%03'",
    ),
    // Nobody ended a hold that has ended.
    (
        "I5",
        "update ledger_hold set resolved_by = null where state = 'posted'",
    ),
    // A recorded wish was rewritten.
    (
        "I6",
        "update ledger_transfer set reference = 'x' where id like '%02'",
    ),
    // A line of history was replaced, with sums that fit.
    (
        "I7",
        "update ledger_entry set chain = '' where account like '%02' and seq = 3",
    ),
    // A transfer names an account that never was.
    (
        "I8",
        "update ledger_transfer set credit = 'aaaaaaaa-0000-7000-8000-0000000000ff' where id like '%03'",
    ),
    // A correction was made to correct something else.
    (
        "I9",
        "update ledger_reversal set original = '00000000-0000-7000-8000-000000000002' where original like '%09'",
    ),
    // A hold is said to have expired before its time.
    (
        "I10",
        "update ledger_hold set resolved_at = 499 where state = 'expired'",
    ),
    // Money came from nowhere.
    (
        "I11",
        "update ledger_account set posted = posted + 5 where id like '%01'",
    ),
    // Half of what was done together is gone.
    ("I12", "delete from ledger_transfer where id like '%0c'"),
];
