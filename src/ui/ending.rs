//! The end of the program: when it is asked for, and whether the person is asked back.

use crate::ui::jobs::Jobs;
use crate::ui::state::AppState;
use crate::ui::tab::Tab;
use crate::util::stop_signals::StopSignals;
use egui::{Context, ViewportCommand};

/// Ends the window where something else than the window was asked to end, and asks before it goes where something goes on.
pub(super) fn take_in(state: &mut AppState, stop: Option<&StopSignals>, jobs: &Jobs, ctx: &Context) {
    if stop.is_some_and(|stop| stop.received().try_recv().is_ok()) {
        // Whoever asks like this cannot be asked back.
        state.may_quit = true;
        ctx.send_viewport_cmd(ViewportCommand::Close);
        ctx.request_repaint();
    }
    let is_asked = ctx.input(|input| input.viewport().close_requested());
    let goes_on = || state.tabs.iter().any(Tab::is_open) || jobs.is_busy();
    if is_asked && !state.may_quit && goes_on() {
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        state.asks_quit = true;
    }
}
