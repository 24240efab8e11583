//! What an element says of the feed itself.

use std::rc::Rc;

use url::Url;

use super::{
    super::{
        content::{Content, Usual},
        entry::Scope,
        markup::Tag,
        names::{Dialect, Meaning},
        people,
    },
    Reader,
};
use crate::domain::Language;

impl<'a> Reader<'a> {
    pub(super) fn about_feed(
        &mut self,
        meaning: Meaning,
        tag: &Tag<'a>,
        content: &Content<'a>,
        scope: Scope,
    ) {
        match meaning {
            Meaning::Title(class) => {
                if let Some(text) = self.text_in(content, Usual::Plain, scope) {
                    let rank = self.rank(class);
                    self.feed.title.first(rank, text);
                }
            }
            Meaning::Link(_) => {
                if let Some((class, address)) = self.page(tag, content, &scope) {
                    let rank = self.rank(class);
                    self.feed.link.first(rank, address);
                    self.stand_on_link();
                }
            }
            Meaning::Language => {
                if let Ok(language) = content.text(&self.entities).parse::<Language>() {
                    self.feed.language.get_or_insert_with(|| language.clone());
                    let language = Rc::new(language);
                    for open in &mut self.open {
                        open.scope.language = Some(Rc::clone(&language));
                    }
                }
            }
            Meaning::Author(0) if self.dialect == Dialect::Atom => {
                for person in self.people(content, &scope) {
                    people::add(&mut self.feed.authors, person);
                }
            }
            Meaning::Image(class) => {
                if let Some(address) = self.picture(tag, content, &scope) {
                    let rank = self.rank(class);
                    self.feed.image.first(rank, address);
                }
            }
            _ => {}
        }
    }

    /// A feed that wasn't fetched (a file's, a program's) has its links relative to its page.
    fn stand_on_link(&mut self) {
        let is_fetched = matches!(self.root.base.scheme(), "http" | "https");
        let page = self.feed.link.get().and_then(|link| Url::parse(link).ok());
        if let Some(page) = page.filter(|page| !is_fetched && page.has_host()) {
            let page = Rc::new(page);
            for open in &mut self.open {
                if Rc::ptr_eq(&open.scope.base, &self.root.base) {
                    open.scope.base = Rc::clone(&page);
                }
            }
            self.root.base = page;
        }
    }
}
