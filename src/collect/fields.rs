//! The fields of an article as people and programs write them: in front matter (TOML, YAML, JSON), in JSON Lines.
//!
//! The names are the domain's; those that Hugo, Jekyll, Eleventy and Zola use for the same are understood too, also in
//! their tables `taxonomies`, `extra` and `params`. Keys that are not known are somebody else's, and are left alone.

mod value;

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use self::value::{
    EnclosureField, Flag, ImageField, Label, Labels, PersonField, Published, RelatedField, Several,
    TextField, Time, Withdrawn,
};
use super::raw::{RawArticle, RawText};
use crate::domain::{Handling, Language};

/// The fields as they are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    id: Option<Label>,
    title: Option<TextField>,
    date: Time,
    published: Published,
    #[serde(alias = "date_published")]
    published_at: Time,
    updated: Time,
    #[serde(alias = "date_modified", alias = "last_modified_at")]
    lastmod: Time,
    #[serde(alias = "publishDate", alias = "publishdate", alias = "publish_date")]
    publish_at: Time,
    #[serde(alias = "expiryDate", alias = "expirydate", alias = "expires")]
    expires_at: Time,
    #[serde(alias = "canonical_url", alias = "canonicalUrl")]
    canonical: Option<String>,
    url: Option<String>,
    link: Option<String>,
    author: Several<PersonField>,
    authors: Several<PersonField>,
    language: Option<Language>,
    lang: Option<Language>,
    tags: Labels,
    categories: Labels,
    category: Labels,
    topics: Labels,
    keywords: Labels,
    summary: Option<TextField>,
    description: Option<TextField>,
    excerpt: Option<TextField>,
    body: Option<TextField>,
    content: Option<TextField>,
    content_html: Option<String>,
    content_text: Option<String>,
    image: Several<ImageField>,
    images: Several<ImageField>,
    #[serde(alias = "featured_image")]
    cover: Several<ImageField>,
    #[serde(alias = "attachments")]
    enclosures: Several<EnclosureField>,
    reading_minutes: Option<u32>,
    related: Several<RelatedField>,
    draft: Flag,
    pin: Flag,
    boost: Option<f64>,
    correction: Option<String>,
    withdrawn: Option<Withdrawn>,
    retracted: Option<Withdrawn>,
    update: Flag,
    handling: Option<Handling>,
    taxonomies: Value,
    extra: Value,
    params: Value,
}

/// What the fields say.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The article; its `entry` is the `id` that is written, or empty.
    pub article: RawArticle,
    /// Whether its author isn't done.
    pub draft: bool,
    /// The end of its embargo.
    pub publish_at: Option<DateTime<Utc>>,
    /// When it is over.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Fields {
    /// What sites of Zola and Hugo write in a table of its own.
    fn nested<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        [&self.taxonomies, &self.extra, &self.params]
            .into_iter()
            .find_map(|table| T::deserialize(table.get(key)?).ok())
    }
}

impl From<Fields> for Written {
    fn from(fields: Fields) -> Self {
        let of_its_own = [
            &fields.tags,
            &fields.categories,
            &fields.category,
            &fields.topics,
            &fields.keywords,
        ];
        let of_its_own = of_its_own.into_iter().flat_map(|labels| labels.0.clone());
        let nested = ["tags", "categories", "topics"].iter();
        let nested = nested.filter_map(|key| fields.nested::<Labels>(key));
        let tags = of_its_own
            .chain(nested.flat_map(|labels| labels.0))
            .collect();
        let mut authors: Vec<_> = (fields.authors.0.iter().chain(&fields.author.0))
            .map(|person| person.0.clone())
            .collect();
        if authors.is_empty() {
            authors = ["authors", "author"]
                .iter()
                .find_map(|key| fields.nested::<Several<PersonField>>(key))
                .map(|people| people.0.into_iter().map(|person| person.0).collect())
                .unwrap_or_default();
        }
        let mut images = (fields.image.0.iter())
            .chain(&fields.images.0)
            .chain(&fields.cover.0);
        let image = images.next().map(|image| image.0.clone()).or_else(|| {
            ["image", "images", "cover"]
                .iter()
                .find_map(|key| fields.nested::<Several<ImageField>>(key)?.0.pop())
                .map(|image| image.0)
        });
        let text = |field: &Option<TextField>| field.as_ref().map(|text| text.0.clone());
        let summary = text(&fields.summary)
            .or_else(|| text(&fields.description))
            .or_else(|| text(&fields.excerpt))
            .or_else(|| fields.nested::<TextField>("summary").map(|text| text.0));
        let language = (fields.language.clone())
            .or_else(|| fields.lang.clone())
            .or_else(|| fields.nested("language"))
            .or_else(|| fields.nested("lang"));
        let body = text(&fields.body)
            .or_else(|| text(&fields.content))
            .or_else(|| fields.content_html.clone().map(RawText::Html))
            .or_else(|| fields.content_text.clone().map(RawText::Plain));
        let as_printed = fields.handling.clone().unwrap_or_default();
        let handling = Handling {
            pin: fields.pin.0 || as_printed.pin,
            boost: fields.boost.map(hundredths).or(as_printed.boost),
            correction: fields.correction.or(as_printed.correction),
            withdrawn: (fields.withdrawn.or(fields.retracted))
                .and_then(Withdrawn::why)
                .or(as_printed.withdrawn),
            update: fields.update.0 || as_printed.update,
        };
        let publish_at = fields.publish_at.0;
        let said = (fields.published.at)
            .or(fields.published_at.0)
            .or(fields.date.0);
        Self {
            draft: fields.draft.0 || fields.published.never,
            publish_at,
            expires_at: fields.expires_at.0,
            article: RawArticle {
                entry: fields.id.map(|id| id.0).unwrap_or_default(),
                title: fields.title.map_or(RawText::None, |title| title.0),
                url: address([fields.canonical, fields.url, fields.link]),
                authors,
                // It isn't out before its embargo ends, whenever it was written
                published: said.max(publish_at),
                updated: fields.updated.0.or(fields.lastmod.0),
                language,
                tags,
                summary: summary.unwrap_or_default(),
                body: body.unwrap_or_default(),
                image,
                enclosures: fields.enclosures.0.into_iter().map(|file| file.0).collect(),
                reading_minutes: fields.reading_minutes,
                related: fields.related.0.into_iter().map(|other| other.0).collect(),
                handling,
                ..RawArticle::default()
            },
        }
    }
}

/// A boost as a whole number that compares exactly, between a hundredth of the usual and a hundred times it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and 10,000"
)]
fn hundredths(boost: f64) -> u32 {
    if boost.is_nan() {
        return 100;
    }
    (boost.clamp(0.01, 100.0) * 100.0).round() as u32
}

/// The first that is an address of the web: Hugo's `url` is a path of the site.
fn address(candidates: [Option<String>; 3]) -> Option<String> {
    let mut candidates = candidates.into_iter().flatten().collect::<Vec<_>>();
    let whole = (candidates.iter())
        .position(|url| url.trim_start().starts_with("http"))
        .unwrap_or(0);
    (whole < candidates.len()).then(|| candidates.swap_remove(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Written {
        serde_json::from_str::<Fields>(json).unwrap().into()
    }

    #[test]
    fn an_embargoed_article_is_published_when_its_embargo_ends() {
        let written = read(r#"{"date": "2026-11-01", "publish_at": "2026-11-24T07:00:00+09:00"}"#);
        let end = "2026-11-23T22:00:00Z".parse().ok();
        assert_eq!((written.publish_at, written.article.published), (end, end));
    }

    #[test]
    fn a_text_with_elements_is_html_and_any_other_is_plain() {
        let text = |value: &str| read(&format!(r#"{{"body": {value}}}"#)).article.body;
        assert_eq!(text(r#""a < b & c""#), RawText::Plain("a < b & c".into()));
        assert_eq!(text(r#""<p>a</p>""#), RawText::Html("<p>a</p>".into()));
        assert_eq!(text(r#""a<br>b""#), RawText::Html("a<br>b".into()));
        assert_eq!(
            text(r#"{"text": "<p>a</p>"}"#),
            RawText::Plain("<p>a</p>".into())
        );
        assert_eq!(
            text(r#"{"html": "a &amp; b", "text": "a & b"}"#),
            RawText::Html("a &amp; b".into())
        );
        assert_eq!(text("null"), RawText::None);
    }

    #[test]
    fn what_generators_of_sites_write_in_tables_is_found() {
        let zola = read(
            r#"{"taxonomies": {"tags": ["korea"], "categories": ["Trade"]}, "extra": {"author": "A. Roe", "image": "https://i.example/a.jpg", "lang": "fr", "date": 7}}"#,
        )
        .article;
        assert_eq!(zola.tags, ["korea", "Trade"]);
        assert_eq!(zola.authors[0].name, "A. Roe");
        assert_eq!(zola.image.unwrap().url, "https://i.example/a.jpg");
        assert_eq!(zola.language.unwrap().as_str(), "fr");
        let hugo = read(
            r#"{"url": "/posts/1/", "canonicalUrl": "https://a.example/1", "cover": {"image": "https://i.example/b.jpg", "alt": "B"}, "publishDate": "2026-11-24", "tags": "korea, trade"}"#,
        );
        assert_eq!(hugo.article.url.as_deref(), Some("https://a.example/1"));
        assert_eq!(hugo.article.image.unwrap().alt, "B");
        assert_eq!(hugo.article.tags, ["korea", "trade"]);
        assert!(hugo.publish_at.is_some());
    }

    #[test]
    fn published_may_be_a_time_or_whether_it_is() {
        assert!(read(r#"{"published": false}"#).draft);
        assert!(!read(r#"{"published": true}"#).draft);
        assert!(
            read(r#"{"published": "2026-11-24"}"#)
                .article
                .published
                .is_some()
        );
        assert_eq!(read(r#"{"published": ""}"#).article.published, None);
    }

    #[test]
    fn a_time_may_be_a_number_of_seconds_or_milliseconds() {
        let at = |json: &str| read(json).article.published.unwrap().to_rfc3339();
        for json in [
            r#"{"date": 1710238500}"#,
            r#"{"date": 1710238500000}"#,
            r#"{"date": "1710238500"}"#,
        ] {
            assert_eq!(at(json), "2024-03-12T10:15:00+00:00");
        }
        assert_eq!(at(r#"{"date": 20240312}"#), "2024-03-12T00:00:00+00:00");
    }
}
