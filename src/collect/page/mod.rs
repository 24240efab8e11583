//! An HTML page → an article: what its linked data (JSON-LD, microdata) and its head (`meta`, `link`) say of it, what it shows, and the
//! text of its article. Where several of them tell a field, each field's own file says whom it trusts.
//!
//! A page of a section gives its articles' links ([`Card`]) to [`Pages`]; [`feeds`](feeds()) finds what it offers instead.

use url::Url;

use super::raw::RawArticle;

mod address;
mod article;
mod below_title;
mod body;
mod byline;
mod cards;
mod charset;
mod contents;
mod dom;
mod elsewhere;
mod feeds;
mod furniture;
mod head;
mod json_ld;
mod language;
mod linked;
mod microdata;
mod picture;
mod shallow;
mod site;
mod source;
mod summary;
mod tags;
mod time;
mod title;
mod words;

pub use cards::Card;
pub use charset::decode_html;
pub use contents::{Contents, contents};
pub use feeds::{OfferedFeed, feeds};
pub use source::{Pages, collected, depth};

use article::Page;

/// How deep a page's elements may be nested, where no settings say it.
const MAX_DEPTH: usize = 256;

/// The article of a page of which nothing else is known.
#[must_use]
pub fn parse(html: &str) -> RawArticle {
    read(html, None, MAX_DEPTH)
}

/// The article of the page at `at`, whose elements may be nested `max_depth` deep. Its `entry` is left empty.
#[must_use]
pub fn read(html: &str, at: Option<&Url>, max_depth: usize) -> RawArticle {
    let tree = dom::parse(html, max_depth);
    Page::of(&tree, at).article().0
}

#[cfg(test)]
mod tests;
