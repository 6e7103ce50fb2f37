//! WeChat Pay v3 微信支付: orders, queries, refunds, bills and signed notices, with RSA or the national algorithms.
//!
//! - [`Merchant`]: who pays are for, an explicit value; [`Trust`]: whose signatures are believed, certificates and
//!   public-key mode side by side.
//! - [`Pay`]: the calls. [`Outcome`] tells apart what was done, refused, never sent, and what is not known.
//! - [`Pay::receive`]: a notice 回调 from headers and body to a typed [`Notice`], or the refusal to answer.
//!
//! # Invariants
//! - An answer that is not proven to be Pay's says nothing: after a money call it is [`Outcome::Unknown`].
//! - A call is repeated only with the same numbers, so that it can have its effect only once.
//! - Nothing read from outside makes this panic, and nothing secret is in an error, a log line or a `Debug` output.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use weigui_wechat::pay::{Endpoints, Fen, Merchant, NotifyUrl, Order, Outcome, OutTradeNo, Pay, Settings, Trust};
//! # async fn order(http: reqwest::Client, settings: Settings, pem: &str, clock: weigui_wechat::Clock)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let trust = Trust::new().with_public_key("PUB_KEY_ID_0119000000012025010100111111111111", pem)?;
//! let pay = Pay::new(http, Endpoints::default(), Merchant::new(settings)?, trust, clock);
//! let order = Order::new(
//!     "wx1234567890abcdef",
//!     "账户充值",
//!     OutTradeNo::new("TOPUP20260101000001")?,
//!     Fen::new(10_000)?,
//!     NotifyUrl::new("https://bank.example/pay/notify")?,
//! )?;
//! match pay.order_jsapi(&order, "oUSER").await {
//!     Outcome::Done(prepay) => println!("{:?}", pay.front_end("wx1234567890abcdef", &prepay)?),
//!     Outcome::Refused(refusal) => println!("{refusal}: {:?}", refusal.action()),
//!     Outcome::NotSent(reason) => println!("nothing happened: {reason}"),
//!     Outcome::Unknown(doubt) => println!("ask by the number of the order: {doubt}"),
//! }
//! # Ok(())
//! # }
//! ```

mod bill;
pub mod callback;
mod certificates;
mod merchant;
mod order;
mod outcome;
mod refund;
mod statement;
mod transaction;
mod transport;
mod trust;
mod values;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use bill::{Bill, BillKind};
pub use callback::{Content, Notice, accepted, refused};
pub use merchant::{Merchant, MerchantError, Settings};
pub use order::{CodeUrl, FrontEnd, Order, Payer, PrepayId};
pub use outcome::{Action, Doubt, NotSent, Outcome, Refusal};
pub use refund::{Refund, RefundAmount, RefundNotice, RefundOrder, RefundStatus};
pub use statement::{FundRow, StatementError, Summary, TradeRow, fund_flow, trades};
pub use transaction::{Amount, Expected, Mismatch, TradeState, Transaction};
pub use trust::{FRESHNESS_S, Reject, Signed, Trust};
pub use values::{Fen, Invalid, NotifyUrl, OutRefundNo, OutTradeNo, china_time, second_of};

use crate::random::{Random, SystemRandom};
use crate::serve::Clock;

/// Pay's addresses; a bank's proxy or a simulated platform puts its own. Without a slash at the end. A path in
/// the address is not part of what is signed: a proxy takes it away again.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// `https://api.mch.weixin.qq.com`
    pub primary: String,
    /// `https://api2.mch.weixin.qq.com`, used when the first cannot be reached or does not answer.
    pub backup: Option<String>,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            primary: "https://api.mch.weixin.qq.com".to_owned(),
            backup: Some("https://api2.mch.weixin.qq.com".to_owned()),
        }
    }
}

/// How often a call is repeated, always with the same numbers.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Attempts in all, at least one.
    pub attempts: u32,
    /// Pause before the second; doubles with every further one.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 3,
            pause: Duration::from_millis(200),
        }
    }
}

/// The client of one merchant. Cheap to clone.
#[derive(Clone)]
pub struct Pay(Arc<Parts>);

struct Parts {
    http: reqwest::Client,
    endpoints: Endpoints,
    merchant: Merchant,
    trust: Trust,
    clock: Clock,
    random: Arc<dyn Random>,
    patience: Patience,
    /// When certificates were last asked for, in seconds; held while asking.
    refreshed: tokio::sync::Mutex<Option<i64>>,
}

impl Pay {
    /// `http` brings its own timeouts and must not follow redirects; `clock` gives seconds.
    pub fn new(
        http: reqwest::Client,
        endpoints: Endpoints,
        merchant: Merchant,
        trust: Trust,
        clock: Clock,
    ) -> Self {
        Self::with(http, endpoints, merchant, trust, (clock, Patience::default()))
    }

    /// As [`Pay::new`], with its own patience.
    pub fn with(
        http: reqwest::Client,
        endpoints: Endpoints,
        merchant: Merchant,
        trust: Trust,
        (clock, patience): (Clock, Patience),
    ) -> Self {
        Self(Arc::new(Parts {
            http,
            endpoints,
            merchant,
            trust,
            clock,
            random: Arc::new(SystemRandom),
            patience,
            refreshed: tokio::sync::Mutex::new(None),
        }))
    }

    /// Whose client this is.
    pub fn merchant(&self) -> &Merchant {
        &self.0.merchant
    }

    /// Whose signatures are believed.
    pub fn trust(&self) -> &Trust {
        &self.0.trust
    }

    fn now(&self) -> i64 {
        (self.0.clock)()
    }
}

impl fmt::Debug for Pay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pay({})", self.0.merchant.mchid())
    }
}
