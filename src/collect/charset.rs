//! Octets → text, whatever the encoding.
//!
//! A feed says its encoding in up to three places, and in each of them wrongly at times. The order of trust is that of
//! RFC 7303 §3: a byte order mark, the charset of HTTP, the XML declaration; then what the octets look like. But a label
//! only counts where the octets bear it out: text that is UTF-8 is so by no chance.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memmem;

mod ebcdic;
mod label;

use label::Charset;

/// Where an XML declaration may be: warnings of a program may stand before it.
const HEAD: usize = 1024;

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
    let text = by_mark(bytes).unwrap_or_else(|| by_labels(bytes, label.into_iter()));
    text.into_owned()
}

/// The text of a feed: what `content_type` says as HTTP's header, and what its XML declaration says, is considered.
/// Nothing that no text needs is in it: no control characters, no byte order marks.
#[must_use]
pub fn decode_feed<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Cow<'b, str> {
    let text = by_mark(bytes)
        .or_else(|| by_structure(bytes))
        .unwrap_or_else(|| {
            let declared = declared(&bytes[..bytes.len().min(HEAD)]);
            let labels = content_type
                .and_then(charset_of)
                .into_iter()
                .chain(declared);
            by_labels(bytes, labels)
        });
    without_noise(text)
}

/// The encoding that a `Content-Type` tells.
fn charset_of(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// The encoding that an XML declaration tells.
fn declared(head: &[u8]) -> Option<&str> {
    let declaration = &head[memmem::find(head, b"<?xml")?..];
    let declaration = &declaration[..memmem::find(declaration, b">")?];
    let value = &declaration[memmem::find(declaration, b"encoding")? + 8..];
    let value = str::from_utf8(value).ok()?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    value
        .split(|c: char| matches!(c, '"' | '\'' | '?') || c.is_whitespace())
        .find(|label| !label.is_empty())
}

fn by_mark(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE\0\0") {
        return Some(utf_32(rest, u32::from_le_bytes).into());
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xFE\xFF") {
        return Some(utf_32(rest, u32::from_be_bytes).into());
    }
    let (encoding, mark) = Encoding::for_bom(bytes)?;
    let rest = &bytes[mark..];
    Some(if encoding == UTF_8 {
        by_labels(rest, std::iter::once("utf-8"))
    } else {
        encoding.decode_without_bom_handling(rest).0
    })
}

/// The encodings in which an octet isn't an ASCII character, told by how they write a document's first ones
/// (XML 1.0 appendix F).
fn by_structure(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match *bytes.first_chunk::<4>()? {
        [0, 0, 0, b'<'] => Some(utf_32(bytes, u32::from_be_bytes).into()),
        [b'<', 0, 0, 0] => Some(utf_32(bytes, u32::from_le_bytes).into()),
        [0, b'<' | b'{' | b'\n' | b' ', 0, last] if last != 0 => {
            Some(UTF_16BE.decode_without_bom_handling(bytes).0)
        }
        [b'<' | b'{' | b'\n' | b' ', 0, third, 0] if third != 0 => {
            Some(UTF_16LE.decode_without_bom_handling(bytes).0)
        }
        [0x4c, 0x6f, 0xa7, 0x94] => Some(ebcdic::decode(bytes).into()),
        _ => None,
    }
}

/// UTF-32, which `encoding_rs` leaves out as the web does.
fn utf_32(bytes: &[u8], code: fn([u8; 4]) -> u32) -> String {
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|octets| char::from_u32(code(*octets)).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// By labels, the most trusted first, as far as the octets bear them out.
fn by_labels<'b, 'l>(bytes: &'b [u8], labels: impl Iterator<Item = &'l str>) -> Cow<'b, str> {
    let labels: Vec<Charset> = labels.filter_map(Charset::of_label).collect();
    let believed = |charsets: &[Charset]| {
        charsets
            .iter()
            .filter(|charset| !charset.is_utf_8())
            .find_map(|charset| charset.whole(bytes))
    };
    let many_octets: Vec<_> = labels
        .iter()
        .copied()
        .filter(|label| !label.is_single_byte())
        .collect();
    let utf_8 = Utf8::of(bytes);
    if utf_8.is_ascii() {
        return String::from_utf8_lossy(bytes);
    }
    if utf_8.is_certain() {
        return as_utf_8(bytes);
    }
    if let Some(text) = believed(&many_octets) {
        return text;
    }
    if utf_8.is_likely() {
        return as_utf_8(bytes);
    }
    if let Some(text) = believed(&labels) {
        return text;
    }
    let mut detector = EncodingDetector::new();
    detector.feed(bytes, true);
    let looks_like = Charset::Web(detector.guess(None, false));
    looks_like.whole(bytes).unwrap_or_else(|| {
        let charset = labels.iter().find(|label| !label.is_utf_8());
        charset.unwrap_or(&looks_like).lossy(bytes)
    })
}

/// How much speaks for UTF-8.
#[derive(Debug, Default)]
struct Utf8 {
    /// Characters of two octets.
    pairs: usize,
    /// Characters of more.
    longer: usize,
    /// Octets that mean nothing in it.
    wrong: usize,
}

impl Utf8 {
    fn of(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        if bytes.is_ascii() {
            return found;
        }
        if let Ok(text) = str::from_utf8(bytes)
            && text.bytes().any(|octet| octet >= 0xe0)
        {
            // Certain already
            found.longer = 1;
            return found;
        }
        for chunk in bytes.utf8_chunks() {
            for octet in chunk.valid().bytes() {
                match octet {
                    0xc2..=0xdf => found.pairs += 1,
                    0xe0..=0xf4 => found.longer += 1,
                    _ => {}
                }
            }
            let is_cut = std::ptr::eq(chunk.invalid().as_ptr_range().end, bytes.as_ptr_range().end);
            if !is_cut {
                found.wrong += chunk.invalid().len();
            }
        }
        found
    }

    fn is_ascii(&self) -> bool {
        self.pairs + self.longer + self.wrong == 0
    }

    /// Beyond chance, whatever a label says.
    fn is_certain(&self) -> bool {
        self.wrong == 0 && (self.longer > 0 || self.pairs > 3)
    }

    /// More likely than an encoding of one octet a character: those hardly ever make a sequence of UTF-8.
    fn is_likely(&self) -> bool {
        self.pairs + 3 * self.longer > 2 * self.wrong
    }
}

/// As UTF-8. A single octet that means nothing in it comes from another source, mostly Windows.
fn as_utf_8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let is_cut = std::ptr::eq(chunk.invalid().as_ptr_range().end, bytes.as_ptr_range().end);
        if !is_cut {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
    text.into()
}

/// Without control characters and byte order marks; those of 128 to 159 are what Windows means by them.
fn without_noise(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_noise =
        |octet: u8| (octet < b' ' && !matches!(octet, b'\t' | b'\n' | b'\r')) || octet == 0x7f;
    // Without a branch, so that it takes many octets at once
    let has_noise = text
        .bytes()
        .fold(false, |found, octet| found | is_noise(octet));
    let is_plain = !has_noise
        && (text.is_ascii()
            || (memmem::find(text.as_bytes(), "\u{feff}".as_bytes()).is_none()
                && !holds_controls(text.as_bytes())));
    if is_plain {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{feff}' => {}
            '\u{80}'..='\u{9f}' => clean.push(in_windows(c)),
            c if c.is_ascii() && is_noise(c as u8) => {}
            c => clean.push(c),
        }
    }
    clean.into()
}

/// Whether UTF-8 holds controls of 128 to 159.
fn holds_controls(utf_8: &[u8]) -> bool {
    memchr::memchr_iter(0xc2, utf_8).any(|at| matches!(utf_8.get(at + 1), Some(0x80..=0x9f)))
}

/// What Windows means by a control character of 128 to 159.
fn in_windows(c: char) -> char {
    let octet = u8::try_from(u32::from(c)).unwrap_or_default();
    let text = WINDOWS_1252
        .decode_without_bom_handling(&[octet])
        .0
        .into_owned();
    text.chars().next().unwrap_or(c)
}

/// What a text says that was UTF-8, was taken for Windows-1252 or ISO 8859-1, and was encoded once more: `Ã©`. None where
/// it wasn't: then not all of its letters make sense so.
#[must_use]
pub fn decode_twice_encoded(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        octets.push(match u8::try_from(u32::from(c)) {
            Ok(octet) => octet,
            // Only 27 letters lie beyond: those that Windows has in the place of controls
            Err(_) if matches!(c, '\u{152}'..='\u{2122}') => {
                let mut utf_8 = [0; 4];
                let (octet, _, is_foreign) = WINDOWS_1252.encode(c.encode_utf8(&mut utf_8));
                match octet.first() {
                    Some(octet) if !is_foreign => *octet,
                    _ => return None,
                }
            }
            Err(_) => return None,
        });
    }
    String::from_utf8(octets).ok()
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

    fn feed(bytes: &[u8], content_type: &str) -> String {
        decode_feed(bytes, Some(content_type)).into_owned()
    }

    #[test]
    fn the_header_counts_more_than_the_declaration() {
        let bytes = b"<?xml version='1.0' encoding='iso-8859-5'?><t>\xE9</t>";
        assert!(feed(bytes, "text/xml; charset=\"iso-8859-1\"").ends_with("<t>é</t>"));
        assert!(feed(bytes, "text/xml").ends_with("<t>щ</t>"));
    }

    #[test]
    fn a_label_that_the_octets_belie_does_not_count() {
        let utf_8 = "<?xml version='1.0' encoding='iso-8859-1'?><t>L’été à Séoul</t>";
        assert!(
            feed(utf_8.as_bytes(), "text/xml; charset=us-ascii").ends_with("<t>L’été à Séoul</t>")
        );
        let windows = b"<?xml version='1.0' encoding='utf-8'?><t>L\x92\xE9t\xE9 \xE0 S\xE9oul</t>";
        assert!(feed(windows, "text/xml; charset=utf-8").ends_with("<t>L’été à Séoul</t>"));
    }

    #[test]
    fn a_single_wrong_octet_spoils_nothing_else() {
        let mixed = [
            b"Caf\xE9 in ".as_slice(),
            "Málaga, Córdoba, Cádiz, León, Ávila".as_bytes(),
        ]
        .concat();
        assert_eq!(
            feed(&mixed, "text/xml"),
            "Café in Málaga, Córdoba, Cádiz, León, Ávila"
        );
        assert_eq!(
            feed(b"S\xC3\xA9oul \xE2\x80", "text/xml; charset=utf-8"),
            "Séoul "
        );
    }

    #[test]
    fn encodings_of_several_octets_are_told_by_their_first() {
        let text = "<?xml version='1.0'?><t>북한</t>";
        let little_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big_32: Vec<u8> = text
            .chars()
            .flat_map(|c| u32::from(c).to_be_bytes())
            .collect();
        let marked_32: Vec<u8> = "\u{feff}"
            .chars()
            .chain(text.chars())
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        for bytes in [little_16, big_32, marked_32] {
            assert_eq!(feed(&bytes, "application/xml"), text);
        }
        assert_eq!(
            feed(b"\x4C\x6F\xA7\x94\x93\x6F\x6E\x81", "application/xml"),
            "<?xml?>a"
        );
    }

    #[test]
    fn noise_is_gone() {
        assert_eq!(
            feed(
                "\u{feff}\u{feff}<t>a\0\u{1b}b\u{92}\u{feff}s</t>".as_bytes(),
                ""
            ),
            "<t>ab’s</t>"
        );
    }

    #[test]
    fn what_was_encoded_twice_is_decoded_twice() {
        assert_eq!(
            decode_twice_encoded("SÃ©oulâ€™s").as_deref(),
            Some("Séoul’s")
        );
        assert_eq!(decode_twice_encoded("Séoul’s"), None);
        assert_eq!(decode_twice_encoded("« À Séoul »"), None);
    }
}
