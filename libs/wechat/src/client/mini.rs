//! A mini program's server side: who logs in, their telephone, links and codes into it, SOTER.

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CallError, Client, Download, OAuthError};

/// Who logged in by `wx.login`.
#[derive(Debug, Clone)]
pub struct MiniSession {
    /// Openid with the mini program.
    pub openid: String,
    /// Unionid, when the mini program belongs to an open platform.
    pub unionid: Option<String>,
    /// Never for the client, never for a log.
    pub session_key: SecretString,
}

/// A telephone number that the user gave.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneNumber {
    /// With the country's code.
    pub phone_number: String,
    /// Without it.
    pub pure_phone_number: String,
    /// `86`; WeChat gives a number at times.
    #[serde(deserialize_with = "super::id_text")]
    pub country_code: String,
    /// When and for whom.
    pub watermark: Watermark,
}

/// What binds data to a mini program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Watermark {
    /// The mini program.
    pub appid: String,
    /// Second.
    pub timestamp: i64,
}

/// A page of the mini program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Page<'a> {
    /// The page, published; empty for the home page.
    pub path: &'a str,
    /// At most 512 characters.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub query: &'a str,
}

/// How long a link lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Until this second, at most 30 days from now.
    Until(i64),
    /// This many days, at most 30.
    Days(u8),
}

/// Why encrypted data could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// Not base64, or of a wrong length.
    #[error("not encrypted data of WeChat")]
    Form,
    /// The key does not fit: `wx.login` was called again meanwhile.
    #[error("the session key does not fit")]
    Key,
    /// Meant for another mini program.
    #[error("the data belongs to another mini program")]
    Appid,
}

#[derive(Deserialize)]
struct Session {
    openid: String,
    session_key: String,
    unionid: Option<String>,
}

#[derive(Deserialize)]
struct Phone {
    phone_info: PhoneNumber,
}

#[derive(Deserialize)]
struct UrlLink {
    url_link: String,
}

#[derive(Deserialize)]
struct Scheme {
    openlink: String,
}

#[derive(Deserialize)]
struct Soter {
    is_ok: bool,
}

impl MiniSession {
    /// Reads `encryptedData` with its `iv`, and checks that it is this mini program's.
    pub fn decrypt(&self, appid: &str, data: &str, iv: &str) -> Result<Value, DataError> {
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| DataError::Form);
        let key = decode(self.session_key.expose_secret())?;
        let iv = decode(iv)?;
        let mut data = decode(data)?;
        let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&key, &iv).map_err(|_| DataError::Form)?;
        let clear = cipher
            .decrypt_padded::<Pkcs7>(&mut data)
            .map_err(|_| DataError::Key)?;
        let value: Value = serde_json::from_slice(clear).map_err(|_| DataError::Key)?;
        let owner = value.pointer("/watermark/appid").and_then(Value::as_str);
        if owner == Some(appid) {
            Ok(value)
        } else {
            Err(DataError::Appid)
        }
    }
}

impl Client {
    /// Redeems the code of `wx.login`, once, within five minutes. [`OAuthError::Code`] when it is void.
    pub async fn code_to_session(&self, code: &str) -> Result<MiniSession, OAuthError> {
        let url = self.sns(
            "/sns/jscode2session",
            &[
                ("appid", self.appid()),
                ("secret", self.0.credentials.secret.expose_secret()),
                ("js_code", code),
                ("grant_type", "authorization_code"),
            ],
        )?;
        let got: Session = self.ask(url).await?;
        Ok(MiniSession {
            openid: got.openid,
            unionid: got.unionid.filter(|id| !id.is_empty()),
            session_key: got.session_key.into(),
        })
    }

    /// The telephone number behind the code of `getPhoneNumber`, once, within five minutes. Each call costs
    /// money after the first thousand.
    pub async fn phone_number(&self, code: &str) -> Result<PhoneNumber, CallError> {
        let got: Phone = self
            .post("/wxa/business/getuserphonenumber", &json!({"code": code}))
            .await?;
        if got.phone_info.watermark.appid != self.appid() {
            return Err(CallError::Invalid(
                "the number belongs to another mini program".to_owned(),
            ));
        }
        Ok(got.phone_info)
    }

    /// An `https` link that opens a page from an SMS or a browser.
    pub async fn url_link(&self, page: &Page<'_>, life: Life) -> Result<String, CallError> {
        let mut body = json!({"path": page.path, "query": page.query});
        life.write(&mut body);
        let got: UrlLink = self.post("/wxa/generate_urllink", &body).await?;
        Ok(got.url_link)
    }

    /// A `weixin://` link that opens a page from outside WeChat.
    pub async fn url_scheme(&self, page: &Page<'_>, life: Life) -> Result<String, CallError> {
        let mut body = json!({"jump_wxa": page, "is_expire": true});
        life.write(&mut body);
        let got: Scheme = self.post("/wxa/generatescheme", &body).await?;
        Ok(got.openlink)
    }

    /// The picture of a code that opens a page. `scene`: 1 to 32 characters of letters, digits and
    /// `!#$&'()*+,/:;=?@-._~`. Any number of codes.
    pub async fn mini_code(&self, page: &str, scene: &str) -> Result<Download, CallError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$&'()*+,/:;=?@-._~".contains(&b);
        if !(1..=32).contains(&scene.len()) || !scene.bytes().all(plain) {
            return Err(CallError::Invalid(
                "a scene has 1 to 32 plain characters".to_owned(),
            ));
        }
        let body = json!({"scene": scene, "page": page, "check_path": true, "env_version": "release"});
        self.api().download_by("/wxa/getwxacodeunlimit", &body).await
    }

    /// Whether a fingerprint or a face was really verified on the user's phone: `json` and `signature` are what
    /// `wx.startSoterAuthentication` gave. The challenge inside must be the host's own and unused: check that
    /// first.
    pub async fn verify_soter(
        &self,
        openid: &str,
        json_string: &str,
        signature: &str,
    ) -> Result<bool, CallError> {
        let body = json!({"openid": openid, "json_string": json_string, "json_signature": signature});
        let got: Soter = self.post("/cgi-bin/soter/verify_signature", &body).await?;
        Ok(got.is_ok)
    }
}

impl Life {
    fn write(self, body: &mut Value) {
        let Some(fields) = body.as_object_mut() else {
            return;
        };
        let (kind, name, value) = match self {
            Self::Until(second) => (0, "expire_time", second),
            Self::Days(days) => (1, "expire_interval", i64::from(days)),
        };
        fields.insert("expire_type".to_owned(), json!(kind));
        fields.insert(name.to_owned(), json!(value));
    }
}
