//! A page of a site as a source: each article that it links, read once from its own page.

use ring::digest::{SHA256, digest};
use url::Url;

use super::{Card, Contents, contents, decode_html};
use crate::{
    collect::{
        CollectError, Collected, Context, Memory, Problem, Source, Validators, document,
        document::Document,
        normalise,
        raw::{RawArticle, RawText},
        web::{Answer, Want},
    },
    domain::{Article, CollectSettings, DeclaredSource},
};

/// After so many failures in a row a site is left alone until the next collect.
const ENOUGH_FAILURES: u32 = 3;

/// A page that links articles, or one article's.
pub struct Pages {
    source: DeclaredSource,
    url: Url,
}

impl Pages {
    /// The page at `url`.
    #[must_use]
    pub fn new(source: DeclaredSource, url: Url) -> Self {
        Self { source, url }
    }

    /// The articles that `cards` link. What `memory` has seen under the same words isn't read again.
    fn linked(&self, cards: Vec<Card>, memory: &Memory, context: &Context<'_>) -> Collected {
        let mut collected = Collected::default();
        let mut failures = 0;
        let mut left = 0;
        for card in cards.into_iter().take(most(context.settings)) {
            let (key, stamp) = (card.url.to_string(), stamp(&card));
            if memory.seen.get(&key) == Some(&stamp) {
                collected.memory.seen.insert(key, stamp);
                continue;
            }
            let told = self.article(from_card(&card), context.settings);
            let is_wanted = (context.wanted)(&told);
            let (article, is_done) = if is_wanted && failures >= ENOUGH_FAILURES {
                left += 1;
                (told, false)
            } else if is_wanted {
                match self.read(&card, context) {
                    Ok(article) => {
                        failures = 0;
                        (article, true)
                    }
                    Err(error) => {
                        failures += u32::from(error.is_transient());
                        collected.problems.push(as_problem(&key, &error));
                        (told, !error.is_transient())
                    }
                }
            } else {
                (told, true)
            };
            if !article.title.is_empty() {
                collected.articles.push(article);
            }
            if is_done {
                collected.memory.seen.insert(key, stamp);
            }
        }
        collected.problems.extend((left > 0).then(|| Problem {
            place: self.url.to_string(),
            message: format!("{left} more of its articles were not asked for, since {failures} in a row failed"),
            hint: "what the page tells of them is taken; the next collect asks for the rest".to_owned(),
        }));
        collected
    }

    /// The article that a card links, from its own page; where that leaves something out, as the card tells it.
    fn read(&self, card: &Card, context: &Context<'_>) -> Result<Article, CollectError> {
        let answer =
            context
                .web
                .get_linked(&card.url, Want::Page, &self.url, &Validators::default())?;
        let told = from_card(card);
        let Answer::Document(found) = answer else {
            return Ok(self.article(told, context.settings));
        };
        let html = decode_html(
            &found.document.bytes,
            found.document.content_type.as_deref(),
        );
        let raw = super::read(&html, Some(&found.document.url), depth(context.settings));
        let article = RawArticle {
            entry: told.entry,
            title: or(raw.title, told.title),
            summary: or(raw.summary, told.summary),
            published: raw.published.or(told.published),
            image: raw.image.or(told.image),
            ..raw
        };
        Ok(self.article(article, context.settings))
    }

    fn article(&self, raw: RawArticle, settings: &CollectSettings) -> Article {
        normalise::article(raw, &self.source, settings)
    }
}

impl Source for Pages {
    fn name(&self) -> &str {
        &self.source.name
    }

    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError> {
        if self.url.scheme() == "file" {
            let document = document::read(&self.url, context.settings.max_bytes)?;
            return Ok(collected(&document, &self.source, context.settings));
        }
        let mut remembered = memory.clone();
        let (document, wound) = match context.web.get(&self.url, Want::Page, &mut remembered)? {
            Answer::Unchanged => {
                return Ok(Collected {
                    memory: remembered,
                    unchanged: true,
                    ..Collected::default()
                });
            }
            Answer::Document(found) => (found.document, found.wound),
        };
        let html = decode_html(&document.bytes, document.content_type.as_deref());
        let mut collected = match contents(&html, &document.url, depth(context.settings)) {
            Contents::Article(raw) => one(*raw, &document.url, &self.source, context.settings),
            Contents::Cards(cards) => self.linked(cards, memory, context),
        };
        collected.problems.extend(wound.map(|wound| Problem {
            place: self.url.to_string(),
            message: wound,
            hint: "what came before is taken; the next collect asks for all of it".to_owned(),
        }));
        // Where an article's page couldn't be had, the next collect must see its card again
        if !collected.problems.is_empty() {
            remembered.validators = Validators::default();
        }
        remembered.seen = collected.memory.seen;
        collected.memory = remembered;
        Ok(collected)
    }
}

/// What a page gives by itself: its article, or its cards as articles. No other page is asked for.
#[must_use]
pub fn collected(
    document: &Document,
    source: &DeclaredSource,
    settings: &CollectSettings,
) -> Collected {
    let html = decode_html(&document.bytes, document.content_type.as_deref());
    match contents(&html, &document.url, depth(settings)) {
        Contents::Article(raw) => one(*raw, &document.url, source, settings),
        Contents::Cards(cards) => Collected {
            articles: cards
                .iter()
                .filter(|card| !card.title.is_empty())
                .take(most(settings))
                .map(|card| normalise::article(from_card(card), source, settings))
                .collect(),
            ..Collected::default()
        },
    }
}

fn one(
    raw: RawArticle,
    at: &Url,
    source: &DeclaredSource,
    settings: &CollectSettings,
) -> Collected {
    let raw = RawArticle {
        entry: at.to_string(),
        ..raw
    };
    Collected {
        articles: vec![normalise::article(raw, source, settings)],
        ..Collected::default()
    }
}

fn as_problem(place: &str, error: &CollectError) -> Problem {
    Problem {
        place: place.to_owned(),
        message: format!("{error}; what the page that links it tells is taken instead"),
        hint: error.hint(),
    }
}

/// The article as a card tells it. It is known by its address: the same before and after its own page is read.
fn from_card(card: &Card) -> RawArticle {
    let text = |text: &str| match text {
        "" => RawText::None,
        text => RawText::Plain(text.to_owned()),
    };
    RawArticle {
        entry: card.url.to_string(),
        url: Some(card.url.to_string()),
        base: Some(card.url.clone()),
        title: text(&card.title),
        summary: text(&card.summary),
        published: card.published,
        image: card.image.clone(),
        ..RawArticle::default()
    }
}

fn or(text: RawText, other: RawText) -> RawText {
    match text {
        RawText::None => other,
        text => text,
    }
}

/// What changes when an article's card does: its title or its date. A corrected story gets a new one, a moved one doesn't.
fn stamp(card: &Card) -> String {
    let date = card
        .published
        .map(|date| date.to_rfc3339())
        .unwrap_or_default();
    let hash = digest(&SHA256, format!("{}\0{date}", card.title).as_bytes());
    data_encoding::HEXLOWER.encode(&hash.as_ref()[..8])
}

fn most(settings: &CollectSettings) -> usize {
    usize::try_from(settings.max_entries).unwrap_or(usize::MAX)
}

/// How deep a page's elements may be nested.
#[must_use]
pub fn depth(settings: &CollectSettings) -> usize {
    usize::try_from(settings.max_depth).unwrap_or(usize::MAX)
}
