//! Pictures, voices and videos: temporary ones for three days, and the permanent material of the account.

use serde_json::{Value, json};

use super::call::{Answer, Api, Call, On, Outcome, get, ok, post, text_of};
use super::errcode::Errcode;
use super::multipart::Part;
use crate::chance;
use crate::world::State;

const LIVES_S: i64 = 3 * 86_400;

pub(crate) const APIS: &[Api] = &[
    post(On::Both, "/cgi-bin/media/upload", 100_000, upload),
    get(On::Both, "/cgi-bin/media/get", 200_000, download),
    post(On::Official, "/cgi-bin/media/uploadimg", 100_000, upload_inline),
    post(On::Official, "/cgi-bin/material/add_material", 1_000, add),
    post(On::Official, "/cgi-bin/material/get_material", 1_000, read),
    post(On::Official, "/cgi-bin/material/del_material", 1_000, delete),
    get(On::Official, "/cgi-bin/material/get_materialcount", 5_000, count),
    post(On::Official, "/cgi-bin/material/batchget_material", 1_000, list),
];

/// A stored file.
#[derive(Debug, Clone)]
pub(crate) struct Media {
    kind: String,
    name: String,
    bytes: Vec<u8>,
    /// Title and introduction of a video.
    about: (String, String),
    at: i64,
    /// The second it is thrown away; permanent material stays.
    until: Option<i64>,
}

impl State {
    /// Whether a message may name this file.
    pub(crate) fn has_media(&self, id: &str, now: i64) -> bool {
        self.media
            .get(id)
            .is_some_and(|media| media.until.is_none_or(|until| now < until))
    }

    /// Whether this is permanent material.
    pub(crate) fn has_material(&self, id: &str) -> bool {
        self.media.get(id).is_some_and(|media| media.until.is_none())
    }
}

/// Kind and size as WeChat limits them: the file, or an errcode.
fn check<'a>(call: &Call<'a>, kind: &str) -> Result<&'a Part, Errcode> {
    let (most, too_big, endings): (usize, i64, &[&str]) = match kind {
        "image" => (10 << 20, 40009, &["jpg", "jpeg", "png", "gif", "bmp"]),
        "voice" => (2 << 20, 40010, &["amr", "mp3", "wma", "wav"]),
        "video" => (10 << 20, 40011, &["mp4"]),
        "thumb" => (64 << 10, 40012, &["jpg", "jpeg"]),
        _ => return Err(40004.into()),
    };
    let part = call.part("media").ok_or(Errcode::from(41005))?;
    if part.bytes.is_empty() {
        return Err(44001.into());
    }
    let name = part.file_name.to_ascii_lowercase();
    let ending = name.rsplit('.').next().unwrap_or_default();
    if !endings.contains(&ending) {
        return Err(40005.into());
    }
    if part.bytes.len() > most {
        return Err(too_big.into());
    }
    Ok(part)
}

fn store(call: &Call<'_>, kind: &str, part: &Part, until: Option<i64>) -> String {
    let about = call
        .part("description")
        .and_then(|part| serde_json::from_slice::<Value>(&part.bytes).ok())
        .unwrap_or(Value::Null);
    let media = Media {
        kind: kind.to_owned(),
        name: part.file_name.clone(),
        bytes: part.bytes.clone(),
        about: (text_of(about.get("title")), text_of(about.get("introduction"))),
        at: call.now(),
        until,
    };
    let id = chance::hex::<32>();
    call.sandbox.world.state().media.insert(id.clone(), media);
    id
}

fn kind_of(call: &Call<'_>) -> String {
    let kind = call.arg("type");
    if kind.is_empty() {
        // Some send it as a field of the form.
        let part = call.part("type");
        return part
            .map(|part| String::from_utf8_lossy(&part.bytes).into_owned())
            .unwrap_or_default();
    }
    kind.to_owned()
}

fn upload(call: &Call<'_>) -> Outcome {
    let kind = kind_of(call);
    let part = check(call, &kind)?;
    let id = store(call, &kind, part, Some(call.now() + LIVES_S));
    let name = if kind == "thumb" {
        "thumb_media_id"
    } else {
        "media_id"
    };
    let mut answer = json!({"type": kind, "created_at": call.now()});
    if let Some(fields) = answer.as_object_mut() {
        fields.insert(name.to_owned(), json!(id));
    }
    Ok(answer.into())
}

fn file(media: &Media) -> Answer {
    let kind = match media.kind.as_str() {
        "voice" => "audio/amr",
        "video" => "video/mp4",
        _ => "image/jpeg",
    };
    Answer::File {
        kind,
        name: media.name.replace(['"', '\\', '\r', '\n'], "_"),
        bytes: media.bytes.clone(),
    }
}

fn download(call: &Call<'_>) -> Outcome {
    let id = call.arg("media_id");
    let state = call.sandbox.world.state();
    let media = state
        .media
        .get(id)
        .filter(|media| media.until.is_some_and(|until| call.now() < until))
        .ok_or(Errcode::from(40007))?;
    if media.kind == "video" {
        return Ok(json!({"video_url": format!("https://mp.weixin.qq.com/video/{id}")}).into());
    }
    Ok(file(media))
}

fn upload_inline(call: &Call<'_>) -> Outcome {
    let part = check(call, "image")?;
    if part.bytes.len() > 1 << 20 {
        return Err(40009.into());
    }
    let url = format!("http://mmbiz.qpic.cn/mmbiz_png/{}/0", chance::hex::<16>());
    Ok(json!({"url": url}).into())
}

fn add(call: &Call<'_>) -> Outcome {
    let kind = kind_of(call);
    let part = check(call, &kind)?;
    if kind == "video" && call.part("description").is_none() {
        return Err(47001.into());
    }
    let id = store(call, &kind, part, None);
    let mut answer = json!({"media_id": id});
    if let (true, Some(fields)) = (matches!(kind.as_str(), "image" | "thumb"), answer.as_object_mut()) {
        let url = format!(
            "http://mmbiz.qpic.cn/mmbiz_png/{}/0?wx_fmt=png",
            chance::hex::<16>()
        );
        fields.insert("url".to_owned(), json!(url));
    }
    Ok(answer.into())
}

fn read(call: &Call<'_>) -> Outcome {
    let id = call.text("media_id");
    let state = call.sandbox.world.state();
    if let Some(draft) = state.drafts.get(&id) {
        return Ok(json!({"news_item": draft.articles}).into());
    }
    let media = state
        .media
        .get(&id)
        .filter(|media| media.until.is_none())
        .ok_or(Errcode::from(40007))?;
    if media.kind == "video" {
        let (title, description) = &media.about;
        let url = format!("https://mp.weixin.qq.com/video/{id}");
        return Ok(json!({"title": title, "description": description, "down_url": url}).into());
    }
    Ok(file(media))
}

fn delete(call: &Call<'_>) -> Outcome {
    let id = call.text("media_id");
    let mut state = call.sandbox.world.state();
    if !state.has_material(&id) {
        return Err(40007.into());
    }
    state.media.remove(&id);
    ok()
}

fn count(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let of = |kind: &str| {
        state
            .media
            .values()
            .filter(|media| media.until.is_none() && media.kind == kind)
            .count()
    };
    Ok(json!({
        "voice_count": of("voice"), "video_count": of("video"), "image_count": of("image") + of("thumb"),
        "news_count": state.drafts.len(),
    })
    .into())
}

fn list(call: &Call<'_>) -> Outcome {
    let kind = call.text("type");
    if !matches!(kind.as_str(), "image" | "video" | "voice" | "news") {
        return Err(40004.into());
    }
    let (offset, most) = window(call)?;
    let state = call.sandbox.world.state();
    let mut all: Vec<_> = state
        .media
        .iter()
        .filter(|(_, media)| media.until.is_none() && media.kind == kind)
        .collect();
    // The newest first; the id makes the order certain.
    all.sort_by(|(a, x), (b, y)| y.at.cmp(&x.at).then_with(|| a.cmp(b)));
    let items: Vec<Value> = all
        .iter()
        .skip(offset)
        .take(most)
        .map(|(id, media)| json!({"media_id": id, "name": media.name, "update_time": media.at, "url": ""}))
        .collect();
    Ok(json!({"total_count": all.len(), "item_count": items.len(), "item": items}).into())
}

/// `offset` and `count` (1 to 20) of a list.
pub(super) fn window(call: &Call<'_>) -> Result<(usize, usize), Errcode> {
    let offset = call
        .number("offset")
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0);
    let count = call.number("count").unwrap_or(20);
    if !(1..=20).contains(&count) {
        return Err(Errcode::new(40097, "invalid args, count must be 1 to 20"));
    }
    Ok((offset, usize::try_from(count).unwrap_or(20)))
}
