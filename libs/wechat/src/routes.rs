//! Which push goes to which handler: typed messages and events to async functions that answer with whatever
//! fits (`"text"`, a [`Reply`], nothing, or a `Result` of these). The first rule that matches wins, in the order
//! of writing.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::client::Client;
use crate::message::{Body, Content, Event, Key, Push};
use crate::reply::Reply;
use crate::serve::{Responder, ResponderError};

/// What a handler gets.
pub struct Heard<S> {
    /// The host's own state.
    pub state: Arc<S>,
    /// What came.
    pub push: Arc<Push>,
    /// The same for every delivery of this push: the key for effects that must happen once.
    pub key: Key,
}

impl<S> Heard<S> {
    /// Who sent it.
    pub fn openid(&self) -> &str {
        &self.push.from
    }

    /// What the follower said, typed or spoken; empty for pushes without words.
    pub fn text(&self) -> &str {
        self.push.text().unwrap_or_default()
    }

    /// What stands behind the first word: `100` of `转账 100`.
    pub fn argument(&self) -> &str {
        let (_, rest) = self
            .text()
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or_default();
        rest.trim_start()
    }

    /// The event, when it was one.
    pub fn event(&self) -> Option<&Event> {
        match &self.push.body {
            Body::Event(event) => Some(event),
            Body::Message { .. } => None,
        }
    }
}

/// What a handler may answer with.
pub trait IntoReply {
    /// The reply; nothing for `success`.
    fn into_reply(self) -> Result<Option<Reply>, ResponderError>;
}

impl IntoReply for () {
    fn into_reply(self) -> Result<Option<Reply>, ResponderError> {
        Ok(None)
    }
}

impl IntoReply for Reply {
    fn into_reply(self) -> Result<Option<Reply>, ResponderError> {
        Ok(Some(self))
    }
}

impl IntoReply for &str {
    /// Cut at WeChat's limit when it is too long; nothing when it is empty.
    fn into_reply(self) -> Result<Option<Reply>, ResponderError> {
        Ok((!self.is_empty()).then(|| Reply::text_cut(self)))
    }
}

impl IntoReply for String {
    fn into_reply(self) -> Result<Option<Reply>, ResponderError> {
        self.as_str().into_reply()
    }
}

impl<R: IntoReply> IntoReply for Option<R> {
    fn into_reply(self) -> Result<Option<Reply>, ResponderError> {
        self.map_or(Ok(None), IntoReply::into_reply)
    }
}

impl<R: IntoReply, E: Into<ResponderError>> IntoReply for Result<R, E> {
    fn into_reply(self) -> Result<Option<Reply>, ResponderError> {
        self.map_err(Into::into)?.into_reply()
    }
}

type Answer = BoxFuture<'static, Result<Option<Reply>, ResponderError>>;
type Handler<S> = Box<dyn Fn(Heard<S>) -> Answer + Send + Sync>;
type Late<S> = Box<dyn Fn(Heard<S>, Reply) -> BoxFuture<'static, ()> + Send + Sync>;
type Test = Box<dyn Fn(&Push) -> bool + Send + Sync>;

/// The routes of one account; a [`Responder`]. Pushes that no rule matches are answered with `success`.
pub struct Routes<S> {
    state: Arc<S>,
    rules: Vec<(Test, Handler<S>)>,
    late: Option<Late<S>>,
}

impl<S: Send + Sync + 'static> Routes<S> {
    /// No rules yet; `state` is what handlers share.
    pub fn new(state: S) -> Self {
        Self {
            state: Arc::new(state),
            rules: Vec::new(),
            late: None,
        }
    }

    /// Whatever `test` says yes to.
    #[must_use]
    pub fn when<F, R>(
        mut self,
        test: impl Fn(&Push) -> bool + Send + Sync + 'static,
        handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        let handler = move |heard: Heard<S>| -> Answer {
            let answer = handler(heard);
            async move { answer.await.into_reply() }.boxed()
        };
        self.rules.push((Box::new(test), Box::new(handler)));
        self
    }

    /// Words that begin with this command (`余额`, `转账 100`), typed or spoken; the case of letters does not
    /// count, nor does a full stop that speech recognition adds.
    #[must_use]
    pub fn command<F, R>(
        self,
        word: &'static str,
        handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        let says = move |push: &Push| {
            let first = push.text().and_then(|text| text.split_whitespace().next());
            first.is_some_and(|first| {
                first.trim_end_matches(['。', '.']).to_lowercase() == word.to_lowercase()
            })
        };
        self.when(says, handler)
    }

    /// Any words, typed or spoken.
    #[must_use]
    pub fn text<F, R>(self, handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        self.when(|push| push.text().is_some(), handler)
    }

    /// Messages whose content `test` says yes to: `|content| matches!(content, Content::Image { .. })`.
    #[must_use]
    pub fn message<F, R>(
        self,
        test: impl Fn(&Content) -> bool + Send + Sync + 'static,
        handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        let test = move |push: &Push| matches!(&push.body, Body::Message { content, .. } if test(content));
        self.when(test, handler)
    }

    /// The choice of a message menu (`msgmenu`) with this id.
    #[must_use]
    pub fn choice<F, R>(
        self,
        id: &'static str,
        handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        let chosen =
            move |content: &Content| matches!(content, Content::Text { menu_id: Some(own), .. } if own == id);
        self.message(chosen, handler)
    }

    /// A click on the menu button with this key.
    #[must_use]
    pub fn click<F, R>(
        self,
        key: &'static str,
        handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        let clicked =
            move |push: &Push| matches!(&push.body, Body::Event(Event::Click { key: own }) if own == key);
        self.when(clicked, handler)
    }

    /// Events by WeChat's name (`subscribe`, `SCAN`, `kf_create_session`, also ones without a type here).
    #[must_use]
    pub fn event<F, R>(
        self,
        name: &'static str,
        handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        let named = move |push: &Push| matches!(&push.body, Body::Event(event) if event.name() == name);
        self.when(named, handler)
    }

    /// Everything else. Write it last.
    #[must_use]
    pub fn otherwise<F, R>(self, handler: impl Fn(Heard<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        self.when(|_| true, handler)
    }

    /// Where replies go that were ready only after the deadline.
    #[must_use]
    pub fn when_late<F>(mut self, handler: impl Fn(Heard<S>, Reply) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.late = Some(Box::new(move |heard, reply| handler(heard, reply).boxed()));
        self
    }

    /// Late replies go as customer messages by this client, once and without a second try.
    #[must_use]
    pub fn late_by(self, client: Client) -> Self {
        self.when_late(move |heard, reply| {
            let client = client.clone();
            async move {
                if let Err(error) = client.send_reply(heard.openid(), &reply).await {
                    tracing::warn!(key = ?heard.key, %error, "a late reply was not delivered");
                }
            }
        })
    }
}

impl<S: Send + Sync + 'static> Responder for Routes<S> {
    fn respond(&self, push: Arc<Push>, key: Key) -> Answer {
        match self.rules.iter().find(|(test, _)| test(&push)) {
            Some((_, handler)) => handler(Heard {
                state: Arc::clone(&self.state),
                push,
                key,
            }),
            None => futures_util::future::ready(Ok(None)).boxed(),
        }
    }

    fn late(&self, push: Arc<Push>, key: Key, reply: Reply) -> BoxFuture<'static, ()> {
        let Some(late) = &self.late else {
            tracing::warn!(?key, "a late reply has nowhere to go");
            return futures_util::future::ready(()).boxed();
        };
        late(
            Heard {
                state: Arc::clone(&self.state),
                push,
                key,
            },
            reply,
        )
    }
}
