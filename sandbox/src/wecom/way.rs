//! Contact ways and acquisition links.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::contact::NO_MEMBER;
use super::corp::Corp;

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/add_contact_way", add),
    api("/cgi-bin/externalcontact/get_contact_way", get),
    api("/cgi-bin/externalcontact/list_contact_way", list),
    api("/cgi-bin/externalcontact/update_contact_way", update),
    api("/cgi-bin/externalcontact/del_contact_way", delete),
    api("/cgi-bin/externalcontact/close_temp_chat", close),
    api("/cgi-bin/externalcontact/customer_acquisition/create_link", link),
    api("/cgi-bin/externalcontact/customer_acquisition/list_link", links),
    api("/cgi-bin/externalcontact/customer_acquisition/get", link_get),
    api(
        "/cgi-bin/externalcontact/customer_acquisition/delete_link",
        link_delete,
    ),
    api("/cgi-bin/externalcontact/customer_acquisition_quota", quota),
];

const NO_WAY: Errcode = Errcode(41044, "invalid config id");

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Corp {
    /// Whom a contact way leads to and under which channel.
    pub(super) fn way(&self, id: &str) -> Option<(String, String)> {
        let way = self.ways.get(id)?;
        let users = way.get("user")?.as_array()?;
        let first = users
            .iter()
            .filter_map(Value::as_str)
            .find(|user| self.active(user))?;
        Some((first.to_owned(), text(way, "state").to_owned()))
    }
}

fn add(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (kind, scene) = (call.number("type"), call.number("scene"));
    let users = call.texts("user");
    if !(1..=2).contains(&kind) || !(1..=2).contains(&scene) || (kind == 1 && users.len() != 1) {
        return Err(invalid());
    }
    if call.text("state").chars().count() > 30 || users.len() > 100 {
        return Err(invalid());
    }
    if users.iter().any(|user| !corp.active(user)) {
        return Err(NO_MEMBER);
    }
    let id = corp.id("cfg");
    let mut way = call.body.clone();
    if let Some(fields) = way.as_object_mut() {
        fields.insert("config_id".to_owned(), json!(id));
        fields.insert(
            "qr_code".to_owned(),
            json!(format!("https://wework.qpic.cn/wwpic/{id}")),
        );
        fields.insert("made_at".to_owned(), json!(call.now));
    }
    let picture = (scene == 2).then(|| text(&way, "qr_code").to_owned());
    corp.ways.insert(id.clone(), way);
    Ok(json!({"config_id": id, "qr_code": picture}))
}

fn get(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let way = corp.ways.get(call.text("config_id")).ok_or(NO_WAY)?;
    Ok(json!({"contact_way": way}))
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let ids: Vec<_> = corp.ways.keys().map(|id| json!({"config_id": id})).collect();
    let (page, next) = call.page(&ids, 1_000);
    Ok(json!({"contact_way": page, "next_cursor": next}))
}

fn update(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let way = corp.ways.get_mut(call.text("config_id")).ok_or(NO_WAY)?;
    if let (Some(fields), Some(new)) = (way.as_object_mut(), call.body.as_object()) {
        let lasting = ["type", "scene", "config_id"];
        let changed = new.iter().filter(|(name, _)| !lasting.contains(&name.as_str()));
        fields.extend(changed.map(|(name, value)| (name.clone(), value.clone())));
    }
    ok()
}

fn delete(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    corp.ways.remove(call.text("config_id")).ok_or(NO_WAY)?;
    ok()
}

fn close(_: &mut Corp, _: &Call<'_>) -> Outcome {
    ok()
}

fn link(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let name = call.text("link_name");
    if name.is_empty() || name.chars().count() > 30 || call.body.get("range").is_none() {
        return Err(invalid());
    }
    let id = corp.id("caw");
    let link = json!({
        "link_id": id, "link_name": name, "url": format!("https://work.weixin.qq.com/ca/{id}"),
        "create_time": call.now,
    });
    corp.links.insert(
        id,
        json!({"link": link, "range": call.body.get("range"), "skip_verify": call.body.get("skip_verify")}),
    );
    Ok(json!({"link": link}))
}

fn links(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let ids: Vec<_> = corp.links.keys().cloned().collect();
    let (page, next) = call.page(&ids, 100);
    Ok(json!({"link_id_list": page, "next_cursor": next}))
}

fn link_get(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    corp.links.get(call.text("link_id")).cloned().ok_or(NO_WAY)
}

fn link_delete(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    corp.links.remove(call.text("link_id")).ok_or(NO_WAY)?;
    ok()
}

fn quota(_: &mut Corp, _: &Call<'_>) -> Outcome {
    Ok(json!({"total": 1_000, "balance": 1_000, "quota_list": []}))
}
