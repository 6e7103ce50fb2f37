//! Fans: following, leaving, and the windows that their acts open.

use audit::{Actor, Entry};
use kit::clock::{MINUTE, Ms};
use kit::db::Conn;
use serde_json::json;

use super::Outreach;
use crate::error::Error;
use crate::model::fan::Fan;
use crate::model::quota::Window;
use crate::store::fans;

/// A push is delivered at most so long after what it tells.
const PUSH_DELAY: Ms = MINUTE;

impl Outreach {
    /// A user follows the account; true when it is the first time. Opens no window: see [`Self::user_clicked`].
    pub async fn followed(&self, c: &mut Conn, openid: &str, scene: Option<&str>) -> Result<bool, Error> {
        let now = self.cx.clock.now();
        let scene: String = scene.unwrap_or("").chars().take(128).collect();
        let fan = Fan {
            scene,
            ..blank(openid, now)
        };
        let first =
            fans::insert(c, &fan, 1).await? || fans::followed_first(c, openid, &fan.scene, now).await?;
        if !first {
            fans::followed_again(c, openid, &fan.scene, now).await?;
        }
        self.note(c, openid, "fan.follow").await?;
        Ok(first)
    }

    /// A user leaves: from the end of this transaction on nothing is sent to them. What we know of them is kept.
    pub async fn unfollowed(&self, c: &mut Conn, openid: &str) -> Result<(), Error> {
        let now = self.cx.clock.now();
        let gone = Fan {
            following: false,
            followed_at: 0,
            unfollowed_at: now,
            ..blank(openid, now)
        };
        // Someone who leaves has been here, even if we missed the arrival.
        if !fans::insert(c, &gone, 1).await? {
            fans::unfollowed(c, openid, now, now).await?;
        }
        fans::close_windows(c, openid).await?;
        self.note(c, openid, "fan.unfollow").await
    }

    pub async fn fan(&self, openid: &str) -> Result<Option<Fan>, Error> {
        let openid = openid.to_owned();
        Ok(self
            .cx
            .db
            .glance(async move |c| fans::fan(c, &openid).await)
            .await?)
    }

    /// A user has written: 5 customer messages within 48 h.
    pub async fn user_wrote(&self, c: &mut Conn, openid: &str) -> Result<(), Error> {
        let now = self.cx.clock.now();
        self.is_here(c, openid, now).await?;
        fans::wrote(c, openid, now).await?;
        self.open(c, openid, Window::Message, now).await
    }

    /// A user has used the menu, followed or scanned: 3 customer messages within a minute.
    pub async fn user_clicked(&self, c: &mut Conn, openid: &str) -> Result<(), Error> {
        let now = self.cx.clock.now();
        self.is_here(c, openid, now).await?;
        self.open(c, openid, Window::Click, now).await
    }

    async fn is_here(&self, c: &mut Conn, openid: &str, now: Ms) -> Result<(), Error> {
        if !fans::insert(c, &blank(openid, now), 1).await? {
            fans::follows_after_all(c, openid, now - PUSH_DELAY, now).await?;
        }
        Ok(())
    }

    async fn open(&self, c: &mut Conn, openid: &str, window: Window, now: Ms) -> Result<(), Error> {
        let until = now + window.lasts();
        if !fans::insert_window(c, openid, window, until).await? {
            fans::reopen_window(c, openid, window, until).await?;
        }
        Ok(())
    }

    /// WeChat says that a user does not follow, whatever we thought.
    pub(crate) async fn does_not_follow(&self, c: &mut Conn, openid: &str, seen: Ms) -> Result<(), Error> {
        let gone = Fan {
            following: false,
            followed_at: 0,
            unfollowed_at: seen,
            ..blank(openid, seen)
        };
        if !fans::insert(c, &gone, 0).await? {
            fans::unfollowed(c, openid, seen, seen).await?;
        }
        Ok(())
    }

    async fn note(&self, c: &mut Conn, openid: &str, action: &'static str) -> Result<(), Error> {
        let index = self.cx.vault.index("openid", openid);
        let entry = Entry {
            actor: Actor::Fan(index.clone()),
            action,
            subject: format!("fan:{index}"),
            result: "ok",
            detail: json!({}),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}

fn blank(openid: &str, now: Ms) -> Fan {
    Fan {
        openid: openid.to_owned(),
        following: true,
        scene: String::new(),
        followed_at: now,
        unfollowed_at: 0,
        last_message_at: 0,
    }
}
