//! The ledger's door to a database, over our connection.

use kit::db::{self, Args, Cell, Conn, Val};
use weigui_ledger::{self as ledger, Promise, Sql, Value};

pub struct Books<'c>(pub &'c mut Conn);

/// Values of the ledger as arguments of our statements.
struct Bound<'a>(&'a [Value<'a>]);

impl Args for Bound<'_> {
    fn vals(&self) -> impl AsRef<[Val<'_>]> + Send + Sync {
        values(self.0)
    }
}

fn values<'a>(args: &'a [Value<'a>]) -> Vec<Val<'a>> {
    args.iter()
        .map(|value| match *value {
            Value::Int(n) => Val::Int(n),
            Value::Text(text) => Val::Text(text.into()),
            Value::Null => Val::Null,
        })
        .collect()
}

impl Sql for Books<'_> {
    fn exec<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, u64> {
        Box::pin(async move { Ok(self.0.exec_vals(sql, &values(args)).await?) })
    }

    fn insert_new<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, bool> {
        Box::pin(async move { Ok(self.0.insert_new(sql, Bound(args)).await?) })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'static str,
        args: &'a [Value<'a>],
    ) -> Promise<'a, Vec<Vec<ledger::Cell>>> {
        Box::pin(async move {
            let mut rows = Vec::new();
            let mut take = |cols: &db::Cols<'_>| {
                let row: db::Result<Vec<ledger::Cell>> =
                    (0..cols.count()).map(|at| cell(cols.cell(at)?)).collect();
                rows.push(row?);
                Ok(())
            };
            self.0.each(sql, &values(args), &mut take).await?;
            Ok(rows)
        })
    }
}

fn cell(cell: Cell<'_>) -> db::Result<ledger::Cell> {
    Ok(match cell {
        Cell::Null => ledger::Cell::Null,
        Cell::Int(n) => ledger::Cell::Int(n),
        Cell::Bytes(bytes) => ledger::Cell::Text(
            String::from_utf8(bytes.to_vec()).map_err(|_| db::Error::Row("text is not UTF-8".into()))?,
        ),
    })
}
