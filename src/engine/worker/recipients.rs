//! Who gets what goes out by and by: decided when it begins. Some may leave before they have everything; the others get
//! the rest.

use crate::engine::command::Target;
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::link::Link;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::streams::Streams;
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Origin;

/// The recipients of one content.
pub(super) struct Recipients {
    whom: Whom,
    /// One that left before it had everything.
    gone: Option<PeerId>,
    /// How many did.
    left: usize,
    /// How many there were.
    asked: usize,
}

enum Whom {
    Streams(Vec<PeerId>),
    Datagrams(Vec<(PeerId, Address)>),
}

impl Worker {
    /// Finds who is meant. Two contents to one peer would be mixed.
    pub(super) fn find_recipients(&mut self, target: &Target) -> Result<Recipients, Rejection> {
        let recipients = Recipients::new(match &mut self.link {
            Link::Datagrams(datagrams) => Whom::Datagrams(datagrams.targets(target, &mut self.turn.log)?),
            _ => Whom::Streams(self.streams.recipients(target)?),
        });
        let is_shared = self.senders.recipients().any(|others| others.shares_with(&recipients));
        if is_shared { Err(Rejection::FileBusy) } else { Ok(recipients) }
    }

    /// How much waits for the slowest of them. Where messages keep their borders, each weighs more than its bytes.
    pub(super) fn waiting_for(&self, recipients: &Recipients) -> u64 {
        match (&recipients.whom, &self.link) {
            (Whom::Streams(ids), _) => self.streams.longest_queue(ids),
            (Whom::Datagrams(targets), Link::Datagrams(datagrams)) => datagrams.waiting_weight(targets),
            (Whom::Datagrams(_), _) => 0,
        }
    }

    /// Puts this on its way to all that are still there.
    pub(super) fn send_to(
        &mut self,
        recipients: &Recipients,
        payload: &Payload,
        origin: Origin,
    ) -> Result<(), Rejection> {
        let Worker { streams, link, turn, .. } = self;
        match (&recipients.whom, link) {
            (Whom::Streams(ids), _) => {
                // Who leaves between two parts is noted with the next turn; the others have this part.
                let ids: Vec<PeerId> = ids.iter().copied().filter(|id| streams.can_send(*id)).collect();
                streams.send(&ids, payload, origin, turn)
            }
            (Whom::Datagrams(targets), Link::Datagrams(datagrams)) => {
                datagrams.send(targets, payload, origin, &mut turn.log)
            }
            (Whom::Datagrams(_), _) => Err(Rejection::NotOpen),
        }
    }
}

impl Recipients {
    /// The connected peers among them.
    pub(super) fn streams(&self) -> &[PeerId] {
        match &self.whom {
            Whom::Streams(ids) => ids,
            Whom::Datagrams(_) => &[],
        }
    }

    fn new(whom: Whom) -> Recipients {
        let asked = match &whom {
            Whom::Streams(ids) => ids.len(),
            Whom::Datagrams(targets) => targets.len(),
        };
        Recipients { whom, gone: None, left: 0, asked }
    }

    /// Nobody, for tests of what is sent.
    #[cfg(test)]
    pub(super) fn nobody() -> Recipients {
        Recipients::new(Whom::Streams(Vec::new()))
    }

    /// Whether each of them gets datagrams.
    pub(super) fn get_datagrams(&self) -> bool {
        matches!(self.whom, Whom::Datagrams(_))
    }

    /// Notes who has left. It is an error if nobody is left at all.
    pub(super) fn notice_gone(
        &mut self,
        streams: &Streams,
        everything_is_queued: bool,
    ) -> Result<(), Rejection> {
        let Whom::Streams(ids) = &mut self.whom else { return Ok(()) };
        // A peer that closes as soon as it has everything has it.
        ids.retain(|id| !(everything_is_queued && streams.unsent_at_end(*id) == Some(0)));
        let can_send = |id: &PeerId| streams.can_send(*id);
        self.gone = self.gone.or(ids.iter().copied().find(|id| !can_send(id)));
        let before = ids.len();
        ids.retain(can_send);
        self.left += before - ids.len();
        match self.gone {
            Some(gone) if self.left == self.asked => Err(Rejection::PeerGone(gone)),
            _ => Ok(()),
        }
    }

    /// Whether none of them has left since that was noted.
    pub(super) fn are_there(&self, streams: &Streams) -> bool {
        match &self.whom {
            Whom::Streams(ids) => ids.iter().all(|id| streams.can_send(*id)),
            Whom::Datagrams(_) => true,
        }
    }

    /// How much the one of them that has left in this turn, and had the most, did not take.
    pub(super) fn unsent_at_end(&self, streams: &Streams) -> Option<u64> {
        let Whom::Streams(ids) = &self.whom else { return None };
        ids.iter().filter_map(|id| streams.unsent_at_end(*id)).min()
    }

    /// How it went, now that it is through.
    pub(super) fn outcome(&self) -> Result<(), Rejection> {
        match self.gone {
            None => Ok(()),
            Some(gone) if self.asked == 1 => Err(Rejection::PeerGone(gone)),
            Some(_) => Err(Rejection::SomeLeft { left: self.left, of: self.asked }),
        }
    }

    /// Whether somebody is among both.
    fn shares_with(&self, other: &Recipients) -> bool {
        let ids = |recipients: &Recipients| match &recipients.whom {
            Whom::Streams(ids) => ids.clone(),
            Whom::Datagrams(targets) => targets.iter().map(|(id, _)| *id).collect(),
        };
        let others = ids(other);
        ids(self).iter().any(|id| others.contains(id))
    }
}
