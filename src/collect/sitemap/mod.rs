//! A sitemap, or an index of sitemaps: Google's news sitemaps, plain ones, feeds and lists of addresses in their place.
//!
//! Where a sitemap tells a title, it tells an article: its page is read only if some topic could take it. Else only the
//! page can tell: it is read if it is of the last days, or wasn't there before. Nothing is read twice unless the sitemap
//! says something else of it.

mod fetch;
mod pages;
mod parse;
mod stamp;
mod visit;

use url::Url;

pub use fetch::unpacked;

use self::{
    parse::{Entry, Listed},
    visit::Visit,
};
use super::{
    CollectError, Collected, Context, Document, FeedInfo, Memory, Problem, Source, Validators,
    feed_source, normalise, raw::RawArticle, xml,
};
use crate::domain::{CollectSettings, DeclaredSource};

/// A sitemap, with the articles that it leads to.
pub struct Sitemap {
    source: DeclaredSource,
    url: Url,
}

impl Sitemap {
    /// The sitemap, or the index, at `url`.
    #[must_use]
    pub fn new(source: DeclaredSource, url: Url) -> Self {
        Self { source, url }
    }
}

impl Source for Sitemap {
    fn name(&self) -> &str {
        &self.source.name
    }

    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError> {
        let mut remembered = memory.clone();
        if visit::is_of_an_index(memory) {
            // An index that didn't change may list sitemaps that did
            remembered.validators = Validators::default();
        }
        let Some(got) = fetch::declared(&self.url, &mut remembered, context)? else {
            return Ok(Collected {
                memory: remembered,
                unchanged: true,
                ..Collected::default()
            });
        };
        if got.wound.is_some() {
            remembered.validators = Validators::default();
        }
        let document = &got.document;
        let listed = match read_listed(document) {
            Ok(listed) => listed,
            Err(error) => {
                // Feeds stand in the place of sitemaps (sitemaps.org: "Other Sitemap formats")
                let collected = feed_source::read(document, &self.source, context.settings);
                return collected.map_err(|_| error).map(|collected| Collected {
                    memory: remembered,
                    ..collected
                });
            }
        };
        let visit = Visit::new(&self.source, &self.url, memory, context);
        let (mut collected, is_unfinished) = visit.collect(listed, &document.url);
        if is_unfinished {
            remembered.validators = Validators::default();
        }
        collected.problems.extend(cut_off(got.wound, &document.url));
        remembered.seen = std::mem::take(&mut collected.memory.seen);
        collected.memory = remembered;
        Ok(collected)
    }
}

/// What one sitemap gives, without a look at any page or other sitemap.
///
/// # Errors
/// Where it is none.
pub fn read(
    document: &Document,
    source: &DeclaredSource,
    settings: &CollectSettings,
) -> Result<Collected, CollectError> {
    let listed = match read_listed(document) {
        Ok(listed) => listed,
        Err(error) => return feed_source::read(document, source, settings).map_err(|_| error),
    };
    let mut collected = Collected {
        problems: problems(&listed, &document.url),
        feed: Some(info(&listed)),
        ..Collected::default()
    };
    if let Some(first) = listed.sitemaps.first() {
        collected.problems.push(Problem {
            place: document.url.to_string(),
            message: format!(
                "it lists {} sitemaps, and no article",
                listed.sitemaps.len()
            ),
            hint: format!("show one of them: {}", first.url),
        });
    }
    let most = usize::try_from(settings.max_entries).unwrap_or(usize::MAX);
    collected.articles = listed
        .pages
        .into_iter()
        .take(most)
        .map(|entry| normalise::article(of_listing(&entry), source, settings))
        .collect();
    Ok(collected)
}

fn read_listed(document: &Document) -> Result<Listed, CollectError> {
    let text = xml::decode(&document.bytes, document.content_type.as_deref());
    parse::parse(&text, &document.url).ok_or_else(|| CollectError::Unreadable {
        place: document.url.to_string(),
        kind: "sitemap",
        message: "there is no <urlset>, no <sitemapindex> and no list of addresses in it"
            .to_owned(),
        offered: None,
    })
}

fn info(listed: &Listed) -> FeedInfo {
    FeedInfo {
        title: listed.publication.clone(),
        ..FeedInfo::default()
    }
}

fn problems(listed: &Listed, url: &Url) -> Vec<Problem> {
    let wound = listed.wound.as_ref().map(|wound| Problem {
        place: format!("{url}:{}", wound.line),
        message: wound.message.clone(),
        hint: "the entries before are taken; tell the publisher".to_owned(),
    });
    let without = (listed.without_address > 0).then(|| Problem {
        place: url.to_string(),
        message: format!("{} entries have no address", listed.without_address),
        hint: "they are left out; tell the publisher".to_owned(),
    });
    wound.into_iter().chain(without).collect()
}

/// What is said of a sitemap of which only the beginning could be had.
fn cut_off(wound: Option<String>, url: &Url) -> Option<Problem> {
    wound.map(|message| Problem {
        place: url.to_string(),
        message,
        hint: "the entries before are taken; the next collect asks for the rest".to_owned(),
    })
}

/// The article that a sitemap alone tells.
fn of_listing(entry: &Entry) -> RawArticle {
    let url = entry.url.as_ref().map(Url::to_string);
    RawArticle {
        entry: url.clone().unwrap_or_default(),
        url,
        base: entry.url.clone(),
        updated: entry
            .lastmod
            .filter(|lastmod| entry.article.published.is_none_or(|at| *lastmod > at)),
        ..entry.article.clone()
    }
}

#[cfg(test)]
mod tests;
