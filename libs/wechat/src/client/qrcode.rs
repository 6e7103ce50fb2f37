//! Parametric QR codes: who scans one comes with its scene, as `Subscribe` or `Scan`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::oauth::encode;
use super::{CallError, Client};

/// The longest life of a temporary code, in seconds: 30 days.
pub const MAX_QR_LIFE_S: i64 = 2_592_000;

/// What the code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QrScene {
    /// A temporary code with a number other than 0.
    TemporaryNumber { scene: u32, lives_s: i64 },
    /// A temporary code with 1 to 64 characters.
    TemporaryText { scene: String, lives_s: i64 },
    /// A permanent code with a number of 1 to 100,000.
    PermanentNumber(u32),
    /// A permanent code with 1 to 64 characters. An account has 100,000 permanent codes, once.
    PermanentText(String),
}

/// A code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct QrCode {
    /// What the picture is asked by.
    pub ticket: String,
    /// Seconds it lives; 0 for permanent ones.
    #[serde(default)]
    pub expire_seconds: i64,
    /// What the code says, for a picture of one's own.
    #[serde(default)]
    pub url: String,
}

impl QrScene {
    fn to_json(&self) -> Result<Value, CallError> {
        let bad = |what: &str| Err(CallError::Invalid(what.to_owned()));
        let (name, scene, life) = match self {
            Self::TemporaryNumber { scene, lives_s } => {
                ("QR_SCENE", json!({"scene_id": scene}), Some(*lives_s))
            }
            Self::TemporaryText { scene, lives_s } => {
                ("QR_STR_SCENE", json!({"scene_str": scene}), Some(*lives_s))
            }
            Self::PermanentNumber(scene) => ("QR_LIMIT_SCENE", json!({"scene_id": scene}), None),
            Self::PermanentText(scene) => ("QR_LIMIT_STR_SCENE", json!({"scene_str": scene}), None),
        };
        match self {
            Self::TemporaryNumber { scene: 0, .. } => return bad("scene 0"),
            Self::PermanentNumber(number) if !(1..=100_000).contains(number) => {
                return bad("a permanent scene is 1 to 100,000");
            }
            Self::TemporaryText { scene, .. } | Self::PermanentText(scene)
                if !(1..=64).contains(&scene.chars().count()) =>
            {
                return bad("a scene has 1 to 64 characters");
            }
            _ => {}
        }
        let mut body = json!({"action_name": name, "action_info": {"scene": scene}});
        if let (Some(life), Some(fields)) = (life, body.as_object_mut()) {
            if !(1..=MAX_QR_LIFE_S).contains(&life) {
                return bad("a temporary code lives 1 s to 30 days");
            }
            fields.insert("expire_seconds".to_owned(), json!(life));
        }
        Ok(body)
    }
}

impl Client {
    /// Makes a code.
    pub async fn create_qr_code(&self, scene: &QrScene) -> Result<QrCode, CallError> {
        self.post("/cgi-bin/qrcode/create", &scene.to_json()?).await
    }

    /// Where the code's picture is; needs no token.
    pub fn qr_picture_url(&self, code: &QrCode) -> String {
        format!(
            "{}/cgi-bin/showqrcode?ticket={}",
            self.0.endpoints.mp,
            encode(&code.ticket)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_are_written_as_documented_and_checked() {
        let text = |scene: &str, lives_s| QrScene::TemporaryText {
            scene: scene.to_owned(),
            lives_s,
        };
        assert_eq!(
            text("BR0102", 604_800).to_json().unwrap(),
            json!({"expire_seconds": 604_800, "action_name": "QR_STR_SCENE",
                   "action_info": {"scene": {"scene_str": "BR0102"}}})
        );
        assert_eq!(
            QrScene::PermanentNumber(100_000).to_json().unwrap(),
            json!({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100_000}}})
        );
        for bad in [
            text("", 60),
            text("x", 0),
            text("x", MAX_QR_LIFE_S + 1),
            QrScene::PermanentText("汉".repeat(65)),
            QrScene::PermanentNumber(100_001),
            QrScene::PermanentNumber(0),
            QrScene::TemporaryNumber {
                scene: 0,
                lives_s: 60,
            },
        ] {
            assert!(matches!(bad.to_json(), Err(CallError::Invalid(_))), "{bad:?}");
        }
    }
}
