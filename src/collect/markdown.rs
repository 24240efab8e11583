//! A Markdown file → an article.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::{
    fields::Written,
    front_matter,
    raw::{Fault, RawText},
};

/// What a Markdown text says. Without a title in the front matter, a first heading of the first level is the title.
///
/// # Errors
/// Where the front matter can't be read.
pub fn parse(text: &str) -> Result<Written, Fault> {
    let (head, rest) = front_matter::split(text)?;
    let mut written = head.unwrap_or_default();
    let article = &mut written.article;
    let mut events: Vec<Event> = Parser::new_ext(
        rest,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION,
    )
    .collect();
    if let Some(heading) = take_first_heading(&mut events)
        && article.title == RawText::None
    {
        article.title = RawText::Plain(heading);
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    if !body.is_empty() {
        article.body = RawText::Html(body);
    }
    Ok(written)
}

/// Takes a heading of the first level out of the front of a document: its place is above the article.
fn take_first_heading(events: &mut Vec<Event>) -> Option<String> {
    let Some(Event::Start(Tag::Heading {
        level: HeadingLevel::H1,
        ..
    })) = events.first()
    else {
        return None;
    };
    let end = events
        .iter()
        .position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    let heading = events
        .drain(..=end)
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            Event::SoftBreak | Event::HardBreak => Some(" ".to_owned()),
            _ => None,
        })
        .collect();
    Some(heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_becomes_html_and_the_heading_the_title() {
        let article =
            parse("# The *ports* reopen\n\nOne [two](https://a.example/).\n\n## Next\n\n- a\n")
                .unwrap()
                .article;
        assert_eq!(article.title, RawText::Plain("The ports reopen".into()));
        assert_eq!(
            article.body,
            RawText::Html("<p>One <a href=\"https://a.example/\">two</a>.</p>\n<h2>Next</h2>\n<ul>\n<li>a</li>\n</ul>\n".into())
        );
    }

    #[test]
    fn a_heading_that_repeats_the_title_is_not_shown_twice() {
        let article = parse("+++\ntitle = \"A\"\n+++\n# A\n\nText.\n")
            .unwrap()
            .article;
        assert_eq!(article.title, RawText::Plain("A".into()));
        assert_eq!(article.body, RawText::Html("<p>Text.</p>\n".into()));
    }
}
