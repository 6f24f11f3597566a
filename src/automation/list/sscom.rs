//! The lists of SSCOM (`sscom51.ini`): `N1=H,01 03` or `N1=A,text` is a payload, `N101=2,name,500` its place in the
//! order of sending, its name and the milliseconds until the next. The files are GBK, and people edit them by hand.

use crate::automation::list::{Imported, ListEntry, ListFault, SendList, Unread};
use crate::automation::template::Form;
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::codec::{escape, hex};
use std::collections::BTreeMap;
use std::time::Duration;

/// Payloads are numbered below this; what is said about payload *n* is numbered *n* + 100.
const NUMBERS: u32 = 100;

/// What was read about one payload.
#[derive(Default)]
struct Item {
    payload: Option<(String, Form)>,
    name: String,
    order: u32,
    delay: Duration,
}

/// The text of a file: UTF-8 where it is that, otherwise GBK.
pub fn decoded(bytes: &[u8]) -> String {
    match str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)) {
        Ok(text) => text.to_owned(),
        Err(_) => decode(TextEncoding::GBK, &mut Carry::default(), bytes).text,
    }
}

impl SendList {
    /// Reads the list of a file of SSCOM. Those that are sent in order come first, in that order.
    pub fn from_sscom(bytes: &[u8]) -> Imported {
        let mut items: BTreeMap<u32, Item> = BTreeMap::new();
        let mut unread = Vec::new();
        for (place, line) in decoded(bytes).lines().enumerate() {
            if let Err(why) = read_line(line, &mut items) {
                unread.push(Unread { line: place + 1, why });
            }
        }
        let mut items: Vec<Item> = items.into_values().collect();
        // Those without a place in the order are not sent in order.
        items.sort_by_key(|item| if item.order == 0 { u32::MAX } else { item.order });
        let entry = |item: Item| {
            let (payload, form) = item.payload.filter(|(payload, _)| !payload.is_empty())?;
            let group = String::new();
            let mut entry = ListEntry {
                name: item.name,
                group,
                payload,
                form,
                delay: item.delay,
                is_left_out: item.order == 0,
                ..ListEntry::default()
            };
            // That program sends texts as its files have them. A character that GBK lacks came from somewhere else.
            if !entry.payload.is_ascii() && entry.dressed(TextEncoding::GBK).is_ok() {
                entry.encoding = Some(TextEncoding::GBK);
            }
            Some(entry)
        };
        Imported { list: SendList { entries: items.into_iter().filter_map(entry).collect() }, unread }
    }
}

fn read_line(line: &str, items: &mut BTreeMap<u32, Item>) -> Result<(), ListFault> {
    let line = line.trim_end();
    if line.trim_start().is_empty() || line.trim_start().starts_with([';', '[']) {
        return Ok(());
    }
    let (key, value) = line.split_once('=').ok_or(ListFault::NoEquals)?;
    let key = key.trim();
    let digits = key.strip_prefix(['N', 'n']).filter(|digits| !digits.is_empty());
    let Some(number) = digits.and_then(|digits| digits.parse::<u32>().ok()) else {
        return Err(ListFault::UnknownKey(key.to_owned()));
    };
    match number {
        0 => Err(ListFault::NumberedFromOne),
        1..NUMBERS => {
            let payload = payload(value)?;
            items.entry(number).or_default().payload = Some(payload);
            Ok(())
        }
        // Beyond both stand the settings of the program: port, window, and so on.
        _ if number > 2 * NUMBERS => Ok(()),
        _ => {
            let about = number - NUMBERS;
            if about == 0 {
                return Ok(());
            }
            let mut parts = value.splitn(2, ',');
            let order = parts.next().unwrap_or_default();
            let rest = parts.next().ok_or_else(|| ListFault::NoName(value.to_owned()))?;
            let (name, millis) = rest.rsplit_once(',').unwrap_or((rest, ""));
            let item = items.entry(about).or_default();
            name.trim().clone_into(&mut item.name);
            item.order = order.trim().parse().map_err(|_| ListFault::NoPlace(order.to_owned()))?;
            if !millis.trim().is_empty() {
                let millis = millis.trim().parse().map_err(|_| ListFault::NoMillis(millis.to_owned()))?;
                item.delay = Duration::from_millis(millis);
            }
            Ok(())
        }
    }
}

fn payload(value: &str) -> Result<(String, Form), ListFault> {
    let (kind, text) = value.split_once(',').ok_or_else(|| ListFault::NoKind(value.to_owned()))?;
    match kind.trim() {
        "H" | "h" => match hex::parse(text) {
            Ok(_) => Ok((text.trim().to_owned(), Form::Hex)),
            Err(error) => Err(error.into()),
        },
        "A" | "a" => {
            let text = text.replace('{', "{{");
            let has_escapes = text.contains('\\') && escape::parse(&text, TextEncoding::UTF_8).is_ok();
            Ok((text, if has_escapes { Form::Escapes } else { Form::Text }))
        }
        other => Err(ListFault::UnknownKind(other.to_owned())),
    }
}
