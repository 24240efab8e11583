//! The pages that a sitemap leads to: so many in one collect, and no more once the server is in trouble.

use url::Url;

use super::{
    super::{CollectError, Context, Document, Problem, page, raw::RawArticle},
    fetch,
};

/// How many pages are read in one collect: the others' turn comes in the next.
const MOST_PAGES: usize = 200;
/// After how many pages in a row that can't be had the others are left for the next collect.
const MOST_FAILURES: usize = 3;

/// What became of a page.
pub enum Page {
    /// It is an article's.
    Article(Box<RawArticle>),
    /// It doesn't say that it is an article's.
    Other(Box<RawArticle>),
    /// It can't be had, now or later.
    Lost,
    /// The site's robots.txt keeps robots from it.
    Barred,
    /// Another collect may have it.
    Later,
}

/// The reading of pages in one collect.
pub struct Pages<'a> {
    declared: &'a Url,
    context: &'a Context<'a>,
    left: usize,
    failures: usize,
    barred: usize,
    /// What the person can do about robots.txt.
    hint: String,
    problems: Vec<Problem>,
}

impl<'a> Pages<'a> {
    pub fn new(declared: &'a Url, context: &'a Context<'a>) -> Self {
        Self {
            declared,
            context,
            left: MOST_PAGES,
            failures: 0,
            barred: 0,
            hint: String::new(),
            problems: Vec::new(),
        }
    }

    /// The page at `url`.
    pub fn read(&mut self, url: &Url) -> Page {
        if self.left == 0 || self.failures == MOST_FAILURES {
            return Page::Later;
        }
        self.left -= 1;
        match fetch::page(url, self.declared, self.context) {
            Ok(Some(document)) => {
                self.failures = 0;
                article_of(&document, page::depth(self.context.settings))
            }
            Ok(None) => Page::Later,
            Err(error @ CollectError::Robots { .. }) => {
                self.left += 1;
                self.barred += 1;
                self.hint = error.hint();
                Page::Barred
            }
            Err(error) => {
                let later = error.is_transient();
                self.failures = if later { self.failures + 1 } else { 0 };
                self.problems.push(Problem {
                    place: url.to_string(),
                    message: error.to_string(),
                    hint: error.hint(),
                });
                if later { Page::Later } else { Page::Lost }
            }
        }
    }

    /// What was wrong with them.
    pub fn into_problems(self, source: &str) -> Vec<Problem> {
        let mut problems = self.problems;
        if self.barred > 0 {
            problems.push(Problem {
                place: source.to_owned(),
                message: format!(
                    "the sites' robots.txt keeps robots from {} of its pages",
                    self.barred
                ),
                hint: self.hint,
            });
        }
        problems
    }
}

fn article_of(document: &Document, max_depth: usize) -> Page {
    let html = page::decode_html(&document.bytes, document.content_type.as_deref());
    let is_html = document
        .content_type
        .as_deref()
        .map_or_else(|| html.contains('<'), |kind| kind.contains("html"));
    if !is_html {
        return Page::Lost;
    }
    let mut article = page::read(&html, Some(&document.url), max_depth);
    article.base = article.base.or_else(|| Some(document.url.clone()));
    if tells_an_article(&article, &html, &document.url) {
        Page::Article(Box::new(article))
    } else {
        Page::Other(Box::new(article))
    }
}

/// A sitemap lists every page of a site: an article tells when it was published, or is the only one of its page.
fn tells_an_article(article: &RawArticle, html: &str, url: &Url) -> bool {
    let is_front = matches!(url.path(), "" | "/") && url.query().is_none();
    let articles = html.matches("<article").count();
    !is_front && (article.published.is_some() || articles == 1)
}
