//! What went wrong with a handshake, in words that say what to look at. Each problem has a name by which a front end can
//! add its advice.

use crate::model::failure::OsError;
use crate::net::tls::facts::certificate_facts;
use crate::net::tls::opening::{Opening, version_name};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

/// A problem with its name. It has no number: none of them is the system's.
fn named(name: &str, message: impl Into<String>) -> OsError {
    OsError { code: 0, name: name.to_owned(), message: message.into() }
}

/// What the library says, where nothing more is known.
pub(super) fn problem_of(error: &Error) -> OsError {
    match error {
        Error::AlertReceived(alert) => refused(*alert),
        Error::InconsistentKeys(_) => named("key_mismatch", "the key does not belong to the certificate"),
        Error::NoCertificatesPresented => {
            named("no_client_certificate", "the client has shown no certificate, but one is asked for")
        }
        Error::InvalidCertificate(problem) => named("certificate", certificate_words(problem)),
        Error::PeerIncompatible(problem) => named("incompatible", incompatible_words(problem)),
        Error::NoApplicationProtocol => {
            named("no_common_protocol", "no common protocol: the peer offers none of ours (ALPN)")
        }
        Error::DecryptError => named("decrypt", "a record could not be decrypted: it was changed on its way"),
        other => named("tls", other.to_string()),
    }
}

/// The same, with what the other side began with: it tells what the library cannot.
pub(super) fn handshake_problem(error: &Error, opening: &Opening) -> OsError {
    match opening {
        Opening::Plain(text) => {
            named("plain_text", format!("the other side does not speak TLS; it began with \"{text}\""))
        }
        Opening::Hello(versions) if versions.first().is_some_and(|highest| *highest < 0x0303) => {
            let offered: Vec<String> = versions.iter().map(|version| version_name(*version)).collect();
            let offered = offered.join(", ");
            named("no_common_version", format!("no common version: the peer offers only {offered}"))
        }
        _ => problem_of(error),
    }
}

/// The peer has closed before both sides were done.
pub(super) fn cut_handshake(opening: &Opening) -> OsError {
    match opening {
        Opening::Nothing => named("cut_handshake", "the connection was closed before the handshake began"),
        Opening::Plain(text) => {
            named("plain_text", format!("the other side does not speak TLS; it began with \"{text}\""))
        }
        Opening::Hello(_) | Opening::OtherRecord => {
            named("cut_handshake", "the connection was closed in the middle of the handshake")
        }
    }
}

/// What is wrong with a certificate, by what stands in it.
pub(super) fn certificate_problem(
    error: &Error,
    certificate: &CertificateDer<'_>,
    asked_for: &str,
) -> OsError {
    let Error::InvalidCertificate(problem) = error else { return problem_of(error) };
    let facts = certificate_facts(certificate);
    match problem {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names =
                if facts.names.is_empty() { "no name at all".to_owned() } else { facts.names.join(", ") };
            named("wrong_name", format!("the certificate is for {names}, not for {asked_for}"))
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            named("expired", format!("the certificate expired on {}", date(facts.not_after)))
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            named("not_valid_yet", format!("the certificate is not valid before {}", date(facts.not_before)))
        }
        _ if facts.subject == facts.issuer => named(
            "self_signed",
            format!("the certificate is self-signed ({}) and not trusted", facts.subject),
        ),
        CertificateError::UnknownIssuer => named(
            "unknown_issuer",
            format!("unknown issuer: {} was signed by {}, which is not trusted", facts.subject, facts.issuer),
        ),
        CertificateError::BadSignature => named(
            "unknown_issuer",
            format!(
                "unknown issuer: {} was signed under the name {}, but with another key than that of the trusted \
                 certificate",
                facts.subject, facts.issuer
            ),
        ),
        other => named("certificate", certificate_words(other)),
    }
}

fn certificate_words(problem: &CertificateError) -> String {
    match problem {
        CertificateError::UnknownIssuer => {
            "unknown issuer: no trusted certificate has signed the peer's".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the peer's certificate has expired".to_owned()
        }
        CertificateError::BadSignature => "the certificate's signature is wrong".to_owned(),
        other => format!("the certificate was not accepted: {other}"),
    }
}

fn incompatible_words(problem: &PeerIncompatible) -> String {
    match problem {
        PeerIncompatible::NoCipherSuitesInCommon => "no common cipher suite".to_owned(),
        PeerIncompatible::NoKxGroupsInCommon | PeerIncompatible::NamedGroupsExtensionRequired => {
            "no common way to exchange keys".to_owned()
        }
        PeerIncompatible::NoSignatureSchemesInCommon => "no common kind of signature".to_owned(),
        PeerIncompatible::ServerDoesNotSupportTls12Or13 => {
            "no common version: the server offers neither TLS 1.2 nor TLS 1.3".to_owned()
        }
        PeerIncompatible::Tls12NotOffered | PeerIncompatible::SupportedVersionsExtensionRequired => {
            "no common version: the peer offers neither TLS 1.2 nor TLS 1.3".to_owned()
        }
        other => format!("no agreement: {other:?}"),
    }
}

fn refused(alert: AlertDescription) -> OsError {
    let said = match alert {
        AlertDescription::UnknownCA => "it does not know who has issued our certificate",
        AlertDescription::BadCertificate => "it does not accept our certificate",
        AlertDescription::CertificateExpired => "our certificate has expired",
        AlertDescription::CertificateRequired => "it asks for a certificate, and we have shown none",
        AlertDescription::ProtocolVersion => "it speaks none of our versions, TLS 1.2 and TLS 1.3",
        AlertDescription::HandshakeFailure => "there is no cipher, group or signature that both sides know",
        AlertDescription::UnrecognisedName => "it does not know the name that was asked for",
        AlertDescription::NoApplicationProtocol => "it offers none of our protocols (ALPN)",
        AlertDescription::DecryptError => "it could not check our signature or decrypt what we sent",
        _ => return named("refused", format!("the peer ended the handshake with the alert {alert:?}")),
    };
    named("refused", format!("the peer refused: {said} (alert {alert:?})"))
}

/// An alert on a connection of TLS 1.2 on which both sides had agreed. What they cannot agree on any more is another
/// handshake that the peer has asked for, which is always refused.
pub(super) fn refused_anew(alert: AlertDescription) -> OsError {
    match alert {
        AlertDescription::HandshakeFailure | AlertDescription::NoRenegotiation => named(
            "renegotiation",
            format!(
                "the peer wanted to negotiate anew (renegotiation), which is refused, and ended the connection (alert \
                 {alert:?})"
            ),
        ),
        other => refused(other),
    }
}

fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| "an impossible date".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}
