//! The leaf elements of one document, XML or JSON, while it is being typed. Both formats come down to the same
//! paths and values, so that every message is read by one piece of code; a list of one, which WeChat's JSON
//! writes as an object, looks like any other list.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Raw;
use crate::callback::Reject;
use crate::xml;

/// Values deeper than this are no message of WeChat.
const MAX_DEPTH: usize = 6;
/// More values than this are no message of WeChat.
const MAX_LEAVES: usize = 256;

/// What an account's pushes are written in; a setting in WeChat's console. Replies go back in the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The only one of Official Accounts until 2024, and the default.
    Xml,
    /// Mini programs, and Official Accounts that chose it.
    Json,
}

impl Format {
    /// By the first character that is no blank.
    pub fn of(document: &[u8]) -> Self {
        if document.trim_ascii_start().first() == Some(&b'{') {
            Self::Json
        } else {
            Self::Xml
        }
    }
}

/// Paths and values in order of appearance.
pub(super) struct Fields<'a>(Vec<(String, Cow<'a, str>)>);

/// One element of a list: names and values.
pub(super) struct Item(Vec<(String, String)>);

impl<'a> Fields<'a> {
    pub(super) fn read(document: &'a str) -> Result<Self, Reject> {
        let mut list = Vec::with_capacity(10);
        match Format::of(document.as_bytes()) {
            Format::Xml => xml::walk(document, |path, value| list.push((path.to_owned(), value)))?,
            Format::Json => {
                let value = serde_json::from_str(document).map_err(|_| Reject::Json)?;
                flatten(&mut list, String::new(), value, 0)?;
            }
        }
        Ok(Self(list))
    }

    pub(super) fn take(&mut self, path: &str) -> Option<String> {
        let found = self.0.iter_mut().find(|(name, _)| name == path)?;
        Some(std::mem::take(&mut found.1).into_owned())
    }

    pub(super) fn text(&mut self, path: &str) -> String {
        self.take(path).unwrap_or_default()
    }

    pub(super) fn number(&mut self, path: &str) -> i64 {
        self.text(path).trim().parse().unwrap_or_default()
    }

    pub(super) fn need(&mut self, path: &'static str) -> Result<String, Reject> {
        self.take(path)
            .filter(|value| !value.is_empty())
            .ok_or(Reject::Element(path))
    }

    /// All values whose path ends in this name.
    pub(super) fn every(&self, name: &str) -> Vec<String> {
        let ends = |path: &str| path.rsplit('/').next() == Some(name);
        self.0
            .iter()
            .filter(|(path, _)| ends(path))
            .map(|(_, value)| value.clone().into_owned())
            .collect()
    }

    /// The elements of a list wherever it lies: XML has it below the event's own element, JSON at the top. A
    /// name that comes again begins the next element.
    pub(super) fn items(&self, list: &str) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for (path, value) in &self.0 {
            let mut segments = path.rsplit('/');
            let (Some(name), Some(parent)) = (segments.next(), segments.next()) else {
                continue;
            };
            if parent != list {
                continue;
            }
            let pair = (name.to_owned(), value.clone().into_owned());
            match items.last_mut() {
                Some(item) if !item.has(name) => item.0.push(pair),
                _ => items.push(Item(vec![pair])),
            }
        }
        items
    }

    pub(super) fn raw(self) -> Raw {
        let head = [
            "ToUserName",
            "FromUserName",
            "CreateTime",
            "MsgType",
            "Event",
            "EventKey",
        ];
        let rest = self
            .0
            .into_iter()
            .filter(|(path, _)| !head.contains(&path.as_str()));
        rest.map(|(path, value)| (path, value.into_owned())).collect()
    }
}

impl Item {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }

    pub(super) fn text(&mut self, name: &str) -> String {
        let found = self.0.iter_mut().find(|(own, _)| own == name);
        found.map_or_else(String::new, |(_, value)| std::mem::take(value))
    }
}

fn flatten(
    out: &mut Vec<(String, Cow<'_, str>)>,
    path: String,
    value: Value,
    depth: usize,
) -> Result<(), Reject> {
    if depth > MAX_DEPTH {
        return Err(Reject::Json);
    }
    let leaf = match value {
        Value::Object(members) => {
            for (name, member) in members {
                let below = if path.is_empty() {
                    name
                } else {
                    format!("{path}/{name}")
                };
                flatten(out, below, member, depth + 1)?;
            }
            return Ok(());
        }
        Value::Array(elements) => {
            for element in elements {
                flatten(out, path.clone(), element, depth + 1)?;
            }
            return Ok(());
        }
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    if out.len() >= MAX_LEAVES {
        return Err(Reject::Json);
    }
    out.push((path, Cow::Owned(leaf)));
    Ok(())
}
