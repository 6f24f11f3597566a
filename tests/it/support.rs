//! Starts the console program and programs of other people, waits for them with a deadline, and never leaves one
//! behind. It knows the console's contract and nothing of the library.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes longer than this unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Who connects next, which has to be soon.
pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let (tell, told) = crossbeam_channel::bounded(1);
    let listening = listener.try_clone().unwrap();
    let waiting = move || {
        let accepted = listening.accept();
        // Whoever goes on may want it closed.
        drop(listening);
        tell.send(accepted).unwrap();
    };
    std::thread::Builder::new().name("accept".to_owned()).spawn(waiting).unwrap();
    let (stream, _) = told.recv_timeout(DEADLINE).expect("nobody connects").unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// A folder for one test, and the console program in it.
pub(crate) struct Console {
    folder: TempDir,
}

/// A live command that is running.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    errors_at: PathBuf,
    errors: BufReader<File>,
    said: Vec<String>,
}

impl Console {
    pub(crate) fn new() -> Console {
        Console { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockscope-cli"));
        command.args(words).current_dir(self.folder.path()).env("HOME", self.folder.path());
        command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).stdin(Stdio::null()).output().unwrap()
    }

    /// Starts a live command; its journal is `session.skj`, its output `out`.
    pub(crate) fn start(&self, words: &[&str]) -> Running {
        self.start_with(words, Stdio::null())
    }

    pub(crate) fn start_with(&self, words: &[&str], input: Stdio) -> Running {
        self.start_as("", &[words, &["--journal", "session.skj"]].concat(), input)
    }

    /// Starts any command; its name tells its files from those of others.
    pub(crate) fn start_as(&self, name: &str, words: &[&str], input: Stdio) -> Running {
        self.spawn(name, &mut self.command(words), input)
    }

    /// Starts any command with something in its environment.
    pub(crate) fn start_where(&self, words: &[&str], (name, value): (&str, &str)) -> Running {
        self.spawn("", self.command(words).env(name, value), Stdio::null())
    }

    /// Starts a live command by way of another program, whose words come first.
    pub(crate) fn start_through(&self, program: &[&str], words: &[&str]) -> Running {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(env!("CARGO_BIN_EXE_sockscope-cli")).args(words);
        command.args(["--journal", "session.skj"]).current_dir(self.folder.path());
        self.spawn("", command.env("HOME", self.folder.path()), Stdio::null())
    }

    fn spawn(&self, name: &str, command: &mut Command, input: Stdio) -> Running {
        let (out, errors_at) = (self.path(&format!("{name}out")), self.path(&format!("{name}errors")));
        let child = command
            .stdin(input)
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&errors_at).unwrap())
            .spawn()
            .unwrap();
        let errors = BufReader::new(File::open(&errors_at).unwrap());
        Running { child, out, errors_at, errors, said: Vec::new() }
    }
}

impl Running {
    /// Waits for the line that says where it is ready, and gives the last address in it.
    pub(crate) fn ready(&mut self) -> SocketAddr {
        self.ready_at().parse().unwrap()
    }

    /// The same where the address need not be one of IP.
    pub(crate) fn ready_at(&mut self) -> String {
        let mut found = None;
        wait_until("the ready line", || {
            let mut line = String::new();
            while self.errors.read_line(&mut line).unwrap() > 0 {
                if let Some(place) = line.strip_prefix("ready: ") {
                    found = place.split_whitespace().last().map(ToOwned::to_owned);
                }
                self.said.push(std::mem::take(&mut line));
            }
            found.is_some() || self.child.try_wait().unwrap().is_some()
        });
        found.unwrap_or_else(|| panic!("it ended without being ready: {:?}", self.said))
    }

    #[cfg(unix)]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn input(&mut self) -> std::process::ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status();
        assert!(status.unwrap().success());
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the end of the program", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// What stands on standard output by now.
    pub(crate) fn out(&self) -> String {
        String::from_utf8(fs::read(&self.out).unwrap()).unwrap()
    }

    /// What stands on standard error by now.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(&self.errors_at).unwrap()
    }

    /// A number that the kernel tells about the process, such as `Threads`, summed over its threads.
    #[cfg(target_os = "linux")]
    pub(crate) fn proc_sum(&self, key: &str) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        tasks
            .map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap())
            .map(|status| {
                let line = status.lines().find(|line| line.starts_with(key)).unwrap();
                line.rsplit(char::is_whitespace).next().unwrap().parse::<u64>().unwrap()
            })
            .sum()
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn threads(&self) -> usize {
        fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap().count()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// Waits for a condition, asking again whenever the scheduler comes back.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not come in time");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Whether a program of other people is there. Where all must be, its absence is a failure.
pub(crate) fn has_tool(name: &str) -> bool {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let found = std::env::var_os("PATH")
        .is_some_and(|paths| std::env::split_paths(&paths).any(|folder| folder.join(&file).is_file()));
    if !found {
        assert!(std::env::var_os("SOCKSCOPE_REQUIRE_TOOLS").is_none(), "{name} is required and not here");
        println!("skipped: {name} is not here");
    }
    found
}

/// A Python that has this module: the first in the path, or the system's own, for which modules are packaged. Where all
/// peers must be there, its absence is a failure.
pub(crate) fn has_python_module(name: &str) -> Option<&'static str> {
    let has_it = |python: &&str| {
        let asked = Command::new(python).args(["-c", &format!("import {name}")]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_it);
    if found.is_none() {
        assert!(
            std::env::var_os("SOCKSCOPE_REQUIRE_TOOLS").is_none(),
            "Python's {name} is required and not here"
        );
        println!("skipped: Python's {name} is not here");
    }
    found
}

/// Runs a Python program with these arguments and gives what it prints.
pub(crate) fn python(program: &str, arguments: &[&str]) -> String {
    let output = Command::new("python3").arg("-c").arg(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
    String::from_utf8(output.stdout).unwrap()
}

/// The one line of a failed command, and its exit code.
pub(crate) fn failure(output: &Output) -> (i32, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("journal: ")).collect();
    assert_eq!(lines.len(), 1, "one line: {text}");
    (output.status.code().unwrap(), lines[0].to_owned())
}

/// Whether a failed command says what it could not do, and why in the system's own words with their number. What those are
/// on Windows depends on its language.
pub(crate) fn is_in_the_systems_words(line: &str, what: &str, unix: &str, windows: u32) -> bool {
    let told = line.strip_prefix("sockscope-cli: ").and_then(|line| line.strip_prefix(what));
    let words = told.and_then(|told| told.strip_prefix(": "));
    words.is_some_and(
        |words| {
            if cfg!(windows) { words.ends_with(&format!(" {windows})")) } else { words == unix }
        },
    )
}

/// The bytes that came from peers, as the journal has them.
pub(crate) fn received(console: &Console, journal: &Path) -> Vec<u8> {
    let output = console.run(&["export", journal.to_str().unwrap(), "--to", "raw", "--dir", "rx"]);
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// The part of an error line that is ours on every system: without the system's own words, name and number.
pub(crate) fn without_system_words(line: &str) -> &str {
    match line.strip_suffix(')').and_then(|line| line.rsplit_once(" (")) {
        Some((before, _)) => before.rsplit_once(": ").map_or(line, |(ours, _)| ours),
        None => line,
    }
}
