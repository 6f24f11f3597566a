#![no_main]
//! Templates and the files of automation: whatever stands there is read or refused at a place in it, and what is written
//! reads back as the same. Lists of other programs are read as far as they can be.

use libfuzzer_sys::fuzz_target;
use sockscope::automation::list::{SendList, decoded};
use sockscope::automation::rules::RuleFile;
use sockscope::automation::sequence::Sequence;
use sockscope::automation::template::{Form, Names, Template};
use sockscope::codec::expression::Vocabulary;
use sockscope::codec::text::TextEncoding;

fuzz_target!(|input: &[u8]| {
    SendList::from_sscom(input);
    SendList::from_csv(&decoded(input));
    let Ok(typed) = std::str::from_utf8(input) else { return };
    let (gbk, vocabulary) = (TextEncoding::GBK, Vocabulary::default());
    for form in Form::ALL {
        match Template::parse(typed, form, gbk, Names::Any) {
            Ok(template) => {
                let printed = template.to_string();
                let again = Template::parse(&printed, form, gbk, Names::Any).map(|again| again.to_string());
                assert_eq!(again.as_ref(), Ok(&printed));
            }
            Err(error) => assert!(error.at() <= typed.chars().count() + 1, "{error}"),
        }
    }
    if let Ok(sequence) = Sequence::parse(typed, gbk, &vocabulary, &[]) {
        let printed = sequence.to_string();
        let again = Sequence::parse(&printed, gbk, &vocabulary, &[]).map(|again| again.to_string());
        assert_eq!(again.ok().as_ref(), Some(&printed));
    }
    if let Ok(rules) = RuleFile::parse(typed, gbk, &vocabulary) {
        let printed = rules.to_string();
        let again = RuleFile::parse(&printed, gbk, &vocabulary).map(|again| again.to_string());
        assert_eq!(again.ok().as_ref(), Some(&printed));
    }
    if let Ok(list) = SendList::parse(typed) {
        assert_eq!(SendList::parse(&list.to_string()).ok(), Some(list));
    }
});
