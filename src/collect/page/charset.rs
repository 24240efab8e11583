//! The encoding of a page: by its byte order mark, by HTTP's `Content-Type`, by its own `meta`, by its letters; this is the
//! order of the HTML standard's "encoding sniffing algorithm".

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::collect::charset;

/// How many octets at a page's start are searched for a declaration. The standard looks at 1024; many pages write theirs later.
const SEARCHED: usize = 16 << 10;

/// The text of a page. `content_type` is HTTP's header. Valid UTF-8 counts more than any label: a long text is UTF-8 less
/// often by chance than its label is wrong.
#[must_use]
pub fn decode_html(bytes: &[u8], content_type: Option<&str>) -> String {
    let label = content_type
        .and_then(charset_of)
        .filter(|label| Encoding::for_label(label.as_bytes()).is_some())
        .map(Cow::Borrowed)
        .or_else(|| declared(bytes).map(Cow::Owned));
    // A page that could be read up to its declaration of UTF-16 isn't in it
    let label = label.filter(|label| {
        Encoding::for_label(label.as_bytes())
            .is_none_or(|encoding| encoding != UTF_16LE && encoding != UTF_16BE)
    });
    let is_utf_8 = label
        .as_deref()
        .is_some_and(|label| Encoding::for_label(label.as_bytes()) == Some(UTF_8));
    if is_utf_8 && looks_like_utf_8(bytes) {
        return String::from_utf8_lossy(bytes)
            .trim_start_matches('\u{feff}')
            .to_owned();
    }
    charset::decode_as(bytes, label.as_deref())
}

/// Whether most of what isn't ASCII is UTF-8: a page that says so may hold a broken character or two.
fn looks_like_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad * 10
}

/// The `charset` of a `Content-Type`.
fn charset_of(content_type: &str) -> Option<&str> {
    let (_, label) = content_type.split_once_ignoring_case("charset=")?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ','))
        .unwrap_or(label.len());
    (end > 0).then(|| &label[..end])
}

/// What a page says of itself: `<meta charset=…>`, `<meta http-equiv=content-type content="…; charset=…">`, or an XML
/// declaration.
fn declared(bytes: &[u8]) -> Option<String> {
    let start: String = bytes
        .iter()
        .take(SEARCHED)
        .map(|byte| char::from(*byte))
        .collect();
    let lower = start.to_ascii_lowercase();
    let xml = lower
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .and_then(|(declaration, _)| declaration.split_once("encoding="))
        .and_then(|(_, label)| charset_of(&format!("charset={label}")).map(str::to_owned));
    let metas = lower.split("<meta").skip(1);
    let in_meta = metas
        .filter_map(|meta| charset_of(meta.split('>').next().unwrap_or_default()))
        .map(str::to_owned)
        .next();
    in_meta.or(xml)
}

/// `split_once` for an ASCII pattern in lower case.
trait SplitOnceIgnoringCase {
    fn split_once_ignoring_case(&self, pattern: &str) -> Option<(&str, &str)>;
}

impl SplitOnceIgnoringCase for str {
    fn split_once_ignoring_case(&self, pattern: &str) -> Option<(&str, &str)> {
        let at = self.to_ascii_lowercase().find(pattern)?;
        Some((&self[..at], &self[at + pattern.len()..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_counts_then_the_page_itself() {
        let page = b"<meta charset=windows-1251><p>\xcf\xf0\xe8\xe2\xe5\xf2";
        assert!(decode_html(page, None).ends_with("Привет"));
        assert!(decode_html(page, Some("text/html; charset=KOI8-R")).ends_with("оПХБЕР"));
        assert!(decode_html(page, Some("text/html")).ends_with("Привет"));
        let old = b"<META HTTP-EQUIV='Content-Type' CONTENT='text/html; CHARSET=Shift_JIS'><p>\x93\xfa\x96\x7b";
        assert!(decode_html(old, None).ends_with("日本"));
    }

    #[test]
    fn a_wrong_label_does_not_spoil_utf_8() {
        let page = "<meta charset=iso-8859-1><p>Séoul".as_bytes();
        assert!(decode_html(page, None).ends_with("Séoul"));
        assert!(decode_html(page, Some("text/html; charset=latin1")).ends_with("Séoul"));
    }

    #[test]
    fn one_broken_character_in_utf_8_stays_one() {
        let mut page = "<meta charset=utf-8><p>Été à l'été, où l'on fête Noël, à l'école"
            .as_bytes()
            .to_vec();
        page.push(0xff);
        let text = decode_html(&page, None);
        assert!(text.contains("Noël") && text.ends_with('\u{fffd}'));
    }
}
