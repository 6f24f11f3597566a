//! A Rust file taken apart just far enough for the rules: code without comments and strings, the strings, and the
//! paths that are named. It knows no rule.

use std::ops::Range;
use std::path::Path;

/// One file of the project, with `/` in its path on every platform.
pub(super) struct SourceFile {
    /// From the package's folder.
    pub(super) path: String,
    pub(super) text: String,
}

impl SourceFile {
    pub(super) fn new(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    pub(super) fn is_under(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub(super) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|it| it == extension)
    }

    /// How many lines come before the file's own test module; none in a file that is one.
    pub(super) fn lines_before_tests(&self) -> usize {
        if self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs")) {
            return 0;
        }
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let opens_test_module = |at: usize| {
            lines[at] == "#[cfg(test)]"
                && lines[at + 1..].iter().find(|line| !line.starts_with("#[")).is_some_and(|line| {
                    (line.starts_with("mod ") || line.starts_with("pub")) && line.ends_with('{')
                })
        };
        (0..lines.len()).find(|&at| opens_test_module(at)).unwrap_or(lines.len())
    }

    /// The file without its own test module.
    pub(super) fn without_tests(&self) -> SourceFile {
        let kept: Vec<&str> = self.text.lines().take(self.lines_before_tests()).collect();
        SourceFile { path: self.path.clone(), text: kept.join("\n") }
    }
}

/// Something a rule has against a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(file: &SourceFile, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: file.path.clone(), line, message: message.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// A string literal, without its quotes and with its escapes as written.
pub(super) struct Literal {
    pub(super) line: usize,
    pub(super) text: String,
}

/// Rust text in which comments and the insides of literals are blank, and the string literals that were there.
pub(super) struct Scanned {
    pub(super) code: String,
    pub(super) literals: Vec<Literal>,
}

/// Takes Rust text apart. Lines keep their numbers.
pub(super) fn scan(text: &str) -> Scanned {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let after_word = at > 0 && is_word(bytes[at - 1]);
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => block_comment_end(bytes, at),
            b'"' => {
                let inside = quoted(bytes, at);
                literals.push(literal(text, &inside));
                inside.end + 1
            }
            b'r' | b'b' | b'c' if !after_word && raw_string(bytes, at).is_some() => {
                let (inside, end) = raw_string(bytes, at).unwrap_or((at..at, at + 1));
                literals.push(literal(text, &inside));
                end
            }
            b'\'' => char_end(bytes, at),
            _ => {
                at += 1;
                continue;
            }
        };
        let end = end.min(bytes.len());
        blank(&mut code[at..end]);
        at = end;
    }
    // Blanking replaces whole comments and literals, so what is left is still text.
    Scanned { code: String::from_utf8(code).expect("blanked text is text"), literals }
}

fn literal(text: &str, inside: &Range<usize>) -> Literal {
    let line = text[..inside.start].matches('\n').count() + 1;
    Literal { line, text: text[inside.clone()].to_owned() }
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length)
}

/// Block comments nest.
fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// What is between the quote at `start` and the one that closes it.
fn quoted(bytes: &[u8], start: usize) -> Range<usize> {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    start + 1..at.min(bytes.len())
}

/// The inside and the end of `r"…"`, `r#"…"#`, `br"…"` or `cr"…"`, if that is what begins here.
fn raw_string(bytes: &[u8], start: usize) -> Option<(Range<usize>, usize)> {
    let mut at = start;
    if matches!(bytes[at], b'b' | b'c') {
        at += 1;
    }
    if bytes.get(at) != Some(&b'r') {
        return None;
    }
    at += 1;
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    at += hashes;
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut closing = vec![b'"'];
    closing.resize(1 + hashes, b'#');
    let inside_start = at + 1;
    let length = bytes[inside_start..].windows(closing.len()).position(|window| window == closing)?;
    Some((inside_start..inside_start + length, inside_start + length + closing.len()))
}

/// The end of a character literal, or of the single quote when it begins a lifetime.
fn char_end(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start + 1) {
        Some(b'\\') => {
            let closing = bytes.get(start + 3..).unwrap_or_default().iter().position(|byte| *byte == b'\'');
            closing.map_or(bytes.len(), |length| start + 3 + length + 1)
        }
        Some(first) => {
            let width = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            };
            if bytes.get(start + 1 + width) == Some(&b'\'') { start + 2 + width } else { start + 1 }
        }
        None => bytes.len(),
    }
}

/// A path as code names it, with the braces of `use` written out: `use a::{b, c::d}` names `a::b` and `a::c::d`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedPath {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

impl NamedPath {
    /// Whether these segments stand in the path, one after the other.
    pub(super) fn has(&self, wanted: &str) -> bool {
        let wanted: Vec<&str> = wanted.split("::").collect();
        self.segments.windows(wanted.len()).any(|window| window.iter().eq(&wanted))
    }
}

/// Every path in code that [`scan`] has cleaned, one-word ones too.
pub(super) fn paths(code: &str) -> Vec<NamedPath> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_word_token(&tokens[at]) {
            at = path_from(&tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

struct Token<'a> {
    line: usize,
    text: &'a str,
}

fn is_word_token(token: &Token<'_>) -> bool {
    token.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                found.push(Token { line: number + 1, text: &rest[..length] });
            }
            rest = &rest[length..];
        }
    }
    found
}

/// Reads one path at `at`, puts what it names into `found`, and returns where the next token is.
fn path_from(tokens: &[Token<'_>], mut at: usize, prefix: &[String], found: &mut Vec<NamedPath>) -> usize {
    let mut segments = prefix.to_vec();
    let mut line = tokens[at].line;
    loop {
        match tokens.get(at) {
            Some(token) if is_word_token(token) => {
                line = token.line;
                segments.push(token.text.to_owned());
                at += 1;
            }
            Some(token) if token.text == "{" && !segments.is_empty() => {
                return group_from(tokens, at + 1, &segments, found);
            }
            _ => break,
        }
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    found.push(NamedPath { line, segments });
    at
}

/// Reads the paths of a `{…}` group whose brace has just been passed.
fn group_from(tokens: &[Token<'_>], mut at: usize, prefix: &[String], found: &mut Vec<NamedPath>) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.text {
            "}" => return at + 1,
            "as" => at += 2,
            "self" => {
                found.push(NamedPath { line: token.line, segments: prefix.to_vec() });
                at += 1;
            }
            _ if is_word_token(token) => at = path_from(tokens, at, prefix, found),
            _ => at += 1,
        }
    }
    at
}

mod tests {
    use super::{NamedPath, SourceFile, paths, scan};

    #[test]
    fn comments_and_literals_are_blank_and_lines_stay() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            ("f(\"x // y\") + 1", "f(        ) + 1"),
            ("f(\"\\\"\", 'a', '\\'', '\"')", "f(    ,    ,     ,    )"),
            ("f(r#\"a\"b\"#)", "f(        )"),
            ("fn f<'a>(x: &'a str)", "fn f< a>(x: & a str)"),
            ("'中' + \"温\n度\"", "      +     \n    "),
        ] {
            assert_eq!(scan(text).code.trim_end(), code.trim_end(), "{text}");
        }
    }

    #[test]
    fn literals_are_kept_with_their_lines() {
        let scanned = scan("a(\"one\");\nb(r\"two\", b\"three\"); // \"none\"");
        let literals: Vec<_> = scanned.literals.iter().map(|it| (it.line, it.text.as_str())).collect();
        assert_eq!(literals, [(1, "one"), (2, "two"), (2, "three")]);
    }

    #[test]
    fn paths_are_written_out() {
        let named = |code: &str| -> Vec<String> {
            paths(code).into_iter().map(|path: NamedPath| path.segments.join("::")).collect()
        };
        assert_eq!(named("use a::{b, c::{d as e, self}, f::*};"), ["use", "a::b", "a::c::d", "a::c", "a::f"]);
        assert_eq!(named("let x = crate::a::b(y);"), ["let", "x", "crate::a::b", "y"]);
        assert!(paths("use std::{\n fs,\n io};").iter().any(|path| path.has("std::fs") && path.line == 2));
    }

    #[test]
    fn the_test_module_is_told_from_other_test_only_items() {
        let file = SourceFile::new("a.rs", "x\n#[cfg(test)]\nuse y;\nz\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(file.lines_before_tests(), 4);
        assert_eq!(file.without_tests().text, "x\n#[cfg(test)]\nuse y;\nz");
        for path in ["src/ui/sheet/tests/rows.rs", "src/ui/sheet/tests.rs"] {
            assert_eq!(SourceFile::new(path, "x\ny\n").lines_before_tests(), 0, "{path}");
        }
    }
}
