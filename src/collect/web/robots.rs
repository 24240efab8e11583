//! robots.txt (RFC 9309), asked for once in a run of each site.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use robotxt::{AccessResult, Robots};
use url::Url;

use super::super::CollectError;

/// Our name in a robots.txt: the product token of the `User-Agent`.
const NAME: &str = "Postrider";
/// How much of a robots.txt is read (§2.5).
pub const MAX_ROBOTS: u64 = robotxt::BYTE_LIMIT as u64;
/// The longest `Crawl-delay` that is kept: with a longer one a site's page would hold up the whole run.
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// What the sites' robots.txt say, as far as they were asked for.
#[derive(Debug, Default)]
pub struct RobotsCache {
    sites: Mutex<HashMap<String, Arc<OnceLock<Site>>>>,
}

/// What a site's robots.txt says to us.
#[derive(Debug)]
struct Site {
    rules: Robots,
    /// Why it couldn't be read, where that keeps us out (RFC 9309 §2.3.1.4).
    trouble: Option<String>,
}

impl RobotsCache {
    /// Whether `url` may be asked for, and how long to wait before it. `fetch` gets the site's robots.txt: its octets.
    ///
    /// # Errors
    /// Where it may not, or the site's robots.txt can't be had.
    pub fn may(
        &self,
        url: &Url,
        fetch: impl FnOnce(&Url) -> Result<Vec<u8>, CollectError>,
    ) -> Result<Duration, CollectError> {
        let Ok(place) = robotxt::robots_url(url) else {
            return Ok(Duration::ZERO);
        };
        let site = {
            let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
            sites.entry(place.to_string()).or_default().clone()
        };
        // Other threads that need the same one wait here, and only they
        let site = site.get_or_init(|| Site::of(&fetch(&place)));
        if let Some(trouble) = &site.trouble {
            return Err(CollectError::Unreachable {
                url: Box::new(url.clone()),
                message: format!(
                    "its site's robots.txt can't be had, so it is left alone: {trouble}"
                ),
            });
        }
        if !site.rules.is_url_allowed(url) {
            return Err(CollectError::Robots {
                url: Box::new(url.clone()),
            });
        }
        Ok(site
            .rules
            .crawl_delay()
            .unwrap_or_default()
            .min(LONGEST_DELAY))
    }
}

impl Site {
    fn of(answer: &Result<Vec<u8>, CollectError>) -> Self {
        let (access, trouble) = match answer {
            Ok(text) => (AccessResult::Successful(text), None),
            Err(CollectError::TooManyRedirects { .. }) => (AccessResult::TooManyRedirects, None),
            Err(CollectError::Status { status, .. }) if *status < 500 && *status != 429 => {
                (AccessResult::Unavailable, None)
            }
            Err(error) => (AccessResult::Unreachable, Some(error.to_string())),
        };
        Self {
            rules: Robots::from_access(access, NAME),
            trouble,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn status(status: u16) -> CollectError {
        CollectError::Status {
            url: Box::new(url("https://a.example/robots.txt")),
            status,
            retry_after: None,
        }
    }

    fn says(text: &str) -> impl Fn(&Url) -> Result<Vec<u8>, CollectError> {
        move |_| Ok(text.as_bytes().to_vec())
    }

    #[test]
    fn the_group_with_our_name_counts_and_else_that_for_all() {
        let cache = RobotsCache::default();
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: postrider\nDisallow: /private\nCrawl-delay: 2";
        let may = |path| cache.may(&url(&format!("https://a.example{path}")), says(text));
        assert_eq!(may("/news").unwrap(), Duration::from_secs(2));
        assert!(matches!(
            may("/private/1"),
            Err(CollectError::Robots { .. })
        ));
        let other = RobotsCache::default();
        let all = "User-agent: *\nDisallow: /";
        assert!(other.may(&url("https://b.example/x"), says(all)).is_err());
    }

    #[test]
    fn a_long_delay_is_kept_within_reason() {
        let cache = RobotsCache::default();
        let text = "User-agent: *\nCrawl-delay: 86400";
        let delay = cache.may(&url("https://a.example/"), says(text)).unwrap();
        assert_eq!(delay, LONGEST_DELAY);
    }

    #[test]
    fn a_site_without_one_is_open_and_one_in_trouble_is_left_alone() {
        for (answer, open) in [
            (404, true),
            (403, true),
            (410, true),
            (500, false),
            (503, false),
            (429, false),
        ] {
            let cache = RobotsCache::default();
            let may = cache.may(&url("https://a.example/x"), |_| Err(status(answer)));
            assert_eq!(may.is_ok(), open, "{answer}");
        }
    }

    #[test]
    fn each_site_is_asked_once() {
        let cache = RobotsCache::default();
        let page = url("https://a.example/1");
        assert!(cache.may(&page, says("")).is_ok());
        assert!(cache.may(&page, |_| unreachable!()).is_ok());
        assert!(
            cache
                .may(&url("http://a.example/1"), |_| Err(status(500)))
                .is_err()
        );
    }
}
