//! Signing keys: RSA (RFC 6376, section 3.3) and Ed25519 (RFC 8463), from PEM files and made anew.

use data_encoding::BASE64;
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rsa::{pkcs8::EncodePrivateKey as _, rand_core};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};

/// More isn't read by all verifiers, less isn't enough (RFC 8301, section 3.2).
const RSA_BITS: usize = 2048;

/// A private key that signs mails.
#[derive(Debug)]
pub enum SigningKey {
    /// RSA with SHA-256: what everybody verifies.
    Rsa(RsaKeyPair),
    /// Ed25519: short and fast, and verified by some.
    Ed25519(Ed25519KeyPair),
}

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// The file's text isn't a private key in PEM.
    #[error("no private key in PEM: {0}")]
    Pem(String),
    /// It is, but not one that signs mails.
    #[error("not an RSA key of 1024 to 8192 bits, nor an Ed25519 key: {0}")]
    Kind(String),
    /// It couldn't be made.
    #[error("a key could not be made: {0}")]
    New(String),
}

impl SigningKey {
    /// A key from the text of a PEM file: PKCS#8, or PKCS#1 for RSA.
    ///
    /// # Errors
    /// When it isn't one.
    pub fn from_pem(pem: &str) -> Result<Self, DkimError> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| DkimError::Pem(error.to_string()))?;
        let kind = |error: ring::error::KeyRejected| DkimError::Kind(error.to_string());
        match der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der())
                .map(Self::Rsa)
                .map_err(kind),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
                    .map(Self::Ed25519)
                    .or_else(|_| RsaKeyPair::from_pkcs8(der).map(Self::Rsa))
                    .map_err(kind)
            }
            _ => Err(DkimError::Kind("its form is not PKCS#8".to_owned())),
        }
    }

    /// A new RSA key of 2048 bits, and its PEM.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new_rsa() -> Result<(String, Self), DkimError> {
        let new = |error: &dyn std::fmt::Display| DkimError::New(error.to_string());
        SystemRandom::new()
            .fill(&mut [0; 32])
            .map_err(|_| new(&"the system gives no random numbers"))?;
        let key = rsa::RsaPrivateKey::new(&mut Random(SystemRandom::new()), RSA_BITS)
            .map_err(|error| new(&error))?;
        let der = key.to_pkcs8_der().map_err(|error| new(&error))?;
        let pem = pem(der.as_bytes());
        Ok((pem.clone(), Self::from_pem(&pem)?))
    }

    /// A new Ed25519 key, and its PEM.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new_ed25519() -> Result<(String, Self), DkimError> {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|error| DkimError::New(error.to_string()))?;
        let pem = pem(der.as_ref());
        Ok((pem.clone(), Self::from_pem(&pem)?))
    }

    /// Its name in `a=` and `k=`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// The public key, as `p=` has it before base64.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => subject_public_key_info(key.public().as_ref()),
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// Signs `data`, whose SHA-256 is `hash`. RFC 8463, section 3: Ed25519 signs the hash; RSA signs the data, and hashes it itself.
    #[must_use]
    pub fn sign(&self, hash: &[u8], data: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // The length is right by construction, and this padding needs no random numbers.
                let _ = key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    data,
                    &mut signature,
                );
                signature
            }
            Self::Ed25519(key) => key.sign(hash).as_ref().to_vec(),
        }
    }
}

fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let mut out = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str("-----END PRIVATE KEY-----\n");
    out
}

/// Wraps an `RSAPublicKey` (RFC 8017, appendix A.1.1) as a `SubjectPublicKeyInfo` (RFC 5280, section 4.1): what verifiers expect in `p=`.
fn subject_public_key_info(key: &[u8]) -> Vec<u8> {
    // SEQUENCE { OID rsaEncryption, NULL }
    const ALGORITHM: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let bits = der(0x03, &[&[0], key].concat());
    der(0x30, &[&ALGORITHM[..], &bits].concat())
}

/// A value of DER: tag, length, content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match significant.as_slice() {
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

/// The system's random numbers, as the crate that makes RSA keys wants them.
struct Random(SystemRandom);

impl rand_core::CryptoRng for Random {}

impl rand_core::RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        // A system without random numbers was told of before.
        let _ = self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0
            .fill(bytes)
            .map_err(|_| rand_core::Error::new("the system gives no random numbers"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_read_back_from_its_pem() {
        let (pem, key) = SigningKey::new_ed25519().unwrap();
        let read = SigningKey::from_pem(&pem).unwrap();
        assert_eq!(read.public(), key.public());
        assert_eq!(key.public().len(), 32);
    }

    #[test]
    fn what_is_no_key_is_said_so() {
        for text in [
            "",
            "hello",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            assert!(SigningKey::from_pem(text).is_err());
        }
    }

    #[test]
    fn a_length_is_written_short_where_it_can_be() {
        assert_eq!(der(4, &[1; 3])[..2], [4, 3]);
        assert_eq!(der(4, &[1; 200])[..3], [4, 0x81, 200]);
        assert_eq!(der(4, &[1; 300])[..4], [4, 0x82, 1, 44]);
    }
}
