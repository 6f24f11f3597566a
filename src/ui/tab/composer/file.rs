//! Files on their way to peers, and what goes the same way: texts too long for the field, out of memory, and rows of the
//! log, out of its journal.

use crate::automation::interval;
use crate::engine::command::{Command, FILE_DATAGRAM, LONGEST_DATAGRAM, Pace, SendSource, Target};
use crate::engine::event::Rejection;
use crate::engine::handle::SessionHandle;
use crate::engine::journal_rows::JournalRows;
use crate::engine::shared::Status;
use crate::model::failure::Operation;
use crate::model::ids::{JobId, Ticket};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::paths::PathField;
use crate::ui::tab::TabKey;
use crate::ui::tab::composer::payload_form::LONGEST_TYPED_BYTES;
use crate::ui::tab::composer::state::form_of_pasted;
use crate::ui::tab::composer::target_of;
use crate::ui::tab::composer::words;
use crate::ui::tab::list::TabList;
use crate::ui::tab::peers::Peers;
use crate::ui::tab::session::{send_command, tell_not_open};
use crate::ui::tab::settings::LiveSettings;
use crate::ui::tab::{FileSend, Tab};
use crate::ui::text;
use crate::util::bytes_text::{ByteSize, Count};
use egui::{Context, Event};
use std::fmt::Display;
use std::fs::{self, Metadata};
use std::io;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A piece of a stream is held in memory.
const LONGEST_PIECE: usize = 1 << 20;

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProgress {
    /// Its name, without folders.
    pub name: String,
    /// What was taken from it.
    pub sent: u64,
    /// What it has.
    pub total: u64,
    /// In what that is counted.
    pub unit: SendUnit,
}

/// In what is counted how much was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendUnit {
    /// In bytes.
    Bytes,
    /// In rows of the log.
    Rows,
}

impl FileProgress {
    /// How much was sent, and how much there is, as text.
    pub fn amounts(&self) -> (String, String) {
        let text = |amount| match self.unit {
            SendUnit::Bytes => ByteSize(amount).to_string(),
            SendUnit::Rows => Count(amount).to_string(),
        };
        (text(self.sent), text(self.total))
    }
}

/// A file to send, while it is chosen.
#[derive(Debug)]
pub struct SendFile {
    /// From which tab.
    pub tab: TabKey,
    /// The bytes of each datagram that it is cut into, where nothing else is asked for.
    pub cut_bytes: Option<usize>,
    /// To whom it goes: at first to whom the tab sends. What else is sent goes there still.
    pub to: Box<Peers>,
    /// What the tab's fields say about that.
    pub settings: Box<LiveSettings>,
    /// In which pieces, and how fast.
    pub pace: TypedPace,
    /// Which file.
    pub path: PathField,
}

impl SendFile {
    /// For this tab.
    pub(in crate::ui) fn of(tab: &Tab, files: &FileJobs, cx: &mut Cx<'_>) -> SendFile {
        let cut_bytes = tab.settings.kind.shape().is_message_oriented.then_some(FILE_DATAGRAM);
        let Peers { send_to, selected, .. } = &tab.peers;
        let to = Peers { send_to: send_to.clone(), selected: selected.clone(), ..Peers::default() };
        let to = Box::new(to);
        let (settings, pace) = (Box::new(tab.settings.clone()), files.last_pace.clone());
        let path = cx.dialogs.field_to_open("file.title", None);
        SendFile { tab: tab.key, cut_bytes, to, settings, pace, path }
    }

    /// Who is there to be chosen, and whether who was chosen still is.
    fn follow(&mut self, tab: &Tab) {
        let Some(shared) = tab.session().map(SessionHandle::shared) else { return };
        if self.to.recipients.is_open {
            let (all, _) = shared.peers_page(0, usize::MAX);
            self.to.recipients.renew(all.iter().filter(|peer| peer.state.can_send()));
        }
        self.to.send_to.follow(tab);
        self.to.selected = self.to.selected_id().map_or_else(|| shared.only_peer(), |peer| shared.peer(peer));
    }

    /// What was typed about pieces and pace.
    pub(in crate::ui) fn read_pace(&self) -> Result<Pace, PaceError> {
        self.pace.read(if self.cut_bytes.is_some() { LONGEST_DATAGRAM } else { LONGEST_PIECE })
    }
}

/// In which pieces a file goes out, and how fast, as typed. What is empty is as fast as the peers take it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedPace {
    /// The bytes of one piece.
    pub piece: String,
    /// Milliseconds from one piece to the next.
    pub pause: String,
    /// KiB in a second at most.
    pub rate: String,
}

/// What of it makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaceError {
    /// The piece: so many bytes are the most.
    Piece(usize),
    /// The pause.
    Pause,
    /// The rate.
    Rate,
}

impl TypedPace {
    fn read(&self, longest_piece: usize) -> Result<Pace, PaceError> {
        let piece_bytes = match self.piece.trim() {
            "" => None,
            typed => {
                let bytes = typed.parse().ok().filter(|bytes: &NonZeroUsize| bytes.get() <= longest_piece);
                Some(bytes.ok_or(PaceError::Piece(longest_piece))?)
            }
        };
        let pause = match self.pause.trim() {
            "" => Duration::ZERO,
            typed => interval::parse(&format!("{typed}ms")).ok_or(PaceError::Pause)?,
        };
        let bytes_per_second = match self.rate.trim() {
            "" => None,
            typed => {
                let bytes = typed.parse::<u64>().ok().and_then(|kib| NonZeroU64::new(kib.checked_mul(1024)?));
                Some(bytes.ok_or(PaceError::Rate)?)
            }
        };
        Ok(Pace { piece_bytes, pause, bytes_per_second })
    }
}

/// What is made ready to be sent, of all tabs.
#[derive(Debug, Default)]
pub struct FileJobs {
    paste: Option<PasteJob>,
    look: Option<FileLook>,
    /// Texts that nobody wants to send any more, until nobody works on them.
    discarded: Vec<JobHandle<ComposedPaste>>,
    /// What was typed last about pieces and pace.
    last_pace: TypedPace,
}

/// A long text of which the bytes are being made.
#[derive(Debug)]
struct PasteJob {
    tab: TabKey,
    text: Arc<str>,
    /// Who was chosen when it was sent.
    target: Target,
    job: JobHandle<ComposedPaste>,
}

/// The bytes of a pasted text, or why there are none.
type ComposedPaste = Result<Arc<[u8]>, String>;

/// What is handed to a session.
struct Outgoing {
    name: String,
    target: Target,
    source: SendSource,
    total: u64,
    pace: Pace,
    /// The text that it was made of.
    pasted: Option<Arc<str>>,
}

/// A look at the file that the page names: a share that went away may take long to say so.
#[derive(Debug)]
struct FileLook {
    tab: TabKey,
    path: PathBuf,
    job: JobHandle<io::Result<Metadata>>,
}

/// Sends the file that the page names, once it is seen that there is one.
pub(in crate::ui) fn start(page: &mut SendFile, files: &mut FileJobs, cx: &mut Cx<'_>) {
    if page.path.trimmed().is_empty() {
        page.path.error = Some(cx.locale.text("file.path_missing").to_owned());
        return;
    }
    // The page says what is wrong with it.
    if page.read_pace().is_err() {
        return;
    }
    let path = page.path.path();
    let (tab, looked_at) = (page.tab, path.clone());
    if files.look.as_ref().is_some_and(|look| look.path == path && look.tab == tab) {
        return;
    }
    match cx.jobs.start(JobKind::LookAtFile, move |_| fs::metadata(&looked_at)) {
        Ok(job) => {
            page.path.error = None;
            page.path.remark = Some("file.looking");
            files.look = Some(FileLook { tab, path, job });
        }
        Err(error) => {
            page.path.error = Some(error_text::thread(cx.locale, JobKind::LookAtFile.name(), &error));
        }
    }
}

/// Takes in what was seen of the file that the page names. A page that is gone, or names another one now, sends nothing.
/// Tells whether the page has done its work.
fn take_look(page: Option<&mut SendFile>, files: &mut FileJobs, tabs: &mut TabList, cx: &mut Cx<'_>) -> bool {
    let Some(look) = &files.look else { return false };
    let Some(page) = page.filter(|page| page.tab == look.tab) else {
        files.look = None;
        return false;
    };
    if page.path.path() != look.path {
        page.path.remark = None;
        files.look = None;
        return false;
    }
    let Some(result) = look.job.take_result() else { return false };
    page.path.remark = None;
    let (key, path) = (look.tab, look.path.clone());
    files.look = None;
    match result {
        Ok(found) if found.is_file() => {
            let Ok(wanted) = page.read_pace() else { return false };
            files.last_pace = page.pace.clone();
            if let Some(tab) = tabs.get_mut(key) {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                let (name, total) = (name.unwrap_or_default(), found.len());
                let source = SendSource::File(path);
                let Some(target) = target_of(tab, &page.to, cx) else { return false };
                let outgoing = Outgoing { name, target, source, total, pace: wanted, pasted: None };
                send_file(tab, outgoing, cx);
            }
            return true;
        }
        Ok(_) => page.path.error = Some(cx.locale.text("file.not_a_file").to_owned()),
        Err(error) => {
            page.path.error = Some(error_text::file(cx.locale, Operation::ReadFile, &path, &error));
        }
    }
    false
}

/// Sends rows of the log to whom this tab sends.
pub(in crate::ui) fn send_journal_rows(tab: &mut Tab, rows: JournalRows, cx: &mut Cx<'_>) {
    let Some(target) = target_of(tab, &tab.peers, cx) else { return };
    let outgoing = Outgoing {
        name: cx.locale.text("file.rows").to_owned(),
        target,
        total: rows.count(),
        source: SendSource::Journal(Box::new(rows)),
        pace: Pace::default(),
        pasted: None,
    };
    send_file(tab, outgoing, cx);
}

/// Sends it. Says whether the session took it.
fn send_file(tab: &mut Tab, outgoing: Outgoing, cx: &mut Cx<'_>) -> bool {
    if !tab.is_open() {
        tell_not_open(tab, cx);
        return false;
    }
    if tab.file.is_some() {
        cx.problem("rejected.file_busy");
        return false;
    }
    let Outgoing { name, target, source, total, pace, pasted } = outgoing;
    let unit = if matches!(source, SendSource::Journal(_)) { SendUnit::Rows } else { SendUnit::Bytes };
    // Each has a name of its own: the end of one that was never told is not taken for that of the next.
    tab.last_send += 1;
    let job = JobId(tab.last_send);
    let command = Command::SendLong { job, target, source, pace };
    let Some(Ok(ticket)) = tab.session().map(|session| session.send(command)) else {
        cx.problem("rejected.busy");
        return false;
    };
    let progress = FileProgress { name, sent: 0, total, unit };
    tab.file = Some(FileSend { job, progress, ticket, pasted });
    true
}

/// The session does not send the file that was asked for with this ticket.
pub(in crate::ui) fn refused(tab: &mut Tab, ticket: Ticket) {
    if let Some(file) = tab.file.take_if(|file| file.ticket == ticket) {
        give_back(tab, file);
    }
}

/// The session that was sending is gone.
pub(in crate::ui) fn lost(tab: &mut Tab) {
    for file in [tab.file.take(), tab.ended_file.take()].into_iter().flatten() {
        give_back(tab, file);
    }
}

/// What the session sends is what is shown: that an end is told is no promise.
pub(in crate::ui) fn follow(tab: &mut Tab, status: &Status) {
    let is_over =
        |file: &mut FileSend| status.answered >= Some(file.ticket) && !status.longs.contains(&file.job);
    if let Some(file) = tab.file.take_if(is_over)
        && let Some(before) = tab.ended_file.replace(file)
    {
        give_back(tab, before);
    }
}

/// A text that did not get through can be sent again, unless another one was pasted meanwhile.
fn give_back(tab: &mut Tab, file: FileSend) {
    tab.composer.pasted = tab.composer.pasted.take().or(file.pasted);
}

pub(in crate::ui) fn cancel(tab: &Tab, cx: &mut Cx<'_>) {
    if let Some(file) = &tab.file {
        send_command(tab, Command::StopSending { job: file.job }, cx);
    }
}

pub(in crate::ui) fn progress(tab: &mut Tab, job: JobId, sent: u64, total: u64) {
    let known = [tab.file.as_mut(), tab.ended_file.as_mut()].into_iter().flatten();
    if let Some(file) = known.into_iter().find(|file| file.job == job) {
        file.progress.sent = sent;
        file.progress.total = total;
    }
}

pub(in crate::ui) fn finished(tab: &mut Tab, job: JobId, outcome: Result<(), Rejection>, cx: &mut Cx<'_>) {
    let is_it = |file: &mut FileSend| file.job == job;
    let found = tab.ended_file.take_if(is_it).or_else(|| tab.file.take_if(is_it));
    let Some(mut file) = found else { return };
    let progress = file.progress.clone();
    // Who did get it shall not get it twice.
    if matches!(outcome, Ok(()) | Err(Rejection::SomeLeft { .. })) {
        file.pasted = None;
    }
    give_back(tab, file);
    tell_outcome(&progress, outcome, cx);
}

fn tell_outcome(progress: &FileProgress, outcome: Result<(), Rejection>, cx: &mut Cx<'_>) {
    let locale = cx.locale;
    let (sent, size) = progress.amounts();
    let name = &progress.name;
    let are_rows = progress.unit == SendUnit::Rows;
    let count = Count(progress.total);
    match outcome {
        Ok(()) if are_rows && progress.total == 0 => cx.notices.info(locale.text("toast.rows_empty")),
        Ok(()) if are_rows => cx.notices.done(locale.format("toast.rows_sent", &[("count", &count)])),
        Ok(()) => cx.notices.done(locale.format("toast.file_sent", &[("name", name), ("size", &size)])),
        Err(Rejection::Cancelled) => {
            let key = if are_rows { "toast.rows_stopped" } else { "toast.file_stopped" };
            cx.notices.info(locale.format(key, &[("name", name), ("sent", &sent), ("size", &size)]));
        }
        Err(why) => {
            let key = match why {
                Rejection::SomeLeft { .. } => "toast.file_to_some",
                _ if are_rows => "toast.rows_failed",
                _ => "toast.file_failed",
            };
            let why = text::rejection(locale, &why);
            let values: [(_, &dyn Display); 4] =
                [("name", name), ("why", &why), ("sent", &sent), ("size", &size)];
            cx.notices.problem(locale.format(key, &values));
        }
    }
}

/// Takes texts that are too long for any field out of the frame's input. In the send field that has the keyboard, if
/// it can, they become something that can be sent as it is; elsewhere they are refused.
pub(in crate::ui) fn take_long_pastes(field: Option<&mut Tab>, ctx: &Context, cx: &mut Cx<'_>) {
    let field = field.filter(|tab| tab.composer.has_focus);
    // The field would cut what does not fit beside what stands in it already.
    let room = LONGEST_TYPED_BYTES
        - field.as_ref().map_or(0, |tab| tab.settings.composer.draft.len()).min(LONGEST_TYPED_BYTES);
    let mut long = None;
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
    if let Some(tab) = field.filter(|tab| !tab.is_kept()) {
        tab.composer.pasted = Some(Arc::from(text));
    } else {
        let size = ByteSize(text.len() as u64);
        cx.notices.problem(cx.locale.format("toast.paste_too_long", &[("size", &size)]));
    }
}

/// Makes bytes of a long text, in the background, and sends them.
pub(in crate::ui) fn send_pasted(tab: &Tab, files: &mut FileJobs, cx: &mut Cx<'_>) {
    let Some(pasted) = tab.composer.pasted.clone().filter(|_| tab.is_open()) else { return };
    if files.paste.is_some() || tab.file.is_some() {
        cx.problem("rejected.file_busy");
        return;
    }
    // Whoever is chosen while its bytes are made does not get it.
    let Some(target) = target_of(tab, &tab.peers, cx) else { return };
    let locale = cx.locale;
    let form = form_of_pasted(&tab.settings.composer, tab.encoding());
    let text = pasted.clone();
    let job = cx.start_job(JobKind::LongPaste, move |control| {
        let composed = form.compose(&pasted).map_err(|error| words::compose_error(locale, &error))?;
        if control.is_cancelled() {
            return Err(locale.text("rejected.cancelled").to_owned());
        }
        Ok(Arc::from(composed.bytes()))
    });
    files.paste = job.map(|job| PasteJob { tab: tab.key, text, target, job });
}

/// Forgets the text that waits to be sent, also where its bytes are being made.
pub(in crate::ui) fn discard_pasted(tab: &mut Tab, files: &mut FileJobs) {
    tab.composer.pasted = None;
    if let Some(paste) = files.paste.take_if(|paste| paste.tab == tab.key) {
        paste.job.cancel();
        files.discarded.push(paste.job);
    }
}

/// Takes in what was made ready; tells whether the page in front has done its work.
pub(in crate::ui) fn take_in(
    mut page: Option<&mut SendFile>,
    files: &mut FileJobs,
    tabs: &mut TabList,
    cx: &mut Cx<'_>,
) -> bool {
    if let Some(page) = &mut page
        && let Some(tab) = tabs.get_mut(page.tab)
    {
        page.follow(tab);
    }
    let is_done = take_look(page, files, tabs, cx);
    take_paste(files, tabs, cx);
    files.discarded.retain(|job| job.take_result().is_none());
    is_done
}

fn take_paste(files: &mut FileJobs, tabs: &mut TabList, cx: &mut Cx<'_>) {
    let Some(result) = files.paste.as_ref().and_then(|paste| paste.job.take_result()) else { return };
    let Some(paste) = files.paste.take() else { return };
    match result {
        Ok(bytes) => {
            let Some(tab) = tabs.get_mut(paste.tab) else { return };
            let outgoing = Outgoing {
                name: cx.locale.text("file.pasted").to_owned(),
                target: paste.target,
                total: bytes.len() as u64,
                source: SendSource::Bytes(bytes),
                pace: Pace::default(),
                pasted: Some(paste.text.clone()),
            };
            if send_file(tab, outgoing, cx) {
                tab.composer.paste_is_sent(&paste.text);
            }
        }
        Err(error) => cx.notices.problem(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        FileJobs, FileProgress, PaceError, PasteJob, SendUnit, TypedPace, discard_pasted, finished, follow,
        progress, send_journal_rows, take_in,
    };
    use crate::engine::command::{Pace, Target};
    use crate::engine::journal_rows::{JournalRows, RowTiming};
    use crate::engine::shared::Status;
    use crate::export::RowSelection;
    use crate::model::ids::{JobId, Ticket};
    use crate::ui::cx::Services;
    use crate::ui::jobs::JobKind;
    use crate::ui::tab::list::TabList;
    use crate::ui::tab::session::SessionAction;
    use crate::ui::tab::settings::LiveSettings;
    use crate::ui::tab::{FileSend, Tab, TabKey, news, opening};
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::{TabKind, Tabs};
    use crossbeam_channel::bounded;
    use std::num::{NonZeroU64, NonZeroUsize};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    const LONGEST_WAIT: Duration = Duration::from_mins(1);

    #[test]
    fn a_pasted_text_that_is_discarded_while_its_bytes_are_made_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let (mut tabs, mut files) = (TabList::new(Tabs::default()), FileJobs::default());
        let text: Arc<str> = Arc::from("a long text");
        tabs[0].composer.pasted = Some(text.clone());
        let ((may_end, waits), (ended, has_ended)) = (bounded(1), bounded(1));
        let job = cx.jobs.start(JobKind::LongPaste, move |control| {
            waits.recv_timeout(LONGEST_WAIT).unwrap();
            ended.send(control.is_cancelled()).unwrap();
            Ok(Arc::from(b"a long text".as_slice()))
        });
        files.paste = Some(PasteJob { tab: tabs[0].key, text, target: Target::All, job: job.unwrap() });

        discard_pasted(&mut tabs[0], &mut files);
        assert!(files.paste.is_none(), "another text can be sent meanwhile");
        may_end.send(()).unwrap();
        assert!(has_ended.recv_timeout(LONGEST_WAIT).unwrap(), "it was cancelled");
        let deadline = Instant::now() + LONGEST_WAIT;
        while !files.discarded.is_empty() {
            assert!(Instant::now() < deadline, "it is kept");
            take_in(None, &mut files, &mut tabs, &mut cx);
        }
        assert!(tabs[0].composer.pasted.is_none());
        assert_eq!(cx.notices.said(), "", "nobody is told of it, and nobody is sent it");
    }

    #[test]
    fn a_file_whose_end_is_not_told_is_shown_no_more_once_the_levels_have_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tabs = TabList::new(Tabs::default());
        let tab = &mut tabs[0];
        let send = |number: u32, text: &str| FileSend {
            job: JobId(number),
            progress: FileProgress { name: text.to_owned(), sent: 1, total: 9, unit: SendUnit::Bytes },
            ticket: Ticket(u64::from(number) + 10),
            pasted: Some(Arc::from(text)),
        };
        let status = |answered, longs: &[JobId]| Status {
            answered: Some(Ticket(answered)),
            longs: longs.into(),
            ..Status::default()
        };
        tab.file = Some(send(1, "first"));
        follow(tab, &status(10, &[]));
        assert!(tab.file.is_some(), "it was not answered yet");
        follow(tab, &status(11, &[JobId(1)]));
        assert!(tab.file.is_some(), "it is on its way");
        follow(tab, &status(11, &[]));
        assert!(tab.file.is_none() && cx.notices.said().is_empty());
        progress(tab, JobId(1), 9, 9);
        finished(tab, JobId(1), Ok(()), &mut cx);
        assert!(cx.notices.said().contains("first"), "an end that comes after all is told");
        assert!(tab.ended_file.is_none() && tab.composer.pasted.is_none());
        for (number, text) in [(2, "second"), (3, "third")] {
            tab.file = Some(send(number, text));
            follow(tab, &status(20, &[]));
        }
        assert_eq!(tab.composer.pasted.as_deref(), Some("second"), "nobody knows whether it got through");
        assert_eq!(tab.ended_file.as_ref().map(|file| file.job), Some(JobId(3)));
    }

    #[test]
    fn an_end_that_was_never_told_is_not_taken_for_that_of_the_next_rows() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        (tab.settings.local_host, tab.settings.local_port) = ("127.0.0.1".to_owned(), "0".to_owned());
        opening::apply(&mut tab, SessionAction::ToggleOpen, &mut cx);
        let deadline = Instant::now() + LONGEST_WAIT;
        while !tab.is_open() {
            assert!(Instant::now() < deadline, "{}", cx.notices.said());
            opening::take_in(&mut tab, &mut cx);
            let now = Instant::now();
            news::take_in(&mut tab, true, (now, now + Duration::from_secs(1)), &mut cx);
        }
        let mut jobs = Vec::new();
        for _ in 0..2 {
            let reader = tab.reader().unwrap();
            let rows = JournalRows::new(reader.clone(), None, RowSelection::all(), RowTiming::AtOnce);
            send_journal_rows(&mut tab, rows, &mut cx);
            jobs.push(tab.file.as_ref().unwrap().job);
            let is_answered = Status { answered: Some(Ticket(u64::MAX)), ..Status::default() };
            follow(&mut tab, &is_answered);
        }
        assert_ne!(jobs[0], jobs[1]);
        finished(&mut tab, jobs[1], Ok(()), &mut cx);
        assert!(tab.file.is_none() && tab.ended_file.is_none());
    }

    #[test]
    fn pieces_and_pace_are_read_as_typed() {
        let typed = |piece: &str, pause: &str, rate: &str| TypedPace {
            piece: piece.to_owned(),
            pause: pause.to_owned(),
            rate: rate.to_owned(),
        };
        assert_eq!(typed("", " ", "").read(100), Ok(Pace::default()));
        let pace = Pace {
            piece_bytes: NonZeroUsize::new(100),
            pause: Duration::from_micros(1500),
            bytes_per_second: NonZeroU64::new(2048),
        };
        assert_eq!(typed("100", "1.5", " 2").read(100), Ok(pace));
        for (piece, pause, rate, error) in [
            ("101", "", "", PaceError::Piece(100)),
            ("0", "", "", PaceError::Piece(100)),
            ("", "soon", "", PaceError::Pause),
            ("", "", "0", PaceError::Rate),
            ("", "", "99999999999999999999", PaceError::Rate),
        ] {
            assert_eq!(typed(piece, pause, rate).read(100), Err(error), "{piece} {pause} {rate}");
        }
    }
}
