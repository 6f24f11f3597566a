//! Rectangles of whole pixels, and which pixels a shape with broken edges covers. It knows no colour.

/// A rectangle of pixels; its right and lower edge are outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: u16,
    pub(super) top: u16,
    pub(super) right: u16,
    pub(super) bottom: u16,
}

impl Area {
    /// Everything of a picture of this size.
    pub(super) fn whole(width: u16, height: u16) -> Area {
        Area { left: 0, top: 0, right: width, bottom: height }
    }

    pub(super) fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// What both have.
    pub(super) fn shared(self, other: Area) -> Area {
        Area {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// Whether nothing of the other one is outside.
    pub(super) fn covers(self, other: Area) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }

    /// How many pixels a row of it has.
    pub(super) fn width(self) -> u16 {
        self.right.saturating_sub(self.left)
    }

    /// How many rows it has.
    pub(super) fn height(self) -> u16 {
        self.bottom.saturating_sub(self.top)
    }
}

/// The first pixel whose middle is at or behind this place, within 0 and a limit.
#[inline]
pub(super) fn first_pixel(place: f32, limit: u16) -> u16 {
    // Rounding up is a call of the system's library on most builds; this is asked four times for every glyph.
    let place = (place - 0.5).clamp(0.0, f32::from(limit));
    let below = whole(place, limit);
    below + u16::from(f32::from(below) < place)
}

/// The pixel border that is nearest to this place, within 0 and a limit.
pub(super) fn nearest_border(place: f32, limit: u16) -> u16 {
    whole(place.round(), limit)
}

#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 and a u16 before")]
fn whole(place: f32, limit: u16) -> u16 {
    place.clamp(0.0, f32::from(limit)) as u16
}

#[cfg(test)]
mod tests {
    use super::{Area, first_pixel, nearest_border};

    #[test]
    fn a_pixel_is_covered_where_its_middle_is() {
        for (place, first) in
            [(0.0, 0), (0.5, 0), (0.51, 1), (1.5, 1), (-3.0, 0), (9.4, 9), (12.0, 10), (f32::NAN, 0)]
        {
            assert_eq!(first_pixel(place, 10), first, "{place}");
        }
        for sixteenth in -40_i16..200 {
            let place = f32::from(sixteenth) / 16.0;
            let expected = (place - 0.5).ceil().clamp(0.0, 10.0);
            assert!((f32::from(first_pixel(place, 10)) - expected).abs() < 0.1, "{place}");
        }
        assert_eq!([0.4, 0.6, 11.0].map(|place| nearest_border(place, 10)), [0, 1, 10]);
    }

    #[test]
    fn what_two_areas_share_is_empty_when_they_do_not_meet() {
        let area = |left, top, right, bottom| Area { left, top, right, bottom };
        assert_eq!(area(0, 0, 5, 5).shared(area(3, 2, 9, 4)), area(3, 2, 5, 4));
        assert!(area(0, 0, 5, 5).shared(area(5, 0, 9, 5)).is_empty());
        assert!(Area::whole(5, 5).covers(area(1, 1, 5, 5)) && !area(1, 1, 5, 5).covers(Area::whole(5, 5)));
    }
}
