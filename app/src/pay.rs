//! The payment rails of this bank: from configuration to adapters.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kit::cx::Cx;
use kit::http::Timeouts;
use payments::{Charge, PayInSettings};
use rails::wechat::{NoPay, RealPay, Settings, WeChatPay};
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// The merchant's account at WeChat Pay; without an address there is no such rail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pay {
    pub base: String,
    pub backup: String,
    pub mchid: String,
    pub serial_no: String,
    pub private_key: String,
    pub api_v3_key: String,
    pub public_key_id: String,
    pub public_key: String,
    pub notify_url: String,
    pub settlement_account: String,
    pub charges: Vec<Charge>,
}

/// Path of the door for WeChat Pay's notices.
const NOTIFY: &str = "/api/pay/wechat/notify";

/// WeChat Pay as configured.
pub(crate) fn wechat_pay(config: &Config, cx: &Cx) -> anyhow::Result<Arc<dyn WeChatPay>> {
    let pay = &config.pay;
    if pay.base.is_empty() {
        return Ok(Arc::new(NoPay));
    }
    anyhow::ensure!(
        !pay.settlement_account.is_empty(),
        "pay.settlement_account is required with pay.base"
    );
    let notify_url = if pay.notify_url.is_empty() {
        format!("{}{NOTIFY}", config.public_url())
    } else {
        pay.notify_url.clone()
    };
    let settings = Settings {
        primary: pay.base.clone(),
        backup: (!pay.backup.is_empty()).then(|| pay.backup.clone()),
        mchid: pay.mchid.clone(),
        appid: config.wechat.appid.clone(),
        serial_no: pay.serial_no.clone(),
        private_key_pem: pem(&pay.private_key).context("pay.private_key")?.into(),
        api_v3_key: pay.api_v3_key.clone().into(),
        public_key_id: pay.public_key_id.clone(),
        public_key_pem: pem(&pay.public_key).context("pay.public_key")?,
        notify_url,
    };
    let timeouts = Timeouts {
        connect: Duration::from_secs(2),
        total: Duration::from_secs(5),
    };
    let clock = cx.clock.clone();
    let rail = RealPay::new(kit::http::client(timeouts)?, settings, move || clock.now());
    Ok(Arc::new(rail.context("WeChat Pay")?))
}

/// What the bank has decided about what comes in.
pub(crate) fn payins(config: &Config) -> anyhow::Result<PayInSettings> {
    let pay = &config.pay;
    if let Some(flaw) = Charge::flaw(&pay.charges) {
        anyhow::bail!("pay.charges: {flaw}");
    }
    Ok(PayInSettings {
        settlement: pay.settlement_account.clone(),
        case_after: crate::say::payments(config).case_after,
        charges: pay.charges.clone(),
    })
}

/// The text itself, or that of the file it names.
fn pem(value: &str) -> std::io::Result<String> {
    if value.is_empty() || value.starts_with("-----") {
        Ok(value.to_owned())
    } else {
        std::fs::read_to_string(value)
    }
}

/// What the demo fills in: the only merchant of the sandbox at `inside`.
pub fn demo(pay: &mut Pay, bank: &str, inside: &str) {
    let demo = sandbox::pay::DEMO_MERCHANT;
    let fill = |value: &mut String, default: &str| {
        if value.is_empty() {
            default.clone_into(value);
        }
    };
    if pay.base.is_empty() {
        fill(&mut pay.mchid, demo.mchid);
        fill(&mut pay.serial_no, demo.serial_no);
        fill(&mut pay.private_key, demo.private_key_pem);
        fill(&mut pay.api_v3_key, demo.api_v3_key);
        fill(&mut pay.public_key_id, demo.public_key_id);
        fill(&mut pay.public_key, demo.public_key_pem);
        fill(&mut pay.settlement_account, corebank::demo::WECHAT_SETTLEMENT);
        fill(&mut pay.notify_url, &format!("{bank}{NOTIFY}"));
        if pay.charges.is_empty() {
            let demo = corebank::demo::CHARGES.into_iter();
            pay.charges = demo
                .map(|(code, name, account)| Charge {
                    code: code.to_owned(),
                    name: name.to_owned(),
                    account: account.to_owned(),
                })
                .collect();
        }
    }
    fill(&mut pay.base, &format!("{inside}/pay"));
}
