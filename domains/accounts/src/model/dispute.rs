//! Disputes 交易申诉: a customer says that a line of an account is not right. Pure.

use corebank::CoreEntry;
use kit::clock::{DAY, Ms, date_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{account::AccountId, statement::EntryView};

kit::id_type!(
    /// A dispute.
    pub DisputeId
);

/// The answer is due after 15 natural days, as for complaints (银行业保险业消费投诉处理管理办法, 2020).
pub const DUE_AFTER: Ms = 15 * DAY;
/// Characters of what the customer adds.
pub(crate) const TEXT_MAX: usize = 200;
const TEXT_MIN: usize = 4;

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DisputeState {
    /// 已受理
    Received,
    /// 处理中
    Handling,
    /// 已答复
    Answered,
}

impl DisputeState {
    const ALL: [Self; 3] = [Self::Received, Self::Handling, Self::Answered];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Handling => "handling",
            Self::Answered => "answered",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == text)
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Received => "申诉已受理",
            Self::Handling => "申诉处理中",
            Self::Answered => "申诉已答复",
        }
    }
}

/// Why a line is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeReason {
    NotMine,
    WrongAmount,
    Twice,
    NoGoods,
    Other,
}

impl DisputeReason {
    const ALL: [Self; 5] = [
        Self::NotMine,
        Self::WrongAmount,
        Self::Twice,
        Self::NoGoods,
        Self::Other,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotMine => "not_mine",
            Self::WrongAmount => "wrong_amount",
            Self::Twice => "twice",
            Self::NoGoods => "no_goods",
            Self::Other => "other",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == text)
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NotMine => "不是本人交易",
            Self::WrongAmount => "金额不对",
            Self::Twice => "重复扣款",
            Self::NoGoods => "没收到商品或服务",
            Self::Other => "其他疑问",
        }
    }
}

/// Whether what the customer wrote can be taken: 其他 says nothing without words.
pub(crate) fn text_fits(reason: DisputeReason, text: &str) -> bool {
    let count = text.trim().chars().count();
    count <= TEXT_MAX && (reason != DisputeReason::Other || count >= TEXT_MIN)
}

/// What the bank found, in words for the customer.
pub(crate) fn outcome_text(code: &str) -> &'static str {
    match code {
        "explained" => "交易属实",
        "merchant" => "已转商户退款处理",
        "fraud" => "疑似盗刷，已止付并协助报案",
        "bank_error" => "我行差错，已更正",
        "corrected" => "我行差错，已提交更正入账",
        _ => "已答复",
    }
}

/// The disputed line as it stood when it was disputed; names masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisputedLine {
    /// Milliseconds UTC.
    pub at: Ms,
    /// `in` or `out`.
    pub direction: String,
    pub kind: String,
    /// Fen, positive.
    pub amount_fen: i64,
    pub counterparty_masked: Option<String>,
    pub place: Option<String>,
    /// `在知味观消费12.80元`
    pub text: String,
    pub memo: String,
    /// 核心流水号
    pub reference: String,
}

impl From<&CoreEntry> for DisputedLine {
    fn from(e: &CoreEntry) -> Self {
        let v = EntryView::from(e);
        Self {
            at: v.at,
            direction: v.direction.to_owned(),
            kind: v.kind.to_owned(),
            amount_fen: v.amount_fen,
            counterparty_masked: v.counterparty_masked,
            place: v.place,
            text: v.text,
            memo: v.memo,
            reference: e.reference.clone(),
        }
    }
}

/// The mark on a line of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EntryDispute {
    pub(crate) id: DisputeId,
    pub(crate) state: DisputeState,
    pub(crate) state_text: &'static str,
}

/// A dispute as its customer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DisputeView {
    pub(crate) id: DisputeId,
    pub(crate) receipt_no: String,
    pub(crate) account_id: AccountId,
    pub(crate) entry_id: String,
    pub(crate) line: DisputedLine,
    pub(crate) reason: DisputeReason,
    pub(crate) reason_text: &'static str,
    pub(crate) text: String,
    pub(crate) state: DisputeState,
    pub(crate) state_text: &'static str,
    /// What the bank found; empty until it has answered.
    pub(crate) outcome_text: &'static str,
    pub(crate) answer: String,
    /// When the answer is due at the latest. Milliseconds UTC.
    pub(crate) due_at: Ms,
    pub(crate) opened_at: Ms,
    pub(crate) answered_at: Option<Ms>,
}

/// 申诉受理编号: the day and the end of the id.
pub(crate) fn receipt_no(id: DisputeId, now: Ms) -> String {
    let hex = uuid::Uuid::from(id).simple().to_string().to_ascii_uppercase();
    let tail: String = hex.chars().skip(20).collect();
    format!("SS{}{tail}", date_of(now).strftime("%Y%m%d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_needs_words_and_nobody_writes_a_novel() {
        assert!(text_fits(DisputeReason::NotMine, ""));
        assert!(!text_fits(DisputeReason::Other, " 不 "));
        assert!(text_fits(DisputeReason::Other, "扣了两次款"));
        assert!(!text_fits(DisputeReason::NotMine, &"长".repeat(TEXT_MAX + 1)));
    }

    #[test]
    fn names_are_read_back() {
        for state in DisputeState::ALL {
            assert_eq!(DisputeState::parse(state.name()), Some(state));
        }
        for reason in DisputeReason::ALL {
            assert_eq!(DisputeReason::parse(reason.name()), Some(reason));
            assert_eq!(
                serde_json::to_value(reason).unwrap(),
                serde_json::json!(reason.name())
            );
        }
    }
}
