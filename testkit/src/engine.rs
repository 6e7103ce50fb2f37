//! Which engines a run of the stories uses.

/// The embedded ones, or real servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite and a cache in memory.
    Embedded,
    /// MariaDB and Redis.
    Servers,
}

impl Engine {
    /// `WEIGUI_TEST_ENGINE=mysql` asks for the servers.
    pub fn of_this_run() -> Self {
        match std::env::var("WEIGUI_TEST_ENGINE").as_deref() {
            Ok("mysql") => Self::Servers,
            Ok("sqlite") | Err(_) => Self::Embedded,
            Ok(other) => panic!("WEIGUI_TEST_ENGINE={other} is neither sqlite nor mysql"),
        }
    }
}
