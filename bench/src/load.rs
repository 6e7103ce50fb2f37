//! A load generator that costs little itself: ready-made requests over kept connections.

use anyhow::{Context, Result, bail, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Each answer must begin with 200 and hold this text.
#[derive(Clone, Copy)]
pub(crate) struct Expect(pub(crate) &'static str);

/// What one phase saw.
pub(crate) struct Seen {
    /// Microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
    pub(crate) took: Duration,
}

impl Seen {
    pub(crate) fn requests(&self) -> u64 {
        u64::try_from(self.latencies.len()).unwrap_or(u64::MAX)
    }

    /// Requests per second.
    pub(crate) fn rate(&self) -> u64 {
        let millis = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX).max(1);
        self.requests() * 1000 / millis
    }
}

/// When the next request leaves.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As soon as the connection is free.
    Closed,
    /// So many per second, whatever the server does. Latency counts from the planned instant, so that a
    /// stalled server is charged for all that had to wait.
    Open { per_second: u64 },
}

/// Sends every request once, over so many connections.
pub(crate) async fn run(
    port: u16,
    requests: Arc<[Vec<u8>]>,
    connections: usize,
    pace: Pace,
    expect: Expect,
) -> Result<Seen> {
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (requests.clone(), next.clone());
        tasks.spawn(async move {
            let mut line = Line::open(port).await?;
            let mut latencies = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(at) else {
                    return anyhow::Ok(latencies);
                };
                let planned = match pace {
                    Pace::Closed => Instant::now(),
                    Pace::Open { per_second } => begun + offset(at, per_second),
                };
                tokio::time::sleep_until(planned).await;
                let (status, body) = line.ask(request).await?;
                ensure!(
                    status == 200 && find(body, expect.0.as_bytes()).is_some(),
                    "unexpected answer: {status} {}",
                    String::from_utf8_lossy(body)
                );
                latencies.push(u32::try_from(planned.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
        });
    }
    let mut latencies = Vec::with_capacity(requests.len());
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    let took = begun.elapsed();
    latencies.sort_unstable();
    Ok(Seen { latencies, took })
}

fn offset(at: usize, per_second: u64) -> Duration {
    Duration::from_micros(u64::try_from(at).unwrap_or(0) * 1_000_000 / per_second.max(1))
}

/// A kept connection.
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8192),
        })
    }

    /// Sends a request and reads its answer to the end: status and body.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server hung up");
            }
            let Some(head) = find(&self.buffer, b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(self.buffer.get(..head).unwrap_or_default()).to_lowercase();
            let length = text
                .split("content-length:")
                .nth(1)
                .context("an answer without a length")?;
            let length: usize = length.split_whitespace().next().unwrap_or_default().parse()?;
            if self.buffer.len() < head + 4 + length {
                continue;
            }
            let status = text.strip_prefix("http/1.1 ").and_then(|rest| rest.get(..3));
            let status = status.context("an answer without a status")?.parse()?;
            return Ok((status, self.buffer.get(head + 4..).unwrap_or_default()));
        }
    }
}

/// Where `part` begins; an empty one is everywhere.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window == part)
}
