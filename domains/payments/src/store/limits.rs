//! Limits by class, and what is used of them.

use kit::db::{Conn, Result};

use crate::model::rules::{Limits, Used};

/// The limits of one class, and of which class the account is that was asked for.
pub(crate) struct LimitRow {
    pub(crate) class: String,
    pub(crate) limits: Limits,
    /// None for an account of class I.
    pub(crate) class_of_account: Option<String>,
}

/// What is used of one window of one subject: a customer's day, an account's year.
pub(crate) struct Spent {
    subject: String,
    window: String,
    pub(crate) used: Used,
}

impl Spent {
    pub(crate) fn is(&self, subject: &str, window: &str) -> bool {
        self.subject == subject && self.window == window
    }
}

type LimitColumns = (String, Option<String>, i64, i64, i64, i64, i64);

/// The limits of this class, and those of the account's own class where it has one.
pub(crate) async fn limits(c: &mut Conn, class: &str, account: accounts::AccountId) -> Result<Vec<LimitRow>> {
    let found: Vec<LimitColumns> = c
        .rows(
            "select l.class, a.class, l.per_transfer, l.per_day, l.per_day_count, l.per_year, l.per_year_count
             from payments_limit l left join payments_account_class a on a.account_id = ?
             where l.class = ? or l.class = a.class",
            (account, class),
        )
        .await?;
    let row = |(class, class_of_account, per_transfer, per_day, per_day_count, per_year, per_year_count)| {
        LimitRow {
            class,
            class_of_account,
            limits: Limits {
                per_transfer,
                per_day,
                per_day_count,
                per_year,
                per_year_count,
            },
        }
    };
    Ok(found.into_iter().map(row).collect())
}

type SpentColumns = (String, String, i64, i64);

fn spent((subject, window, amount, count): SpentColumns) -> Spent {
    Spent {
        subject,
        window,
        used: Used { amount, count },
    }
}

pub(crate) async fn used(
    c: &mut Conn,
    [one, other]: [&str; 2],
    [day, year]: [&str; 2],
) -> Result<Vec<Spent>> {
    let found: Vec<SpentColumns> = c
        .rows(
            "select customer_id, day, used, count from payments_usage
             where (customer_id = ? and day = ?) or (customer_id = ? and day = ?)
                or (customer_id = ? and day = ?) or (customer_id = ? and day = ?)",
            (one, day, one, year, other, day, other, year),
        )
        .await?;
    Ok(found.into_iter().map(spent).collect())
}

/// The same as it stands now (spelt out, it costs SQLite half of two lists); nobody takes from these windows until the transaction ends.
pub(crate) async fn used_now(
    c: &mut Conn,
    [one, other]: [&str; 2],
    [day, year]: [&str; 2],
) -> Result<Vec<Spent>> {
    let found: Vec<SpentColumns> = c
        .rows(
            "select customer_id, day, used, count from payments_usage
             where (customer_id = ? and day = ?) or (customer_id = ? and day = ?)
                or (customer_id = ? and day = ?) or (customer_id = ? and day = ?)
             order by customer_id, day /*lock*/",
            (one, day, one, year, other, day, other, year),
        )
        .await?;
    Ok(found.into_iter().map(spent).collect())
}

pub(crate) async fn begin_usage(c: &mut Conn, subject: &str, window: &str) -> Result<bool> {
    c.insert_new(
        "insert into payments_usage (customer_id, day, used, count) values (?, ?, 0, 0)",
        (subject, window),
    )
    .await
}

/// Takes from all windows of the subjects; they were looked at by [`used_now`].
pub(crate) async fn use_limit(
    c: &mut Conn,
    [one, other]: [&str; 2],
    [day, year]: [&str; 2],
    amount: i64,
) -> Result<u64> {
    c.exec(
        "update payments_usage set used = used + ?, count = count + 1
         where customer_id in (?, ?) and day in (?, ?)",
        (amount, one, other, day, year),
    )
    .await
}

/// Gives back what an unfinished transfer had taken, to the same windows only.
pub(crate) async fn return_limit(
    c: &mut Conn,
    [one, other]: [&str; 2],
    [day, year]: [&str; 2],
    amount: i64,
) -> Result<u64> {
    c.exec(
        "update payments_usage set used = used - ?, count = count - 1
         where customer_id in (?, ?) and day in (?, ?) and used >= ? and count > 0",
        (amount, one, other, day, year, amount),
    )
    .await
}
