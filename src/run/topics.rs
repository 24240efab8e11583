//! Topics, with what they have and who follows them.

use std::collections::{BTreeMap, HashSet};

use chrono::TimeDelta;

use super::{Project, RunError, Sending, take_in, topic_index};
use crate::{
    domain::{SubscriptionNumber, Topic},
    keys::Keys,
    plan,
    store::Store,
};

const PAGE: usize = 5000;

/// A topic's supply and demand.
#[derive(Debug, Clone)]
pub struct TopicCount {
    /// The topic.
    pub topic: Topic,
    /// Articles of the window that are about it, or about a topic within it.
    pub articles: usize,
    /// Subscriptions that name it, and aren't suppressed.
    pub subscribers: usize,
}

/// All topics.
#[derive(Debug)]
pub struct TopicCounts {
    /// In the order of the configuration.
    pub topics: Vec<TopicCount>,
    /// Tags of the window's articles that no topic takes, with how often they come.
    pub tags: BTreeMap<String, usize>,
    /// Names in queries that are no topic's, with how many subscriptions follow them.
    pub unknown: BTreeMap<String, usize>,
    /// Articles of the window that nobody follows.
    pub unwanted: usize,
    /// Names, aliases and phrases that have no effect, and why.
    pub warnings: Vec<String>,
}

/// Counts what topics have in a window that goes back so far, and who follows them. `store` is a copy: the subscribers files are taken into it.
///
/// # Errors
/// When the store fails.
pub fn topics(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
    window: TimeDelta,
) -> Result<TopicCounts, RunError> {
    take_in(project, store, keys, sending)?;
    let index = topic_index(&project.config)?;
    let mut topics: Vec<TopicCount> = index
        .topics()
        .iter()
        .map(|topic| TopicCount {
            topic: topic.clone(),
            articles: 0,
            subscribers: 0,
        })
        .collect();
    let mut tags = BTreeMap::new();
    let mut waiting = Vec::new();
    for archived in store.articles(store.number_at(sending.at - window)?, store.latest()?)? {
        let source = project
            .config
            .sources
            .iter()
            .find(|source| source.name == archived.article.source);
        let about = index.resolve(
            &archived.article,
            source.map_or(&[], |source| source.topics.as_slice()),
        );
        for (place, topic) in topics.iter_mut().enumerate() {
            topic.articles += usize::from(about.all.contains(place));
        }
        for tag in &about.tags {
            *tags.entry(tag.clone()).or_default() += 1;
        }
        waiting.push(about);
    }
    let mut unknown = BTreeMap::new();
    let mut asked = HashSet::new();
    for edition in &project.config.editions {
        let (upto, _) = store.audience(&edition.id, None)?;
        let mut after = SubscriptionNumber(0);
        while after < upto {
            let page = store.subscriptions(&edition.id, None, after, upto, PAGE)?;
            for active in page.iter().filter(|active| active.suppressed.is_none()) {
                let wish = plan::wish(&index, edition, &active.subscription.subscriber);
                for name in wish.query.unknown() {
                    *unknown.entry(name.clone()).or_default() += 1;
                }
                if asked.insert(wish.query.clone()) {
                    waiting.retain(|about| !wish.query.matches(about));
                }
                for place in wish
                    .query
                    .order(&index)
                    .iter()
                    .filter_map(|id| index.place(id))
                {
                    topics[place].subscribers += 1;
                }
            }
            after = page.last().map_or(upto, |last| last.subscription.number);
        }
    }
    let warnings = index
        .warnings()
        .iter()
        .map(crate::plan::TopicWarning::words)
        .collect();
    Ok(TopicCounts {
        topics,
        tags,
        unknown,
        unwanted: waiting.len(),
        warnings,
    })
}
