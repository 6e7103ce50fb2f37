//! The message archive (会话内容存档): who is archived and who agreed, over HTTP; the messages themselves behind a
//! trait, because WeCom gives them only through its native library.
//!
//! A pull is: [`Vault::pull`] sealed records after a number → the record's random key opened with the private key
//! of the version it names ([`KeyBox`], e.g. in an HSM) → [`Vault::open`] with that key → [`Archived`]. Numbers rise;
//! keep the last one in the transaction that keeps the records. Records stay with WeCom for five days.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// The most records of one pull.
pub const MAX_PULL: usize = 1_000;

/// Why a pull stopped.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The native library or its server failed: again later.
    #[error("the archive could not be read: {0}")]
    Vault(String),
    /// There is no private key of this version: the record waits until there is one; nothing after it is lost.
    #[error("no private key of version {0}")]
    NoKey(u32),
    /// The key or the record could not be opened.
    #[error("record {seq} could not be opened: {why}")]
    Sealed {
        /// The record's number.
        seq: u64,
        /// Why.
        why: String,
    },
}

/// A record as WeCom gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRecord {
    /// Rises from record to record.
    pub seq: u64,
    /// Id of the message, the same for all who are in the chat.
    pub msgid: String,
    /// Which public key sealed the random key.
    pub publickey_ver: u32,
    /// The random key under RSA PKCS#1 v1.5, base64.
    pub encrypt_random_key: String,
    /// The message under the random key.
    pub encrypt_chat_msg: String,
}

/// An archived message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// Its number.
    pub seq: u64,
    /// Id of the message.
    pub msgid: String,
    /// `send`, `recall` or `switch`.
    pub action: String,
    /// Who wrote: a userid, a customer's id, or a robot's id.
    pub from: String,
    /// Who read.
    pub to: Vec<String>,
    /// The group, when it was one.
    pub room_id: Option<String>,
    /// Milliseconds.
    pub at_ms: i64,
    /// `text`, `image`, `revoke`, `agree`, `disagree` …
    pub kind: String,
    /// What stands under the kind's name: `{"content": …}` of a text.
    pub content: Value,
}

/// Where the sealed messages come from: an adapter of WeCom's native library, or a memory.
pub trait Vault: Send + Sync + 'static {
    /// Records after a number, at most `limit` (≤ [`MAX_PULL`]), in order.
    fn pull(&self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<SealedRecord>, ArchiveError>>;

    /// Opens a message with its random key: clear JSON.
    fn open<'a>(
        &'a self,
        record: &'a SealedRecord,
        key: &'a str,
    ) -> BoxFuture<'a, Result<String, ArchiveError>>;
}

/// Where the private keys are.
pub trait KeyBox: Send + Sync + 'static {
    /// Opens a random key (RSA PKCS#1 v1.5, base64) with the private key of this version.
    fn open<'a>(&'a self, version: u32, sealed: &'a str) -> BoxFuture<'a, Result<String, ArchiveError>>;
}

/// What a pull brought.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Opened messages in order.
    pub records: Vec<Archived>,
    /// Number to go on from.
    pub next: u64,
    /// What stopped it; the record after `next` is the one that could not be opened.
    pub stopped: Option<ArchiveError>,
    /// There may be more.
    pub more: bool,
}

/// Pulls and opens records after a number. Never skips one: the first that cannot be opened stops the pull, and what
/// was opened before it is handed out.
pub async fn pull(vault: &dyn Vault, keys: &dyn KeyBox, after: u64) -> Result<Pulled, ArchiveError> {
    let sealed = vault.pull(after, MAX_PULL).await?;
    let mut pulled = Pulled {
        next: after,
        more: sealed.len() == MAX_PULL,
        ..Pulled::default()
    };
    for record in &sealed {
        match open(vault, keys, record).await {
            Ok(archived) => {
                pulled.next = record.seq;
                pulled.records.push(archived);
            }
            Err(error) => {
                pulled.stopped = Some(error);
                pulled.more = false;
                break;
            }
        }
    }
    Ok(pulled)
}

async fn open(vault: &dyn Vault, keys: &dyn KeyBox, record: &SealedRecord) -> Result<Archived, ArchiveError> {
    let key = keys
        .open(record.publickey_ver, &record.encrypt_random_key)
        .await?;
    let clear = vault.open(record, &key).await?;
    typed(record.seq, &clear).ok_or_else(|| ArchiveError::Sealed {
        seq: record.seq,
        why: "the clear text is not a message".to_owned(),
    })
}

fn typed(seq: u64, clear: &str) -> Option<Archived> {
    let mut value: Value = serde_json::from_str(clear).ok()?;
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let action = text("action");
    let (kind, switch) = (text("msgtype"), action == "switch");
    let archived = Archived {
        seq,
        msgid: text("msgid"),
        from: if switch { text("user") } else { text("from") },
        to: value
            .get("tolist")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default(),
        room_id: Some(text("roomid")).filter(|room| !room.is_empty()),
        at_ms: value
            .get(if switch { "time" } else { "msgtime" })
            .and_then(Value::as_i64)
            .unwrap_or_default(),
        content: Value::Null,
        action,
        kind,
    };
    let content = value.get_mut(&archived.kind).map(Value::take).unwrap_or_default();
    (!archived.msgid.is_empty()).then_some(Archived { content, ..archived })
}

/// A vault in memory whose records are sealed with nothing: for tests and demonstrations.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<VecDeque<SealedRecord>>);

impl MemoryVault {
    /// Keeps a message (clear JSON) under the key's version; its number.
    pub fn put(&self, version: u32, message: &Value) -> u64 {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = records.back().map_or(1, |last| last.seq + 1);
        let msgid = message.get("msgid").and_then(Value::as_str).unwrap_or_default();
        records.push_back(SealedRecord {
            seq,
            msgid: msgid.to_owned(),
            publickey_ver: version,
            encrypt_random_key: format!("key-{seq}"),
            encrypt_chat_msg: message.to_string(),
        });
        seq
    }
}

impl Vault for MemoryVault {
    fn pull(&self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<SealedRecord>, ArchiveError>> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = records.iter().filter(|record| record.seq > after).take(limit);
        ready(Ok(found.cloned().collect())).boxed()
    }

    fn open<'a>(
        &'a self,
        record: &'a SealedRecord,
        key: &'a str,
    ) -> BoxFuture<'a, Result<String, ArchiveError>> {
        let fits = key == format!("key-{}", record.seq);
        let outcome = if fits {
            Ok(record.encrypt_chat_msg.clone())
        } else {
            Err(ArchiveError::Sealed {
                seq: record.seq,
                why: "another key".to_owned(),
            })
        };
        ready(outcome).boxed()
    }
}

/// Keys in memory: the versions that exist, each of which opens a random key to itself.
#[derive(Debug, Default)]
pub struct MemoryKeys(pub Vec<u32>);

impl KeyBox for MemoryKeys {
    fn open<'a>(&'a self, version: u32, sealed: &'a str) -> BoxFuture<'a, Result<String, ArchiveError>> {
        let known = self.0.contains(&version);
        ready(if known {
            Ok(sealed.to_owned())
        } else {
            Err(ArchiveError::NoKey(version))
        })
        .boxed()
    }
}

/// Whether a customer agrees to being archived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Consent {
    /// The member.
    pub userid: String,
    /// The customer.
    #[serde(rename = "exteranalopenid")]
    pub external_userid: String,
    /// `Agree`, `Disagree` or `Default_Agree`.
    pub agree_status: String,
    /// Second of the last change.
    pub status_change_time: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Permitted {
    ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Consents {
    agreeinfo: Vec<Consent>,
}

impl Client {
    /// Members whose messages are archived.
    pub async fn archived_staff(&self) -> Result<Vec<String>, CallError> {
        let permitted: Permitted = self
            .post("/cgi-bin/msgaudit/get_permit_user_list", &json!({}))
            .await?;
        Ok(permitted.ids)
    }

    /// Whether customers agree, for at most 100 pairs of member and customer.
    pub async fn archive_consents(&self, pairs: &[(String, String)]) -> Result<Vec<Consent>, CallError> {
        counted("pairs", pairs.len(), BATCH)?;
        // The field's name is misspelt in the protocol.
        let pair = |(user, customer): &(String, String)| json!({"userid": user, "exteranalopenid": customer});
        let body = json!({"info": pairs.iter().map(pair).collect::<Vec<_>>()});
        let consents: Consents = self.post("/cgi-bin/msgaudit/check_single_agree", &body).await?;
        Ok(consents.agreeinfo)
    }
}
