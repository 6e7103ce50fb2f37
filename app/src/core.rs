//! The core bank, as the configuration names it: the bank's own over HTTP, or the reference core of the demo.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use corebank::http::{Seals, Signer, Trusted};
use corebank::{ClearingHouse, CoreBank, EmbeddedCore, HttpCore, HttpOptions, Stub};
use kit::cx::Cx;
use kit::http::{Credentials, Timeouts};

use crate::config::{Config, Core, CoreKind};
use crate::wire::Mode;

/// The port; the reference core and the demo's switchboard, when it is that one.
pub(crate) type Cores = (Arc<dyn CoreBank>, Option<EmbeddedCore>, Option<Stub>);

pub(crate) fn cores(config: &Config, mode: Mode, cx: &Cx) -> anyhow::Result<Cores> {
    match (config.core.kind, mode) {
        (CoreKind::Http, _) => {
            let options = options(&config.core, mode)?;
            let http = HttpCore::new(options, cx.clock.clone(), cx.ids.clone())?;
            Ok((Arc::new(http), None, None))
        }
        (CoreKind::Embedded, Mode::Production) => {
            anyhow::bail!("the embedded core is for demos and tests; set core.kind = \"http\" and core.url")
        }
        (CoreKind::Embedded, Mode::Demo) => {
            let embedded = EmbeddedCore::new(cx.db.clone(), cx.vault.clone(), cx.clock.clone());
            let faults = Stub::new(Arc::new(embedded.clone()), cx.clock.clone());
            Ok((Arc::new(faults.clone()), Some(embedded), Some(faults)))
        }
    }
}

/// Money goes over connections on which both sides know each other, in messages that both sides sign.
fn options(core: &Core, mode: Mode) -> anyhow::Result<HttpOptions> {
    anyhow::ensure!(
        !core.url.is_empty(),
        "core.url is required when core.kind is http"
    );
    if mode == Mode::Production {
        anyhow::ensure!(
            core.url.starts_with("https://"),
            "core.url must begin with https://"
        );
        for (key, value) in [
            ("core.client_cert_file", &core.client_cert_file),
            ("core.client_key_file", &core.client_key_file),
            ("core.signing_key_file", &core.signing_key_file),
            ("core.trusted_key_file", &core.trusted_key_file),
        ] {
            anyhow::ensure!(!value.is_empty(), "{key} is required outside the demo");
        }
    }
    let mut options = HttpOptions::plain(&core.url);
    options.credentials = Credentials {
        ca_pem: file(&core.ca_file)?,
        identity_pem: identity(core)?,
    };
    options.seals = Seals {
        signer: file(&core.signing_key_file)?
            .map(|pem| Signer::from_pem(&core.signing_key_id, &pem))
            .transpose()
            .context("core.signing_key_file")?,
        trusted: match file(&core.trusted_key_file)? {
            Some(pem) => Trusted::default()
                .with(&core.trusted_key_id, &pem)
                .context("core.trusted_key_file")?,
            None => Trusted::default(),
        },
    };
    Ok(options)
}

fn identity(core: &Core) -> anyhow::Result<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let (chain, key) = (file(&core.client_cert_file)?, file(&core.client_key_file)?);
    Ok(match (chain, key) {
        (Some(chain), Some(key)) => Some(zeroize::Zeroizing::new([chain, key].concat())),
        (None, None) => None,
        _ => anyhow::bail!("core.client_cert_file and core.client_key_file belong together"),
    })
}

/// The file's content; none when no file is named.
pub(crate) fn file(path: &str) -> anyhow::Result<Option<Vec<u8>>> {
    if path.is_empty() {
        return Ok(None);
    }
    let text = std::fs::read(PathBuf::from(path)).with_context(|| format!("reading {path}"))?;
    Ok(Some(text))
}

/// Where the reference core sends payments to other banks.
pub(crate) fn clearing(config: &Config) -> anyhow::Result<Option<ClearingHouse>> {
    let url = &config.core.clearing_url;
    let house = (!url.is_empty()).then(|| ClearingHouse::new(url, Timeouts::default()));
    Ok(house.transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_does_not_speak_to_its_core_in_the_open() {
        let core = |url: &str| Core {
            kind: CoreKind::Http,
            url: url.to_owned(),
            ..Core::default()
        };
        let why = |url: &str, mode| match options(&core(url), mode) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert!(why("", Mode::Demo).contains("core.url"));
        assert_eq!(why("http://127.0.0.1:9", Mode::Demo), "");
        assert!(why("http://core.bank", Mode::Production).contains("https://"));
        assert!(why("https://core.bank", Mode::Production).contains("core.client_cert_file"));
    }
}
