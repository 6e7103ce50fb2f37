//! The rail with faults switched by hand, in front of another: what it is told is done and its answers are lost,
//! or it is out of reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{
    BillLine, FrontEnd, NotTaken, Notice, PayOrder, PayState, RawNotice, RefundOrder, RefundState, Reply,
    WeChatPay,
};
use crate::Answer;

/// A rail with switches. Cheap to clone.
#[derive(Clone)]
pub struct PayStub {
    behind: Arc<dyn WeChatPay>,
    down: Arc<AtomicBool>,
    loses_answers: Arc<AtomicBool>,
}

impl PayStub {
    pub fn new(behind: Arc<dyn WeChatPay>) -> Self {
        Self {
            behind,
            down: Arc::default(),
            loses_answers: Arc::default(),
        }
    }

    /// Nothing reaches the rail.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Everything reaches it and no answer comes back.
    pub fn lose_answers(&self, loses: bool) {
        self.loses_answers.store(loses, Ordering::SeqCst);
    }

    async fn through<T>(&self, call: Reply<'_, T>) -> Answer<T> {
        if self.down.load(Ordering::SeqCst) {
            return Answer::Unknown;
        }
        let answer = call.await;
        if self.loses_answers.load(Ordering::SeqCst) {
            Answer::Unknown
        } else {
            answer
        }
    }
}

impl WeChatPay for PayStub {
    fn is_open(&self) -> bool {
        self.behind.is_open()
    }

    fn order<'a>(&'a self, order: &'a PayOrder) -> Reply<'a, FrontEnd> {
        self.through(self.behind.order(order)).boxed()
    }

    fn order_code<'a>(&'a self, order: &'a PayOrder) -> Reply<'a, String> {
        self.through(self.behind.order_code(order)).boxed()
    }

    fn look<'a>(&'a self, number: &'a str) -> Reply<'a, PayState> {
        self.through(self.behind.look(number)).boxed()
    }

    fn close<'a>(&'a self, number: &'a str) -> Reply<'a, ()> {
        self.through(self.behind.close(number)).boxed()
    }

    fn refund<'a>(&'a self, order: &'a RefundOrder) -> Reply<'a, RefundState> {
        self.through(self.behind.refund(order)).boxed()
    }

    fn look_refund<'a>(&'a self, refund_number: &'a str) -> Reply<'a, RefundState> {
        self.through(self.behind.look_refund(refund_number)).boxed()
    }

    fn bill<'a>(&'a self, day: &'a str) -> Reply<'a, Vec<BillLine>> {
        self.through(self.behind.bill(day)).boxed()
    }

    fn notice<'a>(&'a self, raw: RawNotice<'a>) -> BoxFuture<'a, Result<Notice, NotTaken>> {
        self.behind.notice(raw)
    }
}
