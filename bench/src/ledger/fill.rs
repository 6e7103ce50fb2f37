//! Accounts by the thousand, in id order. Each is limited, with a line nobody reaches: the limit is checked, and the
//! books are whole without opening entries.

use super::till::{Fail, account_text};
use anyhow::Result;
use kit::db::{Db, Val};

/// Rows of one statement, statements of one transaction.
const ROWS: u64 = 1_000;
const STATEMENTS: u64 = 20;

pub(crate) async fn accounts(db: &Db, table: &'static str, count: u64) -> Result<()> {
    let mut first = 0;
    while first < count {
        let last = (first + ROWS * STATEMENTS).min(count);
        let filled: Result<(), Fail> = db
            .tx(async move |c| {
                for from in (first..last).step_by(usize::try_from(ROWS).unwrap_or(1)) {
                    let ids: Vec<String> = (from..(from + ROWS).min(last)).map(account_text).collect();
                    let args: Vec<Val<'_>> = ids.iter().map(|id| Val::Text(id.as_str().into())).collect();
                    c.exec_vals(text(table, ids.len()), &args).await?;
                }
                Ok(())
            })
            .await;
        filled?;
        first = last;
        if count > 1_000_000 && first % 1_000_000 == 0 {
            eprintln!("ledger: {first} of {count} accounts");
        }
    }
    Ok(())
}

/// One text per table and number of rows: two or three in all.
fn text(table: &'static str, rows: usize) -> &'static str {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};
    static MADE: Mutex<BTreeMap<(&'static str, usize), &'static str>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((table, rows)).or_insert_with(|| {
        let row = "(?, 'CNY', 1, 1000000000000, 0, 0, 0, 0, 0, 0)";
        let rows = vec![row; rows].join(", ");
        format!(
            "insert into {table} (id, ccy, limited, credit_line, posted, held, seq, version, closed, opened_at) \
             values {rows}"
        )
        .leak()
    })
}
