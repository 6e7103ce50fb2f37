//! The adapter to WeChat Pay itself, or to whatever speaks its protocol at the configured address.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use weigui_wechat::pay::{
    self, Action, BillKind, Content, Endpoints, Fen, Merchant, MerchantError, NotifyUrl, Order, OutRefundNo,
    OutTradeNo, Outcome, Pay, RefundStatus, Refusal, TradeState, Transaction, Trust,
};

use super::{
    BillLine, FrontEnd, NotTaken, Notice, PayOrder, PayState, Payment, RawNotice, RefundOrder, RefundState,
    Reply, WeChatPay, not_taken,
};
use crate::Answer;

/// The merchant's account at WeChat Pay.
pub struct Settings {
    /// `https://api.mch.weixin.qq.com` or the bank's proxy.
    pub primary: String,
    /// The second address, if any.
    pub backup: Option<String>,
    pub mchid: String,
    pub appid: String,
    pub serial_no: String,
    pub private_key_pem: SecretString,
    pub api_v3_key: SecretString,
    /// `PUB_KEY_ID_…` and its PEM; empty: certificates only, fetched when needed.
    pub public_key_id: String,
    pub public_key_pem: String,
    /// Where notices come to.
    pub notify_url: String,
}

/// WeChat Pay.
pub struct RealPay {
    pay: Pay,
    appid: String,
    notify_url: NotifyUrl,
}

/// Why the settings are not usable.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadSettings(pub String);

impl From<MerchantError> for BadSettings {
    fn from(error: MerchantError) -> Self {
        Self(error.to_string())
    }
}

impl RealPay {
    /// `now` gives milliseconds.
    pub fn new(
        http: reqwest::Client,
        settings: Settings,
        now: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Result<Self, BadSettings> {
        let bad = |error: &dyn std::fmt::Display| BadSettings(error.to_string());
        let mut trust = Trust::new();
        if !settings.public_key_id.is_empty() {
            trust = trust
                .with_public_key(&settings.public_key_id, &settings.public_key_pem)
                .map_err(|error| bad(&error))?;
        }
        let merchant = Merchant::new(pay::Settings {
            mchid: settings.mchid,
            appids: vec![settings.appid.clone()],
            serial_no: settings.serial_no,
            private_key_pem: settings.private_key_pem,
            api_v3_key: settings.api_v3_key,
        })?;
        let endpoints = Endpoints {
            primary: settings.primary,
            backup: settings.backup,
        };
        let clock = std::sync::Arc::new(move || now() / 1_000);
        Ok(Self {
            pay: Pay::new(http, endpoints, merchant, trust, clock),
            appid: settings.appid,
            notify_url: NotifyUrl::new(settings.notify_url).map_err(|error| bad(&error))?,
        })
    }

    fn order_of(&self, ask: &PayOrder) -> Result<Order, pay::Invalid> {
        let order = Order::new(
            &self.appid,
            &ask.description,
            OutTradeNo::new(&*ask.number)?,
            Fen::new(ask.amount)?,
            self.notify_url.clone(),
        )?;
        Ok(order.with_expiry(ask.expires_at / 1_000))
    }

    async fn asked_code(&self, ask: &PayOrder) -> Result<Answer<String>, pay::Invalid> {
        let order = self.order_of(ask)?;
        Ok(told(self.pay.order_native(&order).await).map(|code| code.code_url))
    }

    async fn asked(&self, ask: &PayOrder) -> Result<Answer<FrontEnd>, pay::Invalid> {
        let order = self.order_of(ask)?;
        let prepay = self.pay.order_jsapi(&order, &ask.openid).await;
        Ok(match told(prepay) {
            Answer::Done(prepay) => match self.pay.front_end(&self.appid, &prepay) {
                Ok(front) => Answer::Done(front),
                Err(_) => Answer::Unknown,
            },
            Answer::Refused(code) => Answer::Refused(code),
            Answer::Unknown => Answer::Unknown,
        })
    }

    async fn refunded(&self, ask: &RefundOrder) -> Result<Answer<RefundState>, pay::Invalid> {
        let order = pay::RefundOrder::new(
            OutTradeNo::new(&*ask.number)?,
            OutRefundNo::new(&*ask.refund_number)?,
            Fen::new(ask.amount)?,
            Fen::new(ask.total)?,
        )?
        .with_notify_url(self.notify_url.clone());
        Ok(told(self.pay.refund(&order).await).map(|refund| state(refund.status)))
    }
}

/// What the caller is told. A refusal that nobody signed ends nothing, and what never left may be sent again.
fn told<T>(outcome: Outcome<T>) -> Answer<T> {
    match outcome {
        Outcome::Done(done) => Answer::Done(done),
        Outcome::Refused(refusal) if refusal.proven && refusal.action() != Action::SlowDown => {
            tracing::warn!(code = refusal.code, status = refusal.status, "wechat pay refused");
            Answer::Refused(refusal.code)
        }
        Outcome::Refused(Refusal { code, status, .. }) => {
            tracing::warn!(code, status, "wechat pay refused, unsigned or for now");
            Answer::Unknown
        }
        Outcome::NotSent(pay::NotSent::Invalid(invalid)) => Answer::Refused(invalid.to_string()),
        Outcome::NotSent(reason) => {
            tracing::warn!(%reason, "wechat pay was not asked");
            Answer::Unknown
        }
        Outcome::Unknown(doubt) => {
            tracing::warn!(%doubt, "what wechat pay did is not known");
            Answer::Unknown
        }
    }
}

fn invalid<T>(answer: Result<Answer<T>, pay::Invalid>) -> Answer<T> {
    answer.unwrap_or_else(|invalid| Answer::Refused(invalid.to_string()))
}

const fn state(status: RefundStatus) -> RefundState {
    match status {
        RefundStatus::Success => RefundState::Done,
        RefundStatus::Closed => RefundState::Closed,
        RefundStatus::Abnormal => RefundState::Abnormal,
        // A state that nobody knows is one to be asked for again.
        RefundStatus::Processing | RefundStatus::Unknown => RefundState::Processing,
    }
}

/// A payment, if the transaction is one.
fn payment(found: &Transaction) -> Option<Payment> {
    let amount = found.amount.as_ref()?.total;
    let expected = pay::Expected {
        out_trade_no: &found.out_trade_no,
        total: amount,
    };
    let transaction_id = found.check(expected).ok()?.to_owned();
    Some(Payment {
        number: found.out_trade_no.clone(),
        transaction_id,
        amount,
        at: found
            .success_time
            .as_deref()
            .and_then(pay::second_of)
            .and_then(|second| second.checked_mul(1_000)),
    })
}

fn pay_state(found: &Transaction) -> PayState {
    if let Some(payment) = payment(found) {
        return PayState::Paid(payment);
    }
    match found.trade_state {
        TradeState::Closed | TradeState::Revoked => PayState::Closed,
        _ => PayState::Waiting,
    }
}

impl WeChatPay for RealPay {
    fn order<'a>(&'a self, order: &'a PayOrder) -> Reply<'a, FrontEnd> {
        async move { invalid(self.asked(order).await) }.boxed()
    }

    fn order_code<'a>(&'a self, order: &'a PayOrder) -> Reply<'a, String> {
        async move { invalid(self.asked_code(order).await) }.boxed()
    }

    fn look<'a>(&'a self, number: &'a str) -> Reply<'a, PayState> {
        async move {
            let Ok(number) = OutTradeNo::new(number) else {
                return Answer::Done(PayState::NotSeen);
            };
            match self.pay.query(&number).await {
                Outcome::Refused(refusal) if refusal.proven && refusal.action() == Action::NotThere => {
                    Answer::Done(PayState::NotSeen)
                }
                outcome => told(outcome).map(|found| pay_state(&found)),
            }
        }
        .boxed()
    }

    fn close<'a>(&'a self, number: &'a str) -> Reply<'a, ()> {
        async move {
            match OutTradeNo::new(number) {
                Ok(number) => told(self.pay.close(&number).await),
                Err(invalid) => Answer::Refused(invalid.to_string()),
            }
        }
        .boxed()
    }

    fn refund<'a>(&'a self, order: &'a RefundOrder) -> Reply<'a, RefundState> {
        async move { invalid(self.refunded(order).await) }.boxed()
    }

    fn look_refund<'a>(&'a self, refund_number: &'a str) -> Reply<'a, RefundState> {
        async move {
            let Ok(number) = OutRefundNo::new(refund_number) else {
                return Answer::Done(RefundState::NotSeen);
            };
            match self.pay.refund_query(&number).await {
                Outcome::Refused(refusal) if refusal.proven && refusal.action() == Action::NotThere => {
                    Answer::Done(RefundState::NotSeen)
                }
                outcome => told(outcome).map(|refund| state(refund.status)),
            }
        }
        .boxed()
    }

    fn bill<'a>(&'a self, day: &'a str) -> Reply<'a, Vec<BillLine>> {
        async move {
            let bill = match self.pay.bill(BillKind::Trades, day).await {
                // A day without business has no bill.
                Outcome::Refused(refusal) if refusal.proven && refusal.code == "NO_STATEMENT_EXIST" => {
                    return Answer::Done(Vec::new());
                }
                outcome => told(outcome),
            };
            match bill {
                Answer::Done(bill) => match pay::trades(&bill.text) {
                    Ok((rows, _)) => Answer::Done(rows.into_iter().map(line).collect()),
                    Err(error) => {
                        tracing::error!(day, %error, "wechat pay's bill cannot be read");
                        Answer::Unknown
                    }
                },
                Answer::Refused(code) => Answer::Refused(code),
                Answer::Unknown => Answer::Unknown,
            }
        }
        .boxed()
    }

    fn notice<'a>(&'a self, raw: RawNotice<'a>) -> BoxFuture<'a, Result<Notice, NotTaken>> {
        async move {
            let notice = match self.pay.receive(raw.header, raw.body).await {
                Ok(notice) => notice,
                Err(reject) => {
                    tracing::warn!(%reject, "a notice of wechat pay was refused");
                    let answer = reject.answer();
                    return Err(NotTaken {
                        status: answer.status,
                        body: answer.body,
                    });
                }
            };
            match notice.content {
                Content::Payment(found) => payment(&found)
                    .map(Notice::Paid)
                    .ok_or_else(|| not_taken(400, "通知内容有误")),
                Content::Refund(refund) => Ok(Notice::Refund {
                    number: refund.out_trade_no,
                    refund_number: refund.out_refund_no,
                    state: state(refund.refund_status),
                }),
                Content::Other(_) => Ok(Notice::Other),
            }
        }
        .boxed()
    }
}

fn line(row: pay::TradeRow) -> BillLine {
    let refund = row.state == "REFUND";
    BillLine {
        number: row.out_trade_no,
        refund_number: refund.then_some(row.out_refund_no),
        transaction_id: row.transaction_id,
        amount: if refund { -row.refund } else { row.settled },
    }
}
