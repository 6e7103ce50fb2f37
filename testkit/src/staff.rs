//! A member of staff at the back office.

use crate::answer::Answer;
use crate::bank::TestBank;
use crate::browser::{Ask, Browser};
use crate::world::World;
use kit::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

/// Made by `bank.staff(login)`.
pub struct Staff {
    pub login: String,
    pub password: String,
    pub browser: Browser,
    world: World,
    totp_secret: String,
    clock: Clock,
}

impl Staff {
    /// Not logged in yet.
    pub fn find(bank: &TestBank, login: &str) -> Self {
        Self::of((bank.world.clone(), bank.cx.clock.clone()), login)
    }

    /// At any bank with the demo's people.
    pub(crate) fn of((world, clock): (World, Clock), login: &str) -> Self {
        let known = weigui::DEMO_STAFF.iter().find(|staff| staff.login == login);
        let known = known.unwrap_or_else(|| panic!("no staff login {login}"));
        Self {
            login: known.login.to_owned(),
            password: known.password.to_owned(),
            totp_secret: known.totp_secret.to_owned(),
            browser: world.stranger(),
            world,
            clock,
        }
    }

    pub async fn logs_in(&self) -> Answer {
        let ticket = self.gives_password(&self.password).await.ok().text("/ticket");
        self.gives_code(&ticket, &self.code_now()).await.ok()
    }

    pub async fn gives_password(&self, password: &str) -> Answer {
        self.post(
            "/api/office/login",
            json!({ "login": self.login, "password": password }),
        )
        .await
    }

    pub async fn gives_code(&self, ticket: &str, code: &str) -> Answer {
        self.post(
            "/api/office/login/totp",
            json!({ "ticket": ticket, "code": code }),
        )
        .await
    }

    /// What the authenticator shows now.
    pub fn code_now(&self) -> String {
        crate::totp::code(&self.totp_secret, self.clock.now())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.browser.get(&self.world.bank(path)).await
    }

    /// A command under a new key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with_key(path, &self.world.new_key(), body).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, body: Value) -> Answer {
        let headers = vec![("idempotency-key", key.to_owned())];
        self.browser
            .send(Ask {
                method: Method::POST,
                url: self.world.bank(path),
                json: Some(&body),
                headers,
            })
            .await
    }
}
