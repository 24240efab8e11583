//! Who wrote a page's article: names, cleaned of what stands around them in a byline.

use std::{collections::HashSet, sync::LazyLock};

use scraper::{ElementRef, Html};

use super::{dom, elsewhere::Elsewhere, head::Head, linked::Linked, site::Site, words};
use crate::{
    collect::{dates, plain},
    domain::Person,
};

/// How many characters a byline has at most; what is longer is about the author.
const LONGEST: usize = 160;
/// How many elements of one kind are looked at.
const MOST: usize = 20;
/// Where a page shows who wrote its article, the surest places first.
const PLACES: [&str; 9] = [
    "[itemprop~=author], author",
    "[rel~=author]",
    "[class*=byline i] [class*=author i], [class*=byline i] a[href*=author], [class*=byline i] [class*=name i]",
    "[class*=byline i], [id*=byline i], [data-component*=byline i], [data-testid*=byline i]",
    "a[href*='/author/'], a[href*='/authors/'], a[href^='/by/']",
    "[class~=author], [class*=author-name i], [class*=authorname i], [class*=author__name i], [class*=article-author i], [id=author]",
    "[class*=author i], [id*=author i], [data-testid*=author i]",
    "[class*=writer i], [class*=contributor i], [class*=submitted-by i], address[class*=vcard i], [class~=username], [class~=autor], [class~=auteur]",
    "[class*=credit i]:not(figure *):not(figcaption *)",
];
/// The authors of a page's article.
pub fn authors(
    tree: &Html,
    head: &Head,
    linked: &Linked,
    site: &Site,
    elsewhere: &Elsewhere,
    below_title: &[String],
) -> Vec<Person> {
    let is_author = |person: &Person| !site.is(&person.name);
    let stated: Vec<Person> = ["author", "creator"]
        .iter()
        .map(|key| cleaned(linked.people(key)))
        .find(|people| people.iter().any(is_author))
        .unwrap_or_default();
    let mut people: Vec<Person> = stated.into_iter().filter(is_author).collect();
    if people.is_empty() {
        people = in_head(head).into_iter().filter(is_author).collect();
    }
    if people.is_empty() {
        people = signed(below_title).into_iter().filter(is_author).collect();
    }
    if people.is_empty() {
        people = shown(tree, elsewhere)
            .into_iter()
            .filter(is_author)
            .collect();
    }
    people
}

fn in_head(head: &Head) -> Vec<Person> {
    let names = [
        "author",
        "article:author",
        "og:author",
        "og:article:author",
        "parsely-author",
        "sailthru.author",
        "citation_author",
        "dc.creator",
        "dcterms.creator",
        "dc:creator",
        "dc.creator.name",
        "article:author_name",
        "article.author",
        "authors",
        "byl",
        "cxenseparse:author",
        "rbauthors",
        "twitter:creator:name",
    ];
    let stated = names.iter().map(|name| {
        let people = head
            .metas(name)
            .map(|name| named(&words::unescaped(name)))
            .collect();
        cleaned(people)
    });
    let labelled = head
        .labelled(|label| {
            [
                "written",
                "by",
                "author",
                "verfasst",
                "geschrieben",
                "écrit",
                "escrito",
                "scritto",
            ]
            .iter()
            .any(|word| label.contains(word))
        })
        .map(|name| cleaned(vec![named(name)]));
    stated
        .chain(labelled)
        .find(|people| !people.is_empty())
        .unwrap_or_default()
}

/// The authors of the first line below the title that says that somebody wrote it.
fn signed(below_title: &[String]) -> Vec<Person> {
    let mut lines = below_title.iter();
    while let Some(line) = lines.next() {
        let bare = without_opening(line);
        let name = if bare.len() < line.len() {
            bare
        } else if OPENINGS.contains(&line.to_lowercase().as_str()) {
            // `By` stands in an element of its own
            lines.next().map_or("", String::as_str)
        } else {
            continue;
        };
        let people = cleaned(vec![named(name)]);
        if !people.is_empty() {
            return people;
        }
    }
    Vec::new()
}

/// The authors that the page shows.
fn shown(tree: &Html, elsewhere: &Elsewhere) -> Vec<Person> {
    PLACES
        .iter()
        .map(|place| {
            let bylines = dom::all(tree, place)
                .into_iter()
                .take(MOST)
                .filter(|element| !elsewhere.has(*element))
                .map(|element| (element, byline_text(element)))
                .filter(|(_, text)| (1..=LONGEST).contains(&text.chars().count()));
            let mut people: Vec<Person> = Vec::new();
            let mut first = None;
            for (element, text) in bylines {
                // Further names stand beside the first, or are those of another story
                let beside = || first.is_none_or(|first| is_beside(element, first));
                if names(&text).is_empty() || !beside() {
                    continue;
                }
                first = first.or(Some(element));
                people.push(named(&text));
            }
            cleaned(people)
        })
        .find(|people| !people.is_empty())
        .unwrap_or_default()
}

/// Whether two elements are in the same byline: at most two elements below what holds both.
fn is_beside(element: ElementRef, first: ElementRef) -> bool {
    const NEAR: usize = 2;
    element.ancestors().take(NEAR).any(|around| {
        first
            .ancestors()
            .take(NEAR)
            .any(|other| other.id() == around.id())
    })
}

fn byline_text(element: ElementRef) -> String {
    let name = dom::inside(element, "[itemprop~=name]");
    if let Some(content) = name
        .or(Some(element))
        .and_then(|element| element.attr("content"))
    {
        return plain::one_line(content);
    }
    dom::text(name.unwrap_or(element))
}

fn named(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        ..Person::default()
    }
}

/// People by their names alone, each once.
fn cleaned(people: Vec<Person>) -> Vec<Person> {
    let mut found: Vec<Person> = Vec::new();
    for person in people {
        let names = names(&person.name);
        let alone = names.len() == 1;
        for name in names {
            let letters = words::letters(&name);
            // `Roe` after `Ana Roe` is the same
            if found
                .iter()
                .any(|known| words::letters(&known.name).contains(&letters))
            {
                continue;
            }
            found.push(Person {
                name,
                email: person.email.clone().filter(|_| alone),
                url: person.url.clone().filter(|_| alone),
            });
        }
    }
    found
}

/// Words that a byline opens with.
const OPENINGS: [&str; 38] = [
    "by",
    "by:",
    "written by",
    "posted by",
    "published by",
    "reported by",
    "story by",
    "words by",
    "text by",
    "article by",
    "submitted by",
    "author:",
    "authors:",
    "author",
    "von",
    "von:",
    "autor:",
    "autorin:",
    "text:",
    "par",
    "par:",
    "publié par",
    "por",
    "por:",
    "di",
    "door",
    "av",
    "af",
    "oleh",
    "przez",
    "автор:",
    "بقلم",
    "بقلم:",
    "كتب",
    "作者",
    "作者:",
    "作者：",
    "文/",
];
/// Words between two names.
const ANDS: [&str; 9] = [
    " and ", " & ", " und ", " et ", " og ", " och ", " и ", " dan ", " avec ",
];
/// Words that stand between two names, or in one.
const PERHAPS: [&str; 3] = [" y ", " e ", " en "];
/// Words after a name that begin where somebody writes from or for.
const BELONGS: [&str; 8] = [
    " from ", " for ", " at ", " in ", " on ", " with ", " via ", " is ",
];
/// Words that tell what somebody is, not who.
static ROLES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words::set(
        "writer senior reporter correspondent editor editors journalist columnist contributor staff photographer producer \
     blogger desk bureau chief redakteur redakteurin korrespondent redacción redaction rédaction redaktion \
     journaliste corresponsal admin administrator webmaster newsroom analyst fellow director professor guest \
     minutes comment comments view photos",
    )
});

/// The names in a byline.
pub fn names(byline: &str) -> Vec<String> {
    const LONGEST: usize = 1000;
    let line: String = plain::one_line(byline).chars().take(LONGEST).collect();
    let line = line
        .split([
            '|', '•', '·', '\n', '–', '—', '\u{2022}', '►', '/', '(', '[', '<', '@',
        ])
        .next()
        .unwrap_or_default();
    let line = without_opening(line.trim());
    if line.contains("://") || line.starts_with("www.") {
        return Vec::new();
    }
    let mut text = line.to_owned();
    for and in ANDS {
        while let Some(at) = find_ignoring_case(&text, and) {
            text.replace_range(at..at + and.len(), ", ");
        }
    }
    for and in PERHAPS {
        // `Ana Roe y Bo Li` are two, `José Ortega y Gasset` is one
        let two = text.split_once(and).map(|(one, other)| {
            let words = |name: &str| {
                name.split([',', ';'])
                    .next_back()
                    .map_or(0, |name| name.split_whitespace().count())
            };
            words(one) > 1 && other.split_whitespace().count() > 1
        });
        if two == Some(true) {
            text = text.replacen(and, ", ", 1);
        }
    }
    text.split([',', ';', '、', '，'])
        .map(|name| without_role(without_date(without_opening(name.trim()))))
        .map(|name| {
            name.trim_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != ')')
                .to_owned()
        })
        .take_while(|name| !tells_a_time(name))
        .filter(|name| is_name(name))
        .collect()
}

/// A name without the date that some bylines run into it: `Ana Roe Nov 29`, `Ana Roe5 minute read`.
fn without_date(name: &str) -> &str {
    let Some(at) = name.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0) else {
        return name;
    };
    let mut name = name[..at].trim_end();
    // The month and the weekday before the number
    loop {
        let (rest, last) = name.rsplit_once(' ').unwrap_or(("", name));
        let belongs_to_date = dates::parse(&format!("1 {last} 2020")).is_some() || is_weekday(last);
        if !belongs_to_date || name.is_empty() {
            return name;
        }
        name = rest.trim_end_matches([' ', ',']);
    }
}

/// A name without the role after it: `Ana Roe Editor`, `Ana Roe for the Agency`.
fn without_role(name: &str) -> &str {
    let end = BELONGS
        .iter()
        .filter_map(|word| find_ignoring_case(name, word))
        .min();
    let mut name = &name[..end.unwrap_or(name.len())];
    while let Some((rest, last)) = name.trim_end().rsplit_once(' ')
        && rest.contains(' ')
        && (is_role(last) || is_weekday(last))
    {
        name = rest;
    }
    name.trim_end()
}

fn is_role(word: &str) -> bool {
    ROLES.contains(
        word.to_lowercase()
            .trim_matches(|c: char| !c.is_alphanumeric()),
    )
}

/// `Friday`; in three letters it may be a name.
fn is_weekday(word: &str) -> bool {
    word.len() > 4 && word.parse::<chrono::Weekday>().is_ok()
}

fn without_opening(line: &str) -> &str {
    let mut line = line;
    while let Some(rest) = OPENINGS.iter().find_map(|opening| {
        let rest = strip_prefix_ignoring_case(line, opening)?;
        let ends = rest.starts_with([' ', ':', '\u{a0}'])
            || (opening.ends_with([':', '/', '：']) && !rest.is_empty());
        ends.then(|| rest.trim_start_matches([' ', ':', '\u{a0}', '：']))
    }) {
        line = rest;
    }
    line
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for expected in prefix.chars() {
        let found = rest.next()?;
        if !found.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

fn find_ignoring_case(text: &str, ascii: &str) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .find(|at| strip_prefix_ignoring_case(&text[*at..], ascii).is_some())
        .filter(|at| text.is_char_boundary(at + ascii.len()))
}

/// Whether a part of a byline is the beginning of when and where.
fn tells_a_time(part: &str) -> bool {
    let lower = part.to_lowercase();
    part.chars().filter(char::is_ascii_digit).count() > 2
        || ["updated", "published", "posted", "on ", "last "]
            .iter()
            .any(|word| lower.starts_with(word))
}

/// Whether a text can be somebody's name, or that of a body.
fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    (2..=60).contains(&length)
        && words.len() <= 6
        && text.chars().any(char::is_alphabetic)
        && !text.contains(['@', '{', '}', '=', '_', '?'])
        && !text.starts_with("http")
        && !words
            .iter()
            .any(|word| ROLES.contains(word.trim_matches('.')))
        && !matches!(
            text.to_lowercase().as_str(),
            "author"
                | "by"
                | "unknown"
                | "null"
                | "undefined"
                | "none"
                | "anonymous"
                | "share"
                | "follow"
                | "more"
                | "read more"
                | "email"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byline_is_names_and_what_stands_around_them() {
        for (line, expected) in [
            ("By Ana Roe", vec!["Ana Roe"]),
            ("BY ANA ROE AND BO LI", vec!["ANA ROE", "BO LI"]),
            ("Von Ana Roe und Bo Li", vec!["Ana Roe", "Bo Li"]),
            (
                "By Ana Roe, Bo Li and Cy Ng",
                vec!["Ana Roe", "Bo Li", "Cy Ng"],
            ),
            ("Ana Roe, Staff Writer", vec!["Ana Roe"]),
            ("Ana Roe | Wire | 3 March 2026", vec!["Ana Roe"]),
            ("Ana Roe, March 3, 2026", vec!["Ana Roe"]),
            ("Ana Roe Friday, March 3, 2026", vec!["Ana Roe"]),
            ("Laura E. Roe", vec!["Laura E. Roe"]),
            ("@anaroe", vec![]),
            ("https://agency.example/ana", vec![]),
            ("Posted by: Ana Roe (ana@agency.example)", vec!["Ana Roe"]),
            ("Par Andrée Roe", vec!["Andrée Roe"]),
            ("Ana Roe y Bo Li", vec!["Ana Roe", "Bo Li"]),
            ("José Ortega y Gasset", vec!["José Ortega y Gasset"]),
            ("Ana Roe Senior Editor", vec!["Ana Roe"]),
            (
                "Ana Roe for the Agency, Bo Li at the port",
                vec!["Ana Roe", "Bo Li"],
            ),
            ("Byron Andrews", vec!["Byron Andrews"]),
            ("作者：王小明", vec!["王小明"]),
        ] {
            assert_eq!(names(line), expected, "{line}");
        }
    }

    #[test]
    fn authors_are_in_the_head_or_shown_and_never_the_site() {
        let authors_of = |html: &str| {
            let tree = Html::parse_document(html);
            let head = Head::of(&tree);
            let linked = Linked::default();
            let site = Site::of(&head, &linked, None);
            let people = authors(&tree, &head, &linked, &site, &Elsewhere::of(&tree), &[]);
            people
                .into_iter()
                .map(|person| person.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            authors_of("<meta name=author content='Ana Roe'>"),
            ["Ana Roe"]
        );
        assert_eq!(
            authors_of(
                "<meta property=article:author content=https://x.example/ana><p class=byline>By <a rel=author>Ana Roe</a>"
            ),
            ["Ana Roe"]
        );
        assert_eq!(
            authors_of(
                "<meta property=og:site_name content='The Agency'><meta name=author content=Agency>"
            ),
            Vec::<String>::new()
        );
        assert_eq!(
            authors_of("<div class=comments><p class=author>Troll</p></div>"),
            Vec::<String>::new()
        );
    }
}
