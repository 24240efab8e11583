//! How many stories are new to many kinds of readers, one after another: over bit sets that are made once for all of them.

use super::{bits::Bits, compile::Compiled, window::Window};
use crate::domain::{Language, Number};

/// The articles that are new to readers of some languages who have seen what was eligible up to a watermark.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Those whose story has no other article: each is a story.
    alone: Bits,
    /// The others.
    together: Bits,
}

impl Window {
    /// What is new to readers of `languages` who have seen what was eligible up to `watermark`.
    #[must_use]
    pub fn reach(&self, languages: &[Language], watermark: Number) -> Reach {
        let new = self
            .readable(languages)
            .and(&self.open)
            .and(&self.after(watermark));
        Reach {
            alone: new.clone().and(&self.alone),
            together: new.and(&self.alone.clone().complement()),
        }
    }

    /// How many stories are new by a query. `None` where several articles may tell one of them, or an article has changed: then it
    /// depends on what its readers had, and [`super::count`] tells.
    #[must_use]
    pub fn count_alone(&self, query: &Compiled, reach: &Reach) -> Option<usize> {
        let wanted = query.wanted(self);
        let is_told_once = self.changes.is_empty() && wanted.count_shared(&reach.together) == 0;
        is_told_once.then(|| wanted.count_shared(&reach.alone))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        domain::Archived,
        plan::{
            TopicIndex, count,
            test_data::{archived, article, edition, topic},
        },
    };

    proptest! {
        #[test]
        fn the_short_way_counts_what_the_long_one_does(
            told in prop::collection::vec((1_i64..12, prop::sample::subsequence(vec!["korea", "sport", "chess"], 0..=3)), 0..12),
            query in prop::sample::select(vec!["*", "korea", "sport OR korea", "korea NOT sport", "chess", "NOT chess", "(korea sport) OR chess"]),
            watermark in 0_i64..12,
        ) {
            let index = TopicIndex::new(&[topic("korea", &[]), topic("sport", &[])]).unwrap();
            let articles = (1..).zip(&told).map(|(number, (story, tags))| Archived {
                story: Number(*story),
                ..archived(number, DateTime::UNIX_EPOCH, article(&number.to_string(), tags))
            });
            let edition = edition();
            let window = Window::new(articles.collect(), &index, &edition, &[], DateTime::UNIX_EPOCH);
            let (query, watermark) = (Compiled::new(&query.parse().unwrap(), &index), Number(watermark));
            let reach = window.reach(&edition.languages, watermark);
            if let Some(short) = window.count_alone(&query, &reach) {
                let reader = (&query, &*edition.languages);
                prop_assert_eq!((short, false), count(&window, &index, reader, (watermark, Number(0)), &[]));
            }
        }
    }
}
