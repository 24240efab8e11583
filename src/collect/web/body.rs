//! Octets, bounded after decompression, and what came before a wound.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::super::CollectError;

/// What a reader gave.
#[derive(Debug)]
pub struct Octets {
    /// All of it, or what came before the wound.
    pub bytes: Vec<u8>,
    /// Why there isn't more, where there should be.
    pub wound: Option<io::Error>,
}

/// Reads to the end, or to the first error: what came before is kept. `None` where there are more than `limit` octets.
pub fn read_at_most(mut reader: impl Read, limit: u64) -> Option<Octets> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    let wound = loop {
        match reader.read(&mut buffer) {
            Ok(0) => break None,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(error),
        }
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            return None;
        }
    };
    Some(Octets { bytes, wound })
}

/// Whether a document is gzip (RFC 1952), as a `sitemap.xml.gz` is.
#[must_use]
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

/// The octets of a gzip document, at most `limit`; of one that is cut off or damaged, those before the wound.
///
/// # Errors
/// Where there are more, or none: `place` is named.
pub fn gunzip(bytes: &[u8], limit: u64, place: &str) -> Result<Octets, CollectError> {
    let octets =
        read_at_most(MultiGzDecoder::new(bytes), limit).ok_or_else(|| CollectError::TooLarge {
            place: place.to_owned(),
            limit,
        })?;
    match &octets.wound {
        Some(error) if octets.bytes.is_empty() => Err(CollectError::Unreadable {
            place: place.to_owned(),
            kind: "gzip document",
            message: error.to_string(),
            offered: None,
        }),
        _ => Ok(octets),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_gzip_document_is_read_to_its_end_in_all_its_members() {
        let twice = [gzip(b"<urlset>"), gzip(b"</urlset>")].concat();
        assert!(is_gzip(&twice));
        let octets = gunzip(&twice, 17, "a.gz").unwrap();
        assert_eq!(octets.bytes, b"<urlset></urlset>");
        assert!(octets.wound.is_none());
    }

    #[test]
    fn a_bomb_is_left_at_the_limit() {
        let bomb = gzip(&vec![0; 10 << 20]);
        assert!(bomb.len() < 20_000);
        let error = gunzip(&bomb, 1 << 20, "bomb.gz").unwrap_err();
        assert_eq!(
            error.to_string(),
            "reading bomb.gz: it is larger than 1048576 octets (`max_bytes`)"
        );
    }

    #[test]
    fn what_came_before_the_wound_is_kept() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(u32::to_be_bytes).collect();
        let whole = gzip(&text);
        let octets = gunzip(&whole[..whole.len() / 2], 1 << 20, "a.gz").unwrap();
        assert!(octets.wound.is_some());
        assert!(!octets.bytes.is_empty() && text.starts_with(&octets.bytes));
        assert!(gunzip(b"\x1f\x8b\x08 no", 1 << 20, "a.gz").is_err());
    }
}
