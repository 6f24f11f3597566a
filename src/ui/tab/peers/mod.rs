//! The peers as the list shows them: the page in sight, and who is sent to. It holds copies, never a lock.

pub mod name;

pub mod view;

use crate::engine::command::{CloseKind, Command, Target};
use crate::engine::handle::SessionHandle;
use crate::model::config::Meeting;
use crate::model::ids::PeerId;
use crate::model::status::PeerStatus;
use crate::ui::cx::Cx;
use crate::ui::filter_choices::PeerList;
use crate::ui::tab::Tab;
use crate::ui::tab::connection::fields::datagram_target;
use crate::ui::tab::connection::problem::FieldProblem;
use crate::ui::tab::peers::name::PeerNamePage;
use crate::ui::tab::session::send_command;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::settings::Settings;
use crate::workspace::tabs::TabKind;
use std::collections::BTreeSet;
use std::ops::Range;

/// What can be asked of the list of peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeersAction {
    /// Sends go to this peer, or to everyone.
    Select(Option<PeerId>),
    /// Sends go to this peer, too, or no longer.
    Toggle(PeerId),
    /// Sends of a datagram tab go to the remote address of its fields.
    SelectRemote,
    /// Sends go to whoever sent last.
    SelectLastSender,
    /// The peer is disconnected in an orderly way.
    Close(PeerId),
    /// The peer is disconnected with a reset.
    Reset(PeerId),
    /// The peer is told that we send no more.
    Finish(PeerId),
    /// All are disconnected in an orderly way.
    CloseAll,
    /// Those that are gone are not listed any more.
    ForgetDeparted,
    /// The person is asked what to call this peer.
    AskName(PeerId),
}

/// To whom the composer sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SendTo {
    /// The remote address of a datagram tab; everyone in the others.
    #[default]
    Standard,
    /// Everyone.
    All,
    /// Whoever sent last, and nobody where that one has left or nobody has sent.
    LastSender,
    /// These, in the order in which they joined. None where all that were chosen have left: what was meant for them
    /// must not go to others by accident.
    Peers(BTreeSet<PeerId>),
}

impl SendTo {
    /// This peer alone.
    pub fn peer(id: PeerId) -> SendTo {
        SendTo::Peers(BTreeSet::from([id]))
    }

    /// What was chosen, if it is about who is sent to.
    pub(in crate::ui) fn take(&mut self, action: PeersAction) {
        match action {
            PeersAction::Select(peer) => *self = peer.map_or(SendTo::All, SendTo::peer),
            PeersAction::Toggle(peer) => self.toggle(peer),
            PeersAction::SelectRemote => *self = SendTo::Standard,
            PeersAction::SelectLastSender => *self = SendTo::LastSender,
            PeersAction::Close(_)
            | PeersAction::Reset(_)
            | PeersAction::Finish(_)
            | PeersAction::CloseAll
            | PeersAction::ForgetDeparted
            | PeersAction::AskName(_) => {}
        }
    }

    /// Takes a peer in beside those that are chosen, or out.
    pub fn toggle(&mut self, id: PeerId) {
        let mut chosen = match std::mem::take(self) {
            SendTo::Peers(chosen) => chosen,
            SendTo::Standard | SendTo::All | SendTo::LastSender => BTreeSet::new(),
        };
        if !chosen.remove(&id) {
            chosen.insert(id);
        }
        if !chosen.is_empty() {
            *self = SendTo::Peers(chosen);
        }
    }

    /// Leaves out peers that are gone.
    fn keep(&mut self, is_there: impl FnMut(&PeerId) -> bool) {
        if let SendTo::Peers(chosen) = self {
            chosen.retain(is_there);
        }
    }

    /// Leaves out who has left the session of a tab. Where all have, a client goes on with its one server, whoever it is
    /// now, and who opens a session again begins anew. Where no remote address was given, whoever writes is answered.
    pub(in crate::ui) fn follow(&mut self, tab: &Tab) {
        if let Some(shared) = tab.session().map(SessionHandle::shared) {
            self.keep(|id| shared.peer(*id).is_some_and(|peer| peer.state.is_present()));
        }
        let begins_anew = tab.settings.kind.shape().connects() || !tab.is_open();
        if self.is_nobody() && begins_anew {
            *self = SendTo::Standard;
        }
        let has_remote =
            tab.settings.kind != TabKind::UnixDatagrams || !tab.settings.unix.remote.trim().is_empty();
        if *self == SendTo::Standard && !has_remote && tab.peers.total > 0 {
            *self = SendTo::LastSender;
        }
    }

    /// Whether those who were chosen have all left.
    pub fn is_nobody(&self) -> bool {
        matches!(self, SendTo::Peers(chosen) if chosen.is_empty())
    }

    /// Whether this peer was chosen by itself.
    pub fn has(&self, id: PeerId) -> bool {
        matches!(self, SendTo::Peers(chosen) if chosen.contains(&id))
    }
}

/// The peers of one tab.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    /// The peers in sight.
    pub page: Vec<PeerStatus>,
    /// The place of the first of them in the whole list.
    pub page_start: usize,
    /// How many there are.
    pub total: usize,
    /// The places that the list wants to show; the next page is taken from here.
    pub wanted: Range<usize>,
    /// To whom the composer sends.
    pub send_to: SendTo,
    /// The chosen peer as it is, also while it is out of sight.
    pub selected: Option<PeerStatus>,
    /// Those that can be sent to.
    pub recipients: PeerList,
}

impl Peers {
    /// The peer that is chosen, if it is one.
    pub fn selected_id(&self) -> Option<PeerId> {
        match &self.send_to {
            SendTo::Peers(chosen) if chosen.len() == 1 => chosen.first().copied(),
            _ => None,
        }
    }

    /// To whom a send goes now that the session was `opened` with these fields, or what is wrong with those of now.
    pub fn target(
        &self,
        tab: &LiveSettings,
        opened: Option<&LiveSettings>,
    ) -> Result<Target, Vec<FieldProblem>> {
        match (&self.send_to, tab.kind.shape().meeting) {
            (SendTo::Peers(chosen), _) => Ok(Target::Peers(chosen.iter().copied().collect())),
            (SendTo::Standard, Meeting::Exchanges) => datagram_target(tab, opened),
            (SendTo::LastSender, _) => Ok(Target::LastSender),
            (SendTo::Standard | SendTo::All, _) => Ok(Target::All),
        }
    }
}

/// Does what was asked of the list of peers; gives the page that this needs.
pub(in crate::ui) fn apply(
    tab: &mut Tab,
    action: PeersAction,
    settings: &Settings,
    cx: &mut Cx<'_>,
) -> Option<PeerNamePage> {
    match action {
        PeersAction::AskName(peer) => {
            let shared = tab.session().map(SessionHandle::shared);
            let peer = shared.and_then(|shared| shared.peer(peer))?;
            return Some(PeerNamePage::of(peer.remote, settings));
        }
        PeersAction::Select(_) | PeersAction::Toggle(_) => {
            tab.peers.send_to.take(action);
            tab.facts_asked_at = None;
        }
        PeersAction::SelectRemote | PeersAction::SelectLastSender => tab.peers.send_to.take(action),
        PeersAction::Close(peer) => close_peer(tab, peer, CloseKind::Fin, cx),
        PeersAction::Reset(peer) => close_peer(tab, peer, CloseKind::Reset, cx),
        PeersAction::CloseAll => {
            send_command(tab, Command::ClosePeers { target: Target::All, how: CloseKind::Fin }, cx);
        }
        PeersAction::ForgetDeparted => {
            if let Some(session) = tab.session() {
                session.shared().forget_departed();
            }
        }
        PeersAction::Finish(peer) => {
            send_command(tab, Command::ShutDownWrite(Target::Peers(vec![peer])), cx);
        }
    }
    None
}

fn close_peer(tab: &Tab, peer: PeerId, how: CloseKind, cx: &mut Cx<'_>) {
    send_command(tab, Command::ClosePeers { target: Target::Peers(vec![peer]), how }, cx);
}

#[cfg(test)]
mod tests {
    use super::SendTo;
    use crate::model::ids::PeerId;
    use crate::ui::tab::settings::LiveSettings;
    use crate::ui::tab::{Tab, TabKey};
    use crate::workspace::tabs::TabKind;
    use std::collections::BTreeSet;

    #[test]
    fn several_peers_are_chosen_and_leave() {
        let [one, two] = [1, 2].map(|number| PeerId::new(number).unwrap());
        let mut send_to = SendTo::All;
        send_to.toggle(one);
        assert_eq!(send_to, SendTo::peer(one));
        send_to.toggle(two);
        assert!(send_to.has(one) && send_to.has(two));
        send_to.keep(|id| *id == two);
        assert_eq!(send_to, SendTo::peer(two));
        send_to.keep(|_| false);
        assert!(send_to.is_nobody() && !SendTo::All.is_nobody());
        send_to.toggle(one);
        send_to.toggle(one);
        assert_eq!(send_to, SendTo::Standard);
    }

    #[test]
    fn a_client_and_who_opens_again_send_to_whom_is_there() {
        for kind in [TabKind::TcpClient, TabKind::TcpServer] {
            let tab = Tab::new(TabKey(0), LiveSettings::new(kind));
            let mut send_to = SendTo::Peers(BTreeSet::new());
            send_to.follow(&tab);
            assert_eq!(send_to, SendTo::Standard);
        }
    }
}
