//! The measured server: the library's axum router with the in-memory inbox, and a bot that says back what
//! it hears. One thread, as a node of one core would have.

use super::pool;
use anyhow::Result;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use std::sync::Arc;
use weigui_wechat::{
    Body, Callback, Content, Key, MemoryInbox, Push, Reply, Responder, ResponderError, Setup, router,
};

struct Echo;

impl Responder for Echo {
    fn respond(&self, push: Arc<Push>, _: Key) -> BoxFuture<'static, Result<Option<Reply>, ResponderError>> {
        let reply = match &push.body {
            Body::Message {
                content: Content::Text { text, .. },
                ..
            } => Some(Reply::text_cut(text)),
            Body::Message { .. } | Body::Event(_) => None,
        };
        ready(Ok(reply)).boxed()
    }

    fn late(&self, _: Arc<Push>, _: Key, _: Reply) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

/// Runs until it is killed; says where it listens.
pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let clock = Arc::new(|| i64::try_from(pool::seconds()).unwrap_or(i64::MAX));
        let setup = Setup::new(
            pool::account()?,
            Arc::new(MemoryInbox::default()),
            Arc::new(Echo),
            clock,
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening {}", listener.local_addr()?.port());
        axum::serve(
            listener,
            axum::Router::new().nest("/wx", router(Callback::new(setup))),
        )
        .await?;
        Ok(())
    })
}
