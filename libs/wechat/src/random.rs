//! Where random bytes come from: handed in, so that a host can bring its own source and a test a fixed one.

/// The operating system could not give random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes: {0}")]
pub struct RandomError(pub String);

/// A source of cryptographically strong random bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills the whole buffer or fails.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError>;
}

/// The random source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this library that asks the operating system"
    )]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(buffer).map_err(|e| RandomError(e.to_string()))
    }
}
