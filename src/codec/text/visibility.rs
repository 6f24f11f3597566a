//! Which characters cannot be seen, or would hide or turn those around them.

/// The first character that has no shape of its own, and where it stands.
pub(super) fn find_invisible(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    // Only characters that start with one of these bytes can be invisible, so that most are passed over quickly.
    let may_be = |byte: &u8| *byte < 0x20 || matches!(byte, 0x7F | 0xC2 | 0xD8 | 0xE2 | 0xEF | 0xF3);
    while let Some(step) = bytes[from..].iter().position(may_be) {
        let at = from + step;
        let character = text[at..].chars().next()?;
        if is_invisible(character) {
            return Some((at, character));
        }
        from = at + character.len_utf8();
    }
    None
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}
