//! OAuth 网页授权: which WeChat user opened the page. The state is random, bound to the browser that
//! began, and works once; the way back leads only into our own pages.

use couriers::{OAuthUser, Scope, authorize_url};
use kit::clock::MINUTE;
use kit::crypto::sha256;

use super::Identity;
use crate::error::Error;
use crate::store;

/// From the leaving to the coming back.
const STATE_LASTS: i64 = 10 * MINUTE;

/// Where to send the browser, and the nonce that it must bring back in a cookie.
pub(crate) struct Departure {
    pub(crate) location: String,
    pub(crate) browser: String,
}

/// A finished round trip.
pub(crate) struct Arrival {
    pub(crate) token: String,
    pub(crate) to: String,
}

/// Why a round trip failed; the word is part of the error page's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    State,
    Code,
    Snapshot,
    Unavailable,
}

impl Lost {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::State => "oauth.state",
            Self::Code => "oauth.code",
            Self::Snapshot => "oauth.snapshot",
            Self::Unavailable => "oauth.unavailable",
        }
    }
}

/// A path within our own pages, or our front page: never another host, never a scheme.
pub(crate) fn local(to: &str) -> &str {
    let plain = to.starts_with("/h5/") && to.len() <= 200 && !to.contains("//") && !to.contains('\\');
    if plain && to.bytes().all(|b| b.is_ascii_graphic()) {
        to
    } else {
        "/h5/"
    }
}

impl Identity {
    pub(crate) async fn depart(&self, to: &str) -> Result<Departure, Error> {
        let (state, browser) = (self.cx.random.token(), self.cx.random.token());
        let (state_hash, browser_hash, to) = (sha256(&state), sha256(&browser), local(to).to_owned());
        let now = self.cx.clock.now();
        self.cx
            .db
            .tx(async move |c| store::bindings::insert_oauth(c, &state_hash, &browser_hash, &to, now).await)
            .await?;
        let back = format!("{}/api/oauth/return", self.settings.public_url);
        let (page, appid) = (&self.settings.authorize_url, &self.settings.appid);
        let location = authorize_url(page, appid, &back, &state, Scope::Base);
        Ok(Departure { location, browser })
    }

    pub(crate) async fn arrive(
        &self,
        code: &str,
        state: &str,
        browser: &str,
        device: &str,
    ) -> Result<Arrival, Lost> {
        let (state_hash, browser_hash, now) = (sha256(state), sha256(browser), self.cx.clock.now());
        let to = self
            .cx
            .db
            .tx(async move |c| {
                store::bindings::spend_oauth(c, &state_hash, &browser_hash, now - STATE_LASTS, now).await
            })
            .await
            .map_err(|error| lost(&error))?
            .ok_or(Lost::State)?;
        let openid = match self.wechat.oauth_user(code).await {
            couriers::OAuthAnswer::Known(OAuthUser { openid, .. }) => openid,
            couriers::OAuthAnswer::Snapshot => return Err(Lost::Snapshot),
            couriers::OAuthAnswer::Refused(_) => return Err(Lost::Code),
            couriers::OAuthAnswer::Unknown => return Err(Lost::Unavailable),
        };
        let customer = self.customer_of(&openid).await.map_err(|error| lost(&error))?;
        let token = self
            .open_session(
                "customer",
                &openid,
                customer.map(|c| c.id),
                device,
                Self::CUSTOMER_LIFE,
            )
            .await
            .map_err(|error| lost(&error))?;
        Ok(Arrival { token, to })
    }
}

fn lost(error: &dyn std::fmt::Display) -> Lost {
    tracing::warn!(cause = %error, "oauth could not be finished");
    Lost::Unavailable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_only_home() {
        for good in ["/h5/", "/h5/transfer?from=1", "/h5/accounts/0192"] {
            assert_eq!(local(good), good);
        }
        for bad in [
            "https://evil.example/h5/",
            "//evil.example",
            "/h5//evil.example",
            "/office/",
            "/h5/\\evil",
            "/h5/\r\nx",
            "",
            "/h5/银",
        ] {
            assert_eq!(local(bad), "/h5/", "{bad}");
        }
    }
}
