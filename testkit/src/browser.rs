//! A browser as far as the bank can see one: cookies by origin and path, no redirect followed unasked.

use crate::answer::Answer;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Keeps cookies from one request to the next.
#[derive(Clone, Debug)]
pub struct Browser {
    http: reqwest::Client,
    jar: std::sync::Arc<Mutex<BTreeMap<Cookie, String>>>,
}

/// Origin, path, name.
type Cookie = (String, String, String);

/// One request to be sent.
pub struct Ask<'a> {
    pub method: Method,
    pub url: String,
    pub json: Option<&'a Value>,
    pub headers: Vec<(&'static str, String)>,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// Another browser on the same connections: making a client from nothing takes milliseconds.
    pub fn beside(&self) -> Self {
        Self {
            http: self.http.clone(),
            jar: std::sync::Arc::default(),
        }
    }

    pub fn new() -> Self {
        let wait = kit::http::Timeouts {
            connect: Duration::from_secs(5),
            total: Duration::from_mins(1),
        };
        Self {
            http: kit::http::client(wait).expect("an HTTP client"),
            jar: std::sync::Arc::default(),
        }
    }

    pub async fn get(&self, url: &str) -> Answer {
        self.send(Ask {
            method: Method::GET,
            url: url.to_owned(),
            json: None,
            headers: Vec::new(),
        })
        .await
    }

    pub async fn post(&self, url: &str, json: &Value) -> Answer {
        self.send(Ask {
            method: Method::POST,
            url: url.to_owned(),
            json: Some(json),
            headers: Vec::new(),
        })
        .await
    }

    /// A body that is not JSON.
    pub async fn post_bytes(&self, url: &str, kind: &'static str, body: Vec<u8>) -> Answer {
        let asked = format!("POST {}", path_of(url));
        let sent = self
            .http
            .post(url)
            .header("content-type", kind)
            .body(body)
            .send()
            .await;
        Answer::read(asked, sent.expect("an answer")).await
    }

    pub async fn send(&self, ask: Ask<'_>) -> Answer {
        let asked = format!("{} {}", ask.method, path_of(&ask.url));
        self.try_send(ask)
            .await
            .unwrap_or_else(|error| panic!("{asked}: {error:?}"))
    }

    /// For a bank that may be dead: an error when no whole answer came.
    pub async fn try_send(&self, ask: Ask<'_>) -> reqwest::Result<Answer> {
        let asked = format!("{} {}", ask.method, path_of(&ask.url));
        let mut request = self.http.request(ask.method, &ask.url);
        let cookies = self.cookies_for(&ask.url);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        if let Some(json) = ask.json {
            request = request.json(json);
        }
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let answer = Answer::read(asked, response).await;
        self.remember(&ask.url, &answer);
        Ok(answer)
    }

    /// The value of a cookie of this origin.
    pub fn cookie(&self, url: &str, name: &str) -> Option<String> {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        jar.iter()
            .find(|((origin, _, n), _)| *origin == origin_of(url) && n == name)
            .map(|(_, value)| value.clone())
    }

    pub fn set_cookie(&self, url: &str, name: &str, value: &str) {
        let key = (origin_of(url), "/".to_owned(), name.to_owned());
        self.jar
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, value.to_owned());
    }

    pub fn forget_cookies(&self) {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn cookies_for(&self, url: &str) -> String {
        let (origin, path) = (origin_of(url), path_of(url));
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = jar
            .iter()
            .filter(|((o, p, _), _)| *o == origin && path.starts_with(p.as_str()));
        mine.map(|((_, _, name), value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn remember(&self, url: &str, answer: &Answer) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for line in answer.cookies() {
            let mut parts = line.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let attributes: Vec<(String, &str)> = parts
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(k, v)| (k.to_lowercase(), v))
                .collect();
            let of = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| *v);
            let key = (
                origin_of(url),
                of("path").unwrap_or("/").to_owned(),
                name.to_owned(),
            );
            if of("max-age") == Some("0") {
                jar.remove(&key);
            } else {
                jar.insert(key, value.to_owned());
            }
        }
    }
}

/// Scheme, host and port.
fn origin_of(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn path_of(url: &str) -> String {
    url.strip_prefix(&origin_of(url)).unwrap_or(url).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(origin_of("http://127.0.0.1:80/a/b?c"), "http://127.0.0.1:80");
        assert_eq!(path_of("http://127.0.0.1:80/a/b?c"), "/a/b?c");
    }

    #[test]
    fn cookies_go_to_their_origin_and_path_only() {
        let browser = Browser::new();
        browser.set_cookie("http://a:1/x", "k", "v");
        assert_eq!(browser.cookies_for("http://a:1/y"), "k=v");
        assert_eq!(browser.cookies_for("http://b:1/y"), "");
        browser.forget_cookies();
        assert_eq!(browser.cookies_for("http://a:1/y"), "");
    }
}
