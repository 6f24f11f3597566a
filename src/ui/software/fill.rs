//! Fills one piece of a frame into a rectangle of pixels. It knows no tile, and not what changed.

use crate::ui::software::area::{Area, first_pixel};
use crate::ui::software::pieces::{Corners, colored};
use crate::ui::software::pixel;
use crate::ui::software::textures::{Texture, to_float};
use egui::epaint::Vertex;
use std::ops::Range;

/// The pixels of a picture that is drawn into.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    pub(super) pixels: &'a mut [u32],
    /// How many of them are a row.
    pub(super) width: u16,
}

impl Canvas<'_> {
    /// A part of a row; nothing where there is no such row.
    fn row(&mut self, y: u16, columns: Range<u16>) -> &mut [u32] {
        let begin = usize::from(y) * usize::from(self.width);
        let range = begin + usize::from(columns.start)..begin + usize::from(columns.end);
        self.pixels.get_mut(range).unwrap_or_default()
    }

    /// Makes everything in an area this colour, whatever was there.
    pub(super) fn clear(&mut self, area: Area, color: u32) {
        for y in area.top..area.bottom {
            self.row(y, area.left..area.right).fill(color);
        }
    }
}

/// A rectangle of one colour.
pub(super) fn plain(canvas: &mut Canvas<'_>, area: Area, color: u32) {
    for y in area.top..area.bottom {
        lay(canvas.row(y, area.left..area.right), color);
    }
}

fn lay(row: &mut [u32], color: u32) {
    match pixel::alpha(color) {
        255 => row.fill(color),
        _ if color == pixel::CLEAR => {}
        _ => {
            for lower in row {
                *lower = pixel::over(color, *lower);
            }
        }
    }
}

/// A rectangle with a part of a picture. Its corners are the first, the one beside it and the one above or below it.
pub(super) fn picture(canvas: &mut Canvas<'_>, area: Area, drawn: Corners<'_>, pixels_per_point: f32) {
    let Corners { corners: [a, beside, below], texture } = drawn;
    let color = pixel::of_color(a.color);
    let x = Along::new([a.pos.x, beside.pos.x], [a.uv.x, beside.uv.x], texture.width, pixels_per_point);
    let y = Along::new([a.pos.y, below.pos.y], [a.uv.y, below.uv.y], texture.height, pixels_per_point);
    match (x.whole_start(area.left), y.whole_start(area.top)) {
        (Some(left), Some(top)) if texture.has(left, top, area) => {
            for (row, y) in (area.top..area.bottom).enumerate() {
                let begin = (top + row) * texture.width + left;
                let source = texture.pixels.get(begin..begin + usize::from(area.width())).unwrap_or_default();
                lay_picture(canvas.row(y, area.left..area.right), source, color);
            }
        }
        _ => {
            let per_pixel = x.per_pixel.abs().max(y.per_pixel.abs());
            for row in area.top..area.bottom {
                let v = y.at(row);
                for (lower, column) in canvas.row(row, area.left..area.right).iter_mut().zip(area.left..) {
                    let upper = pixel::multiplied(color, texture.sampled(x.at(column), v, per_pixel));
                    if upper != pixel::CLEAR {
                        *lower = pixel::over(upper, *lower);
                    }
                }
            }
        }
    }
}

/// Where in a picture a pixel of the window lies, along one axis.
struct Along {
    /// The place in the picture of the window's zero.
    zero: f32,
    /// How many pixels of the picture fall on one of the window.
    per_pixel: f32,
}

impl Along {
    fn new(points: [f32; 2], parts: [f32; 2], size: usize, pixels_per_point: f32) -> Along {
        let [from, to] = points.map(|point| point * pixels_per_point);
        let [begin, end] = parts.map(|part| part * to_float(size));
        let per_pixel = if from < to || to < from { (end - begin) / (to - from) } else { 0.0 };
        Along { zero: begin - from * per_pixel, per_pixel }
    }

    /// At the middle of a pixel.
    fn at(&self, pixel: u16) -> f32 {
        self.zero + (f32::from(pixel) + 0.5) * self.per_pixel
    }

    /// The pixel of the picture that this one shows, if from there on each shows exactly one.
    fn whole_start(&self, pixel: u16) -> Option<usize> {
        let place = self.at(pixel) - 0.5;
        let is_whole = (self.per_pixel - 1.0).abs() < 1e-3 && (place - place.round()).abs() < 0.02;
        (is_whole && place > -0.5).then(|| usize::from(first_pixel(place.round() + 0.5, u16::MAX)))
    }
}

impl Texture {
    /// Whether a whole area can be taken from there.
    fn has(&self, left: usize, top: usize, area: Area) -> bool {
        left + usize::from(area.width()) <= self.width && top + usize::from(area.height()) <= self.height
    }
}

/// A row of a picture in a colour: for a glyph how much of every pixel it covers, for others their colours.
fn lay_picture(row: &mut [u32], source: &[u32], color: u32) {
    let is_opaque = pixel::alpha(color) == 255;
    for (lower, shown) in row.iter_mut().zip(source) {
        match *shown {
            pixel::CLEAR => {}
            pixel::WHITE if is_opaque => *lower = color,
            shown => {
                let covered = pixel::alpha(shown);
                let is_glyph = shown == covered * 0x0101_0101;
                let upper =
                    if is_glyph { pixel::scaled(color, covered) } else { pixel::multiplied(color, shown) };
                *lower = pixel::over(upper, *lower);
            }
        }
    }
}

/// A triangle whose corners have a colour each.
pub(super) fn triangle(canvas: &mut Canvas<'_>, area: Area, drawn: Corners<'_>, pixels_per_point: f32) {
    let colors = drawn.corners.map(|corner| colored(corner, drawn.texture));
    let outline = Outline::new(drawn.corners, pixels_per_point);
    if colors[0] == colors[1] && colors[0] == colors[2] {
        if colors[0] != pixel::CLEAR {
            outline.for_each_row(area, |y, columns| lay(canvas.row(y, columns), colors[0]));
        }
        return;
    }
    let Some(shades) = Shades::new(&outline, colors) else { return };
    outline.for_each_row(area, |y, columns| {
        let first = columns.start;
        for (lower, x) in canvas.row(y, columns).iter_mut().zip(first..) {
            let upper = shades.at(x, y);
            if upper != pixel::CLEAR {
                *lower = pixel::over(upper, *lower);
            }
        }
    });
}

/// A triangle with a part of a picture, such as half of a slanted letter.
pub(super) fn picture_triangle(
    canvas: &mut Canvas<'_>,
    area: Area,
    drawn: Corners<'_>,
    pixels_per_point: f32,
) {
    let Corners { corners, texture } = drawn;
    let outline = Outline::new(corners, pixels_per_point);
    let Some(shades) = Shades::new(&outline, corners.map(|corner| pixel::of_color(corner.color))) else {
        return;
    };
    let (width, height) = (to_float(texture.width), to_float(texture.height));
    let [Some(u), Some(v)] =
        [corners.map(|corner| corner.uv.x * width), corners.map(|corner| corner.uv.y * height)]
            .map(|values| Slope::new(&outline, values))
    else {
        return;
    };
    let per_pixel =
        [u.right, u.down, v.right, v.down].iter().fold(0.0f32, |most, slope| most.max(slope.abs()));
    outline.for_each_row(area, |y, columns| {
        let first = columns.start;
        for (lower, x) in canvas.row(y, columns).iter_mut().zip(first..) {
            let shown = texture.sampled(u.at(x, y), v.at(x, y), per_pixel);
            let upper = pixel::multiplied(shades.at(x, y), shown);
            if upper != pixel::CLEAR {
                *lower = pixel::over(upper, *lower);
            }
        }
    });
}

/// A triangle's corners in pixels, as they came.
struct Outline {
    corners: [(f32, f32); 3],
}

impl Outline {
    fn new(corners: [&Vertex; 3], pixels_per_point: f32) -> Outline {
        Outline {
            corners: corners.map(|corner| (corner.pos.x * pixels_per_point, corner.pos.y * pixels_per_point)),
        }
    }

    /// The columns of every row whose middles lie inside. Two triangles with a common edge calculate it alike, so that
    /// each pixel along it belongs to exactly one of them.
    fn for_each_row(&self, area: Area, mut draw: impl FnMut(u16, Range<u16>)) {
        let mut sorted = self.corners;
        sorted.sort_by(|p, q| p.1.total_cmp(&q.1).then(p.0.total_cmp(&q.0)));
        let [top, middle, bottom] = sorted;
        let edge = |from: (f32, f32), to: (f32, f32), y: f32| {
            from.0 + (to.0 - from.0) * ((y - from.1) / (to.1 - from.1))
        };
        let first = first_pixel(top.1, area.bottom).max(area.top);
        let behind = first_pixel(bottom.1, area.bottom);
        for row in first..behind {
            let y = f32::from(row) + 0.5;
            let long = edge(top, bottom, y);
            let short = if y < middle.1 { edge(top, middle, y) } else { edge(middle, bottom, y) };
            let left = first_pixel(long.min(short), area.right).max(area.left);
            let right = first_pixel(long.max(short), area.right);
            if left < right {
                draw(row, left..right);
            }
        }
    }
}

/// A value that changes evenly over a triangle.
struct Slope {
    /// At the window's corner.
    origin: f32,
    /// From a pixel to the next one.
    right: f32,
    /// From a row to the next one.
    down: f32,
}

impl Slope {
    /// Through the values of three corners; nothing where they lie on one line.
    fn new(outline: &Outline, values: [f32; 3]) -> Option<Slope> {
        let [origin, second, third] = outline.corners;
        let (second, third) = (from_to(origin, second), from_to(origin, third));
        let (to_second, to_third) = (values[1] - values[0], values[2] - values[0]);
        let size = second.0 * third.1 - third.0 * second.1;
        if size == 0.0 {
            return None;
        }
        let right = (to_second * third.1 - to_third * second.1) / size;
        let down = (to_third * second.0 - to_second * third.0) / size;
        Some(Slope { origin: values[0] - right * origin.0 - down * origin.1, right, down })
    }

    /// At the middle of a pixel.
    fn at(&self, x: u16, y: u16) -> f32 {
        self.origin + self.right * (f32::from(x) + 0.5) + self.down * (f32::from(y) + 0.5)
    }
}

fn from_to(from: (f32, f32), to: (f32, f32)) -> (f32, f32) {
    (to.0 - from.0, to.1 - from.1)
}

/// The colours between three corners.
struct Shades {
    /// Alpha, red, green and blue, with the least and the most that a corner has: in a narrow triangle the next middle
    /// of a pixel may lie outside.
    channels: [(Slope, f32, f32); 4],
}

impl Shades {
    fn new(outline: &Outline, colors: [u32; 3]) -> Option<Shades> {
        let channels = colors.map(pixel::channels);
        let channel = |place: usize| {
            let [a, b, c] = channels.map(|channels| f32::from(channels[place]));
            Slope::new(outline, [a, b, c]).map(|slope| (slope, a.min(b).min(c), a.max(b).max(c)))
        };
        Some(Shades { channels: [channel(0)?, channel(1)?, channel(2)?, channel(3)?] })
    }

    fn at(&self, x: u16, y: u16) -> u32 {
        let bytes =
            self.channels.each_ref().map(|(slope, least, most)| byte(slope.at(x, y).clamp(*least, *most)));
        u32::from_be_bytes(bytes)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes before")]
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}
