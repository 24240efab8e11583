//! The relaxed canonicalisation (RFC 6376, section 3.4): what relays may do to white space doesn't break a signature.

use ring::digest::{Context, SHA256};

/// The fields of a header block: name and value, the value with its folds.
pub(super) fn fields(header: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            end += rest[end..].find("\r\n")? + 2;
            if !rest[end..].starts_with([' ', '\t']) {
                break;
            }
        }
        let (field, more) = rest.split_at(end);
        rest = more;
        let (name, value) = field.split_once(':')?;
        Some((name, value))
    })
}

/// A field without its line end (section 3.4.2).
pub(super) fn field(name: &str, value: &str) -> String {
    let mut out = name.trim_end().to_ascii_lowercase();
    out.push(':');
    let words = value
        .split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty());
    for (nth, word) in words.enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The hash of a body (section 3.4.4). It is read once, a line at a time, and nothing of it is copied but lines with white space to mend.
pub(super) fn body_hash(body: &[u8]) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    // Empty lines count only if another one follows; what is clean already is hashed in one piece.
    let mut empty = 0;
    let mut clean = 0..0;
    let mut at = 0;
    while at < body.len() {
        let next = body[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(body.len(), |end| at + end + 1);
        let line = &body[at..next];
        let ended = line.strip_suffix(b"\r\n");
        let content = ended.unwrap_or(line);
        if content.iter().all(|byte| is_space(*byte)) {
            empty += usize::from(ended.is_some());
            at = next;
            continue;
        }
        let mend = ended.is_none() || !is_clean(content);
        if empty > 0 || mend {
            hash.update(&body[clean.clone()]);
            clean = at..at;
            for _ in 0..std::mem::take(&mut empty) {
                hash.update(b"\r\n");
            }
        }
        if mend {
            hash.update(&mended(content));
            hash.update(b"\r\n");
            clean = next..next;
        } else {
            clean.end = next;
        }
        at = next;
    }
    hash.update(&body[clean]);
    let mut out = [0; 32];
    out.copy_from_slice(hash.finish().as_ref());
    out
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Whether a line has no white space but single spaces inside.
fn is_clean(line: &[u8]) -> bool {
    let pairs = line.iter().zip(line.iter().skip(1));
    // Counted, not looked for, so that many bytes are compared at once.
    let doubled = pairs.filter(|pair| *pair == (&b' ', &b' ')).count();
    doubled == 0 && !line.contains(&b'\t') && line.last() != Some(&b' ')
}

fn mended(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut space = false;
    for byte in line {
        if is_space(*byte) {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            out.push(b' ');
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::digest::digest;

    use super::*;

    /// As the RFC says it, step by step.
    fn by_the_book(body: &str) -> String {
        let mut lines: Vec<String> = body
            .split("\r\n")
            .map(|line| {
                let mut out = String::new();
                for c in line.chars() {
                    let space = c == ' ' || c == '\t';
                    if !space {
                        out.push(c);
                    } else if !out.ends_with(' ') {
                        out.push(' ');
                    }
                }
                out.trim_end_matches(' ').to_owned()
            })
            .collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.push(String::new());
        lines.join("\r\n")
    }

    fn hash(text: &str) -> [u8; 32] {
        digest(&SHA256, text.as_bytes())
            .as_ref()
            .try_into()
            .unwrap()
    }

    #[test]
    fn the_bodies_of_the_rfc_are_canonical() {
        assert_eq!(
            body_hash(b" C \r\nD \t E\r\n\r\n\r\n"),
            hash(" C\r\nD E\r\n")
        );
        assert_eq!(body_hash(b""), hash(""));
        assert_eq!(body_hash(b"\r\n\r\n"), hash(""));
    }

    #[test]
    fn the_fields_of_the_rfc_are_canonical() {
        let found: Vec<_> = fields("A: X\r\nB : Y\t\r\n\tZ  \r\n")
            .map(|(name, value)| field(name, value))
            .collect();
        assert_eq!(found, ["a:X", "b:Y Z"]);
    }

    proptest! {
        #[test]
        fn a_body_is_hashed_as_the_rfc_says(lines in proptest::collection::vec("[a \\t=]{0,5}", 0..9), end: bool) {
            let mut body = lines.join("\r\n");
            if end {
                body.push_str("\r\n");
            }
            prop_assert_eq!(body_hash(body.as_bytes()), hash(&by_the_book(&body)), "{:?}", body);
        }
    }
}
