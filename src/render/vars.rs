//! What the templates see: one table, for whoever writes a template.

use serde::Serialize;

/// A name that templates may use.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Var {
    /// `article.title`.
    pub name: &'static str,
    /// Where it is known.
    pub templates: &'static str,
    /// What it is, with an example.
    pub what: &'static str,
}

const ALL: &str = "all";
const SHELL: &str = "digest.html, digest.txt";
const FRONT: &str = "subject.txt, preheader.txt";
const ARTICLE: &str = "article/*; as `lead` in subject.txt, preheader.txt";

const fn var(name: &'static str, templates: &'static str, what: &'static str) -> Var {
    Var {
        name,
        templates,
        what,
    }
}

/// All of them.
#[rustfmt::skip]
pub static VARS: &[Var] = &[
    var("edition.id", ALL, "text: `daily`"),
    var("edition.name", ALL, "text: `The Morning Post`"),
    var("publisher.name", ALL, "text: `The Agency`"),
    var("publisher.url", ALL, "text: `https://agency.example`; may be empty"),
    var("publisher.postal_address", ALL, "text, on one line"),
    var("publisher.has_service", ALL, "true if there are pages where readers choose"),
    var("date", ALL, "text: `Tuesday, November 24, 2026`, as the language writes it"),
    var("notice", ALL, "text; empty but in a test mail or a proof"),
    var("labels", ALL, "the words of labels/LANG.toml that need no number: `labels.unsubscribe`; `| fill(name=value)` puts a value in"),
    var("language.tag", ALL, "text: `pt-BR`"),
    var("language.family", ALL, "text: `pt`, `zh-Hant`: what styles choose fonts by"),
    var("language.dir", ALL, "`ltr` or `rtl`"),
    var("language.opposite", ALL, "the other one"),
    var("language.start", ALL, "`left` or `right`: where a line begins"),
    var("language.end", ALL, "where it ends"),
    var("language.dot", ALL, "` · `, for plain text"),
    var("theme.width", ALL, "number: 600"),
    var("theme.margin", ALL, "number: 32"),
    var("theme.column", ALL, "number: 536, the width of the text"),
    var("theme.side", ALL, "number: 160, the width of a picture beside the text"),
    var("theme.layout", ALL, "`card` or `list`"),
    var("theme.logo", ALL, "none, or {url, width, height}"),
    var("theme.fonts", ALL, "{text, titles, small, outlook}"),
    var("theme.light", ALL, "{paper, sheet, ink, soft, accent, rule}, each `#1d1a16`"),
    var("theme.dark", ALL, "the same by night"),
    var("content", SHELL, "where headings and articles go: once, on a line of its own"),
    var("head_css", SHELL, "list of texts: the rules that belong into style elements"),
    var("segment.subject", SHELL, "text. What begins with `segment` stands in text, not in attributes, and `if` can't ask for it"),
    var("segment.preheader", SHELL, "text"),
    var("segment.count", SHELL, "text: `9 stories · 31 min read`"),
    var("segment.follows", SHELL, "text: `Korea · Climate`"),
    var("reader.address", SHELL, "text: the reader's own; in text only"),
    var("reader.name", SHELL, "text: the reader's own; in text only"),
    var("reader.unsubscribe_url", SHELL, "text: may stand in an attribute"),
    var("reader.preferences_url", SHELL, "text: may stand in an attribute; empty without a service"),
    var("titles", FRONT, "list of texts: the titles of the first six articles"),
    var("article.title", ARTICLE, "text"),
    var("article.url", ARTICLE, "text; may be empty"),
    var("article.summary", ARTICLE, "text, on one line; `| shorten(width=320)`"),
    var("article.paragraphs", ARTICLE, "list of texts: the whole text, where the source gives it"),
    var("article.body", ARTICLE, "the same as clean HTML: `| safe`"),
    var("article.authors", ARTICLE, "list of texts"),
    var("article.source", ARTICLE, "text"),
    var("article.minutes", ARTICLE, "text: `3 min read`"),
    var("article.date", ARTICLE, "text: `Nov 24, 2026`"),
    var("article.credits", ARTICLE, "list of texts: byline, source and reading time, those that are known"),
    var("article.image", ARTICLE, "none, or {url, alt, caption, credit, ratio}"),
    var("article.image_in_body", ARTICLE, "whether the whole text shows that picture itself"),
    var("article.related", ARTICLE, "list of {title, url}: cross-references"),
    var("article.also", ARTICLE, "list of {title, url}: other sources of the story"),
    var("article.mark", ARTICLE, "text: `Updated`; mostly empty"),
    var("article.recordings", ARTICLE, "list of texts: the addresses of recordings"),
    var("article.language", ARTICLE, "as `language`, of the article"),
    var("heading", "topic.html, topic.txt", "text: a topic's name"),
    var("notes.opening", "notes.html, notes.txt", "the editor's words, as clean HTML: `| safe`"),
    var("notes.opening_paragraphs", "notes.html, notes.txt", "list of texts: the same"),
    var("notes.corrections", "notes.html, notes.txt", "list of {title, url, text, withdrawn, language}"),
    var("notes.moved", "notes.html, notes.txt", "list of texts: topics that are no more"),
    var("rest", "rest.html, rest.txt", "text: `and 12 more stories`"),
];
