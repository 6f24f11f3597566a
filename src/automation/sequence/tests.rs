//! What a run does, row by row: a file, what happens and when, and what is to be done.

use super::run::MOST_HEARD;
use super::{Outcome, Sequence, SequenceRun, StepFault, Todo};
use crate::automation::occasion::{Occasion, What};
use crate::automation::rules::Moment;
use crate::codec::checksum::placing::Placing;
use crate::codec::expression::Vocabulary;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::model::address::Address;
use crate::model::ids::PeerId;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn parse(text: &str) -> Result<Sequence, String> {
    Sequence::parse(text, TextEncoding::UTF_8, &Vocabulary::default(), &[]).map_err(|error| error.to_string())
}

/// A run without a worker.
struct Desk {
    run: SequenceRun,
    start: Instant,
    at: Duration,
    times: TimeFormat,
}

impl Desk {
    fn new(text: &str) -> Desk {
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let start = Instant::now();
        let run = SequenceRun::new(Arc::new(parse(text).unwrap()), &times, start);
        Desk { run, start, at: Duration::ZERO, times }
    }

    fn at(&mut self, millis: u64) -> &mut Desk {
        self.at = Duration::from_millis(millis);
        self
    }

    fn hear(&mut self, message: &str) -> &mut Desk {
        let what = What::Message { bytes: message.as_bytes(), whole: true };
        let peer = PeerId::FIRST;
        self.run.hear(&Occasion {
            peer,
            remote: Address::None,
            local: Address::None,
            wall_ns: 0,
            delta_ns: None,
            what,
        });
        self
    }

    /// Asks the run for something at the moment that it is now.
    fn now<R>(&mut self, ask: impl FnOnce(&mut SequenceRun, &mut Moment<'_>) -> R) -> R {
        let mut random = |bytes: &mut [u8]| bytes.fill(7);
        let mut moment = Moment {
            now: self.start + self.at,
            wall_ns: 0,
            times: &self.times,
            random: &mut random,
            placing: Placing::default(),
        };
        ask(&mut self.run, &mut moment)
    }

    /// What is to be done until nothing is, in short.
    fn done(&mut self) -> String {
        let mut done = Vec::new();
        loop {
            done.push(match self.now(SequenceRun::advance) {
                None => return done.join(" | "),
                Some(Todo::Send { bytes, .. }) => format!("> {}", bytes.escape_ascii()),
                Some(Todo::SendFile { path, .. }) => format!("file {path}"),
                Some(Todo::Close { how, .. }) => format!("close {how:?}"),
                Some(Todo::Tell(result)) => match result.outcome {
                    Outcome::Held => format!("ok {} {}", result.number, result.took.as_millis()),
                    Outcome::Failed(why) => format!("not ok {}: {why}", result.number),
                },
                Some(Todo::Finish { passed, failed }) => format!("end {passed} {failed:?}"),
            });
        }
    }
}

const LOGIN: &str = r#"
version = 1
name = "login and update"
[session]
connect = "tcp 127.0.0.1:9000"
encoding = "gbk"
split = "lines"
no-delay = true
option = ["ttl=3", "linger=2"]
[variables]
device = "007"
counter = 42
[[step]]
send = "LOGIN,{device}"
append = "crlf"
[[step]]
wait_for = 'text ~ "^OK,(?<id>\d+)"'
within = "500ms"
[[step]]
send_hex = "55 AA {counter:u16be}"
times = 3
every = "100ms"
to = "all"
[[step]]
enabled = false
delay = "1h"
[[step]]
expect = 'id == device'
[[step]]
set = { device = "{id}8" }
[[step]]
delay = "1s"
[[step]]
send_file = "{device}.bin"
to = 3
[[step]]
close = "reset"
"#;

#[test]
fn a_sequence_goes_from_step_to_step() {
    let mut desk = Desk::new(LOGIN);
    assert_eq!(desk.done(), r"> LOGIN,007\r\n | ok 1 0");
    assert_eq!(desk.run.next_due(), Some(desk.start + Duration::from_millis(500)));
    assert_eq!(desk.at(20).hear("HELLO").done(), "");
    assert_eq!(desk.at(31).hear("OK,007,1").done(), r"ok 2 31 | > U\xaa\x00*");
    assert_eq!(desk.at(100).done(), "");
    assert_eq!(desk.at(132).done(), r"> U\xaa\x00+");
    assert_eq!(desk.at(240).done(), r"> U\xaa\x00, | ok 3 209 | ok 5 0 | ok 6 0");
    assert_eq!(desk.run.next_due(), Some(desk.start + Duration::from_millis(1240)));
    assert_eq!(desk.at(1240).done(), "ok 7 1000 | file 0078.bin");
    desk.run.file_has_ended(Ok(()));
    assert_eq!(desk.at(1250).done(), "ok 8 10 | close Reset | ok 9 0 | end 8 None");
    assert_eq!(desk.done(), "");
    let known: Vec<_> = desk.run.variables().collect();
    assert_eq!(known, [("device", "0078"), ("counter", "45"), ("id", "007")]);
}

#[test]
fn a_file_is_sent_so_many_times_one_after_the_other() {
    let text = "version = 1\n\n[[step]]\nsend_file = 'a.bin'\nappend = \"crlf\"\nchecksum = \"crc-32\"\ntimes = 3\nevery = '100ms'\nto = \"all\"\n";
    let mut desk = Desk::new(text);
    assert_eq!(desk.done(), "file a.bin");
    assert_eq!((desk.at(150).done().as_str(), desk.run.next_due()), ("", None), "the first is not out yet");
    desk.run.file_has_ended(Ok(()));
    assert_eq!(desk.done(), "file a.bin", "the second is late");
    desk.run.file_has_ended(Ok(()));
    assert_eq!(desk.at(160).done(), "");
    assert_eq!(desk.run.next_due(), Some(desk.start + Duration::from_millis(200)));
    assert_eq!(desk.at(200).done(), "file a.bin");
    desk.run.file_has_ended(Ok(()));
    assert_eq!(desk.done(), "ok 1 200 | end 1 None");
    let sequence = parse(text).unwrap();
    assert_eq!(parse(&sequence.to_string()).unwrap(), sequence, "{sequence}");
}

#[test]
fn a_step_that_does_not_hold_is_the_last() {
    let step = |text: &str| {
        format!("version = 1\nvariables = {{ a = '1', b = '2' }}\n{text}\n[[step]]\nsend = 'never'\n")
    };
    for (steps, heard, millis, told) in [
        (
            "[[step]]\nwait_for = 'READY'\nwithin = '1s'",
            vec![],
            1000,
            "not ok 1: nothing matched READY within 1 s; nothing came | end 0 Some(1)",
        ),
        (
            "[[step]]\nwait_for = 'READY'\nwithin = '10ms'",
            vec!["a", "b"],
            11,
            "not ok 1: nothing matched READY within 10 ms; 2 messages came | end 0 Some(1)",
        ),
        (
            "[[step]]\nexpect = 'a == b'",
            vec![],
            0,
            "not ok 1: a == b does not hold: a is \"1\", b is \"2\" | end 0 Some(1)",
        ),
        ("[[step]]\nexpect = 'text:x'", vec![], 0, "not ok 1: text:x does not hold | end 0 Some(1)"),
        (
            "[[step]]\nsend = '{a:u8}{b}{rx}'",
            vec![],
            0,
            "not ok 1: {rx} has no value: no message is answered | end 0 Some(1)",
        ),
    ] {
        let mut desk = Desk::new(&step(steps));
        desk.done();
        let mut desk = Desk::new(&step(steps));
        if millis > 0 {
            assert_eq!(desk.done(), "", "{steps}");
        }
        for message in heard {
            desk.hear(message);
        }
        assert_eq!(desk.at(millis).done(), told, "{steps}");
    }
}

#[test]
fn what_came_before_a_step_waits_for_it_is_not_lost() {
    let text = "version = 1\n[[step]]\ndelay = '1s'\n[[step]]\nwait_for = 'A'\n[[step]]\nexpect = 'text == \"A1\"'\n[[step]]\nwait_for = 'B'\n[[step]]\nwait_for = 'A'\nwithin = '1ms'\n";
    let mut desk = Desk::new(text);
    assert_eq!(desk.done(), "");
    assert_eq!(desk.hear("A0 no, x").hear("B0").hear("A1").hear("B1").at(999).done(), "");
    assert_eq!(
        desk.at(1000).done(),
        "ok 1 1000 | ok 2 0 | not ok 3: text == \"A1\" does not hold | end 2 Some(3)"
    );
    let mut desk = Desk::new(text);
    desk.done();
    desk.hear("x").hear("A1").hear("B1").at(1000);
    assert_eq!(desk.done(), "ok 1 1000 | ok 2 0 | ok 3 0 | ok 4 0");
    assert_eq!(desk.at(1001).done(), "not ok 5: nothing matched A within 1 ms; nothing came | end 4 Some(5)");
}

#[test]
fn a_refusal_is_why_a_step_did_not_hold() {
    let mut desk = Desk::new("version = 1\n[[step]]\nsend = 'a'\ntimes = 2\n");
    assert!(matches!(desk.now(SequenceRun::advance), Some(Todo::Send { .. })));
    desk.run.was_refused("there is no peer to send to".to_owned());
    assert_eq!(desk.done(), "not ok 1: there is no peer to send to | end 0 Some(1)");
}

#[test]
fn a_session_that_ends_ends_the_waiting() {
    let mut desk = Desk::new("version = 1\n[[step]]\nwait_for = 'A'\nwithin = '1h'\n");
    assert_eq!(desk.done(), "");
    let todo = desk.now(|run, moment| run.session_has_ended("closed", moment));
    let Some(Todo::Tell(result)) = todo else { panic!("{todo:?}") };
    assert_eq!(
        result.outcome,
        Outcome::Failed(StepFault::SessionEnded { what: "A".to_owned(), why: "closed".to_owned() })
    );
    assert_eq!(desk.done(), "end 0 Some(1)");
}

#[test]
fn repeats_go_back_and_inner_ones_begin_anew() {
    let text = "version = 1\n[[step]]\nsend = 'a'\n[[step]]\nsend = 'b'\n[[step]]\nrepeat = 2\nfrom = 2\n[[step]]\nrepeat = 2\nfrom = 1\n[[step]]\nsend = '{counter}'\n";
    let mut desk = Desk::new(text);
    let sent: String = desk.done().split(" | ").filter_map(|done| done.strip_prefix("> ")).collect();
    assert_eq!(sent, "abbabb1");
}

#[test]
fn ten_thousand_steps_take_no_more_memory_than_ten() {
    let text =
        "version = 1\n[[step]]\nsend = 'a'\n[[step]]\nwait_for = 'b'\n[[step]]\nrepeat = 3334\nfrom = 1\n";
    let mut desk = Desk::new(text);
    for _ in 0..3334 {
        desk.done();
        desk.hear("noise").hear("b");
    }
    assert!(desk.done().ends_with("end 10002 None"));
    assert!(desk.run.heard.capacity() < 16 && desk.run.heard_bytes == 0);
    for _ in 0..3 * MOST_HEARD {
        desk.hear("nobody waits any more");
    }
    assert!(desk.run.heard.len() <= MOST_HEARD);
}

#[test]
fn a_flood_does_not_carry_away_what_a_step_waits_for_nor_is_a_long_message_missed() {
    let text = "version = 1\n[[step]]\nwait_for = 'text:ready'\n[[step]]\nwait_for = 'text:done'\n";
    let noise = "x".repeat(64);
    let mut desk = Desk::new(text);
    assert_eq!(desk.done(), "");
    desk.hear("ready");
    for _ in 0..MOST_HEARD * 2 {
        desk.hear(&noise);
    }
    desk.hear("done");
    assert_eq!(desk.done(), "ok 1 0 | ok 2 0 | end 2 None");

    // Long ones, before anybody waits for them and while somebody does.
    let mut desk = Desk::new(text);
    desk.hear(&format!("ready{}", noise.repeat(100_000)));
    assert_eq!(desk.done(), "ok 1 0");
    desk.hear(&format!("{}done", noise.repeat(100_000)));
    assert_eq!(desk.done(), "ok 2 0 | end 2 None");
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_column() {
    for (text, message) in [
        (
            "version = 1\n[[step]]\n",
            "line 2, column 1: a step needs one of send, send_hex, send_file, wait_for, expect, delay, set, close, repeat",
        ),
        (
            "version = 1\n[[step]]\nsned = 'x'\n",
            "line 3, column 1: a step has no 'sned'; expected enabled, send, send_hex, send_file, wait_for, expect, delay, close, repeat, set; did you mean send?",
        ),
        (
            "version = 1\n[[step]]\nsend = 'x'\nwithin = '1s'\n",
            "line 4, column 1: a step has no 'within'; expected enabled, send, checksum, append, times, every, to",
        ),
        (
            "version = 1\n[[step]]\nsend = 'x'\ndelay = '1s'\n",
            "line 2, column 1: 'delay' does not go with 'send'",
        ),
        (
            "version = 1\n[[step]]\nsend = '{devcie}'\n[variables]\ndevice = 1\n",
            "line 3, column 10: unknown field 'devcie'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum, device; did you mean device? (at character 2)",
        ),
        ("version = 1\n[[step]]\nwait_for = 'text ~ \"(\"'\n", "line 3, column 21: "),
        (
            "version = 1\n[[step]]\nwait_for = 'x'\nwithin = 5\n",
            "line 4, column 10: expected a text for 'within', found integer",
        ),
        (
            "version = 1\n[[step]]\nsend = 'x'\nevery = '1s'\n",
            "line 2, column 1: a step needs times = a number, where every is",
        ),
        (
            "version = 1\n[[step]]\nsend = 'x'\ntimes = 0\n",
            "line 4, column 9: '0' is no value of 'times'; expected a number from 1",
        ),
        (
            "version = 1\n[[step]]\nsend = 'x'\nto = 'lats'\n",
            "line 4, column 6: 'lats' is no value of 'to'; expected last, all, the number of a peer; did you mean last?",
        ),
        (
            "version = 1\n[[step]]\nclose = 'now'\n",
            "line 3, column 9: 'now' is no value of 'close'; expected fin, reset",
        ),
        (
            "version = 1\n[[step]]\nrepeat = 2\nfrom = 1\n",
            "line 2, column 1: a step needs a number of an earlier step for from",
        ),
        (
            "version = 1\n[session]\nencoding = 'gkb'\n",
            "line 3, column 12: unknown encoding 'gkb'; did you mean gbk?",
        ),
        ("version = 1\nsession = 3\n", "line 2, column 11: expected a table for 'session', found integer"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(
            error == message || message.ends_with(' ') && error.starts_with(message),
            "{text}\n{error}\n{message}"
        );
    }
}

#[test]
fn what_is_written_reads_back_as_the_same_steps() {
    let repeats = "version = 1\n[session]\nudp = ''\n[[step]]\nsend = \"a\\u001b{{\\\"\\n\"\n[[step]]\nwait_for = 'event:peer_left'\n[[step]]\nrepeat = 9\nfrom = 1\n[[step]]\nclose = 'fin'\nto = 'all'\n";
    for text in [LOGIN, repeats] {
        let sequence = parse(text).unwrap();
        let again = parse(&sequence.to_string()).unwrap_or_else(|error| panic!("{error}\n{sequence}"));
        assert_eq!(again, sequence, "{sequence}");
        assert_eq!(again.to_string(), sequence.to_string());
    }
    let sequence = parse(LOGIN).unwrap();
    assert_eq!(sequence.encoding, TextEncoding::GBK);
    assert_eq!(sequence.steps[0].action.what(), "LOGIN,{device}");
}

#[test]
fn the_command_line_gives_values() {
    let text = "version = 1\n[[step]]\nsend = '{device}'\n[variables]\nspeed = 3\n";
    let given = [("device".to_owned(), "9".to_owned()), ("spede".to_owned(), "4".to_owned())];
    let mut sequence = Sequence::parse(text, TextEncoding::UTF_8, &Vocabulary::default(), &given).unwrap();
    assert_eq!(sequence.set("device", "9"), Ok(()));
    assert_eq!(
        sequence.set("spede", "4"),
        Err("the sequence has no variable 'spede'; did you mean speed?".to_owned())
    );
}
