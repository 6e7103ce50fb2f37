//! The world outside the measured bank, as a process of its own: the simulated WeChat with a phone for every customer,
//! and the SMS gateway. At a bank's it costs another machine, so its CPU time must not count as the bank's.

use crate::bank::Bank;
use crate::process::Server;
use anyhow::Result;
use kit::clock::Clock;
use sandbox::{DemoFacts, Person, Sandbox, SandboxConfig};
use std::process::Command;
use std::sync::Arc;
use weigui::Config;

const APPID: &str = "wxbench0123456789a";
const SECRET: &str = "benchsecret0123456789abcdef01234";
const TOKEN: &str = "benchtoken";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const ORIGINAL_ID: &str = "gh_0123456789ab";
const ACCOUNT: &str = "bench";

/// Who hides behind a customer's WeChat.
pub(crate) fn openid(number: u64) -> String {
    format!("o-bench-{number:020}")
}

pub(crate) fn phone(number: u64) -> String {
    format!("139{number:08}")
}

/// What serves the outside world.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the bank listens for WeChat
    callback_url: String,
    /// Phones
    phones: u64,
}

/// Starts it for a bank that has not been started, and tells the bank where it is.
pub(crate) fn around(bank: &mut Bank, phones: u64) -> Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    let callback = format!("http://127.0.0.1:{}/wechat/{ACCOUNT}/callback", bank.port());
    command.args(["outside-server", &callback, &phones.to_string()]);
    let server = Server::start_free(command)?;
    let base = format!("http://127.0.0.1:{}", server.port);
    for (name, value) in [
        ("WEIGUI_WECHAT__ACCOUNT", ACCOUNT),
        ("WEIGUI_WECHAT__APPID", APPID),
        ("WEIGUI_WECHAT__SECRET", SECRET),
        ("WEIGUI_WECHAT__TOKEN", TOKEN),
        ("WEIGUI_WECHAT__ENCODING_AES_KEY", AES_KEY),
        ("WEIGUI_WECHAT__ORIGINAL_ID", ORIGINAL_ID),
        ("WEIGUI_WECHAT__API_BASE", &*format!("{base}/wechat")),
        ("WEIGUI_SMS__URL", &*format!("{base}/sms/send")),
    ] {
        bank.set(name, value.to_owned());
    }
    Ok(server)
}

/// The same account for a bank in this process, which speaks to nobody outside.
pub(crate) fn know(config: &mut Config) {
    let wechat = &mut config.wechat;
    wechat.account = ACCOUNT.to_owned();
    wechat.appid = APPID.to_owned();
    wechat.secret = SECRET.to_owned();
    wechat.token = TOKEN.to_owned();
    wechat.encoding_aes_key = AES_KEY.to_owned();
    wechat.original_id = ORIGINAL_ID.to_owned();
    wechat.api_base = "http://127.0.0.1:1/wechat".to_owned();
    config.sms.url = "http://127.0.0.1:1/sms/send".to_owned();
}

pub(crate) fn serve(options: Options) -> Result<()> {
    kit::http::install_tls();
    let clock = Clock::system();
    let sandbox = Sandbox::new(SandboxConfig {
        callback_url: options.callback_url,
        appid: APPID.to_owned(),
        secret: SECRET.to_owned(),
        token: TOKEN.to_owned(),
        aes_key: AES_KEY.to_owned(),
        gh: ORIGINAL_ID.to_owned(),
        name: "微柜银行".to_owned(),
        persons: (0..options.phones).map(person).collect(),
        clock: Arc::new(move || clock.now()),
        http: kit::http::client(kit::http::Timeouts::default())?,
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening {}", listener.local_addr()?.port());
        axum::serve(listener, sandbox.router()).await?;
        Ok(())
    })
}

fn person(number: u64) -> Person {
    Person {
        openid: openid(number),
        nickname: String::new(),
        avatar_color: "#2f5d8a".to_owned(),
        phone: phone(number),
        following: true,
        demo: DemoFacts {
            name: String::new(),
            id_no: String::new(),
            card_no: String::new(),
            pay_password: String::new(),
            bound: true,
        },
    }
}
