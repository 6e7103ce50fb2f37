//! Menus: one for everybody, and personalised ones by tag or kind of phone, the newest that fits first.

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, get, number_of, ok, post, text_of};
use super::errcode::Errcode;
use crate::world::State;

const MOST_CONDITIONAL: usize = 1_000;

pub(crate) const APIS: &[Api] = &[
    post(On::Official, "/cgi-bin/menu/create", 1_000, create),
    get(On::Official, "/cgi-bin/menu/get", 10_000, read),
    get(On::Official, "/cgi-bin/menu/delete", 1_000, delete),
    get(
        On::Official,
        "/cgi-bin/get_current_selfmenu_info",
        10_000,
        current,
    ),
    post(On::Official, "/cgi-bin/menu/addconditional", 2_000, add),
    post(On::Official, "/cgi-bin/menu/delconditional", 2_000, remove),
    post(On::Official, "/cgi-bin/menu/trymatch", 20_000, try_match),
];

/// A personalised menu.
#[derive(Debug, Clone)]
pub(crate) struct Conditional {
    id: String,
    buttons: Vec<Value>,
    rule: Value,
    tag: Option<i64>,
    platform: Option<i64>,
}

impl State {
    /// The menu that this person sees.
    pub(crate) fn menu_of(&self, openid: &str) -> &[Value] {
        let tags = self.fans.get(openid).map(|fan| &fan.tags);
        let fits = |menu: &&Conditional| {
            menu.tag
                .is_none_or(|tag| tags.is_some_and(|tags| tags.contains(&tag)))
                // Every phone of this world is an iPhone.
                && menu.platform.is_none_or(|platform| platform == 1)
        };
        self.menus
            .iter()
            .rev()
            .find(fits)
            .map_or(self.menu.as_slice(), |menu| &menu.buttons)
    }
}

fn create(call: &Call<'_>) -> Outcome {
    let buttons = call.list("button").to_vec();
    check(&buttons)?;
    call.sandbox.world.state().menu = buttons;
    ok()
}

fn read(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    if state.menu.is_empty() {
        return Err(Errcode::new(46003, "menu no exist"));
    }
    let mut answer = json!({"menu": {"button": with_sub_button(&state.menu)}});
    if let (Some(fields), false) = (answer.as_object_mut(), state.menus.is_empty()) {
        let list: Vec<_> = state
            .menus
            .iter()
            .rev()
            .map(|menu| {
                json!({
                    "button": with_sub_button(&menu.buttons), "matchrule": menu.rule, "menuid": menu.id,
                })
            })
            .collect();
        fields.insert("conditionalmenu".to_owned(), Value::Array(list));
    }
    Ok(answer.into())
}

/// Every button comes back with a list below it, an empty one for leaves.
fn with_sub_button(buttons: &[Value]) -> Vec<Value> {
    let whole = |button: &Value| {
        let mut button = button.clone();
        if let Some(fields) = button.as_object_mut() {
            fields
                .entry("sub_button")
                .or_insert_with(|| Value::Array(Vec::new()));
        }
        button
    };
    buttons.iter().map(whole).collect()
}

fn delete(call: &Call<'_>) -> Outcome {
    let mut state = call.sandbox.world.state();
    state.menu.clear();
    state.menus.clear();
    ok()
}

fn current(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let list = |button: &Value| {
        let mut button = button.clone();
        if let Some(fields) = button.as_object_mut()
            && let Some(below) = fields.remove("sub_button")
        {
            fields.insert("sub_button".to_owned(), json!({"list": below}));
        }
        button
    };
    let buttons: Vec<_> = state.menu.iter().map(list).collect();
    Ok(json!({
        "is_menu_open": i64::from(!buttons.is_empty()), "selfmenu_info": {"button": buttons},
    })
    .into())
}

fn add(call: &Call<'_>) -> Outcome {
    let buttons = call.list("button").to_vec();
    check(&buttons)?;
    let rule = call.body.get("matchrule").cloned().unwrap_or(Value::Null);
    if ["sex", "country", "province", "city", "language"]
        .iter()
        .any(|gone| !text_of(rule.get(*gone)).is_empty())
    {
        return Err(65320.into());
    }
    let (tag, platform) = (
        number_of(rule.get("tag_id")),
        number_of(rule.get("client_platform_type")),
    );
    if tag.is_none() && platform.is_none() {
        return Err(65304.into());
    }
    let mut state = call.sandbox.world.state();
    if state.menu.is_empty() {
        return Err(65303.into());
    }
    if tag.is_some_and(|tag| !state.tags.contains_key(&tag)) {
        return Err(45159.into());
    }
    if state.menus.len() >= MOST_CONDITIONAL {
        return Err(Errcode::new(65302, "too many conditional menus"));
    }
    let id = state.next_number().to_string();
    state.menus.push(Conditional {
        id: id.clone(),
        buttons,
        rule,
        tag,
        platform,
    });
    Ok(json!({"menuid": id}).into())
}

fn remove(call: &Call<'_>) -> Outcome {
    let id = call.text("menuid");
    let mut state = call.sandbox.world.state();
    let before = state.menus.len();
    state.menus.retain(|menu| menu.id != id);
    if state.menus.len() == before {
        return Err(65301.into());
    }
    ok()
}

fn try_match(call: &Call<'_>) -> Outcome {
    let openid = call.text("user_id");
    let state = call.sandbox.world.state();
    if !state.follows(&openid) {
        return Err(40003.into());
    }
    if state.menu.is_empty() {
        return Err(Errcode::new(46003, "menu no exist"));
    }
    Ok(json!({"button": with_sub_button(state.menu_of(&openid))}).into())
}

fn check(buttons: &[Value]) -> Result<(), Errcode> {
    if !(1..=3).contains(&buttons.len()) {
        return Err(40017.into());
    }
    for button in buttons {
        if !(1..=16).contains(&text_of(button.get("name")).len()) {
            return Err(40018.into());
        }
        match button.get("sub_button").and_then(Value::as_array) {
            Some(below) if !below.is_empty() => {
                if below.len() > 5 {
                    return Err(40022.into());
                }
                for leaf in below {
                    if !(1..=60).contains(&text_of(leaf.get("name")).len()) {
                        return Err(40024.into());
                    }
                    check_leaf(leaf, 40023)?;
                }
            }
            _ => check_leaf(button, 40016)?,
        }
    }
    Ok(())
}

fn check_leaf(leaf: &Value, bad_type: i64) -> Result<(), Errcode> {
    let text = |name: &str| text_of(leaf.get(name));
    match text("type").as_str() {
        "click" | "scancode_push" | "scancode_waitmsg" | "pic_sysphoto" | "pic_photo_or_album"
        | "pic_weixin" | "location_select" => within(&text("key"), 128, 40019),
        "view" => within(&text("url"), 1_024, 40020),
        "miniprogram" => {
            within(&text("url"), 1_024, 40020)?;
            within(&text("appid"), 64, 40013)?;
            within(&text("pagepath"), 1_024, 40020)
        }
        "media_id" | "view_limited" | "article_id" | "article_view_limited" => {
            let id = format!("{}{}", text("media_id"), text("article_id"));
            within(&id, 256, 40007)
        }
        _ => Err(bad_type.into()),
    }
}

fn within(text: &str, most: usize, code: i64) -> Result<(), Errcode> {
    if (1..=most).contains(&text.len()) {
        Ok(())
    } else {
        Err(code.into())
    }
}
