//! What goes wrong, told to the outside: RFC 9457 `application/problem+json` with a stable `code`.
//!
//! What the customer reads (`detail`, Chinese, says what to do) is not what the log says. A
//! [`Problem`] of status 500 never carries the cause; the cause is logged once, where the domain's
//! error becomes a problem.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The answer of a handler.
pub type Answer<T> = Result<T, Problem>;

/// A refused field of a form: which one, why, and how to mend it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldFault {
    pub field: &'static str,
    pub code: &'static str,
    pub reason: String,
    pub remedy: String,
}

/// A refusal or failure as the client sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    pub status: u16,
    /// Stable; programs decide by it.
    pub code: &'static str,
    /// Short and general, by status.
    title: &'static str,
    /// For the customer, in Chinese: what happened and what to do.
    pub detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFault>,
    /// Seconds until it makes sense to ask again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Further members that the code documents.
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Problem {
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            status,
            code,
            title: title(status),
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
            extra: Map::new(),
        }
    }

    /// Something inside failed. Logs the cause once; the customer learns that nothing was lost.
    pub fn internal(place: &'static str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(place, cause = %cause, "request failed inside");
        metrics::counter!("weigui_internal_errors_total", "place" => place).increment(1);
        Self::new(500, "internal", "系统繁忙，请稍后再试；您的资金不受影响。")
    }

    /// A dependency does not answer; asking again later may help.
    pub fn unavailable(code: &'static str, detail: impl Into<String>, retry_after: u32) -> Self {
        Self::new(503, code, detail).retry_after(retry_after)
    }

    /// The idempotency key came before with other content.
    pub fn key_reused() -> Self {
        Self::new(
            422,
            "request.key_reused",
            "同一个请求编号不能用于不同的内容，请重新发起。",
        )
    }

    /// A request with the same idempotency key is at work.
    pub fn in_progress(retry_after: u32) -> Self {
        Self::new(409, "request.in_progress", "同一笔请求正在处理，请稍候。").retry_after(retry_after)
    }

    #[must_use]
    pub fn field(
        mut self,
        field: &'static str,
        code: &'static str,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        self.fields.push(FieldFault {
            field,
            code,
            reason: reason.into(),
            remedy: remedy.into(),
        });
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(member.to_owned(), value.into());
        self
    }
}

/// A database that can't be reached is 503 with a hint to come back; a lost COMMIT is 503 with the
/// advice to repeat under the same key; anything else is 500.
impl From<crate::db::Error> for Problem {
    fn from(error: crate::db::Error) -> Self {
        if matches!(error, crate::db::Error::CommitUnknown) {
            tracing::warn!(cause = %error, "commit unknown");
            return Self::unavailable(
                "outcome.unknown",
                "结果正在确认，请用同一笔请求再试一次，不会重复执行。",
                2,
            );
        }
        if error.is_temporary() {
            tracing::warn!(cause = %error, "database unavailable");
            return Self::unavailable("database.unavailable", "系统正在恢复，请稍后再试。", 3);
        }
        Self::internal("db", &error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut answer = (status, body).into_response();
        let headers = answer.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json; charset=utf-8"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer.extensions_mut().insert(ProblemCode(self.code));
        answer
    }
}

/// Left in the answer's extensions for the request log.
#[derive(Clone, Copy, Debug)]
pub struct ProblemCode(pub &'static str);

fn title(status: u16) -> &'static str {
    match status {
        400 => "请求格式不正确",
        401 => "请先登录",
        403 => "没有权限",
        404 => "没有找到",
        409 => "与当前状态冲突",
        410 => "已失效",
        413 => "内容过大",
        415 => "内容类型不支持",
        422 => "内容未通过检查",
        423 => "已锁定",
        429 => "操作过于频繁",
        503 => "暂时无法服务",
        _ if status >= 500 => "系统繁忙",
        _ => "请求未被接受",
    }
}
