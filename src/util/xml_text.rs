//! Text in XML. It knows no kind of document.

use std::fmt::Write;

/// A text for an attribute or an element. Characters that XML does not have are written as people write them.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                if write!(escaped, "&#{};", u32::from(character)).is_err() {
                    // A string takes everything.
                }
            }
            '\0'..' ' | '\u{7F}' | '\u{FFFE}' | '\u{FFFF}' => {
                escaped.extend(character.escape_default());
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_does_not_have_is_written_out() {
        assert_eq!(
            escaped("a<b>&\"c\"\r\n\0\u{1B}温"),
            "a&lt;b&gt;&amp;&quot;c&quot;&#13;&#10;\\u{0}\\u{1b}温"
        );
    }
}
