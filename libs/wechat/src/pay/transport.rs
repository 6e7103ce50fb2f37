//! One call: signed afresh for every attempt, sent to the first address or the second, its answer believed only
//! when its signature is Pay's.

use std::time::Duration;

use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::merchant::ToSign;
use super::outcome::{Doubt, NotSent, Outcome, Refusal};
use super::trust::{Reject, Signed};
use super::{Invalid, Pay};

/// The largest answer read.
const MAX_ANSWER: usize = 1 << 20;

/// A request apart from its signature.
pub(super) struct Ask {
    method: Method,
    /// Path and query, as signed and sent.
    path: String,
    body: String,
}

impl Ask {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: String::new(),
        }
    }

    pub(super) fn post<B: Serialize>(path: impl Into<String>, body: &B) -> Result<Self, NotSent> {
        Ok(Self {
            method: Method::POST,
            path: path.into(),
            body: serde_json::to_string(body).map_err(|error| NotSent::NotSigned(error.to_string()))?,
        })
    }
}

/// An answer that was heard whole.
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) signed: Result<Signed, Reject>,
    pub(super) body: Vec<u8>,
}

/// Why an attempt brought no answer.
enum Silence {
    /// It did not leave.
    NotLeft(String),
    /// It left.
    Left(String),
    /// It could not be written.
    NotWritten(String),
}

/// What one answer means.
enum Meaning {
    Done(Vec<u8>),
    Refused(Refusal),
    Doubt(Doubt),
    /// Pay asks for the same again.
    Again(Doubt, Refusal),
}

impl Pay {
    /// Sends until an answer can be believed, or patience ends.
    pub(super) async fn call<T: DeserializeOwned>(&self, ask: &Ask) -> Outcome<T> {
        let unreadable = |_| "not the expected JSON";
        self.exchange(ask)
            .await
            .and_then(|body| serde_json::from_slice(&body).map_err(unreadable))
    }

    /// As [`Pay::call`], for answers without content.
    pub(super) async fn command(&self, ask: &Ask) -> Outcome<()> {
        self.exchange(ask).await.and_then(|_| Ok(()))
    }

    async fn exchange(&self, ask: &Ask) -> Outcome<Vec<u8>> {
        let mut last = Outcome::NotSent(NotSent::NoConnection("no attempt was made".to_owned()));
        for attempt in 0..self.0.patience.attempts.max(1) {
            if attempt > 0 {
                tokio::time::sleep(self.pause(attempt)).await;
            }
            match self.send(ask, self.base(attempt)).await {
                Err(Silence::NotWritten(words)) => return Outcome::NotSent(NotSent::NotSigned(words)),
                Err(Silence::NotLeft(words)) => {
                    tracing::warn!(path = ask.path, attempt, %words, "pay could not be reached");
                    // What an earlier attempt may have done stays unknown.
                    if !matches!(last, Outcome::Unknown(_)) {
                        last = Outcome::NotSent(NotSent::NoConnection(words));
                    }
                }
                Err(Silence::Left(words)) => {
                    tracing::warn!(path = ask.path, attempt, %words, "pay did not answer");
                    last = Outcome::Unknown(Doubt::NoAnswer(words));
                }
                Ok(heard) => match self.meaning(heard).await {
                    Meaning::Done(body) => return Outcome::Done(body),
                    Meaning::Refused(refusal) => return Outcome::Refused(refusal),
                    Meaning::Doubt(doubt) => return Outcome::Unknown(doubt),
                    Meaning::Again(_, refusal) if refusal.status == 429 => {
                        if !matches!(last, Outcome::Unknown(_)) {
                            last = Outcome::Refused(refusal);
                        }
                    }
                    Meaning::Again(doubt, _) => last = Outcome::Unknown(doubt),
                },
            }
        }
        last
    }

    fn base(&self, attempt: u32) -> &str {
        match &self.0.endpoints.backup {
            Some(backup) if attempt % 2 == 1 => backup,
            _ => &self.0.endpoints.primary,
        }
    }

    fn pause(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        self.0
            .patience
            .pause
            .saturating_mul(factor)
            .min(Duration::from_secs(5))
    }

    async fn send(&self, ask: &Ask, base: &str) -> Result<Heard, Silence> {
        let response = self.response(ask, base).await?;
        heard(response, MAX_ANSWER).await
    }

    async fn response(&self, ask: &Ask, base: &str) -> Result<Response, Silence> {
        let authorization = self.authorize(ask).map_err(Silence::NotWritten)?;
        let mut request = self
            .0
            .http
            .request(ask.method.clone(), format!("{base}{}", ask.path))
            .header("authorization", authorization)
            .header("accept", "application/json")
            .header("user-agent", concat!("weigui-wechat/", env!("CARGO_PKG_VERSION")));
        if let Some(id) = self.0.trust.public_key_id() {
            request = request.header("wechatpay-serial", id);
        }
        if ask.method == Method::POST {
            request = request
                .header("content-type", "application/json")
                .body(ask.body.clone());
        }
        request.send().await.map_err(|error| {
            let before = error.is_connect() || error.is_builder();
            let words = words(error);
            if before {
                Silence::NotLeft(words)
            } else {
                Silence::Left(words)
            }
        })
    }

    fn authorize(&self, ask: &Ask) -> Result<String, String> {
        let nonce = self.nonce()?;
        let to_sign = ToSign {
            method: ask.method.as_str(),
            path: &ask.path,
            timestamp: self.now(),
            nonce: &nonce,
            body: &ask.body,
        };
        self.0
            .merchant
            .authorization(&to_sign)
            .map_err(|error| error.to_string())
    }

    /// 32 hexadecimal digits.
    pub(super) fn nonce(&self) -> Result<String, String> {
        let mut bytes = [0; 16];
        self.0
            .random
            .fill(&mut bytes)
            .map_err(|error| error.to_string())?;
        Ok(hex::encode_upper(bytes))
    }

    async fn meaning(&self, heard: Heard) -> Meaning {
        let proven = match &heard.signed {
            Ok(signed) => self.verify(signed, &heard.body).await,
            Err(missing) => Err(missing.clone()),
        };
        let Heard { status, body, .. } = heard;
        match (status, proven) {
            (200..=299, Ok(())) => Meaning::Done(body),
            (200..=299, Err(reason)) => {
                tracing::error!(status, %reason, "an answer is not proven to be pay's");
                Meaning::Doubt(Doubt::NotProven(reason))
            }
            (429 | 500..=599, _) => {
                let refusal = Refusal::read(status, &body, false);
                let code = refusal.code.clone();
                Meaning::Again(Doubt::PlatformError { status, code }, refusal)
            }
            (400..=499, Ok(())) => Meaning::Refused(Refusal::read(status, &body, true)),
            (400..=499, Err(Reject::Missing(_))) => Meaning::Refused(Refusal::read(status, &body, false)),
            (400..=499, Err(reason)) => Meaning::Doubt(Doubt::NotProven(reason)),
            _ => Meaning::Doubt(Doubt::OtherAnswer("an HTTP status that Pay does not use")),
        }
    }

    /// Gets a file that Pay does not sign; its hash is checked by the caller.
    pub(super) async fn file(&self, ask: &Ask, most: usize) -> Result<Vec<u8>, Doubt> {
        let silent = |silence| match silence {
            Silence::NotLeft(words) | Silence::Left(words) | Silence::NotWritten(words) => {
                Doubt::NoAnswer(words)
            }
        };
        let response = match self.response(ask, self.base(0)).await {
            Err(Silence::NotLeft(_)) => self.response(ask, self.base(1)).await.map_err(silent)?,
            other => other.map_err(silent)?,
        };
        let heard = heard(response, most).await.map_err(silent)?;
        match heard.status {
            200 => Ok(heard.body),
            status => Err(Doubt::PlatformError {
                status,
                code: Refusal::read(status, &heard.body, false).code,
            }),
        }
    }

    /// One unproven exchange, for the certificates that prove everything else.
    pub(super) async fn ask_once(&self, ask: &Ask) -> Result<Heard, String> {
        let told = |silence| match silence {
            Silence::NotLeft(words) | Silence::Left(words) | Silence::NotWritten(words) => words,
        };
        match self.send(ask, self.base(0)).await {
            Err(Silence::NotLeft(_)) => self.send(ask, self.base(1)).await.map_err(told),
            other => other.map_err(told),
        }
    }
}

async fn heard(mut response: Response, most: usize) -> Result<Heard, Silence> {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let signed = Signed::read(|name| {
        let mut all = headers.get_all(name).iter();
        let only = all.next()?;
        if all.next().is_some() {
            None
        } else {
            only.to_str().ok()
        }
    });
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Silence::Left(words(error)))?
    {
        if body.len() + chunk.len() > most {
            return Err(Silence::Left("the answer is too large".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Heard { status, signed, body })
}

fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        words.push_str(": ");
        words.push_str(&inner.to_string());
        source = inner.source();
    }
    words
}

/// A call whose parts are checked first.
pub(super) fn checked<T>(ask: Result<Ask, NotSent>) -> Result<Ask, Outcome<T>> {
    ask.map_err(Outcome::NotSent)
}

/// A number as part of a path, with the marks escaped that a path does not hold.
pub(super) fn segment(number: &str) -> Result<String, Invalid> {
    let fits = (1..=64).contains(&number.len())
        && number
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-*|@".contains(&b));
    if fits {
        Ok(number.replace('|', "%7C").replace('@', "%40"))
    } else {
        Err(Invalid::Number(number.to_owned()))
    }
}
