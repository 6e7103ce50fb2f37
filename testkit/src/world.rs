//! Where the bank and the simulated outside world are, whether they run in this process or in another.

use crate::browser::Browser;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct World(Arc<Places>);

#[derive(Debug)]
struct Places {
    bank: String,
    sandbox: String,
    keys: AtomicU64,
    browser: Browser,
}

impl World {
    /// Addresses without a slash at the end; that of the sandbox with its path.
    pub fn new(bank: String, sandbox: String) -> Self {
        Self(Arc::new(Places {
            bank,
            sandbox,
            keys: AtomicU64::new(1),
            browser: Browser::new(),
        }))
    }

    /// `http://127.0.0.1:PORT/PATH` at the bank.
    pub fn bank(&self, path: &str) -> String {
        format!("{}{path}", self.0.bank)
    }

    /// The same in the simulated outside world.
    pub fn sandbox(&self, path: &str) -> String {
        format!("{}{path}", self.0.sandbox)
    }

    /// A browser without any cookie.
    pub fn stranger(&self) -> Browser {
        self.0.browser.beside()
    }

    /// A key that no command has had before.
    pub fn new_key(&self) -> String {
        format!("story-key-{:08}", self.0.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Everybody in the simulated world, as the phone's control page shows them.
    pub async fn persons(&self) -> Vec<Value> {
        self.stranger()
            .get(&self.sandbox("/phone/persons"))
            .await
            .ok()
            .list("/persons")
    }

    /// The openid and the data of the one with this name.
    pub async fn person(&self, name: &str) -> Value {
        let persons = self.persons().await;
        let found = persons
            .iter()
            .find(|person| person["demo"]["name"] == name || person["nickname"] == name);
        found
            .cloned()
            .unwrap_or_else(|| panic!("nobody is called {name} in {}", json!(persons)))
    }

    /// Turns switches of the simulated world: `{"wechat": {…}, "sms": {…}}`.
    pub async fn faults(&self, switches: Value) {
        self.stranger()
            .post(&self.sandbox("/faults"), &switches)
            .await
            .ok();
    }
}
