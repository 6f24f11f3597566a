//! What the selected rows come to, in words for the line below the log.

use crate::codec::time::{clock_span, millis_text};
use crate::journal::totals::Totals;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::totals::Shown;
use crate::util::bytes_text::{ByteSize, Count};

const NANOS: u64 = 1_000_000_000;

/// Longer spans are told as a clock shows them.
const PLAIN_MILLIS: u64 = 60_000;

/// Rows, bytes, how long that took and how much it was a second; and for the tooltip, each way for itself.
pub fn totals_text(ctx: &ViewCtx<'_>, shown: Shown) -> (String, String) {
    match shown {
        Shown::Under(rows, percent) => {
            (ctx.format("totals.under", &[("rows", &Count(rows)), ("percent", &percent)]), String::new())
        }
        Shown::Totals(totals) => (line(ctx, &totals), tooltip(ctx, &totals)),
    }
}

fn line(ctx: &ViewCtx<'_>, totals: &Totals) -> String {
    let (rows, size) = (Count(totals.rows), ByteSize(totals.bytes()));
    let lasted = totals.lasted_ns();
    let mut line = ctx.format("totals.rows", &[("rows", &rows), ("size", &size)]);
    if lasted > 0 {
        line.push_str(" · ");
        line.push_str(&span_text(lasted));
    }
    if let Some(speed) = per_second(totals.bytes(), lasted).filter(|speed| *speed > 0) {
        line.push_str(" · ");
        line.push_str(&ctx.format("totals.speed", &[("speed", &ByteSize(speed))]));
    }
    line
}

fn tooltip(ctx: &ViewCtx<'_>, totals: &Totals) -> String {
    let flow = &totals.flow;
    let mut lines = vec![
        ctx.format(
            "totals.received",
            &[("count", &Count(flow.received)), ("size", &ByteSize(flow.received_bytes))],
        ),
        ctx.format("totals.sent", &[("count", &Count(flow.sent)), ("size", &ByteSize(flow.sent_bytes))]),
    ];
    if let Some((first, last)) = totals.span_ns {
        let moments = [ctx.times.text(first), ctx.times.text(last)];
        lines.push(ctx.format("totals.span", &[("from", &moments[0]), ("to", &moments[1])]));
    }
    if let Some(rows) = per_second(totals.rows, totals.lasted_ns()).filter(|rows| *rows > 0) {
        lines.push(ctx.format("totals.rate", &[("rows", &Count(rows))]));
    }
    lines.join("\n")
}

/// How much a second that was, rounded; nothing where it was but a moment.
fn per_second(amount: u64, lasted_ns: u64) -> Option<u64> {
    let per = u128::from(amount) * u128::from(NANOS) + u128::from(lasted_ns) / 2;
    per.checked_div(u128::from(lasted_ns)).and_then(|per| u64::try_from(per).ok())
}

fn span_text(nanos: u64) -> String {
    match nanos / 1_000_000 {
        0 => format!("{} µs", nanos / 1_000),
        millis if millis < PLAIN_MILLIS => millis_text(millis),
        millis => clock_span(millis / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::{per_second, span_text};

    #[test]
    fn spans_and_rates_read_well() {
        for (nanos, text) in [
            (0, "0 µs"),
            (1_500, "1 µs"),
            (2_500_000, "2 ms"),
            (2_500_000_000, "2.5 s"),
            (59_999_000_000, "59.9 s"),
            (3_661_000_000_000, "1:01:01"),
        ] {
            assert_eq!(span_text(nanos), text);
        }
        for (amount, nanos, per) in [
            (10, 0, None),
            (10, 1_000_000_000, Some(10)),
            (1, 3_000_000_000, Some(0)),
            (2, 3_000_000_000, Some(1)),
            (u64::MAX, 1, None),
        ] {
            assert_eq!(per_second(amount, nanos), per, "{amount} in {nanos}");
        }
    }
}
