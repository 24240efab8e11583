//! What the list of mails shows of one: read once, when it is caught.

use mail_parser::{HeaderForm, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};

use crate::domain::Language;

/// The head of a mail, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// The subject; empty if there is none.
    pub subject: String,
    /// The sender's name, or address.
    pub from: String,
    /// The recipient's name, if the mail knows it.
    pub to: String,
    /// The date, as the mail writes it.
    pub date: String,
    /// The language of what it says: `Content-Language`, else the `lang` of its HTML.
    pub language: Option<Language>,
}

impl Summary {
    /// Reads it. Whatever the octets are, there is a summary: an empty one at worst.
    pub(super) fn of(octets: &[u8], recipient: &str) -> Self {
        let Some(mail) = MessageParser::default().parse(octets) else {
            return Self::default();
        };
        let from = mail.from().and_then(|from| from.first());
        let to = mail.all_to().flat_map(|to| to.iter()).find(|to| {
            to.address()
                .is_some_and(|it| it.eq_ignore_ascii_case(recipient))
        });
        Self {
            subject: mail.subject().unwrap_or_default().to_owned(),
            from: from
                .and_then(|from| from.name().or_else(|| from.address()))
                .unwrap_or_default()
                .to_owned(),
            to: to.and_then(|to| to.name()).unwrap_or_default().to_owned(),
            date: mail
                .header_raw(HeaderName::Date)
                .unwrap_or_default()
                .trim()
                .to_owned(),
            language: language(&mail),
        }
    }
}

fn language(mail: &Message) -> Option<Language> {
    let declared = mail
        .header_as(HeaderName::ContentLanguage, HeaderForm::Raw)
        .first()
        .and_then(HeaderValue::as_text)
        .and_then(|text| text.split(',').next()?.trim().parse().ok());
    declared.or_else(|| {
        let parts = mail.text_bodies().chain(mail.html_bodies());
        let of_part = parts.filter_map(|part| part.content_language().as_text()?.parse().ok());
        of_part.chain(html_language(mail)).next()
    })
}

/// The `lang` of the `html` element.
fn html_language(mail: &Message) -> Option<Language> {
    let html = mail.html_bodies().next()?.text_contents()?;
    let tag = html.split_once("<html")?.1.split_once('>')?.0;
    let value = tag.split_once("lang=")?.1;
    value
        .split(['"', '\'', ' '])
        .find(|word| !word.is_empty())?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_mail_is_decoded() {
        let mail = "From: =?UTF-8?B?7JWE7Lmo?= <news@post.example>\r\nTo: ann@a.example, =?UTF-8?Q?L=C3=A9a?= <lea@a.example>\r\nSubject: =?UTF-8?Q?=ED=95=9C?=\r\n =?UTF-8?Q?=EA=B5=AD?=\r\nDate: Mon, 23 Nov 2026 06:30:00 +0100\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html dir=\"ltr\" lang=\"ko-KR\"><p>x";
        let summary = Summary::of(mail.as_bytes(), "lea@A.example");
        assert_eq!(
            summary,
            Summary {
                subject: "한국".into(),
                from: "아침".into(),
                to: "Léa".into(),
                date: "Mon, 23 Nov 2026 06:30:00 +0100".into(),
                language: "ko-KR".parse().ok(),
            }
        );
    }

    #[test]
    fn any_octets_have_a_summary() {
        for octets in [
            &b""[..],
            b"\xff\xff",
            b"no header",
            b"\r\n\r\n",
            b"Subject:",
        ] {
            assert_eq!(Summary::of(octets, "").subject, "");
        }
    }
}
