//! Whose certificates are accepted. A verdict is put into words where the certificates are still at hand, since a failed
//! handshake shows nobody what it failed over.

use crate::model::failure::{Failure, Operation, OsError};
use crate::model::tls::TlsTrust;
use crate::net::tls::facts::certificate_facts;
use crate::net::tls::identity::read_certificates;
use crate::net::tls::provider;
use crate::net::tls::words::certificate_problem;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Judges servers, and remembers in words what was wrong with the one it judged last.
#[derive(Debug)]
pub(super) struct ServerJudge {
    /// `None` where no root is known at all, which an accepting judge can live with.
    strict: Option<Arc<WebPkiServerVerifier>>,
    /// Trusted by themselves: a device often shows the very certificate that its maker handed out, which nobody else
    /// has signed and which may call itself an authority.
    pinned: Vec<CertificateDer<'static>>,
    accepts_anything: bool,
    problem: Mutex<Option<OsError>>,
}

impl ServerJudge {
    pub(super) fn new(trust: &TlsTrust) -> Result<ServerJudge, Failure> {
        let accepts_anything = *trust == TlsTrust::Anything;
        let (roots, pinned) = match trust {
            TlsTrust::System | TlsTrust::Anything => (system_roots(), Vec::new()),
            TlsTrust::File(path) => (roots_in(path)?, read_certificates(path)?),
        };
        let strict = if roots.is_empty() {
            None
        } else {
            let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
            Some(built.map_err(|error| unusable("the trusted certificates", &error))?)
        };
        Ok(ServerJudge { strict, pinned, accepts_anything, problem: Mutex::default() })
    }

    /// What was wrong with the server that was judged last.
    pub(super) fn take_problem(&self) -> Option<OsError> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn remember(&self, problem: Option<OsError>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

impl ServerCertVerifier for ServerJudge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = match &self.strict {
            _ if self.pinned.iter().any(|pinned| pinned == end_entity) => {
                judge_pinned(end_entity, server_name, now)
            }
            Some(strict) => {
                strict.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        };
        let Err(error) = verdict else {
            self.remember(None);
            return Ok(ServerCertVerified::assertion());
        };
        self.remember(Some(certificate_problem(&error, end_entity, &server_name.to_str())));
        if self.accepts_anything { Ok(ServerCertVerified::assertion()) } else { Err(error) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// What remains to be checked of a certificate that is trusted by itself: for whom it is, and its dates.
fn judge_pinned(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    rustls::client::verify_server_name(&ParsedCertificate::try_from(certificate)?, server_name)?;
    let facts = certificate_facts(certificate);
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now > facts.not_after {
        return Err(CertificateError::Expired.into());
    }
    if now < facts.not_before {
        return Err(CertificateError::NotValidYet.into());
    }
    Ok(ServerCertVerified::assertion())
}

/// Judges clients, which must show a certificate.
pub(super) fn judge_of_clients(authorities: &Path) -> Result<Arc<dyn ClientCertVerifier>, Failure> {
    let roots = Arc::new(roots_in(authorities)?);
    WebPkiClientVerifier::builder_with_provider(roots, provider())
        .build()
        .map_err(|error| unusable(&authorities.display().to_string(), &error))
}

/// Those of the system's certificates that can be used; a system without any trusts nobody.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn roots_in(path: &Path) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(path)? {
        roots.add(certificate).map_err(|error| unusable(&path.display().to_string(), &error))?;
    }
    Ok(roots)
}

fn unusable(target: &str, error: &dyn std::error::Error) -> Failure {
    let words = OsError::from_words(format!("it cannot be used to check certificates: {error}"));
    Failure::new(Operation::Secure, target, words)
}
