//! What a push means and what is answered.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use weigui_wechat::{
    Answer, Body, Content, Event, Key, Push, Reply, Responder, ResponderError, TemplateOutcome,
};

use super::inbox::plain;
use super::{Channel, Orphan};
use crate::error::Error;
use crate::model::{Command, Fan, find, of_key};

impl Responder for Channel {
    fn respond(
        &self,
        push: Arc<Push>,
        key: Key,
    ) -> BoxFuture<'static, Result<Option<Reply>, ResponderError>> {
        let this = self.clone();
        async move { this.answer(&push, key.to_hex()).await.map_err(Into::into) }.boxed()
    }

    /// A reply that was stored too late for the request that waited. The inbox's own late replies use
    /// the same key, so whichever comes first goes out.
    fn late(&self, push: Arc<Push>, key: Key, reply: Reply) -> BoxFuture<'static, ()> {
        let this = self.clone();
        async move {
            let (openid, text, key) = (push.from.clone(), plain(&reply), key.to_hex());
            let sent = this
                .cx
                .db
                .tx(async move |c| this.outreach.late_answer(c, &openid, &text, &key).await)
                .await;
            if let Err(error) = sent {
                tracing::warn!(cause = %error, "a late reply could not be handed over");
            }
        }
        .boxed()
    }
}

impl Channel {
    async fn answer(&self, push: &Push, key: String) -> anyhow::Result<Option<Reply>> {
        kit::telemetry::count("weigui_callbacks_total");
        let fan = Fan {
            openid: push.from.clone(),
            push: key,
        };
        match &push.body {
            Body::Message { content, .. } => {
                self.wrote(&fan.openid).await?;
                match content {
                    Content::Text { text, .. }
                    | Content::Voice {
                        recognition: Some(text),
                        ..
                    } => self
                        .obey(find(&self.settings.commands, text), fan)
                        .await
                        .map(Some),
                    _ => Ok(Some(self.lost())),
                }
            }
            Body::Event(event) => self.event(event, fan).await,
        }
    }

    async fn event(&self, event: &Event, fan: Fan) -> anyhow::Result<Option<Reply>> {
        match event {
            Event::Subscribe { scene } => self
                .followed(&fan.openid, scene.clone())
                .await
                .map(Some)
                .map_err(Into::into),
            Event::Unsubscribe => {
                let this = self.clone();
                self.cx
                    .db
                    .tx(async move |c| this.outreach.unfollowed(c, &fan.openid).await)
                    .await?;
                Ok(None)
            }
            Event::Scan { .. } => {
                self.clicked(&fan.openid).await?;
                Ok(Some(Reply::text_cut(&self.settings.welcome.again)))
            }
            Event::Click { key } => {
                self.clicked(&fan.openid).await?;
                let command = of_key(&self.settings.commands, key).map(|c| (c, String::new()));
                self.obey(command, fan).await.map(Some)
            }
            Event::TemplateFinished { message_id, outcome } => {
                self.receipt(message_id, outcome).await?;
                Ok(None)
            }
            // Known or not, anything else is acknowledged.
            _ => Ok(None),
        }
    }

    async fn obey(&self, found: Option<(&Command, String)>, fan: Fan) -> anyhow::Result<Reply> {
        match found {
            Some((command, rest)) => (command.run)(fan, rest).await,
            None => Ok(self.lost()),
        }
    }

    fn lost(&self) -> Reply {
        Reply::text_cut(&self.settings.welcome.lost)
    }

    async fn followed(&self, openid: &str, scene: Option<String>) -> Result<Reply, Error> {
        let (this, openid) = (self.clone(), openid.to_owned());
        let first = self
            .cx
            .db
            .tx(async move |c| {
                let first = this.outreach.followed(c, &openid, scene.as_deref()).await?;
                this.outreach.user_clicked(c, &openid).await?;
                Ok::<_, Error>(first)
            })
            .await?;
        let welcome = &self.settings.welcome;
        Ok(Reply::text_cut(if first {
            &welcome.first
        } else {
            &welcome.again
        }))
    }

    async fn wrote(&self, openid: &str) -> Result<(), Error> {
        let (this, openid) = (self.clone(), openid.to_owned());
        self.cx
            .db
            .tx(async move |c| this.outreach.user_wrote(c, &openid).await.map_err(Error::from))
            .await
    }

    async fn clicked(&self, openid: &str) -> Result<(), Error> {
        let (this, openid) = (self.clone(), openid.to_owned());
        self.cx
            .db
            .tx(async move |c| this.outreach.user_clicked(c, &openid).await.map_err(Error::from))
            .await
    }

    async fn receipt(&self, message: &str, outcome: &TemplateOutcome) -> Result<(), Error> {
        let status = match outcome {
            TemplateOutcome::Delivered => "success".to_owned(),
            TemplateOutcome::UserBlocked => "failed:user block".to_owned(),
            TemplateOutcome::Failed(text) => text.clone(),
        };
        let (this, message) = (self.clone(), message.to_owned());
        self.cx
            .db
            .tx(async move |c| {
                this.outreach
                    .receipt(c, &message, &status)
                    .await
                    .map_err(Error::from)
            })
            .await
    }

    /// Answers a push whose owner died; the answer goes by the late channel.
    pub(crate) async fn answer_orphan(&self, orphan: Orphan) -> anyhow::Result<()> {
        let reply = self.answer(&orphan.push, orphan.key.clone()).await?;
        let answer = reply.map(|reply| Answer {
            reply,
            xml: String::new(),
        });
        self.finish_push(orphan.key, orphan.fence, answer.as_ref())
            .await?;
        Ok(())
    }
}
