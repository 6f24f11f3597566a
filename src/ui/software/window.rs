//! The window that the processor draws: what the desktop says goes into a frame, what a frame asks for goes to the
//! desktop, and its picture onto the screen. It knows no tab and no session.

use crate::ui::WINDOW_TITLE;
use crate::ui::app::App;
use crate::ui::frame_count::FrameCount;
use crate::ui::software::due::Due;
use crate::ui::software::error::SoftwareError;
use crate::ui::software::painter::Painter;
use crate::ui::software::pieces::Scene;
use crate::ui::software::pixel;
use crate::ui::software::surface::Surface;
use crate::ui::software::wake::Wake;
use egui::{
    Context, Event, FullOutput, NumExt, PlatformOutput, RawInput, TexturesDelta, Vec2, ViewportBuilder,
    ViewportCommand, ViewportEvent, ViewportId, ViewportInfo,
};
use egui_winit::{ActionRequested, State, accesskit_winit};
use std::rc::Rc;
use std::time::{Duration, Instant};
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, EventLoopProxy};
use winit::window::Window;

/// A window that nobody sees only takes in its news, and no more often than this.
const BETWEEN_HIDDEN_FRAMES: Duration = Duration::from_millis(100);

/// On Wayland the desktop says when it wants a picture. From one that it hides without a word, none may ever be wanted.
const LONGEST_WAIT_FOR_DESKTOP: Duration = Duration::from_millis(250);

/// What the window is like is asked of the desktop when it says that something changed, and at least so often: not every
/// desktop says that a window was put away.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// The window before there is something in it.
pub(super) struct EmptyWindow {
    ctx: Context,
    window: Rc<Window>,
    surface: Surface,
    state: State,
    info: ViewportInfo,
}

/// The window.
pub(super) struct SoftwareWindow {
    desktop: EmptyWindow,
    app: App,
    frames: Option<FrameCount>,
    painter: Painter,
    due: Due,
    /// What came in while the window was hidden.
    unseen: RawInput,
    /// When the desktop was last asked what the window is like.
    looked_at: Option<Instant>,
    /// Whether the desktop shows it: not before it has its first picture.
    is_there: bool,
    /// Since when the desktop owes a request for a picture.
    waiting_since: Option<Instant>,
}

impl SoftwareWindow {
    /// A hidden window with nothing in it.
    pub(super) fn open(
        ctx: &Context,
        event_loop: &ActiveEventLoop,
        viewport: ViewportBuilder,
        proxy: EventLoopProxy<Wake>,
    ) -> Result<EmptyWindow, SoftwareError> {
        let builder = within_monitors(ctx, event_loop, viewport).with_visible(false);
        let window = Rc::new(create(ctx, event_loop, &builder)?);
        let surface = Surface::new(event_loop.owned_display_handle(), Rc::clone(&window))?;
        let scale = egui_winit::pixels_per_point(ctx, &window) / ctx.zoom_factor();
        let theme = event_loop.system_theme();
        let mut state = State::new(ctx.clone(), ViewportId::ROOT, event_loop, Some(scale), theme, None);
        state.init_accesskit(event_loop, &window, proxy);
        let mut info = ViewportInfo::default();
        egui_winit::update_viewport_info(&mut info, ctx, &window, true);
        Ok(EmptyWindow { ctx: ctx.clone(), window, surface, state, info })
    }

    /// Draws the first frame, so that the window appears with something in it.
    pub(super) fn show(&mut self, event_loop: &ActiveEventLoop) -> Result<(), SoftwareError> {
        self.draw(event_loop, true)?;
        // What is shown in a window that is not there yet may be lost.
        self.desktop.window.request_redraw();
        Ok(())
    }

    /// A frame is wanted, by somebody who saw the one of this number.
    pub(super) fn want_frame(&mut self, at: Instant, asked_in_pass: u64) {
        let pass = self.desktop.ctx.cumulative_pass_nr();
        if pass == asked_in_pass || pass == asked_in_pass + 1 {
            let is_hidden = !self.is_seen();
            let at = if is_hidden { at.max(Instant::now() + BETWEEN_HIDDEN_FRAMES) } else { at };
            self.due.want(at);
        }
    }

    /// Takes in what the desktop says.
    pub(super) fn take_event(
        &mut self,
        event_loop: &ActiveEventLoop,
        event: &WindowEvent,
    ) -> Result<(), SoftwareError> {
        let now = Instant::now();
        match event {
            WindowEvent::RedrawRequested => {
                let is_asked_for = self.waiting_since.take().is_some();
                return self.draw(event_loop, !is_asked_for);
            }
            WindowEvent::CloseRequested => {
                self.desktop.info.events.push(ViewportEvent::Close);
                self.due.want_answer(now);
            }
            WindowEvent::Occluded(is_occluded) => self.desktop.info.occluded = Some(*is_occluded),
            _ => {}
        }
        if !is_of_pointer_or_key(event) {
            self.looked_at = None;
        }
        let response = self.desktop.state.on_window_event(&self.desktop.window, event);
        if cfg!(windows) && matches!(event, WindowEvent::Resized(_)) {
            // The desktop shows the window in its new size as soon as this returns.
            return self.draw(event_loop, true);
        }
        match event {
            _ if !response.repaint => {}
            WindowEvent::CursorMoved { .. } | WindowEvent::MouseWheel { .. } => self.due.want(now),
            _ => self.due.want_answer(now),
        }
        Ok(())
    }

    /// Takes in what assistive technology wants.
    pub(super) fn take_accessibility(
        &mut self,
        event_loop: &ActiveEventLoop,
        event: accesskit_winit::WindowEvent,
    ) -> Result<(), SoftwareError> {
        match event {
            accesskit_winit::WindowEvent::InitialTreeRequested => {
                self.desktop.ctx.enable_accesskit();
                // Until the first tree comes, nothing is known of the window.
                return self.draw(event_loop, false);
            }
            accesskit_winit::WindowEvent::ActionRequested(request) => {
                self.desktop.state.on_accesskit_action_request(request);
                self.due.want_answer(Instant::now());
            }
            accesskit_winit::WindowEvent::AccessibilityDeactivated => self.desktop.ctx.disable_accesskit(),
        }
        Ok(())
    }

    /// Draws the frame that is due, if one is.
    pub(super) fn draw_if_due(&mut self, event_loop: &ActiveEventLoop) -> Result<(), SoftwareError> {
        let now = Instant::now();
        if self.waiting_since.is_some_and(|since| since + LONGEST_WAIT_FOR_DESKTOP <= now) {
            self.waiting_since = None;
            self.due.begin(now);
            self.take_in_only(event_loop);
            return Ok(());
        }
        if self.waiting_since.is_some() || !self.due.is_now(now) {
            return Ok(());
        }
        if is_drawn_on_request(event_loop) && self.is_seen() {
            self.waiting_since = Some(now);
            self.desktop.window.request_redraw();
            return Ok(());
        }
        self.draw(event_loop, false)
    }

    /// When a frame is due, or when to stop waiting for the desktop.
    pub(super) fn next_frame(&self) -> Option<Instant> {
        self.waiting_since.map_or(self.due.at(), |since| Some(since + LONGEST_WAIT_FOR_DESKTOP))
    }

    /// Ends what is in the window.
    pub(super) fn close(mut self) {
        self.desktop.ctx.on_exit();
        self.app.close();
    }

    fn is_seen(&self) -> bool {
        self.desktop.info.visible().unwrap_or(true)
    }

    /// Draws a frame and shows it; the whole of it where the desktop has lost its picture of the window.
    fn draw(&mut self, event_loop: &ActiveEventLoop, is_whole: bool) -> Result<(), SoftwareError> {
        let began = Instant::now();
        self.due.begin(began);
        self.look_at_window(began);
        if !self.is_seen() {
            self.take_in_only(event_loop);
            return Ok(());
        }
        let input = self.take_input();
        let is_closing = input.viewport().close_requested();
        let app = &mut self.app;
        let output = self.desktop.ctx.run_ui(input, |ui| {
            app.take_in(ui.ctx());
            app.draw(ui);
        });
        let FullOutput { platform_output, textures_delta, shapes, pixels_per_point, viewport_output } =
            output;
        let shown = self.show_shapes(shapes, pixels_per_point, textures_delta, is_whole);
        if let Some(frames) = &mut self.frames {
            frames.add();
        }
        if !std::mem::replace(&mut self.is_there, true) {
            // Before the desktop is told what to do with it, which it does only with a window that is there.
            self.desktop.window.set_visible(true);
        }
        let commands = viewport_output.into_values().flat_map(|output| output.commands).collect();
        self.follow(event_loop, platform_output, commands, is_closing);
        self.app.note_frame_cost(began.elapsed());
        shown
    }

    /// Takes in news without drawing: nobody sees the window. What the person did stays for the next frame.
    fn take_in_only(&mut self, event_loop: &ActiveEventLoop) {
        let input = self.take_input();
        let is_closing = input.viewport().close_requested();
        let output = self.desktop.ctx.run_logic(&input, |ctx| self.app.take_in(ctx));
        self.unseen = input;
        let commands = output.viewport_commands.into_values().flatten().collect();
        self.follow(event_loop, output.platform_output, commands, is_closing);
    }

    fn look_at_window(&mut self, now: Instant) {
        if self.looked_at.is_none_or(|at| now - at >= BETWEEN_LOOKS) {
            self.looked_at = Some(now);
            let EmptyWindow { ctx, window, info, .. } = &mut self.desktop;
            egui_winit::update_viewport_info(info, ctx, window, false);
        }
    }

    fn take_input(&mut self) -> RawInput {
        let mut input = std::mem::take(&mut self.unseen);
        input.append(self.desktop.state.take_egui_input(&self.desktop.window));
        input.viewports = std::iter::once((ViewportId::ROOT, self.desktop.info.clone())).collect();
        self.desktop.info.events.clear();
        input
    }

    fn show_shapes(
        &mut self,
        shapes: Vec<egui::epaint::ClippedShape>,
        pixels_per_point: f32,
        mut textures: TexturesDelta,
        is_whole: bool,
    ) -> Result<(), SoftwareError> {
        let primitives = self.desktop.ctx.tessellate(shapes, pixels_per_point);
        let ground = self.desktop.ctx.global_style().visuals.panel_fill;
        let size = self.desktop.window.inner_size();
        // A desktop's windows are no larger than this.
        let [width, height] = [size.width, size.height].map(|side| u16::try_from(side).unwrap_or(u16::MAX));
        let scene = Scene {
            primitives: &primitives,
            pixels_per_point,
            ground: pixel::of_color(ground),
            width,
            height,
        };
        self.painter.take_textures(&textures);
        let is_new = self.painter.look_at(&scene);
        let shown = if is_new || is_whole {
            self.desktop.surface.show(&mut self.painter, &scene, is_whole)
        } else {
            Ok(())
        };
        self.painter.forget_textures(&textures);
        textures.clear();
        Ok(shown?)
    }

    /// Does what a frame asked of the desktop, and ends where it was to be the last.
    fn follow(
        &mut self,
        event_loop: &ActiveEventLoop,
        platform: PlatformOutput,
        commands: Vec<ViewportCommand>,
        is_closing: bool,
    ) {
        let EmptyWindow { ctx, window, state, info, .. } = &mut self.desktop;
        let is_interrupted = platform.ime.as_ref().is_some_and(|ime| ime.should_interrupt_composition);
        let was_allowed = state.allow_ime();
        state.handle_platform_output_with_event_loop(window, event_loop, platform);
        if is_interrupted || was_allowed != state.allow_ime() {
            bring_event(window);
        }
        let stays = commands.contains(&ViewportCommand::CancelClose);
        if !commands.is_empty() {
            self.looked_at = None;
        }
        let mut actions = Vec::new();
        egui_winit::process_viewport_commands(ctx, info, commands, window, &mut actions);
        for action in actions {
            match action {
                ActionRequested::Cut => state.egui_input_mut().events.push(Event::Cut),
                ActionRequested::Copy => state.egui_input_mut().events.push(Event::Copy),
                ActionRequested::Paste => {
                    let text = state.clipboard_text().unwrap_or_default().replace("\r\n", "\n");
                    if !text.is_empty() {
                        state.egui_input_mut().events.push(Event::Paste(text));
                    }
                }
                // Nothing in the window takes pictures of it.
                ActionRequested::Screenshot(_) | ActionRequested::PaintWhileHidden => {}
            }
        }
        if is_closing && !stays {
            event_loop.exit();
        }
    }
}

impl EmptyWindow {
    /// The window with what belongs into it.
    pub(super) fn with(self, app: App, frames: Option<FrameCount>) -> SoftwareWindow {
        SoftwareWindow {
            desktop: self,
            app,
            frames,
            painter: Painter::default(),
            due: Due::default(),
            unseen: RawInput::default(),
            looked_at: None,
            is_there: false,
            waiting_since: None,
        }
    }
}

/// Whether an event is about what a person does and not about the window itself.
fn is_of_pointer_or_key(event: &WindowEvent) -> bool {
    matches!(
        event,
        WindowEvent::CursorMoved { .. }
            | WindowEvent::MouseWheel { .. }
            | WindowEvent::MouseInput { .. }
            | WindowEvent::KeyboardInput { .. }
            | WindowEvent::ModifiersChanged(_)
            | WindowEvent::Ime(_)
    )
}

/// On Wayland a picture is shown when the desktop asks for one; elsewhere as soon as it is drawn, because a request for
/// one would become one with the desktop's own for a part that it has lost.
#[cfg(target_os = "linux")]
fn is_drawn_on_request(event_loop: &ActiveEventLoop) -> bool {
    use winit::platform::wayland::ActiveEventLoopExtWayland;
    event_loop.is_wayland()
}

#[cfg(not(target_os = "linux"))]
fn is_drawn_on_request(_: &ActiveEventLoop) -> bool {
    false
}

/// On X11 the window library switches the input method when the next event of the desktop comes, and not before. Were that
/// the first key, it would still go to the old one, and the word that it begins would be lost. A title that is written
/// anew makes an event; what it was cannot be asked for there.
fn bring_event(window: &Window) {
    if cfg!(target_os = "linux") {
        window.set_title(WINDOW_TITLE);
    }
}

/// A window that is larger than every screen does not appear on some desktops.
fn within_monitors(
    ctx: &Context,
    event_loop: &ActiveEventLoop,
    viewport: ViewportBuilder,
) -> ViewportBuilder {
    let zoom = f64::from(ctx.zoom_factor());
    let largest = event_loop.available_monitors().fold(Vec2::ZERO, |largest, monitor| {
        let size = monitor.size().to_logical::<f32>(zoom * monitor.scale_factor());
        largest.max(egui::vec2(size.width, size.height))
    });
    match viewport.inner_size {
        Some(size) if largest != Vec2::ZERO => viewport.with_inner_size(size.at_most(largest)),
        _ => viewport,
    }
}

#[cfg(not(windows))]
fn create(
    ctx: &Context,
    event_loop: &ActiveEventLoop,
    builder: &ViewportBuilder,
) -> Result<Window, winit::error::OsError> {
    egui_winit::create_window(ctx, event_loop, builder)
}

/// The same with the picture of the task bar, which is not that of the title here.
#[cfg(windows)]
fn create(
    ctx: &Context,
    event_loop: &ActiveEventLoop,
    builder: &ViewportBuilder,
) -> Result<Window, winit::error::OsError> {
    use winit::platform::windows::WindowAttributesExtWindows;
    use winit::window::Icon;
    let icon = builder
        .icon
        .as_ref()
        .and_then(|icon| Icon::from_rgba(icon.rgba.clone(), icon.width, icon.height).ok());
    let attributes = egui_winit::create_winit_window_attributes(ctx, builder.clone()).with_taskbar_icon(icon);
    let window = event_loop.create_window(attributes)?;
    egui_winit::apply_viewport_builder_to_window(ctx, &window, builder);
    Ok(window)
}
