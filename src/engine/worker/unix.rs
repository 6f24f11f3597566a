//! Opening what stands at the names of Unix sockets. Once it is open it is served as every other link is.

use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::connector::{ConnectPlan, record_options};
use crate::engine::worker::datagrams::Datagrams;
use crate::engine::worker::link::{LINK, Link};
use crate::engine::worker::listener::{Door, Listener};
use crate::model::address::Address;
use crate::model::config::{
    DEFAULT_CONNECT_TIMEOUT, UnixClientConfig, UnixDatagramsConfig, UnixServerConfig,
};
use crate::model::failure::{Failure, Operation};
use crate::model::record::Lifecycle;
use crate::model::status::SessionState;
use crate::net::options::report_all;
use crate::net::poll::Interest;
use crate::net::unix::{self, Standing};
use std::sync::Arc;

impl Worker {
    /// Listens at a name.
    pub(super) fn listen_unix(&mut self, server: &UnixServerConfig) -> Result<(), Failure> {
        let Standing { socket, local, file, reports } = unix::listen(server)?;
        let registered = self
            .poll
            .register(socket, LINK, Interest::READ)
            .map_err(|error| Failure::new(Operation::Listen, local, error))?;
        record_options(&reports, &mut self.turn.log);
        self.turn.log.lifecycle(None, Lifecycle::Listening { local });
        self.options = report_all(registered.socket(), &server.options, local).into();
        let listener = Listener::unix(Door { registered, local }, server, file);
        self.link = Link::Listener(Box::new(listener));
        self.state = SessionState::Listening { local, others: Arc::default() };
        Ok(())
    }

    /// Listens again at the name at which it was stopped.
    pub(super) fn listen_again_unix(&mut self, server: UnixServerConfig) -> Result<(), Rejection> {
        let options = self.asked_options();
        Ok(self.listen_unix(&UnixServerConfig { options, ..server })?)
    }

    /// Exchanges datagrams from a name.
    pub(super) fn bind_unix(&mut self, config: &UnixDatagramsConfig) -> Result<(), Failure> {
        let Standing { socket, local, file, reports } = unix::bind(config)?;
        let cannot = |error: std::io::Error| Failure::new(Operation::Bind, local, error);
        let registered = self.poll.register(socket, LINK, Interest::READ).map_err(cannot)?;
        record_options(&reports, &mut self.turn.log);
        self.turn.log.lifecycle(None, Lifecycle::Bound { local });
        let to = config.to.map(Address::Unix);
        let datagrams = Datagrams::new(registered, local, to, false).map_err(cannot)?.with_file(file);
        self.options = report_all(datagrams.socket(), &config.options, local).into();
        self.link = Link::Datagrams(Box::new(datagrams));
        self.state = SessionState::Bound { local };
        Ok(())
    }
}

impl From<UnixClientConfig> for ConnectPlan {
    fn from(client: UnixClientConfig) -> ConnectPlan {
        ConnectPlan {
            target: client.remote.to_string(),
            unix_type: client.unix_type,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            reconnect: client.reconnect,
            options: client.options,
        }
    }
}
