//! A bank without an account at WeChat Pay: nothing can be ordered, and nobody is let in.

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use super::{
    BillLine, FrontEnd, NotTaken, Notice, PayOrder, PayState, RawNotice, RefundOrder, RefundState, Reply,
    WeChatPay, not_taken,
};
use crate::Answer;

/// No rail.
pub struct NoPay;

fn refused<T: Send + 'static>() -> Reply<'static, T> {
    ready(Answer::Refused("NO_RAIL".to_owned())).boxed()
}

impl WeChatPay for NoPay {
    fn is_open(&self) -> bool {
        false
    }

    fn order<'a>(&'a self, _: &'a PayOrder) -> Reply<'a, FrontEnd> {
        refused()
    }

    fn order_code<'a>(&'a self, _: &'a PayOrder) -> Reply<'a, String> {
        refused()
    }

    fn look<'a>(&'a self, _: &'a str) -> Reply<'a, PayState> {
        ready(Answer::Done(PayState::NotSeen)).boxed()
    }

    fn close<'a>(&'a self, _: &'a str) -> Reply<'a, ()> {
        ready(Answer::Done(())).boxed()
    }

    fn refund<'a>(&'a self, _: &'a RefundOrder) -> Reply<'a, RefundState> {
        refused()
    }

    fn look_refund<'a>(&'a self, _: &'a str) -> Reply<'a, RefundState> {
        ready(Answer::Done(RefundState::NotSeen)).boxed()
    }

    fn bill<'a>(&'a self, _: &'a str) -> Reply<'a, Vec<BillLine>> {
        ready(Answer::Done(Vec::new())).boxed()
    }

    fn notice<'a>(&'a self, _: RawNotice<'a>) -> BoxFuture<'a, Result<Notice, NotTaken>> {
        ready(Err(not_taken(404, "没有开通微信支付"))).boxed()
    }
}
