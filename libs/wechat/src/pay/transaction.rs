//! An order as Pay knows it, and what makes it the payment of one of ours.

use serde::{Deserialize, Serialize};

use super::order::Payer;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TradeState {
    /// Paid.
    Success,
    /// Paid, and something of it was given back.
    Refund,
    /// Not paid yet.
    Notpay,
    /// Closed unpaid.
    Closed,
    /// Revoked (payment codes only).
    Revoked,
    /// The customer is at it.
    Userpaying,
    /// Failed.
    Payerror,
    /// A state that this library does not know.
    #[serde(other)]
    Unknown,
}

/// An order as Pay knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Transaction {
    /// Appid.
    pub appid: String,
    /// Merchant number.
    pub mchid: String,
    /// Our number.
    pub out_trade_no: String,
    /// Pay's number 微信支付订单号, once paid.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// `JSAPI`, `NATIVE` …
    #[serde(default)]
    pub trade_type: Option<String>,
    /// Where it stands.
    pub trade_state: TradeState,
    /// The same in words.
    #[serde(default)]
    pub trade_state_desc: String,
    /// Bank it was paid from.
    #[serde(default)]
    pub bank_type: Option<String>,
    /// Our data.
    #[serde(default)]
    pub attach: Option<String>,
    /// RFC 3339, once paid.
    #[serde(default)]
    pub success_time: Option<String>,
    /// Who paid.
    #[serde(default)]
    pub payer: Option<Payer>,
    /// How much.
    #[serde(default)]
    pub amount: Option<Amount>,
}

/// Amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Amount {
    /// Of the order.
    pub total: i64,
    /// From the customer, after Pay's vouchers.
    #[serde(default)]
    pub payer_total: Option<i64>,
    /// `CNY`
    #[serde(default)]
    pub currency: Option<String>,
}

/// What a payment must say to be booked on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// Our number.
    pub out_trade_no: &'a str,
    /// In fen.
    pub total: i64,
}

/// Why a payment may not be booked on an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Another order.
    #[error("another order")]
    Order,
    /// Not paid.
    #[error("not paid: {0:?}")]
    State(TradeState),
    /// Another amount or currency, or none.
    #[error("another amount")]
    Amount,
    /// Paid without Pay's number.
    #[error("no transaction id")]
    NoTransactionId,
}

impl Transaction {
    /// Pay's number, if this is the payment of that order and of all of it.
    pub fn check(&self, expected: Expected<'_>) -> Result<&str, Mismatch> {
        if self.out_trade_no != expected.out_trade_no {
            return Err(Mismatch::Order);
        }
        if !matches!(self.trade_state, TradeState::Success | TradeState::Refund) {
            return Err(Mismatch::State(self.trade_state));
        }
        let amount = self.amount.as_ref().ok_or(Mismatch::Amount)?;
        let yuan = amount
            .currency
            .as_deref()
            .is_none_or(|currency| currency == "CNY");
        if amount.total != expected.total || !yuan {
            return Err(Mismatch::Amount);
        }
        self.transaction_id
            .as_deref()
            .filter(|id| !id.is_empty())
            .ok_or(Mismatch::NoTransactionId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(json: &str) -> Transaction {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_payment_is_booked_on_its_own_order_alone() {
        let good = r#"{"appid":"wx1","mchid":"1900000001","out_trade_no":"ORDER1","transaction_id":"42",
            "trade_state":"SUCCESS","amount":{"total":100,"currency":"CNY"}}"#;
        let expected = |out_trade_no, total| Expected { out_trade_no, total };
        assert_eq!(paid(good).check(expected("ORDER1", 100)), Ok("42"));
        assert_eq!(paid(good).check(expected("ORDER2", 100)), Err(Mismatch::Order));
        assert_eq!(paid(good).check(expected("ORDER1", 1)), Err(Mismatch::Amount));
        for (from, to, mismatch) in [
            ("SUCCESS", "NOTPAY", Mismatch::State(TradeState::Notpay)),
            ("SUCCESS", "SOMETHING_NEW", Mismatch::State(TradeState::Unknown)),
            ("CNY", "USD", Mismatch::Amount),
            (r#""42""#, r#""""#, Mismatch::NoTransactionId),
            (
                r#","amount":{"total":100,"currency":"CNY"}"#,
                "",
                Mismatch::Amount,
            ),
        ] {
            assert_eq!(
                paid(&good.replace(from, to)).check(expected("ORDER1", 100)),
                Err(mismatch),
                "{to}"
            );
        }
    }
}
