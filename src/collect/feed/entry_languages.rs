//! The languages of a feed's single entries: `xml:lang` (XML 1.0 §2.12) or `dc:language` in XML, `language` in
//! JSON Feed 1.1. feed-rs reads the whole feed's only, and news agencies mix languages in one.

use crate::domain::Language;

use super::super::charset;

/// The language of each entry, in order; empty where the octets aren't XML or JSON of this kind.
#[must_use]
pub fn read(bytes: &[u8]) -> Vec<Option<Language>> {
    let text = charset::decode(bytes);
    if text.trim_start().starts_with('{') {
        return in_json(&text);
    }
    let mut languages: Vec<Option<Language>> = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skipped = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<![CDATA[") {
            "]]>"
        } else {
            ">"
        };
        let end = rest
            .find(skipped)
            .map_or(rest.len(), |end| end + skipped.len());
        let tag = &rest[..end];
        rest = &rest[end..];
        match local_name(tag) {
            "entry" | "item" => {
                languages.push(attribute(tag, "xml:lang").and_then(|tag| tag.parse().ok()));
            }
            "language" => {
                let value = rest.split('<').next().unwrap_or_default();
                if let (Some(last @ None), Ok(language)) = (languages.last_mut(), value.parse()) {
                    *last = Some(language);
                }
            }
            _ => {}
        }
    }
    languages
}

fn in_json(text: &str) -> Vec<Option<Language>> {
    let feed: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let items = feed.get("items").and_then(serde_json::Value::as_array);
    items
        .into_iter()
        .flatten()
        .map(|item| item.get("language")?.as_str()?.parse().ok())
        .collect()
}

/// The name of a start tag without its prefix; empty for other markup.
fn local_name(tag: &str) -> &str {
    let name = tag[1..]
        .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .next()
        .unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let value = tag[tag.find(name)? + name.len()..]
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Option<String>> {
        read(text.as_bytes())
            .into_iter()
            .map(|language| language.map(String::from))
            .collect()
    }

    #[test]
    fn entries_tell_their_language_each_in_their_way() {
        let atom = "<feed xml:lang='en'><!-- <entry> --><entry xml:lang='fr'><title><![CDATA[<entry>]]></title></entry><entry/></feed>";
        assert_eq!(tags(atom), [Some("fr".into()), None]);
        let rss = "<rss><channel><language>en</language><item><dc:language>ko</dc:language></item><item></item></channel></rss>";
        assert_eq!(tags(rss), [Some("ko".into()), None]);
        let json = r#"{"items":[{"language":"ar"},{}]}"#;
        assert_eq!(tags(json), [Some("ar".into()), None]);
    }

    #[test]
    fn broken_markup_is_no_trouble() {
        assert_eq!(tags("<"), Vec::<Option<String>>::new());
        assert_eq!(tags("<entry xml:lang"), [None]);
        assert_eq!(tags("<é"), Vec::<Option<String>>::new());
    }
}
