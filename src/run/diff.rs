//! Who would gain or lose which articles by another configuration, before it goes live.

use std::collections::{BTreeMap, BTreeSet};

use super::{Project, RunError, Sending, audience::Audience, file_stories, take_in};
use crate::{
    domain::{Address, EditionId, Number, SubscriptionNumber},
    keys::Keys,
    plan::Fate,
    store::Store,
};

/// What changes in one edition.
#[derive(Debug)]
pub struct Difference {
    /// The edition.
    pub edition: EditionId,
    /// How many subscribers there are.
    pub subscribers: u64,
    /// How many of them would get something else.
    pub affected: u64,
    /// How many would get a mail, before and after.
    pub mails: (u64, u64),
    /// By article: its title, how many gain it, and how many lose it.
    pub articles: Vec<(String, u64, u64)>,
    /// What the subscriber who was asked about gains and loses: titles.
    pub theirs: Option<(Vec<String>, Vec<String>)>,
}

/// Compares the next issues of a project with those of the same one with another configuration. `store` is a copy.
///
/// # Errors
/// When the store fails, or `only` has no subscription.
pub fn diff(
    (old, new): (&Project, &Project),
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
    only: Option<&Address>,
) -> Result<Vec<Difference>, RunError> {
    take_in(old, store, keys, sending)?;
    file_stories(old, store)?;
    let asked: Option<BTreeSet<SubscriptionNumber>> = match only {
        Some(address) => {
            let found = store.find(address)?;
            if found.is_empty() {
                return Err(RunError::Unknown(format!("{address} has no subscription")));
            }
            Some(
                found
                    .iter()
                    .map(|active| active.subscription.number)
                    .collect(),
            )
        }
        None => None,
    };
    let last = store.latest()?;
    let editions: Vec<_> = old.config.editions.iter().collect();
    let before = Audience::of(old, store, &editions, last, sending.at)?;
    let mut differences: BTreeMap<EditionId, Sum> = BTreeMap::new();
    for audience in before {
        let Some(edition) = new
            .config
            .editions
            .iter()
            .find(|edition| edition.id == audience.edition.id)
        else {
            continue;
        };
        let after = Audience::of(new, store, &[edition], last, sending.at)?;
        let Some(after) = after.into_iter().find(|after| after.slot == audience.slot) else {
            continue;
        };
        let sum = differences.entry(edition.id.clone()).or_default();
        for group in &audience.groups {
            let (one, other) = (gets(&audience, store, group)?, gets(&after, store, group)?);
            sum.add(group.count, &one, &other);
            let is_asked = match &asked {
                Some(asked) => is_in(&audience, store, group, asked)?,
                None => false,
            };
            if is_asked {
                sum.theirs = Some((difference(&other, &one), difference(&one, &other)));
            }
        }
    }
    Ok(differences
        .into_iter()
        .map(|(edition, sum)| sum.told(edition))
        .collect())
}

type Titles = BTreeMap<Number, String>;

/// The articles that a group gets.
fn gets(
    audience: &Audience,
    store: &dyn Store,
    group: &super::audience::Group,
) -> Result<Titles, RunError> {
    let fates = audience.fates(store, group)?;
    let articles = audience.window.articles().zip(fates);
    let got = articles.filter(|(_, (fate, _))| matches!(fate, Fate::In(_)));
    Ok(got
        .map(|((archived, _), _)| (archived.number, archived.article.title.clone()))
        .collect())
}

/// Whether somebody who was asked about is in a group: their wish, watermark and past are the group's.
fn is_in(
    audience: &Audience,
    store: &dyn Store,
    group: &super::audience::Group,
    asked: &BTreeSet<SubscriptionNumber>,
) -> Result<bool, RunError> {
    if asked.contains(&group.example) {
        return Ok(true);
    }
    for number in asked {
        let before = SubscriptionNumber(number.0 - 1);
        let theirs = store.wishers(&audience.edition.id, &audience.slot, before, *number, 1)?;
        if theirs
            .iter()
            .any(|theirs| theirs.wish == group.wish && theirs.former == group.former)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn difference(one: &Titles, other: &Titles) -> Vec<String> {
    let only = one.iter().filter(|(number, _)| !other.contains_key(number));
    only.map(|(_, title)| title.clone()).collect()
}

#[derive(Default)]
struct Sum {
    subscribers: u64,
    affected: u64,
    mails: (u64, u64),
    articles: BTreeMap<Number, (String, u64, u64)>,
    theirs: Option<(Vec<String>, Vec<String>)>,
}

impl Sum {
    fn add(&mut self, count: u64, one: &Titles, other: &Titles) {
        self.subscribers += count;
        self.affected += if one.keys().eq(other.keys()) {
            0
        } else {
            count
        };
        self.mails.0 += if one.is_empty() { 0 } else { count };
        self.mails.1 += if other.is_empty() { 0 } else { count };
        for (number, title) in other.iter().filter(|(number, _)| !one.contains_key(number)) {
            let article = self.articles.entry(*number);
            article.or_insert_with(|| (title.clone(), 0, 0)).1 += count;
        }
        for (number, title) in one.iter().filter(|(number, _)| !other.contains_key(number)) {
            let article = self.articles.entry(*number);
            article.or_insert_with(|| (title.clone(), 0, 0)).2 += count;
        }
    }

    fn told(self, edition: EditionId) -> Difference {
        let mut articles: Vec<_> = self.articles.into_values().collect();
        articles.sort_by_key(|(title, gain, lose)| (std::cmp::Reverse(gain + lose), title.clone()));
        Difference {
            edition,
            subscribers: self.subscribers,
            affected: self.affected,
            mails: self.mails,
            articles,
            theirs: self.theirs,
        }
    }
}
