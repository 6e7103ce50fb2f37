//! The rows of a bill. Columns are found by their heading, so that a column that Pay adds does no harm; a row
//! that cannot be read is an error, because a reconciliation must not overlook it.

/// Why a bill cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// A column is missing.
    #[error("no column `{0}`")]
    Column(&'static str),
    /// A value is not what its column holds.
    #[error("row {row}: `{column}` cannot be read")]
    Value {
        /// From 1, headings not counted.
        row: usize,
        /// Heading.
        column: &'static str,
    },
    /// The sums at the end do not fit the rows.
    #[error("the sums at the end do not fit the rows")]
    Sums,
}

/// A payment or a refund; amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeRow {
    /// China time, as written.
    pub at: String,
    /// Appid.
    pub appid: String,
    /// Pay's number.
    pub transaction_id: String,
    /// Our number.
    pub out_trade_no: String,
    /// `SUCCESS` or `REFUND` (or `REVOKED`).
    pub state: String,
    /// Settled amount 应结订单金额; nothing on a refund row.
    pub settled: i64,
    /// Pay's number of the refund, or empty.
    pub refund_id: String,
    /// Our number of the refund, or empty.
    pub out_refund_no: String,
    /// Given back.
    pub refund: i64,
    /// `SUCCESS`, `PROCESSING` …, or empty.
    pub refund_state: String,
    /// Our data.
    pub attach: String,
    /// Fee in hundred-thousandths of a yuan (five decimals); negative when given back.
    pub fee_e5: i64,
}

/// A movement of the merchant's account; amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundRow {
    /// China time, as written.
    pub at: String,
    /// Number of the business.
    pub business_no: String,
    /// Number of the movement.
    pub flow_no: String,
    /// 交易, 退款, 扣除交易手续费 …
    pub business: String,
    /// Whether it came in.
    pub income: bool,
    /// How much.
    pub amount: i64,
    /// Left afterwards.
    pub balance: i64,
}

/// What Pay says of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows.
    pub count: usize,
    /// Settled in all (trades), or incoming (fund flow).
    pub incoming: i64,
    /// Given back in all (trades), or outgoing (fund flow).
    pub outgoing: i64,
}

/// Reads a trade bill and checks its sums.
pub fn trades(text: &str) -> Result<(Vec<TradeRow>, Summary), StatementError> {
    let table = Table::read(text);
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in 1..=table.rows.len() {
        let cell = |column| table.cell(row, column);
        rows.push(TradeRow {
            at: cell("交易时间")?.to_owned(),
            appid: cell("公众账号ID")?.to_owned(),
            transaction_id: cell("微信订单号")?.to_owned(),
            out_trade_no: cell("商户订单号")?.to_owned(),
            state: cell("交易状态")?.to_owned(),
            settled: table.fen(row, "应结订单金额")?,
            refund_id: cell("微信退款单号")?.to_owned(),
            out_refund_no: cell("商户退款单号")?.to_owned(),
            refund: table.fen(row, "退款金额")?,
            refund_state: cell("退款状态")?.to_owned(),
            attach: cell("商户数据包")?.to_owned(),
            fee_e5: table.decimal(row, "手续费", 5)?,
        });
    }
    let sums = Summary {
        count: rows.len(),
        incoming: total(rows.iter().map(|row| row.settled))?,
        outgoing: total(rows.iter().map(|row| row.refund))?,
    };
    table.agree(sums, ["总交易单数", "应结订单总金额", "退款总金额"])?;
    Ok((rows, sums))
}

/// Reads a fund-flow bill and checks its sums.
pub fn fund_flow(text: &str) -> Result<(Vec<FundRow>, Summary), StatementError> {
    let table = Table::read(text);
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in 1..=table.rows.len() {
        let cell = |column| table.cell(row, column);
        rows.push(FundRow {
            at: cell("记账时间")?.to_owned(),
            business_no: cell("微信支付业务单号")?.to_owned(),
            flow_no: cell("资金流水单号")?.to_owned(),
            business: cell("业务名称")?.to_owned(),
            income: match cell("收支类型")? {
                "收入" => true,
                "支出" => false,
                _ => {
                    return Err(StatementError::Value {
                        row,
                        column: "收支类型",
                    });
                }
            },
            amount: table.fen(row, "收支金额(元)")?,
            balance: table.fen(row, "账户结余(元)")?,
        });
    }
    let of = |income| {
        rows.iter()
            .filter(move |row| row.income == income)
            .map(|row| row.amount)
    };
    let sums = Summary {
        count: rows.len(),
        incoming: total(of(true))?,
        outgoing: total(of(false))?,
    };
    table.agree(sums, ["资金流水总笔数", "收入金额", "支出金额"])?;
    Ok((rows, sums))
}

fn total(amounts: impl Iterator<Item = i64>) -> Result<i64, StatementError> {
    amounts.into_iter().try_fold(0_i64, |sum, amount| {
        sum.checked_add(amount).ok_or(StatementError::Sums)
    })
}

/// Headings, rows, and the two lines at the end.
struct Table<'a> {
    columns: Vec<&'a str>,
    rows: Vec<Vec<&'a str>>,
    sum_columns: Vec<&'a str>,
    sums: Vec<&'a str>,
}

impl<'a> Table<'a> {
    /// Rows of data begin with a backtick, headings do not.
    fn read(text: &'a str) -> Self {
        let mut table = Self {
            columns: Vec::new(),
            rows: Vec::new(),
            sum_columns: Vec::new(),
            sums: Vec::new(),
        };
        for line in text
            .trim_start_matches('\u{feff}')
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let line = line.trim_end_matches('\r');
            match line.strip_prefix('`') {
                Some(data) => {
                    let cells = data.split(",`").collect();
                    if table.sum_columns.is_empty() {
                        table.rows.push(cells);
                    } else {
                        table.sums = cells;
                    }
                }
                None if table.columns.is_empty() => table.columns = headings(line),
                None => table.sum_columns = headings(line),
            }
        }
        table
    }

    fn cell(&self, row: usize, column: &'static str) -> Result<&'a str, StatementError> {
        let at = place(&self.columns, column)?;
        let cells = row.checked_sub(1).and_then(|row| self.rows.get(row));
        let cell = cells
            .filter(|cells| cells.len() == self.columns.len())
            .and_then(|cells| cells.get(at));
        cell.map(|cell| cell.trim())
            .ok_or(StatementError::Value { row, column })
    }

    fn fen(&self, row: usize, column: &'static str) -> Result<i64, StatementError> {
        self.decimal(row, column, 2)
    }

    fn decimal(&self, row: usize, column: &'static str, places: usize) -> Result<i64, StatementError> {
        decimal(self.cell(row, column)?, places).ok_or(StatementError::Value { row, column })
    }

    fn agree(&self, sums: Summary, columns: [&'static str; 3]) -> Result<(), StatementError> {
        let [count, incoming, outgoing] = columns;
        let sum = |column, places| {
            let at = place(&self.sum_columns, column)?;
            let cell = self.sums.get(at).map(|cell| cell.trim());
            cell.and_then(|cell| decimal(cell, places))
                .ok_or(StatementError::Sums)
        };
        let fits = usize::try_from(sum(count, 0)?) == Ok(sums.count)
            && sum(incoming, 2)? == sums.incoming
            && sum(outgoing, 2)? == sums.outgoing;
        if fits { Ok(()) } else { Err(StatementError::Sums) }
    }
}

fn headings(line: &str) -> Vec<&str> {
    line.split(',').map(str::trim).collect()
}

fn place(columns: &[&str], column: &'static str) -> Result<usize, StatementError> {
    columns
        .iter()
        .position(|heading| *heading == column)
        .ok_or(StatementError::Column(column))
}

/// A decimal number as an integer of its last place; no more places than asked for.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > places {
        return None;
    }
    let joined = format!("{whole}{part:0<places$}");
    joined.parse::<i64>().ok()?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRADES: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n\
`2026-01-01 10:00:00,`wx1,`1900000001,`0,`,`4200001,`ORDER1,`oU,`JSAPI,`SUCCESS,`OTHERS,`CNY,`100.00,`0.00,`0,`0,`0.00,`0.00,`,`,`充值,`,`0.60000,`0.60%,`100.00,`0.00,`\r\n\
`2026-01-01 11:00:00,`wx1,`1900000001,`0,`,`4200001,`ORDER1,`oU,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000001,`R1,`30.50,`0.00,`ORIGINAL,`SUCCESS,`充值,`a,b,`-0.18300,`0.60%,`0.00,`30.50,`\r\n\
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\
`2,`100.00,`30.50,`0.00,`0.41700,`100.00,`30.50\r\n";

    #[test]
    fn a_trade_bill_is_read_and_its_sums_agree() {
        let (rows, sums) = trades(TRADES).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].settled, rows[0].fee_e5, rows[0].out_trade_no.as_str()),
            (10_000, 60_000, "ORDER1")
        );
        assert_eq!((rows[1].refund, rows[1].out_refund_no.as_str()), (3_050, "R1"));
        assert_eq!((rows[1].attach.as_str(), rows[1].fee_e5), ("a,b", -18_300));
        assert_eq!((sums.count, sums.incoming, sums.outgoing), (2, 10_000, 3_050));
    }

    #[test]
    fn a_bill_that_lost_or_changed_a_row_is_refused() {
        let without_last = TRADES.replace("`2026-01-01 11:00:00", "");
        assert!(trades(&without_last).is_err());
        assert_eq!(
            trades(&TRADES.replace("`30.50,`0.00,`ORIGINAL", "`30.51,`0.00,`ORIGINAL")),
            Err(StatementError::Sums)
        );
        assert!(matches!(
            trades(&TRADES.replace("`100.00,`0.00,`0,`0", "`100.001,`0.00,`0,`0")),
            Err(StatementError::Value { row: 1, .. })
        ));
        assert_eq!(trades("nothing"), Err(StatementError::Column("总交易单数")));
        assert!(trades("").is_err());
    }

    #[test]
    fn a_fund_flow_bill_is_read() {
        let text = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n\
`2026-01-01 10:00:00,`42,`1,`交易,`交易,`收入,`100.00,`100.00,`system,`,`\n\
`2026-01-01 10:00:00,`42,`2,`扣除交易手续费,`扣除交易手续费,`支出,`0.60,`99.40,`system,`,`\n\
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`2,`1,`100.00,`1,`0.60\n";
        let (rows, sums) = fund_flow(text).unwrap();
        assert_eq!(
            (rows[1].amount, rows[1].balance, rows[1].income),
            (60, 9_940, false)
        );
        assert_eq!((sums.incoming, sums.outgoing), (10_000, 60));
        assert!(fund_flow(&text.replace("`收入", "`其他")).is_err());
    }

    #[test]
    fn decimals_are_exact() {
        for (text, places, number) in [
            ("0.00", 2, Some(0)),
            ("12", 2, Some(1_200)),
            ("-3.05", 2, Some(-305)),
            ("0.1", 2, Some(10)),
            ("1.234", 2, None),
            ("1,000.00", 2, None),
            ("", 2, None),
            ("-", 2, None),
            ("99999999999999999999", 2, None),
        ] {
            assert_eq!(decimal(text, places), number, "{text}");
        }
    }
}
