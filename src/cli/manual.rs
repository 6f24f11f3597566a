//! `man` and `completions`: what the definitions of the options say, for the system's manual and for shells. It knows
//! no option by name, so that neither can grow stale.

use crate::cli::outcome::{Failed, Outcome};
use clap::Command;
use clap_mangen::Man;
use std::io::{self, Write};

/// Print the manual page
///
/// Install it with: sockscope-cli man > ~/.local/share/man/man1/sockscope-cli.1
#[derive(Debug, clap::Args)]
pub(crate) struct ManArguments {}

/// Print completions for a shell
///
/// For bash: sockscope-cli completions bash > ~/.local/share/bash-completion/completions/sockscope-cli
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the page: the program first, then a section for each command.
pub(crate) fn print_page(_typed: &ManArguments, definitions: Command) -> Outcome {
    let page = page(definitions).map_err(Failed::output)?;
    io::stdout().lock().write_all(&page).map_err(Failed::output)
}

/// Prints the script that the shell reads.
pub(crate) fn print_completions(typed: &CompletionsArguments, mut definitions: Command) -> Outcome {
    let name = definitions.get_name().to_owned();
    // Made in memory first: the generator panics where the output is closed.
    let mut script = Vec::new();
    clap_complete::generate(typed.shell, &mut definitions, name, &mut script);
    io::stdout().lock().write_all(&script).map_err(Failed::output)
}

fn page(definitions: Command) -> io::Result<Vec<u8>> {
    // The parser's own `help` is left out: everything it says is on the page.
    let mut definitions = definitions.disable_help_subcommand(true);
    definitions.build();
    let program = Man::new(definitions.clone());
    let mut page = Vec::new();
    program.render_title(&mut page)?;
    program.render_name_section(&mut page)?;
    program.render_synopsis_section(&mut page)?;
    program.render_description_section(&mut page)?;
    for command in definitions.get_subcommands() {
        writeln!(page, ".SH \"{}\"", command.get_name().to_uppercase())?;
        let section = Man::new(command.clone());
        let mut parts = Vec::new();
        section.render_synopsis_section(&mut parts)?;
        section.render_description_section(&mut parts)?;
        section.render_options_section(&mut parts)?;
        page.extend_from_slice(&demoted(&parts));
    }
    writeln!(page, ".SH \"EXIT STATUS\"\n0 done; 1 it ran and failed; 2 wrong usage.")?;
    program.render_version_section(&mut page)?;
    Ok(page)
}

/// The sections of a command's own page, one level below the program's.
fn demoted(parts: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(parts.len());
    for line in parts.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b".SH ") {
            Some(heading) => {
                lines.extend_from_slice(b".SS ");
                lines.extend_from_slice(heading);
            }
            None => lines.extend_from_slice(line),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{demoted, page};
    use crate::cli::arguments;
    use clap_complete::Shell;

    #[test]
    fn the_page_has_every_command_and_every_option_in_its_section() {
        let page = String::from_utf8(page(arguments::definitions()).unwrap()).unwrap();
        let mut sections = page.split("\n.SH ").skip(1);
        let mut section_of = |name: &str| {
            let heading = format!("\"{}\"", name.to_uppercase());
            sections.find(|section| section.starts_with(&heading)).unwrap_or_else(|| panic!("no {name}"))
        };
        for command in arguments::definitions().get_subcommands() {
            let section = section_of(command.get_name());
            for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
                let printed = format!("\\-\\-{}", option.replace('-', "\\-"));
                assert!(section.contains(&printed), "{} --{option}", command.get_name());
            }
        }
        assert!(page.contains("EXIT STATUS") && page.starts_with(".ie"), "{}", &page[..80]);
    }

    #[test]
    fn sections_of_a_command_stand_below_it() {
        assert_eq!(demoted(b".SH OPTIONS\n.TP\n.SHY\n"), b".SS OPTIONS\n.TP\n.SHY\n");
    }

    #[test]
    fn every_shell_gets_every_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut arguments::definitions(), "sockscope-cli", &mut script);
            let script = String::from_utf8(script).unwrap();
            for command in arguments::definitions().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }
}
