//! Refunds 退款: asked for under our own number, so that asking again gives back once.

use serde::{Deserialize, Serialize};

use super::Pay;
use super::outcome::{NotSent, Outcome};
use super::transport::{Ask, checked, segment};
use super::values::{self, Fen, Invalid, NotifyUrl, OutRefundNo, OutTradeNo};

/// What to give back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundOrder {
    out_trade_no: OutTradeNo,
    out_refund_no: OutRefundNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_url: Option<NotifyUrl>,
    amount: Amounts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Amounts {
    refund: Fen,
    total: Fen,
    currency: &'static str,
}

impl RefundOrder {
    /// Gives back `refund` of an order of `total`, never more than that.
    pub fn new(
        out_trade_no: OutTradeNo,
        out_refund_no: OutRefundNo,
        refund: Fen,
        total: Fen,
    ) -> Result<Self, Invalid> {
        if refund > total {
            return Err(Invalid::RefundAboveTotal {
                refund: refund.get(),
                total: total.get(),
            });
        }
        Ok(Self {
            out_trade_no,
            out_refund_no,
            reason: None,
            notify_url: None,
            amount: Amounts {
                refund,
                total,
                currency: "CNY",
            },
        })
    }

    /// What the customer reads, at most 80 characters.
    pub fn with_reason(mut self, reason: &str) -> Result<Self, Invalid> {
        values::length("reason", reason, 80)?;
        self.reason = Some(reason.to_owned());
        Ok(self)
    }

    /// Where its notice goes.
    #[must_use]
    pub fn with_notify_url(mut self, url: NotifyUrl) -> Self {
        self.notify_url = Some(url);
        self
    }
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// With the customer.
    Success,
    /// Will not happen.
    Closed,
    /// On its way.
    Processing,
    /// Could not be given back, e.g. the customer's card is void: a person must look at it.
    Abnormal,
    /// A state that this library does not know.
    #[serde(other)]
    Unknown,
}

/// A refund as Pay knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// Pay's number 微信支付退款单号.
    pub refund_id: String,
    /// Our number.
    pub out_refund_no: String,
    /// Our number of the order.
    #[serde(default)]
    pub out_trade_no: Option<String>,
    /// Pay's number of the order.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// Where it stands.
    pub status: RefundStatus,
    /// Where the money went, in words.
    #[serde(default)]
    pub user_received_account: Option<String>,
    /// RFC 3339, once done.
    #[serde(default)]
    pub success_time: Option<String>,
    /// How much.
    pub amount: RefundAmount,
}

/// Amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefundAmount {
    /// Of the order.
    pub total: i64,
    /// Given back.
    pub refund: i64,
}

/// What a refund's notice says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefundNotice {
    /// Merchant number.
    pub mchid: String,
    /// Our number of the order.
    pub out_trade_no: String,
    /// Pay's number of the order.
    #[serde(default)]
    pub transaction_id: String,
    /// Our number.
    pub out_refund_no: String,
    /// Pay's number.
    pub refund_id: String,
    /// Where it stands.
    pub refund_status: RefundStatus,
    /// RFC 3339, once done.
    #[serde(default)]
    pub success_time: Option<String>,
    /// Where the money went, in words.
    #[serde(default)]
    pub user_received_account: Option<String>,
    /// How much.
    pub amount: RefundAmount,
}

impl Pay {
    /// Asks for a refund. [`Outcome::Unknown`] is asked for by [`Pay::refund_query`], or sent again as it is.
    pub async fn refund(&self, order: &RefundOrder) -> Outcome<Refund> {
        match checked(Ask::post("/v3/refund/domestic/refunds", order)) {
            Ok(ask) => self.call(&ask).await.and_then(|refund: Refund| {
                let amount = refund.amount.refund == order.amount.refund.get();
                same(
                    refund.out_refund_no == order.out_refund_no.as_str() && amount,
                    refund,
                )
            }),
            Err(invalid) => invalid,
        }
    }

    /// A refund by our number.
    pub async fn refund_query(&self, number: &OutRefundNo) -> Outcome<Refund> {
        match checked(
            segment(number.as_str())
                .map_err(NotSent::from)
                .map(|part| Ask::get(format!("/v3/refund/domestic/refunds/{part}"))),
        ) {
            Ok(ask) => self
                .call(&ask)
                .await
                .and_then(|refund: Refund| same(refund.out_refund_no == number.as_str(), refund)),
            Err(invalid) => invalid,
        }
    }
}

fn same(is: bool, refund: Refund) -> Result<Refund, &'static str> {
    if is {
        Ok(refund)
    } else {
        Err("another refund than the one asked for")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_goes_back_than_was_paid() {
        let of = |refund, total| {
            RefundOrder::new(
                OutTradeNo::new("ORDER1").unwrap(),
                OutRefundNo::new("R1").unwrap(),
                Fen::new(refund).unwrap(),
                Fen::new(total).unwrap(),
            )
        };
        assert_eq!(
            of(101, 100),
            Err(Invalid::RefundAboveTotal {
                refund: 101,
                total: 100
            })
        );
        let whole = of(100, 100).unwrap().with_reason("客户申请").unwrap();
        assert_eq!(
            serde_json::to_string(&whole).unwrap(),
            "{\"out_trade_no\":\"ORDER1\",\"out_refund_no\":\"R1\",\"reason\":\"客户申请\",\
             \"amount\":{\"refund\":100,\"total\":100,\"currency\":\"CNY\"}}"
        );
        assert!(of(1, 1).unwrap().with_reason(&"字".repeat(81)).is_err());
    }
}
