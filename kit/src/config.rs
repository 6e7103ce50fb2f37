//! Typed configuration: built-in defaults, then a TOML file, then `WEIGUI_SECTION__KEY`.

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Loads a configuration; an unknown key or a wrong type is an error that names the place.
pub fn load<T: Serialize + DeserializeOwned + Default>(file: Option<&Path>) -> anyhow::Result<T> {
    let mut figment = Figment::from(Serialized::defaults(T::default()));
    if let Some(file) = file {
        anyhow::ensure!(
            file.exists(),
            "configuration file {} does not exist",
            file.display()
        );
        figment = figment.merge(Toml::file(file));
    }
    // Keys without a section (WEIGUI_DATA_DIR) and keys within one (WEIGUI_HTTP__LISTEN).
    figment = figment.merge(Env::prefixed("WEIGUI_").split("__"));
    figment
        .extract()
        .map_err(|error| anyhow::anyhow!("configuration: {error}"))
}
