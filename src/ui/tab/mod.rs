//! One tab: what was typed, the session behind it, and what of it is in sight. It draws nothing.

pub mod answers;

pub mod banner;

pub mod chart;

pub mod composer;

pub mod connection;

pub mod documents;

pub mod drawer;

mod copying;

pub mod filters;

pub mod find;

pub mod find_bar;

pub mod find_field;

pub mod gathering;

pub mod go_to;

pub mod highlights;

pub mod inspector;

pub mod list;

pub mod log_file;

pub mod log_view;

#[cfg(test)]
mod tests;

pub mod meter;

pub mod news;

pub mod notes;

pub mod remarks;

pub mod opening;

pub mod part;

pub mod part_editor;

pub mod peers;

pub mod rows;

pub mod sends;

pub mod sequence;

pub mod session;

pub mod settings;

pub mod sheet_area;

mod split_choice;

pub mod status_bar;

pub mod terms;

pub mod ticks;

pub mod title;

pub mod totals;

mod unfinished;

pub mod view_bar;

use crate::codec::text::TextEncoding;
use crate::engine::command::Target;
use crate::engine::handle::SessionHandle;
use crate::engine::shared::Status;
use crate::journal::JournalReader;
use crate::journal::retention::SessionFile;
use crate::model::framing::Framing;
use crate::model::ids::{JobId, PeerId, RecordId, RowKey, Ticket};
use crate::model::status::Traffic;
use crate::ui::jobs::JobHandle;
use crate::ui::sheet::SheetAction;
use crate::ui::tab::answers::rules::RulesPanel;
use crate::ui::tab::chart::{Chart, ChartAction};
use crate::ui::tab::composer::file::FileProgress;
use crate::ui::tab::composer::state::Composer;
use crate::ui::tab::composer::{AnswersAction, ComposerAction, QuickSendAction};
use crate::ui::tab::connection::ConnectionAction;
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::FieldProblem;
use crate::ui::tab::drawer::{DocumentKind, DrawerAction};
use crate::ui::tab::filters::FiltersPageAction;
use crate::ui::tab::find::FindAction;
use crate::ui::tab::highlights::HighlightsAction;
use crate::ui::tab::inspector::InspectorAction;
use crate::ui::tab::log_file::{LogFileAction, LogToFile};
use crate::ui::tab::log_view::{LogAction, LogView};
use crate::ui::tab::meter::Meter;
use crate::ui::tab::opening::NewSession;
use crate::ui::tab::peers::{Peers, PeersAction};
use crate::ui::tab::sends::view::ListPanel;
use crate::ui::tab::sequence::{SequenceAction, SequencePanel};
use crate::ui::tab::session::SessionAction;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::tab::totals::SelectedTotals;
use crate::workspace::settings::{InspectorPart, TimeFormat};
use std::sync::Arc;
use std::time::Instant;

/// Names a tab for as long as the program runs; never its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabKey(pub u64);

/// What can be asked of one tab. Each of its parts says what may be asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabAction {
    /// Something for the session as such.
    Session(SessionAction),
    /// Something for the connection panel.
    Connection(ConnectionAction),
    /// Something for the list of peers.
    Peers(PeersAction),
    /// Something for the send area.
    Composer(ComposerAction),
    /// Something for the quick sends.
    QuickSends(QuickSendAction),
    /// Something for automatic answers.
    Answers(AnswersAction),
    /// Something for what lies below the log.
    Drawer(DrawerAction),
    /// Something for the sequence.
    Sequence(SequenceAction),
    /// Something for the find field and the filters.
    Find(FindAction),
    /// Something for the highlights.
    Highlights(HighlightsAction),
    /// Something for the log.
    Log(LogAction),
    /// Something for the inspector.
    Inspector(InspectorAction),
    /// A part of the inspector is folded, or unfolded, in every tab and from now on.
    ToggleFolded(InspectorPart),
    /// The person is asked where to save, only the raw bytes or rows.
    AskExport {
        /// Only the bytes.
        is_raw: bool,
    },
    /// Wireshark follows the session.
    Watch,
    /// Something for the file that the log goes on into.
    LogFile(LogFileAction),
    /// The session that the tab had last is open in a tab that only shows it.
    ShowLastSession,
    /// The person is asked where this text is saved, as a file of this kind.
    SaveText(DocumentKind, String),
    /// Something for the chart.
    Chart(ChartAction),
    /// Counters start at 0.
    ResetCounters,
    /// Times are written like this in all sheets.
    SetTimeFormat(TimeFormat),
    /// The text is on the clipboard.
    CopyText(String),
}

/// What a page can ask for that is there for one tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabPageAction {
    /// The file that the page names is on its way to the peers.
    SendFile,
    /// The file that the page names is opened or saved.
    Document,
    /// What is received is answered as the page says.
    SaveAnswers,
    /// The sheet shows the row or the time that the page names.
    GoTo,
    /// The note that was written on the page is a record of the session.
    AddNote,
    /// The row that has this record is selected and in sight.
    ShowRecord(RecordId),
    /// The log goes on into the file that the page names.
    LogFile,
    /// A peer is called as the page says.
    SavePeerName,
    /// The file of encryption is the one that the page names.
    TakeSecurityFile,
    /// What is highlighted is what the page says.
    SetHighlights,
    /// What the page of filters with names asks for.
    Filters(FiltersPageAction),
}

/// One tab.
#[derive(Debug)]
pub struct Tab {
    /// Its name within the program.
    pub key: TabKey,
    /// What was typed and chosen.
    pub settings: LiveSettings,
    /// Where its rows come from.
    pub source: Source,
    /// The session whose journal is being made.
    pub new_session: Option<NewSession>,
    /// Sessions that come to their end out of sight.
    pub ending: Vec<JobHandle<()>>,
    /// What the session is doing, as of the last look.
    pub status: Status,
    /// Its peers.
    pub peers: Peers,
    /// Its counters.
    pub meter: Meter,
    /// The connection panel.
    pub panel: Panel,
    /// The send area.
    pub composer: Composer,
    /// The sequence.
    pub sequence: SequencePanel,
    /// The rules.
    pub rules: RulesPanel,
    /// The list of sends, as it is looked at.
    pub sends: ListPanel,
    /// The session that the tab had before the program was started, as long as it has no other.
    pub last_session: Option<SessionFile>,
    /// Its log, as it is looked at.
    pub log: LogView,
    /// The chart of its log.
    pub chart: Chart,
    /// What the selected rows of its log come to.
    pub totals: SelectedTotals,
    /// The file that its log goes on into. Behind the source: what the session wrote last is in it.
    pub log_file: LogToFile,
    /// A file on its way. Behind the source: the session that reads it ends first.
    pub file: Option<FileSend>,
    /// The one before it, while how it ended was not told.
    pub ended_file: Option<FileSend>,
    /// Numbers files, long texts and rows that are sent.
    pub last_send: u32,
    /// Rows came in since the tab was last in front.
    pub is_fresh: bool,
    /// How many rows there were at the last look.
    pub rows_seen: u64,
    /// When the kernel was last asked about the selected connection.
    pub facts_asked_at: Option<Instant>,
    /// Which connection that was, and what had gone to and fro: a silent one is not asked again.
    pub facts_at_traffic: Option<(PeerId, Traffic, Traffic)>,
    /// The encoding in which the session was last told its automatic answers, and how its streams were cut then.
    pub answers_told: Option<(TextEncoding, Framing)>,
}

/// Where a tab's rows come from.
#[derive(Debug, Default)]
pub enum Source {
    /// Nothing was opened yet.
    #[default]
    None,
    /// A session of this program.
    Live(SessionHandle),
    /// An earlier session, only to be read.
    Kept(JournalReader),
}

/// A file on its way to the peers.
#[derive(Debug)]
pub struct FileSend {
    /// Names it in the session's events.
    pub job: JobId,
    /// What the composer shows.
    pub progress: FileProgress,
    /// Names the request, should the session refuse it.
    pub ticket: Ticket,
    /// The long text that is sent this way; it is given back if it does not get through.
    pub pasted: Option<Arc<str>>,
}

impl From<SessionAction> for TabAction {
    fn from(action: SessionAction) -> TabAction {
        TabAction::Session(action)
    }
}

impl From<ConnectionAction> for TabAction {
    fn from(action: ConnectionAction) -> TabAction {
        TabAction::Connection(action)
    }
}

impl From<PeersAction> for TabAction {
    fn from(action: PeersAction) -> TabAction {
        TabAction::Peers(action)
    }
}

impl From<ComposerAction> for TabAction {
    fn from(action: ComposerAction) -> TabAction {
        TabAction::Composer(action)
    }
}

impl From<QuickSendAction> for TabAction {
    fn from(action: QuickSendAction) -> TabAction {
        TabAction::QuickSends(action)
    }
}

impl From<AnswersAction> for TabAction {
    fn from(action: AnswersAction) -> TabAction {
        TabAction::Answers(action)
    }
}

impl From<DrawerAction> for TabAction {
    fn from(action: DrawerAction) -> TabAction {
        TabAction::Drawer(action)
    }
}

impl From<SequenceAction> for TabAction {
    fn from(action: SequenceAction) -> TabAction {
        TabAction::Sequence(action)
    }
}

impl From<FindAction> for TabAction {
    fn from(action: FindAction) -> TabAction {
        TabAction::Find(action)
    }
}

impl From<HighlightsAction> for TabAction {
    fn from(action: HighlightsAction) -> TabAction {
        TabAction::Highlights(action)
    }
}

impl From<ChartAction> for TabAction {
    fn from(action: ChartAction) -> TabAction {
        TabAction::Chart(action)
    }
}

impl From<InspectorAction> for TabAction {
    fn from(action: InspectorAction) -> TabAction {
        TabAction::Inspector(action)
    }
}

impl From<LogFileAction> for TabAction {
    fn from(action: LogFileAction) -> TabAction {
        TabAction::LogFile(action)
    }
}

impl From<LogAction> for TabAction {
    fn from(action: LogAction) -> TabAction {
        TabAction::Log(action)
    }
}

impl Tab {
    /// A tab with these settings and nothing open.
    pub fn new(key: TabKey, settings: LiveSettings) -> Tab {
        let mut log = LogView::default();
        log.find.set_filter(&settings.filter);
        Tab {
            key,
            settings,
            source: Source::None,
            new_session: None,
            ending: Vec::new(),
            status: Status::default(),
            peers: Peers::default(),
            meter: Meter::default(),
            panel: Panel::default(),
            composer: Composer::default(),
            sequence: SequencePanel::default(),
            rules: RulesPanel::default(),
            sends: ListPanel::default(),
            last_session: None,
            log,
            chart: Chart::default(),
            totals: SelectedTotals::default(),
            log_file: LogToFile::default(),
            file: None,
            ended_file: None,
            last_send: 0,
            is_fresh: false,
            rows_seen: 0,
            facts_asked_at: None,
            facts_at_traffic: None,
            answers_told: None,
        }
    }

    /// The session, if this program runs it.
    pub fn session(&self) -> Option<&SessionHandle> {
        match &self.source {
            Source::Live(session) => Some(session),
            Source::None | Source::Kept(_) => None,
        }
    }

    /// The journal, if there is one.
    pub fn reader(&self) -> Option<&JournalReader> {
        match &self.source {
            Source::None => None,
            Source::Live(session) => Some(session.reader()),
            Source::Kept(reader) => Some(reader),
        }
    }

    /// Whether it only shows an earlier session, also while that is being opened.
    pub fn is_kept(&self) -> bool {
        self.settings.is_kept
    }

    /// Whether a socket is open, or about to be.
    pub fn is_open(&self) -> bool {
        self.status.state.is_open()
    }

    /// The character set for showing and sending.
    pub fn encoding(&self) -> TextEncoding {
        self.settings.encoding
    }

    /// To whom a send goes now, or what is wrong with the fields that say so.
    pub fn target(&self) -> Result<Target, Vec<FieldProblem>> {
        self.peers.target(&self.settings, self.panel.tried_with.as_ref())
    }

    /// The row that the inspector shows: the one row that the cursor of the sheet is on.
    pub fn inspected(&self) -> Option<RowKey> {
        self.log.inspected()
    }

    /// What can be done with the rows that are selected, each with the key of its name.
    pub fn offers(&mut self) -> Vec<(&'static str, SheetAction)> {
        let LogView { rows: Some(rows), sheet, .. } = &mut self.log else { return Vec::new() };
        let mut offers = sheet.offers(rows);
        let (is_kept, is_open) = (self.is_kept(), self.is_open());
        offers.retain(|(_, action)| !(is_kept && action.fills_field()) && (is_open || !action.sends()));
        offers
    }
}
