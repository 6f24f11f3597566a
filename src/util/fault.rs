//! What becomes of a panic: one line for the person, and a report in a file that holds nothing of what was received or
//! sent. It knows neither sessions nor a screen; whoever shall hear of it says so.

use crate::util::clock;
use crate::util::private_file;
use std::backtrace::Backtrace;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Names a thread, and after a colon which of its next steps is to panic: so that checks can see what becomes of one.
pub const ASKED_FOR: &str = "SOCKSCOPE_FAULT";

/// What a message is cut at: from here on it may quote what was received.
const QUOTES: &[char] = &['\'', '"', '`', '[', '{', '(', '<', '\n', '\r'];

/// A thread that has panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The name of the thread.
    pub thread: String,
    /// Where in the source.
    pub place: String,
    /// The message, as far as it cannot quote a payload.
    pub what: String,
    /// The report, or why there is none.
    pub report: Result<PathBuf, String>,
}

/// From now on each panic of this process is told in this way, on the thread that panics: a report is written into
/// `folder`, which is made if it is missing, and `tell` hears of it. Without a folder it is said why.
pub fn watch(
    program: &'static str,
    folder: Result<PathBuf, String>,
    tell: impl Fn(&Fault) + Send + Sync + 'static,
) {
    panic::set_hook(Box::new(move |info| {
        let mut fault = Fault::of(info);
        fault.report = folder.clone().and_then(|folder| fault.write_report(program, &folder));
        tell(&fault);
    }));
}

/// Makes a fault for checks. Called where a thread has just done something that others can see.
///
/// # Panics
/// If the environment asks for it, see [`ASKED_FOR`]; in no other case.
pub fn panic_if_asked_for() {
    static ASKED: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let asked = std::env::var(ASKED_FOR).ok()?;
        let (thread, step) = asked.split_once(':')?;
        Some((thread.to_owned(), AtomicU64::new(step.parse().ok()?)))
    });
    if let Some((name, steps_left)) = asked
        && thread::current().name() == Some(name)
        && steps_left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        panic!("asked for by {ASKED_FOR}");
    }
}

impl Fault {
    fn of(info: &PanicHookInfo<'_>) -> Fault {
        let thread = thread::current().name().unwrap_or("without a name").to_owned();
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let what = match info.payload().downcast_ref::<&'static str>() {
            // A literal of the source.
            Some(literal) => (*literal).to_owned(),
            None => info.payload_as_str().map_or_else(String::new, without_quotes),
        };
        Fault { thread, place, what, report: Err(String::new()) }
    }

    fn write_report(&self, program: &str, folder: &Path) -> Result<PathBuf, String> {
        let moment = jiff::Timestamp::from_nanosecond(i128::from(clock::now().wall_ns)).unwrap_or_default();
        let name = format!("{}-{}.txt", moment.strftime("%Y-%m-%dT%H%M%S"), std::process::id());
        let path = folder.join(name);
        let written = private_file::create_folder(folder).and_then(|()| {
            // Several threads may fall at once; the file has them all.
            let mut file = private_file::append_to(&path)?;
            file.write_all(self.report_text(program, moment).as_bytes())?;
            file.sync_all()
        });
        match written {
            Ok(()) => Ok(path),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    fn report_text(&self, program: &str, moment: jiff::Timestamp) -> String {
        let mut text = String::new();
        let backtrace = Backtrace::force_capture();
        let written = write!(
            text,
            "{program} {} on {} ({})\n{moment}\nthread: {}\nplace: {}\nwhat: {}\n\nNothing that was received or sent \
             is in this file.\n\n{backtrace}\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            self.thread,
            self.place,
            self.what,
        );
        if written.is_err() {
            // Only a value that cannot show itself fails here; what stands there by now is the report.
        }
        text
    }
}

/// The beginning of a message that was put together: up to where it may quote something, or has other than plain letters.
fn without_quotes(message: &str) -> String {
    let end =
        message.find(|letter: char| QUOTES.contains(&letter) || !letter.is_ascii()).unwrap_or(message.len());
    let (begin, rest) = message.split_at(end);
    let left_out = if rest.is_empty() { "" } else { " …" };
    format!("{}{left_out}", begin.trim_end())
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { thread, place, what, report } = self;
        write!(
            f,
            "a fault of the program ended the thread {thread} at {place}: {what}; journals are whole, and "
        )?;
        match report {
            Ok(path) => write!(f, "a report without payload is in {}", path.display()),
            Err(why) => write!(f, "no report could be written: {why}"),
        }
    }
}

/// Says it on standard error, in one write.
pub fn say(program: &str, fault: &Fault) {
    if io::stderr().write_all(format!("{program}: {fault}\n").as_bytes()).is_err() {
        // Nobody listens on standard error; the report is there.
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, without_quotes};
    use std::fs;

    #[test]
    fn what_may_quote_a_payload_is_left_out() {
        for (message, kept) in [
            (
                "index out of bounds: the len is 3 but the index is 7",
                "index out of bounds: the len is 3 but the index is 7",
            ),
            (
                "byte index 1 is not a char boundary; it is inside '温' (bytes 0..3) of `温度`",
                "byte index 1 is not a char boundary; it is inside …",
            ),
            ("called `Result::unwrap()` on an `Err` value: Secret(\"x\")", "called …"),
            ("assertion failed\n  left: 1", "assertion failed …"),
            ("bad 温度", "bad …"),
            ("", ""),
        ] {
            assert_eq!(without_quotes(message), kept);
        }
    }

    #[test]
    fn a_report_says_where_and_has_every_thread_that_fell() {
        let folder = tempfile::tempdir().unwrap();
        let reports = folder.path().join("reports");
        let fault = |thread: &str| Fault {
            thread: thread.to_owned(),
            place: "src/engine/worker/mod.rs:7:5".to_owned(),
            what: "index out of bounds".to_owned(),
            report: Err(String::new()),
        };
        let path = fault("session-1").write_report("sockscope", &reports).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for said in
            ["sockscope ", "thread: session-1\n", "place: src/engine/worker/mod.rs:7:5\n", "Nothing that was"]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        let fault = Fault { report: Ok(path.clone()), ..fault("session-1") };
        let line = fault.to_string();
        assert!(line.ends_with(&format!("a report without payload is in {}", path.display())), "{line}");
    }

    #[test]
    fn where_no_report_can_be_written_the_reason_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("reports");
        fs::write(&in_the_way, "a file").unwrap();
        let fault = Fault {
            thread: "main".to_owned(),
            place: "src/main.rs:1:1".to_owned(),
            what: String::new(),
            report: Err(String::new()),
        };
        let why = fault.write_report("sockscope", &in_the_way).unwrap_err();
        assert!(why.contains("reports"), "{why}");
    }
}
