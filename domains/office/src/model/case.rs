//! A case 工单: what a person must look at, from its opening to its outcome. Pure.

use kit::clock::{DAY, HOUR, Ms};
use kit::crypto::sha256;
use payments::{PayInId, RefundId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kit::id_type!(
    /// A case.
    pub CaseId
);
kit::id_type!(
    /// A proposed correction of money.
    pub(crate) CorrectionId
);

/// Why there is a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaseKind {
    /// 结果未知: the core has not said for long what became of a transfer.
    UnknownTransfer,
    /// 对账差异: our books and a file do not agree.
    Difference,
    /// 交易申诉: a customer disputes a line of an account.
    Dispute,
    /// 对账文件异常: the other side's file of a day is late or not whole.
    ReconFile,
    /// 收款退款异常: what came in through WeChat Pay, or goes back, does not get on.
    PayIn,
}

impl CaseKind {
    pub(crate) const ALL: [Self; 5] = [
        Self::UnknownTransfer,
        Self::Difference,
        Self::Dispute,
        Self::ReconFile,
        Self::PayIn,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnknownTransfer => "unknown_transfer",
            Self::Difference => "difference",
            Self::Dispute => "dispute",
            Self::ReconFile => "recon_file",
            Self::PayIn => "pay_in",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// How long the bank gives itself. A dispute: 15 natural days, as for complaints
    /// (银行业保险业消费投诉处理管理办法, 2020); the others are the bank's own.
    pub(crate) fn time_limit(self) -> Ms {
        match self {
            Self::UnknownTransfer | Self::ReconFile | Self::PayIn => 4 * HOUR,
            Self::Difference => DAY,
            Self::Dispute => 15 * DAY,
        }
    }

    /// Whether such a case is about one amount; that of a file is about a day.
    pub(crate) fn has_amount(self) -> bool {
        match self {
            Self::UnknownTransfer | Self::Difference | Self::Dispute | Self::PayIn => true,
            Self::ReconFile => false,
        }
    }

    /// Whether the core or WeChat Pay may be asked again about such a case.
    pub(crate) fn is_asked_for(self) -> bool {
        matches!(self, Self::UnknownTransfer | Self::PayIn)
    }

    /// With what a person may close such a case without moving money. An unknown transfer is decided by the core
    /// alone, and its case then closes by itself.
    pub(crate) fn outcomes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::UnknownTransfer => &[],
            Self::Difference => &[
                ("timing", "时间差，次日已对平"),
                ("explained", "已查明原因，无需调整"),
                ("mended_there", "对方已更正"),
            ],
            Self::Dispute => &[
                ("explained", "交易属实，已向客户说明"),
                ("merchant", "转商户退款处理"),
                ("fraud", "疑似盗刷，已止付并协助报案"),
                ("bank_error", "我行差错，已更正"),
            ],
            Self::ReconFile => &[
                ("came", "文件已补到，对账已完成"),
                ("mended_there", "对方已重新出具文件"),
                ("explained", "已查明原因，无需处理"),
            ],
            // Of what came back twice; a stuck refund is ended by two people.
            Self::PayIn => &[("not_twice", "经核实没有重复退款")],
        }
    }
}

/// What an outcome is called.
pub(crate) fn outcome_text(kind: CaseKind, code: &str) -> &'static str {
    let listed = kind.outcomes().iter().find(|(known, _)| *known == code);
    match (code, listed) {
        (_, Some((_, text))) => text,
        (CORRECTED, _) => "已复核更正",
        (GIVEN_BACK, _) => "微信支付已退回付款人",
        (PUT_BACK, _) => "微信支付没有退成，款项已退回账户",
        (UNCREDITED, _) => "未能入账，已转原路退款",
        (FAILED, None) if kind == CaseKind::PayIn => "没有退成，没有扣款",
        (SUCCEEDED, _) => "核心确认已入账",
        (FAILED, _) => "核心确认未入账，款项未转出",
        (RETURNED, _) => "已退汇，款项已退回付款账户",
        _ => "",
    }
}

/// The outcome of a case whose correction was approved.
pub(crate) const CORRECTED: &str = "corrected";
/// Outcomes that the core or WeChat Pay itself has decided.
pub(crate) const SUCCEEDED: &str = "succeeded";
pub(crate) const FAILED: &str = "failed";
pub(crate) const RETURNED: &str = "returned";
pub(crate) const GIVEN_BACK: &str = "given_back";
pub(crate) const PUT_BACK: &str = "put_back";
pub(crate) const UNCREDITED: &str = "uncredited";

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaseState {
    /// 待认领
    Open,
    /// 处理中: one person works on it.
    Claimed,
    /// 待复核: a correction of money waits for a second person.
    Checking,
    /// 已办结
    Closed,
}

/// What may happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Claim,
    Release,
    /// Proposes a correction of money.
    Propose,
    Approve,
    SendBack,
    Resolve,
    /// What the case was about has decided itself: the core has answered.
    Settle,
}

impl CaseState {
    pub(crate) const ALL: [Self; 4] = [Self::Open, Self::Claimed, Self::Checking, Self::Closed];

    /// The only table of what may follow what.
    pub(crate) fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Open, Step::Claim) | (Self::Checking, Step::SendBack) => Some(Self::Claimed),
            (Self::Claimed, Step::Release) => Some(Self::Open),
            (Self::Claimed, Step::Propose) => Some(Self::Checking),
            (Self::Checking, Step::Approve)
            | (Self::Claimed, Step::Resolve)
            | (Self::Open | Self::Claimed, Step::Settle) => Some(Self::Closed),
            (Self::Open, Step::Release | Step::Propose | Step::Approve | Step::SendBack | Step::Resolve)
            | (Self::Claimed, Step::Claim | Step::Approve | Step::SendBack)
            | (Self::Checking, Step::Claim | Step::Release | Step::Propose | Step::Resolve | Step::Settle)
            | (Self::Closed, _) => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Checking => "checking",
            Self::Closed => "closed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// A case as it is stored. Amounts are fen.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: CaseId,
    pub(crate) kind: CaseKind,
    /// `transfer:ID`, `difference:ID`, `dispute:ID`, `file:CHANNEL|DAY`, `failed:CHANNEL|DAY`, `payin:ID`, `refund:ID`, `twice:ID`.
    pub(crate) subject: String,
    /// Empty when no one customer is concerned.
    pub(crate) customer: String,
    /// None where its kind has none.
    pub(crate) amount: Option<i64>,
    pub(crate) state: CaseState,
    /// Who works on it; empty while it waits.
    pub(crate) owner: String,
    pub(crate) owner_name: String,
    pub(crate) outcome: String,
    /// Rises with everything that happens; a change names the version that it saw.
    pub(crate) version: i64,
    pub(crate) due_at: Ms,
    pub(crate) opened_at: Ms,
    pub(crate) closed_at: Ms,
}

impl Case {
    /// The id within the subject.
    pub(crate) fn subject_id(&self) -> &str {
        self.subject.split_once(':').map_or("", |(_, id)| id)
    }
}

/// What of a payment into the bank does not get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    PayIn(PayInId),
    Refund(RefundId),
    /// This refund reached the payer, and the account as well.
    Twice(RefundId),
}

impl Stuck {
    pub(crate) fn of(payin: PayInId, refund: Option<RefundId>, twice: bool) -> Self {
        match refund {
            Some(id) if twice => Self::Twice(id),
            Some(id) => Self::Refund(id),
            None => Self::PayIn(payin),
        }
    }

    pub(crate) fn subject(self) -> String {
        match self {
            Self::PayIn(id) => format!("payin:{id}"),
            Self::Refund(id) => format!("refund:{id}"),
            Self::Twice(id) => format!("twice:{id}"),
        }
    }

    pub(crate) fn parse(subject: &str) -> Option<Self> {
        let (what, id) = subject.split_once(':')?;
        match what {
            "payin" => id.parse().ok().map(Self::PayIn),
            "refund" => id.parse().ok().map(Self::Refund),
            "twice" => id.parse().ok().map(Self::Twice),
            _ => None,
        }
    }
}

/// The file of one side and day, so that it has one case whichever run misses it.
pub(crate) fn file_subject(channel: &str, day: &str) -> String {
    format!("file:{channel}|{day}")
}

/// The same of a file that is there and could not be compared.
pub(crate) fn failed_subject(channel: &str, day: &str) -> String {
    format!("failed:{channel}|{day}")
}

/// Which way money is to be corrected; booked by the core's own staff against the approved voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// 补记给客户
    ToCustomer,
    /// 从客户账户冲回
    FromCustomer,
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ToCustomer => "to_customer",
            Self::FromCustomer => "from_customer",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::ToCustomer, Self::FromCustomer]
            .into_iter()
            .find(|d| d.name() == text)
    }
}

/// What the second person saw and approves: a change of any part is another text.
pub(crate) fn correction_hash(case: CaseId, direction: Direction, amount: i64, reason: &str) -> String {
    sha256(&format!(
        "correction|{case}|{}|{amount}|CNY|{reason}",
        direction.name()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_case_as_a_table() {
        use CaseState::{Checking, Claimed, Closed, Open};
        use Step::{Approve, Claim, Propose, Release, Resolve, SendBack, Settle};
        let allowed = [
            (Open, Claim, Claimed),
            (Open, Settle, Closed),
            (Claimed, Release, Open),
            (Claimed, Propose, Checking),
            (Claimed, Resolve, Closed),
            (Claimed, Settle, Closed),
            (Checking, Approve, Closed),
            (Checking, SendBack, Claimed),
        ];
        for from in CaseState::ALL {
            for step in [Claim, Release, Propose, Approve, SendBack, Resolve, Settle] {
                let wanted = allowed
                    .iter()
                    .find(|(f, s, _)| (*f, *s) == (from, step))
                    .map(|(.., to)| *to);
                assert_eq!(from.after(step), wanted, "{from:?} {step:?}");
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for kind in CaseKind::ALL {
            assert_eq!(CaseKind::parse(kind.name()), Some(kind));
            for (code, text) in kind.outcomes() {
                assert_eq!(outcome_text(kind, code), *text);
            }
        }
        for state in CaseState::ALL {
            assert_eq!(CaseState::parse(state.name()), Some(state));
        }
        assert_eq!(CaseKind::parse("anything"), None);
    }

    #[test]
    fn what_is_stuck_is_read_back() {
        let (payin, refund): (PayInId, RefundId) = (uuid::Uuid::nil().into(), uuid::Uuid::max().into());
        for (stuck, subject) in [
            (Stuck::of(payin, None, false), format!("payin:{payin}")),
            (Stuck::of(payin, Some(refund), false), format!("refund:{refund}")),
            (Stuck::of(payin, Some(refund), true), format!("twice:{refund}")),
        ] {
            assert_eq!(stuck.subject(), subject);
            assert_eq!(Stuck::parse(&subject), Some(stuck));
        }
        for bad in ["", "payin", "payin:", "transfer:x", "refund:1"] {
            assert_eq!(Stuck::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_approval_is_bound_to_every_part_of_what_was_shown() {
        let case: CaseId = uuid::Uuid::nil().into();
        let seen = correction_hash(case, Direction::ToCustomer, 100, "少记一笔");
        assert_ne!(
            seen,
            correction_hash(case, Direction::FromCustomer, 100, "少记一笔")
        );
        assert_ne!(
            seen,
            correction_hash(case, Direction::ToCustomer, 101, "少记一笔")
        );
        assert_ne!(
            seen,
            correction_hash(case, Direction::ToCustomer, 100, "少记两笔")
        );
        assert_ne!(
            seen,
            correction_hash(uuid::Uuid::max().into(), Direction::ToCustomer, 100, "少记一笔")
        );
    }
}
