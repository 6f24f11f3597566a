//! Taking sessions along: the page is filled, its preview made and remade, the file written in the background, and the
//! end told. Which rows that are is settled without looking at any of them.

pub mod page;

mod target;

pub mod view;

use crate::codec::decode::DecodeChoice;
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::engine::jobs::JobControl;
use crate::export::ExportOptions;
use crate::export::exporter::ExportContext;
use crate::export::format::Format;
use crate::export::run::{
    Enough, ExportError, ExportSource, ExportSplit, Progress, RowSelection, preview, run_to_file,
};
use crate::journal::query::Filter;
use crate::journal::{JournalError, JournalReader};
use crate::model::address::Address;
use crate::model::framing::Framing;
use crate::model::ids::PeerId;
use crate::model::peer_names::PeerNames;
use crate::model::record::Direction;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::export::page::{ExportChoices, ExportFrom, ExportPage, Preview, Scope};
use crate::ui::export::target::ExportTarget;
use crate::ui::filter_choices::PeerList;
use crate::ui::jobs::{JobHandle, JobKind, finished};
use crate::ui::log::LogRows;
use crate::ui::log::RowView;
use crate::ui::sessions::PEERS_OFFERED;
use crate::ui::tab::Tab;
use crate::ui::tab::list::TabList;
use crate::util::bytes_text::Count;
use crate::util::locale::Language;
use crate::workspace::settings::Settings;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

/// What can be asked of the export page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportAction {
    /// What the page says is being written.
    Start,
    /// Nothing is written any more.
    Cancel,
}

/// What the export page has running.
#[derive(Debug, Default)]
pub struct ExportJobs {
    writing: Option<Writing>,
    preview: Option<JobHandle<Result<Looked, ExportError>>>,
    /// The choices that the preview on its way is of.
    looked_for: Option<ExportChoices>,
    /// The journal of an earlier session, once it is open.
    opened: Option<JournalReader>,
}

/// A file that is being written.
#[derive(Debug)]
struct Writing {
    path: PathBuf,
    job: JobHandle<Result<Progress, NotWritten>>,
}

/// Why there is no file.
#[derive(Debug)]
enum NotWritten {
    /// It must not be written over, or not yet; the key of the text that says so.
    Objection(&'static str),
    /// It failed.
    Failed(ExportError),
}

/// What was seen of a journal.
#[derive(Debug)]
struct Looked {
    reader: JournalReader,
    peers: Vec<(PeerId, Address)>,
    lines: Vec<String>,
    rows: Option<u64>,
}

/// A journal that is open, or that is still to be opened: that can take a while, and must not hold up the window.
#[derive(Clone, Debug)]
enum Journal {
    Open(JournalReader),
    At(PathBuf),
}

/// What a job needs to know to export.
#[derive(Clone, Debug)]
struct Order {
    journal: Journal,
    selection: RowSelection,
    split: ExportSplit,
    filter: Filter,
    format: Format,
    options: ExportOptions,
    /// How many messages and events there are, where streams are cut.
    messages: u64,
}

/// A preview shows so many lines, each cut after so many characters.
const PREVIEW_LINES: usize = 9;
const PREVIEW_CHARACTERS: usize = 160;

/// So much payload is more than a preview can show.
const PREVIEW_BYTES: u64 = 64 * 1024;

/// The page that asks how and where to export what a tab shows, or its raw bytes.
pub(in crate::ui) fn page_for_tab(
    tab: &Tab,
    is_raw: bool,
    settings: &Settings,
    jobs: &mut ExportJobs,
    cx: &mut Cx<'_>,
) -> Option<ExportPage> {
    let Some(reader) = tab.reader() else {
        cx.notices.info(cx.locale.text("toast.nothing_to_save"));
        return None;
    };
    let is_all = shown(tab) == RowSelection::all() && !tab.log.find.is_filtering();
    let selected_rows = selected(tab).count(reader.snapshot().records);
    let choices = ExportChoices {
        format: if is_raw { Format::Raw } else { last_format(settings) },
        // The button says that it saves what is shown.
        scope: if is_all { Scope::All } else { Scope::Shown },
        direction: is_raw.then_some(Direction::Received),
        view: tab.settings.view.in_files(),
        decoders: tab.settings.decoders.choice().cloned().unwrap_or(DecodeChoice::Auto),
        ..default_choices(tab.settings.encoding, settings)
    };
    let title = if is_raw { "save.title_raw" } else { "save.title_log" };
    let page = page(title, ExportFrom::Tab(tab.key), choices, reader.path(), settings, jobs, cx)?;
    Some(ExportPage { selected_rows, ..page })
}

/// The page that asks how and where to export an earlier session; `encoding` is that of the tab in front.
pub(in crate::ui) fn page_for_file(
    journal: &Path,
    encoding: TextEncoding,
    settings: &Settings,
    jobs: &mut ExportJobs,
    cx: &mut Cx<'_>,
) -> Option<ExportPage> {
    let choices = default_choices(encoding, settings);
    page("save.title", ExportFrom::File(journal.to_owned()), choices, journal, settings, jobs, cx)
}

fn default_choices(encoding: TextEncoding, settings: &Settings) -> ExportChoices {
    ExportChoices {
        format: last_format(settings),
        scope: Scope::All,
        direction: None,
        peer: None,
        encoding,
        view: RowView::Text,
        decoders: DecodeChoice::Auto,
        times: settings.time_format,
        with_date: true,
        with_delta: false,
        with_id: false,
        table: settings.table,
        names: PeerNames::new(settings.peer_names.clone()),
    }
}

/// The format of the last file; the button for raw bytes needs none to be remembered.
fn last_format(settings: &Settings) -> Format {
    settings.export_format.parse().unwrap_or(Format::Text)
}

/// No page while a file is still being written.
fn page(
    title: &'static str,
    from: ExportFrom,
    choices: ExportChoices,
    journal: &Path,
    settings: &Settings,
    jobs: &mut ExportJobs,
    cx: &mut Cx<'_>,
) -> Option<ExportPage> {
    if jobs.writing.is_some() {
        return None;
    }
    let stem = journal.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let path = cx.dialogs.field_to_save(title, &format!("{stem}.{}", choices.format.extension()));
    *jobs = ExportJobs::default();
    // The folder may have gone since it was used.
    cx.look_for_start_folder(settings);
    Some(ExportPage {
        title,
        from,
        choices,
        selected_rows: 0,
        peers: PeerList::default(),
        preview: Preview::default(),
        path,
        progress: None,
    })
}

/// The rows that a person sees: what filter, search and clearing leave.
fn shown(tab: &Tab) -> RowSelection {
    tab.log.rows.as_ref().map(LogRows::shown).unwrap_or_default()
}

/// The rows that are selected in the sheet, as far as they are shown.
fn selected(tab: &Tab) -> RowSelection {
    let RowSelection { ranges, among } = shown(tab);
    let from = ranges.first().map_or(0, |range| range.start);
    let selected = tab.log.sheet.selection().ranges().iter();
    RowSelection {
        ranges: selected.map(|range| (*range.start()).max(from)..range.end() + 1).collect(),
        among,
    }
}

/// Which records are exported, and which of the messages that they are cut into, where streams are cut. A capture has
/// the records that the chosen messages are made of.
fn rows_of(tab: &Tab, selection: RowSelection, choices: &ExportChoices) -> (RowSelection, ExportSplit) {
    let messages = tab.log.rows.as_ref().and_then(|rows| Some((rows.split(), rows.messages()?)));
    let Some((framing, messages)) = messages else { return (selection, ExportSplit::default()) };
    let is_all = choices.scope == Scope::All;
    if choices.format == Format::Pcapng && !is_all {
        let records = |range: &Range<u64>| messages.records_of(range.clone()).unwrap_or(range.clone());
        let ranges = selection.ranges.iter().map(records).collect();
        return (RowSelection { ranges, among: None }, ExportSplit::default());
    }
    if is_all && !choices.format.shows_messages() {
        return (selection, ExportSplit::default());
    }
    (RowSelection::all(), ExportSplit { framing: framing.clone(), rows: selection })
}

/// What the page asks for, in the words of the export room.
fn order(page: &ExportPage, jobs: &ExportJobs, tabs: &TabList, language: Language) -> Option<Order> {
    let mut messages = 0;
    let (journal, (selection, split)) = match &page.from {
        ExportFrom::File(path) => {
            let opened = jobs.opened.clone();
            let everything = (RowSelection::all(), ExportSplit::default());
            (opened.map_or_else(|| Journal::At(path.clone()), Journal::Open), everything)
        }
        ExportFrom::Tab(key) => {
            let tab = tabs.get(*key)?;
            let selection = match page.choices.scope {
                Scope::All => RowSelection::all(),
                Scope::Shown => shown(tab),
                Scope::Selected => selected(tab),
            };
            messages = tab.log.rows.as_ref().and_then(LogRows::messages).map_or(0, |messages| messages.len());
            (Journal::Open(tab.reader()?.clone()), rows_of(tab, selection, &page.choices))
        }
    };
    Some(Order {
        journal,
        selection,
        split,
        filter: page.choices.filter(),
        format: page.choices.format,
        options: page.choices.options(language),
        messages,
    })
}

/// Begins to write what the page says.
pub(in crate::ui) fn start(
    page: &mut ExportPage,
    jobs: &mut ExportJobs,
    tabs: &TabList,
    settings: &mut Settings,
    cx: &mut Cx<'_>,
) {
    let Some(order) = order(page, jobs, tabs, cx.locale.language()) else { return };
    let target = target_of(page, tabs);
    let path = target.path.clone();
    let job = cx.jobs.start(JobKind::Export, move |control| match target.objection() {
        Some(key) => Err(NotWritten::Objection(key)),
        None => order.write(&target.path, control).map_err(NotWritten::Failed),
    });
    if page.choices.format != Format::Raw {
        page.choices.format.name().clone_into(&mut settings.export_format);
        settings.table = page.choices.table;
    }
    match job {
        Ok(job) => {
            page.path.error = None;
            page.progress = Some((0, 0));
            jobs.writing = Some(Writing { path, job });
        }
        Err(error) => {
            page.path.error = Some(error_text::thread(cx.locale, JobKind::Export.name(), &error));
        }
    }
}

fn target_of(page: &ExportPage, tabs: &TabList) -> ExportTarget {
    let open = tabs.iter().filter_map(Tab::reader).map(JournalReader::path);
    let source = match &page.from {
        ExportFrom::File(journal) => Some(journal.as_path()),
        ExportFrom::Tab(_) => None,
    };
    ExportTarget {
        path: page.path.path(),
        journals: open.chain(source).map(Path::to_owned).collect(),
        is_agreed: page.path.may_replace.as_ref() == Some(&page.path.text),
    }
}

/// Stops what is being written; its end is told when it has come.
pub(in crate::ui) fn cancel(jobs: &ExportJobs) {
    if let Some(writing) = &jobs.writing {
        writing.job.cancel();
    }
}

/// Takes in how far the file is and what the journal looks like, and asks for another look where choices changed. Tells
/// whether the page has done its work.
pub(in crate::ui) fn take_in(
    mut page: Option<&mut ExportPage>,
    jobs: &mut ExportJobs,
    tabs: &TabList,
    settings: &mut Settings,
    cx: &mut Cx<'_>,
) -> bool {
    if take_written(page.as_deref_mut(), jobs, settings, cx) {
        jobs.preview = None;
        return true;
    }
    take_preview(page.as_deref_mut(), jobs, cx);
    let Some(page) = page else {
        jobs.preview = None;
        return false;
    };
    let is_known = page.preview.of.as_ref() == Some(&page.choices);
    let is_coming = jobs.preview.is_some() && jobs.looked_for.as_ref() == Some(&page.choices);
    if is_known || is_coming || page.progress.is_some() {
        return false;
    }
    let (choices, wants_peers) = (page.choices.clone(), page.preview.of.is_none());
    let Some(order) = order(page, jobs, tabs, cx.locale.language()) else { return false };
    let order = Order { format: choices.preview_format(), ..order };
    // The look that is no longer wanted is stopped first: two would only slow each other down.
    jobs.preview = None;
    let job = cx.jobs.start(JobKind::Preview, move |control| {
        order.look(wants_peers, &mut || {
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    });
    jobs.looked_for = Some(choices);
    jobs.preview = job.ok();
    false
}

fn take_preview(page: Option<&mut ExportPage>, jobs: &mut ExportJobs, cx: &Cx<'_>) {
    let Some(result) = finished(&mut jobs.preview) else { return };
    let of = jobs.looked_for.take();
    let Some(page) = page else { return };
    match result {
        Ok(looked) => {
            if !looked.peers.is_empty() {
                page.peers.peers = looked.peers;
            }
            page.preview = Preview { lines: looked.lines, rows: looked.rows, error: None, of };
            jobs.opened = Some(looked.reader).filter(|_| matches!(page.from, ExportFrom::File(_)));
        }
        Err(ExportError::Cancelled) => {}
        Err(error) => {
            let error = Some(error_text::export(cx.locale, &error));
            page.preview = Preview { error, of, ..Preview::default() };
        }
    }
}

/// Tells whether there is a file now.
fn take_written(
    page: Option<&mut ExportPage>,
    jobs: &mut ExportJobs,
    settings: &mut Settings,
    cx: &mut Cx<'_>,
) -> bool {
    let Some(writing) = &jobs.writing else { return false };
    let Some(result) = writing.job.take_result() else {
        if let Some(page) = page {
            page.progress = Some(writing.job.progress());
        }
        return false;
    };
    let path = writing.path.clone();
    jobs.writing = None;
    match result {
        Ok(done) => {
            cx.remember_folder(settings, &path);
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("count", &Count(done.records)), ("path", &path.display())];
            cx.notices.done(cx.locale.format("toast.saved", &values));
            if done.damaged_rows > 0 {
                let values: [(&str, &dyn std::fmt::Display); 1] = [("count", &Count(done.damaged_rows))];
                cx.notices.problem(cx.locale.format("toast.export_damaged", &values));
            }
            true
        }
        Err(why) => {
            let line = match &why {
                NotWritten::Objection(key) => cx.locale.text(key).to_owned(),
                NotWritten::Failed(error) => error_text::export(cx.locale, error),
            };
            if let Some(page) = page {
                page.progress = None;
                page.path.error = Some(line);
                if matches!(why, NotWritten::Objection(_)) {
                    page.path.may_replace = Some(page.path.text.clone());
                }
            } else {
                cx.notices.problem(line);
            }
            false
        }
    }
}

impl Journal {
    fn open(self) -> Result<JournalReader, JournalError> {
        match self {
            Journal::Open(reader) => Ok(reader),
            Journal::At(path) => JournalReader::open(&path),
        }
    }
}

impl Order {
    fn write(self, target: &Path, control: &JobControl) -> Result<Progress, ExportError> {
        let reader = self.journal.open()?;
        let source = ExportSource {
            reader: &reader,
            selection: &self.selection,
            filter: &self.filter,
            split: &self.split,
        };
        let mut exporter = self.format.exporter(&self.options);
        let context = ExportContext::of_journal(&reader);
        run_to_file(&source, exporter.as_mut(), &context, target, &mut |progress| {
            control.set_progress(progress.done_rows, progress.total_rows);
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    /// What the characters of the file are.
    fn written_in(&self) -> TextEncoding {
        let of_table = self.options.spreadsheet.filter(|_| self.format == Format::Csv);
        of_table.unwrap_or(TextEncoding::UTF_8)
    }

    fn look(
        self,
        wants_peers: bool,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Looked, ExportError> {
        let written_in = self.written_in();
        let reader = self.journal.open()?;
        // What direction and peer choose is known when all of it was gone through.
        let rows = self.filter.is_open().then(|| match self.split.framing {
            Framing::None => self.selection.count(reader.snapshot().records),
            _ => self.split.rows.count(self.messages),
        });
        let source = ExportSource {
            reader: &reader,
            selection: &self.selection,
            filter: &self.filter,
            split: &self.split,
        };
        let mut exporter = self.format.exporter(&self.options);
        let context = ExportContext::of_journal(&reader);
        let enough = Enough { records: PREVIEW_LINES as u64, payload_bytes: PREVIEW_BYTES };
        let bytes = preview(&source, exporter.as_mut(), &context, enough, go_on)?;
        let peers = if wants_peers { reader.first_peers(PEERS_OFFERED)? } else { Vec::new() };
        let peers = peers.into_iter().map(|peer| (peer.id, peer.remote)).collect();
        Ok(Looked { peers, lines: first_lines(&bytes, written_in), rows, reader })
    }
}

fn first_lines(bytes: &[u8], written_in: TextEncoding) -> Vec<String> {
    let text = decode(written_in, &mut Carry::default(), bytes).text;
    let cut = |line: &str| line.trim_start_matches('\u{FEFF}').chars().take(PREVIEW_CHARACTERS).collect();
    text.lines().take(PREVIEW_LINES).map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::{ExportJobs, Journal, Order, page_for_file};
    use crate::codec::text::TextEncoding;
    use crate::export::format::Format;
    use crate::export::{ExportOptions, RowSelection};
    use crate::journal::query::Filter;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId};
    use crate::model::record::{Body, Data, DataHead, Direction};
    use crate::ui::cx::{Cx, Services};
    use crate::ui::export::page::ExportPage;
    use crate::util::clock;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::settings::Settings;
    use std::ops::ControlFlow;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    fn begins_in(page: &ExportPage) -> PathBuf {
        Path::new(&page.path.text).parent().unwrap().to_owned()
    }

    fn wait_for_folder(page: Option<&mut ExportPage>, cx: &mut Cx<'_>) {
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut field = page.map(|page| &mut page.path);
        while cx.dialogs.is_looking() {
            assert!(Instant::now() < deadline, "the folder is not looked for");
            cx.dialogs.take_folder(field.as_deref_mut());
        }
    }

    #[test]
    fn a_preview_is_read_as_it_is_written_and_counts_what_will_be() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        for bytes in ["温度\n湿", "度\n"] {
            let data = Data { head: DataHead::received(), bytes: bytes.as_bytes().to_vec() };
            writer.append(clock::now(), Epoch(1), PeerId::new(1), &Body::Data(data));
        }
        writer.publish().unwrap();
        for (split, direction, rows) in [
            (Framing::None, None, Some(2)),
            (Framing::Fixed(7), None, Some(2)),
            (Framing::Fixed(2), None, Some(7)),
            (Framing::Lines, Some(Direction::Sent), None),
        ] {
            let messages = rows.unwrap_or_default();
            let order = Order {
                journal: Journal::Open(writer.reader()),
                selection: RowSelection::all(),
                split: split.into(),
                filter: Filter { direction, ..Filter::default() },
                format: Format::Csv,
                options: ExportOptions {
                    spreadsheet: Some(TextEncoding::GBK),
                    language: Language::SimplifiedChinese,
                    ..ExportOptions::default()
                },
                messages,
            };
            let looked = order.look(false, &mut || ControlFlow::Continue(())).unwrap();
            assert_eq!(looked.rows, rows);
            assert!(looked.lines[0].starts_with("序号,"), "{:?}", looked.lines);
        }
    }

    #[test]
    fn a_page_begins_in_the_last_folder_and_leaves_it_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let (mut settings, mut jobs) = (Settings::default(), ExportJobs::default());
        let last = folder.path().join("stick");
        std::fs::create_dir(&last).unwrap();
        settings.last_folder = last.display().to_string();
        cx.look_for_start_folder(&settings);
        wait_for_folder(None, &mut cx);
        let mut page = |cx: &mut Cx<'_>| {
            page_for_file(Path::new("a.skj"), TextEncoding::UTF_8, &settings, &mut jobs, cx)
        };
        assert_eq!(begins_in(&page(&mut cx).unwrap()), last);

        std::fs::remove_dir(&last).unwrap();
        let mut page = page(&mut cx).unwrap();
        assert_eq!(begins_in(&page), last, "the page does not wait until that is known");
        wait_for_folder(Some(&mut page), &mut cx);
        let begins = begins_in(&page);
        assert!(begins.is_dir(), "{}", begins.display());
    }
}
