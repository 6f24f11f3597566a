//! The event loop of the window that the processor draws: it opens the window, hands it what the desktop says, and lets
//! it draw when a frame is due. It knows nothing of how a frame is drawn.

use crate::model::failure::Failure;
use crate::ui::app::App;
use crate::ui::frame_count::FrameCount;
use crate::ui::software::error::SoftwareError;
use crate::ui::software::wake::Wake;
use crate::ui::software::window::SoftwareWindow;
use egui::mutex::Mutex;
use egui::{Context, ViewportBuilder};
use std::time::Instant;
use winit::application::ApplicationHandler;
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents, EventLoop, EventLoopProxy};
use winit::window::WindowId;

/// Makes what belongs into the window, as soon as there is one.
pub(in crate::ui) type Start<'a> = Box<dyn FnOnce(&Context) -> Result<App, Failure> + 'a>;

/// Shows the window until it is closed.
pub(in crate::ui) fn run(
    viewport: ViewportBuilder,
    frames: Option<FrameCount>,
    start: Start<'_>,
) -> Result<(), SoftwareError> {
    let event_loop = EventLoop::<Wake>::with_user_event().build()?;
    // The pointer's moves within the window come as its own events.
    event_loop.listen_device_events(DeviceEvents::Never);
    let proxy = event_loop.create_proxy();
    let opening = Opening { viewport, frames, start };
    let mut shell = Shell { proxy, opening: Some(opening), window: None, ended: None };
    event_loop.run_app(&mut shell)?;
    shell.ended.map_or(Ok(()), Err)
}

/// What the window is made of, until the loop is ready for it.
struct Opening<'a> {
    viewport: ViewportBuilder,
    frames: Option<FrameCount>,
    start: Start<'a>,
}

struct Shell<'a> {
    proxy: EventLoopProxy<Wake>,
    opening: Option<Opening<'a>>,
    window: Option<SoftwareWindow>,
    ended: Option<SoftwareError>,
}

impl Shell<'_> {
    fn open(&mut self, event_loop: &ActiveEventLoop, opening: Opening<'_>) -> Result<(), SoftwareError> {
        let ctx = new_context();
        let proxy = Mutex::new(self.proxy.clone());
        ctx.set_request_repaint_callback(move |info| {
            let at = Instant::now() + info.delay;
            let wake = Wake::Frame { at, asked_in_pass: info.current_cumulative_pass_nr };
            if proxy.lock().send_event(wake).is_err() {
                // The loop has ended, and with it the window.
            }
        });
        let window = SoftwareWindow::open(&ctx, event_loop, opening.viewport, self.proxy.clone())?;
        let app = (opening.start)(&ctx).map_err(SoftwareError::NotStarted)?;
        let window = self.window.insert(window.with(app, opening.frames));
        window.show(event_loop)
    }

    /// Ends the loop where something failed.
    fn go_on(&mut self, event_loop: &ActiveEventLoop, outcome: Result<(), SoftwareError>) {
        if let Err(error) = outcome {
            self.ended.get_or_insert(error);
            event_loop.exit();
        }
    }
}

/// What the other renderers' frame makes of a context, too.
fn new_context() -> Context {
    let ctx = Context::default();
    ctx.options_mut(|options| options.max_passes = options.max_passes.saturating_add(1));
    ctx
}

impl ApplicationHandler<Wake> for Shell<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if let Some(opening) = self.opening.take() {
            let outcome = self.open(event_loop, opening);
            self.go_on(event_loop, outcome);
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, wake: Wake) {
        let Some(window) = &mut self.window else { return };
        let outcome = match wake {
            Wake::Frame { at, asked_in_pass } => {
                window.want_frame(at, asked_in_pass);
                Ok(())
            }
            Wake::AccessKit(event) => window.take_accessibility(event_loop, event.window_event),
        };
        self.go_on(event_loop, outcome);
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(window) = &mut self.window else { return };
        let outcome = window.take_event(event_loop, &event);
        self.go_on(event_loop, outcome);
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let Some(window) = &mut self.window else { return };
        let outcome = window.draw_if_due(event_loop);
        event_loop.set_control_flow(window.next_frame().map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
        self.go_on(event_loop, outcome);
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        // The desktop may end a program without closing its window first.
        if let Some(window) = self.window.take() {
            window.close();
        }
    }
}
