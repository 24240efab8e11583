//! What single lines of a saved page are known by: the words of a cross-reference, names, dates, times, offers.

use super::{
    lines::{ends_sentence, is_closing, is_quote, words},
    words as known,
    words::fold,
};

/// What stands after the words of a cross-reference at the start of `line`; none where there are none.
#[must_use]
pub fn after_cross_reference(line: &str) -> Option<&str> {
    let line =
        line.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '"' | '«' | '“'));
    let head_end = line
        .char_indices()
        .find(|(_, c)| {
            matches!(c, ':' | '：' | '|' | '►' | '>')
                || (is_quote(*c) && !matches!(c, '\'' | '’' | '‘'))
        })
        .map_or(line.len(), |(at, _)| at);
    let head = fold(&line[..head_end]);
    if known::CROSS_REFERENCE.contains(&head) {
        return Some(&line[head_end..]);
    }
    // No colon: the words themselves must be plain enough
    let mut ends = line
        .char_indices()
        .filter(|(_, c)| c.is_whitespace())
        .map(|(at, _)| at)
        .take(5);
    let clear = |end: &usize| {
        let head = fold(&line[..*end]);
        known::CROSS_REFERENCE.contains(&head)
            && head.contains(' ')
            && !known::READ_MORE.contains(&head)
    };
    let end = ends.find(clear)?;
    (head_end == line.len() && !ends_sentence(line)).then_some(&line[end..])
}

/// Whether all quotation marks that a text opens are closed, at its end.
#[must_use]
pub fn is_closed(text: &str) -> bool {
    let end = text.trim_end_matches(['.', ',', ';', ')', ']', ' ', '\u{a0}']);
    let count = |wanted: &[char]| text.chars().filter(|c| wanted.contains(c)).count();
    let closes = end.ends_with(|c| is_quote(c) || is_closing(c)) && end.chars().count() > 1;
    closes
        && count(&['"']).is_multiple_of(2)
        && count(&['«']) <= count(&['»'])
        && count(&['„', '“']) <= count(&['“', '”']) + usize::from(text.contains('„'))
        && (count(&['“']) <= count(&['”']) || text.contains('„'))
}

/// The titles of a cross-reference.
#[must_use]
pub fn titles(text: &str) -> Vec<String> {
    const AND: [&str; 9] = [
        "\" and \"",
        "\" et \"",
        "\", \"",
        "» et «",
        "» and «",
        "”, “",
        "” and “",
        "\" y \"",
        "\" und \"",
    ];
    let mut pieces = vec![text.to_owned()];
    for and in AND {
        pieces = pieces
            .iter()
            .flat_map(|piece| piece.split(and).map(str::to_owned).collect::<Vec<_>>())
            .collect();
    }
    let bare = |piece: &String| {
        let piece = piece.trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '"' | '“' | '”' | '„' | '«' | '»' | '.' | ',' | ';' | ')' | ']' | '►'
                )
        });
        let piece = piece
            .strip_prefix(['‘', '\''])
            .and_then(|inner| inner.strip_suffix(['’', '\'']))
            .unwrap_or(piece);
        piece.trim().to_owned()
    };
    pieces
        .iter()
        .map(bare)
        .filter(|title| title.chars().any(char::is_alphanumeric))
        .collect()
}

/// Where the words of a byline end that has no colon: the rest of the line must be names.
#[must_use]
pub fn longest_label(line: &str, folded: &str) -> Option<usize> {
    let spaces: Vec<usize> = line
        .char_indices()
        .filter(|(_, c)| c.is_whitespace())
        .map(|(at, _)| at)
        .collect();
    if known::BYLINE.contains(folded) {
        return Some(line.len());
    }
    spaces
        .into_iter()
        .rev()
        .find(|end| known::BYLINE.contains(&fold(&line[..*end])))
        .filter(|end| names(&line[*end..]).iter().any(|name| words(name) >= 2))
}

/// The names in a byline; none where it says something else.
#[must_use]
pub fn names(text: &str) -> Vec<String> {
    let mut text = text.trim().trim_end_matches([',', ':', '،']).to_owned();
    for follow in ["Follow", "Suivre", "FOLLOW", "SUIVRE"] {
        text = text
            .trim_end_matches(follow)
            .trim_end_matches([' ', '|', '\u{a0}'])
            .to_owned();
    }
    for and in [
        " and ", " et ", " & ", " with ", " avec ", " und ", " / ", "/", " | ", "|", ", ", "، ",
    ] {
        text = text.replace(and, "\n");
    }
    let names: Vec<String> = text
        .split('\n')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let all_are = names.iter().all(|name| is_name(name));
    if all_are && names.len() <= 6 {
        names
    } else {
        Vec::new()
    }
}

/// Whether a text is a name and nothing else.
fn is_name(text: &str) -> bool {
    let no_name = |c: char| {
        c.is_ascii_digit()
            || is_quote(c) && !matches!(c, '\'' | '’' | '‘')
            || matches!(c, '?' | '!' | ':' | ';' | '،' | '؟')
    };
    let capital = |word: &str| {
        word.chars()
            .find(|c| c.is_alphabetic())
            .is_some_and(|c| !c.is_lowercase())
            || known::PARTICLES.contains(&fold(word))
            || word.contains(['\'', '’', '-'])
    };
    let folded = fold(text);
    let ends_as_name = !text.ends_with('.') || crate::collect::lead::ends_in_abbreviation(text);
    words(text) <= 5
        && text.chars().count() <= 60
        && ends_as_name
        && !text.contains(no_name)
        && text.split_whitespace().all(capital)
        && text.chars().any(char::is_alphabetic)
        && !is_furniture(&folded)
        && reading_minutes(&folded).is_none()
}

/// What stands after the label of a date at the start of a folded text, and whether it is that of a change.
#[must_use]
pub fn date_label(folded: &str) -> Option<(bool, &str)> {
    let longest = |phrases: &known::Phrases| {
        phrases
            .iter()
            .filter(|label| folded.starts_with(label.as_str()))
            .map(String::len)
            .max()
    };
    let (published, updated) = (longest(&known::PUBLISHED), longest(&known::UPDATED));
    let end = published.max(updated)?;
    let rest = &folded[end..];
    rest.chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric())
        .then_some((updated > published, rest))
}

/// `3 min`, `Reading time: 3 minutes`, `3 min de lecture`, `3분`.
#[must_use]
pub fn reading_minutes(folded: &str) -> Option<u32> {
    let mut number = None;
    let mut has_minute = false;
    let mut token = String::new();
    let spaced: String = folded
        .chars()
        .flat_map(|c| {
            let digit_before = token
                .chars()
                .next_back()
                .is_some_and(|c: char| c.is_ascii_digit());
            let split = digit_before != c.is_ascii_digit()
                && token.chars().next_back().is_some_and(char::is_alphanumeric);
            token.push(c);
            [split.then_some(' '), Some(c)].into_iter().flatten()
        })
        .collect();
    for word in spaced
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if let Ok(found) = word.parse::<u32>() {
            if number.replace(found).is_some() {
                return None;
            }
        } else if known::READING.contains(word) {
            has_minute |= known::MINUTE.contains(word);
        } else {
            return None;
        }
    }
    number.filter(|minutes| has_minute && (1..=240).contains(minutes))
}

/// `4 min Listen to the article`: a reading time and a button on one line.
#[must_use]
pub fn minutes_beside_furniture(folded: &str) -> Option<u32> {
    // What a line can be, at each of its gaps: never over a whole page on one line
    const LONGEST: usize = 200;
    if folded.len() > LONGEST {
        return None;
    }
    folded.match_indices(' ').find_map(|(at, _)| {
        let (left, right) = folded.split_at(at);
        let right = right.trim_start();
        reading_minutes(left)
            .filter(|_| is_furniture(right))
            .or_else(|| reading_minutes(right).filter(|_| is_furniture(left)))
    })
}

/// Whether a folded line is a button or a label of the page.
#[must_use]
pub fn is_furniture(folded: &str) -> bool {
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    known::FURNITURE.contains(bare)
        || known::FURNITURE.contains(folded)
        || known::READ_MORE.contains(bare) && words(bare) > 1
}

/// Whether a text offers a newsletter or an app: a sentence tells the reader to do something, and a word says what
/// for. A report about an app has no such sentence, or speaks to nobody.
#[must_use]
pub fn is_offer(text: &str) -> bool {
    if text.chars().count() > 300 || text.starts_with(is_quote) {
        return false;
    }
    let folded = fold(text);
    let has = |phrases: &known::Phrases| {
        folded
            .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'')))
            .any(|word| {
                let word = word.rsplit('\'').next().unwrap_or(word);
                phrases.contains(word)
            })
    };
    // A heading may be copied without the line break after it
    let tells = folded
        .trim_start_matches("newsletter")
        .split(['.', '!', '?', ':', ',', '…'])
        .any(|sentence| {
            let first = sentence.split_whitespace().next().unwrap_or_default();
            known::OFFER_VERBS.contains(first.split('\'').next().unwrap_or(first))
                || known::OFFER_VERBS.contains(first)
        });
    let speaks = has(&known::OFFER_PEOPLE)
        || folded.contains("download")
        || folded.contains("telecharg")
        || folded.contains("subscri")
        || folded.contains("تطبيق");
    tells && speaks && has(&known::OFFER_NOUNS)
}
