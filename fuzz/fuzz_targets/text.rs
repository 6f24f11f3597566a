#![no_main]
//! Whatever bytes come in whatever encoding, however they are cut into records: the cuts change no text, looking
//! back finds the state that decoding from the start has left, and every row covers its text and its bytes. The
//! input's first byte chooses the encoding; each record's length follows as one byte.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::represent::{RowStyle, View, represent};
use sockscope::codec::text::{Carry, LookBack, TextEncoding, decode};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{Body, Data, DataHead, Record};
use sockscope::util::clock::Stamp;
use sockscope::util::locale::{Language, Locale};

fuzz_target!(|input: &[u8]| {
    let Some((number, rest)) = input.split_first() else { return };
    let count = TextEncoding::all().len();
    let Some(encoding) = TextEncoding::all().nth(usize::from(*number) % count) else { return };
    let records = records(rest);
    let mut carry = Carry::default();
    let mut text = String::new();
    for (place, record) in records.iter().enumerate() {
        // Looking back is bounded, and shortest in UTF-16.
        if place < 32 {
            let mut back = LookBack::new(encoding);
            let mut earlier = records[..place].iter().rev();
            while back.wants_more()
                && let Some(bytes) = earlier.next()
            {
                back.take(bytes);
            }
            assert_eq!(back.carry(), carry);
        }
        check_rows(record, carry, encoding);
        text.push_str(&decode(encoding, &mut carry, record).text);
    }
    let mut whole = Carry::default();
    assert_eq!(text, decode(encoding, &mut whole, &records.concat()).text);
    assert_eq!(carry, whole);
});

fn check_rows(record: &[u8], carry: Carry, encoding: TextEncoding) {
    for view in [View::Text, View::Hex, View::Dump] {
        let style = RowStyle { view, encoding, ..RowStyle::new(Locale::of(Language::English)) };
        let row = represent(&received(record), carry, &style);
        let mut end = 0;
        let mut seen = vec![false; record.len()];
        for span in &row.spans {
            assert_eq!(span.text.start, end);
            end = span.text.end;
            seen[span.bytes.clone()].fill(true);
        }
        assert_eq!(end, row.text.len());
        assert!(seen.into_iter().all(|seen| seen));
    }
}

fn records(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let Some((length, after)) = rest.split_first() {
        let (record, after) = after.split_at(usize::from(*length).min(after.len()));
        records.push(record);
        rest = after;
    }
    records
}

fn received(bytes: &[u8]) -> Record {
    let data = Data { head: DataHead::received(), bytes: bytes.to_vec() };
    Record {
        id: RecordId(0),
        at: Stamp::default(),
        epoch: Epoch(1),
        peer: PeerId::new(1),
        body: Body::Data(data),
    }
}
