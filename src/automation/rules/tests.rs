//! What rules do, row by row: a file and messages in, reactions out.

use super::{AnswerTo, CloseWay, Moment, Reaction, Reply, Responder, RuleFile, RuleMemory, RuleSet};
use crate::automation::occasion::{Occasion, What};
use crate::codec::checksum::placing::Placing;
use crate::codec::expression::Vocabulary;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Origin;
use jiff::tz::{Offset, TimeZone};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// 2026-11-21 11:31:00 in Shanghai.
const MOMENT: i64 = 1_795_231_860_123_456_789;

/// Rules at work, without a worker.
struct Desk {
    rules: RuleSet,
    memory: RuleMemory,
    start: Instant,
    times: TimeFormat,
}

impl Desk {
    fn new(rules: RuleSet) -> Desk {
        let start = Instant::now();
        let times = TimeFormat::in_zone(TimeZone::fixed(Offset::constant(8)));
        Desk { memory: RuleMemory::new(&rules, start), rules, start, times }
    }

    fn of(text: &str, encoding: TextEncoding) -> Desk {
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let file = RuleFile::parse(text, encoding, &Vocabulary::default()).unwrap();
        Desk::new(RuleSet::new(file.rules, file.variables, encoding, &times))
    }

    fn happens(&mut self, peer: u32, what: What<'_>, at: Duration) -> Vec<Reaction> {
        let peer = PeerId::new(peer).unwrap();
        let delta_ns = self.memory.delta_ns(peer, MOMENT);
        let remote = Address::from(SocketAddr::from(([10, 0, 0, 7], 5000)));
        let occasion = Occasion { peer, remote, local: Address::None, wall_ns: MOMENT, delta_ns, what };
        let mut reactions = Vec::new();
        let Desk { rules, memory, start, times } = self;
        let mut random = |bytes: &mut [u8]| bytes.fill(7);
        let mut moment = Moment {
            now: *start + at,
            wall_ns: MOMENT,
            times,
            random: &mut random,
            placing: Placing::default(),
        };
        rules.react(memory, &occasion, &mut moment, &mut reactions);
        reactions
    }

    fn told(&mut self, peer: u32, message: &[u8]) -> String {
        let reactions = self.happens(peer, What::Message { bytes: message, whole: true }, Duration::ZERO);
        text_of(&reactions)
    }
}

/// Reactions in short: `1:text`, `1>all:text`, `1+50:text`, `1 closes`, `1 cannot`.
fn text_of(reactions: &[Reaction]) -> String {
    let one = |reaction: &Reaction| match reaction {
        Reaction::Send { rule, to, bytes, after } => {
            let to = if *to == AnswerTo::All { ">all" } else { "" };
            let after = if after.is_zero() { String::new() } else { format!("+{}", after.as_millis()) };
            format!("{rule}{to}{after}:{}", bytes.escape_ascii())
        }
        Reaction::Close { rule, how: CloseWay::Fin, .. } => format!("{rule} closes"),
        Reaction::Close { rule, how: CloseWay::Reset, .. } => format!("{rule} resets"),
        Reaction::HeldBack { rule, .. } => format!("{rule} held back"),
        Reaction::Fault { rule, why } => format!("{rule} cannot: {why}"),
    };
    reactions.iter().map(one).collect::<Vec<_>>().join(" ")
}

const LOGIN: &str = r#"
version = 1
[[rule]]
name = "login"
when = 'text ~ "^LOGIN,(?<id>\d+)"'
requires = { state = "new" }
reply = "OK,{id},{time:%Y%m%d%H%M%S}\r\n"
set = { state = "known" }
stop = true
[[rule]]
when = 'text ~ "^LOGIN"'
reply = "AGAIN,{id}\r\n"
[[rule]]
when = 'hex:"55 AA"'
reply_hex = "55 AA {rx[2]} 01 {crc-16/modbus:2..}"
"#;

#[test]
fn captures_state_and_computed_replies_belong_to_each_peer() {
    let mut desk = Desk::of(LOGIN, TextEncoding::UTF_8);
    for (peer, message, told) in [
        (1, &b"LOGIN,007\r\n"[..], r"0:OK,007,20261121113100\r\n"),
        (1, b"LOGIN,008\r\n", r"1:AGAIN,007\r\n"),
        (2, b"LOGIN,009\r\n", r"0:OK,009,20261121113100\r\n"),
        (1, b"\x55\xAA\x42", r"2:U\xaaB\x01\xf0\xd0"),
        (2, b"LOGIN,1", r"1:AGAIN,009\r\n"),
        (3, b"logout", ""),
    ] {
        assert_eq!(desk.told(peer, message), told, "{}", message.escape_ascii());
    }
    desk.memory.forget(PeerId::FIRST);
    assert_eq!(desk.told(1, b"LOGIN,1"), r"0:OK,1,20261121113100\r\n", "who comes back is new");
    let hits: Vec<u64> = desk.memory.tallies().iter().map(|tally| tally.hits).collect();
    assert_eq!(hits, [3, 2, 1]);
}

#[test]
fn rules_are_tried_in_order_and_one_may_be_the_last() {
    let mut desk = Desk::of(
        r#"
version = 1
[variables]
mode = "day"
[[rule]]
when = 'text == "night"'
set = { mode = "night", who = "{peer.ip}" }
[[rule]]
enabled = false
when = "len > 0"
reply = "never"
[[rule]]
when = "text:A"
requires = { mode = "night" }
reply = "{mode} {who} {counter:dec 2}"
after = "50ms"
to = "all"
[[rule]]
when = "text:A"
reply_hex = "01 02"
append = "crlf"
checksum = "sum-8"
stop = true
close = "reset"
[[rule]]
when = "text:A"
reply = "too late"
[[rule]]
when = "event:peer_joined"
reply = "hello {peer.port:u16be}"
[[rule]]
when = "event:peer_left and reason:reset"
set = { mode = "gone" }
[[rule]]
when = "text:B"
reply = "{nothing} {rx[9]}"
[[rule]]
when = 'text ~ "never (?<nothing>x)"'
reply = "x"
"#,
        TextEncoding::UTF_8,
    );
    assert_eq!(desk.told(1, b"A"), r"3:\x01\x02\x03\r\n 3 resets");
    assert_eq!(desk.told(1, b"night"), "");
    assert_eq!(desk.told(1, b"A"), r"2>all+50:night 10.0.0.7 01 3:\x01\x02\x03\r\n 3 resets");
    assert_eq!(
        desk.told(2, b"A"),
        "2 cannot: {who} has no value 3:\\x01\\x02\\x03\\r\\n 3 resets",
        "the mode is the session's, the name each peer's"
    );
    assert_eq!(desk.told(2, b"A"), r"3:\x01\x02\x03\r\n 3 resets", "a fault is told once");
    let joined = desk.happens(5, What::Joined { event: "peer_joined" }, Duration::ZERO);
    assert_eq!(text_of(&joined), r"5:hello \x13\x88");
    assert_eq!(desk.happens(5, What::Left { reason: "reset" }, Duration::ZERO), []);
    assert_eq!(desk.memory.value(None, "mode"), Some("gone"));
    assert_eq!(desk.told(1, b"B"), "7 cannot: {nothing} has no value");
}

#[test]
fn the_limit_of_all_and_the_limit_of_one_hold_back_and_count() {
    let text = "version = 1\n[[rule]]\nwhen = 'text:A'\nreply = 'a'\nlimit = '2/s'\n[[rule]]\nwhen = 'text:A'\nreply = 'b'\n";
    let mut desk = Desk::of(text, TextEncoding::UTF_8);
    desk.rules.replies_per_second = 5;
    desk.memory = RuleMemory::new(&desk.rules, desk.start);
    let message = What::Message { bytes: b"A", whole: true };
    let mut at = |millis| text_of(&desk.happens(1, message, Duration::from_millis(millis)));
    let told: Vec<String> = [0, 1, 2, 3, 1001, 2002].into_iter().map(&mut at).collect();
    assert_eq!(told, ["0:a 1:b", "0:a 1:b", "1:b", "", "0:a 1:b", "0:a 1:b"]);
    assert_eq!(desk.memory.tell_due(), Some(desk.start + Duration::from_millis(3002)));
    assert_eq!((desk.memory.take_held_back(), desk.memory.tell_due()), (3, None));
    let held: Vec<u64> = desk.memory.tallies().iter().map(|tally| tally.held_back).collect();
    assert_eq!(held, [2, 1]);
}

#[test]
fn there_is_room_when_both_limits_have_some() {
    for (own, all, sent_at_millis, due_millis) in [
        // The rule's own minute, although the second of all has ended long before.
        ("1/min", 100, &[0, 1, 2000][..], 60_000),
        // The second of all, although the rule's own minute goes on.
        ("9/min", 2, &[0, 1, 2, 3], 1000),
        ("2/s", 2, &[0, 1, 2], 1000),
    ] {
        let text = format!("version = 1\n[[rule]]\nwhen = 'text:x'\necho = true\nlimit = '{own}'\n");
        let mut desk = Desk::of(&text, TextEncoding::UTF_8);
        desk.rules.replies_per_second = all;
        desk.memory = RuleMemory::new(&desk.rules, desk.start);
        let message = What::Message { bytes: b"x", whole: true };
        let mut last = String::new();
        for millis in sent_at_millis {
            last = text_of(&desk.happens(1, message, Duration::from_millis(*millis)));
        }
        assert_eq!(last, "0 held back", "{own}");
        let due = desk.start + Duration::from_millis(due_millis);
        assert_eq!(desk.memory.room_due(0), Some(due), "{own}");
        assert!(
            !desk.memory.allow(0, due.checked_sub(Duration::from_nanos(1)).unwrap())
                && desk.memory.allow(0, due),
            "{own}"
        );
        assert!(desk.memory.room_due(0) >= Some(due), "{own}");
    }
}

#[test]
fn a_timer_that_was_not_asked_for_a_day_is_due_once() {
    let text = "version = 1\n[[rule]]\nevery = '1us'\nreply = '{counter}'\n";
    let mut desk = Desk::of(text, TextEncoding::UTF_8);
    let now = desk.start + Duration::from_hours(24);
    let mut reactions = Vec::new();
    let Desk { rules, memory, times, .. } = &mut desk;
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let began = Instant::now();
    rules.react_to_time(
        memory,
        &mut Moment { now, wall_ns: MOMENT, times, random: &mut random, placing: Placing::default() },
        &mut reactions,
    );
    assert!(began.elapsed() < Duration::from_secs(10), "turns that were missed are not counted one by one");
    assert_eq!(text_of(&reactions), "0>all:1");
    assert_eq!(desk.memory.next_timer(), Some(now + Duration::from_micros(1)));
}

#[test]
fn timers_are_due_again_and_again_and_know_the_session() {
    let text = "version = 1\nvariables = { n = 'x' }\n[[rule]]\nevery = '5s'\nrequires = { n = 'x' }\nreply = 'PING {n} {counter}'\n";
    let mut desk = Desk::of(text, TextEncoding::UTF_8);
    let mut told = Vec::new();
    for seconds in [4, 5, 6, 10, 31] {
        let now = desk.start + Duration::from_secs(seconds);
        let mut reactions = Vec::new();
        let Desk { rules, memory, times, .. } = &mut desk;
        let mut random = |bytes: &mut [u8]| bytes.fill(7);
        rules.react_to_time(
            memory,
            &mut Moment { now, wall_ns: MOMENT, times, random: &mut random, placing: Placing::default() },
            &mut reactions,
        );
        told.push(text_of(&reactions));
    }
    assert_eq!(told, ["", "0>all:PING x 1", "", "0>all:PING x 2", "0>all:PING x 3"]);
    assert_eq!(desk.memory.next_timer(), Some(desk.start + Duration::from_secs(35)));
    assert_eq!(desk.rules.rules().next().unwrap().origin(), Origin::Timer);
    assert!(!desk.rules.listens());
}

#[test]
fn echo_comes_before_replies_and_all_that_match_answer() {
    let reply =
        |pattern: &[u8], payload: &[u8]| Reply { pattern: pattern.to_vec(), payload: payload.to_vec() };
    let responder = Responder {
        echo: true,
        replies: vec![reply(b"PING", b"PONG"), reply(b"nothing", b"no"), reply(b"", b"ack")],
        ..Responder::default()
    };
    let mut desk = Desk::new(responder.rules());
    assert_eq!(desk.told(1, b"a PING"), "0:a PING 1:PONG 3:ack");
    let origins: Vec<Origin> = desk.rules.rules().map(super::Rule::origin).collect();
    assert_eq!(origins, [Origin::Echo, Origin::Reply, Origin::Reply, Origin::Reply]);
}

#[test]
fn the_limit_opens_again_after_a_second_for_echo_too() {
    let responder = Responder { echo: true, replies_per_second: 2, ..Responder::default() };
    let mut desk = Desk::new(responder.rules());
    let message = What::Message { bytes: b"x", whole: true };
    let mut at = |millis| text_of(&desk.happens(1, message, Duration::from_millis(millis)));
    let told: Vec<String> = [0, 0, 0, 1000].into_iter().map(&mut at).collect();
    assert_eq!(told, ["0:x", "0:x", "0 held back", "0:x"]);
}

#[test]
fn a_gbk_session_is_asked_and_answered_in_gbk() {
    let text = "version = 1\n[[rule]]\nwhen = 'text ~ \"^温度=(?<t>.+)$\"'\nreply = '收到{t}'\n";
    let mut desk = Desk::of(text, TextEncoding::GBK);
    assert_eq!(desk.told(1, b"\xCE\xC2\xB6\xC8=25\xA1\xE6"), r"0:\xca\xd5\xb5\xbd25\xa1\xe6");
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_column() {
    for (text, message) in [
        ("", "line 1, column 1: the version is missing; write version = 1"),
        ("version = 2", "line 1, column 11: version 2 is not version 1 of this program"),
        ("version = '1'", "line 1, column 11: expected a whole number for 'version', found string"),
        ("version = 1\n[[rule]\n", "line 2, column 8: unclosed array table, expected `]`"),
        (
            "version = 1\n[[rules]]\n",
            "line 2, column 3: a rule file has no 'rules'; expected version, name, variables, rule; did you mean rule?",
        ),
        (
            "version = 1\n[[rule]]\nreply = 'x'\n",
            "line 2, column 1: a rule needs when = \"an expression\" or every = \"a time\"",
        ),
        (
            "version = 1\n[[rule]]\nwhenn = 'A'\nreply = 'x'\n",
            "line 3, column 1: a rule has no 'whenn'; expected name, enabled, when, every, requires, reply, reply_hex, echo, append, checksum, after, to, set, limit, stop, close; did you mean when?",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nrepyl = 'x'\n",
            "line 4, column 1: a rule has no 'repyl'; expected name, enabled, when, every, requires, reply, reply_hex, echo, append, checksum, after, to, set, limit, stop, close; did you mean reply?",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'len >'\nreply = 'x'\n",
            "line 3, column 14: expected a value after \"len >\" (column 6)",
        ),
        (
            "version = 1\n[[rule]]\nwhen = \"\\\"a\\\" and len >\"\n",
            "line 3, column 24: expected a value after \"len >\" (column 14)",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply = '温{idd}'\n",
            "line 4, column 12: unknown field 'idd'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum, state (at character 3)",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'text ~ \"(?<id>.)\"'\nreply = '{idd}'\n",
            "line 4, column 11: unknown field 'idd'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum, state, id; did you mean id? (at character 2)",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply_hex = '55 0G'\n",
            "line 4, column 18: 'G' is not a hex digit (at character 5)",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply = 'x'\nchecksum = 'crc-16/modbsu'\n",
            "line 5, column 12: unknown checksum 'crc-16/modbsu'; did you mean crc-16/modbus?",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply = 'x'\nappend = 'crfl'\n",
            "line 5, column 10: unknown line ending 'crfl'; write none, lf, crlf, cr or nul; did you mean crlf?",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply = 'x'\nafter = '5 parsecs'\n",
            "line 5, column 9: '5 parsecs' is no value of 'after'; expected a time such as \"500ms\", \"2s\" or \"1min\"",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply = 'x'\nto = 'al'\n",
            "line 5, column 6: 'al' is no value of 'to'; expected sender, all; did you mean all?",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nreply = 'x'\nreply_hex = '00'\n",
            "line 2, column 1: 'reply_hex' does not go with 'reply'",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nafter = '1s'\n",
            "line 2, column 1: a rule needs reply = \"a text\" or reply_hex = \"bytes\"",
        ),
        (
            "version = 1\n[[rule]]\nevery = '1s'\nreply = 'x'\nto = 'sender'\n",
            "line 2, column 1: 'to = \"sender\"' does not go with 'every'",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nlimit = 'lots'\n",
            "line 4, column 9: 'lots' is no value of 'limit'; expected a rate such as \"100/s\" or \"5/min\"",
        ),
        (
            "version = 1\n[[rule]]\nwhen = 'A'\nstop = 'yes'\n",
            "line 4, column 8: expected true or false for 'stop', found string",
        ),
        ("version = 1\nrule = 3\n", "line 2, column 8: expected a list of tables for 'rule', found integer"),
    ] {
        let error = RuleFile::parse(text, TextEncoding::UTF_8, &Vocabulary::default()).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
}

#[test]
fn what_is_written_reads_back_as_the_same_rules() {
    let full = r#"
version = 1
name = "all there is"
[variables]
mode = "day"
"odd name" = "a\"b\\c\nd"
[[rule]]
name = "first"
enabled = false
when = 'text ~ "^LOGIN,(?<id>\d+)" or event:peer_joined'
requires = { state = "new", mode = "day" }
reply = "OK,{id},{time:%H:%M}\r\n{{\"a\":1}"
append = "crlf"
checksum = "crc-16/modbus:be"
after = "1500us"
to = "all"
set = { state = "known", mode = "{id}\n" }
limit = "3/10s"
stop = true
close = "fin"
[[rule]]
every = "90s"
reply_hex = "55 AA {counter:u16be} {crc-32:2..}"
[[rule]]
when = "len > 3"
echo = true
close = "reset"
"#;
    let parse = |text: &str| RuleFile::parse(text, TextEncoding::UTF_8, &Vocabulary::default());
    let mut files = vec![parse(full).unwrap()];
    files.extend(RuleFile::READY.into_iter().map(|name| RuleFile::ready(name).unwrap()));
    files.push(RuleFile {
        rules: vec![super::Rule::reply("r".to_owned(), &Reply { pattern: vec![0, 0xFF], payload: vec![1] })],
        ..RuleFile::default()
    });
    for file in files {
        let text = file.to_string();
        let again = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(again.to_string(), text);
        assert_eq!(
            (again.rules.len(), &again.name, &again.variables),
            (file.rules.len(), &file.name, &file.variables)
        );
        for (rule, read) in file.rules.iter().zip(&again.rules) {
            assert_eq!(
                (&rule.name, rule.is_on, &rule.requires, rule.limit, rule.stop, rule.close),
                (&read.name, read.is_on, &read.requires, read.limit, read.stop, read.close)
            );
        }
    }
}

#[test]
fn rules_that_stand_ready_do_what_they_are_called() {
    let mut told = Vec::new();
    for name in RuleFile::READY {
        let file = RuleFile::ready(name).unwrap();
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let mut desk = Desk::new(RuleSet::new(file.rules, file.variables, TextEncoding::UTF_8, &times));
        let joined = desk.happens(1, What::Joined { event: "peer_joined" }, Duration::ZERO);
        told.push(format!("{name}: {} | {}", text_of(&joined), desk.told(1, b"GET / HTTP/1.1\r\n\r\n")));
    }
    assert_eq!(
        told,
        [
            r"echo:  | 0:GET / HTTP/1.1\r\n\r\n",
            "discard:  | ",
            "chargen:  | ",
            r"time: 0:2026-11-21 11:31:00\r\n 0 closes | ",
            r"http:  | 0:HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\nhello\n 0 closes",
        ]
    );
}
