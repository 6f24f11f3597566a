#![no_main]
//! Whatever bytes come, however they are cut into records: every framing gives every byte back once and in order,
//! and the cuts make no difference. A line of words comes first; each record's length follows as one byte.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::framing::{Framer, Message, MessageEnd};
use sockscope::model::framing::Framing;
use sockscope::model::ids::RecordId;

/// Small, so that overlong messages are reached.
const LONGEST: usize = 64;

fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(words) = std::str::from_utf8(&input[..end]) else { return };
    let Ok(framing) = words.parse::<Framing>() else { return };
    assert_eq!(framing.to_string().parse::<Framing>().as_ref(), Ok(&framing));
    let records = records(&input[end + 1..]);
    let bytes = records.concat();
    let cut = messages(&framing, &records);
    assert_eq!(cut.iter().flat_map(|(bytes, _)| bytes.clone()).collect::<Vec<u8>>(), bytes);
    if framing != Framing::None {
        assert_eq!(cut, messages(&framing, &[&bytes]));
    }
});

fn records(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let Some((length, after)) = rest.split_first() {
        let (record, after) = after.split_at(usize::from(*length).min(after.len()));
        records.push(record);
        rest = after;
    }
    records
}

fn messages(framing: &Framing, records: &[&[u8]]) -> Vec<(Vec<u8>, MessageEnd)> {
    let mut framer = Framer::with_longest_message(framing, LONGEST);
    let mut messages = Vec::new();
    let mut take = |message: Message<'_>| messages.push((message.bytes.to_vec(), message.end));
    for (number, record) in (0..).zip(records) {
        framer.push(RecordId(number), 0, record, &mut take);
        // What is passed over may wait together with the message that follows it.
        assert!(framer.waiting_bytes() < 2 * LONGEST);
    }
    framer.finish(&mut take);
    messages
}
