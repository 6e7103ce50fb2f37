//! Session tokens on the wire: a cookie for browsers, a bearer token for the mini program.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::service::Settings;

pub(super) const CUSTOMER: &str = "wg_session";
pub(super) const STAFF: &str = "wg_staff";
pub(super) const BROWSER: &str = "wg_oauth";

/// `__Host-` cookies can't be set by a neighbour; browsers take them over https only.
fn full_name(name: &str, settings: &Settings) -> String {
    if settings.is_https() {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The value of one of our cookies.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str, settings: &Settings) -> Option<&'a str> {
    let wanted = full_name(name, settings);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == wanted)
        .map(|(_, value)| value)
}

/// The token after `Authorization: Bearer`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// A `Set-Cookie` that lives as long as the browser does.
pub(super) fn set(name: &str, value: &str, settings: &Settings) -> Option<HeaderValue> {
    let (name, secure) = (
        full_name(name, settings),
        if settings.is_https() { "; Secure" } else { "" },
    );
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")).ok()
}

pub(super) fn clear(name: &str, settings: &Settings) -> Option<HeaderValue> {
    let (name, secure) = (
        full_name(name, settings),
        if settings.is_https() { "; Secure" } else { "" },
    );
    HeaderValue::from_str(&format!(
        "{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"
    ))
    .ok()
}

/// What tells this device from another, as far as a browser says.
pub(super) fn device(headers: &HeaderMap) -> &str {
    headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("")
}
