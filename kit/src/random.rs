//! Randomness, from the operating system. Nothing else in the house draws random numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The only source of randomness. Cheap to clone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Random {
    /// Fills the buffer; ends the process when the operating system has no randomness to give,
    /// because a bank must not go on with guessable secrets.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    pub fn fill(self, buffer: &mut [u8]) {
        if getrandom::fill(buffer).is_err() {
            tracing::error!("the operating system gives no randomness; ending");
            std::process::abort();
        }
    }

    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    /// So many decimal digits, each equally likely: bytes above 249 are thrown away.
    pub fn digits(self, count: usize) -> String {
        let mut out = String::with_capacity(count);
        while out.len() < count {
            let [byte] = self.bytes::<1>();
            if byte < 250 {
                out.push(char::from(b'0' + byte % 10));
            }
        }
        out
    }

    /// 256 bits as URL-safe text: session tokens, tickets, state.
    pub fn token(self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}
