//! Lines → what they are. A page's own parts are known by their words; all other lines are text.

use chrono::{DateTime, Utc};

use super::{
    lines::{Line, continues, ends_sentence, is_opening, is_quote, words},
    recognise::{
        after_cross_reference, date_label, is_closed, is_furniture, is_offer, longest_label,
        minutes_beside_furniture, names, reading_minutes, titles,
    },
    words as known,
    words::fold,
};
use crate::collect::dates;

/// What a line is, or several that belong together.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A part of the text.
    Text(Line),
    /// The names of a byline.
    Byline(Vec<String>),
    /// How long reading takes.
    Minutes(u32),
    /// When the page was published.
    Published(DateTime<Utc>),
    /// When it was last changed.
    Updated(DateTime<Utc>),
    /// The titles of a cross-reference.
    CrossReference(Vec<String>),
    /// An item of a list.
    Bullet(String),
    /// The head of a list of topics; those that stand on its line.
    Topics(Vec<String>),
    /// The head of the list of related articles.
    SameSubject,
    /// What belongs to no field.
    Furniture,
}

/// How many lines a cross-reference or a byline may be broken over.
const LONGEST_BREAK: usize = 8;

/// What the lines of a page, without its title, are.
#[must_use]
pub fn classify(lines: &[Line]) -> Vec<Item> {
    let mut page = Page { lines, at: 0 };
    let mut items = Vec::new();
    while page.at < lines.len() {
        items.extend(page.next());
    }
    items
}

struct Page<'a> {
    lines: &'a [Line],
    at: usize,
}

impl Page<'_> {
    fn next(&mut self) -> Vec<Item> {
        let line = &self.lines[self.at];
        self.at += 1;
        let folded = fold(&line.text);
        // A line that the next one goes on with is a part of a sentence, whatever its words are
        let mid_sentence = self.peek().is_some_and(continues)
            && self.at >= 2
            && !ends_sentence(&self.lines[self.at - 2].text);
        if let Some(item) = self.cross_reference(&line.text) {
            return vec![item];
        }
        if mid_sentence {
            return vec![Item::Text(line.clone())];
        }
        if let Some(items) = self.dates(&folded) {
            return items;
        }
        if let Some(item) = self.byline(&line.text, &folded) {
            return vec![item];
        }
        if let Some(parts) = parts_of(&line.text) {
            return parts;
        }
        if let Some(minutes) =
            reading_minutes(&folded).or_else(|| minutes_beside_furniture(&folded))
        {
            return vec![Item::Minutes(minutes)];
        }
        if let Some(item) = label(&line.text, &folded) {
            return vec![item];
        }
        if let Some(item) = self.bullet(&line.text) {
            return vec![item];
        }
        if is_furniture(&folded) || is_offer(&line.text) {
            return vec![Item::Furniture];
        }
        vec![Item::Text(line.clone())]
    }

    fn peek(&self) -> Option<&str> {
        self.lines.get(self.at).map(|line| line.text.as_str())
    }

    /// A cross-reference: its words, then a title, in quotation marks or not, on this line or the next ones.
    fn cross_reference(&mut self, line: &str) -> Option<Item> {
        let rest = after_cross_reference(line)?;
        let has_colon = rest.starts_with([':', '：']);
        let rest =
            rest.trim_start_matches([':', '：', '-', '–', '|', '>', ' ', '\u{a0}', '\u{202f}']);
        let alone = rest.is_empty() && !has_colon;
        let next_opens = self.peek().is_some_and(|next| {
            let mut chars = next.chars();
            chars.next().is_some_and(|c| is_quote(c) || c == ':')
        });
        if alone
            && !next_opens
            && known::READ_MORE.contains(&fold(line.trim_matches(|c: char| !c.is_alphanumeric())))
        {
            return Some(Item::Furniture);
        }
        let mut text = rest.to_owned();
        // The colon, too, may stand on a line of its own
        while text.chars().all(|c| !c.is_alphanumeric()) && !text.chars().any(is_quote) {
            let Some(next) = self.peek() else { break };
            next.trim_start_matches([':', '：', ' '])
                .clone_into(&mut text);
            self.at += 1;
        }
        let start = self.at;
        let quoted = text.starts_with(|c| is_quote(c) || is_opening(c));
        while quoted && !is_closed(&text) {
            match self.peek() {
                Some(next) if self.at - start < LONGEST_BREAK => {
                    text = format!("{text} {next}");
                    self.at += 1;
                }
                _ => {
                    // Never closed: the first line with words is the title
                    self.at = start;
                    while !text.chars().any(char::is_alphanumeric) {
                        let Some(next) = self.peek() else { break };
                        next.clone_into(&mut text);
                        self.at += 1;
                    }
                    break;
                }
            }
        }
        // A stop, a bracket or a mark that the page broke off
        while let Some(next) = self.peek() {
            let goes_on = !quoted && continues(next) && !ends_sentence(&text);
            if !goes_on && next.chars().any(char::is_alphanumeric) {
                break;
            }
            if goes_on {
                text = format!("{text} {next}");
            }
            self.at += 1;
        }
        let titles = titles(&text);
        let item = if titles.is_empty() {
            Item::Furniture
        } else {
            Item::CrossReference(titles)
        };
        Some(item)
    }

    /// `Text by: NAME`, and a correspondent's `With our correspondent in CITY,` with the name after it or below.
    fn byline(&mut self, line: &str, folded: &str) -> Option<Item> {
        if known::is_correspondent(folded) && words(line) <= 14 {
            return self.correspondent(line);
        }
        let rest = match line.split_once([':', '：']) {
            Some((label, rest)) if known::BYLINE.contains(&fold(label)) => rest,
            Some(_) => return None,
            None => &line[longest_label(line, folded)?..],
        }
        .trim();
        if !rest.is_empty() {
            let found = names(rest);
            return (!found.is_empty()).then_some(Item::Byline(found));
        }
        self.name_below().map(Item::Byline)
    }

    fn correspondent(&mut self, line: &str) -> Option<Item> {
        let start = self.at;
        let mut text = line.to_owned();
        while !text.ends_with([',', ':', '،']) && !text.contains(", ") && self.at - start < 3 {
            match self.peek() {
                Some(next) if next.chars().count() <= 40 && !ends_sentence(next) => {
                    let glue = if continues(next) { "" } else { " " };
                    text = format!("{text}{glue}{next}");
                    self.at += 1;
                }
                _ => break,
            }
        }
        let (_, after) = text.rsplit_once([',', ':', '،']).unwrap_or((&text, ""));
        let on_line = names(after);
        let has_name = on_line
            .iter()
            .any(|name| words(name) >= 2 || !name.is_ascii());
        let found = if has_name {
            Some(on_line)
        } else {
            self.name_below()
        };
        if found.is_none() {
            self.at = start;
        }
        found.map(Item::Byline)
    }

    /// The names on the next lines, if there are no other words on them: one, or several between strokes.
    fn name_below(&mut self) -> Option<Vec<String>> {
        let mut found = Vec::new();
        loop {
            let below = names(self.peek().unwrap_or_default());
            if below.is_empty() {
                break;
            }
            found.extend(below);
            self.at += 1;
            let between = self.peek().is_some_and(|next| {
                matches!(fold(next).as_str(), "|" | "," | "/" | "&" | "and" | "et")
            });
            if !between {
                break;
            }
            self.at += 1;
        }
        (!found.is_empty()).then_some(found)
    }

    /// `Published on: 12/03/2024 - 10:15`, the date perhaps below; both dates perhaps on one line; a bare date.
    fn dates(&mut self, folded: &str) -> Option<Vec<Item>> {
        if let Some(date) =
            dates::line(folded).filter(|_| folded.contains(|c: char| c.is_ascii_digit()))
        {
            return Some(vec![Item::Published(date)]);
        }
        let mut found = Vec::new();
        let mut rest = folded;
        while let Some((is_update, after)) = date_label(rest) {
            let end = after
                .char_indices()
                .map(|(at, _)| at)
                .find(|at| *at > 0 && date_label(&after[*at..]).is_some())
                .unwrap_or(after.len());
            let date = dates::line(after[..end].trim_matches(|c: char| !c.is_alphanumeric()));
            found.extend(date.map(|date| {
                if is_update {
                    Item::Updated(date)
                } else {
                    Item::Published(date)
                }
            }));
            if date.is_none()
                && after
                    .trim_matches(|c: char| !c.is_alphanumeric())
                    .is_empty()
            {
                let below = self.peek().and_then(|next| dates::line(&fold(next)))?;
                self.at += 1;
                found.push(if is_update {
                    Item::Updated(below)
                } else {
                    Item::Published(below)
                });
            }
            rest = &after[end..];
        }
        (!found.is_empty()).then_some(found)
    }

    fn bullet(&mut self, line: &str) -> Option<Item> {
        const ALWAYS: [char; 9] = ['•', '‣', '◦', '▪', '●', '■', '○', '∙', '⁃'];
        let first = line.chars().next()?;
        let text = line[first.len_utf8()..].trim();
        let spaced = line[first.len_utf8()..].starts_with([' ', '\t', '\u{a0}']);
        if !ALWAYS.contains(&first)
            && !(matches!(first, '-' | '*' | '·' | '–' | '・') && (spaced || text.is_empty()))
        {
            return None;
        }
        if !text.is_empty() {
            return Some(Item::Bullet(text.to_owned()));
        }
        let below = self.peek()?.to_owned();
        self.at += 1;
        Some(Item::Bullet(below))
    }
}

/// Several parts on one line, between bars or points: `Text by: Ana Roe | 3 min`. All must be known.
fn parts_of(line: &str) -> Option<Vec<Item>> {
    let parts: Vec<&str> = line
        .split(['|', '•', '·'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() < 2 {
        return None;
    }
    let lines: Vec<Line> = parts
        .iter()
        .map(|part| Line {
            text: (*part).to_owned(),
            gap: true,
        })
        .collect();
    let items: Vec<Item> = lines
        .iter()
        .flat_map(|line| classify(std::slice::from_ref(line)))
        .collect();
    let known = items.iter().all(|item| {
        matches!(
            item,
            Item::Byline(_)
                | Item::Minutes(_)
                | Item::Published(_)
                | Item::Updated(_)
                | Item::Furniture
        )
    });
    known.then_some(items)
}

/// The head of a list after the text.
fn label(line: &str, folded: &str) -> Option<Item> {
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    if known::SAME_SUBJECT.contains(bare) {
        return Some(Item::SameSubject);
    }
    if known::TOPICS.contains(bare) {
        return Some(Item::Topics(Vec::new()));
    }
    let (head, topics) = line.split_once([':', '：'])?;
    let topics: Vec<String> = topics
        .split([',', ';', '|', '،', '#'])
        .map(|topic| topic.trim().to_owned())
        .filter(|topic| !topic.is_empty())
        .collect();
    let short = topics.iter().all(|topic| words(topic) <= 5) && !ends_sentence(line);
    (known::TOPICS.contains(&fold(head)) && short).then_some(Item::Topics(topics))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<Item> {
        classify(&super::super::lines::read(text))
    }

    fn related(titles: &[&str]) -> Vec<Item> {
        vec![Item::CrossReference(
            titles.iter().map(|title| (*title).to_owned()).collect(),
        )]
    }

    #[test]
    fn a_cross_reference_may_be_broken_anywhere() {
        for text in [
            "To read also: \"A port reopens\"",
            "To read also: \"\nA port reopens\n\"",
            "To read also:\n\"\nA port reopens\n\".",
            "►To read also:\n\n“\n\nA port reopens\n\n”",
            "À lire aussi : «\u{a0}A port reopens\u{a0}»",
            "À lire aussi\n«\nA port\nreopens\n»",
            "See also: A port reopens",
            "See also\n:\nA port reopens",
            "Lire aussi\nA port reopens",
            "اقرأ أيضا: A port reopens",
        ] {
            assert_eq!(items(text), related(&["A port reopens"]), "{text}");
        }
        assert_eq!(
            items("See also: \"One\" and \"Two\""),
            related(&["One", "Two"])
        );
        assert_eq!(items("Read more"), [Item::Furniture]);
        assert_eq!(
            items("Read more: A port reopens"),
            related(&["A port reopens"])
        );
    }

    #[test]
    fn bylines_name_people() {
        let byline = |text: &str| match items(text).as_slice() {
            [Item::Byline(names)] => names.join(", "),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(byline("Text by: Ana Roe"), "Ana Roe");
        assert_eq!(byline("Text by:\nAna Roe"), "Ana Roe");
        assert_eq!(byline("Texte par : Ana Roe Suivre"), "Ana Roe");
        assert_eq!(
            byline("By Ana Roe and Jun van der Meer"),
            "Ana Roe, Jun van der Meer"
        );
        assert_eq!(
            byline("With our correspondent in Seoul,\nAna Roe"),
            "Ana Roe"
        );
        assert_eq!(
            byline("With our correspondent in Seoul, Ana Roe"),
            "Ana Roe"
        );
        assert_eq!(
            byline("With our correspondent in\nSeoul\n,\nAna Roe"),
            "Ana Roe"
        );
        assert_eq!(
            byline("Avec notre envoyée spéciale à Séoul,\n\nAna Roe"),
            "Ana Roe"
        );
        assert_eq!(
            byline("De notre correspondant à Washington, D.C.,\nAna Roe"),
            "Ana Roe"
        );
    }

    #[test]
    fn times_are_read() {
        for text in [
            "3 min",
            "3 min read",
            "3\u{a0}min",
            "Reading time: 3 minutes",
            "Temps de lecture : 3 min",
            "3분",
        ] {
            assert_eq!(items(text), [Item::Minutes(3)], "{text}");
        }
        let date = |text: &str| dates::line(text).unwrap();
        assert_eq!(
            items("Published on: 12/03/2024 - 10:15"),
            [Item::Published(date("2024-03-12 10:15"))]
        );
        assert_eq!(
            items("Publié le : 12/03/2024 - 10:15 Modifié le : 12/03/2024 - 11:00"),
            [
                Item::Published(date("2024-03-12 10:15")),
                Item::Updated(date("2024-03-12 11:00"))
            ]
        );
        assert_eq!(
            items("Modified:\n12/03/2024"),
            [Item::Updated(date("2024-03-12"))]
        );
    }

    #[test]
    fn offers_are_furniture_and_reports_about_them_are_not() {
        for text in [
            "I subscribe",
            "Je m’abonne",
            "Receive all the international news directly in your inbox",
            "Follow all the international news by downloading the Harbour app",
            "Newsletter: get the best of our reporting in your mailbox every morning.",
            "Recevez toute l’actualité internationale directement dans votre boîte mail",
            "Suivez toute l'actualité en téléchargeant l'application",
            "Don't miss a story: sign up to our newsletter",
        ] {
            assert_eq!(items(text), [Item::Furniture], "{text}");
        }
        for text in [
            "The company said the app was downloaded by two million people in a week.",
            "The minister said users could subscribe to the alerts of the weather service.",
            "“Download the app,” the mayor told residents.",
        ] {
            assert!(matches!(items(text).as_slice(), [Item::Text(_)]), "{text}");
        }
    }
}
