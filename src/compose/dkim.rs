//! DKIM signatures (RFC 6376; Ed25519: RFC 8463) over the final bytes of a mail, canonicalised relaxed/relaxed.
//!
//! The signature's time is the plan's, and both algorithms give the same signature for the same bytes, so a mail that is made again is the
//! same to the byte. Our own, because the signer must see the bytes that leave: a library that signs what it thinks it will write is wrong
//! whenever it is not.

mod canonical;

use std::fmt::Write as _;

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};

use self::canonical::{body_hash, field, fields};
use crate::domain::Signer;

/// The fields that are signed, where they are there; the name is signed once more than it stands where `true`, so that nobody can add
/// another field of that name that a reader sees instead (RFC 6376, section 8.15). RFC 8058, section 4, wants both List-Unsubscribe fields.
const SIGNED: [(&str, bool); 14] = [
    ("From", true),
    ("Reply-To", true),
    ("To", true),
    ("Subject", true),
    ("Date", true),
    ("Message-ID", true),
    ("MIME-Version", false),
    ("Content-Type", true),
    ("Content-Language", false),
    ("List-Id", true),
    ("List-Unsubscribe", true),
    ("List-Unsubscribe-Post", true),
    ("Auto-Submitted", false),
    ("Feedback-ID", false),
];

/// Where a line of the field ends, at a place where it may.
const LINE: usize = 76;

/// The DKIM-Signature fields of a mail, to be put before it; `at` is their time, in seconds since 1970.
#[must_use]
pub fn signatures(signers: &[Signer], mail: &[u8], at: i64) -> String {
    if signers.is_empty() {
        return String::new();
    }
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n");
    let (header, body) = match end {
        Some(end) => (&mail[..end + 2], &mail[end + 4..]),
        None => (mail, &[][..]),
    };
    let header = String::from_utf8_lossy(header);
    let present: Vec<_> = fields(&header).collect();
    let mut names = Vec::new();
    let mut signed = String::new();
    for (name, again) in SIGNED {
        // The last of several is the first to be signed (RFC 6376, section 5.4.2).
        let found = present
            .iter()
            .rev()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name));
        for (found, value) in found {
            names.push(name);
            signed.push_str(&field(found, value));
            signed.push_str("\r\n");
        }
        if again {
            names.push(name);
        }
    }
    let bh = BASE64.encode(&body_hash(body));
    let mut out = String::new();
    for signer in signers {
        out.push_str(&sign(signer, &names, &signed, &bh, at));
    }
    out
}

fn sign(signer: &Signer, names: &[&str], signed: &str, bh: &str, at: i64) -> String {
    let Signer {
        domain,
        selector,
        key,
    } = signer;
    let kind = key.kind();
    let mut value = format!(
        " v=1; a={kind}-sha256; c=relaxed/relaxed;\r\n d={domain}; s={selector}; t={at};\r\n h="
    );
    let mut column = 3;
    for (nth, name) in names.iter().enumerate() {
        let end = if nth + 1 == names.len() { ';' } else { ':' };
        if column + name.len() + 1 > LINE {
            value.push_str("\r\n ");
            column = 1;
        }
        value.push_str(name);
        value.push(end);
        column += name.len() + 1;
    }
    // Writing into a String can't fail.
    let _ = write!(value, "\r\n bh={bh};\r\n b=");
    let data = format!("{signed}{}", field("DKIM-Signature", &value));
    let signature =
        BASE64.encode(&key.sign(digest(&SHA256, data.as_bytes()).as_ref(), data.as_bytes()));
    let (first, rest) = signature.split_at(signature.len().min(LINE - 3));
    value.push_str(first);
    let mut rest = rest;
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE - 1));
        value.push_str("\r\n ");
        value.push_str(line);
        rest = more;
    }
    format!("DKIM-Signature:{value}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SigningKey;

    const MAIL: &str = "From: News <news@post.example>\r\nTo: ann@a.example\r\nSubject: The\r\n digest\r\nList-Unsubscribe: <mailto:x>\r\n\r\nHi\r\n";

    fn signer() -> Signer {
        let (_, key) = SigningKey::new_ed25519().unwrap();
        Signer::new("post.example", "pr1", key)
    }

    #[test]
    fn the_same_mail_has_the_same_signature_and_another_has_another() {
        let signers = [signer()];
        let signed = |mail: &str, at| signatures(&signers, mail.as_bytes(), at);
        assert_eq!(signed(MAIL, 7), signed(MAIL, 7));
        assert_ne!(signed(MAIL, 7), signed(MAIL, 8));
        assert_ne!(signed(MAIL, 7), signed(&MAIL.replace("Hi", "Ho"), 7));
    }

    #[test]
    fn the_sender_is_signed_once_more_than_it_stands_and_the_unsubscribe_fields_are_covered() {
        let text = signatures(&[signer()], MAIL.as_bytes(), 1);
        let unfolded = text.replace("\r\n ", "");
        for part in [
            "h=From:From:",
            ":Subject:Subject:",
            ":List-Unsubscribe:List-Unsubscribe:",
            ":List-Unsubscribe-Post;",
            "a=ed25519-sha256; c=relaxed/relaxed;",
        ] {
            assert!(unfolded.contains(part), "{part} in {unfolded}");
        }
        assert!(text.lines().all(|line| line.len() <= 78), "{text}");
        assert!(text.ends_with("\r\n"));
    }
}
