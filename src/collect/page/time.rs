//! When a page's article was published and changed.

use chrono::{DateTime, NaiveDate, Utc};
use scraper::{ElementRef, Html};
use url::Url;

use super::{dom, elsewhere::Elsewhere, head::Head, linked::Linked};
use crate::collect::dates;

const PUBLISHED: &str = "article:published_time og:article:published_time og:published_time article:published datepublished \
    parsely-pub-date sailthru.date dc.date.issued dcterms.issued dc.issued dcterms.date dc.date dc:date \
    dc.date.created dc.created dcterms.created dcterms.available citation_publication_date citation_date \
    citation_online_date pubdate publishdate publish_date publish-date published_date publication_date \
    published-date published_at publicationdate ptime date_published article.published article.created \
    article_date_original article:publicationdate cxenseparse:recs:publishtime cxenseparse:publishtime rbpubdate \
    timestamp displaydate pdate originalpublicationdate date created";
const UPDATED: &str = "article:modified_time og:article:modified_time og:updated_time article:modified datemodified \
    dc.date.modified dcterms.modified dc.modified lastmod last-modified lastmodified last_modified modified \
    modificationdate utime article.updated updated_time revised";
/// Where a page shows a date, the surest places first.
const PLACES: [&str; 7] = [
    "time[pubdate], time[itemprop~=datePublished], time[class~=published], time[class*=publish i], abbr[class~=published]",
    "time[datetime]",
    "[class*=publish i], [class*=pubdate i], [class*=pub-date i], [class*=dateline i], [id*=pubdate i], [class*=posted-on i]",
    "[class*=byline i], [class*=post-meta i], [class*=entry-meta i], [class*=article-meta i], [class*=postmeta i], [class*=entry-date i]",
    "[class*=timestamp i], [class*=datetime i], [class*=date-time i], [class~=date], [class~=time], [class*=article-date i], [class*=post-date i]",
    "[class*=date i]:not([class*=update i]), [id*=date i]:not([id*=update i])",
    "time",
];
/// How many characters a line has at most that is searched for a date.
const LONGEST: usize = 160;

/// When the article of a page was published.
pub fn published(
    tree: &Html,
    head: &Head,
    linked: &Linked,
    elsewhere: &Elsewhere,
    below_title: &[String],
    url: Option<&Url>,
) -> Option<DateTime<Utc>> {
    let stated = ["datePublished", "dateCreated", "uploadDate"]
        .iter()
        .filter_map(|key| linked.text(key))
        .find_map(|text| parse(&text));
    let in_url = || url.and_then(in_address);
    let below = || below_title.iter().find_map(|line| in_words(line));
    stated
        .or_else(|| {
            PUBLISHED
                .split(' ')
                .flat_map(|name| head.metas(name))
                .find_map(parse)
        })
        .or_else(|| {
            head.labelled(|label| label.contains("publish") || label.contains("date"))
                .and_then(parse)
        })
        .or_else(|| shown(tree, elsewhere, in_url().or_else(below)))
        .or_else(below)
        .or_else(in_url)
}

/// When it was last changed.
pub fn updated(head: &Head, linked: &Linked) -> Option<DateTime<Utc>> {
    linked
        .text("dateModified")
        .and_then(|text| parse(&text))
        .or_else(|| {
            UPDATED
                .split(' ')
                .flat_map(|name| head.metas(name))
                .find_map(parse)
        })
}

/// The first date that the page shows; where its address has a day, one near that day.
fn shown(tree: &Html, elsewhere: &Elsewhere, near: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let fits = |time: &DateTime<Utc>| near.is_none_or(|near| (*time - near).num_days().abs() <= 2);
    PLACES
        .iter()
        .flat_map(|place| dom::all(tree, place).into_iter().take(30))
        .filter(|element| !elsewhere.has(*element))
        .filter_map(of)
        .find(fits)
}

/// The date that an element is or shows.
pub fn of(element: ElementRef) -> Option<DateTime<Utc>> {
    let attribute = [
        "datetime",
        "content",
        "title",
        "data-datetime",
        "data-published",
        "data-time",
        "data-date",
        "data-timestamp",
    ]
    .iter()
    .filter_map(|name| element.attr(name))
    .find_map(parse);
    attribute.or_else(|| {
        let text = dom::text(element);
        (text.chars().count() <= LONGEST)
            .then(|| in_words(&text))
            .flatten()
    })
}

/// The time that a value says: a date as [`dates::parse`] reads it, or the seconds or milliseconds since 1970.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let time = match text.len() {
        10 if text.bytes().all(|c| c.is_ascii_digit()) => {
            DateTime::from_timestamp(text.parse().ok()?, 0)
        }
        13 if text.bytes().all(|c| c.is_ascii_digit()) => {
            DateTime::from_timestamp_millis(text.parse().ok()?)
        }
        _ => dates::parse(text),
    };
    // A clock at zero, or a template's placeholder, is no date
    time.filter(|time| time.timestamp() > 0)
}

/// The date in a line that says more: `Published on 3 March 2026 by Ana Roe`, `Updated: March 3, 2026, 10:15 am`.
pub fn in_words(text: &str) -> Option<DateTime<Utc>> {
    const MOST: usize = 9;
    if !text.chars().any(char::is_numeric) {
        return None;
    }
    if let Some(time) = parse(text) {
        return Some(time);
    }
    let words: Vec<&str> = text.split_whitespace().take(32).collect();
    // The longest run of words that is a date, the first of these: a date with its hour is longer than without
    (1..=MOST.min(words.len())).rev().find_map(|length| {
        words.windows(length).find_map(|window| {
            let run = window.join(" ");
            let run = run.trim_matches(|c: char| !c.is_alphanumeric());
            let has_year = run
                .split(|c: char| !c.is_ascii_digit())
                .any(|number| number.len() >= 4);
            has_year.then(|| parse(run)).flatten()
        })
    })
}

/// The day in a page's address: `/2026/11/24/`, `/2026/nov/24/`, `2026-11-24`, `/20261124/`.
pub fn in_address(url: &Url) -> Option<DateTime<Utc>> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let parts: Vec<&str> = url
        .path()
        .split(['/', '-', '_', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    let day = |year: &str, month: &str, day: &str| {
        let year = year
            .parse()
            .ok()
            .filter(|year| (1995..2100).contains(year))?;
        let by_name = || {
            MONTHS.iter().position(|name| {
                month
                    .get(..3)
                    .is_some_and(|start| start.eq_ignore_ascii_case(name))
            })
        };
        let month = match month.parse() {
            Ok(month) => month,
            Err(_) => u32::try_from(by_name()?).ok()? + 1,
        };
        let date = NaiveDate::from_ymd_opt(year, month, day.parse().ok()?)?;
        Some(date.and_time(chrono::NaiveTime::MIN).and_utc())
    };
    let apart = parts.windows(3).find_map(|three| {
        let digits = three[0].len() == 4 && three[2].len() <= 2;
        digits.then(|| day(three[0], three[1], three[2])).flatten()
    });
    apart.or_else(|| {
        parts
            .iter()
            .filter(|part| part.len() == 8 && part.bytes().all(|c| c.is_ascii_digit()))
            .find_map(|part| day(&part[..4], &part[4..6], &part[6..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(time: Option<DateTime<Utc>>) -> Option<String> {
        time.map(|time| time.format("%F").to_string())
    }

    #[test]
    fn a_date_is_found_in_a_line_that_says_more() {
        for line in [
            "Published on 3 March 2026 by Ana Roe",
            "Updated: March 3, 2026",
            "By Ana Roe | March 3, 2026",
            "2026-03-03",
        ] {
            assert_eq!(day(in_words(line)).as_deref(), Some("2026-03-03"), "{line}");
        }
        assert_eq!(in_words("No date, 12 times"), None);
    }

    #[test]
    fn an_address_tells_a_day() {
        let told = |url: &str| day(in_address(&Url::parse(url).unwrap()));
        assert_eq!(
            told("https://a.example/2026/11/24/ports").as_deref(),
            Some("2026-11-24")
        );
        assert_eq!(
            told("https://a.example/world/2026/nov/24/ports").as_deref(),
            Some("2026-11-24")
        );
        assert_eq!(
            told("https://a.example/ports-2026-11-24.html").as_deref(),
            Some("2026-11-24")
        );
        assert_eq!(
            told("https://a.example/n/20261124/x").as_deref(),
            Some("2026-11-24")
        );
        assert_eq!(told("https://a.example/1234/56/78"), None);
    }

    #[test]
    fn what_the_head_says_counts_before_what_is_shown_before_the_address() {
        let told = |html: &str| {
            let tree = Html::parse_document(html);
            let url = Url::parse("https://a.example/2026/03/01/x").unwrap();
            day(published(
                &tree,
                &Head::of(&tree),
                &Linked::default(),
                &Elsewhere::of(&tree),
                &[],
                Some(&url),
            ))
        };
        assert_eq!(
            told("<meta name=dc.date content=2026-03-03><time datetime=2026-03-02>").as_deref(),
            Some("2026-03-03")
        );
        assert_eq!(
            told("<div class=related><time datetime=2026-03-03></div><time datetime=2026-03-02>")
                .as_deref(),
            Some("2026-03-02")
        );
        assert_eq!(
            told("<time datetime=1999-03-02>").as_deref(),
            Some("2026-03-01")
        );
        assert_eq!(
            parse("1772532000").map(|time| time.to_rfc3339()).as_deref(),
            Some("2026-03-03T10:00:00+00:00")
        );
    }
}
