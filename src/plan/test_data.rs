//! Invented values for the tests of this stage.

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use crate::domain::{
    Archived, Article, ArticleId, Design, Edition, EditionId, Handling, InDoubt, Language, Limit,
    Look, Number, Query, Ranking, RichText, Topic, TopicId,
};

pub fn topic(id: &str, within: &[&str]) -> Topic {
    Topic {
        id: TopicId(id.into()),
        names: std::collections::BTreeMap::new(),
        aliases: Vec::new(),
        within: within.iter().map(|id| TopicId((*id).into())).collect(),
        phrases: Vec::new(),
        body: false,
        not_phrases: Vec::new(),
    }
}

pub fn article(title: &str, tags: &[&str]) -> Article {
    Article {
        id: ArticleId::new(title),
        url: None,
        title: title.into(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: None,
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
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

pub fn archived(number: i64, eligible_at: DateTime<Utc>, article: Article) -> Archived {
    Archived {
        number: Number(number),
        eligible_at,
        story: Number(number),
        revision: article.revision(),
        article,
    }
}

pub fn edition() -> Edition {
    Edition {
        id: EditionId("daily".into()),
        name: "Daily".into(),
        from: "news@a.example".parse().unwrap(),
        reply_to: None,
        unsubscribe_address: "leave@a.example".parse().unwrap(),
        languages: vec![Language::english()],
        at: None,
        tz: Tz::UTC,
        days: vec![
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ],
        deadline: TimeDelta::hours(24),
        sources: Vec::new(),
        topics: Vec::new(),
        default_topics: Query::Any,
        max_articles: Limit::None,
        min_articles: 1,
        max_wait: None,
        max_age: Some(TimeDelta::hours(72)),
        look: Look::default(),
        design: Design::default(),
        in_doubt: InDoubt::Hold,
        ranking: Ranking::default(),
        pins: Vec::new(),
    }
}
