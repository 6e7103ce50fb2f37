//! What can go wrong in the channel. WeChat's users never see these: they get an answer later, or the
//! advice to try again.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Db(#[from] kit::db::Error),
    #[error(transparent)]
    Outreach(#[from] outreach::Error),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
    #[error("stored push is not readable: {0}")]
    Stored(#[from] serde_json::Error),
}
