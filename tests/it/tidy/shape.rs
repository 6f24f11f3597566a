//! What every file looks like: it says what it is for, and it is short enough to be read at once.

use super::source::{Finding, SourceFile, scan};

/// A file is one thought: usually under 400 lines, and up to this where cutting it would make two halves that only make
/// sense together.
const FILE_LINES: usize = 700;
const APP_LINES: usize = 250;
/// The guide is 60; the rest is for a table or a match that reads as one list.
const FUNCTION_LINES: usize = 80;

/// A file that is better left whole than split, with a ceiling of its own.
struct Exception {
    path: &'static str,
    lines: usize,
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[];

/// The first thing in a file says what it is for and what it must not know.
pub(super) fn missing_header(file: &SourceFile) -> Vec<Finding> {
    // Fuzz targets begin with an attribute that must come first.
    let first = file.text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#!["));
    let says_something = |line: &str| line.strip_prefix("//!").is_some_and(|text| !text.trim().is_empty());
    if first.is_some_and(says_something) {
        return Vec::new();
    }
    vec![Finding::new(file, 1, "does not begin with `//!` and what the file is for")]
}

/// Files beyond the size guide, counted up to their own tests.
pub(super) fn too_long(file: &SourceFile) -> Vec<Finding> {
    let exception = EXCEPTIONS.iter().find(|exception| exception.path == file.path);
    let limit = exception.map_or_else(|| guide(file), |exception| exception.lines);
    let lines = file.lines_before_tests();
    if lines <= limit {
        return Vec::new();
    }
    vec![Finding::new(file, limit + 1, format!("{lines} lines without its tests; the guide is {limit}"))]
}

fn guide(file: &SourceFile) -> usize {
    if file.path == "src/ui/app.rs" { APP_LINES } else { FILE_LINES }
}

/// Functions that no longer fit on a screen. The guide is 60; beyond 80 it has become a rule.
pub(super) fn long_functions(file: &SourceFile) -> Vec<Finding> {
    let code = scan(&file.without_tests().text).code;
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let length = block_lines(&lines[start..]);
        if length > FUNCTION_LINES {
            let message = format!("`{name}` has {length} lines; the guide is 60, the limit {FUNCTION_LINES}");
            found.push(Finding::new(file, start + 1, message));
        }
    }
    found
}

pub(super) fn function_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let is_qualifier = |word: &&str| {
        word.starts_with("pub")
            || matches!(*word, "const" | "async" | "unsafe" | "extern" | "crate)" | "super)")
    };
    if words.find(|word| !is_qualifier(word))? != "fn" {
        return None;
    }
    words.next()?.split(['(', '<']).next()
}

/// From a line to the one that closes its first brace; 1 when it has none, as in a trait.
fn block_lines(lines: &[&str]) -> usize {
    let mut depth = 0_usize;
    for (number, line) in lines.iter().enumerate() {
        for character in line.chars() {
            match character {
                '{' => depth += 1,
                '}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return number + 1;
                    }
                }
                ';' if depth == 0 => return 1,
                _ => {}
            }
        }
    }
    lines.len()
}

/// An exception for a file that is gone, or that no longer needs it, has to go too.
pub(super) fn stale_exceptions(files: &[SourceFile]) -> Vec<String> {
    let is_needed = |exception: &Exception| {
        let file = files.iter().find(|file| file.path == exception.path);
        file.is_some_and(|file| file.lines_before_tests() > guide(file)) && !exception.reason.is_empty()
    };
    let stale = EXCEPTIONS.iter().filter(|exception| !is_needed(exception));
    stale.map(|exception| exception.path.to_owned()).collect()
}

mod tests {
    use super::{EXCEPTIONS, long_functions, missing_header, stale_exceptions, too_long};
    use crate::tidy::source::SourceFile;

    #[test]
    fn a_file_without_its_header_is_found() {
        for (text, count) in [
            ("//! What it is for.\nuse x;", 0),
            ("#![no_main]\n//! What it is for.", 0),
            ("use x;\n//! Too late.", 1),
            ("//!\n", 1),
            ("// Not a header.", 1),
            ("", 1),
        ] {
            assert_eq!(missing_header(&SourceFile::new("src/a.rs", text)).len(), count, "{text:?}");
        }
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        for (path, lines, count) in [
            ("src/net/a.rs", 700, 0),
            ("src/net/a.rs", 701, 1),
            ("src/ui/app.rs", 250, 0),
            ("src/ui/app.rs", 251, 1),
        ] {
            let text =
                format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "x\n".repeat(lines), "y\n".repeat(500));
            assert_eq!(too_long(&SourceFile::new(path, &text)).len(), count, "{path} {lines}");
        }
    }

    #[test]
    fn a_long_function_is_found() {
        let body = |lines: usize| "    x();\n".repeat(lines);
        for (text, count) in [
            (format!("pub(crate) fn f<T>() {{\n{}}}\n", body(78)), 0),
            (format!("pub(crate) fn f<T>() {{\n{}}}\n", body(79)), 1),
            (format!("impl A {{\n    fn a(&self) -> u8;\n{}}}\n", body(99)), 0),
            (format!("mod a {{\n    const fn f() {{\n{}    }}\n}}\n", body(90)), 1),
        ] {
            assert_eq!(long_functions(&SourceFile::new("src/a.rs", &text)).len(), count, "{text}");
        }
    }

    #[test]
    fn an_exception_without_its_file_is_found() {
        assert_eq!(stale_exceptions(&[]).len(), EXCEPTIONS.len());
    }
}
