//! The client side: one call, one request, no retry. Retrying is the business of who knows the id.

use futures_util::FutureExt as _;
use kit::http::Timeouts;
use reqwest::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{ById, KEY, Nothing, Number, PREFIX, Restrict, STATUS, Wire};
use crate::{
    answer::Answer,
    port::{CoreBank, Reply},
    types::{
        Balance, CoreAccount, CoreCustomer, EntryPage, EntryQuery, HoldOrder, Payee, PostOrder, Posted,
        RestrictionOrder, TransferOrder, TransferStatus, VerifyCustomer, VoidOrder,
    },
};

/// A core bank behind HTTP.
#[derive(Clone)]
pub struct HttpCore {
    client: reqwest::Client,
    base: String,
}

impl HttpCore {
    /// `base` is where `/core/v1` begins: `https://core.bank.internal:8443`.
    pub fn new(base: &str, timeouts: Timeouts) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: kit::http::client(timeouts)?,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        key: Option<Uuid>,
        ask: &(impl Serialize + Sync),
    ) -> Answer<T> {
        let mut request = self
            .client
            .post(format!("{}{PREFIX}/{operation}", self.base))
            .json(ask);
        request = request.header("x-channel", "WECHAT");
        if let Some(key) = key {
            request = request.header(KEY, key.to_string());
        }
        match exchange(request).await {
            Ok((StatusCode::OK, Wire::Done(value))) => Answer::Done(value),
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Wire::Refused(refusal))) => Answer::Refused(refusal),
            Ok((StatusCode::ACCEPTED, Wire::Pending { .. })) => Answer::Unknown,
            Ok((status, _)) => {
                tracing::warn!(operation, %status, "core answered with a body that does not fit its status");
                Answer::Unknown
            }
            Err(error) => {
                tracing::warn!(operation, cause = %error.without_url(), "core gave no usable answer");
                Answer::Unknown
            }
        }
    }
}

async fn exchange<T: DeserializeOwned>(
    request: reqwest::RequestBuilder,
) -> Result<(StatusCode, Wire<T>), reqwest::Error> {
    let response = request.send().await?;
    let status = response.status();
    let known = [
        StatusCode::OK,
        StatusCode::ACCEPTED,
        StatusCode::UNPROCESSABLE_ENTITY,
    ];
    let response = if known.contains(&status) {
        response
    } else {
        response.error_for_status()?
    };
    Ok((status, response.json().await?))
}

fn number(no: &str) -> Number {
    Number {
        number: no.to_owned(),
    }
}

impl CoreBank for HttpCore {
    fn verify_customer<'a>(&'a self, ask: &'a VerifyCustomer) -> Reply<'a, CoreCustomer> {
        self.call("verify-customer", None, ask).boxed()
    }

    fn customer<'a>(&'a self, customer_no: &'a str) -> Reply<'a, CoreCustomer> {
        async move { self.call("customer", None, &number(customer_no)).await }.boxed()
    }

    fn accounts<'a>(&'a self, customer_no: &'a str) -> Reply<'a, Vec<CoreAccount>> {
        async move { self.call("accounts", None, &number(customer_no)).await }.boxed()
    }

    fn balance<'a>(&'a self, account_no: &'a str) -> Reply<'a, Balance> {
        async move { self.call("balance", None, &number(account_no)).await }.boxed()
    }

    fn entries<'a>(&'a self, query: &'a EntryQuery) -> Reply<'a, EntryPage> {
        self.call("entries", None, query).boxed()
    }

    fn payee<'a>(&'a self, no: &'a str) -> Reply<'a, Payee> {
        async move { self.call("payee", None, &number(no)).await }.boxed()
    }

    fn transfer<'a>(&'a self, order: &'a TransferOrder) -> Reply<'a, Posted> {
        self.call("transfer", Some(order.id), order).boxed()
    }

    fn hold<'a>(&'a self, order: &'a HoldOrder) -> Reply<'a, Posted> {
        self.call("hold", Some(order.id), order).boxed()
    }

    fn post<'a>(&'a self, order: &'a PostOrder) -> Reply<'a, Posted> {
        self.call("post", Some(order.id), order).boxed()
    }

    fn void<'a>(&'a self, order: &'a VoidOrder) -> Reply<'a, Posted> {
        self.call("void", Some(order.id), order).boxed()
    }

    fn transfer_status(&self, id: Uuid) -> Reply<'_, TransferStatus> {
        async move { self.call(STATUS, None, &ById { id }).await }.boxed()
    }

    fn restrict<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        let ask = Restrict {
            number: account_no.to_owned(),
            order: *order,
        };
        async move { self.call("restrict", Some(order.id), &ask).await }.boxed()
    }

    fn lift<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        let ask = Restrict {
            number: account_no.to_owned(),
            order: *order,
        };
        async move { self.call("lift", Some(order.id), &ask).await }.boxed()
    }

    fn health(&self) -> Reply<'_, ()> {
        async move { self.call("health", None, &Nothing {}).await }.boxed()
    }
}
