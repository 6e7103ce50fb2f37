//! A top-up 充值 from WeChat Pay, and what goes back of it.

use kit::clock::{MINUTE, Ms, SECOND};
use serde::Serialize;
use utoipa::ToSchema;

kit::id_type!(
    /// A top-up; the same id names its credit to the core bank, and without dashes the order to WeChat Pay.
    pub TopUpId
);
kit::id_type!(
    /// A refund of a top-up.
    pub TopUpRefundId
);

/// The least and the most of one top-up, in fen.
pub(crate) const LEAST_FEN: i64 = 1;
pub(crate) const MOST_FEN: i64 = 5_000_000;
/// How long an order can be paid.
pub(crate) const PAYABLE: Ms = 15 * MINUTE;
/// An order just made is not asked for before this.
pub(crate) const FIRST_LOOK: Ms = 20 * SECOND;

/// Where a top-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TopUpState {
    /// The customer has not paid yet.
    Waiting,
    /// Paid; on its way into the account.
    Paid,
    /// In the account.
    Credited,
    /// Not paid in time.
    Closed,
    /// The account could not take it; it goes back to WeChat Pay.
    Uncredited,
}

impl TopUpState {
    pub(crate) const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Paid,
        Self::Credited,
        Self::Closed,
        Self::Uncredited,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Paid => "paid",
            Self::Credited => "credited",
            Self::Closed => "closed",
            Self::Uncredited => "uncredited",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// What the customer reads.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Waiting => "待支付",
            Self::Paid => "处理中",
            Self::Credited => "充值成功",
            Self::Closed => "已关闭",
            Self::Uncredited => "未能入账，款项将原路退回微信",
        }
    }

    /// Whether a payment that Pay tells of may still be taken: one for an order that we had given up is money
    /// all the same.
    pub(crate) fn takes_payment(self) -> bool {
        matches!(self, Self::Waiting | Self::Closed)
    }
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundState {
    /// Being taken from the account.
    Debiting,
    /// With WeChat Pay.
    Sending,
    /// With the customer.
    Done,
    /// Not possible; nothing was taken.
    Refused,
    /// WeChat Pay refused it: being put back into the account.
    Returning,
    /// Back in the account.
    Returned,
    /// WeChat Pay could not deliver it: a person looks at it.
    Manual,
}

impl RefundState {
    pub(crate) const ALL: [Self; 7] = [
        Self::Debiting,
        Self::Sending,
        Self::Done,
        Self::Refused,
        Self::Returning,
        Self::Returned,
        Self::Manual,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Debiting => "debiting",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Returning => "returning",
            Self::Returned => "returned",
            Self::Manual => "manual",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// What the customer reads.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Debiting | Self::Sending | Self::Returning | Self::Manual => "处理中",
            Self::Done => "已退回微信",
            Self::Refused => "未能退款，没有扣款",
            Self::Returned => "未能退款，款项已退回账户",
        }
    }
}

/// A top-up in clear.
#[derive(Clone)]
pub(crate) struct TopUp {
    pub(crate) id: TopUpId,
    pub(crate) customer: identity::CustomerId,
    pub(crate) account: accounts::AccountId,
    pub(crate) openid: String,
    pub(crate) account_no: String,
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
    pub(crate) state: TopUpState,
    pub(crate) transaction_id: String,
    pub(crate) business_date: String,
    pub(crate) reference: String,
    pub(crate) created_at: Ms,
    pub(crate) expires_at: Ms,
    pub(crate) paid_at: Ms,
    pub(crate) done_at: Ms,
    pub(crate) checks: i64,
}

/// A refund.
#[derive(Clone)]
pub(crate) struct TopUpRefund {
    pub(crate) id: TopUpRefundId,
    pub(crate) topup: TopUpId,
    /// Our id at the core for putting it back.
    pub(crate) back: TopUpRefundId,
    pub(crate) amount: i64,
    /// Whether it comes out of the account; money that never got in does not.
    pub(crate) debits: bool,
    pub(crate) state: RefundState,
    pub(crate) business_date: String,
    pub(crate) created_at: Ms,
    pub(crate) checks: i64,
}

/// An id as Pay takes it: 32 hexadecimal digits.
pub(crate) fn number_of(id: impl Into<kit::ids::export::Uuid>) -> String {
    id.into().simple().to_string()
}

/// The id behind a number of ours.
pub(crate) fn id_of<T: From<kit::ids::export::Uuid>>(number: &str) -> Option<T> {
    number.parse::<kit::ids::export::Uuid>().ok().map(T::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for state in TopUpState::ALL {
            assert_eq!(TopUpState::parse(state.name()), Some(state));
        }
        for state in RefundState::ALL {
            assert_eq!(RefundState::parse(state.name()), Some(state));
        }
        let takes: Vec<_> = TopUpState::ALL
            .into_iter()
            .filter(|state| state.takes_payment())
            .collect();
        assert_eq!(takes, [TopUpState::Waiting, TopUpState::Closed]);
    }

    #[test]
    fn numbers_are_ids() {
        let id: TopUpId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(number_of(id), "01890a5dac96774bbcceb302099a8057");
        assert_eq!(id_of(&number_of(id)), Some(id));
        assert_eq!(id_of::<TopUpId>("ORDER0001"), None);
    }
}
