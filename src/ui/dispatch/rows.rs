//! Which rows a tab shows: where they come from, what is found in them, which are hidden, and what a person
//! does with them.

use crate::codec::copy::CopyForm;
use crate::codec::time::TimeFormat;
use crate::journal::JournalError;
use crate::model::ids::RecordId;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::copying::Selected;
use crate::ui::dispatch::errands;
use crate::ui::dispatch::session::{send_payload, with_tab};
use crate::ui::sheet::{JournalRows, RowOptions};
use crate::ui::sheet::{Rows, Sheet, SheetAction};
use crate::ui::state::go_to::Destination;
use crate::ui::state::modal::{GoTo, Modal};
use crate::ui::state::tab::{Source, Tab};
use crate::ui::text;
use crate::ui::times::written_times;
use crate::ui::trouble;
use std::time::{Duration, Instant};

/// The tab shows the rows of this source from now on.
pub(super) fn begin(app: &mut App, key: TabKey, source: Source) {
    let options = RowOptions::new(app.state.locale());
    with_tab(app, key, |tab| {
        tab.source = source;
        tab.rows = tab.reader().cloned().map(|reader| JournalRows::new(reader, options));
        tab.sheet = Sheet::default();
        tab.cleared_before = 0;
        tab.rows_seen = 0;
        tab.find.forget_hits();
    });
    apply_filter(app, key);
}

/// Takes in what searches found and how rows are shown now; tells when to look again.
pub(super) fn take_in(app: &mut App, key: TabKey, deadline: Instant) -> Option<Duration> {
    let locale = app.state.locale();
    let (time, precision) = written_times(app.state.settings.time_format);
    let news = app.engine.news().clone();
    if app.state.tab(key).is_some_and(|tab| tab.find.is_outdated(tab.encoding())) {
        start_find(app, key);
    }
    let tab = app.state.tab_mut(key)?;
    if tab.find.has_waiting()
        && let Some(rows) = &mut tab.rows
    {
        // A set that is shown meanwhile would be copied before it grows. It is shown again below.
        rows.set_matching(None);
    }
    let has_found = tab.find.take_in(&news, deadline);
    let encoding = tab.encoding();
    let view = text::view_of(tab.settings.view);
    let columns = tab.content_characters;
    if let Some(rows) = &mut tab.rows {
        rows.refresh();
        rows.set_options(RowOptions { view, encoding, locale, time, precision, columns });
    }
    if has_found {
        show_what_passes(tab);
        tab.find.ticks.outdate();
    }
    let ticks = &mut tab.find.ticks;
    let ticks_due = tab.rows.as_ref().and_then(|rows| ticks.renew(&tab.find.rows, rows, Instant::now()));
    let is_behind = tab.reader().is_some_and(|reader| reader.snapshot().records != tab.rows_followed);
    tab.rows_followed = tab.reader().map_or(0, |reader| reader.snapshot().records);
    let wanted = tab.inspected();
    let reader = tab.reader().cloned();
    let read = |id| reader.as_ref().map_or(Ok(None), |reader| reader.record(id));
    if let Err(error) = tab.inspector.look_at(wanted, read) {
        app.tell(Told::Bad, trouble::journal(locale, &error));
    }
    let tab = app.state.tab(key)?;
    let is_due = is_behind || tab.find.has_waiting() || tab.find.progress().is_some();
    let follow_due = tab.find.follow_after().filter(|_| is_due);
    ticks_due.into_iter().chain(follow_due).min()
}

/// Puts filter and search together: which rows are shown at all. What was found has passed the filter.
fn show_wanted_rows(tab: &mut Tab) {
    show_what_passes(tab);
    if let Some(rows) = &tab.rows {
        tab.find.ticks.make(&tab.find.rows, rows, Instant::now());
    }
}

fn show_what_passes(tab: &mut Tab) {
    let find = &tab.find;
    let is_only_matches = find.only_matches && find.pattern.is_some();
    let shown = if is_only_matches { Some(find.rows.clone()) } else { find.passed.clone() };
    if let Some(rows) = &mut tab.rows {
        rows.set_matching(shown);
        rows.hide_before(RecordId(tab.cleared_before));
    }
}

fn point_out_matches(tab: &mut Tab) {
    let pattern = tab.find.pattern.clone();
    if let Some(rows) = &mut tab.rows {
        rows.set_pattern(pattern);
    }
}

pub(super) fn start_find(app: &mut App, key: TabKey) {
    let news = app.engine.news().clone();
    with_tab(app, key, |tab| {
        let encoding = tab.encoding();
        if let Some(reader) = tab.reader().cloned()
            && tab.find.is_shown
        {
            tab.find.start(&reader, encoding, &news);
        }
        point_out_matches(tab);
        show_wanted_rows(tab);
    });
}

/// Shows the find field; what it says is looked for again.
pub(super) fn show_find(app: &mut App, key: TabKey) {
    let mut was_shown = true;
    with_tab(app, key, |tab| {
        was_shown = std::mem::replace(&mut tab.find.is_shown, true);
        tab.find.wants_focus = true;
    });
    if !was_shown {
        start_find(app, key);
    }
}

pub(super) fn hide_find(app: &mut App, key: TabKey) {
    with_tab(app, key, |tab| {
        tab.find.is_shown = false;
        tab.find.forget_hits();
        point_out_matches(tab);
        show_wanted_rows(tab);
    });
}

pub(super) fn step_find(app: &mut App, key: TabKey, is_forward: bool) {
    with_tab(app, key, |tab| {
        if let Some(row) = tab.find.step(is_forward, top_record(tab)) {
            show_record(tab, row);
        }
    });
}

/// What stands at the upper edge.
fn top_record(tab: &Tab) -> RecordId {
    tab.rows.as_ref().map_or(RecordId(0), |rows| rows.record(tab.sheet.visible().start))
}

/// Shows only rows with a match, or all that the filters let through.
pub(super) fn show_only_matches(app: &mut App, key: TabKey, is_on: bool) {
    with_tab(app, key, |tab| {
        tab.find.only_matches = is_on;
        show_wanted_rows(tab);
    });
}

/// Shows what the filters let through, and looks for what is wanted among that.
pub(super) fn apply_filter(app: &mut App, key: TabKey) {
    let news = app.engine.news().clone();
    with_tab(app, key, |tab| {
        if let Some(reader) = tab.reader().cloned() {
            tab.find.start_filter(&reader, &news);
        }
    });
    start_find(app, key);
}

pub(super) fn clear_view(app: &mut App, key: TabKey) {
    with_tab(app, key, |tab| {
        tab.cleared_before = tab.reader().map_or(0, |reader| reader.snapshot().records);
        tab.sheet.clear_selection();
        tab.sheet.follow();
        show_wanted_rows(tab);
    });
}

pub(super) fn show_cleared(app: &mut App, key: TabKey) {
    with_tab(app, key, |tab| {
        tab.cleared_before = 0;
        show_wanted_rows(tab);
    });
}

/// Asks for a row or a time, once there is something to look at.
pub(super) fn ask_go_to(app: &mut App, key: TabKey) {
    if app.state.tab(key).and_then(Tab::reader).is_some_and(|reader| reader.snapshot().records > 0) {
        app.state.modal = Some(Modal::GoTo(GoTo { tab: key, text: String::new(), is_unclear: false }));
    } else {
        app.tell(Told::Plain, app.state.locale().text("empty.open"));
    }
}

/// Shows the row or the time that the page names, or says on the page that it names none.
pub(super) fn go_to(app: &mut App) {
    let Some(Modal::GoTo(page)) = &app.state.modal else { return };
    let (key, typed) = (page.tab, page.text.clone());
    let found = app.state.tab(key).and_then(|tab| destination(tab, &typed, &app.state.times));
    match found {
        Some(Ok(record)) => {
            app.state.modal = None;
            with_tab(app, key, |tab| show_record(tab, record));
        }
        Some(Err(error)) => app.tell(Told::Bad, trouble::journal(app.state.locale(), &error)),
        None => {
            if let Some(Modal::GoTo(page)) = &mut app.state.modal {
                page.is_unclear = true;
            }
        }
    }
}

/// The row that was typed, or the first one at or after the time that was typed. A time alone is one of the day of
/// the row at the upper edge.
fn destination(tab: &Tab, typed: &str, times: &TimeFormat) -> Option<Result<RecordId, JournalError>> {
    let reader = tab.reader()?;
    let last = RecordId(reader.snapshot().records.checked_sub(1)?);
    let moment_of = |record| reader.head(record).map(|head| head.map_or(0, |head| head.at.wall_ns));
    // Where everything was cleared from view, the last row stands for the one at the edge.
    let near = match moment_of(top_record(tab).min(last)) {
        Ok(near) => near,
        Err(error) => return Some(Err(error)),
    };
    let found = match Destination::parse(typed, times, near)? {
        Destination::Row(record) => Ok(record),
        Destination::Moment(moment) => reader.record_at_time(moment),
        Destination::SinceStart(after) => {
            moment_of(RecordId(if tab.cleared_before > last.0 { 0 } else { tab.cleared_before }))
                .and_then(|start| reader.record_at_time(start.saturating_add(after)))
        }
    };
    Some(found.map(|record| record.min(last)))
}

/// Brings a row into sight; rows that were cleared from view come back for it.
fn show_record(tab: &mut Tab, record: RecordId) {
    if record.0 < tab.cleared_before {
        tab.cleared_before = 0;
        show_wanted_rows(tab);
    }
    // Where a filter hides the row, the next one that is shown stands for it.
    let shown = tab.rows.as_ref().map_or(record, |rows| {
        let last = rows.len().saturating_sub(1);
        rows.record(rows.index(record).min(last))
    });
    tab.sheet.go_to(shown);
}

/// Shows only what concerns the peer of a row.
fn show_only_peer_of(app: &mut App, key: TabKey, record: RecordId) {
    let peer = app.state.tab(key).and_then(Tab::reader).map(|reader| reader.head(record));
    match peer {
        Some(Ok(Some(head))) if head.peer.is_some() => {
            with_tab(app, key, |tab| tab.find.peer = head.peer);
            apply_filter(app, key);
        }
        Some(Err(error)) => app.tell(Told::Bad, trouble::journal(app.state.locale(), &error)),
        _ => app.tell(Told::Plain, app.state.locale().text("toast.no_peer")),
    }
}

pub(super) fn sheet_action(app: &mut App, key: TabKey, action: SheetAction) {
    match action {
        SheetAction::Copy(form) => copy(app, key, form),
        SheetAction::OnlyPeerOf(record) => show_only_peer_of(app, key, record),
        SheetAction::SendAgain(record) => send_again(app, key, record),
    }
}

fn copy(app: &mut App, key: TabKey, form: CopyForm) {
    let locale = app.state.locale();
    let Some(tab) = app.state.tab(key).filter(|tab| !tab.sheet.selection().is_empty()) else { return };
    let (Some(reader), Some(rows)) = (tab.reader().cloned(), tab.rows.as_ref()) else { return };
    let ranges = tab.sheet.selection().ranges().to_vec();
    let shown = rows.matching().cloned();
    let selected = Selected { reader, ranges, shown, form, encoding: tab.encoding(), locale };
    errands::copy(app, selected);
}

fn send_again(app: &mut App, key: TabKey, record: RecordId) {
    let Some(tab) = app.state.tab(key) else { return };
    if !tab.is_open() {
        app.tell(Told::Bad, app.state.locale().text("toast.not_open"));
        return;
    }
    let Some(Ok(Some(record))) = tab.reader().map(|reader| reader.record(record)) else { return };
    if let Some(data) = record.data() {
        let payload = data.bytes.clone();
        send_payload(app, key, payload);
    }
}
