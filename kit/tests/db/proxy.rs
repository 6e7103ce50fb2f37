//! A wire between client and server that can be cut at a chosen moment.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the wire does when the client sends COMMIT, and with everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Whole,
    /// COMMIT reaches the server, its answer is lost with the connection.
    LoseAnswer,
    /// The connection breaks before COMMIT reaches the server.
    LoseCommit,
    /// Connections break at the first word, new ones at once.
    Broken,
    /// Connections stay up, nothing passes any more.
    Silent,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<Mutex<Wire>>,
    _serving: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn to(server_port: u16) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(Wire::Whole));
        let shared = Arc::clone(&state);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut wires = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if *shared.lock().unwrap() == Wire::Broken {
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", server_port)).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                wires.spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Proxy {
            port,
            state,
            _serving: serving,
        }
    }

    pub(crate) fn set(&self, wire: Wire) {
        *self.state.lock().unwrap() = wire;
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, state: Arc<Mutex<Wire>>) {
    let is = |wire: Wire| *state.lock().unwrap() == wire;
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            got = client.read(&mut up) => {
                let Ok(1..) = got else { return };
                let sent = &up[..got.unwrap()];
                let commit = sent.windows(6).any(|w| w == b"COMMIT");
                if is(Wire::Silent) {
                    continue;
                }
                if is(Wire::Broken) || (commit && is(Wire::LoseCommit)) {
                    return;
                }
                server.write_all(sent).await.unwrap();
                if commit && is(Wire::LoseAnswer) {
                    // The answer shows that the server has done it.
                    assert!(server.read(&mut down).await.unwrap() > 0);
                    return;
                }
            }
            got = server.read(&mut down) => {
                let Ok(1..) = got else { return };
                if !is(Wire::Silent) && client.write_all(&down[..got.unwrap()]).await.is_err() {
                    return;
                }
            }
        }
    }
}
