//! Quick sends: texts that stand ready to be sent, shared by all tabs. The list is kept by the workspace; here it is
//! changed, and the page of one is filled.

pub mod page;

use crate::codec::checksum::placing::Placing;
use crate::codec::composition::LineBreak;
use crate::codec::text::TextEncoding;
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::composer::payload_form::{ComposeError, Composed, PayloadForm};
use crate::ui::tab::composer::state::written;
use crate::ui::tab::composer::{self, QuickSendAction};
use crate::ui::tab::sends;
use crate::ui::tab::settings::LiveComposer;
use crate::workspace::sending::{QuickSend, Sending, SentText};
use crate::workspace::tabs::InputChoice;

/// A quick send, while it is written.
#[derive(Debug)]
pub struct Quick {
    /// Its place, unless it is new.
    pub place: Option<usize>,
    /// What its characters are written in, unless it says so itself: the encoding of the tab that it was asked from.
    pub encoding: TextEncoding,
    /// Where that tab puts checksums.
    pub placing: Placing,
    /// As typed.
    pub written: QuickSend,
    /// The name was written to, or the page was to be confirmed.
    pub has_tried: bool,
    /// What it was when its bytes were made, with them.
    pub made: Option<Box<MadeOfQuick>>,
}

/// The bytes of a quick send as it was. What is random in them stays as it is until something is changed.
#[derive(Debug)]
pub struct MadeOfQuick {
    of: QuickSend,
    bytes: Result<Composed, ComposeError>,
}

impl Quick {
    /// The bytes that it stands for, made anew only when it was changed.
    pub fn composed(&mut self) -> &Result<Composed, ComposeError> {
        self.made.take_if(|made| made.of != self.written);
        let made = self.made.get_or_insert_with(|| {
            let form = PayloadForm::of_quick(&self.written, self.encoding, self.placing);
            let bytes = form.compose(&self.written.text);
            Box::new(MadeOfQuick { of: self.written.clone(), bytes })
        });
        &made.bytes
    }
}

/// What can be asked of the page of a quick send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickPageAction {
    /// The quick send is as its page says.
    Save,
    /// The person is asked whether to remove the quick send of the page.
    AskRemove,
    /// The quick send at this place is gone.
    Remove(usize),
}

/// A page that a quick send asks for.
#[derive(Debug)]
pub enum QuickPage {
    /// It is written.
    Write(Box<Quick>),
    /// Shared by all tabs, it cannot be brought back: the person is asked whether to remove it.
    ConfirmRemove {
        /// Its place.
        place: usize,
        /// What it is called.
        name: String,
    },
}

/// Does what was asked of the quick sends of a tab; gives the page that this needs.
pub(in crate::ui) fn apply(
    tab: &mut Tab,
    action: QuickSendAction,
    sending: &mut Sending,
    cx: &mut Cx<'_>,
) -> Option<QuickPage> {
    match action {
        QuickSendAction::Send(place) => send(tab, sending.quick.get(place), cx),
        QuickSendAction::SendOfKey(name) => {
            let place = sending.quick_of_key(name);
            send(tab, place.and_then(|place| sending.quick.get(place)), cx);
        }
        QuickSendAction::AskNew => return Some(QuickPage::Write(Box::new(new_page(tab, sending)))),
        QuickSendAction::AskChange(place) => {
            let written = sending.quick.get(place)?.clone();
            return Some(QuickPage::Write(Box::new(Quick {
                place: Some(place),
                encoding: tab.encoding(),
                placing: tab.settings.placing(),
                written,
                has_tried: true,
                made: None,
            })));
        }
        QuickSendAction::Move(moved) => {
            moved.apply(&mut sending.quick);
        }
        QuickSendAction::Switch(place) => {
            if let Some(quick) = sending.quick.get_mut(place) {
                quick.left_out = !quick.left_out;
            }
        }
        QuickSendAction::SendAll { loops } => sends::send_all(tab, sending, loops, cx),
        QuickSendAction::AskRemove(place) => return removal_page(&sending.quick, place),
    }
    None
}

fn send(tab: &Tab, quick: Option<&QuickSend>, cx: &mut Cx<'_>) {
    if let Some(quick) = quick {
        composer::send_quick(tab, quick, cx);
    }
}

/// The page that asks whether to remove the quick send at this place.
pub(in crate::ui) fn removal_page(quick: &[QuickSend], place: usize) -> Option<QuickPage> {
    quick.get(place).map(|quick| QuickPage::ConfirmRemove { place, name: quick.name.clone() })
}

/// The page of a new quick send, which begins as what is being written in this tab.
fn new_page(tab: &Tab, sending: &Sending) -> Quick {
    let (text, input) = with_breaks(&tab.settings.composer);
    let SentText { fields, frame, append, checksum, .. } = written(&tab.settings);
    let written = QuickSend {
        text,
        input,
        fields,
        frame,
        append,
        checksum,
        key: Some(sending.free_key().to_owned()),
        ..QuickSend::default()
    };
    let (encoding, placing) = (tab.encoding(), tab.settings.placing());
    Quick { place: None, encoding, placing, written, has_tried: false, made: None }
}

/// What is being written as a quick send has it: its line breaks are escapes where they go out as something else.
fn with_breaks(composer: &LiveComposer) -> (String, InputChoice) {
    let draft = composer.draft.clone();
    let breaks = match composer.breaks {
        _ if composer.input == InputChoice::Hex || !draft.contains('\n') => return (draft, composer.input),
        LineBreak::Lf => return (draft, composer.input),
        LineBreak::Crlf => r"\r\n",
        LineBreak::Cr => r"\r",
    };
    let escaped = if composer.input == InputChoice::Text { draft.replace('\\', r"\\") } else { draft };
    (escaped.replace('\n', breaks), InputChoice::Escapes)
}

/// The quick send is as the page says.
pub(in crate::ui) fn save(list: &mut Vec<QuickSend>, page: Quick) {
    match page.place.and_then(|place| list.get_mut(place)) {
        Some(quick) => *quick = page.written,
        None => list.push(page.written),
    }
}

/// A quick send is gone.
pub(in crate::ui) fn remove(list: &mut Vec<QuickSend>, place: usize) {
    if place < list.len() {
        list.remove(place);
    }
}

#[cfg(test)]
mod tests {
    use super::{Quick, remove, save, with_breaks};
    use crate::codec::checksum::placing::Placing;
    use crate::codec::composition::LineBreak;
    use crate::codec::text::TextEncoding;
    use crate::ui::tab::settings::{LiveComposer, LiveSettings};
    use crate::ui::widgets::LineMove;
    use crate::workspace::sending::QuickSend;
    use crate::workspace::tabs::{InputChoice, TabKind};

    fn named(name: &str) -> QuickSend {
        QuickSend { name: name.to_owned(), ..QuickSend::default() }
    }

    #[test]
    fn quick_sends_are_added_changed_moved_and_removed() {
        let mut list = vec![named("a"), named("b")];
        let page = |place, name| Quick {
            place,
            encoding: TextEncoding::UTF_8,
            placing: Placing::default(),
            written: named(name),
            has_tried: true,
            made: None,
        };
        save(&mut list, page(None, "c"));
        save(&mut list, page(Some(0), "d"));
        let names = |list: &[QuickSend]| list.iter().map(|quick| quick.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&list), ["d", "b", "c"]);
        for (from, by, order) in
            [(0, 1, "bdc"), (2, 1, "bdc"), (0, -1, "bdc"), (2, -2, "cbd"), (7, -1, "cbd")]
        {
            if let Some(moved) = LineMove::by(from, by, list.len()) {
                moved.apply(&mut list);
            }
            assert_eq!(names(&list).concat(), order, "{from} by {by}");
        }
        remove(&mut list, 3);
        remove(&mut list, 0);
        assert_eq!(names(&list), ["b", "d"]);
    }

    #[test]
    fn what_is_random_in_a_preview_stands_still_until_something_is_changed() {
        let text = "{random:hex 16}".to_owned();
        let written = QuickSend { text, fields: true, ..QuickSend::default() };
        let (encoding, placing, made) = (TextEncoding::UTF_8, Placing::default(), None);
        let mut page = Quick { place: None, encoding, placing, written, has_tried: false, made };
        let bytes = |page: &mut Quick| page.composed().as_ref().unwrap().bytes().to_vec();
        let first = bytes(&mut page);
        assert_eq!(bytes(&mut page), first);
        page.written.append = "lf".to_owned();
        let second = bytes(&mut page);
        assert_eq!((second.len(), bytes(&mut page)), (17, second.clone()));
        assert_ne!(second[..16], first[..]);
    }

    #[test]
    fn the_preview_has_the_checksum_where_the_tab_sends_it() {
        let settings = LiveSettings::new(TabKind::Raw);
        let written = QuickSend {
            text: "08 00 00 00 00 01 00 02".to_owned(),
            input: InputChoice::Hex,
            checksum: "inet".to_owned(),
            ..QuickSend::default()
        };
        let (encoding, placing, made) = (TextEncoding::UTF_8, settings.placing(), None);
        let mut page = Quick { place: None, encoding, placing, written, has_tried: false, made };
        let bytes = page.composed().as_ref().unwrap().bytes();
        assert_eq!(bytes, [8, 0, 0xF7, 0xFC, 0, 1, 0, 2]);
    }

    #[test]
    fn a_quick_send_has_the_line_breaks_of_the_field() {
        for (draft, input, breaks, text, becomes) in [
            ("a\nb", InputChoice::Text, LineBreak::Lf, "a\nb", InputChoice::Text),
            ("a\\n\nb", InputChoice::Text, LineBreak::Crlf, r"a\\n\r\nb", InputChoice::Escapes),
            ("a\\n\nb", InputChoice::Escapes, LineBreak::Cr, r"a\n\rb", InputChoice::Escapes),
            ("01\n02", InputChoice::Hex, LineBreak::Crlf, "01\n02", InputChoice::Hex),
        ] {
            let composer = LiveComposer { draft: draft.to_owned(), input, breaks, ..LiveComposer::default() };
            assert_eq!(with_breaks(&composer), (text.to_owned(), becomes));
        }
    }
}
