//! What an element says of the entry that is open.

use url::Url;

use super::{
    super::{
        content::{Content, Piece, Usual, looks_like_html},
        entry::{Draft, Rank, Scope, Text},
        markup::Tag,
        media::File,
        names::Meaning,
    },
    Place, Reader, resolve,
    values::relation,
};
use crate::{
    collect::{dates, plain, raw::RawText},
    domain::Language,
};

impl<'a> Reader<'a> {
    pub(super) fn about_entry(
        &mut self,
        meaning: Meaning,
        tag: &Tag<'a>,
        content: &Content<'a>,
        scope: Scope,
    ) {
        let words = match self.place() {
            Place::Media(words) => words,
            Place::Entry | Place::Feed => 0,
        };
        match meaning {
            Meaning::Title(class) => {
                if let Some(text) = self.text_in(content, Usual::Plain, scope) {
                    let (rank, title) = (self.rank(class), words_of(&text));
                    self.draft(|draft| {
                        if class == 2 {
                            draft.media.title(words, title);
                        }
                        draft.title.first(rank, text);
                    });
                }
            }
            Meaning::Description | Meaning::Summary => {
                let usual = if meaning == Meaning::Summary {
                    Usual::Plain
                } else {
                    Usual::Html
                };
                if let Some(text) = self.text_in(content, usual, scope) {
                    let rank = self.rank(0);
                    self.draft(|draft| draft.describe(rank, text));
                }
            }
            Meaning::Aside(class) => {
                let usual = if class == 2 {
                    Usual::Plain
                } else {
                    Usual::Html
                };
                if let Some(text) = self.text_in(content, usual, scope) {
                    let (rank, description) = (self.rank(class), words_of(&text));
                    self.draft(|draft| {
                        if class == 2 {
                            draft.media.description(words, description);
                        }
                        draft.aside.first(rank, (text, class < 2));
                    });
                }
            }
            Meaning::Content | Meaning::Encoded | Meaning::Body => {
                self.body(meaning, tag, content, scope);
            }
            Meaning::Id if !content.is_cut => self.id(tag, content, &scope),
            Meaning::Link(class) if !content.is_cut => {
                self.link(class, tag, content, &scope);
            }
            Meaning::Author(class) => {
                for person in self.people(content, &scope) {
                    self.draft(|draft| draft.authors.push((class, person)));
                }
            }
            Meaning::Editor => {
                for person in self.people(content, &scope) {
                    self.draft(|draft| draft.authors.push((0, person)));
                }
            }
            Meaning::Source => {
                let authors = self.source_authors(content, &scope);
                self.draft(|draft| draft.source_authors.extend(authors));
            }
            Meaning::Published(_) | Meaning::Updated | Meaning::Date if !content.is_cut => {
                self.date(meaning, content);
            }
            Meaning::Category => self.category(tag, content),
            Meaning::Keywords => {
                let list = content.text(&self.entities);
                self.draft(|draft| {
                    for tag in list.split(',') {
                        draft.tag(label(tag));
                    }
                });
            }
            Meaning::Language => {
                if let Ok(language) = content.text(&self.entities).parse::<Language>() {
                    self.draft(|draft| draft.language = Some(language));
                }
            }
            Meaning::Enclosure => {
                let file = self.file(tag, content, &scope);
                self.draft(|draft| draft.media.add(file));
            }
            Meaning::MediaThumbnail => {
                let file = self.file(tag, content, &scope);
                self.draft(|draft| draft.media.add_thumbnail(File { words, ..file }));
            }
            Meaning::MediaCredit => {
                let credit = plain::one_line(&content.text(&self.entities));
                self.draft(|draft| draft.media.credit(words, credit));
            }
            Meaning::Image(_) => {
                if let Some(address) = self.picture(tag, content, &scope) {
                    self.draft(|draft| draft.media.add_cover(address));
                }
            }
            _ => {}
        }
    }

    /// Changes the entry that is open.
    fn draft(&mut self, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.entries.last_mut() {
            change(draft);
        }
    }

    fn body(&mut self, meaning: Meaning, tag: &Tag<'a>, content: &Content<'a>, scope: Scope) {
        if let Some(page) = self.attribute(tag, "src") {
            let (rank, page) = (self.rank(4), resolve(&scope, &page));
            self.draft(|draft| draft.link.first(rank, page));
        }
        let (usual, class) = match meaning {
            Meaning::Content => (Usual::Plain, 0),
            Meaning::Encoded => (Usual::Html, 0),
            _ => (Usual::Markup, 1),
        };
        if let Some(text) = self.text_in(content, usual, scope) {
            let rank = self.rank(class);
            self.draft(|draft| draft.body.first(rank, text));
        }
    }

    fn id(&mut self, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) {
        let is_link = !tag
            .attributes
            .get("ispermalink")
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
        let mut id = content.text(&self.entities);
        if id.is_empty() {
            return;
        }
        if is_link && id.starts_with('/') {
            id = resolve(scope, &id);
        }
        let rank = self.rank(0);
        let is_page = is_link && is_web_address(&id);
        self.draft(|draft| {
            draft.id_as_link = is_page.then(|| id.clone());
            draft.id.last(rank, id);
        });
    }

    fn link(&mut self, class: u8, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) {
        if relation(tag).as_deref() == Some("enclosure") {
            let file = self.file(tag, content, scope);
            let title = self.attribute(tag, "title");
            self.draft(|draft| {
                let words = draft.media.new_words(Some(0));
                draft.media.title(words, title.unwrap_or_default());
                draft.media.add(File { words, ..file });
            });
        } else if let Some((kind, address)) = self.page(tag, content, scope) {
            let rank = self.rank(class.min(kind));
            let is_text = kind == 1;
            self.draft(|draft| {
                if is_text {
                    draft.link.last(rank, address);
                } else {
                    draft.link.first(
                        Rank {
                            class: kind,
                            ..rank
                        },
                        address,
                    );
                }
            });
        }
    }

    fn date(&mut self, meaning: Meaning, content: &Content<'a>) {
        let Some(time) = dates::parse(&content.text(&self.entities)) else {
            return;
        };
        let rank = match meaning {
            Meaning::Published(class) => self.rank(class),
            _ => self.rank(0),
        };
        self.draft(|draft| {
            let slot = match meaning {
                Meaning::Published(_) => &mut draft.published,
                Meaning::Updated => &mut draft.updated,
                _ => &mut draft.date,
            };
            slot.last(rank, time);
        });
    }

    /// Labels: an Atom category's term and its label, RSS's text, a podcast's `text`, with those that stand in it.
    fn category(&mut self, tag: &Tag<'a>, content: &Content<'a>) {
        let inner = content.pieces.iter().filter_map(|piece| match piece {
            Piece::Open(inner) => Some(inner),
            _ => None,
        });
        let mut labels = Vec::new();
        for tag in std::iter::once(tag).chain(inner) {
            for name in ["term", "text", "label"] {
                labels.extend(self.attribute(tag, name));
            }
        }
        labels.push(content.text(&self.entities));
        self.draft(|draft| {
            for text in labels {
                draft.tag(label(&text));
            }
        });
    }
}

pub(super) fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn label(text: &str) -> String {
    if looks_like_html(text) {
        plain::one_line(&plain::from_html(text))
    } else {
        plain::one_line(text)
    }
}

fn words_of(text: &Text) -> String {
    match &text.raw {
        RawText::None => String::new(),
        RawText::Html(text) | RawText::Plain(text) => text.clone(),
    }
}
