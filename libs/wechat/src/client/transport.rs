//! One exchange with WeChat: send, read, look for `errcode`, then for the answer.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{ApiError, CallError, Transport};

/// The largest answer read; WeChat's answers to the calls made here stay below 100 KiB.
const MAX_ANSWER: usize = 1 << 20;

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// Sends the request and reads a typed answer. Success answers may or may not carry `errcode: 0`.
pub(crate) async fn exchange<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, CallError> {
    let bytes = read(request).await?;
    let unreadable = |_| CallError::Unknown(Transport::new("the answer is not the expected JSON"));
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        // A struct would also be read from an array, by position.
        return Err(CallError::Unknown(Transport::new(
            "the answer is not a JSON object",
        )));
    }
    let head: Head = serde_json::from_slice(&bytes).map_err(unreadable)?;
    if head.errcode != 0 {
        return Err(ApiError {
            code: head.errcode,
            message: head.errmsg,
        }
        .into());
    }
    serde_json::from_slice(&bytes).map_err(unreadable)
}

async fn read(request: reqwest::RequestBuilder) -> Result<Vec<u8>, CallError> {
    let mut response = request.send().await.map_err(CallError::of)?;
    let status = response.status();
    if !status.is_success() {
        return Err(CallError::Unknown(Transport::new(format!(
            "HTTP {}",
            status.as_u16()
        ))));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| CallError::Unknown(Transport::of(error)))?
    {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err(CallError::Unknown(Transport::new("the answer is too large")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
