//! What others than the desktop say to the event loop. It knows neither the loop nor the window.

use egui_winit::accesskit_winit;
use std::time::Instant;

/// What wakes the loop besides the desktop.
#[derive(Debug)]
pub(super) enum Wake {
    /// A frame is wanted, unless one was drawn since.
    Frame { at: Instant, asked_in_pass: u64 },
    /// Assistive technology wants something.
    AccessKit(accesskit_winit::Event),
}

impl From<accesskit_winit::Event> for Wake {
    fn from(event: accesskit_winit::Event) -> Wake {
        Wake::AccessKit(event)
    }
}
