//! The header and the structure: H, M and L.

use chrono::DateTime;
use lettre::message::Mailboxes;
use mail_parser::MessageParser;

use super::{Findings, parts::Parts};

/// Fields that stand at most once (RFC 5322, section 3.6; RFC 2369, section 2; RFC 8058, section 3.1).
const ONCE: [&str; 15] = [
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "in-reply-to",
    "references",
    "mime-version",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-help",
    "list-post",
    "content-type",
    "content-transfer-encoding",
];

pub(super) fn check(parts: &Parts, mail: &[u8], findings: &mut Findings) {
    lines(mail, findings);
    for name in ONCE {
        findings.tell_if(
            parts.field(name).count() > 1,
            "H07",
            name,
            "a field stands twice",
        );
    }
    date(parts, findings);
    people(parts, findings);
    subject(mail, parts, findings);
    message_id(parts, findings);
    let auto = parts.one("auto-submitted");
    findings.tell_if(
        auto.is_empty() || auto.eq_ignore_ascii_case("no"),
        "H16",
        "Auto-Submitted",
        "nothing says that a machine sent it",
    );
    for name in ["return-path", "received"] {
        findings.tell_if(
            parts.field(name).next().is_some(),
            "H18",
            name,
            "a field that servers write",
        );
    }
    structure(parts, mail, findings);
    list(parts, findings);
}

fn lines(mail: &[u8], findings: &mut Findings) {
    let mut in_head = true;
    for (number, line) in mail.split(|byte| *byte == b'\n').enumerate() {
        let place = || format!("line {}", number + 1);
        let bare = line.strip_suffix(b"\r").unwrap_or(line);
        let last = line.is_empty();
        findings.tell_if(
            !last && bare.len() == line.len(),
            "H09",
            place(),
            "a line ends without CR",
        );
        findings.tell_if(
            bare.contains(&b'\r') || bare.contains(&0),
            "H09",
            place(),
            "a CR alone, or a NUL",
        );
        findings.tell_if(
            bare.len() > 998,
            "H08",
            place(),
            format!("a line of {} octets", bare.len()),
        );
        in_head &= !bare.is_empty();
        if in_head {
            findings.tell_if(
                !bare.is_ascii(),
                "H10",
                place(),
                "a header that isn't ASCII",
            );
            let text = String::from_utf8_lossy(bare);
            for word in text
                .split_whitespace()
                .filter(|word| word.starts_with("=?"))
            {
                findings.tell_if(
                    word.len() > 75,
                    "H11",
                    place(),
                    "an encoded word is too long",
                );
            }
        }
    }
}

fn date(parts: &Parts, findings: &mut Findings) {
    let dates: Vec<_> = parts.field("date").collect();
    let [date] = dates[..] else {
        findings.tell("H01", "Date", format!("{} dates", dates.len()));
        return;
    };
    findings.tell_if(
        DateTime::parse_from_rfc2822(date).is_err(),
        "H01",
        date,
        "a date that can't be read",
    );
}

fn people(parts: &Parts, findings: &mut Findings) {
    for (name, id) in [("from", "H02"), ("to", "H04")] {
        let values: Vec<_> = parts.field(name).collect();
        let [value] = values[..] else {
            findings.tell(id, name, format!("{} fields {name}", values.len()));
            continue;
        };
        // What is in the quotes or encoded words of a name is no concern of the count.
        let read = value
            .parse::<Mailboxes>()
            .map(|boxes| boxes.into_iter().count());
        match read {
            Ok(1) => {}
            Ok(count) => findings.tell(id, value, format!("{count} mailboxes in {name}")),
            Err(_) => findings.tell(id, value, format!("{name} can't be read")),
        }
    }
    for name in ["cc", "bcc"] {
        findings.tell_if(
            parts.field(name).next().is_some(),
            "H04",
            name,
            "a copy to somebody else",
        );
    }
    let from = parts.one("from");
    let (name, address) = from.rsplit_once('<').unwrap_or(("", from));
    findings.tell_if(
        name.contains('@'),
        "H12",
        from,
        "an `@` in the sender's name",
    );
    let answers = match parts.one("reply-to") {
        "" => address,
        reply_to => reply_to,
    };
    let answers = answers.to_lowercase();
    let nobody = [
        "noreply",
        "no-reply",
        "donotreply",
        "do-not-reply",
        "nepasrepondre",
    ];
    findings.tell_if(
        nobody.iter().any(|word| answers.contains(word)),
        "H14",
        answers,
        "answers go to nobody",
    );
}

fn subject(mail: &[u8], parts: &Parts, findings: &mut Findings) {
    let count = parts.field("subject").count();
    let message = MessageParser::new().parse(mail);
    let subject = message
        .as_ref()
        .and_then(|message| message.subject())
        .unwrap_or_default()
        .trim();
    if count != 1 || subject.is_empty() {
        findings.tell(
            "H05",
            "Subject",
            if count > 1 {
                "two subjects"
            } else {
                "no subject"
            },
        );
        return;
    }
    let length = subject.chars().count();
    findings.tell_if(
        length > 78,
        "H05W",
        subject,
        format!("a subject of {length} characters"),
    );
    let lower = subject.to_lowercase();
    let false_answer = ["re:", "fwd:", "fw:", "aw:", "tr:"]
        .iter()
        .any(|start| lower.starts_with(start));
    findings.tell_if(
        false_answer,
        "H05W",
        subject,
        "a subject that looks like an answer",
    );
    let letters: Vec<_> = subject
        .chars()
        .filter(|c| c.is_uppercase() || c.is_lowercase())
        .collect();
    let shouts = letters.len() > 12 && letters.iter().all(|c| c.is_uppercase());
    findings.tell_if(shouts, "H05W", subject, "a subject in capitals");
    let marks = subject.matches(['!', '！']).count();
    findings.tell_if(
        marks > 2,
        "H05W",
        subject,
        "a subject full of exclamation marks",
    );
}

fn message_id(parts: &Parts, findings: &mut Findings) {
    let ids: Vec<_> = parts.field("message-id").collect();
    let good = |id: &str| {
        let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        let sides = inner.and_then(|id| id.split_once('@'));
        sides.is_some_and(|(left, right)| {
            !left.is_empty() && right.contains('.') && !id.contains(char::is_whitespace)
        })
    };
    match ids[..] {
        [id] => findings.tell_if(!good(id), "H06", id, "a Message-ID that isn't one"),
        _ => findings.tell("H06", "Message-ID", format!("{} of them", ids.len())),
    }
}

fn structure(parts: &Parts, mail: &[u8], findings: &mut Findings) {
    let version = parts.one("mime-version");
    findings.tell_if(version != "1.0", "M01", version, "no MIME-Version: 1.0");
    let leaves: Vec<_> = parts.kinds.iter().map(|(kind, _)| kind.as_str()).collect();
    let text = leaves.iter().position(|kind| *kind == "text/plain");
    let html = leaves.iter().position(|kind| *kind == "text/html");
    if let (Some(text), Some(html)) = (text, html) {
        let alternative = leaves.contains(&"multipart/alternative");
        findings.tell_if(
            !alternative,
            "M02",
            leaves.join(", "),
            "text and HTML are no alternatives",
        );
        findings.tell_if(
            html < text,
            "M02",
            leaves.join(", "),
            "HTML stands before the text",
        );
    }
    for what in &parts.broken {
        findings.tell("M04", "", what.clone());
    }
    let texts = [
        parts.text.as_ref().map(|(text, _)| text),
        parts.html.as_ref(),
    ];
    let base64 = parts
        .kinds
        .iter()
        .any(|(kind, encoding)| kind.starts_with("text/") && encoding == "base64");
    let ascii = |text: &&String| text.bytes().filter(u8::is_ascii).count() * 2 > text.len();
    findings.tell_if(
        base64 && texts.iter().flatten().all(ascii),
        "M06",
        "",
        "base64 for readable text",
    );
    let _ = mail;
}

fn list(parts: &Parts, findings: &mut Findings) {
    let unsubscribe = parts.one("list-unsubscribe");
    findings.tell_if(unsubscribe.is_empty(), "L01", "", "no List-Unsubscribe");
    if !unsubscribe.is_empty() {
        let post = parts.one("list-unsubscribe-post");
        let https = unsubscribe.contains("<https://");
        findings.tell_if(
            !https || post != "List-Unsubscribe=One-Click",
            "L02",
            unsubscribe,
            "no one-click unsubscription",
        );
        findings.tell_if(
            !unsubscribe.contains("<mailto:"),
            "L05",
            unsubscribe,
            "no address to unsubscribe by mail",
        );
        let to = parts
            .one("to")
            .rsplit(['<', ' '])
            .next()
            .unwrap_or_default()
            .trim_end_matches('>');
        let shown = !to.is_empty() && unsubscribe.contains(to);
        findings.tell_if(shown, "L04", unsubscribe, "the reader's address in clear");
    }
    let id = parts.one("list-id");
    let inner = id.rsplit_once('<').and_then(|(_, id)| id.strip_suffix('>'));
    findings.tell_if(
        !inner.is_some_and(|id| id.contains('.')),
        "L06",
        id,
        "no List-Id",
    );
}
