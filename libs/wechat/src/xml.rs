//! The little XML that WeChat speaks: elements, text, CDATA. Read by events, without DTD, entities or
//! attributes, so that none of XML's attacks has a place to start; written with CDATA split right.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// Elements deeper than this are no message of WeChat.
const MAX_DEPTH: usize = 6;
/// More leaf elements than this are no message of WeChat.
const MAX_LEAVES: usize = 256;

/// Why a document is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed.
    #[error("not well-formed")]
    Syntax,
    /// A document type definition, which no message has.
    #[error("a document type definition")]
    Doctype,
    /// An entity other than the five of XML and character references.
    #[error("an unknown entity")]
    Entity,
    /// The root element is not `xml`.
    #[error("the root is not <xml>")]
    Root,
    /// Nested too deep or too many elements.
    #[error("too deep or too many elements")]
    TooMuch,
}

/// Calls `leaf(path, value)` for every element without children. The path is relative to the root and joined
/// by `/`: `Content`, `ScanCodeInfo/ScanResult`.
pub fn walk<'a>(document: &'a str, mut leaf: impl FnMut(&str, Cow<'a, str>)) -> Result<(), XmlError> {
    let mut reader = Reader::from_str(document);
    reader.config_mut().check_end_names = true;
    let mut walker = Walker::default();
    loop {
        match reader.read_event().map_err(|_| XmlError::Syntax)? {
            Event::Start(tag) => walker.enter(tag.name().as_ref())?,
            Event::Empty(tag) => {
                walker.enter(tag.name().as_ref())?;
                walker.leave(&mut leaf)?;
            }
            Event::End(_) => walker.leave(&mut leaf)?,
            Event::Text(text) => walker.text(line_ends(text.into_inner()))?,
            Event::CData(data) => walker.data(line_ends(data.into_inner()))?,
            Event::GeneralRef(entity) => walker.data(Cow::Owned(resolve(&entity)?))?,
            Event::Comment(_) | Event::Decl(_) => {}
            Event::PI(_) => return Err(XmlError::Syntax),
            Event::DocType(_) => return Err(XmlError::Doctype),
            Event::Eof => {
                return if walker.closed {
                    Ok(())
                } else {
                    Err(XmlError::Syntax)
                };
            }
        }
    }
}

/// All leaf elements, owned, in order of appearance.
pub fn leaves(document: &str) -> Result<Vec<(String, String)>, XmlError> {
    let mut out = Vec::new();
    let mut keep = |path: &str, value: Cow<str>| out.push((path.to_owned(), value.into_owned()));
    walk(document, &mut keep)?;
    Ok(out)
}

/// Line ends as XML 1.0 §2.11 wants them read: `\r\n` and a lone `\r` are `\n`.
fn line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        text
    }
}

fn resolve(entity: &BytesRef<'_>) -> Result<String, XmlError> {
    if let Some(c) = entity.resolve_char_ref().map_err(|_| XmlError::Entity)? {
        return Ok(c.to_string());
    }
    match &**entity {
        "lt" => Ok("<".to_owned()),
        "gt" => Ok(">".to_owned()),
        "amp" => Ok("&".to_owned()),
        "quot" => Ok("\"".to_owned()),
        "apos" => Ok("'".to_owned()),
        _ => Err(XmlError::Entity),
    }
}

/// Where the walk stands: the path below the root, and what the open leaf has collected.
#[derive(Default)]
struct Walker<'a> {
    path: String,
    depth: usize,
    leaves: usize,
    value: Cow<'a, str>,
    /// The open element has had no child so far.
    is_leaf: bool,
    /// The value holds CDATA or a reference, so that blanks around it do not belong to it.
    has_data: bool,
    closed: bool,
}

impl<'a> Walker<'a> {
    fn enter(&mut self, name: &str) -> Result<(), XmlError> {
        if self.closed {
            return Err(XmlError::Syntax);
        }
        if self.depth == 0 {
            if name != "xml" {
                return Err(XmlError::Root);
            }
        } else {
            if self.depth > 1 {
                self.path.push('/');
            }
            self.path.push_str(name);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(XmlError::TooMuch);
        }
        self.is_leaf = true;
        self.reset();
        Ok(())
    }

    fn leave(&mut self, leaf: &mut impl FnMut(&str, Cow<'a, str>)) -> Result<(), XmlError> {
        self.depth = self.depth.checked_sub(1).ok_or(XmlError::Syntax)?;
        let value = std::mem::take(&mut self.value);
        if self.is_leaf && self.depth > 0 {
            self.leaves += 1;
            if self.leaves > MAX_LEAVES {
                return Err(XmlError::TooMuch);
            }
            leaf(&self.path, value);
        }
        let parent = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(parent);
        self.is_leaf = false;
        self.closed = self.depth == 0;
        self.reset();
        Ok(())
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), XmlError> {
        let blank = text.trim_ascii().is_empty();
        if self.depth == 0 {
            return if blank { Ok(()) } else { Err(XmlError::Syntax) };
        }
        if blank && (self.has_data || !self.is_leaf) {
            return Ok(());
        }
        self.append(text);
        Ok(())
    }

    fn data(&mut self, data: Cow<'a, str>) -> Result<(), XmlError> {
        if self.depth == 0 {
            return Err(XmlError::Syntax);
        }
        if !self.has_data && self.value.trim_ascii().is_empty() {
            self.value = Cow::Borrowed("");
        }
        self.has_data = true;
        self.append(data);
        Ok(())
    }

    fn append(&mut self, piece: Cow<'a, str>) {
        if self.value.is_empty() {
            self.value = piece;
        } else {
            self.value.to_mut().push_str(&piece);
        }
    }

    fn reset(&mut self) {
        self.value = Cow::Borrowed("");
        self.has_data = false;
    }
}

/// Writes `<name><![CDATA[value]]></name>`: characters that XML 1.0 cannot hold at all are left out, and `]]>`
/// inside is split over two sections.
pub fn write_cdata(out: &mut String, name: &str, value: &str) {
    open(out, name);
    out.push_str("<![CDATA[");
    // First what is left out: it may stand between the characters of a `]]>`.
    let legal = legal(value);
    let mut rest = &*legal;
    // Looking for one byte first is quicker than for three.
    while rest.contains(']')
        && let Some((before, after)) = rest.split_once("]]>")
    {
        out.push_str(before);
        out.push_str("]]]]><![CDATA[>");
        rest = after;
    }
    out.push_str(rest);
    out.push_str("]]>");
    close(out, name);
}

/// Writes `<name>number</name>`.
pub fn write_number(out: &mut String, name: &str, number: i64) {
    open(out, name);
    out.push_str(&number.to_string());
    close(out, name);
}

/// Writes `<name>`.
pub fn open(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

/// Writes `</name>`.
pub fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn legal(text: &str) -> Cow<'_, str> {
    let illegal =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if may_be_illegal(text.as_bytes()) && text.contains(illegal) {
        Cow::Owned(text.chars().filter(|c| !illegal(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A quick look at bytes instead of characters: most of what is written is base64, in which nothing is illegal.
/// U+FFFE and U+FFFF begin with 0xEF, as full-width punctuation does.
fn may_be_illegal(bytes: &[u8]) -> bool {
    let suspicious = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xef;
    // Without an early exit inside a chunk, which lets the compiler look at many bytes at once.
    bytes
        .chunks(64)
        .any(|chunk| chunk.iter().fold(false, |found, byte| found | suspicious(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(document: &str) -> Vec<(String, String)> {
        leaves(document).unwrap()
    }

    fn pair(a: &str, b: &str) -> (String, String) {
        (a.to_owned(), b.to_owned())
    }

    #[test]
    fn leaves_with_paths_text_cdata_and_references() {
        let document = "<?xml version=\"1.0\"?>\n<xml>\n <A>1</A><B> <![CDATA[x]]>\n</B><C/><D>a&lt;&#65;b</D>\
                        <E><F><![CDATA[y]]></F> <F>z</F></E></xml>\n";
        assert_eq!(
            flat(document),
            [
                pair("A", "1"),
                pair("B", "x"),
                pair("C", ""),
                pair("D", "a<Ab"),
                pair("E/F", "y"),
                pair("E/F", "z")
            ]
        );
    }

    #[test]
    fn what_is_left_out_makes_no_end_of_a_section() {
        let mut out = "<xml>".to_owned();
        write_cdata(&mut out, "A", "a]]\u{1}>b]\u{0}]>c");
        out.push_str("</xml>");
        assert_eq!(flat(&out), [pair("A", "a]]>b]]>c")]);
    }

    #[test]
    fn split_cdata_comes_back_whole() {
        let mut out = "<xml>".to_owned();
        write_cdata(&mut out, "A", "a]]>b]]]>>\u{0}\u{b}c\nd");
        out.push_str("</xml>");
        assert_eq!(flat(&out), [pair("A", "a]]>b]]]>>c\nd")]);
    }

    #[test]
    fn hostile_documents_are_refused() {
        let deep = format!("<xml>{}{}</xml>", "<a>".repeat(9), "</a>".repeat(9));
        let wide = format!("<xml>{}</xml>", "<a/>".repeat(300));
        let bomb = "<!DOCTYPE x [<!ENTITY e \"AAAA\">]><xml><A>&e;</A></xml>";
        for (document, error) in [
            (bomb, XmlError::Doctype),
            ("<xml><A>&e;</A></xml>", XmlError::Entity),
            ("<xml><A>&#0;</A></xml>", XmlError::Entity),
            ("<html/>", XmlError::Root),
            ("", XmlError::Syntax),
            ("plain", XmlError::Syntax),
            ("<xml><A>", XmlError::Syntax),
            ("<xml><A></B></xml>", XmlError::Syntax),
            ("<xml/><xml/>", XmlError::Syntax),
            ("<xml/>x", XmlError::Syntax),
            ("<xml><?php x ?></xml>", XmlError::Syntax),
            (deep.as_str(), XmlError::TooMuch),
            (wide.as_str(), XmlError::TooMuch),
        ] {
            assert_eq!(leaves(document), Err(error), "{document}");
        }
    }
}
