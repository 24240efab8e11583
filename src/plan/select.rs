//! Which articles a segment gets, in which order, and why the others not.

use std::sync::Arc;

use super::{
    about::Resolved,
    bits::Bits,
    compile::Compiled,
    rank::{self, Score},
    room::{Contender, make_room},
    topics::TopicIndex,
    window::{Candidate, Window},
};
use crate::domain::{
    Also, Beside, Edition, Form, FormerWish, Language, Length, Limit, Mark, Number, Placed,
    Section, TopicId,
};

/// How many other sources of a story are named.
const ALSO: usize = 4;

/// What becomes of an article in one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is in the digest, under this topic.
    In(Option<TopicId>),
    /// The reader had it in an earlier issue.
    AlreadySent,
    /// The reader follows none of its topics.
    NoTopic,
    /// The reader follows a topic of it, but excludes these.
    Excluded(Vec<String>),
    /// It is in none of the reader's languages.
    OtherLanguage,
    /// It is older than the edition takes.
    TooOld,
    /// The edition doesn't take its source.
    OtherSource,
    /// It was withdrawn.
    Withdrawn,
    /// It is the same as another one, which the reader had or gets.
    Duplicate(Number),
    /// It tells the same story as another one, which the reader had or gets.
    SameStory(Number),
    /// The digest is full.
    OverLimit,
}

/// What a segment wants of a window.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Its query.
    pub query: &'a Compiled,
    /// The places of topics, in the reader's order.
    pub order: &'a [usize],
    /// Its languages.
    pub languages: &'a [Language],
    /// It has had what was eligible up to here.
    pub watermark: Number,
    /// How many articles at most.
    pub max_articles: Limit<u32>,
    /// How much of each.
    pub length: Length,
    /// What it followed before, the earliest first, and up to where: what it had up to there was by that.
    pub former: &'a [(Compiled, &'a FormerWish)],
    /// Its first issue had what became eligible after here.
    pub had_after: Number,
}

/// A story that is new to a segment.
#[derive(Debug, Clone)]
struct Story {
    /// The place of the article that tells it.
    lead: usize,
    /// The places of all its articles that are new and wanted.
    fresh: Vec<usize>,
    heading: Option<usize>,
    score: Score,
    pinned: bool,
    mark: Option<Mark>,
}

/// What a segment gets.
#[derive(Debug)]
pub struct Chosen {
    /// The articles, in the order of the digest.
    pub sections: Vec<Section>,
    stories: Vec<Story>,
    /// Whether each of `stories` has room.
    has_room: Vec<bool>,
}

/// The articles that are wanted: those that are new, and those that the reader had.
struct Visible {
    fresh: Bits,
    had: Bits,
}

impl Window {
    /// What a segment gets.
    #[must_use]
    pub fn select(&self, wanted: &Wanted, index: &TopicIndex, edition: &Edition) -> Chosen {
        let order = wanted.order;
        let offered = offered(index, edition);
        let visible = self.visible(wanted);
        let mut stories = Vec::new();
        for story in self.new_stories(&visible) {
            let fresh: Vec<usize> = self.stories[story]
                .iter()
                .copied()
                .filter(|place| visible.fresh.contains(*place))
                .collect();
            stories.extend(self.story(fresh, wanted, (order, &offered), edition));
        }
        for place in self.updates(wanted, wanted.had_after) {
            let story = self.story(vec![place], wanted, (order, &offered), edition);
            stories.extend(story.map(|story| Story {
                mark: Some(Mark::Updated),
                ..story
            }));
        }
        stories.sort_by_key(|story| {
            let lead = &self.candidates[story.lead];
            let (total, newest) = (story.score.total(), lead.published);
            std::cmp::Reverse((
                story.pinned,
                total,
                newest,
                std::cmp::Reverse(lead.key.clone()),
            ))
        });
        let has_room = self.has_room(&stories, wanted.max_articles, edition);
        let shown: Vec<&Story> = stories
            .iter()
            .zip(&has_room)
            .filter_map(|(story, has_room)| has_room.then_some(story))
            .collect();
        Chosen {
            sections: self.sections(&shown, wanted.length, (order, &offered), index),
            stories,
            has_room,
        }
    }

    /// How many stories are new to a segment, however many of them have room.
    #[must_use]
    pub fn count_new(&self, wanted: &Wanted) -> usize {
        let visible = self.visible(wanted);
        let alone = visible.fresh.clone().and(&self.alone).count();
        let told_by_several = self.alone.clone().complement();
        let together = Visible {
            fresh: visible.fresh.and(&told_by_several),
            had: visible.had,
        };
        let stories = self.new_stories(&together);
        alone + stories.len() + self.updates(wanted, wanted.had_after).len()
    }

    fn visible(&self, wanted: &Wanted) -> Visible {
        let matching = wanted
            .query
            .wanted(self)
            .and(&self.readable(wanted.languages));
        let after = self.after(wanted.watermark);
        Visible {
            fresh: matching.clone().and(&self.open).and(&after),
            had: self
                .had(matching, wanted)
                .and(&self.was_open)
                .and(&after.complement()),
        }
    }

    /// What the reader may have had, also what was withdrawn since.
    pub(super) fn may_have_had(&self, wanted: &Wanted) -> Bits {
        let matching = wanted
            .query
            .wanted(self)
            .and(&self.readable(wanted.languages));
        let after = self.after(wanted.watermark);
        self.had(matching, wanted).and(&after.complement())
    }

    /// What the reader would have had so far: of each stretch of numbers, what they followed while it was sent.
    fn had(&self, matching: Bits, wanted: &Wanted) -> Bits {
        let mut had = Bits::none(self.len());
        let mut from = Number(0);
        for (query, wish) in wanted.former {
            let stretch = self.after(from).and(&self.after(wish.upto).complement());
            let theirs = query.wanted(self).and(&self.readable(&wish.languages));
            had = had.or(&theirs.and(&stretch));
            from = wish.upto.max(from);
        }
        had.or(&matching.and(&self.after(from)))
    }

    /// The stories that have something new, and of which the reader had nothing.
    fn new_stories(&self, visible: &Visible) -> Vec<usize> {
        let mut stories: Vec<usize> = visible
            .fresh
            .places()
            .map(|place| self.candidates[place].story)
            .collect();
        stories.sort_unstable();
        stories.dedup();
        stories.retain(|story| !self.was_had(*story, visible));
        stories
    }

    fn was_had(&self, story: usize, visible: &Visible) -> bool {
        self.stories[story]
            .iter()
            .any(|place| visible.had.contains(*place))
    }

    fn story(
        &self,
        mut fresh: Vec<usize>,
        wanted: &Wanted,
        (order, offered): (&[usize], &[usize]),
        edition: &Edition,
    ) -> Option<Story> {
        fresh.sort_by_cached_key(|place| self.telling_order(*place, wanted.languages));
        let lead = *fresh.first()?;
        let candidates = || fresh.iter().map(|place| &self.candidates[*place]);
        let terms = wanted.query.terms_of(&self.candidates[lead].resolved);
        let most = |part: &dyn Fn(&Candidate) -> rank::Factor| {
            candidates().map(part).max().unwrap_or_default()
        };
        let score = Score {
            priority: most(&|candidate| rank::priority(candidate.priority)),
            recency: most(&|candidate| candidate.recency),
            sources: rank::sources(self.count_sources(&fresh), &edition.ranking),
            topics: rank::topics(terms, &edition.ranking),
            boost: most(&|candidate| candidate.boost),
        };
        Some(Story {
            lead,
            heading: heading(&self.candidates[lead].resolved, order, offered),
            score,
            pinned: candidates().any(|candidate| candidate.pinned),
            mark: None,
            fresh,
        })
    }

    /// Who tells a story best comes first: in the language that the reader prefers, from the source that counts most, with a text,
    /// earliest.
    fn telling_order(&self, place: usize, languages: &[Language]) -> impl Ord + use<> {
        let candidate = &self.candidates[place];
        let article = &candidate.article.article;
        let language = article
            .language
            .as_ref()
            .and_then(|theirs| languages.iter().position(|ours| ours.matches(theirs)));
        (
            !candidate.pinned,
            language.unwrap_or(languages.len()),
            std::cmp::Reverse(candidate.priority),
            article.summary.is_empty(),
            article.body.is_empty(),
            candidate.published,
            candidate.key.clone(),
        )
    }

    /// How many sources tell a story; one that only copies counts a quarter.
    fn count_sources(&self, fresh: &[usize]) -> f64 {
        let mut sources: Vec<(&str, bool)> = Vec::new();
        for place in fresh {
            let candidate = &self.candidates[*place];
            let (name, is_copy) = (
                candidate.article.article.source.as_str(),
                candidate.original != *place,
            );
            match sources.iter_mut().find(|(known, _)| *known == name) {
                Some((_, copies)) => *copies &= is_copy,
                None => sources.push((name, is_copy)),
            }
        }
        sources
            .iter()
            .map(|(_, copies)| if *copies { 0.25 } else { 1.0 })
            .sum()
    }

    /// Which of the stories, the weightiest first, a digest has room for.
    fn has_room(&self, stories: &[Story], most: Limit<u32>, edition: &Edition) -> Vec<bool> {
        let contenders: Vec<Contender> = stories
            .iter()
            .map(|story| {
                let candidate = &self.candidates[story.lead];
                Contender {
                    candidate,
                    heading: story.heading,
                    score: story.score.total(),
                    pinned: story.pinned,
                }
            })
            .collect();
        make_room(&contenders, most, &edition.ranking)
    }

    /// Puts stories under their headings: those that the reader named first, in their order; then those on offer, in theirs; what has
    /// no heading comes last.
    fn sections(
        &self,
        shown: &[&Story],
        length: Length,
        (order, offered): (&[usize], &[usize]),
        index: &TopicIndex,
    ) -> Vec<Section> {
        let rank = |heading: Option<usize>| {
            let places = order.iter().chain(offered);
            heading.map_or(usize::MAX, |heading| {
                places.take_while(|place| **place != heading).count()
            })
        };
        let mut sections: Vec<(usize, Section)> = Vec::new();
        for story in shown {
            let placed = self.placed(story, length);
            let rank = rank(story.heading);
            if let Some((_, section)) = sections.iter_mut().find(|(known, _)| *known == rank) {
                section.articles.push(placed);
            } else {
                let topic = story.heading.map(|place| index.topic(place).id.clone());
                let articles = vec![placed];
                sections.push((rank, Section { topic, articles }));
            }
        }
        sections.sort_by_key(|(rank, _)| *rank);
        let mut sections: Vec<Section> = sections.into_iter().map(|(_, section)| section).collect();
        if let Some(first) = sections
            .first_mut()
            .and_then(|section| section.articles.first_mut())
            && matches!(first.form, Form::Card | Form::Short)
        {
            first.form = Form::Lead;
        }
        sections
    }

    fn placed(&self, story: &Story, length: Length) -> Placed {
        let candidate = &self.candidates[story.lead];
        let whole = length == Length::Full && !candidate.article.article.body.is_empty();
        Placed {
            form: if whole { Form::Full } else { candidate.form },
            article: candidate.article.clone(),
            beside: Arc::new(Beside {
                also: self.also(story),
                mark: story.mark,
            }),
        }
    }

    /// The other sources of a story, each once, without those that only copy.
    fn also(&self, story: &Story) -> Vec<Also> {
        let mut also: Vec<Also> = Vec::new();
        let lead = &self.candidates[story.lead];
        let shown = |place: &usize| self.candidates[*place].original;
        for place in story
            .fresh
            .iter()
            .skip(1)
            .filter(|place| shown(place) != shown(&story.lead))
        {
            let article = &self.candidates[*place].article.article;
            let is_copy = self.candidates[*place].original != *place;
            let known = article.source == lead.article.article.source
                || also.iter().any(|also| also.source == article.source);
            if known || is_copy || also.len() == ALSO {
                continue;
            }
            also.push(Also {
                source: article.source.clone(),
                title: article.title.clone(),
                url: article.url.clone(),
            });
        }
        also
    }

    /// What became of each article of the window, in its order, and what a story weighs whose lead it is.
    #[must_use]
    pub fn fates(
        &self,
        wanted: &Wanted,
        chosen: &Chosen,
        index: &TopicIndex,
    ) -> Vec<(Fate, Option<Score>)> {
        let mut fates: Vec<(Fate, Option<Score>)> = (0..self.len())
            .map(|place| (self.fate_apart(place, wanted, index), None))
            .collect();
        let visible = self.visible(wanted);
        for place in visible.fresh.places() {
            let story = &self.stories[self.candidates[place].story];
            if let Some(had) = story.iter().find(|other| visible.had.contains(**other)) {
                fates[place].0 = self.told_by(place, *had);
            }
        }
        for (story, has_room) in chosen.stories.iter().zip(&chosen.has_room) {
            for place in &story.fresh {
                fates[*place].0 = if *place != story.lead {
                    self.told_by(*place, story.lead)
                } else if *has_room {
                    Fate::In(story.heading.map(|heading| index.topic(heading).id.clone()))
                } else {
                    Fate::OverLimit
                };
            }
            fates[story.lead].1 = Some(story.score);
        }
        fates
    }

    /// Another article that stands for this one, or tells its story.
    fn told_by(&self, place: usize, other: usize) -> Fate {
        let number = self.candidates[other].article.number;
        if self.candidates[place].original == self.candidates[other].original {
            Fate::Duplicate(number)
        } else {
            Fate::SameStory(number)
        }
    }

    /// Why an article isn't for this segment, as far as that depends on no other one.
    fn fate_apart(&self, place: usize, wanted: &Wanted, index: &TopicIndex) -> Fate {
        let candidate = &self.candidates[place];
        let reads = |theirs: usize| {
            let theirs = &self.languages[theirs];
            wanted.languages.iter().any(|ours| ours.matches(theirs))
        };
        if !candidate.language.is_none_or(reads) {
            return Fate::OtherLanguage;
        }
        if !wanted.query.matches(&candidate.resolved) {
            let by = wanted.query.excluded_by(&candidate.resolved, index);
            return if by.is_empty() {
                Fate::NoTopic
            } else {
                Fate::Excluded(by)
            };
        }
        if candidate.was_open && candidate.article.number <= wanted.watermark {
            return Fate::AlreadySent;
        }
        // What is after the watermark and open is told by its story.
        candidate.barred.clone().unwrap_or(Fate::AlreadySent)
    }
}

/// The topics on offer, in the order in which they stand in a digest.
fn offered(index: &TopicIndex, edition: &Edition) -> Vec<usize> {
    if edition.topics.is_empty() {
        return (0..index.topics().len()).collect();
    }
    edition
        .topics
        .iter()
        .filter_map(|id| index.place(id))
        .collect()
}

/// The place of the topic that an article stands under: the first that the reader named of those it has; for who named none of them,
/// the first on offer that is its own, else the first on offer that it lies within.
fn heading(about: &Resolved, order: &[usize], offered: &[usize]) -> Option<usize> {
    let first = |places: &[usize], has: &dyn Fn(usize) -> bool| {
        places.iter().copied().find(|place| has(*place))
    };
    first(order, &|place| about.all.contains(place))
        .or_else(|| first(offered, &|place| about.own.contains(place)))
        .or_else(|| first(offered, &|place| about.all.contains(place)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::{
        domain::{Archived, Article, DeclaredSource, Image, Pin, Priority, SourcePlace},
        plan::test_data::{archived, article, edition, topic},
    };

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn index() -> TopicIndex {
        TopicIndex::new(&[
            topic("korea", &[]),
            topic("north-korea", &["korea"]),
            topic("sport", &[]),
        ])
        .unwrap()
    }

    struct Selection {
        sections: Vec<Section>,
        fates: Vec<(Number, Fate)>,
    }

    fn select(articles: Vec<Archived>, query: &str, watermark: i64, max: Limit<u32>) -> Selection {
        select_of(&edition(), articles, query, watermark, max)
    }

    fn select_of(
        edition: &Edition,
        articles: Vec<Archived>,
        query: &str,
        watermark: i64,
        max: Limit<u32>,
    ) -> Selection {
        let index = index();
        let query = Compiled::new(&query.parse().unwrap(), &index);
        let languages: [Language; 2] = ["en".parse().unwrap(), "fr".parse().unwrap()];
        let wanted = Wanted {
            query: &query,
            order: query.places(),
            languages: &languages,
            watermark: Number(watermark),
            max_articles: max,
            length: Length::Summary,
            former: &[],
            had_after: Number(0),
        };
        let window = Window::new(articles, &index, edition, &[], now());
        let chosen = window.select(&wanted, &index, edition);
        assert_eq!(
            window.count_new(&wanted),
            chosen.stories.len(),
            "what is counted is what is chosen from"
        );
        let fates = window.fates(&wanted, &chosen, &index);
        let numbers = window.articles().map(|(article, _)| article.number);
        Selection {
            fates: numbers
                .zip(fates.into_iter().map(|(fate, _)| fate))
                .collect(),
            sections: chosen.sections,
        }
    }

    /// Told as part of the story that article `story` began.
    fn tells(story: i64, archived: Archived) -> Archived {
        Archived {
            story: Number(story),
            ..archived
        }
    }

    fn titles(selection: &Selection) -> Vec<(String, Vec<String>)> {
        let title = |placed: &Placed| placed.article.article.title.clone();
        let heading = |section: &Section| {
            section
                .topic
                .as_ref()
                .map_or(String::new(), |topic| topic.0.clone())
        };
        selection
            .sections
            .iter()
            .map(|section| {
                (
                    heading(section),
                    section.articles.iter().map(title).collect(),
                )
            })
            .collect()
    }

    fn three() -> Vec<Archived> {
        vec![
            archived(1, now(), article("Cup", &["sport"])),
            archived(2, now(), article("Talks", &["north-korea"])),
            archived(3, now(), article("Both", &["sport", "korea"])),
        ]
    }

    #[test]
    fn an_article_stands_once_under_the_topic_that_the_reader_named_first() {
        let got = titles(&select(three(), "korea OR sport", 0, Limit::None));
        assert_eq!(
            got,
            [
                // What is about two of their topics weighs more.
                ("korea".into(), vec!["Both".into(), "Talks".into()]),
                ("sport".into(), vec!["Cup".into()])
            ]
        );
        let got = titles(&select(three(), "sport OR korea", 0, Limit::None));
        assert_eq!(
            got,
            [
                ("sport".into(), vec!["Both".into(), "Cup".into()]),
                ("korea".into(), vec!["Talks".into()])
            ]
        );
    }

    #[test]
    fn what_was_had_is_over_the_limit_or_unwanted_says_so() {
        let fates: HashMap<_, _> = select(three(), "korea OR sport", 1, Limit::Most(1))
            .fates
            .into_iter()
            .collect();
        assert_eq!(fates[&Number(1)], Fate::AlreadySent);
        assert_eq!(fates[&Number(3)], Fate::In(Some(TopicId("korea".into()))));
        assert_eq!(fates[&Number(2)], Fate::OverLimit);
        let fates: HashMap<_, _> = select(three(), "korea NOT sport", 0, Limit::None)
            .fates
            .into_iter()
            .collect();
        assert_eq!(fates[&Number(1)], Fate::NoTopic);
        assert_eq!(fates[&Number(3)], Fate::Excluded(vec!["sport".into()]));
    }

    #[test]
    fn another_language_and_an_old_date_are_left_out() {
        let mut korean = article("북한", &["korea"]);
        korean.language = Some("ko".parse().unwrap());
        let mut old = article("Old", &["korea"]);
        old.published = Some(now() - TimeDelta::days(4));
        let selection = select(
            vec![archived(1, now(), korean), archived(2, now(), old)],
            "*",
            0,
            Limit::None,
        );
        let fates: HashMap<_, _> = selection.fates.into_iter().collect();
        assert_eq!(fates[&Number(1)], Fate::OtherLanguage);
        assert_eq!(fates[&Number(2)], Fate::TooOld);
    }

    #[test]
    fn a_copy_is_shown_once_and_never_again() {
        let with_url = |title: &str, url: &str| Article {
            url: Some(url.into()),
            ..article(title, &["korea"])
        };
        let first = archived(
            1,
            now(),
            with_url("Talks", "https://a.example/talks?utm_source=x"),
        );
        let copy = archived(
            2,
            now(),
            with_url("Talks resume", "http://a.example/talks/#top"),
        );
        let copy = tells(1, copy);
        let got = titles(&select(
            vec![first.clone(), copy.clone()],
            "*",
            0,
            Limit::None,
        ));
        assert_eq!(got, [("korea".into(), vec!["Talks".into()])]);
        assert!(titles(&select(vec![first, copy], "*", 1, Limit::None)).is_empty());
    }

    #[test]
    fn a_copy_in_a_language_that_the_reader_does_not_read_hides_nothing() {
        let page = |title: &str, language: &str| Article {
            url: Some("https://a.example/talks".into()),
            language: Some(language.parse().unwrap()),
            ..article(title, &["korea"])
        };
        let articles = vec![
            archived(1, now(), page("회담", "ko")),
            tells(1, archived(2, now(), page("Talks", "en"))),
        ];
        let got = titles(&select(articles, "*", 1, Limit::None));
        assert_eq!(got, [("korea".into(), vec!["Talks".into()])]);
    }

    #[test]
    fn newer_articles_come_first() {
        let hours = |hours| now() - TimeDelta::hours(hours);
        let dated = |title: &str, published| Article {
            published: Some(published),
            ..article(title, &["korea"])
        };
        // Collected seconds apart by one run: what was published last comes first, whatever source was asked first.
        let seconds = |seconds| hours(2) - TimeDelta::minutes(5) + TimeDelta::seconds(seconds);
        let articles = vec![
            archived(1, hours(20), article("Oldest", &["korea"])),
            archived(2, seconds(30), dated("Second", hours(4))),
            archived(3, seconds(0), dated("First", hours(3))),
            archived(4, seconds(0), dated("Third", hours(5))),
        ];
        let got = titles(&select(articles, "korea", 0, Limit::None));
        assert_eq!(got[0].1, ["First", "Second", "Third", "Oldest"]);
    }

    /// The titles that a segment of everything gets where `wire` counts that much beside others.
    fn with_priority(priority: u32, articles: Vec<Archived>) -> Vec<String> {
        let wire = DeclaredSource {
            name: "wire".into(),
            place: SourcePlace::Folder("wire".into()),
            priority: Priority(priority),
            language: None,
            topics: vec![TopicId("sport".into())],
        };
        let (index, edition) = (index(), edition());
        let window = Window::new(articles, &index, &edition, &[wire], now());
        let query = Compiled::new(&crate::domain::Query::Any, &index);
        let wanted = Wanted {
            query: &query,
            order: &[],
            languages: &[],
            watermark: Number(0),
            max_articles: Limit::None,
            length: Length::Summary,
            former: &[],
            had_after: Number(0),
        };
        let selection = Selection {
            sections: window.select(&wanted, &index, &edition).sections,
            fates: Vec::new(),
        };
        let sections = titles(&selection);
        sections
            .into_iter()
            .flat_map(|(_, titles)| titles)
            .collect()
    }

    #[test]
    fn twice_the_priority_makes_up_for_eighteen_hours() {
        let pair = |hours| {
            let other = Article {
                source: "other".into(),
                ..article("Other", &["sport"])
            };
            vec![
                archived(1, now() - TimeDelta::hours(hours), article("Wire", &[])),
                archived(2, now(), other),
            ]
        };
        assert_eq!(with_priority(200, pair(17)), ["Wire", "Other"]);
        assert_eq!(with_priority(200, pair(19)), ["Other", "Wire"]);
        assert_eq!(with_priority(0, pair(0)), ["Other", "Wire"]);
    }

    #[test]
    fn of_copies_that_of_the_weightier_source_is_shown() {
        let other = archived(
            1,
            now() - TimeDelta::hours(30),
            Article {
                source: "other".into(),
                url: Some("https://a.example/talks".into()),
                ..article("Other", &[])
            },
        );
        let wire = archived(
            2,
            now(),
            Article {
                url: Some("https://a.example/talks".into()),
                ..article("Wire", &[])
            },
        );
        let both = vec![other, tells(1, wire)];
        assert_eq!(with_priority(200, both.clone()), ["Wire"]);
        assert_eq!(with_priority(100, both), ["Other"]);
    }

    #[test]
    fn the_first_article_leads_if_it_has_a_summary_and_the_others_take_the_form_that_they_fill() {
        let with = |title: &str, summary: &str, image: bool| {
            let mut article = article(title, &["korea"]);
            article.summary.text = summary.into();
            article.image = image.then(Image::default);
            article
        };
        let forms = |articles: Vec<Article>| {
            let numbered = articles.into_iter().enumerate();
            let articles = numbered
                .map(|(n, article)| archived(i64::try_from(n).unwrap() + 1, now(), article))
                .collect();
            let selection = select(articles, "*", 0, Limit::None);
            let placed = selection
                .sections
                .iter()
                .flat_map(|section| &section.articles);
            placed.map(|placed| placed.form).collect::<Vec<_>>()
        };
        assert_eq!(
            forms(vec![
                with("A", "Words.", false),
                with("B", "More.", true),
                with("C", "Others.", false),
                with("D", "", true),
            ]),
            [Form::Lead, Form::Card, Form::Short, Form::Line]
        );
        assert_eq!(
            forms(vec![with("A", "", false), with("B", "More.", true)]),
            [Form::Line, Form::Card]
        );
    }

    fn told(number: i64, hours: i64, source: &str, language: &str, title: &str) -> Archived {
        let article = Article {
            source: source.into(),
            language: language.parse().ok(),
            url: Some(format!("https://{source}.example/{number}")),
            ..article(title, &["korea"])
        };
        archived(number, now() - TimeDelta::hours(hours), article)
    }

    #[test]
    fn a_story_is_shown_once_with_the_other_sources_that_tell_it() {
        let articles = vec![
            told(1, 5, "b", "en", "Ferry sails"),
            tells(1, told(2, 4, "a", "en", "First ferry sails")),
            tells(1, told(3, 3, "b", "en", "Ferry arrives")),
            tells(1, told(4, 2, "c", "fr", "Le ferry part")),
            tells(1, told(5, 2, "d", "ko", "여객선 출항")),
        ];
        let selection = select(articles, "*", 0, Limit::None);
        let placed = &selection.sections[0].articles;
        assert_eq!(placed.len(), 1);
        assert_eq!(placed[0].article.number, Number(1));
        let also: Vec<_> = placed[0]
            .beside
            .also
            .iter()
            .map(|also| also.source.as_str())
            .collect();
        assert_eq!(
            also,
            ["a", "c"],
            "each source once, and none that the reader can't read"
        );
        let fates: HashMap<_, _> = selection.fates.into_iter().collect();
        assert_eq!(fates[&Number(2)], Fate::SameStory(Number(1)));
        assert_eq!(fates[&Number(5)], Fate::OtherLanguage);
    }

    #[test]
    fn a_story_that_the_reader_had_is_not_new_when_another_source_tells_it() {
        let articles = || {
            vec![
                told(1, 30, "a", "en", "Ferry sails"),
                tells(1, told(2, 2, "b", "en", "Ferry sails")),
                tells(1, told(3, 2, "c", "fr", "Le ferry part")),
            ]
        };
        let selection = select(articles(), "*", 1, Limit::None);
        assert!(selection.sections.is_empty());
        let fates: HashMap<_, _> = selection.fates.into_iter().collect();
        assert_eq!(fates[&Number(2)], Fate::SameStory(Number(1)));
        // Who doesn't read the language of what was eligible before has not had it.
        let mut in_korean = articles();
        in_korean[0].article.language = "ko".parse().ok();
        assert_eq!(select(in_korean, "*", 1, Limit::None).sections.len(), 1);
    }

    #[test]
    fn an_article_that_was_sent_makes_its_story_known_however_old_it_has_become() {
        let mut first = told(1, 90, "a", "en", "Ferry sails");
        first.article.published = Some(now() - TimeDelta::hours(90));
        let later = tells(1, told(2, 20, "b", "en", "Ferry sails on"));
        assert!(
            select(vec![first.clone(), later.clone()], "*", 1, Limit::None)
                .sections
                .is_empty()
        );
        // It was too old from the start: nobody had it.
        first.article.published = Some(now() - TimeDelta::hours(900));
        assert_eq!(
            select(vec![first, later], "*", 1, Limit::None)
                .sections
                .len(),
            1
        );
    }

    #[test]
    fn the_language_that_the_reader_prefers_tells_the_story() {
        let articles = vec![
            told(1, 5, "a", "fr", "Le ferry part"),
            tells(1, told(2, 4, "b", "en", "Ferry sails")),
        ];
        assert_eq!(
            titles(&select(articles, "*", 0, Limit::None))[0].1,
            ["Ferry sails"]
        );
    }

    #[test]
    fn a_copy_is_no_other_source() {
        let copy = |number, source: &str| {
            let mut copy = told(number, 5, source, "en", "The ferry to Wonsan sails again");
            copy.article.summary.text =
                "After nineteen years a passenger ship has left Sokcho.".into();
            copy
        };
        let articles = vec![copy(1, "a"), tells(1, copy(2, "b"))];
        let selection = select(articles, "*", 0, Limit::None);
        assert!(selection.sections[0].articles[0].beside.also.is_empty());
        let fates: HashMap<_, _> = selection.fates.into_iter().collect();
        assert_eq!(fates[&Number(2)], Fate::Duplicate(Number(1)));
    }

    #[test]
    fn a_withdrawn_article_goes_to_nobody() {
        let mut hoax = told(1, 1, "a", "en", "Ferry sinks");
        hoax.article.handling.withdrawn = Some(String::new());
        let selection = select(vec![hoax], "*", 0, Limit::None);
        assert_eq!(selection.fates[0].1, Fate::Withdrawn);
    }

    #[test]
    fn many_sources_and_a_boost_bring_a_story_forward_and_a_pin_before_all() {
        let mut boosted = told(4, 5, "d", "en", "Boosted");
        boosted.article.handling.boost = Some(300);
        let mut pinned = told(5, 40, "e", "en", "Pinned");
        pinned.article.handling.pin = true;
        let articles = vec![
            told(1, 5, "a", "en", "Many"),
            tells(1, told(2, 4, "b", "en", "Many, too")),
            told(3, 4, "c", "en", "One"),
            boosted,
            pinned,
        ];
        assert_eq!(
            titles(&select(articles, "*", 0, Limit::None))[0].1,
            ["Pinned", "Boosted", "Many", "One"]
        );
    }

    #[test]
    fn a_page_is_pinned_by_its_address_until_a_date() {
        let pin = |until: i64| Edition {
            pins: vec![Pin {
                url: "https://www.b.example/2?utm_source=x".into(),
                until: Some((now() + TimeDelta::days(until)).date_naive()),
                editions: Vec::new(),
            }],
            ..edition()
        };
        let first = |edition: &Edition| {
            let articles = vec![told(1, 1, "a", "en", "New"), told(2, 9, "b", "en", "Old")];
            titles(&select_of(edition, articles, "*", 0, Limit::None))[0].1[0].clone()
        };
        assert_eq!(first(&pin(0)), "Old");
        assert_eq!(first(&pin(-1)), "New");
    }

    #[test]
    fn while_others_wait_no_source_and_no_topic_takes_more_than_its_share() {
        let words = [
            "port", "rice", "bridge", "school", "harvest", "museum", "train", "election",
        ];
        let mut articles: Vec<Archived> = (1..)
            .zip(words)
            .map(|(n, word)| told(n, 1, "a", "en", word))
            .collect();
        for n in 9..13 {
            let mut other = told(n, 10, &format!("s{n}"), "en", &format!("Cup {n}"));
            other.article.tags = vec!["sport".into()];
            articles.push(other);
        }
        let got = titles(&select(
            articles.clone(),
            "korea OR sport",
            0,
            Limit::Most(6),
        ));
        let counts: Vec<_> = got.iter().map(|(_, titles)| titles.len()).collect();
        assert_eq!(
            counts,
            [3, 3],
            "two of the source, three of sport, and no room left empty"
        );
        // Where nobody else waits, one source fills the digest.
        articles.truncate(8);
        let got = titles(&select(articles, "korea OR sport", 0, Limit::Most(6)));
        assert_eq!(got[0].1.len(), 6);
    }

    #[test]
    fn who_wants_whole_articles_gets_the_texts_that_there_are() {
        let mut long = told(1, 1, "a", "en", "Long");
        long.article.body.text = "All of it.".into();
        let (index, edition) = (index(), edition());
        let query = Compiled::new(&crate::domain::Query::Any, &index);
        let wanted = Wanted {
            query: &query,
            order: &[],
            languages: &edition.languages,
            watermark: Number(0),
            max_articles: Limit::None,
            length: Length::Full,
            former: &[],
            had_after: Number(0),
        };
        let articles = vec![long, told(2, 9, "b", "en", "Short")];
        let window = Window::new(articles, &index, &edition, &[], now());
        let chosen = window.select(&wanted, &index, &edition);
        let forms: Vec<_> = chosen.sections[0]
            .articles
            .iter()
            .map(|placed| placed.form)
            .collect();
        assert_eq!(forms, [Form::Full, Form::Line]);
    }
}
