//! The JSON-LD of a page, also where it is written as templates write it: with comments around it, line breaks in its
//! strings, commas too many, several values in one block.

use scraper::Html;
use serde_json::{Map, Value};

use super::dom;

/// How many objects of a page are looked at: a list of teasers may go on.
const MOST: usize = 2000;

/// An object that a page describes something with.
#[derive(Debug, Clone)]
pub struct Thing {
    /// Its properties.
    pub object: Map<String, Value>,
    /// Whether it stands by itself; else it is a part of another, such as a teaser in a list.
    pub is_whole: bool,
}

/// All objects of a page's JSON-LD, in its order, the outer before the inner.
#[must_use]
pub fn things(tree: &Html) -> Vec<Thing> {
    let mut things = Vec::new();
    for script in dom::all(tree, "script[type*='ld+json' i], script[type*='ld json' i]") {
        let json: String = script.text().collect();
        for value in values(&json) {
            gather(value, true, &mut things);
        }
    }
    things
}

/// The values of one block.
fn values(json: &str) -> Vec<Value> {
    let json = unwrapped(json);
    let whole = |text: &str| {
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let mut values = Vec::new();
        loop {
            match stream.next() {
                Some(Ok(value)) => values.push(value),
                Some(Err(_)) if values.is_empty() => return None,
                Some(Err(_)) | None => return Some(values),
            }
        }
    };
    whole(json)
        .or_else(|| whole(&mended(json)))
        .or_else(|| {
            let escaped = json.contains("&quot;") && !json.contains('"');
            let unescaped = escaped.then(|| json.replace("&quot;", "\"").replace("&amp;", "&"))?;
            whole(&mended(&unescaped))
        })
        .unwrap_or_default()
}

/// The JSON of a block without what some templates write around it.
fn unwrapped(json: &str) -> &str {
    let start = json.find(['{', '[']).unwrap_or(0);
    // `//<![CDATA[` and `[[…]]` begin with a bracket, too
    let start = match json[start..].strip_prefix("[CDATA[") {
        Some(inner) => {
            let from = json.len() - inner.len();
            from + inner.find(['{', '[']).unwrap_or(0)
        }
        None => start,
    };
    let end = json.rfind('}').map_or(json.len(), |at| at + 1);
    let closing = json[end.min(json.len())..].trim_start();
    let end = if json[start..].starts_with('[') && closing.starts_with(']') {
        json.len() - closing.len() + 1
    } else {
        end
    };
    json.get(start..end).unwrap_or_default()
}

/// The same JSON with its usual wounds mended: raw control characters in strings, backslashes that escape nothing, commas
/// before a closing bracket, comments, an end that is missing.
fn mended(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut open = Vec::new();
    let mut in_string = false;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match (in_string, c) {
            (true, '\\') => match chars.next() {
                Some(next @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => {
                    out.extend(['\\', next]);
                }
                Some(next) => out.push(next),
                None => {}
            },
            // A quotation mark that nothing follows which could follow a string was meant to be in it
            (true, '"') if !ends_string(chars.clone()) => out.push_str("\\\""),
            (_, '"') => {
                in_string = !in_string;
                out.push('"');
            }
            (true, '\n') => out.push_str("\\n"),
            (true, '\t') => out.push_str("\\t"),
            (true, c) if c.is_control() => {}
            (false, '/') if chars.peek() == Some(&'/') => {
                while chars.next().is_some_and(|c| c != '\n') {}
            }
            (false, '/') if chars.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            (false, '}' | ']') => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                open.pop();
                out.push(c);
            }
            (false, '{' | '[') => {
                open.push(if c == '{' { '}' } else { ']' });
                out.push(c);
            }
            (_, c) => out.push(c),
        }
    }
    if in_string {
        out.push('"');
    }
    out.truncate(out.trim_end().trim_end_matches(',').len());
    out.extend(open.iter().rev());
    out
}

/// Whether what comes after a quotation mark can come after a string.
fn ends_string(rest: impl Iterator<Item = char>) -> bool {
    let mut rest = rest.filter(|c| !c.is_whitespace());
    match rest.next() {
        None | Some('}' | ']' | ':') => true,
        Some(',') => matches!(
            rest.next(),
            None | Some('"' | '{' | '[' | '}' | ']' | '-' | '0'..='9' | 't' | 'f' | 'n')
        ),
        Some('/') => matches!(rest.next(), Some('/' | '*')),
        Some(_) => false,
    }
}

fn gather(value: Value, is_whole: bool, things: &mut Vec<Thing>) {
    match value {
        Value::Array(list) => {
            for value in list {
                gather(value, is_whole, things);
            }
        }
        Value::Object(mut object) if things.len() < MOST => {
            if let Some(graph) = object.remove("@graph") {
                gather(graph, is_whole, things);
            }
            let parts: Vec<(bool, Value)> = [
                ("mainEntity", is_whole),
                ("mainEntityOfPage", is_whole),
                ("itemListElement", false),
                ("item", false),
                ("hasPart", false),
                ("blogPost", false),
            ]
            .into_iter()
            .filter_map(|(key, is_whole)| Some((is_whole, object.get(key)?.clone())))
            .collect();
            if !object.is_empty() {
                things.push(Thing { object, is_whole });
            }
            for (is_whole, part) in parts {
                if !part.is_string() {
                    gather(part, is_whole, things);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headlines(json: &str) -> Vec<String> {
        let page = format!("<script type='Application/LD+JSON; charset=utf-8'>{json}</script>");
        things(&Html::parse_document(&page))
            .iter()
            .filter_map(|thing| Some(thing.object.get("headline")?.as_str()?.to_owned()))
            .collect()
    }

    #[test]
    fn objects_are_found_in_lists_graphs_and_each_other() {
        assert_eq!(headlines(r#"{"headline":"A"}"#), ["A"]);
        assert_eq!(
            headlines(r#"[{"headline":"A"},{"headline":"B"}]"#),
            ["A", "B"]
        );
        assert_eq!(headlines(r#"{"@graph":[{"headline":"A"}]}"#), ["A"]);
        assert_eq!(
            headlines(r#"{"@type":"WebPage","mainEntity":{"headline":"A"}}"#),
            ["A"]
        );
    }

    #[test]
    fn broken_json_is_mended() {
        for json in [
            r#"<!-- {"headline":"A"} -->"#,
            "//<![CDATA[\n{\"headline\":\"A\"}\n//]]>",
            r#"{"headline":"A",}"#,
            r#"{"headline":"A"};"#,
            r#"{"x":[1,2,], "headline":"A"}"#,
            "{\"x\":\"two\nlines\",\"headline\":\"A\"}",
            r#"{"x":"it\'s","headline":"A"}"#,
            r#"{"x":"a "quoted" word","headline":"A"}"#,
            r#"{"headline":"A","x":{"y":"cut"#,
            r#"{"headline":"A"}{"x":1}"#,
            "{&quot;headline&quot;:&quot;A&quot;}",
            "{ // said\n \"headline\":\"A\" /* and done */ }",
        ] {
            assert_eq!(headlines(json), ["A"], "{json}");
        }
        assert!(headlines("{{{{").is_empty() && headlines("").is_empty());
    }
}
