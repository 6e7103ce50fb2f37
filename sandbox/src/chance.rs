//! The world's randomness: nonces, codes, tokens.

use weigui_wechat::{Random as _, SystemRandom};

/// Random bytes; a world without randomness gives zeros and goes on.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    if let Err(error) = SystemRandom.fill(&mut out) {
        tracing::error!(%error, "the sandbox has no randomness");
    }
    out
}

/// Random hex digits, twice as many as bytes.
pub(crate) fn hex<const N: usize>() -> String {
    hex::encode(bytes::<N>())
}

/// A random number below `limit`.
pub(crate) fn below(limit: u64) -> u64 {
    u64::from_be_bytes(bytes::<8>()).checked_rem(limit).unwrap_or(0)
}
