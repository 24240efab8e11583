//! Octets → text, whatever the encoding.

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};

/// The text of a file that doesn't tell its encoding: by its byte order mark, else UTF-8 where it is valid,
/// else as its letters look. Octets without meaning become U+FFFD.
#[must_use]
pub fn decode(bytes: &[u8]) -> String {
    decode_as(bytes, None)
}

/// The same where `label` may tell an encoding (`iso-8859-1`). A byte order mark and valid UTF-8 count more:
/// labels are wrong more often than a long text is UTF-8 by chance.
#[must_use]
pub fn decode_as(bytes: &[u8], label: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(&bytes[mark..])
            .0
            .into_owned();
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return text.to_owned();
    }
    let encoding = label
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != UTF_8)
        .unwrap_or_else(|| {
            let mut detector = EncodingDetector::new();
            detector.feed(bytes, true);
            detector.guess(None, true)
        });
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_read_with_and_without_a_byte_order_mark() {
        assert_eq!(decode("Séoul 북한".as_bytes()), "Séoul 북한");
        assert_eq!(decode(b"\xEF\xBB\xBFS\xC3\xA9oul"), "Séoul");
    }

    #[test]
    fn utf_16_is_read_by_its_byte_order_mark() {
        let little: Vec<u8> = "\u{feff}북한"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "\u{feff}북한"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(decode(&little), "북한");
        assert_eq!(decode(&big), "북한");
    }

    #[test]
    fn a_legacy_encoding_is_recognised() {
        let latin =
            b"L'op\xE9ration a \xE9t\xE9 men\xE9e \xE0 l'\xE9cole, o\xF9 l'on a f\xEAt\xE9.";
        assert_eq!(
            decode(latin),
            "L'opération a été menée à l'école, où l'on a fêté."
        );
        assert_eq!(decode_as(b"\xA4uro", Some("iso-8859-15")), "€uro");
    }
}
