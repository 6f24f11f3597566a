#![no_main]
//! Whatever is typed with escapes, and whatever bytes are shown with them: no panic, and bytes read back as they
//! were. The input's first byte chooses the encoding.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::escape;
use sockscope::codec::text::TextEncoding;

fuzz_target!(|input: &[u8]| {
    let Some((number, rest)) = input.split_first() else { return };
    let count = TextEncoding::all().len();
    let Some(encoding) = TextEncoding::all().nth(usize::from(*number) % count) else { return };
    let text = escape::format(rest, encoding);
    assert_eq!(escape::parse(&text, encoding).as_deref(), Ok(rest), "{encoding}: {text}");
    if let Ok(typed) = std::str::from_utf8(rest)
        && let Ok(bytes) = escape::parse(typed, encoding)
    {
        assert_eq!(escape::parse(&escape::format(&bytes, encoding), encoding), Ok(bytes));
    }
});
