//! A digest that is never sent: it shows before the first mail whether the templates work, and whether both ways of rendering
//! agree. Its texts hold what is awkward: markup's characters, quotes, no-break spaces, an article without anything.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{RenderError, Renderer};
use crate::domain::{
    Also, Archived, Article, ArticleId, Beside, Corrected, Correction, Digest, Edition, Enclosure,
    Form, Fragment, Handling, Hole, Image, Language, Length, Limit, Mark, Moved, Number, Parts,
    Person, Placed, ReaderValues, Related, RichText, Section, Segment, SegmentKey,
    digest::{CLOSE, OPEN, escape_html_text},
};

const AWKWARD: &str = "Ä <b> & \"quoted\" 'text'\u{a0}{{ x }} 字";

/// Renders samples in the edition's look and each of its languages, both ways.
pub(super) fn try_out(renderer: &Renderer, edition: &Edition) -> Result<(), RenderError> {
    let english = [Language::english()];
    let languages = match edition.languages.as_slice() {
        [] => &english[..],
        languages => languages,
    };
    for language in languages {
        for article in [rich(), bare()] {
            let article = Arc::new(archived(article));
            agree(renderer, &segment(renderer, edition, language, &article))?;
        }
    }
    Ok(())
}

fn agree(renderer: &Renderer, segment: &Segment) -> Result<(), RenderError> {
    let reader = ReaderValues::new(
        "o'neil&co@a.example",
        AWKWARD,
        "https://news.example/u/token",
        "https://news.example/p/token",
    );
    let digest = renderer.render(segment)?;
    let whole = renderer.render_whole(segment, &reader)?;
    let (html, text) = filled(&digest, &reader);
    let parts = [
        ("style.css", html, whole.html),
        ("digest.txt", text, whole.text),
    ];
    for (file, alone, whole) in parts {
        if let Some((alone, whole)) = first_difference(&alone, &whole) {
            let look = &segment.key.look;
            return Err(RenderError::Unlike {
                look: look.to_string(),
                file: renderer.look(look)?.press.origin(file),
                alone,
                whole,
            });
        }
    }
    Ok(())
}

/// A digest's parts, HTML and text, with the reader's values in their holes, as [`Renderer::render_whole`] writes them.
pub(super) fn filled(digest: &Digest, reader: &ReaderValues) -> (String, String) {
    let fill = |pieces: &[Arc<Fragment>], value: &dyn Fn(Hole) -> String| {
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        Hole::ALL.into_iter().fold(text, |text, hole| {
            text.replace(&hole.mark(), &format!("{OPEN}{}{CLOSE}", value(hole)))
        })
    };
    (
        fill(&digest.html, &|hole| {
            escape_html_text(reader.get(hole)).into_owned()
        }),
        fill(&digest.text, &|hole| reader.get(hole).to_owned()),
    )
}

fn first_difference(alone: &str, whole: &str) -> Option<(String, String)> {
    if alone == whole {
        return None;
    }
    let same = alone
        .chars()
        .zip(whole.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let excerpt = |text: &str| {
        text.chars()
            .skip(same.saturating_sub(30))
            .take(90)
            .collect()
    };
    Some((excerpt(alone), excerpt(whole)))
}

fn segment(
    renderer: &Renderer,
    edition: &Edition,
    language: &Language,
    article: &Arc<Archived>,
) -> Segment {
    let topics: Vec<_> = renderer.topics.keys().take(1).cloned().collect();
    let articles = |forms: &[Form]| {
        let beside = Arc::new(Beside {
            also: vec![Also {
                source: AWKWARD.to_owned(),
                title: AWKWARD.to_owned(),
                url: article.article.url.clone(),
            }],
            mark: Some(Mark::Updated),
        });
        let placed = forms.iter().map(|form| Placed {
            beside: Arc::clone(&beside),
            ..Placed::new(*form, Arc::clone(article))
        });
        placed.collect()
    };
    Segment {
        key: SegmentKey {
            issue: renderer.issue.clone(),
            query: String::new(),
            topics: topics.clone(),
            languages: vec![language.clone()],
            watermark: Number(0),
            cutoff: Number(1),
            had: Number(0),
            max_articles: Limit::None,
            length: Length::Summary,
            parts: Parts::Both,
            former: Vec::new(),
            moved: Vec::new(),
            look: edition.look.clone(),
            made_from: String::new(),
        },
        language: language.clone(),
        follows: topics.clone(),
        opening: Some(article.article.summary.clone()),
        corrections: vec![Correction {
            article: Arc::clone(article),
            what: Corrected::Corrected(AWKWARD.to_owned()),
        }],
        moved: vec![Moved {
            name: AWKWARD.to_owned(),
            into: None,
        }],
        sections: vec![
            Section {
                topic: topics.into_iter().next(),
                articles: articles(&[Form::Lead, Form::Card, Form::Short]),
            },
            Section {
                topic: None,
                articles: articles(&[Form::Line, Form::Full]),
            },
        ],
    }
}

fn archived(article: Article) -> Archived {
    Archived {
        number: Number(1),
        eligible_at: DateTime::<Utc>::UNIX_EPOCH,
        story: Number(1),
        revision: article.revision(),
        article,
    }
}

fn bare() -> Article {
    Article {
        id: ArticleId::new("bare"),
        url: None,
        title: AWKWARD.to_owned(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: None,
        tags: Vec::new(),
        summary: RichText::default(),
        body: RichText::default(),
        image: None,
        enclosures: Vec::new(),
        reading_minutes: None,
        related: Vec::new(),
        source: String::new(),
        handling: Handling::default(),
    }
}

fn rich() -> Article {
    let url = Some("https://news.example/a?b=c&d=e".to_owned());
    let text = RichText {
        html: "<p>One &amp; <a href=\"https://a.example/?a=b&amp;c=d\">two</a></p><ul><li>three</li></ul>".to_owned(),
        text: format!("{AWKWARD} {}\n\nSecond paragraph", "long ".repeat(40)),
    };
    Article {
        id: ArticleId::new("rich"),
        url: url.clone(),
        authors: vec![
            Person {
                name: AWKWARD.to_owned(),
                email: None,
                url: None
            };
            2
        ],
        published: Some(DateTime::<Utc>::UNIX_EPOCH),
        language: "ar".parse().ok(),
        summary: text.clone(),
        body: text,
        image: Some(Image {
            size: None,
            url: "https://news.example/a.jpg?b=c&d=e".to_owned(),
            alt: AWKWARD.to_owned(),
            caption: AWKWARD.to_owned(),
            credit: AWKWARD.to_owned(),
        }),
        enclosures: vec![Enclosure {
            url: "https://news.example/a.mp3".to_owned(),
            media_type: Some("audio/mpeg".to_owned()),
            length: None,
        }],
        reading_minutes: Some(3),
        related: [url, None]
            .map(|url| Related {
                title: AWKWARD.to_owned(),
                url,
            })
            .into(),
        source: AWKWARD.to_owned(),
        ..bare()
    }
}
