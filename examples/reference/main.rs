//! What Sockscope is measured against: the barest loops that could do the same work, without journal, times or
//! window. `benches/run` and `benches/sending` start them beside the real program. They use nothing of the library, but for
//! the journal that is too large to keep in the repository and is made here.

#[cfg(target_os = "linux")]
mod accept;
#[cfg(target_os = "linux")]
mod echo;
#[cfg(target_os = "linux")]
mod journal;
#[cfg(target_os = "linux")]
mod search;
#[cfg(target_os = "linux")]
mod ticks;
#[cfg(target_os = "linux")]
mod udp;

use anyhow::{Result, bail};

const USAGE: &str = "usage: reference udp-receive ADDR | echo ADDR | echo-measure ADDR ROUNDS | answer-measure ADDR ROUNDS \
                     | tick-send ADDR MICROS TIMES | tick-receive ADDR MICROS | accept ADDR CLIENTS BYTES \
                     | search FILE HEX | make-journal FILE RECORDS BYTES_EACH";

#[cfg(target_os = "linux")]
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["udp-receive", address] => udp::receive(address.parse()?)?,
        ["echo", address] => echo::serve(address.parse()?)?,
        ["echo-measure", address, rounds] => echo::measure(address.parse()?, rounds.parse()?)?,
        ["answer-measure", address, rounds] => echo::measure_answers(address.parse()?, rounds.parse()?)?,
        ["tick-send", address, micros, times] => {
            ticks::send(address.parse()?, micros.parse()?, times.parse()?)?
        }
        ["tick-receive", address, micros] => ticks::receive(address.parse()?, micros.parse()?)?,
        ["accept", address, clients, bytes] => {
            accept::accept(address.parse()?, clients.parse()?, bytes.parse()?)?
        }
        ["make-journal", file, records, bytes_each] => {
            journal::make(file.as_ref(), records.parse()?, bytes_each.parse()?)?
        }
        ["search", file, pattern] => search::search(file.as_ref(), pattern)?,
        _ => bail!(USAGE),
    };
    say(&result);
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() -> Result<()> {
    bail!("measurements are taken on Linux; {USAGE}")
}

/// One line of JSON, for the script that started this.
#[cfg(target_os = "linux")]
#[expect(clippy::print_stdout, reason = "the result is what this program is for")]
fn say(line: &str) {
    println!("{line}");
}
