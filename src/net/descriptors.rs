//! Descriptors that a peer passes along: nobody here wants them, so that they are closed at once.

use std::os::fd::RawFd;

/// No message passes more than this.
pub(super) const MOST_DESCRIPTORS: usize = 253;

/// Closes what a peer passed along, and says how many that were.
pub(super) fn close_descriptors(descriptors: &[RawFd]) -> u32 {
    for descriptor in descriptors {
        if nix::unistd::close(*descriptor).is_err() {
            // The system has closed it all the same.
        }
    }
    u32::try_from(descriptors.len()).unwrap_or(u32::MAX)
}
