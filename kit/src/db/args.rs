//! Values going into statements and columns coming out of rows.
//!
//! Only four kinds travel: i64, text, bytes and null, because only these mean the same on both engines.
//! No trait here has a lifetime parameter. With one, everything compiles until an axum handler holds the
//! future, and then the compiler reports "implementation of `Send` is not general enough" far from the cause.

use std::borrow::Cow;

use super::{Error, Result};

/// A value bound to a `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Val<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Blob(Cow<'a, [u8]>),
}

/// A Rust value that can be bound to a `?`.
pub trait Bind {
    fn val(&self) -> Val<'_>;
}

/// The values of one statement: a tuple of 0 to 16 [`Bind`].
pub trait Args {
    fn vals(&self) -> impl AsRef<[Val<'_>]> + Send + Sync;
}

/// One column as the engine gave it. Text and blobs are told apart by the reader, not by the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Bytes(&'a [u8]),
}

/// A Rust value that can be read from one column.
pub trait FromCol: Sized {
    fn from_col(cell: Cell<'_>) -> Result<Self>;
}

/// A Rust value that can be read from a whole row: a tuple of 1 to 16 [`FromCol`].
pub trait FromRow: Sized + Send {
    fn from_row(cols: &Cols<'_>) -> Result<Self>;
}

/// The columns of the row at hand; valid only inside the callback that receives it.
pub struct Cols<'a>(pub(super) Source<'a>);

pub(super) enum Source<'a> {
    Lite(&'a rusqlite::Row<'a>, usize),
    My(&'a mysql_async::Row),
}

impl Cols<'_> {
    /// How many columns the statement returned.
    pub fn count(&self) -> usize {
        match &self.0 {
            Source::Lite(_, count) => *count,
            Source::My(row) => row.len(),
        }
    }

    /// The column at `at`, counted from 0.
    pub fn cell(&self, at: usize) -> Result<Cell<'_>> {
        match &self.0 {
            Source::Lite(row, _) => super::lite::cell(row, at),
            Source::My(row) => super::my::cell(row, at),
        }
    }

    /// The column at `at` as a Rust value.
    pub fn get<T: FromCol>(&self, at: usize) -> Result<T> {
        T::from_col(self.cell(at)?).map_err(|e| match e {
            Error::Row(why) => Error::Row(format!("column {at}: {why}")),
            other => other,
        })
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn val(&self) -> Val<'_> {
        (**self).val()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn val(&self) -> Val<'_> {
        self.as_ref().map_or(Val::Null, Bind::val)
    }
}

impl<T: FromCol> FromCol for Option<T> {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_col(cell).map(Some),
        }
    }
}

impl Bind for i64 {
    fn val(&self) -> Val<'_> {
        Val::Int(*self)
    }
}

impl FromCol for i64 {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        match cell {
            Cell::Int(n) => Ok(n),
            other => Err(shape("integer (of a sum: cast(sum(x) as signed))", other)),
        }
    }
}

macro_rules! small_ints {
    ($($t:ty),*) => {$(
        impl Bind for $t {
            fn val(&self) -> Val<'_> {
                Val::Int(i64::from(*self))
            }
        }

        impl FromCol for $t {
            fn from_col(cell: Cell<'_>) -> Result<Self> {
                <$t>::try_from(i64::from_col(cell)?)
                    .map_err(|_| Error::Row(concat!("integer out of range of ", stringify!($t)).into()))
            }
        }
    )*};
}

small_ints!(i32, i16, u32, u16, u8);

impl Bind for bool {
    fn val(&self) -> Val<'_> {
        Val::Int(i64::from(*self))
    }
}

impl FromCol for bool {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        match cell {
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            other => Err(shape("0 or 1", other)),
        }
    }
}

impl Bind for str {
    fn val(&self) -> Val<'_> {
        Val::Text(Cow::Borrowed(self))
    }
}

impl Bind for String {
    fn val(&self) -> Val<'_> {
        Val::Text(Cow::Borrowed(self))
    }
}

impl FromCol for String {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        text(cell).map(str::to_owned)
    }
}

impl Bind for [u8] {
    fn val(&self) -> Val<'_> {
        Val::Blob(Cow::Borrowed(self))
    }
}

impl Bind for Vec<u8> {
    fn val(&self) -> Val<'_> {
        Val::Blob(Cow::Borrowed(self))
    }
}

impl FromCol for Vec<u8> {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            other => Err(shape("bytes", other)),
        }
    }
}

impl Bind for uuid::Uuid {
    fn val(&self) -> Val<'_> {
        Val::Text(Cow::Owned(self.hyphenated().to_string()))
    }
}

impl FromCol for uuid::Uuid {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        text(cell)?.parse().map_err(|_| Error::Row("not a UUID".into()))
    }
}

impl Bind for jiff::civil::Date {
    fn val(&self) -> Val<'_> {
        Val::Text(Cow::Owned(self.to_string()))
    }
}

impl FromCol for jiff::civil::Date {
    fn from_col(cell: Cell<'_>) -> Result<Self> {
        text(cell)?
            .parse()
            .map_err(|_| Error::Row("not a date YYYY-MM-DD".into()))
    }
}

fn text(cell: Cell<'_>) -> Result<&str> {
    match cell {
        Cell::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| Error::Row("text is not UTF-8".into())),
        other => Err(shape("text", other)),
    }
}

/// Names the kinds only: the value itself may be a person's.
fn shape(wanted: &str, found: Cell<'_>) -> Error {
    let found = match found {
        Cell::Null => "null",
        Cell::Int(_) => "integer",
        Cell::Bytes(_) => "text or bytes",
    };
    Error::Row(format!("wanted {wanted}, found {found}"))
}

impl Args for () {
    fn vals(&self) -> impl AsRef<[Val<'_>]> + Send + Sync {
        let none: [Val<'_>; 0] = [];
        none
    }
}

macro_rules! tuples {
    ($($count:literal: $($t:ident $v:ident $at:tt),*;)*) => {$(
        impl<$($t: Bind),*> Args for ($($t,)*) {
            fn vals(&self) -> impl AsRef<[Val<'_>]> + Send + Sync {
                let ($($v,)*) = self;
                [$($v.val()),*]
            }
        }

        impl<$($t: FromCol + Send),*> FromRow for ($($t,)*) {
            fn from_row(cols: &Cols<'_>) -> Result<Self> {
                if cols.count() != $count {
                    return Err(Error::Row(format!("wanted {} columns, found {}", $count, cols.count())));
                }
                Ok(($(cols.get::<$t>($at)?,)*))
            }
        }
    )*};
}

tuples! {
    1: A a 0;
    2: A a 0, B b 1;
    3: A a 0, B b 1, C c 2;
    4: A a 0, B b 1, C c 2, D d 3;
    5: A a 0, B b 1, C c 2, D d 3, E e 4;
    6: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5;
    7: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6;
    8: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7;
    9: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8;
    10: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9;
    11: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10;
    12: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10, L l 11;
    13: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10, L l 11, M m 12;
    14: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10, L l 11, M m 12,
        N n 13;
    15: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10, L l 11, M m 12,
        N n 13, O o 14;
    16: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10, L l 11, M m 12,
        N n 13, O o 14, P p 15;
}
