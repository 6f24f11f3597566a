#![no_main]
//! Whatever a decoder is given, it comes to an end without a panic, no node lies outside the message, and decoding it again
//! into a used tree gives the same. The first byte chooses the decoder, the second what is known beside the message.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::decode::{
    Agreed, Carrier, DECODERS, DecodeChoice, Decoder, DecoderId, EarlierRequest, Hint, Toward, Tree, decode,
    summary,
};
use sockscope::model::ids::RecordId;
use sockscope::util::locale::{Language, Locale};

fuzz_target!(|input: &[u8]| {
    let [chosen, known, message @ ..] = input else { return };
    let decoder: &dyn Decoder = DECODERS[usize::from(*chosen) % DECODERS.len()];
    let hint = hint(*known);
    let mut tree = Tree::new();
    decode(decoder, message, &hint, &mut tree);
    let told = told(&tree, message);
    decode(decoder, message, &hint, &mut tree);
    assert_eq!(told, self::told(&tree, message));
    decoder.exchange(message, &hint);
    DecodeChoice::Auto.decoder_for(message, &hint);
});

fn hint(known: u8) -> Hint {
    let bit = |place: u8| known >> place & 1 == 1;
    Hint {
        carrier: [Carrier::Unknown, Carrier::Stream, Carrier::Datagram, Carrier::Ip(58)]
            [usize::from(known & 3)],
        port: bit(2).then_some(5353),
        toward: bit(3).then_some(if bit(4) { Toward::Server } else { Toward::Client }),
        asked: bit(5).then_some(EarlierRequest {
            record: RecordId(0),
            row: 1,
            after_ns: 1,
            note: u64::from(bit(6)),
        }),
        agreed: bit(7).then_some(Agreed {
            decoder: if bit(6) { DecoderId::Mqtt } else { DecoderId::Tls },
            version: if bit(6) { 5 } else { 4 },
        }),
    }
}

fn told(tree: &Tree, message: &[u8]) -> String {
    let mut told = summary(tree, message, Locale::of(Language::English));
    for entry in tree.entries(message) {
        assert!(entry.range().is_none_or(|range| range.start <= range.end && range.end <= message.len()));
        entry.push_name(&mut told);
        entry.value().push_plain(entry.field().kind, &mut told);
    }
    told
}
