//! Collections at the counter 柜台收款: what may be collected, and how one looks to staff.

use kit::crypto::sha256;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::payin::{PayInId, PayInState, RefundId, RefundState};

/// The most that one text of staff may hold.
pub(crate) const REMARK: usize = 50;
/// Why money goes back, at least and at most.
pub(crate) const REASON: std::ops::RangeInclusive<usize> = 4..=200;
/// The name of a charge stands on the statement and at WeChat's cashier.
const NAME: usize = 20;

/// Something that the counter may collect 收费项目, and where its income goes. The list is the bank's, and closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Short and for ever: it stands in the records.
    pub code: String,
    /// What staff and payer read.
    pub name: String,
    /// The bank's own income account in the core.
    pub account: String,
}

impl Charge {
    /// What is wrong with a list, if anything.
    pub fn flaw(list: &[Self]) -> Option<String> {
        let mut codes = std::collections::BTreeSet::new();
        list.iter().find_map(|charge| {
            let code = charge.code.as_str();
            let plain = (1..=24).contains(&code.len())
                && code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            let named = (1..=NAME).contains(&charge.name.trim().chars().count());
            let what = if !plain {
                "its code is not 1 to 24 of [a-z0-9_]"
            } else if !named {
                "its name is not 1 to 20 characters"
            } else if charge.account.is_empty() {
                "it has no account"
            } else if !codes.insert(code) {
                "its code stands there twice"
            } else {
                return None;
            };
            Some(format!("charge `{code}`: {what}"))
        })
    }
}

/// Where a collection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CollectionState {
    /// Nobody has paid yet.
    Waiting,
    /// Paid; on its way into the income account.
    Paid,
    /// In the income account.
    Credited,
    /// Some of it is back with the payer.
    PartlyRefunded,
    /// All of it is.
    Refunded,
    /// Not paid in time, or closed at the counter.
    Closed,
    /// The income account could not take it; it goes back to the payer.
    Uncredited,
}

impl CollectionState {
    /// `back`: fen that are with the payer again.
    pub(crate) fn of(state: PayInState, amount: i64, back: i64) -> Self {
        match state {
            PayInState::Waiting => Self::Waiting,
            PayInState::Closed => Self::Closed,
            PayInState::Paid => Self::Paid,
            PayInState::Credited | PayInState::Uncredited if back >= amount => Self::Refunded,
            PayInState::Credited if back > 0 => Self::PartlyRefunded,
            PayInState::Credited => Self::Credited,
            PayInState::Uncredited => Self::Uncredited,
        }
    }

    /// What staff read.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Waiting => "等待扫码",
            Self::Paid => "已支付，入账中",
            Self::Credited => "已支付",
            Self::PartlyRefunded => "部分退款",
            Self::Refunded => "已退款",
            Self::Closed => "已关闭",
            Self::Uncredited => "未能入账，原路退回",
        }
    }
}

/// Where a refund stands, from the first person's word to the payer's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStage {
    /// A second person has to look at it.
    Waiting,
    /// The second person said no.
    Returned,
    /// On its way.
    Processing,
    /// With the payer.
    Done,
    /// Came to nothing; the money is where it was.
    Failed,
    /// WeChat Pay could not deliver it: a person must.
    Manual,
    /// A person has.
    Handled,
}

impl RefundStage {
    pub(crate) fn of(state: RefundState) -> Self {
        match state {
            RefundState::Debiting | RefundState::Sending | RefundState::Returning => Self::Processing,
            RefundState::Done => Self::Done,
            RefundState::Refused | RefundState::Returned => Self::Failed,
            RefundState::Manual | RefundState::Stranded => Self::Manual,
            RefundState::Handled => Self::Handled,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Waiting => "待复核",
            Self::Returned => "复核未通过",
            Self::Processing => "退款中",
            Self::Done => "已退回付款人",
            Self::Failed => "没有退成，款项未动",
            Self::Manual => "微信未能退回，需人工处理",
            Self::Handled => "已由人工处理",
        }
    }
}

/// What the second person sees and approves, as one number.
pub(crate) fn refund_hash(collection: PayInId, refund: RefundId, amount: i64, reason: &str) -> String {
    sha256(&format!("refund|{collection}|{refund}|{amount}|CNY|{reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(code: &str, name: &str, account: &str) -> Charge {
        Charge {
            code: code.to_owned(),
            name: name.to_owned(),
            account: account.to_owned(),
        }
    }

    #[test]
    fn a_list_of_charges_is_closed_and_whole() {
        let good = [
            charge("box_rent", "保管箱租金", "1"),
            charge("cost", "工本费", "1"),
        ];
        assert_eq!(Charge::flaw(&good), None);
        for (bad, why) in [
            (charge("", "工本费", "1"), "code"),
            (charge("Box", "工本费", "1"), "code"),
            (charge("box", " ", "1"), "name"),
            (charge("box", &"长".repeat(21), "1"), "name"),
            (charge("box", "工本费", ""), "account"),
        ] {
            assert!(
                Charge::flaw(std::slice::from_ref(&bad)).unwrap().contains(why),
                "{bad:?}"
            );
        }
        let twice = [charge("box", "工本费", "1"), charge("box", "租金", "2")];
        assert!(Charge::flaw(&twice).unwrap().contains("twice"));
    }

    #[test]
    fn what_went_back_decides_how_it_looks() {
        use CollectionState as S;
        let looks = [
            (PayInState::Waiting, 0, S::Waiting),
            (PayInState::Paid, 0, S::Paid),
            (PayInState::Credited, 0, S::Credited),
            (PayInState::Credited, 99, S::PartlyRefunded),
            (PayInState::Credited, 100, S::Refunded),
            (PayInState::Uncredited, 0, S::Uncredited),
            (PayInState::Uncredited, 100, S::Refunded),
            (PayInState::Closed, 0, S::Closed),
        ];
        for (state, back, expected) in looks {
            assert_eq!(S::of(state, 100, back), expected, "{state:?} {back}");
        }
    }

    #[test]
    fn another_amount_or_reason_is_another_refund() {
        let (one, two): (PayInId, RefundId) = (
            "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
            "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap(),
        );
        let hash = refund_hash(one, two, 100, "多收了一次");
        assert_ne!(hash, refund_hash(one, two, 101, "多收了一次"));
        assert_ne!(hash, refund_hash(one, two, 100, "少收了一次"));
    }
}
