//! Drafts and publishing. Published articles stand on the account's page and are sent to nobody.

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, get, number_of, ok, post, text_of};
use super::errcode::Errcode;
use super::media::window;
use super::push::Happening;
use crate::chance;
use crate::world::State;

pub(crate) const APIS: &[Api] = &[
    post(On::Official, "/cgi-bin/draft/add", 1_000, add),
    post(On::Official, "/cgi-bin/draft/get", 1_000, read),
    post(On::Official, "/cgi-bin/draft/update", 1_000, update),
    post(On::Official, "/cgi-bin/draft/delete", 1_000, delete),
    get(On::Official, "/cgi-bin/draft/count", 1_000, count),
    post(On::Official, "/cgi-bin/draft/batchget", 1_000, list),
    post(On::Official, "/cgi-bin/freepublish/submit", 100, submit),
    post(On::Official, "/cgi-bin/freepublish/get", 1_000, state_of),
    post(On::Official, "/cgi-bin/freepublish/delete", 10, withdraw),
    post(On::Official, "/cgi-bin/freepublish/getarticle", 1_000, article),
    post(On::Official, "/cgi-bin/freepublish/batchget", 1_000, published),
];

/// A draft, or what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) articles: Vec<Value>,
    at: i64,
}

/// A published set of articles.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    publish_id: String,
    articles: Vec<Value>,
    at: i64,
}

fn check(state: &State, article: &Value) -> Result<(), Errcode> {
    let text = |name: &str| text_of(article.get(name));
    if text("title").is_empty() || text("title").chars().count() > 64 {
        return Err(45003.into());
    }
    if text("digest").chars().count() > 120 {
        return Err(Errcode::new(45004, "description size out of limit"));
    }
    if text("content").is_empty() {
        return Err(44004.into());
    }
    if text("content").len() > 1 << 20 {
        return Err(45002.into());
    }
    if !state.has_material(&text("thumb_media_id")) {
        return Err(40007.into());
    }
    Ok(())
}

fn add(call: &Call<'_>) -> Outcome {
    let articles = call.list("articles").to_vec();
    if !(1..=8).contains(&articles.len()) {
        return Err(45008.into());
    }
    let mut state = call.sandbox.world.state();
    articles.iter().try_for_each(|article| check(&state, article))?;
    let id = chance::hex::<32>();
    let draft = Draft {
        articles,
        at: call.now(),
    };
    state.drafts.insert(id.clone(), draft);
    Ok(json!({"media_id": id}).into())
}

fn read(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let draft = state.drafts.get(&call.text("media_id"));
    Ok(json!({"news_item": draft.ok_or(Errcode::from(40007))?.articles}).into())
}

fn update(call: &Call<'_>) -> Outcome {
    let article = call.body.get("articles").cloned().unwrap_or(Value::Null);
    let index = usize::try_from(call.number("index").unwrap_or(0)).unwrap_or(usize::MAX);
    let mut state = call.sandbox.world.state();
    check(&state, &article)?;
    let draft = state
        .drafts
        .get_mut(&call.text("media_id"))
        .ok_or(Errcode::from(40007))?;
    let place = draft
        .articles
        .get_mut(index)
        .ok_or(Errcode::new(40114, "invalid index value"))?;
    *place = article;
    draft.at = call.now();
    ok()
}

fn delete(call: &Call<'_>) -> Outcome {
    let gone = call.sandbox.world.state().drafts.remove(&call.text("media_id"));
    gone.ok_or(Errcode::from(40007))?;
    ok()
}

fn count(call: &Call<'_>) -> Outcome {
    Ok(json!({"total_count": call.sandbox.world.state().drafts.len()}).into())
}

fn list(call: &Call<'_>) -> Outcome {
    let (offset, most) = window(call)?;
    let state = call.sandbox.world.state();
    let mut all: Vec<_> = state.drafts.iter().collect();
    all.sort_by(|(a, x), (b, y)| y.at.cmp(&x.at).then_with(|| a.cmp(b)));
    let items: Vec<_> = all
        .iter()
        .skip(offset)
        .take(most)
        .map(|(id, draft)| {
            json!({"media_id": id, "content": {"news_item": draft.articles}, "update_time": draft.at})
        })
        .collect();
    Ok(json!({"total_count": all.len(), "item_count": items.len(), "item": items}).into())
}

fn submit(call: &Call<'_>) -> Outcome {
    let (publish_id, article_id, count) = {
        let mut state = call.sandbox.world.state();
        let draft = state.drafts.remove(&call.text("media_id"));
        let draft = draft.ok_or(Errcode::from(40007))?;
        let publish_id = state.next_number().to_string();
        let article_id = chance::hex::<16>();
        let published = Published {
            publish_id: publish_id.clone(),
            articles: draft.articles,
            at: call.now(),
        };
        let count = published.articles.len();
        state.published.insert(article_id.clone(), published);
        (publish_id, article_id, count)
    };
    let urls = (1..=count).map(|index| url(&article_id, index)).collect();
    let happening = Happening::Published {
        publish_id: publish_id.clone(),
        article_id,
        urls,
    };
    // The event comes from no follower; WeChat names one of the account's administrators.
    call.sandbox.push_soon("oAdministrator".to_owned(), happening);
    Ok(json!({"errcode": 0, "errmsg": "ok", "publish_id": publish_id}).into())
}

fn url(article_id: &str, index: usize) -> String {
    format!("http://mp.weixin.qq.com/s?__biz={article_id}&idx={index}")
}

fn state_of(call: &Call<'_>) -> Outcome {
    let asked = call.text("publish_id");
    let state = call.sandbox.world.state();
    let found = state
        .published
        .iter()
        .find(|(_, published)| published.publish_id == asked);
    let (id, published) = found.ok_or(Errcode::new(53501, "publish_id is invalid"))?;
    let items: Vec<_> = (1..=published.articles.len())
        .map(|index| json!({"idx": index, "article_url": url(id, index)}))
        .collect();
    Ok(json!({
        "publish_id": asked, "publish_status": 0, "article_id": id,
        "article_detail": {"count": items.len(), "item": items}, "fail_idx": [],
    })
    .into())
}

fn withdraw(call: &Call<'_>) -> Outcome {
    let id = call.text("article_id");
    let index = number_of(call.body.get("index")).unwrap_or(0);
    let mut state = call.sandbox.world.state();
    let published = state.published.get_mut(&id).ok_or(Errcode::from(53600))?;
    match usize::try_from(index) {
        Ok(0) => published.articles.clear(),
        Ok(index) if index <= published.articles.len() => {
            published.articles.remove(index - 1);
        }
        _ => return Err(Errcode::new(40114, "invalid index value")),
    }
    if published.articles.is_empty() {
        state.published.remove(&id);
    }
    ok()
}

fn article(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let published = state.published.get(&call.text("article_id"));
    Ok(json!({"news_item": published.ok_or(Errcode::from(53600))?.articles}).into())
}

fn published(call: &Call<'_>) -> Outcome {
    let (offset, most) = window(call)?;
    let state = call.sandbox.world.state();
    let mut all: Vec<_> = state.published.iter().collect();
    all.sort_by(|(a, x), (b, y)| y.at.cmp(&x.at).then_with(|| a.cmp(b)));
    let items: Vec<_> = all
        .iter()
        .skip(offset)
        .take(most)
        .map(|(id, one)| {
            json!({"article_id": id, "content": {"news_item": one.articles}, "update_time": one.at})
        })
        .collect();
    Ok(json!({"total_count": all.len(), "item_count": items.len(), "item": items}).into())
}
