//! Why a window that the processor draws is not there. It opens none.

use crate::model::failure::Failure;
use softbuffer::SoftBufferError;
use thiserror::Error;
use winit::error::{EventLoopError, OsError};

/// Why there is no window, or no longer one.
#[derive(Debug, Error)]
pub(in crate::ui) enum SoftwareError {
    /// The desktop cannot be reached, or not any more.
    #[error(transparent)]
    EventLoop(#[from] EventLoopError),
    /// The desktop refuses a window.
    #[error(transparent)]
    Window(#[from] OsError),
    /// The desktop takes no picture.
    #[error("cannot show a picture: {0}")]
    Surface(#[from] SoftBufferError),
    /// What belongs into the window could not be started.
    #[error(transparent)]
    NotStarted(Failure),
}
