//! The values that the templates show.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::super::{
    Note,
    inbox::Caught,
    reading::{self, Field, PlainText},
    source::{self, Run},
};

/// The most mails that the inbox shows the front of: each is a frame to load.
const MAX_FRONTS: usize = 12;

/// One of the ways to look at a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum View {
    /// As wide as a mail is on a screen.
    #[default]
    Desktop,
    /// As wide as a phone.
    Phone,
    /// As on a system set to dark.
    Dark,
    /// The plain text part.
    Text,
    /// The mail's octets.
    Source,
}

/// The inbox.
#[derive(Debug, Serialize)]
pub(super) struct List {
    count: usize,
    recipients: Vec<Recipient>,
    fronts: Vec<Front>,
    notes: Vec<Note>,
}

/// Somebody who got mail.
#[derive(Debug, Serialize)]
struct Recipient {
    address: String,
    name: String,
    mails: Vec<Row>,
}

/// The front of a mail, as on a kiosk's wall.
#[derive(Debug, Serialize)]
struct Front {
    row: Row,
    /// Whose it is: a name, or an address.
    reader: String,
}

/// A mail's line in the inbox, and the head of its page.
#[derive(Debug, Serialize)]
struct Row {
    number: u32,
    subject: String,
    from: String,
    language: Option<String>,
    /// For people.
    time: String,
    /// For programs (RFC 3339), if the mail's date is one.
    moment: Option<String>,
}

/// One mail.
#[derive(Debug, Serialize)]
pub(super) struct Mail {
    row: Row,
    recipient: String,
    name: String,
    sender: String,
    size: String,
    previous: Option<u32>,
    next: Option<u32>,
    view: View,
    tabs: Vec<Tab>,
    has_html: bool,
    text: Option<Text>,
    fields: Vec<Field>,
    runs: Vec<Run>,
}

#[derive(Debug, Serialize)]
struct Tab {
    view: View,
    label: &'static str,
}

/// The plain text part, as it is read and as it was sent.
#[derive(Debug, Serialize)]
struct Text {
    content_type: String,
    paragraphs: Vec<Quoted>,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Quoted {
    marks: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Line {
    text: String,
    soft: bool,
}

/// The inbox: recipients in the order of their first mails.
pub(super) fn inbox(mails: &[Caught], notes: Vec<Note>) -> List {
    let mut recipients: Vec<Recipient> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for caught in mails {
        let place = *places.entry(&caught.recipient).or_insert_with(|| {
            recipients.push(Recipient {
                address: caught.recipient.clone(),
                name: caught.summary.to.clone(),
                mails: Vec::new(),
            });
            recipients.len() - 1
        });
        recipients[place].mails.push(row(caught));
    }
    List {
        count: mails.len(),
        recipients,
        fronts: mails.iter().take(MAX_FRONTS).map(front).collect(),
        notes,
    }
}

fn front(caught: &Caught) -> Front {
    let name = &caught.summary.to;
    let reader = if name.is_empty() {
        &caught.recipient
    } else {
        name
    };
    Front {
        row: row(caught),
        reader: reader.clone(),
    }
}

fn row(caught: &Caught) -> Row {
    let summary = &caught.summary;
    let date = DateTime::parse_from_rfc2822(&summary.date).ok();
    Row {
        number: caught.number,
        subject: summary.subject.clone(),
        from: summary.from.clone(),
        language: summary.language.as_ref().map(ToString::to_string),
        time: date.map_or_else(
            || summary.date.clone(),
            |date| date.format("%a %-d %b %Y, %H:%M").to_string(),
        ),
        moment: date.map(|date| date.to_rfc3339()),
    }
}

/// One mail, read as far as the view needs it; `mails` are all, to know its neighbours.
pub(super) fn mail(caught: &Caught, octets: &[u8], view: View, mails: &[Caught]) -> Mail {
    let numbers = || mails.iter().map(|it| it.number);
    let source = view == View::Source;
    Mail {
        row: row(caught),
        recipient: caught.recipient.clone(),
        name: caught.summary.to.clone(),
        sender: caught.sender.clone(),
        size: size(caught.size),
        previous: numbers().filter(|&it| it < caught.number).max(),
        next: numbers().filter(|&it| it > caught.number).min(),
        view,
        tabs: tabs(),
        has_html: reading::html(octets).is_some(),
        text: reading::plain_text(octets)
            .filter(|_| view == View::Text)
            .map(text),
        fields: only(source, || reading::fields(octets)),
        runs: only(source, || source::runs(octets)),
    }
}

/// Nothing, where the view doesn't show it.
fn only<T>(is_shown: bool, read: impl FnOnce() -> Vec<T>) -> Vec<T> {
    if is_shown { read() } else { Vec::new() }
}

fn tabs() -> Vec<Tab> {
    let tab = |(view, label)| Tab { view, label };
    let tabs = [
        (View::Desktop, "Desktop"),
        (View::Phone, "Phone"),
        (View::Dark, "Dark"),
        (View::Text, "Plain text"),
        (View::Source, "Source"),
    ];
    tabs.into_iter().map(tab).collect()
}

fn text(plain: PlainText) -> Text {
    let paragraphs = plain.paragraphs.into_iter().map(|it| Quoted {
        marks: "›".repeat(it.quoted),
        text: it.text,
    });
    let lines = plain.lines.into_iter();
    Text {
        content_type: plain.content_type,
        paragraphs: paragraphs.collect(),
        lines: lines.map(|(text, soft)| Line { text, soft }).collect(),
    }
}

/// Octets as people say it: `812 bytes`, `14.2 KB`.
fn size(octets: usize) -> String {
    if octets < 1000 {
        return format!("{octets} bytes");
    }
    let tenths = octets / 100;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_in_the_unit_that_fits() {
        assert_eq!(size(812), "812 bytes");
        assert_eq!(size(14_260), "14.2 KB");
    }

    #[test]
    fn a_recipients_mails_stand_together_in_the_order_they_came() {
        let caught = |number, recipient: &str| Caught {
            number,
            file: "x.eml".into(),
            sender: String::new(),
            recipient: recipient.to_owned(),
            size: 0,
            summary: super::super::super::summary::Summary::default(),
        };
        let mails = [
            caught(1, "ann@a.example"),
            caught(2, "lea@a.example"),
            caught(4, "ann@a.example"),
        ];
        let list = inbox(&mails, Vec::new());
        let read: Vec<(&str, Vec<u32>)> = list
            .recipients
            .iter()
            .map(|it| {
                (
                    it.address.as_str(),
                    it.mails.iter().map(|row| row.number).collect(),
                )
            })
            .collect();
        assert_eq!(
            read,
            [("ann@a.example", vec![1, 4]), ("lea@a.example", vec![2])]
        );
        let shown = mail(&mails[1], b"", View::Desktop, &mails);
        assert_eq!((shown.previous, shown.next), (Some(1), Some(4)));
    }
}
