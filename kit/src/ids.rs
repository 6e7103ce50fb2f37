//! Ids: `UUIDv7` made by the application, ordered by the bank's clock, text on the wire.
//!
//! Time-ordered ids keep index pages warm and make "newest first" a primary-key scan. They reveal
//! when a row was made, so nothing secret is ever encoded in one.

use uuid::Uuid;

use crate::clock::Clock;
use crate::random::Random;

/// Makes ids. Cheap to clone.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    random: Random,
}

impl Ids {
    pub fn new(clock: Clock, random: Random) -> Self {
        Self { clock, random }
    }

    /// A fresh id of the asked type.
    pub fn make<T: From<Uuid>>(&self) -> T {
        let millis = u64::try_from(self.clock.now()).unwrap_or(0);
        let random = self.random.bytes::<10>();
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

/// Declares a typed id: a `Uuid` that can't be mistaken for another kind of id.
///
/// `kit::id_type!(/// A transfer. pub TransferId);`
#[macro_export]
macro_rules! id_type {
    ($(#[$meta:meta])* $vis:vis $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::ids::export::Serialize, $crate::ids::export::Deserialize)]
        #[serde(transparent, crate = "kit::ids::export::serde")]
        $vis struct $name($crate::ids::export::Uuid);

        impl From<$crate::ids::export::Uuid> for $name {
            fn from(id: $crate::ids::export::Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for $crate::ids::export::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::ids::export::ParseError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl $crate::db::Bind for $name {
            fn val(&self) -> $crate::db::Val<'_> {
                $crate::ids::export::text(&self.0)
            }
        }
        impl $crate::db::FromCol for $name {
            fn from_col(cell: $crate::db::Cell<'_>) -> $crate::db::Result<Self> {
                $crate::ids::export::from_cell(cell).map(Self)
            }
        }
        impl $crate::ids::export::PartialSchema for $name {
            fn schema() -> $crate::ids::export::RefOr<$crate::ids::export::Schema> {
                $crate::ids::export::schema()
            }
        }
        impl $crate::ids::export::ToSchema for $name {}
    };
}

/// What [`id_type!`](crate::id_type) needs at the place where it is used; not for direct use.
pub mod export {
    pub use serde::{self, Deserialize, Serialize};
    pub use utoipa::openapi::{RefOr, Schema};
    pub use utoipa::{PartialSchema, ToSchema};
    pub use uuid::{Error as ParseError, Uuid};

    use crate::db;

    pub fn text(id: &Uuid) -> db::Val<'_> {
        db::Val::Text(id.hyphenated().to_string().into())
    }

    pub fn from_cell(cell: db::Cell<'_>) -> db::Result<Uuid> {
        let text = <String as db::FromCol>::from_col(cell)?;
        text.parse().map_err(|_| db::Error::Row("not an id".into()))
    }

    pub fn schema() -> RefOr<Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom("uuid".to_owned())))
            .into()
    }
}
