//! Entities of HTML: `&amp;`, `&#8217;`, `&nbsp` (section 13.2.5.72 of the standard and the following).

use std::borrow::Cow;

use markup5ever::data::NAMED_ENTITIES;

use crate::collect::plain;

/// The text that `html` says. In an attribute, a name without its semicolon before `=` or a letter is none: `?a=1&copy=2`.
/// What the entities add has no controls and marks.
pub(super) fn resolve(html: &str, in_attribute: bool) -> Cow<'_, str> {
    let Some(first) = html.find('&') else {
        return html.into();
    };
    let mut text = html[..first].to_owned();
    let mut rest = &html[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let length = match after.strip_prefix('#') {
            Some(number) => numeric(number, &mut text).map(|length| length + 1),
            None => named(after, in_attribute, &mut text),
        };
        let after = if let Some(length) = length {
            &after[length..]
        } else {
            text.push('&');
            after
        };
        let end = after.find('&').unwrap_or(after.len());
        text.push_str(&after[..end]);
        rest = &after[end..];
    }
    text.into()
}

/// Writes the character of `8217;` or `x2019;`; the length of what was read.
fn numeric(number: &str, text: &mut String) -> Option<usize> {
    let (digits, radix, start) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (number, 10, 0),
    };
    let length = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    if length == 0 {
        return None;
    }
    // Too many digits are no character either
    let code = u32::from_str_radix(&digits[..length], radix).unwrap_or(u32::MAX);
    let c = match code {
        0x80..=0x9f => windows_1252(code),
        _ => char::from_u32(code).filter(|c| *c != '\0'),
    };
    push(c.unwrap_or('\u{fffd}'), text);
    let semicolon = usize::from(digits[length..].starts_with(';'));
    Some(start + length + semicolon)
}

/// The character that is meant where a number is one of Windows' code page.
fn windows_1252(code: u32) -> Option<char> {
    let byte = [u8::try_from(code).ok()?];
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&byte);
    text.chars().next()
}

/// Writes what the longest name at the beginning of `after` means; its length.
fn named(after: &str, in_attribute: bool, text: &mut String) -> Option<usize> {
    const LONGEST: usize = 32;
    let mut length = after
        .bytes()
        .take(LONGEST)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    if after[length..].starts_with(';') {
        length += 1;
    }
    while length > 1 {
        let name = &after[..length];
        // A beginning of a name stands in the table too, and means nothing
        if let Some((first, second)) = NAMED_ENTITIES
            .get(name)
            .copied()
            .filter(|(first, _)| *first != 0)
        {
            let bare = !name.ends_with(';');
            let goes_on =
                after[length..].starts_with(|c: char| c == '=' || c.is_ascii_alphanumeric());
            if bare && in_attribute && goes_on {
                return None;
            }
            for code in [first, second] {
                if let Some(c) = char::from_u32(code).filter(|c| *c != '\0') {
                    push(c, text);
                }
            }
            return Some(length);
        }
        length -= 1;
    }
    None
}

fn push(c: char, text: &mut String) {
    let mut buffer = [0; 4];
    text.push_str(&plain::clean(c.encode_utf8(&mut buffer)));
}
