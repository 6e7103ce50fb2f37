//! Reading a request strictly: JSON bodies, query parameters, path ids and the idempotency key,
//! each with a clear refusal instead of the framework's English.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON body of type `T`; anything else is refused before the handler runs.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new(
                415,
                "request.not_json",
                "请以 application/json 提交。",
            )),
            Err(JsonRejection::BytesRejection(no)) if no.status() == 413 => {
                Err(Problem::new(413, "request.too_large", "提交的内容过大。"))
            }
            Err(JsonRejection::JsonDataError(no)) => {
                Err(
                    Problem::new(422, "request.bad_field", "提交的内容缺少必填项或格式不正确。")
                        .with("cause", brief(&no.body_text())),
                )
            }
            Err(_) => Err(Problem::new(
                400,
                "request.bad_json",
                "提交的内容不是有效的 JSON。",
            )),
        }
    }
}

/// Where the JSON does not fit, without the caller's values.
fn brief(text: &str) -> String {
    let text = text.rsplit(": ").next().unwrap_or(text);
    text.split('"').next().unwrap_or("").chars().take(80).collect()
}

/// Query parameters of type `T`.
#[derive(Clone, Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(q)| Self(q))
            .map_err(|_| Problem::new(400, "request.bad_query", "查询条件格式不正确。"))
    }
}

/// An id in the path; one that is no id names nothing, so it is 404.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id))
            .map_err(|_| Problem::new(404, "not_found", "没有找到您要的内容。"))
    }
}

/// The key that the caller made before its first send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts
            .headers
            .get("idempotency-key")
            .and_then(|v| v.to_str().ok())
            .unwrap_or("");
        let fits = (8..=64).contains(&key.len())
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if fits {
            return Ok(Self(key.to_owned()));
        }
        let detail = "请求缺少有效的 Idempotency-Key（8 至 64 位字母、数字、- 或 _）。";
        Err(Problem::new(400, "request.key_missing", detail))
    }
}
