//! The font of PDF statements. None ships with the program: one is configured or found.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use krilla::text::Font;

use crate::error::Error;

/// Debian's packages fonts-wqy-microhei and fonts-noto-cjk. Both have Chinese, Latin and digits;
/// a font without one of these would print empty boxes.
const PLACES: [&str; 3] = [
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
];

/// Loads the font once; a font that is missing is looked for again next time.
pub(crate) struct Fonts {
    configured: Option<PathBuf>,
    loaded: Mutex<Option<Font>>,
}

impl Fonts {
    pub(crate) fn new(configured: Option<PathBuf>) -> Self {
        Self {
            configured,
            loaded: Mutex::new(None),
        }
    }

    /// Reads a file of some megabytes the first time: not for the async runtime.
    pub(crate) fn get(&self) -> Result<Font, Error> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(font) = loaded.as_ref() {
            return Ok(font.clone());
        }
        let places: Vec<PathBuf> = match &self.configured {
            Some(one) => vec![one.clone()],
            None => PLACES.iter().map(PathBuf::from).collect(),
        };
        let font = places.iter().find_map(|place| read(place));
        let tried = || {
            places
                .iter()
                .map(|p| p.display().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let font = font.ok_or_else(|| Error::NoFont(tried()))?;
        *loaded = Some(font.clone());
        Ok(font)
    }
}

fn read(place: &Path) -> Option<Font> {
    let bytes = std::fs::read(place).ok()?;
    // The collection of Noto Sans CJK begins with Japanese shapes; Simplified Chinese is the third.
    let noto = place
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("NotoSansCJK"));
    Font::new(Arc::new(bytes).into(), if noto { 2 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_font_is_named() {
        let fonts = Fonts::new(Some(PathBuf::from("/nowhere/font.ttc")));
        assert!(matches!(fonts.get(), Err(Error::NoFont(tried)) if tried == "/nowhere/font.ttc"));
    }
}
