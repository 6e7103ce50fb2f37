//! A person with a phone: chats with the account, opens the H5 pages, reads text messages.

use crate::answer::Answer;
use crate::browser::{Ask, Browser};
use crate::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};

/// Made by `bank.customer(name)`.
#[derive(Debug)]
pub struct Customer {
    pub openid: String,
    pub name: String,
    pub phone: String,
    pub id_no: String,
    pub card_no: String,
    pub pay_password: String,
    pub browser: Browser,
    pub world: World,
    /// The last chat line read.
    seen: AtomicI64,
    seen_sms: AtomicI64,
}

impl Customer {
    pub async fn find(world: World, name: &str) -> Self {
        let person = world.person(name).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let demo = &person["demo"];
        Self {
            openid: text(&person["openid"]),
            name: text(&demo["name"]),
            phone: text(&person["phone"]),
            id_no: text(&demo["id_no"]),
            card_no: text(&demo["card_no"]),
            pay_password: text(&demo["pay_password"]),
            browser: world.stranger(),
            world,
            seen: AtomicI64::new(0),
            seen_sms: AtomicI64::new(0),
        }
    }

    // — the H5 pages —

    /// Takes the way through WeChat's page; ends with a session.
    pub async fn opens_h5(self) -> Self {
        let arrival = self.walks_through_wechat("/h5/").await;
        assert_eq!(arrival.header("location"), Some("/h5/"), "{arrival}");
        self
    }

    /// The last redirect of the way through WeChat, whether it ends well or not.
    pub async fn walks_through_wechat(&self, to: &str) -> Answer {
        let back = self.comes_back_from_wechat(to).await;
        self.browser.get(&back).await.is(302)
    }

    /// The address that WeChat sends the browser back to, with code and state.
    pub async fn comes_back_from_wechat(&self, to: &str) -> String {
        self.browser.post(&self.phone_url("open"), &json!({})).await.ok();
        let start = self
            .browser
            .get(&self.world.bank(&format!("/api/oauth/start?to={to}")))
            .await
            .is(302);
        let wechat = start.header("location").expect("a redirect to WeChat").to_owned();
        let wechat = wechat.trim_end_matches("#wechat_redirect").to_owned();
        let consent = self.browser.get(&wechat).await.is(302);
        consent.header("location").expect("a redirect back").to_owned()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.browser.get(&self.world.bank(path)).await
    }

    /// A command under a new key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with_key(path, &self.world.new_key(), body).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(key), &body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, None, &body).await
    }

    pub async fn send(&self, method: Method, path: &str, key: Option<&str>, body: &Value) -> Answer {
        let headers = key
            .map(|key| ("idempotency-key", key.to_owned()))
            .into_iter()
            .collect();
        self.browser
            .send(Ask {
                method,
                url: self.world.bank(path),
                json: Some(body),
                headers,
            })
            .await
    }

    // — the account —

    /// The first account of this kind, as the overview shows it.
    pub async fn account(&self, kind: &str) -> Value {
        let overview = self.get("/api/accounts").await.ok();
        let accounts = overview.list("/accounts");
        let found = accounts.iter().find(|account| account["kind"] == kind);
        found
            .cloned()
            .unwrap_or_else(|| panic!("{} has no {kind} account: {overview}", self.name))
    }

    pub async fn account_id(&self) -> String {
        self.account("demand").await["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }

    /// Fen on the first demand account.
    pub async fn balance(&self) -> i64 {
        let id = self.account_id().await;
        self.get(&format!("/api/accounts/{id}/balance"))
            .await
            .ok()
            .number("/balance_fen")
    }

    // — transfers —

    /// What the form sends: from the first account to the payee's card.
    pub async fn transfer_form(&self, to: &Customer, fen: i64) -> Value {
        json!({
            "from_account_id": self.account_id().await, "to_no": to.card_no, "to_name": to.name, "amount_fen": fen,
        })
    }

    pub async fn drafts_transfer(&self, to: &Customer, fen: i64) -> Answer {
        self.post("/api/transfers", self.transfer_form(to, fen).await)
            .await
    }

    pub async fn authorises(&self, draft: &Answer, password: &str, code: &str) -> Answer {
        let proof =
            json!({ "challenge_id": draft.text("/challenge/id"), "password": password, "sms_code": code });
        self.post(&format!("/api/transfers/{}/authorise", draft.text("/id")), proof)
            .await
    }

    // — the chat —

    pub async fn follows(&self) {
        self.phone("follow", json!({})).await.ok();
    }

    pub async fn unfollows(&self) {
        self.phone("unfollow", json!({})).await.ok();
    }

    pub async fn clicks(&self, key: &str) {
        self.phone("click", json!({ "key": key })).await.ok();
    }

    /// Types a line, and answers what the account says to it.
    pub async fn types(&self, content: &str) -> String {
        self.says(content).await;
        self.hears().await
    }

    /// Types a line without waiting for the answer.
    pub async fn says(&self, content: &str) {
        self.phone("text", json!({ "content": content })).await.ok();
    }

    /// The next line from the account.
    pub async fn hears(&self) -> String {
        for _ in 0..10 {
            if let Some(item) = self.chat(1_000).await.first() {
                return line_of(item);
            }
        }
        panic!("the account says nothing to {}", self.name)
    }

    /// Everything from the account that has not been read yet; the platform's own grey lines are left out.
    pub async fn chat(&self, wait_ms: u32) -> Vec<Value> {
        let after = self.seen.load(Ordering::SeqCst);
        let page = self
            .browser
            .get(&self.phone_url(&format!("chat?after={after}&wait_ms={wait_ms}")))
            .await
            .ok();
        self.seen.store(page.number("/last"), Ordering::SeqCst);
        page.list("/items")
            .into_iter()
            .filter(|item| item["from"] == "account" && item["type"] != "event")
            .collect()
    }

    // — text messages —

    /// Text messages that have not been read yet.
    pub async fn texts(&self) -> Vec<String> {
        let after = self.seen_sms.load(Ordering::SeqCst);
        let page = self
            .browser
            .get(&self.phone_url(&format!("sms?after={after}")))
            .await
            .ok();
        self.seen_sms.store(page.number("/last"), Ordering::SeqCst);
        page.list("/items")
            .iter()
            .map(|item| item["text"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    async fn phone(&self, what: &str, body: Value) -> Answer {
        self.browser.post(&self.phone_url(what), &body).await
    }

    fn phone_url(&self, what: &str) -> String {
        self.world.sandbox(&format!("/phone/{}/{what}", self.openid))
    }
}

/// What a person reads in a chat line: the text, or all rows of a notice.
fn line_of(item: &Value) -> String {
    let mut text = item["text"].as_str().unwrap_or_default().to_owned();
    for row in item["template"]["rows"].as_array().into_iter().flatten() {
        let part = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        text = format!("{text}\n{}：{}", part("label"), part("value"));
    }
    text
}

/// The six digits of a code in a text message.
pub fn code_in(text: &str) -> Option<String> {
    let digits = |part: &&str| part.len() == 6 && part.chars().all(|c| c.is_ascii_digit());
    text.split(|c: char| !c.is_ascii_digit())
        .find(digits)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_group_of_six_digits() {
        assert_eq!(
            code_in("【微柜银行】验证码 402913，向*明转账500.00元，5分钟内有效。"),
            Some("402913".into())
        );
        assert_eq!(code_in("余额 12345678 元"), None);
    }
}
