//! A bill of a biller 缴费单位, and what the biller has said of its payment. Pure.

use billers::Refusal;

use super::transfer::TransferId;

/// Whom customers can pay, and where the money goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Biller {
    pub code: String,
    /// `微柜市供电公司`
    pub name: String,
    /// `电费`
    pub kind: String,
    /// What the biller calls the number: `户号`.
    pub number_label: String,
    /// How many digits a number has.
    pub digits: i64,
    /// The biller's account at this bank.
    pub settle_no: String,
}

impl Biller {
    /// The number as the biller knows it; none when it can't be one.
    pub(crate) fn number(&self, typed: &str) -> Option<String> {
        let number: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let whole = i64::try_from(number.len()).is_ok_and(|n| n == self.digits);
        (whole && number.bytes().all(|b| b.is_ascii_digit())).then_some(number)
    }
}

/// What the biller knows of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing yet: the money is not held, or was not told of.
    Unsent,
    /// Told, or about to be: from here on only the biller's word ends it.
    Sent,
    Confirmed,
    Refused,
}

impl Stage {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::Sent => "sent",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    /// A stage that we do not know is one on which the biller has the word.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "unsent" => Self::Unsent,
            "confirmed" => Self::Confirmed,
            "refused" => Self::Refused,
            _ => Self::Sent,
        }
    }
}

/// What a transfer pays, in clear.
#[derive(Clone)]
pub(crate) struct PaidBill {
    pub(crate) id: TransferId,
    pub(crate) biller: String,
    pub(crate) bill_no: String,
    /// 户号
    pub(crate) number: String,
    /// `2026-10`
    pub(crate) period: String,
    pub(crate) stage: Stage,
    /// The biller's own number of the payment.
    pub(crate) reference: String,
}

/// Why a biller did not take a payment, as it is kept with the transfer.
pub(crate) fn reason_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::AlreadyPaid => "biller_already_paid",
        Refusal::AmountChanged => "biller_amount_changed",
        Refusal::NoSuchBill => "biller_no_such_bill",
        Refusal::Other => "biller_other",
    }
}

/// The same as the customer is told; none when the biller had no part in it.
pub(crate) fn reason_told(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "biller_already_paid" => (
            "bill.already_paid",
            "缴费单位表示这张账单已经缴过，款项已退回您的账户。",
        ),
        "biller_amount_changed" => (
            "bill.amount_changed",
            "账单金额有变化，款项已退回您的账户，请重新查询后缴费。",
        ),
        "biller_no_such_bill" => (
            "bill.no_such_bill",
            "缴费单位没有找到这张账单，款项已退回您的账户。",
        ),
        "biller_other" => ("bill.refused", "缴费单位没有受理，款项已退回您的账户。"),
        _ => return None,
    })
}

/// `2026年10月`, or what the biller calls it.
pub(crate) fn period_text(period: &str) -> String {
    match period.split_once('-') {
        Some((year, month)) if year.len() == 4 => {
            format!("{year}年{}月", month.trim_start_matches('0'))
        }
        _ => period.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_billers_digits() {
        let biller = Biller {
            code: "power".to_owned(),
            name: String::new(),
            kind: String::new(),
            number_label: String::new(),
            digits: 10,
            settle_no: String::new(),
        };
        assert_eq!(biller.number(" 1234 567-890 "), Some("1234567890".to_owned()));
        for bad in [
            "",
            "123456789",
            "12345678901",
            "123456789x",
            "１２３４５６７８９０",
        ] {
            assert_eq!(biller.number(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_refusal_has_its_words_and_months_are_read_aloud() {
        for refusal in [
            Refusal::AlreadyPaid,
            Refusal::AmountChanged,
            Refusal::NoSuchBill,
            Refusal::Other,
        ] {
            assert!(reason_told(reason_name(refusal)).is_some(), "{refusal:?}");
        }
        assert_eq!(reason_told("insufficient_funds"), None);
        assert_eq!(period_text("2026-09"), "2026年9月");
        assert_eq!(period_text("第3期"), "第3期");
    }

    #[test]
    fn stages_are_found_again_by_their_names() {
        for stage in [Stage::Unsent, Stage::Sent, Stage::Confirmed, Stage::Refused] {
            assert_eq!(Stage::parse(stage.name()), stage);
        }
    }
}
