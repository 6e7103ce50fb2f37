//! The account's menu: at most three buttons with at most five below each, checked before WeChat refuses; and
//! personalised menus (个性化菜单) for followers with a tag or on a platform.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CallError, Client, list_or_none};

/// A button of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Button {
    /// Sends an event with this key: `CLICK` and its relatives.
    Click(Leaf<Key>),
    /// Opens a page.
    View(Leaf<Page>),
    /// Opens a mini program.
    MiniProgram(Leaf<MiniPage>),
    /// Sends a material.
    Material(Leaf<Media>),
    /// Sends a published article, or opens it.
    Article(Leaf<Published>),
    /// Opens further buttons.
    Group {
        /// Label.
        name: String,
        /// One to five buttons that are no groups.
        sub_button: Vec<Button>,
    },
}

/// A button that does something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaf<T> {
    r#type: &'static str,
    name: String,
    #[serde(flatten)]
    target: T,
}

/// The key of a click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    key: String,
}

/// The address of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    url: String,
}

/// A page of a mini program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MiniPage {
    url: String,
    appid: String,
    pagepath: String,
}

/// A material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Media {
    media_id: String,
}

/// A published article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    article_id: String,
}

/// What a click button does on the phone before it sends its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// Nothing.
    Click,
    /// Scans a code.
    Scan,
    /// Scans a code and waits for the answer.
    ScanAndWait,
    /// Takes a picture.
    Camera,
    /// Takes or chooses a picture.
    CameraOrAlbum,
    /// Chooses pictures.
    Album,
    /// Chooses a place.
    Place,
}

/// A whole menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Menu {
    /// One to three buttons.
    pub button: Vec<Button>,
}

/// Who sees a personalised menu. Gender, region and language are no longer conditions (65320).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MatchRule {
    /// Followers with this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_id: Option<String>,
    /// 1 iOS, 2 Android, 3 others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_platform_type: Option<String>,
}

/// A menu as WeChat has it; buttons as it gives them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StoredMenu {
    /// The buttons.
    #[serde(default, deserialize_with = "list_or_none")]
    pub button: Vec<Value>,
    /// The number of a personalised menu.
    #[serde(default, deserialize_with = "super::id_text")]
    pub menuid: String,
    /// Who sees a personalised menu.
    pub matchrule: Option<Value>,
}

/// All menus.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Menus {
    /// The default one.
    pub menu: StoredMenu,
    /// Personalised ones, newest first: the first that matches is shown.
    #[serde(default, deserialize_with = "list_or_none")]
    pub conditionalmenu: Vec<StoredMenu>,
}

#[derive(Deserialize)]
struct Added {
    #[serde(deserialize_with = "super::id_text")]
    menuid: String,
}

/// Why WeChat would refuse a menu.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MenuError {
    /// Too few or too many buttons on one level.
    #[error("{0} buttons on one level")]
    Count(usize),
    /// A label, key or address is empty or too long.
    #[error("`{0}` is empty or too long")]
    Length(String),
    /// A group inside a group.
    #[error("a group inside a group")]
    Nested,
}

impl Button {
    /// A button that sends a click.
    pub fn click(name: &str, key: &str) -> Self {
        Self::gesture(name, Gesture::Click, key)
    }

    /// A button that does something on the phone and sends what came of it.
    pub fn gesture(name: &str, gesture: Gesture, key: &str) -> Self {
        let kind = match gesture {
            Gesture::Click => "click",
            Gesture::Scan => "scancode_push",
            Gesture::ScanAndWait => "scancode_waitmsg",
            Gesture::Camera => "pic_sysphoto",
            Gesture::CameraOrAlbum => "pic_photo_or_album",
            Gesture::Album => "pic_weixin",
            Gesture::Place => "location_select",
        };
        Self::Click(leaf(kind, name, Key { key: key.to_owned() }))
    }

    /// A button that opens a page.
    pub fn view(name: &str, url: &str) -> Self {
        Self::View(leaf("view", name, Page { url: url.to_owned() }))
    }

    /// A button that opens a mini program; `url` is for clients that have none.
    pub fn mini_program(name: &str, appid: &str, page: &str, url: &str) -> Self {
        let target = MiniPage {
            url: url.to_owned(),
            appid: appid.to_owned(),
            pagepath: page.to_owned(),
        };
        Self::MiniProgram(leaf("miniprogram", name, target))
    }

    /// A button that sends a permanent material.
    pub fn material(name: &str, media_id: &str) -> Self {
        let media_id = media_id.to_owned();
        Self::Material(leaf("media_id", name, Media { media_id }))
    }

    /// A button that sends a published article.
    pub fn article(name: &str, article_id: &str) -> Self {
        let article_id = article_id.to_owned();
        Self::Article(leaf("article_id", name, Published { article_id }))
    }

    /// A button with further buttons.
    pub fn group(name: &str, buttons: Vec<Self>) -> Self {
        Self::Group {
            name: name.to_owned(),
            sub_button: buttons,
        }
    }

    fn check(&self, top: bool) -> Result<(), MenuError> {
        let label = if top { 16 } else { 60 };
        match self {
            Self::Click(leaf) => length(&leaf.name, label).and_then(|()| length(&leaf.target.key, 128)),
            Self::View(leaf) => length(&leaf.name, label).and_then(|()| length(&leaf.target.url, 1024)),
            Self::MiniProgram(leaf) => {
                length(&leaf.name, label).and_then(|()| length(&leaf.target.url, 1024))
            }
            Self::Material(leaf) => {
                length(&leaf.name, label).and_then(|()| length(&leaf.target.media_id, 1024))
            }
            Self::Article(leaf) => {
                length(&leaf.name, label).and_then(|()| length(&leaf.target.article_id, 1024))
            }
            Self::Group { .. } if !top => Err(MenuError::Nested),
            Self::Group { name, sub_button } => {
                length(name, label)?;
                count(sub_button.len(), 5)?;
                sub_button.iter().try_for_each(|button| button.check(false))
            }
        }
    }
}

impl Menu {
    /// Checks counts and lengths (bytes) as WeChat does.
    pub fn check(&self) -> Result<(), MenuError> {
        count(self.button.len(), 3)?;
        self.button.iter().try_for_each(|button| button.check(true))
    }
}

fn leaf<T>(kind: &'static str, name: &str, target: T) -> Leaf<T> {
    Leaf {
        r#type: kind,
        name: name.to_owned(),
        target,
    }
}

fn length(text: &str, most: usize) -> Result<(), MenuError> {
    if (1..=most).contains(&text.len()) {
        Ok(())
    } else {
        Err(MenuError::Length(text.to_owned()))
    }
}

fn count(buttons: usize, most: usize) -> Result<(), MenuError> {
    if (1..=most).contains(&buttons) {
        Ok(())
    } else {
        Err(MenuError::Count(buttons))
    }
}

impl Client {
    /// Replaces the account's default menu; phones show it within five minutes. 1,000 a day.
    pub async fn create_menu(&self, menu: &Menu) -> Result<(), CallError> {
        menu.check().map_err(CallError::invalid)?;
        self.api().command("/cgi-bin/menu/create", menu).await
    }

    /// All menus that were made by API; 46003 when there is none. 10,000 a day.
    pub async fn menus(&self) -> Result<Menus, CallError> {
        self.get("/cgi-bin/menu/get", &[]).await
    }

    /// The default menu as phones show it, also one made in WeChat's console.
    pub async fn shown_menu(&self) -> Result<Value, CallError> {
        self.get("/cgi-bin/get_current_selfmenu_info", &[]).await
    }

    /// Deletes all menus, personalised ones too. 1,000 a day.
    pub async fn delete_menus(&self) -> Result<(), CallError> {
        self.get("/cgi-bin/menu/delete", &[])
            .await
            .map(|super::api::Nothing {}| ())
    }

    /// Adds a personalised menu; its number. There must be a default menu (65303). 2,000 a day.
    pub async fn add_conditional_menu(&self, menu: &Menu, rule: &MatchRule) -> Result<String, CallError> {
        menu.check().map_err(CallError::invalid)?;
        if *rule == MatchRule::default() {
            return Err(CallError::Invalid(
                "a personalised menu needs a condition".to_owned(),
            ));
        }
        let body = json!({"button": menu.button, "matchrule": rule});
        let added: Added = self.post("/cgi-bin/menu/addconditional", &body).await?;
        Ok(added.menuid)
    }

    /// Deletes a personalised menu. 2,000 a day.
    pub async fn delete_conditional_menu(&self, menu_id: &str) -> Result<(), CallError> {
        let body = json!({"menuid": menu_id});
        self.api().command("/cgi-bin/menu/delconditional", &body).await
    }

    /// The menu that a follower (openid or WeChat name) sees. 20,000 a day.
    pub async fn try_menu(&self, user: &str) -> Result<StoredMenu, CallError> {
        self.post("/cgi-bin/menu/trymatch", &json!({"user_id": user}))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_is_written_as_documented() {
        let menu = Menu {
            button: vec![
                Button::click("余额", "BALANCE"),
                Button::group("服务", vec![Button::view("转账", "https://bank.example/h5/")]),
            ],
        };
        menu.check().unwrap();
        assert_eq!(
            serde_json::to_string(&menu).unwrap(),
            "{\"button\":[{\"type\":\"click\",\"name\":\"余额\",\"key\":\"BALANCE\"},{\"name\":\"服务\",\
             \"sub_button\":[{\"type\":\"view\",\"name\":\"转账\",\"url\":\"https://bank.example/h5/\"}]}]}"
        );
    }

    #[test]
    fn what_wechat_would_refuse_is_refused_here() {
        let of = |button| Menu { button };
        assert_eq!(of(vec![]).check(), Err(MenuError::Count(0)));
        let six = (0..6).map(|_| Button::click("a", "b")).collect();
        assert_eq!(
            of(vec![Button::group("a", six)]).check(),
            Err(MenuError::Count(6))
        );
        let nested = Button::group("a", vec![Button::group("b", vec![Button::click("a", "b")])]);
        assert_eq!(of(vec![nested]).check(), Err(MenuError::Nested));
        assert!(of(vec![Button::click("六个汉字太长", "K")]).check().is_err());
        assert!(of(vec![Button::click("五个汉字长", "K")]).check().is_ok());
    }
}
