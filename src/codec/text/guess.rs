//! Whether text fits the encoding that it is read in, and which one fits where it does not. It changes nothing: a person
//! decides.

use crate::codec::text::{Carry, DecodedText, TextEncoding, decode};

/// Where several fit, the first one is meant. Encodings of one byte a character fit everything, and tell nothing.
const CANDIDATES: [&str; 5] = ["gbk", "utf-8", "big5", "shift_jis", "euc-kr"];

/// So many characters beyond ASCII are needed: two bytes may fit anything.
const LEAST_CHARACTERS: i64 = 2;

/// The encoding that all of these texts fit, where one of them does not fit the chosen one. Bytes that are no text, as
/// those of binary protocols, fit none.
pub fn better_encoding(texts: &[&[u8]], chosen: TextEncoding) -> Option<TextEncoding> {
    // What is nothing but ASCII is the same in all of them, whatever it means.
    let telling = texts.iter().filter(|text| !text.is_ascii()).map(|text| without_frame(text));
    let texts: Vec<&[u8]> = telling.collect();
    if texts.iter().all(|text| is_whole(&decode(chosen, &mut Carry::default(), text))) {
        return None;
    }
    let others = CANDIDATES.iter().filter_map(|name| TextEncoding::from_name(name).ok());
    let others: Vec<TextEncoding> = others.filter(|other| *other != chosen).collect();
    let whole = others.iter().copied().find(|other| is_text(&texts, *other, Ends::Whole));
    whole.or_else(|| {
        // A stream is cut anywhere, in the middle of a character too.
        if fits_when_cut(&texts, chosen) {
            return None;
        }
        others.into_iter().find(|other| is_text(&texts, *other, Ends::Cut))
    })
}

/// Whether texts begin and end with whole characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Whole,
    Cut,
}

/// Whether all of it is characters of this encoding, but for the rest of one at the beginning and the start of one at the
/// end.
fn fits_when_cut(texts: &[&[u8]], encoding: TextEncoding) -> bool {
    let fits = |text: &&[u8]| {
        beginnings(text, encoding, Ends::Cut)
            .any(|text| decode(encoding, &mut Carry::default(), text).undecoded == 0)
    };
    texts.iter().all(fits)
}

/// Where the first whole character of a text may begin.
fn beginnings(text: &[u8], encoding: TextEncoding, ends: Ends) -> impl Iterator<Item = &[u8]> {
    let longest = if encoding == TextEncoding::UTF_8 { 4 } else { 2 };
    let most = if ends == Ends::Whole { 1 } else { longest };
    // What comes before it is not ASCII.
    let ascii = text.iter().position(u8::is_ascii).unwrap_or(text.len());
    (0..most).take_while(move |skipped| *skipped <= ascii).filter_map(|skipped| text.get(skipped..))
}

/// A text without the control characters that devices put around it, such as STX and ETX.
fn without_frame(text: &[u8]) -> &[u8] {
    let is_inside = |byte: &u8| !byte.is_ascii_control();
    let start = text.iter().position(is_inside).unwrap_or(text.len());
    let end = text.iter().rposition(is_inside).map_or(start, |last| last + 1);
    &text[start..end]
}

/// Whether all of it is characters. An unfinished one at its end tells of a wrong encoding as well as of a stream that was
/// cut there; in the right one nothing else is whole then.
fn is_whole(decoded: &DecodedText) -> bool {
    decoded.undecoded == 0 && decoded.pending == 0
}

fn is_text(texts: &[&[u8]], encoding: TextEncoding, ends: Ends) -> bool {
    let (mut everyday, mut rare) = (0, 0);
    for text in texts {
        // Of several ways to read it, the one with the most everyday characters is meant.
        let ways = beginnings(text, encoding, ends).filter_map(|text| characters(text, encoding, ends));
        let Some((often, seldom)) = ways.max_by_key(|(often, seldom)| often - 2 * seldom) else {
            return false;
        };
        everyday += often;
        rare += seldom;
    }
    // In real text most characters are everyday ones; in bytes that fit by accident they are not.
    everyday >= LEAST_CHARACTERS && everyday >= 2 * rare
}

/// How many characters beyond ASCII are everyday ones, and how many are not; nothing where it is no text.
fn characters(text: &[u8], encoding: TextEncoding, ends: Ends) -> Option<(i64, i64)> {
    let decoded = decode(encoding, &mut Carry::default(), text);
    if decoded.undecoded > 0 || (decoded.pending > 0 && ends == Ends::Whole) {
        return None;
    }
    let (mut everyday, mut rare) = (0, 0);
    for character in decoded.text.chars() {
        match character {
            '\t' | '\r' | '\n' | ' '..='~' => {}
            _ if is_everyday(character, encoding) => everyday += 1,
            _ if is_written(character) => rare += 1,
            _ => return None,
        }
    }
    Some((everyday, rare))
}

/// Characters, signs and full-width forms of East Asia, and degrees.
fn is_written(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF5E}' | '℃' | '°' | '·' | '…' | '—' | '“' | '”')
}

fn is_everyday(character: char, encoding: TextEncoding) -> bool {
    if encoding == TextEncoding::GBK && ('\u{4E00}'..='\u{9FFF}').contains(&character) {
        // The first level of GB 2312 holds what makes up nearly all of a text.
        let bytes = encoding.encode(&character.to_string()).unwrap_or_default();
        return matches!(bytes.as_slice(), [0xB0..=0xD7, 0xA1..=0xFE]);
    }
    is_written(character)
}

#[cfg(test)]
mod tests {
    use super::better_encoding;
    use crate::codec::text::TextEncoding;

    /// Texts, what they are read in, and what they fit better.
    type Row<'a> = (&'a [&'a [u8]], TextEncoding, Option<TextEncoding>);

    #[test]
    fn text_in_another_encoding_is_noticed_and_bytes_that_are_no_text_are_not() {
        let (utf8, gbk) = (TextEncoding::UTF_8, TextEncoding::GBK);
        let shift_jis = TextEncoding::from_name("shift_jis").unwrap();
        let sensor = gbk.encode("温度=25.3℃\r\n").unwrap();
        let japanese = shift_jis.encode("おんどは25です").unwrap();
        let cut = &sensor[..sensor.len() - 3];
        let framed = [b"\x02", &sensor[..sensor.len() - 2], b"\x03\r\n"].concat();
        let stream = gbk.encode("站点01,温度=20.1℃,湿度=41%,风向=东南\r\n站点02,温度=20.2℃").unwrap();
        let cut_anywhere: Vec<&[u8]> = stream.chunks(13).collect();
        let utf8_stream = "站点01,温度=20.1℃,湿度=41%,风向=东南\r\n站点02,温度=20.2℃";
        let utf8_cut: Vec<&[u8]> = utf8_stream.as_bytes().chunks(13).collect();
        let rows: [Row<'_>; 17] = [
            (&cut_anywhere, utf8, Some(gbk)),
            (&cut_anywhere, gbk, None),
            (&utf8_cut, utf8, None),
            (&[cut], utf8, Some(gbk)),
            (&[&[0xC4, 0xE3, 0x00, 0x01]], utf8, None),
            (&[&sensor, b"OK\r\n"], utf8, Some(gbk)),
            (&[&framed], utf8, Some(gbk)),
            (&[&sensor, &[0x00, 0x01, 0x02, 0x1F]], utf8, Some(gbk)),
            (&["温度=25.3\r\n".as_bytes()], gbk, None),
            (&["电压".as_bytes(), "传感器故障".as_bytes()], gbk, Some(utf8)),
            (&[&japanese], utf8, Some(shift_jis)),
            (&[&sensor], gbk, None),
            (&[cut], gbk, None),
            (&["plain".as_bytes()], utf8, None),
            (&[&[0x01, 0x03, 0x9C, 0x41, 0x00, 0x02, 0xBA, 0x4F]], utf8, None),
            (&[&[0xFF; 16]], utf8, None),
            (&[], utf8, None),
        ];
        for (texts, chosen, better) in rows {
            assert_eq!(better_encoding(texts, chosen), better, "{texts:02X?} as {chosen:?}");
        }
    }
}
