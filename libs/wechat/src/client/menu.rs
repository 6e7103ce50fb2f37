//! The account's menu: at most three buttons with at most five below each, checked before WeChat refuses.

use serde::Serialize;

use super::{CallError, Client, Nothing};

/// A button of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Button {
    /// Sends a `CLICK` event with this key.
    Click(Leaf<Key>),
    /// Opens a page.
    View(Leaf<Page>),
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

/// A whole menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Menu {
    /// One to three buttons.
    pub button: Vec<Button>,
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
        Self::Click(Leaf {
            r#type: "click",
            name: name.to_owned(),
            target: Key { key: key.to_owned() },
        })
    }

    /// A button that opens a page.
    pub fn view(name: &str, url: &str) -> Self {
        Self::View(Leaf {
            r#type: "view",
            name: name.to_owned(),
            target: Page { url: url.to_owned() },
        })
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
    /// Replaces the account's menu; phones show it within five minutes.
    pub async fn create_menu(&self, menu: &Menu) -> Result<(), CallError> {
        menu.check()
            .map_err(|error| CallError::Invalid(error.to_string()))?;
        self.post("/cgi-bin/menu/create", menu).await.map(|Nothing {}| ())
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
