//! Payload as characters on one line.

use crate::codec::hex;
use crate::codec::represent::{Represented, RowStyle, SpanStyle, mark_of, push_symbol};
use crate::codec::text::{Carry, PieceKind, TextPiece, characters, decode_with};
use std::ops::Range;

/// Appends payload. Of a folded one, an unfinished character at the end is not there to be shown.
pub(super) fn push(row: &mut Represented, bytes: &[u8], mut carry: Carry, style: &RowStyle<'_>) {
    let is_folded = row.is_folded;
    row.text.reserve(bytes.len());
    decode_with(style.encoding, &mut carry, bytes, |piece| match piece.kind {
        PieceKind::Text(text) if style.marks.is_empty() && !style.with_letters => {
            row.push(SpanStyle::Payload, piece.bytes, None, text);
        }
        PieceKind::Text(text) => push_text(row, &piece, text, bytes, style),
        PieceKind::Control(character) => push_control(row, piece.bytes, character, style),
        PieceKind::Undecoded(undecoded) => {
            push_undecoded(row, SpanStyle::Undecoded, piece.bytes, undecoded, style);
        }
        PieceKind::Pending(pending) if !is_folded => {
            push_undecoded(row, SpanStyle::Pending, piece.bytes, pending, style);
        }
        PieceKind::Pending(_) => {}
    });
}

fn push_text(row: &mut Represented, piece: &TextPiece<'_>, text: &str, bytes: &[u8], style: &RowStyle<'_>) {
    let mark = mark_of(&piece.bytes, style.marks);
    // What an earlier record began is one character.
    if piece.carried > 0 || (mark.is_none() && !style.with_letters) {
        let from = row.text.len();
        row.push(SpanStyle::Payload, piece.bytes.clone(), mark, text);
        row.note_letter(from, piece.bytes.clone(), style);
        return;
    }
    for (place, character) in characters(style.encoding, &bytes[piece.bytes.clone()], text) {
        let place = piece.bytes.start + place.start..piece.bytes.start + place.end;
        let from = row.text.len();
        row.push(SpanStyle::Payload, place.clone(), mark_of(&place, style.marks), character);
        row.note_letter(from, place, style);
    }
}

fn push_control(row: &mut Represented, bytes: Range<usize>, character: char, style: &RowStyle<'_>) {
    const CARRIAGE_RETURN: &str = "␍";
    let mark = mark_of(&bytes, style.marks);
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
        let carriage_return = row.letters.pop().map_or(bytes.start, |letter| letter.bytes.start);
        row.push(SpanStyle::Control, bytes.clone(), mark, "↵");
        row.note_letter(start, carriage_return..bytes.end, style);
        return;
    }
    let from = row.text.len();
    push_symbol(&mut row.text, character);
    row.close(from, SpanStyle::Control, bytes.clone(), mark);
    row.note_letter(from, bytes, style);
}

/// Hex in brackets; neighbours share them.
fn push_undecoded(
    row: &mut Represented,
    span_style: SpanStyle,
    bytes: Range<usize>,
    undecoded: &[u8],
    style: &RowStyle<'_>,
) {
    const CLOSE: char = '⟩';
    let mark = mark_of(&bytes, style.marks);
    let joins = row
        .spans
        .last()
        .is_some_and(|last| last.style == span_style && last.mark == mark && last.bytes.end == bytes.start);
    if joins {
        row.text.pop();
        if let Some(last) = row.spans.last_mut() {
            last.text.end -= CLOSE.len_utf8();
        }
    }
    let from = row.text.len();
    row.text.push(if joins { ' ' } else { '⟨' });
    let carried = undecoded.len() - bytes.len();
    let own = row.text.len() + 3 * carried;
    hex::push_spaced(&mut row.text, undecoded);
    row.note_spaced_hex(own, bytes.clone(), style);
    if span_style == SpanStyle::Pending {
        row.text.push('…');
    }
    row.text.push(CLOSE);
    row.close(from, span_style, bytes, mark);
}
