//! A slip 回单: one A4 page of labelled lines with a code that anybody can verify. Other domains issue theirs by it.

use krilla::{Document, geom::Transform, page::PageSettings, text::Font};

use super::pdf::{LEFT, Pen};
use crate::error::Error;

const LABEL: i16 = 100;
const VALUE_AT: i16 = 1_460;
const FIRST: i16 = 1_500;
const STEP: i16 = 250;
/// Lines that a page holds.
const MOST: usize = 22;

/// What stands on a slip. Names and numbers come masked.
#[derive(Clone, Debug)]
pub struct Slip {
    /// `转账电子回单`
    pub title: String,
    /// The sum, large: `¥ 500.00`.
    pub figure: String,
    /// Labels and values, at most 22.
    pub lines: Vec<(&'static str, String)>,
    /// What is typed or scanned to verify it.
    pub code: String,
    /// Where it is verified, below the bank's address, with the code.
    pub verify_path: String,
}

/// Draws the page.
pub(crate) fn write(bank: &str, verify_url: &str, slip: &Slip, font: &Font) -> Result<Vec<u8>, Error> {
    let mut document = Document::new();
    let settings = PageSettings::from_wh(595.3, 841.9).ok_or_else(|| Error::Document("page".to_owned()))?;
    let mut page = document.start_page_with(settings);
    let pen = Pen {
        surface: page.surface(),
        font,
    };
    draw(pen, (bank, verify_url), slip)?;
    page.finish();
    document.finish().map_err(|e| Error::Document(format!("{e:?}")))
}

fn draw(mut pen: Pen<'_, '_>, (bank, verify_url): (&str, &str), slip: &Slip) -> Result<(), Error> {
    pen.surface.push_transform(&Transform::from_scale(0.1, 0.1));
    pen.text(LEFT, 560, 110, bank);
    pen.text(LEFT, 800, 180, &slip.title);
    pen.text(LEFT, 1_130, 220, &slip.figure);
    pen.line(1_260)?;
    let mut y = FIRST;
    for (label, value) in slip.lines.iter().take(MOST) {
        pen.text(LEFT, y, LABEL, label);
        pen.text(VALUE_AT, y, LABEL, value);
        y += STEP;
    }
    pen.line(y)?;
    pen.text(LEFT, y + 240, LABEL, &format!("验证码：{}", slip.code));
    pen.text(LEFT, y + 440, 80, &format!("核验本回单：{verify_url}"));
    pen.text(
        LEFT,
        y + 600,
        80,
        "本回单由系统生成，姓名和账号已脱敏；内容以核验页面显示的为准。",
    );
    pen.surface.pop();
    pen.surface.finish();
    Ok(())
}
