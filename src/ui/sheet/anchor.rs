//! Where a sheet stands: a 64-bit row and the pixels of it that are above the upper edge.
//!
//! There is no pixel position of the whole content, because an `f32` could not hold it past a million rows. It must
//! not know what a row contains, nor how it is drawn; it only asks how high single rows are.

/// No wheel or drag moves further than so many views at once, so that a step never has to look at many rows.
const LONGEST_STEP_IN_VIEWS: f32 = 8.0;

/// The row at the upper edge and how much of it is hidden above the edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anchor {
    /// The first row that is at least partly visible.
    pub row: u64,
    /// How many points of it are above the upper edge.
    pub offset: f32,
}

/// What there is to scroll over.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// How many rows.
    pub rows: u64,
    /// How many points high the visible part is.
    pub view_height: f32,
}

impl Anchor {
    /// The start of a row is at the upper edge.
    pub fn at_row(row: u64) -> Anchor {
        Anchor { row, offset: 0.0 }
    }

    /// The end of the last row is at the lower edge; the start, if everything fits.
    pub fn end(extent: Extent, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        Anchor::ending_with(extent.rows.saturating_sub(1), extent, height)
    }

    /// The end of a row is at the lower edge; the start, if everything up to it fits.
    pub fn ending_with(last: u64, extent: Extent, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        if extent.rows == 0 {
            return Anchor::default();
        }
        let mut row = last.min(extent.rows - 1);
        let mut covered = height(row);
        while covered < extent.view_height && row > 0 {
            row -= 1;
            covered += height(row);
        }
        Anchor { row, offset: (covered - extent.view_height).max(0.0) }
    }

    /// Moves by points, towards the end if they are positive, and not past either end.
    #[must_use]
    pub fn moved(self, points: f32, extent: Extent, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        if extent.rows == 0 {
            return Anchor::default();
        }
        let longest = extent.view_height * LONGEST_STEP_IN_VIEWS;
        let mut row = self.row.min(extent.rows - 1);
        let mut offset = self.offset + points.clamp(-longest, longest);
        while offset < 0.0 && row > 0 {
            row -= 1;
            offset += height(row);
        }
        loop {
            let row_height = height(row);
            if offset < row_height || row + 1 >= extent.rows {
                break;
            }
            offset -= row_height;
            row += 1;
        }
        Anchor { row, offset: offset.max(0.0) }.within(extent, height)
    }

    /// The same place, or the end if it is past the end.
    #[must_use]
    pub fn within(self, extent: Extent, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        let end = Anchor::end(extent, height);
        if self.is_before(end) { self } else { end }
    }

    /// Moves as little as is needed to make a row wholly visible.
    #[must_use]
    pub fn showing(self, row: u64, extent: Extent, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        if row < self.row || (row == self.row && self.offset > 0.0) {
            return Anchor::at_row(row).within(extent, height);
        }
        let lowest = Anchor::ending_with(row, extent, height);
        // A row higher than the view is shown from its start.
        let lowest = if lowest.row == row { Anchor::at_row(row) } else { lowest };
        if self.is_before(lowest) { lowest } else { self }
    }

    /// A row stands in the middle.
    pub fn centred_on(row: u64, extent: Extent, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        let half = extent.view_height / 2.0;
        Anchor::at_row(row).moved(height(row) / 2.0 - half, extent, height)
    }

    /// How far it is on the way from the start to the end, from 0 to 1.
    pub fn share(self, end: Anchor, height: &mut impl FnMut(u64) -> f32) -> f64 {
        let whole = end.in_rows(height);
        if whole > 0.0 { (self.in_rows(height) / whole).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// The place that is so far on the way from the start to the end.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product is neither negative nor larger than the number of rows"
    )]
    pub fn at_share(share: f64, end: Anchor, height: &mut impl FnMut(u64) -> f32) -> Anchor {
        if share >= 1.0 {
            return end;
        }
        let rows = share.max(0.0) * end.in_rows(height);
        let row = rows.floor() as u64;
        let anchor = Anchor { row, offset: ((rows - rows.floor()) * f64::from(height(row))) as f32 };
        if anchor.is_before(end) { anchor } else { end }
    }

    /// Whether it is nearer to the start than another place.
    pub fn is_before(self, other: Anchor) -> bool {
        (self.row, self.offset) < (other.row, other.offset)
    }

    fn in_rows(self, height: &mut impl FnMut(u64) -> f32) -> f64 {
        if self.offset <= 0.0 {
            return self.row as f64;
        }
        self.row as f64 + f64::from(self.offset) / f64::from(height(self.row).max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Extent};

    const EVEN: f32 = 22.0;

    fn even(_: u64) -> f32 {
        EVEN
    }

    /// Every tenth row is a tall dump.
    fn uneven(row: u64) -> f32 {
        if row % 10 == 3 { 220.5 } else { EVEN }
    }

    fn extent(rows: u64) -> Extent {
        Extent { rows, view_height: 600.0 }
    }

    #[test]
    fn small_steps_add_up_exactly_at_every_size() {
        for rows in [1_000, 1_000_000, 100_000_000, u64::MAX / 2] {
            let start = Anchor::at_row(rows / 2);
            let mut down = start;
            for _ in 0..1_000 {
                down = down.moved(3.5, extent(rows), &mut even);
            }
            let moved = (down.row - start.row) as f32 * EVEN + down.offset;
            assert!((moved - 3_500.0).abs() < 0.05, "{rows} rows: {moved}");
            let mut up = down;
            for _ in 0..1_000 {
                up = up.moved(-3.5, extent(rows), &mut even);
            }
            let error = (i128::from(up.row) - i128::from(start.row)) as f32 * EVEN + up.offset;
            assert!(error.abs() < 0.05, "{rows} rows: {error} after the way back");
        }
    }

    #[test]
    fn rows_of_different_height_are_stepped_over_whole() {
        let rows = 100_000_000;
        let start = Anchor::at_row(50_000_000);
        let mut anchor = start;
        let mut expected = 0.0_f64;
        for _ in 0..500 {
            anchor = anchor.moved(17.0, extent(rows), &mut uneven);
            expected += 17.0;
        }
        let covered: f64 = (start.row..anchor.row).map(|row| f64::from(uneven(row))).sum();
        assert!((covered + f64::from(anchor.offset) - expected).abs() < 0.05);
    }

    #[test]
    fn neither_end_is_passed() {
        for (rows, view) in [(0, 600.0), (1, 600.0), (27, 600.0), (28, 600.0), (100_000_000, 600.0)] {
            let extent = Extent { rows, view_height: view };
            let end = Anchor::end(extent, &mut even);
            let down = Anchor::default().moved(4_000.0, extent, &mut even);
            assert!(!end.is_before(down), "{rows}: {down:?} is past {end:?}");
            assert_eq!(end.moved(50.0, extent, &mut even), end, "{rows}");
            assert_eq!(Anchor::default().moved(-50.0, extent, &mut even), Anchor::default(), "{rows}");
            let below = rows.saturating_sub(end.row) as f32 * EVEN - end.offset;
            assert!(below <= view + 0.01, "{rows}: {below} points from the upper edge to the end");
        }
    }

    #[test]
    fn the_thumb_reaches_every_part_of_a_hundred_million_rows() {
        let end = Anchor::end(extent(100_000_000), &mut even);
        for (share, row) in [(0.0, 0), (0.25, 24_999_993), (0.5, 49_999_986), (1.0, end.row)] {
            let anchor = Anchor::at_share(share, end, &mut even);
            assert_eq!(anchor.row, row, "{share}");
            assert!((anchor.share(end, &mut even) - share).abs() < 1e-9, "{share}");
        }
    }

    #[test]
    fn a_row_is_shown_with_the_least_motion() {
        let extent = extent(1_000);
        let start = Anchor { row: 100, offset: 5.0 };
        let rows = [
            (110, start),
            (100, Anchor::at_row(100)),
            (40, Anchor::at_row(40)),
            (200, Anchor { row: 173, offset: 16.0 }),
        ];
        for (row, expected) in rows {
            assert_eq!(start.showing(row, extent, &mut even), expected, "{row}");
        }
    }
}
