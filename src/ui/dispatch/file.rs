//! Files on their way to peers, and texts too long for the field, which go the same way.

use crate::engine::command::{Command, FILE_DATAGRAM};
use crate::engine::event::Rejection;
use crate::engine::jobs::Job;
use crate::model::failure::Operation;
use crate::model::ids::{JobId, Ticket};
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::errands;
use crate::ui::dispatch::session::{send_command, target_of, with_tab};
use crate::ui::pasted_file::PastedFile;
use crate::ui::state::composer::{LONGEST_TYPED_BYTES, compose};
use crate::ui::state::modal::{Modal, SendFile};
use crate::ui::state::tab::{FileSend, Pasted, Tab};
use crate::ui::text;
use crate::ui::trouble;
use crate::ui::views::composer::FileProgress;
use crate::util::bytes_text::ByteSize;
use crate::workspace::tabs::TabKind;
use egui::{Context, Event};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A long text on its way into a file that is then sent.
#[derive(Debug)]
pub struct PasteJob {
    tab: TabKey,
    text: Arc<str>,
    job: WritingPasted,
}

/// The file of a pasted text, or why there is none.
pub(super) type WritingPasted = Job<Result<PastedFile, String>>;

/// A look at the file that the page names: a share that went away may take long to say so.
#[derive(Debug)]
pub struct FileLook {
    tab: TabKey,
    path: PathBuf,
    job: Job<io::Result<Metadata>>,
}

pub(super) fn ask(app: &mut App, key: TabKey) {
    let is_cut = app.state.tab(key).is_some_and(|tab| tab.settings.kind == TabKind::Udp);
    let cut_bytes = is_cut.then_some(FILE_DATAGRAM);
    let page = SendFile { tab: key, cut_bytes, path: String::new(), error: None, remark: None };
    app.state.modal = Some(Modal::SendFile(page));
}

/// Sends the file that the page names, once it is seen that there is one.
pub(super) fn start(app: &mut App) {
    let locale = app.state.locale();
    let Some(Modal::SendFile(page)) = &mut app.state.modal else { return };
    if page.path.trim().is_empty() {
        page.error = Some(locale.text("file.path_missing").to_owned());
        return;
    }
    let path = PathBuf::from(page.path.trim());
    let (tab, looked_at) = (page.tab, path.clone());
    if app.background.file_look.as_ref().is_some_and(|look| look.path == path && look.tab == tab) {
        return;
    }
    let job =
        Job::start_reading("look-at-file", app.engine.news().clone(), move |_| fs::metadata(&looked_at));
    match job {
        Ok(job) => {
            page.error = None;
            page.remark = Some("file.looking");
            app.background.file_look = Some(FileLook { tab, path, job });
        }
        Err(error) => page.error = Some(trouble::thread(locale, "look-at-file", &error)),
    }
}

/// Takes in what was seen of the file that the page names. A page that is gone, or names another one now, sends nothing.
fn take_look(app: &mut App) {
    let Some(look) = &app.background.file_look else { return };
    let locale = app.state.locale();
    let page = match &mut app.state.modal {
        Some(Modal::SendFile(page)) if page.tab == look.tab => page,
        _ => {
            app.background.file_look = None;
            return;
        }
    };
    if Path::new(page.path.trim()) != look.path {
        page.remark = None;
        app.background.file_look = None;
        return;
    }
    let Some(result) = look.job.take_result() else { return };
    page.remark = None;
    let (key, path) = (look.tab, look.path.clone());
    app.background.file_look = None;
    match result {
        Ok(found) if found.is_file() => {
            app.state.modal = None;
            send_file(app, key, path, found.len(), None);
        }
        Ok(_) => page.error = Some(locale.text("file.not_a_file").to_owned()),
        Err(error) => page.error = Some(trouble::file(locale, Operation::ReadFile, &path, &error)),
    }
}

/// Sends a file, which may hold what was `pasted`. Says whether the session took it.
fn send_file(app: &mut App, key: TabKey, path: PathBuf, total: u64, pasted: Option<Pasted>) -> bool {
    app.next_job += 1;
    let job = JobId(app.next_job);
    let locale = app.state.locale();
    let Some(tab) = app.state.tab_mut(key) else { return false };
    if !tab.is_open() {
        app.tell(Told::Bad, locale.text("toast.not_open"));
        return false;
    }
    if tab.file.is_some() {
        app.tell(Told::Bad, locale.text("rejected.file_busy"));
        return false;
    }
    let name = match &pasted {
        Some(_) => locale.text("file.pasted").to_owned(),
        None => path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    let Some(target) = target_of(app, key) else { return false };
    let command = Command::SendFile { job, target, path };
    let Some(tab) = app.state.tab_mut(key) else { return false };
    let Some(Ok(ticket)) = tab.session().map(|session| session.send(command)) else {
        app.tell(Told::Bad, locale.text("rejected.busy"));
        return false;
    };
    let progress = FileProgress { name, sent: 0, total };
    tab.file = Some(FileSend { job, progress, ticket, pasted });
    true
}

/// The session does not send the file that was asked for with this ticket.
pub(super) fn refused(tab: &mut Tab, ticket: Ticket) {
    if let Some(file) = tab.file.take_if(|file| file.ticket == ticket) {
        give_back(tab, file);
    }
}

/// The session that was sending is gone.
pub(super) fn lost(tab: &mut Tab) {
    if let Some(file) = tab.file.take() {
        give_back(tab, file);
    }
}

/// A text that did not get through can be sent again, unless another one was pasted meanwhile.
fn give_back(tab: &mut Tab, file: FileSend) {
    tab.composer.pasted = tab.composer.pasted.take().or(file.pasted.map(|pasted| pasted.text));
}

pub(super) fn cancel(app: &mut App, key: TabKey) {
    if let Some(job) = app.state.tab(key).and_then(|tab| tab.file.as_ref()).map(|file| file.job) {
        send_command(app, key, Command::CancelFile { job });
    }
}

pub(super) fn progress(app: &mut App, key: TabKey, job: JobId, sent: u64, total: u64) {
    with_tab(app, key, |tab| {
        if let Some(file) = tab.file.as_mut().filter(|file| file.job == job) {
            file.progress.sent = sent;
            file.progress.total = total;
        }
    });
}

pub(super) fn finished(app: &mut App, key: TabKey, job: JobId, outcome: Result<(), Rejection>) {
    let locale = app.state.locale();
    let Some(tab) = app.state.tab_mut(key) else { return };
    let Some(mut file) = tab.file.take_if(|file| file.job == job) else { return };
    let progress = file.progress.clone();
    if outcome.is_ok() {
        file.pasted = None;
    }
    give_back(tab, file);
    match outcome {
        Ok(()) => {
            let size = ByteSize(progress.total);
            let line = locale.format("toast.file_sent", &[("name", &progress.name), ("size", &size)]);
            app.tell(Told::Good, line);
        }
        Err(Rejection::Cancelled) => {
            let (sent, size) = (ByteSize(progress.sent), ByteSize(progress.total));
            let line = locale
                .format("toast.file_stopped", &[("name", &progress.name), ("sent", &sent), ("size", &size)]);
            app.tell(Told::Plain, line);
        }
        Err(why) => {
            let why = text::rejection(locale, &why);
            let line = locale.format("toast.file_failed", &[("name", &progress.name), ("why", &why)]);
            app.tell(Told::Bad, line);
        }
    }
}

/// Takes texts that are too long for any field out of the frame's input. In the send field they become
/// something that can be sent as it is; elsewhere they are refused.
pub(in crate::ui) fn take_long_pastes(app: &mut App, ctx: &Context) {
    let mut long = None;
    let key = app.state.keyboard_tab();
    let front = app.state.tab(key).filter(|tab| tab.composer.has_focus && !app.state.shows_sessions);
    // The field would cut what does not fit beside what stands in it already.
    let room = LONGEST_TYPED_BYTES
        - front.map_or(0, |tab| tab.settings.composer.draft.len()).min(LONGEST_TYPED_BYTES);
    ctx.input_mut(|input| {
        input.events.retain_mut(|event| match event {
            Event::Paste(text) if text.len() > room => {
                long = Some(std::mem::take(text));
                false
            }
            _ => true,
        });
    });
    let Some(text) = long else { return };
    let size = ByteSize(text.len() as u64);
    let has_focus = front.is_some_and(|tab| !tab.is_kept()) && !app.state.is_covered();
    if has_focus {
        with_tab(app, key, |tab| tab.composer.pasted = Some(Arc::from(text)));
    } else {
        let line = app.state.locale().format("toast.paste_too_long", &[("size", &size)]);
        app.tell(Told::Bad, line);
    }
}

/// Puts a long text into a file, in the background, and sends that.
pub(super) fn send_pasted(app: &mut App, key: TabKey) {
    let locale = app.state.locale();
    let Some(tab) = app.state.tab(key).filter(|tab| tab.is_open()) else { return };
    let Some(pasted) = tab.composer.pasted.clone() else { return };
    if app.paste.is_some() || tab.file.is_some() {
        app.tell(Told::Bad, locale.text("rejected.file_busy"));
        return;
    }
    let settings = tab.settings.composer.clone();
    let encoding = tab.encoding();
    let folder = app.profile.sessions_folder.clone();
    // Another tab may still be sending its own, and one that was discarded may still be written.
    app.next_job += 1;
    let number = app.next_job;
    let text = pasted.clone();
    let job = Job::start("long-paste", app.engine.news().clone(), move |control| {
        let composed = compose(&pasted, settings.input, &settings.append, &settings.checksum, encoding)
            .map_err(|error| text::compose_error(locale, &error))?;
        if control.is_cancelled() {
            return Err(locale.text("rejected.cancelled").to_owned());
        }
        PastedFile::write(&folder, number, composed.bytes())
            .map_err(|(path, error)| trouble::file(locale, Operation::WriteFile, &path, &error))
    });
    match job {
        Ok(job) => app.paste = Some(PasteJob { tab: key, text, job }),
        Err(error) => {
            app.tell(Told::Bad, trouble::thread(locale, "long-paste", &error));
        }
    }
}

/// Forgets the text that waits to be sent, also where it is on its way into a file already.
pub(super) fn discard_pasted(app: &mut App, key: TabKey) {
    with_tab(app, key, |tab| tab.composer.pasted = None);
    if let Some(paste) = app.paste.take_if(|paste| paste.tab == key) {
        errands::discard_paste(app, paste.job);
    }
}

pub(super) fn take_in(app: &mut App) {
    take_look(app);
    take_paste(app);
}

fn take_paste(app: &mut App) {
    let Some(result) = app.paste.as_ref().and_then(|paste| paste.job.take_result()) else { return };
    let Some(paste) = app.paste.take() else { return };
    match result {
        Ok(file) => {
            let (path, total) = (file.path().to_owned(), file.bytes());
            let pasted = Pasted { text: paste.text.clone(), file };
            if send_file(app, paste.tab, path, total, Some(pasted)) {
                with_tab(app, paste.tab, |tab| {
                    tab.composer.pasted.take_if(|pasted| Arc::ptr_eq(pasted, &paste.text));
                });
            }
        }
        Err(error) => {
            app.tell(Told::Bad, error);
        }
    }
}

/// Lets go of what was made only to be sent, also where its text is still being written.
pub(in crate::ui) fn clean_up(app: &mut App) {
    app.paste = None;
    for tab in &mut app.state.tabs {
        tab.file = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{PasteJob, take_in};
    use crate::engine::jobs::Job;
    use crate::ui::action::TabAction;
    use crate::ui::app::App;
    use crate::ui::dispatch::{errands, session};
    use crate::ui::pasted_file::PastedFile;
    use crossbeam_channel::bounded;
    use egui::Context;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    const LONGEST_WAIT: Duration = Duration::from_mins(1);

    #[test]
    fn a_pasted_text_that_is_discarded_while_it_is_written_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = App::in_folder(folder.path());
        let tab = app.state.active;
        let text: Arc<str> = Arc::from("a long text");
        app.state.tab_mut(tab).unwrap().composer.pasted = Some(text.clone());
        let ((may_write, waits), (written, is_written)) = (bounded(1), bounded(1));
        let path = folder.path().to_owned();
        let job = Job::start("long-paste", app.engine.news().clone(), move |control| {
            waits.recv_timeout(LONGEST_WAIT).unwrap();
            let file = PastedFile::write(&path, 1, b"a long text").unwrap();
            written.send((control.is_cancelled(), file.path().to_owned())).unwrap();
            Ok(file)
        });
        app.paste = Some(PasteJob { tab, text, job: job.unwrap() });

        session::apply(&mut app, tab, TabAction::DropPasted);
        assert!(app.paste.is_none(), "another text can be sent meanwhile");
        may_write.send(()).unwrap();
        let (was_cancelled, file) = is_written.recv_timeout(LONGEST_WAIT).unwrap();
        assert!(was_cancelled);
        let deadline = Instant::now() + LONGEST_WAIT;
        while file.exists() {
            assert!(Instant::now() < deadline, "the file is kept");
            take_in(&mut app);
            errands::take_in(&mut app, &Context::default());
        }
        assert!(app.state.tab(tab).unwrap().composer.pasted.is_none());
        assert_eq!(app.state.said, "", "nobody is told of it, and nobody is sent it");
    }
}
