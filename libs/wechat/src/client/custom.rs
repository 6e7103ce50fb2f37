//! Customer messages: free of form, but only in the windows that the follower opens (5 within 48 h after a
//! message, 3 within a minute after a click, follow or scan).

use serde_json::json;

use super::{CallError, Client, Nothing};
use crate::reply::{Article, MAX_TEXT_BYTES, Reply};

const PATH: &str = "/cgi-bin/message/custom/send";

impl Client {
    /// Sends a text.
    pub async fn send_text(&self, openid: &str, text: &str) -> Result<(), CallError> {
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return Err(CallError::Invalid(format!("a text of {} bytes", text.len())));
        }
        let body = json!({"touser": openid, "msgtype": "text", "text": {"content": text}});
        self.post(PATH, &body).await.map(|Nothing {}| ())
    }

    /// Sends one article.
    pub async fn send_news(&self, openid: &str, article: &Article) -> Result<(), CallError> {
        let body = json!({"touser": openid, "msgtype": "news", "news": {"articles": [article]}});
        self.post(PATH, &body).await.map(|Nothing {}| ())
    }

    /// Sends what would have been a passive reply; kinds that customer messages do not have are refused.
    pub async fn send_reply(&self, openid: &str, reply: &Reply) -> Result<(), CallError> {
        match reply {
            Reply::Text(text) => self.send_text(openid, text).await,
            Reply::News(articles) => match articles.as_slice() {
                [article] => self.send_news(openid, article).await,
                _ => Err(CallError::Invalid(
                    "a customer message holds one article".to_owned(),
                )),
            },
            Reply::Image { media_id } => {
                let body = json!({"touser": openid, "msgtype": "image", "image": {"media_id": media_id}});
                self.post(PATH, &body).await.map(|Nothing {}| ())
            }
            Reply::Voice { .. } | Reply::Video { .. } | Reply::TransferToService { .. } => {
                Err(CallError::Invalid("not a kind of customer message".to_owned()))
            }
        }
    }
}
