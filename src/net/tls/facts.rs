//! What certificates and handshakes say, as plain data. It judges nothing.

use crate::model::tls::{Fingerprint, TlsCertificate, TlsHandshake};
use rustls::pki_types::CertificateDer;
use rustls::{Connection, ProtocolVersion};
use std::net::IpAddr;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// SHA-256 over the whole certificate.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    let mut sum = [0; 32];
    sum.copy_from_slice(digest.as_ref());
    Fingerprint(sum)
}

/// What a certificate says. One that cannot be parsed has its fingerprint and no more.
pub(super) fn certificate_facts(der: &CertificateDer<'_>) -> TlsCertificate {
    let fingerprint = fingerprint(der);
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return TlsCertificate { fingerprint, ..TlsCertificate::default() };
    };
    let validity = certificate.validity();
    TlsCertificate {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        names: names_of(&certificate),
        not_before: validity.not_before.timestamp(),
        not_after: validity.not_after.timestamp(),
        fingerprint,
    }
}

fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternative)) = certificate.subject_alternative_name() else { return Vec::new() };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address_text(bytes),
        _ => None,
    };
    alternative.value.general_names.iter().filter_map(text).collect()
}

fn address_text(bytes: &[u8]) -> Option<String> {
    let address = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
        _ => return None,
    };
    Some(address.to_string())
}

/// What both sides have agreed on.
pub(super) fn handshake_facts(connection: &Connection, asked_for: Option<&str>) -> TlsHandshake {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    };
    // The library's names have the version in them where the registry's have not.
    let suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    let group = connection.negotiated_key_exchange_group().map(|group| format!("{:?}", group.name()));
    let server_name = match connection {
        Connection::Server(server) => server.server_name().map(str::to_owned),
        Connection::Client(_) => asked_for.map(str::to_owned),
    };
    TlsHandshake {
        version,
        suite: suite.unwrap_or_default().replace("TLS13_", "TLS_"),
        group,
        alpn: connection.alpn_protocol().map(|name| name.escape_ascii().to_string()),
        server_name,
        chain: connection.peer_certificates().unwrap_or_default().iter().map(certificate_facts).collect(),
        distrusted: None,
    }
}
