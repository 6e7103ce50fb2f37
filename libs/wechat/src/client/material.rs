//! Materials (素材): temporary ones live for three days, permanent ones until they are deleted.

use serde::Deserialize;
use serde_json::json;

use super::{CallError, Client, Download, Upload, list_or_none};

const MB: usize = 1 << 20;

/// A kind of material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// PNG, JPEG or GIF, at most 10 MB.
    Image,
    /// AMR or MP3, at most 2 MB and 60 s.
    Voice,
    /// MP4, at most 10 MB.
    Video,
    /// JPEG, at most 64 KB.
    Thumb,
}

impl MediaKind {
    /// WeChat's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Thumb => "thumb",
        }
    }

    /// The largest file, in bytes.
    pub const fn most(self) -> usize {
        match self {
            Self::Image | Self::Video => 10 * MB,
            Self::Voice => 2 * MB,
            Self::Thumb => 64 * 1_024,
        }
    }

    fn check(self, file: &Upload) -> Result<(), CallError> {
        if file.bytes.is_empty() || file.bytes.len() > self.most() {
            return Err(CallError::Invalid(format!(
                "a {} of {} bytes, not 1 to {}",
                self.name(),
                file.bytes.len(),
                self.most()
            )));
        }
        Ok(())
    }
}

/// A temporary material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryMedia {
    /// What it is sent by.
    pub media_id: String,
    /// Second of the upload; it ends 72 h later.
    pub created_at: i64,
}

/// A permanent material.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Material {
    /// What it is sent by.
    pub media_id: String,
    /// A picture's address, for articles.
    #[serde(default)]
    pub url: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct MaterialCount {
    /// Voices; at most 1,000.
    #[serde(default)]
    pub voice_count: i64,
    /// Videos; at most 1,000.
    #[serde(default)]
    pub video_count: i64,
    /// Pictures; at most 100,000 with those in articles.
    #[serde(default)]
    pub image_count: i64,
    /// Groups of articles.
    #[serde(default)]
    pub news_count: i64,
}

/// One in the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MaterialItem {
    /// What it is sent by.
    pub media_id: String,
    /// The file's name.
    #[serde(default)]
    pub name: String,
    /// Second of its last change.
    #[serde(default)]
    pub update_time: i64,
    /// Address.
    #[serde(default)]
    pub url: String,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MaterialPage {
    /// How many there are.
    #[serde(default)]
    pub total_count: i64,
    /// This page.
    #[serde(default, deserialize_with = "list_or_none")]
    pub item: Vec<MaterialItem>,
}

#[derive(Deserialize)]
struct Uploaded {
    media_id: Option<String>,
    thumb_media_id: Option<String>,
    created_at: i64,
}

#[derive(Deserialize)]
struct Url {
    url: String,
}

impl Client {
    /// Uploads a temporary material.
    pub async fn upload_media(&self, kind: MediaKind, file: &Upload) -> Result<TemporaryMedia, CallError> {
        kind.check(file)?;
        let query = [("type", kind.name())];
        let got: Uploaded = self
            .api()
            .upload("/cgi-bin/media/upload", &query, file, None)
            .await?;
        // Thumbs have an element of their own for their id.
        let media_id = got.media_id.or(got.thumb_media_id).unwrap_or_default();
        Ok(TemporaryMedia {
            media_id,
            created_at: got.created_at,
        })
    }

    /// A temporary material, also one that a follower sent. Videos come as JSON with their address.
    pub async fn media(&self, media_id: &str) -> Result<Download, CallError> {
        self.api()
            .download("/cgi-bin/media/get", &[("media_id", media_id)])
            .await
    }

    /// Uploads a picture for use in articles; its address. At most 1 MB, JPEG or PNG; does not count as a
    /// material.
    pub async fn upload_article_picture(&self, file: &Upload) -> Result<String, CallError> {
        if file.bytes.is_empty() || file.bytes.len() > MB {
            return Err(CallError::Invalid(format!(
                "a picture of {} bytes",
                file.bytes.len()
            )));
        }
        let got: Url = self
            .api()
            .upload("/cgi-bin/media/uploadimg", &[], file, None)
            .await?;
        Ok(got.url)
    }

    /// Uploads a permanent material other than a video.
    pub async fn add_material(&self, kind: MediaKind, file: &Upload) -> Result<Material, CallError> {
        if kind == MediaKind::Video {
            return Err(CallError::Invalid("a permanent video needs a title".to_owned()));
        }
        self.add(kind, file, None).await
    }

    /// Uploads a permanent video.
    pub async fn add_video(
        &self,
        file: &Upload,
        title: &str,
        introduction: &str,
    ) -> Result<Material, CallError> {
        let description = json!({"title": title, "introduction": introduction}).to_string();
        self.add(MediaKind::Video, file, Some(("description", &description)))
            .await
    }

    async fn add(
        &self,
        kind: MediaKind,
        file: &Upload,
        field: Option<(&str, &str)>,
    ) -> Result<Material, CallError> {
        kind.check(file)?;
        let query = [("type", kind.name())];
        self.api()
            .upload("/cgi-bin/material/add_material", &query, file, field)
            .await
    }

    /// A permanent material. Videos and articles come as JSON.
    pub async fn material(&self, media_id: &str) -> Result<Download, CallError> {
        let body = json!({"media_id": media_id});
        self.api()
            .download_by("/cgi-bin/material/get_material", &body)
            .await
    }

    /// Deletes a permanent material.
    pub async fn delete_material(&self, media_id: &str) -> Result<(), CallError> {
        let body = json!({"media_id": media_id});
        self.api().command("/cgi-bin/material/del_material", &body).await
    }

    /// How many permanent materials there are.
    pub async fn count_materials(&self) -> Result<MaterialCount, CallError> {
        self.get("/cgi-bin/material/get_materialcount", &[]).await
    }

    /// Permanent materials of a kind: `count` (1 to 20) from number `offset`.
    pub async fn materials(
        &self,
        kind: MediaKind,
        offset: i64,
        count: i64,
    ) -> Result<MaterialPage, CallError> {
        let body = json!({"type": kind.name(), "offset": offset, "count": count});
        self.post("/cgi-bin/material/batchget_material", &body).await
    }
}
