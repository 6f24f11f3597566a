//! The list of sends as a whole: all of them in order, and as a file of ours, as CSV or of SSCOM.

pub mod view;

use crate::automation::interval;
use crate::automation::list::{ListEntry, SendList, decoded};
use crate::automation::sequence::{Action, Recipients, Sequence, Step};
use crate::automation::template::Form;
use crate::codec::checksum::Checksum;
use crate::codec::checksum::placing::Placing;
use crate::codec::hex;
use crate::codec::text::TextEncoding;
use crate::engine::command::{Command, RunNotes, SequencePlan};
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::composer::payload_form::{appended_by, body_of, form_of};
use crate::ui::tab::session::{send_command, tell_not_open};
use crate::ui::written_text::{file_error, list_fault, template_error, utf8_text};
use crate::util::locale::Locale;
use crate::workspace::sending::{QuickSend, Sending};
use crate::workspace::tabs::InputChoice;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The send as the library of lists has it. What is no template is written so that it makes the same bytes as one.
pub(in crate::ui) fn entry_of(quick: &QuickSend) -> ListEntry {
    let (ending, checksum) = appended_by(quick);
    let encoding = TextEncoding::from_name(&quick.encoding).ok();
    let form = form_of(quick.input);
    let (payload, form) = match (quick.fields, form) {
        (false, Form::Text) => (quick.text.replace('{', "{{"), form),
        (false, Form::Escapes) if quick.text.contains('{') => {
            let bytes = body_of(&quick.text, quick.input, encoding.unwrap_or_default());
            bytes.map_or((quick.text.clone(), form), |bytes| (hex::spaced(&bytes), Form::Hex))
        }
        _ => (quick.text.clone(), form),
    };
    ListEntry {
        name: quick.name.clone(),
        group: quick.group.clone(),
        key: quick.key().to_owned(),
        payload,
        form,
        encoding,
        ending,
        checksum,
        delay: interval::parse(&quick.delay).unwrap_or_default(),
        is_left_out: quick.left_out,
    }
}

/// The send as a tab sends it that puts checksums there.
fn placed_entry(quick: &QuickSend, placing: Placing) -> ListEntry {
    let entry = entry_of(quick);
    ListEntry { checksum: placing.placed(entry.checksum), ..entry }
}

/// An entry of a file. What has no field is no template.
fn quick_of(entry: ListEntry) -> QuickSend {
    let plain =
        entry.dressed(TextEncoding::default()).ok().filter(|dressed| dressed.template.fields().count() == 0);
    let (text, fields) = match plain {
        Some(_) if entry.form == Form::Text => (entry.payload.replace("{{", "{"), false),
        Some(_) => (entry.payload, false),
        None => (entry.payload, true),
    };
    QuickSend {
        name: entry.name,
        group: entry.group,
        text,
        input: match entry.form {
            Form::Text => InputChoice::Text,
            Form::Hex => InputChoice::Hex,
            Form::Escapes => InputChoice::Escapes,
        },
        append: entry.ending.name().to_owned(),
        checksum: entry.checksum.map_or_else(String::new, |checksum: Checksum| checksum.to_string()),
        key: Some(entry.key),
        encoding: entry.encoding.map(|encoding| encoding.to_string()).unwrap_or_default(),
        delay: if entry.delay.is_zero() { String::new() } else { interval::text(entry.delay) },
        fields,
        frame: String::new(),
        left_out: entry.is_left_out,
    }
}

/// The list as the text of a file; the ending of its name says which.
pub(in crate::ui) fn file_text(sending: &Sending, path: &Path) -> String {
    let list = SendList { entries: sending.quick.iter().map(entry_of).collect() };
    if has_ending(path, "csv") { list.to_csv() } else { list.to_string() }
}

/// Puts what a file holds behind what is there; tells how much that is, with a line for each that could not be read.
pub(in crate::ui) fn take_file(
    sending: &mut Sending,
    path: &Path,
    bytes: &[u8],
    locale: &Locale,
) -> Result<String, String> {
    let (list, unread) = if has_ending(path, "ini") {
        let imported = SendList::from_sscom(bytes);
        (imported.list, imported.unread)
    } else if has_ending(path, "csv") {
        let imported = SendList::from_csv(&decoded(bytes));
        (imported.list, imported.unread)
    } else {
        let text = utf8_text(locale, bytes)?;
        (SendList::parse(text).map_err(|error| file_error(locale, &error))?, Vec::new())
    };
    let count = list.entries.len();
    for entry in list.entries {
        let mut quick = quick_of(entry);
        // A key sends one thing.
        if sending.quick_of_key(quick.key()).is_some() || !is_key(quick.key()) {
            quick.key = Some(String::new());
        }
        sending.quick.push(quick);
    }
    let mut told = locale.format("list.imported", &[("count", &count)]);
    for line in unread.iter().take(5) {
        let place =
            locale.format("list.unread", &[("line", &line.line), ("why", &list_fault(locale, &line.why))]);
        told = format!("{told}\n{place}");
    }
    Ok(told)
}

fn is_key(key: &str) -> bool {
    crate::workspace::sending::QUICK_SEND_KEYS.contains(&key)
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|known| known.eq_ignore_ascii_case(ending))
}

/// All of them but those that are left out go out in order, each after the delay of the one before it; the worker keeps the time.
pub(in crate::ui) fn send_all(tab: &mut Tab, sending: &Sending, loops: bool, cx: &mut Cx<'_>) {
    if !tab.is_open() {
        return tell_not_open(tab, cx);
    }
    let (encoding, placing) = (tab.encoding(), tab.settings.placing());
    let mut sequence = Sequence::empty(encoding);
    for quick in sending.quick.iter().filter(|quick| !quick.left_out) {
        let entry = placed_entry(quick, placing);
        let content = match entry.dressed(encoding) {
            Ok(content) => content,
            Err(why) => {
                let why = template_error(cx.locale, &why);
                return cx.notices.problem(format!("{}: {why}", quick.name));
            }
        };
        let (times, every, to) = (1, Duration::ZERO, Recipients::Usual);
        sequence.steps.push(Step { is_on: true, action: Action::Send { content, times, every, to } });
        // Something has to pass between two rounds.
        let delay = if loops { entry.delay.max(Duration::from_millis(1)) } else { entry.delay };
        if !delay.is_zero() {
            sequence.steps.push(Step { is_on: true, action: Action::Delay { time: delay } });
        }
    }
    if sequence.steps.is_empty() {
        return cx.notices.info(cx.locale.text("list.empty"));
    }
    tab.sequence.runs_list = true;
    let plan = SequencePlan {
        sequence: Arc::new(sequence),
        folder: PathBuf::new(),
        framing: tab.settings.split.framing().clone(),
        times: (!loops).then_some(1),
        starts_held: false,
        waits_for_reader: false,
        notes: RunNotes::List,
    };
    send_command(tab, Command::RunSequence(Box::new(plan)), cx);
}

#[cfg(test)]
mod tests {
    use super::{entry_of, file_text, placed_entry, quick_of, take_file};
    use crate::codec::text::TextEncoding;
    use crate::ui::tab::composer::payload_form::{Composed, PayloadForm};
    use crate::ui::tab::settings::LiveSettings;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::sending::{QuickSend, Sending};
    use crate::workspace::tabs::{InputChoice, TabKind};
    use std::path::Path;

    fn quick(text: &str, input: InputChoice, fields: bool) -> QuickSend {
        let name = text.to_owned();
        let (append, key, delay) = ("crlf".to_owned(), Some(String::new()), "20ms".to_owned());
        QuickSend { name, text: text.to_owned(), input, append, key, delay, fields, ..QuickSend::default() }
    }

    #[test]
    fn what_is_kept_makes_the_same_bytes_as_an_entry_and_comes_back() {
        for (text, input, fields, plain) in [
            ("{\"a\":1}", InputChoice::Text, false, Some(&b"{\"a\":1}"[..])),
            ("n={counter}", InputChoice::Text, true, None),
            ("01 FF", InputChoice::Hex, false, Some(&[1, 255])),
            ("a\\x00", InputChoice::Escapes, false, Some(b"a\0")),
        ] {
            let kept = quick(text, input, fields);
            let entry = entry_of(&kept);
            let dressed = entry.dressed(TextEncoding::UTF_8).unwrap();
            assert_eq!(dressed.template.as_plain().as_deref(), plain, "{text}");
            assert_eq!(quick_of(entry), kept, "{text}");
        }
    }

    #[test]
    fn alone_and_in_the_list_it_is_the_same_packet() {
        let kept = QuickSend {
            checksum: "inet".to_owned(),
            append: String::new(),
            ..quick("08 00 00 00 00 01 00 02 41", InputChoice::Hex, false)
        };
        for (protocol, length, is_filled_in) in
            [("icmp", 9, true), ("2", 9, true), ("icmpv6", 9, false), ("253", 11, false)]
        {
            let mut settings = LiveSettings::new(TabKind::Raw);
            protocol.clone_into(&mut settings.raw.protocol);
            let placing = settings.placing();
            let alone =
                PayloadForm::of_quick(&kept, TextEncoding::UTF_8, placing).compose(&kept.text).unwrap();
            let dressed = placed_entry(&kept, placing).dressed(TextEncoding::UTF_8).unwrap();
            let listed = Composed::example(&dressed, &[], placing).unwrap();
            assert_eq!(alone.bytes(), listed.bytes(), "{protocol}");
            assert_eq!(
                (alone.bytes().len(), alone.bytes()[2..4] != [0, 0]),
                (length, is_filled_in),
                "{protocol}"
            );
        }
    }

    #[test]
    fn a_list_survives_its_file_as_ours_and_as_csv() {
        let english = Locale::of(Language::English);
        let sending = Sending {
            quick: vec![
                QuickSend { left_out: true, ..quick("one", InputChoice::Text, false) },
                quick("{time:unix}", InputChoice::Text, true),
            ],
            ..Sending::default()
        };
        for name in ["list.toml", "list.csv"] {
            let path = Path::new(name);
            let text = file_text(&sending, path);
            let mut again = Sending::default();
            take_file(&mut again, path, text.as_bytes(), english).unwrap();
            assert_eq!(again.quick, sending.quick, "{name}");
        }
        let why = take_file(&mut Sending::default(), Path::new("a.toml"), b"version = 9\n", english);
        assert!(why.is_err(), "{why:?}");
    }
}
