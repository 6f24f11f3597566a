//! What was typed and chosen in a tab, as typed values. The file of the tabs has its own form of it, and the two become
//! each other where tabs are loaded and stored. Addresses, groups and options stay as typed: what does not make sense yet
//! is not lost.

use crate::codec::checksum::Checksum;
use crate::codec::composition::{LineBreak, LineEnding};
use crate::codec::decode::DecodeChoice;
use crate::codec::framing_words::FramingError;
use crate::codec::terminal::TerminalCodes;
use crate::codec::text::TextEncoding;
use crate::model::framing::Framing;
use crate::model::websocket::MessageForm;
use crate::ui::log::RowView;
use crate::ui::tab::highlights::HighlightRule;
use crate::workspace::settings::Settings;
use crate::workspace::tabs::{
    ComposerSettings, DrawerSettings, HighlightSettings, InputChoice, RawSettings, ReplySettings,
    SecuritySettings, TabKind, TabSettings, UnitChoice, UnixSettings, ViewChoice, WebSocketSettings,
};
use std::path::PathBuf;

/// What was typed and chosen in a tab.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that a person ticks")]
pub struct LiveSettings {
    /// What kind of session.
    pub kind: TabKind,
    /// The name a person gave; empty makes it from the kind and the address.
    pub name: String,
    /// Where to listen or to bind.
    pub local_host: String,
    /// The port there.
    pub local_port: String,
    /// Where to connect or to send.
    pub remote_host: String,
    /// The port there.
    pub remote_port: String,
    /// Seconds that one attempt to connect may take.
    pub connect_timeout_seconds: String,
    /// Connect again after the connection ended.
    pub reconnect: bool,
    /// A peer that has said it sends no more stays, because it may still listen.
    pub keep_half_closed: bool,
    /// Sending to broadcast addresses is allowed.
    pub broadcast: bool,
    /// Multicast groups, as `GROUP` or `GROUP%INTERFACE`.
    pub groups: Vec<String>,
    /// Socket options, as `NAME=VALUE`.
    pub options: Vec<String>,
    /// How payloads are shown.
    pub view: RowView,
    /// Long lines go on below.
    pub wraps_lines: bool,
    /// Running text is coloured as its control sequences ask, instead of showing them.
    pub has_terminal_colors: bool,
    /// The character set, for showing and for sending.
    pub encoding: TextEncoding,
    /// How streams are cut into messages.
    pub split: SplitRule,
    /// Who decodes messages.
    pub decoders: DecoderRule,
    /// What is highlighted, in order.
    pub highlights: Vec<HighlightRule>,
    /// The filter that was kept, as typed; empty where there is none.
    pub filter: String,
    /// The journal of the last session, or the one that is shown.
    pub journal: Option<PathBuf>,
    /// Whether the tab only shows that journal.
    pub is_kept: bool,
    /// What is being written.
    pub composer: LiveComposer,
    /// How TCP and WebSocket are encrypted, as typed.
    pub security: SecuritySettings,
    /// What WebSocket asks for, as typed.
    pub web_socket: WebSocketSettings,
    /// Where a Unix socket stands, as typed.
    pub unix: UnixSettings,
    /// Which packets a raw session exchanges, as typed.
    pub raw: RawSettings,
    /// What lies below the log.
    pub drawer: DrawerSettings,
}

/// What is being written, and how it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveComposer {
    /// The text as typed.
    pub draft: String,
    /// How it is read.
    pub input: InputChoice,
    /// Fields in braces are filled in when it is sent.
    pub fields: bool,
    /// What line breaks between typed lines go out as.
    pub breaks: LineBreak,
    /// What message it becomes where there are frames.
    pub frame: MessageForm,
    /// The line ending that is appended.
    pub ending: LineEnding,
    /// The checksum that is appended.
    pub checksum: Option<Checksum>,
    /// How much lies between repeats, as typed.
    pub every: String,
    /// Of what.
    pub every_unit: UnitChoice,
    /// How often it is repeated, as typed; empty for without an end.
    pub repeat_times: String,
    /// Everything received goes back.
    pub echo: bool,
    /// What is answered by itself, in order.
    pub replies: Vec<ReplySettings>,
}

/// How streams are cut into messages: as typed, and what that means. What does not make sense yet cuts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitRule {
    typed: String,
    read: Result<Framing, FramingError>,
}

/// Who decodes messages: as it is kept, and what that means. Names that nobody knows stand for whatever fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecoderRule {
    typed: String,
    choice: Option<DecodeChoice>,
}

impl DecoderRule {
    /// Reads a name, several with commas between them, `auto`, or `none`.
    pub fn new(typed: impl Into<String>) -> DecoderRule {
        let typed = typed.into();
        let choice = (typed != "none").then(|| typed.parse().unwrap_or(DecodeChoice::Auto));
        DecoderRule { typed, choice }
    }

    /// As it is kept.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The decoders, if anybody decodes.
    pub fn choice(&self) -> Option<&DecodeChoice> {
        self.choice.as_ref()
    }
}

impl SplitRule {
    /// Reads what was typed.
    pub fn new(typed: impl Into<String>) -> SplitRule {
        let typed = typed.into();
        SplitRule { read: typed.parse(), typed }
    }

    /// As typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// How streams are cut now.
    pub fn framing(&self) -> &Framing {
        self.read.as_ref().unwrap_or(&Framing::None)
    }

    /// What is wrong with what was typed.
    pub fn error(&self) -> Option<&FramingError> {
        self.read.as_ref().err()
    }
}

impl LiveSettings {
    /// How the streams of the log are cut as it is shown: running text is made of lines, whatever was chosen.
    pub fn shown_split(&self) -> &Framing {
        if self.view == RowView::Running { &Framing::Lines } else { self.split.framing() }
    }

    /// What is done with control sequences, where text is shown as running text.
    pub fn running(&self) -> Option<TerminalCodes> {
        let codes = if self.has_terminal_colors { TerminalCodes::Obeyed } else { TerminalCodes::Shown };
        (self.view == RowView::Running).then_some(codes)
    }

    /// A fresh tab of this kind.
    pub fn new(kind: TabKind) -> LiveSettings {
        LiveSettings::from(TabSettings::new(kind))
    }

    /// A fresh tab of this kind that begins as the person chose; `before` is the encoding that was used last.
    pub fn chosen(kind: TabKind, settings: &Settings, before: TextEncoding) -> LiveSettings {
        let fresh = LiveSettings::new(kind);
        LiveSettings {
            // What cannot be read as text is not shown as such unless a person says so.
            view: if settings.new_view == ViewChoice::Text { fresh.view } else { view_of(settings.new_view) },
            wraps_lines: settings.new_wrap_lines,
            encoding: TextEncoding::from_name(&settings.new_encoding).unwrap_or(before),
            ..fresh
        }
    }
}

impl Default for LiveComposer {
    fn default() -> LiveComposer {
        LiveComposer::from(ComposerSettings::default())
    }
}

/// Names that only another version knows, or that were written by hand, stand for what a fresh tab has.
impl From<TabSettings> for LiveSettings {
    fn from(file: TabSettings) -> LiveSettings {
        let mut live = LiveSettings {
            kind: file.kind,
            name: file.name,
            local_host: file.local_host,
            local_port: file.local_port,
            remote_host: file.remote_host,
            remote_port: file.remote_port,
            connect_timeout_seconds: file.connect_timeout_seconds,
            reconnect: file.reconnect,
            keep_half_closed: file.keep_half_closed,
            broadcast: file.broadcast,
            groups: file.groups,
            options: file.options,
            view: view_of(file.view),
            wraps_lines: file.wrap_lines,
            has_terminal_colors: file.terminal_colors,
            encoding: TextEncoding::from_name(&file.encoding).unwrap_or_default(),
            split: SplitRule::new(file.split),
            decoders: DecoderRule::new(file.decode),
            highlights: file.highlights.into_iter().map(HighlightRule::from).collect(),
            filter: file.filter,
            journal: Some(file.journal).filter(|path| !path.is_empty()).map(PathBuf::from),
            is_kept: file.is_kept,
            composer: file.composer.into(),
            security: file.security,
            web_socket: file.web_socket,
            unix: file.unix,
            raw: file.raw,
            drawer: file.drawer,
        };
        live.place_checksum();
        live
    }
}

impl From<&LiveSettings> for TabSettings {
    fn from(live: &LiveSettings) -> TabSettings {
        TabSettings {
            kind: live.kind,
            name: live.name.clone(),
            local_host: live.local_host.clone(),
            local_port: live.local_port.clone(),
            remote_host: live.remote_host.clone(),
            remote_port: live.remote_port.clone(),
            connect_timeout_seconds: live.connect_timeout_seconds.clone(),
            reconnect: live.reconnect,
            keep_half_closed: live.keep_half_closed,
            broadcast: live.broadcast,
            groups: live.groups.clone(),
            options: live.options.clone(),
            view: view_choice(live.view),
            wrap_lines: live.wraps_lines,
            terminal_colors: live.has_terminal_colors,
            encoding: live.encoding.name().to_owned(),
            split: live.split.typed.clone(),
            decode: live.decoders.typed.clone(),
            highlights: live.highlights.iter().map(HighlightSettings::from).collect(),
            filter: live.filter.clone(),
            journal: live.journal.as_ref().map_or_else(String::new, |path| path.display().to_string()),
            is_kept: live.is_kept,
            composer: ComposerSettings::from(&live.composer),
            security: live.security.clone(),
            web_socket: live.web_socket.clone(),
            unix: live.unix.clone(),
            raw: live.raw.clone(),
            drawer: live.drawer.clone(),
        }
    }
}

impl From<ComposerSettings> for LiveComposer {
    fn from(file: ComposerSettings) -> LiveComposer {
        LiveComposer {
            draft: file.draft,
            input: file.input,
            fields: file.fields,
            breaks: LineBreak::from_name(&file.breaks).unwrap_or_default(),
            frame: MessageForm::from_name(&file.frame).unwrap_or_default(),
            ending: file.append.parse().unwrap_or_default(),
            checksum: Checksum::from_name(&file.checksum).ok(),
            every: file.every_millis,
            every_unit: file.every_unit,
            repeat_times: file.repeat_times,
            echo: file.echo,
            replies: file.replies,
        }
    }
}

impl From<&LiveComposer> for ComposerSettings {
    fn from(live: &LiveComposer) -> ComposerSettings {
        ComposerSettings {
            draft: live.draft.clone(),
            input: live.input,
            fields: live.fields,
            breaks: live.breaks.name().to_owned(),
            frame: live.frame.name().to_owned(),
            append: live.ending.name().to_owned(),
            checksum: live.checksum.map_or_else(String::new, |checksum| checksum.to_string()),
            every_millis: live.every.clone(),
            every_unit: live.every_unit,
            repeat_times: live.repeat_times.clone(),
            echo: live.echo,
            replies: live.replies.clone(),
        }
    }
}

/// A view as the program draws it.
pub(in crate::ui) fn view_of(choice: ViewChoice) -> RowView {
    match choice {
        ViewChoice::Text => RowView::Text,
        ViewChoice::Hex => RowView::Hex,
        ViewChoice::Dump => RowView::Dump,
        ViewChoice::Decoded => RowView::Decoded,
        ViewChoice::Running => RowView::Running,
    }
}

/// A view as the files name it.
pub(in crate::ui) fn view_choice(view: RowView) -> ViewChoice {
    match view {
        RowView::Text => ViewChoice::Text,
        RowView::Hex => ViewChoice::Hex,
        RowView::Dump => ViewChoice::Dump,
        RowView::Decoded => ViewChoice::Decoded,
        RowView::Running => ViewChoice::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::{DecoderRule, LiveSettings, SplitRule};
    use crate::codec::decode::{DecodeChoice, DecoderId};
    use crate::codec::terminal::TerminalCodes;
    use crate::codec::text::TextEncoding;
    use crate::model::framing::Framing;
    use crate::ui::log::RowView;
    use crate::workspace::settings::Settings;
    use crate::workspace::tabs::{ComposerSettings, HighlightSettings, TabKind, TabSettings, ViewChoice};

    #[test]
    fn a_tab_is_stored_as_it_was_loaded() {
        let written = TabSettings {
            view: ViewChoice::Dump,
            wrap_lines: true,
            terminal_colors: false,
            encoding: "gbk".to_owned(),
            split: "fixed:".to_owned(),
            decode: "modbus,mqtt".to_owned(),
            highlights: vec![HighlightSettings {
                name: "hot".to_owned(),
                expression: "len >".to_owned(),
                color: 3,
                is_on: false,
            }],
            filter: "dir:rx".to_owned(),
            journal: "/a/b.skj".to_owned(),
            is_kept: true,
            composer: ComposerSettings {
                append: "crlf".to_owned(),
                checksum: "crc-16/modbus:be".to_owned(),
                ..ComposerSettings::default()
            },
            ..TabSettings::new(TabKind::Udp)
        };
        let fresh = TabKind::OFFERED.map(TabSettings::new);
        for file in fresh.into_iter().chain([written]) {
            assert_eq!(TabSettings::from(&LiveSettings::from(file.clone())), file);
        }
    }

    #[test]
    fn names_that_nobody_knows_stand_for_those_of_a_fresh_tab() {
        let composer = ComposerSettings {
            append: "tab".to_owned(),
            checksum: "crc-999".to_owned(),
            ..ComposerSettings::default()
        };
        let file = TabSettings { encoding: "klingon".to_owned(), composer, ..TabSettings::default() };
        let live = LiveSettings::from(file);
        assert_eq!((live.encoding, live.composer.checksum), (TextEncoding::UTF_8, None));
        assert_eq!(live, LiveSettings::new(TabKind::TcpServer));
    }

    #[test]
    fn what_is_no_text_by_itself_is_decoded_at_first_unless_a_person_says_otherwise() {
        let view = |kind, new_view| {
            let settings = Settings { new_view, ..Settings::default() };
            LiveSettings::chosen(kind, &settings, TextEncoding::UTF_8).view
        };
        for kind in [TabKind::WebSocketServer, TabKind::WebSocketClient, TabKind::Raw] {
            assert_eq!(view(kind, ViewChoice::Text), RowView::Decoded, "{kind:?}");
            assert_eq!(view(kind, ViewChoice::Hex), RowView::Hex, "{kind:?}");
        }
        assert_eq!(view(TabKind::TcpServer, ViewChoice::Text), RowView::Text);
    }

    #[test]
    fn running_text_is_cut_into_lines_and_the_chosen_split_comes_back() {
        let mut live = LiveSettings::new(TabKind::Udp);
        live.split = SplitRule::new("fixed:2");
        assert_eq!((live.shown_split(), live.running()), (&Framing::Fixed(2), None));
        live.view = RowView::Running;
        assert_eq!((live.shown_split(), live.running()), (&Framing::Lines, Some(TerminalCodes::Obeyed)));
        live.has_terminal_colors = false;
        assert_eq!(live.running(), Some(TerminalCodes::Shown));
        live.view = RowView::Hex;
        assert_eq!((live.shown_split(), live.running()), (&Framing::Fixed(2), None));
    }

    #[test]
    fn nobody_decodes_only_where_that_was_chosen() {
        let modbus = DecodeChoice::Among(vec![DecoderId::Modbus]);
        for (typed, choice) in [
            ("none", None),
            ("auto", Some(DecodeChoice::Auto)),
            ("modbus", Some(modbus)),
            ("klingon", Some(DecodeChoice::Auto)),
        ] {
            assert_eq!(DecoderRule::new(typed).choice(), choice.as_ref(), "{typed}");
        }
    }

    #[test]
    fn a_rule_that_makes_no_sense_yet_is_kept_and_cuts_nothing() {
        for (typed, framing, is_wrong) in [
            ("fixed:2", Framing::Fixed(2), false),
            ("fixed:", Framing::None, true),
            ("none", Framing::None, false),
        ] {
            let rule = SplitRule::new(typed);
            assert_eq!((rule.typed(), rule.framing(), rule.error().is_some()), (typed, &framing, is_wrong));
        }
    }
}
