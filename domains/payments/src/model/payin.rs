//! What comes in through WeChat Pay 微信收款, whatever it is for, and what goes back of it. A customer's top-up 充值 and a
//! collection at the counter 柜台收款 differ in who orders them and whose account they go to, and in nothing else.

use kit::clock::{MINUTE, Ms, SECOND};
use serde::Serialize;
use utoipa::ToSchema;

kit::id_type!(
    /// A payment into the bank; the same id names its credit to the core bank, and without dashes the order to WeChat Pay.
    pub PayInId
);
kit::id_type!(
    /// A refund of what came in.
    pub RefundId
);

/// The least and the most of one payment, in fen.
pub(crate) const LEAST_FEN: i64 = 1;
pub(crate) const MOST_FEN: i64 = 5_000_000;
/// How long an order can be paid.
pub(crate) const PAYABLE: Ms = 15 * MINUTE;
/// An order just made is not asked for before this.
pub(crate) const FIRST_LOOK: Ms = 20 * SECOND;

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TopUpState)]
pub(crate) enum PayInState {
    /// Nobody has paid yet.
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

impl PayInState {
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

    /// What the customer of a top-up reads.
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

/// Why Pay could not deliver a refund, which stands in its bill all the same.
pub(crate) const ABNORMAL: &str = "ABNORMAL";

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
    /// WeChat Pay could not deliver it (`ABNORMAL`): a person looks at it, and Pay goes on being asked.
    Manual,
    /// Neither with the customer nor in the account: only a person can end it.
    Stranded,
    /// A person has ended it outside.
    Handled,
}

impl RefundState {
    pub(crate) const ALL: [Self; 9] = [
        Self::Debiting,
        Self::Sending,
        Self::Done,
        Self::Refused,
        Self::Returning,
        Self::Returned,
        Self::Manual,
        Self::Stranded,
        Self::Handled,
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
            Self::Stranded => "stranded",
            Self::Handled => "handled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// What the customer reads.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Debiting | Self::Sending | Self::Returning => "处理中",
            Self::Manual | Self::Stranded => "退款受阻，银行正在人工处理",
            Self::Handled => "已由银行人工处理",
            Self::Done => "已退回微信",
            Self::Refused => "未能退款，没有扣款",
            Self::Returned => "未能退款，款项已退回账户",
        }
    }

    /// What staff read.
    pub(crate) fn staff_text(self) -> &'static str {
        match self {
            Self::Debiting => "正在从账户扣款",
            Self::Sending => "微信支付处理中",
            Self::Done => "已退回付款人",
            Self::Refused => "没有退成，没有扣款",
            Self::Returning => "微信支付没有退成，正在退回账户",
            Self::Returned => "微信支付没有退成，款项已退回账户",
            Self::Manual => "微信支付退款异常，付款人没有收到",
            Self::Stranded => "微信支付没有退成，款项也没有退回账户",
            Self::Handled => "已由人工处理",
        }
    }

    /// Whether it waits for a person, who may end it.
    pub(crate) fn needs_a_person(self) -> bool {
        matches!(self, Self::Manual | Self::Stranded)
    }

    /// Whether somebody goes on asking how it stands.
    pub(crate) fn is_asked_for(self) -> bool {
        matches!(
            self,
            Self::Debiting | Self::Sending | Self::Returning | Self::Manual
        )
    }
}

/// Who ordered it, and so whose account it goes to.
#[derive(Clone)]
pub(crate) enum Origin {
    /// 充值: a customer, into an account of the customer's own.
    TopUp {
        customer: identity::CustomerId,
        account: accounts::AccountId,
        openid: String,
    },
    /// 柜台收款: the counter, into an income account of the bank's own, for this.
    Counter { charge: String },
}

/// Under which names the trail and the events know it.
pub(crate) struct Names {
    pub(crate) noun: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) credit: &'static str,
    pub(crate) refund: &'static str,
    pub(crate) credited: &'static str,
    pub(crate) refunded: &'static str,
}

const OF_TOPUPS: Names = Names {
    noun: "topup",
    paid: "topup.paid",
    closed: "topup.close",
    credit: "topup.credit",
    refund: "topup.refund",
    credited: "payments.topped_up",
    refunded: "payments.topup_refunded",
};

const OF_COLLECTIONS: Names = Names {
    noun: "collection",
    paid: "collection.paid",
    closed: "collection.close",
    credit: "collection.credit",
    refund: "collection.refund",
    credited: "payments.collected",
    refunded: "payments.collection_refunded",
};

/// A payment into the bank, in clear.
#[derive(Clone)]
pub(crate) struct PayIn {
    pub(crate) id: PayInId,
    pub(crate) origin: Origin,
    /// Where it goes.
    pub(crate) account_no: String,
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
    pub(crate) state: PayInState,
    pub(crate) transaction_id: String,
    pub(crate) business_date: String,
    pub(crate) reference: String,
    pub(crate) created_at: Ms,
    pub(crate) expires_at: Ms,
    pub(crate) paid_at: Ms,
    pub(crate) done_at: Ms,
    pub(crate) checks: i64,
}

impl PayIn {
    /// An order just made, which waits to be paid.
    pub(crate) fn ordered(
        id: PayInId,
        origin: Origin,
        (account_no, amount): (String, i64),
        (now, payable): (Ms, Ms),
    ) -> Self {
        Self {
            id,
            origin,
            account_no,
            amount,
            refunded: 0,
            state: PayInState::Waiting,
            transaction_id: String::new(),
            business_date: String::new(),
            reference: String::new(),
            created_at: now,
            expires_at: now + payable,
            paid_at: 0,
            done_at: 0,
            checks: 0,
        }
    }

    pub(crate) fn names(&self) -> &'static Names {
        match self.origin {
            Origin::TopUp { .. } => &OF_TOPUPS,
            Origin::Counter { .. } => &OF_COLLECTIONS,
        }
    }

    /// As the trail names it.
    pub(crate) fn subject(&self) -> String {
        format!("{}:{}", self.names().noun, self.id)
    }

    /// What the statement shows.
    pub(crate) fn memo(&self) -> &str {
        match &self.origin {
            Origin::TopUp { .. } => "微信充值",
            Origin::Counter { charge } => charge,
        }
    }

    /// What the payer reads at WeChat's cashier.
    pub(crate) fn description(&self) -> &str {
        match &self.origin {
            Origin::TopUp { .. } => "账户充值",
            Origin::Counter { charge } => charge,
        }
    }

    /// Whether Pay may still be asked for the payment: it takes no order in the last minute of its time.
    pub(crate) fn payable(&self, now: Ms) -> bool {
        self.state == PayInState::Waiting && now + MINUTE < self.expires_at
    }
}

/// A refund.
#[derive(Clone)]
pub(crate) struct Refund {
    pub(crate) id: RefundId,
    pub(crate) payin: PayInId,
    /// Our id at the core for putting it back.
    pub(crate) back: RefundId,
    pub(crate) amount: i64,
    /// Whether it comes out of the account; money that never got in does not.
    pub(crate) debits: bool,
    pub(crate) state: RefundState,
    /// Why it came to where it is: Pay's or the core's code.
    pub(crate) reason: String,
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
        for state in PayInState::ALL {
            assert_eq!(PayInState::parse(state.name()), Some(state));
        }
        for state in RefundState::ALL {
            assert_eq!(RefundState::parse(state.name()), Some(state));
        }
        let takes: Vec<_> = PayInState::ALL
            .into_iter()
            .filter(|state| state.takes_payment())
            .collect();
        assert_eq!(takes, [PayInState::Waiting, PayInState::Closed]);
    }

    #[test]
    fn numbers_are_ids() {
        let id: PayInId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(number_of(id), "01890a5dac96774bbcceb302099a8057");
        assert_eq!(id_of(&number_of(id)), Some(id));
        assert_eq!(id_of::<PayInId>("ORDER0001"), None);
    }
}
