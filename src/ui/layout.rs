//! Where everything stands: bars, sides, the sheet or two of them, and what is in front. It decides places and
//! passes on what is asked for.

use crate::model::status::SessionState;
use crate::ui::action::Action;
use crate::ui::ctx::ViewCtx;
use crate::ui::log::LogRows;
use crate::ui::pages::view::{confirm_quit_ui, modal_ui};
use crate::ui::sessions::view::sessions_ui;
use crate::ui::settings_page::view::settings_ui;
use crate::ui::state::{AppState, Page};
use crate::ui::tab::TabAction;
use crate::ui::tab::TabKey;
use crate::ui::tab::banner::banner_ui;
use crate::ui::tab::chart::view::chart_ui;
use crate::ui::tab::composer::repeats::ChosenTarget;
use crate::ui::tab::composer::send_choices::SendSurroundings;
use crate::ui::tab::composer::view::composer_ui;
use crate::ui::tab::composer::words::configured_remote;
use crate::ui::tab::connection::open_button::{open_button_height, open_button_ui};
use crate::ui::tab::connection::view::connection_ui;
use crate::ui::tab::drawer::strip::{Amounts, strip_ui};
use crate::ui::tab::highlights::panel::{highlights_height, highlights_ui};
use crate::ui::tab::inspector::InspectorPanel;
use crate::ui::tab::inspector::view as inspector;
use crate::ui::tab::peers::view::peers_ui;
use crate::ui::tab::title::{tab_title, title_at_port};
use crate::ui::tab::{Tab, answers, sends, sequence, sheet_area, status_bar, view_bar};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::top_bar::{self, Light, TabLabel, pane_title, tab_bar_ui};
use crate::ui::widgets::drawer;
use crate::util::locale::Locale;
use crate::workspace::tabs::DrawerChoice;
use egui::accesskit::Live;
use egui::containers::panel::PanelState;
use egui::{
    CentralPanel, EventFilter, Frame, Id, Key, Margin, Memory, Modifiers, Panel, Popup, Pos2, Rect, Role,
    Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

/// The heading of the peers, all of them together and one of them; beside it the form of the connection takes what it needs.
const PEERS_NEED: f32 = 150.0;

/// Narrower windows show no inspector by themselves.
const INSPECTOR_NEEDS: f32 = 1180.0;

/// Where less would be left for a session, an inspector that is asked for lies over it.
const SESSION_NEEDS: f32 = 400.0;

const SIDE_WIDTH: f32 = 266.0;
const INSPECTOR_WIDTH: f32 = 356.0;

/// Draws the whole window.
pub fn window_ui(ui: &mut Ui, state: &mut AppState, said: &str, out: &mut Vec<Action>) {
    let locale = state.locale();
    let keyboard = Some(state.tabs.keyboard_tab()).filter(|_| !state.is_covered());
    let inspected = state.tabs.keyboard_tab();
    let labels: Vec<TabLabel> = state.tabs.iter().map(|tab| label_of(locale, tab)).collect();
    let AppState {
        tabs,
        page,
        sessions,
        modal,
        asks_quit,
        settings,
        settings_page,
        sending,
        addresses,
        times,
        names,
        theme,
        inspector,
        ..
    } = state;
    let ctx = ViewCtx { locale, settings, theme: *theme, sending, names, addresses, times };
    let front = (*page == Page::Tabs).then_some(tabs.active);
    bar(Panel::top("tabs").exact_size(top_bar::HEIGHT), ui, |ui| {
        tab_bar_ui(ui, &ctx, &labels, front, (tabs.beside, front.and(Some(inspected))), out);
    });
    let page_frame = Frame::new().fill(Theme::of(ui).ground).inner_margin(Margin::same(16));
    if *page == Page::Sessions {
        CentralPanel::no_frame().frame(page_frame).show(ui, |ui| sessions_ui(ui, &ctx, sessions, out));
    } else if *page == Page::Settings {
        CentralPanel::no_frame().frame(page_frame).show(ui, |ui| settings_ui(ui, &ctx, settings_page, out));
    } else {
        let (active, beside) = (tabs.active, tabs.beside);
        let area = ui.available_rect_before_wrap();
        let mut right = Rect::NOTHING;
        if let Some(tab) = tabs.iter_mut().find(|tab| tab.key == active) {
            status_ui(ui, &ctx, tab, out);
            side_ui(ui, &ctx, tab, out);
        }
        if let Some(inspector_ui) = inspector_place(ui, &ctx, inspector, beside.is_some())
            && let Some(tab) = tabs.iter_mut().find(|tab| tab.key == inspected)
        {
            inspector_ui(ui, &ctx, tab, out);
        }
        // Alone, a session is named by its tab.
        let title = |key| beside.and(labels.iter().find(|label| label.key == key));
        if let Some(tab) = tabs.iter_mut().find(|tab| beside == Some(tab.key)) {
            let half = ui.available_width() / 2.0;
            let panel = Panel::right("beside").default_size(half).size_range(300.0..=half * 1.5);
            side(panel.frame(Frame::new()), ui, |ui| {
                right = ui.max_rect();
                session_ui(ui, &ctx, tab, (keyboard, title(tab.key)), out);
            });
        }
        CentralPanel::no_frame().show(ui, |ui| {
            if let Some(tab) = tabs.iter_mut().find(|tab| tab.key == active) {
                session_ui(ui, &ctx, tab, (keyboard, title(tab.key)), out);
            }
        });
        if let Some(at) = touched_place(ui).filter(|at| area.contains(*at)) {
            tabs.touched = if right.contains(at) { beside } else { Some(active) };
        }
    }
    if *asks_quit {
        confirm_quit_ui(ui, &ctx, out);
    } else {
        modal_ui(ui, &ctx, modal, out);
    }
    say(ui, said);
}

fn label_of(locale: &Locale, tab: &Tab) -> TabLabel {
    TabLabel {
        key: tab.key,
        title: title_with_port(locale, tab),
        state: text::state_line(locale, &tab.status.state, tab.settings.kind),
        light: light_of(tab),
        is_fresh: tab.is_fresh,
    }
}

/// What a tab is called, with the port that the system gave where none was chosen.
fn title_with_port(locale: &Locale, tab: &Tab) -> String {
    let settings = &tab.settings;
    let given = match &tab.status.state {
        SessionState::Listening { local, .. } | SessionState::Bound { local } => local.port(),
        _ => None,
    };
    match given.filter(|_| matches!(settings.local_port.trim(), "" | "0")) {
        Some(port) => title_at_port(locale, settings, &port.to_string()),
        None => tab_title(locale, settings),
    }
}

/// Where the pointer was just pressed, or what has just got the keyboard; menus and pages in front do not count.
fn touched_place(ui: &Ui) -> Option<Pos2> {
    let ctx = ui.ctx();
    let pressed = ctx.input(|input| input.pointer.interact_pos().filter(|_| input.pointer.any_pressed()));
    let pressed = pressed.filter(|at| ctx.layer_id_at(*at) == Some(ui.layer_id()));
    let focused = || {
        let response = ctx.read_response(ctx.memory(Memory::focused)?)?;
        let is_new = response.gained_focus() && response.layer_id == ui.layer_id();
        is_new.then(|| response.interact_rect.center())
    };
    pressed.or_else(focused)
}

/// Tells the accessibility tree what stands in the corner for a while; it is spoken when it changes.
fn say(ui: &Ui, said: &str) {
    let corner = Rect::from_min_size(ui.max_rect().max, Vec2::ZERO);
    let response = ui.interact(corner, ui.scope_id().with("said"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, said));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
}

fn bar(panel: Panel, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let frame = Frame::new();
    panel.resizable(false).frame(frame).show(ui, add);
}

/// A side as wide as the person made it, whatever stands in it. A panel alone takes on the width of what it shows.
fn side(panel: Panel, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    panel.show(ui, |ui| {
        let room = ui.max_rect();
        add(&mut ui.new_child(UiBuilder::new().max_rect(room)));
        ui.expand_to_include_rect(room);
    });
}

/// A panel takes on the height of what it shows in the next frame: there has to be one.
fn settle(ui: &Ui, height: f32) {
    let id = ui.scope_id().with("send-height");
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, height), height));
    if (before - height).abs() > 0.5 {
        ui.ctx().request_repaint();
    }
}

fn light_of(tab: &Tab) -> Light {
    match &tab.status.state {
        SessionState::Closed => Light::Off,
        SessionState::Failed(_) => Light::Bad,
        SessionState::Listening { .. } | SessionState::Bound { .. } | SessionState::Connected { .. } => {
            Light::On
        }
        _ => Light::Waiting,
    }
}

fn pass_on(key: TabKey, asked: Vec<TabAction>, out: &mut Vec<Action>) {
    out.extend(asked.into_iter().map(|action| Action::OnTab(key, action)));
}

fn status_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &Tab, out: &mut Vec<Action>) {
    let journal = tab.reader().map(|reader| {
        let snapshot = reader.snapshot();
        let split = tab.log.rows.as_ref().and_then(LogRows::split_status);
        let better_encoding = tab.log.better_encoding;
        status_bar::JournalFacts {
            path: reader.path(),
            bytes: snapshot.bytes,
            rows: snapshot.records,
            split,
            better_encoding,
        }
    });
    let mut asked = Vec::new();
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
    Panel::bottom("status").exact_size(status_bar::HEIGHT).resizable(false).frame(frame).show(ui, |ui| {
        let meter = (&tab.status, &tab.meter);
        let log_file = tab.log_file.shown();
        let facts = (journal, tab.totals.shown());
        status_bar::status_bar_ui(ui, ctx, &tab.settings, meter, facts, log_file, &mut asked);
    });
    pass_on(tab.key, asked, out);
}

fn side_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, out: &mut Vec<Action>) {
    let mut asked = Vec::new();
    let frame = Frame::new().inner_margin(Margin::symmetric(14, 12));
    let panel = Panel::left("connection").default_size(SIDE_WIDTH).size_range(220.0..=420.0);
    side(panel.frame(frame), ui, |ui| {
        if tab.is_kept() {
            sheet_area::kept_ui(ui, ctx, tab.reader());
            ui.add_space(theme::SPACE_16);
            highlights_ui(ui, ctx, &tab.settings.highlights, &tab.log.highlights, &mut asked);
            return;
        }
        // Focus and what can be undone belong to the fields of one tab.
        ui.push_id(tab.key.0, |ui| connected_ui(ui, ctx, tab, &mut asked));
    });
    edge_ui(ui, ctx, "connection", Key::ArrowRight);
    pass_on(tab.key, asked, out);
}

/// What one press of an arrow adds to the width of a panel, or takes from it.
const WIDTH_STEP: f32 = 16.0;

/// What the toolkit leaves undone at the edge of a panel: its name in the person's language, a mark, and the arrow keys,
/// of which one makes it wider.
fn edge_ui(ui: &Ui, ctx: &ViewCtx<'_>, panel: &'static str, wider: Key) {
    let id = ui.scope_id().with(panel);
    let handle = id.with("__resize");
    if let Some(response) = ui.ctx().read_response(handle) {
        let name = ctx.text("view.resize");
        ui.ctx().accesskit_node_builder(handle, |node| node.set_label(name));
        if response.has_focus() {
            let stroke = Stroke::new(2.0, Theme::of(ui).accent);
            ui.painter().vline(response.rect.center().x, response.rect.y_range(), stroke);
            widen(ui, (id, handle), wider);
        }
    }
}

fn widen(ui: &Ui, (panel, handle): (Id, Id), wider: Key) {
    let arrows = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(handle, arrows));
    let by: f32 = [Key::ArrowLeft, Key::ArrowRight]
        .into_iter()
        .filter(|key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, *key)))
        .map(|key| if key == wider { WIDTH_STEP } else { -WIDTH_STEP })
        .sum();
    if by != 0.0
        && let Some(mut state) = PanelState::load(ui.ctx(), panel)
    {
        // How wide it may be is seen to where it is drawn.
        state.outer_rect = state.outer_rect.with_max_x(state.outer_rect.max.x + by);
        ui.data_mut(|data| data.insert_persisted(panel, state));
        ui.ctx().request_repaint();
    }
}

fn connected_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, asked: &mut Vec<TabAction>) {
    let below = highlights_height(tab.settings.highlights.len());
    let meeting = tab.settings.kind.shape().meeting;
    let height = ui.available_height() - PEERS_NEED - below - open_button_height(meeting, &tab.status);
    egui::ScrollArea::vertical().id_salt("side").max_height(height).show(ui, |ui| {
        connection_ui(ui, ctx, &mut tab.settings, &mut tab.panel, &tab.status, asked);
    });
    // However long the form is, and wherever it is scrolled to.
    open_button_ui(ui, ctx, meeting, &tab.status, asked);
    ui.add_space(theme::SPACE_12);
    let remote = configured_remote(ctx.locale, &tab.settings);
    let shape = (tab.settings.kind.shape(), remote.as_str());
    let height = (ui.available_height() - below).max(0.0);
    ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
        ui.set_max_height(height);
        // What stands below it keeps its place, also while there is nobody.
        ui.set_min_height(height);
        peers_ui(ui, ctx, shape, &tab.status, &mut tab.peers, asked);
    });
    ui.add_space(theme::SPACE_12);
    highlights_ui(ui, ctx, &tab.settings.highlights, &tab.log.highlights, asked);
}

/// Draws the inspector of a tab.
type InspectorDrawing = fn(&mut Ui, &ViewCtx<'_>, &mut Tab, &mut Vec<Action>);

/// How the inspector is drawn, if it is: at the side where there is room, and where it was asked for.
fn inspector_place(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    panel: &mut InspectorPanel,
    are_two: bool,
) -> Option<InspectorDrawing> {
    let room = ui.available_width();
    let has_room = room + SIDE_WIDTH >= INSPECTOR_NEEDS;
    panel.is_seen = ctx.settings.inspector && (has_room || panel.was_asked_for);
    let left = if are_two { 2.0 * SESSION_NEEDS } else { SESSION_NEEDS };
    let fits = has_room || room - INSPECTOR_WIDTH >= left;
    panel.is_seen.then_some(if fits { inspector_ui } else { inspector_over_ui })
}

fn inspector_over_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, out: &mut Vec<Action>) {
    drawer(ui, "inspector", INSPECTOR_WIDTH, |ui| inspected_ui(ui, ctx, tab, out));
}

fn inspector_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, out: &mut Vec<Action>) {
    let frame = Frame::new().inner_margin(Margin::symmetric(14, 12));
    let panel = Panel::right("inspector").default_size(INSPECTOR_WIDTH).size_range(280.0..=760.0);
    side(panel.frame(frame), ui, |ui| inspected_ui(ui, ctx, tab, out));
    edge_ui(ui, ctx, "inspector", Key::ArrowLeft);
}

fn inspected_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, out: &mut Vec<Action>) {
    let around = inspector::InspectorContext {
        encoding: tab.encoding(),
        decoders: tab.settings.decoders.typed(),
        can_compare: tab.log.sheet.marked().is_some_and(|marked| tab.inspected() != Some(marked)),
        peer: tab.peers.selected.as_ref(),
        status: &tab.status,
    };
    let mut asked = Vec::new();
    ui.push_id(tab.key.0, |ui| {
        inspector::inspector_ui(ui, ctx, &mut tab.log.inspector, around, &mut asked);
    });
    out.extend(asked.into_iter().map(|action| Action::OnTab(tab.key, action)));
}

/// One session: its name where there are two, its view bar, its sheet and its send area.
fn session_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut Tab,
    (keyboard, title): (Option<TabKey>, Option<&TabLabel>),
    out: &mut Vec<Action>,
) {
    let mut asked = Vec::new();
    let key = tab.key;
    let keys =
        sheet_area::Keys { has_menu: Popup::is_any_open(ui.ctx()), has_keyboard: keyboard == Some(key) };
    ui.push_id(key.0, |ui| {
        if let Some(label) = title {
            let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
            let panel = Panel::top("title").exact_size(pane_title::HEIGHT).resizable(false);
            panel.frame(frame).show(ui, |ui| pane_title::pane_title_ui(ui, label, keys.has_keyboard));
        }
        let padded = Frame::new().inner_margin(Margin::symmetric(12, 8));
        Panel::top("view").resizable(false).frame(padded).show(ui, |ui| {
            view_bar::view_bar_ui(ui, ctx, &mut tab.settings, &mut tab.log, &mut asked);
            if tab.chart.is_shown {
                chart_ui(ui, ctx, &mut tab.chart, &mut asked);
            }
        });
        if let Some(failure) = &tab.status.paused {
            banner_ui(ui, ctx, tab.settings.kind.shape(), failure, &mut asked);
        }
        if !tab.is_kept() {
            let padded = Frame::new().inner_margin(Margin::symmetric(12, 10));
            let panel = Panel::bottom("send").resizable(false).frame(padded);
            let shown = panel.show(ui, |ui| {
                drawer_ui(ui, ctx, tab, &mut asked);
            });
            settle(ui, shown.response.rect.height());
        }
        CentralPanel::no_frame().show(ui, |ui| sheet_area::sheet_ui(ui, ctx, tab, keys, &mut asked));
    });
    pass_on(key, asked, out);
}

/// What lies below the log: its parts, and the one of them that is in front.
fn drawer_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, asked: &mut Vec<TabAction>) {
    let settings = &tab.settings;
    let simple = settings.composer.replies.iter().filter(|reply| reply.is_on).count();
    let is_on = tab.status.rules.iter().filter(|rule| rule.is_on).count();
    let amounts = Amounts { sends: ctx.sending.quick.len(), answers: is_on };
    strip_ui(ui, ctx, &settings.drawer, amounts, asked);
    ui.add_space(theme::SPACE_4);
    let (encoding, is_open, running) = (tab.encoding(), tab.is_open(), tab.status.sequence);
    let runs_list = tab.sequence.runs_list;
    match tab.settings.drawer.shown {
        DrawerChoice::Send => send_ui(ui, ctx, tab, asked),
        DrawerChoice::List => {
            let running = running.filter(|_| runs_list);
            let around = sends::view::SendsContext { encoding, is_open, running };
            sends::view::list_ui(ui, ctx, &mut tab.sends, around, asked);
        }
        DrawerChoice::Sequence => {
            let running = running.filter(|_| !runs_list);
            let placing = tab.settings.placing();
            let around = sequence::view::SequenceContext { encoding, is_open, running, placing };
            let (drawer, panel) = (&mut tab.settings.drawer, &mut tab.sequence);
            sequence::view::sequence_ui(ui, ctx, drawer, panel, around, asked);
        }
        DrawerChoice::Answers => {
            let (is_echo, told) = (tab.settings.composer.echo, &tab.status.rules[..]);
            let placing = tab.settings.placing();
            let around = answers::view::AnswersContext { encoding, is_echo, simple, told, placing };
            let (drawer, panel) = (&mut tab.settings.drawer, &mut tab.rules);
            answers::view::rules_ui(ui, ctx, drawer, panel, around, asked);
        }
    }
}

/// The send area.
fn send_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, asked: &mut Vec<TabAction>) {
    let target = tab.target().ok();
    let around = SendSurroundings {
        target: ChosenTarget(target.as_ref()),
        status: &tab.status,
        file: tab.file.as_ref().map(|file| &file.progress),
    };
    let (settings, composer) = (&mut tab.settings, &mut tab.composer);
    composer_ui(ui, ctx, settings, composer, &mut tab.peers, around, asked);
}
