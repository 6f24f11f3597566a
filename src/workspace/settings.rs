//! How the window looks and how much it keeps: the file `settings.toml`.

use crate::workspace::store::WorkspaceFile;
use crate::workspace::tabs::ViewChoice;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a person chose for the whole program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that a person ticks")]
pub struct Settings {
    /// `system`, `en` or `zh-Hans`.
    pub language: String,
    /// Colours.
    pub theme: ThemeChoice,
    /// With what the window is drawn.
    pub renderer: RendererChoice,
    /// Size of everything, in percent.
    pub zoom_percent: u32,
    /// The window's inner width in points.
    pub window_width: u32,
    /// The window's inner height in points.
    pub window_height: u32,
    /// Whether the window fills the screen's working area.
    pub window_maximized: bool,
    /// Whether the inspector is shown.
    pub inspector: bool,
    /// Which parts of the inspector are folded.
    pub inspector_folded: Vec<InspectorPart>,
    /// How the sheet writes times.
    pub time_format: TimeFormat,
    /// Journals are kept for so many days, unless they are marked to be kept.
    pub retention_days: u32,
    /// All journals together take at most so many MiB.
    pub retention_mib: u64,
    /// The encoding of new sessions, by name; empty for that of the session in front.
    pub new_encoding: String,
    /// How payloads of new sessions are shown.
    pub new_view: ViewChoice,
    /// Whether long lines of new sessions go on below.
    pub new_wrap_lines: bool,
    /// The filters that were used last, the newest first.
    pub recent_filters: Vec<String>,
    /// The filters that a person gave names.
    pub named_filters: Vec<NamedFilter>,
    /// The folder that was last saved into.
    pub last_folder: String,
    /// The format that was last exported to.
    pub export_format: String,
    /// The program that follows sessions; where it is empty, it is looked for.
    pub wireshark: String,
    /// Whether the window stays above those of other programs.
    pub always_on_top: bool,
    /// Whether tables are written for spreadsheets, in UTF-8 or in GBK, or for scripts.
    pub table: TableChoice,
    /// What peers are called, by their address with its port or without. Last, as a table of its own in the file.
    pub peer_names: BTreeMap<String, String>,
}

/// A filter with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NamedFilter {
    /// What it is called.
    pub name: String,
    /// What it lets through.
    pub filter: String,
}

/// Colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the platform says; dark where it says nothing.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// A part of the inspector that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InspectorPart {
    /// What the bytes mean.
    Decoded,
    /// The values at a byte.
    Values,
    /// Checksums.
    Sums,
    /// What is known of the connection.
    Connection,
    /// What the kernel made of socket options.
    Options,
}

/// With what the window is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RendererChoice {
    /// With what suits this machine.
    #[default]
    Automatic,
    /// By the processor, only where something changed.
    Software,
    /// OpenGL.
    Opengl,
    /// Vulkan, Direct3D or Metal.
    Wgpu,
}

/// For whom a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableChoice {
    /// For spreadsheets, in UTF-8.
    #[default]
    Spreadsheet,
    /// For spreadsheets, in GBK.
    SpreadsheetGbk,
    /// For scripts.
    Scripts,
}

/// How the sheet writes times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// `10:22:03.114`
    #[default]
    Millis,
    /// `10:22:03.114205`
    Micros,
    /// `10:22:03.114205731`
    Nanos,
    /// `2026-11-21 10:22:03.114`
    Dated,
    /// Seconds since the first row that is shown: `+33.107205`
    SinceStart,
    /// Seconds since 1970-01-01 UTC: `1795231860.114205`
    Epoch,
}

impl Settings {
    /// How long journals are kept after their last change.
    pub fn retention_age(&self) -> Duration {
        Duration::from_hours(u64::from(self.retention_days) * 24)
    }

    /// Folds a part of the inspector, or unfolds it.
    pub fn toggle_folded(&mut self, part: InspectorPart) {
        let before = self.inspector_folded.len();
        self.inspector_folded.retain(|folded| *folded != part);
        if self.inspector_folded.len() == before {
            self.inspector_folded.push(part);
        }
    }

    /// How much all journals together may take.
    pub fn retention_bytes(&self) -> u64 {
        self.retention_mib.saturating_mul(1 << 20)
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            language: "system".to_owned(),
            theme: ThemeChoice::System,
            renderer: RendererChoice::Automatic,
            zoom_percent: 100,
            window_width: 1460,
            window_height: 860,
            window_maximized: false,
            inspector: true,
            inspector_folded: vec![InspectorPart::Connection, InspectorPart::Options],
            time_format: TimeFormat::Millis,
            retention_days: 90,
            retention_mib: 20 * 1024,
            new_encoding: String::new(),
            new_view: ViewChoice::Text,
            new_wrap_lines: false,
            recent_filters: Vec::new(),
            named_filters: Vec::new(),
            last_folder: String::new(),
            export_format: "text".to_owned(),
            wireshark: String::new(),
            always_on_top: false,
            table: TableChoice::default(),
            peer_names: BTreeMap::new(),
        }
    }
}

impl WorkspaceFile for Settings {
    const NAME: &'static str = "settings.toml";
    const VERSION: u32 = 2;
    const COMMENT: &'static str = "Sockscope's settings. Change them while the program is not running.";
}
