//! Statements as documents: a workbook row by row, pages drawn with an embedded font.

pub(crate) mod excel;
mod fonts;
pub(crate) mod pdf;

pub(crate) use fonts::Fonts;
