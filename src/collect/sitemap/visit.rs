//! One collect of a sitemap: through the sitemaps that an index lists, to the articles that are new or changed.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::TimeDelta;
use url::Url;

use super::{
    super::{
        CollectError, Collected, Context, FeedInfo, Memory, Problem, normalise,
        raw::{RawArticle, RawText},
    },
    cut_off, fetch, of_listing,
    pages::{Page, Pages},
    parse::{Entry, Listed, Nested},
    problems, read_listed,
    stamp::{Got, Stamp, day},
};
use crate::domain::{Article, DeclaredSource};

/// How many sitemaps of an index are read in one collect, and how deep they lie.
const MOST_SITEMAPS: usize = 50;
const DEEPEST: usize = 3;
/// How many pages are read the first time, though nothing says that they are new.
const FIRST_LOOK: usize = 10;
/// How far back a page is looked at that the sitemap tells no title of.
const RECENT: TimeDelta = TimeDelta::days(7);
/// What a nested sitemap's memory begins with; the rest is its `lastmod`, or its validators as JSON.
const SITEMAP: &str = "sitemap ";

/// One collect of a sitemap.
pub struct Visit<'a> {
    source: &'a DeclaredSource,
    /// Where it is declared to be: what it leads to may be there, too.
    declared: &'a Url,
    context: &'a Context<'a>,
    memory: &'a Memory,
    /// Whether it is the first.
    is_first: bool,
    collected: Collected,
    /// What the sitemaps list.
    pages: Vec<Entry>,
    seen: BTreeMap<String, String>,
    /// How many nested sitemaps were asked for.
    sitemaps: usize,
    /// Whether some pages are left for the next collect, which has to see them listed again.
    is_unfinished: bool,
    /// Whether all sitemaps were read: then what isn't listed is no more.
    is_whole: bool,
}

/// Whether what is remembered is of an index of sitemaps.
pub fn is_of_an_index(memory: &Memory) -> bool {
    memory.seen.values().any(|stamp| stamp.starts_with(SITEMAP))
}

impl<'a> Visit<'a> {
    /// A collect that knows what is in `memory`.
    pub fn new(
        source: &'a DeclaredSource,
        declared: &'a Url,
        memory: &'a Memory,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            source,
            declared,
            context,
            memory,
            is_first: memory.seen.is_empty(),
            collected: Collected::default(),
            pages: Vec::new(),
            seen: BTreeMap::new(),
            sitemaps: 0,
            is_unfinished: false,
            is_whole: true,
        }
    }

    /// All that `listed`, found at `url`, leads to, and whether there is more. Of the memory, what was seen.
    pub fn collect(mut self, listed: Listed, url: &Url) -> (Collected, bool) {
        self.take(listed, url, 0);
        self.articles();
        if !self.is_whole {
            // What isn't listed may be so where nobody looked
            let oldest = (self.context.now - RECENT - RECENT).date_naive();
            for (key, stamp) in &self.memory.seen {
                let stays = !self.seen.contains_key(key)
                    && stamp
                        .parse()
                        .is_ok_and(|stamp: Stamp| !stamp.is_before(oldest));
                if stays {
                    self.seen.insert(key.clone(), stamp.clone());
                }
            }
        }
        if self.is_unfinished {
            self.seen.retain(|_, stamp| !stamp.starts_with(SITEMAP));
        }
        self.collected.memory.seen = self.seen;
        (self.collected, self.is_unfinished)
    }

    fn take(&mut self, listed: Listed, url: &Url, depth: usize) {
        self.collected.problems.extend(problems(&listed, url));
        let info = self.collected.feed.get_or_insert_with(FeedInfo::default);
        info.title = info.title.take().or_else(|| listed.publication.clone());
        self.pages.extend(listed.pages);
        let mut sitemaps = listed.sitemaps;
        sitemaps.sort_by_key(|nested| (nested.lastmod.is_some(), Reverse(nested.lastmod)));
        for (index, nested) in sitemaps.iter().enumerate() {
            if self.sitemaps == MOST_SITEMAPS || depth == DEEPEST {
                self.is_whole = false;
                self.collected.problems.push(Problem {
                    place: url.to_string(),
                    message: format!(
                        "{} of its sitemaps weren't read: {MOST_SITEMAPS} are read in one collect, {DEEPEST} deep",
                        sitemaps.len() - index
                    ),
                    hint: "write the one with the news as the source's url".to_owned(),
                });
                return;
            }
            self.nested(nested, depth);
        }
    }

    fn nested(&mut self, nested: &Nested, depth: usize) {
        let key = nested.url.to_string();
        let known = self.memory.seen.get(&key);
        let known = known.and_then(|stamp| stamp.strip_prefix(SITEMAP));
        let lastmod = nested.lastmod.map(|at| at.to_rfc3339());
        let is_old = nested
            .lastmod
            .is_some_and(|at| at < self.context.now - RECENT);
        let shown_enough = !self.is_first || self.pages.len() >= FIRST_LOOK;
        let unchanged = lastmod.is_some() && known == lastmod.as_deref();
        if unchanged || (is_old && shown_enough) {
            self.is_whole = false;
            if let Some(stamp) = known {
                self.seen.insert(key, format!("{SITEMAP}{stamp}"));
            }
            return;
        }
        self.sitemaps += 1;
        let validators = known
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default();
        let got = fetch::nested(&nested.url, self.declared, &validators, self.context);
        let listed = got.and_then(|got| {
            got.map(|got| Ok((read_listed(&got.document)?, got)))
                .transpose()
        });
        match listed {
            Ok(Some((listed, got))) => {
                let stamp = lastmod
                    .or_else(|| serde_json::to_string(&got.validators).ok())
                    .unwrap_or_default();
                let url = &got.document.url;
                // What is cut off is asked for again
                if got.wound.is_none() {
                    self.seen.insert(key, format!("{SITEMAP}{stamp}"));
                } else {
                    self.is_whole = false;
                }
                self.collected.problems.extend(cut_off(got.wound, url));
                self.take(listed, url, depth + 1);
            }
            Ok(None) => {
                self.is_whole = false;
                self.seen
                    .extend(known.map(|stamp| (key, format!("{SITEMAP}{stamp}"))));
            }
            Err(error) => {
                self.is_whole = false;
                self.collected.problems.push(problem(&nested.url, &error));
            }
        }
    }

    /// The articles of all that is new or changed, the newest first.
    fn articles(&mut self) {
        let mut entries = std::mem::take(&mut self.pages);
        entries.sort_by_key(|entry| Reverse(day(entry)));
        let mut pages = Pages::new(self.declared, self.context);
        let mut unsure = if self.is_first { FIRST_LOOK } else { 0 };
        let most = usize::try_from(self.context.settings.max_entries).unwrap_or(usize::MAX);
        for entry in entries {
            let Some(url) = entry.url.clone() else {
                continue;
            };
            let key = url.to_string();
            if self.seen.contains_key(&key) {
                continue;
            }
            let known: Option<Stamp> = (self.memory.seen.get(&key))
                .and_then(|stamp| stamp.parse().ok())
                .filter(|stamp: &Stamp| stamp.is_of(&entry));
            let listing =
                normalise::article(of_listing(&entry), self.source, self.context.settings);
            let has_title = !listing.title.is_empty();
            let is_wanted = has_title && (self.context.wanted)(&listing);
            if let Some(stamp) = known
                && (stamp.got != Got::Listing || !is_wanted)
            {
                self.seen.insert(key, stamp.to_string());
                continue;
            }
            if self.collected.articles.len() >= most {
                self.is_unfinished = true;
                continue;
            }
            let got = if is_wanted {
                self.wanted(&entry, &url, listing, &mut pages)
            } else if has_title {
                self.collected.articles.push(listing);
                Some(Got::Listing)
            } else {
                self.untitled(&entry, &url, &mut unsure, &mut pages)
            };
            if let Some(got) = got {
                self.seen.insert(key, Stamp::new(&entry, got).to_string());
            }
        }
        self.collected
            .problems
            .extend(pages.into_problems(&self.source.name));
    }

    /// An article that some topic could take: with its page, or where that can't be had as it is listed.
    fn wanted(
        &mut self,
        entry: &Entry,
        url: &Url,
        listing: Article,
        pages: &mut Pages<'_>,
    ) -> Option<Got> {
        let (article, got) = match pages.read(url) {
            Page::Article(page) | Page::Other(page) => {
                (self.article(entry, *page), Some(Got::Page))
            }
            Page::Lost => (listing, Some(Got::Page)),
            Page::Barred => (listing, Some(Got::Listing)),
            Page::Later => {
                self.is_unfinished = true;
                (listing, None)
            }
        };
        self.collected.articles.push(article);
        got
    }

    /// A page of which the sitemap tells no more than that it is there. `unsure`: how many are looked at, the first
    /// time, that may be old.
    fn untitled(
        &mut self,
        entry: &Entry,
        url: &Url,
        unsure: &mut usize,
        pages: &mut Pages<'_>,
    ) -> Option<Got> {
        let is_new = match day(entry) {
            Some(at) => at >= self.context.now - RECENT,
            None => !self.is_first,
        };
        if !is_new {
            if *unsure == 0 {
                // An old one is known by its day, any other by having been there
                return day(entry).is_none().then_some(Got::Nothing);
            }
            *unsure -= 1;
        }
        match pages.read(url) {
            Page::Article(page) => {
                let article = self.article(entry, *page);
                self.collected.articles.push(article);
                Some(Got::Page)
            }
            Page::Other(_) | Page::Lost => Some(Got::Nothing),
            Page::Barred => None,
            Page::Later => {
                self.is_unfinished = true;
                None
            }
        }
    }

    /// What the sitemap says, and for the rest the page.
    fn article(&self, entry: &Entry, page: RawArticle) -> Article {
        let listing = of_listing(entry);
        let raw = RawArticle {
            url: page.url.clone().or(listing.url.clone()),
            base: page.base.clone().or(listing.base.clone()),
            updated: page.updated.or(listing.updated),
            image: page
                .image
                .clone()
                .filter(|image| !image.url.is_empty())
                .or(listing.image.clone()),
            published: (listing.published)
                .or(page.published)
                .or(entry.lastmod.filter(|_| listing.title == RawText::None)),
            ..listing.or(page)
        };
        normalise::article(raw, self.source, self.context.settings)
    }
}

fn problem(url: &Url, error: &CollectError) -> Problem {
    Problem {
        place: url.to_string(),
        message: error.to_string(),
        hint: error.hint(),
    }
}
