//! The use cases of outreach: who follows, what is to be told, how it goes out, what became of it.

mod deliver;
mod fans;
mod notices;
mod receipts;

use std::collections::BTreeMap;
use std::sync::Arc;

use couriers::{SmsGateway, WeChatCourier};
use identity::Identity;
use kit::cx::Cx;

use crate::model::catalogue::DEFAULT_TEMPLATES;

/// Where notices lead, and which templates they use.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where customers reach us: `https://wx.bank.example`.
    pub public_url: String,
    /// Kind of notice → id of its template in the account.
    pub templates: BTreeMap<String, String>,
}

impl Settings {
    /// With the demo account's templates; a bank replaces them by those of its own account.
    pub fn new(public_url: impl Into<String>) -> Self {
        let own = |(kind, id): (&str, &str)| (kind.to_owned(), id.to_owned());
        Self {
            public_url: public_url.into(),
            templates: DEFAULT_TEMPLATES.map(own).into(),
        }
    }
}

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Outreach {
    pub(crate) cx: Cx,
    pub(crate) identity: Identity,
    pub(crate) wechat: Arc<dyn WeChatCourier>,
    pub(crate) sms: Arc<dyn SmsGateway>,
    pub(crate) settings: Arc<Settings>,
}

impl Outreach {
    pub fn new(
        cx: Cx,
        identity: Identity,
        wechat: Arc<dyn WeChatCourier>,
        sms: Arc<dyn SmsGateway>,
        settings: Settings,
    ) -> Self {
        Self {
            cx,
            identity,
            wechat,
            sms,
            settings: Arc::new(settings),
        }
    }
}
