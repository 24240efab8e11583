//! What is remembered of a page or sitemap that a sitemap lists.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use super::parse::Entry;

/// How far a page came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got {
    /// It was read.
    Page,
    /// What the sitemap says was taken; no topic could take the article, or the page can't be had.
    Listing,
    /// It was there before anybody looked, or it is no article.
    Nothing,
}

/// What is remembered of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// How far it came.
    pub got: Got,
    /// A hash of what the sitemap said of it.
    said: String,
    /// The day that it is of, where the sitemap says one.
    day: Option<NaiveDate>,
}

impl Stamp {
    /// What is to be remembered of an entry.
    pub fn new(entry: &Entry, got: Got) -> Self {
        let article = &entry.article;
        let said = format!(
            "{:?} {:?} {:?} {:?}",
            entry.lastmod, article.published, article.title, article.tags
        );
        Self {
            got,
            said: HEXLOWER.encode(&digest(&SHA256, said.as_bytes()).as_ref()[..8]),
            day: day(entry).map(|time| time.date_naive()),
        }
    }

    /// Whether the sitemap says of an entry what it said then.
    pub fn is_of(&self, entry: &Entry) -> bool {
        Self::new(entry, self.got).said == self.said
    }

    /// Whether it is of a day before `day`: then it needn't be remembered, as no such entry is looked at.
    pub fn is_before(&self, day: NaiveDate) -> bool {
        self.day.is_some_and(|its| its < day)
    }
}

/// The time that an entry is of.
pub fn day(entry: &Entry) -> Option<DateTime<Utc>> {
    entry.lastmod.max(entry.article.published)
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let got = match self.got {
            Got::Page => "page",
            Got::Listing => "listing",
            Got::Nothing => "nothing",
        };
        write!(f, "{got} {}", self.said)?;
        self.day.map_or(Ok(()), |day| write!(f, " {day}"))
    }
}

impl FromStr for Stamp {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(' ');
        let got = match parts.next() {
            Some("page") => Got::Page,
            Some("listing") => Got::Listing,
            Some("nothing") => Got::Nothing,
            _ => return Err(()),
        };
        Ok(Self {
            got,
            said: parts.next().ok_or(())?.to_owned(),
            day: parts.next().and_then(|day| day.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_back_as_it_is_written() {
        let mut entry = Entry::default();
        for got in [Got::Page, Got::Listing, Got::Nothing] {
            let stamp = Stamp::new(&entry, got);
            assert_eq!(stamp.to_string().parse(), Ok(stamp));
            entry.lastmod = "2026-11-24T07:00:00Z".parse().ok();
        }
        assert!("sitemap x".parse::<Stamp>().is_err());
    }
}
