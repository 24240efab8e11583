//! What of a title tells its story: the beginnings of its words, without those that every text has.

use std::collections::BTreeMap;

use super::stop_words::is_stop_word;
use crate::plan::fold::{fold, is_hangul, is_unspaced};

/// How many letters of a word count: `elects` and `election` are one.
const BEGINNING: usize = 5;

/// A title's features, one space apart, in their order. Words count by their beginnings, runs of scripts without spaces, and of Korean,
/// whose words carry particles, as pairs of letters.
#[must_use]
pub fn features(title: &str) -> String {
    let mut features: Vec<String> = Vec::new();
    for word in fold(title).split(' ').filter(|word| !is_stop_word(word)) {
        let letters: Vec<char> = word.chars().collect();
        for run in letters.chunk_by(|a, b| in_pairs(*a) == in_pairs(*b)) {
            match run {
                [first, ..] if !in_pairs(*first) => {
                    let run: String = run.iter().take(BEGINNING).collect();
                    // A letter alone is an abbreviation's, or an ending that an apostrophe cut off.
                    if run.chars().count() > 1 || run.chars().all(char::is_numeric) {
                        features.push(run);
                    }
                }
                [alone] => features.push(alone.to_string()),
                run => features.extend(run.windows(2).map(|pair| pair.iter().collect::<String>())),
            }
        }
    }
    features.join(" ")
}

/// Each feature and its weight within the title: 1 + ln of how often it is there.
pub(super) fn weights(features: &str) -> BTreeMap<&str, f64> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for feature in features.split(' ').filter(|feature| !feature.is_empty()) {
        *counts.entry(feature).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(feature, count)| (feature, 1.0 + f64::from(count).ln()))
        .collect()
}

fn in_pairs(c: char) -> bool {
    is_unspaced(c) || is_hangul(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_by_their_beginnings_and_unspaced_scripts_by_pairs() {
        assert_eq!(
            features("The Élection of the mayor’s 7 friends"),
            "elect mayor 7 frien"
        );
        assert_eq!(features("東京都知事 AI"), "東京 京都 都知 知事 ai");
        assert_eq!(features("평양은 맑음"), "평양 양은 맑음");
        assert_eq!(features("생성형AI가"), "생성 성형 ai 가");
        assert_eq!(features("…"), "");
    }

    #[test]
    fn a_word_that_comes_twice_counts_more_but_not_double() {
        let weights = weights("rain sun rain");
        assert!(weights["rain"] > weights["sun"] && weights["rain"] < 2.0 * weights["sun"]);
    }
}
