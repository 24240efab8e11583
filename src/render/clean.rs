//! What comes from outside, made fit for a digest: no marks, no control characters, one line where one line is meant.
//! Everything that a template sees has passed here, so that both ways of rendering read it alike.

use crate::domain::digest::strip_marks;

/// One line: runs of white space are one space, marks and controls are gone. No-break spaces stay.
pub(super) fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in strip_marks(text).chars().filter(|c| !is_unwanted(*c)) {
        if !is_space(c) {
            line.push(c);
        } else if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line.truncate(line.trim_end_matches(' ').len());
    line
}

/// Paragraphs, each on one line. In the source they are separated by an empty line; other line breaks are spaces.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut paragraph = String::new();
    for row in text.lines().chain([""]) {
        if row.trim().is_empty() {
            let whole = line(&std::mem::take(&mut paragraph));
            if !whole.is_empty() {
                paragraphs.push(whole);
            }
        } else {
            paragraph.push_str(row);
            paragraph.push('\n');
        }
    }
    paragraphs
}

/// HTML that was sanitised when it was collected: marks and controls are gone, its lines stay.
pub(super) fn html(html: &str) -> String {
    let kept = |c: &char| *c == '\n' || *c == '\t' || !(c.is_control() || is_unwanted(*c));
    strip_marks(html).chars().filter(kept).collect()
}

/// Sanitised HTML without its `img` elements.
pub(super) fn without_pictures(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, picture)) = rest.split_once("<img") {
        kept.push_str(before);
        rest = &picture[end_of_tag(picture)..];
    }
    kept + rest
}

/// Where a tag ends: a `>` may stand in an attribute.
pub(super) fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    let end = tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.map_or(tag.len(), |at| at + 1)
}

/// An absolute link to a page, or none. What a link may not hold is escaped.
pub(super) fn url(url: &str) -> Option<String> {
    let url = line(url).replace(' ', "%20").replace('\u{a0}', "%C2%A0");
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.is_some_and(|rest| !rest.is_empty()).then_some(url)
}

/// Where a picture is: a page's, or itself ([`super::media`]).
pub(super) fn picture(address: &str) -> Option<String> {
    let is_itself = DATA.iter().any(|start| {
        address.strip_prefix(start).is_some_and(|rest| {
            rest.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        })
    });
    if is_itself {
        Some(address.to_owned())
    } else {
        url(address)
    }
}

/// How an address begins that holds a picture.
pub(super) const DATA: [&str; 2] = ["data:image/jpeg;base64,", "data:image/png;base64,"];

/// White space where a line may be broken.
fn is_space(c: char) -> bool {
    c.is_control() || (c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}'))
}

/// Embeddings and overrides of direction, which would reach beyond the text that brought them, and NUL, which a parser of HTML drops.
fn is_unwanted(c: char) -> bool {
    matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_over_several_lines_is_one_line() {
        assert_eq!(line("  A\r\n\tB\u{2028}C\0 \u{e000}D "), "A B C D");
        assert_eq!(line("« oui\u{a0}»"), "« oui\u{a0}»");
    }

    #[test]
    fn paragraphs_stay_apart() {
        assert_eq!(paragraphs("a\nb\n\n\n c \n \n"), ["a b", "c"]);
        assert!(paragraphs(" \n").is_empty());
    }

    #[test]
    fn pictures_go_and_what_stands_around_them_stays() {
        let html = "<p>a <img src=\"x\" alt=\"b > c\"> d<img alt=\"\">e</p><p>f";
        assert_eq!(without_pictures(html), "<p>a  de</p><p>f");
        assert_eq!(without_pictures("<img alt=\""), "");
    }

    #[test]
    fn only_pages_are_links() {
        assert_eq!(url("javascript:alert(1)"), None);
        assert_eq!(url("https://"), None);
        assert_eq!(url("é"), None);
        assert_eq!(
            url(" HTTPS://a.example/b c\n").as_deref(),
            Some("HTTPS://a.example/b%20c")
        );
    }
}
