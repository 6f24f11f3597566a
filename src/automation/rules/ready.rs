//! Rules that stand ready: echo, discard, chargen, the time of day, a one-shot answer over HTTP, and answers to what
//! contains some bytes. They are rules like any other.

use crate::automation::condition::Condition;
use crate::automation::rules::{Answer, AnswerContent, AnswerTo, CloseWay, Rule, RuleFile, RuleSet, Trigger};
use crate::automation::template::{Dressed, Form, Names, Template};
use crate::codec::composition::LineEnding;
use crate::codec::expression::{
    Expression, Field, Literal, Meaning, Node, Relation, Subject, Test, TextLiteral, Vocabulary,
};
use crate::codec::hex;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::model::framing::Framing;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Echo, and answers to what contains some bytes: what a front end asks for in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responder {
    /// Every message goes back as it came.
    pub echo: bool,
    /// Tried in order; each that matches answers.
    pub replies: Vec<Reply>,
    /// How stream bytes are cut into messages before they are matched.
    pub framing: Framing,
    /// The most answers in one second; those beyond it are not given, and counted.
    pub replies_per_second: u32,
}

/// What contains the pattern is answered with the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Bytes to look for in a message; empty matches every message.
    pub pattern: Vec<u8>,
    /// What is sent back.
    pub payload: Vec<u8>,
}

impl Default for Responder {
    fn default() -> Responder {
        Responder {
            echo: false,
            replies: Vec::new(),
            framing: Framing::default(),
            replies_per_second: super::DEFAULT_REPLIES_PER_SECOND,
        }
    }
}

impl Responder {
    /// The rules that were asked for.
    pub fn rules(self) -> RuleSet {
        // Nothing here asks for the time of a message.
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let echo = self.echo.then(Rule::echo);
        let replies = self.replies.iter().enumerate();
        let replies = replies.map(|(place, reply)| Rule::reply(format!("reply {}", place + 1), reply));
        RuleSet::new(echo.into_iter().chain(replies).collect(), Vec::new(), TextEncoding::UTF_8, &times)
            .with(self.framing, self.replies_per_second)
    }
}

impl Rule {
    /// Every message goes back as it came.
    pub fn echo() -> Rule {
        let answer = Answer { content: AnswerContent::Message, after: Duration::ZERO, to: AnswerTo::Sender };
        Rule { answer: Some(answer), ..Rule::new("echo", Trigger::EachMessage) }
    }

    /// What contains some bytes is answered with others.
    pub fn reply(name: String, reply: &Reply) -> Rule {
        let trigger = match holds(&reply.pattern) {
            Some(condition) => Trigger::When(condition),
            None => Trigger::EachMessage,
        };
        let template = Template::of_bytes(&reply.payload);
        let content = AnswerContent::Template(Dressed { template, checksum: None, ending: LineEnding::None });
        let answer = Answer { content, after: Duration::ZERO, to: AnswerTo::Sender };
        Rule { answer: Some(answer), ..Rule::new(name, trigger) }
    }
}

/// The condition that a message contains these bytes; nothing where every message does.
fn holds(bytes: &[u8]) -> Option<Condition> {
    let pattern = hex::parse_pattern(&hex::spaced(bytes)).ok()?;
    let literal = Literal {
        text: TextLiteral::plain(&pattern.to_string()),
        quoted: true,
        meaning: Meaning::Hex(pattern),
    };
    let test = Test { subject: Subject::Field(Field::Hex), relation: Relation::Colon, values: vec![literal] };
    Some(Condition::of(Expression::of(Node::Test(test))))
}

/// A line of 72 printable characters, as the character generator protocol (RFC 864) sends them.
const CHARGEN_LINE: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg";

impl RuleFile {
    /// A rule file that stands ready under a name.
    pub fn ready(name: &str) -> Option<RuleFile> {
        let rule = match name {
            "echo" => Rule::echo(),
            // Everything is received and nothing answered (RFC 863).
            "discard" => Rule { stop: true, ..Rule::new("discard", Trigger::EachMessage) },
            "chargen" => {
                let answer = Answer { to: AnswerTo::All, ..text(&format!("{CHARGEN_LINE}\r\n"))? };
                Rule {
                    answer: Some(answer),
                    ..Rule::new("chargen", Trigger::Every(Duration::from_millis(100)))
                }
            }
            "time" => {
                let answer = text("{time:%Y-%m-%d %H:%M:%S}\r\n")?;
                let condition =
                    Condition::of(Expression::parse("event:peer_joined", &Vocabulary::default()).ok()?);
                Rule {
                    answer: Some(answer),
                    close: Some(CloseWay::Fin),
                    ..Rule::new("time", Trigger::When(condition))
                }
            }
            "http" => {
                let answer = text(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\nhello\n",
                )?;
                let condition = Condition::of(
                    Expression::parse(r#"text ~ "^(GET|POST|PUT|DELETE) ""#, &Vocabulary::default()).ok()?,
                );
                Rule {
                    answer: Some(answer),
                    close: Some(CloseWay::Fin),
                    ..Rule::new("http", Trigger::When(condition))
                }
            }
            _ => return None,
        };
        Some(RuleFile { name: name.to_owned(), variables: Vec::new(), rules: vec![rule] })
    }

    /// The names of the rule files that stand ready, in the order of a menu.
    pub const READY: [&'static str; 5] = ["echo", "discard", "chargen", "time", "http"];
}

fn text(typed: &str) -> Option<Answer> {
    let template = Template::parse(typed, Form::Text, TextEncoding::UTF_8, Names::Known(&[])).ok()?;
    let content = AnswerContent::Template(Dressed { template, checksum: None, ending: LineEnding::None });
    Some(Answer { content, after: Duration::ZERO, to: AnswerTo::Sender })
}
