//! The log of a tab goes on into a file that a person chose, as text or as bytes alone, beside the journal: begun, taken
//! along into the next session of the tab, and ended. The file is written in the engine, whatever the window does.

pub mod view;

use crate::codec::decode::DecodeChoice;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimePrecision;
use crate::engine::log_file::{LogFile, LogFileOrder};
use crate::export::{ExportError, ExportOptions, Format, PayloadChoice};
use crate::journal::format::FILE_EXTENSION;
use crate::model::framing::Framing;
use crate::model::record::Direction;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind, all_finished};
use crate::ui::log::RowView;
use crate::ui::paths::PathField;
use crate::ui::tab::{Source, Tab, TabKey};
use crate::ui::times::{moment_in_file_name, times_of_file};
use crate::util::clock;
use crate::util::locale::Locale;
use crate::workspace::settings::{Settings, TimeFormat as TimeChoice};
use std::path::{Path, PathBuf};

/// What can be asked of the file that a log goes on into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFileAction {
    /// The person is asked which file, and what goes into it; or nothing more goes into the one there is.
    Toggle,
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// As the sheet shows rows now.
    Text,
    /// What was received, byte by byte.
    Received,
    /// What was received and sent, byte by byte.
    Everything,
}

/// The page that asks for the file.
#[derive(Debug)]
pub struct LogFilePage {
    /// Whose log.
    pub tab: TabKey,
    /// Where to.
    pub path: PathField,
    /// In which form.
    pub form: LogForm,
    /// Rows that are there already go into it, too.
    pub with_past: bool,
}

/// The file that the log of a tab goes on into, if there is one.
#[derive(Debug, Default)]
pub struct LogToFile {
    /// What goes where, for as long as it is switched on.
    order: Option<LogFileOrder>,
    /// The look of the log that the order was made of.
    look: Option<LogLook>,
    /// What writes it, once there is a session.
    file: Option<LogFile>,
    /// Files that come to their end. Nobody waits for the disk but the end of the program.
    ending: Vec<JobHandle<Ended>>,
}

/// How a log looks that goes on into a file.
#[derive(Clone, Debug, PartialEq)]
struct LogLook {
    encoding: TextEncoding,
    view: RowView,
    decoders: DecodeChoice,
    split: Framing,
    times: TimeChoice,
}

/// How a file came to its end.
#[derive(Debug)]
struct Ended {
    /// Which it is, where its end is said.
    told: Option<PathBuf>,
    outcome: Result<(), ExportError>,
}

impl LogToFile {
    /// The file and how much was written into it, while it is switched on.
    pub fn shown(&self) -> Option<(&Path, u64)> {
        let order = self.order.as_ref()?;
        Some((&order.path, self.file.as_ref().map_or(0, LogFile::written)))
    }

    /// Whether the log goes on into this file.
    fn writes(&self, path: &Path) -> bool {
        let order = self.order.as_ref();
        order.is_some_and(|order| order.path.components().eq(path.components()))
    }

    fn end_file(&mut self, told: Option<PathBuf>, cx: &mut Cx<'_>) {
        let file = self.file.take();
        if file.is_none() && told.is_none() {
            return;
        }
        self.ending.extend(cx.start_job(JobKind::EndLogFile, move |_| {
            let outcome = file.map_or(Ok(()), LogFile::finish);
            Ended { told, outcome }
        }));
    }
}

impl LogForm {
    fn direction(self) -> Option<Direction> {
        (self == LogForm::Received).then_some(Direction::Received)
    }

    /// The format of the file.
    pub fn format(self) -> Format {
        match self {
            LogForm::Text => Format::Text,
            LogForm::Received | LogForm::Everything => Format::Raw,
        }
    }
}

/// Ends what is being written, or gives the page that asks what shall be.
pub(in crate::ui) fn toggle(tab: &mut Tab, cx: &mut Cx<'_>) -> Option<LogFilePage> {
    if let Some(order) = tab.log_file.order.take() {
        tab.log_file.end_file(Some(order.path), cx);
        return None;
    }
    let journal = tab.reader().and_then(|reader| reader.path().file_stem());
    let name = journal.map_or_else(
        || moment_in_file_name(clock::now().wall_ns, TimePrecision::Millis),
        |stem| stem.to_string_lossy().into_owned(),
    );
    let path =
        cx.dialogs.field_to_save("log_file.title", &format!("{name}.{}", LogForm::Text.format().extension()));
    Some(LogFilePage { tab: tab.key, path, form: LogForm::Text, with_past: false })
}

/// Whether one of these tabs writes into the file that the page of another names.
pub(in crate::ui) fn is_taken<'a>(page: &LogFilePage, tabs: impl IntoIterator<Item = &'a Tab>) -> bool {
    let path = page.path.path();
    tabs.into_iter().any(|tab| tab.key != page.tab && tab.log_file.writes(&path))
}

/// Begins to write what the page says, unless another tab writes there; tells whether the page has done its work.
pub(in crate::ui) fn start(
    page: &mut LogFilePage,
    tab: &mut Tab,
    is_taken: bool,
    settings: &mut Settings,
    cx: &mut Cx<'_>,
) -> bool {
    let path = page.path.path();
    let objection = match path.extension() {
        _ if page.path.trimmed().is_empty() => Some("log_file.no_path"),
        Some(ending) if ending.eq_ignore_ascii_case(FILE_EXTENSION) => Some("save.is_session"),
        _ if is_taken => Some("log_file.is_taken"),
        _ => None,
    };
    page.path.error = objection.map(|key| cx.locale.text(key).to_owned());
    if objection.is_some() {
        return false;
    }
    cx.remember_folder(settings, &path);
    let look = look_of(tab, settings.time_format);
    tab.log_file.order = Some(look.order(path, page.form, cx.locale));
    tab.log_file.look = Some(look);
    let rows = tab.reader().map_or(0, |reader| reader.snapshot().records);
    begin(tab, if page.with_past { 0 } else { rows }, cx);
    true
}

fn look_of(tab: &Tab, times: TimeChoice) -> LogLook {
    LogLook {
        encoding: tab.encoding(),
        view: tab.settings.view,
        decoders: tab.settings.decoders.choice().cloned().unwrap_or(DecodeChoice::Auto),
        split: tab.settings.shown_split().clone(),
        times,
    }
}

impl LogLook {
    fn order(&self, path: PathBuf, form: LogForm, locale: &Locale) -> LogFileOrder {
        let options = ExportOptions {
            encoding: self.encoding,
            view: self.view.of_payload(),
            decode: (self.view == RowView::Decoded).then(|| self.decoders.clone()),
            time: times_of_file(self.times, true),
            language: locale.language(),
            choice: PayloadChoice { direction: form.direction(), peer: None },
            ..ExportOptions::default()
        };
        LogFileOrder { path, format: form.format(), options, split: self.split.clone() }
    }
}

/// A log that looks otherwise now goes on like this. Bytes have no looks.
fn follow_look(tab: &mut Tab, times: TimeChoice, cx: &Cx<'_>) {
    let is_text = tab.log_file.order.as_ref().is_some_and(|order| order.format == LogForm::Text.format());
    let look = is_text.then(|| look_of(tab, times));
    let log_file = &mut tab.log_file;
    let (Some(look), Some(order)) = (look, &mut log_file.order) else { return };
    if log_file.look.as_ref() == Some(&look) {
        return;
    }
    *order = look.order(order.path.clone(), LogForm::Text, cx.locale);
    if let Some(file) = &log_file.file {
        file.change(order.clone());
    }
    log_file.look = Some(look);
}

/// The tab has another session now: what is switched on goes on with it.
pub(in crate::ui) fn follow(tab: &mut Tab, cx: &mut Cx<'_>) {
    tab.log_file.end_file(None, cx);
    if matches!(tab.source, Source::Live(_)) {
        begin(tab, 0, cx);
    }
}

fn begin(tab: &mut Tab, from_row: u64, cx: &mut Cx<'_>) {
    let (Some(order), Some(reader)) = (tab.log_file.order.clone(), tab.reader().cloned()) else { return };
    match LogFile::start(order, reader, from_row, cx.jobs.news().clone()) {
        Ok(file) => tab.log_file.file = Some(file),
        Err(error) => {
            tab.log_file.order = None;
            cx.notices.problem(error_text::thread(cx.locale, "log-file", &error));
        }
    }
}

/// A file follows the look of its log. Tells of files that nothing more goes into: the person ended them, or they could
/// not be written. The session goes on.
pub(in crate::ui) fn take_in(tab: &mut Tab, times: TimeChoice, cx: &mut Cx<'_>) {
    follow_look(tab, times, cx);
    let log_file = &mut tab.log_file;
    for Ended { told, outcome } in all_finished(&mut log_file.ending, JobHandle::take_result) {
        match (outcome, told) {
            (Err(error), _) => tell_broken(&error, cx),
            (Ok(()), Some(path)) => {
                cx.notices.done(cx.locale.format("log_file.ended", &[("path", &path.display())]));
            }
            (Ok(()), None) => {}
        }
    }
    let Some(ended) = log_file.file.as_ref().and_then(LogFile::take_end) else { return };
    log_file.file = None;
    log_file.order = None;
    if let Err(error) = ended {
        tell_broken(&error, cx);
    }
}

fn tell_broken(error: &ExportError, cx: &mut Cx<'_>) {
    let why = error_text::export(cx.locale, error);
    cx.notices.problem(cx.locale.format("log_file.broken", &[("why", &why)]));
}

#[cfg(test)]
mod tests {
    use super::{LogForm, follow, is_taken, start, take_in, toggle};
    use crate::engine::command::Command;
    use crate::journal::JournalInfo;
    use crate::ui::cx::{Cx, Services};
    use crate::ui::tab::settings::LiveSettings;
    use crate::ui::tab::{Source, Tab, TabKey};
    use crate::util::locale::{Language, Locale};
    use crate::workspace::settings::{Settings, TimeFormat as TimeChoice};
    use crate::workspace::tabs::TabKind;
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, Instant};

    fn new_session(tab: &mut Tab, journal: &Path, cx: &mut Cx<'_>) {
        let session = cx.engine.create_session(journal, &JournalInfo::default()).unwrap();
        tab.source = Source::Live(session);
        follow(tab, cx);
    }

    fn note(tab: &Tab, text: &str) {
        tab.session().unwrap().send(Command::AddNote(text.to_owned())).unwrap();
    }

    fn wait_for(path: &Path, part: &str) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let text = fs::read_to_string(path).unwrap_or_default();
            if text.contains(part) {
                return text;
            }
            assert!(Instant::now() < deadline, "no “{part}” in {text}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_file_goes_on_through_the_sessions_of_a_tab_until_it_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut settings = Settings::default();
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        let path = folder.path().join("log.txt");

        let mut page = toggle(&mut tab, &mut cx).unwrap();
        page.path.text = folder.path().join("a.skj").display().to_string();
        assert!(!start(&mut page, &mut tab, false, &mut settings, &mut cx), "sessions are not written to");
        assert!(page.path.error.is_some());
        page.path.text = path.display().to_string();
        assert!(start(&mut page, &mut tab, false, &mut settings, &mut cx));
        assert_eq!(tab.log_file.shown(), Some((path.as_path(), 0)), "it waits for a session");

        new_session(&mut tab, &folder.path().join("1.skj"), &mut cx);
        note(&tab, "first");
        wait_for(&path, "first");
        new_session(&mut tab, &folder.path().join("2.skj"), &mut cx);
        note(&tab, "second");
        let text = wait_for(&path, "second");
        assert!(text.contains("first"), "{text}");
        assert!(toggle(&mut tab, &mut cx).is_none());
        assert_eq!(tab.log_file.shown(), None);
        let deadline = Instant::now() + Duration::from_mins(1);
        while !tab.log_file.ending.is_empty() {
            assert!(Instant::now() < deadline, "the file does not come to its end");
            take_in(&mut tab, TimeChoice::default(), &mut cx);
        }
        note(&tab, "third");
        drop(tab);
        assert!(!fs::read_to_string(&path).unwrap().contains("third"));
    }

    #[test]
    fn a_file_follows_the_look_of_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        new_session(&mut tab, &folder.path().join("1.skj"), &mut cx);
        let mut page = toggle(&mut tab, &mut cx).unwrap();
        let path = folder.path().join("log.txt");
        page.path.text = path.display().to_string();
        assert!(start(&mut page, &mut tab, false, &mut Settings::default(), &mut cx));
        note(&tab, "first");
        assert!(wait_for(&path, "first").contains(':'));
        take_in(&mut tab, TimeChoice::Epoch, &mut cx);
        note(&tab, "second");
        let text = wait_for(&path, "second");
        assert!(!text.lines().last().unwrap().contains(':'), "{text}");
    }

    #[test]
    fn two_tabs_are_offered_files_of_their_own_and_never_write_into_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut settings = Settings::default();
        let mut tabs: [Tab; 2] =
            [0, 1].map(|key| Tab::new(TabKey(key), LiveSettings::new(TabKind::TcpServer)));
        for (tab, name) in tabs.iter_mut().zip(["1.skj", "2.skj"]) {
            new_session(tab, &folder.path().join(name), &mut cx);
        }
        let mut pages = tabs.each_mut().map(|tab| toggle(tab, &mut cx).unwrap());
        assert!(pages[0].path.text.ends_with("1.txt") && pages[1].path.text.ends_with("2.txt"), "{pages:?}");
        let path = folder.path().join("log.txt");
        for (place, is_begun) in [(0, true), (1, false)] {
            pages[place].path.text = path.display().to_string();
            let is_taken = is_taken(&pages[place], &tabs);
            let begun = start(&mut pages[place], &mut tabs[place], is_taken, &mut settings, &mut cx);
            assert_eq!(begun, is_begun);
        }
        assert!(pages[1].path.error.as_ref().is_some_and(|why| why.contains("Another tab")), "{pages:?}");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_in_one_line_and_the_session_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        new_session(&mut tab, &folder.path().join("1.skj"), &mut cx);
        let mut page = toggle(&mut tab, &mut cx).unwrap();
        page.form = LogForm::Everything;
        page.path.text = folder.path().join("gone").join("log.bin").display().to_string();
        assert!(start(&mut page, &mut tab, false, &mut Settings::default(), &mut cx));
        let deadline = Instant::now() + Duration::from_mins(1);
        while tab.log_file.shown().is_some() {
            assert!(Instant::now() < deadline, "it is not told");
            take_in(&mut tab, TimeChoice::default(), &mut cx);
        }
        let said = cx.notices.said();
        assert!(said.contains("log.bin") && said.contains("goes on") && !said.contains('\n'), "{said}");
        assert!(tab.session().unwrap().is_alive());
    }
}
