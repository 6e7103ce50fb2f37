//! An HTTP answer that says what was asked when it is not as expected.

use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `POST /api/transfers`
    asked: String,
    pub status: u16,
    headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn read(asked: String, response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the answer ends").to_vec();
        Self {
            asked,
            status,
            headers,
            body,
        }
    }

    /// Any 2xx.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{self} is no success");
        self
    }

    /// Exactly this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// A refusal with this status and stable code, told as problem+json in Chinese.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.text("/code").as_str()),
            (status, code),
            "{self}"
        );
        let kind = self.header("content-type").unwrap_or_default();
        assert!(
            kind.starts_with("application/problem+json"),
            "{self} has the type {kind}"
        );
        let detail = self.text("/detail");
        assert!(
            detail.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{self} speaks no Chinese"
        );
        self
    }

    /// Refused because of this field, with reason and remedy.
    #[track_caller]
    pub fn blames(self, field: &str) -> Self {
        let fields = self.list("/fields");
        let fault = fields.iter().find(|fault| fault["field"] == field);
        let fault = fault.unwrap_or_else(|| panic!("{self} does not blame {field}"));
        for part in ["code", "reason", "remedy"] {
            assert!(
                fault[part].as_str().is_some_and(|text| !text.is_empty()),
                "{self}: {field} has no {part}"
            );
        }
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self} is no JSON: {error}"))
    }

    /// The value at a JSON pointer, e.g. `/challenge/id`; null when there is none.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        let value = self.at(pointer);
        let text = value.as_str();
        text.unwrap_or_else(|| panic!("{self}: no text at {pointer}"))
            .to_owned()
    }

    #[track_caller]
    pub fn number(&self, pointer: &str) -> i64 {
        self.at(pointer)
            .as_i64()
            .unwrap_or_else(|| panic!("{self}: no number at {pointer}"))
    }

    #[track_caller]
    pub fn list(&self, pointer: &str) -> Vec<Value> {
        self.at(pointer)
            .as_array()
            .cloned()
            .unwrap_or_else(|| panic!("{self}: no list at {pointer}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn cookies(&self) -> impl Iterator<Item = &str> {
        self.headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|value| value.to_str().ok())
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start: String = String::from_utf8_lossy(&self.body).chars().take(600).collect();
        write!(f, "{} answered {} {start}", self.asked, self.status)
    }
}
