//! The configuration of a node: every key, its meaning and its default, in one place.
//!
//! Defaults give the demo bank on a laptop. A bank sets what differs, in a TOML file or by
//! `WEIGUI_SECTION__KEY`; `docs/configuration.md` is generated from [`REFERENCE`].

mod reference;

use std::path::{Path, PathBuf};

use kit::telemetry::LogFormat;
use serde::{Deserialize, Serialize};

pub use crate::pay::Pay;
pub use reference::{REFERENCE, reference};

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
    pub pay: Pay,
    pub billers: Billers,
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
    pub ca_file: String,
    pub client_cert_file: String,
    pub client_key_file: String,
    pub signing_key_file: String,
    pub signing_key_id: String,
    pub trusted_key_file: String,
    pub trusted_key_id: String,
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

/// The billers' hub; without a URL no bills are paid here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Billers {
    pub url: String,
    pub key: String,
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
            pay: Pay::default(),
            billers: Billers::default(),
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
            ca_file: String::new(),
            client_cert_file: String::new(),
            client_key_file: String::new(),
            signing_key_file: String::new(),
            signing_key_id: "weigui".to_owned(),
            trusted_key_file: String::new(),
            trusted_key_id: "core".to_owned(),
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
