//! Every API of the platform, in one table.

use super::call::Api;
use super::{
    draft, kf, mass, media, menu, mini, oauth_api, qr, quota, send, subscribe, template, token, user,
};

const ALL: [&[Api]; 14] = [
    token::APIS,
    oauth_api::APIS,
    menu::APIS,
    send::APIS,
    template::APIS,
    subscribe::APIS,
    kf::APIS,
    qr::APIS,
    user::APIS,
    media::APIS,
    draft::APIS,
    mass::APIS,
    mini::APIS,
    quota::APIS,
];

/// The API at a path.
pub(crate) fn find(path: &str) -> Option<&'static Api> {
    ALL.iter().copied().flatten().find(|api| api.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_path_stands_twice() {
        let paths: Vec<_> = ALL.iter().copied().flatten().map(|api| api.path).collect();
        let once: BTreeSet<_> = paths.iter().collect();
        assert_eq!(once.len(), paths.len());
        assert!(paths.len() >= 100, "{}", paths.len());
    }
}
