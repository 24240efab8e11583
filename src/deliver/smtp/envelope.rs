//! MAIL and RCPT with the parameters that a relay offers to take.

use std::fmt::Write as _;

use super::offers::Offers;
use crate::{compose::Mail, deliver::reply::Reply, domain::Address};

/// The MAIL and RCPT commands of a mail.
pub(super) fn commands(mail: &Mail, offers: &Offers) -> [String; 2] {
    [mail_command(mail, offers), rcpt_command(mail, offers)]
}

// Writing into a String can't fail.

fn mail_command(mail: &Mail, offers: &Offers) -> String {
    let mut line = format!("MAIL FROM:<{}>", mail.from);
    if offers.size.is_some() {
        let _ = write!(line, " SIZE={}", mail.bytes.len());
    }
    if offers.eight_bit {
        line.push_str(" BODY=8BITMIME");
    }
    if needs_smtputf8(mail) {
        line.push_str(" SMTPUTF8");
    }
    // A report about a failure brings the header only, and our token, by which we know whom it is about (RFC 3461, section 4).
    if offers.dsn {
        let _ = write!(line, " RET=HDRS ENVID={}", mail.token);
    }
    line.push_str("\r\n");
    line
}

fn rcpt_command(mail: &Mail, offers: &Offers) -> String {
    let mut line = format!("RCPT TO:<{}>", mail.to);
    if offers.dsn {
        let _ = write!(line, " NOTIFY=FAILURE,DELAY ORCPT={}", orcpt(&mail.to));
    }
    line.push_str("\r\n");
    line
}

/// The recipient as `ORCPT` has it: RFC 3461, section 4.2; outside ASCII RFC 6533, section 3.
fn orcpt(address: &Address) -> String {
    let text = address.to_string();
    let mut out = String::from(if text.is_ascii() { "rfc822;" } else { "utf-8;" });
    for c in text.chars() {
        match c {
            '+' | '=' | '\\' => {
                let _ = if text.is_ascii() {
                    write!(out, "+{:02X}", u32::from(c))
                } else {
                    write!(out, "\\x{{{:02X}}}", u32::from(c))
                };
            }
            c => out.push(c),
        }
    }
    out
}

/// Our own refusal of what the relay has announced that it can't take, in the words that it would use.
pub(super) fn unfit(mail: &Mail, offers: &Offers) -> Option<Reply> {
    let refuse = |code, words: String| Some(Reply::new(code, [words]));
    if let Some(limit) = offers.size
        && mail.bytes.len() as u64 > limit
    {
        let octets = mail.bytes.len();
        return refuse(
            552,
            format!("5.3.4 not sent: the mail has {octets} octets, the relay takes {limit}"),
        );
    }
    if needs_smtputf8(mail) && !offers.smtputf8 {
        return refuse(
            553,
            "5.6.7 not sent: the address needs SMTPUTF8, which the relay doesn't offer".into(),
        );
    }
    if !offers.eight_bit && !mail.bytes.is_ascii() {
        return refuse(
            554,
            "5.6.3 not sent: the mail has 8-bit text, and the relay doesn't offer 8BITMIME".into(),
        );
    }
    None
}

fn needs_smtputf8(mail: &Mail) -> bool {
    mail.to.needs_smtputf8() || mail.from.needs_smtputf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipient_is_told_in_the_form_that_a_report_gives_back() {
        let orcpt = |text: &str| orcpt(&text.parse().unwrap());
        assert_eq!(orcpt("ann@a.example"), "rfc822;ann@a.example");
        assert_eq!(orcpt("a+b=c@a.example"), "rfc822;a+2Bb+3Dc@a.example");
        assert_eq!(orcpt("zoë+x@a.example"), "utf-8;zoë\\x{2B}x@a.example");
    }
}
