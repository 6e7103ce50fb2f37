//! A line between the adapter and a core that breaks as a test says: one request, one connection.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// Lost before the core saw it.
    LoseRequest,
    /// Carried out, the answer lost.
    LoseAnswer,
    /// Reset before the core saw it.
    Reset,
    /// Brought to the core twice; the second answer comes back.
    Twice,
    /// Held until [`Line::release`], so that what was sent later arrives sooner.
    Hold,
    /// A digit of the request is another when it arrives.
    ChangeRequest(&'static str, &'static str),
    /// A digit of the answer is another when it comes back.
    ChangeAnswer(&'static str, &'static str),
}

struct Inner {
    breaks: Mutex<VecDeque<Break>>,
    requests: AtomicUsize,
    released: Notify,
    to: String,
}

#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) base: String,
    inner: Arc<Inner>,
}

impl Line {
    /// `to` is the address behind `http://`.
    #[expect(clippy::disallowed_methods, reason = "the line ends with the test")]
    pub(crate) async fn to(base: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::new(Inner {
                breaks: Mutex::default(),
                requests: AtomicUsize::new(0),
                released: Notify::new(),
                to: base.trim_start_matches("http://").to_owned(),
            }),
        };
        let inner = line.inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, inner.clone()));
            }
        });
        line
    }

    /// The next requests meet these, one each.
    pub(crate) fn breaks(&self, breaks: &[Break]) {
        self.inner.breaks.lock().unwrap().extend(breaks);
    }

    pub(crate) fn release(&self) {
        self.inner.released.notify_waiters();
    }

    /// Requests that came from the adapter.
    pub(crate) fn requests(&self) -> usize {
        self.inner.requests.load(Ordering::SeqCst)
    }
}

async fn carry(mut from: TcpStream, inner: Arc<Inner>) {
    let request = message(&mut from).await;
    if request.is_empty() {
        return;
    }
    inner.requests.fetch_add(1, Ordering::SeqCst);
    let next = inner.breaks.lock().unwrap().pop_front();
    let forward = async |request: &[u8]| {
        let mut to = TcpStream::connect(&inner.to).await.unwrap();
        to.write_all(request).await.unwrap();
        message(&mut to).await
    };
    let answer = match next {
        None => forward(&request).await,
        Some(Break::LoseRequest) => return,
        Some(Break::Reset) => {
            from.set_zero_linger().unwrap();
            return;
        }
        Some(Break::LoseAnswer) => {
            forward(&request).await;
            return;
        }
        Some(Break::Twice) => {
            forward(&request).await;
            forward(&request).await
        }
        Some(Break::Hold) => {
            inner.released.notified().await;
            forward(&request).await
        }
        Some(Break::ChangeRequest(old, new)) => forward(&changed(&request, old, new)).await,
        Some(Break::ChangeAnswer(old, new)) => changed(&forward(&request).await, old, new),
    };
    let text = String::from_utf8(answer).unwrap();
    let closing = text.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    // The adapter may have stopped waiting.
    drop(from.write_all(closing.as_bytes()).await);
}

fn changed(message: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let text = String::from_utf8(message.to_vec()).unwrap();
    assert!(text.contains(old), "{old} is not in {text}");
    text.replacen(old, new, 1).into_bytes()
}

/// Head and body, by content length; empty when the other side has gone.
async fn message(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&all);
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>())
            });
            let length = length.map_or(0, Result::unwrap);
            if all.len() >= head.len() + 4 + length {
                return all;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return Vec::new(),
            Ok(read) => all.extend(buffer.iter().take(read)),
        }
    }
}
