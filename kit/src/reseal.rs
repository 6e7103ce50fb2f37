//! Key rotation: sealing fields anew under the active key, while the bank serves.
//!
//! Every sealed field is named `table.column|row id` in its additional data, so one walk serves all
//! of them. A row that changes meanwhile is left alone (it was sealed under the active key then).

use crate::crypto::kid_of;
use crate::cx::Cx;
use crate::db::{Conn, Result};

const PAGE: i64 = 200;

/// A column that holds sealed text; made by [`sealed!`](crate::sealed).
#[derive(Clone, Copy, Debug)]
pub struct SealedColumn {
    /// `table.column`, as in the additional data.
    pub name: &'static str,
    /// Ids and sealed values of a page, in id order.
    pub page: &'static str,
    /// Writes a value if the old one still stands.
    pub write: &'static str,
}

/// Names a sealed column: `sealed!("table", "column")`, or with the name of its id column.
#[macro_export]
macro_rules! sealed {
    ($table:literal, $column:literal) => {
        $crate::sealed!($table, $column, "id")
    };
    ($table:literal, $column:literal, $id:literal) => {
        $crate::reseal::SealedColumn {
            name: concat!($table, ".", $column),
            page: concat!(
                "select ",
                $id,
                ", ",
                $column,
                " from ",
                $table,
                " where ",
                $id,
                " > ? and ",
                $column,
                " <> '' order by ",
                $id,
                " limit ?"
            ),
            write: concat!(
                "update ",
                $table,
                " set ",
                $column,
                " = ? where ",
                $id,
                " = ? and ",
                $column,
                " = ?"
            ),
        }
    };
}

/// Seals what is not yet under the active key; returns how many values were written. Run it until
/// it returns 0, and no value needs an older key.
pub async fn columns(cx: &Cx, columns: &[SealedColumn]) -> anyhow::Result<u64> {
    let mut written = 0;
    for column in columns {
        written += one(cx, *column).await?;
    }
    Ok(written)
}

async fn one(cx: &Cx, column: SealedColumn) -> anyhow::Result<u64> {
    let (active, mut after, mut written) = (cx.vault.active_kid(), String::new(), 0);
    loop {
        let from = after.clone();
        let page = cx.db.glance(async move |c| page(c, column, &from).await).await?;
        let Some((last, _)) = page.last() else {
            return Ok(written);
        };
        after.clone_from(last);
        let mut anew = Vec::new();
        for (id, old) in page
            .into_iter()
            .filter(|(_, sealed)| kid_of(sealed) != Ok(active))
        {
            let aad = format!("{}|{id}", column.name);
            let clear = cx
                .vault
                .open(&aad, &old)
                .map_err(|error| anyhow::anyhow!("{aad}: {error}"))?;
            let new = cx.vault.seal(&aad, &clear);
            anew.push((id, old, new));
        }
        if anew.is_empty() {
            continue;
        }
        written += cx.db.tx(async move |c| write(c, column, &anew).await).await?;
    }
}

async fn page(c: &mut Conn, column: SealedColumn, after: &str) -> Result<Vec<(String, String)>> {
    c.rows(column.page, (after, PAGE)).await
}

async fn write(c: &mut Conn, column: SealedColumn, anew: &[(String, String, String)]) -> Result<u64> {
    let mut written = 0;
    for (id, old, new) in anew {
        written += c
            .exec(column.write, (new.as_str(), id.as_str(), old.as_str()))
            .await?;
    }
    Ok(written)
}
