//! Standard input, line by line, on a thread of its own. Lines wait in a short queue, so that a large file that is
//! piped in is read no faster than it is sent. It does not know what becomes of a line.

use crate::cli::bell::Bell;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use memchr::memchr;
use std::io::{self, Read};
use std::sync::Arc;

/// Lines that may wait to be sent.
const WAITING_LINES: usize = 256;

/// A line that is longer goes out in pieces of this size, so that no line can fill the memory.
pub(crate) const LONGEST_LINE: usize = 1 << 20;

/// The reading side of standard input.
#[derive(Debug)]
pub(crate) struct StdinLines {
    lines: Receiver<io::Result<Vec<u8>>>,
    _reader: platform::Reader,
}

/// What standard input has to give at the moment.
#[derive(Debug)]
pub(crate) enum Line {
    /// A line, without its ending.
    Text(Vec<u8>),
    /// None yet.
    NotYet,
    /// No more lines.
    End,
    /// It could not be read; there are no more lines.
    Failed(io::Error),
}

impl StdinLines {
    /// Starts to read; each line rings the bell.
    pub(crate) fn start(bell: Arc<Bell>) -> io::Result<StdinLines> {
        let (sender, lines) = bounded(WAITING_LINES);
        Ok(StdinLines { lines, _reader: platform::Reader::start(sender, bell)? })
    }

    /// The next line, without waiting.
    pub(crate) fn next(&self) -> Line {
        match self.lines.try_recv() {
            Ok(Ok(line)) => Line::Text(line),
            Ok(Err(error)) => Line::Failed(error),
            Err(TryRecvError::Empty) => Line::NotYet,
            Err(TryRecvError::Disconnected) => Line::End,
        }
    }
}

/// Cuts what is read into lines and hands them over, until the input ends or nobody wants more.
fn read_lines(mut input: impl Read, lines: Sender<io::Result<Vec<u8>>>, bell: &Bell) {
    let mut waiting = Vec::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        let count = match input.read(&mut block) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                if lines.send(Err(error)).is_err() {
                    // Nobody wants to know any more.
                }
                break;
            }
        };
        if count == 0 {
            if !waiting.is_empty() && lines.send(Ok(waiting)).is_err() {
                return;
            }
            break;
        }
        let mut rest = &block[..count];
        while let Some(end) = memchr(b'\n', rest) {
            waiting.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            if waiting.last() == Some(&b'\r') {
                waiting.pop();
            }
            if lines.send(Ok(std::mem::take(&mut waiting))).is_err() {
                return;
            }
            bell.ring();
        }
        waiting.extend_from_slice(rest);
        if waiting.len() >= LONGEST_LINE && lines.send(Ok(std::mem::take(&mut waiting))).is_err() {
            return;
        }
        bell.ring();
    }
    // The end of the input is news too, once the queue says so.
    drop(lines);
    bell.ring();
}

#[cfg(unix)]
mod platform {
    //! On Unix the thread waits for the input and for the end of its owner at once, so that it can be joined.

    use super::{Arc, Bell, NamedThread, Sender, io, read_lines};
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::fs::File;
    use std::io::{PipeReader, PipeWriter, Read};
    use std::os::fd::AsFd;

    #[derive(Debug)]
    pub(super) struct Reader {
        // First: its end wakes the thread, which is joined after it.
        _owner: PipeWriter,
        _thread: NamedThread,
    }

    impl Reader {
        pub(super) fn start(lines: Sender<io::Result<Vec<u8>>>, bell: Arc<Bell>) -> io::Result<Reader> {
            let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
            let (watch, owner) = io::pipe()?;
            let thread = NamedThread::start("stdin", move || {
                read_lines(OwnedInput { input, watch }, lines, &bell);
            })?;
            Ok(Reader { _owner: owner, _thread: thread })
        }
    }

    /// An input that ends when its owner goes.
    struct OwnedInput {
        input: File,
        watch: PipeReader,
    }

    impl Read for OwnedInput {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let mut sources = [
                PollFd::new(self.input.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.watch.as_fd(), PollFlags::POLLIN),
            ];
            loop {
                match poll(&mut sources, PollTimeout::NONE) {
                    Ok(_) => break,
                    Err(Errno::EINTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let owner_is_gone = sources[1].revents().is_some_and(|events| !events.is_empty());
            if owner_is_gone { Ok(0) } else { self.input.read(buffer) }
        }
    }
}

#[cfg(not(unix))]
mod platform {
    //! Elsewhere a read cannot be called off, so the thread is let go and ends with the program.

    use super::{Arc, Bell, NamedThread, Sender, io, read_lines};

    #[derive(Debug)]
    pub(super) struct Reader;

    impl Reader {
        pub(super) fn start(lines: Sender<io::Result<Vec<u8>>>, bell: Arc<Bell>) -> io::Result<Reader> {
            let thread = NamedThread::start("stdin", move || read_lines(io::stdin().lock(), lines, &bell))?;
            // Joining it could wait for ever: it sits in a read that only the user can end.
            std::mem::forget(thread);
            Ok(Reader)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bell, read_lines};
    use crossbeam_channel::bounded;
    use std::io::Cursor;

    #[test]
    fn lines_lose_their_endings_and_nothing_else() {
        for (input, expected) in [
            (&b""[..], &[][..]),
            (b"one", &["one"]),
            (b"one\ntwo\r\n\nlast", &["one", "two", "", "last"]),
            (b"a\rb\n", &["a\rb"]),
        ] {
            let (sender, lines) = bounded(16);
            read_lines(Cursor::new(input), sender, &Bell::default());
            let got: Vec<_> = lines.iter().map(|line| String::from_utf8(line.unwrap()).unwrap()).collect();
            assert_eq!(got, expected, "{input:?}");
        }
    }
}
