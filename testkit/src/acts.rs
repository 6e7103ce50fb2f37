//! What people do at a bank of a story.

use crate::answer::Answer;
use crate::bank::{OPENS_AT, TestBank};
use crate::customer::{Customer, code_in};
use crate::staff::Staff;
use kit::clock::SECOND;
use serde_json::json;

impl TestBank {
    pub async fn customer(&self, name: &str) -> Customer {
        Customer::find(self.world.clone(), name).await
    }

    /// Somebody who has come in and is bound, whether the demo begins so or not.
    pub async fn bound_customer(&self, name: &str) -> Customer {
        let who = self.customer(name).await.opens_h5().await;
        if who.get("/api/accounts").await.status == 403 {
            self.binds(&who).await;
        }
        who
    }

    /// Goes through the form and the code.
    pub async fn binds(&self, who: &Customer) {
        // Codes that others have asked for are on their way to the same phone.
        self.run_jobs().await;
        who.texts().await;
        let form =
            json!({ "name": who.name, "id_no": who.id_no, "card_no": who.card_no, "phone": who.phone });
        let binding = who.post("/api/bindings", form).await.is(201);
        let code = self.sms_code(who).await;
        let proof = if binding.at("/needs").to_string().contains("password") {
            json!({ "sms_code": code, "password": who.pay_password })
        } else {
            json!({ "sms_code": code })
        };
        who.post(&format!("/api/bindings/{}/confirm", binding.text("/id")), proof)
            .await
            .ok();
    }

    /// A member of staff who has just logged in.
    pub async fn staff(&self, login: &str) -> Staff {
        // A code of the authenticator is taken once; the next one comes after half a minute.
        self.clock.forward(31 * SECOND);
        let staff = Staff::find(self, login);
        staff.logs_in().await;
        staff
    }

    /// The code of the newest text message.
    pub async fn sms_code(&self, who: &Customer) -> String {
        self.run_jobs().await;
        let texts = who.texts().await;
        let code = texts.iter().rev().find_map(|text| code_in(text));
        code.unwrap_or_else(|| panic!("no code for {} in {texts:?}", who.name))
    }

    /// A whole transfer that must succeed.
    pub async fn pays(&self, from: &Customer, to: &Customer, fen: i64) -> Answer {
        let draft = from.drafts_transfer(to, fen).await.is(201);
        let code = self.sms_code(from).await;
        let done = from.authorises(&draft, &from.pay_password, &code).await.is(200);
        assert_eq!(done.text("/state"), "succeeded", "{done}");
        done
    }

    /// Raises the session by a proof for this act.
    pub async fn proves(&self, who: &Customer, act: &str) -> Answer {
        let challenge = who.post("/api/challenges", json!({ "act": act })).await.is(201);
        let code = self.sms_code(who).await;
        let path = format!("/api/challenges/{}/prove", challenge.text("/id"));
        let mut proof = json!({ "sms_code": code });
        if challenge.at("/factors").to_string().contains("password") {
            proof["password"] = json!(who.pay_password);
        }
        who.post(&path, proof).await
    }

    /// Bookings of transfers out of this customer's first account since the bank opened.
    pub async fn transfers_of(&self, who: &Customer) -> usize {
        let path = format!(
            "/api/accounts/{}/entries?limit=100&direction=out&kind=transfer",
            who.account_id().await
        );
        let entries = who.get(&path).await.ok().list("/items");
        entries
            .iter()
            .filter(|entry| entry["at"].as_i64().is_some_and(|at| at >= OPENS_AT))
            .count()
    }
}
