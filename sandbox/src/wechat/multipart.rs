//! Forms with files (RFC 7578), as far as an upload to WeChat needs them.

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The boundary that the header names; nothing when the body is no form.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let rest = content_type.strip_prefix("multipart/form-data")?;
    parameter(rest, "boundary")
}

/// All parts that are well formed; others are left out, as WeChat leaves them out.
pub(crate) fn parts(body: &[u8], boundary: &str) -> Vec<Part> {
    let mark = format!("--{boundary}");
    let mut pieces = split(body, mark.as_bytes());
    // What stands before the first boundary is no part.
    if !pieces.is_empty() {
        pieces.remove(0);
    }
    pieces.into_iter().filter_map(part).collect()
}

fn part(piece: &[u8]) -> Option<Part> {
    let piece = piece.strip_prefix(b"\r\n")?;
    let [head, bytes] = split_once(piece, b"\r\n\r\n")?;
    let bytes = bytes.strip_suffix(b"\r\n")?;
    let head = String::from_utf8_lossy(head);
    let disposition = head.lines().find(|line| {
        line.get(..20)
            .is_some_and(|name| name.eq_ignore_ascii_case("content-disposition:"))
    })?;
    Some(Part {
        name: parameter(disposition, "name")?,
        file_name: parameter(disposition, "filename").unwrap_or_default(),
        bytes: bytes.to_vec(),
    })
}

/// `; name="value"` or `; name=value`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let found = header
        .split(';')
        .filter_map(|piece| piece.trim().split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().trim_matches('"').to_owned())
}

fn split<'a>(mut bytes: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut out = Vec::new();
    while let Some([before, after]) = split_once(bytes, mark) {
        out.push(before);
        bytes = after;
    }
    out.push(bytes);
    out
}

fn split_once<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<[&'a [u8]; 2]> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some([bytes.get(..at)?, bytes.get(at + mark.len()..)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_a_file_and_a_field() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\
            Content-Type: image/jpeg\r\n\r\n\x00\r\n\xff\r\n--XX\r\nContent-Disposition: form-data; \
            name=\"description\"\r\n\r\n{}\r\n--XX--\r\n";
        let boundary = boundary("multipart/form-data; boundary=\"XX\"").unwrap();
        let parts = parts(body, &boundary);
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].name.as_str(), parts[0].file_name.as_str()),
            ("media", "a.jpg")
        );
        assert_eq!(parts[0].bytes, b"\x00\r\n\xff");
        assert_eq!(
            (parts[1].name.as_str(), parts[1].bytes.as_slice()),
            ("description", &b"{}"[..])
        );
    }

    #[test]
    fn what_is_no_form_gives_nothing() {
        assert_eq!(boundary("application/json"), None);
        assert_eq!(parts(b"", "XX"), []);
        assert_eq!(parts(b"--XX\r\nbroken", "XX"), []);
    }
}
