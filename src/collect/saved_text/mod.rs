//! A text that a reader copied from a news page in the browser → an article.
//!
//! Three passes: [`classify`] tells a page's own parts (bylines, times, cross-references, furniture) from its text,
//! [`join`] makes whole sentences of lines that were broken at links, and here the parts find their fields.

use super::{
    language, lead, plain,
    raw::{RawArticle, RawText},
};
use crate::domain::{Image, Person, Related};

pub mod classify;
pub mod credit;
pub mod join;
pub mod lines;
pub mod recognise;
pub mod words;

use classify::Item;
use lines::ends_sentence;

/// The article of a saved page; an empty one where there is no text. Any of the parts may be missing.
#[must_use]
pub fn parse(text: &str) -> RawArticle {
    let lines = lines::read(text);
    let Some((title, rest)) = lines.split_first() else {
        return RawArticle::default();
    };
    let french = language::detect(text).is_some_and(|language| language.as_str() == "fr");
    let (page, after) = split_related(classify::classify(rest));
    let mut article = RawArticle {
        title: RawText::Plain(title.text.clone()),
        related: after,
        ..RawArticle::default()
    };
    let mut items = join::join(page, french);
    take_topics(&mut items, &mut article);
    take_caption(&mut items, &mut article);
    let mut blocks = Vec::new();
    let mut related = Vec::new();
    for item in items {
        match item {
            Item::Text(line) => {
                let (text, titles) = without_cross_references(&line.text);
                related.extend(titles);
                if !text.is_empty() && !recognise::is_offer(&text) {
                    blocks.push(Block::Text(text));
                }
            }
            Item::Bullet(text) => blocks.push(Block::Item(text)),
            Item::CrossReference(titles) => related.extend(titles),
            Item::Byline(names) => {
                for name in names {
                    if !article.authors.iter().any(|author| author.name == name) {
                        article.authors.push(Person {
                            name,
                            ..Person::default()
                        });
                    }
                }
            }
            Item::Minutes(minutes) => {
                article.reading_minutes.get_or_insert(minutes);
            }
            Item::Published(date) => {
                article.published.get_or_insert(date);
            }
            Item::Updated(date) => {
                article.updated.get_or_insert(date);
            }
            Item::Topics(_) | Item::SameSubject | Item::Furniture => {}
        }
    }
    let related = related
        .into_iter()
        .map(|title| Related { title, url: None });
    article.related.splice(0..0, related);
    let mut seen = std::collections::HashSet::new();
    article
        .related
        .retain(|related| seen.insert(related.title.clone()));
    if let [Block::Text(lead), _, ..] = blocks.as_slice() {
        article.summary = RawText::Plain(lead.clone());
    }
    if !blocks.is_empty() {
        article.body = RawText::Html(to_html(&blocks));
    }
    article
}

/// A piece of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Text(String),
    Item(String),
}

/// The page's text, and the titles under `On the same subject`.
fn split_related(mut items: Vec<Item>) -> (Vec<Item>, Vec<Related>) {
    let Some(at) = items.iter().position(|item| *item == Item::SameSubject) else {
        return (items, Vec::new());
    };
    let after = items.split_off(at);
    let titles = after.into_iter().skip(1).flat_map(|item| match item {
        Item::Text(line) => vec![line.text],
        Item::Bullet(text) => vec![text],
        Item::CrossReference(titles) => titles,
        _ => Vec::new(),
    });
    let related = titles
        .map(|title| plain::one_line(title.trim_matches(|c: char| matches!(c, '►' | '>' | ' '))))
        .filter(|title| title.chars().any(char::is_alphanumeric))
        .map(|title| Related { title, url: None })
        .collect();
    (items, related)
}

/// Takes the topics after the text: its last list, if the items are short and no sentence opens it. A copy may have
/// lost the bullets; then something that is no text stands between.
fn take_topics(items: &mut Vec<Item>, article: &mut RawArticle) {
    for item in &*items {
        if let Item::Topics(topics) = item {
            article.tags.extend(topics.iter().cloned());
        }
    }
    let short = |text: &str, most: usize| {
        lines::words(text) <= most
            && text.chars().count() <= 60
            && !ends_sentence(text)
            && !text.ends_with([';', ',', ')'])
    };
    let is_paragraph = |item: &Item| matches!(item, Item::Text(line) if !short(&line.text, 4));
    let Some(last) = items.iter().rposition(is_paragraph) else {
        return;
    };
    let opens_list = matches!(&items[last], Item::Text(line) if line.text.ends_with([':', '：']));
    let labelled = items[last..]
        .iter()
        .any(|item| matches!(item, Item::Topics(_)));
    let is_text = |item: &&Item| matches!(item, Item::Text(_));
    let start = last + items[last..].iter().take_while(is_text).count();
    let all_short = items[start..]
        .iter()
        .all(|item| !matches!(item, Item::Bullet(text) if !short(text, 6)));
    if (opens_list && !labelled) || !all_short {
        return;
    }
    for item in items.split_off(start) {
        match item {
            Item::Bullet(topic) => article.tags.push(topic.trim_start_matches('#').to_owned()),
            Item::Text(line) => article
                .tags
                .push(line.text.trim_start_matches('#').to_owned()),
            item => items.push(item),
        }
    }
}

/// Takes the first text that ends in a credit: before the lead any, in the body only one that is sure to be a caption.
fn take_caption(items: &mut Vec<Item>, article: &mut RawArticle) {
    let mut before_lead = true;
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Item::Text(line) = item else { continue };
        if let Some(caption) = credit::split(&line.text)
            && (before_lead
                || (caption.sure && !caption.words.is_empty() && line.text.chars().count() <= 300))
        {
            found.push((at, caption));
        } else if credit::is_only_credit(&line.text) && before_lead {
            let caption = credit::Caption {
                words: String::new(),
                credit: line.text.trim_start_matches(['©', ' ']).to_owned(),
                sure: true,
            };
            found.push((at, caption));
        } else {
            before_lead = false;
        }
    }
    for (at, _) in found.iter().rev() {
        items.remove(*at);
    }
    if let Some((_, caption)) = found.into_iter().next() {
        article.image = Some(Image {
            caption: caption.words,
            credit: caption.credit,
            ..Image::default()
        });
    }
}

/// A paragraph without the cross-references that stand in it as sentences of their own.
fn without_cross_references(paragraph: &str) -> (String, Vec<String>) {
    if !paragraph.contains([':', '：']) {
        return (paragraph.to_owned(), Vec::new());
    }
    let mut titles = Vec::new();
    let mut kept = Vec::new();
    let mut sentences = lead::sentences(paragraph).into_iter();
    while let Some(sentence) = sentences.next() {
        let is_reference = recognise::after_cross_reference(sentence.trim_start_matches('('))
            .is_some_and(|rest| {
                rest.trim_start_matches([':', ' ', '\u{a0}'])
                    .starts_with(lines::is_quote)
            });
        if !is_reference {
            kept.push(sentence);
            continue;
        }
        // The title may hold a full stop of its own
        let rest: Vec<&str> = std::iter::once(sentence)
            .chain(sentences.by_ref())
            .collect();
        let rest = rest.join(" ");
        let line = lines::Line {
            text: rest.trim_start_matches('(').to_owned(),
            gap: false,
        };
        match classify::classify(std::slice::from_ref(&line)).as_slice() {
            [Item::CrossReference(found)] => titles.extend(found.iter().cloned()),
            _ => return (paragraph.to_owned(), Vec::new()),
        }
    }
    if titles.is_empty() {
        (paragraph.to_owned(), titles)
    } else {
        (kept.join(" "), titles)
    }
}

/// Paragraphs, crossheads and lists as HTML. A crosshead is a short text without a full stop that stands between
/// other text.
fn to_html(blocks: &[Block]) -> String {
    let mut html = String::new();
    for (at, block) in blocks.iter().enumerate() {
        match block {
            Block::Item(text) => {
                let is_item = |at: Option<usize>| {
                    at.and_then(|at| blocks.get(at))
                        .is_some_and(|block| matches!(block, Block::Item(_)))
                };
                if !is_item(at.checked_sub(1)) {
                    html.push_str("<ul>");
                }
                html.extend(["<li>", &plain::escape(text), "</li>"]);
                if !is_item(Some(at + 1)) {
                    html.push_str("</ul>");
                }
            }
            Block::Text(text) => {
                let between = at > 0 && at + 1 < blocks.len();
                let tag = if between && join::can_be_crosshead(text) {
                    "h2"
                } else {
                    "p"
                };
                html.extend(["<", tag, ">", &plain::escape(text), "</", tag, ">"]);
            }
        }
    }
    html
}

#[cfg(test)]
mod tests;
