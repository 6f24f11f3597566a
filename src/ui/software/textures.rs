//! The pictures that shapes are filled with: the toolkit's glyphs above all. It knows no shape and no window.

use crate::ui::software::pixel;
use egui::epaint::ImageData;
use egui::{TextureFilter, TextureId, TextureOptions, TextureWrapMode, TexturesDelta};
use std::collections::HashMap;

/// Every picture that shapes may name.
#[derive(Debug, Default)]
pub(super) struct Textures {
    known: HashMap<TextureId, Texture>,
}

/// One picture.
#[derive(Debug)]
pub(super) struct Texture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<u32>,
    options: TextureOptions,
}

impl Textures {
    /// Takes new pictures and new parts of known ones. Says whether something that was drawn before may look otherwise
    /// now: a new glyph in an empty place of its picture is nothing of the kind.
    pub(super) fn take(&mut self, delta: &TexturesDelta) -> bool {
        let mut is_changed = false;
        for (id, images) in &delta.set {
            for image in images {
                let ImageData::Color(picture) = &image.image;
                let [width, height] = picture.size;
                let pixels = picture.pixels.iter().map(|color| pixel::of_color(*color));
                match image.pos {
                    None => {
                        let texture =
                            Texture { width, height, pixels: pixels.collect(), options: image.options };
                        self.known.insert(*id, texture);
                        is_changed = true;
                    }
                    Some(corner) => {
                        if let Some(texture) = self.known.get_mut(id) {
                            is_changed |= texture.replace(corner, width, pixels);
                        }
                    }
                }
            }
        }
        is_changed
    }

    /// Lets go of pictures that the frame just drawn was the last to show.
    pub(super) fn forget(&mut self, delta: &TexturesDelta) {
        for id in &delta.free {
            self.known.remove(id);
        }
    }

    pub(super) fn get(&self, id: TextureId) -> Option<&Texture> {
        self.known.get(&id)
    }
}

impl Texture {
    /// Puts rows of so many pixels at a corner; says whether something else was there.
    fn replace(&mut self, [x, y]: [usize; 2], width: usize, pixels: impl Iterator<Item = u32>) -> bool {
        let mut is_changed = false;
        let mut pixels = pixels;
        let mut row = y;
        while let Some(first) = pixels.next() {
            let rest = width.saturating_sub(1);
            for (place, new) in std::iter::once(first).chain(pixels.by_ref().take(rest)).enumerate() {
                if x + place < self.width
                    && let Some(old) = self.pixels.get_mut(row * self.width + x + place)
                {
                    is_changed |= *old != pixel::CLEAR && *old != new;
                    *old = new;
                }
            }
            row += 1;
        }
        is_changed
    }

    /// The pixel at a place in parts of the whole, as a shape in one colour names it.
    pub(super) fn at(&self, u: f32, v: f32) -> u32 {
        let (x, y) = (u * to_float(self.width), v * to_float(self.height));
        self.pixel(x.floor(), y.floor())
    }

    /// What a pixel of the window shows of it, at a place in pixels of the picture; as smooth as its options ask when so
    /// many of its pixels fall on one of the window.
    pub(super) fn sampled(&self, x: f32, y: f32, per_pixel: f32) -> u32 {
        let filter = if per_pixel > 1.0 { self.options.minification } else { self.options.magnification };
        if filter == TextureFilter::Nearest {
            return self.pixel(x.floor(), y.floor());
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (to_right, down) = (part_of_255(x - left), part_of_255(y - top));
        let row = |y: f32| pixel::between(self.pixel(left, y), self.pixel(left + 1.0, y), to_right);
        pixel::between(row(top), row(top + 1.0), down)
    }

    fn pixel(&self, x: f32, y: f32) -> u32 {
        let wrap = self.options.wrap_mode;
        let (x, y) = (wrapped(x, self.width, wrap), wrapped(y, self.height, wrap));
        self.pixels.get(y * self.width + x).copied().unwrap_or(pixel::CLEAR)
    }
}

/// A whole number of pixels within a picture, whatever is asked for outside of it.
fn wrapped(place: f32, size: usize, wrap: TextureWrapMode) -> usize {
    let length = to_float(size);
    let inside = match wrap {
        TextureWrapMode::ClampToEdge => place,
        TextureWrapMode::Repeat => place.rem_euclid(length),
        TextureWrapMode::MirroredRepeat => {
            let place = place.rem_euclid(2.0 * length);
            if place < length { place } else { 2.0 * length - 1.0 - place }
        }
    };
    to_whole(inside.clamp(0.0, (length - 1.0).max(0.0)))
}

fn part_of_255(part: f32) -> u32 {
    u32::try_from(to_whole((part * 255.0).round().clamp(0.0, 255.0))).unwrap_or(255)
}

/// The size of a picture, as places in it are counted.
pub(super) fn to_float(size: usize) -> f32 {
    size as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within a picture")]
fn to_whole(place: f32) -> usize {
    place as usize
}

#[cfg(test)]
mod tests {
    use super::{Textures, wrapped};
    use egui::epaint::ImageDelta;
    use egui::{Color32, ColorImage, TextureId, TextureOptions, TextureWrapMode, TexturesDelta};

    const ID: TextureId = TextureId::Managed(0);

    fn delta(pos: Option<[usize; 2]>, size: [usize; 2], color: Color32) -> TexturesDelta {
        let image = ColorImage::filled(size, color);
        let options = TextureOptions::LINEAR;
        let image = pos.map_or_else(
            || ImageDelta::full(image.clone(), options),
            |pos| ImageDelta::partial(pos, image.clone(), options),
        );
        let mut delta = TexturesDelta::default();
        delta.push(ID, image);
        delta
    }

    #[test]
    fn a_glyph_in_an_empty_place_changes_nothing_that_was_drawn() {
        let mut textures = Textures::default();
        let mut take = |pos, size, color| {
            let mut delta = delta(pos, size, color);
            let is_changed = textures.take(&delta);
            delta.clear();
            is_changed
        };
        assert!(take(None, [4, 4], Color32::TRANSPARENT), "a new picture");
        assert!(!take(Some([1, 1]), [2, 2], Color32::WHITE), "a new glyph");
        assert!(!take(Some([1, 1]), [2, 2], Color32::WHITE), "the same once more");
        assert!(take(Some([2, 2]), [2, 2], Color32::BLACK), "another over it");
        let texture = textures.get(ID).unwrap();
        let shown: String = texture
            .pixels
            .iter()
            .map(|pixel| match *pixel {
                0 => '.',
                u32::MAX => 'w',
                _ => 'b',
            })
            .collect();
        assert_eq!(shown, ".....ww..wbb..bb");
        let mut last = TexturesDelta::default();
        last.free(ID);
        textures.forget(&last);
        last.clear();
        assert!(textures.get(ID).is_none());
    }

    #[test]
    fn outside_of_a_picture_is_what_its_options_say() {
        use TextureWrapMode::{ClampToEdge, MirroredRepeat, Repeat};
        for (wrap, expected) in [
            (ClampToEdge, [0, 0, 1, 2, 2, 2]),
            (Repeat, [1, 2, 1, 2, 0, 1]),
            (MirroredRepeat, [1, 0, 1, 2, 2, 1]),
        ] {
            let places = [-2.0, -1.0, 1.0, 2.0, 3.0, 4.0].map(|place| wrapped(place, 3, wrap));
            assert_eq!(places, expected, "{wrap:?}");
        }
    }

    #[test]
    fn a_smooth_picture_is_mixed_between_its_pixels() {
        let mut textures = Textures::default();
        let mut image = ColorImage::filled([2, 1], Color32::BLACK);
        image.pixels[1] = Color32::WHITE;
        let mut delta = TexturesDelta::default();
        delta.push(ID, ImageDelta::full(image, TextureOptions::LINEAR));
        textures.take(&delta);
        delta.clear();
        let texture = textures.get(ID).unwrap();
        let red = |x: f32| (texture.sampled(x, 0.5, 1.0) >> 16) & 255;
        assert_eq!([0.2, 0.5, 1.0, 1.5, 1.9].map(red), [0, 0, 128, 255, 255]);
        assert_eq!([texture.at(0.2, 0.0), texture.at(0.9, 1.0)], [0xff00_0000, u32::MAX]);
    }
}
