//! What the window can be drawn with, and which of it suits this machine. It opens no window.

use crate::workspace::settings::RendererChoice;
use eframe::{CreationContext, glow};

/// With what the window is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphicsChoice {
    /// The processor, only where something changed.
    Software,
    /// OpenGL.
    OpenGl,
    /// Vulkan, Direct3D or Metal, whichever the platform has. Linux has OpenGL wherever it has Vulkan.
    #[cfg(not(target_os = "linux"))]
    Wgpu,
}

#[cfg(target_os = "linux")]
const WITH_CARD: [GraphicsChoice; 1] = [GraphicsChoice::OpenGl];
/// Industrial PCs and remote desktops often have nothing newer than OpenGL 1.1, so Direct3D comes first.
#[cfg(windows)]
const WITH_CARD: [GraphicsChoice; 2] = [GraphicsChoice::Wgpu, GraphicsChoice::OpenGl];
/// OpenGL starts faster.
#[cfg(not(any(target_os = "linux", windows)))]
const WITH_CARD: [GraphicsChoice; 2] = [GraphicsChoice::OpenGl, GraphicsChoice::Wgpu];

/// What OpenGL calls itself where the processor plays the card.
const OPENGL_IN_SOFTWARE: [&str; 5] =
    ["llvmpipe", "softpipe", "swrast", "software rasterizer", "gdi generic"];

/// Everything that can be tried, the best first: what the person chose, or what suits the machine. Where settings come
/// from another platform and name what this one lacks, the machine decides.
pub(super) fn order(chosen: RendererChoice, may_have_card: bool) -> Vec<GraphicsChoice> {
    let mut order = WITH_CARD.to_vec();
    order.insert(if may_have_card { order.len() } else { 0 }, GraphicsChoice::Software);
    let wanted = match chosen {
        RendererChoice::Automatic => None,
        RendererChoice::Software => Some(GraphicsChoice::Software),
        RendererChoice::Opengl => Some(GraphicsChoice::OpenGl),
        #[cfg(not(target_os = "linux"))]
        RendererChoice::Wgpu => Some(GraphicsChoice::Wgpu),
        #[cfg(target_os = "linux")]
        RendererChoice::Wgpu => None,
    };
    // The others keep their order behind it.
    if let Some(place) = order.iter().position(|choice| Some(*choice) == wanted) {
        order[..=place].rotate_right(1);
    }
    order
}

/// What draws in place of a graphics card, if none does: it is slower at it than our own way.
pub(super) fn stand_in_for_card(creation: &CreationContext<'_>) -> Option<String> {
    let opengl = creation.gl.as_deref().map(name_of_opengl);
    opengl.filter(|name| is_opengl_in_software(name)).or_else(|| adapter_in_software(creation))
}

#[cfg(target_os = "linux")]
fn adapter_in_software(_: &CreationContext<'_>) -> Option<String> {
    None
}

#[cfg(not(target_os = "linux"))]
fn adapter_in_software(creation: &CreationContext<'_>) -> Option<String> {
    let adapter = creation.wgpu_render_state.as_ref().map(|state| state.adapter.get_info())?;
    (adapter.device_type == eframe::wgpu::DeviceType::Cpu).then_some(adapter.name)
}

#[expect(unsafe_code, reason = "OpenGL is a foreign interface")]
fn name_of_opengl(gl: &glow::Context) -> String {
    use glow::HasContext;
    // SAFETY: the frame has made this context current on this thread before it asks for what belongs into the window,
    // and a name may be asked for in any state of it.
    unsafe { gl.get_parameter_string(glow::RENDERER) }
}

fn is_opengl_in_software(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    OPENGL_IN_SOFTWARE.iter().any(|known| name.contains(known))
}

/// Whether a graphics card may draw here. Where it turns out that none does, that is noticed later.
#[cfg(target_os = "linux")]
pub(super) fn may_have_card() -> bool {
    let is_switched_off = ["1", "true", "y", "yes"]
        .iter()
        .any(|yes| std::env::var_os("LIBGL_ALWAYS_SOFTWARE").is_some_and(|it| it == *yes));
    let display = std::env::var("DISPLAY").unwrap_or_default();
    let is_wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty());
    let is_here = is_wayland || is_local_display(&display);
    // The drivers of Nvidia and of Windows' subsystem for Linux have devices of their own.
    let has_device = || {
        has_render_node("/dev/dri")
            || ["/dev/nvidiactl", "/dev/dxg"].iter().any(|device| std::path::Path::new(device).exists())
    };
    !is_switched_off && is_here && has_device()
}

/// Every other platform draws its desktop with what it calls a card.
#[cfg(not(target_os = "linux"))]
pub(super) fn may_have_card() -> bool {
    true
}

/// Whether an X11 display is this machine's own, and no line to another one.
#[cfg(target_os = "linux")]
fn is_local_display(name: &str) -> bool {
    name.starts_with(':') || name.starts_with("unix:")
}

/// Whether there is a device that renders, besides those that the kernel only makes up.
#[cfg(target_os = "linux")]
fn has_render_node(folder: &str) -> bool {
    const MADE_UP: [&str; 2] = ["vgem", "vkms"];
    let Ok(devices) = std::fs::read_dir(folder) else { return false };
    devices.flatten().any(|device| {
        let name = device.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with("renderD")) else { return false };
        let driver = std::fs::read_link(format!("/sys/class/drm/{name}/device/driver"));
        !driver.is_ok_and(|driver| MADE_UP.iter().any(|made_up| driver.ends_with(made_up)))
    })
}

#[cfg(test)]
mod tests {
    use super::{GraphicsChoice, WITH_CARD, is_opengl_in_software, order};
    use crate::workspace::settings::RendererChoice;

    #[test]
    fn what_was_chosen_comes_first_and_everything_else_may_follow() {
        let software = GraphicsChoice::Software;
        let with = |order: &[&[GraphicsChoice]]| order.concat();
        let last = with(&[&WITH_CARD, &[software]]);
        let first = with(&[&[software], &WITH_CARD]);
        for (chosen, may_have_card, expected) in [
            (RendererChoice::Automatic, true, &last),
            (RendererChoice::Automatic, false, &first),
            (RendererChoice::Software, true, &first),
            (RendererChoice::Software, false, &first),
        ] {
            assert_eq!(&order(chosen, may_have_card), expected, "{chosen:?}, {may_have_card}");
        }
        assert_eq!(order(RendererChoice::Opengl, false)[..2], [GraphicsChoice::OpenGl, software]);
        #[cfg(not(target_os = "linux"))]
        assert_eq!(order(RendererChoice::Wgpu, false)[..2], [GraphicsChoice::Wgpu, software]);
        // Chosen on another platform.
        #[cfg(target_os = "linux")]
        assert_eq!(order(RendererChoice::Wgpu, false), first);
    }

    #[test]
    fn a_processor_that_plays_a_card_is_known_by_its_name() {
        for (name, is_software) in [
            ("llvmpipe (LLVM 15.0.6, 256 bits)", true),
            ("softpipe", true),
            ("GDI Generic", true),
            ("AMD Radeon Graphics (radeonsi, renoir, LLVM 15.0.6)", false),
            ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", false),
            ("virgl (AMD Radeon)", false),
        ] {
            assert_eq!(is_opengl_in_software(name), is_software, "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_display_on_another_machine_is_a_line_and_no_card() {
        for (name, is_local) in [
            (":0", true),
            (":1.0", true),
            ("unix:0", true),
            ("localhost:10.0", false),
            ("box:0", false),
            ("", false),
        ] {
            assert_eq!(super::is_local_display(name), is_local, "{name:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_without_devices_that_render_has_no_card() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert!(!super::has_render_node(&format!("{path}/absent")));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!super::has_render_node(path));
        std::fs::write(folder.path().join("renderD999"), "").unwrap();
        assert!(super::has_render_node(path));
    }
}
