//! Bringing files in: a capture, JSON lines or raw bytes become a session in the background, which is then in front.

pub mod view;

use crate::codec::time::TimePrecision;
use crate::engine::import::{ImportDone, ImportFailure, ImportPlan, import};
use crate::export::PeerEnds;
use crate::export::import::{ImportFormat, ImportReport, RawStream};
use crate::journal::format::FILE_EXTENSION;
use crate::model::record::Direction;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::paths::PathField;
use crate::ui::times::moment_in_file_name;
use crate::util::bytes_text::Count;
use crate::util::clock;
use crate::workspace::settings::Settings;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// What can be asked of bringing files in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportAction {
    /// The person is asked which file to bring in.
    Ask,
    /// The file that the page names is being read.
    Start,
    /// No more of the file is read.
    Cancel,
}

/// A file that is being read.
#[derive(Debug)]
pub struct ImportJob {
    plan: ImportPlan,
    job: JobHandle<Result<ImportDone, ImportFailure>>,
}

/// The import page.
#[derive(Debug)]
pub struct ImportPage {
    /// What is imported.
    pub path: PathField,
    /// What the file is taken for; without it, its first bytes tell.
    pub format: Option<ImportFormat>,
    /// Which way the bytes of a raw file went.
    pub direction: Direction,
    /// Whose they are; as typed, may be empty.
    pub peer: String,
    /// Bytes read, of how many, while it is being read.
    pub progress: Option<(u64, u64)>,
}

/// The page that asks which file to bring in.
pub(in crate::ui) fn page(cx: &mut Cx<'_>) -> ImportPage {
    let begins_in = cx.dialogs.start_folder().to_owned();
    ImportPage {
        path: cx.dialogs.field_to_open("import.title", Some(begins_in)),
        format: None,
        direction: Direction::Received,
        peer: String::new(),
        progress: None,
    }
}

/// Begins to read the file of the page.
pub(in crate::ui) fn start(page: &mut ImportPage, cx: &mut Cx<'_>) -> Option<ImportJob> {
    // What was typed for bytes is not seen, nor meant, with a file that tells its peers itself.
    let peer = if page.format == Some(ImportFormat::Raw) { page.peer.trim() } else { "" };
    let Ok(ends) = ends_of(peer) else {
        page.path.error = Some(cx.locale.format("import.bad_peer", &[("text", &page.peer.trim())]));
        return None;
    };
    let plan = ImportPlan {
        file: page.path.path(),
        journal: cx.profile.sessions_folder.join(journal_name()),
        format: page.format,
        raw: RawStream { direction: page.direction, ends },
    };
    let planned = plan.clone();
    let job = cx.jobs.start(JobKind::Import, move |control| {
        import(&planned, &mut |done, total| {
            control.set_progress(done, total);
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    });
    match job {
        Ok(job) => {
            page.path.error = None;
            page.progress = Some((0, 0));
            Some(ImportJob { plan, job })
        }
        Err(error) => {
            page.path.error = Some(error_text::thread(cx.locale, JobKind::Import.name(), &error));
            None
        }
    }
}

/// Stops what is being read; its end is told when it has come.
pub(in crate::ui) fn cancel(import: Option<&ImportJob>) {
    if let Some(import) = import {
        import.job.cancel();
    }
}

/// Takes in how far the file is. Tells which session there is to be shown, when there is one; the page has done its work
/// then.
pub(in crate::ui) fn take_in(
    page: Option<&mut ImportPage>,
    running: &mut Option<ImportJob>,
    settings: &mut Settings,
    cx: &mut Cx<'_>,
) -> Option<PathBuf> {
    let import = running.as_ref()?;
    let Some(result) = import.job.take_result() else {
        if let Some(page) = page {
            page.progress = Some(import.job.progress());
        }
        return None;
    };
    let plan = import.plan.clone();
    *running = None;
    match result {
        Ok(done) => {
            cx.remember_folder(settings, &plan.file);
            tell(&done.report, cx);
            Some(plan.journal)
        }
        // A session needs no import; whoever chose it wants to see it.
        Err(ImportFailure::IsAJournal { path }) => Some(path),
        Err(failure) => {
            let line = error_text::import(cx.locale, &failure);
            if let Some(page) = page {
                page.progress = None;
                page.path.error = Some(line);
            } else {
                cx.notices.problem(line);
            }
            None
        }
    }
}

/// Says what came out, and what did not.
fn tell(report: &ImportReport, cx: &mut Cx<'_>) {
    let locale = cx.locale;
    cx.notices.done(locale.format("toast.imported", &[("count", &Count(report.records))]));
    if report.skipped > 0 {
        cx.notices.info(locale.format("toast.import_skipped", &[("count", &Count(report.skipped))]));
    }
    if report.missing_bytes > 0 {
        cx.notices.info(locale.format("toast.import_missing", &[("count", &Count(report.missing_bytes))]));
    }
    if let Some(damage) = &report.damage {
        cx.notices.problem(error_text::import_damage(locale, damage));
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

/// A name that no other session has: two imports by one program are never begun in the same nanosecond. It tells the
/// time of this place, as those of other sessions do.
fn journal_name() -> String {
    let moment = moment_in_file_name(clock::now().wall_ns, TimePrecision::Nanos);
    format!("{moment}-import-{}.{FILE_EXTENSION}", std::process::id())
}
