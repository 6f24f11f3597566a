//! TLS between a socket and its payload: certificates and trust, the wire that encrypts, and what went wrong in words.
//! One provider of cryptography stands behind one function. It knows no session and no journal.

mod ahead;
mod capture;
mod facts;
mod identity;
mod opening;
mod secrets;
mod secured;
mod trust;
mod wire;
mod words;

pub use opening::{Opening, speaks_tls};
pub use secured::Secured;
pub use wire::TlsWire;

use crate::model::failure::{Failure, Operation, OsError};
use crate::model::tls::{Fingerprint, TlsClientSettings, TlsServerSettings};
use crate::net::tls::identity::{Identity, MadeIdentity};
use crate::net::tls::secrets::{Secrets, secrets_of};
use crate::net::tls::trust::{ServerJudge, judge_of_clients};
use crate::net::tls::words::problem_of;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use std::net::IpAddr;
use std::sync::Arc;

/// Where all cryptography comes from. It builds with a C compiler alone.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Secures the clients of a listener.
#[derive(Debug)]
pub struct TlsAcceptor {
    config: Arc<ServerConfig>,
    secrets: Arc<Secrets>,
    made: Option<Fingerprint>,
}

/// Secures connections to a server.
#[derive(Debug)]
pub struct TlsConnector {
    config: Arc<ClientConfig>,
    secrets: Arc<Secrets>,
    judge: Arc<ServerJudge>,
    server_name: ServerName<'static>,
}

impl TlsAcceptor {
    /// Reads what the settings name, or makes a certificate for `host`.
    pub fn new(settings: &TlsServerSettings, host: &str) -> Result<TlsAcceptor, Failure> {
        let (identity, made) = if let Some(files) = &settings.identity {
            (Identity::read(files)?, None)
        } else {
            let made = MadeIdentity::new(host)?;
            (made.identity, Some(made.fingerprint))
        };
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(host, &error))?;
        let builder = match &settings.client_ca {
            Some(file) => builder.with_client_cert_verifier(judge_of_clients(file)?),
            None => builder.with_no_client_auth(),
        };
        let owner = identity.told_as;
        let mut config = builder
            .with_single_cert(identity.certificates, identity.key)
            .map_err(|error| failed(&owner, &error))?;
        config.alpn_protocols = alpn_of(&settings.alpn);
        let secrets = secrets_of(settings.key_log.as_deref(), settings.keep)?;
        config.key_log = secrets.clone();
        Ok(TlsAcceptor { config: Arc::new(config), secrets, made })
    }

    /// The fingerprint of the certificate that was made because none was given.
    pub fn made_fingerprint(&self) -> Option<Fingerprint> {
        self.made
    }

    /// A client's end of the encryption, before its first byte.
    pub fn accept(&self) -> Result<TlsWire, OsError> {
        let connection =
            ServerConnection::new(Arc::clone(&self.config)).map_err(|error| problem_of(&error))?;
        Ok(TlsWire::new(connection.into(), Arc::clone(&self.secrets), None))
    }
}

impl TlsConnector {
    /// Reads what the settings name. `host` is what the person asked to connect to.
    pub fn new(settings: &TlsClientSettings, host: &str) -> Result<TlsConnector, Failure> {
        let name = settings.server_name.as_deref().unwrap_or(host);
        let server_name = server_name_of(name)?;
        let judge = Arc::new(ServerJudge::new(&settings.trust)?);
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(host, &error))?
            .dangerous()
            .with_custom_certificate_verifier(judge.clone());
        let mut config = match &settings.identity {
            Some(files) => {
                let identity = Identity::read(files)?;
                builder
                    .with_client_auth_cert(identity.certificates, identity.key)
                    .map_err(|error| failed(&identity.told_as, &error))?
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn_of(&settings.alpn);
        // A resumed connection shows no certificate, which is what a person who looks wants to see.
        config.resumption = rustls::client::Resumption::disabled();
        let secrets = secrets_of(settings.key_log.as_deref(), settings.keep)?;
        config.key_log = secrets.clone();
        Ok(TlsConnector { config: Arc::new(config), secrets, judge, server_name })
    }

    /// Our end of the encryption, before its first byte.
    pub fn connect(&self) -> Result<TlsWire, OsError> {
        let connection = ClientConnection::new(Arc::clone(&self.config), self.server_name.clone())
            .map_err(|error| problem_of(&error))?;
        let asked_for = self.server_name.to_str().into_owned();
        let judge = Some((Arc::clone(&self.judge), asked_for));
        Ok(TlsWire::new(connection.into(), Arc::clone(&self.secrets), judge))
    }
}

fn alpn_of(names: &[String]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.clone().into_bytes()).collect()
}

fn server_name_of(name: &str) -> Result<ServerName<'static>, Failure> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(ServerName::IpAddress(address.into()));
    }
    ServerName::try_from(bare.to_owned()).map_err(|_| {
        let words = OsError::from_words(
            "this is neither a host name nor an address, so no certificate can be for it",
        );
        Failure::new(Operation::Secure, name, words)
    })
}

fn failed(target: &str, error: &rustls::Error) -> Failure {
    Failure::new(Operation::Secure, target, problem_of(error))
}

#[cfg(test)]
mod tests;
