//! Invented stories, topics and segments, always the same.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use postrider::{
    compose::Letterhead,
    domain::{
        Archived, Article, ArticleId, Design, Edition, EditionId, Form, Frequency, Handling, Image,
        InDoubt, IssueId, Language, Length, Limit, Look, Notice, Number, Parts, Pause, Person,
        Placed, Publisher, Query, Ranking, Ref, RichText, Section, Segment, SegmentKey, SlotId,
        Subscriber, Subscription, SubscriptionNumber, TokenKeys, Topic, TopicId,
    },
};

pub fn publisher() -> Publisher {
    Publisher {
        name: "The Harbour Press".into(),
        url: Some("https://harbour.example".into()),
        postal_address: "12 Quay Street, Harbour Town".into(),
        service_url: Some("https://news.harbour.example".into()),
        bounce_address: None,
        media: None,
    }
}

pub fn edition() -> Edition {
    Edition {
        id: EditionId("daily".into()),
        name: "Morning Tide".into(),
        from: "Morning Tide <news@harbour.example>"
            .parse()
            .expect("a mailbox"),
        reply_to: None,
        unsubscribe_address: "leave@harbour.example".parse().expect("an address"),
        languages: vec![Language::english()],
        at: None,
        tz: Tz::Europe__Paris,
        days: vec![Weekday::Mon],
        deadline: TimeDelta::hours(24),
        sources: Vec::new(),
        topics: Vec::new(),
        default_topics: Query::Any,
        max_articles: Limit::None,
        min_articles: 1,
        max_wait: None,
        max_age: None,
        look: Look::default(),
        design: Design::default(),
        in_doubt: InDoubt::Hold,
        ranking: Ranking::default(),
        pins: Vec::new(),
    }
}

pub fn issue() -> IssueId {
    IssueId {
        edition: EditionId("daily".into()),
        date: "2026-11-24".parse().expect("a date"),
        slot: SlotId::default(),
    }
}

pub fn letterhead() -> Letterhead {
    let edition = edition();
    Letterhead {
        issue: issue(),
        name: edition.name,
        from: edition.from,
        reply_to: None,
        unsubscribe_address: edition.unsubscribe_address,
        service_url: publisher().service_url,
        bounce_address: publisher().bounce_address,
        date: DateTime::from_timestamp(1_795_000_000, 0)
            .expect("a time")
            .fixed_offset(),
        key_id: 1,
        notice: Notice::Real,
    }
}

pub fn keys() -> TokenKeys {
    TokenKeys::new(&[(1, [3; 32])])
}

fn topic(number: usize) -> TopicId {
    TopicId(format!("topic-{number:02}"))
}

pub fn topics(count: usize) -> Vec<Topic> {
    let topics = (0..count).map(|number| Topic {
        id: topic(number),
        names: [(Language::english(), format!("Topic {number}"))].into(),
        aliases: Vec::new(),
        within: Vec::new(),
        phrases: Vec::new(),
        not_phrases: Vec::new(),
        body: false,
    });
    topics.collect()
}

/// The stories of each topic.
pub fn stock(topics: usize, stories: usize) -> Vec<Vec<Arc<Archived>>> {
    let story = |topic: usize, story: usize| {
        let number = topic * stories + story;
        let article = Article {
            id: ArticleId::new(format!("{number}")),
            url: Some(format!("https://harbour.example/2026/11/story-{number}")),
            title: format!("The harbour of town number {number} opens again after a long winter"),
            authors: vec![Person { name: "Jane Roe".into(), ..Person::default() }],
            published: None,
            updated: None,
            language: Some(Language::english()),
            tags: Vec::new(),
            summary: RichText {
                html: String::new(),
                text: "Officials on both sides picked up the receiver at nine in the morning, exchanged the date and the weather, and agreed to call again in the afternoon.".into(),
            },
            body: RichText::default(),
            image: (story < 2).then(|| Image {
                url: format!("https://harbour.example/images/{number}.jpg"),
                ..Image::default()
            }),
            enclosures: Vec::new(),
            reading_minutes: Some(4),
            related: Vec::new(),
            source: "Harbour Wire".into(),
            handling: Handling::default(),
        };
        let number = Number(i64::try_from(number).expect("few stories"));
        Arc::new(Archived {
            number,
            eligible_at: DateTime::UNIX_EPOCH,
            story: number,
            revision: article.revision(),
            article,
        })
    };
    (0..topics)
        .map(|topic| (0..stories).map(|number| story(topic, number)).collect())
        .collect()
}

/// Segments of readers who follow `followed` topics each, in orders of their own.
pub fn segments(stock: &[Vec<Arc<Archived>>], count: usize, followed: usize) -> Vec<Segment> {
    let mut state = 7_usize;
    let mut draw = |below: usize| {
        // Knuth's numbers for 64 bits: any sequence serves that is always the same.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let segment = |topics: Vec<usize>| {
        let ids: Vec<_> = topics.iter().map(|number| topic(*number)).collect();
        let placed = |place: usize, number: usize, article: &Arc<Archived>| {
            let form = match (place, number) {
                (0, 0) => Form::Lead,
                (_, 0..3) => Form::Card,
                _ => Form::Short,
            };
            Placed::new(form, Arc::clone(article))
        };
        let sections = topics.iter().enumerate().map(|(place, number)| Section {
            topic: Some(topic(*number)),
            articles: stock[*number]
                .iter()
                .enumerate()
                .map(|(nth, article)| placed(place, nth, article))
                .collect(),
        });
        Segment {
            key: SegmentKey {
                issue: issue(),
                query: String::new(),
                topics: ids.clone(),
                languages: vec![Language::english()],
                watermark: Number(0),
                cutoff: Number(9999),
                had: Number(0),
                max_articles: Limit::None,
                length: Length::Summary,
                parts: Parts::Both,
                former: Vec::new(),
                moved: Vec::new(),
                look: Look::default(),
                made_from: String::new(),
            },
            language: Language::english(),
            follows: ids,
            opening: None,
            corrections: Vec::new(),
            moved: Vec::new(),
            sections: sections.collect(),
        }
    };
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let mut topics = Vec::new();
        while topics.len() < followed {
            let number = draw(stock.len());
            if !topics.contains(&number) {
                topics.push(number);
            }
        }
        all.push(segment(topics));
    }
    all
}

pub fn subscription() -> Subscription {
    Subscription {
        number: SubscriptionNumber(1),
        reader: Ref([7; 10]),
        edition: EditionId("daily".into()),
        subscriber: Subscriber {
            address: "ann.lee@reader.example".parse().expect("an address"),
            name: "Ann Lee".into(),
            languages: Vec::new(),
            time_zone: None,
            editions: Vec::new(),
            topics: None,
            max_articles: None,
            format: None,
            paused: Pause::No,
            frequency: Frequency::Each,
            at: None,
            days: Vec::new(),
            quiet: Vec::new(),
            min_articles: None,
            max_wait: None,
            length: Length::Summary,
        },
    }
}
