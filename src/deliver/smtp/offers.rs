//! What a relay offers: the keywords of its reply to EHLO (RFC 5321, section 4.1.1.1).

use super::lines::Lines;

/// What a relay offers. What it said before TLS is forgotten (RFC 3207, section 4.2).
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a keyword that is there or not"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// Commands may be sent in groups (RFC 2920).
    pub pipelining: bool,
    /// Bodies may be sent in chunks of a known length (RFC 3030).
    pub chunking: bool,
    /// What a report about a failure is to say can be asked for (RFC 3461).
    pub dsn: bool,
    /// TLS on this connection (RFC 3207).
    pub starttls: bool,
    /// 8-bit text (RFC 6152).
    pub eight_bit: bool,
    /// Addresses outside ASCII (RFC 6531).
    pub smtputf8: bool,
    /// SIZE is spoken (RFC 1870), and the most octets that a mail may have: `u64::MAX` where none is told.
    pub size: Option<u64>,
    /// The ways to log in, in capitals (RFC 4954).
    pub auth: Vec<String>,
}

impl Offers {
    /// Reads the keywords; the first line is the relay's name.
    pub(super) fn read(hello: &Lines) -> Self {
        let mut offers = Self::default();
        for line in hello.lines.iter().skip(1) {
            // Old servers write `AUTH=LOGIN`.
            let line = line.to_ascii_uppercase().replace('=', " ");
            let mut words = line.split_whitespace();
            match words.next() {
                Some("PIPELINING") => offers.pipelining = true,
                Some("CHUNKING") => offers.chunking = true,
                Some("DSN") => offers.dsn = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("8BITMIME") => offers.eight_bit = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("SIZE") => {
                    let limit = words.next().and_then(|limit| limit.parse().ok());
                    // RFC 1870, section 4: 0 is no limit.
                    offers.size = Some(limit.filter(|limit| *limit > 0).unwrap_or(u64::MAX));
                }
                Some("AUTH") => {
                    for mechanism in words {
                        if !offers.auth.iter().any(|known| known == mechanism) {
                            offers.auth.push(mechanism.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keywords_are_read_in_any_case() {
        let offers = |lines: &[&str]| {
            Offers::read(&Lines {
                code: 250,
                lines: lines.iter().map(ToString::to_string).collect(),
            })
        };
        let all = offers(&[
            "PIPELINING greets you",
            "pipelining",
            "SIZE 10240000",
            "AUTH PLAIN login",
            "AUTH=LOGIN",
            "8BITMIME",
            "SMTPUTF8",
            "CHUNKING",
            "DSN",
            "STARTTLS",
            "X-UNKNOWN",
            "",
        ]);
        assert!(all.pipelining && all.starttls && all.eight_bit && all.smtputf8);
        assert!(all.chunking && all.dsn);
        assert_eq!(all.size, Some(10_240_000));
        assert_eq!(all.auth, ["PLAIN", "LOGIN"]);
        assert_eq!(offers(&["PIPELINING"]), Offers::default());
        assert_eq!(offers(&["a", "SIZE"]).size, Some(u64::MAX));
        assert_eq!(offers(&["a", "SIZE 0"]).size, Some(u64::MAX));
        assert_eq!(
            offers(&["a", "SIZE 99999999999999999999"]).size,
            Some(u64::MAX)
        );
    }
}
