//! The configuration of a node: every key, its meaning and its default, in one place.
//!
//! Defaults give the demo bank on a laptop. A bank sets what differs, in a TOML file or by
//! `WEIGUI_SECTION__KEY`; `docs/configuration.md` is generated from [`REFERENCE`].

use std::path::{Path, PathBuf};

use kit::telemetry::LogFormat;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub http: Http,
    pub database: Database,
    pub redis: Redis,
    pub crypto: Crypto,
    pub log: Log,
    pub core: Core,
    pub wechat: WeChat,
    pub sms: Sms,
    pub documents: Documents,
    pub payments: Payments,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    pub listen: String,
    pub ops_listen: String,
    pub public_url: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub pool: usize,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    pub url: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Crypto {
    pub master_key: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

/// Which core bank stands behind the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoreKind {
    Embedded,
    Http,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Core {
    pub kind: CoreKind,
    pub url: String,
    pub clearing_url: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeChat {
    pub account: String,
    pub appid: String,
    pub secret: String,
    pub token: String,
    pub encoding_aes_key: String,
    pub original_id: String,
    pub api_base: String,
    pub authorize_url: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    pub url: String,
    pub key: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    pub font: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Payments {
    pub case_after_minutes: u32,
}

impl Default for Payments {
    fn default() -> Self {
        Self {
            case_after_minutes: 30,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            http: Http::default(),
            database: Database::default(),
            redis: Redis::default(),
            crypto: Crypto::default(),
            log: Log::default(),
            core: Core::default(),
            wechat: WeChat::default(),
            sms: Sms::default(),
            documents: Documents::default(),
            payments: Payments::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            ops_listen: "127.0.0.1:9090".to_owned(),
            public_url: String::new(),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: String::new(),
            pool: 16,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

impl Default for Core {
    fn default() -> Self {
        Self {
            kind: CoreKind::Embedded,
            url: String::new(),
            clearing_url: String::new(),
        }
    }
}

impl Config {
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        kit::config::load(file)
    }

    /// Where customers reach this node; derived from the listener when it is not set.
    pub fn public_url(&self) -> String {
        if self.http.public_url.is_empty() {
            let port = self.http.listen.rsplit(':').next().unwrap_or("8080");
            return format!("http://localhost:{port}");
        }
        self.http.public_url.trim_end_matches('/').to_owned()
    }

    /// The database; the embedded one in the data folder when none is set.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            return format!("sqlite://{}", self.data_dir.join("weigui.db").display());
        }
        self.database.url.clone()
    }
}

/// Key, type, default, meaning.
pub const REFERENCE: &[(&str, &str, &str, &str)] = &[
    (
        "data_dir",
        "path",
        "data",
        "Folder for everything the embedded engines write; the SQLite file is `weigui.db` in it.",
    ),
    (
        "http.listen",
        "host:port",
        "127.0.0.1:8080",
        "Listener for customers, staff and WeChat's callbacks; put TLS in front of it.",
    ),
    (
        "http.ops_listen",
        "host:port",
        "127.0.0.1:9090",
        "Listener for `/livez`, `/readyz`, `/metrics`; never public.",
    ),
    (
        "http.public_url",
        "URL",
        "from listen",
        "Where customers reach the bank. With `https` cookies are Secure and HSTS is sent.",
    ),
    (
        "database.url",
        "URL",
        "SQLite in data_dir",
        "`sqlite:///path/file.db` or `mysql://user:password@host:port/name` (MySQL, MariaDB, Galera, TiDB).",
    ),
    (
        "database.pool",
        "number",
        "16",
        "Connections per node to a MySQL-protocol database.",
    ),
    (
        "redis.url",
        "URL",
        "(none)",
        "`redis://host:port`. Without it caches and hints stay within the process; correctness does not depend on it.",
    ),
    (
        "crypto.master_key",
        "base64, 32 bytes",
        "(none)",
        "Wraps the data keys. Required outside the demo; the demo makes `master.key` in data_dir.",
    ),
    ("log.format", "text or json", "text", "How log lines look."),
    (
        "log.filter",
        "filter",
        "info",
        "Levels by module, as in `info,kit::db=debug`.",
    ),
    (
        "core.kind",
        "embedded or http",
        "embedded",
        "`http` speaks to the bank's own core; `embedded` is the reference core for demos and tests.",
    ),
    (
        "core.url",
        "URL",
        "(none)",
        "Base URL of the bank's core when `core.kind` is `http`.",
    ),
    (
        "core.clearing_url",
        "URL",
        "sandbox",
        "Where the reference core sends payments to other banks; a bank's own core has its own way out.",
    ),
    (
        "wechat.account",
        "text",
        "demo",
        "Name of the Official Account in the callback path `/wechat/{account}/callback`.",
    ),
    ("wechat.appid", "text", "demo's", "AppID of the Official Account."),
    ("wechat.secret", "text", "demo's", "AppSecret."),
    (
        "wechat.token",
        "text",
        "demo's",
        "Token for the callback's signatures.",
    ),
    (
        "wechat.encoding_aes_key",
        "43 characters",
        "demo's",
        "EncodingAESKey; the callback takes safe mode only.",
    ),
    (
        "wechat.original_id",
        "text",
        "demo's",
        "Original id (gh_…) of the account.",
    ),
    (
        "wechat.api_base",
        "URL",
        "sandbox",
        "`https://api.weixin.qq.com` or the bank's egress proxy.",
    ),
    (
        "wechat.authorize_url",
        "URL",
        "sandbox",
        "`https://open.weixin.qq.com/connect/oauth2/authorize`.",
    ),
    ("sms.url", "URL", "sandbox", "The SMS gateway's send address."),
    (
        "sms.key",
        "text",
        "(none)",
        "The key that the SMS gateway asks for.",
    ),
    (
        "documents.font",
        "path",
        "found",
        "A CJK font for PDF statements; by default one of Debian's is looked for.",
    ),
    (
        "payments.case_after_minutes",
        "number",
        "30",
        "A payment whose outcome is unknown for so long becomes a case for people; it goes on being asked for.",
    ),
];

/// `docs/configuration.md`.
pub fn reference() -> String {
    let head = "# Configuration\n\nGenerated by `cargo xtask gen`; do not edit.\n\n\
        Read in this order, later wins: built-in default, TOML file (`weigui serve --config FILE`), environment.\n\
        A key `section.key` is `WEIGUI_SECTION__KEY` in the environment.\n\n\
        | key | environment | type | default | meaning |\n|---|---|---|---|---|\n";
    let rows = REFERENCE.iter().map(|(key, kind, default, meaning)| {
        let env = key.to_uppercase().replace('.', "__");
        format!("| `{key}` | `WEIGUI_{env}` | {kind} | {default} | {meaning} |\n")
    });
    rows.fold(head.to_owned(), |text, row| text + &row)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that is added without a line in the reference fails here.
    #[test]
    fn the_reference_names_every_key() {
        let value = serde_json::to_value(Config::default()).unwrap();
        let mut keys = Vec::new();
        for (section, value) in value.as_object().unwrap() {
            match value.as_object() {
                Some(inner) => keys.extend(inner.keys().map(|key| format!("{section}.{key}"))),
                None => keys.push(section.clone()),
            }
        }
        let mut known: Vec<String> = REFERENCE.iter().map(|r| r.0.to_owned()).collect();
        keys.sort();
        known.sort();
        assert_eq!(keys, known);
    }
}
