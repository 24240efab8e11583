//! JSON Feed 1 and 1.1 → its entries. A document that is cut off gives those before the cut.

use std::rc::Rc;

use serde_json::{Map, Value};
use url::Url;

use super::{
    FeedInfo,
    entry::{Draft, Rank, Scope, Text},
    media::File,
    people,
};
use crate::{
    collect::{charset, dates, raw::RawText},
    domain::{Language, Person},
};

/// What a feed in JSON gave.
#[derive(Debug)]
pub struct Read {
    /// About the feed.
    pub info: FeedInfo,
    /// Its entries.
    pub entries: Vec<Draft>,
    /// The authors of entries that name none.
    pub authors: Vec<Person>,
    /// Whether the document ends before its end.
    pub is_cut: bool,
}

const RANK: Rank = Rank { class: 0, depth: 0 };

type Object = Map<String, Value>;

/// Reads a feed.
///
/// # Errors
/// Where it is no JSON, or has no items.
pub fn read(text: &str, url: &Url) -> Result<Read, String> {
    let text = text.trim();
    let (feed, items, is_cut) = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(mut feed)) => match feed.remove("items") {
            Some(Value::Array(items)) => (feed, items, false),
            Some(_) => return Err("`items` is no list".to_owned()),
            None if string(&feed, "version")
                .is_some_and(|version| version.contains("jsonfeed")) =>
            {
                (feed, Vec::new(), false)
            }
            None => return Err("it is JSON, but has no `items` as JSON Feed has".to_owned()),
        },
        Ok(_) => return Err("it is JSON, but no object".to_owned()),
        Err(error) => {
            let (feed, items) = before_the_wound(text);
            if items.is_empty() {
                return Err(format!("broken JSON: {error}"));
            }
            (feed, items, true)
        }
    };
    let language = language(&feed);
    let scope = Scope {
        base: Rc::new(base(&feed, url)),
        language: language.clone().map(Rc::new),
    };
    let text_of = |name| string(&feed, name);
    Ok(Read {
        info: FeedInfo {
            title: text_of("title"),
            link: text_of("home_page_url").map(|page| resolve(&scope, &page)),
            language,
            image: text_of("icon")
                .or_else(|| text_of("favicon"))
                .map(|image| resolve(&scope, &image)),
        },
        authors: authors(&feed, &scope),
        entries: items
            .iter()
            .filter_map(Value::as_object)
            .map(|item| entry(item, &scope))
            .collect(),
        is_cut,
    })
}

/// What relative addresses are relative to: where the feed is, else, for one that wasn't fetched, its page.
fn base(feed: &Object, url: &Url) -> Url {
    let page = || string(feed, "home_page_url").and_then(|page| Url::parse(&page).ok());
    if matches!(url.scheme(), "http" | "https") {
        return url.clone();
    }
    page().unwrap_or_else(|| url.clone())
}

fn entry(item: &Object, scope: &Scope) -> Draft {
    let scope = Scope {
        base: Rc::clone(&scope.base),
        language: language(item)
            .map(Rc::new)
            .or_else(|| scope.language.clone()),
    };
    let mut draft = Draft::new(scope.clone(), 0);
    let text_of = |name| string(item, name);
    let address = |name| text_of(name).map(|url| resolve(&scope, &url));
    if let Some(id) = text_of("id") {
        draft.id.first(RANK, id);
    }
    if let Some(page) = address("url").or_else(|| address("external_url")) {
        draft.link.first(RANK, page);
    }
    let text = |raw: RawText| Text {
        raw,
        scope: scope.clone(),
    };
    if let Some(title) = text_of("title") {
        draft.title.first(RANK, text(RawText::Plain(mended(title))));
    }
    if let Some(summary) = text_of("summary") {
        draft
            .summary
            .first(RANK, text(RawText::Plain(mended(summary))));
    }
    let html = text_of("content_html").map(|html| RawText::Html(mended(html)));
    let plain = || text_of("content_text").map(|text| RawText::Plain(mended(text)));
    if let Some(body) = html.or_else(plain) {
        draft.body.first(RANK, text(body));
    }
    let time = |name| text_of(name).and_then(|date| dates::parse(&date));
    if let Some(time) = time("date_published") {
        draft.published.first(RANK, time);
    }
    if let Some(time) = time("date_modified") {
        draft.updated.first(RANK, time);
    }
    draft.authors = authors(item, &scope)
        .into_iter()
        .map(|person| (0, person))
        .collect();
    for tag in list(item, "tags").filter_map(Value::as_str) {
        draft.tag(tag.trim().to_owned());
    }
    for picture in ["image", "banner_image"].into_iter().filter_map(address) {
        draft.media.add_cover(picture);
    }
    for attachment in list(item, "attachments").filter_map(Value::as_object) {
        draft.media.add(File {
            url: string(attachment, "url")
                .map(|url| resolve(&scope, &url))
                .unwrap_or_default(),
            media_type: string(attachment, "mime_type"),
            length: attachment.get("size_in_bytes").and_then(Value::as_u64),
            ..File::default()
        });
    }
    draft
}

/// Version 1.1 has `authors`, version 1 `author`.
fn authors(object: &Object, scope: &Scope) -> Vec<Person> {
    let mut found = Vec::new();
    for author in list(object, "authors").chain(object.get("author")) {
        let person = match author {
            Value::Object(author) => Some(Person {
                name: string(author, "name").unwrap_or_default(),
                email: string(author, "email"),
                url: string(author, "url").map(|url| resolve(scope, &url)),
            }),
            Value::String(text) => people::in_text(text),
            _ => None,
        };
        if let Some(person) =
            person.filter(|person| !person.name.is_empty() || person.email.is_some())
        {
            people::add(&mut found, person);
        }
    }
    found
}

fn language(object: &Object) -> Option<Language> {
    string(object, "language")?.parse().ok()
}

/// A text that isn't empty. Ids are numbers at times.
fn string(object: &Object, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn list<'a>(object: &'a Object, name: &str) -> impl Iterator<Item = &'a Value> {
    object
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn mended(text: String) -> String {
    charset::decode_twice_encoded(&text).unwrap_or(text)
}

fn resolve(scope: &Scope, address: &str) -> String {
    scope
        .base
        .join(address)
        .map_or_else(|_| address.to_owned(), String::from)
}

/// The fields before the items, and the items that are whole.
fn before_the_wound(text: &str) -> (Object, Vec<Value>) {
    let Some(start) = start_of_items(text) else {
        return (Object::new(), Vec::new());
    };
    let head = text[..start.key].trim_end().trim_end_matches(',');
    let feed = serde_json::from_str(&format!("{head}}}")).unwrap_or_default();
    let mut items = Vec::new();
    let mut rest = &text[start.list..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(item)) = values.next() else {
            return (feed, items);
        };
        items.push(item);
        rest = &rest[values.byte_offset()..];
    }
}

/// Where the key of the items is, and where their list begins.
struct Start {
    key: usize,
    list: usize,
}

/// Finds `"items": [` among the fields of the outermost object.
fn start_of_items(text: &str) -> Option<Start> {
    let (mut depth, mut string_from, mut is_escaped) = (0_usize, None, false);
    for (at, octet) in text.bytes().enumerate() {
        match (string_from, octet) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(from), b'"') => {
                string_from = None;
                let after = text[at + 1..].trim_start();
                if depth == 1
                    && &text[from..=at] == "\"items\""
                    && let Some(list) = after.strip_prefix(':').map(str::trim_start)
                    && list.starts_with('[')
                {
                    return Some(Start {
                        key: from,
                        list: text.len() - list.len() + 1,
                    });
                }
            }
            (None, b'"') => string_from = Some(at),
            (None, b'{' | b'[') => depth += 1,
            (None, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
