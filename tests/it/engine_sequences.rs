//! Sequences in a session, as the window has them: held, step by step, several times, and with the rows of each step; and
//! what records say of the rules that sent them.

use crate::engine_support::Bench;
use sockscope::automation::rules::RuleFile;
use sockscope::automation::sequence::{Outcome, Sequence};
use sockscope::codec::expression::Vocabulary;
use sockscope::codec::text::TextEncoding;
use sockscope::codec::time::TimeFormat;
use sockscope::engine::command::{Command, RunNotes, SequenceHold, SequencePlan};
use sockscope::engine::event::Event;
use sockscope::model::config::{SessionConfig, TcpServerConfig};
use sockscope::model::framing::Framing;
use sockscope::model::record::{Body, Direction};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const STEPS: &str = r#"version = 1
[variables]
name = "x"
[[step]]
send = "one {name}\n"
[[step]]
wait_for = 'text ~ "^ok (?<id>\d+)"'
within = "20s"
[[step]]
expect = 'id == "7"'
"#;

fn listen() -> (Bench, TcpStream) {
    let bench = Bench::open(SessionConfig::TcpServer(TcpServerConfig::new("127.0.0.1:0".parse().unwrap())));
    let peer = TcpStream::connect(bench.local()).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    bench.wait_status("the peer", |status| status.peers_present == 1);
    (bench, peer)
}

fn plan(times: Option<u64>, starts_held: bool) -> Command {
    plan_with_notes(times, starts_held, RunNotes::EachStep)
}

fn plan_with_notes(times: Option<u64>, starts_held: bool, notes: RunNotes) -> Command {
    let sequence = Sequence::parse(STEPS, TextEncoding::UTF_8, &Vocabulary::default(), &[]).unwrap();
    Command::RunSequence(Box::new(SequencePlan {
        sequence: Arc::new(sequence),
        folder: PathBuf::new(),
        framing: Framing::Lines,
        times,
        starts_held,
        waits_for_reader: false,
        notes,
    }))
}

fn read_line(peer: &mut TcpStream) -> String {
    let mut line = [0; 6];
    peer.read_exact(&mut line).unwrap();
    String::from_utf8(line.to_vec()).unwrap()
}

#[test]
fn a_sequence_goes_step_by_step_while_it_is_held() {
    let (bench, mut peer) = listen();
    bench.ask(plan(Some(1), true));
    bench.wait_status("the sequence", |status| status.sequence.is_some_and(|sequence| sequence.is_held));
    let ended = |number: usize| {
        let told = bench.wait_event("the end of a step", |event| matches!(event, Event::StepEnded(_)));
        let Event::StepEnded(ended) = told else { unreachable!() };
        assert_eq!((ended.result.number, &ended.result.outcome), (number, &Outcome::Held));
        ended
    };
    bench.ask(Command::HoldSequence(SequenceHold::OneStep));
    ended(1);
    assert_eq!(read_line(&mut peer), "one x\n");
    let held = bench.wait_status("the hold", |status| {
        status.sequence.is_some_and(|sequence| sequence.is_held && sequence.step == 2)
    });
    assert_eq!(held.counters.sent.records, 1);
    bench.ask(Command::HoldSequence(SequenceHold::OneStep));
    peer.write_all(b"ok 7\n").unwrap();
    let second = ended(2);
    assert!(second.variables.contains(&("id".to_owned(), "7".to_owned())), "{:?}", second.variables);
    let rows: Vec<_> = bench
        .records()
        .into_iter()
        .filter(|record| second.records.contains(&record.id))
        .map(|record| match record.body {
            Body::Data(data) => format!("{:?} {}", data.head.direction, data.bytes.escape_ascii()),
            Body::Note(text) => text.split(':').next().unwrap_or_default().to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(rows[0], format!("{:?} ok 7\\n", Direction::Received));
    assert!(rows[1].starts_with("step 2 wait_for"), "{rows:?}");
    bench.ask(Command::HoldSequence(SequenceHold::Running));
    ended(3);
    let end = bench.wait_event("the end", |event| matches!(event, Event::SequenceEnded { .. }));
    assert_eq!(end, Event::SequenceEnded { passed: 3, failed: None, is_stopped: false });
}

#[test]
fn a_sequence_is_carried_out_so_many_times_as_long_as_it_holds() {
    let (bench, mut peer) = listen();
    bench.ask(plan(Some(3), false));
    for answer in ["ok 7\n", "ok 7\n", "ok 8\n"] {
        assert_eq!(read_line(&mut peer), "one x\n");
        peer.write_all(answer.as_bytes()).unwrap();
    }
    let end = bench.wait_event("the end", |event| matches!(event, Event::SequenceEnded { .. }));
    assert_eq!(end, Event::SequenceEnded { passed: 2, failed: Some(3), is_stopped: false });
}

#[test]
fn what_runs_without_notes_of_its_steps_has_its_ends_in_the_journal_and_what_failed() {
    let (bench, mut peer) = listen();
    for (answers, last) in
        [(["ok 7\n", "ok 7\n"], "sequence: held"), (["ok 7\n", "ok 8\n"], "sequence: failed")]
    {
        bench.ask(plan_with_notes(Some(2), false, RunNotes::Ends));
        for answer in answers {
            assert_eq!(read_line(&mut peer), "one x\n");
            peer.write_all(answer.as_bytes()).unwrap();
        }
        bench.wait_event("the end", |event| matches!(event, Event::SequenceEnded { .. }));
        bench.wait_record(
            "the last note",
            |record| matches!(&record.body, Body::Note(note) if note.starts_with(last)),
        );
    }
    let notes = bench.records().into_iter().filter_map(|record| match record.body {
        Body::Note(note) => Some(note[..note.find(',').unwrap_or(note.len()).min(20)].to_owned()),
        _ => None,
    });
    let notes: Vec<String> = notes.collect();
    assert_eq!(
        notes,
        [
            "sequence: 3 steps",
            "sequence: held",
            "sequence: 3 steps",
            "step 3 expect id == ",
            "sequence: failed at ",
        ]
    );
}

#[test]
fn a_record_names_the_rule_that_sent_it_and_counts_stay_with_the_name() {
    let (bench, mut peer) = listen();
    let rules = |text: &str| {
        let file = RuleFile::parse(text, TextEncoding::UTF_8, &Vocabulary::default()).unwrap();
        let set = sockscope::automation::rules::RuleSet::new(
            file.rules,
            file.variables,
            TextEncoding::UTF_8,
            &TimeFormat::local(),
        );
        Command::SetRules(Box::new(set.with(Framing::Lines, 100)))
    };
    let greeting = "[[rule]]\nname = 'greeting'\nwhen = 'text ~ \"^hi\"'\nreply = \"hello\\n\"\n";
    bench.answer(bench.ask(rules(&format!("version = 1\n{greeting}"))));
    peer.write_all(b"hi\n").unwrap();
    assert_eq!(read_line(&mut peer), "hello\n");
    let sent = bench.wait_record("the answer", |record| {
        record.data().is_some_and(|data| data.head.direction == Direction::Sent)
    });
    let rule = sent.data().unwrap().head.rule.unwrap();
    assert_eq!(rule.as_str(), "greeting");
    bench.wait_status("the count", |status| status.rules.iter().any(|rule| rule.hits == 1));
    let other = "[[rule]]\nname = 'other'\nwhen = 'len > 900'\nreply = 'x'\n";
    bench.answer(bench.ask(rules(&format!("version = 1\n{other}{greeting}"))));
    bench.wait_status("both rules", |status| status.rules.len() == 2 && status.rules[1].hits == 1);
}
