//! Payload as characters on one line.

use crate::codec::hex;
use crate::codec::represent::{Mark, Represented, RowStyle, SpanStyle, mark_of, push_symbol};
use crate::codec::text::{Carry, Piece, PieceKind, TextEncoding, characters, decode_with};
use std::ops::Range;

/// Appends payload. Of a folded one, an unfinished character at the end is not there to be shown.
pub(super) fn push(row: &mut Represented, bytes: &[u8], mut carry: Carry, style: &RowStyle<'_>) {
    let is_folded = row.is_folded;
    row.text.reserve(bytes.len());
    decode_with(style.encoding, &mut carry, bytes, |piece| match piece.kind {
        PieceKind::Text(text) if style.marks.is_empty() => {
            row.push(SpanStyle::Payload, piece.bytes, None, text);
        }
        PieceKind::Text(text) => push_text(row, &piece, text, bytes, style.encoding, style.marks),
        PieceKind::Control(character) => push_control(row, piece.bytes, character, style.marks),
        PieceKind::Undecoded(undecoded) => {
            push_undecoded(row, SpanStyle::Undecoded, piece.bytes, undecoded, style.marks);
        }
        PieceKind::Pending(pending) if !is_folded => {
            push_undecoded(row, SpanStyle::Pending, piece.bytes, pending, style.marks);
        }
        PieceKind::Pending(_) => {}
    });
}

fn push_text(
    row: &mut Represented,
    piece: &Piece<'_>,
    text: &str,
    bytes: &[u8],
    encoding: TextEncoding,
    marks: &[Mark],
) {
    if piece.carried > 0 || mark_of(&piece.bytes, marks).is_none() {
        row.push(SpanStyle::Payload, piece.bytes.clone(), mark_of(&piece.bytes, marks), text);
        return;
    }
    for (place, character) in characters(encoding, &bytes[piece.bytes.clone()], text) {
        let place = piece.bytes.start + place.start..piece.bytes.start + place.end;
        let mark = mark_of(&place, marks);
        row.push(SpanStyle::Payload, place, mark, character);
    }
}

fn push_control(row: &mut Represented, bytes: Range<usize>, character: char, marks: &[Mark]) {
    const CARRIAGE_RETURN: &str = "␍";
    let mark = mark_of(&bytes, marks);
    let follows_return = row.text.ends_with(CARRIAGE_RETURN)
        && row.spans.last().is_some_and(|last| {
            last.style == SpanStyle::Control && last.bytes.end == bytes.start && last.mark == mark
        });
    if character == '\n' && follows_return {
        let start = row.text.len() - CARRIAGE_RETURN.len();
        row.text.truncate(start);
        if let Some(last) = row.spans.last_mut() {
            last.text.end = start;
        }
        row.push(SpanStyle::Control, bytes, mark, "↵");
        return;
    }
    let from = row.text.len();
    push_symbol(&mut row.text, character);
    row.close(from, SpanStyle::Control, bytes, mark);
}

/// Hex in brackets; neighbours share them.
fn push_undecoded(
    row: &mut Represented,
    style: SpanStyle,
    bytes: Range<usize>,
    undecoded: &[u8],
    marks: &[Mark],
) {
    const CLOSE: char = '⟩';
    let mark = mark_of(&bytes, marks);
    let joins = row
        .spans
        .last()
        .is_some_and(|last| last.style == style && last.mark == mark && last.bytes.end == bytes.start);
    if joins {
        row.text.pop();
        if let Some(last) = row.spans.last_mut() {
            last.text.end -= CLOSE.len_utf8();
        }
    }
    let from = row.text.len();
    row.text.push(if joins { ' ' } else { '⟨' });
    hex::push_spaced(&mut row.text, undecoded);
    if style == SpanStyle::Pending {
        row.text.push('…');
    }
    row.text.push(CLOSE);
    row.close(from, style, bytes, mark);
}
