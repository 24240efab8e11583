//! The editor's hand: `issues/DATE.md`, or `issues/EDITION/DATE.md`, a plain text beside an issue.
//!
//! What stands before the first heading is the opening note; a heading with a language (`# fr`) begins the note in that language; a
//! heading with the address of a page begins what is to become of that article, a line each: `pin`, `hide`, `title: …`, `summary: …`.

use std::{fs, path::Path};

use chrono::NaiveDate;
use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

use super::RunError;
use crate::{
    collect::plain,
    domain::{Archived, Change, CollectSettings, EditionId, Language, RichText},
    plan::story::page,
};

/// What an editor wrote for one issue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditorsHand {
    /// The note in no language, and those in some.
    opening: Vec<(Option<Language>, RichText)>,
    pages: Vec<OfPage>,
}

/// What is to become of one article.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct OfPage {
    page: String,
    pin: bool,
    hide: bool,
    title: Option<String>,
    summary: Option<String>,
}

/// A mistake, and its line.
type Mistake = (usize, String);

impl EditorsHand {
    /// The text for an issue, if there is one.
    ///
    /// # Errors
    /// When it can't be read, or has a mistake.
    pub fn text(
        folder: &Path,
        edition: &EditionId,
        date: NaiveDate,
    ) -> Result<Option<String>, RunError> {
        let issues = folder.join("issues");
        let paths = [
            issues.join(&edition.0).join(format!("{date}.md")),
            issues.join(format!("{date}.md")),
        ];
        let Some(path) = paths.iter().find(|path| path.exists()) else {
            return Ok(None);
        };
        let mistake = |line, what| RunError::Editor {
            path: path.clone(),
            line,
            what,
        };
        let text = fs::read_to_string(path).map_err(|error| mistake(1, error.to_string()))?;
        Self::read(&text).map_err(|(line, what)| mistake(line, what))?;
        Ok(Some(text))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// The first mistake, and its line.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let mut hand = Self::default();
        let mut note: (Option<Language>, String) = (None, String::new());
        let mut of_page: Option<OfPage> = None;
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(heading) = line.strip_prefix('#') {
                let heading = heading.trim_start_matches('#').trim();
                hand.close(&mut note, &mut of_page);
                if heading.contains("://") {
                    let wanted = page(heading, &CollectSettings::default().tracking_parameters);
                    of_page = Some(OfPage {
                        page: wanted.ok_or_else(|| {
                            (
                                number,
                                format!("not the address of an article: `{heading}`"),
                            )
                        })?,
                        ..OfPage::default()
                    });
                } else {
                    let language = heading.parse().map_err(|_| {
                        (number, format!("a heading is a language such as `fr`, or the address of an article, not `{heading}`"))
                    })?;
                    note = (Some(language), String::new());
                }
            } else if let Some(of_page) = &mut of_page {
                of_page.follow(line.trim()).map_err(|what| (number, what))?;
            } else {
                note.1.push_str(line);
                note.1.push('\n');
            }
        }
        hand.close(&mut note, &mut of_page);
        Ok(hand)
    }

    fn close(&mut self, note: &mut (Option<Language>, String), of_page: &mut Option<OfPage>) {
        let (language, text) = std::mem::take(note);
        if !text.trim().is_empty() {
            self.opening.push((language, rich(&text)));
        }
        self.pages.extend(of_page.take());
    }

    /// The note for readers of a language: in it, else the one in none, else the first.
    #[must_use]
    pub fn opening(&self, language: &Language) -> Option<RichText> {
        let theirs = |(of, _): &&(Option<Language>, RichText)| {
            of.as_ref().is_some_and(|of| of.matches(language))
        };
        let found = self.opening.iter().find(theirs);
        let found = found
            .or_else(|| self.opening.iter().find(|(of, _)| of.is_none()))
            .or(self.opening.first());
        found.map(|(_, note)| note.clone())
    }

    /// The changes of articles that the editor doesn't hide.
    #[must_use]
    pub fn apply_to_changes(&self, changes: Vec<Change>) -> Vec<Change> {
        let is_shown = |change: &Change| !self.apply(vec![change.after.clone()]).is_empty();
        changes.into_iter().filter(is_shown).collect()
    }

    /// The articles as the editor wants them: without those that are hidden, with other titles and summaries.
    #[must_use]
    pub fn apply(&self, articles: Vec<Archived>) -> Vec<Archived> {
        if self.pages.is_empty() {
            return articles;
        }
        let tracking = CollectSettings::default().tracking_parameters;
        let of_article = |archived: &Archived| {
            let theirs = page(archived.article.url.as_deref()?, &tracking)?;
            self.pages.iter().find(|of| of.page == theirs)
        };
        let mut applied = Vec::with_capacity(articles.len());
        for mut archived in articles {
            let Some(of_page) = of_article(&archived) else {
                applied.push(archived);
                continue;
            };
            if of_page.hide {
                continue;
            }
            let article = &mut archived.article;
            article.handling.pin |= of_page.pin;
            if let Some(title) = &of_page.title {
                article.title.clone_from(title);
            }
            if let Some(summary) = &of_page.summary {
                article.summary = RichText {
                    html: plain::to_html(summary),
                    text: summary.clone(),
                };
            }
            archived.revision = archived.article.revision();
            applied.push(archived);
        }
        applied
    }
}

impl OfPage {
    fn follow(&mut self, line: &str) -> Result<(), String> {
        let (word, value) = match line.split_once(':') {
            Some((word, value)) => (word.trim(), value.trim()),
            None => (line, ""),
        };
        match (word.to_lowercase().as_str(), value) {
            ("", _) => {}
            ("pin", "") => self.pin = true,
            ("hide", "") => self.hide = true,
            ("title", value) if !value.is_empty() => self.title = Some(value.to_owned()),
            ("summary", value) if !value.is_empty() => self.summary = Some(value.to_owned()),
            _ => {
                return Err(format!(
                    "below an address stands `pin`, `hide`, `title: …` or `summary: …`, not `{line}`"
                ));
            }
        }
        Ok(())
    }
}

/// Markdown as HTML in which nothing is that the editor didn't mean: markup is shown as it was written.
fn rich(text: &str) -> RichText {
    let is_page = |url: &str| {
        ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
    };
    let mut links = Vec::new();
    let events = Parser::new(text).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            links.push(is_page(dest_url));
            links
                .last()
                .is_some_and(|is_page| *is_page)
                .then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        event => Some(event),
    });
    let mut written = String::new();
    html::push_html(&mut written, events);
    RichText {
        text: plain::from_html(&written),
        html: written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Good **morning** <script>x</script> [all](https://a.example/) [x](javascript:x).\n\n# fr\nBonjour.\n\n# https://www.a.example/talks?utm_source=x\npin\ntitle: Talks at last\n\n## https://a.example/rumour\nhide\n";

    #[test]
    fn an_editor_writes_notes_and_says_what_becomes_of_articles() {
        let hand = EditorsHand::read(TEXT).unwrap();
        let opening = |tag: &str| hand.opening(&tag.parse().unwrap()).unwrap();
        assert_eq!(opening("fr-CA").text.trim(), "Bonjour.");
        let note = opening("ko").html;
        assert!(
            note.contains("<strong>morning</strong>")
                && note.contains("href=\"https://a.example/\"")
        );
        assert!(
            !note.contains("<script") && !note.contains("javascript"),
            "{note}"
        );
        let pinned = &hand.pages[0];
        assert_eq!(
            (pinned.page.as_str(), pinned.pin),
            ("a.example/talks", true)
        );
        assert_eq!(pinned.title.as_deref(), Some("Talks at last"));
        assert!(hand.pages[1].hide);
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let wrong = |text: &str| EditorsHand::read(text).unwrap_err();
        assert_eq!(
            wrong("Hello\n\n# https://a.example/talks\npni\n"),
            (
                4,
                "below an address stands `pin`, `hide`, `title: …` or `summary: …`, not `pni`"
                    .to_owned()
            )
        );
        assert_eq!(
            wrong("# Good morning everybody\n"),
            (1, "a heading is a language such as `fr`, or the address of an article, not `Good morning everybody`".to_owned())
        );
        assert_eq!(wrong("# https://a.example/\npin").0, 1);
    }
}
