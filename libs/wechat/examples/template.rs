//! Sends one template message. Settings: `API` (WeChat's own by default), `APPID`, `SECRET`, `OPENID`,
//! `TEMPLATE`; then pairs like `amount2=100.00元 thing1=转账` as arguments. Sent twice under the same settings,
//! it arrives once: the sender's own id is made from them.
//!
//! ```text
//! APPID=wx… SECRET=… OPENID=o… TEMPLATE=… cargo run --example template -- amount2=100.00元 time3=10:00
//! ```

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use weigui_wechat::Client;
use weigui_wechat::client::{CallError, ClientSetup, Credentials, Endpoints, TemplateMessage};

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host's clock: this example is its own host"
)]
fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host's HTTP client: this example is its own host"
)]
fn http() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(Duration::from_secs(8))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Whoever installed a provider before is fine too.
    drop(rustls::crypto::ring::default_provider().install_default());
    let credentials = Credentials {
        appid: setting("APPID", "wx1234567890abcdef"),
        secret: setting("SECRET", "secret").into(),
    };
    let client = Client::with(ClientSetup {
        endpoints: Endpoints {
            api: setting("API", "https://api.weixin.qq.com"),
            ..Endpoints::default()
        },
        ..ClientSetup::new(http()?, credentials, Arc::new(seconds))
    });
    let data: Vec<_> = std::env::args()
        .skip(1)
        .filter_map(|pair| {
            pair.split_once('=')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
        })
        .collect();
    let (to, template_id) = (setting("OPENID", "oUSER"), setting("TEMPLATE", "template"));
    let mut own_id = DefaultHasher::new();
    (&to, &template_id, &data).hash(&mut own_id);
    let message = TemplateMessage {
        to,
        template_id,
        url: None,
        mini_program: None,
        client_msg_id: Some(format!("{:016x}", own_id.finish())),
        data,
    };
    match client.send_template(&message).await {
        Ok(id) => println!("sent as {id}; the receipt comes as event TEMPLATESENDJOBFINISH"),
        Err(CallError::Unknown(cause)) => println!("nobody knows ({cause}): send again under the same id"),
        Err(error) => println!("not sent: {error}; what to do: {:?}", error.action()),
    }
    Ok(())
}
