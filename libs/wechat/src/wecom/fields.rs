//! The leaf elements of one push while it is being typed, and what tells one push from another.

use sha1::{Digest as _, Sha1};

use crate::callback::Reject;
use crate::message::Raw;
use crate::xml;

/// Elements that stand in the typed part of every push.
const HEAD: [&str; 7] = [
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "AgentID",
    "Event",
    "ChangeType",
];

/// Elements that tell two events of one second apart, whatever their kind. Two customers may leave the same
/// member of staff within one second, and the sender of both events is `sys`.
const TELLING: [&str; 20] = [
    "AgentID",
    "MsgType",
    "MsgId",
    "Event",
    "ChangeType",
    "EventKey",
    "UserID",
    "NewUserID",
    "ExternalUserID",
    "FailReason",
    "ChatId",
    "UpdateDetail",
    "CurMemVer",
    "Id",
    "TagId",
    "LinkId",
    "TaskId",
    "BatchJob/JobId",
    "ApprovalInfo/SpNo",
    "OpenKfId",
];

/// A document's leaves: path and value in order.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn parse(document: &str) -> Result<Self, Reject> {
        Ok(Self(xml::leaves(document)?))
    }

    /// Takes a value out; an empty one counts as none.
    pub(super) fn take(&mut self, path: &str) -> Option<String> {
        let found = self.0.iter_mut().find(|(name, _)| name == path)?;
        Some(std::mem::take(&mut found.1)).filter(|value| !value.is_empty())
    }

    pub(super) fn text(&mut self, path: &str) -> String {
        self.take(path).unwrap_or_default()
    }

    pub(super) fn need(&mut self, path: &'static str) -> Result<String, Reject> {
        self.take(path).ok_or(Reject::Element(path))
    }

    /// All values under a path that may be repeated.
    pub(super) fn all(&mut self, path: &str) -> Vec<String> {
        let found = self.0.iter_mut().filter(|(name, _)| name == path);
        found
            .map(|(_, value)| std::mem::take(value))
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// Values joined by commas, or repeated: WeCom writes lists both ways.
    pub(super) fn list(&mut self, path: &str) -> Vec<String> {
        let split = |text: String| {
            let parts = text.split(',').filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        self.all(path).into_iter().flat_map(split).collect()
    }

    /// A number; something else than a number counts as none.
    pub(super) fn number(&mut self, path: &str) -> Option<i64> {
        self.take(path)?.parse().ok()
    }

    /// In the order of the document, names and values of a repeated group (`A/B` with leaves below).
    pub(super) fn group(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(move |(path, value)| {
            let rest = path.strip_prefix(prefix)?.strip_prefix('/')?;
            Some((rest, value.as_str()))
        })
    }

    /// What is left, without the head.
    pub(super) fn raw(self) -> Raw {
        let rest = self.0.into_iter();
        rest.filter(|(path, _)| !HEAD.contains(&path.as_str())).collect()
    }

    /// A fingerprint of sender, second and all telling elements, for the corporation given. Each part goes in
    /// with its length, so that no two lists of parts run together.
    pub(super) fn fingerprint(&self, corp: &str) -> [u8; 20] {
        let mut hash = Sha1::new();
        let mut part = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        };
        let value = |name: &str| {
            let found = self.0.iter().find(|(path, _)| path == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        part(corp);
        part(value("FromUserName"));
        part(value("CreateTime"));
        for name in TELLING {
            part(value(name));
        }
        hash.finalize().into()
    }
}
