//! Which characters cannot be seen, or would hide or turn those around them.

/// How many bytes are looked at together. A block without a doubtful byte costs a few vector instructions.
const BLOCK: usize = 32;

/// The first character that has no shape of its own, and where it stands.
pub(super) fn find_invisible(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = find_doubtful(bytes, from) {
        let character = text[at..].chars().next()?;
        if is_invisible(character) {
            return Some((at, character));
        }
        from = at + character.len_utf8();
    }
    None
}

/// The first byte from `from` on that may start an invisible character.
fn find_doubtful(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    for block in bytes[from..].chunks(BLOCK) {
        if block.iter().fold(false, |found, byte| found | may_be_invisible(*byte)) {
            return block.iter().position(|byte| may_be_invisible(*byte)).map(|step| at + step);
        }
        at += block.len();
    }
    None
}

/// How many bytes at the start are ASCII that can be seen.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| matches!(byte, 0x20..=0x7E);
    let mut length = 0;
    for block in bytes.chunks(BLOCK) {
        // In bytes that are no text the first ones tell already.
        if !block.first().is_some_and(is_plain) {
            break;
        }
        if !block.iter().fold(true, |all, byte| all & is_plain(byte)) {
            return length + block.iter().position(|byte| !is_plain(byte)).unwrap_or(block.len());
        }
        length += block.len();
    }
    length
}

/// Whether an invisible character may start with this byte.
pub(super) fn may_be_invisible(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, 0x7F | 0xC2 | 0xD8 | 0xE2 | 0xEF | 0xF3)
}

pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}
