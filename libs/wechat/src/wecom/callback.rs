//! A WeCom callback from query and body to the answer. Nobody reads that answer but WeCom, and it delivers again
//! after anything but 200: so a push counts as taken only when the listener has taken it, and what the listener does
//! under the push's key must bear repeating.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::push::Push;
use super::receiver::Receiver;
use crate::callback::{Query, Reject};
use crate::message::Key;
use crate::random::{Random, SystemRandom};
use crate::serve::{Clock, HttpAnswer, Refused, ResponderError, Spawner};
use crate::xml;

/// WeCom hangs up after 5 s.
const DEADLINE: Duration = Duration::from_millis(4_500);
/// The longest text of an answer, in bytes.
pub const MAX_REPLY: usize = 2_048;

/// Takes pushes.
pub trait Listener: Send + Sync + 'static {
    /// Stores the push under its key, or does what it asks for, and perhaps answers a member's message with a text.
    ///
    /// After an error, or when it takes longer than 4.5 s, WeCom is told to deliver again (up to three times in all);
    /// the work begun is not cut off. The same key comes again then: work done twice must have one effect.
    fn hear(&self, push: Arc<Push>, key: Key) -> BoxFuture<'static, Result<Option<String>, ResponderError>>;
}

/// What a callback consists of.
pub struct CallbackSetup {
    /// Corpid, token, key.
    pub receiver: Receiver,
    /// Who takes the pushes.
    pub listener: Arc<dyn Listener>,
    /// Seconds.
    pub clock: Clock,
    /// Random bytes for the answers' encryption.
    pub random: Arc<dyn Random>,
    /// Where detached work runs.
    pub spawner: Spawner,
    /// Told every refusal, for metrics.
    pub refused: Refused,
    /// When the answer must leave, counted from the request's arrival.
    pub deadline: Duration,
}

impl CallbackSetup {
    /// Defaults: randomness of the system, tasks of tokio, 4.5 s.
    pub fn new(receiver: Receiver, listener: Arc<dyn Listener>, clock: Clock) -> Self {
        Self {
            receiver,
            listener,
            clock,
            random: Arc::new(SystemRandom),
            spawner: Arc::new(crate::serve::spawn),
            refused: Arc::new(|_| {}),
            deadline: DEADLINE,
        }
    }
}

/// The callback of one app. Cheap to clone.
#[derive(Clone)]
pub struct Callback(Arc<CallbackSetup>);

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({})", self.0.receiver.corpid())
    }
}

impl Callback {
    /// A callback from its parts.
    pub fn new(setup: CallbackSetup) -> Self {
        Self(Arc::new(setup))
    }

    /// `GET`: URL verification. The clear echo, at once.
    pub fn get(&self, raw_query: &str) -> HttpAnswer {
        let now = (self.0.clock)();
        match Query::parse(raw_query).and_then(|query| self.0.receiver.verify_url(&query, now)) {
            Ok(echo) => plain(200, echo),
            Err(reason) => self.refuse(&reason),
        }
    }

    /// `POST`: a push. What is not WeCom's is refused alike (403); what could not be taken is 503, so that it comes
    /// again.
    pub async fn post(&self, raw_query: &str, body: &[u8]) -> HttpAnswer {
        let now = (self.0.clock)();
        let opened = Query::parse(raw_query).and_then(|query| self.0.receiver.open_push(&query, body, now));
        let push = match opened {
            Ok(push) => Arc::new(push),
            Err(reason) => return self.refuse(&reason),
        };
        let Some(reply) = self.hear(Arc::clone(&push)).await else {
            return plain(503, "again".to_owned());
        };
        let Some(text) = reply.filter(|text| (1..=MAX_REPLY).contains(&text.len())) else {
            return plain(200, String::new());
        };
        let clear = reply_xml(&push, &text, (self.0.clock)());
        match self.0.receiver.seal(&clear, (self.0.clock)(), &*self.0.random) {
            Ok(body) => HttpAnswer {
                status: 200,
                content_type: "text/xml; charset=utf-8",
                body,
            },
            Err(error) => {
                tracing::error!(%error, "an answer could not be sealed");
                plain(200, String::new())
            }
        }
    }

    /// The answer to everything that is refused, also to a body that was cut off for its size.
    pub fn refuse(&self, reason: &Reject) -> HttpAnswer {
        let corpid = self.0.receiver.corpid();
        tracing::debug!(corpid, code = reason.code(), %reason, "callback refused");
        (self.0.refused)(reason);
        plain(403, "refused".to_owned())
    }

    /// What the listener answers; nothing when it failed or is late.
    async fn hear(&self, push: Arc<Push>) -> Option<Option<String>> {
        let key = push.key();
        let (heard, told) = oneshot::channel();
        let work = AssertUnwindSafe(self.0.listener.hear(push, key)).catch_unwind();
        (self.0.spawner)(
            async move {
                let outcome = match work.await {
                    Ok(Ok(reply)) => Some(reply),
                    Ok(Err(error)) => {
                        tracing::error!(?key, %error, "a push could not be taken");
                        None
                    }
                    Err(_panic) => {
                        tracing::error!(?key, "taking a push panicked");
                        None
                    }
                };
                // The request may be gone: the work has been done all the same.
                heard.send(outcome).unwrap_or_default();
            }
            .boxed(),
        );
        tokio::time::timeout(self.0.deadline, told).await.ok()?.ok()?
    }
}

fn plain(status: u16, body: String) -> HttpAnswer {
    HttpAnswer {
        status,
        content_type: "text/plain; charset=utf-8",
        body,
    }
}

fn reply_xml(push: &Push, text: &str, now: i64) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    xml::open(&mut out, "xml");
    xml::write_cdata(&mut out, "ToUserName", &push.from);
    xml::write_cdata(&mut out, "FromUserName", &push.to);
    xml::write_number(&mut out, "CreateTime", now);
    xml::write_cdata(&mut out, "MsgType", "text");
    xml::write_cdata(&mut out, "Content", text);
    xml::close(&mut out, "xml");
    out
}

#[cfg(feature = "axum")]
mod routes {
    //! The callback as an axum router.

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::{RawQuery, State};
    use axum::routing::get;

    use super::Callback;
    use crate::callback::{MAX_BODY, Reject};
    use crate::serve::HttpAnswer;

    /// A router that serves one app's callback at `/`; nest it at the path told to WeCom.
    pub fn router(callback: Callback) -> Router {
        Router::new()
            .route("/", get(verify).post(push))
            .with_state(callback)
    }

    async fn verify(State(callback): State<Callback>, RawQuery(query): RawQuery) -> HttpAnswer {
        callback.get(query.as_deref().unwrap_or_default())
    }

    async fn push(State(callback): State<Callback>, RawQuery(query): RawQuery, body: Body) -> HttpAnswer {
        match to_bytes(body, MAX_BODY).await {
            Ok(body) => callback.post(query.as_deref().unwrap_or_default(), &body).await,
            Err(_) => callback.refuse(&Reject::TooLarge),
        }
    }
}

#[cfg(feature = "axum")]
pub use routes::router;
