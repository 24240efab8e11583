//! The commands of SMTP, parsed (RFC 5321, section 4.1; BDAT: RFC 3030). Pure.

use super::reply::Reply;

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// `EHLO name`
    Ehlo,
    /// `HELO name`
    Helo,
    /// `MAIL FROM:<path>`, with the size it announces and whether it needs SMTPUTF8.
    Mail { from: String, size: u64, utf8: bool },
    /// `RCPT TO:<path>`
    Rcpt(String),
    /// `DATA`
    Data,
    /// `BDAT size [LAST]`
    Bdat { size: u64, last: bool },
    /// `RSET`
    Rset,
    /// `NOOP`
    Noop,
    /// `VRFY name`
    Vrfy,
    /// `QUIT`
    Quit,
}

/// Parses one line, given without its CRLF. A line that is no command comes back as the reply that says so.
pub(super) fn parse(line: &[u8]) -> Result<Command, Reply> {
    let line = std::str::from_utf8(line)
        .map_err(|_| Reply::new(500, "5.5.2", "a command is UTF-8 text"))?;
    if line.chars().any(char::is_control) {
        return Err(Reply::new(500, "5.5.2", "control character in a command"));
    }
    let line = line.trim_end_matches(' ');
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" => name(rest).map(|()| Command::Ehlo),
        "HELO" => name(rest).map(|()| Command::Helo),
        "MAIL" => mail(rest),
        "RCPT" => rcpt(rest),
        "DATA" => alone(rest, Command::Data),
        "BDAT" => bdat(rest),
        "RSET" => alone(rest, Command::Rset),
        "QUIT" => alone(rest, Command::Quit),
        "NOOP" => Ok(Command::Noop),
        "VRFY" if !rest.is_empty() => Ok(Command::Vrfy),
        "VRFY" => Err(Reply::new(501, "5.5.4", "VRFY takes a name")),
        "EXPN" | "HELP" | "TURN" | "STARTTLS" | "AUTH" => {
            Err(Reply::new(502, "5.5.1", "not offered here"))
        }
        _ => Err(Reply::new(500, "5.5.1", "no such command")),
    }
}

fn name(rest: &str) -> Result<(), Reply> {
    if rest.trim().is_empty() {
        return Err(Reply::new(501, "5.5.4", "say who you are: EHLO name"));
    }
    Ok(())
}

fn alone(rest: &str, command: Command) -> Result<Command, Reply> {
    if rest.is_empty() {
        Ok(command)
    } else {
        Err(Reply::new(501, "5.5.4", "this command stands alone"))
    }
}

fn mail(rest: &str) -> Result<Command, Reply> {
    let form = || Reply::new(501, "5.1.7", "MAIL FROM:<address>");
    let rest = after_keyword(rest, "FROM:").ok_or_else(form)?;
    let (from, parameters) = path(rest).ok_or_else(form)?;
    if !from.is_empty() && !is_mailbox(&from) {
        return Err(form());
    }
    let (mut size, mut utf8) = (0, false);
    for parameter in parameters.split(' ').filter(|word| !word.is_empty()) {
        let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (keyword.to_ascii_uppercase().as_str(), value) {
            ("SIZE", digits) => {
                size = number(digits)
                    .ok_or_else(|| Reply::new(501, "5.5.4", "SIZE= takes a number of octets"))?;
            }
            ("SMTPUTF8", "") => utf8 = true,
            ("BODY", kind)
                if kind.eq_ignore_ascii_case("7BIT") || kind.eq_ignore_ascii_case("8BITMIME") => {}
            _ => return Err(unknown_parameter(keyword)),
        }
    }
    Ok(Command::Mail { from, size, utf8 })
}

fn rcpt(rest: &str) -> Result<Command, Reply> {
    let form = || Reply::new(501, "5.1.3", "RCPT TO:<address>");
    let rest = after_keyword(rest, "TO:").ok_or_else(form)?;
    let (to, parameters) = path(rest).ok_or_else(form)?;
    if !is_mailbox(&to) && !to.eq_ignore_ascii_case("postmaster") {
        return Err(form());
    }
    match parameters.split(' ').find(|word| !word.is_empty()) {
        Some(parameter) => Err(unknown_parameter(parameter)),
        None => Ok(Command::Rcpt(to)),
    }
}

fn bdat(rest: &str) -> Result<Command, Reply> {
    let form = || Reply::new(501, "5.5.4", "BDAT size [LAST]");
    let (size, last) = rest.split_once(' ').unwrap_or((rest, ""));
    let last = match last {
        "" => false,
        word if word.eq_ignore_ascii_case("LAST") => true,
        _ => return Err(form()),
    };
    let size = number(size).ok_or_else(form)?;
    Ok(Command::Bdat { size, last })
}

fn unknown_parameter(parameter: &str) -> Reply {
    let shown: String = parameter.chars().take(40).collect();
    Reply::new(555, "5.5.4", format!("not offered here: {shown}"))
}

fn number(digits: &str) -> Option<u64> {
    // `parse` alone would take a plus sign.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn after_keyword<'a>(rest: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, tail) = rest.split_at_checked(keyword.len())?;
    // A space after the colon is wrong, common, and harmless.
    head.eq_ignore_ascii_case(keyword)
        .then(|| tail.trim_start_matches(' '))
}

/// `<path>` and what follows it. A quoted local part may hold a `>`; a source route is read and dropped.
fn path(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('<')?;
    let (mut quoted, mut escaped) = (false, false);
    let end = text.char_indices().find_map(|(at, c)| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
        None
    })?;
    let (path, rest) = (&text[..end], &text[end + 1..]);
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let mailbox = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    Some((mailbox.to_owned(), rest))
}

/// A local part and a domain, within the lengths of RFC 5321, section 4.5.3.1. What a relay would make of them isn't asked here.
fn is_mailbox(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let spaced = |text: &str| text.contains([' ', '<', '>']);
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    (1..=64).contains(&local.len())
        && (1..=253).contains(&domain.len())
        && !spaced(domain)
        && (quoted || !spaced(local))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_and_parameters_are_read() {
        assert_eq!(
            parse(b"mail from:<bounce+x@post.example> SIZE=31000 BODY=8BITMIME smtputf8"),
            Ok(Command::Mail {
                from: "bounce+x@post.example".into(),
                size: 31000,
                utf8: true
            })
        );
        assert_eq!(
            parse(b"RCPT TO:<\"a > b\"@a.example>"),
            Ok(Command::Rcpt("\"a > b\"@a.example".into()))
        );
        assert_eq!(
            parse(b"RCPT TO: <@relay.example:ann@a.example> "),
            Ok(Command::Rcpt("ann@a.example".into()))
        );
        assert_eq!(
            parse("RCPT TO:<민지@a.example>".as_bytes()),
            Ok(Command::Rcpt("민지@a.example".into()))
        );
        assert_eq!(
            parse(b"BDAT 86 last"),
            Ok(Command::Bdat {
                size: 86,
                last: true
            })
        );
    }

    #[test]
    fn what_is_no_command_is_answered_with_the_code_for_it() {
        for (line, code) in [
            (&b""[..], 500),
            (b"GET / HTTP/1.1", 500),
            (b"NOOP \x00", 500),
            (b"\xff\xfe", 500),
            (b"EHLO", 501),
            (b"DATA now", 501),
            (b"MAIL FROM:ann@a.example", 501),
            (b"MAIL FROM:<ann@a.example>SIZE=1", 501),
            (b"MAIL FROM:<ann@a.example> SIZE=+1", 501),
            (b"MAIL FROM:<ann@a.example> SIZE=", 501),
            (b"MAIL FROM:<ann@a.example> BODY=BINARYMIME", 555),
            (b"RCPT TO:<>", 501),
            (b"RCPT TO:<@a.example>", 501),
            (b"RCPT TO:<ann@a.example> NOTIFY=NEVER", 555),
            (b"BDAT -1", 501),
            (b"BDAT 99999999999999999999999", 501),
            (b"AUTH PLAIN", 502),
        ] {
            let answer = parse(line).map_err(|reply| reply.code());
            assert_eq!(answer, Err(code), "{}", String::from_utf8_lossy(line));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_command_or_a_refusal_of_one_clean_line(line in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Err(reply) = parse(&line) {
                prop_assert!((500..560).contains(&reply.code()));
                let said = reply.to_string();
                prop_assert_eq!(said.matches('\n').count(), 1);
                prop_assert!(said.ends_with("\r\n"));
            }
        }

        #[test]
        fn near_commands_are_a_command_or_a_refusal(line in "(?i)(mail from|rcpt to|bdat|ehlo):? ?<?[ -~가-힣\"\\\\<>@:]{0,60}>?( (SIZE|BODY|SMTPUTF8)=?[0-9A-Z+-]{0,30})?") {
            match parse(line.as_bytes()) {
                Ok(Command::Rcpt(to)) => prop_assert!(is_mailbox(&to) || to.eq_ignore_ascii_case("postmaster")),
                Ok(Command::Mail { from, .. }) => prop_assert!(from.is_empty() || is_mailbox(&from)),
                Ok(_) => {}
                Err(reply) => prop_assert!(reply.code() >= 500),
            }
        }

        #[test]
        fn every_plain_address_comes_back_as_it_went(local in "[a-z0-9+._'-]{1,64}", domain in "[a-z]{1,20}\\.example") {
            let address = format!("{local}@{domain}");
            prop_assert_eq!(parse(format!("RCPT TO:<{address}>").as_bytes()), Ok(Command::Rcpt(address)));
        }
    }
}
