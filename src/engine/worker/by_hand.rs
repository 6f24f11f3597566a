//! A worker without its thread, for tests that move it by hand.

use crate::engine::news::News;
use crate::engine::shared::Shared;
use crate::engine::sync::Syncer;
use crate::engine::worker::{Worker, WorkerParts};
use crate::journal::{JournalInfo, JournalWriter};
use crate::model::ids::SessionId;
use crate::net::poll::Poll;
use std::path::Path;
use std::sync::Arc;
use std::task::Waker;

/// A worker of a closed session, with its journal in this folder. Nobody gives it commands or takes its events.
pub(super) fn worker_in(folder: &Path) -> Worker {
    let journal = JournalWriter::create(&folder.join("s.skj"), &JournalInfo::default()).unwrap();
    Worker::new(WorkerParts {
        id: SessionId(1),
        poll: Poll::new().unwrap(),
        mailbox: crossbeam_channel::bounded(1).1,
        events: crossbeam_channel::bounded(1).0,
        news: News::new(Waker::noop().clone()),
        shared: Shared::default(),
        journal,
        syncer: Arc::new(Syncer::start().unwrap()),
    })
}
