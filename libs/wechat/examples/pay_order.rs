//! Orders a payment from a simulated Pay (or from Pay itself) and prints what a page would pass to the phone.
//! Settings: `PAY_BASE`, `MCHID`, `APPID`, `SERIAL_NO`, `MERCHANT_KEY` and `PLATFORM_KEY` (PEM files),
//! `PUBLIC_KEY_ID`, `API_V3_KEY`, `OPENID`, `NOTIFY_URL`. The defaults are those of the demo bank's sandbox, whose
//! keys lie in `sandbox/keys`; start it with `cargo xtask run`.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use weigui_wechat::pay::{
    Endpoints, Fen, Merchant, NotifyUrl, Order, OutTradeNo, Outcome, Pay, Settings, Trust,
};

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn file(name: &str, default: &str) -> std::io::Result<String> {
    std::fs::read_to_string(setting(name, default))
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
    reason = "the host's client: this example is its own host"
)]
fn client() -> Result<Pay, Box<dyn std::error::Error>> {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let endpoints = Endpoints {
        primary: setting("PAY_BASE", "http://127.0.0.1:8080/sandbox/pay"),
        backup: None,
    };
    let merchant = Merchant::new(Settings {
        mchid: setting("MCHID", "1900000001"),
        appids: vec![setting("APPID", "wxdemo0123456789ab")],
        serial_no: setting("SERIAL_NO", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"),
        private_key_pem: file("MERCHANT_KEY", "sandbox/keys/merchant.pem")?.into(),
        api_v3_key: setting("API_V3_KEY", "sandboxpay0123456789sandboxpay01").into(),
    })?;
    let trust = Trust::new().with_public_key(
        &setting("PUBLIC_KEY_ID", "PUB_KEY_ID_0119000000012025010100111111111111"),
        &file("PLATFORM_KEY", "sandbox/keys/platform.pub.pem")?,
    )?;
    Ok(Pay::new(http, endpoints, merchant, trust, Arc::new(seconds)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Another provider in this process would do as well.
    let _installed_before: Result<(), _> = rustls::crypto::ring::default_provider().install_default();
    let pay = client()?;
    let appid = setting("APPID", "wxdemo0123456789ab");
    let number = OutTradeNo::new(format!("EXAMPLE{}", seconds()))?;
    let order = Order::new(
        &appid,
        "示例订单",
        number.clone(),
        Fen::new(100)?,
        NotifyUrl::new(setting("NOTIFY_URL", "https://bank.example/pay/notify"))?,
    )?
    .with_expiry(seconds() + 900);
    match pay
        .order_jsapi(&order, &setting("OPENID", "oBankTestOpenId"))
        .await
    {
        Outcome::Done(prepay) => {
            println!(
                "{}",
                serde_json::to_string_pretty(&pay.front_end(&appid, &prepay)?)?
            );
        }
        Outcome::Refused(refusal) => println!("refused: {refusal}; {:?}", refusal.action()),
        Outcome::NotSent(reason) => println!("nothing was sent: {reason}"),
        Outcome::Unknown(doubt) => println!("not known ({doubt}); asking by our number"),
    }
    match pay.query(&number).await {
        Outcome::Done(found) => println!("{number}: {:?} {}", found.trade_state, found.trade_state_desc),
        other => println!("{number}: {other:?}"),
    }
    Ok(())
}
