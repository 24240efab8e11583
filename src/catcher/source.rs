//! A mail's octets as text, cut where the page colours them: header fields, boundaries, the rest.

use mail_parser::{MessageParser, MimeHeaders};
use serde::Serialize;

/// A run of the source that is shown in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Run {
    /// What it is.
    pub kind: Kind,
    /// A field's name; else empty.
    pub name: String,
    /// The text, line ends included.
    pub text: String,
}

/// What a run of the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A header field, folded lines included.
    Field,
    /// The line between two parts.
    Boundary,
    /// Anything else.
    Body,
}

/// Cuts the whole mail. The runs' names and texts, joined, are the mail.
pub(super) fn runs(octets: &[u8]) -> Vec<Run> {
    let boundaries = boundaries(octets);
    let text = String::from_utf8_lossy(octets);
    let mut runs: Vec<Run> = Vec::new();
    let mut in_header = true;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        let between = bare.strip_prefix("--").is_some_and(|rest| {
            let rest = rest.trim_end();
            boundaries
                .iter()
                .any(|it| rest == it || rest.strip_suffix("--") == Some(it))
        });
        if between {
            in_header = !bare.trim_end().ends_with("--");
            runs.push(run(Kind::Boundary, "", line));
            continue;
        }
        in_header &= !bare.is_empty();
        let folded = line.starts_with([' ', '\t']);
        match (in_header, line.split_once(':'), runs.last_mut()) {
            (true, _, Some(field)) if folded && field.kind == Kind::Field => {
                field.text.push_str(line);
            }
            (true, Some((name, _)), _) if !folded => {
                runs.push(run(Kind::Field, name, &line[name.len()..]));
            }
            (_, _, Some(body)) if body.kind == Kind::Body => body.text.push_str(line),
            _ => runs.push(run(Kind::Body, "", line)),
        }
    }
    runs
}

fn run(kind: Kind, name: &str, text: &str) -> Run {
    Run {
        kind,
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

fn boundaries(octets: &[u8]) -> Vec<String> {
    let Some(mail) = MessageParser::default().parse(octets) else {
        return Vec::new();
    };
    let boundary =
        |part: &mail_parser::MessagePart| Some(part.content_type()?.attribute("boundary")?.into());
    mail.parts.iter().filter_map(boundary).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(runs: &[Run]) -> String {
        runs.iter()
            .map(|run| run.name.clone() + &run.text)
            .collect()
    }

    #[test]
    fn fields_of_the_mail_and_of_its_parts_and_the_boundaries_are_told_from_the_rest() {
        let mail = "Subject: one\r\n two\r\nContent-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nTime: now\r\n--b2\r\n--b1--\r\n";
        let runs = runs(mail.as_bytes());
        let kinds: Vec<_> = runs
            .iter()
            .map(|run| (run.kind, run.name.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                (Kind::Field, "Subject"),
                (Kind::Field, "Content-Type"),
                (Kind::Body, ""),
                (Kind::Boundary, ""),
                (Kind::Field, "Content-Type"),
                (Kind::Body, ""),
                (Kind::Boundary, ""),
            ]
        );
        assert_eq!(joined(&runs), mail);
    }

    proptest! {
        #[test]
        fn nothing_of_a_source_is_lost(mail in "(([A-Za-z-]{1,9}: ?[ -~é]{0,20}|--b1(--)?| [a-z]{0,9}|)\r?\n){0,20}") {
            prop_assert_eq!(joined(&runs(mail.as_bytes())), mail);
        }
    }
}
