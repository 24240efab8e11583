//! One mail, decoded for the views of the page.

use mail_parser::{Header, HeaderName, MessageParser, MessagePart, MimeHeaders, PartType};
use serde::Serialize;

use super::flowed::{self, Flow, Paragraph};

/// A mail's header, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Field {
    /// Its name.
    pub name: String,
    /// Its value: unfolded, encoded words decoded.
    pub value: String,
}

/// The plain text of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlainText {
    /// As a reader's program shows it.
    pub paragraphs: Vec<Paragraph>,
    /// Its lines as they were sent, and whether each ends in a soft break.
    pub lines: Vec<(String, bool)>,
    /// The part's Content-Type.
    pub content_type: String,
}

/// The header fields, in their order.
pub(super) fn fields(octets: &[u8]) -> Vec<Field> {
    let parser = [
        HeaderName::From,
        HeaderName::To,
        HeaderName::ReplyTo,
        HeaderName::Cc,
        HeaderName::Sender,
    ]
    .into_iter()
    .fold(
        MessageParser::new().default_header_text(),
        MessageParser::header_text,
    );
    let Some(mail) = parser.parse_headers(octets) else {
        return Vec::new();
    };
    let field = |header: &Header| Field {
        name: header.name().to_owned(),
        value: header.value().as_text().unwrap_or_default().to_owned(),
    };
    mail.headers().iter().map(field).collect()
}

/// The HTML part, decoded. The pictures that the mail carries (RFC 2392) stand in it, since a browser looks into no mail.
pub(super) fn html(octets: &[u8]) -> Option<String> {
    let mail = MessageParser::default().parse(octets)?;
    let html = mail.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.clone().into_owned()),
        _ => None,
    })?;
    let pictures = mail.parts.iter().filter_map(picture);
    Some(pictures.fold(html, |html, (cid, data)| html.replace(&cid, &data)))
}

/// The address that the HTML has of a picture that the mail carries, and one that holds it.
fn picture(part: &MessagePart) -> Option<(String, String)> {
    let id = part.content_id()?;
    let kind = part.content_type()?;
    let subtype = kind
        .subtype()
        .filter(|_| kind.ctype().eq_ignore_ascii_case("image"))?;
    let data = data_encoding::BASE64.encode(part.contents());
    Some((
        format!("\"cid:{id}\""),
        format!("\"data:image/{subtype};base64,{data}\""),
    ))
}

/// The plain text part, decoded.
pub(super) fn plain_text(octets: &[u8]) -> Option<PlainText> {
    let mail = MessageParser::default().parse(octets)?;
    mail.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(read_plain(part, text)),
        _ => None,
    })
}

fn read_plain(part: &MessagePart, text: &str) -> PlainText {
    let flow = flow(part);
    PlainText {
        paragraphs: flowed::paragraphs(text, flow),
        lines: text
            .lines()
            .map(|line| (line.trim_end_matches(' ').to_owned(), flow.is_soft(line)))
            .collect(),
        content_type: content_type(part),
    }
}

fn flow(part: &MessagePart) -> Flow {
    let says = |name: &str, value: &str| {
        part.content_type()
            .and_then(|it| it.attribute(name))
            .is_some_and(|it| it.eq_ignore_ascii_case(value))
    };
    match (says("format", "flowed"), says("delsp", "yes")) {
        (false, _) => Flow::Fixed,
        (true, false) => Flow::Flowed,
        (true, true) => Flow::FlowedDelSp,
    }
}

fn content_type(part: &MessagePart) -> String {
    let Some(given) = part.content_type() else {
        return "text/plain".to_owned();
    };
    let mut shown = given.ctype().to_owned();
    if let Some(subtype) = given.subtype() {
        shown = format!("{shown}/{subtype}");
    }
    for attribute in given.attributes().unwrap_or_default() {
        shown = format!("{shown}; {}={}", attribute.name, attribute.value);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Subject: =?UTF-8?Q?Caf=C3=A9?=\r\n  and more\r\nTo: =?UTF-8?B?66+87KeA?= <minji@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=EB=B0=94=\r\n=20\r\n=EB=9E=8C\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p title=3D\"x\">=EB=B0=94=EB=9E=8C</p>\r\n--b1--\r\n";

    #[test]
    fn a_picture_that_the_mail_carries_stands_in_its_html() {
        let mail = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:a@b\"><img src=\"cid:c@d\">\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";
        let html = html(mail.as_bytes()).unwrap();
        assert!(html.starts_with("<img src=\"data:image/png;base64,AAAA\"><img src=\"cid:c@d\">"));
    }

    #[test]
    fn the_fields_are_decoded_and_unfolded() {
        let fields = fields(MAIL.as_bytes());
        assert_eq!(fields[0].value, "Café and more");
        assert_eq!(fields[1].value, "민지 <minji@a.example>");
        assert_eq!(fields[3].name, "Content-Type");
    }

    #[test]
    fn both_parts_are_decoded() {
        assert_eq!(
            html(MAIL.as_bytes()).as_deref().map(str::trim_end),
            Some("<p title=\"x\">바람</p>")
        );
        let plain = plain_text(MAIL.as_bytes()).expect("a plain text part");
        assert_eq!(plain.paragraphs[0].text, "바람");
        assert_eq!(
            plain.lines,
            [("바".to_owned(), true), ("람".to_owned(), false)]
        );
        assert_eq!(
            plain.content_type,
            "text/plain; charset=utf-8; format=flowed; delsp=yes"
        );
    }

    #[test]
    fn a_part_that_isnt_there_is_none() {
        assert_eq!(html(b"Subject: x\r\n\r\njust text\r\n"), None);
        let only_html = b"Content-Type: text/html\r\n\r\n<p>x";
        assert_eq!(plain_text(only_html), None);
        assert_eq!(html(b""), None);
        assert_eq!(fields(b""), []);
    }
}
