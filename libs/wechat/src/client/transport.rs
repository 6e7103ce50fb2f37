//! One exchange with WeChat: send, read, look for `errcode`, then for the answer.

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderName};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::action::Family;
use super::error::{ApiError, CallError, Transport};

/// The largest JSON answer read, in bytes; WeChat's longest lists stay below 1 MiB.
const MAX_ANSWER: usize = 4 << 20;
/// The largest file read, in bytes; WeChat's materials end at 10 MiB.
const MAX_FILE: usize = 32 << 20;

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// What came back from a call that gives a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// `Content-Type`, empty when WeChat gave none.
    pub content_type: String,
    /// The file's name by `Content-Disposition`.
    pub file_name: Option<String>,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Download {
    /// The file read as JSON: what permanent videos and articles come as.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        typed(&self.bytes)
    }
}

/// Sends the request and reads a typed answer. Success answers may or may not carry `errcode: 0`.
pub(crate) async fn exchange<T: DeserializeOwned>(
    request: reqwest::RequestBuilder,
    family: Family,
) -> Result<T, CallError> {
    let answer = read(request, MAX_ANSWER).await?;
    if !is_object(&answer.bytes) {
        // A struct would also be read from an array, by position.
        return Err(CallError::Unknown(Transport::new(
            "the answer is not a JSON object",
        )));
    }
    refused(&typed::<Head>(&answer.bytes)?, family)?;
    typed(&answer.bytes)
}

/// Sends the request and reads a file; a refusal comes as JSON all the same.
pub(crate) async fn fetch(request: reqwest::RequestBuilder, family: Family) -> Result<Download, CallError> {
    let answer = read(request, MAX_FILE).await?;
    if is_object(&answer.bytes)
        && let Ok(head) = serde_json::from_slice::<Head>(&answer.bytes)
    {
        refused(&head, family)?;
    }
    Ok(answer)
}

fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

fn typed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CallError> {
    // The parser's words may quote the answer, which may hold a token.
    serde_json::from_slice(bytes)
        .map_err(|_| CallError::Unknown(Transport::new("the answer is not the expected JSON")))
}

fn refused(head: &Head, family: Family) -> Result<(), ApiError> {
    if head.errcode == 0 {
        return Ok(());
    }
    Err(ApiError {
        code: head.errcode,
        message: head.errmsg.clone(),
        family,
    })
}

async fn read(request: reqwest::RequestBuilder, most: usize) -> Result<Download, CallError> {
    let mut response = request.send().await.map_err(CallError::of)?;
    let status = response.status();
    if !status.is_success() {
        return Err(CallError::Unknown(Transport::new(format!(
            "HTTP {}",
            status.as_u16()
        ))));
    }
    let content_type = header(response.headers(), &CONTENT_TYPE);
    let file_name = file_name(&header(response.headers(), &CONTENT_DISPOSITION));
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| CallError::Unknown(Transport::of(error)))?
    {
        if bytes.len() + chunk.len() > most {
            return Err(CallError::Unknown(Transport::new("the answer is too large")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Download {
        content_type,
        file_name,
        bytes,
    })
}

fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).map(reqwest::header::HeaderValue::as_bytes);
    value.map_or_else(String::new, |bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// `attachment; filename="a.jpg"` → `a.jpg`, never with a path.
fn file_name(disposition: &str) -> Option<String> {
    let (_, rest) = disposition.split_once("filename=")?;
    let name = rest.split(';').next()?.trim().trim_matches('"');
    let name = name.rsplit(['/', '\\']).next()?;
    (!name.is_empty() && !name.starts_with('.')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_has_no_path() {
        assert_eq!(
            file_name("attachment; filename=\"a b.jpg\"").as_deref(),
            Some("a b.jpg")
        );
        assert_eq!(
            file_name("attachment; filename=../../etc/x.mp3; size=1").as_deref(),
            Some("x.mp3")
        );
        assert_eq!(file_name("attachment; filename=\"..\""), None);
        assert_eq!(file_name("inline"), None);
    }
}
