//! Bringing files in: a capture, JSON lines or raw bytes become a session in the background, which is then in front.

use crate::codec::time;
use crate::engine::import::{ImportDone, ImportFailure, ImportPlan, import};
use crate::engine::jobs::Job;
use crate::export::PeerEnds;
use crate::export::import::{ImportFormat, ImportReport, RawStream};
use crate::model::record::Direction;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{paths, sessions};
use crate::ui::state::export::ImportPage;
use crate::ui::state::modal::Modal;
use crate::ui::trouble;
use crate::util::bytes_text::Count;
use crate::util::clock;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// A file that is being read.
#[derive(Debug)]
pub struct ImportJob {
    plan: ImportPlan,
    job: Job<Result<ImportDone, ImportFailure>>,
}

/// Asks which file to bring in.
pub(super) fn ask(app: &mut App) {
    if app.background.import.is_some() {
        return;
    }
    app.state.modal = Some(Modal::Import(ImportPage {
        path: String::new(),
        format: None,
        direction: Direction::Received,
        peer: String::new(),
        error: None,
        remark: None,
        progress: None,
    }));
}

/// Begins to read the file of the page.
pub(super) fn start(app: &mut App) {
    let locale = app.state.locale();
    let folder = app.profile.sessions_folder.clone();
    let Some(Modal::Import(page)) = &mut app.state.modal else { return };
    // What was typed for bytes is not seen, nor meant, with a file that tells its peers itself.
    let peer = if page.format == Some(ImportFormat::Raw) { page.peer.trim() } else { "" };
    let Ok(ends) = ends_of(peer) else {
        page.error = Some(locale.format("import.bad_peer", &[("text", &page.peer.trim())]));
        return;
    };
    let plan = ImportPlan {
        file: PathBuf::from(page.path.trim()),
        journal: folder.join(journal_name()),
        format: page.format,
        raw: RawStream { direction: page.direction, ends },
    };
    let planned = plan.clone();
    let job = Job::start("import", app.engine.news().clone(), move |control| {
        import(&planned, &mut |done, total| {
            control.set_progress(done, total);
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    });
    match job {
        Ok(job) => {
            page.error = None;
            page.progress = Some((0, 0));
            app.background.import = Some(ImportJob { plan, job });
        }
        Err(error) => page.error = Some(trouble::thread(locale, "import", &error)),
    }
}

/// Stops what is being read; its end is told when it has come.
pub(super) fn cancel(app: &App) {
    if let Some(import) = &app.background.import {
        import.job.cancel();
    }
}

/// Takes in how far the file is, and shows the new session.
pub(super) fn take_in(app: &mut App) {
    let Some(import) = &app.background.import else { return };
    let Some(result) = import.job.take_result() else {
        let progress = import.job.progress();
        if let Some(Modal::Import(page)) = &mut app.state.modal {
            page.progress = Some(progress);
        }
        return;
    };
    let plan = import.plan.clone();
    app.background.import = None;
    let locale = app.state.locale();
    match result {
        Ok(done) => {
            leave_page(app);
            paths::remember_folder(app, &plan.file);
            sessions::open(app, &plan.journal);
            tell(app, &done.report);
        }
        // A session needs no import; whoever chose it wants to see it.
        Err(ImportFailure::IsAJournal { path }) => {
            leave_page(app);
            sessions::open(app, &path);
        }
        Err(failure) => {
            let line = trouble::import(locale, &failure);
            if let Some(Modal::Import(page)) = &mut app.state.modal {
                page.progress = None;
                page.error = Some(line);
            } else {
                app.tell(Told::Bad, line);
            }
        }
    }
}

fn leave_page(app: &mut App) {
    if matches!(app.state.modal, Some(Modal::Import(_))) {
        app.state.modal = None;
    }
}

/// Says what came out, and what did not.
fn tell(app: &mut App, report: &ImportReport) {
    let locale = app.state.locale();
    app.tell(Told::Good, locale.format("toast.imported", &[("count", &Count(report.records))]));
    if report.skipped > 0 {
        app.tell(Told::Plain, locale.format("toast.import_skipped", &[("count", &Count(report.skipped))]));
    }
    if report.missing_bytes > 0 {
        app.tell(
            Told::Plain,
            locale.format("toast.import_missing", &[("count", &Count(report.missing_bytes))]),
        );
    }
    if let Some(damage) = &report.damage {
        app.tell(Told::Bad, locale.format("toast.import_damaged", &[("damage", damage)]));
    }
}

/// Both ends of a raw file's talk, as far as the person knows them.
fn ends_of(typed: &str) -> Result<Option<PeerEnds>, std::net::AddrParseError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let remote: SocketAddr = typed.parse()?;
    let local = if remote.is_ipv4() {
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
    } else {
        SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
    };
    Ok(Some(PeerEnds { local: local.into(), remote: remote.into() }))
}

/// A name that no other session has: two imports by one program are never begun in the same nanosecond.
fn journal_name() -> String {
    let moment = time::rfc3339_utc(clock::now().wall_ns);
    format!("{}-import-{}.skj", moment.replace([':', '.'], ""), std::process::id())
}
