//! A mail taken apart: the fields of its header as they stand, and its two parts, decoded.

use mail_parser::{MessageParser, MimeHeaders as _};

/// A mail taken apart.
pub(super) struct Parts {
    /// The header's fields in their order: name, and value unfolded.
    pub fields: Vec<(String, String)>,
    /// The plain-text part, and whether it says that it is flowed.
    pub text: Option<(String, bool)>,
    /// The HTML part.
    pub html: Option<String>,
    /// The media types of the parts, in their order, and each's transfer encoding.
    pub kinds: Vec<(String, String)>,
    /// What isn't UTF-8, or doesn't decode.
    pub broken: Vec<String>,
}

impl Parts {
    /// `None` where there is no header and body.
    pub fn new(mail: &[u8]) -> Option<Self> {
        let message = MessageParser::new().parse(mail)?;
        let fields = fields(mail);
        if fields.is_empty() {
            return None;
        }
        let mut kinds = Vec::new();
        let mut broken = Vec::new();
        for part in &message.parts {
            let kind = part.content_type().map_or_else(
                || "text/plain".to_owned(),
                |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()),
            );
            let kind = kind.to_lowercase();
            let charset = part
                .content_type()
                .and_then(|kind| kind.attribute("charset"));
            let is_text = kind.starts_with("text/");
            if is_text && !charset.is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8")) {
                broken.push(format!("{kind} in {}", charset.unwrap_or("no charset")));
            }
            if part.is_encoding_problem || is_text && part.contents().contains(&0) {
                broken.push(format!("{kind} doesn't decode"));
            }
            let encoding = part.content_transfer_encoding().unwrap_or("7bit");
            kinds.push((kind, encoding.to_lowercase()));
        }
        let text = message
            .text_part(0)
            .filter(|part| part.is_text() && !part.is_text_html());
        let html = message.html_part(0).filter(|part| part.is_text_html());
        Some(Self {
            text: text.map(|part| {
                let flowed = part
                    .content_type()
                    .and_then(|kind| kind.attribute("format"))
                    .is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
                (
                    part.text_contents()
                        .unwrap_or_default()
                        .replace("\r\n", "\n"),
                    flowed,
                )
            }),
            html: html.map(|part| {
                part.text_contents()
                    .unwrap_or_default()
                    .replace("\r\n", "\n")
            }),
            fields,
            kinds,
            broken,
        })
    }

    /// The values of a field, by its name.
    pub fn field<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter();
        fields
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The value of a field that stands once; empty where it doesn't stand.
    pub fn one<'a>(&'a self, name: &'a str) -> &'a str {
        self.field(name).next().unwrap_or_default()
    }
}

/// The fields before the first empty line, unfolded.
fn fields(mail: &[u8]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in mail.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push_str(&line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        } else {
            return Vec::new();
        }
    }
    fields
}
