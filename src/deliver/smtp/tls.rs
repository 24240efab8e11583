//! TLS: whom we trust, and in which words a certificate is refused.

use std::{io, path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{
    deliver::relay::{CertificateFault, Loss, Phase, RelayError},
    domain::{DeclaredRelay, RelayUrl},
};

/// The system's certificates, and those of the relay's `ca_file`.
pub(super) fn config(declared: &DeclaredRelay) -> Result<Arc<ClientConfig>, RelayError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!(%error, "a certificate of the system was passed over");
    }
    roots.add_parsable_certificates(native.certs);
    if let Some(path) = &declared.ca_file {
        add_file(&mut roots, path).map_err(|reason| RelayError::CaFile {
            path: path.clone(),
            reason,
        })?;
    }
    // Named, because a program in which another crate brings a second provider has no default.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| RelayError::Tls {
            relay: declared.url.clone(),
            source,
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let mut found = false;
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        found = true;
    }
    if found {
        Ok(())
    } else {
        Err("there is none in it".to_owned())
    }
}

/// Why a handshake failed.
pub(super) fn failed(relay: &RelayUrl, loss: Loss) -> RelayError {
    let relay = relay.clone();
    let source = match &loss {
        Loss::Io(error) => rustls_error(error),
        _ => None,
    };
    match source {
        Some(rustls::Error::InvalidCertificate(error)) => RelayError::Certificate {
            relay,
            fault: fault(error),
        },
        Some(error) => RelayError::Tls {
            relay,
            source: error.clone(),
        },
        None => RelayError::Lost {
            relay,
            phase: Phase::Starttls,
            loss,
        },
    }
}

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn fault(error: &CertificateError) -> CertificateFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            CertificateFault::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateFault::NotYetValid
        }
        CertificateError::NotValidForNameContext { presented, .. } => CertificateFault::OtherName {
            names: presented
                .iter()
                .map(|name| bare(name))
                .collect::<Vec<_>>()
                .join(", "),
        },
        CertificateError::NotValidForName => CertificateFault::OtherName {
            names: "not told".to_owned(),
        },
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        other => CertificateFault::Other(other.to_string()),
    }
}

/// webpki writes `DnsName("mail.example")`.
fn bare(name: &str) -> String {
    let quoted = name
        .split_once('"')
        .and_then(|(_, rest)| rest.split_once('"'));
    let bare = quoted.map_or(name, |(inside, _)| inside);
    bare.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_said_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.pem");
        let mut roots = RootCertStore::empty();
        assert!(add_file(&mut roots, &path).is_err());
        std::fs::write(&path, "hello\n").unwrap();
        assert_eq!(
            add_file(&mut roots, &path).unwrap_err(),
            "there is none in it"
        );
    }
}
