//! The server's side of mutual TLS: who it is, and whose certificates it asks callers for.

use std::{io, net::SocketAddr, sync::Arc};

use kit::tasks::Tasks;
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Handshakes that may wait to be served.
const WAITING: usize = 64;

/// PEM texts of a server.
pub struct ServerTls {
    pub chain_pem: Vec<u8>,
    pub key_pem: Vec<u8>,
    /// Callers must show a certificate of these authorities.
    pub client_ca_pem: Option<Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("certificate or key can't be read: {0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
    #[error("certificate or key does not fit: {0}")]
    Config(#[from] rustls::Error),
    #[error("authorities for callers: {0}")]
    Callers(#[from] rustls::server::VerifierBuilderError),
}

impl ServerTls {
    fn config(&self) -> Result<ServerConfig, TlsError> {
        kit::http::install_tls();
        let chain = certificates(&self.chain_pem)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key_pem)?;
        let builder = ServerConfig::builder();
        let builder = match &self.client_ca_pem {
            None => builder.with_no_client_auth(),
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(pem)? {
                    roots.add(certificate)?;
                }
                builder.with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build()?)
            }
        };
        Ok(builder.with_single_cert(chain, key)?)
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, rustls::pki_types::pem::Error> {
    CertificateDer::pem_slice_iter(pem).collect()
}

/// A listener whose connections have shaken hands; a slow handshake holds nobody up.
pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    pub fn new(tcp: TcpListener, tls: &ServerTls, tasks: &Tasks) -> Result<Self, TlsListenError> {
        let acceptor = TlsAcceptor::from(Arc::new(tls.config()?));
        let address = tcp.local_addr()?;
        let (done, ready) = mpsc::channel(WAITING);
        let inner = tasks.clone();
        tasks.start(async move {
            loop {
                let (stream, from) = tokio::select! {
                    accepted = tcp.accept() => match accepted {
                        Ok(pair) => pair,
                        Err(error) => {
                            tracing::warn!(cause = %error, "a connection could not be taken");
                            continue;
                        }
                    },
                    () = inner.stopping() => return,
                };
                let (acceptor, done) = (acceptor.clone(), done.clone());
                inner.start(async move {
                    match acceptor.accept(stream).await {
                        // The server may have ended meanwhile; then nobody waits for the connection.
                        Ok(stream) => drop(done.send((stream, from)).await),
                        Err(error) => tracing::warn!(cause = %error, "a caller did not shake hands"),
                    }
                });
            }
        });
        Ok(Self { ready, address })
    }
}

/// Why no listener came about.
#[derive(Debug, thiserror::Error)]
pub enum TlsListenError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(pair) => pair,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
