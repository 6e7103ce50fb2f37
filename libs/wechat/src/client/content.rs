//! Content security: whether a text, a picture or a sound that a user gives may be shown, and how risky a user
//! is. Checks by mini programs' openids; for texts the user must have been there within two hours.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{CallError, Client, list_or_none};

/// The longest text checked, in characters.
pub const MAX_CHECKED_TEXT: usize = 2_500;

/// Where the content is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// A profile.
    Profile,
    /// A comment.
    Comment,
    /// A forum.
    Forum,
    /// A social log.
    SocialLog,
}

impl Scene {
    const fn number(self) -> i64 {
        match self {
            Self::Profile => 1,
            Self::Comment => 2,
            Self::Forum => 3,
            Self::SocialLog => 4,
        }
    }
}

/// A text to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextCheck<'a> {
    /// At most [`MAX_CHECKED_TEXT`] characters.
    pub content: &'a str,
    /// Who wrote it.
    pub openid: &'a str,
    /// Where it goes.
    pub scene: Scene,
    /// Its title, may be empty.
    pub title: &'a str,
    /// The writer's name, may be empty.
    pub nickname: &'a str,
}

/// What to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suggest {
    /// Show it.
    Pass,
    /// Let a person look.
    Review,
    /// Don't show it. Also what an unknown word is read as.
    #[serde(other)]
    Risky,
}

/// The verdict on a text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Verdict {
    /// The verdict.
    pub result: Suggestion,
    /// What it was made of.
    #[serde(default, deserialize_with = "list_or_none")]
    pub detail: Vec<Finding>,
    /// WeChat's number of the check.
    #[serde(default)]
    pub trace_id: String,
}

/// A suggestion and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Suggestion {
    /// What to do.
    pub suggest: Suggest,
    /// Why: 100 nothing, 10001 advertising, 20001 politics, 20002 pornography, 20003 abuse, 20006 crime, 20008
    /// fraud, 20012 vulgar, 20013 copyright, 21000 other.
    #[serde(default)]
    pub label: i64,
}

/// One of the models' findings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// Which model.
    #[serde(default)]
    pub strategy: String,
    /// 0 when it ran.
    #[serde(default)]
    pub errcode: i64,
    /// What to do, when it ran.
    pub suggest: Option<Suggest>,
    /// Why.
    #[serde(default)]
    pub label: i64,
    /// 0 to 100, how sure.
    #[serde(default)]
    pub prob: i64,
    /// The word that matched.
    #[serde(default)]
    pub keyword: String,
}

/// A picture or a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckedMedia {
    /// At most 10 MB.
    Sound,
    /// At most 10 MB.
    Picture,
}

/// What is known when asking how risky a user is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RiskQuestion<'a> {
    /// The mini program's appid.
    pub appid: &'a str,
    /// Who.
    pub openid: &'a str,
    /// 0 registration, 1 cheating in a campaign.
    pub scene: i64,
    /// Telephone, may be empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub mobile_no: &'a str,
    /// The user's address in the net.
    pub client_ip: &'a str,
    /// Mail, may be empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub email_address: &'a str,
}

#[derive(Deserialize)]
struct Traced {
    trace_id: String,
}

#[derive(Deserialize)]
struct Rank {
    risk_rank: i64,
}

impl Client {
    /// Checks a text at once.
    pub async fn check_text(&self, check: &TextCheck<'_>) -> Result<Verdict, CallError> {
        let length = check.content.chars().count();
        if !(1..=MAX_CHECKED_TEXT).contains(&length) {
            return Err(CallError::Invalid(format!(
                "a text of {length} characters, not 1 to 2,500"
            )));
        }
        let mut body = json!({
            "content": check.content, "version": 2, "scene": check.scene.number(), "openid": check.openid,
        });
        if let Some(fields) = body.as_object_mut() {
            for (name, value) in [("title", check.title), ("nickname", check.nickname)] {
                if !value.is_empty() {
                    fields.insert(name.to_owned(), json!(value));
                }
            }
        }
        self.post("/wxa/msg_sec_check", &body).await
    }

    /// Has a picture or a sound checked; the number of the check, by which the event `MediaChecked` speaks of
    /// it within 30 minutes.
    pub async fn check_media(
        &self,
        url: &str,
        media: CheckedMedia,
        scene: Scene,
        openid: &str,
    ) -> Result<String, CallError> {
        let kind = match media {
            CheckedMedia::Sound => 1,
            CheckedMedia::Picture => 2,
        };
        let body = json!({
            "media_url": url, "media_type": kind, "version": 2, "scene": scene.number(), "openid": openid,
        });
        let traced: Traced = self.post("/wxa/media_check_async", &body).await?;
        Ok(traced.trace_id)
    }

    /// How risky a user is: 0 (none) to 4 (very).
    pub async fn user_risk(&self, question: &RiskQuestion<'_>) -> Result<i64, CallError> {
        let rank: Rank = self.post("/wxa/getuserriskrank", question).await?;
        Ok(rank.risk_rank)
    }
}
