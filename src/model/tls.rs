//! TLS as plain data: what an endpoint is asked to be, and what a handshake agreed on. No key is in here, only the file
//! that it lies in.

use std::fmt;
use std::path::PathBuf;

/// How a listener secures its clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsServerSettings {
    /// Its certificate and key; without them one is made that lives as long as the session is open.
    pub identity: Option<TlsIdentity>,
    /// Clients must show a certificate that one of these has issued (a PEM file).
    pub client_ca: Option<PathBuf>,
    /// Protocols that are offered inside TLS, the preferred one first.
    pub alpn: Vec<String>,
    /// The secrets of every connection are appended to this file, as lines that Wireshark reads.
    pub key_log: Option<PathBuf>,
    /// What the journal keeps besides what both sides mean.
    pub keep: TlsKeeping,
}

/// How a connection is secured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsClientSettings {
    /// For whom the server's certificate must be; without it, the host that is connected to.
    pub server_name: Option<String>,
    /// Whom the server's certificate must come from.
    pub trust: TlsTrust,
    /// What we show when the server asks for a certificate.
    pub identity: Option<TlsIdentity>,
    /// Protocols that are offered inside TLS, the preferred one first.
    pub alpn: Vec<String>,
    /// The secrets of every connection are appended to this file, as lines that Wireshark reads.
    pub key_log: Option<PathBuf>,
    /// What the journal keeps besides what both sides mean.
    pub keep: TlsKeeping,
}

/// What a journal keeps of a connection besides its payload: nothing, unless a person asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlsKeeping {
    /// The ciphertext.
    pub wire: bool,
    /// The secrets that decrypt it.
    pub keys: bool,
}

/// A certificate with its chain, and the key that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsIdentity {
    /// A PEM file; the end certificate first.
    pub certificates: PathBuf,
    /// A PEM file.
    pub key: PathBuf,
}

/// Whose certificates are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TlsTrust {
    /// Those that the system trusts.
    #[default]
    System,
    /// Those that the certificates in this PEM file have issued.
    File(PathBuf),
    /// Any at all. What would have been wrong is recorded.
    Anything,
}

/// What both sides have agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsHandshake {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: String,
    /// The cipher suite by its registered name.
    pub suite: String,
    /// How the keys were exchanged, such as `X25519`.
    pub group: Option<String>,
    /// The protocol inside, if one was agreed on.
    pub alpn: Option<String>,
    /// The name that the client asked for.
    pub server_name: Option<String>,
    /// The certificates that the peer has shown, its own first.
    pub chain: Vec<TlsCertificate>,
    /// Why the chain would not have been trusted, where anything is accepted.
    pub distrusted: Option<String>,
}

/// What a certificate says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsCertificate {
    /// Whose it is.
    pub subject: String,
    /// Who has signed it.
    pub issuer: String,
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// From when it is valid, in seconds since 1970.
    pub not_before: i64,
    /// Until when it is valid, in seconds since 1970.
    pub not_after: i64,
    /// SHA-256 over the whole certificate.
    pub fingerprint: Fingerprint,
}

/// A SHA-256 sum, shown as tools show it: pairs of digits with colons.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if place == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn a_fingerprint_is_shown_as_tools_show_it() {
        let text = Fingerprint([0xAB; 32]).to_string();
        assert!(text.starts_with("AB:AB:") && text.len() == 95);
    }
}
