//! What stands in the way of sending what is written, known before anybody tries. It sends nothing.

use crate::codec::composition::Composition;
use crate::codec::text::TextEncoding;
use crate::engine::command::LONGEST_DATAGRAM;
use crate::ui::tab::composer::state::{ComposeError, Composer, compose};
use crate::workspace::tabs::{ComposerSettings, InputChoice, TabKind};
use std::sync::Arc;

/// A byte is written with up to ten characters, as `\u{00000A}`: a longer text is not put together to know that it is
/// no datagram.
const LONGEST_TEXT_BYTES: usize = 10 * LONGEST_DATAGRAM;

/// Why what is written cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing is written. An empty datagram is one; of a stream, nothing is nothing.
    Nothing,
    /// It stands for no bytes.
    Unreadable(ComposeError),
    /// It is more than one datagram holds.
    TooLong {
        /// So long it is, or its text where that is long beyond any doubt.
        bytes: usize,
        /// Whether these are the bytes that would be sent.
        is_exact: bool,
    },
}

/// The datagram that a pasted text would be, put together only when something changed.
#[derive(Clone)]
pub(super) struct PastedDatagram {
    text: Arc<str>,
    input: InputChoice,
    append: String,
    checksum: String,
    encoding: TextEncoding,
    result: Result<Composition, Obstacle>,
}

impl Composer {
    /// Why a tab of this kind cannot send what is written or was pasted. Long texts for a stream are put together when
    /// they are sent.
    pub fn obstacle(
        &mut self,
        settings: &ComposerSettings,
        encoding: TextEncoding,
        kind: TabKind,
    ) -> Option<Obstacle> {
        if self.pasted.is_some() && kind != TabKind::Udp {
            return None;
        }
        self.payload(settings, encoding, kind).err()
    }

    /// The bytes that go out at once: what is written, or on a datagram tab what was pasted.
    pub fn payload(
        &mut self,
        settings: &ComposerSettings,
        encoding: TextEncoding,
        kind: TabKind,
    ) -> Result<&Composition, Obstacle> {
        if kind == TabKind::Udp
            && let Some(text) = self.pasted.clone()
        {
            return self.pasted_datagram(text, settings, encoding).as_ref().map_err(Clone::clone);
        }
        let composition =
            self.preview(settings, encoding).as_ref().map_err(|error| Obstacle::Unreadable(error.clone()))?;
        match kind {
            TabKind::Udp => fitting(composition),
            _ if composition.bytes().is_empty() => Err(Obstacle::Nothing),
            _ => Ok(composition),
        }
    }

    fn pasted_datagram(
        &mut self,
        text: Arc<str>,
        settings: &ComposerSettings,
        encoding: TextEncoding,
    ) -> &Result<Composition, Obstacle> {
        self.pasted_datagram.take_if(|made| {
            !Arc::ptr_eq(&made.text, &text)
                || (made.input, made.encoding) != (settings.input, encoding)
                || (&made.append, &made.checksum) != (&settings.append, &settings.checksum)
        });
        let made = self.pasted_datagram.get_or_insert_with(|| PastedDatagram {
            input: settings.input,
            append: settings.append.clone(),
            checksum: settings.checksum.clone(),
            encoding,
            result: datagram_of(&text, settings, encoding),
            text,
        });
        &made.result
    }
}

fn datagram_of(
    text: &str,
    settings: &ComposerSettings,
    encoding: TextEncoding,
) -> Result<Composition, Obstacle> {
    if text.len() > LONGEST_TEXT_BYTES {
        return Err(Obstacle::TooLong { bytes: text.len(), is_exact: false });
    }
    let composition = compose(text, settings.input, &settings.append, &settings.checksum, encoding)
        .map_err(Obstacle::Unreadable)?;
    fitting(&composition)?;
    Ok(composition)
}

fn fitting(composition: &Composition) -> Result<&Composition, Obstacle> {
    let bytes = composition.bytes().len();
    if bytes > LONGEST_DATAGRAM { Err(Obstacle::TooLong { bytes, is_exact: true }) } else { Ok(composition) }
}

#[cfg(test)]
mod tests {
    use super::Obstacle;
    use crate::codec::text::TextEncoding;
    use crate::engine::command::LONGEST_DATAGRAM;
    use crate::ui::tab::composer::state::Composer;
    use crate::workspace::tabs::{ComposerSettings, InputChoice, TabKind};
    use std::sync::Arc;

    fn with_pasted(text: &str) -> Composer {
        let mut composer = Composer::default();
        composer.pasted = Some(Arc::from(text));
        composer
    }

    #[test]
    fn a_datagram_that_is_too_long_is_known_before_it_is_sent() {
        let utf8 = TextEncoding::default();
        let too_long = |bytes, is_exact| Some(Obstacle::TooLong { bytes, is_exact });
        for (text, input, append, kind, obstacle) in [
            ("x".repeat(LONGEST_DATAGRAM), InputChoice::Text, "none", TabKind::Udp, None),
            ("x".repeat(LONGEST_DATAGRAM), InputChoice::Text, "lf", TabKind::Udp, too_long(65_508, true)),
            ("x".repeat(66_000), InputChoice::Text, "none", TabKind::Udp, too_long(66_000, true)),
            ("x".repeat(66_000), InputChoice::Text, "none", TabKind::TcpClient, None),
            ("01 ".repeat(60_000), InputChoice::Hex, "none", TabKind::Udp, None),
            ("01 ".repeat(66_000), InputChoice::Hex, "none", TabKind::Udp, too_long(66_000, true)),
            ("x".repeat(5 << 20), InputChoice::Text, "none", TabKind::Udp, too_long(5 << 20, false)),
        ] {
            let append = append.to_owned();
            let mut settings = ComposerSettings { input, append, ..ComposerSettings::default() };
            let mut composer = with_pasted(&text);
            let case = format!("{} as {input:?} on {kind:?}", text.len());
            assert_eq!(composer.obstacle(&settings, utf8, kind), obstacle, "{case}, pasted");
            composer.pasted = None;
            settings.draft = text;
            if !matches!(obstacle, Some(Obstacle::TooLong { is_exact: false, .. })) {
                assert_eq!(composer.obstacle(&settings, utf8, kind), obstacle, "{case}, written");
            }
        }
    }

    #[test]
    fn only_a_datagram_can_be_empty() {
        for (kind, append, obstacle) in [
            (TabKind::TcpServer, "none", Some(Obstacle::Nothing)),
            (TabKind::TcpClient, "none", Some(Obstacle::Nothing)),
            (TabKind::TcpClient, "lf", None),
            (TabKind::Udp, "none", None),
        ] {
            let settings = ComposerSettings { append: append.to_owned(), ..ComposerSettings::default() };
            let found = Composer::default().obstacle(&settings, TextEncoding::default(), kind);
            assert_eq!(found, obstacle, "{kind:?} with {append}");
        }
    }

    #[test]
    fn a_pasted_text_is_read_anew_when_what_is_chosen_changes() {
        let mut composer = with_pasted("01 02");
        let mut settings = ComposerSettings::default();
        let utf8 = TextEncoding::default();
        for (input, append, bytes) in [
            (InputChoice::Text, "none", &b"01 02"[..]),
            (InputChoice::Hex, "none", &[1, 2]),
            (InputChoice::Hex, "lf", b"\x01\x02\n"),
        ] {
            settings.input = input;
            append.clone_into(&mut settings.append);
            let composition = composer.payload(&settings, utf8, TabKind::Udp).unwrap();
            assert_eq!(composition.bytes(), bytes);
        }
    }
}
