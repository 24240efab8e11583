//! What on a page is about other stories, or by its readers: a name or a date there isn't the article's.

use std::{collections::HashSet, sync::LazyLock};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::{dom, words};

/// Words in classes and ids of what isn't about the page's article.
static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words::set(
        "comment comments commentlist disqus related sidebar aside footer recommended popular trending mostread \
     caption widget nav menu teaser teasers",
    )
});
/// How many elements around one are looked at.
const FAR: usize = 16;

/// Tells what of a page isn't about its article.
pub struct Elsewhere {
    around_title: HashSet<NodeId>,
}

impl Elsewhere {
    /// Looks where the page's titles are: what holds one of them may be called anything.
    pub fn of(tree: &Html) -> Self {
        let around_title = dom::all(tree, "h1")
            .into_iter()
            .take(3)
            .flat_map(|title| {
                title
                    .ancestors()
                    .map(|around| around.id())
                    .collect::<Vec<_>>()
            })
            .collect();
        Self { around_title }
    }

    /// Whether `element` is inside, or itself is, what isn't about the article.
    pub fn has(&self, element: ElementRef) -> bool {
        std::iter::once(*element)
            .chain(element.ancestors())
            .filter_map(ElementRef::wrap)
            .take(FAR)
            .filter(|around| !self.around_title.contains(&around.id()))
            .filter(|around| !matches!(around.value().name(), "body" | "html"))
            .any(|around| {
                matches!(around.value().name(), "nav" | "footer" | "figure")
                    || dom::names(around.value())
                        .iter()
                        .any(|name| NAMES.contains(name.as_str()))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_the_title_is_not_elsewhere() {
        let tree = Html::parse_document(
            "<div class=has-sidebar><h1>T</h1><b id=a></b><div class=related><b id=b></b></div></div>",
        );
        let elsewhere = Elsewhere::of(&tree);
        assert!(!elsewhere.has(dom::first(&tree, "#a").unwrap()));
        assert!(elsewhere.has(dom::first(&tree, "#b").unwrap()));
    }
}
