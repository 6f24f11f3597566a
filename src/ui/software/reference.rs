//! What the toolkit means by its triangles, drawn in the plainest way: every pixel is asked of every triangle, as a
//! graphics card does. The window's own way is held against it, at every scale, in whole frames and in changed tiles.

#[cfg(test)]
mod tests {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places within a small picture, and edges that are hit exactly or not at all"
    )]

    use crate::ui::fonts;
    use crate::ui::software::painter::Painter;
    use crate::ui::software::pieces::Scene;
    use crate::ui::software::pixel;
    use crate::util::locale::Language;
    use egui::epaint::{ImageData, Primitive, Vertex};
    use egui::{
        Align2, ClippedPrimitive, Color32, ColorImage, Context, CornerRadius, FontId, FullOutput,
        Painter as ToolkitPainter, RawInput, Rect, Stroke, TextureHandle, TextureId, TextureOptions,
        TexturesDelta, pos2, vec2,
    };
    use std::collections::HashMap;

    const GROUND: Color32 = Color32::from_rgb(0x19, 0x1d, 0x23);
    const SIZE: [u16; 2] = [317, 203];

    /// A frame, and what belongs to it.
    struct Frame {
        primitives: Vec<ClippedPrimitive>,
        textures: TexturesDelta,
        pixels_per_point: f32,
    }

    impl Frame {
        fn scene(&self) -> Scene<'_> {
            let [width, height] = SIZE;
            Scene {
                primitives: &self.primitives,
                pixels_per_point: self.pixels_per_point,
                ground: pixel::of_color(GROUND),
                width,
                height,
            }
        }
    }

    impl Drop for Frame {
        fn drop(&mut self) {
            self.textures.clear();
        }
    }

    /// Shows what a window shows, and what it might: text of both kinds, rounded and slanted shapes, shades, pictures.
    struct Window {
        ctx: Context,
        picture: TextureHandle,
        scale: f32,
    }

    impl Window {
        fn new(scale: f32) -> Window {
            let ctx = Context::default();
            fonts::install(&ctx, Language::English);
            let mut image = ColorImage::filled([5, 3], Color32::BLUE);
            for (place, color) in image.pixels.iter_mut().enumerate() {
                *color =
                    Color32::from_rgba_unmultiplied(200, (place * 16) as u8, 40, 255 - (place * 9) as u8);
            }
            let picture = ctx.load_texture("picture", image, TextureOptions::LINEAR);
            Window { ctx, picture, scale }
        }

        /// The frame of a step; from step to step only a part of it changes.
        fn frame(&mut self, step: usize) -> Frame {
            let size = vec2(f32::from(SIZE[0]), f32::from(SIZE[1])) / self.scale;
            let mut input = RawInput {
                screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), size)),
                ..RawInput::default()
            };
            input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(self.scale);
            let picture = self.picture.id();
            let output = self.ctx.run_ui(input, |ui| shapes(ui.painter(), picture, step));
            let FullOutput { shapes, textures_delta, pixels_per_point, .. } = output;
            let primitives = self.ctx.tessellate(shapes, pixels_per_point);
            Frame { primitives, textures: textures_delta, pixels_per_point }
        }
    }

    fn shapes(painter: &ToolkitPainter, picture: TextureId, step: usize) {
        let text = |x, y, text: &str, color| {
            painter.text(pos2(x, y), Align2::LEFT_TOP, text, FontId::proportional(13.0), color);
        };
        let (white, faint) =
            (Color32::from_rgb(0xd9, 0xde, 0xe7), Color32::from_rgb(0x8b, 0x94, 0xa3).gamma_multiply(0.6));
        painter.rect_filled(
            Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 14.0)),
            0.0,
            Color32::from_rgb(0x21, 0x26, 0x2e),
        );
        text(3.0, 1.0, "Sockscope 温度=25.4℃", white);
        text(3.5, 18.3, &format!("row {step}: 01 02 FF"), faint);
        painter.rect(
            Rect::from_min_size(pos2(6.2, 34.7), vec2(60.0, 18.0)),
            CornerRadius::same(4),
            Color32::from_rgb(0x2a, 0x62, 0xc4),
            Stroke::new(1.0, white),
            egui::StrokeKind::Inside,
        );
        text(12.0, 36.0, "Listen", white);
        painter.circle_filled(pos2(90.0, 44.0 + (step % 3) as f32), 6.0, Color32::from_rgb(0x3f, 0xb9, 0x50));
        painter.circle_stroke(pos2(110.0, 44.0), 6.5, Stroke::new(1.5, faint));
        painter.line_segment([pos2(2.0, 60.0), pos2(150.0, 71.0)], Stroke::new(1.3, white));
        painter.rect_filled(
            Rect::from_min_size(pos2(70.5, 20.5), vec2(40.0, 10.0)),
            0.0,
            Color32::from_white_alpha(40),
        );
        painter.rect_filled(
            Rect::from_min_size(pos2(116.0, 20.0), vec2(20.0, 10.0)),
            0.0,
            Color32::from_rgb_additive(60, 20, 0),
        );
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(picture, Rect::from_min_size(pos2(4.0, 76.0), vec2(37.0, 20.0)), whole, Color32::WHITE);
        painter.image(
            picture,
            Rect::from_min_size(pos2(50.0, 76.0), vec2(5.0, 3.0)),
            whole,
            Color32::from_white_alpha(128),
        );
        let galley = painter.layout_no_wrap("slanted".to_owned(), FontId::proportional(13.0), white);
        let slanted = egui::epaint::TextShape::new(pos2(120.0, 70.0), galley, white).with_angle(0.4);
        painter.add(slanted);
        let clipped = painter.with_clip_rect(Rect::from_min_max(pos2(70.0, 80.0), pos2(110.4, 95.6)));
        clipped.rect_filled(
            Rect::from_min_size(pos2(60.0, 70.0), vec2(90.0, 90.0)),
            9.0,
            Color32::from_rgb(80, 40, 90),
        );
        clipped.text(pos2(72.0, 82.0), Align2::LEFT_TOP, "cut off here", FontId::monospace(13.0), white);
    }

    /// A graphics card in slow motion.
    struct Reference {
        textures: HashMap<TextureId, ColorImage>,
    }

    impl Reference {
        fn take(&mut self, delta: &TexturesDelta) {
            for (id, images) in &delta.set {
                for image in images {
                    let ImageData::Color(picture) = &image.image;
                    match image.pos {
                        None => {
                            self.textures.insert(*id, picture.as_ref().clone());
                        }
                        Some([x, y]) => {
                            let whole = self.textures.get_mut(id).unwrap();
                            for row in 0..picture.height() {
                                for column in 0..picture.width() {
                                    whole[(x + column, y + row)] = picture[(column, row)];
                                }
                            }
                        }
                    }
                }
            }
        }

        fn draw(&self, frame: &Frame) -> Vec<[u8; 4]> {
            let mut seen = vec![GROUND.to_array(); usize::from(SIZE[0]) * usize::from(SIZE[1])];
            let scale = frame.pixels_per_point;
            for ClippedPrimitive { clip_rect, primitive } in &frame.primitives {
                let Primitive::Mesh(mesh) = primitive else { panic!("no code of its own is drawn") };
                let clip = [clip_rect.min.x, clip_rect.min.y, clip_rect.max.x, clip_rect.max.y]
                    .map(|it| (it * scale).round());
                for corners in mesh.indices.chunks_exact(3) {
                    let corners = [0, 1, 2].map(|corner| &mesh.vertices[corners[corner] as usize]);
                    self.triangle(&mut seen, corners, clip, scale, mesh.texture_id);
                }
            }
            seen
        }

        fn triangle(
            &self,
            seen: &mut [[u8; 4]],
            corners: [&Vertex; 3],
            clip: [f32; 4],
            scale: f32,
            id: TextureId,
        ) {
            let points = corners.map(|it| [f64::from(it.pos.x * scale), f64::from(it.pos.y * scale)]);
            let twice_area = |a: [f64; 2], b: [f64; 2], x: f64, y: f64| {
                (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
            };
            let size = twice_area(points[0], points[1], points[2][0], points[2][1]);
            if size == 0.0 {
                return;
            }
            let [from, to] = [f64::min, f64::max].map(|which| {
                [0, 1].map(|axis| which(which(points[0][axis], points[1][axis]), points[2][axis]))
            });
            for y in (from[1] as usize)..(to[1].ceil().max(0.0) as usize).min(usize::from(SIZE[1])) {
                for x in (from[0] as usize)..(to[0].ceil().max(0.0) as usize).min(usize::from(SIZE[0])) {
                    let (px, py) = (x as f64 + 0.5, y as f64 + 0.5);
                    let inside_clip = x as f32 >= clip[0]
                        && (x as f32) < clip[2]
                        && y as f32 >= clip[1]
                        && (y as f32) < clip[3];
                    let parts = [0, 1, 2].map(|corner| {
                        twice_area(points[(corner + 1) % 3], points[(corner + 2) % 3], px, py) / size
                    });
                    // A middle on an edge belongs to the triangle at its right or below.
                    let is_inside = [0, 1, 2].into_iter().all(|corner| {
                        let (a, b) = (points[(corner + 1) % 3], points[(corner + 2) % 3]);
                        let (dx, dy) =
                            if size > 0.0 { (b[0] - a[0], b[1] - a[1]) } else { (a[0] - b[0], a[1] - b[1]) };
                        parts[corner] > 0.0 || parts[corner] == 0.0 && (dy < 0.0 || dy == 0.0 && dx > 0.0)
                    });
                    if inside_clip && is_inside {
                        let mix = |of: fn(&Vertex) -> f32| {
                            (0..3).map(|it| f64::from(of(corners[it])) * parts[it]).sum()
                        };
                        let texel = self.sampled(id, mix(|it| it.uv.x), mix(|it| it.uv.y));
                        let channels: [f64; 4] = [
                            mix(|it| f32::from(it.color.r())),
                            mix(|it| f32::from(it.color.g())),
                            mix(|it| f32::from(it.color.b())),
                            mix(|it| f32::from(it.color.a())),
                        ];
                        let upper: [f64; 4] = std::array::from_fn(|it| channels[it] * texel[it] / 255.0);
                        let lower = &mut seen[y * usize::from(SIZE[0]) + x];
                        for (lower, channel) in lower.iter_mut().zip(upper) {
                            let sum = channel + f64::from(*lower) * (1.0 - upper[3] / 255.0);
                            *lower = (sum + 0.5).clamp(0.0, 255.0) as u8;
                        }
                    }
                }
            }
        }

        fn sampled(&self, id: TextureId, u: f64, v: f64) -> [f64; 4] {
            let image = &self.textures[&id];
            let [width, height] = image.size;
            let (x, y) = (u * width as f64 - 0.5, v * height as f64 - 0.5);
            let texel = |x: f64, y: f64| {
                let at = |place: f64, size: usize| place.clamp(0.0, size as f64 - 1.0) as usize;
                image[(at(x, width), at(y, height))].to_array().map(f64::from)
            };
            let (left, top) = (x.floor(), y.floor());
            let between = |a: [f64; 4], b: [f64; 4], part: f64| {
                std::array::from_fn(|it| a[it] + (b[it] - a[it]) * part)
            };
            let row = |y: f64| between(texel(left, y), texel(left + 1.0, y), x - left);
            between(row(top), row(top + 1.0), y - top)
        }
    }

    fn blank() -> Vec<u32> {
        vec![0xdead_beef; usize::from(SIZE[0]) * usize::from(SIZE[1])]
    }

    const SCALES: [f32; 6] = [1.0, 1.25, 1.5, 1.75, 2.0, 3.0];

    #[test]
    fn a_frame_looks_as_a_graphics_card_draws_it_at_every_scale() {
        for scale in SCALES {
            let mut window = Window::new(scale);
            let (mut painter, mut reference) = (Painter::default(), Reference { textures: HashMap::new() });
            for step in 0..2 {
                let frame = window.frame(step);
                painter.take_textures(&frame.textures);
                reference.take(&frame.textures);
                let mut pixels = blank();
                assert!(painter.look_at(&frame.scene()));
                painter.draw(&mut pixels, 0, &frame.scene());
                let expected = reference.draw(&frame);
                let mut different = 0;
                for (seen, expected) in pixels.iter().zip(&expected) {
                    let [_, red, green, blue] = pixel::channels(*seen);
                    let most =
                        [red, green, blue].into_iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max();
                    different += usize::from(most.unwrap() > 3);
                }
                // Where a middle lies on an edge but for a rounding, either side is right.
                assert!(different * 1000 < pixels.len(), "scale {scale}, step {step}: {different} pixels");
            }
        }
    }

    /// The last of some frames, by a painter that has drawn none of them.
    fn drawn_at_once(frames: &[Frame]) -> Vec<u32> {
        let mut painter = Painter::default();
        for frame in frames {
            painter.take_textures(&frame.textures);
        }
        let mut pixels = blank();
        let last = frames.last().unwrap();
        assert!(painter.look_at(&last.scene()));
        painter.draw(&mut pixels, 0, &last.scene());
        pixels
    }

    #[test]
    fn what_is_drawn_in_changed_tiles_is_what_the_whole_frame_would_be() {
        for scale in SCALES {
            let mut window = Window::new(scale);
            let (mut by_tiles, mut pictures) = (Painter::default(), [blank(), blank(), blank()]);
            let mut frames = Vec::new();
            // Pictures that show the last frame, the one before or an unknown one, as desktops give them.
            for (step, age) in [0, 0, 1, 1, 2, 1, 3, 0, 1].into_iter().enumerate() {
                let frame = window.frame(step);
                by_tiles.take_textures(&frame.textures);
                assert!(by_tiles.look_at(&frame.scene()), "step {step} at {scale}");
                let mut pixels = match age {
                    0 => blank(),
                    age => pictures[age - 1].clone(),
                };
                by_tiles.draw(&mut pixels, u8::try_from(age).unwrap(), &frame.scene());
                frames.push(frame);
                let whole = drawn_at_once(&frames);
                assert!(pixels == whole, "step {step} at {scale}, age {age}");
                pictures.rotate_right(1);
                pictures[0] = pixels;
            }
        }
    }

    #[test]
    fn where_nothing_changed_nothing_is_drawn() {
        let mut window = Window::new(1.25);
        let mut painter = Painter::default();
        let mut pixels = blank();
        let mut show = |painter: &mut Painter, step: usize, age: u8| {
            let frame = window.frame(step);
            painter.take_textures(&frame.textures);
            let is_new = painter.look_at(&frame.scene());
            if is_new {
                painter.draw(&mut pixels, age, &frame.scene());
            }
            if is_new { painter.changed_areas() } else { Vec::new() }
        };
        let [width, height] = SIZE;
        let whole = show(&mut painter, 1, 0);
        assert_eq!(whole.len(), 1);
        assert_eq!((whole[0].width(), whole[0].height()), (width, height));
        assert!(show(&mut painter, 1, 1).is_empty(), "the same frame");
        let changed = show(&mut painter, 2, 1);
        assert!(!changed.is_empty());
        // The row's text and the dot, in the first 128 columns and 96 rows.
        assert!(changed.iter().all(|area| area.right <= 192 && area.bottom <= 96), "{changed:?}");
        assert!(show(&mut painter, 2, 1).is_empty());
    }
}
