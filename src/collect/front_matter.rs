//! The fields at the head of a file: TOML between `+++`, YAML between `---`, or a JSON object (Hugo's and Eleventy's ways).

use super::{
    fields::{Fields, Written},
    raw::Fault,
};

/// Reads what stands between the fences.
type Reader = fn(&str) -> Result<Fields, Fault>;

const HINT: &str = "correct the field, or take it out";

/// The front matter of `text`, and the rest of it. None where it has no front matter.
///
/// # Errors
/// Where the front matter isn't closed, isn't what its fence says, or a field isn't what it should be.
pub fn split(text: &str) -> Result<(Option<Written>, &str), Fault> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().map(str::trim_end);
    let (fence, read): (_, Reader) = match first {
        Some("+++") => ("+++", from_toml),
        Some("---" | "---yaml") => ("---", from_yaml),
        Some("---toml") => ("---", from_toml),
        Some("---json") => ("---", from_json),
        Some(first) if begins_an_object(first, text) => return json_object(text),
        _ => return Ok((None, text)),
    };
    let start = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut end = start;
    for line in lines {
        let closes = line.trim_end();
        if closes == fence || (fence == "---" && closes == "...") {
            let fields = read(&text[start..end])?;
            return Ok((Some(fields.into()), &text[end + line.len()..]));
        }
        end += line.len();
    }
    Err(Fault {
        line: Some(1),
        message: format!("the front matter that opens with `{fence}` is never closed"),
        hint: format!("end it with a line `{fence}`"),
    })
}

fn from_toml(fields: &str) -> Result<Fields, Fault> {
    toml::from_str(fields).map_err(|error| Fault {
        // The fence is line 1
        line: error
            .span()
            .map(|span| 2 + fields[..span.start.min(fields.len())].matches('\n').count()),
        message: format!(
            "front matter (TOML): {}",
            error.message().trim().replace('\n', ", ")
        ),
        hint: HINT.to_owned(),
    })
}

fn from_yaml(fields: &str) -> Result<Fields, Fault> {
    if fields
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    {
        return Ok(Fields::default());
    }
    serde_saphyr::from_str(fields).map_err(|error| {
        let message = error.without_snippet().to_string();
        Fault {
            line: error
                .location()
                .and_then(|location| usize::try_from(location.line()).ok())
                .map(|line| line + 1),
            message: format!(
                "front matter (YAML): {}",
                message.lines().next().unwrap_or_default()
            ),
            hint: format!("{HINT}; a text with `: ` in it needs quotation marks"),
        }
    })
}

fn from_json(fields: &str) -> Result<Fields, Fault> {
    serde_json::from_str(fields).map_err(|error| in_json(&error, 1))
}

/// `lines_before`: how many lines of the file stand before the JSON.
fn in_json(error: &serde_json::Error, lines_before: usize) -> Fault {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    Fault {
        line: Some(lines_before + error.line().max(1)),
        message: format!(
            "front matter (JSON): {}",
            message.strip_suffix(&place).unwrap_or(&message)
        ),
        hint: HINT.to_owned(),
    }
}

/// Whether a file begins with a JSON object, and not with a `{{ shortcode }}`.
fn begins_an_object(first: &str, text: &str) -> bool {
    first.starts_with('{') && text[1..].trim_start().starts_with('"')
}

fn json_object(text: &str) -> Result<(Option<Written>, &str), Fault> {
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Fields>();
    match objects.next() {
        Some(Ok(fields)) => Ok((Some(fields.into()), &text[objects.byte_offset()..])),
        Some(Err(error)) => Err(in_json(&error, 0)),
        None => Ok((None, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::raw::{RawArticle, RawText};

    fn read(text: &str) -> RawArticle {
        split(text).unwrap().0.unwrap().article
    }

    #[test]
    fn toml_and_yaml_say_the_same() {
        let toml = read(
            "+++\ntitle = \"Ports\"\ndate = 2026-11-24T07:30:00Z\nauthor = \"A. Roe\"\ntags = [\"korea\"]\ntopics = \"trade\"\nlang = \"en\"\nimage = { url = \"https://i.example/a.jpg\", alt = \"A port\", credit = \"Agency\" }\nrelated = [\"One\", { title = \"Two\", url = \"https://a.example/2\" }]\nreading_minutes = 3\nsomebody_elses = 1\n+++\nBody\n",
        );
        let yaml = read(
            "---\ntitle: Ports\ndate: 2026-11-24T07:30:00Z\nauthor: A. Roe\ntags:\n  - korea\ntopics: trade\nlang: en\nimage:\n  url: https://i.example/a.jpg\n  alt: A port\n  credit: Agency\nrelated:\n  - One\n  - title: Two\n    url: https://a.example/2\nreading_minutes: 3\nsomebody_elses: 1\n---\nBody\n",
        );
        for article in [&toml, &yaml] {
            assert_eq!(article.title, RawText::Plain("Ports".into()));
            assert_eq!(
                article.published.unwrap().to_rfc3339(),
                "2026-11-24T07:30:00+00:00"
            );
            assert_eq!(article.authors[0].name, "A. Roe");
            assert_eq!(article.tags, ["korea", "trade"]);
            assert_eq!(article.language.as_ref().unwrap().as_str(), "en");
            assert_eq!(article.image.as_ref().unwrap().credit, "Agency");
            assert_eq!(
                article.related[1].url.as_deref(),
                Some("https://a.example/2")
            );
            assert_eq!(article.reading_minutes, Some(3));
        }
    }

    #[test]
    fn an_editor_says_how_an_article_is_to_be_treated() {
        let handling = |head: &str| read(&format!("---\n{head}\n---\n")).handling;
        let said = handling("pin: true\nboost: 1.5\nupdate: true\ncorrection: it was three to two");
        assert!(said.pin && said.update);
        assert_eq!(said.boost, Some(150));
        assert_eq!(said.correction.as_deref(), Some("it was three to two"));
        assert_eq!(handling("withdrawn: true").withdrawn.as_deref(), Some(""));
        let because = handling("retracted: it was a hoax").withdrawn;
        assert_eq!(because.as_deref(), Some("it was a hoax"));
        assert!(handling("retracted: false\npin: false").is_usual());
    }

    #[test]
    fn a_date_without_a_time_and_a_date_in_words_are_dates() {
        let date = |head: &str| read(head).published.unwrap().to_rfc3339();
        assert_eq!(
            date("+++\ndate = 2026-11-24\n+++\n"),
            "2026-11-24T00:00:00+00:00"
        );
        assert_eq!(
            date("---\ndate: 2026-11-24 07:30\n---\n"),
            "2026-11-24T07:30:00+00:00"
        );
    }

    #[test]
    fn an_error_names_the_line_and_what_is_wrong() {
        let fault = split("+++\ntitle = \"A\"\ndate = \"soon\"\n+++\n")
            .err()
            .unwrap();
        assert_eq!(fault.line, Some(3));
        assert_eq!(
            fault.message,
            "front matter (TOML): invalid value: string \"soon\", expected a date such as 2026-11-24 or 2026-11-24T07:30:00Z"
        );
        let fault = split("---\ntitle: A\ntags:\n  - a\nreading_minutes: many\n---\n")
            .err()
            .unwrap();
        assert_eq!(fault.line, Some(5));
        assert_eq!(split("+++\ntitle = 1").err().unwrap().line, Some(1));
    }

    #[test]
    fn a_text_without_front_matter_is_left_alone() {
        let (head, rest) = split("# A title\n\n---\n").unwrap();
        assert!(head.is_none());
        assert_eq!(rest, "# A title\n\n---\n");
        assert_eq!(split("---\r\ntitle: A\r\n---\r\nB").unwrap().1, "B");
    }

    #[test]
    fn json_is_front_matter_too_and_its_errors_have_their_line() {
        let (head, rest) =
            split("{\n  \"title\": \"Ports\",\n  \"tags\": [\"korea\"]\n}\n\nBody\n").unwrap();
        let article = head.unwrap().article;
        assert_eq!(article.title, RawText::Plain("Ports".into()));
        assert_eq!(
            (article.tags, rest),
            (vec!["korea".to_owned()], "\n\nBody\n")
        );
        assert_eq!(
            read("---json\n{\"title\": \"A\"}\n---\nB").title,
            RawText::Plain("A".into())
        );
        let fault = split("{\n\"title\": \"A\",\n\"date\": \"soon\"\n}")
            .err()
            .unwrap();
        assert_eq!(fault.line, Some(3));
        assert_eq!(
            fault.message,
            "front matter (JSON): invalid value: string \"soon\", expected a date such as 2026-11-24 or 2026-11-24T07:30:00Z"
        );
        assert!(split("{{< gallery >}}\n").unwrap().0.is_none());
    }
}
