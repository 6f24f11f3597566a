//! Which rows a tab shows: where they come from, what is found in them, which are hidden, and what a person
//! does with them.

use crate::codec::copy::CopyForm;
use crate::codec::time::TimeFormat;
use crate::journal::JournalError;
use crate::model::framing::Framing;
use crate::model::ids::{RecordId, RowKey};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::JobKind;
use crate::ui::log::{LogRows, Place, RowOptions, SplitTrouble};
use crate::ui::sheet::{Rows, Sheet, SheetAction};
use crate::ui::tab::composer::send_payload;
use crate::ui::tab::copying::Selected;
use crate::ui::tab::find::Searched;
use crate::ui::tab::go_to::{Destination, GoTo};
use crate::ui::tab::session::tell_not_open;
use crate::ui::tab::{Source, Tab};
use crate::ui::text;
use crate::ui::times::written_times;
use crate::util::locale::Locale;
use crate::workspace::settings;
use std::time::{Duration, Instant};

/// The tab shows the rows of this source from now on.
pub(in crate::ui) fn begin(tab: &mut Tab, source: Source, cx: &mut Cx<'_>) {
    let options = RowOptions::new(cx.locale);
    tab.source = source;
    tab.last_session = None;
    tab.rows = tab.reader().cloned().map(|reader| LogRows::new(reader, options));
    tab.sheet = Sheet::default();
    tab.cleared_before = 0;
    tab.rows_seen = 0;
    tab.find.forget_hits();
    apply_filter(tab, cx);
}

/// Takes in what searches found and how rows are shown now; tells when to look again.
pub(in crate::ui) fn take_in(
    tab: &mut Tab,
    times: settings::TimeFormat,
    deadline: Instant,
    cx: &mut Cx<'_>,
) -> Option<Duration> {
    let locale = cx.locale;
    let (time, precision) = written_times(times);
    let news = cx.jobs.news().clone();
    if tab.find.is_outdated(tab.encoding()) {
        start_find(tab, cx);
    }
    cut_rows(tab, cx);
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
    let rows = &mut tab.rows;
    let read = |key| rows.as_mut().map_or(Ok(None), |rows| rows.row(key));
    if let Err(error) = tab.inspector.look_at(wanted, read) {
        cx.notices.problem(error_text::journal(locale, &error));
    }
    if let Some(rows) = &mut tab.rows {
        // A message that has not ended may have grown.
        if let Some(key) = wanted.filter(|key| rows.may_change(*key))
            && let Ok(row) = rows.row(key)
        {
            tab.inspector.row = row;
        }
        tab.inspector.make(encoding, locale, |row| rows.carry(row));
    }
    let is_due = is_behind || tab.find.has_waiting() || tab.find.progress().is_some();
    let follow_due = tab.find.follow_after().filter(|_| is_due);
    ticks_due.into_iter().chain(follow_due).min()
}

/// Takes in what is there now, cut as the tab says. Where rows have other keys now, the sheet stays where it was, and
/// what is looked for is looked for anew.
fn cut_rows(tab: &mut Tab, cx: &mut Cx<'_>) {
    let Some(rows) = &mut tab.rows else { return };
    // What does not make sense yet cuts nothing.
    let split = tab.settings.split.parse().unwrap_or(Framing::None);
    rows.set_split(&split, cx.jobs.news());
    rows.refresh(cx.jobs.news());
    if let Some(trouble) = rows.take_split_trouble() {
        cx.notices.problem(split_trouble(cx.locale, &trouble));
    }
    if rows.has_new_keys() {
        tab.sheet.rename(&mut |old| rows.new_key(old));
        rows.forget_old_keys();
        rows.measure_from(tab.sheet.marked());
        tab.inspector.look_again();
        apply_filter(tab, cx);
    }
}

/// Where a tab's rows are looked for.
fn searched(tab: &Tab) -> Option<Searched> {
    let reader = tab.reader()?.clone();
    Some(Searched { reader, messages: tab.rows.as_ref().and_then(LogRows::messages) })
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
        rows.set_place(None);
    }
}

pub(in crate::ui) fn start_find(tab: &mut Tab, cx: &mut Cx<'_>) {
    let encoding = tab.encoding();
    if let Some(searched) = searched(tab)
        && tab.find.is_shown
    {
        tab.find.start(searched, encoding, cx.jobs.news());
    }
    point_out_matches(tab);
    show_wanted_rows(tab);
}

/// Shows the find field; what it says is looked for again.
pub(in crate::ui) fn show_find(tab: &mut Tab, cx: &mut Cx<'_>) {
    let was_shown = std::mem::replace(&mut tab.find.is_shown, true);
    tab.find.wants_focus = true;
    if !was_shown {
        start_find(tab, cx);
    }
}

pub(in crate::ui) fn hide_find(tab: &mut Tab) {
    tab.find.is_shown = false;
    tab.find.forget_hits();
    point_out_matches(tab);
    show_wanted_rows(tab);
}

pub(in crate::ui) fn step_find(tab: &mut Tab, is_forward: bool) {
    let from = top_key(tab);
    let Tab { find, rows: Some(rows), .. } = tab else { return };
    let found = find.step(is_forward, from, |key| match rows.row(key) {
        Ok(Some(row)) => row.record.data().map_or_else(Vec::new, |data| data.bytes.clone()),
        // In what cannot be read there is no place to point out; its row says why.
        _ => Vec::new(),
    });
    let Some(row) = found else { return };
    let place = find.place.clone().map(|bytes| Place { row, bytes });
    if let Some(rows) = &mut tab.rows {
        rows.set_place(place);
    }
    show_row(tab, row);
}

/// What stands at the upper edge.
fn top_key(tab: &Tab) -> RowKey {
    tab.rows.as_ref().map_or(RowKey(0), |rows| rows.key(tab.sheet.visible().start))
}

/// Shows only rows with a match, or all that the filters let through.
pub(in crate::ui) fn show_only_matches(tab: &mut Tab, is_on: bool) {
    tab.find.only_matches = is_on;
    show_wanted_rows(tab);
}

/// Shows what the filters let through, and looks for what is wanted among that.
pub(in crate::ui) fn apply_filter(tab: &mut Tab, cx: &mut Cx<'_>) {
    if let Some(searched) = searched(tab) {
        tab.find.start_filter(searched, cx.jobs.news());
    }
    start_find(tab, cx);
}

pub(in crate::ui) fn clear_view(tab: &mut Tab) {
    tab.cleared_before = tab.reader().map_or(0, |reader| reader.snapshot().records);
    tab.sheet.clear_selection();
    tab.sheet.follow();
    show_wanted_rows(tab);
}

pub(in crate::ui) fn show_cleared(tab: &mut Tab) {
    tab.cleared_before = 0;
    show_wanted_rows(tab);
}

/// Follows the newest row, or holds still.
pub(in crate::ui) fn toggle_following(tab: &mut Tab) {
    let next = tab.rows.as_ref().map_or(RowKey(0), Rows::next_key);
    tab.sheet.toggle_following(next);
}

/// The page that asks for a row or a time, once there is something to look at.
pub(in crate::ui) fn go_to_page(tab: &Tab, cx: &mut Cx<'_>) -> Option<GoTo> {
    if tab.reader().is_some_and(|reader| reader.snapshot().records > 0) {
        return Some(GoTo { tab: tab.key, text: String::new(), is_unclear: false });
    }
    cx.notices.info(cx.locale.text("empty.open"));
    None
}

/// Shows the row or the time that the page names, or says on the page that it names none. Tells whether the page has
/// done its work.
pub(in crate::ui) fn go_to(page: &mut GoTo, tab: &mut Tab, times: &TimeFormat, cx: &mut Cx<'_>) -> bool {
    match destination(tab, &page.text, times) {
        Some(Ok(row)) => {
            show_row(tab, row);
            return true;
        }
        Some(Err(error)) => cx.notices.problem(error_text::journal(cx.locale, &error)),
        None => page.is_unclear = true,
    }
    false
}

/// The row that was typed, or the first one at or after the time that was typed. A time alone is one of the day of
/// the row at the upper edge.
fn destination(tab: &mut Tab, typed: &str, times: &TimeFormat) -> Option<Result<RowKey, JournalError>> {
    let top = top_key(tab);
    let reader = tab.reader()?.clone();
    let rows = tab.rows.as_mut()?;
    let last = RecordId(reader.snapshot().records.checked_sub(1)?);
    let last_row = RowKey(rows.next_key().0.saturating_sub(1));
    let top = rows.row(top.min(last_row)).ok().flatten().map_or(last, |row| row.begins().record);
    let moment_of = |record| reader.head(record).map(|head| head.map_or(0, |head| head.at.wall_ns));
    // Where everything was cleared from view, the last row stands for the one at the edge.
    let near = match moment_of(top) {
        Ok(near) => near,
        Err(error) => return Some(Err(error)),
    };
    let found = match Destination::parse(typed, times, near)? {
        Destination::Row(row) => return Some(Ok(row.min(last_row))),
        Destination::Moment(moment) => reader.record_at_time(moment),
        Destination::SinceStart(after) => {
            moment_of(RecordId(if tab.cleared_before > last.0 { 0 } else { tab.cleared_before }))
                .and_then(|start| reader.record_at_time(start.saturating_add(after)))
        }
    };
    Some(found.map(|record| rows.key_of(record.min(last)).min(last_row)))
}

/// Brings a row into sight; rows that were cleared from view come back for it.
fn show_row(tab: &mut Tab, row: RowKey) {
    let first = RecordId(tab.cleared_before);
    if tab.cleared_before > 0 && tab.rows.as_ref().is_some_and(|rows| row < rows.key_of(first)) {
        tab.cleared_before = 0;
        show_wanted_rows(tab);
    }
    // Where a filter hides the row, the next one that is shown stands for it.
    let shown = tab.rows.as_ref().map_or(row, |rows| {
        let last = rows.len().saturating_sub(1);
        rows.key(rows.index(row).min(last))
    });
    tab.sheet.go_to(shown);
}

/// Shows only what concerns the peer of a row.
fn show_only_peer_of(tab: &mut Tab, row: RowKey, cx: &mut Cx<'_>) {
    match tab.rows.as_mut().map(|rows| rows.row(row)) {
        Some(Ok(Some(row))) if row.record.peer.is_some() => {
            tab.find.peer = row.record.peer;
            apply_filter(tab, cx);
        }
        Some(Err(error)) => cx.notices.problem(error_text::journal(cx.locale, &error)),
        _ => cx.notices.info(cx.locale.text("toast.no_peer")),
    }
}

pub(in crate::ui) fn sheet_action(tab: &mut Tab, action: SheetAction, cx: &mut Cx<'_>) {
    match action {
        SheetAction::Copy(form) => copy(tab, form, cx),
        SheetAction::OnlyPeerOf(row) => show_only_peer_of(tab, row, cx),
        SheetAction::SendAgain(row) => send_again(tab, row, cx),
        SheetAction::PutIntoField(row) => put_into_field(tab, row, cx),
    }
}

fn copy(tab: &Tab, form: CopyForm, cx: &mut Cx<'_>) {
    if tab.sheet.selection().is_empty() {
        return;
    }
    let (Some(reader), Some(rows)) = (tab.reader().cloned(), tab.rows.as_ref()) else { return };
    let ranges = tab.sheet.selection().ranges().to_vec();
    let shown = rows.matching().cloned();
    let messages = rows.messages();
    let selected =
        Selected { reader, messages, ranges, shown, form, encoding: tab.encoding(), locale: cx.locale };
    if let Some(job) = cx.start_job(JobKind::Copy, move |control| selected.copy(control)) {
        cx.clipboard.put_when_read(job);
    }
}

fn send_again(tab: &mut Tab, row: RowKey, cx: &mut Cx<'_>) {
    if !tab.is_open() {
        tell_not_open(tab, cx);
        return;
    }
    let Some(Ok(Some(row))) = tab.rows.as_mut().map(|rows| rows.row(row)) else { return };
    if let Some(data) = row.record.data() {
        send_payload(tab, data.bytes.clone(), cx);
    }
}

fn put_into_field(tab: &mut Tab, row: RowKey, cx: &mut Cx<'_>) {
    let encoding = tab.encoding();
    let Some(Ok(Some(row))) = tab.rows.as_mut().map(|rows| rows.row(row)) else { return };
    let Some(data) = row.record.data() else { return };
    if tab.composer.put(&mut tab.settings.composer, &data.bytes, encoding) {
        tab.composer.pasted = None;
    } else {
        cx.notices.info(cx.locale.text("toast.too_long_to_edit"));
    }
}

/// Why streams are not cut any further.
fn split_trouble(locale: &Locale, why: &SplitTrouble) -> String {
    match why {
        SplitTrouble::Journal(error) => error_text::journal(locale, error),
        SplitTrouble::Thread(error) => error_text::thread(locale, "split", error),
    }
}
