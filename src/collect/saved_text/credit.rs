//! A caption and the credit that it ends in.

use super::{
    lines::ends_sentence,
    words::{AGENCY, fold},
};
use crate::collect::lead;

/// How many words a credit has at most.
const LONGEST: usize = 9;

/// A caption with its credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// The words about the picture.
    pub words: String,
    /// Who made it.
    pub credit: String,
    /// Whether the credit can't be anything else: an agency that is known, capitals, a ©.
    pub sure: bool,
}

/// Splits a caption where its credit begins; none where it doesn't end in one.
#[must_use]
pub fn split(text: &str) -> Option<Caption> {
    let text = text.trim();
    let found = |at: usize, sure: bool| {
        let words = text[..at].trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|' | '/' | '(' | '[' | ',')
        });
        let credit = text[at..].trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '-' | '–' | '—' | '|' | '(' | '[' | ')' | ']' | '©' | '/' | '.'
                )
        });
        let credit = after_label(credit);
        (!credit.is_empty()).then(|| Caption {
            words: words.to_owned(),
            credit: credit.to_owned(),
            sure,
        })
    };
    if let Some(at) = text.rfind('©') {
        return (words(&text[at..]) <= LONGEST + 1)
            .then(|| found(at, true))
            .flatten();
    }
    if let Some(at) = label(text) {
        return found(at, true);
    }
    if let Some(open) = text
        .rfind(['(', '['])
        .filter(|_| text.trim_end_matches('.').ends_with([')', ']']))
        && is_credit(&text[open..]).is_some()
    {
        return found(open, is_credit(&text[open..]) == Some(true));
    }
    if ends_sentence(text) {
        return None;
    }
    // After the caption's last sentence, or after a dash, a stroke, a bar
    let after_sentence = last_sentence(text);
    let after_dash = [" - ", " – ", " — ", " | ", " / "]
        .iter()
        .filter_map(|dash| Some(text.find(dash)? + dash.len()))
        .min();
    for at in [after_sentence, after_dash].into_iter().flatten() {
        if let Some(sure) = is_credit(&text[at..]) {
            return found(at, sure);
        }
    }
    // Bare: the run of agencies' names at the end
    let mut at = text.len();
    for (start, word) in text
        .split_whitespace()
        .rev()
        .map(|word| (offset(text, word), word))
    {
        if !is_agency(word) {
            break;
        }
        at = start;
    }
    (at < text.len() && at > 0)
        .then(|| found(at, false))
        .flatten()
}

/// Whether a line is nothing but a credit.
#[must_use]
pub fn is_only_credit(text: &str) -> bool {
    !ends_sentence(text)
        && (text.starts_with('©')
            || label(text) == Some(0)
            || (words(text) <= 5 && is_credit(text) == Some(true)))
}

/// Whether a text can be a credit, and whether it can be nothing else.
fn is_credit(text: &str) -> Option<bool> {
    let text =
        text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '.') || c.is_whitespace());
    if text.is_empty() || words(text) > LONGEST || text.ends_with([',', ':', ';', '?', '!']) {
        return None;
    }
    if text
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '–' | ',' | '|'))
        .any(is_agency)
    {
        return Some(true);
    }
    let names = text
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '–' | ',' | '|'))
        .filter(|word| !word.is_empty());
    let all_named = names.clone().all(|word| {
        word.starts_with(|c: char| c.is_uppercase())
            || word == "for"
            || word == "de"
            || word == "pour"
    });
    (all_named && names.count() <= 6).then_some(false)
}

/// An agency's name, or a word in one; any word in capitals is.
fn is_agency(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let capitals = word.chars().count() >= 2
        && letters.clone().count() >= 2
        && letters.all(char::is_uppercase);
    let known = word.starts_with(|c: char| !c.is_lowercase()) || word == "via";
    (capitals && !is_roman(word))
        || (known
            && word
                .split(['/', '-'])
                .any(|part| AGENCY.contains(&fold(part))))
}

fn is_roman(word: &str) -> bool {
    word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
}

const LABELS: [&str; 13] = [
    "photo:",
    "photo by",
    "photo :",
    "photograph:",
    "photograph by",
    "picture:",
    "image:",
    "credit:",
    "crédit :",
    "crédit photo :",
    "crédits :",
    "foto:",
    "사진=",
];

/// Where a label such as `Photo:` opens the credit.
fn label(text: &str) -> Option<usize> {
    let starts = |at: usize| {
        at == 0 || text[..at].ends_with(|c: char| c.is_whitespace() || matches!(c, '(' | '.'))
    };
    text.char_indices()
        .map(|(at, _)| at)
        .filter(|at| starts(*at) && label_length(&text[*at..]).is_some())
        .find(|at| words(&text[*at..]) <= LONGEST)
}

/// How many octets of `text` are a label, in any case and with any kind of space.
fn label_length(text: &str) -> Option<usize> {
    LABELS.iter().find_map(|label| {
        let same = |a: char, b: char| {
            a == b || a.to_lowercase().eq([b]) || (a.is_whitespace() && b == ' ')
        };
        let mut rest = text.chars();
        let matches = label
            .chars()
            .all(|wanted| rest.next().is_some_and(|c| same(c, wanted)));
        matches.then(|| text.len() - rest.as_str().len())
    })
}

fn after_label(credit: &str) -> &str {
    credit[label_length(credit).unwrap_or_default()..].trim()
}

/// Where the text after the last full sentence begins; initials and abbreviations end none.
fn last_sentence(text: &str) -> Option<usize> {
    let ends = text.char_indices().filter(|(at, c)| {
        matches!(c, '.' | '!' | '?' | '”' | '»' | '"' | '。')
            && text[at + c.len_utf8()..].starts_with([' ', '\u{a0}'])
    });
    ends.map(|(at, c)| at + c.len_utf8())
        .filter(|at| !lead::ends_in_abbreviation(&text[..*at]) && ends_sentence(&text[..*at]))
        .fold(None, |_, at| Some(at))
}

/// How many words a text has, counted no further than it matters.
fn words(text: &str) -> usize {
    text.split_whitespace().take(LONGEST + 2).count()
}

/// Where a word, which is a part of `text`, stands in it.
fn offset(text: &str, word: &str) -> usize {
    word.as_ptr() as usize - text.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_ends_in_its_credit() {
        for (text, caption, credit) in [
            (
                "The port of Wonsan at dawn, 12 March 2024. © Jun Park / AFP",
                "The port of Wonsan at dawn, 12 March 2024.",
                "Jun Park / AFP",
            ),
            (
                "The port at dawn. REUTERS/Ana Roe",
                "The port at dawn.",
                "REUTERS/Ana Roe",
            ),
            (
                "The port at dawn. via REUTERS - KCNA",
                "The port at dawn.",
                "via REUTERS - KCNA",
            ),
            (
                "The port at dawn on Nov. 12, 2024. AP - J. Lee",
                "The port at dawn on Nov. 12, 2024.",
                "AP - J. Lee",
            ),
            (
                "The port at dawn (AP Photo/Ana Roe)",
                "The port at dawn",
                "AP Photo/Ana Roe",
            ),
            ("The port at dawn - AFP", "The port at dawn", "AFP"),
            ("The port at dawn AFP", "The port at dawn", "AFP"),
            (
                "Le port à l’aube. Crédit : Agence Nord",
                "Le port à l’aube.",
                "Agence Nord",
            ),
            (
                "The port at dawn. Harbour Wire",
                "The port at dawn.",
                "Harbour Wire",
            ),
        ] {
            let found = split(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (found.words.as_str(), found.credit.as_str()),
                (caption, credit)
            );
        }
    }

    #[test]
    fn a_sentence_is_no_caption() {
        for text in [
            "The port reopened on Tuesday.",
            "The ministers met. They agreed on",
            "A new line of credit",
            "He said so: \"No.\"",
            "",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
