//! Statements as documents: a workbook row by row, pages drawn with an embedded font; and slips of one page.

pub(crate) mod excel;
mod fonts;
pub(crate) mod pdf;
pub(crate) mod slip;

pub(crate) use fonts::Fonts;
