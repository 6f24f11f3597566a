//! A number out of messages, over time: a field that a decoder finds, or what a group of a regular expression finds in the
//! text. It must not know how it is drawn.

use crate::codec::decode::{DecodeChoice, FieldQuery, RowDecoder, Value, nearest_name};
use crate::codec::rows::{Row, RowMaker};
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::export::{ExportContext, JournalPeers, PeerLookup};
use crate::journal::query::{Pattern, PatternError};
use crate::journal::timeline::{Stretch, Timeline};
use crate::journal::{JournalError, JournalReader};
use crate::model::framing::Framing;
use crate::ui::log::MOST_DECODED_BYTES;
use crate::ui::tab::log_view::LogRules;
use crate::util::locale::Locale;
use regex::Regex;
use std::convert::Infallible;

/// Which number is wanted, and of which messages.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    typed: String,
    encoding: TextEncoding,
    decoders: DecodeChoice,
    split: Framing,
}

/// Why nothing is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CurveError {
    /// It looks like a field, and no decoder has it.
    Field {
        name: String,
        /// The nearest known name, as the end of the sentence.
        hint: String,
    },
    /// It is no regular expression, and why.
    Regex(Option<PatternError>),
}

/// The least, the greatest and the last value of a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Range(pub(super) Option<(f64, f64, f64)>);

/// Takes the number out of messages, one after the other.
#[derive(Debug)]
pub(super) struct CurveScan {
    reader: JournalReader,
    next: u64,
    maker: RowMaker,
    context: ExportContext,
    peers: JournalPeers,
    taker: Taker,
    timeline: Timeline<Range>,
}

#[derive(Debug)]
struct Taker {
    way: Way,
    encoding: TextEncoding,
    rows: RowDecoder,
}

#[derive(Debug)]
enum Way {
    Field(FieldQuery),
    Text(Box<Regex>),
}

impl Wanted {
    /// What was typed, of the messages of a log.
    pub(super) fn new(typed: &str, encoding: TextEncoding, rules: LogRules<'_>) -> Wanted {
        Wanted {
            typed: typed.to_owned(),
            encoding,
            decoders: rules.decoders.cloned().unwrap_or(DecodeChoice::Auto),
            split: rules.split.clone(),
        }
    }

    /// Whether the same is wanted of the same messages.
    pub(super) fn is(&self, typed: &str, encoding: TextEncoding, rules: LogRules<'_>) -> bool {
        let decoders = rules.decoders.unwrap_or(&DecodeChoice::Auto);
        self.typed == typed
            && self.encoding == encoding
            && self.decoders == *decoders
            && self.split == *rules.split
    }
}

impl CurveError {
    pub(super) fn text(&self, locale: &Locale) -> String {
        match self {
            CurveError::Field { name, hint } => {
                locale.format("chart.no_field", &[("name", name), ("hint", hint)])
            }
            CurveError::Regex(Some(PatternError::Regex { fault })) => {
                locale.format("chart.bad_regex", &[("why", &fault.text(locale))])
            }
            CurveError::Regex(_) => locale.text("chart.too_large").to_owned(),
        }
    }
}

impl Way {
    /// A name with a point and nothing that a regular expression has beside letters is a field.
    fn new(typed: &str) -> Result<Way, CurveError> {
        if let Some(query) = FieldQuery::parse(typed) {
            return Ok(Way::Field(query));
        }
        let is_name =
            typed.contains('.') && typed.chars().all(|c| c.is_ascii_alphanumeric() || "._[]".contains(c));
        if is_name {
            return Err(CurveError::Field { name: typed.to_owned(), hint: nearest_name(typed) });
        }
        // Its fault is told in the person's language by who looks for patterns.
        let regex = Regex::new(typed)
            .map_err(|_| CurveError::Regex(Pattern::text_regex(typed, TextEncoding::UTF_8).err()))?;
        Ok(Way::Text(Box::new(regex)))
    }
}

impl Stretch for Range {
    fn join(&mut self, next: &Range) {
        self.0 = match (self.0, next.0) {
            (Some((low, high, _)), Some((next_low, next_high, last))) => {
                Some((low.min(next_low), high.max(next_high), last))
            }
            (one, other) => other.or(one),
        };
    }
}

impl CurveScan {
    pub(super) fn new(reader: JournalReader, wanted: &Wanted) -> Result<CurveScan, CurveError> {
        let way = Way::new(wanted.typed.trim())?;
        let context = ExportContext::of_journal(&reader);
        let mut rows = RowDecoder::new(wanted.decoders.clone());
        rows.begin(context.kind);
        Ok(CurveScan {
            next: 0,
            maker: RowMaker::new(&wanted.split),
            peers: JournalPeers::new(reader.clone()),
            taker: Taker { way, encoding: wanted.encoding, rows },
            timeline: Timeline::new(),
            context,
            reader,
        })
    }

    pub(super) fn timeline(&self) -> &Timeline<Range> {
        &self.timeline
    }

    pub(super) fn done_records(&self) -> u64 {
        self.next
    }

    /// Goes over up to so many more records; tells whether all were gone over that there are.
    pub(super) fn step(&mut self, budget_records: u64) -> Result<bool, JournalError> {
        let total = self.reader.snapshot().records;
        let CurveScan { reader, next, maker, context, peers, taker, timeline } = self;
        let mut records = reader.records(*next..total.min(next.saturating_add(budget_records)));
        while let Some(record) = records.next()? {
            if record.is_wire() {
                continue;
            }
            let is_message = context.is_message_oriented(record.peer, peers);
            let taken = maker.push::<Infallible>(record, is_message, &mut |row| {
                if let Some(value) = taker.value(row, is_message, peers) {
                    timeline.at(row.record.at.wall_ns).join(&Range(Some((value, value, value))));
                }
                Ok(())
            });
            match taken {
                Ok(()) => {}
            }
        }
        *next = records.next_id().0;
        Ok(*next >= total)
    }
}

impl Taker {
    /// The number in a message; of several the first.
    fn value(&mut self, row: &Row<'_>, is_message: bool, peers: &mut JournalPeers) -> Option<f64> {
        let message = row.record.data().map(|data| data.bytes.as_slice());
        let message = message.filter(|message| message.len() <= MOST_DECODED_BYTES);
        match &self.way {
            Way::Text(regex) => {
                let mut carry = Carry::default();
                let text = decode(self.encoding, &mut carry, message?).text;
                let found = regex.captures(&text)?;
                written(found.get(1).or_else(|| found.get(0))?.as_str())
            }
            Way::Field(query) => {
                let ends = row.record.peer.and_then(|peer| peers.ends(peer));
                self.rows.take_in(row, is_message, ends.map(|ends| (ends.local, ends.remote)));
                let message = message?;
                let tree = self.rows.tree(message)?;
                query.find(tree, message).find_map(|entry| number(entry.value()))
            }
        }
    }
}

fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Unsigned(number) => Some(number as f64),
        Value::Signed(number) => Some(number as f64),
        Value::Float(number) => finite(number),
        Value::Flag(flag) => Some(f64::from(u8::from(flag))),
        Value::Duration(nanos) => Some(nanos as f64 / 1e6),
        Value::Text(text) => written(text),
        Value::Nothing | Value::Bytes(_) | Value::Address(_) => None,
    }
}

/// A number that was written out. Devices write `nan` where they have none.
fn written(text: &str) -> Option<f64> {
    text.trim().parse().ok().and_then(finite)
}

/// What is not finite has no place in a chart.
fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{CurveError, CurveScan, Range, Value, Wanted, number};
    use crate::codec::text::TextEncoding;
    use crate::journal::{JournalInfo, JournalReader, JournalWriter};
    use crate::model::config::SessionKind;
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId};
    use crate::model::record::{Body, DataHead, Lifecycle};
    use crate::ui::tab::log_view::LogRules;
    use crate::util::clock::Stamp;
    use tempfile::TempDir;

    /// What a server sent, piece by piece, a second apart.
    fn journal(port: u16, pieces: &[&[u8]]) -> (JournalReader, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let info = JournalInfo { kind: Some(SessionKind::TcpClient), ..JournalInfo::default() };
        let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &info).unwrap();
        let peer = Some(PeerId::FIRST);
        let at = |second: i64| Stamp { wall_ns: second * 1_000_000_000, mono_ns: 0 };
        let local = "127.0.0.1:50211".parse().unwrap();
        let remote = format!("127.0.0.1:{port}").parse().unwrap();
        let joined = Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None };
        writer.append(at(0), Epoch(1), peer, &Body::Lifecycle(joined));
        for (second, piece) in (1..).zip(pieces) {
            writer.append_data(at(second), Epoch(1), peer, &DataHead::received(), piece);
        }
        writer.publish().unwrap();
        (writer.reader(), folder)
    }

    fn least_greatest_last(reader: &JournalReader, typed: &str, split: &Framing) -> Range {
        let rules = LogRules { split, decoders: None, highlights: &[] };
        let wanted = Wanted::new(typed, TextEncoding::GBK, rules);
        assert!(wanted.is(typed, TextEncoding::GBK, rules) && !wanted.is("x", TextEncoding::GBK, rules));
        let mut scan = CurveScan::new(reader.clone(), &wanted).unwrap();
        while !scan.step(2).unwrap() {}
        let Some((from, to)) = scan.timeline().span_ns() else { return Range(None) };
        scan.timeline().between(from, to)
    }

    #[test]
    fn a_number_is_taken_out_of_text_and_out_of_decoded_fields() {
        let sensor: [&[u8]; 4] =
            [b"ID=07 \xCE\xC2\xB6", b"\xC8=25.4\r\nID=07 \xCE\xC2", b"\xB6\xC8=21.0\r\nno number\r\n", b"x"];
        let (reader, _folder) = journal(9000, &sensor);
        let found = least_greatest_last(&reader, "温度=([0-9.]+)", &Framing::Lines);
        assert_eq!(found, Range(Some((21.0, 25.4, 21.0))));
        assert_eq!(least_greatest_last(&reader, "压力=([0-9.]+)", &Framing::Lines), Range(None));
        let answers: [&[u8]; 2] =
            [&[0, 1, 0, 0, 0, 5, 1, 3, 2, 0x0B, 0x37], &[0, 2, 0, 0, 0, 5, 1, 3, 2, 0x0B, 0x40]];
        let (reader, _folder) = journal(502, &answers);
        let found = least_greatest_last(&reader, "mbtcp.trans_id", &Framing::ModbusTcp);
        assert_eq!(found, Range(Some((1.0, 2.0, 2.0))));
    }

    #[test]
    fn what_a_device_writes_without_a_number_is_no_value() {
        let sensor: [&[u8]; 5] = [b"T=nan\r\n", b"T=21.5\r\n", b"T=-inf\r\n", b"T=1e999\r\n", b"T=22\r\n"];
        let (reader, _folder) = journal(9000, &sensor);
        let found = least_greatest_last(&reader, "T=(\\S+)", &Framing::Lines);
        assert_eq!(found, Range(Some((21.5, 22.0, 22.0))));
        assert_eq!(["inf", " 7 ", "NaN"].map(|text| number(Value::Text(text))), [None, Some(7.0), None]);
    }

    #[test]
    fn what_is_neither_field_nor_expression_is_told() {
        let (reader, _folder) = journal(9000, &[]);
        let rules = LogRules { split: &Framing::None, decoders: None, highlights: &[] };
        let failed = |typed: &str| {
            let wanted = Wanted::new(typed, TextEncoding::UTF_8, rules);
            CurveScan::new(reader.clone(), &wanted).err()
        };
        assert!(
            matches!(failed("modbus.fun_code"), Some(CurveError::Field { hint, .. }) if hint.contains("func_code"))
        );
        assert!(matches!(failed("T=([0-9"), Some(CurveError::Regex(_))));
        assert_eq!(failed("T=([0-9]+)"), None);
    }
}
