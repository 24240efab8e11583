//! What remains of HTML, and where it may stand.

/// What an element is to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It stands in a line of text.
    Inline,
    /// It ends a paragraph.
    Block,
    /// A paragraph.
    Paragraph,
    /// A heading: it ends another.
    Heading,
    /// An item of a list: it ends the one before it.
    Item,
    /// A term or its description.
    Term,
    /// A table, and its parts: they stand in each other only.
    Table,
    Section,
    Row,
    Cell,
    Caption,
    /// It has no end.
    Empty,
}

/// An element that may remain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether a summary may have it too.
    pub in_summary: bool,
}

macro_rules! rules {
    ($given:expr; $($kind:ident $in_summary:literal: $($name:literal)*;)*) => {
        match $given {
            $($($name => Some(Rule { name: $name, kind: Kind::$kind, in_summary: $in_summary }),)*)*
            _ => None,
        }
    };
}

/// The rule of an element, by its name in lower case.
pub(super) fn rule(name: &str) -> Option<Rule> {
    rules! { name;
        Inline true: "a" "abbr" "b" "bdi" "bdo" "cite" "code" "del" "dfn" "em" "i" "ins" "kbd" "mark" "q" "rp" "rt" "ruby" "s"
            "samp" "small" "strong" "sub" "sup" "time" "u" "var";
        Block true: "blockquote" "div" "dl" "ol" "ul";
        Paragraph true: "p";
        Item true: "li";
        Term true: "dd" "dt";
        Empty true: "br" "wbr";
        Empty false: "hr" "img";
        Block false: "address" "article" "aside" "center" "figcaption" "figure" "footer" "header" "main" "pre" "section";
        Heading false: "h1" "h2" "h3" "h4" "h5" "h6";
        Table false: "table";
        Caption false: "caption";
        Section false: "tbody" "tfoot" "thead";
        Row false: "tr";
        Cell false: "td" "th";
    }
}

/// Elements that go with all that is in them. Of others that a mail can't show (`object`, `iframe`), what they hold for
/// those who can't see them remains.
pub(super) fn is_gone(name: &str) -> bool {
    matches!(
        name,
        "audio"
            | "button"
            | "canvas"
            | "datalist"
            | "dialog"
            | "math"
            | "noscript"
            | "optgroup"
            | "option"
            | "select"
            | "svg"
            | "template"
            | "video"
    )
}

/// Elements without a content, beside those that may remain.
pub(super) fn is_empty(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// The attributes of an element that may remain, beside `dir` and `lang`; addresses apart.
pub(super) fn attributes(name: &str) -> &'static [&'static str] {
    match name {
        "a" | "abbr" | "dfn" => &["title"],
        "img" => &["alt", "width", "height", "title"],
        "td" | "th" => &["colspan", "rowspan"],
        "ol" => &["start"],
        "li" => &["value"],
        "time" | "del" | "ins" => &["datetime"],
        _ => &[],
    }
}

/// The value of an attribute as it may remain: numbers are numbers, tags of languages are those.
pub(super) fn value<'a>(attribute: &str, value: &'a str) -> Option<&'a str> {
    let value = value.trim();
    match attribute {
        "dir" => ["ltr", "rtl", "auto"]
            .into_iter()
            .find(|known| value.eq_ignore_ascii_case(known)),
        "lang" => {
            let is_tag = value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (is_tag && !value.is_empty() && value.len() <= 35).then_some(value)
        }
        "width" | "height" => {
            let number = value.strip_suffix("px").unwrap_or(value).trim();
            number.parse::<u16>().ok().map(|_| number)
        }
        "colspan" | "rowspan" => value
            .parse::<u16>()
            .ok()
            .filter(|count| (1..=1000).contains(count))
            .map(|_| value),
        "start" | "value" => value.parse::<i32>().ok().map(|_| value),
        "datetime" => {
            let is_time = value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-+:., ".contains(&byte));
            (is_time && !value.is_empty() && value.len() <= 40).then_some(value)
        }
        "alt" => Some(value),
        _ => (!value.is_empty()).then_some(value),
    }
}
