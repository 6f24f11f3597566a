//! What was typed wrong, or cannot be done, gets one clear line and the right exit code.

use crate::support::{Console, failure, without_system_words};
use std::fs;

#[test]
fn wrong_words_and_impossible_places_get_one_line() {
    let console = Console::new();
    for (words, code, message) in [
        (
            "listen tcp 127.0.0.1:70000",
            2,
            "invalid value '127.0.0.1:70000' for '<ADDR:PORT>': port '70000' is not a number from 0 to 65535 (at character 11)",
        ),
        (
            "udp --encoding gkb",
            2,
            "invalid value 'gkb' for '--encoding <NAME>': unknown encoding 'gkb'; did you mean gbk?",
        ),
        (
            "udp --to 127.0.0.1:9 --every 5",
            2,
            "--every needs something to repeat: add --send, --send-hex or the like",
        ),
        (
            "connect tcp 127.0.0.1:1",
            1,
            "cannot connect to 127.0.0.1:1: connection refused (ECONNREFUSED 111)",
        ),
        (
            "listen tcp 192.0.2.1:9",
            1,
            "cannot listen on 192.0.2.1:9: cannot assign requested address (EADDRNOTAVAIL 99)",
        ),
        ("show absent.skj", 1, "cannot open absent.skj: no such file or directory (ENOENT 2)"),
        ("show text.txt", 1, "text.txt is not a Sockscope journal"),
        ("verify text.txt", 1, "text.txt is not a Sockscope journal"),
        ("search text.txt a", 1, "text.txt is not a Sockscope journal"),
        ("export text.txt --to raw", 1, "text.txt is not a Sockscope journal"),
        ("recover text.txt", 1, "text.txt is not a Sockscope journal"),
    ] {
        fs::write(console.path("text.txt"), "not a journal at all").unwrap();
        let words: Vec<&str> = words.split_whitespace().collect();
        let (got, line) = failure(&console.run(&words));
        let message = format!("sockscope-cli: {message}");
        if cfg!(target_os = "linux") {
            assert_eq!((got, line.as_str()), (code, message.as_str()), "{words:?}");
        } else {
            // Other systems have other words, names and numbers.
            let ours = without_system_words(&message);
            assert_eq!((got, without_system_words(&line)), (code, ours), "{words:?}");
        }
    }
}

#[test]
fn bad_hex_names_the_digit_and_its_place() {
    let (code, line) = failure(&Console::new().run(&["udp", "--to", "127.0.0.1:9", "--send-hex", "01 0g"]));
    assert_eq!(code, 2);
    assert!(
        line.starts_with("sockscope-cli: --send-hex: ") && line.contains("'g'") && line.contains('5'),
        "{line}"
    );
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    let (code, line) = failure(&Console::new().run(&["connect", "tcp", "nowhere.invalid:9"]));
    assert_eq!(code, 1);
    assert!(line.starts_with("sockscope-cli: cannot resolve nowhere.invalid"), "{line}");
}

#[cfg(unix)]
#[test]
fn a_home_where_nothing_can_be_made_is_one_line() {
    let console = Console::new();
    fs::write(console.path("home"), "a file").unwrap();
    let home = console.path("home");
    let words = ["listen", "tcp", "127.0.0.1:0", "--for", "0.1"];
    let mut server = console.start_where(&words, ("HOME", home.to_str().unwrap()));
    assert_eq!(server.wait().code(), Some(1));
    let said = server.errors();
    assert!(
        said.starts_with("sockscope-cli: cannot create the folder ") && said.lines().count() == 1,
        "{said}"
    );
    if cfg!(target_os = "linux") {
        assert!(said.ends_with(": not a directory (ENOTDIR 20)\n"), "{said}");
    }
}
