//! The web apps, carried inside the binary.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, body::Body};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "../web/customer/dist"]
#[allow_missing = true]
struct Customer;

#[derive(RustEmbed)]
#[folder = "../web/office/dist"]
#[allow_missing = true]
struct Office;

#[derive(RustEmbed)]
#[folder = "../web/simulator/dist"]
#[allow_missing = true]
struct Simulator;

/// The pages for customers and staff.
pub(crate) fn router() -> Router {
    app::<Customer>("/h5").merge(app::<Office>("/office"))
}

/// The phone in the browser; demo only.
pub(crate) fn simulator() -> Router {
    app::<Simulator>("/simulator")
}

fn app<A: RustEmbed + 'static>(base: &'static str) -> Router {
    Router::new()
        .route(
            base,
            get(move || async move { Redirect::permanent(&format!("{base}/")) }),
        )
        .route(
            &format!("{base}/"),
            get(|headers: HeaderMap| async move { serve::<A>("index.html", &headers) }),
        )
        .route(
            &format!("{base}/{{*path}}"),
            get(|Path(path): Path<String>, headers: HeaderMap| async move { serve::<A>(&path, &headers) }),
        )
}

/// A file, or the app's one page for every address that its own router knows.
fn serve<A: RustEmbed>(path: &str, headers: &HeaderMap) -> Response {
    if let Some(file) = A::get(path) {
        return answer(path, file, headers);
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match A::get("index.html") {
        Some(page) if !is_file => answer("index.html", page, headers),
        Some(_) => (StatusCode::NOT_FOUND, "not found").into_response(),
        None => missing(),
    }
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(etag.as_str());
    let mut answer = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(match file.data {
            Cow::Borrowed(embedded) => Body::from(embedded),
            Cow::Owned(read) => Body::from(read),
        })
    };
    let out = answer.headers_mut();
    // Built files carry their hash in the name and never change; pages are asked for anew.
    let keep = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, etag);
    }
    answer
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(16)
        .fold(String::with_capacity(32), |text, byte| {
            text + &format!("{byte:02x}")
        })
}

fn missing() -> Response {
    let text = "The web apps are not built into this binary. Run: cargo xtask web, then build again.";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}
