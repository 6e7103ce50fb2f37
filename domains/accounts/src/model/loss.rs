//! The life of a loss report (挂失).

use kit::clock::Ms;
use serde::Serialize;
use utoipa::ToSchema;

use super::account::AccountId;

kit::id_type!(
    /// A loss report.
    pub(crate) LossId
);

/// Nothing is paid from the account in `Blocked` and `Lifting`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LossState {
    Blocked,
    /// The customer has proved both factors; the core is yet to lift it.
    Lifting,
    Lifted,
}

/// What can happen to a loss report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LossEvent {
    Proved,
    CoreLifted,
}

impl LossState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Lifting => "lifting",
            Self::Lifted => "lifted",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Blocked, Self::Lifting, Self::Lifted]
            .into_iter()
            .find(|s| s.as_str() == text)
    }

    /// `None`: this can't happen in this state.
    pub(crate) const fn after(self, event: LossEvent) -> Option<Self> {
        match (self, event) {
            (Self::Blocked, LossEvent::Proved) => Some(Self::Lifting),
            (Self::Lifting, LossEvent::CoreLifted) => Some(Self::Lifted),
            (Self::Blocked, LossEvent::CoreLifted)
            | (Self::Lifting, LossEvent::Proved)
            | (Self::Lifted, LossEvent::Proved | LossEvent::CoreLifted) => None,
        }
    }
}

/// Where a new card or passbook is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BranchView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) phone: String,
}

/// A loss report as its customer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LossView {
    pub(crate) account_id: AccountId,
    pub(crate) state: LossState,
    pub(crate) state_text: String,
    pub(crate) receipt_no: String,
    /// Milliseconds UTC.
    pub(crate) blocked_at: Ms,
    pub(crate) lifted_at: Option<Ms>,
    /// The core has taken the block too. Until then our own block already holds.
    pub(crate) core_confirmed: bool,
    pub(crate) next_steps: Vec<String>,
    pub(crate) branch: BranchView,
}

pub(crate) fn next_steps(state: LossState) -> Vec<String> {
    let steps: &[&str] = match state {
        LossState::Blocked => &[
            "账户现在只收不付，您的资金是安全的。",
            "找到卡片：可在本页用支付密码和短信验证码解挂。",
            "需要补卡：请本人携带身份证到任一网点办理。",
        ],
        LossState::Lifting => &["解挂已通过验证，正在通知核心系统，完成前账户仍只收不付。"],
        LossState::Lifted => &["账户已恢复正常使用。", "若卡片确已遗失，请重新挂失并到网点补卡。"],
    };
    steps.iter().map(|s| (*s).to_owned()).collect()
}

pub(crate) fn state_text(state: LossState) -> &'static str {
    match state {
        LossState::Blocked => "已挂失",
        LossState::Lifting => "解挂处理中",
        LossState::Lifted => "已解挂",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifted_report_has_no_way_back_and_no_step_is_skipped() {
        use LossEvent::{CoreLifted, Proved};
        use LossState::{Blocked, Lifted, Lifting};
        let table = [
            (Blocked, Proved, Some(Lifting)),
            (Blocked, CoreLifted, None),
            (Lifting, Proved, None),
            (Lifting, CoreLifted, Some(Lifted)),
            (Lifted, Proved, None),
            (Lifted, CoreLifted, None),
        ];
        for (state, event, wanted) in table {
            assert_eq!(state.after(event), wanted, "{state:?} {event:?}");
        }
    }
}
