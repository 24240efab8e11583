//! Transparency (RFC 5321, section 4.5.2): a line that begins with a dot gets another, so that none of the mail's own ends it.

/// The body with its dots stuffed. Mails that we compose have none at the start of a line, so this copies nothing for them.
///
/// A dot after a bare LF is stuffed as well: relays that take that for a line's end must not find the end of a mail there (smuggling).
pub(super) fn stuff(body: Vec<u8>) -> Vec<u8> {
    // Counting, rather than looking for the first, lets the compiler compare many bytes at once.
    let after_lf = body.iter().zip(body.iter().skip(1));
    let dots = after_lf.filter(|pair| *pair == (&b'\n', &b'.')).count();
    let first = usize::from(body.first() == Some(&b'.'));
    if dots + first == 0 {
        return body;
    }
    let mut stuffed = Vec::with_capacity(body.len() + dots + first);
    let mut at_start = true;
    for byte in body {
        if at_start && byte == b'.' {
            stuffed.push(b'.');
        }
        stuffed.push(byte);
        at_start = byte == b'\n';
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_dots_at_the_start_of_a_line_are_doubled() {
        let stuffed = |text: &str| String::from_utf8(stuff(text.into())).unwrap();
        assert_eq!(stuffed("a.b\r\nc."), "a.b\r\nc.");
        assert_eq!(stuffed("."), "..");
        assert_eq!(stuffed("a\r\n.\r\n..b\r\n"), "a\r\n..\r\n...b\r\n");
        assert_eq!(stuffed("a\n.\r\n"), "a\n..\r\n");
    }

    proptest! {
        #[test]
        fn no_stuffed_body_holds_its_own_end(body in "[.a\r\n]{0,60}") {
            let stuffed = String::from_utf8(stuff(body.clone().into())).unwrap();
            for end in ["\r\n.\r\n", "\n.\n", "\n.\r\n"] {
                prop_assert!(!stuffed.contains(end));
            }
            let unstuffed = stuffed.strip_prefix('.').unwrap_or(&stuffed).replace("\n.", "\n");
            prop_assert_eq!(unstuffed, body);
        }
    }
}
