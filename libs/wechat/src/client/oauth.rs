//! H5 login by OAuth 2.0. A snapshot page's openid is virtual and may be shared by several people: it is
//! refused here, so that no caller can bind or show an account by it.

use std::fmt::Write as _;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Action, ApiError, CallError, Client, Family, api, transport};

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

/// The page's own tokens, for [`Client::oauth_profile`]. Not the account's access token.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Who holds the phone.
    pub identity: Identity,
    /// Lives for two hours.
    pub access_token: SecretString,
    /// Lives for 30 days.
    pub refresh_token: SecretString,
    /// `snsapi_base` or `snsapi_userinfo`.
    pub scope: String,
}

/// What a user lets the page see. Gender and region are no longer given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Profile {
    /// Openid.
    pub openid: String,
    /// Name in WeChat.
    #[serde(default)]
    pub nickname: String,
    /// Address of the picture, may be empty.
    #[serde(default)]
    pub headimgurl: String,
    /// Unionid, when the account belongs to an open platform.
    pub unionid: Option<String>,
}

/// Why a code did not become an identity.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// A virtual user of a snapshot page: must never be bound or shown an account.
    #[error("a snapshot page's virtual user")]
    Snapshot,
    /// The code (or refresh token) is invalid, used or expired: start again.
    #[error("the code is void: {0}")]
    Code(ApiError),
    /// Anything else.
    #[error(transparent)]
    Call(#[from] CallError),
}

#[derive(Deserialize)]
struct Exchanged {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    refresh_token: String,
    openid: String,
    #[serde(default)]
    scope: String,
    unionid: Option<String>,
    #[serde(default)]
    is_snapshotuser: i64,
}

/// The address to send the browser to: `page` (`https://open.weixin.qq.com/connect/oauth2/authorize`) with its
/// parameters. WeChat demands this order of them, and the fragment. `state` must be random, used once and bound to
/// the browser's session.
pub fn authorize_url(page: &str, appid: &str, redirect_uri: &str, state: &str, scope: Scope) -> String {
    let scope = match scope {
        Scope::Base => "snsapi_base",
        Scope::UserInfo => "snsapi_userinfo",
    };
    format!(
        "{page}?appid={}&redirect_uri={}&response_type=code&scope={scope}&state={}#wechat_redirect",
        encode(appid),
        encode(redirect_uri),
        encode(state),
    )
}

impl Client {
    /// The page to send the browser to; see [`authorize_url`].
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, scope: Scope) -> String {
        let page = format!("{}/connect/oauth2/authorize", self.0.endpoints.open);
        authorize_url(&page, self.appid(), redirect_uri, state, scope)
    }

    /// Redeems a code, once, for who holds the phone. A code lives for five minutes.
    pub async fn exchange_code(&self, code: &str) -> Result<Identity, OAuthError> {
        Ok(self.exchange_code_for_grant(code).await?.identity)
    }

    /// Redeems a code, once, and keeps the page's tokens.
    pub async fn exchange_code_for_grant(&self, code: &str) -> Result<Grant, OAuthError> {
        let secret = self.0.credentials.secret.expose_secret();
        let url = self.sns(
            "/sns/oauth2/access_token",
            &[
                ("appid", self.appid()),
                ("secret", secret),
                ("code", code),
                ("grant_type", "authorization_code"),
            ],
        )?;
        grant(self.ask(url).await?)
    }

    /// Renews the page's tokens. 42007 (as [`OAuthError::Code`]) says that the user has changed the password.
    pub async fn refresh_grant(&self, grant_to_renew: &Grant) -> Result<Grant, OAuthError> {
        let url = self.sns(
            "/sns/oauth2/refresh_token",
            &[
                ("appid", self.appid()),
                ("grant_type", "refresh_token"),
                ("refresh_token", grant_to_renew.refresh_token.expose_secret()),
            ],
        )?;
        grant(self.ask(url).await?)
    }

    /// What the user lets the page see; needs [`Scope::UserInfo`].
    pub async fn oauth_profile(&self, grant: &Grant) -> Result<Profile, OAuthError> {
        let url = self.sns(
            "/sns/userinfo",
            &[
                ("access_token", grant.access_token.expose_secret()),
                ("openid", &grant.identity.openid),
                ("lang", "zh_CN"),
            ],
        )?;
        self.ask(url).await
    }

    /// Whether the page's access token still lives.
    pub async fn is_grant_alive(&self, grant: &Grant) -> Result<bool, CallError> {
        let url = self.sns(
            "/sns/auth",
            &[
                ("access_token", grant.access_token.expose_secret()),
                ("openid", &grant.identity.openid),
            ],
        )?;
        match transport::exchange(self.0.http.get(url), Family::OfficialAccount).await {
            Ok(api::Nothing {}) => Ok(true),
            Err(CallError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// An address of the APIs that carry their own credentials in the query.
    pub(crate) fn sns(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, CallError> {
        let mut url = api::url(&self.0.endpoints.api, path)?;
        url.query_pairs_mut().extend_pairs(query);
        Ok(url)
    }

    /// One of those calls; a void code is told apart from other refusals.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, url: Url) -> Result<T, OAuthError> {
        match transport::exchange(self.0.http.get(url), Family::OfficialAccount).await {
            Err(CallError::Refused(error)) if error.action() == Action::Reauthorise => {
                Err(OAuthError::Code(error))
            }
            outcome => outcome.map_err(Into::into),
        }
    }
}

fn grant(got: Exchanged) -> Result<Grant, OAuthError> {
    if got.is_snapshotuser != 0 {
        return Err(OAuthError::Snapshot);
    }
    Ok(Grant {
        identity: Identity {
            openid: got.openid,
            unionid: got.unionid.filter(|id| !id.is_empty()),
        },
        access_token: got.access_token.into(),
        refresh_token: got.refresh_token.into(),
        scope: got.scope,
    })
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub(crate) fn encode(text: &str) -> String {
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
