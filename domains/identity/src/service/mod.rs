//! The use cases of identity, by what a person wants.

pub(crate) mod binding;
pub(crate) mod challenge;
pub(crate) mod files;
pub(crate) mod introduce;
pub(crate) mod oauth;
pub(crate) mod office;
pub(crate) mod password;
pub(crate) mod policy;
pub(crate) mod session;
pub(crate) mod staff;

use std::sync::Arc;

use corebank::CoreBank;
use couriers::{SmsGateway, WeChatCourier};
use kit::cx::Cx;

/// What the bank has decided about identity.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where customers reach us: `https://wx.bank.example`. Decides cookie security and OAuth's return.
    pub public_url: String,
    /// WeChat's page for asking who the user is, up to and without the query.
    pub authorize_url: String,
    pub appid: String,
}

impl Settings {
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) cx: Cx,
    pub(crate) core: Arc<dyn CoreBank>,
    pub(crate) sms: Arc<dyn SmsGateway>,
    pub(crate) wechat: Arc<dyn WeChatCourier>,
    pub(crate) settings: Arc<Settings>,
}

impl Identity {
    pub fn new(
        cx: Cx,
        core: Arc<dyn CoreBank>,
        sms: Arc<dyn SmsGateway>,
        wechat: Arc<dyn WeChatCourier>,
        settings: Settings,
    ) -> Self {
        Self {
            cx,
            core,
            sms,
            wechat,
            settings: Arc::new(settings),
        }
    }
}
