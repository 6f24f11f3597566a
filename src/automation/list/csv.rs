//! Send lists as CSV (RFC 4180), for spreadsheets. The first line names the columns, in any order; those that are not
//! there have their usual value.

use crate::automation::interval;
use crate::automation::list::{Imported, ListEntry, ListFault, SendList, Unread};
use crate::automation::template::Form;
use crate::codec::checksum::Checksum;
use crate::codec::composition::LineEnding;
use crate::codec::near_miss;
use crate::codec::text::TextEncoding;
use std::time::Duration;

const COLUMNS: [&str; 10] =
    ["name", "group", "key", "form", "payload", "encoding", "append", "checksum", "delay", "enabled"];

impl SendList {
    /// The list as CSV.
    pub fn to_csv(&self) -> String {
        let mut text = COLUMNS.join(",");
        text.push_str("\r\n");
        for entry in &self.entries {
            let encoding = entry.encoding.map(|encoding| encoding.to_string()).unwrap_or_default();
            let checksum = entry.checksum.map(|checksum| checksum.to_string()).unwrap_or_default();
            let delay = if entry.delay.is_zero() { String::new() } else { interval::text(entry.delay) };
            let fields = [
                entry.name.as_str(),
                &entry.group,
                &entry.key,
                entry.form.word(),
                &entry.payload,
                &encoding,
                entry.ending.name(),
                &checksum,
                &delay,
                if entry.is_left_out { "false" } else { "" },
            ];
            for (place, field) in fields.into_iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                push_field(&mut text, field);
            }
            text.push_str("\r\n");
        }
        text
    }

    /// Reads CSV. Lines that make no sense are told.
    pub fn from_csv(text: &str) -> Imported {
        let mut imported = Imported::default();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let unread = |line: usize, why: ListFault| Unread { line, why };
        let columns = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                imported.unread.push(unread(1, ListFault::Csv(error.to_string())));
                return imported;
            }
        };
        for column in &columns {
            let name = column.trim().trim_start_matches('\u{FEFF}');
            if !COLUMNS.contains(&name) {
                let nearest = near_miss::closest(name, COLUMNS.into_iter()).map(str::to_owned);
                let name = name.to_owned();
                imported.unread.push(unread(1, ListFault::UnknownColumn { name, nearest }));
            }
        }
        let columns: Vec<String> =
            columns.iter().map(|name| name.trim().trim_start_matches('\u{FEFF}').to_owned()).collect();
        if !columns.iter().any(|name| name == "payload") {
            imported.unread.push(unread(1, ListFault::NoPayloadColumn));
            return imported;
        }
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = line_of(text, record.position());
                    let field = |name: &str| {
                        let place = columns.iter().position(|column| column == name);
                        place.and_then(|place| record.get(place)).unwrap_or_default()
                    };
                    match entry(field) {
                        Ok(entry) => imported.list.entries.push(entry),
                        Err(why) => imported.unread.push(unread(line, why)),
                    }
                }
                Err(error) => {
                    let line = line_of(text, error.position());
                    imported.unread.push(unread(line, ListFault::Csv(error.to_string())));
                }
            }
        }
        imported
    }
}

/// The line on which a record begins. The reader's own count stops between the two characters of a line end.
fn line_of(text: &str, at: Option<&csv::Position>) -> usize {
    let byte = at.and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0).min(text.len());
    let ended = memchr::memchr_iter(b'\n', &text.as_bytes()[..byte]).count();
    1 + ended + usize::from(text.as_bytes().get(byte) == Some(&b'\n'))
}

fn entry<'a>(field: impl Fn(&str) -> &'a str) -> Result<ListEntry, ListFault> {
    let form = match field("form").trim() {
        "" => Form::Text,
        word => Form::from_word(word).ok_or_else(|| ListFault::UnknownForm(word.to_owned()))?,
    };
    let encoding = match field("encoding").trim() {
        "" => None,
        name => Some(TextEncoding::from_name(name)?),
    };
    let ending = match field("append").trim() {
        "" => Ok(LineEnding::None),
        name => name.parse(),
    }?;
    let checksum = match field("checksum").trim() {
        "" => None,
        name => Some(Checksum::from_name(name)?),
    };
    let delay = match field("delay").trim() {
        "" => Duration::ZERO,
        typed => interval::parse(typed).ok_or_else(|| ListFault::NoTime(typed.to_owned()))?,
    };
    // Spreadsheets write truth in capitals.
    let is_left_out = match field("enabled").trim() {
        "" => false,
        word => !word.to_lowercase().parse::<bool>().map_err(|_| ListFault::NoTruth(word.to_owned()))?,
    };
    let text = |name: &str| field(name).to_owned();
    let (name, group, key, payload) = (text("name"), text("group"), text("key"), text("payload"));
    Ok(ListEntry { name, group, key, payload, form, encoding, ending, checksum, delay, is_left_out })
}

fn push_field(text: &mut String, field: &str) {
    let is_plain = |character: char| !matches!(character, ',' | '"' | '\r' | '\n');
    if field.chars().all(is_plain) && field.trim() == field {
        return text.push_str(field);
    }
    text.push('"');
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}
