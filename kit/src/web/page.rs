//! Keyset paging: a page and the opaque place where the next one begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Some rows, newest first, and the cursor of the next page when there is one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From `limit + 1` rows read: the extra row only tells that there is more. `place` gives the
    /// last shown row's keyset.
    pub fn cut(mut rows: Vec<T>, limit: usize, place: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more {
            rows.last().map(|row| place(row).to_text())
        } else {
            None
        };
        Self { items: rows, next }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

/// The place after which the next page begins: a number and a tie-breaking text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub at: i64,
    pub id: String,
}

impl Cursor {
    /// Before every row of a newest-first list.
    pub fn start() -> Self {
        Self {
            at: i64::MAX,
            id: "~".to_owned(),
        }
    }

    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}|{}", self.at, self.id))
    }

    /// Reads a cursor that we gave out; anything else is refused.
    pub fn parse(text: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = text else {
            return Ok(Self::start());
        };
        let raw = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|raw| String::from_utf8(raw).ok());
        raw.as_deref()
            .and_then(|raw| raw.split_once('|'))
            .and_then(|(at, id)| {
                Some(Self {
                    at: at.parse().ok()?,
                    id: id.to_owned(),
                })
            })
            .ok_or_else(|| Problem::new(400, "request.bad_cursor", "翻页位置无效，请从第一页开始。"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_and_rubbish_is_refused() {
        let cursor = Cursor {
            at: -5,
            id: "a|b".to_owned(),
        };
        assert_eq!(Cursor::parse(Some(&cursor.to_text())).unwrap(), cursor);
        assert_eq!(Cursor::parse(None).unwrap(), Cursor::start());
        for rubbish in ["", "x", "fDEy", "!!!"] {
            assert_eq!(
                Cursor::parse(Some(rubbish)).unwrap_err().code,
                "request.bad_cursor"
            );
        }
    }

    #[test]
    fn the_extra_row_only_says_that_there_is_more() {
        let place = |n: &i64| Cursor {
            at: *n,
            id: String::new(),
        };
        let page = Page::cut(vec![9, 8, 7], 2, place);
        assert_eq!(
            (page.items.as_slice(), page.next.is_some()),
            ([9, 8].as_slice(), true)
        );
        assert_eq!(Page::cut(vec![9, 8], 2, place).next, None);
    }
}
