//! The values of elements: texts, pages, files, pictures, people.

use super::{
    super::{
        content::{Content, Piece, Usual, written},
        entities::Entities,
        entry::{Scope, Text},
        markup::{Tag, local},
        media::File,
        people,
    },
    Reader, narrow_language, resolve, same,
};
use crate::{collect::raw::RawText, domain::Person};

impl<'a> Reader<'a> {
    pub(super) fn text_in(
        &self,
        content: &Content,
        usual: Usual,
        mut scope: Scope,
    ) -> Option<Text> {
        let dialect = self.dialect;
        let raw = content.words(usual, dialect, &self.entities);
        if raw == RawText::None {
            return None;
        }
        if content.has_tags() {
            self.narrow_base(&mut scope, content.nearest("xml:base"));
            narrow_language(&mut scope, content.nearest("xml:lang"));
        }
        Some(Text { raw, scope })
    }

    /// The page that a link leads to, and how much that counts: RSS's link in the text, Atom's to HTML, Atom's to
    /// something else.
    pub(super) fn page(
        &self,
        tag: &Tag<'a>,
        content: &Content<'a>,
        scope: &Scope,
    ) -> Option<(u8, String)> {
        if let Some(href) = tag.attributes.get("href") {
            let is_page = relation(tag).is_none_or(|relation| relation == "alternate");
            let media_type = tag.attributes.get("type").unwrap_or("text/html");
            let kind = if media_type.contains("html") { 2 } else { 3 };
            return (is_page && !href.trim().is_empty())
                .then(|| (kind, self.absolute(scope, href)));
        }
        let address = content.text(&self.entities);
        (!address.is_empty()).then(|| (1, resolve(scope, &address)))
    }

    pub(super) fn file(&self, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) -> File {
        let attribute = |name| self.attribute(tag, name).filter(|value| !value.is_empty());
        let address = attribute("url")
            .or_else(|| attribute("href"))
            .or_else(|| attribute("uri"))
            .unwrap_or_else(|| content.text(&self.entities));
        File {
            url: if address.is_empty() {
                address
            } else {
                resolve(scope, &address)
            },
            media_type: attribute("type"),
            length: attribute("length").and_then(|length| length.parse().ok()),
            width: attribute("width")
                .and_then(|width| width.parse().ok())
                .unwrap_or_default(),
            height: attribute("height")
                .and_then(|height| height.parse().ok())
                .unwrap_or_default(),
            words: 0,
        }
    }

    /// The address of a picture: in an attribute, in a child, in the text.
    pub(super) fn picture(
        &self,
        tag: &Tag<'a>,
        content: &Content<'a>,
        scope: &Scope,
    ) -> Option<String> {
        let attribute = |name| self.attribute(tag, name).filter(|value| !value.is_empty());
        let address = attribute("href")
            .or_else(|| attribute("url"))
            .or_else(|| attribute("rdf:resource"));
        let address = address.or_else(|| {
            if content.has_tags() {
                child(content, &["url", "href"], &self.entities)
            } else {
                Some(content.text(&self.entities))
            }
        });
        address
            .filter(|address| !address.is_empty())
            .map(|address| resolve(scope, &address))
    }

    pub(super) fn people(&self, content: &Content<'a>, scope: &Scope) -> Vec<Person> {
        let mut people = people::named(content, &self.entities);
        for person in &mut people {
            person.url = person.url.take().map(|url| resolve(scope, &url));
        }
        people
    }

    /// The authors of Atom's `source`: those of its `author` children.
    pub(super) fn source_authors(&self, content: &Content<'a>, scope: &Scope) -> Vec<Person> {
        let mut authors = Vec::new();
        let mut rest = content.pieces.as_slice();
        let opens =
            |piece: &Piece| matches!(piece, Piece::Open(tag) if same(local(tag.name), "author"));
        let closes =
            |piece: &Piece| matches!(piece, Piece::Close(name) if same(local(name), "author"));
        while let Some(start) = rest.iter().position(opens) {
            let after = &rest[start + 1..];
            let end = after.iter().position(closes).unwrap_or(after.len());
            let author = Content {
                attributes: content.attributes,
                pieces: after[..end].to_vec(),
                is_cut: false,
            };
            authors.extend(self.people(&author, scope));
            rest = &after[end..];
        }
        authors
    }
}

/// The relation of a link, in short (RFC 4287 §4.2.7.2).
pub(super) fn relation(tag: &Tag) -> Option<String> {
    let relation = tag.attributes.get("rel")?.trim().to_ascii_lowercase();
    Some(relation.rsplit('/').next().unwrap_or_default().to_owned())
        .filter(|relation| !relation.is_empty())
}

/// The text of the first child of one of these names.
fn child(content: &Content, names: &[&str], entities: &Entities) -> Option<String> {
    let at = content.pieces.iter().position(|piece| match piece {
        Piece::Open(tag) => names.iter().any(|name| same(local(tag.name), name)),
        _ => false,
    })?;
    let rest = &content.pieces[at + 1..];
    let end = rest
        .iter()
        .position(|piece| matches!(piece, Piece::Open(_) | Piece::Close(_)));
    let text = written(&rest[..end.unwrap_or(rest.len())], entities);
    Some(text.trim().to_owned())
}
