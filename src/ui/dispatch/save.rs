//! Saving: the page is filled, the platform's dialog asked, the export runs in the background, and its end is told.

use crate::codec::represent::View;
use crate::engine::jobs::Job;
use crate::export::exporter::{ExportContext, PayloadChoice};
use crate::export::format::{ExportOptions, Format};
use crate::export::run::{ExportError, ExportSource, Progress, Selection, run_to_file};
use crate::journal::JournalReader;
use crate::journal::query::Filter;
use crate::model::record::Direction;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dialogs::{DialogAnswer, DialogKind, DialogRequest};
use crate::ui::dispatch::workspace;
use crate::ui::state::modal::{Modal, Save, SaveFormat, SaveSource};
use crate::ui::state::tab::Tab;
use crate::ui::views::modals::extension_of;
use crate::util::bytes_text::Count;
use crate::workspace::tabs::ViewChoice;
use egui::Context;
use roaring::RoaringTreemap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// An export under way.
#[derive(Debug)]
pub struct ExportJob {
    path: PathBuf,
    job: Job<Result<Progress, ExportError>>,
}

/// Asks where to save what a tab shows, or its raw bytes.
pub(super) fn ask_for_tab(app: &mut App, key: TabKey, is_raw: bool) {
    let Some(reader) = app.state.tab(key).and_then(Tab::reader) else {
        let line = app.state.locale().text("toast.nothing_to_save");
        app.tell(Told::Plain, line);
        return;
    };
    let journal = reader.path().to_owned();
    let format = if is_raw { SaveFormat::RawReceived } else { SaveFormat::Text };
    show_page(app, SaveSource::Tab(key), format, &journal);
}

/// Asks where to save an earlier session.
pub(super) fn ask_for_file(app: &mut App, journal: &Path) {
    show_page(app, SaveSource::File(journal.to_owned()), SaveFormat::Text, journal);
}

fn show_page(app: &mut App, source: SaveSource, format: SaveFormat, journal: &Path) {
    if app.export.is_some() {
        return;
    }
    let folder = start_folder(app);
    let stem = journal.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let path = folder.join(format!("{stem}.{}", extension_of(format))).display().to_string();
    app.state.modal = Some(Modal::Save(Save {
        source,
        format,
        only_shown: false,
        path,
        error: None,
        remark: None,
        progress: None,
    }));
}

/// Where the person saved last, or where documents belong.
fn start_folder(app: &App) -> PathBuf {
    let last = PathBuf::from(&app.state.settings.last_folder);
    if !app.state.settings.last_folder.is_empty() && last.is_dir() {
        return last;
    }
    directories::UserDirs::new()
        .and_then(|dirs| {
            dirs.document_dir().filter(|dir| dir.is_dir()).or(Some(dirs.home_dir())).map(Path::to_owned)
        })
        .unwrap_or_else(std::env::temp_dir)
}

/// Shows the platform's dialog for the page in front.
pub(super) fn browse(app: &mut App) {
    // A session bus that dies while a dialog is open takes the program with it: nothing may be lost then.
    workspace::save(app);
    let locale = app.state.locale();
    let request = match &app.state.modal {
        Some(Modal::Save(save)) => {
            let path = PathBuf::from(&save.path);
            DialogRequest {
                title: locale.text("save.title").to_owned(),
                kind: DialogKind::Save,
                folder: path.parent().map(Path::to_owned),
                file_name: path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
            }
        }
        Some(Modal::SendFile(_)) => DialogRequest {
            title: locale.text("file.title").to_owned(),
            kind: DialogKind::Open,
            folder: None,
            file_name: String::new(),
        },
        _ => return,
    };
    if !app.dialogs.show(request, app.waker.clone()) {
        set_remark(app, Some("dialog.busy"));
    }
}

fn set_remark(app: &mut App, remark: Option<&'static str>) {
    match &mut app.state.modal {
        Some(Modal::Save(save)) => save.remark = remark,
        Some(Modal::SendFile(page)) => page.remark = remark,
        _ => {}
    }
}

/// Begins to write what the page says.
pub(super) fn start(app: &mut App) {
    let Some(Modal::Save(save)) = &app.state.modal else { return };
    let path = PathBuf::from(save.path.trim());
    let reader = match &save.source {
        SaveSource::Tab(key) => app.state.tab(*key).and_then(Tab::reader).cloned().ok_or_else(String::new),
        SaveSource::File(journal) => JournalReader::open(journal).map_err(|error| error.to_string()),
    };
    let tab = match &save.source {
        SaveSource::Tab(key) => app.state.tab(*key),
        SaveSource::File(_) => None,
    };
    let (format, options) = options_of(app, save.format, tab);
    let selection = match tab.and_then(|tab| tab.rows.as_ref()).filter(|_| save.only_shown) {
        Some(rows) => {
            let everything = 0..rows.reader().snapshot().records;
            Selection::Rows(rows.shown_within(everything).into_iter().fold(
                RoaringTreemap::new(),
                |mut all, range| {
                    all.insert_range(range);
                    all
                },
            ))
        }
        None => Selection::All,
    };
    let result = reader.and_then(|reader| {
        let context = ExportContext::new(reader.info().session_name.clone(), reader.info().kind);
        let target = path.clone();
        Job::start("export", app.engine.news().clone(), move |control| {
            let filter = Filter::default();
            let source = ExportSource { reader: &reader, selection: &selection, filter: &filter };
            let mut exporter = format.exporter(&options);
            run_to_file(&source, exporter.as_mut(), &context, &target, &mut |progress| {
                control.set_progress(progress.done_rows, progress.total_rows);
                if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        })
        .map_err(|error| error.to_string())
    });
    let Some(Modal::Save(save)) = &mut app.state.modal else { return };
    match result {
        Ok(job) => {
            save.error = None;
            save.progress = Some((0, 0));
            app.export = Some(ExportJob { path, job });
        }
        Err(error) => save.error = Some(error),
    }
}

fn options_of(app: &App, format: SaveFormat, tab: Option<&Tab>) -> (Format, ExportOptions) {
    let mut options = ExportOptions { language: app.state.language, ..ExportOptions::default() };
    if let Some(tab) = tab {
        options.encoding = tab.encoding();
        options.view = match tab.settings.view {
            ViewChoice::Text => View::Text,
            ViewChoice::Hex => View::Hex,
            ViewChoice::Dump => View::Dump,
        };
    }
    let only = |direction| PayloadChoice { direction: Some(direction), peer: None };
    let format = match format {
        SaveFormat::Text => Format::Text,
        SaveFormat::RawReceived => {
            options.choice = only(Direction::Received);
            Format::Raw
        }
        SaveFormat::RawSent => {
            options.choice = only(Direction::Sent);
            Format::Raw
        }
        SaveFormat::Jsonl => Format::Jsonl,
        SaveFormat::Csv => {
            options.byte_order_mark = true;
            Format::Csv
        }
        SaveFormat::Hexdump => Format::Hexdump,
        SaveFormat::Html => Format::Html,
        SaveFormat::Pcapng => Format::Pcapng,
    };
    (format, options)
}

pub(super) fn cancel(app: &mut App) {
    if let Some(export) = &app.export {
        export.job.cancel();
    }
}

/// Closes the page in front; an export that it shows is stopped first, and the page stays to tell so.
pub(super) fn close_modal(app: &mut App) {
    match &app.state.modal {
        Some(Modal::Save(save)) if save.progress.is_some() => cancel(app),
        _ => app.state.modal = None,
    }
}

/// Takes in what the dialog answered and how far the export is.
pub(super) fn take_in(app: &mut App, ctx: &Context) {
    take_answer(app, ctx);
    let Some(export) = &app.export else { return };
    let progress = export.job.progress();
    let result = export.job.take_result();
    let path = export.path.clone();
    let locale = app.state.locale();
    let Some(result) = result else {
        if let Some(Modal::Save(save)) = &mut app.state.modal {
            save.progress = Some(progress);
        }
        return;
    };
    app.export = None;
    match result {
        Ok(done) => {
            app.state.modal = None;
            if let Some(folder) = path.parent() {
                app.state.settings.last_folder = folder.display().to_string();
            }
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("count", &Count(done.records)), ("path", &path.display())];
            app.tell(Told::Good, locale.format("toast.saved", &values));
        }
        Err(error) => {
            if let Some(Modal::Save(save)) = &mut app.state.modal {
                save.progress = None;
                save.error = Some(match error {
                    ExportError::Cancelled => locale.text("save.cancelled").to_owned(),
                    error => error.to_string(),
                });
            }
        }
    }
}

fn take_answer(app: &mut App, ctx: &Context) {
    let Some(answer) = app.dialogs.take_answer() else { return };
    // The answer came between frames; what it changes has to be seen.
    ctx.request_repaint();
    match answer {
        DialogAnswer::Chosen(path) => {
            let path = path.display().to_string();
            match &mut app.state.modal {
                Some(Modal::Save(save)) => save.path = path,
                Some(Modal::SendFile(page)) => page.path = path,
                _ => {}
            }
            set_remark(app, None);
        }
        DialogAnswer::Cancelled => set_remark(app, None),
        DialogAnswer::Unavailable => set_remark(app, Some("dialog.unavailable")),
    }
}
