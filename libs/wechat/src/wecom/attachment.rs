//! What may hang on a greeting, a group message, a moment.

use serde::{Deserialize, Serialize};

/// The most attachments of one message.
pub const MAX_ATTACHMENTS: usize = 9;

/// A picture, link, mini program, video or file. Media ids come from `media/upload` and live three days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "msgtype", rename_all = "snake_case")]
pub enum Attachment {
    /// A picture, by media id or by the address `media/uploadimg` gave.
    Image { image: Picture },
    /// A link.
    Link { link: Link },
    /// A mini program that the corporation has linked.
    Miniprogram { miniprogram: MiniProgram },
    /// A video.
    Video { video: Media },
    /// A file.
    File { file: Media },
}

/// A picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Picture {
    /// Uploaded media.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub media_id: String,
    /// Permanent address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pic_url: String,
}

/// A link; title at most 128 bytes, description at most 512, address at most 2048.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Link {
    /// Title.
    pub title: String,
    /// Cover picture.
    #[serde(rename = "picurl", skip_serializing_if = "String::is_empty")]
    pub picture_url: String,
    /// Description.
    #[serde(rename = "desc", skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Address.
    pub url: String,
}

/// A mini program's page; title at most 64 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MiniProgram {
    /// Title.
    pub title: String,
    /// Cover picture.
    pub pic_media_id: String,
    /// Appid.
    pub appid: String,
    /// Page.
    pub page: String,
}

/// Uploaded media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Media {
    /// Media id.
    pub media_id: String,
}

impl Attachment {
    /// A link.
    pub fn link(title: &str, url: &str) -> Self {
        Self::Link {
            link: Link {
                title: title.to_owned(),
                url: url.to_owned(),
                ..Link::default()
            },
        }
    }

    /// An uploaded picture.
    pub fn image(media_id: &str) -> Self {
        Self::Image {
            image: Picture {
                media_id: media_id.to_owned(),
                pic_url: String::new(),
            },
        }
    }
}
