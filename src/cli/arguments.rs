//! The words of the command line and what is said when they make no sense: one line, never a page.

use crate::cli::outcome::Failed;
use crate::cli::{
    connect, export, import, listen, manual, raw, recover, run, search, show, udp, unix, verify,
};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::{self, Write};

/// Listen, connect and exchange datagrams, with every byte kept in a journal.
#[derive(Debug, Parser)]
#[command(name = "sockscope-cli", version)]
struct Arguments {
    #[command(subcommand)]
    subcommand: Subcommand,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Serve many clients, over TCP or at the name of a Unix socket
    Listen(listen::Arguments),
    /// Connect to a server
    Connect(connect::Arguments),
    /// Send and receive datagrams, broadcast and multicast included
    Udp(udp::Arguments),
    /// Carry out a sequence file
    Run(run::Arguments),
    /// Exchange datagrams with Unix sockets
    Unix(unix::Arguments),
    /// Send and receive packets of one protocol on IP
    Raw(raw::Arguments),
    /// Print the records of a journal
    Show(show::Arguments),
    /// Find text, bytes or a regular expression in a journal
    Search(search::Arguments),
    /// Write a journal in a format that other tools open
    Export(export::Arguments),
    /// Turn a capture, JSON lines or raw bytes into a journal
    Import(import::Arguments),
    /// Check whether a journal is whole
    Verify(verify::Arguments),
    /// Copy every whole record of a damaged journal into a new one
    Recover(recover::Arguments),
    /// Print the manual page
    Man(manual::ManArguments),
    /// Print completions for a shell
    Completions(manual::CompletionsArguments),
}

/// Every command and option, for what is made out of them.
pub(crate) fn definitions() -> clap::Command {
    Arguments::command()
}

/// What was asked for; `None` when help or the version was, which is printed here.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Option<Subcommand>, Failed> {
    match Arguments::try_parse_from(words) {
        Ok(arguments) => Ok(Some(arguments.subcommand)),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            let text = error.render().to_string();
            io::stdout().lock().write_all(text.as_bytes()).map_err(Failed::output)?;
            Ok(None)
        }
        Err(error) => Err(Failed::usage(one_line(&error))),
    }
}

/// The first paragraph of the parser's message on one line, with its tip.
fn one_line(error: &clap::Error) -> String {
    if matches!(
        error.kind(),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        return say_what_to_do();
    }
    let rendered = error.render().to_string();
    let paragraph = rendered.split("\n\n").next().unwrap_or_default();
    let paragraph = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    let mut line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        let suggestion = match error.get(kind) {
            Some(ContextValue::String(text)) => text.clone(),
            Some(ContextValue::Strings(texts)) if !texts.is_empty() => texts.join(" or "),
            _ => continue,
        };
        line.push_str("; did you mean ");
        line.push_str(&suggestion);
        line.push('?');
    }
    line
}

fn say_what_to_do() -> String {
    let definitions = definitions();
    let names: Vec<&str> = definitions.get_subcommands().map(clap::Command::get_name).collect();
    let (last, others) = names.split_last().unwrap_or((&"--help", &[]));
    format!("say what to do: {} or {last}; --help tells more", others.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Arguments, parse};
    use crate::cli::outcome::Failed;
    use clap::error::ErrorKind;
    use clap::{CommandFactory, Parser};
    use std::ffi::OsString;

    #[test]
    fn the_words_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_is_asked_for_in_two_ways() {
        for words in ["--help", "help", "listen --help", "help listen", "help export"] {
            let words = std::iter::once("sockscope-cli").chain(words.split_whitespace());
            let error = Arguments::try_parse_from(words).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DisplayHelp);
        }
    }

    #[test]
    fn wrong_words_get_one_line() {
        for (words, start) in [
            ("", "say what to do: listen, connect, "),
            ("lisen tcp 127.0.0.1:0", "unrecognized subcommand 'lisen'; did you mean listen?"),
            ("listen tcp 127.0.0.1:0 --eco", "unexpected argument '--eco' found; did you mean --echo?"),
            ("listen tcp", "the following required arguments were not provided: <ADDR:PORT|PATH>"),
            (
                "udp --encoding gkb",
                "invalid value 'gkb' for '--encoding <NAME>': unknown encoding 'gkb'; did you mean ",
            ),
            (
                "udp --option speed=9",
                "invalid value 'speed=9' for '--option <NAME=VALUE>': unknown option 'speed'; known are ",
            ),
            (
                "udp --every x --send a",
                "invalid value 'x' for '--every <MS>': 'x' is not a number of milliseconds",
            ),
            (
                "udp --join 1.2.3.4",
                "invalid value '1.2.3.4' for '--join <GROUP[%IFACE]>': 1.2.3.4 is not a multicast address",
            ),
        ] {
            let words = std::iter::once("sockscope-cli").chain(words.split_whitespace()).map(OsString::from);
            let Err(Failed::Usage(error)) = parse(words) else { panic!("{start}: accepted") };
            let line = error.to_string();
            assert!(line.starts_with(start) && !line.contains('\n'), "{line}");
        }
    }
}
