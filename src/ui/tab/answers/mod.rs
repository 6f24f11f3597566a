//! Automatic answers: the page is filled, and what it says becomes the session's responder. Answering itself is the
//! worker's.

pub mod page;

pub mod rules;

pub mod view;

use crate::automation::rules::{Reply, Responder, RuleFile, RuleSet};
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::codec::websocket::messages_said;
use crate::engine::command::Command;
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::TabKey;
use crate::ui::tab::composer::AnswersAction;
use crate::ui::tab::composer::payload_form::{ComposeError, body_of};
use crate::ui::tab::session::send_command;
use crate::ui::written_text::file_error;
use crate::workspace::tabs::ReplySettings;

/// Automatic answers, while they are written.
#[derive(Debug)]
pub struct AnswersPage {
    /// Of which tab.
    pub tab: TabKey,
    /// Its encoding.
    pub encoding: TextEncoding,
    /// As typed.
    pub list: Vec<ReplySettings>,
}

/// Does what was asked of automatic answers; gives the page that this needs.
pub(in crate::ui) fn apply(tab: &mut Tab, action: AnswersAction, cx: &mut Cx<'_>) -> Option<AnswersPage> {
    match action {
        AnswersAction::SetEcho(echo) => {
            tab.settings.composer.echo = echo;
            arm(tab, cx);
            None
        }
        AnswersAction::Ask => Some(page(tab)),
        AnswersAction::Arm => {
            arm(tab, cx);
            None
        }
        AnswersAction::Try => {
            try_rules(tab, cx);
            None
        }
    }
}

/// The page that asks what to answer by itself; where nothing is yet, a first answer stands ready to be written.
fn page(tab: &Tab) -> AnswersPage {
    let mut list = tab.settings.composer.replies.clone();
    if list.is_empty() {
        list.push(ReplySettings::default());
    }
    AnswersPage { tab: tab.key, encoding: tab.encoding(), list }
}

/// Answers as the page says. Answers with nothing to send are left out.
pub(in crate::ui) fn save(tab: &mut Tab, page: AnswersPage, cx: &mut Cx<'_>) {
    tab.settings.composer.replies = page.list.into_iter().filter(|reply| !reply.answer.is_empty()).collect();
    arm(tab, cx);
}

/// Hands the session what it is to answer.
pub(in crate::ui) fn arm(tab: &mut Tab, cx: &mut Cx<'_>) {
    let encoding = tab.encoding();
    let settings = &tab.settings.composer;
    let active = settings.replies.iter().filter(|reply| reply.is_on);
    // The page takes no answer that cannot be read; one that no longer can after a change of encoding stays silent.
    let replies = active.filter_map(|reply| reply_of(reply, encoding).ok()).collect();
    // Answered are messages as they are shown.
    let framing = tab.settings.split.framing().clone();
    let responder =
        Responder { echo: settings.echo, replies, framing: framing.clone(), ..Responder::default() };
    let per_second = responder.replies_per_second;
    let simple = responder.rules();
    let rules = match tab.rules.editor.file(&tab.settings.drawer.rules.text, encoding) {
        Ok(file) => simple.followed_by(prepared(&file, encoding)).with(framing.clone(), per_second),
        // What is wrong with them stands where they are written.
        Err(_) => simple,
    };
    tab.answers_told = Some((encoding, framing));
    tab.rules.tried.clear();
    send_command(tab, Command::SetRules(Box::new(rules)), cx);
}

fn prepared(file: &RuleFile, encoding: TextEncoding) -> RuleSet {
    RuleSet::new(file.rules.clone(), file.variables.clone(), encoding, &TimeFormat::local())
}

/// Says what the rules would do about the row that is looked into: of frames, about the messages in them.
fn try_rules(tab: &mut Tab, cx: &mut Cx<'_>) {
    let encoding = tab.encoding();
    tab.rules.tried.clear();
    let row = tab.log.inspector.row.as_ref();
    let Some(data) = row.and_then(|row| row.record.data()) else {
        return cx.notices.info(cx.locale.text("rules.choose_row"));
    };
    let messages = if tab.settings.kind.is_web_socket() {
        match messages_said(&data.bytes) {
            Ok(messages) => messages.into_iter().map(|(_, said)| said).collect(),
            Err(_cut) => return cx.problem("toast.row_not_whole"),
        }
    } else {
        vec![data.bytes.clone()]
    };
    if messages.is_empty() {
        return cx.notices.info(cx.locale.text("rules.no_message"));
    }
    tab.rules.tried_on = row.map(|row| row.record.id);
    tab.rules.tried = match tab.rules.editor.file(&tab.settings.drawer.rules.text, encoding) {
        Ok(file) => {
            let (rules, around) = (prepared(&file, encoding), (encoding, tab.settings.placing()));
            let reactions = |message: &Vec<u8>| rules::reactions_to(&rules, message, around, cx.locale);
            messages.iter().flat_map(reactions).collect()
        }
        Err(why) => vec![file_error(cx.locale, &why)],
    };
}

/// What was said of one row is not said of another.
fn forget_tried(tab: &mut Tab) {
    let row = tab.log.inspector.row.as_ref().map(|row| row.record.id);
    if tab.rules.tried_on != row {
        tab.rules.tried.clear();
    }
}

/// Answers in another encoding, and to messages that are cut in another way, once that was chosen while the session is
/// open.
pub(in crate::ui) fn follow_encoding(tab: &mut Tab, cx: &mut Cx<'_>) {
    forget_tried(tab);
    let told = tab.answers_told.as_ref();
    let is_old = told.is_some_and(|(encoding, framing)| {
        *encoding != tab.encoding() || framing != tab.settings.split.framing()
    });
    if tab.is_open() && is_old {
        arm(tab, cx);
    }
}

fn reply_of(reply: &ReplySettings, encoding: TextEncoding) -> Result<Reply, ComposeError> {
    Ok(Reply {
        pattern: body_of(&reply.pattern, reply.pattern_input, encoding)?,
        payload: body_of(&reply.answer, reply.answer_input, encoding)?,
    })
}
