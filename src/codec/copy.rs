//! Bytes in the five forms in which they are copied into other programs.

use crate::codec::hex;
use crate::codec::text::{Carry, PieceKind, TextEncoding, decode_with};

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyForm {
    /// The characters.
    Text,
    /// `01 03 9C`.
    Hex,
    /// An array for C.
    CArray,
    /// A bytes literal for Python.
    PythonBytes,
    /// A byte array for Rust.
    RustBytes,
}

/// How many bytes of an array stand on a line.
const BYTES_PER_LINE: usize = 12;

impl CopyForm {
    /// All of them, in the order of a menu.
    pub const ALL: [CopyForm; 5] =
        [CopyForm::Text, CopyForm::Hex, CopyForm::CArray, CopyForm::PythonBytes, CopyForm::RustBytes];

    /// The bytes in this form. Text takes the characters as they are, line ends too; bytes that are none come
    /// as `\xHH`.
    pub fn render(self, bytes: &[u8], encoding: TextEncoding) -> String {
        self.render_from(Carry::default(), bytes, encoding)
    }

    /// The same for bytes that complete a character of which the beginning came before them.
    pub fn render_from(self, carry: Carry, bytes: &[u8], encoding: TextEncoding) -> String {
        match self {
            CopyForm::Text => text(carry, bytes, encoding),
            CopyForm::Hex => hex::spaced(bytes),
            // C has no arrays without elements.
            CopyForm::CArray if bytes.is_empty() => String::from("const unsigned char *data = 0;"),
            CopyForm::CArray => {
                array(bytes, &format!("const unsigned char data[{}] = {{", bytes.len()), "};")
            }
            CopyForm::PythonBytes => literal(bytes),
            CopyForm::RustBytes => array(bytes, &format!("let data: [u8; {}] = [", bytes.len()), "];"),
        }
    }
}

fn text(mut carry: Carry, bytes: &[u8], encoding: TextEncoding) -> String {
    let mut text = String::with_capacity(bytes.len());
    decode_with(encoding, &mut carry, bytes, |piece| match piece.kind {
        PieceKind::Text(plain) => text.push_str(plain),
        PieceKind::Control(character) => text.push(character),
        PieceKind::Undecoded(undecoded) | PieceKind::Pending(undecoded) => {
            for byte in undecoded {
                push_escaped(&mut text, *byte);
            }
        }
    });
    text
}

fn array(bytes: &[u8], open: &str, close: &str) -> String {
    let mut text = String::with_capacity(open.len() + bytes.len() * 6 + 16);
    text.push_str(open);
    for line in bytes.chunks(BYTES_PER_LINE) {
        text.push_str("\n   ");
        for byte in line {
            text.push_str(" 0x");
            hex::push_byte(&mut text, *byte);
            text.push(',');
        }
    }
    if !bytes.is_empty() {
        text.push('\n');
    }
    text.push_str(close);
    text
}

fn literal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2 + 3);
    text.push_str("b\"");
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            0x20..=0x7E => text.push(char::from(*byte)),
            _ => push_escaped(&mut text, *byte),
        }
    }
    text.push('"');
    text
}

fn push_escaped(text: &mut String, byte: u8) {
    text.push_str("\\x");
    hex::push_byte(text, byte);
}

#[cfg(test)]
mod tests {
    use super::CopyForm;
    use crate::codec::text::TextEncoding;

    #[test]
    fn every_form_is_what_its_language_reads() {
        let bytes = b"\"\xCE\xC2\\\r\n\xFF";
        for (form, text) in [
            (CopyForm::Text, "\"温\\\r\n\\xFF"),
            (CopyForm::Hex, "22 CE C2 5C 0D 0A FF"),
            (
                CopyForm::CArray,
                "const unsigned char data[7] = {\n    0x22, 0xCE, 0xC2, 0x5C, 0x0D, 0x0A, 0xFF,\n};",
            ),
            (CopyForm::PythonBytes, r#"b"\"\xCE\xC2\\\r\n\xFF""#),
            (CopyForm::RustBytes, "let data: [u8; 7] = [\n    0x22, 0xCE, 0xC2, 0x5C, 0x0D, 0x0A, 0xFF,\n];"),
        ] {
            assert_eq!(form.render(bytes, TextEncoding::GBK), text);
        }
    }

    #[test]
    fn nothing_is_something_in_every_form() {
        for (form, text) in [
            (CopyForm::Text, ""),
            (CopyForm::Hex, ""),
            (CopyForm::CArray, "const unsigned char *data = 0;"),
            (CopyForm::PythonBytes, "b\"\""),
            (CopyForm::RustBytes, "let data: [u8; 0] = [];"),
        ] {
            assert_eq!(form.render(b"", TextEncoding::UTF_8), text);
        }
    }
}
