//! Certificates for a relay that listens on loopback, from an authority made for the occasion.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tempfile::TempDir;

static NUMBER: AtomicUsize = AtomicUsize::new(1);

pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two authorities of one name would be one with a bad signature.
        let name = format!("Authority {}", NUMBER.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, directory }
    }

    /// The file that an operator would name as `ca_file`.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    pub fn good(&self) -> Arc<ServerConfig> {
        self.sign("127.0.0.1", |_| {})
    }

    pub fn expired(&self) -> Arc<ServerConfig> {
        self.sign("127.0.0.1", |params| {
            params.not_after = date_time_ymd(2001, 1, 1);
        })
    }

    pub fn not_yet_valid(&self) -> Arc<ServerConfig> {
        self.sign("127.0.0.1", |params| {
            params.not_before = date_time_ymd(4000, 1, 1);
        })
    }

    pub fn of_another_name(&self) -> Arc<ServerConfig> {
        self.sign("mail.other.example", |_| {})
    }

    fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        Arc::new(config)
    }
}
