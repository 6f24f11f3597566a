#![no_main]
//! Whatever is typed: an expression is read or refused at a place in it, what is printed reads back, and judging a row
//! comes to an end. A line of words comes first; the payload of the row follows.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::expression::{Expression, JudgeMemory, RowFacts, Verdict, Vocabulary, parse_fields};
use sockscope::codec::rows::Row;
use sockscope::codec::text::{Carry, TextEncoding};
use sockscope::codec::time::TimeFormat;
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{Body, Data, DataHead, Record};
use sockscope::util::clock::Stamp;

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let Ok(typed) = std::str::from_utf8(&input[..end]) else { return };
    let bytes = input.get(end + 1..).unwrap_or_default();
    let vocabulary = Vocabulary::default().with_variables(["device"]);
    if let Err(error) = parse_fields(typed) {
        assert!(error.at <= typed.chars().count());
    }
    let expression = match Expression::parse(typed, &vocabulary) {
        Ok(expression) => expression,
        Err(error) => {
            assert!(error.at <= typed.chars().count());
            return;
        }
    };
    let printed = expression.to_string();
    assert_eq!(Expression::parse(&printed, &vocabulary).as_ref(), Ok(&expression), "{printed}");
    let body = Body::Data(Data { head: DataHead::received(), bytes: bytes.to_vec() });
    let record =
        Record { id: RecordId(1), at: Stamp::default(), epoch: Epoch(1), peer: PeerId::new(1), body };
    let row = Row::of(&record);
    let facts = RowFacts { row: &row, after_ns: None, carry: Carry::default(), ends: None, decoder: None };
    for encoding in [TextEncoding::UTF_8, TextEncoding::GBK] {
        let judge = expression.judge(encoding, &TimeFormat::local());
        assert_ne!(judge.verdict(&facts, &mut JudgeMemory::default()), Verdict::Unread);
    }
});
