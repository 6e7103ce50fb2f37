//! The real Official Account, through `weigui-wechat`'s client.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use kit::clock::{Ms, SECOND};
use secrecy::SecretString;
use weigui_wechat::Client;
use weigui_wechat::client::{
    Action, CallError, ClientSetup, Credentials, Endpoints, Menu, OAuthError, TemplateMessage, TokenStore,
};

use crate::{
    BAD_TEXT, BAD_VALUE, BUSY, FanAnswer, OAuthAnswer, OAuthUser, Settings, TemplateOrder, WeChatAnswer,
    WeChatCourier,
};

/// The adapter; one per account.
pub struct RealWeChat(Client);

impl RealWeChat {
    /// `clock` gives milliseconds.
    pub fn new(
        http: reqwest::Client,
        settings: &Settings,
        tokens: Arc<dyn TokenStore>,
        clock: impl Fn() -> Ms + Send + Sync + 'static,
    ) -> Self {
        let endpoints = Endpoints {
            api: settings.api_base.clone(),
            ..Endpoints::default()
        };
        let secret = SecretString::from(settings.secret.as_str());
        let credentials = Credentials {
            appid: settings.appid.clone(),
            secret,
        };
        let seconds = Arc::new(move || clock().div_euclid(SECOND));
        Self(Client::with(ClientSetup {
            endpoints,
            store: tokens,
            // Who calls the courier repeats by job, and shows meanwhile that it does.
            busy_pauses: &[],
            ..ClientSetup::new(http, credentials, seconds)
        }))
    }

    async fn oauth(&self, code: &str) -> OAuthAnswer {
        match self.0.exchange_code(code).await {
            Ok(who) => OAuthAnswer::Known(OAuthUser {
                openid: who.openid,
                unionid: who.unionid,
            }),
            Err(OAuthError::Snapshot) => OAuthAnswer::Snapshot,
            Err(OAuthError::Code(error)) => OAuthAnswer::Refused(error.code),
            Err(OAuthError::Call(error)) => {
                // Not the visitor's fault (busy, unreachable, misconfigured): the code may still be good.
                tracing::warn!(call = "oauth", cause = %error, "WeChat did not say who is there");
                OAuthAnswer::Unknown
            }
        }
    }

    async fn text(&self, openid: &str, text: &str) -> WeChatAnswer {
        answer(
            "text",
            BAD_TEXT,
            self.0.send_text(openid, text).await.map(|()| None),
        )
    }

    async fn template(&self, notice: &TemplateOrder) -> WeChatAnswer {
        let message = TemplateMessage {
            to: notice.openid.clone(),
            template_id: notice.template_id.clone(),
            url: Some(notice.url.clone()).filter(|url| !url.is_empty()),
            mini_program: None,
            client_msg_id: Some(notice.client_msg_id.clone()),
            data: notice.data.clone(),
        };
        answer(
            "template",
            BAD_VALUE,
            self.0.send_template(&message).await.map(Some),
        )
    }

    async fn follower(&self, openid: &str) -> FanAnswer {
        match self.0.user_info(openid).await {
            Ok(fan) if fan.follows() => FanAnswer::Follows {
                since: fan.subscribe_time.saturating_mul(SECOND),
                scene: Some(fan.qr_scene_str).filter(|scene| !scene.is_empty()),
            },
            Ok(_) => FanAnswer::Away,
            Err(CallError::Refused(error)) if error.action() == Action::DropReceiver => FanAnswer::Away,
            Err(error) => match answer("fan", BAD_VALUE, Err(error)) {
                WeChatAnswer::Refused(code) => FanAnswer::Refused(code),
                _ => FanAnswer::Unknown,
            },
        }
    }
}

/// Sorts an outcome; `invalid` is the code for what was refused before it left.
fn answer(call: &'static str, invalid: i64, outcome: Result<Option<String>, CallError>) -> WeChatAnswer {
    let error = match outcome {
        Ok(id) => return WeChatAnswer::Sent(id),
        Err(error) => error,
    };
    tracing::info!(call, cause = %error, "WeChat did not take a call");
    match error {
        CallError::Refused(error) => WeChatAnswer::Refused(error.code),
        CallError::Invalid(_) => WeChatAnswer::Refused(invalid),
        CallError::NotSent(_) | CallError::Held(_) => WeChatAnswer::Refused(BUSY),
        CallError::Unknown(_) => WeChatAnswer::Unknown,
    }
}

impl WeChatCourier for RealWeChat {
    fn oauth_user<'a>(&'a self, code: &'a str) -> BoxFuture<'a, OAuthAnswer> {
        self.oauth(code).boxed()
    }

    fn send_text<'a>(&'a self, openid: &'a str, text: &'a str) -> BoxFuture<'a, WeChatAnswer> {
        self.text(openid, text).boxed()
    }

    fn send_template<'a>(&'a self, notice: &'a TemplateOrder) -> BoxFuture<'a, WeChatAnswer> {
        self.template(notice).boxed()
    }

    fn fan<'a>(&'a self, openid: &'a str) -> BoxFuture<'a, FanAnswer> {
        self.follower(openid).boxed()
    }

    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> BoxFuture<'a, WeChatAnswer> {
        async move { answer("menu", BAD_VALUE, self.0.create_menu(menu).await.map(|()| None)) }.boxed()
    }
}
