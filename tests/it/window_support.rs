//! Drives the window for the flows: a profile of its own, controls by their names, tabs by their kind. It knows no
//! flow.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::model::failure::OsError;
use sockscope::model::status::SessionState;
use sockscope::ui::dialogs::DialogAnswer;
use sockscope::ui::state::AppState;
use sockscope::ui::tab::Tab;
use sockscope::ui::testing::{TestApp, open_window, wait_until};
use sockscope::util::locale::Language;
use sockscope::workspace::profile::Profile;
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::{TabKind, TabSettings, Tabs};
use std::fmt::Debug;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;
use tempfile::TempDir;

/// A window with a folder of its own.
pub(crate) struct Desk {
    pub(crate) harness: Harness<'static, TestApp>,
    pub(crate) folder: TempDir,
}

/// The settings of a first tab on a free loopback port.
pub(crate) fn loopback(kind: TabKind) -> TabSettings {
    TabSettings { local_host: "127.0.0.1".to_owned(), local_port: "0".to_owned(), ..TabSettings::new(kind) }
}

impl Desk {
    /// A window with these tabs, in English.
    pub(crate) fn with_tabs(tabs: Vec<TabSettings>) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        prepare(&folder, tabs);
        Desk::over(folder)
    }

    /// A window over a folder that is there already.
    pub(crate) fn over(folder: TempDir) -> Desk {
        let harness = open_window(folder.path(), Language::English, [1460.0, 860.0], DialogAnswer::Cancelled);
        let mut desk = Desk { harness, folder };
        desk.draw();
        desk
    }

    /// Ends the program and starts it again in the same folder.
    pub(crate) fn restart(self) -> Desk {
        let Desk { harness, folder } = self;
        drop(harness);
        Desk::over(folder)
    }

    pub(crate) fn draw(&mut self) {
        self.harness.run_steps(4);
    }

    pub(crate) fn state(&self) -> &AppState {
        self.harness.state().app().unwrap().state()
    }

    /// What was said last in the corner.
    pub(crate) fn said(&self) -> &str {
        self.harness.state().app().unwrap().said()
    }

    pub(crate) fn front(&self) -> &Tab {
        self.state().tab(self.state().tabs.active).unwrap()
    }

    /// Clicks the control with this name.
    pub(crate) fn press(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.draw();
    }

    /// Clicks the control with this name once it stays where it is: what has just come above it moves it.
    pub(crate) fn press_settled(&mut self, name: &str) {
        let mut place = None;
        let is_still = wait_until(&mut self.harness, |harness| {
            let now = harness.query_by_label(name).map(|node| node.rect());
            now.is_some() && std::mem::replace(&mut place, now) == now
        });
        assert!(is_still, "{name} does not come to rest: {:#?}", self.names());
        self.press(name);
    }

    /// Clicks the last of several controls with this name.
    pub(crate) fn press_last(&mut self, name: &str) {
        self.harness
            .get_all_by_label(name)
            .last()
            .unwrap_or_else(|| panic!("no {name}: {:#?}", self.names()))
            .click();
        self.draw();
    }

    /// Chooses a line of the list that is open.
    pub(crate) fn choose(&mut self, name: &str) {
        let mut lines = self.harness.get_all_by_label(name);
        let is_line = |role| role == Role::ListBoxOption;
        lines.rfind(|node| is_line(node.accesskit_node().role())).expect(name).click();
        drop(lines);
        self.draw();
    }

    /// Clicks the first control whose name contains this.
    pub(crate) fn press_containing(&mut self, part: &str) {
        let first = self.harness.get_all_by_label_contains(part).next();
        first.unwrap_or_else(|| panic!("nothing named …{part}…: {:#?}", self.names())).click();
        self.draw();
    }

    /// Opens the menu of the first control whose name contains this.
    pub(crate) fn menu_of(&mut self, part: &str) {
        let first = self.harness.get_all_by_label_contains(part).next();
        first.unwrap_or_else(|| panic!("nothing named …{part}…: {:#?}", self.names())).click_secondary();
        self.draw();
    }

    /// Drags with the mouse over these places, from the first to the last.
    pub(crate) fn drag(&mut self, places: &[Pos2]) {
        let [first, .., last] = places else { panic!("a drag has two ends") };
        self.harness.drag_at(*first);
        self.draw();
        for place in places {
            self.harness.hover_at(*place);
            self.draw();
        }
        self.harness.drop_at(*last);
        self.draw();
    }

    /// Empties a field and types into it.
    pub(crate) fn fill(&mut self, field: &str, text: &str) {
        self.focus(field);
        self.key(Modifiers::COMMAND, Key::A);
        self.key(Modifiers::NONE, Key::Backspace);
        self.enter(text);
    }

    /// Types where the keyboard is.
    pub(crate) fn enter(&mut self, text: &str) {
        if !text.is_empty() {
            self.harness.event(Event::Text(text.to_owned()));
            self.draw();
        }
    }

    pub(crate) fn focus(&mut self, field: &str) {
        let is_field = |role| matches!(role, Role::TextInput | Role::MultilineTextInput);
        let node = self
            .harness
            .get_all_by_label(field)
            .find(|node| is_field(node.accesskit_node().role()))
            .unwrap_or_else(|| panic!("no field {field}"));
        node.focus();
        self.draw();
    }

    pub(crate) fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.draw();
    }

    pub(crate) fn is_seen(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Waits until something with this in its name is seen.
    pub(crate) fn see(&mut self, part: &str) {
        let found = wait_until(&mut self.harness, |harness| {
            harness.query_all_by_label_contains(part).next().is_some()
        });
        assert!(found, "“{part}” is not seen; these are: {:#?}", self.names());
    }

    /// Waits until nothing with this in its name is seen any more.
    pub(crate) fn lose(&mut self, part: &str) {
        let lost = wait_until(&mut self.harness, |harness| {
            harness.query_all_by_label_contains(part).next().is_none()
        });
        assert!(lost, "“{part}” is still seen; these are: {:#?}", self.names());
        // What was below it has moved.
        self.draw();
    }

    /// Waits until this was said in the corner.
    pub(crate) fn hear(&mut self, part: &str) {
        let said =
            wait_until(&mut self.harness, |harness| harness.state().app().unwrap().said().contains(part));
        assert!(said, "“{part}” was not said, but “{}”", self.said());
        // What it was about may have made room.
        self.draw();
    }

    /// Waits until something is so.
    pub(crate) fn wait(&mut self, what: impl Debug, is_so: impl Fn(&AppState) -> bool) {
        let came = wait_until(&mut self.harness, |harness| is_so(harness.state().app().unwrap().state()));
        assert!(came, "{what:?} did not come; these are seen: {:#?}", self.names());
    }

    /// Presses the button that opens the tab in front and waits until it is open there.
    pub(crate) fn open(&mut self, button: &str) -> SocketAddr {
        self.press(button);
        self.wait(button, |state| local(state.tab(state.tabs.active).unwrap()).is_some());
        local(self.front()).unwrap()
    }

    /// Brings the tab at this place to the front.
    pub(crate) fn tab(&mut self, place: usize) {
        let key = [Key::Num1, Key::Num2, Key::Num3, Key::Num4][place];
        self.key(Modifiers::COMMAND, key);
        assert_eq!(self.state().tabs[place].key, self.state().tabs.active);
    }

    /// Writes into the send field of the tab in front.
    pub(crate) fn write(&mut self, text: &str) {
        self.fill("Payload", text);
    }

    /// What is told about the first thing whose name contains this, beyond its name.
    pub(crate) fn about(&self, part: &str) -> String {
        let first = self.harness.get_all_by_label_contains(part).next();
        let node = first.unwrap_or_else(|| panic!("nothing named …{part}…: {:#?}", self.names()));
        node.accesskit_node().description().unwrap_or_default()
    }

    /// Clicks the control with this name, and gives what it put on the clipboard.
    pub(crate) fn press_and_copy(&mut self, name: &str) -> String {
        self.harness.get_by_label(name).click();
        self.copied()
    }

    /// What was put on the clipboard lately.
    pub(crate) fn copied(&mut self) -> String {
        let mut copied = None;
        let found = wait_until(&mut self.harness, |harness| {
            let commands = &harness.output().platform_output.commands;
            copied = commands.iter().find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
            copied.is_some()
        });
        assert!(found, "nothing was copied");
        copied.unwrap()
    }

    /// What stands in fields in which nothing was typed.
    pub(crate) fn hints(&self) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        nodes.filter_map(|node| node.accesskit_node().placeholder().map(str::to_owned)).collect()
    }

    /// Everything that has a name, for messages of failed tests.
    pub(crate) fn names(&self) -> Vec<String> {
        self.harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect()
    }
}

/// Writes the tabs that a window shall start with.
pub(crate) fn prepare(folder: &TempDir, tabs: Vec<TabSettings>) {
    let profile = Profile {
        settings_folder: folder.path().to_owned(),
        sessions_folder: folder.path().join("sessions"),
    };
    profile.create_folders().unwrap();
    Store::new(folder.path()).save(&Tabs { active: 0, tabs }).unwrap();
}

/// Where the tab's socket is.
pub(crate) fn local(tab: &Tab) -> Option<SocketAddr> {
    match &tab.status.state {
        SessionState::Listening { local, .. }
        | SessionState::Bound { local }
        | SessionState::Connected { local, .. } => local.socket_addr(),
        _ => None,
    }
}

/// How long somebody else waits for bytes, also on a machine that has much else to do.
const PEER_PATIENCE: Duration = Duration::from_secs(30);

/// A client of somebody else.
pub(crate) fn client(listener: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(listener).unwrap();
    stream.set_read_timeout(Some(PEER_PATIENCE)).unwrap();
    stream
}

/// A datagram socket of somebody else.
pub(crate) fn datagrams() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PEER_PATIENCE)).unwrap();
    socket
}

/// What this system says when it refuses something, with its name and number for that.
pub(crate) fn words_of<T>(refused: io::Result<T>) -> String {
    OsError::from(refused.err().unwrap()).to_string()
}

/// What somebody else got, of this length.
pub(crate) fn read_exactly(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// The next datagram that somebody else got.
pub(crate) fn read_datagram(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut bytes = vec![0; 65_536];
    let (length, from) = socket.recv_from(&mut bytes).unwrap();
    bytes.truncate(length);
    (bytes, from)
}
