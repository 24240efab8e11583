//! The sample articles that ship: read as the demo reads them, each with what a digest shows.

use crate::{
    collect::{self, Collected, Summaries},
    domain::Article,
};

fn collect(place: &str) -> Collected {
    let place = format!("{}/{place}", env!("CARGO_MANIFEST_DIR"));
    let source = collect::test_data::source(&place);
    let collected = collect::test_data::collect(&source);
    collected.expect("the samples are read")
}

fn all() -> Vec<Article> {
    let (folder, feed) = (collect("articles"), collect("articles/feeds/agency.xml"));
    assert_eq!(folder.problems, []);
    assert_eq!(feed.problems, []);
    let edited = |article: &Article, summaries| collect::edit::edit(article.clone(), summaries);
    let folder = folder
        .articles
        .iter()
        .map(|article| edited(article, Summaries::Chosen));
    let feed = feed
        .articles
        .iter()
        .map(|article| edited(article, Summaries::Offered));
    folder.chain(feed).flatten().collect()
}

#[test]
fn every_sample_has_what_a_digest_shows() {
    let articles = all();
    assert_eq!(articles.len(), 11 + 14);
    for article in &articles {
        let title = &article.title;
        assert!(article.language.is_some(), "{title}: no language");
        assert!(!article.tags.is_empty(), "{title}: no tags");
        assert!(!article.authors.is_empty(), "{title}: no author");
        assert!(!article.summary.is_empty(), "{title}: no summary");
        assert_eq!(
            article.published, None,
            "{title}: a sample with a date is soon an old one"
        );
        if let Some(image) = &article.image {
            assert!(
                !image.alt.is_empty() && !image.credit.is_empty() || !image.url.is_empty(),
                "{title}: {image:?}"
            );
            assert!(!image.alt.is_empty(), "{title}: no alternative text");
        }
    }
}

#[test]
fn the_samples_speak_four_languages() {
    let articles = all();
    for language in ["en", "fr", "ar", "ko"] {
        let count = articles
            .iter()
            .filter(|article| {
                article
                    .language
                    .as_ref()
                    .is_some_and(|told| told.as_str() == language)
            })
            .count();
        assert!(count >= 4, "{language}: {count}");
    }
}

#[test]
fn the_saved_pages_bring_their_text_and_not_their_furniture() {
    let articles = all();
    for article in articles.iter().filter(|article| article.url.is_none()) {
        let text = format!(
            "{} {} {:?}",
            article.summary.text, article.body.text, article.related
        )
        .to_lowercase();
        for furniture in [
            "subscribe",
            "newsletter",
            "abonne",
            "read more",
            "lire la suite",
            "to read also",
            "à lire aussi",
            "see also",
            "app",
        ] {
            let word = text
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == furniture);
            assert!(
                !(word || furniture.contains(' ') && text.contains(furniture)),
                "{}: {furniture}",
                article.title
            );
        }
    }
}
