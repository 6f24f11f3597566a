//! A chart as a picture that reports and browsers show at any size: lines and words as SVG. It must not know what the lines
//! mean.

use crate::util::xml_text::escaped;
use egui::{Color32, Pos2, Rect, Vec2};
use std::fmt::{Arguments, Write};

/// Words of a picture have this size.
pub(super) const WORD_SIZE: f32 = 12.0;

/// A picture while it is drawn.
pub(super) struct Picture {
    text: String,
}

/// On which side of its place a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// It begins there.
    Start,
    /// It ends there.
    End,
}

impl Picture {
    /// An empty picture.
    pub(super) fn new(size: Vec2, ground: Color32) -> Picture {
        let mut picture = Picture { text: String::new() };
        let (width, height) = (size.x, size.y);
        picture.push(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"Inter, sans-serif\" font-size=\"{WORD_SIZE}\">\n"
        ));
        picture.rect(Rect::from_min_size(Pos2::ZERO, size), ground);
        picture
    }

    /// A filled area.
    pub(super) fn rect(&mut self, rect: Rect, color: Color32) {
        self.push(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>\n",
            rect.left(),
            rect.top(),
            rect.width(),
            rect.height(),
            written(color)
        ));
    }

    /// A line from point to point.
    pub(super) fn line(&mut self, points: &[Pos2], color: Color32, width: f32) {
        if points.is_empty() {
            return;
        }
        let color = written(color);
        self.push(format_args!(
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" points=\""
        ));
        for point in points {
            self.push(format_args!("{:.1},{:.1} ", point.x, point.y));
        }
        self.text.push_str("\"/>\n");
    }

    /// Words beside a place on their base line.
    pub(super) fn words(&mut self, at: Pos2, anchor: Anchor, words: &str, color: Color32) {
        let side = match anchor {
            Anchor::Start => "start",
            Anchor::End => "end",
        };
        self.push(format_args!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{side}\" fill=\"{}\">{}</text>\n",
            at.x,
            at.y,
            written(color),
            escaped(words)
        ));
    }

    /// The whole file.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    fn push(&mut self, parts: Arguments<'_>) {
        if self.text.write_fmt(parts).is_err() {
            // A string takes everything.
        }
    }
}

fn written(color: Color32) -> String {
    let [red, green, blue, _] = color.to_srgba_unmultiplied();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Picture};
    use egui::{Color32, pos2, vec2};

    #[test]
    fn a_picture_has_its_lines_and_no_word_becomes_markup() {
        let mut picture = Picture::new(vec2(100.0, 50.0), Color32::WHITE);
        picture.line(&[pos2(1.0, 2.0), pos2(3.0, 4.5)], Color32::from_rgb(1, 2, 255), 1.5);
        picture.line(&[], Color32::BLACK, 1.0);
        picture.words(pos2(5.0, 6.0), Anchor::End, "温度 <&>", Color32::BLACK);
        let text = picture.finish();
        assert!(text.starts_with("<svg xmlns=") && text.ends_with("</svg>\n"), "{text}");
        assert!(
            text.contains("stroke=\"#0102ff\" stroke-width=\"1.5\" points=\"1.0,2.0 3.0,4.5 \"/>"),
            "{text}"
        );
        assert_eq!(text.matches("<polyline").count(), 1, "{text}");
        assert!(text.contains("text-anchor=\"end\" fill=\"#000000\">温度 &lt;&amp;&gt;</text>"), "{text}");
    }
}
