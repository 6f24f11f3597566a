//! What is wrong with what people write, in their language: payloads and templates, files of rules, steps and lists, and
//! what a run of steps found. It knows words, not widgets.

use crate::automation::document::{FileError, Problem};
use crate::automation::list::ListFault;
use crate::automation::phrase::Phrase;
use crate::automation::sequence::{KnownValues, StepFault};
use crate::automation::template::{FieldError, FillError, TemplateError};
use crate::codec::checksum::ChecksumError;
use crate::codec::composition::LineEndingError;
use crate::codec::escape::EscapeError;
use crate::codec::hex::HexError;
use crate::codec::prose;
use crate::codec::text::{EncodeError, EncodingError};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use std::fmt::Display;

/// The text of a file that has to be in UTF-8, or where it is not and what to do about that.
pub fn utf8_text<'a>(locale: &Locale, bytes: &'a [u8]) -> Result<&'a str, String> {
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = bytes[..at].split(|byte| *byte == b'\n').count();
        locale.format("written.not_utf8", &[("line", &line), ("at", &(at + 1))])
    })
}

/// What is wrong with a file, and where.
pub fn file_error(locale: &Locale, error: &FileError) -> String {
    let problem = problem(locale, &error.problem);
    let values: &[(&str, &dyn Display)] =
        &[("line", &error.line), ("column", &error.column), ("problem", &problem)];
    locale.format("written.at", values)
}

fn problem(locale: &Locale, problem: &Problem) -> String {
    match problem {
        Problem::Toml(words) => {
            locale.format("written.toml", &[("words", &prose::own_words_text(words, locale))])
        }
        Problem::VersionMissing(version) => locale.format("written.no_version", &[("version", version)]),
        Problem::Version { found, known } => {
            locale.format("written.version", &[("found", found), ("known", known)])
        }
        Problem::UnknownKey { of, key, known, nearest } => {
            let values: &[(&str, &dyn Display)] = &[("of", &of.text(locale)), ("key", key), ("known", known)];
            locale.format("written.unknown_key", values) + &near(locale, nearest.as_ref())
        }
        Problem::Missing { of, needs } => {
            locale.format("written.missing", &[("of", &of.text(locale)), ("needs", &needs.text(locale))])
        }
        Problem::WrongKind { key, expected, found } => {
            let values: &[(&str, &dyn Display)] =
                &[("key", key), ("expected", &expected.text(locale)), ("found", found)];
            locale.format("written.wrong_kind", values)
        }
        Problem::WrongValue { key, value, expected, nearest } => {
            let expected: Vec<&str> =
                expected.iter().copied().map(|phrase: Phrase| phrase.text(locale)).collect();
            let expected = expected.join(locale.text("written.or"));
            let values: &[(&str, &dyn Display)] = &[("value", value), ("key", key), ("expected", &expected)];
            locale.format("written.wrong_value", values) + &near(locale, nearest.as_ref())
        }
        Problem::Conflict { first, second } => {
            locale.format("written.conflict", &[("first", first), ("second", second)])
        }
        Problem::Template(error) => template_error(locale, error),
        Problem::Expression(error) => error.text(locale),
        Problem::Checksum(error) => checksum_error(locale, error),
        Problem::LineEnding(error) => ending_error(locale, error),
        Problem::Encoding(error) => encoding_error(locale, error),
    }
}

/// Why a line of a list could not be read.
pub fn list_fault(locale: &Locale, fault: &ListFault) -> String {
    let of = |key: &str, value: &String| locale.format(key, &[("value", value)]);
    match fault {
        ListFault::Csv(words) => locale.format("written.csv", &[("words", words)]),
        ListFault::UnknownColumn { name, nearest } => {
            of("written.unknown_column", name) + &near(locale, nearest.as_ref())
        }
        ListFault::NoPayloadColumn => locale.text("written.no_payload_column").to_owned(),
        ListFault::UnknownForm(typed) => of("written.unknown_form", typed),
        ListFault::NoTime(typed) => of("written.no_time", typed),
        ListFault::NoTruth(typed) => of("written.no_truth", typed),
        ListFault::Encoding(error) => encoding_error(locale, error),
        ListFault::LineEnding(error) => ending_error(locale, error),
        ListFault::Checksum(error) => checksum_error(locale, error),
        ListFault::NoEquals => locale.text("written.no_equals").to_owned(),
        ListFault::UnknownKey(typed) => of("written.no_numbered_key", typed),
        ListFault::NumberedFromOne => locale.text("written.numbered_from_one").to_owned(),
        ListFault::NoName(typed) => of("written.no_name", typed),
        ListFault::NoPlace(typed) => of("written.no_place", typed),
        ListFault::NoMillis(typed) => of("written.no_millis", typed),
        ListFault::NoKind(typed) => of("written.no_kind", typed),
        ListFault::UnknownKind(typed) => of("written.unknown_kind", typed),
        ListFault::Hex(error) => hex_error(locale, error),
    }
}

/// Why a step did not hold. Who refused something has words of their own.
pub fn step_fault(locale: &Locale, fault: &StepFault) -> String {
    match fault {
        StepFault::NotHeld { condition, values } => {
            locale.format("written.not_held", &[("condition", condition)]) + &known_values(locale, values)
        }
        StepFault::NothingMatched { what, within, came } => {
            let values: &[(&str, &dyn Display)] =
                &[("what", what), ("within", within), ("count", &Count(*came))];
            locale.format("written.nothing_matched", values)
        }
        StepFault::SessionEnded { what, .. } => locale.format("written.session_ended", &[("what", what)]),
        StepFault::Fill(error) => fill_error(locale, error),
        StepFault::Refused(words) => words.clone(),
    }
}

fn known_values(locale: &Locale, values: &KnownValues) -> String {
    let told = values.0.iter().map(|(name, value)| match value {
        Some(value) => format!("{name} = {value:?}"),
        None => locale.format("written.without_value", &[("name", name)]),
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}

/// What is wrong with a template.
pub fn template_error(locale: &Locale, error: &TemplateError) -> String {
    match error {
        TemplateError::Hex(error) => hex_error(locale, error),
        TemplateError::Escape(error) => escape_error(locale, error),
        TemplateError::Encode(error) => encode_error(locale, error),
        TemplateError::Field { problem, at } => field_error(locale, problem, *at),
    }
}

/// What is wrong with a field in braces.
pub fn field_error(locale: &Locale, problem: &FieldError, at: usize) -> String {
    let said = match problem {
        FieldError::Unclosed => locale.text("field.unclosed").to_owned(),
        FieldError::Empty => locale.text("field.empty").to_owned(),
        FieldError::Unknown { name, nearest, .. } => {
            let ways = if nearest.is_some() {
                near(locale, nearest.as_ref())
            } else {
                locale.text("field.known").to_owned()
            };
            locale.format("field.unknown", &[("name", name)]) + &ways
        }
        FieldError::Format { field, format, expected, nearest } => {
            let values: &[(&str, &dyn Display)] =
                &[("format", format), ("field", field), ("expected", &expected.text(locale))];
            locale.format("field.format", values) + &near(locale, nearest.as_ref())
        }
        FieldError::FormatMissing { field, example } => {
            let example = format!("{{{example}}}");
            locale.format("field.format_missing", &[("field", field), ("example", &example)])
        }
        FieldError::Range { range } => locale.format("field.range", &[("range", range)]),
        FieldError::Time { format, .. } => locale.format("field.time", &[("format", format)]),
    };
    locale.format("field.at", &[("said", &said), ("at", &at)])
}

fn near(locale: &Locale, nearest: Option<&String>) -> String {
    let told = |word: &String| locale.format("field.near", &[("word", word)]);
    nearest.map_or_else(String::new, told)
}

/// Why a template could not be filled in.
pub fn fill_error(locale: &Locale, error: &FillError) -> String {
    match error {
        FillError::NoMessage => locale.text("field.no_message").to_owned(),
        FillError::NoValue { name } => locale.format("field.no_value", &[("name", name)]),
        FillError::NotANumber { name, value } => {
            locale.format("field.no_number", &[("name", name), ("value", value)])
        }
        FillError::TooLarge { name, value, format } => {
            let values: &[(&str, &dyn Display)] = &[("name", name), ("value", value), ("format", format)];
            locale.format("field.too_large", values)
        }
        FillError::MessageTooShort { field, length } => {
            locale.format("field.message_short", &[("field", field), ("count", &Count(*length as u64))])
        }
        FillError::NoSuchBytes { field, length } => {
            locale.format("field.no_bytes", &[("field", field), ("count", &Count(*length as u64))])
        }
        FillError::NoPeer => locale.text("field.no_peer").to_owned(),
        FillError::Encode { name, error } => {
            let error = encode_error(locale, error);
            locale.format("field.not_encodable", &[("name", name), ("error", &error)])
        }
    }
}

/// What is wrong with hex.
pub fn hex_error(locale: &Locale, error: &HexError) -> String {
    match error {
        HexError::BadDigit { character, at } => {
            locale.format("input.hex_digit", &[("character", character), ("at", at)])
        }
        HexError::HalfByte { digit, at } => locale.format("input.hex_half", &[("digit", digit), ("at", at)]),
        HexError::EmptyPattern => locale.text("input.hex_empty").to_owned(),
    }
}

/// What is wrong with an escape.
pub fn escape_error(locale: &Locale, error: &EscapeError) -> String {
    match error {
        EscapeError::Unknown { letter, at } => {
            locale.format("input.escape_unknown", &[("letter", letter), ("at", at)])
        }
        EscapeError::Unfinished { at } => locale.format("input.escape_unfinished", &[("at", at)]),
        EscapeError::ByteInvalid { at } => locale.format("input.escape_byte", &[("at", at)]),
        EscapeError::CharacterInvalid { at } => locale.format("input.escape_character", &[("at", at)]),
        EscapeError::Encode(error) => encode_error(locale, error),
    }
}

/// Which character the encoding lacks.
pub fn encode_error(locale: &Locale, error: &EncodeError) -> String {
    locale.format(
        "input.not_encodable",
        &[("character", &error.character), ("encoding", &error.encoding.label()), ("at", &error.at)],
    )
}

fn checksum_error(locale: &Locale, error: &ChecksumError) -> String {
    locale.format("written.checksum", &[("value", &error.name)]) + &near(locale, error.nearest.as_ref())
}

fn ending_error(locale: &Locale, error: &LineEndingError) -> String {
    locale.format("written.ending", &[("value", &error.name)]) + &near(locale, error.nearest.as_ref())
}

fn encoding_error(locale: &Locale, error: &EncodingError) -> String {
    match error {
        EncodingError::Unknown { name, nearest } => {
            locale.format("written.encoding", &[("value", name)]) + &near(locale, nearest.as_ref())
        }
        EncodingError::Stateful { name } => locale.format("written.encoding_stateful", &[("value", name)]),
    }
}

#[cfg(test)]
mod tests {
    use super::{file_error, fill_error, list_fault, step_fault, template_error, utf8_text};
    use crate::automation::document::{FileError, Problem};
    use crate::automation::list::{ListFault, SendList};
    use crate::automation::rules::RuleFile;
    use crate::automation::sequence::{KnownValues, Sequence, StepFault};
    use crate::automation::template::{FieldError, FillError, Form, Names, Template, TemplateError};
    use crate::codec::expression::Vocabulary;
    use crate::codec::text::TextEncoding;
    use crate::util::locale::{Language, Locale};
    use std::collections::BTreeSet;

    /// Words of the files themselves, which are the same in every language.
    const WORDS: &str = "version name variables session rule step send send_hex send_file wait_for expect delay close \
        repeat set enabled when every requires reply reply_hex echo append checksum after to limit stop from times within \
        text hex escapes group key encoding sender all last fin reset true false none crlf nul counter time len peer \
        random unix u16be i32le f32be u32be dec TOML CSV payload form string integer array ms min ORDER NAME crc modbus \
        gbk GBK UTF rx ip port";

    /// What is said in both languages; of the English in the Chinese nothing is left that was not typed.
    fn check(english: &str, chinese: &str, typed: &str) {
        assert!(!english.is_empty() && english != chinese, "{english} | {chinese}");
        let words = |text: &str| -> BTreeSet<String> {
            let words =
                text.split(|c: char| !(c.is_ascii_alphabetic() || c == '_')).filter(|word| word.len() > 2);
            words.map(str::to_owned).collect()
        };
        let known: BTreeSet<String> = words(WORDS).union(&words(typed)).cloned().collect();
        let left: Vec<String> = words(chinese).difference(&known).cloned().collect();
        assert!(left.is_empty(), "{left:?} in {chinese}");
        for text in [english, chinese] {
            assert!(
                !text.contains("phrase.") && !text.contains("written.") && !text.contains("field."),
                "{text}"
            );
        }
        assert!(chinese.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)), "{chinese}");
    }

    fn in_both<T>(text: impl Fn(&Locale, &T) -> String, fault: &T, typed: &str) {
        let [english, chinese] = Language::ALL.map(|language| text(Locale::of(language), fault));
        check(&english, &chinese, typed);
    }

    #[test]
    fn where_a_file_is_not_in_utf_8_is_said_in_both_languages() {
        let saved_as_gbk = b"version = 1\n# \xCE\xC2\xB6\xC8\n";
        let said = |locale: &Locale, (): &()| utf8_text(locale, saved_as_gbk).unwrap_err();
        let english = said(Locale::of(Language::English), &());
        assert!(english.starts_with("line 2, byte 15 "), "{english}");
        in_both(said, &(), "");
        let whole = "温\n".as_bytes();
        assert_eq!(utf8_text(Locale::of(Language::English), whole).as_deref(), Ok("温\n"));
    }

    /// The kind of a problem. Without an arm for each the test below would leave one out unseen.
    fn kind_of(problem: &Problem) -> usize {
        match problem {
            Problem::Toml(_) => 0,
            Problem::VersionMissing(_) => 1,
            Problem::Version { .. } => 2,
            Problem::UnknownKey { .. } => 3,
            Problem::Missing { .. } => 4,
            Problem::WrongKind { .. } => 5,
            Problem::WrongValue { .. } => 6,
            Problem::Conflict { .. } => 7,
            Problem::Template(_) => 8,
            Problem::Expression(_) => 9,
            Problem::Checksum(_) => 10,
            Problem::LineEnding(_) => 11,
            Problem::Encoding(_) => 12,
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_file_is_said_in_both_languages() {
        let vocabulary = Vocabulary::default();
        let utf_8 = TextEncoding::UTF_8;
        let rules = |text: &str| RuleFile::parse(text, utf_8, &vocabulary).err();
        let steps = |text: &str| Sequence::parse(text, utf_8, &vocabulary, &[]).err();
        let list = |text: &str| SendList::parse(text).err();
        let rule = |keys: &str| format!("version = 1\n[[rule]]\nwhen = 'len > 0'\n{keys}\n");
        let timer = |keys: &str| format!("version = 1\n[[rule]]\nevery = '1s'\n{keys}\n");
        let step = |keys: &str| format!("version = 1\n[[step]]\n{keys}\n");
        let mut found: Vec<(FileError, String)> = Vec::new();
        for typed in [
            "name = 'x'".to_owned(),
            "version = 'one'".to_owned(),
            "version = 9".to_owned(),
            "version = 1\nrules = 3".to_owned(),
            "version = 1\nrule = 3".to_owned(),
            "version = 1\nvariables = 3".to_owned(),
            "version = 1\n[[rule]]\nreply = 'x'".to_owned(),
            rule("repyl = 'x'"),
            rule("reply = 3"),
            rule("reply = 'x'\nreply_hex = '00'"),
            rule("reply = 'x'\nto = 'al'"),
            rule("reply = 'x'\nafter = 'soon'"),
            rule("reply = 'x'\nlimit = 'often'"),
            rule("reply = 'x'\nappend = 'crfl'"),
            rule("reply = 'x'\nchecksum = 'crc-16/modbsu'"),
            rule("reply = '{idd}'"),
            rule("reply = '{'"),
            rule("reply_hex = '0G'"),
            rule("append = 'lf'"),
            rule("stop = 'x'"),
            rule("set = { 'a b' = 'x' }"),
            rule("requires = 'x'"),
            timer("to = 'sender'\nreply = 'x'"),
            "version = 1\n[[rule]]\nevery = '0s'".to_owned(),
            "version = 1\n[[rule]]\nwhen = 'len >'".to_owned(),
        ] {
            found.push((rules(&typed).expect(&typed), typed));
        }
        for typed in [
            step("sned = 'x'"),
            step("enabled = true"),
            step("send = 'x'\ndelay = '1s'"),
            step("send = 'x'\nevery = '1s'"),
            step("send = 'x'\ntimes = 0"),
            step("send = 'x'\nto = 0"),
            step("send = 'x'\nto = 'lats'"),
            step("repeat = 2"),
            step("repeat = 2\nfrom = 7"),
            "version = 1\n[session]\nencoding = 'gkb'".to_owned(),
            "version = 1\n[session]\nencoding = 'iso-2022-jp'".to_owned(),
        ] {
            found.push((steps(&typed).expect(&typed), typed));
        }
        for typed in [
            "version = 1\n[[send]]\nname = 'x'",
            "version = 1\n[[send]]\nhex = '00'\ntext = 'x'",
            "version = 1\n[[sned]]",
        ] {
            found.push((list(typed).expect(typed), typed.to_owned()));
        }
        let broken = "version = [".to_owned();
        let Some(FileError { problem: Problem::Toml(words), .. }) = rules(&broken) else {
            panic!("that is TOML")
        };
        // The words of the reader of TOML are its own.
        found.push((rules(&broken).unwrap(), format!("{broken} {words}")));
        let kinds: BTreeSet<usize> = found.iter().map(|(error, _)| kind_of(&error.problem)).collect();
        assert_eq!(kinds, (0..13).collect());
        for (error, typed) in &found {
            in_both(file_error, error, typed);
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_template_is_said_in_both_languages() {
        let mut kinds = BTreeSet::new();
        for (typed, form) in [
            ("{counter", Form::Text),
            ("{}", Form::Text),
            ("{devcie}", Form::Text),
            ("{klingonese}", Form::Text),
            ("{counter:u17be}", Form::Text),
            ("{counter:zzzzzzz}", Form::Text),
            ("{random:f32be}", Form::Text),
            ("{random}", Form::Text),
            ("{len:zz}", Form::Text),
            ("{rx[6..2]}", Form::Text),
            ("{rx:zz}", Form::Text),
            ("{peer.ip:zz}", Form::Text),
            ("{crc-32:zz}", Form::Text),
            ("{time:noon}", Form::Text),
            ("{time:%H:%!}", Form::Text),
            ("0G", Form::Hex),
            ("0", Form::Hex),
            (r"\q", Form::Escapes),
            (r"\xZZ", Form::Escapes),
            (r"\u{110000}", Form::Escapes),
            ("\\", Form::Escapes),
            ("😀", Form::Text),
            ("😀", Form::Escapes),
        ] {
            let error =
                Template::parse(typed, form, TextEncoding::GBK, Names::Known(&["device"])).expect_err(typed);
            if let TemplateError::Field { problem, .. } = &error {
                kinds.insert(match problem {
                    FieldError::Unclosed => 0,
                    FieldError::Empty => 1,
                    FieldError::Unknown { .. } => 2,
                    FieldError::Format { .. } => 3,
                    FieldError::FormatMissing { .. } => 4,
                    FieldError::Range { .. } => 5,
                    FieldError::Time { .. } => 6,
                });
            }
            in_both(template_error, &error, &format!("{typed} device"));
        }
        assert_eq!(kinds, (0..7).collect());
        for error in fills() {
            in_both(fill_error, &error, "id abc u8");
        }
    }

    fn fills() -> [FillError; 8] {
        let text = |text: &str| text.to_owned();
        [
            FillError::NoMessage,
            FillError::NoValue { name: text("id") },
            FillError::NotANumber { name: text("id"), value: text("abc") },
            FillError::TooLarge { name: text("id"), value: text("300"), format: text("u8") },
            FillError::MessageTooShort { field: text("rx[3]"), length: 1 },
            FillError::NoSuchBytes { field: text("crc-32:2.."), length: 1 },
            FillError::NoPeer,
            FillError::Encode { name: text("id"), error: TextEncoding::GBK.encode("😀").unwrap_err() },
        ]
    }

    #[test]
    fn everything_that_is_wrong_with_a_list_or_a_step_is_said_in_both_languages() {
        let csv = "payload,form,delay,encoding,append,checksum,colour\n\
            a,hexx,,,,,\na,,soon,,,,\na,,,gkb,,,\na,,,,crfl,,\na,,,,,crc-33,\n";
        let sscom = "N1\nX=1\nN0=A,x\nN101\nN101=5\nN102=x,name,5\nN103=1,name,soon\nN1=x\nN2=Q,x\nN3=H,0G\n";
        let mut faults: Vec<ListFault> =
            SendList::from_csv(csv).unread.into_iter().map(|line| line.why).collect();
        faults.extend(SendList::from_csv("name\nx\n").unread.into_iter().map(|line| line.why));
        faults.extend(SendList::from_sscom(sscom.as_bytes()).unread.into_iter().map(|line| line.why));
        let kinds: BTreeSet<_> =
            faults.iter().map(|fault| format!("{:?}", std::mem::discriminant(fault))).collect();
        // All but the words of the reader of CSV, which takes every text.
        assert_eq!(kinds.len(), 16, "{faults:?}");
        for fault in &faults {
            in_both(list_fault, fault, &format!("{csv} {sscom}"));
        }
        in_both(list_fault, &ListFault::Csv(String::new()), "");
        let values = KnownValues(vec![("id".to_owned(), Some("7".to_owned())), ("device".to_owned(), None)]);
        let (what, within) = ("len == 3".to_owned(), "2 ms".to_owned());
        for fault in [
            StepFault::NotHeld { condition: "id == device".to_owned(), values },
            StepFault::NothingMatched { what: what.clone(), within, came: 2 },
            StepFault::SessionEnded { what, why: "closed".to_owned() },
            StepFault::Fill(FillError::NoPeer),
        ] {
            in_both(step_fault, &fault, "device");
        }
    }
}
