//! What a page's linked data (JSON-LD, microdata, `RDFa`) says of its article: the right object among those of its
//! teasers, its publisher and its videos, and the fields of it.

use std::collections::HashMap;

use scraper::Html;
use serde_json::{Map, Value};

use super::{json_ld, microdata, words};
use crate::domain::{Image, ImageSize, Person};

/// The objects that describe a page's article, the best first.
#[derive(Debug, Default)]
pub struct Linked(Vec<Map<String, Value>>);

/// What is known of a page otherwise, to know its article by.
pub struct Known<'a> {
    /// Its addresses: where it was found, what it calls canonical.
    pub urls: &'a [String],
    /// Its titles: of its head, of its first heading.
    pub titles: &'a [String],
}

/// What an object is to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Its article.
    Article,
    /// Itself, or something that says no type.
    Page,
}

impl Linked {
    /// The objects of `tree` that are about the page's article.
    pub fn of(tree: &Html, known: &Known) -> Self {
        let mut things = json_ld::things(tree);
        let inner = microdata::things(tree);
        let by_id: HashMap<String, Map<String, Value>> = things
            .iter()
            .filter(|thing| thing.object.len() > 1)
            .filter_map(|thing| {
                Some((
                    thing.object.get("@id")?.as_str()?.to_owned(),
                    thing.object.clone(),
                ))
            })
            .collect();
        let of_json = things.len();
        things.extend(inner);
        let articles = things
            .iter()
            .filter(|thing| kind(&thing.object) == Some(Kind::Article))
            .count();
        let mut found: Vec<(Kind, bool, bool, usize)> = Vec::new();
        for (at, thing) in things.iter().enumerate() {
            let Some(kind) = kind(&thing.object) else {
                continue;
            };
            let fits = known.fit(&thing.object);
            // Of several articles, those of which the page says nothing else are its teasers
            let alone = articles == 1 || kind == Kind::Page;
            let is_it = match fits {
                Some(fits) => fits || (alone && thing.is_whole && kind == Kind::Article),
                None => thing.is_whole,
            };
            if is_it {
                found.push((kind, fits != Some(true), at >= of_json, at));
            }
        }
        found.sort_unstable();
        let objects = found
            .into_iter()
            .take(6)
            .map(|(.., at)| resolved(&things[at].object, &by_id))
            .collect();
        Self(objects)
    }

    /// Whether some object says that the page is an article.
    pub fn is_article(&self) -> bool {
        self.0
            .iter()
            .any(|object| kind(object) == Some(Kind::Article) && object.contains_key("headline"))
    }

    /// The first text of a property.
    pub fn text(&self, key: &str) -> Option<String> {
        self.texts(key).into_iter().next()
    }

    /// All texts of a property of the first object that has it.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.each(key)
            .map(texts_of)
            .find(|texts| !texts.is_empty())
            .unwrap_or_default()
    }

    /// The text of a property with its line breaks.
    pub fn long_text(&self, key: &str) -> Option<String> {
        self.each(key)
            .filter_map(|value| objects(value).first()?.as_str().map(str::to_owned))
            .find(|text| !text.trim().is_empty())
    }

    /// The people, or else the bodies, of a property, as they are named there.
    pub fn people(&self, key: &str) -> Vec<Person> {
        self.each(key)
            .map(people_of)
            .find(|people| !people.is_empty())
            .unwrap_or_default()
    }

    /// The pictures of a property.
    pub fn images(&self, key: &str) -> Vec<Image> {
        self.each(key)
            .flat_map(|value| {
                objects(value)
                    .into_iter()
                    .filter_map(image_of)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    fn each<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter_map(move |object| object.get(key))
    }
}

impl Known<'_> {
    /// Whether an object's address or headline is the page's; none where it has neither.
    fn fit(&self, object: &Map<String, Value>) -> Option<bool> {
        let urls: Vec<String> = ["url", "mainEntityOfPage", "@id"]
            .iter()
            .filter_map(|key| object.get(*key))
            .flat_map(texts_of)
            .filter(|url| url.contains('/'))
            .collect();
        let same_url = urls
            .iter()
            .any(|url| self.urls.iter().any(|known| same_address(url, known)));
        let headlines: Vec<String> = ["headline", "name"]
            .iter()
            .filter_map(|key| object.get(*key))
            .flat_map(texts_of)
            .collect();
        let same_title = headlines.iter().any(|headline| {
            self.titles
                .iter()
                .any(|title| words::one_holds_the_other(headline, title))
        });
        if same_url || same_title {
            Some(true)
        } else if urls.is_empty() && (headlines.is_empty() || self.titles.is_empty()) {
            None
        } else {
            Some(false)
        }
    }
}

fn same_address(one: &str, other: &str) -> bool {
    fn bare(url: &str) -> &str {
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        let url = url.strip_prefix("www.").unwrap_or(url);
        url.split(['?', '#'])
            .next()
            .unwrap_or_default()
            .trim_end_matches('/')
    }
    let (one, other) = (bare(one), bare(other));
    // The front page is every page's
    one.contains('/') && one.eq_ignore_ascii_case(other)
}

fn kind(object: &Map<String, Value>) -> Option<Kind> {
    let types = object.get("@type").map(texts_of).unwrap_or_default();
    let is = |wanted: &dyn Fn(&str) -> bool| {
        types
            .iter()
            .map(|kind| kind.rsplit(['/', '#', ':']).next().unwrap_or_default())
            .any(wanted)
    };
    if is(&|kind| {
        kind.ends_with("Article")
            || kind.ends_with("Posting")
            || matches!(
                kind,
                "Report" | "Review" | "CreativeWork" | "Recipe" | "HowTo"
            )
    }) {
        Some(Kind::Article)
    } else if types.is_empty() || is(&|kind| kind.ends_with("Page")) {
        Some(Kind::Page)
    } else {
        None
    }
}

/// An object with the others in it that it only names (`{"@id": "#ana"}`).
fn resolved(
    object: &Map<String, Value>,
    by_id: &HashMap<String, Map<String, Value>>,
) -> Map<String, Value> {
    let lookup = |value: &Value| match value {
        Value::Object(reference) if reference.len() == 1 => reference
            .get("@id")
            .and_then(Value::as_str)
            .and_then(|id| by_id.get(id))
            .map_or_else(|| value.clone(), |found| Value::Object(found.clone())),
        value => value.clone(),
    };
    object
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Array(list) => Value::Array(list.iter().map(lookup).collect()),
                value => lookup(value),
            };
            (key.clone(), value)
        })
        .collect()
}

fn objects(value: &Value) -> Vec<&Value> {
    match value {
        // `{"@list": […]}` is the same with an order
        Value::Object(object) if object.contains_key("@list") => {
            object.get("@list").map(objects).unwrap_or_default()
        }
        Value::Array(list) => list.iter().flat_map(objects_once).collect(),
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

fn objects_once(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

/// The texts that a value is or holds: JSON-LD writes `"x"`, `["x"]`, `{"@value": "x"}`, `{"name": "x"}` and
/// `{"@id": "x"}` alike.
pub fn texts_of(value: &Value) -> Vec<String> {
    objects(value)
        .into_iter()
        .filter_map(|value| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                value => ["@value", "name", "@id", "url"]
                    .iter()
                    .find_map(|key| value.get(key)?.as_str())?
                    .to_owned(),
            };
            let text = words::unescaped(&text);
            (!text.is_empty()).then_some(text)
        })
        .collect()
}

fn people_of(value: &Value) -> Vec<Person> {
    objects(value)
        .into_iter()
        .flat_map(|value| {
            let part = |key| value.get(key).map(texts_of).unwrap_or_default();
            let names = match value {
                Value::String(name) => vec![words::unescaped(name)],
                // `{"name": ["Ana Roe", "Bo Li"]}`
                _ => part("name"),
            };
            let alone = names.len() == 1;
            let only = |key| part(key).into_iter().next().filter(|_| alone);
            let (email, url) = (only("email"), only("url").or_else(|| only("sameAs")));
            names.into_iter().map(move |name| Person {
                name,
                email: email
                    .clone()
                    .map(|email| email.trim_start_matches("mailto:").to_owned()),
                url: url.clone(),
            })
        })
        .filter(|person| !person.name.is_empty())
        .collect()
}

fn image_of(value: &Value) -> Option<Image> {
    let part = |key: &str| {
        value
            .get(key)
            .and_then(|value| texts_of(value).into_iter().next())
    };
    // `1200`, `"1200"`, or a `QuantitativeValue`
    let number = |key: &str| {
        let value = value.get(key)?;
        match value.get("value").unwrap_or(value) {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    };
    let url = match value {
        Value::String(url) => words::unescaped(url),
        _ => part("url")
            .or_else(|| part("contentUrl"))
            .or_else(|| part("@id"))?,
    };
    Some(Image {
        url,
        alt: part("alternateName").unwrap_or_default(),
        caption: part("caption")
            .or_else(|| part("description"))
            .unwrap_or_default(),
        credit: part("creditText")
            .or_else(|| part("copyrightHolder"))
            .or_else(|| part("creator"))
            .unwrap_or_default(),
        size: number("width")
            .zip(number("height"))
            .and_then(|(width, height)| ImageSize::parse(&width, &height)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(json: &str) -> Linked {
        let page = format!("<script type='application/ld+json'>{json}</script>");
        let known = Known {
            urls: &["https://agency.example/ports".to_owned()],
            titles: &["The port reopens".to_owned()],
        };
        Linked::of(&scraper::Html::parse_document(&page), &known)
    }

    #[test]
    fn the_article_is_known_among_the_teasers_by_its_address_or_its_title() {
        let by_url = r#"[{"@type":"NewsArticle","headline":"Another","url":"https://agency.example/other"},
            {"@type":"NewsArticle","headline":"So it goes","url":"https://www.agency.example/ports/?x=1"}]"#;
        assert_eq!(
            linked(by_url).text("headline").as_deref(),
            Some("So it goes")
        );
        let by_title = r#"{"@type":"ItemList","itemListElement":[{"@type":"Article","headline":"Another one"},
            {"@type":"Article","headline":"The Port Reopens!"}]}"#;
        assert_eq!(
            linked(by_title).text("headline").as_deref(),
            Some("The Port Reopens!")
        );
        let teasers = r#"[{"@type":"NewsArticle","headline":"Another one"},{"@type":"NewsArticle","headline":"A third one"}]"#;
        assert!(linked(teasers).text("headline").is_none());
    }

    #[test]
    fn a_video_is_not_the_article_and_a_page_fills_its_gaps() {
        let page = r#"{"@graph":[{"@type":"VideoObject","headline":"A video","uploadDate":"2020-01-01"},
            {"@type":"WebPage","inLanguage":"fr","name":"The port reopens"},{"@type":["Thing","NewsArticle"],"headline":"The port reopens"}]}"#;
        let linked = linked(page);
        assert_eq!(linked.text("headline").as_deref(), Some("The port reopens"));
        assert_eq!(linked.text("inLanguage").as_deref(), Some("fr"));
        assert!(linked.is_article() && linked.text("uploadDate").is_none());
    }

    #[test]
    fn authors_are_written_in_many_ways() {
        let names = |author: &str| {
            let json = format!(
                r##"{{"@graph":[{{"@id":"#a","@type":"Person","name":"Ana"}},{{"@type":"Article","author":{author}}}]}}"##
            );
            let people = linked(&json).people("author");
            people
                .into_iter()
                .map(|person| person.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(r#""Ana""#), ["Ana"]);
        assert_eq!(
            names(r#"["Ana",{"name":"Bo &amp; Co"}]"#),
            ["Ana", "Bo & Co"]
        );
        assert_eq!(names(r##"[{"@id":"#a"}]"##), ["Ana"]);
        assert_eq!(names(r#"{"name":["Ana","Bo"]}"#), ["Ana", "Bo"]);
        assert_eq!(names(r#"{"@list":[{"name":"Ana"}]}"#), ["Ana"]);
    }
}
