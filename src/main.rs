fn main() {
    println!("{}", egui::Vec2::ZERO);
}
