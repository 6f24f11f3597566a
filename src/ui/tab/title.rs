//! What a tab is called. It knows words, not widgets.

use crate::ui::tab::connection::words::endpoint;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::text::kind_name;
use crate::util::locale::Locale;
use crate::workspace::tabs::TabKind;

/// What a tab is called: its own name, or its kind and address.
pub fn tab_title(locale: &Locale, tab: &LiveSettings) -> String {
    title_at_port(locale, tab, &tab.local_port)
}

/// The same with this port of ours, such as one that the system gave.
pub fn title_at_port(locale: &Locale, tab: &LiveSettings, local_port: &str) -> String {
    match tab.name.trim() {
        "" => own_title(locale, tab, local_port),
        name => name.to_owned(),
    }
}

/// What a tab without a name of its own is called.
pub fn title_without_name(locale: &Locale, tab: &LiveSettings) -> String {
    own_title(locale, tab, &tab.local_port)
}

fn own_title(locale: &Locale, tab: &LiveSettings, local_port: &str) -> String {
    let kind = kind_name(locale, tab.kind);
    match tab.kind {
        kind_of_tab if kind_of_tab.is_unix() => {
            let name = if kind_of_tab.shape().connects() { &tab.unix.remote } else { &tab.unix.local };
            let name = name.trim().rsplit('/').next().unwrap_or_default();
            format!("{kind} {name}").trim_end().to_owned()
        }
        TabKind::Raw => format!("{kind} {}", tab.raw.protocol.trim()),
        TabKind::TcpClient | TabKind::WebSocketClient if !tab.remote_host.is_empty() => {
            format!("{kind} {}", endpoint(&tab.remote_host, &tab.remote_port))
        }
        TabKind::TcpServer | TabKind::WebSocketServer | TabKind::Udp if !local_port.is_empty() => {
            format!("{kind} :{local_port}")
        }
        _ => kind.to_owned(),
    }
}
