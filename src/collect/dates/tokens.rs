//! A written date as tokens: numbers, words, signs.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// One piece of a written date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Digits, as many as stand together.
    Number(String),
    /// Letters, as they are written, and folded.
    Word { written: String, folded: String },
    /// Anything else but a space.
    Sign(char),
}

/// A token, and whether it follows the one before it without a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub token: Token,
    pub glued: bool,
}

/// What follows a number in the languages of East Asia, one letter each.
const UNITS: &str = "年月日号號時时點点分秒년월일시분초";

/// The tokens of a text; the digits of all scripts are ASCII's.
pub(super) fn tokens(text: &str) -> Vec<Placed> {
    let mut tokens: Vec<Placed> = Vec::new();
    let mut glued = false;
    for c in text.chars() {
        if c.is_whitespace() {
            glued = false;
            continue;
        }
        let Some(c) = plain(c) else { continue };
        if c.is_ascii_digit() {
            match tokens.last_mut() {
                Some(Placed {
                    token: Token::Number(digits),
                    ..
                }) if glued => digits.push(c),
                _ => tokens.push(Placed {
                    token: Token::Number(c.to_string()),
                    glued,
                }),
            }
        } else if c.is_alphabetic() || is_mark(c) {
            let after_unit = after_unit(&tokens);
            match tokens.last_mut() {
                Some(Placed {
                    token: Token::Word { written, .. },
                    ..
                }) if glued && !after_unit => written.push(c),
                _ => tokens.push(Placed {
                    token: Token::Word {
                        written: c.to_string(),
                        folded: String::new(),
                    },
                    glued,
                }),
            }
        } else {
            tokens.push(Placed {
                token: Token::Sign(c),
                glued,
            });
        }
        glued = true;
    }
    for placed in &mut tokens {
        if let Token::Word { written, folded } = &mut placed.token {
            *folded = fold(written);
        }
    }
    tokens
}

/// Whether the last token is the unit of the number before it: then the next letter begins a word.
fn after_unit(tokens: &[Placed]) -> bool {
    let [
        ..,
        Placed {
            token: Token::Number(_),
            ..
        },
        Placed {
            token: Token::Word { written, .. },
            glued: true,
        },
    ] = tokens
    else {
        return false;
    };
    UNITS.contains(written.as_str())
}

/// The words of a text, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    tokens(text)
        .into_iter()
        .filter_map(|placed| match placed.token {
            Token::Word { folded, .. } => Some(folded),
            _ => None,
        })
        .collect()
}

/// A word in lower case, without accents.
pub(super) fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize(&word.to_lowercase())
        .chars()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{655}'))
        .map(|c| match c {
            'ı' => 'i',
            'ς' => 'σ',
            'ي' => 'ی',
            'ك' => 'ک',
            c => c,
        })
        .collect()
}

/// The character that is meant: digits and signs in ASCII, nothing for what can't be seen.
fn plain(c: char) -> Option<char> {
    /// The digits nought of the scripts that write dates with their own.
    const NOUGHTS: [u32; 16] = [
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
        0x1040, 0x17e0, 0xff10,
    ];
    let code = u32::from(c);
    let digit = NOUGHTS
        .iter()
        .filter_map(|nought| code.checked_sub(*nought))
        .find(|digit| *digit < 10);
    if let Some(digit) = digit {
        return char::from_digit(digit, 10);
    }
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => '-',
        '\u{ff0f}' | '\u{2044}' => '/',
        '\u{ff1a}' | '\u{2236}' => ':',
        '\u{ff0e}' | '\u{2024}' | '\u{589}' | 'º' | 'ª' | '°' => '.',
        '\u{ff0c}' | '\u{60c}' | '\u{104a}' | '\u{1363}' | '\u{3001}' => ',',
        '\u{ff0b}' => '+',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{61c}'
        | '\u{feff}'
        | '\u{ad}' => return None,
        c => c,
    })
}

/// Vowel signs and accents that aren't letters, without which Indian, Thai and other words fall apart.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x591..=0x5bd | 0x64b..=0x65f | 0x900..=0xdff | 0xe31..=0xe4e | 0xeb1..=0xecd
        | 0x102b..=0x103e | 0x135d..=0x135f | 0x17b4..=0x17d3)
        && !matches!(c, '।' | '॥')
}
