//! What outreach refuses. Its callers are other parts of the house; no customer reads these.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A service notice that advertises would cost the account its right to send any.
    #[error("marketing in a service notice: {0}")]
    Marketing(&'static str),
    #[error("not a value that a template takes: {0}")]
    Value(#[from] weigui_wechat::client::values::ValueError),
    #[error("not a page of ours")]
    Link,
    #[error("a key has 1 to 120 ASCII characters")]
    Key,
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error(transparent)]
    Db(#[from] kit::db::Error),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
    #[error("stored message is not readable: {0}")]
    Stored(#[from] serde_json::Error),
}
