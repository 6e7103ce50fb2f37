//! The client side. A command is sent once; a question may be repeated once after a broken connection, within
//! a budget. What can't be relied on is `Unknown`, whatever the reason.

use std::sync::Arc;

use futures_util::FutureExt as _;
use jiff::civil::Date;
use kit::{
    clock::Clock,
    http::{Credentials, Timeouts},
    ids::Ids,
};
use reqwest::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    breaker::Pass,
    lanes::{Lane, Rules},
    sign::{Covered, Distrust, REQUEST_ID, Seals},
    wire::{ById, CHANNEL, DATE, DayPage, FeedFrom, KEY, Nothing, Number, Restrict, Wire, path_of},
};
use crate::{
    answer::Answer,
    op::{Class, Op},
    port::{CoreBank, Reply},
    types::{
        Balance, Bank, Booking, CardBill, ChangePage, CoreAccount, CoreCustomer, EntryPage, EntryQuery,
        HoldOrder, Payee, PostOrder, Posted, RestrictionOrder, StatementPage, TransferOrder, TransferStatus,
        VerifyCustomer, VoidOrder,
    },
};

/// Where a bank's core is and how it is spoken to.
#[derive(Clone)]
pub struct HttpOptions {
    /// Where `/core/v1` begins: `https://core.bank.internal:8443`.
    pub base: String,
    /// Longest wait for a connection.
    pub connect: std::time::Duration,
    pub credentials: Credentials,
    pub seals: Seals,
    pub rules: Rules,
}

impl HttpOptions {
    /// Without certificates and signatures.
    pub fn plain(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            connect: Timeouts::default().connect,
            credentials: Credentials::default(),
            seals: Seals::default(),
            rules: Rules::default(),
        }
    }
}

/// A core bank behind HTTP. Cheap to clone; clones share lanes and breakers.
#[derive(Clone)]
pub struct HttpCore {
    client: reqwest::Client,
    base: String,
    seals: Arc<Seals>,
    lanes: Arc<[(Class, Lane); 4]>,
    clock: Clock,
    ids: Ids,
}

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("status {0}")]
    Status(StatusCode),
    #[error("a body that does not fit its status")]
    Body,
    #[error("an answer that can't be believed: {0}")]
    Distrust(#[from] Distrust),
}

impl Trouble {
    /// The connection broke before an answer began: a question may be asked again.
    fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_connect() || (error.is_request() && !error.is_timeout()))
    }
}

impl HttpCore {
    pub fn new(options: HttpOptions, clock: Clock, ids: Ids) -> Result<Self, reqwest::Error> {
        let timeouts = Timeouts {
            connect: options.connect,
            total: options.rules.report.total,
        };
        let lane = |class| (class, Lane::new(class, &options.rules, clock.clone()));
        Ok(Self {
            client: kit::http::partner(timeouts, &options.credentials)?,
            base: options.base.trim_end_matches('/').to_owned(),
            lanes: Arc::new(Class::ALL.map(lane)),
            seals: Arc::new(options.seals),
            clock,
            ids,
        })
    }

    /// Whether calls of this class go out now; while a breaker is open they don't.
    pub fn is_open(&self, class: Class) -> bool {
        self.lanes
            .iter()
            .any(|(of, lane)| *of == class && lane.is_closed())
    }

    fn lane(&self, class: Class) -> Option<&Lane> {
        self.lanes
            .iter()
            .find(|(of, _)| *of == class)
            .map(|(_, lane)| lane)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        op: Op,
        key: Option<Uuid>,
        ask: &(impl Serialize + Sync),
    ) -> Answer<T> {
        let Some(lane) = self.lane(op.class()) else {
            return Answer::Unknown;
        };
        let Ok(body) = serde_json::to_vec(ask) else {
            return Answer::Unknown;
        };
        let Some(turn) = lane.enter().await else {
            return Answer::Unknown;
        };
        let mut told = self.exchange(lane, op, key, &body).await;
        if let Err(trouble) = &told
            && turn.pass == Pass::Go
            && trouble.is_broken_connection()
            && lane.may_repeat()
        {
            metrics::counter!("weigui_core_repeated_total", "class" => op.class().name()).increment(1);
            told = self.exchange(lane, op, key, &body).await;
        }
        turn.heard(told.is_ok());
        match told {
            Ok(answer) => answer,
            Err(trouble) => {
                let cause = match trouble {
                    Trouble::Http(error) => error.without_url().to_string(),
                    other => other.to_string(),
                };
                tracing::warn!(operation = op.name(), cause, "core gave no usable answer");
                Answer::Unknown
            }
        }
    }

    /// One request, one answer.
    async fn exchange<T: DeserializeOwned>(
        &self,
        lane: &Lane,
        op: Op,
        key: Option<Uuid>,
        body: &[u8],
    ) -> Result<Answer<T>, Trouble> {
        let path = path_of(op);
        let request_id = self.ids.make::<Uuid>().to_string();
        let key = key.map(|key| key.to_string());
        let asked = Covered {
            path: &path,
            status: None,
            request_id: &request_id,
            key: key.as_deref(),
        };
        let mut request = self
            .client
            .post(format!("{}{path}", self.base))
            .timeout(lane.total())
            .header("content-type", "application/json")
            .header(CHANNEL, "WECHAT")
            .header(DATE, self.clock.today().to_string())
            .header(REQUEST_ID, &request_id);
        if let Some(key) = &key {
            request = request.header(KEY, key);
        }
        if let Some(signer) = &self.seals.signer {
            for (name, value) in signer.headers(asked, body, self.clock.now()) {
                request = request.header(name, value);
            }
        }
        let response = request.body(body.to_vec()).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?;
        if !matches!(
            status,
            StatusCode::OK | StatusCode::ACCEPTED | StatusCode::UNPROCESSABLE_ENTITY
        ) {
            return Err(Trouble::Status(status));
        }
        let answered = Covered {
            status: Some(status.as_u16()),
            ..asked
        };
        self.seals
            .trusted
            .check(&headers, answered, &body, self.clock.now())?;
        let wire = serde_json::from_slice(&body).map_err(|_| Trouble::Body)?;
        match (status, wire) {
            (StatusCode::OK, Wire::Done(value)) => Ok(Answer::Done(value)),
            (StatusCode::UNPROCESSABLE_ENTITY, Wire::Refused(refusal)) => Ok(Answer::Refused(refusal)),
            (StatusCode::ACCEPTED, Wire::Pending { .. }) => Ok(Answer::Unknown),
            _ => Err(Trouble::Body),
        }
    }
}

fn number(no: &str) -> Number {
    Number {
        number: no.to_owned(),
    }
}

impl CoreBank for HttpCore {
    fn verify_customer<'a>(&'a self, ask: &'a VerifyCustomer) -> Reply<'a, CoreCustomer> {
        self.call(Op::VerifyCustomer, None, ask).boxed()
    }

    fn customer<'a>(&'a self, customer_no: &'a str) -> Reply<'a, CoreCustomer> {
        async move { self.call(Op::Customer, None, &number(customer_no)).await }.boxed()
    }

    fn accounts<'a>(&'a self, customer_no: &'a str) -> Reply<'a, Vec<CoreAccount>> {
        async move { self.call(Op::Accounts, None, &number(customer_no)).await }.boxed()
    }

    fn balance<'a>(&'a self, account_no: &'a str) -> Reply<'a, Balance> {
        async move { self.call(Op::Balance, None, &number(account_no)).await }.boxed()
    }

    fn entries<'a>(&'a self, query: &'a EntryQuery) -> Reply<'a, EntryPage> {
        self.call(Op::Entries, None, query).boxed()
    }

    fn payee<'a>(&'a self, no: &'a str) -> Reply<'a, Payee> {
        async move { self.call(Op::Payee, None, &number(no)).await }.boxed()
    }

    fn banks(&self) -> Reply<'_, Vec<Bank>> {
        async move { self.call(Op::Banks, None, &Nothing {}).await }.boxed()
    }

    fn card_bill<'a>(&'a self, account_no: &'a str) -> Reply<'a, CardBill> {
        async move { self.call(Op::CardBill, None, &number(account_no)).await }.boxed()
    }

    fn transfer<'a>(&'a self, order: &'a TransferOrder) -> Reply<'a, Booking> {
        self.call(Op::Transfer, Some(order.id), order).boxed()
    }

    fn hold<'a>(&'a self, order: &'a HoldOrder) -> Reply<'a, Posted> {
        self.call(Op::Hold, Some(order.id), order).boxed()
    }

    fn post<'a>(&'a self, order: &'a PostOrder) -> Reply<'a, Posted> {
        self.call(Op::Post, Some(order.id), order).boxed()
    }

    fn void<'a>(&'a self, order: &'a VoidOrder) -> Reply<'a, Posted> {
        self.call(Op::Void, Some(order.id), order).boxed()
    }

    fn transfer_status(&self, id: Uuid) -> Reply<'_, TransferStatus> {
        async move { self.call(Op::TransferStatus, None, &ById { id }).await }.boxed()
    }

    fn restrict<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        let ask = Restrict {
            number: account_no.to_owned(),
            order: *order,
        };
        async move { self.call(Op::Restrict, Some(order.id), &ask).await }.boxed()
    }

    fn lift<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        let ask = Restrict {
            number: account_no.to_owned(),
            order: *order,
        };
        async move { self.call(Op::Lift, Some(order.id), &ask).await }.boxed()
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>, limit: u32) -> Reply<'a, ChangePage> {
        let ask = FeedFrom {
            cursor: cursor.map(str::to_owned),
            limit,
        };
        async move { self.call(Op::Changes, None, &ask).await }.boxed()
    }

    fn statement_file(&self, business_date: Date, page: u32) -> Reply<'_, StatementPage> {
        let ask = DayPage { business_date, page };
        async move { self.call(Op::StatementFile, None, &ask).await }.boxed()
    }

    fn now_business_date(&self) -> Reply<'_, Date> {
        async move { self.call(Op::BusinessDate, None, &Nothing {}).await }.boxed()
    }

    fn health(&self) -> Reply<'_, ()> {
        async move { self.call(Op::Health, None, &Nothing {}).await }.boxed()
    }
}
