//! A WeCom callback that says back what a member writes. Settings: `ADDRESS`, `CORPID`, `TOKEN`, `AES_KEY`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use weigui_wechat::wecom::{self, Body, Callback, CallbackSetup, Content, Listener, Push, Receiver};
use weigui_wechat::{Key, ResponderError};

struct Echo;

impl Listener for Echo {
    fn hear(&self, push: Arc<Push>, _key: Key) -> BoxFuture<'static, Result<Option<String>, ResponderError>> {
        let said = match &push.body {
            Body::Message {
                content: Content::Text(text),
                ..
            } => Some(text.clone()),
            Body::Message { .. } | Body::Event(_) => None,
        };
        futures_util::future::ready(Ok(said)).boxed()
    }
}

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let receiver = Receiver::new(
        &setting("CORPID", "wx1234567890abcdef"),
        &setting("TOKEN", "demotoken"),
        &setting("AES_KEY", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
    )?;
    let callback = Callback::new(CallbackSetup::new(receiver, Arc::new(Echo), Arc::new(seconds)));
    let listener = tokio::net::TcpListener::bind(setting("ADDRESS", "127.0.0.1:8098")).await?;
    println!("callback on http://{}/wx", listener.local_addr()?);
    axum::serve(listener, axum::Router::new().nest("/wx", wecom::router(callback))).await?;
    Ok(())
}
