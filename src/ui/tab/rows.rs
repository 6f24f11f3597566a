//! What a person does with the rows of a tab: looks for some, copies them, sends them again.

use crate::codec::copy::CopyForm;
use crate::codec::decode::DecodeChoice;
use crate::codec::time::{TimeColumn, TimeFormat};
use crate::engine::command::Content;
use crate::engine::journal_rows::{JournalRows, RowTiming};
use crate::export::{ExportOptions, ExportSplit, RowSelection};
use crate::journal::JournalReader;
use crate::model::ids::{RecordId, RowKey};
use crate::model::peer_names::PeerNames;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::JobKind;
use crate::ui::log::{LogRows, RowOptions, RowView};
use crate::ui::sheet::{RowTrait, SheetAction, Stretch, TermUse};
use crate::ui::tab::chart::ChartAction;
use crate::ui::tab::composer::file::send_journal_rows;
use crate::ui::tab::composer::send_content;
use crate::ui::tab::copying::{Selected, SelectedLines};
use crate::ui::tab::filters;
use crate::ui::tab::find::{Find, FindAction, Narrowing};
use crate::ui::tab::go_to::GoTo;
use crate::ui::tab::highlights;
use crate::ui::tab::inspector::InspectorAction;
use crate::ui::tab::log_file;
use crate::ui::tab::log_view::{LogAction, LogRules};
use crate::ui::tab::notes::{self, NotesPage};
use crate::ui::tab::session::tell_not_open;
use crate::ui::tab::settings::DecoderRule;
use crate::ui::tab::{Source, Tab};
use crate::ui::times::written_times;
use crate::util::clock;
use crate::workspace::settings::{self, Settings};
use std::time::{Duration, Instant};

/// The tab shows the rows of this source from now on.
pub(in crate::ui) fn begin(tab: &mut Tab, source: Source, cx: &mut Cx<'_>) {
    tab.source = source;
    tab.last_session = None;
    tab.rows_seen = 0;
    tab.chart.forget();
    let encoding = tab.encoding();
    if let Some(reader) = tab.reader().cloned() {
        let is_of_another_day = tab.session().is_none() && is_of_another_day(&reader);
        tab.log.show(reader, encoding, cx);
        tab.log.is_of_another_day = is_of_another_day;
    }
    log_file::follow(tab, cx);
}

/// Whether what a journal tells of began before today. One that cannot be read says so where its rows would be.
fn is_of_another_day(reader: &JournalReader) -> bool {
    let Ok(Some(first)) = reader.head(RecordId(0)) else { return false };
    let times = TimeFormat::local();
    let day = |wall_ns| times.words("%Y-%m-%d", wall_ns);
    day(first.at.wall_ns) != day(clock::now().wall_ns)
}

/// Takes in how the rows of a tab are shown now, and what was found; tells when to look again.
pub(in crate::ui) fn take_in(
    tab: &mut Tab,
    (times, names): (settings::TimeFormat, &PeerNames),
    deadline: Instant,
    cx: &mut Cx<'_>,
) -> Option<Duration> {
    let (mut time, precision) = written_times(times);
    // A time of day alone would be taken for one of today.
    if time == TimeColumn::Clock && tab.log.is_of_another_day {
        time = TimeColumn::Dated;
    }
    let (view, encoding, locale) = (tab.settings.view, tab.encoding(), cx.locale);
    let columns = tab.log.content_characters;
    let decoders = tab.settings.decoders.choice();
    // Who wants to see what messages mean wants them to be decoded.
    let meaning = (view == RowView::Decoded).then(|| decoders.cloned().unwrap_or(DecodeChoice::Auto));
    let wraps_lines = tab.settings.wraps_lines;
    let options = RowOptions {
        view: view.of_payload(),
        meaning,
        running: tab.settings.running(),
        encoding,
        locale,
        time,
        precision,
        columns,
        wraps_lines,
        names: names.clone(),
    };
    let rules =
        LogRules { split: tab.settings.shown_split(), decoders, highlights: &tab.settings.highlights };
    tab.chart.take_in(tab.log.reader(), encoding, rules, cx);
    let due = tab.log.take_in(options, rules, deadline, cx);
    tab.chart.take_remarks(&mut tab.log);
    let totals_due = tab.totals.take_in(&tab.log, cx);
    [due, totals_due].into_iter().flatten().min()
}

/// A page that the log of a tab needs.
#[derive(Debug)]
pub(in crate::ui) enum LogPage {
    /// A row or a time to look at.
    GoTo(GoTo),
    /// Marks and notes.
    Notes(NotesPage),
}

/// Does what was asked of the log of a tab; gives the page that this needs.
pub(in crate::ui) fn apply(tab: &mut Tab, action: LogAction, cx: &mut Cx<'_>) -> Option<LogPage> {
    match action {
        LogAction::Clear => tab.log.clear(),
        LogAction::ShowCleared => tab.log.show_cleared(),
        LogAction::SetView(view) => tab.settings.view = view,
        LogAction::SetEncoding(encoding) => tab.settings.encoding = encoding,
        LogAction::ToggleWrap => tab.settings.wraps_lines = !tab.settings.wraps_lines,
        LogAction::ToggleTerminalColors => {
            tab.settings.has_terminal_colors = !tab.settings.has_terminal_colors;
        }
        LogAction::ToggleFollowing => tab.log.toggle_following(),
        LogAction::AskGoTo => return go_to_page(tab, cx).map(LogPage::GoTo),
        LogAction::AskNote | LogAction::Sheet(SheetAction::Note) => {
            let about = tab.inspected();
            tab.log.remarks.are_wanted = true;
            return notes::page(tab, about, cx).map(LogPage::Notes);
        }
        LogAction::Sheet(SheetAction::Mark(row)) => {
            if let Some(rows) = &mut tab.log.rows {
                tab.log.sheet.set_marked(row, rows);
            }
        }
        LogAction::Sheet(SheetAction::Copy(form)) => copy(tab, form, cx),
        LogAction::Sheet(SheetAction::CopyRows) => copy_lines(tab, cx),
        LogAction::Sheet(SheetAction::CopyText { text, form }) => copy_text(tab, (text, form), cx),
        LogAction::Sheet(SheetAction::CopyPart { part, form }) => {
            if let Some(text) = tab.log.part_in_form(part, form, cx) {
                cx.clipboard.put(text);
                cx.notices.info(cx.locale.text("toast.copied"));
            }
        }
        LogAction::Sheet(SheetAction::UsePart { part, how }) => {
            if let Some(term) = tab.log.part_term(part, cx) {
                use_term(tab, how, &term, cx);
            }
        }
        LogAction::Sheet(SheetAction::PutPartIntoField(part)) => {
            let bytes = tab.log.part_bytes(part, cx);
            put_into_field(tab, bytes.as_deref(), cx);
        }
        LogAction::Sheet(SheetAction::Use { row, like, how }) => {
            if let Some(term) = tab.log.term_of(row, like, cx) {
                use_term(tab, how, &term, cx);
            }
        }
        LogAction::Sheet(SheetAction::SwitchPeer(row)) => {
            if let Some(term) = tab.log.term_of(row, RowTrait::Peer, cx) {
                switch_to(tab, &term, cx);
            }
        }
        LogAction::Sheet(SheetAction::SendAgain(row)) => {
            let bytes = row_bytes(tab, row);
            send_again(tab, bytes, cx);
        }
        LogAction::Sheet(SheetAction::SendRows { keeps_times }) => {
            let timing = if keeps_times { RowTiming::AsTheyCame } else { RowTiming::AtOnce };
            send_rows(tab, timing, cx);
        }
        LogAction::Sheet(SheetAction::SendPart(part)) => {
            let bytes = tab.log.part_bytes(part, cx);
            send(tab, bytes.map(Content::from), cx);
        }
        LogAction::Sheet(SheetAction::PutIntoField(row)) => {
            let bytes = row_bytes(tab, row);
            put_said_into_field(tab, bytes, cx);
        }
    }
    None
}

/// Does what was asked of the find field and the filters of a tab.
pub(in crate::ui) fn apply_find(tab: &mut Tab, action: FindAction, settings: &mut Settings, cx: &mut Cx<'_>) {
    let is_narrower = matches!(action, FindAction::Use { .. } | FindAction::KeepAsFilter);
    let is_entered = matches!(action, FindAction::Next | FindAction::Previous | FindAction::HighlightTyped);
    find(tab, action, cx);
    if is_narrower {
        filters::remember(settings, tab.log.find.filter());
    }
    if is_entered && tab.log.find.meaning.is_some() {
        filters::remember(settings, &tab.log.find.text);
    }
}

fn find(tab: &mut Tab, action: FindAction, cx: &mut Cx<'_>) {
    let encoding = tab.encoding();
    let is_live = tab.is_open();
    let (log, news) = (&mut tab.log, cx.jobs.news());
    match action {
        FindAction::Show => log.show_find(encoding, news),
        FindAction::Hide => log.hide_find(),
        FindAction::Start if log.find.text.trim().is_empty() => {
            log.come_back_from_seeking();
            log.start_find(encoding, news);
        }
        FindAction::Start => {
            log.begin_seeking(is_live);
            log.start_find(encoding, news);
        }
        FindAction::Next => log.step_find(true),
        FindAction::Previous => log.step_find(false),
        FindAction::ShowOnlyMatches(is_on) => log.show_only_matches(is_on),
        FindAction::KeepAsFilter => log.change_filter(Find::keep_as_filter, encoding, news),
        FindAction::EditFilter => log.change_filter(Find::edit_filter, encoding, news),
        FindAction::DropFilter => log.change_filter(|find| find.set_filter(""), encoding, news),
        FindAction::SetFilter(filter) => log.change_filter(|find| find.set_filter(&filter), encoding, news),
        FindAction::Use { how, term } => use_term(tab, how, &term, cx),
        FindAction::Recall(typed) => {
            log.find.text = typed;
            log.show_find(encoding, news);
            log.start_find(encoding, news);
        }
        // A page of the window; the field itself does nothing.
        FindAction::AskNames => {}
        FindAction::HighlightTyped => {
            let typed = tab.log.find.text.trim().to_owned();
            if tab.log.find.meaning.is_some() {
                highlights::add(tab, &typed, cx);
            }
        }
    }
    tab.log.find.filter().clone_into(&mut tab.settings.filter);
}

/// Does with the rows that have something what is wanted.
fn use_term(tab: &mut Tab, how: TermUse, term: &str, cx: &mut Cx<'_>) {
    let encoding = tab.encoding();
    let narrowing = match how {
        TermUse::Only => Narrowing::Only,
        TermUse::Without => Narrowing::Without,
        TermUse::Highlight => return highlights::add(tab, term, cx),
        TermUse::Find => {
            term.clone_into(&mut tab.log.find.text);
            // They are looked for among the other rows.
            tab.log.find.show_only_matches(false);
            tab.log.show_find(encoding, cx.jobs.news());
            return tab.log.start_find(encoding, cx.jobs.news());
        }
    };
    tab.log.narrow(narrowing, term, encoding, cx.jobs.news());
    tab.log.find.filter().clone_into(&mut tab.settings.filter);
}

/// Only what a term wants is shown, besides what was filtered for before; where that is so, no longer.
fn switch_to(tab: &mut Tab, term: &str, cx: &mut Cx<'_>) {
    let Some(others) = tab.log.find.filter_without(term) else {
        return use_term(tab, TermUse::Only, term, cx);
    };
    let encoding = tab.encoding();
    tab.log.change_filter(|find| find.set_filter(&others), encoding, cx.jobs.news());
    tab.log.find.filter().clone_into(&mut tab.settings.filter);
}

/// The page that asks for a row or a time, once there is something to look at.
fn go_to_page(tab: &Tab, cx: &mut Cx<'_>) -> Option<GoTo> {
    if tab.reader().is_some_and(|reader| reader.snapshot().records > 0) {
        return Some(GoTo { tab: tab.key, text: String::new(), is_unclear: false });
    }
    cx.notices.info(cx.locale.text("empty.open"));
    None
}

/// Shows the row or the time that the page names, or says on the page that it names none. Tells whether the page has
/// done its work.
pub(in crate::ui) fn go_to(page: &mut GoTo, tab: &mut Tab, times: &TimeFormat, cx: &mut Cx<'_>) -> bool {
    match tab.log.destination(&page.text, times) {
        Some(Ok(row)) => {
            tab.log.show_row(row);
            return true;
        }
        Some(Err(error)) => cx.notices.problem(error_text::journal(cx.locale, &error)),
        None => page.is_unclear = true,
    }
    false
}

/// Does what was asked of the chart of a tab.
pub(in crate::ui) fn apply_chart(tab: &mut Tab, action: ChartAction, cx: &mut Cx<'_>) {
    match action {
        ChartAction::Toggle => tab.chart.toggle(),
        ChartAction::GoTo(wall_ns) => match tab.log.reader().map(|reader| reader.record_at_time(wall_ns)) {
            Some(Ok(record)) => show_record(tab, record),
            Some(Err(error)) => cx.notices.problem(error_text::journal(cx.locale, &error)),
            None => {}
        },
    }
}

/// Does what was asked of the inspector of a tab.
pub(in crate::ui) fn apply_inspector(tab: &mut Tab, action: InspectorAction, cx: &mut Cx<'_>) {
    match action {
        InspectorAction::PutIntoField(bytes) => put_into_field(tab, Some(&bytes), cx),
        InspectorAction::Decode(decoders) => tab.settings.decoders = DecoderRule::new(decoders),
        InspectorAction::GoTo(record) => show_record(tab, record),
    }
}

/// Brings a record into sight in which something was found; the field says what, so that the others are found, too.
pub(in crate::ui) fn show_hit(tab: &mut Tab, sought: &str, record: RecordId, cx: &mut Cx<'_>) {
    use_term(tab, TermUse::Find, sought, cx);
    show_record(tab, record);
}

/// Brings the row that has a record into sight.
pub(in crate::ui) fn show_record(tab: &mut Tab, record: RecordId) {
    if let Some(row) = tab.log.rows.as_ref().map(|rows| rows.key_of(record)) {
        tab.log.show_row(row);
    }
}

fn copy(tab: &Tab, form: CopyForm, cx: &mut Cx<'_>) {
    let Some(selected) = selected_rows(tab, form, cx) else { return };
    start_copy(selected, cx);
}

/// Copies what is selected of running text.
fn copy_text(tab: &Tab, (text, form): (Stretch, CopyForm), cx: &mut Cx<'_>) {
    if let Some(selected) = selected_rows(tab, form, cx) {
        start_copy(Selected { stretch: Some(text), ..selected }, cx);
    }
}

fn start_copy(selected: Selected, cx: &mut Cx<'_>) {
    if let Some(job) = cx.start_job(JobKind::Copy, move |control| selected.copy(control)) {
        cx.clipboard.put_when_read(job);
    }
}

/// The rows that are selected, to be read beside the frames in this form; nothing where none is.
pub(super) fn selected_rows(tab: &Tab, form: CopyForm, cx: &Cx<'_>) -> Option<Selected> {
    if tab.log.sheet.selection().is_empty() {
        return None;
    }
    let rows = tab.log.rows.as_ref()?;
    let ranges = tab.log.sheet.selection().ranges().to_vec();
    let (reader, messages, shown) = (rows.reader().clone(), rows.messages(), rows.matching().cloned());
    let (meaning, running) = (rows.options().meaning.clone(), rows.options().running);
    let (encoding, locale) = (tab.encoding(), cx.locale);
    Some(Selected {
        reader,
        messages,
        ranges,
        shown,
        form,
        encoding,
        meaning,
        running,
        stretch: None,
        locale,
    })
}

fn copy_lines(tab: &Tab, cx: &mut Cx<'_>) {
    let Some(rows) = tab.log.rows.as_ref().filter(|_| !tab.log.sheet.selection().is_empty()) else { return };
    let chosen = selection(tab, rows);
    let is_split = rows.messages().is_some();
    let (selection, split) = if is_split {
        (RowSelection::all(), ExportSplit { framing: rows.split().clone(), rows: chosen })
    } else {
        (chosen, ExportSplit::default())
    };
    let shown = rows.options();
    let options = ExportOptions {
        encoding: shown.encoding,
        view: shown.view,
        decode: shown.meaning.clone(),
        time: TimeFormat::local().with_precision(shown.precision).telling(shown.time),
        language: cx.locale.language(),
        ..ExportOptions::default()
    };
    let selected = SelectedLines { reader: rows.reader().clone(), selection, split, options };
    if let Some(job) = cx.start_job(JobKind::Copy, move |control| selected.copy(control)) {
        cx.clipboard.put_when_read(job);
    }
}

/// The selected rows, as far as they are shown.
fn selection(tab: &Tab, rows: &LogRows) -> RowSelection {
    let ranges = tab.log.sheet.selection().ranges().iter();
    let ranges = ranges.map(|range| *range.start()..range.end().saturating_add(1)).collect();
    RowSelection { ranges, among: rows.matching().cloned() }
}

/// The bytes of a row, if it has any to have.
fn row_bytes(tab: &mut Tab, row: RowKey) -> Option<Vec<u8>> {
    let row = tab.log.rows.as_mut()?.row(row).ok().flatten()?;
    row.record.data().map(|data| data.bytes.clone())
}

/// What a row says: of frames, what was said in them, because what goes out is framed anew. Where that is nothing, why is
/// told.
fn said_in(tab: &Tab, bytes: Option<Vec<u8>>, cx: &mut Cx<'_>) -> Option<Vec<Content>> {
    let contents = match bytes {
        Some(frames) if tab.settings.kind.is_web_socket() => match Content::of_frames(&frames) {
            Ok(messages) => messages,
            Err(_cut) => {
                cx.problem("toast.row_not_whole");
                return None;
            }
        },
        bytes => bytes.into_iter().map(Content::from).collect(),
    };
    if contents.is_empty() {
        cx.notices.info(cx.locale.text("toast.rows_empty"));
        return None;
    }
    Some(contents)
}

fn send_again(tab: &Tab, bytes: Option<Vec<u8>>, cx: &mut Cx<'_>) {
    let Some(contents) = said_in(tab, bytes, cx) else { return };
    if !tab.is_open() {
        tell_not_open(tab, cx);
    }
    for content in contents.into_iter().take_while(|_| tab.is_open()) {
        if send_content(tab, content, cx).is_none() {
            // Why is told; the rest would come behind a gap.
            break;
        }
    }
}

fn send(tab: &Tab, content: Option<Content>, cx: &mut Cx<'_>) {
    if !tab.is_open() {
        tell_not_open(tab, cx);
    } else if let Some(content) = content {
        send_content(tab, content, cx);
    }
}

/// Sends the selected rows that are shown, one after the other.
fn send_rows(tab: &mut Tab, timing: RowTiming, cx: &mut Cx<'_>) {
    let Some(rows) = tab.log.rows.as_ref().filter(|_| !tab.log.sheet.selection().is_empty()) else { return };
    let rows =
        JournalRows::new(rows.reader().clone(), rows.messages().as_ref(), selection(tab, rows), timing);
    send_journal_rows(tab, rows, cx);
}

/// Puts what a row says into the field.
fn put_said_into_field(tab: &mut Tab, bytes: Option<Vec<u8>>, cx: &mut Cx<'_>) {
    let Some(contents) = said_in(tab, bytes, cx) else { return };
    let bytes = contents.into_iter().filter_map(Content::into_bytes).flatten().collect::<Vec<u8>>();
    put_into_field(tab, Some(&bytes), cx);
}

fn put_into_field(tab: &mut Tab, bytes: Option<&[u8]>, cx: &mut Cx<'_>) {
    let Some(bytes) = bytes else { return };
    if !tab.composer.put(&mut tab.settings, bytes) {
        cx.notices.info(cx.locale.text("toast.too_long_to_edit"));
    }
}
