//! Taking sessions along: the page is filled, its preview made and remade, the file written in the background, and the
//! end told. Which rows that are is settled without looking at any of them.

use crate::codec::represent::View;
use crate::engine::jobs::{Job, JobControl};
use crate::export::ExportOptions;
use crate::export::exporter::ExportContext;
use crate::export::format::Format;
use crate::export::run::{Enough, ExportError, ExportSource, Progress, Selection, preview, run_to_file};
use crate::journal::query::Filter;
use crate::journal::{JournalError, JournalReader};
use crate::model::address::Address;
use crate::model::framing::Framing;
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::paths;
use crate::ui::dispatch::sessions::PEERS_OFFERED;
use crate::ui::dispatch::target::Target;
use crate::ui::sheet::JournalRows;
use crate::ui::state::export::{ExportChoices, ExportFrom, ExportPage, Preview, Scope};
use crate::ui::state::modal::Modal;
use crate::ui::state::tab::Tab;
use crate::ui::text;
use crate::ui::trouble;
use crate::util::bytes_text::Count;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What the export page has running.
#[derive(Debug, Default)]
pub struct ExportJobs {
    writing: Option<Writing>,
    preview: Option<Job<Result<Looked, ExportError>>>,
    /// The choices that the preview on its way is of.
    looked_for: Option<ExportChoices>,
    /// The journal of an earlier session, once it is open.
    opened: Option<JournalReader>,
}

/// A file that is being written.
#[derive(Debug)]
struct Writing {
    path: PathBuf,
    job: Job<Result<Progress, NotWritten>>,
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
    rows: u64,
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
    selection: Selection,
    filter: Filter,
    format: Format,
    options: ExportOptions,
}

/// A preview shows so many lines, each cut after so many characters.
const PREVIEW_LINES: usize = 9;
const PREVIEW_CHARACTERS: usize = 160;

/// So much payload is more than a preview can show.
const PREVIEW_BYTES: u64 = 64 * 1024;

impl ExportJobs {
    /// Whether a file is being written.
    pub(super) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }
}

/// Asks how and where to export what a tab shows, or its raw bytes.
pub(super) fn ask_for_tab(app: &mut App, key: TabKey, is_raw: bool) {
    let Some(tab) = app.state.tab(key) else { return };
    let Some(reader) = tab.reader() else {
        let line = app.state.locale().text("toast.nothing_to_save");
        app.tell(Told::Plain, line);
        return;
    };
    let journal = reader.path().to_owned();
    let is_all = shown(tab) == Selection::all() && !tab.find.is_filtering();
    let selected_rows = selected(tab).count(reader.snapshot().records);
    let choices = ExportChoices {
        format: if is_raw { Format::Raw } else { last_format(app) },
        // The button says that it saves what is shown.
        scope: if is_all { Scope::All } else { Scope::Shown },
        direction: is_raw.then_some(Direction::Received),
        encoding: tab.settings.encoding.clone(),
        view: text::view_of(tab.settings.view),
        ..default_choices(app)
    };
    show_page(app, ExportFrom::Tab(key), choices, selected_rows, &journal);
}

/// Asks how and where to export an earlier session.
pub(super) fn ask_for_file(app: &mut App, journal: &Path) {
    let choices = default_choices(app);
    show_page(app, ExportFrom::File(journal.to_owned()), choices, 0, journal);
}

fn default_choices(app: &App) -> ExportChoices {
    let encoding = app.state.tab(app.state.active).map(|tab| tab.settings.encoding.clone());
    ExportChoices {
        format: last_format(app),
        scope: Scope::All,
        direction: None,
        peer: None,
        encoding: encoding.unwrap_or_default(),
        view: View::Text,
        times: app.state.settings.time_format,
        with_date: true,
        with_delta: false,
        with_id: false,
        byte_order_mark: true,
    }
}

/// The format of the last file; the button for raw bytes needs none to be remembered.
fn last_format(app: &App) -> Format {
    app.state.settings.export_format.parse().unwrap_or(Format::Text)
}

fn show_page(app: &mut App, from: ExportFrom, choices: ExportChoices, selected_rows: u64, journal: &Path) {
    if app.background.export.writing.is_some() {
        return;
    }
    let stem = journal.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let file = format!("{stem}.{}", choices.format.extension());
    let path = paths::start_folder(app).join(file).display().to_string();
    app.background.export = ExportJobs::default();
    // The folder may have gone since it was used.
    paths::look_for_start_folder(app);
    app.state.modal = Some(Modal::Export(Box::new(ExportPage {
        from,
        choices,
        selected_rows,
        peers: Vec::new(),
        preview: Preview::default(),
        path,
        error: None,
        may_replace: None,
        remark: None,
        progress: None,
    })));
}

/// The rows that a person sees: what filter, search and clearing leave.
fn shown(tab: &Tab) -> Selection {
    tab.rows.as_ref().map(JournalRows::shown).unwrap_or_default()
}

/// The rows that are selected in the sheet, as far as they are shown.
fn selected(tab: &Tab) -> Selection {
    let Selection { ranges, among } = shown(tab);
    let from = ranges.first().map_or(0, |range| range.start);
    let selected = tab.sheet.selection().ranges().iter();
    Selection { ranges: selected.map(|range| (*range.start()).max(from)..range.end() + 1).collect(), among }
}

/// What the page asks for, in the words of the export room.
fn order(app: &App, page: &ExportPage) -> Option<Order> {
    let (journal, selection) = match &page.from {
        ExportFrom::File(path) => {
            let opened = app.background.export.opened.clone();
            (opened.map_or_else(|| Journal::At(path.clone()), Journal::Open), Selection::all())
        }
        ExportFrom::Tab(key) => {
            let tab = app.state.tab(*key)?;
            let selection = match page.choices.scope {
                Scope::All => Selection::all(),
                Scope::Shown => shown(tab),
                Scope::Selected => selected(tab),
            };
            (Journal::Open(tab.reader()?.clone()), selection)
        }
    };
    Some(Order {
        journal,
        selection,
        filter: page.choices.filter(),
        format: page.choices.format,
        options: page.choices.options(app.state.language),
    })
}

/// Begins to write what the page says.
pub(super) fn start(app: &mut App) {
    let Some(Modal::Export(page)) = &app.state.modal else { return };
    let Some(order) = order(app, page) else { return };
    let target = target_of(app, page);
    let path = target.path.clone();
    let job = Job::start("export", app.engine.news().clone(), move |control| match target.objection() {
        Some(key) => Err(NotWritten::Objection(key)),
        None => order.write(&target.path, control).map_err(NotWritten::Failed),
    });
    let locale = app.state.locale();
    let Some(Modal::Export(page)) = &mut app.state.modal else { return };
    if page.choices.format != Format::Raw {
        page.choices.format.name().clone_into(&mut app.state.settings.export_format);
    }
    match job {
        Ok(job) => {
            page.error = None;
            page.progress = Some((0, 0));
            app.background.export.writing = Some(Writing { path, job });
        }
        Err(error) => page.error = Some(trouble::thread(locale, "export", &error)),
    }
}

fn target_of(app: &App, page: &ExportPage) -> Target {
    let open = app.state.tabs.iter().filter_map(Tab::reader).map(JournalReader::path);
    let source = match &page.from {
        ExportFrom::File(journal) => Some(journal.as_path()),
        ExportFrom::Tab(_) => None,
    };
    Target {
        path: PathBuf::from(page.path.trim()),
        journals: open.chain(source).map(Path::to_owned).collect(),
        is_agreed: page.may_replace.as_ref() == Some(&page.path),
    }
}

/// Stops what is being written; its end is told when it has come.
pub(super) fn cancel(app: &App) {
    if let Some(writing) = &app.background.export.writing {
        writing.job.cancel();
    }
}

/// Takes in how far the file is and what the journal looks like, and asks for another look where choices changed.
pub(super) fn take_in(app: &mut App) {
    take_written(app);
    take_preview(app);
    let Some(Modal::Export(page)) = &app.state.modal else {
        app.background.export.preview = None;
        return;
    };
    let is_known = page.preview.of.as_ref() == Some(&page.choices);
    let is_coming = app.background.export.preview.is_some()
        && app.background.export.looked_for.as_ref() == Some(&page.choices);
    if is_known || is_coming || page.progress.is_some() {
        return;
    }
    let (choices, wants_peers) = (page.choices.clone(), page.preview.of.is_none());
    let Some(order) = order(app, page) else { return };
    let order = Order { format: choices.preview_format(), ..order };
    // The look that is no longer wanted is stopped first: two would only slow each other down.
    app.background.export.preview = None;
    let news = app.engine.news().clone();
    let job = Job::start_reading("preview", news, move |control| order.look(wants_peers, control));
    app.background.export.looked_for = Some(choices);
    app.background.export.preview = job.ok();
}

fn take_preview(app: &mut App) {
    let jobs = &mut app.background.export;
    let Some(result) = jobs.preview.as_ref().and_then(Job::take_result) else { return };
    jobs.preview = None;
    let of = jobs.looked_for.take();
    let locale = app.state.locale();
    let Some(Modal::Export(page)) = &mut app.state.modal else { return };
    match result {
        Ok(looked) => {
            if !looked.peers.is_empty() {
                page.peers = looked.peers;
            }
            page.preview = Preview { lines: looked.lines, rows: looked.rows, error: None, of };
            jobs.opened = Some(looked.reader).filter(|_| matches!(page.from, ExportFrom::File(_)));
        }
        Err(ExportError::Cancelled) => {}
        Err(error) => {
            page.preview = Preview { error: Some(trouble::export(locale, &error)), of, ..Preview::default() }
        }
    }
}

fn take_written(app: &mut App) {
    let Some(writing) = &app.background.export.writing else { return };
    let progress = writing.job.progress();
    let result = writing.job.take_result();
    let path = writing.path.clone();
    let locale = app.state.locale();
    let Some(result) = result else {
        if let Some(Modal::Export(page)) = &mut app.state.modal {
            page.progress = Some(progress);
        }
        return;
    };
    app.background.export.writing = None;
    match result {
        Ok(done) => {
            if matches!(app.state.modal, Some(Modal::Export(_))) {
                app.state.modal = None;
            }
            paths::remember_folder(app, &path);
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("count", &Count(done.records)), ("path", &path.display())];
            app.tell(Told::Good, locale.format("toast.saved", &values));
            if done.damaged_rows > 0 {
                let values: [(&str, &dyn std::fmt::Display); 1] = [("count", &Count(done.damaged_rows))];
                app.tell(Told::Bad, locale.format("toast.export_damaged", &values));
            }
        }
        Err(why) => {
            let line = match &why {
                NotWritten::Objection(key) => locale.text(key).to_owned(),
                NotWritten::Failed(error) => trouble::export(locale, error),
            };
            if let Some(Modal::Export(page)) = &mut app.state.modal {
                page.progress = None;
                page.error = Some(line);
                if matches!(why, NotWritten::Objection(_)) {
                    page.may_replace = Some(page.path.clone());
                }
            } else {
                app.tell(Told::Bad, line);
            }
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
            split: &Framing::None,
        };
        let mut exporter = self.format.exporter(&self.options);
        let context = ExportContext::of_journal(&reader);
        run_to_file(&source, exporter.as_mut(), &context, target, &mut |progress| {
            control.set_progress(progress.done_rows, progress.total_rows);
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    fn look(self, wants_peers: bool, control: &JobControl) -> Result<Looked, ExportError> {
        let reader = self.journal.open()?;
        let rows = self.selection.count(reader.snapshot().records);
        let source = ExportSource {
            reader: &reader,
            selection: &self.selection,
            filter: &self.filter,
            split: &Framing::None,
        };
        let mut exporter = self.format.exporter(&self.options);
        let context = ExportContext::of_journal(&reader);
        let enough = Enough { records: PREVIEW_LINES as u64, payload_bytes: PREVIEW_BYTES };
        let bytes = preview(&source, exporter.as_mut(), &context, enough, &mut || {
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let peers = if wants_peers { reader.first_peers(PEERS_OFFERED)? } else { Vec::new() };
        let peers = peers.into_iter().map(|peer| (peer.id, peer.remote)).collect();
        Ok(Looked { peers, lines: first_lines(&bytes), rows, reader })
    }
}

fn first_lines(bytes: &[u8]) -> Vec<String> {
    // Every format that is previewed writes UTF-8.
    let text = str::from_utf8(bytes).unwrap_or_default();
    let cut = |line: &str| line.trim_start_matches('\u{FEFF}').chars().take(PREVIEW_CHARACTERS).collect();
    text.lines().take(PREVIEW_LINES).map(cut).collect()
}
