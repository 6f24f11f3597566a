//! What is being written and the exact bytes it stands for. It sends nothing.

use crate::codec::composition::LineEnding;
use crate::codec::text::TextEncoding;
use crate::engine::command::LONGEST_DATAGRAM;
use crate::ui::tab::composer::history::PendingHistory;
use crate::ui::tab::composer::payload_form::{ComposeError, Composed, PayloadForm};
use crate::ui::tab::composer::repeats::Repeats;
use crate::ui::tab::settings::{LiveComposer, LiveSettings};
use crate::workspace::sending::{Sending, SentText};
use crate::workspace::tabs::{ComposerSettings, InputChoice, TabKind};
use std::fmt;
use std::sync::Arc;

/// A byte is written with up to ten characters, as `\u{00000A}`: a longer text is not put together to know that it is
/// no datagram.
const LONGEST_TEXT_BYTES: usize = 10 * LONGEST_DATAGRAM;

/// How many texts that were not sent are kept beside the one in the field.
const SET_ASIDE_LIMIT: usize = 100;

/// The same of texts that are too long for the field: each may be many megabytes.
const PASTES_ASIDE_LIMIT: usize = 4;

/// The composer of one tab, beyond what is kept between runs.
#[derive(Clone, Default)]
pub struct Composer {
    /// How far back in the history the field is; 0 is what is being written.
    pub steps_back: usize,
    /// What was in the field whenever the history was begun to be looked through or something else was put there, the
    /// latest last.
    set_aside: Vec<Aside>,
    /// A text too long for the field.
    pub pasted: Option<Arc<str>>,
    /// In how many lines the field showed what is written.
    pub visual_rows: usize,
    /// The cursor is in the last one of them.
    pub is_in_last_row: bool,
    /// What is in the field came there in the place of what was being written, and was not changed since.
    pub is_put: bool,
    /// The field has the keyboard.
    pub has_focus: bool,
    /// What waits for the worker's answer before it is history.
    pub(in crate::ui) history: PendingHistory,
    /// What goes out again and again, whatever was written since.
    pub(in crate::ui) repeats: Repeats,
    preview: Option<Preview>,
    pasted_datagram: Option<PastedDatagram>,
    switched: Option<Switched>,
}

/// Something that was not sent.
#[derive(Clone, PartialEq)]
enum Aside {
    /// It was being written.
    Draft(SentText),
    /// It was pasted, and is too long for the field.
    Pasted(Arc<str>),
}

/// What was typed before the way of writing was switched. It counts again when the same way is chosen again, as
/// long as nothing was typed in between.
#[derive(Clone)]
struct Switched {
    typed: String,
    input: InputChoice,
    became: String,
}

#[derive(Clone)]
struct Preview {
    settings: LiveComposer,
    encoding: TextEncoding,
    result: Result<Composed, ComposeError>,
}

impl Composer {
    /// The bytes that would be sent, computed only when something changed.
    pub fn preview(
        &mut self,
        settings: &LiveComposer,
        encoding: TextEncoding,
    ) -> &Result<Composed, ComposeError> {
        let is_current = self
            .preview
            .as_ref()
            .is_some_and(|preview| preview.settings == *settings && preview.encoding == encoding);
        if !is_current {
            self.preview = None;
        }
        &self
            .preview
            .get_or_insert_with(|| Preview {
                settings: settings.clone(),
                encoding,
                result: settings.form(encoding).compose(&settings.draft),
            })
            .result
    }

    /// Writes what was typed in another way. What cannot be read, or not be told in the new way, stays as typed.
    pub fn switch_input(&mut self, settings: &mut LiveComposer, from: InputChoice, encoding: TextEncoding) {
        let to = settings.input;
        let origin = match self.switched.take() {
            Some(switched) if switched.became == settings.draft => switched,
            _ => Switched { typed: settings.draft.clone(), input: from, became: String::new() },
        };
        let form = PayloadForm { input: origin.input, ..settings.form(encoding) };
        settings.draft = if to == origin.input {
            origin.typed.clone()
        } else {
            form.rewrite(&origin.typed, to).unwrap_or_else(|| origin.typed.clone())
        };
        self.switched = Some(Switched { became: settings.draft.clone(), ..origin });
    }

    /// Puts the text sent before the present one into the field, or the one after it.
    pub fn walk_history(&mut self, settings: &mut LiveSettings, sending: &Sending, is_back: bool) {
        self.is_put = false;
        if self.steps_back == 0 && !is_back {
            self.bring_back(settings, sending);
            return;
        }
        let target = if is_back { self.steps_back + 1 } else { self.steps_back - 1 };
        self.step_to(settings, sending, target);
    }

    /// Puts the text of so many steps back into the field; what was being written stays to be found at 0.
    pub fn step_to(&mut self, settings: &mut LiveSettings, sending: &Sending, target: usize) {
        if target > sending.history.len() || target == self.steps_back {
            return;
        }
        if self.steps_back == 0 {
            self.set_aside(settings);
        }
        self.steps_back = target;
        let shown = match target {
            0 => match self.set_aside.pop() {
                Some(Aside::Draft(draft)) => Some(draft),
                Some(Aside::Pasted(_)) | None => None,
            },
            steps => sending.history.get(sending.history.len() - steps).cloned(),
        };
        write(settings, shown.unwrap_or_default());
        self.switched = None;
    }

    /// Puts these bytes into the field: in the present way of writing where that shows every one of them, else with
    /// escapes or as hex. Nothing is appended to them, and what was being written, or was pasted and not sent, is found
    /// again one step down. Returns whether there is room for them.
    pub fn put(&mut self, settings: &mut LiveSettings, bytes: &[u8]) -> bool {
        let form = PayloadForm { fields: false, ..settings.composer.form(settings.encoding) };
        let ways = [form.input, InputChoice::Escapes, InputChoice::Hex];
        let found = ways.into_iter().find_map(|input| Some((input, form.shown_as(bytes, input)?)));
        let Some((input, text)) = found else { return false };
        self.make_room(settings);
        let composer = &mut settings.composer;
        (composer.draft, composer.input, composer.fields) = (text, input, false);
        (composer.ending, composer.checksum) = (LineEnding::None, None);
        true
    }

    /// Something that was not typed comes into the field: what was being written is found again one step down.
    pub(super) fn make_room(&mut self, settings: &LiveSettings) {
        if self.steps_back == 0 && !settings.composer.draft.is_empty() {
            self.set_aside(settings);
        }
        if let Some(pasted) = self.pasted.take() {
            self.set_paste_aside(pasted);
        }
        self.steps_back = 0;
        self.is_put = true;
        self.switched = None;
    }

    fn set_aside(&mut self, settings: &LiveSettings) {
        let written = Aside::Draft(written(settings));
        self.set_aside.retain(|aside| *aside != written);
        self.set_aside.push(written);
        if self.set_aside.len() > SET_ASIDE_LIMIT {
            self.set_aside.remove(0);
        }
    }

    fn set_paste_aside(&mut self, pasted: Arc<str>) {
        self.set_aside.push(Aside::Pasted(pasted));
        let is_paste = |aside: &Aside| matches!(aside, Aside::Pasted(_));
        if self.set_aside.iter().filter(|aside| is_paste(aside)).count() > PASTES_ASIDE_LIMIT
            && let Some(oldest) = self.set_aside.iter().position(is_paste)
        {
            self.set_aside.remove(oldest);
        }
    }

    /// What was pasted is on its way, and waits no more.
    pub(super) fn paste_is_sent(&mut self, text: &Arc<str>) {
        self.pasted.take_if(|pasted| Arc::ptr_eq(pasted, text));
        let is_it = |aside: &Aside| matches!(aside, Aside::Pasted(pasted) if Arc::ptr_eq(pasted, text));
        self.set_aside.retain(|aside| !is_it(aside));
    }

    /// Whoever sent or changed a text of the history did not go back to what was being written: it is found below
    /// the newest one. If that was not sent either, both take turns.
    fn bring_back(&mut self, settings: &mut LiveSettings, sending: &Sending) {
        let is_unsent = |draft: &SentText| {
            !draft.text.is_empty() && !sending.history.iter().any(|sent| sent.is_same_text(draft))
        };
        self.set_aside.retain(|aside| match aside {
            Aside::Draft(draft) => is_unsent(draft),
            Aside::Pasted(_) => true,
        });
        let draft = match self.set_aside.pop() {
            Some(Aside::Draft(draft)) => draft,
            // What is being written lies beneath it.
            Some(Aside::Pasted(pasted)) => {
                self.pasted = Some(pasted);
                return;
            }
            None => return,
        };
        let written = written(settings);
        if is_unsent(&written) && written != draft {
            self.set_aside.insert(0, Aside::Draft(written));
        }
        write(settings, draft);
    }
}

/// What is being written, with all that makes bytes of it.
pub(in crate::ui) fn written(settings: &LiveSettings) -> SentText {
    let ComposerSettings { draft, input, fields, breaks, frame, append, checksum, .. } =
        (&settings.composer).into();
    let encoding = settings.encoding.name().to_owned();
    SentText { text: draft, input, fields, encoding, breaks, frame, append, checksum, ..SentText::default() }
}

/// Puts it into the field. What is not known of it stays as it is chosen, and so does the encoding: the log and the
/// automatic answers are in that, too.
fn write(settings: &mut LiveSettings, sent: SentText) {
    let composer = &mut settings.composer;
    let SentText { text, input, fields, encoding, breaks, frame, append, checksum, .. } = sent;
    if !encoding.is_empty() {
        let known = ComposerSettings { breaks, frame, append, checksum, ..ComposerSettings::default() };
        let known = LiveComposer::from(known);
        (composer.breaks, composer.frame) = (known.breaks, known.frame);
        (composer.ending, composer.checksum) = (known.ending, known.checksum);
    }
    composer.draft = text;
    (composer.input, composer.fields) = (input, fields);
}

impl fmt::Debug for Composer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Composer({} steps back)", self.steps_back)
    }
}

/// Why what is written cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing is written. An empty datagram is one; of a stream, nothing is nothing.
    Nothing,
    /// It stands for no bytes.
    Unreadable(ComposeError),
    /// It is more than one datagram holds.
    TooLong {
        /// So long it is, or its text where that is long beyond any doubt.
        bytes: usize,
        /// Whether these are the bytes that would be sent.
        is_exact: bool,
    },
}

/// The datagram that a pasted text would be, put together only when something changed.
#[derive(Clone)]
struct PastedDatagram {
    text: Arc<str>,
    form: PayloadForm,
    result: Result<Composed, Obstacle>,
}

impl Composer {
    /// Why a tab of this kind cannot send what is written or was pasted. Long texts for a stream are put together when
    /// they are sent.
    pub fn obstacle(
        &mut self,
        settings: &LiveComposer,
        encoding: TextEncoding,
        kind: TabKind,
    ) -> Option<Obstacle> {
        if self.pasted.is_some() && !kind.shape().is_message_oriented {
            return None;
        }
        self.payload(settings, encoding, kind).err()
    }

    /// The bytes that go out at once: what is written, or on a datagram tab what was pasted.
    pub fn payload(
        &mut self,
        settings: &LiveComposer,
        encoding: TextEncoding,
        kind: TabKind,
    ) -> Result<&Composed, Obstacle> {
        let is_message_oriented = kind.shape().is_message_oriented;
        if is_message_oriented && let Some(text) = self.pasted.clone() {
            return self
                .pasted_datagram(text, form_of_pasted(settings, encoding))
                .as_ref()
                .map_err(Clone::clone);
        }
        let composed =
            self.preview(settings, encoding).as_ref().map_err(|error| Obstacle::Unreadable(error.clone()))?;
        match composed.bytes() {
            _ if is_message_oriented => fitting(composed),
            [] if !settings.frame.can_be_empty() => Err(Obstacle::Nothing),
            _ => Ok(composed),
        }
    }

    fn pasted_datagram(&mut self, text: Arc<str>, form: PayloadForm) -> &Result<Composed, Obstacle> {
        self.pasted_datagram.take_if(|made| !Arc::ptr_eq(&made.text, &text) || made.form != form);
        let made = self.pasted_datagram.get_or_insert_with(|| PastedDatagram {
            form,
            result: datagram_of(&text, form),
            text,
        });
        &made.result
    }
}

/// What was pasted goes out as it is: no brace in it is a field.
pub(in crate::ui) fn form_of_pasted(settings: &LiveComposer, encoding: TextEncoding) -> PayloadForm {
    PayloadForm { fields: false, ..settings.form(encoding) }
}

fn datagram_of(text: &str, form: PayloadForm) -> Result<Composed, Obstacle> {
    if text.len() > LONGEST_TEXT_BYTES {
        return Err(Obstacle::TooLong { bytes: text.len(), is_exact: false });
    }
    let composed = form.compose(text).map_err(Obstacle::Unreadable)?;
    fitting(&composed)?;
    Ok(composed)
}

fn fitting(composed: &Composed) -> Result<&Composed, Obstacle> {
    let bytes = composed.bytes().len();
    if bytes > LONGEST_DATAGRAM { Err(Obstacle::TooLong { bytes, is_exact: true }) } else { Ok(composed) }
}

#[cfg(test)]
mod tests {
    use super::{Aside, Composer, Obstacle, PASTES_ASIDE_LIMIT, written};
    use crate::codec::checksum::Checksum;
    use crate::codec::composition::{LineBreak, LineEnding};
    use crate::codec::text::TextEncoding;
    use crate::engine::command::LONGEST_DATAGRAM;
    use crate::model::websocket::MessageForm;
    use crate::ui::tab::settings::{LiveComposer, LiveSettings};
    use crate::workspace::sending::{Sending, SentText};
    use crate::workspace::tabs::{InputChoice, TabKind};
    use std::sync::Arc;

    #[test]
    fn what_was_typed_comes_back_when_the_way_of_writing_does() {
        let gbk = TextEncoding::GBK;
        let ways = [InputChoice::Text, InputChoice::Hex, InputChoice::Escapes];
        for (typed, first) in [
            ("FFFF 0d", InputChoice::Hex),
            ("0G not hex", InputChoice::Hex),
            ("温度\r\n", InputChoice::Escapes),
            ("😀 is not in it", InputChoice::Text),
        ] {
            let mut composer = Composer::default();
            let mut settings =
                LiveComposer { draft: typed.to_owned(), input: first, ..LiveComposer::default() };
            for to in ways.into_iter().chain([first]) {
                let from = std::mem::replace(&mut settings.input, to);
                composer.switch_input(&mut settings, from, gbk);
            }
            assert_eq!(settings.draft, typed);
            settings.draft.push('1');
            settings.input = InputChoice::Text;
            composer.switch_input(&mut settings, first, gbk);
            assert!(settings.draft != typed, "what was changed since counts");
        }
    }

    #[test]
    fn the_history_gives_back_what_was_being_written() {
        let sent = |text: &str| SentText {
            text: text.to_owned(),
            ..written(&LiveSettings::new(TabKind::TcpServer))
        };
        let sending = Sending { history: vec![sent("first"), sent("second")], ..Sending::default() };
        let mut settings = with_draft("new");
        let mut composer = Composer::default();
        let mut seen = Vec::new();
        for is_back in [true, true, true, false, false, false] {
            composer.walk_history(&mut settings, &sending, is_back);
            seen.push(settings.composer.draft.clone());
        }
        assert_eq!(seen, ["second", "first", "first", "second", "new", "new"]);
        composer.step_to(&mut settings, &sending, 2);
        assert_eq!(settings.composer.draft, "first");
        composer.step_to(&mut settings, &sending, 0);
        assert_eq!(
            settings.composer.draft, "new",
            "what was being written before one was chosen from the list"
        );
    }

    #[test]
    fn what_was_being_written_is_found_below_what_was_made_of_the_history() {
        let sent = |text: &str| SentText {
            text: text.to_owned(),
            input: InputChoice::Hex,
            ..written(&LiveSettings::new(TabKind::TcpServer))
        };
        let mut sending = Sending { history: vec![sent("01"), sent("02")], ..Sending::default() };
        let mut settings = with_draft("draft");
        let mut composer = Composer::default();
        let mut walk = |settings: &mut LiveSettings, sending: &Sending, change: &str, ways: &[bool]| {
            if !change.is_empty() {
                // As the field does when something is typed, and the dispatcher when it is sent.
                change.clone_into(&mut settings.composer.draft);
                composer.steps_back = 0;
            }
            let mut seen = Vec::new();
            for is_back in ways {
                composer.walk_history(settings, sending, *is_back);
                seen.push(settings.composer.draft.clone());
            }
            seen
        };
        assert_eq!(walk(&mut settings, &sending, "", &[true]), ["02"]);
        let taken_turns = walk(&mut settings, &sending, "02 03", &[false, false, true, true, false, false]);
        assert_eq!(taken_turns, ["draft", "02 03", "02", "01", "02", "02 03"], "neither is lost");
        sending.remember(sent("02 03"));
        assert_eq!(
            walk(&mut settings, &sending, "02 03", &[true, false, false, false])[2..],
            ["draft", "draft"]
        );
        assert_eq!(settings.composer.input, InputChoice::Text);
        sending.remember(SentText { text: "draft".to_owned(), ..written(&settings) });
        assert_eq!(walk(&mut settings, &sending, "", &[false, true, false]), ["draft"; 3]);
    }

    #[test]
    fn the_history_brings_back_all_that_made_the_bytes() {
        let mut settings = with_draft("温\n度");
        settings.encoding = TextEncoding::GBK;
        let composer = &mut settings.composer;
        (composer.breaks, composer.ending) = (LineBreak::Crlf, LineEnding::Nul);
        composer.checksum = Checksum::from_name("crc-16/modbus").ok();
        (composer.fields, composer.frame) = (true, MessageForm::Ping);
        let before = settings.composer.clone();
        let mut sending = Sending::default();
        sending.remember(written(&settings));
        sending.remember(SentText { text: "of an earlier version".to_owned(), ..SentText::default() });
        settings = with_draft("draft");
        let mut composer = Composer::default();
        composer.step_to(&mut settings, &sending, 2);
        assert_eq!(settings.composer, before);
        assert_eq!(settings.encoding, TextEncoding::UTF_8, "the log is read in it, too");
        composer.step_to(&mut settings, &sending, 1);
        assert_eq!(settings.composer.draft, "of an earlier version");
        assert_eq!(settings.composer.ending, LineEnding::Nul, "it does not tell, so that it stays");
        composer.step_to(&mut settings, &sending, 0);
        assert_eq!(settings, with_draft("draft"));
    }

    #[test]
    fn received_bytes_are_put_into_the_field_with_their_line_breaks() {
        let mut settings = with_draft("");
        settings.composer.breaks = LineBreak::Crlf;
        for (bytes, draft, input) in
            [(&b"a\r\nb"[..], "a\nb", InputChoice::Text), (b"a\nb", "a\\nb", InputChoice::Escapes)]
        {
            settings.composer.input = InputChoice::Text;
            assert!(Composer::default().put(&mut settings, bytes));
            assert_eq!((&*settings.composer.draft, settings.composer.input), (draft, input));
        }
    }

    #[test]
    fn a_paste_that_waits_is_found_again_below_what_is_put_into_the_field() {
        let (mut settings, sending) = (with_draft("draft"), Sending::default());
        let mut composer = with_pasted("a long text");
        assert!(composer.put(&mut settings, b"of a row"));
        assert_eq!((composer.pasted.as_deref(), &*settings.composer.draft), (None, "of a row"));
        composer.walk_history(&mut settings, &sending, false);
        let pasted = composer.pasted.clone().expect("it waits again");
        assert_eq!((&*pasted, &*settings.composer.draft), ("a long text", "of a row"));
        assert!(composer.put(&mut settings, b"of another"));
        composer.paste_is_sent(&pasted);
        composer.walk_history(&mut settings, &sending, false);
        assert_eq!((composer.pasted.as_deref(), &*settings.composer.draft), (None, "of a row"));
        composer.walk_history(&mut settings, &sending, false);
        assert_eq!(settings.composer.draft, "draft");
        for number in 0..10 {
            composer.pasted = Some(Arc::from(number.to_string()));
            assert!(composer.put(&mut settings, b"of a row"));
        }
        let waiting = composer.set_aside.iter().filter(|aside| matches!(aside, Aside::Pasted(_)));
        assert_eq!(waiting.count(), PASTES_ASIDE_LIMIT);
    }

    fn with_draft(draft: &str) -> LiveSettings {
        let mut settings = LiveSettings::new(TabKind::TcpServer);
        draft.clone_into(&mut settings.composer.draft);
        settings
    }

    fn with_pasted(text: &str) -> Composer {
        Composer { pasted: Some(Arc::from(text)), ..Composer::default() }
    }

    #[test]
    fn a_datagram_that_is_too_long_is_known_before_it_is_sent() {
        let utf8 = TextEncoding::default();
        let too_long = |bytes, is_exact| Some(Obstacle::TooLong { bytes, is_exact });
        for (text, input, ending, kind, obstacle) in [
            ("x".repeat(LONGEST_DATAGRAM), InputChoice::Text, LineEnding::None, TabKind::Udp, None),
            (
                "x".repeat(LONGEST_DATAGRAM),
                InputChoice::Text,
                LineEnding::Lf,
                TabKind::Udp,
                too_long(65_508, true),
            ),
            ("x".repeat(66_000), InputChoice::Text, LineEnding::None, TabKind::Udp, too_long(66_000, true)),
            ("x".repeat(66_000), InputChoice::Text, LineEnding::None, TabKind::TcpClient, None),
            ("01 ".repeat(60_000), InputChoice::Hex, LineEnding::None, TabKind::Udp, None),
            ("01 ".repeat(66_000), InputChoice::Hex, LineEnding::None, TabKind::Udp, too_long(66_000, true)),
            (
                "x".repeat(5 << 20),
                InputChoice::Text,
                LineEnding::None,
                TabKind::Udp,
                too_long(5 << 20, false),
            ),
        ] {
            let mut settings = LiveComposer { input, ending, ..LiveComposer::default() };
            let mut composer = with_pasted(&text);
            let case = format!("{} as {input:?} on {kind:?}", text.len());
            assert_eq!(composer.obstacle(&settings, utf8, kind), obstacle, "{case}, pasted");
            composer.pasted = None;
            settings.draft = text;
            if !matches!(obstacle, Some(Obstacle::TooLong { is_exact: false, .. })) {
                assert_eq!(composer.obstacle(&settings, utf8, kind), obstacle, "{case}, written");
            }
        }
    }

    #[test]
    fn only_a_datagram_can_be_empty() {
        for (kind, ending, obstacle) in [
            (TabKind::TcpServer, LineEnding::None, Some(Obstacle::Nothing)),
            (TabKind::TcpClient, LineEnding::None, Some(Obstacle::Nothing)),
            (TabKind::TcpClient, LineEnding::Lf, None),
            (TabKind::Udp, LineEnding::None, None),
        ] {
            let settings = LiveComposer { ending, ..LiveComposer::default() };
            let found = Composer::default().obstacle(&settings, TextEncoding::default(), kind);
            assert_eq!(found, obstacle, "{kind:?} with {ending}");
        }
    }

    #[test]
    fn a_pasted_text_is_read_anew_when_what_is_chosen_changes() {
        let mut composer = with_pasted("01 02");
        let mut settings = LiveComposer::default();
        let utf8 = TextEncoding::default();
        for (input, ending, bytes) in [
            (InputChoice::Text, LineEnding::None, &b"01 02"[..]),
            (InputChoice::Hex, LineEnding::None, &[1, 2]),
            (InputChoice::Hex, LineEnding::Lf, b"\x01\x02\n"),
        ] {
            settings.input = input;
            settings.ending = ending;
            let composition = composer.payload(&settings, utf8, TabKind::Udp).unwrap();
            assert_eq!(composition.bytes(), bytes);
        }
    }
}
