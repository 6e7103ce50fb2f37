//! The daily file of a biller 对账文件, made an hour after the day has ended: head, a line per payment that was received or
//! taken back on the day, trailer with their count and the sum of what was received.

use std::fmt::Write as _;

use serde_json::{Value, json};
use weigui_wechat::pay::second_of;

use crate::FileFault;

const DAY_MS: i64 = 86_400_000;
const READY_AFTER_MS: i64 = 3_600_000;

/// A payment in the biller's books.
#[derive(Clone)]
pub(crate) struct Taken {
    /// When it was counted, milliseconds.
    pub at: i64,
    /// The bank's.
    pub id: String,
    pub bill_no: String,
    /// Fen.
    pub amount: i64,
    pub reference: String,
    /// Received; otherwise taken back.
    pub paid: bool,
}

/// What is said of a day `YYYY-MM-DD`; none when it is no day.
pub(crate) fn answer(
    (biller, day): (&str, &str),
    books: &[Taken],
    fault: FileFault,
    now: i64,
) -> Option<Value> {
    let begins = second_of(&format!("{day}T00:00:00+08:00"))?.saturating_mul(1_000);
    let ends = begins + DAY_MS;
    if now < ends + READY_AFTER_MS || fault == FileFault::Late {
        return Some(json!({"state": "not_ready"}));
    }
    let mut lines: Vec<Taken> = books
        .iter()
        .filter(|taken| (begins..ends).contains(&taken.at))
        .cloned()
        .collect();
    spoil(&mut lines, fault, begins);
    let mut text = text(biller, day, &lines);
    if fault == FileFault::CutOff {
        text.truncate(text.len() / 2);
    }
    Some(json!({"state": "file", "file": text}))
}

/// Head, lines and trailer.
fn text(biller: &str, day: &str, lines: &[Taken]) -> String {
    let mut text = format!("H|{biller}|{day}\n");
    for line in lines {
        let state = if line.paid { "paid" } else { "reversed" };
        let (id, bill_no, amount, reference) = (&line.id, &line.bill_no, line.amount, &line.reference);
        // Writing to a string cannot fail.
        if writeln!(text, "D|{id}|{bill_no}|{amount}|{reference}|{state}").is_err() {
            text.clear();
        }
    }
    let sum: i64 = lines
        .iter()
        .filter(|line| line.paid)
        .map(|line| line.amount)
        .sum();
    if writeln!(text, "T|{}|{sum}", lines.len()).is_err() {
        text.clear();
    }
    text
}

/// Faults of which the file itself shows nothing: the trailer fits them.
fn spoil(lines: &mut Vec<Taken>, fault: FileFault, at: i64) {
    let first = lines.iter().position(|line| line.paid);
    match (fault, first) {
        (FileFault::Missing, Some(first)) => {
            lines.remove(first);
        }
        (FileFault::WrongAmount, Some(first)) => {
            if let Some(line) = lines.get_mut(first) {
                line.amount += 1;
            }
        }
        (FileFault::WrongReference, Some(first)) => {
            if let Some(line) = lines.get_mut(first) {
                line.reference.push_str("-2");
            }
        }
        (FileFault::Stranger, _) => lines.push(Taken {
            at,
            id: "01900000-0000-7000-8000-00000000beef".to_owned(),
            bill_no: "202610000000000001".to_owned(),
            amount: 8_888,
            reference: "JF00000000BEEF".to_owned(),
            paid: true,
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 00:00 in Shanghai.
    const MIDNIGHT: i64 = 1_795_363_200_000;

    fn file(fault: FileFault, now: i64) -> Value {
        let taken = |at: i64, paid: bool| Taken {
            at,
            id: format!("id-{at}"),
            bill_no: "1".to_owned(),
            amount: 100,
            reference: "JF".to_owned(),
            paid,
        };
        let books = [
            taken(MIDNIGHT - 1, true),
            taken(MIDNIGHT, true),
            taken(MIDNIGHT + 5, false),
            taken(MIDNIGHT + DAY_MS, true),
        ];
        answer(("power", "2026-11-23"), &books, fault, now).expect("a day")
    }

    #[test]
    fn a_file_has_the_payments_of_its_day_from_one_oclock_on() {
        let late = MIDNIGHT + DAY_MS + READY_AFTER_MS;
        assert_eq!(file(FileFault::None, late - 1), json!({"state": "not_ready"}));
        let text = format!(
            "H|power|2026-11-23\nD|id-{MIDNIGHT}|1|100|JF|paid\nD|id-{}|1|100|JF|reversed\nT|2|100\n",
            MIDNIGHT + 5
        );
        assert_eq!(
            file(FileFault::None, late),
            json!({"state": "file", "file": text})
        );
        assert_eq!(file(FileFault::Late, late), json!({"state": "not_ready"}));
        for (fault, trailer) in [
            (FileFault::Missing, "T|1|0\n"),
            (FileFault::WrongAmount, "T|2|101\n"),
            (FileFault::Stranger, "T|3|8988\n"),
            (FileFault::WrongReference, "T|2|100\n"),
        ] {
            let said = file(fault, late);
            let text = said["file"].as_str().expect("a file");
            assert!(text.ends_with(trailer), "{fault:?}: {text}");
        }
        let other = file(FileFault::WrongReference, late);
        assert!(
            other["file"]
                .as_str()
                .expect("a file")
                .contains("|100|JF-2|paid\n")
        );
        let cut = file(FileFault::CutOff, late);
        assert!(!cut["file"].as_str().expect("a file").contains("T|"));
    }
}
