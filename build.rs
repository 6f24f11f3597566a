//! Gives the programs their icon and version on Windows; does nothing for other systems.

use std::env;

const ICON: &str = "assets/icons/sockscope.ico";

fn main() {
    println!("cargo::rerun-if-changed={ICON}");
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        return;
    }
    let mut resource = winresource::WindowsResource::new();
    resource.set_icon(ICON).set("ProductName", "Sockscope").set("LegalCopyright", "MIT or Apache 2.0");
    if let Err(error) = resource.compile() {
        // The programs work without: whoever builds them with no resource compiler at hand still gets them.
        println!("cargo::warning=the programs have no icon: {error}");
    }
}
