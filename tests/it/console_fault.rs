//! What becomes of a fault of the program: one line, a report that quotes nothing, a journal that is whole.

use crate::support::{Console, Running, received, wait_until};
use std::fs;
use std::io::Write;
use std::net::TcpStream;

/// Starts a server whose thread of this name panics some steps later, and has it receive until it is gone.
fn fall(console: &Console, thread: &str) -> Running {
    let words = ["listen", "tcp", "127.0.0.1:0", "--format", "none", "--journal", "session.skj"];
    let mut server = console.start_where(&words, ("SOCKSCOPE_FAULT", &format!("{thread}:6")));
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    wait_until("the fault", || {
        if peer.write_all("secret 温度\n".as_bytes()).is_err() {
            // The program is gone, and so is its end of the connection.
        }
        server.has_ended()
    });
    server
}

#[test]
fn a_thread_that_panics_leaves_a_line_a_report_and_a_whole_journal() {
    for thread in ["main", "session-1"] {
        let console = Console::new();
        let mut server = fall(&console, thread);
        assert_eq!(server.wait().code(), Some(1), "{thread}");
        let said = server.errors();
        let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("ready: ")).collect();
        assert_eq!(lines.len(), 1, "{said}");
        let start = format!("sockscope-cli: a fault of the program ended the thread {thread} at src");
        assert!(lines[0].starts_with(&start), "{said}");
        let (_, path) = lines[0].split_once("a report without payload is in ").unwrap();
        let report = fs::read_to_string(path).unwrap();
        assert!(report.contains(&format!("thread: {thread}\n")) && !report.contains("secret"), "{report}");
        let verified = console.run(&["verify", "session.skj"]);
        assert!(verified.status.success(), "{verified:?}");
        let bytes = received(&console, &console.path("session.skj"));
        assert!(bytes.starts_with("secret 温度\n".as_bytes()), "{thread}: {} bytes", bytes.len());
    }
}

#[cfg(unix)]
#[test]
fn where_no_report_can_be_written_the_line_says_why() {
    let console = Console::new();
    let in_the_way = console.path(".local/share/sockscope");
    fs::create_dir_all(in_the_way.parent().unwrap()).unwrap();
    fs::write(&in_the_way, "a file").unwrap();
    let server = fall(&console, "main");
    let said = server.errors();
    if cfg!(target_os = "linux") {
        assert!(said.contains("no report could be written: ") && said.contains("fault-reports"), "{said}");
    }
}
