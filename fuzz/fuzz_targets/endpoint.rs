#![no_main]
//! Whatever is typed as an endpoint: no panic, and what is read is written and read back as the same.

use libfuzzer_sys::fuzz_target;
use sockscope::model::endpoint::{Host, HostPort};

fuzz_target!(|typed: &str| {
    match typed.parse::<HostPort>() {
        Ok(endpoint) => assert_eq!(endpoint.to_string().parse::<HostPort>().as_ref(), Ok(&endpoint)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(host) = Host::parse(typed) {
        assert_eq!(Host::parse(&host.to_string()).as_ref(), Ok(&host));
    }
});
