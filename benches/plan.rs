//! How long a plan takes, beside the plain loop: `cargo bench --bench plan -- [SUBSCRIBERS]`, a million by default.
//!
//! Subscribers follow one to eight of fifty topics, chosen by Zipf's law; 500 articles have one to three. Measured are the whole plan
//! of an issue from SQLite on disk (reading, deciding, writing segments and chunks), reading alone, and what is decided alone; the
//! plain loop asks each subscriber's query of each article, for a part of them, and is scaled up.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench fails by panicking, and its figures are not exact"
)]

use std::{
    collections::HashSet,
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use postrider::{
    config,
    domain::{
        Article, ArticleId, Handling, Number, RichText, SlotId, Subscriber, SubscriptionNumber,
    },
    keys::Keys,
    plan::{self, Compiled, TopicIndex, Window},
    render::Templates,
    run::{Planner, Project, topic_index},
    store::{
        Archive as _, FileRow, Ledger as _, Roster as _, SegmentRow, SourceNews, sqlite::Sqlite,
    },
};

const TOPICS: usize = 50;
const ARTICLES: usize = 500;
const PAGE: usize = 4000;

/// A row of numbers that is the same every time (Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    /// A topic, the first twice as often as the second, three times as often as the third.
    fn topic(&mut self) -> usize {
        const PARTS: usize = 1_000_000;
        let all: usize = (1..=TOPICS).map(|rank| PARTS / rank).sum();
        let mut at = self.below(all);
        (1..=TOPICS)
            .position(|rank| {
                let part = PARTS / rank;
                let here = at < part;
                at = at.saturating_sub(part);
                here
            })
            .unwrap()
    }

    fn topics(&mut self, most: usize) -> Vec<usize> {
        let count = 1 + self.below(most);
        let mut topics: Vec<usize> = Vec::new();
        while topics.len() < count {
            let topic = self.topic();
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        topics
    }
}

fn project(folder: &Path) -> Project {
    let mut text = "[publisher]\nname = \"A\"\npostal_address = \"1 Street\"\n[[edition]]\nid = \"daily\"\nname = \"Post\"\nfrom = \"Post <news@example.org>\"\n".to_owned();
    for topic in 0..TOPICS {
        text.push_str("[[topic]]\nid = \"t");
        text.push_str(&topic.to_string());
        text.push_str("\"\n");
    }
    let path = folder.join("postrider.toml");
    Project {
        config: config::parse(&text, &path, folder, &[]).unwrap(),
        path,
        folder: folder.to_owned(),
        templates: Templates::built_in(),
    }
}

fn article(number: usize, dice: &mut Dice) -> Article {
    let topics = dice.topics(3);
    // Titles that have nothing in common: a story each.
    let mut word = || {
        (0..6)
            .map(|_| char::from(b'a' + u8::try_from(dice.below(26)).unwrap()))
            .collect::<String>()
    };
    let title = format!("{} {} {}", word(), word(), word());
    Article {
        id: ArticleId::new(number.to_string()),
        url: None,
        title,
        authors: Vec::new(),
        published: None,
        updated: None,
        language: "en".parse().ok(),
        tags: topics.iter().map(|topic| format!("t{topic}")).collect(),
        summary: RichText::default(),
        body: RichText::default(),
        image: None,
        enclosures: Vec::new(),
        reading_minutes: None,
        related: Vec::new(),
        source: "wire".into(),
        handling: Handling::default(),
    }
}

fn subscriber(number: usize, dice: &mut Dice) -> Subscriber {
    let topics: Vec<String> = dice
        .topics(8)
        .iter()
        .map(|topic| format!("t{topic}"))
        .collect();
    let domain = ["a", "b", "c", "d", "e"][number % 5];
    let query = topics.join(" OR ");
    serde_json::from_str(&format!(
        r#"{{"address":"reader{number}@{domain}.example","topics":"{query}"}}"#
    ))
    .unwrap()
}

fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or("unknown".to_owned(), |line| {
        line.trim_start_matches("VmHWM:").trim().to_owned()
    })
}

fn tell(what: &str, time: Duration) {
    println!("{what:44} {:>9.3} s", time.as_secs_f64());
}

/// The query of each segment.
fn queries(store: &Sqlite, segments: &[SegmentRow], index: &TopicIndex) -> Vec<Compiled> {
    let begun = Instant::now();
    let queries = segments
        .chunks(PAGE)
        .flat_map(|page| {
            let ids: Vec<_> = page.iter().map(|segment| segment.grounds.wish).collect();
            store.wishes(&ids).unwrap()
        })
        .map(|wish| Compiled::new(&wish.topics.parse().unwrap(), index))
        .collect();
    tell("reading and compiling each wish once", begun.elapsed());
    queries
}

fn main() {
    let number = std::env::args().find_map(|argument| argument.parse().ok());
    let count: usize = number.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let store = Sqlite::open(&folder.path().join("state/postrider.db")).unwrap();
    let keys = Keys::new(&[1; 32], &[(1, [2; 32])]);
    let now: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let edition = &project.config.editions[0];
    let (own, mut dice) = (SlotId::default(), Dice(42));

    let articles: Vec<Article> = (0..ARTICLES)
        .map(|number| article(number, &mut dice))
        .collect();
    let news = SourceNews {
        source: "wire",
        articles: &articles,
        memory: "{}",
        at: now,
        look_back_to: Some(now),
    };
    store.record(&news).unwrap();
    let mut rows = (0..count).map(|index| FileRow {
        file: "a.csv".into(),
        index,
        subscriber: subscriber(index, &mut dice),
    });
    let begun = Instant::now();
    let places = |_: &Subscriber| vec![(edition.id.clone(), own.clone())];
    store.sync(&mut rows, &[], &places, &keys, now).unwrap();
    tell(&format!("taking in {count} subscribers"), begun.elapsed());
    println!("{:44} {:>11}", "peak memory so far", peak());

    let index = topic_index(&project.config).unwrap();
    let begun = Instant::now();
    let mut planner = Planner::new(&project, &store, (edition, &own), &index, None);
    let date = now.date_naive();
    let deadline = now + TimeDelta::hours(24);
    let row = planner
        .begin(&project, &keys, date, deadline, now)
        .unwrap()
        .unwrap();
    let planned = planner.plan(&row).unwrap();
    let whole = begun.elapsed();
    tell("the whole plan", whole);
    let segments = store.segments(&row.id).unwrap();
    println!("{:44} {:>11}", "recipients", planned.recipients);
    println!("{:44} {:>11}", "distinct segments", segments.len());
    println!("{:44} {:>11}", "peak memory with the plan", peak());

    let begun = Instant::now();
    let (mut after, last) = (SubscriptionNumber(0), SubscriptionNumber(i64::MAX));
    let mut wishes = HashSet::new();
    loop {
        let page = store.wishers(&edition.id, &own, after, last, PAGE).unwrap();
        let Some(end) = page.last() else { break };
        after = end.number;
        wishes.extend(page.iter().map(|wisher| wisher.wish));
    }
    tell("reading the subscriptions alone", begun.elapsed());
    println!("{:44} {:>11}", "distinct wishes", wishes.len());

    let window = Window::new(
        store.articles(Number(0), row.cutoff).unwrap(),
        &index,
        edition,
        &[],
        now,
    );
    let queries = queries(&store, &segments, &index);
    let begun = Instant::now();
    let reach = window.reach(&edition.languages, Number(0));
    let stories: usize = queries
        .iter()
        .filter_map(|query| window.count_alone(query, &reach))
        .sum();
    let grouped = begun.elapsed();
    black_box(stories);
    tell("deciding each segment once, on bit sets", grouped);

    let part = count.min(50_000);
    let begun = Instant::now();
    let page = store
        .subscriptions(&edition.id, None, SubscriptionNumber(0), last, part)
        .unwrap();
    let mut found = 0_usize;
    for active in &page {
        let wish = plan::wish(&index, edition, &active.subscription.subscriber);
        found += window
            .articles()
            .filter(|(_, about)| wish.query.matches(about))
            .count();
    }
    black_box(found);
    let naive = begun.elapsed().mul_f64(count as f64 / part as f64);
    tell(&format!("the plain loop (from {part} subscribers)"), naive);
    println!(
        "{:44} {:>9.1} x",
        "whole plan against the plain loop",
        naive.as_secs_f64() / whole.as_secs_f64()
    );
    println!(
        "{:44} {:>9.1} x",
        "deciding against the plain loop",
        naive.as_secs_f64() / grouped.as_secs_f64()
    );
}
