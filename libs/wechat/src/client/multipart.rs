//! `multipart/form-data` for uploads, written by hand: WeChat wants one file and at most one text field, each
//! with a plain quoted name and the file's length in bytes, which general writers leave out.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

/// A file to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The file's name; WeChat reads the kind from its ending.
    pub file_name: String,
    /// E.g. `image/jpeg`.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Upload {
    /// A file by name and content; the content type follows the name's ending.
    pub fn new(file_name: &str, bytes: Vec<u8>) -> Self {
        let ending = file_name.rsplit('.').next().unwrap_or_default();
        let content_type = match ending.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "bmp" => "image/bmp",
            "mp3" => "audio/mpeg",
            "amr" => "audio/amr",
            "mp4" => "video/mp4",
            _ => "application/octet-stream",
        };
        Self {
            file_name: file_name.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
        }
    }

    /// Content type and body of a form with this file as `media` and perhaps one text field before it.
    pub(crate) fn form(&self, field: Option<(&str, &str)>) -> (String, Vec<u8>) {
        let boundary = self.boundary();
        let mut head = String::new();
        if let Some((name, value)) = field {
            // Writing to a String cannot fail.
            write!(
                head,
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .unwrap_or_default();
        }
        write!(
            head,
            "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{}\"; filelength={}\r\n\
             Content-Type: {}\r\n\r\n",
            plain(&self.file_name),
            self.bytes.len(),
            plain(&self.content_type)
        )
        .unwrap_or_default();
        let tail = format!("\r\n--{boundary}--\r\n");
        let mut body = Vec::with_capacity(head.len() + self.bytes.len() + tail.len());
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&self.bytes);
        body.extend_from_slice(tail.as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// A boundary that the file cannot hold: made from the file's own hash.
    fn boundary(&self) -> String {
        format!("----form{}", hex::encode(Sha1::digest(&self.bytes)))
    }
}

/// Without what would end the quoted name or the header's line.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c == '"' || c.is_control() { '_' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_the_file_to_the_byte_and_no_second_header() {
        let upload = Upload::new("a\"\r\nX: 1.JPG", b"\xff\xd8--\r\nabc".to_vec());
        assert_eq!(upload.content_type, "image/jpeg");
        let (content_type, body) = upload.form(Some(("description", "{\"title\":\"片\"}")));
        let boundary = content_type
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{{\"title\":\"片\"}}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a___X: 1.JPG\"; \
             filelength=9\r\nContent-Type: image/jpeg\r\n\r\n\u{fffd}\u{fffd}--\r\nabc\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, expected);
    }
}
