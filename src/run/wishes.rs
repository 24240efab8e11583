//! What is known of wishes while an issue is planned: each is read and compiled once, however many subscribers have it.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
};

use chrono::NaiveDate;
use ring::digest::{SHA256, digest};

use super::{RunError, Why};
use crate::{
    domain::{Edition, FormerWish, Language, Length, Limit, Number, Parts, Query},
    plan::{self, Compiled, TopicIndex},
    store::{Grounds, IssueRow, MannerId, Store, WishId, Wisher},
};

/// What readers say beside their topics.
pub(super) struct Manner {
    /// What the edition makes of it.
    pub wish: plan::Wish,
    /// Why they get nothing today, if so.
    pub silence: Option<Why>,
    /// The place of what of it their digest depends on: manners of one place get the same.
    pub form: u32,
}

/// What is known of a wish: little, as there may be as many as subscribers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    manner: u32,
    /// Whether a topic that they follow has ended since the last issue.
    pub has_news: bool,
    /// Whether they follow something that is in the configuration no more.
    pub has_vanished: bool,
}

/// What a segment depends on beside the wish: where its readers stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Standing {
    pub watermark: Number,
    pub had: Number,
    pub told_since: Option<NaiveDate>,
    pub former: Vec<FormerWish>,
}

impl Standing {
    /// The grounds of a segment of this standing.
    pub fn grounds(self, wish: WishId) -> Grounds {
        Grounds {
            wish,
            watermark: self.watermark,
            had: self.had,
            told_since: self.told_since,
            former: self.former,
        }
    }
}

impl From<Grounds> for Standing {
    fn from(grounds: Grounds) -> Self {
        Self {
            watermark: grounds.watermark,
            had: grounds.had,
            told_since: grounds.told_since,
            former: grounds.former,
        }
    }
}

/// Values by places, in the order in which they came.
pub(super) struct Places<T>(HashMap<T, u32>);

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash + Clone> Places<T> {
    /// The place of a value; a new one, if it is.
    pub fn of(&mut self, value: &T) -> u32 {
        if let Some(place) = self.0.get(value) {
            return *place;
        }
        let place = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(value.clone(), place);
        place
    }
}

/// What of a manner a digest depends on.
type Form = (Vec<Language>, Limit<u32>, Length, Parts);

/// The wishes that a plan has met.
pub(super) struct Wishes<'a> {
    store: &'a dyn Store,
    edition: &'a Edition,
    index: &'a TopicIndex,
    /// The date of the issue, and of the last one.
    dates: (NaiveDate, Option<NaiveDate>),
    /// The topics of the last issue, if it was made from another configuration.
    before: Option<TopicIndex>,
    known: HashMap<WishId, Known>,
    manners: Vec<Manner>,
    places: HashMap<MannerId, u32>,
    forms: Places<Form>,
    /// What is followed that is in the configuration no more.
    vanished: HashMap<WishId, Vec<String>>,
    /// The queries of the page that is looked at.
    at_hand: HashMap<WishId, Compiled>,
}

impl<'a> Wishes<'a> {
    /// None yet, of an issue of an edition.
    pub fn new(
        (store, edition, index): (&'a dyn Store, &'a Edition, &'a TopicIndex),
        (row, last): (&IssueRow, Option<&IssueRow>),
        before: Option<TopicIndex>,
    ) -> Self {
        Self {
            store,
            edition,
            index,
            dates: (row.id.date, last.map(|last| last.id.date)),
            before,
            known: HashMap::new(),
            manners: Vec::new(),
            places: HashMap::new(),
            forms: Places::default(),
            vanished: HashMap::new(),
            at_hand: HashMap::new(),
        }
    }

    /// Reads those of a page that aren't known.
    pub fn look_at(&mut self, wishers: &[Wisher]) -> Result<(), RunError> {
        self.at_hand.clear();
        let unknown = wishers.iter().map(|wisher| wisher.wish);
        let mut unknown: Vec<WishId> = unknown
            .filter(|wish| !self.known.contains_key(wish))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        self.read(&unknown)
    }

    fn read(&mut self, ids: &[WishId]) -> Result<(), RunError> {
        for (id, wish) in ids.iter().zip(self.store.wishes(ids)?) {
            let manner = self.manner(wish.manner)?;
            let query = match wish.topics.as_str() {
                "" => self.manners[manner as usize].wish.query.clone(),
                // It was a query when it was written down; were it none, nobody would get what they don't want.
                topics => {
                    let query = topics.parse().unwrap_or(Query::Or(Vec::new()));
                    Compiled::new(&query, self.index)
                }
            };
            if let Some(before) = &self.before {
                let unknown = query.unknown().iter();
                let vanished = unknown.filter(|name| before.find(name).is_some());
                let vanished: Vec<String> = vanished.cloned().collect();
                if !vanished.is_empty() {
                    self.vanished.insert(*id, vanished);
                }
            }
            let known = Known {
                manner,
                has_news: self.has_news(&query),
                has_vanished: self.vanished.contains_key(id),
            };
            self.known.insert(*id, known);
            self.at_hand.insert(*id, query);
        }
        Ok(())
    }

    fn has_news(&self, query: &Compiled) -> bool {
        let (date, last) = self.dates;
        let mut former = query.former().iter();
        former.any(|id| {
            let former = self.index.former_by_id(id).zip(last);
            former.is_some_and(|(former, last)| last < former.since && former.since <= date)
        })
    }

    fn manner(&mut self, id: MannerId) -> Result<u32, RunError> {
        if let Some(place) = self.places.get(&id) {
            return Ok(*place);
        }
        let subscriber = self.store.manner(id)?;
        let wish = plan::wish(self.index, self.edition, &subscriber);
        let (date, _) = self.dates;
        let is_quiet = subscriber.quiet.iter().any(|quiet| quiet.covers(date));
        let silence = if subscriber.paused.covers(date) {
            Some(Why::Paused)
        } else {
            is_quiet.then_some(Why::Quiet)
        };
        let form = self.forms.of(&(
            wish.languages.clone(),
            wish.max_articles,
            wish.length,
            wish.parts,
        ));
        let place = u32::try_from(self.manners.len()).unwrap_or(u32::MAX);
        self.manners.push(Manner {
            wish,
            silence,
            form,
        });
        self.places.insert(id, place);
        Ok(place)
    }

    /// What is known of a wish of the page that is looked at, and its manner.
    pub fn known(&self, id: WishId) -> Option<(Known, &Manner)> {
        let known = self.known.get(&id)?;
        Some((*known, self.manners.get(known.manner as usize)?))
    }

    /// What is followed by it that is in the configuration no more.
    pub fn vanished(&self, id: WishId) -> &[String] {
        self.vanished.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Makes sure that the query of a wish is at hand: an earlier page may have met it.
    pub fn need(&mut self, id: WishId) -> Result<(), RunError> {
        if self.at_hand.contains_key(&id) {
            return Ok(());
        }
        self.read(&[id])
    }

    /// The query of a wish that is at hand.
    pub fn query(&self, id: WishId) -> Option<&Compiled> {
        self.at_hand.get(&id)
    }

    /// Sixteen octets that stand for what readers of a wish and standing get: within one plan, those of other wishes that mean the
    /// same are equal.
    pub fn hash(&self, id: WishId, standing: u32) -> [u8; 16] {
        let mut octets = Octets(Vec::with_capacity(128));
        self.query(id).hash(&mut octets);
        self.known(id)
            .map(|(_, manner)| manner.form)
            .hash(&mut octets);
        standing.hash(&mut octets);
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest(&SHA256, &octets.0).as_ref()[..16]);
        hash
    }
}

/// The octets that a value is hashed by.
struct Octets(Vec<u8>);

impl Hasher for Octets {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
