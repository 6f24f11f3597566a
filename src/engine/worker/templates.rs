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
use crate::model::record::Origin;
use crate::model::websocket::MessageForm;
use crate::util::clock;
use std::cell::OnceCell;

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
    /// Puts what a template makes now on its way to a target. All recipients get the same, unless it tells them their
    /// own address.
    pub(super) fn send_template(
        &mut self,
        target: &Target,
        template: (&Dressed, MessageForm),
        origin: Origin,
    ) -> Result<(), Rejection> {
        let mut counted = self.filler.counted;
        let sent = self.fill_and_send(target, template, origin, &mut counted);
        self.filler.counted = counted;
        sent
    }

    /// The same with a counter of its own, which goes on if it is used and the bytes are on their way.
    pub(super) fn fill_and_send(
        &mut self,
        target: &Target,
        template: (&Dressed, MessageForm),
        origin: Origin,
        counted: &mut u64,
    ) -> Result<(), Rejection> {
        self.require_ready()?;
        let (dressed, _) = template;
        let placing = self.turn.answering.placing;
        if dressed.template.names_peer() {
            for (target, address) in self.each_recipient(target)? {
                let payload = self.filler.next(template, Some(address), *counted, placing)?;
                self.send(&target, &payload, origin)?;
            }
        } else {
            let payload = self.filler.next(template, None, *counted, placing)?;
            self.send(target, &payload, origin)?;
        }
        if dressed.template.counts() {
            *counted = counted.wrapping_add(1);
        }
        Ok(())
    }

    /// The recipients that a target means now, one by one, with their addresses.
    fn each_recipient(&mut self, target: &Target) -> Result<Vec<(Target, Address)>, Rejection> {
        let Worker { streams, link, turn, .. } = self;
        let one = |id| Target::Peers(vec![id]);
        if let Link::Datagrams(datagrams) = link {
            let targets = datagrams.targets(target, &mut turn.log)?;
            return Ok(targets.into_iter().map(|(id, remote)| (one(id), remote)).collect());
        }
        let ids = streams.recipients(target)?;
        let found = streams.iter().filter(|stream| ids.contains(&stream.id()));
        Ok(found.map(|stream| (one(stream.id()), stream.status.remote)).collect())
    }
}
