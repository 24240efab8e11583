//! A named newsletter and its publisher.

use std::fmt;

use chrono::{Days, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{Address, Language, Limit, Look, Mailbox, Pin, Ranking, TopicId, query::Query};

/// The id of an edition: `daily`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditionId(pub String);

impl EditionId {
    /// The sixteen bits that stand for it in a token. The configuration refuses two editions that share them.
    #[must_use]
    pub fn tag(&self) -> [u8; 2] {
        let hash = digest(&SHA256, self.0.as_bytes());
        [hash.as_ref()[0], hash.as_ref()[1]]
    }
}

impl fmt::Display for EditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who publishes: named in every mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: Option<String>,
    /// Where it gets post: in the footer of every mail, as the law wants it.
    pub postal_address: String,
    /// The public https address of the service, without a slash at its end. Without it no https link to unsubscribe is written.
    pub service_url: Option<String>,
}

/// What happens to a mail that may have been taken, when nobody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InDoubt {
    /// Not mailed again in this issue; the next digest covers it.
    #[default]
    Hold,
    /// Mailed once more, with the same bytes.
    Resend,
}

/// A named newsletter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its id.
    pub id: EditionId,
    /// Its name, as readers see it.
    pub name: String,
    /// Its sender.
    pub from: Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Where a mail that unsubscribes goes.
    pub unsubscribe_address: Address,
    /// The languages it comes in; the first is the one of last resort.
    pub languages: Vec<Language>,
    /// When it goes. Without it, the first run of a civil date makes the day's issue.
    pub at: Option<NaiveTime>,
    /// The zone of `at` and of its civil dates.
    pub tz: Tz,
    /// The days on which it goes.
    pub days: Vec<Weekday>,
    /// How long after its time an issue may still go.
    pub deadline: TimeDelta,
    /// The names of its sources; all, if empty.
    pub sources: Vec<String>,
    /// The topics on offer, in the order in which they stand in a digest; all, if empty.
    pub topics: Vec<TopicId>,
    /// What a subscriber without topics gets.
    pub default_topics: Query,
    /// How many articles a digest has at most.
    pub max_articles: Limit<u32>,
    /// How many make a digest worth sending.
    pub min_articles: u32,
    /// How old an article may be, by the date that its source gives it.
    pub max_age: Option<TimeDelta>,
    /// How it looks.
    pub look: Look,
    /// What happens to mails in doubt.
    pub in_doubt: InDoubt,
    /// What decides order and room.
    pub ranking: Ranking,
    /// The pages that come before all others.
    pub pins: Vec<Pin>,
}

impl Edition {
    /// The time between two issues: how far a source's first collect and a reader's first issue look back.
    #[must_use]
    pub fn period(&self) -> TimeDelta {
        let most = self.days.len().clamp(1, 7);
        TimeDelta::days(i64::try_from(7_usize.div_ceil(most)).unwrap_or(1))
    }

    /// The time in which a story's weight halves.
    #[must_use]
    pub fn half_life(&self) -> TimeDelta {
        if self.period() > TimeDelta::days(1) {
            self.ranking.half_life * 4
        } else {
            self.ranking.half_life
        }
    }

    /// Whether it goes on that date.
    #[must_use]
    pub fn goes_on(&self, date: chrono::NaiveDate) -> bool {
        self.days.contains(&chrono::Datelike::weekday(&date))
    }

    /// The last date before `date` on which it goes.
    #[must_use]
    pub fn date_before(&self, date: chrono::NaiveDate) -> Option<chrono::NaiveDate> {
        (1..=7)
            .filter_map(|back| date.checked_sub_days(Days::new(back)))
            .find(|date| self.goes_on(*date))
    }
}
