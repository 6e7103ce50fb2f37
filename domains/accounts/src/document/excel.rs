//! The workbook: rows are written as they come and leave memory at once.
//!
//! Amounts are numbers in the sheet, so that people can reckon with them; they are written from
//! their decimal text and never computed with here. The totals are sums of integers.

use corebank::CoreEntry;
use kit::{clock::text_of, money::Money};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc::Receiver;

use crate::{
    error::Error,
    model::{
        statement::{Head, Totals},
        text::{other_side, sentence},
    },
};

const COLUMNS: [(&str, u16); 9] = [
    ("交易时间", 20),
    ("类型", 8),
    ("摘要", 44),
    ("收入（元）", 15),
    ("支出（元）", 15),
    ("余额（元）", 16),
    ("对方", 28),
    ("地点", 28),
    ("附言", 24),
];

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Self {
        Self::Document(error.to_string())
    }
}

struct Looks {
    title: Format,
    head: Format,
    money: Format,
    total: Format,
    total_money: Format,
}

/// Writes what comes through `rows` into a file without a name.
pub(crate) fn write(
    head: &Head,
    mut rows: Receiver<Vec<CoreEntry>>,
) -> Result<(std::fs::File, Totals), Error> {
    let looks = Looks {
        title: Format::new().set_bold().set_font_size(14),
        head: Format::new().set_bold().set_align(FormatAlign::Center),
        money: Format::new().set_num_format("#,##0.00"),
        total: Format::new().set_bold(),
        total_money: Format::new().set_bold().set_num_format("#,##0.00"),
    };
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("账户明细")?;
    let mut at = write_head(sheet, head, &looks)?;
    let mut totals = Totals::default();
    while let Some(batch) = rows.blocking_recv() {
        for entry in &batch {
            totals.add(entry.amount.fen())?;
            write_row(sheet, at, entry, &looks)?;
            at += 1;
        }
    }
    write_totals(sheet, at, totals, &looks)?;
    let mut file = tempfile::tempfile().map_err(|e| Error::Document(e.to_string()))?;
    book.save_to_writer(&mut file)?;
    super::pdf::rewind(&mut file)?;
    Ok((file, totals))
}

/// Returns the first row for entries.
fn write_head(sheet: &mut Worksheet, head: &Head, looks: &Looks) -> Result<u32, Error> {
    for (column, (_, width)) in (0_u16..).zip(COLUMNS) {
        sheet.set_column_width(column, f64::from(width))?;
    }
    sheet.write_string_with_format(0, 0, format!("{} 账户明细", head.bank), &looks.title)?;
    let lines = [
        format!(
            "户名：{}    账号：{}    {}",
            head.holder_masked, head.account_masked, head.product
        ),
        format!(
            "区间：{} 至 {}    生成时间：{}",
            head.range.from,
            head.range.to,
            text_of(head.issued_at)
        ),
        format!("验证码：{}    核验：{}", head.code_in_fours(), head.verify_url),
    ];
    for (row, line) in (1_u32..).zip(lines) {
        sheet.write_string(row, 0, line)?;
    }
    for (column, (name, _)) in (0_u16..).zip(COLUMNS) {
        sheet.write_string_with_format(5, column, name, &looks.head)?;
    }
    Ok(6)
}

fn write_row(sheet: &mut Worksheet, at: u32, e: &CoreEntry, looks: &Looks) -> Result<(), Error> {
    let fen = e.amount.fen();
    sheet.write_string(at, 0, text_of(e.at))?;
    sheet.write_string(at, 1, kind_text(e))?;
    sheet.write_string(at, 2, safe(&sentence(e)))?;
    let column = if fen < 0 { 4 } else { 3 };
    sheet.write_number_with_format(at, column, number(fen.saturating_abs())?, &looks.money)?;
    sheet.write_number_with_format(at, 5, number(e.balance_after.fen())?, &looks.money)?;
    sheet.write_string(at, 6, safe(&other_side(e).unwrap_or_default()))?;
    sheet.write_string(at, 7, safe(e.place.as_deref().unwrap_or_default()))?;
    sheet.write_string(at, 8, safe(&e.memo))?;
    Ok(())
}

fn write_totals(sheet: &mut Worksheet, at: u32, totals: Totals, looks: &Looks) -> Result<(), Error> {
    sheet.write_string_with_format(at, 0, "合计", &looks.total)?;
    sheet.write_string_with_format(at, 2, format!("共{}笔", totals.entries), &looks.total)?;
    sheet.write_number_with_format(at, 3, number(totals.income)?, &looks.total_money)?;
    sheet.write_number_with_format(at, 4, number(totals.spent)?, &looks.total_money)?;
    Ok(())
}

pub(super) fn kind_text(e: &CoreEntry) -> &'static str {
    use corebank::EntryKind as K;
    match e.kind {
        K::Transfer => "转账",
        K::Deposit => "存款",
        K::Withdrawal => "取款",
        K::Payment => "消费",
        K::Interest => "利息",
        K::Fee => "手续费",
        K::Refund => "退款",
    }
}

/// The number nearest to the decimal text; exact to the fen up to nine hundred trillion yuan.
fn number(fen: i64) -> Result<f64, Error> {
    Money::cny(fen)
        .yuan_text()
        .parse()
        .map_err(|_| Error::Document("amount".to_owned()))
}

/// A text cell is never evaluated by Excel, but people save sheets as CSV, where a leading sign
/// makes a formula of what a stranger wrote into a memo. An apostrophe keeps it a text there too.
fn safe(text: &str) -> String {
    let risky = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    if risky {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_can_not_plant_formulas() {
        for risky in ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "  =HYPERLINK(\"x\")"] {
            assert!(safe(risky).starts_with('\''), "{risky}");
        }
        for plain in ["工资", "a=b", "", "转账-房租"] {
            assert_eq!(safe(plain), plain);
        }
    }

    #[test]
    fn numbers_in_the_sheet_are_exact_to_the_fen() {
        for fen in [0, 1, 10, 99, 1_005, 123_456_789, -5, 99_999_999_999_999_999] {
            let back = format!("{:.2}", number(fen).unwrap());
            if fen < 9_000_000_000_000_000 {
                assert_eq!(back, Money::cny(fen).yuan_text());
            }
        }
    }
}
