//! What was sent becomes history when the worker has accepted it: what was refused is none. It knows no engine but the
//! ticket of a command.

use crate::model::ids::Ticket;
use crate::workspace::sending::{Sending, SentText};
use std::collections::VecDeque;

/// More than a person sends before the worker answers.
const MOST_ASKED: usize = 1024;

/// What one tab has asked to be sent and what of it was accepted.
#[derive(Clone, Debug, Default)]
pub(in crate::ui) struct PendingHistory {
    /// In the order in which it was asked for.
    asked: VecDeque<(Ticket, SentText)>,
    accepted: Vec<SentText>,
}

impl PendingHistory {
    /// The session was asked to send this.
    pub(in crate::ui) fn asked(&mut self, ticket: Ticket, sent: SentText) {
        if self.asked.len() == MOST_ASKED {
            self.asked.pop_front();
        }
        self.asked.push_back((ticket, sent));
    }

    /// The session has answered a command, which may be none of these.
    pub(in crate::ui) fn answered(&mut self, ticket: Ticket, is_accepted: bool) {
        let Some(place) = self.asked.iter().position(|(asked, _)| *asked == ticket) else { return };
        let taken = self.asked.remove(place).filter(|_| is_accepted);
        self.accepted.extend(taken.map(|(_, sent)| sent));
    }

    /// The session that was asked is gone, and with it what it has not answered.
    pub(in crate::ui) fn forget_asked(&mut self) {
        self.asked.clear();
    }

    /// What was accepted is history.
    pub(in crate::ui) fn hand_over(&mut self, sending: &mut Sending) {
        self.accepted.drain(..).for_each(|sent| sending.remember(sent));
    }
}

#[cfg(test)]
mod tests {
    use super::PendingHistory;
    use crate::model::ids::Ticket;
    use crate::workspace::sending::{Sending, SentText};

    #[test]
    fn only_what_was_accepted_is_history() {
        let (mut pending, mut sending) = (PendingHistory::default(), Sending::default());
        let sent = |text: &str| SentText { text: text.to_owned(), ..SentText::default() };
        for (number, text) in [(1, "accepted"), (2, "refused"), (4, "lost")] {
            pending.asked(Ticket(number), sent(text));
        }
        pending.answered(Ticket(2), false);
        pending.answered(Ticket(3), true);
        pending.hand_over(&mut sending);
        assert_eq!(sending.history, []);
        pending.answered(Ticket(1), true);
        pending.forget_asked();
        pending.answered(Ticket(4), true);
        pending.hand_over(&mut sending);
        assert_eq!(sending.history, [sent("accepted")]);
    }
}
