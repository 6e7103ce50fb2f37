//! The guard at the doors: finds the route's door, finds who is calling, lets in or sends away.
//!
//! A route that no door names lets nobody in. What the guard has found out it leaves in the
//! request's extensions, where the extractors of [`Visitor`], [`Customer`] and [`Staff`] find it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kit::problem::Problem;
use kit::web::{Door, Doors};

use super::cookie;
use crate::error::Error;
use crate::model::people::{Customer, Staff, Visitor};
use crate::model::roles::permissions;
use crate::service::Identity;

/// Middleware of the whole API.
pub async fn guard(
    State((identity, doors)): State<(Identity, Arc<Doors>)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&identity, &doors, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admit(identity: &Identity, doors: &Doors, request: &mut Request) -> Result<(), Problem> {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(|p| p.as_str().to_owned())
        .unwrap_or_default();
    let door = doors
        .of(request.method().as_str(), &path)
        .ok_or_else(|| Problem::new(403, "access.unlisted", "没有此项功能。"))?;
    if !request.method().is_safe() {
        same_site(request.headers())?;
    }
    match door {
        Door::Open => {}
        Door::Visitor => {
            let visitor = visitor(identity, request.headers()).await?;
            request.extensions_mut().insert(visitor);
        }
        Door::Customer => {
            let (token, device) = presented(identity, request.headers())?;
            let (visitor, customer) = identity.customer_with(token, device).await?;
            request.extensions_mut().insert(visitor);
            request.extensions_mut().insert(customer);
        }
        Door::Staff(permission) => {
            let staff = staff(identity, request.headers()).await?;
            if !permissions(&staff.roles).contains(&permission) {
                let asked = format!("{} {path}", request.method());
                identity.turned_away(&staff, permission, &asked).await?;
                return Err(Error::AccessDenied.into());
            }
            request.extensions_mut().insert(staff);
        }
        Door::AnyStaff => {
            let staff = staff(identity, request.headers()).await?;
            request.extensions_mut().insert(staff);
        }
    }
    Ok(())
}

/// Refuses what another site makes a browser send. `SameSite` cookies already stop most of it; a
/// request without a browser's headers carries no browser's cookies either.
fn same_site(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let foreign = || Problem::new(403, "request.cross_site", "请求来源不被允许。");
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(foreign());
    }
    let host = text(header::HOST.as_str()).unwrap_or("");
    match text(header::ORIGIN.as_str()) {
        Some(origin) if origin.split_once("://").map(|(_, rest)| rest) != Some(host) => Err(foreign()),
        _ => Ok(()),
    }
}

async fn visitor(identity: &Identity, headers: &HeaderMap) -> Result<Visitor, Problem> {
    let (token, device) = presented(identity, headers)?;
    let session = identity.session("customer", token, device).await?;
    Ok(identity.visitor(&session))
}

/// A customer's token and the device it comes from.
fn presented<'a>(identity: &Identity, headers: &'a HeaderMap) -> Result<(&'a str, &'a str), Problem> {
    let token =
        cookie::read(headers, cookie::CUSTOMER, &identity.settings).or_else(|| cookie::bearer(headers));
    Ok((token.ok_or(Error::SessionRequired)?, cookie::device(headers)))
}

async fn staff(identity: &Identity, headers: &HeaderMap) -> Result<Staff, Problem> {
    let token = cookie::read(headers, cookie::STAFF, &identity.settings).or_else(|| cookie::bearer(headers));
    let token = token.ok_or(Error::SessionRequired)?;
    let session = identity.session("staff", token, cookie::device(headers)).await?;
    Ok(identity.staff_behind(&session).await?)
}

macro_rules! found_by_the_guard {
    ($($who:ty),*) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $who {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
                parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::SessionRequired.into())
            }
        }
    )*};
}

found_by_the_guard!(Visitor, Customer, Staff);
