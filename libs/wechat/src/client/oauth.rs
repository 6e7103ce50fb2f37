//! H5 login by OAuth 2.0. A snapshot page's openid is virtual and may be shared by several people: it is
//! refused here, so that no caller can bind or show an account by it.

use std::fmt::Write as _;

use secrecy::ExposeSecret as _;
use serde::Deserialize;

use super::{Action, ApiError, CallError, Client, transport, url};

/// What the page may learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The openid, silently.
    Base,
    /// Also the profile; asks the user, and brings snapshot pages.
    UserInfo,
}

/// Who holds the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Openid.
    pub openid: String,
    /// Unionid, with [`Scope::UserInfo`] only.
    pub unionid: Option<String>,
}

/// Why a code did not become an identity.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// A virtual user of a snapshot page: must never be bound or shown an account.
    #[error("a snapshot page's virtual user")]
    Snapshot,
    /// The code is invalid, used or expired: start again.
    #[error("the code is void: {0}")]
    Code(ApiError),
    /// Anything else.
    #[error(transparent)]
    Call(#[from] CallError),
}

#[derive(Deserialize)]
struct Exchanged {
    openid: String,
    unionid: Option<String>,
    #[serde(default)]
    is_snapshotuser: i64,
}

impl Client {
    /// The page to send the browser to. WeChat demands this order of parameters and the fragment.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, scope: Scope) -> String {
        let scope = match scope {
            Scope::Base => "snsapi_base",
            Scope::UserInfo => "snsapi_userinfo",
        };
        format!(
            "{}/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code&scope={scope}&state={}#wechat_redirect",
            self.0.endpoints.open,
            encode(&self.0.credentials.appid),
            encode(redirect_uri),
            encode(state),
        )
    }

    /// Redeems a code, once.
    pub async fn exchange_code(&self, code: &str) -> Result<Identity, OAuthError> {
        let mut url = url(&self.0.endpoints.api, "/sns/oauth2/access_token")?;
        url.query_pairs_mut()
            .append_pair("appid", &self.0.credentials.appid)
            .append_pair("secret", self.0.credentials.secret.expose_secret())
            .append_pair("code", code)
            .append_pair("grant_type", "authorization_code");
        let got: Exchanged = match transport::exchange(self.0.http.get(url)).await {
            Ok(got) => got,
            Err(CallError::Refused(error)) if error.action() == Action::Reauthorise => {
                return Err(OAuthError::Code(error));
            }
            Err(error) => return Err(error.into()),
        };
        if got.is_snapshotuser != 0 {
            return Err(OAuthError::Snapshot);
        }
        Ok(Identity {
            openid: got.openid,
            unionid: got.unionid.filter(|id| !id.is_empty()),
        })
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_reserved_is_encoded() {
        assert_eq!(
            encode("http://a/b?c=d&e=余#f"),
            "http%3A%2F%2Fa%2Fb%3Fc%3Dd%26e%3D%E4%BD%99%23f"
        );
    }
}
