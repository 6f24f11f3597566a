//! The options of encryption as they are typed, and what they mean. It opens no file.

use crate::cli::outcome::Failed;
use crate::model::tls::{TlsClientSettings, TlsIdentity, TlsKeeping, TlsServerSettings, TlsTrust};
use std::path::{Path, PathBuf};

/// The heading under which help lists the options.
const ENCRYPTION: &str = "Encryption";

/// The word that stands for what the environment says.
const FROM_ENVIRONMENT: &str = "env";

/// Where programs that speak TLS write their secrets, by agreement.
const KEY_LOG_VARIABLE: &str = "SSLKEYLOGFILE";

/// What both sides have.
#[derive(Clone, Debug, clap::Args)]
struct SharedArguments {
    /// Encrypt with TLS 1.2 or 1.3
    #[arg(long, help_heading = ENCRYPTION)]
    tls: bool,
    /// Our certificate with its chain, as a PEM file
    #[arg(long, value_name = "FILE", requires = "key", help_heading = ENCRYPTION)]
    cert: Option<PathBuf>,
    /// The key that belongs to --cert, as a PEM file
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = ENCRYPTION)]
    key: Option<PathBuf>,
    /// Protocols that are offered inside TLS, the preferred one first
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = ENCRYPTION)]
    alpn: Vec<String>,
    /// Append the secrets of every connection to a file that Wireshark reads; 'env' for where SSLKEYLOGFILE says
    #[arg(long, value_name = "FILE", help_heading = ENCRYPTION)]
    key_log: Option<PathBuf>,
    /// Keep the ciphertext in the journal too; it is shown by --filter layer:wire and exported to pcapng
    #[arg(long, help_heading = ENCRYPTION)]
    keep_wire: bool,
    /// Keep the secrets of every connection in the journal: whoever has it can decrypt what was said
    #[arg(long, help_heading = ENCRYPTION)]
    keep_keys: bool,
}

/// What both sides' options mean.
struct SharedSettings {
    identity: Option<TlsIdentity>,
    alpn: Vec<String>,
    key_log: Option<PathBuf>,
    keep: TlsKeeping,
}

/// How `listen` encrypts.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TlsServerArguments {
    #[command(flatten)]
    shared: SharedArguments,
    /// Clients must show a certificate that one of these has issued (a PEM file)
    #[arg(long, value_name = "FILE", help_heading = ENCRYPTION)]
    client_ca: Option<PathBuf>,
}

/// How `connect` encrypts.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TlsClientArguments {
    #[command(flatten)]
    shared: SharedArguments,
    /// For whom the server's certificate must be, if not for HOST
    #[arg(long, value_name = "NAME", help_heading = ENCRYPTION)]
    server_name: Option<String>,
    /// Trust what the certificates in this PEM file have issued, and nobody else
    #[arg(long, value_name = "FILE", conflicts_with = "insecure", help_heading = ENCRYPTION)]
    ca: Option<PathBuf>,
    /// Accept any certificate; what would have been wrong is recorded
    #[arg(long, help_heading = ENCRYPTION)]
    insecure: bool,
}

impl TlsServerArguments {
    /// What was meant; `None` where nothing is encrypted.
    pub(crate) fn settings(self) -> Result<Option<TlsServerSettings>, Failed> {
        let TlsServerArguments { shared, client_ca } = self;
        if !shared.tls {
            refuse_without_tls(client_ca.is_some(), "client-ca")?;
            return shared.refuse();
        }
        let SharedSettings { identity, alpn, key_log, keep } = shared.settings()?;
        Ok(Some(TlsServerSettings { identity, client_ca, alpn, key_log, keep }))
    }
}

impl TlsClientArguments {
    /// The same where encryption is asked for in another way.
    pub(crate) fn switched_on(mut self) -> TlsClientArguments {
        self.shared.tls = true;
        self
    }

    /// What was meant; `None` where nothing is encrypted.
    pub(crate) fn settings(self) -> Result<Option<TlsClientSettings>, Failed> {
        let TlsClientArguments { shared, server_name, ca, insecure } = self;
        if !shared.tls {
            refuse_without_tls(server_name.is_some(), "server-name")?;
            refuse_without_tls(ca.is_some(), "ca")?;
            refuse_without_tls(insecure, "insecure")?;
            return shared.refuse();
        }
        let SharedSettings { identity, alpn, key_log, keep } = shared.settings()?;
        let trust = match ca {
            Some(file) => TlsTrust::File(file),
            None if insecure => TlsTrust::Anything,
            None => TlsTrust::System,
        };
        Ok(Some(TlsClientSettings { server_name, trust, identity, alpn, key_log, keep }))
    }
}

impl SharedArguments {
    /// Nothing of it goes without encryption.
    fn refuse<T>(&self) -> Result<Option<T>, Failed> {
        refuse_without_tls(self.cert.is_some(), "cert")?;
        refuse_without_tls(!self.alpn.is_empty(), "alpn")?;
        refuse_without_tls(self.key_log.is_some(), "key-log")?;
        refuse_without_tls(self.keep_wire, "keep-wire")?;
        refuse_without_tls(self.keep_keys, "keep-keys")?;
        Ok(None)
    }

    fn settings(self) -> Result<SharedSettings, Failed> {
        let identity = self.cert.zip(self.key).map(|(certificates, key)| TlsIdentity { certificates, key });
        let key_log = self.key_log.map(|path| key_log_of(&path)).transpose()?;
        let keep = TlsKeeping { wire: self.keep_wire, keys: self.keep_keys };
        Ok(SharedSettings { identity, alpn: self.alpn, key_log, keep })
    }
}

fn refuse_without_tls(is_there: bool, option: &str) -> Result<(), Failed> {
    if is_there { Err(Failed::usage(format!("--{option} goes with --tls"))) } else { Ok(()) }
}

fn key_log_of(path: &Path) -> Result<PathBuf, Failed> {
    if path != Path::new(FROM_ENVIRONMENT) {
        return Ok(path.to_owned());
    }
    match std::env::var_os(KEY_LOG_VARIABLE) {
        Some(named) if !named.is_empty() => Ok(PathBuf::from(named)),
        _ => Err(Failed::usage(format!("--key-log env needs {KEY_LOG_VARIABLE} to name a file"))),
    }
}
