//! The router: what reaches it over HTTP and what it says back.

#![cfg(feature = "axum")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tower::ServiceExt as _;
use weigui_wechat::{
    Account, Callback, Key, MemoryInbox, Push, Reply, Responder, ResponderError, Setup, router,
};

struct Mute;

impl Responder for Mute {
    fn respond(
        &self,
        _push: Arc<Push>,
        _key: Key,
    ) -> BoxFuture<'static, Result<Option<Reply>, ResponderError>> {
        futures_util::future::ready(Ok(None)).boxed()
    }

    fn late(&self, _push: Arc<Push>, _key: Key, _reply: Reply) -> BoxFuture<'static, ()> {
        futures_util::future::ready(()).boxed()
    }
}

async fn ask(method: &str, uri: &str, body: Vec<u8>) -> (StatusCode, String) {
    let account = Account::new("wxba5fad812f8e6fb9", "AAAAA", &"A".repeat(43), "gh_1").unwrap();
    let inbox = Arc::new(MemoryInbox::default());
    let callback = Callback::new(Setup::new(
        account,
        inbox,
        Arc::new(Mute),
        Arc::new(|| 1_714_036_504),
    ));
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .body(Body::from(body))
        .unwrap();
    let answer = router(callback).oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let status = answer.status();
    let text = to_bytes(answer.into_body(), 4_096).await.unwrap();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

#[tokio::test]
async fn verification_gives_the_echo_back_exactly() {
    let uri = "/?signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249\
               &timestamp=1714036504&nonce=1514711492";
    assert_eq!(
        ask("GET", uri, vec![]).await,
        (StatusCode::OK, "4375120948345356249".to_owned())
    );
}

#[tokio::test]
async fn every_refusal_is_the_same_to_the_byte() {
    let refused = (StatusCode::FORBIDDEN, "refused".to_owned());
    assert_eq!(ask("GET", "/", vec![]).await, refused);
    assert_eq!(ask("POST", "/", vec![]).await, refused);
    assert_eq!(ask("POST", "/?encrypt_type=aes", vec![0xff; 10]).await, refused);
    assert_eq!(
        ask("POST", "/?encrypt_type=aes", vec![b'a'; 1 << 20]).await,
        refused,
        "oversize too"
    );
}
