//! What a notice to the customer says of a top-up or of its refund.

use identity::{CustomerId, mask};
use kit::clock::Ms;
use kit::money::Money;

use super::TopUps;
use crate::error::Error;
use crate::model::topup::{RefundState, TopUpId, TopUpRefundId, TopUpState};

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

impl TopUps {
    /// Of a top-up that is in the account.
    pub async fn notice(&self, id: &str) -> Result<Option<TopUpNotice>, Error> {
        let id: TopUpId = id.parse().map_err(|_| Error::NoTopUp)?;
        let topup = self.find(id).await?;
        let credited = topup.filter(|topup| topup.state == TopUpState::Credited);
        Ok(credited.map(|topup| TopUpNotice {
            customer: topup.customer,
            what: "微信充值",
            amount: Money::cny(topup.amount),
            account_tail: mask::tail(&topup.account_no),
            account_no: topup.account_no,
            at: topup.done_at,
        }))
    }

    /// Of a refund that is with the customer, or back in the account.
    pub async fn refund_notice(&self, id: &str) -> Result<Option<TopUpNotice>, Error> {
        let id: TopUpRefundId = id.parse().map_err(|_| Error::NoTopUp)?;
        let Some(refund) = self.find_refund(id).await? else {
            return Ok(None);
        };
        let what = match refund.state {
            RefundState::Done => "充值退款",
            RefundState::Returned => "退款退回",
            _ => return Ok(None),
        };
        let topup = self.find(refund.topup).await?;
        Ok(topup.map(|topup| TopUpNotice {
            customer: topup.customer,
            what,
            amount: Money::cny(refund.amount),
            account_tail: mask::tail(&topup.account_no),
            account_no: topup.account_no,
            at: self.now(),
        }))
    }
}
