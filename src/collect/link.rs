//! Addresses as sources write them → addresses that can be opened, and that follow nobody around.

use std::collections::HashMap;

use url::Url;

use super::{plain, raw::LocalPicture};

/// What addresses of one article are read with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Links<'a> {
    /// What relative ones are relative to.
    pub base: Option<&'a Url>,
    /// The article's own page: a `#note` is a place in it.
    pub page: Option<&'a Url>,
    /// The parameters that go: a name, or its beginning before a `*`; in any case of letters.
    pub tracking: &'a [String],
    /// The article's pictures that are files, by the addresses that it has for them.
    pub pictures: Option<&'a HashMap<String, LocalPicture>>,
}

impl Links<'_> {
    /// An address on the web, `http` or `https`, absolute.
    #[must_use]
    pub fn web(&self, address: &str) -> Option<Url> {
        self.resolve(address)
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    }

    /// A picture's address: on the web, or the one that holds it.
    #[must_use]
    pub fn picture(&self, address: &str) -> Option<Url> {
        match self.pictures.and_then(|pictures| pictures.get(address)) {
            Some(picture) => Some(picture.url.clone()),
            None => self.web(address),
        }
    }

    /// An address on the web or of a mailbox.
    #[must_use]
    pub fn target(&self, address: &str) -> Option<Url> {
        self.resolve(address).filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host()
                || url.scheme() == "mailto" && url.path().contains('@')
        })
    }

    fn resolve(&self, address: &str) -> Option<Url> {
        let address = plain::clean(address);
        let address = address.trim();
        if address.is_empty() {
            return None;
        }
        let mut url = if address.starts_with('#') {
            self.page?.join(address).ok()?
        } else {
            self.absolute(address)?
        };
        self.without_tracking(&mut url);
        Some(url)
    }

    fn absolute(&self, address: &str) -> Option<Url> {
        // `feed://x`, `feed:https://x`: for programs that read feeds
        if let Some(rest) = strip_prefix(address, "feed:") {
            let rest = rest.trim_start_matches('/');
            let is_whole = strip_prefix(rest, "http").is_some_and(|rest| rest.contains("://"));
            let scheme = if is_whole { "" } else { "http://" };
            return Url::parse(&format!("{scheme}{rest}")).ok();
        }
        // The web's own parser takes `http:/x` and `http:x` for `http://x`, but not beside a base of that scheme
        if strip_prefix(address, "http:").is_some() || strip_prefix(address, "https:").is_some() {
            return Url::parse(address).ok();
        }
        if strip_prefix(address, "www.").is_some_and(|rest| rest.contains('.')) {
            return Url::parse(&format!("https://{address}")).ok();
        }
        match self.base {
            Some(base) => base.join(address).ok(),
            None if address.starts_with("//") => Url::parse(&format!("https:{address}")).ok(),
            None => Url::parse(address).ok(),
        }
    }

    /// Takes out the parameters that follow readers; the others stay as they are written.
    fn without_tracking(&self, url: &mut Url) {
        if let Some(kept) = url.query().and_then(|query| self.kept(query)) {
            url.set_query(
                Some(&kept)
                    .filter(|kept| !kept.is_empty())
                    .map(String::as_str),
            );
        }
        let kept = url
            .fragment()
            .filter(|fragment| fragment.contains('='))
            .and_then(|fragment| self.kept(fragment));
        if let Some(kept) = kept {
            url.set_fragment(
                Some(&kept)
                    .filter(|kept| !kept.is_empty())
                    .map(String::as_str),
            );
        }
    }

    /// The parameters that stay; none where all do.
    fn kept(&self, parameters: &str) -> Option<String> {
        let follows = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            // `&amp;` that was escaped twice
            self.is_tracking(name.strip_prefix("amp;").unwrap_or(name))
        };
        let parameters = parameters.split('&');
        parameters
            .clone()
            .any(|parameter| follows(&parameter))
            .then(|| {
                let kept: Vec<&str> = parameters.filter(|parameter| !follows(parameter)).collect();
                kept.join("&")
            })
    }

    fn is_tracking(&self, name: &str) -> bool {
        self.tracking
            .iter()
            .any(|known| match known.strip_suffix('*') {
                Some(start) => strip_prefix(name, start).is_some(),
                None => name.eq_ignore_ascii_case(known),
            })
    }
}

/// What follows a beginning, whatever the case of its letters.
fn strip_prefix<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (own, rest) = text.split_at_checked(start.len())?;
    own.eq_ignore_ascii_case(start).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CollectSettings;

    fn web(address: &str) -> Option<String> {
        let base = Url::parse("https://agency.example/news/feed.xml").ok();
        let page = Url::parse("https://agency.example/news/1?id=7").ok();
        let settings = CollectSettings::default();
        let links = Links {
            pictures: None,
            base: base.as_ref(),
            page: page.as_ref(),
            tracking: &settings.tracking_parameters,
        };
        links.web(address).map(String::from)
    }

    #[test]
    fn slips_of_the_pen_are_understood() {
        for (written, meant) in [
            ("../a b", "https://agency.example/a%20b"),
            ("//cdn.example/x", "https://cdn.example/x"),
            ("www.example.org/x", "https://www.example.org/x"),
            ("https:/example.org/x", "https://example.org/x"),
            (" HTTP://Example.ORG/ ", "http://example.org/"),
            ("feed://example.org/x", "http://example.org/x"),
            ("feed:https://example.org/x", "https://example.org/x"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("https://exam\nple.org/x", "https://example.org/x"),
            ("#note", "https://agency.example/news/1?id=7#note"),
        ] {
            assert_eq!(web(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn only_the_web_is_an_address() {
        for address in [
            "",
            "javascript:alert(1)",
            " java\tscript:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "https://",
        ] {
            assert_eq!(web(address), None, "{address}");
        }
        assert_eq!(Links::default().web("/relative"), None);
        assert_eq!(Links::default().web("#note"), None);
    }

    #[test]
    fn parameters_that_follow_readers_go_and_the_others_stay_as_they_are() {
        for (written, kept) in [
            (
                "https://a.example/?b=%7e%20+&UTM_Source=x&c",
                "https://a.example/?b=%7e%20+&c",
            ),
            (
                "https://a.example/?utm_source=x&fbclid=y",
                "https://a.example/",
            ),
            (
                "https://a.example/?a=1&amp;utm_medium=x#top",
                "https://a.example/?a=1#top",
            ),
            ("https://a.example/#utm_source=rss", "https://a.example/"),
            ("https://a.example/#xtor=RSS-1", "https://a.example/"),
            ("https://a.example/#!/page=2", "https://a.example/#!/page=2"),
            (
                "https://a.example/?autm_source=x&&",
                "https://a.example/?autm_source=x&&",
            ),
        ] {
            assert_eq!(web(written).as_deref(), Some(kept), "{written}");
        }
    }
}
