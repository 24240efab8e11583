//! Which articles are worth a look at their pages: those that some reader could get, as far as their sitemap tells.
//!
//! An article that isn't is still one, with what its sitemap says of it: nobody loses it, it is only told in fewer words.

use std::{collections::HashSet, sync::OnceLock};

use super::{Project, topic_index};
use crate::{
    domain::{Article, Query, SubscriptionNumber, TopicId},
    plan::{Compiled, Resolved, TopicIndex},
    store::{Store, StoreError},
};

/// How many subscriptions are looked at in one go.
const PAGE: usize = 10_000;

/// Tells whether some reader could get an article.
pub struct Wanted<'a> {
    project: &'a Project,
    store: &'a dyn Store,
    /// None where the topics contradict each other: planning says so.
    index: Option<TopicIndex>,
    /// What readers follow that isn't topics alone. Asked for once, and only where no topic takes an article; none where
    /// that is everything, or isn't known.
    beyond: OnceLock<Option<Vec<Compiled>>>,
}

impl<'a> Wanted<'a> {
    /// For the topics of `project` and the readers in `store`.
    pub fn new(project: &'a Project, store: &'a dyn Store) -> Self {
        Self {
            project,
            store,
            index: topic_index(&project.config).ok(),
            beyond: OnceLock::new(),
        }
    }

    /// Whether some reader could get it.
    pub fn takes(&self, article: &Article) -> bool {
        let Some(index) = &self.index else {
            return true;
        };
        // A topic that looks into bodies needs them to tell.
        if self.project.config.topics.iter().any(|topic| topic.body) {
            return true;
        }
        let mut sources = self.project.config.sources.iter();
        let source = sources.find(|source| source.name == article.source);
        let topics = source.map_or(&[][..], |source| &source.topics);
        let beyond = || {
            let queries = self
                .beyond
                .get_or_init(|| self.queries(index).unwrap_or(None));
            queries.as_deref()
        };
        could_take(article, topics, index, beyond)
    }

    /// All that editions and readers follow that can take an article of no topic; none where that is everything.
    fn queries(&self, index: &TopicIndex) -> Result<Option<Vec<Compiled>>, StoreError> {
        let mut seen: HashSet<Query> = HashSet::new();
        let mut queries = Vec::new();
        let mut add = |query: &Query| {
            if seen.insert(query.clone()) {
                queries.extend(Some(Compiled::new(query, index)).filter(goes_beyond));
            }
            queries.iter().any(Compiled::wants_everything)
        };
        for edition in &self.project.config.editions {
            if add(&edition.default_topics) {
                return Ok(None);
            }
            let (upto, _) = self.store.audience(&edition.id, None)?;
            let mut after = SubscriptionNumber(0);
            while after < upto {
                let page = self
                    .store
                    .subscriptions(&edition.id, None, after, upto, PAGE)?;
                for active in &page {
                    if active
                        .subscription
                        .subscriber
                        .topics
                        .as_ref()
                        .is_some_and(&mut add)
                    {
                        return Ok(None);
                    }
                }
                after = page.last().map_or(upto, |last| last.subscription.number);
            }
        }
        Ok(Some(queries))
    }
}

/// Whether a query can take an article of no topic: by what it excludes alone, or by tags that are no topic's.
fn goes_beyond(query: &Compiled) -> bool {
    query.matches(&Resolved::default()) || !query.unknown().is_empty()
}

/// `beyond`: the queries that go beyond topics; none where they take everything.
fn could_take<'q>(
    article: &Article,
    source_topics: &[TopicId],
    index: &TopicIndex,
    beyond: impl FnOnce() -> Option<&'q [Compiled]>,
) -> bool {
    // Without labels there is nothing to tell by that its page wouldn't tell better
    if article.tags.is_empty() {
        return true;
    }
    let about = index.resolve(article, source_topics);
    !about.why.is_empty()
        || beyond().is_none_or(|queries| queries.iter().any(|query| query.matches(&about)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::test_data::{article, topic};

    fn takes(title: &str, tags: &[&str], queries: &[&str]) -> bool {
        let mut korea = topic("korea", &[]);
        korea.phrases = vec!["Pyongyang".into()];
        let index = TopicIndex::new(&[korea]).unwrap();
        let queries: Vec<_> = queries
            .iter()
            .map(|query| Compiled::new(&query.parse().unwrap(), &index))
            .filter(goes_beyond)
            .collect();
        could_take(&article(title, tags), &[], &index, || Some(&queries))
    }

    #[test]
    fn what_a_topic_takes_by_label_or_phrase_is_wanted_and_so_is_what_tells_no_label() {
        assert!(takes("Talks", &["Korea", "Chess"], &["korea"]));
        assert!(takes("Pyongyang talks", &["Chess"], &["korea"]));
        assert!(takes("Talks", &[], &["korea"]));
        assert!(!takes("Talks", &["Chess"], &["korea"]));
    }

    #[test]
    fn readers_may_follow_everything_all_but_something_or_a_mere_tag() {
        assert!(takes("Talks", &["Chess"], &["*"]));
        assert!(takes("Talks", &["Chess"], &["* NOT korea"]));
        assert!(takes("Talks", &["Chess"], &["korea OR chess"]));
        assert!(!takes("Talks", &["Chess"], &["* NOT chess"]));
        assert!(!takes("Talks", &["Go"], &["chess"]));
    }

    #[test]
    fn nobody_is_asked_about_an_article_that_a_topic_takes() {
        let index = TopicIndex::new(&[topic("korea", &[])]).unwrap();
        let about_korea = article("Talks", &["Korea"]);
        assert!(could_take(&about_korea, &[], &index, || unreachable!()));
        let chess = article("Talks", &["Chess"]);
        assert!(could_take(
            &chess,
            &[TopicId("korea".into())],
            &index,
            || unreachable!()
        ));
        assert!(could_take(&chess, &[], &index, || None));
    }
}
