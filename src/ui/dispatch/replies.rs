//! Automatic answers: the page is filled, and what it says becomes the session's responder. Answering itself is the
//! worker's.

use crate::automation::responder::{Reply, Responder};
use crate::codec::text::TextEncoding;
use crate::engine::command::Command;
use crate::ui::action::TabKey;
use crate::ui::app::App;
use crate::ui::dispatch::session::{send_command, with_tab};
use crate::ui::state::composer::{ComposeError, body_of};
use crate::ui::state::modal::{Modal, Replies};
use crate::ui::state::tab::Tab;
use crate::workspace::tabs::ReplySettings;

/// Asks what to answer by itself; where nothing is yet, a first answer stands ready to be written.
pub(super) fn ask(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab(key) else { return };
    let mut list = tab.settings.composer.replies.clone();
    if list.is_empty() {
        list.push(ReplySettings::default());
    }
    app.state.modal = Some(Modal::Replies(Replies { tab: key, encoding: tab.encoding(), list }));
}

/// Answers as the page says. Answers with nothing to send are left out.
pub(super) fn save(app: &mut App) {
    if let Some(Modal::Replies(page)) = app.state.modal.take() {
        let replies = page.list.into_iter().filter(|reply| !reply.answer.is_empty()).collect();
        with_tab(app, page.tab, |tab| tab.settings.composer.replies = replies);
        arm(app, page.tab);
    }
}

/// Hands the session what it is to answer.
pub(super) fn arm(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab(key) else { return };
    let encoding = tab.encoding();
    let settings = &tab.settings.composer;
    let active = settings.replies.iter().filter(|reply| reply.is_on);
    // The page takes no answer that cannot be read; one that no longer can after a change of encoding stays silent.
    let replies = active.filter_map(|reply| reply_of(reply, encoding).ok()).collect();
    let responder = Responder { echo: settings.echo, replies, ..Responder::default() };
    with_tab(app, key, |tab| tab.replies_encoding = Some(encoding));
    send_command(app, key, Command::SetResponder(Box::new(responder)));
}

/// Answers in another encoding once that was chosen while the session is open.
pub(super) fn follow_encoding(app: &mut App, key: TabKey) {
    let is_outdated =
        |tab: &Tab| tab.is_open() && tab.replies_encoding.is_some_and(|told| told != tab.encoding());
    if app.state.tab(key).is_some_and(is_outdated) {
        arm(app, key);
    }
}

fn reply_of(reply: &ReplySettings, encoding: TextEncoding) -> Result<Reply, ComposeError> {
    Ok(Reply {
        pattern: body_of(&reply.pattern, reply.pattern_input, encoding)?,
        payload: body_of(&reply.answer, reply.answer_input, encoding)?,
    })
}
