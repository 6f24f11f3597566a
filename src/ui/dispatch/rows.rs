//! Which rows a tab shows: where they come from, what is found in them, which are hidden, and what a person
//! does with them.

use crate::codec::copy::CopyForm;
use crate::codec::prose::body_text;
use crate::codec::represent::View;
use crate::codec::time::TimePrecision;
use crate::engine::command::Command;
use crate::model::ids::RecordId;
use crate::model::record::{Body, Origin};
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::session::{send_command, with_tab};
use crate::ui::sheet::journal_rows::{JournalRows, RowOptions};
use crate::ui::sheet::{Sheet, SheetAction};
use crate::ui::state::tab::{Source, Tab};
use crate::workspace::settings::TimeFormat;
use crate::workspace::tabs::ViewChoice;
use egui::Context;
use roaring::RoaringTreemap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many matches the scroll bar points out.
const MOST_TICKS: u64 = 400;

/// What is copied at most: clipboards are no place for gigabytes.
const MOST_COPIED_BYTES: usize = 16 << 20;

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
    start_find(app, key);
}

/// Takes in what searches found and how rows are shown now; tells when to look again.
pub(super) fn take_in(app: &mut App, key: TabKey, deadline: Instant) -> Option<Duration> {
    let locale = app.state.locale();
    let precision = match app.state.settings.time_format {
        TimeFormat::Millis => TimePrecision::Millis,
        TimeFormat::Micros => TimePrecision::Micros,
        TimeFormat::Nanos => TimePrecision::Nanos,
    };
    let news = app.engine.news().clone();
    let tab = app.state.tab_mut(key)?;
    let has_found = tab.find.take_in(&news, deadline);
    let encoding = tab.encoding();
    let view = match tab.settings.view {
        ViewChoice::Text => View::Text,
        ViewChoice::Hex => View::Hex,
        ViewChoice::Dump => View::Dump,
    };
    let columns = tab.content_characters;
    if let Some(rows) = &mut tab.rows {
        rows.refresh();
        rows.set_options(RowOptions { view, encoding, precision, columns, ..RowOptions::new(locale) });
    }
    if has_found {
        tab.find.ticks = ticks(&tab.find.rows);
        show_wanted_rows(tab);
    }
    let is_behind = tab.reader().is_some_and(|reader| reader.snapshot().records != tab.rows_followed);
    tab.rows_followed = tab.reader().map_or(0, |reader| reader.snapshot().records);
    let wanted = tab.inspected();
    let reader = tab.reader().cloned();
    if let Err(error) = tab.inspector.look_at(wanted, reader.as_ref()) {
        app.tell(Told::Bad, error);
    }
    let tab = app.state.tab(key)?;
    tab.find.follow_after().filter(|_| is_behind || tab.find.progress().is_some())
}

/// A few of many, evenly spread.
fn ticks(rows: &RoaringTreemap) -> Vec<RecordId> {
    let count = rows.len();
    let step = count.div_ceil(MOST_TICKS).max(1);
    (0..count.min(MOST_TICKS)).filter_map(|place| rows.select(place * step)).map(RecordId).collect()
}

/// Puts filter and search together: which rows are shown at all.
fn show_wanted_rows(tab: &mut Tab) {
    let passed = tab.find.passed.clone();
    let matches = (tab.find.only_matches && tab.find.pattern.is_some()).then(|| tab.find.rows.clone());
    let shown = match (passed, matches) {
        (Some(passed), Some(matches)) => Some(passed & matches),
        (Some(rows), None) | (None, Some(rows)) => Some(rows),
        (None, None) => None,
    };
    if let Some(rows) = &mut tab.rows {
        rows.set_matching(shown.map(Arc::new));
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
        let from = tab.sheet.visible().start;
        if let Some(row) = tab.find.step(is_forward, from) {
            tab.sheet.go_to(RecordId(row));
        }
    });
}

pub(super) fn apply_filter(app: &mut App, key: TabKey) {
    let news = app.engine.news().clone();
    with_tab(app, key, |tab| {
        if let Some(reader) = tab.reader().cloned() {
            tab.find.start_filter(&reader, &news);
        }
        show_wanted_rows(tab);
    });
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

pub(super) fn sheet_action(app: &mut App, key: TabKey, action: SheetAction, ctx: &Context) {
    match action {
        SheetAction::Copy(form) => copy(app, key, form, ctx),
        SheetAction::SendAgain(record) => send_again(app, key, record),
        SheetAction::Inspect(_) => app.state.settings.inspector = true,
    }
}

fn copy(app: &mut App, key: TabKey, form: CopyForm, ctx: &Context) {
    let locale = app.state.locale();
    let Some(tab) = app.state.tab(key) else { return };
    let Some(reader) = tab.reader() else { return };
    let mut bytes = Vec::new();
    let mut prose = String::new();
    let mut told = (Told::Plain, "toast.copied");
    let ids = tab.sheet.selection().ranges().iter().flat_map(Clone::clone);
    for id in ids {
        match reader.record(RecordId(id)) {
            Ok(Some(record)) => match &record.body {
                Body::Data(data) => bytes.extend_from_slice(&data.bytes),
                body => {
                    prose.push_str(&body_text(body, locale));
                    prose.push('\n');
                }
            },
            Ok(None) => break,
            Err(error) => {
                app.tell(Told::Bad, error.to_string());
                return;
            }
        }
        if bytes.len() > MOST_COPIED_BYTES {
            bytes.truncate(MOST_COPIED_BYTES);
            told = (Told::Bad, "toast.copied_part");
            break;
        }
    }
    let text = if bytes.is_empty() { prose } else { form.render(&bytes, tab.encoding()) };
    ctx.copy_text(text);
    app.tell(told.0, locale.text(told.1));
}

fn send_again(app: &mut App, key: TabKey, record: RecordId) {
    let Some(tab) = app.state.tab(key).filter(|tab| tab.is_open()) else { return };
    let Some(Ok(Some(record))) = tab.reader().map(|reader| reader.record(record)) else { return };
    if let Some(data) = record.data() {
        let command = Command::Send {
            target: tab.peers.target(&tab.settings),
            payload: data.bytes.clone(),
            origin: Origin::User,
        };
        send_command(app, key, command);
    }
}
