//! What a transfer is for, and how that is told: paying somebody, repaying one's own credit card 信用卡还款, or paying a
//! biller 生活缴费.

use serde::Serialize;
use utoipa::ToSchema;

use super::transfer::State;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Somebody is paid, here or at another bank.
    #[default]
    Transfer,
    /// The payee is the payer's own credit card.
    Repayment,
    /// The payee is a biller, who is told before the money is posted.
    Bill,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Transfer => "",
            Self::Repayment => "repayment",
            Self::Bill => "bill",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "repayment" => Self::Repayment,
            "bill" => Self::Bill,
            _ => Self::Transfer,
        }
    }

    /// The act whose policy says what the customer proves it with.
    pub(crate) fn act(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Repayment => "repayment",
            Self::Bill => "bill",
        }
    }

    /// Limits of day and year count what leaves the customer's hands; money for one's own card stays in them.
    pub(crate) fn is_limited(self) -> bool {
        self != Self::Repayment
    }

    /// Where it stands, as the customer reads it.
    pub(crate) fn state_text(self, state: State) -> &'static str {
        match (self, state) {
            (Self::Repayment, State::Succeeded) => "还款成功",
            (Self::Repayment, State::Failed) => "还款失败",
            (Self::Bill, State::Waiting) => "处理中，等待缴费单位确认",
            (Self::Bill, State::Succeeded) => "缴费成功",
            (Self::Bill, State::Failed) => "缴费失败",
            _ => state.text(),
        }
    }

    /// The last mark of its way.
    pub(crate) fn arrived(self) -> &'static str {
        match self {
            Self::Transfer => "已到账",
            Self::Repayment => "已还入信用卡",
            Self::Bill => "缴费单位已入账",
        }
    }

    /// Nobody has said yet how it ends: it is asked for, and shown as 处理中.
    pub(crate) fn is_under_way(self, state: State) -> bool {
        state.in_flight() || (self == Self::Bill && state == State::Waiting)
    }

    pub(crate) fn receipt_title(self) -> &'static str {
        match self {
            Self::Transfer => "转账电子回单",
            Self::Repayment => "信用卡还款电子回单",
            Self::Bill => "生活缴费电子回单",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_found_again_by_its_name() {
        for purpose in [Purpose::Transfer, Purpose::Repayment, Purpose::Bill] {
            assert_eq!(Purpose::parse(purpose.name()), purpose);
        }
    }
}
