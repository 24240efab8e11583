//! The law of the fast path: a mail that is spliced from shared pieces has the bytes of one that was rendered, inlined and
//! encoded as a whole for its reader.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use postrider::{
    compose::{Composer, Letterhead, Whole, compose_whole},
    domain::{
        Archived, Article, ArticleId, Design, Edition, EditionId, Form, Frequency, Handling, Image,
        InDoubt, IssueId, Language, Length, Limit, Look, Notice, Number, Parts, Pause, Person,
        Placed, Publisher, Query, Ranking, Ref, Related, RichText, Section, Segment, SegmentKey,
        SlotId, Subscriber, Subscription, SubscriptionNumber, TokenKeys, Topic, TopicId,
    },
    render::{Renderer, Templates},
};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z ,.'’-]{1,60}",
        "[가-힣 ]{1,30}",
        "[ء-ي ]{1,30}",
        "\\PC{1,40}",
        "[<>&\"= .]{1,20}",
        "[a-z]{80,120}",
    ]
}

fn article() -> impl Strategy<Value = Article> {
    (
        text(),
        text(),
        text(),
        any::<bool>(),
        proptest::option::of(0..60_u32),
    )
        .prop_map(|(title, summary, name, image, minutes)| Article {
            id: ArticleId::new(&title),
            url: Some(format!("https://a.example/{}", title.len())),
            title: title.split_whitespace().collect::<Vec<_>>().join(" "),
            authors: vec![Person {
                name,
                email: None,
                url: None,
            }],
            published: DateTime::from_timestamp(1_790_000_000, 0),
            updated: None,
            language: "ar".parse().ok(),
            tags: Vec::new(),
            summary: RichText {
                html: String::new(),
                text: summary.clone(),
            },
            body: RichText::default(),
            image: image.then(|| Image {
                size: None,
                url: if summary.len() % 2 == 0 {
                    "https://images.example/a.jpg".into()
                } else {
                    format!(
                        "data:image/jpeg;base64,{}",
                        ["/9j/", "AAAA"][summary.len() / 2 % 2]
                    )
                },
                alt: summary.clone(),
                caption: String::new(),
                credit: "Agency".into(),
            }),
            enclosures: Vec::new(),
            reading_minutes: minutes,
            related: vec![Related {
                title: summary,
                url: None,
            }],
            source: "The Agency".into(),
            handling: Handling::default(),
        })
}

fn edition() -> Edition {
    Edition {
        id: EditionId("daily".into()),
        name: "The Morning Post".into(),
        from: "The Morning Post <news@a.example>".parse().unwrap(),
        reply_to: None,
        unsubscribe_address: "leave@a.example".parse().unwrap(),
        languages: ["en", "fr", "ar", "ko"]
            .map(|tag| tag.parse().unwrap())
            .to_vec(),
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

fn segment(articles: Vec<(Article, Form)>, language: &str, issue: &IssueId) -> Segment {
    let placed = articles
        .into_iter()
        .enumerate()
        .map(|(index, (article, form))| {
            Placed::new(
                form,
                Arc::new(Archived {
                    number: Number(i64::try_from(index).unwrap()),
                    eligible_at: Utc::now(),
                    story: Number(i64::try_from(index).unwrap()),
                    revision: article.revision(),
                    article,
                }),
            )
        });
    let language: Language = language.parse().unwrap();
    let key = SegmentKey {
        issue: issue.clone(),
        query: "*".into(),
        topics: vec![TopicId("korea".into())],
        languages: vec![language.clone()],
        watermark: Number(0),
        cutoff: Number(99),
        had: Number(0),
        max_articles: Limit::None,
        length: Length::Summary,
        parts: Parts::Both,
        former: Vec::new(),
        moved: Vec::new(),
        look: Look::default(),
        made_from: String::new(),
    };
    let section = Section {
        topic: Some(TopicId("korea".into())),
        articles: placed.collect(),
    };
    Segment {
        key,
        language,
        follows: vec![TopicId("korea".into())],
        opening: None,
        corrections: Vec::new(),
        moved: Vec::new(),
        sections: vec![section],
    }
}

fn subscription(name: String, local: &str) -> Subscription {
    Subscription {
        number: SubscriptionNumber(1),
        reader: Ref([7; 10]),
        edition: EditionId("daily".into()),
        subscriber: Subscriber {
            address: format!("{local}@example.org").parse().unwrap(),
            name,
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

fn form() -> impl Strategy<Value = Form> {
    proptest::sample::select(&[Form::Lead, Form::Card, Form::Short, Form::Line][..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_spliced_mail_has_the_bytes_of_one_composed_whole(
        articles in proptest::collection::vec((article(), form()), 1..5),
        language in proptest::sample::select(&["en", "fr", "ar", "ko"][..]),
        name in text(),
        local in "[a-z&'+.=]{0,20}[a-z]",
        service in any::<bool>(),
        text_alone in any::<bool>(),
    ) {
        prop_assume!(!local.starts_with('.') && !local.contains(".."));
        let (edition, templates) = (edition(), Templates::built_in());
        let issue = IssueId { edition: edition.id.clone(), date: "2026-11-24".parse().unwrap(), slot: SlotId::default() };
        let publisher = Publisher { media: None,
            name: "The Morning Post".into(),
            url: Some("https://a.example".into()),
            postal_address: "12 Harbour Street".into(),
            service_url: service.then(|| "https://news.a.example".into()),
            bounce_address: service.then(|| "bounces@a.example".parse().unwrap()),
        };
        let topic = Topic {
            id: TopicId("korea".into()),
            names: std::collections::BTreeMap::default(),
            aliases: Vec::new(),
            within: Vec::new(),
            phrases: Vec::new(),
            not_phrases: Vec::new(),
            body: false,
        };
        let renderer = Renderer::new(&templates, &publisher, &edition, &[topic], &issue, Notice::Real).unwrap();
        let letterhead = Letterhead {
            issue: issue.clone(),
            name: edition.name.clone(),
            from: edition.from.clone(),
            reply_to: None,
            unsubscribe_address: edition.unsubscribe_address.clone(),
            service_url: publisher.service_url.clone(),
            bounce_address: publisher.bounce_address.clone(),
            date: DateTime::from_timestamp(1_795_000_000, 0).unwrap().fixed_offset(),
            key_id: 1,
            notice: Notice::Real,
        };
        let keys = TokenKeys::new(&[(1, [3; 32])]);
        let composer = Composer::new(letterhead, keys.clone());
        let mut segment = segment(articles, language, &issue);
        let parts = if text_alone { Parts::Text } else { Parts::Both };
        segment.key.parts = parts;
        let hash = segment.key.hash();
        let subscription = subscription(name, &local);

        let digest = renderer.render(&segment).unwrap();
        let spliced = composer.mail(&composer.prepare(&digest, hash), &subscription);
        let whole = renderer.render_whole(&segment, &composer.reader_values(&subscription)).unwrap();
        let whole = Whole { subject: &whole.subject, language: &whole.language, parts, html: &whole.html, text: &whole.text, pictures: &whole.pictures };
        let composed = compose_whole(&composer, &whole, hash, &subscription);
        prop_assert_eq!(
            String::from_utf8_lossy(&spliced.bytes).into_owned(),
            String::from_utf8_lossy(&composed.bytes).into_owned()
        );

        for line in spliced.bytes.split(|byte| *byte == b'\n') {
            prop_assert!(line.len() <= 200 && !line.starts_with(b"."), "{}", String::from_utf8_lossy(line));
        }
        let parsed = mail_parser::MessageParser::new().parse(&spliced.bytes).unwrap();
        prop_assert_eq!(parsed.subject(), Some(digest.subject.as_str()));
        prop_assert_eq!(parsed.html_body_count(), 1);
        let parts = match (text_alone, whole.pictures.len()) {
            (true, _) => 1,
            (false, 0) => 3,
            // The HTML and its pictures are one part
            (false, pictures) => 4 + pictures,
        };
        prop_assert_eq!(parsed.parts.len(), parts);
        // A bounce says whose it is, without a word of the address.
        let whose = keys.find(&spliced.from.to_string()).map(|token| token.reader);
        prop_assert_eq!(whose, service.then_some(subscription.reader));
    }
}
