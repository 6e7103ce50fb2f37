//! The closed file of a business day 日终对账文件: every order of ours that moved money, for reconciliation.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kit::{clock::Ms, crypto, money::Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A transfer, in the bank or to another bank.
    Transfer,
    /// A hold that was posted.
    Post,
    /// A transfer of an earlier day that the clearing settled today. Moves nothing of the customer's.
    Settlement,
    /// 退汇: money that came back today; `order_id` is the transfer's.
    Return,
}

impl LineKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Post => "post",
            Self::Settlement => "settlement",
            Self::Return => "return",
        }
    }
}

/// How the order stood when the day closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    Posted,
    /// Taken from the payer, at the clearing.
    Pending,
    Returned,
}

impl LineState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Pending => "pending",
            Self::Returned => "returned",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementLine {
    #[schema(value_type = String, format = "uuid")]
    pub order_id: Uuid,
    pub kind: LineKind,
    pub debit_account: String,
    pub credit_account: String,
    pub amount: Money,
    pub state: LineState,
    /// 核心流水号 of what this line tells.
    pub reference: String,
    #[schema(value_type = i64)]
    pub at: Ms,
}

/// The head of the file. Holds are not in it: nothing moved. Refused orders are not in it either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementHeader {
    #[schema(value_type = String, format = Date)]
    pub business_date: Date,
    pub lines: u64,
    /// Σ of the lines of each kind; a kind without lines may be left out.
    #[schema(value_type = std::collections::HashMap<String, Money>)]
    pub sums: BTreeMap<LineKind, Money>,
    /// SHA-256 of [`Statement::csv`], 64 hex digits.
    pub sha256: String,
}

/// A page of the file. The head is the same on every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementPage {
    pub header: StatementHeader,
    pub lines: Vec<StatementLine>,
    /// The number of the next page; the first is 0.
    pub next: Option<u32>,
}

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub header: StatementHeader,
    pub lines: Vec<StatementLine>,
}

impl Statement {
    /// Closes a list of lines: counts, sums, hashes. `None` when a sum does not fit.
    pub fn close(business_date: Date, lines: Vec<StatementLine>) -> Option<Self> {
        let mut sums = BTreeMap::new();
        for line in &lines {
            let sum = sums.entry(line.kind).or_insert(Money::cny(0));
            *sum = sum.checked_add(line.amount)?;
        }
        let count = u64::try_from(lines.len()).ok()?;
        let sha256 = crypto::sha256(&Self::csv(business_date, &lines));
        let header = StatementHeader {
            business_date,
            lines: count,
            sums,
            sha256,
        };
        Some(Self { header, lines })
    }

    /// The file as text, in the form that is hashed: a line of names, a line for each order, a line of
    /// totals (`T,date,count`). Lines end with `\n`; amounts are integers in the smallest unit, instants
    /// milliseconds UTC; a field with a comma, a quote or a line break is quoted as in RFC 4180.
    pub fn csv(business_date: Date, lines: &[StatementLine]) -> String {
        let mut out =
            String::from("order_id,kind,debit_account,credit_account,amount_minor,ccy,state,reference,at\n");
        for l in lines {
            let fields = [
                l.order_id.to_string(),
                l.kind.as_str().to_owned(),
                field(&l.debit_account),
                field(&l.credit_account),
                l.amount.fen().to_string(),
                l.amount.ccy().code().to_owned(),
                l.state.as_str().to_owned(),
                field(&l.reference),
                l.at.to_string(),
            ];
            out.push_str(&fields.join(","));
            out.push('\n');
        }
        out.push_str(&format!("T,{business_date},{}\n", lines.len()));
        out
    }

    /// Count, sums and hash fit the lines.
    pub fn is_whole(&self) -> bool {
        let Some(fresh) = Self::close(self.header.business_date, self.lines.clone()) else {
            return false;
        };
        let sum = |of: &StatementHeader, kind| of.sums.get(&kind).copied().unwrap_or(Money::cny(0));
        let kinds = [
            LineKind::Transfer,
            LineKind::Post,
            LineKind::Settlement,
            LineKind::Return,
        ];
        fresh.header.lines == self.header.lines
            && fresh.header.sha256 == self.header.sha256
            && kinds
                .into_iter()
                .all(|kind| sum(&fresh.header, kind) == sum(&self.header, kind))
    }
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(fen: i64, account: &str) -> StatementLine {
        StatementLine {
            order_id: Uuid::nil(),
            kind: LineKind::Transfer,
            debit_account: account.to_owned(),
            credit_account: "62".to_owned(),
            amount: Money::cny(fen),
            state: LineState::Posted,
            reference: "R".to_owned(),
            at: 5,
        }
    }

    #[test]
    fn a_file_that_was_touched_is_not_whole() {
        let day = jiff::civil::date(2026, 11, 25);
        let file = Statement::close(day, vec![line(5, "a,\"b"), line(7, "c")]).unwrap();
        assert!(file.is_whole());
        assert_eq!(file.header.sums.get(&LineKind::Transfer), Some(&Money::cny(12)));
        let text = Statement::csv(day, &file.lines);
        assert!(
            text.contains("00000000-0000-0000-0000-000000000000,transfer,\"a,\"\"b\",62,5,CNY,posted,R,5\n")
        );
        assert!(text.ends_with("T,2026-11-25,2\n"));
        let mut touched = file.clone();
        touched.lines.swap(0, 1);
        assert!(!touched.is_whole());
        let mut short = file.clone();
        short.header.sums.clear();
        assert!(!short.is_whole());
        assert!(Statement::close(day, vec![line(i64::MAX, "a"), line(1, "a")]).is_none());
    }
}
