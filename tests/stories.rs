//! How well stories are told apart, measured on labelled headlines against simpler ways: `cargo test --test stories -- --nocapture`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta};
use postrider::{
    domain::Number,
    plan::{
        fold,
        story::{Stories, StorySettings, Telling, features},
    },
};

/// A headline with the story that it tells.
struct Headline {
    story: &'static str,
    language: &'static str,
    title: &'static str,
}

/// The headlines, in the order in which they came.
fn headlines() -> Vec<Headline> {
    let rows = include_str!("data/stories.tsv").lines();
    rows.filter(|row| !row.starts_with('#'))
        .map(|row| {
            let mut fields = row.split('\t');
            let mut field = || fields.next().unwrap();
            Headline {
                story: field(),
                language: field(),
                title: field(),
            }
        })
        .collect()
}

/// Precision, recall and F1: for each headline, how much of its cluster is of its story, and how much of its story is in its cluster;
/// the mean of all (B-cubed). Words find nothing across languages: only headlines in one language are there to be found.
fn scores(truth: &[Headline], clusters: &[usize]) -> (f64, f64, f64) {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap());
    let (mut precision, mut recall) = (0.0, 0.0);
    for (headline, cluster) in truth.iter().zip(clusters) {
        let cluster_of = || {
            truth
                .iter()
                .zip(clusters)
                .filter(|(_, other)| *other == cluster)
        };
        let right = cluster_of().filter(|(other, _)| other.story == headline.story);
        precision += count(right.count()) / count(cluster_of().count());
        let same = |other: &&Headline| {
            (other.story, other.language) == (headline.story, headline.language)
        };
        let found = cluster_of().filter(|(other, _)| same(other));
        recall += count(found.count()) / count(truth.iter().filter(same).count());
    }
    let (precision, recall) = (precision / count(truth.len()), recall / count(truth.len()));
    (
        precision,
        recall,
        2.0 * precision * recall / (precision + recall),
    )
}

fn ours(titles: &[&str], likeness: f64) -> Vec<usize> {
    let mut stories = Stories::new(StorySettings {
        likeness,
        ..StorySettings::default()
    });
    let file = |(number, title): (i64, &&str)| {
        let telling = Telling {
            number: Number(number),
            key: number.to_string(),
            at: DateTime::UNIX_EPOCH + TimeDelta::minutes(30 * number),
            page: None,
            wording: None,
            features: features(title),
        };
        usize::try_from(stories.file(&telling, None).0).unwrap()
    };
    (0..).zip(titles).map(file).collect()
}

fn by_exact_title(titles: &[&str]) -> Vec<usize> {
    let mut known = HashMap::new();
    let cluster = |(place, title): (usize, &&str)| *known.entry(fold(title)).or_insert(place);
    titles.iter().enumerate().map(cluster).collect()
}

/// TF-IDF over whole words with the frequencies of articles, each joining the cluster that it is most like on average.
fn by_tf_idf(titles: &[&str], threshold: f64) -> Vec<usize> {
    let mut documents: Vec<BTreeMap<String, f64>> = Vec::new();
    let mut clusters: Vec<usize> = Vec::new();
    for title in titles {
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        for word in fold(title).split(' ') {
            *counts.entry(word.to_owned()).or_default() += 1.0;
        }
        let number = |n: usize| f64::from(u32::try_from(n).unwrap());
        let frequency = |word: &String| {
            documents
                .iter()
                .filter(|known| known.contains_key(word))
                .count()
        };
        let weight = |words: &BTreeMap<String, f64>| -> BTreeMap<String, f64> {
            let weights = words.iter().map(|(word, count)| {
                let rarity =
                    ((number(documents.len()) + 1.0) / (number(frequency(word)) + 1.0)).ln() + 1.0;
                (word.clone(), (1.0 + count.ln()) * rarity)
            });
            let weights: BTreeMap<String, f64> = weights.collect();
            let length = weights
                .values()
                .map(|weight| weight * weight)
                .sum::<f64>()
                .sqrt();
            weights
                .into_iter()
                .map(|(word, weight)| (word, weight / length))
                .collect()
        };
        let this = weight(&counts);
        let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (other, cluster) in documents.iter().zip(&clusters) {
            let other = weight(other);
            let cosine: f64 = this
                .iter()
                .map(|(word, weight)| weight * other.get(word).unwrap_or(&0.0))
                .sum();
            let (sum, size) = sums.entry(*cluster).or_default();
            *sum += cosine;
            *size += 1.0;
        }
        let best = sums
            .into_iter()
            .map(|(cluster, (sum, size))| (sum / size, cluster))
            .filter(|(likeness, _)| *likeness >= threshold)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        clusters.push(best.map_or(documents.len(), |(_, cluster)| cluster));
        documents.push(counts);
    }
    clusters
}

#[test]
fn stories_are_told_apart_better_than_by_titles_or_by_words_of_articles() {
    let truth = headlines();
    let titles: Vec<&str> = truth.iter().map(|headline| headline.title).collect();
    let tell = |name: &str, clusters: &[usize]| {
        let (precision, recall, f1) = scores(&truth, clusters);
        println!("{name:28} precision {precision:.3}  recall {recall:.3}  F1 {f1:.3}");
        (precision, recall, f1)
    };
    let exact = tell("exact title", &by_exact_title(&titles));
    let (mut best, mut careful) = (0.0_f64, 0.0_f64);
    for threshold in [0.10, 0.14, 0.18, 0.22, 0.26, 0.30, 0.34] {
        let (precision, recall, f1) = tell(
            &format!("TF-IDF per article, {threshold}"),
            &by_tf_idf(&titles, threshold),
        );
        best = best.max(f1);
        careful = careful.max(if precision >= 0.95 { recall } else { 0.0 });
    }
    for likeness in [0.10, 0.12, 0.16, 0.18, 0.20] {
        tell(&format!("stories, {likeness}"), &ours(&titles, likeness));
    }
    let usual = StorySettings::default().likeness;
    let (precision, recall, f1) = tell(&format!("stories, {usual} (usual)"), &ours(&titles, usual));
    assert!(precision >= 0.95, "wrong merges hide news: {precision}");
    assert!(recall > exact.1 && recall > careful, "{recall} {careful}");
    assert!(f1 > exact.2 && f1 > best, "{f1} {best}");
}
