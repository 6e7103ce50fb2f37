//! Limits by class, and what is used of them.

use kit::db::{Conn, Result};

use crate::model::rules::{Limits, Usage, Used};

pub(crate) async fn limits(c: &mut Conn, class: &str) -> Result<Option<Limits>> {
    let found: Option<(i64, i64, i64, i64, i64)> = c
        .row(
            "select per_transfer, per_day, per_day_count, per_year, per_year_count from payments_limit where class = ?",
            (class,),
        )
        .await?;
    Ok(found.map(
        |(per_transfer, per_day, per_day_count, per_year, per_year_count)| Limits {
            per_transfer,
            per_day,
            per_day_count,
            per_year,
            per_year_count,
        },
    ))
}

/// The class of an account, where it is not of class I.
pub(crate) async fn class_of(c: &mut Conn, account: accounts::AccountId) -> Result<Option<String>> {
    let found: Option<(String,)> = c
        .row(
            "select class from payments_account_class where account_id = ?",
            (account,),
        )
        .await?;
    Ok(found.map(|(class,)| class))
}

/// What one subject, a customer or an account, has used of a day and of a year.
pub(crate) async fn used(c: &mut Conn, subject: &str, (day, year): (&str, &str)) -> Result<Usage> {
    let found: Vec<(String, i64, i64)> = c
        .rows(
            "select day, used, count from payments_usage where customer_id = ? and day in (?, ?)",
            (subject, day, year),
        )
        .await?;
    let of = |window: &str| {
        let row = found.iter().find(|(named, ..)| named == window);
        row.map_or_else(Used::default, |&(_, amount, count)| Used { amount, count })
    };
    Ok(Usage {
        day: of(day),
        year: of(year),
    })
}

pub(crate) async fn begin_usage(c: &mut Conn, subject: &str, window: &str) -> Result<bool> {
    c.insert_new(
        "insert into payments_usage (customer_id, day, used, count) values (?, ?, 0, 0)",
        (subject, window),
    )
    .await
}

/// Takes from a window; false when it would not fit. Fifty at once can't pass together.
pub(crate) async fn use_limit(
    c: &mut Conn,
    (subject, window): (&str, &str),
    amount: i64,
    (most, most_count): (i64, i64),
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_usage set used = used + ?, count = count + 1
             where customer_id = ? and day = ? and used + ? <= ? and count < ?",
            (amount, subject, window, amount, most, most_count),
        )
        .await?;
    Ok(n == 1)
}

/// Gives back what an unfinished transfer had taken, to the same window only.
pub(crate) async fn return_limit(c: &mut Conn, subject: &str, window: &str, amount: i64) -> Result<u64> {
    c.exec(
        "update payments_usage set used = used - ?, count = count - 1
         where customer_id = ? and day = ? and used >= ? and count > 0",
        (amount, subject, window, amount),
    )
    .await
}
