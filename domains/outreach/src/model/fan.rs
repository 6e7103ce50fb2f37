//! A WeChat user as the account knows them.

use kit::clock::Ms;

/// Someone who follows the account, or did. Kept over an unfollow, so that a return is told from a first visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fan {
    pub openid: String,
    pub following: bool,
    /// What led to the latest follow: the parameter of a QR code (`qrscene_…`), or empty.
    pub scene: String,
    /// Milliseconds UTC; 0 when it was never seen.
    pub followed_at: Ms,
    pub unfollowed_at: Ms,
    pub last_message_at: Ms,
}
