//! Security headers of every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Which pages may frame ours, and whether the way to us is encrypted.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    pub(crate) https: bool,
    /// The demo's phone shows the customer pages in a frame.
    pub(crate) framed_by_self: bool,
}

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; worker-src 'self'; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors ";

/// Middleware of the public listener.
pub(crate) async fn secure(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    put(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    put(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    if api {
        put(header::CACHE_CONTROL, "no-store");
    }
    if policy.https {
        put(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    let ancestors = if policy.framed_by_self { "'self'" } else { "'none'" };
    if let Ok(value) = HeaderValue::from_str(&format!("{CSP}{ancestors}")) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(value);
    }
    answer
}
