//! Template messages: the account's templates, one message to one follower, and its receipt.

use std::time::Duration;

use serde_json::{Map, Value, json};
use weigui_wechat::client::values;

use super::call::{Api, Call, On, Outcome, get, ok, post};
use super::errcode::Errcode;
use super::push::Happening;
use super::start;
use crate::shown::Shown;
use crate::templates::{DEMO_TEMPLATES, Template};
use crate::world::{Notice, Row, State};
use crate::{Sandbox, chance};

/// So long the platform knows a sender's own id again.
const SAME_WITHIN_MS: i64 = 600_000;
/// Between a message and its receipt.
pub(super) const RECEIPT_AFTER: Duration = Duration::from_millis(100);
const MOST: usize = 25;

pub(crate) const APIS: &[Api] = &[
    post(On::Official, "/cgi-bin/message/template/send", 100_000, send),
    post(
        On::Official,
        "/cgi-bin/template/api_set_industry",
        1,
        set_industry,
    ),
    get(On::Official, "/cgi-bin/template/get_industry", 10_000, industry),
    post(On::Official, "/cgi-bin/template/api_add_template", 1_000, add),
    get(
        On::Official,
        "/cgi-bin/template/get_all_private_template",
        10_000,
        list,
    ),
    post(
        On::Official,
        "/cgi-bin/template/del_private_template",
        1_000,
        delete,
    ),
];

/// What the account did to the templates that the demo begins with.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    deleted: Vec<String>,
    added: Vec<(String, &'static Template)>,
}

impl Templates {
    fn all(&self) -> impl Iterator<Item = (&str, &'static Template)> {
        let given = DEMO_TEMPLATES.iter().map(|template| (template.id, template));
        let added = self.added.iter().map(|(id, template)| (id.as_str(), *template));
        given
            .chain(added)
            .filter(|(id, _)| !self.deleted.iter().any(|gone| gone == id))
    }

    fn find(&self, id: &str) -> Option<&'static Template> {
        self.all()
            .find(|(known, _)| *known == id)
            .map(|(_, template)| template)
    }
}

fn send(call: &Call<'_>) -> Outcome {
    let openid = call.text("touser");
    let now = call.sandbox.world.now();
    let empty = Map::new();
    let data = call.body.get("data").and_then(Value::as_object).unwrap_or(&empty);
    let (id, notice) = {
        let mut state = call.sandbox.world.state();
        let template = state
            .templates
            .find(&call.text("template_id"))
            .ok_or(Errcode::from(40037))?;
        let rows = rows(template.rows.iter().copied(), data)?;
        state.may_write(&openid)?;
        let own = call.text("client_msg_id");
        let key = format!("{openid}|{own}");
        state.template_ids.retain(|_, (_, at)| now - *at < SAME_WITHIN_MS);
        if let Some((id, _)) = state.template_ids.get(&key).filter(|_| !own.is_empty()) {
            // The same message again: the platform has sent it already.
            return Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": id}).into());
        }
        let id = state.next_message_id();
        state.template_ids.insert(key, (id, now));
        let notice = Notice {
            title: template.title.to_owned(),
            rows,
            url: Some(call.text("url")).filter(|url| !url.is_empty()),
        };
        let blocked = state.faults.wechat.block_templates;
        (id, (!blocked).then_some(notice))
    };
    let status = if notice.is_none() {
        "failed:user block"
    } else {
        "success"
    };
    if let Some(notice) = notice {
        call.sandbox.world.show(&openid, Shown::Notice(notice));
    }
    let receipt = Happening::TemplateFinished {
        message_id: id,
        status,
    };
    call.sandbox.push_after(RECEIPT_AFTER, openid, receipt);
    Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": id}).into())
}

impl Sandbox {
    /// Tells the bank, when the platform comes round to it.
    pub(super) fn push_after(&self, pause: Duration, openid: String, happening: Happening) {
        let sandbox = self.clone();
        start(async move {
            tokio::time::sleep(pause).await;
            sandbox.push(&openid, happening).await;
        });
    }

    /// Tells the bank at once, after the answer to the call that caused it.
    pub(super) fn push_soon(&self, openid: String, happening: Happening) {
        self.push_after(Duration::from_millis(20), openid, happening);
    }
}

/// Every row of a template filled, or 47003 with the key that is missing or wrong.
pub(super) fn rows<'a>(
    template: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    data: &Map<String, Value>,
) -> Result<Vec<Row>, Errcode> {
    let invalid = |key: &str| Errcode::new(47003, format!("argument invalid! data.{key}.value invalid"));
    if let Some(unknown) = data
        .keys()
        .find(|key| !template.clone().any(|(known, _)| known == key.as_str()))
    {
        return Err(invalid(unknown));
    }
    let fill = |(key, label): (&str, &str)| {
        let value = data
            .get(key)
            .and_then(|entry| entry.get("value"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        values::check(key, value).map_err(|_| invalid(key))?;
        Ok(Row {
            label: label.to_owned(),
            value: value.to_owned(),
        })
    };
    template.map(fill).collect()
}

fn set_industry(_: &Call<'_>) -> Outcome {
    ok()
}

fn industry(_: &Call<'_>) -> Outcome {
    let finance = json!({"first_class": "金融业", "second_class": "银行"});
    Ok(json!({"primary_industry": finance, "secondary_industry": finance}).into())
}

/// The public library has the demo's templates under their place: TM00001 and so on.
fn add(call: &Call<'_>) -> Outcome {
    let short = call.text("template_id_short");
    let place = short
        .strip_prefix("TM")
        .and_then(|digits| digits.parse::<usize>().ok());
    let template = place
        .and_then(|place| place.checked_sub(1))
        .and_then(|place| DEMO_TEMPLATES.get(place))
        .ok_or(Errcode::new(40036, "invalid template_id_short"))?;
    let mut state = call.sandbox.world.state();
    if state.templates.all().count() >= MOST {
        return Err(Errcode::new(45026, "template num exceeds limit"));
    }
    let id = chance::hex::<21>();
    state.templates.added.push((id.clone(), template));
    Ok(json!({"errcode": 0, "errmsg": "ok", "template_id": id}).into())
}

fn list(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let one = |(id, template): (&str, &Template)| {
        let content: Vec<_> = template
            .rows
            .iter()
            .map(|(key, label)| format!("{label}:{{{{{key}.DATA}}}}"))
            .collect();
        json!({
            "template_id": id, "title": template.title, "primary_industry": "金融业",
            "deputy_industry": "银行", "content": content.join("\n"), "example": "",
        })
    };
    Ok(json!({"template_list": state.templates.all().map(one).collect::<Vec<_>>()}).into())
}

fn delete(call: &Call<'_>) -> Outcome {
    let id = call.text("template_id");
    let mut state: std::sync::MutexGuard<'_, State> = call.sandbox.world.state();
    state.templates.find(&id).ok_or(Errcode::from(40037))?;
    state.templates.deleted.push(id);
    ok()
}
