//! Fills templates in at the moment of sending: it has the clock, the zone, the randomness and the counter that
//! `automation` is told.

use crate::automation::template::{Dressed, FillError, NoVariables, Surroundings};
use crate::codec::checksum::placing::Placing;
use crate::codec::time::TimeFormat;
use crate::engine::command::Target;
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::link::Link;
use crate::engine::worker::queue::Payload;
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Origin;
use crate::model::websocket::MessageForm;
use crate::util::clock;
use std::cell::OnceCell;
use std::collections::HashSet;

/// What the fields of a session's templates are filled in from.
#[derive(Debug, Default)]
pub(super) struct Filler {
    /// Looked up when the first time is told.
    times: OnceCell<TimeFormat>,
    random: fastrand::Rng,
    /// How many sends of a person have counted.
    counted: u64,
}

impl Filler {
    /// The bytes of the next send. The counter has not gone on yet.
    fn next(
        &mut self,
        (dressed, form): (&Dressed, MessageForm),
        peer: Option<Address>,
        counted: u64,
        placing: Placing,
    ) -> Result<Payload, FillError> {
        let times = self.times.get_or_init(TimeFormat::local);
        let filled = dressed.fill(&mut Surroundings {
            counter: counted.wrapping_add(1),
            wall_ns: clock::now().wall_ns,
            times,
            random: &mut |bytes| self.random.fill(bytes),
            peer,
            message: None,
            variables: &NoVariables,
            placing,
        })?;
        Ok(Payload::from(filled.bytes).in_form(form))
    }
}

impl Worker {
    /// Puts what a template makes now on its way to a target. Its counter goes on if it is used and the bytes are on their way.
    pub(super) fn send_template(
        &mut self,
        target: &Target,
        template: (&Dressed, MessageForm),
        origin: Origin,
    ) -> Result<(), Rejection> {
        for (target, payload) in self.fill(target, template, self.filler.counted)? {
            self.send(&target, &payload, origin)?;
        }
        self.filler.counted = counted_on(template.0, self.filler.counted);
        Ok(())
    }

    /// What a template makes now for a target. All recipients get the same, unless it tells them their own address.
    pub(super) fn fill(
        &mut self,
        target: &Target,
        template: (&Dressed, MessageForm),
        counted: u64,
    ) -> Result<Vec<(Target, Payload)>, Rejection> {
        self.require_ready()?;
        let placing = self.turn.answering.placing;
        if !template.0.template.names_peer() {
            return Ok(vec![(target.clone(), self.filler.next(template, None, counted, placing)?)]);
        }
        let recipients = self.each_recipient(target)?.into_iter();
        let filled = recipients
            .map(|(one, address)| Ok((one, self.filler.next(template, Some(address), counted, placing)?)));
        filled.collect()
    }

    /// The recipients that a target means now, one by one, with their addresses.
    pub(super) fn each_recipient(&mut self, target: &Target) -> Result<Vec<(Target, Address)>, Rejection> {
        let Worker { streams, link, turn, .. } = self;
        let one = |id| Target::Peers(vec![id]);
        if let Link::Datagrams(datagrams) = link {
            let targets = datagrams.targets(target, &mut turn.log)?;
            return Ok(targets.into_iter().map(|(id, remote)| (one(id), remote)).collect());
        }
        let ids: HashSet<PeerId> = streams.recipients(target)?.into_iter().collect();
        let found = streams.iter().filter(|stream| ids.contains(&stream.id()));
        Ok(found.map(|stream| (one(stream.id()), stream.status.remote)).collect())
    }
}

/// What the counter has reached after a send.
pub(super) fn counted_on(dressed: &Dressed, counted: u64) -> u64 {
    if dressed.template.counts() { counted.wrapping_add(1) } else { counted }
}
