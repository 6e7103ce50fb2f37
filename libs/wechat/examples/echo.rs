//! A callback that says back what it hears. Settings: `ADDRESS`, `APPID`, `TOKEN`, `AES_KEY`, `ORIGINAL_ID`; `MODE` is
//! `safe` or, for a test account, `plaintext`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use weigui_wechat::{
    Account, Body, Callback, Content, Key, MemoryInbox, Push, Reply, Responder, ResponderError, Setup,
};

struct Echo;

impl Responder for Echo {
    fn respond(
        &self,
        push: Arc<Push>,
        _key: Key,
    ) -> BoxFuture<'static, Result<Option<Reply>, ResponderError>> {
        let reply = match &push.body {
            Body::Message {
                content: Content::Text { text, .. },
                ..
            } => Some(Reply::text_cut(text)),
            Body::Message { .. } | Body::Event(_) => None,
        };
        futures_util::future::ready(Ok(reply)).boxed()
    }

    fn late(&self, _push: Arc<Push>, _key: Key, _reply: Reply) -> BoxFuture<'static, ()> {
        futures_util::future::ready(()).boxed()
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
    let account = Account::new(
        &setting("APPID", "wx1234567890abcdef"),
        &setting("TOKEN", "demotoken"),
        &setting("AES_KEY", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        &setting("ORIGINAL_ID", "gh_0123456789ab"),
    )?;
    let account = match setting("MODE", "safe").as_str() {
        "safe" => account,
        "plaintext" => account.in_plaintext(),
        other => return Err(format!("MODE is safe or plaintext, not {other}").into()),
    };
    let inbox = Arc::new(MemoryInbox::default());
    let callback = Callback::new(Setup::new(account, inbox, Arc::new(Echo), Arc::new(seconds)));
    let listener = tokio::net::TcpListener::bind(setting("ADDRESS", "127.0.0.1:8099")).await?;
    println!("callback on http://{}/wx", listener.local_addr()?);
    axum::serve(
        listener,
        axum::Router::new().nest("/wx", weigui_wechat::router(callback)),
    )
    .await?;
    Ok(())
}
