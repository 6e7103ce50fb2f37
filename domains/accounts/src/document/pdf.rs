//! The PDF statement: A4 pages with their own sums, the font embedded as a subset, so that the text
//! can be searched and copied.
//!
//! All layout is in whole tenths of a point: the page is scaled down once, and nothing is computed
//! in floats.

use std::io::{Seek, SeekFrom, Write};

use corebank::CoreEntry;
use kit::{clock::text_of, money::Money};
use krilla::{
    Document,
    geom::{PathBuilder, Point, Transform},
    page::PageSettings,
    surface::Surface,
    text::{Font, TextDirection},
};

use crate::{
    error::Error,
    model::{
        statement::{Head, Totals},
        text::sentence,
    },
};

/// A4 in tenths of a point.
const WIDTH: i16 = 5_953;
pub(super) const LEFT: i16 = 360;
const RIGHT: i16 = 5_593;
const FIRST_ROW: i16 = 1_560;
const ROW: i16 = 185;
const ROWS: usize = 32;
const FOOT: i16 = 7_980;
/// Body type, 8 points.
const BODY: i16 = 80;

/// Left edges of text columns and right edges of amounts.
const TIME: i16 = LEFT;
const TEXT: i16 = 1_240;
const TEXT_HALVES: usize = 44;
const INCOME: i16 = 3_560;
const SPENT: i16 = 4_240;
const BALANCE: i16 = 4_960;
const NOTE: i16 = 5_030;
const NOTE_HALVES: usize = 13;

/// Draws all pages into a file without a name.
pub(crate) fn write(
    head: &Head,
    font: &Font,
    entries: &[CoreEntry],
) -> Result<(std::fs::File, Totals), Error> {
    let mut document = Document::new();
    let mut totals = Totals::default();
    let pages: Vec<&[CoreEntry]> = if entries.is_empty() {
        vec![&[]]
    } else {
        entries.chunks(ROWS).collect()
    };
    let count = pages.len();
    for (number, rows) in (1_usize..).zip(pages) {
        let settings =
            PageSettings::from_wh(595.3, 841.9).ok_or_else(|| Error::Document("page".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let place = Place { number, count };
        draw(
            Pen {
                surface: page.surface(),
                font,
            },
            head,
            rows,
            place,
            &mut totals,
        )?;
        page.finish();
    }
    let bytes = document.finish().map_err(|e| Error::Document(format!("{e:?}")))?;
    let mut file = tempfile::tempfile().map_err(|e| Error::Document(e.to_string()))?;
    file.write_all(&bytes)
        .map_err(|e| Error::Document(e.to_string()))?;
    rewind(&mut file)?;
    Ok((file, totals))
}

pub(super) fn rewind(file: &mut std::fs::File) -> Result<(), Error> {
    file.seek(SeekFrom::Start(0))
        .map_err(|e| Error::Document(e.to_string()))?;
    Ok(())
}

/// Which page of how many.
#[derive(Clone, Copy)]
struct Place {
    number: usize,
    count: usize,
}

fn draw(
    mut pen: Pen<'_, '_>,
    head: &Head,
    rows: &[CoreEntry],
    place: Place,
    totals: &mut Totals,
) -> Result<(), Error> {
    pen.surface.push_transform(&Transform::from_scale(0.1, 0.1));
    pen.head(head)?;
    let sums = pen.rows(rows, totals)?;
    pen.sums("本页小计", sums, 7_560);
    if place.number == place.count {
        pen.sums("合计", *totals, 7_740);
    }
    pen.foot(head, place);
    pen.surface.pop();
    pen.surface.finish();
    Ok(())
}

pub(super) struct Pen<'a, 's> {
    pub(super) surface: Surface<'s>,
    pub(super) font: &'a Font,
}

impl Pen<'_, '_> {
    fn head(&mut self, head: &Head) -> Result<(), Error> {
        self.text(LEFT, 520, 160, &format!("{} 账户交易明细", head.bank));
        let who = format!(
            "户名：{}    账号：{}    {}",
            head.holder_masked, head.account_masked, head.product
        );
        self.text(LEFT, 760, 90, &who);
        let range = head.range;
        let issued = format!(
            "区间：{} 至 {}    生成时间：{}",
            range.from,
            range.to,
            text_of(head.issued_at)
        );
        self.text(LEFT, 930, 90, &issued);
        self.text(
            LEFT,
            1_100,
            90,
            &format!("验证码：{}    币种：人民币", head.code_in_fours()),
        );
        self.line(1_220)?;
        self.text(TIME, 1_360, BODY, "交易时间");
        self.text(TEXT, 1_360, BODY, "摘要");
        self.amount(INCOME, 1_360, "收入");
        self.amount(SPENT, 1_360, "支出");
        self.amount(BALANCE, 1_360, "余额");
        self.text(NOTE, 1_360, BODY, "附言");
        self.line(1_420)
    }

    /// Draws the rows of a page and adds them to the statement's totals; answers the page's own.
    fn rows(&mut self, rows: &[CoreEntry], totals: &mut Totals) -> Result<Totals, Error> {
        let mut sums = Totals::default();
        let mut y = FIRST_ROW;
        for e in rows {
            let fen = e.amount.fen();
            sums.add(fen)?;
            totals.add(fen)?;
            self.text(TIME, y, BODY, &text_of(e.at));
            self.text(TEXT, y, BODY, &clip(&sentence(e), TEXT_HALVES));
            let column = if fen < 0 { SPENT } else { INCOME };
            self.amount(column, y, &Money::cny(fen.saturating_abs()).to_string());
            self.amount(BALANCE, y, &Money::cny(e.balance_after.fen()).to_string());
            self.text(NOTE, y, BODY, &clip(&e.memo, NOTE_HALVES));
            y += ROW;
        }
        Ok(sums)
    }

    fn sums(&mut self, name: &str, sums: Totals, y: i16) {
        self.text(TIME, y, BODY, &format!("{name}（{}笔）", sums.entries));
        self.amount(INCOME, y, &Money::cny(sums.income).to_string());
        self.amount(SPENT, y, &Money::cny(sums.spent).to_string());
    }

    fn foot(&mut self, head: &Head, Place { number, count }: Place) {
        self.text(LEFT, FOOT, 70, &format!("核验本明细：{}", head.verify_url));
        self.text(
            LEFT,
            FOOT + 130,
            70,
            "本明细由系统生成，账号和姓名已脱敏；内容以核验页面显示的笔数和合计为准。",
        );
        self.amount(RIGHT, FOOT + 130, &format!("第{number}页，共{count}页"));
    }

    pub(super) fn text(&mut self, x: i16, y: i16, size: i16, text: &str) {
        let at = Point::from_xy(f32::from(x), f32::from(y));
        self.surface.draw_text(
            at,
            self.font.clone(),
            f32::from(size),
            text,
            false,
            TextDirection::LeftToRight,
        );
    }

    /// Ends at `x`. Digits have one width in every font that is used here, so columns stand straight.
    fn amount(&mut self, x: i16, y: i16, text: &str) {
        self.text(x.saturating_sub(width(text)), y, BODY, text);
    }

    pub(super) fn line(&mut self, y: i16) -> Result<(), Error> {
        let mut path = PathBuilder::new();
        path.move_to(f32::from(LEFT), f32::from(y));
        path.line_to(f32::from(RIGHT), f32::from(y));
        path.line_to(f32::from(RIGHT), f32::from(y + 4));
        path.line_to(f32::from(LEFT), f32::from(y + 4));
        path.close();
        let path = path.finish().ok_or_else(|| Error::Document("line".to_owned()))?;
        self.surface.draw_path(&path);
        Ok(())
    }
}

/// How wide body type runs, in tenths of a point: Chinese is square, digits a bit over half.
fn width(text: &str) -> i16 {
    let of = |c: char| match c {
        ',' | '.' => 21,
        '-' => 26,
        c if c.is_ascii() => 44,
        _ => BODY,
    };
    text.chars().map(of).fold(0, i16::saturating_add)
}

/// Cuts a text to so many half widths, with an ellipsis.
fn clip(text: &str, halves: usize) -> String {
    let of = |c: char| if c.is_ascii() { 1 } else { 2 };
    let all: usize = text.chars().map(of).sum();
    if all <= halves {
        return text.to_owned();
    }
    let (mut out, mut used) = (String::new(), 2);
    for c in text.chars() {
        used += of(c);
        if used > halves {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

const _: () = assert!(RIGHT < WIDTH);
