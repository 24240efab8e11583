//! The label of an encoding → the encoding.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use oem_cp::{code_table::DECODING_TABLE_CP_MAP, code_table_type::TableType};

/// An encoding in which ASCII's octets are ASCII.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    /// One that the web has.
    Web(&'static Encoding),
    /// A code page of DOS, an octet a character, which the web has left behind.
    Dos(&'static TableType),
}

impl Charset {
    /// The encoding that a label tells, as the web knows it or as other systems write it (`windows_1251`, `MacRoman`,
    /// `IBM850`). None for those of 16 bits: in them the label itself couldn't be read.
    pub(super) fn of_label(label: &str) -> Option<Self> {
        let web = Encoding::for_label(label.as_bytes())
            .or_else(|| Encoding::for_label(label.replace('_', "-").as_bytes()))
            .or_else(|| of_apple(label));
        match web {
            Some(encoding) if [UTF_16LE, UTF_16BE].contains(&encoding) => None,
            Some(encoding) => Some(Self::Web(encoding)),
            None => of_dos(label).map(Self::Dos),
        }
    }

    pub(super) fn is_utf_8(self) -> bool {
        matches!(self, Self::Web(encoding) if encoding == UTF_8)
    }

    pub(super) fn is_single_byte(self) -> bool {
        match self {
            Self::Web(encoding) => encoding.is_single_byte(),
            Self::Dos(_) => true,
        }
    }

    /// The text in this encoding, if all octets have a meaning in it; a document that is cut off may lack some at its
    /// end.
    pub(super) fn whole(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Web(encoding) => {
                let longest = if encoding.is_single_byte() { 0 } else { 3 };
                (0..=longest.min(bytes.len())).find_map(|lost| {
                    let bytes = &bytes[..bytes.len() - lost];
                    encoding.decode_without_bom_handling_and_without_replacement(bytes)
                })
            }
            Self::Dos(table) => table.decode_string_checked(bytes).map(Cow::Owned),
        }
    }

    /// The text in this encoding; octets without a meaning in it become U+FFFD.
    pub(super) fn lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Web(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Self::Dos(table) => table.decode_string_lossy(bytes).into(),
        }
    }
}

/// The two of Apple's that the web has, under the names that other systems give them.
fn of_apple(label: &str) -> Option<&'static Encoding> {
    match plain(label).as_str() {
        "macroman" => Some(encoding_rs::MACINTOSH),
        "maccyrillic" => Some(encoding_rs::X_MAC_CYRILLIC),
        _ => None,
    }
}

/// A code page by its number: `437`, `cp850`, `IBM-852`, `csPC775Baltic`, `csPC8CodePage437`.
fn of_dos(label: &str) -> Option<&'static TableType> {
    /// What stands before the number (IANA's character sets), the longest first.
    const BEFORE: [&str; 6] = ["cspc8codepage", "cspcp", "cspc", "csibm", "ibm", "cp"];
    let label = plain(label);
    let number = match label.as_str() {
        "cpis" => "861",
        label => BEFORE
            .iter()
            .find_map(|before| label.strip_prefix(before))
            .unwrap_or(label),
    };
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    DECODING_TABLE_CP_MAP.get(&number[..end].parse().ok()?)
}

fn plain(label: &str) -> String {
    label.replace(['-', '_', ' '], "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(label: &str, bytes: &[u8]) -> Option<String> {
        Some(Charset::of_label(label)?.whole(bytes)?.into_owned())
    }

    #[test]
    fn code_pages_of_dos_have_many_names() {
        for label in ["437", "cp437", "IBM437", "csPC8CodePage437"] {
            assert_eq!(
                read(label, b"Fran\x87ais").as_deref(),
                Some("Français"),
                "{label}"
            );
        }
        assert_eq!(read("csPC775Baltic", b"\x8b").as_deref(), Some("ŗ"));
        assert_eq!(read("cp_is", b"\x8d").as_deref(), Some("Þ"));
    }

    #[test]
    fn apples_are_known_by_their_other_names() {
        assert_eq!(read("MacRoman", b"\x8e").as_deref(), Some("é"));
        assert_eq!(read("mac-cyrillic", b"\x80").as_deref(), Some("А"));
    }

    #[test]
    fn what_is_no_label_is_none() {
        for label in ["", "cp", "99999999", "latin", "utf-16", "csPC"] {
            assert!(Charset::of_label(label).is_none(), "{label}");
        }
    }
}
