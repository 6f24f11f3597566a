//! The control sequences of terminals (ECMA-48), as devices with a shell send them: which characters are to be seen, and
//! in which look. Colours are kept, and what writes a line anew; whatever else moves a cursor or erases is taken out of
//! sight. It knows no bytes and no screen.

/// A sequence has no more numbers that mean anything.
const MOST_NUMBERS: usize = 32;

/// How a character is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TerminalLook {
    /// Its colour; without one, that of the text around.
    pub front: Option<TerminalColor>,
    /// What lies behind it.
    pub behind: Option<TerminalColor>,
    /// It stands out.
    pub is_bold: bool,
    /// A line is under it.
    pub is_underlined: bool,
    /// What lies behind it and its colour change places.
    pub is_reversed: bool,
}

/// A colour of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TerminalColor {
    /// One of the sixteen that have names: black, red, green, yellow, blue, magenta, cyan, white, and the same bright.
    Named(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// What is done with the control sequences in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TerminalCodes {
    /// They are shown as the characters that they are.
    Shown,
    /// They colour the text, and are not seen.
    #[default]
    Obeyed,
}

/// What a sequence asks for within its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineCode {
    /// What stands behind the cursor is gone.
    EraseRest,
    /// All of the line is gone.
    Erase,
    /// The cursor stands at the beginning.
    Home,
}

/// Takes in a text character by character; a sequence may be cut anywhere.
#[derive(Clone, Debug, Default)]
pub struct TerminalParser {
    state: State,
    line_code: Option<LineCode>,
    numbers: Vec<u16>,
    /// Only sequences without a private mark and without intermediate characters are colours.
    is_plain: bool,
    look: TerminalLook,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and a character that chooses a set of characters or the like: one more belongs to it.
    Choice,
    /// After ESC [.
    Control,
    /// In words for the terminal, a title for instance, that BEL or ESC \ ends.
    Words,
    /// After ESC in such words.
    WordsEscape,
}

impl TerminalParser {
    /// Goes on with the look that the text before has left.
    pub fn with_look(look: TerminalLook) -> TerminalParser {
        TerminalParser { look, ..TerminalParser::default() }
    }

    /// How a character that is seen looks now.
    pub fn look(&self) -> TerminalLook {
        self.look
    }

    /// Whether no sequence is under way.
    pub fn is_in_text(&self) -> bool {
        self.state == State::Text
    }

    /// What the sequence that has just ended asks for within its line.
    pub fn take_line_code(&mut self) -> Option<LineCode> {
        self.line_code.take()
    }

    /// Takes in the next character; tells whether it is text.
    pub fn take(&mut self, character: char) -> bool {
        // What ends a line ends a sequence that somebody forgot to end.
        if matches!(character, '\n' | '\r') {
            self.state = State::Text;
            return true;
        }
        let is_escape = character == '\u{1B}';
        self.state = match self.state {
            State::Text if !is_escape => return true,
            State::Text | State::Escape | State::Choice | State::Control if is_escape => State::Escape,
            State::Text | State::Choice => State::Text,
            State::Escape => self.escape(character),
            State::Control => self.control(character),
            State::Words if is_escape => State::WordsEscape,
            State::Words if character == '\u{7}' => State::Text,
            State::WordsEscape if character == '\\' => State::Text,
            State::Words | State::WordsEscape => State::Words,
        };
        false
    }

    fn escape(&mut self, character: char) -> State {
        match character {
            '[' => {
                self.numbers.clear();
                self.is_plain = true;
                State::Control
            }
            ']' | 'P' | 'X' | '^' | '_' => State::Words,
            ' '..='/' => State::Choice,
            _ => State::Text,
        }
    }

    fn control(&mut self, character: char) -> State {
        match character {
            '0'..='9' => {
                let digit = character.to_digit(10).and_then(|digit| u16::try_from(digit).ok()).unwrap_or(0);
                if self.numbers.is_empty() {
                    self.numbers.push(0);
                }
                if let Some(number) = self.numbers.last_mut() {
                    *number = number.saturating_mul(10).saturating_add(digit);
                }
            }
            ';' | ':' => {
                // What stands before the first one is 0 where it was left out.
                let missing = if self.numbers.is_empty() { 2 } else { 1 };
                if self.numbers.len() + missing <= MOST_NUMBERS {
                    self.numbers.resize(self.numbers.len() + missing, 0);
                }
            }
            ' '..='?' => self.is_plain = false,
            'm' if self.is_plain => {
                self.look = colored(self.look, &self.numbers);
                return State::Text;
            }
            'K' | 'G' if self.is_plain => {
                self.line_code = line_code(character, &self.numbers);
                return State::Text;
            }
            '@'..='~' => return State::Text,
            // Control characters within a sequence are as if they stood before it; others are noise.
            _ => {}
        }
        State::Control
    }
}

/// What of erasing in a line (EL) and of going to a column (CHA) is obeyed: what programs do that write a line anew.
fn line_code(character: char, numbers: &[u16]) -> Option<LineCode> {
    match (character, numbers) {
        ('K', [] | [0]) => Some(LineCode::EraseRest),
        ('K', [2]) => Some(LineCode::Erase),
        ('G', [] | [0 | 1]) => Some(LineCode::Home),
        _ => None,
    }
}

/// The look after a sequence of colours (SGR) with these numbers.
fn colored(mut look: TerminalLook, numbers: &[u16]) -> TerminalLook {
    let mut rest = if numbers.is_empty() { &[0][..] } else { numbers };
    while let Some((number, after)) = rest.split_first() {
        rest = after;
        match *number {
            0 => look = TerminalLook::default(),
            1 => look.is_bold = true,
            4 => look.is_underlined = true,
            7 => look.is_reversed = true,
            22 => look.is_bold = false,
            24 => look.is_underlined = false,
            27 => look.is_reversed = false,
            number @ 30..=37 => look.front = named(number - 30),
            number @ 90..=97 => look.front = named(number - 90 + 8),
            number @ 40..=47 => look.behind = named(number - 40),
            number @ 100..=107 => look.behind = named(number - 100 + 8),
            39 => look.front = None,
            49 => look.behind = None,
            38 => (look.front, rest) = chosen(after),
            48 => (look.behind, rest) = chosen(after),
            _ => {}
        }
    }
    look
}

fn named(place: u16) -> Option<TerminalColor> {
    u8::try_from(place).ok().map(TerminalColor::Named)
}

/// A colour by its place among 256, or by red, green and blue; and what follows it.
fn chosen(numbers: &[u16]) -> (Option<TerminalColor>, &[u16]) {
    let byte = |number: u16| u8::try_from(number).unwrap_or(u8::MAX);
    match numbers {
        [5, place, rest @ ..] => (Some(of_palette(byte(*place))), rest),
        [2, red, green, blue, rest @ ..] => {
            (Some(TerminalColor::Rgb(byte(*red), byte(*green), byte(*blue))), rest)
        }
        _ => (None, &[]),
    }
}

/// The sixteen named ones, a cube of 6 × 6 × 6, and 24 greys.
fn of_palette(place: u8) -> TerminalColor {
    let of_cube = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match place {
        0..=15 => TerminalColor::Named(place),
        16..=231 => {
            let place = place - 16;
            TerminalColor::Rgb(of_cube(place / 36), of_cube(place / 6 % 6), of_cube(place % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (place - 232);
            TerminalColor::Rgb(grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TerminalColor, TerminalLook, TerminalParser};
    use proptest::prelude::*;

    /// What is seen, and the look at the end.
    fn seen(text: &str) -> (String, TerminalLook) {
        let mut parser = TerminalParser::default();
        let seen = text.chars().filter(|character| parser.take(*character)).collect();
        (seen, parser.look())
    }

    fn front(color: TerminalColor) -> TerminalLook {
        TerminalLook { front: Some(color), ..TerminalLook::default() }
    }

    #[test]
    fn colours_are_read_and_everything_else_is_taken_out_of_sight() {
        use TerminalColor::{Named, Rgb};
        let bold_red = TerminalLook { is_bold: true, ..front(Named(1)) };
        for (text, shown, look) in [
            ("plain", "plain", TerminalLook::default()),
            ("\u{1B}[31mred", "red", front(Named(1))),
            ("\u{1B}[1;31mred", "red", bold_red),
            ("\u{1B}[31mred\u{1B}[0m.", "red.", TerminalLook::default()),
            ("\u{1B}[31mred\u{1B}[m.", "red.", TerminalLook::default()),
            ("\u{1B}[31;39m.", ".", TerminalLook::default()),
            ("\u{1B}[97m.", ".", front(Named(15))),
            ("\u{1B}[;32m.", ".", front(Named(2))),
            ("\u{1B}[38;5;9m.", ".", front(Named(9))),
            ("\u{1B}[38;5;196m.", ".", front(Rgb(255, 0, 0))),
            ("\u{1B}[38;5;244m.", ".", front(Rgb(128, 128, 128))),
            ("\u{1B}[38:2:1:2:3m.", ".", front(Rgb(1, 2, 3))),
            ("\u{1B}[44m\u{1B}[7m\u{1B}[4m\u{1B}[49;27;24m.", ".", TerminalLook::default()),
            ("\u{1B}[99;999999999m.", ".", TerminalLook::default()),
            ("\u{1B}[2J\u{1B}[H\u{1B}[?25l\u{1B}[1;1Htop\u{1B}[K", "top", TerminalLook::default()),
            ("\u{1B}[>4;1m.", ".", TerminalLook::default()),
            ("\u{1B}]0;root@board\u{7}$ ", "$ ", TerminalLook::default()),
            ("\u{1B}]0;a\u{1B}\\$ \u{1B}(B\u{1B}=\u{1B}7.", "$ .", TerminalLook::default()),
            ("cut \u{1B}[31", "cut ", TerminalLook::default()),
            ("cut \u{1B}[3\nnext", "cut \nnext", TerminalLook::default()),
        ] {
            assert_eq!(seen(text), (shown.to_owned(), look), "{text:?}");
        }
    }

    #[test]
    fn a_background_stays_until_it_is_taken_away() {
        let look = seen("\u{1B}[30;47mx\u{1B}[1m").1;
        let colors = (Some(TerminalColor::Named(0)), Some(TerminalColor::Named(7)));
        assert_eq!(((look.front, look.behind), look.is_bold), (colors, true));
    }

    proptest! {
        #[test]
        fn nothing_but_what_stands_in_the_text_is_seen(text in "[\u{1B}\\[\\]0-9;:m?KJPa-c\u{7}\n温]{0,60}") {
            let (shown, _) = seen(&text);
            let mut rest = text.chars();
            prop_assert!(shown.chars().all(|character| rest.any(|next| next == character)));
        }
    }
}
