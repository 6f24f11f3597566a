//! One pixel as windows take it, and the three things that are done with it. It knows no shape and no picture.
//!
//! A pixel is alpha, red, green and blue in eight bits each, from the highest to the lowest, the colours multiplied by
//! alpha already. Two channels are worked on at once: none of them can run over into its neighbour.

use egui::Color32;

const RED_AND_BLUE: u32 = 0x00ff_00ff;
const ALPHA_AND_GREEN: u32 = 0xff00_ff00;
/// Half of the divisor, in both channels.
const HALVES: u32 = 0x0080_0080;

/// A pixel that changes nothing where it is drawn.
pub(super) const CLEAR: u32 = 0;

/// White that hides what is below it.
pub(super) const WHITE: u32 = u32::MAX;

/// A colour of the toolkit as a pixel.
pub(super) fn of_color(color: Color32) -> u32 {
    let [red, green, blue, alpha] = color.to_array();
    u32::from_be_bytes([alpha, red, green, blue])
}

/// Alpha, red, green and blue.
pub(super) fn channels(pixel: u32) -> [u8; 4] {
    pixel.to_be_bytes()
}

/// How much of what is below is hidden, of 255.
#[inline]
pub(super) fn alpha(pixel: u32) -> u32 {
    pixel >> 24
}

/// Every channel times a part of 255, rounded.
#[inline]
pub(super) fn scaled(pixel: u32, part: u32) -> u32 {
    let red_and_blue = (pixel & RED_AND_BLUE) * part + HALVES;
    let alpha_and_green = ((pixel >> 8) & RED_AND_BLUE) * part + HALVES;
    let red_and_blue = ((red_and_blue + ((red_and_blue >> 8) & RED_AND_BLUE)) >> 8) & RED_AND_BLUE;
    let alpha_and_green = (alpha_and_green + ((alpha_and_green >> 8) & RED_AND_BLUE)) & ALPHA_AND_GREEN;
    red_and_blue | alpha_and_green
}

/// Every channel times the same channel of the other one, rounded.
#[inline]
pub(super) fn multiplied(pixel: u32, other: u32) -> u32 {
    let channel = |shift: u32| {
        let product = ((pixel >> shift) & 255) * ((other >> shift) & 255) + 128;
        ((product + (product >> 8)) >> 8) << shift
    };
    channel(0) | channel(8) | channel(16) | channel(24)
}

/// What is seen when one pixel lies on another.
#[inline]
pub(super) fn over(upper: u32, lower: u32) -> u32 {
    added(upper, scaled(lower, 255 - alpha(upper)))
}

/// Part way from one pixel to another, of 255.
#[inline]
pub(super) fn between(from: u32, to: u32, part: u32) -> u32 {
    added(scaled(from, 255 - part), scaled(to, part))
}

/// Channel by channel, at most 255: rounding, and light without alpha, could exceed it.
#[inline]
fn added(pixel: u32, other: u32) -> u32 {
    let pair = |pixel: u32, other: u32| {
        let sum = (pixel & RED_AND_BLUE) + (other & RED_AND_BLUE);
        let exceeded = sum & 0x0100_0100;
        (sum | (exceeded - (exceeded >> 8))) & RED_AND_BLUE
    };
    pair(pixel, other) | (pair(pixel >> 8, other >> 8) << 8)
}

#[cfg(test)]
mod tests {
    use super::{added, between, channels, multiplied, of_color, over, scaled};
    use egui::Color32;

    /// The same, a channel at a time and without tricks.
    fn plain(value: u32, part: u32) -> u32 {
        (value * part * 2 + 255) / 510
    }

    #[test]
    fn two_channels_at_once_are_what_each_alone_is() {
        for value in 0..=255u8 {
            let pixel = u32::from_be_bytes([value, 255 - value, value / 2, 255]);
            for part in 0..=255 {
                let expected = channels(pixel).map(|channel| plain(u32::from(channel), part));
                assert_eq!(channels(scaled(pixel, part)).map(u32::from), expected, "{pixel:08x} × {part}");
                let grey = u32::from_be_bytes([u8::try_from(part).unwrap(); 4]);
                assert_eq!(multiplied(pixel, grey), scaled(pixel, part), "{pixel:08x} × {grey:08x}");
            }
        }
    }

    #[test]
    fn what_lies_on_something_hides_it_by_its_alpha() {
        let ground = 0xff19_1d23;
        for (upper, seen) in [
            (0x0000_0000, ground),
            (0xffab_cdef, 0xffab_cdef),
            (0x8080_0000, 0xff8c_0e11),
            // Light without alpha only adds, up to white.
            (0x00ff_ff10, 0xffff_ff33),
        ] {
            assert_eq!(over(upper, ground), seen, "{upper:08x}");
        }
    }

    #[test]
    fn between_two_pixels_no_channel_runs_over() {
        for part in 0..=255 {
            assert_eq!(between(u32::MAX, u32::MAX, part), u32::MAX, "{part}");
        }
        assert_eq!(between(0xff00_0000, 0xffff_0080, 0), 0xff00_0000);
        assert_eq!(between(0xff00_0000, 0xffff_0080, 255), 0xffff_0080);
        assert_eq!(added(0xf0f0_f0f0, 0x2001_0f10), 0xfff1_ffff);
    }

    #[test]
    fn a_colour_of_the_toolkit_keeps_its_channels() {
        assert_eq!(of_color(Color32::from_rgba_premultiplied(1, 2, 3, 4)), 0x0401_0203);
    }
}
