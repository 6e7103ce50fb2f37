//! A callback from query and body to the answer: verified, de-duplicated, answered before WeChat hangs up.
//! Free of any web framework; the work itself runs detached from the request, so that a broken connection
//! never leaves a command half done.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::account::Account;
use crate::callback::{Query, Reject};
use crate::dedupe::{Answer, Claim, Finished, HandOver, Inbox, Ticket};
use crate::message::{Format, Key, Push};
use crate::random::{Random, SystemRandom};
use crate::reply::Reply;

/// WeChat hangs up after 5 s; the answer leaves before this.
const DEADLINE: Duration = Duration::from_millis(4_500);
/// Kept of the deadline for writing the inbox's state.
const MARGIN: Duration = Duration::from_millis(250);
/// Between two tries of a failing inbox.
const PAUSE: Duration = Duration::from_millis(150);

/// The time in seconds, by the host's clock.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;
/// Starts work that outlives the request.
pub type Spawner = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;
/// Told every refusal, for metrics.
pub type Refused = Arc<dyn Fn(&Reject) + Send + Sync>;
/// What a responder may fail with.
pub type ResponderError = Box<dyn std::error::Error + Send + Sync>;

/// Decides what to answer.
pub trait Responder: Send + Sync + 'static {
    /// The reply to a push; nothing for `success`. After an error the push stays open: the next delivery, or a
    /// sweeper of the inbox, may take it over when its lease has run out, so what was done must bear repeating.
    /// May take longer than the deadline: the reply then goes to [`Responder::late`]. Called once per push,
    /// unless the process that ran it died.
    fn respond(&self, push: Arc<Push>, key: Key)
    -> BoxFuture<'static, Result<Option<Reply>, ResponderError>>;

    /// Delivers a reply by another channel because `success` has been answered: the deadline had passed, or the
    /// inbox stored the reply in time and took so long over it that the request could not wait. At most once per
    /// push and process; use the key to make it once for good, also where the inbox hands late replies over
    /// itself.
    fn late(&self, push: Arc<Push>, key: Key, reply: Reply) -> BoxFuture<'static, ()>;
}

/// What a callback consists of.
pub struct Setup {
    /// The account; exactly one.
    pub account: Account,
    /// Where pushes are de-duplicated.
    pub inbox: Arc<dyn Inbox>,
    /// Who answers.
    pub responder: Arc<dyn Responder>,
    /// The host's clock.
    pub clock: Clock,
    /// Random bytes for the answers' encryption.
    pub random: Arc<dyn Random>,
    /// Where detached work runs.
    pub spawner: Spawner,
    /// Told every refusal.
    pub refused: Refused,
    /// When the answer must leave, counted from the request's arrival.
    pub deadline: Duration,
}

impl Setup {
    /// Defaults: randomness of the system, tasks of tokio, 4.5 s.
    pub fn new(account: Account, inbox: Arc<dyn Inbox>, responder: Arc<dyn Responder>, clock: Clock) -> Self {
        Self {
            account,
            inbox,
            responder,
            clock,
            random: Arc::new(SystemRandom),
            spawner: Arc::new(spawn),
            refused: Arc::new(|_| {}),
            deadline: DEADLINE,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the default for hosts without a task tracker; replaceable in Setup"
)]
pub(crate) fn spawn(work: BoxFuture<'static, ()>) {
    tokio::spawn(work);
}

/// An HTTP answer without a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// 200 or 403.
    pub status: u16,
    /// Content type with charset.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

impl HttpAnswer {
    fn plain(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: body.to_owned(),
        }
    }

    fn success() -> Self {
        Self::plain(200, "success")
    }
}

/// The callback of one account. Cheap to clone.
#[derive(Clone)]
pub struct Callback(Arc<Setup>);

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({})", self.0.account.appid())
    }
}

impl Callback {
    /// A callback from its parts.
    pub fn new(setup: Setup) -> Self {
        Self(Arc::new(setup))
    }

    /// `GET`: URL verification.
    pub fn get(&self, raw_query: &str) -> HttpAnswer {
        let now = (self.0.clock)();
        let echo =
            Query::parse(raw_query).and_then(|q| self.0.account.verify_url(&q, now).map(str::to_owned));
        match echo {
            Ok(echo) => HttpAnswer::plain(200, &echo),
            Err(reason) => self.refuse(reason),
        }
    }

    /// `POST`: a push. Never fails: what is not WeChat's is refused alike, what goes wrong here is `success`.
    pub async fn post(&self, raw_query: &str, body: &[u8]) -> HttpAnswer {
        let now = (self.0.clock)();
        let opened = Query::parse(raw_query).and_then(|query| {
            let push = self.0.account.open_push(&query, body, now)?;
            Ok((push, query.is_sealed()))
        });
        let (push, was_sealed) = match opened {
            Ok(opened) => opened,
            Err(reason) => return self.refuse(reason),
        };
        if push.to != self.0.account.original_id() {
            tracing::warn!(
                appid = self.0.account.appid(),
                "the push names another original id than configured"
            );
        }
        let format = Format::of(body);
        let Some(clear) = self.answer(push, format).await else {
            return HttpAnswer::success();
        };
        let account = &self.0.account;
        let body = if was_sealed {
            account.seal_as(format, &clear, (self.0.clock)(), &*self.0.random)
        } else {
            Ok(clear)
        };
        match body {
            Ok(body) => HttpAnswer {
                status: 200,
                content_type: match format {
                    Format::Xml => "text/xml; charset=utf-8",
                    Format::Json => "application/json; charset=utf-8",
                },
                body,
            },
            Err(error) => {
                tracing::error!(%error, "a reply could not be sealed");
                HttpAnswer::success()
            }
        }
    }

    /// The answer to everything that is refused, also to a body that was cut off for its size.
    pub fn refuse(&self, reason: Reject) -> HttpAnswer {
        // Whoever hosts this logs and counts by the hook; a flood must not fill the log twice.
        tracing::debug!(appid = self.0.account.appid(), code = reason.code(), %reason, "callback refused");
        (self.0.refused)(&reason);
        HttpAnswer::plain(403, "refused")
    }

    /// The clear document to answer; nothing for `success`.
    async fn answer(&self, push: Push, format: Format) -> Option<String> {
        let until = Instant::now() + self.0.deadline;
        let key = Key::of(self.0.account.appid(), &push);
        let push = Arc::new(push);
        loop {
            match timeout_at(until, self.0.inbox.claim(key, &push)).await.ok()? {
                Ok(Claim::Done(reply)) => return reply,
                Ok(Claim::Mine(ticket)) => {
                    let gave_up = Arc::new(AtomicBool::new(false));
                    let setup = Arc::clone(&self.0);
                    let work = Work {
                        setup,
                        push,
                        key,
                        ticket,
                        format,
                        gave_up,
                    };
                    return self.run(work, until).await;
                }
                Ok(Claim::Running) => {
                    if let Err(error) = timeout_at(until, self.0.inbox.wait(key)).await.ok()? {
                        tracing::warn!(?key, %error, "waiting for a push's result failed");
                        timeout_at(until, tokio::time::sleep(PAUSE)).await.ok()?;
                    }
                }
                Err(error) => {
                    tracing::warn!(?key, %error, "a push could not be claimed");
                    timeout_at(until, tokio::time::sleep(PAUSE)).await.ok()?;
                }
            }
        }
    }

    async fn run(&self, work: Work, until: Instant) -> Option<String> {
        let (answer, answered) = oneshot::channel();
        let gave_up = Arc::clone(&work.gave_up);
        (self.0.spawner)(work.go(until, answer).boxed());
        if let Ok(reply) = timeout_at(until, answered).await {
            // An error here: the work died without an answer.
            reply.ok().flatten()
        } else {
            gave_up.store(true, Ordering::SeqCst);
            None
        }
    }
}

/// One push being worked on, detached from its request.
struct Work {
    setup: Arc<Setup>,
    push: Arc<Push>,
    key: Key,
    ticket: Ticket,
    format: Format,
    /// The request has answered `success` because the inbox was slow.
    gave_up: Arc<AtomicBool>,
}

/// The responder failed; the push has no result yet.
struct Failed;

impl Work {
    async fn go(self, until: Instant, answer: oneshot::Sender<Option<String>>) {
        let respond = self.setup.responder.respond(Arc::clone(&self.push), self.key);
        let mut running = AssertUnwindSafe(respond).catch_unwind().boxed();
        let soon = until.checked_sub(MARGIN).unwrap_or(until);
        if let Ok(outcome) = timeout_at(soon, &mut running).await {
            // Not answered and nothing done: the push stays open, and its lease runs out.
            let Ok(reply) = self.settle(outcome) else { return };
            match self.finish(reply.as_ref()).await {
                Some(Finished::InTime) => self.deliver(answer, reply).await,
                Some(Finished::Late) => self.late(reply).await,
                // The sender is dropped: the request answers `success`.
                Some(Finished::Lost) | None => {}
            }
            return;
        }
        let handed = self.setup.inbox.hand_over(self.key, self.ticket).await;
        let _request_may_be_gone: Result<(), _> = answer.send(None);
        match handed {
            Ok(HandOver::Lost) => return,
            Ok(HandOver::Late) => {}
            Err(error) => tracing::warn!(key = ?self.key, %error, "a late push could not be marked"),
        }
        let Ok(reply) = self.settle(running.await) else {
            return;
        };
        if self
            .finish(reply.as_ref())
            .await
            .is_some_and(|finished| finished != Finished::Lost)
        {
            self.late(reply).await;
        }
    }

    /// Gives the reply to the waiting request, or to the late channel when that has answered already.
    async fn deliver(&self, answer: oneshot::Sender<Option<String>>, reply: Option<Answer>) {
        let unheard = answer
            .send(reply.as_ref().map(|reply| reply.xml.clone()))
            .is_err();
        if unheard && self.gave_up.load(Ordering::SeqCst) {
            self.late(reply).await;
        }
    }

    async fn late(&self, reply: Option<Answer>) {
        if let Some(answer) = reply {
            self.setup
                .responder
                .late(Arc::clone(&self.push), self.key, answer.reply)
                .await;
        }
    }

    async fn finish(&self, reply: Option<&Answer>) -> Option<Finished> {
        match self.setup.inbox.finish(self.key, self.ticket, reply).await {
            Ok(finished) => Some(finished),
            Err(error) => {
                tracing::error!(key = ?self.key, %error, "a push's result could not be stored");
                None
            }
        }
    }

    /// The answer, if there is one to show; an error when the responder failed.
    fn settle(
        &self,
        outcome: std::thread::Result<Result<Option<Reply>, ResponderError>>,
    ) -> Result<Option<Answer>, Failed> {
        let reply = match outcome {
            Ok(Ok(None)) => return Ok(None),
            Ok(Ok(Some(reply))) => reply,
            Ok(Err(error)) => {
                tracing::error!(key = ?self.key, %error, "a push could not be answered");
                return Err(Failed);
            }
            Err(_panic) => {
                tracing::error!(key = ?self.key, "answering a push panicked");
                return Err(Failed);
            }
        };
        match reply.write(self.format, &self.push, (self.setup.clock)()) {
            Ok(xml) => Ok(Some(Answer { reply, xml })),
            Err(error) => {
                tracing::error!(key = ?self.key, %error, "a reply could not be written");
                Ok(None)
            }
        }
    }
}
