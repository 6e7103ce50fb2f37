//! What a notice to the customer says of a top-up or of its refund.

use identity::{CustomerId, mask};
use kit::clock::Ms;
use kit::money::Money;

use crate::error::Error;
use crate::model::payin::{Origin, PayIn, PayInId, PayInState, RefundId, RefundState};
use crate::service::PayIns;

/// What happened on the account.
#[derive(Clone, Debug)]
pub struct TopUpNotice {
    pub customer: CustomerId,
    /// At most five characters: WeChat's field for a phrase takes no more.
    pub what: &'static str,
    pub amount: Money,
    pub account_no: String,
    pub account_tail: String,
    pub at: Ms,
}

impl PayIns {
    /// Of a top-up that is in the account.
    pub async fn notice(&self, id: &str) -> Result<Option<TopUpNotice>, Error> {
        let id: PayInId = id.parse().map_err(|_| Error::NoTopUp)?;
        let topup = self.find(id).await?;
        let credited = topup.filter(|topup| topup.state == PayInState::Credited);
        Ok(credited.and_then(|topup| {
            let (amount, at) = (topup.amount, topup.done_at);
            told(topup, "微信充值", amount, at)
        }))
    }

    /// Of a refund that is with the customer, or back in the account.
    pub async fn refund_notice(&self, id: &str) -> Result<Option<TopUpNotice>, Error> {
        let id: RefundId = id.parse().map_err(|_| Error::NoTopUp)?;
        let Some(refund) = self.find_refund(id).await? else {
            return Ok(None);
        };
        let what = match refund.state {
            RefundState::Done => "充值退款",
            RefundState::Returned => "退款退回",
            _ => return Ok(None),
        };
        let topup = self.find(refund.payin).await?;
        Ok(topup.and_then(|topup| told(topup, what, refund.amount, self.now())))
    }
}

/// Nobody of ours need be told of what the counter collects.
fn told(topup: PayIn, what: &'static str, amount: i64, at: Ms) -> Option<TopUpNotice> {
    let Origin::TopUp { customer, .. } = topup.origin else {
        return None;
    };
    Some(TopUpNotice {
        customer,
        what,
        amount: Money::cny(amount),
        account_tail: mask::tail(&topup.account_no),
        account_no: topup.account_no,
        at,
    })
}
