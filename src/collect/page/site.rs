//! The names of the site that a page is on: what its titles end in, and what is no author.

use url::Url;

use super::{head::Head, linked::Linked, words};

/// The names of a site, in letters only.
#[derive(Debug, Default)]
pub struct Site {
    names: Vec<String>,
    host: String,
}

impl Site {
    /// What `head`, `linked` and the page's address tell.
    pub fn of(head: &Head, linked: &Linked, url: Option<&Url>) -> Self {
        let said = [
            "og:site_name",
            "application-name",
            "apple-mobile-web-app-title",
            "twitter:site",
            "dc.publisher",
        ]
        .into_iter()
        .flat_map(|name| head.metas(name))
        .map(str::to_owned);
        let publishers = ["publisher", "sourceOrganization"]
            .into_iter()
            .flat_map(|key| linked.people(key))
            .map(|publisher| publisher.name);
        let host = url.and_then(Url::host_str).unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        let names = said
            .chain(publishers)
            .map(|name| words::letters(&name))
            .filter(|name| name.chars().count() > 1)
            .collect();
        Self {
            names,
            host: words::letters(host),
        }
    }

    /// Whether a text is the site's name, as it writes it or as its address has it: `The Agency` of `theagency.example`.
    pub fn is(&self, text: &str) -> bool {
        let text = words::letters(text);
        let text = text.as_str();
        let bare = text.strip_prefix("the").unwrap_or(text);
        let in_host = text.is_ascii()
            && text.len() > 2
            && (self.host.starts_with(text) || (bare.len() > 3 && self.host.contains(bare)));
        !text.is_empty()
            && (in_host
                || text
                    .strip_suffix("com")
                    .is_some_and(|name| name.len() > 2 && self.host.contains(name))
                || self
                    .names
                    .iter()
                    .any(|name| name == text || name.strip_prefix("the").unwrap_or(name) == bare))
    }

    /// Whether a text begins or ends with one of its names: `Agency News`, `Sport from The Agency`.
    pub fn is_part_of(&self, text: &str) -> bool {
        let text = words::letters(text);
        self.is(&text)
            || self
                .names
                .iter()
                .any(|name| name.len() > 3 && (text.starts_with(name) || text.ends_with(name)))
    }
}
