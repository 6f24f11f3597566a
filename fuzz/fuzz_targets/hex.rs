#![no_main]
//! Whatever is typed as hex: no panic, and what is read is written and read back as the same.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::hex;

fuzz_target!(|typed: &str| {
    if let Ok(bytes) = hex::parse(typed) {
        assert_eq!(hex::parse(&hex::spaced(&bytes)).as_ref(), Ok(&bytes));
        assert_eq!(hex::parse(&hex::plain(&bytes)).as_ref(), Ok(&bytes));
    }
    if let Ok(pattern) = hex::parse_pattern(typed) {
        assert_eq!(hex::parse_pattern(&pattern.to_string()).as_ref(), Ok(&pattern));
        let literal: Vec<u8> = pattern.bytes().iter().map(|byte| byte.value).collect();
        assert!(pattern.fits_start_of(&literal));
    }
});
