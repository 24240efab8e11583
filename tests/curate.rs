//! Whatever happens, a subscriber gets each story at most once; and exactly once, where nothing held it back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use postrider::{
    config,
    domain::{
        Article, ArticleId, Corrected, Handling, Limit, Mark, Number, RichText, SlotId, Subscriber,
    },
    keys::Keys,
    plan::{self, Window},
    render::Templates,
    run::{Planner, Project, file_stories, segment_key, topic_index},
    store::{
        Advance, Archive as _, FileRow, Ledger as _, Roster as _, SourceNews, Store, Then,
        sqlite::Sqlite,
    },
};
use proptest::prelude::*;

const CONFIGURATION: &str = r#"
[publisher]
name = "The Agency"
postal_address = "1 Example Street"
[[edition]]
id = "daily"
name = "Post"
from = "Post <news@example.org>"
max_articles = "none"
max_age = "none"
languages = ["en", "fr"]
[[topic]]
id = "korea"
[[topic]]
id = "north-korea"
within = ["korea"]
[[topic]]
id = "sport"
"#;

/// An article: the story that its title tells, its source, its tag, its language.
type Told = (usize, usize, usize, usize);

#[derive(Debug, Clone)]
enum Step {
    Collect(Vec<Told>),
    Follow(usize),
    AtMost(u32),
    Run(Fate),
}

/// What becomes of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    /// The run dies while it plans.
    DiesPlanning,
    /// The deadline passes before anything is sent.
    NeverGoes,
}

const QUERIES: [&str; 4] = ["*", "korea", "sport OR north-korea", "korea AND NOT sport"];

fn told() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec((0_usize..4, 0_usize..3, 0_usize..4, 0_usize..3), 0..3)
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => Just(Fate::Sent), 1 => Just(Fate::DiesPlanning), 1 => Just(Fate::NeverGoes)]
}

fn steps(changes: bool) -> impl Strategy<Value = Vec<Step>> {
    let (follow, limit) = if changes { (1, 1) } else { (0, 0) };
    let step = prop_oneof![
        4 => told().prop_map(Step::Collect),
        3 => fates().prop_map(Step::Run),
        follow => (0..QUERIES.len()).prop_map(Step::Follow),
        limit => (1_u32..4).prop_map(Step::AtMost),
    ];
    prop::collection::vec(step, 4..24)
}

fn article(entry: usize, (story, source, tag, language): Told) -> Article {
    const TITLES: [&str; 6] = [
        "Sokcho ferry sails to Wonsan",
        "Earthquake shakes Kalanga coast",
        "Central bank holds interest rate",
        "Dynamo Lenz win cup final",
        "Malaria vaccine trial in Lumbe",
        "Night market closes early",
    ];
    const TAGS: [&[&str]; 4] = [&["korea"], &["sport"], &["north-korea", "sport"], &[]];
    const LANGUAGES: [Option<&str>; 3] = [Some("en"), Some("ko"), None];
    Article {
        id: ArticleId::new(entry.to_string()),
        url: None,
        title: TITLES[story].into(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: LANGUAGES[language].map(|tag| tag.parse().unwrap()),
        tags: TAGS[tag].iter().map(|tag| (*tag).to_owned()).collect(),
        summary: RichText::default(),
        body: RichText::default(),
        image: None,
        enclosures: Vec::new(),
        reading_minutes: None,
        related: Vec::new(),
        source: ["a", "b", "c"][source].into(),
        handling: Handling::default(),
    }
}

/// A project, its store, and what one subscriber was sent.
struct World {
    project: Project,
    store: Sqlite,
    keys: Keys,
    now: DateTime<Utc>,
    date: NaiveDate,
    entries: usize,
    reader: Subscriber,
    /// How many others subscribe.
    others: usize,
    /// The order in which sources are collected.
    sources: [&'static str; 3],
    /// By story, how often it was sent. Stories are named by a title that tells them: numbers depend on the order of sources.
    sent: BTreeMap<String, usize>,
    /// What they were told was wrong, and what came again.
    corrected: Vec<Corrected>,
    updated: Vec<String>,
}

impl World {
    fn new(others: usize, sources: [&'static str; 3]) -> Self {
        let path = Path::new("/nowhere/postrider.toml");
        let config = config::parse(CONFIGURATION, path, Path::new("/nowhere"), &[]).unwrap();
        let reader = r#"{"address":"ann@a.example","topics":"*"}"#;
        let world = Self {
            project: Project {
                path: path.to_owned(),
                folder: "/nowhere".into(),
                config,
                templates: Templates::built_in(),
            },
            store: Sqlite::in_memory().unwrap(),
            keys: Keys::new(&[1; 32], &[(1, [2; 32])]),
            now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            date: "2027-01-15".parse().unwrap(),
            entries: 0,
            reader: serde_json::from_str(reader).unwrap(),
            others,
            sources,
            sent: BTreeMap::new(),
            corrected: Vec::new(),
            updated: Vec::new(),
        };
        // The first look at a source, before which everything is old.
        for source in world.sources {
            world.record(source, &[]);
        }
        world
    }

    fn record(&self, source: &str, articles: &[Article]) {
        let news = SourceNews {
            source,
            articles,
            memory: "{}",
            at: self.now,
            look_back_to: Some(self.now),
        };
        self.store.record(&news).unwrap();
    }

    fn step(&mut self, step: &Step) {
        self.now += TimeDelta::hours(1);
        match step {
            Step::Collect(told) => {
                let articles: Vec<Article> = told
                    .iter()
                    .map(|told| {
                        self.entries += 1;
                        article(self.entries, *told)
                    })
                    .collect();
                for source in self.sources {
                    let theirs: Vec<Article> = articles
                        .iter()
                        .filter(|article| article.source == source)
                        .cloned()
                        .collect();
                    self.record(source, &theirs);
                }
            }
            Step::Follow(query) => self.reader.topics = QUERIES[*query].parse().ok(),
            Step::AtMost(most) => self.reader.max_articles = Some(Limit::Most(*most)),
            Step::Run(fate) => self.run(*fate),
        }
    }

    fn take_in(&self) {
        let other = |n: usize| Subscriber {
            address: format!("other{n}@b.example").parse().unwrap(),
            topics: QUERIES[n % QUERIES.len()].parse().ok(),
            ..self.reader.clone()
        };
        let all = (0..self.others).map(other).chain([self.reader.clone()]);
        let mut rows = all.enumerate().map(|(index, subscriber)| FileRow {
            file: "a.csv".into(),
            index,
            subscriber,
        });
        let edition = self.project.config.editions[0].id.clone();
        let places = |_: &Subscriber| vec![(edition.clone(), SlotId::default())];
        self.store
            .sync(&mut rows, &[], &places, &self.keys, self.now)
            .unwrap();
    }

    fn run(&mut self, fate: Fate) {
        self.take_in();
        self.date = self.date + Days::new(1);
        let index = topic_index(&self.project.config).unwrap();
        let edition = self.project.config.editions[0].clone();
        let own = SlotId::default();
        let mut planner = Planner::new(&self.project, &self.store, (&edition, &own), &index, None);
        let deadline = self.now + TimeDelta::hours(1);
        let row = planner
            .begin(&self.project, &self.keys, self.date, deadline, self.now)
            .unwrap()
            .unwrap();
        planner.plan(&row).unwrap();
        drop(planner);
        if fate == Fate::DiesPlanning {
            return self.store.abandon(&row.id).unwrap();
        }
        let store: &dyn Store = &self.store;
        store.open(&row.id).unwrap();
        let ann = store.find(&self.reader.address).unwrap()[0]
            .subscription
            .number;
        if fate == Fate::Sent {
            let after = store.lowest_watermark(&row.id).unwrap();
            let articles = store.articles(after, row.cutoff).unwrap();
            let changes = store.changes(after, row.cutoff).unwrap();
            let window =
                Window::with_changes((articles, &changes), &index, &edition, &[], self.now);
            while let Some(claimed) = store
                .claim("me", &[], self.now, deadline, self.now)
                .unwrap()
            {
                for member in claimed.members.iter().filter(|member| member.number == ann) {
                    let grounds = store.segment(&row.id, member.segment).unwrap().unwrap();
                    let key = segment_key(&row, store, (&edition, &index), &grounds).unwrap();
                    let segment = plan::segment(&window, &index, &edition, key);
                    let corrections = segment.corrections.iter();
                    self.corrected
                        .extend(corrections.map(|correction| correction.what.clone()));
                    for placed in segment.articles() {
                        if placed.beside.mark == Some(Mark::Updated) {
                            self.updated.push(placed.article.article.title.clone());
                            continue;
                        }
                        *self
                            .sent
                            .entry(placed.article.article.title.clone())
                            .or_default() += 1;
                    }
                }
                let all = claimed.members.len();
                let outcomes: Vec<_> = claimed
                    .members
                    .iter()
                    .map(|member| (*member, postrider::store::Outcome::Sent))
                    .collect();
                store
                    .advance(&Advance {
                        claim: &claimed.claim,
                        outcomes: &outcomes,
                        forward: &[],
                        done_n: all,
                        intent_n: all,
                        next: &[],
                        lease_until: deadline,
                        now: self.now,
                        then: Then::Finish,
                    })
                    .unwrap()
                    .unwrap();
            }
        }
        store.close(&row.id, deadline).unwrap();
    }
}

#[test]
fn a_correction_reaches_those_who_had_the_article_once_and_nobody_else() {
    let mut world = World::new(0, ["a", "b", "c"]);
    let told = |entry, story| article(entry, (story, 0, 0, 0));
    world.record("a", &[told(1, 0)]);
    world.step(&Step::Run(Fate::Sent));
    assert_eq!(world.sent.len(), 1);
    // It changes without a word: nothing comes of it.
    let mut changed = told(1, 0);
    changed.summary.text = "Said otherwise.".into();
    world.record("a", &[changed.clone(), told(2, 1)]);
    world.step(&Step::Run(Fate::Sent));
    assert_eq!((world.sent.len(), world.corrected.len()), (2, 0));
    changed.handling.correction = Some("it is nineteen years".into());
    world.record("a", &[changed.clone()]);
    // A correction alone makes no mail: it waits.
    world.step(&Step::Run(Fate::Sent));
    assert!(world.corrected.is_empty());
    world.record("a", &[told(3, 2)]);
    world.step(&Step::Run(Fate::NeverGoes));
    world.step(&Step::Run(Fate::Sent));
    assert_eq!(
        world.corrected,
        [Corrected::Corrected("it is nineteen years".into())]
    );
    // Whoever joins now had nothing of it, and gets it as it is.
    world.reader.address = "new@a.example".parse().unwrap();
    changed.handling.correction = Some("and one day".into());
    world.record("a", &[changed, told(4, 3)]);
    world.step(&Step::Run(Fate::Sent));
    assert_eq!(world.corrected.len(), 1);
}

#[test]
fn an_article_that_is_marked_as_updated_comes_once_more() {
    let mut world = World::new(0, ["a", "b", "c"]);
    let mut told = article(1, (0, 0, 0, 0));
    world.record("a", &[told.clone()]);
    world.step(&Step::Run(Fate::Sent));
    told.handling.update = true;
    told.summary.text = "What is new.".into();
    world.record("a", &[told]);
    world.step(&Step::Run(Fate::Sent));
    world.record("a", &[article(2, (1, 0, 0, 0))]);
    world.step(&Step::Run(Fate::Sent));
    assert_eq!(world.updated.len(), 1);
    assert!(world.sent.values().all(|count| *count == 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_subscriber_gets_each_story_at_most_once(steps in steps(true)) {
        let mut world = World::new(0, ["a", "b", "c"]);
        for step in &steps {
            world.step(step);
        }
        // All happens within the days that a story is open: a title is a story.
        prop_assert!(world.sent.values().all(|count| *count == 1), "{:?}", world.sent);
    }

    #[test]
    fn where_nothing_holds_it_back_a_subscriber_gets_each_story_exactly_once(steps in steps(false), query in 0..QUERIES.len()) {
        let mut world = World::new(0, ["a", "b", "c"]);
        world.step(&Step::Follow(query));
        for step in &steps {
            world.step(step);
        }
        world.step(&Step::Run(Fate::Sent));
        file_stories(&world.project, &world.store).unwrap();
        let index = topic_index(&world.project.config).unwrap();
        let follows = plan::Compiled::new(world.reader.topics.as_ref().unwrap(), &index);
        let all = world.store.articles(Number(0), Number(i64::MAX)).unwrap();
        let expected: BTreeMap<String, usize> = all
            .iter()
            .map(|archived| &archived.article)
            .filter(|article| article.language.as_ref().is_none_or(|language| language.as_str() == "en"))
            .filter(|article| follows.matches(&index.resolve(article, &[])))
            .map(|article| (article.title.clone(), 1))
            .collect();
        prop_assert_eq!(world.sent, expected);
    }

    #[test]
    fn the_others_and_the_order_of_the_sources_change_nothing(steps in steps(true), others in 1_usize..8) {
        let mut alone = World::new(0, ["a", "b", "c"]);
        let mut among = World::new(others, ["c", "a", "b"]);
        for step in &steps {
            alone.step(step);
            among.step(step);
            prop_assert_eq!(&alone.sent, &among.sent);
        }
    }
}
