//! The picture of a page's article, with its caption and its credit; and the pictures that a page loads late.

use std::{collections::HashSet, sync::LazyLock};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::{dom, head::Head, linked::Linked, words};
use crate::{
    collect::sanitise,
    domain::{Image, ImageSize},
};

/// Words in the name of a file that shows the site and not the story.
static NO_STORY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words::set(
        "logo logos placeholder default blank spacer pixel transparent avatar gravatar favicon icon icons sprite \
     loading lazyload fallback noimage dummy 1x1 grey clear",
    )
});
/// Attributes in which a page that loads its pictures late keeps their addresses.
const LATE: [&str; 10] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-hi-res-src",
    "data-full-src",
    "data-original-src",
    "data-image",
    "data-url",
    "data-src-medium",
];

/// The picture of the page's article. `body` is the element of its text, where it was found.
pub fn picture(tree: &Html, head: &Head, linked: &Linked, body: Option<NodeId>) -> Option<Image> {
    let in_head = [
        "og:image:secure_url",
        "og:image",
        "og:image:url",
        "twitter:image",
        "twitter:image:src",
        "sailthru.image.full",
        "parsely-image-url",
        "thumbnail",
        "image",
    ]
    .into_iter()
    .flat_map(|name| head.metas(name))
    .chain(head.links("image_src").map(|link| link.href.as_str()))
    .filter(|url| is_story(url));
    let stated: Vec<Image> = ["image", "primaryImageOfPage", "thumbnailUrl"]
        .into_iter()
        .flat_map(|key| linked.images(key))
        .filter(|image| is_story(&image.url))
        .collect();
    let mut image = in_head
        .map(|url| Image {
            url: url.to_owned(),
            ..Image::default()
        })
        .next()
        .or_else(|| stated.first().cloned())
        .unwrap_or_default();
    // Its words, where the linked data has the same picture, or only one
    if let Some(same) = stated
        .iter()
        .find(|stated| same_picture(&stated.url, &image.url))
        .or_else(|| stated.first().filter(|_| stated.len() == 1))
    {
        image.alt.clone_from(&same.alt);
        image.caption.clone_from(&same.caption);
        image.credit.clone_from(&same.credit);
    }
    let of_same = |other: &&Image| other.url == image.url;
    image.size = in_head_size(head, &image.url)
        .or_else(|| stated.iter().find(of_same).and_then(|same| same.size));
    if image.alt.is_empty() {
        let stated = head.meta(&["og:image:alt", "twitter:image:alt"]);
        stated.unwrap_or_default().clone_into(&mut image.alt);
    }
    let figures = figures(tree, body);
    let shown = if image.url.is_empty() {
        figures.first()
    } else {
        figures
            .iter()
            .find(|figure| same_picture(&figure.image.url, &image.url))
    };
    if let Some(shown) = shown {
        fill(&mut image.url, &shown.image.url);
        // Another size of the same picture may be cut otherwise
        if image.size.is_none() && image.url == shown.image.url {
            image.size = shown.image.size;
        }
        fill(&mut image.alt, &shown.image.alt);
        // A caption and its credit are one: half from here and half from there says things twice
        if image.caption.is_empty() || image.credit.is_empty() && !shown.image.credit.is_empty() {
            fill(&mut image.credit, &shown.image.credit);
            if !shown.image.caption.is_empty() {
                image.caption.clone_from(&shown.image.caption);
            }
        }
    }
    (!image.url.is_empty() || !image.caption.is_empty()).then_some(image)
}

fn fill(field: &mut String, with: &str) {
    if field.is_empty() {
        with.clone_into(field);
    }
}

/// The size that the page's head tells of its picture.
fn in_head_size(head: &Head, url: &str) -> Option<ImageSize> {
    if head.metas("og:image").next() != Some(url) {
        return None;
    }
    let side = |name| head.metas(name).next();
    ImageSize::parse(side("og:image:width")?, side("og:image:height")?)
}

/// The size that a page shows a picture in.
pub fn size(img: ElementRef) -> Option<ImageSize> {
    ImageSize::parse(img.attr("width")?, img.attr("height")?)
}

/// A picture as a page shows it.
struct Figure {
    image: Image,
}

/// The pictures in and before the article's text, those with a caption first.
fn figures(tree: &Html, body: Option<NodeId>) -> Vec<Figure> {
    let inside = body
        .and_then(|id| tree.tree.get(id))
        .and_then(ElementRef::wrap);
    let place = inside.map(|body| {
        // A lead picture stands before the text, in what holds both
        body.ancestors()
            .filter_map(ElementRef::wrap)
            .find(|around| matches!(around.value().name(), "article" | "main"))
            .unwrap_or(body)
    });
    let all = |css| match place {
        Some(place) => place
            .select(&super::dom::selector(css))
            .take(60)
            .collect::<Vec<_>>(),
        None => dom::all(tree, css).into_iter().take(60).collect(),
    };
    let figures = all("figure, [class*=caption i], [itemtype*=ImageObject]")
        .into_iter()
        .filter_map(figure);
    let bare = all("img").into_iter().filter_map(|img| {
        let image = Image {
            url: source(img)?,
            alt: img.attr("alt").unwrap_or_default().to_owned(),
            size: size(img),
            ..Image::default()
        };
        (is_story(&image.url) && is_large(img)).then_some(Figure { image })
    });
    figures.chain(bare).collect()
}

fn figure(figure: ElementRef) -> Option<Figure> {
    let img = dom::inside(figure, "img")?;
    let url = source(img)?;
    let caption = dom::inside(figure, "figcaption, [class*=caption i]");
    let credit = dom::inside(
        figure,
        "[class*=credit i], [class*=copyright i], [itemprop=copyrightHolder], [class*=photographer i], cite, small",
    );
    let credit = credit.map(dom::text).unwrap_or_default();
    let whole = caption.map(dom::text).unwrap_or_default();
    let words = whole.replacen(&credit, "", usize::from(!credit.is_empty()));
    is_story(&url).then(|| Figure {
        image: Image {
            url,
            alt: img.attr("alt").unwrap_or_default().to_owned(),
            caption: words.trim().to_owned(),
            credit: without_label(&credit).to_owned(),
            size: size(img),
        },
    })
}

/// A credit without the sign or word that says that it is one.
fn without_label(credit: &str) -> &str {
    let credit = credit
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '©' | '(' | ')' | '/' | '|'));
    [
        "Photo:",
        "Photograph:",
        "Photo by",
        "Credit:",
        "Image:",
        "Foto:",
        "Crédit :",
        "Image credit:",
        "Picture:",
    ]
    .iter()
    .find_map(|label| credit.strip_prefix(label))
    .unwrap_or(credit)
    .trim()
}

/// Where a picture is: also where the page loads it late, and the largest where it has several sizes.
pub fn source(img: ElementRef) -> Option<String> {
    let attribute = |name: &str| {
        img.attr(name)
            .map(str::trim)
            .filter(|value| is_address(value))
    };
    let late = LATE.iter().find_map(|name| attribute(name));
    let set = ["data-srcset", "srcset", "data-lazy-srcset"]
        .iter()
        .find_map(|name| img.attr(name))
        .and_then(largest);
    late.map(str::to_owned)
        .or_else(|| {
            attribute("src")
                .filter(|url| is_story(url))
                .map(str::to_owned)
        })
        .or(set)
        .or_else(|| attribute("src").map(str::to_owned))
}

/// The largest picture of a `srcset`: of `a.jpg 320w, b.jpg 640w` it is `b.jpg`.
fn largest(set: &str) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    // A comma that no space follows belongs to an address
    for candidate in set.split(", ").flat_map(|part| part.split(",\n")) {
        let mut parts = candidate.split_whitespace();
        let Some(url) = parts
            .next()
            .map(|url| url.trim_end_matches(','))
            .filter(|url| is_address(url))
        else {
            continue;
        };
        let size = parts
            .next()
            .and_then(|size| size.trim_end_matches(['w', 'x', 'h', ',']).parse().ok())
            .unwrap_or(1.0);
        if best.is_none_or(|(largest, _)| size > largest) {
            best = Some((size, url));
        }
    }
    best.map(|(_, url)| url.to_owned())
}

fn is_address(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with("data:")
        && !value.starts_with("about:")
        && !value.contains(['{', '<', ' '])
}

/// Whether a picture is of the story, as far as its address tells.
pub fn is_story(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let words = || {
        file.split(|c: char| !c.is_alphanumeric())
            .take_while(|word| !word.is_empty())
    };
    is_address(url)
        && file
            .rsplit_once('.')
            .is_none_or(|(_, ending)| ending != "svg")
        && !sanitise::is_pixel_url(url)
        && !words().take(4).any(|word| NO_STORY.contains(word))
}

/// Whether a picture isn't said to be small.
fn is_large(img: ElementRef) -> bool {
    ["width", "height"].iter().all(|name| {
        img.attr(name)
            .and_then(|size| size.trim_end_matches("px").parse::<f32>().ok())
            .is_none_or(|size| size >= 100.0)
    })
}

/// Whether two addresses are of the same picture, perhaps in two sizes: the same file's name, or a long name or number in common.
fn same_picture(one: &str, other: &str) -> bool {
    let (one, other) = (telling(one), telling(other));
    one.iter().any(|part| other.contains(part))
}

fn telling(url: &str) -> Vec<String> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let mut telling = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let stem = part
            .rsplit_once('.')
            .map_or(*part, |(stem, _)| stem)
            .to_lowercase();
        // `port-1024x576` is `port`
        let bare = stem
            .rsplit_once(['-', '_'])
            .filter(|(_, size)| {
                size.contains('x') && size.chars().all(|c| c.is_ascii_digit() || c == 'x')
            })
            .map_or(stem.as_str(), |(bare, _)| bare);
        let long = bare.len() >= 8 && bare.bytes().any(|c| c.is_ascii_digit());
        let is_name = at + 1 == parts.len()
            && bare.len() >= 3
            && !matches!(
                bare,
                "image" | "original" | "master" | "large" | "photo" | "picture"
            );
        if long || is_name {
            telling.push(bare.to_owned());
        }
    }
    telling
}

/// Gives the pictures of a tree that are loaded late the addresses that they will have.
pub fn load(tree: &mut Html, place: NodeId) {
    let late: Vec<(NodeId, String)> = tree
        .tree
        .get(place)
        .and_then(ElementRef::wrap)
        .map(|place| place.select(&dom::selector("img")).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|img| {
            let url = source(img)?;
            (img.attr("src") != Some(url.as_str())).then(|| (img.id(), url))
        })
        .collect();
    for (id, url) in late {
        dom::set_attribute(tree, id, "src", &url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture_of(html: &str) -> Option<Image> {
        let tree = Html::parse_document(html);
        picture(&tree, &Head::of(&tree), &Linked::default(), None)
    }

    #[test]
    fn a_figure_tells_caption_and_credit_of_the_picture_in_the_head() {
        let image = picture_of(
            "<meta property=og:image content=https://i.example/port-1200x630.jpg>\
             <figure><img src=https://i.example/other.jpg><figcaption>Other</figcaption></figure>\
             <figure><img data-src=https://i.example/port-600x300.jpg src=data:image/gif;base64,x alt='A port'>\
             <figcaption>The port at dusk. <span class=photo-credit>Photo: Ana Roe</span></figcaption></figure>",
        )
        .unwrap();
        assert_eq!(image.url, "https://i.example/port-1200x630.jpg");
        assert_eq!(
            (
                image.alt.as_str(),
                image.caption.as_str(),
                image.credit.as_str()
            ),
            ("A port", "The port at dusk.", "Ana Roe")
        );
    }

    #[test]
    fn a_logo_or_a_placeholder_is_no_picture_of_the_story() {
        let url = |html: &str| picture_of(html).map(|image| image.url);
        assert_eq!(
            url("<meta property=og:image content=https://i.example/img/logo-social.png>"),
            None
        );
        assert_eq!(
            url("<meta property=og:image content=https://i.example/default.jpg><img src=https://i.example/icon.png><img src=https://i.example/a.jpg>").as_deref(),
            Some("https://i.example/a.jpg")
        );
    }

    #[test]
    fn the_largest_of_several_sizes_is_taken() {
        assert_eq!(
            largest("a.jpg 320w, b,c.jpg 1024w,\nd.jpg 640w").as_deref(),
            Some("b,c.jpg")
        );
        assert_eq!(largest("a.jpg, b.jpg 2x").as_deref(), Some("b.jpg"));
        assert_eq!(largest(""), None);
    }
}
