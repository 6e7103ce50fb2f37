//! What the bank says and where it lives: the settings of each domain, made from the configuration.

use std::sync::Arc;

use accounts::Accounts;
use channel::{Command, Fan, Welcome, Words};
use couriers::{Button, Menu};
use futures_util::FutureExt as _;
use identity::{Customer, Identity};
use weigui_wechat::{Account, Reply};

use crate::config::Config;

/// The bank's name, as customers know it.
pub(crate) const BANK: &str = "微柜银行";
/// The hotline that a person answers.
pub(crate) const HOTLINE: &str = "95000";

pub(crate) fn identity(config: &Config) -> identity::Settings {
    identity::Settings {
        public_url: config.public_url(),
        authorize_url: config.wechat.authorize_url.clone(),
        appid: config.wechat.appid.clone(),
    }
}

pub(crate) fn accounts(config: &Config) -> accounts::Settings {
    accounts::Settings {
        bank_name: BANK.to_owned(),
        public_url: config.public_url(),
        font: (!config.documents.font.is_empty()).then(|| config.documents.font.clone().into()),
        branch: accounts::Branch {
            name: "微柜银行示范支行".to_owned(),
            address: "示范市人民路1号".to_owned(),
            phone: HOTLINE.to_owned(),
        },
    }
}

pub(crate) fn payments(config: &Config) -> payments::Settings {
    payments::Settings {
        case_after: i64::from(config.payments.case_after_minutes) * kit::clock::MINUTE,
    }
}

pub(crate) fn channel(config: &Config, commands: Vec<Command>) -> anyhow::Result<channel::Settings> {
    let w = &config.wechat;
    let account = Account::new(&w.appid, &w.token, &w.encoding_aes_key, &w.original_id)?;
    let bind = link(config, "/h5/bind", "绑定银行卡");
    let help = "您可以直接回复：\n余额 — 查余额\n明细 — 查收支\n转账 — 向本行账户转账\n挂失 — 立即冻结账户\n人工 — 联系客服";
    let welcome = Welcome {
        first: format!("您好，欢迎来到{BANK}！\n请先{bind}，之后就能在微信里办业务。\n\n{help}"),
        again: format!("欢迎回来！您之前的设置都还在。\n\n{help}"),
        lost: format!("抱歉，我没听懂。\n\n{help}"),
    };
    Ok(channel::Settings {
        account,
        welcome,
        commands,
    })
}

/// A link into our pages that first asks WeChat who is there.
fn link(config: &Config, page: &str, text: &str) -> String {
    format!(
        "<a href=\"{}/api/oauth/start?to={page}\">{text}</a>",
        config.public_url()
    )
}

/// The menu below the chat.
pub(crate) fn menu(config: &Config) -> Menu {
    let page = |name: &str, page: &str| {
        Button::view(
            name,
            &format!("{}/api/oauth/start?to=/h5/{page}", config.public_url()),
        )
    };
    let group = |name: &str, sub_button: Vec<Button>| Button::Group {
        name: name.to_owned(),
        sub_button,
    };
    Menu {
        button: vec![
            group(
                "账户",
                vec![
                    Button::click("查余额", "BALANCE"),
                    page("查明细", "entries"),
                    page("我的首页", ""),
                ],
            ),
            page("转账", "transfer"),
            group(
                "服务",
                vec![
                    Button::click("立即挂失", "LOSS"),
                    page("绑定银行卡", "bind"),
                    Button::click("人工客服", "HUMAN"),
                ],
            ),
        ],
    }
}

/// Everything that can be done by typing it or by a menu button.
pub(crate) fn commands(identity: &Identity, accounts: &Accounts, config: &Config) -> Vec<Command> {
    let bind = format!(
        "请先{}，之后就能在微信里查余额、转账和挂失。",
        link(config, "/h5/bind", "绑定银行卡")
    );
    let balance = accounts.clone();
    let loss = accounts.clone();
    vec![
        human(),
        for_customers(
            &["余额", "查余额", "余额查询", "余额多少"],
            &["BALANCE"],
            identity,
            &bind,
            move |who, _| {
                let accounts = balance.clone();
                async move { Ok(accounts.chat_balance(&who).await) }
            },
        ),
        for_customers(
            &["挂失", "卡丢了", "银行卡丢了"],
            &["LOSS"],
            identity,
            &bind,
            move |who, rest| {
                let accounts = loss.clone();
                async move { Ok(accounts.chat_loss(&who, &rest).await) }
            },
        ),
        page(
            &["明细", "查明细", "账单"],
            &["ENTRIES"],
            format!("请点{}查看账户收支。", link(config, "/h5/entries", "账户明细")),
        ),
        page(
            &["转账", "汇款"],
            &["TRANSFER"],
            format!(
                "请点{}，核对收款人后用密码和短信验证码确认。",
                link(config, "/h5/transfer", "转账")
            ),
        ),
        page(&["绑定", "绑卡", "绑定银行卡"], &["BIND"], bind.clone()),
    ]
}

/// Until the agent desk opens, a person is reached by phone; the answer comes in one message.
fn human() -> Command {
    let text =
        format!("人工客服：请拨打{HOTLINE}（24小时）。\n紧急挂失可直接回复“挂失”，立即冻结，不必等待。");
    page(&["人工"], &["HUMAN"], text)
}

fn page(texts: &'static [&'static str], keys: &'static [&'static str], text: String) -> Command {
    let run = Arc::new(move |_: Fan, _: String| {
        let reply = Reply::text_cut(&text);
        async move { Ok(reply) }.boxed()
    });
    Command {
        words: Words { texts, keys },
        run,
    }
}

/// A command for bound customers; others are told how to bind.
fn for_customers<F>(
    texts: &'static [&'static str],
    keys: &'static [&'static str],
    identity: &Identity,
    bind: &str,
    act: impl Fn(Customer, String) -> F + Send + Sync + Clone + 'static,
) -> Command
where
    F: Future<Output = anyhow::Result<String>> + Send + 'static,
{
    let (identity, bind) = (identity.clone(), bind.to_owned());
    let run = Arc::new(move |fan: Fan, rest: String| {
        let (identity, bind, act) = (identity.clone(), bind.clone(), act.clone());
        async move {
            let text = match identity.customer_of(&fan.openid).await? {
                Some(who) => act(who, rest).await?,
                None => bind,
            };
            Ok(Reply::text_cut(&text))
        }
        .boxed()
    });
    Command {
        words: Words { texts, keys },
        run,
    }
}

pub(crate) fn couriers(config: &Config) -> couriers::Settings {
    couriers::Settings {
        sms_url: config.sms.url.clone(),
        sms_key: config.sms.key.clone(),
        api_base: config.wechat.api_base.clone(),
        appid: config.wechat.appid.clone(),
        secret: config.wechat.secret.clone(),
    }
}

pub(crate) fn outreach(config: &Config) -> outreach::Settings {
    outreach::Settings::new(config.public_url())
}
