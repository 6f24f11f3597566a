//! Draws a frame into a picture that still has an earlier one: only the tiles whose pieces are others than before. It
//! knows no window.
//!
//! Every tile has a digest of all that is drawn on it, in order. A tile with the same digest looks the same, and is left
//! as it is. That two different tiles share one by chance happens less than once in the life of a machine; all the same
//! everything is drawn anew now and then.

use crate::ui::software::area::Area;
use crate::ui::software::fill::{self, Canvas};
use crate::ui::software::pieces::{Fill, Piece, Scene, mixed};
use crate::ui::software::pixel;
use crate::ui::software::textures::Textures;
use egui::TexturesDelta;

/// The size of a tile in pixels. A row of the sheet touches one or two of them, and a line of them is a few cache lines.
const TILE_WIDTH: u16 = 64;
const TILE_HEIGHT: u16 = 32;

/// So many frames may follow upon each other before everything is drawn anew.
const FRAMES_UNTIL_ALL: u32 = 1024;

/// Draws frames, and knows what the last ones showed.
#[derive(Debug, Default)]
pub(super) struct Painter {
    textures: Textures,
    /// What the tiles below stand for: another size, scale or ground makes all of them new.
    format: Option<Format>,
    tiles: Vec<Tile>,
    columns: u16,
    pieces: Vec<Piece>,
    /// How many frames were shown.
    shown: u64,
    /// Whether every tile is new, whatever its digest.
    is_all_new: bool,
    since_all: u32,
    /// The numbers of the pieces on each tile that is being drawn.
    on_tile: Vec<Vec<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Format {
    width: u16,
    height: u16,
    pixels_per_point: f32,
    ground: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tile {
    /// Of all that is drawn on it in this frame.
    digest: u64,
    /// Of the frame before.
    before: u64,
    /// The number of the frame in which it changed last.
    changed_in: u64,
}

impl Painter {
    /// Takes new pictures, before the frame that shows them.
    pub(super) fn take_textures(&mut self, delta: &TexturesDelta) {
        self.is_all_new |= self.textures.take(delta);
    }

    /// Lets go of pictures, after the frame that showed them last.
    pub(super) fn forget_textures(&mut self, delta: &TexturesDelta) {
        self.textures.forget(delta);
    }

    /// Looks at what the next frame shows; says whether anything is new in it. What is new stays so until it is drawn.
    pub(super) fn look_at(&mut self, scene: &Scene<'_>) -> bool {
        self.take_format(scene);
        for tile in &mut self.tiles {
            tile.digest = 0;
        }
        self.pieces.clear();
        let (tiles, pieces, columns) = (&mut self.tiles, &mut self.pieces, self.columns);
        scene.for_each_piece(&self.textures, |piece, digest| {
            for_each_tile(piece.area, columns, |place| {
                if let Some(tile) = tiles.get_mut(place) {
                    tile.digest = mixed(tile.digest, digest);
                }
            });
            pieces.push(piece);
        });
        let frame = self.shown + 1;
        let mut is_new = false;
        for tile in &mut self.tiles {
            if self.is_all_new || tile.digest != tile.before {
                tile.changed_in = frame;
                tile.before = tile.digest;
            }
            is_new |= tile.changed_in == frame;
        }
        self.is_all_new = false;
        is_new
    }

    /// Draws what this picture lacks of the frame that was looked at. It shows the frame that was drawn so many frames
    /// ago, the last one being 1; 0 stands for a picture of which nothing is known.
    pub(super) fn draw(&mut self, pixels: &mut [u32], age: u8, scene: &Scene<'_>) {
        self.shown += 1;
        let known = if age == 0 { 0 } else { (self.shown + 1).saturating_sub(u64::from(age)) };
        self.collect(known);
        let mut canvas = Canvas { pixels, width: scene.width };
        for place in 0..self.tiles.len() {
            if self.tiles[place].changed_in >= known {
                self.draw_tile(&mut canvas, place, scene);
            }
        }
        self.since_all += 1;
        if self.since_all == FRAMES_UNTIL_ALL {
            self.since_all = 0;
            self.is_all_new = true;
        }
    }

    /// What is new in the frame that was drawn last, in as few rectangles as are simple to find.
    pub(super) fn changed_areas(&self) -> Vec<Area> {
        let mut areas: Vec<Area> = Vec::new();
        for (place, tile) in self.tiles.iter().enumerate() {
            if tile.changed_in != self.shown {
                continue;
            }
            let area = self.area_of(place);
            match areas.last_mut() {
                Some(last) if last.bottom == area.bottom && last.right == area.left => {
                    last.right = area.right;
                }
                _ => areas.push(area),
            }
        }
        join_rows(areas)
    }

    fn take_format(&mut self, scene: &Scene<'_>) {
        let format = Format {
            width: scene.width,
            height: scene.height,
            pixels_per_point: scene.pixels_per_point,
            ground: scene.ground,
        };
        if self.format != Some(format) {
            self.format = Some(format);
            self.columns = scene.width.div_ceil(TILE_WIDTH);
            let count = usize::from(self.columns) * usize::from(scene.height.div_ceil(TILE_HEIGHT));
            self.tiles = vec![Tile::default(); count];
            self.on_tile = vec![Vec::new(); count];
            self.is_all_new = true;
        }
    }

    /// Notes which pieces lie on each tile that changed since a frame; not what is hidden below another piece.
    fn collect(&mut self, known: u64) {
        let format = self.format;
        let Painter { tiles, pieces, on_tile, columns, .. } = self;
        for (number, piece) in (0..).zip(pieces.iter()) {
            for_each_tile(piece.area, *columns, |place| {
                let (Some(tile), Some(list)) = (tiles.get(place), on_tile.get_mut(place)) else { return };
                if tile.changed_in < known {
                    return;
                }
                if hides(piece, area_of_tile(place, *columns, format)) {
                    list.clear();
                }
                list.push(number);
            });
        }
    }

    fn draw_tile(&mut self, canvas: &mut Canvas<'_>, place: usize, scene: &Scene<'_>) {
        let tile = self.area_of(place);
        let mut list = self.on_tile.get_mut(place).map(std::mem::take).unwrap_or_default();
        let pieces = || list.iter().filter_map(|number| self.pieces.get(usize::try_from(*number).ok()?));
        if !pieces().next().is_some_and(|lowest| hides(lowest, tile)) {
            canvas.clear(tile, scene.ground);
        }
        for piece in pieces() {
            let area = piece.area.shared(tile);
            let scale = scene.pixels_per_point;
            match (piece.fill, scene.corners(piece, &self.textures)) {
                (Fill::Plain(color), _) => fill::plain(canvas, area, color),
                (Fill::Picture, Some(drawn)) => fill::picture(canvas, area, drawn, scale),
                (Fill::Triangle, Some(drawn)) => fill::triangle(canvas, area, drawn, scale),
                (Fill::PictureTriangle, Some(drawn)) => fill::picture_triangle(canvas, area, drawn, scale),
                // A piece is made from its corners, so they are there.
                (_, None) => {}
            }
        }
        list.clear();
        if let Some(place) = self.on_tile.get_mut(place) {
            *place = list;
        }
    }

    fn area_of(&self, place: usize) -> Area {
        area_of_tile(place, self.columns, self.format)
    }
}

/// Whether nothing below the piece is seen on this tile.
fn hides(piece: &Piece, tile: Area) -> bool {
    matches!(piece.fill, Fill::Plain(color) if pixel::alpha(color) == 255) && piece.area.covers(tile)
}

/// Every tile that a piece touches.
fn for_each_tile(area: Area, columns: u16, mut touched: impl FnMut(usize)) {
    for row in area.top / TILE_HEIGHT..area.bottom.div_ceil(TILE_HEIGHT) {
        for column in area.left / TILE_WIDTH..area.right.div_ceil(TILE_WIDTH) {
            touched(usize::from(row) * usize::from(columns) + usize::from(column));
        }
    }
}

fn area_of_tile(place: usize, columns: u16, format: Option<Format>) -> Area {
    let columns = usize::from(columns.max(1));
    let [column, row] =
        [place % columns, place / columns].map(|number| u16::try_from(number).unwrap_or(u16::MAX));
    let (width, height) = format.map_or((0, 0), |format| (format.width, format.height));
    let (left, top) = (column.saturating_mul(TILE_WIDTH), row.saturating_mul(TILE_HEIGHT));
    let whole = Area::whole(width, height);
    Area { left, top, right: left.saturating_add(TILE_WIDTH), bottom: top.saturating_add(TILE_HEIGHT) }
        .shared(whole)
}

/// Joins runs of tiles that lie above each other and are equally wide.
fn join_rows(runs: Vec<Area>) -> Vec<Area> {
    let mut joined: Vec<Area> = Vec::new();
    for run in runs {
        let above = joined
            .iter_mut()
            .find(|area| (area.left, area.right, area.bottom) == (run.left, run.right, run.top));
        match above {
            Some(area) => area.bottom = run.bottom,
            None => joined.push(run),
        }
    }
    joined
}
