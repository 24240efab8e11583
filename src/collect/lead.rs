//! The first sentences of a text, to stand for it in a digest.

use unicode_segmentation::UnicodeSegmentation;

/// How many characters a lead has at most.
const LONGEST: usize = 280;
const SENTENCES: usize = 2;

/// The first two sentences of a plain text's first paragraphs, at most 280 characters of them, without a dateline.
/// Cut only where a sentence is longer than that: between words, never inside a character, and then `…` says so.
#[must_use]
pub fn lead(text: &str) -> String {
    let text = without_dateline(text.trim());
    let sentences = text
        .split("\n\n")
        .flat_map(sentences)
        .map(|sentence| sentence.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|sentence| !sentence.is_empty());
    let mut lead = String::new();
    for sentence in sentences.take(SENTENCES) {
        if lead.is_empty() {
            lead = cut(&sentence, LONGEST);
        } else if lead.chars().count() + 1 + sentence.chars().count() <= LONGEST
            && !lead.ends_with('…')
        {
            lead.push(' ');
            lead.push_str(&sentence);
        } else {
            break;
        }
    }
    lead
}

/// `text` if it has at most `longest` characters, else as many whole words as fit before a `…`.
#[must_use]
pub fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut length = 0;
    let mut last_gap = None;
    for grapheme in text.graphemes(true) {
        length += grapheme.chars().count();
        if length >= longest {
            break;
        }
        if grapheme.chars().all(char::is_whitespace) {
            last_gap = Some(kept.len());
        }
        kept.push_str(grapheme);
    }
    // Scripts without spaces, and words longer than the whole: wherever a character ends
    if let Some(gap) = last_gap.filter(|gap| gap * 2 > kept.len()) {
        kept.truncate(gap);
    }
    let end = kept
        .trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '،' | '、')
        })
        .len();
    kept.truncate(end);
    kept.push('…');
    kept
}

/// The sentences of a paragraph (UAX #29), where a break after an abbreviation or an initial is none.
#[must_use]
pub fn sentences(paragraph: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for piece in paragraph.split_sentence_bounds() {
        end += piece.len();
        let so_far = &paragraph[start..end];
        if !ends_in_abbreviation(so_far) {
            sentences.push(so_far.trim());
            start = end;
        }
    }
    if start < end {
        sentences.push(paragraph[start..end].trim());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Whether a text ends in an abbreviation (`Gen.`) or an initial (`J.`), so that its full stop ends no sentence.
#[must_use]
pub fn ends_in_abbreviation(text: &str) -> bool {
    const ABBREVIATIONS: [&str; 47] = [
        "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "sgt", "capt", "cmdr", "adm", "rep",
        "sen", "gov", "pres", "st", "ste", "jr", "sr", "vs", "etc", "no", "vol", "art", "fig",
        "approx", "dept", "est", "inc", "ltd", "co", "corp", "jan", "feb", "aug", "sept", "oct",
        "nov", "dec", "mme", "mlle", "me", "av", "env", "e.g", "i.e",
    ];
    let Some(text) = text.trim_end().strip_suffix('.') else {
        return false;
    };
    let word = text
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '«' | '“' | '"'))
        .next()
        .unwrap_or_default();
    let initial = word.rsplit(['.', '-']).next().is_some_and(|last| {
        last.chars().count() == 1 && last.chars().all(|c| c.is_uppercase() && c != 'I')
    });
    initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// A text without the place and agency that a wire's story opens with: `SEOUL (Agency) - `.
#[must_use]
pub fn without_dateline(text: &str) -> &str {
    const LONGEST_DATELINE: usize = 60;
    let start: String = text.chars().take(LONGEST_DATELINE).collect();
    let dash = [" - ", " – ", " — ", ": ", " -- "]
        .iter()
        .filter_map(|dash| start.find(dash).map(|at| (at, dash.len())))
        .min();
    let Some((at, length)) = dash else {
        return text;
    };
    let place = &start[..at];
    let capitals = place
        .split(|c: char| !c.is_alphabetic())
        .find(|word| !word.is_empty())
        .is_some_and(|word| word.chars().count() > 2 && word.chars().all(char::is_uppercase));
    let agency = place.ends_with(')') && place.contains('(');
    if agency && (capitals || place.split_whitespace().count() <= 5) {
        text[at + length..].trim_start()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_two_sentences_and_no_dateline() {
        assert_eq!(
            lead(
                "SEOUL (Agency) - The talks ended. Gen. Park J. Lee left at 3 p.m. on Monday. A third one."
            ),
            "The talks ended. Gen. Park J. Lee left at 3 p.m. on Monday."
        );
        assert_eq!(
            lead("회담이 끝났다. 대표단은 떠났다. 셋째."),
            "회담이 끝났다. 대표단은 떠났다."
        );
        assert_eq!(
            lead("会談は終わった。代表団は去った。三つ目。"),
            "会談は終わった。 代表団は去った。"
        );
    }

    #[test]
    fn a_long_sentence_is_cut_between_words_and_says_so() {
        let long = "A word, ".repeat(60);
        let lead = lead(&long);
        assert!(
            lead.chars().count() <= 280 && (lead.ends_with("word…") || lead.ends_with(" A…")),
            "{lead}"
        );
    }

    #[test]
    fn a_cut_is_never_inside_a_grapheme() {
        let family = "👩‍👩‍👧‍👦";
        let cut = cut(&family.repeat(80), 280);
        assert!(
            cut.trim_end_matches('…')
                .graphemes(true)
                .all(|grapheme| grapheme == family)
        );
    }

    #[test]
    fn a_short_text_is_not_cut() {
        assert_eq!(lead("Nothing to add"), "Nothing to add");
        assert_eq!(lead(""), "");
        assert_eq!(
            without_dateline("The plan - a bold one - was agreed"),
            "The plan - a bold one - was agreed"
        );
    }
}
