//! Just enough of Rust's grammar to tell code, comments and string literals apart, line by line.

/// A Rust file taken apart.
#[derive(Default, Debug)]
pub(super) struct Parsed {
    /// The lines with comments and the inside of strings left out.
    pub(super) code: Vec<String>,
    /// String literals with the line that they begin on (from 1).
    pub(super) strings: Vec<(usize, String)>,
    /// Lines that hold comment text and no code.
    pub(super) comment_lines: usize,
    pub(super) code_lines: usize,
    /// The first line (from 1) of the tests at the end of the file; past the end when there are none.
    pub(super) tests_from: usize,
}

impl Parsed {
    /// Code lines with their numbers, without the tests.
    pub(super) fn product_code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .code
            .iter()
            .enumerate()
            .map(|(at, line)| (at + 1, line.as_str()));
        lines.take_while(|(number, _)| *number < self.tests_from)
    }

    /// String literals without those of the tests.
    pub(super) fn product_strings(&self) -> impl Iterator<Item = &(usize, String)> {
        self.strings.iter().filter(|(line, _)| *line < self.tests_from)
    }
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: Parsed,
    line: String,
    comment_here: bool,
    number: usize,
}

pub(super) fn parse(text: &str) -> Parsed {
    let mut reader = Reader {
        rest: text.chars().peekable(),
        out: Parsed::default(),
        line: String::new(),
        comment_here: false,
        number: 1,
    };
    while let Some(c) = reader.rest.next() {
        reader.token(c);
    }
    reader.end_line();
    let tests = reader
        .out
        .code
        .iter()
        .position(|line| line.trim() == "#[cfg(test)]");
    reader.out.tests_from = tests.unwrap_or(reader.out.code.len()) + 1;
    reader.out
}

impl Reader<'_> {
    fn token(&mut self, c: char) {
        match c {
            '\n' => self.end_line(),
            '/' if self.rest.peek() == Some(&'/') => self.line_comment(),
            '/' if self.rest.peek() == Some(&'*') => self.block_comment(),
            '"' => self.string(),
            '\'' => self.quote(),
            'r' if !self.in_word() && self.raw_hashes().is_some() => self.raw_string(),
            _ => self.line.push(c),
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            self.out.code_lines += 1;
        } else if self.comment_here {
            self.out.comment_lines += 1;
        }
        self.comment_here = false;
        self.out.code.push(line);
        self.number += 1;
    }

    /// True when the character just read goes on a name, as the r of `for` does. A `b` or `c` before it
    /// makes a byte or C string of it.
    fn in_word(&self) -> bool {
        let mut before = self.line.chars().rev();
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        match before.next() {
            Some('b' | 'c') => is_word(before.next()),
            last => is_word(last),
        }
    }

    fn line_comment(&mut self) {
        self.comment_here = true;
        while self.rest.next_if(|c| *c != '\n').is_some() {}
    }

    fn block_comment(&mut self) {
        self.comment_here = true;
        let mut depth = 0_u32;
        let mut last = '/';
        while let Some(c) = self.rest.next() {
            match (last, c) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth = depth.saturating_sub(1),
                (_, '\n') => {
                    self.end_line();
                    self.comment_here = true;
                }
                _ => {}
            }
            let closed = (last, c) == ('*', '/');
            if closed && depth == 0 {
                break;
            }
            // `*/` ends there: its slash must not open the next comment.
            last = if closed { ' ' } else { c };
        }
    }

    fn string(&mut self) {
        let begun = self.number;
        let mut text = String::new();
        self.line.push('"');
        while let Some(c) = self.rest.next() {
            match c {
                '"' => break,
                '\\' => self.escape(&mut text),
                '\n' => {
                    text.push('\n');
                    self.end_line();
                }
                _ => text.push(c),
            }
        }
        self.line.push('"');
        self.out.strings.push((begun, text));
    }

    fn escape(&mut self, text: &mut String) {
        match self.rest.next() {
            Some('\n') => {
                self.end_line();
                text.push(' ');
                while self.rest.next_if(|c| *c == ' ').is_some() {}
            }
            Some('n') => text.push('\n'),
            Some(c) => text.push(c),
            None => {}
        }
    }

    /// The number of `#` when a raw string follows.
    fn raw_hashes(&self) -> Option<usize> {
        let mut ahead = self.rest.clone();
        let mut hashes = 0;
        while ahead.next_if_eq(&'#').is_some() {
            hashes += 1;
        }
        (ahead.next() == Some('"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let end = format!("\"{}", "#".repeat(self.raw_hashes().unwrap_or(0)));
        let begun = self.number;
        let mut text = String::new();
        while self.rest.next_if_eq(&'#').is_some() {}
        self.rest.next();
        self.line.push('"');
        for c in self.rest.by_ref() {
            text.push(c);
            if text.ends_with(&end) {
                text.truncate(text.len() - end.len());
                break;
            }
        }
        for _ in text.matches('\n') {
            self.end_line();
        }
        self.line.push('"');
        self.out.strings.push((begun, text));
    }

    /// A character literal is left out; a lifetime or label stays.
    fn quote(&mut self) {
        self.line.push('\'');
        let mut ahead = self.rest.clone();
        let (first, second) = (ahead.next(), ahead.next());
        if first == Some('\\') {
            self.rest.next();
            self.rest.next();
            while self.rest.next_if(|c| *c != '\'').is_some() {}
            self.rest.next();
            self.line.push('\'');
        } else if second == Some('\'') {
            self.rest.next();
            self.rest.next();
            self.line.push('\'');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_strings_are_told_apart() {
        let parsed = parse("let a = \"x // y\"; // \"no\"\n/* a /* b */ c */ let b = 'x';\n// only\n");
        assert_eq!(parsed.code, ["let a = \"\"; ", " let b = '';", "", ""]);
        assert_eq!(parsed.strings, [(1, "x // y".to_owned())]);
        assert_eq!((parsed.code_lines, parsed.comment_lines), (2, 1));
    }

    #[test]
    fn strings_may_run_over_lines_and_hold_quotes() {
        let parsed = parse("f(\"select a \\\n   from b\", r#\"say \"x\"\ny\"#, '\"', '\\'');\nfn g<'a>() {}");
        let texts: Vec<_> = parsed.strings.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["select a  from b", "say \"x\"\ny"]);
        assert_eq!(parsed.code.last().map(String::as_str), Some("fn g<'a>() {}"));
        assert_eq!(parsed.code.len(), 4);
    }

    #[test]
    fn the_tests_at_the_end_are_known() {
        let parsed = parse("fn a() {}\n#[cfg(test)]\nmod tests { const X: &str = \"x\"; }\n");
        assert_eq!(parsed.tests_from, 2);
        assert_eq!(parsed.product_code().count(), 1);
        assert_eq!(parsed.product_strings().count(), 0);
    }
}
