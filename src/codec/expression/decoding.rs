//! Decodes rows for the fields that an expression asks for, and a row only when one of its values is wanted.

use crate::codec::decode::{
    Confidence, DecodeChoice, Decoder, DecoderId, Entry, FieldQuery, Hint, RowDecoder, Tree, decode,
};
use crate::codec::rows::Row;
use crate::model::address::Address;
use crate::model::config::SessionKind;

/// Decodes row after row.
#[derive(Clone, Debug)]
pub struct FieldDecoder {
    queries: Vec<FieldQuery>,
    rows: RowDecoder,
    /// Of a single decoder that nobody has asked for by name: it is not forced upon messages that it does not go with.
    only: Option<&'static dyn Decoder>,
}

impl FieldDecoder {
    /// Decodes for these fields, with these decoders. `None` if no decoder has one of the fields.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, choice: &DecodeChoice) -> Option<FieldDecoder> {
        let queries: Vec<FieldQuery> = names.into_iter().filter_map(FieldQuery::parse).collect();
        let mut ids: Vec<DecoderId> =
            queries.iter().flat_map(FieldQuery::decoders).map(Decoder::id).collect();
        ids.sort_unstable();
        ids.dedup();
        let (choice, only) = match (choice, ids.as_slice()) {
            (DecodeChoice::Among(_), _) => (choice.clone(), None),
            (DecodeChoice::Auto, [id]) => (DecodeChoice::Among(vec![*id]), Some(id.decoder())),
            (DecodeChoice::Auto, _) => (DecodeChoice::Among(ids), None),
        };
        let rows = RowDecoder::new(choice);
        (!queries.is_empty()).then_some(FieldDecoder { queries, rows, only })
    }

    /// Learns what kind of session it is.
    pub fn begin(&mut self, kind: Option<SessionKind>) {
        self.rows.begin(kind);
    }

    /// Takes in the next row. `ends` are ours and the peer's.
    pub fn take_in(&mut self, row: &Row<'_>, is_message_oriented: bool, ends: Option<(Address, Address)>) {
        self.rows.take_in(row, is_message_oriented, ends);
    }

    /// Tells all values of a field in the message that was taken in last, until enough were seen.
    pub fn visit(&mut self, name: &str, message: &[u8], mut visit: impl FnMut(&Entry<'_>) -> bool) {
        if self.only.is_some_and(|only| only.fits(message, &Hint::default()) == Confidence::No) {
            return;
        }
        let Some(query) = self.queries.iter().find(|query| query.name() == name) else { return };
        let Some(tree) = self.rows.tree(message) else { return };
        for entry in query.find(tree, message) {
            if visit(&entry) {
                return;
            }
        }
    }
}

/// Tells all values of a field in a message of which nothing else is known, until enough were seen.
pub fn visit_field(name: &str, message: &[u8], mut visit: impl FnMut(&Entry<'_>) -> bool) {
    let hint = Hint::default();
    let Some(query) = FieldQuery::parse(name) else { return };
    let Some(decoder) = best_of(query.decoders(), message, &hint) else { return };
    let mut tree = Tree::new();
    decode(decoder, message, &hint, &mut tree);
    for entry in query.find(&tree, message) {
        if visit(&entry) {
            return;
        }
    }
}

/// The decoder that goes best with a message; of equals the one that stands first.
fn best_of(
    decoders: impl Iterator<Item = &'static dyn Decoder>,
    message: &[u8],
    hint: &Hint,
) -> Option<&'static dyn Decoder> {
    let mut best: Option<(Confidence, &'static dyn Decoder)> = None;
    for decoder in decoders {
        let confidence = decoder.fits(message, hint);
        if confidence > Confidence::No && best.is_none_or(|(highest, _)| confidence > highest) {
            best = Some((confidence, decoder));
        }
    }
    best.map(|(_, decoder)| decoder)
}
