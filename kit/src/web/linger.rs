//! Hearing a request out. A server that answers and closes while bytes of the request are still under way makes the
//! client's system throw the answer away with the connection (RFC 9112 §9.6): a refusal must be readable, also for
//! who sends too much.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt as _;
use http_body::{Frame, SizeHint};

/// Bytes that are still read behind an answer, and thrown away.
const MOST: usize = 8 * 1024 * 1024;
/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads what the handlers left unread of a request, within bounds, while the answer is on its way.
pub async fn hear_out(request: Request, next: Next) -> Response {
    // Who asks first whether to send is told no and keeps its bytes.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    next.run(request.map(|body| Body::new(HeardOut(Some(body)))))
        .await
}

/// `None` when read to its end.
struct HeardOut(Option<Body>);

impl HttpBody for HeardOut {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        // Behind an error there is nothing to wait for.
        if !matches!(frame, Some(Ok(_))) || self.is_end_stream() {
            self.0 = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for HeardOut {
    /// On a task of its own, which ends within its patience; at shutdown the server waits for its connection.
    fn drop(&mut self) {
        if let (Some(body), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(PATIENCE, throw_away(body)));
        }
    }
}

async fn throw_away(body: Body) {
    let (mut rest, mut seen) = (body.into_data_stream(), 0);
    while let Some(Ok(piece)) = rest.next().await {
        seen += piece.len();
        if seen > MOST {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::{Router, middleware, routing::post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// A door that refuses before it has read a byte.
    async fn knock(length: usize) -> TcpStream {
        let refuses = post(|| async { StatusCode::UNAUTHORIZED });
        let app = Router::new()
            .route("/", refuses)
            .layer(middleware::from_fn(hear_out));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        crate::tasks::Tasks::new().start(async move { axum::serve(listener, app).await });
        let mut stream = TcpStream::connect(address).await.unwrap();
        asks(&mut stream, length).await;
        assert_eq!(status(&mut stream).await, "HTTP/1.1 401");
        stream
    }

    async fn asks(stream: &mut TcpStream, length: usize) {
        let head = format!("POST / HTTP/1.1\r\nhost: bank\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
    }

    async fn status(stream: &mut TcpStream) -> String {
        let mut answer = [0; 1_024];
        let read = stream.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(answer.get(..read.min(12)).unwrap()).into_owned()
    }

    #[tokio::test]
    async fn who_sends_too_much_is_heard_out_and_may_ask_again() {
        let length = 3_000_000;
        let mut stream = knock(length).await;
        for piece in vec![b'x'; length].chunks(100_000) {
            stream.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        asks(&mut stream, 0).await;
        assert_eq!(status(&mut stream).await, "HTTP/1.1 401");
    }

    #[tokio::test]
    async fn who_never_ends_is_not_heard_for_ever() {
        let mut stream = knock(1_000_000_000).await;
        let piece = vec![b'x'; 100_000];
        let mut sent = 0;
        while stream.write_all(&piece).await.is_ok() {
            sent += piece.len();
            assert!(sent < 200_000_000, "all of it is taken");
        }
    }
}
