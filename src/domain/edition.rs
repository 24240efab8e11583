//! A named newsletter and its publisher.

use std::{fmt, path::PathBuf};

use chrono::{NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{
    Address, Frequency, Language, Limit, Look, Mailbox, Parts, Pin, Ranking, Slot, SlotId,
    Subscriber, Theme, TopicId, WEEK, query::Query,
};

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
    /// Where bounces go: each mail has a return path of its own, this address with a token behind a `+` (VERP).
    pub bounce_address: Option<Address>,
    /// Where pictures of its own go. Without it they go with each mail.
    pub media: Option<Media>,
}

/// A folder that the web sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Where the files are written.
    pub folder: PathBuf,
    /// What the folder is on the web, without a slash at its end.
    pub url: String,
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

/// Whether a digest shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Images {
    /// From where their source has them.
    #[default]
    Remote,
    /// None.
    None,
}

/// How an edition's digests are made, beside their look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Design {
    /// What is said about the look.
    pub theme: Theme,
    /// Whether pictures are shown.
    pub images: Images,
    /// HTML and text, or text alone.
    pub parts: Parts,
    /// How many octets the HTML part may have. Gmail cuts off what is over 102,400.
    pub max_size: Limit<u64>,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            images: Images::default(),
            parts: Parts::default(),
            max_size: Limit::Most(96 * 1024),
        }
    }
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
    /// How long articles wait for more of them, at most.
    pub max_wait: Option<TimeDelta>,
    /// How old an article may be, by the date that its source gives it.
    pub max_age: Option<TimeDelta>,
    /// How it looks.
    pub look: Look,
    /// What is said about the look, and about its pictures and parts.
    pub design: Design,
    /// What happens to mails in doubt.
    pub in_doubt: InDoubt,
    /// What decides order and room.
    pub ranking: Ranking,
    /// The pages that come before all others.
    pub pins: Vec<Pin>,
}

impl Edition {
    /// When it goes where its subscribers don't choose.
    #[must_use]
    pub fn slot(&self) -> Slot {
        Slot {
            at: self.at,
            tz: self.tz,
            monthly: false,
            days: self.days.clone(),
        }
    }

    /// The slot of this name; the edition's own, where that is none.
    #[must_use]
    pub fn slot_of_id(&self, id: &SlotId) -> Slot {
        id.slot().unwrap_or_else(|| self.slot())
    }

    /// The slot in which a subscriber gets it. What they didn't choose, the edition says; who chose nothing that makes a difference is
    /// in its own.
    #[must_use]
    pub fn slot_for(&self, subscriber: &Subscriber) -> SlotId {
        let own = self.slot();
        let chose = |days: &Vec<Weekday>| (!days.is_empty()).then(|| days.clone());
        let days = match subscriber.frequency {
            Frequency::Each => chose(&subscriber.days).unwrap_or_else(|| own.days.clone()),
            Frequency::Daily => chose(&subscriber.days).unwrap_or_else(|| WEEK.to_vec()),
            Frequency::Weekly => chose(&subscriber.days).unwrap_or_else(|| vec![Weekday::Mon]),
            Frequency::Monthly => subscriber.days.clone(),
        };
        let at = subscriber.at.or(own.at);
        let slot = Slot {
            at,
            // Without an hour there is one run for all: a zone makes no difference.
            tz: at.and(subscriber.time_zone).unwrap_or(own.tz),
            monthly: subscriber.frequency == Frequency::Monthly,
            days,
        };
        if slot == own {
            SlotId::default()
        } else {
            slot.id()
        }
    }

    /// The time between two issues: how far a source's first collect and a reader's first issue look back.
    #[must_use]
    pub fn period(&self) -> TimeDelta {
        self.slot().period()
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
}
