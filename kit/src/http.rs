//! The only door out: an HTTP client with timeouts, no redirects, no proxy from the environment.

use std::time::Duration;

/// How long to wait for whom.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the first byte sent to the last byte read.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            total: Duration::from_secs(10),
        }
    }
}

/// A client for one partner; keep it, it pools connections.
#[expect(clippy::disallowed_methods, reason = "the one place that builds HTTP clients")]
pub fn client(timeouts: Timeouts) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    reqwest::Client::builder()
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("weigui/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Chooses ring as the process's TLS provider; harmless when done twice.
pub fn install_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // A second caller may win the race; either way a provider is installed.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
}
