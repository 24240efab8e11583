//! Microdata (`itemscope`, `itemprop`) and `RDFa` (`typeof`, `property`) as the objects that JSON-LD would have: what reads
//! the one reads all three.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node};
use serde_json::{Map, Value};

use super::{dom, json_ld::Thing};

/// The attributes that one of the two ways to write uses.
struct Dialect {
    scope: &'static str,
    kind: &'static str,
    property: &'static str,
}

const DIALECTS: [Dialect; 2] = [
    Dialect {
        scope: "itemscope",
        kind: "itemtype",
        property: "itemprop",
    },
    Dialect {
        scope: "typeof",
        kind: "typeof",
        property: "property",
    },
];

/// All objects of a page's microdata and `RDFa`, in its order, and last the one that the page's own loose properties make.
#[must_use]
pub fn things(tree: &Html) -> Vec<Thing> {
    DIALECTS
        .iter()
        .flat_map(|dialect| dialect.things(tree))
        .collect()
}

/// An object whose element is open.
struct Open {
    object: Map<String, Value>,
    /// The properties of the object around it that it is the value of.
    of: Vec<String>,
}

impl Dialect {
    fn things(&self, tree: &Html) -> Vec<Thing> {
        let page = Open {
            object: Map::new(),
            of: Vec::new(),
        };
        let mut open = vec![page];
        let mut things = Vec::new();
        for edge in tree.tree.root().traverse() {
            match edge {
                Edge::Open(node) => {
                    let Some(element) = ElementRef::wrap(node) else {
                        continue;
                    };
                    let names = self.names(element);
                    if self.is_scope(element) {
                        let kind = element.attr(self.kind).unwrap_or_default();
                        let mut object = Map::new();
                        object.insert("@type".to_owned(), types(kind));
                        if let Some(id) =
                            element.attr("itemid").or_else(|| element.attr("resource"))
                        {
                            object.insert("@id".to_owned(), Value::from(id));
                        }
                        open.push(Open { object, of: names });
                    } else if let Some(around) = open.last_mut()
                        && !names.is_empty()
                        && let Some(value) = value(element)
                    {
                        for name in names {
                            add(&mut around.object, name, value.clone());
                        }
                    }
                }
                Edge::Close(node) => {
                    let is_scope =
                        ElementRef::wrap(node).is_some_and(|element| self.is_scope(element));
                    if is_scope
                        && open.len() > 1
                        && let Some(closed) = open.pop()
                    {
                        match open.last_mut() {
                            Some(around) if !closed.of.is_empty() => {
                                for name in closed.of {
                                    add(
                                        &mut around.object,
                                        name,
                                        Value::Object(closed.object.clone()),
                                    );
                                }
                            }
                            _ => things.push(Thing {
                                object: closed.object,
                                is_whole: true,
                            }),
                        }
                    }
                }
            }
        }
        if let Some(page) = open.into_iter().next()
            && !page.object.is_empty()
            && self.scope == "itemscope"
        {
            things.push(Thing {
                object: page.object,
                is_whole: true,
            });
        }
        things
    }

    fn is_scope(&self, element: ElementRef) -> bool {
        element.attr(self.scope).is_some()
    }

    fn names(&self, element: ElementRef) -> Vec<String> {
        let names = element.attr(self.property).unwrap_or_default();
        // Open Graph is written with `property`, too, and is read as what it is
        names
            .split_whitespace()
            .filter_map(|name| match name.split_once(':') {
                None => Some(name.to_owned()),
                Some(("schema", name)) => Some(name.to_owned()),
                Some(_) => None,
            })
            .collect()
    }
}

/// The types of an object, without the address of their vocabulary.
fn types(kind: &str) -> Value {
    kind.split_whitespace()
        .map(|kind| kind.rsplit(['/', '#', ':']).next().unwrap_or_default())
        .collect::<Vec<_>>()
        .into()
}

fn add(object: &mut Map<String, Value>, name: String, value: Value) {
    match object.get_mut(&name) {
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
        None => {
            object.insert(name, value);
        }
    }
}

/// The value of a property (HTML, "Values" of microdata): an attribute of the elements that have one for it, else the text.
fn value(element: ElementRef) -> Option<Value> {
    let attribute = |names: &[&str]| names.iter().find_map(|name| element.attr(name));
    let stated = match element.value().name() {
        "meta" => attribute(&["content"]),
        "img" => attribute(&["content", "data-src", "src"]),
        "audio" | "embed" | "iframe" | "source" | "track" | "video" => attribute(&["src"]),
        "a" | "area" | "link" if !is_worded(element) => attribute(&["content", "href"]),
        "object" => attribute(&["data"]),
        "time" => attribute(&["datetime", "content"]),
        _ => attribute(&["content", "datetime"]),
    };
    let value = match stated {
        Some(stated) => stated.trim().to_owned(),
        // A body would be copied once for each object around it
        None if is_long(element) => return None,
        None => dom::text(element),
    };
    (!value.is_empty()).then(|| Value::from(value))
}

/// Whether a link is there for its words: `<a itemprop="author" href="/ana">Ana Roe</a>`.
fn is_worded(element: ElementRef) -> bool {
    element
        .attr("itemprop")
        .or_else(|| element.attr("property"))
        .is_some_and(|name| {
            matches!(
                name,
                "author"
                    | "creator"
                    | "name"
                    | "keywords"
                    | "articleSection"
                    | "headline"
                    | "about"
            )
        })
        && element
            .descendants()
            .any(|node| matches!(node.value(), Node::Text(text) if !text.trim().is_empty()))
}

fn is_long(element: ElementRef) -> bool {
    let mut length = 0;
    for text in element.text() {
        length += text.len();
        if length > 2000 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microdata_and_rdfa_say_the_same_as_json_ld() {
        let microdata = r#"<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">A title</h1>
            <span itemprop=author itemscope itemtype="http://schema.org/Person"><a itemprop=url href=/ana><b itemprop=name>Ana Roe</b></a></span>
            <time itemprop="datePublished dateCreated" datetime="2026-11-24">yesterday</time>
            <meta itemprop=keywords content=ports><meta itemprop=keywords content=ships></article>"#;
        let rdfa = microdata
            .replace("itemscope itemtype=", "typeof=")
            .replace("itemprop", "property");
        for html in [microdata, &rdfa] {
            let things = things(&Html::parse_document(html));
            let object = Value::Object(things[0].object.clone());
            assert_eq!(object["@type"][0], "NewsArticle", "{html}");
            assert_eq!(object["headline"], "A title");
            assert_eq!(object["author"]["name"], "Ana Roe");
            assert_eq!(object["author"]["url"], "/ana");
            assert_eq!(object["dateCreated"], "2026-11-24");
            assert_eq!(object["keywords"][1], "ships");
        }
    }

    #[test]
    fn loose_properties_are_the_pages() {
        let things = things(&Html::parse_document(
            "<p itemprop=headline>A title<p itemprop=author>Ana",
        ));
        assert_eq!(things[0].object["headline"], "A title");
    }
}
