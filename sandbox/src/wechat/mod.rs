//! The WeChat platform: its API (one table of calls, [`table`]), its pushes to the bank, its OAuth page.

#![expect(
    clippy::unnecessary_wraps,
    reason = "the handlers of the table have one shape, and some never refuse"
)]

mod call;
mod console;
mod draft;
mod errcode;
mod happening;
mod kf;
mod mass;
mod media;
mod menu;
mod mini;
pub(crate) mod multipart;
mod oauth;
mod oauth_api;
mod push;
mod qr;
mod quota;
mod send;
mod subscribe;
mod table;
mod template;
mod token;
mod user;
mod window;

use std::future::Future;

use axum::Router;
use axum::routing::{any, get};

use crate::Sandbox;

pub(crate) use call::Answer;
pub(crate) use console::router as console;
pub(crate) use draft::{Draft, Published};
pub(crate) use errcode::Errcode;
pub(crate) use kf::Desk;
pub(crate) use mass::Masses;
pub(crate) use media::Media;
pub(crate) use menu::Conditional;
pub(crate) use mini::{Mini, MiniDesk};
pub use mini::{MiniProgram, PushFormat, mini_openid};
pub(crate) use oauth::{COOKIE, Codes};
pub(crate) use oauth_api::Grants;
pub(crate) use push::Happening;
pub(crate) use qr::{Code, Scene};
pub(crate) use quota::{Calls, Quotas};
pub(crate) use subscribe::Subscriptions;
pub(crate) use template::Templates;
pub(crate) use token::Tokens;
pub(crate) use user::Fan;
pub(crate) use window::Window;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/connect/oauth2/authorize", get(oauth::authorize))
        .route("/{*path}", any(call::dispatch))
}

/// Starts something that the platform does on its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the world outside the bank ends with the process, unannounced"
)]
pub(crate) fn start(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}

/// The calendar month of a second in China, counted from year 0: what monthly limits go by.
pub(crate) fn month(now: i64) -> i64 {
    // Days to civil date, after Howard Hinnant's algorithm: eras of 400 years that begin in March.
    let days = quota::day(now) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + from_march + 2
}

/// The smallest picture there is; a phone scans by ticket, not by picture.
pub(crate) fn picture() -> Vec<u8> {
    const PNG: [u8; 67] = [
        0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1,
        8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60,
        0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
    ];
    PNG.to_vec()
}

#[cfg(test)]
mod tests {
    use super::month;

    #[test]
    fn months_change_at_midnight_in_china() {
        // 2026-01-01T00:00+08:00 is 2025-12-31T16:00Z.
        assert_eq!(month(1_767_196_800), 2026 * 12);
        assert_eq!(month(1_767_196_799), 2025 * 12 + 11);
        assert_eq!(month(1_767_196_800 + 31 * 86_400), 2026 * 12 + 1);
    }
}
