//! Whispering between nodes: "rates changed", "a new message for the desk". A hint only: it may be lost or
//! come twice, so a listener reads the truth from SQL when it hears one, and also now and then without.
//!
//! Within the node a hint is delivered at once. Across nodes it goes through Redis pub/sub: one connection
//! per node, subscribed to everything, pinged every second, and opened and subscribed anew when it is lost.
//! What was whispered meanwhile is gone; listeners are told with [`Hint::Missed`].

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use anyhow::Context as _;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, ProtocolVersion, PushInfo, PushKind, Value};
use tokio::sync::{broadcast, watch};

/// Hints that a slow listener may lag behind before it is told that it missed some.
const BACKLOG: usize = 256;

/// Before each channel's name in Redis.
const PREFIX: &str = "bus:";

const ANSWER: Duration = Duration::from_millis(500);
const PING: Duration = Duration::from_secs(1);

/// What a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// What was published.
    Said(Arc<str>),
    /// Something may have been published that was not heard.
    Missed,
}

/// The bus; cheap to clone.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    topics: Arc<Topics>,
    remote: Option<Remote>,
}

struct Remote {
    /// This node's mark in its own messages, so that it does not hear them a second time.
    mark: String,
    /// The connection while there is one.
    link: watch::Receiver<Option<MultiplexedConnection>>,
}

impl Bus {
    /// Within this process: for a single node.
    pub fn local() -> Bus {
        Bus {
            inner: Arc::new(Inner {
                topics: Arc::default(),
                remote: None,
            }),
        }
    }

    /// Through Redis, to all nodes. Does not wait for Redis; fails only when the address makes no sense.
    /// Must be called within a tokio runtime.
    pub fn redis(url: &str) -> anyhow::Result<Bus> {
        // The error is not passed on: it may quote the address with its password.
        let info = url
            .into_connection_info()
            .map_err(|_| anyhow::anyhow!("the address of Redis cannot be parsed"))?;
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).context("Redis client")?;
        let mark = format!("{:016x} ", RandomState::new().hash_one("node"));
        let topics: Arc<Topics> = Arc::default();
        let (up, link) = watch::channel(None);
        let listener = Listener {
            client,
            mark: mark.clone(),
            topics: Arc::downgrade(&topics),
            up,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "ends with the bus; there is nothing to finish at shutdown"
        )]
        tokio::spawn(listener.serve());
        Ok(Bus {
            inner: Arc::new(Inner {
                topics,
                remote: Some(Remote { mark, link }),
            }),
        })
    }

    /// Tells all listeners of `topic`, here and on other nodes.
    pub async fn publish(&self, topic: &str, payload: &str) {
        self.inner.topics.say(topic, &Hint::Said(payload.into()));
        let Some(remote) = &self.inner.remote else { return };
        let link = remote.link.borrow().clone();
        let Some(mut link) = link else { return };
        let message = format!("{}{payload}", remote.mark);
        let call = redis::cmd("PUBLISH")
            .arg(format!("{PREFIX}{topic}"))
            .arg(message)
            .exec_async(&mut link)
            .await;
        if let Err(e) = call {
            tracing::warn!(topic, why = e.category(), "hint not sent to the other nodes");
        }
    }

    /// Listens to `topic` from now on.
    pub fn subscribe(&self, topic: &str) -> Listening {
        Listening {
            hints: self.inner.topics.listen(topic),
        }
    }

    /// Whether hints reach other nodes now; a bus within one process always is.
    pub fn is_connected(&self) -> bool {
        self.inner
            .remote
            .as_ref()
            .is_none_or(|remote| remote.link.borrow().is_some())
    }
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus")
            .field("redis", &self.inner.remote.is_some())
            .finish()
    }
}

/// The ear of one listener.
pub struct Listening {
    hints: broadcast::Receiver<Hint>,
}

impl Listening {
    /// The next hint; `None` when the bus is gone. May be used in `select!`: no hint is lost by that.
    pub async fn recv(&mut self) -> Option<Hint> {
        match self.hints.recv().await {
            Ok(hint) => Some(hint),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Hint::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[derive(Default)]
struct Topics(Mutex<HashMap<String, broadcast::Sender<Hint>>>);

impl Topics {
    fn listen(&self, topic: &str) -> broadcast::Receiver<Hint> {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        topics.retain(|_, sender| sender.receiver_count() > 0);
        topics
            .entry(topic.to_owned())
            .or_insert_with(|| broadcast::channel(BACKLOG).0)
            .subscribe()
    }

    fn say(&self, topic: &str, hint: &Hint) {
        let topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = topics.get(topic) {
            // An error means that nobody listens any more.
            sender.send(hint.clone()).ok();
        }
    }

    fn say_everywhere(&self, hint: &Hint) {
        let topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in topics.values() {
            sender.send(hint.clone()).ok();
        }
    }
}

/// Holds the connection to Redis for as long as the bus lives.
struct Listener {
    client: Client,
    mark: String,
    topics: Weak<Topics>,
    up: watch::Sender<Option<MultiplexedConnection>>,
}

impl Listener {
    async fn serve(self) {
        let mut first = true;
        while self.topics.strong_count() > 0 {
            match self.connect().await {
                Ok(link) => {
                    if !first && let Some(topics) = self.topics.upgrade() {
                        topics.say_everywhere(&Hint::Missed);
                    }
                    self.up.send_replace(Some(link.clone()));
                    self.hold(link).await;
                    self.up.send_replace(None);
                    first = false;
                }
                Err(e) => tracing::warn!(why = e.category(), "bus without Redis for a moment"),
            }
            tokio::time::sleep(PING / 2).await;
        }
    }

    async fn connect(&self) -> redis::RedisResult<MultiplexedConnection> {
        let topics = self.topics.clone();
        let mark = self.mark.clone();
        let hear = move |push: PushInfo| -> Result<(), redis::aio::SendError> {
            if let (Some(topics), Some((topic, hint))) = (topics.upgrade(), heard(&push, &mark)) {
                topics.say(&topic, &hint);
            }
            Ok(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_push_sender(hear);
        let mut link = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        link.psubscribe(format!("{PREFIX}*")).await?;
        Ok(link)
    }

    /// Returns when the connection is lost or the bus is gone.
    async fn hold(&self, mut link: MultiplexedConnection) {
        while self.topics.strong_count() > 0 {
            if redis::cmd("PING").exec_async(&mut link).await.is_err() {
                return;
            }
            tokio::time::sleep(PING).await;
        }
    }
}

/// Pattern, channel and payload of a message from another node.
fn heard(push: &PushInfo, mark: &str) -> Option<(String, Hint)> {
    if push.kind != PushKind::PMessage {
        return None;
    }
    let [_, Value::BulkString(channel), Value::BulkString(message)] = push.data.as_slice() else {
        return None;
    };
    let topic = std::str::from_utf8(channel).ok()?.strip_prefix(PREFIX)?;
    let message = std::str::from_utf8(message).ok()?;
    let (sender, payload) = message.split_at_checked(mark.len())?;
    (sender != mark).then(|| (topic.to_owned(), Hint::Said(payload.into())))
}
