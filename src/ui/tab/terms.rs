//! What is seen as a term of an expression: bytes, or a decoded value; and the lines of a menu that use it. It must not
//! know what is done with a term.

use crate::codec::expression::{Expression, Node, Test, Vocabulary};
use crate::codec::hex;
use crate::codec::text::{Carry, PieceKind, TextEncoding, decode_with};
use crate::codec::time::TimeFormat;
use crate::codec::websocket::{Opcode, messages_said};
use crate::model::framing::Framing;
use crate::model::record::Record;
use crate::ui::ctx::ViewCtx;
use crate::ui::sheet::{RowTrait, TermUse};
use crate::ui::tab::TabAction;
use crate::ui::tab::find::FindAction;
use crate::ui::widgets::menu_item;
use egui::Ui;

/// An expression has room for so many bytes; a longer content begins with them.
pub const MOST_TERM_BYTES: usize = 256;

/// Rows that have these bytes: as text where all of them are characters that one sees, and otherwise as they are. The end
/// of a line is not looked for. `None` for no bytes.
pub fn bytes_term(bytes: &[u8], encoding: TextEncoding) -> Option<String> {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = if line.is_empty() { bytes } else { line };
    let shown = &line[..line.len().min(MOST_TERM_BYTES)];
    if shown.is_empty() {
        return None;
    }
    let mut text = Some(String::new());
    decode_with(encoding, &mut Carry::default(), shown, |piece| match piece.kind {
        PieceKind::Text(characters) => text.iter_mut().for_each(|text| text.push_str(characters)),
        // The last character of a long content may lie beyond what is taken of it.
        PieceKind::Pending(_) if shown.len() < line.len() => {}
        PieceKind::Control(_) | PieceKind::Undecoded(_) | PieceKind::Pending(_) => text = None,
    });
    Some(match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => Expression::of(Node::Test(Test::find(&text))).to_string(),
        None => hex_term(shown),
    })
}

/// Rows that have these bytes, as they are; of many the first ones.
pub fn hex_term(bytes: &[u8]) -> String {
    format!("hex:\"{}\"", hex::spaced(&bytes[..bytes.len().min(MOST_TERM_BYTES)]))
}

/// Rows that say what is said in these frames; `None` where it is not one message, or one that is too long to be compared.
pub fn said_term(frames: &[u8]) -> Option<String> {
    let messages = messages_said(frames).ok()?;
    let [(opcode, said)] = messages.as_slice() else { return None };
    match opcode {
        _ if said.is_empty() => None,
        Opcode::Text => {
            let text = str::from_utf8(said).ok()?;
            let shown = &text[..text.floor_char_boundary(MOST_TERM_BYTES)];
            Some(Expression::of(Node::Test(Test::find(shown))).to_string())
        }
        _ if said.len() > MOST_TERM_BYTES => None,
        _ => value_term("data.data", &hex::spaced(said)),
    }
}

/// Rows that are like this one in something; where it has no such thing, the key of the words that say so.
pub fn row_term(
    record: &Record,
    of: RowTrait,
    (encoding, split): (TextEncoding, &Framing),
) -> Result<String, &'static str> {
    let data = record.bytes_of_any_layer();
    let are_frames = *split == Framing::WebSocket;
    let since = |relation: &str| format!("time {relation} {}", moment_word(record.at.wall_ns));
    match of {
        RowTrait::Peer => record.peer.map(|peer| format!("peer:{peer}")).ok_or("toast.no_peer"),
        RowTrait::Direction => {
            data.map(|data| format!("dir:{}", data.head.direction.word())).ok_or("toast.no_direction")
        }
        RowTrait::Length => data.map(|data| format!("len == {}", data.bytes.len())).ok_or("toast.no_content"),
        RowTrait::Since => Ok(since(">=")),
        RowTrait::Until => Ok(since("<=")),
        RowTrait::Content => {
            let said = data.filter(|_| are_frames).and_then(|data| said_term(&data.bytes));
            said.or_else(|| bytes_term(&data?.bytes, encoding)).ok_or("toast.no_content")
        }
    }
}

/// Rows from one moment to another, as exactly as such a time can be pointed at.
pub fn time_term(from_ns: i64, to_ns: i64) -> String {
    const DIGITS_POINTED_AT: i64 = 1_000;
    let wanted = to_ns.saturating_sub(from_ns) / DIGITS_POINTED_AT;
    let step = (0..=9).map(|power| 10_i64.pow(power)).rfind(|step| *step <= wanted).unwrap_or(1);
    let (from, to) = (from_ns.div_euclid(step), to_ns.div_euclid(step).saturating_add(1));
    format!(
        "time >= {} and time <= {}",
        moment_word(from.saturating_mul(step)),
        moment_word(to.saturating_mul(step))
    )
}

/// A moment as expressions know it, in local time.
fn moment_word(wall_ns: i64) -> String {
    let word = TimeFormat::local().words("%Y-%m-%dT%H:%M:%S%.9f", wall_ns);
    word.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Rows in which a decoder finds this value under this name; those that have the name at all where the value cannot be
/// written. `None` where expressions do not know the name.
pub fn value_term(name: &str, value: &str) -> Option<String> {
    let quoted = || {
        let quoted = Expression::of(Node::Test(Test::find(value))).to_string();
        format!("{name} == {quoted}")
    };
    let plain = format!("{name} == {value}");
    // A name that nobody knows would be a word to find.
    let makes_sense = |term: &String| {
        Expression::parse(term, &Vocabulary::default()).is_ok_and(|expression| !expression.is_words())
    };
    let terms = [(!value.contains(' ')).then_some(plain), Some(quoted()), Some(name.to_owned())];
    terms.into_iter().flatten().find(makes_sense)
}

/// Lines that show only what a term wants, hide it, highlight it or look for it.
pub fn term_items(ui: &mut Ui, ctx: &ViewCtx<'_>, term: Option<&str>, out: &mut Vec<TabAction>) {
    for (key, how) in [
        ("term.only", TermUse::Only),
        ("term.without", TermUse::Without),
        ("term.highlight", TermUse::Highlight),
        ("term.find", TermUse::Find),
    ] {
        if menu_item(ui, term.is_some(), ctx.text(key), "")
            && let Some(term) = term
        {
            out.push(FindAction::Use { how, term: term.to_owned() }.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes_term, row_term, time_term, value_term};
    use crate::codec::expression::{Expression, Vocabulary};
    use crate::codec::text::TextEncoding;
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::ui::sheet::RowTrait;
    use crate::util::clock::Stamp;

    #[test]
    fn bytes_are_looked_for_as_one_sees_them() {
        let gbk = TextEncoding::from_name("gbk").unwrap();
        for (bytes, encoding, term) in [
            (&b"hello \"you\"\r\n"[..], TextEncoding::UTF_8, Some(r#""hello \"you\"""#)),
            (b"\xCE\xC2\xB6\xC8=25", gbk, Some("\"温度=25\"")),
            (b"\xCE\xC2", TextEncoding::UTF_8, Some("hex:\"CE C2\"")),
            (b"a\x01", TextEncoding::UTF_8, Some("hex:\"61 01\"")),
            (b"\r\n", TextEncoding::UTF_8, Some("hex:\"0D 0A\"")),
            (b"", TextEncoding::UTF_8, None),
        ] {
            let found = bytes_term(bytes, encoding);
            assert_eq!(found.as_deref(), term, "{bytes:?}");
            if let Some(term) = found {
                assert!(Expression::parse(&term, &Vocabulary::default()).is_ok(), "{term}");
            }
        }
        let long = "温".repeat(200);
        let term = bytes_term(long.as_bytes(), TextEncoding::UTF_8).unwrap();
        assert_eq!(
            term.chars().filter(|character| *character == '温').count(),
            85,
            "as many as there is room for"
        );
    }

    #[test]
    fn a_row_without_bytes_says_which_trait_it_lacks() {
        let record =
            |peer, body| Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer, body };
        let data = Data { head: DataHead::received(), bytes: b"ok".to_vec() };
        let (data, note) =
            (record(PeerId::new(3), Body::Data(data)), record(None, Body::Note(String::new())));
        for (of, term, missing) in [
            (RowTrait::Peer, "peer:3", "toast.no_peer"),
            (RowTrait::Direction, "dir:rx", "toast.no_direction"),
            (RowTrait::Length, "len == 2", "toast.no_content"),
            (RowTrait::Content, "\"ok\"", "toast.no_content"),
        ] {
            assert_eq!(row_term(&data, of, (TextEncoding::UTF_8, &Framing::None)).as_deref(), Ok(term));
            assert_eq!(row_term(&note, of, (TextEncoding::UTF_8, &Framing::None)), Err(missing));
        }
        for of in [RowTrait::Since, RowTrait::Until] {
            let term = row_term(&note, of, (TextEncoding::UTF_8, &Framing::None)).unwrap();
            assert!(Expression::parse(&term, &Vocabulary::default()).is_ok(), "{term}");
        }
    }

    #[test]
    fn a_time_is_as_exact_as_it_was_pointed_at_and_has_both_ends() {
        const SECOND: i64 = 1_000_000_000;
        for (from, to, digits) in [
            (1_760_000_002_252_512_345, 1_760_000_006_757_598_765, 3),
            (1_760_000_002_252_512_345, 1_760_000_002_252_592_345, 8),
            (1_760_000_002_252_512_345, 1_760_000_002_252_512_345, 9),
            (1_760_000_002 * SECOND, 1_760_090_002 * SECOND, 0),
        ] {
            let term = time_term(from, to);
            assert!(Expression::parse(&term, &Vocabulary::default()).is_ok(), "{term}");
            let first = term.split(" and ").next().unwrap();
            let found = first.rsplit_once('.').map_or(0, |(_, digits)| digits.len());
            assert!(found <= digits, "{term}");
        }
    }

    #[test]
    fn a_value_is_compared_as_it_is_written() {
        for (name, value, term) in [
            ("modbus.func_code", "3", Some("modbus.func_code == 3")),
            ("http.request.method", "GET", Some("http.request.method == GET")),
            ("http.host", "a b", Some("http.host == \"a b\"")),
            ("no.such_field", "1", None),
        ] {
            assert_eq!(value_term(name, value).as_deref(), term, "{name}");
        }
    }
}
