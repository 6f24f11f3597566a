//! What a frame consists of: the toolkit's triangles, put together again to the rectangles and glyphs that they were
//! made from, each with a digest of everything its look depends on. It draws nothing.

use crate::ui::software::area::{Area, first_pixel, nearest_border};
use crate::ui::software::pixel;
use crate::ui::software::textures::{Texture, Textures};
use egui::epaint::{Mesh, Primitive, Vertex};
use egui::{ClippedPrimitive, TextureId};

/// What the toolkit wants to be seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    /// Its triangles, from below to above.
    pub(super) primitives: &'a [ClippedPrimitive],
    /// How many pixels a point has.
    pub(super) pixels_per_point: f32,
    /// The colour below everything.
    pub(super) ground: u32,
    /// The size of the picture in pixels.
    pub(super) width: u16,
    pub(super) height: u16,
}

/// One thing to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// The place of its mesh in the scene.
    primitive: u32,
    /// The place of its first corner in the mesh's indices.
    first: u32,
    pub(super) fill: Fill,
    /// Outside of this it draws nothing.
    pub(super) area: Area,
}

/// How a piece is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// A rectangle of one colour.
    Plain(u32),
    /// A rectangle with a part of a picture, such as a glyph.
    Picture,
    /// A triangle whose corners have a colour each.
    Triangle,
    /// A triangle with a part of a picture.
    PictureTriangle,
}

/// A piece with what it is drawn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corners<'a> {
    pub(super) corners: [&'a Vertex; 3],
    pub(super) texture: &'a Texture,
}

impl Scene<'_> {
    /// Takes the scene apart, from below to above. Every piece comes with its digest.
    pub(super) fn for_each_piece(&self, textures: &Textures, mut found: impl FnMut(Piece, u64)) {
        for (place, ClippedPrimitive { clip_rect, primitive }) in (0..).zip(self.primitives) {
            let Primitive::Mesh(mesh) = primitive else {
                // Nothing here draws with code of its own.
                continue;
            };
            let Some(texture) = textures.get(mesh.texture_id) else { continue };
            let clip = Area {
                left: nearest_border(clip_rect.min.x * self.pixels_per_point, self.width),
                top: nearest_border(clip_rect.min.y * self.pixels_per_point, self.height),
                right: nearest_border(clip_rect.max.x * self.pixels_per_point, self.width),
                bottom: nearest_border(clip_rect.max.y * self.pixels_per_point, self.height),
            };
            if !clip.is_empty() {
                self.take_apart(place, mesh, texture, clip, &mut found);
            }
        }
    }

    fn take_apart(
        &self,
        primitive: u32,
        mesh: &Mesh,
        texture: &Texture,
        clip: Area,
        found: &mut impl FnMut(Piece, u64),
    ) {
        let seed = digest_of_texture(mesh.texture_id);
        let mut rest = mesh.indices.as_slice();
        let mut first = 0;
        while let Some(corners) = corners_of(mesh, rest) {
            let rectangle = rectangle_of(mesh, rest, corners);
            let (fill, last, taken) = match rectangle {
                Some(last) if is_one_place(corners) => (Fill::Plain(colored(corners[0], texture)), last, 6),
                Some(last) => (Fill::Picture, last, 6),
                None if is_one_place(corners) => (Fill::Triangle, corners[2], 3),
                None => (Fill::PictureTriangle, corners[2], 3),
            };
            let area = self.area_of(corners, last).shared(clip);
            if !area.is_empty() && fill != Fill::Plain(pixel::CLEAR) {
                let digest = corners.iter().fold(seed, |digest, corner| with_vertex(digest, corner));
                let digest = with_area(with_vertex(digest, last), area);
                found(Piece { primitive, first, fill, area }, digest);
            }
            first += taken;
            rest = rest.get(if taken == 6 { 6 } else { 3 }..).unwrap_or_default();
        }
    }

    /// The pixels whose middles lie within all corners; a rectangle's last one stands opposite to its first.
    fn area_of(&self, corners: [&Vertex; 3], last: &Vertex) -> Area {
        let [a, b, c] = corners.map(|corner| corner.pos);
        let (from, to) = (a.min(b).min(c).min(last.pos), a.max(b).max(c).max(last.pos));
        let scale = self.pixels_per_point;
        Area {
            left: first_pixel(from.x * scale, self.width),
            top: first_pixel(from.y * scale, self.height),
            right: first_pixel(to.x * scale, self.width),
            bottom: first_pixel(to.y * scale, self.height),
        }
    }

    /// What a piece of this scene is drawn from.
    pub(super) fn corners<'a>(&'a self, piece: &Piece, textures: &'a Textures) -> Option<Corners<'a>> {
        let clipped = self.primitives.get(usize::try_from(piece.primitive).ok()?)?;
        let Primitive::Mesh(mesh) = &clipped.primitive else { return None };
        let indices = mesh.indices.get(usize::try_from(piece.first).ok()?..)?;
        Some(Corners { corners: corners_of(mesh, indices)?, texture: textures.get(mesh.texture_id)? })
    }
}

/// The colour of a corner, as its place in the picture tints it.
pub(super) fn colored(corner: &Vertex, texture: &Texture) -> u32 {
    match texture.at(corner.uv.x, corner.uv.y) {
        pixel::WHITE => pixel::of_color(corner.color),
        tint => pixel::multiplied(pixel::of_color(corner.color), tint),
    }
}

fn corners_of<'a>(mesh: &'a Mesh, indices: &[u32]) -> Option<[&'a Vertex; 3]> {
    let [a, b, c, ..] = indices else { return None };
    let corner = |index: &u32| mesh.vertices.get(usize::try_from(*index).ok()?);
    Some([corner(a)?, corner(b)?, corner(c)?])
}

/// The fourth corner, if these and the next indices are two halves of an upright rectangle in one colour, whose first
/// two corners lie beside each other and whose first and third one above the other, as the toolkit writes them.
#[expect(clippy::float_cmp, reason = "the corners of a rectangle are copies of the same four numbers")]
fn rectangle_of<'a>(mesh: &'a Mesh, indices: &[u32], [a, b, c]: [&Vertex; 3]) -> Option<&'a Vertex> {
    let [_, second, third, fourth, fifth, sixth, ..] = indices else { return None };
    let d = mesh.vertices.get(usize::try_from(*sixth).ok()?)?;
    let is_rectangle = (fourth, fifth) == (third, second)
        && a.pos.y == b.pos.y
        && a.pos.x == c.pos.x
        && d.pos.x == b.pos.x
        && d.pos.y == c.pos.y
        && [b, c, d].iter().all(|corner| corner.color == a.color);
    let is_straight = a.uv.y == b.uv.y && a.uv.x == c.uv.x && d.uv.x == b.uv.x && d.uv.y == c.uv.y;
    (is_rectangle && is_straight).then_some(d)
}

/// Whether all corners name the same place of the picture, which then only tints them.
fn is_one_place([a, b, c]: [&Vertex; 3]) -> bool {
    a.uv == b.uv && a.uv == c.uv
}

/// Odd numbers whose bits follow no rule.
const MIXERS: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03, 0x8cb9_2ba7_2f3d_8dd7];

/// One number of two, in which every bit depends on every bit of both.
#[inline]
pub(super) fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ MIXERS[0]) * u128::from(b ^ MIXERS[1]);
    let bytes = product.to_le_bytes();
    let (low, high) = bytes.split_at(8);
    let half = |half: &[u8]| half.try_into().map_or(0, u64::from_le_bytes);
    half(low) ^ half(high)
}

fn digest_of_texture(id: TextureId) -> u64 {
    match id {
        TextureId::Managed(number) => mixed(number, 0),
        TextureId::User(number) => mixed(number, 1),
    }
}

#[inline]
fn with_vertex(digest: u64, vertex: &Vertex) -> u64 {
    let both = |x: f32, y: f32| (u64::from(x.to_bits()) << 32) | u64::from(y.to_bits());
    let color = u64::from(u32::from_le_bytes(vertex.color.to_array()));
    let place = mixed(digest ^ both(vertex.pos.x, vertex.pos.y), both(vertex.uv.x, vertex.uv.y));
    mixed(place, color ^ MIXERS[2])
}

fn with_area(digest: u64, area: Area) -> u64 {
    let sides = [area.left, area.top, area.right, area.bottom].map(u64::from);
    mixed(digest, sides.iter().fold(0, |all, side| (all << 16) | side))
}

#[cfg(test)]
mod tests {
    use super::{Fill, Piece, Scene};
    use crate::ui::software::area::Area;
    use crate::ui::software::textures::Textures;
    use egui::epaint::{ImageDelta, Mesh, Primitive, Vertex, WHITE_UV};
    use egui::{
        ClippedPrimitive, Color32, ColorImage, Rect, TextureId, TextureOptions, TexturesDelta, pos2, vec2,
    };

    const RED: Color32 = Color32::RED;

    fn pieces(mesh: Mesh, pixels_per_point: f32) -> Vec<(Piece, u64)> {
        let mut textures = Textures::default();
        let mut delta = TexturesDelta::default();
        let image = ColorImage::filled([4, 4], Color32::WHITE);
        delta.push(TextureId::default(), ImageDelta::full(image, TextureOptions::LINEAR));
        textures.take(&delta);
        delta.clear();
        let clip_rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(80.0, 80.0));
        let primitives = [ClippedPrimitive { clip_rect, primitive: Primitive::Mesh(mesh) }];
        let scene = Scene { primitives: &primitives, pixels_per_point, ground: 0, width: 100, height: 100 };
        let mut found = Vec::new();
        scene.for_each_piece(&textures, |piece, digest| {
            assert!(scene.corners(&piece, &textures).is_some());
            found.push((piece, digest));
        });
        found
    }

    fn rectangle(rect: Rect, uv: Rect, color: Color32) -> Mesh {
        let mut mesh = Mesh::default();
        mesh.add_rect_with_uv(rect, uv, color);
        mesh
    }

    fn at(x: f32, y: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(10.0, 20.0))
    }

    #[test]
    fn two_triangles_become_what_they_were_made_from() {
        let one_place = Rect::from_min_max(WHITE_UV, WHITE_UV);
        let glyph = Rect::from_min_max(pos2(0.0, 0.0), pos2(0.5, 0.5));
        let area = |left, top, right, bottom| Area { left, top, right, bottom };
        for (mesh, scale, fill, covered) in [
            (rectangle(at(5.0, 5.0), one_place, RED), 1.0, Fill::Plain(0xffff_0000), area(5, 5, 15, 25)),
            (rectangle(at(5.0, 5.0), glyph, RED), 1.0, Fill::Picture, area(5, 5, 15, 25)),
            (rectangle(at(5.0, 5.0), one_place, RED), 1.5, Fill::Plain(0xffff_0000), area(7, 7, 22, 37)),
            // The clip ends at 80 points.
            (rectangle(at(75.0, 70.0), glyph, RED), 1.0, Fill::Picture, area(75, 70, 80, 80)),
        ] {
            let found = pieces(mesh, scale);
            assert_eq!(found.len(), 1, "{fill:?}");
            assert_eq!((found[0].0.fill, found[0].0.area), (fill, covered));
        }
    }

    #[test]
    fn what_is_no_upright_rectangle_stays_two_triangles() {
        let one_place = Rect::from_min_max(WHITE_UV, WHITE_UV);
        let glyph = Rect::from_min_max(pos2(0.0, 0.0), pos2(0.5, 0.5));
        let mut slanted = rectangle(at(5.0, 5.0), glyph, RED);
        slanted.vertices[0].pos.x += 2.0;
        let mut shaded = rectangle(at(5.0, 5.0), one_place, RED);
        shaded.vertices[3].color = Color32::GREEN;
        for (mesh, fill) in [(slanted, Fill::PictureTriangle), (shaded, Fill::Triangle)] {
            let fills: Vec<Fill> = pieces(mesh, 1.0).iter().map(|(piece, _)| piece.fill).collect();
            assert_eq!(fills, [fill, fill]);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_no_piece() {
        let one_place = Rect::from_min_max(WHITE_UV, WHITE_UV);
        assert!(pieces(rectangle(at(90.0, 5.0), one_place, RED), 1.0).is_empty());
        assert!(pieces(rectangle(at(5.0, 5.0), one_place, Color32::TRANSPARENT), 1.0).is_empty());
    }

    #[test]
    fn everything_that_is_seen_is_in_the_digest() {
        let glyph = Rect::from_min_max(pos2(0.0, 0.0), pos2(0.5, 0.5));
        let digest = |mesh: Mesh| pieces(mesh, 1.0)[0].1;
        let first = digest(rectangle(at(5.0, 5.0), glyph, RED));
        assert_eq!(first, digest(rectangle(at(5.0, 5.0), glyph, RED)));
        let changes: [fn(&mut Vertex); 5] = [
            |vertex| vertex.pos.x += 0.25,
            |vertex| vertex.pos.y += 0.25,
            |vertex| vertex.uv.x += 0.01,
            |vertex| vertex.uv.y += 0.01,
            |vertex| vertex.color = Color32::GREEN,
        ];
        for (number, change) in changes.iter().enumerate() {
            for corner in 0..4 {
                let mut mesh = rectangle(at(5.0, 5.0), glyph, RED);
                change(&mut mesh.vertices[corner]);
                assert_ne!(first, digest(mesh), "change {number} of corner {corner}");
            }
        }
    }
}
