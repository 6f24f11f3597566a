//! Which file: the platform's dialog is asked for the page in front, and its answer put into the page's field.

use crate::engine::jobs::Job;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dialogs::{DialogAnswer, DialogKind, DialogRequest};
use crate::ui::dispatch::workspace;
use crate::ui::state::export::ExportFrom;
use crate::ui::state::modal::Modal;
use crate::ui::trouble;
use egui::Context;
use std::path::{Path, PathBuf};

/// Which page a dialog was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Asker {
    Export(ExportFrom),
    Import,
    Watch(TabKey),
    SendFile(TabKey),
}

/// Where pages begin: where the person saved last, or where documents belong. Whether that is still there is looked
/// at beside the frames, because a disk or a share that went away may take long to say so.
#[derive(Debug, Default)]
pub(super) struct StartFolder {
    known: PathBuf,
    look: Option<Job<PathBuf>>,
}

/// The folder as far as it is known.
pub(super) fn start_folder(app: &App) -> PathBuf {
    app.background.start_folder.known.clone()
}

/// Looks whether the folder is still there. A page that begins in it follows when it is not.
pub(in crate::ui) fn look_for_start_folder(app: &mut App) {
    let last = PathBuf::from(&app.state.settings.last_folder);
    let job = Job::start_reading("start-folder", app.engine.news().clone(), move |_| usable_folder(last));
    match job {
        Ok(job) => app.background.start_folder.look = Some(job),
        Err(error) => app.tell(Told::Bad, trouble::thread(app.state.locale(), "start-folder", &error)),
    }
}

fn usable_folder(last: PathBuf) -> PathBuf {
    if last.is_absolute() && last.is_dir() {
        return last;
    }
    directories::UserDirs::new()
        .and_then(|dirs| {
            dirs.document_dir().filter(|dir| dir.is_dir()).or(Some(dirs.home_dir())).map(Path::to_owned)
        })
        .unwrap_or_else(std::env::temp_dir)
}

/// Takes in where pages begin. What a person has put into the field of a page stays.
pub(super) fn take_folder(app: &mut App) {
    let start = &mut app.background.start_folder;
    let Some(found) = start.look.as_ref().and_then(Job::take_result) else { return };
    start.look = None;
    let before = std::mem::replace(&mut start.known, found.clone());
    if let Some(Modal::Export(page)) = &mut app.state.modal {
        let path = Path::new(&page.path);
        let name = path.file_name().filter(|_| page.progress.is_none() && path.parent() == Some(&before));
        if let Some(name) = name {
            page.path = found.join(name).display().to_string();
        }
    }
}

/// The next page begins where this file is.
pub(super) fn remember_folder(app: &mut App, file: &Path) {
    if let Some(folder) = file.parent() {
        app.state.settings.last_folder = folder.display().to_string();
        look_for_start_folder(app);
    }
}

/// Shows the platform's dialog for the page in front.
pub(super) fn browse(app: &mut App) {
    // A session bus that dies while a dialog is open takes the program with it: nothing may be lost then.
    workspace::save(app);
    let locale = app.state.locale();
    let (title, kind, folder, file_name) = match &app.state.modal {
        Some(Modal::Export(page)) => {
            let path = PathBuf::from(&page.path);
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            ("save.title", DialogKind::Save, path.parent().map(Path::to_owned), name.unwrap_or_default())
        }
        Some(Modal::Import(_)) => ("import.title", DialogKind::Open, Some(start_folder(app)), String::new()),
        Some(Modal::Watch(_)) => ("watch.choose", DialogKind::Open, None, String::new()),
        Some(Modal::SendFile(_)) => ("file.title", DialogKind::Open, None, String::new()),
        _ => return,
    };
    let request = DialogRequest { title: locale.text(title).to_owned(), kind, folder, file_name };
    if app.dialogs.show(request, app.waker.clone()) {
        app.dialog_for = asker(app);
    } else if let Some((_, remark)) = field(app) {
        *remark = Some("dialog.busy");
    }
}

/// Puts what the dialog answered into the page in front, if that is the one that asked. A page that is gone waits
/// for no answer: the next one begins anew.
pub(super) fn take_answer(app: &mut App, ctx: &Context) {
    if app.dialog_for.is_some() && app.dialog_for != asker(app) {
        app.dialog_for = None;
        app.dialogs.abandon();
    }
    let Some(answer) = app.dialogs.take_answer() else { return };
    // The answer came between frames; what it changes has to be seen.
    ctx.request_repaint();
    app.dialog_for = None;
    if let (Some(Modal::Export(page)), DialogAnswer::Chosen(chosen)) = (&mut app.state.modal, &answer) {
        // Every dialog for saving asks by itself before a file is replaced.
        page.may_replace = Some(chosen.display().to_string());
    }
    let Some((path, remark)) = field(app) else { return };
    *remark = None;
    match answer {
        DialogAnswer::Chosen(chosen) => *path = chosen.display().to_string(),
        DialogAnswer::Cancelled => {}
        DialogAnswer::Unavailable => *remark = Some("dialog.unavailable"),
    }
    if let Some(Modal::Export(page)) = &mut app.state.modal {
        page.follow_ending();
    }
}

fn asker(app: &App) -> Option<Asker> {
    match app.state.modal.as_ref()? {
        Modal::Export(page) => Some(Asker::Export(page.from.clone())),
        Modal::Import(_) => Some(Asker::Import),
        Modal::Watch(page) => Some(Asker::Watch(page.tab)),
        Modal::SendFile(page) => Some(Asker::SendFile(page.tab)),
        _ => None,
    }
}

/// The path of the page in front, and what the dialog has to say about it.
fn field(app: &mut App) -> Option<(&mut String, &mut Option<&'static str>)> {
    match app.state.modal.as_mut()? {
        Modal::Export(page) => Some((&mut page.path, &mut page.remark)),
        Modal::Import(page) => Some((&mut page.path, &mut page.remark)),
        Modal::Watch(page) => Some((&mut page.path, &mut page.remark)),
        Modal::SendFile(page) => Some((&mut page.path, &mut page.remark)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{look_for_start_folder, take_folder};
    use crate::ui::app::App;
    use crate::ui::dispatch::export;
    use crate::ui::state::modal::Modal;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    fn begins_in(app: &App) -> PathBuf {
        let Some(Modal::Export(page)) = &app.state.modal else { panic!("no page") };
        Path::new(&page.path).parent().unwrap().to_owned()
    }

    fn wait_for_folder(app: &mut App) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while app.background.start_folder.look.is_some() {
            assert!(Instant::now() < deadline, "the folder is not looked for");
            take_folder(app);
        }
    }

    #[test]
    fn a_page_begins_in_the_last_folder_and_leaves_it_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = App::in_folder(folder.path());
        let last = folder.path().join("stick");
        std::fs::create_dir(&last).unwrap();
        app.state.settings.last_folder = last.display().to_string();
        look_for_start_folder(&mut app);
        export::ask_for_file(&mut app, Path::new("a.skj"));
        wait_for_folder(&mut app);
        assert_eq!(begins_in(&app), last);

        std::fs::remove_dir(&last).unwrap();
        export::ask_for_file(&mut app, Path::new("a.skj"));
        assert_eq!(begins_in(&app), last, "the page does not wait until that is known");
        wait_for_folder(&mut app);
        let begins = begins_in(&app);
        assert!(begins.is_dir(), "{}", begins.display());
    }
}
