//! Steps that are made out of what went to and fro: what was sent is sent again, and what came is waited for. Which
//! messages these are, and in which order, is told.

use crate::automation::condition::Condition;
use crate::automation::sequence::{Action, Recipients, Step, USUAL_WAIT};
use crate::automation::template::{Dressed, Form, Names, Template};
use crate::codec::composition::LineEnding;
use crate::codec::expression::{Expression, Vocabulary};
use crate::codec::hex;
use crate::codec::text::{Carry, TextEncoding, decode};
use std::time::Duration;

/// A pause between two sends that is shorter is no pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// Longer messages are waited for by how they begin.
const MOST_COMPARED_BYTES: usize = 256;

impl Step {
    /// A step that sends these bytes: as text where they are some, with the line ending apart.
    pub fn sending(bytes: &[u8], encoding: TextEncoding) -> Step {
        let (body, ending) = match bytes {
            [body @ .., b'\r', b'\n'] => (body, LineEnding::Crlf),
            [body @ .., b'\n'] => (body, LineEnding::Lf),
            body => (body, LineEnding::None),
        };
        let as_text = plain_text(body, encoding).and_then(|text| {
            let typed = text.replace('{', "{{");
            Template::parse(&typed, Form::Text, encoding, Names::Known(&[])).ok()
        });
        let content = match as_text.filter(|template| template.as_plain().is_some_and(|plain| plain == body))
        {
            Some(template) => Dressed { template, checksum: None, ending },
            None => Dressed { template: Template::of_bytes(bytes), checksum: None, ending: LineEnding::None },
        };
        let (times, every, to) = (1, Duration::ZERO, Recipients::Usual);
        Step { is_on: true, action: Action::Send { content, times, every, to } }
    }

    /// A step that waits for this message; nothing where no condition can be made of it.
    pub fn waiting_for(bytes: &[u8], encoding: TextEncoding) -> Option<Step> {
        let compared = &bytes[..bytes.len().min(MOST_COMPARED_BYTES)];
        let is_whole = compared.len() == bytes.len();
        let typed = match plain_text(trimmed(compared), encoding).filter(|_| is_whole) {
            Some(text) => format!("text : \"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            None => format!("hex : \"{}\"", hex::spaced(compared)),
        };
        let expression = Expression::parse(&typed, &Vocabulary::default()).ok()?;
        let condition = Condition::of(expression);
        Some(Step { is_on: true, action: Action::WaitFor { condition, within: USUAL_WAIT } })
    }

    /// A step that lets as much time pass as passed between two sends, if that is worth a step.
    pub fn pausing(time: Duration) -> Option<Step> {
        let time = Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        (time >= SHORTEST_PAUSE).then_some(Step { is_on: true, action: Action::Delay { time } })
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r\n").or(bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

/// The text of these bytes, where they are nothing but characters that can be seen.
fn plain_text(bytes: &[u8], encoding: TextEncoding) -> Option<String> {
    let decoded = decode(encoding, &mut Carry::default(), bytes);
    let is_whole = decoded.undecoded == 0 && decoded.pending == 0 && !decoded.text.is_empty();
    let is_seen = |character: char| !character.is_control() || character == '\t';
    (is_whole && decoded.text.chars().all(is_seen)).then_some(decoded.text)
}

#[cfg(test)]
mod tests {
    use crate::automation::sequence::Step;
    use crate::codec::text::TextEncoding;
    use std::time::Duration;

    #[test]
    fn messages_become_steps_that_send_and_wait_for_the_same() {
        let gbk = TextEncoding::GBK;
        for (bytes, sent, waited) in [
            (&b"LOGIN,007\r\n"[..], "send = \"LOGIN,007\"\nappend = \"crlf\"\n", "text:\"LOGIN,007\""),
            (b"\xCE\xC2\xB6\xC8", "send = \"温度\"\n", "text:\"温度\""),
            (b"{\"a\":1}\n", "send = '{{\"a\":1}'\nappend = \"lf\"\n", "text:\"{\\\"a\\\":1}\""),
            (b"\x55\xAA\x01", "send_hex = \"55 AA 01\"\n", "hex:\"55 AA 01\""),
            (b"\xFFtext\n", "send_hex = \"FF 74 65 78 74 0A\"\n", "hex:\"FF 74 65 78 74 0A\""),
        ] {
            let step = Step::sending(bytes, gbk);
            assert_eq!(step.to_string(), sent, "{bytes:?}");
            let step = Step::waiting_for(bytes, gbk).unwrap().action.what();
            assert_eq!(step, waited, "{bytes:?}");
        }
    }

    #[test]
    fn only_a_pause_that_can_be_noticed_becomes_a_step() {
        assert!(Step::pausing(Duration::from_micros(49_999)).is_none());
        let pause = Step::pausing(Duration::from_micros(1_234_567)).unwrap();
        assert_eq!(pause.to_string(), "delay = \"1234ms\"\n");
    }
}
