//! A private Redis that keeps nothing on disk.

use std::process::Command;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::{Keeper, free_port, program, scratch, tail};

/// A server of one's own; [`redis`] gives the shared one.
pub struct Redis {
    url: String,
    own: Option<Own>,
}

struct Own {
    port: u16,
    server: Option<Keeper>,
}

/// The server that all tests of this process share; tests keep apart by their keys.
pub async fn redis() -> &'static Redis {
    static SHARED: OnceCell<Redis> = OnceCell::const_new();
    SHARED
        .get_or_init(|| async {
            match std::env::var("WEIGUI_TEST_REDIS") {
                Ok(url) => Redis { url, own: None },
                Err(_) => Redis::start().await,
            }
        })
        .await
}

impl Redis {
    /// Starts a server of one's own, for tests that stop it.
    pub async fn start() -> Redis {
        let port = free_port();
        let mut redis = Redis {
            url: format!("redis://127.0.0.1:{port}/"),
            own: Some(Own { port, server: None }),
        };
        redis.recover().await;
        redis
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills the server. Only for a server of one's own.
    pub fn crash(&mut self) {
        self.own_mut().server = None;
    }

    /// Starts it again, empty, on the same port.
    pub async fn recover(&mut self) {
        let folder = scratch("redis");
        let log = folder.join("log");
        let own = self.own_mut();
        let mut command = Command::new(program("redis-server", "redis-server"));
        command
            .args(["--port", &own.port.to_string(), "--bind", "127.0.0.1", "--dir"])
            .arg(&folder)
            .args(["--save", "", "--appendonly", "no"]);
        own.server = Some(Keeper::serve(&mut command, &log));
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if self.command(&["PING"]).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("Redis did not start: {}", tail(&log));
    }

    /// Runs a command on a connection of its own.
    pub async fn command(&self, words: &[&str]) -> Result<redis::Value, redis::RedisError> {
        let mut link = redis::Client::open(self.url.as_str())?
            .get_multiplexed_async_connection()
            .await?;
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(*word);
        }
        command.query_async(&mut link).await
    }

    fn own_mut(&mut self) -> &mut Own {
        match &mut self.own {
            Some(own) => own,
            None => panic!("this server belongs to somebody else"),
        }
    }
}
