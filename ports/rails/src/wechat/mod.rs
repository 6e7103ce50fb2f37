//! WeChat Pay 微信支付 as the bank uses it: a customer pays from their change or cards, in the page or by
//! scanning a code, may be given back what they paid, and every morning the day's bill says what came.

mod none;
mod real;
mod stub;

use futures_util::future::BoxFuture;

pub use none::NoPay;
pub use real::{BadSettings, RealPay, Settings};
pub use stub::PayStub;
pub use weigui_wechat::pay::{FrontEnd, MerchantError};

use crate::Answer;

/// A call under way.
pub type Reply<'a, T> = BoxFuture<'a, Answer<T>>;

/// A payment to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayOrder {
    /// Our number, 6 to 32 letters and digits; the same again is the same payment.
    pub number: String,
    /// Who is to pay, under our Official Account; empty where anybody may who scans the code.
    pub openid: String,
    /// Fen.
    pub amount: i64,
    /// What the customer reads.
    pub description: String,
    /// Milliseconds; not payable afterwards.
    pub expires_at: i64,
}

/// Where a payment stands at the rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayState {
    /// Not paid yet.
    Waiting,
    Paid(Payment),
    /// Closed unpaid; it can't be paid any more.
    Closed,
    /// The rail does not know the number.
    NotSeen,
}

/// A payment that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Our number.
    pub number: String,
    /// The rail's number 微信支付订单号.
    pub transaction_id: String,
    /// Fen.
    pub amount: i64,
    /// Milliseconds, by the rail's clock: the day of its line in the bill. Nothing when it does not say.
    pub at: Option<i64>,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    /// Our number of the payment.
    pub number: String,
    /// Our number of the refund; the same again is the same refund.
    pub refund_number: String,
    /// Fen to give back.
    pub amount: i64,
    /// Fen paid.
    pub total: i64,
}

/// Where a refund stands at the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// On its way.
    Processing,
    /// With the customer.
    Done,
    /// Will not happen.
    Closed,
    /// Could not be given back; a person must look at it.
    Abnormal,
    /// The rail does not know the number.
    NotSeen,
}

/// A line of the day's bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine {
    /// Our number of the payment.
    pub number: String,
    /// Our number of the refund, of a refund's line.
    pub refund_number: Option<String>,
    /// The rail's number of the payment.
    pub transaction_id: String,
    /// Fen: positive for a payment, negative for a refund.
    pub amount: i64,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Paid(Payment),
    /// Our numbers of the payment and of the refund.
    Refund {
        number: String,
        refund_number: String,
        state: RefundState,
    },
    /// Nothing that concerns us; to be acknowledged.
    Other,
}

/// The headers and body of a notice, as they came.
pub struct RawNotice<'a> {
    /// A header's only value.
    pub header: &'a (dyn Fn(&'static str) -> Option<&'a str> + Sync),
    pub body: &'a [u8],
}

/// Why a notice is not taken: the HTTP status and the words for the rail. The reason is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    pub status: u16,
    pub body: String,
}

/// WeChat Pay for one merchant.
pub trait WeChatPay: Send + Sync + 'static {
    /// Whether the bank has an account there at all.
    fn is_open(&self) -> bool {
        true
    }
    /// Asks for a payment and gives what the phone needs to open it.
    fn order<'a>(&'a self, order: &'a PayOrder) -> Reply<'a, FrontEnd>;
    /// Asks for a payment by whoever scans a QR code 扫码支付, and gives what the code says.
    fn order_code<'a>(&'a self, order: &'a PayOrder) -> Reply<'a, String>;
    /// What became of a payment, by our number.
    fn look<'a>(&'a self, number: &'a str) -> Reply<'a, PayState>;
    /// Makes an unpaid order unpayable. Refused when it is paid.
    fn close<'a>(&'a self, number: &'a str) -> Reply<'a, ()>;
    /// Gives back, at most what was paid.
    fn refund<'a>(&'a self, order: &'a RefundOrder) -> Reply<'a, RefundState>;
    /// What became of a refund, by our number.
    fn look_refund<'a>(&'a self, refund_number: &'a str) -> Reply<'a, RefundState>;
    /// The lines of a day `YYYY-MM-DD`, sums checked. Refused while the bill is not made.
    fn bill<'a>(&'a self, day: &'a str) -> Reply<'a, Vec<BillLine>>;
    /// Proves and opens a notice.
    fn notice<'a>(&'a self, raw: RawNotice<'a>) -> BoxFuture<'a, Result<Notice, NotTaken>>;
}

/// The answer to a notice that was not taken for a reason of ours.
pub fn not_taken(status: u16, words: &str) -> NotTaken {
    let answer = weigui_wechat::pay::refused(status, words);
    NotTaken {
        status: answer.status,
        body: answer.body,
    }
}
