//! Opening and saving what a tab has as files: a sequence, rules, a picture of its chart. The page asks for the path; reading and writing
//! is done beside the frames.

pub mod page;

use crate::model::failure::Operation;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::paths::PathField;
use crate::ui::tab::drawer::{DocumentKind, DrawerAction};
use crate::ui::tab::list::TabList;
use crate::ui::tab::{Tab, TabKey, answers, sends};
use crate::ui::written_text::utf8_text;
use crate::util::part_file::PartFile;
use crate::workspace::sending::Sending;
use crate::workspace::tabs::DocumentSettings;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A longer file is none that a person wrote.
const LONGEST_FILE: u64 = 4 << 20;

/// A file to open or to save, while it is chosen.
#[derive(Debug)]
pub struct DocumentPage {
    /// Of which tab.
    pub tab: TabKey,
    /// What it holds.
    pub kind: DocumentKind,
    /// It is written, and not read.
    pub is_save: bool,
    /// Which file.
    pub path: PathField,
    /// What is written, where no tab keeps it.
    text: Option<String>,
}

/// A file that is being read or written.
#[derive(Debug)]
pub struct DocumentJob {
    tab: TabKey,
    kind: DocumentKind,
    path: PathBuf,
    job: JobHandle<io::Result<Option<Vec<u8>>>>,
}

impl DocumentPage {
    /// The key of its heading.
    pub fn title(&self) -> &'static str {
        title(self.kind, self.is_save)
    }

    fn to_open(tab: &Tab, kind: DocumentKind, cx: &mut Cx<'_>) -> DocumentPage {
        let folder = kept_by(tab, kind).and_then(|document| Path::new(&document.path).parent());
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let path = cx.dialogs.field_to_open(title(kind, false), folder.map(Path::to_owned));
        DocumentPage { tab: tab.key, kind, is_save: false, path, text: None }
    }

    /// Nothing is saved where nothing was written.
    fn to_save(tab: &Tab, kind: DocumentKind, cx: &mut Cx<'_>) -> Option<DocumentPage> {
        let document = kept_by(tab, kind);
        if document.is_some_and(|document| document.text.is_empty()) {
            cx.notices.info(cx.locale.text("document.empty"));
            return None;
        }
        let mut path = cx.dialogs.field_to_save(title(kind, true), file_name(kind));
        if let Some(document) = document.filter(|document| !document.path.is_empty()) {
            path.text.clone_from(&document.path);
            // It is the same file again.
            path.may_replace = Some(document.path.clone());
        }
        Some(DocumentPage { tab: tab.key, kind, is_save: true, path, text: None })
    }

    /// The page that saves a text that no tab keeps.
    pub(in crate::ui) fn to_save_text(
        tab: TabKey,
        kind: DocumentKind,
        text: String,
        cx: &mut Cx<'_>,
    ) -> DocumentPage {
        let path = cx.dialogs.field_to_save(title(kind, true), file_name(kind));
        DocumentPage { tab, kind, is_save: true, path, text: Some(text) }
    }
}

/// What a file is called unless a person calls it something else.
fn file_name(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Sequence => "sequence.toml",
        DocumentKind::Rules => "rules.toml",
        DocumentKind::List => "list.toml",
        DocumentKind::ChartPicture => "sockscope-chart.svg",
        DocumentKind::ChartTable => "sockscope-chart.csv",
    }
}

/// What a tab keeps of a file; of the list and of the chart no tab keeps anything.
fn kept_by(tab: &Tab, kind: DocumentKind) -> Option<&DocumentSettings> {
    match kind {
        DocumentKind::Sequence => Some(&tab.settings.drawer.sequence),
        DocumentKind::Rules => Some(&tab.settings.drawer.rules),
        DocumentKind::List | DocumentKind::ChartPicture | DocumentKind::ChartTable => None,
    }
}

fn title(kind: DocumentKind, is_save: bool) -> &'static str {
    match (kind, is_save) {
        (DocumentKind::Sequence, false) => "sequence.open",
        (DocumentKind::Sequence, true) => "sequence.save",
        (DocumentKind::Rules, false) => "rules.open",
        (DocumentKind::Rules, true) => "rules.save",
        (DocumentKind::List, false) => "list.open_title",
        (DocumentKind::List, true) => "list.save_title",
        (DocumentKind::ChartPicture, _) => "chart.save_picture",
        (DocumentKind::ChartTable, _) => "chart.save_table",
    }
}

/// Does what was asked of the drawer; gives the page that this needs.
pub(in crate::ui) fn apply(tab: &mut Tab, action: DrawerAction, cx: &mut Cx<'_>) -> Option<DocumentPage> {
    match action {
        DrawerAction::Show(shown) => {
            tab.settings.drawer.shown = shown;
            None
        }
        DrawerAction::AskOpen(kind) => Some(DocumentPage::to_open(tab, kind, cx)),
        DrawerAction::AskSave(kind) => DocumentPage::to_save(tab, kind, cx),
    }
}

/// Reads or writes the file that the page names.
pub(in crate::ui) fn start(
    page: &mut DocumentPage,
    running: &mut Option<DocumentJob>,
    (tab, sending): (&Tab, &Sending),
    cx: &mut Cx<'_>,
) {
    if page.path.trimmed().is_empty() {
        page.path.error = Some(cx.locale.text("file.path_missing").to_owned());
        return;
    }
    let path = page.path.path();
    let started = if page.is_save {
        let may_replace = page.path.may_replace.as_ref() == Some(&page.path.text);
        let kept = || kept_by(tab, page.kind).map(|document| document.text.clone());
        let own = page.text.clone().or_else(kept);
        let (to, text) = (path.clone(), own.unwrap_or_else(|| sends::file_text(sending, &path)));
        cx.jobs.start(JobKind::SaveDocument, move |_| write(&to, &text, may_replace).map(|()| None))
    } else {
        let from = path.clone();
        cx.jobs.start(JobKind::OpenDocument, move |_| read(&from).map(Some))
    };
    match started {
        Ok(job) => *running = Some(DocumentJob { tab: page.tab, kind: page.kind, path, job }),
        Err(error) => page.path.error = Some(error_text::thread(cx.locale, "document", &error)),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LONGEST_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(path: &Path, text: &str, may_replace: bool) -> io::Result<()> {
    if !may_replace && path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut file = PartFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.finish()
}

/// Takes in what was read or written. Tells whether the page has done its work.
pub(in crate::ui) fn take_in(
    page: Option<&mut DocumentPage>,
    running: &mut Option<DocumentJob>,
    (tabs, sending): (&mut TabList, &mut Sending),
    cx: &mut Cx<'_>,
) -> bool {
    let Some(result) = running.as_ref().and_then(|running| running.job.take_result()) else { return false };
    let Some(done) = running.take() else { return false };
    let Some(page) = page.filter(|page| page.tab == done.tab && page.kind == done.kind) else { return false };
    match result {
        Ok(read) => match tabs.get_mut(done.tab).map(|tab| take(tab, &done, read, sending, cx)) {
            Some(Err(why)) => {
                page.path.error = Some(why);
                false
            }
            Some(Ok(())) | None => true,
        },
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Pressed once more, it is replaced.
            page.path.may_replace = Some(page.path.text.clone());
            page.path.error = Some(cx.locale.text("document.replace").to_owned());
            false
        }
        Err(error) => {
            let operation = if page.is_save { Operation::WriteFile } else { Operation::ReadFile };
            page.path.error = Some(error_text::file(cx.locale, operation, &done.path, &error));
            false
        }
    }
}

/// What was read is there now; where nothing was, it was saved.
fn take(
    tab: &mut Tab,
    done: &DocumentJob,
    read: Option<Vec<u8>>,
    sending: &mut Sending,
    cx: &mut Cx<'_>,
) -> Result<(), String> {
    let path = done.path.display().to_string();
    let locale = cx.locale;
    let text = |bytes: Vec<u8>| utf8_text(locale, &bytes).map(str::to_owned);
    match (done.kind, read) {
        (DocumentKind::List, Some(bytes)) => {
            let told = sends::take_file(sending, &done.path, &bytes, cx.locale)?;
            cx.notices.done(told);
        }
        (DocumentKind::Sequence, Some(bytes)) => {
            tab.settings.drawer.sequence = DocumentSettings { path, text: text(bytes)? };
            tab.sequence.editor.forget();
            tab.sequence.forget_run();
        }
        (DocumentKind::Rules, Some(bytes)) => {
            tab.settings.drawer.rules = DocumentSettings { path, text: text(bytes)? };
            tab.rules.editor.forget();
            answers::arm(tab, cx);
        }
        (DocumentKind::Sequence, None) => tab.settings.drawer.sequence.path = path,
        (DocumentKind::Rules, None) => tab.settings.drawer.rules.path = path,
        (DocumentKind::List, None) | (DocumentKind::ChartPicture | DocumentKind::ChartTable, _) => {}
    }
    Ok(())
}
