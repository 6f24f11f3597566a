//! Who we are in a handshake: certificates and keys out of PEM files, or made for one session. A key that was made never
//! leaves memory.

use crate::model::failure::{Failure, Operation, OsError};
use crate::model::tls::{Fingerprint, TlsIdentity};
use crate::net::tls::facts::fingerprint;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// A certificate that was made is valid so long before and after now: long enough for any session, and for clocks that
/// disagree.
const BEFORE: Duration = Duration::from_hours(24);
const AFTER: Duration = Duration::from_hours(365 * 24);

/// A certificate with its chain, and its key.
pub(super) struct Identity {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    /// What errors call it.
    pub(super) told_as: String,
}

/// An identity that nobody has signed but itself.
pub(super) struct MadeIdentity {
    pub(super) identity: Identity,
    /// What a person compares.
    pub(super) fingerprint: Fingerprint,
}

impl Identity {
    pub(super) fn read(files: &TlsIdentity) -> Result<Identity, Failure> {
        let certificates = read_certificates(&files.certificates)?;
        let pem = read(&files.key)?;
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| {
            not_pem(&files.key, "there is no private key in it; a PEM file with an unencrypted key is needed")
        })?;
        Ok(Identity { certificates, key, told_as: files.certificates.display().to_string() })
    }
}

impl MadeIdentity {
    /// A certificate for this host, and for this machine under its usual names.
    pub(super) fn new(host: &str) -> Result<MadeIdentity, Failure> {
        let made = make(host).map_err(|error| {
            let words = OsError::from_words(format!("no certificate could be made: {error}"));
            Failure::new(Operation::Secure, host, words)
        })?;
        let fingerprint = fingerprint(&made.certificates[0]);
        Ok(MadeIdentity { identity: made, fingerprint })
    }
}

fn make(host: &str) -> Result<Identity, rcgen::Error> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_any = matches!(host, "" | "0.0.0.0" | "::");
    if !is_any && !names.iter().any(|name| name == host) {
        names.insert(0, host.to_owned());
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Sockscope session");
    let now = x509_parser::time::ASN1Time::now().to_datetime();
    params.not_before = now - BEFORE;
    params.not_after = now + AFTER;
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok(Identity {
        certificates: vec![certificate.der().clone()],
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        told_as: host.to_owned(),
    })
}

/// Every certificate in a PEM file, in its order.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let pem = read(path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(not_pem(
            path,
            "there is no certificate in it; a PEM file is needed, with lines BEGIN CERTIFICATE",
        )),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(Operation::ReadFile, path.display(), error))
}

fn not_pem(path: &Path, words: &str) -> Failure {
    Failure::new(Operation::ReadFile, path.display(), OsError::from_words(words))
}
