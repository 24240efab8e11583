//! The phrases of all topics, found in one pass over a text.

use aho_corasick::{AhoCorasick, Match, MatchKind};

use super::fold::{fold, is_hangul, parts_words};
use crate::domain::Topic;

/// What it means that a phrase is found.
#[derive(Debug)]
pub(super) struct Meaning {
    /// The place of the topic.
    pub topic: usize,
    /// As the operator wrote it.
    pub phrase: String,
    /// Whether it keeps an article out of the topic, instead of putting it there.
    pub keeps_out: bool,
}

/// All phrases, prepared.
#[derive(Debug)]
pub(super) struct Phrases {
    /// None where there is no phrase.
    automaton: Option<AhoCorasick>,
    /// By pattern.
    meanings: Vec<Meaning>,
}

impl Phrases {
    /// Prepares the phrases of topics. Those of which folding leaves nothing are passed over: they stand in no text.
    pub(super) fn new(topics: &[Topic]) -> Self {
        let (mut patterns, mut meanings) = (Vec::new(), Vec::new());
        for (place, topic) in topics.iter().enumerate() {
            let wanted = topic.phrases.iter().map(|phrase| (phrase, false));
            let unwanted = topic.not_phrases.iter().map(|phrase| (phrase, true));
            for (phrase, keeps_out) in wanted.chain(unwanted) {
                let folded = fold(phrase);
                if !folded.is_empty() {
                    patterns.push(folded);
                    meanings.push(Meaning {
                        topic: place,
                        phrase: phrase.trim().trim_matches('"').to_owned(),
                        keeps_out,
                    });
                }
            }
        }
        // It fails only with more states than 31 bits count: gigabytes of phrases.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(patterns);
        Self {
            automaton: automaton.ok().filter(|_| !meanings.is_empty()),
            meanings,
        }
    }

    /// The phrases that stand in a folded text as whole words, as often as they do.
    pub(super) fn find<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = &'a Meaning> {
        self.automaton
            .iter()
            .flat_map(move |automaton| automaton.find_overlapping_iter(folded))
            .filter(move |found| is_whole(folded, found))
            .map(|found| &self.meanings[found.pattern().as_usize()])
    }
}

/// Whether what is found begins and ends where a word does.
fn is_whole(text: &str, found: &Match) -> bool {
    let mut inside = text[found.range()].chars();
    let (Some(first), last) = (inside.next(), inside.next_back()) else {
        return false;
    };
    let last = last.unwrap_or(first);
    let before = text[..found.start()].chars().next_back();
    let after = text[found.end()..].chars().next();
    before.is_none_or(|before| parts_words(before, first))
        // Korean puts its particles behind a word, without a space: 평양은, 평양의.
        && after.is_none_or(|after| is_hangul(last) || parts_words(last, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::test_data::topic;

    fn found(phrase: &str, text: &str) -> bool {
        let mut korea = topic("korea", &[]);
        korea.phrases = vec![phrase.to_owned()];
        Phrases::new(&[korea]).find(&fold(text)).next().is_some()
    }

    #[test]
    fn a_phrase_is_whole_words_in_any_case_and_with_any_accents() {
        assert!(found("\"Kim Jong-un\"", "KIM JONG UN speaks"));
        assert!(found("seoul", "Seoul"));
        assert!(found("Coree", "La Corée, aujourd’hui"));
        assert!(!found("jong un", "Joakim Jong Unger wins"));
        assert!(!found("ai", "Shanghai aims high"));
        assert!(!found("नदी", "नदीम"));
    }

    #[test]
    fn where_words_have_no_spaces_a_phrase_is_found_anywhere() {
        assert!(found("東京", "今日の東京都知事"));
        assert!(found("กรุงเทพ", "ในกรุงเทพมหานคร"));
        assert!(found("メーカー", "大手メーカー各社"));
        assert!(found("ai", "生成AIが変える"));
        assert!(found("AI", "생성형 AI가 바꾼다"));
        assert!(found("평양", "오늘 평양은 맑음"));
        assert!(!found("인도", "공인도장"));
    }

    #[test]
    fn a_phrase_of_which_folding_leaves_nothing_is_nowhere() {
        assert!(!found("!!!", "What!!! Now"));
        assert!(!found("", "What"));
    }
}
