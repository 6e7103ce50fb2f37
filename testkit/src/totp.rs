//! What an authenticator app shows (RFC 6238: SHA-1, six digits, thirty seconds).

use kit::clock::{Ms, SECOND};
use totp_rs::{Algorithm, Builder, Secret};

/// The code at this instant for a secret in base32.
pub(crate) fn code(secret: &str, now: Ms) -> String {
    let secret = Secret::try_from_base32(secret).expect("a secret in base32");
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30);
    let totp = builder.with_secret(secret).build().expect("an authenticator");
    totp.generate(u64::try_from(now / SECOND).expect("after 1970"))
        .to_string()
}
