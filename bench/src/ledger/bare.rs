//! The bare limit: the rows of 64 transfers, written blind in one commit, into tables of the same shape. Nothing is
//! read, locked, decided or answered.

use super::till::{Fail, account_text, transfer_text};
use kit::db::{Db, Val};
use std::sync::LazyLock;

pub(crate) const PER_COMMIT: u64 = 64;

static TRANSFERS: LazyLock<&'static str> = LazyLock::new(|| {
    rows(
        "insert into limit_transfer (id, kind, debit, credit, amount, ccy, code, reference, fingerprint, \
         business_date, value_date, created_at) values ",
        "(?, 'direct', ?, ?, 1, 'CNY', 1, ?, ?, '2026-11-23', '2026-11-23', 0)",
        1,
        "",
    )
});
static ENTRIES: LazyLock<&'static str> = LazyLock::new(|| {
    rows(
        "insert into limit_entry (account, seq, transfer, amount, balance_after, code, business_date, value_date, at, \
         chain) values ",
        "(?, ?, ?, 1, 1, 1, '2026-11-23', '2026-11-23', 0, ?)",
        2,
        "",
    )
});
static ACCOUNTS: LazyLock<&'static str> = LazyLock::new(|| {
    rows(
        "update limit_account set posted = posted + 1, seq = seq + 1, version = version + 1 where id in (",
        "?",
        2,
        ")",
    )
});

fn rows(head: &str, row: &str, per_transfer: u64, tail: &str) -> &'static str {
    let count = usize::try_from(PER_COMMIT * per_transfer).unwrap_or(1);
    format!("{head}{}{tail}", vec![row; count].join(", ")).leak()
}

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// `transfers`: id, payer, payee; as many as go into one commit.
pub(crate) async fn write(db: &Db, transfers: Vec<(u64, u64, u64)>) -> Result<(), Fail> {
    db.tx(async move |c| {
        let text = |text: String| Val::Text(text.into());
        let args: Vec<Val<'_>> = transfers
            .iter()
            .flat_map(|(id, from, to)| {
                let id = transfer_text(*id);
                [
                    text(id.clone()),
                    text(account_text(*from)),
                    text(account_text(*to)),
                    text(id),
                    text(HASH.into()),
                ]
            })
            .collect();
        c.exec_vals(&TRANSFERS, &args).await?;
        let sides = transfers.iter().flat_map(|(id, from, to)| [(id, from), (id, to)]);
        let args: Vec<Val<'_>> = sides
            .clone()
            .flat_map(|(id, account)| {
                let seq = Val::Int(i64::try_from(*id).unwrap_or(0));
                [
                    text(account_text(*account)),
                    seq,
                    text(transfer_text(*id)),
                    text(HASH.into()),
                ]
            })
            .collect();
        c.exec_vals(&ENTRIES, &args).await?;
        let args: Vec<Val<'_>> = sides.map(|(_, account)| text(account_text(*account))).collect();
        c.exec_vals(&ACCOUNTS, &args).await?;
        Ok(())
    })
    .await
}
