//! Pictures: where they really are, and which are none.

use url::Url;

use super::{super::link::Links, tokens::Tag};

/// Attributes that hold a picture's address until a script moves it to `src`.
const LAZY: [&str; 9] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-actualsrc",
    "data-original-src",
    "data-full-src",
    "data-hi-res-src",
    "data-url",
];
/// How wide a picture is wanted where there are several, in pixels: twice a mail's width.
const WANTED_WIDTH: f32 = 1200.0;

/// The address of a picture that can be seen. `offered` is what a `<picture>` around it has in its sources.
pub(super) fn address(tag: &Tag<'_>, links: &Links<'_>, offered: Option<&str>) -> Option<Url> {
    if is_pixel(tag) {
        return None;
    }
    let usable = |address: &str| {
        // Not a word that a script understands
        let url = links
            .web(address)
            .filter(|_| address.contains(['/', '.']))?;
        (!is_counter(&url) && !is_placeholder(url.path())).then_some(url)
    };
    let own = tag.attribute("src").and_then(|own| links.picture(&own));
    // A place that a script fills later has its picture elsewhere; what counts readers has none
    if own.as_ref().is_some_and(is_counter) {
        return None;
    }
    let lazy = || LAZY.iter().find_map(|name| usable(&tag.attribute(name)?));
    let sets = || {
        ["srcset", "data-srcset", "data-lazy-srcset"]
            .iter()
            .find_map(|name| usable(best(&tag.attribute(name)?)?))
    };
    lazy()
        .or_else(|| own.filter(|url| !is_placeholder(url.path())))
        .or_else(sets)
        .or_else(|| usable(best(offered?)?))
}

/// The candidate of a `srcset` that is next to the wanted width, rather wider.
pub(super) fn best(set: &str) -> Option<&str> {
    let mut candidates: Vec<(&str, f32)> = Vec::new();
    // A comma ends a candidate only before a space or after a descriptor: addresses have commas too
    let mut words = set.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let address = word.trim_matches(',');
        if address.is_empty() {
            continue;
        }
        let width = if word.ends_with(',') {
            None
        } else {
            words
                .next_if(|next| descriptor(next).is_some())
                .and_then(descriptor)
        };
        candidates.push((address, width.unwrap_or(WANTED_WIDTH / 2.0)));
    }
    let enough = candidates
        .iter()
        .filter(|(_, width)| *width >= WANTED_WIDTH)
        .min_by(|a, b| a.1.total_cmp(&b.1));
    enough
        .or_else(|| candidates.iter().max_by(|a, b| a.1.total_cmp(&b.1)))
        .map(|(address, _)| *address)
}

/// `640w`, `2x`: how wide a candidate is, a density taken for half of the wanted width each.
fn descriptor(word: &str) -> Option<f32> {
    let word = word.trim_end_matches(',');
    let number = |text: &str| text.parse::<f32>().ok();
    word.strip_suffix('w')
        .and_then(number)
        .or_else(|| Some(number(word.strip_suffix('x')?)? * WANTED_WIDTH / 2.0))
}

/// Whether an element is too small to be seen.
pub(super) fn is_pixel(tag: &Tag<'_>) -> bool {
    let style = super::style(tag);
    let tiny = |name: &str| {
        let attribute = tag
            .attribute(name)
            .map(|value| value.trim().trim_end_matches("px").trim().parse::<f32>());
        let in_style = style.split(';').any(|rule| {
            rule.strip_prefix(name)
                .and_then(|rule| rule.strip_prefix(':'))
                .is_some_and(|value| {
                    matches!(
                        value.trim_end_matches("!important"),
                        "0" | "0px" | "1px" | "1"
                    )
                })
        });
        matches!(attribute, Some(Ok(size)) if size <= 1.0) || in_style
    };
    tiny("width") || tiny("height")
}

/// Whether an address is one of those that count readers, or that only keep a place free.
#[must_use]
pub fn is_pixel_url(address: &str) -> bool {
    match Url::parse(address) {
        Ok(url) => is_counter(&url) || is_placeholder(url.path()),
        Err(_) => is_placeholder(address),
    }
}

/// Whether a path is one of a picture that only keeps a place free.
fn is_placeholder(path: &str) -> bool {
    const FILES: [&str; 14] = [
        "1x1.gif",
        "1x1.png",
        "blank.gif",
        "blank.png",
        "clear.gif",
        "clear.png",
        "spacer.gif",
        "spacer.png",
        "transparent.gif",
        "transparent.png",
        "grey.gif",
        "gray.gif",
        "placeholder.gif",
        "lazy.gif",
    ];
    FILES.contains(&file_of(path).as_str())
}

/// Whether an address is one of those that count readers.
fn is_counter(url: &Url) -> bool {
    const HOSTS: [&str; 10] = [
        "pixel.",
        "pixels.",
        "stats.",
        "beacon.",
        "tracking.",
        "tracker.",
        "b.scorecardresearch.com",
        "www.google-analytics.com",
        "ad.doubleclick.net",
        "feeds.feedburner.com",
    ];
    const SITES: [(&str, &str); 5] = [
        ("www.facebook.com", "/tr"),
        ("medium.com", "/_/stat"),
        ("pi.feedsportal.com", "/"),
        ("rss.feedsportal.com", "/"),
        ("blogger.googleusercontent.com", "/tracker/"),
    ];
    const FILES: [&str; 10] = [
        "pixel",
        "pixel.gif",
        "pixel.png",
        "pixel.php",
        "open.gif",
        "beacon.gif",
        "track.gif",
        "tracker.gif",
        "count.gif",
        "b.gif",
    ];
    let host = url.host_str().unwrap_or_default();
    HOSTS.iter().any(|known| host.starts_with(known))
        || SITES
            .iter()
            .any(|(site, path)| host == *site && url.path().starts_with(path))
        || FILES.contains(&file_of(url.path()).as_str())
}

fn file_of(path: &str) -> String {
    path.rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}
