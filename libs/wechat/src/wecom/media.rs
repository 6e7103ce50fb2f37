//! Media: uploads for three days, pictures for ever, downloads of what was sent to an app.

use serde::Deserialize;

use super::client::Client;
use crate::client::{CallError, Download, Upload};

/// What is uploaded. Largest sizes: picture 10 MB, voice 2 MB (60 s, AMR), video 10 MB, file 20 MB; more than five
/// bytes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// JPG or PNG.
    Image,
    /// AMR.
    Voice,
    /// MP4.
    Video,
    /// Anything.
    File,
}

impl MediaKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
        }
    }

    const fn most(self) -> usize {
        match self {
            Self::Image | Self::Video => 10 << 20,
            Self::Voice => 2 << 20,
            Self::File => 20 << 20,
        }
    }
}

/// Uploaded media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Uploaded {
    /// Good for three days, for every app of the corporation.
    pub media_id: String,
    /// Second of uploading.
    #[serde(deserialize_with = "super::wire::number")]
    pub created_at: i64,
}

#[derive(Deserialize)]
struct Address {
    url: String,
}

fn check(bytes: usize, most: usize) -> Result<(), CallError> {
    if (6..=most).contains(&bytes) {
        Ok(())
    } else {
        Err(CallError::Invalid(format!(
            "a file of {bytes} bytes, not 6 to {most}"
        )))
    }
}

impl Client {
    /// Uploads media for three days.
    pub async fn upload_media(&self, kind: MediaKind, file: &Upload) -> Result<Uploaded, CallError> {
        check(file.bytes.len(), kind.most())?;
        self.upload("/cgi-bin/media/upload", &[("type", kind.word())], file)
            .await
    }

    /// Uploads a picture of at most 2 MB for ever; its address works in WeCom only.
    pub async fn upload_picture(&self, file: &Upload) -> Result<String, CallError> {
        check(file.bytes.len(), 2 << 20)?;
        let address: Address = self.upload("/cgi-bin/media/uploadimg", &[], file).await?;
        Ok(address.url)
    }

    /// Uploads an attachment of a moment for three days.
    pub async fn upload_attachment(&self, kind: MediaKind, file: &Upload) -> Result<Uploaded, CallError> {
        check(file.bytes.len(), kind.most())?;
        let query = [("media_type", kind.word()), ("attachment_type", "1")];
        self.upload("/cgi-bin/media/upload_attachment", &query, file)
            .await
    }

    /// Media that was uploaded or sent to the app.
    pub async fn media(&self, media_id: &str) -> Result<Download, CallError> {
        self.download("/cgi-bin/media/get", &[("media_id", media_id)])
            .await
    }
}
