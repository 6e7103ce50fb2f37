//! The only door out: an HTTP client with timeouts, no redirects, no proxy from the environment.

use rustls_platform_verifier::ConfigVerifierExt;
use std::sync::OnceLock;
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
pub fn client(timeouts: Timeouts) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    let builder = builder(timeouts);
    match public_tls() {
        Some(tls) => builder.tls_backend_preconfigured(tls.clone()).build(),
        // Building says what is wrong with the machine's authorities.
        None => builder.build(),
    }
}

/// Trust in the public authorities, read once per process: their hundred-odd certificates cost milliseconds,
/// and with one configuration all clients resume one another's sessions.
fn public_tls() -> Option<&'static rustls::ClientConfig> {
    static TLS: OnceLock<Option<rustls::ClientConfig>> = OnceLock::new();
    TLS.get_or_init(|| {
        let mut tls = rustls::ClientConfig::with_platform_verifier().ok()?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Some(tls)
    })
    .as_ref()
}

#[expect(clippy::disallowed_methods, reason = "the one place that builds HTTP clients")]
fn builder(timeouts: Timeouts) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("weigui/", env!("CARGO_PKG_VERSION")))
}

/// Chooses ring as the process's TLS provider; harmless when done twice.
pub fn install_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // A second caller may win the race; either way a provider is installed.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
}

/// How a partner and we know each other: whom we trust, and who we say we are. Empty: the public authorities,
/// and nobody.
#[derive(Clone, Default)]
pub struct Credentials {
    /// PEM of the authorities of the partner's certificate; no others are trusted then.
    pub ca_pem: Option<Vec<u8>>,
    /// PEM of our certificate chain and its private key (PKCS#8), for mutual TLS.
    pub identity_pem: Option<zeroize::Zeroizing<Vec<u8>>>,
}

/// A client for a partner with whom we have exchanged certificates.
pub fn partner(timeouts: Timeouts, credentials: &Credentials) -> Result<reqwest::Client, reqwest::Error> {
    if credentials.ca_pem.is_none() && credentials.identity_pem.is_none() {
        return client(timeouts);
    }
    install_tls();
    let mut builder = builder(timeouts);
    if let Some(pem) = &credentials.ca_pem {
        builder = builder.tls_certs_only(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    if let Some(pem) = &credentials.identity_pem {
        builder = builder.identity(reqwest::Identity::from_pem(pem)?);
    }
    builder.build()
}
