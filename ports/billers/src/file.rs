//! The daily file 对账文件 of a biller: what it counts as received on a business day, line by line.
//!
//! Text in UTF-8, one record a line, fields parted by `|`, no empty lines:
//!
//! | record | fields |
//! |---|---|
//! | `H` first | biller's code, business date `YYYY-MM-DD` |
//! | `D` one per payment | our id, number of the bill, amount in fen, the biller's own number, `paid` or `reversed` |
//! | `T` last | how many `D` records, sum in fen of those that are `paid` |
//!
//! The biller's own number is the one with which it confirmed the payment: up to 80 printable ASCII characters without
//! `|`; another one is a difference.
//!
//! A file that does not fit its own head and trailer is no file: one that was cut off has no trailer, or one that does
//! not fit.

use kit::crypto::sha256;

/// The longest id, number of a bill and number of a biller's that a line may carry.
const ID: usize = 36;
const BILL_NO: usize = 32;
const REFERENCE: usize = 80;
/// A line carries less than this. Fen; ten billion yuan.
const MOST: i64 = 1_000_000_000_000;

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFile {
    pub lines: Vec<FileLine>,
    /// SHA-256 of the text.
    pub sha256: String,
}

/// What the biller says of one payment at the end of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// Ours, as the biller was told it.
    pub id: String,
    pub bill_no: String,
    /// Fen.
    pub amount_fen: i64,
    /// The biller's own number of the payment.
    pub reference: String,
    /// Received; otherwise taken back 冲正, and no money is owed.
    pub paid: bool,
}

impl DayFile {
    /// The file of this biller and day, whole or not at all.
    pub(crate) fn parse(text: &str, biller: &str, day: &str) -> Option<Self> {
        let mut records = text.lines();
        if records.next()? != format!("H|{biller}|{day}") {
            return None;
        }
        let mut lines = Vec::new();
        for record in records.by_ref() {
            if let Some(trailer) = record.strip_prefix("T|") {
                let (count, sum) = trailer.split_once('|')?;
                let whole = count.parse() == Ok(lines.len())
                    && sum.parse() == Ok(sum_of(&lines))
                    && records.next().is_none();
                let sha256 = sha256(text);
                return whole.then_some(Self { lines, sha256 });
            }
            lines.push(line(record)?);
        }
        None
    }
}

fn line(record: &str) -> Option<FileLine> {
    let mut fields = record.split('|');
    let kind = fields.next()?;
    let mut field = |most| fields.next().filter(|text| is_token(text, most));
    let line = FileLine {
        id: field(ID)?.to_owned(),
        bill_no: field(BILL_NO)?.to_owned(),
        amount_fen: field(13)?.parse().ok().filter(|fen| (1..MOST).contains(fen))?,
        reference: field(REFERENCE)?.to_owned(),
        paid: match field(8)? {
            "paid" => true,
            "reversed" => false,
            _ => return None,
        },
    };
    (kind == "D" && fields.next().is_none()).then_some(line)
}

/// A biller's own number of a payment as a file could carry it.
pub(crate) fn number(text: &str) -> Option<String> {
    let text = text.trim();
    (is_token(text, REFERENCE) && !text.contains('|')).then(|| text.to_owned())
}

/// Letters, digits and signs, so that a line can be kept and shown whatever sent it.
fn is_token(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn sum_of(lines: &[FileLine]) -> i64 {
    lines
        .iter()
        .filter(|line| line.paid)
        .fold(0, |sum: i64, line| sum.saturating_add(line.amount_fen))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "H|power|2026-11-23\nD|a-1|202610|4550|JF1|paid\nD|a-2|202609|3000|JF2|reversed\nT|2|4550\n";

    fn read(text: &str) -> Option<DayFile> {
        DayFile::parse(text, "power", "2026-11-23")
    }

    #[test]
    fn a_whole_file_is_read_and_a_reversed_line_counts_without_its_money() {
        let file = read(FILE).expect("a whole file");
        let lines: Vec<_> = file
            .lines
            .iter()
            .map(|l| (&*l.id, &*l.bill_no, l.amount_fen, &*l.reference, l.paid))
            .collect();
        assert_eq!(
            lines,
            [
                ("a-1", "202610", 4_550, "JF1", true),
                ("a-2", "202609", 3_000, "JF2", false)
            ]
        );
        assert_eq!(file.sha256.len(), 64);
        let empty = read("H|power|2026-11-23\nT|0|0").expect("a day without payments");
        assert!(empty.lines.is_empty());
    }

    #[test]
    fn a_file_that_was_cut_off_is_no_file_wherever_it_was_cut() {
        for end in 0..FILE.trim_end().len() {
            assert_eq!(read(&FILE[..end]), None, "cut after {end} bytes");
        }
    }

    #[test]
    fn what_is_not_this_file_or_not_a_line_is_refused() {
        for (from, to) in [
            ("H|power", "H|water"),
            ("2026-11-23", "2026-11-24"),
            ("|4550|JF1", "|4551|JF1"),
            ("|4550|JF1", "|-4550|JF1"),
            ("|4550|JF1", "|4.5|JF1"),
            ("|4550|JF1", "|99999999999999|JF1"),
            ("reversed", "pending"),
            ("a-1", ""),
            ("a-1", "户号"),
            ("|JF1|paid", "|JF1|paid|more"),
            ("|JF1|paid", "|paid"),
            ("D|a-1", "X|a-1"),
            ("T|2", "T|3"),
            ("T|2|4550\n", "T|2|4550\nD|a-3|202608|1|JF3|paid\n"),
        ] {
            assert_eq!(read(&FILE.replacen(from, to, 1)), None, "{from} → {to}");
        }
    }
}
