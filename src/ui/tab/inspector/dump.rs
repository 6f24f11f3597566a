//! A page of a record's bytes as lines of a dump. It must not know how a line is drawn.

use crate::codec::represent::{
    DumpColumns, DumpWidth, Represented, RowStyle, SpanStyle, represent_dump_part,
};
use crate::codec::text::{Carry, TextEncoding};
use crate::util::locale::Locale;
use std::ops::Range;

/// Which part of the bytes is in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The first byte, at the start of a line.
    pub start: usize,
    /// How many bytes stand on a line.
    pub width: DumpWidth,
    /// How many lines there are at most.
    pub lines: usize,
}

/// The lines of a page.
#[derive(Debug)]
pub(super) struct PageDump {
    pub page: Page,
    pub columns: DumpColumns,
    pub lines: Vec<DumpLine>,
}

/// One line of the dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DumpLine {
    /// Its first byte.
    pub offset: usize,
    /// Its text: offset, hex, characters, as in the log.
    pub text: String,
    /// Where its parts end in the text, and what they mean.
    pub parts: Vec<(usize, SpanStyle)>,
}

impl Default for Page {
    fn default() -> Page {
        Page { start: 0, width: DumpWidth::Eight, lines: 16 }
    }
}

impl Page {
    /// The first page of another record.
    pub(super) fn at_start(self) -> Page {
        Page { start: 0, ..self }
    }

    /// The bytes on this page of so many.
    pub(super) fn bytes(self, all: usize) -> Range<usize> {
        let start = self.start.min(all);
        start..all.min(start.saturating_add(self.room()))
    }

    /// How many bytes there is room for.
    pub(super) fn room(self) -> usize {
        self.width.bytes() * self.lines
    }

    /// Whether not all bytes are on one page.
    pub(super) fn is_one_of_several(self, all: usize) -> bool {
        all > self.room()
    }

    /// As many lines of as many bytes as there is room for, at the same place.
    pub(super) fn sized(self, width: DumpWidth, lines: usize, all: usize) -> Page {
        Page { width, lines, ..self }.starting_at(self.start, all)
    }

    /// The page that begins here, or as near to it as a line begins and no room is left at the end.
    pub(super) fn starting_at(self, start: usize, all: usize) -> Page {
        let per_line = self.width.bytes();
        let last = (all.div_ceil(per_line) * per_line).saturating_sub(self.room());
        Page { start: (start - start % per_line).min(last), ..self }
    }

    /// The same page if it has this byte; otherwise one in which it stands near the middle.
    pub(super) fn showing(self, byte: usize, all: usize) -> Page {
        if self.bytes(all).contains(&byte) {
            return self;
        }
        self.starting_at(byte.saturating_sub(self.room() / 2), all)
    }

    /// So many pages further; before the start and past the end there is none.
    pub(super) fn turned(self, pages: isize, all: usize) -> Page {
        let by = self.room().cast_signed().saturating_mul(pages);
        self.starting_at(self.start.saturating_add_signed(by), all)
    }
}

impl PageDump {
    /// The lines of a page. `carry` is what the stream of the record left unfinished before it.
    pub(super) fn new(
        bytes: &[u8],
        page: Page,
        carry: Carry,
        encoding: TextEncoding,
        locale: &Locale,
    ) -> PageDump {
        let style = RowStyle { encoding, dump_width: page.width, ..RowStyle::new(locale) };
        let mut represented = Represented::default();
        represent_dump_part(&mut represented, bytes, page.bytes(bytes.len()), carry, &style);
        PageDump { page, columns: DumpColumns::of(page.width, bytes.len()), lines: lines_of(&represented) }
    }
}

fn lines_of(dump: &Represented) -> Vec<DumpLine> {
    let mut lines: Vec<DumpLine> = Vec::new();
    for (text, span) in dump.parts() {
        if lines.is_empty() || text.starts_with('\n') {
            lines.push(DumpLine { offset: span.bytes.start, text: String::new(), parts: Vec::new() });
        }
        if let Some(line) = lines.last_mut() {
            line.text.push_str(text.trim_start_matches('\n'));
            line.parts.push((line.text.len(), span.style));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Page, PageDump};
    use crate::codec::represent::DumpWidth;
    use crate::codec::text::{Carry, TextEncoding};
    use crate::util::locale::{Language, Locale};

    const PAGE: Page = Page { start: 0, width: DumpWidth::Eight, lines: 4 };

    #[test]
    fn pages_reach_every_byte_of_a_record_of_any_size() {
        for all in [1, 31, 32, 33, 262_144, 1 << 30] {
            let mut page = PAGE;
            assert_eq!(page.is_one_of_several(all), all > 32);
            for byte in [0, 5, 31, all / 2, all - 1] {
                let byte = byte.min(all - 1);
                page = page.showing(byte, all);
                let bytes = page.bytes(all);
                assert!(bytes.contains(&byte) && bytes.start.is_multiple_of(8), "{byte} of {all}: {bytes:?}");
                assert_eq!(page, page.showing(byte, all), "what is in sight stays where it is");
            }
        }
        let all = 100;
        let turned: Vec<usize> = [1, 1, 1, 1, -1, -9]
            .iter()
            .scan(PAGE, |page, by| {
                *page = page.turned(*by, all);
                Some(page.start)
            })
            .collect();
        assert_eq!(turned, [32, 64, 72, 72, 40, 0]);
        assert_eq!(PAGE.starting_at(50, all).sized(DumpWidth::Sixteen, 2, all).start, 48);
    }

    #[test]
    fn the_dump_of_a_page_is_that_of_the_log() {
        let bytes = b"\xCE\xC2=1\r\nabcd";
        let locale = Locale::of(Language::English);
        for (encoding, first) in [(TextEncoding::GBK, "温=1··ab"), (TextEncoding::UTF_8, "··=1··ab")] {
            let dump = PageDump::new(bytes, PAGE, Carry::default(), encoding, locale);
            let texts: Vec<&str> = dump.lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts.len(), 2);
            assert!(texts[0].starts_with("0000  CE C2 3D 31") && texts[0].ends_with(first), "{texts:?}");
            assert!(texts[1].starts_with("0008  63 64") && texts[1].ends_with("cd"), "{texts:?}");
            assert_eq!(dump.lines[1].offset, 8);
        }
    }
}
